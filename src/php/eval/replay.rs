//! Calls that need not be made again. Functions share what builds their structures (exporters, tables of properties), and each evaluation
//! begins anew: what a long call gave, and what it did to static and global variables, is remembered and done again without running it.
//!
//! A call is done again where all that it looked at is as it was then: its arguments, and the static and global variables that it bound.
//! Answers of the host depend on the tree and the site file alone. The objects that it made are copied, with the chain of calls and the
//! count of events of the place where the call stands now.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::call::{Args, Who};
use super::member::holds_object;
use super::{Eval, Interp, MAX_CALLS, MAX_DEPTH};
use crate::php::ast::Function;
use crate::php::value::{Array, CellId, ClassId, Entry, ObjId, Object, Value};
use crate::source::Span;

/// Steps from which on a call is worth remembering.
const LONG: u32 = 400;
/// Outcomes that are kept of one call, for different states of what it looks at.
const MAX_OUTCOMES: usize = 6;
/// Entries of arrays and properties of objects that are kept, of all calls together.
const MAX_KEPT: usize = 250_000;
/// How deep arrays that are remembered nest.
const DEEPEST: u32 = 24;
/// How many entries such an array has, those of arrays in it included: one that holds another twice has twice as many.
const LARGEST: u32 = 20_000;
/// How near to the limits of depth nothing is done again, so that code meets them where it would have without this.
const MARGIN: u32 = 16;

/// What is known of calls.
#[derive(Default)]
pub(super) struct Replays<'a> {
    /// Functions of which a call took long.
    long: FxHashSet<usize>,
    known: FxHashMap<Call<'a>, Vec<Rc<Replay<'a>>>>,
    /// The size of what is known; see [`MAX_KEPT`].
    kept: usize,
    /// Static and global variables that were bound in the calls under way that are being watched, in order.
    bound: Vec<Bound<'a>>,
    /// Where the variables of each watched call begin, outermost call first.
    watched: Vec<usize>,
    /// Looks at what may come out another way once more is declared: names that are not there, places on the heap.
    fickle: u64,
    /// How deep calls have nested since the innermost watched call began.
    deepest: u32,
}

/// A function with what it is called on and with.
#[derive(PartialEq, Eq, Hash)]
struct Call<'a> {
    function: usize,
    class: Option<ClassId>,
    called: Option<ClassId>,
    args: Vec<Plain<'a>>,
}

/// A value that refers to nothing that changes.
#[derive(Clone)]
struct Plain<'a>(Value<'a>);

/// A variable that outlives a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot<'a> {
    /// A global variable.
    Global(&'a str),
    /// A static variable: function, class, name.
    Var(usize, u32, &'a str),
    /// A static property.
    Prop(ClassId, &'a str),
}

/// A variable when it was bound first.
struct Bound<'a> {
    slot: Slot<'a>,
    /// Whether it began to exist then.
    fresh: bool,
    value: Value<'a>,
}

/// What a call did to a variable.
struct Effect<'a> {
    slot: Slot<'a>,
    fresh: bool,
    before: Plain<'a>,
    after: Plain<'a>,
}

/// What a call came to.
struct Replay<'a> {
    value: Value<'a>,
    effects: Vec<Effect<'a>>,
    /// Objects that the value reaches, all made by the call, by their places on the heap then.
    objects: Vec<(ObjId, Rc<Object<'a>>)>,
    /// How many places of calls led to the body of the function.
    trail: usize,
    /// The count of events before, and how many there were.
    clock: (u64, u64),
    steps: u32,
    /// How many looks outside; see [`Interp::reach_out`].
    outside: u64,
    /// How many calls nested within.
    nested: u32,
    /// How many unknown conditions were open.
    forks: u32,
}

/// A call that is being watched: how things were when it began.
struct Watch {
    objects: usize,
    trail: usize,
    clock: u64,
    fuel: u32,
    outside: u64,
    epoch: u32,
    fickle: u64,
    deepest: u32,
    first: usize,
}

