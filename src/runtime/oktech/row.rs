//! An answer as the original's PHP has it, which the formats of plain HTTP then print.
//!
//! There records are rows of the database: objects of PHP's own class whose values are strings, numbers too. What the server computes
//! itself has the kind that it is computed in, and the classes of the data structures.

use mwsc_contract::value::Map;
use mwsc_contract::wire::{Endpoint, WireType};
use mwsc_contract::{Field, Manifest, Service, Shape, Slot, Value};

use super::again::Again;
use crate::php::number;
use crate::php::zval::Zval;

/// Fields that the server computes, so that their numbers are numbers: record and field, or every field.
const COMPUTED: [(&str, Option<&str>); 8] = [
    ("affectRecord", None),
    ("enrolRecord", None),
    ("loginReturn", None),
    ("profileitemRecord", None),
    ("fileRecord", None),
    ("userRecord", Some("role")),
    ("courseRecord", Some("myrole")),
    ("forumPostRecord", Some("messagetrust")),
];

/// Records that are objects of a class of their own name.
const CLASSES: [&str; 4] = ["loginReturn", "profileitemRecord", "fileRecord", "enrolRecord"];

/// Records with every field, blank where nothing fills it, and whose `error` stands beside their data.
const WHOLE: [&str; 1] = ["enrolRecord"];

/// Class of rows.
const ROW: &str = "stdClass";

/// Profile of the endpoint whose WSDL the original's data classes were made of.
const FIRST: &str = "oktech";

/// The data classes of the original.
#[derive(Clone, Copy)]
pub struct Classes<'m> {
    manifest: &'m Manifest,
    /// The endpoint whose types they follow.
    first: Option<&'m Endpoint>,
}

impl<'m> Classes<'m> {
    /// Those of a service.
    pub fn of(manifest: &'m Manifest, service: &Service) -> Classes<'m> {
        let first = manifest.endpoints.iter().find(|endpoint| endpoint.profile == FIRST && endpoint.service == service.shortname);
        Classes { manifest, first }
    }

    fn fields(self, record: &str) -> &'m [Field] {
        self.manifest.records.get(record).map(|record| record.fields.as_slice()).unwrap_or_default()
    }

    /// The fields of a record in the order of its class.
    fn in_order(self, record: &str) -> Vec<&'m Field> {
        let mut fields: Vec<&Field> = self.fields(record).iter().collect();
        let wire = self.first.and_then(|endpoint| endpoint.types.get(record));
        if let Some(WireType::Record { fields: wire, .. }) = wire {
            fields.sort_by_key(|field| wire.iter().position(|known| known.key() == field.name).unwrap_or(wire.len()));
        }
        fields
    }
}

/// A value of a slot. `nothing` is the text for an empty list of records; `again` knows records that were written before.
pub fn answer<'v>(
    slot: &'v Slot,
    value: &'v Value,
    classes: Classes<'v>,
    nothing: Option<String>,
    again: Option<&'v Again<'_>>,
) -> Zval<'v> {
    let (Shape::List(item), Value::List(items)) = (&slot.shape, value) else { return any(slot, value, classes) };
    if let (Shape::Record(name), Some(text), true) = (&item.shape, nothing, items.is_empty()) {
        return Zval::List(vec![blank_record(name, classes, text)]);
    }
    let one = |value| {
        let make = |value| any(item, value, classes);
        again.map_or_else(|| make(value), |again| again.record(value, make))
    };
    Zval::List(items.iter().map(one).collect())
}

fn any<'v>(slot: &'v Slot, value: &'v Value, classes: Classes<'v>) -> Zval<'v> {
    match (&slot.shape, value) {
        (Shape::List(item), Value::List(items)) => Zval::List(items.iter().map(|value| any(item, value, classes)).collect()),
        (Shape::Record(name), Value::Map(map)) => record(name, map, classes),
        _ => native(value),
    }
}

