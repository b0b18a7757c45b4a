//! The service as one value: what it serves, from where, to whom, and the router over all protocols.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use mwsc_contract::kept::Kept;
use mwsc_contract::validate::Fits;

use crate::accounts::Accounts;
use crate::build::Build;
use crate::dispatch::Backend;
use crate::refusal;
use crate::serve::metrics::Metrics;
use crate::settings::Settings;
use crate::{json, oktech};

/// Everything that a request needs. It never changes: a reload makes a new one and swaps the router.
pub struct App {
    /// What the compiler wrote.
    pub build: Build,
    /// What carries operations out.
    pub backend: Arc<dyn Backend>,
    /// Who may call.
    pub accounts: Arc<dyn Accounts>,
    /// How to serve it.
    pub settings: Settings,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What is known of records that the back end gives again and again.
    pub known: Known,
}

/// What was found out about records by this build and these settings. Each endpoint of SOAP has what it wrote for itself.
#[derive(Debug)]
pub struct Known {
    /// Which are as the manifest describes them.
    pub fits: Fits,
    /// How they are written as JSON.
    pub json: json::Texts,
    /// How they are written over OK Tech's plain HTTP.
    pub plain: oktech::Texts,
}

/// Bytes that each of them takes at most.
const BYTES: usize = 2 << 20;

impl Default for Known {
    fn default() -> Known {
        Known { fits: Kept::new(BYTES), json: Kept::new(BYTES), plain: Kept::new(BYTES) }
    }
}

/// The router over all protocols.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(crate::moodle::routes())
        .merge(crate::json::routes())
        .merge(crate::page::routes())
        .merge(crate::oktech::routes(&app))
        .merge(crate::typed::routes(&app))
        .fallback(async |State(app): State<Arc<App>>, request: Request| refusal::to(&app, &request, &refusal::nowhere()))
        .method_not_allowed_fallback(async |State(app): State<Arc<App>>, request: Request| {
            refusal::to(&app, &request, &refusal::wrong_method())
        })
        .with_state(app)
}
