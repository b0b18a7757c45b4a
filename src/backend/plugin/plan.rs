//! From a schema to what the files of a plugin will hold.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxHashMap, FxHashSet};

use super::access::{Access, at_top};
use super::describe::{Described, Describer};
use super::function::Planner;
use super::handlers::{self, Call, Entry, List};
use super::levels::{Levels, Node};
use super::names::{self, OpNames};
use super::php::{Arrays, Expr, comment, quoted, words};
use super::view::{ExistingView, FunctionView, ReadmeRow, ReadmeView, RecordView, SettingView, Shared, TextView, View};
use super::{Options, Style, services};
use crate::convention;
use crate::ir::{OpId, Schema, ServiceId, dump};
use crate::report::{Code, Diagnostic, Report};

/// Moodle's classes that a plugin uses.
const BASES: &[&str] = &[
    "external_api",
    "external_description",
    "external_function_parameters",
    "external_multiple_structure",
    "external_single_structure",
    "external_value",
];
/// Values of which one or another is valid for each type of Moodle.
const CANDIDATES: [&str; 7] = ["1", "a", "en", "a@example.com", "https://example.com/", "UTC", ""];

/// Decides everything about the plugin with the operations of some services, and reports what the maintainer must know.
pub fn plan(schema: &Schema, services: &[ServiceId], options: &Options, report: &mut Report) -> View {
    let operations: IndexSet<OpId> = services.iter().flat_map(|&id| schema.operations(id)).collect();
    let mut operations: Vec<OpId> = operations.into_iter().collect();
    operations.sort_by_key(|&op| &schema.operation(op).name);
    let style = Style::new(options);
    let prefix = options.prefix.clone().unwrap_or_else(|| style.component.clone());
    let names = names::operations(schema, &operations, &prefix, report);
    let levels = Levels::new(schema, options.depth);
    let mut access = Access::new(&options.component, &options.capabilities);
    let mut describer = Describer::new(schema, &style, options.releases, &levels, report);

    let (descriptions, records) = described(schema, &operations, &mut describer);
    let (folds, chooses) = (describer.folds, describer.chooses);
    let unrolled: Vec<String> = unrolled(schema, &records, &levels, options, report);

    let shared = shared(options, &style, folds, chooses);
    let planner = Planner { schema, options, style: &style, levels: &levels, sessions: sessions(schema, &operations) };
    let Functions { calls, entries, given, rows } = functions(&planner, descriptions, &names, &mut access, report);
    let records: Vec<RecordView> = records.into_iter().map(|(node, keys)| planner.record(node, &keys)).collect();

    let functions = services::functions(schema, options, &style, (&operations, &calls, &rows), report);
    let services_array = services::service(&shared.title, &style, &calls);
    let capabilities = at_top(&access.declared(), style.arrays, "$capabilities = ");
    let installed = handlers::digest([&functions, &services_array, &capabilities].map(String::as_str).join("\n").as_bytes());
    let before = handlers::read(options.before.list.as_deref());
    let version = version(options, before.as_ref(), &installed, report);
    let own = options.handler.is_none().then_some(options.before.handler.as_deref()).flatten();
    handlers::compare(before.as_ref(), &entries, &given, own, report);
    let list = List {
        about: "What the handler of this plugin must have. mwsc compares it when it writes the plugin again.".to_owned(),
        version,
        installed,
        handlers: entries,
    };

    let mut strings = access.strings(&shared.title);
    strings.push(("pluginname".to_owned(), shared.title.clone()));
    strings.push(("privacy:metadata".to_owned(), format!("{} keeps no personal data of its own.", shared.title)));
    strings.sort();
    let digests: Vec<String> = services.iter().map(|&id| dump::digest(schema, id)).collect();
    let releases = options.releases;
    View {
        folder: options.folder(),
        version,
        requires: releases.from.version,
        supported: at_top(&branches(releases), style.arrays, ""),
        privacy: releases.to.number() >= (3, 4),
        functions,
        services: services_array,
        capabilities,
        strings: strings.into_iter().map(|(key, text)| TextView { key: quoted(&key), text: quoted(&text) }).collect(),
        handlerfile: if style.modern { "__DIR__ . '/../handler.php'" } else { "dirname(__FILE__) . '/classes/handler.php'" }.to_owned(),
        handlerclasses: words(&[format!("{}\\handler", style.component), format!("{}_handler", style.component)], style.arrays),
        blanks: blanks().flat(style.arrays),
        candidates: words(&CANDIDATES.map(str::to_owned), style.arrays),
        renames: releases.to.number() >= (4, 2),
        bases: BASES,
        existing: existing(options),
        calls,
        records,
        // A list of texts always serialises.
        list: serde_json::to_string_pretty(&list).unwrap_or_default() + "\n",
        readme: ReadmeView {
            digest: if let [one] = digests.as_slice() { one.clone() } else { handlers::digest(digests.join("\n").as_bytes()) },
            releases: releases.to_string(),
            folder: options.component.folder(),
            functions: rows,
            capabilities: access.names(),
            depth: options.depth,
            recursive: unrolled,
            omitted: omitted(schema, services),
        },
        shared,
    }
}

