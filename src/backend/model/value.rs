//! Defaults: PHP's values as those of the contract, which are JSON's.

use mwsc_contract::value::Map;
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
            value(schema, Some(slot.ty), literal).map_or_else(|| Presence::Runtime(written(literal)), Presence::Default)
        }
    }
}

fn written(literal: &Literal) -> String {
    let mut out = String::new();
    dump::literal(&mut out, literal);
    out
}

/// A literal as a value of a type, if one is known. PHP has one array where JSON has lists and objects: the type says which of them `[]` is,
/// and without one the keys do.
fn value(schema: &Schema, ty: Option<TypeId>, literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Array(items) => {
            let is_list = match ty.map(|ty| schema.ty(ty)) {
                Some(Type::List) => true,
                Some(Type::Record(_)) => false,
                Some(Type::Scalar(_)) | None => Literal::is_list(items),
            };
            if is_list {
                let item = ty.and_then(|ty| schema.item(ty)).map(|item| item.ty);
                Value::List(items.iter().map(|(_, literal)| value(schema, item, literal)).collect::<Option<_>>()?)
            } else {
                let entry = |(key, literal): &(Key, Literal)| {
                    let key = text(key);
                    let field = ty.and_then(|ty| schema.fields(ty).find(|field| field.name == key)).map(|field| field.slot.ty);
                    value(schema, field, literal).map(|value| (key, value))
                };
                items.iter().map(entry).collect::<Option<Map>>()?.into()
            }
        }
        literal => scalar(literal)?,
    })
}

/// A literal without parts as a value.
pub(super) fn scalar(literal: &Literal) -> Option<Value> {
    match literal {
        Literal::Null => Some(Value::Null),
        Literal::Bool(value) => Some(Value::Bool(*value)),
        Literal::Int(value) => Some(Value::Int(*value)),
        Literal::Float(value) => Some(Value::Float(*value)).filter(|_| value.is_finite()),
        Literal::Str(value) => Some(Value::String(value.clone())),
        Literal::Runtime(_) | Literal::Array(_) => None,
    }
}

fn text(key: &Key) -> String {
    match key {
        Key::Int(key) => key.to_string(),
        Key::Str(key) => key.clone(),
    }
}
