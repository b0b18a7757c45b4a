//! What the report says, in the order in which it says it.

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Crosswalk, Fate, FieldFate, How, Variant, Verdict};
use serde::Serialize;

use crate::convention::former::Change;
use crate::convention::oktech;
use crate::ir::{OpId, Schema};

/// What the report is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// The interface that moves.
    pub schema: &'s Schema,
    /// Its operations.
    pub operations: &'s [OpId],
    /// Short name of its service.
    pub service: &'s str,
    /// The release that it moves to.
    pub release: &'s str,
}

/// The report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Short name of the service.
    pub service: String,
    release: String,
    generator: &'static str,
    counts: Counts,
    /// Verdicts with their shares, for the bar.
    shares: Vec<Share>,
    /// Functions that a service on the Moodle must have.
    functions: Vec<String>,
    /// Capabilities that an account needs, with how many operations they are for.
    capabilities: Vec<Needed>,
    operations: Vec<Row>,
    /// What changes for clients: at most one move, from the former WSDL to the newer one.
    moves: Vec<Move>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    operations: usize,
    served: usize,
    exact: usize,
    converts: usize,
    loses: usize,
    runtime: usize,
    needs_plugin: usize,
    open: usize,
}

#[derive(Debug, Serialize)]
struct Share {
    class: &'static str,
    words: &'static str,
    about: &'static str,
    count: usize,
}

