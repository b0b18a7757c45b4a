//! SOAP rpc/encoded: from a request over HTTP to its answer.

use std::fmt::Write as _;
use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use mwsc_contract::schema::Convention;
use mwsc_contract::{Service, Value};

use super::session::{Asked, perform};
use super::{SIMPLIFIED, nothing, rest, unkept};
use crate::accounts::header;
use crate::app::App;
use crate::body;
use crate::dispatch::{Failure, FailureKind};
use crate::endpoint::Endpoint;
use crate::form::request::fields_of;
use crate::refusal::{Unread, fault};
use crate::soap::{Fault, FaultCode, Version, charset, decode, encode, envelope};

/// Answers a request to the address of an endpoint.
pub async fn serve(app: &App, endpoint: &Endpoint, from: Option<IpAddr>, request: Request) -> Response {
    let Some(service) = app.build.service(&endpoint.service) else { return StatusCode::NOT_FOUND.into_response() };
    let (mut head, body) = request.into_parts();
    let body = match body::read(body, app.settings.body).await {
        Ok(body) => body,
        Err(why) => return super::refused(app, &endpoint.profile, Unread::of(&Request::from_parts(head, ())), &why),
    };
    if endpoint.profile == SIMPLIFIED {
        match fields_of(&head, body.clone(), &app.settings).await {
            Ok(fields) => {
                if let Some(named) = rest::named(&fields) {
                    return rest::serve(app, service, named, fields, from).await;
                }
            }
            // What is no form may still be an envelope, whatever its type says; an envelope says more of what is wrong.
            Err(refused) if body.trim_ascii_start().starts_with(b"<") => tracing::debug!("no form: {}", refused.why),
            Err(refused) => {
                return match rest::named(&refused.fields) {
                    Some((_, format)) => rest::refused(app, &format, &refused.why),
                    None => fault(Unread::of(&Request::from_parts(head, ())).version(), &refused.why),
                };
            }
        }
    }
    if head.method != Method::POST {
        return listed(endpoint);
    }
    let headers = std::mem::take(&mut head.headers);
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match answer(app, service, endpoint, from, &headers, &body, kind).await {
        Ok((version, text)) => sent(StatusCode::OK, version, text),
        Err(Refused::Fault(version, fault)) => {
            if !fault.debug.is_empty() {
                tracing::debug!(debug = fault.debug, "a request is refused");
            }
            sent(fault.status(version), version, fault.write(version))
        }
        Err(Refused::Failure(version, why)) => failed(version, &why),
        Err(Refused::Nothing) => StatusCode::ACCEPTED.into_response(),
    }
}

/// Outcomes that are no answer.
enum Refused {
    /// The request is none, or a defect here.
    Fault(Version, Fault),
    /// The operation says why not.
    Failure(Version, Failure),
    /// The client waits for nothing.
    Nothing,
}

