//! The configuration: `mwsd.toml`, overridden by the environment and the command line.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use indexmap::IndexMap;
use mwsc_contract::Value;
use mwsc_contract::crosswalk::Crosswalk;
use mwsc_contract::site::Site;
use serde::Deserialize;

use super::{Options, Stop, status};
use crate::accounts::Allowance;
use crate::address::Address;
use crate::school::extension::Handler;
use crate::serve;
use crate::serve::patient::Patience;
use crate::settings::{Answers, Settings};

/// Name of the file that is read from the working folder when none is named.
const FILE: &str = "mwsd.toml";

/// A configuration: every key, with its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Folder that `mwsc generate` wrote.
    pub build: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address for `/healthz`, `/readyz` and `/metrics`.
    pub admin: Option<SocketAddr>,
    /// Where clients reach the service.
    pub base_url: Option<String>,
    /// File of the embedded school, or `postgres://...`.
    pub store: String,
    /// A Moodle behind the service.
    pub upstream: Option<Upstream>,
    /// A server of OK Tech's behind the service.
    pub upstream_wspp: Option<UpstreamWspp>,
    /// A folder of recorded exchanges behind the service.
    pub recorded: Option<PathBuf>,
    /// Who carries out what the embedded school does not know.
    pub extension: Option<Extension>,
    /// Sessions of OK Tech's clients.
    pub sessions: Sessions,
    /// What requests may be.
    pub limits: Limits,
    /// Log lines.
    pub log: Log,
    /// Whether an answer that does not fit the manifest is an error (`strict`) or a logged warning (`warn`).
    pub answers: AnswerMode,
    /// Whether failures show what is meant for whoever looks for the cause.
    pub debug: bool,
    /// What is known of the site, for values that only a site knows.
    pub site: Site,
}

/// A Moodle behind the service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Upstream {
    /// Its address.
    pub url: String,
    /// Service for which a login takes a token.
    #[serde(default = "mobile")]
    pub service: String,
    /// Begin of the names of the generated plugin's functions.
    #[serde(default = "plugin")]
    pub plugin: String,
    /// Seconds that a call may take.
    #[serde(default = "half_a_minute")]
    pub timeout: u64,
    /// How often a read is tried again.
    #[serde(default = "two")]
    pub retries: u32,
    /// Numbers of roles on this site, by short name, where they are not those with which Moodle is installed.
    #[serde(default)]
    pub roles: IndexMap<String, i64>,
}

impl Upstream {
    /// The crosswalk of the build, with what this site has of its own.
    pub fn crosswalk(&self, built: &Crosswalk) -> Crosswalk {
        let mut crosswalk = built.clone();
        let mut roles = crosswalk.tables.get("roles").and_then(Value::as_map).cloned().unwrap_or_default();
        roles.extend(self.roles.iter().map(|(name, id)| (name.clone(), Value::Int(*id))));
        if !roles.is_empty() {
            crosswalk.tables.insert("roles".to_owned(), roles.into());
        }
        crosswalk
    }
}

/// A server of OK Tech's behind the service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UpstreamWspp {
    /// Its address: that of its `service_pp.php` or `service_pp2.php`.
    pub url: String,
    /// Seconds that a call may take.
    #[serde(default = "half_a_minute")]
    pub timeout: u64,
    /// How often a read is tried again.
    #[serde(default = "two")]
    pub retries: u32,
}

impl UpstreamWspp {
    /// How the address of such a server ends.
    pub const PATHS: [&str; 2] = ["/wspp/service_pp.php", "/wspp/service_pp2.php"];
}

/// Who carries out what the embedded school does not know.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Extension {
    /// Address of its handler. May hold a user name and a password, which it is sent.
    pub url: String,
    /// Seconds that a call may take.
    #[serde(default = "half_a_minute")]
    pub timeout: u64,
}

impl Extension {
    /// The handler; nothing is sent yet.
    pub fn handler(&self) -> Result<Handler, String> {
        Handler::new(&self.url, Duration::from_secs(self.timeout)).map_err(|why| format!("extension: {why}"))
    }
}

fn mobile() -> String {
    "moodle_mobile_app".to_owned()
}

fn plugin() -> String {
    "local_oktech_".to_owned()
}

fn half_a_minute() -> u64 {
    30
}

fn two() -> u32 {
    2
}

