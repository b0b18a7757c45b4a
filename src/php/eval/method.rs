//! Calls of methods: static ones, those of objects, enums and closures.

use std::rc::Rc;

use super::absent::Absent;
use super::call::{Args, Who};
use super::class::Method;
use super::names::lower;
use super::unknown::atom;
use super::{Eval, Interp};
use crate::php::ast::{Arg, At, ClassKind, ClassRef, Expr, MemberName};
use crate::php::text::Text;
use crate::php::value::{ClassId, Closure, ClosureTarget, ObjId, Value};
use crate::source::Span;

impl<'a> Interp<'a, '_> {
    /// `A::f(b)` with names computed at run time.
    pub(super) fn call_static_named(&mut self, class: &str, method: &str, args: Args<'a>, at: Span) -> Eval<'a> {
        let found = match class {
            "self" => self.frame.class,
            "static" => self.frame.called,
            "parent" => self.frame.class.and_then(|id| self.class(id).parent),
            _ => self.find_class(class)?,
        };
        match found {
            Some(id) => {
                let found = self.visible_method(id, method);
                self.call_class_method((id, id), method, found.as_ref(), args, at)
            }
            None => self.call_missing_class(class, method, &args.list, at),
        }
    }

    pub(super) fn call_missing_class(&mut self, class: &str, method: &str, args: &[Value<'a>], at: Span) -> Eval<'a> {
        let class = class.trim_start_matches('\\');
        let host = self.host;
        self.reach_out();
        if let Some(value) = host.static_method(self, class, method, args, at) {
            return Ok(value);
        }
        let expr = format!("\\{class}::{method}({})", self.spell_list(args));
        self.absent(Absent::Class, class, expr, Some(at))
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
            return Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Static(class.into(), name.into()) })));
        }
        let found = self.method_named(id, &name);
        let values = self.args(args, found.as_ref().map(|method| method.function.params))?;
        self.call_class_method((id, called), &name, found.as_ref(), values, span)
    }

    /// Calls a method of a class: static, or of `$this` where that is an object of the class. The classes are the one that is searched
    /// and the one that `static` means, `found` is what the search gave.
    fn call_class_method(
        &mut self,
        (id, called): (ClassId, ClassId),
        name: &str,
        found: Option<&Rc<Method<'a>>>,
        args: Args<'a>,
        at: Span,
    ) -> Eval<'a> {
        let called_class = self.class(called);
        let host = self.host;
        if *called_class.watched.get_or_init(|| host.answers_for(&called_class.name))
            && let Some(value) = host.static_method(self, &called_class.name, name, &args.list, at)
        {
            self.reach_out();
            return Ok(value);
        }
        if let Some(method) = found {
            let had_args = !args.is_empty();
            let this = match self.frame.this {
                Some(this) if !method.modifiers.is_static => {
                    self.heap_object(this).class_id.filter(|own| self.extends(*own, id)).map(|own| (this, own))
                }
                _ => None,
            };
            let (this, called) = match this {
                Some((this, own)) => (Some(this), own),
                None => (None, called),
            };
            let value = self.call_method(method, this, called, args, Some(at))?;
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
        if called_class.lower.as_ref() == "closure" {
            match (&*lower(name), args.list.first()) {
                ("fromcallable", callable) => return self.closure_of(callable.unwrap_or(&Value::Null)),
                ("bind", Some(Value::Closure(closure))) => {
                    let closure = closure.clone();
                    let rest = args.list.into_iter().skip(1).collect::<Vec<_>>();
                    return self.closure_method(&closure, "bindTo", rest.into(), at);
                }
                _ => {}
            }
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

    pub(super) fn enum_method(&mut self, id: ClassId, name: &str, args: &Args<'a>, at: Span) -> Eval<'a, Option<Value<'a>>> {
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
                    return Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Method(*id, name.into()) })));
                }
                let class = self.heap_object(*id).class_id;
                let found = class.and_then(|class| self.method_named(class, &name));
                let values = self.args(args, found.as_ref().map(|method| method.function.params))?;
                self.call_found_method(*id, &name, found.as_ref(), values, span)
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

    pub(super) fn closure_method(&mut self, closure: &Rc<Closure<'a>>, name: &str, mut args: Args<'a>, at: Span) -> Eval<'a> {
        match &*lower(name) {
            "__invoke" => self.call_closure(closure, args, at),
            "call" => {
                let this = if args.list.is_empty() { Value::Null } else { args.list.remove(0) };
                let bound = self.rebound(closure, &this, Some(&this))?;
                self.call_closure(&bound, args, at)
            }
            "bindto" => {
                let mut args = args.list.into_iter();
                let this = args.next().unwrap_or_default();
                Ok(Value::Closure(self.rebound(closure, &this, args.next().as_ref())?))
            }
            _ => self.throw_error("Error", &format!("Call to undefined method Closure::{name}()"), Some(at)),
        }
    }

    /// A closure with another `$this`, and with the scope of another class where one is given, as an object or by its name.
    fn rebound(&mut self, closure: &Rc<Closure<'a>>, this: &Value<'a>, scope: Option<&Value<'a>>) -> Eval<'a, Rc<Closure<'a>>> {
        let ClosureTarget::Function { function, captured, class: own, .. } = &closure.target else { return Ok(closure.clone()) };
        let this = match this {
            Value::Object(id) => Some(*id),
            _ => None,
        };
        let scope = match scope {
            Some(Value::Object(id)) => self.heap_object(*id).class_id,
            Some(Value::Str(name)) => self.find_class(name)?,
            _ => own.map(|(class, _)| class),
        };
        let called = this.and_then(|id| self.heap_object(id).class_id);
        let class = scope.or(called).map(|scope| (scope, called.unwrap_or(scope)));
        Ok(Rc::new(Closure { target: ClosureTarget::Function { function, captured: captured.clone(), this, class } }))
    }

    /// A method of an object, as seen from here.
    pub(super) fn method_of(&self, id: ObjId, name: &str) -> Option<Rc<Method<'a>>> {
        self.visible_method(self.heap_object(id).class_id?, name)
    }

    /// Calls a method if the object has it.
    pub(super) fn try_method(&mut self, id: ObjId, name: &str, args: Vec<Value<'a>>, at: At) -> Eval<'a, Option<Value<'a>>> {
        let Some(method) = self.method_of(id, name) else { return Ok(None) };
        let Some(class) = self.heap_object(id).class_id else { return Ok(None) };
        let span = self.span(at);
        self.call_method(&method, Some(id), class, args.into(), Some(span)).map(Some)
    }

    /// `(string)` of an object.
    pub(super) fn object_text(&mut self, id: ObjId) -> Eval<'a, Result<Text<'a>, Rc<crate::php::value::Unknown>>> {
        match self.try_method(id, "__toString", Vec::new(), At::default())? {
            Some(Value::Str(text)) => Ok(Ok(text)),
            Some(Value::Unknown(unknown)) => Ok(Err(unknown)),
            Some(_) => Ok(Ok(Text::default())),
            None => {
                let class = self.heap_object(id).class.clone();
                let at = self.frame.at;
                self.throw_error("Error", &format!("Object of class {class} could not be converted to string"), at)
            }
        }
    }

    /// Calls a method of an object by its name.
    pub(super) fn call_object_method(&mut self, id: ObjId, name: &str, args: Args<'a>, at: Span) -> Eval<'a> {
        let found = self.method_of(id, name);
        self.call_found_method(id, name, found.as_ref(), args, at)
    }

    /// The same when the search for the method is done.
    fn call_found_method(&mut self, id: ObjId, name: &str, found: Option<&Rc<Method<'a>>>, args: Args<'a>, at: Span) -> Eval<'a> {
        let class_name = self.heap_object(id).class.clone();
        let Some(class) = self.heap_object(id).class_id else {
            return Ok(self.unknown_call(&format!("(new \\{class_name})->{name}"), &args.list, Some(at), "its class is not in this tree"));
        };
        if let Some(method) = found {
            let this = (!method.modifiers.is_static).then_some(id);
            return self.call_method(method, this, class, args, Some(at));
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
}
