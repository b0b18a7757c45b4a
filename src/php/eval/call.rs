//! Calls: arguments, parameters, functions, methods, callables.

use std::rc::Rc;

use super::class::{ClassId, Method};
use super::frame::Frame;
use super::names::{lower, resolve_other};
use super::stmt::Flow;
use super::unknown::atom;
use super::{Eval, Interp, MAX_CALLS, Raise};
use crate::ir::Key;
use crate::php::ast::{Arg, At, ClassKind, ClassRef, Expr, Function, FunctionBody, MemberName, Param, Type, TypeKind, UseKind};
use crate::php::host::{EvalFinding, FindingKind};
use crate::php::parse;
use crate::php::value::{Array, Closure, ClosureTarget, ObjId, Value};
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
    fn is_empty(&self) -> bool {
        self.list.is_empty() && self.named.is_empty()
    }
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
        let scope = self.frame.scope;
        let (full, fallback) = resolve_other(name, scope, UseKind::Function);
        let bare = fallback.unwrap_or(&full);
        if matches!(args, [Arg::Placeholder]) {
            let named = Rc::from(bare);
            return Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Named(named) })));
        }
        if fallback.is_some()
            && let Some(function) = self.present_function(&full)
        {
            let args = self.args(args, Some(function.params))?;
            return self.call_function(function, Who::default(), &[], args, Some(span));
        }
        let bare_lower = lower(bare);
        if let Some(builtin) = self.builtins.get(&*bare_lower).copied() {
            let values = self.builtin_args(args, builtin.refs)?;
            return self.call_builtin(builtin, values, span);
        }
        let present = self.present_function(bare);
        let mut values = self.args(args, present.map(|function| function.params))?;
        let host = self.host;
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
                Ok(self.unknown_call(&bare, &values.list, Some(span), &format!("{bare}() is no pure function")))
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

    fn closure_of(&mut self, callee: &Value<'a>) -> Eval<'a> {
        Ok(match callee {
            Value::Str(name) => match name.split_once("::") {
                Some((class, method)) => {
                    let target = ClosureTarget::Static(Rc::from(class), Rc::from(method));
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

    fn call_closure(&mut self, closure: &Rc<Closure<'a>>, args: Args<'a>, at: Span) -> Eval<'a> {
        match &closure.target {
            ClosureTarget::Function { function, captured, this, class } => {
                let (class, called) = match class {
                    Some((class, called)) => (self.find_class(class)?, self.find_class(called)?),
                    None => (None, None),
                };
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
        if let Some(value) = host.function(self, name, &args.list, at) {
            return Ok(value);
        }
        match self.find_function(name)? {
            Some(function) => self.call_function(function, Who::default(), &[], args, Some(at)),
            None => Ok(self.unknown_call(name, &args.list, Some(at), &format!("{name}() is no pure function"))),
        }
    }

    /// `A::f(b)` with names computed at run time.
    pub(super) fn call_static_named(&mut self, class: &str, method: &str, args: Args<'a>, at: Span) -> Eval<'a> {
        let found = match class {
            "self" => self.frame.class,
            "static" => self.frame.called,
            "parent" => self.frame.class.and_then(|id| self.class(id).parent),
            _ => self.find_class(class)?,
        };
        match found {
            Some(id) => self.call_class_method(id, id, method, args, at),
            None => self.call_missing_class(class, method, &args.list, at),
        }
    }

    fn call_missing_class(&mut self, class: &str, method: &str, args: &[Value<'a>], at: Span) -> Eval<'a> {
        let class = class.trim_start_matches('\\');
        let host = self.host;
        if let Some(value) = host.static_method(self, class, method, args, at) {
            return Ok(value);
        }
        let why = format!("no class {class} in this tree");
        Ok(self.unknown_call(&format!("\\{class}::{method}"), args, Some(at), &why))
    }

    /// `A::f(b)`
    pub(super) fn call_static_expr(&mut self, class: ClassRef<'a>, name: MemberName<'a>, args: &'a [Arg<'a>], at: At) -> Eval<'a> {
        let span = self.span(at);
        let name = match name {
            MemberName::Name(name) => std::borrow::Cow::Borrowed(name),
            MemberName::Expr(expr) => {
                let value = self.eval(expr)?;
                if let Value::Closure(_) = value {
                    let values = self.args(args, None)?;
                    return self.call_value(&value, values, span);
                }
                match self.to_text(&value)? {
                    Ok(name) => std::borrow::Cow::Owned(name.to_string()),
                    Err(unknown) => return Ok(Value::Unknown(unknown)),
                }
            }
        };
        let id = match self.class_ref(class)? {
            Ok(id) => id,
            Err(missing) => {
                let values = self.plain_args(args)?;
                return self.call_missing_class(&missing, &name, &values, span);
            }
        };
        let called = match class {
            ClassRef::SelfClass | ClassRef::Parent | ClassRef::Static => self.frame.called.unwrap_or(id),
            ClassRef::Name(_) | ClassRef::Expr(_) => id,
        };
        if matches!(args, [Arg::Placeholder]) {
            let class = self.class(called).name.clone();
            return Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Static(class, Rc::from(&*name)) })));
        }
        let params = self.visible_method(id, &name).map(|method| method.function.params);
        let values = self.args(args, params)?;
        self.call_class_method(id, called, &name, values, span)
    }

    /// Calls a method of a class: static, or of `$this` where that is an object of the class.
    fn call_class_method(&mut self, id: ClassId, called: ClassId, name: &str, args: Args<'a>, at: Span) -> Eval<'a> {
        let called_class = self.class(called);
        let host = self.host;
        if *called_class.watched.get_or_init(|| host.answers_for(&called_class.name))
            && let Some(value) = host.static_method(self, &called_class.name, name, &args.list, at)
        {
            return Ok(value);
        }
        if let Some(method) = self.visible_method(id, name) {
            let had_args = !args.is_empty();
            let this = match self.frame.this {
                Some(this) if !method.modifiers.is_static => {
                    let own = self.heap_object(this).class.clone();
                    self.find_class(&own)?.filter(|own| self.extends(*own, id)).map(|own| (this, own))
                }
                _ => None,
            };
            let (this, called) = match this {
                Some((this, own)) => (Some(this), own),
                None => (None, called),
            };
            let value = self.call_method(&method, this, called, args, Some(at))?;
            if method.modifiers.is_static || this.is_none() {
                self.note_return(&value, &called_class.name, &method.name, had_args);
            }
            return Ok(value);
        }
        if called_class.decl.kind == ClassKind::Enum
            && let Some(value) = self.enum_method(id, name, &args, at)?
        {
            return Ok(value);
        }
        if called_class.lower.as_ref() == "closure" && name.eq_ignore_ascii_case("fromCallable") {
            return self.closure_of(args.list.first().unwrap_or(&Value::Null));
        }
        if let Some(method) = self.find_method(id, "__callStatic") {
            let packed = Value::Array(Rc::new(args.list.into_iter().collect()));
            return self.call_method(&method, None, called, vec![Value::str(name), packed].into(), Some(at));
        }
        if self.class(id).incomplete {
            let why = format!("an ancestor of {} is not in this tree", called_class.name);
            return Ok(self.unknown_call(&format!("\\{}::{name}", called_class.name), &args.list, Some(at), &why));
        }
        self.throw_error("Error", &format!("Call to undefined method {}::{name}()", called_class.name), Some(at))
    }

    fn enum_method(&mut self, id: ClassId, name: &str, args: &Args<'a>, at: Span) -> Eval<'a, Option<Value<'a>>> {
        let name = lower(name);
        match &*name {
            "cases" => {
                let cases = self.cases(id, Some(at))?;
                Ok(Some(Value::Array(Rc::new(cases.into_iter().collect()))))
            }
            "from" | "tryfrom" => {
                let wanted = args.list.first().cloned().unwrap_or_default();
                if let Value::Unknown(unknown) = &wanted {
                    let class = self.class(id).name.clone();
                    return Ok(Some(self.derived(format!("\\{class}::{name}({})", unknown.expr), &unknown.clone())));
                }
                for case in self.cases(id, Some(at))? {
                    if let Value::Object(case_id) = case
                        && let Some(value) = self.heap_object(case_id).props.get("value")
                        && self.equal(value, &wanted) == Some(true)
                    {
                        return Ok(Some(case));
                    }
                }
                if &*name == "tryfrom" {
                    return Ok(Some(Value::Null));
                }
                let class = self.class(id).name.clone();
                let message = format!("{} is not a valid backing value for enum {class}", self.spell(&wanted));
                self.throw_error("ValueError", &message, Some(at))
            }
            _ => Ok(None),
        }
    }

    /// `a->f(b)`
    pub(super) fn call_method_expr(
        &mut self,
        base: &'a Expr<'a>,
        name: MemberName<'a>,
        args: &'a [Arg<'a>],
        nullsafe: bool,
        at: At,
    ) -> Eval<'a> {
        let base = self.eval(base)?;
        if nullsafe && matches!(base, Value::Null) {
            return Ok(Value::Null);
        }
        let span = self.span(at);
        let name = match name {
            MemberName::Name(name) => std::borrow::Cow::Borrowed(name),
            MemberName::Expr(expr) => {
                let value = self.eval(expr)?;
                if let Value::Closure(_) = value {
                    let values = self.args(args, None)?;
                    return self.call_value(&value, values, span);
                }
                match self.to_text(&value)? {
                    Ok(name) => std::borrow::Cow::Owned(name.to_string()),
                    Err(unknown) => std::borrow::Cow::Owned(format!("{{{}}}", unknown.expr)),
                }
            }
        };
        match &base {
            Value::Object(id) => {
                if matches!(args, [Arg::Placeholder]) {
                    return Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Method(*id, Rc::from(&*name)) })));
                }
                let params = self.method_of(*id, &name).map(|method| method.function.params);
                let values = self.args(args, params)?;
                self.call_object_method(*id, &name, values, span)
            }
            Value::Unknown(unknown) => {
                let values = self.plain_args(args)?;
                let callee = format!("{}->{name}", atom(&unknown.expr));
                Ok(self.unknown_call(&callee, &values, Some(span), &unknown.why))
            }
            Value::Closure(closure) => {
                let values = self.args(args, None)?;
                self.closure_method(closure, &name, values, span)
            }
            other => {
                let kind = super::builtin::type_name(other);
                self.throw_error("Error", &format!("Call to a member function {name}() on {kind}"), Some(span))
            }
        }
    }

    fn closure_method(&mut self, closure: &Rc<Closure<'a>>, name: &str, mut args: Args<'a>, at: Span) -> Eval<'a> {
        let rebound = |this: Option<ObjId>, class: Option<(Rc<str>, Rc<str>)>| match &closure.target {
            ClosureTarget::Function { function, captured, class: own, .. } => Rc::new(Closure {
                target: ClosureTarget::Function { function, captured: captured.clone(), this, class: class.or_else(|| own.clone()) },
            }),
            _ => closure.clone(),
        };
        match &*lower(name) {
            "__invoke" => self.call_closure(closure, args, at),
            "call" | "bindto" => {
                let this = if args.list.is_empty() { Value::Null } else { args.list.remove(0) };
                let this = match this {
                    Value::Object(id) => Some(id),
                    _ => None,
                };
                let class = this.map(|id| self.heap_object(id).class.clone()).map(|class| (class.clone(), class));
                let bound = rebound(this, class);
                if name.eq_ignore_ascii_case("call") { self.call_closure(&bound, args, at) } else { Ok(Value::Closure(bound)) }
            }
            _ => self.throw_error("Error", &format!("Call to undefined method Closure::{name}()"), Some(at)),
        }
    }

    /// A method of an object, as seen from here.
    pub(super) fn method_of(&mut self, id: ObjId, name: &str) -> Option<Rc<Method<'a>>> {
        let class = self.heap_object(id).class.clone();
        let class = self.class_of_object(&class)?;
        self.visible_method(class, name)
    }

    fn class_of_object(&mut self, name: &str) -> Option<ClassId> {
        self.find_class(name).ok().flatten()
    }

    /// Calls a method if the object has it.
    pub(super) fn try_method(&mut self, id: ObjId, name: &str, args: Vec<Value<'a>>, at: At) -> Eval<'a, Option<Value<'a>>> {
        let Some(method) = self.method_of(id, name) else { return Ok(None) };
        let class = self.heap_object(id).class.clone();
        let Some(class) = self.class_of_object(&class) else { return Ok(None) };
        let span = self.span(at);
        self.call_method(&method, Some(id), class, args.into(), Some(span)).map(Some)
    }

    /// `(string)` of an object.
    pub(super) fn object_text(&mut self, id: ObjId) -> Eval<'a, Result<Rc<str>, Rc<crate::php::value::Unknown>>> {
        match self.try_method(id, "__toString", Vec::new(), At::default())? {
            Some(Value::Str(text)) => Ok(Ok(text)),
            Some(Value::Unknown(unknown)) => Ok(Err(unknown)),
            Some(_) => Ok(Ok(Rc::from(""))),
            None => {
                let class = self.heap_object(id).class.clone();
                let at = self.frame.at;
                self.throw_error("Error", &format!("Object of class {class} could not be converted to string"), at)
            }
        }
    }

    fn call_object_method(&mut self, id: ObjId, name: &str, args: Args<'a>, at: Span) -> Eval<'a> {
        let class_name = self.heap_object(id).class.clone();
        let Some(class) = self.find_class(&class_name)? else {
            return Ok(self.unknown_call(&format!("(new \\{class_name})->{name}"), &args.list, Some(at), "its class is not in this tree"));
        };
        if let Some(method) = self.visible_method(class, name) {
            let this = (!method.modifiers.is_static).then_some(id);
            return self.call_method(&method, this, class, args, Some(at));
        }
        if self.class(class).decl.kind == ClassKind::Enum
            && let Some(value) = self.enum_method(class, name, &args, at)?
        {
            return Ok(value);
        }
        if let Some(method) = self.find_method(class, "__call") {
            let packed = Value::Array(Rc::new(args.list.into_iter().collect()));
            return self.call_method(&method, Some(id), class, vec![Value::str(name), packed].into(), Some(at));
        }
        if self.class(class).incomplete {
            let why = format!("an ancestor of {class_name} is not in this tree");
            return Ok(self.unknown_call(&format!("(new \\{class_name})->{name}"), &args.list, Some(at), &why));
        }
        self.throw_error("Error", &format!("Call to undefined method {class_name}::{name}()"), Some(at))
    }

    /// Calls a method that was found.
    pub(super) fn call_method(
        &mut self,
        method: &Rc<Method<'a>>,
        this: Option<ObjId>,
        called: ClassId,
        args: Args<'a>,
        at: Option<Span>,
    ) -> Eval<'a> {
        if method.function.body.is_none() {
            let callee = format!("\\{}::{}", self.class(called).name, method.name);
            return Ok(self.unknown_call(&callee, &args.list, at, "the method is abstract"));
        }
        let who = Who { this, class: Some(method.class), called: Some(called) };
        self.call_function(method.function, who, &[], args, at)
    }

    /// Calls a function.
    pub(super) fn call_function(
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
        let mut frame = Frame::new(function.scope, at);
        frame.this = who.this;
        frame.class = who.class;
        frame.called = who.called;
        frame.function = Some(function);
        frame.vars.reserve(captured.len() + function.params.len() + 2);
        frame.vars.extend(captured.iter().cloned());
        let outer = std::mem::replace(&mut self.frame, frame);
        let trail = self.trail.len();
        self.trail.extend(at);
        self.calls += 1;
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
        self.frame = outer;
        result
    }

    /// The result of a function whose unknown conditions lead too far: it is not followed any more.
    #[cold]
    fn given_up(&mut self, function: &'a Function<'a>, at: Option<Span>) -> Eval<'a> {
        if self.calls <= 1 {
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
        if self.frame.generator && ended.is_ok() {
            let name = function.name;
            return Ok(Value::unknown(format!("{name}()"), self.frame.at, "comes from a generator"));
        }
        ended
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
                    rest.set(Key::Str(name.to_owned()), value, None);
                }
                self.frame.vars.push((param.name, Value::Array(Rc::new(rest))));
                break;
            }
            let value = match values.next() {
                Some(value) => Some(value),
                None => named.iter().position(|(name, _)| *name == param.name).map(|at| named.swap_remove(at).1),
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

    /// A scalar argument as its declared type wants it.
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
