//! `mwsd serve` and `mwsd check`: from a configuration to a service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use mwsc_contract::Service;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::config::Config;
use super::open::{self, Kept, open};
use super::{Options, Stop, log, status};
use crate::app::router;
use crate::build::Build;
use crate::dispatch::is_own;
use crate::refusal;
use crate::school::School;
use crate::serve::admin::{self, Current};
use crate::serve::folder::mounted;
use crate::serve::metrics::Metrics;
use crate::serve::request::{self, Around};
use crate::serve::{self, Live, Refuse};
use crate::store::Disk;

/// Serves until the process is asked to stop.
pub fn serve(options: &Options) -> Result<u8, Stop> {
    let config = Config::read(options)?;
    let _log = log::start(&config.log)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|why| Stop::new(status::BUG, why))?;
    runtime.block_on(run(options, config))
}

async fn run(options: &Options, mut config: Config) -> Result<u8, Stop> {
    // The address first: an instance that has none is to leave the store alone. Port 0 is any that is free.
    let listener = bind(config.listen).await?;
    config.listen = listener.local_addr().unwrap_or(config.listen);
    let config = &config;
    let metrics = Arc::new(Metrics::default());
    allow_connections(config.limits.connections);
    let (app, kept) = open(config, metrics.clone(), &Kept::default()).await?;
    let current: Current = Arc::new(ArcSwap::from_pointee(app));
    let live = Arc::new(Live::new(service(config, &current)));
    let (stopper, stop) = watch::channel(false);
    let settings = &current.load().settings;
    eprintln!("mwsd: serving {} at {} (listening on {})", config.build.display(), settings.base_url, config.listen);
    let mut admin = None;
    if let Some(address) = config.admin {
        let live = Arc::new(Live::new(admin::router(current.clone())));
        admin = Some(tokio::spawn(serve::serve(bind(address).await?, live, config.limits.connections(), serve::tersely(), stop.clone())));
        eprintln!("mwsd: health and metrics at http://{address}/");
    }
    let reloading = tokio::spawn(reload(options.clone(), config.listen, current.clone(), live.clone(), metrics, kept));
    let serving = tokio::spawn(serve::serve(listener, live, config.limits.connections(), refuse(current.clone()), stop));
    asked_to_stop().await;
    tracing::info!("asked to stop; open requests have {} s", config.limits.drain_seconds);
    reloading.abort();
    stopper.send_replace(true);
    let given_up = serving.await.unwrap_or_default();
    let closing = async { current.load_full().backend.close().await };
    if tokio::time::timeout(Duration::from_secs(config.limits.drain_seconds), closing).await.is_err() {
        tracing::warn!("the back end could not be closed in time");
    }
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
    let limit = Duration::from_secs(config.limits.request_seconds);
    let around = Around { app: app.clone(), limit, head_bytes: config.limits.header_bytes };
    let base_url = app.settings.base_url.clone();
    mounted(router(app).layer(axum::middleware::from_fn_with_state(around, request::around)), &base_url)
}

/// What is said to clients whose requests nobody reads: what the service of the moment would say.
fn refuse(current: Current) -> Refuse {
    Arc::new(move |arrived, why| refusal::bytes(&current.load(), arrived, why))
}

/// Raises the number of files that the process may have open to what its connections need, as far as the system lets it.
fn allow_connections(connections: usize) {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    match rlimit::increase_nofile_limit(needed) {
        Ok(allowed) if allowed >= needed => {}
        Ok(allowed) => tracing::warn!("only {allowed} files may be open; `limits.connections` asks for {needed}"),
        Err(why) => tracing::warn!("the number of open files cannot be raised: {why}"),
    }
}

/// Files that are open beside the connections: the store, the back end, the log.
const OTHER_FILES: u64 = 200;

async fn bind(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).await.map_err(|why| Stop::new(status::USAGE, format!("{address}: {why}")))
}

/// Reads build and configuration again at each SIGHUP, and serves them if they are sound. Addresses, limits on
/// connections and log stay as they are, and so does who is logged in.
async fn reload(options: Options, listen: SocketAddr, current: Current, live: Arc<Live>, metrics: Arc<Metrics>, mut kept: Kept) {
    let Ok(mut asked) = signal(SignalKind::hangup()) else { return };
    while asked.recv().await.is_some() {
        let made = match Config::read(&options) {
            Ok(config) => {
                // It stays where it is.
                let config = Config { listen, ..config };
                open(&config, metrics.clone(), &kept).await.map(|made| (config, made))
            }
            Err(why) => Err(why),
        };
        match made {
            Ok((config, (app, open))) => {
                kept = open;
                let before = current.swap(Arc::new(app));
                live.replace(service(&config, &current));
                tokio::spawn(async move { before.backend.close().await });
                metrics.reload();
                tracing::info!("serving what was read again");
            }
            Err(why) => tracing::error!("nothing changes: {why}"),
        }
    }
}

/// Waits for SIGTERM or SIGINT.
pub(super) async fn asked_to_stop() {
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
    let runtime = tokio::runtime::Runtime::new().map_err(|why| Stop::new(status::BUG, why))?;
    Disk::check(&config.store).map_err(|why| Stop::new(status::USAGE, format!("store: {why}")))?;
    // The store is not opened: that would create it. A school in memory takes its place.
    let config = &Config { store: "memory".to_owned(), ..config.clone() };
    let build = open::build(config)?;
    let unusable = |why| Stop::new(status::USAGE, format!("store: {why}"));
    let school = runtime.block_on(School::open(&config.store, &build.manifest, "", None)).map_err(unusable)?.school;
    let (app, _) = runtime.block_on(open(config, Arc::default(), &Kept::school(school)))?;
    let manifest = &app.build.manifest;
    let count = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    let (services, operations) = (count(manifest.services.len(), "service"), count(manifest.operations.len(), "operation"));
    println!("{}: {services}, {operations}, written by {}", config.build.display(), manifest.generator);
    if config.upstream.is_none() && config.upstream_wspp.is_none() && config.recorded.is_none() {
        for line in unknown(config, &app.build) {
            println!("{line}");
        }
    }
    Ok(status::CLEAN)
}

/// What becomes of the operations that the school does not know, in a line for each service that has some.
fn unknown(config: &Config, build: &Build) -> Vec<String> {
    const SHOWN: usize = 10;
    let fate = if config.extension.is_some() { "go to the handler that is configured" } else { "fail, for no handler is configured" };
    let across = School::functions(&build.manifest);
    let line = |service: &Service| {
        let unknown = |name: &&str| !School::has(name) && !is_own(service, name) && !across.iter().any(|known| known == name);
        let names: Vec<&str> = service.operations.iter().map(String::as_str).filter(unknown).collect();
        let more = names.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let line = format!("{}: {} operations that the school does not know {fate}: {shown}{more}", service.shortname, names.len());
        (!names.is_empty()).then_some(line)
    };
    build.manifest.services.iter().filter_map(line).collect()
}
