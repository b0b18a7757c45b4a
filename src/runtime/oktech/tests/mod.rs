//! Tests of OK Tech's endpoints, through the router.

mod defects;
mod interface;
mod rest;
mod samples;
mod soap;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use mwsc_contract::{Manifest, Value};
use serde_json::json;
use tower::ServiceExt as _;

use crate::accounts::{Accounts, Memory};
use crate::app::{App, Known, router};
use crate::build::Build;
use crate::dispatch::{Backend, Call, Failure, FailureKind, Grants};
use crate::settings::Settings;

/// An answer over HTTP.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Answer { status: head.status, headers: head.headers, text }
}

async fn get(router: &Router, target: &str) -> Answer {
    let target = target.replace('[', "%5B").replace(']', "%5D").replace(' ', "%20").replace('<', "%3C").replace('>', "%3E");
    send(router, Request::get(target).body(Body::empty()).unwrap()).await
}

async fn post(router: &Router, target: &str, kind: &str, body: &str) -> Answer {
    send(router, Request::post(target).header("content-type", kind).body(Body::from(body.to_owned())).unwrap()).await
}

/// A router in front of a back end and accounts, called from the loopback address.
pub(crate) fn serving(
    manifest: Manifest,
    files: HashMap<String, bytes::Bytes>,
    backend: Arc<dyn Backend>,
    accounts: Arc<dyn Accounts>,
) -> Router {
    let settings = Settings { base_url: "http://127.0.0.1:8099".to_owned(), ..Settings::default() };
    let app = App { build: Build::new(manifest, files), backend, accounts, settings, metrics: Arc::default(), known: Known::default() };
    router(Arc::new(app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
}

/// Answers with what a test says.
struct Canned<F>(F);

#[async_trait]
impl<F: Fn(&Call<'_>) -> Result<serde_json::Value, Failure> + Send + Sync> Backend for Canned<F> {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        (self.0)(&call).map(|json| serde_json::from_value(json).unwrap())
    }
}

/// A small school in both shapes. `admin` has the password `secret`; `pupil` may do nothing.
///
/// - `get_rooms(names, field = "name")` lists rooms: the hall, an error for `attic`, nothing for no name;
/// - `edit_rooms(rooms)` gives back what it was sent;
/// - `delete_room(id, field)` fails for an id that does not exist, and shows a row with an error otherwise;
/// - `has_key(room, level)` is true; `enrol_pupils` gives records of a class.
pub(crate) fn school() -> Router {
    let backend = Canned(|call: &Call<'_>| {
        if &*call.caller.username == "pupil" {
            return Err(Failure::forbidden("you don't have the permissions to do this."));
        }
        let args = serde_json::to_value(&call.args).unwrap();
        Ok(match call.operation {
            "get_rooms" => {
                let room = |name: &serde_json::Value| match name.as_str() {
                    Some("hall") => {
                        json!({ "id": 7, "name": "hall <& é/\u{1}", "hash": "5f4dcc3b", "area": 12.5, "open": true, "note": null })
                    }
                    _ => json!({ "error": format!("no match found for {} = {}", args["field"].as_str().unwrap(), name.as_str().unwrap()) }),
                };
                args["names"].as_array().unwrap().iter().map(room).collect()
            }
            "edit_rooms" => args["rooms"].clone(),
            "delete_room" if args["id"] == "0" => {
                let message = format!("room {}=0 <unknown>.", args["field"].as_str().unwrap());
                return Err(Failure { field: "identifier".to_owned(), ..Failure::new(FailureKind::NotFound, "invalidrecord", message) });
            }
            "delete_room" => json!([{ "error": "room is gone already", "id": 7, "name": "hall", "note": "5f4dcc3b" }]),
            "enrol_pupils" => json!([{ "userid": "S1", "course": "C1", "timestart": 5 }, { "error": "user idnumber=X unknown." }]),
            "get_my_group" => json!([]),
            "broken" => return Err(Failure::internal("the disk is full")),
            _ => json!(true),
        })
    });
    let accounts = Memory::new(Duration::from_secs(60)).with(2, "admin", "secret", "t0", Grants::Roles);
    let accounts = accounts.with(3, "pupil", "p", "", Grants::Only([].into()));
    let wsdl = bytes::Bytes::from_static(b"<definitions targetNamespace=\"CFGWWWROOT/wspp/wsdl\" x=\"CFGWWWROOT\"/>");
    let files = HashMap::from([("old.wsdl".to_owned(), wsdl.clone()), ("new.wsdl".to_owned(), wsdl)]);
    serving(serde_json::from_value(manifest()).unwrap(), files, Arc::new(backend), Arc::new(accounts))
}

