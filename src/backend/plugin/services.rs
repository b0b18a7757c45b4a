//! `db/services.php`: the functions as Moodle registers them, and the service that has all of them.

use super::access::{self, at_top, tall};
use super::php::{Expr, quoted};
use super::view::{FunctionView, ReadmeRow};
use super::{Options, Style};
use crate::ir::{OpId, Schema};
use crate::report::{Code, Diagnostic, Report};

/// The array of functions in `db/services.php`.
pub(super) fn functions(
    schema: &Schema,
    options: &Options,
    style: &Style,
    (operations, calls, rows): (&[OpId], &[FunctionView], &[ReadmeRow]),
    report: &mut Report,
) -> String {
    let mut entries: Vec<(String, Expr)> = Vec::with_capacity(calls.len());
    for ((&op, call), row) in operations.iter().zip(calls).zip(rows) {
        let operation = schema.operation(op);
        let meta = &operation.meta;
        let (capabilities, all) = access::listed(&row.capability, &meta.capabilities);
        if !all {
            let message = format!("only one of the {} capabilities of `{}` is listed", meta.capabilities.len() + 1, operation.name);
            report.push(Diagnostic::new(Code::N048, message).at(operation.origin.span).about(&operation.name));
        }
        let class = if style.modern { format!("{}\\external\\{}", style.component, call.stem) } else { call.class.clone() };
        let kind = if call.writes { "write" } else { "read" };
        let mut fields = vec![
            ("classname", quoted(&class)),
            ("methodname", quoted(&call.method)),
            ("description", String::new()),
            ("type", quoted(kind)),
            ("capabilities", String::new()),
        ];
        if !style.modern {
            fields.insert(2, ("classpath", quoted(&format!("{}/externallib.php", options.component.folder()))));
        }
        for (key, set, value) in [
            ("ajax", meta.ajax, "true"),
            ("loginrequired", meta.ajax && !meta.login_required, "false"),
            ("readonlysession", meta.readonly_session, "true"),
        ] {
            if set {
                fields.push((key, value.to_owned()));
            }
        }
        let fields = fields.into_iter().map(|(key, value)| {
            let value = match key {
                "description" => Expr::text(&operation.doc),
                "capabilities" => Expr::text(&capabilities),
                _ => Expr::word(value),
            };
            (Some(quoted(key)), value)
        });
        entries.push((quoted(&call.function), Expr::Tall(fields.collect())));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    at_top(&Expr::Tall(entries.into_iter().map(|(name, entry)| (Some(name), entry)).collect()), style.arrays, "$functions = ")
}

/// The array of services: one, with every function.
pub(super) fn service(title: &str, style: &Style, calls: &[FunctionView]) -> String {
    let mut names: Vec<String> = calls.iter().map(|call| quoted(&call.function)).collect();
    names.sort();
    let service = tall([
        ("functions", Expr::Tall(names.into_iter().map(|name| (None, Expr::word(name))).collect())),
        ("enabled", Expr::word("1")),
        ("restrictedusers", Expr::word("1")),
        ("shortname", Expr::word(quoted(&style.component))),
        ("downloadfiles", Expr::word("0")),
        ("uploadfiles", Expr::word("0")),
    ]);
    at_top(&Expr::Tall(vec![(Some(quoted(title)), service)]), style.arrays, "$services = ")
}
