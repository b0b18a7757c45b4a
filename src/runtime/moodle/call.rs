//! A call of a function by a token, as all of Moodle's protocols make it.

use std::net::IpAddr;

use axum::http::HeaderMap;
use mwsc_contract::schema::Convention;
use mwsc_contract::{Operation, Service, Value};

use super::exception::{not_in_service, unknown_function};
use crate::accounts::header;
use crate::app::App;
use crate::dispatch::{Args, Caller, Failure, FailureKind, Kinds, dispatch};
use crate::form::Fields;

/// What a request brings to show who calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A token.
    Token,
    /// A user name and a password.
    Password,
}

/// A function that a caller may call.
pub struct Target<'a> {
    /// Who calls.
    pub caller: Caller,
    /// The service through which it is called.
    pub service: &'a Service,
    /// Its name.
    pub name: &'a str,
    /// What the manifest says of it.
    pub operation: &'a Operation,
}

/// Who calls: whoever has this token, or, when there is none, whoever the header `Authorization` names.
pub async fn caller(app: &App, token: &str, headers: &HeaderMap, from: Option<IpAddr>) -> Result<Caller, Failure> {
    let named = if token.is_empty() { header::caller(&*app.accounts, headers, from).await? } else { None };
    match named {
        Some(caller) => Ok(caller),
        None if token.is_empty() => Err(crate::accounts::bad_token()),
        None => app.accounts.token(token, from).await,
    }
}

/// Who has this user name and password, as Moodle's servers for them say it.
pub async fn caller_by_password(app: &App, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
    let bad = |code: &'static str, message: &str| Failure::new(FailureKind::Unauthenticated, code, message);
    if username.is_empty() {
        return Err(bad("missingusername", "Missing username"));
    }
    if password.is_empty() {
        return Err(bad("missingpassword", "Missing password"));
    }
    app.accounts.password(username, password, from).await.map_err(|why| match why.code.as_ref() {
        "invalidlogin" => bad("wrongusernamepassword", "Wrong username or password"),
        _ => why,
    })
}

/// The text of a field; empty when there is none.
pub fn word<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Finds a function in the services of a caller, in the order in which Moodle complains: no name, no such function, not in the service.
pub fn find<'a>(app: &'a App, caller: Caller, function: &str) -> Result<Target<'a>, Failure> {
    if function.is_empty() {
        return Err(Failure::new(FailureKind::BadRequest, "invalidparameter", "Missing function name"));
    }
    let services = || app.build.manifest.services.iter().filter(|service| service.convention == Convention::Moodle);
    let known = |service: &&Service| app.build.operation(service, function).is_some();
    if !services().any(|service| known(&service)) {
        return Err(unknown_function());
    }
    let service = services().find(|service| caller.may_use(&service.shortname) && known(service)).ok_or_else(not_in_service)?;
    let (name, operation) = app.build.operation(service, function).ok_or_else(unknown_function)?;
    Ok(Target { caller, service, name, operation })
}

impl Target<'_> {
    /// Calls it.
    pub async fn call(&self, app: &App, args: Args) -> Result<Value, Failure> {
        dispatch(app, self.service, self.name, args, Kinds::Texts, &self.caller).await
    }
}
