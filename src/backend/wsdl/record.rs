//! Fields of records and parameters of operations as elements.
//!
//! Decides three things: which can hold nothing and are left out, which names they get, and where a sequence has to be cut because a Java
//! method or constructor takes no more.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::facts;
use super::fold;
use super::mangle::{Place, apart, mangle};
use super::names::Scope;
use super::simple;
use super::view::{ElementView, Node};
use crate::appinfo::{slot as slot_attr, tag, text};
use crate::ir::{Field, Literal, Origin, Presence, Schema, SessionPart, Slot, Type, TypeId};
use crate::report::{Code, Diagnostic, Report};

/// Parameters that a Java method can take, beside `this`; a `long` and a `double` count twice.
const MAX_SLOTS: usize = 254;

/// The types that can hold nothing: records without fields, records of such records, lists of such records.
pub(super) fn hollow(schema: &Schema, reached: &[TypeId]) -> FxHashSet<TypeId> {
    let mut out = FxHashSet::default();
    loop {
        let before = out.len();
        // Backwards, because a type stands before what it holds: nearly always one round finds all.
        for &ty in reached.iter().rev() {
            let empty = match schema.ty(ty) {
                Type::Scalar(_) => false,
                Type::List => schema.item(ty).is_some_and(|item| out.contains(&item.ty)),
                Type::Record(_) => schema.fields(ty).all(|field| out.contains(&field.slot.ty)),
            };
            if empty {
                out.insert(ty);
            }
        }
        if out.len() == before {
            return out;
        }
    }
}

/// What the fields of one parent need to become elements.
#[derive(Debug)]
pub(super) struct Fields<'a, 's> {
    pub(super) schema: &'s Schema,
    pub(super) types: &'a FxHashMap<TypeId, String>,
    pub(super) hollow: &'a FxHashSet<TypeId>,
    /// Where the parent is described.
    pub(super) around: &'s Origin,
    /// How a person finds the parent.
    pub(super) owner: &'a str,
}

impl<'s> Fields<'_, 's> {
    /// The elements, and the facts of what is left out.
    pub(super) fn elements(
        &self,
        fields: impl Iterator<Item = &'s Field>,
        place: Place,
        report: &mut Report,
    ) -> (Vec<ElementView<'s>>, Vec<Node<'s>>) {
        let mut scope = Scope::new(fold::variable);
        let (mut out, mut left) = (Vec::new(), Vec::new());
        for field in fields {
            if self.hollow.contains(&field.slot.ty) {
                let message = format!("`{}` of {} can hold nothing and is left out", shown_key(&field.name), self.owner);
                report.push(Diagnostic::new(Code::N025, message).at(field.slot.origin.span));
                let mut node = facts::whole(tag::LEFT, self.schema, Some(&field.name), &field.slot, self.around);
                node.set(slot_attr::AT, field.ordinal.to_string());
                facts::session(&mut node, field.session);
                left.push(node);
                continue;
            }
            let name = self.name(field, place, &mut scope, report);
            out.push(ElementView { key: Some(&field.name), ..self.element(name, &field.name, &field.slot, field.session) });
        }
        (out, left)
    }

    fn name(&self, field: &'s Field, place: Place, scope: &mut Scope, report: &mut Report) -> Cow<'s, str> {
        let mangled = mangle(&field.name, place);
        let (name, code, why) = if scope.take(&mangled) {
            let code = if place == Place::Param { Code::N020 } else { Code::N021 };
            (mangled, code, "not every tool can use its own name")
        } else {
            (Cow::Owned(scope.take_like(apart(&field.name, place))), Code::N022, "tools would confuse it with another field")
        };
        if name != field.name {
            let message = format!("`{}` of {} is called `{name}` in the WSDL, because {why}", shown_key(&field.name), self.owner);
            report.push(Diagnostic::new(code, message).at(field.slot.origin.span));
        }
        name
    }

    /// A slot as an element of a given name. Who calls is said otherwise, so nobody need send what carries a session.
    pub(super) fn element(&self, name: Cow<'s, str>, key: &'s str, slot: &'s Slot, session: Option<SessionPart>) -> ElementView<'s> {
        let doc = text::shown(&slot.doc);
        let optional = slot.presence != Presence::Required || session.is_some();
        ElementView {
            ty: self.ty(slot.ty),
            restricted: self.restricted(slot.ty),
            blank: self.blank(slot.ty),
            optional,
            many: false,
            nillable: slot.nullable && !optional,
            facts: facts::slot(self.schema, key, slot, session, &name, &doc, self.around).unless_empty(),
            name,
            key: None,
            doc,
        }
    }

    /// The item of a list. All lists of such items share it, so it says nothing of this one.
    pub(super) fn item(&self, item: &'s Slot) -> ElementView<'s> {
        ElementView {
            name: Cow::Borrowed("item"),
            key: None,
            ty: self.ty(item.ty),
            restricted: self.restricted(item.ty),
            blank: None,
            optional: true,
            many: true,
            nillable: item.nullable,
            doc: Cow::Borrowed(""),
            facts: None,
        }
    }

    fn ty(&self, ty: TypeId) -> Cow<'static, str> {
        match self.schema.ty(ty) {
            Type::Scalar(scalar) => Cow::Borrowed(simple::built_in(scalar.kind)),
            // Every type that is not hollow has a name, and nothing refers to a hollow one.
            Type::Record(_) | Type::List => Cow::Owned(format!("tns:{}", self.types.get(&ty).map_or("", String::as_str))),
        }
    }

    /// What stands in an enumeration that has no value of its kind for nothing.
    fn blank(&self, ty: TypeId) -> Option<Literal> {
        match self.schema.ty(ty) {
            Type::Scalar(scalar) => scalar.values.as_ref()?.blank(scalar.kind),
            Type::Record(_) | Type::List => None,
        }
    }

    /// The simple type of a scalar that is an enumeration.
    fn restricted(&self, ty: TypeId) -> Option<String> {
        let name = self.types.get(&ty).filter(|_| matches!(self.schema.ty(ty), Type::Scalar(_)))?;
        Some(format!("tns:{name}"))
    }
}

fn shown_key(key: &str) -> Cow<'_, str> {
    text::encode(key)
}

