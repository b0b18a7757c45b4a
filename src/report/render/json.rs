//! For programs: one JSON object per finding and line. Keys are stable; new ones may be added.

use serde::Serialize;

use super::{place, word};
use crate::report::{Diagnostic, Report};
use crate::source::{SourceMap, Span};

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    message: &'a str,
    subject: Option<&'a str>,
    #[serde(flatten)]
    place: Option<Where<'a>>,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Label<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Where<'a>,
}

#[derive(Serialize)]
struct Where<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// One line per finding.
pub fn render(report: &Report, sources: &SourceMap) -> String {
    let mut out = String::new();
    for finding in report.iter() {
        // Strings, numbers and lists of them always serialise.
        out.push_str(&serde_json::to_string(&line(finding, sources)).unwrap_or_default());
        out.push('\n');
    }
    out
}

fn line<'a>(finding: &'a Diagnostic, sources: &'a SourceMap) -> Line<'a> {
    Line {
        code: finding.code.name(),
        severity: word(finding.code.severity()),
        title: finding.code.info().title,
        message: &finding.message,
        subject: finding.subject.as_deref(),
        place: finding.span.map(|span| at(sources, span)),
        labels: finding.labels.iter().map(|(span, words)| Label { message: words, place: at(sources, *span) }).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
    }
}

fn at(sources: &SourceMap, span: Span) -> Where<'_> {
    let place = place(sources, span);
    Where { file: place.file, line: place.line, column: place.column, end_line: place.end_line, end_column: place.end_column }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::tests::sample;

    #[test]
    fn one_object_per_line() {
        let (report, sources) = sample();
        let text = render(&report, &sources);
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["code"], "N007");
        assert_eq!(lines[0].get("file"), None);
        assert_eq!(lines[1]["line"], 3);
        assert_eq!(lines[1]["end_column"], 18);
        assert_eq!(lines[1]["labels"][0]["line"], 4);
        assert_eq!(lines[1]["subject"], "local_a_get");
    }
}