async fn answer(
    app: &App,
    service: &Service,
    endpoint: &Endpoint,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    body: &[u8],
    kind: Option<&str>,
) -> Result<(Version, Bytes), Refused> {
    let text = charset::decode(body, kind);
    let unreadable = |why| Refused::Fault(Version::of(kind.unwrap_or_default()), Fault::new(FaultCode::Client, "Bad Request").debug(why));
    let text = text.map_err(unreadable)?;
    // A document borrows from its text and is not carried across a wait; what it says is read here.
    let (version, operation, received) = {
        let request = envelope::read(&text, app.settings.xml).map_err(|(version, fault)| Refused::Fault(version, fault))?;
        let version = request.version;
        let fault = |code, message: String| Refused::Fault(version, Fault::new(code, message));
        if request.not_understood(|_, _| false).is_some() {
            return Err(fault(FaultCode::MustUnderstand, "Header not understood".to_owned()));
        }
        let spelling = endpoint.spelling(version).ok_or_else(|| fault(FaultCode::VersionMismatch, "Wrong Version".to_owned()))?;
        let name = request.document.name(request.operation);
        let absent = || fault(FaultCode::NoSuchOperation, format!("Procedure '{}' not present", shortened(name)));
        let (_, operation) = spelling.operation(name).ok_or_else(absent)?;
        let received = decode::arguments(spelling, operation, &request, app.settings.xml);
        (version, (spelling, operation), received.map_err(|why| fault(FaultCode::Client, told(&why)))?)
    };
    let (spelling, operation) = operation;
    let failed = |why| Refused::Failure(version, why);
    let (name, description) = app.build.operation(service, &operation.operation).ok_or_else(|| {
        Refused::Fault(version, Fault::new(FaultCode::NoSuchOperation, format!("Procedure '{}' not present", operation.operation)))
    })?;
    let caller = match (&received.key, operation.takes_session()) {
        (None, false) => header::caller(app.accounts.as_ref(), headers, from).await.map_err(failed)?,
        _ => None,
    };
    let session = received.client.zip(received.key);
    let nothing = nothing::text(name, description, &received.args).filter(|_| service.convention == Convention::OkTech);
    let asked = Asked { service, operation: name, args: received.args, session, caller, from };
    let value = perform(app, asked).await;
    if operation.one_way {
        return Err(Refused::Nothing);
    }
    let mut value = value.map_err(failed)?.value;
    if let (Value::List(items), Some(text)) = (&mut value, nothing)
        && items.is_empty()
    {
        items.push([("error", Value::String(text))].into_iter().collect());
    }
    let value = operation.hollow_result.as_ref().unwrap_or(&value);
    Ok((version, encode::response(spelling, operation, value)))
}

/// A name for a message, when it is of a length to be repeated.
fn shortened(name: &str) -> String {
    name.chars().take(100).collect()
}

/// What a request that cannot be decoded is told, with the place.
fn told(why: &Failure) -> String {
    if why.field.is_empty() { why.message.clone() } else { format!("{}: {}", why.field, why.message) }
}

fn sent(status: StatusCode, version: Version, text: impl Into<Bytes>) -> Response {
    (status, [(CONTENT_TYPE, version.media_type())], text.into()).into_response()
}

/// A failure of an operation. The original answers with status 200 and a fault of its own making, whose code has a prefix that nothing
/// declares; its text is escaped here.
fn failed(version: Version, why: &Failure) -> Response {
    if !why.kind.is_of_the_caller() {
        let fault = Fault::new(FaultCode::Server, why.message.as_str());
        return sent(StatusCode::INTERNAL_SERVER_ERROR, version, fault.write(version));
    }
    let message = format!("Wspp Base Server :{}", super::placed(why));
    if version == Version::V12 {
        return sent(StatusCode::BAD_REQUEST, version, Fault::new(FaultCode::Client, message).write(version));
    }
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{}\">\n<SOAP-ENV:Body><SOAP-ENV:Fault>\n\
         <faultcode>MOODLE:error</faultcode>\n<faultstring>",
        Version::V11.envelope()
    );
    encode::text(&message, &mut text);
    text.push_str("</faultstring>\n</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n");
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"response.xml\""));
    unkept(headers);
    if why.kind == FailureKind::Limited && why.retry_after > 0 {
        headers.insert(axum::http::header::RETRY_AFTER, HeaderValue::from(why.retry_after));
    }
    response
}

/// What a browser sees at the address: the operations.
fn listed(endpoint: &Endpoint) -> Response {
    let mut out = String::from("<!DOCTYPE html>\n<title>SOAP</title>\nThis SOAP server has the following operations:<br/>\n");
    for (name, _) in endpoint.any_spelling().into_iter().flat_map(crate::soap::Spelling::operations) {
        let mut escaped = String::new();
        encode::text(name, &mut escaped);
        let _ = writeln!(out, "{escaped}<br/>");
    }
    let mut response = ([(CONTENT_TYPE, "text/html; charset=utf-8")], out).into_response();
    unkept(response.headers_mut());
    response
}
