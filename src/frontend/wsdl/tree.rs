//! XML as a tree, within limits.
//!
//! In: the text. Out: the root element, or `None` after a finding. Document types are refused, so the only entities are XML's own five and
//! numbers. Text is kept in documentation alone, because nothing else in a WSDL has any.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::{At, MAX_BYTES, Sink};
use crate::appinfo;
use crate::report::Code;

const MAX_DEPTH: usize = 100;
const MAX_ATTRIBUTES: usize = 100;

/// The namespaces that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Wsdl,
    Xsd,
    Mwsc,
    Other,
}

pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";

/// A name in a namespace; empty for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QName {
    pub(super) space: String,
    pub(super) local: String,
}

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) space: Space,
    pub(super) name: String,
    /// Attributes without prefix.
    attributes: Vec<(String, String)>,
    /// The values of those that hold names, resolved where they stand.
    names: Vec<(String, QName)>,
    pub(super) children: Vec<Element>,
    /// Text, of documentation alone.
    pub(super) text: String,
    /// Its start tag.
    pub(super) at: At,
}

/// Attributes of WSDL and XSD whose values are names.
const NAMES: &[&str] = &["type", "element", "message", "binding", "base", "ref"];

impl Element {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn name_in(&self, name: &str) -> Option<&QName> {
        self.names.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    pub(super) fn child(&self, space: Space, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(space, name))
    }

    pub(super) fn children<'e>(&'e self, space: Space, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.is(space, name))
    }
}

/// Reads a document.
pub(super) fn read(text: &str, out: &mut Sink<'_>) -> Option<Element> {
    if text.len() > MAX_BYTES {
        out.push(Code::W003, (0, 0), format!("the file has {} bytes; the limit is {MAX_BYTES}", text.len()));
        return None;
    }
    let mut reader = NsReader::from_str(text);
    // The elements around the place, and the finished root.
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let start = reader.buffer_position() as u32;
        let event = reader.read_event();
        let at = (start, reader.buffer_position() as u32);
        match event {
            Err(error) => {
                let place = (reader.error_position() as u32).min(text.len() as u32);
                out.push(Code::W001, (place, place), format!("this is not well-formed XML: {error}"));
                return None;
            }
            Ok(Event::DocType(_)) => {
                out.push(Code::W002, at, "a WSDL has no DOCTYPE");
                return None;
            }
            Ok(Event::Start(tag)) => {
                if open.len() >= MAX_DEPTH {
                    out.push(Code::W003, at, format!("elements nest more than {MAX_DEPTH} deep"));
                    return None;
                }
                let element = element(&reader, &tag, at, out)?;
                open.push(element);
            }
            Ok(Event::Empty(tag)) => {
                let element = element(&reader, &tag, at, out)?;
                close(element, &mut open, &mut root, out)?;
            }
            Ok(Event::End(_)) => {
                // The reader checks that tags match.
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root, out)?;
                }
            }
            Ok(Event::Text(found)) => add(&mut open, &found.xml10_content()),
            Ok(Event::CData(found)) => add(&mut open, &found.xml10_content()),
            Ok(Event::GeneralRef(entity)) => {
                let Some(text) = resolve(&entity) else {
                    out.push(Code::W001, at, format!("there is no entity `&{};`", &*entity));
                    return None;
                };
                add(&mut open, text.encode_utf8(&mut [0; 4]));
            }
            Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_)) => {}
            Ok(Event::Eof) => break,
        }
    }
    if let Some(element) = open.last() {
        out.push(Code::W001, element.at, format!("this is not well-formed XML: `{}` is not closed", element.name));
        return None;
    }
    if root.is_none() {
        out.push(Code::W001, (0, 0), "this is not well-formed XML: there is no element");
    }
    root
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>, out: &mut Sink<'_>) -> Option<()> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => {
            out.push(Code::W001, element.at, "this is not well-formed XML: there is a second root element");
            return None;
        }
    }
    Some(())
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut()
        && element.name == "documentation"
    {
        element.text.push_str(text);
    }
}

fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(ch)) = entity.resolve_char_ref() {
        return appinfo::text::is_xml(ch).then_some(ch);
    }
    Some(match &**entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

fn element(reader: &NsReader<&[u8]>, tag: &BytesStart<'_>, at: At, out: &mut Sink<'_>) -> Option<Element> {
    let (space, local) = reader.resolver().resolve_element(tag.name());
    let space = match space {
        ResolveResult::Bound(space) => match space.as_ref() {
            WSDL => Space::Wsdl,
            XSD => Space::Xsd,
            appinfo::NAMESPACE => Space::Mwsc,
            _ => Space::Other,
        },
        ResolveResult::Unbound | ResolveResult::Unknown(_) => Space::Other,
    };
    let mut element = Element {
        space,
        name: local.as_ref().to_owned(),
        attributes: Vec::new(),
        names: Vec::new(),
        children: Vec::new(),
        text: String::new(),
        at,
    };
    for (count, attribute) in tag.attributes().enumerate() {
        if count >= MAX_ATTRIBUTES {
            out.push(Code::W003, at, format!("an element has more than {MAX_ATTRIBUTES} attributes"));
            return None;
        }
        let read = attribute.map_err(quick_xml::Error::from).and_then(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
            Ok((attribute.key, value))
        });
        let (key, value) = match read {
            Ok(read) => read,
            Err(error) => {
                out.push(Code::W001, at, format!("this is not well-formed XML: {error}"));
                return None;
            }
        };
        let key = key.as_ref();
        if key.contains(':') || key == "xmlns" {
            continue;
        }
        if space != Space::Mwsc && NAMES.contains(&key) {
            element.names.push((key.to_owned(), qualified(reader, &value)));
        }
        element.attributes.push((key.to_owned(), value.into_owned()));
    }
    Some(element)
}

/// A value that is a name. In an attribute the default namespace counts too.
fn qualified(reader: &NsReader<&[u8]>, value: &str) -> QName {
    let (space, local) = reader.resolver().resolve_element(quick_xml::name::QName(value));
    let space = match space {
        ResolveResult::Bound(space) => space.as_ref().to_owned(),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
    };
    QName { space, local: local.as_ref().to_owned() }
}
