//! Functions on arrays that call back or compare arrays with each other.

use std::rc::Rc;

use super::super::convert::Truth;
use super::super::stmt::key_value;
use super::super::{Eval, Interp};
use super::array::arrays;
use super::{Builtin, Call, by_ref, lenient, pure};
use crate::php::ast::At;
use crate::php::value::{Array, Entry, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    lenient("array_map", 2, array_map),
    pure("array_filter", 1, array_filter),
    by_ref("array_walk", 2, 1, array_walk),
    pure("array_reduce", 2, array_reduce),
    pure("array_unique", 1, array_unique),
    pure("array_diff", 1, array_diff),
    pure("array_diff_key", 1, array_diff_key),
    pure("array_diff_assoc", 1, array_diff_assoc),
    pure("array_intersect", 1, array_intersect),
    pure("array_intersect_key", 1, array_intersect_key),
    pure("array_column", 2, array_column),
    pure("array_chunk", 2, array_chunk),
    pure("array_pad", 3, array_pad),
    pure("array_count_values", 1, array_count_values),
    pure("array_change_key_case", 1, array_change_key_case),
    pure("array_sum", 1, array_sum),
    pure("array_product", 1, array_product),
    by_ref("array_splice", 2, 1, array_splice),
    lenient("call_user_func", 1, call_user_func),
    lenient("call_user_func_array", 2, call_user_func_array),
    lenient("func_get_args", 0, func_get_args),
    lenient("func_num_args", 0, func_num_args),
    lenient("func_get_arg", 1, func_get_arg),
    lenient("compact", 0, compact),
    pure("extract", 1, extract),
    lenient("is_callable", 1, is_callable),
    pure("iterator_to_array", 1, iterator_to_array),
    pure("iterator_count", 1, iterator_count),
];

fn array_map<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let callback = call.arg(interp, 0);
    let arrays = match arrays(interp, call, 1)? {
        Ok(arrays) => arrays,
        Err(index) => return call.wrong_type(interp, index, "array"),
    };
    let mut out = Array::default();
    if let [array] = arrays.as_slice() {
        for (key, entry) in &array.entries {
            let value = interp.deref(entry.value.clone());
            let value = match callback {
                Value::Null => value,
                _ => interp.call_value(&callback, vec![value].into(), call.at)?,
            };
            out.set_entry(key.clone(), Entry { value, ..entry.clone() });
        }
        return Ok(Value::Array(Rc::new(out)));
    }
    let longest = arrays.iter().map(|array| array.entries.len()).max().unwrap_or(0);
    for index in 0..longest {
        let row: Vec<Value<'a>> = arrays
            .iter()
            .map(|array| array.entries.get_index(index).map_or(Value::Null, |(_, entry)| interp.deref(entry.value.clone())))
            .collect();
        let value = match callback {
            Value::Null => Value::Array(Rc::new(row.into_iter().collect())),
            _ => interp.call_value(&callback, row.into(), call.at)?,
        };
        out.push(value, Some(call.at));
    }
    Ok(Value::Array(Rc::new(out)))
}

fn array_filter<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let callback = call.arg(interp, 1);
    let mode = call.int(interp, 2, 0);
    let mut out = Array::default();
    for (key, entry) in &array.entries {
        let value = interp.deref(entry.value.clone());
        let kept = match (&callback, mode) {
            (Value::Null, _) => value,
            (_, 2) => interp.call_value(&callback, vec![key_value(key)].into(), call.at)?,
            (_, 1) => interp.call_value(&callback, vec![value, key_value(key)].into(), call.at)?,
            _ => interp.call_value(&callback, vec![value].into(), call.at)?,
        };
        match interp.truth(&kept) {
            Truth::Known(true) => out.set_entry(key.clone(), entry.clone()),
            Truth::Known(false) => {}
            Truth::Maybe(unknown) => {
                let only_if = match &entry.only_if {
                    Some(other) => super::super::unknown::both(other, &unknown.expr),
                    None => Rc::from(unknown.expr.as_str()),
                };
                out.set_entry(key.clone(), Entry { only_if: Some(only_if), ..entry.clone() });
            }
        }
    }
    out.next = array.next;
    Ok(Value::Array(Rc::new(out)))
}

fn array_walk<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let callback = call.arg(interp, 1);
    let mut out = (*array).clone();
    for (key, entry) in &array.entries {
        let value = interp.deref(entry.value.clone());
        let cell = interp.new_cell(value);
        let mut args = vec![Value::Ref(cell.clone()), key_value(key)];
        if call.has(2) {
            args.push(call.arg(interp, 2));
        }
        interp.call_value(&callback, args.into(), call.at)?;
        let value = interp.cell(&cell).clone();
        if let Some(slot) = out.entries.get_mut(key) {
            slot.value = value;
        }
    }
    if let Some(cell) = call.cell(0) {
        interp.set_cell(&cell, Value::Array(Rc::new(out)));
    }
    Ok(Value::Bool(true))
}

