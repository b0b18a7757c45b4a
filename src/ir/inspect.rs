//! Services, operations and types in plain text for a person: what `mwsc inspect` prints. At most [`WIDTH`] columns, except where a single
//! word is wider.

use std::fmt::Write;

use super::schema::{Field, OpId, Schema, ServiceId, Slot, Type, TypeId, Use};
use super::{Literal, Origin, Presence, Scalar, TypeName, dump, enumeration};

/// How wide the text is, in characters.
pub const WIDTH: usize = 100;
/// A name or type that is wider than this does not push everybody's documentation to the right.
const COLUMN: usize = 34;
/// The type of a record that only its place names.
const PLACE: &str = "{}";

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A service, by shortname.
    Service(ServiceId),
    /// An operation, by name.
    Operation(OpId),
    /// A record type, by name.
    Record(TypeId),
}

/// Finds what a name stands for: a service, an operation, a record by its full name or, where that is one alone, by its end
/// (`post_exporter`, `external_warnings`).
pub fn find(schema: &Schema, name: &str) -> Option<Subject> {
    if let Some(id) = schema.service_by_name(name) {
        return Some(Subject::Service(id));
    }
    if let Some(id) = schema.operation_by_name(name) {
        return Some(Subject::Operation(id));
    }
    let full = |id: &TypeId| schema.record(*id).map(|record| record.name.to_string()).unwrap_or_default();
    if let Some(id) = schema.records().find(|id| full(id) == name) {
        return Some(Subject::Record(id));
    }
    let bare = |id: &TypeId| full(id).rsplit('\\').next() == Some(name) || schema.record(*id).is_some_and(|r| short(&r.name) == name);
    let mut found = schema.records().filter(bare);
    match (found.next(), found.next()) {
        (Some(id), None) => Some(Subject::Record(id)),
        (None | Some(_), _) => None,
    }
}

/// Every name that [`find`] knows in full: for suggestions.
pub fn names(schema: &Schema) -> Vec<String> {
    let services = schema.services().map(|id| schema.service(id).shortname.clone());
    let operations = schema.all_operations().map(|id| schema.operation(id).name.clone());
    let records = schema.records().filter_map(|id| schema.record(id)).map(|record| record.name.to_string());
    services.chain(operations).chain(records).collect()
}

/// The text of whatever a name stands for.
pub fn subject(schema: &Schema, subject: Subject) -> String {
    match subject {
        Subject::Service(id) => service(schema, id),
        Subject::Operation(id) => operation(schema, id),
        Subject::Record(id) => record(schema, id),
    }
}

/// All services in a few lines each: what there is to look at.
pub fn overview(schema: &Schema) -> String {
    let mut out = String::new();
    let counts = [
        counted(schema.services().len(), "service"),
        counted(schema.all_operations().len(), "operation"),
        counted(schema.records().len(), "record type"),
    ];
    put(&mut out, format_args!("{}\n", counts.join(", ")));
    for id in schema.services() {
        let service = schema.service(id);
        let state = if service.meta.enabled { "" } else { ", disabled" };
        put(&mut out, format_args!("\n{}\n", service.shortname));
        wrapped(&mut out, 4, &service.name);
        put(&mut out, format_args!("    {}{state}\n", counted(schema.operations(id).len(), "operation")));
    }
    omissions(&mut out, schema);
    out
}

/// A service: its settings, and its operations with one-line signatures.
pub fn service(schema: &Schema, id: ServiceId) -> String {
    let mut out = String::new();
    let service = schema.service(id);
    let meta = &service.meta;
    put(&mut out, format_args!("service {}\n", service.shortname));
    wrapped(&mut out, 4, &service.name);
    out.push('\n');
    fact(&mut out, "component", if service.component.is_empty() { "none: configured by an administrator" } else { &service.component });
    let mut settings = vec![if meta.enabled { "enabled" } else { "disabled" }];
    let flags =
        [(meta.restricted_users, "for listed users only"), (meta.download_files, "downloads files"), (meta.upload_files, "uploads files")];
    settings.extend(flags.iter().filter(|(set, _)| *set).map(|(_, words)| *words));
    fact(&mut out, "settings", &settings.join(", "));
    fact(&mut out, "requires", meta.required_capability.as_deref().unwrap_or_default());
    fact(&mut out, "declared", &origin(&service.origin));
    let types = schema.reachable(id);
    let records = types.iter().filter(|&&ty| schema.record(ty).is_some()).count();
    let fields: usize = types.iter().map(|&ty| schema.fields(ty).count()).sum();
    let holds = [counted(schema.operations(id).len(), "operation"), counted(records, "record type"), counted(fields, "field")];
    fact(&mut out, "holds", &holds.join(", "));
    for op in schema.operations(id) {
        put(&mut out, format_args!("\n{}\n", signature(schema, op)));
        wrapped(&mut out, 4, &sentence(&schema.operation(op).doc));
    }
    omissions(&mut out, schema);
    out
}

