//! A service as a picture: DOT for Graphviz, operations on the left, what they take and return to the right of them.
//!
//! Only what the service reaches is drawn. Scalars stand in the rows of tables; lists are edges with `[]` at their end; components are
//! frames; documentation is in tooltips (which SVG shows). A record that many places use (warnings, say) is named there and drawn once
//! without edges: thirty edges to one table hide all others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::schema::{OpId, Schema, ServiceId, Slot, Type, TypeId};
use super::{NameBase, OperationMeta, Presence, Scalar, TypeName, enumeration};

const FONT: &str = "Helvetica,Arial,sans-serif";
const OPERATION: &str = "#1f4e79";
const SHARED: &str = "#7a4a00";
const LOCAL: &str = "#4a4a4a";
/// From so many uses on, a record is named instead of pointed at.
const MANY: usize = 7;

/// DOT of one service.
pub fn dot(schema: &Schema, service: ServiceId) -> String {
    let drawing = Drawing::new(schema, service);
    let head = schema.service(service);
    let mut out = String::new();
    put(&mut out, format_args!("digraph {} {{\n", quoted(&head.shortname)));
    put(&mut out, format_args!("  graph [rankdir=LR, fontname=\"{FONT}\", fontsize=20, label={}, labelloc=t, ", quoted(&head.name)));
    out.push_str("nodesep=0.15, ranksep=0.9, splines=true, bgcolor=white, newrank=true];\n");
    put(&mut out, format_args!("  node [shape=plain, fontname=\"{FONT}\", fontsize=10];\n"));
    put(&mut out, format_args!("  edge [fontname=\"{FONT}\", fontsize=9, color=\"#777777\", arrowsize=0.6];\n"));
    for (at, (component, members)) in drawing.clusters.iter().enumerate() {
        let indent = if component.is_empty() { "  " } else { "    " };
        if !component.is_empty() {
            put(&mut out, format_args!("  subgraph cluster_{at} {{\n"));
            put(&mut out, format_args!("    label={}; labeljust=l; fontsize=14; fontcolor=\"#555555\";\n", quoted(component)));
            out.push_str("    style=\"rounded,filled\"; fillcolor=\"#f7f7f4\"; color=\"#c8c8c0\";\n");
        }
        for member in members {
            out.push_str(indent);
            match member {
                Member::Operation(op) => drawing.operation(&mut out, *op),
                Member::Record(ty) => drawing.record(&mut out, *ty),
            }
        }
        if !component.is_empty() {
            out.push_str("  }\n");
        }
    }
    drawing.ranks(&mut out, service);
    drawing.edges(&mut out, service);
    out.push_str("}\n");
    out
}

#[derive(Clone, Copy)]
enum Member {
    Operation(OpId),
    Record(TypeId),
}

struct Drawing<'s> {
    schema: &'s Schema,
    records: Vec<TypeId>,
    /// Records that many places use.
    popular: BTreeSet<TypeId>,
    clusters: BTreeMap<String, Vec<Member>>,
}

impl<'s> Drawing<'s> {
    fn new(schema: &'s Schema, service: ServiceId) -> Self {
        let mut clusters: BTreeMap<String, Vec<Member>> = BTreeMap::new();
        for op in schema.operations(service) {
            clusters.entry(frame(&schema.operation(op).meta)).or_default().push(Member::Operation(op));
        }
        let components: BTreeSet<String> = clusters.keys().cloned().collect();
        let records: Vec<TypeId> = schema.reachable(service).into_iter().filter(|&ty| schema.record(ty).is_some()).collect();
        let popular = popular(schema, service, &records);
        for &ty in &records {
            let Some(record) = schema.record(ty) else { continue };
            let component = if popular.contains(&ty) { POPULAR.to_owned() } else { component_of(schema, &record.name, &components) };
            clusters.entry(component).or_default().push(Member::Record(ty));
        }
        Drawing { schema, records, popular, clusters }
    }

