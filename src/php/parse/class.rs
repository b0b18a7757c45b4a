//! Classes, interfaces, traits and enums, with their members.

use nom::Parser;
use nom::sequence::{preceded, terminated};

use super::cursor::{Cursor, Res};
use super::decl::{attributes, function, name, ty};
use super::expr::expr;
use super::pattern::{after, commas, token, until, variable, word};
use super::recover::skip;
use super::stmt::{constant, semicolon};
use crate::php::ast::{Attribute, Class, ClassKind, Member, Modifiers, Name, StmtKind, TraitRule, Visibility};
use crate::php::lex::{self, T};

/// `abstract`, `final`, `readonly`, `static`, visibilities and `var`, in any order. Whether they fit what follows is not checked.
pub fn modifiers<'a>(mut i: Cursor<'a>) -> Res<'a, Modifiers> {
    let mut out = Modifiers::default();
    loop {
        match i.kind() {
            T::Abstract => out.is_abstract = true,
            T::Final => out.is_final = true,
            T::Readonly => out.is_readonly = true,
            T::Static => out.is_static = true,
            T::VarWord => {}
            _ => match visibility(i) {
                Some(found) => {
                    // `private(set)` limits writing; who may read is what `visibility` says.
                    if let Some(set) = i.next().eat(T::ParenL).filter(|set| set.is("set")) {
                        i = set.next().want(T::ParenR, "`)`")?;
                        continue;
                    }
                    out.visibility = found;
                }
                None => return Ok((i, out)),
            },
        }
        i = i.next();
    }
}

/// The visibility that the token names.
fn visibility(i: Cursor<'_>) -> Option<Visibility> {
    match i.kind() {
        T::Public => Some(Visibility::Public),
        T::Protected => Some(Visibility::Protected),
        T::Private => Some(Visibility::Private),
        _ => None,
    }
}

/// Names with commas between them, behind `extends` or `implements`.
fn names<'a>(i: Cursor<'a>, keyword: T) -> Res<'a, &'a [Name<'a>]> {
    after(keyword, commas(name)).map(Option::unwrap_or_default).parse(i)
}

/// `class A extends B implements C, D { }`
pub fn class<'a>(
    i: Cursor<'a>,
    start: u32,
    doc: Option<&'a str>,
    attributes: &'a [Attribute<'a>],
    modifiers: Modifiers,
) -> Res<'a, StmtKind<'a>> {
    let (i, (own, extends)) = (word("a class name"), |i| names(i, T::Extends)).parse(i.next())?;
    let (i, implements) = names(i, T::Implements)?;
    let (i, members) = members(i)?;
    let (scope, at) = (i.context.scope(), i.since(start));
    let class = Class { at, kind: ClassKind::Class, name: own, doc, scope, modifiers, extends, implements, members, attributes };
    Ok((i, StmtKind::Class(i.context.arena.alloc(class))))
}

/// What follows the arguments of `new class`.
pub fn anonymous<'a>(i: Cursor<'a>, start: u32, attributes: &'a [Attribute<'a>], modifiers: Modifiers) -> Res<'a, &'a Class<'a>> {
    let (i, extends) = names(i, T::Extends)?;
    let (i, implements) = names(i, T::Implements)?;
    let (i, members) = members(i)?;
    let (scope, at) = (i.context.scope(), i.since(start));
    let class = Class { at, kind: ClassKind::Class, name: "", doc: None, scope, modifiers, extends, implements, members, attributes };
    Ok((i, i.context.arena.alloc(class)))
}

/// `interface A extends B, C { }`
pub fn interface<'a>(i: Cursor<'a>, start: u32, doc: Option<&'a str>, attributes: &'a [Attribute<'a>]) -> Res<'a, StmtKind<'a>> {
    let (i, (own, extends)) = (word("an interface name"), |i| names(i, T::Extends)).parse(i.next())?;
    let (i, members) = members(i)?;
    let (scope, at, modifiers) = (i.context.scope(), i.since(start), Modifiers::default());
    let class = Class { at, kind: ClassKind::Interface, name: own, doc, scope, modifiers, extends, implements: &[], members, attributes };
    Ok((i, StmtKind::Class(i.context.arena.alloc(class))))
}

/// `trait A { }`
pub fn trait_<'a>(i: Cursor<'a>, start: u32, doc: Option<&'a str>, attributes: &'a [Attribute<'a>]) -> Res<'a, StmtKind<'a>> {
    let (i, (own, members)) = (word("a trait name"), members).parse(i.next())?;
    let (scope, at, modifiers) = (i.context.scope(), i.since(start), Modifiers::default());
    let kind = ClassKind::Trait;
    let class = Class { at, kind, name: own, doc, scope, modifiers, extends: &[], implements: &[], members, attributes };
    Ok((i, StmtKind::Class(i.context.arena.alloc(class))))
}

/// `enum A: string implements B { }`
pub fn enumeration<'a>(i: Cursor<'a>, start: u32, doc: Option<&'a str>, attributes: &'a [Attribute<'a>]) -> Res<'a, StmtKind<'a>> {
    let (i, (own, _)) = (word("an enum name"), after(T::Colon, ty)).parse(i.next())?;
    let (i, implements) = names(i, T::Implements)?;
    let (i, members) = members(i)?;
    let (scope, at, modifiers) = (i.context.scope(), i.since(start), Modifiers::default());
    let class = Class { at, kind: ClassKind::Enum, name: own, doc, scope, modifiers, extends: &[], implements, members, attributes };
    Ok((i, StmtKind::Class(i.context.arena.alloc(class))))
}

