//! Expressions: what a value is made of. Their notation is read by [`parse`](super::parse()) and printed by `Display`; in a manifest they
//! are texts in it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::filter::Filter;
use crate::value::Value;

/// An expression. Evaluating one gives a value whatever the values of its names are: a path that leads nowhere gives null, and a
/// conversion takes any value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `'text'`, `7`, `1.5`, `true`, `null`. Texts, numbers, truths and null alone.
    Value(Value),
    /// `'user {column}={value} unknown.'`
    Text(Vec<Piece>),
    /// `users`
    Name(String),
    /// `user.id`; of a list, the list of that field of its items.
    Field(Box<Expr>, String),
    /// `user[column]`; of a list, likewise.
    Item(Box<Expr>, Box<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{id: user.id, name: 'x'}`. A field whose value is null is left out.
    Record(Vec<(String, Expr)>),
    /// `a == b`; numbers, texts and truths are equal when they read alike.
    Equal(Box<Expr>, Box<Expr>),
    /// `a != b`
    Differs(Box<Expr>, Box<Expr>),
    /// `a and b`
    Both(Box<Expr>, Box<Expr>),
    /// `a or b`
    Either(Box<Expr>, Box<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a ?? b`: the second when the first is null.
    Else(Box<Expr>, Box<Expr>),
    /// `a | int`
    Filter(Box<Expr>, Filter, Vec<Argument>),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// As it stands.
    Plain(String),
    /// In braces: the value as a text.
    Value(Expr),
}

/// An argument of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A value.
    Value(Expr),
    /// `user => user.id`: something that is evaluated for each item.
    Each(String, Expr),
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        super::parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}

impl Expr {
    /// The expressions directly below, with the name that each of them knows in addition, if any.
    pub fn children(&self) -> Vec<(Option<&str>, &Expr)> {
        match self {
            Expr::Value(_) | Expr::Name(_) => Vec::new(),
            Expr::Text(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Plain(_) => None,
                    Piece::Value(value) => Some((None, value)),
                })
                .collect(),
            Expr::Field(of, _) | Expr::Not(of) => vec![(None, of)],
            Expr::Item(a, b) | Expr::Equal(a, b) | Expr::Differs(a, b) | Expr::Both(a, b) | Expr::Either(a, b) | Expr::Else(a, b) => {
                vec![(None, a), (None, b)]
            }
            Expr::List(items) => items.iter().map(|item| (None, item)).collect(),
            Expr::Record(fields) => fields.iter().map(|(_, value)| (None, value)).collect(),
            Expr::Filter(of, _, arguments) => std::iter::once((None, &**of))
                .chain(arguments.iter().map(|argument| match argument {
                    Argument::Value(value) => (None, value),
                    Argument::Each(item, body) => (Some(item.as_str()), body),
                }))
                .collect(),
        }
    }
}
