//! What a WSDL declares, with the files that it imports and includes: an index of elements by kind and name.
//!
//! In: a file of a tree. Out: a [`Wsdl`]. Files are looked for in that tree alone, each is read once (so cycles end), and there are limits
//! on their number and size together. Types are not looked into here: [`shape`](super::shape) does that for those that are needed.

use elsa::FrozenVec;
use rustc_hash::{FxHashMap, FxHashSet};

use super::names::{Name, Space, Spaces};
use super::tree::{self, Element};
use super::{MAX_BYTES, Sink};
use crate::report::{Code, Diagnostic};
use crate::source::{FileId, SourceMap, Span, Tree};

/// How many files a WSDL may be spread over.
const MAX_FILES: usize = 1000;

/// Where files come from.
pub(super) struct Files<'f> {
    pub(super) tree: &'f dyn Tree,
    pub(super) sources: &'f SourceMap,
}

/// Keeps the trees of all files while the model borrows from them.
#[derive(Default)]
pub(super) struct Store {
    trees: FrozenVec<Box<tree::Tree>>,
}

/// Kinds of declaration. Each has a space of names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Type,
    Element,
    Group,
    AttributeGroup,
    Attribute,
    Message,
    PortType,
    Binding,
}

impl Kind {
    /// Word for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Type => "type",
            Kind::Element => "element",
            Kind::Group => "group",
            Kind::AttributeGroup => "attribute group",
            Kind::Attribute => "attribute",
            Kind::Message => "message",
            Kind::PortType => "port type",
            Kind::Binding => "binding",
        }
    }
}

/// A global declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'t> {
    pub(super) kind: Kind,
    pub(super) name: Name<'t>,
    pub(super) element: Element<'t>,
    /// Path of its file.
    pub(super) file: u32,
}

/// A schema.
#[derive(Debug)]
pub(super) struct Schema<'t> {
    pub(super) element: Element<'t>,
    pub(super) target: Space,
    /// Namespaces that it imports.
    pub(super) imports: FxHashSet<Space>,
}

/// A WSDL.
#[derive(Debug)]
pub(super) struct Wsdl<'t> {
    pub(super) spaces: Spaces,
    /// The outermost element of the file that was named.
    pub(super) root: Element<'t>,
    /// Target namespace of that file.
    pub(super) target: Space,
    /// What mwsc says of the service.
    pub(super) facts: Option<Element<'t>>,
    pub(super) declared: Vec<Declared<'t>>,
    by_name: FxHashMap<Kind, FxHashMap<Space, FxHashMap<&'t str, u32>>>,
    pub(super) services: Vec<Element<'t>>,
    pub(super) schemas: Vec<Schema<'t>>,
    /// Paths of the files.
    pub(super) files: Vec<String>,
}

impl<'t> Wsdl<'t> {
    /// The position of a declaration in `declared`, by a name of any life.
    pub(super) fn position(&self, kind: Kind, name: Name<'_>) -> Option<u32> {
        self.by_name.get(&kind)?.get(&name.space)?.get(name.local).copied()
    }

    /// Whether there is a type of this name.
    pub(super) fn has_type(&self, name: Name<'_>) -> bool {
        self.position(Kind::Type, name).is_some()
    }

    /// A declaration and its position in `declared`.
    pub(super) fn find(&self, kind: Kind, name: Name<'t>) -> Option<(u32, Declared<'t>)> {
        let at = self.position(kind, name)?;
        Some((at, self.declared[at as usize]))
    }
}

/// Reads a file of a tree, and what it imports.
pub(super) fn load<'t>(files: &Files<'_>, path: &str, store: &'t Store, out: &mut Sink<'_>) -> Option<Wsdl<'t>> {
    let mut loader =
        Loader { files: Some(files), store, spaces: Spaces::default(), read: FxHashMap::default(), bytes: 0, waiting: Vec::new() };
    let root = loader.file(path, None, out)?;
    loader.wsdl(root, path, out)
}

/// Reads a text that has nothing beside it.
pub(super) fn parse<'t>(file: FileId, text: &str, store: &'t Store, out: &mut Sink<'_>) -> Option<Wsdl<'t>> {
    let mut loader = Loader { files: None, store, spaces: Spaces::default(), read: FxHashMap::default(), bytes: 0, waiting: Vec::new() };
    let tree = tree::read(file, text, &mut loader.spaces, out)?;
    let root = store.trees.push_get(Box::new(tree)).root()?;
    loader.wsdl(root, "", out)
}

