//! Functions of Moodle that the school answers, because the crosswalk says which of its operations do the same.
//!
//! A function is answered when the crosswalk maps an operation to it exactly and can be run [backwards](crate::crosswalk::backwards) for
//! the call. Of functions that change something the answer is known before anything is changed; a call that asks for several changes makes
//! all of them or none. What concerns activities is in [`modules`].

use mwsc_contract::value::Map;
use mwsc_contract::{Manifest, Value};

use super::operations::{self, Access};
use super::work::Outcome;
use super::{School, modules, now, site};
use crate::crosswalk::backwards;
use crate::dispatch::{Call, Failure, FailureKind};

impl School {
    /// Functions of which the school answers some calls, if the build has them.
    pub fn functions(manifest: &Manifest) -> Vec<String> {
        let modules = modules::FUNCTIONS.iter().map(|function| function.name).filter(|name| backwards::is_mapped(manifest, name));
        backwards::functions(manifest).into_iter().chain(modules.chain(site::NAMES).map(str::to_owned)).collect()
    }

    /// Answers a call of a function; `None` when the crosswalk does not say how.
    pub(super) async fn across(&self, call: &Call<'_>) -> Option<Outcome> {
        if let Some(function) = modules::asked(call) {
            let given = self.run(function, call.args.clone(), call.caller).await;
            return Some(
                given.map(|given| call.description.result.as_ref().map_or(Value::Null, |slot| modules::whole(call.manifest, slot, given))),
            );
        }
        let caller: Value = [("id", call.caller.account.into()), ("username", Value::from(&*call.caller.username))].into_iter().collect();
        let mut everywhere: Map = call.manifest.crosswalk.tables.clone();
        everywhere.extend([("caller".to_owned(), caller), ("now".to_owned(), now().into())]);
        match self.followed(call, &everywhere).await {
            Some(outcome) => Some(outcome),
            None => self.rehearsed(call, &everywhere).await,
        }
    }

    /// By an operation whose program tells by itself what it does.
    async fn followed(&self, call: &Call<'_>, everywhere: &Map) -> Option<Outcome> {
        let found = backwards::operation(call.manifest, call.operation, &call.args, everywhere)?;
        let operation = operations::find(found.operation)?;
        let result = call.description.result.as_ref();
        match operation.access {
            Access::Write => {
                let answer = found.foretold(call.manifest, result)?;
                Some(self.write_all(operation, found.args, call.caller).await.map(|()| answer))
            }
            Access::Read => {
                let args = found.args.first()?.clone();
                match self.run(operation, args, call.caller).await {
                    Ok(given) => match failed(&given) {
                        Some(why) => Some(Err(why)),
                        None => found.answer(call.manifest, result, &given).map(Ok),
                    },
                    Err(why) => Some(Err(why)),
                }
            }
        }
    }

    /// By an operation whose program looks things up first, in the school.
    async fn rehearsed(&self, call: &Call<'_>, everywhere: &Map) -> Option<Outcome> {
        let lookups = match self.lookups(call.caller).await {
            Ok(lookups) => lookups,
            Err(why) => return Some(Err(why)),
        };
        let found = backwards::rehearsed(call.manifest, call.operation, &call.args, everywhere, &lookups).await?;
        let operation = operations::find(found.operation).filter(|operation| operation.access == Access::Write)?;
        Some(self.write_all(operation, found.args, call.caller).await.map(|()| found.answer))
    }
}

/// The failure that an answer of an operation tells, where it stands for itself among others.
pub(super) fn failed(given: &Value) -> Option<Failure> {
    let error = |record: &Value| record.get("error").and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let found = match given {
        Value::List(items) => items.iter().find_map(error),
        other => error(other),
    };
    found.map(|message| Failure::new(FailureKind::BadRequest, "notdone", message))
}
