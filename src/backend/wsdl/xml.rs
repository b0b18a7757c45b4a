//! A thin layer over quick-xml's writer: elements on lines of their own, texts escaped, no errors, because memory is written to.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

/// A document under construction.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    depth: usize,
    /// Blanks for each level.
    indent: usize,
}

/// Attributes of an element; one whose value is `None` is left out.
pub(super) type Attributes<'a> = &'a [(&'a str, Option<&'a str>)];

const MARGIN: &str = "\n                                ";

impl Xml {
    /// A document with its declaration and a comment that says what made it.
    pub(super) fn new(capacity: usize, comment: &str) -> Self {
        Xml::begun(capacity, Some("UTF-8"), 1, comment)
    }

    /// The same, with two blanks for each level and any declared encoding.
    pub(super) fn indented(capacity: usize, encoding: Option<&str>, comment: &str) -> Self {
        Xml::begun(capacity, encoding, 2, comment)
    }

    fn begun(capacity: usize, encoding: Option<&str>, indent: usize, comment: &str) -> Self {
        let mut out = Xml { writer: Writer::new(Vec::with_capacity(capacity)), depth: 0, indent };
        out.event(Event::Decl(BytesDecl::new("1.0", encoding, None)));
        out.line();
        out.event(Event::Comment(BytesText::new(comment)));
        out
    }

    /// The document.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.line();
        self.writer.into_inner()
    }

    /// Opens an element on a line of its own; what follows is inside.
    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) {
        self.line();
        self.begin(name, attributes);
        self.depth += 1;
    }

    /// Closes it, on a line of its own.
    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line();
        self.end(name);
    }

    /// An empty element on a line of its own.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.line();
        self.empty_here(name, attributes);
    }

    /// An element with text, on a line of its own.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.line();
        self.text_here(name, text);
    }

    /// Opens an element without going to a new line.
    pub(super) fn begin(&mut self, name: &str, attributes: Attributes<'_>) {
        self.event(Event::Start(start(name, attributes)));
    }

    /// Closes one.
    pub(super) fn end(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An empty element, without going to a new line.
    pub(super) fn empty_here(&mut self, name: &str, attributes: Attributes<'_>) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// An element with text, without going to a new line.
    pub(super) fn text_here(&mut self, name: &str, text: &str) {
        self.begin(name, &[]);
        self.event(Event::Text(BytesText::from_escaped(partial_escape(text))));
        self.end(name);
    }

    /// Goes to a new line.
    pub(super) fn line(&mut self) {
        let margin = &MARGIN[..=(self.depth * self.indent).min(MARGIN.len() - 1)];
        self.event(Event::Text(BytesText::from_escaped(margin)));
    }

    fn event(&mut self, event: Event<'_>) {
        // A Vec takes everything.
        let _ = self.writer.write_event(event);
    }
}

fn start<'a>(name: &'a str, attributes: Attributes<'a>) -> BytesStart<'a> {
    // Room for the attributes of nearly every element, so that the text does not grow piece by piece.
    let mut text = String::with_capacity(128);
    text.push_str(name);
    let mut out = BytesStart::new(text);
    for &(name, value) in attributes {
        if let Some(value) = value {
            out.push_attribute(Attribute { key: QName(name), value: escape(value) });
        }
    }
    out
}

/// Escapes an attribute's value. The escapes of quick-xml would take single quotes too, which texts are full of.
fn escape(value: &str) -> Cow<'_, str> {
    let escaped = partial_escape(value);
    if escaped.contains(['"', '\t', '\n', '\r']) {
        // Only addresses from options can hold white space here; a reader would normalize it.
        Cow::Owned(escaped.replace('"', "&quot;").replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;"))
    } else {
        escaped
    }
}
