//! Values of numbers.

use crate::php::ast::ExprKind;

/// The value of a number token. What does not fit 64 bits is a float, as in PHP.
pub fn number<'a>(text: &str) -> ExprKind<'a> {
    // Most numbers are a few plain digits.
    if (text == "0" || !text.starts_with('0'))
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(value) = text.parse()
    {
        return ExprKind::Int(value);
    }
    let digits: String = text.chars().filter(|&char| char != '_').collect();
    let lower = digits.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        return radix(hex, 16);
    }
    if let Some(binary) = lower.strip_prefix("0b") {
        return radix(binary, 2);
    }
    if let Some(octal) = lower.strip_prefix("0o") {
        return radix(octal, 8);
    }
    if lower.bytes().all(|byte| byte.is_ascii_digit()) {
        if lower.len() > 1 && lower.starts_with('0') {
            return radix(&lower, 8);
        }
        if let Ok(value) = lower.parse() {
            return ExprKind::Int(value);
        }
    }
    ExprKind::Float(lower.parse().unwrap_or(0.0))
}

/// Digits of a base.
fn radix<'a>(digits: &str, base: u32) -> ExprKind<'a> {
    if let Ok(value) = i64::from_str_radix(digits, base) {
        return ExprKind::Int(value);
    }
    let value = digits.chars().filter_map(|char| char.to_digit(base)).fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit));
    ExprKind::Float(value)
}