impl<'a> Interp<'a, '_> {
    /// Calls a function, or does again what the same call did before.
    pub(super) fn call_function(
        &mut self,
        function: &'a Function<'a>,
        who: Who,
        captured: &[(&'a str, Value<'a>)],
        args: Args<'a>,
        at: Option<Span>,
    ) -> Eval<'a> {
        if who.this.is_some() || !captured.is_empty() || !self.loading.is_empty() {
            return self.run_call(function, who, captured, args, at);
        }
        let key = std::ptr::from_ref(function) as usize;
        if !self.replays.long.contains(&key) {
            let fuel = self.fuel;
            let value = self.run_call(function, who, captured, args, at)?;
            if fuel.saturating_sub(self.fuel) >= LONG {
                self.replays.long.insert(key);
            }
            return Ok(value);
        }
        let Some(call) = Call::of(key, who, &args) else { return self.run_call(function, who, captured, args, at) };
        if let Some(replay) = self.replay_of(&call) {
            return self.replay(&replay, at);
        }
        let watch = self.watch(at);
        let result = self.run_call(function, who, captured, args, at);
        self.unwatch(&watch, call, &result, at);
        result
    }

    /// Remembers that code binds a static or global variable. `fresh`: that it did not exist before.
    pub(super) fn bound(&mut self, slot: Slot<'a>, cell: &Rc<CellId>, fresh: bool) {
        let Some(&first) = self.replays.watched.last() else { return };
        if !self.replays.bound[first..].iter().any(|bound| bound.slot == slot) {
            let value = self.cell(cell).clone();
            self.replays.bound.push(Bound { slot, fresh, value });
        }
    }

    /// Marks that the code under way asks for what may have another answer later.
    pub(super) fn look_at_fickle(&mut self) {
        self.replays.fickle += 1;
    }

    /// Marks how deep calls nest.
    pub(super) fn nest(&mut self) {
        self.replays.deepest = self.replays.deepest.max(self.calls);
    }

    /// What a call came to before, if all that it looked at is as it was, and the limits leave room for it.
    fn replay_of(&self, call: &Call<'a>) -> Option<Rc<Replay<'a>>> {
        let room = |replay: &Replay<'a>| {
            replay.forks == self.forks
                && self.fuel.checked_sub(replay.steps).is_some_and(|left| left >= self.floor)
                && self.calls + replay.nested + MARGIN <= MAX_CALLS
                && self.depth + MARGIN * (replay.nested + MARGIN) <= self.deepest.min(MAX_DEPTH)
        };
        let as_then = |effect: &Effect<'a>| match self.slot_cell(effect.slot) {
            Some(cell) => same(self.cell(cell), &effect.before.0, &self.cells, 0),
            None => effect.fresh,
        };
        let known = self.replays.known.get(call)?;
        known.iter().find(|replay| room(replay) && replay.effects.iter().all(as_then)).cloned()
    }

    /// Does again what a call did.
    fn replay(&mut self, replay: &Replay<'a>, at: Option<Span>) -> Eval<'a> {
        self.spend(replay.steps, None)?;
        self.outside += replay.outside;
        self.replays.deepest = self.replays.deepest.max(self.calls + replay.nested);
        for effect in &replay.effects {
            self.redo(effect);
        }
        let value = self.copy_objects(replay, at);
        self.clock += replay.clock.1;
        Ok(value)
    }

    fn redo(&mut self, effect: &Effect<'a>) {
        let known = self.slot_cell(effect.slot).cloned();
        let fresh = known.is_none();
        let cell = known.unwrap_or_else(|| self.new_cell(effect.before.0.clone()));
        if fresh {
            match effect.slot {
                Slot::Global(name) => drop(self.globals.insert(name, Rc::clone(&cell))),
                Slot::Var(function, class, name) => drop(self.static_vars.insert((function, class, name), Rc::clone(&cell))),
                Slot::Prop(class, name) => drop(self.static_props.insert((class, name), Rc::clone(&cell))),
            }
        }
        self.bound(effect.slot, &cell, fresh);
        if let Some(slot) = self.cells.get_mut(cell.0 as usize) {
            slot.clone_from(&effect.after.0);
        }
    }

    /// Puts the objects of a call on the heap once more. Gives the value that refers to them.
    fn copy_objects(&mut self, replay: &Replay<'a>, at: Option<Span>) -> Value<'a> {
        let base = self.heap.len() as u32;
        let here = |id: ObjId| {
            let place = replay.objects.binary_search_by_key(&id, |(id, _)| *id);
            place.map_or(id, |place| ObjId(base + place as u32))
        };
        let now = |stamp: u64| self.clock + stamp.saturating_sub(replay.clock.0);
        let mut chains: FxHashMap<*const [Span], Rc<[Span]>> = FxHashMap::default();
        let mut copies = Vec::with_capacity(replay.objects.len());
        for (_, object) in &replay.objects {
            let via = chains.entry(Rc::as_ptr(&object.via)).or_insert_with(|| {
                let within = object.via.iter().skip(replay.trail).copied();
                self.trail.iter().copied().chain(at).chain(within).collect()
            });
            let mut copy = Object { via: Rc::clone(via), changed: now(object.changed), ..Object::clone(object) };
            copy.props.values_mut().for_each(|value| moved(value, &here));
            copy.returned.iter_mut().for_each(|returned| returned.stamp = now(returned.stamp));
            copies.push(Rc::new(copy));
        }
        self.heap.extend(copies);
        let mut value = replay.value.clone();
        moved(&mut value, &here);
        value
    }

    fn slot_cell(&self, slot: Slot<'a>) -> Option<&Rc<CellId>> {
        match slot {
            Slot::Global(name) => self.globals.get(name),
            Slot::Var(function, class, name) => self.static_vars.get(&(function, class, name)),
            Slot::Prop(class, name) => self.static_props.get(&(class, name)),
        }
    }

    fn watch(&mut self, at: Option<Span>) -> Watch {
        let first = self.replays.bound.len();
        self.replays.watched.push(first);
        Watch {
            objects: self.heap.len(),
            trail: self.trail.len() + usize::from(at.is_some()),
            clock: self.clock,
            fuel: self.fuel,
            outside: self.outside,
            epoch: self.epoch,
            fickle: self.replays.fickle,
            deepest: std::mem::replace(&mut self.replays.deepest, self.calls),
            first,
        }
    }

    /// Ends watching a call, and remembers what it came to where that can be done again.
    fn unwatch(&mut self, watch: &Watch, call: Call<'a>, result: &Eval<'a>, at: Option<Span>) {
        self.replays.watched.pop();
        if let Ok(value) = result
            && let Some(replay) = self.replay_from(watch, value, at)
        {
            self.replays.kept += size(&replay, &call);
            let outcomes = self.replays.known.entry(call).or_default();
            if outcomes.len() < MAX_OUTCOMES {
                outcomes.push(Rc::new(replay));
            }
        }
        self.replays.deepest = self.replays.deepest.max(watch.deepest);
        if self.replays.watched.is_empty() {
            self.replays.bound.clear();
        }
    }

    fn replay_from(&self, watch: &Watch, value: &Value<'a>, at: Option<Span>) -> Option<Replay<'a>> {
        let steps = watch.fuel.saturating_sub(self.fuel);
        let settled = self.epoch == watch.epoch && self.replays.fickle == watch.fickle;
        if !settled || steps < LONG || self.replays.kept > MAX_KEPT {
            return None;
        }
        let value = self.settled(value, true)?;
        let objects = self.made_objects(&value, watch, at)?;
        let mut effects: Vec<Effect<'a>> = Vec::new();
        for bound in &self.replays.bound[watch.first..] {
            if effects.iter().all(|effect| effect.slot != bound.slot) {
                let after = self.cell(self.slot_cell(bound.slot)?);
                effects.push(Effect {
                    slot: bound.slot,
                    fresh: bound.fresh,
                    before: Plain(self.settled(&bound.value, false)?),
                    after: Plain(self.settled(after, false)?),
                });
            }
        }
        Some(Replay {
            value,
            effects,
            objects,
            trail: watch.trail,
            clock: (watch.clock, self.clock - watch.clock),
            steps,
            outside: self.outside - watch.outside,
            nested: self.replays.deepest - self.calls,
            forks: self.forks,
        })
    }

    /// The objects that a value reaches, in order of their places; `None` where one is older than the call, or cannot be copied.
    fn made_objects(&self, value: &Value<'a>, watch: &Watch, at: Option<Span>) -> Option<Vec<(ObjId, Rc<Object<'a>>)>> {
        let mut found: FxHashMap<ObjId, Rc<Object<'a>>> = FxHashMap::default();
        let mut queue = Vec::new();
        reach(value, &mut queue);
        while let Some(id) = queue.pop() {
            if Self::is_enum(id) || found.contains_key(&id) {
                continue;
            }
            let object = self.heap.get(id.0 as usize).filter(|_| id.0 as usize >= watch.objects)?;
            let (outer, own) = object.via.split_at_checked(watch.trail)?;
            let came = self.trail.iter().chain(at.as_ref()).eq(outer);
            if !came || own.len() > MAX_CALLS as usize || !object.props.values().all(|value| is_plain(value, true)) {
                return None;
            }
            object.props.values().for_each(|value| reach(value, &mut queue));
            found.insert(id, Rc::clone(object));
        }
        let mut objects: Vec<_> = found.into_iter().collect();
        objects.sort_unstable_by_key(|(id, _)| *id);
        Some(objects)
    }

    /// A value that refers to nothing that changes; `None` where there is none. A reference that nobody shares is the value behind it.
    fn settled(&self, value: &Value<'a>, objects: bool) -> Option<Value<'a>> {
        if is_plain(value, objects) { Some(value.clone()) } else { self.settled_within(value, objects, 0, &mut { LARGEST }) }
    }

    fn settled_within(&self, value: &Value<'a>, objects: bool, depth: u32, left: &mut u32) -> Option<Value<'a>> {
        *left = left.checked_sub(1)?;
        match value {
            Value::Ref(cell) if Rc::strong_count(cell) == 1 && depth < DEEPEST => {
                self.settled_within(self.cell(cell), objects, depth + 1, left)
            }
            Value::Array(array) if depth < DEEPEST => {
                let mut copy = Array::clone(array);
                for (entry, shared) in copy.entries.values_mut().zip(array.entries.values()) {
                    entry.value = Value::Null;
                    entry.value = self.settled_within(&shared.value, objects, depth + 1, left)?;
                }
                Some(Value::Array(Rc::new(copy)))
            }
            other => is_plain(other, objects).then(|| other.clone()),
        }
    }
}

impl<'a> Call<'a> {
    /// `None` where the arguments are more than plain values.
    fn of(function: usize, who: Who, args: &Args<'a>) -> Option<Self> {
        if !args.named.is_empty() || !args.list.iter().all(|value| is_plain(value, false)) {
            return None;
        }
        Some(Call { function, class: who.class, called: who.called, args: args.list.iter().cloned().map(Plain).collect() })
    }
}

impl PartialEq for Plain<'_> {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0, &[], 0)
    }
}

impl Eq for Plain<'_> {}

impl Hash for Plain<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state, 0);
    }
}

