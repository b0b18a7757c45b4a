//! The `mwsc` command. Everything is in the library; see `mwsc::cli`.

use std::process::ExitCode;

/// The evaluator and the schema are made of many small objects: this allocator takes a quarter off a compile of all of Moodle 4.5.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match mwsc::cli::guarded(|| mwsc::cli::run(std::env::args_os())) {
        Some(status) => ExitCode::from(status),
        None => ExitCode::from(mwsc::cli::exit::BUG),
    }
}