    fn operation(&self, out: &mut String, id: OpId) {
        let operation = self.schema.operation(id);
        put(
            out,
            format_args!("{} [tooltip={}, label=<\n    ", op_node(operation.name.as_str()), quoted(&tip(&operation.doc, &operation.name))),
        );
        table_head(out, &operation.name, "", OPERATION, &operation.doc);
        for param in self.schema.params(id) {
            self.row(out, param.ordinal, &param.name, &param.slot);
        }
        match self.schema.result(id) {
            Some(slot) => {
                let mut label = String::new();
                self.type_label(&mut label, slot);
                put(
                    out,
                    format_args!(
                        "\n      <TR><TD ALIGN=\"RIGHT\" COLSPAN=\"2\" PORT=\"r\" BGCOLOR=\"#eaf1f8\" HREF=\"#\" TITLE={}>",
                        attribute(&self.tip(slot, "result"))
                    ),
                );
                put(out, format_args!("<I>returns</I> {label}</TD></TR>"));
            }
            None => out.push_str("\n      <TR><TD ALIGN=\"RIGHT\" COLSPAN=\"2\" BGCOLOR=\"#eaf1f8\"><I>returns nothing</I></TD></TR>"),
        }
        out.push_str("\n    </TABLE>>];\n");
    }

    fn record(&self, out: &mut String, id: TypeId) {
        let Some(record) = self.schema.record(id) else { return };
        let (short, small, colour) = heading(&record.name);
        put(out, format_args!("{} [tooltip={}, label=<\n    ", self.record_node(id), quoted(&record.name.to_string())));
        table_head(out, &short, &small, colour, &record.name.to_string());
        for field in self.schema.fields(id) {
            self.row(out, field.ordinal, &field.name, &field.slot);
        }
        out.push_str("\n    </TABLE>>];\n");
    }

    fn row(&self, out: &mut String, ordinal: u32, name: &str, slot: &Slot) {
        let mut label = String::new();
        self.type_label(&mut label, slot);
        let mark = match slot.presence {
            Presence::Required => "",
            Presence::Optional | Presence::Default(_) => "?",
        };
        put(
            out,
            format_args!("\n      <TR><TD ALIGN=\"LEFT\" HREF=\"#\" TITLE={}>{}{mark}</TD>", attribute(&self.tip(slot, name)), html(name)),
        );
        put(out, format_args!("<TD ALIGN=\"LEFT\" PORT=\"f{ordinal}\">{label}</TD></TR>"));
    }

    /// `int`, `text[]`, `warnings[]`; a record of one place is `{}`, as the edge says the rest.
    fn type_label(&self, out: &mut String, slot: &Slot) {
        let (leaf, depth) = self.leaf(slot);
        let (word, colour) = match self.schema.ty(leaf) {
            Type::Scalar(scalar) => (scalar.word().to_owned(), "#666666"),
            // A part of a named structure is where the edge leads, and its field says its name.
            Type::Record(record) => match record.name.short() {
                Some(short) if record.name.path.is_empty() => (short, SHARED),
                Some(_) => ("{}".to_owned(), SHARED),
                None => ("{}".to_owned(), LOCAL),
            },
            // `leaf` goes through lists.
            Type::List => (String::new(), LOCAL),
        };
        put(out, format_args!("<FONT COLOR=\"{colour}\">{}{}", html(&word), "[]".repeat(depth)));
        if slot.nullable {
            out.push_str(" | null");
        }
        out.push_str("</FONT>");
    }

    /// What appears over a slot: its documentation, and the values that it may have.
    fn tip(&self, slot: &Slot, otherwise: &str) -> String {
        match self.schema.ty(self.leaf(slot).0) {
            Type::Scalar(Scalar { values: Some(values), .. }) => tip(&enumeration::told(&slot.doc, values), otherwise),
            Type::Scalar(_) | Type::List | Type::Record(_) => tip(&slot.doc, otherwise),
        }
    }

