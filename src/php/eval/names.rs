//! Names: case folding, and what a name means where it stands.

use std::borrow::Cow;

use super::Interp;
use crate::php::ast::{Scope, UseKind};

/// A name by the place in the source where it stands. Comparing two compares no text, and a place has one meaning for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Spot(usize, usize);

impl<'a> Interp<'a, '_> {
    /// The place of a name. Only texts that live as long as the source have one: others may come and go at one address.
    pub(super) fn spot(&self, name: &'a str) -> Spot {
        Spot(name.as_ptr() as usize, name.len())
    }
}

/// A name in lower case, as PHP folds names of classes and functions (ASCII only).
pub(super) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
}

/// A name declared in a scope, with its namespace.
pub fn full_name<'n>(scope: &Scope<'_>, name: &'n str) -> Cow<'n, str> {
    if scope.namespace.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{}\\{name}", scope.namespace)) }
}

/// The full name of a class that is spelled like this in a scope; without leading backslash.
pub fn resolve_class<'n>(name: &'n str, scope: &Scope<'_>) -> Cow<'n, str> {
    if let Some(rest) = name.strip_prefix('\\') {
        return Cow::Borrowed(rest);
    }
    if let Some(full) = relative(name, scope) {
        return Cow::Owned(full);
    }
    let (first, rest) = match name.split_once('\\') {
        Some((first, rest)) => (first, Some(rest)),
        None => (name, None),
    };
    match import(scope, UseKind::Class, first, false) {
        Some(full) => Cow::Owned(match rest {
            Some(rest) => format!("{full}\\{rest}"),
            None => full,
        }),
        None => full_name(scope, name),
    }
}

/// The full names that a function or constant can have, in the order in which PHP tries them.
pub(super) fn resolve_other<'n>(name: &'n str, scope: &Scope<'_>, kind: UseKind) -> (Cow<'n, str>, Option<&'n str>) {
    if let Some(rest) = name.strip_prefix('\\') {
        return (Cow::Borrowed(rest), None);
    }
    if let Some(full) = relative(name, scope) {
        return (Cow::Owned(full), None);
    }
    if name.contains('\\') {
        return (resolve_class(name, scope), None);
    }
    if scope.uses.iter().any(|import| import.kind == kind)
        && let Some(full) = import(scope, kind, name, kind == UseKind::Const)
    {
        return (Cow::Owned(full), None);
    }
    if scope.namespace.is_empty() {
        return (Cow::Borrowed(name), None);
    }
    (full_name(scope, name), Some(name))
}

fn relative(name: &str, scope: &Scope<'_>) -> Option<String> {
    let (first, rest) = name.split_once('\\')?;
    first.eq_ignore_ascii_case("namespace").then(|| full_name(scope, rest).into_owned())
}

fn import(scope: &Scope<'_>, kind: UseKind, alias: &str, exact: bool) -> Option<String> {
    let same = |other: &str| if exact { other == alias } else { other.eq_ignore_ascii_case(alias) };
    let found = scope.uses.iter().find(|import| import.kind == kind && same(import.alias))?;
    let full = match (found.prefix, found.name) {
        ("", name) => name.to_owned(),
        (prefix, name) => format!("{prefix}\\{name}"),
    };
    Some(full.strip_prefix('\\').map_or(full.clone(), str::to_owned))
}
