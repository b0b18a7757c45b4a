//! The command line: arguments, configuration, exit statuses.

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

use clap::{Args, Parser, Subcommand};

use crate::address::discreet;

pub use config::Config;

/// Serves what mwsc generates: SOAP, REST, XML-RPC and JSON in front of a school of its own, of a Moodle, of an OK Tech server, or of a recording.
#[derive(Debug, Parser)]
#[command(name = "mwsd", version, about, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a build
    Serve(Box<Options>),
    /// Say whether build and configuration are sound, and serve nothing
    Check(Box<Options>),
    /// Send every request of a recording through the service, and compare the answers with the recorded ones
    #[command(
        after_help = "Exit status: 0 when all answers are the recorded ones, 1 when one differs. Requests to endpoints that are\nnot served are listed and do not count as different."
    )]
    Replay(replay::Options),
    /// Stand in front of a Moodle and write down what clients ask it and what it answers, without the secrets
    Record(record::Options),
    /// Add, list and remove accounts of administrators and of foreign systems in the embedded school
    Account(Box<account::Options>),
}

/// What a configuration says, for one run. Each option wins over its variable, and that over the file.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Configuration file
    #[arg(short, long, value_name = "FILE", env = "MWSD_CONFIG")]
    config: Option<PathBuf>,
    /// Folder that `mwsc generate` wrote, or its manifest [default: out]
    #[arg(long, value_name = "DIR", env = "MWSD_BUILD")]
    build: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "MWSD_LISTEN")]
    listen: Option<std::net::SocketAddr>,
    /// Address for `/healthz`, `/readyz` and `/metrics`; clients should not reach it
    #[arg(long, value_name = "ADDR", env = "MWSD_ADMIN")]
    admin: Option<std::net::SocketAddr>,
    /// Where clients reach the service, as WSDLs and API documents say [default: the address to listen on]
    #[arg(long, value_name = "URL", env = "MWSD_BASE_URL", hide_env_values = true)]
    base_url: Option<String>,
    /// File of the embedded school, or the address of a database for several instances [default: mwsd.sqlite]
    #[arg(long, value_name = "STORE", env = "MWSD_STORE", hide_env_values = true, help_heading = "Back end")]
    store: Option<String>,
    /// Put the service in front of this Moodle
    #[arg(long, value_name = "URL", env = "MWSD_UPSTREAM", hide_env_values = true, group = "behind", help_heading = "Back end")]
    upstream: Option<String>,
    /// Service of that Moodle for which a login takes a token [default: `moodle_mobile_app`]
    #[arg(long, value_name = "NAME", env = "MWSD_UPSTREAM_SERVICE", help_heading = "Back end")]
    upstream_service: Option<String>,
    /// Put the service in front of the OK Tech server at this address, which ends with `/wspp/service_pp.php` or `/wspp/service_pp2.php`
    #[arg(long, value_name = "URL", env = "MWSD_UPSTREAM_WSPP", hide_env_values = true, group = "behind", help_heading = "Back end")]
    upstream_wspp: Option<String>,
    /// Answer from a folder of recorded exchanges
    #[arg(long, value_name = "DIR", env = "MWSD_RECORDED", group = "behind", help_heading = "Back end")]
    recorded: Option<PathBuf>,
    /// Send operations that the embedded school does not know to a handler at this address
    #[arg(long, value_name = "URL", env = "MWSD_EXTENSION", hide_env_values = true, help_heading = "Back end")]
    extension: Option<String>,
    /// How log lines are written [default: text]
    #[arg(long, value_enum, env = "MWSD_LOG_FORMAT", help_heading = "Output")]
    log_format: Option<config::LogFormat>,
    /// Which log lines: error, warn, info, debug, or a filter such as `info,mwsd=debug` [default: info]
    #[arg(long, value_name = "FILTER", env = "MWSD_LOG", help_heading = "Output")]
    log: Option<String>,
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

/// The arguments of this process. When they are none, says why and ends it.
pub fn arguments() -> Arguments {
    Arguments::try_parse().unwrap_or_else(|why| {
        let text = why.to_string();
        match discreet(&text) {
            Cow::Borrowed(_) => why.exit(),
            Cow::Owned(shown) => {
                eprint!("{shown}");
                std::process::exit(why.exit_code())
            }
        }
    })
}

/// Carries the command out.
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Serve(options) => serve::serve(&options),
        Command::Check(options) => serve::check(&options),
        Command::Replay(options) => replay::replay(&options),
        Command::Record(options) => record::record(&options),
        Command::Account(options) => account::run(&options),
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
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
