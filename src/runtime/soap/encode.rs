//! From a value to the bytes of an answer, and from arguments to those of a request.
//!
//! rpc/encoded answers are those of PHP's `SoapServer`, to the byte: the order in which an envelope declares its namespaces is the order
//! in which PHP first needs them, empty texts have an end tag, and empty arrays have none.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use mwsc_contract::kept::{Found, Look, shared};
use mwsc_contract::schema::{Kind, SessionPart};
use mwsc_contract::value::{Map, Value};
use mwsc_contract::wire::{Carries, Style};

use super::sheet::{Piece, Sheet, Space};
use super::spelling::{Blanks, Element, Operation, Record, Spelling, Type, TypeId};
use crate::blank::blank;
use crate::dispatch::Args;
use crate::php::number;

/// The answer of an operation. The value was checked against the manifest.
pub fn response(spelling: &Spelling, operation: &Operation, value: &Value) -> Bytes {
    // An answer is likely as long as the one before it.
    let length = operation.length.load(Ordering::Relaxed);
    let mut writer = Writer::new(spelling, length + length / 8);
    writer.open(&operation.response, operation.result.as_ref().map(|result| result.name.as_str()));
    if let Some(result) = &operation.result {
        writer.element(result, Some(value));
    }
    writer.end(&operation.response);
    operation.length.store(writer.sheet.length(), Ordering::Relaxed);
    writer.finish()
}

/// The request of an operation, as a client sends it. `name` is the operation's on the wire; arguments have the manifest's names. What is
/// absent is blank, and so is the session of a caller who has none.
pub fn request(spelling: &Spelling, name: &str, operation: &Operation, session: Option<(i64, &str)>, args: &Args) -> Bytes {
    let mut writer = Writer::new(spelling, 0);
    let (client, key) = session.map_or((None, None), |(client, key)| (Some(Value::Int(client)), Some(Value::from(key))));
    writer.open(name, None);
    for part in &operation.parts {
        let value = match &part.carries {
            Carries::Param(name) => args.get(name),
            Carries::Session(SessionPart::Client) => client.as_ref(),
            Carries::Session(SessionPart::Key) => key.as_ref(),
            Carries::Group | Carries::Result | Carries::Nothing => None,
        };
        match value {
            None | Some(Value::Null) => writer.blank(&part.element),
            Some(value) => writer.element(&part.element, Some(value)),
        }
    }
    writer.end(name);
    writer.finish()
}

struct Writer<'s> {
    spelling: &'s Spelling,
    sheet: Sheet,
    /// Records that were written before, and those that are written for the first time.
    known: Look<'s, Piece>,
    found: Vec<Found<Piece>>,
    /// Records of blanks within each other.
    depth: usize,
}

/// How deep records of blanks may be within each other.
const MAX_BLANK: usize = 8;

