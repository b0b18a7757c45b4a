//! What an answer of an OK Tech server means: a result, or one failure.
//!
//! Its own failures come with status 200 and a fault whose text is all that they say, in the language of the site and not always escaped.
//! Notices of PHP or Moodle may stand before the document.

use mwsc_contract::Value;

use crate::accounts::{bad_login, bad_session};
use crate::dispatch::{Failure, FailureKind};
use crate::soap::envelope::Request;
use crate::soap::{Limits, Operation, Spelling, charset, decode, envelope};
use crate::upstream::outcome::by_status;
use crate::upstream::transport::Answer;

/// What the server says.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    /// The result of the operation.
    Result(Value),
    /// A fault.
    Fault(Fault),
}

/// A fault of the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    code: String,
    text: String,
}

/// What stands before the text of a failure.
const PREFIXES: [&str; 3] = ["Wspp Base Server :", "Wspp Server :", "Wspp Rest Server :"];

/// How a failure begins that comes of a defect of the server, or of what it does not have in common with its Moodle.
const SERVER_DEFECTS: [&str; 3] = ["Error reading from database", "Error writing to database", "Coding error detected"];

/// Reads an answer. Only one that is none is a failure here.
pub(super) fn read(spelling: &Spelling, operation: &Operation, answer: &Answer, limits: Limits) -> Result<Reply, Failure> {
    let bad = |message: &str, why: &str| Failure::new(FailureKind::BadAnswer, "badanswer", message).debug(why);
    let kind = Some(answer.media_type.as_str()).filter(|kind| !kind.is_empty());
    let text = charset::decode(&answer.body, kind).map_err(|why| bad("The server's answer cannot be read.", &why))?;
    let text = document(&text);
    if answer.status.is_success() && text.is_empty() && operation.one_way {
        return Ok(Reply::Result(Value::Null));
    }
    let envelope = match envelope::read(text, limits) {
        Ok(envelope) => envelope,
        Err((_, why)) => return unescaped(text).map(Reply::Fault).ok_or_else(|| no_envelope(answer, text, &why.debug)),
    };
    match fault(&envelope) {
        Some(fault) => Ok(Reply::Fault(fault)),
        None if !answer.status.is_success() => Err(no_envelope(answer, text, "an envelope without a fault")),
        None => {
            let result = decode::result(spelling, operation, &envelope, limits);
            let result =
                result.map_err(|why| bad("The server's answer does not have the form of its WSDL.", &format!("{}: {why}", why.field)));
            result.map(Reply::Result)
        }
    }
}

/// The document in a text before which notices may stand.
fn document(text: &str) -> &str {
    text.find("<?xml").map_or(text, |at| &text[at..]).trim()
}

fn fault(envelope: &Request<'_>) -> Option<Fault> {
    let document = &envelope.document;
    if (document.space(envelope.operation), document.name(envelope.operation)) != (envelope.version.envelope(), "Fault") {
        return None;
    }
    let text = |name: &str| {
        let found = document.children(envelope.operation).find(|&node| document.name(node) == name);
        found.map_or_else(String::new, |node| document.text(node).trim().to_owned())
    };
    Some(Fault { code: text("faultcode"), text: text("faultstring") })
}

/// The fault in a text that its own words keep from being XML.
fn unescaped(text: &str) -> Option<Fault> {
    let between = |name: &str| {
        let from = text.find(&format!("<{name}>"))? + name.len() + 2;
        let to = text.rfind(&format!("</{name}>"))?;
        text.get(from..to).map(|words| words.trim().to_owned())
    };
    Some(Fault { code: between("faultcode")?, text: between("faultstring")? })
}

/// There is no SOAP in the answer.
fn no_envelope(answer: &Answer, text: &str, why: &str) -> Failure {
    if !answer.status.is_success() {
        return by_status(answer);
    }
    let beginning: String = text.chars().take(200).collect();
    let failure = Failure::new(FailureKind::BadAnswer, "badanswer", "The server gave no SOAP answer.");
    failure.debug(format!("status {}: {why}; {beginning}", answer.status))
}

impl Fault {
    /// The failure that it is. The words are the server's own; those of its English texts by which programs go decide the class.
    pub(super) fn failure(&self, operation: &str) -> Failure {
        let text = PREFIXES.iter().find_map(|prefix| self.text.strip_prefix(prefix)).unwrap_or(&self.text).trim();
        let failure = |kind, code: &'static str| Failure::new(kind, code, text);
        match self.code.rsplit(':').next().unwrap_or_default() {
            "error" => match text {
                _ if text.starts_with("Invalid Client connection") => bad_session(),
                _ if text.starts_with("Invalid username and / or password") => bad_login(),
                _ if text.starts_with("you don't have the permissions") => failure(FailureKind::Forbidden, "nopermissions"),
                _ if text.starts_with("web service access not allowed") => failure(FailureKind::Forbidden, "ipblocked"),
                _ if text.starts_with("web service access disabled") => failure(FailureKind::Unavailable, "servicenotavailable"),
                _ if SERVER_DEFECTS.iter().any(|begin| text.starts_with(begin)) => self.defect(),
                // A text that the language of the site lacks is its key: `[[ws_cohortunknown]]`.
                _ if text.trim_end_matches(['.', ']']).ends_with("unknown") => failure(FailureKind::NotFound, "invalidrecord"),
                _ => failure(FailureKind::BadRequest, "wspperror"),
            },
            _ if text.starts_with("Procedure '") && text.ends_with("not present") => not_served(operation),
            "WSDL" => Failure::new(FailureKind::Unavailable, "siteunavailable", "The server cannot read its own WSDL.").debug(text),
            _ => self.defect(),
        }
    }

