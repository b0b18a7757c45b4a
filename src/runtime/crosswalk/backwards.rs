//! Runs the crosswalk backwards: which operation does what a call of a function of Moodle asks for.
//!
//! In: a call of a function. Out: an operation of the other family with the arguments for which its program would make exactly this call,
//! once or, where the function takes a list, once for each item; and what the function answers when the operation has answered.
//!
//! Only mappings that are exact are run so. A program is followed with names in the place of values: conditions that its arguments decide
//! are decided, reading calls beside the one in question are left to the operation, which looks things up itself, and any other write, or
//! a call within a loop, makes the program none for this. Arguments are guessed from the shape of the call and then proved: put into the
//! program, they must give the call. An answer is proved likewise: the program must make of it what the operation gave.
//!
//! Where a program looks things up before it writes, its operation is found by [rehearsal](rehearsed) instead.

mod follow;
mod invert;
mod rehearsal;
#[cfg(test)]
mod tests;

use mwsc_contract::crosswalk::{Action, Crosswalk, Expr, How, Program, Verdict};
use mwsc_contract::site::Site;
use mwsc_contract::validate::Validator;
use mwsc_contract::value::Map;
use mwsc_contract::{Manifest, Operation, Presence, Shape, Slot, Value};

use super::convert::equal;
use super::eval::eval;
use super::scope::{Fuel, Scope};
use crate::blank::blank;
pub use rehearsal::{Rehearsed, rehearsed};

use follow::{Called, Followed, follow, is_unknown, mentions, parameter};

/// What an operation may be asked to do backwards, in steps of evaluation.
const STEPS: u64 = 1_000_000;

/// Name of the table with what structures of Moodle have beside what records tell.
const UNSAID: &str = "unsaid";

/// An operation that does what a call asks for.
#[derive(Debug)]
pub struct Backwards<'m> {
    /// Its name.
    pub operation: &'m str,
    /// Its arguments, checked; for each time that it is to be done.
    pub args: Vec<Map>,
    /// What it gives, of the answer that the function gives.
    gives: Expr,
    /// Name of that answer.
    answer: String,
    everywhere: Map,
}

/// The operation that does what a call of a function asks for. `everywhere` holds what every program knows.
pub fn operation<'m>(manifest: &'m Manifest, function: &str, args: &Map, everywhere: &Map) -> Option<Backwards<'m>> {
    let description = manifest.operations.get(function)?;
    exact(&manifest.crosswalk).find_map(|(name, program)| {
        let operation = manifest.operations.get(name)?;
        let known = |args: &Map| {
            let names = args.iter().map(|(name, value)| (parameter(name), value.clone()));
            everywhere.iter().map(|(name, value)| (name.clone(), value.clone())).chain(names).collect::<Map>()
        };
        let open = follow(program, operation, None).ok()?;
        open.calls.iter().filter(|call| call.function == function).find_map(|call| {
            let guessed = invert::arguments(&pattern(call), &Value::from(args.clone()));
            // What the call does not tell has its default, or is blank.
            [Unsaid::Default, Unsaid::Blank].into_iter().find_map(|unsaid| {
                let guessed: Vec<Map> =
                    guessed.iter().map(|guess| complete(manifest, operation, guess.clone(), unsaid)).collect::<Option<_>>()?;
                let proved: Vec<(Followed, Value)> =
                    guessed.iter().map(|guess| proved(program, operation, function, &known(guess))).collect::<Option<_>>()?;
                let made = merged(proved.iter().map(|(_, made)| made))?;
                if !same_arguments(manifest, description, args, made.as_map()?) {
                    return None;
                }
                let followed = proved.into_iter().next()?.0;
                let answer = followed.calls.iter().find(|call| call.function == function)?.answer.clone();
                let everywhere = known(guessed.first()?);
                let found = Backwards { operation: name, args: guessed, gives: followed.result, answer, everywhere };
                (found.args.len() == 1 || !mentions(&found.gives, &found.answer)).then_some(found)
            })
        })
    })
}

/// What a parameter has of which a call tells nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unsaid {
    Default,
    Blank,
}

