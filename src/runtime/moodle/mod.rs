//! Moodle's own endpoints, as the clients of Moodle know them: REST, XML-RPC, and tokens for passwords.
//!
//! They serve the services of Moodle's convention. Facts: Moodle 4.5.5, recorded.

mod call;
mod exception;
mod rest;
mod rpc;
#[cfg(test)]
mod tests;
mod token;
pub mod xml;
pub mod xmlrpc;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/webservice/rest/server.php", get(rest::serve).post(rest::serve))
        .route("/webservice/xmlrpc/server.php", post(rpc::serve))
        .route("/login/token.php", get(token::serve).post(token::serve))
}
