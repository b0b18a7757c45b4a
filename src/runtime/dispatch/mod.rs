//! From a request of any protocol to its answer: find the operation, check the arguments, ask the back end, check the answer.
//!
//! Every protocol ends here, so what holds here holds for all: a request that does not fit the manifest never reaches a back end, and an
//! answer that does not fit never reaches a client unnoticed.

mod backend;
mod caller;
mod failure;
mod own;

use indexmap::IndexMap;
use mwsc_contract::schema::Convention;
use mwsc_contract::validate::{Problem, Reason, Validator};
use mwsc_contract::{Operation, Service, Slot, Value};

use crate::app::App;
use crate::deadline::within;
use crate::settings::Answers;
use crate::unbroken::unbroken;

pub use backend::{Backend, Call, NoBackend};
pub use caller::{Caller, Grants, Means, Secret};
pub use failure::{Failure, FailureKind, INVALID_PARAMETER, LIMIT_EXCEEDED, LOGIN_REQUIRED};
pub use own::{RELEASE, ends_session, is_own};

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
    let outcome = within(unbroken(&app.metrics, carry_out(app, service, operation, args, kinds, caller))).await;
    let known = if app.build.operation(service, operation).is_some() { operation } else { "unknown" };
    app.metrics.call(known, outcome.as_ref().err().map(|why| why.code.as_ref()));
    let span = tracing::Span::current();
    span.record("operation", operation).record("account", &*caller.username);
    if let Err(why) = &outcome
        && !why.kind.is_of_the_caller()
    {
        tracing::error!(code = %why.code, debug = %why.debug, "{}", why.message);
    }
    outcome
}

async fn carry_out(app: &App, service: &Service, operation: &str, args: Args, kinds: Kinds, caller: &Caller) -> Result<Value, Failure> {
    let (operation, description) = app.build.operation(service, operation).ok_or_else(|| unknown_operation(operation))?;
    if needs_login(service, description) && !caller.is_somebody() {
        return Err(Failure::new(FailureKind::Unauthenticated, LOGIN_REQUIRED, "This operation needs a login."));
    }
    if !caller.may_use(&service.shortname) {
        return Err(Failure::new(FailureKind::Forbidden, "accessexception", "Access control exception"));
    }
    let validator = match kinds {
        Kinds::Texts => validator(app, service),
        Kinds::Typed => validator(app, service).strict(),
    };
    let args = validator.arguments(description, args).map_err(|problem| misfit(&problem))?;
    let value = match own::answer(app, service, operation, &args, caller).await {
        Some(value) => value?,
        None => {
            app.backend
                .call(Call { service: &service.shortname, operation, description, manifest: &app.build.manifest, args, caller })
                .await?
        }
    };
    match &description.result {
        None => Ok(Value::Null),
        Some(slot) => answer(app, validator, slot, operation, value),
    }
}

/// Whether only somebody may call an operation. One of OK Tech says so by the session that it takes.
fn needs_login(service: &Service, operation: &Operation) -> bool {
    match service.convention {
        Convention::Moodle => operation.login_required,
        Convention::OkTech => operation.params.iter().any(|param| param.session.is_some()),
    }
}

/// The validator for a service. Records of OK Tech are sparse: what has no value is absent, and each protocol spells that out in its way.
fn validator<'a>(app: &'a App, service: &Service) -> Validator<'a> {
    let validator = Validator::new(&app.build.manifest, &app.settings.site);
    match service.convention {
        Convention::Moodle => validator,
        Convention::OkTech => validator.sparse(),
    }
}

/// An argument does not fit: which, why, and what was expected there. Of what is not known, the first is to blame.
fn misfit(problem: &Problem) -> Failure {
    let pointer = problem.pointer();
    let place = pointer.trim_start_matches('/');
    if let Reason::Unexpected(keys) = &problem.reason {
        let first = keys.first().map(|key| key.replace('~', "~0").replace('/', "~1")).unwrap_or_default();
        let place = if place.is_empty() { first } else { format!("{place}/{first}") };
        let more = keys.get(1..).unwrap_or_default().join(", ");
        let more = if more.is_empty() { more } else { format!(", and neither is: {more}") };
        return Failure { expected: "nothing".into(), ..Failure::parameter(place, format!("it is not known here{more}")) };
    }
    let failure = Failure::parameter(place, problem.to_string());
    Failure { expected: problem.expected.as_str().into(), ..failure }
}

/// An answer as the manifest describes it. One that does not fit is a failure of the server, or a warning where the settings say so.
fn answer(app: &App, validator: Validator<'_>, slot: &Slot, operation: &str, value: Value) -> Result<Value, Failure> {
    let kept = match app.settings.answers {
        Answers::Warn => Some(value.clone()),
        Answers::Strict => None,
    };
    validator.known_answer(slot, value, &app.known.fits).or_else(|problem| {
        // Never the value: the log is no place for what is known of people.
        let (pointer, types) = (problem.pointer(), problem.types());
        let found = format!("answer of {operation} at {pointer}: {types}");
        tracing::warn!(operation, %pointer, "an answer does not fit the manifest: {types}");
        let message = "The answer of the back end does not fit its description.";
        kept.ok_or_else(|| Failure::new(FailureKind::BadAnswer, "invalidresponse", message).debug(found))
    })
}

/// The service has no such operation.
pub fn unknown_operation(name: &str) -> Failure {
    Failure::new(FailureKind::NotFound, "invalidrecord", format!("The service has no operation `{name}`."))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use async_trait::async_trait;
    use tracing::instrument::WithSubscriber as _;

    use super::*;
    use crate::accounts::Memory;
    use crate::app::Known;
    use crate::settings::Settings;
    use crate::testing::{Log, interface};

    /// A back end that gives the name of somebody where a number belongs.
    struct Confused;

    #[async_trait]
    impl Backend for Confused {
        async fn call(&self, _call: Call<'_>) -> Result<Value, Failure> {
            Ok(serde_json::from_str(r#"[{"id": "Ann Secret", "name": "a"}]"#).unwrap())
        }
    }

    #[tokio::test]
    async fn the_log_tells_what_does_not_fit_by_its_place_and_types_alone() {
        for (answers, given) in [(Answers::Strict, false), (Answers::Warn, true)] {
            let app = App {
                build: interface(),
                backend: Arc::new(Confused),
                accounts: Arc::new(Memory::new(Duration::from_secs(60))),
                settings: Settings { answers, ..Settings::default() },
                metrics: Arc::default(),
                known: Known::default(),
            };
            let service = app.build.manifest.services.iter().find(|service| service.convention == Convention::OkTech).unwrap();
            let caller = Caller { means: Means::Token, ..Caller::nobody(None) };
            let log = Log::default();
            let asked = dispatch(&app, service, "get_categories", Args::new(), Kinds::Typed, &caller);
            let outcome = asked.with_subscriber(log.subscriber()).await;
            assert_eq!(outcome.is_ok(), given, "{outcome:?}");
            let text = log.text();
            assert!(text.contains("pointer=/0/id") && text.contains("expected xsd:int, found a text"), "{text}");
            assert!(!text.contains("Ann Secret"), "{text}");
        }
    }
}
