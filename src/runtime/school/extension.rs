//! What the school does not know: operations that a manifest adds, which are handed on to somebody who does.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::work::Outcome;
use crate::dispatch::{Call, Failure, FailureKind};
use crate::serve::request::{TRACE, TRACEPARENT};

/// Carries out what the school does not know.
#[async_trait]
pub trait Extension: std::fmt::Debug + Send + Sync {
    /// Carries a call out.
    async fn call(&self, call: &Call<'_>) -> Outcome;
}

/// A handler that is asked over HTTP: `POST` of `{"service", "operation", "arguments", "caller": {"id", "username"}}` as JSON. It answers
/// 200 with the result, or another status with a problem document (RFC 9457), of which `detail` and `code` reach the caller when the
/// status is between 400 and 499. A call is never sent twice.
#[derive(Debug)]
pub struct Handler {
    url: reqwest::Url,
    client: reqwest::Client,
}

/// How long its answer may be, in bytes.
const LONGEST: usize = 32 << 20;

impl Handler {
    /// A handler at an address, which has so long for a call. The error says what is wrong with the address.
    pub fn new(url: &str, timeout: Duration) -> Result<Handler, String> {
        let url = reqwest::Url::parse(url).map_err(|why| format!("the address of the handler is none: {why}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err("the address of the handler has to begin with http:// or https://".to_owned());
        }
        // A second call finds a provider installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(timeout)
            // Arguments are for the handler that is named, and for nobody to whom it points.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mwsd/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| format!("no HTTP client: {why}"))?;
        Ok(Handler { url, client })
    }
}

/// The part of a problem document that is passed on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    detail: String,
    code: String,
}

#[async_trait]
impl Extension for Handler {
    async fn call(&self, call: &Call<'_>) -> Outcome {
        let caller = json!({ "id": call.caller.account, "username": &*call.caller.username });
        let body = json!({ "service": call.service, "operation": call.operation, "arguments": &call.args, "caller": caller });
        let mut request = self.client.post(self.url.clone()).header("content-type", "application/json").body(body.to_string());
        if let Ok(trace) = TRACE.try_with(ToString::to_string) {
            request = request.header(TRACEPARENT, trace);
        }
        let mut answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if text.len() + chunk.len() > LONGEST {
                return Err(bad_answer(format!("it is longer than {LONGEST} bytes")));
            }
            text.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return serde_json::from_slice(&text).map_err(|why| bad_answer(why.to_string()));
        }
        let problem: Problem = serde_json::from_slice(&text).unwrap_or_default();
        let kind = match status.as_u16() {
            401 | 403 => FailureKind::Forbidden,
            404 => FailureKind::NotFound,
            409 => FailureKind::Conflict,
            429 => FailureKind::Limited,
            400..=499 => FailureKind::BadRequest,
            _ => return Err(bad_answer(format!("its status is {status}"))),
        };
        let code = if problem.code.is_empty() { "extensionerror".to_owned() } else { problem.code };
        let message = if problem.detail.is_empty() { "The handler of this operation refuses the call.".to_owned() } else { problem.detail };
        Err(Failure::new(kind, code, message))
    }
}

fn unreachable(why: reqwest::Error) -> Failure {
    let kind = if why.is_timeout() { FailureKind::TimedOut } else { FailureKind::Unavailable };
    // The address may hold a password.
    let why = why.without_url();
    Failure::new(kind, "extensionunavailable", "The handler of this operation does not answer.").debug(why.to_string())
}

fn bad_answer(why: String) -> Failure {
    Failure::new(FailureKind::BadAnswer, "extensionanswer", "The answer of the handler of this operation cannot be used.").debug(why)
}

/// Nobody carries an operation out. Of a function of Moodle that is said in Moodle's words.
pub fn none(call: &Call<'_>) -> Failure {
    let message = format!("The school does not know the operation `{}`, and no handler for such operations is configured.", call.operation);
    if call.description.component.is_empty() {
        return Failure::new(FailureKind::Forbidden, "nohandler", message);
    }
    Failure::new(FailureKind::Forbidden, "accessexception", "Access control exception").debug(message)
}
