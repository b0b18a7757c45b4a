//! The fields of a request: those of its query, then those of its body, which win.
//!
//! In: a request whose body is a form, urlencoded or in parts (PHP's curl sends parts when it is given an array), or is no form at all and
//! then adds nothing. Out: [`Fields`].

use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header::CONTENT_TYPE;

use super::{Fields, Form, Limits, Refusal, read};
use crate::dispatch::{Failure, FailureKind};

/// Reads the fields of a request. Its body may have `bytes` bytes.
pub async fn fields(request: Request, limits: Limits, bytes: usize) -> Result<Fields, Failure> {
    let mut form = Form::default();
    if let Some(query) = request.uri().query() {
        read(query.as_bytes(), limits, &mut form).map_err(refused)?;
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "multipart/form-data" => parts(request, limits, bytes, &mut form).await?,
        "application/x-www-form-urlencoded" => {
            let body = axum::body::to_bytes(request.into_body(), bytes).await.map_err(|_| too_long(bytes))?;
            read(&body, limits, &mut form).map_err(refused)?;
        }
        _ => {}
    }
    Ok(form.fields)
}

async fn parts(request: Request, limits: Limits, bytes: usize, form: &mut Form) -> Result<(), Failure> {
    let broken = |why: &dyn std::fmt::Display| {
        Failure::new(FailureKind::BadRequest, "invalidparameter", format!("the form in parts cannot be read: {why}"))
    };
    let mut parts = Multipart::from_request(request, &()).await.map_err(|why| broken(&why))?;
    let mut left = bytes;
    while let Some(mut part) = parts.next_field().await.map_err(|why| broken(&why))? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let mut value = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|why| broken(&why))? {
            left = left.checked_sub(chunk.len()).ok_or_else(|| too_long(bytes))?;
            value.extend_from_slice(&chunk);
        }
        let value = String::from_utf8(value).map_err(|_| refused(Refusal::NotUtf8))?;
        form.add(&name, value, limits).map_err(refused)?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn refused(why: Refusal) -> Failure {
    Failure::new(FailureKind::BadRequest, "invalidparameter", why.to_string())
}

/// The body is longer than it may be.
pub fn too_long(bytes: usize) -> Failure {
    Failure::new(FailureKind::TooLarge, "toolarge", format!("The request is longer than {bytes} bytes, or broke off."))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn json(uri: &str, kind: &str, body: &str) -> String {
        let request = Request::builder().method("POST").uri(uri).header(CONTENT_TYPE, kind).body(Body::from(body.to_owned())).unwrap();
        match fields(request, Limits::default(), 200).await {
            Ok(fields) => serde_json::to_string(&fields).unwrap(),
            Err(why) => format!("{} {}", why.kind.status(), why.message),
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
        assert_eq!(json("/", "application/x-www-form-urlencoded", &long).await, "413 The request is longer than 200 bytes, or broke off.");
        let parts = format!("--X\r\nContent-Disposition: form-data; name=\"u\"\r\n\r\n{long}\r\n--X--\r\n");
        assert_eq!(json("/", "multipart/form-data; boundary=X", &parts).await, "413 The request is longer than 200 bytes, or broke off.");
        assert!(json("/", "multipart/form-data", &parts).await.starts_with("400 the form in parts cannot be read"));
    }
}
