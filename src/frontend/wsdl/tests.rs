//! What mwsc writes it reads back, whatever names, texts and values there are; and nothing that is read makes it panic.

use proptest::prelude::*;

use crate::backend::wsdl::{Options, generate};
use crate::files::Files;
use crate::frontend::wsdl::read_text;
use crate::ir::{
    FieldDef, Fragment, Key, Literal, NameBase, Omission, OperationDef, OperationMeta, Origin, Presence, RecordDef, Scalar, ScalarKind,
    Schema, ServiceDef, ServiceMeta, SessionPart, ShapeDef, SlotDef, TypeName, dump, sample,
};
use crate::pass::{check, link};
use crate::report::{Code, Report, Severity};
use crate::source::FileId;

fn written(schema: &Schema) -> String {
    let services: Vec<_> = schema.services().collect();
    let mut files = Files::default();
    generate(schema, &services, &Options::default(), &mut Report::default(), &mut files);
    let (_, bytes) = files.iter().find(|(path, _)| *path != "wsdl/services.json").expect("there is a service");
    String::from_utf8(bytes.to_vec()).expect("XML is UTF-8")
}

fn linked(fragment: Fragment) -> Schema {
    let mut report = Report::default();
    let schema = link(vec![fragment], &mut report);
    check(&schema, &mut report);
    schema
}

/// Writes the only service of a fragment, reads it back, and compares the canonical texts.
fn round_trip(fragment: Fragment) -> Result<(), TestCaseError> {
    let schema = linked(fragment);
    let text = written(&schema);
    prop_assert!(!text.contains("\\u"));
    let mut report = Report::default();
    let back = linked(read_text(FileId(0), &text, &mut report));
    prop_assert_eq!(report.iter().next(), None, "{}", text);
    prop_assert_eq!(dump::schema(&schema), dump::schema(&back), "{}", text);
    prop_assert_eq!(text, written(&back));
    Ok(())
}

#[test]
fn reads_back_a_forum() {
    round_trip(sample::forum()).expect("equal");
}

#[test]
fn reads_back_more_parameters_than_java_takes() {
    let names: Vec<String> = (0..600).map(|at| format!("p{at}")).collect();
    let fields = || names.iter().map(|name| (name.as_str(), sample::int(""))).chain([("more", sample::text(""))]).collect::<Vec<_>>();
    let result = sample::record(sample::result("wide_op"), sample::result("wide_op"), fields());
    let operation = sample::operation("wide_op", fields(), Some(result));
    round_trip(sample::fragment(vec![operation], vec![sample::service("wide", &["wide_op"])])).expect("equal");
}

/// Texts that are hard to keep.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{0,8}",
        1 => Just(" core\\user\\u0041 ]]> <b>&amp;</b> \"it's\" */ \r\n\t100%41 ".to_owned()),
        1 => "[\\x00-\\x7F\u{85}\u{2028}\u{FFFE}\u{FEFF}]{0,6}",
        1 => any::<String>(),
    ]
}

/// Keys, many of which clash.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-f]{1,2}",
        2 => "(user_id|userId|userid|default|enum|Enum|enum_|await|class|item|return|more|nothing|arguments|URL|url|1|_1|a b|a-b|a.b|_x2D_)",
        1 => text(),
    ]
}

fn origin() -> impl Strategy<Value = Origin> {
    (prop_oneof![Just("lib.php".to_owned()), text()], prop_oneof![Just("c::m".to_owned()), text()]).prop_map(|(file, symbol)| Origin {
        file,
        symbol,
        ..Origin::default()
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    let leaf = prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        any::<f64>().prop_map(Literal::Float),
        text().prop_map(Literal::Str),
        text().prop_map(Literal::Runtime),
    ];
    let key = prop_oneof![any::<i64>().prop_map(Key::Int), text().prop_map(Key::Str)];
    leaf.prop_recursive(2, 6, 3, move |inner| prop::collection::vec((key.clone(), inner), 0..3).prop_map(Literal::Array))
}

fn slot(shape: ShapeDef) -> impl Strategy<Value = SlotDef> {
    let presence = prop_oneof![Just(Presence::Required), Just(Presence::Optional), literal().prop_map(Presence::Default)];
    (presence, any::<bool>(), text(), any::<bool>(), origin()).prop_map(move |(presence, nullable, doc, site, origin)| SlotDef {
        shape: shape.clone(),
        site_shaped: site && presence != Presence::Required,
        presence,
        nullable,
        doc,
        origin,
    })
}

fn scalar() -> impl Strategy<Value = SlotDef> {
    let kind = prop_oneof![Just(ScalarKind::Bool), Just(ScalarKind::Int), Just(ScalarKind::Float), Just(ScalarKind::String)];
    (kind, prop_oneof![Just(String::new()), Just("notags".to_owned()), text()])
        .prop_flat_map(|(kind, refinement)| slot(ShapeDef::Scalar(Scalar { kind, refinement })))
}

/// Slots whose records have no names yet: [`named`] gives each the name of its place.
fn any_slot() -> impl Strategy<Value = SlotDef> {
    scalar().prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            inner.clone().prop_flat_map(|item| slot(ShapeDef::List(Box::new(item)))),
            (prop::collection::vec((key(), inner), 0..5), origin()).prop_flat_map(|(fields, origin)| {
                let nameless = TypeName::new(NameBase::Class(String::new()));
                let fields = distinct(fields);
                slot(ShapeDef::Record(RecordDef { name: nameless.clone(), place: nameless, fields, origin }))
            }),
        ]
    })
}

