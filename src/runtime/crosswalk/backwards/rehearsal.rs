//! Finds an operation by rehearsal: programs that look things up before they write cannot be followed with names alone.
//!
//! Arguments are guessed from the values of the call, and the program is run with them: what it reads is answered, what it writes is only
//! noted. An operation is found when it would write exactly what was asked for and nothing else. So a rehearsal changes nothing, and a
//! wrong guess costs nothing but time, which is bounded.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use mwsc_contract::crosswalk::{Action, Program};
use mwsc_contract::schema::{Access, Kind};
use mwsc_contract::site::Site;
use mwsc_contract::validate::Validator;
use mwsc_contract::value::Map;
use mwsc_contract::{Manifest, Operation, Presence, Shape, Value};

use super::follow::follow;
use super::{UNSAID, Unsaid, complete, exact, filled, invert, pattern, same_arguments};
use crate::crosswalk::convert::{equal, text};
use crate::crosswalk::{Functions, Limits, run};
use crate::dispatch::Failure;

/// What one rehearsal may take.
const LIMITS: Limits = Limits { calls: 50, at_once: 1, steps: 1_000_000 };

/// How many guesses are tried for an item of a call, of each operation.
const GUESSES: usize = 64;

/// Rehearsals of an operation for all items of a call: for the first item as many as there are guesses, for each more few.
const RUNS_EACH: usize = 4;

/// Name of the table with the fields of functions that change nothing, whatever they hold.
const IDLE: &str = "idle";

/// An operation that was found.
#[derive(Debug)]
pub struct Rehearsed<'m> {
    /// Its name.
    pub operation: &'m str,
    /// Its arguments, checked; for each time that it is to be done.
    pub args: Vec<Map>,
    /// What the function answers when it is done.
    pub answer: Value,
}

/// The operation that does what a call of a writing function asks for. `reads` answers what programs look up.
pub async fn rehearsed<'m>(
    manifest: &'m Manifest,
    function: &str,
    args: &Map,
    everywhere: &Map,
    reads: &dyn Functions,
) -> Option<Rehearsed<'m>> {
    let description = manifest.operations.get(function)?;
    let answer = answer(manifest, description)?;
    let items = items(args);
    for (name, program) in exact(&manifest.crosswalk).filter(|(_, program)| writes(program, function)) {
        let Some(operation) = manifest.operations.get(name) else { continue };
        let stage = Stage { manifest, function, description, operation, program, everywhere, reads };
        if let Some(args) = stage.all(&items).await {
            return Some(Rehearsed { operation: name, args, answer });
        }
    }
    None
}

/// Functions that programs of exact mappings write with.
pub fn functions(manifest: &Manifest) -> Vec<String> {
    let mut out: Vec<String> = exact(&manifest.crosswalk).flat_map(|(_, program)| written_by(program)).map(str::to_owned).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn writes(program: &Program, function: &str) -> bool {
    written_by(program).contains(&function)
}

fn written_by(program: &Program) -> Vec<&str> {
    fn of(action: &Action) -> Vec<&str> {
        match action {
            Action::Write(call) => vec![call.function.as_str()],
            Action::Run(inner) => written_by(inner),
            Action::Read(_) | Action::Set(_) | Action::Fail(_) | Action::Missing(_) => Vec::new(),
        }
    }
    program.steps.iter().flat_map(|step| of(&step.action)).collect()
}

/// What a function answers that has done what it was asked for, when that is always the same.
fn answer(manifest: &Manifest, description: &Operation) -> Option<Value> {
    let Some(slot) = &description.result else { return Some(Value::Null) };
    let unsaid = manifest.crosswalk.tables.get(UNSAID).and_then(Value::as_map);
    let answer = filled(manifest, slot, Value::Null, unsaid);
    Validator::new(manifest, &Site::default()).answer(slot, answer.clone()).is_ok().then_some(answer)
}

/// The calls of which a call consists that takes one list: one for each of its items.
fn items(args: &Map) -> Vec<Map> {
    let mut lists = args.iter().filter_map(|(name, value)| Some((name, value.as_list()?)));
    match (lists.next(), lists.next()) {
        (Some((name, list)), None) => list
            .iter()
            .map(|item| {
                let mut one = args.clone();
                one.insert(name.clone(), Value::List(vec![item.clone()]));
                one
            })
            .collect(),
        _ => vec![args.clone()],
    }
}

/// An operation that may be meant.
struct Stage<'s> {
    manifest: &'s Manifest,
    function: &'s str,
    description: &'s Operation,
    operation: &'s Operation,
    program: &'s Program,
    everywhere: &'s Map,
    reads: &'s dyn Functions,
}

