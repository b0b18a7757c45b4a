//! Small fragments for unit tests.

use super::{
    FieldDef, Fragment, Literal, NameBase, OperationDef, OperationMeta, Origin, Presence, RecordDef, Scalar, ScalarKind, ServiceDef,
    ServiceMeta, ShapeDef, SlotDef, TypeName,
};

pub(crate) fn origin(file: &str, symbol: &str) -> Origin {
    Origin { file: file.into(), symbol: symbol.into(), ..Origin::default() }
}

pub(crate) fn slot(shape: ShapeDef, doc: &str) -> SlotDef {
    let origin = origin("lib.php", "sample");
    SlotDef { shape, presence: Presence::Required, nullable: false, doc: doc.into(), site_shaped: false, origin }
}

pub(crate) fn scalar(kind: ScalarKind, refinement: &str, doc: &str) -> SlotDef {
    slot(ShapeDef::Scalar(Scalar::new(kind, refinement)), doc)
}

pub(crate) fn int(doc: &str) -> SlotDef {
    scalar(ScalarKind::Int, "int", doc)
}

pub(crate) fn text(doc: &str) -> SlotDef {
    scalar(ScalarKind::String, "text", doc)
}

pub(crate) fn list(item: SlotDef, doc: &str) -> SlotDef {
    slot(ShapeDef::List(Box::new(item)), doc)
}

pub(crate) fn optional(mut slot: SlotDef) -> SlotDef {
    slot.presence = Presence::Optional;
    slot
}

pub(crate) fn default(mut slot: SlotDef, value: Literal) -> SlotDef {
    slot.presence = Presence::Default(value);
    slot
}

pub(crate) fn fields(fields: Vec<(&str, SlotDef)>) -> Vec<FieldDef> {
    fields.into_iter().map(|(name, slot)| FieldDef::new(name, slot)).collect()
}

pub(crate) fn record(name: TypeName, place: TypeName, of: Vec<(&str, SlotDef)>) -> SlotDef {
    slot(ShapeDef::Record(RecordDef { name, place, doc: String::new(), fields: fields(of), origin: origin("lib.php", "sample") }), "")
}

pub(crate) fn class(name: &str) -> TypeName {
    TypeName::new(NameBase::Class(name.into()))
}

pub(crate) fn result(operation: &str) -> TypeName {
    TypeName::new(NameBase::Result(operation.into()))
}

pub(crate) fn operation(name: &str, params: Vec<(&str, SlotDef)>, result: Option<SlotDef>) -> OperationDef {
    let mut parts = name.split('_');
    let component = format!("{}_{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let meta = OperationMeta {
        component,
        kind: Some("read".into()),
        login_required: true,
        class: "sample".into(),
        method: name.into(),
        ..OperationMeta::default()
    };
    OperationDef { name: name.into(), doc: format!("Does {name}."), meta, params: fields(params), result, origin: origin("lib.php", name) }
}

pub(crate) fn service(shortname: &str, operations: &[&str]) -> ServiceDef {
    ServiceDef {
        name: format!("The {shortname} service"),
        shortname: shortname.into(),
        component: "moodle".into(),
        operations: operations.iter().map(|&name| name.into()).collect(),
        meta: ServiceMeta { enabled: true, ..ServiceMeta::default() },
        spelling: None,
        origin: origin("lib/db/services.php", ""),
    }
}

pub(crate) fn fragment(operations: Vec<OperationDef>, services: Vec<ServiceDef>) -> Fragment {
    Fragment { release: None, operations, services, omitted: Vec::new() }
}

/// The shared record of these tests: warnings, as an item of a list.
pub(crate) fn warnings(place: &TypeName) -> SlotDef {
    let item = record(
        class("core_external\\external_warnings"),
        place.child("warnings"),
        vec![("item", optional(text("what it is about"))), ("itemid", optional(int("its id"))), ("message", text("words"))],
    );
    optional(list(item, "list of warnings"))
}

/// A forum: 30 operations of three components with shared, local, nested and recursive records.
pub(crate) fn forum() -> Fragment {
    let mut operations = Vec::new();
    let verbs = ["get", "add", "update", "delete", "view", "lock"];
    let things = [
        ("mod_forum", "discussion"),
        ("mod_forum", "post"),
        ("core_course", "section"),
        ("core_course", "module"),
        ("core_user", "profile"),
    ];
    for (component, thing) in things {
        for verb in verbs {
            let name = format!("{component}_{verb}_{thing}");
            let place = result(&name);
            let author = record(
                class("core_user\\external\\author_exporter"),
                place.child("author"),
                vec![
                    ("id", int("user id")),
                    ("fullname", text("name \"in full\" <b>&amp; more</b>")),
                    (
                        "urls",
                        optional(record(
                            class("core_user\\external\\urls_exporter"),
                            place.child("author").child("urls"),
                            vec![("profile", optional(text(""))), ("image", optional(text("")))],
                        )),
                    ),
                ],
            );
            let thing_record = record(
                class(&format!("{component}\\external\\{thing}_exporter")),
                place.child(thing),
                vec![
                    ("id", int("its id")),
                    ("subject", text("what\nit says")),
                    ("author", author),
                    ("tags", list(text("a tag"), "tags")),
                    (
                        "children",
                        optional(list(slot(ShapeDef::Ref(class(&format!("{component}\\external\\{thing}_exporter"))), ""), "replies")),
                    ),
                ],
            );
            let options = record(
                TypeName::new(NameBase::Params(name.clone())).child("options"),
                TypeName::new(NameBase::Params(name.clone())).child("options"),
                vec![("name", text("name of the option")), ("value", text("its value"))],
            );
            let params = vec![("id", int("which")), ("options", default(list(options, "options"), Literal::Array(Vec::new())))];
            let result = match verb {
                "get" => Some(record(place.clone(), place.clone(), vec![(thing, thing_record), ("warnings", warnings(&place))])),
                "view" | "lock" => Some(record(
                    place.clone(),
                    place.clone(),
                    vec![("status", scalar(ScalarKind::Bool, "bool", "")), ("warnings", warnings(&place))],
                )),
                "delete" => None,
                _ => Some(list(thing_record, "changed")),
            };
            operations.push(operation(&name, params, result));
        }
    }
    let names: Vec<String> = operations.iter().map(|op| op.name.clone()).collect();
    let service = service("forum", &names.iter().map(String::as_str).collect::<Vec<_>>());
    fragment(operations, vec![service])
}
