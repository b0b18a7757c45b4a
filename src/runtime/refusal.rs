//! Refusals of requests that no protocol has begun to read: there are too many connections, the head is too long, nothing is there.
//!
//! In: the head of a request, or as much of it as has arrived. Out: an answer in the words of the protocol that its address belongs to, as
//! its clients expect a failure, with the status of HTTP that says why.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use mwsc_contract::wire::Style;

use crate::app::App;
use crate::dispatch::{Failure, FailureKind};
use crate::serve::folder::inside;
use crate::soap::{Fault, FaultCode, Version};
use crate::{json, moodle, oktech, typed};

/// What is known of a request that nobody reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread<'r> {
    /// Path of its address.
    pub path: &'r str,
    /// Query of its address, without the question mark.
    pub query: &'r str,
    /// Media type of its body, with parameters.
    pub media_type: &'r str,
}

impl<'r> Unread<'r> {
    /// That of a whole head.
    pub fn of<B>(request: &'r axum::http::Request<B>) -> Unread<'r> {
        Unread::at(request.uri(), request.headers().get(CONTENT_TYPE))
    }

    /// That of an address, and of the media type of a body.
    pub fn at(uri: &'r Uri, kind: Option<&'r HeaderValue>) -> Unread<'r> {
        let media_type = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        Unread { path: uri.path(), query: uri.query().unwrap_or_default(), media_type }
    }

    /// That of the bytes that have arrived, as far as they tell it.
    fn in_part(arrived: &'r [u8]) -> Unread<'r> {
        let text = arrived.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
        let mut lines = text.split("\r\n");
        let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let field = |line: &'r str| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let media_type = lines.take_while(|line| !line.is_empty()).find_map(field).map(|(_, value)| value.trim());
        Unread { path, query, media_type: media_type.unwrap_or_default() }
    }

    /// The version of SOAP in which such a request is written.
    pub fn version(&self) -> Version {
        Version::of(self.media_type)
    }
}

/// The answer to a request.
pub fn response(app: &App, asked: Unread<'_>, why: &Failure) -> Response {
    let asked = Unread { path: inside(&app.settings.base_url, asked.path), ..asked };
    let endpoint = app.build.manifest.endpoints.iter().find(|endpoint| endpoint.path == asked.path);
    let mut response = match (endpoint, asked.path) {
        (Some(endpoint), _) => match endpoint.style {
            Style::Document => typed::refused(app, endpoint, asked, why),
            Style::RpcEncoded => oktech::refused(app, &endpoint.profile, asked, why),
        },
        (None, path) if path.starts_with("/api/") => json::refused(app, why),
        (None, path) => moodle::refused(app, path, asked, why).unwrap_or_else(|| plain(why)),
    };
    *response.status_mut() = status(why);
    if why.retry_after > 0 {
        response.headers_mut().insert(RETRY_AFTER, why.retry_after.into());
    }
    response
}

/// The answer to a whole request.
pub fn to(app: &App, request: &Request, why: &Failure) -> Response {
    response(app, Unread::of(request), why)
}

/// The answer to a request of which so much has arrived, as bytes for a connection that then ends.
pub fn bytes(app: &App, arrived: &[u8], why: &Failure) -> Vec<u8> {
    written(response(app, Unread::in_part(arrived), why))
}

/// The same where only people look.
pub fn plain_bytes(why: &Failure) -> Vec<u8> {
    written(plain(why))
}

/// The words alone.
fn plain(why: &Failure) -> Response {
    (status(why), [(CONTENT_TYPE, "text/plain; charset=utf-8")], why.message.clone()).into_response()
}

/// A fault of SOAP without detail, with the status that says why.
pub fn fault(version: Version, why: &Failure) -> Response {
    let code = if why.kind.is_of_the_caller() { FaultCode::Client } else { FaultCode::Server };
    (status(why), [(CONTENT_TYPE, version.media_type())], Fault::new(code, why.message.as_str()).write(version)).into_response()
}

fn status(why: &Failure) -> StatusCode {
    StatusCode::from_u16(why.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// There are too many connections.
pub fn full() -> Failure {
    Failure { retry_after: 1, ..Failure::new(FailureKind::Busy, "toomanyconnections", "There are too many connections.") }
}

/// A head that does not come to its end.
pub fn slow_head() -> Failure {
    Failure::new(FailureKind::Slow, "slowrequest", "The head of the request did not arrive in time.")
}

/// A head that is longer than so many bytes.
pub fn long_head(bytes: usize) -> Failure {
    Failure::new(FailureKind::HeadTooLarge, "headtoolarge", format!("The head of the request is longer than {bytes} bytes."))
}

/// There is nothing at an address.
pub fn nowhere() -> Failure {
    Failure::new(FailureKind::NotFound, "notfound", "There is nothing at this address.")
}

/// What is there takes no requests of this method.
pub fn wrong_method() -> Failure {
    Failure::new(FailureKind::Method, "methodnotallowed", "This address takes no requests of this method.")
}

/// An answer as HTTP/1.1 writes it.
fn written(mut response: Response) -> Vec<u8> {
    let body = std::mem::take(response.body_mut());
    // It is in memory, so nothing is waited for.
    let body = to_bytes(body, usize::MAX).now_or_never().and_then(Result::ok).unwrap_or_default();
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, body.len().into());
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let mut out = format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or_default()).into_bytes();
    for (name, value) in headers.iter() {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_tells_what_has_arrived_of_it() {
        for (arrived, path, query, media_type) in [
            ("", "", "", ""),
            ("POST", "", "", ""),
            ("POST /api/s/f", "/api/s/f", "", ""),
            ("GET /x?a=1 HTTP/1.1\r\nhost: x\r\nContent-Type:  text/xml\r\nx", "/x", "a=1", "text/xml"),
            ("GET /x HTTP/1.1\r\n\r\ncontent-type: text/xml", "/x", "", ""),
        ] {
            assert_eq!(Unread::in_part(arrived.as_bytes()), Unread { path, query, media_type }, "{arrived}");
        }
        assert_eq!(Unread::in_part(b"GET /\xff HTTP/1.1").path, "/");
    }

    #[test]
    fn answers_are_written_as_http() {
        let text = String::from_utf8(plain_bytes(&full())).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n") && head.contains("content-length: 31"), "{head}");
        assert_eq!(body, "There are too many connections.");
    }
}
