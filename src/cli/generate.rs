//! `mwsc generate`: compile every input and write the artifacts, or compare them.

use std::path::{Path, PathBuf};

use super::address::{self, wrong_address, wrong_namespace};
use super::args::Generate;
use super::config::Config;
use super::screen::{Screen, Watch};
use super::{findings, inputs, plugin, services, suggest, write};
use crate::backend::{BACKENDS, Backend, Options, wsdl};
use crate::files::Files;
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::{SourceMap, Span};

/// Runs the command.
pub fn generate(options: &Generate, config: &Config, screen: &Screen, sources: &SourceMap, report: &mut Report) {
    targets(options, config, report);
    let mut watch = Watch::new(screen);
    watch.enter("open");
    let (inputs, several) = inputs::open_all(&options.inputs, config, report);
    backend_options(options, config, report);
    if report.count(Severity::Error) > 0 {
        return watch.finish();
    }
    let dir = output(options, config);
    let mut files = Files::default();
    let mut usable = !inputs.is_empty();
    let (mut made, mut reports) = (Vec::new(), Vec::new());
    for input in &inputs {
        screen.verbose(&format!("compiling {}", input.about()));
        let mut own = Report::default();
        let config = config.of(&input.own);
        let targets = targets(options, &config, &mut own);
        let wanted = services::wanted(&options.services, &options.inputs, &services::about(&config, &options.inputs, &inputs), &mut own);
        let mut backends = backend_options(options, &config, &mut own);
        let prefix = if several { format!("{}/", input.label) } else { String::new() };
        if targets.iter().any(|target| target.name == "plugin") {
            backends.plugin = plugin::options(options, &config, &dir.join(&prefix), &mut own);
        }
        if own.count(Severity::Error) > 0 {
            usable = false;
            made.push(Files::default());
            reports.push(own);
            continue;
        }
        let site = input.site(&options.inputs, &config, sources, &mut own);
        made.push(input.with(&site, |input| {
            let schema = crate::compile(input, &wanted, sources, &mut own, &mut |stage| watch.enter(stage));
            crate::emit(&schema, &targets, &backends, sources, &mut own, &mut |stage| watch.enter(stage))
        }));
        input.report_refused(&mut own);
        reports.push(own);
    }
    let beside = findings::beside_the_point(&inputs, &reports);
    findings::take_in(reports, &beside, report);
    for (input, made) in inputs.iter().zip(made) {
        let prefix = if several { format!("{}/", input.label) } else { String::new() };
        files.take_in(&prefix, made);
    }
    // A service that is not there, a site file that is no TOML: what is left is not what was asked for.
    usable &= super::exit::status(report, false) != super::exit::USAGE;
    if usable {
        watch.enter("write");
        finish(options, &dir, &files, screen, report);
    }
    watch.finish();
    if options.inputs.timings {
        let (count, bytes) = inputs.iter().map(inputs::Source::count).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        screen.at_the_end(&watch.table(count, bytes));
    }
}

fn finish(options: &Generate, dir: &Path, files: &Files, screen: &Screen, report: &mut Report) {
    let part = &options.services;
    let narrowed =
        !part.service.is_empty() || !part.functions.is_empty() || !options.target.is_empty() || !options.inputs.moodle.is_empty();
    // What a broken input no longer gives is not stale: it comes back when the input is mended.
    let sound = report.count(Severity::Error) == 0;
    let how = write::How { check: options.check, force: options.force, whole: !narrowed && sound, sound };
    let shown = dir.display().to_string();
    let before = report.iter().count();
    let done = write::write(dir, &shown, files, how, report);
    for path in &done.written {
        screen.verbose(&format!("wrote {shown}/{path}"));
    }
    for path in &done.removed {
        screen.verbose(&format!("removed {shown}/{path}"));
    }
    if report.iter().count() > before {
        return;
    }
    if options.check && files.iter().next().is_some() {
        screen.say(&format!("{shown} is up to date: {}", plural(done.unchanged, "file")));
    } else if !options.check && done != write::Done::default() {
        let removed = if done.removed.is_empty() { String::new() } else { format!(", {} removed", done.removed.len()) };
        screen.say(&format!("{} written to {shown}, {} unchanged{removed}", plural(done.written.len(), "file"), done.unchanged));
    }
}

