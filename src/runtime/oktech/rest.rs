//! Plain HTTP: fields of a form in; JSON, serialised PHP, XML or a dump out.
//!
//! The status is 200 for successes and failures alike: clients of this interface never look at it.

use std::net::IpAddr;

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use mwsc_contract::schema::{Convention, SessionPart};
use mwsc_contract::value::Map;
use mwsc_contract::{Operation, Presence, Service, Shape, Slot, Value};

use super::again::{Again, Place};
use super::row::{self, Classes};
use super::session::{Asked, perform};
use super::{nothing, unkept, xml};
use crate::app::App;
use crate::dispatch::{Args, Failure, FailureKind};
use crate::form::Fields;
use crate::php::zval::{self, Zval};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Php,
    Json,
    Xml,
    Dump,
    /// A format that was never finished: scalars as text, the word `Array` for arrays, and nothing for objects.
    Pojo,
}

impl Format {
    /// How many there are.
    pub(super) const COUNT: usize = Format::Pojo as usize + 1;

    /// By its name, which counts letter by letter.
    fn named(name: &str) -> Option<Format> {
        Some(match name {
            "php" => Format::Php,
            "json" => Format::Json,
            "xml" => Format::Xml,
            "dump" => Format::Dump,
            "pojo" => Format::Pojo,
            _ => return None,
        })
    }

    /// A whole answer.
    pub(super) fn written(self, value: &Zval<'_>) -> String {
        match self {
            Format::Xml => xml::response(value),
            Format::Dump => format!("<pre>{}</pre>", zval::print_r(value)),
            Format::Php | Format::Json | Format::Pojo => self.written_within(value, 0),
        }
    }

    /// A value as it stands in an answer, within so many arrays.
    pub(super) fn written_within(self, value: &Zval<'_>, depth: usize) -> String {
        match self {
            Format::Php => zval::serialize(value),
            Format::Json => zval::json(value),
            Format::Xml => xml::written(value),
            Format::Dump => zval::print_r_within(value, depth),
            Format::Pojo => zval::text(value).into_owned(),
        }
    }
}

/// The function and the format that a request names, if it names both: then it is a call by plain HTTP. Characters that neither can have
/// are dropped, as Moodle drops them.
pub fn named(fields: &Fields) -> Option<(String, String)> {
    let take = |name: &str, allowed: fn(char) -> bool| {
        let text = fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let clean: String = text.chars().filter(|&ch| allowed(ch)).collect();
        (!clean.is_empty()).then_some(clean)
    };
    let function = take("wsfunction", |ch| ch.is_ascii_alphabetic() || matches!(ch, '_' | '-' | '/'))?;
    Some((function, take("wsformatout", |ch| ch.is_ascii_alphabetic())?))
}

/// Answers a call by plain HTTP.
pub async fn serve(app: &App, service: &Service, named: (String, String), fields: Fields, from: Option<IpAddr>) -> Response {
    let (function, format) = named;
    let Some(format) = Format::named(&format) else {
        let why = Failure::new(FailureKind::BadRequest, "unknownformat", format!("format de sérialisation {format} inconnu"));
        return failed(app, Format::Php, &why, &[]);
    };
    let session = if function == LOGIN { SESSION } else { &[] };
    match answer(app, service, &function, format, fields, from).await {
        Ok(text) => respond(format, text),
        Err(why) => failed(app, format, &why, session),
    }
}

/// The operation that opens a session, and the fields of what it gives.
const LOGIN: &str = "login";
const SESSION: &[&str] = &["client", "sessionkey"];

/// The answer to a request that is not read, when the query names this format.
pub fn refused(app: &App, format: &str, why: &Failure) -> Response {
    failed(app, Format::named(format).unwrap_or(Format::Php), why, &[])
}

async fn answer(
    app: &App,
    service: &Service,
    function: &str,
    format: Format,
    mut fields: Fields,
    from: Option<IpAddr>,
) -> Result<String, Failure> {
    let unknown = || Failure::new(FailureKind::NotFound, "unknownoperation", format!("opération {function} inconnue"));
    let (name, operation) = app.build.operation_in_any_case(service, function).ok_or_else(unknown)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (username, password) = (text("wsusername"), text("wspassword"));
    // A call with a name and a password opens no session: in the original it ended the one that its user had open, and a logout
    // that was called so went on for ever.
    let alone = !username.is_empty() && !password.is_empty() && function != LOGIN;
    let caller = if alone { Some(app.accounts.password(&username, &password, from).await?) } else { None };
    let (args, session) = arguments(operation, &app.build.manifest.records, &mut fields, alone)?;
    let nothing = nothing::text(name, operation, &args);
    let done = perform(app, Asked { service, operation: name, args, session, caller, from }).await?;
    let Some(slot) = &operation.result else { return Ok(format.written(&Zval::Null)) };
    let mut value = done.value;
    if done.resumed
        && let Value::Map(map) = &mut value
        && let Some(client) = std::sync::Arc::make_mut(map).get_mut("client")
        && let Value::Int(number) = client
    {
        // A session that was there before comes from the database, where every value is a text.
        *client = Value::String(number.to_string());
    }
    let (manifest, key) = (&app.build.manifest, wrapped(service, name));
    let place = Place { format, depth: 1 + usize::from(key.is_some()) };
    let again = Again::new(&app.known.plain, manifest, service, slot, place);
    let answer = row::answer(slot, &value, Classes::of(manifest, service), nothing, Some(&again));
    let text = match key {
        Some(key) => format.written(&Zval::Array(vec![(key.into(), answer)])),
        None => format.written(&answer),
    };
    again.keep();
    Ok(text)
}

