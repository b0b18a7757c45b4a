//! What becomes of every parameter and field of an operation: the same, converted, constant, lost. Nothing may be left out.

use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Fate, FieldFate, Verdict};

use super::check::{Flow, Walk};
use super::source::{Map, Variant};
use super::ty::{Made, Ty, Typed};
use crate::ir::{NameBase, OpId, ScalarKind, Schema, Type, TypeId};
use crate::report::{Code, Diagnostic, Report};

/// The name of a record without what stands before it.
pub fn record_name(schema: &Schema, ty: TypeId) -> Option<&str> {
    match &schema.record(ty)?.name.base {
        NameBase::Class(class) => Some(class.rsplit('\\').next().unwrap_or(class)),
        NameBase::Method(..) | NameBase::Params(_) | NameBase::Result(_) => None,
    }
}

/// Holds a map against its record: each field is mapped or lost, and each is one.
pub fn check_map(name: &str, map: &Map, schema: &Schema, report: &mut Report) {
    let Some(record) = schema.records().find(|&ty| record_name(schema, ty) == Some(&map.record)) else { return };
    for field in schema.fields(record).filter(|field| field.name != "error") {
        let message = match (map.fields.contains_key(&field.name), map.lost.contains_key(&field.name)) {
            (false, false) => format!("the map `{name}` does not say what becomes of `{}.{}`", map.record, field.name),
            (true, true) => format!("the map `{name}` both has and loses `{}.{}`", map.record, field.name),
            (true, false) | (false, true) => continue,
        };
        report.push(Diagnostic::new(Code::X020, message).at(map.span));
    }
    let fields = map.fields.iter().map(|(field, value)| (field, value.span)).chain(map.lost.iter().map(|(field, why)| (field, why.span)));
    for (field, span) in fields.filter(|(field, _)| !schema.fields(record).any(|found| found.name == **field)) {
        report.push(Diagnostic::new(Code::X021, format!("`{}` has no field `{field}`", map.record)).at(span));
    }
}

/// What becomes of what a caller sends.
pub fn of_params(walk: &mut Walk<'_, '_>, variant: &Variant, schema: &Schema, op: OpId) -> Vec<FieldFate> {
    let mut paths = Vec::new();
    for param in schema.arguments(op) {
        leaves(schema, param.slot.ty, &param.name, &mut paths);
    }
    let mut fates = Vec::new();
    for path in paths {
        let fate = if let Some(why) = walk.lost.get(&path) {
            Fate::Lost(why.clone())
        } else if let Some(why) = walk.ignored.get(&path) {
            Fate::Ignored(why.clone())
        } else if walk.inference.replaced.contains(&path) {
            Fate::Ignored("the operation says it".to_owned())
        } else if let Some(flow) = walk.flows.get(&path) {
            match flow {
                Flow::Same(to) => Fate::Same(to.clone()),
                Flow::Converted(how) => Fate::Converted(how.clone()),
            }
        } else if walk.inference.used.contains(&path) {
            Fate::Decides
        } else {
            walk.inference.report_operation(Code::X023, format!("it is not said what becomes of `{path}`"), variant.span);
            continue;
        };
        fates.push(FieldFate { path, fate });
    }
    fates
}

/// Paths of the values in a parameter. Lists add nothing to a path.
fn leaves(schema: &Schema, ty: TypeId, path: &str, out: &mut Vec<String>) {
    match schema.ty(ty) {
        Type::Scalar(_) => out.push(path.to_owned()),
        Type::List => {
            if let Some(item) = schema.item(ty) {
                leaves(schema, item.ty, path, out);
            }
        }
        // Records within records are named by the outer one.
        Type::Record(_) if path.matches('.').count() > 1 => out.push(path.to_owned()),
        Type::Record(_) => {
            for field in schema.fields(ty) {
                leaves(schema, field.slot.ty, &format!("{path}.{}", field.name), out);
            }
        }
    }
}

/// What becomes of what a caller gets.
pub fn of_result(walk: &mut Walk<'_, '_>, variant: &Variant, schema: &Schema, op: OpId, given: &Typed<'_>) -> Vec<FieldFate> {
    let mut fates = Vec::new();
    if let Some(slot) = schema.result(op) {
        let mut yields = Yields { walk, variant, schema, within: Vec::new(), fates: &mut fates };
        yields.value(given, slot.ty, "return");
    }
    fates
}

