//! Which name each record gets: that of its origin, or that of its place where constructions of one origin differ.
//!
//! In: the operations. Out: [`Names`], after which records of equal name have equal fields; operations for which that cannot be had, or
//! which refer to a record that is nowhere, were reported and became omissions. This is the only place where structures are compared:
//! names depend on nothing else, and a difference means that the code at that origin depends on more than its arguments.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{FieldDef, Omission, OperationDef, RecordDef, ShapeDef, SlotDef, TypeName};
use crate::report::{Code, Diagnostic, Report};

/// The names of records.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names by origin that stand for different structures, and are not used.
    split: FxHashSet<TypeName>,
}

impl Names {
    /// The name of a record.
    pub(super) fn of<'d>(&self, def: &'d RecordDef) -> &'d TypeName {
        if self.split.contains(&def.name) { &def.place } else { &def.name }
    }
}

/// What one walk over the operations finds.
#[derive(Default)]
struct Found<'d> {
    /// Constructions of records, with the operation that each is in.
    records: Vec<(&'d RecordDef, usize)>,
    /// References that no enclosing record answers.
    refs: Vec<(&'d TypeName, &'d SlotDef, usize)>,
}

/// Settles the names, and drops the operations for which there are none.
pub(super) fn settle(operations: &mut Vec<OperationDef>, omitted: &mut Vec<Omission>, report: &mut Report) -> Names {
    // Dropping an operation may drop a definition that another refers to: again, until nothing is dropped.
    loop {
        let (names, broken) = attempt(operations, report);
        if broken.is_empty() {
            return names;
        }
        let mut at = 0;
        operations.retain(|op| {
            let reason = broken.get(&at);
            at += 1;
            if let Some((code, message)) = reason {
                omitted.push(Omission { operation: op.name.clone(), code: code.name(), message: message.clone() });
            }
            reason.is_none()
        });
    }
}

fn attempt(operations: &[OperationDef], report: &mut Report) -> (Names, FxHashMap<usize, (Code, String)>) {
    let mut found = Found::default();
    for (at, op) in operations.iter().enumerate() {
        let mut enclosing = Vec::new();
        for slot in op.params.iter().map(|param| &param.slot).chain(&op.result) {
            walk(slot, at, &mut enclosing, &mut found);
        }
    }
    let (names, clashes) = split(&found, operations, report);

    let mut broken = FxHashMap::default();
    let mut drop = |op: usize, slot: Option<&SlotDef>, code: Code, message: String| {
        let span = slot.map_or(operations[op].origin.span, |slot| slot.origin.span);
        report.push(Diagnostic::new(code, message.clone()).at(span).about(&operations[op].name));
        broken.entry(op).or_insert((code, message));
    };
    for (def, op) in clashes {
        drop(op, None, Code::N002, format!("two different structures want the name `{}`", names.of(def)));
    }
    let defined: FxHashSet<&TypeName> =
        if found.refs.is_empty() { FxHashSet::default() } else { found.records.iter().map(|(def, _)| names.of(def)).collect() };
    for (name, slot, op) in found.refs {
        if !defined.contains(name) {
            drop(op, Some(slot), Code::N003, format!("`{}` refers to the record `{name}`, which nothing defines", operations[op].name));
        }
    }
    (names, broken)
}

fn walk<'d>(slot: &'d SlotDef, op: usize, enclosing: &mut Vec<&'d TypeName>, found: &mut Found<'d>) {
    match &slot.shape {
        ShapeDef::Scalar(_) => {}
        ShapeDef::List(item) => walk(item, op, enclosing, found),
        ShapeDef::Record(def) => {
            found.records.push((def, op));
            enclosing.push(&def.name);
            def.fields.iter().for_each(|field| walk(&field.slot, op, enclosing, found));
            enclosing.pop();
        }
        ShapeDef::Ref(name) => {
            if !enclosing.contains(&name) {
                found.refs.push((name, slot, op));
            }
        }
    }
}

