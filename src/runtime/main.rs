//! The command `mwsd`.

use std::process::ExitCode;

use clap::Parser as _;
use mwsd::cli::{Arguments, run};

fn main() -> ExitCode {
    run(Arguments::parse())
}
