//! Descriptions that Moodle takes and that their author hardly meant: each is a warning, and compiled as Moodle takes it.

use std::fmt;

use super::desc::{Desc, DescKind, Described};
use super::php_rules::{Required, required};
use crate::ir::{Key, Literal};
use crate::report::{Code, Diagnostic, Report};

/// Looks at both descriptions of a function.
pub fn look(name: &str, described: &Described, php: u32, report: &mut Report) {
    if let DescKind::Struct(keys) = &described.parameters.kind {
        for (key, desc) in keys {
            if required(&desc.required, php) == Required::Optional && desc.only_if.is_none() {
                let what =
                    format!("{name}: the parameter `{}` is VALUE_OPTIONAL, which Moodle does not support at the top level", shown(key));
                report.push(Diagnostic::new(Code::M027, what).at(desc.origin.span).about(name));
            }
        }
    }
    let mut look = Look { name, report, php };
    look.desc(&described.parameters, &Path::Root("params"), true);
    if let Some(returns) = &described.returns {
        look.desc(returns, &Path::Root("result"), false);
    }
}

/// Where a description stands; spelled only when something is said about it.
enum Path<'p> {
    Root(&'static str),
    Item(&'p Path<'p>),
    Key(&'p Path<'p>, &'p Key),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root(name) => f.write_str(name),
            Path::Item(outer) => write!(f, "{outer}[]"),
            Path::Key(outer, Key::Int(n)) => write!(f, "{outer}.{n}"),
            Path::Key(outer, Key::Str(key)) => write!(f, "{outer}.{key}"),
        }
    }
}

struct Look<'l> {
    name: &'l str,
    report: &'l mut Report,
    php: u32,
}

impl Look<'_> {
    fn desc(&mut self, desc: &Desc, path: &Path<'_>, input: bool) {
        self.arguments(desc, path);
        if let Literal::Runtime(expr) = &desc.default {
            let what = format!("{}: the default of {path} is known only to a site: {expr}", self.name);
            self.warn(Code::M026, what, desc);
        } else if input && required(&desc.required, self.php) == Required::Default && !fits(desc) {
            let what = format!("{}: the default of {path} does not fit its type, so that Moodle rejects a call without it", self.name);
            self.warn(Code::M029, what, desc);
        }
        if let Some(condition) = &desc.only_if {
            let what = format!("{}: {path} is there only on some sites, those where {condition}", self.name);
            self.warn(Code::M025, what, desc);
        }
        match &desc.kind {
            DescKind::Value(_) => {}
            DescKind::List(content) => self.desc(content, &Path::Item(path), input),
            DescKind::Struct(keys) => {
                for (key, desc) in keys {
                    self.desc(desc, &Path::Key(path, key), input);
                }
            }
        }
    }

    /// Arguments in the wrong order show as properties of the wrong kind.
    fn arguments(&mut self, desc: &Desc, path: &Path<'_>) {
        let wrong = if !matches!(desc.required, Literal::Int(0..=2)) {
            Some(("required", &desc.required))
        } else if matches!(&desc.allownull, Some(Literal::Int(n)) if !matches!(n, 0 | 1)) {
            desc.allownull.as_ref().map(|value| ("allownull", value))
        } else if !matches!(desc.desc, Literal::Str(_) | Literal::Null | Literal::Runtime(_)) {
            Some(("desc", &desc.desc))
        } else {
            None
        };
        if let Some((property, value)) = wrong {
            let what = format!("{}: {path} has {} as its `{property}`: arguments in the wrong order?", self.name, spelled(value));
            self.warn(Code::M028, what, desc);
        }
        if let Literal::Runtime(expr) = &desc.desc {
            let what = format!("{}: the text that describes {path} is known only to a site: {expr}", self.name);
            self.warn(Code::M031, what, desc);
        }
    }

    fn warn(&mut self, code: Code, what: String, desc: &Desc) {
        self.report.push(Diagnostic::new(code, what).at(desc.origin.span).about(self.name));
    }
}

fn shown(key: &Key) -> String {
    match key {
        Key::Int(n) => n.to_string(),
        Key::Str(text) => text.clone(),
    }
}

fn spelled(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Bool(b) => b.to_string(),
        Literal::Int(n) => n.to_string(),
        Literal::Float(n) => n.to_string(),
        Literal::Str(text) => format!("'{text}'"),
        Literal::Array(_) => "an array".to_owned(),
        Literal::Runtime(expr) => expr.clone(),
    }
}

/// Whether Moodle accepts the default when it fills it in: it validates a default like a value that a client sends.
fn fits(desc: &Desc) -> bool {
    let allowed = desc.allownull.as_ref().is_none_or(super::php_rules::nullable);
    match (&desc.kind, &desc.default) {
        (DescKind::Value(_), Literal::Null) => allowed,
        (DescKind::Value(ty), default) => value_fits(ty, default),
        // Moodle looks into arrays only, and fills in anything else as it is.
        (DescKind::List(_) | DescKind::Struct(_), default) => matches!(default, Literal::Array(_) | Literal::Null | Literal::Runtime(_)),
    }
}

fn value_fits(ty: &Literal, default: &Literal) -> bool {
    let Literal::Str(ty) = ty else { return true };
    let number = |text: &str| text.trim().parse::<f64>().is_ok();
    match (ty.as_str(), default) {
        (_, Literal::Array(_)) | ("bool", Literal::Float(_)) => false,
        ("int" | "integer", Literal::Str(text)) => text.parse::<i64>().is_ok_and(|n| n.to_string() == *text),
        ("int" | "integer", Literal::Float(n)) => n.fract() == 0.0,
        ("int" | "integer", Literal::Bool(b)) => *b,
        ("float" | "number", Literal::Str(text)) => number(text),
        ("bool", Literal::Str(text)) => matches!(text.as_str(), "0" | "1"),
        ("bool", Literal::Int(n)) => matches!(n, 0 | 1),
        _ => true,
    }
}