    /// What a slot holds behind its lists, and how many lists those are.
    fn leaf(&self, slot: &Slot) -> (TypeId, usize) {
        leaf(self.schema, slot)
    }

    /// Operations stand in the leftmost column.
    fn ranks(&self, out: &mut String, service: ServiceId) {
        out.push_str("  { rank=min;");
        for op in self.schema.operations(service) {
            put(out, format_args!(" {};", op_node(&self.schema.operation(op).name)));
        }
        out.push_str(" }\n");
    }

    fn edges(&self, out: &mut String, service: ServiceId) {
        for op in self.schema.operations(service) {
            let node = op_node(&self.schema.operation(op).name);
            for param in self.schema.params(op) {
                self.edge(out, &format!("{node}:f{}:e", param.ordinal), &param.slot);
            }
            if let Some(slot) = self.schema.result(op) {
                self.edge(out, &format!("{node}:r:e"), slot);
            }
        }
        for &ty in &self.records {
            for field in self.schema.fields(ty) {
                self.edge(out, &format!("{}:f{}:e", self.record_node(ty), field.ordinal), &field.slot);
            }
        }
    }

    fn edge(&self, out: &mut String, from: &str, slot: &Slot) {
        let (leaf, depth) = self.leaf(slot);
        if self.schema.record(leaf).is_none() || self.popular.contains(&leaf) {
            return;
        }
        put(out, format_args!("  {from} -> {}:h:w", self.record_node(leaf)));
        let mut attributes = Vec::new();
        if depth > 0 {
            attributes.push("arrowhead=crow".to_owned());
        }
        if slot.presence != Presence::Required {
            attributes.push("style=dashed".to_owned());
        }
        if !attributes.is_empty() {
            put(out, format_args!(" [{}]", attributes.join(", ")));
        }
        out.push_str(";\n");
    }

    fn record_node(&self, id: TypeId) -> String {
        let name = self.schema.record(id).map_or_else(String::new, |record| record.name.to_string());
        quoted(&format!("type {name}"))
    }
}

/// The frame of popular records. No component has such a name.
const POPULAR: &str = "used in many places";

fn leaf(schema: &Schema, slot: &Slot) -> (TypeId, usize) {
    let (mut ty, mut depth) = (slot.ty, 0);
    while let Some(item) = schema.item(ty) {
        (ty, depth) = (item.ty, depth + 1);
    }
    (ty, depth)
}

fn popular(schema: &Schema, service: ServiceId, records: &[TypeId]) -> BTreeSet<TypeId> {
    let mut uses: BTreeMap<TypeId, usize> = BTreeMap::new();
    let of_operations = schema.operations(service).flat_map(|op| schema.op_slots(op));
    for slot in of_operations.chain(records.iter().flat_map(|&ty| schema.slots(ty))) {
        *uses.entry(leaf(schema, slot).0).or_default() += 1;
    }
    uses.into_iter().filter(|&(ty, count)| count >= MANY && schema.record(ty).is_some()).map(|(ty, _)| ty).collect()
}

fn op_node(name: &str) -> String {
    quoted(&format!("operation {name}"))
}

/// The frame of an operation: its component. Moodle's core is one component of many parts, which its classes are named after.
fn frame(meta: &OperationMeta) -> String {
    if meta.component != "moodle" {
        return meta.component.clone();
    }
    let part = match meta.class.split_once('\\') {
        Some((space, _)) => space,
        None => meta.class.strip_suffix("_external").unwrap_or_default(),
    };
    if part.is_empty() { "core".to_owned() } else { part.to_owned() }
}

/// The component whose frame a record stands in: that of its operation, or the one that its class's name begins with.
fn component_of(schema: &Schema, name: &TypeName, known: &BTreeSet<String>) -> String {
    match &name.base {
        NameBase::Params(operation) | NameBase::Result(operation) => {
            schema.operation_by_name(operation).map_or_else(String::new, |op| frame(&schema.operation(op).meta))
        }
        NameBase::Class(class) | NameBase::Method(class, _) => {
            let first = class.split('\\').next().unwrap_or_default();
            if known.contains(first) { first.to_owned() } else { String::new() }
        }
    }
}

