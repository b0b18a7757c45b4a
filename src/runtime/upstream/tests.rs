//! Tests against a small server that plays Moodle, and against a real one if the environment names it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use mwsc_contract::schema::Access;
use mwsc_contract::{Operation, Value};
use tokio::net::TcpListener;

use super::client::Client;
use super::site::Site;
use super::transport::Config;
use super::users::Users;
use super::{UNWRITTEN, Upstream};
use crate::accounts::Accounts;
use crate::dispatch::{Args, Backend as _, Call, Caller, Failure, Secret};

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

/// A page of an error may quote the request, and failures of a back end are logged.
#[tokio::test]
async fn failures_never_repeat_what_was_sent_in_confidence() {
    let quote = |body: String| async move { (StatusCode::INTERNAL_SERVER_ERROR, format!("<p>{body}</p>")) };
    let broken = |body: String| async move { format!("{{\"token\": \"g1ven\", {body}") };
    let url = play(Router::new().route("/webservice/rest/server.php", post(quote)).route("/login/token.php", post(broken))).await;
    let client = Client::new(quick(&url)).unwrap();
    let why = client.call("f", &Args::new(), &Secret::new("t0ken"), Some(Access::Write)).await.unwrap_err();
    assert!(why.debug.contains("wstoken=…&wsfunction=f") && !why.debug.contains("t0ken"), "{}", why.debug);
    let why = client.token("ann", "passw0rd", "s").await.unwrap_err();
    assert!(!why.debug.contains("passw0rd") && !why.debug.contains("g1ven"), "{}", why.debug);
    assert!(why.debug.contains("status 200"), "{}", why.debug);
}

#[tokio::test]
async fn a_session_is_of_the_very_user() {
    let logins = Arc::new(AtomicU32::new(0));
    let count = logins.clone();
    let token = move |body: String| async move {
        count.fetch_add(1, Ordering::SeqCst);
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
    let users = Users::new(site, "mobile", Duration::from_secs(60)).unwrap();
    assert_eq!(users.login("ann", "wrong", None).await.unwrap_err().code, "invalidlogin");
    let session = users.login("ann", "right", None).await.unwrap();
    let caller = users.check(session.client, session.key.reveal(), None).await.unwrap();
    assert_eq!((caller.account, caller.upstream.as_ref().map(Secret::reveal)), (7, Some("ann's")));
    assert!(users.check(session.client, "guess", None).await.is_err());
    users.logout(session.client, session.key.reveal()).await.unwrap();
    assert!(users.check(session.client, session.key.reveal(), None).await.is_err());
    let before = logins.load(Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(users.password("ann", "right", None).await.unwrap().account, 7);
    }
    assert_eq!(logins.load(Ordering::SeqCst), before + 1, "the site is asked once");
    for _ in 0..10 {
        assert_eq!(users.password("ann", "wrong", None).await.unwrap_err().code, "invalidlogin");
    }
    assert_eq!(users.login("ann", "wrong", None).await.unwrap_err().code, "toomanylogins");
    assert_eq!(logins.load(Ordering::SeqCst), before + 11, "the site is not asked then");
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

/// The plugin's words are those of its template.
#[test]
fn the_plugin_says_what_is_unwritten() {
    let template = include_str!("../../backend/plugin/dispatcher.php.hbs");
    assert!(template.contains(UNWRITTEN), "{template}");
}

/// An operation goes to the plugin where its handler does it, and to Moodle's functions where nobody has written the handler.
#[tokio::test]
async fn the_plugin_comes_first_and_moodle_itself_after_it() {
    let answer = |body: String| async move {
        let says = |function: &str| body.contains(&format!("wsfunction={function}&"));
        if says("core_webservice_get_site_info") {
            r#"{"userid":7,"username":"ann","release":"4.5","functions":[{"name":"local_oktech_get_roles"},{"name":"local_oktech_get_user_byid"},{"name":"local_oktech_get_user_byidnumber"},{"name":"local_oktech_get_role_byid"},{"name":"core_user_get_users_by_field"},{"name":"core_user_get_users"}]}"#
        } else if says("local_oktech_get_roles") {
            r#"[{"id":5,"shortname":"student"}]"#
        } else if says("local_oktech_get_user_byid") {
            r#"{"exception":"coding_exception","errorcode":"codingerror","message":"Coding error detected: local_oktech: nobody has written the handler of the operation get_user_byid yet"}"#
        } else if says("local_oktech_get_user_byidnumber") || says("local_oktech_get_role_byid") {
            r#"{"exception":"required_capability_exception","errorcode":"nopermissions","message":"Sorry (Read)"}"#
        } else {
            assert!(says("core_user_get_users_by_field"), "{body}");
            r#"[{"id":9,"username":"bob","idnumber":"9"}]"#
        }
    };
    let url = play(Router::new().route("/webservice/rest/server.php", post(answer))).await;
    let site = Arc::new(Site::new(Client::new(quick(&url)).unwrap()));
    let backend = Upstream::new(site, "local_oktech_", crate::crosswalk::tests::built_in());
    let caller = Caller { upstream: Some(Secret::new("t")), ..Caller::nobody(None) };
    let manifest = crate::testing::interface().manifest;
    let call = async |operation: &'static str, kind: Access, args: &str| {
        let description = Operation { kind: Some(kind), ..Operation::default() };
        let args = serde_json::from_str(args).unwrap();
        let call = Call { service: "s", operation, description: &description, manifest: &manifest, args, caller: &caller };
        backend.call(call).await.map(|value| serde_json::to_value(value).unwrap())
    };
    let roles = call("get_roles", Access::Read, r#"{"roleid":"","idfield":""}"#).await;
    assert_eq!(roles, Ok(serde_json::json!([{ "id": 5, "shortname": "student" }])));
    for operation in ["get_user_byid", "get_user_byidnumber"] {
        let found = call(operation, Access::Read, r#"{"userinfo":9}"#).await.unwrap();
        assert_eq!(found[0]["username"], "bob", "{operation}");
    }
    let refused = async |operation, kind| call(operation, kind, r#"{"userinfo":9,"roleid":5}"#).await.unwrap_err().message;
    assert_eq!(refused("get_user_byidnumber", Access::Write).await, "Sorry (Read)", "who writes may have begun");
    assert_eq!(refused("get_role_byid", Access::Read).await, "Sorry (Read)", "no function of Moodle does this");
}
