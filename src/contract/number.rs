//! Floating-point numbers as PHP writes them.
//!
//! PHP has two settings: `serialize_precision` (-1: the shortest text that reads back the same) for `json_encode`, `serialize` and
//! `var_export`, and `precision` (14 significant digits) for everything that turns a number into a text. Both write an exponent below
//! 10^-4 and from the given number of digits on (`zend_gcvt`).

use std::fmt::Write as _;

/// As `json_encode` and `serialize` write it: `0.1`, `1.0e+25`, `10` (`json_encode` leaves out a fraction of zero).
pub fn shortest(number: f64) -> String {
    written(number, &format!("{:e}", number.abs()), 17, 'e')
}

/// As a conversion to a text writes it: `0.3` for 0.1 + 0.2, `1.0E+25`.
pub fn text(number: f64) -> String {
    written(number, &format!("{:.13e}", number.abs()), 14, 'E')
}

/// Lays out what Rust wrote in scientific notation.
fn written(number: f64, scientific: &str, precision: i32, mark: char) -> String {
    if !number.is_finite() {
        return if number.is_nan() {
            "NAN"
        } else if number > 0.0 {
            "INF"
        } else {
            "-INF"
        }
        .to_owned();
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let mut out = String::from(if number.is_sign_negative() { "-" } else { "" });
    if digits == "0" {
        out.push('0');
    } else if exponent < -4 || exponent >= precision {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        let sign = if exponent < 0 { '-' } else { '+' };
        // Writing to a string cannot fail.
        let _ = write!(out, "{first}.{rest}{mark}{sign}{}", exponent.unsigned_abs());
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        out.push_str(digits);
    } else {
        let whole = exponent.unsigned_abs() as usize + 1;
        if digits.len() <= whole {
            out.push_str(digits);
            out.extend(std::iter::repeat_n('0', whole - digits.len()));
        } else {
            out.push_str(&digits[..whole]);
            out.push('.');
            out.push_str(&digits[whole..]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // What PHP 8.2 prints for `json_encode($x)` and `(string)$x`.
    #[test]
    fn as_php_writes_them() {
        for (number, json, string) in [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1.0, "1", "1"),
            (10.0, "10", "10"),
            (0.1 + 0.2, "0.30000000000000004", "0.3"),
            (1.5, "1.5", "1.5"),
            (-2.25, "-2.25", "-2.25"),
            (0.0001, "0.0001", "0.0001"),
            (0.000_012_5, "1.25e-5", "1.25E-5"),
            (1e14, "100000000000000", "1.0E+14"),
            (123_456_789_012_345.6, "123456789012345.6", "1.2345678901235E+14"),
            (1e17, "1.0e+17", "1.0E+17"),
            (1e25, "1.0e+25", "1.0E+25"),
            (1.5e-10, "1.5e-10", "1.5E-10"),
            (100.0 / 3.0, "33.333333333333336", "33.333333333333"),
        ] {
            assert_eq!((shortest(number).as_str(), text(number).as_str()), (json, string), "{number:e}");
        }
    }
}
