//! `isset` and `empty`: whether something is there.

use super::convert::Truth;
use super::unknown::atom;
use super::{Eval, Interp};
use crate::php::ast::{At, Expr, ExprKind};
use crate::php::value::Value;

impl<'a> Interp<'a, '_> {
    pub(super) fn isset(&mut self, targets: &'a [Expr<'a>]) -> Eval<'a> {
        let mut all = Value::Bool(true);
        for target in targets {
            let set = self.is_set(target)?;
            match (self.truth(&set), &all) {
                (Truth::Known(false), _) => return Ok(Value::Bool(false)),
                (Truth::Known(true), _) => {}
                (Truth::Maybe(unknown), Value::Unknown(before)) => {
                    let text = super::unknown::both(&before.expr, &unknown.expr);
                    all = Value::unknown(&*text, unknown.at, unknown.why.clone());
                }
                (Truth::Maybe(unknown), _) => all = Value::Unknown(unknown),
            }
        }
        Ok(all)
    }

    /// Whether what an expression names is there and not null.
    pub(super) fn is_set(&mut self, target: &'a Expr<'a>) -> Eval<'a> {
        self.enter(target.at)?;
        let value = self.is_set_parts(target);
        self.depth -= 1;
        value
    }

    fn is_set_parts(&mut self, target: &'a Expr<'a>) -> Eval<'a> {
        let value = match &target.kind {
            ExprKind::Var(name) if self.frame.function.is_some() && !self.has_var(name) && self.frame.deferred.is_empty() => {
                return Ok(Value::Bool(false));
            }
            ExprKind::Index { base, index: Some(index) } => {
                let outer = match base.kind {
                    ExprKind::Index { .. } | ExprKind::Prop { .. } => self.is_set(base)?,
                    _ => Value::Bool(true),
                };
                if let Value::Bool(false) = outer {
                    return Ok(outer);
                }
                let base = self.eval(base)?;
                let index = self.eval(index)?;
                let inner = self.is_set_index(&base, &index, target.at)?;
                return Ok(self.conjunction(&outer, inner));
            }
            ExprKind::Prop { base, name, .. } => {
                let outer = match base.kind {
                    ExprKind::Index { .. } | ExprKind::Prop { .. } => self.is_set(base)?,
                    _ => Value::Bool(true),
                };
                if let Value::Bool(false) = outer {
                    return Ok(outer);
                }
                let base = self.eval(base)?;
                let Ok(name) = self.member_name(*name)? else { return Ok(Value::Bool(false)) };
                let value = match &base {
                    Value::Object(id) => match self.heap_object(*id).props.get(&name) {
                        Some(value) => self.deref(value.clone()),
                        None => match self.try_method(*id, "__isset", vec![Value::Str(name)], target.at)? {
                            Some(value) => return Ok(value),
                            None => return Ok(Value::Bool(false)),
                        },
                    },
                    Value::Unknown(unknown) => self.unknown_prop(&unknown.clone(), &name),
                    _ => return Ok(Value::Bool(false)),
                };
                let inner = self.not_null(&value);
                return Ok(self.conjunction(&outer, inner));
            }
            _ => self.eval(target)?,
        };
        Ok(self.not_null(&value))
    }

    fn conjunction(&mut self, outer: &Value<'a>, inner: Value<'a>) -> Value<'a> {
        match (outer, inner) {
            (Value::Unknown(_), Value::Bool(true)) => outer.clone(),
            // Where both are unknown the inner one implies the outer one.
            (_, inner) => inner,
        }
    }

    fn is_set_index(&mut self, base: &Value<'a>, index: &Value<'a>, at: At) -> Eval<'a> {
        Ok(match base {
            Value::Array(array) => match self.to_key(index) {
                Ok(key) => match array.entries.get(&key) {
                    Some(entry) => {
                        let value = self.deref(entry.value.clone());
                        match (self.not_null(&value), &entry.only_if) {
                            (Value::Bool(true), Some(condition)) => Value::unknown(&**condition, None, "depends on the site"),
                            (set, _) => set,
                        }
                    }
                    None => Value::Bool(false),
                },
                Err(_) if array.entries.is_empty() => Value::Bool(false),
                Err(unknown) => {
                    let expr = format!("isset({}[{}])", self.spell(base), unknown.expr);
                    self.derived(expr, &unknown)
                }
            },
            Value::Object(id) => self.try_method(*id, "offsetExists", vec![index.clone()], at)?.unwrap_or(Value::Bool(false)),
            Value::Str(_) => {
                let value = self.index_value(base, index, at)?;
                match value {
                    Value::Str(s) => Value::Bool(!s.is_empty()),
                    other => self.not_null(&other),
                }
            }
            Value::Unknown(unknown) => {
                let value = self.unknown_index(&unknown.clone(), index);
                self.not_null(&value)
            }
            _ => Value::Bool(false),
        })
    }

    fn not_null(&mut self, value: &Value<'a>) -> Value<'a> {
        match value {
            Value::Null => Value::Bool(false),
            Value::Unknown(unknown) => {
                if never_null(&unknown.expr) {
                    return Value::Bool(true);
                }
                self.derived(format!("isset({})", unknown.expr), &unknown.clone())
            }
            _ => Value::Bool(true),
        }
    }

    pub(super) fn empty(&mut self, target: &'a Expr<'a>) -> Eval<'a> {
        let set = self.is_set(target)?;
        if let Value::Bool(false) = set {
            return Ok(Value::Bool(true));
        }
        let value = self.eval(target)?;
        Ok(match (self.truth(&value), set) {
            (Truth::Known(false), _) => Value::Bool(true),
            (Truth::Known(true), Value::Unknown(condition)) => self.derived(super::unknown::negated(&condition.expr), &condition),
            (Truth::Known(true), _) => Value::Bool(false),
            (Truth::Maybe(unknown), _) => match value {
                Value::Unknown(_) => self.derived(format!("empty({})", unknown.expr), &unknown),
                _ => self.derived(format!("!{}", atom(&unknown.expr)), &unknown),
            },
        })
    }
}

/// Whether an unknown value is certainly not null, by its spelling: a text that was put together, a cast.
fn never_null(expr: &str) -> bool {
    ["(int) ", "(string) ", "(bool) ", "(float) ", "(array) "].iter().any(|cast| expr.starts_with(cast)) || expr.contains(" . ")
}
