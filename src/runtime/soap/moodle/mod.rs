//! The SOAP of Moodle's own server: rpc/encoded, with a WSDL that types scalars and the records at the top, and nothing within a list.
//!
//! In: descriptions of functions. Out: an [`Interface`], which knows the types that Moodle makes of them. By it go the WSDL ([`wsdl`]), the
//! arguments of a request ([`decode`]) and an answer ([`encode`]). Moodle numbers the types of records in the order in which it meets them,
//! so they depend on which functions a service has. Facts: Moodle 4.5.5, recorded; PHP 8.2's `SoapServer`, tried.

pub mod decode;
pub mod encode;
pub mod wsdl;

#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use mwsc_contract::schema::{Kind, Records};
use mwsc_contract::{Operation, Presence, Shape, Slot, Value};

/// Name of the class that Moodle makes of a service, after which its WSDL is called.
const CLASS: &str = "webservices_virtual_class_000000";

/// Type of a part, or of a field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `xsd:int`, for truths as well.
    Int,
    /// `xsd:double`
    Double,
    /// `xsd:string`
    Text,
    /// `soap-enc:Array`, of whatever.
    Array,
    /// A record, by its place in [`Interface::records`].
    Record(usize),
}

/// A part of a message, or a field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A function of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// What it takes, in order.
    pub parts: Vec<Part>,
    /// What it gives; `None` for nothing.
    pub result: Option<Type>,
    /// Documentation.
    pub doc: String,
}

/// What SOAP clients see of services.
#[derive(Debug, Default)]
pub struct Interface {
    /// Functions by name, in the order of the names.
    pub functions: IndexMap<String, Function>,
    /// Fields of the records that have a type.
    pub records: Vec<Vec<Part>>,
}

impl Interface {
    /// The interface of some functions. Those that this kind of SOAP cannot describe are left out: in Moodle one of them ends the whole
    /// service.
    pub fn new<'o>(operations: impl IntoIterator<Item = (&'o str, &'o Operation)>, records: &'o Records) -> Interface {
        let mut known: Vec<_> = operations.into_iter().filter(|(_, operation)| is_describable(operation, records)).collect();
        known.sort_by_key(|(name, _)| *name);
        known.dedup_by_key(|(name, _)| *name);
        let mut maker = Maker { records, made: Vec::new(), open: Vec::new() };
        let functions = known.into_iter().map(|(name, operation)| (name.to_owned(), maker.function(operation))).collect();
        Interface { functions, records: maker.made }
    }
}

/// Name of the type of a record.
fn record_name(at: usize) -> String {
    format!("webservices_struct_class_{at:06}")
}

struct Maker<'r> {
    records: &'r Records,
    made: Vec<Vec<Part>>,
    /// Records that are being made. One that contains itself has no type of its own there.
    open: Vec<&'r str>,
}

impl<'r> Maker<'r> {
    fn function(&mut self, operation: &'r Operation) -> Function {
        let params = operation.params.iter().filter(|param| param.session.is_none());
        let parts = params.map(|param| Part { name: param.name.clone(), ty: self.ty(&param.slot) }).collect();
        Function { parts, result: operation.result.as_ref().map(|result| self.ty(result)), doc: operation.doc.clone() }
    }

    fn ty(&mut self, slot: &'r Slot) -> Type {
        match &slot.shape {
            Shape::Scalar(scalar) => match scalar.kind {
                Kind::Bool | Kind::Int => Type::Int,
                Kind::Float => Type::Double,
                Kind::String => Type::Text,
            },
            Shape::List(_) => Type::Array,
            Shape::Record(name) if self.open.contains(&name.as_str()) => Type::Array,
            Shape::Record(name) => {
                self.open.push(name);
                let fields = self.records.get(name).map(|record| record.fields.as_slice()).unwrap_or_default();
                let fields: Vec<Part> = fields.iter().map(|field| Part { name: field.name.clone(), ty: self.ty(&field.slot) }).collect();
                self.open.pop();
                // A record has its number after those within it.
                self.made.push(fields);
                Type::Record(self.made.len() - 1)
            }
        }
    }
}

/// Whether Moodle can make a class with a method of a function: no parameter that may simply be missing, no default for a list or a record
/// but nothing, and names that PHP can have for the fields that become properties.
fn is_describable(operation: &Operation, records: &Records) -> bool {
    let params = || operation.params.iter().filter(|param| param.session.is_none());
    let sound = |slot: &Slot| match (&slot.presence, &slot.shape) {
        (Presence::Optional, _) => false,
        (Presence::Default(value), Shape::List(_) | Shape::Record(_)) => match value {
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => false,
        },
        (Presence::Required | Presence::Default(_) | Presence::Runtime(_), _) => true,
    };
    let mut open = Vec::new();
    params().all(|param| sound(&param.slot) && is_name(&param.name))
        && params().map(|param| &param.slot).chain(&operation.result).all(|slot| has_names(slot, records, &mut open))
}

/// Whether the records at the top of a slot have fields that can be properties.
fn has_names<'r>(slot: &'r Slot, records: &'r Records, open: &mut Vec<&'r str>) -> bool {
    let Shape::Record(name) = &slot.shape else { return true };
    if open.contains(&name.as_str()) {
        return true;
    }
    open.push(name);
    let fields = records.get(name).map(|record| record.fields.as_slice()).unwrap_or_default();
    let sound = fields.iter().all(|field| is_name(&field.name) && has_names(&field.slot, records, open));
    open.pop();
    sound
}

/// Whether PHP takes a text for the name of a variable.
fn is_name(text: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    text.bytes().all(part) && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}
