//! Requests to Moodle's own server, and its answers read back, by what the descriptions say.
//!
//! A client may say what a value is (`xsi:type`), and then it is that; else it is what the WSDL says at the top, and below a list what its
//! description says: records come as elements by name, as `SOAP-ENC:Struct` or as one of Apache's maps. References are followed.

use std::collections::HashMap;

use indexmap::IndexMap;
use mwsc_contract::schema::Records;
use mwsc_contract::value::Map;
use mwsc_contract::{Operation, Presence, Record, Shape, Slot, Value};

use super::{Function, Interface, Type};
use crate::dispatch::Args;
use crate::soap::decode::{float, int};
use crate::soap::encode::XSI;
use crate::soap::envelope::{Request, is_nil};
use crate::soap::xml::{Document, NodeId};
use crate::soap::{Limits, Version};

/// Why a request cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// It has no parts, and the function takes some.
    Nothing,
    /// A value is not what it or the WSDL says that it is.
    Violation,
    /// It refers to more than it may hold, or to nothing.
    Reference,
}

impl Misfit {
    /// The sentence of PHP's server.
    pub fn message(&self) -> &'static str {
        match self {
            Misfit::Nothing => "Missing parameter",
            Misfit::Violation => "SOAP-ERROR: Encoding: Violation of encoding rules",
            Misfit::Reference => "SOAP-ERROR: Encoding: Unresolved reference",
        }
    }
}

/// Reads the arguments of a function. A part that is missing is null, as PHP's server has it.
pub fn arguments(
    interface: &Interface,
    function: &Function,
    operation: &Operation,
    records: &Records,
    request: &Request<'_>,
    limits: Limits,
) -> Result<Args, Misfit> {
    let document = &request.document;
    let mut reader = Reader::new(interface, records, document, request.version, limits);
    let children: Vec<NodeId> = document.children(request.operation).collect();
    if children.is_empty() && !function.parts.is_empty() {
        return Err(Misfit::Nothing);
    }
    let by_name = children.iter().any(|&node| function.parts.iter().any(|part| part.name == document.name(node)));
    let params = operation.params.iter().filter(|param| param.session.is_none());
    let mut args = Args::new();
    for (at, (part, param)) in function.parts.iter().zip(params).enumerate() {
        let node = if by_name { children.iter().find(|&&node| document.name(node) == part.name) } else { children.get(at) };
        let value = match node {
            Some(&node) => reader.value(node, Some(part.ty), Some(&param.slot), 0)?,
            None if by_name => Value::Null,
            None => continue,
        };
        args.insert(part.name.clone(), value);
    }
    Ok(args)
}

/// Reads an element that holds the result of a function. Where the description has no null, one stands for what is absent.
pub fn result(
    interface: &Interface,
    ty: Type,
    slot: &Slot,
    records: &Records,
    request: &Request<'_>,
    node: NodeId,
) -> Result<Value, Misfit> {
    let limits = Limits { elements: usize::MAX, ..Limits::default() };
    let mut reader = Reader::new(interface, records, &request.document, request.version, limits);
    reader.drops_nulls = true;
    reader.value(node, Some(ty), Some(slot), 0)
}

struct Reader<'r> {
    interface: &'r Interface,
    records: &'r Records,
    document: &'r Document<'r>,
    version: Version,
    limits: Limits,
    /// Elements by their `id`, once somebody refers to one.
    ids: Option<HashMap<&'r str, NodeId>>,
    /// Values read: a reference multiplies what it refers to.
    values: usize,
    drops_nulls: bool,
}

/// What an element is read as.
enum As {
    Int,
    Double,
    Truth,
    Text,
    Array,
    Map,
    Fields(Option<usize>),
}

