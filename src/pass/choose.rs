//! Which services a run is about, and so which functions are worth evaluating.
//!
//! In: the services that an input declares, the functions that it has, and what the user wants. Out: services with their members, and the
//! functions to describe. Nothing is evaluated before this is known.

use indexmap::IndexSet;
use rustc_hash::FxHashSet;

use super::select::{self, Candidate};
use super::service::{shortname, undeclared};
use crate::ir::{Fragment, Omission, ServiceDef};
use crate::report::{Code, Diagnostic, Report};

/// What the user wants.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Services that an administrator describes by patterns (see [`select`]); their members are filled in here.
    pub made: Vec<(ServiceDef, Vec<String>)>,
    /// Services whose members are known: from a database, from a running site. They replace declared ones of the same shortname.
    pub given: Vec<ServiceDef>,
    /// The services to keep, by shortname or name. `None` keeps those that the user brings along, or all that are declared if there are none.
    pub names: Option<Vec<String>>,
    /// Patterns of functions to leave out, without a word.
    pub exclude: Vec<String>,
    /// The release of the site that was asked for functions, as it calls it.
    pub site: Option<String>,
}

/// What is to be done.
#[derive(Debug, Default, PartialEq)]
pub struct Chosen {
    /// Services with their members; those that exist and are not excluded are to be described.
    pub services: Vec<ServiceDef>,
    /// The functions to describe, in the order of declaration.
    pub functions: Vec<String>,
    /// Functions that a service was to have by their names, and that the input does not have.
    pub omitted: Vec<Omission>,
}

impl Chosen {
    /// What was read, with the services that were chosen and what they lack.
    pub fn into(self, mut read: Fragment) -> Fragment {
        read.omitted.extend(self.omitted);
        Fragment { services: self.services, ..read }
    }

    /// Leaves out what services list of a Moodle that is not there, because plugins were read by themselves: one finding for all of it.
    /// What the plugins were to have themselves is theirs.
    pub fn without_moodle(&mut self, all: &[Candidate<'_>], report: &mut Report) {
        let known: FxHashSet<&str> =
            all.iter().map(|candidate| candidate.name).chain(self.omitted.iter().map(|left| left.operation.as_str())).collect();
        let own: FxHashSet<&str> = all.iter().map(|candidate| candidate.component).collect();
        let is_own = |name: &str| own.iter().any(|component| name.strip_prefix(component).is_some_and(|rest| rest.starts_with('_')));
        let members = self.services.iter().flat_map(|service| &service.operations);
        let foreign: IndexSet<String> = members.filter(|name| !known.contains(name.as_str()) && !is_own(name)).cloned().collect();
        if foreign.is_empty() {
            return;
        }
        let message = "services list functions of a Moodle that is not there: the plugin was read without a Moodle tree";
        let names = foreign.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let finding = Diagnostic::new(Code::M024, message).note(format!("Left out for this: {names}."));
        report.push(finding.help("give the Moodle tree that the plugin is for, with `--base`"));
        self.omitted.extend(foreign.iter().map(|name| undeclared(name, Code::M024)));
    }
}

/// Applies what the user wants to what an input has.
pub fn choose(declared: Vec<ServiceDef>, all: &[Candidate<'_>], wanted: &Wanted, report: &mut Report) -> Chosen {
    let mut services = declared;
    services.retain(|service| wanted.given.iter().all(|given| shortname(given) != shortname(service)));
    if wanted.names.is_none() && !(wanted.made.is_empty() && wanted.given.is_empty()) {
        services.clear();
    }
    let known = services.len();
    services.extend(wanted.given.iter().cloned());
    services.extend(wanted.made.iter().map(|(service, _)| service.clone()));
    let mut patterns: Vec<Option<&[String]>> = vec![None; known + wanted.given.len()];
    patterns.extend(wanted.made.iter().map(|(_, patterns)| Some(patterns.as_slice())));
    let keep = wanted.names.as_ref().map(|names| kept(names, &services, report));
    let exclude = excluded(&services, all, wanted, report);
    let there: FxHashSet<&str> = all.iter().map(|candidate| candidate.name).collect();
    let mut chosen = Chosen::default();
    for (at, (mut service, patterns)) in services.into_iter().zip(patterns).enumerate() {
        if keep.as_ref().is_some_and(|keep| !keep.contains(&at)) {
            continue;
        }
        let mut found = Report::default();
        if let Some(patterns) = patterns {
            service.operations = select::functions(patterns, &with(all, select::names(patterns)), &mut found);
        }
        service.operations.retain(|name| !exclude.contains(name));
        if patterns.is_some() {
            for name in service.operations.iter().filter(|name| !there.contains(name.as_str())) {
                found.push(select::not_found(name, all));
                chosen.omitted.push(undeclared(name, Code::N008));
            }
        }
        for finding in found.iter() {
            let finding = finding.clone().at(finding.span.or(service.origin.span));
            report.push(finding.note(format!("It is asked for by the service `{}`.", service.shortname)));
        }
        // Nobody asked for a service that a tree declares and leaves empty.
        if service.operations.is_empty() && keep.is_none() && at < known {
            continue;
        }
        chosen.services.push(service);
    }
    let members: FxHashSet<&str> = chosen.services.iter().flat_map(|service| &service.operations).map(String::as_str).collect();
    chosen.functions = all.iter().map(|candidate| candidate.name).filter(|name| members.contains(name)).map(str::to_owned).collect();
    chosen
}

/// The functions that are left out on purpose. What a service names and the input does not have can be among them; a name to leave out
/// that nothing has is as good as left out.
fn excluded(services: &[ServiceDef], all: &[Candidate<'_>], wanted: &Wanted, report: &mut Report) -> FxHashSet<String> {
    let mut found = Report::default();
    let named = wanted.made.iter().flat_map(|(_, patterns)| select::names(patterns));
    let members = services.iter().flat_map(|service| &service.operations).map(String::as_str);
    let out = select::functions(&wanted.exclude, &with(all, members.chain(named)), &mut found);
    found.iter().filter(|finding| finding.code == Code::C010).for_each(|finding| report.push(finding.clone()));
    out.into_iter().collect()
}

/// The functions of an input, and those that are only named.
fn with<'a>(all: &[Candidate<'a>], named: impl Iterator<Item = &'a str>) -> Vec<Candidate<'a>> {
    let mut seen: FxHashSet<&str> = all.iter().map(|candidate| candidate.name).collect();
    let named = named.filter(|name| seen.insert(name)).map(|name| Candidate { name, component: "" });
    all.iter().copied().chain(named.collect::<Vec<_>>()).collect()
}

/// Positions of the services with these names.
fn kept(names: &[String], services: &[ServiceDef], report: &mut Report) -> FxHashSet<usize> {
    let mut keep = FxHashSet::default();
    for wanted in names {
        let found: Vec<usize> =
            services.iter().enumerate().filter(|(_, def)| shortname(def) == *wanted || def.name == *wanted).map(|(at, _)| at).collect();
        if found.is_empty() {
            let known: Vec<String> = services.iter().map(shortname).collect();
            let similar = select::similar(wanted, known.iter().map(String::as_str));
            let help = match similar.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "no service is declared; `--functions '*' --name all` makes one of all functions".to_owned(),
                None => format!("the services are `{}`", known.join("`, `")),
            };
            report.push(Diagnostic::new(Code::N012, format!("there is no service `{wanted}`")).help(help));
        }
        keep.extend(found);
    }
    keep
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Origin, ServiceMeta};

