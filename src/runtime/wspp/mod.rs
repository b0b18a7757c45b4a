//! An existing OK Tech server as the back end: `service_pp.php` or `service_pp2.php` of a Moodle that still runs.
//!
//! ```text
//!  Call ─► session of the caller ─► Server: rpc/encoded SOAP by the wire tables of the manifest ─► service_pp.php
//! ```
//!
//! - [`server`] speaks with it as a client of the shape that its address has; [`outcome`] says what its answers mean;
//! - [`sessions`] keeps a session for each account that calls with a password;
//! - [`callers`] is who may call: the server's users, and whoever has one of its sessions.

pub mod callers;
mod outcome;
mod pass;
pub mod server;
pub mod sessions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use mwsc_contract::Value;

use crate::dispatch::{Backend, Call, Failure, FailureKind};
use crate::oktech::nothing;
use pass::Pass;
use server::{Key, Server};
use sessions::Sessions;

/// An OK Tech server as the back end.
pub struct Wspp {
    server: Arc<Server>,
    sessions: Arc<Sessions>,
}

impl Wspp {
    /// The back end of a server.
    pub fn new(server: Arc<Server>, sessions: Arc<Sessions>) -> Wspp {
        Wspp { server, sessions }
    }

    /// Calls with a session of the caller's. One that has ended in the meantime is begun again where that takes no more than a password;
    /// the server refuses a session before it does anything, so that nothing is done twice.
    async fn ask(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let with = async |key: Option<&Key>| self.server.call(call.operation, key, &call.args, call.description.kind).await;
        match call.caller.upstream.as_ref().and_then(Pass::open) {
            None => with(None).await,
            Some(Pass::Session(key)) => with(Some(&key)).await,
            Some(Pass::Password { username, password }) => {
                let session = self.sessions.of(&username, &password, call.caller.address).await?;
                match with(Some(&session.key)).await {
                    Err(why) if outcome::is_session_over(&why) => {
                        let again = self.sessions.again(&username, &password, call.caller.address, &session).await?;
                        with(Some(&again.key)).await
                    }
                    outcome => outcome,
                }
            }
        }
    }
}

#[async_trait]
impl Backend for Wspp {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        if call.service != self.server.service() {
            let message = format!("The server has no service `{}`.", call.service);
            return Err(Failure::new(FailureKind::NotServed, "notserved", message));
        }
        if let Some(param) = self.server.lacks(call.operation, call.description, &call.args) {
            let message = format!("The server takes no `{param}` at this address; that of its other interface may do.");
            return Err(Failure { field: param.to_owned(), ..Failure::new(FailureKind::NotServed, "notserved", message) });
        }
        let answer = self.ask(&call).await?;
        Ok(outcome::conventional(answer, nothing::text(call.operation, call.description, &call.args).as_deref()))
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.server.ready().await
    }

    async fn close(&self) {
        self.sessions.close().await;
    }
}