    /// It is the server's own fault; its words show what is inside.
    fn defect(&self) -> Failure {
        Failure::new(FailureKind::BadAnswer, "badanswer", "The server failed to carry this out.").debug(&self.text)
    }
}

/// The server has no such operation.
pub(super) fn not_served(operation: &str) -> Failure {
    Failure::new(FailureKind::NotServed, "notserved", format!("The server has no operation `{operation}`."))
}

/// Whether a session has ended, or never was one.
pub(super) fn is_session_over(why: &Failure) -> bool {
    *why == bad_session()
}

/// A result by the conventions of back ends ([`Backend`](crate::dispatch::Backend)): no `error` where all is well, nothing but the error
/// in an item that failed, and an empty list in place of the blank record that says `nothing`.
pub(super) fn conventional(value: Value, nothing: Option<&str>) -> Value {
    match value {
        Value::List(items) => {
            if let ([only], Some(nothing)) = (items.as_slice(), nothing)
                && error(only) == Some(nothing)
            {
                return Value::List(Vec::new());
            }
            let item = |item: Value| match error(&item) {
                Some(words) if !words.is_empty() => [("error", Value::from(words))].into_iter().collect(),
                _ => conventional(item, None),
            };
            Value::List(items.into_iter().map(item).collect())
        }
        Value::Map(fields) => {
            let kept = fields.iter().filter(|(name, value)| *name != "error" || value.as_str().is_some_and(|words| !words.is_empty()));
            kept.map(|(name, value)| (name.clone(), conventional(value.clone(), None))).collect()
        }
        scalar => scalar,
    }
}

fn error(record: &Value) -> Option<&str> {
    record.get("error").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(code: &str, text: &str) -> (u16, String, String) {
        let why = Fault { code: code.to_owned(), text: text.to_owned() }.failure("get_users");
        (why.kind.status(), why.code.into_owned(), why.message)
    }

    #[test]
    fn each_fault_has_one_meaning() {
        for (code, text, status, name, message) in [
            ("MOODLE:error", "Wspp Base Server :Invalid Client connection. 7 0af", 401, "invalidsession", "Invalid Client connection."),
            ("MOODLE:error", "Wspp Base Server :user idnumber=X unknown.", 404, "invalidrecord", "user idnumber=X unknown."),
            (
                "MOODLE:error",
                "Wspp Base Server :you don't have the permissions to do this.",
                403,
                "nopermissions",
                "you don't have the permissions to do this.",
            ),
            ("MOODLE:error", "Wspp Base Server :[[ws_cohortunknown]]", 404, "invalidrecord", "[[ws_cohortunknown]]"),
            ("MOODLE:error", "Error reading from database - ERROR: SELECT", 502, "badanswer", "The server failed to carry this out."),
            ("MOODLE:error", "Wspp Base Server :Il faut un nom", 400, "wspperror", "Il faut un nom"),
            ("SOAP-ENV:Server", "Procedure 'get_users' not present", 501, "notserved", "The server has no operation `get_users`."),
            (
                "SOAP-ENV:Server",
                "Call to undefined method server::edit_section()",
                502,
                "badanswer",
                "The server failed to carry this out.",
            ),
            ("WSDL", "SOAP-ERROR: Parsing WSDL", 503, "siteunavailable", "The server cannot read its own WSDL."),
        ] {
            assert_eq!(meaning(code, text), (status, name.to_owned(), message.to_owned()));
        }
    }

    #[test]
    fn the_conventions_of_the_wire_are_taken_off() {
        let value = |json: &str| serde_json::from_str::<Value>(json).unwrap();
        let nothing = value(r#"[{"error":"no users","id":0}]"#);
        assert_eq!(conventional(nothing.clone(), Some("no users")), value("[]"));
        assert_eq!(conventional(nothing, Some("no courses")), value(r#"[{"error":"no users"}]"#));
        let tree = value(r#"[{"error":"","id":1,"children":[{"error":"","id":2}]}]"#);
        assert_eq!(conventional(tree, Some("no users")), value(r#"[{"id":1,"children":[{"id":2}]}]"#));
        assert_eq!(conventional(value(r#"{"error":"full","status":false}"#), None), value(r#"{"error":"full","status":false}"#));
    }

    #[test]
    fn faults_that_are_no_xml() {
        let text = "<E><faultcode>MOODLE:error</faultcode>\n<faultstring>user <a & b> unknown.</faultstring></E>";
        assert_eq!(unescaped(text), Some(Fault { code: "MOODLE:error".to_owned(), text: "user <a & b> unknown.".to_owned() }));
        assert_eq!(unescaped("<html>"), None);
        assert_eq!(unescaped("</faultstring></faultcode><faultcode><faultstring>"), None);
        assert_eq!(document("\nNotice: x\n<?xml version='1.0'?><a/>\n"), "<?xml version='1.0'?><a/>");
    }
}
