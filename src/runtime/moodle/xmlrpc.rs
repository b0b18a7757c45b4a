//! XML-RPC, as Moodle's plugin speaks it: calls with positional parameters, one value or a fault in answer.
//!
//! In: the bytes of a request. Out: a method and its parameters, as values without types of the description; what the description says
//! decides later. Nothing in a request is looked up elsewhere: a document type, an entity beyond the five of XML and a processing
//! instruction are refused.

use std::sync::Arc;

use md5::Digest as _;
use mwsc_contract::Value;
use mwsc_contract::value::Map;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::php::number;
use crate::soap::Limits;
use crate::soap::xml::is_char;

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Name of the function.
    pub method: String,
    /// Parameters by position.
    pub params: Vec<Value>,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no call.
    #[error("{0}")]
    Malformed(String),
    /// It holds more of something than a request may.
    #[error("{0}")]
    Limit(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Refusal::Malformed(why)
    }
}

/// Reads a call. The error says what is wrong with it.
pub fn read(text: &[u8], limits: Limits) -> Result<Call, Refusal> {
    let text = std::str::from_utf8(text).map_err(|_| "the request is not UTF-8".to_owned())?;
    if let Some(ch) = text.chars().find(|&ch| !is_char(ch)) {
        return Err(not_allowed(ch).into());
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut input = Input { reader, limits, elements: 0 };
    input.open("methodCall")?;
    input.open("methodName")?;
    let method = input.text("methodName")?.trim().to_owned();
    let mut params = Vec::new();
    if input.next_open("methodCall")?.is_some_and(|name| name == "params") {
        while input.next_open("params")?.is_some() {
            input.open("value")?;
            params.push(input.value(0)?);
            input.close("param")?;
        }
    }
    Ok(Call { method, params })
}

struct Input<'t> {
    reader: Reader<&'t [u8]>,
    limits: Limits,
    /// Elements so far.
    elements: usize,
}

/// What a request is made of, after comments and blanks are gone.
enum Piece {
    Open(String),
    Close,
    Text(String),
}

