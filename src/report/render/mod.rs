//! Renderers: a sorted [`Report`] in, text out. One file each, and nothing else knows how a finding looks.

pub mod github;
pub mod human;
pub mod json;
pub mod sarif;

use super::{Report, Severity};
use crate::source::{SourceMap, Span};

/// `1 error, 2 warnings`; `None` when there is nothing to count.
pub fn count(report: &Report) -> Option<String> {
    let words: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .filter_map(|(severity, word)| match report.count(severity) {
            0 => None,
            1 => Some(format!("1 {word}")),
            many => Some(format!("{many} {word}s")),
        })
        .collect();
    if words.is_empty() { None } else { Some(words.join(", ")) }
}

/// The word for a severity.
pub const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The last character boundary at or before an offset. Spans are on boundaries, but a renderer is the last that may fail over one that
/// is not.
fn floor(text: &str, offset: u32) -> usize {
    let mut at = (offset as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place as machines want it: lines and columns from 1, columns in characters, the end exclusive.
pub struct Place<'a> {
    /// The file as diagnostics call it.
    pub file: &'a str,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column of the end.
    pub end_column: usize,
}

/// The place of a span.
pub fn place(sources: &SourceMap, span: Span) -> Place<'_> {
    let file = sources.file(span.file);
    let (line, column) = file.position(span.start);
    let (end_line, end_column) = file.position(span.end.max(span.start));
    Place { file: &file.shown, line, column, end_line, end_column }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::report::{Code, Diagnostic, Report};
    use crate::source::{SourceMap, Span};

    /// A report with one finding in a file (with a second place), and one without a file.
    pub fn sample() -> (Report, SourceMap) {
        let sources = SourceMap::default();
        let text = "<?php\n$functions = [\n    'local_a_get' => ['classname' => 'a'],\n    'b' => [],\n];\n";
        let (file, _) = sources.add("db/services.php", "moodle/db, x/services.php".to_owned(), text.into());
        let at = |words: &str| {
            let start = text.find(words).unwrap() as u32;
            Span { file, start, end: start + words.len() as u32 }
        };
        let mut report = Report::default();
        let finding = Diagnostic::new(Code::M001, "no class `a`\u{1b}[31m in 100%")
            .at(at("'local_a_get'"))
            .label(at("'b'"), "like this one")
            .note("Looked in one place.")
            .help("add it")
            .about("local_a_get");
        report.push(finding);
        report.push(Diagnostic::new(Code::N007, "`a b` is no file name"));
        report.sort(&sources);
        (report, sources)
    }
}
