//! Statements.

use nom::Parser;
use nom::sequence::{delimited, terminated};

use super::class::{class, enumeration, interface, modifiers, trait_};
use super::control::{do_, for_, foreach, if_, jump, return_, switch, try_, while_};
use super::cursor::{Cursor, Node, Res};
use super::decl::{attributes, function};
use super::expr::expr;
use super::import::import;
use super::pattern::{after, commas, list_to, token, variable, word};
use super::recover::skip;
use crate::php::ast::{At, Const, Expr, StaticVar, Stmt, StmtKind};
use crate::php::lex::T;

/// Everything in a file.
pub fn file<'a>(i: Cursor<'a>) -> Res<'a, &'a [Stmt<'a>]> {
    stmts(i, |kind| kind == T::Eof)
}

/// Statements up to a token that `stop` knows, or the end of the file. What fails is skipped and reported.
#[allow(clippy::unnecessary_wraps, reason = "every parser function has one shape")]
pub fn stmts<'a>(mut i: Cursor<'a>, stop: fn(T) -> bool) -> Res<'a, &'a [Stmt<'a>]> {
    let mut out = Vec::new();
    while i.kind() != T::Eof && !stop(i.kind()) {
        match i.deeper(statement) {
            Ok((next, stmt)) => {
                if !matches!(stmt.kind, StmtKind::InlineHtml("") | StmtKind::Block([])) {
                    out.push(stmt);
                }
                i = next;
            }
            Err(fail) => {
                let start = i.start();
                i = skip(i, &fail);
                out.push(Stmt { at: i.since(start), kind: StmtKind::Skipped });
            }
        }
    }
    Ok((i, i.context.list(out)))
}

/// `{ ... }`. At the end of the file the rest of the block is what there is.
pub fn block<'a>(i: Cursor<'a>) -> Res<'a, &'a [Stmt<'a>]> {
    let i = i.want(T::BraceL, "`{`")?;
    let (i, out) = stmts(i, |kind| kind == T::BraceR)?;
    Ok((i.past_brace(), out))
}

/// What `if`, `while` and the like govern.
pub fn inner<'a>(i: Cursor<'a>) -> Res<'a, &'a [Stmt<'a>]> {
    match i.kind() {
        T::BraceL => i.deeper(block),
        T::Semicolon => Ok((i.next(), &[])),
        // The `?>` is the empty statement.
        T::Html | T::HtmlEcho => Ok((i, &[])),
        _ => {
            let (i, stmt) = i.deeper(statement)?;
            Ok((i, std::slice::from_ref(i.context.arena.alloc(stmt))))
        }
    }
}

/// `: ... endwhile;` or a single statement.
pub fn governed<'a>(i: Cursor<'a>, end: T, words: &'static str) -> Res<'a, &'a [Stmt<'a>]> {
    let Some(i) = i.eat(T::Colon) else { return inner(i) };
    let (i, out) = stmts(i, is_end)?;
    let i = i.want(end, words)?;
    let (i, ()) = semicolon(i)?;
    Ok((i, out))
}

/// Tokens at which statements of the alternative syntax end.
pub fn is_end(kind: T) -> bool {
    matches!(
        kind,
        T::EndIf
            | T::EndFor
            | T::EndForeach
            | T::EndWhile
            | T::EndSwitch
            | T::EndDeclare
            | T::Else
            | T::ElseIf
            | T::Case
            | T::Default
            | T::BraceR
    )
}

/// `;` or `?>`.
pub fn semicolon<'a>(i: Cursor<'a>) -> Res<'a, ()> {
    match i.kind() {
        T::Semicolon => Ok((i.next(), ())),
        T::Html | T::HtmlEcho => Ok((i, ())),
        _ => Err(i.fail("`;`")),
    }
}

/// `(expr)`
pub fn condition<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    delimited(token(T::ParenL, "`(`"), expr, token(T::ParenR, "`)`")).parse(i)
}

