//! `use` outside classes.

use nom::Parser;

use super::cursor::{Cursor, Res};
use super::decl::name;
use super::pattern::{after, list_to, word};
use super::stmt::semicolon;
use crate::php::ast::{StmtKind, Use, UseKind};
use crate::php::lex::T;

/// `use a\b as c, d;`, `use function a\f;`, `use a\{b, const c};`
pub fn import<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (mut i, kind) = import_kind(i.next());
    let mut uses = Vec::new();
    loop {
        let (next, full) = name(i)?;
        let full = full.strip_prefix('\\').unwrap_or(full);
        // The lexer leaves the last backslash of `a\{` to us.
        if let Some(next) = next.eat(T::Backslash) {
            let next = next.want(T::BraceL, "`{`")?;
            let member = |i: Cursor<'a>| {
                let (i, own) = import_kind(i);
                let own = if own == UseKind::Class { kind } else { own };
                (name, alias).map(|(name, alias)| (own, name, alias)).parse(i)
            };
            let (next, group) = list_to(T::BraceR, "`,` or `}`", member).parse(next)?;
            uses.extend(group.iter().map(|&(kind, name, alias)| Use { kind, prefix: full, name, alias: alias.unwrap_or(last(name)) }));
            i = next;
        } else {
            let (next, alias) = alias(next)?;
            uses.push(Use { kind, prefix: "", name: full, alias: alias.unwrap_or(last(full)) });
            i = next;
        }
        match i.eat(T::Comma) {
            Some(next) => i = next,
            None => break,
        }
    }
    let (i, ()) = semicolon(i)?;
    i.context.import(&uses);
    Ok((i, StmtKind::Use(i.context.list(uses))))
}

/// `function` or `const`, when one is there.
fn import_kind(i: Cursor<'_>) -> (Cursor<'_>, UseKind) {
    match i.kind() {
        T::Function => (i.next(), UseKind::Function),
        T::Const => (i.next(), UseKind::Const),
        _ => (i, UseKind::Class),
    }
}

/// `as name`
fn alias<'a>(i: Cursor<'a>) -> Res<'a, Option<&'a str>> {
    after(T::As, word("a name")).parse(i)
}

/// The part of a name behind its last backslash.
fn last(name: &str) -> &str {
    name.rsplit('\\').next().unwrap_or(name)
}
