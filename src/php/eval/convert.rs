//! Conversions between kinds of value, as PHP does them.

use std::borrow::Cow;
use std::rc::Rc;

use super::unknown::shorten;
use super::{Eval, Interp};
use crate::php::text::Text;
use crate::php::value::{Array, Key, Unknown, Value};

/// What a condition comes to.
#[derive(Debug, Clone)]
pub(super) enum Truth {
    /// Certainly true or false.
    Known(bool),
    /// Depends on the site.
    Maybe(Rc<Unknown>),
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Num {
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
}

impl Num {
    pub(super) fn float(self) -> f64 {
        match self {
            Num::Int(n) => n as f64,
            Num::Float(f) => f,
        }
    }

    pub(super) fn value<'a>(self) -> Value<'a> {
        match self {
            Num::Int(n) => Value::Int(n),
            Num::Float(f) => Value::Float(f),
        }
    }
}

/// The number at the start of a text and whether the whole text is that number (blanks around it aside).
pub(super) fn leading_number(text: &str, php: u32) -> Option<(Num, bool)> {
    let trimmed = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let bytes = trimmed.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let digits = |from: usize| bytes.get(from..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
    let whole = digits(at);
    at += whole;
    let mut float = false;
    let mut fraction = 0;
    if bytes.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        if whole + fraction > 0 {
            at += 1 + fraction;
            float = true;
        }
    }
    if whole + fraction == 0 {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
            float = true;
        }
    }
    let number = trimmed.get(..at)?;
    let rest = trimmed.get(at..)?;
    let blank = rest.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c));
    let all = rest.is_empty() || (php >= 8 && blank);
    if !float && let Ok(n) = number.parse::<i64>() {
        return Some((Num::Int(n), all));
    }
    number.parse::<f64>().ok().map(|f| (Num::Float(f), all))
}

/// The number that a text is, if it is one.
pub(super) fn numeric(text: &str, php: u32) -> Option<Num> {
    leading_number(text, php).filter(|(_, all)| *all).map(|(n, _)| n)
}

/// A float as PHP prints it (14 significant digits).
pub(super) fn float_text(f: f64) -> String {
    digits_text(f, 14)
}

/// A float with the fewest digits that read back as the same float.
pub(super) fn float_exact(f: f64) -> String {
    digits_text(f, 17)
}

fn digits_text(f: f64, precision: usize) -> String {
    if f.is_nan() {
        return "NAN".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "INF".into() } else { "-INF".into() };
    }
    if f == 0.0 {
        return if f.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    let printed = if precision >= 17 { format!("{f:e}") } else { format!("{f:.*e}", precision - 1) };
    let Some((mantissa, exponent)) = printed.split_once('e') else { return printed };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    while digits.len() > 1 && digits.ends_with('0') {
        digits.pop();
    }
    if exponent < -4 || exponent >= precision as i32 {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}.{rest}E{exponent_sign}{}", exponent.abs());
    }
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1).unsigned_abs() as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    if digits.len() <= whole {
        let zeros = "0".repeat(whole - digits.len());
        format!("{sign}{digits}{zeros}")
    } else {
        let (before, after) = digits.split_at(whole);
        format!("{sign}{before}.{after}")
    }
}

/// A float as an integer: cut off; out of range wraps as PHP does on 64 bits, and what is no number is 0.
pub(super) fn float_int(f: f64) -> i64 {
    if !f.is_finite() {
        return 0;
    }
    let cut = f.trunc();
    if (-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&cut) {
        cut as i64
    } else {
        let wrapped = cut.rem_euclid(18_446_744_073_709_551_616.0);
        (wrapped as u64).cast_signed()
    }
}

/// The key that a text stands for: `"12"` is the integer 12.
pub(super) fn text_key<'a>(text: impl Into<Text<'a>>) -> Key<'a> {
    let text = text.into();
    match decimal(&text) {
        Some(n) => Key::Int(n),
        None => Key::Str(text),
    }
}

/// The integer that a text spells in the one way that makes it an integer key.
pub(super) fn decimal(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.len() > 1 && digits.first() == Some(&b'0') || text == "-0" {
        return None;
    }
    text.parse().ok()
}

