//! Follows a program with names in the place of values.

use indexmap::IndexMap;
use mwsc_contract::Operation;
use mwsc_contract::crosswalk::expr::{Argument, Piece};
use mwsc_contract::crosswalk::{Action, Call, Expr, Program, Step};
use mwsc_contract::value::Map;

use super::value;
use crate::crosswalk::convert::truth;

/// What a program does.
#[derive(Debug)]
pub struct Followed {
    /// The calls that it makes, in order.
    pub calls: Vec<Called>,
    /// What comes out.
    pub result: Expr,
}

/// A call.
#[derive(Debug)]
pub struct Called {
    /// The function.
    pub function: String,
    /// Whether it changes something.
    pub writes: bool,
    /// Its arguments, over the parameters of the operation and the answers of earlier calls.
    pub with: IndexMap<String, Expr>,
    /// Name of its answer.
    pub answer: String,
    /// Whether the parameters alone tell the arguments.
    pub is_told: bool,
}

/// A program that is none for this.
#[derive(Debug)]
pub struct Unfit;

/// The name of a parameter, which no name in a program is.
pub fn parameter(name: &str) -> String {
    format!("\u{2}{name}")
}

/// The parameter of a name.
pub fn of_parameter(name: &str) -> Option<&str> {
    name.strip_prefix('\u{2}')
}

/// The name of an answer, or of something else that is not known before the program runs.
fn unknown(number: usize) -> String {
    format!("\u{1}{number}")
}

/// Follows a program. With `known` its parameters have values, and conditions on them are decided; without, every step counts that could.
pub fn follow(program: &Program, operation: &Operation, known: Option<&Map>) -> Result<Followed, Unfit> {
    let params = operation.params.iter().filter(|param| param.session.is_none());
    let names: Names = params.map(|param| (param.name.clone(), Expr::Name(parameter(&param.name)))).collect();
    let names = if program.given.is_empty() { names } else { given(program, &names) };
    let mut follower = Follower { known, calls: Vec::new(), unknowns: 0 };
    let result = follower.program(program, names)?;
    Ok(Followed { calls: follower.calls, result })
}

/// What names mean.
type Names = IndexMap<String, Expr>;

fn given(program: &Program, names: &Names) -> Names {
    program.given.iter().map(|(name, expr)| (name.clone(), put(expr, names))).collect()
}

struct Follower<'k> {
    known: Option<&'k Map>,
    calls: Vec<Called>,
    unknowns: usize,
}

impl Follower<'_> {
    fn program(&mut self, program: &Program, mut names: Names) -> Result<Expr, Unfit> {
        for step in &program.steps {
            let wanted = match &step.when {
                None => Some(true),
                Some(when) => self.decided(&put(when, &names)),
            };
            if wanted == Some(false) {
                continue;
            }
            if step.each.is_some() || wanted.is_none() && self.known.is_some() {
                self.aside(step)?;
                self.forget(step, &mut names);
                continue;
            }
            let out = match &step.action {
                Action::Read(call) => Some(self.call(call, false, &names)),
                Action::Write(call) => Some(self.call(call, true, &names)),
                Action::Set(expr) => Some(put(expr, &names)),
                Action::Run(inner) => Some(self.program(inner, given(inner, &names))?),
                // With these arguments the operation ends here.
                Action::Fail(_) | Action::Missing(_) if wanted == Some(true) && self.known.is_some() => return Err(Unfit),
                Action::Fail(_) | Action::Missing(_) => None,
            };
            match (&step.name, out) {
                // Whether the step is done is not known yet, and so is what the name means.
                (Some(_), _) if wanted.is_none() => self.forget(step, &mut names),
                (Some(name), Some(out)) => {
                    let out = match &step.give {
                        Some(give) => {
                            let mut inner = names.clone();
                            inner.insert("answer".to_owned(), out);
                            put(give, &inner)
                        }
                        None => out,
                    };
                    names.insert(name.clone(), out);
                }
                _ => {}
            }
        }
        Ok(put(&program.result, &names))
    }

    fn call(&mut self, call: &Call, writes: bool, names: &Names) -> Expr {
        let with: IndexMap<String, Expr> = call.with.iter().map(|(name, expr)| (name.clone(), put(expr, names))).collect();
        let answer = self.next();
        let is_told = !with.is_empty() && !with.values().any(is_unknown);
        self.calls.push(Called { function: call.function.clone(), writes, with, answer: answer.clone(), is_told });
        Expr::Name(answer)
    }

    /// A step of which it is not known whether or how often it is done: one that changes something is more than can be followed.
    fn aside(&mut self, step: &Step) -> Result<(), Unfit> {
        if changes(&step.action) && self.known.is_some() { Err(Unfit) } else { Ok(()) }
    }

    fn forget(&mut self, step: &Step, names: &mut Names) {
        if let Some(name) = &step.name {
            let unknown = Expr::Name(self.next());
            names.insert(name.clone(), unknown);
        }
    }

    fn next(&mut self) -> String {
        self.unknowns += 1;
        unknown(self.unknowns)
    }

    /// Whether a condition holds; `None` when that is not known.
    fn decided(&self, when: &Expr) -> Option<bool> {
        if is_unknown(when) || self.known.is_none() && has(when, &|name| of_parameter(name).is_some()) {
            return None;
        }
        let nothing = Map::new();
        value(when, self.known.unwrap_or(&nothing)).map(|value| truth(&value))
    }
}

