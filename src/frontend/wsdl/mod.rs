//! The WSDL front end.
//!
//! In: WSDLs, as files of a tree. Out: a [`Fragment`] with their services, and diagnostics. For a WSDL that mwsc wrote the fragment links
//! to the schema that it was written from, equal and not similar: what XSD cannot say is read from appinfo, in the notation of
//! [`crate::appinfo`]. Of any other WSDL it is what WSDL and XSD say, and how an rpc binding spells it is kept as a
//! [`Spelling`](crate::ir::Spelling) of the service.
//!
//! Steps, each with a file: `tree` reads XML within limits, `model` finds what is declared in a WSDL and the files that it imports, `soap`
//! chooses ports and reads bindings, `lift` makes a fragment of it, operation by operation (`message`) and type by type (`shape`,
//! `particle`, `simple`; `facts` for what stands in appinfo), `spell` notes the spelling, `defect` looks at what is left, and `join` puts
//! several WSDLs together. Nothing fails: what is not understood is reported and left out.

mod defect;
mod facts;
mod join;
mod lift;
mod message;
mod model;
mod names;
mod particle;
mod shape;
mod simple;
mod soap;
mod spell;
mod tree;

use rustc_hash::FxHashMap;

use super::Asked;
use crate::ir::Fragment;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span, Tree};

/// The longest text that is read, in bytes; of all files of a WSDL together.
pub const MAX_BYTES: usize = 50 << 20;

/// How many findings of one kind are reported. A file that is made so can have millions.
const MOST_FINDINGS: u32 = 1000;

/// Whether a path is a WSDL by its name.
pub fn accepts(tree: &dyn Tree, path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("wsdl" | "xml")) && tree.is_file(path)
}

/// Reads WSDLs together. Where two of them declare an operation, the first one's holds, and what differs is reported.
pub fn read(Asked { tree, paths, .. }: Asked<'_>, sources: &SourceMap, report: &mut Report) -> Fragment {
    let mut out = Sink::new(report);
    let fragments = paths.iter().map(|path| {
        let fragment = one(&model::Files { tree, sources }, path, &mut out);
        (path.as_str(), fragment)
    });
    let fragments = fragments.collect();
    join::join(fragments, &mut out)
}

fn one(files: &model::Files<'_>, path: &str, out: &mut Sink<'_>) -> Fragment {
    let store = model::Store::default();
    match model::load(files, path, &store, out) {
        Some(wsdl) => lift::lift(&wsdl, path, out),
        None => Fragment::default(),
    }
}

/// Reads the text of a WSDL that stands alone.
pub fn read_text(file: FileId, text: &str, report: &mut Report) -> Fragment {
    let mut out = Sink::new(report);
    let store = model::Store::default();
    match model::parse(file, text, &store, &mut out) {
        Some(wsdl) => lift::lift(&wsdl, "", &mut out),
        None => Fragment::default(),
    }
}

/// Where findings go.
struct Sink<'r> {
    report: &'r mut Report,
    count: FxHashMap<Code, u32>,
}

impl<'r> Sink<'r> {
    fn new(report: &'r mut Report) -> Self {
        Sink { report, count: FxHashMap::default() }
    }

    fn push(&mut self, code: Code, at: Span, message: impl Into<String>) {
        self.add(Diagnostic::new(code, message).at(at));
    }

    fn add(&mut self, finding: Diagnostic) {
        let count = self.count.entry(finding.code).or_default();
        *count += 1;
        if *count < MOST_FINDINGS {
            self.report.push(finding);
        } else if *count == MOST_FINDINGS {
            self.report.push(finding.note("There are more findings of this kind, which are not shown."));
        }
    }
}

#[cfg(test)]
mod tests;
