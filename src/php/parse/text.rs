//! What is inside strings and heredocs: escapes, and variables between texts.

use std::borrow::Cow;

use memchr::memchr3;

use super::cursor::{Context, Cursor, Node, Res};
use super::expr::expr;
use super::number::number;
use crate::php::ast::{At, Expr, ExprKind, MemberName, UnaryOp};
use crate::php::lex::{self, T, begins_word, byte};

/// How a stretch of text is spelled.
#[derive(Clone, Copy)]
struct Spelling {
    /// The quote that may be escaped; 0 in heredocs.
    quote: u8,
    /// Blanks that are taken off the start of every line.
    indent: usize,
}

/// A string or heredoc.
pub fn string<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let (start, end) = (i.start(), i.token.end);
    // A `b` in front means nothing.
    let prefix = u32::from(matches!(byte(i.context.text.as_bytes(), start as usize), b'b' | b'B'));
    let (from, to) = (start + prefix + 1, end.saturating_sub(1));
    let kind = match i.kind() {
        T::Single => ExprKind::Str(single(i.context, i.slice(from, to))),
        T::Plain => ExprKind::Str(i.slice(from, to)),
        T::Escaped => ExprKind::Str(unescape(i.context, i.slice(from, to), Spelling { quote: b'"', indent: 0 }, false)),
        T::Template => ExprKind::Interpolated(template(i, from, to, Spelling { quote: b'"', indent: 0 })?.1),
        _ => {
            let Some(doc) = lex::heredoc(i.context.text.as_bytes(), (start + prefix) as usize, 0) else {
                return Err(i.fail("a heredoc"));
            };
            let (from, to) = (doc.from as u32, doc.to as u32);
            if doc.nowdoc {
                ExprKind::Str(dedent(i.context, i.slice(from, to), doc.indent))
            } else {
                let (_, parts) = template(i, from, to, Spelling { quote: 0, indent: doc.indent })?;
                match parts {
                    [] => ExprKind::Str(""),
                    [Expr { kind: ExprKind::Str(text), .. }] => ExprKind::Str(text),
                    _ => ExprKind::Interpolated(parts),
                }
            }
        }
    };
    let next = i.next();
    Ok((next, next.node(start, kind)))
}

/// `'...'`: only `\\` and `\'` are escapes.
fn single<'a>(context: &'a Context<'a>, text: &'a str) -> &'a str {
    if !text.contains('\\') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some(escaped @ ('\\' | '\'')) => out.push(escaped),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    context.arena.alloc_str(&out)
}

/// A nowdoc without the indentation of its closing label.
fn dedent<'a>(context: &'a Context<'a>, text: &'a str, indent: usize) -> &'a str {
    if indent == 0 {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let blanks = line.bytes().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        out.push_str(line.get(blanks..).unwrap_or(line));
    }
    context.arena.alloc_str(&out)
}

/// The parts between `from` and `to`.
fn template<'a>(i: Cursor<'a>, from: u32, to: u32, spelling: Spelling) -> Res<'a, &'a [Expr<'a>]> {
    let text = i.context.text.as_bytes();
    let mut parts = Vec::new();
    // Text that is not yet a part begins at `plain`; `at` goes ahead of it.
    let (mut plain, mut at) = (from, from);
    let literal = |plain: u32, at: u32, parts: &mut Vec<Expr<'a>>| {
        if plain < at {
            let line_start = plain == from;
            let text = unescape(i.context, i.slice(plain, at), spelling, line_start);
            if !text.is_empty() {
                parts.push(Expr { at: At { start: plain, end: at }, kind: ExprKind::Str(text) });
            }
        }
    };
    while let Some(found) = text.get(at as usize..to as usize).and_then(|rest| memchr3(b'\\', b'$', b'{', rest)) {
        at += found as u32;
        let (first, second) = (text[at as usize], byte(text, at as usize + 1));
        match first {
            b'\\' => at += 2,
            b'{' if second == b'$' => {
                let inside = Cursor::at(i.context, at + 1);
                if !matches!(inside.kind(), T::Var | T::Dollar) || (inside.kind() == T::Dollar && begins_dollar(text, at + 2)) {
                    at += 1;
                    continue;
                }
                literal(plain, at, &mut parts);
                let (inside, out) = expr(inside)?;
                at = close(inside, T::BraceR, "`}`")?;
                parts.push(*out);
                plain = at;
            }
            b'$' if second == b'{' => {
                literal(plain, at, &mut parts);
                let (next, out) = dollar_brace(i, at)?;
                parts.push(out);
                at = next.before;
                plain = at;
            }
            b'$' if begins_word(second) => {
                literal(plain, at, &mut parts);
                let (next, out) = simple(i, at)?;
                parts.push(out);
                at = next.before;
                plain = at;
            }
            _ => at += 1,
        }
    }
    literal(plain, to, &mut parts);
    Ok((i, i.context.list(parts)))
}