/// The key under which the one operation lists that forgets to unwrap its answer.
fn wrapped(service: &Service, operation: &str) -> Option<&'static str> {
    (service.convention == Convention::OkTech && operation == "get_my_group").then_some("groups")
}

/// Arguments by the names of the manifest, and the parts of the session. What is missing and has no default is a failure; what is not
/// declared is left alone.
fn arguments(
    operation: &Operation,
    records: &mwsc_contract::schema::Records,
    fields: &mut Fields,
    alone: bool,
) -> Result<(Args, Option<(Value, Value)>), Failure> {
    let mut args = Args::new();
    let (mut client, mut key) = (None, None);
    for param in &operation.params {
        let value = fields.shift_remove(&param.name);
        let missing = || Failure::parameter(&param.name, format!("required value {} missing", param.name));
        match (param.session, value, &param.slot.presence) {
            (Some(_), _, _) if alone => {}
            (Some(part), value, _) => {
                let value = Some(value.ok_or_else(missing)?);
                match part {
                    SessionPart::Client => client = value,
                    SessionPart::Key => key = value,
                }
            }
            (None, Some(value), _) => {
                args.insert(param.name.clone(), argument(&param.slot, value, records));
            }
            (None, None, Presence::Required) => return Err(missing()),
            (None, None, Presence::Optional | Presence::Default(_) | Presence::Runtime(_)) => {}
        }
    }
    Ok((args, client.zip(key)))
}

/// A value of a form as the validator takes it. An empty text is an empty list and the blank of a number, for a form has no others.
fn argument(slot: &Slot, value: Value, records: &mwsc_contract::schema::Records) -> Value {
    match (&slot.shape, value) {
        (Shape::List(_), Value::String(text)) if text.is_empty() => Value::List(Vec::new()),
        // The original finds nothing then, in silence.
        (Shape::List(_), Value::String(text)) => Value::List(vec![Value::String(text)]),
        (Shape::List(item), Value::Map(map)) => Value::List(map.iter().map(|(_, value)| argument(item, value.clone(), records)).collect()),
        (Shape::Record(_), Value::String(text)) if text.is_empty() => Map::new().into(),
        (Shape::Record(name), Value::Map(map)) => {
            let declared = records.get(name).map(|record| record.fields.as_slice()).unwrap_or_default();
            let mut out = Map::with_capacity(map.len());
            for (key, value) in map.iter() {
                let Some(field) = declared.iter().find(|field| field.name == *key) else { continue };
                if !is_empty_number(&field.slot, value) {
                    out.insert(key.clone(), argument(&field.slot, value.clone(), records));
                }
            }
            out.into()
        }
        (_, value) if is_empty_number(slot, &value) => Value::Int(0),
        (_, value) => value,
    }
}

/// Whether a form sends nothing for a number. In a record such a field counts as not sent.
fn is_empty_number(slot: &Slot, value: &Value) -> bool {
    use mwsc_contract::schema::Kind;
    let number = matches!(&slot.shape, Shape::Scalar(scalar) if matches!(scalar.kind, Kind::Int | Kind::Float | Kind::Bool));
    number && value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// A failure in a format. Those for programs had no body in the original, which no client took for an answer; `blank` are fields that must
/// not be taken for one either.
fn failed(app: &App, format: Format, why: &Failure, blank: &[&str]) -> Response {
    let message = format!("Wspp Rest Server :{}", super::placed(why));
    let debug = Some(why.debug.as_str()).filter(|debug| app.settings.debug && !debug.is_empty());
    let text = match format {
        // False, as PHP reads an empty body; what stands behind a value it leaves alone.
        Format::Php => {
            format!("{}{message}{}", format.written(&Zval::Bool(false)), debug.map(|debug| format!(" - {debug}")).unwrap_or_default())
        }
        Format::Json => {
            let parts = [("exception", "Exception"), ("errorcode", &why.code), ("message", &message)].into_iter();
            let parts = parts.chain(debug.map(|debug| ("debuginfo", debug))).chain(blank.iter().map(|&name| (name, "")));
            format.written(&Zval::Array(parts.map(|(name, text)| (name.into(), Zval::Text(text.into()))).collect()))
        }
        Format::Xml => xml::exception(&message, debug),
        Format::Dump => format!("{message} - {}", debug.unwrap_or_default()),
        Format::Pojo => String::new(),
    };
    respond(format, text)
}

fn respond(format: Format, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    let (kind, name) = match format {
        Format::Xml => ("application/xml; charset=utf-8", Some("inline; filename=\"response.xml\"")),
        Format::Dump => ("text/html; charset=utf-8", Some("inline; filename=\"response.txt\"")),
        // None is set there, and this is what PHP then sends.
        Format::Php | Format::Json | Format::Pojo => ("text/html; charset=UTF-8", None),
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(name) = name {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    }
    unkept(headers);
    response
}
