//! From a schema to what the files of a plugin will hold.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxHashMap, FxHashSet};

use super::access::{self, Access, at_top, tall};
use super::describe::{Described, Describer};
use super::handlers::{self, Entry, List};
use super::levels::{Levels, Node};
use super::names::{self, OpNames};
use super::php::{Arrays, Expr, comment, quoted};
use super::view::{
    DescriptionView, ExistingView, FunctionView, ParamView, ReadmeRow, ReadmeView, RecordView, SettingView, Shared, TextView, View,
};
use super::{Options, Style};
use crate::convention;
use crate::ir::{Field, Literal, OpId, Operation, Presence, ScalarKind, Schema, ServiceId, SessionPart, Slot, Type, dump, inspect};
use crate::report::{Code, Diagnostic, Report};

/// Parameters that Moodle's REST server takes for itself.
const OF_REST: &[&str] = &["wstoken", "wsfunction", "wsusername", "wspassword", "moodlewsrestformat"];
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

    // Functions first, then the classes of records that they need, then those that these need.
    let described: Vec<(OpId, Described, Option<Described>)> = operations
        .iter()
        .map(|&op| (op, describer.params(op), schema.result(op).map(|slot| describer.result(op, slot))))
        .collect();
    let mut records: Vec<(Node, Described)> = Vec::new();
    while let Some(&node) = describer.wanted.get_index(records.len()) {
        let keys = describer.record(node);
        records.push((node, keys));
    }
    let folds = describer.folds;
    let unrolled: Vec<String> = unrolled(schema, &records, &levels, options, report);

    let shared = shared(options, &style, folds);
    let planner = Planner { schema, options, style: &style, levels: &levels, sessions: sessions(schema, &operations) };
    let mut calls = Vec::with_capacity(described.len());
    let mut entries = IndexMap::new();
    let mut given = FxHashMap::default();
    let mut rows = Vec::with_capacity(described.len());
    for (op, params, result) in described {
        let operation = schema.operation(op);
        // `names` names every operation of the plugin.
        let Some(names) = names.get(&op) else { continue };
        let needed = access.needed(schema, op);
        let call = planner.function(op, names, &needed, params, result, report);
        let entry = Entry {
            function: names.function.clone(),
            method: planner.method(operation, names),
            signature: handlers::signature(schema, op),
            shape: handlers::shape(schema, op),
        };
        if !call.opens {
            given.insert(operation.name.clone(), planner.given(op));
            entries.insert(operation.name.clone(), entry);
        }
        rows.push(ReadmeRow {
            function: names.function.clone(),
            operation: comment(&operation.name),
            capability: needed,
            doc: comment(operation.doc.lines().next().unwrap_or_default()).replace('|', "\\|"),
        });
        calls.push(call);
    }
    let records: Vec<RecordView> = records.into_iter().map(|(node, keys)| planner.record(node, keys)).collect();

    let functions = planner.functions(&operations, &calls, &rows, report);
    let services_array = planner.service(&calls);
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

fn shared(options: &Options, style: &Style, folds: bool) -> Shared {
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
        open: open.to_owned(),
        close: close.to_owned(),
        empty: format!("{open}{close}"),
        dispatcher: own("dispatcher"),
        folded: own("folded"),
        sample: own("sample_handler"),
        api: "external_api".to_owned(),
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
        let message = format!("the record `{}` contains itself; it is described to {} levels, and below them as JSON", record.name, options.depth);
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
                report.push(Diagnostic::new(Code::N047, message).help(format!("set `[plugin] version` to {} or more", last.saturating_add(1))));
            }
            version
        }
        None => last.saturating_add(u64::from(changed)).max(options.releases.from.version),
    }
}

fn branches(releases: crate::releases::Range) -> Expr {
    Expr::Array([releases.from, releases.to].map(|row| (None, Expr::word(row.branch.to_string()))).into())
}

fn words(texts: &[String], arrays: Arrays) -> String {
    Expr::Array(texts.iter().map(|text| (None, Expr::word(quoted(text)))).collect()).flat(arrays)
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

struct Planner<'s> {
    schema: &'s Schema,
    options: &'s Options,
    style: &'s Style,
    levels: &'s Levels,
    sessions: FxHashSet<OpId>,
}

