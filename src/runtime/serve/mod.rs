//! Listening: connections within limits, and a router that a reload replaces while requests go on.
//!
//! In: a listener and a [`Live`] router. Each connection is a [`patient`] one; beyond the number of connections new ones are told that
//! there are too many. When the service is asked to stop, it takes no new connections, lets open requests end, and gives up on those that
//! take too long.

pub mod admin;
pub mod folder;
mod inflate;
pub mod metrics;
pub mod patient;
pub mod request;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

use crate::dispatch::Failure;
use crate::refusal::{self, full};
use patient::{Patience, Patient, Turns};

/// What is said to a client whose request nobody reads: the bytes of an answer, to as much of the request as has arrived.
pub type Refuse = Arc<dyn Fn(&[u8], &Failure) -> Vec<u8> + Send + Sync>;

/// Says it in words alone, where only people look.
pub fn tersely() -> Refuse {
    Arc::new(|_, why| refusal::plain_bytes(why))
}

/// Limits on connections.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Bytes of the head of a request.
    pub head_bytes: usize,
    /// How long each client may take.
    pub patience: Patience,
    /// Time for open requests when the service is asked to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connections: 12_000, head_bytes: 64 << 10, patience: Patience::default(), drain: Duration::from_secs(20) }
    }
}

/// The router of the moment.
pub struct Live(ArcSwap<Router>);

impl Live {
    /// Begins with a router.
    pub fn new(router: Router) -> Live {
        Live(ArcSwap::from_pointee(router))
    }

    /// Puts another in its place. Requests that are under way go on with the old one.
    pub fn replace(&self, router: Router) {
        self.0.store(Arc::new(router));
    }
}

/// Serves until `stop` says so; then drains. Gives the number of connections that had to be given up.
pub async fn serve(listener: TcpListener, live: Arc<Live>, limits: Limits, refuse: Refuse, mut stop: watch::Receiver<bool>) -> usize {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    // The connection itself bounds how long a head may take, which tells an idle client from a slow one.
    builder.header_read_timeout(None);
    builder.max_buf_size(limits.head_bytes.saturating_mul(2).max(MOST_BUFFERED));
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|&stop| stop) => break,
            accepted = accept(&listener) => accepted,
        };
        let Some((stream, from)) = accepted else { continue };
        let Ok(permit) = permits.clone().try_acquire_owned() else {
            // Beyond that nobody is told anything.
            if let Ok(place) = turned_away.clone().try_acquire_owned() {
                tokio::spawn(turn_away(stream, refuse.clone(), place));
            }
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (live, turns) = (live.clone(), Turns::default());
        let stream = Patient::new(stream, limits.patience, turns.clone(), refuse.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            turns.turn();
            let router = Router::clone(&live.0.load());
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(from));
            let (answer, turns) = (router.oneshot(request), turns.clone());
            async move {
                let answer = answer.await;
                turns.turn();
                answer
            }
        });
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // Whatever ends a connection, its client knows; requests are logged one by one.
            if let Err(why) = connection.await {
                tracing::debug!(%from, "connection: {why}");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_ok() { 0 } else { limits.connections - permits.available_permits() }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(why) => {
            // Out of file descriptors, most likely: connections that end will help.
            tracing::warn!("no connection can be accepted: {why}");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// How many clients are told at a time that there are too many.
const TURNED_AWAY: usize = 256;

/// How long each of them has to ask, and then to listen.
const BRIEF: Duration = Duration::from_secs(1);

/// How much of what they ask is looked at.
const LOOKED_AT: usize = 4 << 10;

/// What is read from a connection at once, at least. A head has to fit, or it is refused without words.
const MOST_BUFFERED: usize = 400 << 10;

/// Tells a client that there are too many. What it sends after that is read, or its system would throw the answer away.
async fn turn_away(mut stream: TcpStream, refuse: Refuse, _place: OwnedSemaphorePermit) {
    let mut arrived = Vec::new();
    let listen = async {
        while arrived.len() < LOOKED_AT && !arrived.windows(4).any(|end| end == b"\r\n\r\n") && stream.read_buf(&mut arrived).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = tokio::time::timeout(BRIEF, listen).await;
    let tell = async {
        stream.write_all(&refuse(&arrived, &full())).await?;
        stream.shutdown().await?;
        let mut sent = [0; 1_024];
        while stream.read(&mut sent).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = tokio::time::timeout(BRIEF, tell).await;
}