struct Yields<'y, 'w, 'c, 's> {
    walk: &'w mut Walk<'c, 's>,
    variant: &'y Variant,
    schema: &'y Schema,
    /// Records that the value lies in; they may contain themselves.
    within: Vec<TypeId>,
    fates: &'y mut Vec<FieldFate>,
}

impl Yields<'_, '_, '_, '_> {
    fn value(&mut self, given: &Typed<'_>, ty: TypeId, path: &str) {
        let given = given.open();
        match (self.schema.ty(ty), &given.ty) {
            (Type::List, Ty::List(item)) => {
                if let Some(slot) = self.schema.item(ty) {
                    self.value(item, slot.ty, path);
                }
            }
            (Type::Record(_), Ty::Record(_)) => self.record(&given, ty, path),
            // Without a tree it is not known whether a function answers with one record or with several.
            (Type::List, Ty::Record(_)) if self.walk.moodle.is_none() => {
                if let Some(slot) = self.schema.item(ty) {
                    self.value(&given, slot.ty, path);
                }
            }
            (Type::Scalar(_) | Type::Record(_) | Type::List, Ty::Null | Ty::Unknown) => self.fate(path, &given.made),
            (Type::Scalar(scalar), Ty::Scalar(kind)) => {
                if !same_kind(scalar.kind, *kind) {
                    let message = format!("`{path}` is of the kind {} and gets one of the kind {}", scalar.kind.word(), kind.word());
                    self.report(Code::X022, message);
                }
                self.fate(path, &given.made);
            }
            (Type::Scalar(_) | Type::Record(_) | Type::List, _) => {
                self.report(Code::X022, format!("`{path}` gets something of another shape"));
            }
        }
    }

    fn record(&mut self, given: &Typed<'_>, ty: TypeId, path: &str) {
        if self.within.contains(&ty) {
            return;
        }
        let Ty::Record(record) = &given.ty else { return };
        self.within.push(ty);
        for field in self.schema.fields(ty).filter(|field| field.name != "error") {
            let path = format!("{path}.{}", field.name);
            let lost = self.variant.lost.get(&path).map(|why| &why.it).or_else(|| {
                let maps = record.maps.iter().filter_map(|map| self.walk.inference.crosswalk.maps.get(map));
                maps.filter_map(|map| map.lost.get(&field.name)).map(|why| &why.it).next()
            });
            match (record.known.get(&field.name), lost) {
                (Some(value), _) => self.value(value, field.slot.ty, &path),
                (None, Some(why)) => self.fates.push(FieldFate { path, fate: Fate::Lost(why.clone()) }),
                // Where a map made it, the map was held against the record already.
                (None, None) if record.maps.is_empty() => self.report(Code::X020, format!("it is not said what becomes of `{path}`")),
                (None, None) => {}
            }
        }
        for name in record.known.keys().filter(|name| !self.schema.fields(ty).any(|field| field.name == **name)) {
            self.report(Code::X021, format!("`{path}` has no field `{name}`"));
        }
        self.within.pop();
    }

    fn fate(&mut self, path: &str, made: &Made) {
        let fate = match made {
            Made::Same(place) => Fate::Same(place.to_string()),
            Made::Converted { how, .. } => Fate::Converted(how.clone()),
            Made::Constant(Value::Null) => Fate::Lost("there is nothing for it".to_owned()),
            Made::Constant(value) => Fate::Constant(value.clone()),
            Made::Lost(why) => Fate::Lost(why.clone()),
            Made::Anyhow => Fate::Converted("by the steps".to_owned()),
        };
        self.fates.push(FieldFate { path: path.to_owned(), fate });
    }

    fn report(&mut self, code: Code, message: String) {
        self.walk.inference.report_operation(code, message, self.variant.span);
    }
}

/// Whether a value of a kind is taken where another one is declared.
fn same_kind(declared: ScalarKind, given: ScalarKind) -> bool {
    declared == given || (declared == ScalarKind::Float && given == ScalarKind::Int)
}

/// How well an operation is served, by what becomes of its fields.
pub fn verdict(fates: &[FieldFate]) -> Verdict {
    let of = |fate: &Fate| match fate {
        Fate::Same(_) | Fate::Constant(_) | Fate::Decides | Fate::Ignored(_) => Verdict::Exact,
        Fate::Converted(_) => Verdict::Converts,
        Fate::Lost(_) => Verdict::Loses,
    };
    fates.iter().map(|field| of(&field.fate)).max().unwrap_or(Verdict::Exact)
}
