//! Reads a crosswalk file: TOML by serde, then expressions, names and references. What is wrong is reported and left out.

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::Value;
use mwsc_contract::crosswalk::expr::{Argument, Piece};
use mwsc_contract::crosswalk::{Each, Expr, Maps, Misspelt, Release, parse, parse_with};
use serde::Deserialize;
use toml::Spanned;

use super::source::{Action, At, Body, Crosswalk, How, Map, Routine, Step, Variant};
use crate::report::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span};

/// How long an expression may be when the maps in it are written out, in bytes.
const MAX_EXPRESSION: usize = 64 * 1024;
/// How many steps a routine may have when the routines in it are written out.
const MAX_STEPS: usize = 2_000;

type Text = Spanned<String>;
type Texts = IndexMap<Text, Text>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawFile {
    #[serde(default)]
    table: IndexMap<String, Value>,
    #[serde(default)]
    map: IndexMap<Text, RawMap>,
    #[serde(default)]
    routine: IndexMap<Text, RawRoutine>,
    #[serde(default)]
    operation: IndexMap<Text, Vec<RawVariant>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawMap {
    record: String,
    #[serde(default)]
    fields: Texts,
    #[serde(default)]
    lost: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRoutine {
    takes: Vec<String>,
    #[serde(default)]
    steps: Vec<Spanned<RawStep>>,
    result: Text,
    #[serde(default)]
    lost: Texts,
    #[serde(default)]
    ignored: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawVariant {
    since: Option<Text>,
    until: Option<Text>,
    #[serde(default)]
    reason: String,
    plugin: Option<String>,
    #[serde(default)]
    runtime: bool,
    #[serde(default)]
    steps: Vec<Spanned<RawStep>>,
    result: Option<Text>,
    #[serde(default)]
    lost: Texts,
    #[serde(default)]
    ignored: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawStep {
    when: Option<Text>,
    each: Option<Text>,
    #[serde(default)]
    attempt: bool,
    read: Option<Text>,
    write: Option<Text>,
    set: Option<Text>,
    r#use: Option<Text>,
    fail: Option<Text>,
    missing: Option<Text>,
    #[serde(default)]
    with: Texts,
    give: Option<Text>,
    r#as: Option<Text>,
}

/// Reads a crosswalk file. `text` is the text of `file` in `sources`.
pub fn read(file: FileId, sources: &SourceMap, report: &mut Report) -> Crosswalk {
    let text = &sources.file(file).text;
    let raw: RawFile = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(why) => {
            let span = why.span().map(|at| Span { file, start: at.start as u32, end: at.end as u32 });
            report.push(Diagnostic::new(Code::X001, why.message().trim_end_matches('\n').replace('\n', "; ")).at(span));
            return Crosswalk::default();
        }
    };
    let mut reader = Reader { file, text, maps: Maps::new(), report };
    let mut out = Crosswalk { tables: raw.table, ..Crosswalk::default() };
    let everywhere: IndexSet<String> = out.tables.keys().cloned().chain(["caller".to_owned(), "now".to_owned()]).collect();
    for (name, map) in as_written(raw.map) {
        let read = reader.map(&name, map, &everywhere);
        out.maps.insert(name.into_inner(), read);
    }
    let mut sizes: IndexMap<String, usize> = IndexMap::new();
    for (name, routine) in as_written(raw.routine) {
        let span = reader.span(&name);
        let size: usize = 1 + routine.steps.iter().map(|step| step.get_ref().size(&sizes)).sum::<usize>();
        let body = reader.body(routine.steps, &routine.result, &out);
        if size > MAX_STEPS {
            let message =
                format!("the routine `{}` has more than {MAX_STEPS} steps when those that it uses are written out", name.get_ref());
            reader.report.push(Diagnostic::new(Code::X001, message).at(span));
            continue;
        }
        sizes.insert(name.get_ref().clone(), size);
        let (lost, ignored) = (reader.texts(routine.lost), reader.texts(routine.ignored));
        out.routines.insert(name.into_inner(), Routine { takes: routine.takes, body, lost, ignored, span });
    }
    for (name, variants) in as_written(raw.operation) {
        let read = variants.into_iter().filter_map(|variant| reader.variant(&name, variant, &out)).collect();
        out.operations.insert(name.into_inner(), read);
    }
    out
}

/// Entries in the order of the file, which the TOML reader does not keep.
fn as_written<T>(entries: IndexMap<Text, T>) -> impl Iterator<Item = (Text, T)> {
    let mut entries: Vec<(Text, T)> = entries.into_iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries.into_iter()
}

impl RawStep {
    /// How many steps it is when routines are written out.
    fn size(&self, sizes: &IndexMap<String, usize>) -> usize {
        self.r#use.as_ref().and_then(|routine| sizes.get(routine.get_ref())).copied().unwrap_or(1)
    }
}

struct Reader<'r> {
    file: FileId,
    text: &'r str,
    maps: Maps,
    report: &'r mut Report,
}

impl Reader<'_> {
    fn map(&mut self, name: &Text, raw: RawMap, everywhere: &IndexSet<String>) -> Map {
        let fields: IndexMap<String, At<Expr>> =
            raw.fields.into_iter().map(|(field, value)| (field.into_inner(), self.expr(&value))).collect();
        let name_of = name.get_ref();
        for value in fields.values().filter(|value| binds(&value.it, name_of)) {
            let message = format!("`{name_of} => …` in the map `{name_of}` hides what the map is applied to");
            self.report.push(Diagnostic::new(Code::X003, message).at(value.span));
        }
        let record = fields.iter().map(|(field, value)| (field.clone(), of_item(&value.it, name_of, everywhere))).collect();
        self.maps.insert(name_of.clone(), Argument::Each(name_of.clone(), Expr::Record(record)));
        Map { record: raw.record, fields, lost: self.texts(raw.lost), span: self.span(name) }
    }

    fn variant(&mut self, name: &Text, raw: RawVariant, so_far: &Crosswalk) -> Option<Variant> {
        let span = self.span(name);
        let how = match (raw.plugin, raw.runtime, raw.result) {
            (Some(missing), false, None) if raw.steps.is_empty() => How::Plugin(missing),
            (None, true, None) if raw.steps.is_empty() => How::Runtime,
            (None, false, Some(result)) => How::Calls(self.body(raw.steps, &result, so_far)),
            (Some(_), ..) | (None, true, _) | (None, false, None) => {
                let message = format!("`{}` is served either by steps with a result, or by `plugin`, or by `runtime`", name.get_ref());
                self.report.push(Diagnostic::new(Code::X001, message).at(span));
                return None;
            }
        };
        let since = self.release(raw.since);
        let until = self.release(raw.until);
        let (lost, ignored) = (self.texts(raw.lost), self.texts(raw.ignored));
        Some(Variant { since, until, reason: raw.reason, how, lost, ignored, span })
    }

    fn release(&mut self, text: Option<Text>) -> Option<Release> {
        let text = text?;
        let release = Release::parse(text.get_ref());
        if release.is_none() {
            let message = format!("`{}` is no release, such as `4.5`", text.get_ref());
            self.report.push(Diagnostic::new(Code::X001, message).at(self.span(&text)));
        }
        release
    }

    fn body(&mut self, steps: Vec<Spanned<RawStep>>, result: &Text, so_far: &Crosswalk) -> Body {
        let steps = steps.into_iter().filter_map(|step| self.step(step, so_far)).collect();
        Body { steps, result: self.expr(result) }
    }

    fn step(&mut self, step: Spanned<RawStep>, so_far: &Crosswalk) -> Option<Step> {
        let span = self.span(&step);
        let raw = step.into_inner();
        let actions = [&raw.read, &raw.write, &raw.set, &raw.r#use, &raw.fail, &raw.missing].into_iter().flatten().count();
        let takes_with = raw.read.is_some() || raw.write.is_some() || raw.r#use.is_some();
        if actions != 1 || (!takes_with && !raw.with.is_empty()) {
            let message = "a step does one of `read`, `write`, `set`, `use`, `fail` and `missing`; the first two and `use` take `with`";
            self.report.push(Diagnostic::new(Code::X001, message).at(span));
            return None;
        }
        let with: IndexMap<String, At<Expr>> = raw.with.iter().map(|(name, value)| (name.get_ref().clone(), self.expr(value))).collect();
        let action = if let Some(function) = raw.read.as_ref().or(raw.write.as_ref()) {
            Action::Call { reads: raw.read.is_some(), function: self.at(function), with }
        } else if let Some(routine) = &raw.r#use {
            self.routine(routine, &with, so_far)?;
            Action::Use { routine: self.at(routine), with }
        } else if let Some(value) = &raw.set {
            Action::Set(self.expr(value))
        } else if let Some(message) = &raw.fail {
            Action::Fail(self.expr(message))
        } else {
            Action::Missing(self.expr(raw.missing.as_ref()?))
        };
        Some(Step {
            when: raw.when.map(|value| self.expr(&value)),
            each: raw.each.and_then(|value| self.each(&value)),
            attempt: raw.attempt,
            action,
            give: raw.give.map(|value| self.expr(&value)),
            name: raw.r#as.map(Spanned::into_inner),
        })
    }

    /// Whether a routine is there and gets what it takes.
    fn routine(&mut self, name: &Text, with: &IndexMap<String, At<Expr>>, so_far: &Crosswalk) -> Option<()> {
        let Some(routine) = so_far.routines.get(name.get_ref()) else {
            let message = format!("there is no routine `{}` before this place", name.get_ref());
            self.report.push(Diagnostic::new(Code::X003, message).at(self.span(name)));
            return None;
        };
        let given: Vec<&String> = with.keys().collect();
        let mut fits = true;
        for missing in routine.takes.iter().filter(|takes| !given.contains(takes)) {
            let message = format!("the routine `{}` takes `{missing}`, which it is not given", name.get_ref());
            self.report.push(Diagnostic::new(Code::X003, message).at(self.span(name)));
            fits = false;
        }
        for unknown in given.iter().filter(|given| !routine.takes.contains(given)) {
            let message = format!("the routine `{}` takes no `{unknown}`", name.get_ref());
            self.report.push(Diagnostic::new(Code::X003, message).at(self.span(name)));
            fits = false;
        }
        fits.then_some(())
    }

    fn expr(&mut self, text: &Text) -> At<Expr> {
        let read = parse_with(text.get_ref(), &self.maps);
        let it = read.unwrap_or_else(|why| {
            self.misspelt(text, &why);
            Expr::Value(Value::Null)
        });
        let printed = it.to_string();
        if printed.len() > MAX_EXPRESSION || parse(&printed).is_err() {
            let message = "the expression is too long or too deep when the maps in it are written out";
            self.report.push(Diagnostic::new(Code::X002, message).at(self.span(text)));
            return At { it: Expr::Value(Value::Null), span: self.span(text) };
        }
        At { it, span: self.span(text) }
    }

    fn each(&mut self, text: &Text) -> Option<(String, At<Expr>)> {
        match Each::parse_with(text.get_ref(), &self.maps) {
            Ok(each) => Some((each.item, At { it: each.of, span: self.span(text) })),
            Err(why) => {
                self.misspelt(text, &why);
                None
            }
        }
    }

    fn misspelt(&mut self, text: &Text, why: &Misspelt) {
        // Behind the quotation marks, and as long as nothing in the text is escaped, places in it are places in the file.
        let start = text.span().start;
        let marks = self.text[start..].chars().take_while(|mark| matches!(mark, '"' | '\'')).count().min(3);
        let at = start + if marks == 2 { 1 } else { marks } + why.at;
        let end = text.span().end;
        let at = if self.text.is_char_boundary(at) && at < end { at } else { start };
        let span = Span { file: self.file, start: at as u32, end: end as u32 };
        self.report.push(Diagnostic::new(Code::X002, format!("`{}` is no expression: {}", text.get_ref(), why.message)).at(span));
    }

    fn texts(&self, texts: Texts) -> IndexMap<String, At<String>> {
        texts.into_iter().map(|(name, text)| (name.into_inner(), self.at(&text))).collect()
    }

    fn at(&self, text: &Text) -> At<String> {
        At { it: text.get_ref().clone(), span: self.span(text) }
    }

    fn span<T>(&self, at: &Spanned<T>) -> Span {
        let at = at.span();
        Span { file: self.file, start: at.start as u32, end: at.end as u32 }
    }
}

/// Whether an expression gives items a name.
fn binds(expr: &Expr, name: &str) -> bool {
    expr.children().into_iter().any(|(item, inner)| item == Some(name) || binds(inner, name))
}

/// The expression of a field of a map: a name is a field of the structure, which is called as the map, unless it is bound. So the map can
/// still be told from what is written out.
fn of_item(expr: &Expr, map: &str, bound: &IndexSet<String>) -> Expr {
    let again = |inner: &Expr| of_item(inner, map, bound);
    let boxed = |inner: &Expr| Box::new(of_item(inner, map, bound));
    match expr {
        Expr::Value(_) => expr.clone(),
        Expr::Name(name) if bound.contains(name) => expr.clone(),
        Expr::Name(name) => Expr::Field(Box::new(Expr::Name(map.to_owned())), name.clone()),
        Expr::Text(pieces) => {
            let piece = |piece: &Piece| match piece {
                Piece::Plain(plain) => Piece::Plain(plain.clone()),
                Piece::Value(value) => Piece::Value(again(value)),
            };
            Expr::Text(pieces.iter().map(piece).collect())
        }
        Expr::Field(of, name) => Expr::Field(boxed(of), name.clone()),
        Expr::Item(of, key) => Expr::Item(boxed(of), boxed(key)),
        Expr::List(items) => Expr::List(items.iter().map(again).collect()),
        Expr::Record(fields) => Expr::Record(fields.iter().map(|(name, value)| (name.clone(), again(value))).collect()),
        Expr::Equal(a, b) => Expr::Equal(boxed(a), boxed(b)),
        Expr::Differs(a, b) => Expr::Differs(boxed(a), boxed(b)),
        Expr::Both(a, b) => Expr::Both(boxed(a), boxed(b)),
        Expr::Either(a, b) => Expr::Either(boxed(a), boxed(b)),
        Expr::Not(of) => Expr::Not(boxed(of)),
        Expr::Else(a, b) => Expr::Else(boxed(a), boxed(b)),
        Expr::Filter(of, filter, arguments) => {
            let argument = |argument: &Argument| match argument {
                Argument::Value(value) => Argument::Value(again(value)),
                Argument::Each(item, body) => {
                    let mut inside = bound.clone();
                    inside.insert(item.clone());
                    Argument::Each(item.clone(), of_item(body, map, &inside))
                }
            };
            Expr::Filter(boxed(of), *filter, arguments.iter().map(argument).collect())
        }
    }
}
