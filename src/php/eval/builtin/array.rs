//! Functions on arrays.

use std::rc::Rc;

use super::super::compare::maybe_short;
use super::super::stmt::key_value;
use super::super::{Eval, Interp};
use super::{Builtin, Call, lenient, pure};
use crate::php::value::{Array, Entry, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    pure("count", 1, count),
    pure("sizeof", 1, count),
    pure("array_merge", 0, array_merge),
    pure("array_replace", 1, array_replace),
    pure("array_merge_recursive", 0, array_merge_recursive),
    pure("array_keys", 1, array_keys),
    pure("array_values", 1, array_values),
    pure("array_flip", 1, array_flip),
    pure("array_combine", 2, array_combine),
    lenient("array_fill", 3, array_fill),
    lenient("array_fill_keys", 2, array_fill_keys),
    lenient("array_key_exists", 2, array_key_exists),
    lenient("key_exists", 2, array_key_exists),
    pure("array_key_first", 1, array_key_first),
    pure("array_key_last", 1, array_key_last),
    lenient("in_array", 2, in_array),
    lenient("array_search", 2, array_search),
    pure("key", 1, array_key_first),
    pure("array_is_list", 1, array_is_list),
    pure("range", 2, range),
];

fn count<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    match call.arg(interp, 0) {
        Value::Array(array) if maybe_short(&array) => Ok(call.unknown(interp, None)),
        Value::Array(array) => {
            if call.int(interp, 1, 0) == 1 {
                return Ok(Value::Int(deep_count(&array, 0)));
            }
            Ok(Value::Int(array.entries.len() as i64))
        }
        Value::Object(id) => {
            let at = crate::php::ast::At { start: call.at.start, end: call.at.end };
            Ok(interp.try_method(id, "count", Vec::new(), at)?.unwrap_or(Value::Int(1)))
        }
        Value::Null if interp.php < 8 => Ok(Value::Int(0)),
        _ if interp.php < 8 => Ok(Value::Int(1)),
        _ => call.wrong_type(interp, 0, "Countable|array"),
    }
}

fn deep_count(array: &Array<'_>, depth: u32) -> i64 {
    array
        .entries
        .values()
        .map(|entry| match &entry.value {
            Value::Array(inner) if depth < 64 => 1 + deep_count(inner, depth + 1),
            _ => 1,
        })
        .sum()
}

/// Every array argument, or the index of the first that is none.
pub(super) fn arrays<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, from: usize) -> Eval<'a, Result<Vec<Rc<Array<'a>>>, usize>> {
    let mut out = Vec::with_capacity(call.args.len());
    for index in from..call.args.len() {
        match call.arg(interp, index) {
            Value::Array(array) => {
                interp.spend(array.entries.len() as u32, None)?;
                out.push(array);
            }
            _ => return Ok(Err(index)),
        }
    }
    Ok(Ok(out))
}

/// Sets a key from an entry that may be there under a condition only: then the older value stays for when it is not.
fn overlay<'a>(interp: &mut Interp<'a, '_>, out: &mut Array<'a>, key: &Key<'a>, entry: &Entry<'a>) {
    if let (Some(condition), Some(present)) = (&entry.only_if, out.entries.get(key).cloned()) {
        let mut merge = super::super::fork::Merge::new(condition);
        let value = interp.merge_values(&mut merge, &entry.value, &present.value, 0);
        let only_if = present.only_if.as_ref().map(|other| super::super::unknown::either(condition, other));
        out.set_entry(key.clone(), Entry { value, only_if, ..entry.clone() });
    } else {
        out.set_entry(key.clone(), entry.clone());
    }
}

