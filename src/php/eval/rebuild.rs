//! Constructors that only fill in their object. Most objects of a tree are built by one of a few constructors from the same arguments
//! again and again (of Moodle 4.5's 15,000 descriptions of a value two thirds): what such a constructor did is remembered.

use super::call::Args;
use super::class::Template;
use super::{Interp, MAX_CALLS, MAX_DEPTH};
use crate::php::text::Text;
use crate::php::value::{ClassId, ObjId, Value};

/// How near to the limits of depth nothing is repeated, so that code meets them where it would have without this.
const MARGIN: u32 = 32;

/// A class and the arguments that an object of it was built from.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Plan<'a> {
    class: ClassId,
    args: Vec<Scalar<'a>>,
}

/// An argument that is no more than what it says.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(u64),
    Str(Text<'a>),
}

/// What a constructor left behind.
#[derive(Debug)]
pub(super) struct Built<'a> {
    props: Template<'a>,
    steps: u32,
}

/// What tells whether code did anything beside filling in an object that was there before.
#[derive(Debug, PartialEq)]
pub(super) struct Footprint {
    outside: u64,
    objects: usize,
    cells: usize,
    epoch: u32,
}

impl<'a> Plan<'a> {
    /// `None` where the arguments are more than scalars.
    pub(super) fn of(class: ClassId, args: &Args<'a>) -> Option<Self> {
        if !args.named.is_empty() {
            return None;
        }
        let scalar = |value: &Value<'a>| match value {
            Value::Null => Some(Scalar::Null),
            Value::Bool(b) => Some(Scalar::Bool(*b)),
            Value::Int(n) => Some(Scalar::Int(*n)),
            Value::Float(f) => Some(Scalar::Float(f.to_bits())),
            Value::Str(text) => Some(Scalar::Str(text.clone())),
            Value::Array(_) | Value::Object(_) | Value::Closure(_) | Value::Unknown(_) | Value::Ref(_) => None,
        };
        Some(Plan { class, args: args.list.iter().map(scalar).collect::<Option<_>>()? })
    }
}

impl<'a> Interp<'a, '_> {
    /// Marks that the code under way looks at, or changes, what outlives the call: globals, static variables, the world.
    pub(super) fn reach_out(&mut self) {
        self.outside += 1;
    }

    pub(super) fn footprint(&self) -> Footprint {
        Footprint { outside: self.outside, objects: self.heap.len(), cells: self.cells.len(), epoch: self.epoch }
    }

    /// The properties of an object built by that plan, and the steps that building it takes; `None` when they are not known.
    pub(super) fn rebuilt(&self, plan: &Plan<'a>) -> Option<(Template<'a>, u32)> {
        if self.calls + MARGIN > MAX_CALLS || self.depth + 8 * MARGIN > self.deepest.min(MAX_DEPTH) {
            return None;
        }
        self.built.get(plan).map(|built| (built.props.clone(), built.steps))
    }

    /// Remembers what a constructor did that left no trace elsewhere since `before`, with that much fuel left then.
    pub(super) fn remember_built(&mut self, plan: Plan<'a>, object: ObjId, before: &Footprint, fuel: u32) {
        if self.footprint() != *before {
            return;
        }
        let props = &self.heap_object(object).props;
        if props.values().all(|value| is_plain(value)) {
            let built = Built { props: props.clone(), steps: fuel - self.fuel };
            self.built.insert(plan, built);
        }
    }
}

/// Whether a value says everything about itself, wherever it stands.
fn is_plain(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => true,
        Value::Array(array) => array.entries.is_empty(),
        Value::Object(_) | Value::Closure(_) | Value::Unknown(_) | Value::Ref(_) => false,
    }
}
