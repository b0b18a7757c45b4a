//! Operators.

use std::cmp::Ordering;
use std::rc::Rc;

use super::convert::{Num, Truth, leading_number};
use super::unknown::atom;
use super::{Eval, Interp};
use crate::php::ast::{At, BinaryOp, Expr, ExprKind, IncDec, UnaryOp};
use crate::php::value::{Array, Value};

impl<'a> Interp<'a, '_> {
    pub(super) fn binary(&mut self, op: BinaryOp, left: &'a Expr<'a>, right: &'a Expr<'a>, at: At) -> Eval<'a> {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logical(op, left, right),
            BinaryOp::Coalesce => {
                let set = self.is_set(left)?;
                match self.truth(&set) {
                    Truth::Known(true) => self.eval(left),
                    Truth::Known(false) => self.eval(right),
                    Truth::Maybe(condition) => {
                        let value = self.eval(left)?;
                        let mut fallback = Value::Null;
                        let other = |interp: &mut Self| {
                            fallback = interp.eval(right)?;
                            Ok(fallback.clone())
                        };
                        let merged = self.fork(&condition, |_| Ok(value.clone()), other)?;
                        if let (Value::Unknown(unknown), Value::Unknown(_)) = (&value, &merged) {
                            let expr = format!("{} ?? {}", atom(&unknown.expr), self.operand(&fallback));
                            return Ok(self.derived(expr, &unknown.clone()));
                        }
                        Ok(merged)
                    }
                }
            }
            BinaryOp::Concat => {
                // Long chains of dots nest to the left; walking down that side keeps the stack flat.
                let mut parts = vec![right];
                let mut first = left;
                while let ExprKind::Binary { op: BinaryOp::Concat, left, right } = &first.kind {
                    parts.push(right);
                    first = left;
                }
                let mut value = self.eval(first)?;
                while let Some(part) = parts.pop() {
                    let next = self.eval(part)?;
                    value = self.concat(&value, &next, at)?;
                }
                Ok(value)
            }
            _ => {
                let left = self.eval(left)?;
                let right = self.eval(right)?;
                self.apply(op, &left, &right, at)
            }
        }
    }

    fn logical(&mut self, op: BinaryOp, left: &'a Expr<'a>, right: &'a Expr<'a>) -> Eval<'a> {
        let decides = op == BinaryOp::Or;
        let left = self.eval(left)?;
        match self.truth(&left) {
            Truth::Known(b) if b == decides => Ok(Value::Bool(b)),
            Truth::Known(_) => {
                let right = self.eval(right)?;
                Ok(self.truth_value(&right))
            }
            Truth::Maybe(condition) => {
                // The right side is evaluated under the condition; what it is worth is wanted by itself.
                let mut worth = Value::Null;
                let worth_slot = &mut worth;
                let run = |interp: &mut Self| -> Eval<'a> {
                    let value = interp.eval(right)?;
                    *worth_slot = interp.truth_value(&value);
                    Ok(Value::Null)
                };
                let skip = |_: &mut Self| -> Eval<'a> { Ok(Value::Null) };
                if decides {
                    self.fork(&condition, skip, run)?;
                } else {
                    self.fork(&condition, run, skip)?;
                }
                Ok(match worth {
                    Value::Bool(b) if b == decides => Value::Bool(b),
                    Value::Bool(_) | Value::Null => Value::Unknown(condition),
                    other => {
                        let text = if decides {
                            super::unknown::either(&condition.expr, &self.spell(&other)).to_string()
                        } else {
                            super::unknown::both(&condition.expr, &self.spell(&other)).to_string()
                        };
                        self.derived(text, &condition)
                    }
                })
            }
        }
    }

    fn truth_value(&mut self, value: &Value<'a>) -> Value<'a> {
        match self.truth(value) {
            Truth::Known(b) => Value::Bool(b),
            Truth::Maybe(unknown) => Value::Unknown(unknown),
        }
    }

    /// `.`
    pub(super) fn concat(&mut self, left: &Value<'a>, right: &Value<'a>, at: At) -> Eval<'a> {
        let (a, b) = (self.to_text(left)?, self.to_text(right)?);
        match (a, b) {
            (Ok(a), Ok(b)) => {
                self.spend_text(a.len() + b.len(), self.span(at))?;
                let mut out = String::with_capacity(a.len() + b.len());
                out.push_str(&a);
                out.push_str(&b);
                Ok(Value::text(out))
            }
            _ => Ok(self.concat_unknown(left, right)),
        }
    }

    /// `.` with an unknown side; empty texts are left out.
    pub(super) fn concat_unknown(&mut self, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let empty = |value: &Value<'a>| matches!(value, Value::Str(s) if s.is_empty());
        if empty(left) {
            return right.clone();
        }
        if empty(right) {
            return left.clone();
        }
        let from = match (left, right) {
            (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => unknown.clone(),
            _ => return self.unknown_binary(BinaryOp::Concat, left, right),
        };
        // Dots chain without parentheses.
        let side = |interp: &Self, value: &Value<'a>| {
            let text = interp.spell(value);
            if value.is_unknown() && [" ? ", "??", " && ", " || ", " + ", " - ", " == "].iter().any(|op| text.contains(op)) {
                atom(&text)
            } else {
                text
            }
        };
        let expr = format!("{} . {}", side(self, left), side(self, right));
        self.derived(expr, &from)
    }

    /// An operator that evaluates both sides.
    pub(super) fn apply(&mut self, op: BinaryOp, left: &Value<'a>, right: &Value<'a>, at: At) -> Eval<'a> {
        let known = match op {
            BinaryOp::Concat => return self.concat(left, right, at),
            BinaryOp::Identical => self.identical(left, right),
            BinaryOp::NotIdentical => self.identical(left, right).map(|b| !b),
            BinaryOp::Equal => self.equal(left, right),
            BinaryOp::NotEqual => self.equal(left, right).map(|b| !b),
            BinaryOp::Less => self.compare(left, right).map(|order| order == Some(Ordering::Less)),
            BinaryOp::LessEqual => self.compare(left, right).map(|order| order.is_some_and(Ordering::is_le)),
            BinaryOp::Greater => self.compare(left, right).map(|order| order == Some(Ordering::Greater)),
            BinaryOp::GreaterEqual => self.compare(left, right).map(|order| order.is_some_and(Ordering::is_ge)),
            BinaryOp::Spaceship => {
                return Ok(match self.compare(left, right) {
                    Some(order) => Value::Int(order.map_or(1, |order| order as i64)),
                    None => self.unknown_binary(op, left, right),
                });
            }
            BinaryOp::Xor => match (self.truth(left), self.truth(right)) {
                (Truth::Known(a), Truth::Known(b)) => Some(a != b),
                _ => None,
            },
            BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce => {
                // Only compound assignment comes here, with both sides evaluated.
                return Ok(if op == BinaryOp::Coalesce && !matches!(left, Value::Null) { left.clone() } else { right.clone() });
            }
            BinaryOp::Add if matches!((left, right), (Value::Array(_), Value::Array(_))) => return self.union(left, right, at),
            _ => return self.arithmetic(op, left, right, at),
        };
        Ok(match known {
            Some(b) => Value::Bool(b),
            None => self.unknown_binary(op, left, right),
        })
    }

    fn union(&mut self, left: &Value<'a>, right: &Value<'a>, at: At) -> Eval<'a> {
        let (Value::Array(left), Value::Array(right)) = (left, right) else { return Ok(Value::Null) };
        self.spend((left.entries.len() + right.entries.len()) as u32, Some(at))?;
        let mut out: Array<'a> = (**left).clone();
        for (key, entry) in &right.entries {
            match out.entries.get(key).map(|present| present.only_if.clone()) {
                None => out.set_entry(key.clone(), entry.clone()),
                Some(Some(condition)) => {
                    // There under a condition on the left: then that one, else this one.
                    let present = out.entries.get(key).map_or(Value::Null, |entry| entry.value.clone());
                    let mut merge = super::fork::Merge::new(&condition);
                    let value = self.merge_values(&mut merge, &present, &entry.value, 0);
                    if let Some(slot) = out.entries.get_mut(key) {
                        slot.value = value;
                        slot.only_if = entry.only_if.as_ref().map(|other| super::unknown::either(&condition, other));
                    }
                }
                Some(None) => {}
            }
        }
        Ok(Value::Array(Rc::new(out)))
    }

    fn operand_number(&mut self, value: &Value<'a>) -> Option<Num> {
        Some(match value {
            Value::Null | Value::Bool(false) => Num::Int(0),
            Value::Bool(true) => Num::Int(1),
            Value::Int(n) => Num::Int(*n),
            Value::Float(f) => Num::Float(*f),
            Value::Str(s) => match leading_number(s, self.php) {
                Some((n, _)) => n,
                None if self.php >= 8 => return None,
                None => Num::Int(0),
            },
            _ => return None,
        })
    }

    #[allow(clippy::many_single_char_names, reason = "two operands, as numbers and as what they are cast to")]
    fn arithmetic(&mut self, op: BinaryOp, left: &Value<'a>, right: &Value<'a>, at: At) -> Eval<'a> {
        if left.is_unknown() || right.is_unknown() {
            return Ok(self.unknown_binary(op, left, right));
        }
        let span = self.span(at);
        let (Some(a), Some(b)) = (self.operand_number(left), self.operand_number(right)) else {
            let (left, right) = (super::builtin::type_name(left), super::builtin::type_name(right));
            let message = format!("Unsupported operand types: {left} {} {right}", super::unknown::operator(op));
            return self.throw_error("TypeError", &message, Some(span));
        };
        let whole = |n: Num| match n {
            Num::Int(n) => n,
            Num::Float(f) => super::convert::float_int(f),
        };
        let checked = |ints: fn(i64, i64) -> Option<i64>, floats: fn(f64, f64) -> f64| match (a, b) {
            (Num::Int(x), Num::Int(y)) => ints(x, y).map_or_else(|| Num::Float(floats(x as f64, y as f64)), Num::Int),
            (x, y) => Num::Float(floats(x.float(), y.float())),
        };
        let result = match op {
            BinaryOp::Add => checked(i64::checked_add, |x, y| x + y),
            BinaryOp::Sub => checked(i64::checked_sub, |x, y| x - y),
            BinaryOp::Mul => checked(i64::checked_mul, |x, y| x * y),
            BinaryOp::Div => {
                if b.float() == 0.0 {
                    return self.throw_error("DivisionByZeroError", "Division by zero", Some(span));
                }
                match (a, b) {
                    (Num::Int(x), Num::Int(y)) if x.checked_rem(y) == Some(0) => Num::Int(x.wrapping_div(y)),
                    (x, y) => Num::Float(x.float() / y.float()),
                }
            }
            BinaryOp::Mod => {
                if whole(b) == 0 {
                    return self.throw_error("DivisionByZeroError", "Modulo by zero", Some(span));
                }
                Num::Int(whole(a).wrapping_rem(whole(b)))
            }
            BinaryOp::Pow => match (a, b) {
                (Num::Int(x), Num::Int(y)) if y >= 0 => match u32::try_from(y).ok().and_then(|y| x.checked_pow(y)) {
                    Some(n) => Num::Int(n),
                    None => Num::Float((x as f64).powf(y as f64)),
                },
                (x, y) => Num::Float(x.float().powf(y.float())),
            },
            BinaryOp::BitAnd => Num::Int(whole(a) & whole(b)),
            BinaryOp::BitOr => Num::Int(whole(a) | whole(b)),
            BinaryOp::BitXor => Num::Int(whole(a) ^ whole(b)),
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight => {
                let (n, by) = (whole(a), whole(b));
                if by < 0 {
                    return self.throw_error("ArithmeticError", "Bit shift by negative number", Some(span));
                }
                Num::Int(match (op, by < 64) {
                    (BinaryOp::ShiftLeft, true) => n.wrapping_shl(by as u32),
                    (BinaryOp::ShiftLeft, false) => 0,
                    (_, true) => n >> by,
                    (_, false) => n >> 63,
                })
            }
            _ => Num::Int(0),
        };
        Ok(result.value())
    }

    /// `-a`, `+a`, `~a`
    pub(super) fn arithmetic_sign(&mut self, op: UnaryOp, value: &Value<'a>, at: At) -> Eval<'a> {
        match op {
            UnaryOp::Minus => self.arithmetic(BinaryOp::Mul, value, &Value::Int(-1), at),
            UnaryOp::Plus => self.arithmetic(BinaryOp::Mul, value, &Value::Int(1), at),
            _ => Ok(self.to_int(value).map_or(Value::Null, |n| Value::Int(!n))),
        }
    }

    /// The value after `++` or `--`.
    pub(super) fn stepped(&mut self, op: IncDec, value: &Value<'a>, at: At) -> Eval<'a> {
        let up = matches!(op, IncDec::PreInc | IncDec::PostInc);
        Ok(match value {
            Value::Null if up => Value::Int(1),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) | Value::Closure(_) => value.clone(),
            Value::Str(s) if leading_number(s, self.php).is_none_or(|(_, all)| !all) => {
                if !up {
                    value.clone()
                } else if s.is_empty() {
                    Value::str("1")
                } else {
                    Value::text(next_text(s))
                }
            }
            _ => self.apply(if up { BinaryOp::Add } else { BinaryOp::Sub }, value, &Value::Int(1), at)?,
        })
    }
}

/// The text that follows another one: `a` → `b`, `Az` → `Ba`, `z9` → `aa0`.
fn next_text(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = bytes.len();
    let mut carry = None;
    while at > 0 {
        at -= 1;
        let Some(byte) = bytes.get_mut(at) else { break };
        carry = match *byte {
            b'z' => {
                *byte = b'a';
                Some(b'a')
            }
            b'Z' => {
                *byte = b'A';
                Some(b'A')
            }
            b'9' => {
                *byte = b'0';
                Some(b'1')
            }
            b'a'..=b'y' | b'A'..=b'Y' | b'0'..=b'8' => {
                *byte += 1;
                None
            }
            _ => None,
        };
        if carry.is_none() {
            break;
        }
    }
    if let Some(first) = carry {
        bytes.insert(0, first);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