/// Functions of which some calls can be answered backwards.
pub fn functions(manifest: &Manifest) -> Vec<String> {
    let of = |(name, program): (&str, &Program)| {
        let followed = manifest.operations.get(name).and_then(|operation| follow(program, operation, None).ok());
        followed.into_iter().flat_map(|followed| followed.calls).filter(|call| call.is_told).map(|call| call.function).collect::<Vec<_>>()
    };
    exact(&manifest.crosswalk).flat_map(of).chain(rehearsal::functions(manifest)).collect()
}

/// Whether a mapping that is exact calls a function.
pub fn is_mapped(manifest: &Manifest, function: &str) -> bool {
    fn calls(program: &Program, function: &str) -> bool {
        program.steps.iter().any(|step| match &step.action {
            Action::Read(call) | Action::Write(call) => call.function == function,
            Action::Run(inner) => calls(inner, function),
            Action::Set(_) | Action::Fail(_) | Action::Missing(_) => false,
        })
    }
    exact(&manifest.crosswalk).any(|(_, program)| calls(program, function))
}

impl Backwards<'_> {
    /// What the function answers, when that is known before the operation is carried out.
    pub fn foretold(&self, manifest: &Manifest, result: Option<&Slot>) -> Option<Value> {
        if is_unknown(&self.gives) {
            return None;
        }
        self.answer(manifest, result, &value(&self.gives, &self.everywhere)?)
    }

    /// What the function answers when the operation gave this; `None` when that does not tell it.
    pub fn answer(&self, manifest: &Manifest, result: Option<&Slot>, given: &Value) -> Option<Value> {
        let Some(slot) = result else { return Some(Value::Null) };
        let unsaid = manifest.crosswalk.tables.get(UNSAID).and_then(Value::as_map);
        let answer = filled(manifest, slot, invert::answer(&self.gives, &self.answer, given).unwrap_or_default(), unsaid);
        let mut known = self.everywhere.clone();
        known.insert(self.answer.clone(), answer.clone());
        let forward = value(&self.gives, &known)?;
        let fits = Validator::new(manifest, &Site::default()).answer(slot, answer.clone()).is_ok();
        (fits && alike(&forward, given)).then_some(answer)
    }
}

/// Programs of the mappings that are exact, by operation. Only the newest variant of each counts.
fn exact(crosswalk: &Crosswalk) -> impl Iterator<Item = (&str, &Program)> {
    crosswalk.operations.iter().filter_map(|(name, entry)| {
        let variant = entry.on(None).filter(|variant| variant.verdict == Verdict::Exact)?;
        match &variant.how {
            How::Calls(program) => Some((name.as_str(), program)),
            How::Plugin(_) | How::Runtime => None,
        }
    })
}

/// The arguments of an operation as its description has them, when nothing that is needed is missing.
fn complete(manifest: &Manifest, operation: &Operation, mut guess: Map, unsaid: Unsaid) -> Option<Map> {
    let params = || operation.params.iter().filter(|param| param.session.is_none());
    for param in params().filter(|_| unsaid == Unsaid::Blank) {
        if let (Shape::Scalar(scalar), None) = (&param.slot.shape, guess.get(&param.name)) {
            guess.insert(param.name.clone(), blank(&param.name, scalar.kind));
        }
    }
    guess.retain(|name, value| *value != Value::Null && params().any(|param| param.name == *name));
    let needed = params().all(|param| param.slot.presence != Presence::Required || guess.contains_key(&param.name));
    needed.then(|| Validator::new(manifest, &Site::default()).sparse().arguments(operation, guess).ok()).flatten()
}

/// The arguments of a call as one expression.
fn pattern(call: &Called) -> Expr {
    Expr::Record(call.with.iter().map(|(name, expr)| (name.clone(), expr.clone())).collect())
}

/// What a program does with arguments: one call of the function, no other write. With the arguments of that call.
fn proved(program: &Program, operation: &Operation, function: &str, known: &Map) -> Option<(Followed, Value)> {
    let followed = follow(program, operation, Some(known)).ok()?;
    let mut calls = followed.calls.iter().filter(|call| call.function == function);
    let call = calls.next()?;
    if calls.next().is_some() || followed.calls.iter().any(|other| other.writes && other.function != function) {
        return None;
    }
    let made = value(&pattern(call), known)?;
    Some((followed, made))
}

