use serde_json::{Value as Json, json};

use crate::load::{Fault, load};

/// A manifest without fault: an operation with a group, a hollow parameter, a wrapped list and a record, and an extension without result.
fn sound() -> Json {
    let int = json!({"scalar": {"kind": "int"}});
    let field = |name: &str, ty: &Json| json!({"name": name, "type": ty});
    let digest = "0123456789abcdef".repeat(4);
    json!({
        "format": 1, "generator": "test", "digest": "", "releases": [], "rules": {},
        "services": [{"shortname": "s", "name": "S", "operations": ["f", "g"], "convention": "moodle"}],
        "operations": {
            "f": {
                "login-required": true,
                "params": [
                    {"name": "client", "type": int, "session": "client"}, field("a", &int), field("b", &int), field("c", &int),
                    field("list", &json!({"list": {"type": {"record": "r"}}})), field("empty", &json!({"record": "nothing"})),
                ],
                "result": {"type": {"record": "r"}},
            },
            "g": {"login-required": false, "params": []},
        },
        "records": {"r": {"fields": [field("id", &int)]}, "nothing": {"fields": []}},
        "endpoints": [{
            "profile": "document", "service": "s", "style": "document", "namespace": "urn:s", "path": "/services/s", "soap-action": "",
            "wsdls": [{"path": "/services/s?wsdl", "file": "wsdl/s.wsdl"}],
            "operations": {
                "f": {
                    "operation": "f", "response": "fResponse", "hollow": {"empty": {}},
                    "parts": [
                        {"name": "client", "type": {"xsd": "long"}, "carries": {"session": "client"}},
                        {"name": "a", "type": {"xsd": "long"}, "carries": {"param": "a"}},
                        {"name": "list", "type": {"named": "wrapped"}, "carries": {"param": "list"}},
                        {"name": "more", "type": {"named": "more"}, "carries": "group"},
                    ],
                    "result": {"name": "return", "type": {"named": "r"}, "carries": "result"},
                },
                "g": {"operation": "g", "response": "gResponse", "parts": [{"name": "x", "type": {"xsd": "string"}, "carries": "nothing"}]},
            },
            "types": {
                "r": {"record": {"record": "r", "fields": [{"name": "_id", "key": "id", "type": {"xsd": "long"}}]}},
                "rs": {"list": {"item": {"named": "r"}}},
                "wrapped": {"record": {"wrapper": true, "fields": [{"name": "items", "type": {"named": "rs"}}]}},
                "more": {"record": {"fields": [
                    {"name": "b", "type": {"xsd": "long"}}, {"name": "rest", "group": true, "type": {"named": "rest"}}]}},
                "rest": {"record": {"fields": [{"name": "c", "type": {"xsd": "long"}}]}},
            },
        }],
        "files": [{"path": "wsdl/s.wsdl", "digest": digest, "bytes": 1}],
    })
}

fn faults(manifest: &Json) -> Vec<String> {
    match load(&serde_json::to_vec(manifest).unwrap()) {
        Ok(_) => Vec::new(),
        Err(Fault::Inconsistent(faults)) => faults,
        Err(other) => panic!("{other}"),
    }
}

/// The sound manifest with the value at a JSON pointer replaced; `null` takes it away, and a key that is not there is added.
fn with(pointer: &str, value: Json) -> Json {
    let mut manifest = sound();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match manifest.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")) {
        Json::Object(map) if value.is_null() => drop(map.shift_remove(key)),
        Json::Object(map) => drop(map.insert(key.to_owned(), value)),
        Json::Array(items) if value.is_null() => drop(items.remove(key.parse().unwrap())),
        Json::Array(items) if key == "-" => items.push(value),
        Json::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    manifest
}

#[test]
fn a_sound_manifest_loads() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

/// Where the operation `f` stands on the wire.
const F: &str = "/endpoints/0/operations/f";

