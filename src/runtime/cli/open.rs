//! Opening what a configuration names: the build, what stands behind the protocols, and who may call.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::config::{self, Config, UpstreamWspp};
use super::{Stop, status};
use crate::accounts::{Accounts, gated, new_key, timely};
use crate::address::Address;
use crate::app::{App, Known};
use crate::build::Build;
use crate::dispatch::Backend;
use crate::recorded::{Recorded, exchange};
use crate::school::{School, extension};
use crate::serve::metrics::Metrics;
use crate::store::Disk;
use crate::upstream::Upstream;
use crate::upstream::client::Client;
use crate::upstream::site::Site;
use crate::upstream::transport;
use crate::upstream::users::Users;
use crate::wspp::Wspp;
use crate::wspp::callers::Callers;
use crate::wspp::server::Server;
use crate::wspp::sessions::Sessions;

/// What is open and outlives a reload: the school, or who is logged in to what stands behind; and whose logins failed.
#[derive(Default)]
pub struct Kept {
    school: Option<School>,
    users: Option<Arc<Users>>,
    sessions: Option<Arc<Sessions>>,
}

impl Kept {
    /// A school that is open.
    pub fn school(school: School) -> Kept {
        Kept { school: Some(school), ..Kept::default() }
    }
}

/// Opens what a configuration names, with what is kept from before. What is to be kept then comes with it.
pub async fn open(config: &Config, metrics: Arc<Metrics>, before: &Kept) -> Result<(App, Kept), Stop> {
    let build = build(config)?;
    let (kept, (backend, accounts)) = if let Some(folder) = &config.recorded {
        recorded(folder, &build)?
    } else if let Some(upstream) = &config.upstream {
        site(config, upstream, &build, before)?
    } else if let Some(wspp) = &config.upstream_wspp {
        server(config, wspp, &build, before)?
    } else {
        school(config, &build, before).await?
    };
    let settings = config.settings();
    let accounts = timely(gated(accounts, &settings.allowed));
    Ok((App { build, backend, accounts, settings, metrics, known: Known::default() }, kept))
}

/// The build. Where there is none, a mistake in what the configuration says of the back end is to be mended first.
pub fn build(config: &Config) -> Result<Build, Stop> {
    Build::load(&config.build).map_err(|why| mistake(config).unwrap_or_else(|| Stop::new(status::INPUT, why)))
}

/// What is wrong with the back end that a configuration names, as far as that is seen without a build.
fn mistake(config: &Config) -> Option<Stop> {
    if let Some(folder) = &config.recorded {
        return exchange::read(folder).err().map(|why| Stop::new(status::INPUT, why));
    }
    let (key, url) = match (&config.upstream, &config.upstream_wspp) {
        (Some(upstream), _) => ("upstream", &upstream.url),
        (None, Some(wspp)) => ("upstream-wspp", &wspp.url),
        (None, None) => return extended(config).err(),
    };
    let wrong = |what: &str| Some(Stop::new(status::USAGE, format!("{key}: {what}")));
    match Address::parse(url) {
        Ok(address) if key == "upstream-wspp" && !UpstreamWspp::PATHS.iter().any(|path| address.url().ends_with(path)) => {
            wrong(&format!("the address ends with none of {}", UpstreamWspp::PATHS.join(", ")))
        }
        Ok(_) => None,
        Err(why) => wrong(&why),
    }
}

type Behind = (Arc<dyn Backend>, Arc<dyn Accounts>);

/// The embedded school, and its accounts.
async fn school(config: &Config, build: &Build, before: &Kept) -> Result<(Kept, Behind), Stop> {
    let extension = extended(config)?;
    let school = embedded(config, build, before.school.as_ref()).await?.with_extension(extension);
    let settings = config.settings();
    let accounts = school.accounts(settings.session, settings.logins);
    Ok((Kept::school(school.clone()), (Arc::new(school), Arc::new(accounts))))
}

