//! What mwsc wrote into appinfo, read back.

use std::sync::Arc;

use super::Sink;
use super::names::Space;
use super::tree::Element;
use crate::appinfo::{attr, literal, operation, service, slot, tag, text, type_name};
use crate::ir::{
    Enumeration, FieldDef, Literal, Omission, OperationMeta, Origin, Presence, RecordDef, ScalarKind, ServiceMeta, SessionPart, ShapeDef,
    SlotDef, TypeName, enumeration,
};
use crate::report::Code;
use crate::report::code::CODES;

/// An element in mwsc's namespace, or none: then every attribute is missing, which means its usual value.
#[derive(Clone, Copy)]
pub(super) struct Facts<'e>(pub(super) Option<Element<'e>>);

impl<'e> Facts<'e> {
    /// The element, if it is of that name.
    pub(super) fn of(element: Option<Element<'e>>, tag: &str) -> Self {
        Facts(element.filter(|element| element.is(Space::MWSC, tag)))
    }

    pub(super) fn child(self, tag: &str) -> Self {
        Facts(self.0.and_then(|element| element.child(Space::MWSC, tag)))
    }

    pub(super) fn children(self, tag: &'e str) -> impl Iterator<Item = Facts<'e>> {
        self.0.into_iter().flat_map(move |element| element.children(Space::MWSC, tag)).map(|element| Facts(Some(element)))
    }

    fn raw(self, name: &str) -> Option<&'e str> {
        self.0?.get(name)
    }

    /// A text.
    pub(super) fn text(self, name: &str, out: &mut Sink<'_>) -> Option<String> {
        let raw = self.raw(name)?;
        let decoded = text::decode(raw).map(std::borrow::Cow::into_owned);
        if decoded.is_none() {
            self.misunderstood(name, raw, out);
        }
        decoded
    }

