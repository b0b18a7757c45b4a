//! Constant values in one line, nearly as PHP writes them: `null`, `true`, `1`, `1.0`, `'text'`, `[0=>'a','k'=>null]`, and `=expression`
//! for one that only a site knows. The number `1`, the float `1.0` and the text `'1'` stay apart.

use std::fmt::Write;

use super::text;
use crate::ir::{Key, Literal};

/// How deeply arrays may nest in a text that is read.
const MAX_DEPTH: usize = 64;

/// A value in that notation.
pub fn write(value: &Literal) -> String {
    let mut out = String::new();
    push(value, &mut out);
    out
}

fn push(value: &Literal, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match value {
        Literal::Null => out.write_str("null"),
        Literal::Bool(value) => write!(out, "{value}"),
        Literal::Int(value) => write!(out, "{value}"),
        // A float that is no number has bits that the notation of numbers does not show.
        Literal::Float(value) if value.is_nan() => write!(out, "NaN:{:x}", value.to_bits()),
        Literal::Float(value) => write!(out, "{value:?}"),
        Literal::Str(value) => write!(out, "'{}'", quoted(value)),
        Literal::Runtime(expression) => write!(out, "=\'{}'", quoted(expression)),
        Literal::Array(items) => {
            out.push('[');
            for (at, (key, item)) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                let _ = match key {
                    Key::Int(key) => write!(out, "{key}=>"),
                    Key::Str(key) => write!(out, "'{}'=>", quoted(key)),
                };
                push(item, out);
            }
            out.write_char(']')
        }
    };
}

fn quoted(value: &str) -> String {
    text::encode(value).replace('\'', "%27")
}

/// The value of such a text; `None` when it is none.
pub fn read(text: &str) -> Option<Literal> {
    let (value, rest) = value(text, 0)?;
    rest.is_empty().then_some(value)
}

fn value(text: &str, depth: usize) -> Option<(Literal, &str)> {
    if depth > MAX_DEPTH {
        return None;
    }
    if text.starts_with('\'') {
        let (value, rest) = string(text)?;
        return Some((Literal::Str(value), rest));
    }
    if let Some(expression) = text.strip_prefix('=') {
        let (value, rest) = string(expression)?;
        return Some((Literal::Runtime(value), rest));
    }
    if let Some(items) = text.strip_prefix('[') {
        return array(items, depth);
    }
    let (word, rest) = text.split_at(text.find([',', ']']).unwrap_or(text.len()));
    let value = match word {
        "null" => Literal::Null,
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        word => match (word.strip_prefix("NaN:"), word.parse()) {
            (Some(bits), _) => Literal::Float(f64::from_bits(u64::from_str_radix(bits, 16).ok()?)),
            (None, Ok(int)) => Literal::Int(int),
            (None, Err(_)) => Literal::Float(word.parse().ok()?),
        },
    };
    Some((value, rest))
}

fn array(mut text: &str, depth: usize) -> Option<(Literal, &str)> {
    let mut items = Vec::new();
    loop {
        if let Some(rest) = text.strip_prefix(']') {
            return Some((Literal::Array(items), rest));
        }
        if !items.is_empty() {
            text = text.strip_prefix(',')?;
        }
        let (key, rest) = if text.starts_with('\'') {
            let (key, rest) = string(text)?;
            (Key::Str(key), rest.strip_prefix("=>")?)
        } else {
            let (key, rest) = text.split_once("=>")?;
            (Key::Int(key.parse().ok()?), rest)
        };
        let (item, rest) = value(rest, depth + 1)?;
        items.push((key, item));
        text = rest;
    }
}

fn string(text: &str) -> Option<(String, &str)> {
    let (inner, rest) = text.strip_prefix('\'')?.split_once('\'')?;
    Some((text::decode(inner)?.into_owned(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{read, write};
    use crate::ir::{Key, Literal};

    #[test]
    fn tells_types_apart() {
        let array = Literal::Array(vec![(Key::Int(0), Literal::Str("a'b".into())), (Key::Str("1".into()), Literal::Null)]);
        for (value, text) in [
            (Literal::Str("1".into()), "'1'"),
            (Literal::Int(1), "1"),
            (Literal::Float(1.0), "1.0"),
            (Literal::Float(-0.0), "-0.0"),
            (Literal::Runtime("$CFG->lang".into()), "='$CFG->lang'"),
            (array, "[0=>'a%27b','1'=>null]"),
        ] {
            assert_eq!(write(&value), text);
            assert_eq!(read(text), Some(value));
        }
        for text in ["", "x", "'a", "[1]", "[1=>2", "[,]", "1 ", "NaN:z"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[0=>".repeat(100_000)), None);
    }

    fn literal() -> impl Strategy<Value = Literal> {
        let leaf = prop_oneof![
            Just(Literal::Null),
            any::<bool>().prop_map(Literal::Bool),
            any::<i64>().prop_map(Literal::Int),
            any::<f64>().prop_map(Literal::Float),
            any::<String>().prop_map(Literal::Str),
            any::<String>().prop_map(Literal::Runtime),
        ];
        let key = prop_oneof![any::<i64>().prop_map(Key::Int), any::<String>().prop_map(Key::Str)];
        leaf.prop_recursive(3, 12, 4, move |inner| prop::collection::vec((key.clone(), inner), 0..4).prop_map(Literal::Array))
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(value in literal()) {
            let text = write(&value);
            let back = read(&text);
            prop_assert_eq!(back.map(|value| write(&value)), Some(text));
        }
    }
}
