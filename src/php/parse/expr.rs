//! Expressions: operators by precedence climbing.

use nom::Parser;
use nom::sequence::preceded;

use super::cursor::{Cursor, Fail, GROUP, MAX_CHAIN, Node, Res};
use super::operator::{ASSIGN, CLONE, INSTANCEOF, LOWEST, NOT, PRINT, TERNARY, UNARY, YIELD, YIELD_FROM, compound, infix};
use super::pattern::token;
use super::primary::{class_reference, postfix};
use crate::php::ast::{BinaryOp, Cast, Expr, ExprKind, IncDec, UnaryOp};
use crate::php::lex::{T, cast_of};

/// Any expression.
pub fn expr<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    i.deeper(|i| binary(i, LOWEST))
}

/// An expression of operators that bind at least as tightly as `least`.
fn binary<'a>(i: Cursor<'a>, least: u8) -> Res<'a, Node<'a>> {
    let start = i.start();
    let (mut i, left) = unary(i)?;
    let mut run = Run { start, left, groups: None, op: None, links: 0 };
    loop {
        if let Some((binds, right, op)) = infix(i.kind()) {
            if binds < least {
                return Ok((i, run.whole(i)));
            }
            let at = i.next().start();
            let (next, right) = i.next().deeper(|i| binary(i, right))?;
            run.push((i, next), op, right, at)?;
            i = next;
        } else if i.kind() == T::Question && least <= TERNARY {
            let condition = run.whole(i);
            let (next, out) = ternary(i.next(), start, condition)?;
            run.replace(next, out)?;
            i = next;
        } else if i.kind() == T::InstanceOf && least <= INSTANCEOF {
            let operand = run.whole(i);
            let (next, class) = class_reference(i.next())?;
            run.replace(next, next.node(start, ExprKind::InstanceOf { operand, class }))?;
            i = next;
        } else {
            return Ok((i, run.whole(i)));
        }
    }
}

/// Operands joined so far, from the left. A long run of one associative operator becomes groups of [`GROUP`] operands, so that
/// generated code with thousands of operands gives a tree that can be walked by recursion.
struct Run<'a> {
    start: u32,
    left: Node<'a>,
    groups: Option<Node<'a>>,
    op: Option<BinaryOp>,
    links: u32,
}

impl<'a> Run<'a> {
    /// One more operator with its right operand, which begins at `at`; the cursors are at the operator and behind the operand.
    fn push(&mut self, (i, next): (Cursor<'a>, Cursor<'a>), op: BinaryOp, right: Node<'a>, at: u32) -> Result<(), nom::Err<Fail>> {
        let associative = matches!(op, BinaryOp::Concat | BinaryOp::And | BinaryOp::Or);
        if self.op != Some(op) {
            self.left = self.whole(i);
            self.op = Some(op);
        }
        self.links += 1;
        let most = if associative { MAX_CHAIN * GROUP / 2 } else { MAX_CHAIN };
        if self.links > most {
            return Err(i.refuse("too many operators in a row"));
        }
        if associative && self.links.is_multiple_of(GROUP) {
            self.groups = Some(self.joined(i));
            self.left = right;
            self.start = at;
        } else {
            self.left = next.node(self.start, ExprKind::Binary { op, left: self.left, right });
        }
        Ok(())
    }

    /// Something else that has taken the whole as its left operand.
    fn replace(&mut self, i: Cursor<'a>, out: Node<'a>) -> Result<(), nom::Err<Fail>> {
        self.links += 1;
        self.op = None;
        self.left = out;
        if self.links > MAX_CHAIN { Err(i.refuse("too many operators in a row")) } else { Ok(()) }
    }

