//! `/webservice/upload.php`: files for the draft area of whoever has a token. The services here take no files; the script says so.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;

use super::call::caller;
use super::exception::not_in_service;
use super::token::failure;
use crate::app::App;
use crate::dispatch::Failure;
use crate::form::request::fields;

/// Answers a request: with a failure, whatever it brings.
pub async fn serve(State(app): State<Arc<App>>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store, no-cache, must-revalidate"),
        (PRAGMA, "no-cache"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, failure(&refusal(&app, from, request).await)).into_response()
}

async fn refusal(app: &App, from: SocketAddr, request: Request) -> Failure {
    let headers = request.headers().clone();
    let fields = match fields(request, &app.settings).await {
        Ok(fields) => fields,
        Err(refused) => return refused.why,
    };
    let token = fields.get("token").and_then(Value::as_str).unwrap_or_default();
    match caller(app, token, &headers, Some(from.ip())).await {
        Ok(_) => not_in_service().debug("no service takes files"),
        Err(why) => why,
    }
}
