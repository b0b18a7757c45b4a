//! `mwsd serve` and `mwsd check`: from a configuration to a service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use super::config::{Config, LogFormat};
use super::{Options, Stop, status};
use crate::accounts::{Accounts, Memory};
use crate::app::{App, router};
use crate::build::Build;
use crate::dispatch::{Backend, NoBackend};
use crate::recorded::Recorded;
use crate::serve::admin::{self, Current};
use crate::serve::metrics::Metrics;
use crate::serve::request::{self, Around};
use crate::serve::{self, Live};
use crate::upstream::Upstream;
use crate::upstream::client::{self, Client};
use crate::upstream::site::Site;
use crate::upstream::users::Users;

/// Serves until the process is asked to stop.
pub fn serve(options: &Options) -> Result<u8, Stop> {
    let config = Config::read(options)?;
    start_log(&config)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|why| Stop::new(status::BUG, why))?;
    runtime.block_on(run(options, &config))
}

async fn run(options: &Options, config: &Config) -> Result<u8, Stop> {
    let metrics = Arc::new(Metrics::default());
    let current: Current = Arc::new(ArcSwap::from_pointee(open(config, metrics.clone())?));
    let live = Arc::new(Live::new(service(config, &current)));
    let (stopper, stop) = watch::channel(false);
    let listener = bind(config.listen).await?;
    let settings = &current.load().settings;
    eprintln!("mwsd: serving {} at {} (listening on {})", config.build.display(), settings.base_url, config.listen);
    let mut admin = None;
    if let Some(address) = config.admin {
        let live = Arc::new(Live::new(admin::router(current.clone())));
        admin = Some(tokio::spawn(serve::serve(bind(address).await?, live, limits(config), stop.clone())));
        eprintln!("mwsd: health and metrics at http://{address}/");
    }
    let reloading = tokio::spawn(reload(options.clone(), current.clone(), live.clone(), metrics));
    let serving = tokio::spawn(serve::serve(listener, live, limits(config), stop));
    asked_to_stop().await;
    tracing::info!("asked to stop; open requests have {} s", config.limits.drain_seconds);
    reloading.abort();
    stopper.send_replace(true);
    let given_up = serving.await.unwrap_or_default();
    if let Some(admin) = admin {
        admin.abort();
    }
    if given_up > 0 {
        tracing::warn!("{given_up} connections did not end in time");
    }
    Ok(status::CLEAN)
}

/// The router with what happens around every request.
fn service(config: &Config, current: &Current) -> Router {
    let app = current.load_full();
    let around = Around { metrics: app.metrics.clone(), limit: Duration::from_secs(config.limits.request_seconds) };
    router(app).layer(axum::middleware::from_fn_with_state(around, request::around))
}

fn limits(config: &Config) -> serve::Limits {
    let limits = &config.limits;
    serve::Limits {
        connections: limits.connections,
        header: Duration::from_secs(limits.header_seconds),
        drain: Duration::from_secs(limits.drain_seconds),
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).await.map_err(|why| Stop::new(status::USAGE, format!("{address}: {why}")))
}

/// Reads build and configuration again at each SIGHUP, and serves them if they are sound. Addresses, limits and log stay as they are.
async fn reload(options: Options, current: Current, live: Arc<Live>, metrics: Arc<Metrics>) {
    let Ok(mut asked) = signal(SignalKind::hangup()) else { return };
    while asked.recv().await.is_some() {
        let made = Config::read(&options).and_then(|config| open(&config, metrics.clone()).map(|app| (config, app)));
        match made {
            Ok((config, app)) => {
                current.store(Arc::new(app));
                live.replace(service(&config, &current));
                metrics.reload();
                tracing::info!("serving what was read again");
            }
            Err(why) => tracing::error!("nothing changes: {why}"),
        }
    }
}

/// Waits for SIGTERM or SIGINT.
async fn asked_to_stop() {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        // Without handlers the signals end the process themselves.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

/// Opens everything that serving would need, and says so.
pub fn check(options: &Options) -> Result<u8, Stop> {
    let config = &Config::read(options)?;
    let app = open(config, Arc::default())?;
    let manifest = &app.build.manifest;
    let (services, operations) = (manifest.services.len(), manifest.operations.len());
    println!("{}: {services} services, {operations} operations, written by {}", config.build.display(), manifest.generator);
    Ok(status::CLEAN)
}

fn open(config: &Config, metrics: Arc<Metrics>) -> Result<App, Stop> {
    let build = Build::load(&config.build).map_err(|why| Stop::new(status::INPUT, why))?;
    let (backend, accounts) = behind(config, &build)?;
    Ok(App { build, backend, accounts, settings: config.settings(), metrics })
}

type Behind = (Arc<dyn Backend>, Arc<dyn Accounts>);

/// What stands behind the protocols.
fn behind(config: &Config, build: &Build) -> Result<Behind, Stop> {
    let settings = config.settings();
    if let Some(folder) = &config.recorded {
        let recorded = Arc::new(Recorded::load(folder, &build.manifest).map_err(|why| Stop::new(status::INPUT, why))?);
        return Ok((recorded.clone(), recorded));
    }
    if let Some(upstream) = &config.upstream {
        let timeout = Duration::from_secs(upstream.timeout);
        let client = Client::new(client::Config { timeout, retries: upstream.retries, ..client::Config::new(&upstream.url) });
        let site = Arc::new(Site::new(client.map_err(|why| Stop::new(status::USAGE, why))?));
        let users = Users::new(site.clone(), &upstream.service, settings.session);
        return Ok((Arc::new(Upstream::new(site, &upstream.plugin)), Arc::new(users)));
    }
    Ok((Arc::new(NoBackend), Arc::new(Memory::new(settings.session))))
}

fn start_log(config: &Config) -> Result<(), Stop> {
    let filter = EnvFilter::try_new(&config.log.filter).map_err(|why| Stop::new(status::USAGE, format!("log filter: {why}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}
