//! Random interfaces, written as PHP classes: reading gives them back, and so does the WSDL that is written of what was read.
//!
//! The writer of classes is for this test alone. Types are spelled in every way that means the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::property::One;
use crate::backend::wsdl;
use crate::files::Files;
use crate::frontend::phpdoc::read;
use crate::frontend::{Asked, wsdl as wsdl_reader};
use crate::ir::{Literal, Presence, ScalarKind, Schema, Slot, Type, dump};
use crate::pass::{check, link};
use crate::report::Report;
use crate::source::{FileId, SourceMap};

/// A type, with the number of the spelling that is chosen.
#[derive(Debug, Clone, PartialEq)]
enum Ty {
    Scalar(ScalarKind, usize),
    /// One of some texts or integers, each once.
    OneOf(Vec<String>, bool),
    List(Box<Ty>, usize),
    Map(Box<Ty>, usize),
    /// One of the classes, by number.
    Record(usize),
}

/// A parameter or a property.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    ty: Ty,
    nullable: bool,
    optional: bool,
    default: Option<u8>,
    doc: String,
}

/// Parameters in order, result and documentation.
type Operation = (Vec<(String, Place)>, Option<Place>, String);

#[derive(Debug, Clone)]
struct Interface {
    /// Fields by name, for each class.
    classes: Vec<BTreeMap<String, Place>>,
    /// By name.
    operations: BTreeMap<String, Operation>,
    /// How comments are laid out.
    layout: usize,
}

const CLASSES: usize = 3;

fn doc() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[A-Z][a-z]{1,5}( [a-zé<&0-9]{1,6}){0,3}"]
}

fn ty() -> impl Strategy<Value = Ty> {
    let kind = prop_oneof![Just(ScalarKind::Bool), Just(ScalarKind::Int), Just(ScalarKind::Float), Just(ScalarKind::String)];
    let value = prop_oneof![
        "[a-c '\"\\\\|*]{0,4}"
            .prop_filter("a comment ends there, and blanks are laid out", |text| !text.contains("*/") && !text.contains("  ")),
        Just("class".to_owned())
    ];
    let texts = prop::collection::btree_set(value, 1..4).prop_map(|values| Ty::OneOf(values.into_iter().collect(), false));
    let numbers =
        prop::collection::btree_set(any::<i64>(), 1..4).prop_map(|values| Ty::OneOf(values.iter().map(i64::to_string).collect(), true));
    let leaf = prop_oneof![
        4 => (kind, 0..6_usize).prop_map(|(kind, how)| Ty::Scalar(kind, how)),
        1 => texts,
        1 => numbers,
        1 => (0..CLASSES).prop_map(Ty::Record),
    ];
    leaf.prop_recursive(3, 6, 1, |inner| {
        prop_oneof![
            3 => (inner.clone(), 0..6_usize).prop_map(|(of, how)| Ty::List(Box::new(of), how)),
            1 => (inner, 0..2_usize).prop_map(|(of, how)| Ty::Map(Box::new(of), how)),
        ]
    })
}

fn place() -> impl Strategy<Value = Place> {
    (ty(), any::<bool>(), any::<bool>(), prop::option::of(0..3_u8), doc()).prop_map(|(ty, nullable, optional, default, doc)| Place {
        ty,
        nullable,
        optional,
        default,
        doc,
    })
}

fn interface() -> impl Strategy<Value = Interface> {
    let classes = prop::collection::vec(prop::collection::btree_map("[a-d]{1,2}", place(), 1..4), CLASSES);
    let params = prop::collection::vec(("[a-d]{1,2}", place()), 0..4);
    let operation = (params, prop::option::of(place()), doc());
    let operations = prop::collection::btree_map("[f-h]_[a-z]{1,3}", operation, 1..4);
    (classes, operations, 0..4_usize).prop_map(|(classes, mut operations, layout)| {
        for (params, _, _) in operations.values_mut() {
            let mut seen = std::collections::BTreeSet::new();
            params.retain(|(name, _)| seen.insert(name.clone()));
        }
        Interface { classes, operations, layout }
    })
}

/// The type in one of its spellings.
fn spelled(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(kind, how) => {
            let words: &[&str] = match kind {
                ScalarKind::Bool => &["bool", "boolean", "Boolean", "true|false"],
                ScalarKind::Int => &["int", "integer", "INTEGER", "positive-int", "int<0, max>"],
                ScalarKind::Float => &["float", "Float"],
                ScalarKind::String => &["string", "String", "non-empty-string"],
            };
            words[how % words.len()].to_owned()
        }
        Ty::OneOf(values, true) => values.join("|"),
        Ty::OneOf(values, false) => values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join("|"),
        Ty::List(of, how) => {
            let of = spelled(of);
            match how {
                0 => format!("array<{of}>"),
                1 => format!("list<{of}>"),
                2 => format!("array<int, {of}>"),
                3 => format!("array({of})"),
                _ if of.contains('|') => format!("({of})[]"),
                _ => format!("{of}[]"),
            }
        }
        Ty::Map(of, how) => {
            let of = spelled(of);
            if *how == 0 { format!("array<string, {of}>") } else { format!("({of})[=>]") }
        }
        Ty::Record(at) => ["c0", "C1", "\\c2"][*at].to_owned(),
    }
}

