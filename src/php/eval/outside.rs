//! What others may ask of an evaluator: classes and methods by name, objects, values without references.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Interp, Raise, Stop};
use crate::php::ast::{Function, Visibility};
use crate::php::value::{Array, ObjId, Object, Returned, Value};
use crate::source::Span;

/// How many entries the arrays that are copied without their references may have together: one that holds another twice has twice as many.
const MAX_ENTRIES: usize = 200_000;

/// A walk that takes references out of values. The values stay alive as long as it, so that an array is known by its place.
#[derive(Default)]
struct Unreferring {
    /// Objects on the way.
    queue: Vec<ObjId>,
    /// References that the value at hand lies behind: one that leads back to itself ends there.
    open: Vec<u32>,
    /// How many entries may still be copied.
    left: usize,
    /// Arrays that were looked through, and whether they hold references.
    known: FxHashMap<usize, bool>,
}

impl Unreferring {
    /// Whether a value holds references. Where it holds none, the objects in it join the queue.
    fn has_ref(&mut self, value: &Value<'_>) -> bool {
        match value {
            Value::Ref(_) => true,
            Value::Object(id) => {
                self.queue.push(*id);
                false
            }
            Value::Array(array) => {
                let place = Rc::as_ptr(array) as usize;
                if let Some(known) = self.known.get(&place) {
                    return *known;
                }
                let has = array.entries.values().any(|entry| self.has_ref(&entry.value));
                self.known.insert(place, has);
                has
            }
            _ => false,
        }
    }
}