/// The value of an expression, unless that takes too much work.
fn value(expr: &Expr, known: &Map) -> Option<Value> {
    Some(eval(expr, &Scope::everywhere(known), &mut Fuel::new(STEPS)).ok()?.into_owned())
}

/// The arguments of several calls as those of one: lists follow each other, all else is equal.
fn merged<'v>(mut calls: impl Iterator<Item = &'v Value>) -> Option<Value> {
    let first = calls.next()?.as_map()?.clone();
    let all = calls.try_fold(first, |mut all, call| {
        for (name, value) in call.as_map()? {
            match (all.get_mut(name)?, value) {
                (Value::List(known), Value::List(more)) => known.extend(more.iter().cloned()),
                (known, value) if known == value => {}
                _ => return None,
            }
        }
        Some(all)
    });
    all.map(Value::from)
}

/// Whether a call that is made is the one that was asked for. What was asked for and is not sent must be what Moodle then has.
fn same_arguments(manifest: &Manifest, description: &Operation, asked: &Map, made: &Map) -> bool {
    let fields = description.params.iter().filter(|param| param.session.is_none());
    made.keys().all(|name| asked.contains_key(name)) && same_fields(manifest, fields, asked, made)
}

fn same_fields<'f>(manifest: &Manifest, mut fields: impl Iterator<Item = &'f mwsc_contract::Field>, asked: &Map, made: &Map) -> bool {
    fields.all(|field| match (asked.get(&field.name), made.get(&field.name), &field.slot.presence) {
        (Some(asked), Some(made), _) => same(manifest, &field.slot, asked, made),
        (Some(asked), None, Presence::Default(value)) => alike(asked, value),
        (asked, None, _) => asked.is_none_or(|asked| *asked == Value::Null),
        (None, Some(_), _) => false,
    })
}

fn same(manifest: &Manifest, slot: &Slot, asked: &Value, made: &Value) -> bool {
    match (&slot.shape, asked, made) {
        (Shape::List(item), Value::List(asked), Value::List(made)) => {
            asked.len() == made.len() && asked.iter().zip(made).all(|(asked, made)| same(manifest, item, asked, made))
        }
        (Shape::Record(name), Value::Map(asked), Value::Map(made)) => {
            let fields = manifest.records.get(name).map(|record| record.fields.as_slice()).unwrap_or_default();
            same_fields(manifest, fields.iter(), asked, made)
        }
        _ => alike(asked, made),
    }
}

/// Whether two values read alike, down to the last. A field that is null is one that is absent.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other)),
        (Value::Map(one), Value::Map(other)) => {
            let within = |one: &Map, other: &Map| {
                one.iter().all(|(name, value)| *value == Value::Null || other.get(name).is_some_and(|other| alike(value, other)))
            };
            within(one, other) && within(other, one)
        }
        _ => equal(one, other),
    }
}

/// An answer with what no record tells, as far as that is always the same.
fn filled(manifest: &Manifest, slot: &Slot, value: Value, unsaid: Option<&Map>) -> Value {
    match (&slot.shape, value) {
        (Shape::List(item), Value::List(items)) => Value::List(items.into_iter().map(|one| filled(manifest, item, one, unsaid)).collect()),
        (Shape::Record(name), Value::Map(map)) => {
            let mut map = std::sync::Arc::unwrap_or_clone(map);
            for field in manifest.records.get(name).into_iter().flat_map(|record| &record.fields) {
                match map.shift_remove(&field.name) {
                    Some(value) => drop(map.insert(field.name.clone(), filled(manifest, &field.slot, value, unsaid))),
                    None => map.extend(unsaid.and_then(|unsaid| unsaid.get(&field.name)).map(|value| (field.name.clone(), value.clone()))),
                }
            }
            map.into()
        }
        (Shape::Record(_), Value::Null) if !slot.nullable => filled(manifest, slot, Map::new().into(), unsaid),
        (_, value) => value,
    }
}
