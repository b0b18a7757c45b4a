//! Evaluates expressions. Every expression has a value, whatever the values of its names are; only the work is bounded.

use std::borrow::Cow;

use mwsc_contract::Value;
use mwsc_contract::crosswalk::Expr;
use mwsc_contract::crosswalk::expr::{Argument, Piece};
use mwsc_contract::crosswalk::filter::Filter;
use mwsc_contract::value::Map;

use super::convert::{self, text, truth};
use super::list;
use super::scope::{Exhausted, Fuel, Scope};

static NULL: Value = Value::Null;

/// The value of an expression; borrowed where it stands in the scope already.
pub fn eval<'s>(expr: &Expr, scope: &Scope<'s>, fuel: &mut Fuel) -> Result<Cow<'s, Value>, Exhausted> {
    fuel.burn(1)?;
    Ok(match expr {
        Expr::Value(value) => Cow::Owned(value.clone()),
        Expr::Text(pieces) => {
            let mut out = String::new();
            for piece in pieces {
                match piece {
                    Piece::Plain(plain) => out.push_str(plain),
                    Piece::Value(value) => out.push_str(&text(&*eval(value, scope, fuel)?)),
                }
            }
            Cow::Owned(Value::String(out))
        }
        Expr::Name(name) => Cow::Borrowed(scope.get(name).unwrap_or(&NULL)),
        Expr::Field(of, name) => field(eval(of, scope, fuel)?, name, fuel)?,
        Expr::Item(of, key) => {
            let key = eval(key, scope, fuel)?;
            field(eval(of, scope, fuel)?, &text(&key), fuel)?
        }
        Expr::List(items) => {
            let items: Result<Vec<Value>, Exhausted> = items.iter().map(|item| Ok(eval(item, scope, fuel)?.into_owned())).collect();
            Cow::Owned(Value::List(items?))
        }
        Expr::Record(fields) => {
            let mut out = Map::with_capacity(fields.len());
            for (name, value) in fields {
                match eval(value, scope, fuel)?.into_owned() {
                    Value::Null => {}
                    value => drop(out.insert(name.clone(), value)),
                }
            }
            Cow::Owned(out.into())
        }
        Expr::Equal(a, b) => Cow::Owned(Value::Bool(convert::equal(&*eval(a, scope, fuel)?, &*eval(b, scope, fuel)?))),
        Expr::Differs(a, b) => Cow::Owned(Value::Bool(!convert::equal(&*eval(a, scope, fuel)?, &*eval(b, scope, fuel)?))),
        Expr::Both(a, b) => Cow::Owned(Value::Bool(truth(&*eval(a, scope, fuel)?) && truth(&*eval(b, scope, fuel)?))),
        Expr::Either(a, b) => Cow::Owned(Value::Bool(truth(&*eval(a, scope, fuel)?) || truth(&*eval(b, scope, fuel)?))),
        Expr::Not(of) => Cow::Owned(Value::Bool(!truth(&*eval(of, scope, fuel)?))),
        Expr::Else(a, b) => match eval(a, scope, fuel)? {
            value if *value == Value::Null => eval(b, scope, fuel)?,
            value => value,
        },
        Expr::Filter(of, filter, arguments) => {
            let value = eval(of, scope, fuel)?;
            apply(value, *filter, arguments, scope, fuel)?
        }
    })
}

/// The value as a condition.
pub fn holds(expr: &Expr, scope: &Scope<'_>, fuel: &mut Fuel) -> Result<bool, Exhausted> {
    Ok(truth(&*eval(expr, scope, fuel)?))
}

/// The field of a record; of a list the fields of its items, null where there is none.
fn field<'s>(of: Cow<'s, Value>, name: &str, fuel: &mut Fuel) -> Result<Cow<'s, Value>, Exhausted> {
    Ok(match of {
        Cow::Borrowed(Value::Map(map)) => Cow::Borrowed(map.get(name).unwrap_or(&NULL)),
        Cow::Owned(Value::Map(map)) => Cow::Owned(map.get(name).cloned().unwrap_or_default()),
        Cow::Borrowed(Value::List(items)) => Cow::Owned(fields(items, name, fuel)?),
        Cow::Owned(Value::List(items)) => Cow::Owned(fields(&items, name, fuel)?),
        Cow::Borrowed(_) | Cow::Owned(_) => Cow::Borrowed(&NULL),
    })
}

