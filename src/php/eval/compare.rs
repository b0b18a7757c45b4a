//! Comparing values: `==`, `===`, `<`, `<=>`.

use std::cmp::Ordering;

use super::Interp;
use super::convert::{Num, Truth, numeric, scalar_text};
use crate::php::value::{Array, Value};

/// How deep nested values are compared; PHP itself gives up on deep nesting.
const DEEPEST: u32 = 64;

impl<'a> Interp<'a, '_> {
    /// `===`; `None` when it depends on the site.
    pub(super) fn identical(&self, a: &Value<'a>, b: &Value<'a>) -> Option<bool> {
        self.identical_at(a, b, 0)
    }

    fn identical_at(&self, a: &Value<'a>, b: &Value<'a>, depth: u32) -> Option<bool> {
        if depth > DEEPEST {
            return Some(false);
        }
        Some(match (a, b) {
            (Value::Ref(cell), other) => return self.identical_at(self.cell(cell), other, depth + 1),
            (other, Value::Ref(cell)) => return self.identical_at(other, self.cell(cell), depth + 1),
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => return None,
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            #[allow(clippy::float_cmp, reason = "PHP compares floats exactly")]
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Closure(a), Value::Closure(b)) => std::rc::Rc::ptr_eq(a, b),
            (Value::Array(a), Value::Array(b)) => {
                if std::rc::Rc::ptr_eq(a, b) {
                    return Some(true);
                }
                if maybe_short(a) || maybe_short(b) {
                    return None;
                }
                if a.entries.len() != b.entries.len() {
                    return Some(false);
                }
                let mut sure = true;
                for ((ka, ea), (kb, eb)) in a.entries.iter().zip(&b.entries) {
                    if ka != kb {
                        return Some(false);
                    }
                    match self.identical_at(&ea.value, &eb.value, depth + 1) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => sure = false,
                    }
                }
                return sure.then_some(true);
            }
            (
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Str(_)
                | Value::Object(_)
                | Value::Closure(_)
                | Value::Array(_),
                _,
            ) => false,
        })
    }

    /// `==`; `None` when it depends on the site.
    pub(super) fn equal(&self, a: &Value<'a>, b: &Value<'a>) -> Option<bool> {
        self.compare_at(a, b, 0, true).map(|order| order == Some(Ordering::Equal))
    }

    /// `<=>`: the inner `None` is "cannot be compared", the outer one "depends on the site".
    pub(super) fn compare(&self, a: &Value<'a>, b: &Value<'a>) -> Option<Option<Ordering>> {
        self.compare_at(a, b, 0, false)
    }

    fn compare_at(&self, a: &Value<'a>, b: &Value<'a>, depth: u32, equality: bool) -> Option<Option<Ordering>> {
        if depth > DEEPEST {
            return Some(None);
        }
        let php = self.php;
        Some(match (a, b) {
            (Value::Ref(cell), other) => return self.compare_at(self.cell(cell), other, depth + 1, equality),
            (other, Value::Ref(cell)) => return self.compare_at(other, self.cell(cell), depth + 1, equality),
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => return None,
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Str(a), Value::Str(b)) => match (numeric(a, php), numeric(b, php)) {
                (Some(a), Some(b)) => numbers(a, b),
                _ => Some(a.as_bytes().cmp(b.as_bytes())),
            },
            (Value::Bool(_) | Value::Null, _) | (_, Value::Bool(_) | Value::Null)
                if !matches!((a, b), (Value::Null, Value::Str(_)) | (Value::Str(_), Value::Null)) =>
            {
                match (self.truth(a), self.truth(b)) {
                    (Truth::Known(a), Truth::Known(b)) => Some(a.cmp(&b)),
                    _ => return None,
                }
            }
            (Value::Null, Value::Str(s)) => Some(if s.is_empty() { Ordering::Equal } else { Ordering::Less }),
            (Value::Str(s), Value::Null) => Some(if s.is_empty() { Ordering::Equal } else { Ordering::Greater }),
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => numbers(number(a), number(b)),
            (Value::Int(_) | Value::Float(_), Value::Str(s)) => self.number_text(a, s),
            (Value::Str(s), Value::Int(_) | Value::Float(_)) => self.number_text(b, s).map(Ordering::reverse),
            (Value::Array(a), Value::Array(b)) => return self.arrays(a, b, depth, equality),
            (Value::Array(_), _) => Some(Ordering::Greater),
            (_, Value::Array(_)) => Some(Ordering::Less),
            (Value::Object(a), Value::Object(b)) if a == b => Some(Ordering::Equal),
            (Value::Object(a), Value::Object(b)) => {
                let (a, b) = (self.heap_object(*a), self.heap_object(*b));
                if a.class != b.class {
                    return Some(None);
                }
                let mut result = Some(a.props.len().cmp(&b.props.len()));
                for (name, value) in &a.props {
                    if result != Some(Ordering::Equal) {
                        break;
                    }
                    result = match b.props.get(name) {
                        Some(other) => self.compare_at(value, other, depth + 1, equality)?,
                        None => None,
                    };
                }
                result
            }
            (Value::Closure(a), Value::Closure(b)) => std::rc::Rc::ptr_eq(a, b).then_some(Ordering::Equal),
            (Value::Object(_) | Value::Closure(_), Value::Int(_) | Value::Float(_)) => numbers(Num::Int(1), number(b)),
            (Value::Int(_) | Value::Float(_), Value::Object(_) | Value::Closure(_)) => numbers(number(a), Num::Int(1)),
            (Value::Object(_) | Value::Closure(_), _) => Some(Ordering::Greater),
            (_, Value::Object(_) | Value::Closure(_)) => Some(Ordering::Less),
            // The guard above took every other pair with null or a bool.
            (Value::Null | Value::Bool(_), _) | (_, Value::Null | Value::Bool(_)) => None,
        })
    }

    fn number_text(&self, n: &Value<'a>, text: &str) -> Option<Ordering> {
        match numeric(text, self.php) {
            Some(other) => numbers(number(n), other),
            None if self.php >= 8 => Some(scalar_text(n).as_bytes().cmp(text.as_bytes())),
            None => numbers(number(n), super::convert::leading_number(text, 7).map_or(Num::Int(0), |(n, _)| n)),
        }
    }

    fn arrays(&self, a: &Array<'a>, b: &Array<'a>, depth: u32, equality: bool) -> Option<Option<Ordering>> {
        if maybe_short(a) || maybe_short(b) {
            return None;
        }
        let by_length = a.entries.len().cmp(&b.entries.len());
        if by_length != Ordering::Equal {
            return Some(Some(by_length));
        }
        let mut sure = true;
        for (key, entry) in &a.entries {
            let Some(other) = b.entries.get(key) else { return Some(None) };
            match self.compare_at(&entry.value, &other.value, depth + 1, equality) {
                Some(Some(Ordering::Equal)) => {}
                None if equality => sure = false,
                other => return other,
            }
        }
        sure.then_some(Some(Ordering::Equal))
    }
}

/// Whether some entries may be absent.
pub(super) fn maybe_short(array: &Array<'_>) -> bool {
    array.entries.values().any(|entry| entry.only_if.is_some())
}

fn number(value: &Value<'_>) -> Num {
    match value {
        Value::Int(n) => Num::Int(*n),
        Value::Float(f) => Num::Float(*f),
        _ => Num::Int(0),
    }
}

fn numbers(a: Num, b: Num) -> Option<Ordering> {
    match (a, b) {
        (Num::Int(a), Num::Int(b)) => Some(a.cmp(&b)),
        (a, b) => a.float().partial_cmp(&b.float()),
    }
}
