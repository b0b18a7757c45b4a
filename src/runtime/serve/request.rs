//! What happens around every request: an id, a place in a trace, a time limit, one line in the log, and the counters.
//!
//! The line never holds a query or a header, where tokens and passwords travel.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::metrics::{Metrics, Protocol};
use crate::app::App;
use crate::deadline::{DEADLINE, Deadline};
use crate::refusal;

/// Id of a request. One that a proxy in front has given is kept.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// W3C Trace Context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    /// The place of the present request in a trace: what goes with every request that it makes.
    pub static TRACE: String;
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
    let path = shown(request.uri().path());
    let method = request.method().clone();
    let random = Random::new();
    let id = id(request.headers(), &random);
    let trace = trace(request.headers(), &random);
    around.app.metrics.begin();
    let mut count = Count { metrics: around.app.metrics.clone(), protocol: Protocol::of(&path), begun, status: None };
    let span = tracing::info_span!("request", id = %id, operation = Empty, account = Empty);
    let mut response = if is_longer(&request, around.head_bytes) {
        refusal::to(&around.app, &request, &refusal::long_head(around.head_bytes))
    } else {
        let answer = DEADLINE.scope(Deadline::after(around.limit), next.run(request));
        TRACE.scope(trace, answer).instrument(span.clone()).await
    };
    count.status = Some(response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    span.in_scope(|| {
        let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(%from, %method, path, status = response.status().as_u16(), milliseconds, "request");
    });
    response
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
fn shown(path: &str) -> String {
    const SIMPLE: &str = "simpleserver";
    let stray = path.find(['&', '=', ';', '?', '@']).unwrap_or(path.len());
    let simple = path.to_ascii_lowercase().find(SIMPLE).and_then(|at| Some(at + path[at..].find('/')? + 1));
    let end = simple.map_or(stray, |end| end.min(stray));
    if end < path.len() { format!("{}…", &path[..end]) } else { path.to_owned() }
}

fn id(headers: &HeaderMap, random: &Random) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let sound = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    given.filter(sound).map_or_else(|| format!("{:016x}", random.id), str::to_owned)
}

/// The trace that the caller began, with a span of ours; or a new one.
fn trace(headers: &HeaderMap, random: &Random) -> String {
    let given = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts: Vec<&str> = given.split('-').collect();
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match parts.as_slice() {
        ["00", trace, span, flags] if hex(trace, 32) && hex(span, 16) && hex(flags, 2) && trace.bytes().any(|byte| byte != b'0') => {
            format!("00-{trace}-{:016x}-{flags}", random.span)
        }
        _ => format!("00-{:032x}-{:016x}-01", random.trace, random.span),
    }
}

/// The numbers that a request gets.
struct Random {
    id: u64,
    span: u64,
    trace: u128,
}

impl Random {
    fn new() -> Random {
        let mut bytes = [0; 32];
        // Without randomness the ids are equal, which costs an operator some comfort and nobody else anything.
        let _ = getrandom::fill(&mut bytes);
        let (long, short) = bytes.split_at(16);
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte));
        let short = number(short);
        Random { id: (short >> 64) as u64, span: short as u64, trace: number(long) }
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
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let headers = HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static(given))]);
        let ours = trace(&headers, &Random::new());
        assert!(ours.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && ours.ends_with("-01") && ours != given, "{ours}");
        let headers = HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static("00-xyz"))]);
        assert_eq!(trace(&headers, &Random::new()).len(), given.len());
    }

    #[test]
    fn ids_are_kept_when_they_are_sound() {
        let headers = |value| HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(value))]);
        assert_eq!(id(&headers("a-1.b_2"), &Random::new()), "a-1.b_2");
        assert_eq!(id(&headers("two words"), &Random::new()).len(), 16);
        assert_eq!(id(&HeaderMap::new(), &Random::new()).len(), 16);
    }
}
