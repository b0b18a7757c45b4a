//! Tests against sites that misbehave: whatever they do becomes one answer or one failure in every protocol, writes arrive once, and secrets
//! go to the site alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use base64::Engine as _;
use http_body_util::BodyExt as _;
use mwsc_contract::schema::Access;
use mwsc_contract::{Manifest, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::Upstream;
use super::breaker::Policy;
use super::client::Client;
use super::site::Site;
use super::transport::Config;
use super::users::Users;
use crate::dispatch::{Args, Failure, Secret};
use crate::oktech::tests::serving;
use crate::testing;

const TOKEN: &str = "t0kens3cret";

/// A site of sockets: it notes every request, and does to each what a test says.
struct Wild {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Wild {
    /// `act` is given the stream after each request, with the number of requests on this connection; `false` ends the connection.
    async fn start<F>(act: impl Fn(Arc<tokio::sync::Mutex<TcpStream>>, usize) -> F + Send + Sync + 'static) -> Wild
    where
        F: Future<Output = bool> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (heard, act) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(act));
        let notes = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (notes, act) = (notes.clone(), act.clone());
                tokio::spawn(async move {
                    let stream = Arc::new(tokio::sync::Mutex::new(stream));
                    for at in 0.. {
                        let Some(request) = request(&mut *stream.lock().await).await else { return };
                        notes.lock().unwrap().push(request);
                        if !act(stream.clone(), at).await {
                            return;
                        }
                    }
                });
            }
        });
        Wild { url, heard }
    }

    /// One that writes the same bytes to every request.
    async fn saying(bytes: &'static [u8], goes_on: bool) -> Wild {
        let say = move |stream: Arc<tokio::sync::Mutex<TcpStream>>, _| async move {
            stream.lock().await.write_all(bytes).await.is_ok() && goes_on
        };
        Wild::start(say).await
    }

    fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    fn client(&self) -> Client {
        client(&self.url)
    }
}

/// A request of HTTP as it came; `None` at the end of the connection.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let whole = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = whole.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(whole);
            }
        }
        if stream.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
    }
}

fn config(url: &str) -> Config {
    let breaker = Policy { failures: 3, pause: Duration::from_millis(300) };
    Config { timeout: Duration::from_millis(400), breaker, ..Config::new(url) }
}

fn client(url: &str) -> Client {
    Client::new(config(url)).unwrap()
}

async fn ask(client: &Client, access: Access) -> Result<Value, Failure> {
    client.call("f", &Args::new(), &Secret::new(TOKEN), Some(access)).await
}

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7";
const BROKEN_OFF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\"";

#[tokio::test]
async fn a_write_whose_answer_breaks_off_is_not_sent_again() {
    let site = Wild::saying(BROKEN_OFF, false).await;
    let why = ask(&site.client(), Access::Write).await.unwrap_err();
    assert_eq!((why.kind.status(), site.count()), (503, 1));
    assert!(why.message.contains("broke before its answer"), "{}", why.message);
    assert_eq!(ask(&site.client(), Access::Read).await.unwrap_err().kind.status(), 503);
    assert_eq!(site.count(), 4, "a read is tried again twice");
}

#[tokio::test]
async fn a_write_on_a_connection_that_the_site_has_closed_arrives_once() {
    // It answers and then closes, without a word about it; the next call finds that out.
    let site = Wild::saying(GOOD, false).await;
    let client = site.client();
    for round in 1..=5 {
        assert_eq!(ask(&client, Access::Write).await, Ok(Value::Int(7)));
        assert_eq!(site.count(), round);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It closes when the second request of a connection is there: nobody knows whether it was carried out.
    let site = Wild::start(|stream, at| async move { at == 0 && stream.lock().await.write_all(GOOD).await.is_ok() }).await;
    let client = site.client();
    assert_eq!(ask(&client, Access::Write).await, Ok(Value::Int(7)));
    assert_eq!(ask(&client, Access::Write).await.unwrap_err().kind.status(), 503);
    assert_eq!(site.count(), 2);
}

#[tokio::test]
async fn an_answer_that_drips_or_never_ends_is_given_up() {
    let drip = |stream: Arc<tokio::sync::Mutex<TcpStream>>, _| async move {
        let _ = stream.lock().await.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let _ = stream.lock().await.write_all(b" ").await;
        }
        false
    };
    assert_eq!(ask(&Wild::start(drip).await.client(), Access::Write).await.unwrap_err().kind.status(), 504);
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let flood = move |stream: Arc<tokio::sync::Mutex<TcpStream>>, _| {
        let count = count.clone();
        async move {
            let mut stream = stream.lock().await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            while count.load(Ordering::SeqCst) < 1 << 30 && stream.write_all(chunk.as_bytes()).await.is_ok() {
                count.fetch_add(0x10000, Ordering::SeqCst);
            }
            false
        }
    };
    let site = Wild::start(flood).await;
    let short = Client::new(Config { timeout: Duration::from_secs(20), answer_bytes: 1 << 20, ..Config::new(&site.url) }).unwrap();
    assert_eq!(ask(&short, Access::Read).await.unwrap_err().kind.status(), 502);
    assert!(sent.load(Ordering::SeqCst) < 64 << 20, "the rest of the gigabyte is not read");
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let other = Wild::saying(GOOD, true).await;
    let to =
        format!("HTTP/1.1 301 Moved\r\nlocation: {}/login?wstoken={TOKEN}\r\ncontent-length: 0\r\n\r\n", other.url.replace("//", "//u:p@"));
    let to: &'static [u8] = Box::leak(to.into_bytes().into_boxed_slice());
    let site = Wild::saying(to, true).await;
    let why = ask(&site.client(), Access::Read).await.unwrap_err();
    assert_eq!((why.kind.status(), site.count(), other.count()), (502, 1, 0));
    assert!(
        why.debug.contains(&format!("points to {}", other.url)) && !why.debug.contains(TOKEN) && !why.debug.contains("u:p"),
        "{}",
        why.debug
    );
}

