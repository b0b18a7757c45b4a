//! Services: each gets a shortname of its own and finds its operations.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::build::Builder;
use crate::ir::{Omission, OpId, Service, ServiceDef};
use crate::report::{Code, Diagnostic, Report};

/// Adds services to a schema. Members that nothing describes are left out: those that are `omitted` already were reported then, unknown
/// ones are reported here and join them.
pub(super) fn link(
    mut services: Vec<ServiceDef>,
    operations: &FxHashMap<String, OpId>,
    omitted: &mut Vec<Omission>,
    out: &mut Builder,
    report: &mut Report,
) {
    let known: FxHashSet<String> = omitted.iter().map(|omission| omission.operation.clone()).collect();
    let key = |def: &ServiceDef| {
        (def.shortname.clone(), def.name.clone(), def.component.clone(), def.origin.file.clone(), def.operations.clone())
    };
    services.sort_by_cached_key(key);
    let mut taken: FxHashMap<String, (String, String)> = FxHashMap::default();
    for (def, shortname) in with_shortnames(services, report) {
        // Where upper and lower case are one, files are told apart by nothing else.
        if let Some((other, theirs)) = taken.get(&shortname.to_ascii_lowercase()) {
            let message = if *theirs == shortname {
                format!("services `{other}` and `{}` have the same shortname `{shortname}`", def.name)
            } else {
                format!("services `{other}` and `{}` have shortnames that differ in case only, `{theirs}` and `{shortname}`", def.name)
            };
            report.push(Diagnostic::new(Code::N006, message).at(def.origin.span));
            continue;
        }
        taken.insert(shortname.to_ascii_lowercase(), (def.name.clone(), shortname.clone()));
        let ServiceDef { name, component, operations: members, meta, spelling, origin, .. } = def;
        let name = if name.is_empty() { shortname.clone() } else { name };
        let mut seen = FxHashSet::default();
        let (present, absent): (Vec<String>, Vec<String>) =
            members.into_iter().filter(|name| seen.insert(name.clone())).partition(|name| operations.contains_key(name));
        for member in absent.iter().filter(|name| !known.contains(*name)) {
            let message = format!("service `{shortname}` lists the function `{member}`, which does not exist");
            let finding = Diagnostic::new(Code::N005, message).at(origin.span).about(member);
            let is_export = origin.span.is_none() && !origin.symbol.is_empty();
            report.push(if is_export { finding.note(format!("The service stands in `{}`.", origin.symbol)) } else { finding });
            omitted.push(undeclared(member, Code::N005));
        }
        let service = out.service(Service { name, shortname, component, meta, omitted: absent, spelling, origin });
        for op in present.iter().filter_map(|name| operations.get(name)) {
            out.member(service, *op);
        }
    }
}

/// The omission of a function that a service names and no input declares.
pub(super) fn undeclared(name: &str, code: Code) -> Omission {
    Omission { operation: name.to_owned(), code: code.name(), message: "no input declares a function of that name".to_owned() }
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

/// Whether a text can be a shortname as it is. What stands behind the first dot of a file's name tells the files of a service apart, so
/// there is none in a shortname.
pub(super) fn is_shortname(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) && !is_device(text)
}

/// Names that no file can have on Windows, whatever stands behind a dot.
fn is_device(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let numbered = |kind: &str| text.strip_prefix(kind).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    matches!(text.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// ASCII letters and digits of a name in lower case, everything else as single underscores between them.
fn slug(name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.join("_").to_ascii_lowercase() {
        none if none.is_empty() => "service".to_owned(),
        device if is_device(&device) => format!("{device}_service"),
        slug => slug,
    }
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
        let odd = ["a.soap12", "Nul", "com1", "com0", "a b"].map(|odd| named(odd, odd, ""));
        assert_eq!(linked(odd.to_vec()).0, ["a_b", "a_soap12", "com0", "com1_service", "nul_service"]);
        let (names, found) = linked(vec![named("my", "B", ""), named("My", "A", "")]);
        assert_eq!(names, ["My"]);
        assert_eq!(found, ["N006 services `A` and `B` have shortnames that differ in case only, `My` and `my`"]);
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
        let omitted: Vec<(&str, &str)> = schema.omitted(id).into_iter().map(|left| (left.operation.as_str(), left.code)).collect();
        assert_eq!(omitted, [("core_a_c", "N005"), ("core_a_d", "M012")]);
    }
}
