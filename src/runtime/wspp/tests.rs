//! Tests against the small school of the protocol's own tests, served on loopback as the server that stands behind, in both shapes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::routing::post;
use base64::Engine as _;
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::callers::Callers;
use super::server::{Key, Server};
use super::sessions::Sessions;
use super::*;
use crate::oktech::tests::{manifest, school, serving};
use crate::upstream::transport::Config;

/// What a server was sent, body by body.
type Sent = Arc<Mutex<Vec<String>>>;

/// Serves on loopback and notes what is sent; gives the address.
async fn play(router: Router) -> (String, Sent) {
    let sent = Sent::default();
    let notes = sent.clone();
    let record = move |request: Request, next: Next| {
        let notes = notes.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            notes.lock().unwrap().push(String::from_utf8(body.to_vec()).unwrap());
            next.run(Request::from_parts(head, Body::from(body))).await
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = router.layer(from_fn(record));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, sent)
}

/// How often a server was asked for an operation.
fn asked(sent: &Sent, operation: &str) -> usize {
    sent.lock().unwrap().iter().filter(|body| body.contains(&format!("<ns1:{operation}>"))).count()
}

/// This service in front of a server.
struct Front {
    router: Router,
    server: Arc<Server>,
    backend: Arc<Wspp>,
}

impl Front {
    fn new(url: &str, path: &str) -> Front {
        let manifest: mwsc_contract::Manifest = serde_json::from_value(manifest()).unwrap();
        let config = Config { timeout: Duration::from_millis(500), ..Config::new(&format!("{url}{path}")) };
        let server = Arc::new(Server::new(config, &manifest).unwrap());
        let sessions = Arc::new(Sessions::new(server.clone(), Duration::from_secs(60)).unwrap());
        let backend = Arc::new(Wspp::new(server.clone(), sessions.clone()));
        let callers = Arc::new(Callers::new(server.clone(), sessions));
        Front { router: serving(manifest, HashMap::new(), backend.clone(), callers), server, backend }
    }

