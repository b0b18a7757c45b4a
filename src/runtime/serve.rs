//! Listening: from an address to answers.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

/// Serves on an address until the process is asked to stop.
pub async fn serve(listen: SocketAddr, router: Router) -> std::io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(stop()).await
}

/// Waits for SIGTERM or SIGINT.
async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        // Without handlers the signals end the process themselves.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
