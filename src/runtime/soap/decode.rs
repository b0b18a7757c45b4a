//! From the element of an operation to its arguments, and from that of an answer to its result.
//!
//! rpc/encoded is read as PHP's `SoapServer` reads it: parts by name when one of them has a declared name, else by position; types that a
//! client states are not needed; references (`href` to `id`) are followed, as Axis 1.4 sends them; Apache's maps stand for records.
//! document/literal is read by name alone, and what is not declared is refused.
//!
//! A text that is no number where one belongs stays a text: the validator refuses it with the name of the field, which knows more.

use std::collections::HashMap;

use mwsc_contract::schema::{Kind, SessionPart};
use mwsc_contract::value::{Map, Value};
use mwsc_contract::wire::{Carries, Style};

use super::Limits;
use super::encode::XSI;
use super::envelope::{Request, is_nil};
use super::spelling::{Blanks, Operation, Record, Spelling, Type, TypeId, Version};
use super::xml::{Document, NodeId};
use crate::blank::blank;
use crate::dispatch::{Args, Failure};

/// What a request brings.
#[derive(Debug, Default, PartialEq)]
pub struct Received {
    /// Arguments by the names of the manifest.
    pub args: Args,
    /// Number of the session, as the client wrote it.
    pub client: Option<Value>,
    /// Key of the session.
    pub key: Option<Value>,
}