    /// Everything so far as one expression.
    fn whole(&mut self, i: Cursor<'a>) -> Node<'a> {
        self.left = self.joined(i);
        if let Some(groups) = self.groups.take() {
            self.start = groups.at.start;
        }
        self.left
    }

    fn joined(&self, i: Cursor<'a>) -> Node<'a> {
        match (self.groups, self.op) {
            (Some(groups), Some(op)) => i.node(groups.at.start, ExprKind::Binary { op, left: groups, right: self.left }),
            _ => self.left,
        }
    }
}

/// What follows the `?` of a conditional expression.
fn ternary<'a>(i: Cursor<'a>, start: u32, condition: Node<'a>) -> Res<'a, Node<'a>> {
    let (i, then) = if i.kind() == T::Colon { (i, None) } else { expr.map(Some).parse(i)? };
    let (i, otherwise) = preceded(token(T::Colon, "`:`"), |i: Cursor<'a>| i.deeper(|i| binary(i, TERNARY + 1))).parse(i)?;
    Ok((i, i.node(start, ExprKind::Ternary { condition, then, otherwise })))
}

/// Prefix operators, and what reads like one.
fn unary<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let start = i.start();
    let parsed = match i.kind() {
        T::Minus => prefix(i, UnaryOp::Minus, UNARY),
        T::Plus => prefix(i, UnaryOp::Plus, UNARY),
        T::Tilde => prefix(i, UnaryOp::BitNot, UNARY),
        T::At => prefix(i, UnaryOp::Silence, UNARY),
        T::Not => prefix(i, UnaryOp::Not, NOT),
        T::Amp => prefix(i, UnaryOp::Ref, UNARY),
        T::Inc => operand(i, UNARY).map(|(i, target)| (i, ExprKind::IncDec { op: IncDec::PreInc, target })),
        T::Dec => operand(i, UNARY).map(|(i, target)| (i, ExprKind::IncDec { op: IncDec::PreDec, target })),
        T::Cast => {
            let to = cast_of(i.text()).unwrap_or(Cast::String);
            operand(i, UNARY).map(|(i, operand)| (i, ExprKind::Cast { to, operand }))
        }
        T::Clone => operand(i, CLONE).map(|(i, out)| (i, ExprKind::Clone(out))),
        T::Print => operand(i, PRINT).map(|(i, out)| (i, ExprKind::Print(out))),
        T::Throw => operand(i, LOWEST).map(|(i, out)| (i, ExprKind::Throw(out))),
        T::Include => {
            let (once, required) = (i.text().len() > 8, i.text().as_bytes().first().is_some_and(|b| b.eq_ignore_ascii_case(&b'r')));
            operand(i, LOWEST).map(|(i, path)| (i, ExprKind::Include { once, required, path }))
        }
        T::Yield => yield_(i),
        _ => return assignment(i),
    };
    let (i, kind) = parsed?;
    Ok((i, i.node(start, kind)))
}

/// The operand of the prefix operator at the cursor.
fn operand<'a>(i: Cursor<'a>, least: u8) -> Res<'a, Node<'a>> {
    i.next().deeper(|i| binary(i, least))
}

/// An operator and its operand.
fn prefix<'a>(i: Cursor<'a>, op: UnaryOp, least: u8) -> Res<'a, ExprKind<'a>> {
    let (i, operand) = operand(i, least)?;
    Ok((i, ExprKind::Unary { op, operand }))
}

/// `yield`, `yield a`, `yield k => a`, `yield from a`
fn yield_<'a>(i: Cursor<'a>) -> Res<'a, ExprKind<'a>> {
    let next = i.next();
    if next.is("from") {
        return operand(next, YIELD_FROM).map(|(i, out)| (i, ExprKind::YieldFrom(out)));
    }
    if matches!(next.kind(), T::Semicolon | T::ParenR | T::BracketR | T::Comma | T::BraceR | T::Html | T::HtmlEcho | T::Eof) {
        return Ok((next, ExprKind::Yield { key: None, value: None }));
    }
    let (i, first) = operand(i, YIELD)?;
    if i.kind() == T::DoubleArrow {
        let (i, value) = operand(i, YIELD)?;
        return Ok((i, ExprKind::Yield { key: Some(first), value: Some(value) }));
    }
    Ok((i, ExprKind::Yield { key: None, value: Some(first) }))
}

/// A variable or value with what is done to it: `= b`, `+= b`, `++`. An assignment binds to the variable in front of it however
/// tightly the operator before that binds: `!$a = b` is `!($a = b)`.
fn assignment<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let start = i.start();
    let (i, target) = postfix(i)?;
    let kind = i.kind();
    if (T::Assign..=T::CoalesceAssign).contains(&kind) {
        if !is_target(target) {
            return Err(i.fail("an operator that fits, or the end of the expression"));
        }
        if kind == T::Assign
            && let Some(next) = i.next().eat(T::Amp)
        {
            let (i, value) = next.deeper(|i| binary(i, ASSIGN))?;
            return Ok((i, i.node(start, ExprKind::AssignRef { target, value })));
        }
        let (next, value) = operand(i, ASSIGN)?;
        let out = match compound(kind) {
            Some(op) => ExprKind::AssignOp { op, target, value },
            None => ExprKind::Assign { target, value },
        };
        return Ok((next, next.node(start, out)));
    }
    match kind {
        T::Inc => Ok((i.next(), i.next().node(start, ExprKind::IncDec { op: IncDec::PostInc, target }))),
        T::Dec => Ok((i.next(), i.next().node(start, ExprKind::IncDec { op: IncDec::PostDec, target }))),
        _ => Ok((i, target)),
    }
}

/// Whether something can be assigned to.
pub fn is_target(expr: &Expr<'_>) -> bool {
    matches!(
        expr.kind,
        ExprKind::Var(_)
            | ExprKind::VarVar(_)
            | ExprKind::Index { .. }
            | ExprKind::Prop { .. }
            | ExprKind::StaticProp { .. }
            | ExprKind::Array(_)
    )
}
