//! Operators and how tightly they bind, after the table in PHP's own grammar (`zend_language_parser.y`, PHP 8).

use crate::php::ast::BinaryOp;
use crate::php::lex::T;

/// `throw`, and what includes everything.
pub const LOWEST: u8 = 0;
/// `print a`
pub const PRINT: u8 = 9;
/// `yield a`
pub const YIELD: u8 = 11;
/// `yield from a`
pub const YIELD_FROM: u8 = 13;
/// The right side of an assignment.
pub const ASSIGN: u8 = 14;
/// `a ? b : c`
pub const TERNARY: u8 = 16;
/// The operand of `!`.
pub const NOT: u8 = 43;
/// `a instanceof B`
pub const INSTANCEOF: u8 = 44;
/// The operand of `-`, `~`, `@` and casts: only `**` binds tighter.
pub const UNARY: u8 = 47;
/// The operand of `clone`.
pub const CLONE: u8 = 51;

/// An operator between two operands: how it binds to the left, the least that its right operand must bind, and what it is.
pub fn infix(kind: T) -> Option<(u8, u8, BinaryOp)> {
    let (left, right, op) = match kind {
        T::Or => (2, 3, BinaryOp::Or),
        T::Xor => (4, 5, BinaryOp::Xor),
        T::And => (6, 7, BinaryOp::And),
        T::Coalesce => (18, 18, BinaryOp::Coalesce),
        T::BoolOr => (20, 21, BinaryOp::Or),
        T::BoolAnd => (22, 23, BinaryOp::And),
        T::Pipe => (24, 25, BinaryOp::BitOr),
        T::Caret => (26, 27, BinaryOp::BitXor),
        T::Amp => (28, 29, BinaryOp::BitAnd),
        T::Equal => (30, 31, BinaryOp::Equal),
        T::NotEqual => (30, 31, BinaryOp::NotEqual),
        T::Identical => (30, 31, BinaryOp::Identical),
        T::NotIdentical => (30, 31, BinaryOp::NotIdentical),
        T::Spaceship => (30, 31, BinaryOp::Spaceship),
        T::Less => (32, 33, BinaryOp::Less),
        T::LessEqual => (32, 33, BinaryOp::LessEqual),
        T::Greater => (32, 33, BinaryOp::Greater),
        T::GreaterEqual => (32, 33, BinaryOp::GreaterEqual),
        T::Dot => (34, 35, BinaryOp::Concat),
        T::ShiftLeft => (36, 37, BinaryOp::ShiftLeft),
        T::ShiftRight => (36, 37, BinaryOp::ShiftRight),
        T::Plus => (38, 39, BinaryOp::Add),
        T::Minus => (38, 39, BinaryOp::Sub),
        T::Star => (40, 41, BinaryOp::Mul),
        T::Slash => (40, 41, BinaryOp::Div),
        T::Percent => (40, 41, BinaryOp::Mod),
        T::Pow => (48, 48, BinaryOp::Pow),
        _ => return None,
    };
    Some((left, right, op))
}

/// `+=` and the like.
pub fn compound(kind: T) -> Option<BinaryOp> {
    Some(match kind {
        T::AddAssign => BinaryOp::Add,
        T::SubAssign => BinaryOp::Sub,
        T::MulAssign => BinaryOp::Mul,
        T::DivAssign => BinaryOp::Div,
        T::ModAssign => BinaryOp::Mod,
        T::PowAssign => BinaryOp::Pow,
        T::ConcatAssign => BinaryOp::Concat,
        T::AndAssign => BinaryOp::BitAnd,
        T::OrAssign => BinaryOp::BitOr,
        T::XorAssign => BinaryOp::BitXor,
        T::ShiftLeftAssign => BinaryOp::ShiftLeft,
        T::ShiftRightAssign => BinaryOp::ShiftRight,
        T::CoalesceAssign => BinaryOp::Coalesce,
        _ => return None,
    })
}
