//! XML as a tree, within limits.
//!
//! In: a text. Out: a [`Document`], or a [`Refusal`]. What SOAP forbids is refused: document types, processing instructions, and with
//! them every entity but XML's own five. Names and texts are borrowed from the input wherever they stand there as they are.

use std::borrow::Cow;
use std::fmt;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, Event};

use super::Limits;

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is not well-formed; what is wrong.
    Malformed(String),
    /// It has a document type.
    Dtd,
    /// It has a processing instruction.
    Instruction,
    /// It has an entity that is not one of XML's own.
    Entity(String),
    /// It has more of something than this.
    Limit(&'static str, usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Malformed(why) => write!(f, "the XML is not well-formed: {why}"),
            Refusal::Dtd => f.write_str("a document type is not allowed in SOAP"),
            Refusal::Instruction => f.write_str("a processing instruction is not allowed in SOAP"),
            Refusal::Entity(name) => write!(f, "the entity `{name}` is not one of XML's own"),
            Refusal::Limit(what, limit) => write!(f, "{what}: more than {limit} are refused"),
        }
    }
}

/// Namespace declarations that may be in force at once, in multiples of what one element may have.
const IN_FORCE: usize = 4;

/// Documents declare the same few namespaces again and again: so many are remembered, to be kept once.
const RECENT: usize = 16;

/// An element of a [`Document`].
pub type NodeId = usize;

/// A document.
#[derive(Debug)]
pub struct Document<'t> {
    nodes: Vec<Node<'t>>,
    attributes: Vec<Attribute<'t>>,
    /// Namespace names; the first is the empty one.
    spaces: Vec<Cow<'t, str>>,
}

#[derive(Debug)]
struct Node<'t> {
    space: usize,
    name: &'t str,
    /// Its attributes among those of the document.
    attributes: (usize, usize),
    first: Option<NodeId>,
    last: Option<NodeId>,
    next: Option<NodeId>,
    text: Cow<'t, str>,
}

/// An attribute; namespace declarations are none.
#[derive(Debug)]
struct Attribute<'t> {
    space: usize,
    name: &'t str,
    value: Cow<'t, str>,
}

impl<'t> Document<'t> {
    /// The element around all others.
    pub const ROOT: NodeId = 0;

    /// Namespace of an element; empty for none.
    pub fn space(&self, node: NodeId) -> &str {
        &self.spaces[self.nodes[node].space]
    }

    /// Name of an element without prefix.
    pub fn name(&self, node: NodeId) -> &'t str {
        self.nodes[node].name
    }

    /// Text of an element, without that of its children.
    pub fn text(&self, node: NodeId) -> &str {
        &self.nodes[node].text
    }

    /// Children of an element in order.
    pub fn children(&self, node: NodeId) -> Children<'_, 't> {
        Children { document: self, next: self.nodes[node].first }
    }

    /// An attribute of an element by namespace and name.
    pub fn attribute(&self, node: NodeId, space: &str, name: &str) -> Option<&str> {
        let (from, to) = self.nodes[node].attributes;
        let attribute = self.attributes[from..to].iter().find(|found| found.name == name && self.spaces[found.space] == space)?;
        Some(&attribute.value)
    }

    /// Every element, in document order.
    pub fn all(&self) -> std::ops::Range<NodeId> {
        0..self.nodes.len()
    }
}

/// Iterator over the children of an element.
#[derive(Debug)]
pub struct Children<'d, 't> {
    document: &'d Document<'t>,
    next: Option<NodeId>,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let node = self.next?;
        self.next = self.document.nodes[node].next;
        Some(node)
    }
}

