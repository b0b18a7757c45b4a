//! Defaults: PHP's values as those of the contract, which are JSON's.

use mwsc_contract::{Presence, Value};

use crate::ir::{self, Key, Literal, Schema, Slot, Type, TypeId, dump};

/// Whether a slot must be filled, and with what it is filled otherwise. A default that holds something that only a site knows, or that
/// JSON cannot say, is its PHP expression.
pub(super) fn presence(schema: &Schema, slot: &Slot) -> Presence {
    match &slot.presence {
        ir::Presence::Required => Presence::Required,
        ir::Presence::Optional => Presence::Optional,
        ir::Presence::Default(Literal::Runtime(expression)) => Presence::Runtime(expression.clone()),
        ir::Presence::Default(literal) => {
            value(schema, slot.ty, literal).map_or_else(|| Presence::Runtime(written(literal)), Presence::Default)
        }
    }
}

fn written(literal: &Literal) -> String {
    let mut out = String::new();
    dump::literal(&mut out, literal);
    out
}

/// A literal as a value of a type. PHP has one array where JSON has two things: the type says which of them `[]` is.
fn value(schema: &Schema, ty: TypeId, literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Float(value) => Value::Float(Some(*value).filter(|value| value.is_finite())?),
        Literal::Str(value) => Value::String(value.clone()),
        Literal::Runtime(_) => return None,
        Literal::Array(items) => match schema.ty(ty) {
            Type::List => {
                let item = schema.item(ty)?.ty;
                Value::List(items.iter().map(|(_, literal)| value(schema, item, literal)).collect::<Option<_>>()?)
            }
            Type::Record(_) => {
                let entry = |(key, literal): &(Key, Literal)| {
                    let key = text(key);
                    let field = schema.fields(ty).find(|field| field.name == key);
                    let value = match field {
                        Some(field) => value(schema, field.slot.ty, literal),
                        None => untyped(literal),
                    };
                    Some((key, value?))
                };
                Value::Map(items.iter().map(entry).collect::<Option<_>>()?)
            }
            Type::Scalar(_) => untyped(literal)?,
        },
    })
}

/// A literal where no type says what it is: a list when its keys are those of one.
fn untyped(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Float(value) => Value::Float(Some(*value).filter(|value| value.is_finite())?),
        Literal::Str(value) => Value::String(value.clone()),
        Literal::Runtime(_) => return None,
        Literal::Array(items) if Literal::is_list(items) => {
            Value::List(items.iter().map(|(_, literal)| untyped(literal)).collect::<Option<_>>()?)
        }
        Literal::Array(items) => {
            Value::Map(items.iter().map(|(key, literal)| Some((text(key), untyped(literal)?))).collect::<Option<_>>()?)
        }
    })
}

fn text(key: &Key) -> String {
    match key {
        Key::Int(key) => key.to_string(),
        Key::Str(key) => key.clone(),
    }
}
