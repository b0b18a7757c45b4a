//! `mwsc init`: a commented configuration for the tree that it finds. It never overwrites one.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use handlebars::Handlebars;
use serde_json::json;

use super::args::{self, Init};
use super::config::Config;
use super::inputs;
use super::screen::Screen;
use super::tree::plain;
use crate::backend::Options;
use crate::frontend::moodle::Site;
use crate::ir::ServiceDef;
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::SourceMap;

const TEMPLATE: &str = include_str!("init.toml.hbs");

/// Runs the command.
pub fn init(options: &Init, screen: &Screen, sources: &SourceMap, report: &mut Report) {
    let shown = options.output.display().to_string();
    if options.output.exists() {
        let help = "remove it first, or write elsewhere with `-o FILE`";
        report.push(Diagnostic::new(Code::C013, format!("`{shown}` is there already")).help(help));
        return;
    }
    if options.tree.to_str().is_none() {
        let message = format!("the path `{}` cannot stand in a configuration, because it is not UTF-8", options.tree.display());
        report.push(Diagnostic::new(Code::C016, message));
        return;
    }
    let tree = args::Inputs { inputs: vec![options.tree.clone()], ..args::Inputs::default() };
    let inputs = inputs::open(&tree, &Config::default(), report);
    let Some(input) = inputs.first() else { return };
    // Findings about functions belong to `generate`; here only what is registered matters.
    let mut found = Report::default();
    let services = input.with_moodle(&Site::default(), report, |moodle, _| crate::declared(moodle, sources, &mut found));
    input.report_refused(report);
    let Some((services, functions)) = services else { return };
    if functions == 0 {
        let message = format!("`{}` has no external function, so there is nothing to generate", options.tree.display());
        report.push(Diagnostic::new(Code::C033, message).help("name the Moodle tree, or a plugin with db/services.php"));
        return;
    }
    let text = text(&Facts {
        path: relative(options.output.parent().unwrap_or(Path::new("")), &options.tree),
        full: &input.release.full,
        release: &input.release.number,
        component: input.plugin(),
        services: &services,
    });
    if let Err(why) = create(&options.output, &text) {
        report.push(Diagnostic::new(Code::C016, format!("cannot write `{shown}`: {}", plain(&why))));
    }
    if report.count(Severity::Error) == 0 {
        screen.say(&format!("wrote {shown}; `mwsc generate` does what it says"));
    }
}

/// What the file tells of.
struct Facts<'f> {
    path: String,
    full: &'f str,
    release: &'f str,
    component: Option<&'f str>,
    services: &'f [ServiceDef],
}

fn text(facts: &Facts<'_>) -> String {
    let defaults = Options::default().wsdl;
    let full: Vec<&ServiceDef> = facts.services.iter().filter(|service| !service.operations.is_empty()).collect();
    let own = facts.component.unwrap_or("all");
    let data = json!({
        "path": quoted(&facts.path),
        "full": line(facts.full),
        "release": quoted(facts.release),
        "component": facts.component,
        "services": full.iter().map(|service| json!({
            "shortname": service.shortname, "name": line(&service.name), "count": service.operations.len(), "key": quoted(&service.shortname),
        })).collect::<Vec<_>>(),
        "own": own,
        "title": quoted(own),
        "namespace": quoted(&defaults.namespace),
        "endpoint": quoted(&defaults.endpoint),
        "server": quoted(&crate::backend::rest::Options::default().server),
    });
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    // The template is ours and a test renders it.
    engine.render_template(TEMPLATE, &data).unwrap_or_default()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text as a part of a comment: no line of it may escape.
fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// The path `to` as seen from the folder `from`; both are relative to the working folder, or absolute.
fn relative(from: &Path, to: &Path) -> String {
    if from.as_os_str().is_empty() || to.is_absolute() {
        return to.display().to_string();
    }
    let (Ok(from), Ok(to)) = (from.canonicalize(), to.canonicalize()) else { return to.display().to_string() };
    let same = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let mut out: PathBuf = from.components().skip(same).map(|_| Component::ParentDir).collect();
    out.extend(to.components().skip(same));
    if out.as_os_str().is_empty() { ".".to_owned() } else { out.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{config, plugin};
    use crate::frontend::FRONTENDS;
    use crate::ir::{Origin, ServiceMeta};

    fn check(facts: &Facts<'_>) -> config::Config {
        let text = text(facts);
        let sources = SourceMap::default();
        let parse = |text: &str| {
            let mut report = Report::default();
            let (file, _) = sources.add("mwsc.toml", "mwsc.toml".to_owned(), text.into());
            let config = config::parse(text, file, Path::new(""), &mut report);
            assert_eq!(report.iter().collect::<Vec<_>>(), Vec::<&Diagnostic>::new(), "{text}");
            config
        };
        // Every key that a comment shows is one, too, and every key is shown.
        let shown: String =
            text.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_toml(rest)).unwrap_or(line).to_owned() + "\n").collect();
        parse(&shown);
        let keys = keys(&shown);
        let inputs: Vec<&str> = config::INPUT.into_iter().chain(FRONTENDS.iter().map(|frontend| frontend.name)).collect();
        for (table, known) in [
            ("", config::TOP.as_slice()),
            ("input", &inputs),
            ("service", &config::SERVICE),
            ("wsdl", &config::WSDL),
            ("rest", &config::REST),
            ("plugin", &plugin::KEYS),
            ("live", &config::LIVE),
        ] {
            for key in known {
                assert!(keys.contains(&(table.to_owned(), (*key).to_owned())), "`{key}` in `[{table}]`: {shown}");
            }
        }
        parse(&text)
    }

    /// The keys of a configuration, each with the table that it is in; those of services and inputs whatever they are called.
    fn keys(text: &str) -> Vec<(String, String)> {
        let top: toml::Table = text.parse().unwrap();
        let mut out = Vec::new();
        for (name, value) in &top {
            out.push((String::new(), name.clone()));
            let tables: Vec<&toml::Table> = match value {
                toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_table).collect(),
                toml::Value::Table(table) if name == "service" => table.values().filter_map(toml::Value::as_table).collect(),
                value => value.as_table().into_iter().collect(),
            };
            out.extend(tables.into_iter().flat_map(toml::Table::keys).map(|key| (name.clone(), key.clone())));
        }
        out
    }

    fn is_toml(line: &str) -> bool {
        line.starts_with('[')
            || line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()))
    }

    #[test]
    fn what_it_writes_is_a_configuration() {
        let service = ServiceDef {
            name: "A\nservice".to_owned(),
            shortname: "a_service".to_owned(),
            component: String::new(),
            operations: vec!["f".to_owned()],
            meta: ServiceMeta::default(),
            spelling: None,
            origin: Origin::default(),
        };
        let tree = Facts { path: "../moo\"dle".to_owned(), full: "4.5\n(Build)", release: "4.5", component: None, services: &[service] };
        let config = check(&tree);
        assert_eq!(config.inputs[0].tree.as_deref(), Some(Path::new("../moo\"dle")));
        assert_eq!(config.services.unwrap()[0].0, "a_service");
        let plugin = Facts { path: ".".to_owned(), full: "", release: "", component: Some("mod_x"), services: &[] };
        let config = check(&plugin);
        assert_eq!(config.inputs[0].plugins, [PathBuf::from(".")]);
        assert_eq!((config.defined[0].shortname.as_str(), config.defined[0].components[0].0.as_str()), ("mod_x", "mod_x"));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        assert_eq!(relative(Path::new(""), Path::new("moodle")), "moodle");
        assert_eq!(relative(Path::new("x"), Path::new("/abs")), "/abs");
    }
}
