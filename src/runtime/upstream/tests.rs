//! Tests against a small server that plays Moodle, and against a real one if the environment names it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use mwsc_contract::Value;
use mwsc_contract::schema::Access;
use tokio::net::TcpListener;

use super::client::Client;
use super::site::Site;
use super::transport::Config;
use super::users::Users;
use crate::accounts::Accounts;
use crate::dispatch::{Args, Failure, Secret};

/// Serves on loopback; gives the address.
async fn play(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn quick(url: &str) -> Config {
    Config { timeout: Duration::from_millis(300), retries: 2, answer_bytes: 1000, ..Config::new(url) }
}

async fn call(client: &Client, function: &str, kind: Access) -> Result<Value, Failure> {
    client.call(function, &Args::new(), &Secret::new("t"), Some(kind)).await
}

#[tokio::test]
async fn reads_are_tried_again_and_writes_are_not() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let answer = move || {
        let count = count.clone();
        async move { if count.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { (StatusCode::BAD_GATEWAY, "") } else { (StatusCode::OK, "7") } }
    };
    let url = play(Router::new().route("/webservice/rest/server.php", post(answer))).await;
    let client = Client::new(quick(&url)).unwrap();
    assert_eq!(call(&client, "read", Access::Read).await, Ok(Value::Int(7)));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(call(&client, "write", Access::Write).await.unwrap_err().kind.status(), 503);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn silence_and_floods_are_failures() {
    let late = || async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        "1"
    };
    let url = play(Router::new().route("/webservice/rest/server.php", post(late))).await;
    assert_eq!(call(&Client::new(quick(&url)).unwrap(), "f", Access::Write).await.unwrap_err().kind.status(), 504);
    let url = play(Router::new().route("/webservice/rest/server.php", post(|| async { "1".repeat(2000) }))).await;
    assert_eq!(call(&Client::new(quick(&url)).unwrap(), "f", Access::Write).await.unwrap_err().kind.status(), 502);
    let closed = Client::new(quick("http://127.0.0.1:9")).unwrap();
    for _ in 0..5 {
        assert_eq!(call(&closed, "f", Access::Write).await.unwrap_err().retry_after, 0);
    }
    assert!(call(&closed, "f", Access::Write).await.unwrap_err().retry_after > 0, "the breaker is open");
}

#[tokio::test]
async fn a_session_is_of_the_very_user() {
    let token = |body: String| async move {
        if body.contains("password=right") {
            r#"{"token":"ann's","privatetoken":null}"#
        } else {
            r#"{"error":"no","errorcode":"invalidlogin"}"#
        }
    };
    let info = |body: String| async move {
        assert!(body.contains("wstoken=ann%27s"), "{body}");
        r#"{"userid":7,"username":"ann","release":"4.5","functions":[{"name":"core_x","version":"1"}]}"#
    };
    let url = play(Router::new().route("/login/token.php", post(token)).route("/webservice/rest/server.php", post(info))).await;
    let site = Arc::new(Site::new(Client::new(quick(&url)).unwrap()));
    let users = Users::new(site, "mobile", Duration::from_secs(60));
    assert_eq!(users.login("ann", "wrong", None).await.unwrap_err().code, "invalidlogin");
    let session = users.login("ann", "right", None).await.unwrap();
    let caller = users.check(session.client, session.key.reveal(), None).await.unwrap();
    assert_eq!((caller.account, caller.upstream.as_ref().map(Secret::reveal)), (7, Some("ann's")));
    assert!(users.check(session.client, "guess", None).await.is_err());
    users.logout(session.client, session.key.reveal()).await.unwrap();
    assert!(users.check(session.client, session.key.reveal(), None).await.is_err());
}

#[tokio::test]
async fn a_real_site() {
    let (Ok(url), Ok(token)) = (std::env::var("MWSC_MOODLE_URL"), std::env::var("MWSC_MOODLE_TOKEN")) else {
        eprintln!("skipped: MWSC_MOODLE_URL and MWSC_MOODLE_TOKEN are not set");
        return;
    };
    let site = Site::new(Client::new(Config::new(&url)).unwrap());
    let token = Secret::new(&token);
    let visitor = site.visitor(&token).await.unwrap();
    assert!(visitor.functions.contains("core_webservice_get_site_info"), "{visitor:?}");
    let courses = site.client.call("core_course_get_courses", &Args::new(), &token, Some(Access::Read)).await.unwrap();
    assert!(courses.as_list().is_some_and(|list| !list.is_empty()));
    let gone = site.client.call("core_gone", &Args::new(), &token, Some(Access::Read)).await.unwrap_err();
    assert_eq!(gone.code, "invalidrecord");
    let bad = site.client.call("core_course_get_courses", &Args::new(), &Secret::new("0"), Some(Access::Read)).await.unwrap_err();
    assert_eq!((bad.code.as_ref(), bad.kind.status()), ("invalidtoken", 401));
}

#[tokio::test]
async fn a_site_is_ready_when_it_answers_at_all() {
    let refusal = r#"{"exception":"moodle_exception","errorcode":"invalidtoken","message":"Invalid token"}"#;
    let upgrade = r#"{"exception":"moodle_exception","errorcode":"upgraderunning","message":"Site is being upgraded"}"#;
    for (answer, ready) in [(refusal, true), (upgrade, false), ("<html>", false)] {
        let url = play(Router::new().route("/webservice/rest/server.php", post(move || async move { answer }))).await;
        assert_eq!(Client::new(quick(&url)).unwrap().ready().await.is_ok(), ready, "{answer}");
    }
    let closed = Client::new(quick("http://127.0.0.1:9")).unwrap();
    assert_eq!(closed.ready().await.unwrap_err().code, "siteunavailable");
}
