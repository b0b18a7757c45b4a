//! JSON Schema (2020-12, which OpenAPI 3.1 uses as it is) of records, slots and `PARAM_` types.

use std::collections::{BTreeSet, HashSet};

use mwsc_contract::rule::{Check, Rule};
use mwsc_contract::{Field, Kind, Manifest, Operation, Presence, Record, Scalar, Shape, Site, Slot, Validator, Value, check};
use serde_json::{Map, Value as Json, json};

use super::names::{self, Names};

/// A JSON object in order.
pub(super) type Object = Map<String, Json>;

/// What the schemas of a service need to know.
#[derive(Debug)]
pub(super) struct Schemas<'m> {
    pub(super) manifest: &'m Manifest,
    pub(super) names: &'m Names,
    /// Where schemas lie: `#/components/schemas/`, `#/$defs/`.
    pub(super) place: &'static str,
    /// Whether clients may leave out fields of records, or send null for them and for parameters, whatever the description says: so it is
    /// with OK Tech. In answers every field is there ([`Manifest::filled`]).
    pub(super) sparse: bool,
    /// Records that clients send. Of others they ignore what they do not know, so that a server may say more.
    pub(super) sent: &'m HashSet<&'m str>,
}

/// What a set of schemas refers to.
#[derive(Debug, Default)]
pub(super) struct Used<'m> {
    pub(super) records: BTreeSet<&'m str>,
    pub(super) params: BTreeSet<&'m str>,
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// The records that the parameters of operations reach.
pub(super) fn sent<'m>(manifest: &'m Manifest, operations: impl Iterator<Item = &'m Operation>) -> HashSet<&'m str> {
    let mut used = Used::default();
    operations.flat_map(data).for_each(|param| used.slot(manifest, &param.slot));
    used.records.into_iter().collect()
}

/// The parameters that are no part of a session.
pub(super) fn data(operation: &Operation) -> impl Iterator<Item = &Field> {
    operation.params.iter().filter(|param| param.session.is_none())
}

impl<'m> Used<'m> {
    /// Adds what a slot refers to, directly and through records.
    pub(super) fn slot(&mut self, manifest: &'m Manifest, slot: &'m Slot) {
        let mut left = vec![slot];
        while let Some(slot) = left.pop() {
            match &slot.shape {
                Shape::Scalar(scalar) => {
                    if named(manifest, scalar).is_some() {
                        self.params.insert(&scalar.refinement);
                    }
                }
                Shape::List(item) => left.push(item),
                Shape::Record(name) => {
                    if self.records.insert(name)
                        && let Some(record) = manifest.records.get(name)
                    {
                        left.extend(record.fields.iter().map(|field| &field.slot));
                    }
                }
            }
        }
    }
}

/// The rule of a text that has a schema of its own: one that a pattern says something about.
fn named<'m>(manifest: &'m Manifest, scalar: &Scalar) -> Option<&'m Rule> {
    manifest.rules.get(&scalar.refinement).filter(|rule| scalar.kind == Kind::String && !rule.pattern.is_empty())
}

