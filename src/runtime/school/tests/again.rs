//! The same records in one answer after another, over every protocol: what was found out about them once must never be seen once it is
//! no longer true, nor by whom it does not concern.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use mwsc_contract::wire::Style;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::{Desk, PASSWORD};
use crate::accounts::Accounts as _;
use crate::app;
use crate::dispatch::Args;
use crate::school::accounts::NewAccount;
use crate::soap::{Blanks, Spelling, Version, encode};
use crate::testing::interface;

/// A way to call an operation.
enum Way {
    /// The JSON interface.
    Json,
    /// OK Tech's plain HTTP, in a format.
    Plain(&'static str),
    /// An endpoint of SOAP: its path, and how it is spelled.
    Soap(String, Box<Spelling>),
}

/// A school that is called over HTTP.
struct Counter {
    router: Router,
    accounts: Arc<super::SchoolAccounts>,
    ways: Vec<Way>,
}

impl Counter {
    async fn new() -> Counter {
        Counter::over(Desk::new().await)
    }

    fn over(desk: Desk) -> Counter {
        let Desk { app, accounts, .. } = desk;
        let mut ways = vec![Way::Json];
        ways.extend(["json", "php", "xml", "dump"].map(Way::Plain));
        for endpoint in &app.build.manifest.endpoints {
            let versions: &[Version] = if endpoint.style == Style::Document { &[Version::V11] } else { &[Version::V11, Version::V12] };
            for &version in versions {
                let spelling = Spelling::new(endpoint, version, &app.settings.base_url, Blanks::Omit).unwrap();
                ways.push(Way::Soap(endpoint.path.clone(), Box::new(spelling)));
            }
        }
        assert!(ways.len() >= 9, "the interface has all its endpoints");
        let from = MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)));
        Counter { router: app::router(Arc::new(app)).layer(from), accounts, ways }
    }

    /// The answer of an operation that has no argument but lists: its status and its text.
    async fn ask(&self, way: &Way, user: &str, operation: &str) -> (u16, String) {
        match way {
            Way::Json => self.json(user, operation, &json!({})).await,
            Way::Plain(format) => {
                let form = format!(
                    "wsfunction={operation}&wsformatout={format}&wsusername={user}&wspassword={PASSWORD}&userids=&courseids=&idfield=id"
                );
                let request = Request::post("/wspp/service_pp2.php").header("content-type", "application/x-www-form-urlencoded");
                self.send(request.body(Body::from(form)).unwrap()).await
            }
            Way::Soap(path, spelling) => {
                let args = Args::from_iter([("idfield".to_owned(), "id".into())]);
                let session = self.accounts.login(user, PASSWORD, None).await.unwrap();
                let (name, spelled) = spelling.of(operation).unwrap();
                let body = encode::request(spelling, name, spelled, Some((session.client, session.key.reveal())), &args);
                let request = Request::post(path).header("content-type", spelling.version.media_type());
                self.send(request.body(Body::from(body)).unwrap()).await
            }
        }
    }

    /// The answer of the JSON interface.
    async fn json(&self, user: &str, operation: &str, args: &Json) -> (u16, String) {
        let request = Request::post(format!("/api/mdl_soapserver/{operation}")).header("content-type", "application/json");
        self.send(request.header("authorization", basic(user)).body(Body::from(args.to_string())).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> (u16, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    }

    /// The answer of an operation in each way; each has to succeed.
    async fn all(&self, user: &str, operation: &str) -> Vec<String> {
        let mut out = Vec::new();
        for way in &self.ways {
            let (status, text) = self.ask(way, user, operation).await;
            assert_eq!(status, 200, "{text}");
            out.push(text);
        }
        out
    }

    async fn change(&self, operation: &str, args: &Json) {
        let (status, text) = self.json("admin", operation, args).await;
        assert!(status == 200 && text.contains(r#""error":"""#), "{text}");
    }
}

fn basic(user: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{PASSWORD}")))
}

/// Whether all or none of the answers have a text.
fn all_have(answers: &[String], text: &str) -> bool {
    let having = answers.iter().filter(|answer| answer.contains(text)).count();
    assert!(having == 0 || having == answers.len(), "{having} of {} answers have {text}", answers.len());
    having > 0
}

#[tokio::test]
async fn an_answer_given_again_is_the_same_to_the_byte() {
    let desk = Desk::new().await;
    // Two services in front of one school.
    let fresh = Counter::over(Desk::with(desk.school.clone(), interface()));
    let one = Counter::over(desk);
    for operation in ["get_users", "get_courses"] {
        let first = one.all("teacher", operation).await;
        assert_eq!(first, one.all("teacher", operation).await);
        // With other records known before it.
        fresh.all("student", operation).await;
        assert_eq!(first, fresh.all("teacher", operation).await);
    }
}

#[tokio::test]
async fn the_next_answer_shows_a_change() {
    let counter = Counter::new().await;
    for (before, after) in [("Abel", "Zacharias"), ("Zacharias", "Cain & <Co> \\ \"é\"")] {
        for _ in 0..2 {
            assert!(all_have(&counter.all("teacher", "get_users").await, before));
        }
        let datum = json!({ "id": 7, "firstname": after });
        counter.change("update_user", &json!({ "datum": datum, "useridfield": "id" })).await;
        let answers = counter.all("teacher", "get_users").await;
        assert!(!all_have(&answers, before) && all_have(&answers, &after[..4]));
        assert_eq!(answers, counter.all("teacher", "get_users").await);
    }
    counter.change("delete_user", &json!({ "userid": "8", "useridfield": "id" })).await;
    assert!(!all_have(&counter.all("teacher", "get_users").await, "assistant2"));
    // Who does not want to be written to is not shown with an address any more.
    counter.change("update_user", &json!({ "datum": { "id": 7, "emailstop": 1 }, "useridfield": "id" })).await;
    assert!(!all_have(&counter.all("teacher", "get_users").await, "assistant@"));
}

#[tokio::test]
async fn each_caller_sees_what_concerns_it() {
    let counter = Counter::new().await;
    counter.change("update_course", &json!({ "datum": { "id": 2, "password": "open-sesame" }, "courseidfield": "id" })).await;
    let stranger = NewAccount {
        username: "stranger".to_owned(),
        password: PASSWORD.to_owned(),
        capabilities: Some(Vec::new()),
        operations: vec!["get_my_id".to_owned()],
        ..NewAccount::default()
    };
    counter.accounts.add(stranger).await.unwrap();
    for _ in 0..2 {
        for (user, of_the_teacher) in [("admin", true), ("student", false), ("teacher", true)] {
            let answers = counter.all(user, "get_courses").await;
            assert_eq!(all_have(&answers, "open-sesame"), of_the_teacher, "{user} and the key of a course");
            assert_eq!(all_have(&answers, "ASTR0"), user == "admin", "{user} and a hidden course");
            assert!(all_have(&answers, "MATH1"));
        }
        for way in &counter.ways {
            let (status, text) = counter.ask(way, "stranger", "get_courses").await;
            assert!(!text.contains("MATH1") && text.contains("Access control exception"), "{status}: {text}");
        }
    }
}
