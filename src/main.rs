//! The `mwsc` command. Everything is in the library; see `mwsc::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match mwsc::cli::guarded(|| mwsc::cli::run(std::env::args_os())) {
        Some(status) => ExitCode::from(status),
        None => ExitCode::from(mwsc::cli::exit::BUG),
    }
}