impl Schemas<'_> {
    /// The schema of a `PARAM_` type.
    pub(super) fn param(&self, ty: &str) -> Json {
        let mut out = Object::new();
        out.insert("type".to_owned(), "string".into());
        if let Some(rule) = self.manifest.rules.get(ty) {
            out.insert("description".to_owned(), rule.about.clone().into());
            out.insert("pattern".to_owned(), rule.pattern.clone().into());
            if rule.checks.contains(&Check::Email) {
                out.insert("format".to_owned(), "email".into());
            }
        }
        Json::Object(out)
    }

    /// The schema of a record.
    pub(super) fn record(&self, name: &str) -> Json {
        let empty = Record::default();
        let record = self.manifest.records.get(name).unwrap_or(&empty);
        let way = if self.sent.contains(name) { Way::In } else { Way::Out };
        let mut out = self.object(record.fields.iter(), way, true);
        if !record.doc.is_empty() {
            out.insert("description".to_owned(), record.doc.clone().into());
        }
        Json::Object(out)
    }

    /// The schema of an operation's arguments.
    pub(super) fn arguments(&self, operation: &Operation) -> Json {
        Json::Object(self.object(data(operation), Way::In, false))
    }

    fn object<'f>(&self, fields: impl Iterator<Item = &'f Field>, way: Way, is_record: bool) -> Object {
        let (mut properties, mut required) = (Object::new(), Vec::new());
        for field in fields {
            let is_filled = self.sparse && way == Way::Out;
            // In place of a record within a record, which might have no end, null is filled in.
            let ends = is_filled && matches!(field.slot.shape, Shape::Record(_));
            properties.insert(field.name.clone(), Json::Object(self.described(&field.slot, way, ends)));
            let there = match field.slot.presence {
                _ if is_filled => true,
                Presence::Required => true,
                // Defaults are filled into answers as well, but those of lists and records are not.
                Presence::Default(_) => way == Way::Out && matches!(field.slot.shape, Shape::Scalar(_)),
                Presence::Optional | Presence::Runtime(_) => false,
            };
            if there && (is_filled || !(is_record && self.sparse)) {
                required.push(Json::from(field.name.clone()));
            }
        }
        let mut out = Object::new();
        out.insert("type".to_owned(), "object".into());
        out.insert("properties".to_owned(), Json::Object(properties));
        if !required.is_empty() {
            out.insert("required".to_owned(), Json::Array(required));
        }
        if way == Way::In {
            out.insert("additionalProperties".to_owned(), false.into());
        }
        out
    }

    /// The schema of a slot.
    pub(super) fn slot(&self, slot: &Slot, way: Way) -> Json {
        Json::Object(self.described(slot, way, false))
    }

    /// The same, with null if `ends`.
    fn described(&self, slot: &Slot, way: Way, ends: bool) -> Object {
        let mut out = self.shape(&slot.shape, way);
        if slot.nullable || ends || (self.sparse && way == Way::In) {
            out = or_null(out);
        }
        let doc = description(slot);
        if !doc.is_empty() {
            out.insert("description".to_owned(), doc.into());
        }
        if let Presence::Default(value) = &slot.presence
            && let Some(value) = self.default(slot, value)
        {
            out.insert("default".to_owned(), value);
        }
        out
    }

    fn shape(&self, shape: &Shape, way: Way) -> Object {
        let mut out = Object::new();
        match shape {
            Shape::Scalar(scalar) => return self.scalar(scalar, way),
            Shape::List(item) => {
                out.insert("type".to_owned(), "array".into());
                out.insert("items".to_owned(), self.slot(item, way));
            }
            Shape::Record(name) => drop(out.insert("$ref".to_owned(), self.reference(self.names.get(name).unwrap_or(name)))),
        }
        out
    }

    fn scalar(&self, scalar: &Scalar, way: Way) -> Object {
        let mut out = Object::new();
        let mut set = |key: &str, value: Json| drop(out.insert(key.to_owned(), value));
        match scalar.kind {
            Kind::Bool => set("type", "boolean".into()),
            Kind::Int => {
                set("type", "integer".into());
                set("format", "int64".into());
                let one_of = self.manifest.rules.get(&scalar.refinement).into_iter().flat_map(|rule| &rule.checks).find_map(one_of);
                match one_of {
                    Some(numbers) => set("enum", json!(numbers)),
                    // What `format` says is advice alone, and a larger number is refused.
                    None if way == Way::In && scalar.values.is_none() => {
                        set("minimum", i64::MIN.into());
                        set("maximum", i64::MAX.into());
                    }
                    None => {}
                }
            }
            Kind::Float => {
                set("type", "number".into());
                set("format", "double".into());
            }
            Kind::String => match named(self.manifest, scalar) {
                Some(_) => set("$ref", self.reference(&names::param(&scalar.refinement))),
                None => set("type", "string".into()),
            },
        }
        if let Some(values) = &scalar.values {
            set("enum", json!(values));
        }
        out
    }

    /// A default in the kind of its slot: PHP has `"0"` and 0 for a number. One that Moodle itself would refuse is left out.
    fn default(&self, slot: &Slot, value: &Value) -> Option<Json> {
        let checked = Validator::new(self.manifest, &Site::default()).argument(slot, value.clone()).ok()?;
        serde_json::to_value(self.typed(slot, checked)).ok()
    }

    /// A value that was validated, with a text wherever the schema says so: `PARAM_RAW` takes and keeps every kind.
    fn typed(&self, slot: &Slot, value: Value) -> Value {
        match (&slot.shape, value) {
            (Shape::Scalar(scalar), value) if value != Value::Null => {
                check::scalar(scalar.kind, None, value.clone(), &Site::default()).unwrap_or(value)
            }
            (Shape::List(item), Value::List(items)) => items.into_iter().map(|value| self.typed(item, value)).collect::<Vec<_>>().into(),
            (Shape::Record(name), Value::Map(map)) => {
                let fields = self.manifest.records.get(name).map_or(&[] as &[Field], |record| &record.fields);
                let typed = |(key, value): (&String, &Value)| match fields.iter().find(|field| field.name == *key) {
                    Some(field) => (key.clone(), self.typed(&field.slot, value.clone())),
                    None => (key.clone(), value.clone()),
                };
                map.iter().map(typed).collect()
            }
            (_, value) => value,
        }
    }

    /// A reference to a schema of this set.
    pub(super) fn reference(&self, name: &str) -> Json {
        format!("{}{name}", self.place).into()
    }
}

fn one_of(check: &Check) -> Option<&Vec<i64>> {
    match check {
        Check::OneOf(numbers) => Some(numbers),
        _ => None,
    }
}

/// The same schema, or null.
fn or_null(mut schema: Object) -> Object {
    if let Some(Json::Array(values)) = schema.get_mut("enum") {
        values.push(Json::Null);
    }
    if let Some(reference) = schema.shift_remove("$ref") {
        schema.insert("anyOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
        return schema;
    }
    if let Some(ty) = schema.get_mut("type") {
        *ty = json!([ty.clone(), "null"]);
    }
    schema
}

/// What is said of a slot, and what JSON Schema has no word for.
fn description(slot: &Slot) -> String {
    let mut parts = Vec::new();
    if !slot.doc.is_empty() {
        parts.push(slot.doc.clone());
    }
    if let Presence::Runtime(expression) = &slot.presence {
        parts.push(format!("Without it, the site has: {expression}"));
    }
    if slot.site_shaped {
        parts.push("Only some sites have it.".to_owned());
    }
    parts.join("\n\n")
}
