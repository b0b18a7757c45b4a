//! JSON.

use std::fmt::Write;
use std::rc::Rc;

use super::super::compare::maybe_short;
use super::super::convert::float_exact;
use super::super::{Eval, Interp};
use super::{Builtin, Call, lenient, pure};
use crate::php::ast::At;
use crate::php::text::Text;
use crate::php::value::{Array, Key, Unknown, Value};

pub(super) const TABLE: &[Builtin] = &[lenient("json_encode", 1, encode), pure("json_decode", 1, decode)];

const FORCE_OBJECT: i64 = 16;
const PLAIN_SLASHES: i64 = 64;
const PRETTY: i64 = 128;
const PLAIN_UNICODE: i64 = 256;

fn encode<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = call.arg(interp, 0);
    let flags = call.int(interp, 1, 0);
    let mut out = String::new();
    Ok(match write(interp, &mut out, &value, flags, 0)? {
        Ok(()) => Value::text(out),
        Err(unknown) => call.unknown(interp, unknown.as_deref()),
    })
}

/// Writes a value; the inner `Err` says that it is not known.
fn write<'a>(
    interp: &mut Interp<'a, '_>,
    out: &mut String,
    value: &Value<'a>,
    flags: i64,
    depth: usize,
) -> Eval<'a, Result<(), Option<Rc<Unknown>>>> {
    interp.spend(1, None)?;
    if depth > 100 {
        return Ok(Err(None));
    }
    match value {
        Value::Null | Value::Closure(_) => out.push_str(if matches!(value, Value::Null) { "null" } else { "{}" }),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(n) => drop(write!(out, "{n}")),
        Value::Float(f) => {
            let text = float_exact(*f);
            out.push_str(&text.replace("E+", "e+").replace("E-", "e-"));
        }
        Value::Str(s) => text(out, s, flags),
        Value::Unknown(unknown) => return Ok(Err(Some(unknown.clone()))),
        Value::Ref(cell) => {
            let inner = interp.cell(cell).clone();
            return write(interp, out, &inner, flags, depth + 1);
        }
        Value::Array(array) => return write_array(interp, out, array, flags, depth),
        Value::Object(id) => {
            if let Some(inner) = interp.try_method(*id, "jsonSerialize", Vec::new(), At::default())? {
                return write(interp, out, &inner, flags, depth + 1);
            }
            if Interp::is_enum(*id) {
                let inner = interp.heap_object(*id).props.get("value").cloned().unwrap_or_default();
                return write(interp, out, &inner, flags, depth + 1);
            }
            let object = interp.heap_rc(*id);
            let mut array = Array::default();
            for (name, value) in &object.props {
                array.set(Key::Str(name.clone()), value.clone(), None);
            }
            return write_array(interp, out, &array, flags | FORCE_OBJECT, depth);
        }
    }
    Ok(Ok(()))
}

fn write_array<'a>(
    interp: &mut Interp<'a, '_>,
    out: &mut String,
    array: &Array<'a>,
    flags: i64,
    depth: usize,
) -> Eval<'a, Result<(), Option<Rc<Unknown>>>> {
    if maybe_short(array) {
        return Ok(Err(None));
    }
    let list = flags & FORCE_OBJECT == 0 && array.entries.keys().enumerate().all(|(at, key)| *key == Key::Int(at as i64));
    let (open, close) = if list { ('[', ']') } else { ('{', '}') };
    out.push(open);
    for (at, (key, entry)) in array.entries.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        line(out, flags, depth + 1);
        if !list {
            match key {
                Key::Int(n) => drop(write!(out, "\"{n}\"")),
                Key::Str(s) => text(out, s, flags),
            }
            out.push_str(if flags & PRETTY == 0 { ":" } else { ": " });
        }
        if let Err(unknown) = write(interp, out, &entry.value, flags, depth + 1)? {
            return Ok(Err(unknown));
        }
    }
    if !array.entries.is_empty() {
        line(out, flags, depth);
    }
    out.push(close);
    Ok(Ok(()))
}

fn line(out: &mut String, flags: i64, depth: usize) {
    if flags & PRETTY != 0 {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    }
}

fn text(out: &mut String, text: &str, flags: i64) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if flags & PLAIN_SLASHES == 0 => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => drop(write!(out, "\\u{:04x}", c as u32)),
            c if !c.is_ascii() && flags & PLAIN_UNICODE == 0 => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn decode<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    interp.spend(text.len() as u32 / 8, None)?;
    let as_array = call.flag(interp, 1) || call.int(interp, 3, 0) & 1 != 0;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => Ok(built(interp, call, &value, as_array)),
        Err(_) => Ok(Value::Null),
    }
}

fn built<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, value: &serde_json::Value, as_array: bool) -> Value<'a> {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap_or(0.0)), Value::Int),
        serde_json::Value::String(s) => Value::str(s),
        serde_json::Value::Array(items) => Value::Array(Rc::new(items.iter().map(|item| built(interp, call, item, as_array)).collect())),
        serde_json::Value::Object(fields) => {
            let mut out = Array::default();
            for (name, field) in fields {
                let value = built(interp, call, field, as_array);
                let name = Text::made(name);
                let key = if as_array { super::super::convert::text_key(name) } else { Key::Str(name) };
                out.set(key, value, Some(call.at));
            }
            let array = Value::Array(Rc::new(out));
            if as_array { array } else { interp.to_object(array, At { start: call.at.start, end: call.at.end }) }
        }
    }
}
