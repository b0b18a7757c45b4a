//! Expressions.

use std::rc::Rc;

use super::convert::Truth;
use super::names::{full_name, lower, resolve_class};
use super::unknown::{atom, negated};
use super::{Eval, Interp, Raise, Stop};
use crate::php::ast::{At, Cast, ClassRef, ClosureUse, Expr, ExprKind, Function, Item, Magic, MatchArm, MemberName, UnaryOp};
use crate::php::text::Text;
use crate::php::value::{Array, Closure, ClosureTarget, Entry, Key, Unknown, Value};

impl<'a> Interp<'a, '_> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: &'a Expr<'a>) -> Eval<'a> {
        match &expr.kind {
            ExprKind::Var(name) => self.var(name),
            ExprKind::Int(n) => Ok(Value::Int(*n)),
            ExprKind::Float(f) => Ok(Value::Float(*f)),
            ExprKind::Str(text) => Ok(Value::Str(Text::Source(text))),
            ExprKind::Const(name) => {
                let at = self.span(expr.at);
                self.spelled_constant(name, at)
            }
            _ => {
                self.enter(expr.at)?;
                let value = self.eval_compound(expr);
                self.depth -= 1;
                value
            }
        }
    }

    /// Counts a step and a level of nesting; whoever calls it takes the level back.
    pub(super) fn enter(&mut self, at: At) -> Eval<'a, ()> {
        if self.fuel <= self.floor || self.depth >= self.deepest || self.stack_is_low() {
            return Err(self.exhausted(at));
        }
        self.fuel -= 1;
        self.depth += 1;
        Ok(())
    }

    #[cold]
    fn exhausted(&self, at: At) -> Box<Raise<'a>> {
        if self.fuel > 0 && self.fuel <= self.floor {
            return Box::new(Raise::GiveUp);
        }
        let message = if self.fuel == 0 { "the evaluation takes too many steps" } else { "the code nests too deeply" };
        Raise::limit(message.into(), Some(self.span(at)))
    }

    /// Takes more fuel than one step: work in proportion to bytes or entries.
    pub(super) fn spend(&mut self, steps: u32, at: Option<At>) -> Eval<'a, ()> {
        if let Some(left) = self.fuel.checked_sub(steps) {
            self.fuel = left;
            return if left < self.floor { Err(Box::new(Raise::GiveUp)) } else { Ok(()) };
        }
        self.fuel = 0;
        Err(Raise::limit("the evaluation takes too many steps".into(), at.map(|at| self.span(at)).or(self.frame.at)))
    }

    fn eval_compound(&mut self, expr: &'a Expr<'a>) -> Eval<'a> {
        let at = expr.at;
        match &expr.kind {
            ExprKind::Var(name) => self.var(name),
            ExprKind::Int(n) => Ok(Value::Int(*n)),
            ExprKind::Float(f) => Ok(Value::Float(*f)),
            ExprKind::Str(text) => Ok(Value::Str(Text::Source(text))),
            ExprKind::Const(name) => self.spelled_constant(name, self.span(at)),
            ExprKind::VarVar(name) => {
                let name = self.eval(name)?;
                match self.to_text(&name)? {
                    Ok(name) => {
                        let name = self.intern(&name);
                        self.var(name)
                    }
                    Err(unknown) => Ok(self.derived(format!("${{{}}}", unknown.expr), &unknown)),
                }
            }
            ExprKind::Interpolated(parts) => self.interpolate(parts),
            ExprKind::Shell => Ok(self.unknown("shell_exec('...')".into(), Some(self.span(at)), "runs a program")),
            ExprKind::Array(items) => self.array(items, at),
            ExprKind::Magic(magic) => Ok(self.magic(*magic, at)),
            ExprKind::Index { base, index } => self.index(base, *index, at),
            ExprKind::Prop { base, name, nullsafe } => self.prop(base, *name, *nullsafe, at),
            ExprKind::StaticProp { class, name } => self.read_static_prop(*class, *name, at),
            ExprKind::ClassConst { class, name } => self.read_class_const(*class, *name, at),
            ExprKind::Call { name, args } => self.call_named(name, args, at),
            ExprKind::CallExpr { callee, args } => self.call_value_expr(callee, args, at),
            ExprKind::MethodCall { base, name, args, nullsafe } => self.call_method_expr(base, *name, args, *nullsafe, at),
            ExprKind::StaticCall { class, name, args } => self.call_static_expr(*class, *name, args, at),
            ExprKind::New { class, args } => self.new_expr(*class, args, at),
            ExprKind::NewAnonymous { class, args } => self.new_anonymous(class, args, at),
            ExprKind::Unary { op, operand } => self.unary(*op, operand, at),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, at),
            ExprKind::Assign { target, value } => self.assign(target, value, at),
            ExprKind::AssignRef { target, value } => self.assign_ref(target, value, at),
            ExprKind::AssignOp { op, target, value } => self.assign_op(*op, target, value, at),
            ExprKind::IncDec { op, target } => self.inc_dec(*op, target, at),
            ExprKind::Ternary { condition, then, otherwise } => self.ternary(condition, *then, otherwise),
            ExprKind::Match { subject, arms } => self.match_expr(subject, arms, at),
            ExprKind::InstanceOf { operand, class } => self.instance_of(operand, *class),
            ExprKind::Cast { to, operand } => self.cast(*to, operand, at),
            ExprKind::Isset(targets) => self.isset(targets),
            ExprKind::Empty(target) => self.empty(target),
            ExprKind::Closure { function, uses, is_static, arrow } => self.closure(function, uses, *is_static, *arrow),
            ExprKind::Clone(operand) => self.clone_expr(operand, at),
            ExprKind::Include { once, path, .. } => self.include_expr(*once, path, at),
            ExprKind::Exit(value) => {
                if let Some(value) = value {
                    self.eval(value)?;
                }
                Err(Box::new(Raise::Stop(Stop::Exit { at: Some(self.span(at)) })))
            }
            ExprKind::Print(value) => {
                self.eval(value)?;
                Ok(Value::Int(1))
            }
            ExprKind::Throw(value) => {
                let value = self.eval(value)?;
                Err(Box::new(Raise::Throw(value, Some(self.span(at)))))
            }
            ExprKind::Yield { key, value } => {
                for part in [key, value].into_iter().flatten() {
                    self.eval(part)?;
                }
                self.frame.generator = true;
                Ok(Value::unknown("yield", Some(self.span(at)), "comes from a generator"))
            }
            ExprKind::YieldFrom(value) => {
                self.eval(value)?;
                self.frame.generator = true;
                Ok(Value::unknown("yield", Some(self.span(at)), "comes from a generator"))
            }
            ExprKind::Eval(code) => {
                self.eval(code)?;
                Ok(self.unknown("eval('...')".into(), Some(self.span(at)), "runs code made at run time"))
            }
        }
    }

    fn interpolate(&mut self, parts: &'a [Expr<'a>]) -> Eval<'a> {
        let mut out = String::new();
        let mut unknown: Option<Value<'a>> = None;
        for part in parts {
            let value = match &part.kind {
                ExprKind::Str(text) if unknown.is_none() => {
                    out.push_str(text);
                    continue;
                }
                _ => self.eval(part)?,
            };
            match (&unknown, self.to_text(&value)?) {
                (None, Ok(text)) => out.push_str(&text),
                (None, Err(from)) => {
                    unknown = Some(if out.is_empty() {
                        Value::Unknown(from)
                    } else {
                        self.concat_unknown(&Value::str(&out), &Value::Unknown(from))
                    });
                }
                (Some(before), _) => unknown = Some(self.concat_unknown(&before.clone(), &value)),
            }
        }
        self.spend(out.len() as u32 / 64, None)?;
        Ok(unknown.unwrap_or_else(|| Value::text(out)))
    }

    /// An array literal. One that holds constants alone is made once.
    fn array(&mut self, items: &'a [Item<'a>], at: At) -> Eval<'a> {
        if items.is_empty() {
            return Ok(Value::Array(Rc::clone(&self.empty_array)));
        }
        let place = items.as_ptr() as usize;
        let seen = self.arrays_seen.get(&place).cloned();
        match seen {
            Some(Some((array, steps))) => {
                self.spend(steps, Some(at))?;
                Ok(Value::Array(array))
            }
            Some(None) => self.fresh_array(items, at),
            None => {
                let value = self.fresh_array(items, at)?;
                let constant = match (&value, constant_steps(items)) {
                    (Value::Array(array), Some(steps)) if settled(array) => Some((Rc::clone(array), steps)),
                    _ => None,
                };
                self.arrays_seen.insert(place, constant);
                Ok(value)
            }
        }
    }

    fn fresh_array(&mut self, items: &'a [Item<'a>], at: At) -> Eval<'a> {
        let mut out = Array { entries: indexmap::IndexMap::with_capacity_and_hasher(items.len(), rustc_hash::FxBuildHasher), next: 0 };
        for item in items {
            match item {
                Item::Value { key, value, by_ref } => {
                    let key_value = match key {
                        Some(key) => Some(self.eval(key)?),
                        None => None,
                    };
                    let item_value = if *by_ref { Value::Ref(self.reference(value)?) } else { self.eval(value)? };
                    let place = key.map_or(value.at.start, |key| key.at.start);
                    let span = self.span(At { start: place, end: value.at.end });
                    let entry = Entry { value: item_value, at: Some(span), only_if: None, key_expr: None };
                    match key_value {
                        None => {
                            out.push_entry(entry);
                        }
                        Some(key_value) => match self.to_key(&key_value) {
                            Ok(key) => out.set_entry(key, entry),
                            Err(unknown) => {
                                out.push_entry(Entry { key_expr: Some(Rc::from(unknown.expr.as_str())), ..entry });
                            }
                        },
                    }
                }
                Item::Spread(value) => {
                    let value = self.eval(value)?;
                    match value {
                        Value::Array(array) => {
                            self.spend(array.entries.len() as u32, Some(at))?;
                            for (key, entry) in &array.entries {
                                match key {
                                    Key::Int(_) => {
                                        out.push_entry(entry.clone());
                                    }
                                    Key::Str(_) => out.set_entry(key.clone(), entry.clone()),
                                }
                            }
                        }
                        Value::Unknown(unknown) => {
                            return Ok(self.derived(format!("[...{}]", unknown.expr), &unknown));
                        }
                        _ => {}
                    }
                }
                Item::Hole => {}
            }
        }
        Ok(Value::Array(Rc::new(out)))
    }

    fn magic(&mut self, magic: Magic, at: At) -> Value<'a> {
        let class = self.frame.class.map(|id| self.class(id).name.clone());
        match magic {
            Magic::Class => class.map_or_else(|| Value::str(""), Value::text),
            // A method of a trait runs as one of the class that uses it; where it was written is not kept.
            Magic::Trait => Value::unknown("__TRAIT__", Some(self.span(at)), "is the name of the trait around it"),
            Magic::Dir | Magic::File => {
                let path = &self.sources.file(self.frame.scope.file).path;
                let path = match magic {
                    Magic::Dir => path.rsplit_once('/').map_or("", |(folder, _)| folder),
                    _ => path,
                };
                let root = crate::php::host::DIRROOT;
                Value::text(if path.is_empty() { root.to_owned() } else { format!("{root}/{path}") })
            }
            Magic::Function | Magic::Method => {
                let name = self.frame.function.map_or("", |function| if function.name.is_empty() { "{closure}" } else { function.name });
                match (magic, class) {
                    (Magic::Method, Some(class)) => Value::text(format!("{class}::{name}")),
                    _ => {
                        let scope = self.frame.scope;
                        Value::text(if self.frame.class.is_none() && !name.is_empty() { full_name(scope, name) } else { name.into() })
                    }
                }
            }
            Magic::Line => Value::Int(self.sources.file(self.frame.scope.file).position(at.start).0 as i64),
            Magic::Namespace => Value::str(self.frame.scope.namespace),
        }
    }

    /// The name of a member; `Err` when it is unknown.
    pub(super) fn member_name(&mut self, name: MemberName<'a>) -> Eval<'a, Result<Text<'a>, Rc<Unknown>>> {
        match name {
            MemberName::Name(name) => Ok(Ok(Text::Source(name))),
            MemberName::Expr(expr) => {
                let value = self.eval(expr)?;
                self.to_text(&value)
            }
        }
    }

    fn index(&mut self, base: &'a Expr<'a>, index: Option<&'a Expr<'a>>, at: At) -> Eval<'a> {
        let base = self.eval(base)?;
        let index = match index {
            Some(index) => self.eval(index)?,
            None => return self.throw_error("Error", "Cannot use [] for reading", Some(self.span(at))),
        };
        self.index_value(&base, &index, at)
    }

    /// `base[index]`
    pub(super) fn index_value(&mut self, base: &Value<'a>, index: &Value<'a>, at: At) -> Eval<'a> {
        Ok(match base {
            Value::Array(array) => match self.to_key(index) {
                Ok(key) => match array.entries.get(&key) {
                    Some(entry) => self.deref(entry.value.clone()),
                    None => Value::Null,
                },
                Err(unknown) => {
                    let expr = format!("{}[{}]", self.spell(base), unknown.expr);
                    self.derived(expr, &unknown)
                }
            },
            Value::Str(text) => match self.to_int(index) {
                Some(n) => {
                    let len = text.len() as i64;
                    let from = if n < 0 { n + len } else { n };
                    let one = usize::try_from(from).ok().and_then(|from| text.as_bytes().get(from..=from));
                    one.map_or(Value::str(""), |byte| Value::text(String::from_utf8_lossy(byte).into_owned()))
                }
                None => Value::unknown(format!("{}[{}]", self.spell(base), self.spell(index)), Some(self.span(at)), "depends on the site"),
            },
            Value::Unknown(unknown) => self.unknown_index(&unknown.clone(), index),
            Value::Object(id) => {
                let args = vec![index.clone()];
                match self.try_method(*id, "offsetGet", args, at)? {
                    Some(value) => value,
                    None => Value::Null,
                }
            }
            Value::Ref(cell) => {
                let inner = self.cell(cell).clone();
                self.index_value(&inner, index, at)?
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Closure(_) => Value::Null,
        })
    }

    fn prop(&mut self, base: &'a Expr<'a>, name: MemberName<'a>, nullsafe: bool, at: At) -> Eval<'a> {
        let base = self.eval(base)?;
        if nullsafe && matches!(base, Value::Null) {
            return Ok(Value::Null);
        }
        let name = match name {
            MemberName::Name(name) => std::borrow::Cow::Borrowed(name),
            MemberName::Expr(expr) => {
                let value = self.eval(expr)?;
                match self.to_text(&value)? {
                    Ok(name) => std::borrow::Cow::Owned(name.to_string()),
                    Err(unknown) => {
                        let expr = format!("{}->{{{}}}", self.operand(&base), unknown.expr);
                        return Ok(self.derived(expr, &unknown));
                    }
                }
            }
        };
        self.prop_value(&base, &name, at)
    }

    /// `base->name`
    pub(super) fn prop_value(&mut self, base: &Value<'a>, name: &str, at: At) -> Eval<'a> {
        Ok(match base {
            Value::Object(id) => {
                if let Some(value) = self.heap_object(*id).props.get(name) {
                    return Ok(self.deref(value.clone()));
                }
                match self.try_method(*id, "__get", vec![Value::str(name)], at)? {
                    Some(value) => value,
                    None => Value::Null,
                }
            }
            Value::Unknown(unknown) => self.unknown_prop(&unknown.clone(), name),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Array(_)
            | Value::Closure(_)
            | Value::Ref(_) => Value::Null,
        })
    }

    fn read_static_prop(&mut self, class: ClassRef<'a>, name: MemberName<'a>, at: At) -> Eval<'a> {
        let span = self.span(at);
        let name = match self.member_name(name)? {
            Ok(name) => name,
            Err(unknown) => return Ok(Value::Unknown(unknown)),
        };
        match self.class_ref(class)? {
            Ok(id) => match self.static_prop(id, &name)? {
                Some(cell) => Ok(self.cell(&cell).clone()),
                None => {
                    let class = self.class(id).name.clone();
                    Ok(self.unknown(format!("\\{class}::${name}"), Some(span), "no such static property in this tree"))
                }
            },
            Err(class) => Ok(self.unknown(format!("\\{class}::${name}"), Some(span), &format!("no class {class} in this tree"))),
        }
    }

    fn read_class_const(&mut self, class: ClassRef<'a>, name: MemberName<'a>, at: At) -> Eval<'a> {
        let span = self.span(at);
        let name = match name {
            MemberName::Name(name) => name,
            MemberName::Expr(_) => match self.member_name(name)? {
                Ok(name) => self.intern(&name),
                Err(unknown) => return Ok(Value::Unknown(unknown)),
            },
        };
        if name.eq_ignore_ascii_case("class") {
            return self.class_name(class);
        }
        match self.class_ref(class)? {
            Ok(id) => self.class_const(id, name, Some(span)),
            Err(class) => Ok(self.unknown(format!("\\{class}::{name}"), Some(span), &format!("no class {class} in this tree"))),
        }
    }

    fn class_name(&mut self, class: ClassRef<'a>) -> Eval<'a> {
        if let ClassRef::Name(name) = class {
            return Ok(Value::text(resolve_class(name, self.frame.scope)));
        }
        Ok(Value::text(match self.class_ref(class)? {
            Ok(id) => self.class(id).name.clone(),
            Err(name) => name,
        }))
    }

    fn unary(&mut self, op: UnaryOp, operand: &'a Expr<'a>, at: At) -> Eval<'a> {
        let value = self.eval(operand)?;
        if op == UnaryOp::Not {
            return Ok(match self.truth(&value) {
                Truth::Known(b) => Value::Bool(!b),
                Truth::Maybe(unknown) => self.derived(negated(&unknown.expr), &unknown),
            });
        }
        if matches!(op, UnaryOp::Silence | UnaryOp::Ref) {
            return Ok(value);
        }
        if let Value::Unknown(unknown) = &value {
            let sign = match op {
                UnaryOp::Minus => "-",
                UnaryOp::Plus => "+",
                _ => "~",
            };
            return Ok(self.derived(format!("{sign}{}", atom(&unknown.expr)), &unknown.clone()));
        }
        self.arithmetic_sign(op, &value, at)
    }

    fn ternary(&mut self, condition: &'a Expr<'a>, then: Option<&'a Expr<'a>>, otherwise: &'a Expr<'a>) -> Eval<'a> {
        let value = self.eval(condition)?;
        match self.truth(&value) {
            Truth::Known(true) => match then {
                Some(then) => self.eval(then),
                None => Ok(value),
            },
            Truth::Known(false) => self.eval(otherwise),
            Truth::Maybe(unknown) => match then {
                Some(then) => self.fork(&unknown, |interp| interp.eval(then), |interp| interp.eval(otherwise)),
                None => {
                    let mut fallback = Value::Null;
                    let other = |interp: &mut Self| {
                        fallback = interp.eval(otherwise)?;
                        Ok(fallback.clone())
                    };
                    let merged = self.fork(&unknown, |_| Ok(value.clone()), other)?;
                    if let (Value::Unknown(_), Value::Unknown(_)) = (&value, &merged) {
                        let expr = format!("{} ?: {}", atom(&unknown.expr), self.operand(&fallback));
                        return Ok(self.derived(expr, &unknown));
                    }
                    Ok(merged)
                }
            },
        }
    }

    fn match_expr(&mut self, subject: &'a Expr<'a>, arms: &'a [MatchArm<'a>], at: At) -> Eval<'a> {
        let subject = self.eval(subject)?;
        let tests: Vec<(&'a Expr<'a>, &'a Expr<'a>)> =
            arms.iter().flat_map(|arm| arm.conditions.iter().map(|condition| (condition, arm.value))).collect();
        let default = arms.iter().find(|arm| arm.conditions.is_empty()).map(|arm| arm.value);
        self.match_from(&subject, &tests, default, 0, at)
    }

    fn match_from(
        &mut self,
        subject: &Value<'a>,
        tests: &[(&'a Expr<'a>, &'a Expr<'a>)],
        default: Option<&'a Expr<'a>>,
        from: usize,
        at: At,
    ) -> Eval<'a> {
        for (index, (condition, value)) in tests.iter().enumerate().skip(from) {
            let condition = self.eval(condition)?;
            match self.identical(subject, &condition) {
                Some(true) => return self.eval(value),
                Some(false) => {}
                None => {
                    let expr = format!("{} === {}", self.operand(subject), self.operand(&condition));
                    let unknown = self.condition(expr, subject);
                    self.enter(at)?;
                    let result = self.fork(
                        &unknown,
                        |interp| interp.eval(value),
                        |interp| interp.match_from(subject, tests, default, index + 1, at),
                    );
                    self.depth -= 1;
                    return result;
                }
            }
        }
        match default {
            Some(value) => self.eval(value),
            None => {
                let message = format!("Unhandled match case {}", self.spell(subject));
                self.throw_error("UnhandledMatchError", &message, Some(self.span(at)))
            }
        }
    }

    /// An unknown condition that a value decides.
    pub(super) fn condition(&self, expr: String, from: &Value<'a>) -> Rc<Unknown> {
        match from {
            Value::Unknown(unknown) => Rc::new(Unknown { expr, at: unknown.at, why: unknown.why.clone() }),
            _ => Rc::new(Unknown { expr, at: None, why: "depends on the site".into() }),
        }
    }

    fn instance_of(&mut self, operand: &'a Expr<'a>, class: ClassRef<'a>) -> Eval<'a> {
        let value = self.eval(operand)?;
        let spelled: Rc<str> = match class {
            ClassRef::Name(name) => Rc::from(resolve_class(name, self.frame.scope)),
            ClassRef::Expr(expr) => match self.eval(expr)? {
                Value::Str(name) => Rc::from(&name),
                Value::Object(id) => self.heap_object(id).class.clone(),
                other => Rc::from(self.spell(&other)),
            },
            ClassRef::SelfClass | ClassRef::Static | ClassRef::Parent => match self.class_ref(class)? {
                Ok(id) => self.class(id).name.clone(),
                Err(name) => name,
            },
        };
        match &value {
            Value::Unknown(unknown) => {
                let expr = format!("{} instanceof \\{}", atom(&unknown.expr), spelled.trim_start_matches('\\'));
                Ok(self.derived(expr, &unknown.clone()))
            }
            _ => self.is_a(&value, &spelled),
        }
    }

    /// Whether a value is an object of a class.
    pub(super) fn is_a(&mut self, value: &Value<'a>, class: &str) -> Eval<'a> {
        let class = class.trim_start_matches('\\');
        Ok(match value {
            Value::Object(id) => {
                let own = self.heap_object(*id).class.clone();
                self.name_is_a(&own, class)?
            }
            Value::Closure(_) => Value::Bool(class.eq_ignore_ascii_case("closure")),
            _ => Value::Bool(false),
        })
    }

    /// Whether a class is another one, extends or implements it.
    pub(super) fn name_is_a(&mut self, own: &str, of: &str) -> Eval<'a> {
        let of = of.trim_start_matches('\\');
        let Some(id) = self.find_class(own)? else {
            return Ok(Value::Bool(lower(own) == lower(of)));
        };
        let info = self.class(id);
        if info.ancestors.contains(&*lower(of)) {
            return Ok(Value::Bool(true));
        }
        // The name may be an alias.
        if let Some(other) = self.find_class(of)?
            && self.extends(id, other)
        {
            return Ok(Value::Bool(true));
        }
        if info.incomplete {
            let expr = format!("is_a('{}', '{of}', true)", info.name);
            return Ok(self.unknown(expr, None, &format!("an ancestor of {} is not in this tree", info.name)));
        }
        Ok(Value::Bool(false))
    }

    fn cast(&mut self, to: Cast, operand: &'a Expr<'a>, at: At) -> Eval<'a> {
        let value = self.eval(operand)?;
        let value = self.deref(value);
        if let Value::Unknown(unknown) = &value {
            let name = match to {
                Cast::Int => "int",
                Cast::Float => "float",
                Cast::String => "string",
                Cast::Bool => "bool",
                Cast::Array => "array",
                Cast::Object => "object",
                Cast::Unset => return Ok(Value::Null),
            };
            return Ok(self.derived(format!("({name}) {}", atom(&unknown.expr)), &unknown.clone()));
        }
        Ok(match to {
            Cast::Int => self.to_int(&value).map_or(value, Value::Int),
            Cast::Float => self.to_float(&value).map_or(value, Value::Float),
            Cast::Bool => match self.truth(&value) {
                Truth::Known(b) => Value::Bool(b),
                Truth::Maybe(unknown) => Value::Unknown(unknown),
            },
            Cast::String => match self.to_text(&value)? {
                Ok(text) => Value::Str(text),
                Err(unknown) => Value::Unknown(unknown),
            },
            Cast::Array => self.to_array(&value),
            Cast::Object => self.to_object(value, at),
            Cast::Unset => Value::Null,
        })
    }

    fn closure(&mut self, function: &'a Function<'a>, uses: &'a [ClosureUse<'a>], is_static: bool, arrow: bool) -> Eval<'a> {
        let captured = if arrow {
            self.frame.vars.iter().map(|(name, value)| (*name, value.clone())).collect::<Vec<_>>()
        } else {
            let mut captured = Vec::with_capacity(uses.len());
            for variable in uses {
                let value = if variable.by_ref { Value::Ref(self.ref_var(variable.name)) } else { self.var(variable.name)? };
                captured.push((variable.name, value));
            }
            captured
        };
        let captured = if arrow { captured.into_iter().map(|(name, value)| (name, self.deref(value))).collect() } else { captured };
        let class = self.frame.class.map(|class| (class, self.frame.called.unwrap_or(class)));
        let this = if is_static { None } else { self.frame.this };
        Ok(Value::Closure(Rc::new(Closure { target: ClosureTarget::Function { function, captured, this, class } })))
    }

    fn include_expr(&mut self, once: bool, path: &'a Expr<'a>, at: At) -> Eval<'a> {
        let value = self.eval(path)?;
        let text = match self.to_text(&value)? {
            Ok(text) => text,
            Err(unknown) => return Ok(self.derived(format!("include {}", unknown.expr), &unknown)),
        };
        let Some(path) = self.tree_path(&text) else { return Ok(Value::Bool(false)) };
        if once && self.loaded.contains(&*path) {
            return Ok(Value::Bool(true));
        }
        self.spend(16, Some(at))?;
        self.run_here(&path)
    }
}

/// The steps that evaluating an array literal takes, if its value is the same every time: scalars, global constants, arrays of such.
fn constant_steps(items: &[Item<'_>]) -> Option<u32> {
    fn steps(expr: &Expr<'_>) -> Option<u32> {
        match &expr.kind {
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) | ExprKind::Const(_) => Some(0),
            ExprKind::Array(items) => Some(1 + constant_steps(items)?),
            _ => None,
        }
    }
    items.iter().try_fold(0, |sum, item| match item {
        Item::Value { key, value, by_ref: false } => Some(sum + key.map_or(Some(0), steps)? + steps(value)?),
        Item::Value { .. } | Item::Spread(_) | Item::Hole => None,
    })
}

/// Whether nothing in an array can change: no objects, and no constants that a file read later may define.
fn settled(array: &Array<'_>) -> bool {
    array.entries.values().all(|entry| match &entry.value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => entry.key_expr.is_none(),
        Value::Array(inner) => entry.key_expr.is_none() && settled(inner),
        Value::Object(_) | Value::Closure(_) | Value::Unknown(_) | Value::Ref(_) => false,
    })
}
