//! Values of the evaluator as constants of the front end's tree. In: a [`Value`]. Out: a [`Literal`]; what has no constant spelling
//! (unknowns, closures, objects) becomes `Literal::Runtime` with its PHP source.

use crate::ir::{Literal, Origin};
use crate::php::ast;
use crate::php::eval::Interp;
use crate::php::value::{ClosureTarget, Key, Value};
use crate::source::{SourceMap, Span};

/// How deep arrays in a default may be nested; deeper ones are spelled as source.
const MAX_DEPTH: usize = 64;

/// How many bytes the texts of a constant may have together, each entry of an array counting as a few; larger ones are spelled as source.
/// An array that holds another twice has twice as many.
const MAX_BYTES: usize = 1 << 20;
/// What an entry of an array counts, in bytes.
const ENTRY: usize = 16;

/// The constant that a value is.
pub fn literal<'a>(interp: &Interp<'a, '_>, value: &Value<'a>) -> Literal {
    if is_small(value) { at_depth(interp, value, 0) } else { Literal::Runtime(interp.spell(value)) }
}

/// Whether a value is small enough for a constant.
pub fn is_small(value: &Value<'_>) -> bool {
    let mut left = MAX_BYTES;
    fits(value, &mut left, 0)
}

/// Whether a value can be copied within so many bytes.
fn fits(value: &Value<'_>, left: &mut usize, depth: usize) -> bool {
    let take = |left: &mut usize, bytes: usize| left.checked_sub(bytes).map(|rest| *left = rest).is_some();
    match value {
        Value::Str(text) => take(left, text.len()),
        Value::Array(array) if depth < MAX_DEPTH => array.entries.iter().all(|(key, entry)| {
            let key = if let Key::Str(key) = key { key.len() } else { 0 };
            take(left, ENTRY + key) && fits(&entry.value, left, depth + 1)
        }),
        _ => true,
    }
}

fn at_depth<'a>(interp: &Interp<'a, '_>, value: &Value<'a>, depth: usize) -> Literal {
    match value {
        Value::Null => Literal::Null,
        Value::Bool(b) => Literal::Bool(*b),
        Value::Int(n) => Literal::Int(*n),
        Value::Float(n) => Literal::Float(*n),
        Value::Str(text) => Literal::Str(text.to_string()),
        Value::Array(array) if depth < MAX_DEPTH => {
            Literal::Array(array.entries.iter().map(|(key, entry)| (key.into(), at_depth(interp, &entry.value, depth + 1))).collect())
        }
        Value::Unknown(unknown) => Literal::Runtime(unknown.expr.clone()),
        Value::Closure(closure) => match &closure.target {
            ClosureTarget::Function { function, .. } => Literal::Runtime(source(interp.sources, function)),
            ClosureTarget::Named(_) | ClosureTarget::Static(..) | ClosureTarget::Method(..) => Literal::Runtime(interp.spell(value)),
        },
        Value::Object(id) => match interp.object(*id).made_at {
            Some(span) => Literal::Runtime(text(interp.sources, span)),
            None => Literal::Runtime(interp.spell(value)),
        },
        Value::Array(_) | Value::Ref(_) => Literal::Runtime(interp.spell(value)),
    }
}

/// How many bytes a constant takes, more or less.
pub fn size(of: &Literal) -> usize {
    match of {
        Literal::Null | Literal::Bool(_) | Literal::Int(_) | Literal::Float(_) => 0,
        Literal::Str(text) | Literal::Runtime(text) => text.len(),
        Literal::Array(entries) => entries.iter().map(|(_, value)| ENTRY + size(value)).sum(),
    }
}

fn source(sources: &SourceMap, function: &ast::Function<'_>) -> String {
    text(sources, Span { file: function.scope.file, start: function.at.start, end: function.at.end })
}

/// Source text of a place with runs of white space as one space, so that indentation upstream changes nothing.
pub fn text(sources: &SourceMap, span: Span) -> String {
    let text = sources.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default();
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// The origin of a place: file and span.
pub fn origin(sources: &SourceMap, span: Option<Span>, symbol: &str) -> Origin {
    Origin {
        file: span.map(|span| sources.file(span.file).path.clone()).unwrap_or_default(),
        symbol: symbol.to_owned(),
        span,
        via: Vec::new(),
    }
}