/// An operation, with its parameters and its result.
type Description = (OpId, Described, Option<Described>);

/// Describes functions first, then the classes of records that they need, then those that these need.
fn described(schema: &Schema, operations: &[OpId], describer: &mut Describer<'_, '_>) -> (Vec<Description>, Vec<(Node, Described)>) {
    let mut of = |op: OpId| (op, describer.params(op), schema.result(op).map(|slot| describer.result(op, slot)));
    let descriptions = operations.iter().map(|&op| of(op)).collect();
    let mut records = Vec::new();
    while let Some(&node) = describer.wanted.get_index(records.len()) {
        let keys = describer.record(node);
        records.push((node, keys));
    }
    (descriptions, records)
}

/// What the plugin says of its functions.
struct Functions {
    calls: Vec<FunctionView>,
    /// What the handler must have, by operation.
    entries: IndexMap<String, Entry>,
    /// What its methods are given, by operation.
    given: FxHashMap<String, Call>,
    rows: Vec<ReadmeRow>,
}

fn functions(
    planner: &Planner<'_>,
    descriptions: Vec<Description>,
    names: &FxHashMap<OpId, OpNames>,
    access: &mut Access<'_>,
    report: &mut Report,
) -> Functions {
    let mut out = Functions { calls: Vec::new(), entries: IndexMap::new(), given: FxHashMap::default(), rows: Vec::new() };
    for (op, params, result) in descriptions {
        let operation = planner.schema.operation(op);
        // `names` names every operation of the plugin.
        let Some(names) = names.get(&op) else { continue };
        let needed = access.needed(planner.schema, op, planner.writes(op));
        let call = planner.function(op, names, &needed, (&params, result.as_ref()), report);
        let entry = Entry {
            function: names.function.clone(),
            method: planner.method(operation, names),
            signature: handlers::signature(planner.schema, op),
            shape: handlers::shape(planner.schema, op),
        };
        if !call.opens {
            out.given.insert(operation.name.clone(), Call { arguments: planner.given(op, &call), at: operation.origin.span });
            out.entries.insert(operation.name.clone(), entry);
        }
        out.rows.push(ReadmeRow {
            function: names.function.clone(),
            operation: comment(&operation.name),
            capability: needed,
            doc: comment(operation.doc.lines().next().unwrap_or_default()).replace('|', "\\|"),
        });
        out.calls.push(call);
    }
    out
}

