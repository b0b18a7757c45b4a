//! From a value to the bytes of an answer, and from arguments to those of a request.
//!
//! rpc/encoded answers are those of PHP's `SoapServer`, to the byte: the order in which an envelope declares its namespaces is the order
//! in which PHP first needs them, empty texts have an end tag, and empty arrays have none.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use mwsc_contract::schema::{Kind, SessionPart};
use mwsc_contract::value::{Map, Value};
use mwsc_contract::wire::{Carries, Style};

use super::spelling::{Blanks, Element, Operation, Record, Spelling, Type, Version};
use crate::blank::blank;
use crate::dispatch::Args;
use crate::php::number;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The answer of an operation. The value was checked against the manifest.
pub fn response(spelling: &Spelling, operation: &Operation, value: &Value) -> Bytes {
    // An answer is likely as long as the one before it.
    let length = operation.length.load(Ordering::Relaxed);
    let mut writer = Writer::new(spelling, length + length / 8);
    writer.open(&operation.response);
    if let Some(result) = &operation.result {
        if (spelling.style, spelling.version) == (Style::RpcEncoded, Version::V12) {
            let _ = write!(writer.out, "<rpc:result>{}</rpc:result>", result.name);
        }
        writer.element(result, Some(value));
    }
    writer.end(&operation.response);
    operation.length.store(writer.out.len() - ROOM, Ordering::Relaxed);
    writer.envelope()
}

/// The request of an operation, as a client sends it. `name` is the operation's on the wire; arguments have the manifest's names. What is
/// absent is blank, and so is the session of a caller who has none.
pub fn request(spelling: &Spelling, name: &str, operation: &Operation, session: Option<(i64, &str)>, args: &Args) -> Bytes {
    let mut writer = Writer::new(spelling, 0);
    let (client, key) = session.map_or((None, None), |(client, key)| (Some(Value::Int(client)), Some(Value::from(key))));
    writer.open(name);
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
    writer.envelope()
}

/// Bytes in front of the body where the beginning of the envelope is put at last: which namespaces it declares, and in which order, is
/// known when the body is written.
const ROOM: usize = 1_024;

/// Namespaces that an answer declares when it needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    Xsd,
    Xsi,
    Encoding,
    Apache,
}

struct Writer<'s> {
    spelling: &'s Spelling,
    out: String,
    /// What it needed so far, in order.
    spaces: Vec<Space>,
    /// Records of blanks within each other.
    depth: usize,
}

/// How deep records of blanks may be within each other.
const MAX_BLANK: usize = 8;

impl<'s> Writer<'s> {
    /// `length` is what the body is expected to have, in bytes.
    fn new(spelling: &'s Spelling, length: usize) -> Writer<'s> {
        let mut out = String::with_capacity(ROOM + 1_024 + length);
        out.extend(std::iter::repeat_n(' ', ROOM));
        Writer { spelling, out, spaces: Vec::with_capacity(4), depth: 0 }
    }

    /// The start of the element around everything.
    fn open(&mut self, wrapper: &str) {
        let _ = match (self.spelling.style, self.spelling.version) {
            (Style::Document, _) => {
                let _ = write!(self.out, "<{wrapper} xmlns=\"");
                attribute(&self.spelling.namespace, &mut self.out);
                return self.out.push_str("\">");
            }
            (Style::RpcEncoded, Version::V11) => write!(self.out, "<ns1:{wrapper}>"),
            (Style::RpcEncoded, version @ Version::V12) => {
                write!(self.out, "<ns1:{wrapper} env:encodingStyle=\"{}\">", version.encoding())
            }
        };
    }

    /// Its end.
    fn end(&mut self, wrapper: &str) {
        let _ = match self.spelling.style {
            Style::Document => write!(self.out, "</{wrapper}>"),
            Style::RpcEncoded => write!(self.out, "</ns1:{wrapper}>"),
        };
    }

    fn needs(&mut self, space: Space) {
        if !self.spaces.contains(&space) {
            self.spaces.push(space);
        }
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
            None if spelling.blanks == Blanks::Null => &Value::Null,
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
            self.needs(Space::Xsi);
            return self.out.push_str(&element.nil);
        }
        match ty {
            Type::Scalar(kind) => {
                if encoded {
                    self.needs(Space::Xsd);
                    self.needs(Space::Xsi);
                }
                self.out.push_str(&element.open);
                scalar(*kind, value, spelling.style, &mut self.out);
                self.out.push_str(&element.close);
            }
            Type::List(item) => self.list(element, item, value.as_list().unwrap_or_default()),
            Type::Record(record) if record.wrapper => {
                let empty = Value::List(Vec::new());
                self.out.push_str(&element.open);
                for field in &record.fields {
                    self.element(&field.element, Some(if value == &Value::Null { &empty } else { value }));
                }
                self.close(element);
            }
            Type::Record(record) => {
                self.out.push_str(&element.open);
                self.fields(record, value.as_map());
                self.close(element);
            }
            Type::Map => self.map(element, value),
        }
    }

