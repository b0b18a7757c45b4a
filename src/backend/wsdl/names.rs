//! Names of everything global in a WSDL: operations with their wrapper elements, record types, enumerations, list types.
//!
//! In: a schema and a service. Out: [`Names`]. Each name is made of what it names alone. Only where two agree after folding (which tools
//! would take for one) does the later one get a name in which nothing is left to fold, and a note says so.

use rustc_hash::{FxHashMap, FxHashSet};

use super::mangle::{Place, apart, mangle, spell};
use super::{fold, reserved, simple};
use crate::ir::{NameBase, OpId, ScalarKind, Schema, ServiceId, Slot, Type, TypeId, TypeName};
use crate::report::{Code, Diagnostic, Report};

/// Names that stay apart when they are folded.
#[derive(Debug)]
pub(super) struct Scope {
    taken: FxHashSet<String>,
    fold: fn(&str) -> String,
}

impl Scope {
    pub(super) fn new(fold: fn(&str) -> String) -> Self {
        Scope { taken: FxHashSet::default(), fold }
    }

    /// Takes a name, if it is free.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.taken.insert((self.fold)(name))
    }

    /// Takes the first free one of a name with nothing, `_z`, `_z_z`, ... behind it.
    pub(super) fn take_like(&mut self, mut name: String) -> String {
        while !self.take(&name) {
            name.push_str("_z");
        }
        name
    }
}

/// Names of an operation.
#[derive(Debug)]
pub(super) struct OpNames {
    /// Its own and that of the request's wrapper, which must be the same.
    pub(super) name: String,
    /// Of the response's wrapper.
    pub(super) response: String,
}

/// The global names of a WSDL.
#[derive(Debug)]
pub(super) struct Names {
    /// Service, port type, binding, port.
    pub(super) service: [String; 4],
    pub(super) operations: FxHashMap<OpId, OpNames>,
    /// Records, lists and enumerations.
    pub(super) types: FxHashMap<TypeId, String>,
    /// For types that the source does not have.
    pub(super) scope: Scope,
}

/// Names everything that a service reaches. `hollow` types are not emitted and get no name.
pub(super) fn names(schema: &Schema, service: ServiceId, reached: &[TypeId], hollow: &FxHashSet<TypeId>, report: &mut Report) -> Names {
    let mut scope = Scope::new(fold::class);
    let operations = operations(schema, service, &mut scope, report);
    let base = identifier(&schema.service(service).shortname);
    let service = ["Service", "PortType", "Binding", "Port"].map(|what| scope.take_like(format!("{base}{what}")));
    let mut names = Names { service, operations, types: FxHashMap::default(), scope };

    // The order of names and not that of the file, so that a new operation in front renames nothing.
    let mut records: Vec<(TypeId, &TypeName)> =
        reached.iter().filter(|ty| !hollow.contains(ty)).filter_map(|&ty| schema.record(ty).map(|record| (ty, &record.name))).collect();
    records.sort_by_key(|&(_, name)| name);
    for (ty, name) in records {
        let plain = plain(name);
        let emitted = if names.scope.take(&plain) {
            plain
        } else {
            let spelt = names.scope.take_like(spelt(name));
            let message =
                format!("the record `{name}` is called `{spelt}` in the WSDL, because tools would confuse `{plain}` with another name");
            let span = schema.record(ty).and_then(|record| record.origin.span);
            report.push(Diagnostic::new(Code::N023, message).at(span));
            spelt
        };
        names.types.insert(ty, emitted);
    }

    for ((values, _), types) in simple::enumerations(schema, reached) {
        let plain = simple::plain(values);
        let emitted = if names.scope.take(&plain) { plain.clone() } else { names.scope.take_like(simple::apart(values)) };
        if emitted != plain && !values.name.is_empty() {
            let message = format!(
                "the enumeration `{}` is called `{emitted}` in the WSDL, because tools would confuse `{plain}` with another name",
                values.name
            );
            report.push(Diagnostic::new(Code::N023, message));
        }
        names.types.extend(types.into_iter().map(|ty| (ty, emitted.clone())));
    }

    let mut lists: FxHashMap<String, String> = FxHashMap::default();
    for &ty in reached {
        if let Some(item) = schema.item(ty)
            && !hollow.contains(&ty)
        {
            let plain = list(schema, item, &names.types);
            let emitted = match lists.get(&plain) {
                Some(known) => known.clone(),
                None => names.scope.take_like(plain.clone()),
            };
            lists.insert(plain, emitted.clone());
            names.types.insert(ty, emitted);
        }
    }
    names
}

