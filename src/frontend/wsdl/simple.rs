//! Simple types: those that are built in, and those derived from them. Of their facets the values of an enumeration are kept; what
//! patterns, lengths and bounds say has no counterpart and is not read.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::facts::Facts;
use super::lift::{Lifter, Lost};
use super::model::facts;
use super::names::{Name, Space};
use super::tree::Element;
use crate::appinfo::{enumeration as enumeration_attr, tag};
use crate::ir::{Enumeration, Scalar, ScalarKind, enumeration};
use crate::report::Code;

/// How long a chain of restrictions may be.
const MAX_DEPTH: usize = 100;

/// How many values an enumeration may have.
const MAX_VALUES: usize = 10_000;

/// How many bytes of a value count as much as an element.
const VALUE_UNIT: usize = 64;

/// A simple type, and what becomes of white space in its values.
#[derive(Debug, Clone)]
pub(super) struct Simple {
    pub(super) scalar: Scalar,
    blanks: Blanks,
}

/// The facet `whiteSpace`.
#[derive(Debug, Clone, Copy)]
enum Blanks {
    Preserve,
    Replace,
    Collapse,
}

impl Simple {
    fn text() -> Self {
        Simple { scalar: Scalar::new(ScalarKind::String, ""), blanks: Blanks::Preserve }
    }
}

