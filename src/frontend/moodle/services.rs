//! What `db/services.php` of core and of every plugin registers. In: a world. Out: a [`Survey`]: functions and services, nothing
//! evaluated yet beside those files themselves.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxHashMap;

use super::desc::{Entry, Failure};
use super::lane;
use super::release::Release;
use super::values;
use super::world::World;
use crate::ir::{Literal, Origin};
use crate::php::eval::Interp;
use crate::php::value::{Array, Key, Value};
use crate::report::{Code, Diagnostic, Report};
use crate::source::Span;

/// With fewer plugins than this all is read before a second thread has begun.
const FEW: usize = 40;

/// What a tree registers.
#[derive(Debug, Default)]
pub struct Survey {
    /// Which Moodle.
    pub release: Release,
    /// External functions by name, in the order in which Moodle installs them.
    pub functions: IndexMap<String, Registered>,
    /// Built-in services in order.
    pub services: Vec<Service>,
    /// The files that were read for this, as a person finds them.
    pub files: Vec<String>,
}

impl Survey {
    /// What to say of a tree that registers no function.
    pub fn nothing(&self) -> Diagnostic {
        let looked = match self.files.as_slice() {
            [] => "There is no such file.".to_owned(),
            files => format!("Read: {}.", shortened(files)),
        };
        Diagnostic::new(Code::N009, "the input declares no external functions")
            .note(format!("Core declares functions in lib/db/services.php, and a plugin in its own db/services.php. {looked}"))
    }
}

/// Names with commas, the end left out where there are many.
fn shortened(names: &[String]) -> String {
    match names {
        [first, second, third, _, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len() + 1),
        few => few.join(", "),
    }
}

/// A function's entry.
#[derive(Debug, Clone)]
pub struct Registered {
    /// What the entry says.
    pub entry: Entry,
    /// Where it stands.
    pub origin: Origin,
    /// Set when the entry itself is broken.
    pub broken: Option<Failure>,
}

/// A service that code declares.
#[derive(Debug, Clone)]
pub struct Service {
    /// Name for people: the key in `$services`.
    pub name: String,
    /// `shortname`
    pub shortname: Option<String>,
    /// Component that declares it; `moodle` for core.
    pub component: String,
    /// Effective members: those listed, then those whose own entry names the service.
    pub functions: Vec<String>,
    /// `enabled`, with Moodle's default filled in, like the ones below.
    pub enabled: Literal,
    /// `restrictedusers`
    pub restrictedusers: Literal,
    /// `downloadfiles`
    pub downloadfiles: Literal,
    /// `uploadfiles`
    pub uploadfiles: Literal,
    /// `requiredcapability`
    pub requiredcapability: Literal,
    /// Where it stands.
    pub origin: Origin,
}

/// What one `db/services.php` registers, before it is held against the others.
#[derive(Default)]
struct Part {
    file: String,
    functions: Vec<(String, Registered)>,
    services: Vec<Service>,
    findings: Report,
}

/// Reads every `db/services.php`: that of core, which has as much in it as all the others together, beside those of plugins.
pub fn survey(world: &World<'_>, report: &mut Report) -> Survey {
    let core = [("moodle".to_owned(), "lib".to_owned())];
    let plugins: Vec<_> = world.components().installed().map(|plugin| (plugin.component(), plugin.dir)).collect();
    let lanes = if plugins.len() < FEW { vec![[core.as_slice(), &plugins].concat()] } else { vec![core.to_vec(), plugins] };
    let mut out = Survey { release: world.release.clone(), ..Survey::default() };
    for part in lane::side_by_side(world, &lanes, &|world, components| parts(world, components)).into_iter().flatten() {
        join(&mut out, part, report);
    }
    join_services(&mut out);
    for problem in world.files.take_problems() {
        report.push(problem);
    }
    world.take_findings();
    out
}

/// Reads the files of these components: names and folders.
fn parts(world: &World<'_>, components: &[(String, String)]) -> Vec<Part> {
    let mut interp = Interp::new(world.files.arena(), world.files.sources(), world);
    let mut out = Vec::new();
    for (component, dir) in components {
        let path = format!("{dir}/db/services.php");
        // Moodle installs a plugin, and with it its functions, by its version.php.
        if world.files.is_file(&path) && (component == "moodle" || world.files.is_file(&format!("{dir}/version.php"))) {
            out.push(read(world, &mut interp, component, &path));
            interp.reset();
        }
    }
    out
}

