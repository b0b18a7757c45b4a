//! Words for types that PHP and its documentation have: a word in, what it means out. Case does not matter.

use crate::ir::{Scalar, ScalarKind};

/// What a word for a type means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// One value.
    Scalar(Scalar),
    /// A scalar that the word tells little about, such as `mixed`; taken as text.
    Vague(Scalar),
    /// `array` and the like without a type of what is in it.
    Untyped,
    /// Null.
    Null,
    /// What a method returns that returns nothing.
    Nothing,
    /// Values that cannot be sent, in words.
    Unsendable,
    /// The class itself.
    Itself,
}

/// The kinds of the words for scalars. The original generator of the OK Tech WSDL knew `int`, `integer`, `string`, `boolean` and `float`
/// and took the first two for `xsd:int`, so that is what they are here; the words that it did not know have their own width.
const SCALARS: &[(&str, ScalarKind, &str)] = &[
    ("int", ScalarKind::Int, "xsd:int"),
    ("integer", ScalarKind::Int, "xsd:int"),
    ("positive-int", ScalarKind::Int, "xsd:int"),
    ("negative-int", ScalarKind::Int, "xsd:int"),
    ("non-negative-int", ScalarKind::Int, "xsd:int"),
    ("non-positive-int", ScalarKind::Int, "xsd:int"),
    ("non-zero-int", ScalarKind::Int, "xsd:int"),
    ("long", ScalarKind::Int, ""),
    ("float", ScalarKind::Float, "xsd:float"),
    ("double", ScalarKind::Float, ""),
    ("real", ScalarKind::Float, ""),
    ("number", ScalarKind::Float, ""),
    ("numeric", ScalarKind::Float, ""),
    ("bool", ScalarKind::Bool, ""),
    ("boolean", ScalarKind::Bool, ""),
    ("true", ScalarKind::Bool, ""),
    ("false", ScalarKind::Bool, ""),
    ("string", ScalarKind::String, ""),
    ("non-empty-string", ScalarKind::String, ""),
    ("non-falsy-string", ScalarKind::String, ""),
    ("truthy-string", ScalarKind::String, ""),
    ("numeric-string", ScalarKind::String, ""),
    ("literal-string", ScalarKind::String, ""),
    ("lowercase-string", ScalarKind::String, ""),
    ("class-string", ScalarKind::String, ""),
];

/// Words that name a set of kinds, or an object of which nothing is known.
const VAGUE: &[&str] = &["mixed", "scalar", "array-key", "object", "stdclass", "any", "anytype"];
/// Times as objects: they have no fields of their own and are sent as text.
const TIMES: &[&str] = &["datetime", "datetimeimmutable", "datetimeinterface"];
const UNTYPED: &[&str] = &["array", "list", "iterable", "non-empty-array", "non-empty-list", "arrayobject", "traversable", "iterator"];
const UNSENDABLE: &[&str] = &["resource", "generator"];

/// What a word means; `None` when it may be a class.
pub(super) fn word(name: &str) -> Option<Word> {
    let lower = name.trim_start_matches('\\').to_ascii_lowercase();
    let is = |words: &[&str]| words.contains(&lower.as_str());
    let scalar = |kind, refinement: &str| Scalar::new(kind, refinement);
    if let Some((_, kind, refinement)) = SCALARS.iter().find(|(word, _, _)| *word == lower) {
        return Some(Word::Scalar(scalar(*kind, refinement)));
    }
    Some(match lower.as_str() {
        "null" => Word::Null,
        "void" | "never" | "none" | "nothing" => Word::Nothing,
        "self" | "static" | "$this" => Word::Itself,
        _ if is(VAGUE) => Word::Vague(scalar(ScalarKind::String, "xsd:anyType")),
        _ if is(TIMES) => Word::Vague(scalar(ScalarKind::String, "xsd:dateTime")),
        _ if is(UNTYPED) => Word::Untyped,
        _ if is(UNSENDABLE) => Word::Unsendable,
        _ => return None,
    })
}

/// Words that a misspelt type may have been meant to be.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    SCALARS.iter().map(|(word, _, _)| *word)
}
