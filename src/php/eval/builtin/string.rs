//! Functions on texts. PHP's texts are bytes, ours are UTF-8: what cuts a character apart leaves a replacement character.

use std::rc::Rc;

use super::super::{Eval, Interp, MAX_TEXT, Raise};
use super::array_ends::slice_bounds;
use super::{Builtin, Call, pure};
use crate::php::text::Text;
use crate::php::value::{Array, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    pure("strlen", 1, |i, c| c.text(i, 0).map(|s| Value::Int(s.len() as i64))),
    pure("mb_strlen", 1, |i, c| c.text(i, 0).map(|s| Value::Int(s.chars().count() as i64))),
    pure("strtolower", 1, |i, c| map(i, c, str::to_ascii_lowercase)),
    pure("strtoupper", 1, |i, c| map(i, c, str::to_ascii_uppercase)),
    pure("mb_strtolower", 1, |i, c| map(i, c, str::to_lowercase)),
    pure("mb_strtoupper", 1, |i, c| map(i, c, str::to_uppercase)),
    pure("ucfirst", 1, |i, c| map(i, c, |s| first(s, |c| c.to_ascii_uppercase()))),
    pure("lcfirst", 1, |i, c| map(i, c, |s| first(s, |c| c.to_ascii_lowercase()))),
    pure("ucwords", 1, ucwords),
    pure("strrev", 1, |i, c| map(i, c, |s| s.chars().rev().collect())),
    pure("trim", 1, |i, c| trim(i, c, true, true)),
    pure("ltrim", 1, |i, c| trim(i, c, true, false)),
    pure("rtrim", 1, |i, c| trim(i, c, false, true)),
    pure("chop", 1, |i, c| trim(i, c, false, true)),
    pure("substr", 2, substr),
    pure("mb_substr", 2, mb_substr),
    pure("strpos", 2, |i, c| find(i, c, false, false)),
    pure("stripos", 2, |i, c| find(i, c, true, false)),
    pure("strrpos", 2, |i, c| find(i, c, false, true)),
    pure("str_contains", 2, |i, c| test(i, c, |s, t| s.contains(t))),
    pure("str_starts_with", 2, |i, c| test(i, c, |s, t| s.starts_with(t))),
    pure("str_ends_with", 2, |i, c| test(i, c, |s, t| s.ends_with(t))),
    pure("strstr", 2, strstr),
    pure("strrchr", 2, strrchr),
    pure("implode", 1, implode),
    pure("join", 1, implode),
    pure("explode", 2, explode),
    pure("str_split", 1, str_split),
    pure("str_repeat", 2, str_repeat),
    pure("str_pad", 2, str_pad),
    pure("str_replace", 3, |i, c| replace(i, c, false)),
    pure("str_ireplace", 3, |i, c| replace(i, c, true)),
    pure("substr_count", 2, substr_count),
    pure("strcmp", 2, |i, c| order(i, c, str::to_owned)),
    pure("strcasecmp", 2, |i, c| order(i, c, str::to_ascii_lowercase)),
    pure("strncmp", 3, |i, c| order_n(i, c, str::to_owned)),
    pure("strncasecmp", 3, |i, c| order_n(i, c, str::to_ascii_lowercase)),
];

fn lossy<'a>(bytes: &[u8]) -> Value<'a> {
    Value::text(String::from_utf8_lossy(bytes).into_owned())
}

fn map<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, run: fn(&str) -> String) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    interp.spend(text.len() as u32 / 64, None)?;
    Ok(Value::text(run(&text)))
}

fn test<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, run: fn(&str, &str) -> bool) -> Eval<'a> {
    let (text, part) = (call.text(interp, 0)?, call.text(interp, 1)?);
    Ok(Value::Bool(run(&text, &part)))
}

fn first(text: &str, fold: fn(char) -> char) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| fold(c).to_string() + chars.as_str())
}

fn ucwords<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let delimiters = if call.has(1) { call.text(interp, 1)? } else { Text::Source(" \t\r\n\x0c\x0b") };
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push(if start { c.to_ascii_uppercase() } else { c });
        start = delimiters.contains(c);
    }
    Ok(Value::text(out))
}

fn trim<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, left: bool, right: bool) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let mask: Vec<char> = if call.has(1) {
        let given: Vec<char> = call.text(interp, 1)?.chars().collect();
        let mut mask = Vec::new();
        let mut at = 0;
        while let Some(c) = given.get(at) {
            if let (Some('.'), Some('.'), Some(last)) = (given.get(at + 1), given.get(at + 2), given.get(at + 3)) {
                mask.extend(*c..=*last);
                at += 4;
            } else {
                mask.push(*c);
                at += 1;
            }
            interp.spend(1, None)?;
        }
        mask
    } else {
        vec![' ', '\t', '\n', '\r', '\0', '\x0b']
    };
    let inside = |c: char| mask.contains(&c);
    let mut rest: &str = &text;
    if left {
        rest = rest.trim_start_matches(inside);
    }
    if right {
        rest = rest.trim_end_matches(inside);
    }
    Ok(Value::str(rest))
}

