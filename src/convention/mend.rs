//! Types that an interface published by mistake: what stands there, and what is meant.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::ir::ScalarKind;

/// A type that was published by mistake.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mend {
    /// Name of the operation.
    pub operation: String,
    /// The parameter; `None` for the result.
    pub parameter: Option<String>,
    /// What stands in the published interface. Where something else stands, nothing is to be mended.
    pub published: Shape,
    /// What is meant.
    pub meant: Shape,
    /// Why, as the end of a sentence.
    pub because: String,
}

/// A type as such data spell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `bool`, `int`, `float`, `string`
    Scalar(ScalarKind),
    /// Any other word: the name of a class, without its namespace.
    Record(String),
    /// `T[]`
    List(Box<Shape>),
}

impl FromStr for Shape {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        if let Some(item) = text.strip_suffix("[]") {
            return Ok(Shape::List(Box::new(item.parse()?)));
        }
        let kinds = [ScalarKind::Bool, ScalarKind::Int, ScalarKind::Float, ScalarKind::String];
        let kind = kinds.into_iter().find(|kind| kind.word() == text);
        Ok(kind.map_or_else(|| Shape::Record(text.to_owned()), Shape::Scalar))
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Ok(shape) = String::deserialize(from)?.parse();
        Ok(shape)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Scalar(kind) => f.write_str(kind.word()),
            Shape::Record(name) => f.write_str(name),
            Shape::List(item) => write!(f, "{item}[]"),
        }
    }
}
