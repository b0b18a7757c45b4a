//! `/webservice/xmlrpc/server.php`: XML-RPC with the token in the address, parameters by position; `simpleserver.php` beside it takes a
//! user name and a password there.
//!
//! The status is always 200.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;

use super::call::{Proof, caller, caller_by_password, find, word};
use super::exception::{exception, unknown_function};
use super::xmlrpc::{self, Refusal};
use crate::app::App;
use crate::body;
use crate::dispatch::{Args, Failure};
use crate::form::request::query;

/// Answers a request with a token.
pub async fn serve(app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    respond_to(&app, Proof::Token, from.ip(), request).await
}

/// Answers a request with a user name and a password.
pub async fn simple(app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    respond_to(&app, Proof::Password, from.ip(), request).await
}

async fn respond_to(app: &App, proof: Proof, from: IpAddr, request: Request) -> Response {
    match answer(app, proof, Some(from), request).await {
        Ok(value) => sent(xmlrpc::response(value.as_ref())),
        Err(why) => refused(app, &why),
    }
}

/// A failure.
pub fn refused(app: &App, why: &Failure) -> Response {
    let found = exception(why, app.settings.debug);
    let message = found.debug.map_or_else(|| found.message.to_owned(), |debug| format!("{} | DEBUG INFO: {debug}", found.message));
    sent(xmlrpc::fault(found.code, &message))
}

fn sent(text: String) -> Response {
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

async fn answer(app: &App, proof: Proof, from: Option<IpAddr>, request: Request) -> Result<Option<Value>, Failure> {
    let fields = query(&request, &app.settings)?.fields;
    let caller = match proof {
        Proof::Token => caller(app, word(&fields, "wstoken"), request.headers(), from).await?,
        Proof::Password => caller_by_password(app, word(&fields, "wsusername"), word(&fields, "wspassword"), from).await?,
    };
    let body = body::read(request.into_body(), app.settings.body).await?;
    // What cannot be read names no function, and that is what Moodle complains of.
    let call = xmlrpc::read(&body, app.settings.xml).map_err(|why| match why {
        Refusal::Malformed(why) => unknown_function().debug(why),
        Refusal::Limit(why) => Failure::beyond_limit(format!("The request is refused: {why}.")),
    })?;
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
