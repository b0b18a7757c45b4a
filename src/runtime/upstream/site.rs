//! A Moodle site as the gateway knows it: who has which token, and what they may call.
//!
//! What the site says of a token (`core_webservice_get_site_info`) is kept for a minute, by a digest of the token. Nothing else of its users
//! is kept, and no password at all.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mwsc_contract::Value;
use mwsc_contract::schema::Access;

use super::client::Client;
use crate::build::sha256;
use crate::dispatch::{Args, Failure, FailureKind, Secret};

/// How long an answer about a token is believed.
const BELIEVED: Duration = Duration::from_secs(60);
/// Tokens that are remembered at most.
const REMEMBERED: usize = 10_000;

/// Somebody who has a token of the site.
#[derive(Debug)]
pub struct Visitor {
    /// Id of the user in Moodle.
    pub id: i64,
    /// User name.
    pub username: Arc<str>,
    /// Functions that the token may call.
    pub functions: HashSet<String>,
    /// Release of the site: `4.5.5 (Build: 20250609)`.
    pub release: String,
}

/// A site.
#[derive(Debug)]
pub struct Site {
    /// The way to it.
    pub client: Client,
    known: Mutex<HashMap<String, (Arc<Visitor>, Instant)>>,
}

impl Site {
    /// A site behind a client.
    pub fn new(client: Client) -> Site {
        Site { client, known: Mutex::default() }
    }

    /// Who has a token.
    pub async fn visitor(&self, token: &Secret) -> Result<Arc<Visitor>, Failure> {
        let digest = sha256(token.reveal().as_bytes());
        let now = Instant::now();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).filter(|(_, until)| *until > now).cloned();
        if let Some((visitor, _)) = known {
            return Ok(visitor);
        }
        let answer = self.client.call("core_webservice_get_site_info", &Args::new(), token, Some(Access::Read)).await?;
        let visitor = Arc::new(
            read(&answer).ok_or_else(|| Failure::new(FailureKind::BadAnswer, "badanswer", "The site does not say whose token this is."))?,
        );
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (_, until)| *until > now);
        }
        if known.len() < REMEMBERED {
            known.insert(digest, (visitor.clone(), now + BELIEVED));
        }
        Ok(visitor)
    }
}

fn read(answer: &Value) -> Option<Visitor> {
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let Value::Int(id) = answer.get("userid")? else { return None };
    let functions = answer.get("functions").and_then(Value::as_list).unwrap_or_default();
    let names = functions.iter().filter_map(|function| function.get("name")?.as_str().map(str::to_owned));
    Some(Visitor {
        id: *id,
        username: text("username")?.into(),
        functions: names.collect(),
        release: text("release").unwrap_or_default().to_owned(),
    })
}
