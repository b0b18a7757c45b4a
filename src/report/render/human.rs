//! For a person: the source line, what is wrong with it, and what to do, in the style of rustc. The only file that knows annotate-snippets.

use std::ops::Range;

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str as clean};

use super::{floor, place};
use crate::report::{Diagnostic, Report, Severity};
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// A folder's line is as long as a terminal is wide; generated PHP and minified files have lines without end.
const WIDTH: usize = DEFAULT_TERM_WIDTH;

/// The longest stretch of a file that is drawn, in bytes. Drawing takes time for each, and a finding has one or more.
const MOST_SHOWN: usize = 8 << 10;

/// Draws every finding down to `least`, with an empty line after each.
pub fn render(report: &Report, sources: &SourceMap, colour: bool, least: Severity) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut out = String::new();
    for finding in report.iter().filter(|finding| finding.code.severity() <= least) {
        out.push_str(&renderer.render(&[group(finding, sources)]));
        out.push_str("\n\n");
    }
    out
}

fn group<'a>(finding: &'a Diagnostic, sources: &'a SourceMap) -> Group<'a> {
    let level = match finding.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&finding.message).id(finding.code.name()));
    let mut files: Vec<FileId> = Vec::new();
    for span in finding.span.iter().chain(finding.labels.iter().map(|(span, _)| span)) {
        if !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    for id in files {
        let file = sources.file(id);
        let primary = finding.span.filter(|span| span.file == id).map(|span| (span, None));
        let others = finding.labels.iter().filter(|(span, _)| span.file == id).map(|(span, words)| (*span, Some(words.as_str())));
        let marks: Vec<(Span, Option<&str>)> = primary.into_iter().chain(others).collect();
        // Where much lies between the marks, or the line itself is long, less is shown.
        group = if let Some(snippet) = snippet(file, &marks).or_else(|| snippet(file, &marks[..1])) {
            group.element(snippet)
        } else {
            let at = place(sources, marks[0].0);
            group.element(Origin::path(&file.shown).line(at.line).char_column(at.column))
        };
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(clean(note)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    group
}

/// The lines around some marks; `None` when there are none or they are too long. Only these lines are handed to the renderer: a finding in
/// a large file costs no more than in a small one.
fn snippet<'a>(file: &'a SourceFile, marks: &[(Span, Option<&'a str>)]) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let text = &file.text;
    let first = marks.iter().map(|(span, _)| floor(text, span.start)).min().unwrap_or(0);
    let last = marks.iter().map(|(span, _)| first_line(text, *span).end).max().unwrap_or(first);
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    if text.is_empty() || end - start > MOST_SHOWN {
        return None;
    }
    let (line, _) = file.position(start as u32);
    let mut snippet = Snippet::source(&text[start..end]).line_start(line).path(&file.shown);
    for (at, (span, words)) in marks.iter().enumerate() {
        let kind = if at == 0 && words.is_none() { AnnotationKind::Primary } else { AnnotationKind::Context };
        let range = first_line(text, *span);
        snippet = snippet.annotation(kind.span(range.start - start..range.end - start).label(*words));
    }
    Some(snippet)
}

/// A span cut to its first line: a mark over a whole class says less than one at its head.
fn first_line(text: &str, span: Span) -> Range<usize> {
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    let cut = text[start..end].find('\n').map_or(end, |at| start + at);
    start..cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::tests::sample;

    #[test]
    fn shows_lines_marks_notes_and_no_escapes() {
        let (report, sources) = sample();
        let text = render(&report, &sources, false, Severity::Note);
        for words in
            ["error[M001]: no class `a`", "--> moodle/db, x/services.php:3:5", "3 |     'local_a_get'", "like this one", "help: add it"]
        {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert!(text.contains("warning[N007]: `a b` is no file name"));
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(!render(&report, &sources, false, Severity::Error).contains("N007"));
    }

    #[test]
    fn a_line_without_end_is_named_and_not_drawn() {
        let sources = SourceMap::default();
        let text = "<?php\n".to_owned() + &"x ".repeat(MOST_SHOWN) + "\nshort";
        let (file, _) = sources.add("a", "a".to_owned(), text.clone().into());
        let span = |start: usize| Span { file, start: start as u32, end: start as u32 + 1 };
        let mut report = Report::default();
        report.push(Diagnostic::new(crate::report::Code::M001, "long").at(span(16)));
        report.push(Diagnostic::new(crate::report::Code::M001, "far").at(span(text.len() - 5)).label(span(16), "there"));
        let text = render(&report, &sources, false, Severity::Note);
        assert!(text.contains("--> a:2:11") && text.contains("3 | short") && text.len() < 400, "{text}");
    }

    #[test]
    fn a_span_at_the_very_end_or_beyond_is_drawn() {
        let sources = SourceMap::default();
        for text in ["", "a", "a\n", "é"] {
            let (file, _) = sources.add("a", "a".to_owned(), text.into());
            let end = text.len() as u32;
            let mut report = Report::default();
            report.push(Diagnostic::new(crate::report::Code::M001, "end").at(Span { file, start: end, end }));
            assert!(render(&report, &sources, false, Severity::Note).contains("M001"));
        }
    }
}
