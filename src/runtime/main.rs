//! The command `mwsd`.

use std::process::ExitCode;

use mwsd::cli::{Arguments, run};

/// Answers are made of many small objects, and hashing a password takes 19 MB that the system's allocator would keep.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(Arguments::of_process())
}