#[test]
fn each_contradiction_is_told() {
    let service = sound()["services"][0].clone();
    let endpoint = sound()["endpoints"][0].clone();
    let file = sound()["files"][0].clone();
    let int = json!({"scalar": {"kind": "int"}});
    let cases = [
        ("/services/-", service, "two services are called `s`"),
        ("/services/0/operations/-", json!("f"), "the service `s` has the operation `f` twice"),
        ("/operations/g", Json::Null, "the service `s` has an operation `g` that is not described"),
        ("/records/r/fields/-", json!({"name": "id", "type": int}), "the record `r` has `id` twice"),
        (
            "/operations/g/params",
            json!([{"name": "x", "presence": "optional", "type": {"list": {"type": {"record": "q"}}}}]),
            "`x` of the operation `g` holds a record `q` that is not described",
        ),
        ("/operations/f/result/type", json!({"record": "q"}), "the result of `f` holds a record `q` that is not described"),
        ("/files/-", file, "the file `wsdl/s.wsdl` is named twice"),
        ("/files/0/path", json!("../s.wsdl"), "the file `../s.wsdl` is not a path below the folder of the manifest"),
        ("/files/0/digest", json!("12"), "the digest of `wsdl/s.wsdl` is not 64 hexadecimal digits"),
        ("/files/0", Json::Null, "the endpoint `/services/s` has its WSDL in a file `wsdl/s.wsdl` that is not there"),
        ("/crosswalk", json!({"operations": {"h": []}}), "the crosswalk serves an operation `h` that is not described"),
        ("/endpoints/-", endpoint, "two endpoints have the path `/services/s`"),
        ("/endpoints/0/service", json!("t"), "the endpoint `/services/s` belongs to a service `t` that is not there"),
        (
            "/endpoints/0/operations/g/operation",
            json!("h"),
            "`g` of the endpoint `/services/s` is an operation `h` that its service does not have",
        ),
        ("/endpoints/0/operations/g/operation", json!("f"), "the endpoint `/services/s` has the operation `f` twice"),
        (
            &format!("{F}/parts/1/carries/param"),
            json!("z"),
            "`f` of the endpoint `/services/s` carries a parameter `z` that the operation does not have",
        ),
        (&format!("{F}/parts/1"), Json::Null, "`f` of the endpoint `/services/s` does not carry the parameter `a`"),
        (&format!("{F}/parts/1/carries/param"), json!("b"), "`f` of the endpoint `/services/s` carries the parameter `b` twice"),
        (
            &format!("{F}/parts/1/carries"),
            json!("result"),
            "the part `a` of `f` of the endpoint `/services/s` is sent with the request and carries the result",
        ),
        (
            &format!("{F}/parts/1/type"),
            json!({"named": "q"}),
            "the part `a` of `f` of the endpoint `/services/s` is of a type `q` that is not there",
        ),
        (
            &format!("{F}/parts/1/type"),
            json!({"named": "rs"}),
            "the part `a` of `f` of the endpoint `/services/s` is of another sort than what it carries",
        ),
        (
            &format!("{F}/parts/2/type"),
            json!({"named": "r"}),
            "the part `list` of `f` of the endpoint `/services/s` is of another sort than what it carries",
        ),
        (
            &format!("{F}/parts/3/type"),
            json!({"named": "rs"}),
            "the part `more` of `f` of the endpoint `/services/s` is a group of the type `rs`, which is no record",
        ),
        (
            "/endpoints/0/types/rest/record/fields/-",
            json!({"name": "more", "group": true, "type": {"named": "more"}}),
            "the part `more` of `f` of the endpoint `/services/s` is a group of the type `more`, which is no record",
        ),
        (&format!("{F}/hollow"), Json::Null, "`f` of the endpoint `/services/s` does not carry the parameter `empty`"),
        (&format!("{F}/result"), Json::Null, "`f` of the endpoint `/services/s` does not carry the result"),
        (&format!("{F}/result/carries"), json!("nothing"), "the result of `f` of the endpoint `/services/s` does not carry the result"),
        (&format!("{F}/hollow-result"), json!({}), "`f` of the endpoint `/services/s` carries the result and says that nothing does"),
        ("/operations/f/result", Json::Null, "`f` of the endpoint `/services/s` carries a result that the operation does not have"),
        (
            "/endpoints/0/types/rs/list/item",
            json!({"named": "q"}),
            "the type `rs` of the endpoint `/services/s` is of a type `q` that is not there",
        ),
        (
            "/endpoints/0/types/r/record/record",
            json!("q"),
            "the type `r` of the endpoint `/services/s` is a record `q` that is not described",
        ),
        (
            "/endpoints/0/types/r/record/fields/0/key",
            Json::Null,
            "the type `r` of the endpoint `/services/s` has a field `_id` that the record `r` does not have",
        ),
        (
            "/endpoints/0/types/r/record/fields/-",
            json!({"name": "_id", "key": "id", "type": {"xsd": "long"}}),
            "the type `r` of the endpoint `/services/s` has `_id` twice",
        ),
        (
            "/endpoints/0/types/wrapped/record/fields",
            json!([]),
            "the type `wrapped` of the endpoint `/services/s` stands for a list and does not hold just one",
        ),
    ];
    for (pointer, value, fault) in cases {
        let found = faults(&with(pointer, value));
        assert!(found.iter().any(|found| found == fault), "{pointer}: {found:#?}");
    }
}

#[test]
fn another_format_and_no_json_are_told_apart() {
    assert_eq!(load(br#"{"format": 7, "unheard-of": {}}"#).unwrap_err(), Fault::Format(7));
    let Fault::Syntax { line, column, .. } = load(b"{\"format\": 1,\n  oops").unwrap_err() else { panic!("a fault of syntax") };
    assert_eq!((line, column), (2, 3));
    let unknown = load(&serde_json::to_vec(&with("/unheard-of", json!(1))).unwrap()).unwrap_err();
    assert!(unknown.to_string().contains("unheard-of"), "{unknown}");
    let deep = load(&serde_json::to_vec(&with("/records/r/fields/0/unheard-of", json!(1))).unwrap()).unwrap_err();
    assert!(deep.to_string().contains("unheard-of"), "{deep}");
    let many = with("/services/0/operations", json!((0..30).map(|at| format!("f{at}")).collect::<Vec<_>>()));
    assert!(load(&serde_json::to_vec(&many).unwrap()).unwrap_err().to_string().contains(" more"));
}

#[test]
fn enumerations_have_values_of_their_kind() {
    for (kind, values, fault) in [
        ("int", json!([1, 2]), None),
        ("float", json!([1, 0.5]), None),
        ("string", json!(["a", ""]), None),
        ("int", json!([1, "2"]), Some("the enumeration of `id` of the record `r` has a value \"2\", which is no int")),
        ("string", json!(["a", "b", "a"]), Some("the enumeration of `id` of the record `r` has the value \"a\" twice")),
        ("string", json!([]), Some("the enumeration of `id` of the record `r` has no values")),
    ] {
        let mut manifest = sound();
        manifest["records"]["r"]["fields"][0]["type"] = json!({"scalar": {"kind": kind, "values": values}});
        assert_eq!(faults(&manifest), fault.into_iter().collect::<Vec<_>>());
    }
}
