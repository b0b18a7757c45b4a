//! What one front end understood of one input, before linking: trees of operations and services, owned and free of references.
//!
//! `pass::link` turns fragments into a [`Schema`](super::Schema). A fragment may name things that are not there (a service may list
//! a function of another input); the link pass resolves or reports them.

use std::sync::Arc;

use super::{Enumeration, Literal, Origin, SessionPart, Spelling, TypeName};

/// One input as a front end read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fragment {
    /// The Moodle release (`4.5.5`), or what stands for it in another family; `None` when unknown.
    pub release: Option<String>,
    /// Operations in order of declaration. Names are unique.
    pub operations: Vec<OperationDef>,
    /// Services in order of declaration.
    pub services: Vec<ServiceDef>,
    /// Operations that could not be understood, with the code and message of their diagnostic. They are in no service's operations.
    pub omitted: Vec<Omission>,
}

/// An operation that is left out of all artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// Its name.
    pub operation: String,
    /// Name of the diagnostic's code, such as `M012`.
    pub code: &'static str,
    /// The diagnostic's message.
    pub message: String,
}

/// A set of operations that is published together.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDef {
    /// Name for people (`Moodle mobile web service`).
    pub name: String,
    /// Name for programs and files (`moodle_mobile_app`); derived from `name` when the source has none. Unique in a schema.
    pub shortname: String,
    /// Frankenstyle component that declares it; empty for one that an administrator configured.
    pub component: String,
    /// Effective members in order, by operation name.
    pub operations: Vec<String>,
    /// What else the source says of it.
    pub meta: ServiceMeta,
    /// How the source spells it on the wire, where it does.
    pub spelling: Option<Box<Spelling>>,
    /// Where it is declared.
    pub origin: Origin,
}

/// Settings of a Moodle service that clients do not see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceMeta {
    /// `enabled`
    pub enabled: bool,
    /// `restrictedusers`
    pub restricted_users: bool,
    /// `requiredcapability`
    pub required_capability: Option<String>,
    /// `downloadfiles`
    pub download_files: bool,
    /// `uploadfiles`
    pub upload_files: bool,
}

/// An operation: an external function of Moodle, an operation of a portType.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationDef {
    /// Name as clients call it: `core_course_get_courses`.
    pub name: String,
    /// Documentation.
    pub doc: String,
    /// What the registration says of it.
    pub meta: OperationMeta,
    /// Parameters in order.
    pub params: Vec<FieldDef>,
    /// The result; `None` for an operation that returns nothing.
    pub result: Option<SlotDef>,
    /// The method that implements it.
    pub origin: Origin,
}

/// What `db/services.php` says of a function beside its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationMeta {
    /// Frankenstyle component; `moodle` for core.
    pub component: String,
    /// `read` or `write`; anything else as written; `None` when the entry says nothing.
    pub kind: Option<String>,
    /// Callable by AJAX.
    pub ajax: bool,
    /// Capabilities, one a piece.
    pub capabilities: Vec<String>,
    /// Needs a logged-in user (default true).
    pub login_required: bool,
    /// Does not write the session.
    pub readonly_session: bool,
    /// `*_is_deprecated()` says so.
    pub deprecated: bool,
    /// PHP class, without leading backslash.
    pub class: String,
    /// PHP method.
    pub method: String,
}

/// A parameter or a field: a slot with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDef {
    /// The key in the source, exactly (`"1"`, `class`, `userid`).
    pub name: String,
    /// What it holds.
    pub slot: SlotDef,
    /// For parameters that say who calls and are no data.
    pub session: Option<SessionPart>,
}

impl FieldDef {
    /// A parameter or a field that is data.
    pub fn new(name: impl Into<String>, slot: SlotDef) -> Self {
        FieldDef { name: name.into(), slot, session: None }
    }
}

