//! The canonical text of a schema: what snapshots hold, what is compared and what digests are taken of.
//!
//! Two schemas have the same text exactly if they are equal in all that artifacts may depend on: names, order, types, presence, defaults
//! with their PHP types, documentation, registration, and file and symbol of origins; not spans. An origin that is the same as that of
//! the element around it is not repeated.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use super::schema::{Field, OpId, Schema, ServiceId, Slot, Type, TypeId};
use super::{Key, Literal, NameBase, Origin, Presence, Scalar, SessionPart, TypeName};

/// The text of a whole schema: releases, services by shortname, all operations and records by name, omissions.
pub fn schema(schema: &Schema) -> String {
    let mut out = String::new();
    for release in schema.releases() {
        line(&mut out, 0, format_args!("release {}", Quoted(release)));
    }
    schema.services().for_each(|id| service_head(&mut out, schema, id));
    schema.all_operations().for_each(|id| operation(&mut out, schema, id));
    schema.records().for_each(|id| record(&mut out, schema, id));
    for omission in schema.omissions() {
        line(&mut out, 0, format_args!("omitted {} {} {}", Word(&omission.operation), omission.code, Quoted(&omission.message)));
    }
    out
}

/// The text of one service and all that it reaches: operations in its order, records by name.
pub fn service(schema: &Schema, id: ServiceId) -> String {
    let mut out = String::new();
    pieces(schema, id, |piece| out.push_str(piece));
    out
}

/// SHA-256 of [`service`], in lower-case hex: what generated files carry.
pub fn digest(schema: &Schema, id: ServiceId) -> String {
    let mut hash = Sha256::new();
    pieces(schema, id, |piece| hash.update(piece));
    hex(&hash.finalize())
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        put(&mut out, format_args!("{byte:02x}"));
    }
    out
}

/// The text of [`service`] piece by piece: all of it at once would be as large as a WSDL.
fn pieces(schema: &Schema, id: ServiceId, mut take: impl FnMut(&str)) {
    let mut out = String::new();
    let mut piece = |write: &dyn Fn(&mut String)| {
        write(&mut out);
        take(&out);
        out.clear();
    };
    piece(&|out| service_head(out, schema, id));
    schema.operations(id).for_each(|op| piece(&|out| operation(out, schema, op)));
    let mut records: Vec<(&TypeName, TypeId)> =
        schema.reachable(id).into_iter().filter_map(|ty| schema.record(ty).map(|record| (&record.name, ty))).collect();
    records.sort_unstable();
    for (_, ty) in records {
        piece(&|out| record(out, schema, ty));
    }
}

fn service_head(out: &mut String, schema: &Schema, id: ServiceId) {
    let service = schema.service(id);
    line(out, 0, format_args!("service {} {}", Word(&service.shortname), Quoted(&service.name)));
    if !service.component.is_empty() {
        line(out, 1, format_args!("component {}", Word(&service.component)));
    }
    let meta = &service.meta;
    let flags = [
        (meta.enabled, "enabled"),
        (meta.restricted_users, "restricted-users"),
        (meta.download_files, "download-files"),
        (meta.upload_files, "upload-files"),
    ];
    flagged(out, &flags);
    if let Some(capability) = &meta.required_capability {
        line(out, 1, format_args!("capability {}", Quoted(capability)));
    }
    origin(out, &service.origin, &Origin::default());
    for op in schema.operations(id) {
        line(out, 1, format_args!("lists {}", Word(&schema.operation(op).name)));
    }
    for name in &service.omitted {
        line(out, 1, format_args!("omits {}", Word(name)));
    }
}

