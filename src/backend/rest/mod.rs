//! The `rest` back end: what clients over plain HTTP need.
//!
//! In: a checked schema. Out, for each service: `rest/<service>.openapi.json`, OpenAPI 3.1 of the runtime service's JSON interface;
//! `rest/<service>.restful.openapi.json`, the same functions as Moodle's plugin `webservice_restful` serves them;
//! `rest/<service>/<function>.schema.json`, JSON Schema of one function; `rest/<service>.adapters.json`, how Moodle's own REST protocol and
//! that of OK Tech spell each function.
//!
//! [`names`] decides what schemas are called, [`schema`] makes them, the others lay documents out.

mod adapters;
mod function;
mod names;
mod openapi;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use mwsc_contract::schema::Convention;
use mwsc_contract::{Manifest, Operation, Service};
use serde::Serialize;

use super::model;
use crate::files::Files;
use crate::ir::{Schema, ServiceId};
use crate::report::Report;
use crate::source::SourceMap;
use names::Names;
use openapi::Flavour;
use schema::Schemas;

/// What a run may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Base address of the server in the documents: a placeholder, which each client replaces by that of its site.
    pub server: String,
}

impl Default for Options {
    fn default() -> Self {
        Options { server: "https://moodle.example".to_owned() }
    }
}

/// Writes the documents of services.
pub fn generate(schema: &Schema, services: &[ServiceId], options: &Options, sources: &SourceMap, report: &mut Report, out: &mut Files) {
    let manifest = model::manifest(schema, services, sources);
    for (service, &id) in manifest.services.iter().zip(services) {
        let names = names::names(schema, id, report);
        let view = View::new(&manifest, service, &names);
        let file = |what: &str| format!("rest/{}{what}", service.shortname);
        out.add(file(".openapi.json"), view.openapi(Flavour::Api, &options.server));
        // The plugin serves functions of Moodle, which operations of another family are not.
        if service.convention == Convention::Moodle {
            out.add(file(".restful.openapi.json"), view.openapi(Flavour::Restful, &options.server));
        }
        out.add(file(".adapters.json"), json(&adapters::table(&manifest, service, &view.operations)));
        let schemas = view.schemas("#/$defs/");
        for &(name, operation) in &view.operations {
            out.add(file(&format!("/{}.schema.json", names::escaped(name))), json(&function::document(&schemas, service, name, operation)));
        }
    }
}

/// Writes the OpenAPI documents of services as a server of its own publishes them: its address is a token that the server replaces.
pub fn serve(schema: &Schema, services: &[ServiceId], sources: &SourceMap, report: &mut Report, out: &mut Files) {
    let manifest = model::manifest(schema, services, sources);
    for (service, &id) in manifest.services.iter().zip(services) {
        let names = names::names(schema, id, report);
        let document = View::new(&manifest, service, &names).openapi(Flavour::Api, mwsc_contract::wire::ADDRESS);
        out.add(format!("rest/{}.openapi.json", service.shortname), document);
    }
}

/// A service with everything that its documents need.
struct View<'m> {
    manifest: &'m Manifest,
    service: &'m Service,
    names: &'m Names,
    operations: Vec<(&'m str, &'m Operation)>,
    sent: HashSet<&'m str>,
}

impl<'m> View<'m> {
    fn new(manifest: &'m Manifest, service: &'m Service, names: &'m Names) -> Self {
        let described = |name: &'m String| manifest.operations.get(name).map(|operation| (name.as_str(), operation));
        let operations: Vec<_> = service.operations.iter().filter_map(described).collect();
        let sent = schema::sent(manifest, operations.iter().map(|&(_, operation)| operation));
        View { manifest, service, names, operations, sent }
    }

    fn schemas(&self, place: &'static str) -> Schemas<'_> {
        Schemas {
            manifest: self.manifest,
            names: self.names,
            place,
            sparse: self.service.convention == Convention::OkTech,
            sent: &self.sent,
        }
    }

    fn openapi(&self, flavour: Flavour, server: &str) -> Vec<u8> {
        json(&openapi::document(&self.schemas("#/components/schemas/"), self.service, &self.operations, flavour, server))
    }
}

/// A document as text.
fn json(document: &impl Serialize) -> Vec<u8> {
    // Structs and maps with texts for keys always serialize.
    let mut out = serde_json::to_vec_pretty(document).unwrap_or_default();
    out.push(b'\n');
    out
}
