//! `mwsc`, the Moodle web service compiler: reads Moodle's PHP without running it, and writes typed descriptions of its web services.
//!
//! [`compile`] is the front half and reads as a table of contents: read, choose, link, check; for a Moodle, reading is survey, choose,
//! describe and lower. [`emit`] is the back half: every target plans and writes into [`files::Files`]. What always holds:
//!
//! - Dependencies point one way: `source, report ← ir ← {frontend, pass, backend} ← lib ← cli`. Front ends, passes and back ends never use
//!   each other.
//! - Nothing here reads a disk, a clock or the environment; files come through a [`source::Tree`], and only [`cli`] has one that reads
//!   disks. Files are read when they are needed: a Moodle has 20,000 of them, and a compile needs some hundreds.
//! - Nothing here fails or panics on account of an input. What is not understood is in the [`report::Report`], with its place, and is left
//!   out by name; the rest is compiled.
//! - Output depends on inputs alone, to the byte.
//! - A [`ir::Schema`] that was checked is closed and valid; back ends only read it.

pub mod appinfo;
pub mod backend;
pub mod cli;
pub mod convention;
pub mod files;
pub mod frontend;
pub mod ir;
pub mod params;
pub mod pass;
pub mod php;
pub mod releases;
pub mod report;
pub mod source;

use bumpalo::Bump;
use indexmap::IndexSet;

use backend::{Backend, Options, migration};
use files::Files;
use frontend::moodle::describe::Finish;
use frontend::moodle::loader::Loader;
use frontend::moodle::release::Release;
use frontend::moodle::{self, Site, Survey, World};
use frontend::{Asked, Frontend};
use ir::{Fragment, OpId, Schema, ServiceDef, ServiceId};
use pass::choose::{Wanted, choose};
use pass::crosswalk::{self, source::Crosswalk as Written};
use pass::select::{self, Candidate};
use report::{Code, Diagnostic, Report, Severity};
use source::{SourceMap, Tree};

/// Something to compile.
#[derive(Clone, Copy)]
pub enum Input<'t> {
    /// PHP that registers and describes functions as Moodle does.
    Moodle(Moodle<'t>),
    /// Files that declare an interface otherwise.
    Interface(Interface<'t>),
}

/// A Moodle, or plugins laid over one.
#[derive(Clone, Copy)]
pub struct Moodle<'t> {
    /// Its files, relative to `$CFG->dirroot`.
    pub tree: &'t dyn Tree,
    /// Which Moodle this is.
    pub release: &'t Release,
    /// What the site has configured.
    pub site: &'t Site,
    /// Whether plugins stand alone, without a Moodle.
    pub lone: bool,
}

/// Files for one of the [`FRONTENDS`](frontend::FRONTENDS).
#[derive(Clone, Copy)]
pub struct Interface<'t> {
    /// What understands them.
    pub frontend: &'static Frontend,
    /// Which.
    pub asked: Asked<'t>,
}

