//! Calls of functions, and the operations that do the same, by the crosswalk that is built in.

use mwsc::pass::crosswalk::{BUILT_IN, expand, read};
use mwsc_contract::value::Map;
use mwsc_contract::{Manifest, Value};
use serde_json::{Value as Json, json};

use super::{Backwards, operation};

/// Some operations and functions, with the mapping between them that is built in, all of it called exact.
fn manifest() -> Manifest {
    let sources = mwsc::source::SourceMap::default();
    let (file, _) = sources.add("crosswalk.toml", "crosswalk.toml".to_owned(), BUILT_IN.as_bytes().to_vec());
    let mut crosswalk = expand::crosswalk(&read(file, &sources, &mut mwsc::report::Report::default()));
    crosswalk.operations.values_mut().flat_map(|entry| &mut entry.variants).for_each(|variant| {
        variant.verdict = mwsc_contract::crosswalk::Verdict::Exact;
    });
    let field = |name: &str, kind: &str| json!({ "name": name, "type": { "scalar": { "kind": kind } } });
    let list = |record: &str| json!({ "list": { "type": { "record": record } } });
    let default = |mut field: Json, value: Json| {
        field["presence"] = json!({ "default": value });
        field
    };
    let optional = |mut field: Json| {
        field["presence"] = json!("optional");
        field
    };
    let operation = |params: Json, result: Json| match result {
        Json::Null => json!({ "login-required": true, "params": params }),
        result => json!({ "login-required": true, "params": params, "result": { "type": result } }),
    };
    let done = json!({ "record": "affectRecord" });
    let text = |name: &str| default(field(name, "string"), json!(""));
    serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [],
        "services": [], "endpoints": [], "rules": {}, "files": [], "crosswalk": crosswalk,
        "operations": {
            "affect_user_to_group": operation(json!([field("userid", "int"), field("groupid", "int")]), done.clone()),
            "affect_user_to_cohort": operation(json!([field("userid", "int"), field("groupid", "int")]), done.clone()),
            "affect_course_to_category": operation(json!([field("courseid", "int"), field("categoryid", "int")]), done),
            "get_categories": operation(json!([text("catid"), text("idfield")]), list("categoryRecord")),
            "core_group_add_group_members": operation(json!([{ "name": "members", "type": list("member") }]), Json::Null),
            "core_cohort_add_cohort_members": operation(json!([{ "name": "members", "type": list("joining") }]), json!({ "record": "warned" })),
            "core_course_update_courses": operation(json!([{ "name": "courses", "type": list("update") }]), json!({ "record": "warned" })),
            "core_course_get_categories": operation(json!([
                { "name": "criteria", "type": list("criterion"), "presence": { "default": [] } }, default(field("addsubcategories", "bool"), json!(true)),
            ]), list("category")),
        },
        "records": {
            "affectRecord": { "fields": [field("error", "string"), field("status", "bool")] },
            "categoryRecord": { "fields": [field("error", "string"), field("id", "int"), field("name", "string"), field("description", "string")] },
            "member": { "fields": [field("groupid", "int"), field("userid", "int")] },
            "joining": { "fields": [{ "name": "cohorttype", "type": { "record": "which" } }, { "name": "usertype", "type": { "record": "which" } }] },
            "which": { "fields": [field("type", "string"), field("value", "string")] },
            "update": { "fields": [field("id", "int"), optional(field("categoryid", "int")), optional(field("fullname", "string"))] },
            "criterion": { "fields": [field("key", "string"), field("value", "string")] },
            "warned": { "fields": [optional(json!({ "name": "warnings", "type": list("criterion") }))] },
            "category": { "fields": [field("id", "int"), field("name", "string"), field("description", "string"), field("descriptionformat", "int")] },
        },
    }))
    .unwrap()
}

fn found<'m>(manifest: &'m Manifest, function: &str, args: Json) -> Option<Backwards<'m>> {
    let args: Map = serde_json::from_value(args).unwrap();
    operation(manifest, function, &args, &manifest.crosswalk.tables)
}