    /// The end of an element whose `xsi:type` PHP writes last.
    fn close(&mut self, element: &Element) {
        if self.spelling.style == Style::RpcEncoded {
            self.needs(Space::Xsi);
        }
        self.out.push_str(&element.close);
    }

    fn fields(&mut self, record: &Record, map: Option<&Map>) {
        self.fields_from(record, map, &mut 0);
    }

    /// `next` is the place in the map where the next field is likely to be.
    fn fields_from(&mut self, record: &Record, map: Option<&Map>, next: &mut usize) {
        let failed = match (self.spelling.blanks, map) {
            (Blanks::Fill, Some(map)) => map.get("error").filter(|error| error.as_str().is_some_and(|text| !text.is_empty())),
            (Blanks::Keep | Blanks::Null, _) | (_, None) => None,
        };
        for field in &record.fields {
            if field.group {
                if let Type::Record(inner) = &self.spelling.types[field.element.ty] {
                    self.out.push_str(&field.element.open);
                    self.fields_from(inner, map, next);
                    self.close(&field.element);
                }
                continue;
            }
            let value = match failed {
                Some(error) => (field.key == "error").then_some(error),
                None => map.and_then(|map| find(map, next, &field.key)),
            };
            self.element(&field.element, value);
        }
    }

    fn list(&mut self, element: &Element, item: &Element, items: &[Value]) {
        self.out.push_str(&element.open);
        if self.spelling.style == Style::RpcEncoded {
            if let Type::Scalar(_) = self.spelling.types[item.ty] {
                self.needs(Space::Xsd);
            }
            self.needs(Space::Encoding);
            let _ = write!(self.out, "{}{}", items.len(), element.rest);
            if items.is_empty() {
                self.needs(Space::Xsi);
                return self.out.push_str("/>");
            }
            self.out.push('>');
        }
        for value in items {
            self.element(item, Some(value));
        }
        self.close(element);
    }

    /// Any keys with any values.
    fn map(&mut self, element: &Element, value: &Value) {
        self.needs(Space::Apache);
        self.needs(Space::Xsi);
        self.out.push_str(&element.open);
        self.pairs(value);
        self.out.push_str(&element.close);
    }

    fn pairs(&mut self, value: &Value) {
        for (key, value) in value.as_map().into_iter().flatten() {
            self.needs(Space::Xsd);
            self.out.push_str("<item><key xsi:type=\"xsd:string\">");
            text(key, &mut self.out);
            self.out.push_str("</key>");
            self.untyped("value", value);
            self.out.push_str("</item>");
        }
    }