fn array_reduce<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let callback = call.arg(interp, 1);
    let mut carry = call.arg(interp, 2);
    for entry in array.entries.values() {
        let value = interp.deref(entry.value.clone());
        carry = interp.call_value(&callback, vec![carry, value].into(), call.at)?;
    }
    Ok(carry)
}

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

fn array_column<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let (column, index) = (call.arg(interp, 1), call.arg(interp, 2));
    let mut out = Array::default();
    let part = |interp: &mut Interp<'a, '_>, row: &Value<'a>, name: &Value<'a>| -> Eval<'a, Option<Value<'a>>> {
        Ok(match row {
            Value::Array(row) => match interp.to_key(name) {
                Ok(key) => row.entries.get(&key).map(|entry| interp.deref(entry.value.clone())),
                Err(_) => None,
            },
            Value::Object(id) => match interp.to_text(name)? {
                Ok(name) => interp.heap_object(*id).props.get(&name).cloned(),
                Err(_) => None,
            },
            _ => None,
        })
    };
    for entry in array.entries.values() {
        let row = interp.deref(entry.value.clone());
        let value = if matches!(column, Value::Null) { Some(row.clone()) } else { part(interp, &row, &column)? };
        let Some(value) = value else { continue };
        let key = if matches!(index, Value::Null) { None } else { part(interp, &row, &index)? };
        match key.map(|key| interp.to_key(&key)) {
            Some(Ok(key)) => out.set(key, value, entry.at),
            _ => out.push(value, entry.at),
        }
    }
    Ok(Value::Array(Rc::new(out)))
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
    interp.spend(u32::try_from(missing + array.entries.len()).unwrap_or(u32::MAX), None)?;
    let padding = (0..missing).map(|_| (Key::Int(0), Entry::new(value.clone(), Some(call.at))));
    let present = array.entries.iter().map(|(key, entry)| (key.clone(), entry.clone()));
    let out = if size < 0 {
        super::array_ends::renumbered(padding.chain(present))
    } else {
        super::array_ends::renumbered(present.chain(padding))
    };
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

fn array_change_key_case<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let upper = call.int(interp, 1, 0) == 1;
    let mut out = Array::default();
    for (key, entry) in &array.entries {
        let key = match key {
            Key::Str(s) => Key::Str(if upper { s.to_ascii_uppercase() } else { s.to_ascii_lowercase() }.into()),
            Key::Int(n) => Key::Int(*n),
        };
        out.set_entry(key, entry.clone());
    }
    Ok(Value::Array(Rc::new(out)))
}

fn fold<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, start: i64, op: crate::php::ast::BinaryOp) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let at = crate::php::ast::At { start: call.at.start, end: call.at.end };
    let mut total = Value::Int(start);
    for entry in array.entries.values() {
        total = interp.apply(op, &total, &interp.deref(entry.value.clone()), at)?;
    }
    Ok(total)
}

fn array_sum<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    fold(interp, call, 0, crate::php::ast::BinaryOp::Add)
}

fn array_product<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    fold(interp, call, 1, crate::php::ast::BinaryOp::Mul)
}

fn array_splice<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    interp.spend(array.entries.len() as u32, None)?;
    let length = match call.arg(interp, 2) {
        Value::Null => None,
        _ => Some(call.int(interp, 2, 0)),
    };
    let (start, end) = super::array_ends::slice_bounds(array.entries.len(), call.int(interp, 1, 0), length);
    let inserted = match call.arg(interp, 3) {
        Value::Null => Rc::default(),
        Value::Array(array) => array,
        other => Rc::new(std::iter::once(other).collect::<Array<'a>>()),
    };
    let all: Vec<(Key<'a>, Entry<'a>)> = array.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())).collect();
    let removed = super::array_ends::renumbered(all.get(start..end).unwrap_or_default().iter().cloned());
    let before = all.get(..start).unwrap_or_default().iter().cloned();
    let after = all.get(end..).unwrap_or_default().iter().cloned();
    let middle = inserted.entries.values().map(|entry| (Key::Int(0), entry.clone()));
    let rest = super::array_ends::renumbered(before.chain(middle).chain(after));
    if let Some(cell) = call.cell(0) {
        interp.set_cell(&cell, Value::Array(Rc::new(rest)));
    }
    Ok(Value::Array(Rc::new(removed)))
}

