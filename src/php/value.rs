//! The values that the evaluator computes with.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use indexmap::{Equivalent, IndexMap};
use rustc_hash::FxBuildHasher;

use super::ast;
use super::text::Text;
use crate::ir;
use crate::source::Span;

/// A PHP value, or one that cannot be known here.
#[derive(Debug, Clone, Default)]
pub enum Value<'a> {
    /// `null`
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(Text<'a>),
    /// An ordered array; copied on write.
    Array(Rc<Array<'a>>),
    /// An object: an index into the evaluator's heap, so two copies of the value are one object, as in PHP.
    Object(ObjId),
    /// A closure, an arrow function or a first-class callable.
    Closure(Rc<Closure<'a>>),
    /// What only a running site knows.
    Unknown(Rc<Unknown>),
    /// A variable, element or property that shares its value with others (`&$x`). Only inside the evaluator: values that it hands out
    /// hold none.
    Ref(Rc<CellId>),
}

/// Index of a shared value in the evaluator. Counted, because an element that shares with nobody any more is an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellId(pub u32);

/// Index of an object in the evaluator's heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjId(pub u32);

/// A key of an array.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key<'a> {
    /// An integer key.
    Int(i64),
    /// A string key, which no integer is spelled like.
    Str(Text<'a>),
}

/// A string key as its text, so that arrays can be asked for a `&str`.
impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Key::Int(n) => n.hash(state),
            Key::Str(text) => text.hash(state),
        }
    }
}

impl Equivalent<Key<'_>> for str {
    fn equivalent(&self, key: &Key<'_>) -> bool {
        matches!(key, Key::Str(text) if **text == *self)
    }
}

impl From<&ir::Key> for Key<'_> {
    fn from(key: &ir::Key) -> Self {
        match key {
            ir::Key::Int(n) => Key::Int(*n),
            ir::Key::Str(text) => Key::Str(Text::made(text)),
        }
    }
}

impl From<&Key<'_>> for ir::Key {
    fn from(key: &Key<'_>) -> Self {
        match key {
            Key::Int(n) => ir::Key::Int(*n),
            Key::Str(text) => ir::Key::Str(text.to_string()),
        }
    }
}

/// Number of a linked class in the evaluator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClassId(pub(super) u32);

/// An ordered PHP array.
#[derive(Debug, Clone, Default)]
pub struct Array<'a> {
    /// Entries in PHP's order: a key that is set again keeps its first position.
    pub entries: IndexMap<Key<'a>, Entry<'a>, FxBuildHasher>,
    /// The key that `$a[] = x` takes next.
    pub next: i64,
}

/// What stands under a key of an array.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The value.
    pub value: Value<'a>,
    /// The place that wrote it.
    pub at: Option<Span>,
    /// Set when only one branch of an unknown condition wrote the key: the condition, in PHP's words.
    pub only_if: Option<Rc<str>>,
    /// Set when the key itself is not known (`$a[$unknown] = x`): the expression of the key, which is then some number in this array.
    pub key_expr: Option<Rc<str>>,
}

/// An object on the heap.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    /// Full name of its class, without leading backslash, as it is declared.
    pub class: Rc<str>,
    /// The class itself; `None` where it is not there.
    pub(super) class_id: Option<ClassId>,
    /// Properties in order of declaration, then of assignment.
    pub props: IndexMap<Text<'a>, Value<'a>, FxBuildHasher>,
    /// The `new` expression that made it.
    pub made_at: Option<Span>,
    /// `Class::method` whose body holds that `new`; empty outside methods. The class is the one that declares the method.
    pub made_in: Rc<str>,
    /// The calls that led there, outermost first.
    pub via: Rc<[Span]>,
    /// The static methods that returned it, innermost first, whatever happened to it since: see `Interp::intact_returns`.
    pub returned: Vec<Returned>,
    /// When it was changed last, by the evaluator's own count of events.
    pub changed: u64,
}

/// A static method that returned an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Full name, as declared, of the class that it was called on.
    pub class: Rc<str>,
    /// The method, as declared.
    pub method: Rc<str>,
    /// Whether it was called with arguments.
    pub had_args: bool,
    /// When it returned, by the evaluator's own count of events.
    pub stamp: u64,
}

/// A function value.
#[derive(Debug, Clone)]
pub struct Closure<'a> {
    /// What it calls.
    pub target: ClosureTarget<'a>,
}

/// What a closure calls.
#[derive(Debug, Clone)]
pub enum ClosureTarget<'a> {
    /// `function () { }` or `fn() => ...` with what it took along.
    Function {
        /// The function.
        function: &'a ast::Function<'a>,
        /// Captured variables.
        captured: Vec<(&'a str, Value<'a>)>,
        /// `$this` at the place of the closure.
        this: Option<ObjId>,
        /// The class it stands in, for `self`, and the one for `static`.
        class: Option<(ClassId, ClassId)>,
    },
    /// A function by name.
    Named(Text<'a>),
    /// A static method.
    Static(Text<'a>, Text<'a>),
    /// A method of an object.
    Method(ObjId, Text<'a>),
}

/// A value that cannot be known here: site configuration, the database, the clock, a function that is not pure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The value spelled as a PHP expression that needs no local variables: `get_config('moodlecourse')->maxbytes`.
    pub expr: String,
    /// The place in the source where the unknown comes from.
    pub at: Option<Span>,
    /// Why it is unknown, in a few words (`reads the database`, `no class quizaccess_seb in this tree`).
    pub why: String,
}

impl Unknown {
    /// The class that is not in the tree, where that is why the value is unknown.
    pub fn missing_class(&self) -> Option<&str> {
        self.why.strip_prefix("no class ")?.strip_suffix(" in this tree")
    }
}

impl<'a> Value<'a> {
    /// A string value made of a text that lives for a moment only.
    pub fn str(text: &str) -> Self {
        Value::Str(Text::made(text))
    }

    /// A string value.
    pub fn text(text: impl Into<Text<'a>>) -> Self {
        Value::Str(text.into())
    }

    /// An unknown value.
    pub fn unknown(expr: impl Into<String>, at: Option<Span>, why: impl Into<String>) -> Self {
        Value::Unknown(Rc::new(Unknown { expr: expr.into(), at, why: why.into() }))
    }

    /// Whether the value is [`Value::Unknown`].
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown(_))
    }
}
