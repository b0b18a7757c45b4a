//! Functions on the characters of texts: which they are, and how they are spelled otherwise.

use std::fmt::Write;

use super::super::{Eval, Interp, MAX_TEXT, Raise};
use super::string::pairs;
use super::{Builtin, Call, pure};
use crate::php::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    pure("strtr", 2, strtr),
    pure("nl2br", 1, nl2br),
    pure("htmlspecialchars", 1, htmlspecialchars),
    pure("addslashes", 1, addslashes),
    pure("wordwrap", 1, |i, c| Ok(c.unknown(i, None))),
    pure("ord", 1, |i, c| c.text(i, 0).map(|s| Value::Int(s.bytes().next().map_or(0, i64::from)))),
    pure("chr", 1, chr),
    pure("ctype_digit", 1, |i, c| ctype(i, c, |b| b.is_ascii_digit())),
    pure("ctype_alpha", 1, |i, c| ctype(i, c, |b| b.is_ascii_alphabetic())),
    pure("ctype_alnum", 1, |i, c| ctype(i, c, |b| b.is_ascii_alphanumeric())),
    pure("ctype_upper", 1, |i, c| ctype(i, c, |b| b.is_ascii_uppercase())),
    pure("ctype_lower", 1, |i, c| ctype(i, c, |b| b.is_ascii_lowercase())),
    pure("ctype_space", 1, |i, c| ctype(i, c, |b| b.is_ascii_whitespace() || b == 0x0b)),
    pure("ctype_xdigit", 1, |i, c| ctype(i, c, |b| b.is_ascii_hexdigit())),
    pure("ctype_punct", 1, |i, c| ctype(i, c, |b| b.is_ascii_punctuation())),
    pure("bin2hex", 1, bin2hex),
    pure("strip_tags", 1, strip_tags),
    pure("preg_quote", 1, preg_quote),
];

fn strtr<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    if let Some(array) = call.array(interp, 1) {
        let Some(pairs) = pairs(interp, &array)? else { return Ok(call.unknown(interp, None)) };
        let mut out = String::with_capacity(text.len());
        let mut rest: &str = &text;
        while let Some(c) = rest.chars().next() {
            interp.spend(1 + pairs.len() as u32 / 16, None)?;
            match pairs.iter().find(|(from, _)| rest.starts_with(&**from)) {
                Some((from, to)) => {
                    out.push_str(to);
                    rest = rest.get(from.len()..).unwrap_or_default();
                }
                None => {
                    out.push(c);
                    rest = rest.get(c.len_utf8()..).unwrap_or_default();
                }
            }
            if out.len() > MAX_TEXT {
                return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
            }
        }
        return Ok(Value::text(out));
    }
    let (from, to) = (call.text(interp, 1)?, call.text(interp, 2)?);
    let map: Vec<(char, char)> = from.chars().zip(to.chars()).collect();
    let out: String = text.chars().map(|c| map.iter().rev().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to)).collect();
    Ok(Value::text(out))
}

fn nl2br<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::text(call.text(interp, 0)?.replace('\n', "<br />\n")))
}

fn htmlspecialchars<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let flags = call.int(interp, 1, if interp.php >= 8 { 3 } else { 2 });
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if flags & 2 != 0 => out.push_str("&quot;"),
            '\'' if flags & 3 == 3 => out.push_str("&#039;"),
            c => out.push(c),
        }
    }
    Ok(Value::text(out))
}

fn addslashes<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\'' | '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::text(out))
}

fn chr<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let byte = [u8::try_from(call.int(interp, 0, 0).rem_euclid(256)).unwrap_or_default()];
    Ok(Value::text(String::from_utf8_lossy(&byte).into_owned()))
}

#[allow(clippy::unnecessary_wraps, reason = "one of several of this shape")]
fn ctype<'a>(interp: &Interp<'a, '_>, call: &Call<'a>, test: fn(u8) -> bool) -> Eval<'a> {
    Ok(Value::Bool(match call.arg(interp, 0) {
        Value::Str(text) => !text.is_empty() && text.bytes().all(test),
        _ => false,
    }))
}

fn bin2hex<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    Ok(Value::text(out))
}

fn strip_tags<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    if text.contains(['<', '>']) {
        return Ok(call.unknown(interp, None));
    }
    Ok(Value::Str(text))
}

fn preg_quote<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (text, extra) = (call.text(interp, 0)?, call.text(interp, 1)?);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if ".\\+*?[^]$(){}=!<>|:-#/".replace('/', &extra).contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::text(out))
}