/// Hashes a plain value, of an array its beginning: what is looked up is compared as a whole.
fn hash<H: Hasher>(value: &Value<'_>, state: &mut H, depth: u32) {
    match value {
        Value::Null | Value::Closure(_) | Value::Ref(_) => {}
        Value::Bool(b) => b.hash(state),
        Value::Int(n) => n.hash(state),
        Value::Float(f) => f.to_bits().hash(state),
        Value::Str(text) => text.hash(state),
        Value::Object(id) => id.hash(state),
        Value::Unknown(unknown) => unknown.expr.hash(state),
        Value::Array(array) => {
            array.entries.len().hash(state);
            for (key, entry) in array.entries.iter().take(if depth > 2 { 0 } else { 12 }) {
                key.hash(state);
                hash(&entry.value, state, depth + 1);
            }
        }
    }
}

/// Whether a value says everything about itself, wherever it stands; with `objects`, those aside.
fn is_plain(value: &Value<'_>, objects: bool) -> bool {
    fn within(value: &Value<'_>, objects: bool, depth: u32, left: &mut u32) -> bool {
        let Some(fewer) = left.checked_sub(1) else { return false };
        *left = fewer;
        match value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Unknown(_) => true,
            Value::Object(id) => objects || Interp::is_enum(*id),
            Value::Array(array) => depth < DEEPEST && array.entries.values().all(|entry| within(&entry.value, objects, depth + 1, left)),
            Value::Closure(_) | Value::Ref(_) => false,
        }
    }
    within(value, objects, 0, &mut { LARGEST })
}

