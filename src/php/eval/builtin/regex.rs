//! Regular expressions: `preg_match`, `preg_match_all`, `preg_replace`, `preg_split`, on a library that knows look-around and
//! back-references as PCRE does.
//!
//! Where the library could differ from PCRE (bytes that are not ASCII without the modifier `u`, modifiers and flags that are not modelled,
//! a pattern that it does not take, a search that gives up) the result is unknown and never a guess.

use std::rc::Rc;

use fancy_regex::{Captures, Regex, RegexBuilder};

use super::super::{Eval, Interp};
use super::{Builtin, Call, by_ref, output, pure};
use crate::php::text::Text;
use crate::php::value::{Array, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    by_ref("preg_match", 2, 0b100, preg_match),
    by_ref("preg_match_all", 2, 0b100, preg_match_all),
    pure("preg_replace", 3, preg_replace),
    pure("preg_split", 2, preg_split),
];

/// `PREG_SET_ORDER`
const SET_ORDER: i64 = 2;
/// `PREG_SPLIT_NO_EMPTY`
const NO_EMPTY: i64 = 1;

fn preg_match<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (Value::Str(pattern), Value::Str(subject)) = (call.arg(interp, 0), call.arg(interp, 1)) else { return output::spoil(interp, call) };
    let (true, Some(regex)) = (call.int(interp, 3, 0) == 0 && call.int(interp, 4, 0) == 0, compile(interp, &pattern, &subject)?) else {
        return output::spoil(interp, call);
    };
    let Ok(found) = regex.captures(&*subject) else { return output::spoil(interp, call) };
    if let Some(cell) = call.cell(2) {
        let matches = found.as_ref().map(|found| groups(&regex, found)).unwrap_or_default();
        interp.set_cell(&cell, Value::Array(Rc::new(matches)));
    }
    Ok(Value::Int(i64::from(found.is_some())))
}

fn preg_match_all<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (Value::Str(pattern), Value::Str(subject)) = (call.arg(interp, 0), call.arg(interp, 1)) else { return output::spoil(interp, call) };
    let flags = call.int(interp, 3, 0);
    let (true, Some(regex)) = ((0..=SET_ORDER).contains(&flags) && call.int(interp, 4, 0) == 0, compile(interp, &pattern, &subject)?)
    else {
        return output::spoil(interp, call);
    };
    let mut found = Vec::new();
    for captures in regex.captures_iter(&*subject) {
        let Ok(captures) = captures else { return output::spoil(interp, call) };
        interp.spend_entries(1 + captures.len())?;
        found.push(captures);
    }
    let count = found.len() as i64;
    if let Some(cell) = call.cell(2) {
        let matches = if flags == SET_ORDER {
            found.iter().map(|captures| Value::Array(Rc::new(groups(&regex, captures)))).collect()
        } else {
            by_group(&regex, &found)
        };
        interp.set_cell(&cell, Value::Array(Rc::new(matches)));
    }
    Ok(Value::Int(count))
}

/// Every match, group by group; one that took no part in a match is an empty text there.
fn by_group<'a>(regex: &Regex, found: &[Captures<'_, str>]) -> Array<'a> {
    let mut out = Array::default();
    for (group, name) in regex.capture_names().enumerate() {
        let texts = found.iter().map(|captures| Value::str(captures.get(group).map_or("", |part| part.as_str())));
        let texts = Value::Array(Rc::new(texts.collect()));
        if let Some(name) = name {
            out.set(Key::Str(Text::made(name)), texts.clone(), None);
        }
        out.push(texts, None);
    }
    out
}

/// The groups of a match as PHP gives them: by number and by name, up to the last one that took part.
fn groups<'a>(regex: &Regex, found: &Captures<'_, str>) -> Array<'a> {
    let last = (0..found.len()).rev().find(|&group| found.get(group).is_some()).unwrap_or(0);
    let mut out = Array::default();
    for (group, name) in regex.capture_names().enumerate().take(last + 1) {
        let text = Value::str(found.get(group).map_or("", |part| part.as_str()));
        if let Some(name) = name {
            out.set(Key::Str(Text::made(name)), text.clone(), None);
        }
        out.push(text, None);
    }
    out
}

