//! The command `mwsd`.

fn main() {}
