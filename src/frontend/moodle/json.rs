//! The format of `mwsc describe --format json`: the front end's own tree, written as it is walked. Values keep PHP's types.

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::desc::{Desc, DescKind, Entry, Function};
use super::services::{Service, Survey};
use crate::ir::{Key, Literal};

/// A tree's descriptions, ready to be serialised.
pub struct Document<'d> {
    /// What the tree registers.
    pub survey: &'d Survey,
    /// The functions described.
    pub functions: &'d [Function],
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(4))?;
        map.serialize_entry("moodle", &self.survey.release.number)?;
        map.serialize_entry("release", &self.survey.release.full)?;
        map.serialize_entry("functions", &Pairs(|| self.functions.iter().map(|function| (function.name.as_str(), One(function)))))?;
        map.serialize_entry("services", &Pairs(|| self.survey.services.iter().map(|service| (service.name.as_str(), Built(service)))))?;
        map.end()
    }
}

/// Pairs of an iterator as a JSON object, in order.
struct Pairs<F>(F);

impl<K: Serialize, V: Serialize, I: Iterator<Item = (K, V)>, F: Fn() -> I> Serialize for Pairs<F> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map((self.0)())
    }
}

struct One<'d>(&'d Function);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Function { entry, deprecated, described, .. } = self.0;
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
        let mut map = out.serialize_map(None)?;
        map.serialize_entry("component", component)?;
        let described = match described {
            Ok(described) => described,
            Err(failure) => {
                map.serialize_entry("error", &format_args!("{}: {}", failure.code, failure.message))?;
                return map.end();
            }
        };
        map.serialize_entry("classname", classname)?;
        map.serialize_entry("methodname", methodname)?;
        map.serialize_entry("classpath", &Value(classpath))?;
        map.serialize_entry("type", &Value(kind))?;
        map.serialize_entry("ajax", &Value(ajax))?;
        map.serialize_entry("capabilities", &Value(capabilities))?;
        map.serialize_entry("services", &Value(services))?;
        map.serialize_entry("loginrequired", &Value(loginrequired))?;
        map.serialize_entry("readonlysession", &Value(readonlysession))?;
        map.serialize_entry("deprecated", deprecated)?;
        map.serialize_entry("description", &Value(description))?;
        map.serialize_entry("parameters", &Tree(&described.parameters))?;
        map.serialize_entry("returns", &described.returns.as_ref().map(Tree))?;
        map.end()
    }
}

struct Tree<'d>(&'d Desc);

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let desc = self.0;
        let mut map = out.serialize_map(None)?;
        let kind = match &desc.kind {
            DescKind::Value(_) => "value",
            DescKind::List(_) => "list",
            DescKind::Struct(_) => "struct",
        };
        map.serialize_entry("kind", kind)?;
        if let DescKind::Value(ty) = &desc.kind {
            map.serialize_entry("type", &Value(ty))?;
        }
        map.serialize_entry("desc", &Value(&desc.desc))?;
        map.serialize_entry("required", &Value(&desc.required))?;
        map.serialize_entry("default", &Value(&desc.default))?;
        if let Some(allownull) = &desc.allownull {
            map.serialize_entry("allownull", &Value(allownull))?;
        }
        if !is_base(&desc.class) {
            map.serialize_entry("class", &desc.class)?;
        }
        if let Some(condition) = &desc.only_if {
            map.serialize_entry("only_if", condition)?;
        }
        match &desc.kind {
            DescKind::Value(_) => {}
            DescKind::List(content) => map.serialize_entry("content", &Tree(content))?,
            DescKind::Struct(keys) => map.serialize_entry("keys", &Pairs(|| keys.iter().map(|(key, desc)| (Name(key), Tree(desc)))))?,
        }
        map.end()
    }
}

/// Whether a class is one of the three that a description is made of when nothing more is said.
fn is_base(class: &str) -> bool {
    let name = class.strip_prefix("core_external\\").unwrap_or(class);
    ["external_value", "external_multiple_structure", "external_single_structure"].iter().any(|base| base.eq_ignore_ascii_case(name))
}

struct Built<'d>(&'d Service);

impl Serialize for Built<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let service = self.0;
        let mut map = out.serialize_map(None)?;
        map.serialize_entry("component", &service.component)?;
        map.serialize_entry("shortname", &service.shortname)?;
        map.serialize_entry("functions", &service.functions)?;
        map.serialize_entry("enabled", &Value(&service.enabled))?;
        map.serialize_entry("restrictedusers", &Value(&service.restrictedusers))?;
        map.serialize_entry("downloadfiles", &Value(&service.downloadfiles))?;
        map.serialize_entry("uploadfiles", &Value(&service.uploadfiles))?;
        map.serialize_entry("requiredcapability", &Value(&service.requiredcapability))?;
        map.end()
    }
}

/// A key of a PHP array as the name of a JSON member.
struct Name<'d>(&'d Key);

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Key::Int(n) => out.collect_str(n),
            Key::Str(text) => out.serialize_str(text),
        }
    }
}

/// A constant with PHP's types; a run-time value as `{"runtime": expression}`.
pub struct Value<'d>(pub &'d Literal);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Literal::Null => out.serialize_unit(),
            Literal::Bool(b) => out.serialize_bool(*b),
            Literal::Int(n) => out.serialize_i64(*n),
            Literal::Float(n) if n.is_finite() => out.serialize_f64(*n),
            Literal::Float(n) => out.collect_str(n),
            Literal::Str(text) => out.serialize_str(text),
            Literal::Array(items) if Literal::is_list(items) => {
                let mut list = out.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|(_, item)| list.serialize_element(&Value(item)))?;
                list.end()
            }
            Literal::Array(items) => out.collect_map(items.iter().map(|(key, item)| (Name(key), Value(item)))),
            Literal::Runtime(expr) => out.collect_map([("runtime", expr)]),
        }
    }
}

/// Writes a document as indented JSON.
pub fn write(document: &Document<'_>) -> Result<String, serde_json::Error> {
    let mut out = Vec::with_capacity(1 << 20);
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut out, serde_json::ser::PrettyFormatter::with_indent(b" ")))?;
    out.push(b'\n');
    String::from_utf8(out).map_err(serde_json::Error::custom)
}
