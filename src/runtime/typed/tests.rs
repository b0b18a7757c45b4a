//! Tests of typed SOAP, through the router.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use base64::Engine as _;
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::*;
use crate::accounts::Memory;
use crate::build::Build;
use crate::dispatch::{Backend, Call, Grants};
use crate::settings::Settings;

/// Answers with what it was asked, or fails.
struct Library;

#[async_trait]
impl Backend for Library {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        match call.args.get("id") {
            Some(Value::Int(0)) => Err(Failure::forbidden("not yours")),
            Some(Value::Int(1)) => Err(Failure::internal("secret of the server")),
            id => Ok([("id", id.cloned().unwrap_or_default()), ("who", Value::from(&*call.caller.username))].into_iter().collect()),
        }
    }
}

fn library(debug: bool) -> Router {
    let manifest = serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [], "rules": {}, "files": [],
        "services": [{ "shortname": "library", "name": "Library", "operations": ["lend"], "convention": "moodle" }],
        "operations": { "lend": {
            "login-required": true, "params": [{ "name": "id", "type": { "scalar": { "kind": "int" } } }], "result": { "type": { "record": "loan" } },
        } },
        "records": { "loan": { "fields": [
            { "name": "id", "type": { "scalar": { "kind": "int" } } }, { "name": "who", "type": { "scalar": { "kind": "string" } } },
        ] } },
        "endpoints": [{
            "profile": "document", "service": "library", "style": "document", "soap12": true, "namespace": "urn:library",
            "path": "/services/library", "soap-action": "",
            "wsdls": [{ "path": "/services/library?wsdl", "file": "a.wsdl" }, { "path": "/services/library?wsdl12", "file": "b.wsdl" }],
            "operations": { "lend": {
                "operation": "lend", "response": "lendResponse",
                "parts": [{ "name": "id", "type": { "xsd": "long" }, "carries": { "param": "id" } }],
                "result": { "name": "return", "type": { "named": "loan" }, "carries": "result" },
            } },
            "types": { "loan": { "record": { "record": "loan", "fields": [
                { "name": "id", "type": { "xsd": "long" } }, { "name": "who", "type": { "xsd": "string" } },
            ] } } },
        }],
    }))
    .unwrap();
    serving(manifest, debug)
}

fn serving(manifest: mwsc_contract::Manifest, debug: bool) -> Router {
    let file = |text: &'static str| Bytes::from_static(text.as_bytes());
    let files = HashMap::from([("a.wsdl".to_owned(), file("<a x='CFGWWWROOT/services/library'/>")), ("b.wsdl".to_owned(), file("<b/>"))]);
    let settings = Settings { base_url: "http://x".to_owned(), debug, ..Settings::default() };
    let accounts = Memory::new(Duration::from_secs(60)).with(7, "ann", "secret", "t0k3n", Grants::Roles);
    let backend = Arc::new(Library);
    let app = App {
        build: Build::new(manifest, files),
        backend,
        accounts: Arc::new(accounts),
        settings,
        metrics: Arc::default(),
        known: crate::app::Known::default(),
    };
    crate::app::router(Arc::new(app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
}

async fn send(library: &Router, request: axum::http::request::Builder, body: &str) -> (u16, HeaderMap, String) {
    let response = library.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    (head.status.as_u16(), head.headers, text)
}

fn envelope(header: &str, body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns='urn:library'><s:Header>{header}</s:Header><s:Body>{body}</s:Body>\
         </s:Envelope>"
    )
}

fn post() -> axum::http::request::Builder {
    axum::http::Request::post("/services/library").header("content-type", "text/xml")
}

const LEND: &str = "<lend><id>5</id></lend>";

#[tokio::test]
async fn who_calls_is_said_in_four_ways() {
    let library = library(false);
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("ann:secret"));
    let security = "<w:Security xmlns:w='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd' s:mustUnderstand='1'>\
        <w:UsernameToken><w:Username>ann</w:Username><w:Password>secret</w:Password></w:UsernameToken></w:Security>";
    for (request, header) in [
        (post().header("authorization", &basic), ""),
        (post().header("authorization", "Bearer t0k3n"), ""),
        (post(), "<token>t0k3n</token>"),
        (post(), security),
    ] {
        let (status, headers, text) = send(&library, request, &envelope(header, LEND)).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/xml; charset=utf-8"));
        assert!(text.contains("<lendResponse xmlns=\"urn:library\"><return><id>5</id><who>ann</who></return></lendResponse>"), "{text}");
    }
}

#[tokio::test]
async fn whoever_says_nothing_is_challenged_and_whoever_is_wrong_gets_a_fault() {
    let library = library(false);
    let (status, headers, text) = send(&library, post(), &envelope("", LEND)).await;
    assert_eq!((status, headers["www-authenticate"].to_str().unwrap()), (401, "Basic realm=\"mwsd\", charset=\"UTF-8\""));
    assert!(text.contains("<errorcode>requireloginerror</errorcode>"), "{text}");
    for (request, header) in [(post().header("authorization", "Bearer x"), ""), (post(), "<token>x</token>")] {
        let (status, headers, text) = send(&library, request, &envelope(header, LEND)).await;
        assert_eq!((status, headers.get("www-authenticate")), (500, None));
        assert!(text.contains("<errorcode>invalidtoken</errorcode>"), "{text}");
    }
}

