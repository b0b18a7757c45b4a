//! Functions of Moodle on the school, over Moodle's REST: those that the crosswalk maps exactly answer, all others do not. And what accounts
//! of foreign systems may do, over HTTP.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use base64::Engine as _;
use http_body_util::BodyExt as _;
use mwsc_contract::Manifest;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::{Desk, PASSWORD};
use crate::app::router;
use crate::build::Build;
use crate::school::School;
use crate::school::accounts::NewAccount;
use crate::testing::interface;

/// The interface with some functions beside it, as Moodle 4.5 describes them.
fn manifest() -> Manifest {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": { "scalar": { "kind": kind } } });
    let optional = |mut field: Json| {
        field["presence"] = json!("optional");
        field
    };
    let default = |mut field: Json, value: Json| {
        field["presence"] = json!({ "default": value });
        field
    };
    let list = |record: &str| json!({ "list": { "type": { "record": record } } });
    let function = |params: Json, result: Option<Json>| {
        let mut out = json!({ "component": "moodle", "login-required": true, "params": params });
        if let Some(result) = result {
            out["result"] = json!({ "type": result });
        }
        out
    };
    let members = |record: &str| json!([{ "name": "members", "type": list(record) }]);
    let mut whole = serde_json::to_value(interface().manifest).unwrap();
    let functions = [
        ("core_group_add_group_members", function(members("t.member"), None)),
        ("core_group_delete_group_members", function(members("t.member"), None)),
        ("core_cohort_add_cohort_members", function(members("t.joining"), Some(json!({ "record": "t.warned" })))),
        (
            "core_course_get_categories",
            function(
                json!([
                    default(json!({ "name": "criteria", "type": list("t.criterion") }), json!([])),
                    default(field("addsubcategories", "bool"), json!(true))
                ]),
                Some(list("t.category")),
            ),
        ),
        ("core_course_get_courses", function(json!([]), Some(list("t.category")))),
        ("enrol_manual_enrol_users", function(json!([{ "name": "enrolments", "type": list("t.enrolment") }]), None)),
        ("enrol_manual_unenrol_users", function(json!([{ "name": "enrolments", "type": list("t.leaving") }]), None)),
        ("core_role_unassign_roles", function(json!([{ "name": "unassignments", "type": list("t.unassignment") }]), None)),
        ("core_user_update_users", function(json!([{ "name": "users", "type": list("t.user") }]), Some(json!({ "record": "t.warned" })))),
        (
            "core_webservice_get_site_info",
            function(
                json!([default(
                    json!({ "name": "serviceshortnames", "type": { "list": { "type": { "scalar": { "kind": "string" } } } } }),
                    json!([])
                )]),
                Some(json!({ "record": "t.about" })),
            ),
        ),
    ];
    let names: Vec<&str> = functions.iter().map(|(name, _)| *name).collect();
    whole["services"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "shortname": "moodle", "name": "Moodle", "operations": names, "convention": "moodle" }));
    whole["releases"] = json!(["oktech", "4.5.5"]);
    for (name, function) in functions {
        whole["operations"][name] = function;
    }
    let records = [
        ("t.member", json!([field("groupid", "int"), field("userid", "int")])),
        (
            "t.joining",
            json!([{ "name": "cohorttype", "type": { "record": "t.which" } }, { "name": "usertype", "type": { "record": "t.which" } }]),
        ),
        (
            "t.enrolment",
            json!([field("roleid", "int"), field("userid", "int"), field("courseid", "int"), optional(field("timestart", "int"))]),
        ),
        ("t.leaving", json!([field("userid", "int"), field("courseid", "int"), optional(field("roleid", "int"))])),
        (
            "t.unassignment",
            json!([
                field("roleid", "int"),
                field("userid", "int"),
                optional(field("contextlevel", "string")),
                optional(field("instanceid", "int")),
            ]),
        ),
        (
            "t.user",
            json!([
                field("id", "int"),
                optional(field("firstname", "string")),
                optional(json!({ "name": "customfields", "type": list("t.custom") })),
            ]),
        ),
        ("t.custom", json!([field("type", "string"), field("value", "string")])),
        (
            "t.about",
            json!([
                field("sitename", "string"),
                field("username", "string"),
                field("fullname", "string"),
                field("userid", "int"),
                field("siteurl", "string"),
                { "name": "functions", "type": list("t.function") },
                optional(field("release", "string")),
                optional(field("version", "string")),
                optional(field("userissiteadmin", "bool")),
            ]),
        ),
        ("t.function", json!([field("name", "string"), field("version", "string")])),
        ("t.which", json!([field("type", "string"), field("value", "string")])),
        ("t.warned", json!([optional(json!({ "name": "warnings", "type": list("t.criterion") }))])),
        ("t.criterion", json!([field("key", "string"), field("value", "string")])),
        (
            "t.category",
            json!([
                field("id", "int"),
                field("name", "string"),
                field("description", "string"),
                field("descriptionformat", "int"),
                field("parent", "int"),
                optional(field("idnumber", "string")),
            ]),
        ),
    ];
    for (name, fields) in records {
        whole["records"][name] = json!({ "fields": fields });
    }
    serde_json::from_value(whole).unwrap()
}