/// Reads a document.
pub fn read(text: &str, limits: Limits) -> Result<Document<'_>, Refusal> {
    if text.len() > limits.bytes {
        return Err(Refusal::Limit("bytes", limits.bytes));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(ch) = text.chars().find(|&ch| !is_char(ch)) {
        return Err(Refusal::Malformed(format!("the character U+{:04X} is not allowed", u32::from(ch))));
    }
    let mut reader = Reader::from_str(text);
    let mut builder = Builder {
        text,
        limits,
        document: Document { nodes: Vec::new(), attributes: Vec::new(), spaces: vec!["".into()] },
        open: Vec::new(),
        scope: Vec::new(),
    };
    loop {
        let from = position(&reader);
        let event = reader.read_event().map_err(|why| Refusal::Malformed(why.to_string()))?;
        let to = position(&reader);
        match event {
            Event::Start(_) => builder.start(from + 1, to - 1)?,
            Event::Empty(_) => {
                builder.start(from + 1, to - 2)?;
                builder.end();
            }
            Event::End(_) => builder.end(),
            Event::Text(_) => builder.characters(newlines(&text[from..to]))?,
            Event::CData(data) => builder.characters(newlines_of(data.into_inner()))?,
            Event::GeneralRef(entity) => builder.characters(Cow::Owned(resolve(&entity)?))?,
            Event::Comment(_) => {}
            Event::Decl(_) if from == 0 => {}
            Event::Decl(_) | Event::PI(_) => return Err(Refusal::Instruction),
            Event::DocType(_) => return Err(Refusal::Dtd),
            Event::Eof => break,
        }
    }
    if !builder.open.is_empty() {
        return Err(Refusal::Malformed("it ends within an element".to_owned()));
    }
    if builder.document.nodes.is_empty() {
        return Err(Refusal::Malformed("it has no element".to_owned()));
    }
    Ok(builder.document)
}

/// What is read so far.
struct Builder<'t> {
    text: &'t str,
    limits: Limits,
    document: Document<'t>,
    /// Elements that have not ended, with how many declarations were in scope before each.
    open: Vec<(NodeId, usize)>,
    /// Declarations in scope: prefix and place of the namespace.
    scope: Vec<(&'t str, usize)>,
}

impl<'t> Builder<'t> {
    /// Takes in a start tag, given what stands between its brackets.
    fn start(&mut self, from: usize, to: usize) -> Result<(), Refusal> {
        let Limits { depth, elements, attributes: most, name: longest, .. } = self.limits;
        if self.open.len() >= depth {
            return Err(Refusal::Limit("elements within elements", depth));
        }
        if self.document.nodes.len() >= elements {
            return Err(Refusal::Limit("elements", elements));
        }
        if self.open.is_empty() && !self.document.nodes.is_empty() {
            return Err(Refusal::Malformed("it has two outermost elements".to_owned()));
        }
        let tag = &self.text[from..to];
        let qualified = tag.split([' ', '\t', '\r', '\n']).next().unwrap_or(tag);
        let (declared, first) = (self.scope.len(), self.document.attributes.len());
        // Attributes are told apart from declarations first, for a declaration counts for the whole tag.
        let mut plain = Vec::new();
        for (count, attribute) in Attributes::new(tag, qualified.len()).enumerate() {
            let attribute = attribute.map_err(|why| Refusal::Malformed(why.to_string()))?;
            if count >= most {
                return Err(Refusal::Limit("attributes of one element", most));
            }
            let (key, raw) = (attribute.key.into_inner(), attribute.value);
            bounded(key.len(), longest, "bytes of a name")?;
            bounded(raw.len(), self.limits.text, "bytes of an attribute")?;
            let value = value(raw)?;
            match key.strip_prefix("xmlns").map(|rest| rest.strip_prefix(':').ok_or(rest)) {
                Some(Ok(prefix)) => self.declare(prefix, value)?,
                Some(Err("")) => self.declare("", value)?,
                Some(Err(_)) | None => plain.push((key, value)),
            }
        }
        bounded(qualified.len(), longest, "bytes of a name")?;
        for (key, value) in plain {
            // An attribute without prefix is in no namespace.
            let (space, name) = if key.contains(':') { self.resolve(key) } else { (0, key) };
            self.document.attributes.push(Attribute { space, name, value });
        }
        let (space, name) = self.resolve(qualified);
        if name.is_empty() {
            return Err(Refusal::Malformed("an element has no name".to_owned()));
        }
        let node = self.document.nodes.len();
        let attributes = (first, self.document.attributes.len());
        self.document.nodes.push(Node { space, name, attributes, first: None, last: None, next: None, text: Cow::Borrowed("") });
        if let Some(&(parent, _)) = self.open.last() {
            let parent = &mut self.document.nodes[parent];
            match parent.last.replace(node) {
                Some(before) => self.document.nodes[before].next = Some(node),
                None => parent.first = Some(node),
            }
        }
        self.open.push((node, declared));
        Ok(())
    }

