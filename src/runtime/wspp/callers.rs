//! Who may call a server behind this service: its own users, and whoever has a session of it.
//!
//! A login gives a session of the server itself, so that it is good here and there, and on every instance of this service. It is shown as
//! OK Tech's clients show it, or as the bearer token `CLIENT:SESSKEY`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::pass::Pass;
use super::server::{Key, Server};
use super::sessions::Sessions;
use crate::accounts::{Accounts, Session, bad_session, bad_token};
use crate::build::sha256;
use crate::dispatch::{Caller, Failure, FailureKind, Grants, Means, Secret};

/// How long an answer about a session is believed. The server itself looks at it with every call.
const BELIEVED: Duration = Duration::from_secs(60);
/// Sessions that are remembered at most.
const REMEMBERED: usize = 10_000;

/// The users of a server.
pub struct Callers {
    server: Arc<Server>,
    sessions: Arc<Sessions>,
    /// By digest of the session: who has it, and until when that is believed.
    known: Mutex<HashMap<String, (User, Instant)>>,
}

/// Somebody who has a session.
#[derive(Debug, Clone)]
struct User {
    id: i64,
    /// Empty when the session was not begun here.
    username: Arc<str>,
}

impl Callers {
    /// The users of a server, whose sessions are kept in `sessions`.
    pub fn new(server: Arc<Server>, sessions: Arc<Sessions>) -> Callers {
        Callers { server, sessions, known: Mutex::default() }
    }

    async fn with_session(&self, key: Key, means: Means, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let user = if let Some(user) = self.remembered(&key) {
            user
        } else {
            let id = self.server.user(&key).await?.ok_or_else(bad_session)?;
            let user = User { id, username: "".into() };
            self.remember(&key, user.clone());
            user
        };
        Ok(caller(user.id, user.username, &Pass::Session(key), means, from))
    }

    fn remembered(&self, key: &Key) -> Option<User> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&digest(key)).filter(|(_, until)| *until > Instant::now()).map(|(user, _)| user.clone())
    }

    fn remember(&self, key: &Key, user: User) {
        let now = Instant::now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (_, until)| *until > now);
        }
        if known.len() < REMEMBERED {
            known.insert(digest(key), (user, now + BELIEVED));
        }
    }

    fn forget(&self, key: &Key) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(key));
    }
}

/// The sessions of a server are its own affair, so what a caller may do is, too.
fn caller(account: i64, username: Arc<str>, pass: &Pass, means: Means, address: Option<IpAddr>) -> Caller {
    Caller { account, username, grants: Grants::Roles, services: None, means, address, upstream: Some(pass.seal()) }
}

fn digest(key: &Key) -> String {
    sha256(format!("{}:{}", key.client, key.key).as_bytes())
}

#[async_trait]
impl Accounts for Callers {
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure> {
        let open = self.sessions.begin(username, password, from).await?;
        self.remember(&open.key, User { id: open.user, username: username.into() });
        let means = Means::Session { client: open.key.client };
        let key = Secret::new(&open.key.key);
        let client = open.key.client;
        Ok(Session { client, key, resumed: false, caller: caller(open.user, username.into(), &Pass::Session(open.key), means, from) })
    }

    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.with_session(Key { client, key: key.to_owned() }, Means::Session { client }, from).await
    }

    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure> {
        let key = Key { client, key: key.to_owned() };
        self.forget(&key);
        self.server.logout(&key).await
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let open = self.sessions.of(username, password, from).await?;
        let pass = Pass::Password { username: username.to_owned(), password: password.to_owned() };
        Ok(caller(open.user, username.into(), &pass, Means::Password, from))
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let (client, key) = token.split_once(':').ok_or_else(bad_token)?;
        let client = client.parse().map_err(|_| bad_token())?;
        self.with_session(Key { client, key: key.to_owned() }, Means::Token, from).await
    }

    async fn issue(&self, _username: &str, _password: &str, _service: &str, _from: Option<IpAddr>) -> Result<Secret, Failure> {
        Err(Failure::new(FailureKind::NotServed, "servicenotavailable", "The server behind this service knows no tokens."))
    }
}
