//! The parser: a text in, an [`ast`](super::ast) in the arena out. It never fails; what it does not understand is in the errors.
//!
//! Parser functions have nom's shape: a `Cursor` in, and out the cursor behind what was parsed with the result. One token of
//! lookahead decides nearly everywhere, so nothing is parsed twice, and time is linear in the text.
//! Each function that returns a `Res` is a rule of the same name in `grammars/php.ebnf`.

#![allow(clippy::elidable_lifetime_names, reason = "all parser functions have one shape, and a test finds them by it")]

mod census;
mod class;
mod control;
mod cursor;
mod decl;
mod expr;
mod import;
mod number;
mod operator;
mod pattern;
mod primary;
mod recover;
mod stmt;
mod text;

use bumpalo::Bump;

use super::ast::{Block, Function, FunctionBody, PhpFile, Stmt};
use crate::source::FileId;
use cursor::{Context, Cursor, Res};

pub use census::{Census, Finding, census};
pub use cursor::STACK;

/// Parses a file without the bodies of its functions; [`body`] parses one of them.
pub fn parse_file<'a>(arena: &'a Bump, file: FileId, text: &'a str) -> &'a PhpFile<'a> {
    parse(arena, file, text, false)
}

/// Parses a file with the bodies of its functions. All errors are in the file's.
pub fn parse_all<'a>(arena: &'a Bump, file: FileId, text: &'a str) -> &'a PhpFile<'a> {
    parse(arena, file, text, true)
}

fn parse<'a>(arena: &'a Bump, file: FileId, text: &'a str, full: bool) -> &'a PhpFile<'a> {
    let context = Context::new(arena, file, text, full);
    let stmts = stmts_or_report(context, &stmt::file(Cursor::first(context)));
    arena.alloc(PhpFile { file, text, stmts, errors: context.errors_since(0) })
}

/// The statements; a failure that no statement has taken up is reported.
fn stmts_or_report<'a>(context: &'a Context<'a>, parsed: &Res<'a, &'a [Stmt<'a>]>) -> &'a [Stmt<'a>] {
    match *parsed {
        Ok((_, stmts)) => stmts,
        Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => {
            context.report(fail);
            &[]
        }
        Err(nom::Err::Incomplete(_)) => &[],
    }
}

/// The statements of a function, parsed on first use. `text` is the text of the file that the function is from.
pub fn body<'a>(arena: &'a Bump, function: &'a Function<'a>, text: &'a str) -> &'a Block<'a> {
    match &function.body {
        Some(FunctionBody::Block(body)) => body.parsed.get_or_init(|| {
            let context = Context::new(arena, function.scope.file, text, true);
            context.enter(function.scope);
            let stmts = stmts_or_report(context, &stmt::block(Cursor::at(context, body.at.start)));
            arena.alloc(Block { stmts, errors: context.errors_since(0) })
        }),
        Some(FunctionBody::Arrow(_)) | None => arena.alloc(Block { stmts: &[], errors: &[] }),
    }
}

#[cfg(test)]
pub(crate) mod tests;
