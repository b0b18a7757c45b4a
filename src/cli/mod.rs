//! The command line: the only code that touches disk, environment and terminal.

pub mod layers;
pub mod tree;
