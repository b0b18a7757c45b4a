//! Defaults that only a site can compute. The source spells them as PHP; which of them a plugin can spell, too, is decided here.

use bumpalo::Bump;

use crate::ir::{Key, Literal};
use crate::php::ast::{Arg, BinaryOp, Expr, ExprKind, MemberName, StmtKind};
use crate::php::parse;
use crate::source::SourceMap;

/// Functions that are there on every site, in every release.
const FUNCTIONS: &[&str] = &["get_config", "time"];
/// Constants likewise.
const CONSTANTS: &[&str] = &["true", "false", "null", "siteid"];

/// The expressions in a value; `None` where it holds none.
pub(super) fn expressions(value: &Literal) -> Option<Vec<String>> {
    let mut found = Vec::new();
    collect(value, &mut found);
    (!found.is_empty()).then_some(found)
}

fn collect(value: &Literal, found: &mut Vec<String>) {
    match value {
        Literal::Runtime(expression) => found.push(expression.clone()),
        Literal::Array(items) => items.iter().for_each(|(_, item)| collect(item, found)),
        Literal::Null | Literal::Bool(_) | Literal::Int(_) | Literal::Float(_) | Literal::Str(_) => {}
    }
}

/// Whether an expression means the same outside of the function it was taken from: it reads nothing but the site's configuration and
/// clock.
pub(super) fn stands_alone(arena: &Bump, expression: &str) -> bool {
    let text = arena.alloc_str(&format!("<?php return {expression};"));
    let (file, _) = SourceMap::default().add("", String::new(), Vec::new());
    let parsed = parse::parse_all(arena, file, text);
    match parsed.stmts {
        [only] if parsed.errors.is_empty() => matches!(&only.kind, StmtKind::Return(Some(value)) if is_plain(value)),
        _ => false,
    }
}

fn is_plain(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => true,
        ExprKind::Const(name) => CONSTANTS.contains(&name.trim_start_matches('\\').to_ascii_lowercase().as_str()),
        ExprKind::Prop { base, name: MemberName::Name(_), nullsafe: false } => {
            matches!(base.kind, ExprKind::Var("CFG")) || matches!(&base.kind, ExprKind::Call { .. } if is_plain(base))
        }
        ExprKind::Call { name, args } => {
            FUNCTIONS.contains(&name.trim_start_matches('\\').to_ascii_lowercase().as_str())
                && args.iter().all(|arg| matches!(arg, Arg::Positional(value) if is_plain(value)))
        }
        ExprKind::Unary { operand, .. } | ExprKind::Cast { operand, .. } | ExprKind::Empty(operand) => is_plain(operand),
        // Operators that are newer than the oldest PHP of a target.
        ExprKind::Binary { op: BinaryOp::Coalesce | BinaryOp::Spaceship | BinaryOp::Pow, .. } => false,
        ExprKind::Binary { left, right, .. } => is_plain(left) && is_plain(right),
        ExprKind::Ternary { condition, then: Some(then), otherwise } => [condition, then, otherwise].into_iter().all(|part| is_plain(part)),
        _ => false,
    }
}

/// A value as JSON; `None` where it holds an expression.
pub(super) fn json(value: &Literal) -> Option<String> {
    to_json(value).map(|value| value.to_string())
}

fn to_json(value: &Literal) -> Option<serde_json::Value> {
    Some(match value {
        Literal::Null => serde_json::Value::Null,
        Literal::Bool(value) => (*value).into(),
        Literal::Int(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        Literal::Str(value) => value.clone().into(),
        Literal::Array(items) if Literal::is_list(items) => items.iter().map(|(_, item)| to_json(item)).collect::<Option<Vec<_>>>()?.into(),
        Literal::Array(items) => {
            let mut map = serde_json::Map::new();
            for (key, item) in items {
                let key = match key {
                    Key::Int(key) => key.to_string(),
                    Key::Str(key) => key.clone(),
                };
                map.insert(key, to_json(item)?);
            }
            map.into()
        }
        Literal::Runtime(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_alone() {
        let arena = Bump::new();
        for yes in ["$CFG->lang", "time()", "SITEID", "get_config('moodlecourse')->format", "empty($CFG->a) ? 1 : -2", "(int) $CFG->x"] {
            assert!(stands_alone(&arena, yes), "{yes}");
        }
        for no in [
            "$USER->id",
            "$x",
            "self::A",
            "function() { return 1; }",
            "exec('x')",
            "1; exec('x')",
            "new X()",
            "",
            "$CFG",
            "1 ?: 2",
            "$CFG->a ?? 1",
        ] {
            assert!(!stands_alone(&arena, no), "{no}");
        }
    }
}
