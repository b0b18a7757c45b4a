//! Numbers and truths out of what protocols carry.

use crate::value::Value;

/// An integer in its one spelling: no sign `+`, no leading zeros, no blanks. `true` is 1; `false` is none, because its text is empty.
pub(super) fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Bool(true) => Some(1),
        Value::Float(number) => whole(*number),
        Value::String(text) => text.parse().ok().filter(|number: &i64| number.to_string() == *text),
        Value::Null | Value::Bool(false) | Value::List(_) | Value::Map(_) => None,
    }
}

/// A float without a fraction, where doubles are exact. (PHP would write larger ones with an exponent and refuse them.)
#[expect(clippy::cast_possible_truncation, reason = "checked")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A number as PHP's `is_numeric` takes it, without blanks around it.
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "what PHP does to an integer that should be a float")]
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::String(text) => decimal(text),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// `[+-]digits[.digits][e[+-]digits]` with a digit before the exponent; what is too large for a double is none.
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digit = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit());
    // The rest of what `parse` takes beside digits (`inf`, `nan`) does not begin with one.
    let number: f64 = if digit { text.parse().ok()? } else { return None };
    number.is_finite().then_some(number)
}

/// `0`, `1` and the two truths.
pub(super) fn bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Int(0) => Some(false),
        Value::Int(1) => Some(true),
        Value::Float(number) => whole(*number).and_then(|number| bool(&Value::Int(number))),
        Value::String(text) => match text.as_str() {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        },
        Value::Null | Value::Int(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// A number with one separator, `.` or `,` (which of them, only the user's language knows), in the shortest spelling, because it is
/// compared with what PHP makes of it: no zeros that say nothing, and no more digits than PHP writes.
pub(super) fn is_localised(text: &str) -> bool {
    const PRECISION: usize = 14;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once(['.', ',']).map_or((unsigned, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let short = whole == "0" || !whole.starts_with('0');
    let told = whole.len() + fraction.map_or(0, str::len) <= PRECISION;
    digits(whole) && short && told && fraction.is_none_or(|fraction| digits(fraction) && !fraction.ends_with('0'))
}