/// Whether a value says what a plain one says. A reference that nobody shares is the value in its cell.
fn same<'a>(value: &Value<'a>, plain: &Value<'a>, cells: &[Value<'a>], depth: u32) -> bool {
    match (value, plain) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Object(a), Value::Object(b)) => a == b,
        (Value::Unknown(a), Value::Unknown(b)) => Rc::ptr_eq(a, b) || a == b,
        (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b) || same_array(a, b, cells, depth),
        (Value::Ref(cell), _) => {
            let alone = Rc::strong_count(cell) == 1 && depth < DEEPEST;
            alone && cells.get(cell.0 as usize).is_some_and(|value| same(value, plain, cells, depth + 1))
        }
        _ => false,
    }
}

fn same_array<'a>(array: &Array<'a>, plain: &Array<'a>, cells: &[Value<'a>], depth: u32) -> bool {
    let entry = |(a, b): (&Entry<'a>, &Entry<'a>)| {
        a.at == b.at && a.only_if == b.only_if && a.key_expr == b.key_expr && same(&a.value, &b.value, cells, depth + 1)
    };
    depth < DEEPEST
        && array.next == plain.next
        && array.entries.len() == plain.entries.len()
        && array.entries.keys().eq(plain.entries.keys())
        && array.entries.values().zip(plain.entries.values()).all(entry)
}

