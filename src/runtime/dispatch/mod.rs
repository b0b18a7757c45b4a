//! From a request of any protocol to its answer: find the operation, check the arguments, ask the back end, check the answer.
//!
//! Every protocol ends here, so what holds here holds for all: a request that does not fit the manifest never reaches a back end, and an
//! answer that does not fit never reaches a client unnoticed.

mod backend;
mod caller;
mod failure;

use indexmap::IndexMap;
use mwsc_contract::{Operation, Presence, Service, Value};

use crate::app::App;

pub use backend::{Backend, Call, NoBackend};
pub use caller::{Caller, Grants, Means, Secret};
pub use failure::{Failure, FailureKind};

/// Arguments by name, as a protocol read them.
pub type Args = IndexMap<String, Value>;

/// Carries out an operation of a service for a caller.
///
/// `operation` is its exact name in the manifest; arguments have the manifest's names, without those of the session. A protocol that knows
/// other spellings has translated them.
pub async fn dispatch(app: &App, service: &Service, operation: &str, args: Args, caller: &Caller) -> Result<Value, Failure> {
    let (operation, description) = app.build.operation(service, operation).ok_or_else(|| unknown_operation(operation))?;
    if description.login_required && !caller.is_somebody() {
        return Err(Failure::new(FailureKind::Unauthenticated, "requireloginerror", "This operation needs a login."));
    }
    if !caller.may_use(&service.shortname) {
        return Err(Failure::new(FailureKind::Forbidden, "accessexception", "Access control exception"));
    }
    let args = arguments(description, args)?;
    let call = Call { service: &service.shortname, operation, description, args, caller };
    app.backend.call(call).await
}

/// The service has no such operation.
pub fn unknown_operation(name: &str) -> Failure {
    Failure::new(FailureKind::NotFound, "invalidrecord", format!("The service has no operation `{name}`."))
}

/// Arguments in the order of the manifest, defaults filled in. A missing or a superfluous one is a failure.
fn arguments(description: &Operation, mut args: Args) -> Result<Args, Failure> {
    let mut out = Args::with_capacity(description.params.len());
    for param in description.params.iter().filter(|param| param.session.is_none()) {
        match (args.swap_remove(&param.name), &param.slot.presence) {
            (Some(value), _) => drop(out.insert(param.name.clone(), value)),
            (None, Presence::Default(value)) => drop(out.insert(param.name.clone(), value.clone())),
            (None, Presence::Optional | Presence::Runtime(_)) => {}
            (None, Presence::Required) => return Err(Failure::parameter(&param.name, format!("required value {} missing", param.name))),
        }
    }
    match args.keys().next() {
        None => Ok(out),
        Some(name) => Err(Failure::parameter(name, format!("The operation has no parameter `{name}`."))),
    }
}
