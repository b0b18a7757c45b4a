//! What Moodle says of its external functions: `external_function_info()` of that release, with the evaluator in PHP's place.
//!
//! In: a world, a survey and the names of functions. Out: their descriptions, or why there are none. Only what is asked for is read.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::desc::{Desc, Described, Failure, Function};
use super::objects::{self, Classes, Wrong};
use super::services::{Registered, Survey};
use super::values;
use super::world::{Lack, World};
use super::{doubt, lacking, lane};
use crate::ir::{Literal, Origin};
use crate::php::eval::{Interp, Stop};
use crate::php::host::{EvalFinding, FindingKind, Host as _};
use crate::php::value::Value;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{Span, plain_path};

/// What becomes of each function that was described, on the thread that described it.
pub type Finish<'f, T> = &'f (dyn Fn(Function) -> T + Sync);

/// Describes the named functions, in the order of the survey. Names that are not registered are left out; see `select`.
pub fn describe<T: Send>(world: &World<'_>, survey: &Survey, names: &[String], finish: Finish<'_, T>, report: &mut Report) -> Vec<T> {
    describe_in(world, survey, names, lane::count(names.len()), finish, report)
}

/// The same in so many lanes at most. What comes out is the same for any number.
pub(super) fn describe_in<T: Send>(
    world: &World<'_>,
    survey: &Survey,
    names: &[String],
    lanes: usize,
    finish: Finish<'_, T>,
    report: &mut Report,
) -> Vec<T> {
    let mut wanted: Vec<usize> = names.iter().filter_map(|name| survey.functions.get_index_of(name)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut missing = Missing::default();
    let mut unparsed = FxHashSet::default();
    let mut out = Vec::with_capacity(wanted.len());
    for (at, outcome) in lane::run(world, survey, &wanted, lanes, finish) {
        let Some((name, _)) = survey.functions.get_index(at) else { continue };
        let Outcome { made, findings, syntax, core } = outcome;
        report.absorb(findings);
        // Each lane meets a body that was not understood for itself; it is said of the first function that needs it.
        for finding in syntax {
            if unparsed.insert((finding.at, finding.message.clone())) {
                report.push(Diagnostic::new(Code::M001, finding.message).at(finding.at).about(name));
            }
        }
        if let Some(class) = core {
            missing.classes.insert(class);
            missing.functions.push(name.clone());
        }
        out.push(made);
    }
    missing.report(world, report);
    for problem in world.files.take_problems() {
        report.push(problem);
    }
    out
}

/// What describing one function gives.
pub(super) struct Outcome<T> {
    made: T,
    findings: Report,
    /// Bodies on the way that were not understood and were not met before in this lane.
    syntax: Vec<EvalFinding>,
    /// The core class that is missing, where that is all that is wrong.
    core: Option<String>,
}

/// The class that asks for descriptions, under its names before and since Moodle 4.2.
const EXTERNAL_API: [&str; 2] = ["core_external\\external_api", "external_api"];

/// Describes functions one after the other: those at these places of the survey.
pub(super) fn in_turn<T>(world: &World<'_>, survey: &Survey, wanted: &[usize], finish: Finish<'_, T>) -> Vec<(usize, Outcome<T>)> {
    let mut interp = Interp::new(world.files.arena(), world.files.sources(), world);
    let mut classes = Classes::default();
    let registered = wanted.iter().filter_map(|&at| Some((at, survey.functions.get_index(at)?)));
    let describe = registered.map(|(at, (name, registered))| {
        let Outcome { made, findings, syntax, core } = function(world, &mut interp, &mut classes, name, registered);
        interp.reset();
        (at, Outcome { made: finish(made), findings, syntax, core })
    });
    describe.collect()
}

/// Core classes that are not there because no base tree is: one finding for the run.
#[derive(Default)]
struct Missing {
    classes: indexmap::IndexSet<String>,
    functions: Vec<String>,
}

impl Missing {
    fn report(self, world: &World<'_>, report: &mut Report) {
        if self.functions.is_empty() {
            return;
        }
        let classes: Vec<String> = self.classes.into_iter().collect();
        let what = format!("{} is not there: the plugin was read without a Moodle tree", classes.join(", "));
        report.push(Diagnostic::new(Code::M024, what).note(format!("Left out for this: {}.", self.functions.join(", "))).help(format!(
            "give the Moodle tree that the plugin is for, with `--base` (rules of Moodle {}.{} were taken)",
            world.release.version.0, world.release.version.1
        )));
    }
}

/// A failure on the way, with its place.
struct Broken {
    code: Code,
    message: String,
    at: Option<Span>,
    /// The core class that is missing, where that is all that is wrong.
    core: Option<String>,
}

impl Broken {
    fn new(code: Code, message: String, at: Option<Span>) -> Self {
        Broken { code, message, at, core: None }
    }
}

/// A failure of a description. Without a tree, a class that is missing is one of core's.
fn wrong(world: &World<'_>, wrong: Wrong) -> Broken {
    let missing = wrong.missing.filter(|_| world.lone);
    let code = if missing.is_some() { Code::M024 } else { wrong.code };
    Broken { code, message: wrong.message, at: wrong.at, core: missing }
}

fn function<'a>(
    world: &World<'a>,
    interp: &mut Interp<'a, '_>,
    classes: &mut Classes,
    name: &str,
    registered: &Registered,
) -> Outcome<Function> {
    let mut out = Outcome {
        made: Function {
            name: name.to_owned(),
            entry: registered.entry.clone(),
            deprecated: false,
            described: Err(Failure { code: Code::M014.name(), message: String::new() }),
            origin: registered.origin.clone(),
        },
        findings: Report::default(),
        syntax: Vec::new(),
        core: None,
    };
    if let Some(broken) = &registered.broken {
        out.made.described = Err(broken.clone());
        return out;
    }
    let entry_at = registered.origin.span;
    let class = registered.entry.classname.trim_start_matches('\\');
    let described = info(world, interp, classes, registered, &mut out.made.deprecated);
    let lack = match &described {
        Ok(described) => lacking::of_class(world, interp, class).or_else(|| lacking::of_description(world, described)),
        Err(_) => lacking::of_class(world, interp, class),
    };
    let described = match (described, &lack) {
        (Ok(_), Some(lack)) => Err(Broken::new(Code::M016, lacks(world, lack), Some(lack.at))),
        (described, _) => described,
    };
    out.made.described = match described {
        Ok(described) => {
            doubt::look(name, &described, world.release.php().0, &mut out.findings);
            Ok(described)
        }
        Err(broken) => {
            let failure = Failure { code: broken.code.name(), message: broken.message.clone() };
            if broken.core.is_some() {
                out.core = broken.core;
            } else {
                let at = broken.at.or(entry_at);
                let mut finding = Diagnostic::new(broken.code, format!("{name}: {}", broken.message)).at(at).about(name);
                if let (Some(entry), true) = (entry_at, at != entry_at) {
                    finding = finding.label(entry, "registered here");
                }
                if let (Some(lack), true) = (&lack, broken.code != Code::M016) {
                    finding = finding.note(lacks(world, lack));
                }
                out.findings.push(finding);
            }
            Err(failure)
        }
    };
    // A condition that only a site knows matters where it decides a key, and there the key says so.
    out.syntax = world.take_findings().into_iter().filter(|finding| finding.kind == FindingKind::Syntax).collect();
    out
}