/// Any statement.
fn statement<'a>(i: Cursor<'a>) -> Res<'a, Stmt<'a>> {
    let start = i.start();
    let parsed = match i.kind() {
        T::Html => Ok((i.next(), StmtKind::InlineHtml(html(i)))),
        T::HtmlEcho => html_echo(i),
        T::BraceL => block(i).map(|(i, out)| (i, StmtKind::Block(out))),
        T::Semicolon => Ok((i.next(), StmtKind::Block(&[]))),
        T::If => return if_(i),
        T::While => while_(i),
        T::Do => do_(i),
        T::For => for_(i),
        T::Foreach => foreach(i),
        T::Switch => switch(i),
        T::Try => try_(i),
        T::Echo => echo(i),
        T::Return => return_(i),
        T::Break => jump(i, StmtKind::Break),
        T::Continue => jump(i, StmtKind::Continue),
        T::Global => global(i),
        T::Static if i.next().kind() == T::Var => static_(i),
        T::Unset => unset(i),
        T::Const => const_(i),
        T::Use => import(i),
        T::Namespace => namespace(i),
        T::Declare => declare(i),
        T::Goto => goto(i),
        T::HaltCompiler => halt(i),
        T::Function if is_declared(i) => return declaration(i),
        T::Attribute | T::Abstract | T::Final | T::Class | T::Interface | T::Trait => return declaration(i),
        T::Readonly if i.next().kind() != T::ParenL => return declaration(i),
        T::Ident if i.is_before_colon() => Ok((i.next().next(), StmtKind::Label(i.text()))),
        T::Ident if is_enum(i) => return declaration(i),
        _ => expression(i),
    };
    let (i, kind) = parsed?;
    Ok((i, Stmt { at: i.since(start), kind }))
}

/// Whether a name follows `function`: a declaration, and no closure.
fn is_declared(i: Cursor<'_>) -> bool {
    let i = i.next();
    i.kind().is_word() || (i.kind() == T::Amp && i.next().kind().is_word())
}

/// `enum` is a word of its own only in front of a name.
fn is_enum(i: Cursor<'_>) -> bool {
    i.is("enum") && i.next().kind().is_word() && !matches!(i.next().kind(), T::Extends | T::Implements | T::InstanceOf)
}

/// `expr;`
fn expression<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, (out, ())) = (expr, semicolon).parse(i)?;
    Ok((i, StmtKind::Expr(out)))
}

/// Functions and classes, with what stands in front of them.
fn declaration<'a>(i: Cursor<'a>) -> Res<'a, Stmt<'a>> {
    let (start, doc) = (i.start(), i.doc());
    let (i, attributes) = attributes(i)?;
    let doc = i.doc().or(doc);
    let (after, modifiers) = modifiers(i)?;
    let (i, kind) = match after.kind() {
        T::Function if is_declared(after) => {
            let (i, function) = function(after, start, doc, attributes)?;
            (i, StmtKind::Function(function))
        }
        T::Class => class(after, start, doc, attributes, modifiers)?,
        T::Interface => interface(after, start, doc, attributes)?,
        T::Trait => trait_(after, start, doc, attributes)?,
        T::Ident if is_enum(after) => enumeration(after, start, doc, attributes)?,
        _ => expression(i)?,
    };
    Ok((i, Stmt { at: i.since(start), kind }))
}

/// The text of inline HTML, without tags and without the line end behind `?>`.
fn html(i: Cursor<'_>) -> &str {
    let mut text = i.text();
    if i.start() > 0 {
        text = text.strip_prefix("?>").unwrap_or(text);
        text = text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).or_else(|| text.strip_prefix('\r')).unwrap_or(text);
    }
    let tag = text.len().saturating_sub(5);
    match text.get(tag..) {
        _ if i.kind() == T::HtmlEcho => text.strip_suffix("<?=").unwrap_or(text),
        Some(last) if last.eq_ignore_ascii_case("<?php") => text.get(..tag).unwrap_or(text),
        _ => text,
    }
}

