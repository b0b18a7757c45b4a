//! A crosswalk as it is written, with places.

use indexmap::IndexMap;
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Expr, Release};

use crate::source::Span;

/// A crosswalk file.
#[derive(Debug, Default)]
pub struct Crosswalk {
    /// Named values.
    pub tables: IndexMap<String, Value>,
    /// How records come from structures of Moodle.
    pub maps: IndexMap<String, Map>,
    /// Steps that several operations share. One refers only to those before it.
    pub routines: IndexMap<String, Routine>,
    /// What serves each operation, newest releases first.
    pub operations: IndexMap<String, Vec<Variant>>,
}

/// How a record comes from a structure.
#[derive(Debug)]
pub struct Map {
    /// The record: name of a type of the operations' service.
    pub record: String,
    /// Its fields, as expressions in which a name is a field of the structure.
    pub fields: IndexMap<String, At<Expr>>,
    /// Fields for which there is nothing, and why.
    pub lost: IndexMap<String, At<String>>,
    /// Where its name stands.
    pub span: Span,
}

/// Steps that several operations share.
#[derive(Debug)]
pub struct Routine {
    /// Names with which it begins.
    pub takes: Vec<String>,
    /// Its steps and its result.
    pub body: Body,
    /// Fields of what it takes for which there is nothing, by path, and why.
    pub lost: IndexMap<String, At<String>>,
    /// Fields of what it takes that never had an effect, by path, and why.
    pub ignored: IndexMap<String, At<String>>,
    /// Where its name stands.
    pub span: Span,
}

/// What serves an operation on a range of releases.
#[derive(Debug)]
pub struct Variant {
    /// First release.
    pub since: Option<Release>,
    /// Last release.
    pub until: Option<Release>,
    /// Words for people; may be empty.
    pub reason: String,
    /// What serves it.
    pub how: How,
    /// Parameters, their fields and fields of the result that are lost, by path, and why.
    pub lost: IndexMap<String, At<String>>,
    /// Parameters and their fields that never had an effect, by path, and why.
    pub ignored: IndexMap<String, At<String>>,
    /// Where its name stands.
    pub span: Span,
}

/// What serves an operation.
#[derive(Debug)]
pub enum How {
    /// Functions of Moodle.
    Calls(Body),
    /// The generated plugin; what is missing in Moodle.
    Plugin(String),
    /// The runtime.
    Runtime,
}

/// Steps and a result.
#[derive(Debug)]
pub struct Body {
    /// In order.
    pub steps: Vec<Step>,
    /// What comes out.
    pub result: At<Expr>,
}

/// A step; see [`mwsc_contract::crosswalk::Step`].
#[derive(Debug)]
pub struct Step {
    /// A condition.
    pub when: Option<At<Expr>>,
    /// Name of the item, and the list.
    pub each: Option<(String, At<Expr>)>,
    /// Whether failures become records.
    pub attempt: bool,
    /// What is done.
    pub action: Action,
    /// What is kept of the answer.
    pub give: Option<At<Expr>>,
    /// Name of what comes out.
    pub name: Option<String>,
}

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// Calls a function; whether it changes nothing.
    Call {
        /// Whether it changes nothing.
        reads: bool,
        /// Its name.
        function: At<String>,
        /// Its arguments.
        with: IndexMap<String, At<Expr>>,
    },
    /// Evaluates.
    Set(At<Expr>),
    /// Runs a routine of the file.
    Use {
        /// Its name: one that is there.
        routine: At<String>,
        /// What it takes, all of it.
        with: IndexMap<String, At<Expr>>,
    },
    /// Ends with a message.
    Fail(At<Expr>),
    /// Ends with a message: something does not exist.
    Missing(At<Expr>),
}

/// Something with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    /// The thing.
    pub it: T,
    /// Where it stands.
    pub span: Span,
}
