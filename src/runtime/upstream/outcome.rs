//! What an answer of Moodle's REST means: a value, or one failure. A status of 200 with an exception in it is never a success.

use axum::http::StatusCode;
use mwsc_contract::Value;

use super::transport::Answer;
use crate::crosswalk::NOT_MAILED;
use crate::dispatch::{Failure, FailureKind};
use crate::soap::charset;

/// Moodle's code when it did what was asked and could not mail about it: a sentence.
const MESSAGE_NOT_SENT: &str = "Message was not sent.";

/// Reads an answer in JSON. A byte order mark may stand before it, and PHP's notices, which are no part of it.
pub fn read(answer: &Answer) -> Result<Value, Failure> {
    if answer.status == StatusCode::FORBIDDEN && answer.body.is_empty() {
        // Moodle answers so when web services or the protocol are switched off.
        return Err(bad("The site has no web services, or no REST.").debug("status 403, empty body"));
    }
    if !answer.status.is_success() {
        return Err(by_status(answer));
    }
    let kind = Some(answer.media_type.as_str()).filter(|kind| !kind.is_empty());
    let text = charset::decode(&answer.body, kind).map_err(|why| no_answer(answer, &why))?;
    let text = text.trim_start_matches('\u{feff}');
    let value = serde_json::from_str(text).or_else(|why| after_notices(text).ok_or_else(|| no_answer(answer, &why.to_string())))?;
    match exception(&value) {
        Some(failure) => Err(failure),
        None => Ok(value),
    }
}

/// What a status of HTTP says that is no success.
pub fn by_status(answer: &Answer) -> Failure {
    let failure = match answer.status.as_u16() {
        429 => Failure::new(FailureKind::Busy, "sitebusy", "The site gets too many requests at the moment."),
        502..=504 => Failure::new(FailureKind::Unavailable, "siteunavailable", "The site cannot answer at the moment."),
        500..=599 => bad("The site failed to carry this out."),
        300..=399 if answer.elsewhere.is_some() => bad("The site is at another address than the one that is configured."),
        _ => bad("The site gave no proper answer."),
    };
    let elsewhere = answer.elsewhere.as_ref().map(|place| format!(", which points to {place}")).unwrap_or_default();
    let debug = format!("status {}{elsewhere}: {}", answer.status, beginning(&answer.body));
    Failure { retry_after: answer.retry_after, ..failure.debug(debug) }
}

fn no_answer(answer: &Answer, why: &str) -> Failure {
    let debug = format!("{why}; status {}, {:?}: {}", answer.status, answer.media_type, beginning(&answer.body));
    bad("The site gave no proper answer.").debug(debug)
}

/// The value behind notices that PHP was told to print: it stands on the last line, as Moodle writes JSON in one.
fn after_notices(text: &str) -> Option<Value> {
    let (notices, value) = text.trim_end().rsplit_once('\n')?;
    let value = notices.contains(" on line ").then(|| serde_json::from_str(value).ok()).flatten()?;
    tracing::warn!(notices = beginning(notices.as_bytes()), "the site prints notices of PHP into its answers");
    Some(value)
}

/// The exception that an answer is: of a function, or of the login script. Defects of PHP have no code.
fn exception(value: &Value) -> Option<Failure> {
    let fields = value.as_map()?;
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let (class, code) = (text("exception"), text("errorcode"));
    let message = if class.is_some() { text("message") } else { text("error") };
    let (code, message) = match (class, code, message) {
        (_, Some(code), Some(message)) => (code, message),
        (Some(_), Some(code), None) => (code, code),
        (Some(class), None, message) => {
            return Some(bad("The site failed to carry this out.").debug(format!("{class}: {}", message.unwrap_or_default())));
        }
        (None, _, _) => return None,
    };
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

/// How a body begins, for whoever looks for the cause. Data are not repeated: they are of people.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let short: String = text.chars().take_while(|char| !matches!(char, '{' | '[')).take(200).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(status: u16, body: &str) -> Result<Value, (u16, String)> {
        let answer = Answer { status: StatusCode::from_u16(status).unwrap(), body: body.into(), ..Answer::default() };
        read(&answer).map_err(|why| (why.kind.status(), why.code.into_owned()))
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
            (429, "", 503, "sitebusy"),
            (500, "oops", 502, "badanswer"),
            (503, "maintenance", 503, "siteunavailable"),
            (200, r#"{"exception":"TypeError","message":"f(): Argument #1 must be of type int"}"#, 502, "badanswer"),
            (200, r#"{"exception":"moodle_exception","errorcode":"invalidrecord"}"#, 404, "invalidrecord"),
        ] {
            assert_eq!(code(status, body), Err((expected, name.to_owned())), "{status} {body}");
        }
    }

    fn answer(media_type: &str, body: &[u8]) -> Answer {
        Answer { media_type: media_type.to_owned(), body: body.to_vec(), ..Answer::default() }
    }

    #[test]
    fn what_stands_before_json_is_no_part_of_it() {
        let good = Ok(Value::List(vec!["é".into()]));
        for (kind, body) in [
            ("application/json", "\u{feff}[\"é\"]".as_bytes()),
            ("text/html; charset=utf-8", "[\"é\"]".as_bytes()),
            ("application/json; charset=ISO-8859-1", b"[\"\xe9\"]"),
            ("", "<br />\n<b>Warning</b>:  Undefined $x in <b>/m/config.php</b> on line <b>3</b><br />\n[\"é\"]".as_bytes()),
            ("", "\nDeprecated: old in /m/config.php on line 3\n[\"é\"]".as_bytes()),
        ] {
            assert_eq!(read(&answer(kind, body)), good, "{}", String::from_utf8_lossy(body));
        }
        let notice =
            b"<br />\n<b>Warning</b>: x on line <b>3</b><br />\n{\"exception\":\"e\",\"errorcode\":\"invalidtoken\",\"message\":\"m\"}";
        assert_eq!(read(&answer("", notice)).unwrap_err().code, "invalidtoken");
        for body in [&b"[\"\xe9\"]"[..], b"a page\n[1]", b"<p>x on line 3</p>\n</html>", b"\x1f\x8b\x08\x00"] {
            assert_eq!(read(&answer("application/json", body)).unwrap_err().code, "badanswer", "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn data_of_a_broken_answer_are_not_repeated() {
        for body in [r#"{"email": "ann@h.example""#, r#"<br />Notice: x{"email": "ann@h.example""#, "[[\"ann@h.example"] {
            let why = read(&answer("application/json", body.as_bytes())).unwrap_err();
            assert!(why.debug.contains("status 200") && !why.debug.contains("ann@"), "{}", why.debug);
        }
    }
}
