//! Prints expressions in the notation that [`parse`](super::parse()) reads: what is printed reads as the same expression.

use std::fmt::{self, Display, Formatter};

use super::Each;
use super::expr::{Argument, Expr, Piece};
use crate::value::Value;

/// How tightly a form binds; a looser one inside needs parentheses.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Bind {
    Else,
    Either,
    Both,
    Compared,
    Piped,
    Term,
}

impl Expr {
    fn bind(&self) -> Bind {
        match self {
            Expr::Else(..) => Bind::Else,
            Expr::Either(..) => Bind::Either,
            Expr::Both(..) => Bind::Both,
            Expr::Equal(..) | Expr::Differs(..) => Bind::Compared,
            Expr::Filter(..) => Bind::Piped,
            Expr::Value(_)
            | Expr::Text(_)
            | Expr::Name(_)
            | Expr::Field(..)
            | Expr::Item(..)
            | Expr::List(_)
            | Expr::Record(_)
            | Expr::Not(_) => Bind::Term,
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Value(value) => literal(value, f),
            Expr::Text(pieces) => text(pieces, f),
            Expr::Name(name) => f.write_str(name),
            Expr::Field(of, name) => write!(f, "{}.{name}", Owner(of)),
            Expr::Item(of, key) => write!(f, "{}[{key}]", Owner(of)),
            Expr::List(items) => {
                f.write_str("[")?;
                commas(items, f, Display::fmt)?;
                f.write_str("]")
            }
            Expr::Record(fields) => {
                f.write_str("{")?;
                commas(fields, f, |(name, value), f| write!(f, "{name}: {value}"))?;
                f.write_str("}")
            }
            Expr::Equal(a, b) => write!(f, "{} == {}", At(a, Bind::Piped), At(b, Bind::Piped)),
            Expr::Differs(a, b) => write!(f, "{} != {}", At(a, Bind::Piped), At(b, Bind::Piped)),
            Expr::Both(a, b) => write!(f, "{} and {}", At(a, Bind::Both), At(b, Bind::Compared)),
            Expr::Either(a, b) => write!(f, "{} or {}", At(a, Bind::Either), At(b, Bind::Both)),
            Expr::Not(of) => write!(f, "not {}", At(of, Bind::Term)),
            Expr::Else(a, b) => write!(f, "{} ?? {}", At(a, Bind::Either), At(b, Bind::Else)),
            Expr::Filter(of, filter, arguments) => {
                write!(f, "{} | {}", At(of, Bind::Piped), filter.spec().name)?;
                if arguments.is_empty() {
                    return Ok(());
                }
                f.write_str("(")?;
                commas(arguments, f, |argument, f| match argument {
                    Argument::Value(value) => value.fmt(f),
                    Argument::Each(item, body) => write!(f, "{item} => {body}"),
                })?;
                f.write_str(")")
            }
        }
    }
}

impl Display for Each {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.item, self.of)
    }
}

/// An expression where one that binds so tightly is expected.
struct At<'e>(&'e Expr, Bind);

impl Display for At<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.bind() < self.1 { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

/// An expression of which a field is taken: behind `not` the field would be taken first.
struct Owner<'e>(&'e Expr);

impl Display for Owner<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.bind() < Bind::Term || matches!(self.0, Expr::Not(_)) { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

fn literal(value: &Value, f: &mut Formatter<'_>) -> fmt::Result {
    match value {
        Value::Null => f.write_str("null"),
        Value::Bool(truth) => truth.fmt(f),
        Value::Int(number) => number.fmt(f),
        Value::Float(number) => write!(f, "{number:?}"),
        Value::String(plain) => {
            f.write_str("'")?;
            escaped(plain, f)?;
            f.write_str("'")
        }
        Value::List(items) => {
            f.write_str("[")?;
            commas(items, f, literal)?;
            f.write_str("]")
        }
        Value::Map(map) => {
            f.write_str("{")?;
            for (at, (name, value)) in map.iter().enumerate() {
                write!(f, "{}{name}: ", if at == 0 { "" } else { ", " })?;
                literal(value, f)?;
            }
            f.write_str("}")
        }
    }
}

fn text(pieces: &[Piece], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("'")?;
    for piece in pieces {
        match piece {
            Piece::Plain(plain) => escaped(plain, f)?,
            Piece::Value(value) => write!(f, "{{{value}}}")?,
        }
    }
    f.write_str("'")
}

fn escaped(plain: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for c in plain.chars() {
        if matches!(c, '\'' | '\\' | '{') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    Ok(())
}

fn commas<T>(items: &[T], f: &mut Formatter<'_>, one: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        one(item, f)?;
    }
    Ok(())
}
