//! `/webservice/rest/server.php`: fields of a form in, XML or JSON out; `simpleserver.php` beside it takes a user name and a password.
//!
//! The status is 200 for successes and exceptions alike, as clients of Moodle expect.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, EXPIRES, PRAGMA};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;

use super::call::{Proof, Target, caller, caller_by_password, find, word};
use super::exception::exception;
use super::xml;
use crate::app::App;
use crate::dispatch::{Args, Caller, Failure};
use crate::form::request::fields;
use crate::form::{Fields, Form, read};
use crate::php::json;
use crate::refusal::Unread;

/// Fields that say how the answer is to look. They are no arguments.
const SETTINGS: [&str; 6] = [
    "moodlewssettingraw",
    "moodlewssettingfileurl",
    "moodlewssettingfilter",
    "moodlewssettinglang",
    "moodlewssettingtimezone",
    "moodlewssettingsafe",
];

/// How the answer is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    /// Also for a format that Moodle does not know.
    Xml,
}

impl Format {
    fn named(name: &str) -> Format {
        if name == "json" { Format::Json } else { Format::Xml }
    }

    /// The one that fields name.
    fn of(fields: &Fields) -> Format {
        Format::named(word(fields, "moodlewsrestformat"))
    }
}

/// Answers a request with a token.
pub async fn serve(app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    respond_to(&app, Proof::Token, from.ip(), request).await
}

/// Answers a request with a user name and a password.
pub async fn simple(app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    respond_to(&app, Proof::Password, from.ip(), request).await
}

async fn respond_to(app: &App, proof: Proof, from: IpAddr, request: Request) -> Response {
    let headers = request.headers().clone();
    match fields(request, &app.settings).await {
        Ok(fields) => answer(app, proof, fields, &headers, Some(from)).await,
        Err(refused) => failed(app, Format::of(&refused.fields), &refused.why),
    }
}

/// The answer to a request that is not read, in the format that its query names.
pub fn refused(app: &App, asked: Unread<'_>, why: &Failure) -> Response {
    let mut form = Form::default();
    // A query that cannot be read names nothing.
    let _ = read(asked.query.as_bytes(), app.settings.form, &mut form);
    failed(app, Format::of(&form.fields), why)
}

async fn answer(app: &App, proof: Proof, mut fields: Fields, headers: &HeaderMap, from: Option<IpAddr>) -> Response {
    let mut take = |name: &str| match fields.shift_remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let format = Format::named(&take("moodlewsrestformat"));
    let function = take("wsfunction");
    let caller = match proof {
        Proof::Token => caller(app, &take("wstoken"), headers, from).await,
        Proof::Password => caller_by_password(app, &take("wsusername"), &take("wspassword"), from).await,
    };
    for setting in SETTINGS {
        fields.shift_remove(setting);
    }
    match call(app, caller, &function, fields).await {
        Ok((target, value)) => {
            let text = match format {
                Format::Json if target.operation.result.is_none() => "null".to_owned(),
                Format::Json => json::encode_arrays(&value),
                Format::Xml => xml::response(&value, target.operation.result.as_ref(), &app.build.manifest.records),
            };
            respond(format, text)
        }
        Err(why) => failed(app, format, &why),
    }
}

async fn call<'a>(app: &'a App, caller: Result<Caller, Failure>, function: &str, args: Args) -> Result<(Target<'a>, Value), Failure> {
    let target = find(app, caller?, function)?;
    let value = target.call(app, args).await?;
    Ok((target, value))
}

fn failed(app: &App, format: Format, failure: &Failure) -> Response {
    let found = exception(failure, app.settings.debug);
    let text = match format {
        Format::Xml => xml::exception(found.class, found.code, found.message, found.debug.as_deref()),
        Format::Json => {
            let mut fields = vec![("exception", found.class.into()), ("errorcode", found.code.into()), ("message", found.message.into())];
            fields.extend(found.debug.map(|debug| ("debuginfo", Value::from(debug))));
            json::encode(&fields.into_iter().collect())
        }
    };
    respond(format, text)
}

fn respond(format: Format, text: String) -> Response {
    let kind: [(HeaderName, &str); 1] = match format {
        Format::Json => [(CONTENT_TYPE, "application/json")],
        Format::Xml => [(CONTENT_TYPE, "application/xml; charset=utf-8")],
    };
    let mut response = (kind, NEVER_KEPT, text).into_response();
    if format == Format::Xml {
        response.headers_mut().insert(CONTENT_DISPOSITION, axum::http::HeaderValue::from_static("inline; filename=\"response.xml\""));
    }
    response
}

/// Headers of every answer.
const NEVER_KEPT: [(HeaderName, &str); 5] = [
    (CACHE_CONTROL, "private, must-revalidate, pre-check=0, post-check=0, max-age=0"),
    (EXPIRES, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (PRAGMA, "no-cache"),
    (ACCEPT_RANGES, "none"),
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
];
