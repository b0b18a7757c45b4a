//! What a WSDL will hold, decided to the last name: the writer only lays it out.

use std::borrow::Cow;

use crate::ir::{Enumeration, Literal, Operation, Service, TypeName};

/// A WSDL.
#[derive(Debug)]
pub struct View<'s> {
    /// The service.
    pub service: &'s Service,
    /// Path of the file.
    pub path: String,
    /// Path of the file for SOAP 1.2, if one is wanted.
    pub soap12_path: Option<String>,
    /// Names of service, port type, binding and port, in this order.
    pub names: [String; 4],
    /// Target namespace.
    pub namespace: String,
    /// Address of the port.
    pub endpoint: String,
    /// SHA-256 of the schema that the service reaches.
    pub digest: String,
    /// Releases of Moodle that the schema comes from.
    pub release: String,
    /// Documentation of the WSDL: what the service is and what is missing from it.
    pub doc: String,
    /// What XSD cannot say of the service.
    pub facts: Node<'s>,
    /// Names of parameters that carry a session.
    pub sessions: Vec<String>,
    /// Enumerations in the order in which a reader meets them.
    pub simple: Vec<SimpleView<'s>>,
    /// Other types in that order.
    pub types: Vec<TypeView<'s>>,
    /// Operations in their order.
    pub operations: Vec<OperationView<'s>>,
    /// Functions of the service that are left out.
    pub omitted: Vec<&'s crate::ir::Omission>,
}

/// A named simple type: an enumeration.
#[derive(Debug)]
pub struct SimpleView<'s> {
    /// Its name.
    pub name: String,
    /// The built-in type that it restricts, with prefix.
    pub base: &'static str,
    /// Its values.
    pub values: &'s Enumeration,
    /// What XSD cannot say.
    pub facts: Option<Node<'s>>,
}

/// A named complex type: a sequence of elements.
#[derive(Debug)]
pub struct TypeView<'s> {
    /// Its name.
    pub name: String,
    /// The record whose fields it begins with; `None` for a list, and for what only the WSDL has.
    pub record: Option<&'s TypeName>,
    /// Words for people.
    pub doc: String,
    /// What XSD cannot say.
    pub facts: Option<Node<'s>>,
    /// A record has fields; a list has one element `item` that may occur any number of times.
    pub elements: Vec<ElementView<'s>>,
}

/// An operation with its two wrapper elements.
#[derive(Debug)]
pub struct OperationView<'s> {
    /// The operation.
    pub operation: &'s Operation,
    /// Its name, which the request's wrapper has too.
    pub name: String,
    /// Name of the response's wrapper.
    pub response: String,
    /// Documentation, as it may be shown.
    pub doc: Cow<'s, str>,
    /// What XSD cannot say of the operation.
    pub facts: Node<'s>,
    /// What XSD cannot say of a result that is not emitted.
    pub result_facts: Option<Node<'s>>,
    /// Children of the request's wrapper.
    pub params: Vec<ElementView<'s>>,
    /// The child of the response's wrapper.
    pub result: Option<ElementView<'s>>,
}

/// An element in a sequence.
#[derive(Debug)]
pub struct ElementView<'s> {
    /// Its name.
    pub name: Cow<'s, str>,
    /// The key of the parameter or field that it holds; `None` for an item, a result, and for what only the WSDL has.
    pub key: Option<&'s str>,
    /// Its type, with prefix: a built-in or a complex one.
    pub ty: Cow<'static, str>,
    /// The simple type that stands in its place, with prefix.
    pub restricted: Option<String>,
    /// What stands in it where nobody filled it, if that is not the blank of its type.
    pub blank: Option<Literal>,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether it may occur any number of times.
    pub many: bool,
    /// Whether it may be null.
    pub nillable: bool,
    /// Documentation, as it may be shown.
    pub doc: Cow<'s, str>,
    /// What XSD cannot say.
    pub facts: Option<Node<'s>>,
}

/// An element of `xsd:appinfo`.
#[derive(Debug)]
pub struct Node<'s> {
    /// Its name, one of [`crate::appinfo::tag`].
    pub tag: &'static str,
    /// Its attributes, values encoded.
    pub attributes: Vec<(&'static str, Cow<'s, str>)>,
    /// What is in it.
    pub children: Vec<Node<'s>>,
}

impl<'s> Node<'s> {
    /// An element without content.
    pub fn new(tag: &'static str) -> Self {
        Node { tag, attributes: Vec::new(), children: Vec::new() }
    }

    /// Adds an attribute.
    pub fn set(&mut self, name: &'static str, value: impl Into<Cow<'s, str>>) {
        self.attributes.push((name, value.into()));
    }

    /// Adds an attribute whose value is `true`, if it is.
    pub fn flag(&mut self, name: &'static str, value: bool) {
        if value {
            self.set(name, "true");
        }
    }

    /// The element, unless it says nothing.
    pub fn unless_empty(self) -> Option<Self> {
        (!self.attributes.is_empty() || !self.children.is_empty()).then_some(self)
    }
}
