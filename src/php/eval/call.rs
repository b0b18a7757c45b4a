//! Calls: arguments, parameters, functions, methods, callables.

use std::rc::Rc;

use super::builtin::Builtin;
use super::names::{lower, resolve_other};
use super::unknown::atom;
use super::{Eval, Interp};
use crate::php::ast::{Arg, At, Expr, Function, Param, UseKind};
use crate::php::text::Text;
use crate::php::value::{ClassId, Closure, ClosureTarget, Key, ObjId, Value};
use crate::source::Span;

/// Evaluated arguments.
#[derive(Debug, Default)]
pub(super) struct Args<'a> {
    /// By position.
    pub list: Vec<Value<'a>>,
    /// By name.
    pub named: Vec<(&'a str, Value<'a>)>,
}

impl<'a> From<Vec<Value<'a>>> for Args<'a> {
    fn from(list: Vec<Value<'a>>) -> Self {
        Args { list, named: Vec::new() }
    }
}

impl Args<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.named.is_empty()
    }
}

/// What a call by name comes to.
#[derive(Clone, Copy)]
pub(super) enum Callee<'a> {
    /// A function of PHP.
    Builtin(Builtin),
    /// A function of the namespace around the call.
    Declared(&'a Function<'a>),
}

/// In whose name a function runs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Who {
    pub this: Option<ObjId>,
    pub class: Option<ClassId>,
    pub called: Option<ClassId>,
}

