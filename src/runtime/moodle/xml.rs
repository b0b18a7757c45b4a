//! Moodle's REST answers in XML: `<RESPONSE>` with `SINGLE`, `MULTIPLE`, `KEY` and `VALUE`.
//!
//! The description decides the form, not the value: a key that is absent from a record is written like a null one, as an empty `MULTIPLE`,
//! or as a `SINGLE` in which all keys are absent (Moodle 4.5, `webservice_rest_server::xmlize_result`).

use mwsc_contract::schema::Records;
use mwsc_contract::value::Map;
use mwsc_contract::{Shape, Slot, Value};

use crate::php::number;
use crate::soap::xml::is_char;

/// How every document begins. The blank before `?>` is Moodle's.
pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";

/// The answer of a function with this result; `None` for one that returns nothing.
pub fn response(value: &Value, result: Option<&Slot>, records: &Records) -> String {
    let mut out = String::from(DECLARATION);
    out.push_str("<RESPONSE>\n");
    if let Some(slot) = result {
        Writer { records, absent: Vec::new() }.any(Some(value), slot, &mut out);
    }
    out.push_str("</RESPONSE>\n");
    out
}

/// An exception: class, code, sentence, and what a site in debugging mode adds.
pub fn exception(class: &str, code: &str, message: &str, debug: Option<&str>) -> String {
    let mut out = String::from(DECLARATION);
    out.push_str("<EXCEPTION class=\"");
    out.push_str(class);
    out.push_str("\">\n");
    element("ERRORCODE", code, &mut out);
    element("MESSAGE", message, &mut out);
    if let Some(debug) = debug {
        element("DEBUGINFO", debug, &mut out);
    }
    out.push_str("</EXCEPTION>\n");
    out
}

fn element(name: &str, text: &str, out: &mut String) {
    out.extend(["<", name, ">"]);
    escape(text, out);
    out.extend(["</", name, ">\n"]);
}

struct Writer<'r> {
    records: &'r Records,
    /// Records that are being written though they are absent. One that contains itself ends there.
    absent: Vec<&'r str>,
}

impl<'r> Writer<'r> {
    fn any(&mut self, value: Option<&Value>, slot: &'r Slot, out: &mut String) {
        match &slot.shape {
            Shape::Scalar(_) => match value {
                None | Some(Value::Null) => out.push_str("<VALUE null=\"null\"/>\n"),
                Some(value) => {
                    out.push_str("<VALUE>");
                    scalar(value, out);
                    out.push_str("</VALUE>\n");
                }
            },
            Shape::List(item) => {
                out.push_str("<MULTIPLE>\n");
                for one in value.and_then(Value::as_list).unwrap_or_default() {
                    self.any(Some(one), item, out);
                }
                out.push_str("</MULTIPLE>\n");
            }
            Shape::Record(name) => {
                out.push_str("<SINGLE>\n");
                let fields = value.and_then(Value::as_map);
                if fields.is_some() {
                    self.keys(fields, name, out);
                } else if !self.absent.contains(&name.as_str()) {
                    self.absent.push(name);
                    self.keys(None, name, out);
                    self.absent.pop();
                }
                out.push_str("</SINGLE>\n");
            }
        }
    }

    fn keys(&mut self, values: Option<&Map>, record: &str, out: &mut String) {
        for field in self.records.get(record).into_iter().flat_map(|record| &record.fields) {
            out.push_str("<KEY name=\"");
            escape(&field.name, out);
            out.push_str("\">");
            self.any(values.and_then(|values| values.get(&field.name)), &field.slot, out);
            out.push_str("</KEY>\n");
        }
    }
}

fn scalar(value: &Value, out: &mut String) {
    match value {
        Value::Bool(truth) => out.push(if *truth { '1' } else { '0' }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&number::text(*number)),
        Value::String(text) => escape(text, out),
        // Answers are validated before they are written, so that a scalar is none of these.
        Value::Null | Value::List(_) | Value::Map(_) => {}
    }
}

/// PHP's `htmlspecialchars($text, ENT_COMPAT, 'UTF-8')`, but for characters that XML cannot hold: Moodle writes them all the same, and
/// nobody can read its answer.
fn escape(text: &str, out: &mut String) {
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ if is_char(ch) => out.push(ch),
            _ => out.push('\u{fffd}'),
        }
    }
}

