//! A real Moodle as the back end, over its REST interface.
//!
//! Functions of Moodle pass through. Operations of another family go to the generated plugin where the site has it and its handler does
//! them, else through the crosswalk.

pub mod breaker;
pub mod client;
pub mod confidential;
mod crosswalk;
mod encode;
#[cfg(test)]
mod hostile;
pub mod outcome;
pub mod site;
#[cfg(test)]
mod tests;
pub mod transport;
pub mod users;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Crosswalk, How, Release};
use mwsc_contract::schema::Access;

use crate::crosswalk::{Limits, Surroundings, serve, variant};
use crate::dispatch::{Backend, Call, Failure, FailureKind, Secret};
use site::{Site, Visitor};

/// A Moodle as the back end.
pub struct Upstream {
    site: Arc<Site>,
    /// What stands before the name of an operation where the generated plugin serves it: `local_oktech_`.
    plugin: String,
    crosswalk: Crosswalk,
}

impl Upstream {
    /// The back end of a site.
    pub fn new(site: Arc<Site>, plugin: &str, crosswalk: Crosswalk) -> Upstream {
        Upstream { site, plugin: plugin.to_owned(), crosswalk }
    }

    /// The function that serves an operation by itself: it is one, or the plugin has it.
    fn function(&self, operation: &str, visitor: &Visitor) -> Option<String> {
        let own = [operation.to_owned(), format!("{}{operation}", self.plugin)];
        own.into_iter().find(|name| visitor.functions.contains(name))
    }

    /// Whether functions of Moodle do what an operation does.
    fn is_across(&self, operation: &str, visitor: &Visitor) -> bool {
        let found = variant(&self.crosswalk, operation, Release::parse(&visitor.release).as_ref());
        found.is_ok_and(|found| matches!(found.how, How::Calls(_)))
    }

    /// Carries an operation out by other functions of the site.
    async fn across(&self, call: Call<'_>, visitor: &Visitor, token: &Secret) -> Result<Value, Failure> {
        let release = Release::parse(&visitor.release);
        let found = variant(&self.crosswalk, call.operation, release.as_ref())?;
        if let (How::Calls(_), Some(missing)) = (&found.how, found.functions.iter().find(|name| !visitor.functions.contains(*name))) {
            let message = format!("`{}` takes the function `{missing}`, which the site does not serve with this token.", call.operation);
            return Err(Failure::new(FailureKind::Forbidden, "accessexception", message));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let caller: Value = [("id", Value::Int(visitor.id)), ("username", (*visitor.username).into())].into_iter().collect();
        let surroundings = Surroundings { caller, now: i64::try_from(now).unwrap_or(i64::MAX) };
        let functions = crosswalk::WithToken { site: &self.site, token };
        serve(&self.crosswalk, found, call.args, &surroundings, Limits::default(), &functions).await
    }
}

/// What the generated plugin says of an operation whose handler nobody has written: words of a coding error, which has no code of its own.
const UNWRITTEN: &str = "nobody has written the handler of the operation ";

/// Whether the generated plugin has done nothing, and Moodle's own functions may: nobody has written its handler, or the caller may not read
/// with it. (A handler that writes may have begun before it is refused something.)
fn is_left_to_moodle(why: &Failure, access: Option<Access>) -> bool {
    let unwritten = why.code == "codingerror" && why.message.contains(UNWRITTEN);
    unwritten || (why.code == "nopermissions" && access == Some(Access::Read))
}

#[async_trait]
impl Backend for Upstream {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        let missing = || Failure::new(FailureKind::Unauthenticated, "invalidtoken", "The site wants a token, and this caller has none.");
        let token = call.caller.upstream.as_ref().ok_or_else(missing)?;
        let visitor = self.site.visitor(token).await?;
        match self.function(call.operation, &visitor) {
            Some(function) => match self.site.client.call(&function, &call.args, token, call.description.kind).await {
                Err(why) if is_left_to_moodle(&why, call.description.kind) && self.is_across(call.operation, &visitor) => {
                    self.across(call, &visitor, token).await
                }
                outcome => outcome,
            },
            None if self.crosswalk.operations.contains_key(call.operation) => self.across(call, &visitor, token).await,
            None => {
                let message = format!("The site serves no function for `{}`, or not with this token.", call.operation);
                Err(Failure::new(FailureKind::Forbidden, "accessexception", message))
            }
        }
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.site.client.ready().await
    }
}