impl Planner<'_> {
    fn function(
        &self,
        op: OpId,
        names: &OpNames,
        needed: &str,
        params: Described,
        result: Option<Described>,
        report: &mut Report,
    ) -> FunctionView {
        let (schema, style) = (self.schema, self.style);
        let operation = schema.operation(op);
        let fields: Vec<&Field> = schema.arguments(op).collect();
        let variables = names::variables(fields.iter().map(|field| field.name.as_str()));
        for field in &fields {
            self.on_the_way(operation, field, report);
        }
        let method = if style.modern { "execute".to_owned() } else { names.stem.clone() };
        let class = if style.modern { names.stem.clone() } else { format!("{}_external", style.component) };
        let values = fields.iter().zip(&variables).map(|(field, variable)| (Some(quoted(&field.name)), Expr::word(format!("${variable}"))));
        let values = Expr::Tall(values.collect());
        let before = format!("        $params = self::validate_parameters(self::{method}_parameters(), ").len();
        let imports = self.imports(params.classes.iter().chain(result.iter().flat_map(|result| &result.classes)).copied());
        let doc = documentation(operation);
        let call = self.call(op, names, &method, result.is_some());
        FunctionView {
            function: names.function.clone(),
            operation: quoted(&operation.name),
            stem: names.stem.clone(),
            callable: words(&[if style.modern { format!("{}\\external\\{class}", style.component) } else { class.clone() }, method.clone()], style.arrays),
            text: doc.first().cloned().unwrap_or_default(),
            doc,
            params: fields.iter().zip(&variables).map(|(field, variable)| self.param(field, variable)).collect(),
            signature: signature(schema, &fields, &variables, style.arrays),
            arguments: self.arguments(op, &variables),
            values: values.lines(style.arrays, 8, before, 2),
            parameters: self.description(&params),
            returntype: schema.result(op).map_or_else(|| "void".to_owned(), |slot| php_type(schema, slot)),
            returndoc: schema.result(op).map(|slot| structure(schema, slot)).unwrap_or_default(),
            returns: result.map(|result| self.description(&result)),
            imports,
            context: self.context(),
            capability: quoted(needed),
            call,
            opens: self.sessions.contains(&op),
            deprecated: operation.meta.deprecated,
            class,
            method,
        }
    }

    fn description(&self, described: &Described) -> DescriptionView {
        DescriptionView {
            expr: described.expr.lines(self.style.arrays, 8, "        return ".len(), 1),
            config: described.reads_config,
        }
    }

    fn record(&self, node: Node, keys: Described) -> RecordView {
        let name = self.levels.class(node);
        let record = self.schema.record(node.ty).map(|record| comment(&record.name.to_string())).unwrap_or_default();
        let level = if node.level > 1 { format!(", at level {} of itself", node.level) } else { String::new() };
        let classes = keys.classes.iter().copied().chain(["external_single_structure"]);
        RecordView {
            class: if self.style.modern { name.clone() } else { self.style.record_class(&name) },
            text: format!("Describes a record: {record}{level}."),
            imports: classes.collect::<std::collections::BTreeSet<_>>().into_iter().map(|class| format!("core_external\\{class}")).collect(),
            keys: DescriptionView {
                expr: keys.expr.lines(self.style.arrays, 8, "        $keys = ".len(), 1),
                config: keys.reads_config,
            },
            name,
        }
    }

    /// What a function's own class imports.
    fn imports<'c>(&self, classes: impl Iterator<Item = &'c str>) -> Vec<String> {
        let mut imports: Vec<String> = classes.chain(["external_api"]).map(|class| format!("core_external\\{class}")).collect();
        imports.push("core\\context\\system as context_system".to_owned());
        imports.push(format!("{}\\local\\dispatcher", self.style.component));
        imports.sort();
        imports.dedup();
        imports
    }

    fn context(&self) -> String {
        let releases = self.options.releases;
        let (new, old) = ("context_system::instance()", "get_context_instance(CONTEXT_SYSTEM)");
        if releases.from.number() >= (2, 2) {
            new.to_owned()
        } else if releases.to.number() < (2, 2) {
            old.to_owned()
        } else {
            format!("class_exists('context_system') ? {new} : {old}")
        }
    }

    /// The arguments of the dispatcher.
    fn call(&self, op: OpId, names: &OpNames, method: &str, returns: bool) -> String {
        let operation = self.schema.operation(op);
        let returns = if returns { format!("self::{method}_returns()") } else { "null".to_owned() };
        let mut args = vec![
            quoted(&operation.name),
            quoted(&self.method(operation, names)),
            format!("self::{method}_parameters()"),
            "$params".to_owned(),
            returns,
        ];
        let session = self.session(op);
        if !session.is_empty() {
            args.push(Expr::Array(session).flat(self.style.arrays));
        }
        format!("\n            {}\n        ", args.join(",\n            "))
    }

    /// What a class that is there already gets for the session, by position: 0 and the empty text, as the original took them.
    fn session(&self, op: OpId) -> Vec<(Option<String>, Expr)> {
        if self.options.handler.is_none() {
            return Vec::new();
        }
        let blank = |part: SessionPart| match part {
            SessionPart::Client => "0",
            SessionPart::Key => "''",
        };
        let parts = self.schema.params(op).enumerate();
        parts.filter_map(|(at, param)| Some((Some(at.to_string()), Expr::word(blank(param.session?))))).collect()
    }

    /// The method of the handler. A class that is there already has the operation's own name.
    fn method(&self, operation: &Operation, names: &OpNames) -> String {
        if self.options.handler.is_some() { operation.name.clone() } else { names.stem.clone() }
    }

    /// How many arguments the handler gets.
    fn given(&self, op: OpId) -> usize {
        if self.options.handler.is_some() { self.schema.params(op).count() } else { self.schema.arguments(op).count() }
    }

    fn param(&self, field: &Field, variable: &str) -> ParamView {
        let slot = &field.slot;
        let words = comment(&slot.doc);
        let what = structure(self.schema, slot);
        let doc = if words.is_empty() || what.is_empty() { words + &what } else { format!("{words} ({what})") };
        ParamView { variable: variable.to_owned(), ty: php_type(self.schema, slot), doc }
    }

    fn arguments(&self, op: OpId, variables: &[String]) -> String {
        debug_assert_eq!(self.schema.arguments(op).count(), variables.len());
        variables.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
    }

    /// Reports a parameter that a form cannot carry.
    fn on_the_way(&self, operation: &Operation, field: &Field, report: &mut Report) {
        let name = field.name.as_str();
        let lost = name.is_empty() || name.contains(['.', ' ', '[', '\0']) || OF_REST.contains(&name) || name.starts_with("moodlewssetting");
        if lost {
            let message = format!("the parameter `{}` of `{}` does not arrive over Moodle's REST", name.escape_debug(), operation.name);
            report.push(Diagnostic::new(Code::N046, message).at(field.slot.origin.span).about(&operation.name));
        }
    }

    /// The array of functions in `db/services.php`.
    fn functions(&self, operations: &[OpId], calls: &[FunctionView], rows: &[ReadmeRow], report: &mut Report) -> String {
        let mut entries: Vec<(String, Expr)> = Vec::with_capacity(calls.len());
        for ((&op, call), row) in operations.iter().zip(calls).zip(rows) {
            let operation = self.schema.operation(op);
            let meta = &operation.meta;
            let (capabilities, all) = access::listed(&row.capability, &meta.capabilities);
            if !all {
                let message = format!("only one of the {} capabilities of `{}` is listed", meta.capabilities.len() + 1, operation.name);
                report.push(Diagnostic::new(Code::N048, message).at(operation.origin.span).about(&operation.name));
            }
            let class = if self.style.modern { format!("{}\\external\\{}", self.style.component, call.stem) } else { call.class.clone() };
            let kind = if access::writes(meta.kind.as_deref()) { "write" } else { "read" };
            let mut fields = vec![
                ("classname", quoted(&class)),
                ("methodname", quoted(&call.method)),
                ("description", String::new()),
                ("type", quoted(kind)),
                ("capabilities", quoted(&capabilities)),
            ];
            if !self.style.modern {
                fields.insert(2, ("classpath", quoted(&format!("{}/externallib.php", self.options.component.folder()))));
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
                let value = if key == "description" { Expr::text(&operation.doc) } else { Expr::word(value) };
                (Some(quoted(key)), value)
            });
            entries.push((quoted(&call.function), Expr::Tall(fields.collect())));
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        at_top(&Expr::Tall(entries.into_iter().map(|(name, entry)| (Some(name), entry)).collect()), self.style.arrays, "$functions = ")
    }

    /// The array of services: one, with every function.
    fn service(&self, calls: &[FunctionView]) -> String {
        let mut names: Vec<String> = calls.iter().map(|call| quoted(&call.function)).collect();
        names.sort();
        let service = tall([
            ("functions", Expr::Tall(names.into_iter().map(|name| (None, Expr::word(name))).collect())),
            ("enabled", Expr::word("1")),
            ("restrictedusers", Expr::word("1")),
            ("shortname", Expr::word(quoted(&self.style.component))),
            ("downloadfiles", Expr::word("0")),
            ("uploadfiles", Expr::word("0")),
        ]);
        let title = quoted(&shared(self.options, self.style, false).title);
        at_top(&Expr::Tall(vec![(Some(title), service)]), self.style.arrays, "$services = ")
    }
}