fn read<'a>(world: &World<'a>, interp: &mut Interp<'a, '_>, component: &str, path: &str) -> Part {
    let shown = world.files.display(path);
    let mut out = Part { file: shown.clone(), ..Part::default() };
    // One that cannot be read is among the problems of the loader.
    if world.files.php(path).is_none() {
        return out;
    }
    let vars = match interp.include(path) {
        Ok(vars) => vars,
        Err(stop) => {
            out.findings.push(Diagnostic::new(Code::M013, format!("{shown} cannot be evaluated: {stop}")).at(stop.at()));
            return out;
        }
    };
    if let Some(lack) = world.files.php(path).and_then(|file| world.lack_of(file.file)) {
        let what = format!("{shown} cannot be evaluated: it requires {}, which is not there", world.files.display(&lack.path));
        out.findings.push(Diagnostic::new(Code::M013, what).at(Some(lack.at)));
        return out;
    }
    match vars.get("functions") {
        Some(Value::Array(functions)) => {
            // A file may have millions of them, so it is said once.
            let mut nameless = functions.entries.iter().filter(|(name, _)| matches!(name, Key::Int(_))).map(|(_, item)| item);
            if let Some(item) = nameless.next() {
                let what = match nameless.count() {
                    0 => format!("an entry of $functions in {shown} has no name"),
                    more => format!("{} entries of $functions in {shown} have no names", more + 1),
                };
                out.findings.push(Diagnostic::new(Code::M014, what).at(item.at));
            }
            for (name, item) in &functions.entries {
                let Key::Str(name) = name else { continue };
                out.functions.push((name.to_string(), registered(world, interp, component, name, &item.value, item.at)));
            }
        }
        None | Some(Value::Null) => {}
        Some(_) => out.findings.push(Diagnostic::new(Code::M013, format!("$functions in {shown} is no array"))),
    }
    match vars.get("services") {
        Some(Value::Array(services)) => {
            for (name, item) in &services.entries {
                let name = match name {
                    Key::Str(name) => name.to_string(),
                    Key::Int(n) => n.to_string(),
                };
                let Value::Array(service) = &item.value else {
                    let what = format!("the service `{name}` in {shown} is no array");
                    out.findings.push(Diagnostic::new(Code::M014, what).at(item.at));
                    continue;
                };
                out.services.push(self::service(world, interp, component, name, service, item.at));
            }
        }
        None | Some(Value::Null) => {}
        Some(_) => out.findings.push(Diagnostic::new(Code::M013, format!("$services in {shown} is no array"))),
    }
    out
}

/// Takes in what a file registers. Of two functions with one name, and of two services with one short name, the first is kept.
fn join(out: &mut Survey, part: Part, report: &mut Report) {
    report.absorb(part.findings);
    out.files.push(part.file);
    for (name, registered) in part.functions {
        let at = registered.origin.span;
        if let Some(first) = out.functions.get(&name) {
            let component = &registered.entry.component;
            let what = format!("the function {name} is registered by {} and by {component}", first.entry.component);
            report.push(kept(Diagnostic::new(Code::M015, what).at(at).about(&name), &first.origin));
            continue;
        }
        if let Some(Failure { message, .. }) = &registered.broken {
            report.push(Diagnostic::new(Code::M014, message.clone()).at(at).about(&name));
        }
        out.functions.insert(name, registered);
    }
    for service in part.services {
        if let (Some(shortname), Some(first)) = (&service.shortname, known_service(out, service.shortname.as_deref())) {
            let what = format!(
                "the services `{}` of {} and `{}` of {} have one short name, `{shortname}`",
                first.name, first.component, service.name, service.component
            );
            report.push(kept(Diagnostic::new(Code::M037, what).at(service.origin.span), &first.origin));
            continue;
        }
        out.services.push(service);
    }
}

/// Points at the one of two that is kept.
fn kept(finding: Diagnostic, first: &Origin) -> Diagnostic {
    match first.span {
        Some(span) => finding.label(span, "this one is kept"),
        None => finding,
    }
}

fn known_service<'s>(out: &'s Survey, shortname: Option<&str>) -> Option<&'s Service> {
    out.services.iter().find(|service| shortname.is_some() && service.shortname.as_deref() == shortname)
}

