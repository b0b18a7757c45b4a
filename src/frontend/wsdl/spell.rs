//! How a WSDL with an rpc binding spells its services: the names that a schema does not keep.

use indexmap::IndexMap;

use super::lift::{Lifter, Lost, Offer};
use super::model::{Declared, Kind};
use super::names::{Name, Space};
use super::shape::{Array, Item, Written, dimensions, is_nillable};
use super::simple::plain_name;
use super::soap::Port;
use super::tree::Element;
use crate::ir::spelling::Declaration;
use crate::ir::{NameBase, OperationSpelling, PartSpelling, RecordSpelling, Spelling, Wrapper};

/// The spelling of each service; `None` for one that is document/literal, whose schema is all that there is.
pub(super) fn spellings<'t>(lifter: &mut Lifter<'_, 't, '_, '_>, offers: &[Offer<'t>]) -> Vec<Option<Box<Spelling>>> {
    offers.iter().map(|offer| lifter.spelling(offer).map(Box::new)).collect()
}

/// What a type is on the wire.
enum Wire {
    Array,
    Wrapper(Wrapper),
    Record,
    Other,
}

impl<'t> Lifter<'_, 't, '_, '_> {
    fn spelling(&mut self, offer: &Offer<'t>) -> Option<Spelling> {
        let mut spelling = Spelling::default();
        let first = offer.ports.first()?;
        let mut is_rpc = false;
        for port in &offer.ports {
            for op in port.offered.element.children(Space::WSDL, "operation") {
                let name = op.get("name").unwrap_or_default().trim();
                let bound = port.bound(name);
                is_rpc |= bound.is_rpc;
                spelling.encoded |= bound.is_encoded;
                let found = self.spelt(op, port, &mut spelling.wrappers);
                spelling.operations.entry(name.to_owned()).or_insert(found);
            }
        }
        if !is_rpc {
            return None;
        }
        spelling.namespace = self.wsdl.spaces.name(self.wsdl.target).to_owned();
        first.address.clone_into(&mut spelling.address);
        let named = |element: Option<Element<'t>>| element.and_then(|element| element.get("name")).unwrap_or_default().trim().to_owned();
        let binding = first.binding.map(|binding| binding.element);
        spelling.names = [named(offer.service), named(Some(first.offered.element)), named(binding), first.name.to_owned()];
        for declared in self.wsdl.declared.iter().filter(|declared| declared.kind == Kind::Type).copied() {
            if let Ok(Some(Array { item: Item::Type(item), .. })) = self.array_item(declared.element) {
                let (item, _) = dimensions(item);
                if item.space != Space::XSD {
                    spelling.arrays.insert(declared.name.local.to_owned(), item.local.to_owned());
                }
            }
            if let Some(record) = self.record_spelling(declared) {
                let NameBase::Class(class) = self.class(declared.name).base else { continue };
                spelling.records.insert(class, record);
            }
        }
        self.unused(&mut spelling);
        Some(spelling)
    }

    fn spelt(&mut self, op: Element<'t>, port: &Port<'t>, wrappers: &mut IndexMap<String, Wrapper>) -> OperationSpelling {
        let message = |direction| op.child(Space::WSDL, direction).and_then(|direction| direction.name_in("message"));
        let bound = port.bound(op.get("name").unwrap_or_default().trim());
        let mut parts = |lifter: &mut Self, name: Option<Name<'t>>| -> Vec<PartSpelling> {
            let message = name.and_then(|name| lifter.wsdl.find(Kind::Message, name));
            let parts = message.into_iter().flat_map(|(_, message)| message.element.children(Space::WSDL, "part"));
            parts.map(|part| lifter.part_spelling(part, wrappers)).collect()
        };
        let request = parts(self, message("input")).into_iter().map(|part| PartSpelling { carries: Some(part.name.clone()), ..part });
        let request = request.collect();
        let response = parts(self, message("output"));
        OperationSpelling {
            request: message("input").map(|name| name.local.to_owned()),
            response: message("output").map(|name| name.local.to_owned()),
            action: Some(bound.action.to_owned()),
            parts: Some(request),
            result: response.into_iter().next(),
        }
    }

    fn part_spelling(&mut self, part: Element<'t>, wrappers: &mut IndexMap<String, Wrapper>) -> PartSpelling {
        let mut out = PartSpelling { name: part.get("name").unwrap_or_default().trim().to_owned(), ..PartSpelling::default() };
        let Some(name) = part.name_in("type") else { return out };
        out.xsd = (name.space == Space::XSD).then(|| plain_name(name.local).to_owned());
        match self.wire(name) {
            Ok(Wire::Array) => out.array = Some(name.local.to_owned()),
            Ok(Wire::Wrapper(wrapper)) => {
                wrappers.entry(name.local.to_owned()).or_insert(wrapper);
                out.wrapper = Some(name.local.to_owned());
            }
            Ok(Wire::Other) if name.space.is_encoding() && name.local == "Array" => out.array = Some(word(name)),
            Ok(Wire::Record | Wire::Other) | Err(_) => {}
        }
        out
    }

    /// What a type is on the wire. Those that cannot be read were reported where they are used.
    fn wire(&mut self, name: Name<'t>) -> Result<Wire, Lost> {
        let Some((_, declared)) = self.find_type(name).filter(|(_, declared)| declared.element.name() == "complexType") else {
            return Ok(Wire::Other);
        };
        if self.array_item(declared.element)?.is_some() {
            return Ok(Wire::Array);
        }
        Ok(match self.list_wrapper(name)? {
            Some((array, field)) => Wire::Wrapper(Wrapper { field: field.name.to_owned(), array: array.local.to_owned() }),
            None => Wire::Record,
        })
    }

    /// The array types of a record's fields; `None` where there is none.
    fn record_spelling(&mut self, declared: Declared<'t>) -> Option<RecordSpelling> {
        let Ok(Wire::Record) = self.wire(declared.name) else { return None };
        let mut record = RecordSpelling::default();
        for particle in self.content(declared.element).ok()?.particles {
            if let Written::Named(name, _) = particle.written()
                && let Ok(Wire::Array) = self.wire(name)
            {
                record.arrays.insert(particle.name.to_owned(), name.local.to_owned());
            }
        }
        (!record.arrays.is_empty()).then_some(record)
    }

    /// What no operation reaches, as it is declared.
    fn unused(&mut self, spelling: &mut Spelling) {
        let reached = super::defect::reached(self.wsdl);
        for (declared, reached) in self.wsdl.declared.iter().copied().zip(reached) {
            let local = declared.name.local.to_owned();
            match declared.kind {
                Kind::Type if !reached && declared.element.name() == "complexType" => {
                    if let Some(declaration) = self.declaration(declared) {
                        spelling.unused_types.insert(local, declaration);
                    }
                }
                Kind::Message if !reached => {
                    let parts = declared.element.children(Space::WSDL, "part");
                    let parts = parts.map(|part| {
                        let ty = part.name_in("type").or_else(|| part.name_in("element"));
                        (part.get("name").unwrap_or_default().trim().to_owned(), ty.map(word).unwrap_or_default())
                    });
                    spelling.unused_messages.insert(local, parts.collect());
                }
                _ => {}
            }
        }
    }

    fn declaration(&mut self, declared: Declared<'t>) -> Option<Declaration> {
        if let Some(array) = self.array_item(declared.element).ok()? {
            return match array.item {
                Item::Type(name) => Some(Declaration::Array(word(name))),
                Item::Element(element) => match Written::of(element) {
                    Written::Named(name, _) => Some(Declaration::Array(format!("{}[]", word(name)))),
                    Written::Inline(_) | Written::Anything => None,
                },
                Item::Unknown => None,
            };
        }
        let particles = self.content(declared.element).ok()?.particles;
        let fields = particles.iter().map(|particle| {
            let ty = match particle.written() {
                Written::Named(name, _) => word(name),
                Written::Inline(_) | Written::Anything => String::new(),
            };
            (particle.name.to_owned(), ty, is_nillable(particle.element))
        });
        Some(Declaration::Record(fields.collect()))
    }
}

/// A name with a prefix that everybody uses for its namespace.
fn word(name: Name<'_>) -> String {
    let prefix = match name.space {
        Space::XSD => "xsd",
        Space::APACHE => "apache",
        space if space.is_encoding() => "SOAP-ENC",
        _ => "tns",
    };
    format!("{prefix}:{}", name.local)
}