/// Lines of documentation; the first one is never empty.
fn documentation(operation: &Operation) -> Vec<String> {
    let mut lines: Vec<String> = operation.doc.lines().map(comment).flat_map(|line| wrap(&line, 120)).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    if lines.first().is_none_or(String::is_empty) {
        lines.insert(0, format!("Handles {}.", comment(&operation.name)));
    }
    lines
}

fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() || last.len() + word.len() < width => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `$a, $b = null`: those behind which all can be left out have a default.
fn signature(schema: &Schema, fields: &[&Field], variables: &[String], arrays: Arrays) -> String {
    let optional = fields.iter().rev().take_while(|field| field.slot.presence != Presence::Required).count();
    let first = fields.len() - optional;
    let one = |(at, (field, variable)): (usize, (&&Field, &String))| {
        if at < first { format!("${variable}") } else { format!("${variable} = {}", default(schema, &field.slot, arrays)) }
    };
    fields.iter().zip(variables).enumerate().map(one).collect::<Vec<_>>().join(", ")
}

/// A default as the oldest PHP lets it stand in a signature. Moodle passes all parameters, so it matters to those who call by themselves.
fn default(schema: &Schema, slot: &Slot, arrays: Arrays) -> String {
    fn plain(value: &Literal) -> bool {
        match value {
            Literal::Null | Literal::Bool(_) | Literal::Str(_) => true,
            Literal::Int(value) => *value != i64::MIN,
            Literal::Float(value) => value.is_finite(),
            Literal::Array(items) => items.iter().all(|(_, item)| plain(item)),
            Literal::Runtime(_) => false,
        }
    }
    fn flat(value: &Literal, arrays: Arrays) -> String {
        match value {
            // Never in pieces: joining them is no constant before PHP 5.6.
            Literal::Str(text) => quoted(text),
            Literal::Array(items) if items.iter().any(|(_, item)| matches!(item, Literal::Str(_) | Literal::Array(_))) => "null".to_owned(),
            value => Expr::literal(value).flat(arrays),
        }
    }
    match &slot.presence {
        Presence::Default(value) if plain(value) => flat(value, arrays),
        Presence::Optional if matches!(schema.ty(slot.ty), Type::List) => Expr::Array(Vec::new()).flat(arrays),
        Presence::Default(_) | Presence::Optional | Presence::Required => "null".to_owned(),
    }
}

fn php_type(schema: &Schema, slot: &Slot) -> String {
    let ty = match schema.ty(slot.ty) {
        Type::Scalar(scalar) => match scalar.kind {
            ScalarKind::Bool => "bool",
            ScalarKind::Int => "int",
            ScalarKind::Float => "float",
            ScalarKind::String => "string",
        },
        Type::List | Type::Record(_) => "array",
    };
    if slot.nullable { format!("{ty}|null") } else { ty.to_owned() }
}

/// What an array holds, in words: `list of roleRecord`.
fn structure(schema: &Schema, slot: &Slot) -> String {
    match schema.ty(slot.ty) {
        Type::Scalar(_) => String::new(),
        Type::List | Type::Record(_) => match inspect::bare(schema, slot.ty).as_str() {
            "{}" => "a record".to_owned(),
            "{}[]" => "records".to_owned(),
            other => comment(other),
        },
    }
}
