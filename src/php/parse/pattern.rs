//! Combinators over tokens, to go with nom's own.

use nom::Parser;

use super::cursor::{Cursor, Fail, Res};
use crate::php::lex::T;

/// One token of the kind.
pub fn token<'a>(kind: T, words: &'static str) -> impl Parser<Cursor<'a>, Output = Cursor<'a>, Error = Fail> {
    move |i: Cursor<'a>| if i.kind() == kind { Ok((i.next(), i)) } else { Err(i.fail(words)) }
}

/// What follows a token of the kind, when it is there.
pub fn after<'a, O>(
    kind: T,
    mut parser: impl Parser<Cursor<'a>, Output = O, Error = Fail>,
) -> impl Parser<Cursor<'a>, Output = Option<O>, Error = Fail> {
    move |i: Cursor<'a>| match i.eat(kind) {
        Some(i) => parser.parse(i).map(|(i, out)| (i, Some(out))),
        None => Ok((i, None)),
    }
}

/// Items with commas between them, at least one.
pub fn commas<'a, O: 'a>(
    mut item: impl Parser<Cursor<'a>, Output = O, Error = Fail>,
) -> impl Parser<Cursor<'a>, Output = &'a [O], Error = Fail> {
    move |i: Cursor<'a>| {
        let (mut i, first) = item.parse(i)?;
        if i.kind() != T::Comma {
            return Ok((i, std::slice::from_ref(i.context.arena.alloc(first))));
        }
        let mut items = vec![first];
        while let Some(next) = i.eat(T::Comma) {
            let (next, one) = item.parse(next)?;
            items.push(one);
            i = next;
        }
        Ok((i, i.context.list(items)))
    }
}

/// Items with commas between them up to a closing token, which is eaten; none, and a comma at the end, are fine.
pub fn list_to<'a, O: 'a>(
    close: T,
    words: &'static str,
    mut item: impl Parser<Cursor<'a>, Output = O, Error = Fail>,
) -> impl Parser<Cursor<'a>, Output = &'a [O], Error = Fail> {
    move |i: Cursor<'a>| {
        if let Some(i) = i.eat(close) {
            return Ok((i, &[][..]));
        }
        let (mut i, first) = item.parse(i)?;
        if let Some(i) = i.eat(close) {
            return Ok((i, std::slice::from_ref(i.context.arena.alloc(first))));
        }
        let mut items = vec![first];
        loop {
            if let Some(next) = i.eat(T::Comma) {
                i = next;
            } else if i.kind() != close {
                return Err(i.fail(words));
            }
            if let Some(i) = i.eat(close) {
                return Ok((i, i.context.list(items)));
            }
            let (next, one) = item.parse(i)?;
            items.push(one);
            i = next;
        }
    }
}

/// Runs a parser again and again until the token is of the kind; the token stays.
pub fn until<'a, O: 'a>(
    close: T,
    mut item: impl Parser<Cursor<'a>, Output = O, Error = Fail>,
) -> impl Parser<Cursor<'a>, Output = &'a [O], Error = Fail> {
    move |mut i: Cursor<'a>| {
        let mut items = Vec::new();
        while i.kind() != close {
            let (next, one) = item.parse(i)?;
            items.push(one);
            i = next;
        }
        Ok((i, i.context.list(items)))
    }
}

/// An identifier or a keyword, where PHP allows either.
pub fn word<'a>(words: &'static str) -> impl Fn(Cursor<'a>) -> Res<'a, &'a str> {
    move |i: Cursor<'a>| if i.kind().is_word() { Ok((i.next(), i.text())) } else { Err(i.fail(words)) }
}

/// `$name`, without the `$`.
pub fn variable<'a>(words: &'static str) -> impl Fn(Cursor<'a>) -> Res<'a, &'a str> {
    move |i: Cursor<'a>| if i.kind() == T::Var { Ok((i.next(), i.slice(i.start() + 1, i.token.end))) } else { Err(i.fail(words)) }
}