impl<'a> Interp<'a, '_> {
    /// Evaluates arguments; `params` tells which are taken by reference.
    pub(super) fn args(&mut self, args: &'a [Arg<'a>], params: Option<&'a [Param<'a>]>) -> Eval<'a, Args<'a>> {
        let mut out = Args { list: Vec::with_capacity(args.len()), named: Vec::new() };
        for arg in args {
            match arg {
                Arg::Positional(expr) => {
                    let by_ref = params.is_some_and(|params| {
                        let param = params.get(out.list.len()).or_else(|| params.last().filter(|param| param.variadic));
                        param.is_some_and(|param| param.by_ref)
                    });
                    let value = if by_ref { Value::Ref(self.reference(expr)?) } else { self.eval(expr)? };
                    out.list.push(value);
                }
                Arg::Named(name, expr) => {
                    let value = self.eval(expr)?;
                    out.named.push((name, value));
                }
                Arg::Spread(expr) => {
                    if let Value::Array(array) = self.eval(expr)? {
                        self.spend(array.entries.len() as u32, Some(expr.at))?;
                        for (key, entry) in &array.entries {
                            match key {
                                Key::Int(_) => out.list.push(entry.value.clone()),
                                Key::Str(name) => {
                                    let name = self.intern(name);
                                    out.named.push((name, entry.value.clone()));
                                }
                            }
                        }
                    }
                }
                Arg::Placeholder => {}
            }
        }
        Ok(out)
    }

    /// Arguments of a call that is only spelled.
    pub(super) fn plain_args(&mut self, args: &'a [Arg<'a>]) -> Eval<'a, Vec<Value<'a>>> {
        let mut args = self.args(args, None)?;
        args.list.extend(args.named.drain(..).map(|(_, value)| value));
        Ok(args.list)
    }

    /// Makes references of arguments whose parameters turned out to be taken by reference.
    fn refer(&mut self, args: &mut Args<'a>, exprs: &'a [Arg<'a>], params: &'a [Param<'a>]) -> Eval<'a, ()> {
        for (index, expr) in exprs.iter().enumerate() {
            let (Arg::Positional(expr), Some(param)) = (expr, params.get(index)) else { break };
            if param.by_ref && !matches!(args.list.get(index), Some(Value::Ref(_))) {
                let cell = self.reference(expr)?;
                if let Some(slot) = args.list.get_mut(index) {
                    *slot = Value::Ref(cell);
                }
            }
        }
        Ok(())
    }

    /// `f(a)`
    pub(super) fn call_named(&mut self, name: &'a str, args: &'a [Arg<'a>], at: At) -> Eval<'a> {
        let span = self.span(at);
        let spot = self.spot(name);
        match self.callees_seen.get(&spot) {
            Some((epoch, callee)) if epoch.is_none_or(|epoch| epoch == self.epoch) => {
                let callee = *callee;
                return self.call_callee(callee, args, span);
            }
            _ => {}
        }
        let (full, fallback) = resolve_other(name, self.frame.scope, UseKind::Function);
        let bare = fallback.unwrap_or(&full);
        if matches!(args, [Arg::Placeholder]) {
            let named = Text::made(bare);
            return Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Named(named) })));
        }
        if let Some(function) = fallback.and_then(|_| self.present_function(&full)) {
            self.callees_seen.insert(spot, (None, Callee::Declared(function)));
            return self.call_callee(Callee::Declared(function), args, span);
        }
        if let Some(builtin) = self.builtins.get(&*lower(bare)).copied() {
            // The namespace may still declare a function of that name.
            let epoch = fallback.map(|_| self.epoch);
            self.callees_seen.insert(spot, (epoch, Callee::Builtin(builtin)));
            return self.call_callee(Callee::Builtin(builtin), args, span);
        }
        let present = self.present_function(bare);
        let mut values = self.args(args, present.map(|function| function.params))?;
        let host = self.host;
        self.reach_out();
        if let Some(value) = host.function(self, bare, &values.list, span) {
            return Ok(value);
        }
        let mut target = present;
        if target.is_none() {
            target = self.find_function(bare)?;
            if fallback.is_some()
                && let Some(function) = self.present_function(&full)
            {
                target = Some(function);
            }
            if let Some(function) = target {
                self.refer(&mut values, args, function.params)?;
            }
        }
        match target {
            Some(function) => self.call_function(function, Who::default(), &[], values, Some(span)),
            None => {
                let bare = bare.to_owned();
                self.absent_function(&bare, &values.list, span)
            }
        }
    }

    fn call_callee(&mut self, callee: Callee<'a>, args: &'a [Arg<'a>], at: Span) -> Eval<'a> {
        match callee {
            Callee::Builtin(builtin) => {
                let values = self.builtin_args(args, builtin.refs)?;
                self.call_builtin(builtin, values, at)
            }
            Callee::Declared(function) => {
                let values = self.args(args, Some(function.params))?;
                self.call_function(function, Who::default(), &[], values, Some(at))
            }
        }
    }

    fn builtin_args(&mut self, args: &'a [Arg<'a>], refs: u8) -> Eval<'a, Args<'a>> {
        if refs == 0 {
            return self.args(args, None);
        }
        let mut out = Args::default();
        for arg in args {
            match arg {
                Arg::Positional(expr) => {
                    let by_ref = refs & (1 << out.list.len().min(7)) != 0;
                    let value = if by_ref { Value::Ref(self.reference(expr)?) } else { self.eval(expr)? };
                    out.list.push(value);
                }
                Arg::Named(_, expr) | Arg::Spread(expr) => {
                    let value = self.eval(expr)?;
                    match value {
                        Value::Array(array) if matches!(arg, Arg::Spread(_)) => {
                            out.list.extend(array.entries.values().map(|entry| entry.value.clone()));
                        }
                        other => out.list.push(other),
                    }
                }
                Arg::Placeholder => {}
            }
        }
        Ok(out)
    }

    /// `$f(a)`
    pub(super) fn call_value_expr(&mut self, callee: &'a Expr<'a>, args: &'a [Arg<'a>], at: At) -> Eval<'a> {
        let callee = self.eval(callee)?;
        if matches!(args, [Arg::Placeholder]) {
            return self.closure_of(&callee);
        }
        let params = match &callee {
            Value::Closure(closure) => match &closure.target {
                ClosureTarget::Function { function, .. } => Some(function.params),
                _ => None,
            },
            Value::Str(name) => self.present_function(name).map(|function| function.params),
            _ => None,
        };
        let values = self.args(args, params)?;
        let span = self.span(at);
        self.call_value(&callee, values, span)
    }

    pub(super) fn closure_of(&mut self, callee: &Value<'a>) -> Eval<'a> {
        Ok(match callee {
            Value::Str(name) => match name.split_once("::") {
                Some((class, method)) => {
                    let target = ClosureTarget::Static(Text::made(class), Text::made(method));
                    Value::Closure(Rc::new(Closure { target }))
                }
                None => Value::Closure(Rc::new(Closure { target: ClosureTarget::Named(name.clone()) })),
            },
            Value::Array(array) => match (array.entries.get_index(0), array.entries.get_index(1)) {
                (Some((_, first)), Some((_, second))) => match (&first.value, &second.value) {
                    (Value::Object(id), Value::Str(method)) => {
                        Value::Closure(Rc::new(Closure { target: ClosureTarget::Method(*id, method.clone()) }))
                    }
                    (Value::Str(class), Value::Str(method)) => {
                        Value::Closure(Rc::new(Closure { target: ClosureTarget::Static(class.clone(), method.clone()) }))
                    }
                    _ => callee.clone(),
                },
                _ => callee.clone(),
            },
            other => other.clone(),
        })
    }

    /// Calls a callable value.
    pub(super) fn call_value(&mut self, callee: &Value<'a>, args: Args<'a>, at: Span) -> Eval<'a> {
        match callee {
            Value::Closure(closure) => self.call_closure(closure, args, at),
            Value::Str(name) => match name.split_once("::") {
                Some((class, method)) => self.call_static_named(class, method, args, at),
                None => self.call_function_named(name, args, at),
            },
            Value::Array(array) => {
                let part = |index: usize| array.entries.get_index(index).map(|(_, entry)| self.deref(entry.value.clone()));
                match (part(0), part(1)) {
                    (Some(Value::Object(id)), Some(Value::Str(method))) => {
                        let method = method.strip_prefix("parent::").unwrap_or(&method).to_owned();
                        self.call_object_method(id, &method, args, at)
                    }
                    (Some(Value::Str(class)), Some(Value::Str(method))) => self.call_static_named(&class, &method, args, at),
                    (Some(Value::Unknown(unknown)), Some(method)) => {
                        let callee = format!("[{}, {}]", unknown.expr, self.spell(&method));
                        Ok(self.unknown_call(&callee, &args.list, Some(at), &unknown.why))
                    }
                    _ => self.throw_error("Error", "Array callback must have exactly two elements", Some(at)),
                }
            }
            Value::Object(id) => self.call_object_method(*id, "__invoke", args, at),
            Value::Unknown(unknown) => {
                let callee = atom(&unknown.expr);
                Ok(self.unknown_call(&callee, &args.list, Some(at), &unknown.why))
            }
            Value::Ref(cell) => {
                let inner = self.cell(cell).clone();
                self.call_value(&inner, args, at)
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => self.throw_error("Error", "Value not callable", Some(at)),
        }
    }

    pub(super) fn call_closure(&mut self, closure: &Rc<Closure<'a>>, args: Args<'a>, at: Span) -> Eval<'a> {
        match &closure.target {
            ClosureTarget::Function { function, captured, this, class } => {
                let (class, called) = class.unzip();
                self.call_function(function, Who { this: *this, class, called }, captured, args, Some(at))
            }
            ClosureTarget::Named(name) => self.call_function_named(name, args, at),
            ClosureTarget::Static(class, method) => self.call_static_named(class, method, args, at),
            ClosureTarget::Method(id, method) => self.call_object_method(*id, method, args, at),
        }
    }

    /// A function by its full name.
    pub(super) fn call_function_named(&mut self, name: &str, args: Args<'a>, at: Span) -> Eval<'a> {
        let name = name.strip_prefix('\\').unwrap_or(name);
        if let Some(builtin) = self.builtins.get(&*lower(name)).copied() {
            return self.call_builtin(builtin, args, at);
        }
        let host = self.host;
        self.reach_out();
        if let Some(value) = host.function(self, name, &args.list, at) {
            return Ok(value);
        }
        match self.find_function(name)? {
            Some(function) => self.call_function(function, Who::default(), &[], args, Some(at)),
            None => self.absent_function(name, &args.list, at),
        }
    }
}
