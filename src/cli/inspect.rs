//! `mwsc inspect` and `mwsc graph`: the linked schema, for a person.

use std::fmt::Write as _;

use super::args::{Graph, Inputs, Inspect, InspectFormat};
use super::config::Config;
use super::generate::profile;
use super::inputs::Source;
use super::screen::{Screen, Watch, print};
use super::{findings, inputs, services, suggest};
use crate::backend::wsdl;
use crate::ir::{Schema, graph, inspect};
use crate::pass::choose::Wanted;
use crate::php::parse::census;
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::SourceMap;

/// Runs `mwsc inspect`.
pub fn inspect(options: &Inspect, config: &Config, screen: &Screen, sources: &SourceMap, report: &mut Report) {
    if options.parse_only {
        return parse_only(options, config, screen, report);
    }
    let inputs = inputs::open(&options.inputs, config, report);
    let named: Vec<&String> = options.operation.iter().chain(&options.ty).collect();
    let wanted = |config: &Config, report: &mut Report| {
        let wanted = services::wanted(&options.services, &options.inputs, &services::about(config, &options.inputs, &inputs), report);
        if wanted.names.is_some() || named.is_empty() {
            return wanted;
        }
        // Operations are looked for in all functions, and types in what all functions use.
        let patterns = if options.ty.is_empty() { options.operation.clone() } else { vec!["*".to_owned()] };
        Wanted { made: vec![(services::def("inspected", "inspected"), patterns)], exclude: wanted.exclude, ..Wanted::default() }
    };
    if options.format == Some(InspectFormat::Ops) {
        return ops(options, &inputs, config, screen, sources, &wanted, report);
    }
    each(&inputs, &options.inputs, config, screen, sources, &wanted, report, |input, schema, report| {
        let mut out = String::new();
        if named.is_empty() {
            match input.chosen {
                None => out = inspect::overview(schema),
                Some(_) => out = schema.services().map(|id| inspect::service(schema, id)).collect::<Vec<_>>().join("\n"),
            }
        }
        for name in &named {
            if let Some(subject) = inspect::find(schema, name) {
                out.push_str(&inspect::subject(schema, subject));
            } else if !report.iter().any(|finding| finding.subject.as_ref() == Some(name)) {
                let known = inspect::names(schema);
                let help =
                    suggest::help(name, known.iter().map(String::as_str), || "`mwsc inspect` without a name lists the services".to_owned());
                report.push(Diagnostic::new(Code::C019, format!("there is no operation or type `{name}`")).about(name.as_str()).help(help));
            }
        }
        out
    });
}

/// Prints what the services declare as WSDLs do: an object for each, in a list where there are several.
fn ops(
    options: &Inspect,
    inputs: &[Source],
    config: &Config,
    screen: &Screen,
    sources: &SourceMap,
    wanted: &dyn Fn(&Config, &mut Report) -> Wanted,
    report: &mut Report,
) {
    if options.profile.as_deref().is_some_and(|name| !profile(name, None, report)) {
        return;
    }
    let mut found = Vec::new();
    each(inputs, &options.inputs, config, screen, sources, wanted, report, |input, schema, report| {
        let profile = options.profile.as_deref().unwrap_or(input.profile);
        found.extend(schema.services().map(|id| wsdl::ops(schema, id, profile, report)));
        String::new()
    });
    let text = match found.as_slice() {
        [] => return,
        [one] => one.json(),
        several => wsdl::ops::list(several),
    };
    print(&text, report);
}

/// Runs `mwsc graph`.
pub fn graph(options: &Graph, config: &Config, screen: &Screen, sources: &SourceMap, report: &mut Report) {
    let inputs = inputs::open(&options.inputs, config, report);
    let wanted = |config: &Config, report: &mut Report| {
        services::wanted(&options.services, &options.inputs, &services::about(config, &options.inputs, &inputs), report)
    };
    each(&inputs, &options.inputs, config, screen, sources, &wanted, report, |_, schema, _| {
        schema.services().map(|id| graph::dot(schema, id)).collect()
    });
}

/// An input whose schema is shown.
struct Inspected<'i> {
    /// The profile of WSDLs that is closest to it.
    profile: &'static str,
    /// The services that were asked for by name.
    chosen: Option<&'i [String]>,
}

/// Compiles each input and prints what is made of its schema.
#[allow(clippy::too_many_arguments, reason = "what every command has, and the work")]
fn each(
    inputs: &[Source],
    options: &Inputs,
    config: &Config,
    screen: &Screen,
    sources: &SourceMap,
    wanted: &dyn Fn(&Config, &mut Report) -> Wanted,
    report: &mut Report,
    mut text: impl FnMut(&Inspected<'_>, &Schema, &mut Report) -> String,
) {
    if report.count(Severity::Error) > 0 {
        return;
    }
    let mut watch = Watch::new(screen);
    let (mut texts, mut reports) = (Vec::new(), Vec::new());
    for input in inputs {
        let mut own = Report::default();
        let config = config.of(&input.own);
        let wanted = wanted(&config, &mut own);
        if own.count(Severity::Error) > 0 {
            texts.push(String::new());
            reports.push(own);
            continue;
        }
        let site = input.site(options, &config, sources, &mut own);
        let schema = input.with(&site, |input| crate::compile(input, &wanted, sources, &mut own, &mut |stage| watch.enter(stage)));
        input.report_refused(&mut own);
        watch.enter("emit");
        let inspected = Inspected { profile: input.profile(), chosen: wanted.names.as_deref() };
        texts.push(text(&inspected, &schema, &mut own));
        reports.push(own);
    }
    watch.finish();
    let beside = findings::beside_the_point(inputs, &reports);
    findings::take_in(reports, &beside, report);
    let shown: Vec<(&Source, &String)> = inputs
        .iter()
        .zip(&texts)
        .zip(&beside)
        .filter(|((_, text), beside)| !**beside && !text.is_empty())
        .map(|(shown, _)| shown)
        .collect();
    for (input, text) in &shown {
        let head = if shown.len() > 1 { format!("{}\n\n", input.head()) } else { String::new() };
        print(&(head + text), report);
    }
    if options.timings {
        let (count, bytes) = inputs.iter().map(inputs::Source::count).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        screen.at_the_end(&watch.table(count, bytes));
    }
}

fn parse_only(options: &Inspect, config: &Config, screen: &Screen, report: &mut Report) {
    let mut watch = Watch::new(screen);
    let trees = inputs::folders(&options.inputs, config, report);
    for tree in &trees {
        watch.enter("parse");
        let census = census(tree);
        watch.finish();
        let mut out = String::new();
        for finding in &census.findings {
            let place = crate::source::Tree::display(tree, &finding.path);
            let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
            let _ = writeln!(out, "{place}{line}: {}", finding.message);
        }
        let whole = census.files - census.understood;
        let _ = writeln!(out, "{} PHP files, {} bytes: {} understood fully, {whole} not", census.files, census.bytes, census.understood);
        print(&out, report);
        if census.files == 0 {
            report.push(Diagnostic::new(Code::C022, "there is no PHP file in the folder"));
        } else if whole > 0 {
            report.push(Diagnostic::new(Code::M001, format!("{whole} of {} files were not understood fully", census.files)));
        }
        if options.inputs.timings {
            let (count, bytes) = tree.count();
            screen.at_the_end(&watch.table(count, bytes));
        }
    }
}