fn output(options: &Generate, config: &Config) -> PathBuf {
    options.output.clone().or_else(|| config.output.clone()).unwrap_or_else(|| PathBuf::from("out"))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn targets(options: &Generate, config: &Config, report: &mut Report) -> Vec<&'static Backend> {
    let mut names: Vec<(String, Option<crate::source::Span>)> = options.target.iter().map(|name| (name.clone(), None)).collect();
    if names.is_empty() {
        names = config.targets.iter().map(|(name, at)| (name.clone(), Some(*at))).collect();
    }
    if names.is_empty() {
        names.push(("wsdl".to_owned(), None));
    }
    let mut found: Vec<&'static Backend> = Vec::new();
    for (name, at) in names {
        match BACKENDS.iter().find(|backend| backend.name == name) {
            Some(backend) if !found.iter().any(|other| other.name == name) => found.push(backend),
            Some(_) => {}
            None => {
                let known = || BACKENDS.iter().map(|backend| backend.name);
                let help = suggest::help(&name, known(), || format!("the targets are `{}`", known().collect::<Vec<_>>().join("`, `")));
                report.push(Diagnostic::new(Code::C006, format!("there is no target `{name}`")).at(at).help(help));
            }
        }
    }
    found
}

fn backend_options(options: &Generate, config: &Config, report: &mut Report) -> Options {
    let mut out = Options::default();
    let mut given = |what: &str, asked: &Option<String>, configured: &Option<String>, wrong: fn(&str) -> Option<&'static str>| {
        let text = asked.clone().or_else(|| configured.clone())?;
        if let Some(why) = wrong(&text) {
            report.push(address::finding(what, &text, why));
        }
        Some(text)
    };
    let Options { wsdl, rest, .. } = Options::default();
    out.wsdl.namespace = given("a namespace", &options.namespace, &config.wsdl.namespace, wrong_namespace).unwrap_or(wsdl.namespace);
    out.wsdl.endpoint = given("an endpoint", &options.endpoint, &config.wsdl.endpoint, wrong_address).unwrap_or(wsdl.endpoint);
    out.wsdl.site = given("the address of a site", &options.site_url, &config.wsdl.site_url, wrong_address);
    out.rest.server = given("the address of a server", &options.server, &config.rest.server, wrong_address).unwrap_or(rest.server);
    out.wsdl.soap12 = options.soap12 || config.wsdl.soap12;
    let mut profiles: Vec<(String, Option<Span>)> = options.profile.iter().map(|name| (name.clone(), None)).collect();
    if profiles.is_empty() {
        profiles = config.wsdl.profiles.iter().map(|(name, at)| (name.clone(), Some(*at))).collect();
    }
    if !profiles.is_empty() {
        out.wsdl.profiles = profiles.into_iter().filter(|(name, at)| profile(name, *at, report)).map(|(name, _)| name).collect();
    }
    out
}

/// Whether there is a profile of this name; says so when there is none.
pub fn profile(name: &str, at: Option<Span>, report: &mut Report) -> bool {
    let known = || wsdl::profiles().map(|(name, _)| name);
    if known().any(|known| known == name) {
        return true;
    }
    let all = || wsdl::profiles().map(|(name, about)| format!("`{name}` ({about})")).collect::<Vec<_>>().join(", ");
    let help = suggest::help(name, known(), || format!("the profiles are {}", all()));
    report.push(Diagnostic::new(Code::C012, format!("there is no profile `{name}`")).at(at).help(help));
    false
}
