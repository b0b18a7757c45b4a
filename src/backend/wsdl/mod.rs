//! The `wsdl` back end: one typed WSDL 1.1 for each service, document/literal wrapped, and an index of all; on request rpc/encoded ones
//! in the spelling of a [profile](crate::convention).
//!
//! In: a checked schema. Out: `wsdl/<service>.wsdl`, on request `wsdl/<service>.soap12.wsdl` and `wsdl/<service>.<profile>.wsdl`, and
//! `wsdl/services.json`. The rest of this page is about the typed WSDL; the others are in [`rpc`].
//!
//! [`plan`] decides all names and types, [`emit`] lays them out. What XSD cannot say stands in `xsd:appinfo`, in the notation of
//! [`crate::appinfo`], so that the WSDL read back gives the schema. The rules that keep eleven client toolchains content are:
//!
//! - one SOAP 1.1 port (SOAP 1.2 is a file of its own), one part `parameters` for each message, an input and an output for each operation;
//! - qualified elements, sequences, no defaults, no wildcards; lists are named types that hold `item`;
//! - optional is `minOccurs="0"`, nullable is `nillable="true"`, and never both on a field: absent means absent;
//! - names that stay apart when case and punctuation are folded, and are no words of the target languages (`mangle`, `fold`, `reserved`);
//! - nothing longer than a Java method can take, and no types without content;
//! - enumerations are named simple types (svcutil takes no anonymous ones) whose values can stand between quotation marks in every language
//!   and whose number a Java class can initialize; others are the built-in type, with the values in appinfo (`simple`).

mod facts;
mod fold;
mod index;
mod mangle;
mod names;
pub mod ops;
mod plan;
mod record;
mod reserved;
pub mod rpc;
mod simple;
mod view;
mod wire;
mod write;
mod xml;

pub use index::emit as emit_index;
pub use plan::plan;
pub use view::View;
pub use wire::{serve, wire};
pub use write::emit;

use crate::convention::oktech;
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
    /// The profiles to write, by name: [`DOCUMENT`] or one of a convention.
    pub profiles: Vec<String>,
    /// Address of the site, which takes the place of the token in the WSDLs of other profiles than [`DOCUMENT`].
    pub site: Option<String>,
}

/// The profile of the typed WSDL.
pub const DOCUMENT: &str = "document";

/// Names of all profiles, and what they are.
pub fn profiles() -> impl Iterator<Item = (&'static str, &'static str)> {
    let conventions = oktech().profiles.iter().map(|profile| (profile.name.as_str(), profile.about.as_str()));
    [(DOCUMENT, "typed, document/literal wrapped, WS-I Basic Profile 1.1")].into_iter().chain(conventions)
}

impl Default for Options {
    fn default() -> Self {
        Options {
            namespace: "urn:moodle:ws:{service}".to_owned(),
            endpoint: "https://moodle.example/soap/{service}".to_owned(),
            soap12: false,
            profiles: vec![DOCUMENT.to_owned()],
            site: None,
        }
    }
}

/// The WSDLs of a service.
#[derive(Debug)]
pub struct Planned<'s> {
    /// The service.
    pub id: ServiceId,
    /// The typed one, if it is wanted.
    pub document: Option<View<'s>>,
    /// Those of other profiles.
    pub others: Vec<rpc::View<'s>>,
}

/// Plans the WSDLs of a service.
pub fn plan_all<'s>(schema: &'s Schema, id: ServiceId, options: &Options, report: &mut Report) -> Planned<'s> {
    let wanted = |name: &str| options.profiles.iter().any(|wanted| wanted == name);
    let document = wanted(DOCUMENT).then(|| plan(schema, id, options, report));
    let others = oktech().profiles.iter().filter(|profile| wanted(&profile.name));
    Planned { id, document, others: others.map(|profile| rpc::plan(schema, id, profile, options, report)).collect() }
}

/// Lays out what was planned.
pub fn emit_all(planned: &Planned<'_>, out: &mut Files) {
    planned.document.iter().for_each(|view| emit(view, out));
    planned.others.iter().for_each(|view| rpc::emit(view, out));
}

/// Plans and emits services, and their index.
pub fn generate(schema: &Schema, services: &[ServiceId], options: &Options, report: &mut Report, out: &mut Files) {
    let planned: Vec<Planned<'_>> = services.iter().map(|&id| plan_all(schema, id, options, report)).collect();
    for one in &planned {
        emit_all(one, out);
    }
    emit_index(schema, &planned, out);
}

/// What a service declares, as its source spells it, or else in a profile.
pub fn ops(schema: &Schema, id: ServiceId, profile: &str, report: &mut Report) -> ops::Ops {
    let wrapped = schema.service(id).spelling.as_ref().map(|own| own.is_wrapped());
    let by_source = wrapped.and_then(|wrapped| oktech().profiles.iter().find(|profile| profile.rules.wrapped == wrapped));
    match by_source.or_else(|| oktech().profile(profile)) {
        Some(profile) => ops::rpc(&rpc::plan(schema, id, profile, &Options::default(), report)),
        None => ops::document(&plan(schema, id, &Options::default(), report)),
    }
}