/// A text between quotes, in PHP and in comments.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn with_null(place: &Place, layout: usize) -> String {
    let ty = spelled(&place.ty);
    match (place.nullable, layout % 3) {
        (false, _) => ty,
        (true, 0) if !ty.contains('|') => format!("?{ty}"),
        (true, 1) => format!("null | {ty}"),
        (true, _) => format!("{ty}|null"),
    }
}

/// A default that the type has, as PHP, and as it is read.
fn default(place: &Place) -> Option<(String, Literal)> {
    let n = place.default?;
    if n == 2 {
        return Some(("null".to_owned(), Literal::Null));
    }
    Some(match &place.ty {
        Ty::Scalar(ScalarKind::Bool, _) => ("false".to_owned(), Literal::Bool(false)),
        Ty::Scalar(ScalarKind::Int, _) => (format!("-{n}"), Literal::Int(-i64::from(n))),
        Ty::Scalar(ScalarKind::Float, _) => (format!("{n}"), Literal::Float(f64::from(n))),
        Ty::Scalar(ScalarKind::String, _) => (format!("'a' . {n}"), Literal::Str(format!("a{n}"))),
        Ty::OneOf(values, is_int) => {
            let value = &values[usize::from(n) % values.len()];
            if *is_int {
                // PHP has no such number without a minus before a larger one.
                let number = value.parse().ok().filter(|number| *number != i64::MIN)?;
                (value.clone(), Literal::Int(number))
            } else {
                (quoted(value), Literal::Str(value.clone()))
            }
        }
        Ty::List(..) | Ty::Map(..) => ("array()".to_owned(), Literal::Array(Vec::new())),
        Ty::Record(_) => return None,
    })
}

/// A comment of these lines.
fn comment(lines: &[String], layout: usize) -> String {
    let lines: Vec<String> =
        lines.iter().filter(|line| !line.is_empty()).map(|line| line.replace("  ", ["  ", " ", "\t", "   "][layout])).collect();
    match (layout, lines.as_slice()) {
        (0, [one]) => format!("/** {one} */\n"),
        (1, lines) => format!("/**\n{}\n*/\n", lines.join("\n\n")),
        (2, lines) => format!("/**\n\t * {}\n\t */\n", lines.join("\n\t*\n\t* ")),
        (_, lines) => format!("/**\r\n * {}\r\n */\r\n", lines.join("\r\n * \r\n * ")),
    }
}

fn php(interface: &Interface) -> String {
    let layout = interface.layout;
    let mut out = String::from("<?php\nclass server {\n");
    for (name, (params, result, doc)) in &interface.operations {
        let mut lines = vec![doc.clone()];
        lines.extend(params.iter().map(|(name, place)| format!("@param  {}  ${name}  {}", with_null(place, layout), place.doc)));
        lines.push(match result {
            Some(place) => format!("@return  {}  {}", with_null(place, layout), place.doc),
            None => "@return  void".to_owned(),
        });
        let takes = params.iter().map(|(name, place)| match default(place) {
            Some((source, _)) => format!("${name} = {source}"),
            None => format!("${name}"),
        });
        let _ = writeln!(out, "{}function {name}({}) {{}}", comment(&lines, layout), takes.collect::<Vec<_>>().join(", "));
    }
    out.push_str("}\n");
    for (at, fields) in interface.classes.iter().enumerate() {
        let _ = writeln!(out, "class c{at} {{");
        for (name, place) in fields {
            let mark = if place.optional { "  [OPTIONAL]" } else { "" };
            let line = format!("@var  {}  {}{mark}", with_null(place, layout), place.doc);
            let value = default(place).map(|(source, _)| format!(" = {source}")).unwrap_or_default();
            let _ = writeln!(out, "{}public ${name}{value};", comment(&[line], layout));
        }
        out.push_str("}\n");
    }
    out
}

