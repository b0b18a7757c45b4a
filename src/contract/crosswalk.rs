//! How an operation of one family is served by functions of Moodle.
//!
//! A [`Crosswalk`] is data that the compiler checked and the runtime carries out: for each operation, release by release, a short
//! [`Program`] of calls. Programs are total: there are no loops but over lists that are there, and no recursion. Values are described by
//! [`expr::Expr`], a language of paths, records and named conversions, which the file `crosswalk.toml` of the compiler documents.

pub mod expr;
pub mod filter;
mod parse;
mod print;
pub mod release;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Value;
pub use expr::Expr;
pub use parse::{Maps, Misspelt, parse, parse_with};
pub use release::Release;

/// How the operations of a service are served.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Crosswalk {
    /// Named values that programs refer to and a site may have its own of: numbers of roles, say.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tables: IndexMap<String, Value>,
    /// What serves each operation, by its name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub operations: IndexMap<String, Entry>,
}

impl Crosswalk {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.operations.is_empty()
    }
}

/// What serves an operation, release by release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entry {
    /// The first that covers a release counts.
    pub variants: Vec<Variant>,
}

impl Entry {
    /// What serves the operation on a Moodle of a release. Of an unknown release, the first: the one for the newest.
    pub fn on(&self, release: Option<&Release>) -> Option<&Variant> {
        self.variants.iter().find(|variant| release.is_none_or(|release| variant.covers(release)))
    }
}

/// What serves an operation on a range of releases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// First release; `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Release>,
    /// Last release, with all that begin like it: `3.11` covers 3.11.18. `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Release>,
    /// Whether, and how well.
    pub verdict: Verdict,
    /// Why, in words for people; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What serves it.
    pub how: How,
    /// What becomes of each parameter, field of a parameter and field of the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFate>,
    /// Functions that it calls, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
    /// Capabilities that Moodle names for these functions, each once; empty when the tree was not at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
}

impl Variant {
    /// Whether a release is in its range.
    pub fn covers(&self, release: &Release) -> bool {
        self.since.as_ref().is_none_or(|since| release >= since) && self.until.as_ref().is_none_or(|until| release.is_within(until))
    }
}

/// How well an operation is served. Worse ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every field comes out the same.
    Exact,
    /// Values are converted, none is lost.
    Converts,
    /// Something is lost, which the fields name.
    Loses,
    /// The runtime answers by itself: sessions, versions.
    Runtime,
    /// No function of Moodle does this; the generated plugin does.
    NeedsPlugin,
}

/// What serves an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Functions of Moodle.
    Calls(Program),
    /// The generated plugin; names what is missing in Moodle.
    Plugin(String),
    /// The runtime itself.
    Runtime,
}

/// What becomes of a parameter or field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldFate {
    /// Path: `userids`, `userdatum.city`; of the result `return`, `return.city`.
    pub path: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a parameter or field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Passed on as it is; where to or from, as a path.
    Same(String),
    /// Converted; how, as an expression.
    Converted(String),
    /// Always this.
    Constant(Value),
    /// Only decides what is done.
    Decides,
    /// It never had an effect; why.
    Ignored(String),
    /// Lost; why.
    Lost(String),
}

/// Steps, then a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Program {
    /// What the names mean with which it begins, evaluated where it is run; no other name is known in it. The outermost program begins
    /// with the parameters of the operation when it is absent.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub given: IndexMap<String, Expr>,
    /// Steps in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What comes out.
    pub result: Expr,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// Done only when this is true; for each item by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// Done once for each item of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// Whether a failure becomes a record with the one field `error`, instead of ending the whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attempt: bool,
    /// What is done.
    pub action: Action,
    /// What is kept of the answer, which is called `answer` here; all of it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub give: Option<Expr>,
    /// Name by which later steps know what came out: with `each` a list, without the items that were not done.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A loop over a list: `user in users`.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// Name of the item.
    pub item: String,
    /// The list.
    pub of: Expr,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Calls a function that changes nothing.
    Read(Call),
    /// Calls a function that changes something: it is never sent twice, and never beside another one.
    Write(Call),
    /// Evaluates.
    Set(Expr),
    /// Runs steps of their own.
    Run(Program),
    /// Ends: the request cannot be carried out. The message.
    Fail(Expr),
    /// Ends: what was asked for does not exist. The message.
    Missing(Expr),
}

/// A call of a function of Moodle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Call {
    /// Its name.
    pub function: String,
    /// Its arguments. One that is null is not sent.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub with: IndexMap<String, Expr>,
}

impl Serialize for Each {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Each {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        parse::each(&String::deserialize(input)?, &Maps::new()).map_err(serde::de::Error::custom)
    }
}

impl Each {
    /// Reads `item in list`.
    pub fn parse_with(text: &str, maps: &Maps) -> Result<Each, Misspelt> {
        parse::each(text, maps)
    }
}
