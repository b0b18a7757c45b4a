//! Reads PHP classes whose comments describe an interface: a server whose public methods carry `@param` and `@return`, and data classes
//! whose properties carry `@var`. This is how the OK Tech web services declare themselves.
//!
//! In: PHP files and folders. Out: a [`Fragment`] with one service, named as the class. `files` reads, `classes` finds what inherits from
//! what, `server` chooses the class, `comment` and `spelling` parse, `meaning` says what a type is, `record` and `operation` put together
//! what is sent. No PHP runs, apart from the expressions of defaults, which the evaluator computes.
//!
//! It understands all that the original generator of the OK Tech WSDL understood and gives the same names, types and order; it takes
//! beyond that what people write today, and what PHP itself declares where comments are silent.

mod agree;
mod classes;
mod comment;
mod default;
mod define;
mod files;
mod host;
mod meaning;
mod operation;
mod record;
mod scalars;
mod server;
mod spelling;
#[cfg(test)]
mod tests;

use bumpalo::Bump;
use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::Asked;
use crate::ir::{Fragment, Omission, OperationDef, Origin, ServiceDef, ServiceMeta};
use crate::php::ast::Type;
use crate::php::eval::Interp;
use crate::report::{Code, Diagnostic, Report};
use crate::source::SourceMap;
use agree::Difference;
use classes::{ClassId, Classes};
use host::World;
use meaning::{Place, Problem};
use record::Record;
use spelling::{Misspelt, Spelling};

pub use files::accepts;

/// How many names are compared with a misspelt one.
const MAX_LIKE: usize = 2000;
/// Words of the tags that say what a method takes.
const PARAM: &[&str] = &["param", "params"];
/// Words of the tags that say what a method gives.
const RETURN: &[&str] = &["return", "returns"];
/// Words of the tags that say what a property holds.
const VAR: &[&str] = &["var", "type"];

/// Reads files and folders as one interface. Where no class is named there has to be one alone that could be the server.
pub fn read(asked: Asked<'_>, sources: &SourceMap, report: &mut Report) -> Fragment {
    let arena = Bump::new();
    let classes = Classes::of(files::load(asked.tree, asked.paths, &arena, sources, report));
    let server = server::find(&classes, asked.class, report);
    // What is wrong with classes that were only looked at does not matter.
    classes.take_problems();
    let fragment = server.map(|server| {
        let world = World::new(&classes, server);
        let interp = Interp::new(&arena, sources, &world);
        let reader = Reader {
            classes: &classes,
            interp,
            report: &mut *report,
            by_name: FxHashMap::default(),
            records: IndexMap::new(),
            used: Vec::new(),
        };
        reader.read(server)
    });
    for found in classes.take_problems() {
        report.push(found);
    }
    fragment.unwrap_or_default()
}

/// What is known while an interface is read.
struct Reader<'a, 'r> {
    classes: &'r Classes<'a>,
    interp: Interp<'a, 'r>,
    report: &'r mut Report,
    /// The class that a name means as a type, in lower case: the first that was found, so that one name is one type.
    by_name: FxHashMap<String, ClassId>,
    records: IndexMap<ClassId, Record>,
    /// The classes that the type under way refers to.
    used: Vec<ClassId>,
}

impl<'a> Reader<'a, '_> {
    fn read(mut self, server: ClassId) -> Fragment {
        let mut names = Vec::new();
        let (mut read, mut omitted) = (Vec::new(), Vec::new());
        let mut methods: Vec<_> = self.classes.methods(server).into_values().collect();
        methods.retain(|versions| server::is_operation(self.classes, server, versions));
        methods.sort_by(|a, b| a[0].name.cmp(b[0].name));
        for versions in methods {
            self.used.clear();
            let operation = self.operation(server, &versions);
            let uses = std::mem::take(&mut self.used);
            match operation {
                Err(problem) => omitted.push(self.omit(versions[0].name, problem)),
                Ok(operation) => read.push((operation, uses)),
            }
            names.push(versions[0].name.to_owned());
        }
        self.fill(read.iter().flat_map(|(_, uses)| uses.iter().copied()).collect());
        let operations = self.define(read, &mut omitted);
        self.lossy(server);
        let decl = self.classes.decl(server);
        let service = ServiceDef {
            name: decl.name.clone(),
            shortname: decl.name.rsplit('\\').next().unwrap_or_default().to_owned(),
            component: String::new(),
            operations: names,
            meta: ServiceMeta { enabled: true, ..ServiceMeta::default() },
            spelling: None,
            origin: self.classes.origin(server),
        };
        Fragment { release: None, operations, services: vec![service], omitted }
    }

    /// Reads the records of classes, and of those that these refer to.
    fn fill(&mut self, mut queue: Vec<ClassId>) {
        while let Some(id) = queue.pop() {
            if !self.records.contains_key(&id) {
                let record = self.record(id);
                queue.extend(record.uses.iter().copied());
                self.records.insert(id, record);
            }
        }
    }

    fn omit(&mut self, operation: &str, problem: Problem) -> Omission {
        let Problem { code, message, at, help } = problem;
        let found = Diagnostic::new(code, format!("{message}; `{operation}` is left out")).at(at).about(operation);
        self.report.push(match help {
            Some(help) => found.help(help),
            None => found,
        });
        Omission { operation: operation.to_owned(), code: code.name(), message }
    }

    /// Reports a tag that the declaration beside it contradicts.
    fn contradiction(&mut self, tag: Option<&Result<Spelling, Misspelt>>, declared: Option<&Type<'a>>, place: &Place<'a, '_>) {
        let (Some(Ok(tag)), Some(declared)) = (tag, declared) else { return };
        let what = match agree::compare(tag, &meaning::declared(declared)) {
            None => return,
            Some(Difference::Kind) => "the comment says another type than PHP enforces; the comment is followed",
            Some(Difference::Null) => "the comment permits null and the declaration does not; the comment is followed",
        };
        self.report.push(place.about(Diagnostic::new(Code::P006, format!("{what}, in {}", place.symbol))));
    }

    /// Reports files whose texts were replaced in part, where they have a say.
    fn lossy(&mut self, server: ClassId) {
        let owners = self.classes.lineage(server).into_iter().chain(self.records.keys().copied());
        for file in owners.map(|id| self.classes.file_of(id)).filter(|file| file.replaced.is_some()) {
            self.report.push(Diagnostic::new(Code::M012, format!("{} is not UTF-8", file.path)).at(file.replaced));
        }
    }

    fn origin(&self, place: &Place<'_, '_>) -> Origin {
        Origin {
            file: self.classes.file_of(place.class).path.clone(),
            symbol: place.symbol.to_owned(),
            span: Some(place.at),
            via: Vec::new(),
        }
    }
}

/// The name that is most like another one, if any is.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_ascii_lowercase();
    let likes = names.take(MAX_LIKE).map(|other| (strsim::damerau_levenshtein(&lower, &other.to_ascii_lowercase()), other));
    likes.filter(|(distance, other)| *distance <= 1 + other.len().min(name.len()) / 5).min().map(|(_, other)| other)
}

/// An operation with the classes that it refers to.
type Read = (OperationDef, Vec<ClassId>);
