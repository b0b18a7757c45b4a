//! Functions on the ends of arrays and on stretches of them.

use std::rc::Rc;

use super::super::{Eval, Interp};
use super::{Builtin, Call, by_ref, pure};
use crate::php::value::{Array, Entry, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    by_ref("array_push", 1, 1, array_push),
    by_ref("array_pop", 1, 1, array_pop),
    by_ref("array_shift", 1, 1, array_shift),
    by_ref("array_unshift", 1, 1, array_unshift),
    pure("array_slice", 2, array_slice),
    pure("array_reverse", 1, array_reverse),
    by_ref("reset", 1, 1, reset),
    by_ref("end", 1, 1, end),
    pure("current", 1, reset),
    by_ref("array_splice", 2, 1, array_splice),
    pure("array_chunk", 2, array_chunk),
    pure("array_pad", 3, array_pad),
];

/// Changes the array that the first argument refers to.
pub(super) fn change<'a, T>(interp: &mut Interp<'a, '_>, call: &Call<'a>, run: impl FnOnce(&mut Array<'a>) -> T) -> Option<T> {
    let cell = call.cell(0)?;
    let slot = interp.cells.get_mut(cell.0 as usize)?;
    match std::mem::take(slot) {
        Value::Array(mut array) => {
            let result = run(interp.array_mut(&mut array));
            interp.set_cell(&cell, Value::Array(array));
            Some(result)
        }
        other => {
            interp.set_cell(&cell, other);
            None
        }
    }
}

fn array_push<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let values: Vec<Value<'a>> = (1..call.args.len()).map(|index| call.arg(interp, index)).collect();
    let at = Some(call.at);
    let changed = change(interp, call, |array| {
        for value in values {
            array.push(value, at);
        }
        array.entries.len()
    });
    match changed {
        Some(len) => Ok(Value::Int(len as i64)),
        None => call.wrong_type(interp, 0, "array"),
    }
}

fn array_pop<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let popped = change(interp, call, |array| {
        let last = array.entries.pop();
        array.next = next_key(array);
        last
    });
    match popped {
        Some(last) => Ok(last.map_or(Value::Null, |(_, entry)| interp.deref(entry.value))),
        None => call.wrong_type(interp, 0, "array"),
    }
}

fn next_key(array: &Array<'_>) -> i64 {
    let last = array.entries.keys().filter_map(|key| match key {
        Key::Int(n) => Some(*n),
        Key::Str(_) => None,
    });
    last.max().map_or(0, |n| n.saturating_add(1).max(0))
}

/// The entries with integer keys counted anew.
pub(super) fn renumbered<'a>(entries: impl Iterator<Item = (Key<'a>, Entry<'a>)>) -> Array<'a> {
    let mut out = Array::default();
    for (key, entry) in entries {
        match key {
            Key::Int(_) => {
                out.push_entry(entry);
            }
            Key::Str(_) => out.set_entry(key, entry),
        }
    }
    out
}

fn array_shift<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let shifted = change(interp, call, |array| {
        let mut entries = std::mem::take(&mut array.entries).into_iter();
        let first = entries.next();
        *array = renumbered(entries);
        first
    });
    match shifted {
        Some(first) => Ok(first.map_or(Value::Null, |(_, entry)| interp.deref(entry.value))),
        None => call.wrong_type(interp, 0, "array"),
    }
}

fn array_unshift<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let values: Vec<Value<'a>> = (1..call.args.len()).map(|index| call.arg(interp, index)).collect();
    let at = Some(call.at);
    let changed = change(interp, call, |array| {
        let first = values.into_iter().map(|value| (Key::Int(0), Entry::new(value, at)));
        *array = renumbered(first.chain(std::mem::take(&mut array.entries)));
        array.entries.len()
    });
    match changed {
        Some(len) => Ok(Value::Int(len as i64)),
        None => call.wrong_type(interp, 0, "array"),
    }
}

/// Start and end of a slice as `array_slice` and `substr` count them.
pub(super) fn slice_bounds(len: usize, offset: i64, length: Option<i64>) -> (usize, usize) {
    let total = i64::try_from(len).unwrap_or(i64::MAX);
    let start = if offset < 0 { (total + offset).max(0) } else { offset.min(total) };
    let end = match length {
        None => total,
        Some(length) if length < 0 => (total + length).max(start),
        Some(length) => start.saturating_add(length).min(total),
    };
    (start as usize, end as usize)
}