impl<'s> Writer<'s> {
    fn new(spelling: &'s Spelling, length: usize) -> Writer<'s> {
        Writer { spelling, sheet: Sheet::new(spelling.version, length), known: spelling.kept.look(), found: Vec::new(), depth: 0 }
    }

    /// All that was written, in its envelope.
    fn finish(self) -> Bytes {
        let Writer { spelling, sheet, known, found, .. } = self;
        drop(known);
        spelling.kept.keep(found);
        sheet.envelope(spelling.style, &spelling.namespace)
    }

    /// The start of the element around everything; of an answer of rpc with the name of its result.
    fn open(&mut self, wrapper: &str, result: Option<&str>) {
        match self.spelling.style {
            Style::Document => {
                let _ = write!(self.sheet.out, "<{wrapper} xmlns=\"");
                attribute(&self.spelling.namespace, &mut self.sheet.out);
                self.sheet.out.push_str("\">");
            }
            Style::RpcEncoded => self.sheet.open_rpc(wrapper, result),
        }
    }

    /// Its end.
    fn end(&mut self, wrapper: &str) {
        let _ = match self.spelling.style {
            Style::Document => write!(self.sheet.out, "</{wrapper}>"),
            Style::RpcEncoded => write!(self.sheet.out, "</ns1:{wrapper}>"),
        };
    }

    fn element(&mut self, element: &Element, value: Option<&Value>) {
        let spelling = self.spelling;
        let encoded = spelling.style == Style::RpcEncoded;
        let value = match value {
            None if spelling.blanks == Blanks::Keep => match (element.optional, element.nillable) {
                (true, _) => return,
                (false, true) => &Value::Null,
                // The other side has to find the element: then it finds it blank.
                (false, false) => return self.blank(element),
            },
            None => return self.blank(element),
            Some(Value::Null) if !encoded && !element.optional && !element.nillable => return self.blank(element),
            Some(value) => value,
        };
        let ty = &spelling.types[element.ty];
        if let (Value::Null, false) = (value, stands_for_list(ty)) {
            // A place that may be missing and has no null is left out.
            if !encoded && element.optional && !element.nillable {
                return;
            }
            self.sheet.needs(Space::Xsi);
            return self.sheet.out.push_str(&element.nil);
        }
        match ty {
            Type::Scalar(kind) => {
                if encoded {
                    self.sheet.needs(Space::Xsd);
                    self.sheet.needs(Space::Xsi);
                }
                self.sheet.out.push_str(&element.open);
                scalar(*kind, value, spelling.style, &mut self.sheet.out);
                self.sheet.out.push_str(&element.close);
            }
            Type::List(item) => self.list(element, item, value.as_list().unwrap_or_default()),
            Type::Record(record) if record.wrapper => {
                let empty = Value::List(Vec::new());
                self.sheet.out.push_str(&element.open);
                for field in &record.fields {
                    self.element(&field.element, Some(if value == &Value::Null { &empty } else { value }));
                }
                self.close(element);
            }
            Type::Record(record) => {
                self.sheet.out.push_str(&element.open);
                match shared(value) {
                    Some(map) => self.shared(record, element.ty, map),
                    None => self.fields(record, value.as_map()),
                }
                self.close(element);
            }
            Type::Map => self.map(element, value),
        }
    }

    /// The end of an element whose `xsi:type` PHP writes last.
    fn close(&mut self, element: &Element) {
        if self.spelling.style == Style::RpcEncoded {
            self.sheet.needs(Space::Xsi);
        }
        self.sheet.out.push_str(&element.close);
    }

    /// The fields of a record that somebody else has as well: a store, which will give it again.
    fn shared(&mut self, record: &Record, ty: TypeId, map: &Arc<Map>) {
        if let Some(piece) = self.known.get(map, ty) {
            return self.sheet.put(piece);
        }
        let begun = self.sheet.begin();
        self.fields(record, Some(map));
        let piece = self.sheet.end(begun);
        self.found.push(Found { record: Arc::clone(map), taken_for: ty, bytes: piece.text.len(), finding: piece });
    }

    fn fields(&mut self, record: &Record, map: Option<&Map>) {
        self.fields_from(record, map, &mut 0);
    }

    /// `next` is the place in the map where the next field is likely to be.
    fn fields_from(&mut self, record: &Record, map: Option<&Map>, next: &mut usize) {
        let failed = match (self.spelling.blanks, map) {
            (Blanks::Fill, Some(map)) => map.get("error").filter(|error| error.as_str().is_some_and(|text| !text.is_empty())),
            (Blanks::Keep | Blanks::Omit, _) | (_, None) => None,
        };
        for field in &record.fields {
            if field.group {
                if let Type::Record(inner) = &self.spelling.types[field.element.ty] {
                    self.sheet.out.push_str(&field.element.open);
                    self.fields_from(inner, map, next);
                    self.close(&field.element);
                }
                continue;
            }
            let value = match failed {
                Some(error) => (field.key == "error").then_some(error),
                None => map.and_then(|map| find(map, next, &field.key)),
            };
            if self.spelling.blanks == Blanks::Omit && value.is_none_or(|value| *value == Value::Null) {
                continue;
            }
            self.element(&field.element, value);
        }
    }

    fn list(&mut self, element: &Element, item: &Element, items: &[Value]) {
        self.sheet.out.push_str(&element.open);
        if self.spelling.style == Style::RpcEncoded {
            if let Type::Scalar(_) = self.spelling.types[item.ty] {
                self.sheet.needs(Space::Xsd);
            }
            self.sheet.needs(Space::Encoding);
            let _ = write!(self.sheet.out, "{}{}", items.len(), element.rest);
            if items.is_empty() {
                self.sheet.needs(Space::Xsi);
                return self.sheet.out.push_str("/>");
            }
            self.sheet.out.push('>');
        }
        for value in items {
            self.element(item, Some(value));
        }
        self.close(element);
    }

    /// Any keys with any values.
    fn map(&mut self, element: &Element, value: &Value) {
        self.sheet.needs(Space::Apache);
        self.sheet.needs(Space::Xsi);
        self.sheet.out.push_str(&element.open);
        self.sheet.pairs(value);
        self.sheet.out.push_str(&element.close);
    }

    /// The blank of a type: what OK Tech's server has in a field that nobody filled. Its own clients read some texts as numbers; to those
    /// of the typed WSDL a text is a text.
    fn blank(&mut self, element: &Element) {
        let name = if self.spelling.style == Style::RpcEncoded { element.name.as_str() } else { "" };
        match &self.spelling.types[element.ty] {
            Type::Scalar(kind) => match &element.blank {
                Some(value) => self.element(element, Some(value)),
                None => self.element(element, Some(&blank(name, *kind))),
            },
            Type::List(_) | Type::Map => self.element(element, Some(&Value::List(Vec::new()))),
            Type::Record(record) if record.wrapper => self.element(element, Some(&Value::List(Vec::new()))),
            Type::Record(_) if self.spelling.style == Style::RpcEncoded => self.element(element, Some(&Value::Null)),
            Type::Record(record) => self.blank_record(element, record),
        }
    }

    /// A record of blanks. One that contains itself ends where its type comes again: there is no finite blank of it.
    fn blank_record(&mut self, element: &Element, record: &Record) {
        self.depth += 1;
        if self.depth > MAX_BLANK {
            self.sheet.needs(Space::Xsi);
            self.sheet.out.push_str(&element.nil);
        } else {
            self.sheet.out.push_str(&element.open);
            self.fields(record, None);
            self.close(element);
        }
        self.depth -= 1;
    }
}

/// XML Schema.
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// Attributes of instances: `nil`, `type`.
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Apache's maps.
pub(super) const APACHE: &str = "http://xml.apache.org/xml-soap";
/// The value of a key, and where the next one is likely to be: records come with their fields in the order of the manifest, which is
/// mostly that of the wire, and without those that have no value.
fn find<'m>(map: &'m Map, next: &mut usize, key: &str) -> Option<&'m Value> {
    let (at, value) = match map.get_index(*next) {
        Some((found, value)) if found == key => (*next, value),
        _ => map.get_full(key).map(|(at, _, value)| (at, value))?,
    };
    *next = at + 1;
    Some(value)
}

