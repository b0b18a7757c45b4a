//! What XSD cannot say, as elements of appinfo. See [`crate::appinfo`] for the notation.

use std::borrow::Cow;

use super::simple;
use super::view::Node;
use crate::appinfo::{
    attr, enumeration as enumeration_attr, literal, operation as op_attr, service as service_attr, slot as slot_attr, tag, text, type_name,
};
use crate::ir::{
    Enumeration, Key, Literal, Omission, Operation, Origin, Presence, Record, Schema, Service, SessionPart, Slot, Type, TypeId,
};

/// The facts of a service.
pub(super) fn service<'s>(service: &'s Service, release: &str, digest: &str, omitted: &[&'s Omission]) -> Node<'s> {
    let mut node = Node::new(tag::SERVICE);
    node.set(service_attr::SHORTNAME, text::encode(&service.shortname));
    node.set(service_attr::NAME, text::encode(&service.name));
    if !service.component.is_empty() {
        node.set(service_attr::COMPONENT, text::encode(&service.component));
    }
    if !release.is_empty() {
        node.set(service_attr::RELEASE, text::encode(release).into_owned());
    }
    node.set(service_attr::DIGEST, format!("sha256:{digest}"));
    let meta = &service.meta;
    node.flag(service_attr::ENABLED, meta.enabled);
    node.flag(service_attr::RESTRICTED_USERS, meta.restricted_users);
    if let Some(capability) = &meta.required_capability {
        node.set(service_attr::REQUIRED_CAPABILITY, text::encode(capability));
    }
    node.flag(service_attr::DOWNLOAD_FILES, meta.download_files);
    node.flag(service_attr::UPLOAD_FILES, meta.upload_files);
    origin(&mut node, &service.origin, &Origin::default());
    for scheme in ["Basic", "Bearer"] {
        let mut way = Node::new(tag::AUTHENTICATION);
        way.set("scheme", scheme);
        way.set("token", if scheme == "Basic" { "password" } else { "credentials" });
        node.children.push(way);
    }
    for omission in omitted {
        let mut left = Node::new(tag::OMITTED);
        left.set(op_attr::NAME, text::encode(&omission.operation));
        left.set(service_attr::CODE, omission.code);
        left.set(service_attr::MESSAGE, text::encode(&omission.message));
        node.children.push(left);
    }
    node
}

/// The facts of an operation. `params` is where its parameters are described, unless one says otherwise.
pub(super) fn operation<'s>(op: &'s Operation, emitted: &str, shown: &str, params: &'s Origin) -> Node<'s> {
    let mut node = Node::new(tag::OPERATION);
    if op.name != emitted {
        node.set(op_attr::NAME, text::encode(&op.name));
    }
    if op.doc != shown {
        node.set(attr::DOC, text::encode(&op.doc));
    }
    let meta = &op.meta;
    if !meta.component.is_empty() {
        node.set(op_attr::COMPONENT, text::encode(&meta.component));
    }
    if let Some(kind) = &meta.kind {
        node.set(op_attr::TYPE, text::encode(kind));
    }
    node.flag(op_attr::AJAX, meta.ajax);
    if !meta.login_required {
        node.set(op_attr::LOGIN_REQUIRED, "false");
    }
    node.flag(op_attr::READONLY_SESSION, meta.readonly_session);
    node.flag(op_attr::DEPRECATED, meta.deprecated);
    if !meta.class.is_empty() {
        node.set(op_attr::CLASS, text::encode(&meta.class));
    }
    if !meta.method.is_empty() {
        node.set(op_attr::METHOD, text::encode(&meta.method));
    }
    origin(&mut node, &op.origin, &Origin::default());
    if params.file != op.origin.file {
        node.set(op_attr::PARAMS_FILE, text::encode(&params.file));
    }
    if params.symbol != op.origin.symbol {
        node.set(op_attr::PARAMS_BY, text::encode(&params.symbol));
    }
    for capability in &meta.capabilities {
        let mut child = Node::new(tag::CAPABILITY);
        child.set(op_attr::NAME, text::encode(capability));
        node.children.push(child);
    }
    node
}

/// The facts of a record type.
pub(super) fn record<'s>(record: &'s Record, around: &Origin) -> Node<'s> {
    let mut node = Node::new(tag::RECORD);
    node.attributes = type_name::to_attributes(&record.name);
    if !record.doc.is_empty() {
        node.set(attr::DOC, text::encode(&record.doc));
    }
    origin(&mut node, &record.origin, around);
    node
}

/// The facts of a slot that is an element. `emitted` is that element's name, and `shown` its documentation.
pub(super) fn slot<'s>(
    schema: &'s Schema,
    key: &'s str,
    slot: &'s Slot,
    session: Option<SessionPart>,
    emitted: &str,
    shown: &str,
    around: &Origin,
) -> Node<'s> {
    let mut node = Node::new(tag::SLOT);
    if key != emitted {
        node.set(slot_attr::KEY, text::encode(key));
    }
    // Required and nullable is `nillable`, and optional is `minOccurs`: what is left is null where `nillable` would be too much.
    node.flag(slot_attr::NULL, slot.nullable && (slot.presence != Presence::Required || session.is_some()));
    // `minOccurs` is there for the session's sake.
    node.flag(slot_attr::OPTIONAL, session.is_some() && slot.presence == Presence::Optional);
    self::session(&mut node, session);
    contents(&mut node, schema, slot, shown, around);
    node
}