impl Input<'_> {
    fn next(&mut self) -> Result<Piece, Refusal> {
        loop {
            let at = self.reader.buffer_position();
            let event = self.reader.read_event().map_err(|why| format!("the request is not well-formed at byte {at}: {why}"))?;
            return Ok(match event {
                Event::Start(tag) => {
                    self.elements += 1;
                    if self.elements > self.limits.elements {
                        return Err(Refusal::Limit(format!("the request has more than {} elements", self.limits.elements)));
                    }
                    // Nothing here has attributes that mean something.
                    if tag.attributes().take(self.limits.attributes + 1).count() > self.limits.attributes {
                        return Err(Refusal::Limit(format!("an element has more than {} attributes", self.limits.attributes)));
                    }
                    Piece::Open(tag.name().as_ref().to_owned())
                }
                Event::End(_) => Piece::Close,
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(entity) => Piece::Text(resolve(&entity)?),
                Event::Decl(_) | Event::Comment(_) => continue,
                Event::DocType(_) => return Err("a document type is refused".to_owned().into()),
                Event::PI(_) => return Err("a processing instruction is refused".to_owned().into()),
                Event::Empty(_) => return Err("an element without content was not taken apart".to_owned().into()),
                Event::Eof => return Err("the request ends too early".to_owned().into()),
            });
        }
    }

    /// The next element's start; `None` at the end of the one around it.
    fn next_open(&mut self, around: &str) -> Result<Option<String>, Refusal> {
        loop {
            match self.next()? {
                Piece::Open(name) => return Ok(Some(name)),
                Piece::Close => return Ok(None),
                Piece::Text(text) if text.trim().is_empty() => {}
                Piece::Text(text) => return Err(format!("there is text in `{around}`: {}", shortened(&text)).into()),
            }
        }
    }

    fn open(&mut self, name: &str) -> Result<(), Refusal> {
        match self.next_open(name)? {
            Some(found) if found == name => Ok(()),
            Some(found) => Err(format!("`{name}` is expected where `{found}` is").into()),
            None => Err(format!("`{name}` is missing").into()),
        }
    }

    fn close(&mut self, around: &str) -> Result<(), Refusal> {
        match self.next_open(around)? {
            None => Ok(()),
            Some(found) => Err(format!("`{found}` is not expected in `{around}`").into()),
        }
    }

    /// The text up to the end of an element that holds nothing else.
    fn text(&mut self, around: &str) -> Result<String, Refusal> {
        let mut out = String::new();
        loop {
            match self.next()? {
                Piece::Text(text) => self.append(&mut out, &text)?,
                Piece::Close => return Ok(out),
                Piece::Open(found) => return Err(format!("`{found}` is not expected in `{around}`").into()),
            }
        }
    }

    fn append(&self, out: &mut String, text: &str) -> Result<(), Refusal> {
        out.push_str(text);
        let most = self.limits.text;
        if out.len() > most { Err(Refusal::Limit(format!("a text has more than {most} bytes"))) } else { Ok(()) }
    }

    /// What stands in a `value`, and its end.
    fn value(&mut self, depth: usize) -> Result<Value, Refusal> {
        if depth > self.limits.depth {
            return Err(Refusal::Limit(format!("values are nested more than {} levels deep", self.limits.depth)));
        }
        let mut plain = String::new();
        loop {
            match self.next()? {
                Piece::Text(text) => self.append(&mut plain, &text)?,
                // A value without a type is a text.
                Piece::Close => return Ok(Value::String(plain)),
                Piece::Open(ty) => {
                    let value = self.typed(&ty, depth)?;
                    self.close("value")?;
                    return Ok(value);
                }
            }
        }
    }

    fn typed(&mut self, ty: &str, depth: usize) -> Result<Value, Refusal> {
        match ty {
            "struct" => self.fields(depth),
            "array" => {
                self.open("data")?;
                let mut items = Vec::new();
                while self.next_open("data")?.is_some() {
                    items.push(self.value(depth + 1)?);
                }
                self.close("array")?;
                Ok(Value::List(items))
            }
            _ => scalar(ty, self.text(ty)?),
        }
    }

    fn fields(&mut self, depth: usize) -> Result<Value, Refusal> {
        let mut out = Map::new();
        while self.next_open("struct")?.is_some() {
            self.open("name")?;
            let name = self.text("name")?;
            self.open("value")?;
            out.insert(name, self.value(depth + 1)?);
            self.close("member")?;
        }
        Ok(Value::Map(Arc::new(out)))
    }
}

fn scalar(ty: &str, text: String) -> Result<Value, Refusal> {
    let refused = |what: &str| Err(format!("`{}` is no {what}", shortened(&text)).into());
    match ty {
        "string" | "base64" | "dateTime.iso8601" => Ok(Value::String(text)),
        "i4" | "i8" | "int" => text.trim().parse().map_or_else(|_| refused("integer of 64 bits"), |number| Ok(Value::Int(number))),
        "boolean" => match text.trim() {
            "0" => Ok(Value::Bool(false)),
            "1" => Ok(Value::Bool(true)),
            _ => refused("boolean: 0 or 1"),
        },
        "double" => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            Ok(_) | Err(_) => refused("number"),
        },
        "nil" => Ok(Value::Null),
        _ => Err(format!("there is no type `{ty}`").into()),
    }
}

fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Result<String, Refusal> {
    if let Some(ch) = entity.resolve_char_ref().map_err(|why| why.to_string())? {
        return if is_char(ch) { Ok(ch.to_string()) } else { Err(not_allowed(ch).into()) };
    }
    let name: &str = entity;
    match quick_xml::escape::resolve_predefined_entity(name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("the entity `{}` is refused", shortened(name)).into()),
    }
}

fn not_allowed(ch: char) -> String {
    format!("the character U+{:04X} is not allowed", u32::from(ch))
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() > 40 { text.chars().take(40).chain(['…']).collect() } else { text.to_owned() }
}

