//! A real Moodle as the back end, over its REST interface.
//!
//! Functions of Moodle pass through. Operations of another family go to the generated plugin where the site has it.

pub mod breaker;
pub mod client;
mod encode;
pub mod outcome;
pub mod site;
#[cfg(test)]
mod tests;
pub mod users;

use std::sync::Arc;

use async_trait::async_trait;
use mwsc_contract::Value;

use crate::dispatch::{Backend, Call, Failure, FailureKind, Secret};
use site::Site;

/// A Moodle as the back end.
pub struct Upstream {
    site: Arc<Site>,
    /// What stands before the name of an operation where the generated plugin serves it: `local_oktech_`.
    plugin: String,
}

impl Upstream {
    /// The back end of a site.
    pub fn new(site: Arc<Site>, plugin: &str) -> Upstream {
        Upstream { site, plugin: plugin.to_owned() }
    }

    async fn function(&self, call: &Call<'_>, token: &Secret) -> Result<String, Failure> {
        let visitor = self.site.visitor(token).await?;
        let own = [call.operation.to_owned(), format!("{}{}", self.plugin, call.operation)];
        own.into_iter().find(|name| visitor.functions.contains(name)).ok_or_else(|| {
            let message = format!("The site serves no function for `{}`, or not with this token.", call.operation);
            Failure::new(FailureKind::Forbidden, "accessexception", message)
        })
    }
}

#[async_trait]
impl Backend for Upstream {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        let missing = || Failure::new(FailureKind::Unauthenticated, "invalidtoken", "The site wants a token, and this caller has none.");
        let token = call.caller.upstream.as_ref().ok_or_else(missing)?;
        let function = self.function(&call, token).await?;
        self.site.client.call(&function, &call.args, token, call.description.kind).await
    }
}
