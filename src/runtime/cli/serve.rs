//! `mwsd serve` and `mwsd check`: from a configuration to a service.

use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::config::{Config, LogFormat};
use super::{Stop, status};
use crate::accounts::{Accounts, Memory};
use crate::app::{App, router};
use crate::build::Build;
use crate::dispatch::{Backend, NoBackend};
use crate::recorded::Recorded;
use crate::upstream::Upstream;
use crate::upstream::client::{self, Client};
use crate::upstream::site::Site;
use crate::upstream::users::Users;

/// Serves until the process is asked to stop.
pub fn serve(config: &Config) -> Result<u8, Stop> {
    start_log(config)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|why| Stop::new(status::BUG, why))?;
    runtime.block_on(async {
        let app = open(config)?;
        let listen = config.listen;
        crate::serve::serve(listen, router(Arc::new(app))).await.map_err(|why| Stop::new(status::USAGE, format!("{listen}: {why}")))?;
        Ok(status::CLEAN)
    })
}

/// Opens everything that serving would need, and says so.
pub fn check(config: &Config) -> Result<u8, Stop> {
    let app = open(config)?;
    let manifest = &app.build.manifest;
    let (services, operations) = (manifest.services.len(), manifest.operations.len());
    println!("{}: {services} services, {operations} operations, written by {}", config.build.display(), manifest.generator);
    Ok(status::CLEAN)
}

fn open(config: &Config) -> Result<App, Stop> {
    let build = Build::load(&config.build).map_err(|why| Stop::new(status::INPUT, why))?;
    let (backend, accounts) = behind(config, &build)?;
    Ok(App { build, backend, accounts, settings: config.settings() })
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
        return Ok((Arc::new(Upstream::new(site, &upstream.plugin, upstream.crosswalk(&build.manifest.crosswalk))), Arc::new(users)));
    }
    Ok((Arc::new(NoBackend), Arc::new(Memory::new(settings.session))))
}

fn start_log(config: &Config) -> Result<(), Stop> {
    let filter = EnvFilter::try_new(&config.log.filter).map_err(|why| Stop::new(status::USAGE, format!("log filter: {why}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
