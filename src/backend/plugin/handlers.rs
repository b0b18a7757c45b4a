//! What the handler of a plugin must have: a list that is written with the plugin, and compared with when it is written again.
//!
//! In: the operations of this run, the list of the last one, and the handler as it is now. Out: the new list, and findings about handlers
//! that are missing, whose operation changed, or that no operation needs. The handler itself is read, never written again.

use std::fmt::Write as _;

use bumpalo::Bump;
use indexmap::IndexMap;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ir::{Field, OpId, Presence, Schema, Slot, Type, inspect};
use crate::php::ast::{Class, Member, Stmt, StmtKind, Visibility};
use crate::php::parse;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{SourceMap, Span};

/// `handlers.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// For whoever finds the file.
    pub(super) about: String,
    /// The version of the plugin.
    pub(super) version: u64,
    /// SHA-256 of what Moodle reads only when the version rises.
    pub(super) installed: String,
    /// By name of the operation.
    pub(super) handlers: IndexMap<String, Entry>,
}

/// The handler of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The external function.
    pub(super) function: String,
    /// The handler's method.
    pub(super) method: String,
    /// Its parameters and its result, for people.
    pub(super) signature: String,
    /// A digest of their whole structure.
    pub(super) shape: String,
}

/// The list of an earlier run. `None` when there is none, or when it is none that mwsc wrote.
pub(super) fn read(text: Option<&str>) -> Option<List> {
    serde_json::from_str(text?).ok()
}

/// `(name: string, limit?: int): roleRecord[]`
pub(super) fn signature(schema: &Schema, op: OpId) -> String {
    let param = |field: &Field| {
        let mark = if field.slot.presence == Presence::Required { "" } else { "?" };
        format!("{}{mark}: {}", field.name, inspect::bare(schema, field.slot.ty))
    };
    let params: Vec<String> = schema.arguments(op).map(param).collect();
    let result = schema.result(op).map_or_else(|| "nothing".to_owned(), |slot| inspect::bare(schema, slot.ty));
    format!("({}): {result}", params.join(", "))
}

/// A digest of all that a handler must know of an operation: keys, types, presence and null, in order and in depth. Texts are not in it.
pub(super) fn shape(schema: &Schema, op: OpId) -> String {
    let mut text = String::new();
    for field in schema.arguments(op) {
        push(schema, &field.name, &field.slot, &mut text);
    }
    if let Some(slot) = schema.result(op) {
        push(schema, "=", slot, &mut text);
    }
    for ty in schema.reachable_by(op).into_iter().filter(|&ty| schema.record(ty).is_some()) {
        let _ = writeln!(text, "record {}", schema.record(ty).map(|record| record.name.to_string()).unwrap_or_default());
        for field in schema.fields(ty) {
            push(schema, &field.name, &field.slot, &mut text);
        }
    }
    digest(text.as_bytes())[..16].to_owned()
}

fn push(schema: &Schema, key: &str, slot: &Slot, out: &mut String) {
    let presence = match slot.presence {
        Presence::Required => "",
        Presence::Optional | Presence::Default(_) => "?",
    };
    let _ = write!(out, "{key:?}{presence}{} ", if slot.nullable { "|null" } else { "" });
    match schema.ty(slot.ty) {
        Type::Scalar(scalar) => {
            let _ = write!(out, "{}({:?})", scalar.kind.word(), scalar.refinement);
            for value in scalar.values.iter().flat_map(|values| values.values()) {
                let _ = write!(out, " {value:?}");
            }
            out.push('\n');
        }
        Type::Record(record) => {
            let _ = writeln!(out, "{}", record.name);
        }
        Type::List => {
            if let Some(item) = schema.item(slot.ty) {
                push(schema, "[]", item, out);
            }
        }
    }
}

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// How the handler of an operation is called.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    /// Names of the parameters, with `$`.
    pub(super) arguments: Vec<String>,
    /// Where the operation is described.
    pub(super) at: Option<Span>,
}

/// Reports what the maintainer of a handler has to look at. `handler` is the plugin's own, when there is one.
pub(super) fn compare(
    before: Option<&List>,
    now: &IndexMap<String, Entry>,
    calls: &FxHashMap<String, Call>,
    handler: Option<&str>,
    report: &mut Report,
) {
    let methods = handler.and_then(Methods::read);
    for (operation, entry) in now {
        let method = &entry.method;
        let call = calls.get(operation).cloned().unwrap_or_default();
        let finding = |code: Code, message: String| Diagnostic::new(code, message).at(call.at).about(operation);
        if let Some(methods) = &methods
            && !methods.may_have(method)
        {
            let message = format!("the handler has no method `{method}` for the operation `{operation}{}`", entry.signature);
            let help = format!("add `public function {method}({})` to classes/handler.php", call.arguments.join(", "));
            report.push(finding(Code::N043, message).help(help));
            continue;
        }
        let given = call.arguments.len();
        if let Some(least) = methods.as_ref().and_then(|methods| methods.least(method))
            && least > given
        {
            let message = format!("the method `{method}` of the handler wants {least} parameters; the operation `{operation}` has {given}");
            report.push(finding(Code::N044, message));
            continue;
        }
        let Some(old) = before.and_then(|list| list.handlers.get(operation)) else { continue };
        if old.shape != entry.shape {
            let message = if old.signature == entry.signature {
                format!("a structure in the operation `{operation}{}` changed", entry.signature)
            } else {
                format!("the operation `{operation}` changed from `{}` to `{}`", old.signature, entry.signature)
            };
            let help = format!("look at the method `{method}` of the handler");
            report.push(finding(Code::N044, message).help(help));
        }
    }
    for (operation, old) in before.iter().flat_map(|list| &list.handlers).filter(|(operation, _)| !now.contains_key(*operation)) {
        let taken = now.values().any(|entry| entry.method == old.method);
        if !taken && methods.as_ref().is_none_or(|methods| methods.least(&old.method).is_some()) {
            let message =
                format!("the method `{}` of the handler serves the operation `{operation}`, which is not there any more", old.method);
            report.push(Diagnostic::new(Code::N045, message).about(operation));
        }
    }
}