/// An operation: its signature, what it needs, its parameters and result as trees.
pub fn operation(schema: &Schema, id: OpId) -> String {
    let mut out = String::new();
    let operation = schema.operation(id);
    let meta = &operation.meta;
    put(&mut out, format_args!("operation {}\n", operation.name));
    wrapped(&mut out, 4, &operation.doc);
    out.push('\n');
    fact(&mut out, "component", &meta.component);
    let mut traits: Vec<&str> = meta.kind.as_deref().into_iter().collect();
    let flags = [
        (meta.ajax, "ajax"),
        (!meta.login_required, "without login"),
        (meta.readonly_session, "read-only session"),
        (meta.deprecated, "deprecated"),
    ];
    traits.extend(flags.iter().filter(|(set, _)| *set).map(|(_, words)| *words));
    fact(&mut out, "kind", &traits.join(", "));
    fact(&mut out, "capabilities", &meta.capabilities.join(", "));
    let described = if operation.origin.symbol.is_empty() { "described" } else { "method" };
    fact(&mut out, described, &origin(&operation.origin));
    // A service that is declared nowhere was made for this run.
    let declared = schema.services_of(id).map(|service| schema.service(service)).filter(|service| service.origin != Origin::default());
    let services: Vec<&str> = declared.map(|service| service.shortname.as_str()).collect();
    let session: Vec<&str> = schema.params(id).filter(|param| param.session.is_some()).map(|param| param.name.as_str()).collect();
    fact(&mut out, "session", &session.join(", "));
    fact(&mut out, "services", &services.join(", "));

    out.push_str("\nparameters\n");
    let mut tree = Tree::new(schema);
    schema.arguments(id).for_each(|param| tree.field(1, param));
    if tree.rows.is_empty() {
        out.push_str("  none\n");
    }
    tree.print(&mut out);

    match schema.result(id) {
        Some(slot) => {
            put(&mut out, format_args!("\nresult  {}\n", ty(schema, slot)));
            let mut tree = Tree::new(schema);
            let (inner, words) = tree.words(slot);
            wrapped(&mut out, 4, &words);
            tree.inside(1, inner);
            tree.print(&mut out);
        }
        None => out.push_str("\nresult\n  none\n"),
    }

    let shared: Vec<String> = schema
        .reachable_by(id)
        .into_iter()
        .filter_map(|ty| schema.record(ty))
        .filter(|record| short(&record.name) != PLACE)
        .map(|record| record.name.to_string())
        .collect();
    if !shared.is_empty() {
        out.push_str("\nnamed types\n");
        for name in &shared {
            wrapped(&mut out, 2, name);
        }
    }
    out
}

/// A record type: its fields, and where it is used.
pub fn record(schema: &Schema, id: TypeId) -> String {
    let mut out = String::new();
    let Some(record) = schema.record(id) else { return out };
    put(&mut out, format_args!("record {}\n\n", record.name));
    if !record.doc.is_empty() {
        wrapped(&mut out, 4, &record.doc);
        out.push('\n');
    }
    fact(&mut out, "described", &origin(&record.origin));
    out.push_str("\nfields\n");
    let mut tree = Tree::new(schema);
    tree.inside(1, id);
    if tree.rows.is_empty() {
        out.push_str("  none\n");
    }
    tree.print(&mut out);
    out.push_str("\nused by\n");
    let mut lines = Vec::new();
    used(schema, id, "", &mut lines, &mut vec![id]);
    for line in &lines {
        wrapped(&mut out, 2, line);
    }
    out
}

/// `core_course_get_contents(courseid: int, options?: {}[]): {}[]`, cut at the width. Nullability is left to the tables: Moodle lets nearly
/// every scalar be null, and saying so each time hides the rest.
pub fn signature(schema: &Schema, id: OpId) -> String {
    let params: Vec<String> = schema
        .arguments(id)
        .map(|param| {
            format!("{}{}: {}", param.name, if param.slot.presence == Presence::Required { "" } else { "?" }, bare(schema, param.slot.ty))
        })
        .collect();
    let name = &schema.operation(id).name;
    let result = schema.result(id).map_or_else(|| "nothing".to_owned(), |slot| bare(schema, slot.ty));
    let whole = format!("{name}({}): {result}", params.join(", "));
    if whole.chars().count() <= WIDTH {
        return whole;
    }
    let tail = format!(", …): {result}");
    let mut out = format!("{name}(");
    for (at, param) in params.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        if out.chars().count() + comma.len() + param.chars().count() + tail.chars().count() > WIDTH && at > 0 {
            break;
        }
        put(&mut out, format_args!("{comma}{param}"));
    }
    out + &tail
}

