//! What an rpc/encoded WSDL will hold, decided to the last name.

use indexmap::IndexMap;
use mwsc_contract::wire::Carries;

use crate::convention::Profile;
use crate::ir::{Operation, Service, TypeName};

/// A WSDL.
#[derive(Debug)]
pub struct View<'s> {
    /// The service.
    pub service: &'s Service,
    /// The profile.
    pub profile: &'s Profile,
    /// Whether it is spelled as its source spells it.
    pub is_own: bool,
    /// Path of the file.
    pub path: String,
    /// SHA-256 of the schema that the service reaches.
    pub digest: String,
    /// Target namespace.
    pub namespace: String,
    /// Address of the port.
    pub address: String,
    /// Names of service, port type, binding and port.
    pub names: [String; 4],
    /// Types by name, in the order in which a reader meets them.
    pub types: IndexMap<String, TypeView<'s>>,
    /// Messages by name, with their parts.
    pub messages: IndexMap<String, Vec<PartView>>,
    /// Operations in order.
    pub operations: Vec<OperationView<'s>>,
}

/// A named complex type.
#[derive(Debug)]
pub enum TypeView<'s> {
    /// Fields in any order on the wire, written in this one.
    Record {
        /// The record of the schema; `None` for one that only the WSDL has: it wraps the list in its only field.
        record: Option<&'s TypeName>,
        /// Its fields.
        fields: Vec<FieldView<'s>>,
    },
    /// An array of SOAP encoding.
    Array {
        /// Type of an item, with prefix.
        item: String,
        /// Whether items may be null.
        nillable: bool,
    },
}

/// A field of a record.
#[derive(Debug)]
pub struct FieldView<'s> {
    /// Its name.
    pub name: String,
    /// The key in the schema; `None` in a wrapper.
    pub key: Option<&'s str>,
    /// Its type, with prefix.
    pub ty: String,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether it may be null.
    pub nillable: bool,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartView {
    /// Its name.
    pub name: String,
    /// Its type, with prefix.
    pub ty: String,
}

/// An operation.
#[derive(Debug)]
pub struct OperationView<'s> {
    /// The operation.
    pub operation: &'s Operation,
    /// Its name on the wire.
    pub name: String,
    /// Documentation, as it may be shown; empty where the profile has none.
    pub doc: String,
    /// Name of the message that calls it.
    pub request: String,
    /// Name of the message that answers; `None` when the client waits for no answer.
    pub response: Option<String>,
    /// SOAP action.
    pub action: String,
    /// What the parts of the request carry, in their order.
    pub carries: Vec<Carries>,
    /// Which of them may be missing, and which may be null.
    pub presence: Vec<(bool, bool)>,
    /// Whether the result may be null.
    pub nillable: bool,
}