/// The school with accounts for foreign systems: `clerk` may put people into groups, `reader` may read what everybody may.
async fn served() -> (Router, Desk) {
    let manifest = manifest();
    let school = School::open("memory", &manifest, "https://school.example", Some(PASSWORD)).await.unwrap().school;
    let desk = Desk::with(school.clone(), Build::new(manifest.clone(), HashMap::new()));
    let account = |username: &str, capabilities: &[&str], operations: &[&str], services: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let (capabilities, operations, services) = (Some(owned(capabilities)), owned(operations), owned(services));
        NewAccount {
            username: username.to_owned(),
            password: PASSWORD.to_owned(),
            capabilities,
            operations,
            services,
            administrator: false,
        }
    };
    for new in [
        account("clerk", &["moodle/course:managegroups"], &["affect_user_to_group", "core_group_*", "get_my_id"], &[]),
        account("enroller", &["moodle/user:create"], &[], &["mdl_soapserver"]),
        account("reader", &[], &["core_*", "affect_*"], &["moodle"]),
    ] {
        desk.accounts.add(new).await.unwrap();
    }
    let router = router(Arc::new(Desk::with(school, Build::new(manifest, HashMap::new())).app));
    (router.layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)))), desk)
}

async fn get(router: &Router, target: &str) -> Json {
    let target = target.replace('[', "%5B").replace(']', "%5D");
    let response = router.clone().oneshot(Request::get(target).body(Body::empty()).unwrap()).await.unwrap();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&text).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&text)))
}

/// A call over Moodle's REST with a user's password.
async fn rest(router: &Router, user: &str, call: &str) -> Json {
    let start = format!("/webservice/rest/simpleserver.php?wsusername={user}&wspassword={PASSWORD}&moodlewsrestformat=json");
    get(router, &format!("{start}&wsfunction={call}")).await
}

/// A call over OK Tech's plain HTTP with a user's password.
async fn plain(router: &Router, user: &str, call: &str) -> Json {
    let start = format!("/wspp/service_pp2.php?wsusername={user}&wspassword={PASSWORD}&wsformatout=json");
    get(router, &format!("{start}&wsfunction={call}")).await
}

/// Status and document of a call of the JSON API with a user's password.
async fn api(router: &Router, user: &str, call: &str, args: Json) -> (u16, Json) {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{PASSWORD}"));
    let request = Request::post(format!("/api/{call}")).header("authorization", format!("Basic {basic}"));
    let request = request.header("content-type", "application/json").body(Body::from(args.to_string())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&text).unwrap_or_default())
}