/// Reads the arguments of an operation.
pub fn arguments(spelling: &Spelling, operation: &Operation, request: &Request<'_>, limits: Limits) -> Result<Received, Failure> {
    let document = &request.document;
    let mut reader = Reader { spelling, document, version: request.version, limits, ids: None, values: 0 };
    let children: Vec<NodeId> = document.children(request.operation).collect();
    let encoded = spelling.style == Style::RpcEncoded;
    let declared = |&node: &NodeId| operation.parts.iter().any(|part| part.element.name == document.name(node));
    if !encoded {
        if let Some(unknown) = children.iter().find(|node| !declared(node)) {
            let name = document.name(*unknown);
            return Err(Failure::parameter(name, format!("The operation has no parameter `{name}`.")));
        }
    } else if children.is_empty() && !operation.parts.is_empty() {
        return Err(Failure::parameter("", "Missing parameter"));
    }
    let by_name = !encoded || children.iter().any(declared);
    let mut out = Received::default();
    for (at, part) in operation.parts.iter().enumerate() {
        let node = if by_name {
            let mut found = children.iter().filter(|&&node| document.name(node) == part.element.name);
            let first = found.next();
            if !encoded && found.next().is_some() {
                return Err(Failure::parameter(&part.element.name, format!("The parameter `{}` is there twice.", part.element.name)));
            }
            first
        } else {
            children.get(at)
        };
        let mut path = vec![part.element.name.clone()];
        let value = match node {
            Some(&node) => Some(reader.value(node, part.element.ty, 0, &mut path)?),
            None => None,
        };
        let value = match (value, spelling.blanks) {
            (None | Some(Value::Null), Blanks::Fill) => Some(reader.blank(&part.element.name, part.element.ty)),
            (value, _) => value,
        };
        let Some(value) = value else { continue };
        match &part.carries {
            Carries::Param(name) => drop(out.args.insert(name.clone(), value)),
            Carries::Session(SessionPart::Client) => out.client = Some(value),
            Carries::Session(SessionPart::Key) => out.key = Some(value),
            Carries::Group => {
                if let Value::Map(map) = value {
                    out.args.extend(map.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
            }
            Carries::Result | Carries::Nothing => {}
        }
    }
    for (name, value) in &operation.hollow {
        out.args.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Ok(out)
}

/// Reads the result of an operation from its answer; null where the endpoint has none.
pub fn result(spelling: &Spelling, operation: &Operation, answer: &Request<'_>, limits: Limits) -> Result<Value, Failure> {
    let document = &answer.document;
    let Some(result) = &operation.result else { return Ok(Value::Null) };
    let named = document.children(answer.operation).find(|&node| document.name(node) == result.name);
    // Servers of rpc/encoded may call it as they like.
    let alone = || document.children(answer.operation).next().filter(|_| spelling.style == Style::RpcEncoded);
    let node = named.or_else(alone).ok_or_else(|| refuse(&vec![result.name.clone()], "The answer has no result."))?;
    let mut reader = Reader { spelling, document, version: answer.version, limits, ids: None, values: 0 };
    reader.value(node, result.ty, 0, &mut Vec::new())
}

struct Reader<'r> {
    spelling: &'r Spelling,
    document: &'r Document<'r>,
    version: Version,
    limits: Limits,
    /// Elements by their `id`, once somebody refers to one.
    ids: Option<HashMap<&'r str, NodeId>>,
    /// Values read: a reference multiplies what it refers to.
    values: usize,
}

/// Where a value lies, from outside to inside.
type Path = Vec<String>;

impl Reader<'_> {
    fn value(&mut self, node: NodeId, ty: TypeId, depth: usize, path: &mut Path) -> Result<Value, Failure> {
        self.values += 1;
        if self.values > self.limits.elements || depth > self.limits.depth {
            return Err(refuse(path, "The request refers to more than it may hold."));
        }
        let node = self.followed(node, path)?;
        if is_nil(self.document, node) {
            return Ok(Value::Null);
        }
        match &self.spelling.types[ty] {
            Type::Scalar(kind) => self.scalar(node, *kind, path),
            Type::List(item) => self.list(node, item.ty, depth, path),
            Type::Record(record) if record.wrapper => self.wrapper(node, record, depth, path),
            Type::Record(record) => {
                let mut out = Map::with_capacity(record.fields.len());
                if self.is_map(node) {
                    self.pairs(node, record, depth, path, &mut out)?;
                } else {
                    self.fields(node, record, depth, path, &mut out)?;
                }
                Ok(out.into())
            }
            Type::Map => self.any(node, depth, path),
        }
    }

    /// The element that is meant: the one that a reference leads to, if it is one.
    fn followed(&mut self, node: NodeId, path: &Path) -> Result<NodeId, Failure> {
        let document = self.document;
        let reference = match self.version {
            _ if self.spelling.style == Style::Document => None,
            Version::V11 => document.attribute(node, "", "href"),
            Version::V12 => document.attribute(node, self.version.encoding(), "ref"),
        };
        let Some(reference) = reference else { return Ok(node) };
        let space = if self.version == Version::V11 { "" } else { self.version.encoding() };
        let ids = self.ids.get_or_insert_with(|| {
            let id = |node| document.attribute(node, space, "id").map(|id| (id, node));
            document.all().filter_map(id).collect()
        });
        let target = ids.get(reference.strip_prefix('#').unwrap_or(reference));
        target.copied().ok_or_else(|| refuse(path, "A reference leads nowhere."))
    }

    fn scalar(&self, node: NodeId, kind: Kind, path: &Path) -> Result<Value, Failure> {
        if self.document.children(node).next().is_some() {
            return Err(refuse(path, "A single value is expected here, and there are elements."));
        }
        let text = self.document.text(node);
        let number = text.trim_matches([' ', '\t', '\r', '\n']);
        Ok(match kind {
            Kind::String => None,
            Kind::Bool => match number {
                "true" | "1" => Some(Value::Bool(true)),
                "false" | "0" => Some(Value::Bool(false)),
                _ => None,
            },
            Kind::Int => int(number).map(Value::Int),
            Kind::Float => float(number).map(Value::Float),
        }
        .unwrap_or_else(|| Value::String(text.to_owned())))
    }

    fn list(&mut self, node: NodeId, item: TypeId, depth: usize, path: &mut Path) -> Result<Value, Failure> {
        let document = self.document;
        let encoding = self.version.encoding();
        if ["offset", "position"].into_iter().any(|name| document.attribute(node, encoding, name).is_some()) {
            return Err(refuse(path, "An array that is sent in part is not supported."));
        }
        self.holds_no_text(node, "A list holds elements `item`, and no text.", path)?;
        let map = self.is_map(node);
        let mut out = Vec::new();
        for (at, child) in document.children(node).enumerate() {
            if self.spelling.style == Style::Document && document.name(child) != "item" {
                return Err(refuse(path, format!("A list holds elements `item`, and no `{}`.", document.name(child))));
            }
            let child = if map { self.of_pair(child, path)?.1 } else { child };
            path.push(at.to_string());
            out.push(self.value(child, item, depth + 1, path)?);
            path.pop();
        }
        if out.is_empty() && self.spelling.style == Style::RpcEncoded && !document.text(node).trim().is_empty() {
            // SOAPpy sends a list of one as that one.
            out.push(self.value(node, item, depth + 1, path)?);
        }
        Ok(Value::List(out))
    }

    /// A record that stands for the list in its only field.
    fn wrapper(&mut self, node: NodeId, record: &Record, depth: usize, path: &mut Path) -> Result<Value, Failure> {
        let Some(field) = record.fields.first() else { return Ok(Value::List(Vec::new())) };
        let children: Vec<NodeId> = self.document.children(node).collect();
        let map = self.is_map(node);
        let mut wrapped = None;
        for &child in &children {
            let (name, value) = if map { self.of_pair(child, path)? } else { (self.document.name(child).to_owned(), child) };
            if name == field.element.name {
                wrapped = Some(value);
                break;
            }
        }
        let value = match wrapped {
            Some(child) => self.value(child, field.element.ty, depth + 1, path)?,
            // The list itself, from a client that knows the simplified spelling.
            None if !children.is_empty() => self.value(node, field.element.ty, depth + 1, path)?,
            None => Value::Null,
        };
        Ok(if value == Value::Null { Value::List(Vec::new()) } else { value })
    }

    fn fields(&mut self, node: NodeId, record: &Record, depth: usize, path: &mut Path, out: &mut Map) -> Result<(), Failure> {
        let document = self.document;
        let strict = self.spelling.style == Style::Document;
        self.holds_no_text(node, "A record holds elements, and no text.", path)?;
        for child in document.children(node) {
            let name = document.name(child);
            let Some(field) = record.fields.iter().find(|field| field.element.name == name) else {
                if strict {
                    path.push(name.to_owned());
                    return Err(refuse(path, format!("There is no field `{name}`.")));
                }
                continue;
            };
            path.push(name.to_owned());
            if field.group {
                if let Type::Record(inner) = &self.spelling.types[field.element.ty] {
                    let child = self.followed(child, path)?;
                    self.values += 1;
                    if depth > self.limits.depth {
                        return Err(refuse(path, "The request refers to more than it may hold."));
                    }
                    self.fields(child, inner, depth + 1, path, out)?;
                }
            } else {
                let value = self.value(child, field.element.ty, depth + 1, path)?;
                // To OK Tech's operations a null field is one that was not sent.
                if (value != Value::Null || self.spelling.blanks == Blanks::Keep) && out.insert(field.key.clone(), value).is_some() {
                    return Err(refuse(path, format!("The field `{name}` is there twice.")));
                }
            }
            path.pop();
        }
        Ok(())
    }

    /// A record that was sent as a map.
    fn pairs(&mut self, node: NodeId, record: &Record, depth: usize, path: &mut Path, out: &mut Map) -> Result<(), Failure> {
        for pair in self.document.children(node) {
            let (key, value) = self.of_pair(pair, path)?;
            if let Some(field) = record.fields.iter().find(|field| field.element.name == key) {
                path.push(key);
                let value = self.value(value, field.element.ty, depth + 1, path)?;
                path.pop();
                if value != Value::Null || self.spelling.blanks == Blanks::Keep {
                    out.insert(field.key.clone(), value);
                }
            }
        }
        Ok(())
    }

    /// Refuses text beside the elements of a list or a record, as what is left of it would pass for a request for everything or nothing.
    /// PHP's server, which speaks the other style, overlooks it.
    fn holds_no_text(&self, node: NodeId, words: &str, path: &Path) -> Result<(), Failure> {
        let is_fit = self.spelling.style != Style::Document || self.document.text(node).trim().is_empty();
        if is_fit { Ok(()) } else { Err(refuse(path, words)) }
    }

    /// Whether an element says that it is one of Apache's maps.
    fn is_map(&self, node: NodeId) -> bool {
        let ty = self.document.attribute(node, XSI, "type");
        // What a prefix stands for is of no consequence: nobody else calls a type so.
        ty.is_some_and(|ty| ty.rsplit(':').next() == Some("Map"))
    }

    /// Key and element of the value of an `item`.
    fn of_pair(&mut self, item: NodeId, path: &Path) -> Result<(String, NodeId), Failure> {
        let item = self.followed(item, path)?;
        let find = |name| self.document.children(item).find(|&child| self.document.name(child) == name);
        let (Some(key), Some(value)) = (find("key"), find("value")) else {
            return Err(refuse(path, "An item of a map has a key and a value."));
        };
        let key = self.followed(key, path)?;
        Ok((self.document.text(key).to_owned(), value))
    }

    /// A value that says itself what it is, in a place that takes anything.
    fn any(&mut self, node: NodeId, depth: usize, path: &mut Path) -> Result<Value, Failure> {
        self.values += 1;
        if self.values > self.limits.elements || depth > self.limits.depth {
            return Err(refuse(path, "The request refers to more than it may hold."));
        }
        let node = self.followed(node, path)?;
        let document = self.document;
        if is_nil(document, node) {
            return Ok(Value::Null);
        }
        if self.is_map(node) {
            let mut out = Map::new();
            for item in document.children(node) {
                let (key, value) = self.of_pair(item, path)?;
                let value = self.any(value, depth + 1, path)?;
                out.insert(key, value);
            }
            return Ok(out.into());
        }
        if document.children(node).next().is_some() {
            let items: Result<Vec<_>, _> = document.children(node).map(|child| self.any(child, depth + 1, path)).collect();
            return items.map(Value::List);
        }
        let kind = match document.attribute(node, XSI, "type").and_then(|ty| ty.rsplit(':').next()) {
            Some("boolean") => Kind::Bool,
            Some("int" | "long" | "short" | "byte" | "integer") => Kind::Int,
            Some("double" | "float" | "decimal") => Kind::Float,
            _ => Kind::String,
        };
        self.scalar(node, kind, path)
    }

    /// What OK Tech's operations make of nothing.
    fn blank(&self, name: &str, ty: TypeId) -> Value {
        match &self.spelling.types[ty] {
            Type::Scalar(kind) => blank(name, *kind),
            Type::List(_) => Value::List(Vec::new()),
            Type::Record(record) if record.wrapper => Value::List(Vec::new()),
            Type::Record(_) | Type::Map => Map::new().into(),
        }
    }
}

/// An integer as PHP takes one: a number without a fraction.
pub(super) fn int(text: &str) -> Option<i64> {
    let plain = text.parse().ok();
    plain.or_else(|| float(text).filter(|number| number.fract() == 0.0 && number.abs() < MAX_EXACT).map(whole))
}

/// Beyond it a double is no exact integer.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "below MAX_EXACT nothing is cut")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// A number in decimal digits, with an exponent perhaps; neither `inf` nor `nan`.
pub(super) fn float(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

fn refuse(path: &Path, message: impl Into<String>) -> Failure {
    Failure::parameter(path.join("/"), message)
}
