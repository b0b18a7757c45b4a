//! What an administrator decides: every key has a default that is safe.

use std::net::IpAddr;
use std::time::Duration;

use mwsc_contract::site::Site;

use crate::accounts::Allowance;
use crate::{body, form, json, soap};

/// Settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where clients reach it, without a slash at the end. It takes the place of the token in WSDLs, namespaces and SOAP actions.
    pub base_url: String,
    /// What becomes of an answer that does not fit the manifest.
    pub answers: Answers,
    /// What is known of the site, for types whose values only a site knows.
    pub site: Site,
    /// How long a session lasts from its login.
    pub session: Duration,
    /// Addresses that may log in; empty for all.
    pub allowed: Vec<IpAddr>,
    /// How many logins may fail.
    pub logins: Allowance,
    /// What the body of a request may be.
    pub body: body::Limits,
    /// How much a form may hold.
    pub form: form::Limits,
    /// How much XML a request may hold.
    pub xml: soap::Limits,
    /// How much JSON a request may hold.
    pub json: json::limits::Limits,
    /// Whether failures show what is meant for whoever looks for the cause.
    pub debug: bool,
}

/// What becomes of an answer that does not fit the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// The caller gets an error of the server.
    Strict,
    /// The caller gets the answer; a warning is logged.
    Warn,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            base_url: "http://localhost:8080".to_owned(),
            answers: Answers::Strict,
            site: Site::default(),
            session: Duration::from_secs(30 * 60),
            allowed: Vec::new(),
            logins: Allowance::default(),
            body: body::Limits::default(),
            form: form::Limits::default(),
            xml: soap::Limits::default(),
            json: json::limits::Limits::default(),
            debug: false,
        }
    }
}
