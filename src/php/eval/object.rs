//! The heap: making, reading and changing objects.

use std::rc::Rc;

use super::absent::Absent;
use super::class::{Method, Template};
use super::rebuild::Plan;
use super::{ENUM_BIT, Eval, Interp};
use crate::php::ast::{Arg, At, Class, ClassRef, Expr};
use crate::php::text::Text;
use crate::php::value::{Array, ClassId, Key, ObjId, Object, Returned, Value};
use crate::source::Span;

impl<'a> Interp<'a, '_> {
    /// Whether an id is an enum case, which lives longer than the heap and never changes.
    pub(super) fn is_enum(id: ObjId) -> bool {
        id.0 & ENUM_BIT != 0
    }

    /// An object, shared.
    pub(super) fn heap_rc(&self, id: ObjId) -> Rc<Object<'a>> {
        let found = if Self::is_enum(id) { self.enums.get((id.0 & !ENUM_BIT) as usize) } else { self.heap.get(id.0 as usize) };
        found.unwrap_or(&self.nothing).clone()
    }

    /// An object.
    pub(super) fn heap_object(&self, id: ObjId) -> &Object<'a> {
        let found = if Self::is_enum(id) { self.enums.get((id.0 & !ENUM_BIT) as usize) } else { self.heap.get(id.0 as usize) };
        found.unwrap_or(&self.nothing)
    }

    /// An object for changing; the change is remembered.
    pub(super) fn object_mut(&mut self, id: ObjId) -> &mut Object<'a> {
        self.clock += 1;
        let slot = if Self::is_enum(id) { self.enums.get_mut((id.0 & !ENUM_BIT) as usize) } else { self.heap.get_mut(id.0 as usize) };
        let object = Rc::make_mut(slot.unwrap_or(&mut self.nothing));
        object.changed = self.clock;
        object
    }

    /// Sets a property.
    pub(super) fn set_prop(&mut self, id: ObjId, name: &str, value: Value<'a>) {
        let object = self.object_mut(id);
        match object.props.get_mut(name) {
            Some(Value::Ref(cell)) => {
                let at = cell.0 as usize;
                if let Some(slot) = self.cells.get_mut(at) {
                    *slot = value;
                }
            }
            Some(slot) => *slot = value,
            None => {
                object.props.insert(Text::made(name), value);
            }
        }
    }

    /// An object that is not on the heap yet.
    pub(super) fn blank(&mut self, class: Rc<str>, class_id: Option<ClassId>, props: Template<'a>, at: Option<Span>) -> Object<'a> {
        self.clock += 1;
        Object { class, class_id, props, made_at: at, made_in: self.here(), via: self.via(), returned: Vec::new(), changed: self.clock }
    }

    /// `Class::method` of the code that runs.
    fn here(&mut self) -> Rc<str> {
        let (Some(class), Some(function)) = (self.frame.class, self.frame.function) else { return self.empty_text.clone() };
        let key = (class, std::ptr::from_ref(function) as usize);
        if let Some(known) = self.makers_seen.get(&key) {
            return known.clone();
        }
        let maker = match self.class(class).methods.get(&*super::names::lower(function.name)) {
            Some(method) => Rc::from(format!("{}::{}", self.class(method.class).name, method.name)),
            None => self.empty_text.clone(),
        };
        self.makers_seen.insert(key, Rc::clone(&maker));
        maker
    }

    /// Puts an object on the heap.
    pub(super) fn allocate(&mut self, object: Object<'a>) -> ObjId {
        self.heap.push(Rc::new(object));
        ObjId(self.heap.len() as u32 - 1)
    }

    /// A new object of a class that PHP itself brings, without calling its constructor.
    pub(super) fn new_plain(&mut self, class: &str, at: Option<Span>) -> Value<'a> {
        let found = self.find_class(class).ok().flatten();
        let (name, props) = match found {
            Some(id) => (self.class(id).name.clone(), self.template(id).unwrap_or_default()),
            None => (Rc::from(class), Template::default()),
        };
        let object = self.blank(name, found, props, at);
        Value::Object(self.allocate(object))
    }

    pub(super) fn new_expr(&mut self, class: ClassRef<'a>, args: &'a [Arg<'a>], at: At) -> Eval<'a> {
        match self.class_ref(class)? {
            Ok(id) => self.instantiate(id, args, at),
            Err(name) => {
                let values = self.plain_args(args)?;
                let span = self.span(at);
                let expr = format!("new \\{name}({})", self.spell_list(&values));
                self.absent(Absent::Class, &name, expr, Some(span))
            }
        }
    }

    pub(super) fn new_anonymous(&mut self, class: &'a Class<'a>, args: &'a [Arg<'a>], at: At) -> Eval<'a> {
        let key: Rc<str> = Rc::from(format!("class@anonymous#{}:{}", self.sources.file(class.scope.file).path, class.at.start));
        let id = match self.by_name.get(&key) {
            Some(id) => *id,
            None => self.link(class, &key)?,
        };
        self.instantiate(id, args, at)
    }

    fn instantiate(&mut self, id: ClassId, args: &'a [Arg<'a>], at: At) -> Eval<'a> {
        let constructor = self.constructor(id);
        let values = self.args(args, constructor.as_ref().map(|method| method.function.params))?;
        self.spend(1, Some(at))?;
        let span = self.span(at);
        self.construct_with(id, constructor, values, Some(span))
    }

    /// A new object of a class, its constructor called without arguments.
    pub(super) fn construct_plain(&mut self, id: ClassId) -> Eval<'a> {
        self.construct_from(id, Vec::new(), None)
    }

    /// A new object of a class, its constructor called with values.
    pub(super) fn construct_from(&mut self, id: ClassId, values: Vec<Value<'a>>, at: Option<Span>) -> Eval<'a> {
        let constructor = self.constructor(id);
        self.construct_with(id, constructor, values.into(), at)
    }

    fn construct_with(
        &mut self,
        id: ClassId,
        constructor: Option<Rc<Method<'a>>>,
        values: super::call::Args<'a>,
        span: Option<Span>,
    ) -> Eval<'a> {
        let info = self.class(id);
        if info.decl.modifiers.is_abstract || info.decl.kind != crate::php::ast::ClassKind::Class {
            return self.throw_error("Error", &format!("Cannot instantiate {}", info.name), span);
        }
        let plan = constructor.as_ref().and_then(|_| Plan::of(id, &values));
        if let Some((props, steps)) = plan.as_ref().and_then(|plan| self.rebuilt(plan)) {
            self.spend(steps, None)?;
            let object = self.blank(info.name.clone(), Some(id), props, span);
            return Ok(Value::Object(self.allocate(object)));
        }
        let props = self.template(id)?;
        let object = self.blank(info.name.clone(), Some(id), props, span);
        let object = self.allocate(object);
        if let Some(method) = constructor {
            let (before, fuel) = (self.footprint(), self.fuel);
            self.call_method(&method, Some(object), id, values, span)?;
            if let Some(plan) = plan {
                self.remember_built(plan, object, &before, fuel);
            }
        }
        Ok(Value::Object(object))
    }

    pub(super) fn clone_expr(&mut self, operand: &'a Expr<'a>, at: At) -> Eval<'a> {
        let value = self.eval(operand)?;
        match value {
            Value::Object(id) => {
                let mut object = (*self.heap_rc(id)).clone();
                object.made_at = Some(self.span(at));
                object.made_in = self.here();
                object.via = self.via();
                object.returned = Vec::new();
                self.clock += 1;
                object.changed = self.clock;
                let copy = self.allocate(object);
                self.try_method(copy, "__clone", Vec::new(), at)?;
                Ok(Value::Object(copy))
            }
            Value::Unknown(unknown) => Ok(self.derived(format!("clone {}", unknown.expr), &unknown)),
            other => Ok(other),
        }
    }

    /// Remembers that a static method returned a value.
    pub(super) fn note_return(&mut self, value: &Value<'a>, class: &Rc<str>, method: &Rc<str>, had_args: bool) {
        if let Value::Object(id) = value
            && !Self::is_enum(*id)
            && let Some(slot) = self.heap.get_mut(id.0 as usize)
        {
            self.clock += 1;
            let call = Returned { class: class.clone(), method: method.clone(), had_args, stamp: self.clock };
            Rc::make_mut(slot).returned.push(call);
        }
    }

    /// When an object or one that can be reached from it changed last.
    pub(super) fn last_change(&self, id: ObjId) -> u64 {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut queue = vec![id];
        let mut last = 0;
        while let Some(id) = queue.pop() {
            if Self::is_enum(id) || !seen.insert(id) {
                continue;
            }
            let object = self.heap_object(id);
            last = last.max(object.changed);
            for value in object.props.values() {
                self.reachable(value, &mut queue, 0);
            }
        }
        last
    }

    fn reachable(&self, value: &Value<'a>, queue: &mut Vec<ObjId>, depth: u32) {
        match value {
            Value::Object(id) => queue.push(*id),
            Value::Array(array) if depth < 64 => {
                for entry in array.entries.values() {
                    self.reachable(&entry.value, queue, depth + 1);
                }
            }
            Value::Ref(cell) if depth < 64 => self.reachable(self.cell(cell), queue, depth + 1),
            _ => {}
        }
    }

    /// `(array)`
    pub(super) fn to_array(&mut self, value: &Value<'a>) -> Value<'a> {
        match value {
            Value::Array(_) => value.clone(),
            Value::Null => Value::Array(Rc::default()),
            Value::Object(id) => {
                let object = self.heap_rc(*id);
                let mut out = Array::default();
                for (name, prop) in &object.props {
                    out.set(super::convert::text_key(name.clone()), prop.clone(), None);
                }
                Value::Array(Rc::new(out))
            }
            other => Value::Array(Rc::new(std::iter::once(other.clone()).collect())),
        }
    }

    /// `(object)`
    pub(super) fn to_object(&mut self, value: Value<'a>, at: At) -> Value<'a> {
        let span = Some(self.span(at));
        match value {
            Value::Object(_) | Value::Closure(_) => value,
            Value::Array(array) => {
                let made = self.new_plain("stdClass", span);
                if let Value::Object(id) = made {
                    let object = self.object_mut(id);
                    for (key, entry) in &array.entries {
                        let name = match key {
                            Key::Int(n) => n.to_string().into(),
                            Key::Str(s) => s.clone(),
                        };
                        object.props.insert(name, entry.value.clone());
                    }
                }
                made
            }
            Value::Null => self.new_plain("stdClass", span),
            other => {
                let made = self.new_plain("stdClass", span);
                if let Value::Object(id) = made {
                    self.set_prop(id, "scalar", other);
                }
                made
            }
        }
    }
}
