//! Several WSDLs of one interface as one fragment.
//!
//! The first WSDL that declares an operation or a record says what it is. How another one spells the same stays in the spelling of its
//! service, and what differs is reported: it is what a client meets that moves from one to the other.

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::Sink;
use crate::ir::{FieldDef, Fragment, NameBase, OperationDef, RecordDef, Scalar, ShapeDef, SlotDef, Spelling, TypeName};
use crate::report::{Code, Diagnostic};

/// Joins fragments, each with the path of its WSDL.
pub(super) fn join(fragments: Vec<(&str, Fragment)>, out: &mut Sink<'_>) -> Fragment {
    let mut fragments = fragments.into_iter();
    let Some((mut first, mut whole)) = fragments.next() else { return Fragment::default() };
    for (path, mut fragment) in fragments {
        let mut join =
            Join { known: definitions(&whole), own: definitions(&fragment), placed: Vec::new(), names: (first, path), out: &mut *out };
        for service in &mut fragment.services {
            if let Some(spelling) = &mut service.spelling {
                join.spelling(spelling, &whole, &fragment.operations);
            }
        }
        let mut added = Vec::new();
        for op in std::mem::take(&mut fragment.operations) {
            match whole.operations.iter_mut().find(|known| known.name == op.name) {
                Some(known) => {
                    join.compare(known, &op);
                    if known.doc.is_empty() {
                        known.doc = op.doc;
                    }
                }
                None => added.push(op),
            }
        }
        join.records();
        // Linking meets operations by name, so records are defined in that order.
        added.sort_by(|a, b| a.name.cmp(&b.name));
        for op in &mut added {
            join.settle(op);
        }
        whole.release = whole.release.or(fragment.release);
        whole.operations.append(&mut added);
        whole.services.append(&mut fragment.services);
        whole.omitted.append(&mut fragment.omitted);
        first = path;
    }
    whole
}

/// Every record that a fragment defines.
fn definitions(fragment: &Fragment) -> IndexMap<TypeName, RecordDef> {
    let mut found = IndexMap::new();
    for op in &fragment.operations {
        op.params.iter().for_each(|param| collect(&param.slot, &mut found));
        op.result.iter().for_each(|result| collect(result, &mut found));
    }
    found
}

fn collect(slot: &SlotDef, found: &mut IndexMap<TypeName, RecordDef>) {
    match &slot.shape {
        ShapeDef::Scalar(_) | ShapeDef::Ref(_) => {}
        ShapeDef::List(item) => collect(item, found),
        ShapeDef::Record(record) => {
            if found.insert(record.name.clone(), record.clone()).is_none() {
                record.fields.iter().for_each(|field| collect(&field.slot, found));
            }
        }
    }
}

struct Join<'a, 's, 'r> {
    /// Records of the WSDLs before.
    known: IndexMap<TypeName, RecordDef>,
    /// Records of this one.
    own: IndexMap<TypeName, RecordDef>,
    /// Those of its own that are defined among the operations that it adds.
    placed: Vec<TypeName>,
    /// Paths of the one before and of this one.
    names: (&'a str, &'a str),
    out: &'s mut Sink<'r>,
}