/// `?> text <?= a, b ?>`
fn html_echo<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (start, text) = (i.start(), html(i));
    let at = At { start, end: i.token.end };
    let (i, (values, ())) = (commas(value), semicolon).parse(i.next())?;
    if text.is_empty() {
        return Ok((i, StmtKind::Echo(values)));
    }
    let echo = Stmt { at: i.since(at.end), kind: StmtKind::Echo(values) };
    Ok((i, StmtKind::Block(i.context.list(vec![Stmt { at, kind: StmtKind::InlineHtml(text) }, echo]))))
}

/// An expression by value, for lists.
pub fn value<'a>(i: Cursor<'a>) -> Res<'a, Expr<'a>> {
    let (i, out) = expr(i)?;
    Ok((i, *out))
}

/// `echo a, b;`
fn echo<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    terminated(commas(value), semicolon).map(StmtKind::Echo).parse(i.next())
}

/// `global $a, $b;`
fn global<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let name = |i: Cursor<'a>| match i.kind() {
        // `global $$a` names nothing that can be known; its spelling stands for it.
        T::Dollar => {
            let (next, _) = super::primary::variable_variable(i)?;
            Ok((next, i.slice(i.start(), next.before)))
        }
        _ => variable("a variable")(i),
    };
    terminated(commas(name), semicolon).map(StmtKind::Global).parse(i.next())
}

/// `static $a = 1, $b;`
fn static_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let one = (variable("a variable"), after(T::Assign, expr)).map(|(name, init)| StaticVar { name, init });
    terminated(commas(one), semicolon).map(StmtKind::Static).parse(i.next())
}

/// `unset($a, $b);`
fn unset<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, _) = token(T::ParenL, "`(`").parse(i.next())?;
    terminated(list_to(T::ParenR, "`,` or `)`", value), semicolon).map(StmtKind::Unset).parse(i)
}

/// `const A = 1, B = 2;`
fn const_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, consts) = terminated(commas(constant), semicolon).parse(i.next())?;
    Ok((i, StmtKind::Const { scope: i.context.scope(), consts }))
}

/// `A = 1`
pub fn constant<'a>(i: Cursor<'a>) -> Res<'a, Const<'a>> {
    let start = i.start();
    let (i, (name, _, value)) = (word("a name"), token(T::Assign, "`=`"), expr).parse(i)?;
    Ok((i, Const { at: i.since(start), name, value }))
}

/// `namespace a;` with what follows it, or `namespace a { }`
fn namespace<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let i = i.next();
    let (i, name) = if i.kind() == T::BraceL { (i, "") } else { super::decl::name(i)? };
    i.context.open(name);
    if i.kind() == T::BraceL {
        let (i, stmts) = block(i)?;
        i.context.open("");
        return Ok((i, StmtKind::Namespace { name, stmts }));
    }
    let (i, ()) = semicolon(i)?;
    let (i, stmts) = stmts(i, |kind| kind == T::Namespace)?;
    Ok((i, StmtKind::Namespace { name, stmts }))
}

/// `declare(strict_types=1);`, with a block or without
fn declare<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, _) = delimited(token(T::ParenL, "`(`"), commas(constant), token(T::ParenR, "`)`")).parse(i.next())?;
    let (i, body) = governed(i, T::EndDeclare, "`enddeclare`")?;
    Ok((i, StmtKind::Declare { body }))
}

/// `goto label;`
fn goto<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    terminated(word("a label"), semicolon).map(StmtKind::Goto).parse(i.next())
}

/// `__halt_compiler();` — the cursor goes to the end of the file.
fn halt<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, _) = (token(T::ParenL, "`(`"), token(T::ParenR, "`)`")).parse(i.next())?;
    Ok((Cursor::at(i.context, i.context.text.len() as u32), StmtKind::HaltCompiler))
}