/// A type in a few characters: `int`, `text[]`, `external_warnings[]`, `{}` for a record that only its place names.
fn ty(schema: &Schema, slot: &Slot) -> String {
    let mut out = bare(schema, slot.ty);
    if slot.nullable {
        out.push_str("|null");
    }
    out
}

/// A type in a few characters, less whether it may be null.
pub fn bare(schema: &Schema, id: TypeId) -> String {
    match schema.ty(id) {
        Type::Scalar(scalar) => scalar.word().to_owned(),
        Type::Record(record) => short(&record.name),
        Type::List => match schema.item(id) {
            Some(item) if item.nullable => format!("({})[]", ty(schema, item)),
            Some(item) => bare(schema, item.ty) + "[]",
            None => "[]".to_owned(),
        },
    }
}

/// What people call a record; `{}` where only its place names it.
fn short(name: &TypeName) -> String {
    name.short().unwrap_or_else(|| PLACE.to_owned())
}

/// Where a type is used, through the lists around it.
fn used(schema: &Schema, id: TypeId, list: &str, lines: &mut Vec<String>, path: &mut Vec<TypeId>) {
    for user in schema.uses(id) {
        let name = |ty: TypeId| schema.record(ty).map(|record| record.name.to_string()).unwrap_or_default();
        match user {
            Use::Param(op, field) => lines.push(format!("{}, parameter {}{list}", schema.operation(op).name, field.name)),
            Use::Result(op, _) => lines.push(format!("{}, result{list}", schema.operation(op).name)),
            Use::Field(ty, field) => lines.push(format!("{}, field {}{list}", name(ty), field.name)),
            Use::Item(ty, _) if path.contains(&ty) => {}
            Use::Item(ty, _) => {
                path.push(ty);
                used(schema, ty, &format!("{list}[]"), lines, path);
                path.pop();
            }
        }
    }
}

/// Rows of name, type and documentation.
struct Tree<'s> {
    schema: &'s Schema,
    rows: Vec<(String, String, String)>,
    /// Records around the row, outermost first.
    path: Vec<TypeId>,
    /// Records that were written out, which is done once.
    seen: Vec<TypeId>,
}

impl<'s> Tree<'s> {
    fn new(schema: &'s Schema) -> Self {
        Tree { schema, rows: Vec::new(), path: Vec::new(), seen: Vec::new() }
    }

    fn field(&mut self, depth: usize, field: &Field) {
        let name = if field.name.is_empty() { "\"\"" } else { &field.name };
        self.slot(depth, name, &field.slot);
    }

    fn slot(&mut self, depth: usize, name: &str, slot: &Slot) {
        let mut kind = ty(self.schema, slot);
        let (inner, mut words) = self.words(slot);
        let mark = match &slot.presence {
            Presence::Required => "",
            Presence::Optional => "?",
            Presence::Default(value) => {
                let mut text = String::new();
                dump::literal(&mut text, value);
                match value {
                    Literal::Runtime(expression) => words = join(&words, &format!("Default: {expression}, which the site decides.")),
                    _ if text.chars().count() > 16 => words = join(&words, &format!("Default: {text}.")),
                    _ => put(&mut kind, format_args!(" = {text}")),
                }
                "?"
            }
        };
        let expands = self.schema.record(inner).is_some();
        let again = expands && self.seen.contains(&inner);
        if again {
            words = join(&words, if self.path.contains(&inner) { "Recursive: see above." } else { "Fields: see above." });
        }
        self.rows.push((format!("{}{name}{mark}", "  ".repeat(depth)), kind, words));
        if expands && !again {
            self.inside(depth + 1, inner);
        }
    }

    /// The rows of a record's fields.
    fn inside(&mut self, depth: usize, record: TypeId) {
        self.path.push(record);
        self.seen.push(record);
        let schema = self.schema;
        schema.fields(record).for_each(|field| self.field(depth, field));
        self.path.pop();
    }

