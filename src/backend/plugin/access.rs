//! Who may call: the capability that each function checks, and those that the plugin itself declares.

use std::collections::BTreeMap;

use globset::{Glob, GlobMatcher};

use super::component::Component;
use super::php::{Arrays, Expr, quoted};
use crate::ir::{OpId, Schema};

/// Characters that Moodle's table of functions has room for.
const ROOM: usize = 255;

/// The capability for each operation.
pub(super) struct Access<'o> {
    component: &'o Component,
    globs: Vec<(GlobMatcher, &'o str)>,
    /// The plugin's own that are used, by the name behind the colon: whether a function that writes needs it.
    own: BTreeMap<String, bool>,
}

impl<'o> Access<'o> {
    pub(super) fn new(component: &'o Component, rules: &'o [(String, String)]) -> Self {
        // The command line refuses a glob that is none, with its place.
        let globs = rules.iter().filter_map(|(glob, name)| Some((Glob::new(glob).ok()?.compile_matcher(), name.as_str()))).collect();
        Access { component, globs, own: BTreeMap::new() }
    }

    /// The capability that an operation needs. Unless something else is configured, it is one of two: to read, or to write. An operation
    /// of which nobody says that it only reads may write.
    pub(super) fn needed(&mut self, schema: &Schema, op: OpId) -> String {
        let operation = schema.operation(op);
        let writes = writes(operation.meta.kind.as_deref());
        let configured = self.globs.iter().find(|(glob, _)| glob.is_match(&operation.name)).map(|(_, name)| (*name).to_owned());
        let name = configured.unwrap_or_else(|| self.component.capability(if writes { "write" } else { "read" }));
        if let Some(own) = name.strip_prefix(&self.component.capability("")) {
            *self.own.entry(own.to_owned()).or_default() |= writes;
        }
        name
    }

    /// The array of `db/access.php`.
    pub(super) fn declared(&self) -> Expr {
        let entry = |(name, writes): (&String, &bool)| {
            let risk = if *writes { "RISK_PERSONAL | RISK_DATALOSS" } else { "RISK_PERSONAL" };
            let fields = [
                ("riskbitmask", Expr::word(risk)),
                ("captype", Expr::word(if *writes { "'write'" } else { "'read'" })),
                ("contextlevel", Expr::word("CONTEXT_SYSTEM")),
                ("archetypes", Expr::Array(Vec::new())),
            ];
            (Some(quoted(&self.component.capability(name))), tall(fields))
        };
        Expr::Tall(self.own.iter().map(entry).collect())
    }

    /// Their names.
    pub(super) fn names(&self) -> Vec<String> {
        self.own.keys().map(|name| self.component.capability(name)).collect()
    }

    /// The texts of those capabilities, by key.
    pub(super) fn strings(&self, title: &str) -> Vec<(String, String)> {
        let text = |name: &str, writes: bool| match name {
            "read" => format!("Read with {title}"),
            "write" => format!("Write with {title}"),
            other => format!("Use {title}: {other}{}", if writes { " (writes)" } else { "" }),
        };
        self.own.iter().map(|(name, &writes)| (format!("{}:{name}", self.component.name()), text(name, writes))).collect()
    }
}

/// Whether an operation of that kind may write.
pub(super) fn writes(kind: Option<&str>) -> bool {
    kind != Some("read")
}

/// What `db/services.php` lists: the capability that is checked, and those that the source lists. Without the latter, and `false`, where
/// Moodle has no room for all.
pub(super) fn listed(needed: &str, source: &[String]) -> (String, bool) {
    let mut all = vec![needed];
    for name in source {
        if !all.contains(&name.as_str()) {
            all.push(name);
        }
    }
    let text = all.join(", ");
    if text.len() <= ROOM { (text, true) } else { (needed.to_owned(), false) }
}

/// An array of a line for each item.
pub(super) fn tall<const N: usize>(fields: [(&str, Expr); N]) -> Expr {
    Expr::Tall(fields.into_iter().map(|(key, value)| (Some(quoted(key)), value)).collect())
}

/// An expression for the top of a file.
pub(super) fn at_top(expr: &Expr, arrays: Arrays, before: &str) -> String {
    expr.lines(arrays, 0, before.len(), 1)
}
