//! What happens around every request: an id, a place in a trace, a time limit, one line in the log, and the counters. A body that is sent
//! compressed is [`inflated`] before anybody reads it.
//!
//! The line never holds a query or a header, where tokens and passwords travel.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::inflate::inflated;
use super::metrics::{Metrics, Protocol};
use crate::app::App;
use crate::deadline::{DEADLINE, Deadline};
use crate::refusal::{self, Unread};
use crate::unbroken::unbroken;

/// Id of a request. One that a proxy in front has given is kept.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// W3C Trace Context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    /// The place of the present request in a trace: what goes with every request that it makes.
    pub static TRACE: Trace;
}

/// A place in a trace. It reads as the header [`TRACEPARENT`] has it.
#[derive(Debug, Clone, Copy)]
pub struct Trace {
    id: u128,
    span: u64,
    flags: u8,
}

/// What the layer needs.
#[derive(Clone)]
pub struct Around {
    /// The service that answers.
    pub app: Arc<App>,
    /// How long a request may take.
    pub limit: Duration,
    /// Bytes that its head may have.
    pub head_bytes: usize,
}

/// Counts a request as ended even when its client goes away before the answer.
struct Count {
    metrics: Arc<Metrics>,
    protocol: Protocol,
    begun: Instant,
    status: Option<u16>,
}

impl Drop for Count {
    fn drop(&mut self) {
        self.metrics.end(self.protocol, self.status, self.begun.elapsed());
    }
}

/// The layer.
pub async fn around(State(around): State<Around>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, uri, kind) = (request.method().clone(), request.uri().clone(), request.headers().get(CONTENT_TYPE).cloned());
    let id = id(request.headers());
    let trace = Trace::of(request.headers());
    around.app.metrics.begin();
    let mut count = Count { metrics: around.app.metrics.clone(), protocol: Protocol::of(uri.path()), begun, status: None };
    let span = tracing::info_span!("request", id = %id, operation = Empty, account = Empty);
    let mut response = if is_longer(&request, around.head_bytes) {
        refusal::to(&around.app, &request, &refusal::long_head(around.head_bytes))
    } else {
        let answer = DEADLINE.scope(Deadline::after(around.limit), answer(&around.app, request, next).map(Ok));
        let answer = TRACE.scope(trace, unbroken(&around.app.metrics, answer)).instrument(span.clone()).await;
        answer.unwrap_or_else(|why| {
            span.in_scope(|| tracing::error!(code = %why.code, debug = %why.debug, "{}", why.message));
            refusal::response(&around.app, Unread::at(&uri, kind.as_ref()), &why)
        })
    };
    count.status = Some(response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    span.in_scope(|| {
        let milliseconds = f64::from(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX)) / 1000.0;
        tracing::info!(%from, %method, path = &*shown(uri.path()), status = response.status().as_u16(), milliseconds, "request");
    });
    response
}

async fn answer(app: &App, request: Request, next: Next) -> Response {
    match inflated(request, app.settings.body).await {
        Ok(request) => next.run(request).await,
        Err((request, why)) => refusal::to(app, &request, &why),
    }
}

/// Whether the head of a request is longer than so many bytes.
fn is_longer(request: &Request, bytes: usize) -> bool {
    let uri = request.uri();
    let line = uri.path().len() + uri.query().map_or(0, str::len);
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    fields.fold(line, usize::saturating_add) > bytes
}

/// A path as it is logged: without what belongs into a query and was put there by mistake, and without the user name and the password that
/// clients of Moodle's simple servers may put behind theirs.
fn shown(path: &str) -> Cow<'_, str> {
    const SIMPLE: &str = "simpleserver";
    let stray = path.find(['&', '=', ';', '?', '@']).unwrap_or(path.len());
    let simple = path.to_ascii_lowercase().find(SIMPLE).and_then(|at| Some(at + path[at..].find('/')? + 1));
    let end = simple.map_or(stray, |end| end.min(stray));
    if end < path.len() { Cow::Owned(format!("{}…", &path[..end])) } else { Cow::Borrowed(path) }
}

/// The id of a request. Ids tell requests apart and are no secret.
fn id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let sound = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    given.filter(sound).map_or_else(|| format!("{:016x}", fastrand::u64(..)), str::to_owned)
}

impl Trace {
    /// The trace that the caller began, with a span of ours; or a new one.
    fn of(headers: &HeaderMap) -> Trace {
        let given = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()).and_then(Trace::read);
        let (id, flags) = given.map_or_else(|| (fastrand::u128(1..), 1), |given| (given.id, given.flags));
        Trace { id, span: fastrand::u64(1..), flags }
    }

    /// The place that a header of version 00 names. A number that is all zeros is none.
    fn read(text: &str) -> Option<Trace> {
        let mut parts = text.split('-');
        let mut hex = |length: usize| {
            let part = parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| b"0123456789abcdef".contains(&byte)))?;
            u128::from_str_radix(part, 16).ok()
        };
        let (version, id, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        let sound = version == 0 && id != 0 && span != 0 && parts.next().is_none();
        sound.then_some(Trace { id, span: u64::try_from(span).ok()?, flags: u8::try_from(flags).ok()? })
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.id, self.span, self.flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_logged_without_passwords() {
        assert_eq!(shown("/webservice/soap/simpleserver.php/ann/secret"), "/webservice/soap/simpleserver.php/…");
        assert_eq!(shown("/webservice/soap/simpleserver.php"), "/webservice/soap/simpleserver.php");
        assert_eq!(shown("/Webservice/SOAP/SimpleServer.php//ann/secret"), "/Webservice/SOAP/SimpleServer.php/…");
        assert_eq!(shown("/webservice/soap/simpleserver%2Ephp/ann/secret"), "/webservice/soap/simpleserver%2Ephp/…");
        assert_eq!(shown("/webservice/rest/server.php&wstoken=secret"), "/webservice/rest/server.php…");
        assert_eq!(shown("/wsfunction=login;password=secret"), "/wsfunction…");
        assert_eq!(shown("/api/s/f"), "/api/s/f");
    }

    #[test]
    fn traces_go_on() {
        let place = |header: &'static str| Trace::of(&HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static(header))])).to_string();
        let given = "00-0bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        let ours = place(given);
        assert!(ours.starts_with("00-0bf92f3577b34da6a3ce929d0e0e4736-") && ours.ends_with("-00") && ours != given, "{ours}");
        for unsound in [
            "00-xyz",
            "01-0bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-0bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            let new = place(unsound);
            assert!(new.len() == given.len() && !new.contains("bf92f3577b34da6a3ce929d0e0e4736") && new.ends_with("-01"), "{new}");
        }
    }

    #[test]
    fn ids_are_kept_when_they_are_sound() {
        let headers = |value| HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(value))]);
        assert_eq!(id(&headers("a-1.b_2")), "a-1.b_2");
        assert_eq!(id(&headers("two words")).len(), 16);
        assert_eq!(id(&HeaderMap::new()).len(), 16);
        assert_ne!(id(&HeaderMap::new()), id(&HeaderMap::new()));
    }
}
