//! Tests of the JSON interface, through the router.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use mwsc_contract::Value;
use tower::ServiceExt as _;

use crate::testing::echo;

/// Sends a request; gives status, media type and body.
async fn send(request: Request<Body>) -> (u16, String, String) {
    let response = echo(false).oneshot(request).await.unwrap();
    let kind = response.headers().get("content-type").map_or(String::new(), |kind| kind.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    (status, kind, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

fn post(path: &str, body: &str) -> Request<Body> {
    let request = Request::post(path).header("authorization", "Bearer a0").header("content-type", "application/json");
    request.body(Body::from(body.to_owned())).unwrap()
}

#[tokio::test]
async fn a_result_is_json() {
    let (status, kind, body) = send(post("/api/one/core_echo", r#"{"id":"5"}"#)).await;
    assert_eq!((status, kind.as_str(), body.as_str()), (200, "application/json", r#"{"id":"5","who":"ann"}"#));
    assert_eq!(send(post("/api/one/core_nothing", "")).await.0, 204);
}

#[tokio::test]
async fn a_failure_is_a_problem_with_a_status() {
    let nobody = Request::post("/api/one/core_echo").header("content-type", "application/json").body(Body::from("{\"id\":\"1\"}")).unwrap();
    let text = Request::post("/api/one/core_echo").header("authorization", "Bearer a0").body(Body::from("id=1")).unwrap();
    for (request, status, code) in [
        (post("/api/none/core_echo", "{}"), 404, "servicenotavailable"),
        (post("/api/one/core_gone", "{}"), 404, "invalidrecord"),
        (post("/api/one/core_other", "{}"), 404, "invalidrecord"),
        (post("/api/one/core_echo", "{}"), 400, "invalidparameter"),
        (post("/api/one/core_echo", "{\"id\":\"1\",\"more\":1}"), 400, "invalidparameter"),
        (post("/api/one/core_echo", "[1]"), 400, "invalidjson"),
        (post("/api/one/core_echo", "{\"id\":"), 400, "invalidjson"),
        (post("/api/one/core_echo", "{\"id\":\"1\",\"id\":\"2\"}"), 400, "invalidjson"),
        (nobody, 401, "requireloginerror"),
        (text, 415, "unsupportedmediatype"),
        (Request::get("/api/one/openapi.json").body(Body::empty()).unwrap(), 404, "nodocument"),
    ] {
        let (found, kind, body) = send(request).await;
        let document: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((found, kind.as_str(), document.get("code")), (status, "application/problem+json", Some(&code.into())), "{body}");
        assert_eq!(document.get("status"), Some(&i64::from(status).into()));
    }
    let (_, _, body) = send(post("/api/one/core_echo", "{}")).await;
    assert!(body.contains(r#""errors":[{"pointer":"/id","expected":"string","detail":"it must be there and is missing"}]"#), "{body}");
    assert!(body.contains(r#""detail":"/id: it must be there and is missing""#), "{body}");
    let (_, _, body) = send(post("/api/one/core_echo", r#"{"id":"1","a/b":1,"c":2}"#)).await;
    assert!(
        body.contains(r#""errors":[{"pointer":"/a~1b","expected":"nothing","detail":"it is not known here, and neither is: c"}]"#),
        "{body}"
    );
}
