//! A value with what PHP tells apart and a [`Value`](mwsc_contract::Value) does not: arrays by key, and objects of a class.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{json, number};

/// A value of PHP.
#[derive(Debug, Clone, PartialEq)]
pub enum Zval<'v> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Text(Cow<'v, str>),
    /// An array with the keys 0, 1, 2, ...
    List(Vec<Zval<'v>>),
    /// An array with keys of its own.
    Array(Vec<(Cow<'v, str>, Zval<'v>)>),
    /// An object: class and properties.
    Object(&'v str, Vec<(Cow<'v, str>, Zval<'v>)>),
    /// What is written already, in the format in which all around it is to be written.
    Written(Cow<'v, str>),
}

/// `json_encode`: compact, with PHP's default flags.
pub fn json(value: &Zval<'_>) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Zval<'_>, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match value {
        Zval::Null => return out.push_str("null"),
        Zval::Written(text) => return out.push_str(text),
        Zval::Bool(truth) => write!(out, "{truth}"),
        Zval::Int(number) => write!(out, "{number}"),
        Zval::Float(value) => return out.push_str(&number::shortest(*value)),
        Zval::Text(text) => return json::string(text, out),
        Zval::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            return out.push(']');
        }
        // PHP cannot tell an empty array by key from an empty list.
        Zval::Array(pairs) if pairs.is_empty() => return out.push_str("[]"),
        Zval::Array(pairs) | Zval::Object(_, pairs) => {
            out.push('{');
            for (at, (key, value)) in pairs.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                json::string(key, out);
                out.push(':');
                write_json(value, out);
            }
            return out.push('}');
        }
    };
}

/// `serialize`. Lengths of strings are in bytes.
pub fn serialize(value: &Zval<'_>) -> String {
    let mut out = String::new();
    write_serialized(value, &mut out);
    out
}

fn write_serialized(value: &Zval<'_>, out: &mut String) {
    let _ = match value {
        Zval::Null => write!(out, "N;"),
        Zval::Written(text) => return out.push_str(text),
        Zval::Bool(truth) => write!(out, "b:{};", i64::from(*truth)),
        Zval::Int(number) => write!(out, "i:{number};"),
        Zval::Float(value) => write!(out, "d:{};", number::shortest(*value).replace('e', "E")),
        Zval::Text(text) => {
            string(text, out);
            Ok(())
        }
        Zval::List(items) => {
            let _ = write!(out, "a:{}:{{", items.len());
            for (at, item) in items.iter().enumerate() {
                let _ = write!(out, "i:{at};");
                write_serialized(item, out);
            }
            write!(out, "}}")
        }
        Zval::Array(pairs) => {
            let _ = write!(out, "a:{}:{{", pairs.len());
            for (key, value) in pairs {
                // A key that is written as an integer is one.
                match key.parse::<i64>().ok().filter(|number| number.to_string() == *key) {
                    Some(number) => drop(write!(out, "i:{number};")),
                    None => string(key, out),
                }
                write_serialized(value, out);
            }
            write!(out, "}}")
        }
        Zval::Object(class, pairs) => {
            let _ = write!(out, "O:{}:\"{class}\":{}:{{", class.len(), pairs.len());
            for (key, value) in pairs {
                string(key, out);
                write_serialized(value, out);
            }
            write!(out, "}}")
        }
    };
}

fn string(text: &str, out: &mut String) {
    let _ = write!(out, "s:{}:\"{text}\";", text.len());
}

/// `print_r`.
pub fn print_r(value: &Zval<'_>) -> String {
    print_r_within(value, 0)
}

/// What `print_r` prints of a value that lies within so many arrays.
pub fn print_r_within(value: &Zval<'_>, arrays: usize) -> String {
    let mut out = String::new();
    write_printed(value, INDENT * arrays, &mut out);
    out
}

/// Blanks in front of what an array holds, for each array around it.
const INDENT: usize = 8;

fn write_printed(value: &Zval<'_>, indent: usize, out: &mut String) {
    let mut open = |head: &str| {
        let _ = write!(out, "{head}\n{:indent$}(\n", "");
    };
    match value {
        Zval::List(items) => {
            open("Array");
            for (at, item) in items.iter().enumerate() {
                entry(&at.to_string(), item, indent, out);
            }
        }
        Zval::Array(pairs) => {
            open("Array");
            for (key, value) in pairs {
                entry(key, value, indent, out);
            }
        }
        Zval::Object(class, pairs) => {
            open(&format!("{class} Object"));
            for (key, value) in pairs {
                entry(key, value, indent, out);
            }
        }
        Zval::Null | Zval::Bool(_) | Zval::Int(_) | Zval::Float(_) | Zval::Text(_) | Zval::Written(_) => return out.push_str(&text(value)),
    }
    let _ = writeln!(out, "{:indent$})", "");
}

fn entry(key: &str, value: &Zval<'_>, indent: usize, out: &mut String) {
    let _ = write!(out, "{:1$}[{key}] => ", "", indent + 4);
    write_printed(value, indent + INDENT, out);
    out.push('\n');
}

/// What a scalar is as a string: true is `1`, false and null are nothing. An array is the word for it.
pub fn text<'t>(value: &'t Zval<'_>) -> Cow<'t, str> {
    match value {
        // An object has none: PHP refuses.
        Zval::Null | Zval::Bool(false) | Zval::Object(..) => "".into(),
        Zval::Bool(true) => "1".into(),
        Zval::Int(number) => number.to_string().into(),
        Zval::Float(value) => number::text(*value).into(),
        Zval::Text(text) | Zval::Written(text) => Cow::Borrowed(text),
        Zval::List(_) | Zval::Array(_) => "Array".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Zval<'static> {
        Zval::List(vec![
            Zval::Object(
                "stdClass",
                vec![
                    ("id".into(), Zval::Text("2".into())),
                    ("ü".into(), Zval::Null),
                    ("list".into(), Zval::List(vec![Zval::Bool(true), Zval::Bool(false)])),
                    ("none".into(), Zval::List(vec![])),
                ],
            ),
            Zval::Array(vec![("error".into(), Zval::Text("é/".into())), ("7".into(), Zval::Int(-1)), ("f".into(), Zval::Float(0.5))]),
        ])
    }

    // Each text is what PHP 8.2 prints for the same value.
    #[test]
    fn as_php_writes_them() {
        assert_eq!(json(&sample()), r#"[{"id":"2","\u00fc":null,"list":[true,false],"none":[]},{"error":"\u00e9\/","7":-1,"f":0.5}]"#);
        assert_eq!(
            serialize(&sample()),
            "a:2:{i:0;O:8:\"stdClass\":4:{s:2:\"id\";s:1:\"2\";s:2:\"ü\";N;s:4:\"list\";a:2:{i:0;b:1;i:1;b:0;}s:4:\"none\";a:0:{}}\
             i:1;a:3:{s:5:\"error\";s:3:\"é/\";i:7;i:-1;s:1:\"f\";d:0.5;}}"
        );
        let printed = "Array
(
    [0] => stdClass Object
        (
            [id] => 2
            [ü] => 
            [list] => Array
                (
                    [0] => 1
                    [1] => 
                )

            [none] => Array
                (
                )

        )

    [1] => Array
        (
            [error] => é/
            [7] => -1
            [f] => 0.5
        )

)
";
        assert_eq!(print_r(&sample()), printed);
        assert_eq!(print_r(&Zval::Bool(true)), "1");
        assert_eq!(serialize(&Zval::Float(1e25)), "d:1.0E+25;");
    }
}
