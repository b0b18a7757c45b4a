//! Writes a program out: routines stand where they are used, so that a manifest needs no names of the file.

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::crosswalk::{self as contract, Action, Call, Each, Expr, How, Program, Step, Verdict};

use super::source::{self, At, Body, Crosswalk};

/// The program of a body. `given` is what its names mean with which it begins.
pub fn program(crosswalk: &Crosswalk, body: &Body, given: IndexMap<String, Expr>) -> Program {
    Program { given, steps: body.steps.iter().map(|step| self::step(crosswalk, step)).collect(), result: body.result.it.clone() }
}

fn step(crosswalk: &Crosswalk, step: &source::Step) -> Step {
    Step {
        when: expr(step.when.as_ref()),
        each: step.each.as_ref().map(|(item, of)| Each { item: item.clone(), of: of.it.clone() }),
        attempt: step.attempt,
        action: action(crosswalk, &step.action),
        give: expr(step.give.as_ref()),
        name: step.name.clone(),
    }
}

fn action(crosswalk: &Crosswalk, action: &source::Action) -> Action {
    match action {
        source::Action::Call { reads, function, with } => {
            let call = Call { function: function.it.clone(), with: exprs(with) };
            if *reads { Action::Read(call) } else { Action::Write(call) }
        }
        source::Action::Set(value) => Action::Set(value.it.clone()),
        // A routine that is not there was reported when the file was read.
        source::Action::Use { routine, with } => match crosswalk.routines.get(&routine.it) {
            Some(found) => Action::Run(program(crosswalk, &found.body, exprs(with))),
            None => Action::Set(Expr::Value(mwsc_contract::Value::Null)),
        },
        source::Action::Fail(message) => Action::Fail(message.it.clone()),
        source::Action::Missing(message) => Action::Missing(message.it.clone()),
    }
}

fn expr(at: Option<&At<Expr>>) -> Option<Expr> {
    at.map(|at| at.it.clone())
}

fn exprs(with: &IndexMap<String, At<Expr>>) -> IndexMap<String, Expr> {
    with.iter().map(|(name, value)| (name.clone(), value.it.clone())).collect()
}

/// The crosswalk in the form of a manifest, as it is written: nothing is known of Moodle's functions, so of each entry only what it does.
pub fn crosswalk(source: &Crosswalk) -> contract::Crosswalk {
    let entry = |variants: &Vec<source::Variant>| contract::Entry { variants: variants.iter().map(|it| variant(source, it)).collect() };
    contract::Crosswalk {
        tables: source.tables.clone(),
        operations: source.operations.iter().map(|(name, variants)| (name.clone(), entry(variants))).collect(),
    }
}

/// What serves an operation on a range of releases.
pub fn variant(crosswalk: &Crosswalk, variant: &source::Variant) -> contract::Variant {
    let (how, verdict) = match &variant.how {
        source::How::Calls(body) => (How::Calls(program(crosswalk, body, IndexMap::new())), Verdict::Converts),
        source::How::Plugin(missing) => (How::Plugin(missing.clone()), Verdict::NeedsPlugin),
        source::How::Runtime => (How::Runtime, Verdict::Runtime),
    };
    contract::Variant {
        since: variant.since.clone(),
        until: variant.until.clone(),
        verdict,
        reason: variant.reason.clone(),
        functions: functions(&how),
        how,
        fields: Vec::new(),
        capabilities: Vec::new(),
    }
}

/// The functions that are called, each once.
fn functions(how: &How) -> Vec<String> {
    let mut found = IndexSet::new();
    if let How::Calls(program) = how {
        of_program(program, &mut found);
    }
    found.into_iter().collect()
}

fn of_program(program: &Program, found: &mut IndexSet<String>) {
    for step in &program.steps {
        match &step.action {
            Action::Read(call) | Action::Write(call) => drop(found.insert(call.function.clone())),
            Action::Run(inner) => of_program(inner, found),
            Action::Set(_) | Action::Fail(_) | Action::Missing(_) => {}
        }
    }
}
