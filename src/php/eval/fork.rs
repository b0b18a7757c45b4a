//! Unknown conditions: both ways are taken and what they leave behind is merged.

use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::class::Template;
use super::stmt::Flow;
use super::unknown::{atom, both, either, negated};
use super::{Eval, FORK_FUEL, Interp, MAX_FORKS, MAX_PENDING, Raise, Stop};
use crate::php::host::{EvalFinding, FindingKind};
use crate::php::value::{Array, Entry, Key, ObjId, Object, Unknown, Value};

/// How deep two values are merged before the merge gives up.
const DEEPEST: u32 = 48;

/// Everything that running code can change.
#[derive(Clone)]
pub(super) struct State<'a> {
    vars: Vec<(&'a str, Value<'a>)>,
    cells: Vec<Value<'a>>,
    heap: Vec<Rc<Object<'a>>>,
}

/// A way out of a loop or function that only one branch took.
pub(super) struct Pending<'a> {
    /// When.
    pub condition: Rc<str>,
    /// How.
    pub flow: Flow<'a>,
    /// What the world looked like then.
    pub state: State<'a>,
}

/// What two branches of a condition come to.
pub(super) trait Outcome<'a>: Sized {
    /// One outcome of two; the state has been left as the second branch left it.
    fn join(interp: &mut Interp<'a, '_>, condition: &Rc<Unknown>, yes: (Self, State<'a>), no: Self) -> Self;
}

impl<'a> Outcome<'a> for Value<'a> {
    fn join(interp: &mut Interp<'a, '_>, condition: &Rc<Unknown>, yes: (Self, State<'a>), no: Self) -> Self {
        let mut merge = Merge::new(&condition.expr);
        interp.merge_state(&mut merge, yes.1);
        let value = interp.merge_values(&mut merge, &yes.0, &no, 0);
        interp.report_merge(&merge, condition);
        value
    }
}

impl<'a> Outcome<'a> for Flow<'a> {
    fn join(interp: &mut Interp<'a, '_>, condition: &Rc<Unknown>, yes: (Self, State<'a>), no: Self) -> Self {
        match (yes.0, no) {
            (Flow::Normal, Flow::Normal) => {
                let mut merge = Merge::new(&condition.expr);
                interp.merge_state(&mut merge, yes.1);
                interp.report_merge(&merge, condition);
                Flow::Normal
            }
            (Flow::Return(a), Flow::Return(b)) => Flow::Return(Value::join(interp, condition, (a, yes.1), b)),
            (Flow::Break(a), Flow::Break(b)) if a == b => {
                interp.merge_state(&mut Merge::new(&condition.expr), yes.1);
                Flow::Break(a)
            }
            (Flow::Continue(a), Flow::Continue(b)) if a == b => {
                interp.merge_state(&mut Merge::new(&condition.expr), yes.1);
                Flow::Continue(a)
            }
            (Flow::Normal, no) => {
                let state = interp.swap_state(yes.1);
                interp.frame.pending.push(Pending { condition: Rc::from(negated(&condition.expr)), flow: no, state });
                Flow::Normal
            }
            (yes_flow, no) => {
                let pending = Pending { condition: Rc::from(condition.expr.as_str()), flow: yes_flow, state: yes.1 };
                interp.frame.pending.push(pending);
                no
            }
        }
    }
}

/// A merge under way.
pub(super) struct Merge<'m> {
    condition: &'m str,
    negated: Option<Rc<str>>,
    whole: Option<Rc<str>>,
    objects: FxHashMap<(ObjId, ObjId), ObjId>,
    /// Something that can be part of a structure is there under one branch only.
    structural: bool,
}

impl<'m> Merge<'m> {
    pub(super) fn new(condition: &'m str) -> Self {
        Merge { condition, negated: None, whole: None, objects: FxHashMap::default(), structural: false }
    }

    fn yes(&mut self) -> Rc<str> {
        self.whole.get_or_insert_with(|| Rc::from(self.condition)).clone()
    }

    fn no(&mut self) -> Rc<str> {
        self.negated.get_or_insert_with(|| Rc::from(negated(self.condition))).clone()
    }
}

