//! Failures as problem documents (RFC 9457).
//!
//! Beside the members of the RFC: `code`, Moodle's code, for programs; `errors`, which value does not fit, by JSON Pointer (RFC 6901) into
//! the request, and the type that it should have; `debug`, if the configuration shows it.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::Value;

use crate::dispatch::{Failure, FailureKind};

/// The answer that a failure is.
pub fn response(failure: &Failure, debug: bool) -> Response {
    let status = StatusCode::from_u16(failure.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut fields: Vec<(&str, Value)> = vec![
        ("type", format!("urn:moodle:error:{}", failure.code).into()),
        ("title", title(failure.kind).into()),
        ("status", i64::from(status.as_u16()).into()),
        ("detail", detail(failure).into()),
        ("code", failure.code.as_ref().into()),
    ];
    if !failure.field.is_empty() {
        fields.push(("errors", Value::List(vec![error(failure)])));
    }
    if debug && !failure.debug.is_empty() {
        fields.push(("debug", failure.debug.as_str().into()));
    }
    let document: Value = fields.into_iter().collect();
    let mut out =
        (status, [(CONTENT_TYPE, "application/problem+json")], serde_json::to_string(&document).unwrap_or_default()).into_response();
    if status == StatusCode::UNAUTHORIZED {
        out.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer, Basic realm=\"web services\", charset=\"UTF-8\""));
    }
    if failure.retry_after > 0 {
        out.headers_mut().insert(RETRY_AFTER, failure.retry_after.into());
    }
    out
}

/// What happened, for people; with the place where that alone would say little.
fn detail(failure: &Failure) -> String {
    if failure.expected.is_empty() || failure.field.is_empty() {
        return failure.message.clone();
    }
    format!("/{}: {}", failure.field, failure.message)
}

/// Which value does not fit, what should be there and why it does not fit.
fn error(failure: &Failure) -> Value {
    let members =
        [("pointer", format!("/{}", failure.field)), ("expected", failure.expected.to_string()), ("detail", failure.message.clone())];
    members.into_iter().filter(|(_, said)| !said.is_empty()).collect()
}

/// What a class of failures is called. It is the same for every failure of the class.
fn title(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::BadRequest => "The request does not fit",
        FailureKind::Unauthenticated => "Not logged in",
        FailureKind::Forbidden => "Not allowed",
        FailureKind::NotFound => "Not found",
        FailureKind::Conflict => "Conflict",
        FailureKind::Method => "Wrong method",
        FailureKind::Slow => "Too slow",
        FailureKind::TooLarge => "Too long",
        FailureKind::MediaType => "Wrong media type",
        FailureKind::Limited => "Too many requests",
        FailureKind::HeadTooLarge => "The head is too long",
        FailureKind::Internal => "The server failed",
        FailureKind::NotServed => "Not served here",
        FailureKind::Busy => "Too many connections",
        FailureKind::BadAnswer => "The back end gave no proper answer",
        FailureKind::Unavailable => "The back end cannot be reached",
        FailureKind::TimedOut => "The back end took too long",
    }
}
