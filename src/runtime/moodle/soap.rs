//! `/webservice/soap/server.php`: Moodle's own SOAP, with the token in the address, and its WSDL at the same address with `wsdl=1`.
//!
//! The namespace of everything is the address with the token. What fails before a request is looked at has status 200 and a fault of
//! Moodle's own making; what fails later has status 500; a function that gives nothing has status 202 and no body.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, EXPIRES, PRAGMA};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::schema::Convention;

use super::call::{caller, caller_by_password, find, word};
use super::exception::exception;
use crate::app::App;
use crate::body;
use crate::dispatch::{Caller, Failure};
use crate::form::request::query;
use crate::form::{Fields, Form, Limits, read};
use crate::refusal::{Unread, fault};
use crate::soap::moodle::{Interface, decode, encode, wsdl};
use crate::soap::{Fault, FaultCode, Version, charset, encode::text, envelope};

/// Path of the endpoint that takes a token.
const SERVER: &str = "/webservice/soap/server.php";
/// Path of the endpoint that takes a user name and a password.
const SIMPLE: &str = "/webservice/soap/simpleserver.php";

/// Interfaces that were made, by the services that they are of.
#[derive(Default)]
pub struct Interfaces(Mutex<HashMap<String, Arc<Interface>>>);

impl Interfaces {
    /// The interface of the services that a caller may use.
    fn of(&self, app: &App, caller: &Caller) -> Arc<Interface> {
        let manifest = &app.build.manifest;
        let mine = || {
            let moodles = manifest.services.iter().filter(|service| service.convention == Convention::Moodle);
            moodles.filter(|service| caller.may_use(&service.shortname))
        };
        let key = mine().map(|service| service.shortname.as_str()).collect::<Vec<_>>().join("\n");
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = known.entry(key).or_insert_with(|| {
            let operations = mine().flat_map(|service| &service.operations);
            let described = operations.filter_map(|name| manifest.operations.get_key_value(name));
            Arc::new(Interface::new(described.map(|(name, operation)| (name.as_str(), operation)), &manifest.records))
        });
        made.clone()
    }
}

/// Answers a request with a token.
pub async fn serve(known: Arc<Interfaces>, app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    let from = Some(from.ip());
    let fields = match query(&request, &app.settings) {
        Ok(form) => form.fields,
        Err(why) => return refused(&app, &why),
    };
    let token = word(&fields, "wstoken");
    let caller = caller(&app, token, request.headers(), from).await;
    let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let address = format!("{}{SERVER}?wstoken={token}", app.settings.base_url);
    answer(&known, &app, caller, &address, &fields, request).await
}

/// Answers a request with a user name and a password, in the query or, where an `&` is too much for a client, in the path.
pub async fn simple(known: Arc<Interfaces>, app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    let from = Some(from.ip());
    let fields = match query(&request, &app.settings) {
        Ok(form) => form.fields,
        Err(why) => return refused(&app, &why),
    };
    let mut path = Form::default();
    let inner = request.uri().path().strip_prefix(SIMPLE).unwrap_or_default().trim_matches('/');
    if let Some((username, password)) = inner.split_once('/') {
        // What is no UTF-8 is nobody's name.
        let _ = read(format!("wsusername={username}&wspassword={password}").as_bytes(), Limits::default(), &mut path);
    }
    let part = |name: &str| match word(&fields, name) {
        "" => word(&path.fields, name).to_owned(),
        given => given.to_owned(),
    };
    let (username, password) = (part("wsusername"), part("wspassword"));
    let caller = caller_by_password(&app, &username, &password, from).await;
    let coded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let address = format!("{}{SIMPLE}/{}/{}", app.settings.base_url, coded(&username), coded(&password));
    answer(&known, &app, caller, &address, &fields, request).await
}

async fn answer(
    known: &Interfaces,
    app: &App,
    caller: Result<Caller, Failure>,
    address: &str,
    fields: &Fields,
    request: Request,
) -> Response {
    let caller = match caller {
        Ok(caller) => caller,
        Err(why) => return refused(app, &why),
    };
    let interface = known.of(app, &caller);
    if word(fields, "wsdl").parse::<i64>().is_ok_and(|asked| asked != 0) {
        return whole(wsdl::write(&interface, address));
    }
    let (head, body) = request.into_parts();
    let body = match body::read(body, app.settings.body).await {
        Ok(body) => body,
        Err(why) => return fault(Unread::of(&Request::from_parts(head, ())).version(), &why),
    };
    match call(&interface, app, caller, address, &head.headers, &body).await {
        Ok((version, Some(text))) => sent(StatusCode::OK, version, text),
        Ok((_, None)) => (StatusCode::ACCEPTED, [(CONTENT_TYPE, "text/html; charset=utf-8")]).into_response(),
        Err(Refused::Fault(version, fault)) => {
            if !fault.debug.is_empty() {
                tracing::debug!(debug = fault.debug, "a request is refused");
            }
            sent(fault.status(version), version, fault.write(version))
        }
        Err(Refused::Failure(version, why)) => failed(app, version, &why),
    }
}

