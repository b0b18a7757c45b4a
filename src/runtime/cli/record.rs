//! `mwsd record`: a recording of a real Moodle.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::serve::asked_to_stop;
use super::{Stop, status};
use crate::address::Address;
use crate::recorded::record::Recorder;
use crate::serve::{self, Live};

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Address of the Moodle
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// Folder for the recording; it must not hold one yet
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Address to listen on
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Records until the process is asked to stop.
pub fn record(options: &Options) -> Result<u8, Stop> {
    let site = Address::parse(&options.upstream).map_err(|why| Stop::new(status::USAGE, format!("upstream: {why}")))?;
    let shown = site.url().to_owned();
    let recorder = Arc::new(Recorder::new(site, &options.output).map_err(|why| Stop::new(status::USAGE, why.debug))?);
    let runtime = tokio::runtime::Runtime::new().map_err(|why| Stop::new(status::BUG, why))?;
    runtime.block_on(async {
        let listen = options.listen;
        let listener = TcpListener::bind(listen).await.map_err(|why| Stop::new(status::USAGE, format!("{listen}: {why}")))?;
        eprintln!("mwsd: recording {shown} in {}; clients call http://{listen}", options.output.display());
        let (stopper, stop) = watch::channel(false);
        let limits = serve::Limits::default();
        let serving = tokio::spawn(serve::serve(listener, Arc::new(Live::new(recorder.router())), limits, serve::tersely(), stop));
        asked_to_stop().await;
        stopper.send_replace(true);
        let _ = serving.await;
        Ok(status::CLEAN)
    })
}
