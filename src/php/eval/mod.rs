//! The evaluator: a small, total interpreter of what is pure in PHP.
//!
//! In: syntax trees through a [`Host`], names of classes and methods. Out: [`Value`]s, or the reason why there is none ([`Stop`]).
//! What only a running site knows becomes [`Value::Unknown`] and flows on; nothing here reads a clock, a database or a disk.

mod stop;

use bumpalo::Bump;

pub use stop::Stop;

use super::host::Host;
use super::value::{ObjId, Object, Value};
use crate::source::{SourceMap, Span};

/// The variables that a file's top level left behind, in order of first assignment. Names are without `$`.
pub type Vars<'a> = indexmap::IndexMap<&'a str, Value<'a>, rustc_hash::FxBuildHasher>;

/// An evaluator: classes, functions and constants seen so far, and the heap of the evaluation under way.
pub struct Interp<'a, 'h> {
    /// Where nodes go.
    pub arena: &'a Bump,
    /// The texts.
    pub sources: &'a SourceMap,
    /// The world.
    pub host: &'h dyn Host<'a>,
    heap: Vec<std::rc::Rc<Object<'a>>>,
}

impl<'a, 'h> Interp<'a, 'h> {
    /// An evaluator that has seen nothing.
    pub fn new(arena: &'a Bump, sources: &'a SourceMap, host: &'h dyn Host<'a>) -> Self {
        Interp { arena, sources, host, heap: Vec::new() }
    }

    /// Drops the heap and fills up the fuel; classes, functions and constants stay. Object ids given out before are void.
    pub fn reset(&mut self) {
        self.heap.clear();
    }

    /// Runs the top level of a file in a scope of its own and gives its variables.
    pub fn include(&mut self, path: &str) -> Result<Vars<'a>, Stop> {
        Err(Stop::Missing { what: format!("file {path}"), at: None })
    }

    /// Declares what a file declares (once; nothing happens when it was included before) and runs its top level.
    pub fn require(&mut self, path: &str) -> Result<(), Stop> {
        self.include(path).map(|_| ())
    }

    /// Calls a static method. `at` is the place that wants it, for the chain of calls.
    pub fn call_static(&mut self, class: &str, method: &str, args: Vec<Value<'a>>, at: Option<Span>) -> Result<Value<'a>, Stop> {
        let _ = args;
        Err(Stop::Missing { what: format!("method {class}::{method}"), at })
    }

    /// Whether a class is there, autoloading included.
    pub fn class_exists(&mut self, class: &str) -> bool {
        let _ = class;
        false
    }

    /// Whether a class has a method, inherited ones included.
    pub fn method_exists(&mut self, class: &str, method: &str) -> bool {
        let _ = (class, method);
        false
    }

    /// Where a method is declared, and the full name of the class or trait that declares it.
    pub fn method_at(&mut self, class: &str, method: &str) -> Option<(std::rc::Rc<str>, Span)> {
        let _ = (class, method);
        None
    }

    /// Whether a class is `of`, extends it, or implements it.
    pub fn is_subclass(&mut self, class: &str, of: &str) -> bool {
        let _ = (class, of);
        false
    }

    /// Full names of a class and its ancestors as they are declared, child first. Empty when the class is not there.
    pub fn class_chain(&mut self, class: &str) -> Vec<std::rc::Rc<str>> {
        let _ = class;
        Vec::new()
    }

    /// An object of the evaluation under way.
    pub fn object(&self, id: ObjId) -> &Object<'a> {
        &self.heap[id.0 as usize]
    }

    /// The static method that made an object, called without arguments, if nothing reachable from the object changed after that call
    /// returned: class it was called on as declared, and method.
    pub fn intact_tag(&self, id: ObjId) -> Option<(std::rc::Rc<str>, std::rc::Rc<str>)> {
        self.intact_returns(id).into_iter().find(|call| !call.had_args).map(|call| (call.class, call.method))
    }

    /// Every static method that returned an object and after which nothing reachable from it changed, innermost first.
    pub fn intact_returns(&self, id: ObjId) -> Vec<super::value::Returned> {
        self.object(id).returned.clone()
    }

    /// A value spelled as a PHP expression, shortened where it is long.
    pub fn spell(&self, value: &Value<'a>) -> String {
        format!("{value:?}")
    }
}
