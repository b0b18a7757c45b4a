//! The command line: the only code that touches disk, environment and terminal.

pub mod args;
pub mod config;
pub mod layers;
pub mod suggest;
pub mod tree;
pub mod write;
