//! The HTTP client of a Moodle: one POST for each call, with limits on time and size, a pool of connections, retries for reads alone.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use mwsc_contract::Value;
use mwsc_contract::schema::Access;

use super::breaker::{Breaker, Policy};
use super::{encode, outcome};
use crate::dispatch::{Args, Failure, FailureKind, Secret};
use crate::serve::request::{TRACE, TRACEPARENT};

/// How to reach a site.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the site, without a slash at the end.
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
    /// The defaults for a site.
    pub fn new(url: &str) -> Config {
        let url = url.trim_end_matches('/').to_owned();
        Config { url, timeout: Duration::from_secs(30), retries: 2, answer_bytes: 64 << 20, breaker: Policy::default() }
    }
}

/// A client of a site.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    config: Config,
    breaker: Breaker,
}

impl Client {
    /// A client; nothing is sent yet.
    pub fn new(config: Config) -> Result<Client, Failure> {
        // A second call finds a provider installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(config.timeout)
            .connect_timeout(config.timeout.min(Duration::from_secs(10)))
            // A redirect would lose the body or hand the token to somebody else.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mwsd/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| Failure::internal(format!("no HTTP client: {why}")))?;
        let breaker = Breaker::new(config.breaker);
        Ok(Client { http, config, breaker })
    }

    /// Address of the site.
    pub fn url(&self) -> &str {
        &self.config.url
    }

    /// Calls a function as the user of a token.
    pub async fn call(&self, function: &str, args: &Args, token: &Secret, kind: Option<Access>) -> Result<Value, Failure> {
        let mut form = String::new();
        for (name, value) in [("wstoken", token.reveal()), ("wsfunction", function), ("moodlewsrestformat", "json")] {
            encode::field(name, &value.into(), &mut form);
        }
        encode::form(args, &mut form);
        let retries = if kind == Some(Access::Read) { self.config.retries } else { 0 };
        self.post("/webservice/rest/server.php", &form, retries).await
    }

    /// A token for a user.
    pub async fn token(&self, username: &str, password: &str, service: &str) -> Result<Secret, Failure> {
        let mut form = String::new();
        for (name, value) in [("username", username), ("password", password), ("service", service)] {
            encode::field(name, &value.into(), &mut form);
        }
        let answer = self.post("/login/token.php", &form, 0).await?;
        let token = answer.get("token").and_then(Value::as_str);
        token.map(Secret::new).ok_or_else(|| Failure::new(FailureKind::BadAnswer, "badanswer", "The site gave no token."))
    }

    async fn post(&self, path: &str, form: &str, retries: u32) -> Result<Value, Failure> {
        let mut tried = 0;
        loop {
            self.breaker.admit(Instant::now()).map_err(|pause| Failure {
                retry_after: u32::try_from(pause.as_secs()).unwrap_or(u32::MAX).max(1),
                ..Failure::new(FailureKind::Unavailable, "siteunavailable", "The site did not answer lately; it is not asked again yet.")
            })?;
            let outcome = self.once(path, form).await;
            let answered = outcome.as_ref().map_or_else(|why| !is_silence(why.kind), |_| true);
            self.breaker.record(answered, Instant::now());
            match outcome {
                Err(why) if is_silence(why.kind) && tried < retries => {
                    tried += 1;
                    tracing::warn!(attempt = tried, reason = %why.debug, "no answer from the site; trying again");
                    tokio::time::sleep(Duration::from_millis(50 << tried)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn once(&self, path: &str, form: &str) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.config.url));
        let mut request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.to_owned());
        if let Ok(trace) = TRACE.try_with(Clone::clone) {
            request = request.header(TRACEPARENT, trace);
        }
        let mut response = request.send().await.map_err(|why| silence(&why))?;
        let status = StatusCode::from_u16(response.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|why| silence(&why))? {
            if body.len() + chunk.len() > self.config.answer_bytes {
                let message = format!("The site's answer is longer than {} bytes.", self.config.answer_bytes);
                return Err(Failure::new(FailureKind::BadAnswer, "badanswer", message));
            }
            body.extend_from_slice(&chunk);
        }
        outcome::read(status, &body)
    }
}

/// Whether there was no answer at all.
fn is_silence(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Unavailable | FailureKind::TimedOut)
}

fn silence(why: &reqwest::Error) -> Failure {
    // The address of a request never holds a secret, but its reason is enough.
    let debug = std::error::Error::source(why).map_or_else(|| "the connection broke".to_owned(), ToString::to_string);
    let (kind, code, message) = if why.is_timeout() {
        (FailureKind::TimedOut, "sitetimeout", "The site took too long to answer.")
    } else {
        (FailureKind::Unavailable, "siteunavailable", "The site cannot be reached.")
    };
    Failure::new(kind, code, message).debug(debug)
}