/// Outcomes that are no answer.
enum Refused {
    /// The request is none.
    Fault(Version, Fault),
    /// The function says why not.
    Failure(Version, Failure),
}

/// Carries a request out: the version in which to answer, and the answer of a function that gives one.
async fn call(
    interface: &Interface,
    app: &App,
    caller: Caller,
    address: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(Version, Option<Bytes>), Refused> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let text = charset::decode(body, kind);
    let unreadable = |why| Refused::Fault(Version::of(kind.unwrap_or_default()), Fault::new(FaultCode::Client, "Bad Request").debug(why));
    let text = text.map_err(unreadable)?;
    // A document borrows from its text and is not carried across a wait; what it says is read here.
    let (version, name, result, target, args) = {
        let request = envelope::read(&text, app.settings.xml).map_err(|(version, fault)| Refused::Fault(version, fault))?;
        let version = request.version;
        let fault = |code, message: String| Refused::Fault(version, Fault::new(code, message));
        if request.not_understood(|_, _| false).is_some() {
            return Err(fault(FaultCode::MustUnderstand, "Header not understood".to_owned()));
        }
        let asked = request.document.name(request.operation);
        let absent =
            || fault(FaultCode::NoSuchOperation, format!("Procedure '{}' not present", asked.chars().take(100).collect::<String>()));
        let (_, name, function) = interface.functions.get_full(asked).ok_or_else(absent)?;
        let target = find(app, caller, name).map_err(|why| Refused::Failure(version, why))?;
        let records = &app.build.manifest.records;
        let args = decode::arguments(interface, function, target.operation, records, &request, app.settings.xml);
        let args = args.map_err(|why| match why {
            decode::Misfit::Nothing => fault(FaultCode::Client, why.message().to_owned()),
            decode::Misfit::Violation | decode::Misfit::Reference => fault(FaultCode::Server, why.message().to_owned()),
        })?;
        (version, name, function.result, target, args)
    };
    let value = target.call(app, args).await.map_err(|why| Refused::Failure(version, why))?;
    Ok((version, result.map(|ty| encode::response(interface, name, ty, address, version, &value))))
}

/// A failure of a function. Only a site in debugging mode says more than the code.
fn failed(app: &App, version: Version, why: &Failure) -> Response {
    let found = exception(why, app.settings.debug);
    let message = if app.settings.debug { found.message } else { "Unknown error" };
    let message = format!("{message} | ERRORCODE: {}", found.code);
    let written = match version {
        Version::V12 => Fault::new(FaultCode::Server, message).write(version),
        Version::V11 => {
            let mut out = String::new();
            // Writing to a string cannot fail.
            let _ = write!(
                out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{}\"><SOAP-ENV:Body><SOAP-ENV:Fault>",
                version.envelope()
            );
            let detail = found.debug.as_deref().map(|detail| ("detail", detail));
            for (name, words) in
                [("faultcode", "Receiver"), ("faultstring", &message), ("faultactor", found.code)].into_iter().chain(detail)
            {
                let _ = write!(out, "<{name}>");
                text(words, &mut out);
                let _ = write!(out, "</{name}>");
            }
            out.push_str("</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n");
            out
        }
    };
    sent(StatusCode::INTERNAL_SERVER_ERROR, version, written)
}

/// A failure before the request is looked at.
fn refused(app: &App, why: &Failure) -> Response {
    let found = exception(why, app.settings.debug);
    let message = found.debug.map_or_else(|| found.message.to_owned(), |debug| format!("{} - {debug}", found.message));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{}\"><SOAP-ENV:Body><SOAP-ENV:Fault>\
         <faultcode>MOODLE:error</faultcode><faultstring>",
        Version::V11.envelope()
    );
    text(&message, &mut out);
    out.push_str("</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n");
    whole(out)
}

/// A document that Moodle itself sends.
fn whole(text: String) -> Response {
    let headers: [(HeaderName, &str); 6] = [
        (CONTENT_TYPE, "application/xml; charset=utf-8"),
        (CONTENT_DISPOSITION, "inline; filename=\"response.xml\""),
        (CACHE_CONTROL, "private, must-revalidate, pre-check=0, post-check=0, max-age=0"),
        (EXPIRES, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (PRAGMA, "no-cache"),
        (ACCEPT_RANGES, "none"),
    ];
    (headers, text).into_response()
}

fn sent(status: StatusCode, version: Version, text: impl Into<Bytes>) -> Response {
    (status, [(CONTENT_TYPE, version.media_type())], text.into()).into_response()
}
