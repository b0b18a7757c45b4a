//! A Moodle for tests that is all too slow, and the service in front of it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use super::server::{PATIENCE, Server, both};

/// A Moodle that knows who has the token `good`, gives it to everybody whose password is `x` and who is not `slow`, and answers nothing
/// else, ever.
pub fn stalled() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer_or_stall(stream));
        }
    });
    url
}

fn answer_or_stall(stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let before = head.len();
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
        length = head[before..].to_ascii_lowercase().strip_prefix("content-length: ").map_or(length, |text| text.trim().parse().unwrap());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let functions = "[{\"name\":\"core_base_get_time\"},{\"name\":\"core_course_get_categories\"}]";
    let answer = if head.contains("/login/token.php") && !body.contains("password=x") {
        "{\"error\":\"Invalid login\",\"errorcode\":\"invalidlogin\"}".to_owned()
    } else if head.contains("/login/token.php") && !body.contains("username=slow") {
        "{\"token\":\"good\",\"privatetoken\":null}".to_owned()
    } else if body.contains("core_webservice_get_site_info") {
        format!("{{\"userid\":7,\"username\":\"ann\",\"release\":\"4.5.5\",\"functions\":{functions}}}")
    } else {
        std::thread::sleep(PATIENCE);
        return;
    };
    let mut stream = stream;
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
}

/// A service in front of that Moodle. `upstream` and `limits` are lines of those parts of the configuration.
pub fn in_front(upstream: &str, limits: &str) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mwsd.toml");
    let url = stalled();
    std::fs::write(
        &config,
        format!("build = \"{}\"\n[upstream]\nurl = \"{url}\"\nretries = 0\n{upstream}\n[limits]\n{limits}\n", both().display()),
    )
    .unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]);
    (folder, server)
}