#[tokio::test]
async fn a_site_that_asks_for_a_pause_gets_it() {
    let busy: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: 11\r\n\r\nMaintenance";
    let site = Wild::saying(busy, true).await;
    let why = ask(&site.client(), Access::Read).await.unwrap_err();
    assert_eq!((why.kind.status(), why.retry_after, site.count()), (503, 7, 1));
}

#[tokio::test]
async fn what_breaks_on_one_function_does_not_close_the_site_for_others() {
    let site = Wild::saying(b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", true).await;
    let client = site.client();
    for _ in 0..10 {
        assert_eq!(ask(&client, Access::Write).await.unwrap_err().kind.status(), 502);
    }
    assert_eq!(site.count(), 10, "each is asked");
}

#[tokio::test]
async fn while_the_breaker_is_open_nothing_is_sent_and_then_one_call_tries() {
    let site = Wild::start(|stream, at| async move {
        // The first three requests find it down, each on a connection of its own.
        let _ = at;
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(stream);
        false
    })
    .await;
    let client = Arc::new(site.client());
    for _ in 0..3 {
        assert_eq!(ask(&client, Access::Write).await.unwrap_err().retry_after, 0);
    }
    let crowd = async || {
        let calls = (0..50).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { ask(&client, Access::Write).await.unwrap_err().retry_after })
        });
        futures_util::future::join_all(calls).await.into_iter().filter(|pause| *pause.as_ref().unwrap() > 0).count()
    };
    assert_eq!((crowd().await, site.count()), (50, 3));
    tokio::time::sleep(Duration::from_millis(320)).await;
    assert_eq!((crowd().await, site.count()), (49, 4), "one tries, and the others are told when");
    assert_eq!((crowd().await, site.count()), (50, 4), "it failed");
}