fn operation(out: &mut String, schema: &Schema, id: OpId) {
    let operation = schema.operation(id);
    line(out, 0, format_args!("operation {}", Word(&operation.name)));
    if !operation.doc.is_empty() {
        line(out, 1, format_args!("doc {}", Quoted(&operation.doc)));
    }
    let meta = &operation.meta;
    if !meta.component.is_empty() {
        line(out, 1, format_args!("component {}", Word(&meta.component)));
    }
    if let Some(kind) = &meta.kind {
        line(out, 1, format_args!("kind {}", Word(kind)));
    }
    let flags = [
        (meta.ajax, "ajax"),
        (meta.login_required, "login-required"),
        (meta.readonly_session, "readonly-session"),
        (meta.deprecated, "deprecated"),
    ];
    flagged(out, &flags);
    for capability in &meta.capabilities {
        line(out, 1, format_args!("capability {}", Quoted(capability)));
    }
    if !meta.class.is_empty() || !meta.method.is_empty() {
        line(out, 1, format_args!("calls {} {}", Quoted(&meta.class), Quoted(&meta.method)));
    }
    origin(out, &operation.origin, &Origin::default());
    for param in schema.params(id) {
        field(out, schema, "param", param, &operation.origin);
    }
    if let Some(result) = schema.result(id) {
        slot(out, schema, 1, "result", result, &operation.origin);
    }
}

fn record(out: &mut String, schema: &Schema, id: TypeId) {
    let Some(record) = schema.record(id) else { return };
    line(out, 0, format_args!("record {}", Named(&record.name)));
    if !record.doc.is_empty() {
        line(out, 1, format_args!("doc {}", Quoted(&record.doc)));
    }
    origin(out, &record.origin, &Origin::default());
    for part in schema.fields(id) {
        field(out, schema, "field", part, &record.origin);
    }
}

fn field(out: &mut String, schema: &Schema, what: &str, field: &Field, around: &Origin) {
    let session = match field.session {
        None => "",
        Some(SessionPart::Client) => " session-client",
        Some(SessionPart::Key) => " session-key",
    };
    slot(out, schema, 1, &format!("{what} {}{session}", Word(&field.name)), &field.slot, around);
}

/// One line for a slot and, below a list, one for its item: as deep as lists of lists go, no deeper.
fn slot(out: &mut String, schema: &Schema, depth: usize, what: &str, slot: &Slot, around: &Origin) {
    indent(out, depth);
    put(out, format_args!("{what}: "));
    match schema.ty(slot.ty) {
        Type::Scalar(ty) => scalar(out, ty),
        Type::List => out.push_str("list"),
        Type::Record(record) => put(out, format_args!("record {}", Named(&record.name))),
    }
    match &slot.presence {
        Presence::Required => {}
        Presence::Optional => out.push_str(" optional"),
        Presence::Default(value) => {
            out.push_str(" default ");
            literal(out, value);
        }
    }
    for (flag, word) in [(slot.nullable, " nullable"), (slot.site_shaped, " site-shaped")] {
        if flag {
            out.push_str(word);
        }
    }
    if !slot.doc.is_empty() {
        put(out, format_args!(" {}", Quoted(&slot.doc)));
    }
    if slot.origin != *around {
        put(out, format_args!(" from {} {}", Quoted(&slot.origin.file), Quoted(&slot.origin.symbol)));
    }
    out.push('\n');
    if let Some(item) = schema.item(slot.ty) {
        self::slot(out, schema, depth + 1, "item", item, &slot.origin);
    }
}

fn scalar(out: &mut String, scalar: &Scalar) {
    out.push_str(scalar.kind.word());
    if !scalar.refinement.is_empty() {
        put(out, format_args!("({})", Word(&scalar.refinement)));
    }
    if let Some(values) = &scalar.values {
        out.push_str(" one-of ");
        if !values.name.is_empty() {
            put(out, format_args!("{}", Word(&values.name)));
        }
        out.push('(');
        for (at, value) in values.values().enumerate() {
            put(out, format_args!("{}{}", if at > 0 { ", " } else { "" }, Quoted(value)));
        }
        out.push(')');
    }
}