/// Cuts elements into pieces that a Java method can take, each but the last with a place for one more: the record with the rest.
pub(super) fn pieces(elements: Vec<ElementView<'_>>) -> Vec<Vec<ElementView<'_>>> {
    let mut out = vec![Vec::new()];
    let mut used = 0;
    let mut rest: usize = elements.iter().map(weight).sum();
    for element in elements {
        let weight = weight(&element);
        // Either all that is left fits, or one slot is kept for the record with the rest.
        let fits = used + rest <= MAX_SLOTS || used + weight < MAX_SLOTS;
        if !fits {
            out.push(Vec::new());
            used = 0;
        }
        used += weight;
        rest -= weight;
        if let Some(piece) = out.last_mut() {
            piece.push(element);
        }
    }
    out
}

/// How many slots of a Java method an element takes. What may be missing or null is an object.
fn weight(element: &ElementView<'_>) -> usize {
    let wide = matches!(element.ty.as_ref(), "xsd:long" | "xsd:double");
    if wide && !element.optional && !element.nillable { 2 } else { 1 }
}

/// An element that the source does not have: for a record that holds what is too much for one.
pub(super) fn group_element<'s>(name: String, ty: &str) -> ElementView<'s> {
    ElementView {
        name: Cow::Owned(name),
        key: None,
        ty: Cow::Owned(format!("tns:{ty}")),
        restricted: None,
        blank: None,
        optional: false,
        many: false,
        nillable: false,
        doc: Cow::Borrowed(""),
        facts: Some(Node::new(tag::GROUP)),
    }
}

/// An element that the source does not have, and that nobody need send: for an operation that takes nothing and gives nothing, of which
/// Mono's svcutil otherwise makes a part of its neighbour.
pub(super) fn nothing_element<'s>() -> ElementView<'s> {
    ElementView { ty: Cow::Borrowed("xsd:string"), optional: true, ..group_element("nothing".to_owned(), "") }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{ElementView, MAX_SLOTS, pieces, weight};

    fn elements(count: usize, ty: &'static str) -> Vec<ElementView<'static>> {
        let element = |at: usize| ElementView {
            name: Cow::Owned(format!("p{at}")),
            key: None,
            ty: Cow::Borrowed(ty),
            restricted: None,
            blank: None,
            optional: false,
            many: false,
            nillable: false,
            doc: Cow::Borrowed(""),
            facts: None,
        };
        (0..count).map(element).collect()
    }

    #[test]
    fn cuts_only_what_is_too_much() {
        for (count, ty, expected) in [
            (0, "xsd:string", 1),
            (254, "xsd:string", 1),
            (255, "xsd:string", 2),
            (127, "xsd:long", 1),
            (128, "xsd:long", 2),
            (1000, "xsd:string", 4),
        ] {
            let cut = pieces(elements(count, ty));
            assert_eq!(cut.len(), expected, "{count} {ty}");
            assert_eq!(cut.iter().map(Vec::len).sum::<usize>(), count);
            for (at, piece) in cut.iter().enumerate() {
                let more = usize::from(at + 1 < cut.len());
                assert!(piece.iter().map(weight).sum::<usize>() + more <= MAX_SLOTS);
            }
        }
    }
}
