//! The way to a server over HTTP: one POST for each call, with limits on time and size, a pool of connections, retries for reads alone, and
//! a circuit breaker.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use bytes::Bytes;
use mwsc_contract::schema::Access;

use super::breaker::{Breaker, Policy};
use crate::address::Address;
use crate::dispatch::{Failure, FailureKind};
use crate::serve::request::{TRACE, TRACEPARENT};

/// How to reach a server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its address.
    pub url: String,
    /// How long a call may take.
    pub timeout: Duration,
    /// How often a read is tried again when there is no answer.
    pub retries: u32,
    /// Longest answer that is read, in bytes.
    pub answer_bytes: usize,
    /// When to stop asking.
    pub breaker: Policy,
}

impl Config {
    /// The defaults for a server.
    pub fn new(url: &str) -> Config {
        Config { url: url.to_owned(), timeout: Duration::from_secs(30), retries: 2, answer_bytes: 64 << 20, breaker: Policy::default() }
    }
}

/// What is sent.
#[derive(Debug)]
pub struct Message<'m> {
    /// Path below the server's address.
    pub path: &'m str,
    /// Media type of the body.
    pub media_type: &'static str,
    /// One more header.
    pub header: Option<(HeaderName, String)>,
    /// The body.
    pub body: Bytes,
}

/// What comes back.
#[derive(Debug, Default)]
pub struct Answer {
    /// Status of HTTP.
    pub status: StatusCode,
    /// Media type of the body, with its parameters; empty when none is stated.
    pub media_type: String,
    /// Where it points to, for a redirect: scheme, host and port of that place.
    pub elsewhere: Option<String>,
    /// After how many seconds to ask again; 0 when it does not say.
    pub retry_after: u32,
    /// The body.
    pub body: Vec<u8>,
}

/// A way to a server.
#[derive(Debug)]
pub struct Transport {
    http: reqwest::Client,
    address: Address,
    config: Config,
    breaker: Breaker,
    /// When the server last gave an answer that is one; `None` since one that was none.
    heard: Mutex<Option<Instant>>,
}

/// For how long a server that answered is believed to be there.
const BELIEVED: Duration = Duration::from_secs(5);

/// Longest pause that an answer may ask for, in seconds.
const LONGEST_PAUSE: u32 = 3_600;

/// How long a connection that nobody uses is kept. Apache closes one after five seconds: who sends a change at that moment would not know
/// whether it arrived.
const KEPT: Duration = Duration::from_secs(4);

