//! A page for people: services and operations with their types and documentation, and a form to try each of them.
//!
//! Everything it needs is in the program; it asks nobody else. The forms call the service's own protocols from the browser, so what works
//! here works for every client, and the page shows the same call as a line for curl.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use indexmap::IndexMap;
use mwsc_contract::schema::Records;
use mwsc_contract::wire::{ADDRESS, Endpoint, Style};
use mwsc_contract::{Operation, Service, Shape, Slot};
use serde::Serialize;

use crate::app::App;

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(|| async { asset("text/html; charset=utf-8", include_str!("index.html")) }))
        .route("/page/page.css", get(|| async { asset("text/css; charset=utf-8", include_str!("page.css")) }))
        .route("/page/page.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("page.js")) }))
        .route("/page/call.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("call.js")) }))
        .route("/page/services.json", get(services))
        .route("/page/services/{service}", get(service))
}

/// Nothing is loaded from elsewhere, nothing is framed, no script stands in the page itself.
const POLICY: (HeaderName, &str) = (
    CONTENT_SECURITY_POLICY,
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
);

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache"), POLICY], text).into_response()
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], text).into_response(),
        Err(why) => (StatusCode::INTERNAL_SERVER_ERROR, why.to_string()).into_response(),
    }
}

/// What the list of services shows.
#[derive(Serialize)]
struct Overview<'a> {
    base: &'a str,
    releases: &'a [String],
    services: Vec<(&'a str, &'a str, usize)>,
}

async fn services(State(app): State<Arc<App>>) -> Response {
    let manifest = &app.build.manifest;
    let services = manifest.services.iter().map(|service| (service.shortname.as_str(), service.name.as_str(), service.operations.len()));
    json(&Overview { base: &app.settings.base_url, releases: &manifest.releases, services: services.collect() })
}

/// A service with all that its operations reach.
#[derive(Serialize)]
struct Description<'a> {
    service: &'a Service,
    operations: IndexMap<&'a str, &'a Operation>,
    records: IndexMap<&'a str, &'a mwsc_contract::Record>,
    /// Its document/literal endpoint, if it has one.
    soap: Option<Soap<'a>>,
    /// Addresses of its WSDLs.
    wsdls: Vec<String>,
    /// Whether there is an API document.
    openapi: bool,
}

#[derive(Serialize)]
struct Soap<'a> {
    #[serde(flatten)]
    endpoint: &'a Endpoint,
    /// With the address filled in.
    filled: [String; 2],
}

async fn service(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    let Some(service) = app.build.service(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let manifest = &app.build.manifest;
    let operations: IndexMap<&str, &Operation> = service
        .operations
        .iter()
        .filter_map(|name| manifest.operations.get_key_value(name))
        .map(|(name, op)| (name.as_str(), op))
        .collect();
    let records = reached(operations.values().copied(), &manifest.records);
    let endpoints = || manifest.endpoints.iter().filter(|endpoint| endpoint.service == service.shortname);
    let fill = |text: &str| text.replace(ADDRESS, &app.settings.base_url);
    let soap = endpoints().find(|endpoint| endpoint.style == Style::Document);
    let soap = soap.map(|endpoint| Soap { endpoint, filled: [fill(&endpoint.namespace), fill(&endpoint.soap_action)] });
    let wsdls = endpoints().flat_map(|endpoint| &endpoint.wsdls).map(|wsdl| wsdl.path.clone()).collect();
    let openapi = manifest.files.iter().any(|file| file.path.ends_with(&format!("{}.openapi.json", service.shortname)));
    json(&Description { service, operations, records, soap, wsdls, openapi })
}

/// The records that operations reach, in the order in which they are met.
fn reached<'a>(operations: impl Iterator<Item = &'a Operation>, records: &'a Records) -> IndexMap<&'a str, &'a mwsc_contract::Record> {
    let mut waiting: VecDeque<&Slot> = operations.flat_map(|op| op.params.iter().map(|param| &param.slot).chain(&op.result)).collect();
    let mut out = IndexMap::new();
    while let Some(slot) = waiting.pop_front() {
        match &slot.shape {
            Shape::Scalar(_) => {}
            Shape::List(item) => waiting.push_back(item),
            Shape::Record(name) => {
                if let Some((name, record)) = records.get_key_value(name)
                    && out.insert(name.as_str(), record).is_none()
                {
                    waiting.extend(record.fields.iter().map(|field| &field.slot));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use crate::testing::echo;

    async fn get(path: &str) -> (u16, String) {
        let response = echo(false).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_page_needs_nobody_else() {
        for path in ["/", "/page/page.css", "/page/page.js", "/page/call.js"] {
            let (status, text) = get(path).await;
            assert_eq!(status, 200, "{path}");
            let foreign = text.split("http").skip(1).find(|rest| rest.starts_with("://") || rest.starts_with("s://"));
            // The namespaces of SOAP are names and no addresses.
            assert!(foreign.is_none_or(|rest| rest.starts_with("://schemas.xmlsoap.org/soap/envelope/") || rest.starts_with("://www.w3.org/2001/")), "{path}: {foreign:?}");
        }
    }

    #[tokio::test]
    async fn a_service_comes_with_what_it_reaches() {
        let (_, text) = get("/page/services.json").await;
        assert!(text.contains(r#"["one","One",3]"#), "{text}");
        let (_, text) = get("/page/services/one").await;
        assert!(text.contains(r#""core_echo""#) && text.contains(r#""records":{"echo""#) && !text.contains("core_other"), "{text}");
        assert_eq!(get("/page/services/none").await.0, 404);
    }
}
