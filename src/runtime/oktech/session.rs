//! Who calls, and the operations that begin and end a session.

use std::net::IpAddr;

use mwsc_contract::schema::Convention;
use mwsc_contract::{Service, Value};

use crate::accounts::bad_session;
use crate::app::App;
use crate::dispatch::{Args, Caller, Failure, FailureKind, Kinds, dispatch, unknown_operation};

/// A call of an operation, with what it brings to show who calls.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The service.
    pub service: &'a Service,
    /// Name of the operation in the manifest.
    pub operation: &'a str,
    /// Arguments by the names of the manifest.
    pub args: Args,
    /// Number and key of a session, as the client wrote them.
    pub session: Option<(Value, Value)>,
    /// Who calls, where something else than a session says so: a user name and a password for this call, a header of HTTP.
    pub caller: Option<Caller>,
    /// Where the call comes from.
    pub from: Option<IpAddr>,
}

/// What comes of it.
#[derive(Debug)]
pub struct Answer {
    /// The result.
    pub value: Value,
    /// Whether it is a login that gave an open session again.
    pub resumed: bool,
}

/// Asks with any session whose end is not worth a failure: their answer is then -1.
const ASKED_AT_ANY_TIME: [&str; 2] = ["get_my_id", "get_version"];

/// Says of a session that it refuses what the client sent.
const REPEATS_THE_SESSION: &str = "get_roles";

/// Carries a call out.
pub async fn perform(app: &App, asked: Asked<'_>) -> Result<Answer, Failure> {
    let Asked { service, operation, args, session, caller, from } = asked;
    let (name, description) = app.build.operation(service, operation).ok_or_else(|| unknown_operation(operation))?;
    let takes_session = description.params.iter().any(|param| param.session.is_some());
    let of_oktech = service.convention == Convention::OkTech;
    if of_oktech && name == "login" {
        return login(app, &args, from).await;
    }
    let caller = match (caller, takes_session) {
        (Some(caller), _) => caller,
        (None, false) => Caller::nobody(from),
        (None, true) => {
            let (client, key) = session.as_ref().map(|(client, key)| (number(client), word(key))).unwrap_or_default();
            let known = match (name, of_oktech) {
                ("logout", true) => {
                    app.accounts.logout(client, &key).await?;
                    return Ok(Answer { value: Value::Bool(true), resumed: false });
                }
                // Nothing is looked up before the session is known to be one: an original defect told strangers what exists.
                _ => app.accounts.check(client, &key, from).await,
            };
            match known {
                Ok(caller) => caller,
                Err(why) if of_oktech && why.kind == FailureKind::Unauthenticated => {
                    let answered = ASKED_AT_ANY_TIME.contains(&name);
                    return if answered {
                        Ok(Answer { value: Value::Int(-1), resumed: false })
                    } else {
                        Err(refused(name, session.as_ref()))
                    };
                }
                Err(why) => return Err(why),
            }
        }
    };
    let value = dispatch(app, service, name, args, Kinds::Texts, &caller).await?;
    Ok(Answer { value, resumed: false })
}

/// The failure of an operation that is called without an open session.
fn refused(operation: &str, session: Option<&(Value, Value)>) -> Failure {
    let why = bad_session();
    match session {
        Some((client, key)) if operation == REPEATS_THE_SESSION => {
            Failure { message: format!("{} {} {}", why.message, spelled(client), spelled(key)), ..why }
        }
        _ => why,
    }
}

async fn login(app: &App, args: &Args, from: Option<IpAddr>) -> Result<Answer, Failure> {
    let text = |name: &str| args.get(name).map(spelled).unwrap_or_default();
    let session = app.accounts.login(&text("username"), &text("password"), from).await?;
    let value = [("client", Value::Int(session.client)), ("sessionkey", session.key.reveal().into())].into_iter().collect();
    Ok(Answer { value, resumed: session.resumed })
}

/// The number of a session: the digits with which it begins, as PHP makes a text an integer.
fn number(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::String(text) => {
            let text = text.trim_start();
            let signed = usize::from(text.starts_with(['-', '+']));
            let end = text[signed..].find(|ch: char| !ch.is_ascii_digit()).map_or(text.len(), |at| signed + at);
            text[..end].parse().unwrap_or(0)
        }
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => 0,
    }
}

/// The key of a session: its letters and digits.
fn word(value: &Value) -> String {
    spelled(value).chars().filter(char::is_ascii_alphanumeric).collect()
}

fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_keys_are_read_as_php_does() {
        for (text, expected) in
            [("51", 51), ("51xx", 51), (" 7", 7), ("-3a", -3), ("", 0), ("x", 0), ("99999999999999999999", 0), ("é", 0), ("+", 0)]
        {
            assert_eq!(number(&text.into()), expected, "{text}");
        }
        assert_eq!(word(&"abc-123!é".into()), "abc123");
    }
}