fn scalar(kind: &str) -> serde_json::Value {
    json!({ "scalar": { "kind": kind } })
}

fn session() -> [serde_json::Value; 2] {
    [
        json!({ "name": "client", "type": scalar("int"), "session": "client" }),
        json!({ "name": "sesskey", "type": scalar("string"), "session": "key" }),
    ]
}

fn operation(params: &serde_json::Value, result: &serde_json::Value) -> serde_json::Value {
    let mut all = session().to_vec();
    all.extend(params.as_array().unwrap().iter().cloned());
    json!({ "login-required": true, "params": all, "result": { "type": result } })
}

pub(crate) fn manifest() -> serde_json::Value {
    let rooms = json!({ "list": { "type": { "record": "roomRecord" } } });
    let text = |name: &str| json!({ "name": name, "type": scalar("string") });
    let number = |name: &str| json!({ "name": name, "type": scalar("int") });
    let names = json!({ "name": "names", "type": { "list": { "type": scalar("string") } } });
    let field = json!({ "name": "field", "type": scalar("string"), "presence": { "default": "name" } });
    let operations = json!({
        "login": { "login-required": false, "params": [text("username"), text("password")], "result": { "type": { "record": "loginReturn" } } },
        "logout": operation(&json!([]), &scalar("bool")),
        "get_my_id": operation(&json!([]), &scalar("int")),
        "get_version": operation(&json!([]), &scalar("int")),
        "get_rooms": operation(&json!([names, field]), &rooms),
        "edit_rooms": operation(&json!([{ "name": "rooms", "type": rooms }]), &rooms),
        "delete_room": operation(&json!([text("id"), text("field")]), &rooms),
        "has_key": operation(&json!([text("room"), number("level")]), &scalar("bool")),
        "enrol_pupils": operation(&json!([]), &json!({ "list": { "type": { "record": "enrolRecord" } } })),
        "get_my_group": operation(&json!([]), &rooms),
        "broken": operation(&json!([]), &scalar("bool")),
    });
    json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [],
        "services": [{
            "shortname": "school", "name": "School", "convention": "ok-tech",
            "operations": operations.as_object().unwrap().keys().collect::<Vec<_>>(),
        }],
        "operations": operations,
        "records": {
            "loginReturn": { "fields": [number("client"), text("sessionkey")] },
            "roomRecord": { "fields": [
                text("error"), number("id"), text("name"), { "name": "area", "type": scalar("float") }, { "name": "open", "type": scalar("bool") },
                text("note"), { "name": "parts", "type": { "list": { "type": { "record": "roomRecord" } } } },
            ] },
            "enrolRecord": { "fields": [text("error"), text("userid"), text("course"), number("timestart")] },
        },
        "endpoints": [
            interface::endpoint("oktech", "/wspp/service_pp.php", "/wspp/wsdl_pp.php", "old", &operations),
            interface::endpoint("oktech-simplified", "/wspp/service_pp2.php", "/wspp/wsdl_pp2.php", "new", &operations),
        ],
        "rules": {}, "files": [],
    })
}

/// A session of the administrator: number and key.
async fn login(router: &Router) -> (String, String) {
    let answer = get(router, "/wspp/service_pp2.php?wsfunction=login&wsformatout=json&username=admin&password=secret").await;
    let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    let client = json["client"].as_str().map_or_else(|| json["client"].to_string(), str::to_owned);
    (client, json["sessionkey"].as_str().unwrap().to_owned())
}

const REST: &str = "/wspp/service_pp2.php";

/// A call by plain HTTP with a name and a password.
async fn alone(router: &Router, rest: &str) -> Answer {
    get(router, &format!("{REST}?wsusername=admin&wspassword=secret&{rest}")).await
}
