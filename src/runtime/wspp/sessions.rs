//! Sessions that are kept for accounts: whoever calls with a password has one begun at the first call, and uses it for all that follow.
//!
//! An account is known by a digest of its user name and password under a key that this process alone has; no password is kept. The server
//! ends a session some time after its login, so one is begun anew in good time, and at once when the server says that it is over.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};

use super::server::{Key, Server};
use crate::accounts::{Allowance, Keyed, Throttle, bad_login, bad_session};
use crate::dispatch::{Failure, FailureKind};

/// A session that is kept.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its number and key.
    pub key: Key,
    /// Id of its user.
    pub user: i64,
    until: Instant,
}

/// The sessions that are kept.
pub struct Sessions {
    server: Arc<Server>,
    lifetime: Duration,
    throttle: Throttle,
    kept: Arc<Kept>,
    /// Whether others have what is kept, and will end it.
    handed_on: AtomicBool,
}

/// What is kept. It outlives a reload.
struct Kept {
    keyed: Keyed,
    places: Mutex<HashMap<[u8; 32], Arc<Place>>>,
}

/// Where the session of an account is kept. One login at a time fills it.
type Place = tokio::sync::Mutex<Option<Open>>;

/// How many accounts have a place at most; the others log in at each call.
const MOST: usize = 10_000;

/// How many sessions are ended at once.
const AT_ONCE: usize = 8;

impl Sessions {
    /// None yet. They are begun anew after `lifetime`, which should be less than the server's own time-out.
    pub fn new(server: Arc<Server>, lifetime: Duration) -> Result<Sessions, Failure> {
        let kept = Arc::new(Kept { keyed: Keyed::new()?, places: Mutex::default() });
        Ok(Sessions { server, lifetime, throttle: Throttle::default(), kept, handed_on: AtomicBool::new(false) })
    }

    /// With another number of logins that may fail.
    #[must_use]
    pub fn allowing(self, allowance: Allowance) -> Sessions {
        Sessions { throttle: self.throttle.allowing(allowance), ..self }
    }

    /// With those that `before` has, when they are of the same server, which it then leaves to these. And with its count of logins that
    /// failed.
    #[must_use]
    pub fn after(self, before: &Sessions) -> Sessions {
        if self.server.url() != before.server.url() {
            return self;
        }
        before.handed_on.store(true, Ordering::Relaxed);
        Sessions { kept: before.kept.clone(), throttle: before.throttle.allowing(self.throttle.allowance()), ..self }
    }

    /// The session of an account, begun if it has none.
    pub async fn of(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Open, Failure> {
        self.session(username, password, from, |open| open.until > Instant::now()).await
    }

    /// The session of an account when the server says that `over` has ended: what another call has begun meanwhile, or a new one.
    pub async fn again(&self, username: &str, password: &str, from: Option<IpAddr>, over: &Open) -> Result<Open, Failure> {
        self.session(username, password, from, |open| open.key != over.key).await
    }

    /// Begins a session that the caller keeps.
    pub async fn begin(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Open, Failure> {
        if username.is_empty() || password.is_empty() {
            return Err(bad_login());
        }
        self.throttle.check(username, from)?;
        let key = self.server.login(username, password).await.inspect_err(|why| {
            if why.kind == FailureKind::Unauthenticated {
                self.throttle.failed(username, from);
            }
        })?;
        self.throttle.succeeded(username);
        let user = self.server.user(&key).await?.ok_or_else(bad_session)?;
        Ok(Open { key, user, until: Instant::now() + self.lifetime })
    }

    /// Ends all of them, as far as the server lets it.
    pub async fn close(&self) {
        if self.handed_on.load(Ordering::Relaxed) {
            return;
        }
        let places: Vec<_> = self.kept().drain().map(|(_, place)| place).collect();
        stream::iter(places)
            .for_each_concurrent(AT_ONCE, async |place| {
                if let Some(open) = place.lock().await.take()
                    && let Err(why) = self.server.logout(&open.key).await
                {
                    tracing::debug!(client = open.key.client, "a session could not be ended: {why}");
                }
            })
            .await;
    }

    async fn session(&self, username: &str, password: &str, from: Option<IpAddr>, good: impl Fn(&Open) -> bool) -> Result<Open, Failure> {
        let place = self.place(username, password);
        let mut place = place.lock().await;
        if let Some(open) = place.as_ref().filter(|open| good(open)) {
            return Ok(open.clone());
        }
        *place = None;
        let open = self.begin(username, password, from).await?;
        Ok(place.insert(open).clone())
    }

    /// The place of an account. Places that hold nothing, or nothing that is good any longer, make room for others.
    fn place(&self, username: &str, password: &str) -> Arc<Place> {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            let now = Instant::now();
            kept.retain(|_, place| place.try_lock().map_or(true, |open| open.as_ref().is_some_and(|open| open.until > now)));
        }
        let full = kept.len() >= MOST;
        let digest = self.kept.keyed.digest(&[username, password]);
        match kept.get(&digest) {
            Some(place) => place.clone(),
            None if full => Arc::default(),
            None => kept.entry(digest).or_default().clone(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<Place>>> {
        self.kept.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
