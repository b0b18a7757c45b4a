//! The site file: what a particular site has configured, so that descriptions that depend on it are settled.
//!
//! In: TOML with `[config]` (values of `$CFG`), `[config.<plugin>]` (values of `get_config('<plugin>')`) and `[expressions]` (any other
//! PHP expression, spelled as the diagnostics spell it). Out: a table from expressions to values.

use std::ops::Range;

use rustc_hash::FxHashMap;
use toml::de::DeTable;

use crate::ir::{Key, Literal};
use crate::report::{Code, Diagnostic, Report};
use crate::source::{FileId, Span};

/// Values that a site file gives, by canonical spelling of the expression.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Site {
    values: FxHashMap<String, Literal>,
    plugins: Vec<(String, Vec<(String, Literal)>)>,
}

impl Site {
    /// Reads the text of a site file.
    pub fn read(text: &str, file: FileId, report: &mut Report) -> Self {
        let mut out = Site::default();
        let finding = |code: Code, message: String, at: Range<usize>| {
            let span = Span { file, start: at.start as u32, end: at.end as u32 };
            Diagnostic::new(code, message).at(span)
        };
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                report.push(finding(
                    Code::C050,
                    format!("the site file is not valid TOML: {}", error.message()),
                    error.span().unwrap_or(0..0),
                ));
                return out;
            }
        };
        for (section, value) in &table {
            match (section.as_str(), value) {
                ("config", toml::Value::Table(config)) => out.config(config),
                ("expressions", toml::Value::Table(expressions)) => {
                    out.values.extend(expressions.iter().map(|(expr, value)| (canonical(expr), literal(value))));
                }
                ("config" | "expressions", _) => {
                    report.push(finding(Code::C052, format!("`{section}` must be a table"), place(text, section)));
                }
                (other, _) => {
                    let near = ["config", "expressions"]
                        .into_iter()
                        .max_by(|a, b| strsim::jaro(other, a).partial_cmp(&strsim::jaro(other, b)).unwrap_or(std::cmp::Ordering::Equal));
                    let unknown = finding(Code::C051, format!("a site file has no table `{other}`"), place(text, other));
                    report.push(match near {
                        Some(near) => unknown.help(format!("did you mean `[{near}]`?")),
                        None => unknown,
                    });
                }
            }
        }
        out
    }

    fn config(&mut self, config: &toml::Table) {
        for (key, value) in config {
            if let toml::Value::Table(plugin) = value {
                let values: Vec<_> = plugin.iter().map(|(name, value)| (name.clone(), literal(value))).collect();
                self.plugins.push((key.clone(), values));
            } else {
                self.values.insert(format!("$CFG->{key}"), literal(value));
            }
        }
    }

    /// The value of an expression, if the file gives one.
    pub fn value(&self, expr: &str) -> Option<&Literal> {
        if self.values.is_empty() {
            return None;
        }
        self.values.get(expr).or_else(|| self.values.get(&canonical(expr)))
    }

    /// One value of a plugin's configuration.
    pub fn plugin_value(&self, plugin: &str, name: &str) -> Option<&Literal> {
        if matches!(plugin, "" | "core" | "moodle") {
            return self.values.get(&format!("$CFG->{name}"));
        }
        let (_, values) = self.plugins.iter().find(|(known, _)| known == plugin)?;
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Whether nothing is settled.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.plugins.is_empty()
    }
}

/// Where a key of the outermost table stands first.
fn place(text: &str, name: &str) -> Range<usize> {
    let table = DeTable::parse(text).ok();
    let key = table.as_ref().and_then(|table| table.get_ref().keys().find(|key| key.get_ref().as_ref() == name));
    key.map_or(0..0, toml::Spanned::span)
}

/// An expression without the spaces that do not matter, and with one kind of quotes.
fn canonical(expr: &str) -> String {
    let mut out = String::with_capacity(expr.len());
    let mut quote = None;
    for c in expr.trim().chars() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                out.push('\'');
            }
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                out.push('\'');
            }
            None if c.is_whitespace() => {}
            Some(_) | None => out.push(c),
        }
    }
    out
}

fn literal(value: &toml::Value) -> Literal {
    match value {
        toml::Value::String(text) => Literal::Str(text.clone()),
        toml::Value::Integer(n) => Literal::Int(*n),
        toml::Value::Float(n) => Literal::Float(*n),
        toml::Value::Boolean(b) => Literal::Bool(*b),
        toml::Value::Datetime(date) => Literal::Str(date.to_string()),
        toml::Value::Array(items) => Literal::Array((0..).zip(items).map(|(at, item)| (Key::Int(at), literal(item))).collect()),
        toml::Value::Table(table) => Literal::Array(table.iter().map(|(key, item)| (Key::Str(key.clone()), literal(item))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::Site;
    use crate::ir::Literal;
    use crate::report::{Code, Report};
    use crate::source::SourceMap;

    fn read(text: &str, report: &mut Report) -> Site {
        let (file, _) = SourceMap::default().add("site.toml", "site.toml".to_owned(), text.into());
        Site::read(text, file, report)
    }

    #[test]
    fn tables_and_expressions() {
        let mut report = Report::default();
        let text = "[config]\nlang = \"de\"\n[config.moodlecourse]\nmaxbytes = \"0\"\n[expressions]\n\"f( 'a', \\\"b\\\" )\" = 1\n";
        let site = read(text, &mut report);
        assert_eq!(report.iter().count(), 0);
        assert_eq!(site.value("$CFG->lang"), Some(&Literal::Str("de".to_owned())));
        assert_eq!(site.value("f('a','b')"), Some(&Literal::Int(1)));
        assert_eq!(site.value("f('a', 'b')"), Some(&Literal::Int(1)));
        assert_eq!(site.plugin_value("moodlecourse", "maxbytes"), Some(&Literal::Str("0".to_owned())));
    }

    #[test]
    fn unknown_tables_are_errors() {
        let mut report = Report::default();
        read("\n[confg]\na = 1\n", &mut report);
        let finding = report.iter().next().expect("a finding");
        assert_eq!(finding.code, Code::C051);
        assert_eq!(finding.help.as_deref(), Some("did you mean `[config]`?"));
        assert_eq!(finding.span.map(|span| (span.start, span.end)), Some((2, 7)));
    }
}
