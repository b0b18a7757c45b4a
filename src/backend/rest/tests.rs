//! Schemas and the validator say the same: whatever types an operation has, a request is accepted by the one exactly if it is by the
//! other, and what the validator lets out satisfies the schema of the answer, once what a sparse answer lacks is filled in.

use std::collections::BTreeMap;

use mwsc_contract::schema::Convention;
use mwsc_contract::validate::{Problem, Reason};
use mwsc_contract::value::Map as ValueMap;
use mwsc_contract::{
    Allowed, FORMAT, Field, Kind, Manifest, Operation, Presence, Record, Scalar, Service, Shape, Site, Slot, Validator, Value,
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::View;
use super::names::Names;
use crate::params;

/// How many records a random manifest has. They may contain themselves and each other.
const RECORDS: u8 = 4;

fn scalar() -> impl Strategy<Value = Shape> {
    (0..params::all().len()).prop_map(|at| {
        let row = &params::all()[at];
        let kind = match row.json.as_str() {
            "boolean" => Kind::Bool,
            "integer" => Kind::Int,
            "number" => Kind::Float,
            _ => Kind::String,
        };
        Shape::Scalar(Scalar::new(kind, row.value.clone()))
    })
}

/// A scalar that may have a few values alone, among which those of the sampler are.
fn enumeration() -> impl Strategy<Value = Shape> {
    let texts = prop::sample::subsequence(vec!["any", "text", "", " x"], 1..4);
    let values = prop_oneof![
        texts.prop_map(|values| (Kind::String, values.into_iter().map(Value::from).collect())),
        prop::sample::subsequence(vec![-3_i64, 0, 7], 1..3).prop_map(|values| (Kind::Int, values.into_iter().map(Value::Int).collect())),
        prop::sample::subsequence(vec![-3.0, 0.0, 0.5], 1..3)
            .prop_map(|values| (Kind::Float, values.into_iter().map(Value::Float).collect())),
    ];
    let refinement = prop_oneof![Just(""), Just("raw"), Just("alphanumext")];
    (values, refinement).prop_map(|((kind, values), refinement)| {
        let refinement = if kind == Kind::String { refinement } else { "" };
        Shape::Scalar(Scalar { values: Some(Box::new(Allowed(values))), ..Scalar::new(kind, refinement) })
    })
}

fn slot() -> impl Strategy<Value = Slot> {
    let shape = prop_oneof![
        3 => scalar(),
        1 => enumeration(),
        1 => Just(Shape::Scalar(Scalar::new(Kind::String, "xsd:string"))),
        1 => (0..RECORDS).prop_map(|at| Shape::Record(format!("r{at}"))),
    ];
    (shape, 0..3_u8, presence(), any::<bool>(), any::<bool>()).prop_map(|(shape, lists, presence, nullable, item_nullable)| {
        let plain = |shape, nullable| Slot { shape, presence: Presence::Required, nullable, site_shaped: false, doc: String::new() };
        let shape = (0..lists).fold(shape, |shape, _| Shape::List(Box::new(plain(shape, item_nullable))));
        Slot { presence, ..plain(shape, nullable) }
    })
}

fn presence() -> impl Strategy<Value = Presence> {
    prop_oneof![
        3 => Just(Presence::Required),
        2 => Just(Presence::Optional),
        1 => Just(Presence::Runtime("time()".to_owned())),
    ]
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    prop::collection::vec(slot(), 0..5).prop_map(|slots| {
        let named = |(at, slot)| Field { name: format!("f{at}"), slot, session: None };
        slots.into_iter().enumerate().map(named).collect()
    })
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let records = prop::collection::vec(fields(), usize::from(RECORDS));
    (records, fields(), prop::option::of(slot()), any::<bool>()).prop_map(|(records, params, result, oktech)| Manifest {
        format: FORMAT,
        generator: String::new(),
        digest: String::new(),
        releases: Vec::new(),
        services: vec![Service {
            shortname: "s".to_owned(),
            name: String::new(),
            component: String::new(),
            operations: vec!["op".to_owned()],
            omitted: Vec::new(),
            convention: if oktech { Convention::OkTech } else { Convention::Moodle },
        }],
        operations: [("op".to_owned(), Operation { params, result, ..Operation::default() })].into(),
        records: records.into_iter().enumerate().map(|(at, fields)| (format!("r{at}"), Record { fields, ..Record::default() })).collect(),
        endpoints: Vec::new(),
        rules: params::all().iter().filter_map(|row| Some((row.value.clone(), params::rule(&row.value)?))).collect(),
        crosswalk: mwsc_contract::crosswalk::Crosswalk::default(),
        files: Vec::new(),
    })
}

/// Values drawn from a sequence of numbers, mostly such as a slot describes.
struct Sampler<'m> {
    manifest: &'m Manifest,
    accepted: BTreeMap<String, Vec<Value>>,
    numbers: std::vec::IntoIter<u8>,
}