impl Fragment {
    /// Name and component of every operation, those that were left out among them: what services can be made of.
    pub fn candidates(&self) -> impl Iterator<Item = (&str, &str)> {
        let read = self.operations.iter().map(|op| (op.name.as_str(), op.meta.component.as_str()));
        read.chain(self.omitted.iter().map(|left| (left.operation.as_str(), "")))
    }
}

/// A place that holds a value: parameter, field, list item and result alike.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotDef {
    /// Shape of the value.
    pub shape: ShapeDef,
    /// Whether it must be there.
    pub presence: Presence,
    /// Whether null is a value.
    pub nullable: bool,
    /// Documentation, exactly as the source has it.
    pub doc: String,
    /// Whether the place exists only on some sites (a condition that only a site can decide). Such a slot is never `Required`.
    pub site_shaped: bool,
    /// Where it is described.
    pub origin: Origin,
}

/// Whether a value must be there.
#[derive(Debug, Clone, PartialEq)]
pub enum Presence {
    /// Must be there.
    Required,
    /// May be left out.
    Optional,
    /// May be left out and then has this value.
    Default(Literal),
}

/// Shape of a value.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a fragment lives until it is linked, and most of its shapes that are not records are small")]
pub enum ShapeDef {
    /// One value.
    Scalar(Scalar),
    /// Any number of items.
    List(Box<SlotDef>),
    /// Named fields.
    Record(RecordDef),
    /// A record that is defined elsewhere in the same fragment: how recursion is written.
    Ref(TypeName),
}

/// A record type at one place of its use.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDef {
    /// Its name by origin. Records of one name have the same fields; the link pass checks that.
    pub name: TypeName,
    /// The name that its place would give it: what it falls back to when two constructions of one origin differ.
    pub place: TypeName,
    /// Documentation of the record itself, wherever it is used; may be empty. That of a place is the slot's.
    pub doc: String,
    /// Fields in order.
    pub fields: Vec<FieldDef>,
    /// Where the record is described.
    pub origin: Origin,
}

/// A scalar type: a kind that every target knows, refined by the source's own type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scalar {
    /// What it is on the wire.
    pub kind: ScalarKind,
    /// The source's own type: value of a `PARAM_` constant (`int`, `notags`), a qualified XSD name; empty when it says no more than `kind`.
    pub refinement: String,
    /// The values that it may have, where its source lists them.
    pub values: Option<Arc<Enumeration>>,
}

impl Scalar {
    /// Any value of a kind, or of the source's own type.
    pub fn new(kind: ScalarKind, refinement: impl Into<String>) -> Self {
        Scalar { kind, refinement: refinement.into(), values: None }
    }

    /// A word for people: what the source calls its enumeration or its own type, or else the kind.
    pub fn word(&self) -> &str {
        match &self.values {
            Some(values) if !values.name.is_empty() => values.name.rsplit('\\').next().unwrap_or_default(),
            Some(_) | None if self.refinement.is_empty() => self.kind.word(),
            Some(_) | None => &self.refinement,
        }
    }

    /// Local name of the built-in type of XML Schema that it is in interfaces where numbers have 32 bits: its own, or that of its kind.
    pub fn xsd(&self) -> &str {
        self.refinement.strip_prefix("xsd:").unwrap_or(match self.kind {
            ScalarKind::Bool => "boolean",
            ScalarKind::Int => "int",
            ScalarKind::Float => "float",
            ScalarKind::String => "string",
        })
    }
}

/// Kinds of scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarKind {
    /// `true`, `false`
    Bool,
    /// 64-bit signed.
    Int,
    /// Double precision.
    Float,
    /// Text.
    String,
}

impl ScalarKind {
    /// Its name in texts for people and in dumps.
    pub const fn word(self) -> &'static str {
        match self {
            ScalarKind::Bool => "bool",
            ScalarKind::Int => "int",
            ScalarKind::Float => "float",
            ScalarKind::String => "string",
        }
    }
}