#[tokio::test]
async fn faults_have_a_typed_detail() {
    let library = library(false);
    let call = async |body: &str| send(&library, post().header("authorization", "Bearer t0k3n"), &envelope("", body)).await;
    for (body, code, expected) in [
        ("<lend><id>x</id></lend>", "Client", "<errorcode>invalidparameter</errorcode>"),
        ("<lend><id>x</id></lend>", "Client", "<field>id</field>"),
        ("<lend><alien/></lend>", "Client", "<field>alien</field>"),
        (
            "<lend><id>0</id></lend>",
            "Client",
            "<fault xmlns=\"urn:library\"><errorcode>nopermissions</errorcode><message>not yours</message></fault>",
        ),
        ("<lend><id>1</id></lend>", "Server", "<errorcode>internalerror</errorcode>"),
        ("<gone/>", "Server", "There is no operation `gone`."),
    ] {
        let (status, _, text) = call(body).await;
        assert_eq!(status, 500);
        assert!(text.contains(&format!("<faultcode>SOAP-ENV:{code}</faultcode>")) && text.contains(expected), "{text}");
        assert!(!text.contains("secret of the server"));
    }
    let (_, _, text) =
        send(&self::library(true), post().header("authorization", "Bearer t0k3n"), &envelope("", "<lend><id>1</id></lend>")).await;
    assert!(text.contains("<debuginfo>secret of the server</debuginfo>"), "{text}");
    let (_, _, text) = send(&library, post(), &envelope("<x s:mustUnderstand='1'/>", LEND)).await;
    assert!(text.contains("<faultcode>SOAP-ENV:MustUnderstand</faultcode>"), "{text}");
}

#[tokio::test]
async fn soap_1_2_and_wsdls() {
    let library = library(false);
    let twelve = envelope("", LEND).replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    let request = || post().header("authorization", "Bearer t0k3n");
    let (status, headers, text) = send(&library, request(), &twelve).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/soap+xml; charset=utf-8"));
    assert!(text.contains("<env:Body><lendResponse xmlns=\"urn:library\">"), "{text}");
    let (status, _, text) = send(&library, request(), &twelve.replace(">5<", ">x<")).await;
    assert!(status == 400 && text.contains("<env:Value>env:Sender</env:Value>") && text.contains("<field>id</field>"), "{text}");
    let get = async |target: &str| send(&library, axum::http::Request::get(target), "").await;
    for target in ["/services/library?wsdl", "/services/library?WSDL"] {
        assert_eq!(get(target).await.2, "<a x='http://x/services/library'/>");
    }
    assert_eq!(get("/services/library?wsdl12").await.2, "<b/>");
    let (status, _, text) = get("/services/library").await;
    assert!(status == 404 && text.contains("/services/library?wsdl"), "{text}");
    assert_eq!(send(&library, axum::http::Request::put("/services/library"), "").await.0, 405);
}

/// A service of OK Tech's kind that has sessions and nothing else.
fn desk() -> Router {
    let int = json!({ "scalar": { "kind": "int" } });
    let text = json!({ "scalar": { "kind": "string" } });
    let param = |name: &str, ty: &serde_json::Value| json!({ "name": name, "type": ty });
    let part = |name: &str, ty: &str, carries: serde_json::Value| json!({ "name": name, "type": { "xsd": ty }, "carries": carries });
    let result = |ty: serde_json::Value| json!({ "name": "return", "type": ty, "carries": "result" });
    let session =
        [json!({ "name": "client", "type": int, "session": "client" }), json!({ "name": "sesskey", "type": text, "session": "key" })];
    let parts = [
        json!({ "name": "client", "type": { "xsd": "long" }, "carries": { "session": "client" }, "optional": true }),
        json!({ "name": "sesskey", "type": { "xsd": "string" }, "carries": { "session": "key" }, "optional": true }),
    ];
    let fields = [part("client", "long", json!(null)), part("sessionkey", "string", json!(null))].map(|mut field| {
        field.as_object_mut().unwrap().remove("carries");
        field
    });
    let manifest = json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [], "rules": {}, "files": [],
        "services": [{ "shortname": "library", "name": "Desk", "operations": ["login", "logout", "get_my_id"], "convention": "ok-tech" }],
        "operations": {
            "login": { "login-required": false, "params": [param("username", &text), param("password", &text)], "result": { "type": { "record": "loginReturn" } } },
            "logout": { "login-required": true, "params": session, "result": { "type": { "scalar": { "kind": "bool" } } } },
            "get_my_id": { "login-required": true, "params": session, "result": { "type": int } },
        },
        "records": { "loginReturn": { "fields": [param("client", &int), param("sessionkey", &text)] } },
        "endpoints": [{
            "profile": "document", "service": "library", "style": "document", "namespace": "urn:library",
            "path": "/services/library", "soap-action": "", "wsdls": [{ "path": "/services/library?wsdl", "file": "a.wsdl" }],
            "operations": {
                "login": {
                    "operation": "login", "response": "loginResponse", "result": result(json!({ "named": "loginReturn" })),
                    "parts": [part("username", "string", json!({ "param": "username" })), part("password", "string", json!({ "param": "password" }))],
                },
                "logout": { "operation": "logout", "response": "logoutResponse", "parts": parts, "result": result(json!({ "xsd": "boolean" })) },
                "get_my_id": { "operation": "get_my_id", "response": "get_my_idResponse", "parts": parts, "result": result(json!({ "xsd": "long" })) },
            },
            "types": { "loginReturn": { "record": { "record": "loginReturn", "fields": fields } } },
        }],
    });
    serving(serde_json::from_value(manifest).unwrap(), false)
}