fn call_user_func<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let callee = call.arg(interp, 0);
    let args: Vec<Value<'a>> = call.args.drain(..).skip(1).collect();
    interp.call_value(&callee, args.into(), call.at)
}

fn call_user_func_array<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let callee = call.arg(interp, 0);
    let Some(array) = call.array(interp, 1) else { return call.wrong_type(interp, 1, "array") };
    let args: Vec<Value<'a>> = array.entries.values().map(|entry| entry.value.clone()).collect();
    interp.call_value(&callee, args.into(), call.at)
}

fn given<'a>(interp: &mut Interp<'a, '_>) -> Vec<Value<'a>> {
    let Some(function) = interp.frame.function else { return Vec::new() };
    if interp.frame.args.len() > function.params.len() {
        return interp.frame.args.clone();
    }
    let count = interp.frame.given;
    function.params.iter().take(count).map(|param| interp.var(param.name).unwrap_or_default()).collect()
}

fn func_get_args<'a>(interp: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Array(Rc::new(given(interp).into_iter().collect())))
}

fn func_num_args<'a>(interp: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Int(interp.frame.given as i64))
}

fn func_get_arg<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let index = usize::try_from(call.int(interp, 0, 0)).unwrap_or(usize::MAX);
    Ok(given(interp).get(index).cloned().unwrap_or(Value::Bool(false)))
}

fn compact<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let mut out = Array::default();
    let mut queue: Vec<Value<'a>> = call.args.iter().rev().cloned().collect();
    while let Some(name) = queue.pop() {
        interp.spend(1, None)?;
        match interp.deref(name) {
            Value::Str(name) => {
                let name = interp.intern(&name);
                if interp.has_var(name) {
                    let value = interp.var(name)?;
                    out.set(Key::Str(name.into()), value, Some(call.at));
                }
            }
            Value::Array(names) => queue.extend(names.entries.values().rev().map(|entry| entry.value.clone())),
            _ => {}
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn extract<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let keep = call.int(interp, 1, 0) == 1;
    let mut count = 0;
    for (key, entry) in &array.entries {
        if let Key::Str(name) = key {
            let name = interp.intern(name);
            if name == "this" || (keep && interp.has_var(name)) {
                continue;
            }
            let value = interp.deref(entry.value.clone());
            interp.set_var(name, value);
            count += 1;
        }
    }
    Ok(Value::Int(count))
}

fn is_callable<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = call.arg(interp, 0);
    Ok(Value::Bool(match &value {
        Value::Closure(_) => true,
        Value::Str(name) => match name.split_once("::") {
            Some((class, method)) => match interp.find_class(class)? {
                Some(id) => interp.find_method(id, method).is_some(),
                None => false,
            },
            None => {
                let known = interp.builtins.contains_key(&*super::super::names::lower(name));
                known || interp.find_function(name)?.is_some()
            }
        },
        Value::Array(pair) => match (pair.entries.get_index(0), pair.entries.get_index(1)) {
            (Some((_, holder)), Some((_, method))) => {
                let class = match &holder.value {
                    Value::Object(id) => Some(interp.heap_object(*id).class.clone().into()),
                    Value::Str(class) => Some(class.clone()),
                    _ => None,
                };
                match (class, &method.value) {
                    (Some(class), Value::Str(method)) => match interp.find_class(&class)? {
                        Some(id) => interp.find_method(id, method).is_some(),
                        None => false,
                    },
                    _ => false,
                }
            }
            _ => false,
        },
        Value::Object(id) => interp.method_of(*id, "__invoke").is_some(),
        Value::Unknown(unknown) => return Ok(call.unknown(interp, Some(&unknown.clone()))),
        _ => false,
    }))
}

fn iterator_to_array<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let pairs = match call.arg(interp, 0) {
        array @ Value::Array(_) => return Ok(array),
        Value::Object(id) => interp.drain(id, At { start: call.at.start, end: call.at.end })?,
        _ => None,
    };
    let Some(pairs) = pairs else { return Ok(call.unknown(interp, None)) };
    let keeps_keys = !call.has(1) || call.flag(interp, 1);
    let mut out = Array::default();
    for (key, value) in pairs {
        match interp.to_key(&key) {
            Ok(key) if keeps_keys => out.set(key, value, None),
            Err(_) if keeps_keys => return Ok(call.unknown(interp, None)),
            Ok(_) | Err(_) => out.push(value, None),
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn iterator_count<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let count = match call.arg(interp, 0) {
        Value::Array(array) => Some(array.entries.len()),
        Value::Object(id) => interp.drain(id, At { start: call.at.start, end: call.at.end })?.map(|pairs| pairs.len()),
        _ => None,
    };
    Ok(count.map_or_else(|| call.unknown(interp, None), |count| Value::Int(count as i64)))
}
