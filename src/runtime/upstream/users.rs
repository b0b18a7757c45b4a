//! The users of a site as accounts of the gateway: a login takes a token for that very user, so that Moodle's own permissions hold.
//!
//! Sessions are kept in memory and hold the token; the gateway keeps no passwords. Who sends the password with each call would have the site
//! look at it each time, so a token that a password gave is remembered for a minute, by a digest under a key that this process alone has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::site::Site;
use crate::accounts::{Accounts, Allowance, Keyed, Session, Throttle, bad_login, bad_session, new_key, same_key};
use crate::dispatch::{Caller, Failure, Grants, Means, Secret};

/// The users of a site.
pub struct Users {
    site: Arc<Site>,
    /// Shortname of the site's service for which tokens are taken.
    service: String,
    lifetime: Duration,
    throttle: Throttle,
    known: Arc<Known>,
}

/// What is known of users. It outlives a reload.
struct Known {
    sessions: Mutex<Sessions>,
    keyed: Keyed,
    /// Tokens that a password gave a moment ago.
    given: Mutex<HashMap<[u8; 32], (Secret, Instant)>>,
}

/// How long a token that a password gave is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);

/// How many are remembered at most.
const MOST: usize = 10_000;

#[derive(Default)]
struct Sessions {
    open: HashMap<i64, Open>,
    last: i64,
}

struct Open {
    key: String,
    caller: Caller,
    from: Option<IpAddr>,
    ends: Instant,
}

impl Users {
    /// The users of a site. Their sessions last for `lifetime`.
    pub fn new(site: Arc<Site>, service: &str, lifetime: Duration) -> Result<Users, Failure> {
        let known = Arc::new(Known { sessions: Mutex::default(), keyed: Keyed::new()?, given: Mutex::default() });
        Ok(Users { site, service: service.to_owned(), lifetime, throttle: Throttle::default(), known })
    }

    /// With another number of logins that may fail.
    #[must_use]
    pub fn allowing(self, allowance: Allowance) -> Users {
        Users { throttle: self.throttle.allowing(allowance), ..self }
    }

    /// With what `before` knows of them, when those are users of the same site: who is logged in, and whose logins failed.
    #[must_use]
    pub fn after(self, before: &Users) -> Users {
        if self.site.client.url() != before.site.client.url() {
            return self;
        }
        Users { known: before.known.clone(), throttle: before.throttle.allowing(self.throttle.allowance()), ..self }
    }

    /// Who has a token, and the token for the calls to come.
    async fn caller(&self, token: Secret, means: Means, address: Option<IpAddr>) -> Result<Caller, Failure> {
        let visitor = self.site.visitor(&token).await?;
        let username = visitor.username.clone();
        // Which services and capabilities there are is Moodle's to say.
        Ok(Caller { account: visitor.id, username, grants: Grants::Roles, services: None, means, address, upstream: Some(token) })
    }

    /// A token for a user, from the site.
    async fn enter(&self, username: &str, password: &str, service: &str, from: Option<IpAddr>) -> Result<Secret, Failure> {
        if username.is_empty() || password.is_empty() {
            return Err(bad_login());
        }
        self.throttle.check(username, from)?;
        let token = self.site.client.token(username, password, service).await.map_err(|why| match why.code.as_ref() {
            "invalidlogin" => {
                self.throttle.failed(username, from);
                bad_login()
            }
            _ => why,
        })?;
        self.throttle.succeeded(username);
        Ok(token)
    }

    /// The same, or the one that it gave a moment ago.
    async fn enter_again(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Secret, Failure> {
        let digest = self.known.keyed.digest(&[&self.service, username, password]);
        let now = Instant::now();
        let given = self.given().get(&digest).filter(|(_, until)| *until > now).map(|(token, _)| token.clone());
        if let Some(token) = given {
            return Ok(token);
        }
        let token = self.enter(username, password, &self.service, from).await?;
        let mut given = self.given();
        if given.len() >= MOST {
            given.retain(|_, (_, until)| *until > now);
        }
        if given.len() < MOST {
            given.insert(digest, (token.clone(), now + REMEMBERED));
        }
        Ok(token)
    }

    fn given(&self) -> MutexGuard<'_, HashMap<[u8; 32], (Secret, Instant)>> {
        self.known.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        let mut sessions = self.known.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        sessions.open.retain(|_, open| open.ends > now);
        sessions
    }
}

#[async_trait]
impl Accounts for Users {
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure> {
        let token = self.enter(username, password, &self.service, from).await?;
        let caller = self.caller(token, Means::Password, from).await?;
        let fresh = new_key()?;
        let mut sessions = self.sessions();
        let ends = Instant::now() + self.lifetime;
        let resumed = sessions.open.iter().find(|(_, open)| open.caller.account == caller.account && open.from == from);
        let (client, key, resumed) = if let Some((&client, open)) = resumed {
            (client, open.key.clone(), true)
        } else {
            sessions.last += 1;
            (sessions.last, fresh, false)
        };
        let caller = Caller { means: Means::Session { client }, ..caller };
        sessions.open.insert(client, Open { key: key.clone(), caller: caller.clone(), from, ends });
        Ok(Session { client, key: Secret::new(&key), resumed, caller })
    }

    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let sessions = self.sessions();
        let open = sessions.open.get(&client).filter(|open| same_key(&open.key, key)).ok_or_else(bad_session)?;
        Ok(Caller { address: from, ..open.caller.clone() })
    }

    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure> {
        let mut sessions = self.sessions();
        sessions.open.get(&client).filter(|open| same_key(&open.key, key)).ok_or_else(bad_session)?;
        sessions.open.remove(&client);
        Ok(())
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let token = self.enter_again(username, password, from).await?;
        self.caller(token, Means::Password, from).await
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.caller(Secret::new(token), Means::Token, from).await
    }

    fn knows_services(&self) -> bool {
        true
    }

    async fn issue(&self, username: &str, password: &str, service: &str, from: Option<IpAddr>) -> Result<Secret, Failure> {
        self.enter(username, password, service, from).await
    }
}
