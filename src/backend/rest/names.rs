//! Names of the schemas of a service.
//!
//! Each is made of what it names alone: `core_course_get_courses.params.options`, `core_competency.external.plan_exporter.read`. Only where
//! generators of code would take two for one does the later one get a name in which nothing is left to fold, and a note says so.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{Arguments, Write as _};

use crate::ir::{NameBase, Schema, ServiceId, TypeName, dump};
use crate::report::{Code, Diagnostic, Report};

/// What stands for a request, an answer and a problem, and so for nothing else.
pub(super) const RESERVED: [&str; 4] = ["request", "response", "problem", "exception"];

/// Names of schemas by the names of records in the manifest.
pub(super) type Names = BTreeMap<String, String>;

/// The name of the schema of an operation's arguments.
pub(super) fn arguments(operation: &str) -> String {
    format!("{}.params", part(operation))
}

/// The name of the schema of a `PARAM_` type.
pub(super) fn param(ty: &str) -> String {
    format!("param.{}", part(ty))
}

/// The name of an operation, which may be any text, in a path or the name of a file: what has a meaning there is written `%XX`.
pub(super) fn escaped(operation: &str) -> String {
    let mut out = String::with_capacity(operation.len());
    for byte in operation.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => out.push(char::from(byte)),
            byte => put(&mut out, format_args!("%{byte:02X}")),
        }
    }
    out
}

/// Names the records that a service reaches.
pub(super) fn names(schema: &Schema, service: ServiceId, report: &mut Report) -> Names {
    let mut taken: HashSet<String> = RESERVED.iter().map(|name| fold(name)).collect();
    taken.extend(schema.operations(service).map(|op| fold(&arguments(&schema.operation(op).name))));
    taken.extend(crate::params::all().iter().map(|row| fold(&param(&row.value))));

    let reached = schema.reachable(service);
    let mut records: Vec<&TypeName> = reached.iter().filter_map(|&ty| Some(&schema.record(ty)?.name)).collect();
    // The order of names and not that of the source, so that a new operation in front renames nothing.
    records.sort_unstable();
    let mut out = Names::new();
    for name in records {
        let plain = plain(name);
        let mut chosen = plain.clone();
        if !taken.insert(fold(&chosen)) {
            chosen = spelt(name);
            while !taken.insert(fold(&chosen)) {
                chosen.push('z');
            }
            let message =
                format!("the record `{name}` is called `{chosen}` in JSON, because tools would confuse `{plain}` with another name");
            let span = schema.record_by_name(name).and_then(|ty| schema.record(ty)?.origin.span);
            report.push(Diagnostic::new(Code::N023, message).at(span));
        }
        out.insert(dump::type_name(name), chosen);
    }
    out
}

fn plain(name: &TypeName) -> String {
    let dotted = |class: &str| class.split('\\').map(part).collect::<Vec<_>>().join(".");
    let mut out = match &name.base {
        NameBase::Class(class) => dotted(class),
        NameBase::Method(class, method) => {
            // An exporter has one structure for each form.
            let form = method.strip_prefix("get_").and_then(|rest| rest.strip_suffix("_structure")).unwrap_or(method);
            format!("{}.{}", dotted(class), part(form))
        }
        NameBase::Params(operation) => arguments(operation),
        NameBase::Result(operation) => format!("{}.result", part(operation)),
    };
    for key in &name.path {
        out.push('.');
        out.push_str(&part(key));
    }
    out
}

/// A text with `_` for what a name of a schema may not hold: recognisable, not reversible.
fn part(text: &str) -> String {
    if text.is_empty() {
        return "_".to_owned();
    }
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

/// How generators fold names: case and punctuation do not count.
fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The name of a record that would be confused with another, by its name in the manifest: everything but small letters is spelt.
fn spelt(name: &TypeName) -> String {
    let mut out = String::from("record.");
    for c in dump::type_name(name).chars() {
        match c {
            // `x` begins what is spelt, and `z` ends it.
            'a'..='w' | 'y' => out.push(c),
            c => put(&mut out, format_args!("x{:x}z", u32::from(c))),
        }
    }
    out
}

fn put(out: &mut String, text: Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