    fn service(shortname: &str, operations: &[&str]) -> ServiceDef {
        ServiceDef {
            name: format!("The {shortname}"),
            shortname: shortname.to_owned(),
            component: String::new(),
            operations: operations.iter().map(|name| (*name).to_owned()).collect(),
            meta: ServiceMeta::default(),
            spelling: None,
            origin: Origin::default(),
        }
    }

    type Members = Vec<(String, Vec<String>)>;

    fn run(wanted: &Wanted) -> (Members, Vec<String>, Vec<String>) {
        let all = ["a_one", "a_two", "b_one"].map(|name| Candidate { name, component: "moodle" });
        let declared = vec![service("mobile", &["b_one", "a_one", "gone"]), service("empty", &[])];
        let mut report = Report::default();
        let chosen = choose(declared, &all, wanted, &mut report);
        let services = chosen.services.into_iter().map(|service| (service.shortname, service.operations)).collect();
        let words = |d: &Diagnostic| format!("{} {} {}", d.code.name(), d.message, d.help.as_deref().unwrap_or_default());
        (services, chosen.functions, report.iter().map(words).collect())
    }

    #[test]
    fn all_that_is_declared_by_default() {
        let (services, functions, found) = run(&Wanted::default());
        assert_eq!(services, [("mobile".to_owned(), ["b_one", "a_one", "gone"].map(String::from).to_vec())]);
        assert_eq!(functions, ["a_one", "b_one"]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn made_and_given_ones_instead_of_them() {
        let wanted = Wanted {
            made: vec![(service("mine", &[]), vec!["a_*".to_owned()])],
            given: vec![service("mobile", &["a_two"])],
            names: None,
            exclude: vec!["a_one".to_owned(), "nowhere".to_owned()],
            site: None,
        };
        let (services, functions, found) = run(&wanted);
        assert_eq!(services, [("mobile".to_owned(), vec!["a_two".to_owned()]), ("mine".to_owned(), vec!["a_two".to_owned()])]);
        assert_eq!((functions, found), (vec!["a_two".to_owned()], Vec::new()));
    }

    #[test]
    fn what_is_named_and_not_there_stays_a_member_unless_it_is_excluded() {
        let patterns = ["a_one", "a_tow", "gone"].map(str::to_owned).to_vec();
        let wanted = |exclude: &[&str]| Wanted {
            made: vec![(service("mine", &[]), patterns.clone())],
            given: vec![service("other", &["b_one", "lost"])],
            names: None,
            exclude: exclude.iter().map(|name| (*name).to_owned()).collect(),
            site: None,
        };
        let (services, functions, found) = run(&wanted(&[]));
        assert_eq!(services[0].1, ["b_one", "lost"]);
        assert_eq!(services[1].1, ["a_one", "a_tow", "gone"]);
        assert_eq!(functions, ["a_one", "b_one"]);
        assert_eq!(found, ["N008 function not found: `a_tow` did you mean `a_two`?", "N008 function not found: `gone` "]);
        let (services, _, found) = run(&wanted(&["lost", "a_*", "g?ne"]));
        assert_eq!(services, [("other".to_owned(), vec!["b_one".to_owned()]), ("mine".to_owned(), Vec::new())]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn by_name_with_a_suggestion() {
        let wanted = |names: &[&str]| Wanted { names: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..Wanted::default() };
        assert_eq!(run(&wanted(&["The mobile"])).0.len(), 1);
        assert_eq!(run(&wanted(&["empty"])).0, [("empty".to_owned(), Vec::new())]);
        assert_eq!(run(&wanted(&["mobil"])).2, ["N012 there is no service `mobil` did you mean `mobile`?"]);
        assert_eq!(run(&wanted(&["zzz"])).2, ["N012 there is no service `zzz` the services are `mobile`, `empty`"]);
    }
}
