//! Typed SOAP: document/literal at `/services/<service>`, as the compiler's WSDLs describe it.
//!
//! Who calls is said by HTTP Basic or a bearer token, by a header of SOAP (WS-Security's `UsernameToken`, or `token` in the namespace of the
//! service), or by the session parts of an operation that has them. Whoever says nothing where it is needed gets the challenge of HTTP
//! Basic with status 401, for which .NET and Java wait; every other failure is a fault with a typed detail.

mod header;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use mwsc_contract::Value;
use mwsc_contract::wire::{self, Style};

use crate::app::App;
use crate::body;
use crate::dispatch::{Caller, Failure, Kinds, LOGIN_REQUIRED, dispatch, ends_session};
use crate::endpoint::{Endpoint, endpoints};
use crate::refusal::Unread;
use crate::soap::{Detail, Fault, FaultCode, Spelling, Version, charset, decode, encode, envelope};
use header::Credentials;

/// Routes to every document/literal endpoint of the manifest, with its WSDLs.
pub fn routes(app: &App) -> Router<Arc<App>> {
    let mut router = Router::new();
    for endpoint in endpoints(app, Style::Document) {
        let path = endpoint.path.clone();
        let serve = async move |State(app): State<Arc<App>>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request| {
            serve(&app, &endpoint, Some(from.ip()), request).await
        };
        router = router.route(&path, any(serve));
    }
    router
}

async fn serve(app: &App, endpoint: &Endpoint, from: Option<IpAddr>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if head.method == Method::GET || head.method == Method::HEAD {
        return wsdl(endpoint, &head.uri);
    }
    if head.method != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD, POST")]).into_response();
    }
    let body = match body::read(body, app.settings.body).await {
        Ok(body) => body,
        Err(why) => {
            let spelling = endpoint.spelling(Unread::of(&Request::from_parts(head, ())).version()).or_else(|| endpoint.any_spelling());
            let (version, namespace) = spelling.map_or((Version::V11, ""), |spelling| (spelling.version, &spelling.namespace));
            return unread(app, namespace, version, &why);
        }
    };
    match answer(app, endpoint, from, &head.headers, &body).await {
        Ok((version, text)) => sent(StatusCode::OK, version, text),
        Err(Refused::Fault(version, fault)) => {
            if !fault.debug.is_empty() {
                tracing::debug!(debug = fault.debug, "a request is refused");
            }
            let namespace = endpoint.spelling(version).or_else(|| endpoint.any_spelling()).map_or("", |spelling| &spelling.namespace);
            let fault = fault.detailed(namespace);
            sent(fault.status(version), version, fault.write(version))
        }
        Err(Refused::Failure { version, why, silent }) => failed(app, endpoint, version, &why, silent),
    }
}

/// Outcomes that are no answer.
enum Refused {
    /// The request is none.
    Fault(Version, Fault),
    /// The operation says why not. `silent`: the request said nothing of who calls.
    Failure { version: Version, why: Failure, silent: bool },
}