#[cfg(test)]
mod tests {
    use mwsc_contract::{Field, Kind, Presence, Record, Scalar};

    use super::*;

    fn slot(shape: Shape) -> Slot {
        Slot { shape, presence: Presence::Required, nullable: false, site_shaped: false, doc: String::new() }
    }

    fn field(name: &str, shape: Shape) -> Field {
        Field { name: name.to_owned(), slot: slot(shape), session: None }
    }

    fn scalar(kind: Kind) -> Shape {
        Shape::Scalar(Scalar::new(kind, ""))
    }

    fn book() -> Records {
        let fields = vec![
            field("id", scalar(Kind::Int)),
            field("title", scalar(Kind::String)),
            field("lent", scalar(Kind::Bool)),
            field("price", scalar(Kind::Float)),
            field("next", Shape::Record("book".to_owned())),
            field("tags", Shape::List(Box::new(slot(scalar(Kind::String))))),
        ];
        Records::from_iter([("book".to_owned(), Record { fields, ..Record::default() })])
    }

    #[test]
    fn the_description_decides_the_form() {
        let value: Value =
            serde_json::from_str(r#"[{"tags":["x"],"id":7,"title":"A & \"B\" <é>","lent":false,"price":0.5,"more":1}]"#).unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<RESPONSE>\n<MULTIPLE>\n<SINGLE>\n<KEY name=\"id\"><VALUE>7</VALUE>\n</KEY>\n\
            <KEY name=\"title\"><VALUE>A &amp; &quot;B&quot; &lt;é&gt;</VALUE>\n</KEY>\n<KEY name=\"lent\"><VALUE>0</VALUE>\n</KEY>\n\
            <KEY name=\"price\"><VALUE>0.5</VALUE>\n</KEY>\n<KEY name=\"next\"><SINGLE>\n{NOTHING}</SINGLE>\n</KEY>\n\
            <KEY name=\"tags\"><MULTIPLE>\n<VALUE>x</VALUE>\n</MULTIPLE>\n</KEY>\n</SINGLE>\n</MULTIPLE>\n</RESPONSE>\n";
        let list = slot(Shape::List(Box::new(slot(Shape::Record("book".to_owned())))));
        let nothing = "<KEY name=\"id\"><VALUE null=\"null\"/>\n</KEY>\n<KEY name=\"title\"><VALUE null=\"null\"/>\n</KEY>\n\
            <KEY name=\"lent\"><VALUE null=\"null\"/>\n</KEY>\n<KEY name=\"price\"><VALUE null=\"null\"/>\n</KEY>\n\
            <KEY name=\"next\"><SINGLE>\n</SINGLE>\n</KEY>\n<KEY name=\"tags\"><MULTIPLE>\n</MULTIPLE>\n</KEY>\n";
        assert_eq!(response(&value, Some(&list), &book()), expected.replace("{NOTHING}", nothing));
    }

    /// Moodle writes such characters as they are.
    #[test]
    fn an_answer_holds_nothing_that_xml_cannot() {
        let text = response(&"a\0\u{b}\r\nb".into(), Some(&slot(scalar(Kind::String))), &Records::default());
        assert!(text.contains("<VALUE>a\u{fffd}\u{fffd}\r\nb</VALUE>"), "{text}");
    }

    #[test]
    fn absent_is_written_like_null() {
        let one = slot(Shape::Record("book".to_owned()));
        let text = response(&Value::Map(std::sync::Arc::default()), Some(&one), &book());
        assert!(text.contains("<KEY name=\"id\"><VALUE null=\"null\"/>\n</KEY>"), "{text}");
        assert!(text.contains("<KEY name=\"tags\"><MULTIPLE>\n</MULTIPLE>\n</KEY>"), "{text}");
        assert_eq!(response(&Value::Null, None, &book()), format!("{DECLARATION}<RESPONSE>\n</RESPONSE>\n"));
    }

    #[test]
    fn exceptions() {
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"a\\b\">\n<ERRORCODE>c</ERRORCODE>\n\
            <MESSAGE>x &lt; y</MESSAGE>\n<DEBUGINFO>why</DEBUGINFO>\n</EXCEPTION>\n";
        assert_eq!(exception("a\\b", "c", "x < y", Some("why")), expected);
    }
}