fn length<'a>(interp: &Interp<'a, '_>, call: &Call<'a>, index: usize) -> Option<i64> {
    match call.arg(interp, index) {
        Value::Null => None,
        other => interp.to_int(&other),
    }
}

fn substr<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let offset = call.int(interp, 1, 0);
    if interp.php < 8 && offset > text.len() as i64 {
        return Ok(Value::Bool(false));
    }
    let (start, end) = slice_bounds(text.len(), offset, length(interp, call, 2));
    Ok(text.get(start..end).map_or_else(|| lossy(text.as_bytes().get(start..end).unwrap_or_default()), Value::str))
}

fn mb_substr<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let (start, end) = slice_bounds(text.chars().count(), call.int(interp, 1, 0), length(interp, call, 2));
    let chosen: String = text.chars().skip(start).take(end - start).collect();
    Ok(Value::text(chosen))
}

fn find<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, fold: bool, last: bool) -> Eval<'a> {
    let (mut text, mut part) = (call.text(interp, 0)?, call.text(interp, 1)?);
    interp.spend(text.len() as u32 / 64, None)?;
    if fold {
        text = text.to_ascii_lowercase().into();
        part = part.to_ascii_lowercase().into();
    }
    let offset = call.int(interp, 2, 0);
    let (start, _) = slice_bounds(text.len(), offset, None);
    if offset > text.len() as i64 || -offset > text.len() as i64 {
        let message = format!("{}(): Argument #3 ($offset) must be contained in argument #1 ($haystack)", call.name);
        return interp.throw_error("ValueError", &message, Some(call.at));
    }
    let Some(rest) = text.get(start..) else { return Ok(call.unknown(interp, None)) };
    let found = if last { rest.rfind(&*part) } else { rest.find(&*part) };
    Ok(found.map_or(Value::Bool(false), |at| Value::Int((at + start) as i64)))
}

fn strstr<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (text, part) = (call.text(interp, 0)?, call.text(interp, 1)?);
    let before = call.flag(interp, 2);
    Ok(match text.find(&*part) {
        Some(at) if before => Value::str(text.get(..at).unwrap_or_default()),
        Some(at) => Value::str(text.get(at..).unwrap_or_default()),
        None => Value::Bool(false),
    })
}

fn strrchr<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (text, part) = (call.text(interp, 0)?, call.text(interp, 1)?);
    let found = part.chars().next().and_then(|c| text.rfind(c));
    Ok(found.map_or(Value::Bool(false), |at| Value::str(text.get(at..).unwrap_or_default())))
}

fn implode<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (first, second) = (call.arg(interp, 0), call.arg(interp, 1));
    let ((Value::Array(array), glue) | (glue, Value::Array(array))) = (first, second) else {
        return call.wrong_type(interp, 1, "?array");
    };
    if super::super::compare::maybe_short(&array) {
        return Ok(call.unknown(interp, None));
    }
    let glue = interp.to_text(&glue)?.unwrap_or_else(|_| Text::default());
    let mut out = String::new();
    for (at, entry) in array.entries.values().enumerate() {
        if at > 0 {
            out.push_str(&glue);
        }
        match interp.to_text(&entry.value)? {
            Ok(text) => out.push_str(&text),
            Err(unknown) => return Ok(call.unknown(interp, Some(&unknown))),
        }
        interp.spend(1 + (glue.len() / 64) as u32, None)?;
        if out.len() > MAX_TEXT {
            return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
        }
    }
    Ok(Value::text(out))
}

fn explode<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (glue, text) = (call.text(interp, 0)?, call.text(interp, 1)?);
    if glue.is_empty() {
        return interp.throw_error("ValueError", "explode(): Argument #1 ($separator) cannot be empty", Some(call.at));
    }
    let limit = call.int(interp, 2, i64::MAX);
    let glues = memchr::memmem::find_iter(text.as_bytes(), glue.as_bytes()).count();
    interp.spend_entries(glues.min(usize::try_from(limit).unwrap_or(usize::MAX)))?;
    let mut parts: Vec<&str> = match usize::try_from(limit) {
        Ok(limit) => text.splitn(limit.max(1), &*glue).collect(),
        Err(_) => text.split(&*glue).collect(),
    };
    if limit < 0 {
        parts.truncate(parts.len().saturating_sub(limit.unsigned_abs() as usize));
    }
    Ok(Value::Array(Rc::new(parts.into_iter().map(Value::str).collect())))
}

fn str_split<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let size = usize::try_from(call.int(interp, 1, 1)).unwrap_or(1).max(1);
    interp.spend_entries(text.len() / size)?;
    if text.is_empty() {
        return Ok(Value::Array(Rc::new(std::iter::once(Value::str("")).collect())));
    }
    Ok(Value::Array(Rc::new(text.as_bytes().chunks(size).map(lossy).collect())))
}

fn str_repeat<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let times = usize::try_from(call.int(interp, 1, 0)).unwrap_or(0);
    if text.len().saturating_mul(times) > MAX_TEXT {
        return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
    }
    interp.spend((text.len() * times / 64) as u32, None)?;
    Ok(Value::text(text.repeat(times)))
}

