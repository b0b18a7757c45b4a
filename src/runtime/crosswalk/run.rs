//! Runs programs: steps in order, each with what the earlier ones gave.

use std::future::Future;
use std::pin::Pin;

use futures_util::stream::{self, StreamExt};
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Action, Call, Expr, Program, Step};
use mwsc_contract::schema::Access;
use mwsc_contract::value::Map;

use super::eval::{eval, holds, items};
use super::scope::{Exhausted, Fuel, Scope};
use super::{Functions, Limits, NOT_MAILED};
use crate::dispatch::{Failure, FailureKind};

/// Runs a program that begins with the arguments of an operation. `everywhere` holds what every program knows.
pub async fn run(program: &Program, args: Map, everywhere: &Map, limits: Limits, functions: &dyn Functions) -> Result<Value, Failure> {
    let mut work = Work { calls: limits.calls, at_once: limits.at_once.max(1), fuel: Fuel::new(limits.steps), functions, everywhere };
    let known = if program.given.is_empty() { args } else { work.given_names(program, &args, None)? };
    work.program(program, known).await
}

/// What a run still may do.
struct Work<'r> {
    calls: u32,
    at_once: usize,
    fuel: Fuel,
    functions: &'r dyn Functions,
    everywhere: &'r Map,
}

impl From<Exhausted> for Failure {
    fn from(_: Exhausted) -> Self {
        Failure::new(FailureKind::Limited, "toomuchwork", "The operation takes more work than one request may cause. Ask for less at once.")
    }
}

type Outcome<'f> = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send + 'f>>;