/// The embedded school. A new one is filled, and says how to log in.
pub async fn embedded(config: &Config, build: &Build, open: Option<&School>) -> Result<School, Stop> {
    let unusable = |why| Stop::new(status::USAGE, format!("store: {why}"));
    let (settings, manifest) = (config.settings(), &build.manifest);
    let folder = Disk::file(&config.store).and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    if let Some(new) = folder.filter(|folder| !folder.exists()) {
        eprintln!("mwsd: the folder {} is not there and is made for the store", new.display());
    }
    if let Some(school) = open {
        return school.reopen(&config.store, manifest, &settings.base_url).await.map_err(unusable);
    }
    let chosen = std::env::var(DEMO_PASSWORD).ok().filter(|password| !password.is_empty());
    let password = match &chosen {
        Some(password) => password.clone(),
        None => new_key().map_err(|why| Stop::new(status::BUG, why))?[..12].to_owned(),
    };
    let opened = School::open(&config.store, manifest, &settings.base_url, Some(&password)).await.map_err(unusable)?;
    if opened.filled {
        // When a thread ends, the allocator gives back what hashing the password took: this one ends as soon as it has idled for a while.
        tokio::task::spawn_blocking(|| ());
        // One that was chosen is known, and what is written here is often kept.
        let password = chosen.map_or(password, |_| format!("of {DEMO_PASSWORD}"));
        eprintln!("mwsd: a new school: log in as admin, manager, teacher or student, with the password {password}");
    }
    Ok(opened.school)
}

/// Environment variable with the password that everybody in a new school has, instead of one that is made up.
const DEMO_PASSWORD: &str = "MWSD_DEMO_PASSWORD";

/// A recording.
fn recorded(folder: &Path, build: &Build) -> Result<(Kept, Behind), Stop> {
    let recorded = Arc::new(Recorded::load(folder, &build.manifest).map_err(|why| Stop::new(status::INPUT, why))?);
    Ok((Kept::default(), (recorded.clone(), recorded)))
}

/// A Moodle, and its users.
fn site(config: &Config, upstream: &config::Upstream, build: &Build, before: &Kept) -> Result<(Kept, Behind), Stop> {
    let settings = config.settings();
    let client = Client::new(way(&upstream.url, upstream.timeout, upstream.retries));
    let site = Arc::new(Site::new(client.map_err(|why| Stop::new(status::USAGE, format!("upstream: {why}")))?));
    let users = Users::new(site.clone(), &upstream.service, settings.session).map_err(|why| Stop::new(status::BUG, why.debug))?;
    let users = users.allowing(settings.logins);
    let users = Arc::new(match &before.users {
        Some(before) => users.after(before),
        None => users,
    });
    let crosswalk = upstream.crosswalk(&build.manifest.crosswalk);
    let kept = Kept { users: Some(users.clone()), ..Kept::default() };
    Ok((kept, (Arc::new(Upstream::new(site, &upstream.plugin, crosswalk)), users)))
}

/// A server of OK Tech's, and its users.
fn server(config: &Config, wspp: &UpstreamWspp, build: &Build, before: &Kept) -> Result<(Kept, Behind), Stop> {
    let settings = config.settings();
    let unusable = |why: String| Stop::new(status::USAGE, format!("upstream-wspp: {why}"));
    let server = Arc::new(Server::new(way(&wspp.url, wspp.timeout, wspp.retries), &build.manifest).map_err(unusable)?);
    let sessions = Sessions::new(server.clone(), settings.session).map_err(|why| Stop::new(status::BUG, why.debug))?;
    let sessions = sessions.allowing(settings.logins);
    let sessions = Arc::new(match &before.sessions {
        Some(before) => sessions.after(before),
        None => sessions,
    });
    let callers = Callers::new(server.clone(), sessions.clone());
    let kept = Kept { sessions: Some(sessions.clone()), ..Kept::default() };
    Ok((kept, (Arc::new(Wspp::new(server, sessions)), Arc::new(callers))))
}

/// Who carries out what the school does not know.
fn extended(config: &Config) -> Result<Option<Arc<dyn extension::Extension>>, Stop> {
    let handler = config.extension.as_ref().map(config::Extension::handler).transpose().map_err(|why| Stop::new(status::USAGE, why))?;
    Ok(handler.map(|handler| Arc::new(handler) as Arc<dyn extension::Extension>))
}

/// The way to a server behind the service.
fn way(url: &str, seconds: u64, retries: u32) -> transport::Config {
    transport::Config { timeout: Duration::from_secs(seconds), retries, ..transport::Config::new(url) }
}
