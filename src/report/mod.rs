//! Diagnostics: what went wrong or looks wrong, where, why, and what to do next.
//!
//! Parsers, front ends, passes and back ends push into a [`Report`]; renderers (`human`, `json`, `sarif`, `github`) draw a sorted one.
//! Codes are stable and live in one table, [`code::CODES`].

pub mod code;
pub mod render;

pub use code::{Code, Severity};

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::source::Span;

/// One finding. Its severity comes from its code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: Code,
    /// One sentence, lower case, without a full stop, naming the things concerned.
    pub message: String,
    /// Where; `None` when no file is concerned (a command-line value, a missing folder).
    pub span: Option<Span>,
    /// Other places that matter, each with a few words.
    pub labels: Vec<(Span, String)>,
    /// What else a reader needs, in whole sentences.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
    /// The external function or operation concerned, if it is one.
    pub subject: Option<String>,
}

impl Diagnostic {
    /// A finding without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Diagnostic { code, message: message.into(), span: None, labels: Vec::new(), notes: Vec::new(), help: None, subject: None }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, words: impl Into<String>) -> Self {
        self.labels.push((span, words.into()));
        self
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, words: impl Into<String>) -> Self {
        self.notes.push(words.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, words: impl Into<String>) -> Self {
        self.help = Some(words.into());
        self
    }

    /// Names the function or operation concerned.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// The findings of a run.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: IndexSet<Diagnostic, FxBuildHasher>,
}

impl Report {
    /// Adds a finding; the same finding at the same place is kept once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.insert(diagnostic);
    }

    /// Adds the findings of another report.
    pub fn absorb(&mut self, other: Report) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// The findings in the order of pushing.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter()
    }

    /// Sorts by file path, position, code and message, so that output never depends on the order of evaluation.
    pub fn sort(&mut self, sources: &crate::source::SourceMap) {
        self.diagnostics.sort_by_cached_key(|d| {
            let place = d.span.map(|s| (sources.file(s.file).shown.clone(), s.start));
            (place, d.code.name(), d.message.clone())
        });
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.code.severity() == severity).count()
    }
}
