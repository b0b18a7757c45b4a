//! The command line: the only code that touches disk, environment and terminal.
//!
//! In: arguments, `MWSC_*` variables, a configuration file. Out: files, data on stdout, findings on stderr, and an exit status that
//! follows from the findings ([`exit`]). Commands have a file each; whatever goes wrong becomes a finding in the one report of a run.

pub mod address;
pub mod args;
pub mod config;
pub mod describe;
pub mod exit;
pub mod explain;
pub mod findings;
pub mod generate;
pub mod init;
pub mod inputs;
pub mod inspect;
pub mod interface;
pub mod layers;
#[cfg(feature = "live")]
pub mod live;
pub mod man;
pub mod migrate;
pub mod plugin;
pub mod screen;
pub mod services;
pub mod suggest;
pub mod tree;
pub mod write;

use std::ffi::OsString;
use std::io::Write as _;

use clap::FromArgMatches as _;

use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::SourceMap;
use args::{Cli, Command};
use config::Config;
use screen::{Screen, print};

/// Evaluating PHP recurses as deep as the limits of the evaluator and the parser allow. Only what is used becomes memory.
pub const STACK: usize = 256 * 1024 * 1024;

/// Runs the work on a thread with a large stack. A panic is a bug of ours: it says so and ends the process with [`exit::BUG`].
pub fn guarded(work: impl FnOnce() -> u8 + Send + 'static) -> Option<u8> {
    std::panic::set_hook(Box::new(|panic| {
        let version = env!("CARGO_PKG_VERSION");
        let text = format!("mwsc: {panic}\n\nThis is a bug of mwsc {version}. Please report it, with the command and this message.\n");
        // A stderr that is closed must not be a second panic.
        let _ = std::io::stderr().write_all(text.as_bytes());
        std::process::exit(i32::from(exit::BUG));
    }));
    std::thread::Builder::new().name("mwsc".to_owned()).stack_size(STACK).spawn(work).ok()?.join().ok()
}

/// Runs a command line and gives the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let parsed = args::definition().try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(help) => {
            // Help that nobody reads to its end (`| head`) is no error.
            let _ = help.print();
            return if help.use_stderr() { exit::USAGE } else { exit::CLEAN };
        }
    };
    let sources = SourceMap::default();
    let mut report = Report::default();
    let screen = Screen::new(&cli.common, format(&cli.command));
    let strict = command(&cli, &screen, &sources, &mut report);
    screen.show(&mut report, &sources);
    exit::status(&report, strict)
}

fn format(command: &Command) -> Option<args::ReportFormat> {
    match command {
        Command::Generate(options) => options.format,
        Command::Inspect(options) => options.format.and_then(args::InspectFormat::report),
        Command::Graph(options) => options.format,
        Command::Init(options) => options.format,
        Command::Explain { format, .. } => *format,
        Command::Describe(_) | Command::Migrate(_) | Command::Completions { .. } | Command::Man { .. } | Command::Version => None,
    }
}

/// Runs the command, and says whether warnings count.
fn command(cli: &Cli, screen: &Screen, sources: &SourceMap, report: &mut Report) -> bool {
    let mut strict = cli.common.strict;
    let mut config = |report: &mut Report| {
        let config = configuration(cli, screen, sources, report);
        strict |= config.strict;
        (report.count(Severity::Error) == 0).then_some(config)
    };
    match &cli.command {
        Command::Generate(options) => {
            if let Some(config) = config(report) {
                generate::generate(options, &config, screen, sources, report);
            }
        }
        Command::Describe(options) => {
            if let Some(config) = config(report) {
                describe::describe(options, &config, screen, sources, report);
            }
        }
        Command::Inspect(options) => {
            if let Some(config) = config(report) {
                inspect::inspect(options, &config, screen, sources, report);
            }
        }
        Command::Graph(options) => {
            if let Some(config) = config(report) {
                inspect::graph(options, &config, screen, sources, report);
            }
        }
        Command::Migrate(options) => {
            if let Some(config) = config(report) {
                migrate::migrate(options, &config, screen, sources, report);
            }
        }
        Command::Init(options) => init::init(options, screen, sources, report),
        Command::Explain { code, .. } => {
            if let Some(text) = explain::explain(code.as_deref(), report) {
                print(&text, report);
            }
        }
        Command::Completions { shell } => print(&man::completions(*shell), report),
        Command::Man { output: Some(dir) } => man::pages(dir, report),
        Command::Man { output: None } => match man::page() {
            Ok(page) => print(&page, report),
            Err(why) => report.push(Diagnostic::new(Code::C016, format!("cannot write the manual page: {}", tree::plain(&why)))),
        },
        Command::Version => print(concat!("mwsc ", env!("CARGO_PKG_VERSION"), "\n"), report),
    }
    strict
}

/// The configuration of the run; empty when there is none.
fn configuration(cli: &Cli, screen: &Screen, sources: &SourceMap, report: &mut Report) -> Config {
    let cwd = std::env::current_dir().unwrap_or_default();
    let Some(path) = config::find(cli.common.config.as_deref(), &cwd) else { return Config::default() };
    screen.verbose(&format!("configuration: {}", path.display()));
    config::load(&path, sources, report)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    #[ignore = "ends the process: the test below runs it in one of its own"]
    fn a_bug() {
        guarded(|| panic!("not so"));
    }

    #[test]
    fn a_bug_has_a_status_of_its_own_and_asks_to_be_reported() {
        let this = std::env::current_exe().unwrap();
        let out = Command::new(this).args(["--exact", "cli::tests::a_bug", "--ignored", "--nocapture"]).output().unwrap();
        let text = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(i32::from(exit::BUG)));
        assert!(text.contains("not so") && text.contains("Please report it"), "{text}");
    }
}
