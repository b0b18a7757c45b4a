//! Running a function: its frame, its parameters, its result.

use std::rc::Rc;

use super::call::{Args, Who};
use super::names::lower;
use super::stmt::Flow;
use super::{Eval, Interp, MAX_CALLS, Raise};
use crate::php::ast::{Function, FunctionBody, Type, TypeKind};
use crate::php::host::{EvalFinding, FindingKind};
use crate::php::parse;
use crate::php::value::{Array, Key, Value};
use crate::source::Span;

impl<'a> Interp<'a, '_> {
    /// Runs a function.
    pub(super) fn run_call(
        &mut self,
        function: &'a Function<'a>,
        who: Who,
        captured: &[(&'a str, Value<'a>)],
        args: Args<'a>,
        at: Option<Span>,
    ) -> Eval<'a> {
        if self.calls >= MAX_CALLS || self.depth + 8 >= self.deepest || self.stack_is_low() {
            return Err(Raise::limit("calls nest too deeply".into(), at));
        }
        self.spend(4, None)?;
        let outer = self.enter_frame(function.scope, at);
        self.frame.this = who.this;
        self.frame.class = who.class;
        self.frame.called = who.called;
        self.frame.function = Some(function);
        self.frame.forks = self.forks;
        self.frame.vars.extend(captured.iter().cloned());
        let trail = self.trail.len();
        self.trail.extend(at);
        self.calls += 1;
        self.nest();
        self.depth += 2;
        let mut result = self.run_function(function, args);
        if let Err(raise) = &result
            && matches!(**raise, Raise::GiveUp)
        {
            result = self.given_up(function, at);
        }
        self.depth -= 2;
        self.calls -= 1;
        self.trail.truncate(trail);
        self.leave_frame(outer);
        result
    }

    /// The result of a function whose unknown conditions lead too far: it is not followed any more. What was asked for from outside has no
    /// other result to give; what a file calls before it declares anything has.
    #[cold]
    fn given_up(&mut self, function: &'a Function<'a>, at: Option<Span>) -> Eval<'a> {
        if self.calls <= 1 && self.loading.is_empty() {
            return Err(Raise::limit("too much depends on conditions that only the site knows".into(), at));
        }
        let mut args = Vec::new();
        for param in function.params.iter().take(self.frame.given) {
            args.push(self.var(param.name)?);
        }
        let callee = match self.frame.class {
            Some(class) => format!("\\{}::{}", self.class(class).name, function.name),
            None => function.name.to_owned(),
        };
        Ok(self.unknown_call(&callee, &args, at, "what it does depends on too much that only the site knows"))
    }

    fn run_function(&mut self, function: &'a Function<'a>, args: Args<'a>) -> Eval<'a> {
        self.bind_params(function, args)?;
        let ended = match &function.body {
            None => Ok(Value::Null),
            Some(FunctionBody::Arrow(expr)) => self.eval(expr),
            Some(FunctionBody::Block(_)) => {
                let text = &self.sources.file(function.scope.file).text;
                let block = parse::body(self.arena, function, text);
                if !block.errors.is_empty() {
                    self.note_syntax(function);
                }
                match self.exec_all(block.stmts) {
                    Ok(Flow::Return(value)) => Ok(value),
                    Ok(Flow::Normal | Flow::Break(_) | Flow::Continue(_)) => Ok(Value::Null),
                    Err(raise) => Err(raise),
                }
            }
        };
        let ended = if self.frame.pending.is_empty() { ended } else { self.join_returns(ended) };
        let value = ended?;
        if let Some(yields) = self.frame.yields.take() {
            return self.generator(yields, function.name, value);
        }
        Ok(match function.returns {
            Some(ty) => self.coerce(ty, value),
            None => value,
        })
    }

    #[cold]
    fn note_syntax(&mut self, function: &'a Function<'a>) {
        let key = std::ptr::from_ref(function) as usize;
        if !self.noted.insert(key) {
            return;
        }
        let text = &self.sources.file(function.scope.file).text;
        let block = parse::body(self.arena, function, text);
        for error in block.errors {
            let at = Span { file: function.scope.file, start: error.at.start, end: error.at.end };
            self.host.note(EvalFinding { kind: FindingKind::Syntax, message: error.message.to_owned(), at: Some(at) });
        }
    }

    fn bind_params(&mut self, function: &'a Function<'a>, args: Args<'a>) -> Eval<'a, ()> {
        let Args { list, mut named } = args;
        if list.len() > function.params.len() {
            self.frame.args = list.iter().map(|value| self.deref(value.clone())).collect();
        }
        let given = list.len();
        self.frame.given = given;
        let mut values = list.into_iter();
        for (index, param) in function.params.iter().enumerate() {
            if param.variadic {
                let mut rest = Array::default();
                for value in values.by_ref() {
                    let value = if param.by_ref { value } else { self.deref(value) };
                    rest.push(value, None);
                }
                for (name, value) in named.drain(..) {
                    rest.set(Key::Str(name.into()), value, None);
                }
                self.frame.vars.push((param.name, Value::Array(Rc::new(rest))));
                break;
            }
            let value = match values.next() {
                Some(value) => Some(value),
                None => named.iter().position(|(name, _)| *name == param.name).map(|at| {
                    self.frame.given = index + 1;
                    named.swap_remove(at).1
                }),
            };
            let value = match value {
                Some(value @ Value::Ref(_)) if param.by_ref => value,
                Some(value) => {
                    let value = self.deref(value);
                    match param.ty {
                        Some(ty) => self.coerce(ty, value),
                        None => value,
                    }
                }
                None => match param.default {
                    Some(default) => self.eval(default)?,
                    None => {
                        let name = function.name;
                        let message = format!("Too few arguments to function {name}(), {given} passed, argument {} is missing", index + 1);
                        let at = self.frame.at;
                        return self.throw_error("ArgumentCountError", &message, at);
                    }
                },
            };
            if param.promoted.is_some()
                && let Some(this) = self.frame.this
            {
                let plain = self.deref(value.clone());
                self.set_prop(this, param.name, plain);
            }
            match self.frame.vars.iter_mut().find(|(name, _)| *name == param.name) {
                Some((_, slot)) => *slot = value,
                None => self.frame.vars.push((param.name, value)),
            }
        }
        Ok(())
    }

    /// A scalar argument or result as its declared type wants it.
    fn coerce(&self, ty: Type<'a>, value: Value<'a>) -> Value<'a> {
        let name = match ty.kind {
            TypeKind::Name(name) => name,
            TypeKind::Nullable(inner) if !matches!(value, Value::Null) => return self.coerce(*inner, value),
            TypeKind::Nullable(_) | TypeKind::Union(_) | TypeKind::Intersection(_) => return value,
        };
        if !matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)) {
            return value;
        }
        match &*lower(name) {
            "int" => match &value {
                Value::Bool(b) => Value::Int(i64::from(*b)),
                Value::Float(f) if f.fract() == 0.0 => Value::Int(super::convert::float_int(*f)),
                Value::Str(s) => match super::convert::numeric(s, 8) {
                    Some(super::convert::Num::Int(n)) => Value::Int(n),
                    _ => value,
                },
                _ => value,
            },
            "float" => match &value {
                Value::Int(n) => Value::Float(*n as f64),
                Value::Bool(b) => Value::Float(f64::from(u8::from(*b))),
                Value::Str(s) => super::convert::numeric(s, 8).map_or(value.clone(), |n| Value::Float(n.float())),
                _ => value,
            },
            "string" => match &value {
                Value::Str(_) => value,
                other => Value::str(&super::convert::scalar_text(other)),
            },
            "bool" => match self.truth(&value) {
                super::convert::Truth::Known(b) => Value::Bool(b),
                super::convert::Truth::Maybe(_) => value,
            },
            _ => value,
        }
    }
}
