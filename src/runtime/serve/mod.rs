//! Listening: connections within limits, and a router that a reload replaces while requests go on.
//!
//! In: a listener and a [`Live`] router. A connection has so long for the head of each request and so long for a whole one; beyond the
//! number of connections new ones wait in the system's queue. When the service is asked to stop, it takes no new connections, lets open
//! requests end, and gives up on those that take too long.

pub mod admin;
pub mod metrics;
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
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

/// Limits on connections.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Time for the head of a request; also how long a connection may be idle between two.
    pub header: Duration,
    /// Time for open requests when the service is asked to stop.
    pub drain: Duration,
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
pub async fn serve(listener: TcpListener, live: Arc<Live>, limits: Limits, mut stop: watch::Receiver<bool>) -> usize {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.header).keep_alive(true);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).keep_alive_interval(Some(Duration::from_secs(30)));
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|&stop| stop) => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Some((stream, from, permit)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let live = live.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let router = Router::clone(&live.0.load());
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(from));
            router.oneshot(request)
        });
        let connection = graceful.watch(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
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

type Accepted = (tokio::net::TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = permits.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, from)) => Some((stream, from, permit)),
        Err(why) => {
            // Out of file descriptors, most likely: connections that end will help.
            tracing::warn!("no connection can be accepted: {why}");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}
