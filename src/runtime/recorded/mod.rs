//! Recorded exchanges as the back end: what a CI job uses in place of a site.
//!
//! A call is answered if the recording has it: the same function, the same arguments after validation, the same token. Where it was
//! recorded several times, the answers come in their order, and the last one stays. Tokens that the recorded site knew are known here.

pub mod answer;
pub mod exchange;
pub mod record;
pub mod replay;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use mwsc_contract::site::Site;
use mwsc_contract::validate::Validator;
use mwsc_contract::{Manifest, Value};

use crate::accounts::{Accounts, Session, bad_login, bad_session, bad_token};
use crate::dispatch::{Backend, Call, Caller, Failure, FailureKind, Grants, Means, Secret};
use crate::form::{Form, Limits, read};
use exchange::{Exchange, FolderError};

/// Path of Moodle's REST.
pub const REST: &str = "/webservice/rest/server.php";
/// Path of Moodle's login for programs.
pub const LOGIN: &str = "/login/token.php";

type Outcome = Result<Value, Failure>;

/// Recorded exchanges.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Answers by token, function and arguments.
    calls: Mutex<HashMap<(String, String, String), VecDeque<Outcome>>>,
    /// Who has a token: id and user name, as far as the recording tells.
    tokens: HashMap<String, (i64, String)>,
    /// Tokens by user name, password and service.
    logins: HashMap<(String, String, String), Result<String, Failure>>,
}

impl Recorded {
    /// Reads a folder.
    pub fn load(folder: &Path, manifest: &Manifest) -> Result<Recorded, FolderError> {
        Ok(Recorded::of(&exchange::read(folder)?, manifest))
    }

    /// Recorded exchanges. Those that are no calls of REST and no logins are not used.
    pub fn of(exchanges: &[Exchange], manifest: &Manifest) -> Recorded {
        let mut out = Recorded::default();
        for exchange in exchanges {
            let Some(mut fields) = fields(exchange) else { continue };
            let mut take = |name: &str| match fields.shift_remove(name) {
                Some(Value::String(text)) => text,
                _ => String::new(),
            };
            match exchange.request.path() {
                REST => {
                    let (token, function) = (take("wstoken"), take("wsfunction"));
                    take("moodlewsrestformat");
                    fields.retain(|name, _| !name.starts_with("moodlewssetting"));
                    out.add_call(token, function, fields, exchange, manifest);
                }
                LOGIN => {
                    let key = (take("username"), take("password"), take("service"));
                    let answer = answer::read(exchange.request.status, &exchange.answer, None, &manifest.records);
                    let token = answer.map(|answer| answer.get("token").and_then(Value::as_str).unwrap_or_default().to_owned());
                    out.logins.insert(key, token);
                }
                _ => {}
            }
        }
        out
    }

    fn add_call(&mut self, token: String, function: String, args: crate::form::Fields, exchange: &Exchange, manifest: &Manifest) {
        let operation = manifest.operations.get(&function);
        let result = operation.and_then(|operation| operation.result.as_ref());
        let outcome = answer::read(exchange.request.status, &exchange.answer, result, &manifest.records);
        if outcome.as_ref().is_err_and(|why| why.code == "invalidtoken") {
            return;
        }
        let known = self.tokens.entry(token.clone()).or_default();
        if let (Ok(answer), "core_webservice_get_site_info") = (&outcome, function.as_str())
            && let (Some(Value::Int(id)), Some(name)) = (answer.get("userid"), answer.get("username").and_then(Value::as_str))
        {
            *known = (*id, name.to_owned());
        }
        let site = Site::default();
        // What does not fit is refused before it comes here, as it was then.
        if let Some(Ok(args)) = operation.map(|operation| Validator::new(manifest, &site).arguments(operation, args)) {
            let key = (token, function, key(&args));
            self.calls.get_mut().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().push_back(outcome);
        }
    }

    fn caller(&self, token: &str, means: Means, address: Option<IpAddr>) -> Result<Caller, Failure> {
        let (id, username) = self.tokens.get(token).ok_or_else(bad_token)?;
        let upstream = Some(Secret::new(token));
        Ok(Caller { account: *id, username: username.as_str().into(), grants: Grants::Roles, services: None, means, address, upstream })
    }
}

/// The fields of a recorded request.
fn fields(exchange: &Exchange) -> Option<crate::form::Fields> {
    let mut form = Form::default();
    read(exchange.request.query().as_bytes(), Limits::default(), &mut form).ok()?;
    let kind = exchange.request.header("content-type").unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        read(exchange.request.body.as_deref().unwrap_or_default().as_bytes(), Limits::default(), &mut form).ok()?;
    }
    Some(form.fields)
}

/// Arguments as a text that is equal for equal arguments.
fn key(args: &crate::dispatch::Args) -> String {
    serde_json::to_string(args).unwrap_or_default()
}

#[async_trait]
impl Backend for Recorded {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        let token = call.caller.upstream.as_ref().map_or("", Secret::reveal).to_owned();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = calls.get_mut(&(token, call.operation.to_owned(), key(&call.args))).ok_or_else(|| {
            let message = format!("The recording has no call of `{}` with these arguments and this token.", call.operation);
            Failure::new(FailureKind::NotFound, "notrecorded", message)
        })?;
        let last = answers.len() == 1;
        let next = if last { answers.front().cloned() } else { answers.pop_front() };
        next.unwrap_or_else(|| Err(Failure::internal("a recorded call without an answer")))
    }
}

#[async_trait]
impl Accounts for Recorded {
    async fn login(&self, _username: &str, _password: &str, _from: Option<IpAddr>) -> Result<Session, Failure> {
        Err(bad_login().debug("a recording has no sessions"))
    }

    async fn check(&self, _client: i64, _key: &str, _from: Option<IpAddr>) -> Result<Caller, Failure> {
        Err(bad_session().debug("a recording has no sessions"))
    }

    async fn logout(&self, _client: i64, _key: &str) -> Result<(), Failure> {
        Err(bad_session().debug("a recording has no sessions"))
    }

    async fn password(&self, _username: &str, _password: &str, _from: Option<IpAddr>) -> Result<Caller, Failure> {
        Err(bad_login().debug("a recording has no passwords"))
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.caller(token, Means::Token, from)
    }

    fn knows_services(&self) -> bool {
        true
    }

    async fn issue(&self, username: &str, password: &str, service: &str, _from: Option<IpAddr>) -> Result<Secret, Failure> {
        let key = |password: &str| (username.to_owned(), password.to_owned(), service.to_owned());
        // A recording that was made here knows no passwords.
        let known = self.logins.get(&key(password)).or_else(|| self.logins.get(&key(record::REMOVED)));
        known.ok_or_else(bad_login)?.clone().map(|token| Secret::new(&token))
    }
}
