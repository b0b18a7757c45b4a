//! Answers in which nothing is missing: what a family whose records are sparse leaves out becomes blank.
//!
//! In: an answer that [`Validator::sparse`](crate::Validator::sparse) let through. Out: the same answer with every field of every record. A
//! field that is absent, or null where null is no value, is 0, `false`, an empty text or an empty list, as the data classes of such a
//! family have it; a record within a record stays null, for records may contain themselves.
//!
//! An answer that lacks nothing comes back as it is, without a copy.

use std::sync::Arc;

use crate::Manifest;
use crate::rule::Check;
use crate::schema::{Field, Kind, Scalar, Shape, Slot};
use crate::value::{Map, Value};

impl Manifest {
    /// An answer in which nothing is missing.
    pub fn filled(&self, slot: &Slot, value: Value) -> Value {
        if self.is_filled(slot, &value) {
            return value;
        }
        match (&slot.shape, value) {
            (Shape::Scalar(scalar), Value::Null) => self.blank(scalar),
            (Shape::List(_), Value::Null) => Value::List(Vec::new()),
            (Shape::List(item), Value::List(items)) => items.into_iter().map(|value| self.filled(item, value)).collect::<Vec<_>>().into(),
            (Shape::Record(name), Value::Null) => self.record(name, Map::new()),
            (Shape::Record(name), Value::Map(map)) => self.record(name, Arc::unwrap_or_clone(map)),
            (_, value) => value,
        }
    }

    fn record(&self, name: &str, mut map: Map) -> Value {
        let mut out = Map::with_capacity(map.len());
        for field in self.fields(name) {
            let value = match (&field.slot.shape, map.swap_remove(&field.name).unwrap_or_default()) {
                (Shape::Record(_), Value::Null) => Value::Null,
                (_, value) => self.filled(&field.slot, value),
            };
            out.insert(field.name.clone(), value);
        }
        out.into()
    }

    fn is_filled(&self, slot: &Slot, value: &Value) -> bool {
        match (&slot.shape, value) {
            (_, Value::Null) => slot.nullable,
            (Shape::List(item), Value::List(items)) => items.iter().all(|value| self.is_filled(item, value)),
            (Shape::Record(name), Value::Map(map)) => {
                self.fields(name).iter().all(|field| match (&field.slot.shape, map.get(&field.name)) {
                    (Shape::Record(_), Some(Value::Null)) => true,
                    (_, Some(value)) => self.is_filled(&field.slot, value),
                    (_, None) => false,
                })
            }
            (Shape::Scalar(_) | Shape::List(_) | Shape::Record(_), _) => true,
        }
    }

    fn fields(&self, record: &str) -> &[Field] {
        self.records.get(record).map_or(&[], |record| &record.fields)
    }

    /// What stands in a place that nobody filled. A value that has to be one of some is the first of them, unless a blank is among them.
    fn blank(&self, scalar: &Scalar) -> Value {
        let numbers = self.rules.get(&scalar.refinement).into_iter().flat_map(|rule| &rule.checks).find_map(|check| match check {
            Check::OneOf(numbers) => numbers.first().copied(),
            _ => None,
        });
        let blank = match scalar.kind {
            Kind::Bool => Value::Bool(false),
            Kind::Int => Value::Int(numbers.unwrap_or_default()),
            Kind::Float => Value::Float(0.0),
            Kind::String => Value::String(String::new()),
        };
        match &scalar.values {
            Some(values) => values.blank(blank),
            None => blank,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::FORMAT;

    fn manifest() -> Manifest {
        let scalar = |kind: &str| json!({ "scalar": { "kind": kind } });
        let manifest = json!({
            "format": FORMAT, "generator": "", "digest": "", "releases": [], "services": [], "operations": {}, "endpoints": [],
            "rules": {}, "files": [],
            "records": { "post": { "fields": [
                { "name": "id", "type": scalar("int") },
                { "name": "subject", "type": scalar("string"), "presence": "optional" },
                { "name": "note", "type": scalar("string"), "nullable": true },
                { "name": "answers", "type": { "list": { "type": { "record": "post" } } } },
                { "name": "parent", "type": { "record": "post" } },
            ] } },
        });
        serde_json::from_value(manifest).unwrap()
    }

    fn filled(slot: &serde_json::Value, value: serde_json::Value) -> serde_json::Value {
        let slot: Slot = serde_json::from_value(json!({ "type": slot })).unwrap();
        let value: Value = serde_json::from_value(value).unwrap();
        serde_json::to_value(manifest().filled(&slot, value)).unwrap()
    }

    #[test]
    fn what_is_missing_is_blank() {
        let blank = |id: i64| json!({ "id": id, "subject": "", "note": null, "answers": [], "parent": null });
        let posts = json!({ "list": { "type": { "record": "post" } } });
        assert_eq!(filled(&posts, json!([{ "subject": null }, { "id": 4, "note": null }])), json!([blank(0), blank(4)]));
        assert_eq!(filled(&posts, json!(null)), json!([]));
        assert_eq!(filled(&json!({ "record": "post" }), json!(null)), blank(0));
        assert_eq!(filled(&json!({ "scalar": { "kind": "bool" } }), json!(null)), json!(false));
    }

    #[test]
    fn of_an_enumeration_the_first_value_is_blank_unless_nothing_is_one() {
        for (kind, values, blank) in [
            ("string", json!(["b", "a"]), json!("b")),
            ("string", json!(["b", ""]), json!("")),
            ("int", json!([5, 6]), json!(5)),
            ("int", json!([5, 0]), json!(0)),
        ] {
            assert_eq!(filled(&json!({ "scalar": { "kind": kind, "values": values } }), json!(null)), blank);
        }
    }

    #[test]
    fn records_within_records_are_filled_and_end() {
        let value = json!({ "answers": [{ "id": 2 }], "parent": { "id": 3 } });
        let found = filled(&json!({ "record": "post" }), value);
        assert_eq!((&found["answers"][0]["answers"], &found["parent"]["subject"]), (&json!([]), &json!("")));
        assert_eq!((&found["parent"]["parent"], &found["id"]), (&json!(null), &json!(0)));
    }

    #[test]
    fn what_is_whole_is_shared() {
        let manifest = manifest();
        let slot = Slot { nullable: false, ..serde_json::from_value(json!({ "type": { "record": "post" } })).unwrap() };
        let whole: Value = serde_json::from_value(json!({ "id": 1, "subject": "s", "note": null, "answers": [], "parent": null })).unwrap();
        let (Value::Map(before), Value::Map(after)) = (whole.clone(), manifest.filled(&slot, whole)) else { panic!("no record") };
        assert!(Arc::ptr_eq(&before, &after));
    }
}