fn array_slice<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let length = match call.arg(interp, 2) {
        Value::Null => None,
        _ => Some(call.int(interp, 2, 0)),
    };
    let (start, end) = slice_bounds(array.entries.len(), call.int(interp, 1, 0), length);
    let keep = call.flag(interp, 3);
    let chosen = array.entries.iter().skip(start).take(end - start).map(|(key, entry)| (key.clone(), entry.clone()));
    Ok(Value::Array(Rc::new(gathered(chosen, keep))))
}

/// An array of entries with the keys that they have, or with numbers in place of numbers.
fn gathered<'a>(entries: impl Iterator<Item = (Key<'a>, Entry<'a>)>, keep: bool) -> Array<'a> {
    if !keep {
        return renumbered(entries);
    }
    let mut out = Array::default();
    for (key, entry) in entries {
        out.set_entry(key, entry);
    }
    out
}

fn array_reverse<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let reversed = array.entries.iter().rev().map(|(key, entry)| (key.clone(), entry.clone()));
    Ok(Value::Array(Rc::new(gathered(reversed, call.flag(interp, 1)))))
}

fn reset<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    match call.arg(interp, 0) {
        Value::Array(array) => Ok(array.entries.first().map_or(Value::Bool(false), |(_, entry)| interp.deref(entry.value.clone()))),
        _ => call.wrong_type(interp, 0, "array"),
    }
}

fn end<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    match call.arg(interp, 0) {
        Value::Array(array) => Ok(array.entries.last().map_or(Value::Bool(false), |(_, entry)| interp.deref(entry.value.clone()))),
        _ => call.wrong_type(interp, 0, "array"),
    }
}

fn array_splice<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let length = match call.arg(interp, 2) {
        Value::Null => None,
        _ => Some(call.int(interp, 2, 0)),
    };
    let (start, end) = slice_bounds(array.entries.len(), call.int(interp, 1, 0), length);
    let inserted = match call.arg(interp, 3) {
        Value::Null => Rc::default(),
        Value::Array(array) => array,
        other => Rc::new(std::iter::once(other).collect::<Array<'a>>()),
    };
    let all: Vec<(Key<'a>, Entry<'a>)> = array.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())).collect();
    let removed = renumbered(all.get(start..end).unwrap_or_default().iter().cloned());
    let before = all.get(..start).unwrap_or_default().iter().cloned();
    let after = all.get(end..).unwrap_or_default().iter().cloned();
    let middle = inserted.entries.values().map(|entry| (Key::Int(0), entry.clone()));
    let rest = renumbered(before.chain(middle).chain(after));
    if let Some(cell) = call.cell(0) {
        interp.set_cell(&cell, Value::Array(Rc::new(rest)));
    }
    Ok(Value::Array(Rc::new(removed)))
}

fn array_chunk<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let size = usize::try_from(call.int(interp, 1, 1)).unwrap_or(0).max(1);
    let keep = call.flag(interp, 2);
    let mut out = Array::default();
    let mut chunk = Array::default();
    for (key, entry) in &array.entries {
        if keep {
            chunk.set_entry(key.clone(), entry.clone());
        } else {
            chunk.push_entry(entry.clone());
        }
        if chunk.entries.len() == size {
            out.push(Value::Array(Rc::new(std::mem::take(&mut chunk))), entry.at);
        }
    }
    if !chunk.entries.is_empty() {
        out.push(Value::Array(Rc::new(chunk)), Some(call.at));
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_pad<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let (size, value) = (call.int(interp, 1, 0), call.arg(interp, 2));
    let missing = (size.unsigned_abs() as usize).saturating_sub(array.entries.len());
    interp.spend_entries(missing.saturating_add(array.entries.len()))?;
    let padding = (0..missing).map(|_| (Key::Int(0), Entry::new(value.clone(), Some(call.at))));
    let present = array.entries.iter().map(|(key, entry)| (key.clone(), entry.clone()));
    let out = if size < 0 { renumbered(padding.chain(present)) } else { renumbered(present.chain(padding)) };
    Ok(Value::Array(Rc::new(out)))
}
