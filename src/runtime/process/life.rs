//! Stopping and reloading.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Instant;

use super::moodle::stalled;
use super::server::{PASSWORD, PATIENCE, Server, answer, build, call};

/// Begins a call and waits until the server asks for its body: from then on it is under way.
fn begin(server: &Server, operation: &str, body: &str) -> (TcpStream, String) {
    let request = call("admin", operation, body).replace("\r\nconnection: close", "\r\nconnection: close\r\nexpect: 100-continue");
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut stream = server.connect();
    write!(stream, "{head}\r\n\r\n").unwrap();
    let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    (stream, body.to_owned())
}

#[test]
fn sigterm_lets_open_requests_end_and_takes_no_new_ones() {
    let mut server = Server::on("memory", &[]);
    let (mut open, body) = begin(&server, "get_categories", "{}");
    let idle = server.connect();
    server.signal("TERM");
    server.logged("asked to stop");
    let end = Instant::now() + PATIENCE;
    while let Ok(late) = TcpStream::connect(server.address) {
        assert!(Instant::now() < end, "new connections are still taken");
        drop(late);
    }
    open.write_all(body.as_bytes()).unwrap();
    let (status, text) = answer(open).unwrap();
    assert!(status == 200 && text.starts_with("[{") && text.ends_with("}]"), "{status} {text}");
    assert_eq!(server.ended().code(), Some(0));
    drop(idle);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { std::fs::copy(from, to).map(drop).unwrap() }
    }
}

#[test]
fn sighup_serves_what_is_sound_and_keeps_the_old_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, config) = (folder.path().join("build"), folder.path().join("mwsd.toml"));
    copy(build(), &mine);
    let manifest = std::fs::read_dir(&mine).unwrap().map(|entry| entry.unwrap().path().join("manifest/manifest.json"));
    let manifest = manifest.chain([mine.join("manifest/manifest.json")]).find(|path| path.is_file()).unwrap();
    let configure = |base: &str| std::fs::write(&config, format!("build = {mine:?}\nstore = \"memory\"\nbase-url = \"{base}\"\n")).unwrap();
    configure("http://first.example");
    let server = Server::start(&["--config", config.to_str().unwrap()]);
    let address = || server.get("/wspp/wsdl_pp2.php").1.split("<soap:address location=\"").nth(1).map(|rest| rest[..20].to_owned());
    assert_eq!(address().as_deref(), Some("http://first.example"));

    // A manifest that is none, and then one that contradicts itself.
    let sound = std::fs::read_to_string(&manifest).unwrap();
    configure("http://other.example");
    for broken in [sound[..sound.len() / 2].to_owned(), sound.replacen("\"categoryRecord\"", "\"recordOfNothing\"", 1)] {
        std::fs::write(&manifest, broken).unwrap();
        server.signal("HUP");
        let line = server.logged("nothing changes");
        assert!(line.contains("manifest.json"), "{line}");
        assert_eq!(address().as_deref(), Some("http://first.example"));
    }

    // A configuration with a mistake.
    std::fs::write(&manifest, sound).unwrap();
    std::fs::write(&config, "bulid = \"x\"\n").unwrap();
    server.signal("HUP");
    let line = server.logged("nothing changes");
    assert!(line.contains("mwsd.toml"), "{line}");

    configure("http://other.example");
    server.signal("HUP");
    server.logged("serving what was read again");
    assert_eq!(address().as_deref(), Some("http://other.example"));
}

/// Fields of a query that calls an operation of OK Tech over plain HTTP, and what comes of it.
fn plain(server: &Server, query: &str) -> String {
    server.get(&format!("/wspp/service_pp2.php?wsformatout=json&{query}")).1
}

/// Reloads a server that allows an account two logins that fail. Whoever is logged in stays so, and whoever failed too often has to wait.
fn outlives_a_reload(server: &Server, password: &str) {
    let login = |user: &str, password: &str| plain(server, &format!("wsfunction=login&username={user}&password={password}"));
    let session: serde_json::Value = serde_json::from_str(&login("teacher", password)).unwrap();
    let client = session["client"].as_i64().unwrap();
    let asked = format!("wsfunction=get_my_id&client={client}&sesskey={}", session["sessionkey"].as_str().unwrap());
    let me = plain(server, &asked);
    assert!(me.trim_matches('"').parse::<i64>().unwrap() > 0, "{me}");
    for _ in 0..2 {
        assert!(login("student", "wrong").contains("invalidlogin"));
    }
    server.signal("HUP");
    server.logged("serving what was read again");
    assert_eq!(plain(server, &asked), me);
    let refused = login("Student", password);
    assert!(refused.contains("toomanylogins"), "{refused}");
}

/// A server with a configuration that allows an account two logins that fail.
fn strict(more: &str) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mwsd.toml");
    std::fs::write(&config, format!("build = \"{}\"\nstore = \"memory\"\n{more}\n[limits]\nlogins-of-account = 2\n", build().display()))
        .unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]);
    (folder, server)
}

#[test]
fn a_school_knows_after_a_reload_who_is_logged_in_and_who_failed() {
    let (_folder, server) = strict("");
    outlives_a_reload(&server, PASSWORD);
}

#[test]
fn in_front_of_a_moodle_a_reload_forgets_nobody() {
    let (_folder, server) = strict(&format!("[upstream]\nurl = \"{}\"", stalled()));
    outlives_a_reload(&server, "x");
}

#[test]
fn in_front_of_an_oktech_server_a_reload_forgets_nobody() {
    let behind = Server::on("memory", &[]);
    let (_folder, server) = strict(&format!("[upstream-wspp]\nurl = \"http://{}/wspp/service_pp.php\"", behind.address));
    outlives_a_reload(&server, PASSWORD);
}
