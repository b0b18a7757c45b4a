//! The `manifest` back end: everything that a server must know of the services, in one folder.
//!
//! In: a checked schema. Out: `manifest/manifest.json` in the form of [`mwsc_contract`], and the files that it names. [`super::model`] says
//! what the services are, [`wsdl`] how SOAP spells them and [`rest`] how JSON does (the one place where back ends are put together),
//! [`write`] lays the document out.

mod write;

use indexmap::IndexMap;
use mwsc_contract::crosswalk::Crosswalk;
use mwsc_contract::{File, Manifest, Operation};

use super::{Options, model, rest, wsdl};
use crate::files::Files;
use crate::ir::{Schema, ServiceId, dump};
use crate::report::Report;
use crate::source::SourceMap;

/// The folder of a build.
const FOLDER: &str = "manifest/";

/// Writes the build of some services.
pub fn generate(schema: &Schema, services: &[ServiceId], options: &Options, sources: &SourceMap, report: &mut Report, out: &mut Files) {
    let mut files = Files::default();
    let manifest = manifest(schema, services, options, sources, report, &mut files);
    files.add("manifest.json", write::json(&manifest));
    out.take_in(FOLDER, files);
}

/// The manifest of some services. Its other files are added to `files`.
fn manifest(
    schema: &Schema,
    services: &[ServiceId],
    options: &Options,
    sources: &SourceMap,
    report: &mut Report,
    files: &mut Files,
) -> Manifest {
    let endpoints = services.iter().flat_map(|&service| wsdl::serve(schema, service, &options.wsdl, report, files)).collect();
    rest::serve(schema, services, sources, report, files);
    let model = model::manifest(schema, services, sources);
    Manifest {
        endpoints,
        crosswalk: crosswalk(&options.crosswalk, &model.operations),
        files: files
            .iter()
            .map(|(path, bytes)| File { path: path.to_owned(), digest: dump::sha256(bytes), bytes: bytes.len() as u64 })
            .collect(),
        ..model
    }
}

/// How the operations of the manifest are served by functions of Moodle. What becomes of each field is for the migration report.
fn crosswalk(all: &Crosswalk, operations: &IndexMap<String, Operation>) -> Crosswalk {
    let mut crosswalk = all.clone();
    crosswalk.operations.retain(|name, _| operations.contains_key(name));
    for variant in crosswalk.operations.values_mut().flat_map(|entry| &mut entry.variants) {
        variant.fields.clear();
    }
    crosswalk
}
