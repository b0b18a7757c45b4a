//! Moodle's own endpoints, as the clients of Moodle know them: REST, SOAP, XML-RPC, those of its pages' scripts, and tokens for passwords.
//!
//! They serve the services of Moodle's convention. Facts: Moodle 4.5.5, recorded. Where they differ from a Moodle, `differences.md` beside
//! this file says how and why.

mod ajax;
mod call;
mod exception;
mod rest;
mod rpc;
mod soap;
#[cfg(test)]
mod tests;
mod token;
mod upload;
pub mod xml;
pub mod xmlrpc;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};

use crate::app::App;
use crate::dispatch::Failure;
use crate::refusal::{Unread, fault};
pub use ajax::{Asked, calls};
use soap::Interfaces;

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    let interfaces = Arc::new(Interfaces::default());
    let simple = || with(&interfaces, soap::simple);
    Router::new()
        .route("/webservice/rest/server.php", get(rest::serve).post(rest::serve))
        .route("/webservice/rest/simpleserver.php", get(rest::simple).post(rest::simple))
        .route("/webservice/soap/server.php", with(&interfaces, soap::serve))
        .route("/webservice/soap/simpleserver.php", simple())
        .route("/webservice/soap/simpleserver.php/{user}/{password}", simple())
        .route("/webservice/xmlrpc/server.php", post(rpc::serve))
        .route("/webservice/xmlrpc/simpleserver.php", post(rpc::simple))
        .route("/webservice/upload.php", post(upload::serve))
        .route("/lib/ajax/service.php", post(ajax::serve))
        .route("/lib/ajax/service-nologin.php", get(ajax::serve_anybody).post(ajax::serve_anybody))
        .route("/login/token.php", get(token::serve).post(token::serve))
}

/// The answer to a request that is not read; `None` for an address that is none of these.
pub fn refused(app: &App, path: &str, asked: Unread<'_>, why: &Failure) -> Option<Response> {
    Some(match path.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["webservice", "rest", ..] => rest::refused(app, asked, why),
        ["webservice", "soap", ..] => fault(asked.version(), why),
        ["webservice", "xmlrpc", ..] => rpc::refused(app, why),
        ["webservice", "upload.php"] | ["login", "token.php"] | ["lib", "ajax", ..] => token::refused(why),
        _ => return None,
    })
}

/// Answers a request of SOAP.
type Serve<F> = fn(Arc<Interfaces>, State<Arc<App>>, ConnectInfo<SocketAddr>, Request) -> F;

/// A handler of SOAP with the interfaces that were made.
fn with<F: Future<Output = Response> + Send + 'static>(interfaces: &Arc<Interfaces>, serve: Serve<F>) -> MethodRouter<Arc<App>> {
    let interfaces = interfaces.clone();
    any(move |app: State<Arc<App>>, from: ConnectInfo<SocketAddr>, request: Request| serve(interfaces.clone(), app, from, request))
}