impl<'a> Interp<'a, '_> {
    /// What a value is as a condition.
    pub(super) fn truth(&self, value: &Value<'a>) -> Truth {
        Truth::Known(match value {
            Value::Null => false,
            Value::Bool(b) => *b,
            Value::Int(n) => *n != 0,
            Value::Float(f) => *f != 0.0,
            Value::Str(s) => !(s.is_empty() || **s == *"0"),
            Value::Array(array) => match certainly_filled(array) {
                Some(filled) => filled,
                None => return Truth::Maybe(any_entry(array)),
            },
            Value::Object(_) | Value::Closure(_) => true,
            Value::Unknown(unknown) => return Truth::Maybe(unknown.clone()),
            Value::Ref(cell) => return self.truth(self.cell(cell)),
        })
    }

    /// The value as an integer; `None` when it is unknown.
    pub(super) fn to_int(&self, value: &Value<'a>) -> Option<i64> {
        Some(match value {
            Value::Int(n) => *n,
            Value::Ref(cell) => return self.to_int(self.cell(cell)),
            Value::Null => 0,
            Value::Bool(b) => i64::from(*b),
            Value::Float(f) => float_int(*f),
            Value::Str(s) => match leading_number(s, 8) {
                Some((Num::Int(n), _)) => n,
                Some((Num::Float(f), _)) => float_int(f),
                None => 0,
            },
            Value::Array(array) => i64::from(certainly_filled(array)?),
            Value::Object(_) | Value::Closure(_) => 1,
            Value::Unknown(_) => return None,
        })
    }

    /// The value as a float; `None` when it is unknown.
    pub(super) fn to_float(&self, value: &Value<'a>) -> Option<f64> {
        Some(match value {
            Value::Float(f) => *f,
            Value::Str(s) => leading_number(s, 8).map_or(0.0, |(n, _)| n.float()),
            other => self.to_int(other)? as f64,
        })
    }

    /// The value as a text; `Err` holds what is unknown about it.
    pub(super) fn to_text(&mut self, value: &Value<'a>) -> Eval<'a, Result<Text<'a>, Rc<Unknown>>> {
        Ok(Ok(match value {
            Value::Str(s) => s.clone(),
            Value::Unknown(unknown) => return Ok(Err(unknown.clone())),
            Value::Ref(cell) => {
                let inner = self.cell(cell).clone();
                return self.to_text(&inner);
            }
            Value::Object(id) => return self.object_text(*id),
            other => scalar_text(other).into(),
        }))
    }

    /// The key that a value stands for; `Err` holds what is unknown about it.
    pub(super) fn to_key(&self, value: &Value<'a>) -> Result<Key<'a>, Rc<Unknown>> {
        Ok(match value {
            Value::Str(s) => text_key(s.clone()),
            Value::Int(n) => Key::Int(*n),
            Value::Null => Key::Str(Text::default()),
            Value::Bool(b) => Key::Int(i64::from(*b)),
            Value::Float(f) => Key::Int(float_int(*f)),
            Value::Ref(cell) => return self.to_key(self.cell(cell)),
            Value::Unknown(unknown) => return Err(unknown.clone()),
            Value::Object(_) | Value::Closure(_) | Value::Array(_) => Key::Str(shorten(self.spell(value)).into()),
        })
    }
}

/// Whether an array has entries; `None` when that depends on the site.
pub(super) fn certainly_filled(array: &Array<'_>) -> Option<bool> {
    if array.entries.is_empty() {
        return Some(false);
    }
    array.entries.values().any(|entry| entry.only_if.is_none()).then_some(true)
}

fn any_entry(array: &Array<'_>) -> Rc<Unknown> {
    let mut expr = String::new();
    let mut seen: Vec<&str> = Vec::new();
    for condition in array.entries.values().filter_map(|entry| entry.only_if.as_deref()) {
        if seen.contains(&condition) || seen.len() == 8 {
            continue;
        }
        if !seen.is_empty() {
            expr.push_str(" || ");
        }
        seen.push(condition);
        expr.push_str(condition);
    }
    if seen.len() > 1 {
        expr = format!("({expr})");
    }
    Rc::new(Unknown { expr, at: None, why: "depends on conditions that only the site knows".into() })
}

/// The text of a value that is neither an object nor unknown.
pub(super) fn scalar_text(value: &Value<'_>) -> Cow<'static, str> {
    match value {
        Value::Bool(true) => "1".into(),
        Value::Int(n) => n.to_string().into(),
        Value::Float(f) => float_text(*f).into(),
        Value::Str(s) => s.to_string().into(),
        Value::Array(_) => "Array".into(),
        Value::Closure(_) => "Closure".into(),
        Value::Null | Value::Bool(false) | Value::Object(_) | Value::Unknown(_) | Value::Ref(_) => "".into(),
    }
}