/// Whether a lone `$` stands there: `{$ ` is text.
fn begins_dollar(text: &[u8], at: u32) -> bool {
    !matches!(byte(text, at as usize), b'{' | b'$') && !begins_word(byte(text, at as usize))
}

/// Past a closing token, without lexing what is behind it: that is text again.
fn close(i: Cursor<'_>, kind: T, words: &'static str) -> Result<u32, nom::Err<super::cursor::Fail>> {
    if i.kind() == kind { Ok(i.token.end) } else { Err(i.fail(words)) }
}

/// A cursor that says where a part of a template ends; its token is not looked at.
fn ended<'a>(i: Cursor<'a>, at: u32) -> Cursor<'a> {
    Cursor { before: at, ..i }
}

/// `${name}`, `${name[expr]}`, `${expr}`
fn dollar_brace<'a>(i: Cursor<'a>, start: u32) -> Res<'a, Expr<'a>> {
    let inside = Cursor::at(i.context, start + 2);
    if inside.kind().is_word() {
        let name = i.context.arena.alloc(Expr { at: inside.token_at(), kind: ExprKind::Var(inside.text()) });
        let next = inside.next();
        if next.kind() == T::BraceR {
            return Ok((ended(i, next.token.end), Expr { at: At { start, end: next.token.end }, ..*name }));
        }
        if let Some(next) = next.eat(T::BracketL) {
            let (next, index) = expr(next)?;
            let next = next.want(T::BracketR, "`]`")?;
            let end = close(next, T::BraceR, "`}`")?;
            return Ok((ended(i, end), Expr { at: At { start, end }, kind: ExprKind::Index { base: name, index: Some(index) } }));
        }
    }
    let (next, out) = expr(inside)?;
    let end = close(next, T::BraceR, "`}`")?;
    Ok((ended(i, end), Expr { at: At { start, end }, kind: ExprKind::VarVar(out) }))
}

/// `$name`, `$name[index]`, `$name->property` without braces; `start` is at the `$`.
fn simple<'a>(i: Cursor<'a>, start: u32) -> Res<'a, Expr<'a>> {
    let text = i.context.text.as_bytes();
    let var = Cursor::at(i.context, start);
    let mut end = var.token.end;
    let base = Expr { at: var.token_at(), kind: ExprKind::Var(i.slice(start + 1, end)) };
    let at = end as usize;
    if byte(text, at) == b'[' {
        let (next, index) = simple_index(i, end + 1)?;
        end = next.before;
        let base = i.context.arena.alloc(base);
        return Ok((next, Expr { at: At { start, end }, kind: ExprKind::Index { base, index: Some(index) } }));
    }
    let nullsafe = byte(text, at) == b'?';
    let arrow = at + usize::from(nullsafe);
    if text.get(arrow..arrow + 2) == Some(b"->") && begins_word(byte(text, arrow + 2)) {
        // Lexing behind the arrow gives the word whatever it is.
        let word = Cursor::at(i.context, arrow as u32 + 2);
        let end = match word.text().split_once('\\') {
            Some((first, _)) => word.start() + first.len() as u32,
            None => word.token.end,
        };
        let name = MemberName::Name(i.slice(word.start(), end));
        let base = i.context.arena.alloc(base);
        return Ok((ended(i, end), Expr { at: At { start, end }, kind: ExprKind::Prop { base, name, nullsafe } }));
    }
    Ok((ended(i, end), base))
}