fn shared(options: &Options, style: &Style, folds: bool, chooses: bool) -> Shared {
    let component = style.component.clone();
    let own = |name: &str| if style.modern { name.to_owned() } else { format!("{component}_{name}") };
    let name = options.component.name().replace('_', " ");
    let mut letters = name.chars();
    let name: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let (open, close) = style.arrays.brackets();
    Shared {
        title: options.title.as_deref().map_or_else(|| format!("{name} web services"), comment),
        copyright: options.copyright.as_deref().map_or_else(|| format!("the maintainers of {component}"), comment),
        made: format!("Code generated by mwsc {}. DO NOT EDIT.", env!("CARGO_PKG_VERSION")),
        modern: style.modern,
        folds,
        chooses,
        fails: chooses || options.handler.is_none(),
        open: open.to_owned(),
        close: close.to_owned(),
        empty: format!("{open}{close}"),
        dispatcher: own("dispatcher"),
        folded: own("folded"),
        choice: own("choice"),
        sample: own("sample_handler"),
        api: "external_api".to_owned(),
        void: if options.releases.from.php() >= (7, 1) { ": void" } else { "" }.to_owned(),
        root: if style.modern { "\\" } else { "" }.to_owned(),
        passesnull: options.releases.to.number() >= (4, 3),
        component,
    }
}

/// The operations that open and close sessions, where others carry one.
fn sessions(schema: &Schema, operations: &[OpId]) -> FxHashSet<OpId> {
    let carries = operations.iter().any(|&op| schema.params(op).any(|param| param.session.is_some()));
    let session = &convention::oktech().session;
    let is = |op: &OpId| [&session.opens, &session.closes].contains(&&schema.operation(*op).name);
    operations.iter().copied().filter(|op| carries && is(op)).collect()
}

/// Reports the records that contain themselves, and names them.
fn unrolled(schema: &Schema, records: &[(Node, Described)], levels: &Levels, options: &Options, report: &mut Report) -> Vec<String> {
    let mut names = Vec::new();
    for (node, _) in records.iter().filter(|(node, _)| node.level == 1 && levels.is_recursive(node.ty)) {
        let Some(record) = schema.record(node.ty) else { continue };
        let message =
            format!("the record `{}` contains itself; it is described to {} levels, and below them as JSON", record.name, options.depth);
        report.push(Diagnostic::new(Code::N042, message).at(record.origin.span).help("`[plugin] depth` sets how many levels there are"));
        names.push(comment(&record.name.to_string()));
    }
    names.sort();
    names
}

/// The version of the plugin: the one that is configured, or one higher than the last one when Moodle must look at the plugin again.
fn version(options: &Options, before: Option<&List>, installed: &str, report: &mut Report) -> u64 {
    let changed = before.is_some_and(|list| list.installed != installed);
    let last = before.map_or(0, |list| list.version);
    match options.version {
        Some(version) => {
            if changed && version <= last {
                let message = format!("the functions of {} changed, and its version {version} did not rise", options.component);
                report.push(
                    Diagnostic::new(Code::N047, message).help(format!("set `[plugin] version` to {} or more", last.saturating_add(1))),
                );
            }
            version
        }
        None => last.saturating_add(u64::from(changed)).max(options.releases.from.version),
    }
}

fn branches(releases: crate::releases::Range) -> Expr {
    Expr::Array([releases.from, releases.to].map(|row| (None, Expr::word(row.branch.to_string()))).into())
}

/// Values that stand for nothing, by type.
fn blanks() -> Expr {
    let blanks = [("PARAM_INT", "0"), ("PARAM_FLOAT", "0.0"), ("PARAM_BOOL", "false")];
    Expr::Array(blanks.map(|(ty, blank)| (Some(ty.to_owned()), Expr::word(blank))).into())
}

fn existing(options: &Options) -> Option<ExistingView> {
    let handler = options.handler.as_ref()?;
    let setting = |(name, value): &(String, super::Setting)| SettingView {
        name: name.clone(),
        value: Expr::literal(&value.literal()).flat(Arrays::Long),
    };
    Some(ExistingView {
        class: quoted(handler.class.trim_start_matches('\\')),
        file: handler.file.as_ref().map(|path| quoted(&format!("/{}", path.trim_start_matches('/')))),
        config: handler.config.iter().map(setting).collect(),
        empty: handler.empty.as_deref().map(quoted),
    })
}

fn omitted(schema: &Schema, services: &[ServiceId]) -> Vec<String> {
    let mut out: Vec<String> = services
        .iter()
        .flat_map(|&id| schema.omitted(id))
        .map(|omission| format!("`{}` ({}: {})", omission.operation, omission.code, comment(&omission.message)))
        .collect();
    out.sort();
    out.dedup();
    out
}
