//! The crosswalk: which functions of Moodle serve the operations of another family.
//!
//! In: `grammars/crosswalk.toml` (or a file of the same form), whose head documents it. [`read()`] reads it into [`source`], with places.
//! [`check()`] holds it against the operations that are compiled and, where there is one, against the functions of a Moodle tree: it follows
//! each value from what a caller sends through the functions to what a caller gets ([`infer`]), so that nothing is left out ([`fate`]) and
//! nothing is named that is not there. [`expand`] writes routines and maps out. What comes out is in the form of
//! [`mwsc_contract::crosswalk`].

mod check;
pub mod expand;
mod fate;
mod infer;
mod params;
pub mod read;
pub mod source;
#[cfg(test)]
mod tests;
mod ty;

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::crosswalk::{self as contract, Entry, Expr, How, Release, Verdict};

use crate::convention::former::{Change, change, former};
use crate::ir::{OpId, Schema};
use crate::report::{Code, Diagnostic, Report};
use check::{Walk, everywhere};
use infer::{Inference, Names};
use source::{Crosswalk, Variant};
use ty::{Made, Place, Ty, Typed};

pub use read::read;

/// The crosswalk that comes with the compiler: OK Tech to Moodle.
pub const BUILT_IN: &str = include_str!("../../../grammars/crosswalk.toml");
/// What findings call it.
pub const SHOWN: &str = "crosswalk.toml (of mwsc)";

/// The operations that a crosswalk is for: those of services whose calls carry a session.
pub fn applies(schema: &Schema) -> Vec<OpId> {
    let carries = |op: OpId| schema.params(op).any(|param| param.session.is_some());
    let mut found = IndexSet::new();
    for service in schema.services() {
        if schema.operations(service).any(carries) {
            found.extend(schema.operations(service));
        }
    }
    found.into_iter().collect()
}

/// Holds a crosswalk against the operations of a schema and against the functions of a Moodle. What comes out says of each operation what
/// becomes of every parameter and field; one without an entry is an open point.
pub fn check(source: &Crosswalk, schema: &Schema, moodle: Option<&Schema>, report: &mut Report) -> contract::Crosswalk {
    for (name, map) in &source.maps {
        fate::check_map(name, map, schema, report);
    }
    let release = moodle.and_then(|moodle| moodle.releases().first());
    let numbers = release.and_then(|release| Release::parse(release));
    let mut out = contract::Crosswalk { tables: source.tables.clone(), operations: IndexMap::new() };
    for op in applies(schema) {
        let operation = schema.operation(op);
        let Some(variants) = source.operations.get(&operation.name) else {
            let message = format!("the crosswalk has no entry for `{}`", operation.name);
            report.push(Diagnostic::new(Code::X030, message).at(operation.origin.span).about(&operation.name));
            continue;
        };
        let mut entry = Entry::default();
        for variant in variants {
            let covered = numbers.as_ref().is_none_or(|release| variant.covers(release));
            let context = Context { source, schema, moodle: moodle.filter(|_| covered), release: release.map(String::as_str) };
            entry.variants.push(context.checked(variant, op, report));
        }
        out.operations.insert(operation.name.clone(), entry);
    }
    out
}

/// The functions that a crosswalk names, on any release.
pub fn functions(source: &Crosswalk) -> IndexSet<String> {
    let all = expand::crosswalk(source);
    all.operations.values().flat_map(|entry| &entry.variants).flat_map(|variant| variant.functions.clone()).collect()
}

/// What changes for clients that move from the former shape of the interface to the newer one, by operation. Empty when it has none.
pub fn changes(source: &Crosswalk, schema: &Schema) -> IndexMap<String, Change> {
    let everywhere: IndexSet<String> = source.tables.keys().cloned().chain(["caller".to_owned(), "now".to_owned()]).collect();
    let of = |op: OpId| {
        let name = &schema.operation(op).name;
        let variant = source.operations.get(name).and_then(|variants| variants.first());
        let named = variant.map(|variant| params::named(variant, &everywhere)).unwrap_or_default();
        Some((name.clone(), change(schema, op, &named)?))
    };
    let changes: IndexMap<String, Change> = applies(schema).into_iter().filter_map(of).collect();
    // An interface of which no operation ever looked otherwise has no former shape.
    let has_former = changes.values().any(|change| change.renames() || change.result.is_some());
    if has_former { changes } else { IndexMap::new() }
}

