//! `/webservice/xmlrpc/server.php`: XML-RPC with the token in the address, parameters by position.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;
use serde::Deserialize;

use super::call::{caller, find};
use super::exception::{exception, unknown_function};
use super::xmlrpc;
use crate::app::App;
use crate::body;
use crate::dispatch::{Args, Failure};

/// The part of the address that is read.
#[derive(Debug, Default, Deserialize)]
pub struct Token {
    #[serde(default)]
    wstoken: String,
}

/// Answers a request. The status is always 200.
pub async fn serve(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    token: Query<Token>,
    request: Request,
) -> Response {
    let text = match answer(&app, &token.wstoken, from, request).await {
        Ok(value) => xmlrpc::response(value.as_ref()),
        Err(why) => {
            let found = exception(&why, app.settings.debug);
            let message = found.debug.map_or_else(|| found.message.to_owned(), |debug| format!("{} | DEBUG INFO: {debug}", found.message));
            xmlrpc::fault(found.code, &message)
        }
    };
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

async fn answer(app: &App, token: &str, from: SocketAddr, request: Request) -> Result<Option<Value>, Failure> {
    let from = Some(from.ip());
    let caller = caller(app, token, request.headers(), from).await?;
    let body = body::read(request.into_body(), app.settings.body).await?;
    // What cannot be read names no function, and that is what Moodle complains of.
    let call = xmlrpc::read(&body, app.settings.xml).map_err(|why| unknown_function().debug(why))?;
    let target = find(app, caller, &call.method)?;
    let params = target.operation.params.iter().filter(|param| param.session.is_none());
    let mut args: Args = params.map(|param| param.name.clone()).zip(call.params.iter().cloned()).collect();
    if call.params.len() > args.len() {
        // Named like no parameter can be, so that the check of the arguments refuses it.
        args.insert(format!("#{}", args.len() + 1), Value::Null);
    }
    let value = target.call(app, args).await?;
    Ok(target.operation.result.is_some().then_some(value))
}
