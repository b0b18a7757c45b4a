//! WSDL 1.1 and the part of XSD that occurs in it, as data. Names are as written; references are resolved when they are followed.

use std::collections::BTreeMap;

use super::At;
use super::tree::{Element, QName};

/// A WSDL.
#[derive(Debug, Default)]
pub(super) struct Wsdl<'e> {
    /// Name of the document.
    pub(super) name: String,
    /// What mwsc says of the service.
    pub(super) facts: Option<&'e Element>,
    /// Global complex types by name.
    pub(super) types: BTreeMap<QualifiedName, ComplexType<'e>>,
    /// Global elements by name.
    pub(super) elements: BTreeMap<QualifiedName, ElementDecl<'e>>,
    /// Messages by name.
    pub(super) messages: BTreeMap<String, Message>,
    pub(super) port_types: Vec<PortType>,
    /// Binding to port type.
    pub(super) bindings: BTreeMap<String, String>,
    pub(super) services: Vec<Service>,
}

/// Namespace and name.
pub(super) type QualifiedName = (String, String);

#[derive(Debug)]
pub(super) struct Message {
    /// The elements of its parts; `None` for a part with a type.
    pub(super) parts: Vec<Option<QName>>,
}

#[derive(Debug)]
pub(super) struct PortType {
    pub(super) name: String,
    pub(super) operations: Vec<Operation>,
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) doc: String,
    /// Name of the message.
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
    pub(super) at: At,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: String,
    /// Names of the bindings of its ports.
    pub(super) bindings: Vec<String>,
    pub(super) at: At,
}

/// A sequence of elements.
#[derive(Debug, Default)]
pub(super) struct ComplexType<'e> {
    pub(super) elements: Vec<ElementDecl<'e>>,
    /// What mwsc says of it.
    pub(super) facts: Option<&'e Element>,
    pub(super) at: At,
}

#[derive(Debug)]
pub(super) struct ElementDecl<'e> {
    pub(super) name: String,
    pub(super) ty: TypeRef<'e>,
    pub(super) optional: bool,
    pub(super) many: bool,
    pub(super) nillable: bool,
    pub(super) doc: String,
    /// What mwsc says of it.
    pub(super) facts: Option<&'e Element>,
    pub(super) at: At,
}

#[derive(Debug)]
pub(super) enum TypeRef<'e> {
    Named(QName),
    Inline(Box<ComplexType<'e>>),
    /// An element without a type may hold anything.
    Missing,
}
