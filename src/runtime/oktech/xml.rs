//! The format `xml` of plain HTTP: `RESPONSE` with `SINGLE`, `MULTIPLE`, `KEY` and `VALUE`.
//!
//! Like Moodle's own but for the missing declaration. Two defects of the original are not imitated: values are escaped, and an array with
//! keys keeps them, so that the record that stands for an empty list has its names.

use crate::php::zval::{Zval, text};

/// An answer.
pub fn response(value: &Zval<'_>) -> String {
    let mut out = String::from("<RESPONSE>\n");
    any(value, &mut out);
    out.push_str("</RESPONSE>\n");
    out
}

/// A value as it stands in an answer.
pub fn written(value: &Zval<'_>) -> String {
    let mut out = String::new();
    any(value, &mut out);
    out
}

/// A failure.
pub fn exception(message: &str, debug: Option<&str>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"Exception\">\n<MESSAGE>");
    escape(message, &mut out);
    out.push_str("</MESSAGE>\n");
    if let Some(debug) = debug {
        out.push_str("<DEBUGINFO>");
        escape(debug, &mut out);
        out.push_str("</DEBUGINFO>\n");
    }
    out.push_str("</EXCEPTION>\n");
    out
}

fn any(value: &Zval<'_>, out: &mut String) {
    match value {
        Zval::Null => out.push_str("<VALUE null=\"null\"/>\n"),
        Zval::Written(text) => out.push_str(text),
        Zval::List(items) => {
            out.push_str("<MULTIPLE>\n");
            for item in items {
                any(item, out);
            }
            out.push_str("</MULTIPLE>\n");
        }
        Zval::Array(pairs) | Zval::Object(_, pairs) => {
            out.push_str("<SINGLE>\n");
            for (key, value) in pairs {
                out.push_str("<KEY name=\"");
                escape(key, out);
                out.push_str("\">");
                any(value, out);
                out.push_str("</KEY>\n");
            }
            out.push_str("</SINGLE>\n");
        }
        Zval::Bool(_) | Zval::Int(_) | Zval::Float(_) | Zval::Text(_) => {
            out.push_str("<VALUE>");
            escape(&text(value), out);
            out.push_str("</VALUE>\n");
        }
    }
}

/// Characters that XML has a meaning for, and those that it cannot hold.
fn escape(text: &str, out: &mut String) {
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(ch),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(ch),
        }
    }
}