fn str_pad<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let wanted = usize::try_from(call.int(interp, 1, 0)).unwrap_or(0);
    let filler = if call.has(2) { call.text(interp, 2)? } else { Text::Source(" ") };
    if wanted > MAX_TEXT {
        return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
    }
    let missing = wanted.saturating_sub(text.len());
    interp.spend((wanted / 64) as u32, None)?;
    if missing == 0 || filler.is_empty() {
        return Ok(Value::Str(text));
    }
    let (left, right) = match call.int(interp, 3, 1) {
        0 => (missing, 0),
        2 => (missing / 2, missing - missing / 2),
        _ => (0, missing),
    };
    let fill = |count: usize| filler.as_bytes().iter().cycle().take(count).copied();
    let bytes: Vec<u8> = fill(left).chain(text.bytes()).chain(fill(right)).collect();
    Ok(lossy(&bytes))
}

fn replace<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, fold: bool) -> Eval<'a> {
    let (search, by, subject) = (call.arg(interp, 0), call.arg(interp, 1), call.arg(interp, 2));
    let pairs = match &search {
        Value::Array(search) => {
            let mut pairs = Vec::with_capacity(search.entries.len());
            for (at, entry) in search.entries.values().enumerate() {
                let by = match &by {
                    Value::Array(by) => by.entries.get_index(at).map_or(Value::str(""), |(_, entry)| entry.value.clone()),
                    other => other.clone(),
                };
                match (interp.to_text(&entry.value)?, interp.to_text(&by)?) {
                    (Ok(from), Ok(to)) => pairs.push((from, to)),
                    (Err(unknown), _) | (_, Err(unknown)) => return Ok(call.unknown(interp, Some(&unknown))),
                }
            }
            pairs
        }
        _ => vec![(call.text(interp, 0)?, call.text(interp, 1)?)],
    };
    if let Value::Array(array) = subject {
        let mut out = Array::default();
        for (key, entry) in &array.entries {
            let value = match interp.to_text(&entry.value)? {
                Ok(text) => replaced(interp, call, &text, &pairs, fold)?,
                Err(unknown) => Value::Unknown(unknown),
            };
            out.set(key.clone(), value, entry.at);
        }
        return Ok(Value::Array(Rc::new(out)));
    }
    let text = call.text(interp, 2)?;
    replaced(interp, call, &text, &pairs, fold)
}

fn replaced<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, text: &str, pairs: &[(Text<'a>, Text<'a>)], fold: bool) -> Eval<'a> {
    let mut out = text.to_owned();
    for (from, to) in pairs {
        interp.spend(1 + (out.len() / 64) as u32, None)?;
        if from.is_empty() {
            continue;
        }
        let count = if fold { out.len() / from.len() } else { out.matches(&**from).count() };
        if out.len() + count.saturating_mul(to.len()) > MAX_TEXT {
            return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
        }
        out = if fold { replace_folded(&out, from, to) } else { out.replace(&**from, to) };
    }
    Ok(Value::text(out))
}

fn replace_folded(text: &str, from: &str, to: &str) -> String {
    let (folded, from) = (text.to_ascii_lowercase(), from.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (found, _) in folded.match_indices(&from) {
        out.push_str(text.get(at..found).unwrap_or_default());
        out.push_str(to);
        at = found + from.len();
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn substr_count<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (text, part) = (call.text(interp, 0)?, call.text(interp, 1)?);
    if part.is_empty() {
        return interp.throw_error("ValueError", "substr_count(): Argument #2 ($needle) cannot be empty", Some(call.at));
    }
    Ok(Value::Int(text.matches(&*part).count() as i64))
}

fn order<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, fold: fn(&str) -> String) -> Eval<'a> {
    let (a, b) = (fold(&call.text(interp, 0)?), fold(&call.text(interp, 1)?));
    Ok(Value::Int(a.as_bytes().cmp(b.as_bytes()) as i64))
}

fn order_n<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, fold: fn(&str) -> String) -> Eval<'a> {
    let (a, b) = (fold(&call.text(interp, 0)?), fold(&call.text(interp, 1)?));
    let count = usize::try_from(call.int(interp, 2, 0)).unwrap_or(0);
    let cut = |text: &str| text.as_bytes().get(..count.min(text.len())).unwrap_or_default().to_vec();
    Ok(Value::Int(cut(&a).cmp(&cut(&b)) as i64))
}

/// What is replaced, by what.
type Pairs<'a> = Vec<(Text<'a>, Text<'a>)>;

/// The pairs of a translation table, longest key first.
pub(super) fn pairs<'a>(interp: &mut Interp<'a, '_>, array: &Array<'a>) -> Eval<'a, Option<Pairs<'a>>> {
    let mut out = Vec::with_capacity(array.entries.len());
    for (key, entry) in &array.entries {
        let from = match key {
            Key::Int(n) => n.to_string().into(),
            Key::Str(s) => s.clone(),
        };
        match interp.to_text(&entry.value)? {
            Ok(to) if !from.is_empty() => out.push((from, to)),
            Ok(_) => {}
            Err(_) => return Ok(None),
        }
    }
    out.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    Ok(Some(out))
}
