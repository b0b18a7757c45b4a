//! Services: each gets a shortname of its own and finds its operations.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::build::Builder;
use crate::ir::{Omission, OpId, Service, ServiceDef};
use crate::report::{Code, Diagnostic, Report};

/// Adds services to a schema. Unknown functions are reported; omitted ones were reported when they were omitted.
pub(super) fn link(
    mut services: Vec<ServiceDef>,
    operations: &FxHashMap<String, OpId>,
    omitted: &[Omission],
    out: &mut Builder,
    report: &mut Report,
) {
    let omitted: FxHashSet<&str> = omitted.iter().map(|omission| omission.operation.as_str()).collect();
    let key = |def: &ServiceDef| {
        (def.shortname.clone(), def.name.clone(), def.component.clone(), def.origin.file.clone(), def.operations.clone())
    };
    services.sort_by_cached_key(key);
    let mut taken: FxHashMap<String, String> = FxHashMap::default();
    for (def, shortname) in with_shortnames(services, report) {
        if let Some(other) = taken.get(&shortname) {
            let message = format!("services `{other}` and `{}` have the same shortname `{shortname}`", def.name);
            report.push(Diagnostic::new(Code::N006, message).at(def.origin.span));
            continue;
        }
        taken.insert(shortname.clone(), def.name.clone());
        let ServiceDef { name, component, operations: members, meta, spelling, origin, .. } = def;
        let name = if name.is_empty() { shortname.clone() } else { name };
        let span = origin.span;
        let mut left_out = FxHashSet::default();
        let is_left_out = |name: &&String| !operations.contains_key(*name) && omitted.contains(name.as_str());
        let omitted_here = members.iter().filter(is_left_out).filter(|name| left_out.insert(*name)).cloned().collect();
        let service = out.service(Service { name, shortname: shortname.clone(), component, meta, omitted: omitted_here, spelling, origin });
        let mut seen = FxHashSet::default();
        for member in members {
            match operations.get(&member) {
                Some(&op) => {
                    if seen.insert(op) {
                        out.member(service, op);
                    }
                }
                None if omitted.contains(member.as_str()) => {}
                None => {
                    let message = format!("service `{shortname}` lists the function `{member}`, which does not exist");
                    report.push(Diagnostic::new(Code::N005, message).at(span).about(member));
                }
            }
        }
    }
}

/// The shortname of each service: its own, made fit for a file name where it is not, or one derived from its name. Where a derived one
/// is somebody else's too, the component stands before it, whichever of them came first.
fn with_shortnames(services: Vec<ServiceDef>, report: &mut Report) -> Vec<(ServiceDef, String)> {
    let named: Vec<(ServiceDef, String)> = services
        .into_iter()
        .map(|def| {
            let fit = shortname(&def);
            if !def.shortname.is_empty() && fit != def.shortname {
                let message = format!("the shortname `{}` of a service is no file name; `{fit}` is used", def.shortname);
                report.push(Diagnostic::new(Code::N007, message).at(def.origin.span));
            }
            (def, fit)
        })
        .collect();
    let mut count: FxHashMap<String, u32> = FxHashMap::default();
    for (_, shortname) in &named {
        *count.entry(shortname.clone()).or_default() += 1;
    }
    named
        .into_iter()
        .map(|(def, shortname)| {
            let crowded = count.get(&shortname).is_some_and(|&count| count > 1);
            if crowded && def.shortname.is_empty() && !def.component.is_empty() {
                let longer = slug(&format!("{} {}", def.component, def.name));
                return (def, longer);
            }
            (def, shortname)
        })
        .collect()
}

/// The shortname of one service looked at alone.
pub(super) fn shortname(def: &ServiceDef) -> String {
    match def.shortname.as_str() {
        "" => slug(&def.name),
        own if is_shortname(own) => own.to_owned(),
        odd => slug(odd),
    }
}

/// Whether a text can be a shortname as it is.
pub(super) fn is_shortname(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// ASCII letters and digits of a name in lower case, everything else as single underscores between them.
fn slug(name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "service".to_owned() } else { words.join("_").to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use crate::ir::sample;
    use crate::pass::{check, link};
    use crate::report::Report;

    fn linked(services: Vec<crate::ir::ServiceDef>) -> (Vec<String>, Vec<String>) {
        let mut report = Report::default();
        let operation = sample::operation("core_a_b", Vec::new(), None);
        let schema = link(vec![sample::fragment(vec![operation], services)], &mut report);
        check(&schema, &mut report);
        let names = schema.services().map(|id| schema.service(id).shortname.clone()).collect();
        (names, report.iter().map(|d| format!("{} {}", d.code.name(), d.message)).collect())
    }

    fn named(shortname: &str, name: &str, component: &str) -> crate::ir::ServiceDef {
        crate::ir::ServiceDef { name: name.into(), component: component.into(), ..sample::service(shortname, &["core_a_b"]) }
    }

    #[test]
    fn services_without_shortname_get_one_that_no_order_decides() {
        let services = vec![named("", "My Service!", "local_b"), named("", "My Service!", "local_a"), named("", "Été", "")];
        let mut turned = services.clone();
        turned.reverse();
        assert_eq!(linked(services), (vec!["local_a_my_service".into(), "local_b_my_service".into(), "t".into()], Vec::new()));
        assert_eq!(linked(turned).0, ["local_a_my_service", "local_b_my_service", "t"]);
    }

    #[test]
    fn shortnames_are_file_names_and_unique() {
        let (names, reports) = linked(vec![named("../x", "A", ""), named("s", "B", ""), named("s", "C", ""), named(".", "D", "")]);
        assert_eq!(names, ["s", "service", "x"]);
        assert_eq!(
            reports,
            [
                "N007 the shortname `.` of a service is no file name; `service` is used",
                "N007 the shortname `../x` of a service is no file name; `x` is used",
                "N006 services `B` and `C` have the same shortname `s`",
            ]
        );
    }

    #[test]
    fn unknown_functions_are_reported_and_repeated_ones_are_not() {
        let mut report = Report::default();
        let mut fragment = sample::fragment(
            vec![sample::operation("core_a_b", Vec::new(), None)],
            vec![sample::service("s", &["core_a_b", "core_a_c", "core_a_b", "core_a_d"])],
        );
        fragment.omitted.push(crate::ir::Omission { operation: "core_a_d".into(), code: "M012", message: "broken".into() });
        let schema = link(vec![fragment], &mut report);
        let id = schema.service_by_name("s").unwrap();
        assert_eq!(schema.operations(id).count(), 1);
        let reports: Vec<&str> = report.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(reports, ["service `s` lists the function `core_a_c`, which does not exist"]);
    }
}
