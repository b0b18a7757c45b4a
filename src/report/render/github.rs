//! For GitHub Actions: workflow commands, which the runner turns into annotations of the lines concerned.

use std::fmt::Write as _;

use super::place;
use crate::report::{Diagnostic, Report, Severity};
use crate::source::SourceMap;

/// One command per finding.
pub fn render(report: &Report, sources: &SourceMap) -> String {
    let mut out = String::new();
    for finding in report.iter() {
        command(finding, sources, &mut out);
    }
    out
}

fn command(finding: &Diagnostic, sources: &SourceMap, out: &mut String) {
    let command = match finding.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let _ = write!(out, "::{command} ");
    if let Some(span) = finding.span {
        let at = place(sources, span);
        let _ = write!(out, "file={},line={},endLine={},col={},", property(at.file), at.line, at.end_line, at.column);
        // The runner ignores an end column of another line.
        if at.end_line == at.line {
            let _ = write!(out, "endColumn={},", at.end_column);
        }
    }
    let _ = write!(out, "title={}", property(&format!("{}: {}", finding.code.name(), finding.code.info().title)));
    let mut message = finding.message.clone();
    for note in &finding.notes {
        let _ = write!(message, "\n{note}");
    }
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    let _ = writeln!(out, "::{}", data(&message));
}

/// Escapes a message as the runner unescapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property as the runner unescapes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::tests::sample;

    #[test]
    fn escapes_what_the_runner_would_take_for_its_own() {
        let (report, sources) = sample();
        let text = render(&report, &sources);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "::warning title=N007%3A shortname that is no file name::`a b` is no file name");
        assert!(lines[1].starts_with("::error file=moodle/db%2C x/services.php,line=3,endLine=3,col=5,endColumn=18,title=M001%3A "));
        assert!(lines[1].contains("100%25%0ALooked in one place.%0Ahelp: add it"), "{}", lines[1]);
    }
}
