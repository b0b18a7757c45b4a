//! From a tree of XML to a model of a WSDL.

use super::Sink;
use super::model::{ComplexType, ElementDecl, Message, Operation, PortType, Service, TypeRef, Wsdl};
use super::tree::{Element, Space};
use crate::report::Code;

/// Reads a model; `None`, after a finding, when the root is no WSDL.
pub(super) fn read<'e>(root: &'e Element, out: &mut Sink<'_>) -> Option<Wsdl<'e>> {
    if !root.is(Space::Wsdl, "definitions") {
        out.push(Code::W004, root.at, format!("the root element is `{}` and not `definitions` of WSDL 1.1", root.name));
        return None;
    }
    let mut wsdl = Wsdl { name: owned(root, "name"), ..Wsdl::default() };
    for schema in root.children(Space::Wsdl, "types").flat_map(|types| types.children(Space::Xsd, "schema")) {
        self::schema(schema, &mut wsdl, out);
    }
    for child in root.children.iter().filter(|child| child.space == Space::Wsdl) {
        match child.name.as_str() {
            "message" => {
                let parts = child.children(Space::Wsdl, "part").map(|part| part.name_in("element").cloned()).collect();
                wsdl.messages.insert(owned(child, "name"), Message { parts });
            }
            "portType" => {
                let operations = child.children(Space::Wsdl, "operation").map(operation).collect();
                wsdl.port_types.push(PortType { name: owned(child, "name"), operations });
            }
            "binding" => {
                let port_type = child.name_in("type").map(|name| name.local.clone()).unwrap_or_default();
                wsdl.bindings.insert(owned(child, "name"), port_type);
            }
            "service" => {
                let ports = child.children(Space::Wsdl, "port");
                let bindings = ports.filter_map(|port| port.name_in("binding")).map(|name| name.local.clone()).collect();
                wsdl.services.push(Service { name: owned(child, "name"), bindings, at: child.at });
            }
            "import" => out.push(Code::W005, child.at, "imported files are not read"),
            _ => {}
        }
    }
    Some(wsdl)
}

fn operation(element: &Element) -> Operation {
    let message = |direction| {
        let found = element.child(Space::Wsdl, direction)?.name_in("message")?;
        Some(found.local.clone())
    };
    Operation {
        name: owned(element, "name"),
        doc: element.child(Space::Wsdl, "documentation").map(|doc| doc.text.clone()).unwrap_or_default(),
        input: message("input"),
        output: message("output"),
        at: element.at,
    }
}

fn schema<'e>(schema: &'e Element, wsdl: &mut Wsdl<'e>, out: &mut Sink<'_>) {
    let target = owned(schema, "targetNamespace");
    for child in schema.children.iter().filter(|child| child.space == Space::Xsd) {
        match child.name.as_str() {
            "annotation" => wsdl.facts = wsdl.facts.or(facts(schema)),
            "complexType" => {
                let found = complex_type(child, out);
                wsdl.types.insert((target.clone(), owned(child, "name")), found);
            }
            "element" => {
                let found = element(child, out);
                wsdl.elements.insert((target.clone(), owned(child, "name")), found);
            }
            // An import without a place names the namespace of another schema in the same file.
            "import" if child.get("schemaLocation").is_none() => {}
            "import" | "include" => out.push(Code::W005, child.at, "imported files are not read"),
            other => out.push(Code::W007, child.at, format!("`{other}` in a schema is not understood")),
        }
    }
}

fn complex_type<'e>(ty: &'e Element, out: &mut Sink<'_>) -> ComplexType<'e> {
    let mut found = ComplexType { elements: Vec::new(), facts: facts(ty), at: ty.at };
    for child in ty.children.iter().filter(|child| child.space == Space::Xsd) {
        match child.name.as_str() {
            "annotation" => {}
            // The order of `all` is free on the wire; as a description it is a sequence.
            "sequence" | "all" => {
                for part in child.children.iter().filter(|part| part.space == Space::Xsd) {
                    match part.name.as_str() {
                        "annotation" => {}
                        "element" => found.elements.push(element(part, out)),
                        other => out.push(Code::W007, part.at, format!("`{other}` in a sequence is not understood")),
                    }
                }
            }
            other => out.push(Code::W007, child.at, format!("`{other}` in a complex type is not understood")),
        }
    }
    found
}

fn element<'e>(element: &'e Element, out: &mut Sink<'_>) -> ElementDecl<'e> {
    let ty = match (element.name_in("type"), element.child(Space::Xsd, "complexType")) {
        (Some(name), _) => TypeRef::Named(name.clone()),
        (None, Some(ty)) => TypeRef::Inline(Box::new(complex_type(ty, out))),
        (None, None) => TypeRef::Missing,
    };
    let annotation = element.child(Space::Xsd, "annotation");
    let doc = annotation.and_then(|annotation| annotation.child(Space::Xsd, "documentation"));
    ElementDecl {
        name: element.get("name").map(str::to_owned).or(element.name_in("ref").map(|name| name.local.clone())).unwrap_or_default(),
        ty,
        optional: element.get("minOccurs").is_some_and(|least| least.trim() == "0"),
        many: element.get("maxOccurs").is_some_and(|most| !matches!(most.trim(), "0" | "1")),
        nillable: element.get("nillable").is_some_and(|nil| matches!(nil.trim(), "true" | "1")),
        doc: doc.map(|doc| doc.text.clone()).unwrap_or_default(),
        facts: facts(element),
        at: element.at,
    }
}

/// What mwsc says of something: the one element of its own in the annotation.
fn facts(annotated: &Element) -> Option<&Element> {
    let appinfo = annotated.child(Space::Xsd, "annotation")?.child(Space::Xsd, "appinfo")?;
    appinfo.children.iter().find(|child| child.space == Space::Mwsc)
}

fn owned(element: &Element, attribute: &str) -> String {
    element.get(attribute).unwrap_or_default().to_owned()
}