    fn end(&mut self) {
        if let Some((_, declared)) = self.open.pop() {
            self.scope.truncate(declared);
        }
    }

    /// Takes in text of the innermost element.
    fn characters(&mut self, more: Cow<'t, str>) -> Result<(), Refusal> {
        let Some(&(node, _)) = self.open.last() else {
            let blank = more.trim_ascii().is_empty();
            return if blank { Ok(()) } else { Err(Refusal::Malformed("text stands outside of all elements".to_owned())) };
        };
        let text = &mut self.document.nodes[node].text;
        let length = text.len() + more.len();
        if text.is_empty() {
            *text = more;
        } else {
            text.to_mut().push_str(&more);
        }
        bounded(length, self.limits.text, "bytes of text in one element")
    }

    fn declare(&mut self, prefix: &'t str, space: Cow<'t, str>) -> Result<(), Refusal> {
        // Both are bounded, or a document of many declarations would take the square of its length.
        let limit = IN_FORCE * self.limits.attributes;
        bounded(self.scope.len() + 1, limit, "namespace declarations in force")?;
        let spaces = &mut self.document.spaces;
        let known = spaces.iter().enumerate().rev().take(RECENT).find(|(_, known)| **known == space).map(|(place, _)| place);
        let place = known.unwrap_or(spaces.len());
        if known.is_none() {
            spaces.push(space);
        }
        self.scope.push((prefix, place));
        Ok(())
    }

    /// Namespace and name of a qualified name. One whose prefix nobody declared is in no namespace and keeps the prefix, as libxml2 has it:
    /// clients written by hand forget to declare `xsi`.
    fn resolve(&self, qualified: &'t str) -> (usize, &'t str) {
        let (prefix, name) = qualified.split_once(':').unwrap_or(("", qualified));
        match self.scope.iter().rev().find(|(declared, _)| *declared == prefix) {
            Some(&(_, place)) => (place, name),
            None => (0, qualified),
        }
    }
}

fn bounded(found: usize, limit: usize, what: &'static str) -> Result<(), Refusal> {
    if found > limit { Err(Refusal::Limit(what, limit)) } else { Ok(()) }
}

