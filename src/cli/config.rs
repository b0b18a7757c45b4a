//! The configuration file: `mwsc.toml` or `.mwsc.toml`, found upward from the working folder.
//!
//! In: TOML text. Out: a [`Config`] with paths relative to the file's folder made relative to the working folder, and a finding with
//! place and suggestion for each key that is not known or has a value of the wrong kind.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{plugin, suggest};
use crate::frontend::FRONTENDS;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span};

/// Names of the file, the first one wins.
pub const NAMES: [&str; 2] = ["mwsc.toml", ".mwsc.toml"];

/// What a configuration file says; empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// `inputs` and `[[input]]`, in order.
    pub inputs: Vec<InputDef>,
    /// `services`: which ones to compile. `None` means all.
    pub services: Option<Vec<(String, Span)>>,
    /// `[service.NAME]`: services of an administrator.
    pub defined: Vec<ServiceConf>,
    /// `services-from`
    pub services_from: Vec<PathBuf>,
    /// `targets`
    pub targets: Vec<(String, Span)>,
    /// `output`
    pub output: Option<PathBuf>,
    /// `exclude`
    pub exclude: Vec<(String, Span)>,
    /// `site`
    pub site: Option<PathBuf>,
    /// `strict`
    pub strict: bool,
    /// `[wsdl]`
    pub wsdl: Wsdl,
    /// `[rest]`
    pub rest: Rest,
    /// `[plugin]`
    pub plugin: plugin::Plugin,
    /// `[live]`
    pub live: Option<Live>,
}

/// One input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputDef {
    /// A Moodle tree; `None` when plugins stand alone.
    pub tree: Option<PathBuf>,
    /// Plugin folders laid over it.
    pub plugins: Vec<PathBuf>,
    /// Files and folders for another front end: what it is called, and where they are.
    pub files: Vec<(&'static str, PathBuf)>,
    /// The class that is the server, where the files declare several.
    pub class: Option<String>,
    /// What holds for this input in place of what holds for all.
    pub own: Own,
    /// Its label for `--moodle` and output folders.
    pub release: Option<String>,
    /// Settings of the site, for this input only.
    pub site: Option<PathBuf>,
    /// Where the configuration names it.
    pub at: Option<Span>,
}

/// What an input says of itself in place of what the file says for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// `services`
    pub services: Option<Vec<(String, Span)>>,
    /// `targets`
    pub targets: Option<Vec<(String, Span)>>,
    /// `profiles` of WSDLs
    pub profiles: Option<Vec<(String, Span)>>,
}

impl Config {
    /// The configuration as it holds for an input.
    pub fn of(&self, own: &Own) -> Cow<'_, Config> {
        if *own == Own::default() {
            return Cow::Borrowed(self);
        }
        let mut out = self.clone();
        out.services = own.services.clone().or(out.services);
        out.targets = own.targets.clone().unwrap_or(out.targets);
        out.wsdl.profiles = own.profiles.clone().unwrap_or(out.wsdl.profiles);
        Cow::Owned(out)
    }
}

/// A service that an administrator configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceConf {
    /// Short name: of files, of ports.
    pub shortname: String,
    /// Where it stands.
    pub at: Span,
    /// Name for people.
    pub title: Option<String>,
    /// Globs of function names.
    pub functions: Vec<(String, Span)>,
    /// Globs of components, whose every function is meant.
    pub components: Vec<(String, Span)>,
    /// Globs of functions that are not meant.
    pub exclude: Vec<(String, Span)>,
    /// `enabled`, by default true.
    pub enabled: bool,
    /// `restricted-users`
    pub restricted_users: bool,
    /// `required-capability`
    pub required_capability: Option<String>,
    /// `download-files`
    pub download_files: bool,
    /// `upload-files`
    pub upload_files: bool,
}

/// Options of the WSDL back end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wsdl {
    /// `namespace`
    pub namespace: Option<String>,
    /// `endpoint`
    pub endpoint: Option<String>,
    /// `soap12`
    pub soap12: bool,
    /// `profiles`
    pub profiles: Vec<(String, Span)>,
    /// `site-url`
    pub site_url: Option<String>,
}

/// Options of the REST back end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest {
    /// `server`
    pub server: Option<String>,
}

/// A running site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// `url`
    pub url: String,
    /// `token-file`
    pub token_file: Option<PathBuf>,
    /// `name`
    pub name: Option<String>,
}

pub(super) const TOP: [&str; 14] = [
    "inputs",
    "input",
    "services",
    "service",
    "services-from",
    "targets",
    "output",
    "exclude",
    "site",
    "strict",
    "wsdl",
    "rest",
    "plugin",
    "live",
];
pub(super) const INPUT: [&str; 8] = ["tree", "plugins", "class", "services", "targets", "profiles", "release", "site"];
pub(super) const SERVICE: [&str; 9] =
    ["title", "functions", "components", "exclude", "enabled", "restricted-users", "required-capability", "download-files", "upload-files"];