fn changes(action: &Action) -> bool {
    match action {
        Action::Write(_) => true,
        Action::Run(program) => program.steps.iter().any(|step| changes(&step.action)),
        Action::Read(_) | Action::Set(_) | Action::Fail(_) | Action::Missing(_) => false,
    }
}

/// Whether a name is in an expression.
pub fn mentions(expr: &Expr, name: &str) -> bool {
    has(expr, &|own| own == name)
}

/// Whether an expression depends on what only a run tells.
pub fn is_unknown(expr: &Expr) -> bool {
    has(expr, &|name| name.starts_with('\u{1}'))
}

fn has(expr: &Expr, is: &impl Fn(&str) -> bool) -> bool {
    match expr {
        Expr::Name(name) => is(name),
        _ => expr.children().into_iter().any(|(_, child)| has(child, is)),
    }
}

/// An expression with what names mean in their place. Items of loops hide names.
fn put(expr: &Expr, names: &Names) -> Expr {
    let inner = |of: &Expr| Box::new(put(of, names));
    match expr {
        Expr::Value(_) => expr.clone(),
        Expr::Name(name) => names.get(name).cloned().unwrap_or_else(|| expr.clone()),
        Expr::Text(pieces) => Expr::Text(
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Plain(_) => piece.clone(),
                    Piece::Value(value) => Piece::Value(put(value, names)),
                })
                .collect(),
        ),
        Expr::Field(of, name) => Expr::Field(inner(of), name.clone()),
        Expr::Item(a, b) => Expr::Item(inner(a), inner(b)),
        Expr::List(items) => Expr::List(items.iter().map(|item| put(item, names)).collect()),
        Expr::Record(fields) => Expr::Record(fields.iter().map(|(name, value)| (name.clone(), put(value, names))).collect()),
        Expr::Equal(a, b) => Expr::Equal(inner(a), inner(b)),
        Expr::Differs(a, b) => Expr::Differs(inner(a), inner(b)),
        Expr::Both(a, b) => Expr::Both(inner(a), inner(b)),
        Expr::Either(a, b) => Expr::Either(inner(a), inner(b)),
        Expr::Not(of) => Expr::Not(inner(of)),
        Expr::Else(a, b) => Expr::Else(inner(a), inner(b)),
        Expr::Filter(of, filter, arguments) => {
            let argument = |argument: &Argument| match argument {
                Argument::Value(value) => Argument::Value(put(value, names)),
                Argument::Each(item, body) => {
                    let mut names = names.clone();
                    names.shift_remove(item);
                    Argument::Each(item.clone(), put(body, &names))
                }
            };
            Expr::Filter(inner(of), *filter, arguments.iter().map(argument).collect())
        }
    }
}
