//! From a model of a WSDL to a fragment.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::model::{ComplexType, ElementDecl, Operation, TypeRef, Wsdl};
use super::tree::{QName, XSD};
use super::{At, Sink};
use crate::appinfo::{attr, operation as op_attr, service as service_attr, slot as slot_attr, tag};
use crate::ir::{
    FieldDef, Fragment, NameBase, OperationDef, Origin, Presence, RecordDef, Scalar, ScalarKind, ServiceDef, ShapeDef, SlotDef, TypeName,
};
use crate::report::Code;

/// How deeply types may be written inside each other without a name.
const MAX_DEPTH: usize = 100;

/// Makes a fragment: the operations of one port type, as a service.
pub(super) fn lift(wsdl: &Wsdl<'_>, out: &mut Sink<'_>) -> Fragment {
    let mut lifter = Lifter { wsdl, out, defined: BTreeSet::new(), depth: 0 };
    let mut operations: Vec<(usize, &Operation)> = lifter.port_type().enumerate().collect();
    // A record is defined where it is met first, and referred to from then on. Linking meets operations by name.
    operations.sort_by_cached_key(|(_, op)| lifter.source_name(op));
    let mut found: Vec<(usize, OperationDef)> = operations.into_iter().filter_map(|(at, op)| Some((at, lifter.operation(op)?))).collect();
    found.sort_by_key(|(at, _)| *at);
    let operations: Vec<OperationDef> = found.into_iter().map(|(_, def)| def).collect();

    let facts = Facts::of(wsdl.facts, tag::SERVICE);
    let omitted = facts.omitted(lifter.out);
    let members = operations.iter().map(|op| op.name.clone()).chain(omitted.iter().map(|left| left.operation.clone())).collect();
    let own = wsdl.services.first().map_or(wsdl.name.as_str(), |service| service.name.as_str());
    let out = lifter.out;
    let mut origin = facts.origin(&Origin::default(), out);
    origin.span = wsdl.services.first().map(|service| out.span(service.at)).or(origin.span);
    let service = ServiceDef {
        name: facts.text(service_attr::NAME, out).unwrap_or_else(|| own.to_owned()),
        shortname: facts.text(service_attr::SHORTNAME, out).unwrap_or_else(|| own.to_owned()),
        component: facts.text(service_attr::COMPONENT, out).unwrap_or_default(),
        operations: members,
        meta: facts.service_meta(out),
        origin,
    };
    Fragment { release: facts.text(service_attr::RELEASE, out), operations, services: vec![service], omitted }
}

struct Lifter<'w, 'e, 's, 'r> {
    wsdl: &'w Wsdl<'e>,
    out: &'s mut Sink<'r>,
    /// Records whose definition stands in the fragment already.
    defined: BTreeSet<TypeName>,
    depth: usize,
}