fn record<'v>(name: &'v str, map: &'v Map, classes: Classes<'v>) -> Zval<'v> {
    let class = if CLASSES.contains(&name) { name } else { ROW };
    let fields = classes.fields(name);
    let one = |field: &'v Field, value: &'v Value| match &field.slot.shape {
        Shape::Scalar(_) if !is_computed(name, &field.name) => text(value),
        Shape::Scalar(_) | Shape::List(_) | Shape::Record(_) => any(&field.slot, value, classes),
    };
    if WHOLE.contains(&name) {
        let whole = |field: &'v Field| {
            let value = map.get(&field.name).map_or_else(|| blank(&field.name, &field.slot), |value| one(field, value));
            (field.name.as_str().into(), value)
        };
        return Zval::Object(class, classes.in_order(name).into_iter().map(whole).collect());
    }
    let failed = map.get("error").filter(|error| error.as_str().is_some_and(|text| !text.is_empty()));
    if let (Some(error), true) = (failed, name != "affectRecord") {
        // Nothing else: in the original such a record was not filtered, and showed hashes of passwords.
        return Zval::Object(ROW, vec![("error".into(), native(error))]);
    }
    let mut pairs = Vec::with_capacity(map.len());
    for (at, (key, value)) in map.iter().enumerate() {
        let field = fields.get(at).filter(|field| field.name == *key).or_else(|| fields.iter().find(|field| field.name == *key));
        match field {
            Some(_) if key == "error" && failed.is_none() => {}
            Some(field) => pairs.push((key.as_str().into(), one(field, value))),
            None => {}
        }
    }
    Zval::Object(class, pairs)
}

fn is_computed(record: &str, field: &str) -> bool {
    COMPUTED.iter().any(|(known, only)| *known == record && only.is_none_or(|only| only == field))
}

/// The blank record that stands for an empty list: an array with every field in the order of its class, and the text.
fn blank_record<'v>(name: &str, classes: Classes<'v>, text: String) -> Zval<'v> {
    let fields = classes.in_order(name).into_iter();
    let mut pairs: Vec<_> = fields.map(|field| (field.name.as_str().into(), blank(&field.name, &field.slot))).collect();
    match pairs.iter_mut().find(|(key, _)| key == "error") {
        Some((_, value)) => *value = Zval::Text(text.into()),
        None => pairs.push(("error".into(), Zval::Text(text.into()))),
    }
    Zval::Array(pairs)
}

fn blank(field: &str, slot: &Slot) -> Zval<'static> {
    match &slot.shape {
        Shape::List(_) => Zval::List(Vec::new()),
        Shape::Record(_) => Zval::Null,
        Shape::Scalar(scalar) => owned(crate::blank::blank(field, scalar.kind)),
    }
}

fn owned(value: Value) -> Zval<'static> {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => Zval::Null,
        Value::Bool(truth) => Zval::Bool(truth),
        Value::Int(number) => Zval::Int(number),
        Value::Float(number) => Zval::Float(number),
        Value::String(text) => Zval::Text(text.into()),
    }
}

/// A value in its own kind.
fn native(value: &Value) -> Zval<'_> {
    match value {
        Value::Null => Zval::Null,
        Value::Bool(truth) => Zval::Bool(*truth),
        Value::Int(number) => Zval::Int(*number),
        Value::Float(number) => Zval::Float(*number),
        Value::String(text) => Zval::Text(text.as_str().into()),
        Value::List(items) => Zval::List(items.iter().map(native).collect()),
        Value::Map(map) => Zval::Array(map.iter().map(|(key, value)| (key.as_str().into(), native(value))).collect()),
    }
}

/// A value as a column of the database gives it.
fn text(value: &Value) -> Zval<'_> {
    match value {
        Value::Int(number) => Zval::Text(number.to_string().into()),
        Value::Float(value) => Zval::Text(number::text(*value).into()),
        Value::Bool(truth) => Zval::Text(if *truth { "1" } else { "0" }.into()),
        Value::Null | Value::String(_) | Value::List(_) | Value::Map(_) => native(value),
    }
}
