//! XML as a tree, within limits.
//!
//! In: the text. Out: a [`Tree`], or `None` after a finding. Document types are refused, so the only entities are XML's own five and
//! numbers. Text is kept in documentation alone, because nothing else in a WSDL has any.
//!
//! A WSDL may have 50 MB and a million elements, so the tree is flat: elements in the order of their start tags, each with the position
//! behind its last descendant; attributes in one vector, their values in one text, names and namespaces as numbers.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use rustc_hash::FxHashMap;

use super::names::{NAMES, Name, Space, Spaces};
use super::{MAX_BYTES, Sink};
use crate::appinfo;
use crate::report::Code;
use crate::source::{FileId, Span};

const MAX_DEPTH: usize = 100;
const MAX_ATTRIBUTES: usize = 100;

/// A document.
#[derive(Debug)]
pub(super) struct Tree {
    file: FileId,
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    /// Values of attributes and documentation, one behind the other.
    values: String,
    /// Local names of elements and names of attributes; the position is the number.
    words: Vec<String>,
}

#[derive(Debug)]
struct Node {
    space: Space,
    name: u32,
    /// Position of the first attribute; they end where those of the next node begin.
    attributes: u32,
    /// Position behind the last descendant.
    end: u32,
    text: (u32, u32),
    at: (u32, u32),
}

#[derive(Debug)]
struct Attribute {
    name: u32,
    value: (u32, u32),
    /// The namespace of a value that is a name, resolved where it stands.
    space: Space,
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree,
    node: u32,
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} at {:?}>", self.name(), self.at())
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.node == other.node
    }
}

impl Tree {
    /// The outermost element. There is one in every tree that was read.
    pub(super) fn root(&self) -> Option<Element<'_>> {
        (!self.nodes.is_empty()).then_some(Element { tree: self, node: 0 })
    }
}

impl<'t> Element<'t> {
    fn it(self) -> &'t Node {
        &self.tree.nodes[self.node as usize]
    }

    /// Its local name.
    pub(super) fn name(self) -> &'t str {
        &self.tree.words[self.it().name as usize]
    }

    /// Its start tag.
    pub(super) fn at(self) -> Span {
        let (start, end) = self.it().at;
        Span { file: self.tree.file, start, end }
    }

    /// Its namespace.
    pub(super) fn space(self) -> Space {
        self.it().space
    }

    /// Its text; of documentation alone.
    pub(super) fn text(self) -> &'t str {
        let (start, end) = self.it().text;
        &self.tree.values[start as usize..end as usize]
    }

    fn attributes(self) -> &'t [Attribute] {
        let end = self.tree.nodes.get(self.node as usize + 1).map_or(self.tree.attributes.len(), |next| next.attributes as usize);
        &self.tree.attributes[self.it().attributes as usize..end]
    }

    fn attribute(self, name: &str) -> Option<&'t Attribute> {
        self.attributes().iter().find(|attribute| self.tree.words[attribute.name as usize] == name)
    }

    /// The value of an attribute, by its name without prefix.
    pub(super) fn get(self, name: &str) -> Option<&'t str> {
        self.attribute(name).map(|attribute| self.value(attribute))
    }

    fn value(self, attribute: &Attribute) -> &'t str {
        &self.tree.values[attribute.value.0 as usize..attribute.value.1 as usize]
    }

    /// The value of an attribute that holds a name.
    pub(super) fn name_in(self, name: &str) -> Option<Name<'t>> {
        self.attribute(name).map(|attribute| self.name_of(attribute))
    }

    /// Whether it is this element.
    pub(super) fn is(self, space: Space, name: &str) -> bool {
        self.space() == space && self.name() == name
    }

    /// The elements in it.
    pub(super) fn all(self) -> impl Iterator<Item = Element<'t>> {
        let end = self.it().end;
        let mut next = self.node + 1;
        std::iter::from_fn(move || {
            let found = Element { tree: self.tree, node: next };
            (next < end).then(|| {
                next = found.it().end;
                found
            })
        })
    }

    /// It and all elements in it, however deep.
    pub(super) fn whole(self) -> impl Iterator<Item = Element<'t>> {
        (self.node..self.it().end).map(move |node| Element { tree: self.tree, node })
    }

    /// The values of all attributes that hold names.
    pub(super) fn names(self) -> impl Iterator<Item = Name<'t>> {
        let named = self.attributes().iter().filter(move |attribute| NAMES.contains(&self.tree.words[attribute.name as usize].as_str()));
        named.map(move |attribute| self.name_of(attribute))
    }

    fn name_of(self, attribute: &'t Attribute) -> Name<'t> {
        let value = self.value(attribute).trim();
        Name { space: attribute.space, local: value.rsplit_once(':').map_or(value, |(_, local)| local) }
    }

    /// The elements in it that have this name.
    pub(super) fn children(self, space: Space, name: &str) -> impl Iterator<Item = Element<'t>> {
        self.all().filter(move |child| child.is(space, name))
    }

    /// The first of them.
    pub(super) fn child(self, space: Space, name: &str) -> Option<Element<'t>> {
        self.children(space, name).next()
    }
}

