//! `mwsc explain`: the table of codes, as text.

use std::fmt::Write as _;

use super::suggest;
use crate::report::code::{CODES, Info};
use crate::report::render::word;
use crate::report::{Code, Diagnostic, Report};

/// The text for a code, or the list of all in the order of their names.
pub fn explain(code: Option<&str>, report: &mut Report) -> Option<String> {
    let Some(name) = code else { return Some(list()) };
    if let Some(code) = Code::by_name(name.trim()) {
        return Some(one(code.info()));
    }
    let help = suggest::help(name, CODES.iter().map(|code| code.name()), || "`mwsc explain` lists all codes".to_owned());
    report.push(Diagnostic::new(Code::C011, format!("there is no diagnostic `{name}`")).help(help));
    None
}

fn one(info: &Info) -> String {
    let mut out = format!("{} ({}): {}\n\n", info.name, word(info.severity), info.title);
    for paragraph in info.explanation.split("\n\n") {
        wrap(paragraph, &mut out);
        out.push('\n');
    }
    out.pop();
    out
}

fn list() -> String {
    let mut out = String::new();
    let mut infos: Vec<&Info> = CODES.iter().map(|code| code.info()).collect();
    infos.sort_unstable_by_key(|info| info.name);
    for info in infos {
        let _ = writeln!(out, "{}  {:<8} {}", info.name, word(info.severity), info.title);
    }
    out
}

/// Breaks a paragraph into lines of 80 characters.
fn wrap(text: &str, out: &mut String) {
    let mut width = 0;
    for part in text.split_whitespace() {
        let long = part.chars().count();
        if width > 0 && width + 1 + long > 80 {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(part);
        width += long;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_lists_and_suggests() {
        let mut report = Report::default();
        let text = explain(Some("c001"), &mut report).unwrap();
        assert!(text.starts_with("C001 (error): unknown key"));
        assert!(text.lines().all(|line| line.chars().count() <= 80) && text.ends_with(".\n"));
        assert_eq!(explain(None, &mut report).unwrap().lines().count(), CODES.len());
        assert!(explain(Some("C0O1"), &mut report).is_none());
        assert_eq!(report.iter().next().unwrap().help.as_deref(), Some("did you mean `C001`?"));
    }
}
