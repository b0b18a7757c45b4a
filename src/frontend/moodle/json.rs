//! The format of `mwsc describe --format json`: the front end's own tree, written as it is walked. Values keep PHP's types.
//!
//! All of Moodle is four megabytes of short lines, so they are put together here; a serialiser takes four times as long for the same text.

use std::fmt::Write as _;

use super::desc::{Desc, DescKind, Entry, Function};
use super::services::{Service, Survey};
use crate::ir::{Key, Literal};

/// A document of indented JSON, in pieces that follow one another: what the tree registers, and the functions as [`member`] wrote each.
pub fn document(survey: &Survey, functions: Vec<String>) -> Vec<String> {
    let Survey { release, services, .. } = survey;
    let mut out = Json::default();
    let mut pieces = Vec::with_capacity(functions.len() + 2);
    out.object(|out| {
        out.text("moodle", &release.number);
        out.text("release", &release.full);
        out.named("functions");
        out.object(|out| {
            for mut member in functions {
                if std::mem::take(&mut out.first) {
                    member.remove(0);
                    pieces.push(std::mem::take(&mut out.text));
                }
                pieces.push(member);
            }
        });
        out.named("services");
        out.object(|out| {
            for built in services {
                out.member(&built.name);
                service(out, built);
            }
        });
    });
    out.text.push('\n');
    pieces.push(out.text);
    pieces
}

/// A function as a member of a document that is not its first.
pub fn member(described: &Function) -> String {
    let mut out = Json { depth: 2, ..Json::default() };
    out.member(&described.name);
    function(&mut out, described);
    out.text
}

fn function(out: &mut Json, function: &Function) {
    let Function { entry, deprecated, described, .. } = function;
    let Entry {
        component,
        classname,
        methodname,
        classpath,
        description,
        kind,
        ajax,
        capabilities,
        services,
        loginrequired,
        readonlysession,
    } = entry;
    out.object(|out| {
        out.text("component", component);
        let described = match described {
            Ok(described) => described,
            Err(failure) => return out.text("error", &format!("{}: {}", failure.code, failure.message)),
        };
        out.text("classname", classname);
        out.text("methodname", methodname);
        out.value("classpath", classpath);
        out.value("type", kind);
        out.value("ajax", ajax);
        out.value("capabilities", capabilities);
        out.value("services", services);
        out.value("loginrequired", loginrequired);
        out.value("readonlysession", readonlysession);
        out.value("deprecated", &Literal::Bool(*deprecated));
        out.value("description", description);
        out.named("parameters");
        desc(out, &described.parameters);
        out.named("returns");
        match &described.returns {
            Some(returns) => desc(out, returns),
            None => out.text.push_str("null"),
        }
    });
}

fn desc(out: &mut Json, desc: &Desc) {
    out.object(|out| {
        let kind = match &desc.kind {
            DescKind::Value(_) => "value",
            DescKind::List(_) => "list",
            DescKind::Struct(_) => "struct",
        };
        out.text("kind", kind);
        if let DescKind::Value(ty) = &desc.kind {
            out.value("type", ty);
        }
        out.value("desc", &desc.desc);
        out.value("required", &desc.required);
        out.value("default", &desc.default);
        if let Some(allownull) = &desc.allownull {
            out.value("allownull", allownull);
        }
        if !is_base(&desc.class) {
            out.text("class", &desc.class);
        }
        if let Some(condition) = &desc.only_if {
            out.text("only_if", condition);
        }
        match &desc.kind {
            DescKind::Value(_) => {}
            DescKind::List(content) => {
                out.named("content");
                self::desc(out, content);
            }
            DescKind::Struct(keys) => {
                out.named("keys");
                out.object(|out| {
                    for (key, desc) in keys {
                        out.key(key);
                        self::desc(out, desc);
                    }
                });
            }
        }
    });
}

/// Whether a class is one of the three that a description is made of when nothing more is said.
fn is_base(class: &str) -> bool {
    let name = class.strip_prefix("core_external\\").unwrap_or(class);
    ["external_value", "external_multiple_structure", "external_single_structure"].iter().any(|base| base.eq_ignore_ascii_case(name))
}

