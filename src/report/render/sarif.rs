//! For code scanning: SARIF 2.1.0, one run, every rule that was broken with its full explanation.
//!
//! Addresses are relative to the working folder where the file lies below it. A finding keeps its fingerprint when lines above it change:
//! it is made of the code, the file, the subject and the text of the line, and a number for equal ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{floor, place};
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::{SourceMap, Span};

/// The whole log, with a newline at its end.
pub fn render(report: &Report, sources: &SourceMap) -> String {
    let mut rules: Vec<Code> = report.iter().map(|finding| finding.code).collect();
    rules.sort_unstable();
    rules.dedup();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = report.iter().map(|finding| result(finding, sources, &rules, &mut seen)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mwsc",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn rule(code: Code) -> Value {
    let info = code.info();
    json!({
        "id": info.name,
        "shortDescription": { "text": info.title },
        "fullDescription": { "text": info.explanation },
        "help": { "text": info.explanation, "markdown": info.explanation },
        "defaultConfiguration": { "level": level(info.severity) },
    })
}

fn result(finding: &Diagnostic, sources: &SourceMap, rules: &[Code], seen: &mut BTreeMap<String, usize>) -> Value {
    let mut text = finding.message.clone();
    for note in finding.notes.iter().chain(&finding.help) {
        text.push('\n');
        text.push_str(note);
    }
    let print = fingerprint(finding, sources);
    let count = seen.entry(print.clone()).or_default();
    *count += 1;
    let mut result = json!({
        "ruleId": finding.code.name(),
        "ruleIndex": rules.iter().position(|code| *code == finding.code),
        "level": level(finding.code.severity()),
        "message": { "text": text },
        "partialFingerprints": { "mwscFinding/v1": format!("{print}:{count}") },
    });
    if let Some(span) = finding.span {
        let mut location = location(sources, span);
        if let Some(subject) = &finding.subject {
            location["logicalLocations"] = json!([{ "name": subject, "kind": "function" }]);
        }
        result["locations"] = json!([location]);
    }
    if !finding.labels.is_empty() {
        let related = finding.labels.iter().enumerate().map(|(at, (span, words))| {
            let mut location = location(sources, *span);
            location["id"] = json!(at + 1);
            location["message"] = json!({ "text": words });
            location
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(sources: &SourceMap, span: Span) -> Value {
    let at = place(sources, span);
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(at.file) },
        "region": { "startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column },
    } })
}

fn fingerprint(finding: &Diagnostic, sources: &SourceMap) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.as_bytes());
        hash.update([0]);
    };
    part(finding.code.name());
    part(finding.subject.as_deref().unwrap_or_default());
    if let Some(span) = finding.span {
        let file = sources.file(span.file);
        let start = floor(&file.text, span.start);
        let line_start = file.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = file.text[start..].find('\n').map_or(file.text.len(), |at| start + at);
        part(&file.path);
        part(file.text[line_start..line_end].trim());
    } else {
        part(&finding.message);
    }
    let mut out = String::new();
    for byte in hash.finalize().iter().take(10) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// A path as a URI reference: relative where the path is, else with `file://`.
fn uri(path: &str) -> String {
    let mut out = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::tests::sample;

    #[test]
    fn has_rules_places_and_stable_fingerprints() {
        let (report, sources) = sample();
        let log: Value = serde_json::from_str(&render(&report, &sources)).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "M001");
        let result = &run["results"][1];
        assert_eq!(result["ruleIndex"], 0);
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "moodle/db%2C%20x/services.php");
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
        assert_eq!(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 4);
        assert!(result["partialFingerprints"]["mwscFinding/v1"].as_str().unwrap().ends_with(":1"));
    }

    #[test]
    fn equal_findings_have_different_fingerprints() {
        let sources = SourceMap::default();
        let (file, _) = sources.add("a.php", "a.php".to_owned(), "x x\n".into());
        let mut report = Report::default();
        for start in [0, 2] {
            report.push(Diagnostic::new(Code::M001, "x").at(Span { file, start, end: start + 1 }));
        }
        let log: Value = serde_json::from_str(&render(&report, &sources)).unwrap();
        let prints: Vec<&Value> = (0..2).map(|at| &log["runs"][0]["results"][at]["partialFingerprints"]["mwscFinding/v1"]).collect();
        assert_ne!(prints[0], prints[1]);
    }
}
