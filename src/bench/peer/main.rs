//! What the service is measured against and with: `serve.sh` in the folder above tells it what to do.
//!
//! - `peer bare ADDR PATH=FILE...` serves files as a bare handler does: the body of a request is read, and the bytes are written;
//! - `peer start ADDR PATH COMMAND...` starts a command and prints the milliseconds until the address answers at the path;
//! - `peer idle ADDR NUMBER PATH` holds so many connections on which nothing was asked, and prints how many of them answer at the end, and
//!   the milliseconds that a new client waited for an answer meanwhile.

use std::io;
use std::net::SocketAddr;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How long a command may take to start, and how long connections are held.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["bare", address, files @ ..] => bare(address, files).await,
        ["start", address, path, program, args @ ..] => start(address, path, program, args).await,
        ["idle", address, number, path] => idle(address, number.parse().unwrap_or(0), path).await,
        _ => Err(io::Error::other("bare ADDR PATH=FILE... | start ADDR PATH COMMAND... | idle ADDR NUMBER PATH")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("peer: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn bare(address: &str, files: &[&str]) -> io::Result<()> {
    let mut router = Router::new();
    for (path, file) in files.iter().filter_map(|file| file.split_once('=')) {
        let text = Bytes::from(std::fs::read(file)?);
        let serve = async move |_request: Bytes| ([(CONTENT_TYPE, "text/xml; charset=utf-8")], text.clone());
        router = router.route(path, any(serve));
    }
    axum::serve(TcpListener::bind(address).await?, router).await
}

async fn start(address: &str, path: &str, program: &str, args: &[&str]) -> io::Result<()> {
    let address = socket(address)?;
    let begun = Instant::now();
    let mut child = std::process::Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let answered = loop {
        match ask(address, path).await {
            Ok(_) => break true,
            Err(_) if begun.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_micros(500)).await,
            Err(_) => break false,
        }
    };
    let took = begun.elapsed();
    child.kill()?;
    child.wait()?;
    if answered {
        println!("{:.1}", took.as_secs_f64() * 1000.0);
        Ok(())
    } else {
        Err(io::Error::other("it does not answer"))
    }
}

async fn idle(address: &str, number: usize, path: &str) -> io::Result<()> {
    let address = socket(address)?;
    rlimit::increase_nofile_limit(number as u64 + 100)?;
    let mut held = Vec::with_capacity(number);
    for _ in 0..number {
        held.push(TcpStream::connect(address).await?);
    }
    tokio::time::sleep(PATIENCE).await;
    let begun = Instant::now();
    ask(address, path).await?;
    let waited = begun.elapsed();
    let mut alive = 0;
    for stream in held {
        alive += usize::from(ask_on(stream, path).await.is_ok());
    }
    println!("{alive} {:.1}", waited.as_secs_f64() * 1000.0);
    Ok(())
}

fn socket(address: &str) -> io::Result<SocketAddr> {
    address.parse().map_err(io::Error::other)
}

async fn ask(address: SocketAddr, path: &str) -> io::Result<usize> {
    ask_on(TcpStream::connect(address).await?, path).await
}

/// Asks for a path and reads the answer; gives its length.
async fn ask_on(mut stream: TcpStream, path: &str) -> io::Result<usize> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 ") { Ok(answer.len()) } else { Err(io::Error::other("no answer")) }
}
