//! The evaluator: a small, total interpreter of what is pure in PHP.
//!
//! In: syntax trees through a [`Host`], names of classes and methods. Out: [`Value`]s, or the reason why there is none ([`Stop`]).
//! What only a running site knows becomes [`Value::Unknown`] and flows on; nothing here reads a clock, a database or a disk.
//!
//! `expr`, `literal`, `access`, `ops`, `place`, `presence`, `stmt`, `looping`, `call`, `method` and `invoke` are the language, `class`,
//! `link`, `member`, `load` and `names` where things come from, `absent` and `cycle` what is wrong with names, `frame`, `generator` and
//! `object` what a call and the heap hold, `rebuild` and `replay` what need not be done twice, `fork` what happens under an unknown
//! condition, `unknown` how unknown values are spelled, `builtin` the functions that PHP brings, `outside` what others may ask.

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "PHP's numbers are i64 and f64, lengths are bounded by fuel, and PHP converts in the same lossy way"
)]
#![allow(clippy::unnecessary_wraps, reason = "the functions of a table have one shape, whether they can fail or not")]
#![allow(clippy::option_option, reason = "`depends on the site` and `not comparable` are different answers")]
#![allow(clippy::unnecessary_box_returns, reason = "errors are boxed wherever they travel")]
#![allow(clippy::wrong_self_convention, reason = "`to_int` and the like convert PHP values, not the evaluator")]
#![allow(clippy::single_match_else, reason = "both cases are ordinary")]
#![allow(clippy::similar_names, reason = "`call`, `cell`, `args`, `arg` are the words of the trade")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "cells are counted, and borrowed where they are")]
#![allow(clippy::unused_self, reason = "steps of one walk read alike")]
#![allow(clippy::match_same_arms, reason = "kinds of value are listed one by one where the table is PHP's")]

mod absent;
mod access;
mod array;
mod builtin;
mod call;
mod class;
mod compare;
mod convert;
mod cycle;
mod expr;
mod fork;
mod frame;
mod generator;
mod invoke;
mod link;
mod literal;
mod load;
mod looping;
mod member;
mod method;
pub mod names;
mod object;
mod ops;
mod outside;
mod place;
mod presence;
mod rebuild;
mod replay;
mod stmt;
mod stop;
mod unknown;

use std::rc::Rc;

use bumpalo::Bump;
use rustc_hash::{FxHashMap, FxHashSet};

pub use stop::Stop;

use self::call::Callee;
use self::class::{ClassInfo, Method};
use self::frame::Frame;
use self::link::Link;
use self::load::Constant;
use self::names::Spot;
use self::rebuild::{Built, Plan};
use self::replay::Replays;
use super::ast::{self, Function, Scope};
use super::host::Host;
use super::value::{Array, CellId, ClassId, Object, Value};
use crate::source::{FileId, SourceMap, Span};

/// The variables that a file's top level left behind, in order of first assignment. Names are without `$`.
pub type Vars<'a> = indexmap::IndexMap<&'a str, Value<'a>, rustc_hash::FxBuildHasher>;

/// Steps that one evaluation may take, from one [`Interp::reset`] to the next.
pub const FUEL: u32 = 2_000_000;
/// Steps that running a file's top level may take.
const LOAD_FUEL: u32 = 1_000_000;
/// Steps that both ways of an unknown condition may take; half of that for a condition within, and so on. Code that goes further is not
/// followed: its value is unknown.
const FORK_FUEL: u32 = 40_000;
/// How deep unknown conditions nest.
const MAX_FORKS: u32 = 10;
/// How many ways out of a loop or a function may wait to be merged; each keeps a state. A loop that leaves under an unknown condition
/// in every turn adds one a turn.
const MAX_PENDING: usize = 100;
/// How deep calls nest.
const MAX_CALLS: u32 = 200;
/// How deep expressions, statements and calls nest together.
const MAX_DEPTH: u32 = 3000;
/// What an entry of an array costs that is made by the thousand, in steps.
const ENTRY: usize = 4;
/// The longest text, in bytes.
const MAX_TEXT: usize = 1 << 24;
/// The stack that an evaluation may use, in bytes, unless [`Interp::limit_stack`] says otherwise.
const STACK: usize = 6 << 20;
/// Marks the ids of enum cases, which are not on the heap.
const ENUM_BIT: u32 = 1 << 31;

/// A result of the evaluator's own parts.
type Eval<'a, T = Value<'a>> = Result<T, Box<Raise<'a>>>;

