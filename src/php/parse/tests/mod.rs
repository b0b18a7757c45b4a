//! Tests of the lexer and the parser.

mod dump;
pub(crate) mod ebnf;
mod grammar;
mod precedence;
mod recovery;
mod robust;
mod shape;
mod strings;

use bumpalo::Bump;

use crate::php::ast::{Expr, PhpFile, StmtKind};
use crate::source::FileId;

/// Parses a text fully, or without bodies, and hands the tree over.
fn parsed<R>(text: &str, full: bool, read: impl FnOnce(&PhpFile<'_>) -> R) -> R {
    let arena = Bump::new();
    let file = if full { super::parse_all(&arena, FileId(0), text) } else { super::parse_file(&arena, FileId(0), text) };
    read(file)
}

/// The messages of a text that is parsed fully, with their lines.
fn errors(text: &str) -> Vec<String> {
    parsed(text, true, |file| {
        file.errors
            .iter()
            .map(|error| format!("{}: {}", text[..error.at.start as usize].matches('\n').count() + 1, error.message))
            .collect()
    })
}

/// Parses `text;` and hands the expression over.
fn expression<R>(text: &str, read: impl FnOnce(&Expr<'_>) -> R) -> R {
    let text = format!("<?php {text};");
    parsed(&text, true, |file| {
        assert_eq!(file.errors, &[], "{text}");
        match file.stmts {
            [stmt] => match stmt.kind {
                StmtKind::Expr(expr) => read(expr),
                _ => panic!("no expression: {text}"),
            },
            _ => panic!("not one statement: {text}"),
        }
    })
}
