//! The front end's own tree: an external function and its description objects as that release's PHP builds them, before lowering.
//! `mwsc describe` prints it; arguments in the wrong order are still what PHP stores.

use crate::ir::{Literal, Origin, TypeName};

/// An external function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Name as clients call it.
    pub name: String,
    /// What `db/services.php` says.
    pub entry: Entry,
    /// `*_is_deprecated()` says so.
    pub deprecated: bool,
    /// Its descriptions, or why there are none.
    pub described: Result<Described, Failure>,
    /// The entry in `db/services.php`.
    pub origin: Origin,
}

/// Both descriptions of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// What `*_parameters()` returns: a struct.
    pub parameters: Desc,
    /// What `*_returns()` returns; `None` for null.
    pub returns: Option<Desc>,
    /// The method that implements the function.
    pub origin: Origin,
}

/// Why a function has no descriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Name of the diagnostic's code.
    pub code: &'static str,
    /// The diagnostic's message.
    pub message: String,
}

/// An entry of `$functions` in `db/services.php`, with Moodle's defaults filled in. Keys that the entry lacks are `Literal::Null`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// `moodle` for core, else the frankenstyle name.
    pub component: String,
    /// As written.
    pub classname: String,
    /// `execute` when the entry has none.
    pub methodname: String,
    /// As written; null when absent.
    pub classpath: Literal,
    /// As written.
    pub description: Literal,
    /// `read` or `write`, as written.
    pub kind: Literal,
    /// As written.
    pub ajax: Literal,
    /// As written: text or (in some plugins) an array.
    pub capabilities: Literal,
    /// As written: shortnames of built-in services.
    pub services: Literal,
    /// Default true.
    pub loginrequired: Literal,
    /// Default false.
    pub readonlysession: Literal,
}

/// A description object.
#[derive(Debug, Clone, PartialEq)]
pub struct Desc {
    /// Full name of its class as declared, without leading backslash.
    pub class: String,
    /// `desc`, whatever PHP stored there.
    pub desc: Literal,
    /// `required`: 1, 2, 0, or what the source put there by mistake.
    pub required: Literal,
    /// `default`.
    pub default: Literal,
    /// `allownull`; `None` where that release's class has no such property.
    pub allownull: Option<Literal>,
    /// What it describes.
    pub kind: DescKind,
    /// The name of the record in it by origin (for a struct): see `ir::name`.
    pub name: Option<TypeName>,
    /// Set when only one branch of an unknown condition adds it to its struct: the condition in PHP's words.
    pub only_if: Option<String>,
    /// The expression that made the object.
    pub origin: Origin,
}

/// Kinds of description.
#[derive(Debug, Clone, PartialEq)]
pub enum DescKind {
    /// `external_value`; the value of its PARAM_ constant.
    Value(Literal),
    /// `external_multiple_structure`
    List(Box<Desc>),
    /// `external_single_structure`; keys in PHP's order.
    Struct(Vec<(crate::ir::Key, Desc)>),
}
