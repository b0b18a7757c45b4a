//! Sorting.

use std::cmp::Ordering;
use std::rc::Rc;

use super::super::stmt::key_value;
use super::super::{Eval, Interp};
use super::{Builtin, Call, by_ref};
use crate::php::value::{Array, Entry, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    by_ref("sort", 1, 1, |i, c| sort(i, c, Order { by_key: false, keep: false, down: false, user: false })),
    by_ref("rsort", 1, 1, |i, c| sort(i, c, Order { by_key: false, keep: false, down: true, user: false })),
    by_ref("asort", 1, 1, |i, c| sort(i, c, Order { by_key: false, keep: true, down: false, user: false })),
    by_ref("arsort", 1, 1, |i, c| sort(i, c, Order { by_key: false, keep: true, down: true, user: false })),
    by_ref("ksort", 1, 1, |i, c| sort(i, c, Order { by_key: true, keep: true, down: false, user: false })),
    by_ref("krsort", 1, 1, |i, c| sort(i, c, Order { by_key: true, keep: true, down: true, user: false })),
    by_ref("usort", 2, 1, |i, c| sort(i, c, Order { by_key: false, keep: false, down: false, user: true })),
    by_ref("uasort", 2, 1, |i, c| sort(i, c, Order { by_key: false, keep: true, down: false, user: true })),
    by_ref("uksort", 2, 1, |i, c| sort(i, c, Order { by_key: true, keep: true, down: false, user: true })),
];

#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "the four ways in which PHP's sorts differ")]
struct Order {
    by_key: bool,
    keep: bool,
    down: bool,
    user: bool,
}

type Item<'a> = (Key<'a>, Entry<'a>);

fn sort<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, order: Order) -> Eval<'a> {
    let array = match call.arg(interp, 0) {
        Value::Array(array) => array,
        Value::Unknown(_) => return Ok(Value::Bool(true)),
        _ => return call.wrong_type(interp, 0, "array"),
    };
    let items: Vec<Item<'a>> = array.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())).collect();
    let sorted = merge_sort(interp, call, order, items)?;
    let mut out = Array { next: array.next, ..Array::default() };
    if order.keep {
        for (key, entry) in sorted {
            out.set_entry(key, entry);
        }
    } else {
        out.next = 0;
        for (_, entry) in sorted {
            out.push_entry(entry);
        }
    }
    if let Some(cell) = call.cell(0) {
        interp.set_cell(&cell, Value::Array(Rc::new(out)));
    }
    Ok(Value::Bool(true))
}

/// A stable sort whose comparison may call back, fail or not know: then the older order stays.
fn merge_sort<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, order: Order, items: Vec<Item<'a>>) -> Eval<'a, Vec<Item<'a>>> {
    let mut runs: Vec<Vec<Item<'a>>> = items.into_iter().map(|item| vec![item]).collect();
    while runs.len() > 1 {
        let mut next = Vec::with_capacity(runs.len() / 2 + 1);
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            match pairs.next() {
                Some(right) => next.push(merge(interp, call, order, left, right)?),
                None => next.push(left),
            }
        }
        runs = next;
    }
    Ok(runs.pop().unwrap_or_default())
}

fn merge<'a>(
    interp: &mut Interp<'a, '_>,
    call: &Call<'a>,
    order: Order,
    left: Vec<Item<'a>>,
    right: Vec<Item<'a>>,
) -> Eval<'a, Vec<Item<'a>>> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let mut left = left.into_iter().peekable();
    let mut right = right.into_iter().peekable();
    loop {
        let take_right = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => compare(interp, call, order, a, b)? == Ordering::Greater,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => return Ok(out),
        };
        out.extend(if take_right { right.next() } else { left.next() });
    }
}

fn compare<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, order: Order, a: &Item<'a>, b: &Item<'a>) -> Eval<'a, Ordering> {
    interp.spend(1, None)?;
    let part = |interp: &Interp<'a, '_>, item: &Item<'a>| {
        if order.by_key { key_value(&item.0) } else { interp.deref(item.1.value.clone()) }
    };
    let (x, y) = (part(interp, a), part(interp, b));
    let result = if order.user {
        let callback = call.arg(interp, 1);
        let answer = interp.call_value(&callback, vec![x, y].into(), call.at)?;
        interp.to_int(&answer).map_or(Ordering::Equal, |n| n.cmp(&0))
    } else {
        let flags = call.int(interp, 1, 0);
        if flags & 7 == 2 {
            let (x, y) = (interp.to_text(&x)?, interp.to_text(&y)?);
            match (x, y) {
                (Ok(x), Ok(y)) if flags & 8 != 0 => x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase()),
                (Ok(x), Ok(y)) => x.as_bytes().cmp(y.as_bytes()),
                _ => Ordering::Equal,
            }
        } else {
            interp.compare(&x, &y).flatten().unwrap_or(Ordering::Equal)
        }
    };
    Ok(if order.down { result.reverse() } else { result })
}
