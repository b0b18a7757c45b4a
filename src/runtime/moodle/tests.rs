//! Tests of Moodle's endpoints, through the router.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use http_body_util::BodyExt as _;
use mwsc_contract::{Manifest, Value};
use serde_json::json;
use tower::ServiceExt as _;

use crate::accounts::Memory;
use crate::app::{App, router};
use crate::build::Build;
use crate::dispatch::{Backend, Call, Failure, Grants};
use crate::settings::Settings;

/// Answers with its arguments.
struct Echo;

#[async_trait]
impl Backend for Echo {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        if call.operation == "core_nothing" {
            return Ok(Value::Null);
        }
        Ok([("id", call.args.get("id").cloned().unwrap_or_default()), ("who", Value::from(&*call.caller.username))].into_iter().collect())
    }
}

fn app(debug: bool) -> Router {
    let scalar = |kind: &str| json!({ "scalar": { "kind": kind } });
    let operation = |params: serde_json::Value, result: Option<serde_json::Value>| {
        let mut out = json!({ "login-required": true, "params": params });
        if let Some(result) = result {
            out["result"] = result;
        }
        out
    };
    let echo = operation(json!([{ "name": "id", "type": scalar("string") }]), Some(json!({ "type": { "record": "echo" } })));
    let manifest: Manifest = serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [],
        "services": [
            { "shortname": "one", "name": "One", "operations": ["core_echo", "core_nothing"], "convention": "moodle" },
            { "shortname": "two", "name": "Two", "operations": ["core_other"], "convention": "moodle" },
        ],
        "operations": { "core_echo": echo, "core_nothing": operation(json!([]), None), "core_other": operation(json!([]), None) },
        "records": { "echo": { "fields": [{ "name": "id", "type": scalar("string") }, { "name": "who", "type": scalar("string") }] } },
        "endpoints": [], "rules": {}, "files": [],
    }))
    .unwrap();
    let accounts = Memory::new(Duration::from_secs(60)).with(7, "ann", "secret", "a0", Grants::Roles);
    let settings = Settings { debug, ..Settings::default() };
    let app = App { build: Build::new(manifest, HashMap::new()), backend: Arc::new(Echo), accounts: Arc::new(accounts), settings };
    router(Arc::new(app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
}

async fn post(app: &Router, path: &str, body: &str) -> String {
    let request =
        Request::post(path).header("content-type", "application/x-www-form-urlencoded").body(Body::from(body.to_owned())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path} {body}");
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

const REST: &str = "/webservice/rest/server.php";

#[tokio::test]
async fn rest_in_both_formats() {
    let app = app(false);
    let call = "wstoken=a0&wsfunction=core_echo&id=5&moodlewssettingfilter=true";
    assert_eq!(post(&app, REST, &format!("{call}&moodlewsrestformat=json")).await, r#"{"id":"5","who":"ann"}"#);
    let xml = post(&app, &format!("{REST}?{call}"), "").await;
    assert!(xml.contains("<KEY name=\"id\"><VALUE>5</VALUE>\n</KEY>"), "{xml}");
    assert_eq!(post(&app, REST, "wstoken=a0&wsfunction=core_nothing&moodlewsrestformat=json").await, "null");
    assert!(post(&app, REST, "wstoken=a0&wsfunction=core_nothing").await.ends_with("<RESPONSE>\n</RESPONSE>\n"));
}

#[tokio::test]
async fn rest_exceptions() {
    let app = app(false);
    for (call, code) in [
        ("wsfunction=core_echo&id=5", "invalidtoken"),
        ("wstoken=b&wsfunction=core_echo&id=5", "invalidtoken"),
        ("wstoken=a0", "invalidparameter"),
        ("wstoken=a0&wsfunction=core_gone", "invalidrecord"),
        ("wstoken=a0&wsfunction=core_echo", "invalidparameter"),
        ("wstoken=a0&wsfunction=core_echo&id=5&more=1", "invalidparameter"),
    ] {
        let answer = post(&app, REST, &format!("{call}&moodlewsrestformat=json")).await;
        assert!(answer.contains(&format!("\"errorcode\":\"{code}\"")) && !answer.contains("debuginfo"), "{call}: {answer}");
        let answer = post(&app, REST, call).await;
        assert!(answer.contains(&format!("<ERRORCODE>{code}</ERRORCODE>")), "{call}: {answer}");
    }
}

#[tokio::test]
async fn a_token_is_for_one_service() {
    let app = app(false);
    assert_eq!(post(&app, "/login/token.php", "appsitecheck=1").await, r#"{"appsitecheck":"ok"}"#);
    let answer = post(&app, "/login/token.php", "username=ann&password=secret&service=two").await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let token = answer["token"].as_str().unwrap();
    let call = async |function: &str| post(&app, REST, &format!("wstoken={token}&wsfunction={function}&moodlewsrestformat=json")).await;
    assert!(call("core_echo").await.contains("accessexception"));
    assert_eq!(call("core_other").await, "null");
    for (fields, code) in [
        ("username=ann&password=wrong&service=two", "invalidlogin"),
        ("username=ann&password=secret&service=none", "servicenotavailable"),
        ("username=ann&password=secret", "missingparam"),
    ] {
        let answer = post(&app, "/login/token.php", fields).await;
        assert!(answer.contains(&format!("\"errorcode\":\"{code}\",\"stacktrace\":null")), "{answer}");
    }
}

#[tokio::test]
async fn xml_rpc() {
    let app = app(true);
    let call =
        |function: &str, params: &str| format!("<methodCall><methodName>{function}</methodName><params>{params}</params></methodCall>");
    let number = "<param><value><string>5</string></value></param>";
    let path = "/webservice/xmlrpc/server.php?wstoken=a0";
    let answer = post(&app, path, &call("core_echo", number)).await;
    assert!(answer.contains("<member><name>id</name><value><string>5</string></value></member>"), "{answer}");
    assert!(post(&app, path, &call("core_nothing", "")).await.ends_with("<params/></methodResponse>"));
    assert!(post(&app, path, &call("core_nothing", number)).await.contains("ERRORCODE: invalidparameter"));
    assert!(post(&app, path, "<nope").await.contains("23604497"));
    assert!(post(&app, "/webservice/xmlrpc/server.php", &call("core_echo", number)).await.contains("89159464"));
}