fn array_merge<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let arrays = match arrays(interp, call, 0)? {
        Ok(arrays) => arrays,
        Err(index) => return call.wrong_type(interp, index, "array"),
    };
    let mut out = Array::default();
    for array in &arrays {
        for (key, entry) in &array.entries {
            match key {
                Key::Int(_) => {
                    out.push_entry(entry.clone());
                }
                Key::Str(_) => overlay(interp, &mut out, key, entry),
            }
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_replace<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let arrays = match arrays(interp, call, 0)? {
        Ok(arrays) => arrays,
        Err(index) => return call.wrong_type(interp, index, "array"),
    };
    let mut out = Array::default();
    for array in &arrays {
        for (key, entry) in &array.entries {
            overlay(interp, &mut out, key, entry);
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_merge_recursive<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let arrays = match arrays(interp, call, 0)? {
        Ok(arrays) => arrays,
        Err(index) => return call.wrong_type(interp, index, "array"),
    };
    let mut out = Array::default();
    for array in &arrays {
        merge_into(interp, &mut out, array, 0)?;
    }
    Ok(Value::Array(Rc::new(out)))
}

fn merge_into<'a>(interp: &mut Interp<'a, '_>, out: &mut Array<'a>, array: &Array<'a>, depth: u32) -> Eval<'a, ()> {
    interp.spend(array.entries.len() as u32, None)?;
    for (key, entry) in &array.entries {
        let present = match key {
            Key::Int(_) => None,
            Key::Str(_) => out.entries.get(key).map(|entry| entry.value.clone()),
        };
        match present {
            Some(present) if depth < 32 => {
                let list = |value: Value<'a>| match value {
                    Value::Array(array) => (*array).clone(),
                    other => std::iter::once(other).collect(),
                };
                let mut inner = list(present);
                merge_into(interp, &mut inner, &list(interp.deref(entry.value.clone())), depth + 1)?;
                out.set(key.clone(), Value::Array(Rc::new(inner)), entry.at);
            }
            _ if matches!(key, Key::Int(_)) => {
                out.push_entry(entry.clone());
            }
            _ => out.set_entry(key.clone(), entry.clone()),
        }
    }
    Ok(())
}

fn array_keys<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let wanted = call.has(1).then(|| call.arg(interp, 1));
    let strict = call.flag(interp, 2);
    let mut out = Array::default();
    for (key, entry) in &array.entries {
        if let Some(wanted) = &wanted {
            let same = if strict { interp.identical(&entry.value, wanted) } else { interp.equal(&entry.value, wanted) };
            match same {
                Some(true) => {}
                Some(false) => continue,
                None => return Ok(call.unknown(interp, None)),
            }
        }
        let value = match &entry.key_expr {
            Some(expr) => Value::unknown(&**expr, entry.at, "depends on the site"),
            None => key_value(key),
        };
        out.push_entry(Entry { value, at: entry.at, only_if: entry.only_if.clone(), key_expr: None });
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_values<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let mut out = Array::default();
    for entry in array.entries.values() {
        out.push_entry(Entry { key_expr: None, ..entry.clone() });
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_flip<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let mut out = Array::default();
    for (key, entry) in &array.entries {
        match interp.to_key(&entry.value) {
            Ok(flipped) => out.set_entry(flipped, Entry { value: key_value(key), ..entry.clone() }),
            Err(unknown) => return Ok(call.unknown(interp, Some(&unknown))),
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_combine<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (Some(keys), Some(values)) = (call.array(interp, 0), call.array(interp, 1)) else {
        return call.wrong_type(interp, 0, "array");
    };
    interp.spend(keys.entries.len() as u32, None)?;
    if keys.entries.len() != values.entries.len() {
        let message = "array_combine(): Argument #1 ($keys) and argument #2 ($values) must have the same number of elements";
        return interp.throw_error("ValueError", message, Some(call.at));
    }
    let mut out = Array::default();
    for (key, entry) in keys.entries.values().zip(values.entries.values()) {
        match interp.to_key(&key.value) {
            Ok(key) => out.set_entry(key, entry.clone()),
            Err(unknown) => return Ok(call.unknown(interp, Some(&unknown))),
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_fill<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (start, wanted, value) = (call.int(interp, 0, 0), call.int(interp, 1, 0), call.arg(interp, 2));
    interp.spend_entries(usize::try_from(wanted.max(0)).unwrap_or(usize::MAX))?;
    let mut out = Array::default();
    for index in 0..wanted.max(0) {
        let key = if index == 0 { Key::Int(start) } else { Key::Int(out.next) };
        out.set(key, value.clone(), Some(call.at));
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_fill_keys<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(keys) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let value = call.arg(interp, 1);
    interp.spend(keys.entries.len() as u32, None)?;
    let mut out = Array::default();
    for entry in keys.entries.values() {
        match interp.to_key(&entry.value) {
            Ok(key) => out.set_entry(key, Entry { value: value.clone(), ..entry.clone() }),
            Err(unknown) => return Ok(call.unknown(interp, Some(&unknown))),
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_key_exists<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (key, holder) = (call.arg(interp, 0), call.arg(interp, 1));
    match holder {
        Value::Array(array) => match interp.to_key(&key) {
            Ok(key) => Ok(match array.entries.get(&key) {
                Some(Entry { only_if: Some(condition), .. }) => Value::unknown(&**condition, None, "depends on the site"),
                Some(_) => Value::Bool(true),
                None => Value::Bool(false),
            }),
            Err(_) if array.entries.is_empty() => Ok(Value::Bool(false)),
            Err(unknown) => Ok(call.unknown(interp, Some(&unknown))),
        },
        Value::Object(id) => {
            let name = interp.to_text(&key)?;
            Ok(match name {
                Ok(name) => Value::Bool(interp.heap_object(id).props.contains_key(&name)),
                Err(unknown) => call.unknown(interp, Some(&unknown)),
            })
        }
        _ => call.wrong_type(interp, 1, "array"),
    }
}

fn array_key_first<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    Ok(array.entries.first().map_or(Value::Null, |(key, _)| key_value(key)))
}

fn array_key_last<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    Ok(array.entries.last().map_or(Value::Null, |(key, _)| key_value(key)))
}

fn search<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>) -> Eval<'a, Result<Option<Key<'a>>, Value<'a>>> {
    let needle = call.arg(interp, 0);
    let array = match call.arg(interp, 1) {
        Value::Array(array) => array,
        Value::Unknown(unknown) => return Ok(Err(call.unknown(interp, Some(&unknown)))),
        _ => return Ok(Ok(None)),
    };
    interp.spend(array.entries.len() as u32, None)?;
    let strict = call.flag(interp, 2);
    let mut unsure = false;
    for (key, entry) in &array.entries {
        let same = if strict { interp.identical(&entry.value, &needle) } else { interp.equal(&entry.value, &needle) };
        match same {
            Some(true) if entry.only_if.is_none() && !unsure => return Ok(Ok(Some(key.clone()))),
            Some(false) => {}
            Some(true) | None => unsure = true,
        }
    }
    if unsure { Ok(Err(call.unknown(interp, None))) } else { Ok(Ok(None)) }
}

fn in_array<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(match search(interp, call)? {
        Ok(found) => Value::Bool(found.is_some()),
        Err(unknown) => unknown,
    })
}

fn array_search<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(match search(interp, call)? {
        Ok(found) => found.map_or(Value::Bool(false), |key| key_value(&key)),
        Err(unknown) => unknown,
    })
}

fn array_is_list<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    Ok(Value::Bool(array.entries.keys().enumerate().all(|(index, key)| *key == Key::Int(index as i64))))
}

fn range<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (from, to) = (call.arg(interp, 0), call.arg(interp, 1));
    let step_value = if call.has(2) { call.arg(interp, 2) } else { Value::Int(1) };
    let letter = |value: &Value<'a>| match value {
        Value::Str(s) => s.bytes().next().filter(|byte| !byte.is_ascii_digit()),
        _ => None,
    };
    let float = |value: &Value<'a>| match value {
        Value::Float(f) => f.fract() != 0.0,
        Value::Str(s) => s.contains('.'),
        _ => false,
    };
    let mut out = Array::default();
    if let (Some(first), Some(last)) = (letter(&from), letter(&to)) {
        let step = interp.to_int(&step_value).unwrap_or(1).unsigned_abs().max(1);
        let mut at = i64::from(first);
        let last = i64::from(last);
        let up = at <= last;
        while (up && at <= last) || (!up && at >= last) {
            let byte = [u8::try_from(at).unwrap_or_default()];
            out.push(Value::text(String::from_utf8_lossy(&byte).into_owned()), Some(call.at));
            at += if up { step as i64 } else { -(step as i64) };
        }
        return Ok(Value::Array(Rc::new(out)));
    }
    let (a, b) = (interp.to_float(&from).unwrap_or(0.0), interp.to_float(&to).unwrap_or(0.0));
    let step = interp.to_float(&step_value).unwrap_or(1.0).abs();
    let steps = ((b - a).abs() / step).floor();
    if step == 0.0 || !steps.is_finite() {
        return interp.throw_error("ValueError", "range(): Argument #3 ($step) cannot be 0", Some(call.at));
    }
    interp.spend_entries(if steps > 1e9 { usize::MAX } else { steps as usize })?;
    let floats = float(&from) || float(&to) || float(&step_value);
    let direction = if b >= a { step } else { -step };
    for index in 0..=(steps as i64) {
        let value = a + direction * index as f64;
        out.push(if floats { Value::Float(value) } else { Value::Int(value as i64) }, Some(call.at));
    }
    Ok(Value::Array(Rc::new(out)))
}