/// The entry of a function.
fn registered<'a>(
    world: &World<'a>,
    interp: &Interp<'a, '_>,
    component: &str,
    name: &str,
    value: &Value<'a>,
    at: Option<Span>,
) -> Registered {
    let empty = Array::default();
    let fields = if let Value::Array(fields) = value { fields.as_ref() } else { &empty };
    let get = |key: &str| fields.entries.get(key).map_or(Literal::Null, |item| values::literal(interp, &item.value));
    let or = |key: &str, default: Literal| match get(key) {
        Literal::Null => default,
        value => value,
    };
    let text = |key: &str| match get(key) {
        Literal::Str(text) if !text.is_empty() => Some(text),
        _ => None,
    };
    let classname = text("classname");
    let broken = if !matches!(value, Value::Array(_)) {
        Some(format!("the entry of {name} is no array"))
    } else if classname.is_none() {
        Some(format!("the entry of {name} names no class"))
    } else {
        None
    };
    let broken = broken.map(|message| Failure { code: Code::M014.name(), message });
    let entry = Entry {
        component: component.to_owned(),
        classname: classname.unwrap_or_default(),
        methodname: text("methodname").unwrap_or_else(|| "execute".to_owned()),
        classpath: get("classpath"),
        description: get("description"),
        kind: get("type"),
        ajax: get("ajax"),
        capabilities: get("capabilities"),
        services: get("services"),
        loginrequired: or("loginrequired", Literal::Bool(true)),
        readonlysession: or("readonlysession", Literal::Bool(false)),
    };
    Registered { entry, origin: values::origin(world.files.sources(), at, name), broken }
}

fn service<'a>(world: &World<'a>, interp: &Interp<'a, '_>, component: &str, name: String, fields: &Array<'a>, at: Option<Span>) -> Service {
    let get = |key: &str| match fields.entries.get(key) {
        Some(item) => values::literal(interp, &item.value),
        None => Literal::Null,
    };
    // Moodle takes `empty()` values of these two as absent, and only null ones of the others.
    let filled = |key: &str, default: Literal| if falsy(&get(key)) { default } else { get(key) };
    let set = |key: &str, default: i64| match get(key) {
        Literal::Null => Literal::Int(default),
        value => value,
    };
    let mut functions = IndexSet::new();
    if let Literal::Array(items) = get("functions") {
        functions.extend(items.into_iter().filter_map(|(_, item)| if let Literal::Str(name) = item { Some(name) } else { None }));
    }
    Service {
        shortname: match get("shortname") {
            Literal::Str(shortname) if !shortname.is_empty() => Some(shortname),
            _ => None,
        },
        component: component.to_owned(),
        functions: functions.into_iter().collect(),
        enabled: filled("enabled", Literal::Int(0)),
        restrictedusers: set("restrictedusers", 1),
        downloadfiles: set("downloadfiles", 0),
        uploadfiles: set("uploadfiles", 0),
        requiredcapability: filled("requiredcapability", Literal::Null),
        origin: values::origin(world.files.sources(), at, &name),
        name,
    }
}

/// What PHP's `empty()` says.
pub fn falsy(value: &Literal) -> bool {
    match value {
        Literal::Null | Literal::Bool(false) | Literal::Int(0) => true,
        Literal::Float(n) => *n == 0.0,
        Literal::Str(text) => text.is_empty() || text == "0",
        Literal::Array(items) => items.is_empty(),
        Literal::Bool(true) | Literal::Int(_) | Literal::Runtime(_) => false,
    }
}

/// Adds to each service the functions whose own entries name it.
fn join_services(out: &mut Survey) {
    let places: FxHashMap<String, usize> =
        out.services.iter().enumerate().filter_map(|(at, service)| Some((service.shortname.clone()?, at))).collect();
    let mut members: Vec<IndexSet<String>> =
        out.services.iter_mut().map(|service| std::mem::take(&mut service.functions).into_iter().collect()).collect();
    for (name, function) in &out.functions {
        let Literal::Array(named) = &function.entry.services else { continue };
        for (_, shortname) in named {
            if let Literal::Str(shortname) = shortname
                && let Some(&at) = places.get(shortname)
            {
                members[at].insert(name.clone());
            }
        }
    }
    for (service, members) in out.services.iter_mut().zip(members) {
        service.functions = members.into_iter().collect();
    }
}
