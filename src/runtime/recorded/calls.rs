//! The calls of functions that an exchange holds, whichever of Moodle's endpoints it went through.

use mwsc_contract::schema::Records;
use mwsc_contract::{Manifest, Operation, Value};

use super::answer;
use super::exchange::Exchange;
use crate::dispatch::{Failure, FailureKind};
use crate::form::{Fields, Form, Limits, read};
use crate::soap::envelope;
use crate::soap::moodle::{Interface, decode};
use crate::soap::xml::{Document, NodeId};
use crate::soap::{Limits as XmlLimits, charset};
use crate::upstream::outcome;

/// Path of Moodle's REST.
const REST: &str = "/webservice/rest/server.php";
/// Path of Moodle's REST for a user name and a password.
const SIMPLE: &str = "/webservice/rest/simpleserver.php";
/// Path of Moodle's SOAP.
const SOAP: &str = "/webservice/soap/server.php";
/// Paths of the scripts of Moodle's pages.
const AJAX: [&str; 2] = ["/lib/ajax/service.php", "/lib/ajax/service-nologin.php"];

/// A call.
#[derive(Debug)]
pub struct Made {
    /// How the caller showed who it is.
    pub by: Proof,
    /// Name of the function.
    pub function: String,
    /// Arguments, before they were checked.
    pub args: Fields,
    /// What came of it.
    pub outcome: Result<Value, Failure>,
}

/// How a caller showed who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By a token; an empty one for nobody.
    Token(String),
    /// By a user name and a password.
    Password(String, String),
}

/// The calls in an exchange.
pub fn made(exchange: &Exchange, manifest: &Manifest) -> Vec<Made> {
    let path = exchange.request.path();
    match path {
        REST | SIMPLE => rest(exchange, path == SIMPLE, manifest).into_iter().collect(),
        SOAP => soap(exchange, manifest).into_iter().collect(),
        _ if AJAX.contains(&path) => ajax(exchange),
        _ => Vec::new(),
    }
}

/// The names of the functions that a token opens, where an exchange tells them: in a WSDL.
pub fn functions(exchange: &Exchange) -> Option<(String, Vec<String>)> {
    let fields = fields(exchange).filter(|fields| exchange.request.path() == SOAP && fields.contains_key("wsdl"))?;
    let text = std::str::from_utf8(&exchange.answer).ok()?;
    let limits = XmlLimits { bytes: usize::MAX, elements: usize::MAX, ..XmlLimits::default() };
    let document = crate::soap::xml::read(text, limits).ok()?;
    let child = |node: NodeId, name: &str| document.children(node).find(|&inner| document.name(inner) == name);
    let operations = document.children(child(Document::ROOT, "portType")?);
    let names = operations.filter_map(|node| document.attribute(node, "", "name").map(str::to_owned)).collect();
    Some((text_of(&fields, "wstoken"), names))
}

fn rest(exchange: &Exchange, simple: bool, manifest: &Manifest) -> Option<Made> {
    let mut fields = fields(exchange)?;
    let mut take = |name: &str| match fields.shift_remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let by = if simple { Proof::Password(take("wsusername"), take("wspassword")) } else { Proof::Token(take("wstoken")) };
    let function = take("wsfunction");
    take("moodlewsrestformat");
    fields.retain(|name, _| !name.starts_with("moodlewssetting"));
    let result = manifest.operations.get(&function).and_then(|operation| operation.result.as_ref());
    let outcome = answer::read(exchange.request.status, &exchange.answer, result, &manifest.records);
    Some(Made { by, function, args: fields, outcome })
}

fn soap(exchange: &Exchange, manifest: &Manifest) -> Option<Made> {
    let token = text_of(&fields(exchange)?, "wstoken");
    let body = exchange.request.body.as_deref()?;
    let request = envelope::read(body, XmlLimits::default()).ok()?;
    let name = request.document.name(request.operation);
    let (name, operation) = manifest.operations.get_key_value(name)?;
    let interface = Interface::new([(name.as_str(), operation)], &manifest.records);
    let function = interface.functions.get(name)?;
    let args = decode::arguments(&interface, function, operation, &manifest.records, &request, XmlLimits::default()).ok()?;
    let outcome = soap_answer(exchange, &interface, name, operation, &manifest.records)?;
    Some(Made { by: Proof::Token(token), function: name.clone(), args, outcome })
}

/// What an answer of SOAP says; `None` for one that no function gave.
fn soap_answer(
    exchange: &Exchange,
    interface: &Interface,
    name: &str,
    operation: &Operation,
    records: &Records,
) -> Option<Result<Value, Failure>> {
    if exchange.answer.is_empty() {
        return (exchange.request.status == 202).then_some(Ok(Value::Null));
    }
    let text = charset::decode(&exchange.answer, Some("text/xml; charset=utf-8")).ok()?;
    let limits = XmlLimits { bytes: usize::MAX, elements: usize::MAX, ..XmlLimits::default() };
    let answer = envelope::read(&text, limits).ok()?;
    let document = &answer.document;
    let child = |name: &str| document.children(answer.operation).find(|&node| document.name(node) == name);
    if document.name(answer.operation) != "Fault" {
        let (ty, slot) = (interface.functions.get(name)?.result?, operation.result.as_ref()?);
        return Some(Ok(decode::result(interface, ty, slot, records, &answer, child("return")?).ok()?));
    }
    let code = document.text(child("faultactor")?).to_owned();
    let message = document.text(child("faultstring")?).split(" | ERRORCODE:").next().unwrap_or_default().to_owned();
    Some(Err(Failure::new(outcome::kind(&code), code, message)))
}

fn ajax(exchange: &Exchange) -> Vec<Made> {
    let calls = crate::moodle::calls(exchange.request.body.as_deref().unwrap_or_default().as_bytes()).unwrap_or_default();
    let answers: Value = serde_json::from_slice(&exchange.answer).unwrap_or_default();
    let made = |call: crate::moodle::Asked| {
        let answer = match &answers {
            Value::List(items) => items.get(usize::try_from(call.index).ok()?)?,
            other => other.get(&call.index.to_string())?,
        };
        let args = call.args.as_map().cloned().unwrap_or_default();
        let outcome = match answer.get("exception") {
            None => Ok(answer.get("data").cloned().unwrap_or_default()),
            Some(why) => {
                let text = |name: &str| why.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let code = text("errorcode");
                Err(Failure::new(FailureKind::BadRequest, code, text("message")))
            }
        };
        Some(Made { by: Proof::Token(String::new()), function: call.methodname, args, outcome })
    };
    calls.into_iter().filter_map(made).collect()
}

/// The fields of a recorded request.
pub fn fields(exchange: &Exchange) -> Option<Fields> {
    let mut form = Form::default();
    read(exchange.request.query().as_bytes(), Limits::default(), &mut form).ok()?;
    let kind = exchange.request.header("content-type").unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        read(exchange.request.body.as_deref().unwrap_or_default().as_bytes(), Limits::default(), &mut form).ok()?;
    }
    Some(form.fields)
}

fn text_of(fields: &Fields, name: &str) -> String {
    fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
