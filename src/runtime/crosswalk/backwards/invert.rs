//! Guesses: from the arguments of a call those of the operation, from what the operation gives the answer of the call. Whoever asks proves
//! them.

use mwsc_contract::Value;
use mwsc_contract::crosswalk::Expr;
use mwsc_contract::crosswalk::expr::Argument;
use mwsc_contract::crosswalk::filter::Filter;
use mwsc_contract::value::Map;

use super::follow::of_parameter;
use crate::crosswalk::convert::equal;

/// The parameters for which an expression has a value; several where it is a list of one thing and the value has more of them.
pub fn arguments(pattern: &Expr, value: &Value) -> Vec<Map> {
    bind(pattern, value, Map::new())
}

fn bind(pattern: &Expr, value: &Value, mut bound: Map) -> Vec<Map> {
    match (pattern, value) {
        (Expr::Name(name), value) => {
            let Some(param) = of_parameter(name) else { return vec![bound] };
            if bound.get(param).is_some_and(|known| !equal(known, value)) {
                return Vec::new();
            }
            bound.insert(param.to_owned(), value.clone());
            vec![bound]
        }
        (Expr::List(items), Value::List(values)) => match items.as_slice() {
            [item] => values.iter().flat_map(|value| bind(item, value, bound.clone())).collect(),
            _ => vec![bound],
        },
        (Expr::Record(fields), Value::Map(values)) => fields.iter().fold(vec![bound], |all, (name, field)| {
            let value = values.get(name).unwrap_or(&Value::Null);
            all.into_iter().flat_map(|bound| bind(field, value, bound)).collect()
        }),
        (Expr::Filter(of, Filter::Map, arguments), Value::List(values)) => match arguments.as_slice() {
            [Argument::Each(item, body)] => {
                let items: Option<Vec<Value>> = values.iter().map(|value| structure(body, item, value)).collect();
                items.map_or_else(|| vec![bound.clone()], |items| bind(of, &Value::List(items), bound.clone()))
            }
            _ => vec![bound],
        },
        (Expr::Filter(of, filter, _), value) if converts(*filter) => bind(of, value, bound),
        (Expr::Else(of, _), value) => bind(of, value, bound),
        // A value of its own decides nothing here.
        _ => vec![bound],
    }
}

/// Whether a filter makes of a single value another spelling of it.
fn converts(filter: Filter) -> bool {
    use Filter::{Filled, Flag, Float, Int, Lower, Text, Trim, Truth};
    matches!(filter, Int | Float | Text | Truth | Flag | Lower | Trim | Filled)
}

/// The answer of which an expression makes a value, as far as the value tells it. `name` is that of the answer.
pub fn answer(gives: &Expr, name: &str, value: &Value) -> Option<Value> {
    match gives {
        Expr::Name(own) if own == name => Some(value.clone()),
        Expr::Field(of, field) => answer(of, name, &[(field.as_str(), value.clone())].into_iter().collect()),
        Expr::Filter(of, Filter::First, _) => answer(of, name, &Value::List(vec![value.clone()])),
        Expr::Filter(of, Filter::List | Filter::Sort | Filter::Where | Filter::Filled | Filter::Flag | Filter::Int | Filter::Text, _)
        | Expr::Else(of, _) => answer(of, name, value),
        Expr::Filter(of, Filter::As | Filter::Map, arguments) => match arguments.as_slice() {
            [Argument::Each(item, body)] => {
                let inverted = match value {
                    Value::List(items) => Value::List(items.iter().map(|one| structure(body, item, one)).collect::<Option<_>>()?),
                    one => structure(body, item, one)?,
                };
                answer(of, name, &inverted)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The structure of which a record was made, as far as the record tells it.
fn structure(body: &Expr, item: &str, value: &Value) -> Option<Value> {
    let Expr::Record(fields) = body else { return answer(body, item, value) };
    let mut out = Map::new();
    for (name, expr) in fields {
        if let Some(Value::Map(part)) = value.get(name).and_then(|value| answer(expr, item, value)) {
            // A field that comes of a field alone; what comes of more cannot be taken apart.
            if let (1, Some((key, inner))) = (part.len(), part.first()) {
                out.insert(key.clone(), inner.clone());
            }
        }
    }
    Some(out.into())
}
