//! Functions and what they are declared with: names, types, parameters, attributes, bodies.

use std::cell::OnceCell;

use nom::Parser;
use nom::sequence::{delimited, preceded};

use super::class::modifiers;
use super::cursor::{Cursor, Res};
use super::expr::expr;
use super::pattern::{after, list_to, token, variable, word};
use super::primary::arguments;
use super::stmt::block;

use crate::php::ast::{At, Attribute, Block, Body, ClosureUse, Function, FunctionBody, Name, Param, Type, TypeKind};
use crate::php::lex::{self, T};

/// What a function is declared with, besides its name.
pub struct Head<'a> {
    /// First byte.
    pub start: u32,
    /// Doc comment.
    pub doc: Option<&'a str>,
    /// `#[...]`
    pub attributes: &'a [Attribute<'a>],
}

/// `a`, `a\b`, `\a`, `namespace\a`
pub fn name<'a>(i: Cursor<'a>) -> Res<'a, Name<'a>> {
    match i.kind() {
        T::Name => Ok((i.next(), i.text())),
        kind if kind.is_word() => Ok((i.next(), i.text())),
        _ => Err(i.fail("a name")),
    }
}

/// `function &name(params): type { }`; the cursor is at `function`.
pub fn function<'a>(i: Cursor<'a>, start: u32, doc: Option<&'a str>, attributes: &'a [Attribute<'a>]) -> Res<'a, &'a Function<'a>> {
    let (by_ref, i) = ampersand(i.next());
    let (i, name) = word("a name")(i)?;
    let (i, params) = params(i)?;
    let (i, returns) = returns(i)?;
    let (i, body) = match i.kind() {
        T::Semicolon => (i.next(), None),
        _ => function_body.map(Some).parse(i)?,
    };
    let scope = i.context.scope();
    let at = i.since(start);
    Ok((i, i.context.arena.alloc(Function { at, name, doc, scope, params, by_ref, returns, body, attributes })))
}

/// `function &(params) use (uses): type { }`; the cursor is at `function`.
pub fn closure<'a>(i: Cursor<'a>, head: &Head<'a>) -> Res<'a, (&'a Function<'a>, &'a [ClosureUse<'a>])> {
    let (by_ref, i) = ampersand(i.next());
    let (i, params) = params(i)?;
    let (i, uses) = after(T::Use, preceded(token(T::ParenL, "`(`"), list_to(T::ParenR, "`,` or `)`", closure_use))).parse(i)?;
    let (i, returns) = returns(i)?;
    let (i, body) = function_body(i)?;
    let function = Function {
        at: i.since(head.start),
        name: "",
        doc: head.doc,
        scope: i.context.scope(),
        params,
        by_ref,
        returns,
        body: Some(body),
        attributes: head.attributes,
    };
    Ok((i, (i.context.arena.alloc(function), uses.unwrap_or_default())))
}

/// `fn(params): type => expr`; the cursor is at `fn`.
pub fn arrow<'a>(i: Cursor<'a>, head: &Head<'a>) -> Res<'a, &'a Function<'a>> {
    let (by_ref, i) = ampersand(i.next());
    let (i, params) = params(i)?;
    let (i, returns) = returns(i)?;
    let (i, out) = preceded(token(T::DoubleArrow, "`=>`"), expr).parse(i)?;
    let function = Function {
        at: i.since(head.start),
        name: "",
        doc: head.doc,
        scope: i.context.scope(),
        params,
        by_ref,
        returns,
        body: Some(FunctionBody::Arrow(out)),
        attributes: head.attributes,
    };
    Ok((i, i.context.arena.alloc(function)))
}

/// `&`, when it is there.
fn ampersand(i: Cursor<'_>) -> (bool, Cursor<'_>) {
    i.eat(T::Amp).map_or((false, i), |i| (true, i))
}

/// `&$a` in the `use` of a closure.
fn closure_use<'a>(i: Cursor<'a>) -> Res<'a, ClosureUse<'a>> {
    let (by_ref, i) = ampersand(i);
    let (i, name) = variable("a variable")(i)?;
    Ok((i, ClosureUse { name, by_ref }))
}

/// `: type`
fn returns<'a>(i: Cursor<'a>) -> Res<'a, Option<Type<'a>>> {
    after(T::Colon, ty).parse(i)
}