impl<'w, 'e> Lifter<'w, 'e, '_, '_> {
    /// The operations of the first service's first port, or of the first port type.
    fn port_type(&mut self) -> impl Iterator<Item = &'w Operation> + use<'w, 'e> {
        let wsdl = self.wsdl;
        let binding = wsdl.services.iter().flat_map(|service| &service.bindings).next();
        let name = binding.and_then(|binding| wsdl.bindings.get(binding));
        let found = match name {
            Some(name) => wsdl.port_types.iter().find(|port_type| port_type.name == *name),
            None => wsdl.port_types.first(),
        };
        if found.is_none() {
            let at = wsdl.services.first().map_or((0, 0), |service| service.at);
            self.out.push(Code::W005, at, "there is no port type that a service offers");
        }
        found.into_iter().flat_map(|port_type| &port_type.operations)
    }

    fn source_name(&mut self, op: &Operation) -> String {
        let facts = self.request(op).and_then(|request| request.facts);
        Facts::of(facts, tag::OPERATION).text(op_attr::NAME, self.out).unwrap_or_else(|| op.name.clone())
    }

    fn operation(&mut self, op: &Operation) -> Option<OperationDef> {
        let Some(request) = self.request(op) else {
            self.out.push(Code::W006, op.at, format!("`{}` is not document/literal with a wrapper element, so it is left out", op.name));
            return None;
        };
        let facts = Facts::of(request.facts, tag::OPERATION);
        let name = self.source_name(op);
        if name.is_empty() {
            self.out.push(Code::W006, op.at, "an operation has no name, so it is left out");
            return None;
        }
        let mut origin = facts.origin(&Origin::default(), self.out);
        origin.span = Some(self.out.span(op.at));
        let around = Origin {
            file: facts.text(op_attr::PARAMS_FILE, self.out).unwrap_or_else(|| origin.file.clone()),
            symbol: facts.text(op_attr::PARAMS_BY, self.out).unwrap_or_else(|| origin.symbol.clone()),
            ..Origin::default()
        };
        let mut params = Vec::new();
        if let Some(children) = self.children(request) {
            let place = TypeName::new(NameBase::Params(name.clone()));
            self.fields(children, &place, &around, &mut params);
        }
        facts.insert_left(&mut params, &around, self.out);
        let result = self.result(op, &name, &origin);
        Some(OperationDef {
            doc: facts.text(attr::DOC, self.out).unwrap_or_else(|| op.doc.clone()),
            meta: facts.operation_meta(self.out),
            name,
            params,
            result,
            origin,
        })
    }

    fn result(&mut self, op: &Operation, name: &str, around: &Origin) -> Option<SlotDef> {
        let response = self.wrapper(op.output.as_deref()?)?;
        if let left @ Facts(Some(_)) = Facts::of(response.facts, tag::RESULT) {
            return left.whole(around, self.out);
        }
        let children = self.children(response)?;
        let place = TypeName::new(NameBase::Result(name.to_owned()));
        match children.elements.as_slice() {
            [] => None,
            [only] => Some(self.slot(only, &place, around).slot),
            [_, _, ..] => {
                // Several results are fields of one.
                let mut fields = Vec::new();
                self.fields(children, &place, around, &mut fields);
                let record = RecordDef { name: place.clone(), place, fields, origin: around.clone() };
                Some(SlotDef {
                    shape: ShapeDef::Record(record),
                    presence: Presence::Required,
                    nullable: false,
                    doc: String::new(),
                    site_shaped: false,
                    origin: around.clone(),
                })
            }
        }
    }

    fn request(&self, op: &Operation) -> Option<&'w ElementDecl<'e>> {
        self.wrapper(op.input.as_deref()?)
    }

    /// The element of a message's only part.
    fn wrapper(&self, message: &str) -> Option<&'w ElementDecl<'e>> {
        match self.wsdl.messages.get(message)?.parts.as_slice() {
            [Some(name)] => self.wsdl.elements.get(&(name.space.clone(), name.local.clone())),
            _ => None,
        }
    }

    fn children(&mut self, wrapper: &'w ElementDecl<'e>) -> Option<&'w ComplexType<'e>> {
        match &wrapper.ty {
            TypeRef::Inline(ty) => Some(ty),
            TypeRef::Named(name) => self.named(name, wrapper.at),
            TypeRef::Missing => None,
        }
    }

    fn named(&mut self, name: &QName, at: At) -> Option<&'w ComplexType<'e>> {
        let found = self.wsdl.types.get(&(name.space.clone(), name.local.clone()));
        if found.is_none() {
            self.out.push(Code::W005, at, format!("there is no complex type `{}`", name.local));
        }
        found
    }

    /// The fields of a type, those in records that mwsc added among them.
    fn fields(&mut self, ty: &'w ComplexType<'e>, place: &TypeName, around: &Origin, fields: &mut Vec<FieldDef>) {
        let mut types = vec![ty];
        let mut seen = BTreeSet::new();
        while let Some(ty) = types.pop() {
            for element in &ty.elements {
                if element.facts.is_none_or(|facts| facts.name != tag::GROUP) {
                    let field = self.slot(element, place, around);
                    fields.push(field);
                } else if let TypeRef::Named(name) = &element.ty
                    && name.space != XSD
                    && seen.insert(&name.local)
                {
                    types.extend(self.named(name, element.at));
                }
            }
        }
    }

    /// An element as a field: its name in the source and what it holds.
    fn slot(&mut self, element: &'w ElementDecl<'e>, place: &TypeName, around: &Origin) -> FieldDef {
        let facts = Facts::of(element.facts, tag::SLOT);
        let name = facts.text(slot_attr::KEY, self.out).unwrap_or_else(|| element.name.clone());
        let place = if element.name == "return" && place.path.is_empty() { place.clone() } else { place.child(&name) };
        let mut origin = facts.origin(around, self.out);
        origin.span = Some(self.out.span(element.at));
        let shape = self.shape(element, facts, &place, &origin);
        let session = facts.session(self.out);
        let slot = SlotDef {
            shape: if element.many { ShapeDef::List(Box::new(plain(shape, &origin))) } else { shape },
            presence: facts.presence(element.optional && !element.many && session.is_none(), self.out),
            nullable: element.nillable || facts.is_null(self.out),
            doc: facts.text(attr::DOC, self.out).unwrap_or_else(|| element.doc.clone()),
            site_shaped: facts.is_site_shaped(self.out),
            origin,
        };
        FieldDef { name, slot, session }
    }

    /// What an element holds. `facts` are those of the slot or, in a list, of the item.
    fn shape(&mut self, element: &'w ElementDecl<'e>, facts: Facts<'e>, place: &TypeName, around: &Origin) -> ShapeDef {
        let ty = match &element.ty {
            TypeRef::Named(name) if name.space == XSD => {
                let refinement = facts.text(slot_attr::TYPE, self.out);
                return ShapeDef::Scalar(scalar(&name.local, refinement, facts.0.is_some() || self.wsdl.facts.is_some()));
            }
            TypeRef::Named(name) => self.named(name, element.at).map(|ty| (Some(name), ty)),
            TypeRef::Inline(ty) => Some((None, &**ty)),
            TypeRef::Missing => None,
        };
        let Some((name, ty)) = ty.filter(|_| self.depth < MAX_DEPTH) else {
            // Anything, as text.
            return ShapeDef::Scalar(Scalar { kind: ScalarKind::String, refinement: String::new() });
        };
        self.depth += 1;
        let shape = match ty.elements.as_slice() {
            [item] if item.many && Facts::of(ty.facts, tag::RECORD).0.is_none() => {
                ShapeDef::List(Box::new(self.item(item, facts.child(tag::ITEM), place, around)))
            }
            _ => self.record(name, ty, place),
        };
        self.depth -= 1;
        shape
    }

    fn item(&mut self, item: &'w ElementDecl<'e>, facts: Facts<'e>, place: &TypeName, around: &Origin) -> SlotDef {
        let origin = facts.origin(around, self.out);
        SlotDef {
            shape: self.shape(item, facts, place, &origin),
            presence: facts.presence(false, self.out),
            nullable: item.nillable,
            doc: facts.text(attr::DOC, self.out).unwrap_or_else(|| item.doc.clone()),
            site_shaped: facts.is_site_shaped(self.out),
            origin,
        }
    }

    fn record(&mut self, own: Option<&QName>, ty: &'w ComplexType<'e>, place: &TypeName) -> ShapeDef {
        let facts = Facts::of(ty.facts, tag::RECORD);
        let by_origin = facts.type_name(self.out);
        let name = match (by_origin, own) {
            (Some(name), _) => name,
            (None, Some(own)) => TypeName::new(NameBase::Class(own.local.clone())),
            (None, None) => place.clone(),
        };
        if !self.defined.insert(name.clone()) {
            return ShapeDef::Ref(name);
        }
        let mut origin = facts.origin(&Origin::default(), self.out);
        origin.span = Some(self.out.span(ty.at));
        let mut fields = Vec::new();
        self.fields(ty, &name, &origin, &mut fields);
        facts.insert_left(&mut fields, &origin, self.out);
        ShapeDef::Record(RecordDef { place: name.clone(), name, fields, origin })
    }
}

/// A slot about which nothing is said.
fn plain(shape: ShapeDef, origin: &Origin) -> SlotDef {
    SlotDef { shape, presence: Presence::Required, nullable: false, doc: String::new(), site_shaped: false, origin: origin.clone() }
}

/// A type of XSD. In somebody else's WSDL its name is kept where the kind says less.
fn scalar(name: &str, refinement: Option<String>, ours: bool) -> Scalar {
    let (kind, exact) = match name {
        "boolean" => (ScalarKind::Bool, true),
        "long" => (ScalarKind::Int, true),
        "int" | "short" | "byte" | "integer" | "unsignedInt" | "unsignedShort" | "unsignedByte" | "unsignedLong" | "nonNegativeInteger"
        | "positiveInteger" | "negativeInteger" | "nonPositiveInteger" => (ScalarKind::Int, false),
        "double" => (ScalarKind::Float, true),
        "float" | "decimal" => (ScalarKind::Float, false),
        "string" => (ScalarKind::String, true),
        _ => (ScalarKind::String, false),
    };
    let refinement = refinement.unwrap_or_else(|| if exact || ours { String::new() } else { format!("xsd:{name}") });
    Scalar { kind, refinement }
}