    /// What a slot holds behind its lists, and the words on both. Items have words of their own, which often say more.
    fn words(&self, slot: &Slot) -> (TypeId, String) {
        let mut words = slot.doc.clone();
        let mut inner = slot.ty;
        while let Some(item) = self.schema.item(inner) {
            if !item.doc.is_empty() && item.doc != slot.doc {
                words = join(&words, &format!("Each: {}", item.doc));
            }
            inner = item.ty;
        }
        if let Type::Scalar(Scalar { values: Some(values), .. }) = self.schema.ty(inner) {
            words = enumeration::told(&words, values);
        }
        if slot.site_shaped {
            words = join(&words, "Only on some sites.");
        }
        (inner, words.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn print(&self, out: &mut String) {
        let widest = |cell: fn(&(String, String, String)) -> &String| {
            self.rows.iter().map(|row| cell(row).chars().count()).filter(|&width| width <= COLUMN).max().unwrap_or(0)
        };
        let (name_width, type_width) = (widest(|row| &row.0), widest(|row| &row.1));
        let left = name_width + type_width + 4;
        for (name, kind, words) in &self.rows {
            let mut line = format!("{name:name_width$}  {kind:type_width$}");
            if words.is_empty() {
                put(out, format_args!("{}\n", line.trim_end()));
                continue;
            }
            // Where a wide name or type has pushed the line out of its columns, the words begin below.
            if line.chars().count() > left - 2 {
                put(out, format_args!("{}\n", line.trim_end()));
                line = " ".repeat(left - 2);
            }
            for (at, part) in wrap(words, WIDTH.saturating_sub(left).max(24)).iter().enumerate() {
                let before = if at == 0 { line.clone() } else { " ".repeat(left - 2) };
                put(out, format_args!("{before}  {part}\n"));
            }
        }
    }
}

fn join(words: &str, more: &str) -> String {
    match words.trim_end() {
        "" => more.to_owned(),
        words if words.ends_with(['.', '!', '?', ':', ';', ',']) => format!("{words} {more}"),
        words => format!("{words}. {more}"),
    }
}

fn origin(origin: &Origin) -> String {
    match (origin.symbol.as_str(), origin.file.as_str()) {
        ("", file) => file.to_owned(),
        (symbol, "") => symbol.to_owned(),
        (symbol, file) => format!("{symbol} in {file}"),
    }
}

fn omissions(out: &mut String, schema: &Schema) {
    if schema.omissions().is_empty() {
        return;
    }
    put(out, format_args!("\nleft out: {}\n", counted(schema.omissions().len(), "operation")));
    for omission in schema.omissions() {
        wrapped(out, 4, &format!("{}: {} {}", omission.operation, omission.code, omission.message));
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The first sentence of a documentation text.
fn sentence(doc: &str) -> String {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    match doc.find(". ") {
        Some(end) => doc[..=end].to_owned(),
        None => doc,
    }
}

fn fact(out: &mut String, what: &str, words: &str) {
    for (at, part) in wrap(words, WIDTH - 16).iter().enumerate() {
        put(out, format_args!("  {:12}  {part}\n", if at == 0 { what } else { "" }));
    }
}

fn wrapped(out: &mut String, indent: usize, words: &str) {
    for part in wrap(words, WIDTH - indent) {
        put(out, format_args!("{}{part}\n", " ".repeat(indent)));
    }
}

/// Lines of at most `width` characters; a word that is wider has a line of its own.
fn wrap(words: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::sample;
    use crate::report::Report;

    fn shown(name: &str) -> String {
        let schema = crate::pass::link(vec![sample::forum()], &mut Report::default());
        find(&schema, name).map_or_else(String::new, |found| subject(&schema, found))
    }

    #[test]
    fn services_list_signatures() {
        let text = shown("forum");
        assert!(text.contains("  holds         30 operations, 53 record types, 123 fields\n"), "{text}");
        assert!(text.contains("\nmod_forum_add_post(id: int, options?: {}[]): post_exporter[]\n    Does mod_forum_add_post.\n"), "{text}");
    }

    #[test]
    fn operations_are_trees_that_end() {
        let text = shown("mod_forum_get_post");
        assert!(
            text.contains("\n  id        int        which\n  options?  {}[] = []  options\n    name    text       name of the option\n"),
            "{text}"
        );
        assert!(text.contains("\n    children?     post_exporter[]      replies. Recursive: see above.\n"), "{text}");
        assert!(text.contains("\nnamed types\n  mod_forum\\external\\post_exporter\n"), "{text}");
    }

    #[test]
    fn records_say_where_they_are_used() {
        let text = shown("external_warnings");
        assert!(text.contains("\n  item?    text  what it is about\n"), "{text}");
        assert!(text.contains("\nused by\n  core_course_get_module:result, field warnings[]\n"), "{text}");
        assert_eq!(shown("no_such_name"), "");
    }

    #[test]
    fn text_is_wrapped_and_signatures_are_cut() {
        assert_eq!(wrap("aaa bb  c\ndddddd", 6), ["aaa bb", "c", "dddddd"]);
        let params: Vec<(String, _)> = (0..20).map(|n| (format!("parameter{n}"), sample::int(""))).collect();
        let params = params.iter().map(|(name, slot)| (name.as_str(), slot.clone())).collect();
        let schema = crate::pass::link(vec![sample::fragment(vec![sample::operation("f", params, None)], vec![])], &mut Report::default());
        let text = signature(&schema, schema.operation_by_name("f").unwrap());
        assert!(text.ends_with(", …): nothing") && text.chars().count() <= WIDTH, "{text}");
    }
}
