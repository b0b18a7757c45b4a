//! An operation that the interface gained by the README's recipe: one documented method, which the school does not know. It goes to a
//! handler over HTTP, from every protocol.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use axum::{Json as JsonBody, Router};
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::{Desk, PASSWORD};
use crate::app::router;
use crate::build::Build;
use crate::school::School;
use crate::school::extension::{Extension, Handler};
use crate::testing::compiled;

/// A build of the interface with the method that the README shows.
fn build(folder: &Path) -> Build {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let method = readme.split("```php\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(method.contains("get_user_badges"));
    let interface = folder.join("interface");
    copy(&root.join("fixtures/oktech/interface"), &interface);
    let file = interface.join("operations/users.php");
    let text = std::fs::read_to_string(&file).unwrap();
    let (head, end) = text.split_at(text.rfind('}').unwrap());
    std::fs::write(&file, format!("{head}\n{method}{end}")).unwrap();
    compiled(&interface)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A handler that knows the badges of one student.
async fn handler() -> String {
    let badges = |JsonBody(call): JsonBody<Json>| async move {
        let known = json!({ "service": "mdl_soapserver", "operation": "get_user_badges", "caller": { "id": 2, "username": "admin" } });
        let same = ["service", "operation", "caller"].iter().all(|key| call[key] == known[key]);
        match call["arguments"]["userid"].as_str() {
            Some("S1") if same && call["arguments"]["useridfield"] == "idnumber" => {
                (StatusCode::OK, JsonBody(json!(["diver", "cook & baker"])))
            }
            Some("odd") => (StatusCode::OK, JsonBody(json!(7))),
            Some("broken") => (StatusCode::INTERNAL_SERVER_ERROR, JsonBody(json!({ "detail": "the secret is 42" }))),
            _ => (StatusCode::NOT_FOUND, JsonBody(json!({ "code": "unknownuser", "detail": "user unknown to the badges." }))),
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/badges", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/badges", post(badges))).await });
    url
}

async fn served(build: &Path, handler: Option<&str>) -> Router {
    let build = self::build(build);
    let school = School::open("memory", &build.manifest, "https://school.example", Some(PASSWORD)).await.unwrap().school;
    let handler = handler.map(|url| Arc::new(Handler::new(url, Duration::from_secs(5)).unwrap()) as Arc<dyn Extension>);
    let desk = Desk::with(school.with_extension(handler), build);
    router(Arc::new(desk.app)).layer(MockConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 9))))
}

async fn send(router: &Router, request: Request<Body>) -> (u16, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

async fn json(router: &Router, userid: &str) -> (u16, Json) {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("admin:{PASSWORD}"));
    let request = Request::post("/api/mdl_soapserver/get_user_badges").header("authorization", format!("Basic {basic}"));
    let request = request.header("content-type", "application/json").body(Body::from(json!({ "userid": userid }).to_string())).unwrap();
    let (status, text) = send(router, request).await;
    (status, serde_json::from_str(&text).unwrap())
}

fn plain(rest: &str) -> Request<Body> {
    let start = format!("/wspp/service_pp2.php?wsusername=admin&wspassword={PASSWORD}&wsfunction=get_user_badges");
    Request::get(format!("{start}&{rest}")).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn an_operation_that_the_school_does_not_know_goes_to_the_handler() {
    let folder = tempfile::tempdir().unwrap();
    let router = served(folder.path(), Some(&handler().await)).await;
    assert_eq!(json(&router, "S1").await, (200, json!(["diver", "cook & baker"])));
    let (status, problem) = json(&router, "S2").await;
    assert_eq!(
        (status, problem["code"].as_str(), problem["detail"].as_str()),
        (404, Some("unknownuser"), Some("user unknown to the badges."))
    );
    // What the handler says of itself stays here, and what does not fit the description reaches nobody.
    let (status, problem) = json(&router, "broken").await;
    assert!(status == 502 && !problem.to_string().contains("42"), "{problem}");
    assert_eq!(json(&router, "odd").await.0, 502);
    // The other protocols.
    assert_eq!(send(&router, plain("wsformatout=json&userid=S1")).await.1, r#"["diver","cook & baker"]"#);
    let login = format!("/wspp/service_pp2.php?wsfunction=login&wsformatout=json&username=admin&password={PASSWORD}");
    let (_, session) = send(&router, Request::get(login).body(Body::empty()).unwrap()).await;
    let session: Json = serde_json::from_str(&session).unwrap();
    for (path, result) in [("/wspp/service_pp.php", "return"), ("/wspp/service_pp2.php", "get_user_badgesReturn")] {
        let envelope = format!(
            "<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\"><E:Body><get_user_badges><client>{}</client><sesskey>{}</sesskey>\
             <userid>S1</userid><useridfield>idnumber</useridfield></get_user_badges></E:Body></E:Envelope>",
            session["client"].to_string().trim_matches('"'),
            session["sessionkey"].as_str().unwrap(),
        );
        let (status, text) =
            send(&router, Request::post(path).header("content-type", "text/xml").body(Body::from(envelope)).unwrap()).await;
        assert!(status == 200 && text.contains(result) && text.contains(">cook &amp; baker</item>"), "{text}");
    }
}

#[tokio::test]
async fn without_a_handler_the_caller_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let router = served(folder.path(), None).await;
    let (status, problem) = json(&router, "S1").await;
    let detail = "The school does not know the operation `get_user_badges`, and no handler for such operations is configured.";
    assert_eq!((status, problem["code"].as_str(), problem["detail"].as_str()), (403, Some("nohandler"), Some(detail)));
    assert!(send(&router, plain("wsformatout=xml&userid=S1")).await.1.contains("no handler for such operations is configured"));
}

#[test]
fn the_address_of_a_handler_is_checked() {
    for (url, why) in [("here", "is none"), ("ftp://h.example", "http://"), ("unix:/run/h", "http://")] {
        assert!(Handler::new(url, Duration::from_secs(1)).unwrap_err().contains(why), "{url}");
    }
}