fn preg_replace<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (Value::Str(pattern), Value::Str(replacement), Value::Str(subject)) =
        (call.arg(interp, 0), call.arg(interp, 1), call.arg(interp, 2))
    else {
        return Ok(call.unknown(interp, None));
    };
    let limit = usize::try_from(call.int(interp, 3, -1)).unwrap_or(usize::MAX);
    let Some(regex) = compile(interp, &pattern, &subject)? else { return Ok(call.unknown(interp, None)) };
    let (mut out, mut from) = (String::new(), 0);
    for found in regex.captures_iter(&*subject).take(limit) {
        let Some(whole) = found.as_ref().ok().and_then(|found| found.get(0)) else { return Ok(call.unknown(interp, None)) };
        out.push_str(subject.get(from..whole.start()).unwrap_or_default());
        if let Ok(found) = &found {
            expand(&replacement, found, &mut out);
        }
        from = whole.end();
        interp.spend(1 + replacement.len() as u32 / 16, None)?;
    }
    out.push_str(subject.get(from..).unwrap_or_default());
    Ok(Value::str(&out))
}

/// Writes a replacement with `$1`, `${1}` and `\1` put in.
fn expand(replacement: &str, found: &Captures<'_, str>, out: &mut String) {
    let mut rest = replacement;
    while let Some(at) = rest.find(['$', '\\']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let (braced, digits) = match after.strip_prefix('{') {
            Some(inner) if from.starts_with('$') => (true, inner),
            _ => (false, after),
        };
        let length = digits.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (number, tail) = digits.split_at(length);
        let tail = if braced { tail.strip_prefix('}') } else { Some(tail) };
        match (number.parse::<usize>(), tail) {
            (Ok(group), Some(tail)) => {
                out.push_str(found.get(group).map_or("", |part| part.as_str()));
                rest = tail;
            }
            _ => {
                out.push_str(from.get(..1).unwrap_or_default());
                // `\\` is one backslash.
                rest = if from.starts_with("\\\\") { after.get(1..).unwrap_or_default() } else { after };
            }
        }
    }
    out.push_str(rest);
}

fn preg_split<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (Value::Str(pattern), Value::Str(subject)) = (call.arg(interp, 0), call.arg(interp, 1)) else {
        return Ok(call.unknown(interp, None));
    };
    let (limit, flags) = (call.int(interp, 2, -1), call.int(interp, 3, 0));
    let (true, Some(regex)) = (limit <= 0 && flags & !NO_EMPTY == 0, compile(interp, &pattern, &subject)?) else {
        return Ok(call.unknown(interp, None));
    };
    let mut out = Array::default();
    let mut from = 0;
    let mut piece = |text: &str| {
        if flags & NO_EMPTY == 0 || !text.is_empty() {
            out.push(Value::str(text), None);
        }
    };
    for found in regex.find_iter(&*subject) {
        let Ok(found) = found else { return Ok(call.unknown(interp, None)) };
        interp.spend_entries(1)?;
        piece(subject.get(from..found.start()).unwrap_or_default());
        from = found.end();
    }
    piece(subject.get(from..).unwrap_or_default());
    Ok(Value::Array(Rc::new(out)))
}

/// A pattern with its delimiters and modifiers, for one subject; `None` where the library may not do as PCRE does.
fn compile<'a>(interp: &mut Interp<'a, '_>, pattern: &str, subject: &str) -> Eval<'a, Option<Regex>> {
    interp.spend(8 + (pattern.len() + subject.len()) as u32 / 8, None)?;
    Ok(translate(pattern, subject.is_ascii()).and_then(|pattern| RegexBuilder::new(&pattern).backtrack_limit(100_000).build().ok()))
}

/// `/a$/i` in the library's spelling.
fn translate(pattern: &str, ascii: bool) -> Option<String> {
    let pattern = pattern.trim_start();
    let open = pattern.chars().next().filter(|c| c.is_ascii_punctuation() && *c != '\\')?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    };
    let (body, modifiers) = pattern.get(1..)?.rsplit_once(close)?;
    let (mut flags, mut unicode, mut only_end) = (String::new(), false, false);
    for modifier in modifiers.trim_end().chars() {
        match modifier {
            'i' | 's' | 'x' => flags.push(modifier),
            'm' => {
                flags.push('m');
                only_end = true;
            }
            'D' => only_end = true,
            'u' => unicode = true,
            _ => return None,
        }
    }
    if !(unicode || ascii && body.is_ascii()) {
        return None;
    }
    let body = if only_end { body.to_owned() } else { with_last_newline(body) };
    Some(if flags.is_empty() { body } else { format!("(?{flags}){body}") })
}

/// Without `m` and `D`, `$` matches before a newline at the very end, too.
fn with_last_newline(body: &str) -> String {
    let (mut out, mut escaped, mut in_set) = (String::with_capacity(body.len()), false, false);
    for c in body.chars() {
        match c {
            '$' if !escaped && !in_set => out.push_str(r"(?=\n?\z)"),
            _ => out.push(c),
        }
        match c {
            '[' if !escaped => in_set = true,
            ']' if !escaped => in_set = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    out
}
