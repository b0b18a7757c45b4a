//! Clients that are slow, and clients that are many.

use std::io::{Read as _, Write as _};

use serde_json::json;

use super::server::{Server, answer, ask, call};

/// A server with these limits. Their keys and values are lines of the configuration.
fn limited(limits: &str) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mwsd.toml");
    std::fs::write(&config, format!("[limits]\n{limits}\n")).unwrap();
    let server = Server::on("memory", &["--config", config.to_str().unwrap()]);
    (folder, server)
}

#[test]
fn a_head_has_to_be_complete_in_time() {
    let (_folder, server) = limited("header-seconds = 1");
    let mut stream = server.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").unwrap();
    assert_eq!(answer(stream).unwrap().0, 408);
    // What comes byte by byte gets no more time for that.
    let mut stream = server.connect();
    let mut writer = stream.try_clone().unwrap();
    let dripping = std::thread::spawn(move || {
        while writer.write_all(b"x").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
    let mut text = Vec::new();
    // The server may have closed while a byte was on its way, which ends the connection less gently.
    let _ = stream.read_to_end(&mut text);
    assert!(text.is_empty() || text.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&text));
    dripping.join().unwrap();
}

#[test]
fn a_connection_may_be_idle_for_a_time() {
    let (_folder, server) = limited("idle-seconds = 1\nheader-seconds = 600");
    let mut text = String::new();
    server.connect().read_to_string(&mut text).unwrap();
    assert_eq!(text, "", "nothing was asked, nothing is answered");
    let mut stream = server.connect();
    stream.write_all(b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 404"), "{text}");
}

#[test]
fn a_body_has_to_be_there_in_time() {
    let (_folder, server) = limited("body-seconds = 1\nheader-seconds = 600\nidle-seconds = 600");
    let request = call("admin", "get_categories", "{}");
    let (status, text) = ask(server.connect(), request.strip_suffix('}').unwrap()).unwrap();
    assert_eq!(status, 408);
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&problem["code"], &problem["status"]), (&json!("slowrequest"), &json!(408)), "{text}");
    let soap = "POST /wspp/service_pp.php HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/xml\r\ncontent-length: 9\r\n\r\n<";
    let (status, text) = ask(server.connect(), soap).unwrap();
    assert!(status == 408 && text.contains("<faultstring>The request did not arrive within 1 seconds.</faultstring>"), "{text}");
}

#[test]
fn a_body_may_be_so_long() {
    let (_folder, server) = limited("body-bytes = 1000");
    let (status, text) = ask(server.connect(), &call("admin", "get_categories", &" ".repeat(1001))).unwrap();
    assert!(status == 413 && text.contains("longer than 1000 bytes"), "{status} {text}");
    assert_eq!(ask(server.connect(), &call("admin", "get_categories", &" ".repeat(1000))).unwrap().0, 200);
}

#[test]
fn beyond_the_number_of_connections_new_ones_are_refused() {
    let (_folder, server) = limited("connections = 2");
    let request = "GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n";
    let open = [(); 2].map(|()| {
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        // Once it is answered the server has it among its connections.
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 8);
        stream
    });
    let (status, text) = ask(server.connect(), request).unwrap();
    assert_eq!((status, text.as_str()), (503, "There are too many connections."));
    drop(open);
    while server.get("/nowhere").0 != 404 {}
}

#[test]
fn so_many_logins_of_an_account_may_fail() {
    let (_folder, server) = limited("logins-of-account = 2");
    let wrong = call("teacher", "get_categories", "{}").replace("Basic ", "Basic dGVhY2hlcjpub25l\r\nx-was: ");
    for expected in [401, 401, 429] {
        assert_eq!(ask(server.connect(), &wrong).unwrap().0, expected);
    }
    assert_eq!(server.call("teacher", "get_categories", &json!({})).unwrap().0, 429, "the right password does not help");
    assert_eq!(server.call("manager", "get_categories", &json!({})).unwrap().0, 200);
}
