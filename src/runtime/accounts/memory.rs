//! Accounts and sessions in memory: what tests log in to.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::{Accounts, Session, bad_login, bad_session, bad_token, new_key, same_key};
use crate::dispatch::{Caller, Failure, Grants, Means, Secret};

/// Accounts and sessions in memory.
#[derive(Debug)]
pub struct Memory {
    /// How long a session lasts from its login.
    lifetime: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    accounts: Vec<Account>,
    sessions: HashMap<i64, Open>,
    /// Tokens with their account and service.
    tokens: HashMap<String, (usize, Box<str>)>,
    last: i64,
}

#[derive(Debug, Clone)]
struct Account {
    id: i64,
    username: String,
    password: String,
    token: String,
    grants: Grants,
}

#[derive(Debug)]
struct Open {
    key: String,
    account: usize,
    from: Option<IpAddr>,
    ends: Instant,
}

impl Memory {
    /// No accounts yet.
    pub fn new(lifetime: Duration) -> Memory {
        Memory { lifetime, state: Mutex::default() }
    }

    /// With one account more. An empty token is none.
    #[must_use]
    pub fn with(self, id: i64, username: &str, password: &str, token: &str, grants: Grants) -> Memory {
        let (username, password, token) = (username.to_owned(), password.to_owned(), token.to_owned());
        self.state().accounts.push(Account { id, username, password, token, grants });
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one statement, so a thread that panicked left it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn known(&self, username: &str, password: &str) -> Result<usize, Failure> {
        let fits = |account: &Account| account.username == username && same_key(&account.password, password);
        self.accounts.iter().position(fits).ok_or_else(bad_login)
    }

    fn open(&mut self, client: i64, key: &str) -> Result<&mut Open, Failure> {
        let now = Instant::now();
        self.sessions.retain(|_, open| open.ends > now);
        self.sessions.get_mut(&client).filter(|open| same_key(&open.key, key)).ok_or_else(bad_session)
    }

    fn caller(&self, account: usize, means: Means, address: Option<IpAddr>) -> Caller {
        let account = &self.accounts[account];
        Caller {
            account: account.id,
            username: account.username.as_str().into(),
            grants: account.grants.clone(),
            services: None,
            means,
            address,
            upstream: None,
        }
    }
}

#[async_trait]
impl Accounts for Memory {
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure> {
        let now = Instant::now();
        let mut state = self.state();
        let account = state.known(username, password)?;
        let resumed = state.sessions.iter_mut().find(|(_, open)| open.account == account && open.from == from && open.ends > now);
        let (client, key, resumed) = if let Some((&client, open)) = resumed {
            open.ends = now + self.lifetime;
            (client, open.key.clone(), true)
        } else {
            let key = new_key()?;
            state.last += 1;
            let client = state.last;
            state.sessions.insert(client, Open { key: key.clone(), account, from, ends: now + self.lifetime });
            (client, key, false)
        };
        Ok(Session { client, key: Secret::new(&key), resumed, caller: state.caller(account, Means::Session { client }, from) })
    }

    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let mut state = self.state();
        let account = state.open(client, key)?.account;
        Ok(state.caller(account, Means::Session { client }, from))
    }

    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure> {
        let mut state = self.state();
        state.open(client, key)?;
        state.sessions.remove(&client);
        Ok(())
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let state = self.state();
        let account = state.known(username, password)?;
        Ok(state.caller(account, Means::Password, from))
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let state = self.state();
        let issued = state.tokens.iter().find(|(known, _)| same_key(known, token));
        if let Some((_, (account, service))) = issued {
            return Ok(Caller { services: Some([service.clone()].into()), ..state.caller(*account, Means::Token, from) });
        }
        let fits = |account: &Account| !account.token.is_empty() && same_key(&account.token, token);
        let account = state.accounts.iter().position(fits).ok_or_else(bad_token)?;
        Ok(state.caller(account, Means::Token, from))
    }

    async fn issue(&self, username: &str, password: &str, service: &str, _from: Option<IpAddr>) -> Result<Secret, Failure> {
        let mut state = self.state();
        let account = state.known(username, password)?;
        let known = state.tokens.iter().find(|(_, token)| token.0 == account && &*token.1 == service).map(|(token, _)| token.clone());
        let token = match known {
            Some(token) => token,
            None => new_key()?,
        };
        state.tokens.insert(token.clone(), (account, service.into()));
        Ok(Secret::new(&token))
    }
}