/// `{ ... }` of a class. A member that fails is skipped and reported.
fn members<'a>(i: Cursor<'a>) -> Res<'a, &'a [Member<'a>]> {
    let mut i = i.want(T::BraceL, "`{`")?;
    let mut out = Vec::new();
    while !matches!(i.kind(), T::BraceR | T::Eof) {
        let before = out.len();
        match i.deeper(|i| member(i, &mut out)) {
            Ok((next, ())) => i = next,
            Err(fail) => {
                out.truncate(before);
                out.push(Member::Skipped);
                i = skip(i, &fail);
            }
        }
    }
    Ok((i.past_brace(), i.context.list(out)))
}

/// One member; a list of constants or properties gives several.
fn member<'a>(i: Cursor<'a>, out: &mut Vec<Member<'a>>) -> Res<'a, ()> {
    let (start, doc) = (i.start(), i.doc());
    let (i, attributes) = attributes(i)?;
    let doc = i.doc().or(doc);
    match i.kind() {
        T::Use => return trait_use(i, out),
        T::Case => return enum_case(i, out),
        _ => {}
    }
    let (after_modifiers, modifiers) = modifiers(i)?;
    match after_modifiers.kind() {
        T::Const => class_constants(after_modifiers, modifiers, out),
        T::Function => {
            let (i, function) = function(after_modifiers, start, doc, attributes)?;
            out.push(Member::Method { modifiers, function });
            Ok((i, ()))
        }
        _ if after_modifiers.start() == i.start() => Err(i.fail("a member of the class")),
        _ => properties(after_modifiers, start, modifiers, doc, out),
    }
}

/// `const int A = 1, B = 2;`
fn class_constants<'a>(i: Cursor<'a>, modifiers: Modifiers, out: &mut Vec<Member<'a>>) -> Res<'a, ()> {
    let i = i.next();
    let untyped = i.kind().is_word() && i.next().kind() == T::Assign;
    let i = if untyped { i } else { ty(i)?.0 };
    let (i, consts) = terminated(commas(constant), semicolon).parse(i)?;
    for konst in consts {
        let konst = crate::php::ast::Const { at: konst.at, name: konst.name, value: konst.value };
        out.push(Member::Const { modifiers, konst });
    }
    Ok((i, ()))
}

/// `?int $a = 1, $b;` behind modifiers, or one property with hooks
fn properties<'a>(i: Cursor<'a>, start: u32, modifiers: Modifiers, doc: Option<&'a str>, out: &mut Vec<Member<'a>>) -> Res<'a, ()> {
    let (mut i, ty) = if i.kind() == T::Var { (i, None) } else { ty.map(Some).parse(i)? };
    let mut start = start;
    loop {
        let (next, (name, default)) = (variable("a property"), after(T::Assign, expr)).parse(i)?;
        let (after_hooks, hooked) = hooks(next)?;
        out.push(Member::Property { at: next.since(start), modifiers, name, ty, default, doc });
        if hooked {
            return Ok((after_hooks, ()));
        }
        match next.eat(T::Comma) {
            Some(next) => {
                start = next.start();
                i = next;
            }
            None => return semicolon(next),
        }
    }
}

/// `{ get => ...; set { } }` of PHP 8.4, which is skipped: reading a property here never runs code.
pub fn hooks<'a>(i: Cursor<'a>) -> Res<'a, bool> {
    if i.kind() != T::BraceL {
        return Ok((i, false));
    }
    match lex::block(i.context.text.as_bytes(), i.start() as usize, 0) {
        Some(end) => Ok((Cursor::at(i.context, end as u32), true)),
        None => Err(i.fail("`;`")),
    }
}

/// `case A = 1;`
fn enum_case<'a>(i: Cursor<'a>, out: &mut Vec<Member<'a>>) -> Res<'a, ()> {
    let start = i.start();
    let (i, (name, value)) = (word("a name"), after(T::Assign, expr)).parse(i.next())?;
    let (i, ()) = semicolon(i)?;
    out.push(Member::Case { at: i.since(start), name, value });
    Ok((i, ()))
}

/// `use A, B { A::f insteadof B; }`
fn trait_use<'a>(i: Cursor<'a>, out: &mut Vec<Member<'a>>) -> Res<'a, ()> {
    let (i, traits) = commas(name).parse(i.next())?;
    let (i, rules) = if let Some(i) = i.eat(T::BraceL) {
        terminated(until(T::BraceR, trait_rule), token(T::BraceR, "`}`")).parse(i)?
    } else {
        (semicolon(i)?.0, &[][..])
    };
    out.push(Member::TraitUse { traits, rules });
    Ok((i, ()))
}

/// `A::f insteadof B;` or `f as protected g;`
fn trait_rule<'a>(i: Cursor<'a>) -> Res<'a, TraitRule<'a>> {
    let (i, first) = name(i)?;
    let (i, (from, method)) = match i.eat(T::DoubleColon) {
        Some(i) => word("a method").map(|method| (Some(first), method)).parse(i)?,
        None => (i, (None, first)),
    };
    let (i, rule) = match i.kind() {
        T::InsteadOf => preceded(token(T::InsteadOf, "`insteadof`"), commas(name))
            .map(|instead_of| TraitRule { from, method, instead_of, alias: None, visibility: None })
            .parse(i)?,
        T::As => {
            let i = i.next();
            let visibility = visibility(i);
            let i = if visibility.is_some() { i.next() } else { i };
            let (i, alias) = match i.kind() {
                T::Semicolon if visibility.is_some() => (i, None),
                _ => word("a method").map(Some).parse(i)?,
            };
            (i, TraitRule { from, method, instead_of: &[], alias, visibility })
        }
        _ => return Err(i.fail("`as` or `insteadof`")),
    };
    let (i, ()) = semicolon(i)?;
    Ok((i, rule))
}
