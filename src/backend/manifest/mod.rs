//! The `manifest` back end: everything that a server must know of the services, in one folder.
//!
//! In: a checked schema. Out: `manifest/manifest.json` in the form of [`mwsc_contract`], and the files that it names. [`super::model`] says
//! what the services are, [`wsdl`] how SOAP spells them and [`rest`] how JSON does (the one place where back ends are put together), [`write`] lays
//! the document out.

mod write;

use mwsc_contract::{File, Manifest};

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
    Manifest {
        endpoints,
        files: files
            .iter()
            .map(|(path, bytes)| File { path: path.to_owned(), digest: dump::sha256(bytes), bytes: bytes.len() as u64 })
            .collect(),
        ..model::manifest(schema, services, sources)
    }
}