impl<'t> Lifter<'_, 't, '_, '_> {
    /// A `simpleType` at a place where it is used. Its values count as elements: a small file can say of millions of places that they have
    /// thousands of values.
    pub(super) fn simple_type(&mut self, own: Option<Name<'t>>, ty: Element<'t>) -> Result<Scalar, Lost> {
        let scalar = self.derived_from(own, ty, 0)?.scalar;
        self.charge(&scalar, ty)?;
        Ok(scalar)
    }

    /// The same scalar with the values of a restriction, if it has some.
    pub(super) fn narrowed(&mut self, scalar: Scalar, restriction: Element<'t>) -> Result<Scalar, Lost> {
        let blanks = builtin_blanks(scalar.xsd());
        let narrowed = self.restricted(Simple { scalar, blanks }, None, restriction).scalar;
        self.charge(&narrowed, restriction)?;
        Ok(narrowed)
    }

    fn charge(&mut self, scalar: &Scalar, at: Element<'t>) -> Result<(), Lost> {
        let Some(values) = &scalar.values else { return Ok(()) };
        let weight: usize = values.values().map(|value| 1 + value.len() / VALUE_UNIT).sum();
        self.spend(at, u32::try_from(weight).unwrap_or(u32::MAX))
    }

    fn derived_from(&mut self, own: Option<Name<'t>>, ty: Element<'t>, depth: usize) -> Result<Simple, Lost> {
        if depth >= MAX_DEPTH {
            return Err(Lost::new(Code::W003, ty.at(), format!("a type is derived from itself, or through more than {MAX_DEPTH} others")));
        }
        if let Some(known) = own.and_then(|own| self.simple.get(&own)) {
            return Ok(known.clone());
        }
        let Some(derived) = ty.all().find(|child| child.space() == Space::XSD && child.name() != "annotation") else {
            return Ok(Simple::text());
        };
        if derived.name() != "restriction" {
            self.note(Code::W007, derived.at(), format!("a `{}` of simple types is read as text", derived.name()));
            return Ok(Simple::text());
        }
        let base = match (derived.name_in("base"), derived.child(Space::XSD, "simpleType")) {
            (Some(base), _) => match self.named_type(base, derived)? {
                Some(declared) if declared.element.name() == "simpleType" => {
                    self.derived_from(Some(declared.name), declared.element, depth + 1)?
                }
                Some(_) => return Err(Lost::new(Code::W005, derived.at(), format!("`{base}` is no simple type"))),
                None => {
                    self.built_in(base).ok_or_else(|| Lost::new(Code::W005, derived.at(), format!("there is no built-in type `{base}`")))?
                }
            },
            (None, Some(inner)) => self.derived_from(None, inner, depth + 1)?,
            (None, None) => Simple::text(),
        };
        let name = own.map(|own| self.called(own, ty));
        let simple = self.restricted(base, name, derived);
        if let Some(own) = own {
            self.simple.insert(own, simple.clone());
        }
        Ok(simple)
    }

    fn built_in(&self, base: Name<'t>) -> Option<Simple> {
        let (kind, exact) = builtin(base.local).filter(|_| base.space != Space::APACHE)?;
        // Where mwsc wrote the type, appinfo says what it is in the source.
        let refinement = if exact || self.ours { String::new() } else { format!("xsd:{}", plain_name(base.local)) };
        Some(Simple { scalar: Scalar::new(kind, refinement), blanks: builtin_blanks(base.local) })
    }

    /// What the source calls an enumeration: by the name of its type, unless that was made for the WSDL.
    fn called(&mut self, own: Name<'t>, ty: Element<'t>) -> String {
        let told = Facts::of(facts(ty), tag::ENUMERATION).text(enumeration_attr::NAME, self.out);
        told.unwrap_or_else(|| self.known_as(own))
    }

    /// What a restriction leaves of its base.
    fn restricted(&mut self, mut base: Simple, name: Option<String>, restriction: Element<'t>) -> Simple {
        if let Some(facet) = restriction.child(Space::XSD, "whiteSpace") {
            base.blanks = match facet.get("value") {
                Some("collapse") => Blanks::Collapse,
                Some("replace") => Blanks::Replace,
                Some(_) | None => base.blanks,
            };
        }
        let scalar = &mut base.scalar;
        if restriction.child(Space::XSD, "enumeration").is_some() {
            scalar.values = self.values(scalar, base.blanks, name.unwrap_or_default(), restriction);
        } else if let (Some(values), Some(name)) = (&scalar.values, name) {
            scalar.values = Some(values.named(name));
        }
        base
    }

    /// The values of a restriction; those of its base where it has too many or none that is one.
    fn values(&mut self, base: &Scalar, blanks: Blanks, name: String, restriction: Element<'t>) -> Option<Arc<Enumeration>> {
        let among: Option<FxHashSet<&str>> = base.values.as_ref().map(|values| values.values().collect());
        let mut found: FxHashSet<String> = FxHashSet::default();
        let mut values: Vec<String> = Vec::new();
        for facet in restriction.children(Space::XSD, "enumeration") {
            if values.len() == MAX_VALUES {
                let message = format!("an enumeration has more than {MAX_VALUES} values and is read as the type that it restricts");
                self.note(Code::W007, facet.at(), message);
                return base.values.clone();
            }
            let Some(written) = facet.get("value") else {
                self.note(Code::W021, facet.at(), "an enumeration has a value that is not given");
                continue;
            };
            let fault = match enumeration::canonical(base.kind, &blanks.settle(written)) {
                None => format!("`{written}` is no value of the type that the enumeration restricts"),
                Some(value) if among.as_ref().is_some_and(|among| !among.contains(value.as_str())) => {
                    format!("`{written}` is none of the values that the enumeration restricts")
                }
                Some(value) if !found.insert(value.clone()) => format!("`{written}` stands twice in the enumeration"),
                Some(value) => {
                    values.push(value);
                    continue;
                }
            };
            self.note(Code::W021, facet.at(), fault);
        }
        Enumeration::new(name, values).or_else(|| base.values.clone())
    }
}

impl Blanks {
    /// A value with its white space as it counts.
    fn settle(self, value: &str) -> String {
        match self {
            Blanks::Preserve => value.to_owned(),
            Blanks::Replace => value.replace(['\t', '\n', '\r'], " "),
            Blanks::Collapse => value.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

/// What a built-in type does with white space.
fn builtin_blanks(name: &str) -> Blanks {
    match name {
        "string" | "anyType" | "anySimpleType" | "ur-type" => Blanks::Preserve,
        "normalizedString" => Blanks::Replace,
        _ => Blanks::Collapse,
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
