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

use crate::ir::Fragment;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{FileId, Span};

/// Reads a WSDL.
pub fn read(file: FileId, text: &str, report: &mut Report) -> Fragment {
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