fn fields(items: &[Value], name: &str, fuel: &mut Fuel) -> Result<Value, Exhausted> {
    fuel.burn(items.len())?;
    let of = |item| Ok(field(Cow::Borrowed(item), name, fuel)?.into_owned());
    Ok(Value::List(items.iter().map(of).collect::<Result<_, _>>()?))
}

fn apply<'s>(
    value: Cow<'s, Value>,
    filter: Filter,
    arguments: &[Argument],
    scope: &Scope<'s>,
    fuel: &mut Fuel,
) -> Result<Cow<'s, Value>, Exhausted> {
    let mut values = Vec::new();
    let mut each = None;
    for argument in arguments {
        match argument {
            Argument::Value(expr) => values.push(eval(expr, scope, fuel)?),
            Argument::Each(item, body) => each = Some((item.as_str(), body)),
        }
    }
    fuel.burn(value.as_list().map_or(0, <[Value]>::len))?;
    match each {
        Some(each) => by_item(value, filter, each, scope, fuel),
        None => whole(value, filter, &values, fuel),
    }
}

/// Applies a filter that takes values.
fn whole<'s>(value: Cow<'s, Value>, filter: Filter, arguments: &[Cow<'s, Value>], fuel: &mut Fuel) -> Result<Cow<'s, Value>, Exhausted> {
    let null = Cow::Borrowed(&NULL);
    let first = arguments.first().unwrap_or(&null);
    Ok(match filter {
        Filter::Int => convert::unless_null(value, convert::int),
        Filter::Float => convert::unless_null(value, convert::float),
        Filter::Text => convert::unless_null(value, |value| Value::String(text(value))),
        Filter::Truth => Cow::Owned(Value::Bool(truth(&value))),
        Filter::Flag => convert::unless_null(value, |value| Value::Int(i64::from(truth(value)))),
        Filter::Lower => convert::unless_null(value, |value| Value::String(text(value).to_lowercase())),
        Filter::Trim => convert::unless_null(value, |value| Value::String(text(value).trim().to_owned())),
        Filter::Plain => convert::unless_null(value, |value| Value::String(convert::plain(&text(value)))),
        Filter::Date => convert::unless_null(value, |value| Value::String(convert::date(convert::integer(value)))),
        Filter::Filled => {
            if truth(&value) {
                value
            } else {
                null
            }
        }
        Filter::Json => Cow::Owned(value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()),
        Filter::List => match &*value {
            Value::List(_) => value,
            Value::Null => Cow::Owned(Value::List(Vec::new())),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Map(_) => {
                Cow::Owned(Value::List(vec![value.into_owned()]))
            }
        },
        Filter::Flat => Cow::Owned(list::flat(value.into_owned())),
        Filter::First => match value {
            Cow::Borrowed(value) => Cow::Borrowed(value.as_list().and_then(<[Value]>::first).unwrap_or(&NULL)),
            Cow::Owned(value) => Cow::Owned(items(value).into_iter().next().unwrap_or_default()),
        },
        Filter::Count => Cow::Owned(Value::Int(value.as_list().map_or(0, |items| i64::try_from(items.len()).unwrap_or(i64::MAX)))),
        Filter::Unique => Cow::Owned(list::unique(items(value.into_owned()))),
        Filter::Reverse => Cow::Owned(Value::List(items(value.into_owned()).into_iter().rev().collect())),
        Filter::Take => match usize::try_from(convert::integer(first)) {
            Ok(0) | Err(_) => value,
            Ok(most) => Cow::Owned(Value::List(items(value.into_owned()).into_iter().take(most).collect())),
        },
        Filter::Has => {
            let found = value.as_list().is_some_and(|items| items.iter().any(|item| convert::equal(item, first)));
            Cow::Owned(Value::Bool(found))
        }
        Filter::Join => {
            let texts: Vec<String> = items(value.into_owned()).iter().map(text).collect();
            Cow::Owned(Value::String(texts.join(&text(first))))
        }
        Filter::Split => Cow::Owned(convert::split(&text(&value), &text(first))),
        Filter::Concat => {
            fuel.burn(first.as_list().map_or(0, <[Value]>::len))?;
            let mut all = items(value.into_owned());
            all.extend(items(first.clone().into_owned()));
            Cow::Owned(Value::List(all))
        }
        Filter::With => {
            let mut all = value.as_map().cloned().unwrap_or_default();
            all.extend(first.as_map().cloned().unwrap_or_default());
            Cow::Owned(all.into())
        }
        Filter::Tree => {
            let name = |at: usize| arguments.get(at).map(|value| text(value)).unwrap_or_default();
            Cow::Owned(list::tree(items(value.into_owned()), &name(0), &name(1), &name(2)))
        }
        Filter::Chunks => Cow::Owned(list::chunks(value.as_list().unwrap_or_default(), convert::integer(first))),
        Filter::AtMost => Cow::Owned(Value::Bool(convert::number(&value) <= convert::number(first))),
        // The notation does not let a filter be without what it takes.
        Filter::Where | Filter::Find | Filter::Map | Filter::As | Filter::Sort | Filter::Index => null,
    })
}

/// Applies a filter that takes an expression for each item: the item's name in it, and the expression.
fn by_item<'s>(
    value: Cow<'s, Value>,
    filter: Filter,
    (item, body): (&str, &Expr),
    scope: &Scope<'s>,
    fuel: &mut Fuel,
) -> Result<Cow<'s, Value>, Exhausted> {
    let null = Cow::Borrowed(&NULL);
    Ok(match filter {
        Filter::Where => {
            let mut kept = Vec::new();
            for one in items(value.into_owned()) {
                if holds(body, &scope.item(item, &one), fuel)? {
                    kept.push(one);
                }
            }
            Cow::Owned(Value::List(kept))
        }
        Filter::Find => {
            for one in items(value.into_owned()) {
                if holds(body, &scope.item(item, &one), fuel)? {
                    return Ok(Cow::Owned(one));
                }
            }
            null
        }
        Filter::Map => {
            let mut out = Vec::new();
            for one in items(value.into_owned()) {
                out.push(eval(body, &scope.item(item, &one), fuel)?.into_owned());
            }
            Cow::Owned(Value::List(out))
        }
        Filter::As => match value.into_owned() {
            Value::Null => null,
            Value::List(items) => {
                let mut out = Vec::with_capacity(items.len());
                for one in items {
                    out.push(eval(body, &scope.item(item, &one), fuel)?.into_owned());
                }
                Cow::Owned(Value::List(out))
            }
            one @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Map(_)) => {
                Cow::Owned(eval(body, &scope.item(item, &one), fuel)?.into_owned())
            }
        },
        Filter::Sort => {
            let mut keyed = Vec::new();
            for one in items(value.into_owned()) {
                let key = eval(body, &scope.item(item, &one), fuel)?.into_owned();
                keyed.push((key, one));
            }
            keyed.sort_by(|(a, _), (b, _)| convert::order(a, b));
            Cow::Owned(Value::List(keyed.into_iter().map(|(_, one)| one).collect()))
        }
        Filter::Index => {
            let mut out = Map::new();
            for one in items(value.into_owned()) {
                let key = text(&*eval(body, &scope.item(item, &one), fuel)?);
                out.entry(key).or_insert(one);
            }
            Cow::Owned(out.into())
        }
        // Nor does it let another filter have one.
        Filter::Int
        | Filter::Float
        | Filter::Text
        | Filter::Truth
        | Filter::Flag
        | Filter::Lower
        | Filter::Trim
        | Filter::Plain
        | Filter::Date
        | Filter::Filled
        | Filter::Json
        | Filter::List
        | Filter::Flat
        | Filter::First
        | Filter::Count
        | Filter::Unique
        | Filter::Reverse
        | Filter::Take
        | Filter::Has
        | Filter::Join
        | Filter::Split
        | Filter::Concat
        | Filter::With
        | Filter::Tree
        | Filter::Chunks
        | Filter::AtMost => null,
    })
}

/// The items of a list; of anything else none.
pub fn items(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items,
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Map(_) => Vec::new(),
    }
}