/// Numbers of the members of a group.
async fn members(desk: &Desk, group: i64) -> Vec<i64> {
    let found = desk.ok("admin", "get_group_members", json!({ "groupid": group.to_string(), "groupidfield": "id" })).await;
    let mut ids: Vec<i64> = found.as_array().unwrap().iter().filter_map(|user| user["id"].as_i64()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn functions_with_an_exact_mapping_answer() {
    let (router, desk) = served().await;
    let before = members(&desk, 1).await;
    let (first, second) = (before[0], before[1]);
    let member = |at: usize, user: i64, group: i64| format!("&members[{at}][groupid]={group}&members[{at}][userid]={user}");
    let leave = format!("core_group_delete_group_members{}{}", member(0, first, 1), member(1, second, 1));
    assert_eq!(rest(&router, "admin", &leave).await, Json::Null);
    assert_eq!(members(&desk, 1).await, before[2..]);
    // Several changes are one: the second cannot be made.
    let join = |group: i64| format!("core_group_add_group_members{}{}", member(0, first, 1), member(1, second, group));
    let refused = rest(&router, "admin", &join(999)).await;
    assert!(refused["errorcode"] == "unknowngroup" || refused["exception"].is_string(), "{refused}");
    assert_eq!(members(&desk, 1).await, before[2..], "nothing was changed");
    assert_eq!(rest(&router, "admin", &join(1)).await, Json::Null);
    assert_eq!(members(&desk, 1).await, before);
    let cohort = "core_cohort_add_cohort_members&members[0][cohorttype][type]=id&members[0][cohorttype][value]=1&members[0][usertype][type]=id&members[0][usertype][value]=9";
    assert_eq!(rest(&router, "admin", cohort).await, json!({ "warnings": [] }));
    let categories = rest(&router, "admin", "core_course_get_categories").await;
    let wanted = desk.ok("admin", "get_categories", json!({})).await;
    assert_eq!(super::each(&categories, "name"), super::each(&wanted, "name"));
    assert!(categories[0]["descriptionformat"] == 1 && categories[0].get("idnumber").is_none(), "{categories}");
    let one = "core_course_get_categories&criteria[0][key]=id&criteria[0][value]=2&addsubcategories=0";
    assert_eq!(super::each(&rest(&router, "admin", one).await, "id"), [json!(2)]);
}

#[tokio::test]
async fn other_functions_and_other_calls_do_not() {
    let (router, _) = served().await;
    for call in [
        "core_course_get_courses",
        "core_course_get_categories&criteria[0][key]=idnumber&criteria[0][value]=2&addsubcategories=0",
        "core_course_get_categories&criteria[0][key]=id&criteria[0][value]=2&addsubcategories=1",
        "core_cohort_add_cohort_members&members[0][cohorttype][type]=idnumber&members[0][cohorttype][value]=1&members[0][usertype][type]=id&members[0][usertype][value]=9",
        "core_group_add_group_members&members[0][groupid]=1",
    ] {
        let answer = rest(&router, "admin", call).await;
        let expected = if call.ends_with("groupid]=1") { "invalidparameter" } else { "accessexception" };
        assert_eq!(answer["errorcode"], expected, "{call}: {answer}");
    }
    // The permissions are those of the operation.
    let join = "core_group_add_group_members&members[0][groupid]=1&members[0][userid]=9";
    assert_eq!(rest(&router, "student", join).await["errorcode"], "nopermissions");
}

/// The level of the best role that a user has in a course.
pub(super) async fn level(desk: &Desk, user: i64, course: i64) -> Json {
    let args = json!({ "userid": user.to_string(), "useridfield": "id", "courseid": course.to_string(), "courseidfield": "id" });
    desk.ok("admin", "get_primaryrole_incourse", args).await
}

/// Numbers of a user who is in no course, and of a course.
async fn newcomer(desk: &Desk) -> (i64, i64) {
    let user = desk.ok("admin", "get_user_byusername", json!({ "userinfo": "student20" })).await;
    let (user, course) = (user[0]["id"].as_i64().unwrap(), 2);
    assert_eq!(level(desk, user, course).await, 0);
    (user, course)
}

#[tokio::test]
async fn functions_whose_mapping_looks_things_up_answer() {
    let (router, desk) = served().await;
    let (user, course) = newcomer(&desk).await;
    let enrol = |role: i64| {
        format!("enrol_manual_enrol_users&enrolments[0][roleid]={role}&enrolments[0][userid]={user}&enrolments[0][courseid]={course}")
    };
    let leave = format!("enrol_manual_unenrol_users&enrolments[0][userid]={user}&enrolments[0][courseid]={course}");
    let unassign = |role: i64| {
        let item = format!("unassignments[0][userid]={user}&unassignments[0][contextlevel]=course&unassignments[0][instanceid]={course}");
        format!("core_role_unassign_roles&unassignments[0][roleid]={role}&{item}")
    };
    assert_eq!(rest(&router, "admin", &enrol(5)).await, Json::Null);
    assert_eq!(level(&desk, user, course).await, 5);
    // Whoever has one role only would leave the course with it, which is another function.
    assert_eq!(rest(&router, "admin", &unassign(5)).await["errorcode"], "accessexception");
    assert_eq!(rest(&router, "admin", &enrol(4)).await, Json::Null);
    assert_eq!(level(&desk, user, course).await, 4);
    // And whoever has two does not leave with one of them.
    assert_eq!(rest(&router, "admin", &leave).await["errorcode"], "accessexception");
    assert_eq!(rest(&router, "admin", &unassign(4)).await, Json::Null);
    assert_eq!(level(&desk, user, course).await, 5);
    assert_eq!(rest(&router, "student", &leave).await["errorcode"], "nopermissions");
    assert_eq!(rest(&router, "admin", &format!("{leave}&enrolments[0][roleid]=5")).await, Json::Null);
    assert_eq!(level(&desk, user, course).await, 0);
    assert_eq!(rest(&router, "admin", &enrol(5)).await, Json::Null);
    assert_eq!(rest(&router, "admin", &leave).await, Json::Null, "the role need not be named");
    assert_eq!(level(&desk, user, course).await, 0);
    // What the mapping cannot say is not done in part.
    for more in ["&enrolments[0][timestart]=1", "&enrolments[1][roleid]=5&enrolments[1][userid]=99999&enrolments[1][courseid]=2"] {
        assert_eq!(rest(&router, "admin", &(enrol(5) + more)).await["errorcode"], "accessexception", "{more}");
        assert_eq!(level(&desk, user, course).await, 0, "{more}");
    }
    let update = format!("core_user_update_users&users[0][id]={user}");
    let custom = "&users[0][customfields][0][type]=nickname&users[0][customfields][0][value]=north";
    assert_eq!(rest(&router, "admin", &(update.clone() + custom)).await, json!({ "warnings": [] }));
    let found = desk.ok("admin", "get_user_byid", json!({ "userinfo": user })).await;
    assert!(found[0]["profile"].as_array().unwrap().contains(&json!({ "name": "nickname", "value": "north" })), "{found}");
    assert_eq!(rest(&router, "admin", &(update + custom + "&users[0][firstname]=X")).await["errorcode"], "accessexception");
}

#[tokio::test]
async fn the_same_over_soap_xml_rpc_and_json() {
    let (router, desk) = served().await;
    let (user, course) = newcomer(&desk).await;
    let post = async |target: &str, body: String| {
        let target = target.replace("PASSWORD", PASSWORD);
        let request = Request::post(target).header("content-type", "text/xml").body(Body::from(body)).unwrap();
        let text = router.clone().oneshot(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(text.to_vec()).unwrap()
    };
    let item = format!("<item><roleid>5</roleid><userid>{user}</userid><courseid>{course}</courseid></item>");
    let envelope = |body: &str| {
        let soap = "http://schemas.xmlsoap.org/soap/envelope/";
        format!("<e:Envelope xmlns:e='{soap}'><e:Body>{body}</e:Body></e:Envelope>")
    };
    let soap = "/webservice/soap/simpleserver.php?wsusername=admin&wspassword=PASSWORD";
    let body = envelope(&format!("<enrol_manual_enrol_users><enrolments>{item}</enrolments></enrol_manual_enrol_users>"));
    assert_eq!(post(soap, body).await, "", "a function that gives nothing has an empty answer");
    assert_eq!(level(&desk, user, course).await, 5);
    let about = post(soap, envelope("<core_webservice_get_site_info><serviceshortnames/></core_webservice_get_site_info>")).await;
    assert!(about.contains(">admin</username>") && about.contains(">enrol_manual_enrol_users</"), "{about}");
    let member = |name: &str, value: i64| format!("<member><name>{name}</name><value><int>{value}</int></value></member>");
    let leaving = format!("<value><struct>{}{}</struct></value>", member("userid", user), member("courseid", course));
    let param = format!("<param><value><array><data>{leaving}</data></array></value></param>");
    let call = format!("<methodCall><methodName>enrol_manual_unenrol_users</methodName><params>{param}</params></methodCall>");
    let rpc = "/webservice/xmlrpc/simpleserver.php?wsusername=admin&wspassword=PASSWORD";
    assert!(post(rpc, call).await.ends_with("<params/></methodResponse>"));
    assert_eq!(level(&desk, user, course).await, 0);
    let enrolments = json!({ "enrolments": [{ "roleid": 4, "userid": user, "courseid": course }] });
    assert_eq!(api(&router, "admin", "moodle/enrol_manual_enrol_users", enrolments).await.0, 204);
    assert_eq!(level(&desk, user, course).await, 4);
    // Nothing to do is nothing wrong.
    assert_eq!(api(&router, "admin", "moodle/enrol_manual_enrol_users", json!({ "enrolments": [] })).await.0, 204);
    assert_eq!(api(&router, "admin", "moodle/core_group_add_group_members", json!({ "members": [] })).await.0, 204);
    let (status, about) = api(&router, "admin", "moodle/core_webservice_get_site_info", json!({})).await;
    assert_eq!((status, &about["username"], &about["userissiteadmin"]), (200, &json!("admin"), &json!(true)));
}

/// Every client of Moodle begins so.
#[tokio::test]
async fn a_client_takes_a_token_and_asks_who_it_is_and_what_it_may_call() {
    let (router, _) = served().await;
    let login = get(&router, &format!("/login/token.php?username=teacher&password={PASSWORD}&service=moodle")).await;
    let token = login["token"].as_str().unwrap();
    let call = "wsfunction=core_webservice_get_site_info&moodlewsrestformat=json";
    let about = get(&router, &format!("/webservice/rest/server.php?wstoken={token}&{call}")).await;
    assert_eq!((&about["username"], &about["siteurl"]), (&json!("teacher"), &json!("https://school.example")));
    assert!(about["userid"].as_i64().unwrap() > 0 && !about["fullname"].as_str().unwrap().is_empty(), "{about}");
    assert_eq!((&about["release"], &about["version"]), (&json!("4.5.5"), &json!("2024100705")));
    assert_eq!(about["userissiteadmin"], false);
    let functions = super::each(&about["functions"], "name");
    assert!(functions.contains(&json!("core_course_get_categories")) && !functions.contains(&json!("get_categories")), "{about}");
    let call = "wsfunction=core_course_get_categories&moodlewsrestformat=json";
    let categories = get(&router, &format!("/webservice/rest/server.php?wstoken={token}&{call}")).await;
    assert!(categories.as_array().is_some_and(|list| !list.is_empty()), "{categories}");
}

#[tokio::test]
async fn an_account_of_a_system_does_what_it_was_given_over_every_protocol() {
    let (router, desk) = served().await;
    let first = members(&desk, 1).await[0];
    let leave = format!("core_group_delete_group_members&members[0][groupid]=1&members[0][userid]={first}");
    let join = format!("core_group_add_group_members&members[0][groupid]=1&members[0][userid]={first}");
    // Its capability, its operations, both families.
    assert_eq!(rest(&router, "clerk", &leave).await, Json::Null);
    assert_eq!(plain(&router, "clerk", &format!("affect_user_to_group&userid={first}&groupid=1")).await["status"], true);
    assert_eq!(api(&router, "clerk", "mdl_soapserver/affect_user_to_group", json!({ "userid": first, "groupid": 1 })).await.0, 200);
    // Operations that it was not given, whatever they need.
    assert_eq!(rest(&router, "clerk", "core_course_get_categories").await["errorcode"], "accessexception");
    assert_eq!(plain(&router, "clerk", "get_users").await["errorcode"], "accessexception");
    assert_eq!(api(&router, "clerk", "mdl_soapserver/delete_user", json!({ "userid": "9", "useridfield": "id" })).await.0, 403);
    // A capability that it was not given.
    assert_eq!(rest(&router, "reader", &join).await["errorcode"], "nopermissions");
    // A service that it was not given.
    let (status, problem) = api(&router, "reader", "mdl_soapserver/affect_user_to_group", json!({ "userid": first, "groupid": 1 })).await;
    assert_eq!((status, problem["code"].as_str()), (403, Some("accessexception")));
    assert_eq!(rest(&router, "enroller", "core_course_get_categories").await["errorcode"], "accessexception");
    // One that may create users may do that and nothing else that changes something.
    let user = json!({ "userdatum": { "username": "newcomer", "idnumber": "N1", "firstname": "N", "lastname": "C", "email": "n@school.example", "password": "Secret-1-word" } });
    let (status, made) = api(&router, "enroller", "mdl_soapserver/add_user", user).await;
    assert!(status == 200 && made[0]["username"] == "newcomer", "{made}");
    let id = made[0]["id"].to_string();
    let (_, gone) = api(&router, "enroller", "mdl_soapserver/delete_user", json!({ "userid": id, "useridfield": "id" })).await;
    assert!(gone.to_string().contains("you don't have the permissions to do this."), "{gone}");
    // The roles of its user do not count: it has those of nobody.
    let (_, edited) =
        api(&router, "enroller", "mdl_soapserver/edit_courses", json!({ "courses": [{ "action": "delete", "id": 2 }] })).await;
    assert!(edited.to_string().contains("you don't have the permissions to do this."), "{edited}");
}