/// A default as PHP would nearly write it: types are told apart (`"1"`, `1`, `1.0`, `true`).
pub fn literal(out: &mut String, value: &Literal) {
    match value {
        Literal::Null => out.push_str("null"),
        Literal::Bool(value) => put(out, format_args!("{value}")),
        Literal::Int(value) => put(out, format_args!("{value}")),
        Literal::Float(value) => put(out, format_args!("{value:?}")),
        Literal::Str(value) => put(out, format_args!("{}", Quoted(value))),
        Literal::Runtime(expression) => put(out, format_args!("runtime {}", Quoted(expression))),
        Literal::Array(items) => {
            out.push('[');
            let list = Literal::is_list(items);
            for (at, (key, value)) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                match key {
                    _ if list => {}
                    Key::Int(key) => put(out, format_args!("{key} => ")),
                    Key::Str(key) => put(out, format_args!("{} => ", Quoted(key))),
                }
                literal(out, value);
            }
            out.push(']');
        }
    }
}

/// The name of a record type as one text that no other name has.
pub fn type_name(name: &TypeName) -> String {
    Named(name).to_string()
}

/// The name of a record type.
struct Named<'n>(&'n TypeName);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.base {
            NameBase::Class(class) => write!(f, "{}", Word(class))?,
            NameBase::Method(class, method) => write!(f, "{}::{}", Word(class), Word(method))?,
            NameBase::Params(operation) => write!(f, "{}:params", Word(operation))?,
            NameBase::Result(operation) => write!(f, "{}:result", Word(operation))?,
        }
        self.0.path.iter().try_for_each(|key| write!(f, ".{}", Word(key)))
    }
}

fn flagged(out: &mut String, flags: &[(bool, &str)]) {
    for (_, name) in flags.iter().filter(|(set, _)| *set) {
        line(out, 1, format_args!("{name}"));
    }
}

fn origin(out: &mut String, origin: &Origin, around: &Origin) {
    if origin != around {
        line(out, 1, format_args!("from {} {}", Quoted(&origin.file), Quoted(&origin.symbol)));
    }
}

/// A name as it is, or quoted where that could be read as something else.
struct Word<'t>(&'t str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = !self.0.is_empty() && self.0.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '\\' | '-'));
        if plain { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

/// A text in double quotes, on one line.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut rest = self.0;
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| matches!(c, '"' | '\\') || c.is_control()) {
            f.write_str(&rest[..at])?;
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c => write!(f, "\\u{{{:x}}}", u32::from(c))?,
            }
            rest = &rest[at + c.len_utf8()..];
        }
        f.write_str(rest)?;
        f.write_char('"')
    }
}

fn line(out: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    indent(out, depth);
    put(out, text);
    out.push('\n');
}

