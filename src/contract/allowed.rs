//! The values of an enumeration, and whether one of them is meant.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema::Kind;
use crate::value::Value;

/// How many values a message tells.
const SHOWN: usize = 20;

/// The values that a scalar may have, each of its kind, and once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Allowed(pub Vec<Value>);

impl Allowed {
    /// Whether a value is one of them. A number is the same whether it has a fraction of zero or none.
    pub fn allows(&self, value: &Value) -> bool {
        self.0.iter().any(|allowed| same(allowed, value))
    }

    /// What stands where nobody said which: the blank of its kind where that is allowed, or else the first.
    pub fn blank(&self, blank: Value) -> Value {
        match self.0.first() {
            Some(first) if !self.allows(&blank) => first.clone(),
            Some(_) | None => blank,
        }
    }

    /// What is wrong with them as values of a kind, in words that follow "the enumeration".
    pub(crate) fn fault(&self, kind: Kind) -> Option<String> {
        if self.0.is_empty() {
            return Some("has no values".to_owned());
        }
        if let Some(value) = self.0.iter().find(|value| !of_kind(kind, value)) {
            return Some(format!("has a value {}, which is no {}", shown(value), kind.word()));
        }
        let mut seen = HashSet::with_capacity(self.0.len());
        self.0.iter().map(shown).find(|text| !seen.insert(text.clone())).map(|text| format!("has the value {text} twice"))
    }
}

fn of_kind(kind: Kind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (Kind::Bool, Value::Bool(_))
            | (Kind::Int, Value::Int(_))
            | (Kind::Float, Value::Float(_) | Value::Int(_))
            | (Kind::String, Value::String(_))
    )
}

#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "values that are listed are compared as they are listed")]
fn same(allowed: &Value, value: &Value) -> bool {
    match (allowed, value) {
        (Value::Float(float), Value::Int(int)) | (Value::Int(int), Value::Float(float)) => *float == *int as f64,
        (allowed, value) => allowed == value,
    }
}

fn shown(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl fmt::Display for Allowed {
    /// As JSON has them: `"red", "green" and 3 more`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().take(SHOWN).enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            f.write_str(&shown(value))?;
        }
        match self.0.len().checked_sub(SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}
