//! What the service counts, in the format of Prometheus.

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The family of paths that a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// OK Tech's SOAP and REST.
    OkTech,
    /// Typed SOAP.
    Typed,
    /// Moodle's endpoints.
    Moodle,
    /// JSON.
    Json,
    /// Everything else: pages for people.
    Page,
}

impl Protocol {
    /// That of a path.
    pub fn of(path: &str) -> Protocol {
        match path.split('/').nth(1) {
            Some("wspp") => Protocol::OkTech,
            Some("services") => Protocol::Typed,
            Some("webservice" | "login" | "lib") => Protocol::Moodle,
            Some("api") => Protocol::Json,
            Some(_) | None => Protocol::Page,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Protocol::OkTech => "oktech",
            Protocol::Typed => "typed",
            Protocol::Moodle => "moodle",
            Protocol::Json => "json",
            Protocol::Page => "page",
        }
    }
}

impl EncodeLabelValue for Protocol {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        self.name().encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    protocol: Protocol,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProtocolLabel {
    protocol: Protocol,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: String,
    /// Code of the failure; `ok` without one.
    outcome: String,
}

/// The counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<ProtocolLabel, Histogram>,
    calls: Family<CallLabels, Counter>,
    under_way: Gauge,
    reloads: Counter,
    panics: Counter,
}

/// From half a millisecond to some 16 seconds.
fn buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("mwsd");
        let requests = Family::default();
        let seconds = Family::new_with_constructor(buckets as fn() -> Histogram);
        let (calls, under_way) = (Family::default(), Gauge::default());
        let (reloads, panics) = (Counter::default(), Counter::default());
        registry.register("requests", "Requests by protocol and status", requests.clone());
        registry.register_with_unit("request_duration", "Time to answer a request", Unit::Seconds, seconds.clone());
        registry.register("calls", "Calls of operations by outcome", calls.clone());
        registry.register("requests_under_way", "Requests that are being answered", under_way.clone());
        registry.register("reloads", "Reloads of build and configuration", reloads.clone());
        registry.register("panics", "Requests that failed by a defect of mwsd", panics.clone());
        Metrics { registry, requests, seconds, calls, under_way, reloads, panics }
    }
}

impl Metrics {
    /// A request has begun.
    pub fn begin(&self) {
        self.under_way.inc();
    }

    /// A request has ended; without a status when its client went away.
    pub fn end(&self, protocol: Protocol, status: Option<u16>, took: Duration) {
        self.under_way.dec();
        if let Some(status) = status {
            self.requests.get_or_create(&RequestLabels { protocol, status }).inc();
            self.seconds.get_or_create(&ProtocolLabel { protocol }).observe(took.as_secs_f64());
        }
    }

    /// An operation was called. `code` is that of the failure.
    pub fn call(&self, operation: &str, code: Option<&str>) {
        let outcome = code.unwrap_or("ok").to_owned();
        self.calls.get_or_create(&CallLabels { operation: operation.to_owned(), outcome }).inc();
    }

    /// Build and configuration were read again.
    pub fn reload(&self) {
        self.reloads.inc();
    }

    /// A request met a defect.
    pub fn panic(&self) {
        self.panics.inc();
    }

    /// All of it as a text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut out, &self.registry);
        out
    }
}