async fn answer(
    app: &App,
    endpoint: &Endpoint,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(Version, Bytes), Refused> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let text = charset::decode(body, kind);
    let unreadable = |why| Refused::Fault(Version::of(kind.unwrap_or_default()), Fault::new(FaultCode::Client, "Bad Request").debug(why));
    let text = text.map_err(unreadable)?;
    // A document borrows from its text and is not carried across a wait; what it says is read here.
    let (version, spelling, operation, credentials, received) = {
        let request = envelope::read(&text, app.settings.xml).map_err(|(version, fault)| Refused::Fault(version, fault))?;
        let version = request.version;
        let fault = |code, message: String| Refused::Fault(version, Fault::new(code, message));
        let spelling = endpoint
            .spelling(version)
            .ok_or_else(|| Refused::Fault(Version::V11, Fault::new(FaultCode::VersionMismatch, "Wrong Version")))?;
        if let Some(entry) = request.not_understood(|space, name| header::is_known(space, name, &spelling.namespace)) {
            let name = request.document.name(entry);
            return Err(fault(FaultCode::MustUnderstand, format!("The header `{name}` is not understood.")));
        }
        let name = request.document.name(request.operation);
        let absent =
            || fault(FaultCode::NoSuchOperation, format!("There is no operation `{}`.", name.chars().take(100).collect::<String>()));
        let (_, operation) = spelling.operation(name).ok_or_else(absent)?;
        let credentials = header::read(&request, &spelling.namespace);
        (version, spelling, operation, credentials, decode::arguments(spelling, operation, &request, app.settings.xml))
    };
    let silent = credentials.is_none() && !headers.contains_key(axum::http::header::AUTHORIZATION);
    let failed = |why| Refused::Failure { version, why, silent };
    let received = received.map_err(failed)?;
    let service = app.build.service(&endpoint.service).ok_or_else(|| failed(Failure::internal("an endpoint without service")))?;
    let session = received.client.as_ref().zip(received.key.as_ref());
    let (caller, silent) = match (session, &credentials) {
        (Some((Value::Int(client), Value::String(key))), _) => (app.accounts.check(*client, key, from).await.map(Some), false),
        (_, Some(Credentials::Token(token))) => (app.accounts.token(token, from).await.map(Some), false),
        (_, Some(Credentials::Password(user, password))) => (app.accounts.password(user, password, from).await.map(Some), false),
        (_, None) => (crate::accounts::header::caller(app.accounts.as_ref(), headers, from).await, silent),
    };
    let failed = |why| Refused::Failure { version, why, silent };
    let caller = caller.map_err(failed)?.unwrap_or_else(|| Caller::nobody(from));
    let value = dispatch(app, service, &operation.operation, received.args, Kinds::Texts, &caller).await.map_err(failed)?;
    if let Some((Value::Int(client), Value::String(key))) = session
        && ends_session(service, &operation.operation)
    {
        app.accounts.logout(*client, key).await.map_err(failed)?;
    }
    let value = operation.hollow_result.as_ref().unwrap_or(&value);
    Ok((version, encode::response(spelling, operation, value)))
}

/// The WSDL that a query asks for, in any letter case.
fn wsdl(endpoint: &Endpoint, uri: &Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let asked = |wsdl: &&crate::endpoint::Wsdl| wsdl.query.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(query));
    if let Some(wsdl) = endpoint.wsdls.iter().find(asked) {
        return wsdl.response();
    }
    let known: Vec<_> = endpoint.wsdls.iter().filter_map(|wsdl| wsdl.query.as_ref()).map(|query| format!("?{query}")).collect();
    let text = format!("This is the address of a SOAP service. It is described at {}{}.\n", endpoint.path, known.join(" and "));
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The answer to a request that is not read, at the address of an endpoint.
pub fn refused(app: &App, endpoint: &wire::Endpoint, asked: Unread<'_>, why: &Failure) -> Response {
    let version = if endpoint.soap12 { asked.version() } else { Version::V11 };
    unread(app, &endpoint.namespace.replace(wire::ADDRESS, &app.settings.base_url), version, why)
}

/// The same, with a status that says why.
fn unread(app: &App, namespace: &str, version: Version, why: &Failure) -> Response {
    let status = StatusCode::from_u16(why.kind.status()).unwrap_or(StatusCode::BAD_REQUEST);
    sent(status, version, detailed(app, namespace, why).write(version))
}

/// A failure as a fault with a typed detail.
fn detailed(app: &App, namespace: &str, why: &Failure) -> Fault {
    let code = if why.kind.is_of_the_caller() { FaultCode::Client } else { FaultCode::Server };
    let debuginfo = if app.settings.debug { why.debug.clone() } else { String::new() };
    let (errorcode, message, field) = (why.code.to_string(), why.message.clone(), why.field.clone());
    let detail = Detail { namespace: namespace.to_owned(), errorcode, message, field, debuginfo };
    Fault { detail: Some(Box::new(detail)), ..Fault::new(code, why.message.as_str()) }
}

fn failed(app: &App, endpoint: &Endpoint, version: Version, why: &Failure, silent: bool) -> Response {
    let namespace = endpoint.spelling(version).map_or("", |spelling: &Spelling| &spelling.namespace);
    let fault = detailed(app, namespace, why);
    let challenged = silent && why.code == LOGIN_REQUIRED;
    let status = if challenged { StatusCode::UNAUTHORIZED } else { fault.status(version) };
    let mut response = sent(status, version, fault.write(version));
    if challenged {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"mwsd\", charset=\"UTF-8\""));
    }
    if why.retry_after > 0 {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(why.retry_after));
    }
    response
}

fn sent(status: StatusCode, version: Version, text: impl Into<Bytes>) -> Response {
    (status, [(CONTENT_TYPE, version.media_type())], text.into()).into_response()
}
