//! The client of a Moodle: functions over its REST interface, and tokens.

use mwsc_contract::Value;
use mwsc_contract::schema::Access;

use super::confidential::{passwords, spellings};
use super::transport::{Answer, Config, Message, Transport};
use super::{encode, outcome};
use crate::dispatch::{Args, Failure, FailureKind, Secret};

const REST: &str = "/webservice/rest/server.php";
const LOGIN: &str = "/login/token.php";

/// A client of a site.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// A client; nothing is sent yet. The error says what is wrong with the address.
    pub fn new(config: Config) -> Result<Client, String> {
        Ok(Client { transport: Transport::new(config)? })
    }

    /// Address of the site, for everybody to see.
    pub fn url(&self) -> &str {
        self.transport.url()
    }

    /// Calls a function as the user of a token.
    pub async fn call(&self, function: &str, args: &Args, token: &Secret, kind: Option<Access>) -> Result<Value, Failure> {
        let mut body = fields(&[("wstoken", token.reveal()), ("wsfunction", function), ("moodlewsrestformat", "json")]);
        encode::form(args, &mut body);
        let secrets: Vec<String> = spellings(token.reveal()).into_iter().chain(passwords(args)).collect();
        let read = |answer: &Answer| outcome::read(answer).map_err(|why| why.without(&secrets));
        self.transport.post(&message(REST, body), kind, read).await
    }

    /// A token for a user.
    pub async fn token(&self, username: &str, password: &str, service: &str) -> Result<Secret, Failure> {
        let body = fields(&[("username", username), ("password", password), ("service", service)]);
        // An answer that is none may hold a token all the same.
        let unquoted = |status, why: Failure| why.debug(format!("status {status}")).without(&spellings(password));
        let read = |answer: &Answer| outcome::read(answer).map_err(|why| unquoted(answer.status, why));
        let answer = self.transport.post(&message(LOGIN, body), None, read).await?;
        let token = answer.get("token").and_then(Value::as_str);
        token.map(Secret::new).ok_or_else(|| Failure::new(FailureKind::BadAnswer, "badanswer", "The site gave no token."))
    }

    /// Whether the site answers, and would answer calls: what it says to no token at all.
    pub async fn ready(&self) -> Result<(), Failure> {
        let body = fields(&[("moodlewsrestformat", "json")]);
        let heard = |answer: &Answer| match outcome::read(answer) {
            // Some refusal is what is asked for. The site is there unless it says that it is not, or is no site.
            Err(why) if !why.kind.is_of_the_caller() => Err(why),
            Ok(_) | Err(_) => Ok(()),
        };
        self.transport.ready(&message(REST, body), heard).await
    }
}

fn fields(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        encode::field(name, &(*value).into(), &mut form);
    }
    form
}

fn message(path: &'static str, body: String) -> Message<'static> {
    Message { path, media_type: "application/x-www-form-urlencoded", header: None, body: body.into() }
}