/// `{ ... }`: parsed, or only skipped when nobody has asked for it.
fn function_body<'a>(i: Cursor<'a>) -> Res<'a, FunctionBody<'a>> {
    let start = i.start();
    if i.kind() != T::BraceL {
        return Err(i.fail("`{`"));
    }
    if !i.context.full && !i.context.unclosed.get() {
        if let Some(end) = lex::block(i.context.text.as_bytes(), start as usize, 0) {
            let at = At { start, end: end as u32 };
            return Ok((Cursor::at(i.context, at.end), FunctionBody::Block(Body { at, parsed: OnceCell::new() })));
        }
        i.context.unclosed.set(true);
    }
    // A block without an end is parsed as far as it goes, so that what is in it is reported.
    let before = i.context.errors();
    let (i, stmts) = i.deeper(block)?;
    let parsed = &*i.context.arena.alloc(Block { stmts, errors: i.context.errors_since(before) });
    Ok((i, FunctionBody::Block(Body { at: i.since(start), parsed: OnceCell::from(parsed) })))
}

/// `(int $a = 1, ...$b)`
fn params<'a>(i: Cursor<'a>) -> Res<'a, &'a [Param<'a>]> {
    preceded(token(T::ParenL, "`(`"), list_to(T::ParenR, "`,` or `)`", param)).parse(i)
}

/// One parameter.
fn param<'a>(i: Cursor<'a>) -> Res<'a, Param<'a>> {
    let start = i.start();
    let (i, _) = attributes(i)?;
    let (after_modifiers, found) = modifiers(i)?;
    let promoted = (after_modifiers.start() != i.start()).then_some(found);
    let i = after_modifiers;
    let (i, ty) = match i.kind() {
        T::Var | T::Amp | T::Ellipsis => (i, None),
        _ => ty.map(Some).parse(i)?,
    };
    let (by_ref, i) = ampersand(i);
    let (variadic, i) = i.eat(T::Ellipsis).map_or((false, i), |i| (true, i));
    let (i, name) = variable("a parameter")(i)?;
    let (i, default) = after(T::Assign, expr).parse(i)?;
    let i = super::class::hooks(i)?.0;
    Ok((i, Param { at: i.since(start), name, ty, default, by_ref, variadic, promoted }))
}

/// `int`, `?a\b`, `A|B`, `A&B`, `(A&B)|null`
pub fn ty<'a>(i: Cursor<'a>) -> Res<'a, Type<'a>> {
    let start = i.start();
    if let Some(i) = i.eat(T::Question) {
        let (i, inner) = single_type(i)?;
        let inner = i.context.arena.alloc(inner);
        return Ok((i, Type { at: i.since(start), kind: TypeKind::Nullable(inner) }));
    }
    let (i, first) = single_type(i)?;
    if i.kind() == T::Pipe {
        let (i, members) = type_members(i, first, |i| i.kind() == T::Pipe)?;
        return Ok((i, Type { at: i.since(start), kind: TypeKind::Union(members) }));
    }
    if is_intersection(&i) {
        let (i, members) = type_members(i, first, is_intersection)?;
        return Ok((i, Type { at: i.since(start), kind: TypeKind::Intersection(members) }));
    }
    Ok((i, first))
}

/// An `&` that is no reference.
fn is_intersection(i: &Cursor<'_>) -> bool {
    i.kind() == T::Amp && !matches!(i.next().kind(), T::Var | T::Ellipsis | T::Amp)
}

/// What follows the first member of a union or an intersection.
fn type_members<'a>(mut i: Cursor<'a>, first: Type<'a>, more: fn(&Cursor<'a>) -> bool) -> Res<'a, &'a [Type<'a>]> {
    let mut members = vec![first];
    while more(&i) {
        let (next, member) = single_type(i.next())?;
        members.push(member);
        i = next;
    }
    Ok((i, i.context.list(members)))
}

/// A name, or a type in parentheses.
fn single_type<'a>(i: Cursor<'a>) -> Res<'a, Type<'a>> {
    let start = i.start();
    if i.kind() == T::ParenL {
        return i.deeper(|i| delimited(token(T::ParenL, "`(`"), ty, token(T::ParenR, "`)`")).parse(i));
    }
    let (i, name) = name(i).map_err(|_| i.fail("a type"))?;
    Ok((i, Type { at: i.since(start), kind: TypeKind::Name(name) }))
}

/// `#[A, B(1)] #[C]`, as many as there are.
pub fn attributes<'a>(mut i: Cursor<'a>) -> Res<'a, &'a [Attribute<'a>]> {
    let mut out = Vec::new();
    while let Some(next) = i.eat(T::Attribute) {
        let (next, group) = list_to(T::BracketR, "`,` or `]`", attribute).parse(next)?;
        out.extend(group.iter().map(|one| Attribute { name: one.name, args: one.args }));
        i = next;
    }
    Ok((i, i.context.list(out)))
}

/// `Name(args)`
fn attribute<'a>(i: Cursor<'a>) -> Res<'a, Attribute<'a>> {
    let (i, name) = name(i)?;
    let (i, args) = if i.kind() == T::ParenL { arguments(i)? } else { (i, &[][..]) };
    Ok((i, Attribute { name, args }))
}