impl<'r> Reader<'r> {
    fn new(interface: &'r Interface, records: &'r Records, document: &'r Document<'r>, version: Version, limits: Limits) -> Reader<'r> {
        Reader { interface, records, document, version, limits, ids: None, values: 0, drops_nulls: false }
    }

    fn value(&mut self, node: NodeId, ty: Option<Type>, slot: Option<&Slot>, depth: usize) -> Result<Value, Misfit> {
        self.values += 1;
        if self.values > self.limits.elements || depth > self.limits.depth {
            return Err(Misfit::Reference);
        }
        let node = self.followed(node)?;
        if is_nil(self.document, node) {
            return Ok(Value::Null);
        }
        let text = self.document.text(node);
        let number = text.trim_matches([' ', '\t', '\r', '\n']);
        let kind = self.kind(node, ty, slot);
        if matches!(kind, As::Int | As::Double | As::Truth | As::Text) && self.document.children(node).next().is_some() {
            return Err(Misfit::Violation);
        }
        Ok(match kind {
            As::Int | As::Double if number.is_empty() => Value::Null,
            As::Int => match int(number) {
                Some(whole) => Value::Int(whole),
                None => Value::Float(float(number).ok_or(Misfit::Violation)?),
            },
            As::Double => Value::Float(float(number).ok_or(Misfit::Violation)?),
            As::Truth => Value::Bool(match number {
                "true" | "1" | "t" => true,
                "false" | "0" | "f" => false,
                _ => return Err(Misfit::Violation),
            }),
            As::Text => text.into(),
            As::Array => Value::List(self.items(node, slot, depth)?),
            As::Map => match slot.map(|slot| &slot.shape) {
                Some(Shape::List(item)) => Value::List(self.map(node, Some(item.as_ref()), depth)?.into_values().collect()),
                _ => self.map(node, slot, depth)?.into(),
            },
            As::Fields(record) => self.fields(node, record, slot, depth)?.into(),
        })
    }

    /// What an element says that it is, else what the WSDL says, else what it looks like to its description.
    fn kind(&self, node: NodeId, ty: Option<Type>, slot: Option<&Slot>) -> As {
        let record = match ty {
            Some(Type::Record(at)) => Some(at),
            _ => None,
        };
        match self.document.attribute(node, XSI, "type").and_then(|said| said.rsplit(':').next()) {
            Some("int" | "long" | "short" | "byte" | "integer" | "nonNegativeInteger" | "positiveInteger") => return As::Int,
            Some("double" | "float" | "decimal") => return As::Double,
            Some("boolean") => return As::Truth,
            Some("string") => return As::Text,
            Some("Map") => return As::Map,
            Some("Array") => return As::Array,
            Some("Struct") => return As::Fields(record),
            Some(_) | None => {}
        }
        let bare = self.document.children(node).next().is_none();
        match (ty, slot.map(|slot| &slot.shape)) {
            (Some(Type::Int), _) => As::Int,
            (Some(Type::Double), _) => As::Double,
            (Some(Type::Text), _) => As::Text,
            (Some(Type::Array), Some(Shape::Record(_))) => As::Fields(None),
            (Some(Type::Array), _) => As::Array,
            (Some(Type::Record(at)), _) => As::Fields(Some(at)),
            (None, Some(Shape::List(_))) if !bare || self.document.text(node).trim().is_empty() => As::Array,
            (None, Some(Shape::Record(_))) if !bare || self.document.text(node).trim().is_empty() => As::Fields(None),
            (None, _) if bare => As::Text,
            (None, _) => As::Fields(None),
        }
    }

    /// The element that is meant: the one that a reference leads to, if it is one.
    fn followed(&mut self, node: NodeId) -> Result<NodeId, Misfit> {
        let document = self.document;
        let (space, name) = match self.version {
            Version::V11 => ("", "href"),
            Version::V12 => (self.version.encoding(), "ref"),
        };
        let Some(reference) = document.attribute(node, space, name) else { return Ok(node) };
        let id = |node| document.attribute(node, space, "id").map(|id| (id, node));
        let ids = self.ids.get_or_insert_with(|| document.all().filter_map(id).collect());
        ids.get(reference.strip_prefix('#').unwrap_or(reference)).copied().ok_or(Misfit::Reference)
    }

    fn items(&mut self, node: NodeId, slot: Option<&Slot>, depth: usize) -> Result<Vec<Value>, Misfit> {
        let item = match slot.map(|slot| &slot.shape) {
            Some(Shape::List(item)) => Some(item.as_ref()),
            _ => None,
        };
        let document = self.document;
        document.children(node).map(|child| self.value(child, None, item, depth + 1)).collect()
    }

    fn map(&mut self, node: NodeId, slot: Option<&Slot>, depth: usize) -> Result<Map, Misfit> {
        let document = self.document;
        let mut out = Map::new();
        for item in document.children(node) {
            let item = self.followed(item)?;
            let find = |name| document.children(item).find(|&child| document.name(child) == name);
            let (Some(key), Some(value)) = (find("key"), find("value")) else { return Err(Misfit::Violation) };
            let key = self.followed(key)?;
            let key = document.text(key).to_owned();
            let value = self.field(value, None, &key, slot, depth)?;
            if let Some(value) = value {
                out.insert(key, value);
            }
        }
        Ok(out)
    }

    fn fields(&mut self, node: NodeId, record: Option<usize>, slot: Option<&Slot>, depth: usize) -> Result<Map, Misfit> {
        let document = self.document;
        let mut by_name: IndexMap<&str, Vec<NodeId>> = IndexMap::new();
        for child in document.children(node) {
            by_name.entry(document.name(child)).or_default().push(child);
        }
        let interface = self.interface;
        let typed = record.and_then(|at| interface.records.get(at));
        let mut out = Map::with_capacity(by_name.len());
        for (name, nodes) in by_name {
            let ty = typed.and_then(|fields| fields.iter().find(|field| field.name == name)).map(|field| field.ty);
            let value = match nodes.as_slice() {
                [one] => self.field(*one, ty, name, slot, depth)?,
                // What is there several times is a list to PHP.
                several => {
                    let list = several.iter().map(|&node| self.value(node, None, None, depth + 1));
                    Some(Value::List(list.collect::<Result<_, _>>()?))
                }
            };
            if let Some(value) = value {
                out.insert(name.to_owned(), value);
            }
        }
        Ok(out)
    }

    /// The value of a field; `None` for a null that stands for what is absent. `slot` is that of the record, or of the list's items.
    fn field(&mut self, node: NodeId, ty: Option<Type>, key: &str, slot: Option<&Slot>, depth: usize) -> Result<Option<Value>, Misfit> {
        let records = self.records;
        let record: Option<&Record> = match slot.map(|slot| &slot.shape) {
            Some(Shape::Record(name)) => records.get(name),
            _ => None,
        };
        let own = record.and_then(|record| record.fields.iter().find(|field| field.name == key)).map(|field| &field.slot);
        // In a map that stands for a list, each value is an item.
        let own = if record.is_none() { slot } else { own };
        let value = self.value(node, ty, own, depth + 1)?;
        let absent = self.drops_nulls && value == Value::Null && own.is_some_and(|own| !own.nullable && own.presence != Presence::Required);
        Ok((!absent).then_some(value))
    }
}
