//! Recorded exchanges as the back end: what a CI job uses in place of a site.
//!
//! A call is answered if the recording has it: the same function, the same arguments after validation, the same token. Where it was
//! recorded several times, the answers come in their order, and the last one stays. Tokens that the recorded site knew are known here; what
//! they open is a service of the manifest, where the recording tells its functions.

pub mod answer;
pub mod calls;
pub mod exchange;
pub mod record;
pub mod replay;
mod secrets;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use mwsc_contract::site::Site;
use mwsc_contract::validate::Validator;
use mwsc_contract::{Manifest, Value};

use crate::accounts::{Accounts, Session, bad_login, bad_session, bad_token};
use crate::dispatch::{Backend, Call, Caller, Failure, FailureKind, Grants, Means, Secret};
use calls::{Made, Proof};
use exchange::{Exchange, FolderError};

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
    /// Where the site is, as it says.
    site: Option<String>,
    /// The one service that a token opens, where that is known.
    services: HashMap<String, Arc<[Box<str>]>>,
    /// Tokens by user name, password and service.
    logins: HashMap<(String, String, String), Result<String, Failure>>,
    /// What stands for a token, by the user name and the password that were sent with a call.
    passwords: HashMap<(String, String), Result<String, Failure>>,
}

impl Recorded {
    /// Reads a folder.
    pub fn load(folder: &Path, manifest: &Manifest) -> Result<Recorded, FolderError> {
        Ok(Recorded::of(&exchange::read(folder)?, manifest))
    }

    /// Recorded exchanges. Those that are no calls of functions and no logins are not used.
    pub fn of(exchanges: &[Exchange], manifest: &Manifest) -> Recorded {
        let mut out = Recorded::default();
        for exchange in exchanges {
            if exchange.request.path() == LOGIN {
                out.add_login(exchange, manifest);
            }
            if let Some((token, functions)) = calls::functions(exchange) {
                out.tokens.entry(token.clone()).or_default();
                out.add_service(token, &functions, manifest);
            }
            for made in calls::made(exchange, manifest) {
                out.add_call(made, manifest);
            }
        }
        out
    }

    fn add_login(&mut self, exchange: &Exchange, manifest: &Manifest) {
        let Some(fields) = calls::fields(exchange) else { return };
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let answer = answer::read(exchange.request.status, &exchange.answer, None, &manifest.records);
        let token = answer.map(|answer| answer.get("token").and_then(Value::as_str).unwrap_or_default().to_owned());
        self.logins.insert((text("username"), text("password"), text("service")), token);
    }

    /// Notes the service of the manifest that has exactly these functions.
    fn add_service(&mut self, token: String, functions: &[String], manifest: &Manifest) {
        let functions: BTreeSet<&str> = functions.iter().map(String::as_str).collect();
        let same = |known: &&mwsc_contract::Service| known.operations.iter().map(String::as_str).collect::<BTreeSet<_>>() == functions;
        if let Some(service) = manifest.services.iter().find(same) {
            self.services.insert(token, [service.shortname.as_str().into()].into());
        }
    }

    fn add_call(&mut self, made: Made, manifest: &Manifest) {
        let Made { by, function, args, outcome } = made;
        if outcome.as_ref().is_err_and(|why| why.code == "invalidtoken") {
            return;
        }
        let token = match by {
            Proof::Token(token) => token,
            Proof::Password(username, password) => {
                let token = format!("password of {username}");
                // A site that lets nobody in so says it of the call, for there is no other answer.
                let refused = outcome.as_ref().err().filter(|why| why.kind != FailureKind::BadRequest).cloned();
                self.passwords.insert((username, password), refused.map_or_else(|| Ok(token.clone()), Err));
                token
            }
        };
        let known = self.tokens.entry(token.clone()).or_default();
        if let (Ok(answer), "core_webservice_get_site_info") = (&outcome, function.as_str())
            && let (Some(Value::Int(id)), Some(name)) = (answer.get("userid"), answer.get("username").and_then(Value::as_str))
        {
            *known = (*id, name.to_owned());
            self.site = answer.get("siteurl").and_then(Value::as_str).map(str::to_owned);
            let functions = answer.get("functions").and_then(Value::as_list).unwrap_or_default();
            let functions = functions.iter().filter_map(|function| function.get("name").and_then(Value::as_str).map(str::to_owned));
            self.add_service(token.clone(), &functions.collect::<Vec<_>>(), manifest);
        }
        let site = Site::default();
        let operation = manifest.operations.get(&function);
        // What does not fit is refused before it comes here, as it was then.
        if let Some(Ok(args)) = operation.map(|operation| Validator::new(manifest, &site).arguments(operation, args)) {
            let key = (token, function, key(&args));
            self.calls.get_mut().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().push_back(outcome);
        }
    }

    fn caller(&self, token: &str, means: Means, address: Option<IpAddr>) -> Result<Caller, Failure> {
        let (id, username) = self.tokens.get(token).ok_or_else(bad_token)?;
        let (upstream, services) = (Some(Secret::new(token)), self.services.get(token).cloned());
        Ok(Caller { account: *id, username: username.as_str().into(), grants: Grants::Roles, services, means, address, upstream })
    }
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

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let key = |password: &str| (username.to_owned(), password.to_owned());
        let known = self.passwords.get(&key(password)).or_else(|| self.passwords.get(&key(secrets::REMOVED)));
        let token = known.ok_or_else(|| bad_login().debug("the recording has no call with this password"))?.clone()?;
        self.caller(&token, Means::Password, from)
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
        let known = self.logins.get(&key(password)).or_else(|| self.logins.get(&key(secrets::REMOVED)));
        known.ok_or_else(bad_login)?.clone().map(|token| Secret::new(&token))
    }
}
