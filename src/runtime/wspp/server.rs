//! The server as its client sees it: operations over rpc/encoded SOAP, in the shape of its address.

use std::fmt;

use axum::http::HeaderName;
use bytes::Bytes;
use mwsc_contract::schema::{Access, Convention, Field};
use mwsc_contract::wire::{ADDRESS, Endpoint, Style};
use mwsc_contract::{Manifest, Operation, Presence, Value};
use serde::{Deserialize, Serialize};

use super::outcome::{self, Reply};
use crate::address::Address;
use crate::dispatch::{Args, Failure, FailureKind};
use crate::soap::{Blanks, Limits, Spelling, Version, encode};
use crate::upstream::confidential::passwords;
use crate::upstream::transport::{Answer, Config, Message, Transport};

/// A session of the server, by its number and key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its number.
    pub client: i64,
    /// Its key.
    pub key: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.client)
    }
}

/// An OK Tech server.
#[derive(Debug)]
pub struct Server {
    transport: Transport,
    spelling: Spelling,
    /// Shortname of the service.
    service: String,
    /// SOAP action of an operation, with `{operation}` for its name.
    action: String,
    limits: Limits,
}

impl Server {
    /// The server at the address that a configuration names, spoken to as the endpoint of a manifest whose path that address ends with. The
    /// error is a sentence for whoever configured it.
    pub fn new(config: Config, manifest: &Manifest) -> Result<Server, String> {
        let address = Address::parse(&config.url)?;
        let (endpoint, base) = endpoint(address.url(), manifest)?;
        let limits =
            Limits { bytes: config.answer_bytes, text: config.answer_bytes, elements: config.answer_bytes / 32, ..Limits::default() };
        Ok(Server {
            spelling: Spelling::new(endpoint, Version::V11, base, Blanks::Omit)?,
            service: endpoint.service.clone(),
            action: endpoint.soap_action.replace(ADDRESS, base),
            transport: Transport::new(config)?,
            limits,
        })
    }

    /// Its address, for everybody to see.
    pub fn url(&self) -> &str {
        self.transport.url()
    }

    /// Shortname of the service that it serves.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// A parameter of an operation that the shape of this server lacks, though an argument for it says something of its own: it cannot be
    /// sent, and without it the operation would do something else.
    pub fn lacks<'o>(&self, operation: &str, description: &'o Operation, args: &Args) -> Option<&'o str> {
        let (_, spelled) = self.spelling.of(operation)?;
        let says = |param: &&Field| match (&param.slot.presence, args.get(&param.name)) {
            (_, None | Some(Value::Null)) => false,
            (Presence::Default(default), Some(value)) => value != default,
            (Presence::Required | Presence::Optional | Presence::Runtime(_), Some(value)) => *value != Value::from(""),
        };
        let lacked = description.params.iter().find(|param| param.session.is_none() && !spelled.takes(&param.name) && says(param));
        lacked.map(|param| param.name.as_str())
    }

    /// Calls an operation of the manifest. Arguments have the manifest's names.
    pub async fn call(&self, operation: &str, session: Option<&Key>, args: &Args, access: Option<Access>) -> Result<Value, Failure> {
        let (name, spelled) = self.spelling.of(operation).ok_or_else(|| outcome::not_served(operation))?;
        let message = self.message(name, encode::request(&self.spelling, name, spelled, session.map(|at| (at.client, &*at.key)), args));
        let secrets: Vec<String> = session.map(|session| session.key.clone()).into_iter().chain(passwords(args)).collect();
        let read = |answer: &Answer| {
            outcome::read(&self.spelling, spelled, answer, self.limits).map_err(|why| match operation {
                // An answer that is none may hold the key of a session all the same.
                "login" => why.debug(format!("status {}", answer.status)),
                _ => why.without(&secrets),
            })
        };
        match self.transport.post(&message, access, read).await? {
            Reply::Result(value) => Ok(value),
            Reply::Fault(fault) => Err(fault.failure(operation).without(&secrets)),
        }
    }

    /// Begins a session, or is given the open one of that user again.
    pub async fn login(&self, username: &str, password: &str) -> Result<Key, Failure> {
        let args = [("username", username), ("password", password)].map(|(name, value)| (name.to_owned(), Value::from(value)));
        let answer = self.call("login", None, &args.into_iter().collect(), None).await?;
        match (answer.get("client"), answer.get("sessionkey").and_then(Value::as_str)) {
            (Some(&Value::Int(client)), Some(key)) if !key.is_empty() => Ok(Key { client, key: key.to_owned() }),
            _ => Err(Failure::new(FailureKind::BadAnswer, "badanswer", "The server gave no session.")),
        }
    }

    /// Whose session it is; `None` when it is nobody's, or no longer.
    pub async fn user(&self, session: &Key) -> Result<Option<i64>, Failure> {
        match self.call("get_my_id", Some(session), &Args::new(), Some(Access::Read)).await {
            Ok(Value::Int(id)) => Ok(Some(id).filter(|id| *id > 0)),
            Ok(_) => Err(Failure::new(FailureKind::BadAnswer, "badanswer", "The server does not say whose session this is.")),
            Err(why) if outcome::is_session_over(&why) => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Ends a session.
    pub async fn logout(&self, session: &Key) -> Result<(), Failure> {
        self.call("logout", Some(session), &Args::new(), None).await.map(drop)
    }

    /// Whether it answers: what it says to the cheapest question, asked without a session.
    pub async fn ready(&self) -> Result<(), Failure> {
        let (name, spelled) = self.spelling.of("get_my_id").ok_or_else(|| outcome::not_served("get_my_id"))?;
        let message = self.message(name, encode::request(&self.spelling, name, spelled, None, &Args::new()));
        self.transport.ready(&message, |answer| outcome::read(&self.spelling, spelled, answer, self.limits).map(drop)).await
    }

    fn message(&self, name: &str, body: Bytes) -> Message<'static> {
        let action = format!("\"{}\"", self.action.replace("{operation}", name));
        let header = Some((HeaderName::from_static("soapaction"), action));
        Message { path: "", media_type: Version::V11.media_type(), header, body }
    }
}

/// The endpoint whose path an address ends with, and what stands before it.
fn endpoint<'a>(url: &'a str, manifest: &'a Manifest) -> Result<(&'a Endpoint, &'a str), String> {
    let sessions = |endpoint: &&Endpoint| {
        let service = manifest.services.iter().find(|service| service.shortname == endpoint.service);
        endpoint.style == Style::RpcEncoded && service.is_some_and(|service| service.convention == Convention::OkTech)
    };
    let known: Vec<&Endpoint> = manifest.endpoints.iter().filter(sessions).collect();
    let found = known.iter().find_map(|endpoint| Some((*endpoint, url.strip_suffix(endpoint.path.as_str())?)));
    found.ok_or_else(|| match known.as_slice() {
        [] => "the build has no endpoint of OK Tech's kind".to_owned(),
        known => {
            let paths: Vec<_> = known.iter().map(|endpoint| format!("https://…{}", endpoint.path)).collect();
            format!("`{url}` is not the address of a server that the build describes, such as {}", paths.join(" or "))
        }
    })
}