/// How many entries and properties a call and its outcome hold on to.
fn size<'a>(replay: &Replay<'a>, call: &Call<'a>) -> usize {
    let objects = replay.objects.iter().flat_map(|(_, object)| object.props.values());
    let effects = replay.effects.iter().flat_map(|effect| [&effect.before.0, &effect.after.0]);
    let args = call.args.iter().map(|arg| &arg.0);
    objects.chain(effects).chain(args).chain([&replay.value]).map(entries).sum()
}

/// The entries of a value, those of arrays in it included.
fn entries(value: &Value<'_>) -> usize {
    match value {
        Value::Array(array) => 1 + array.entries.values().map(|entry| entries(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

/// Lists the objects in a value.
fn reach(value: &Value<'_>, queue: &mut Vec<ObjId>) {
    match value {
        Value::Object(id) => queue.push(*id),
        Value::Array(array) => array.entries.values().for_each(|entry| reach(&entry.value, queue)),
        _ => {}
    }
}

/// Gives the objects in a value their new places.
fn moved(value: &mut Value<'_>, here: &impl Fn(ObjId) -> ObjId) {
    match value {
        Value::Object(id) => *id = here(*id),
        Value::Array(array) if holds_object(&Value::Array(Rc::clone(array)), 0) => {
            Rc::make_mut(array).entries.values_mut().for_each(|entry| moved(&mut entry.value, here));
        }
        _ => {}
    }
}