    /// A flag; `usual` when it is missing.
    fn flag(self, name: &str, usual: bool, out: &mut Sink<'_>) -> bool {
        match self.raw(name) {
            None => usual,
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                self.misunderstood(name, other, out);
                usual
            }
        }
    }

    /// A number.
    fn number(self, name: &str, out: &mut Sink<'_>) -> Option<usize> {
        let raw = self.raw(name)?;
        let number = raw.parse().ok();
        if number.is_none() {
            self.misunderstood(name, raw, out);
        }
        number
    }

    fn misunderstood(self, name: &str, value: &str, out: &mut Sink<'_>) {
        if let Some(element) = self.0 {
            out.push(Code::W008, element.at(), format!("`{name}` of `{}` is `{value}`, which mwsc does not write", element.name()));
        }
    }

    /// Where something is described. A part that is missing is that of what encloses it.
    pub(super) fn origin(self, around: &Origin, out: &mut Sink<'_>) -> Origin {
        Origin {
            file: self.text(attr::FILE, out).unwrap_or_else(|| around.file.clone()),
            symbol: self.text(attr::BY, out).unwrap_or_else(|| around.symbol.clone()),
            span: self.0.map(Element::at),
            via: Vec::new(),
        }
    }

    /// The name of a record.
    pub(super) fn type_name(self, out: &mut Sink<'_>) -> Option<TypeName> {
        let element = self.0?;
        let name = type_name::from_attributes(|key| element.get(key));
        if name.is_none() {
            out.push(Code::W008, element.at(), format!("`{}` does not name a record", element.name()));
        }
        name
    }

    /// Presence of a slot. `optional` is what XSD says.
    pub(super) fn presence(self, optional: bool, out: &mut Sink<'_>) -> Presence {
        if let Some(raw) = self.raw(slot::DEFAULT) {
            if let Some(value) = literal::read(raw) {
                return Presence::Default(value);
            }
            self.misunderstood(slot::DEFAULT, raw, out);
        }
        if optional || self.flag(slot::OPTIONAL, false, out) { Presence::Optional } else { Presence::Required }
    }

    /// The values of an enumeration that no simple type says.
    pub(super) fn values(self, kind: ScalarKind, out: &mut Sink<'_>) -> Option<Arc<Enumeration>> {
        let raw = self.raw(slot::VALUES)?;
        let texts = match literal::read(raw) {
            Some(Literal::Array(items)) => items.into_iter().map(|(_, value)| match value {
                Literal::Str(text) => enumeration::canonical(kind, &text).filter(|canonical| *canonical == text),
                _ => None,
            }),
            _ => return self.no_values(raw, out),
        };
        let name = self.text(slot::ENUMERATION, out).unwrap_or_default();
        match texts.collect::<Option<Vec<String>>>().and_then(|texts| Enumeration::new(name, texts)) {
            Some(values) => Some(values),
            None => self.no_values(raw, out),
        }
    }

    fn no_values(self, raw: &str, out: &mut Sink<'_>) -> Option<Arc<Enumeration>> {
        self.misunderstood(slot::VALUES, raw, out);
        None
    }

    /// What a parameter carries that is no data.
    pub(super) fn session(self, out: &mut Sink<'_>) -> Option<SessionPart> {
        let raw = self.raw(slot::SESSION)?;
        let part = slot::session_part(raw);
        if part.is_none() {
            self.misunderstood(slot::SESSION, raw, out);
        }
        part
    }

    pub(super) fn is_null(self, out: &mut Sink<'_>) -> bool {
        self.flag(slot::NULL, false, out)
    }

    pub(super) fn is_site_shaped(self, out: &mut Sink<'_>) -> bool {
        self.flag(slot::SITE, false, out)
    }

    /// Settings of a service.
    pub(super) fn service_meta(self, out: &mut Sink<'_>) -> ServiceMeta {
        ServiceMeta {
            // Somebody else's WSDL is in use, so its service is enabled.
            enabled: self.flag(service::ENABLED, self.0.is_none(), out),
            restricted_users: self.flag(service::RESTRICTED_USERS, false, out),
            required_capability: self.text(service::REQUIRED_CAPABILITY, out),
            download_files: self.flag(service::DOWNLOAD_FILES, false, out),
            upload_files: self.flag(service::UPLOAD_FILES, false, out),
        }
    }

    /// What was left out of the service.
    pub(super) fn omitted(self, out: &mut Sink<'_>) -> Vec<Omission> {
        let mut omitted = Vec::new();
        for left in self.children(tag::OMITTED) {
            let code = left.raw(service::CODE).unwrap_or_default();
            let known = CODES.iter().map(|known| known.name()).find(|&name| name == code);
            match (left.text(operation::NAME, out), known) {
                (Some(name), Some(code)) => {
                    omitted.push(Omission { operation: name, code, message: left.text(service::MESSAGE, out).unwrap_or_default() });
                }
                (_, None) => left.misunderstood(service::CODE, code, out),
                (None, Some(_)) => left.misunderstood(operation::NAME, "", out),
            }
        }
        omitted
    }

    /// What the registration says of an operation.
    pub(super) fn operation_meta(self, out: &mut Sink<'_>) -> OperationMeta {
        OperationMeta {
            component: self.text(operation::COMPONENT, out).unwrap_or_default(),
            kind: self.text(operation::TYPE, out),
            ajax: self.flag(operation::AJAX, false, out),
            capabilities: self.children(tag::CAPABILITY).filter_map(|child| child.text(operation::NAME, out)).collect(),
            login_required: self.flag(operation::LOGIN_REQUIRED, true, out),
            readonly_session: self.flag(operation::READONLY_SESSION, false, out),
            deprecated: self.flag(operation::DEPRECATED, false, out),
            class: self.text(operation::CLASS, out).unwrap_or_default(),
            method: self.text(operation::METHOD, out).unwrap_or_default(),
        }
    }

    /// Puts parameters or fields that were left out back to where they were.
    pub(super) fn insert_left(self, fields: &mut Vec<FieldDef>, around: &Origin, out: &mut Sink<'_>) {
        for left in self.children(tag::LEFT) {
            if let (Some(field), Some(at)) = (left.whole_field(around, out), left.number(slot::AT, out)) {
                fields.insert(at.min(fields.len()), field);
            }
        }
    }

    fn whole_field(self, around: &Origin, out: &mut Sink<'_>) -> Option<FieldDef> {
        let name = self.text(slot::KEY, out).unwrap_or_default();
        Some(FieldDef { name, slot: self.whole(around, out)?, session: self.session(out) })
    }

    /// A slot that is described in appinfo alone.
    pub(super) fn whole(self, around: &Origin, out: &mut Sink<'_>) -> Option<SlotDef> {
        let origin = self.origin(around, out);
        let item = self.child(tag::ITEM);
        let shape = if item.0.is_some() {
            ShapeDef::List(Box::new(item.whole(&origin, out)?))
        } else {
            let record = self.child(tag::RECORD);
            let name = record.type_name(out)?;
            let origin = record.origin(&origin, out);
            let fields = record.children(tag::SLOT).filter_map(|field| field.whole_field(&origin, out)).collect();
            let doc = record.text(attr::DOC, out).unwrap_or_default();
            ShapeDef::Record(RecordDef { place: name.clone(), name, doc, fields, origin })
        };
        Some(SlotDef {
            shape,
            presence: self.presence(false, out),
            nullable: self.is_null(out),
            doc: self.text(attr::DOC, out).unwrap_or_default(),
            site_shaped: self.is_site_shaped(out),
            origin,
        })
    }
}