    /// A value that says itself what it is.
    fn untyped(&mut self, name: &str, value: &Value) {
        let mut one = |kind: Kind, ty: &str| {
            let _ = write!(self.out, "<{name} xsi:type=\"xsd:{ty}\">");
            scalar(kind, value, Style::RpcEncoded, &mut self.out);
            let _ = write!(self.out, "</{name}>");
        };
        match value {
            Value::Null => drop(write!(self.out, "<{name} xsi:nil=\"true\"/>")),
            Value::Bool(_) => one(Kind::Bool, "boolean"),
            Value::Int(_) => one(Kind::Int, "int"),
            Value::Float(_) => one(Kind::Float, "float"),
            Value::String(_) => one(Kind::String, "string"),
            Value::List(items) => {
                self.needs(Space::Encoding);
                let _ = match self.spelling.version {
                    Version::V11 => {
                        write!(self.out, "<{name} SOAP-ENC:arrayType=\"xsd:anyType[{}]\" xsi:type=\"SOAP-ENC:Array\">", items.len())
                    }
                    Version::V12 => write!(self.out, "<{name} enc:itemType=\"xsd:anyType\" enc:arraySize=\"{}\">", items.len()),
                };
                for item in items {
                    self.untyped("item", item);
                }
                let _ = write!(self.out, "</{name}>");
            }
            Value::Map(_) => {
                let _ = write!(self.out, "<{name} xsi:type=\"ns2:Map\">");
                self.pairs(value);
                let _ = write!(self.out, "</{name}>");
            }
        }
    }

    /// The blank of a type: what OK Tech's server has in a field that nobody filled.
    fn blank(&mut self, element: &Element) {
        match &self.spelling.types[element.ty] {
            Type::Scalar(kind) => self.element(element, Some(&blank(&element.name, *kind))),
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
            self.needs(Space::Xsi);
            self.out.push_str(&element.nil);
        } else {
            self.out.push_str(&element.open);
            self.fields(record, None);
            self.close(element);
        }
        self.depth -= 1;
    }

    /// Puts the envelope around what was written.
    fn envelope(mut self) -> Bytes {
        let spelling = self.spelling;
        let (prefix, version) = match spelling.version {
            Version::V11 => ("SOAP-ENV", Version::V11),
            Version::V12 => ("env", Version::V12),
        };
        if spelling.style == Style::RpcEncoded {
            self.needs(Space::Xsd);
            self.needs(Space::Xsi);
            self.needs(Space::Encoding);
        }
        let mut out = String::with_capacity(ROOM);
        let _ = write!(out, "{DECLARATION}<{prefix}:Envelope xmlns:{prefix}=\"{}\"", version.envelope());
        if spelling.style == Style::RpcEncoded {
            out.push_str(" xmlns:ns1=\"");
            attribute(&spelling.namespace, &mut out);
            out.push('"');
        }
        for space in &self.spaces {
            let _ = match space {
                Space::Xsd => write!(out, " xmlns:xsd=\"{XSD}\""),
                Space::Xsi => write!(out, " xmlns:xsi=\"{XSI}\""),
                Space::Apache => write!(out, " xmlns:ns2=\"{APACHE}\""),
                Space::Encoding => match version {
                    Version::V11 => write!(out, " xmlns:SOAP-ENC=\"{}\"", version.encoding()),
                    Version::V12 => write!(out, " xmlns:enc=\"{}\"", version.encoding()),
                },
            };
        }
        let _ = match (spelling.style, version) {
            (Style::RpcEncoded, Version::V11) => write!(out, " SOAP-ENV:encodingStyle=\"{}\"><SOAP-ENV:Body>", version.encoding()),
            (Style::RpcEncoded, Version::V12) => write!(out, "><env:Body xmlns:rpc=\"{RPC}\">"),
            (Style::Document, _) => write!(out, "><{prefix}:Body>"),
        };
        let _ = writeln!(self.out, "</{prefix}:Body></{prefix}:Envelope>");
        let mut whole = self.out.into_bytes();
        match ROOM.checked_sub(out.len()) {
            Some(from) => {
                whole[from..ROOM].copy_from_slice(out.as_bytes());
                Bytes::from(whole).slice(from..)
            }
            None => [out.as_bytes(), &whole[ROOM..]].concat().into(),
        }
    }
}

/// XML Schema.
const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// Attributes of instances: `nil`, `type`.
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Apache's maps.
const APACHE: &str = "http://xml.apache.org/xml-soap";
/// The rpc representation of SOAP 1.2.
const RPC: &str = "http://www.w3.org/2003/05/soap-rpc";

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
fn scalar(kind: Kind, value: &Value, style: Style, out: &mut String) {
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
fn attribute(words: &str, out: &mut String) {
    let from = out.len();
    text(words, out);
    if out[from..].contains('"') {
        let escaped = out[from..].replace('"', "&quot;");
        out.replace_range(from.., &escaped);
    }
}
