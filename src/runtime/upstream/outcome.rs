//! What an answer of Moodle's REST means: a value, or one failure. A status of 200 with an exception in it is never a success.

use axum::http::StatusCode;
use mwsc_contract::Value;

use crate::crosswalk::NOT_MAILED;
use crate::dispatch::{Failure, FailureKind};

/// Moodle's code when it did what was asked and could not mail about it: a sentence.
const MESSAGE_NOT_SENT: &str = "Message was not sent.";

/// Reads an answer in JSON.
pub fn read(status: StatusCode, body: &[u8]) -> Result<Value, Failure> {
    if status == StatusCode::FORBIDDEN && body.is_empty() {
        // Moodle answers so when web services or the protocol are switched off.
        return Err(bad("The site has no web services, or no REST.").debug(format!("status {status}, empty body")));
    }
    let debug = || format!("status {status}: {}", beginning(body));
    if status.is_server_error() {
        return Err(Failure::new(FailureKind::Unavailable, "siteunavailable", "The site cannot answer at the moment.").debug(debug()));
    }
    if !status.is_success() {
        return Err(bad("The site gave no proper answer.").debug(debug()));
    }
    let value: Value =
        serde_json::from_slice(body).map_err(|why| bad("The site gave no proper answer.").debug(format!("{why}; {}", debug())))?;
    match exception(&value) {
        Some(failure) => Err(failure),
        None => Ok(value),
    }
}

/// The exception that an answer is: of a function, or of the login script.
fn exception(value: &Value) -> Option<Failure> {
    let fields = value.as_map()?;
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let code = text("errorcode")?;
    let message = text("message").filter(|_| fields.contains_key("exception")).or_else(|| text("error"))?;
    if code == MESSAGE_NOT_SENT {
        let message = "The site did this, and then could not send its message about it: its outgoing mail has to be set up.";
        return Some(Failure::new(FailureKind::BadAnswer, NOT_MAILED, message).debug(code));
    }
    let failure = Failure::new(kind(code), code.to_owned(), message);
    Some(match text("debuginfo") {
        Some(debug) => failure.debug(debug),
        None => failure,
    })
}

/// The class of outcome that a code of Moodle's is.
pub fn kind(code: &str) -> FailureKind {
    match code {
        "invalidtoken" | "invalidlogin" | "requireloginerror" | "servicerequireslogin" | "forcepasswordchangenotice" => {
            FailureKind::Unauthenticated
        }
        "accessexception"
        | "nopermissions"
        | "nopermission"
        | "errorcoursecontextnotvalid"
        | "cannotviewcourse"
        | "usernotallowed"
        | "usernotfullysetup"
        | "sitepolicynotagreed"
        | "requireloginerror_course" => FailureKind::Forbidden,
        "invalidrecord" | "invalidrecordunknown" | "invaliduser" | "invalidcourseid" | "unknowncourseidnumber" | "servicenotavailable" => {
            FailureKind::NotFound
        }
        "shortnametaken" | "courseidnumbertaken" | "usernametaken" | "idnumbertaken" | "groupnameexists" => FailureKind::Conflict,
        "sitemaintenance" | "upgraderunning" | "enablewsdescription" => FailureKind::Unavailable,
        "invalidresponse" | "codingerror" | "dmlreadexception" | "dmlwriteexception" => FailureKind::BadAnswer,
        // The request does not fit, or breaks a rule of Moodle's.
        _ => FailureKind::BadRequest,
    }
}

fn bad(message: &str) -> Failure {
    Failure::new(FailureKind::BadAnswer, "badanswer", message)
}

fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let short: String = text.chars().take(200).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(status: u16, body: &str) -> Result<Value, (u16, String)> {
        read(StatusCode::from_u16(status).unwrap(), body.as_bytes()).map_err(|why| (why.kind.status(), why.code.into_owned()))
    }

    #[test]
    fn one_meaning_each() {
        assert_eq!(code(200, "null"), Ok(Value::Null));
        assert_eq!(code(200, "[1]"), Ok(Value::List(vec![1.into()])));
        let message = r#"{"errorcode":"x","message":"part of a result that is no exception"}"#;
        assert!(code(200, message).is_ok());
        for (status, body, expected, name) in [
            (200, r#"{"exception":"webservice_access_exception","errorcode":"accessexception","message":"No"}"#, 403, "accessexception"),
            (200, r#"{"exception":"moodle_exception","errorcode":"somethingnew","message":"No"}"#, 400, "somethingnew"),
            (200, r#"{"error":"Invalid login","errorcode":"invalidlogin","stacktrace":null}"#, 401, "invalidlogin"),
            (200, r#"{"error":"Site is being upgraded, please retry later.","errorcode":"upgraderunning"}"#, 503, "upgraderunning"),
            (200, r#"{"exception":"m","errorcode":"Message was not sent.","message":"error/Message was not sent."}"#, 502, NOT_MAILED),
            (200, "<html>", 502, "badanswer"),
            (200, "", 502, "badanswer"),
            (302, "", 502, "badanswer"),
            (403, "", 502, "badanswer"),
            (500, "oops", 503, "siteunavailable"),
        ] {
            assert_eq!(code(status, body), Err((expected, name.to_owned())), "{status} {body}");
        }
    }
}