/// A file that is required in vain, in words.
fn lacks(world: &World<'_>, lack: &Lack) -> String {
    let by = &world.files.sources().file(lack.at.file).shown;
    format!("{by} requires {}, which is not there", world.files.display(&lack.path))
}

/// `external_function_info()`: finds the class, checks its methods, calls the two that describe.
fn info<'a>(
    world: &World<'a>,
    interp: &mut Interp<'a, '_>,
    classes: &mut Classes,
    registered: &Registered,
    deprecated: &mut bool,
) -> Result<Described, Broken> {
    let entry = &registered.entry;
    let at = registered.origin.span;
    let class = entry.classname.trim_start_matches('\\');
    // Only the class loader is asked: what other functions made known is not there when Moodle answers a call of this one.
    let unloadable = |stop: &Stop| stopped(world, stop, &format!("{class} cannot be loaded"));
    if world.class(class).is_none() || !interp.class_exists(class).map_err(|stop| unloadable(&stop))? {
        let path = match &entry.classpath {
            Literal::Str(path) if !path.is_empty() => plain_path(path).unwrap_or_else(|| path.clone()),
            _ => format!("{}/externallib.php", world.components().dir(&entry.component).unwrap_or_default()),
        };
        if !world.files.is_file(&path) {
            let message = format!("there is no class {class} to load, and no file {path}");
            return Err(Broken::new(Code::M016, message, at));
        }
        interp.require(&path).map_err(|stop| stopped(world, &stop, &format!("{path} cannot be loaded")))?;
        if !interp.class_is_there(class).map_err(|stop| unloadable(&stop))? {
            return Err(Broken::new(Code::M017, format!("{path} declares no class {class}"), at));
        }
    }
    let method = &entry.methodname;
    let (parameters, returns, is_deprecated) =
        (format!("{method}_parameters"), format!("{method}_returns"), format!("{method}_is_deprecated"));
    for needed in [method, &parameters, &returns] {
        if !interp.method_exists(class, needed) {
            return Err(Broken::new(Code::M018, format!("{class} has no method {needed}()"), at));
        }
    }
    for needed in [&parameters, &returns] {
        // `external_api` is what calls them.
        if !EXTERNAL_API.iter().any(|api| interp.may_call(class, needed, api)) {
            let message = format!("{class}::{needed}() is hidden from external_api, which calls it");
            return Err(Broken::new(Code::M020, message, place(interp, class, needed).or(at)));
        }
    }
    if interp.method_exists(class, &is_deprecated) {
        let answer = call(world, interp, class, &is_deprecated, at)?;
        *deprecated = matches!(answer, Value::Bool(true));
    }
    let value = call(world, interp, class, &parameters, at)?;
    if !classes.is_parameters(interp, &value) {
        if let Value::Unknown(unknown) = &value {
            return Err(wrong(world, objects::unsettled(&format!("{class}::{parameters}()"), unknown, at)));
        }
        let message = format!("{class}::{parameters}() returns no external_function_parameters object");
        return Err(Broken::new(Code::M019, message, place(interp, class, &parameters).or(at)));
    }
    let declared = |interp: &mut Interp<'a, '_>, method: &str| {
        interp.class_chain(class).first().map_or_else(|| class.to_owned(), |class: &Rc<str>| class.to_string()) + "::" + method
    };
    let described = convert(world, interp, classes, &value, class, &parameters, at)?;
    let value = call(world, interp, class, &returns, at)?;
    let result = match value {
        Value::Null => None,
        value => Some(convert(world, interp, classes, &value, class, &returns, at)?),
    };
    let symbol = declared(interp, method);
    let origin = Origin { ..values::origin(world.files.sources(), place(interp, class, method), &symbol) };
    Ok(Described { parameters: described, returns: result, origin })
}