/// What a parameter carries that is no data.
pub(super) fn session(node: &mut Node<'_>, session: Option<SessionPart>) {
    if let Some(part) = session {
        node.set(slot_attr::SESSION, slot_attr::session(part));
    }
}

/// The facts of a list's item, whose element is in a type that other lists share. That type says whether it may be null.
pub(super) fn item<'s>(schema: &'s Schema, item: &'s Slot, around: &Origin) -> Node<'s> {
    let mut node = Node::new(tag::ITEM);
    node.flag(slot_attr::OPTIONAL, item.presence == Presence::Optional);
    contents(&mut node, schema, item, "", around);
    node
}

fn contents<'s>(node: &mut Node<'s>, schema: &'s Schema, slot: &'s Slot, shown: &str, around: &Origin) {
    if let Type::Scalar(scalar) = schema.ty(slot.ty) {
        if !scalar.refinement.is_empty() {
            node.set(slot_attr::TYPE, text::encode(&scalar.refinement));
        }
        if let Some(values) = scalar.values.as_deref().filter(|_| simple::typed(scalar).is_none()) {
            self::values(node, values);
        }
    }
    common(node, slot, shown, around);
    if let Some(item) = schema.item(slot.ty) {
        node.children.extend(self::item(schema, item, &slot.origin).unless_empty());
    }
}

/// The values of an enumeration that is no simple type.
fn values<'s>(node: &mut Node<'s>, values: &'s Enumeration) {
    let texts = values.values().map(|value| Literal::Str(value.to_owned()));
    node.set(slot_attr::VALUES, literal::write(&Literal::Array((0..).map(Key::Int).zip(texts).collect())));
    if !values.name.is_empty() {
        node.set(slot_attr::ENUMERATION, text::encode(&values.name));
    }
}

/// The facts of an enumeration that is a simple type of a name.
pub(super) fn enumeration<'s>(values: &'s Enumeration, emitted: &str) -> Option<Node<'s>> {
    let mut node = Node::new(tag::ENUMERATION);
    if values.name != emitted {
        node.set(enumeration_attr::NAME, text::encode(&values.name));
    }
    node.unless_empty()
}

fn common<'s>(node: &mut Node<'s>, slot: &'s Slot, shown: &str, around: &Origin) {
    if let Presence::Default(value) = &slot.presence {
        node.set(slot_attr::DEFAULT, literal::write(value));
    }
    node.flag(slot_attr::SITE, slot.site_shaped);
    if slot.doc != shown {
        node.set(attr::DOC, text::encode(&slot.doc));
    }
    origin(node, &slot.origin, around);
}

/// All facts of a slot that is not emitted, down to the records in it that can hold nothing.
pub(super) fn whole<'s>(tag: &'static str, schema: &'s Schema, key: Option<&'s str>, slot: &'s Slot, around: &Origin) -> Node<'s> {
    let mut node = Node::new(tag);
    if let Some(key) = key {
        node.set(slot_attr::KEY, text::encode(key));
    }
    node.flag(slot_attr::OPTIONAL, slot.presence == Presence::Optional);
    node.flag(slot_attr::NULL, slot.nullable);
    common(&mut node, slot, "", around);
    node.children.push(shape(schema, slot.ty, &slot.origin));
    node
}

fn shape<'s>(schema: &'s Schema, ty: TypeId, around: &Origin) -> Node<'s> {
    match (schema.item(ty), schema.record(ty)) {
        (Some(item), _) => whole(tag::ITEM, schema, None, item, around),
        (None, Some(found)) => {
            let mut node = record(found, around);
            node.children.extend(schema.fields(ty).map(|field| whole(tag::SLOT, schema, Some(&field.name), &field.slot, &found.origin)));
            node
        }
        // A scalar holds something, so it is never left out.
        (None, None) => Node::new(tag::RECORD),
    }
}

/// Where something is described, as far as what encloses it does not say so already.
pub(super) fn origin<'s>(node: &mut Node<'s>, origin: &'s Origin, around: &Origin) {
    if origin.file != around.file {
        node.set(attr::FILE, text::encode(&origin.file));
    }
    if origin.symbol != around.symbol {
        node.set(attr::BY, text::encode(&origin.symbol));
    }
}

/// Words for people about what a record type is: those of the source, or what it is the structure of.
pub(super) fn describe(record: &Record) -> String {
    use crate::ir::NameBase;
    if !record.doc.is_empty() {
        return text::shown(&record.doc).into_owned();
    }
    let mut out = match &record.name.base {
        NameBase::Class(class) => format!("Structure of {class}"),
        NameBase::Method(class, method) => format!("Structure of {class}::{method}()"),
        NameBase::Params(operation) => format!("Parameter of {operation}"),
        NameBase::Result(operation) => format!("Result of {operation}"),
    };
    if !record.name.path.is_empty() {
        out.push_str(": ");
        out.push_str(&record.name.path.join("."));
    }
    match text::shown(&out) {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) => out,
    }
}