impl Stage<'_> {
    /// The arguments for each item. The operation has to do all of them; of nothing it does nothing.
    async fn all(&self, items: &[Map]) -> Option<Vec<Map>> {
        let mut runs = GUESSES + RUNS_EACH * items.len();
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.push(self.one(item, &mut runs).await?);
        }
        Some(out)
    }

    async fn one(&self, asked: &Map, runs: &mut usize) -> Option<Map> {
        for guess in self.guesses(asked) {
            *runs = runs.checked_sub(1)?;
            let Some(args) = complete(self.manifest, self.operation, guess, Unsaid::Default) else { continue };
            if self.makes(asked, &args).await {
                return Some(args);
            }
        }
        None
    }

    /// Whether the program makes the call that was asked for, and writes nothing else.
    async fn makes(&self, asked: &Map, args: &Map) -> bool {
        let rehearsal = Rehearsal { reads: self.reads, written: Mutex::default() };
        if run::run(self.program, args.clone(), self.everywhere, LIMITS, &rehearsal).await.is_err() {
            return false;
        }
        let written = rehearsal.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let idle = self.everywhere.get(IDLE).and_then(|idle| idle.get(self.function)).and_then(Value::as_list).unwrap_or_default();
        let [(function, made)] = written.as_slice() else { return false };
        function == self.function && same_arguments(self.manifest, self.description, &without(asked, idle), &without(made, idle))
    }

    /// Arguments that may be meant, the likeliest first.
    fn guesses(&self, asked: &Map) -> Vec<Map> {
        let known = self.inverted(asked);
        let mut leaves = Vec::new();
        for (name, value) in asked {
            collect(name, value, &mut leaves);
        }
        let params = self.operation.params.iter().filter(|param| param.session.is_none() && !known.contains_key(&param.name));
        let choices: Vec<(&str, Vec<Option<Value>>)> = params.map(|param| (param.name.as_str(), self.choices(param, &leaves))).collect();
        let lengths: Vec<usize> = choices.iter().map(|(_, some)| some.len()).collect();
        let guess = |places: Vec<usize>| {
            let chosen = choices.iter().zip(places).filter_map(|((name, some), at)| Some(((*name).to_owned(), some[at].clone()?)));
            known.iter().map(|(name, value)| (name.clone(), value.clone())).chain(chosen).collect()
        };
        nearest(&lengths, GUESSES).into_iter().map(guess).collect()
    }

    /// What the call tells of arguments without any lookup.
    fn inverted(&self, asked: &Map) -> Map {
        let Ok(open) = follow(self.program, self.operation, None) else { return Map::new() };
        let call = open.calls.iter().find(|call| call.function == self.function);
        let told = call.map(|call| invert::arguments(&pattern(call), &Value::from(asked.clone())));
        told.and_then(|told| told.into_iter().next()).unwrap_or_default()
    }

    /// What a parameter may be: the value of the call that has its name; else the name of a column, of something in a table that has a
    /// value of the call, nothing at all, or any value of the call or name in a table.
    fn choices(&self, param: &mwsc_contract::Field, leaves: &[(&str, &Value)]) -> Vec<Option<Value>> {
        let Shape::Scalar(scalar) = &param.slot.shape else { return vec![None] };
        let is_text = scalar.kind == Kind::String;
        let spelled = |value: &Value| Some(if is_text { text(value).into() } else { value.clone() });
        if let Some((_, value)) = leaves.iter().find(|(name, _)| *name == param.name) {
            return vec![spelled(value)];
        }
        let mut out: Vec<Option<Value>> = Vec::new();
        let tables = self.everywhere.values().filter_map(Value::as_map).filter(|_| is_text);
        let keys: Vec<(&String, &Value)> = tables.flat_map(|table| table.iter()).collect();
        let meant = keys.iter().filter(|(_, value)| leaves.iter().any(|(_, leaf)| equal(leaf, value)));
        out.extend(is_text.then(|| Some("id".into())));
        out.extend(meant.map(|(key, _)| Some(key.as_str().into())));
        out.extend((param.slot.presence != Presence::Required).then_some(None));
        out.extend(leaves.iter().map(|(_, value)| spelled(value)));
        out.extend(keys.iter().map(|(key, _)| Some(key.as_str().into())));
        let mut seen: Vec<Option<Value>> = Vec::new();
        out.retain(|value| {
            !seen.contains(value) && {
                seen.push(value.clone());
                true
            }
        });
        out
    }
}