/// What interrupts an evaluation.
#[derive(Debug)]
enum Raise<'a> {
    /// An exception.
    Throw(Value<'a>, Option<Span>),
    /// The end.
    Stop(Stop),
    /// An unknown condition leads too far: the function that it stands in is not followed.
    GiveUp,
}

/// An evaluator: classes, functions and constants seen so far, and the heap of the evaluation under way.
pub struct Interp<'a, 'h> {
    /// Where nodes go.
    pub arena: &'a Bump,
    /// The texts.
    pub sources: &'a SourceMap,
    /// The world.
    pub host: &'h dyn Host<'a>,
    /// Major version of PHP.
    php: u32,
    /// Whether the classes that inherit a method share its static variables.
    shared_statics: bool,
    frame: Box<Frame<'a>>,
    /// Frames to use again. They are large, so they move from here to `frame` and back in their boxes.
    #[allow(clippy::vec_box, reason = "see above")]
    spare_frames: Vec<Box<Frame<'a>>>,
    root: &'a Scope<'a>,

    heap: Vec<Rc<Object<'a>>>,
    cells: Vec<Value<'a>>,
    enums: Vec<Rc<Object<'a>>>,
    /// Stands in for an object that is not there; ids of a heap that was dropped lead here.
    nothing: Rc<Object<'a>>,
    empty_text: Rc<str>,
    globals: FxHashMap<&'a str, Rc<CellId>>,
    static_vars: FxHashMap<(usize, u32, &'a str), Rc<CellId>>,
    static_props: FxHashMap<(ClassId, &'a str), Rc<CellId>>,
    /// Counts events, so that it can be told what changed after what.
    clock: u64,

    classes: Vec<Rc<ClassInfo<'a>>>,
    by_name: FxHashMap<Rc<str>, ClassId>,
    decls: FxHashMap<Rc<str>, &'a ast::Class<'a>>,
    aliases: FxHashMap<Rc<str>, Rc<str>>,
    /// Classes that are being linked, each for the one before.
    linking: Vec<Link<'a>>,
    looking: FxHashSet<Rc<str>>,
    functions: FxHashMap<Rc<str>, &'a Function<'a>>,
    consts: FxHashMap<Rc<str>, Constant<'a>>,
    /// Constants whose values are being computed, each for the one before: class and name, or name and nothing.
    naming: Vec<(Rc<str>, &'a str)>,
    builtins: FxHashMap<&'static str, builtin::Builtin>,
    impure: FxHashSet<&'static str>,
    foreign: FxHashSet<&'static str>,
    /// Names that were searched in vain, and the epoch of that search.
    missing: FxHashMap<Rc<str>, u32>,
    missing_functions: FxHashMap<Rc<str>, u32>,
    missing_consts: FxHashMap<Rc<str>, u32>,
    /// What names in the source came to, by their places.
    classes_seen: FxHashMap<Spot, ClassId>,
    consts_seen: FxHashMap<Spot, Value<'a>>,
    methods_seen: FxHashMap<(ClassId, Option<ClassId>, Spot), Option<Rc<Method<'a>>>>,
    /// The same for functions, with the epoch outside which it need not hold.
    callees_seen: FxHashMap<Spot, (Option<u32>, Callee<'a>)>,
    /// Array literals of nothing but constants, by the place of their items, and the steps that making them takes.
    arrays_seen: FxHashMap<usize, Option<(Rc<Array<'a>>, u32)>>,
    /// `Class::method` of methods that made objects.
    makers_seen: FxHashMap<(ClassId, usize), Rc<str>>,
    empty_array: Rc<Array<'a>>,
    /// What constructors made of scalars.
    built: FxHashMap<Plan<'a>, Built<'a>>,
    /// What long calls came to.
    replays: Replays<'a>,
    /// Counts looks at and changes of what outlives a call; see [`Interp::reach_out`].
    outside: u64,
    /// Grows with everything that is declared.
    epoch: u32,

    loaded: FxHashSet<Rc<str>>,
    /// Files whose top level has no end, and why.
    failed: FxHashMap<Rc<str>, Stop>,
    queued: FxHashSet<Rc<str>>,
    pending: Vec<Rc<str>>,
    libraries: usize,
    /// Files whose top level is being run, each for the one before.
    loading: Vec<FileId>,
    noted: FxHashSet<usize>,

    fuel: u32,
    /// The fuel at which the innermost fork gives up.
    floor: u32,
    forks: u32,
    /// Places of the calls under way.
    trail: Vec<Span>,
    calls: u32,
    depth: u32,
    deepest: u32,
    stack_base: usize,
    stack_limit: usize,
}

impl<'a, 'h> Interp<'a, 'h> {
    /// An evaluator that has seen nothing but what PHP itself brings.
    pub fn new(arena: &'a Bump, sources: &'a SourceMap, host: &'h dyn Host<'a>) -> Self {
        let (prelude, _) = sources.add("", "PHP".to_owned(), builtin::PRELUDE.as_bytes().to_vec());
        let root = arena.alloc(Scope { file: prelude, namespace: "", uses: &[] });
        let nothing = Object {
            class: Rc::from("stdClass"),
            class_id: None,
            props: indexmap::IndexMap::default(),
            made_at: None,
            made_in: Rc::from(""),
            via: Rc::from([]),
            returned: Vec::new(),
            changed: 0,
        };
        let mut interp = Interp {
            arena,
            sources,
            host,
            php: host.php().0,
            shared_statics: host.php() >= (8, 1),
            frame: Box::new(Frame::new(root, None)),
            spare_frames: Vec::new(),
            root,
            heap: Vec::new(),
            cells: Vec::new(),
            enums: Vec::new(),
            nothing: Rc::new(nothing),
            empty_text: Rc::from(""),
            globals: FxHashMap::default(),
            static_vars: FxHashMap::default(),
            static_props: FxHashMap::default(),
            clock: 0,
            classes: Vec::new(),
            by_name: FxHashMap::default(),
            decls: FxHashMap::default(),
            aliases: FxHashMap::default(),
            linking: Vec::new(),
            looking: FxHashSet::default(),
            functions: FxHashMap::default(),
            consts: FxHashMap::default(),
            naming: Vec::new(),
            builtins: builtin::table(),
            impure: builtin::impure(),
            foreign: builtin::foreign(),
            missing: FxHashMap::default(),
            missing_functions: FxHashMap::default(),
            missing_consts: FxHashMap::default(),
            classes_seen: FxHashMap::default(),
            consts_seen: FxHashMap::default(),
            methods_seen: FxHashMap::default(),
            callees_seen: FxHashMap::default(),
            arrays_seen: FxHashMap::default(),
            makers_seen: FxHashMap::default(),
            empty_array: Rc::default(),
            built: FxHashMap::default(),
            replays: Replays::default(),
            outside: 0,
            epoch: 0,
            loaded: FxHashSet::default(),
            failed: FxHashMap::default(),
            queued: FxHashSet::default(),
            pending: Vec::new(),
            libraries: 0,
            loading: Vec::new(),
            noted: FxHashSet::default(),
            fuel: FUEL,
            floor: 0,
            forks: 0,
            trail: Vec::new(),
            calls: 0,
            depth: 0,
            deepest: MAX_DEPTH,
            stack_base: 0,
            stack_limit: STACK,
        };
        interp.declare_prelude(prelude);
        interp
    }

    fn declare_prelude(&mut self, file: FileId) {
        let text = &self.sources.file(file).text;
        let parsed = super::parse::parse_file(self.arena, file, text);
        self.hoist(parsed.stmts);
    }

    /// How much stack an evaluation may use. The thread must have half as much again. For programs nested within the limits of depth it
    /// never matters; it is the last guard.
    pub fn limit_stack(&mut self, bytes: usize) {
        self.stack_limit = bytes;
    }

    /// Gives less (or more) fuel for what follows, up to the next [`Interp::reset`].
    pub fn set_fuel(&mut self, steps: u32) {
        self.fuel = steps;
    }

    /// Steps that are left.
    pub fn fuel(&self) -> u32 {
        self.fuel
    }

    /// Drops the heap and fills up the fuel; classes, functions and constants stay. Object ids given out before are void.
    pub fn reset(&mut self) {
        self.heap.clear();
        self.cells.clear();
        self.globals.clear();
        self.static_vars.clear();
        self.static_props.clear();
        *self.frame = Frame::new(self.root, None);
        self.fuel = FUEL;
        self.floor = 0;
        self.forks = 0;
        self.trail.clear();
        self.calls = 0;
        self.depth = 0;
    }

    /// Runs the top level of a file in a scope of its own and gives its variables.
    pub fn include(&mut self, path: &str) -> Result<Vars<'a>, Stop> {
        self.measure_stack();
        self.include_vars(path)
    }

    /// Declares what a file declares (once; nothing happens when it was included before) and runs its top level.
    pub fn require(&mut self, path: &str) -> Result<(), Stop> {
        self.measure_stack();
        match self.load(path) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Stop::Missing { what: format!("file {path}"), at: None }),
            Err(raise) => Err(self.stop(*raise)),
        }
    }

    /// Puts a file off: it is loaded when something is missing. Cheaper than [`Interp::require`] for a file that may not be needed.
    pub fn require_later(&mut self, path: &str) {
        self.defer(path);
    }

    /// Calls a static method. `at` is the place that wants it, for the chain of calls.
    pub fn call_static(&mut self, class: &str, method: &str, args: Vec<Value<'a>>, at: Option<Span>) -> Result<Value<'a>, Stop> {
        self.measure_stack();
        let Some(id) = self.find_class(class).map_err(|raise| self.stop(*raise))? else {
            return Err(Stop::Missing { what: format!("class {}", class.trim_start_matches('\\')), at });
        };
        let Some(found) = self.find_method(id, method) else {
            return Err(Stop::Missing { what: format!("method {}::{method}", self.class(id).name), at });
        };
        let had_args = !args.is_empty();
        let value = self.call_method(&found, None, id, args.into(), at).map_err(|raise| self.stop(*raise))?;
        let class = self.class(id).name.clone();
        self.note_return(&value, &class, &found.name, had_args);
        Ok(self.plain(&value))
    }

    /// A new object of a class, its constructor called without arguments.
    pub fn construct(&mut self, class: &str) -> Result<Value<'a>, Stop> {
        self.measure_stack();
        let Some(id) = self.find_class(class).map_err(|raise| self.stop(*raise))? else {
            return Err(Stop::Missing { what: format!("class {}", class.trim_start_matches('\\')), at: None });
        };
        self.construct_plain(id).map_err(|raise| self.stop(*raise))
    }

    /// Calls a function by its full name.
    pub fn call_function_by_name(&mut self, name: &str, args: Vec<Value<'a>>, at: Span) -> Result<Value<'a>, Stop> {
        self.measure_stack();
        let value = self.call_function_named(name, args.into(), at).map_err(|raise| self.stop(*raise))?;
        Ok(self.plain(&value))
    }

    /// The value of a global constant, or of a class constant spelled `a\b::C`.
    pub fn constant_value(&mut self, name: &str) -> Result<Option<Value<'a>>, Stop> {
        self.measure_stack();
        let value = match name.split_once("::") {
            Some((class, konst)) => match self.find_class(class) {
                Ok(Some(id)) => self.class_const(id, konst, None).map(Some),
                Ok(None) => Ok(None),
                Err(raise) => Err(raise),
            },
            None => self.constant(name, None),
        };
        value.map_err(|raise| self.stop(*raise))
    }

    /// The value of a constant expression in a class, such as the default of a parameter.
    pub fn constant_expr(&mut self, class: &str, scope: &'a Scope<'a>, expr: &'a ast::Expr<'a>) -> Result<Value<'a>, Stop> {
        self.measure_stack();
        let at = Span { file: scope.file, start: expr.at.start, end: expr.at.end };
        let found = self.find_class(class).map_err(|raise| self.stop(*raise))?;
        let id = found.ok_or_else(|| Stop::Missing { what: format!("class {class}"), at: Some(at) })?;
        let value = self.in_class(id, scope, |interp| interp.eval(expr)).map_err(|raise| self.stop(*raise))?;
        Ok(self.plain(&value))
    }

    fn add_alias(&mut self, class: &str, alias: &str) {
        let key: Rc<str> = Rc::from(&*names::lower(alias.trim_start_matches('\\')));
        self.aliases.entry(key).or_insert_with(|| Rc::from(class.trim_start_matches('\\')));
        self.epoch += 1;
    }

    /// Remembers where the stack stands when an evaluation starts.
    fn measure_stack(&mut self) {
        if self.depth == 0 && self.calls == 0 {
            let here = 0_u8;
            self.stack_base = std::ptr::from_ref(&here) as usize;
        }
    }

    #[inline]
    fn stack_is_low(&self) -> bool {
        let here = 0_u8;
        self.stack_base.abs_diff(std::ptr::from_ref(&here) as usize) > self.stack_limit
    }
}

#[cfg(test)]
mod tests;