impl Work<'_> {
    /// Runs the steps of a program. Boxed, since programs run programs.
    fn program<'f>(&'f mut self, program: &'f Program, mut known: Map) -> Outcome<'f> {
        Box::pin(async move {
            for step in &program.steps {
                let out = match &step.each {
                    None => self.once(step, &known, None).await?,
                    Some(each) => {
                        let of = self.value(&each.of, &known, None)?;
                        Some(Value::List(self.each(step, &each.item, items(of), &known).await?))
                    }
                };
                if let (Some(name), Some(out)) = (&step.name, out) {
                    known.insert(name.clone(), out);
                }
            }
            self.value(&program.result, &known, None)
        })
    }

    /// Does a step for every item of a list.
    async fn each(&mut self, step: &Step, name: &str, items: Vec<Value>, known: &Map) -> Result<Vec<Value>, Failure> {
        if let Action::Read(call) = &step.action {
            return self.read_each(step, call, name, items, known).await;
        }
        let mut out = Vec::with_capacity(items.len());
        for item in &items {
            out.extend(self.once(step, known, Some((name, item))).await?);
        }
        Ok(out)
    }

    /// Calls a reading function for every item of a list, some at once.
    async fn read_each(&mut self, step: &Step, call: &Call, name: &str, items: Vec<Value>, known: &Map) -> Result<Vec<Value>, Failure> {
        let mut calls = Vec::with_capacity(items.len());
        for item in items {
            if self.wanted(step, known, Some((name, &item)))? {
                let args = self.args(call, known, Some((name, &item)))?;
                calls.push((item, args));
            }
        }
        let functions = self.functions;
        let answers: Vec<(Value, Result<Value, Failure>)> = stream::iter(calls)
            .map(|(item, args)| async move { (item, functions.call(&call.function, args, Access::Read).await) })
            .buffered(self.at_once)
            .collect()
            .await;
        let mut out = Vec::with_capacity(answers.len());
        for (item, answer) in answers {
            let given = answer.and_then(|answer| self.given(step, answer, known, Some((name, &item))));
            out.push(attempted(step, given)?);
        }
        Ok(out)
    }

    /// Does a step once, if it is wanted.
    async fn once(&mut self, step: &Step, known: &Map, item: Option<(&str, &Value)>) -> Result<Option<Value>, Failure> {
        if !self.wanted(step, known, item)? {
            return Ok(None);
        }
        let answer = self.action(&step.action, known, item).await;
        let given = match answer {
            Ok(answer) => self.given(step, answer, known, item),
            Err(failure) => Err(failure),
        };
        attempted(step, given).map(Some)
    }

    async fn action(&mut self, action: &Action, known: &Map, item: Option<(&str, &Value)>) -> Result<Value, Failure> {
        match action {
            Action::Read(call) => {
                let args = self.args(call, known, item)?;
                self.functions.call(&call.function, args, Access::Read).await
            }
            Action::Write(call) => {
                let args = self.args(call, known, item)?;
                self.functions.call(&call.function, args, Access::Write).await
            }
            Action::Set(expr) => self.value(expr, known, item),
            Action::Run(program) => {
                let inner = self.given_names(program, known, item)?;
                self.program(program, inner).await
            }
            Action::Fail(message) => Err(Failure::new(FailureKind::BadRequest, "invalidparameter", self.message(message, known, item)?)),
            Action::Missing(message) => Err(Failure::new(FailureKind::NotFound, "invalidrecord", self.message(message, known, item)?)),
        }
    }

    /// The names with which a program begins.
    fn given_names(&mut self, program: &Program, known: &Map, item: Option<(&str, &Value)>) -> Result<Map, Failure> {
        let mut inner = Map::with_capacity(program.given.len());
        for (name, expr) in &program.given {
            let value = self.value(expr, known, item)?;
            inner.insert(name.clone(), value);
        }
        Ok(inner)
    }

    /// The arguments of a call, which is counted.
    fn args(&mut self, call: &Call, known: &Map, item: Option<(&str, &Value)>) -> Result<Map, Failure> {
        self.calls = self.calls.checked_sub(1).ok_or(Exhausted)?;
        let mut args = Map::with_capacity(call.with.len());
        for (name, expr) in &call.with {
            match self.value(expr, known, item)? {
                Value::Null => {}
                value => drop(args.insert(name.clone(), value)),
            }
        }
        Ok(args)
    }

    fn wanted(&mut self, step: &Step, known: &Map, item: Option<(&str, &Value)>) -> Result<bool, Failure> {
        match &step.when {
            None => Ok(true),
            Some(when) => self.within(known, item, |scope, fuel| holds(when, scope, fuel)),
        }
    }

    /// What a step keeps of an answer.
    fn given(&mut self, step: &Step, answer: Value, known: &Map, item: Option<(&str, &Value)>) -> Result<Value, Failure> {
        match &step.give {
            None => Ok(answer),
            Some(give) => self.within(known, item, |scope, fuel| Ok(eval(give, &scope.item("answer", &answer), fuel)?.into_owned())),
        }
    }

    fn value(&mut self, expr: &Expr, known: &Map, item: Option<(&str, &Value)>) -> Result<Value, Failure> {
        self.within(known, item, |scope, fuel| Ok(eval(expr, scope, fuel)?.into_owned()))
    }

    fn message(&mut self, expr: &Expr, known: &Map, item: Option<(&str, &Value)>) -> Result<String, Failure> {
        Ok(super::convert::text(&self.value(expr, known, item)?))
    }

    fn within<T>(
        &mut self,
        known: &Map,
        item: Option<(&str, &Value)>,
        work: impl FnOnce(&Scope<'_>, &mut Fuel) -> Result<T, Exhausted>,
    ) -> Result<T, Failure> {
        let everywhere = Scope::everywhere(self.everywhere);
        let program = everywhere.program(known);
        let scope = item.map_or(program, |(name, value)| program.item(name, value));
        Ok(work(&scope, &mut self.fuel)?)
    }
}

/// What a step gives that may fail: a failure that concerns what was asked for becomes a record, as an item of a list has it. A server
/// that is down, or a caller that it does not know, concerns everything.
fn attempted(step: &Step, given: Result<Value, Failure>) -> Result<Value, Failure> {
    match given {
        Err(failure) if step.attempt && concerns_item(&failure) => Ok([("error", failure.message)].into_iter().collect()),
        other => other,
    }
}

fn concerns_item(failure: &Failure) -> bool {
    match failure.kind {
        // The item is done, and the next ones can be.
        FailureKind::BadAnswer if failure.code == NOT_MAILED => true,
        FailureKind::BadRequest | FailureKind::Forbidden | FailureKind::NotFound | FailureKind::Conflict => true,
        FailureKind::Unauthenticated
        | FailureKind::Method
        | FailureKind::Slow
        | FailureKind::TooLarge
        | FailureKind::MediaType
        | FailureKind::Limited
        | FailureKind::HeadTooLarge
        | FailureKind::Internal
        | FailureKind::BadAnswer
        | FailureKind::NotServed
        | FailureKind::Busy
        | FailureKind::Unavailable
        | FailureKind::TimedOut => false,
    }
}