/// Told of each stage as it begins.
pub type OnStage<'f> = &'f mut dyn FnMut(&'static str);

/// Compiles the services of one input that are wanted.
pub fn compile(input: Input<'_>, wanted: &Wanted, sources: &SourceMap, report: &mut Report, stage: OnStage<'_>) -> Schema {
    let fragment = match input {
        Input::Moodle(input) => read_moodle(input, wanted, sources, report, stage),
        Input::Interface(input) => read_interface(input, wanted, sources, report, stage),
    };
    stage("link");
    let schema = pass::link(vec![fragment], report);
    pass::check(&schema, report);
    schema
}

/// Files say all at once what they declare, so services are chosen of what was read. What no service lists stays in the schema, because
/// records may be defined there.
fn read_interface(input: Interface<'_>, wanted: &Wanted, sources: &SourceMap, report: &mut Report, stage: OnStage<'_>) -> Fragment {
    stage("read");
    let mut fragment = (input.frontend.read)(input.asked, sources, report);
    pass::session::mark(&mut fragment, &convention::oktech().session);
    pass::kind::mark(&mut fragment, &convention::oktech().kinds);
    pass::mend::mend(&mut fragment, &convention::oktech().mends, report);
    let all: Vec<Candidate<'_>> = fragment.candidates().map(|(name, component)| Candidate { name, component }).collect();
    let chosen = choose(fragment.services.clone(), &all, wanted, report);
    chosen.into(fragment)
}

/// Of a Moodle only what services need is described. Syntax trees, values and descriptions are gone when this ends, before linking needs
/// memory.
fn read_moodle(input: Moodle<'_>, wanted: &Wanted, sources: &SourceMap, report: &mut Report, stage: OnStage<'_>) -> Fragment {
    let arena = Bump::new();
    let world = world(input, &arena, sources);
    stage("survey");
    let mut found = Report::default();
    let survey = moodle::survey(&world, &mut found);
    let mut chosen = choose(moodle::lower::services(&survey), &candidates(&survey), wanted, report);
    if input.lone {
        chosen.without_moodle(&candidates(&survey), report);
    }
    about(&chosen.functions, &found, report);
    if let Some(site) = &wanted.site {
        of_one_release(&Release::parse(site), input, report);
    }
    stage("describe");
    let functions = moodle::describe(&world, &survey, &chosen.functions, &|function| function, report);
    stage("lower");
    chosen.into(moodle::lower(&survey, &functions, report))
}

/// Says when the site that names the functions is of another release than the tree that describes them.
fn of_one_release(site: &Release, input: Moodle<'_>, report: &mut Report) {
    let known = !site.number.is_empty() && !input.release.number.is_empty();
    if known && site.version != input.release.version {
        let message = format!("the site runs Moodle {}, and the tree is Moodle {}", site.number, input.release.number);
        report.push(Diagnostic::new(Code::C028, message).help("compile the tree of the release that the site runs"));
    }
}

/// Takes in what was found in a survey, less what is wrong with functions that nobody asked for.
fn about(functions: &[String], found: &Report, report: &mut Report) {
    let asked = |finding: &&Diagnostic| finding.subject.as_ref().is_none_or(|subject| functions.contains(subject));
    found.iter().filter(asked).for_each(|finding| report.push(finding.clone()));
}

/// Writes the artifacts of every service of a schema for some targets. `sources` are the files that the schema was read from.
pub fn emit(
    schema: &Schema,
    targets: &[&Backend],
    options: &Options,
    sources: &SourceMap,
    report: &mut Report,
    stage: OnStage<'_>,
) -> Files {
    stage("emit");
    let (full, empty): (Vec<ServiceId>, Vec<ServiceId>) = schema.services().partition(|id| schema.operations(*id).len() > 0);
    for id in empty {
        let service = schema.service(id);
        let message = format!("no function is left in the service `{}`", service.shortname);
        report.push(Diagnostic::new(Code::C032, message).at(service.origin.span).about(&service.shortname));
    }
    if schema.services().len() == 0 && report.count(Severity::Error) == 0 {
        let help = "make one on the spot with `--functions '*' --name all`, or define one in the configuration";
        report.push(Diagnostic::new(Code::C033, "there is no service to compile").help(help));
    }
    let mut out = Files::default();
    if !full.is_empty() {
        let options = with_crosswalk(schema, targets, options, sources, report);
        for target in targets {
            (target.generate)(schema, &full, &options, sources, report, &mut out);
        }
    }
    out
}

/// The options, with the crosswalk where a target has a place for it and the schema has operations that need one.
fn with_crosswalk(schema: &Schema, targets: &[&Backend], options: &Options, sources: &SourceMap, report: &mut Report) -> Options {
    let mut options = options.clone();
    if targets.iter().any(|target| target.name == "manifest") && !crosswalk::applies(schema).is_empty() {
        let (file, _) = sources.add("crosswalk.toml", crosswalk::SHOWN.to_owned(), crosswalk::BUILT_IN.as_bytes().to_vec());
        let written = crosswalk::read(file, sources, report);
        options.crosswalk = crosswalk::check(&written, schema, None, report);
    }
    options
}

/// What moving the operations of a schema to a Moodle means, service by service, in some forms of
/// [`FORMATS`](backend::migration::FORMATS).
pub fn migrate(schema: &Schema, moodle: &Schema, written: &Written, formats: &[&str], report: &mut Report) -> Files {
    let mapped = crosswalk::check(written, schema, Some(moodle), report);
    let changes = crosswalk::changes(written, schema);
    let all = crosswalk::applies(schema);
    let release = moodle.releases().first().map(String::as_str).unwrap_or_default();
    let mut out = Files::default();
    for id in schema.services() {
        let operations: Vec<OpId> = schema.operations(id).filter(|op| all.contains(op)).collect();
        if operations.is_empty() {
            continue;
        }
        let subject = migration::Subject { schema, operations: &operations, service: &schema.service(id).shortname, release };
        let view = migration::view(subject, &mapped, &changes);
        for format in formats {
            migration::write(&view, format, &mut out);
        }
    }
    out
}

/// Describes those of some functions that a Moodle has, for whoever looks at functions of other people's: what is wrong with others is
/// not said.
pub fn functions(input: Moodle<'_>, names: &IndexSet<String>, sources: &SourceMap, report: &mut Report, stage: OnStage<'_>) -> Schema {
    let mut found = Report::default();
    let arena = Bump::new();
    let world = world(input, &arena, sources);
    stage("survey");
    let survey = moodle::survey(&world, &mut found);
    let wanted: Vec<String> = survey.functions.keys().filter(|&name| names.contains(name)).cloned().collect();
    stage("describe");
    let functions = moodle::describe(&world, &survey, &wanted, &|function| function, &mut found);
    let fragment = moodle::lower(&survey, &functions, &mut found);
    stage("link");
    let schema = pass::link(vec![Fragment { services: Vec::new(), ..fragment }], &mut found);
    pass::check(&schema, &mut found);
    for finding in found.iter().filter(|finding| finding.code.severity() == Severity::Error) {
        if finding.subject.as_ref().is_some_and(|subject| names.contains(subject)) {
            report.push(finding.clone());
        }
    }
    schema
}

/// Describes the functions that patterns select, as the release's own PHP builds them, and gives what becomes of each: what
/// `mwsc describe` prints.
pub fn describe<T: Send>(
    input: Moodle<'_>,
    patterns: &[String],
    finish: Finish<'_, T>,
    sources: &SourceMap,
    report: &mut Report,
    stage: OnStage<'_>,
) -> (Survey, Vec<T>) {
    let arena = Bump::new();
    let world = world(input, &arena, sources);
    stage("survey");
    let mut found = Report::default();
    let survey = moodle::survey(&world, &mut found);
    let names = if survey.functions.is_empty() {
        report.push(survey.nothing());
        Vec::new()
    } else {
        select::functions(patterns, &candidates(&survey), report)
    };
    about(&names, &found, report);
    stage("describe");
    let functions = moodle::describe(&world, &survey, &names, finish, report);
    (survey, functions)
}

/// The services that an input declares, with their members, and how many functions it has: what `mwsc init` goes by. Nothing is evaluated
/// but `db/services.php`.
pub fn declared(input: Moodle<'_>, sources: &SourceMap, report: &mut Report) -> (Vec<ServiceDef>, usize) {
    let arena = Bump::new();
    let world = world(input, &arena, sources);
    let survey = moodle::survey(&world, report);
    (moodle::lower::services(&survey), survey.functions.len())
}

fn world<'a>(input: Moodle<'a>, arena: &'a Bump, sources: &'a SourceMap) -> World<'a> {
    World::new(Loader::new(arena, sources, input.tree), input.release.clone(), input.site.clone(), input.lone)
}

fn candidates(survey: &Survey) -> Vec<Candidate<'_>> {
    survey.functions.iter().map(|(name, function)| Candidate { name, component: &function.entry.component }).collect()
}
