//! Arguments as fields of a form, in PHP's bracket syntax: what Moodle's REST reads.
//!
//! REST has no null and no empty list: what is null or empty is left out, and Moodle then takes the default that its description has. An
//! empty list that Moodle insists on cannot be said at all; Moodle then answers that a parameter is missing.

use mwsc_contract::Value;

use crate::dispatch::Args;
use crate::php::number;

/// The fields of arguments, urlencoded, after what is in `out`.
pub fn form(args: &Args, out: &mut String) {
    for (name, value) in args {
        field(name, value, out);
    }
}

/// One field, or those of what is in it.
pub fn field(name: &str, value: &Value, out: &mut String) {
    let scalar = |text: &str, out: &mut String| {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        out.push('=');
        out.extend(form_urlencoded::byte_serialize(text.as_bytes()));
    };
    match value {
        Value::Null => {}
        // Moodle's PARAM_BOOL takes 0 and 1 alone.
        Value::Bool(truth) => scalar(if *truth { "1" } else { "0" }, out),
        Value::Int(number) => scalar(&number.to_string(), out),
        Value::Float(number) => scalar(&number::shortest(*number), out),
        Value::String(text) => scalar(text, out),
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                field(&format!("{name}[{at}]"), item, out);
            }
        }
        Value::Map(fields) => {
            for (key, inner) in &**fields {
                field(&format!("{name}[{key}]"), inner, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Form, Limits, read};

    #[test]
    fn brackets() {
        let args: Args = serde_json::from_str(r#"{"a b":[1,{"k&":true,"n":null}],"e":[],"t":"ü=","f":0.5}"#).unwrap();
        let mut out = String::new();
        form(&args, &mut out);
        assert_eq!(out, "a+b%5B0%5D=1&a+b%5B1%5D%5Bk%26%5D=1&t=%C3%BC%3D&f=0.5");
        let mut back = Form::default();
        read(out.as_bytes(), Limits::default(), &mut back).unwrap();
        assert_eq!(serde_json::to_string(&back.fields).unwrap(), r#"{"a_b":{"0":"1","1":{"k&":"1"}},"t":"ü=","f":"0.5"}"#);
    }
}