fn distinct(fields: Vec<(String, SlotDef)>) -> Vec<FieldDef> {
    let mut out: Vec<FieldDef> = Vec::new();
    for (name, slot) in fields {
        if out.iter().all(|field| field.name != name) {
            out.push(FieldDef::new(name, slot));
        }
    }
    out
}

/// Names records after their place, and some after a class of their own; some of those contain themselves.
fn named(mut slot: SlotDef, place: &TypeName, op: &str, count: &mut usize) -> SlotDef {
    slot.shape = match slot.shape {
        ShapeDef::List(item) => ShapeDef::List(Box::new(named(*item, place, op, count))),
        ShapeDef::Record(mut record) => {
            *count += 1;
            let name = match *count % 4 {
                0 => TypeName::new(NameBase::Class(format!("Core\\{op}_{}", *count / 4))),
                1 => TypeName::new(NameBase::Method(format!("core\\{op}_{}", *count / 4), "get_read_structure".to_owned())),
                _ => place.clone(),
            };
            record.fields = record
                .fields
                .into_iter()
                .map(|field| FieldDef { slot: named(field.slot, &name.child(&field.name), op, count), ..field })
                .collect();
            if count.is_multiple_of(5) && record.fields.iter().all(|field| field.name != "children") {
                let mut children = sample::optional(sample::list(sample::slot(ShapeDef::Ref(name.clone()), ""), ""));
                children.origin = record.origin.clone();
                record.fields.push(FieldDef::new("children", children));
            }
            record.name = name.clone();
            record.place = name;
            ShapeDef::Record(record)
        }
        shape => shape,
    };
    slot
}

fn operation_name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "core_[a-d]{1,3}",
        2 => "(x|xResponse|x_response|X|get_class|getClass|default|Default|my-op|my.op|1|x_params_a|x_result)",
        1 => text().prop_filter("operations have names", |name| !name.is_empty()),
    ]
}

/// Some operations carry sessions.
fn has_session(name: &str) -> bool {
    name.len().is_multiple_of(2)
}

type Flags = (bool, bool, bool, bool);

fn operation() -> impl Strategy<Value = OperationDef> {
    let meta = (text(), prop::option::of(text()), any::<Flags>(), prop::collection::vec(text(), 0..3), text(), text());
    let params = prop::collection::vec((key(), any_slot()), 0..6);
    (operation_name(), text(), meta, params, prop::option::of(any_slot()), origin()).prop_map(
        |(name, doc, (component, kind, flags, capabilities, class, method), params, result, origin)| {
            let mut count = name.len();
            let params_of = TypeName::new(NameBase::Params(name.clone()));
            let result_of = TypeName::new(NameBase::Result(name.clone()));
            let mut params = distinct(params);
            if has_session(&name) {
                for (param, part) in params.iter_mut().zip([SessionPart::Key, SessionPart::Client]) {
                    param.session = Some(part);
                }
            }
            let params = params
                .into_iter()
                .map(|field| FieldDef { slot: named(field.slot, &params_of.child(&field.name), &name, &mut count), ..field })
                .collect();
            let result = result.map(|slot| named(slot, &result_of, &name, &mut count));
            let (ajax, login_required, readonly_session, deprecated) = flags;
            let meta = OperationMeta { component, kind, ajax, capabilities, login_required, readonly_session, deprecated, class, method };
            OperationDef { name, doc, meta, params, result, origin }
        },
    )
}