fn operations(schema: &Schema, service: ServiceId, scope: &mut Scope, report: &mut Report) -> FxHashMap<OpId, OpNames> {
    let mut ids: Vec<OpId> = schema.operations(service).collect();
    ids.sort_by_key(|&op| &schema.operation(op).name);
    let named: Vec<(OpId, String)> = ids
        .into_iter()
        .map(|op| {
            let source = &schema.operation(op).name;
            let mangled = mangle(source, Place::Operation);
            let name = if scope.take(&mangled) { mangled.into_owned() } else { scope.take_like(apart(source, Place::Operation)) };
            if name != *source {
                let message =
                    format!("the operation `{source}` is called `{name}` in the WSDL, because not every tool can call it by its own name");
                report.push(Diagnostic::new(Code::N024, message).at(schema.operation(op).origin.span).about(source));
            }
            (op, name)
        })
        .collect();
    // After all operations, so that a response gives way to an operation whose name ends in `_response`.
    named
        .into_iter()
        .map(|(op, name)| {
            let plain = format!("{name}Response");
            let response = if scope.take(&plain) { plain } else { scope.take_like(format!("{name}Output")) };
            (op, OpNames { name, response })
        })
        .collect()
}

/// The name of a record type: what describes it, and the path of keys from there, joined by `_`.
pub(super) fn plain(name: &TypeName) -> String {
    let mut out = match &name.base {
        NameBase::Class(class) => identifier(class),
        NameBase::Method(class, method) => {
            // An exporter has one structure for each form.
            let form = method.strip_prefix("get_").and_then(|rest| rest.strip_suffix("_structure")).unwrap_or(method);
            format!("{}_{}", identifier(class), identifier(form))
        }
        NameBase::Params(operation) => format!("{}_params", identifier(operation)),
        NameBase::Result(operation) => format!("{}_result", identifier(operation)),
    };
    for key in &name.path {
        out.push('_');
        out.push_str(&identifier(key));
    }
    unreserved(out)
}

/// A name of a type, unless that is a word which generated code cannot have as one.
pub(super) fn unreserved(name: String) -> String {
    if reserved::is_reserved_type(&name) { name + "Type" } else { name }
}

/// The same for one that would be confused with another.
fn spelt(name: &TypeName) -> String {
    let (kind, first, second) = match &name.base {
        NameBase::Class(class) => ("class", class, None),
        NameBase::Method(class, method) => ("method", class, Some(method)),
        NameBase::Params(operation) => ("params", operation, None),
        NameBase::Result(operation) => ("result", operation, None),
    };
    let mut out = kind.to_owned();
    for part in std::iter::once(first).chain(second).chain(&name.path) {
        // `xz` is how no spelt character begins.
        out.push_str("_xz_");
        out.push_str(&spell(part));
    }
    out
}

/// The name of a list type, after its items.
fn list(schema: &Schema, item: &Slot, named: &FxHashMap<TypeId, String>) -> String {
    let mut out = String::from("ArrayOf");
    if item.nullable {
        out.push_str("Nillable");
    }
    match (schema.ty(item.ty), named.get(&item.ty)) {
        (Type::List, _) => {
            if let Some(inner) = schema.item(item.ty) {
                out.push_str(&list(schema, inner, named));
            }
        }
        (_, Some(name)) => {
            out.push('_');
            out.push_str(name);
        }
        (Type::Scalar(scalar), None) => out.push_str(match scalar.kind {
            ScalarKind::Bool => "Boolean",
            ScalarKind::Int => "Long",
            ScalarKind::Float => "Double",
            ScalarKind::String => "String",
        }),
        // Records that are emitted have names, and so does what holds them.
        (Type::Record(_), None) => out.push('_'),
    }
    out
}

/// A text with `_` for everything that is no letter or digit: recognisable, not reversible.
pub(super) fn identifier(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_empty() || text.starts_with(|ch: char| ch.is_ascii_digit()) {
        out.push('_');
    }
    out.extend(text.chars().map(|ch| if ch.is_ascii_alphanumeric() { ch } else { '_' }));
    out
}