/// Whether a slot is what was written.
fn is(schema: &Schema, slot: &Slot, place: &Place, is_field: bool) -> Result<(), TestCaseError> {
    let default = default(place);
    let nullable = place.nullable || matches!(default, Some((_, Literal::Null)));
    prop_assert_eq!(slot.nullable, nullable);
    prop_assert_eq!(&slot.doc, &place.doc);
    let presence = match default {
        Some((_, value)) => Presence::Default(value),
        None if place.optional && is_field => Presence::Optional,
        None => Presence::Required,
    };
    prop_assert_eq!(&slot.presence, &presence);
    is_type(schema, slot, &place.ty)
}

fn is_type(schema: &Schema, slot: &Slot, ty: &Ty) -> Result<(), TestCaseError> {
    let item = || schema.item(slot.ty).ok_or_else(|| TestCaseError::fail("no list"));
    match (ty, schema.ty(slot.ty)) {
        (Ty::Scalar(kind, _), Type::Scalar(scalar)) => prop_assert_eq!((*kind, &None), (scalar.kind, &scalar.values)),
        (Ty::OneOf(values, is_int), Type::Scalar(scalar)) => {
            prop_assert_eq!(scalar.kind, if *is_int { ScalarKind::Int } else { ScalarKind::String });
            prop_assert_eq!(
                Some(values.iter().map(String::as_str).collect()),
                scalar.values.as_ref().map(|of| of.values().collect::<Vec<_>>())
            );
        }
        (Ty::List(of, _), Type::List) => is_type(schema, item()?, of)?,
        (Ty::Map(of, _), Type::List) => {
            let names: Vec<&str> = schema.fields(item()?.ty).map(|field| field.name.as_str()).collect();
            prop_assert_eq!(names, ["key", "value"]);
            let value = schema.fields(item()?.ty).nth(1).expect("there are two");
            is_type(schema, &value.slot, of)?;
        }
        (Ty::Record(at), Type::Record(record)) => prop_assert_eq!(record.name.to_string(), format!("c{at}")),
        (ty, found) => prop_assert!(false, "{:?} is read as {:?}", ty, found),
    }
    Ok(())
}

fn is_interface(schema: &Schema, interface: &Interface) -> Result<(), TestCaseError> {
    let names: Vec<&String> = schema.all_operations().map(|op| &schema.operation(op).name).collect();
    prop_assert_eq!(names, interface.operations.keys().collect::<Vec<_>>());
    for (op, (params, result, doc)) in schema.all_operations().zip(interface.operations.values()) {
        prop_assert_eq!(&schema.operation(op).doc, doc);
        prop_assert_eq!(
            schema.params(op).map(|param| &param.name).collect::<Vec<_>>(),
            params.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
        for (param, (_, place)) in schema.params(op).zip(params) {
            is(schema, &param.slot, place, false)?;
        }
        match (schema.result(op), result) {
            (Some(slot), Some(place)) => is(schema, slot, &Place { default: None, ..place.clone() }, false)?,
            (found, wanted) => prop_assert_eq!(found.is_some(), wanted.is_some()),
        }
    }
    for id in schema.records() {
        let name = schema.record(id).expect("a record").name.to_string();
        let Some(at) = name.strip_prefix('c').and_then(|at| at.parse::<usize>().ok()) else { continue };
        let fields = &interface.classes[at];
        prop_assert_eq!(schema.fields(id).map(|field| &field.name).collect::<Vec<_>>(), fields.keys().collect::<Vec<_>>());
        for (field, place) in schema.fields(id).zip(fields.values()) {
            is(schema, &field.slot, place, true)?;
        }
    }
    Ok(())
}

fn linked(fragment: crate::ir::Fragment) -> Result<Schema, TestCaseError> {
    let mut report = Report::default();
    let schema = link(vec![fragment], &mut report);
    check(&schema, &mut report);
    prop_assert_eq!(report.iter().next(), None);
    Ok(schema)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn classes_and_their_wsdl_give_the_interface(interface in interface()) {
        let text = php(&interface);
        let (sources, mut report) = (SourceMap::default(), Report::default());
        let asked = Asked { tree: &One(text.clone()), paths: &["a.php".to_owned()], class: Some("server") };
        let schema = linked(read(asked, &sources, &mut report))?;
        prop_assert_eq!(report.iter().next(), None, "{}", text);
        is_interface(&schema, &interface)?;

        let services: Vec<_> = schema.services().collect();
        let mut files = Files::default();
        wsdl::generate(&schema, &services, &wsdl::Options::default(), &mut Report::default(), &mut files);
        let written = files.get("wsdl/server.wsdl").map(String::from_utf8_lossy).unwrap_or_default();
        let mut report = Report::default();
        let back = linked(wsdl_reader::read_text(FileId(0), &written, &mut report))?;
        prop_assert_eq!(report.iter().next(), None, "{}", written);
        prop_assert_eq!(dump::service(&schema, services[0]), dump::service(&back, back.services().next().expect("a service")));
    }
}
