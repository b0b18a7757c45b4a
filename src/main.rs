//! The `mwsc` command.
fn main() {}
