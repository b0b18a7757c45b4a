//! Functions that compare what arrays hold: within one, or between several.

use std::rc::Rc;

use super::super::{Eval, Interp};
use super::array::arrays;
use super::{Builtin, Call, pure};
use crate::php::value::{Array, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    pure("array_unique", 1, array_unique),
    pure("array_count_values", 1, array_count_values),
    pure("array_diff", 1, array_diff),
    pure("array_diff_key", 1, array_diff_key),
    pure("array_diff_assoc", 1, array_diff_assoc),
    pure("array_intersect", 1, array_intersect),
    pure("array_intersect_key", 1, array_intersect_key),
];

fn array_unique<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let mut out: Array<'a> = Array::default();
    for (key, entry) in &array.entries {
        interp.spend(out.entries.len() as u32 / 8 + 1, None)?;
        if !out.entries.values().any(|other| interp.equal(&other.value, &entry.value) == Some(true)) {
            out.set_entry(key.clone(), entry.clone());
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_count_values<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let mut out: Array<'a> = Array::default();
    for entry in array.entries.values() {
        if let Ok(key) = interp.to_key(&entry.value) {
            let count = out.entries.get(&key).and_then(|entry| interp.to_int(&entry.value)).unwrap_or(0);
            out.set(key, Value::Int(count + 1), entry.at);
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

/// Keeps the entries of the first array for which `keep` holds against each of the others.
fn select<'a>(
    interp: &mut Interp<'a, '_>,
    call: &Call<'a>,
    all: bool,
    inside: fn(&mut Interp<'a, '_>, &Array<'a>, &Key<'a>, &Value<'a>) -> Eval<'a, bool>,
) -> Eval<'a> {
    let arrays = match arrays(interp, call, 0)? {
        Ok(arrays) => arrays,
        Err(index) => return call.wrong_type(interp, index, "array"),
    };
    let Some((first, others)) = arrays.split_first() else { return Ok(Value::Array(Rc::default())) };
    let mut out = Array::default();
    for (key, entry) in &first.entries {
        let mut found = 0;
        for other in others {
            interp.spend(1 + other.entries.len() as u32 / 16, None)?;
            if inside(interp, other, key, &entry.value)? {
                found += 1;
            }
        }
        if if all { found == others.len() } else { found == 0 } {
            out.set_entry(key.clone(), entry.clone());
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn has_text<'a>(interp: &mut Interp<'a, '_>, array: &Array<'a>, _: &Key<'a>, value: &Value<'a>) -> Eval<'a, bool> {
    let Ok(text) = interp.to_text(value)? else { return Ok(false) };
    for entry in array.entries.values() {
        if interp.to_text(&entry.value)?.is_ok_and(|other| other == text) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[allow(clippy::unnecessary_wraps, reason = "one of several of this shape")]
fn has_key<'a>(_: &mut Interp<'a, '_>, array: &Array<'a>, key: &Key<'a>, _: &Value<'a>) -> Eval<'a, bool> {
    Ok(array.entries.contains_key(key))
}

fn has_both<'a>(interp: &mut Interp<'a, '_>, array: &Array<'a>, key: &Key<'a>, value: &Value<'a>) -> Eval<'a, bool> {
    let Some(entry) = array.entries.get(key) else { return Ok(false) };
    let other = interp.to_text(&entry.value)?.ok();
    Ok(interp.to_text(value)?.ok() == other)
}

fn array_diff<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    select(interp, call, false, has_text)
}

fn array_diff_key<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    select(interp, call, false, has_key)
}

fn array_diff_assoc<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    select(interp, call, false, has_both)
}

fn array_intersect<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    select(interp, call, true, has_text)
}

fn array_intersect_key<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    select(interp, call, true, has_key)
}
