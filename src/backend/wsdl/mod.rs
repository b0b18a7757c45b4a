//! The `wsdl` back end: one typed WSDL 1.1 for each service, document/literal wrapped, and an index of all.
//!
//! In: a checked schema. Out: `wsdl/<service>.wsdl`, on request `wsdl/<service>.soap12.wsdl`, and `wsdl/services.json`.
//!
//! [`plan`] decides all names and types, [`emit`] lays them out. What XSD cannot say stands in `xsd:appinfo`, in the notation of
//! [`crate::appinfo`], so that the WSDL read back gives the schema. The rules that keep eleven client toolchains content are:
//!
//! - one SOAP 1.1 port (SOAP 1.2 is a file of its own), one part `parameters` for each message, an input and an output for each operation;
//! - qualified elements, sequences, no defaults, no wildcards; lists are named types that hold `item`;
//! - optional is `minOccurs="0"`, nullable is `nillable="true"`, and never both on a field: absent means absent;
//! - names that stay apart when case and punctuation are folded, and are no words of the target languages (`mangle`, `fold`, `reserved`);
//! - nothing longer than a Java method can take, and no types without content.

mod facts;
mod fold;
mod index;
mod mangle;
mod names;
mod plan;
mod record;
mod reserved;
mod view;
mod wire;
mod write;
mod xml;

pub use index::emit as emit_index;
pub use plan::plan;
pub use view::View;
pub use wire::{serve, wire};
pub use write::emit;

use crate::files::Files;
use crate::ir::{Schema, ServiceId};
use crate::report::Report;

/// What a run may set. `{service}` stands for the shortname of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Template of the target namespace. Clients keep working with another site only while it stays the same.
    pub namespace: String,
    /// Template of the address in `soap:address`: a placeholder, which each client replaces by that of its site.
    pub endpoint: String,
    /// Whether to write a second file for SOAP 1.2.
    pub soap12: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            namespace: "urn:moodle:ws:{service}".to_owned(),
            endpoint: "https://moodle.example/soap/{service}".to_owned(),
            soap12: false,
        }
    }
}

/// Plans and emits services, and their index.
pub fn generate(schema: &Schema, services: &[ServiceId], options: &Options, report: &mut Report, out: &mut Files) {
    let mut views = Vec::with_capacity(services.len());
    for &service in services {
        let view = plan(schema, service, options, report);
        emit(&view, out);
        views.push(view);
    }
    emit_index(&views, out);
}
