//! Loops, those that nobody can know the length of among them.

use std::rc::Rc;

use super::convert::Truth;
use super::stmt::{Flow, key_value};
use super::{Eval, Interp};
use crate::php::ast::{At, Expr, Stmt};
use crate::php::value::{Array, CellId, Entry, Key, ObjId, Unknown, Value};

/// What a turn of a loop asks of the loop.
enum Turn<'a> {
    Go,
    Leave(Flow<'a>),
}

impl<'a> Interp<'a, '_> {
    /// One turn of a loop.
    fn turn(&mut self, body: &'a [Stmt<'a>]) -> Eval<'a, Turn<'a>> {
        let pending = self.frame.pending.len();
        let flow = self.exec_all(body)?;
        if self.frame.pending.len() > pending {
            self.join_loop(pending, false);
        }
        Ok(match flow {
            Flow::Normal | Flow::Continue(0 | 1) => Turn::Go,
            Flow::Break(0 | 1) => Turn::Leave(Flow::Normal),
            Flow::Break(n) => Turn::Leave(Flow::Break(n - 1)),
            Flow::Continue(n) => Turn::Leave(Flow::Continue(n - 1)),
            Flow::Return(value) => Turn::Leave(Flow::Return(value)),
        })
    }

    /// Runs a loop and joins the ways out of it that only one branch took.
    fn looped(&mut self, run: impl FnOnce(&mut Self) -> Eval<'a, Flow<'a>>) -> Eval<'a, Flow<'a>> {
        let pending = self.frame.pending.len();
        let flow = run(self);
        if self.frame.pending.len() > pending {
            self.join_loop(pending, true);
        }
        flow
    }

    /// A turn that happens only under a condition.
    fn turn_if(&mut self, condition: &Rc<Unknown>, body: &'a [Stmt<'a>]) -> Eval<'a, Turn<'a>> {
        let flow = self.fork(
            condition,
            |interp| {
                Ok(match interp.turn(body)? {
                    Turn::Go => Flow::Normal,
                    Turn::Leave(flow) => match flow {
                        Flow::Normal => Flow::Break(1),
                        Flow::Break(n) => Flow::Break(n + 1),
                        Flow::Continue(n) => Flow::Continue(n + 1),
                        Flow::Return(value) => Flow::Return(value),
                    },
                })
            },
            |_| Ok(Flow::Normal),
        )?;
        Ok(match flow {
            Flow::Normal => Turn::Go,
            other => Turn::Leave(other),
        })
    }

    pub(super) fn foreach(
        &mut self,
        subject: &'a Expr<'a>,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        by_ref: bool,
        body: &'a [Stmt<'a>],
        at: At,
    ) -> Eval<'a, Flow<'a>> {
        if by_ref {
            let cell = self.reference(subject)?;
            return self.looped(|interp| interp.foreach_ref(&cell, key, value, body, at));
        }
        let subject = self.eval(subject)?;
        match self.deref(subject) {
            Value::Array(array) => self.looped(|interp| interp.foreach_array(&array, key, value, body, at)),
            Value::Unknown(unknown) => self.looped(|interp| interp.foreach_unknown(&unknown, key, value, body, at)),
            Value::Object(id) => self.foreach_object(id, key, value, body, at),
            _ => Ok(Flow::Normal),
        }
    }

    fn foreach_array(
        &mut self,
        array: &Rc<Array<'a>>,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        at: At,
    ) -> Eval<'a, Flow<'a>> {
        for (entry_key, entry) in &array.entries {
            self.spend(1, Some(at))?;
            let turn = match &entry.only_if {
                None => {
                    self.bind_turn(entry_key, entry, key, value, at)?;
                    self.turn(body)?
                }
                Some(condition) => {
                    let unknown = Rc::new(Unknown { expr: condition.to_string(), at: entry.at, why: "depends on the site".into() });
                    self.bind_turn(entry_key, entry, key, value, at)?;
                    self.turn_if(&unknown, body)?
                }
            };
            if let Turn::Leave(flow) = turn {
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    fn bind_turn(
        &mut self,
        entry_key: &Key<'a>,
        entry: &Entry<'a>,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        at: At,
    ) -> Eval<'a, ()> {
        let inner = self.deref(entry.value.clone());
        self.assign_value(value, inner, at)?;
        if let Some(key) = key {
            let known = match &entry.key_expr {
                Some(expr) => Value::unknown(&**expr, entry.at, "depends on the site"),
                None => key_value(entry_key),
            };
            self.assign_value(key, known, at)?;
        }
        Ok(())
    }

    fn foreach_ref(
        &mut self,
        cell: &Rc<CellId>,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        at: At,
    ) -> Eval<'a, Flow<'a>> {
        let mut index = 0;
        loop {
            self.spend(1, Some(at))?;
            let slot = cell.0 as usize;
            let Some(Value::Array(_)) = self.cells.get(slot) else { return Ok(Flow::Normal) };
            let Some(Value::Array(mut array)) = self.cells.get_mut(slot).map(std::mem::take) else { return Ok(Flow::Normal) };
            if index >= array.entries.len() {
                self.cells[slot] = Value::Array(array);
                return Ok(Flow::Normal);
            }
            let fresh = self.new_cell(Value::Null);
            let target = self.array_mut(&mut array);
            let mut element = fresh.clone();
            let mut moved = None;
            let mut entry_key = Key::Int(0);
            let mut only_if = None;
            if let Some((found, entry)) = target.entries.get_index_mut(index) {
                entry_key = found.clone();
                only_if.clone_from(&entry.only_if);
                match &entry.value {
                    Value::Ref(shared) => element = shared.clone(),
                    _ => moved = Some(std::mem::replace(&mut entry.value, Value::Ref(fresh.clone()))),
                }
            }
            if let (Some(moved), Some(slot)) = (moved, self.cells.get_mut(fresh.0 as usize)) {
                *slot = moved;
            }
            self.cells[slot] = Value::Array(array);
            self.bind_target(value, element, at)?;
            if let Some(key) = key {
                self.assign_value(key, key_value(&entry_key), at)?;
            }
            let turn = match only_if {
                None => self.turn(body)?,
                Some(condition) => {
                    let unknown = Rc::new(Unknown { expr: condition.to_string(), at: None, why: "depends on the site".into() });
                    self.turn_if(&unknown, body)?
                }
            };
            if let Turn::Leave(flow) = turn {
                return Ok(flow);
            }
            index += 1;
        }
    }

    fn foreach_unknown(
        &mut self,
        unknown: &Rc<Unknown>,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        at: At,
    ) -> Eval<'a, Flow<'a>> {
        let element = self.derived(format!("current({})", unknown.expr), unknown);
        let element_key = self.derived(format!("key({})", unknown.expr), unknown);
        self.assign_value(value, element, at)?;
        if let Some(key) = key {
            self.assign_value(key, element_key, at)?;
        }
        let condition = Rc::new(Unknown { expr: format!("!empty({})", unknown.expr), at: unknown.at, why: unknown.why.clone() });
        Ok(match self.turn_if(&condition, body)? {
            Turn::Go => Flow::Normal,
            Turn::Leave(flow) => flow,
        })
    }

    fn foreach_object(
        &mut self,
        id: ObjId,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        at: At,
    ) -> Eval<'a, Flow<'a>> {
        if self.method_of(id, "getIterator").is_some() {
            let inner = self.try_method(id, "getIterator", Vec::new(), at)?.unwrap_or_default();
            return match inner {
                Value::Object(inner) if inner != id => {
                    self.enter(at)?;
                    let flow = self.foreach_object(inner, key, value, body, at);
                    self.depth -= 1;
                    flow
                }
                Value::Unknown(unknown) => self.looped(|interp| interp.foreach_unknown(&unknown, key, value, body, at)),
                _ => Ok(Flow::Normal),
            };
        }
        if self.method_of(id, "valid").is_some() {
            return self.looped(|interp| interp.foreach_iterator(id, key, value, body, at));
        }
        let mut array = Array::default();
        let object = self.heap_rc(id);
        for (name, prop) in &object.props {
            array.set(Key::Str(name.clone()), prop.clone(), None);
        }
        let array = Rc::new(array);
        self.looped(|interp| interp.foreach_array(&array, key, value, body, at))
    }

    fn foreach_iterator(
        &mut self,
        id: ObjId,
        key: Option<&'a Expr<'a>>,
        value: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        at: At,
    ) -> Eval<'a, Flow<'a>> {
        self.try_method(id, "rewind", Vec::new(), at)?;
        loop {
            self.spend(1, Some(at))?;
            let valid = self.try_method(id, "valid", Vec::new(), at)?.unwrap_or_default();
            if !matches!(self.truth(&valid), Truth::Known(true)) {
                return Ok(Flow::Normal);
            }
            let current = self.try_method(id, "current", Vec::new(), at)?.unwrap_or_default();
            self.assign_value(value, current, at)?;
            if let Some(key) = key {
                let current = self.try_method(id, "key", Vec::new(), at)?.unwrap_or_default();
                self.assign_value(key, current, at)?;
            }
            if let Turn::Leave(flow) = self.turn(body)? {
                return Ok(flow);
            }
            self.try_method(id, "next", Vec::new(), at)?;
        }
    }

    /// A turn if the value of the condition says so; if not, the loop is over.
    fn turn_while(&mut self, condition: &Value<'a>, body: &'a [Stmt<'a>]) -> Eval<'a, Turn<'a>> {
        match self.truth(condition) {
            Truth::Known(false) => Ok(Turn::Leave(Flow::Normal)),
            Truth::Known(true) => self.turn(body),
            // How often is the site's secret: once stands for all.
            Truth::Maybe(unknown) => Ok(match self.turn_if(&unknown, body)? {
                Turn::Go => Turn::Leave(Flow::Normal),
                leave @ Turn::Leave(_) => leave,
            }),
        }
    }

    pub(super) fn exec_while(&mut self, condition: &'a Expr<'a>, body: &'a [Stmt<'a>]) -> Eval<'a, Flow<'a>> {
        self.looped(|interp| {
            loop {
                interp.spend(1, Some(condition.at))?;
                let value = interp.eval(condition)?;
                if let Turn::Leave(flow) = interp.turn_while(&value, body)? {
                    return Ok(flow);
                }
            }
        })
    }

    pub(super) fn exec_do(&mut self, body: &'a [Stmt<'a>], condition: &'a Expr<'a>) -> Eval<'a, Flow<'a>> {
        self.looped(|interp| {
            loop {
                interp.spend(1, Some(condition.at))?;
                if let Turn::Leave(flow) = interp.turn(body)? {
                    return Ok(flow);
                }
                let value = interp.eval(condition)?;
                if !matches!(interp.truth(&value), Truth::Known(true)) {
                    return Ok(Flow::Normal);
                }
            }
        })
    }

    pub(super) fn exec_for(
        &mut self,
        init: &'a [Expr<'a>],
        condition: &'a [Expr<'a>],
        step: &'a [Expr<'a>],
        body: &'a [Stmt<'a>],
    ) -> Eval<'a, Flow<'a>> {
        for expr in init {
            self.eval(expr)?;
        }
        self.looped(|interp| {
            loop {
                interp.spend(1, None)?;
                let mut value = Value::Bool(true);
                for expr in condition {
                    value = interp.eval(expr)?;
                }
                if let Turn::Leave(flow) = interp.turn_while(&value, body)? {
                    return Ok(flow);
                }
                for expr in step {
                    interp.eval(expr)?;
                }
            }
        })
    }
}