pub(super) const WSDL: [&str; 5] = ["namespace", "endpoint", "soap12", "profiles", "site-url"];
pub(super) const REST: [&str; 1] = ["server"];
pub(super) const LIVE: [&str; 3] = ["url", "token-file", "name"];

/// The configuration file of a run: the one that is named, else the first one found upward from `cwd`.
pub fn find(named: Option<&Path>, cwd: &Path) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_owned());
    }
    let mut up = PathBuf::new();
    for folder in cwd.ancestors() {
        if let Some(name) = NAMES.iter().find(|name| folder.join(name).is_file()) {
            return Some(up.join(name));
        }
        up.push("..");
    }
    None
}

/// Reads a configuration file. Whatever is wrong with it is in the report.
pub fn load(path: &Path, sources: &SourceMap, report: &mut Report) -> Config {
    let shown = path.display().to_string();
    match fs::read(path) {
        Ok(bytes) if std::str::from_utf8(&bytes).is_err() => {
            report.push(Diagnostic::new(Code::C003, format!("`{shown}` is not UTF-8")));
            Config::default()
        }
        Ok(bytes) => {
            let (file, source) = sources.add(&shown, shown.clone(), bytes);
            let folder = path.parent().unwrap_or(Path::new(""));
            let mut config = parse(&source.text, file, folder, report);
            config.file = Some(path.to_owned());
            config
        }
        Err(why) => {
            report.push(Diagnostic::new(Code::C004, format!("cannot read the configuration `{shown}`: {}", super::tree::plain(&why))));
            Config::default()
        }
    }
}

/// Reads the text of a configuration file that lies in `folder`.
pub fn parse(text: &str, file: FileId, folder: &Path, report: &mut Report) -> Config {
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(why) => {
            let at = why.span().unwrap_or(0..0);
            report.push(Diagnostic::new(Code::C003, why.message().to_lowercase()).at(span(file, at)));
            return Config::default();
        }
    };
    let mut r = Reader { file, folder, report };
    let top = root.get_ref();
    r.known(top, &TOP, "");
    let inputs = r.inputs(top);
    let mut defined: Vec<ServiceConf> = r.named(top, "service").into_iter().map(|(name, at, table)| r.service(name, at, table)).collect();
    defined.sort_by_key(|service| service.at);
    let wsdl = r.table(top, "wsdl").map_or_else(Wsdl::default, |table| r.wsdl(table));
    let rest = r.table(top, "rest").map_or_else(Rest::default, |table| {
        r.known(table, &REST, "rest.");
        Rest { server: r.text(table, "server") }
    });
    let plugin = r.table(top, "plugin").map_or_else(plugin::Plugin::default, |table| plugin::read(&mut r, table));
    let live = r.live(top);
    Config {
        file: None,
        inputs,
        services: top.get("services").map(|_| r.texts(top, "services")),
        defined,
        services_from: r.paths(top, "services-from"),
        targets: r.texts(top, "targets"),
        output: r.a_path(top, "output"),
        exclude: r.texts(top, "exclude"),
        site: r.a_path(top, "site"),
        strict: r.flag(top, "strict").unwrap_or(false),
        wsdl,
        rest,
        plugin,
        live,
    }
}

/// A place in the file.
pub(super) fn span(file: FileId, at: std::ops::Range<usize>) -> Span {
    Span { file, start: at.start as u32, end: at.end as u32 }
}

/// Takes values out of tables, and reports what they should not be.
pub(super) struct Reader<'r> {
    pub(super) file: FileId,
    folder: &'r Path,
    pub(super) report: &'r mut Report,
}

/// A table with places.
pub(super) type Table<'t> = DeTable<'t>;
type Value<'t> = Spanned<DeValue<'t>>;

