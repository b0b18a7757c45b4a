//! What operators ask, on an address of its own: `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::app::App;

/// The service of the moment, as a reload replaces it.
pub type Current = Arc<ArcSwap<App>>;

/// The routes.
pub fn router(current: Current) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(current)
}

/// Whether the back end could answer now.
async fn ready(State(current): State<Current>) -> Response {
    match current.load_full().backend.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", why.message)).into_response(),
    }
}

async fn metrics(State(current): State<Current>) -> Response {
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], current.load().metrics.text()).into_response()
}
