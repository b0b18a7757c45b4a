//! Carries out the crosswalk: an operation of one family by calls of functions of Moodle.
//!
//! ```text
//!  Call of an operation ─► run(program): steps in order ─► Functions::call ─► Moodle
//!                              │ eval: expressions over what is known so far
//!                              ▼
//!                           result, in the conventions of dispatch::Backend
//! ```
//!
//! Nothing here knows a protocol or a network; [`Functions`] is whatever answers. Programs end: they hold no loops but over lists. What is
//! still bounded is work: calls upstream and steps of evaluation, by [`Limits`].

pub mod backwards;
mod convert;
mod eval;
mod list;
#[cfg(test)]
mod live;
mod run;
mod scope;
#[cfg(test)]
pub(crate) mod tests;

use async_trait::async_trait;
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Crosswalk, How, Release, Variant};
use mwsc_contract::schema::Access;
use mwsc_contract::value::Map;

use crate::dispatch::{Failure, FailureKind};

/// Code of an outcome that is no result although Moodle did what was asked: it commits first, and sends its message about it (a welcome to
/// a course, say) afterwards. Where its outgoing mail is not set up, the exception of that is all that it answers.
pub const NOT_MAILED: &str = "messagenotsent";

/// What answers calls of functions.
#[async_trait]
pub trait Functions: Send + Sync {
    /// Calls a function of Moodle. `access` says whether it may be sent twice.
    async fn call(&self, function: &str, args: Map, access: Access) -> Result<Value, Failure>;
}

/// What programs know beside the arguments of the operation.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Who calls: `{id, username}`, known as `caller`.
    pub caller: Value,
    /// Seconds since 1970, known as `now`.
    pub now: i64,
}

/// How much work an operation may cause.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls of functions.
    pub calls: u32,
    /// Calls of reading functions that are under way at once.
    pub at_once: usize,
    /// Steps of evaluating expressions.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { calls: 2_000, at_once: 4, steps: 50_000_000 }
    }
}

/// What serves an operation on a Moodle of a release.
pub fn variant<'c>(crosswalk: &'c Crosswalk, operation: &str, release: Option<&Release>) -> Result<&'c Variant, Failure> {
    let entry = crosswalk.operations.get(operation);
    entry.and_then(|entry| entry.on(release)).ok_or_else(|| {
        let release = release.map(|release| format!(" {release}")).unwrap_or_default();
        not_served(format!("Nothing is known that serves `{operation}` on Moodle{release}."))
    })
}

/// Carries out an operation.
pub async fn serve(
    crosswalk: &Crosswalk,
    variant: &Variant,
    args: Map,
    surroundings: &Surroundings,
    limits: Limits,
    functions: &dyn Functions,
) -> Result<Value, Failure> {
    let program = match &variant.how {
        How::Calls(program) => program,
        How::Plugin(missing) => {
            return Err(not_served(format!(
                "No function of Moodle does this ({missing}). The generated plugin does, and it is not installed."
            )));
        }
        How::Runtime => return Err(not_served("This operation is no business of Moodle's.".to_owned())),
    };
    let mut everywhere: Map = crosswalk.tables.clone();
    everywhere.insert("caller".to_owned(), surroundings.caller.clone());
    everywhere.insert("now".to_owned(), Value::Int(surroundings.now));
    run::run(program, args, &everywhere, limits, functions).await
}

fn not_served(message: String) -> Failure {
    Failure::new(FailureKind::NotServed, "notserved", message)
}