impl Reader<'_> {
    pub(super) fn known(&mut self, table: &Table<'_>, keys: &[&str], inside: &str) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let help = suggest::help(name, keys.iter().copied(), || format!("the keys here are {}", list(keys)));
                let message = format!("unknown key `{inside}{name}`");
                self.report.push(Diagnostic::new(Code::C001, message).at(span(self.file, key.span())).help(help));
            }
        }
    }

    pub(super) fn wrong(&mut self, value: &Value<'_>, key: &str, kind: &str) {
        let message = format!("`{key}` takes {kind}, not {}", a(value.get_ref().type_str()));
        self.report.push(Diagnostic::new(Code::C002, message).at(span(self.file, value.span())));
    }

    pub(super) fn text(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let value = table.get(key)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(value, key, "a text");
        }
        text
    }

    fn flag(&mut self, table: &Table<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(value, key, "`true` or `false`");
        }
        flag
    }

    /// A list of texts; one text alone is a list of one.
    fn texts(&mut self, table: &Table<'_>, key: &str) -> Vec<(String, Span)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        if let Some(text) = value.get_ref().as_str() {
            return vec![(text.to_owned(), span(self.file, value.span()))];
        }
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(value, key, "a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text.to_owned(), span(self.file, item.span()))),
                None => self.wrong(item, key, "a list of texts"),
            }
        }
        texts
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    fn a_path(&mut self, table: &Table<'_>, key: &str) -> Option<PathBuf> {
        self.text(table, key).map(|path| self.path(&path))
    }

    fn paths(&mut self, table: &Table<'_>, key: &str) -> Vec<PathBuf> {
        self.texts(table, key).into_iter().map(|(path, _)| self.path(&path)).collect()
    }

    pub(super) fn table<'t>(&mut self, table: &'t Table<'t>, key: &str) -> Option<&'t Table<'t>> {
        let value = table.get(key)?;
        let inner = value.get_ref().as_table();
        if inner.is_none() {
            self.wrong(value, key, "a table");
        }
        inner
    }

    fn tables<'t>(&mut self, table: &'t Table<'t>, key: &str) -> Vec<Spanned<&'t Table<'t>>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(value, key, "tables: `[[input]]`");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref().as_table() {
                Some(inner) => tables.push(Spanned::new(item.span(), inner)),
                None => self.wrong(item, key, "tables: `[[input]]`"),
            }
        }
        tables
    }

    fn named<'t>(&mut self, table: &'t Table<'t>, key: &str) -> Vec<(String, Span, &'t Table<'t>)> {
        let Some(inner) = self.table(table, key) else { return Vec::new() };
        let mut found = Vec::new();
        for (name, value) in inner {
            match value.get_ref().as_table() {
                Some(table) => found.push((name.get_ref().to_string(), span(self.file, name.span()), table)),
                None => self.wrong(value, name.get_ref(), "a table: `[service.NAME]`"),
            }
        }
        found
    }

    /// The inputs: trees of which nothing else is said, then the tables.
    fn inputs(&mut self, top: &Table<'_>) -> Vec<InputDef> {
        let mut out = Vec::new();
        for (path, at) in self.texts(top, "inputs") {
            out.push(InputDef { tree: Some(self.path(&path)), at: Some(at), ..InputDef::default() });
        }
        for table in self.tables(top, "input") {
            out.push(self.input(table.get_ref(), span(self.file, table.span())));
        }
        out
    }

    fn input(&mut self, table: &Table<'_>, at: Span) -> InputDef {
        let frontends = || FRONTENDS.iter().map(|frontend| frontend.name);
        let keys: Vec<&str> = INPUT.into_iter().chain(frontends()).collect();
        self.known(table, &keys, "input.");
        let sources: Vec<&str> = ["tree", "plugins"].into_iter().chain(frontends()).collect();
        if !sources.iter().any(|key| table.contains_key(*key)) {
            let help = format!("it takes one of {}", list(&sources));
            self.report.push(Diagnostic::new(Code::C002, "this input names nothing to read").at(at).help(help));
        }
        let files = frontends().flat_map(|name| self.paths(table, name).into_iter().map(move |path| (name, path))).collect();
        InputDef {
            tree: self.a_path(table, "tree"),
            plugins: self.paths(table, "plugins"),
            files,
            class: self.text(table, "class"),
            own: Own {
                services: table.contains_key("services").then(|| self.texts(table, "services")),
                targets: table.contains_key("targets").then(|| self.texts(table, "targets")),
                profiles: table.contains_key("profiles").then(|| self.texts(table, "profiles")),
            },
            release: self.text(table, "release"),
            site: self.a_path(table, "site"),
            at: Some(at),
        }
    }

    fn wsdl(&mut self, table: &Table<'_>) -> Wsdl {
        self.known(table, &WSDL, "wsdl.");
        Wsdl {
            namespace: self.text(table, "namespace"),
            endpoint: self.text(table, "endpoint"),
            soap12: self.flag(table, "soap12").unwrap_or(false),
            profiles: self.texts(table, "profiles"),
            site_url: self.text(table, "site-url"),
        }
    }

    fn live(&mut self, top: &Table<'_>) -> Option<Live> {
        let table = self.table(top, "live")?;
        self.known(table, &LIVE, "live.");
        if !table.contains_key("url") {
            let at = top.get("live").map(|value| span(self.file, value.span()));
            self.report.push(Diagnostic::new(Code::C002, "`[live]` needs `url`, the address of the site").at(at));
        }
        Some(Live { url: self.text(table, "url")?, token_file: self.a_path(table, "token-file"), name: self.text(table, "name") })
    }

    fn service(&mut self, shortname: String, at: Span, table: &Table<'_>) -> ServiceConf {
        self.known(table, &SERVICE, &format!("service.{shortname}."));
        ServiceConf {
            title: self.text(table, "title"),
            functions: self.texts(table, "functions"),
            components: self.texts(table, "components"),
            exclude: self.texts(table, "exclude"),
            enabled: self.flag(table, "enabled").unwrap_or(true),
            restricted_users: self.flag(table, "restricted-users").unwrap_or(false),
            required_capability: self.text(table, "required-capability"),
            download_files: self.flag(table, "download-files").unwrap_or(false),
            upload_files: self.flag(table, "upload-files").unwrap_or(false),
            shortname,
            at,
        }
    }
}

fn list(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

fn a(kind: &str) -> String {
    let kind = match kind {
        "string" => "text",
        "array" => "list",
        other => other,
    };
    format!("{} {kind}", if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" })
}

#[cfg(test)]
mod tests;
