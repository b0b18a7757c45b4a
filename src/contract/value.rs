//! Values: parameters and results, whatever protocol carries them.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Keys and values of a [`Value::Map`], in order.
pub type Map = IndexMap<String, Value>;

/// A value. On the wire of JSON it is what it looks like.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// Null, which is not the same as absent.
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// 64-bit signed.
    Int(i64),
    /// Double precision. Never NaN or infinite, which JSON cannot say.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// A record or a map, in order. Shared: a store hands out its records by the thousand, and none is copied for it. Build one from a
    /// [`Map`] or an iterator of pairs; change one with [`Arc::make_mut`].
    Map(Arc<Map>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Map(_) => None,
        }
    }

    /// The keys and values, if it is a map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::List(_) => None,
        }
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => out.serialize_unit(),
            Value::Bool(truth) => out.serialize_bool(*truth),
            Value::Int(number) => out.serialize_i64(*number),
            Value::Float(number) => out.serialize_f64(*number),
            Value::String(text) => out.serialize_str(text),
            Value::List(items) => out.collect_seq(items),
            Value::Map(map) => out.collect_map(map.iter()),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    /// An integer beyond 64 bits becomes a float, as everywhere in JSON; of a key that is there twice the last value counts.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(AnyValue)
    }
}

/// Takes whatever stands in the input.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "what JSON does to an integer that is too large")]
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = input.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = input.next_entry()? {
            // Readers of JSON differ in which of two they take (RFC 8259, section 4).
            if map.insert_full(key, value).1.is_some() {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        Ok(map.into())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(Arc::new(map))
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect::<Map>().into()
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(items)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_in_and_comes_out_the_same() {
        let text = r#"{"b":[null,true,-7,1.5,"x",{}],"a":{"z":1,"y":[]}}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        assert_eq!(value.get("a").and_then(|a| a.get("z")), Some(&Value::Int(1)));
    }

    #[test]
    fn a_key_stands_once() {
        let refused = |text| serde_json::from_str::<Value>(text).unwrap_err().to_string();
        assert_eq!(refused(r#"{"a":1,"a":1}"#), "a key is there twice at line 1 column 13");
        assert!(refused(r#"[{"b":{"a":1,"\u0061":2}}]"#).starts_with("a key is there twice"));
    }

    #[test]
    fn an_integer_beyond_64_bits_is_a_float() {
        assert_eq!(serde_json::from_str::<Value>("18446744073709551615").unwrap(), Value::Float(18_446_744_073_709_551_615.0));
    }
}
