//! Values of the evaluator as constants of the front end's tree. In: a [`Value`]. Out: a [`Literal`]; what has no constant spelling
//! (unknowns, closures, objects) becomes `Literal::Runtime` with its PHP source.

use crate::ir::{Literal, Origin};
use crate::php::ast;
use crate::php::eval::Interp;
use crate::php::value::{ClosureTarget, Value};
use crate::source::{SourceMap, Span};

/// How deep arrays in a default may be nested; deeper ones are spelled as source.
const MAX_DEPTH: usize = 64;

/// The constant that a value is.
pub fn literal<'a>(interp: &Interp<'a, '_>, value: &Value<'a>) -> Literal {
    at_depth(interp, value, 0)
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
