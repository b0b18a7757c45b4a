//! Members of classes: finding methods, constants and static properties, and what a new object starts with.

use std::borrow::Cow;
use std::rc::Rc;

use super::class::{ClassConst, ClassInfo, Known, Method, Template};
use super::names::lower;
use super::replay::Slot;
use super::{ENUM_BIT, Eval, Interp, Raise};
use crate::php::ast::{Member, Scope, Visibility};
use crate::php::text::Text;
use crate::php::value::{CellId, ClassId, ObjId, Value};
use crate::source::Span;

impl<'a> Interp<'a, '_> {
    /// A method of a class or of its ancestors. `name` in any case.
    pub(super) fn find_method(&self, class: ClassId, name: &str) -> Option<Rc<Method<'a>>> {
        let name = lower(name);
        let mut at = Some(class);
        while let Some(id) = at {
            let info = self.classes.get(id.0 as usize)?;
            if let Some(method) = info.methods.get(&*name) {
                return Some(method.clone());
            }
            at = info.parent;
        }
        // Methods of interfaces have no bodies, but they exist.
        let info = self.classes.get(class.0 as usize)?;
        info.interfaces.iter().find_map(|id| self.find_method(*id, &name))
    }

    /// The same as seen from the code that runs: a private method of the present class comes first.
    pub(super) fn visible_method(&self, class: ClassId, name: &str) -> Option<Rc<Method<'a>>> {
        let found = self.find_method(class, name);
        if let (Some(method), Some(here)) = (&found, self.frame.class)
            && method.class != here
            && let Some(own) = self.classes.get(here.0 as usize).and_then(|info| info.methods.get(&*lower(name)))
            && own.modifiers.visibility == Visibility::Private
            && self.extends(class, here)
        {
            return Some(own.clone());
        }
        found
    }

    /// The same for a name that may stand in the source: what it comes to there is remembered, since linked classes never change.
    pub(super) fn method_named(&mut self, class: ClassId, name: &Cow<'a, str>) -> Option<Rc<Method<'a>>> {
        let Cow::Borrowed(name) = name else { return self.visible_method(class, name) };
        let key = (class, self.frame.class, self.spot(name));
        if let Some(known) = self.methods_seen.get(&key) {
            return known.clone();
        }
        let found = self.visible_method(class, name);
        self.methods_seen.insert(key, found.clone());
        found
    }

    /// The names of properties that the code that runs may not see in an object of a class.
    pub(super) fn hidden_props(&self, class: ClassId) -> Vec<&'a str> {
        let here = self.frame.class;
        let (mut hidden, mut at) = (Vec::new(), Some(class));
        while let Some(id) = at {
            let info = self.class(id);
            let concealed = info.props.iter().filter(|prop| match prop.visibility {
                Visibility::Public => false,
                Visibility::Protected => !here.is_some_and(|here| self.extends(here, id) || self.extends(id, here)),
                Visibility::Private => here != Some(id),
            });
            hidden.extend(concealed.map(|prop| prop.name));
            at = info.parent;
        }
        hidden
    }

    /// What `new` calls.
    pub(super) fn constructor(&self, class: ClassId) -> Option<Rc<Method<'a>>> {
        self.classes.get(class.0 as usize)?.constructor.get_or_init(|| self.find_constructor(class)).clone()
    }

    fn find_constructor(&self, class: ClassId) -> Option<Rc<Method<'a>>> {
        if let Some(method) = self.find_method(class, "__construct") {
            return Some(method);
        }
        // Up to PHP 7 a method named like its class is a constructor.
        let mut at = Some(class);
        while let Some(id) = at.filter(|_| self.php < 8) {
            let info = self.class(id);
            if info.decl.scope.namespace.is_empty()
                && let Some(method) = info.methods.get(&*info.lower)
            {
                return Some(method.clone());
            }
            at = info.parent;
        }
        None
    }

    /// A constant of a class.
    pub(super) fn class_const(&mut self, class: ClassId, name: &str, at: Option<Span>) -> Eval<'a> {
        let mut queue = vec![class];
        let mut seen = 0;
        while let Some(id) = queue.pop() {
            seen += 1;
            let info = self.class(id);
            if let Some((key, konst)) = info.consts.get_key_value(name) {
                return self.const_value(&info, konst, key, at);
            }
            queue.extend(info.interfaces.iter().copied());
            queue.extend(info.parent);
            if seen > 1000 {
                break;
            }
        }
        let info = self.class(class);
        if info.incomplete {
            return Ok(self.unknown(format!("\\{}::{name}", info.name), at, &format!("an ancestor of {} is not in this tree", info.name)));
        }
        self.throw_error("Error", &format!("Undefined constant {}::{name}", info.name), at)
    }

    fn const_value(&mut self, info: &Rc<ClassInfo<'a>>, konst: &ClassConst<'a>, name: &'a str, at: Option<Span>) -> Eval<'a> {
        if let Known::Value(value) = &*konst.known.borrow() {
            return Ok(value.clone());
        }
        if let Known::Busy = &*konst.known.borrow() {
            return Err(self.constant_loop((&info.name, name), at));
        }
        *konst.known.borrow_mut() = Known::Busy;
        self.naming.push((info.name.clone(), name));
        let value = self.in_class(info.id, konst.scope, |interp| match konst.value {
            Some(expr) => interp.eval(expr).map(Some),
            None => Ok(None),
        });
        self.naming.pop();
        *konst.known.borrow_mut() = Known::No;
        let value = value?;
        let value = if konst.case {
            let mut props = Template::default();
            props.insert(Text::Source("name"), Value::str(name));
            if let Some(value) = value {
                props.insert(Text::Source("value"), value);
            }
            self.new_case(info, props)
        } else {
            value.unwrap_or(Value::Null)
        };
        if !holds_object(&value, 0) {
            *konst.known.borrow_mut() = Known::Value(value.clone());
        }
        Ok(value)
    }

    fn new_case(&mut self, class: &ClassInfo<'a>, props: Template<'a>) -> Value<'a> {
        let id = ObjId(ENUM_BIT | self.enums.len() as u32);
        let object = self.blank(class.name.clone(), Some(class.id), props, None);
        self.enums.push(Rc::new(object));
        Value::Object(id)
    }

    /// Runs something as if it stood in the body of a class.
    pub(super) fn in_class<T>(&mut self, class: ClassId, scope: &'a Scope<'a>, run: impl FnOnce(&mut Self) -> Eval<'a, T>) -> Eval<'a, T> {
        self.depth += 1;
        if self.depth > self.deepest {
            self.depth -= 1;
            return Err(Raise::limit("constants nest too deeply".into(), None));
        }
        let outer = self.enter_frame(scope, None);
        self.frame.class = Some(class);
        self.frame.called = Some(class);
        let result = run(self);
        self.leave_frame(outer);
        self.depth -= 1;
        result
    }

    /// Cases of an enum in order.
    pub(super) fn cases(&mut self, class: ClassId, at: Option<Span>) -> Eval<'a, Vec<Value<'a>>> {
        let info = self.class(class);
        let mut out = Vec::new();
        for member in info.decl.members {
            if let Member::Case { name, .. } = member {
                out.push(self.class_const(class, name, at)?);
            }
        }
        Ok(out)
    }

    /// The cell of a static property, in the class that declares it.
    pub(super) fn static_prop(&mut self, class: ClassId, name: &str) -> Eval<'a, Option<Rc<CellId>>> {
        self.reach_out();
        let mut at = Some(class);
        while let Some(id) = at {
            let info = self.class(id);
            if let Some(prop) = info.props.iter().find(|prop| prop.is_static && *prop.name == *name) {
                let key = (id, prop.name);
                let slot = Slot::Prop(id, prop.name);
                if let Some(cell) = self.static_props.get(&key).cloned() {
                    self.bound(slot, &cell, false);
                    return Ok(Some(cell));
                }
                let value = match prop.default {
                    Some(expr) => self.in_class(id, prop.scope, |interp| interp.eval(expr))?,
                    None => Value::Null,
                };
                let cell = self.new_cell(value);
                self.static_props.insert(key, cell.clone());
                self.bound(slot, &cell, true);
                return Ok(Some(cell));
            }
            at = info.parent;
        }
        Ok(None)
    }

    /// Properties that a new object of a class has, defaults filled in.
    pub(super) fn template(&mut self, class: ClassId) -> Eval<'a, Template<'a>> {
        let info = self.class(class);
        if let Some(template) = info.template.get() {
            return Ok(template.clone());
        }
        let mut template = match info.parent {
            Some(parent) => self.template(parent)?,
            None => Template::default(),
        };
        for prop in info.props.iter().filter(|prop| !prop.is_static) {
            let value = match prop.default {
                Some(expr) => self.in_class(class, prop.scope, |interp| interp.eval(expr))?,
                None if prop.typed => {
                    template.shift_remove(prop.name);
                    continue;
                }
                None => Value::Null,
            };
            template.insert(Text::Source(prop.name), value);
        }
        if !template.values().any(|value| holds_object(value, 0)) {
            let _ = info.template.set(template.clone());
        }
        Ok(template)
    }
}

/// Whether a value refers to the heap of one evaluation (enum cases live longer).
pub(super) fn holds_object(value: &Value<'_>, depth: u32) -> bool {
    match value {
        Value::Object(id) => id.0 & ENUM_BIT == 0,
        Value::Closure(_) | Value::Ref(_) => true,
        Value::Array(array) => depth > 16 || array.entries.values().any(|entry| holds_object(&entry.value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Unknown(_) => false,
    }
}
