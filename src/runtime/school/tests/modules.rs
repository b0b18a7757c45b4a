//! Functions of Moodle that the crosswalk maps exactly, in each protocol that has them: Moodle's REST in both formats, XML-RPC, typed SOAP
//! and JSON.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use base64::Engine as _;
use http_body_util::BodyExt as _;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::{Desk, PASSWORD};
use crate::app::router;
use crate::school::School;
use crate::testing::with_functions;

/// How a function is called.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    RestJson,
    RestXml,
    XmlRpc,
    Typed,
    Json,
}
use Protocol::{RestJson, RestXml, Typed, XmlRpc};

const PROTOCOLS: [Protocol; 5] = [RestJson, RestXml, XmlRpc, Typed, Protocol::Json];

/// A school with functions of Moodle, and its router.
struct Served {
    router: Router,
    desk: Desk,
}

impl Served {
    async fn new() -> Served {
        let build = with_functions();
        let school = School::open("memory", &build.manifest, "https://school.example", Some(PASSWORD)).await.unwrap().school;
        let desk = Desk::with(school.clone(), build.clone());
        let router = router(Arc::new(Desk::with(school, build).app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        Served { router, desk }
    }

    /// The text of an answer, be it a failure.
    async fn call(&self, protocol: Protocol, user: &str, function: &str, args: &Json) -> String {
        let simple = |name: &str| format!("/webservice/{name}/simpleserver.php?wsusername={user}&wspassword={PASSWORD}");
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{PASSWORD}"));
        let (target, kind, body) = match protocol {
            RestJson | RestXml => {
                let format = if matches!(protocol, RestJson) { "json" } else { "xml" };
                let form = "application/x-www-form-urlencoded";
                (simple("rest"), form, format!("moodlewsrestformat={format}&wsfunction={function}{}", fields("", args)))
            }
            XmlRpc => {
                let params: Vec<_> = args.as_object().unwrap().values().map(|arg| format!("<param>{}</param>", rpc(arg))).collect();
                let params = params.concat();
                let call = format!("<methodCall><methodName>{function}</methodName><params>{params}</params></methodCall>");
                (simple("xmlrpc"), "text/xml", call)
            }
            Typed => {
                let body = element(function, args).replacen('>', " xmlns='urn:moodle:ws:local_school'>", 1);
                let soap = "http://schemas.xmlsoap.org/soap/envelope/";
                let envelope = format!("<e:Envelope xmlns:e='{soap}'><e:Body>{body}</e:Body></e:Envelope>");
                ("/services/local_school".to_owned(), "text/xml", envelope)
            }
            Protocol::Json => (format!("/api/local_school/{function}"), "application/json", args.to_string()),
        };
        let request = Request::post(target).header("content-type", kind).header("authorization", format!("Basic {basic}"));
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    async fn level(&self, user: i64, course: i64) -> Json {
        super::across::level(&self.desk, user, course).await
    }
}

/// Form fields.
fn fields(at: &str, value: &Json) -> String {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}%5B{name}%5D") };
    match value {
        Json::Object(map) => map.iter().map(|(name, value)| fields(&below(name), value)).collect(),
        Json::Array(items) => items.iter().enumerate().map(|(at, value)| fields(&below(&at.to_string()), value)).collect(),
        Json::String(text) => format!("&{at}={text}"),
        other => format!("&{at}={other}"),
    }
}

/// A value of XML-RPC.
fn rpc(value: &Json) -> String {
    let inner = match value {
        Json::Object(map) => {
            let member = |(name, value): (&String, &Json)| format!("<member><name>{name}</name>{}</member>", rpc(value));
            format!("<struct>{}</struct>", map.iter().map(member).collect::<Vec<_>>().concat())
        }
        Json::Array(items) => format!("<array><data>{}</data></array>", items.iter().map(rpc).collect::<String>()),
        Json::String(text) => format!("<string>{text}</string>"),
        other => format!("<int>{other}</int>"),
    };
    format!("<value>{inner}</value>")
}

/// An element of typed SOAP.
fn element(name: &str, value: &Json) -> String {
    let inner: String = match value {
        Json::Object(map) => map.iter().map(|(name, value)| element(name, value)).collect(),
        Json::Array(items) => items.iter().map(|item| element("item", item)).collect(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("<{name}>{inner}</{name}>")
}

/// The single values of an answer, in the order of their texts: empty ones are left out, and true is `1`.
fn leaves(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    if let Ok(json) = serde_json::from_str::<Json>(text) {
        scalars(&json, &mut out);
    } else {
        let (mut reader, mut path, mut leaf) = (Reader::from_str(text), Vec::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => path.push(start.name().as_ref().to_owned()),
                Event::Text(text) => leaf.push_str(&text),
                Event::GeneralRef(name) => {
                    let entity = format!("&{};", &*name);
                    leaf.push_str(&quick_xml::escape::unescape(&entity).unwrap());
                }
                Event::End(_) => {
                    let (name, text) = (path.pop(), std::mem::take(&mut leaf));
                    // XML-RPC names a member by an element.
                    if name.as_deref() != Some("name") || path.last().is_none_or(|around| around != "member") {
                        out.push(text.trim().to_owned());
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    let spelled = |text: String| match text.as_str() {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        _ => text,
    };
    let mut out: Vec<String> = out.into_iter().filter(|text| !text.is_empty()).map(spelled).collect();
    out.sort_unstable();
    out
}

fn scalars(value: &Json, out: &mut Vec<String>) {
    match value {
        Json::Object(map) => map.values().for_each(|value| scalars(value, out)),
        Json::Array(items) => items.iter().for_each(|value| scalars(value, out)),
        Json::String(text) => out.push(text.clone()),
        Json::Null => {}
        other => out.push(other.to_string()),
    }
}

#[tokio::test]
async fn forums_of_courses() {
    let served = Served::new().await;
    let known = served.desk.ok("teacher", "get_all_forums", json!({ "fieldname": "course", "fieldvalue": "2" })).await;
    assert!(known.as_array().is_some_and(|forums| forums.len() > 1), "{known}");
    let wanted = json!({ "courseids": [2, 2, 999] });
    let answer: Json = serde_json::from_str(&served.call(RestJson, "teacher", "mod_forum_get_forums_by_courses", &wanted).await).unwrap();
    // Whatever a record has, Moodle tells as well: that is what makes the mapping exact.
    let forums = answer.as_array().unwrap();
    assert!(forums.len() > 1, "{answer}");
    for forum in forums {
        let record = known.as_array().unwrap().iter().find(|record| record["id"] == forum["id"]).unwrap();
        for (name, value) in record.as_object().unwrap() {
            assert_eq!(&forum[name], value, "{name}");
        }
        assert!(forum["cmid"].as_i64().is_some_and(|module| module > 0) && forum["introformat"] == 1, "{forum}");
    }
    for protocol in PROTOCOLS {
        let text = served.call(protocol, "teacher", "mod_forum_get_forums_by_courses", &wanted).await;
        assert_eq!(leaves(&text), leaves(&answer.to_string()), "{protocol:?}: {text}");
    }
    // Without a course those of the caller's courses, and none of others.
    for (user, wanted, some) in [("student", json!({}), true), ("student20", json!({}), false), ("student20", wanted, false)] {
        let text = served.call(RestJson, user, "mod_forum_get_forums_by_courses", &wanted).await;
        assert_eq!(text != "[]", some, "{user}: {text}");
    }
}

#[tokio::test]
async fn labels_of_courses() {
    let served = Served::new().await;
    let known = served.desk.ok("teacher", "get_all_labels", json!({ "fieldname": "course", "fieldvalue": "2" })).await;
    let wanted = json!({ "courseids": [2, 999] });
    let answer: Json = serde_json::from_str(&served.call(RestJson, "teacher", "mod_label_get_labels_by_courses", &wanted).await).unwrap();
    let record = &known[0];
    let label = answer["labels"].as_array().unwrap().iter().find(|label| label["id"] == record["id"]).unwrap();
    for (field, of) in [("id", "id"), ("course", "course"), ("name", "name"), ("intro", "content"), ("timemodified", "timemodified")] {
        assert_eq!(label[field], record[of], "{field}");
    }
    assert_eq!(label["visible"], true, "teachers learn where it stands");
    assert_eq!(answer["warnings"][0]["itemid"], 999, "{answer}");
    for protocol in PROTOCOLS {
        let text = served.call(protocol, "teacher", "mod_label_get_labels_by_courses", &wanted).await;
        assert_eq!(leaves(&text), leaves(&answer.to_string()), "{protocol:?}: {text}");
    }
    let seen: Json = serde_json::from_str(&served.call(RestJson, "student", "mod_label_get_labels_by_courses", &wanted).await).unwrap();
    assert!(seen["labels"][0]["id"] == label["id"] && seen["labels"][0].get("section").is_none(), "{seen}");
}

#[tokio::test]
async fn activities_move_within_their_course() {
    let served = Served::new().await;
    let labels = served.call(RestJson, "teacher", "mod_label_get_labels_by_courses", &json!({ "courseids": [2] })).await;
    let labels: Json = serde_json::from_str(&labels).unwrap();
    let module = labels["labels"][0]["coursemodule"].as_i64().unwrap();
    let sections = async || served.desk.ok("teacher", "get_sections", json!({ "courseids": ["2"], "idfield": "id" })).await;
    let holds = async || {
        let found = sections().await;
        let is_there = |section: &&Json| section["sequence"].as_str().unwrap().split(',').any(|one| one == module.to_string());
        found.as_array().unwrap().iter().filter(is_there).map(|section| section["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let ids: Vec<i64> = sections().await.as_array().unwrap().iter().map(|section| section["id"].as_i64().unwrap()).collect();
    for (protocol, section) in PROTOCOLS.into_iter().zip(ids.iter().cycle()) {
        let args = json!({ "action": "cm_move", "courseid": 2, "ids": [module], "targetsectionid": section });
        let text = served.call(protocol, "teacher", "core_courseformat_update_course", &args).await;
        assert_eq!(holds().await, [*section], "{protocol:?}: {text}");
        let refused = served.call(protocol, "student", "core_courseformat_update_course", &args).await;
        assert!(refused.contains("nopermissions"), "{protocol:?}: {refused}");
    }
    // Into the last section, which is hidden, and out of it.
    let visible = async || {
        let text = served.call(RestJson, "teacher", "mod_label_get_labels_by_courses", &json!({ "courseids": [2] })).await;
        serde_json::from_str::<Json>(&text).unwrap()["labels"][0]["visible"].as_bool().unwrap()
    };
    for (section, expected) in [(ids[ids.len() - 1], false), (ids[1], true)] {
        let args = json!({ "action": "cm_move", "courseid": 2, "ids": [module], "targetsectionid": section });
        served.call(RestJson, "teacher", "core_courseformat_update_course", &args).await;
        assert_eq!((holds().await, visible().await), (vec![section], expected));
    }
    let stands = holds().await;
    for (args, code) in [
        (json!({ "action": "cm_hide", "courseid": 2, "ids": [module], "targetsectionid": ids[0] }), "accessexception"),
        (json!({ "action": "cm_move", "courseid": 2, "ids": [module], "targetsectionid": 0, "targetcmid": module }), "accessexception"),
        (json!({ "action": "cm_move", "courseid": 2, "ids": [], "targetsectionid": ids[0] }), "ids"),
        (json!({ "action": "cm_move", "courseid": 2, "ids": [module, 9999], "targetsectionid": ids[0] }), "unknowncoursemodule"),
        (json!({ "action": "cm_move", "courseid": 2, "ids": [module], "targetsectionid": 9999 }), "unknownsection"),
        (json!({ "action": "cm_move", "courseid": 999, "ids": [module], "targetsectionid": ids[0] }), "unknowncourse"),
    ] {
        for protocol in PROTOCOLS {
            let text = served.call(protocol, "teacher", "core_courseformat_update_course", &args).await;
            assert!(text.contains(code), "{protocol:?} {args}: {text}");
        }
    }
    assert_eq!(holds().await, stands, "nothing was done in part");
}

#[tokio::test]
async fn roles_and_profiles_change_in_every_protocol() {
    let served = Served::new().await;
    let found = served.desk.ok("admin", "get_user_byusername", json!({ "userinfo": "student20" })).await;
    let (user, course) = (found[0]["id"].as_i64().unwrap(), 2);
    for (number, protocol) in PROTOCOLS.into_iter().enumerate() {
        for role in ["student", "editingteacher"] {
            let args = json!({ "userid": user, "courseid": course, "rolename": role });
            served.desk.ok("admin", "affect_user_to_course", args).await;
        }
        assert_eq!(served.level(user, course).await, 3);
        let role = json!({ "unassignments": [{ "roleid": 3, "userid": user, "contextlevel": "course", "instanceid": course }] });
        let refused = served.call(protocol, "student", "core_role_unassign_roles", &role).await;
        assert!(refused.contains("nopermissions") && served.level(user, course).await == 3, "{protocol:?}: {refused}");
        let text = served.call(protocol, "admin", "core_role_unassign_roles", &role).await;
        assert_eq!(served.level(user, course).await, 5, "{protocol:?}: {text}");
        let name = format!("n{number}");
        let profile = json!({ "users": [{ "id": user, "customfields": [{ "type": "nickname", "value": name }] }] });
        let text = served.call(protocol, "admin", "core_user_update_users", &profile).await;
        let found = served.desk.ok("admin", "get_user_byid", json!({ "userinfo": user })).await;
        let expected = json!({ "name": "nickname", "value": name });
        assert!(found[0]["profile"].as_array().unwrap().contains(&expected), "{protocol:?}: {text} {found}");
    }
}

#[tokio::test]
async fn what_the_crosswalk_only_converts_is_not_answered() {
    let served = Served::new().await;
    for protocol in PROTOCOLS {
        let text = served.call(protocol, "admin", "gradereport_user_get_grade_items", &json!({ "courseid": 2 })).await;
        assert!(text.contains("accessexception"), "{protocol:?}: {text}");
    }
    let answered = School::functions(&served.desk.app.build.manifest);
    assert!(answered.iter().any(|name| name == "mod_label_get_labels_by_courses"), "{answered:?}");
    assert!(!answered.iter().any(|name| name == "gradereport_user_get_grade_items"), "{answered:?}");
}
