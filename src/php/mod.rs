//! PHP and nothing about Moodle: `lex` and `parse` (nom) make an [`ast`]; `eval` computes what a pure subset of the language computes.

pub mod ast;
pub mod eval;
pub mod host;
pub mod level;
pub mod lex;
pub mod parse;
pub mod text;
pub mod value;
