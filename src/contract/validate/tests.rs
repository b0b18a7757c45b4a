use super::*;
use crate::load;

/// A service with an operation that has a parameter of every shape, and a record that contains itself.
fn manifest() -> Manifest {
    let text = r#"{
        "format": 1, "generator": "test", "digest": "", "releases": [], "endpoints": [], "files": [],
        "services": [{"shortname": "s", "name": "S", "operations": ["f"], "convention": "moodle"}],
        "rules": {"text": {"checks": ["no-tags-but-multilang"]}, "raw": {}, "int": {}},
        "operations": {"f": {"login-required": true, "result": {"type": {"record": "post"}}, "params": [
            {"name": "client", "type": {"scalar": {"kind": "int"}}, "session": "client"},
            {"name": "id", "type": {"scalar": {"kind": "int", "refinement": "int"}}},
            {"name": "title", "type": {"scalar": {"kind": "string", "refinement": "text"}}, "presence": {"default": "none"}, "nullable": true},
            {"name": "tags", "type": {"list": {"type": {"scalar": {"kind": "string", "refinement": "text"}}}}, "presence": {"default": []}},
            {"name": "post", "type": {"record": "post"}, "presence": "optional"},
            {"name": "until", "type": {"scalar": {"kind": "int"}}, "presence": {"runtime": "time()"}}
        ]}},
        "records": {"post": {"fields": [
            {"name": "id", "type": {"scalar": {"kind": "int", "refinement": "int"}}},
            {"name": "seen", "type": {"scalar": {"kind": "bool"}}, "presence": {"default": 0}},
            {"name": "note", "type": {"scalar": {"kind": "string", "refinement": "raw"}}, "presence": "optional"},
            {"name": "children", "type": {"list": {"type": {"record": "post"}}}, "presence": {"default": []}}
        ]}}
    }"#;
    load(text.as_bytes()).unwrap()
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn map(json: &str) -> Map {
    value(json).as_map().unwrap().clone()
}

/// The arguments as they come out, or the place and the words of what is wrong.
fn arguments(json: &str, strict: bool) -> Result<String, String> {
    let (manifest, site) = (manifest(), Site::default());
    let validator = Validator::new(&manifest, &site);
    let validator = if strict { validator.strict() } else { validator };
    match validator.arguments(&manifest.operations["f"], map(json)) {
        Ok(out) => Ok(serde_json::to_string(&Value::from(out)).unwrap()),
        Err(problem) => Err(format!("{}: {problem}", problem.pointer())),
    }
}

