//! What an answer is written on: its text, and the namespaces that the envelope around it declares.
//!
//! PHP's server declares a namespace when it first needs it, and writes values that no WSDL types as what they are: Apache's maps, arrays
//! of whatever their items have in common. Facts: PHP 8.2.

use std::fmt::Write as _;

use bytes::Bytes;
use mwsc_contract::schema::Kind;
use mwsc_contract::value::Value;
use mwsc_contract::wire::Style;

use super::Version;
use super::encode::{APACHE, XSD, XSI, attribute, scalar, text};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The rpc representation of SOAP 1.2.
const RPC: &str = "http://www.w3.org/2003/05/soap-rpc";

/// Namespaces that an answer declares when it needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Xsd,
    Xsi,
    Encoding,
    Apache,
}

/// The body of an answer in the making.
pub(super) struct Sheet {
    pub(super) version: Version,
    /// The body, behind [`ROOM`] for what goes before it.
    pub(super) out: String,
    /// What it needed so far, in order.
    pub(super) spaces: Vec<Space>,
}

/// What was written of a record, as it can be written again.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) text: Box<str>,
    /// Namespaces that it needs, in order.
    spaces: Box<[Space]>,
}

/// Where a piece begins, and what was needed before it.
pub(super) struct Begun {
    at: usize,
    spaces: Vec<Space>,
}

/// Bytes in front of the body where the begin of the envelope is put at last: which namespaces it declares, and in which order, is known
/// when the body is written.
const ROOM: usize = FREE.len();

/// What stands there meanwhile.
const FREE: &str = match std::str::from_utf8(&[b' '; 1_024]) {
    Ok(text) => text,
    Err(_) => "",
};

impl Sheet {
    /// `length` is what the body is expected to have, in bytes.
    pub(super) fn new(version: Version, length: usize) -> Sheet {
        let mut out = String::with_capacity(ROOM + 1_024 + length);
        out.push_str(FREE);
        Sheet { version, out, spaces: Vec::with_capacity(4) }
    }

    /// Begins a piece.
    pub(super) fn begin(&mut self) -> Begun {
        Begun { at: self.out.len(), spaces: std::mem::take(&mut self.spaces) }
    }

    /// What was written since then.
    pub(super) fn end(&mut self, begun: Begun) -> Piece {
        let needed = std::mem::replace(&mut self.spaces, begun.spaces);
        self.needs_all(&needed);
        Piece { text: self.out[begun.at..].into(), spaces: needed.into() }
    }

    /// Writes a piece again.
    pub(super) fn put(&mut self, piece: &Piece) {
        self.needs_all(&piece.spaces);
        self.out.push_str(&piece.text);
    }

    /// Bytes of the body so far.
    pub(super) fn length(&self) -> usize {
        self.out.len() - ROOM
    }

    pub(super) fn needs(&mut self, space: Space) {
        if !self.spaces.contains(&space) {
            self.spaces.push(space);
        }
    }

    fn needs_all(&mut self, spaces: &[Space]) {
        for &space in spaces {
            self.needs(space);
        }
    }

    /// An element that is null.
    pub(super) fn nil(&mut self, name: &str) {
        self.needs(Space::Xsi);
        let _ = write!(self.out, "<{name} xsi:nil=\"true\"/>");
    }

    /// The begin of rpc's element around a result, which is the part of this name.
    pub(super) fn open_rpc(&mut self, wrapper: &str, result: Option<&str>) {
        let _ = match self.version {
            Version::V11 => write!(self.out, "<ns1:{wrapper}>"),
            Version::V12 => write!(self.out, "<ns1:{wrapper} env:encodingStyle=\"{}\">", Version::V12.encoding()),
        };
        if let (Version::V12, Some(result)) = (self.version, result) {
            let _ = write!(self.out, "<rpc:result>{result}</rpc:result>");
        }
    }

    /// A value that says itself what it is.
    pub(super) fn untyped(&mut self, name: &str, value: &Value) {
        match value {
            Value::Null => self.nil(name),
            Value::Bool(_) => self.one(name, Kind::Bool, "boolean", value),
            Value::Int(_) => self.one(name, Kind::Int, "int", value),
            Value::Float(_) => self.one(name, Kind::Float, "float", value),
            Value::String(_) => self.one(name, Kind::String, "string", value),
            Value::List(items) => self.array(name, items),
            // To PHP a map without keys is an array without items.
            Value::Map(map) if map.is_empty() => self.array(name, &[]),
            Value::Map(_) => {
                self.needs(Space::Apache);
                self.needs(Space::Xsi);
                let _ = write!(self.out, "<{name} xsi:type=\"ns2:Map\">");
                self.pairs(value);
                let _ = write!(self.out, "</{name}>");
            }
        }
    }

