//! Whatever fragments a front end gives, linking makes a valid schema of them, and the order of fragments decides nothing.

use proptest::prelude::*;

use super::{check, link};
use crate::ir::sample::{class, fragment, int, list, operation, optional, record, result, service, slot, text};
use crate::ir::{Fragment, NameBase, OperationDef, ShapeDef, SlotDef, TypeName, dump};
use crate::report::{Code, Report};

fn shape() -> impl Strategy<Value = SlotDef> {
    let anonymous = || result("placed later");
    let leaf = prop_oneof![
        Just(int("a number")),
        Just(optional(text("words"))),
        (0..3_u8).prop_map(|n| slot(ShapeDef::Ref(class(&format!("C{n}"))), "")),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let fields = prop::collection::vec((0..4_u8, inner.clone()), 0..4);
        let named = (prop::option::of(0..3_u8), fields).prop_map(move |(shared, of)| {
            let name = shared.map_or_else(anonymous, |n| class(&format!("C{n}")));
            let names: Vec<String> = of.iter().map(|(n, _)| format!("k{n}")).collect();
            record(name, anonymous(), names.iter().map(String::as_str).zip(of.into_iter().map(|(_, slot)| slot)).collect())
        });
        prop_oneof![named, inner.prop_map(|item| list(item, ""))]
    })
}

/// Gives each record the name of its place, as front ends do.
fn place(slot: &mut SlotDef, at: &TypeName) {
    match &mut slot.shape {
        ShapeDef::Scalar(_) | ShapeDef::Ref(_) => {}
        ShapeDef::List(item) => place(item, at),
        ShapeDef::Record(def) => {
            def.place = at.clone();
            if let NameBase::Result(_) = def.name.base {
                def.name = at.clone();
            }
            // A key that is there twice is two places all the same.
            for (n, field) in def.fields.iter_mut().enumerate() {
                place(&mut field.slot, &at.child(&format!("{}{n}", field.name)));
            }
        }
    }
}

fn arbitrary_operation() -> impl Strategy<Value = OperationDef> {
    (0..12_u8, shape()).prop_map(|(n, mut result_slot)| {
        let name = format!("core_x_f{n}");
        place(&mut result_slot, &result(&name));
        operation(&name, vec![("id", int("which"))], Some(result_slot))
    })
}

fn arbitrary_fragment(file: usize) -> impl Strategy<Value = Fragment> {
    let operations = prop::collection::vec(arbitrary_operation(), 0..6);
    let services = prop::collection::vec((0..4_u8, prop::collection::vec(0..14_u8, 0..6)), 0..2);
    (operations, services).prop_map(move |(mut operations, services)| {
        for op in &mut operations {
            op.origin.file = format!("{file}.php");
        }
        let services = services.into_iter().map(|(n, members)| {
            let members: Vec<String> = members.into_iter().map(|n| format!("core_x_f{n}")).collect();
            service(&format!("s{n}"), &members.iter().map(String::as_str).collect::<Vec<_>>())
        });
        fragment(operations, services.collect())
    })
}

fn fragments() -> impl Strategy<Value = (Vec<Fragment>, Vec<Fragment>)> {
    (arbitrary_fragment(1), arbitrary_fragment(2), arbitrary_fragment(3))
        .prop_map(|(a, b, c)| vec![a, b, c])
        .prop_flat_map(|fragments| (Just(fragments.clone()), Just(fragments).prop_shuffle()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_fragments_link_to_one_valid_schema((fragments, shuffled) in fragments()) {
        let mut report = Report::default();
        let schema = link(fragments, &mut report);
        // Broken invariants are a debug assertion in `check`.
        check(&schema, &mut report);
        prop_assert!(report.iter().all(|d| d.code != Code::N010));
        prop_assert_eq!(dump::schema(&schema), dump::schema(&link(shuffled, &mut Report::default())));
        for service in schema.services() {
            prop_assert!(dump::schema(&schema).contains(dump::service(&schema, service).lines().next().unwrap_or_default()));
        }
    }
}
