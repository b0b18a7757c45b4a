//! Follows the steps of a variant: what is called with what, and what comes out.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::crosswalk::Expr;

use super::infer::{Inference, Names};
use super::source::{Action, At, Body, Step};
use super::ty::{Fields, Made, Place, Ty, Typed};
use crate::ir::{OpId, Presence, ScalarKind, Schema, TypeId};
use crate::report::Code;

/// What becomes of what a caller sends, where it is passed on.
#[derive(Debug, Clone, PartialEq)]
pub enum Flow {
    /// As it is; to where.
    Same(String),
    /// Converted; how.
    Converted(String),
}

/// A walk over the steps of one variant.
pub struct Walk<'c, 's> {
    pub inference: Inference<'c>,
    /// The functions of the tree, if there is one.
    pub moodle: Option<&'s Schema>,
    /// Where parameters go, by their path.
    pub flows: IndexMap<String, Flow>,
    /// Fields of parameters for which there is nothing, and why.
    pub lost: IndexMap<String, String>,
    /// Fields of parameters that never had an effect, and why.
    pub ignored: IndexMap<String, String>,
    /// Functions that the tree does not have.
    pub absent: IndexSet<String>,
}

impl<'s> Walk<'_, 's> {
    /// The type of what steps and a result give. `names` are those with which they begin.
    pub fn body(&mut self, body: &Body, mut names: Names<'s>) -> Typed<'s> {
        for step in &body.steps {
            let out = self.step(step, &names);
            if let Some(name) = &step.name {
                // A step that is not done leaves what an earlier one gave.
                let before = names.get(name).filter(|_| step.when.is_some() && step.each.is_none());
                let out = before.map_or_else(|| out.clone(), |before| before.or(&out));
                names.insert(name.clone(), out);
            }
        }
        self.expr(&body.result, &names)
    }

    fn step(&mut self, step: &Step, names: &Names<'s>) -> Typed<'s> {
        let mut names = names.clone();
        if let Some((item, of)) = &step.each {
            let of = self.expr(of, &names);
            names.insert(item.clone(), of.item());
        }
        if let Some(when) = &step.when {
            self.expr(when, &names);
        }
        let mut out = self.action(&step.action, &names);
        if let Some(give) = &step.give {
            names.insert("answer".to_owned(), out);
            out = self.expr(give, &names);
        }
        if step.attempt {
            out = out.or(&failed());
        }
        if step.each.is_some() { out.listed() } else { out }
    }

    fn action(&mut self, action: &Action, names: &Names<'s>) -> Typed<'s> {
        match action {
            Action::Call { reads, function, with } => self.call(*reads, function, with, names),
            Action::Set(value) => self.expr(value, names),
            Action::Fail(message) | Action::Missing(message) => {
                self.expr(message, names);
                Typed::new(Ty::Null)
            }
            Action::Use { routine, with } => {
                let given: Names<'s> = with.iter().map(|(name, value)| (name.clone(), self.expr(value, names))).collect();
                let crosswalk = self.inference.crosswalk;
                let Some(found) = crosswalk.routines.get(&routine.it) else { return Typed::unknown() };
                for (said, of) in [(&found.lost, &mut self.lost), (&found.ignored, &mut self.ignored)] {
                    let paths = said.iter().filter_map(|(path, why)| Some((outside(path, &given)?, why.it.clone())));
                    of.extend(paths);
                }
                let mut inside: Names<'s> = everywhere(&self.inference);
                inside.extend(given);
                self.body(&found.body, inside)
            }
        }
    }

    fn call(&mut self, reads: bool, function: &At<String>, with: &IndexMap<String, At<Expr>>, names: &Names<'s>) -> Typed<'s> {
        let name = &function.it;
        let given: Vec<(&String, &At<Expr>, Typed<'s>)> = with.iter().map(|(name, value)| (name, value, self.expr(value, names))).collect();
        let answer = Made::Same(Place::Answer { function: name.clone(), path: String::new() });
        let Some(moodle) = self.moodle else {
            for (param, _, value) in &given {
                self.passes(value, &format!("{name}: {param}"));
            }
            return Typed { ty: Ty::Unknown, made: answer };
        };
        let Some(op) = moodle.operation_by_name(name) else {
            self.inference.span = Some(function.span);
            let message = format!("Moodle {} has no function `{name}`", self.inference.release);
            self.inference.report(Code::X010, message);
            self.absent.insert(name.clone());
            return Typed { ty: Ty::Unknown, made: answer };
        };
        self.arguments(moodle, op, function, &given);
        let kind = moodle.operation(op).meta.kind.as_deref();
        if matches!(kind, Some("read" | "write")) && reads != (kind == Some("read")) {
            self.inference.span = Some(function.span);
            let message = format!("`{name}` is declared as one that {}", if reads { "writes" } else { "reads" });
            self.inference.report(Code::X014, message);
        }
        match moodle.result(op) {
            Some(slot) => Typed { ty: Ty::Of(moodle, slot.ty), made: answer },
            None => Typed { ty: Ty::Null, made: answer },
        }
    }

    /// Holds the arguments of a call against the function's parameters.
    fn arguments(&mut self, moodle: &'s Schema, op: OpId, function: &At<String>, given: &[(&String, &At<Expr>, Typed<'s>)]) {
        let name = &function.it;
        for (param, value, typed) in given {
            self.inference.span = Some(value.span);
            match moodle.params(op).find(|found| found.name == **param) {
                Some(found) => self.fits(typed, moodle, found.slot.ty, &format!("{name}: {param}")),
                None => self.unknown_argument(name, param, typed),
            }
        }
        for param in moodle.params(op).filter(|param| param.slot.presence == Presence::Required) {
            if !given.iter().any(|(name, ..)| **name == param.name) {
                self.inference.span = Some(function.span);
                self.inference.report(Code::X013, format!("`{name}` wants `{}`, which it is not given", param.name));
            }
        }
    }

    fn unknown_argument(&mut self, function: &str, argument: &str, value: &Typed<'s>) {
        let message = format!("`{function}` of Moodle {} takes no `{argument}`", self.inference.release);
        self.inference.report(Code::X011, message);
        for place in value.made.places() {
            if let Place::Param(path) = place {
                self.lost.insert(path, format!("Moodle {} takes none", self.inference.release));
            }
        }
    }

    /// Holds a value against the type that it is sent as.
    fn fits(&mut self, value: &Typed<'s>, moodle: &'s Schema, ty: TypeId, path: &str) {
        let value = value.open();
        let target = Typed::new(Ty::Of(moodle, ty)).open();
        match (&value.ty, &target.ty) {
            (Ty::List(item), Ty::List(_)) => {
                if let Some(slot) = moodle.item(ty) {
                    self.fits(item, moodle, slot.ty, path);
                }
            }
            (Ty::Record(given), Ty::Record(_)) => {
                for (key, value) in &given.known {
                    match moodle.fields(ty).find(|field| field.name == *key) {
                        Some(field) => self.fits(value, moodle, field.slot.ty, &format!("{path}.{key}")),
                        None => self.unknown_argument(path, key, value),
                    }
                }
                let wanted = moodle.fields(ty).filter(|field| field.slot.presence == Presence::Required);
                for field in wanted.filter(|field| !given.open && !given.known.contains_key(&field.name)) {
                    self.inference.report(Code::X013, format!("`{path}` wants `{}`, which it is not given", field.name));
                }
            }
            (Ty::Scalar(_), Ty::Scalar(_)) | (Ty::Unknown | Ty::Null, _) => self.passes(&value, path),
            (_, target) => {
                let wanted = match target {
                    Ty::List(_) => "a list",
                    Ty::Record(_) => "a record",
                    Ty::Scalar(_) | Ty::Unknown | Ty::Null | Ty::Index(_) | Ty::Of(..) => "a value",
                };
                self.inference.report(Code::X022, format!("`{path}` takes {wanted}"));
            }
        }
    }

    /// Notes that a value is passed on.
    pub fn passes(&mut self, value: &Typed<'s>, to: &str) {
        match &value.open().ty {
            Ty::List(item) => self.passes(item, to),
            Ty::Record(record) => {
                for (name, field) in &record.known {
                    self.passes(field, &format!("{to}.{name}"));
                }
            }
            Ty::Scalar(_) | Ty::Unknown | Ty::Null | Ty::Index(_) | Ty::Of(..) => match &value.made {
                Made::Same(Place::Param(path)) => {
                    self.inference.used.insert(path.clone());
                    self.flows.insert(path.clone(), Flow::Same(to.to_owned()));
                }
                Made::Converted { how, of } => {
                    for place in of {
                        if let Place::Param(path) = place {
                            self.flows.entry(path.clone()).or_insert_with(|| Flow::Converted(how.clone()));
                        }
                    }
                }
                Made::Same(Place::Answer { .. }) | Made::Anyhow | Made::Constant(_) | Made::Lost(_) => {}
            },
        }
    }

    fn expr(&mut self, value: &At<Expr>, names: &Names<'s>) -> Typed<'s> {
        self.inference.span = Some(value.span);
        self.inference.infer(&value.it, names)
    }
}

/// What every program knows: the caller, the time, the tables.
pub fn everywhere<'s>(inference: &Inference<'_>) -> Names<'s> {
    let scalar = |kind: ScalarKind| Typed::new(Ty::Scalar(kind));
    let caller = Fields {
        known: [("id".to_owned(), scalar(ScalarKind::Int)), ("username".to_owned(), scalar(ScalarKind::String))].into(),
        ..Fields::default()
    };
    let tables = inference.crosswalk.tables.iter().map(|(name, value)| (name.clone(), Typed::new(super::infer::of_value(value))));
    let known = [("caller".to_owned(), Typed::new(Ty::Record(Rc::new(caller)))), ("now".to_owned(), scalar(ScalarKind::Int))];
    known.into_iter().chain(tables).collect()
}

/// What a step gives that may fail.
fn failed<'s>() -> Typed<'s> {
    let error = Typed::converted(Ty::Scalar(ScalarKind::String), "the message of what failed", IndexSet::new());
    Typed::new(Ty::Record(Rc::new(Fields { known: [("error".to_owned(), error)].into(), ..Fields::default() })))
}

/// The path of a parameter of the operation that a routine knows by another name; `None` when it is none.
fn outside(path: &str, given: &Names<'_>) -> Option<String> {
    let (name, rest) = path.split_once('.').map_or((path, ""), |(name, rest)| (name, rest));
    match &given.get(name)?.made {
        Made::Same(Place::Param(of)) if rest.is_empty() => Some(of.clone()),
        Made::Same(Place::Param(of)) => Some(format!("{of}.{rest}")),
        _ => None,
    }
}
