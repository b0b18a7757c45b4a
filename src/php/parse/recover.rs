//! Where to go on after something that was not understood.

use super::cursor::{Cursor, Fail};
use crate::php::lex::T;

/// How far back from a failure brackets are counted. Beyond that the count begins at the failure, which keeps the work on nested
/// failures in proportion to the text.
const MAX_LOOK_BACK: u32 = 8 * 1024;

/// Reports a failed statement or member that began at `start`, and gives the place behind it: past a `;` outside braces, past a
/// balanced `}`, or before a `}` that closes what is around. Never before the failure, so that nothing is parsed twice.
pub fn skip<'a>(start: Cursor<'a>, fail: &nom::Err<Fail>) -> Cursor<'a> {
    let fail = match *fail {
        nom::Err::Error(fail) | nom::Err::Failure(fail) => fail,
        nom::Err::Incomplete(_) => Fail { at: start.token_at(), words: "more", absolute: false },
    };
    let end = start.context.text.len() as u32;
    if !start.context.report(fail) || fail.at.start >= end {
        return Cursor::at(start.context, end);
    }
    let (mut braces, mut parens) = (0_usize, 0_usize);
    // In the head of a `for` a `;` ends nothing; anywhere else it does, though a parenthesis may have been forgotten.
    let is_for = start.kind() == T::For;
    let mut i =
        if fail.at.start - start.start().min(fail.at.start) > MAX_LOOK_BACK { Cursor::at(start.context, fail.at.start) } else { start };
    loop {
        let past = i.start() >= fail.at.start;
        match i.kind() {
            T::Eof => return i,
            T::ParenL | T::BracketL | T::Attribute => parens += 1,
            T::ParenR | T::BracketR => parens = parens.saturating_sub(1),
            T::BraceL => braces += 1,
            T::BraceR if braces == 0 && past => return if i.start() == start.start() { i.next() } else { i },
            T::BraceR => {
                braces = braces.saturating_sub(1);
                let next = i.next();
                if braces == 0 && parens == 0 && past && !continues(next.kind()) {
                    return next;
                }
            }
            T::Semicolon if past && braces == 0 && (parens == 0 || !is_for) => return i.next(),
            T::Html | T::HtmlEcho if past && braces == 0 && i.start() > start.start() => return i,
            _ => {}
        }
        i = i.next();
    }
}

/// Words that go on with the statement whose block just ended.
fn continues(kind: T) -> bool {
    matches!(kind, T::Else | T::ElseIf | T::Catch | T::Finally)
}
