//! rpc/encoded, there and back: random values of random types, in both versions and both ways to treat what is absent.

use mwsc_contract::Value;
use mwsc_contract::wire::Endpoint;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::decode::{self, Received};
use super::tests::written;
use super::{Blanks, Limits, Spelling, Version, encode, envelope};
use crate::dispatch::Args;

/// A type, drawn without names.
#[derive(Debug, Clone)]
enum Drawn {
    Scalar(&'static str),
    /// Whether a record stands for the list, as in the older of the two historic spellings.
    List(Box<Drawn>, bool),
    Record(Vec<Drawn>),
}

fn types() -> impl Strategy<Value = Drawn> {
    let scalar = prop_oneof![Just("int"), Just("long"), Just("string"), Just("boolean"), Just("float"), Just("double")];
    scalar.prop_map(Drawn::Scalar).prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            (inner.clone(), any::<bool>()).prop_map(|(item, wrapped)| Drawn::List(Box::new(item), wrapped)),
            proptest::collection::vec(inner, 1..5).prop_map(Drawn::Record),
        ]
    })
}

/// A text that XML can hold.
fn words() -> impl Strategy<Value = String> {
    "[ -~\t\n\r\u{85}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,12}"
}

/// A value of a type, with every field: what is absent comes back as a blank.
fn value(ty: &Drawn) -> BoxedStrategy<Value> {
    match ty {
        Drawn::Scalar("int" | "long") => any::<i64>().prop_map(Value::Int).boxed(),
        Drawn::Scalar("boolean") => any::<bool>().prop_map(Value::Bool).boxed(),
        Drawn::Scalar("string") => words().prop_map(Value::String).boxed(),
        // PHP writes fourteen digits.
        Drawn::Scalar(_) => (-99_999_999_999_999i64..99_999_999_999_999, -20..20i32).prop_map(float).boxed(),
        Drawn::List(item, _) => proptest::collection::vec(value(item), 0..4).prop_map(Value::List).boxed(),
        Drawn::Record(fields) => {
            let fields: Vec<_> = fields.iter().map(value).collect();
            fields.prop_map(|values| values.into_iter().enumerate().map(|(at, value)| (format!("f{at}"), value)).collect()).boxed()
        }
    }
}

fn float((digits, exponent): (i64, i32)) -> Value {
    Value::Float(format!("{digits}e{exponent}").parse().unwrap())
}

/// The name of a type in an endpoint, which gets it.
fn named(ty: &Drawn, types: &mut serde_json::Map<String, Json>) -> Json {
    let name = format!("t{}", types.len());
    match ty {
        Drawn::Scalar(xsd) => return json!({ "xsd": xsd }),
        Drawn::List(item, wrapped) => {
            types.insert(name.clone(), Json::Null);
            let item = named(item, types);
            let list = json!({ "list": { "item": item } });
            if *wrapped {
                types.insert(format!("{name}List"), list);
                let field = json!({ "name": "items", "type": { "named": format!("{name}List") } });
                types.insert(name.clone(), json!({ "record": { "wrapper": true, "fields": [field] } }));
            } else {
                types.insert(name.clone(), list);
            }
        }
        Drawn::Record(fields) => {
            types.insert(name.clone(), Json::Null);
            let fields: Vec<_> =
                fields.iter().enumerate().map(|(at, field)| json!({ "name": format!("f{at}"), "type": named(field, types) })).collect();
            types.insert(name.clone(), json!({ "record": { "record": name, "fields": fields } }));
        }
    }
    json!({ "named": name })
}

/// An endpoint with one operation, which takes the type and gives it.
fn endpoint(ty: &Drawn) -> Endpoint {
    let mut types = serde_json::Map::new();
    let ty = named(ty, &mut types);
    let operation = json!({
        "operation": "give", "response": "giveResponse",
        "parts": [{ "name": "what", "type": ty, "carries": { "param": "what" } }],
        "result": { "name": "return", "type": ty, "carries": "result" },
    });
    let endpoint = json!({
        "profile": "test", "service": "test", "style": "rpc-encoded", "namespace": "u", "path": "/", "soap-action": "", "wsdls": [],
        "operations": { "give": operation }, "types": types,
    });
    serde_json::from_value(endpoint).unwrap()
}

fn drawn() -> impl Strategy<Value = (Drawn, Value)> {
    types().prop_flat_map(|ty| {
        let value = value(&ty);
        (Just(ty), value)
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded((ty, value) in drawn(), twelve in any::<bool>(), fill in any::<bool>()) {
        let version = if twelve { Version::V12 } else { Version::V11 };
        let blanks = if fill { Blanks::Fill } else { Blanks::Keep };
        let spelling = Spelling::new(&endpoint(&ty), version, "", blanks).unwrap();
        let operation = spelling.operation("give").unwrap().1;

        // As an answer, and as a client reads it.
        let text = written(encode::response(&spelling, operation, &value));
        let answer = envelope::read(&text, Limits::default()).unwrap();
        let back = decode::result(&spelling, operation, &answer, Limits::default());
        prop_assert_eq!(back.as_ref(), Ok(&value));

        // As a request, and as the service reads it.
        let args: Args = [("what".to_owned(), value)].into_iter().collect();
        let text = written(encode::request(&spelling, "give", operation, None, &args));
        let request = envelope::read(&text, Limits::default()).unwrap();
        let received = decode::arguments(&spelling, operation, &request, Limits::default());
        prop_assert_eq!(received, Ok(Received { args, ..Received::default() }));
    }
}