/// How every answer begins.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// The answer with a value; `None` for a function that returns nothing.
pub fn response(value: Option<&Value>) -> String {
    let mut out = format!("{DECLARATION}<methodResponse>");
    match value {
        None => out.push_str("<params/>"),
        Some(value) => {
            out.push_str("<params><param>");
            write(value, &mut out);
            out.push_str("</param></params>");
        }
    }
    out.push_str("</methodResponse>");
    out
}

/// A fault. Its number is made of the code: the first eight decimal digits of the code's MD5, as Moodle does it.
pub fn fault(code: &str, message: &str) -> String {
    let mut out = format!("{DECLARATION}<methodResponse><fault>");
    let fields = [("faultCode", Value::Int(number_of(code))), ("faultString", format!("{message} | ERRORCODE: {code}").into())];
    write(&Value::Map(Arc::new(fields.map(|(key, field)| (key.to_owned(), field)).into_iter().collect())), &mut out);
    out.push_str("</fault></methodResponse>");
    out
}

fn number_of(code: &str) -> i64 {
    let decimal = u128::from_be_bytes(md5::Md5::digest(code.as_bytes()).into()).to_string();
    decimal.get(..8).unwrap_or(&decimal).parse().unwrap_or_default()
}

fn write(value: &Value, out: &mut String) {
    out.push_str("<value>");
    match value {
        // The plugin writes null as an empty text (Moodle has no extension for nil).
        Value::Null => out.push_str("<string/>"),
        Value::Bool(truth) => tagged("boolean", if *truth { "1" } else { "0" }, out),
        Value::Int(number) => tagged("int", &number.to_string(), out),
        Value::Float(number) => tagged("double", &number::shortest(*number), out),
        Value::String(text) => tagged("string", text, out),
        Value::List(items) if items.is_empty() => out.push_str("<array><data/></array>"),
        Value::List(items) => {
            out.push_str("<array><data>");
            for item in items {
                write(item, out);
            }
            out.push_str("</data></array>");
        }
        Value::Map(fields) if fields.is_empty() => out.push_str("<struct/>"),
        Value::Map(fields) => {
            out.push_str("<struct>");
            for (name, field) in &**fields {
                out.push_str("<member>");
                tagged("name", name, out);
                write(field, out);
                out.push_str("</member>");
            }
            out.push_str("</struct>");
        }
    }
    out.push_str("</value>");
}

fn tagged(tag: &str, text: &str, out: &mut String) {
    if text.is_empty() {
        out.extend(["<", tag, "/>"]);
    } else {
        out.extend(["<", tag, ">"]);
        escape(text, out);
        out.extend(["</", tag, ">"]);
    }
}

