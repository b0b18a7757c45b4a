//! The fields of a request: those of its query, then those of its body, which win.
//!
//! In: a request whose body is a form, urlencoded or in parts (PHP's curl sends parts when it is given an array), or is no form at all and
//! then adds nothing. Out: [`Fields`].

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;

use super::{Fields, Form, Limits, Refusal, read};
use crate::body;
use crate::dispatch::{Failure, FailureKind};
use crate::settings::Settings;

/// Reads the fields of the query of a request.
pub fn query<B>(request: &axum::http::Request<B>, settings: &Settings) -> Result<Form, Failure> {
    let mut form = Form::default();
    read(request.uri().query().unwrap_or_default().as_bytes(), settings.form, &mut form).map_err(refused)?;
    Ok(form)
}

/// A form that is refused.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub why: Failure,
    /// What was read of it: enough to know how the answer is to look, where the form says that at all.
    pub fields: Fields,
}

/// Reads the fields of a request. A body that is no form is left alone.
pub async fn fields(request: Request, settings: &Settings) -> Result<Fields, Refused> {
    let (head, body) = request.into_parts();
    let body = if is_form(&kind(&head)) { body::read(body, settings.body).await } else { Ok(Bytes::new()) };
    match body {
        Ok(body) => fields_of(&head, body, settings).await,
        Err(why) => {
            let mut form = Form::default();
            // A query that cannot be read tells what it can.
            let _ = read(head.uri.query().unwrap_or_default().as_bytes(), settings.form, &mut form);
            Err(Refused { why, fields: form.fields })
        }
    }
}

/// The fields of a request whose body was read.
pub async fn fields_of(head: &Parts, body: Bytes, settings: &Settings) -> Result<Fields, Refused> {
    let (limits, mut form) = (settings.form, Form::default());
    let asked = read(head.uri.query().unwrap_or_default().as_bytes(), limits, &mut form).map_err(refused);
    let sent = match kind(head).as_str() {
        IN_PARTS => parts(Request::from_parts(head.clone(), Body::from(body)), limits, &mut form).await,
        URLENCODED => read(&body, limits, &mut form).map_err(refused),
        _ => Ok(()),
    };
    match asked.and(sent) {
        Ok(()) => Ok(form.fields),
        Err(why) => Err(Refused { why, fields: form.fields }),
    }
}

const URLENCODED: &str = "application/x-www-form-urlencoded";
const IN_PARTS: &str = "multipart/form-data";

/// The media type of a body.
fn kind(head: &Parts) -> String {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_form(kind: &str) -> bool {
    matches!(kind, IN_PARTS | URLENCODED)
}

async fn parts(mut request: Request, limits: Limits, form: &mut Form) -> Result<(), Failure> {
    let broken = |why: &dyn std::fmt::Display| {
        Failure::new(FailureKind::BadRequest, "invalidparameter", format!("the form in parts cannot be read: {why}"))
    };
    // The body was within its limits.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|why| broken(&why))?;
    while let Some(part) = parts.next_field().await.map_err(|why| broken(&why))? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let value = String::from_utf8(part.bytes().await.map_err(|why| broken(&why))?.into()).map_err(|_| refused(Refusal::NotUtf8))?;
        form.add(&name, value, limits).map_err(refused)?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn refused(why: Refusal) -> Failure {
    match why {
        Refusal::Fields(_) | Refusal::Depth(_) => Failure::beyond_limit(format!("The request is refused: {why}.")),
        Refusal::NotUtf8 => Failure::new(FailureKind::BadRequest, "invalidparameter", why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn json(uri: &str, kind: &str, body: &str) -> String {
        within(200, uri, kind, body).await
    }

    async fn within(bytes: usize, uri: &str, kind: &str, body: &str) -> String {
        let request = Request::builder().method("POST").uri(uri).header(CONTENT_TYPE, kind).body(Body::from(body.to_owned())).unwrap();
        let limits = body::Limits { bytes, time: Duration::from_secs(5) };
        match fields(request, &Settings { body: limits, ..Settings::default() }).await {
            Ok(fields) => serde_json::to_string(&fields).unwrap(),
            Err(Refused { why, .. }) => format!("{} {}", why.kind.status(), why.message),
        }
    }

    #[tokio::test]
    async fn query_and_body() {
        assert_eq!(
            json("/x?a=1&b=2", "application/x-www-form-urlencoded; charset=UTF-8", "b=3&c[]=4").await,
            r#"{"a":"1","b":"3","c":{"0":"4"}}"#
        );
        assert_eq!(json("/x?a=1", "application/json", "{\"b\":2}").await, r#"{"a":"1"}"#);
        let parts = "--X\r\nContent-Disposition: form-data; name=\"u[0][n]\"\r\n\r\na&b\r\n--X--\r\n";
        assert_eq!(json("/x", "multipart/form-data; boundary=X", parts).await, r#"{"u":{"0":{"n":"a&b"}}}"#);
    }

    #[tokio::test]
    async fn too_much() {
        let long = "x".repeat(300);
        assert_eq!(json("/", "application/x-www-form-urlencoded", &long).await, "413 The request is longer than 200 bytes.");
        let parts = format!("--X\r\nContent-Disposition: form-data; name=\"u\"\r\n\r\n{long}\r\n--X--\r\n");
        assert_eq!(json("/", "multipart/form-data; boundary=X", &parts).await, "413 The request is longer than 200 bytes.");
        assert!(json("/", "multipart/form-data", "--X--").await.starts_with("400 the form in parts cannot be read"));
    }

    #[tokio::test]
    async fn a_form_in_parts_may_be_as_long_as_any_request() {
        let value = "x".repeat(3 << 20);
        let parts = format!("--X\r\nContent-Disposition: form-data; name=\"u\"\r\n\r\n{value}\r\n--X--\r\n");
        let read = within(4 << 20, "/", "multipart/form-data; boundary=X", &parts).await;
        assert_eq!(read.len(), value.len() + r#"{"u":""}"#.len());
    }
}
