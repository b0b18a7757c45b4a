//! Simple types: those that are built in, and those derived from them.

use super::lift::{Lifter, Lost};
use super::names::Space;
use super::tree::Element;
use crate::ir::{Scalar, ScalarKind};
use crate::report::Code;

/// How long a chain of restrictions may be.
const MAX_DEPTH: usize = 100;

/// How many values of an enumeration are told.
const MAX_VALUES: usize = 100;

/// A simple type.
#[derive(Debug)]
pub(super) struct Simple {
    pub(super) scalar: Scalar,
    /// The values of an enumeration.
    pub(super) values: Vec<String>,
}

impl<'t> Lifter<'_, 't, '_, '_> {
    /// A `simpleType`.
    pub(super) fn simple_type(&mut self, ty: Element<'t>, depth: usize) -> Result<Simple, Lost> {
        if depth >= MAX_DEPTH {
            return Err(Lost::new(Code::W003, ty.at(), format!("a type is derived from itself, or through more than {MAX_DEPTH} others")));
        }
        let text = || Simple { scalar: Scalar { kind: ScalarKind::String, refinement: String::new() }, values: Vec::new() };
        let Some(derived) = ty.all().find(|child| child.space() == Space::XSD && child.name() != "annotation") else { return Ok(text()) };
        if derived.name() != "restriction" {
            self.note(Code::W007, derived.at(), format!("a `{}` of simple types is read as text", derived.name()));
            return Ok(text());
        }
        let mut simple = match (derived.name_in("base"), derived.child(Space::XSD, "simpleType")) {
            (Some(base), _) => match self.named_type(base, derived)? {
                Some(declared) if declared.element.name() == "simpleType" => self.simple_type(declared.element, depth + 1)?,
                Some(_) => return Err(Lost::new(Code::W005, derived.at(), format!("`{base}` is no simple type"))),
                None => match builtin(base.local).filter(|_| base.space != Space::APACHE) {
                    Some((kind, exact)) => {
                        let refinement = if exact { String::new() } else { format!("xsd:{}", plain_name(base.local)) };
                        Simple { scalar: Scalar { kind, refinement }, values: Vec::new() }
                    }
                    None => return Err(Lost::new(Code::W005, derived.at(), format!("there is no built-in type `{base}`"))),
                },
            },
            (None, Some(inner)) => self.simple_type(inner, depth + 1)?,
            (None, None) => text(),
        };
        let mut values: Vec<String> = Vec::new();
        for value in derived.children(Space::XSD, "enumeration") {
            if values.len() == MAX_VALUES {
                values.push("...".to_owned());
                break;
            }
            values.push(value.get("value").unwrap_or_default().to_owned());
        }
        if !values.is_empty() {
            self.note(
                Code::W007,
                derived.at(),
                "an enumeration is read as the type that it restricts; its values stand in the documentation".to_owned(),
            );
            simple.values = values;
        }
        Ok(simple)
    }
}

/// A built-in type of XML Schema: its kind, and whether that says it all. `long` and `double` are told from what has no name of its own,
/// because a WSDL in which they are has to come out as it went in.
pub(super) fn builtin(name: &str) -> Option<(ScalarKind, bool)> {
    Some(match name {
        "boolean" => (ScalarKind::Bool, true),
        "long" | "int" | "short" | "byte" | "integer" | "unsignedInt" | "unsignedShort" | "unsignedByte" | "unsignedLong"
        | "nonNegativeInteger" | "positiveInteger" | "negativeInteger" | "nonPositiveInteger" => (ScalarKind::Int, false),
        "double" | "float" | "decimal" => (ScalarKind::Float, false),
        "string" => (ScalarKind::String, true),
        "anyType" | "anySimpleType" | "ur-type" | "normalizedString" | "token" | "language" | "Name" | "NCName" | "NMTOKEN"
        | "NMTOKENS" | "ID" | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "QName" | "NOTATION" | "anyURI" | "dateTime" | "timeInstant"
        | "date" | "time" | "duration" | "gYear" | "gYearMonth" | "gMonth" | "gMonthDay" | "gDay" | "base64Binary" | "base64"
        | "hexBinary" => (ScalarKind::String, false),
        _ => return None,
    })
}

/// Whether a built-in type says nothing.
pub(super) fn is_anything(name: &str) -> bool {
    matches!(name, "anyType" | "anySimpleType" | "ur-type")
}

/// The name in XML Schema of a type that SOAP encoding or an old draft calls otherwise.
pub(super) fn plain_name(name: &str) -> &str {
    match name {
        "base64" => "base64Binary",
        "timeInstant" => "dateTime",
        "ur-type" => "anyType",
        name => name,
    }
}