/// The methods that a handler declares.
struct Methods {
    /// By name in lower case: how many parameters one needs.
    declared: FxHashMap<String, usize>,
    /// Whether it may have others: of a parent or a trait, or by `__call`.
    others: bool,
}

impl Methods {
    /// Reads the file of a handler. `None` when no class can be found in it: then nothing is known of it.
    fn read(text: &str) -> Option<Self> {
        let arena = Bump::new();
        let (file, _) = SourceMap::default().add("handler.php", String::new(), Vec::new());
        let parsed = parse::parse_file(&arena, file, text);
        let mut found: Option<Methods> = None;
        classes(parsed.stmts, &mut |class| {
            let methods = found.get_or_insert_with(|| Methods { declared: FxHashMap::default(), others: false });
            methods.others |= !class.extends.is_empty();
            for member in class.members {
                match member {
                    Member::TraitUse { .. } | Member::Skipped => methods.others = true,
                    Member::Method { modifiers, function } if modifiers.visibility == Visibility::Public => {
                        let needed = function.params.iter().filter(|param| param.default.is_none() && !param.variadic).count();
                        methods.others |= function.name.eq_ignore_ascii_case("__call");
                        methods.declared.insert(function.name.to_ascii_lowercase(), needed);
                    }
                    Member::Method { .. } | Member::Const { .. } | Member::Property { .. } | Member::Case { .. } => {}
                }
            }
        });
        found
    }

    fn may_have(&self, method: &str) -> bool {
        self.others || self.least(method).is_some()
    }

    /// How many parameters a method needs; `None` when it is not declared.
    fn least(&self, method: &str) -> Option<usize> {
        self.declared.get(&method.to_ascii_lowercase()).copied()
    }
}

fn classes<'s>(stmts: &'s [Stmt<'s>], visit: &mut dyn FnMut(&'s Class<'s>)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Class(class) => visit(class),
            StmtKind::Namespace { stmts, .. } | StmtKind::Block(stmts) => classes(stmts, visit),
            StmtKind::If { then, otherwise, .. } => {
                classes(then, visit);
                classes(otherwise, visit);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(method: &str, signature: &str, shape: &str) -> Entry {
        Entry { function: format!("f_{method}"), method: method.into(), signature: signature.into(), shape: shape.into() }
    }

    fn list(entries: Vec<(&str, Entry)>) -> IndexMap<String, Entry> {
        entries.into_iter().map(|(name, entry)| (name.to_owned(), entry)).collect()
    }

    fn compared(before: Vec<(&str, Entry)>, now: Vec<(&str, Entry)>, handler: Option<&str>) -> Vec<String> {
        let before = List { about: String::new(), version: 1, installed: String::new(), handlers: list(before) };
        let now = list(now);
        let call = Call { arguments: vec!["$x".into(), "$y".into()], at: None };
        let calls = now.keys().map(|name| (name.clone(), call.clone())).collect();
        let mut report = Report::default();
        compare(Some(&before), &now, &calls, handler, &mut report);
        report.iter().map(|finding| format!("{} {}", finding.code.name(), finding.message)).collect()
    }

    #[test]
    fn nothing_changed_nothing_said() {
        let same = || vec![("a", entry("a", "()", "1"))];
        assert_eq!(compared(same(), same(), Some("<?php class h { public function A($x, $y = 1, ...$z) { } }")), Vec::<String>::new());
        assert_eq!(compared(same(), same(), None), Vec::<String>::new());
    }

    #[test]
    fn says_what_is_new_changed_and_left_over() {
        let before = vec![("a", entry("a", "(x: int): int", "1")), ("b", entry("b", "()", "1")), ("c", entry("c", "()", "1"))];
        let now =
            vec![("a", entry("a", "(x: string): int", "2")), ("b", entry("b", "()", "2")), ("d", entry("d", "(p: int, q: int): int", "1"))];
        let handler = "<?php namespace x; class h { public function a($x) { } function b() { } function c() { } private function d() { } }";
        assert_eq!(
            compared(before.clone(), now.clone(), Some(handler)),
            [
                "N044 the operation `a` changed from `(x: int): int` to `(x: string): int`",
                "N044 a structure in the operation `b()` changed",
                "N043 the handler has no method `d` for the operation `d(p: int, q: int): int`",
                "N045 the method `c` of the handler serves the operation `c`, which is not there any more",
            ]
        );
        // The method is gone from the handler, or the handler is somebody else's class.
        assert_eq!(compared(before.clone(), now.clone(), Some("<?php class h extends g { }")).len(), 2);
        assert_eq!(compared(before, now, None).len(), 3);
    }

    #[test]
    fn a_method_that_wants_too_much_is_told() {
        let same = || vec![("a", entry("a", "()", "1"))];
        let found = compared(same(), same(), Some("<?php class h { public function a($x, $y, $z) { } }"));
        assert_eq!(found, ["N044 the method `a` of the handler wants 3 parameters; the operation `a` has 2"]);
        assert_eq!(compared(same(), same(), Some("no class here")), Vec::<String>::new());
    }
}
