//! `json_encode` with PHP's default flags: `/` is `\/`, and what is not ASCII is `\uXXXX`.

use std::fmt::Write as _;

use mwsc_contract::Value;

use super::number;

/// Encodes a value, compactly. A list is an array, a map an object, however empty.
pub fn encode(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// The same for a value that PHP holds in arrays alone: a map without keys is an array without items.
pub fn encode_arrays(value: &Value) -> String {
    let mut out = String::new();
    any(value, "[]", &mut out);
    out
}

/// A value at the end of a text.
pub fn write(value: &Value, out: &mut String) {
    any(value, "{}", out);
}

/// `empty` is how a map without keys is written.
fn any(value: &Value, empty: &str, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(number) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => out.push_str(&number::shortest(*number)),
        Value::String(text) => string(text, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                any(item, empty, out);
            }
            out.push(']');
        }
        Value::Map(fields) if fields.is_empty() => out.push_str(empty),
        Value::Map(fields) => {
            out.push('{');
            for (at, (key, field)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                any(field, empty, out);
            }
            out.push('}');
        }
    }
}

/// A text with its quotes.
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // Most of a text is plain: it is copied in one go.
    while let Some(at) = rest.bytes().position(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\' | b'/')) {
        let (plain, odd) = rest.split_at(at);
        out.push_str(plain);
        let Some(ch) = odd.chars().next() else { break };
        escape(ch, out);
        rest = &odd[ch.len_utf8()..];
    }
    out.push_str(rest);
    out.push('"');
}

fn escape(ch: char, out: &mut String) {
    match ch {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '/' => out.push_str("\\/"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{7f}' => out.push(ch),
        _ => {
            for unit in ch.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn as_php_encodes() {
        let list = Value::List(vec![Value::Null, true.into(), 7.into(), Value::Float(2.0), "é€😀\u{7f}\n\"\\<&>'".into()]);
        let fields = [("a/b", list), ("e", Value::List(Vec::new())), ("m", Value::Map(Arc::default()))];
        let value = Value::Map(Arc::new(fields.map(|(key, field)| (key.to_owned(), field)).into_iter().collect()));
        let expected = "{\"a\\/b\":[null,true,7,2,\"\\u00e9\\u20ac\\ud83d\\ude00\u{7f}\\n\\\"\\\\<&>'\"],\"e\":[],\"m\":{}}";
        assert_eq!(encode(&value), expected);
        assert_eq!(encode_arrays(&value), expected.replace("{}", "[]"));
        // Whatever PHP writes, other readers read back.
        let read: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(read.get("a/b").map(|list| matches!(list, Value::List(items) if items.len() == 5)), Some(true));
    }
}
