//! Functions that go through an array, item by item.

use std::rc::Rc;

use super::super::convert::Truth;
use super::super::stmt::key_value;
use super::super::unknown::both;
use super::super::{Eval, Interp};
use super::array::arrays;
use super::{Builtin, Call, by_ref, lenient, pure};
use crate::php::ast::{At, BinaryOp};
use crate::php::value::{Array, Entry, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    lenient("array_map", 2, array_map),
    pure("array_filter", 1, array_filter),
    by_ref("array_walk", 2, 1, array_walk),
    pure("array_reduce", 2, array_reduce),
    pure("array_column", 2, array_column),
    pure("array_change_key_case", 1, array_change_key_case),
    pure("array_sum", 1, array_sum),
    pure("array_product", 1, array_product),
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
                    Some(other) => both(other, &unknown.expr),
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

fn fold<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, start: i64, op: BinaryOp) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let at = At { start: call.at.start, end: call.at.end };
    let mut total = Value::Int(start);
    for entry in array.entries.values() {
        total = interp.apply(op, &total, &interp.deref(entry.value.clone()), at)?;
    }
    Ok(total)
}

fn array_sum<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    fold(interp, call, 0, BinaryOp::Add)
}

fn array_product<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    fold(interp, call, 1, BinaryOp::Mul)
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
