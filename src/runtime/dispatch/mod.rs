//! From a request of any protocol to its answer: find the operation, check the arguments, ask the back end, check the answer.
//!
//! Every protocol ends here, so what holds here holds for all: a request that does not fit the manifest never reaches a back end, and an
//! answer that does not fit never reaches a client unnoticed.

mod backend;
mod caller;
mod failure;

use indexmap::IndexMap;
use mwsc_contract::schema::Convention;
use mwsc_contract::validate::{Problem, Reason, Validator};
use mwsc_contract::{Service, Value};

use crate::app::App;
use crate::settings::Answers;

pub use backend::{Backend, Call, NoBackend};
pub use caller::{Caller, Grants, Means, Secret};
pub use failure::{Failure, FailureKind};

/// Arguments by name, as a protocol read them.
pub type Args = IndexMap<String, Value>;

/// What the kinds of arguments mean in a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// Nothing: `"1"` is a number where one belongs, as in a form or in XML.
    Texts,
    /// What they are: a text is no number, as in JSON.
    Typed,
}

/// Carries out an operation of a service for a caller.
///
/// `operation` is its exact name in the manifest; arguments have the manifest's names, without those of the session. A protocol that knows
/// other spellings has translated them.
pub async fn dispatch(app: &App, service: &Service, operation: &str, args: Args, kinds: Kinds, caller: &Caller) -> Result<Value, Failure> {
    let (operation, description) = app.build.operation(service, operation).ok_or_else(|| unknown_operation(operation))?;
    if description.login_required && !caller.is_somebody() {
        return Err(Failure::new(FailureKind::Unauthenticated, "requireloginerror", "This operation needs a login."));
    }
    if !caller.may_use(&service.shortname) {
        return Err(Failure::new(FailureKind::Forbidden, "accessexception", "Access control exception"));
    }
    let validator = Validator::new(&app.build.manifest, &app.settings.site);
    let validator = match service.convention {
        Convention::Moodle => validator,
        Convention::OkTech => validator.sparse(),
    };
    let checked = match kinds {
        Kinds::Texts => validator.arguments(description, args),
        Kinds::Typed => validator.strict().arguments(description, args),
    };
    let args = checked.map_err(|problem| refused(&problem))?;
    let call = Call { service: &service.shortname, operation, description, args, caller };
    let answer = app.backend.call(call).await?;
    let Some(slot) = &description.result else { return Ok(Value::Null) };
    match app.settings.answers {
        Answers::Strict => validator.answer(slot, answer).map_err(|problem| misfit(operation, &problem)),
        Answers::Warn => validator.answer(slot, answer.clone()).or_else(|problem| {
            let place = problem.pointer();
            tracing::warn!(operation, place, problem = %problem, "the answer of the back end does not fit");
            Ok(answer)
        }),
    }
}

/// What an argument that does not fit tells the caller.
fn refused(problem: &Problem) -> Failure {
    let field = problem.pointer();
    let field = field.trim_start_matches('/');
    let name = field.split('/').next().unwrap_or_default();
    let message = match (&problem.reason, problem.path.len()) {
        // OK Tech's own words.
        (Reason::Missing, 1) => format!("required value {name} missing"),
        (Reason::Unexpected(keys), 0) => format!("The operation has no parameter `{}`.", keys.join("`, `")),
        _ => format!("Invalid value in {field} (expected {}): {problem}.", problem.expected),
    };
    Failure::parameter(field, message)
}

/// What an answer that does not fit tells the caller: nothing of what is in it.
fn misfit(operation: &str, problem: &Problem) -> Failure {
    let place = problem.pointer();
    tracing::error!(operation, place, problem = %problem, "the answer of the back end does not fit");
    let debug = format!("{place}: {problem}");
    Failure::new(FailureKind::BadAnswer, "invalidresponse", "The back end gave an answer that is none of this operation.").debug(debug)
}

/// The service has no such operation.
pub fn unknown_operation(name: &str) -> Failure {
    Failure::new(FailureKind::NotFound, "invalidrecord", format!("The service has no operation `{name}`."))
}