/// A text with references for what XML has a meaning for. A character that it cannot hold becomes the replacement character.
fn escape(text: &str, out: &mut String) {
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&#38;"),
            '<' => out.push_str("&#60;"),
            '>' => out.push_str("&#62;"),
            // As it stands, it would be read as the end of a line.
            '\r' => out.push_str("&#13;"),
            _ if is_char(ch) => out.push(ch),
            _ => out.push('\u{fffd}'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        match read(text.as_bytes(), Limits::default()) {
            Ok(call) => format!("{} {}", call.method, serde_json::to_string(&call.params).unwrap()),
            Err(why) => why.to_string(),
        }
    }

    fn param(value: &str) -> String {
        json(&format!(
            "<?xml version=\"1.0\"?><methodCall><methodName> m </methodName><params>\n<param>{value}</param></params></methodCall>"
        ))
    }

    #[test]
    fn calls_are_read() {
        assert_eq!(json("<methodCall><methodName>a_b</methodName></methodCall>"), "a_b []");
        assert_eq!(json("<methodCall><methodName>a_b</methodName><params/></methodCall>"), "a_b []");
        for (value, expected) in [
            ("<value>plain &amp; &#233;</value>", r#"m ["plain & é"]"#),
            ("<value/>", r#"m [""]"#),
            ("<value> <int>-7</int>\n</value>", "m [-7]"),
            ("<value><boolean>1</boolean></value>", "m [true]"),
            ("<value><double>1.5</double></value>", "m [1.5]"),
            ("<value><nil/></value>", "m [null]"),
            ("<value><string><![CDATA[<x>]]></string></value>", r#"m ["<x>"]"#),
            ("<value><array><data> <value>a</value><value><i4>2</i4></value></data></array></value>", r#"m [["a",2]]"#),
            ("<value><array><data/></array></value>", "m [[]]"),
            ("<value><struct><member><name>k</name> <value><struct/></value></member></struct></value>", r#"m [{"k":{}}]"#),
        ] {
            assert_eq!(param(value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (value, expected) in [
            ("<value><int>1.5</int></value>", "`1.5` is no integer of 64 bits"),
            ("<value><int>9223372036854775808</int></value>", "`9223372036854775808` is no integer of 64 bits"),
            ("<value><boolean>true</boolean></value>", "`true` is no boolean: 0 or 1"),
            ("<value><double>nan</double></value>", "`nan` is no number"),
            ("<value><date>x</date></value>", "there is no type `date`"),
            ("<value>&x;</value>", "the entity `x` is refused"),
            ("<value>&#1;</value>", "the character U+0001 is not allowed"),
            ("<value>\0</value>", "the character U+0000 is not allowed"),
            ("<value><int>1</int><int>2</int></value>", "`int` is not expected in `value`"),
            ("<int>1</int>", "`value` is expected where `int` is"),
        ] {
            assert_eq!(param(value), expected, "{value}");
        }
        assert_eq!(json("<!DOCTYPE x><methodCall/>"), "a document type is refused");
        assert_eq!(json("<nope"), json("<nope"));
        assert!(json("<nope").contains("not well-formed"), "{}", json("<nope"));
        let deep = format!("{}x{}", "<value><array><data>".repeat(70), "</data></array></value>".repeat(70));
        assert_eq!(param(&deep), "values are nested more than 64 levels deep");
    }

    #[test]
    fn too_much_is_refused() {
        let text = "<methodCall><methodName a='1' b='2'>m</methodName><params><param><value>four</value></param></params></methodCall>";
        let limits = Limits { elements: 5, attributes: 2, text: 4, ..Limits::default() };
        let told = |limits| read(text.as_bytes(), limits).map(|call| call.params.len());
        assert_eq!(told(limits), Ok(1));
        assert_eq!(told(Limits { elements: 4, ..limits }), Err(Refusal::Limit("the request has more than 4 elements".to_owned())));
        assert_eq!(told(Limits { attributes: 1, ..limits }), Err(Refusal::Limit("an element has more than 1 attributes".to_owned())));
        assert_eq!(told(Limits { text: 3, ..limits }), Err(Refusal::Limit("a text has more than 3 bytes".to_owned())));
    }

    #[test]
    fn answers() {
        assert_eq!(response(None), format!("{DECLARATION}<methodResponse><params/></methodResponse>"));
        let value: Value = serde_json::from_str(r#"{"a":[],"b":[1,true,0.5,"",null],"c":"x & <y>"}"#).unwrap();
        let expected = "<methodResponse><params><param><value><struct><member><name>a</name><value><array><data/></array></value></member>\
            <member><name>b</name><value><array><data><value><int>1</int></value><value><boolean>1</boolean></value>\
            <value><double>0.5</double></value><value><string/></value><value><string/></value></data></array></value></member>\
            <member><name>c</name><value><string>x &#38; &#60;y&#62;</string></value></member></struct></value></param></params></methodResponse>";
        assert_eq!(response(Some(&value)), format!("{DECLARATION}{expected}"));
    }

    /// What no XML can hold made answers that nobody could read.
    #[test]
    fn answers_are_well_formed_whatever_they_hold() {
        let text = response(Some(&"\0a\u{1f}\r\n\t\u{ffff}".into()));
        assert!(text.contains("<string>\u{fffd}a\u{fffd}&#13;\n\t\u{fffd}</string>"), "{text}");
    }

    #[test]
    fn the_number_of_a_fault_is_made_of_its_code() {
        for (code, number) in
            [("invalidparameter", 29_039_061), ("invalidrecord", 23_604_497), ("accessexception", 23_000_021), ("invalidtoken", 89_159_464)]
        {
            assert_eq!(number_of(code), number, "{code}");
        }
    }
}
