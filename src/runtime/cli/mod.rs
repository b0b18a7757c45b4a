//! The command line: arguments, configuration, exit statuses.

#![allow(clippy::doc_markdown, reason = "doc comments are the help texts, where backticks would be seen")]

mod account;
mod config;
mod log;
mod open;
mod record;
mod replay;
mod serve;

use std::borrow::Cow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::address::discreet;

pub use config::Config;

/// Serve what mwsc generates: SOAP, REST, XML-RPC and JSON
///
/// What answers is a school of its own, a Moodle, an OK Tech server that still runs, or a recording.
#[derive(Debug, Parser)]
#[command(name = "mwsd", version, max_term_width = 100, after_help = AFTER)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Examples:
  mwsc generate && mwsd serve                  then open http://127.0.0.1:8080/ in a browser
  mwsd serve --upstream https://moodle.example
  mwsd account add sis --capability moodle/user:create --operation add_user
  mwsd check                                   before a reload: what SIGHUP would read

Exit status:
  0  clean          1  answers that differ (replay)
  2  usage or configuration     3  an input could not be read or understood
  4  a bug of mwsd";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a build
    #[command(after_help = SERVE)]
    Serve(Box<Options>),
    /// Say whether build and configuration are sound, and serve nothing
    #[command(after_help = CHECK)]
    Check(Box<Options>),
    /// Send every request of a recording through the service, and compare the answers with the recorded ones
    #[command(after_help = REPLAY)]
    Replay(replay::Options),
    /// Stand in front of a Moodle and write down what clients ask it and what it answers, without the secrets
    #[command(after_help = RECORD)]
    Record(record::Options),
    /// Add, list and remove accounts of administrators and of foreign systems in the embedded school
    Account(Box<account::Options>),
}

const SERVE: &str = "\
The command line wins over the environment (MWSD_*, named with each option), and that over the
configuration, which has keys for more: limits, sessions, time-outs, what is logged.

The first start makes a small school in the store and prints how to log in. Its users have the
password that is printed, or the one in MWSD_DEMO_PASSWORD.

Signals:
  SIGHUP             reads build and configuration again, and serves them if they are sound
  SIGTERM, SIGINT    let open requests end, and stop

Examples:
  mwsd serve --build out/oktech/manifest --store memory
  mwsd serve --upstream https://moodle.example --admin 127.0.0.1:9090
  mwsd serve --upstream-wspp https://moodle.example/wspp/service_pp2.php";

const CHECK: &str = "\
Takes the options of `mwsd serve`. Says what the build holds, and which operations nobody would carry
out. The store is not opened, and no server behind is asked.";

const REPLAY: &str = "\
Exit status: 0 when all answers are the recorded ones, 1 when one differs. Requests to endpoints that
are not served are listed and do not count as different.";

const RECORD: &str = "\
Clients call the address to listen on in place of the Moodle's own. Each exchange is written when it
is over; SIGTERM or SIGINT ends the command. `mwsd serve --recorded DIR` then answers from the folder.

Example:
  mwsd record --upstream https://moodle.example -o recording";