/// Sessions of OK Tech's clients.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sessions {
    /// Seconds from the login to the end.
    pub seconds: u64,
    /// Addresses that may log in; empty for all.
    pub allowed: Vec<IpAddr>,
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions { seconds: 1800, allowed: Vec::new() }
    }
}

/// What requests may be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Seconds for a body to arrive.
    pub body_seconds: u64,
    /// Elements of XML inside each other.
    pub xml_depth: usize,
    /// Elements of XML in a request.
    pub xml_elements: usize,
    /// Attributes of an element of XML.
    pub xml_attributes: usize,
    /// Bytes of a text in XML.
    pub xml_text_bytes: usize,
    /// Fields of a form.
    pub form_fields: usize,
    /// Brackets in the name of a field of a form.
    pub form_depth: usize,
    /// Values of JSON inside each other.
    pub json_depth: usize,
    /// Values of JSON in a request.
    pub json_values: usize,
    /// Connections at a time.
    pub connections: usize,
    /// Bytes of the head of a request.
    pub header_bytes: usize,
    /// Seconds for the head of a request, from its first byte on.
    pub header_seconds: u64,
    /// Seconds that a connection may be idle.
    pub idle_seconds: u64,
    /// Seconds for a whole request.
    pub request_seconds: u64,
    /// Seconds that open requests have when the service is asked to stop.
    pub drain_seconds: u64,
    /// Logins that may fail for one account.
    pub logins_of_account: u32,
    /// Logins that may fail from one address.
    pub logins_of_address: u32,
    /// Seconds after which they are forgotten.
    pub logins_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let Settings { logins, body, form, xml, json, .. } = Settings::default();
        let serve::Limits { connections, head_bytes, patience, drain } = serve::Limits::default();
        Limits {
            body_bytes: body.bytes,
            body_seconds: body.time.as_secs(),
            xml_depth: xml.depth,
            xml_elements: xml.elements,
            xml_attributes: xml.attributes,
            xml_text_bytes: xml.text,
            form_fields: form.fields,
            form_depth: form.depth,
            json_depth: json.depth,
            json_values: json.values,
            connections,
            header_bytes: head_bytes,
            header_seconds: patience.head.as_secs(),
            idle_seconds: patience.idle.as_secs(),
            request_seconds: 60,
            drain_seconds: drain.as_secs(),
            logins_of_account: logins.account,
            logins_of_address: logins.address,
            logins_seconds: logins.window.as_secs(),
        }
    }
}

impl Limits {
    fn body(&self) -> crate::body::Limits {
        crate::body::Limits { bytes: self.body_bytes, time: Duration::from_secs(self.body_seconds) }
    }

    fn form(&self) -> crate::form::Limits {
        crate::form::Limits { fields: self.form_fields, depth: self.form_depth }
    }

    fn json(&self) -> crate::json::limits::Limits {
        crate::json::limits::Limits { depth: self.json_depth, values: self.json_values }
    }

    fn xml(&self) -> crate::soap::Limits {
        crate::soap::Limits {
            bytes: self.body_bytes,
            depth: self.xml_depth,
            elements: self.xml_elements,
            attributes: self.xml_attributes,
            text: self.xml_text_bytes,
            ..crate::soap::Limits::default()
        }
    }

    fn logins(&self) -> Allowance {
        let window = Duration::from_secs(self.logins_seconds);
        Allowance { account: self.logins_of_account, address: self.logins_of_address, window }
    }

    /// Those on connections.
    pub fn connections(&self) -> serve::Limits {
        let head = Duration::from_secs(self.header_seconds);
        let patience = Patience { head, idle: Duration::from_secs(self.idle_seconds), answer: Duration::from_secs(self.body_seconds) };
        let drain = Duration::from_secs(self.drain_seconds);
        serve::Limits { connections: self.connections, head_bytes: self.header_bytes, patience, drain }
    }
}

/// Log lines.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Log {
    /// How they are written.
    pub format: LogFormat,
    /// Which ones.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Log { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people
    Text,
    /// For programs, an object a line
    Json,
}

/// What becomes of an answer that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerMode {
    /// An error.
    Strict,
    /// A logged warning.
    Warn,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            build: "out".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin: None,
            base_url: None,
            store: "mwsd.sqlite".to_owned(),
            upstream: None,
            upstream_wspp: None,
            recorded: None,
            extension: None,
            sessions: Sessions::default(),
            limits: Limits::default(),
            log: Log::default(),
            answers: AnswerMode::Strict,
            debug: false,
            site: Site::default(),
        }
    }
}