impl<'a> Interp<'a, '_> {
    /// Takes both ways of an unknown condition. A way that throws or exits is dropped, unless both do.
    pub(super) fn fork<T: Outcome<'a>>(
        &mut self,
        condition: &Rc<Unknown>,
        yes: impl FnOnce(&mut Self) -> Eval<'a, T>,
        no: impl FnOnce(&mut Self) -> Eval<'a, T>,
    ) -> Eval<'a, T> {
        self.spend(8 + self.heap.len() as u32 / 8, None)?;
        if self.forks >= MAX_FORKS || self.frame.pending.len() >= MAX_PENDING {
            return Err(Box::new(Raise::GiveUp));
        }
        let budget = (FORK_FUEL >> self.forks).max(500);
        let floor = self.floor;
        self.floor = floor.max(self.fuel.saturating_sub(budget));
        let before = State { vars: self.frame.vars.clone(), cells: self.cells.clone(), heap: self.heap.clone() };
        let pending = self.frame.pending.len();
        self.forks += 1;
        self.reach_out();
        let outcome = self.fork_both(condition, before.clone(), yes, no);
        self.forks -= 1;
        self.floor = floor;
        if let Err(raise) = &outcome
            && matches!(**raise, Raise::GiveUp)
        {
            self.frame.pending.truncate(pending);
            self.swap_state(before);
        }
        outcome
    }

    fn fork_both<T: Outcome<'a>>(
        &mut self,
        condition: &Rc<Unknown>,
        before: State<'a>,
        yes: impl FnOnce(&mut Self) -> Eval<'a, T>,
        no: impl FnOnce(&mut Self) -> Eval<'a, T>,
    ) -> Eval<'a, T> {
        let pending_before = self.frame.pending.len();
        let first = yes(self);
        if let Err(raise) = &first
            && raise.is_final()
        {
            return first;
        }
        self.narrow_pending(pending_before, &condition.expr);
        let after_yes = self.swap_state(before);
        let pending_between = self.frame.pending.len();
        let second = no(self);
        if self.frame.pending.len() > pending_between {
            self.narrow_pending(pending_between, &negated(&condition.expr));
        }
        match (first, second) {
            (Ok(a), Ok(b)) => Ok(T::join(self, condition, (a, after_yes), b)),
            (Ok(a), Err(raise)) if !raise.is_final() => {
                self.swap_state(after_yes);
                Ok(a)
            }
            (_, Err(raise)) => Err(raise),
            (Err(_), Ok(b)) => Ok(b),
        }
    }

    fn narrow_pending(&mut self, from: usize, outer: &str) {
        for pending in self.frame.pending.iter_mut().skip(from) {
            pending.condition = both(outer, &pending.condition);
        }
    }

    /// Puts a state in place and gives the one that was there. What exists since the state was taken stays, so ids stay unique.
    pub(super) fn swap_state(&mut self, state: State<'a>) -> State<'a> {
        let mut old = State { vars: state.vars, cells: state.cells, heap: state.heap };
        std::mem::swap(&mut old.vars, &mut self.frame.vars);
        std::mem::swap(&mut old.cells, &mut self.cells);
        std::mem::swap(&mut old.heap, &mut self.heap);
        let (cells, heap) = (self.cells.len(), self.heap.len());
        self.cells.extend(old.cells.iter().skip(cells).cloned());
        self.heap.extend(old.heap.iter().skip(heap).cloned());
        old
    }

    /// Merges the state that the first way left into the present one.
    #[allow(clippy::needless_pass_by_value, reason = "the state is used up")]
    pub(super) fn merge_state(&mut self, merge: &mut Merge<'_>, yes: State<'a>) {
        for (at, object) in yes.heap.iter().enumerate() {
            let Some(present) = self.heap.get(at).cloned() else { break };
            if !Rc::ptr_eq(object, &present) {
                let merged = self.merge_objects(merge, object, &present, 0);
                if let Some(slot) = self.heap.get_mut(at) {
                    *slot = Rc::new(merged);
                }
            }
        }
        for (at, value) in yes.cells.iter().enumerate() {
            let Some(present) = self.cells.get(at).cloned() else { break };
            let merged = self.merge_values(merge, value, &present, 0);
            if let Some(slot) = self.cells.get_mut(at) {
                *slot = merged;
            }
        }
        let present = std::mem::take(&mut self.frame.vars);
        let mut vars = Vec::with_capacity(present.len());
        for (name, value) in &yes.vars {
            let merged = match present.iter().find(|(other, _)| other == name) {
                Some((_, other)) => self.merge_values(merge, value, other, 0),
                None => self.merge_values(merge, value, &Value::Null, 0),
            };
            vars.push((*name, merged));
        }
        for (name, value) in present {
            if !yes.vars.iter().any(|(other, _)| *other == name) {
                let merged = self.merge_values(merge, &Value::Null, &value, 0);
                vars.push((name, merged));
            }
        }
        self.frame.vars = vars;
    }

    /// Merges a value of the first way with one of the second.
    pub(super) fn merge_values(&mut self, merge: &mut Merge<'_>, yes: &Value<'a>, no: &Value<'a>, depth: u32) -> Value<'a> {
        match (yes, no) {
            (Value::Null, Value::Null) => return Value::Null,
            (Value::Bool(a), Value::Bool(b)) if a == b => return yes.clone(),
            (Value::Int(a), Value::Int(b)) if a == b => return yes.clone(),
            (Value::Float(a), Value::Float(b)) if a.to_bits() == b.to_bits() => return yes.clone(),
            (Value::Str(a), Value::Str(b)) if a == b => return yes.clone(),
            (Value::Object(a), Value::Object(b)) if a == b => return yes.clone(),
            (Value::Closure(a), Value::Closure(b)) if Rc::ptr_eq(a, b) => return yes.clone(),
            (Value::Unknown(a), Value::Unknown(b)) if a.expr == b.expr => return yes.clone(),
            (Value::Ref(a), Value::Ref(b)) if a.0 == b.0 => return yes.clone(),
            (Value::Array(a), Value::Array(b)) if depth < DEEPEST => {
                if Rc::ptr_eq(a, b) {
                    return yes.clone();
                }
                return Value::Array(Rc::new(self.merge_arrays(merge, a, b, depth)));
            }
            (Value::Object(a), Value::Object(b)) if depth < DEEPEST && !Self::is_enum(*a) && !Self::is_enum(*b) => {
                if let Some(merged) = self.merge_two_objects(merge, *a, *b, depth) {
                    return Value::Object(merged);
                }
            }
            (Value::Ref(_), _) | (_, Value::Ref(_)) if depth < DEEPEST => {
                let (a, b) = (self.deref(yes.clone()), self.deref(no.clone()));
                return self.merge_values(merge, &a, &b, depth + 1);
            }
            _ => {}
        }
        if holds_structure(yes) || holds_structure(no) {
            merge.structural = true;
        }
        // A flag that says no more than the condition is the condition.
        if let (Value::Bool(yes), Value::Bool(_)) = (yes, no) {
            let expr = if *yes { merge.yes() } else { merge.no() };
            return Value::unknown(&*expr, None, "depends on a condition that only the site knows");
        }
        let expr = format!("{} ? {} : {}", atom(merge.condition), self.operand(yes), self.operand(no));
        let why = match (yes, no) {
            (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => unknown.why.clone(),
            _ => "depends on a condition that only the site knows".into(),
        };
        self.unknown(expr, None, &why)
    }

    /// Takes the fuel that merging so many entries is worth. Merging ends by itself; without fuel the next step stops.
    fn burn(&mut self, entries: usize) {
        self.fuel = self.fuel.saturating_sub(1 + 2 * entries as u32);
    }

    fn merge_two_objects(&mut self, merge: &mut Merge<'_>, a: ObjId, b: ObjId, depth: u32) -> Option<ObjId> {
        if let Some(known) = merge.objects.get(&(a, b)) {
            return Some(*known);
        }
        let (first, second) = (self.heap_rc(a), self.heap_rc(b));
        if first.class != second.class {
            return None;
        }
        let id = ObjId(self.heap.len() as u32);
        self.heap.push(first.clone());
        merge.objects.insert((a, b), id);
        let merged = self.merge_objects(merge, &first, &second, depth + 1);
        if let Some(slot) = self.heap.get_mut(id.0 as usize) {
            *slot = Rc::new(merged);
        }
        Some(id)
    }

    fn merge_objects(&mut self, merge: &mut Merge<'_>, a: &Object<'a>, b: &Object<'a>, depth: u32) -> Object<'a> {
        self.burn(a.props.len() + b.props.len());
        let mut props: Template<'a> = IndexMap::default();
        for (name, value) in &a.props {
            let merged = match b.props.get(name) {
                Some(other) => self.merge_values(merge, value, other, depth + 1),
                None => value.clone(),
            };
            props.insert(name.clone(), merged);
        }
        for (name, value) in &b.props {
            if !a.props.contains_key(name) {
                props.insert(name.clone(), value.clone());
            }
        }
        let returned = if a.returned == b.returned { a.returned.clone() } else { Vec::new() };
        Object { props, returned, changed: a.changed.max(b.changed), ..a.clone() }
    }

    /// Both arrays in one: keys in order, those of one way alone where they stood, and marked.
    fn merge_arrays(&mut self, merge: &mut Merge<'_>, a: &Array<'a>, b: &Array<'a>, depth: u32) -> Array<'a> {
        self.burn(a.entries.len() + b.entries.len());
        let mut out = Array { next: a.next.max(b.next), ..Array::default() };
        let mut rest = 0;
        for (key, entry) in &a.entries {
            if let Some(at) = b.entries.get_index_of(key) {
                while rest < at {
                    self.merge_alone(merge, &mut out, a, b, rest);
                    rest += 1;
                }
                let other = &b.entries[at];
                let value = self.merge_values(merge, &entry.value, &other.value, depth + 1);
                let only_if = match (&entry.only_if, &other.only_if) {
                    (None, None) => None,
                    (Some(x), Some(y)) if x == y => Some(x.clone()),
                    (Some(x), Some(y)) => Some(either(&both(&merge.yes(), x), &both(&merge.no(), y))),
                    (Some(x), None) => Some(either(x, &merge.no())),
                    (None, Some(y)) => Some(either(&merge.yes(), y)),
                };
                let at = if entry.at == other.at { entry.at } else { entry.at.or(other.at) };
                out.entries.insert(key.clone(), Entry { value, at, only_if, key_expr: entry.key_expr.clone() });
            } else {
                let yes = merge.yes();
                insert_alone(merge, &mut out, key, entry, &yes);
            }
        }
        while rest < b.entries.len() {
            self.merge_alone(merge, &mut out, a, b, rest);
            rest += 1;
        }
        out
    }

    #[allow(clippy::unused_self, reason = "reads as one of the merge steps")]
    fn merge_alone(&self, merge: &mut Merge<'_>, out: &mut Array<'a>, a: &Array<'a>, b: &Array<'a>, at: usize) {
        if let Some((key, entry)) = b.entries.get_index(at)
            && !a.entries.contains_key(key)
        {
            let no = merge.no();
            insert_alone(merge, out, key, entry, &no);
        }
    }

    /// Tells the host of a condition that decides what there is.
    pub(super) fn report_merge(&mut self, merge: &Merge<'_>, condition: &Rc<Unknown>) {
        if merge.structural {
            let message = format!("whether parts of a description are there depends on `{}`", condition.expr);
            self.host.note(EvalFinding { kind: FindingKind::SiteCondition, message, at: condition.at.or(self.frame.at) });
        }
    }

    /// Merges the ways out of a loop's turn (`continue`) or of the whole loop (`break`) that only one branch took.
    pub(super) fn join_loop(&mut self, from: usize, breaks: bool) {
        let mut at = self.frame.pending.len();
        while at > from {
            at -= 1;
            let here = match self.frame.pending.get(at).map(|pending| &pending.flow) {
                Some(Flow::Continue(n)) => *n <= 1,
                Some(Flow::Break(n)) => breaks && *n <= 1,
                _ => false,
            };
            if here {
                let pending = self.frame.pending.remove(at);
                let mut merge = Merge::new(&pending.condition);
                self.merge_state(&mut merge, pending.state);
                let condition = Rc::new(Unknown { expr: pending.condition.to_string(), at: None, why: String::new() });
                self.report_merge(&merge, &condition);
            }
        }
        if breaks {
            for pending in self.frame.pending.iter_mut().skip(from) {
                match &mut pending.flow {
                    Flow::Break(n) | Flow::Continue(n) => *n -= 1,
                    Flow::Normal | Flow::Return(_) => {}
                }
            }
        }
    }

    /// What a function returns, given how its body ended and the returns that only some branches took.
    pub(super) fn join_returns(&mut self, ended: Eval<'a>) -> Eval<'a> {
        let mut ended = ended;
        if let Err(raise) = &ended
            && raise.is_final()
        {
            return ended;
        }
        while let Some(pending) = self.frame.pending.pop() {
            let Flow::Return(value) = pending.flow else { continue };
            ended = match ended {
                Ok(other) => {
                    let condition = Rc::new(Unknown { expr: pending.condition.to_string(), at: None, why: String::new() });
                    Ok(Value::join(self, &condition, (value, pending.state), other))
                }
                Err(_) => {
                    self.swap_state(pending.state);
                    Ok(value)
                }
            };
        }
        ended
    }
}

fn insert_alone<'a>(merge: &mut Merge<'_>, out: &mut Array<'a>, key: &Key<'a>, entry: &Entry<'a>, condition: &str) {
    if holds_structure(&entry.value) {
        merge.structural = true;
    }
    let only_if = match &entry.only_if {
        Some(inner) => both(condition, inner),
        None => Rc::from(condition),
    };
    out.entries.insert(key.clone(), Entry { only_if: Some(only_if), ..entry.clone() });
}

fn holds_structure(value: &Value<'_>) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(array) => array.entries.values().any(|entry| matches!(entry.value, Value::Object(_) | Value::Array(_))),
        _ => false,
    }
}

impl Raise<'_> {
    /// Whether nothing may catch or drop it.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Raise::Stop(Stop::Limit { .. } | Stop::Unparsed { .. }) | Raise::GiveUp)
    }
}
