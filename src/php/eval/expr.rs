//! Expressions.

use std::rc::Rc;

use super::convert::Truth;
use super::unknown::{atom, negated};
use super::{ENTRY, Eval, Interp, MAX_TEXT, Raise, Stop};
use crate::php::ast::{At, Cast, ClosureUse, Expr, ExprKind, Function, MatchArm, UnaryOp};
use crate::php::text::Text;
use crate::php::value::{Closure, ClosureTarget, Unknown, Value};
use crate::source::Span;

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

    /// Takes the fuel for making so many entries of arrays. Each is memory that stays, more than a step leaves behind.
    pub(super) fn spend_entries(&mut self, entries: usize) -> Eval<'a, ()> {
        self.spend(u32::try_from(entries.saturating_mul(ENTRY)).unwrap_or(u32::MAX), None)
    }

    /// Takes the fuel for making a text of so many bytes, which may be too long.
    pub(super) fn spend_text(&mut self, bytes: usize, at: Span) -> Eval<'a, ()> {
        self.spend((bytes / 64) as u32, None)?;
        if bytes > MAX_TEXT {
            return Err(Raise::limit("a text grows too long".into(), Some(at)));
        }
        Ok(())
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
            ExprKind::Include { once, required, path } => self.include_expr(*once, *required, path, at),
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
            ExprKind::Yield { key, value } => self.yield_one(*key, *value),
            ExprKind::YieldFrom(value) => self.yield_from(value, at),
            ExprKind::Eval(code) => {
                self.eval(code)?;
                Ok(self.unknown("eval('...')".into(), Some(self.span(at)), "runs code made at run time"))
            }
        }
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

    fn include_expr(&mut self, once: bool, required: bool, path: &'a Expr<'a>, at: At) -> Eval<'a> {
        let value = self.eval(path)?;
        let text = match self.to_text(&value)? {
            Ok(text) => text,
            Err(unknown) => return Ok(self.derived(format!("include {}", unknown.expr), &unknown)),
        };
        let Some(path) = self.tree_path(&text) else { return Ok(Value::Bool(false)) };
        if required {
            self.check_required(&text, &path, at)?;
        }
        if once && self.loaded.contains(&*path) {
            return Ok(Value::Bool(true));
        }
        self.spend(16, Some(at))?;
        let at = self.span(at);
        self.run_here(&path, Some(at))
    }
}