/// The operation and its arguments.
fn told(function: &str, args: Json) -> Json {
    let manifest = manifest();
    found(&manifest, function, args).map_or(Json::Null, |found| json!([found.operation, found.args]))
}

#[test]
fn a_list_of_changes_is_as_many_operations() {
    let member = |group: i64, user: i64| json!({ "groupid": group, "userid": user });
    assert_eq!(
        told("core_group_add_group_members", json!({ "members": [member(5, 9), member(6, 10)] })),
        json!(["affect_user_to_group", [{ "userid": 9, "groupid": 5 }, { "userid": 10, "groupid": 6 }]])
    );
    assert_eq!(told("core_group_add_group_members", json!({ "members": [] })), Json::Null);
    let manifest = manifest();
    let found = found(&manifest, "core_group_add_group_members", json!({ "members": [member(5, 9)] })).unwrap();
    assert_eq!(found.foretold(&manifest, None), Some(Value::Null));
}

#[test]
fn constants_have_to_be_those_of_the_mapping() {
    let joining =
        |by: &str| json!({ "members": [{ "cohorttype": { "type": "id", "value": "3" }, "usertype": { "type": by, "value": "9" } }] });
    assert_eq!(told("core_cohort_add_cohort_members", joining("id")), json!(["affect_user_to_cohort", [{ "userid": 9, "groupid": 3 }]]));
    assert_eq!(told("core_cohort_add_cohort_members", joining("username")), Json::Null);
    let manifest = manifest();
    let found = found(&manifest, "core_cohort_add_cohort_members", joining("id")).unwrap();
    let slot = manifest.operations["core_cohort_add_cohort_members"].result.as_ref();
    assert_eq!(serde_json::to_value(found.foretold(&manifest, slot)).unwrap(), json!({ "warnings": [] }));
}

#[test]
fn what_the_mapping_does_not_send_must_not_be_asked_for() {
    let course = |more: Json| {
        let mut course = json!({ "id": 2, "categoryid": 7 });
        course.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told("core_course_update_courses", json!({ "courses": [course] }))
    };
    assert_eq!(course(json!({})), json!(["affect_course_to_category", [{ "courseid": 2, "categoryid": 7 }]]));
    assert_eq!(course(json!({ "fullname": "x" })), Json::Null);
    assert_eq!(told("core_course_update_courses", json!({ "courses": [{ "id": 2, "fullname": "x" }] })), Json::Null);
}

#[test]
fn conditions_decide_which_call_it_is() {
    let criteria = |key: &str, below: bool| json!({ "criteria": [{ "key": key, "value": "4" }], "addsubcategories": below });
    assert_eq!(told("core_course_get_categories", criteria("id", false)), json!(["get_categories", [{ "catid": "4", "idfield": "id" }]]));
    // The mapping looks up other columns itself, and never asks for what is below.
    assert_eq!(told("core_course_get_categories", criteria("idnumber", false)), Json::Null);
    assert_eq!(told("core_course_get_categories", criteria("id", true)), Json::Null);
    assert_eq!(
        told("core_course_get_categories", json!({ "criteria": [], "addsubcategories": true })),
        json!(["get_categories", [{ "catid": "", "idfield": "" }]])
    );
}

#[test]
fn an_answer_is_made_of_what_the_operation_gives() {
    let manifest = manifest();
    let found = found(&manifest, "core_course_get_categories", json!({ "criteria": [], "addsubcategories": true })).unwrap();
    let slot = manifest.operations["core_course_get_categories"].result.as_ref();
    let given: Value = serde_json::from_value(json!([{ "id": 4, "name": "Arts", "description": "<b>x</b>" }])).unwrap();
    let answer = found.answer(&manifest, slot, &given).unwrap();
    assert_eq!(
        serde_json::to_value(answer).unwrap(),
        json!([{ "id": 4, "name": "Arts", "description": "<b>x</b>", "descriptionformat": 1 }])
    );
    assert_eq!(found.foretold(&manifest, slot), None);
    // An answer that lacks what is needed is none.
    let given: Value = serde_json::from_value(json!([{ "id": 4, "name": "Arts" }])).unwrap();
    assert_eq!(found.answer(&manifest, slot, &given), None);
}
