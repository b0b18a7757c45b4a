//! Enumerations as simple types: which of them toolchains accept, and what they are called.

use rustc_hash::FxHashMap;

use super::facts;
use super::names::{identifier, unreserved};
use super::view::SimpleView;
use crate::appinfo::text;
use crate::ir::{Enumeration, Scalar, ScalarKind, Schema, Type, TypeId, dump};

/// How much of its values the name of an enumeration without one shows, in characters.
const SHOWN: usize = 40;

/// How long a value may be, in characters. Generators make an identifier of it, with several characters for some.
const LONGEST: usize = 1000;

/// How many values an enumeration may have: a Java class cannot initialize more constants of the size that Axis makes of them than some 5000.
const MOST: usize = 4000;

/// The enumeration of a scalar that becomes a simple type. Of others the WSDL has the built-in type, and appinfo the values: Axis and gSOAP
/// write values into source text as they are, so that a quotation mark, a backslash, a trigraph (`??/`) or the end of a line breaks or
/// changes it, and XML Schema restricts no boolean to some of its values.
pub(super) fn typed(scalar: &Scalar) -> Option<&Enumeration> {
    let values = scalar.values.as_deref()?;
    (scalar.kind != ScalarKind::Bool && values.values().len() <= MOST && values.values().all(is_literal)).then_some(values)
}

/// Whether a value can stand between quotation marks in every language.
fn is_literal(value: &str) -> bool {
    let plain = |ch: char| text::is_xml(ch) && !ch.is_control() && !matches!(ch, '"' | '\\');
    value.chars().all(plain) && !value.contains("??") && value.chars().count() <= LONGEST
}

/// The enumerations among types, each with the types that are restricted to it, in an order that knows nothing of where they are used.
pub(super) fn enumerations<'s>(schema: &'s Schema, types: &[TypeId]) -> Vec<((&'s Enumeration, ScalarKind), Vec<TypeId>)> {
    let mut found: FxHashMap<(&Enumeration, ScalarKind), Vec<TypeId>> = FxHashMap::default();
    for &ty in types {
        if let Type::Scalar(scalar) = schema.ty(ty)
            && let Some(values) = typed(scalar)
        {
            found.entry((values, scalar.kind)).or_default().push(ty);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable();
    found
}

/// The name of an enumeration's type: its own, or one made of its values.
pub(super) fn plain(values: &Enumeration) -> String {
    if !values.name.is_empty() {
        return unreserved(identifier(&values.name));
    }
    let mut out = String::from("OneOf");
    for value in values.values() {
        out.push('_');
        out.extend(value.chars().take(SHOWN).map(|ch| if ch.is_ascii_alphanumeric() { ch } else { '_' }));
        if out.len() > SHOWN {
            return apart(values);
        }
    }
    out
}

/// The same for one that would be confused with another, or is too long.
pub(super) fn apart(values: &Enumeration) -> String {
    let all: String = values.values().flat_map(|value| [value, "\n"]).collect();
    let base = if values.name.is_empty() { "OneOf".to_owned() } else { identifier(&values.name) };
    format!("{base}_{}", &dump::sha256(all.as_bytes())[..8])
}

/// An enumeration under the name that it has in the WSDL.
pub(super) fn view<'s>(scalar: &'s Scalar, values: &'s Enumeration, name: String) -> SimpleView<'s> {
    SimpleView { base: built_in(scalar.kind), facts: facts::enumeration(values, &name), values, name }
}

/// The built-in type of a kind.
pub(super) fn built_in(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Bool => "xsd:boolean",
        ScalarKind::Int => "xsd:long",
        ScalarKind::Float => "xsd:double",
        ScalarKind::String => "xsd:string",
    }
}
