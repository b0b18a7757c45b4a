//! `/login/token.php`: a token for a user name and a password.
//!
//! As everywhere in Moodle the status is 200, and a failure has another form than those of the functions: `error` instead of `message`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;

use crate::app::App;
use crate::dispatch::{Failure, FailureKind};
use crate::form::Fields;
use crate::form::request::fields;
use crate::php::json;

/// Answers a request.
pub async fn serve(State(app): State<Arc<App>>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let answer = match fields(request, &app.settings).await {
        Ok(fields) => answer(&app, &fields, Some(from.ip())).await,
        Err(refused) => Err(refused.why),
    };
    sent(answer.map_or_else(|why| failure(&why), |fields| json::encode(&fields.into_iter().collect())))
}

/// The answer to a request that is not read.
pub fn refused(why: &Failure) -> Response {
    sent(failure(why))
}

fn sent(text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CACHE_CONTROL, "no-store, no-cache, must-revalidate"),
        (PRAGMA, "no-cache"),
        (ACCEPT_RANGES, "none"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, text).into_response()
}

/// A failure as Moodle's scripts for programs say it, outside the functions of services.
pub(super) fn failure(why: &Failure) -> String {
    let error = [("error", Value::from(why.message.as_str())), ("errorcode", why.code.as_ref().into())];
    json::encode(&error.into_iter().chain(["stacktrace", "debuginfo", "reproductionlink"].map(|key| (key, Value::Null))).collect())
}

async fn answer(app: &App, fields: &Fields, from: Option<IpAddr>) -> Result<Vec<(&'static str, Value)>, Failure> {
    if fields.get("appsitecheck").and_then(Value::as_str).is_some_and(|text| text == "1") {
        return Ok(vec![("appsitecheck", "ok".into())]);
    }
    let [username, password, service] = ["username", "password", "service"].map(|name| required(fields, name));
    let (username, password, service) = (username?, password?, service?);
    if !app.accounts.knows_services() && app.build.service(service).is_none() {
        let message = "Web service is not available. (It doesn't exist or might be disabled.)";
        return Err(Failure::new(FailureKind::NotFound, "servicenotavailable", message));
    }
    let token = app.accounts.issue(username, password, service, from).await.map_err(|why| match why.code.as_ref() {
        "invalidlogin" => Failure { message: "Invalid login, please try again".to_owned(), ..why },
        _ => why,
    })?;
    Ok(vec![("token", token.reveal().into()), ("privatetoken", Value::Null)])
}

fn required<'f>(fields: &'f Fields, name: &str) -> Result<&'f str, Failure> {
    let missing = || Failure::new(FailureKind::BadRequest, "missingparam", format!("A required parameter ({name}) was missing"));
    fields.get(name).and_then(Value::as_str).ok_or_else(missing)
}
