//! The lexer: a text and a position in, the next token out. It keeps no state, so the parser can look ahead by copying a cursor.
//!
//! Strings, heredocs and `?>…<?php` are one token each; what is inside a string is taken apart by `parse::text`.
//! Every function here is linear and total: what is never closed is one token up to the end of the text.

mod skip;
mod token;
mod word;

pub use skip::{Heredoc, block, heredoc};
pub use token::{T, Token};

use super::ast::Cast;

use memchr::memmem;

/// Bytes of an identifier: letters, digits, `_` and everything outside ASCII.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Bytes that begin an identifier.
pub const fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The byte at a position; 0 past the end.
pub fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The first token of a file: the text in front of the first `<?php`.
pub fn first(text: &str) -> Token {
    html(text.as_bytes(), 0, 0)
}

/// The token at or after `from`, with the last doc comment in front of it.
pub fn next(text: &str, from: usize) -> Token {
    let text = text.as_bytes();
    let mut at = from;
    let mut doc = 0;
    loop {
        match byte(text, at) {
            b' ' | b'\n' | b'\t' | b'\r' | 0x0b | 0x0c => at += 1,
            b'#' if byte(text, at + 1) != b'[' => at = skip::line(text, at + 1),
            b'/' if byte(text, at + 1) == b'/' => at = skip::line(text, at + 2),
            b'/' if byte(text, at + 1) == b'*' => {
                let Some(end) = skip::comment(text, at) else {
                    return Token { kind: T::OpenComment, start: at as u32, end: text.len() as u32, doc };
                };
                if byte(text, at + 2) == b'*' && byte(text, at + 3).is_ascii_whitespace() {
                    doc = at as u32;
                }
                at = end;
            }
            b'?' if byte(text, at + 1) == b'>' => return html(text, at, doc),
            _ => break,
        }
    }
    let (kind, end) = if at >= text.len() { (T::Eof, text.len()) } else { token(text, at) };
    Token { kind, start: at.min(text.len()) as u32, end: end as u32, doc }
}

/// Inline HTML: from `?>` (or the start of the file) to past the next opening tag.
fn html(text: &[u8], start: usize, doc: u32) -> Token {
    let (kind, end) = skip::html(text, start);
    Token { kind, start: start as u32, end: end as u32, doc }
}

/// One token that begins exactly at `at`, which is inside the text and no white space.
fn token(text: &[u8], at: usize) -> (T, usize) {
    let second = byte(text, at + 1);
    match text[at] {
        b'$' if begins_word(second) => (T::Var, word_end(text, at + 1)),
        b'$' => (T::Dollar, at + 1),
        b'b' | b'B' if matches!(second, b'\'' | b'"') => token(text, at + 1),
        b'b' | b'B' if text[at + 1..].starts_with(b"<<<") && skip::heredoc_label(text, at + 1).is_some() => token(text, at + 1),
        first if begins_word(first) => {
            let end = word_end(text, at);
            if byte(text, end) == b'\\' && begins_word(byte(text, end + 1)) {
                (T::Name, name_end(text, end))
            } else {
                (word::keyword(&text[at..end]), end)
            }
        }
        b'\\' if begins_word(second) => (T::Name, name_end(text, at)),
        b'0'..=b'9' => number(text, at),
        b'.' if second.is_ascii_digit() => number(text, at),
        b'\'' => skip::single(text, at + 1).map_or((T::OpenString, text.len()), |end| (T::Single, end)),
        b'"' => skip::double(text, at + 1, b'"', 0).map_or((T::OpenString, text.len()), |(kind, end)| (kind, end)),
        b'`' => skip::double(text, at + 1, b'`', 0).map_or((T::OpenString, text.len()), |(_, end)| (T::Shell, end)),
        b'(' => match cast(text, at) {
            Some(end) => (T::Cast, end),
            None => (T::ParenL, at + 1),
        },
        b'<' if second == b'<' && byte(text, at + 2) == b'<' => match skip::heredoc_label(text, at) {
            Some(_) => skip::heredoc(text, at, 0).map_or((T::OpenString, text.len()), |doc| (T::Heredoc, doc.end)),
            None => (T::ShiftLeft, at + 2),
        },
        _ => operator(text, at),
    }
}

/// Past the word that begins or goes on at `at`.
fn word_end(text: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while is_word(byte(text, end)) {
        end += 1;
    }
    end
}

/// Past a qualified name, from one of its backslashes.
fn name_end(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while byte(text, end) == b'\\' && begins_word(byte(text, end + 1)) {
        end = word_end(text, end + 1);
    }
    end
}

/// Digits with `_` between them.
fn digits(text: &[u8], mut at: usize, is_digit: impl Fn(u8) -> bool) -> usize {
    while is_digit(byte(text, at)) || (byte(text, at) == b'_' && is_digit(byte(text, at + 1))) {
        at += 1;
    }
    at
}

/// The extent of a number; `parse::number` computes its value.
fn number(text: &[u8], at: usize) -> (T, usize) {
    let decimal = |byte: u8| byte.is_ascii_digit();
    if text[at] == b'0' {
        let radix: Option<fn(u8) -> bool> = match byte(text, at + 1) {
            b'x' | b'X' => Some(|byte| byte.is_ascii_hexdigit()),
            b'b' | b'B' => Some(|byte| matches!(byte, b'0' | b'1')),
            b'o' | b'O' => Some(|byte| matches!(byte, b'0'..=b'7')),
            _ => None,
        };
        if let Some(is_digit) = radix
            && is_digit(byte(text, at + 2))
        {
            return (T::Int, digits(text, at + 2, is_digit));
        }
    }
    let mut kind = T::Int;
    let mut end = digits(text, at, decimal);
    // `1...$a` does not occur and `1 . '.'` is spelled with spaces, so a point after digits belongs to the number, as in PHP.
    if byte(text, end) == b'.' {
        kind = T::Float;
        end = digits(text, end + 1, decimal);
    }
    if matches!(byte(text, end), b'e' | b'E') {
        let sign = usize::from(matches!(byte(text, end + 1), b'+' | b'-'));
        if byte(text, end + 1 + sign).is_ascii_digit() {
            kind = T::Float;
            end = digits(text, end + 1 + sign, decimal);
        }
    }
    (kind, end)
}

