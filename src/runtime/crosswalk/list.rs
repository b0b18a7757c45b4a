//! Conversions of lists.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::convert::text;

/// One list of the lists within a list; what is no list stays as it is, null goes.
pub fn flat(value: Value) -> Value {
    let Value::List(items) = value else { return Value::List(Vec::new()) };
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::List(inner) => out.extend(inner),
            Value::Null => {}
            other @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Map(_)) => out.push(other),
        }
    }
    Value::List(out)
}

/// Lists of so many items, one at least; the last of what is left.
pub fn chunks(items: &[Value], size: i64) -> Value {
    let size = usize::try_from(size).unwrap_or(1).max(1);
    Value::List(items.chunks(size).map(|chunk| Value::List(chunk.to_vec())).collect())
}

/// Each item once, the first of equal ones.
pub fn unique(items: Vec<Value>) -> Value {
    let mut seen = HashSet::new();
    let of = |item: &Value| serde_json::to_string(item).unwrap_or_default();
    Value::List(items.into_iter().filter(|item| seen.insert(of(item))).collect())
}

/// How deep a tree may become: what lies deeper is as deep as this. Values are walked recursively.
const MAX_DEPTH: usize = 100;

/// Records nested by their parents: one whose `parent` is the `id` of another one moves into the list `children` of that one. The order
/// stays. Records that are parents of each other in a circle cannot be reached from outside, so they stay where they are.
pub fn tree(items: Vec<Value>, id: &str, parent: &str, children: &str) -> Value {
    let of = |item: &Value, key: &str| item.get(key).map(text).unwrap_or_default();
    let place: HashMap<String, usize> = items.iter().enumerate().map(|(at, item)| (of(item, id), at)).collect();
    let mut parents: Vec<Option<usize>> =
        items.iter().enumerate().map(|(at, item)| place.get(&of(item, parent)).copied().filter(|&found| found != at)).collect();
    flatten(&mut parents);
    // Leaves first: a record moves when all below it have moved.
    let mut below = vec![0_usize; items.len()];
    for parent in parents.iter().flatten() {
        below[*parent] += 1;
    }
    let mut inside: Vec<Vec<(usize, Value)>> = vec![Vec::new(); items.len()];
    let mut items: Vec<Option<Value>> = items.into_iter().map(Some).collect();
    let mut ready: Vec<usize> = (0..items.len()).filter(|&at| below[at] == 0).collect();
    while let Some(at) = ready.pop() {
        let Some(parent) = parents[at] else { continue };
        let Some(item) = items[at].take() else { continue };
        let item = with_children(item, std::mem::take(&mut inside[at]), children);
        inside[parent].push((at, item));
        below[parent] -= 1;
        if below[parent] == 0 {
            ready.push(parent);
        }
    }
    let roots = items.into_iter().zip(inside).filter_map(|(item, inside)| Some(with_children(item?, inside, children)));
    Value::List(roots.collect())
}

/// Makes those that lie too deep children of an ancestor that does not.
fn flatten(parents: &mut [Option<usize>]) {
    for at in 0..parents.len() {
        let above: Vec<usize> = std::iter::successors(parents[at], |&above| parents[above]).take(parents.len()).collect();
        if above.len() > MAX_DEPTH && above.len() < parents.len() {
            parents[at] = above.get(above.len() - MAX_DEPTH).copied();
        }
    }
}

fn with_children(item: Value, mut inside: Vec<(usize, Value)>, children: &str) -> Value {
    if inside.is_empty() {
        return item;
    }
    inside.sort_by_key(|(at, _)| *at);
    let mut map: Arc<Map> = match item {
        Value::Map(map) => map,
        other @ (Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::List(_)) => return other,
    };
    Arc::make_mut(&mut map).insert(children.to_owned(), Value::List(inside.into_iter().map(|(_, item)| item).collect()));
    Value::Map(map)
}