#[derive(Debug, Serialize)]
struct Needed {
    name: String,
    operations: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: String,
    doc: String,
    verdict: &'static str,
    words: &'static str,
    summary: String,
    reason: String,
    /// What is missing in Moodle.
    missing: String,
    functions: Vec<String>,
    capabilities: Vec<String>,
    parameters: Vec<FieldRow>,
    result: Vec<FieldRow>,
    /// What changes in a client, in sentences.
    client: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FieldRow {
    path: String,
    fate: &'static str,
    words: &'static str,
    /// Where to or from, how, or why.
    text: String,
}

/// What changes in clients that move from the former WSDL to the newer one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Move {
    /// Where the former WSDL is served, and the newer one.
    from: String,
    to: String,
    unwrapped: usize,
    renamed: usize,
    reshaped: usize,
    added: usize,
    /// An operation whose answer is no longer wrapped.
    examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
struct Example {
    operation: String,
    field: String,
}

/// Decides what the report says. `clients` is empty when the interface has no former shape.
pub fn view(subject: Subject<'_>, crosswalk: &Crosswalk, clients: &IndexMap<String, Change>) -> View {
    let mut operations: Vec<Row> = subject.operations.iter().map(|&op| row(subject, op, crosswalk, clients)).collect();
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    let count = |class: &str| operations.iter().filter(|row| row.verdict == class).count();
    let shares: Vec<Share> = KINDS
        .iter()
        .map(|&(class, words, about)| Share { class, words, about, count: count(class) })
        .filter(|share| share.count > 0)
        .collect();
    let counts = Counts {
        operations: operations.len(),
        served: count("exact") + count("converts") + count("loses"),
        exact: count("exact"),
        converts: count("converts"),
        loses: count("loses"),
        runtime: count("runtime"),
        needs_plugin: count("needs-plugin"),
        open: count("open"),
    };
    let mut functions: Vec<String> = operations.iter().flat_map(|row| row.functions.clone()).collect::<IndexSet<_>>().into_iter().collect();
    functions.sort();
    let mut needed: IndexMap<String, usize> = IndexMap::new();
    for name in operations.iter().flat_map(|row| &row.capabilities) {
        *needed.entry(name.clone()).or_default() += 1;
    }
    needed.sort_keys();
    let changed = |what: fn(&Change) -> bool| clients.values().filter(|change| what(change)).count();
    let example = clients.iter().find(|(name, change)| name.as_str() == "get_my_courses" && change.result.is_some());
    let example = example.or_else(|| clients.iter().find(|(_, change)| change.result.is_some()));
    let served = |wrapped: bool| {
        let profile = oktech().profiles.iter().find(|profile| profile.rules.wrapped == wrapped);
        profile.map(|profile| profile.rules.wsdl.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    let moves = (!clients.is_empty()).then(|| Move {
        from: served(true),
        to: served(false),
        unwrapped: changed(|change| change.result.is_some()),
        renamed: changed(|change| change.renames() || change.reshapes()),
        reshaped: changed(Change::reshapes),
        added: changed(|change| change.added),
        examples: example.iter().map(|(name, change)| example_of(name, change)).collect(),
    });
    View {
        service: subject.service.to_owned(),
        release: subject.release.to_owned(),
        generator: concat!("mwsc ", env!("CARGO_PKG_VERSION")),
        counts,
        shares,
        functions,
        capabilities: needed.into_iter().map(|(name, operations)| Needed { name, operations }).collect(),
        operations,
        moves: moves.into_iter().collect(),
    }
}

/// Verdicts: a word for programs, words for people, what they mean.
const KINDS: &[(&str, &str, &str)] = &[
    ("exact", "exact", "every value comes out the same"),
    ("converts", "converts", "values are converted, none is lost"),
    ("loses", "loses", "some fields have no counterpart"),
    ("runtime", "runtime", "mwsd answers by itself"),
    ("needs-plugin", "needs plugin", "no core function does it; the generated plugin does"),
    ("open", "open point", "the crosswalk has no entry"),
];

fn row(subject: Subject<'_>, op: OpId, crosswalk: &Crosswalk, clients: &IndexMap<String, Change>) -> Row {
    let operation = subject.schema.operation(op);
    let release = mwsc_contract::crosswalk::Release::parse(subject.release);
    let entry = crosswalk.operations.get(&operation.name);
    let variant = entry.and_then(|entry| entry.on(release.as_ref()));
    let class = match (entry, variant) {
        (_, Some(variant)) => class(variant.verdict),
        (Some(_), None) => "needs-plugin",
        (None, None) => "open",
    };
    let (missing, reason) = match (entry, variant) {
        (_, Some(variant)) => (plugin(variant), variant.reason.clone()),
        (Some(entry), None) => {
            let since = entry.variants.last().and_then(|variant| variant.since.as_ref());
            let since = since.map(|since| format!("core functions serve it from Moodle {since} on")).unwrap_or_default();
            (since, String::new())
        }
        (None, None) => (String::new(), String::new()),
    };
    let calls = variant.filter(|variant| matches!(variant.how, How::Calls(_)));
    let fields = calls.map(|variant| variant.fields.as_slice()).unwrap_or_default();
    let is_result = |field: &&FieldFate| field.path == "return" || field.path.starts_with("return.");
    let sentences = clients.get(&operation.name).map(sentences).unwrap_or_default();
    Row {
        name: operation.name.clone(),
        doc: first_sentence(&operation.doc),
        verdict: class,
        words: KINDS.iter().find(|kind| kind.0 == class).map_or("", |kind| kind.1),
        summary: summary(fields),
        reason,
        missing,
        functions: calls.map(|variant| variant.functions.clone()).unwrap_or_default(),
        capabilities: calls.map(|variant| variant.capabilities.clone()).unwrap_or_default(),
        parameters: fields.iter().filter(|field| !is_result(field)).map(field_row).collect(),
        result: fields.iter().filter(is_result).map(field_row).collect(),
        client: sentences,
    }
}

fn example_of(operation: &str, change: &Change) -> Example {
    Example { operation: operation.to_owned(), field: change.result.clone().unwrap_or_default() }
}

/// What a client of an operation changes.
fn sentences(change: &Change) -> Vec<String> {
    let mut out = Vec::new();
    if change.added {
        out.push("The operation is new.".to_owned());
    }
    if let Some(field) = &change.result {
        out.push(format!("The answer is the list itself, and no longer a record with the list in `{field}`."));
    }
    for (part, field) in &change.unwrapped {
        out.push(format!("`{part}` is the list itself, and no longer a record with the list in `{field}`."));
    }
    for (old, new) in &change.renamed {
        out.push(format!("The part `{old}` is called `{new}`."));
    }
    for (part, old) in &change.retyped {
        out.push(format!("The part `{part}` was of the type `{old}`."));
    }
    for part in &change.gone {
        out.push(format!("The part `{part}` is gone; nobody looked at it."));
    }
    for part in &change.new {
        out.push(format!("The part `{part}` is new; its default held before."));
    }
    out
}

fn plugin(variant: &Variant) -> String {
    match &variant.how {
        How::Plugin(missing) => missing.clone(),
        How::Calls(_) | How::Runtime => String::new(),
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Exact => "exact",
        Verdict::Converts => "converts",
        Verdict::Loses => "loses",
        Verdict::Runtime => "runtime",
        Verdict::NeedsPlugin => "needs-plugin",
    }
}

/// How many fields have which fate, in words.
fn summary(fields: &[FieldFate]) -> String {
    let count = |what: fn(&Fate) -> bool| fields.iter().filter(|field| what(&field.fate)).count();
    let parts = [
        (count(|fate| matches!(fate, Fate::Same(_) | Fate::Constant(_) | Fate::Decides | Fate::Ignored(_))), "same"),
        (count(|fate| matches!(fate, Fate::Converted(_))), "converted"),
        (count(|fate| matches!(fate, Fate::Lost(_))), "lost"),
    ];
    parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn field_row(field: &FieldFate) -> FieldRow {
    let (fate, words, text) = match &field.fate {
        Fate::Same(place) => ("same", "same", place.clone()),
        Fate::Converted(how) => ("converted", "converted", how.clone()),
        Fate::Constant(value) => ("constant", "always", shown(value)),
        Fate::Decides => ("decides", "decides", "what is called".to_owned()),
        Fate::Ignored(why) => ("ignored", "no effect", why.clone()),
        Fate::Lost(why) => ("lost", "lost", why.clone()),
    };
    FieldRow { path: field.path.clone(), fate, words, text }
}

fn shown(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn first_sentence(doc: &str) -> String {
    let line = doc.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.split_once(". ").map_or(line, |(first, _)| first).trim_end_matches('.').to_owned()
}