fn service(out: &mut Json, service: &Service) {
    out.object(|out| {
        out.text("component", &service.component);
        match &service.shortname {
            Some(shortname) => out.text("shortname", shortname),
            None => out.value("shortname", &Literal::Null),
        }
        out.named("functions");
        out.list(service.functions.iter(), |out, name| out.string(name));
        out.value("enabled", &service.enabled);
        out.value("restrictedusers", &service.restrictedusers);
        out.value("downloadfiles", &service.downloadfiles);
        out.value("uploadfiles", &service.uploadfiles);
        out.value("requiredcapability", &service.requiredcapability);
    });
}

/// JSON under construction, each member and item on a line of its own.
#[derive(Default)]
struct Json {
    text: String,
    depth: usize,
    /// Whether the object or list at hand has nothing in it yet.
    first: bool,
}

impl Json {
    fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.nest('{', '}', members);
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, write: impl Fn(&mut Self, T)) {
        self.nest('[', ']', |out| {
            for item in items {
                out.line();
                write(out, item);
            }
        });
    }

    fn nest(&mut self, open: char, close: char, inner: impl FnOnce(&mut Self)) {
        self.text.push(open);
        self.depth += 1;
        self.first = true;
        inner(self);
        self.depth -= 1;
        if !std::mem::take(&mut self.first) {
            self.indent();
        }
        self.text.push(close);
    }

    /// The line of the next member or item.
    fn line(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.text.push(',');
        }
        self.indent();
    }

    fn indent(&mut self) {
        const BLANKS: &str = "\n                                                                ";
        self.text.push_str(&BLANKS[..=self.depth.min(BLANKS.len() - 1)]);
        (BLANKS.len()..=self.depth).for_each(|_| self.text.push(' '));
    }

    /// The name of the next member.
    fn member(&mut self, name: &str) {
        self.line();
        self.string(name);
        self.text.push_str(": ");
    }

    /// A key of a PHP array as the name of the next member.
    fn key(&mut self, key: &Key) {
        match key {
            Key::Int(n) => self.member(&n.to_string()),
            Key::Str(text) => self.member(text),
        }
    }

    /// The same for a name of the format's own, in which nothing has to be escaped.
    fn named(&mut self, name: &'static str) {
        self.line();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\": ");
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.named(name);
        self.string(text);
    }

    fn value(&mut self, name: &'static str, value: &Literal) {
        self.named(name);
        self.literal(value);
    }

    /// A constant with PHP's types; a run-time value as `{"runtime": expression}`.
    fn literal(&mut self, value: &Literal) {
        match value {
            Literal::Null => self.text.push_str("null"),
            Literal::Bool(true) => self.text.push_str("true"),
            Literal::Bool(false) => self.text.push_str("false"),
            Literal::Int(n) => self.text.push_str(&n.to_string()),
            Literal::Float(n) => match serde_json::Number::from_f64(*n) {
                Some(number) => self.text.push_str(&number.to_string()),
                None => self.string(&n.to_string()),
            },
            Literal::Str(text) => self.string(text),
            Literal::Array(items) if Literal::is_list(items) => self.list(items.iter(), |out, (_, item)| out.literal(item)),
            Literal::Array(items) => self.object(|out| {
                for (key, item) in items {
                    out.key(key);
                    out.literal(item);
                }
            }),
            Literal::Runtime(expr) => self.object(|out| out.text("runtime", expr)),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) {
            self.text.push_str(&rest[..at]);
            match rest.as_bytes()[at] {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                b'\n' => self.text.push_str("\\n"),
                b'\r' => self.text.push_str("\\r"),
                b'\t' => self.text.push_str("\\t"),
                8 => self.text.push_str("\\b"),
                12 => self.text.push_str("\\f"),
                control => drop(write!(self.text, "\\u{control:04x}")),
            }
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Json;

    proptest! {
        #[test]
        fn strings_are_as_serde_json_has_them(text in any::<String>(), control in 0_u8..0x30) {
            let text = text + &char::from(control).to_string();
            let mut out = Json::default();
            out.string(&text);
            prop_assert_eq!(out.text, serde_json::to_string(&text).unwrap());
        }
    }
}
