//! The command `mwsd`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use mwsd::accounts::Memory;
use mwsd::app::{App, router};
use mwsd::build::{Build, BuildError};
use mwsd::dispatch::NoBackend;
use mwsd::serve::serve;
use mwsd::settings::Settings;

/// Serves what mwsc generates.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a build.
    Serve {
        /// Folder of the build, or its manifest.
        #[arg(long, value_name = "DIR", env = "MWSD_BUILD", default_value = "out")]
        build: PathBuf,
        /// Address to listen on.
        #[arg(long, value_name = "ADDR", env = "MWSD_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
}

fn main() -> ExitCode {
    let Command::Serve { build, listen } = Arguments::parse().command;
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run(&build, listen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Build(why)) => {
            eprintln!("mwsd: {why}");
            ExitCode::from(3)
        }
        Err(Stop::Io(why)) => {
            eprintln!("mwsd: {listen}: {why}");
            ExitCode::from(2)
        }
    }
}

/// Why there is nothing to serve.
enum Stop {
    Build(BuildError),
    Io(std::io::Error),
}

fn run(build: &Path, listen: SocketAddr) -> Result<(), Stop> {
    let build = Build::load(build).map_err(Stop::Build)?;
    let settings = Settings { base_url: format!("http://{listen}"), ..Settings::default() };
    let accounts = Arc::new(Memory::new(settings.session));
    let app = Arc::new(App { build, backend: Arc::new(NoBackend), accounts, settings });
    let runtime = tokio::runtime::Runtime::new().map_err(Stop::Io)?;
    runtime.block_on(serve(listen, router(app))).map_err(Stop::Io)
}