/// Choices of one place out of each of several rows of such lengths: those first whose places are the foremost, taken together.
fn nearest(lengths: &[usize], most: usize) -> Vec<Vec<usize>> {
    fn add(lengths: &[usize], sum: usize, chosen: &mut Vec<usize>, out: &mut Vec<Vec<usize>>, most: usize) {
        let Some((&length, rest)) = lengths.split_first() else {
            if sum == 0 {
                out.push(chosen.clone());
            }
            return;
        };
        let beyond: usize = rest.iter().map(|length| length.saturating_sub(1)).sum();
        for place in sum.saturating_sub(beyond)..length.min(sum + 1) {
            if out.len() >= most {
                return;
            }
            chosen.push(place);
            add(rest, sum - place, chosen, out, most);
            chosen.pop();
        }
    }
    let farthest: usize = lengths.iter().map(|length| length.saturating_sub(1)).sum();
    let mut out = Vec::new();
    for sum in 0..=farthest {
        add(lengths, sum, &mut Vec::new(), &mut out, most);
    }
    out
}

/// The values of a call with their names.
fn collect<'v>(name: &'v str, value: &'v Value, out: &mut Vec<(&'v str, &'v Value)>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| collect(name, item, out)),
        Value::Map(map) => map.iter().for_each(|(name, value)| collect(name, value, out)),
        Value::Null => {}
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => out.push((name, value)),
    }
}

/// Arguments without some fields.
fn without(args: &Map, idle: &[Value]) -> Map {
    fn strip(value: &Value, idle: &[Value]) -> Value {
        match value {
            Value::List(items) => Value::List(items.iter().map(|item| strip(item, idle)).collect()),
            Value::Map(map) => without(map, idle).into(),
            other => other.clone(),
        }
    }
    let counts = |name: &str| !idle.iter().any(|idle| idle.as_str() == Some(name));
    args.iter().filter(|(name, _)| counts(name)).map(|(name, value)| (name.clone(), strip(value, idle))).collect()
}

/// Answers reads, and notes writes.
struct Rehearsal<'r> {
    reads: &'r dyn Functions,
    written: Mutex<Vec<(String, Map)>>,
}

#[async_trait]
impl Functions for Rehearsal<'_> {
    async fn call(&self, function: &str, args: Map, access: Access) -> Result<Value, Failure> {
        match access {
            Access::Read => self.reads.call(function, args, access).await,
            Access::Write => {
                self.written.lock().unwrap_or_else(PoisonError::into_inner).push((function.to_owned(), args));
                Ok(Value::Null)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_foremost_choices_come_first() {
        assert_eq!(nearest(&[2, 1, 3], 9), [[0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, 2], [1, 0, 1], [1, 0, 2]]);
        assert_eq!(nearest(&[], 9), [[0; 0]]);
        assert_eq!(nearest(&[0, 2], 9), [[0; 0]; 0]);
        assert_eq!(nearest(&[30; 4], 64).len(), 64);
    }
}
