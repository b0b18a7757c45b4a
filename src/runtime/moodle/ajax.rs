//! `/lib/ajax/service.php`: several calls in one request, as the scripts of Moodle's own pages make them.
//!
//! The body is a JSON list of `{index, methodname, args}`. The answer has for each index `{error: false, data}` or `{error: true,
//! exception}`. Only functions that are declared for it can be called so. Moodle knows who calls by a cookie of its pages, which nobody has
//! here: a token or a password in the header `Authorization` takes its place. `service-nologin.php` is for functions that need no login.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;
use mwsc_contract::schema::Convention;
use serde::Deserialize;

use super::exception::{exception, unknown_function};
use super::token::failure;
use crate::accounts::header;
use crate::app::App;
use crate::body;
use crate::dispatch::{Args, Caller, Failure, FailureKind, Kinds, dispatch};
use crate::form::Form;
use crate::form::request::query;
use crate::php::json;

/// Calls in one request.
const CALLS: usize = 1_000;

/// One call.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// Its place in the answer.
    #[serde(default)]
    pub index: i64,
    /// Name of the function.
    #[serde(default)]
    pub methodname: String,
    /// Arguments by name.
    #[serde(default)]
    pub args: Value,
}

/// Answers a request of somebody who is logged in. After a call that fails no other is carried out: it may depend on it.
pub async fn serve(app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    let from = Some(from.ip());
    let caller = match header::caller(&*app.accounts, request.headers(), from).await {
        Ok(caller) => caller.unwrap_or_else(|| Caller::nobody(from)),
        Err(why) => return sent(failure(&why)),
    };
    sent(answer(&app, &caller, true, request).await.unwrap_or_else(|why| failure(&why)))
}

/// Answers a request of anybody.
pub async fn serve_anybody(app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    let caller = Caller::nobody(Some(from.ip()));
    sent(answer(&app, &caller, false, request).await.unwrap_or_else(|why| failure(&why)))
}

fn sent(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8"), (CACHE_CONTROL, "no-store, no-cache, must-revalidate")], text).into_response()
}

async fn answer(app: &App, caller: &Caller, ends: bool, request: Request) -> Result<String, Failure> {
    let form = if ends { Form::default() } else { query(&request, &app.settings)? };
    let body = body::read(request.into_body(), app.settings.body).await?;
    let text = match form.fields.get("args").and_then(Value::as_str) {
        Some(args) if !args.is_empty() => args.as_bytes(),
        _ => &body[..],
    };
    let mut answers: Vec<(i64, Value)> = Vec::new();
    app.settings.json.admit(text)?;
    for Asked { index, methodname, args } in calls(text)? {
        let outcome = call(app, caller, &methodname, args).await?;
        let failed = outcome.is_err();
        let answer = match outcome {
            Ok(value) => [("error", Value::Bool(false)), ("data", value)].into_iter().collect(),
            Err(why) => [("error", Value::Bool(true)), ("exception", told(app, &why))].into_iter().collect(),
        };
        match answers.iter_mut().find(|(known, _)| *known == index) {
            Some((_, known)) => *known = answer,
            None => answers.push((index, answer)),
        }
        if failed && ends {
            break;
        }
    }
    Ok(json::encode_arrays(&by_index(answers)))
}

/// The calls in a request.
pub fn calls(text: &[u8]) -> Result<Vec<Asked>, Failure> {
    let calls: Result<Vec<Asked>, _> = serde_json::from_slice(text);
    let refused = |why: String| {
        Failure::new(FailureKind::BadRequest, "codingerror", format!("Coding error detected, it must be fixed by a programmer: {why}"))
    };
    let calls = calls.map_err(|why| refused(format!("Invalid json in request: {why}")))?;
    if calls.len() > CALLS {
        return Err(refused(format!("more than {CALLS} calls in one request")));
    }
    Ok(calls)
}

/// Answers by their index: PHP writes a list where the indexes are those of one.
fn by_index(answers: Vec<(i64, Value)>) -> Value {
    if answers.iter().enumerate().all(|(at, (index, _))| i64::try_from(at).is_ok_and(|at| at == *index)) {
        return Value::List(answers.into_iter().map(|(_, answer)| answer).collect());
    }
    answers.into_iter().map(|(index, answer)| (index.to_string(), answer)).collect()
}

/// Carries one call out. A function that nobody knows ends the whole request.
async fn call(app: &App, caller: &Caller, function: &str, args: Value) -> Result<Result<Value, Failure>, Failure> {
    let services = || app.build.manifest.services.iter().filter(|service| service.convention == Convention::Moodle);
    let known = || services().filter(|service| app.build.operation(service, function).is_some());
    let service = known().find(|service| caller.may_use(&service.shortname)).or_else(|| known().next()).ok_or_else(unknown_function)?;
    let (name, operation) = app.build.operation(service, function).ok_or_else(unknown_function)?;
    let gone = |code: &'static str, why: &str| Failure::new(FailureKind::Forbidden, code, format!("Web service is not available. ({why})"));
    if !operation.ajax {
        return Ok(Err(gone("servicenotavailable", "It doesn't exist or might be disabled.")));
    }
    if operation.login_required && !caller.is_somebody() {
        return Ok(Err(gone("servicerequireslogin", "The session has been logged out or has expired.")));
    }
    let args = match args {
        Value::Map(args) => Arc::unwrap_or_clone(args),
        Value::List(items) if items.is_empty() => Args::new(),
        Value::Null => Args::new(),
        _ => return Ok(Err(Failure::parameter("args", "Arguments have names."))),
    };
    Ok(dispatch(app, service, name, args, Kinds::Texts, caller).await)
}

/// An exception as the scripts of pages show it.
fn told(app: &App, why: &Failure) -> Value {
    let found = exception(why, app.settings.debug);
    let module = if found.code.starts_with("service") { "webservice" } else { "moodle" };
    // Moodle's documentation has a folder for each release: 4.5 is 405.
    let release = app.build.manifest.releases.iter().find_map(|release| {
        let mut numbers = release.split('.').map(str::parse::<u32>);
        Some(format!("{}{:02}/", numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    let more = format!("https://docs.moodle.org/{}en/error/{module}/{}", release.unwrap_or_default(), found.code);
    let mut out = vec![
        ("message", Value::from(found.message)),
        ("errorcode", found.code.into()),
        ("link", format!("{}/", app.settings.base_url).into()),
        ("moreinfourl", more.into()),
    ];
    out.extend(found.debug.map(|debug| ("debuginfo", Value::from(debug))));
    out.into_iter().collect()
}
