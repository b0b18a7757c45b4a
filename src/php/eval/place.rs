//! Places that can be written: variables, elements, properties. Assignment, references, `unset`, `isset`.

use std::rc::Rc;

use super::convert::Truth;
use super::{Eval, Interp};
use crate::php::ast::{At, BinaryOp, Expr, ExprKind, IncDec, Item, MemberName};
use crate::php::text::Text;
use crate::php::value::{Array, CellId, Entry, Key, ObjId, Unknown, Value};
use crate::source::Span;

/// Where a place starts.
pub(super) enum Base<'a> {
    /// A variable here.
    Var(&'a str),
    /// A property of an object.
    Prop(ObjId, Text<'a>),
    /// A static property, or anything else in a cell.
    Cell(Rc<CellId>),
    /// Something that is no place, or that is unknown: writing to it changes nothing that is seen.
    Nowhere,
}

/// One step into an array.
#[derive(Clone)]
pub(super) enum Step<'a> {
    Key(Key<'a>),
    Push,
    Unknown(Rc<Unknown>),
}

/// A place.
pub(super) struct Place<'a> {
    base: Base<'a>,
    steps: Vec<Step<'a>>,
}

impl<'a> Interp<'a, '_> {
    /// The place that an expression names; its parts are evaluated once.
    pub(super) fn place(&mut self, expr: &'a Expr<'a>) -> Eval<'a, Place<'a>> {
        self.enter(expr.at)?;
        let place = self.place_parts(expr);
        self.depth -= 1;
        place
    }

    fn place_parts(&mut self, expr: &'a Expr<'a>) -> Eval<'a, Place<'a>> {
        let base = match &expr.kind {
            ExprKind::Var(name) => Base::Var(name),
            ExprKind::VarVar(name) => {
                let name = self.eval(name)?;
                match self.to_text(&name)? {
                    Ok(name) => Base::Var(self.intern(&name)),
                    Err(_) => Base::Nowhere,
                }
            }
            ExprKind::Index { base, index } => {
                let mut place = self.place(base)?;
                let step = match index {
                    None => Step::Push,
                    Some(index) => {
                        let index = self.eval(index)?;
                        match self.to_key(&index) {
                            Ok(key) => Step::Key(key),
                            Err(unknown) => Step::Unknown(unknown),
                        }
                    }
                };
                place.steps.push(step);
                return Ok(place);
            }
            ExprKind::Prop { base, name, .. } => {
                let mut object = self.eval(base)?;
                if matches!(object, Value::Null) && !matches!(base.kind, ExprKind::Var("this")) {
                    if self.php >= 8 {
                        return self.throw_error("Error", "Attempt to assign property on null", Some(self.span(expr.at)));
                    }
                    object = self.new_plain("stdClass", Some(self.span(expr.at)));
                    let place = self.place(base)?;
                    self.write(place, object.clone(), Some(self.span(expr.at)))?;
                }
                match (object, self.member_name(*name)?) {
                    (Value::Object(id), Ok(name)) => Base::Prop(id, name),
                    _ => Base::Nowhere,
                }
            }
            ExprKind::StaticProp { class, name } => {
                let name = self.member_name(*name)?;
                match (self.class_ref(*class)?, name) {
                    (Ok(id), Ok(name)) => self.static_prop(id, &name)?.map_or(Base::Nowhere, Base::Cell),
                    _ => Base::Nowhere,
                }
            }
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } | ExprKind::StaticCall { .. } | ExprKind::CallExpr { .. } => {
                self.eval(expr)?;
                Base::Nowhere
            }
            _ => Base::Nowhere,
        };
        Ok(Place { base, steps: Vec::new() })
    }

    /// Writes a place, through references.
    pub(super) fn write(&mut self, place: Place<'a>, value: Value<'a>, at: Option<Span>) -> Eval<'a, ()> {
        if let (Base::Prop(id, name), true) = (&place.base, place.steps.is_empty())
            && !self.heap_object(*id).props.contains_key(name)
            && self.method_of(*id, "__set").is_some()
        {
            let args = vec![Value::Str(name.clone()), value];
            self.try_method(*id, "__set", args, At::default())?;
            return Ok(());
        }
        if let Some(id) = self.array_access(&place) {
            let key = match place.steps.last() {
                Some(Step::Key(Key::Int(n))) => Value::Int(*n),
                Some(Step::Key(Key::Str(s))) => Value::Str(s.clone()),
                Some(Step::Unknown(unknown)) => Value::Unknown(unknown.clone()),
                Some(Step::Push) | None => Value::Null,
            };
            self.try_method(id, "offsetSet", vec![key, value], At::default())?;
            return Ok(());
        }
        let mut value = Some(value);
        self.update(place, at, false, &mut |_| value.take().unwrap_or(Value::Null))
    }

    /// The object behind `$a[k] = v` when `$a` is one.
    fn array_access(&self, place: &Place<'a>) -> Option<ObjId> {
        if place.steps.len() != 1 {
            return None;
        }
        let value = match &place.base {
            Base::Var(name) => self.frame.vars.iter().find(|(var, _)| var == name).map(|(_, value)| value),
            Base::Prop(id, name) => self.heap_object(*id).props.get(name),
            Base::Cell(cell) => Some(self.cell(cell)),
            Base::Nowhere => None,
        }?;
        match value {
            Value::Object(id) => Some(*id),
            Value::Ref(cell) => match self.cell(cell) {
                Value::Object(id) => Some(*id),
                _ => None,
            },
            _ => None,
        }
    }

    /// Replaces what stands at a place. `raw`: a reference at the very end is seen itself, not what it refers to.
    fn update(&mut self, place: Place<'a>, at: Option<Span>, raw: bool, change: &mut dyn FnMut(Value<'a>) -> Value<'a>) -> Eval<'a, ()> {
        match place.base {
            Base::Nowhere => {}
            Base::Var("this") => {}
            Base::Var(name) => {
                let old = std::mem::replace(self.slot(name), Value::Null);
                let new = self.updated(old, &place.steps, at, raw, change);
                *self.slot(name) = new;
            }
            Base::Cell(cell) => {
                let at_cell = cell.0 as usize;
                let old = self.cells.get_mut(at_cell).map_or(Value::Null, std::mem::take);
                let new = self.updated(old, &place.steps, at, raw && place.steps.is_empty(), change);
                if let Some(slot) = self.cells.get_mut(at_cell) {
                    *slot = new;
                }
            }
            Base::Prop(id, name) => {
                if Self::is_enum(id) {
                    return Ok(());
                }
                self.spend(1, None)?;
                let object = self.object_mut(id);
                let (slot, old) = match object.props.get_full_mut(&name) {
                    Some((slot, _, value)) => (slot, std::mem::take(value)),
                    None => (object.props.insert_full(name, Value::Null).0, Value::Null),
                };
                let new = self.updated(old, &place.steps, at, raw, change);
                if let Some((_, value)) = self.object_mut(id).props.get_index_mut(slot) {
                    *value = new;
                }
            }
        }
        Ok(())
    }

    fn updated(
        &mut self,
        old: Value<'a>,
        steps: &[Step<'a>],
        at: Option<Span>,
        raw: bool,
        change: &mut dyn FnMut(Value<'a>) -> Value<'a>,
    ) -> Value<'a> {
        if let Value::Ref(cell) = old {
            if raw && steps.is_empty() {
                return change(Value::Ref(cell));
            }
            let slot = cell.0 as usize;
            let inner = self.cells.get_mut(slot).map_or(Value::Null, std::mem::take);
            let new = self.updated(inner, steps, at, raw, change);
            if let Some(slot) = self.cells.get_mut(slot) {
                *slot = new;
            }
            return Value::Ref(cell);
        }
        let Some((step, rest)) = steps.split_first() else { return change(old) };
        let mut array = match old {
            Value::Array(array) => array,
            Value::Null | Value::Bool(false) => Rc::new(Array::default()),
            Value::Str(s) if s.is_empty() && self.php < 8 => Rc::new(Array::default()),
            // Elements of anything else cannot be written; PHP warns or throws, here the write is lost.
            other => return other,
        };
        let target = self.array_mut(&mut array);
        match step {
            Step::Key(key) => {
                let inner = target.entries.get_mut(key).map(|entry| std::mem::take(&mut entry.value));
                let fresh = inner.is_none();
                let new = self.updated(inner.unwrap_or(Value::Null), rest, at, raw, change);
                if let Some(target) = Rc::get_mut(&mut array) {
                    match target.entries.get_mut(key) {
                        Some(entry) if !fresh => {
                            entry.value = new;
                            if rest.is_empty() {
                                entry.at = at.or(entry.at);
                                entry.only_if = None;
                            }
                        }
                        _ => target.set_entry(key.clone(), Entry::new(new, at)),
                    }
                }
            }
            Step::Push | Step::Unknown(_) => {
                let new = self.updated(Value::Null, rest, at, raw, change);
                let key_expr = match step {
                    Step::Unknown(unknown) => Some(Rc::from(unknown.expr.as_str())),
                    Step::Push | Step::Key(_) => None,
                };
                if let Some(target) = Rc::get_mut(&mut array) {
                    target.push_entry(Entry { value: new, at, only_if: None, key_expr });
                }
            }
        }
        Value::Array(array)
    }

    /// The cell of a place, which becomes a reference if it is none.
    fn place_cell(&mut self, place: Place<'a>) -> Eval<'a, Rc<CellId>> {
        if let (Base::Cell(cell), true) = (&place.base, place.steps.is_empty()) {
            return Ok(cell.clone());
        }
        let fresh = self.new_cell(Value::Null);
        let mut found = fresh.clone();
        let mut moved = None;
        self.update(place, None, true, &mut |old| match old {
            Value::Ref(cell) => {
                found = cell.clone();
                Value::Ref(cell)
            }
            other => {
                moved = Some(other);
                Value::Ref(fresh.clone())
            }
        })?;
        if let (Some(value), Some(slot)) = (moved, self.cells.get_mut(fresh.0 as usize)) {
            *slot = value;
        }
        Ok(found)
    }

    /// The cell of what an expression names.
    pub(super) fn reference(&mut self, expr: &'a Expr<'a>) -> Eval<'a, Rc<CellId>> {
        match &expr.kind {
            ExprKind::Var("this") => {
                let value = self.eval(expr)?;
                Ok(self.new_cell(value))
            }
            ExprKind::Var(_) | ExprKind::VarVar(_) | ExprKind::Index { .. } | ExprKind::Prop { .. } | ExprKind::StaticProp { .. } => {
                let place = self.place(expr)?;
                if matches!(place.base, Base::Nowhere) {
                    let value = self.eval(expr)?;
                    return Ok(self.new_cell(value));
                }
                self.place_cell(place)
            }
            _ => {
                let value = self.eval(expr)?;
                Ok(self.new_cell(value))
            }
        }
    }

    /// The cell of a variable here.
    pub(super) fn ref_var(&mut self, name: &'a str) -> Rc<CellId> {
        if let Value::Ref(cell) = self.slot(name) {
            return cell.clone();
        }
        let value = std::mem::take(self.slot(name));
        let cell = self.new_cell(value);
        self.bind(name, cell.clone());
        cell
    }

    pub(super) fn assign(&mut self, target: &'a Expr<'a>, value: &'a Expr<'a>, at: At) -> Eval<'a> {
        let value = self.eval(value)?;
        self.assign_value(target, value.clone(), at)?;
        Ok(value)
    }

    /// Assigns a value to a target, which may be a pattern.
    pub(super) fn assign_value(&mut self, target: &'a Expr<'a>, value: Value<'a>, at: At) -> Eval<'a, ()> {
        match &target.kind {
            ExprKind::Var(name) => {
                self.set_var(name, value);
                Ok(())
            }
            // `$this->a = b` is most of what constructors do: no place need be made for it.
            ExprKind::Prop { base: Expr { kind: ExprKind::Var(base), .. }, name: MemberName::Name(name), .. } => {
                match self.var(base)? {
                    Value::Object(id) if !Self::is_enum(id) && self.heap_object(id).props.contains_key(*name) => {
                        // One step for the place, one for writing it.
                        self.spend(2, Some(at))?;
                        self.set_prop(id, name, value);
                        Ok(())
                    }
                    _ => self.assign_place(target, value, at),
                }
            }
            ExprKind::Array(items) => {
                self.enter(at)?;
                let result = self.destructure(items, &value, at);
                self.depth -= 1;
                result
            }
            _ => self.assign_place(target, value, at),
        }
    }

    fn assign_place(&mut self, target: &'a Expr<'a>, value: Value<'a>, at: At) -> Eval<'a, ()> {
        let place = self.place(target)?;
        let span = self.span(at);
        self.write(place, value, Some(span))
    }

    fn destructure(&mut self, items: &'a [Item<'a>], value: &Value<'a>, at: At) -> Eval<'a, ()> {
        for (index, item) in items.iter().enumerate() {
            if let Item::Value { key, value: target, .. } = item {
                let key = match key {
                    Some(key) => self.eval(key)?,
                    None => Value::Int(index as i64),
                };
                let part = self.index_value(value, &key, at)?;
                self.assign_value(target, part, at)?;
            }
        }
        Ok(())
    }

    pub(super) fn assign_ref(&mut self, target: &'a Expr<'a>, value: &'a Expr<'a>, at: At) -> Eval<'a> {
        let cell = self.reference(value)?;
        self.bind_target(target, cell.clone(), at)?;
        Ok(self.cell(&cell).clone())
    }

    /// Makes a target a name of a cell.
    pub(super) fn bind_target(&mut self, target: &'a Expr<'a>, cell: Rc<CellId>, at: At) -> Eval<'a, ()> {
        if let ExprKind::Var(name) = &target.kind {
            self.bind(name, cell);
            return Ok(());
        }
        if let ExprKind::StaticProp { class, name: MemberName::Name(name) } = &target.kind {
            if let Ok(id) = self.class_ref(*class)? {
                let mut holder = Some(id);
                while let Some(id) = holder {
                    let info = self.class(id);
                    if let Some(prop) = info.props.iter().find(|prop| prop.is_static && *prop.name == **name) {
                        self.look_at_fickle();
                        self.static_props.insert((id, prop.name), cell);
                        break;
                    }
                    holder = info.parent;
                }
            }
            return Ok(());
        }
        let place = self.place(target)?;
        let span = self.span(at);
        self.update(place, Some(span), true, &mut |_| Value::Ref(cell.clone()))
    }

    pub(super) fn assign_op(&mut self, op: BinaryOp, target: &'a Expr<'a>, value: &'a Expr<'a>, at: At) -> Eval<'a> {
        let span = self.span(at);
        if op == BinaryOp::Coalesce {
            let set = self.is_set(target)?;
            return match self.truth(&set) {
                Truth::Known(true) => self.eval(target),
                Truth::Known(false) => self.assign(target, value, at),
                Truth::Maybe(condition) => self.fork(&condition, |interp| interp.eval(target), |interp| interp.assign(target, value, at)),
            };
        }
        if let ExprKind::Var(name) = &target.kind {
            let value = self.eval(value)?;
            let old = self.var(name)?;
            let new = self.apply(op, &old, &value, at)?;
            drop(old);
            self.set_var(name, new.clone());
            return Ok(new);
        }
        let value = self.eval(value)?;
        let place = self.place(target)?;
        let old = self.read(&place, at)?;
        let new = self.apply(op, &old, &value, at)?;
        self.write(place, new.clone(), Some(span))?;
        Ok(new)
    }

    /// What stands at a place.
    fn read(&mut self, place: &Place<'a>, at: At) -> Eval<'a> {
        let mut value = match &place.base {
            Base::Var(name) => self.var(name)?,
            Base::Cell(cell) => self.cell(cell).clone(),
            Base::Prop(id, name) => self.prop_value(&Value::Object(*id), name, at)?,
            Base::Nowhere => Value::Null,
        };
        for step in &place.steps {
            let index = match step {
                Step::Key(Key::Int(n)) => Value::Int(*n),
                Step::Key(Key::Str(s)) => Value::Str(s.clone()),
                Step::Unknown(unknown) => Value::Unknown(unknown.clone()),
                Step::Push => return Ok(Value::Null),
            };
            value = self.index_value(&value, &index, at)?;
        }
        Ok(value)
    }

    pub(super) fn inc_dec(&mut self, op: IncDec, target: &'a Expr<'a>, at: At) -> Eval<'a> {
        let place = self.place(target)?;
        let old = self.read(&place, at)?;
        let new = self.stepped(op, &old, at)?;
        let span = self.span(at);
        self.write(place, new.clone(), Some(span))?;
        Ok(if matches!(op, IncDec::PreInc | IncDec::PreDec) { new } else { old })
    }

    pub(super) fn unset(&mut self, target: &'a Expr<'a>) -> Eval<'a, ()> {
        match &target.kind {
            ExprKind::Var(name) => self.unset_var(name),
            ExprKind::Index { base, index: Some(index) } => {
                let index = self.eval(index)?;
                if let Value::Object(id) = self.eval(base)? {
                    self.try_method(id, "offsetUnset", vec![index], target.at)?;
                    return Ok(());
                }
                let holder = self.is_set(base)?;
                if matches!(self.truth(&holder), Truth::Known(false)) {
                    return Ok(());
                }
                if let Ok(key) = self.to_key(&index) {
                    let place = self.place(base)?;
                    let mut taken = None;
                    self.update(place, None, false, &mut |old| match old {
                        Value::Array(array) => {
                            taken = Some(array);
                            Value::Null
                        }
                        other => other,
                    })?;
                    if let Some(mut array) = taken {
                        self.array_mut(&mut array).entries.shift_remove(&key);
                        let place = self.place(base)?;
                        self.update(place, None, false, &mut |_| Value::Array(array.clone()))?;
                    }
                }
            }
            ExprKind::Prop { base, name, .. } => {
                if let Value::Object(id) = self.eval(base)?
                    && let Ok(name) = self.member_name(*name)?
                    && !Self::is_enum(id)
                {
                    if self.heap_object(id).props.contains_key(&name) {
                        self.object_mut(id).props.shift_remove(&name);
                    } else {
                        self.try_method(id, "__unset", vec![Value::Str(name)], target.at)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}
