//! Whatever the bytes are: no panic, and every span lies in the text.

use proptest::prelude::*;

use super::parsed;
use crate::php::ast::{At, Class, Function, FunctionBody, Member, Stmt, StmtKind};

/// Pieces that make the lexer and the parser work.
const PIECES: &[&str] = &[
    "<?php ",
    "?>",
    "<?=",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    "'",
    "\"",
    "`",
    "<<<A\n",
    "\nA",
    "<<<'A'\n",
    "//",
    "/*",
    "*/",
    "#",
    "#[",
    "$a",
    "$",
    "{$",
    "${",
    "\\",
    "é",
    "\u{0}",
    "->",
    "?->",
    "::",
    "=>",
    "=",
    "&",
    "...",
    "function ",
    "class A ",
    "fn",
    "match",
    "new ",
    "static ",
    "use ",
    "namespace ",
    "if",
    "else ",
    ":",
    "endif",
    "switch",
    "case ",
    "const ",
    "public ",
    "enum A ",
    "yield ",
    "(int)",
    "0x1",
    "1.5",
    "foo",
    "try",
    "catch",
    "list",
    "array",
    "/** d */",
    "return ",
    "__halt_compiler",
    "\n",
    " ",
    "abstract ",
    "readonly ",
    "private(set) ",
    "b\"",
];

fn within(text: &str, at: At) {
    assert!(at.start <= at.end && text.get(at.start as usize..at.end as usize).is_some(), "{at:?} in {text:?}");
}

fn function(text: &str, function: &Function<'_>) {
    within(text, function.at);
    function.params.iter().for_each(|param| within(text, param.at));
    if let Some(FunctionBody::Block(body)) = &function.body {
        within(text, body.at);
        body.parsed.get().into_iter().for_each(|block| stmts(text, block.stmts));
    }
}

fn class(text: &str, class: &Class<'_>) {
    within(text, class.at);
    for member in class.members {
        match member {
            Member::Const { konst, .. } => within(text, konst.value.at),
            Member::Property { at, default, .. } | Member::Case { at, value: default, .. } => {
                within(text, *at);
                if let Some(expr) = default {
                    within(text, expr.at);
                }
            }
            Member::Method { function: method, .. } => function(text, method),
            Member::TraitUse { .. } | Member::Skipped => {}
        }
    }
}

fn stmts(text: &str, list: &[Stmt<'_>]) {
    for stmt in list {
        within(text, stmt.at);
        match stmt.kind {
            StmtKind::Expr(expr) => within(text, expr.at),
            StmtKind::Block(inner) | StmtKind::Namespace { stmts: inner, .. } => stmts(text, inner),
            StmtKind::If { condition, then, otherwise } => {
                within(text, condition.at);
                stmts(text, then);
                stmts(text, otherwise);
            }
            StmtKind::Function(one) => function(text, one),
            StmtKind::Class(one) => class(text, one),
            _ => {}
        }
    }
}

fn check(text: &str) {
    for full in [true, false] {
        parsed(text, full, |file| {
            stmts(text, file.stmts);
            file.errors.iter().for_each(|error| within(text, error.at));
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&format!("<?php {}", String::from_utf8_lossy(&bytes)));
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn pieces(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = picks.iter().map(|&pick| PIECES[pick]).collect();
        check(&format!("<?php {text}"));
        check(&text);
    }

    #[test]
    fn mutations(at in any::<proptest::sample::Index>(), pick in 0..PIECES.len(), cut in 0_usize..40) {
        let source = include_str!("sample.php");
        let mut start = at.index(source.len());
        while !source.is_char_boundary(start) { start -= 1; }
        let mut end = (start + cut).min(source.len());
        while !source.is_char_boundary(end) { end -= 1; }
        check(&format!("{}{}{}", &source[..start], PIECES[pick], &source[end.max(start)..]));
    }
}
