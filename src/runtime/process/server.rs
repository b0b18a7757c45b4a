//! A `mwsd` that runs, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::Value;

/// The password of everybody in a new school.
pub const PASSWORD: &str = "Process-1";

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The build of the bundled interface.
pub fn build() -> &'static Path {
    static BUILD: LazyLock<PathBuf> = LazyLock::new(|| {
        let profiles = ["--service", "mdl_soapserver", "--profile", "document,oktech,oktech-simplified"];
        compiled("out", &[&["fixtures/oktech/interface"][..], &profiles].concat())
    });
    &BUILD
}

/// A build of everything that is bundled: that interface, and services of a small Moodle.
pub fn both() -> &'static Path {
    static BUILD: LazyLock<PathBuf> = LazyLock::new(|| compiled("both", &[]));
    &BUILD
}

/// Has the compiler write a build, as the bundled configuration and some arguments say.
fn compiled(name: &str, more: &[&str]) -> PathBuf {
    let (root, out) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let more = more.iter().map(|text| if text.contains('/') { path(&root.join(text)) } else { (*text).to_owned() });
    let args = ["mwsc", "generate", "--config", &path(&root.join(".mwsc.toml")), "--target", "manifest", "--output", &path(&out)];
    let args: Vec<std::ffi::OsString> = args.into_iter().map(str::to_owned).chain(more).map(Into::into).collect();
    let compile = move || assert_eq!(mwsc::cli::run(args), mwsc::cli::exit::CLEAN);
    std::thread::Builder::new().stack_size(mwsc::cli::STACK).spawn(compile).unwrap().join().unwrap();
    out
}

/// A running server. It is killed when the test forgets it.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it writes to its log, line by line.
    log: Mutex<Receiver<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// Starts a server with these options, on a port that is free, and waits until it listens.
    pub fn start(options: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mwsd"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .env("MWSD_DEMO_PASSWORD", PASSWORD)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (send, log) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut server = Server { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), log: Mutex::new(log) };
        let line = server.logged("listening on ");
        let address = line.split("listening on ").nth(1).and_then(|rest| rest.trim_end_matches(')').parse().ok());
        server.address = address.unwrap_or_else(|| panic!("no address in {line}"));
        server
    }

    /// One of the bundled build, on a store.
    pub fn on(store: &str, more: &[&str]) -> Server {
        Server::start(&[&["--build", build().to_str().unwrap(), "--store", store], more].concat())
    }

    /// Waits for a line of the log that has these words.
    pub fn logged(&self, words: &str) -> String {
        let (mut seen, end) = (Vec::new(), Instant::now() + PATIENCE);
        loop {
            let line = self.log.lock().unwrap().recv_timeout(end.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|why| panic!("no line with `{words}`: {why}; there are {seen:#?}"));
            if line.contains(words) {
                return line;
            }
            seen.push(line);
        }
    }

    /// Ends the process, and gives everything that it wrote and nobody has waited for.
    pub fn whole_log(mut self) -> Vec<String> {
        self.kill();
        let log = self.log.lock().unwrap();
        log.iter().collect()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success(), "no signal {name}");
    }

    /// Kills the process at once, as `kill -9` does, and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for the process to end by itself.
    pub fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end")
    }

    /// A connection.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The status and the body of an answer.
    pub fn get(&self, target: &str) -> (u16, String) {
        ask(self.connect(), &format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).unwrap()
    }

    /// Calls an operation over JSON, as somebody.
    pub fn call(&self, user: &str, operation: &str, args: &Value) -> Option<(u16, Value)> {
        let stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let (status, body) = ask(stream, &call(user, operation, &args.to_string()))?;
        Some((status, serde_json::from_str(&body).ok()?))
    }
}

/// The text of a request that calls an operation over JSON.
pub fn call(user: &str, operation: &str, body: &str) -> String {
    let password = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{PASSWORD}"));
    format!(
        "POST /api/mdl_soapserver/{operation} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Basic {password}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends a request and reads until the server closes the connection. `None` for an answer that broke off.
pub fn ask(mut stream: TcpStream, request: &str) -> Option<(u16, String)> {
    stream.write_all(request.as_bytes()).ok()?;
    answer(stream)
}

/// Reads an answer until the server closes the connection.
pub fn answer(mut stream: TcpStream) -> Option<(u16, String)> {
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let is_whole = length.is_none_or(|length| length.parse() == Ok(body.len()));
    is_whole.then(|| (status, body.to_owned()))
}
