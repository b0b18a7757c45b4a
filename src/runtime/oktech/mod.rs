//! The endpoints of OK Tech Web Services: `/wspp/...`, as their clients have called them since Moodle 1.6.
//!
//! - [`soap`]: rpc/encoded in both shapes, at the address of each endpoint;
//! - [`rest`]: plain HTTP at the address of the simplified one, when a request names a function and a format;
//! - [`session`]: who calls, by the number and the key of a session, or by a user name and a password for one call;
//! - [`row`]: what an answer is to PHP, which the formats of plain HTTP then print;
//! - [`again`]: what they printed of records before.
//!
//! Answers are those of the original, to the byte, where a client could depend on it. Where they differ, `differences.md` beside this file
//! says how and why.

mod again;
pub(crate) mod nothing;
mod rest;
pub mod row;
mod session;
mod soap;
#[cfg(test)]
pub(crate) mod tests;
pub mod xml;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_SECURITY_POLICY, EXPIRES, HeaderMap, PRAGMA};
use axum::response::Response;
use axum::routing::any;
use mwsc_contract::wire::Style;

use crate::app::App;
use crate::dispatch::{Failure, INVALID_PARAMETER};
use crate::endpoint::{endpoints, is_plain};
use crate::form::{Form, read};
use crate::refusal::{Unread, fault};

pub use again::Texts;

/// Profile of the endpoint whose address speaks plain HTTP as well.
const SIMPLIFIED: &str = "oktech-simplified";

/// Routes to every rpc/encoded endpoint of the manifest and to its WSDLs.
pub fn routes(app: &App) -> Router<Arc<App>> {
    let mut router = Router::new();
    let mut paths = Vec::new();
    for endpoint in endpoints(app, Style::RpcEncoded) {
        for (at, wsdl) in endpoint.wsdls.iter().enumerate() {
            if wsdl.query.is_none() && is_plain(&wsdl.path) && !paths.contains(&wsdl.path) {
                paths.push(wsdl.path.clone());
                let endpoint = endpoint.clone();
                router = router.route(&wsdl.path, any(async move || endpoint.wsdls[at].response()));
            }
        }
        if paths.contains(&endpoint.path) {
            continue;
        }
        paths.push(endpoint.path.clone());
        let path = endpoint.path.clone();
        let serve = async move |State(app): State<Arc<App>>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request| {
            soap::serve(&app, &endpoint, Some(from.ip()), request).await
        };
        router = router.route(&path, any(serve));
    }
    router
}

/// The answer to a request that is not read, at the address of an endpoint of this profile.
pub fn refused(app: &App, profile: &str, asked: Unread<'_>, why: &Failure) -> Response {
    let mut form = Form::default();
    // A query that cannot be read names nothing.
    let _ = read(asked.query.as_bytes(), app.settings.form, &mut form);
    match rest::named(&form.fields).filter(|_| profile == SIMPLIFIED) {
        Some((_, format)) => rest::refused(app, &format, why),
        None => fault(asked.version(), why),
    }
}

/// What a failure says. What does not fit its type is told with its place, where the words do not name it: these clients show nothing
/// else. What an operation says is the original's, to the letter.
fn placed(why: &Failure) -> Cow<'_, str> {
    let last = why.field.rsplit('/').next().unwrap_or_default();
    if why.code != INVALID_PARAMETER || last.is_empty() || why.message.contains(last) {
        Cow::Borrowed(&why.message)
    } else {
        Cow::Owned(format!("{}: {}", why.field, why.message))
    }
}

/// Adds the headers that the original sends with everything but SOAP answers: nobody is to keep them. One is ours: data are printed as a
/// page, as clients expect, and what is in them must not run in a browser.
fn unkept(headers: &mut HeaderMap) {
    let all = "private, must-revalidate, pre-check=0, post-check=0, max-age=0";
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(all));
    headers.insert(EXPIRES, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
}