impl Config {
    /// The file, then the environment and the command line.
    pub fn read(options: &Options) -> Result<Config, Stop> {
        let named = options.config.as_deref();
        let mut config = match named.or_else(|| Some(Path::new(FILE)).filter(|path| path.is_file())) {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|why| Stop::new(status::USAGE, format!("{}: {why}", path.display())))?;
                Config::parse(&text).map_err(|why| Stop::new(status::USAGE, format!("{}: {why}", path.display())))?
            }
            None => Config::default(),
        };
        config.take(options);
        let behind = [config.upstream.is_some(), config.upstream_wspp.is_some(), config.recorded.is_some()];
        if behind.into_iter().filter(|named| *named).count() > 1 {
            let message = "a service has one back end: `upstream`, `upstream-wspp` and `recorded` exclude each other";
            return Err(Stop::new(status::USAGE, message));
        }
        if let Some(why) = config.base_url.as_deref().and_then(unfit_base) {
            return Err(Stop::new(status::USAGE, format!("base-url: {why}")));
        }
        Ok(config)
    }

    /// Reads the text of a file. The error names the line.
    pub fn parse(text: &str) -> Result<Config, String> {
        toml::from_str(text).map_err(|why| {
            // The line itself is not repeated: it may hold a password, and this is logged.
            let line = why.span().map(|span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
            line.map_or_else(|| why.message().to_owned(), |line| format!("line {line}: {}", why.message()))
        })
    }

    fn take(&mut self, options: &Options) {
        fn set<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        set(&mut self.build, options.build.as_ref());
        set(&mut self.listen, options.listen.as_ref());
        set(&mut self.store, options.store.as_ref());
        set(&mut self.log.format, options.log_format.as_ref());
        set(&mut self.log.filter, options.log.as_ref());
        self.admin = options.admin.or(self.admin);
        self.base_url = options.base_url.clone().or(self.base_url.take());
        if let Some(folder) = &options.recorded {
            (self.recorded, self.upstream, self.upstream_wspp) = (Some(folder.clone()), None, None);
        }
        if let Some(url) = &options.upstream_wspp {
            (self.recorded, self.upstream) = (None, None);
            let fresh = || UpstreamWspp { url: String::new(), timeout: half_a_minute(), retries: two() };
            self.upstream_wspp = Some(UpstreamWspp { url: url.clone(), ..self.upstream_wspp.take().unwrap_or_else(fresh) });
        }
        if let Some(url) = &options.upstream {
            (self.recorded, self.upstream_wspp) = (None, None);
            let known = self.upstream.take();
            let fresh = || Upstream {
                url: String::new(),
                service: mobile(),
                plugin: plugin(),
                timeout: half_a_minute(),
                retries: two(),
                roles: IndexMap::new(),
            };
            self.upstream = Some(Upstream { url: url.clone(), ..known.unwrap_or_else(fresh) });
        }
        if let Some(url) = &options.extension {
            let timeout = self.extension.as_ref().map_or_else(half_a_minute, |known| known.timeout);
            self.extension = Some(Extension { url: url.clone(), timeout });
        }
        if let (Some(upstream), Some(service)) = (&mut self.upstream, &options.upstream_service) {
            upstream.service.clone_from(service);
        }
    }

    /// What protocols need to know.
    pub fn settings(&self) -> Settings {
        let base_url = self.base_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        Settings {
            base_url: base_url.trim_end_matches('/').to_owned(),
            answers: match self.answers {
                AnswerMode::Strict => Answers::Strict,
                AnswerMode::Warn => Answers::Warn,
            },
            site: self.site.clone(),
            session: Duration::from_secs(self.sessions.seconds),
            allowed: self.sessions.allowed.clone(),
            logins: self.limits.logins(),
            body: self.limits.body(),
            form: self.limits.form(),
            xml: self.limits.xml(),
            json: self.limits.json(),
            debug: self.debug,
        }
    }
}

/// Why a base URL cannot be one.
fn unfit_base(url: &str) -> Option<String> {
    match Address::parse(url) {
        Ok(address) if address.authorization().is_some() => {
            Some("every client would be shown the user name or the password in it".to_owned())
        }
        Ok(_) => None,
        Err(why) => Some(why),
    }
}

#[cfg(test)]
mod tests;