fn indent(out: &mut String, depth: usize) {
    (0..depth).for_each(|_| out.push_str("  "));
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::sample::{class, default, fragment, int, list, operation, origin, record, result, service, text};
    use crate::ir::{Fragment, SlotDef};
    use crate::report::Report;
    use crate::source::{FileId, Span};

    /// An operation with this result, in a service.
    fn with(slot: SlotDef) -> Fragment {
        fragment(vec![operation("f", vec![("a", int("which"))], Some(slot))], vec![service("s", &["f"])])
    }

    fn dumped(fragment: Fragment) -> String {
        schema(&crate::pass::link(vec![fragment], &mut Report::default()))
    }

    #[test]
    fn all_that_artifacts_depend_on_is_in_it() {
        let changes: &[fn(&mut Fragment)] = &[
            |f| f.release = Some("4.5".into()),
            |f| f.services[0].name += "!",
            |f| f.services[0].component += "x",
            |f| f.services[0].meta.enabled = false,
            |f| f.services[0].meta.upload_files = true,
            |f| f.services[0].meta.required_capability = Some("moodle/site:config".into()),
            |f| f.services[0].operations.clear(),
            |f| f.operations[0].doc += "\n",
            |f| f.operations[0].meta.ajax = true,
            |f| f.operations[0].meta.kind = Some("write".into()),
            |f| f.operations[0].meta.capabilities.push("a, b".into()),
            |f| f.operations[0].meta.capabilities = vec!["a".into(), "b".into()],
            |f| f.operations[0].meta.deprecated = true,
            |f| f.operations[0].meta.class += "x",
            |f| f.operations[0].origin.symbol += "x",
            |f| f.operations[0].params[0].name += " x",
            |f| f.operations[0].params[0].slot = int("other"),
            |f| f.operations[0].params[0].slot = text("which"),
            |f| f.operations[0].params[0].slot.nullable = true,
            |f| f.operations[0].params[0].slot.origin.file += "x",
            |f| f.operations[0].params[0].slot.presence = Presence::Optional,
            |f| {
                f.operations[0].params[0].slot.presence = Presence::Optional;
                f.operations[0].params[0].slot.site_shaped = true;
            },
            |f| f.operations[0].result = None,
            |f| f.operations[0].result = Some(list(int("x"), "")),
            |f| f.operations[0].result = Some(record(class("c"), result("f"), vec![("k", int("")), ("l", int(""))])),
            |f| f.operations[0].result = Some(record(class("c"), result("f"), vec![("l", int("")), ("k", int(""))])),
            |f| f.operations[0].result = Some(record(class("c.k"), result("f"), vec![("l", int("")), ("k", int(""))])),
            |f| f.operations[0].result = Some(record(class("c").child("k"), result("f"), vec![("l", int("")), ("k", int(""))])),
        ];
        let plain = with(record(class("c"), result("f"), vec![("k", int("a key"))]));
        let mut dumps = vec![dumped(plain.clone())];
        for change in changes {
            let mut other = plain.clone();
            change(&mut other);
            dumps.push(dumped(other));
        }
        let all = dumps.len();
        dumps.sort();
        dumps.dedup();
        assert_eq!(dumps.len(), all);
    }

    #[test]
    fn types_of_defaults_are_told_apart_and_spans_do_not_count() {
        use Literal::{Array, Bool, Float, Int, Null, Runtime, Str};
        let values = [
            Null,
            Bool(true),
            Int(1),
            Float(1.0),
            Float(-0.0),
            Float(0.0),
            Str("1".into()),
            Str("null".into()),
            Str("a\"\n\u{1}".into()),
            Runtime("null".into()),
            Array(vec![]),
            Array(vec![(Key::Int(0), Int(1))]),
            Array(vec![(Key::Int(1), Int(1))]),
            Array(vec![(Key::Str("0".into()), Int(1))]),
        ];
        let mut dumps: Vec<String> = values.iter().map(|value| dumped(with(default(int(""), value.clone())))).collect();
        assert!(dumps[8].contains("\n  result: int(int) default \"a\\\"\\n\\u{1}\" from \"lib.php\" \"sample\"\n"), "{}", dumps[8]);
        dumps.sort();
        dumps.dedup();
        assert_eq!(dumps.len(), values.len());

        let mut moved = int("");
        moved.origin.span = Some(Span { file: FileId(3), start: 4, end: 9 });
        assert_eq!(dumped(with(moved)), dumped(with(int(""))));
    }

    #[test]
    fn a_service_depends_on_what_it_reaches_alone() {
        let digest_of = |other: &str| {
            let both = fragment(
                vec![operation("f", vec![], Some(int(""))), operation("g", vec![], Some(text(other)))],
                vec![service("s", &["f"]), service("t", &["g"])],
            );
            let schema = crate::pass::link(vec![both], &mut Report::default());
            ["s", "t"].map(|name| digest(&schema, schema.service_by_name(name).unwrap()))
        };
        let (one, two) = (digest_of("one"), digest_of("two"));
        assert_eq!(one[0], two[0]);
        assert_ne!(one[1], two[1]);
        assert_ne!(origin("a", "b"), origin("a", "c"));
    }
}