/// `(int)` and the like: the end, when it is one. Only blanks may stand beside the name.
fn cast(text: &[u8], at: usize) -> Option<usize> {
    let blanks = |mut at: usize| {
        while matches!(byte(text, at), b' ' | b'\t') {
            at += 1;
        }
        at
    };
    let start = blanks(at + 1);
    if !byte(text, start).is_ascii_alphabetic() {
        return None;
    }
    let end = word_end(text, start);
    let close = blanks(end);
    (byte(text, close) == b')' && token::cast(&text[start..end]).is_some()).then_some(close + 1)
}

/// Operators and punctuation: the longest that fits.
fn operator(text: &[u8], at: usize) -> (T, usize) {
    let (first, second, third) = (text[at], byte(text, at + 1), byte(text, at + 2));
    let (kind, len) = match (first, second, third) {
        (b'=', b'=', b'=') => (T::Identical, 3),
        (b'=', b'=', _) => (T::Equal, 2),
        (b'=', b'>', _) => (T::DoubleArrow, 2),
        (b'=', ..) => (T::Assign, 1),
        (b'!', b'=', b'=') => (T::NotIdentical, 3),
        (b'!', b'=', _) | (b'<', b'>', _) => (T::NotEqual, 2),
        (b'!', ..) => (T::Not, 1),
        (b'<', b'=', b'>') => (T::Spaceship, 3),
        (b'<', b'<', b'=') => (T::ShiftLeftAssign, 3),
        (b'<', b'<', _) => (T::ShiftLeft, 2),
        (b'<', b'=', _) => (T::LessEqual, 2),
        (b'<', ..) => (T::Less, 1),
        (b'>', b'>', b'=') => (T::ShiftRightAssign, 3),
        (b'>', b'>', _) => (T::ShiftRight, 2),
        (b'>', b'=', _) => (T::GreaterEqual, 2),
        (b'>', ..) => (T::Greater, 1),
        (b'&', b'&', _) => (T::BoolAnd, 2),
        (b'&', b'=', _) => (T::AndAssign, 2),
        (b'&', ..) => (T::Amp, 1),
        (b'|', b'|', _) => (T::BoolOr, 2),
        (b'|', b'=', _) => (T::OrAssign, 2),
        (b'|', ..) => (T::Pipe, 1),
        (b'^', b'=', _) => (T::XorAssign, 2),
        (b'^', ..) => (T::Caret, 1),
        (b'+', b'+', _) => (T::Inc, 2),
        (b'+', b'=', _) => (T::AddAssign, 2),
        (b'+', ..) => (T::Plus, 1),
        (b'-', b'-', _) => (T::Dec, 2),
        (b'-', b'=', _) => (T::SubAssign, 2),
        (b'-', b'>', _) => (T::Arrow, 2),
        (b'-', ..) => (T::Minus, 1),
        (b'*', b'*', b'=') => (T::PowAssign, 3),
        (b'*', b'*', _) => (T::Pow, 2),
        (b'*', b'=', _) => (T::MulAssign, 2),
        (b'*', ..) => (T::Star, 1),
        (b'/', b'=', _) => (T::DivAssign, 2),
        (b'/', ..) => (T::Slash, 1),
        (b'%', b'=', _) => (T::ModAssign, 2),
        (b'%', ..) => (T::Percent, 1),
        (b'.', b'.', b'.') => (T::Ellipsis, 3),
        (b'.', b'=', _) => (T::ConcatAssign, 2),
        (b'.', ..) => (T::Dot, 1),
        (b'?', b'?', b'=') => (T::CoalesceAssign, 3),
        (b'?', b'?', _) => (T::Coalesce, 2),
        (b'?', b'-', b'>') => (T::NullArrow, 3),
        (b'?', ..) => (T::Question, 1),
        (b':', b':', _) => (T::DoubleColon, 2),
        (b':', ..) => (T::Colon, 1),
        (b'#', ..) => (T::Attribute, 2),
        (b';', ..) => (T::Semicolon, 1),
        (b',', ..) => (T::Comma, 1),
        (b')', ..) => (T::ParenR, 1),
        (b'[', ..) => (T::BracketL, 1),
        (b']', ..) => (T::BracketR, 1),
        (b'{', ..) => (T::BraceL, 1),
        (b'}', ..) => (T::BraceR, 1),
        (b'~', ..) => (T::Tilde, 1),
        (b'@', ..) => (T::At, 1),
        (b'\\', ..) => (T::Backslash, 1),
        _ => (T::Bad, 1),
    };
    (kind, at + len)
}

/// The text of the comment that begins at `start`.
pub fn comment(text: &str, start: u32) -> Option<&str> {
    let rest = text.get(start as usize..)?;
    let end = memmem::find(rest.as_bytes().get(2..)?, b"*/")? + 4;
    rest.get(..end)
}

/// What a token of the kind `Cast` casts to.
pub fn cast_of(token: &str) -> Option<Cast> {
    token::cast(token.trim_matches(['(', ')', ' ', '\t']).as_bytes())
}