#[tokio::test]
async fn a_user_of_the_address_is_sent_as_a_header_and_told_nobody() {
    let site = Wild::saying(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", true).await;
    let client = client(&site.url.replace("//", "//ann:s3cretpw@"));
    let why = ask(&client, Access::Read).await.unwrap_err();
    let basic = base64::engine::general_purpose::STANDARD.encode("ann:s3cretpw");
    assert!(site.heard.lock().unwrap()[0].contains(&format!("authorization: Basic {basic}")));
    for url in
        ["http://ann:s3cretpw@127.0.0.1:9", "http://ann:s3cretpw@nowhere.invalid", &site.url.replace("http://", "https://ann:s3cretpw@")]
    {
        let client = self::client(url);
        let why = ask(&client, Access::Write).await.unwrap_err();
        assert!(matches!(why.kind.status(), 503 | 504), "{why:?}");
        assert!(!why.debug.is_empty() && !format!("{why:?}{client:?}").contains("s3cret"), "{why:?}");
    }
    assert!(!format!("{why:?}{client:?}").contains("s3cret"));
}

/// What a site says to one function; it knows the rest of its business.
#[derive(Default)]
struct Says {
    status: u16,
    kind: &'static str,
    body: Bytes,
}

/// A service in front of a site that answers calls as a test says.
async fn in_front(manifest: Manifest, files: HashMap<String, Bytes>, says: Arc<Mutex<Says>>) -> Router {
    let answer = move |request: Request<Body>| {
        let says = says.clone();
        async move {
            let path = request.uri().path().to_owned();
            let sent = String::from_utf8(request.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
            if path == "/login/token.php" {
                return axum::http::Response::new(Body::from(format!("{{\"token\":\"{TOKEN}\"}}")));
            }
            if sent.contains("wsfunction=core_webservice_get_site_info&") {
                let functions = r#"[{"name":"local_oktech_get_categories"},{"name":"core_echo"}]"#;
                return axum::http::Response::new(Body::from(format!(
                    r#"{{"userid":7,"username":"ann","release":"4.5","functions":{functions}}}"#
                )));
            }
            let says = says.lock().unwrap();
            let page = String::from_utf8_lossy(&says.body).replace("SENT", &sent);
            let body = if says.body.starts_with(b"\x1f") { says.body.clone() } else { page.into() };
            axum::http::Response::builder().status(says.status).header("content-type", says.kind).body(Body::from(body)).unwrap()
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let breaker = Policy { failures: 1000, ..Policy::default() };
    let client = Client::new(Config { breaker, retries: 0, ..config(&url) }).unwrap();
    let site = Arc::new(Site::new(client));
    let users = Users::new(site.clone(), "s", Duration::from_secs(60)).unwrap();
    let backend = Upstream::new(site, "local_oktech_", crate::crosswalk::tests::built_in());
    serving(manifest, files, Arc::new(backend), Arc::new(users))
}

/// A request in one of the protocols, and what a failure looks like there.
struct Asked {
    protocol: &'static str,
    path: String,
    kind: &'static str,
    body: String,
    failure: &'static str,
}

async fn send(router: &Router, asked: &Asked) -> (u16, String) {
    let request = Request::post(&asked.path).header("content-type", asked.kind).header("authorization", format!("Bearer {TOKEN}"));
    let response = router.clone().oneshot(request.body(Body::from(asked.body.clone())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    (status, String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned())
}

fn envelope(body: &str) -> String {
    format!("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>{body}</e:Body></e:Envelope>")
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A call in each protocol of OK Tech's interface.
async fn oktech(router: &Router) -> Vec<Asked> {
    let login = "/wspp/service_pp2.php?wsfunction=login&wsformatout=json&username=ann&password=right";
    let login = Asked { protocol: "", path: login.to_owned(), kind: FORM, body: String::new(), failure: "" };
    let session: serde_json::Value = serde_json::from_str(&send(router, &login).await.1).unwrap();
    let key = session["sessionkey"].as_str().unwrap();
    let session = session["client"].to_string();
    let client = session.trim_matches('"');
    let rpc = envelope(&format!("<get_categories><client>{client}</client><sesskey>{key}</sesskey></get_categories>"));
    let typed = envelope("<get_categories xmlns='urn:moodle:ws:mdl_soapserver'/>");
    let asked =
        |protocol, path: &str, kind, body: &str, failure| Asked { protocol, path: path.to_owned(), kind, body: body.to_owned(), failure };
    let plain = |format| format!("wsfunction=get_categories&client={client}&sesskey={key}&wsformatout={format}");
    vec![
        asked("json", "/api/mdl_soapserver/get_categories", "application/json", "{}", "\"status\":"),
        asked("typed", "/services/mdl_soapserver", "text/xml", &typed, "<errorcode>"),
        asked("old", "/wspp/service_pp.php", "text/xml", &rpc, "<faultstring"),
        asked("simplified", "/wspp/service_pp2.php", "text/xml", &rpc, "<faultstring"),
        asked("plain json", "/wspp/service_pp2.php", FORM, &plain("json"), "\"exception\":"),
        asked("plain xml", "/wspp/service_pp2.php", FORM, &plain("xml"), "<EXCEPTION"),
        asked("plain php", "/wspp/service_pp2.php", FORM, &plain("php"), "b:0;"),
        asked("plain dump", "/wspp/service_pp2.php", FORM, &plain("dump"), "Wspp Rest Server :"),
    ]
}

/// A call in each of Moodle's protocols.
fn moodle() -> Vec<Asked> {
    let asked = |protocol, path: &str, kind, body: String, failure| Asked { protocol, path: path.to_owned(), kind, body, failure };
    let rest = format!("wstoken={TOKEN}&wsfunction=core_echo&id=5");
    let rpc =
        "<methodCall><methodName>core_echo</methodName><params><param><value><string>5</string></value></param></params></methodCall>";
    vec![
        asked("json", "/api/one/core_echo", "application/json", r#"{"id":"5"}"#.to_owned(), "\"status\":"),
        asked("rest xml", "/webservice/rest/server.php", FORM, rest.clone(), "<EXCEPTION"),
        asked("rest json", "/webservice/rest/server.php", FORM, format!("{rest}&moodlewsrestformat=json"), "\"exception\":"),
        asked("xml-rpc", &format!("/webservice/xmlrpc/server.php?wstoken={TOKEN}"), "text/xml", rpc.to_owned(), "<fault>"),
        asked(
            "soap",
            &format!("/webservice/soap/server.php?wstoken={TOKEN}"),
            "text/xml",
            envelope("<core_echo><id>5</id></core_echo>"),
            "Fault>",
        ),
    ]
}

/// Answers that are none, with the status that JSON gives them.
const BAD: [(u16, &str, &[u8], u16); 17] = [
    (200, "text/html", b"<html>Welcome SENT</html>", 502),
    (200, "application/json", b"", 502),
    (200, "application/json", b"{\"exception\":\"TypeError\",\"message\":\"SENT\"}", 502),
    (200, "application/json", b"{\"exception\":\"moodle_exception\",\"errorcode\":\"accessexception\",\"message\":\"No SENT\"}", 403),
    (200, "application/json", b"{\"exception\":\"moodle_exception\",\"errorcode\":\"sitemaintenance\",\"message\":\"Later\"}", 503),
    (200, "application/json", b"{\"error\":\"SENT\",\"errorcode\":\"invalidtoken\"}", 401),
    (200, "application/json", b"[{\"id\":\"Ann Secret\",\"who\":[]}]", 502),
    (200, "application/json", b"[{\"id\":", 502),
    (200, "application/json", b"7", 502),
    (200, "application/json", b"\x1f\x8b\x08\x00\x00", 502),
    (301, "text/html", b"SENT", 502),
    (403, "text/html", b"", 502),
    (404, "text/html", b"SENT", 502),
    (429, "text/html", b"SENT", 503),
    (500, "text/html", b"<br />Fatal error: SENT", 502),
    (502, "text/html", b"SENT", 503),
    (503, "text/html", b"<h1>Maintenance</h1>", 503),
];

#[tokio::test]
async fn every_answer_that_is_none_is_one_failure_in_every_protocol() {
    let interface = testing::interface();
    for is_moodle in [false, true] {
        let says = Arc::new(Mutex::new(Says::default()));
        let (manifest, files) =
            if is_moodle { (testing::echo_manifest(), HashMap::new()) } else { (interface.manifest.clone(), HashMap::new()) };
        let router = in_front(manifest, files, says.clone()).await;
        let calls = if is_moodle { moodle() } else { oktech(&router).await };
        for (status, kind, body, expected) in BAD {
            *says.lock().unwrap() = Says { status, kind, body: Bytes::from_static(body) };
            for asked in &calls {
                let (found, text) = send(&router, asked).await;
                // The namespace of Moodle's own SOAP holds the token of whoever calls.
                let text = text.replace(&format!("server.php?wstoken={TOKEN}"), "");
                let case = format!("{} after {status} {}: {found} {text}", asked.protocol, String::from_utf8_lossy(body));
                assert!(text.contains(asked.failure), "{case}");
                assert!(!text.contains(TOKEN) && !text.contains("Ann Secret"), "{case}");
                assert!(asked.protocol != "json" || found == expected, "{case}");
                assert!(!text.is_empty() && found != 204, "{case}");
            }
        }
        // What another spelling of a good answer is, is one.
        let good: [&[u8]; 3] = if is_moodle {
            [
                b"{\"id\":12,\"who\":7}",
                b"\xef\xbb\xbf{\"id\":\"12\",\"who\":\"7\"}",
                b"<br />\n<b>Notice</b>: SENT on line <b>3</b><br />\n{\"id\":\"12\",\"who\":7}",
            ]
        } else {
            [
                b"[{\"id\":\"12\",\"name\":7}]",
                b"\xef\xbb\xbf[{\"id\":12,\"name\":\"7\"}]",
                b"<br />\n<b>Notice</b>: SENT on line <b>3</b><br />\n[{\"id\":12,\"name\":7}]",
            ]
        };
        for body in good {
            *says.lock().unwrap() = Says { status: 200, kind: "application/json", body: Bytes::from_static(body) };
            for asked in &calls {
                let (found, text) = send(&router, asked).await;
                let text = text.replace(&format!("server.php?wstoken={TOKEN}"), "");
                let case = format!("{} after {}: {found} {text}", asked.protocol, String::from_utf8_lossy(body));
                assert!(found == 200 && text.contains("12") && !text.contains(asked.failure) && !text.contains(TOKEN), "{case}");
            }
        }
    }
}