/// Finds the names that stand for different structures. Giving one up changes the names inside the records that hold it, so it is
/// repeated until nothing changes: at most once for each level of nesting.
fn split<'d>(found: &Found<'d>, operations: &[OperationDef], report: &mut Report) -> (Names, Vec<(&'d RecordDef, usize)>) {
    let mut names = Names::default();
    let mut round = 0;
    loop {
        let mut first: FxHashMap<&TypeName, (&RecordDef, usize)> = FxHashMap::default();
        let mut differing: Vec<(&RecordDef, usize, &RecordDef, usize, String)> = Vec::new();
        for &(def, op) in &found.records {
            let &mut (other, other_op) = first.entry(names.of(def)).or_insert((def, op));
            if let Some(what) = difference(other, def, &names) {
                differing.push((other, other_op, def, op, what));
            }
        }
        let before = names.split.len();
        let mut clashes = Vec::new();
        for (one, one_op, other, other_op, what) in differing {
            // Equal names by place cannot be told apart by place.
            let fresh: Vec<&RecordDef> =
                [one, other].into_iter().filter(|def| def.name != def.place && !names.split.contains(&def.name)).collect();
            if fresh.is_empty() {
                if one.place == other.place {
                    clashes.push((other, other_op));
                }
                continue;
            }
            // One finding for one name; and what splits later splits because of what it holds, which says nothing new.
            if round == 0 && !names.split.contains(&one.name) {
                let message = format!("`{}` describes different structures in `{}` and `{}`", one.name, one.place, other.place);
                let mut diagnostic =
                    Diagnostic::new(Code::N001, message).at(other.origin.span).about(&operations[other_op].name).note(what);
                if let Some(span) = one.origin.span.filter(|_| one.origin.span != other.origin.span) {
                    diagnostic = diagnostic.label(span, format!("as `{}` has it", operations[one_op].name));
                }
                report.push(diagnostic);
            }
            names.split.extend(fresh.into_iter().map(|def| def.name.clone()));
        }
        if names.split.len() == before {
            return (names, clashes);
        }
        round += 1;
    }
}

/// The first difference between two records of one name, in words. Records inside them are compared by name: they have their own turn.
fn difference(one: &RecordDef, other: &RecordDef, names: &Names) -> Option<String> {
    if std::ptr::eq(one, other) {
        return None;
    }
    let pairs = one.fields.iter().zip(&other.fields);
    for (a, b) in pairs {
        if a.name != b.name {
            return Some(format!("Where one has the field `{}`, the other has `{}`.", a.name, b.name));
        }
        if let Some(what) = slot_difference(&a.slot, &b.slot, names) {
            return Some(format!("The field `{}` differs in its {what}.", a.name));
        }
    }
    let more: Option<&FieldDef> = one.fields.get(other.fields.len()).or(other.fields.get(one.fields.len()));
    more.map(|field| format!("Only one of them has the field `{}`.", field.name))
}

fn slot_difference(a: &SlotDef, b: &SlotDef, names: &Names) -> Option<&'static str> {
    match () {
        () if a.presence != b.presence => Some("presence or default"),
        () if a.nullable != b.nullable => Some("nullability"),
        () if a.doc != b.doc => Some("documentation"),
        () if a.site_shaped != b.site_shaped => Some("dependence on the site"),
        () if a.origin != b.origin => Some("origin"),
        () => match (&a.shape, &b.shape) {
            (ShapeDef::Scalar(a), ShapeDef::Scalar(b)) => (a != b).then_some("type"),
            (ShapeDef::List(a), ShapeDef::List(b)) => slot_difference(a, b, names),
            (ShapeDef::Record(a), ShapeDef::Record(b)) => (names.of(a) != names.of(b)).then_some("record"),
            // A reference to a split name means whatever encloses it, which differs from place to place.
            (ShapeDef::Ref(a), ShapeDef::Ref(b)) => (a != b || names.split.contains(a)).then_some("record"),
            (ShapeDef::Ref(name), ShapeDef::Record(def)) | (ShapeDef::Record(def), ShapeDef::Ref(name)) => {
                (names.of(def) != name).then_some("record")
            }
            (ShapeDef::Scalar(_) | ShapeDef::List(_) | ShapeDef::Record(_) | ShapeDef::Ref(_), _) => Some("kind of value"),
        },
    }
}