struct Loader<'f, 't> {
    files: Option<&'f Files<'f>>,
    store: &'t Store,
    spaces: Spaces,
    /// Files by path; `None` for those that could not be read.
    read: FxHashMap<String, Option<Element<'t>>>,
    bytes: usize,
    /// Files that are named and not looked at yet: path, outermost element, and the namespace that an included schema without one has.
    waiting: Vec<(String, Element<'t>, Space)>,
}

impl<'t> Loader<'_, 't> {
    /// The outermost element of a file, read once.
    fn file(&mut self, path: &str, named: Option<Span>, out: &mut Sink<'_>) -> Option<Element<'t>> {
        if let Some(known) = self.read.get(path) {
            return *known;
        }
        let found = self.first(path, named, out);
        self.read.insert(path.to_owned(), found);
        found
    }

    fn first(&mut self, path: &str, named: Option<Span>, out: &mut Sink<'_>) -> Option<Element<'t>> {
        let files = self.files?;
        let shown = files.tree.display(path);
        if self.read.len() >= MAX_FILES {
            out.add(Diagnostic::new(Code::W003, format!("the WSDL is spread over more than {MAX_FILES} files")).at(named));
            return None;
        }
        let bytes = match files.tree.read(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                out.add(Diagnostic::new(Code::W009, format!("`{shown}` cannot be read: {why}")).at(named));
                return None;
            }
        };
        self.bytes += bytes.len();
        if self.bytes > MAX_BYTES {
            let message = format!("the files of the WSDL have more than {MAX_BYTES} bytes together");
            out.add(Diagnostic::new(Code::W003, message).at(named));
            return None;
        }
        let (file, source) = files.sources.add(path, shown, bytes);
        if let Some(at) = files.sources.replaced(file) {
            out.push(Code::W020, at, format!("`{}` is not UTF-8; what is not is replaced", source.shown));
        }
        let tree = tree::read(file, &source.text, &mut self.spaces, out)?;
        self.store.trees.push_get(Box::new(tree)).root()
    }

    fn wsdl(mut self, root: Element<'t>, path: &str, out: &mut Sink<'_>) -> Option<Wsdl<'t>> {
        if !root.is(Space::WSDL, "definitions") {
            out.push(Code::W004, root.at(), format!("the root element is `{}` and not `definitions` of WSDL 1.1", root.name()));
            return None;
        }
        let target = self.target(root, Space::NONE);
        let mut wsdl = Wsdl {
            spaces: Spaces::default(),
            root,
            target,
            facts: None,
            declared: Vec::new(),
            by_name: FxHashMap::default(),
            services: Vec::new(),
            schemas: Vec::new(),
            files: Vec::new(),
        };
        self.waiting.push((path.to_owned(), root, Space::NONE));
        // The namespace counts too: a schema without one takes that of each schema that includes it.
        let mut seen: FxHashSet<(String, Space)> = FxHashSet::default();
        let mut next = 0;
        while let Some((path, root, space)) = self.waiting.get(next).cloned() {
            next += 1;
            if !seen.insert((path.clone(), self.target(root, space))) {
                continue;
            }
            wsdl.files.push(path);
            if root.is(Space::WSDL, "definitions") {
                self.definitions(root, &mut wsdl, out);
            } else if root.is(Space::XSD, "schema") {
                self.schema(root, space, &mut wsdl, out);
            } else {
                out.push(Code::W004, root.at(), format!("the root element is `{}` and neither a WSDL nor a schema", root.name()));
            }
        }
        wsdl.spaces = self.spaces;
        Some(wsdl)
    }

    /// The target namespace of a document; `space` where it has none.
    fn target(&mut self, root: Element<'t>, space: Space) -> Space {
        root.get("targetNamespace").map_or(space, |name| self.spaces.number(name))
    }

    fn definitions(&mut self, root: Element<'t>, wsdl: &mut Wsdl<'t>, out: &mut Sink<'_>) {
        let target = self.target(root, Space::NONE);
        for child in root.all().filter(|child| child.space() == Space::WSDL) {
            let kind = match child.name() {
                "types" => {
                    child.children(Space::XSD, "schema").for_each(|schema| self.schema(schema, Space::NONE, wsdl, out));
                    continue;
                }
                "import" => {
                    self.import(child, child.get("location"), Space::NONE, wsdl, out);
                    continue;
                }
                "service" => {
                    wsdl.services.push(child);
                    continue;
                }
                "message" => Kind::Message,
                "portType" => Kind::PortType,
                "binding" => Kind::Binding,
                _ => continue,
            };
            declare(kind, target, child, wsdl, out);
        }
    }