/// Whether XML 1.0 allows a character.
pub fn is_char(ch: char) -> bool {
    !matches!(ch, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// The text of an attribute: entities resolved, white space made blanks.
fn value(raw: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    if raw.contains('<') {
        return Err(Refusal::Malformed("an attribute has a `<`".to_owned()));
    }
    let blank = |ch| matches!(ch, '\t' | '\r' | '\n');
    let raw = if raw.contains(blank) { Cow::Owned(raw.replace("\r\n", " ").replace(blank, " ")) } else { raw };
    let resolved = match raw {
        Cow::Borrowed(raw) => unescape(raw),
        Cow::Owned(ref raw) => unescape(raw).map(|text| Cow::Owned(text.into_owned())),
    };
    let resolved = resolved.map_err(|why| Refusal::Malformed(why.to_string()))?;
    if resolved.chars().all(is_char) {
        Ok(resolved)
    } else {
        Err(Refusal::Malformed("an attribute has a character that is not allowed".to_owned()))
    }
}

/// The text that an entity or a character reference stands for.
fn resolve(entity: &BytesRef<'_>) -> Result<String, Refusal> {
    match entity.resolve_char_ref() {
        Ok(Some(ch)) if is_char(ch) => Ok(ch.to_string()),
        Ok(Some(_)) | Err(_) => Err(Refusal::Malformed("a character reference stands for none that is allowed".to_owned())),
        Ok(None) => resolve_predefined_entity(entity).map(str::to_owned).ok_or_else(|| Refusal::Entity(entity.chars().take(40).collect())),
    }
}

/// Every kind of line end is one line feed.
fn newlines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

fn newlines_of(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => newlines(text),
        Cow::Owned(text) => Cow::Owned(newlines(&text).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document written out: `{space}name(@{space}attribute=value)[text]<children>`.
    fn shown(text: &str) -> String {
        fn show(document: &Document<'_>, node: NodeId, out: &mut String) {
            let space = document.space(node);
            if !space.is_empty() {
                out.extend(["{", space, "}"]);
            }
            out.push_str(document.name(node));
            let (from, to) = document.nodes[node].attributes;
            for attribute in &document.attributes[from..to] {
                out.extend(["(", &document.spaces[attribute.space], "|", attribute.name, "=", &attribute.value, ")"]);
            }
            if !document.text(node).is_empty() {
                out.extend(["[", document.text(node), "]"]);
            }
            out.push('<');
            for child in document.children(node) {
                show(document, child, out);
            }
            out.push('>');
        }
        let limits = Limits { bytes: 400, depth: 4, elements: 6, attributes: 3, name: 12, text: 20 };
        match read(text, limits) {
            Ok(document) => {
                let mut out = String::new();
                show(&document, Document::ROOT, &mut out);
                out
            }
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn names_and_namespaces() {
        for (text, expected) in [
            ("<a/>", "a<>"),
            ("\u{feff}<?xml version='1.0'?><a ><b/><b x='1' /></a >", "a<b<>b(|x=1)<>>"),
            ("<a xmlns='u'><b xmlns=''/><p:c xmlns:p='v' p:x='1' y='2'/></a>", "{u}a<b<>{v}c(v|x=1)(|y=2)<>>"),
            ("<p:a xsi:nil='1'/>", "p:a(|xsi:nil=1)<>"),
            ("<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:b/></p:a>", "{u}a<{v}b<>{u}b<>>"),
            ("<a xmlnsx='1'/>", "a(|xmlnsx=1)<>"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn texts() {
        for (text, expected) in [
            ("<a>x&lt;&amp;&#65;&#x42;<![CDATA[<&\r\n]]>\r\n\ry</a>", "a[x<&AB<&\n\n\ny]<>"),
            ("<a b='x&quot;&#10;\n\r\ny'/>", "a(|b=x\"\n  y)<>"),
            ("<a>x<!-- c --><b>y</b>z</a>", "a[xz]<b[y]<>>"),
            ("<a>\u{85}é😀</a>", "a[\u{85}é😀]<>"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_soap_forbids_is_refused() {
        for text in ["<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"] {
            assert_eq!(shown(text), Refusal::Dtd.to_string());
        }
        assert_eq!(shown("<a><?php x?></a>"), Refusal::Instruction.to_string());
        assert_eq!(shown("<a/><?xml version='1.0'?>"), Refusal::Instruction.to_string());
        assert_eq!(shown("<a>&nbsp;</a>"), Refusal::Entity("nbsp".to_owned()).to_string());
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let malformed = |text: &str| assert!(shown(text).starts_with("the XML is not"), "{text}: {}", shown(text));
        for text in [
            "",
            " ",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "</a>",
            "<a",
            "<a b/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<a>&#0;</a>",
            "<a>&#x1F;</a>",
            "<a>\u{1}</a>",
            "<a b='&#1;'/>",
            "< a/>",
            "<a>&lt</a>",
            "<a b='&x;'/>",
            "<a>\u{ffff}</a>",
        ] {
            malformed(text);
        }
    }

    #[test]
    fn too_much_is_refused() {
        for (text, expected) in [
            (format!("<a>{}</a>", " ".repeat(400)), Refusal::Limit("bytes", 400)),
            ("<a><b><c><d><e/></d></c></b></a>".to_owned(), Refusal::Limit("elements within elements", 4)),
            (format!("<a>{}</a>", "<b/>".repeat(6)), Refusal::Limit("elements", 6)),
            ("<a b='' c='' xmlns:d='' e=''/>".to_owned(), Refusal::Limit("attributes of one element", 3)),
            ("<abcdefghijklm/>".to_owned(), Refusal::Limit("bytes of a name", 12)),
            ("<a abcdefghijklm=''/>".to_owned(), Refusal::Limit("bytes of a name", 12)),
            (format!("<a>{}</a>", "x".repeat(21)), Refusal::Limit("bytes of text in one element", 20)),
            (format!("<a>{}</a>", "x<b/>".repeat(3).replace('x', "xxxxxxxx")), Refusal::Limit("bytes of text in one element", 20)),
            (format!("<a b='{}'/>", "x".repeat(21)), Refusal::Limit("bytes of an attribute", 20)),
        ] {
            assert_eq!(shown(&text), expected.to_string(), "{text}");
        }
    }
}