fn fragment() -> impl Strategy<Value = Fragment> {
    let service = (text(), text(), any::<Flags>(), prop::option::of(text()), origin());
    let operations = prop::collection::vec(operation(), 1..5);
    (prop::option::of(Just("4.5.5".to_owned())), operations, service, prop::option::of(text())).prop_map(
        |(release, mut operations, (name, component, flags, required_capability, origin), message)| {
            operations.sort_by(|a, b| a.name.cmp(&b.name));
            operations.dedup_by(|a, b| a.name == b.name);
            operations.reverse();
            let omitted: Vec<Omission> = message
                .into_iter()
                .map(|message| Omission { operation: "left \\out".to_owned(), code: Code::N003.name(), message })
                .collect();
            let names = operations.iter().map(|op| op.name.clone()).chain(omitted.iter().map(|left| left.operation.clone())).collect();
            let (enabled, restricted_users, download_files, upload_files) = flags;
            let meta = ServiceMeta { enabled, restricted_users, required_capability, download_files, upload_files };
            let shortname = "a_service.of-1".to_owned();
            let service = ServiceDef { name, shortname, component, operations: names, meta, spelling: None, origin };
            Fragment { release, operations, services: vec![service], omitted }
        },
    )
}

#[test]
fn reads_back_what_it_writes() {
    let run = || {
        proptest!(ProptestConfig { cases: 64, ..ProptestConfig::default() }, |(fragment in fragment())| round_trip(fragment)?);
    };
    // Strategies for nested values take more stack than a test's thread has.
    let done = std::thread::Builder::new().stack_size(64 << 20).spawn(run).map(std::thread::JoinHandle::join);
    assert!(matches!(done, Ok(Ok(()))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn survives_damage(cut in any::<prop::sample::Index>(), junk in prop_oneof![Just(String::new()), "[<>&;a\"'/]{1,4}", any::<String>()]) {
        let text = written(&linked(sample::forum()));
        let mut at = cut.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let damaged = format!("{}{junk}{}", &text[..at], &text[(at + junk.len()).min(text.len())..]);
        let mut report = Report::default();
        let fragment = read_text(FileId(0), &damaged, &mut report);
        linked(fragment);
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    let mut report = Report::default();
    read_text(FileId(0), text, &mut report);
    report.iter().map(|found| found.code.name()).collect()
}

#[test]
fn refuses_what_is_no_wsdl() {
    for (text, code) in [
        ("", "W001"),
        ("<a>", "W001"),
        ("<a/><b/>", "W001"),
        ("<a b='1' b='2'/>", "W001"),
        ("<a>&nbsp;</a>", "W001"),
        ("<a>&#0;</a>", "W001"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "W002"),
        ("<a/>", "W004"),
        ("<definitions/>", "W004"),
        ("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>", "W005"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
    assert_eq!(codes(&"<a>".repeat(100_000)), ["W003"]);
    let attributes: String = (0..200).fold(String::new(), |all, at| format!("{all} a{at}=''"));
    assert_eq!(codes(&format!("<a{attributes}/>")), ["W003"]);
}

#[test]
fn says_what_it_does_not_understand() {
    let text = written(&linked(sample::forum()));
    let edits = [
        ("<xsd:sequence>", "<xsd:choice/><xsd:sequence>", "W018"),
        ("<xsd:sequence>", "<xsd:sequence><xsd:any/>", "W007"),
        ("type=\"int\"", "type=\"%zz\"", "W008"),
        ("type=\"xsd:long\"", "type=\"tns:nowhere\"", "W005"),
        ("<wsdl:part name=\"parameters\" element=", "<wsdl:part name=\"parameters\" of=", "W006"),
        ("m:record class=", "m:record klass=", "W008"),
    ];
    for (from, to, code) in edits {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from}");
        assert!(codes(&edited).contains(&code), "{to}: {:?}", codes(&edited));
    }
}

#[test]
fn reads_somebody_elses_wsdl() {
    let ours = written(&linked(sample::forum()));
    // Without appinfo it is as anybody's.
    let mut text = String::new();
    let mut rest = ours.as_str();
    while let Some((before, after)) = rest.split_once("<xsd:appinfo>") {
        text.push_str(before);
        rest = after.split_once("</xsd:appinfo>").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut report = Report::default();
    let fragment = read_text(FileId(0), &text, &mut report);
    assert_eq!(report.iter().next(), None);
    let operations: Vec<_> = fragment.operations.iter().map(|op| op.name.as_str()).collect();
    assert_eq!(operations, sample::forum().operations.iter().map(|op| op.name.as_str()).collect::<Vec<_>>());
    let mut report = Report::default();
    let schema = link(vec![fragment], &mut report);
    check(&schema, &mut report);
    assert_eq!(report.count(Severity::Error), 0);
}
