//! Fragments to one schema: names are resolved, equal types become one, services find their operations.
//!
//! In: fragments in any order, and a report. Out: a [`Schema`] that is closed and valid; what could not be linked was reported and is an
//! omission. The order of fragments decides nothing: operations and services are taken by name.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{name, service};
use crate::ir::build::Builder;
use crate::ir::{
    FieldDef, Fragment, OpId, Operation, OperationDef, Origin, Record, RecordDef, Schema, ShapeDef, Slot, SlotDef, TypeId, TypeName,
};
use crate::report::{Code, Diagnostic, Report};

/// Links fragments into a schema.
pub fn link(fragments: Vec<Fragment>, report: &mut Report) -> Schema {
    let mut out = Builder::default();
    let (mut operations, mut services, mut omitted, mut releases) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for fragment in fragments {
        releases.extend(fragment.release);
        operations.extend(fragment.operations);
        services.extend(fragment.services);
        omitted.extend(fragment.omitted);
    }
    let mut operations = unique(operations, report);
    let names = name::settle(&mut operations, &mut omitted, report);

    let mut linker = Linker { out: &mut out, names: &names, filled: FxHashSet::default(), enclosing: Vec::new(), report };
    let ids: FxHashMap<String, OpId> = operations.into_iter().map(|def| (def.name.clone(), linker.operation(def))).collect();
    service::link(services, &ids, &omitted, &mut out, report);

    releases.sort();
    releases.into_iter().for_each(|release| out.release(release));
    omitted.into_iter().for_each(|omission| out.omission(omission));
    out.finish()
}

/// Sorts operations by name and keeps one of each: that of the first file in order of paths.
fn unique(mut operations: Vec<OperationDef>, report: &mut Report) -> Vec<OperationDef> {
    operations.sort_by(|a, b| (&a.name, &a.origin.file, &a.origin.symbol).cmp(&(&b.name, &b.origin.file, &b.origin.symbol)));
    operations.dedup_by(|second, first| {
        let twice = second.name == first.name;
        if twice {
            let place = |op: &OperationDef| if op.origin.file.is_empty() { op.origin.symbol.clone() } else { op.origin.file.clone() };
            let message = format!("operation `{}` is defined twice, in {} and in {}", first.name, place(first), place(second));
            let mut found = Diagnostic::new(Code::N004, message).at(second.origin.span).about(&first.name);
            if let Some(span) = first.origin.span {
                found = found.label(span, "this one is kept");
            }
            report.push(found);
        }
        twice
    });
    operations
}

struct Linker<'a> {
    out: &'a mut Builder,
    names: &'a name::Names,
    /// Records whose fields were added. One that is only referred to so far is not among them.
    filled: FxHashSet<TypeId>,
    /// The records around the place that is being linked, outermost first, by the name that a reference uses.
    enclosing: Vec<(TypeName, TypeId)>,
    report: &'a mut Report,
}

impl Linker<'_> {
    fn operation(&mut self, def: OperationDef) -> OpId {
        let OperationDef { name, doc, meta, params, result, origin } = def;
        let subject = name.clone();
        let op = self.out.operation(Operation { name, doc, meta, origin });
        for FieldDef { name, slot } in self.distinct(params, &subject) {
            let slot = self.slot(slot);
            self.out.param(op, name, slot);
        }
        if let Some(result) = result {
            let slot = self.slot(result);
            self.out.result(op, slot);
        }
        op
    }

    fn slot(&mut self, def: SlotDef) -> Slot {
        let SlotDef { shape, presence, nullable, doc, site_shaped, origin } = def;
        Slot { ty: self.shape(shape), presence, nullable, doc, site_shaped, origin }
    }

    fn shape(&mut self, def: ShapeDef) -> TypeId {
        match def {
            ShapeDef::Scalar(scalar) => self.out.scalar(scalar),
            ShapeDef::List(item) => {
                let item = self.slot(*item);
                self.out.list(item)
            }
            ShapeDef::Record(def) => self.record(def),
            ShapeDef::Ref(name) => match self.enclosing.iter().rev().find(|(enclosing, _)| *enclosing == name) {
                Some(&(_, id)) => id,
                // `name::settle` saw a definition of that name; its fields come when it is met.
                None => self.named(name, Origin::default()),
            },
        }
    }

    fn record(&mut self, def: RecordDef) -> TypeId {
        let name = self.names.of(&def).clone();
        let id = self.named(name, def.origin);
        if !self.filled.insert(id) {
            // `name::settle` guarantees that records of one name are equal.
            return id;
        }
        let subject = def.name.to_string();
        self.enclosing.push((def.name, id));
        for FieldDef { name, slot } in self.distinct(def.fields, &subject) {
            let slot = self.slot(slot);
            self.out.field(id, name, slot);
        }
        self.enclosing.pop();
        id
    }

    fn named(&mut self, name: TypeName, origin: Origin) -> TypeId {
        match self.out.known(&name) {
            Some(id) => id,
            None => self.out.record(Record { name, origin }),
        }
    }

    /// Fields with distinct names: the first of each.
    fn distinct(&mut self, mut fields: Vec<FieldDef>, of: &str) -> Vec<FieldDef> {
        let mut seen = FxHashSet::default();
        let twice: Vec<bool> = fields.iter().map(|field| !seen.insert(field.name.as_str())).collect();
        if twice.contains(&true) {
            let mut twice = twice.into_iter();
            fields.retain(|field| {
                let drop = twice.next() == Some(true);
                if drop {
                    let message = format!("`{of}` has two fields named `{}`", field.name);
                    self.report.push(Diagnostic::new(Code::N011, message).at(field.slot.origin.span));
                }
                !drop
            });
        }
        fields
    }
}
