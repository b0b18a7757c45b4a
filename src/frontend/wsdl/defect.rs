//! What is wrong with a WSDL although it can be read: namespaces that are not imported, arrays that are called after something else, and
//! declarations that no operation reaches.

use rustc_hash::FxHashSet;

use super::Sink;
use super::model::{Kind, Wsdl};
use super::names::{Name, Space};
use super::shape::dimensions;
use crate::convention::oktech;
use crate::report::{Code, Diagnostic};

/// Reports all of it.
pub(super) fn report(wsdl: &Wsdl<'_>, out: &mut Sink<'_>) {
    not_imported(wsdl, out);
    misnamed_arrays(wsdl, out);
    unreached(wsdl, out);
}

/// Namespaces that a schema refers to and does not import; tools that are strict refuse it.
fn not_imported(wsdl: &Wsdl<'_>, out: &mut Sink<'_>) {
    for schema in &wsdl.schemas {
        let mut told = FxHashSet::default();
        for element in schema.element.whole() {
            for name in element.names() {
                let space = name.space;
                let known = matches!(space, Space::NONE | Space::UNKNOWN | Space::XSD) || space == schema.target;
                if !known && !schema.imports.contains(&space) && told.insert(space) {
                    let message = format!("the schema refers to `{}` without importing it", wsdl.spaces.name(space));
                    let help = "`<import namespace=\"...\"/>` at the beginning of the schema is enough";
                    out.add(Diagnostic::new(Code::W016, message).at(element.at()).help(help));
                }
            }
        }
    }
}

/// Arrays whose name says that they hold something else than they do.
fn misnamed_arrays(wsdl: &Wsdl<'_>, out: &mut Sink<'_>) {
    for declared in wsdl.declared.iter().filter(|declared| declared.kind == Kind::Type) {
        let Some((element, item)) = declared.element.whole().find_map(|element| Some((element, element.name_in("arrayType")?))) else {
            continue;
        };
        let (item, _) = dimensions(item);
        for (plural, singular) in &oktech().arrays.names {
            let Some(stem) = declared.name.local.strip_suffix(plural.as_str()) else { continue };
            let expected = format!("{stem}{singular}");
            let named = Name { space: declared.name.space, local: expected.as_str() };
            if item.local != expected && wsdl.has_type(named) {
                let message = format!("`{}` is declared as an array of `{item}`, and `{expected}` is there as well", declared.name);
                let note = "By its name it should hold the other one. It is read as it is declared.";
                out.add(Diagnostic::new(Code::W014, message).at(element.at()).note(note));
            }
        }
    }
}

/// Types and messages that no operation reaches. Schemas that are imported may be there for others, too.
fn unreached(wsdl: &Wsdl<'_>, out: &mut Sink<'_>) {
    for (declared, reached) in wsdl.declared.iter().zip(reached(wsdl)) {
        let counts = matches!(declared.kind, Kind::Type | Kind::Message) && declared.file == 0;
        if counts && !reached {
            let message = format!("no operation reaches the {} `{}`", declared.kind.word(), declared.name);
            out.push(Code::W015, declared.element.at(), message);
        }
    }
}

/// Whether each declaration is reached from an operation of a port type, by names.
pub(super) fn reached(wsdl: &Wsdl<'_>) -> Vec<bool> {
    let mut reached = vec![false; wsdl.declared.len()];
    let mut todo: Vec<u32> = Vec::new();
    let mut visit = |kind: Kind, name: Name<'_>, todo: &mut Vec<u32>| {
        if let Some(at) = wsdl.position(kind, name)
            && !std::mem::replace(&mut reached[at as usize], true)
        {
            todo.push(at);
        }
    };
    for port_type in wsdl.declared.iter().filter(|declared| declared.kind == Kind::PortType) {
        let messages = port_type.element.whole().filter_map(|element| element.name_in("message"));
        messages.for_each(|name| visit(Kind::Message, name, &mut todo));
    }
    while let Some(at) = todo.pop() {
        let declared = &wsdl.declared[at as usize];
        for element in declared.element.whole() {
            for name in element.names() {
                let (name, _) = dimensions(name);
                let within = Name { space: declared.name.space, ..name };
                for kind in [Kind::Type, Kind::Element, Kind::Group, Kind::AttributeGroup, Kind::Attribute] {
                    visit(kind, name, &mut todo);
                    if name.space == Space::NONE {
                        visit(kind, within, &mut todo);
                    }
                }
            }
        }
    }
    reached
}