/// Whether null is an empty list here: a wrapper has no null of its own.
fn stands_for_list(ty: &Type) -> bool {
    matches!(ty, Type::Record(record) if record.wrapper)
}

/// A scalar as a kind, converted as PHP does where it is another.
pub(super) fn scalar(kind: Kind, value: &Value, style: Style, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match (kind, value) {
        (_, Value::Null | Value::List(_) | Value::Map(_)) => Ok(()),
        (Kind::Bool, value) => return out.push_str(if truth(value) { "true" } else { "false" }),
        (Kind::Int | Kind::String | Kind::Float, Value::Int(number)) => return out.push_str(itoa::Buffer::new().format(*number)),
        (Kind::Int | Kind::Float, Value::Bool(truth)) => write!(out, "{}", i64::from(*truth)),
        (Kind::Int, Value::Float(number)) => write!(out, "{:.0}", number.trunc()),
        (Kind::Int, Value::String(text)) => write!(out, "{}", text.trim().parse::<i64>().unwrap_or(0)),
        (Kind::Float, Value::String(text)) => return float(text.trim().parse().unwrap_or(0.0), style, out),
        (Kind::Float, Value::Float(number)) => return float(*number, style, out),
        (Kind::String, Value::Bool(truth)) => return out.push_str(if *truth { "1" } else { "" }),
        (Kind::String, Value::Float(number)) => return out.push_str(&number::text(*number)),
        (Kind::String, Value::String(words)) => return text(words, out),
    };
}

/// A floating-point number: PHP's 14 digits where PHP's server is imitated, else every digit it has.
fn float(number: f64, style: Style, out: &mut String) {
    out.push_str(&match style {
        Style::RpcEncoded => number::text(number),
        Style::Document => number::shortest(number),
    });
}

/// PHP's notion of truth.
fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::String(text) => !matches!(text.as_str(), "" | "0"),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

/// Text of an element, escaped as libxml2 does. A character that XML cannot hold becomes the replacement character.
pub fn text(words: &str, out: &mut String) {
    let mut rest = words;
    // Most of a text is plain: it is copied in one go.
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, 0..=0x1f | b'&' | b'<' | b'>' | 0xef)) {
        out.push_str(&rest[..at]);
        let Some(ch) = rest[at..].chars().next() else { break };
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(ch),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(ch),
        }
        rest = &rest[at + ch.len_utf8()..];
    }
    out.push_str(rest);
}

/// Text of an attribute.
pub(super) fn attribute(words: &str, out: &mut String) {
    let from = out.len();
    text(words, out);
    if out[from..].contains('"') {
        let escaped = out[from..].replace('"', "&quot;");
        out.replace_range(from.., &escaped);
    }
}