#[test]
fn defaults_are_filled_in_and_keys_come_in_order() {
    for strict in [false, true] {
        assert_eq!(arguments(r#"{"id":1}"#, strict).unwrap(), r#"{"id":1,"title":"none","tags":[]}"#);
        assert_eq!(
            arguments(r#"{"post":{"id":2,"note":"n"},"title":null,"id":1,"until":5}"#, strict).unwrap(),
            r#"{"id":1,"title":null,"tags":[],"post":{"id":2,"seen":false,"note":"n","children":[]},"until":5}"#
        );
    }
}

#[test]
fn texts_become_what_they_stand_for_unless_kinds_count() {
    let form = r#"{"id":"1","tags":{"5":"a","x":7},"post":{"id":"2","seen":"1","children":{"a":{"id":"3"}}}}"#;
    assert_eq!(
        arguments(form, false).unwrap(),
        r#"{"id":1,"title":"none","tags":["a","7"],"post":{"id":2,"seen":true,"children":[{"id":3,"seen":false,"children":[]}]}}"#
    );
    assert_eq!(arguments(form, true).unwrap_err(), "/id: it is a text, not an integer of 64 bits");
    assert_eq!(arguments(r#"{"id":1.0,"tags":[7]}"#, true).unwrap_err(), "/tags/0: it is an integer, not a text");
    assert_eq!(arguments(r#"{"id":1.0,"tags":{}}"#, true).unwrap_err(), "/tags: it is a record, not a list");
    assert_eq!(arguments(r#"{"id":1,"post":[]}"#, true).unwrap_err(), "/post: it is a list, not a record");
}

#[test]
fn what_does_not_fit_is_named_with_its_place() {
    for (json, problem) in [
        ("{}", "/id: it must be there and is missing"),
        (r#"{"id":null}"#, "/id: it must not be null"),
        (r#"{"id":"x"}"#, "/id: it is not an integer of 64 bits"),
        (r#"{"id":[1]}"#, "/id: it is a list or a record, not a single value"),
        (r#"{"id":1,"b":1,"a":2}"#, ": it has keys that are not known here: b, a"),
        (r#"{"id":1,"client":5}"#, ": it has keys that are not known here: client"),
        (r#"{"id":1,"tags":"a"}"#, "/tags: it is a text, not a list"),
        (r#"{"id":1,"tags":["a","<b>"]}"#, "/tags/1: it holds a tag that marks no language"),
        (r#"{"id":1,"post":5}"#, "/post: it is an integer, not a record"),
        (r#"{"id":1,"post":{}}"#, "/post/id: it must be there and is missing"),
        (r#"{"id":1,"post":{"id":1,"a/b~":2}}"#, "/post: it has keys that are not known here: a/b~"),
        (r#"{"id":1,"post":{"id":1,"children":[{"id":1},{"id":1,"seen":"yes"}]}}"#, "/post/children/1/seen: it is neither 0 nor 1"),
    ] {
        assert_eq!(arguments(json, false).unwrap_err(), problem, "{json}");
    }
}

#[test]
fn answers_lose_what_is_not_described_and_keep_lists_absent() {
    let (manifest, site) = (manifest(), Site::default());
    let validator = Validator::new(&manifest, &site);
    let slot = manifest.operations["f"].result.as_ref().unwrap();
    let answer = |json: &str| validator.answer(slot, value(json)).map(|value| serde_json::to_string(&value).unwrap());
    assert_eq!(answer(r#"{"more":1,"note":2,"id":"7"}"#).unwrap(), r#"{"id":7,"seen":false,"note":2}"#);
    assert_eq!(answer(r#"{"seen":1}"#).unwrap_err().pointer(), "/id");
    assert_eq!(answer("null").unwrap_err().reason, Reason::Null);
}

#[test]
fn answers_to_protocols_with_kinds_have_them() {
    let (manifest, site) = (manifest(), Site::default());
    let slot = manifest.operations["f"].result.as_ref().unwrap();
    let out = Validator::new(&manifest, &site).strict().answer(slot, value(r#"{"id":"7","seen":"1","note":1.5,"children":{}}"#)).unwrap();
    assert_eq!(serde_json::to_string(&out).unwrap(), r#"{"id":7,"seen":true,"note":"1.5","children":[]}"#);
}

#[test]
fn a_value_that_fits_is_not_copied() {
    let (manifest, site) = (manifest(), Site::default());
    let validator = Validator::new(&manifest, &site);
    let slot = manifest.operations["f"].result.as_ref().unwrap();
    let shared = Arc::new(map(r#"{"id":1,"seen":true,"children":[{"id":2,"seen":false,"note":"x","children":[]}]}"#));
    match validator.answer(slot, Value::Map(Arc::clone(&shared))).unwrap() {
        Value::Map(out) => assert!(Arc::ptr_eq(&out, &shared)),
        other => panic!("{other:?}"),
    }
    let moved = Arc::new(map(r#"{"seen":true,"id":1,"children":[]}"#));
    assert_eq!(
        serde_json::to_string(&validator.answer(slot, Value::Map(moved)).unwrap()).unwrap(),
        r#"{"id":1,"seen":true,"children":[]}"#
    );
}

#[test]
fn depth_is_bounded() {
    let (manifest, site) = (manifest(), Site::default());
    let deep = (0..1000).fold(value(r#"{"id":1}"#), |inner, _| {
        Map::from_iter([("id".to_owned(), Value::Int(1)), ("children".to_owned(), Value::List(vec![inner]))]).into()
    });
    let slot = manifest.operations["f"].result.as_ref().unwrap();
    assert_eq!(Validator::new(&manifest, &site).answer(slot, deep).unwrap_err().reason, Reason::TooDeep);
}

#[test]
fn sparse_records_have_what_they_have() {
    let (manifest, site) = (manifest(), Site::default());
    let validator = Validator::new(&manifest, &site).sparse();
    let operation = &manifest.operations["f"];
    let out = validator.arguments(operation, map(r#"{"id":1,"tags":null,"post":{"id":null,"note":"n"}}"#)).unwrap();
    assert_eq!(serde_json::to_string(&Value::from(out)).unwrap(), r#"{"id":1,"title":"none","tags":null,"post":{"id":null,"note":"n"}}"#);
    assert_eq!(validator.arguments(operation, map("{}")).unwrap_err().pointer(), "/id", "a parameter is no field");
    let result = operation.result.as_ref().unwrap();
    for (answer, expected) in
        [(r#"{"note":"n","hash":"x","id":"7"}"#, r#"{"note":"n","id":7}"#), ("{}", "{}"), (r#"{"id":null}"#, r#"{"id":null}"#)]
    {
        let out = validator.answer(result, value(answer)).unwrap();
        assert_eq!(serde_json::to_string(&out).unwrap(), expected);
    }
    assert_eq!(validator.answer(result, value(r#"{"id":"x"}"#)).unwrap_err().pointer(), "/id");
}

/// An operation with a parameter of every kind that may have a few values alone, and whose result has a field of that sort.
fn enumerated() -> Manifest {
    let text = r#"{
        "format": 1, "generator": "test", "digest": "", "releases": [], "endpoints": [], "files": [], "rules": {"raw": {}},
        "services": [{"shortname": "s", "name": "S", "operations": ["f"], "convention": "moodle"}],
        "operations": {"f": {"login-required": true, "result": {"type": {"record": "cell"}}, "params": [
            {"name": "way", "type": {"scalar": {"kind": "string", "values": ["left", "", "up, down"]}}, "nullable": true},
            {"name": "floor", "type": {"scalar": {"kind": "int", "values": [-1, 2]}}, "presence": "optional"},
            {"name": "rate", "type": {"scalar": {"kind": "float", "values": [0.5, 2.0]}}, "presence": "optional"},
            {"name": "raw", "type": {"scalar": {"kind": "string", "refinement": "raw", "values": ["1", "2"]}}, "presence": "optional"},
            {"name": "ways", "type": {"list": {"type": {"scalar": {"kind": "string", "values": ["left"]}}}}, "presence": {"default": []}}
        ]}},
        "records": {"cell": {"fields": [{"name": "way", "type": {"scalar": {"kind": "string", "values": ["left"]}}}]}}
    }"#;
    load(text.as_bytes()).unwrap()
}

#[test]
fn of_an_enumeration_no_other_value_is_taken() {
    let (manifest, site) = (enumerated(), Site::default());
    let said = |json: &str, strict: bool| {
        let validator = Validator::new(&manifest, &site);
        let validator = if strict { validator.strict() } else { validator };
        match validator.arguments(&manifest.operations["f"], map(json)) {
            Ok(out) => serde_json::to_string(&Value::from(out)).unwrap(),
            Err(problem) => format!("{}: {problem}", problem.pointer()),
        }
    };
    for (json, expected) in [
        (r#"{"way":"left"}"#, r#"{"way":"left","ways":[]}"#),
        (r#"{"way":null,"floor":2,"rate":2}"#, r#"{"way":null,"floor":2,"rate":2.0,"ways":[]}"#),
        (r#"{"way":"","ways":["left"]}"#, r#"{"way":"","ways":["left"]}"#),
        (r#"{"way":"Left"}"#, r#"/way: it is none of "left", "", "up, down""#),
        (r#"{"way":"left "}"#, r#"/way: it is none of "left", "", "up, down""#),
        (r#"{"way":"","floor":0}"#, "/floor: it is none of -1, 2"),
        (r#"{"way":"","rate":0.51}"#, "/rate: it is none of 0.5, 2.0"),
        (r#"{"way":"","ways":["left","right"]}"#, r#"/ways/1: it is none of "left""#),
    ] {
        for strict in [false, true] {
            assert_eq!(said(json, strict), expected);
        }
    }
    // A form has texts alone, and PARAM_RAW keeps numbers.
    assert_eq!(said(r#"{"way":"","floor":"2","raw":1}"#, false), r#"{"way":"","floor":2,"raw":"1","ways":[]}"#);
    assert_eq!(said(r#"{"way":"","raw":3}"#, false), r#"/raw: it is none of "1", "2""#);
}

#[test]
fn an_answer_outside_of_its_enumeration_is_refused() {
    let (manifest, site) = (enumerated(), Site::default());
    let slot = manifest.operations["f"].result.as_ref().unwrap();
    let validator = Validator::new(&manifest, &site);
    assert!(validator.answer(slot, value(r#"{"way":"left"}"#)).is_ok());
    let problem = validator.answer(slot, value(r#"{"way":"right"}"#)).unwrap_err();
    assert_eq!((problem.pointer().as_str(), problem.to_string().as_str()), ("/way", r#"it is none of "left""#));
    assert_eq!(problem.types(), "expected string, found a text", "without the value");
    let problem = validator.answer(slot, value(r#"{"way":["right"]}"#)).unwrap_err();
    assert_eq!(problem.types(), "expected string, found a list or a record");
}

/// Whether an answer that is one record comes back as that very record; else the place of what does not fit.
fn known(validator: Validator<'_>, fits: &Fits, record: &Arc<Map>) -> Result<bool, String> {
    let slot: Slot = serde_json::from_str(r#"{"type": {"list": {"type": {"record": "post"}}}}"#).unwrap();
    let answer = Value::List(vec![Value::Map(Arc::clone(record))]);
    match validator.known_answer(&slot, answer, fits) {
        Ok(Value::List(items)) => Ok(matches!(items.as_slice(), [Value::Map(map)] if Arc::ptr_eq(map, record))),
        Ok(other) => panic!("no list: {other:?}"),
        Err(problem) => Err(problem.pointer()),
    }
}

#[test]
fn a_record_that_fits_is_known_and_no_other() {
    let (manifest, site, fits) = (manifest(), Site::default(), Fits::new(10_000));
    let validator = Validator::new(&manifest, &site);
    let whole = Arc::new(map(r#"{"id":1,"seen":true,"note":"n","children":[]}"#));
    let convertible = Arc::new(map(r#"{"id":"1","seen":true,"note":"n","children":[]}"#));
    let wrong = Arc::new(map(r#"{"id":"x","seen":true,"children":[]}"#));
    for _ in 0..2 {
        assert_eq!(known(validator, &fits, &whole), Ok(true));
        assert_eq!(known(validator, &fits, &convertible), Ok(false));
        assert_eq!(known(validator, &fits, &wrong), Err("/0/id".to_owned()));
    }
    let record = manifest.records.get_index_of("post").unwrap();
    let is_known = |map: &Arc<Map>, sparse: usize| fits.look().get(map, record * 2 + sparse).is_some();
    assert!(is_known(&whole, 0) && !is_known(&convertible, 0) && !is_known(&wrong, 0));
}

#[test]
fn what_fits_a_sparse_answer_is_not_known_to_fit_another() {
    let (manifest, site, fits) = (manifest(), Site::default(), Fits::new(10_000));
    let validator = Validator::new(&manifest, &site);
    let sparse = Arc::new(map(r#"{"seen":true}"#));
    assert_eq!(known(validator.sparse(), &fits, &sparse), Ok(true));
    assert_eq!(known(validator, &fits, &sparse), Err("/0/id".to_owned()));
}

#[test]
fn what_fits_further_out_may_be_too_deep_further_in() {
    let (manifest, site, fits) = (manifest(), Site::default(), Fits::new(10_000));
    let validator = Validator::new(&manifest, &site);
    let around = |inner: Value| {
        Map::from_iter([("id".to_owned(), Value::Int(1)), ("seen".to_owned(), false.into()), ("children".to_owned(), vec![inner].into())])
    };
    // Two levels for each record, and two around the first.
    let shared = Arc::new((0..40).fold(map(r#"{"id":1,"seen":false,"children":[]}"#), |inner, _| around(inner.into())));
    assert_eq!(known(validator, &fits, &shared), Ok(true));
    let deeper = (0..40).fold(Value::Map(Arc::clone(&shared)), |inner, _| around(inner).into());
    let slot = manifest.operations["f"].result.as_ref().unwrap();
    assert_eq!(validator.known_answer(slot, deeper, &fits).unwrap_err().reason, Reason::TooDeep);
}
