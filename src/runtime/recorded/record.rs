//! Recording: requests go to a site and back, and both ends are written down without their secrets.
//!
//! Tokens are replaced by numbers that stand for them, so that a recording still tells whose call it was; passwords are gone (see
//! [`secrets`](super::secrets)). A replay takes any password for a user whose login was recorded.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, http};

use super::exchange::{REQUESTS, Request as Recorded};
use super::secrets::{Passwords, Secrets};
use crate::address::Address;
use crate::body;
use crate::dispatch::Failure;

/// What a request may be: files are longer than calls.
const BODY: body::Limits = body::Limits { bytes: 64 << 20, time: Duration::from_secs(300) };
/// Longest answer that is recorded, in bytes.
const ANSWER: usize = 64 << 20;

/// A recording that is being made.
pub struct Recorder {
    http: reqwest::Client,
    site: Address,
    folder: PathBuf,
    state: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    requests: Vec<Recorded>,
    secrets: Secrets,
}

impl Recorder {
    /// Begins a recording of a site in a folder that is empty or not there.
    pub fn new(site: Address, folder: &Path) -> Result<Recorder, Failure> {
        let refused = |why: std::io::Error| Failure::internal(format!("{}: {why}", folder.display()));
        std::fs::create_dir_all(folder).map_err(refused)?;
        if folder.join(REQUESTS).exists() {
            return Err(Failure::internal(format!("{}: there is a recording already", folder.display())));
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(BODY.time).build();
        let http = http.map_err(|why| Failure::internal(format!("no HTTP client: {why}")))?;
        Ok(Recorder { http, site, folder: folder.to_owned(), state: Mutex::default() })
    }

    /// The router that records every request.
    pub fn router(self: std::sync::Arc<Self>) -> Router {
        Router::new().fallback(pass).with_state(self)
    }

    /// Sends a request on, writes both ends down, and gives the answer.
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        let (head, body) = request.into_parts();
        let body = body::read(body, BODY).await?;
        let url = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
        let mut passed = self.http.request(head.method.clone(), format!("{}{url}", self.site.url())).body(body.clone());
        let mut headers = BTreeMap::new();
        for name in [CONTENT_TYPE, ACCEPT, AUTHORIZATION, HeaderName::from_static("soapaction")] {
            if let Some(value) = head.headers.get(&name) {
                passed = passed.header(name.clone(), value.clone());
                headers.insert(name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned());
            }
        }
        if let Some(authorization) = self.site.authorization().filter(|_| !headers.contains_key(AUTHORIZATION.as_str())) {
            passed = passed.header(AUTHORIZATION, authorization);
        }
        // The address of a request may hold its token.
        let silent = |why: reqwest::Error| Failure::internal(format!("no answer from the site: {}", why.without_url()));
        let mut answer = passed.send().await.map_err(silent)?;
        let status = answer.status().as_u16();
        let kind = answer.headers().get(CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned()).unwrap_or_default();
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(silent)? {
            if text.len() + chunk.len() > ANSWER {
                return Err(Failure::internal(format!("the answer of the site is longer than {ANSWER} bytes, and is not recorded")));
            }
            text.extend_from_slice(&chunk);
        }
        self.write(head.method.as_str(), &url, headers, &body, status, &kind, &text)?;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        Ok((status, [(CONTENT_TYPE, kind)], Body::from(text)).into_response())
    }

    #[expect(clippy::too_many_arguments, reason = "both ends of an exchange")]
    fn write(
        &self,
        method: &str,
        url: &str,
        headers: BTreeMap<String, String>,
        body: &Bytes,
        status: u16,
        kind: &str,
        answer: &[u8],
    ) -> Result<(), Failure> {
        let mut book = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passwords = Passwords::new();
        let authorization = headers.get(AUTHORIZATION.as_str()).map_or("", String::as_str);
        let body = String::from_utf8_lossy(body);
        let text = text_of(answer);
        // All of them first: what one names stands unnamed in another.
        for text in [url, &*body, &*text] {
            book.secrets.learn(text, authorization, &mut passwords);
        }
        let asked = Passwords::new();
        let hide = |text: &str| book.secrets.hide(text, &asked);
        let url = hide(url);
        let name = url.split('?').next().unwrap_or_default().trim_matches('/').replace(['/', '.'], "-");
        let name: String = name.chars().take(100).collect();
        let id = format!("{:03}-{name}", book.requests.len() + 1);
        let body = (!body.is_empty()).then(|| hide(&body));
        // Who logged in by Basic is as secret as the password in it.
        let headers =
            headers.into_iter().filter(|(key, _)| key != AUTHORIZATION.as_str()).map(|(key, value)| (key, hide(&value))).collect();
        let text = book.secrets.hide(&text, &passwords);
        let answer = if std::str::from_utf8(answer).is_ok() { text.into_bytes() } else { bytes_of(&text) };
        book.requests.push(Recorded {
            id: id.clone(),
            note: String::new(),
            method: method.to_owned(),
            url,
            headers,
            body,
            body_file: None,
            form: Vec::new(),
            status,
        });
        let list = serde_json::to_string_pretty(&book.requests).unwrap_or_default();
        for (file, content) in [
            (format!("{id}.body"), answer.as_slice()),
            (format!("{id}.headers"), format!("HTTP/1.1 {status}\nContent-Type: {kind}\n").as_bytes()),
            (REQUESTS.to_owned(), list.as_bytes()),
        ] {
            store(&self.folder.join(file), content).map_err(|why| Failure::internal(format!("{}: {why}", self.folder.display())))?;
        }
        Ok(())
    }
}

async fn pass(State(recorder): State<std::sync::Arc<Recorder>>, request: Request) -> Response {
    match recorder.exchange(request).await {
        Ok(response) => response,
        Err(why) => {
            tracing::error!("{}", why.debug);
            (StatusCode::BAD_GATEWAY, why.debug).into_response()
        }
    }
}

/// An answer as a text. One that is no UTF-8 has a character for each byte.
fn text_of(answer: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(answer).map_or_else(|_| answer.iter().copied().map(char::from).collect(), Cow::Borrowed)
}

/// The bytes of such a text.
fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().filter_map(|char| u8::try_from(char).ok()).collect()
}

/// Writes a file as a whole or not at all.
fn store(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    std::fs::File::create(&part)?.write_all(content)?;
    std::fs::rename(part, path)
}
