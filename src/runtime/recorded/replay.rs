//! Replaying a recording through the protocols: every recorded request is sent to the service, and its answer compared.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use tower::ServiceExt as _;

use super::Recorded;
use super::exchange::Exchange;
use crate::app::{App, Known, router};
use crate::build::Build;
use crate::settings::Settings;

/// Longest answer that is compared, in bytes.
const ANSWER: usize = 256 << 20;

/// What became of an exchange.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    /// Status, media type and body are the recorded ones.
    Same,
    /// Something differs, in words.
    Differs(String),
    /// The service has no such endpoint.
    NotServed,
}

/// Replays exchanges: the id of each, and what became of it. `base_url` is where the recorded site was; without it, where it says that it
/// is.
pub async fn replay(exchanges: &[Exchange], build: Build, base_url: Option<String>) -> Vec<(String, Fate)> {
    let recorded = Arc::new(Recorded::of(exchanges, &build.manifest));
    let base_url = base_url.or_else(|| recorded.site.clone()).unwrap_or_else(|| Settings::default().base_url);
    let settings = Settings { base_url, ..Settings::default() };
    let app = App { build, backend: recorded.clone(), accounts: recorded, settings, metrics: Arc::default(), known: Known::default() };
    let router = router(Arc::new(app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 0))));
    let mut out = Vec::with_capacity(exchanges.len());
    for exchange in exchanges {
        let Ok(response) = router.clone().oneshot(request(exchange)).await;
        let status = response.status().as_u16();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let body = to_bytes(response.into_body(), ANSWER).await.unwrap_or_default();
        out.push((exchange.request.id.clone(), compare(exchange, status, &kind, &body)));
    }
    out
}

fn request(exchange: &Exchange) -> Request<Body> {
    let recorded = &exchange.request;
    let mut request = Request::builder().method(recorded.method.as_str()).uri(&recorded.url);
    for (name, value) in &recorded.headers {
        request = request.header(name, value);
    }
    let parts = (!recorded.form.is_empty()).then(|| parts(&recorded.form));
    if parts.is_some() {
        request = request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    }
    let body = || Body::from(parts.clone().or_else(|| recorded.body.clone()).unwrap_or_default());
    // A request that cannot be built is one that nobody serves.
    request.body(body()).unwrap_or_else(|_| Request::new(body()))
}

/// What stands between the parts of a form.
const BOUNDARY: &str = "part-of-a-recorded-form";

/// A form in parts, as curl was told it: `name=text`, or `name=@file` with a file whose content was not recorded.
fn parts(form: &[String]) -> String {
    let mut out = String::new();
    for (name, value) in form.iter().filter_map(|part| part.split_once('=')) {
        let (file, value) = match value.strip_prefix('@') {
            Some(file) => (format!("; filename=\"{file}\""), ""),
            None => (String::new(), value),
        };
        let _ = write!(out, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n");
    }
    out + "--" + BOUNDARY + "--\r\n"
}

fn compare(exchange: &Exchange, status: u16, kind: &str, body: &[u8]) -> Fate {
    if status == 404 || status == 405 {
        return Fate::NotServed;
    }
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if status != exchange.request.status {
        return Fate::Differs(format!("status {status}, recorded {}", exchange.request.status));
    }
    if !exchange.kind.is_empty() && kind != exchange.kind {
        return Fate::Differs(format!("media type {kind}, recorded {}", exchange.kind));
    }
    if body == exchange.answer {
        return Fate::Same;
    }
    let at = body.iter().zip(&exchange.answer).take_while(|(one, other)| one == other).count();
    let around = |text: &[u8]| {
        String::from_utf8_lossy(text.get(at.saturating_sub(30)..(at + 60).min(text.len())).unwrap_or_default()).replace('\n', "\\n")
    };
    Fate::Differs(format!("from byte {at} on: {:?}, recorded {:?}", around(body), around(&exchange.answer)))
}
