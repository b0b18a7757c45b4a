//! The WSDL front end.
//!
//! In: the text of a WSDL. Out: a [`Fragment`] with its service, and diagnostics. For a WSDL that mwsc wrote the fragment links to the
//! schema that it was written from, equal and not similar: what XSD cannot say is read from appinfo, in the notation of
//! [`crate::appinfo`]. Of another document/literal WSDL it is what XSD says.
//!
//! Four steps, each with a file: `tree` reads XML within limits, `model` is WSDL and XSD as data, `read` makes a model of a tree, and
//! `lift` makes a fragment of a model (with `facts` for what stands in appinfo). Nothing fails: what is not understood is reported and
//! left out.

mod facts;
mod lift;
mod model;
mod read;
mod tree;

use super::Asked;
use crate::ir::Fragment;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span, Tree};

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 50 << 20;

/// Whether a path is a WSDL by its name.
pub fn accepts(tree: &dyn Tree, path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("wsdl" | "xml")) && tree.is_file(path)
}

/// Reads WSDLs together.
pub fn read(Asked { tree, paths, .. }: Asked<'_>, sources: &SourceMap, report: &mut Report) -> Fragment {
    let mut whole = Fragment::default();
    for path in paths {
        match tree.read(path) {
            Ok(bytes) => {
                let (file, source) = sources.add(path, tree.display(path), bytes);
                let mut read = read_text(file, &source.text, report);
                whole.release = whole.release.or(read.release);
                whole.operations.append(&mut read.operations);
                whole.services.append(&mut read.services);
                whole.omitted.append(&mut read.omitted);
            }
            Err(why) => report.push(Diagnostic::new(Code::W009, format!("`{}` cannot be read: {why}", tree.display(path)))),
        }
    }
    whole
}

/// Reads the text of a WSDL that stands alone.
pub fn read_text(file: FileId, text: &str, report: &mut Report) -> Fragment {
    let mut out = Sink { file, report };
    let Some(root) = tree::read(text, &mut out) else { return Fragment::default() };
    read::read(&root, &mut out).map(|wsdl| lift::lift(&wsdl, &mut out)).unwrap_or_default()
}

/// Where findings about one file go.
struct Sink<'r> {
    file: FileId,
    report: &'r mut Report,
}

/// A stretch of bytes of the file.
type At = (u32, u32);

impl Sink<'_> {
    fn push(&mut self, code: Code, at: At, message: impl Into<String>) {
        let span = self.span(at);
        self.report.push(Diagnostic::new(code, message).at(span));
    }

    fn span(&self, (start, end): At) -> Span {
        Span { file: self.file, start, end }
    }
}

#[cfg(test)]
mod tests;