/// How long a question whether the server is there may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Transport {
    /// A way; nothing is sent yet. The error says what is wrong with the address.
    pub fn new(mut config: Config) -> Result<Transport, String> {
        let address = Address::parse(&config.url)?;
        // Whoever prints the way does not print what the address holds.
        address.url().clone_into(&mut config.url);
        // A second call finds a provider installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(config.timeout)
            .pool_idle_timeout(KEPT)
            .connect_timeout(config.timeout.min(Duration::from_secs(10)))
            // A redirect would lose the body or hand secrets to somebody else.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mwsd/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| format!("no HTTP client: {why}"))?;
        let breaker = Breaker::new(config.breaker);
        Ok(Transport { http, address, config, breaker, heard: Mutex::default() })
    }

    /// Address of the server, for everybody to see.
    pub fn url(&self) -> &str {
        self.address.url()
    }

    /// Longest answer that is read, in bytes.
    pub fn answer_bytes(&self) -> usize {
        self.config.answer_bytes
    }

    /// Sends a message and reads the answer. What only reads is sent again when there is no answer: when `read` says that too.
    pub async fn post<T>(
        &self,
        message: &Message<'_>,
        access: Option<Access>,
        read: impl Fn(&Answer) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let retries = if access == Some(Access::Read) { self.config.retries } else { 0 };
        let mut tried = 0;
        loop {
            self.admit()?;
            let outcome = self.once(message, self.config.timeout).await.and_then(|answer| read(&answer));
            self.record(&outcome);
            match outcome {
                Err(why) if is_silence(why.kind) && why.retry_after == 0 && tried < retries => {
                    tried += 1;
                    tracing::warn!(attempt = tried, reason = %why.debug, "no answer from the site; trying again");
                    tokio::time::sleep(Duration::from_millis(50 << tried)).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Whether the server is there: it answered a moment ago, or does now. `message` is a question that costs it little.
    pub async fn ready(&self, message: &Message<'_>, read: impl Fn(&Answer) -> Result<(), Failure>) -> Result<(), Failure> {
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.is_some_and(|heard| heard.elapsed() < BELIEVED) {
            return Ok(());
        }
        self.admit()?;
        let outcome = self.once(message, PATIENCE.min(self.config.timeout)).await.and_then(|answer| read(&answer));
        self.record(&outcome);
        outcome
    }

    fn admit(&self) -> Result<(), Failure> {
        self.breaker.admit(Instant::now()).map_err(|pause| Failure {
            retry_after: u32::try_from(pause.as_secs()).unwrap_or(u32::MAX).max(1),
            ..Failure::new(FailureKind::Unavailable, "siteunavailable", "The site did not answer lately; it is not asked again yet.")
        })
    }

    fn record<T>(&self, outcome: &Result<T, Failure>) {
        let now = Instant::now();
        let kind = outcome.as_ref().err().map(|why| why.kind);
        self.breaker.record(kind.is_none_or(|kind| !is_silence(kind)), now);
        let sound = kind.is_none_or(FailureKind::is_of_the_caller);
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = sound.then_some(now);
    }

    async fn once(&self, message: &Message<'_>, timeout: Duration) -> Result<Answer, Failure> {
        let request = self.http.post(format!("{}{}", self.address.url(), message.path)).timeout(timeout);
        let mut request = request.header(CONTENT_TYPE, message.media_type).body(message.body.clone());
        if let Some(authorization) = self.address.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some((name, value)) = &message.header {
            request = request.header(name, value);
        }
        if let Ok(trace) = TRACE.try_with(ToString::to_string) {
            request = request.header(TRACEPARENT, trace);
        }
        let mut response = request.send().await.map_err(|why| silence(&why))?;
        let status = StatusCode::from_u16(response.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let elsewhere = elsewhere(&response);
        let seconds = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
        let retry_after = seconds.unwrap_or(0).min(LONGEST_PAUSE);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|why| silence(&why))? {
            if body.len() + chunk.len() > self.config.answer_bytes {
                let message = format!("The site's answer is longer than {} bytes.", self.config.answer_bytes);
                return Err(Failure::new(FailureKind::BadAnswer, "badanswer", message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, media_type, elsewhere, retry_after, body })
    }
}

/// Whether there was no answer at all.
fn is_silence(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Unavailable | FailureKind::TimedOut)
}

fn silence(why: &reqwest::Error) -> Failure {
    let (kind, code, message) = if why.is_connect() {
        (FailureKind::Unavailable, "siteunavailable", "The site cannot be reached.")
    } else if why.is_timeout() {
        (FailureKind::TimedOut, "sitetimeout", "The site took too long to answer.")
    } else {
        (FailureKind::Unavailable, "siteunavailable", "The connection to the site broke before its answer was complete.")
    };
    Failure::new(kind, code, message).debug(reasons(why))
}

/// Why there is no answer, from the outermost reason to the innermost; without the address, which says nothing new.
fn reasons(why: &reqwest::Error) -> String {
    let inner = std::iter::successors(std::error::Error::source(why), |why| why.source());
    let reasons: Vec<String> = inner.map(ToString::to_string).collect();
    if reasons.is_empty() { "the connection broke".to_owned() } else { reasons.join(": ") }
}

/// Where a redirect points to. What stands in its path and its query is nobody's business.
fn elsewhere(response: &reqwest::Response) -> Option<String> {
    let location = response.headers().get(LOCATION).and_then(|place| place.to_str().ok())?;
    response.url().join(location).ok().map(|url| url.origin().ascii_serialization())
}
