//! Constant values: defaults of parameters and fields, as PHP has them.

/// A PHP value that a description holds. `Runtime` is one that only a site can know.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float; compared by its bits when schemas are compared.
    Float(f64),
    /// A string. The string `"1"` is not the number `1`.
    Str(String),
    /// An array in PHP's order. A list has the keys 0, 1, 2, ...
    Array(Vec<(Key, Literal)>),
    /// A default that depends on the site (or a closure): its PHP expression.
    Runtime(String),
}

/// A key of a PHP array: integers and strings differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// An integer key.
    Int(i64),
    /// A string key.
    Str(String),
}

impl Literal {
    /// Whether an array has the keys 0, 1, 2, ... in order: what JSON writes as a list.
    pub fn is_list(items: &[(Key, Literal)]) -> bool {
        (0..).zip(items).all(|(at, (key, _))| *key == Key::Int(at))
    }
}
