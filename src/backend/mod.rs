//! Back ends: from a linked schema to files in memory.
//!
//! Each has two stages. Planning decides everything (names, types, what cannot be expressed) and may report; emitting lays out what was
//! planned and cannot fail. Back ends only read the schema, and know nothing of front ends or of each other, except that the manifest is
//! put together from what the others planned.

pub mod manifest;
pub mod migration;
mod model;
pub mod plugin;
pub mod rest;
pub mod wsdl;

use mwsc_contract::crosswalk::Crosswalk;

use crate::files::Files;
use crate::ir::{Schema, ServiceId};
use crate::report::Report;
use crate::source::SourceMap;

/// What a run may set, for each back end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// How operations are served by functions of Moodle, for the `manifest` target.
    pub crosswalk: Crosswalk,
    /// Of the `plugin` target.
    pub plugin: plugin::Options,
    /// Of the `wsdl` target.
    pub wsdl: wsdl::Options,
    /// Of the `rest` target.
    pub rest: rest::Options,
}

/// A back end.
#[derive(Debug)]
pub struct Backend {
    /// Name on the command line, and of the folder in the output.
    pub name: &'static str,
    /// What it makes, in a line.
    pub about: &'static str,
    /// Plans and emits the files for some services of a schema.
    pub generate: fn(&Schema, &[ServiceId], &Options, &SourceMap, &mut Report, &mut Files),
}

/// Every back end.
pub const BACKENDS: &[Backend] = &[
    Backend {
        name: "wsdl",
        about: "a typed WSDL 1.1 (document/literal wrapped, WS-I Basic Profile 1.1) for each service, and an index of them",
        generate: |schema, services, options, _, report, out| wsdl::generate(schema, services, &options.wsdl, report, out),
    },
    Backend {
        name: "rest",
        about: "OpenAPI 3.1 for each service, JSON Schema for each function, and how plain HTTP calls spell them",
        generate: |schema, services, options, sources, report, out| {
            rest::generate(schema, services, &options.rest, sources, report, out);
        },
    },
    Backend {
        name: "plugin",
        about: "a Moodle plugin that offers the operations as external functions, with a handler to write",
        generate: |schema, services, options, _, report, out| plugin::generate(schema, services, &options.plugin, report, out),
    },
    Backend {
        name: "manifest",
        about: "a build for the runtime service mwsd: one document that says everything, and the WSDLs and OpenAPI documents that it serves",
        generate: manifest::generate,
    },
];