    /// A scalar of a type of XML Schema.
    pub(super) fn one(&mut self, name: &str, kind: Kind, ty: &str, value: &Value) {
        self.needs(Space::Xsd);
        self.needs(Space::Xsi);
        let _ = write!(self.out, "<{name} xsi:type=\"xsd:{ty}\">");
        scalar(kind, value, Style::RpcEncoded, &mut self.out);
        let _ = write!(self.out, "</{name}>");
    }

    /// Keys and values of a map.
    pub(super) fn pairs(&mut self, value: &Value) {
        for (key, value) in value.as_map().into_iter().flatten() {
            // A key that is written as an integer is one.
            let ty = if key.parse::<i64>().is_ok_and(|number| number.to_string() == *key) { "int" } else { "string" };
            let _ = write!(self.out, "<item><key xsi:type=\"xsd:{ty}\">");
            text(key, &mut self.out);
            self.out.push_str("</key>");
            self.untyped("value", value);
            self.out.push_str("</item>");
        }
    }

    /// An array whose items say themselves what they are.
    pub(super) fn array(&mut self, name: &str, items: &[Value]) {
        let common = items.first().and_then(tag).filter(|first| items.iter().all(|item| tag(item) == Some(*first)));
        let ty = match (common, self.version) {
            (Some(Tag::True | Tag::False), _) => "xsd:boolean",
            (Some(Tag::Int), _) => "xsd:int",
            (Some(Tag::Float), _) => "xsd:float",
            (Some(Tag::Text), _) => "xsd:string",
            (Some(Tag::Map), _) => "ns2:Map",
            (Some(Tag::Array), Version::V11) => "SOAP-ENC:Array",
            (Some(Tag::Array), Version::V12) => "enc:Array",
            (None, Version::V11) => "xsd:ur-type",
            (None, Version::V12) => "xsd:anyType",
        };
        match common {
            Some(Tag::Map) => self.needs(Space::Apache),
            Some(Tag::True | Tag::False | Tag::Int | Tag::Float | Tag::Text) => self.needs(Space::Xsd),
            Some(Tag::Array) | None => {}
        }
        self.needs(Space::Encoding);
        if common.is_none() {
            self.needs(Space::Xsd);
        }
        let count = items.len();
        let _ = match self.version {
            Version::V11 => write!(self.out, "<{name} SOAP-ENC:arrayType=\"{ty}[{count}]\" xsi:type=\"SOAP-ENC:Array\""),
            Version::V12 => write!(self.out, "<{name} enc:itemType=\"{ty}\" enc:arraySize=\"{count}\" xsi:type=\"enc:Array\""),
        };
        if items.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            for item in items {
                self.untyped("item", item);
            }
            let _ = write!(self.out, "</{name}>");
        }
        self.needs(Space::Xsi);
    }

    /// Puts the envelope around what was written. `namespace` is that of the service.
    pub(super) fn envelope(mut self, style: Style, namespace: &str) -> Bytes {
        let version = self.version;
        let prefix = match version {
            Version::V11 => "SOAP-ENV",
            Version::V12 => "env",
        };
        if style == Style::RpcEncoded {
            self.needs(Space::Xsd);
            self.needs(Space::Xsi);
            self.needs(Space::Encoding);
        }
        let mut out = String::with_capacity(ROOM);
        let _ = write!(out, "{DECLARATION}<{prefix}:Envelope xmlns:{prefix}=\"{}\"", version.envelope());
        if style == Style::RpcEncoded {
            out.push_str(" xmlns:ns1=\"");
            attribute(namespace, &mut out);
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
        let _ = match (style, version) {
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

/// What PHP compares when it looks for what the items of an array have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    True,
    False,
    Int,
    Float,
    Text,
    Map,
    Array,
}

fn tag(value: &Value) -> Option<Tag> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(true) => Tag::True,
        Value::Bool(false) => Tag::False,
        Value::Int(_) => Tag::Int,
        Value::Float(_) => Tag::Float,
        Value::String(_) => Tag::Text,
        Value::Map(map) if map.is_empty() => Tag::Array,
        Value::Map(_) => Tag::Map,
        Value::List(_) => Tag::Array,
    })
}
