//! `mwsc migrate`: hold an interface and a Moodle against the crosswalk, and report.

use std::path::{Path, PathBuf};

use super::args::{Inputs, Migrate, MigrateFormat};
use super::config::Config;
use super::inputs::{self, Source};
use super::screen::{Screen, Watch};
use super::tree::plain;
use super::write;
use crate::pass::choose::Wanted;
use crate::pass::crosswalk::{self, source::Crosswalk};
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::SourceMap;

/// Longest crosswalk that is read, in bytes.
const MAX_CROSSWALK: u64 = 4 * 1024 * 1024;

/// Runs the command.
pub fn migrate(options: &Migrate, config: &Config, screen: &Screen, sources: &SourceMap, report: &mut Report) {
    let mut watch = Watch::new(screen);
    watch.enter("open");
    let from = Inputs { inputs: options.from.clone(), class: options.class.clone(), ..Inputs::default() };
    let to = Inputs { inputs: vec![options.to.clone()], ..Inputs::default() };
    let written = read(options.crosswalk.as_deref(), sources, report);
    let Some((source, tree)) = one(&from, config, report).zip(one(&to, config, report)) else { return watch.finish() };
    let Some(written) = written.filter(|_| report.count(Severity::Error) == 0) else { return watch.finish() };
    let site = tree.site(&to, config, sources, report);
    let names = crosswalk::functions(&written);
    let moodle = tree
        .with_moodle(&site, report, |moodle, report| crate::functions(moodle, &names, sources, report, &mut |stage| watch.enter(stage)));
    tree.report_refused(report);
    let Some(moodle) = moodle else { return watch.finish() };
    let errors = report.count(Severity::Error);
    let schema = source.with(&site, |input| crate::compile(input, &Wanted::default(), sources, report, &mut |stage| watch.enter(stage)));
    source.report_refused(report);
    // Of a source that could not be read nothing is known: that was said, and no more can be.
    if schema.services().len() == 0 && report.count(Severity::Error) > 0 {
        return watch.finish();
    }
    if crosswalk::applies(&schema).is_empty() {
        // What could not be read has said so, and would declare more.
        if report.count(Severity::Error) > errors {
            return watch.finish();
        }
        let message = format!("{} declares no service whose calls carry a session", source.about());
        let help = "the crosswalk is for interfaces like that of the OK Tech web services; functions of Moodle need no migration";
        report.push(Diagnostic::new(Code::C033, message).help(help));
        return watch.finish();
    }
    watch.enter("report");
    let formats: Vec<&str> = options.format.iter().map(|format| format.name()).collect();
    let files = crate::migrate(&schema, &moodle, &written, &formats, report);
    let dir = options.output.clone().or_else(|| config.output.clone()).unwrap_or_else(|| PathBuf::from("out"));
    let shown = dir.display().to_string();
    let how = write::How { force: options.force, ..write::How::default() };
    let done = write::write(&dir, &shown, &files, how, report);
    watch.finish();
    for path in &done.written {
        screen.say(&format!("wrote {shown}/{path}"));
    }
}

impl MigrateFormat {
    fn name(self) -> &'static str {
        match self {
            MigrateFormat::Html => "html",
            MigrateFormat::Md => "md",
            MigrateFormat::Json => "json",
        }
    }
}

/// The one input of a side.
fn one(options: &Inputs, config: &Config, report: &mut Report) -> Option<Source> {
    let mut inputs = inputs::open(options, config, report);
    if inputs.len() > 1 {
        let message = format!("`mwsc migrate` takes one interface and one Moodle, not {}", inputs.len());
        report.push(Diagnostic::new(Code::C008, message));
        return None;
    }
    inputs.pop()
}

/// The crosswalk of a file, or that which comes with the compiler.
fn read(path: Option<&Path>, sources: &SourceMap, report: &mut Report) -> Option<Crosswalk> {
    let Some(path) = path else {
        let (file, _) = sources.add("crosswalk.toml", crosswalk::SHOWN.to_owned(), crosswalk::BUILT_IN.as_bytes().to_vec());
        return Some(crosswalk::read(file, sources, report));
    };
    let shown = path.display().to_string();
    let bytes = std::fs::metadata(path).and_then(|meta| {
        if meta.len() > MAX_CROSSWALK {
            return Err(std::io::Error::other(format!("{} bytes; the limit is {MAX_CROSSWALK}", meta.len())));
        }
        std::fs::read(path)
    });
    match bytes {
        Ok(bytes) => {
            let (file, _) = sources.add(&shown, shown.clone(), bytes);
            Some(crosswalk::read(file, sources, report))
        }
        Err(why) => {
            report.push(Diagnostic::new(Code::C023, format!("cannot read `{shown}`: {}", plain(&why))));
            None
        }
    }
}