impl<'m> Sampler<'m> {
    fn new(manifest: &'m Manifest, numbers: Vec<u8>) -> Self {
        #[derive(Deserialize)]
        struct Cases {
            accepts: Vec<Value>,
        }
        let cases: BTreeMap<String, Cases> = toml::from_str(include_str!("../../../fixtures/rules.toml")).unwrap();
        Sampler { manifest, accepted: cases.into_iter().map(|(ty, cases)| (ty, cases.accepts)).collect(), numbers: numbers.into_iter() }
    }

    fn below(&mut self, end: u8) -> u8 {
        self.numbers.next().unwrap_or(0) % end
    }

    fn slot(&mut self, slot: &Slot, depth: usize) -> Value {
        match self.below(24) {
            0 => return Value::Null,
            1 => return Value::from("text"),
            2 => return Value::Int(-3),
            3 => return Value::List(Vec::new()),
            4 => return Value::from(ValueMap::new()),
            5 => return Value::Float(0.5),
            6 => return Value::Bool(true),
            _ => {}
        }
        match &slot.shape {
            Shape::Scalar(Scalar { values: Some(values), .. }) => values.0[usize::from(self.below(200)) % values.0.len()].clone(),
            Shape::Scalar(scalar) => {
                let cases = self.accepted.get(&scalar.refinement).cloned().unwrap_or_else(|| vec![Value::from("any")]);
                cases[usize::from(self.below(200)) % cases.len()].clone()
            }
            Shape::List(item) => {
                let count = if depth > 6 { 0 } else { self.below(3) };
                Value::List((0..count).map(|_| self.slot(item, depth + 1)).collect())
            }
            Shape::Record(_) if depth > 6 => Value::from(ValueMap::new()),
            Shape::Record(name) => self.map(&self.manifest.records[name].fields, depth + 1).into(),
        }
    }

    fn map(&mut self, fields: &'m [Field], depth: usize) -> ValueMap {
        let mut out = ValueMap::new();
        for field in fields {
            let leave_out = if field.slot.presence.is_required() { 16 } else { 2 };
            if self.below(leave_out) != 0 {
                out.insert(field.name.clone(), self.slot(&field.slot, depth));
            }
        }
        if self.below(32) == 1 {
            out.insert("unheard-of".to_owned(), Value::Int(1));
        }
        out
    }
}

/// Compiles a part of a function's document. Patterns have a test of their own, and not every engine has their syntax.
fn compiled(document: &Json, part: &str) -> (boon::Schemas, boon::SchemaIndex) {
    let mut document = document.clone();
    for schema in document["$defs"].as_object_mut().unwrap().values_mut() {
        drop(schema.as_object_mut().unwrap().shift_remove("pattern"));
    }
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("mem:///f.json", document).unwrap();
    let index = compiler.compile(&format!("mem:///f.json#/$defs/{part}"), &mut schemas).unwrap_or_else(|why| panic!("{why:#}"));
    (schemas, index)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn schema_and_validator_agree(manifest in manifest(), numbers in prop::collection::vec(any::<u8>(), 200)) {
        let names: Names = manifest.records.keys().map(|name| (name.clone(), name.clone())).collect();
        let view = View::new(&manifest, &manifest.services[0], &names);
        let operation = &manifest.operations["op"];
        let document = super::function::document(&view.schemas("#/$defs/"), &manifest.services[0], "op", operation);
        let site = Site::default();
        let validator = Validator::new(&manifest, &site);
        let validator = if manifest.services[0].convention == Convention::OkTech { validator.sparse() } else { validator };
        let mut sampler = Sampler::new(&manifest, numbers);

        let arguments = sampler.map(&operation.params, 0);
        let (schemas, index) = compiled(&document, "request");
        let json = serde_json::to_value(Value::from(arguments.clone())).unwrap();
        let by_schema = schemas.validate(&json, index).is_ok();
        let by_validator = validator.strict().arguments(operation, arguments);
        // What is wrong about a text is for its pattern to find.
        let wrong_text = matches!(&by_validator, Err(Problem { reason: Reason::Refused(Value::String(_), why), .. }) if !why.starts_with("is a text") && !why.starts_with("is none of"));
        prop_assert!(by_schema == by_validator.is_ok() || wrong_text, "{json}: schema {by_schema}, validator {by_validator:?}");

        if let Some(slot) = &operation.result
            && let Ok(out) = validator.strict().answer(slot, sampler.slot(slot, 0))
        {
            let (schemas, index) = compiled(&document, "response");
            let is_sparse = manifest.services[0].convention == Convention::OkTech;
            let out = if is_sparse { manifest.filled(slot, out) } else { out };
            let json = serde_json::to_value(out).unwrap();
            let valid = schemas.validate(&json, index);
            prop_assert!(valid.is_ok(), "{json}: {:#}", valid.err().unwrap());
        }
    }
}