/// What stands at the head of a record's table: the shortest words that say what it is, smaller ones for where it is, and a colour that
/// tells shared types from those of one place.
fn heading(name: &TypeName) -> (String, String, &'static str) {
    let path = |rest: &str| name.path.iter().fold(rest.to_owned(), |text, key| text + "." + key);
    let short = name.short().unwrap_or_default();
    match &name.base {
        NameBase::Params(operation) => (path("params"), operation.clone(), LOCAL),
        NameBase::Result(operation) => (path("result"), operation.clone(), LOCAL),
        NameBase::Class(class) => (short, class.rsplit_once('\\').map_or_else(String::new, |(space, _)| space.to_owned()), SHARED),
        NameBase::Method(class, method) => (short, format!("{class}::{method}()"), SHARED),
    }
}

fn table_head(out: &mut String, name: &str, small: &str, colour: &str, tip: &str) {
    out.push_str("<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\" BGCOLOR=\"white\" ");
    put(out, format_args!("COLOR=\"{colour}\">\n      <TR><TD COLSPAN=\"2\" PORT=\"h\" BGCOLOR=\"{colour}\" ALIGN=\"LEFT\" "));
    put(out, format_args!("HREF=\"#\" TITLE={}><FONT COLOR=\"white\"><B>{}</B>", attribute(tip), html(name)));
    if !small.is_empty() {
        put(out, format_args!("<BR ALIGN=\"LEFT\"/><FONT POINT-SIZE=\"8\">{}</FONT>", html(small)));
    }
    out.push_str("<BR ALIGN=\"LEFT\"/></FONT></TD></TR>");
}

fn tip(doc: &str, otherwise: &str) -> String {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    if doc.is_empty() { otherwise.to_owned() } else { doc }
}

/// A text inside an HTML-like label.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Control characters are not XML, and expat would refuse the whole label.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A value of an attribute inside an HTML-like label, with its quotes.
fn attribute(text: &str) -> String {
    format!("\"{}\"", html(text))
}

/// A DOT string. A backslash would begin one of DOT's own escapes (`\n`, `\N`).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
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

    fn drawn(fragment: crate::ir::Fragment) -> String {
        let mut report = Report::default();
        let schema = crate::pass::link(vec![fragment], &mut report);
        crate::pass::check(&schema, &mut report);
        assert_eq!(report.iter().count(), 0, "{report:?}");
        dot(&schema, schema.services().next().unwrap())
    }

    #[test]
    fn tables_hold_scalars_and_edges_join_records() {
        let dot = drawn(sample::forum());
        assert!(dot.contains(r#""operation mod_forum_view_post":r:e -> "type mod_forum_view_post:result":h:w;"#), "{dot}");
        assert!(dot.contains(
            r#""operation mod_forum_view_post":f1:e -> "type mod_forum_view_post:params.options":h:w [arrowhead=crow, style=dashed];"#
        ));
        assert!(dot.contains(r##"PORT="f1"><FONT COLOR="#7a4a00">external_warnings[]</FONT>"##));
        assert!(!dot.contains(r#"-> "type core_external"#), "a record of many uses has no edges");
    }

    #[test]
    fn names_and_documentation_are_escaped() {
        let odd = sample::operation("a\"b\\c", vec![("<&>", sample::int("say \"so\"\nand <b>\u{7}"))], None);
        let dot = drawn(sample::fragment(vec![odd], vec![sample::service("s", &["a\"b\\c"])]));
        assert!(dot.contains(r#""operation a\"b\\c""#), "{dot}");
        assert!(dot.contains(r#"TITLE="say &quot;so&quot; and &lt;b&gt; ">&lt;&amp;&gt;</TD>"#), "{dot}");
    }
}
