//! Recording: requests go to a site and back, and both ends are written down without their secrets.
//!
//! Tokens are replaced by numbers that stand for them, so that a recording still tells whose call it was; passwords are gone. A replay
//! takes any password for a user whose login was recorded.

use std::collections::{BTreeMap, HashMap};
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
use crate::body;
use crate::dispatch::Failure;
use crate::form::{Form, Limits, read};

/// What stands for a password.
pub const REMOVED: &str = "removed";
/// Fields and keys that hold a secret.
const SECRETS: [&str; 8] = ["wstoken", "token", "privatetoken", "password", "wspassword", "sesskey", "sessionkey", "newpassword"];
/// What a request may be: files are longer than calls.
const BODY: body::Limits = body::Limits { bytes: 64 << 20, time: Duration::from_secs(300) };

/// A recording that is being made.
pub struct Recorder {
    http: reqwest::Client,
    site: String,
    folder: PathBuf,
    state: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    requests: Vec<Recorded>,
    /// What stands for each token.
    tokens: HashMap<String, String>,
}

impl Recorder {
    /// Begins a recording of a site in a folder that is empty or not there.
    pub fn new(site: &str, folder: &Path) -> Result<Recorder, Failure> {
        let refused = |why: std::io::Error| Failure::internal(format!("{}: {why}", folder.display()));
        std::fs::create_dir_all(folder).map_err(refused)?;
        if folder.join(REQUESTS).exists() {
            return Err(Failure::internal(format!("{}: there is a recording already", folder.display())));
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|why| Failure::internal(format!("no HTTP client: {why}")))?;
        Ok(Recorder { http, site: site.trim_end_matches('/').to_owned(), folder: folder.to_owned(), state: Mutex::default() })
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
        let mut passed = self.http.request(head.method.clone(), format!("{}{url}", self.site)).body(body.clone());
        let mut headers = BTreeMap::new();
        for name in [CONTENT_TYPE, ACCEPT, AUTHORIZATION, HeaderName::from_static("soapaction")] {
            if let Some(value) = head.headers.get(&name) {
                passed = passed.header(name.clone(), value.clone());
                headers.insert(name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned());
            }
        }
        let silent = |why: reqwest::Error| Failure::internal(format!("no answer from the site: {why}"));
        let answer = passed.send().await.map_err(silent)?;
        let status = answer.status().as_u16();
        let kind = answer.headers().get(CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned()).unwrap_or_default();
        let text = answer.bytes().await.map_err(silent)?;
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
        answer: &Bytes,
    ) -> Result<(), Failure> {
        let mut book = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = secrets(url, &headers, body, answer);
        let hidden: Vec<(String, String)> = secrets
            .into_iter()
            .map(|(secret, is_token)| {
                let shown = if is_token { book.stand_in(&secret) } else { REMOVED.to_owned() };
                (secret, shown)
            })
            .collect();
        let hide = |text: &str| {
            hidden.iter().fold(text.to_owned(), |text, (secret, shown)| {
                let coded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
                text.replace(secret, shown).replace(&coded, shown)
            })
        };
        let name = url.split('?').next().unwrap_or_default().trim_matches('/').replace(['/', '.'], "-");
        let id = format!("{:03}-{name}", book.requests.len() + 1);
        let body = (!body.is_empty()).then(|| hide(&String::from_utf8_lossy(body)));
        // Who logged in by Basic is as secret as the password in it.
        let headers =
            headers.into_iter().filter(|(key, _)| key != AUTHORIZATION.as_str()).map(|(key, value)| (key, hide(&value))).collect();
        book.requests.push(Recorded {
            id: id.clone(),
            note: String::new(),
            method: method.to_owned(),
            url: hide(url),
            headers,
            body,
            body_file: None,
            form: Vec::new(),
            status,
        });
        let list = serde_json::to_string_pretty(&book.requests).unwrap_or_default();
        let answer = std::str::from_utf8(answer).map_or_else(|_| answer.to_vec(), |text| hide(text).into_bytes());
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

impl Book {
    fn stand_in(&mut self, token: &str) -> String {
        let next = format!("{:032x}", self.tokens.len() + 1);
        self.tokens.entry(token.to_owned()).or_insert(next).clone()
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

/// The secrets of an exchange, longest first, and whether each is a token.
fn secrets(url: &str, headers: &BTreeMap<String, String>, body: &Bytes, answer: &Bytes) -> Vec<(String, bool)> {
    let mut form = Form::default();
    // What is no form adds nothing.
    let _ = read(url.split_once('?').map_or("", |(_, query)| query).as_bytes(), Limits::default(), &mut form);
    let _ = read(body, Limits::default(), &mut form);
    let mut out: Vec<(String, bool)> = Vec::new();
    let mut find = |name: &str, value: &str| {
        let key = name.rsplit(['[', '_']).next().unwrap_or(name).trim_end_matches(']');
        if SECRETS.contains(&key) && value.len() > 3 {
            out.push((value.to_owned(), !key.ends_with("password")));
        }
    };
    for (name, value) in &form.fields {
        walk(name, value, &mut find);
    }
    if let Ok(answer) = serde_json::from_slice(answer) {
        walk("", &answer, &mut find);
    }
    if let Some(("Bearer", token)) = headers.get(AUTHORIZATION.as_str()).and_then(|value| value.split_once(' ')) {
        out.push((token.to_owned(), true));
    }
    out.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.cmp(other)));
    out.dedup();
    out
}

fn walk(name: &str, value: &mwsc_contract::Value, find: &mut impl FnMut(&str, &str)) {
    use mwsc_contract::Value;
    match value {
        Value::String(text) => find(name, text),
        Value::List(items) => items.iter().for_each(|item| walk(name, item, find)),
        Value::Map(fields) => fields.iter().for_each(|(key, inner)| walk(key, inner, find)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

/// Writes a file as a whole or not at all.
fn store(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    std::fs::File::create(&part)?.write_all(content)?;
    std::fs::rename(part, path)
}