/// Reads a document.
pub(super) fn read(file: FileId, text: &str, spaces: &mut Spaces, out: &mut Sink<'_>) -> Option<Tree> {
    let span = |(start, end): (u32, u32)| Span { file, start, end };
    if text.len() > MAX_BYTES {
        out.push(Code::W003, span((0, 0)), format!("the file has {} bytes; the limit is {MAX_BYTES}", text.len()));
        return None;
    }
    let mut reader = NsReader::from_str(text);
    let tree = Tree { file, nodes: Vec::new(), attributes: Vec::new(), values: String::new(), words: Vec::new() };
    let mut grower = Grower { tree, words: FxHashMap::default(), open: Vec::new(), spaces, text: String::new() };
    loop {
        let start = reader.buffer_position() as u32;
        let event = reader.read_event();
        let at = (start, reader.buffer_position() as u32);
        match event {
            Err(error) => {
                let place = (reader.error_position() as u32).min(text.len() as u32);
                out.push(Code::W001, span((place, place)), format!("this is not well-formed XML: {error}"));
                return None;
            }
            Ok(Event::DocType(_)) => {
                out.push(Code::W002, span(at), "a WSDL has no DOCTYPE");
                return None;
            }
            Ok(Event::Start(tag)) => {
                if grower.open.len() >= MAX_DEPTH {
                    out.push(Code::W003, span(at), format!("elements nest more than {MAX_DEPTH} deep"));
                    return None;
                }
                let node = grower.element(&reader, &tag, at, out)?;
                grower.open.push(node);
            }
            Ok(Event::Empty(tag)) => {
                grower.element(&reader, &tag, at, out)?;
            }
            // The reader checks that tags match.
            Ok(Event::End(_)) => grower.close(),
            Ok(Event::Text(found)) => grower.add(&found.xml10_content()),
            Ok(Event::CData(found)) => grower.add(&found.xml10_content()),
            Ok(Event::GeneralRef(entity)) => {
                let Some(text) = resolve(&entity) else {
                    out.push(Code::W001, span(at), format!("there is no entity `&{};`", &*entity));
                    return None;
                };
                grower.add(text.encode_utf8(&mut [0; 4]));
            }
            Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_)) => {}
            Ok(Event::Eof) => break,
        }
    }
    let Grower { tree, open, .. } = grower;
    if let Some(&node) = open.last() {
        let open = Element { tree: &tree, node };
        out.push(Code::W001, open.at(), format!("this is not well-formed XML: `{}` is not closed", open.name()));
        return None;
    }
    if tree.nodes.is_empty() {
        out.push(Code::W001, span((0, 0)), "this is not well-formed XML: there is no element");
        return None;
    }
    Some(tree)
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