impl<'a> Interp<'a, '_> {
    /// Whether a class is there, autoloading included. Files that were put off are not looked through: PHP's `class_exists()` has no
    /// way to know what somebody might require.
    pub fn class_exists(&mut self, class: &str) -> Result<bool, Stop> {
        self.measure_stack();
        self.autoload(class).map(|found| found.is_some()).map_err(|raise| self.stop(*raise))
    }

    /// The same, and files that were put off are looked through.
    pub fn class_is_there(&mut self, class: &str) -> Result<bool, Stop> {
        self.measure_stack();
        self.find_class(class).map(|found| found.is_some()).map_err(|raise| self.stop(*raise))
    }

    /// Whether a class has a method, inherited ones included.
    pub fn method_exists(&mut self, class: &str, method: &str) -> bool {
        self.measure_stack();
        match self.find_class(class) {
            Ok(Some(id)) => self.find_method(id, method).is_some(),
            Ok(None) | Err(_) => false,
        }
    }

    /// Whether code of class `from` may call a method: PHP's rule of visibility. A method that is not there is nobody's secret.
    pub fn may_call(&mut self, class: &str, method: &str, from: &str) -> bool {
        self.measure_stack();
        let found = self.find_class(class).ok().flatten().and_then(|id| self.find_method(id, method));
        let Some(found) = found else { return true };
        match found.modifiers.visibility {
            Visibility::Public => true,
            Visibility::Protected => self.is_subclass(class, from) || self.is_subclass(from, class),
            Visibility::Private => self.class(found.class).name.eq_ignore_ascii_case(from),
        }
    }

    /// Where a method is declared, and the full name of the class that declares it (for a method of a trait: the class that uses it).
    pub fn method_at(&mut self, class: &str, method: &str) -> Option<(Rc<str>, Span)> {
        self.measure_stack();
        let id = self.find_class(class).ok()??;
        let method = self.find_method(id, method)?;
        let at = method.function.at;
        Some((self.class(method.class).name.clone(), Span { file: method.function.scope.file, start: at.start, end: at.end }))
    }

    /// The declaration of a method, for its parameters and doc comment.
    pub fn method_declaration(&mut self, class: &str, method: &str) -> Option<&'a Function<'a>> {
        self.measure_stack();
        let id = self.find_class(class).ok()??;
        self.find_method(id, method).map(|method| method.function)
    }

    /// Where a class is declared, and its full name as declared.
    pub fn class_at(&mut self, class: &str) -> Option<(Rc<str>, Span)> {
        self.measure_stack();
        let id = self.find_class(class).ok()??;
        let info = self.class(id);
        let at = info.decl.at;
        Some((info.name.clone(), Span { file: info.decl.scope.file, start: at.start, end: at.end }))
    }

    /// Whether a class is `of`, extends it, or implements it.
    pub fn is_subclass(&mut self, class: &str, of: &str) -> bool {
        self.measure_stack();
        matches!(self.name_is_a(class, of), Ok(Value::Bool(true)))
    }

    /// Full names of a class and its ancestors as they are declared, child first. Empty when the class is not there.
    pub fn class_chain(&mut self, class: &str) -> Vec<Rc<str>> {
        self.measure_stack();
        let mut chain = Vec::new();
        let mut at = self.find_class(class).ok().flatten();
        while let Some(id) = at {
            let info = self.class(id);
            chain.push(info.name.clone());
            at = info.parent;
        }
        chain
    }

    /// An object of the evaluation under way.
    pub fn object(&self, id: ObjId) -> &Object<'a> {
        self.heap_object(id)
    }

    /// The same, to keep while the evaluator goes on: as it is now, whatever changes later.
    pub fn snapshot(&self, id: ObjId) -> Rc<Object<'a>> {
        self.heap.get(id.0 as usize).map_or_else(|| Rc::new(self.object(id).clone()), Rc::clone)
    }

    /// The static method that made an object, called without arguments, if nothing reachable from the object changed after that call
    /// returned: class it was called on as declared, and method.
    pub fn intact_tag(&self, id: ObjId) -> Option<(Rc<str>, Rc<str>)> {
        self.intact_returns(id).into_iter().find(|call| !call.had_args).map(|call| (call.class, call.method))
    }

    /// Every static method that returned an object and after which nothing reachable from it changed, innermost first.
    pub fn intact_returns(&self, id: ObjId) -> Vec<Returned> {
        let object = self.heap_object(id);
        if object.returned.is_empty() {
            return Vec::new();
        }
        let changed = self.last_change(id);
        object.returned.iter().filter(|call| call.stamp > changed).cloned().collect()
    }

    /// A value without references, for those outside. Objects that it reaches are relieved of theirs, too.
    pub(super) fn plain(&mut self, value: &Value<'a>) -> Value<'a> {
        let mut seen = FxHashSet::default();
        let mut walk = Unreferring { left: MAX_ENTRIES, ..Unreferring::default() };
        let value = self.plain_value(value, &mut walk);
        while let Some(id) = walk.queue.pop() {
            if Self::is_enum(id) || !seen.insert(id) {
                continue;
            }
            let object = self.heap_rc(id);
            let props: Vec<Value<'a>> = object.props.values().map(|value| self.plain_value(value, &mut walk)).collect();
            if object.props.values().any(|value| walk.has_ref(value))
                && let Some(slot) = self.heap.get_mut(id.0 as usize)
            {
                for (old, new) in Rc::make_mut(slot).props.values_mut().zip(props) {
                    *old = new;
                }
            }
        }
        value
    }

    fn plain_value(&self, value: &Value<'a>, walk: &mut Unreferring) -> Value<'a> {
        match value {
            Value::Array(array) if walk.has_ref(value) => {
                let Some(left) = walk.left.checked_sub(array.entries.len()) else {
                    return Value::unknown("[...]", None, "has too many parts");
                };
                walk.left = left;
                let mut copy = Array::clone(array);
                for (entry, shared) in copy.entries.values_mut().zip(array.entries.values()) {
                    entry.value = self.plain_value(&shared.value, walk);
                }
                Value::Array(Rc::new(copy))
            }
            Value::Ref(cell) if walk.open.contains(&cell.0) => Value::Null,
            Value::Ref(cell) => {
                walk.open.push(cell.0);
                let value = self.plain_value(self.cell(cell), walk);
                walk.open.pop();
                value
            }
            other => {
                walk.has_ref(other);
                other.clone()
            }
        }
    }

    /// An interruption in the words of the interface.
    pub(super) fn stop(&mut self, raise: Raise<'a>) -> Stop {
        match raise {
            Raise::Stop(stop) => stop,
            Raise::GiveUp => Stop::Limit { message: "too much depends on conditions that only the site knows".into(), at: None },
            Raise::Throw(value, at) => {
                let (class, message) = match &value {
                    Value::Object(id) => {
                        let object = self.heap_rc(*id);
                        let message = object.props.get("message").cloned().unwrap_or_default();
                        (object.class.to_string(), message)
                    }
                    other => ("Throwable".to_owned(), other.clone()),
                };
                let message = match self.deref(message) {
                    Value::Str(text) => text.to_string(),
                    other => self.spell(&other),
                };
                Stop::Thrown { class, message, at }
            }
        }
    }
}