/// What a configuration says, for one run. Each option wins over its variable, and that over the file.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Configuration file [default: mwsd.toml in the working folder, if it is there]
    #[arg(short, long, value_name = "FILE", env = "MWSD_CONFIG")]
    config: Option<PathBuf>,
    /// Folder that `mwsc generate` wrote, or its manifest [default: out]
    #[arg(long, value_name = "DIR", env = "MWSD_BUILD")]
    build: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT", env = "MWSD_LISTEN")]
    listen: Option<std::net::SocketAddr>,
    /// Address for /healthz, /readyz and /metrics, which clients should not reach [default: none]
    #[arg(long, value_name = "IP:PORT", env = "MWSD_ADMIN")]
    admin: Option<std::net::SocketAddr>,
    /// Where clients reach the service, as WSDLs and API documents say [default: the address to listen on]
    #[arg(long, value_name = "URL", env = "MWSD_BASE_URL")]
    base_url: Option<String>,
    /// File of the embedded school, or the address of a database for several instances [default: mwsd.sqlite]
    #[arg(long, value_name = "STORE", env = "MWSD_STORE", help_heading = "Back end")]
    store: Option<String>,
    /// Put the service in front of this Moodle
    #[arg(long, value_name = "URL", env = "MWSD_UPSTREAM", group = "behind", help_heading = "Back end")]
    upstream: Option<String>,
    /// Service of that Moodle for which a login takes a token [default: moodle_mobile_app]
    #[arg(long, value_name = "NAME", env = "MWSD_UPSTREAM_SERVICE", help_heading = "Back end")]
    upstream_service: Option<String>,
    /// Put the service in front of the OK Tech server at this address, which ends with /wspp/service_pp.php or /wspp/service_pp2.php
    #[arg(long, value_name = "URL", env = "MWSD_UPSTREAM_WSPP", group = "behind", help_heading = "Back end")]
    upstream_wspp: Option<String>,
    /// Answer from a folder of recorded exchanges
    #[arg(long, value_name = "DIR", env = "MWSD_RECORDED", group = "behind", help_heading = "Back end")]
    recorded: Option<PathBuf>,
    /// Send operations that the embedded school does not know to a handler at this address
    #[arg(long, value_name = "URL", env = "MWSD_EXTENSION", help_heading = "Back end")]
    extension: Option<String>,
    /// How log lines are written [default: text]
    #[arg(long, value_name = "FORM", env = "MWSD_LOG_FORMAT", help_heading = "Output")]
    log_format: Option<config::LogFormat>,
    /// Which log lines: error, warn, info, debug, or a filter such as `info,mwsd=debug` [default: info]
    #[arg(long, value_name = "FILTER", env = "MWSD_LOG", help_heading = "Output")]
    log: Option<String>,
}

/// The definition of the command line. Help names environment variables, not their values, some of which are secrets.
fn definition() -> clap::Command {
    fn hidden(command: clap::Command) -> clap::Command {
        command.mut_args(|arg| arg.hide_env_values(true)).mut_subcommands(hidden)
    }
    hidden(Arguments::command())
}

impl Arguments {
    /// Reads the arguments of the process; help and mistakes end it.
    pub fn of_process() -> Arguments {
        let read = definition().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
        read.unwrap_or_else(|why| ended_by(&why))
    }
}

/// Tells of help or a mistake, and ends the process. An argument that is repeated may be an address with a password.
fn ended_by(why: &clap::Error) -> ! {
    let text = why.to_string();
    match discreet(&text) {
        Cow::Borrowed(_) => why.exit(),
        Cow::Owned(shown) => {
            eprint!("{shown}");
            std::process::exit(why.exit_code())
        }
    }
}

/// Exit statuses, the same as those of `mwsc`.
pub mod status {
    /// All is well.
    pub const CLEAN: u8 = 0;
    /// Something was found.
    pub const FINDINGS: u8 = 1;
    /// Wrong usage, or a mistake in the configuration.
    pub const USAGE: u8 = 2;
    /// An input could not be read or understood.
    pub const INPUT: u8 = 3;
    /// A bug.
    pub const BUG: u8 = 4;
}

/// Why a command ends early: a sentence, and the exit status.
#[derive(Debug)]
pub struct Stop {
    status: u8,
    message: String,
}

impl Stop {
    fn new(status: u8, message: impl std::fmt::Display) -> Stop {
        Stop { status, message: message.to_string() }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&discreet(&self.message))
    }
}

/// Carries the command out.
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Serve(options) => serve::serve(&options),
        Command::Check(options) => serve::check(&options),
        Command::Replay(options) => replay::replay(&options),
        Command::Record(options) => record::record(&options),
        Command::Account(options) => account::run(*options),
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(stop) => {
            eprintln!("mwsd: {stop}");
            ExitCode::from(stop.status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, definition};
    use clap::FromArgMatches as _;

    #[test]
    fn the_command_line_is_sound() {
        definition().debug_assert();
    }

    #[test]
    fn the_store_of_accounts_can_be_named_before_and_behind_what_is_done() {
        for line in ["mwsd account --store school.sqlite list", "mwsd account list --store school.sqlite"] {
            let matches = definition().try_get_matches_from(line.split(' ')).unwrap();
            assert!(format!("{:?}", Arguments::from_arg_matches(&matches).unwrap()).contains("school.sqlite"), "{line}");
        }
    }
}
