//! What the `OpenAPI` document of the service says holds: what answers look like, and who has to log in.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::every::cases;
use super::{Desk, PASSWORD};
use crate::app::router;
use crate::testing::interface;

/// The name by which the document is known to its schemas.
const HERE: &str = "mem:///openapi.json";

impl Desk {
    fn router(self) -> Router {
        router(Arc::new(self.app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
    }
}

/// Shortname and document of the service.
fn document() -> (String, Json) {
    let build = interface();
    let service = build.manifest.services[0].shortname.clone();
    let text = build.file(&format!("rest/{service}.openapi.json")).unwrap();
    (service, serde_json::from_slice(text).unwrap())
}

/// Calls an operation; gives the status and the body.
async fn send(router: &Router, path: &str, user: Option<&str>, args: &Json) -> (u16, Vec<u8>) {
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(user) = user {
        request = request.header("authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{PASSWORD}"))));
    }
    let response = router.clone().oneshot(request.body(Body::from(args.to_string())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    (status, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

/// Schemas of the document, each compiled when it is asked for.
struct Answers {
    document: Json,
    compiler: boon::Compiler,
    schemas: boon::Schemas,
}

impl Answers {
    fn of(document: Json) -> Answers {
        let mut compiler = boon::Compiler::new();
        compiler.add_resource(HERE, document.clone()).unwrap();
        Answers { document, compiler, schemas: boon::Schemas::new() }
    }

    /// Whether an answer is one that the document has for the operation at this path.
    fn fits(&mut self, path: &str, status: u16, body: &[u8]) -> Result<(), String> {
        let place = path.replace('/', "~1");
        let responses = &self.document["paths"][path]["post"]["responses"];
        let schema = match (status, responses.get("200"), responses.get("204")) {
            (200, Some(_), _) => format!("{HERE}#/paths/{place}/post/responses/200/content/application~1json/schema"),
            (204, _, Some(_)) => return if body.is_empty() { Ok(()) } else { Err("a body".to_owned()) },
            (400.., _, _) => format!("{HERE}#/components/schemas/problem"),
            _ => return Err(format!("the status {status}")),
        };
        let index = self.compiler.compile(&schema, &mut self.schemas).map_err(|why| format!("{schema}: {why:#}"))?;
        let value: Json = serde_json::from_slice(body).map_err(|why| why.to_string())?;
        self.schemas.validate(&value, index).map_err(|why| format!("{why:#}"))
    }
}

#[tokio::test]
async fn every_answer_fits_the_document() {
    let (service, document) = document();
    let mut answers = Answers::of(document);
    let path = |operation: &str| format!("/api/{service}/{operation}");
    let (mut fitting, mut wrong) = (0, Vec::new());
    let mut note = |operation: &str, found: Result<(), String>| match found {
        Ok(()) => fitting += 1,
        Err(why) => wrong.push(format!("{operation}: {why}")),
    };
    for case in cases() {
        let router = Desk::new().await.router();
        let path = path(&case.operation);
        let (status, body) = send(&router, &path, Some(&case.good.r#as), &case.good.args).await;
        let expected = if status < 300 { answers.fits(&path, status, &body) } else { Err(format!("the status {status}")) };
        note(&case.operation, expected);
        if let Some(bad) = &case.bad {
            let (status, body) = send(&router, &path, Some(&case.good.r#as), &bad.args).await;
            note(&case.operation, answers.fits(&path, status, &body));
        }
    }
    let login = path("login");
    let (status, body) = send(&Desk::new().await.router(), &login, None, &json!({ "username": "student", "password": PASSWORD })).await;
    note("login", if status == 200 { answers.fits(&login, status, &body) } else { Err(format!("the status {status}")) });
    println!("answers that fit the document: {fitting} of {}", fitting + wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_document_says_who_has_to_log_in() {
    let (_, document) = document();
    let router = Desk::new().await.router();
    for (path, item) in document["paths"].as_object().unwrap() {
        let open = item["post"]["security"].as_array().is_some_and(|ways| ways.contains(&json!({})));
        let (status, _) = send(&router, path, None, &json!({})).await;
        assert_eq!(status == 401, !open, "{path} answers {status} to somebody who says nothing of himself");
    }
}
