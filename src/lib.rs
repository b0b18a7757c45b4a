//! `mwsc`, the Moodle web service compiler.
pub mod appinfo;
pub mod backend;
pub mod cli;
pub mod files;
pub mod frontend;
pub mod ir;
pub mod pass;
pub mod php;
pub mod report;
pub mod source;
