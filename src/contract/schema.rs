//! Services, operations and types, as the sources mean them. How an endpoint spells them is in [`wire`](crate::wire).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::allowed::Allowed;
use crate::value::Value;

/// A set of operations that is published together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// Name for programs: unique, fit for a file and a URL.
    pub shortname: String,
    /// Name for people.
    pub name: String,
    /// Frankenstyle component that declares it; empty for one that an administrator configured.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// Names of its operations, in order.
    pub operations: Vec<String>,
    /// Members that were left out, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Omission>,
    /// How its clients call it over plain HTTP.
    pub convention: Convention,
}

/// A member of a service that could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Omission {
    /// Its name.
    pub operation: String,
    /// Code of the finding, such as `M012`.
    pub code: String,
    /// Why.
    pub message: String,
}

/// The family whose plain HTTP calls a service's clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// `wstoken`, `wsfunction`, bracketed form fields, `moodlewsrestformat`.
    Moodle,
    /// `wsfunction`, `wsformatout`, `client` and `sesskey`, or `wsusername` and `wspassword`.
    OkTech,
}

/// An operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operation {
    /// Documentation; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Whether it changes something; `None` when the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Access>,
    /// Frankenstyle component; `moodle` for core.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// Capabilities that a caller needs, one a piece.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Needs a logged-in user.
    pub login_required: bool,
    /// Callable by AJAX.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ajax: bool,
    /// Deprecated.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// Parameters in order.
    pub params: Vec<Field>,
    /// The result; `None` for an operation that returns nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Slot>,
    /// File that describes it, below the root of its source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Line in that file, from 1; 0 when unknown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: u32,
}

/// Whether an operation changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// It may be repeated.
    Read,
    /// It must not be sent twice.
    Write,
}

/// A record type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Record {
    /// Documentation; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// File that describes it, below the root of its source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Line in that file, from 1; 0 when unknown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: u32,
}

/// A parameter or a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Field {
    /// The key, exactly as in the source.
    pub name: String,
    /// What it holds.
    #[serde(flatten)]
    pub slot: Slot,
    /// For parameters that are credentials and no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionPart>,
}

/// A parameter that carries the caller's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionPart {
    /// The number of the session.
    Client,
    /// Its key.
    Key,
}

/// A place that holds a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Slot {
    /// Shape of the value.
    #[serde(rename = "type")]
    pub shape: Shape,
    /// Whether it must be there.
    #[serde(default, skip_serializing_if = "Presence::is_required")]
    pub presence: Presence,
    /// Whether null is a value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// Whether the place exists only on some sites.
    #[serde(default, skip_serializing_if = "is_false")]
    pub site_shaped: bool,
    /// Documentation; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
}

/// Shape of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// One value.
    Scalar(Scalar),
    /// Any number of items.
    List(Box<Slot>),
    /// A record of [`Manifest::records`](crate::Manifest::records). Records may contain themselves.
    Record(String),
}

/// A scalar type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scalar {
    /// What it is on the wire.
    pub kind: Kind,
    /// The source's own type: value of a `PARAM_` constant (`notags`), whose rule is in [`Manifest::rules`](crate::Manifest::rules), or a
    /// qualified XSD name (`xsd:int`); empty when it says no more than `kind`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refinement: String,
    /// The values that it may have, where the source lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Box<Allowed>>,
}

impl Scalar {
    /// Any value of a kind, or of the source's own type.
    pub fn new(kind: Kind, refinement: impl Into<String>) -> Self {
        Scalar { kind, refinement: refinement.into(), values: None }
    }
}

/// Kinds of scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `true`, `false`
    Bool,
    /// 64-bit signed.
    Int,
    /// Double precision.
    Float,
    /// Text.
    String,
}

impl Kind {
    /// Its name in texts for people.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::String => "string",
        }
    }
}

/// Whether a value must be there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Must be there.
    #[default]
    Required,
    /// May be left out.
    Optional,
    /// May be left out and then has this value.
    Default(Value),
    /// May be left out and then has the value of this PHP expression, which only a site knows.
    Runtime(String),
}

impl Presence {
    /// Whether the value must be there.
    pub fn is_required(&self) -> bool {
        matches!(self, Presence::Required)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(line: &u32) -> bool {
    *line == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Records by name, as [`Manifest::records`](crate::Manifest::records) has them.
pub type Records = IndexMap<String, Record>;