#[tokio::test]
async fn a_logout_ends_the_session_that_it_names() {
    let desk = desk();
    let call = async |body: String| send(&desk, post(), &envelope("", &body)).await.2;
    let (status, headers, refused) =
        send(&desk, post(), &envelope("", "<login><username>ann</username><password>x</password></login>")).await;
    assert_eq!((status, headers.get("www-authenticate")), (500, None), "a login is no call without one: {refused}");
    let opened = call("<login><username>ann</username><password>secret</password></login>".to_owned()).await;
    let within = |name: &str| {
        let (_, rest) = opened.split_once(&format!("<{name}>")).unwrap();
        rest[..rest.find('<').unwrap()].to_owned()
    };
    let session = format!("<client>{}</client><sesskey>{}</sesskey>", within("client"), within("sessionkey"));
    let who = format!("<get_my_id>{session}</get_my_id>");
    assert!(call(who.clone()).await.contains("<return>7</return>"));
    let ended = call(format!("<logout>{session}</logout>")).await;
    assert!(ended.contains("<return>true</return>"), "{ended}");
    let late = call(who).await;
    assert!(late.contains("<errorcode>invalidsession</errorcode>"), "{late}");
}

/// The library, of OK Tech's kind, where books stand on two floors and are lent for as many weeks as a list says.
fn floors() -> Router {
    let floor = json!({ "scalar": { "kind": "string", "values": ["upper floor", "cellar"] } });
    let id = json!({ "scalar": { "kind": "int", "values": [5, 6] } });
    let manifest = serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [], "rules": {}, "files": [],
        "services": [{ "shortname": "library", "name": "Library", "operations": ["lend"], "convention": "ok-tech" }],
        "operations": { "lend": {
            "login-required": true, "params": [{ "name": "id", "type": id }, { "name": "floor", "type": floor, "presence": "optional" }],
            "result": { "type": { "record": "loan" } },
        } },
        "records": { "loan": { "fields": [{ "name": "id", "type": id }, { "name": "floor", "type": floor }] } },
        "endpoints": [{
            "profile": "document", "service": "library", "style": "document", "namespace": "urn:library", "path": "/services/library",
            "soap-action": "", "wsdls": [],
            "operations": { "lend": {
                "operation": "lend", "response": "lendResponse",
                "parts": [
                    { "name": "id", "type": { "xsd": "long" }, "carries": { "param": "id" } },
                    { "name": "floor", "type": { "xsd": "string" }, "carries": { "param": "floor" }, "optional": true },
                ],
                "result": { "name": "return", "type": { "named": "loan" }, "carries": "result" },
            } },
            "types": { "loan": { "record": { "record": "loan", "fields": [
                { "name": "id", "type": { "xsd": "long" } }, { "name": "floor", "type": { "xsd": "string" }, "blank": "upper floor" },
            ] } } },
        }],
    }))
    .unwrap();
    serving(manifest, false)
}

#[tokio::test]
async fn of_an_enumeration_every_protocol_takes_and_gives_its_values_alone() {
    let library = floors();
    let soap = |body: &str| envelope("<token>t0k3n</token>", body);
    let (status, _, text) = send(&library, post(), &soap("<lend><id>5</id><floor>cellar</floor></lend>")).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("<return><id>5</id><floor>upper floor</floor></return>"), "nobody filled it: {text}");
    let said = r#"it is none of "upper floor", "cellar""#;
    let (status, _, text) = send(&library, post(), &soap("<lend><id>5</id><floor>attic</floor></lend>")).await;
    assert_eq!(status, 500);
    assert!(text.contains(&format!("<message>{said}</message>")) && text.contains("<field>floor</field>"), "{text}");

    let json = || {
        axum::http::Request::post("/api/library/lend").header("authorization", "Bearer t0k3n").header("content-type", "application/json")
    };
    let (status, _, text) = send(&library, json(), r#"{"id":5,"floor":"attic"}"#).await;
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &problem["errors"]), (400, &json!([{ "pointer": "/floor", "expected": "string", "detail": said }])));
    let (status, _, text) = send(&library, json(), r#"{"id":6}"#).await;
    assert_eq!((status, text.as_str()), (200, r#"{"id":6,"floor":"upper floor"}"#));
    let (status, _, text) = send(&library, json(), r#"{"id":7}"#).await;
    assert_eq!(status, 400, "{text}");
    assert!(text.contains("it is none of 5, 6"), "{text}");
}
