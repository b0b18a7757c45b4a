//! More functions on texts: formats, tables, escapes.

use std::fmt::Write;

use super::super::convert::float_exact;
use super::super::{Eval, Interp, MAX_TEXT, Raise};
use super::string::pairs;
use super::{Builtin, Call, pure};
use crate::php::text::Text;
use crate::php::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    pure("sprintf", 1, sprintf),
    pure("vsprintf", 2, vsprintf),
    pure("number_format", 1, number_format),
    pure("strtr", 2, strtr),
    pure("nl2br", 1, nl2br),
    pure("htmlspecialchars", 1, htmlspecialchars),
    pure("addslashes", 1, addslashes),
    pure("wordwrap", 1, |i, c| Ok(c.unknown(i, None))),
    pure("ord", 1, |i, c| c.text(i, 0).map(|s| Value::Int(s.bytes().next().map_or(0, i64::from)))),
    pure("chr", 1, chr),
    pure("basename", 1, basename),
    pure("dirname", 1, dirname),
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

fn sprintf<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let args: Vec<Value<'a>> = (1..call.args.len()).map(|index| call.arg(interp, index)).collect();
    format_with(interp, call, &args)
}

fn vsprintf<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 1) else { return call.wrong_type(interp, 1, "array") };
    let args: Vec<Value<'a>> = array.entries.values().map(|entry| interp.deref(entry.value.clone())).collect();
    format_with(interp, call, &args)
}

/// One `%...` of a format.
struct Spec {
    left: bool,
    plus: bool,
    fill: char,
    width: usize,
    precision: Option<usize>,
}

fn format_with<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, args: &[Value<'a>]) -> Eval<'a> {
    let format = call.text(interp, 0)?;
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    let mut next = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.peek() == Some(&'%') {
            chars.next();
            out.push('%');
            continue;
        }
        let mut spec = Spec { left: false, plus: false, fill: ' ', width: 0, precision: None };
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut n = 0_usize;
            while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                n = n.saturating_mul(10).saturating_add(digit as usize);
                chars.next();
            }
            n
        };
        let mut position = None;
        // A number right after the sign is a position when `$` follows, else a width.
        if chars.peek().is_some_and(|c| ('1'..='9').contains(c)) {
            let n = number(&mut chars);
            if chars.peek() == Some(&'$') {
                chars.next();
                position = Some(n.saturating_sub(1));
            } else {
                spec.width = n;
            }
        }
        if spec.width == 0 {
            loop {
                match chars.peek() {
                    Some('-') => spec.left = true,
                    Some('+') => spec.plus = true,
                    Some('0') => spec.fill = '0',
                    Some(' ') => spec.fill = ' ',
                    Some('\'') => {
                        chars.next();
                        spec.fill = chars.peek().copied().unwrap_or(' ');
                    }
                    _ => break,
                }
                chars.next();
            }
            spec.width = number(&mut chars);
        }
        if chars.peek() == Some(&'.') {
            chars.next();
            spec.precision = Some(number(&mut chars).min(500));
        }
        let Some(kind) = chars.next() else { break };
        let index = position.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        let Some(value) = args.get(index) else {
            let message = format!("{} arguments are required, {} given", index + 2, args.len() + 1);
            return interp.throw_error("ArgumentCountError", &message, Some(call.at));
        };
        if let Value::Unknown(unknown) = value {
            return Ok(call.unknown(interp, Some(&unknown.clone())));
        }
        let text = one(interp, kind, &spec, value)?;
        interp.spend((spec.width / 64) as u32, None)?;
        if spec.width > MAX_TEXT || out.len() > MAX_TEXT {
            return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
        }
        pad(&mut out, &text, &spec, kind);
    }
    Ok(Value::text(out))
}

fn one<'a>(interp: &mut Interp<'a, '_>, kind: char, spec: &Spec, value: &Value<'a>) -> Eval<'a, String> {
    let int = interp.to_int(value).unwrap_or(0);
    let float = interp.to_float(value).unwrap_or(0.0);
    let signed = |text: String, negative: bool| if spec.plus && !negative { format!("+{text}") } else { text };
    Ok(match kind {
        's' => {
            let text = interp.to_text(value)?.unwrap_or_else(|_| Text::default());
            match spec.precision {
                Some(count) => String::from_utf8_lossy(text.as_bytes().get(..count.min(text.len())).unwrap_or_default()).into_owned(),
                None => text.to_string(),
            }
        }
        'd' | 'i' => signed(int.to_string(), int < 0),
        'u' => int.cast_unsigned().to_string(),
        'x' => format!("{int:x}"),
        'X' => format!("{int:X}"),
        'o' => format!("{int:o}"),
        'b' => format!("{int:b}"),
        'c' => char::from(u8::try_from(int & 0xff).unwrap_or_default()).to_string(),
        'f' | 'F' => signed(format!("{float:.*}", spec.precision.unwrap_or(6)), float < 0.0),
        'e' | 'E' => {
            let text = format!("{float:.*e}", spec.precision.unwrap_or(6));
            let text = match text.split_once('e') {
                Some((mantissa, exponent)) if exponent.starts_with('-') => format!("{mantissa}e{exponent}"),
                Some((mantissa, exponent)) => format!("{mantissa}e+{exponent}"),
                None => text,
            };
            if kind == 'E' { text.to_uppercase() } else { text }
        }
        'g' | 'G' => float_exact(float),
        _ => String::new(),
    })
}

fn pad(out: &mut String, text: &str, spec: &Spec, kind: char) {
    let missing = spec.width.saturating_sub(text.len());
    if missing == 0 {
        out.push_str(text);
    } else if spec.left {
        out.push_str(text);
        let fill = if spec.fill == '0' && kind != 's' { ' ' } else { spec.fill };
        out.extend(std::iter::repeat_n(if kind == 's' { spec.fill } else { fill }, missing));
    } else if spec.fill == '0' && (text.starts_with('-') || text.starts_with('+')) && kind != 's' {
        let (sign, digits) = text.split_at(1);
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(spec.fill, missing));
        out.push_str(text);
    }
}

fn number_format<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = interp.to_float(&call.arg(interp, 0)).unwrap_or(0.0);
    let places = usize::try_from(call.int(interp, 1, 0)).unwrap_or(0).min(100);
    let point = if call.has(2) { call.text(interp, 2)? } else { Text::Source(".") };
    let group = if call.has(3) { call.text(interp, 3)? } else { Text::Source(",") };
    let scale = 10_f64.powi(places as i32);
    let text = format!("{:.*}", places, ((value.abs() * scale).round() / scale));
    let (digits, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(&group);
        }
        out.push(digit);
    }
    if places > 0 {
        out.push_str(&point);
        out.push_str(fraction);
    }
    Ok(Value::text(out))
}

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

fn basename<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let suffix = call.text(interp, 1)?;
    let trimmed = text.trim_end_matches('/');
    let name = trimmed.rsplit_once('/').map_or(trimmed, |(_, name)| name);
    let name = match name.strip_suffix(&*suffix) {
        Some(stem) if !stem.is_empty() => stem,
        _ => name,
    };
    Ok(Value::str(name))
}

fn dirname<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let mut rest: &str = &text;
    for _ in 0..call.int(interp, 1, 1).clamp(1, 64) {
        let trimmed = rest.trim_end_matches('/');
        rest = match trimmed.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((folder, _)) => folder.trim_end_matches('/'),
            None if rest.starts_with('/') => "/",
            None => ".",
        };
    }
    Ok(Value::str(rest))
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
