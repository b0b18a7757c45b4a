//! Which services a run is about: from the command line, the configuration, a file exported from a database, a running site.

use std::borrow::Cow;

use super::args;
use super::config::{Config, ServiceConf};
use super::inputs::Source;
use super::tree::plain;
use crate::frontend::moodle::exported;
use crate::ir::{Origin, ServiceDef, ServiceMeta};
use crate::pass::choose::Wanted;
use crate::report::{Code, Diagnostic, Report};

/// The configuration as far as it is about the services of these inputs: files of an interface that the command line names have services
/// of their own.
pub fn about<'c>(config: &'c Config, options: &args::Inputs, inputs: &[Source]) -> Cow<'c, Config> {
    if options.inputs.is_empty() || inputs.iter().any(Source::is_moodle) { Cow::Borrowed(config) } else { Cow::Owned(Config::default()) }
}

/// What the user wants, from all that says so. Reads files and asks the site where that is wanted.
pub fn wanted(options: &args::Services, inputs: &args::Inputs, config: &Config, report: &mut Report) -> Wanted {
    let exclude = inputs.exclude.iter().chain(config.exclude.iter().map(|(pattern, _)| pattern));
    let mut wanted = Wanted { exclude: exclude.cloned().collect(), ..Wanted::default() };
    let mut names: Vec<String> = options.service.clone();
    if let Some(name) = &options.name {
        // A service on the spot is the one that is meant, whatever the configuration has.
        wanted.made.push((def(name, name), options.functions.clone()));
        names.push(name.clone());
    }
    let on_the_spot = !names.is_empty() || !options.services_from.is_empty() || has_live(options);
    if names.is_empty() && !on_the_spot {
        names = config.services.iter().flatten().map(|(name, _)| name.clone()).collect();
    }
    let files = if options.services_from.is_empty() { &config.services_from } else { &options.services_from };
    // What the command line brings along replaces what the configuration defines, unless that is asked for by name.
    let defined = |name: &str| names.iter().any(|wanted| wanted == name) || (!on_the_spot && names.is_empty());
    wanted.made.extend(
        config.defined.iter().filter(|service| defined(&service.shortname) || service.title.as_deref().is_some_and(defined)).map(made),
    );
    if !options.services_from.is_empty() || (options.name.is_none() && !has_live(options)) {
        let mut texts = Vec::new();
        for path in files {
            match std::fs::read(path) {
                Ok(bytes) => texts.push((path.display().to_string(), bytes)),
                Err(why) => {
                    report.push(Diagnostic::new(Code::C023, format!("cannot read `{}`: {}", path.display(), plain(&why))));
                }
            }
        }
        wanted.given = exported::read(&texts, report);
    }
    #[cfg(feature = "live")]
    if let Some((service, release)) = live(options, config, &names, on_the_spot, report) {
        wanted.given.push(service);
        wanted.site = Some(release);
    }
    wanted.names = (!names.is_empty()).then_some(names);
    wanted
}

/// A service without members.
pub fn def(shortname: &str, name: &str) -> ServiceDef {
    ServiceDef {
        name: name.to_owned(),
        shortname: shortname.to_owned(),
        component: String::new(),
        operations: Vec::new(),
        meta: ServiceMeta { enabled: true, ..ServiceMeta::default() },
        spelling: None,
        origin: Origin::default(),
    }
}

fn made(conf: &ServiceConf) -> (ServiceDef, Vec<String>) {
    let mut service = def(&conf.shortname, conf.title.as_deref().unwrap_or(&conf.shortname));
    service.meta = ServiceMeta {
        enabled: conf.enabled,
        restricted_users: conf.restricted_users,
        required_capability: conf.required_capability.clone(),
        download_files: conf.download_files,
        upload_files: conf.upload_files,
    };
    service.origin.span = Some(conf.at);
    let components = conf.components.iter().map(|(pattern, _)| format!("component:{}", if pattern == "core" { "moodle" } else { pattern }));
    let functions = conf.functions.iter().map(|(pattern, _)| pattern.clone());
    let exclude = conf.exclude.iter().map(|(pattern, _)| format!("!{pattern}"));
    (service, components.chain(functions).chain(exclude).collect())
}

#[cfg(not(feature = "live"))]
fn has_live(_: &args::Services) -> bool {
    false
}

#[cfg(feature = "live")]
fn has_live(options: &args::Services) -> bool {
    options.live.is_some()
}

/// The service of a token at a running site, and the site's release: of the command line, else of the configuration where it is wanted.
#[cfg(feature = "live")]
fn live(
    options: &args::Services,
    config: &Config,
    names: &[String],
    on_the_spot: bool,
    report: &mut Report,
) -> Option<(ServiceDef, String)> {
    use super::live;
    let conf = config.live.as_ref();
    let name = options.live_name.clone().or_else(|| conf?.name.clone()).unwrap_or_else(|| "live".to_owned());
    let wanted = options.live.is_some() || names.contains(&name) || (names.is_empty() && !on_the_spot);
    let site = options.live.as_deref().or_else(|| conf.map(|conf| conf.url.as_str())).filter(|_| wanted)?;
    let address = live::address(site, options.insecure_http, report)?;
    let file = options.token_file.as_deref().or_else(|| conf?.token_file.as_deref());
    let token = live::token(file, std::env::var("MWSC_TOKEN").ok(), report)?;
    let info = live::ask(&address, &token, report)?;
    let mut service = def(&name, if info.name.is_empty() { &name } else { &info.name });
    service.operations = info.functions;
    Some((service, info.release))
}
