//! Tests of Moodle's endpoints, through the router.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::testing::echo;

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
    let app = echo(false);
    let call = "wstoken=a0&wsfunction=core_echo&id=5&moodlewssettingfilter=true";
    assert_eq!(post(&app, REST, &format!("{call}&moodlewsrestformat=json")).await, r#"{"id":"5","who":"ann"}"#);
    let xml = post(&app, &format!("{REST}?{call}"), "").await;
    assert!(xml.contains("<KEY name=\"id\"><VALUE>5</VALUE>\n</KEY>"), "{xml}");
    assert_eq!(post(&app, REST, "wstoken=a0&wsfunction=core_nothing&moodlewsrestformat=json").await, "null");
    assert!(post(&app, REST, "wstoken=a0&wsfunction=core_nothing").await.ends_with("<RESPONSE>\n</RESPONSE>\n"));
}

#[tokio::test]
async fn rest_exceptions() {
    let app = echo(false);
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
    let app = echo(false);
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
    let app = echo(true);
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