    fn schema(&mut self, schema: Element<'t>, around: Space, wsdl: &mut Wsdl<'t>, out: &mut Sink<'_>) {
        let target = self.target(schema, around);
        let mut imports = FxHashSet::default();
        for child in schema.all().filter(|child| child.space() == Space::XSD) {
            let kind = match child.name() {
                "annotation" => {
                    wsdl.facts = wsdl.facts.or(facts(schema));
                    continue;
                }
                "import" => {
                    let namespace = child.get("namespace").map_or(Space::NONE, |name| self.spaces.number(name));
                    imports.insert(namespace);
                    // An import without a place names the namespace of another schema in the same file, or one that everybody knows.
                    self.import(child, child.get("schemaLocation"), Space::NONE, wsdl, out);
                    continue;
                }
                "include" | "redefine" => {
                    self.import(child, child.get("schemaLocation"), target, wsdl, out);
                    if child.name() == "redefine" {
                        out.push(Code::W007, child.at(), "`redefine` is read as `include`: what it changes is not understood");
                    }
                    continue;
                }
                "complexType" | "simpleType" => Kind::Type,
                "element" => Kind::Element,
                "group" => Kind::Group,
                "attributeGroup" => Kind::AttributeGroup,
                "attribute" => Kind::Attribute,
                "notation" => continue,
                other => {
                    out.push(Code::W007, child.at(), format!("`{other}` in a schema is not understood"));
                    continue;
                }
            };
            declare(kind, target, child, wsdl, out);
        }
        wsdl.schemas.push(Schema { element: schema, target, imports });
    }

    /// Another file that is named.
    fn import(&mut self, element: Element<'t>, place: Option<&str>, space: Space, wsdl: &Wsdl<'t>, out: &mut Sink<'_>) {
        let Some(place) = place.map(str::trim).filter(|place| !place.is_empty()) else { return };
        let namespace = element.get("namespace").map(|name| self.spaces.number(name));
        if namespace.is_some_and(Space::is_known) {
            return;
        }
        let path = match (self.files, resolve(wsdl.files.last().map_or("", String::as_str), place)) {
            (Some(_), Some(path)) => path,
            (None, Some(_)) => {
                out.push(Code::W010, element.at(), format!("`{place}` is not read: the WSDL stands alone"));
                return;
            }
            (_, None) if place.contains("://") || place.starts_with("//") => {
                let message = format!("`{place}` is not read, because nothing is fetched from a network");
                out.add(Diagnostic::new(Code::W010, message).at(element.at()).help("save it beside the WSDL and name the copy"));
                return;
            }
            (_, None) => {
                let message = format!("`{place}` is not read, because it is not beside the file that names it or in a folder below");
                out.add(Diagnostic::new(Code::W010, message).at(element.at()).help("copy it there and name the copy"));
                return;
            }
        };
        if let Some(root) = self.file(&path, Some(element.at()), out) {
            self.waiting.push((path, root, space));
        }
    }
}

fn declare<'t>(kind: Kind, space: Space, element: Element<'t>, wsdl: &mut Wsdl<'t>, out: &mut Sink<'_>) {
    let local = element.get("name").unwrap_or_default().trim();
    if local.is_empty() {
        out.push(Code::W006, element.at(), format!("a {} has no name, so it is left out", kind.word()));
        return;
    }
    let name = Name { space, local };
    let at = wsdl.declared.len() as u32;
    match wsdl.by_name.entry(kind).or_default().entry(space).or_default().entry(local) {
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert(at);
            wsdl.declared.push(Declared { kind, name, element, file: wsdl.files.len().saturating_sub(1) as u32 });
        }
        std::collections::hash_map::Entry::Occupied(taken) => {
            let first = wsdl.declared[*taken.get() as usize].element.at();
            let message = format!("the {} `{local}` is declared twice", kind.word());
            out.add(Diagnostic::new(Code::W011, message).at(element.at()).label(first, "this one holds"));
        }
    }
}

/// What mwsc says of something: the one element of its own in the annotation.
pub(super) fn facts(annotated: Element<'_>) -> Option<Element<'_>> {
    let appinfo = annotated.child(Space::XSD, "annotation")?.child(Space::XSD, "appinfo")?;
    appinfo.all().find(|child| child.space() == Space::MWSC)
}

/// The path of a place that a file names; `None` for a network address and for what lies outside the tree.
fn resolve(from: &str, place: &str) -> Option<String> {
    if place.contains(':') || place.starts_with('/') || place.contains('\\') || place.contains('\0') {
        return None;
    }
    let place = place.split(['?', '#']).next().unwrap_or_default();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in place.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn places_stay_in_the_tree() {
        for (from, place, path) in [
            ("a.wsdl", "b.xsd", Some("b.xsd")),
            ("x/a.wsdl", "./y/b.xsd", Some("x/y/b.xsd")),
            ("x/a.wsdl", "../b.xsd", Some("b.xsd")),
            ("a.wsdl", "../b.xsd", None),
            ("a.wsdl", "/etc/passwd", None),
            ("a.wsdl", "http://example.org/b.xsd", None),
            ("a.wsdl", "//example.org/b.xsd", None),
            ("a.wsdl", "C:\\b.xsd", None),
            ("a.wsdl", "b.xsd#types", Some("b.xsd")),
        ] {
            assert_eq!(resolve(from, place).as_deref(), path, "{from} {place}");
        }
    }
}