impl Join<'_, '_, '_> {
    /// Reports how an operation differs from what is known of it.
    fn compare(&mut self, known: &OperationDef, op: &OperationDef) {
        let shown = |op: &OperationDef| {
            let params: Vec<String> = op.params.iter().map(|param| format!("{}: {}", param.name, shown(&param.slot.shape))).collect();
            format!("({}): {}", params.join(", "), op.result.as_ref().map_or_else(|| "nothing".to_owned(), |slot| shown(&slot.shape)))
        };
        let (before, now) = (shown(known), shown(op));
        if before != now {
            let message = format!("`{}` is {before} in {} and {now} in {}", op.name, self.names.0, self.names.1);
            self.out.add(Diagnostic::new(Code::W017, message).at(op.origin.span).about(&op.name));
        }
    }

    /// Reports how records differ from what is known of them.
    fn records(&mut self) {
        for (name, record) in &self.own {
            let Some(known) = self.known.get(name) else { continue };
            let fields = |record: &RecordDef| -> FxHashMap<String, String> {
                record.fields.iter().map(|field| (field.name.clone(), shown(&field.slot.shape))).collect()
            };
            let (before, now) = (fields(known), fields(record));
            let mut words: Vec<String> = Vec::new();
            for field in &known.fields {
                match now.get(&field.name) {
                    None => words.push(format!("`{}` is missing", field.name)),
                    Some(ty) if *ty != before[&field.name] => {
                        words.push(format!("`{}` is {ty} and not {}", field.name, before[&field.name]));
                    }
                    Some(_) => {}
                }
            }
            words.extend(
                record.fields.iter().filter(|field| !before.contains_key(&field.name)).map(|field| format!("`{}` is new", field.name)),
            );
            if !words.is_empty() {
                let message = format!("`{name}` differs in {} from {}: {}", self.names.1, self.names.0, words.join(", "));
                self.out.add(Diagnostic::new(Code::W017, message).at(record.origin.span));
            }
        }
    }

    /// Fits the spelling of a service to the operations and records that are known: which parameters its parts carry, and what it says of
    /// records.
    fn spelling(&self, spelling: &mut Spelling, whole: &Fragment, own: &[OperationDef]) {
        for (name, spelt) in &mut spelling.operations {
            let Some(known) = whole.operations.iter().find(|known| known.name == *name) else { continue };
            let Some(own) = own.iter().find(|own| own.name == *name) else { continue };
            let mut free: Vec<&FieldDef> =
                known.params.iter().filter(|param| own.params.iter().all(|other| other.name != param.name)).collect();
            free.reverse();
            for part in spelt.parts.iter_mut().flatten() {
                let Some(param) = own.params.iter().find(|param| param.name == part.name) else { continue };
                // By name, and what has other names in the order in which it comes.
                let carried = known.params.iter().find(|known| known.name == part.name).or_else(|| free.pop());
                part.carries = carried.map(|carried| carried.name.clone());
                if carried.is_none_or(|carried| xsd(carried) != xsd(param)) {
                    part.xsd = xsd(param);
                }
            }
            if let (Some(part), Some(slot)) = (&mut spelt.result, &own.result) {
                part.xsd = scalar(&slot.shape).map(built_in).filter(|_| known.result.as_ref().map(|slot| &slot.shape) != Some(&slot.shape));
            }
        }
        for (name, record) in &self.own {
            let (NameBase::Class(class), Some(known)) = (&name.base, self.known.get(name)) else { continue };
            let spelt = spelling.records.entry(class.clone()).or_default();
            spelt.order = record.fields.iter().map(|field| field.name.clone()).collect();
            spelt.nillable = Some(record.fields.iter().filter(|field| field.slot.nullable).map(|field| field.name.clone()).collect());
            for field in &record.fields {
                let same = known.fields.iter().any(|other| other.name == field.name && xsd(other) == xsd(field));
                if let Some(ty) = xsd(field).filter(|_| !same) {
                    spelt.xsd.insert(field.name.clone(), ty);
                }
            }
        }
    }

    /// Lets an operation refer to the records that are known, and define those of its own that nothing defines yet.
    fn settle(&mut self, op: &mut OperationDef) {
        op.params.iter_mut().for_each(|param| self.slot(&mut param.slot));
        op.result.iter_mut().for_each(|result| self.slot(result));
    }

    fn slot(&mut self, slot: &mut SlotDef) {
        let name = match &slot.shape {
            ShapeDef::Scalar(_) => return,
            ShapeDef::List(_) => {
                if let ShapeDef::List(item) = &mut slot.shape {
                    self.slot(item);
                }
                return;
            }
            ShapeDef::Record(record) => record.name.clone(),
            ShapeDef::Ref(name) => name.clone(),
        };
        if self.known.contains_key(&name) || self.placed.contains(&name) {
            slot.shape = ShapeDef::Ref(name);
            return;
        }
        if let Some(mut record) = self.own.get(&name).cloned() {
            self.placed.push(name);
            record.fields.iter_mut().for_each(|field| self.slot(&mut field.slot));
            slot.shape = ShapeDef::Record(record);
        }
    }
}

fn scalar(shape: &ShapeDef) -> Option<&Scalar> {
    match shape {
        ShapeDef::Scalar(scalar) => Some(scalar),
        ShapeDef::List(_) | ShapeDef::Record(_) | ShapeDef::Ref(_) => None,
    }
}

/// The built-in type of a field that is a scalar.
fn xsd(field: &FieldDef) -> Option<String> {
    scalar(&field.slot.shape).map(built_in)
}

fn built_in(scalar: &Scalar) -> String {
    match scalar.refinement.strip_prefix("xsd:") {
        Some(name) => name.to_owned(),
        None => match scalar.kind {
            crate::ir::ScalarKind::Bool => "boolean",
            crate::ir::ScalarKind::Int => "long",
            crate::ir::ScalarKind::Float => "double",
            crate::ir::ScalarKind::String => "string",
        }
        .to_owned(),
    }
}

/// A shape in a few characters.
fn shown(shape: &ShapeDef) -> String {
    match shape {
        ShapeDef::Scalar(scalar) => built_in(scalar),
        ShapeDef::List(item) => shown(&item.shape) + "[]",
        ShapeDef::Record(RecordDef { name, .. }) | ShapeDef::Ref(name) => name.short().unwrap_or_else(|| "{}".to_owned()),
    }
}