/// What may stand in `"$a[…]"`: a bare word (which is a string), a number, a variable.
fn simple_index<'a>(i: Cursor<'a>, start: u32) -> Res<'a, Node<'a>> {
    let index = Cursor::at(i.context, start);
    let kind = match index.kind() {
        T::Var => ExprKind::Var(index.slice(index.start() + 1, index.token.end)),
        // Only a plain decimal number is a number here.
        T::Int => match index.text().parse::<i64>() {
            Ok(value) if value == 0 && index.text().len() > 1 => ExprKind::Str(index.text()),
            Ok(value) if !index.text().starts_with('0') || value == 0 => ExprKind::Int(value),
            _ => ExprKind::Str(index.text()),
        },
        T::Minus => {
            let digits = index.next();
            if digits.kind() != T::Int {
                return Err(digits.fail("a number"));
            }
            let operand = i.context.arena.alloc(Expr { at: digits.token_at(), kind: number(digits.text()) });
            let end = close(digits.next(), T::BracketR, "`]`")?;
            let at = At { start: index.start(), end: digits.token.end };
            let out = i.context.arena.alloc(Expr { at, kind: ExprKind::Unary { op: UnaryOp::Minus, operand } });
            return Ok((ended(i, end), out));
        }
        kind if kind.is_word() => ExprKind::Str(index.text()),
        _ => return Err(index.fail("a name, a number or a variable")),
    };
    let end = close(index.next(), T::BracketR, "`]`")?;
    Ok((ended(i, end), i.context.arena.alloc(Expr { at: index.token_at(), kind })))
}

/// Resolves escapes, and takes the indentation off lines. Bytes that are no UTF-8 become U+FFFD, as in files.
fn unescape<'a>(context: &'a Context<'a>, text: &'a str, spelling: Spelling, line_start: bool) -> &'a str {
    if spelling.indent == 0 && !text.contains('\\') {
        return text;
    }
    let text = text.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = if line_start { blanks(text, 0, spelling.indent) } else { 0 };
    while let Some(&first) = text.get(at) {
        at += 1;
        if first == b'\n' {
            out.push(first);
            at = blanks(text, at, spelling.indent);
        } else if first == b'\\' {
            at = escape(text, at, spelling.quote, &mut out);
        } else {
            out.push(first);
        }
    }
    match String::from_utf8_lossy(&out) {
        Cow::Borrowed(out) => context.arena.alloc_str(out),
        Cow::Owned(out) => context.arena.alloc_str(&out),
    }
}

/// Past at most so many blanks.
fn blanks(text: &[u8], at: usize, most: usize) -> usize {
    at + text.get(at..).unwrap_or(&[]).iter().take(most).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// One escape; `at` is behind the backslash. What is no escape stays as it is, backslash included.
fn escape(text: &[u8], at: usize, quote: u8, out: &mut Vec<u8>) -> usize {
    let Some(&first) = text.get(at) else {
        out.push(b'\\');
        return at;
    };
    let simple = match first {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'v' => 0x0b,
        b'e' => 0x1b,
        b'f' => 0x0c,
        b'\\' | b'$' => first,
        _ if first == quote => first,
        b'0'..=b'7' => {
            let digits = text[at..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let value = text[at..at + digits].iter().fold(0_u32, |sum, digit| sum * 8 + u32::from(digit - b'0'));
            // `"\400"` overflows one byte and wraps, as in PHP.
            out.push((value & 0xff) as u8);
            return at + digits;
        }
        b'x' | b'X' if byte(text, at + 1).is_ascii_hexdigit() => {
            let digits = text[at + 1..].iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
            out.push(hex(&text[at + 1..at + 1 + digits]) as u8);
            return at + 1 + digits;
        }
        b'u' if byte(text, at + 1) == b'{' => {
            let digits = text[at + 2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let end = at + 2 + digits;
            if digits > 0 && digits < 9 && byte(text, end) == b'}' {
                let char = char::from_u32(hex(&text[at + 2..end])).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                return end + 1;
            }
            out.extend_from_slice(b"\\u");
            return at + 1;
        }
        _ => {
            out.push(b'\\');
            return at;
        }
    };
    out.push(simple);
    at + 1
}

/// At most eight hexadecimal digits.
fn hex(digits: &[u8]) -> u32 {
    digits.iter().filter_map(|&digit| char::from(digit).to_digit(16)).fold(0, |sum, digit| (sum << 4) | digit)
}