    /// Calls an operation over JSON; status and body.
    async fn call(&self, authorization: &str, operation: &str, args: Json) -> (u16, Json) {
        let mut request = Request::post(format!("/api/school/{operation}")).header("content-type", "application/json");
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let request = request.body(Body::from(args.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn admin(&self, operation: &str, args: Json) -> (u16, Json) {
        self.call(&basic("admin:secret"), operation, args).await
    }
}

fn basic(account: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(account))
}

#[tokio::test]
async fn both_shapes_are_spoken() {
    let (url, sent) = play(school()).await;
    for path in ["/wspp/service_pp.php", "/wspp/service_pp2.php"] {
        let front = Front::new(&url, path);
        // What the server leaves out, or sends as blank, is blank in JSON.
        let blank = |error: &str| json!({ "error": error, "id": 0, "name": "", "area": 0.0, "open": false, "note": "", "parts": [] });
        let mut hall = blank("");
        for (field, value) in [("id", json!(7)), ("name", json!("hall <& é/\u{fffd}")), ("area", json!(12.5)), ("open", json!(true))] {
            hall[field] = value;
        }
        let missing = blank("no match found for name = attic");
        assert_eq!(front.admin("get_rooms", json!({ "names": ["hall", "attic"] })).await, (200, json!([hall, missing])));
        assert_eq!(front.admin("has_key", json!({ "room": "hall", "level": 3 })).await, (200, json!(true)));
        assert_eq!(front.admin("get_my_id", json!({})).await, (200, json!(2)));
        let rooms = json!({ "rooms": [{ "name": "loft & attic", "area": 0.5, "parts": [{ "id": 9 }] }, { "id": 0, "open": false }] });
        let (status, edited) = front.admin("edit_rooms", rooms).await;
        assert_eq!((status, &edited[0]["name"], &edited[0]["area"]), (200, &json!("loft & attic"), &json!(0.5)));
        assert_eq!((&edited[0]["parts"][0]["id"], &edited[1]["open"]), (&json!(9), &json!(false)));
        let (status, problem) = front.admin("delete_room", json!({ "id": "0", "field": "name" })).await;
        assert_eq!((status, &problem["detail"]), (400, &json!("room name=0 <unknown>.")));
        let gone = json!([blank("room is gone already")]);
        assert_eq!(front.admin("delete_room", json!({ "id": "7", "field": "name" })).await, (200, gone));
        let (status, problem) = front.admin("broken", json!({})).await;
        assert_eq!((status, &problem["code"]), (502, &json!("badanswer")));
        let (status, problem) = front.call(&basic("pupil:p"), "get_rooms", json!({ "names": [] })).await;
        assert_eq!((status, &problem["detail"]), (403, &json!("you don't have the permissions to do this.")));
        assert_eq!(front.call(&basic("admin:guess"), "get_rooms", json!({ "names": [] })).await.0, 401);
        front.server.ready().await.unwrap();
    }
    let sent = sent.lock().unwrap();
    let edit = sent.iter().find(|body| body.contains("<ns1:edit_rooms>")).unwrap();
    assert!(edit.contains("<rooms xsi:type=\"ns1:roomRecordsReturn\"><items SOAP-ENC:arrayType=\"ns1:roomRecord[2]\""), "{edit}");
    assert!(!edit.contains("<note"), "what is absent is neither null nor blank: {edit}");
    assert!(edit.contains(&format!("xmlns:ns1=\"{url}/wspp/wsdl\"")), "the namespace is the server's: {edit}");
}

/// Nothing is not an error, in whatever words the operation has for it.
#[tokio::test]
async fn nothing_is_an_empty_list() {
    let (url, _) = play(school()).await;
    let front = Front::new(&url, "/wspp/service_pp2.php");
    assert_eq!(front.admin("get_rooms", json!({ "names": [] })).await, (200, json!([])));
}

#[tokio::test]
async fn a_session_is_kept_for_an_account_and_begun_again_when_it_is_over() {
    let (url, sent) = play(school()).await;
    let front = Front::new(&url, "/wspp/service_pp2.php");
    for _ in 0..3 {
        assert_eq!(front.admin("has_key", json!({ "room": "hall", "level": 3 })).await, (200, json!(true)));
    }
    assert_eq!((asked(&sent, "login"), asked(&sent, "has_key")), (1, 3));
    // Somebody ends it: the server gives the same one to whoever logs in from the same place.
    let key = front.server.login("admin", "secret").await.unwrap();
    front.server.logout(&key).await.unwrap();
    assert_eq!(front.admin("edit_rooms", json!({ "rooms": [] })).await, (200, json!([])));
    assert_eq!((asked(&sent, "login"), asked(&sent, "edit_rooms")), (3, 2), "refused, and then done");
    front.backend.close().await;
    assert_eq!(asked(&sent, "logout"), 2);
    let key = front.server.login("admin", "secret").await.unwrap();
    assert_eq!(front.server.user(&key).await, Ok(Some(2)));
}

/// A reload makes everything anew, and closes what was before.
#[tokio::test]
async fn sessions_that_are_kept_outlive_a_reload() {
    let (url, sent) = play(school()).await;
    let manifest = serde_json::from_value(manifest()).unwrap();
    let sessions = |url: &str| {
        let server = Arc::new(Server::new(Config::new(&format!("{url}/wspp/service_pp2.php")), &manifest).unwrap());
        Sessions::new(server, Duration::from_secs(60)).unwrap()
    };
    let before = sessions(&url);
    let open = before.of("admin", "secret", None).await.unwrap();
    let after = sessions(&url).after(&before);
    before.close().await;
    assert_eq!(after.of("admin", "secret", None).await.unwrap().key, open.key);
    assert_eq!((asked(&sent, "login"), asked(&sent, "logout")), (1, 0));
    // Another server is another matter.
    let (elsewhere, _) = play(school()).await;
    let other = sessions(&elsewhere).after(&after);
    after.close().await;
    assert_eq!(asked(&sent, "logout"), 1);
    assert!(other.of("admin", "secret", None).await.is_ok());
}

#[tokio::test]
async fn sessions_of_the_server_are_good_here() {
    let (url, _) = play(school()).await;
    let front = Front::new(&url, "/wspp/service_pp.php");
    let (status, session) = front.call("", "login", json!({ "username": "admin", "password": "secret" })).await;
    assert_eq!(status, 200, "{session}");
    let bearer = format!("Bearer {}:{}", session["client"], session["sessionkey"].as_str().unwrap());
    assert_eq!(front.call(&bearer, "get_my_id", json!({})).await, (200, json!(2)));
    let key = Key { client: session["client"].as_i64().unwrap(), key: session["sessionkey"].as_str().unwrap().to_owned() };
    front.server.logout(&key).await.unwrap();
    assert_eq!(front.call(&bearer, "has_key", json!({ "room": "hall", "level": 3 })).await.0, 401, "although it is remembered");
    assert_eq!(front.call("Bearer 1:guess", "get_my_id", json!({})).await.0, 401);
    assert_eq!(front.call("Bearer nonsense", "get_my_id", json!({})).await.0, 401);
}

#[tokio::test]
async fn a_server_that_is_down_or_is_none_is_one_failure() {
    let path = "/wspp/service_pp2.php";
    for (status, text, expected) in [
        (StatusCode::OK, "<html>Welcome</html>", 502),
        (StatusCode::NOT_FOUND, "", 502),
        (StatusCode::BAD_GATEWAY, "<html>", 503),
        (StatusCode::INTERNAL_SERVER_ERROR, "", 502),
        (StatusCode::SERVICE_UNAVAILABLE, "<html>", 503),
        (StatusCode::OK, "<?xml version=\"1.0\"?><a><b></a>", 502),
        (StatusCode::OK, "<E xmlns='http://schemas.xmlsoap.org/soap/envelope/'/>", 502),
    ] {
        let (url, sent) = play(Router::new().route(path, post(move || async move { (status, text) }))).await;
        let front = Front::new(&url, path);
        assert_eq!(front.admin("edit_rooms", json!({ "rooms": [] })).await.0, expected, "{status} {text}");
        assert_eq!(sent.lock().unwrap().len(), 1, "a login is not repeated");
        assert!(front.server.ready().await.is_err(), "{status} {text}");
    }
    let late = || async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        ""
    };
    let (url, _) = play(Router::new().route(path, post(late))).await;
    assert_eq!(Front::new(&url, path).admin("edit_rooms", json!({ "rooms": [] })).await.0, 504);
    let front = Front::new("http://127.0.0.1:9", path);
    for _ in 0..5 {
        assert_eq!(front.admin("has_key", json!({ "room": "hall", "level": 3 })).await.0, 503);
    }
    let (_, problem) = front.admin("has_key", json!({ "room": "hall", "level": 3 })).await;
    assert_eq!(problem["detail"], "The site did not answer lately; it is not asked again yet.");
}

#[tokio::test]
async fn failures_never_repeat_what_was_sent_in_confidence() {
    let path = "/wspp/service_pp2.php";
    let quote = |body: String| async move { format!("{body} s3ssionkey") };
    let (url, _) = play(Router::new().route(path, post(quote))).await;
    let front = Front::new(&url, path);
    let key = Key { client: 7, key: "s3sskey".to_owned() };
    let why = front.server.call("get_my_id", Some(&key), &crate::dispatch::Args::new(), None).await.unwrap_err();
    assert!(!why.debug.is_empty() && !why.debug.contains("s3sskey"), "{}", why.debug);
    let why = front.server.login("ann", "passw0rd").await.unwrap_err();
    assert!(!why.debug.is_empty() && !why.debug.contains("passw0rd") && !why.debug.contains("s3ssionkey"), "{}", why.debug);
}

#[test]
fn an_address_has_to_be_one_of_the_build() {
    let manifest = serde_json::from_value(manifest()).unwrap();
    let refused = |url: &str| Server::new(Config::new(url), &manifest).unwrap_err();
    assert_eq!(
        refused("https://m.example/service.php"),
        "`https://m.example/service.php` is not the address of a server that the build describes, such as https://…/wspp/service_pp.php or \
         https://…/wspp/service_pp2.php"
    );
    assert!(!refused("https://ann:secret@m.example/service.php").contains("secret"));
    assert!(refused("m.example/wspp/service_pp.php").contains("does not begin with"));
    assert!(Server::new(Config::new("https://m.example/old/wspp/service_pp.php"), &manifest).is_ok());
}

#[test]
fn what_the_shape_of_an_address_cannot_say_is_not_left_out() {
    let mut manifest = manifest();
    let old = manifest["endpoints"].as_array_mut().unwrap().iter_mut().find(|endpoint| endpoint["path"] == "/wspp/service_pp.php").unwrap();
    old["operations"]["has_key"]["parts"].as_array_mut().unwrap().retain(|part| part["name"] != "level");
    let manifest: mwsc_contract::Manifest = serde_json::from_value(manifest).unwrap();
    let lacks = |path: &str, args: &str| {
        let server = Server::new(Config::new(&format!("http://m.example{path}")), &manifest).unwrap();
        server.lacks("has_key", &manifest.operations["has_key"], &serde_json::from_str(args).unwrap()).map(str::to_owned)
    };
    assert_eq!(lacks("/wspp/service_pp.php", r#"{"room":"hall","level":3}"#), Some("level".to_owned()));
    assert_eq!(lacks("/wspp/service_pp.php", r#"{"room":"hall","level":null}"#), None);
    assert_eq!(lacks("/wspp/service_pp2.php", r#"{"room":"hall","level":3}"#), None);
}