impl Variant {
    /// Whether a release is in its range.
    fn covers(&self, release: &Release) -> bool {
        self.since.as_ref().is_none_or(|since| release >= since) && self.until.as_ref().is_none_or(|until| release.is_within(until))
    }
}

/// What a name of the crosswalk means that stands for another one of the source, or for nothing.
fn of_own<'s>(own: &Expr, names: &Names<'s>) -> Typed<'s> {
    let found = if let Expr::Name(own) = own { names.get(own) } else { None };
    found.cloned().unwrap_or(Typed::new(Ty::Null))
}

struct Context<'c> {
    source: &'c Crosswalk,
    schema: &'c Schema,
    moodle: Option<&'c Schema>,
    release: Option<&'c str>,
}

impl Context<'_> {
    /// A variant with what becomes of every field.
    fn checked(&self, variant: &Variant, op: OpId, report: &mut Report) -> contract::Variant {
        let mut out = expand::variant(self.source, variant);
        let source::How::Calls(body) = &variant.how else { return out };
        let mut found = Report::default();
        let inference = Inference {
            crosswalk: self.source,
            release: self.moodle.and(self.release).unwrap_or_default().to_owned(),
            report: &mut found,
            subject: self.schema.operation(op).name.clone(),
            span: None,
            used: IndexSet::new(),
            replaced: IndexSet::new(),
        };
        let mut names: Names<'_> = everywhere(&inference);
        let former = former(self.schema, op);
        let given = params::given(&former, self.schema, op, body, &names.keys().cloned().collect());
        for param in self.schema.arguments(op) {
            let made = Made::Same(Place::Param(param.name.clone()));
            names.insert(param.name.clone(), Typed { ty: Ty::Of(self.schema, param.slot.ty), made });
        }
        let known: Vec<(String, Typed<'_>)> = given.iter().map(|(name, own)| (name.clone(), of_own(own, &names))).collect();
        names.extend(known);
        let mut walk = Walk {
            inference,
            moodle: self.moodle,
            flows: IndexMap::new(),
            lost: IndexMap::new(),
            ignored: former.unread.iter().map(|name| (name.clone(), "nobody ever looked at it".to_owned())).collect(),
            absent: IndexSet::new(),
        };
        let result = walk.body(body, names);
        walk.passes(&result, "return");
        let result = fate::of_result(&mut walk, variant, self.schema, op, &result);
        let own = |path: &String| match path.split_once('.').unwrap_or((path, "")) {
            (name, rest) if former.renamed.contains_key(name) => {
                let dot = if rest.is_empty() { "" } else { "." };
                format!("{}{dot}{rest}", former.renamed[name])
            }
            _ => path.clone(),
        };
        walk.lost.extend(variant.lost.iter().map(|(path, why)| (own(path), why.it.clone())));
        walk.ignored.extend(variant.ignored.iter().map(|(path, why)| (own(path), why.it.clone())));
        out.fields = fate::of_params(&mut walk, variant, self.schema, op);
        out.fields.extend(result);
        out.verdict = fate::verdict(&out.fields);
        out.capabilities = self.capabilities(&out.functions);
        if let How::Calls(program) = &mut out.how {
            program.given = given;
        }
        if !walk.absent.is_empty() {
            let names: Vec<String> = walk.absent.iter().map(|name| format!("`{name}`")).collect();
            out.how = How::Plugin(format!("{}, which Moodle {} does not have", names.join(", "), walk.inference.release));
            out.verdict = Verdict::NeedsPlugin;
        }
        // Where functions are missing, what their answers would have is beside the point; where none is known, nothing is known of answers.
        let told = |code: Code| match (self.moodle, walk.absent.is_empty()) {
            (None, _) => code == Code::X003,
            (Some(_), true) => true,
            (Some(_), false) => matches!(code, Code::X003 | Code::X010),
        };
        for finding in found.iter().filter(|finding| told(finding.code)) {
            report.push(finding.clone());
        }
        out
    }

    /// The capabilities that Moodle names for some functions.
    fn capabilities(&self, functions: &[String]) -> Vec<String> {
        let Some(moodle) = self.moodle else { return Vec::new() };
        let ops = functions.iter().filter_map(|name| moodle.operation_by_name(name));
        let named: IndexSet<String> = ops.flat_map(|op| moodle.operation(op).meta.capabilities.clone()).collect();
        named.into_iter().collect()
    }
}
