//! JSON over HTTP as `openapi.json` describes it: `POST /api/<service>/<function>`, real status codes, problem documents.
//!
//! Arguments are the members of one JSON object; a bearer token or HTTP Basic says who calls, and nothing secret stands in an address.

mod answer;
pub mod limits;
mod problem;
#[cfg(test)]
mod tests;
mod text;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use mwsc_contract::schema::Convention;
use mwsc_contract::wire::ADDRESS;
use mwsc_contract::{Service, Value};

use crate::accounts::header;
use crate::app::App;
use crate::body;
use crate::dispatch::{Args, Caller, Failure, FailureKind, Kinds, dispatch, unknown_operation};
use crate::refusal::nowhere;
use crate::settings::Settings;

pub use answer::Texts;

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/{service}/openapi.json", get(openapi)).route("/api/{service}/{function}", post(call))
}

/// The answer to a request that is not read.
pub fn refused(app: &App, why: &Failure) -> Response {
    problem::response(why, app.settings.debug)
}

/// Calls a function.
async fn call(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((service, function))) = path else { return refused(&app, &nowhere()) };
    match answer(&app, from, &service, &function, request).await {
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Ok(Some(text)) => ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(why) => problem::response(&why, app.settings.debug),
    }
}

/// The text of the result; `None` for a function that returns nothing.
async fn answer(app: &App, from: SocketAddr, service: &str, function: &str, request: Request) -> Result<Option<Vec<u8>>, Failure> {
    let service = find(app, service)?;
    let (name, operation) = app.build.operation(service, function).ok_or_else(|| unknown_operation(function))?;
    let caller = header::caller(&*app.accounts, request.headers(), Some(from.ip())).await?;
    let caller = caller.unwrap_or_else(|| Caller::nobody(Some(from.ip())));
    let (head, body) = request.into_parts();
    let args = arguments(&head.headers, body, &app.settings).await?;
    let value = dispatch(app, service, name, args, Kinds::Typed, &caller).await?;
    Ok(operation.result.as_ref().map(|slot| match service.convention {
        Convention::Moodle => text::written(&value),
        Convention::OkTech => answer::write(&app.build.manifest, slot, value, &app.known.json),
    }))
}

fn find<'a>(app: &'a App, shortname: &str) -> Result<&'a Service, Failure> {
    let missing = || Failure::new(FailureKind::NotFound, "servicenotavailable", format!("There is no service `{shortname}`."));
    app.build.service(shortname).ok_or_else(missing)
}

/// The arguments in a body. An empty one has none.
async fn arguments(headers: &HeaderMap, body: Body, settings: &Settings) -> Result<Args, Failure> {
    let text = body::read(body, settings.body).await?;
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(Args::new());
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !kind.ends_with("+json") {
        return Err(Failure::new(FailureKind::MediaType, "unsupportedmediatype", "The body has to be of the type application/json."));
    }
    settings.json.admit(&text)?;
    let refused = |message: String| Failure::new(FailureKind::BadRequest, "invalidjson", message);
    let value: Value = serde_json::from_slice(&text).map_err(|why| refused(format!("The body is no JSON: {why}.")))?;
    match value {
        Value::Map(args) => Ok(Arc::unwrap_or_clone(args)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::List(_) => {
            Err(refused("The body has to be a JSON object with a member for each argument.".to_owned()))
        }
    }
}

/// The document that describes a service.
async fn openapi(State(app): State<Arc<App>>, path: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(service)) = path else { return refused(&app, &nowhere()) };
    let document = find(&app, &service).and_then(|service| {
        let name = format!("{}.openapi.json", service.shortname);
        let named = |path: &str| path == name || path.rsplit('/').next() == Some(&name);
        let file = app.build.manifest.files.iter().find(|file| named(&file.path));
        let text = file.and_then(|file| app.build.file(&file.path)).and_then(|text| std::str::from_utf8(text).ok());
        text.ok_or_else(|| {
            Failure::new(
                FailureKind::NotFound,
                "nodocument",
                "The build has no OpenAPI document; generate it with the target `rest` as well.",
            )
        })
    });
    match document {
        Ok(text) => ([(CONTENT_TYPE, "application/vnd.oai.openapi+json;version=3.1")], text.replace(ADDRESS, &app.settings.base_url))
            .into_response(),
        Err(why) => problem::response(&why, app.settings.debug),
    }
}
