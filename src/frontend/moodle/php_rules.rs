//! How Moodle's own code takes what a description holds: `==` and truth of that release's PHP.

use std::cmp::Ordering;

use crate::ir::Literal;

/// Whether a value must be there, as `validate_parameters()` and `clean_returnvalue()` decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// `== VALUE_REQUIRED`
    Required,
    /// `== VALUE_DEFAULT`
    Default,
    /// Neither.
    Optional,
}

/// Takes `required` as Moodle does. The constants are 1 and 0 in every release.
pub fn required(value: &Literal, php: u32) -> Required {
    if equals_int(value, 1, php) {
        Required::Required
    } else if equals_int(value, 0, php) {
        Required::Default
    } else {
        Required::Optional
    }
}

/// Takes `allownull` as Moodle does: `== NULL_ALLOWED`, which is true (or 1).
pub fn nullable(value: &Literal) -> bool {
    !super::services::falsy(value)
}

/// `$value == $n` in PHP of a major version.
fn equals_int(value: &Literal, n: i32, php: u32) -> bool {
    let same = |value: f64| value.partial_cmp(&f64::from(n)) == Some(Ordering::Equal);
    match value {
        Literal::Null => n == 0,
        Literal::Bool(b) => *b == (n != 0),
        Literal::Int(value) => *value == i64::from(n),
        Literal::Float(value) => same(*value),
        // PHP 8 compares as texts where one is no number; PHP 7 takes the number in front, or 0.
        Literal::Str(text) => numeric(text, php).map_or_else(|| php < 8 && leading(text) == i64::from(n), same),
        Literal::Array(_) | Literal::Runtime(_) => false,
    }
}

/// The number that a numeric string is. Trailing white space is allowed from PHP 8 on.
fn numeric(text: &str, php: u32) -> Option<f64> {
    let trimmed = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let trimmed = if php >= 8 { trimmed.trim_end_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']) } else { trimmed };
    let plain = trimmed.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain { trimmed.parse().ok() } else { None }
}

/// The integer in front of a text, as PHP 7 takes it; 0 when there is none.
fn leading(text: &str) -> i64 {
    let text = text.trim_start();
    let end = text.bytes().enumerate().take_while(|(at, b)| b.is_ascii_digit() || (*at == 0 && matches!(b, b'-' | b'+'))).count();
    text.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Required, required};
    use crate::ir::Literal;

    #[test]
    fn texts_differ_between_versions_of_php() {
        let text = Literal::Str("Summary format".to_owned());
        assert_eq!(required(&text, 7), Required::Default);
        assert_eq!(required(&text, 8), Required::Optional);
        assert_eq!(required(&Literal::Str(String::new()), 7), Required::Default);
        assert_eq!(required(&Literal::Str(String::new()), 8), Required::Optional);
        assert_eq!(required(&Literal::Str("1".to_owned()), 8), Required::Required);
        assert_eq!(required(&Literal::Str("1 of them".to_owned()), 7), Required::Required);
        assert_eq!(required(&Literal::Str("1 of them".to_owned()), 8), Required::Optional);
    }

    #[test]
    fn arrays_null_and_booleans() {
        assert_eq!(required(&Literal::Array(Vec::new()), 7), Required::Optional);
        assert_eq!(required(&Literal::Null, 8), Required::Default);
        assert_eq!(required(&Literal::Bool(true), 8), Required::Required);
        assert_eq!(required(&Literal::Int(2), 8), Required::Optional);
    }
}
