//! What carries operations out: the embedded store, a real Moodle, recorded exchanges.

use async_trait::async_trait;
use indexmap::IndexMap;
use mwsc_contract::{Manifest, Operation, Value};

use super::{Caller, Failure, FailureKind};

/// One call of an operation, checked: the arguments fit the manifest, and the caller is known if the operation needs one.
#[derive(Debug)]
pub struct Call<'c> {
    /// Shortname of the service through which it came.
    pub service: &'c str,
    /// Name of the operation in the manifest.
    pub operation: &'c str,
    /// What the manifest says of it.
    pub description: &'c Operation,
    /// The whole manifest.
    pub manifest: &'c Manifest,
    /// Arguments by the names and in the order of the manifest. What was left out and has a default has it; what has none is absent.
    /// Parts of the session are not among them.
    pub args: IndexMap<String, Value>,
    /// Who calls.
    pub caller: &'c Caller,
}

/// A back end. It answers with a value of the operation's result type, or says why there is none.
///
/// Conventions of OK Tech's operations, which the protocols spell out in their own ways and a back end therefore leaves alone:
///
/// - a list in which nothing was found is an empty list, without the blank record that tells old clients so;
/// - an item that stands for an error of its own is a record with the one field `error`;
/// - a record holds the fields that have a value; `error` is absent when all is well, and the blanks of absent fields are not filled in;
/// - numbers are numbers and truths are truths, even where OK Tech's plain HTTP interface prints them as texts.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Carries a call out.
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure>;

    /// Whether it could carry calls out now; the reason when not.
    async fn ready(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Gives back what it holds elsewhere: it is not called any more.
    async fn close(&self) {}
}

/// No back end at all: every call says so. What a configuration without one gets, so that documents are served all the same.
#[derive(Debug)]
pub struct NoBackend;

#[async_trait]
impl Backend for NoBackend {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        let message = format!("No back end is configured that could carry `{}` out.", call.operation);
        Err(Failure::new(FailureKind::NotServed, "nobackend", message))
    }

    async fn ready(&self) -> Result<(), Failure> {
        Err(Failure::new(FailureKind::NotServed, "nobackend", "No back end is configured."))
    }
}