/// A tree that grows.
struct Grower<'s> {
    tree: Tree,
    words: FxHashMap<String, u32>,
    /// Positions of the elements that are not closed.
    open: Vec<u32>,
    spaces: &'s mut Spaces,
    /// Text of the documentation that is open. Elements in documentation add theirs.
    text: String,
}

impl Grower<'_> {
    fn close(&mut self) {
        let Some(node) = self.open.pop() else { return };
        let end = self.tree.nodes.len() as u32;
        let is_documentation = self.is_documentation(node);
        let inner = self.open.iter().any(|&node| self.is_documentation(node));
        let node = &mut self.tree.nodes[node as usize];
        node.end = end;
        if is_documentation && !inner {
            node.text = keep(&mut self.tree.values, &self.text);
            self.text.clear();
        }
    }

    fn is_documentation(&self, node: u32) -> bool {
        self.tree.words[self.tree.nodes[node as usize].name as usize] == "documentation"
    }

    fn add(&mut self, text: &str) {
        if self.open.iter().any(|&node| self.is_documentation(node)) {
            self.text.push_str(text);
        }
    }

    fn word(&mut self, word: &str) -> u32 {
        if let Some(&known) = self.words.get(word) {
            return known;
        }
        let number = self.tree.words.len() as u32;
        self.tree.words.push(word.to_owned());
        self.words.insert(word.to_owned(), number);
        number
    }

    fn element(&mut self, reader: &NsReader<&[u8]>, tag: &BytesStart<'_>, at: (u32, u32), out: &mut Sink<'_>) -> Option<u32> {
        let span = Span { file: self.tree.file, start: at.0, end: at.1 };
        if self.open.is_empty() && !self.tree.nodes.is_empty() {
            out.push(Code::W001, span, "this is not well-formed XML: there is a second root element");
            return None;
        }
        let (space, local) = reader.resolver().resolve_element(tag.name());
        let space = match space {
            ResolveResult::Bound(space) => self.spaces.number(space.as_ref()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => Space::NONE,
        };
        let name = self.word(local.as_ref());
        let node = self.tree.nodes.len() as u32;
        let attributes = self.tree.attributes.len() as u32;
        for (count, attribute) in tag.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                out.push(Code::W003, span, format!("an element has more than {MAX_ATTRIBUTES} attributes"));
                return None;
            }
            let read = attribute.map_err(quick_xml::Error::from).and_then(|attribute| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
                Ok((attribute.key, value))
            });
            let (key, value) = match read {
                Ok(read) => read,
                Err(error) => {
                    out.push(Code::W001, span, format!("this is not well-formed XML: {error}"));
                    return None;
                }
            };
            let key = key.as_ref();
            // `wsdl:arrayType` and `wsdl:required` are the ones with a prefix.
            let local = key.rsplit_once(':').map_or(key, |(_, local)| local);
            if key == "xmlns" || key.starts_with("xmlns:") || (local != key && local != "arrayType") {
                continue;
            }
            let space = if space != Space::MWSC && NAMES.contains(&local) { self.of_value(reader, &value) } else { Space::NONE };
            let name = self.word(local);
            let value = keep(&mut self.tree.values, &value);
            self.tree.attributes.push(Attribute { name, value, space });
        }
        self.tree.nodes.push(Node { space, name, attributes, end: node + 1, text: (0, 0), at });
        Some(node)
    }

    /// The namespace of a value that is a name. In an attribute the default namespace counts too.
    fn of_value(&mut self, reader: &NsReader<&[u8]>, value: &str) -> Space {
        let (space, _) = reader.resolver().resolve_element(quick_xml::name::QName(value.trim()));
        match space {
            ResolveResult::Bound(space) => self.spaces.number(space.as_ref()),
            ResolveResult::Unbound => Space::NONE,
            ResolveResult::Unknown(_) => Space::UNKNOWN,
        }
    }
}

/// Adds a text to the others; where it stands.
fn keep(values: &mut String, text: &str) -> (u32, u32) {
    let start = values.len() as u32;
    values.push_str(text);
    (start, values.len() as u32)
}
