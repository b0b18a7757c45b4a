//! Whether a schema is closed and valid. Linking makes it so whatever the input was; a finding here is a bug of ours.

use std::fmt::Display;

use rustc_hash::FxHashSet;

use super::service::is_shortname;
use crate::ir::{Presence, Schema, Slot, Type};
use crate::report::{Code, Diagnostic, Report};

/// Checks the invariants that `ir::schema` states.
pub fn check(schema: &Schema, report: &mut Report) {
    let mut broken = Vec::new();
    services(schema, &mut broken);
    operations(schema, &mut broken);
    types(schema, &mut broken);
    debug_assert!(broken.is_empty(), "linking made an invalid schema: {broken:?}");
    for message in broken {
        report.push(Diagnostic::new(Code::N010, message));
    }
}

fn services(schema: &Schema, broken: &mut Vec<String>) {
    distinct(schema.services().map(|id| schema.service(id).shortname.as_str()), || "service".to_owned(), broken);
    for id in schema.services() {
        let service = schema.service(id);
        if service.name.is_empty() || !is_shortname(&service.shortname) {
            broken.push(format!("service `{}` has no proper name", service.shortname));
        }
        let members = schema.operations(id).map(|op| schema.operation(op).name.as_str());
        distinct(members, || format!("member of service `{}`", service.shortname), broken);
    }
}

fn operations(schema: &Schema, broken: &mut Vec<String>) {
    distinct(schema.all_operations().map(|id| schema.operation(id).name.as_str()), || "operation".to_owned(), broken);
    for id in schema.all_operations() {
        let name = &schema.operation(id).name;
        if name.is_empty() {
            broken.push("an operation has no name".to_owned());
        }
        distinct(schema.params(id).map(|param| param.name.as_str()), || format!("parameter of `{name}`"), broken);
        ordered(schema.params(id).map(|param| param.ordinal), name, broken);
        schema.op_slots(id).for_each(|slot| check_slot(slot, name, broken));
    }
}

fn types(schema: &Schema, broken: &mut Vec<String>) {
    let mut records = 0;
    for id in schema.reachable_from(schema.all_operations().flat_map(|op| schema.op_slots(op))) {
        match schema.ty(id) {
            Type::Scalar(scalar) => {
                if schema.slots(id).next().is_some() {
                    broken.push(format!("the scalar {scalar:?} holds something"));
                }
            }
            Type::List => {
                if schema.slots(id).count() != 1 || schema.item(id).is_none() {
                    broken.push("a list has not exactly one item".to_owned());
                }
                schema.slots(id).for_each(|slot| check_slot(slot, &"a list", broken));
            }
            Type::Record(record) => {
                records += 1;
                let name = &record.name;
                distinct(schema.fields(id).map(|field| field.name.as_str()), || format!("field of `{name}`"), broken);
                ordered(schema.fields(id).map(|field| field.ordinal), name, broken);
                schema.slots(id).for_each(|slot| check_slot(slot, name, broken));
                if schema.record_by_name(&record.name) != Some(id) {
                    broken.push(format!("two records are named `{name}`"));
                }
            }
        }
    }
    if records != schema.records().len() {
        broken.push("a record belongs to no operation".to_owned());
    }
}

fn check_slot(slot: &Slot, of: &dyn Display, broken: &mut Vec<String>) {
    if slot.site_shaped && slot.presence == Presence::Required {
        broken.push(format!("a site-shaped slot of `{of}` is required"));
    }
}

fn distinct<'s>(names: impl Iterator<Item = &'s str>, what: impl Fn() -> String, broken: &mut Vec<String>) {
    let mut seen = FxHashSet::default();
    broken.extend(names.filter(|name| !seen.insert(*name)).map(|name| format!("there are two: {} `{name}`", what())));
}

fn ordered(mut ordinals: impl Iterator<Item = u32>, of: &dyn Display, broken: &mut Vec<String>) {
    let mut next = 0..;
    if !ordinals.all(|ordinal| next.next() == Some(ordinal)) {
        broken.push(format!("the order of `{of}` has gaps"));
    }
}