fn convert<'a>(
    world: &World<'a>,
    interp: &mut Interp<'a, '_>,
    classes: &mut Classes,
    value: &Value<'a>,
    class: &str,
    method: &str,
    at: Option<Span>,
) -> Result<Desc, Broken> {
    let at = place(interp, class, method).or(at);
    objects::convert(interp, classes, value, (class, method), at).map_err(|found| {
        let mut broken = wrong(world, found);
        broken.message = format!("{class}::{method}(): {}", broken.message);
        broken
    })
}

fn place(interp: &mut Interp<'_, '_>, class: &str, method: &str) -> Option<Span> {
    interp.method_at(class, method).map(|(_, span)| span)
}

fn call<'a>(world: &World<'a>, interp: &mut Interp<'a, '_>, class: &str, method: &str, at: Option<Span>) -> Result<Value<'a>, Broken> {
    interp
        .call_static(class, method, Vec::new(), at)
        .map_err(|stop| stopped(world, &stop, &format!("{class}::{method}() does not evaluate")))
}

fn stopped(world: &World<'_>, stop: &Stop, what: &str) -> Broken {
    let code = match stop {
        Stop::Limit { .. } => Code::M021,
        Stop::Thrown { .. } | Stop::Unparsed { .. } | Stop::Exit { .. } | Stop::Missing { .. } => Code::M020,
    };
    let mut broken = Broken::new(code, format!("{what}: {stop}"), stop.at());
    if let Stop::Missing { what, .. } = stop
        && world.lone
        && let Some(class) = what.strip_prefix("class ")
    {
        broken.code = Code::M024;
        broken.core = Some(class.to_owned());
    }
    broken
}
