//! From a schema to what a WSDL will hold.

use std::borrow::Cow;
use std::fmt::Write as _;

use rustc_hash::FxHashSet;

use super::mangle::{Place, mangle};
use super::names::{Names, Scope, names};
use super::record::{Fields, group_element, hollow, nothing_element, pieces};
use super::view::{ElementView, Node, OperationView, SimpleView, TypeView, View};
use super::{Options, facts, fold, simple};
use crate::appinfo::{tag, text};
use crate::ir::{Field, OpId, Origin, Schema, ServiceId, Type, TypeId, TypeName, dump};
use crate::report::{Code, Diagnostic, Report};

/// Decides everything about the WSDL of a service. Reports what had to get another name or another place than in the source.
pub fn plan<'s>(schema: &'s Schema, id: ServiceId, options: &Options, report: &mut Report) -> View<'s> {
    let service = schema.service(id);
    let reached = schema.reachable(id);
    let hollow = hollow(schema, &reached);
    let names = names(schema, id, &reached, &hollow, report);
    let mut planner = Planner { schema, names, hollow, simple: Vec::new(), types: Vec::new(), shared: FxHashSet::default(), report };
    let operations: Vec<OperationView<'s>> = schema.operations(id).map(|op| planner.operation(op)).collect();
    for ty in reached {
        planner.ty(ty);
    }

    let omitted = schema.omitted(id);
    let digest = dump::digest(schema, id);
    let release = schema.releases().join(" ");
    let fill = |template: &str| template.replace("{service}", &service.shortname);
    View {
        service,
        path: format!("wsdl/{}.wsdl", service.shortname),
        soap12_path: options.soap12.then(|| format!("wsdl/{}.soap12.wsdl", service.shortname)),
        namespace: text::shown(&fill(&options.namespace)).into_owned(),
        endpoint: text::shown(&fill(&options.endpoint)).into_owned(),
        doc: text::shown(&about(&service.name, &operations, &release, &omitted)).into_owned(),
        facts: facts::service(service, &release, &digest, &omitted),
        digest,
        release,
        sessions: sessions(schema, id),
        names: planner.names.service,
        simple: planner.simple,
        types: planner.types,
        operations,
        omitted,
    }
}

/// Names of parameters that carry a session, each once.
fn sessions(schema: &Schema, id: ServiceId) -> Vec<String> {
    let params = schema.operations(id).flat_map(|op| schema.params(op)).filter(|param| param.session.is_some());
    let mut out: Vec<String> = Vec::new();
    for param in params {
        let name = mangle(&param.name, Place::Param).into_owned();
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

/// Words for people about the service.
fn about(name: &str, operations: &[OperationView<'_>], release: &str, omitted: &[&crate::ir::Omission]) -> String {
    // Functions of a plugin that stands alone are some Moodle's, too; those of other sources are nobody's.
    let is_moodle = operations.iter().all(|op| !op.operation.meta.component.is_empty());
    let of = match (release, is_moodle) {
        ("", true) => " of Moodle".to_owned(),
        ("", false) => String::new(),
        (release, _) => format!(" of Moodle {release}"),
    };
    let functions = if operations.len() == 1 { "function" } else { "functions" };
    let mut out = format!("{name}: {} {functions}{of}.", operations.len());
    for omission in omitted {
        let _ = write!(out, "\nLeft out: {} ({}: {}).", omission.operation, omission.code, omission.message);
    }
    out
}

struct Planner<'s, 'r> {
    schema: &'s Schema,
    names: Names,
    hollow: FxHashSet<TypeId>,
    simple: Vec<SimpleView<'s>>,
    types: Vec<TypeView<'s>>,
    /// Names of the lists and enumerations that were added: lists of equal items share one, and so do equal enumerations.
    shared: FxHashSet<String>,
    report: &'r mut Report,
}

impl<'s> Planner<'s, '_> {
    fn operation(&mut self, id: OpId) -> OperationView<'s> {
        let schema = self.schema;
        let operation = schema.operation(id);
        let (name, response) = match self.names.operations.get(&id) {
            Some(names) => (names.name.clone(), names.response.clone()),
            // `names` names every operation of the service.
            None => (operation.name.clone(), format!("{}Response", operation.name)),
        };
        let doc = text::shown(&operation.doc);
        let around = schema.params(id).next().map_or(&operation.origin, |first| &first.slot.origin);
        let mut node = facts::operation(operation, &name, &doc, around);
        let (mut params, left) = self.elements(schema.params(id), Place::Param, around, &format!("`{}`", operation.name));
        node.children.extend(left);
        let mut cut = pieces(params);
        if cut.len() > 1 {
            let message = format!("`{}` has more parameters than a Java method can take, so they are fields of one", operation.name);
            self.report.push(Diagnostic::new(Code::N026, message).at(operation.origin.span).about(&operation.name));
            let ty = self.names.scope.take_like(format!("{name}_arguments"));
            self.chain(ty.clone(), None, cut, Node::new(tag::GROUP), &format!("Parameters of {}", operation.name));
            params = vec![group_element("arguments".to_owned(), &ty)];
        } else {
            params = cut.pop().unwrap_or_default();
        }
        let (mut result, mut result_facts) = (None, None);
        if let Some(slot) = schema.result(id) {
            if self.hollow.contains(&slot.ty) {
                result_facts = Some(facts::whole(tag::RESULT, schema, None, slot, &operation.origin));
            } else {
                result = Some(self.fields(&operation.origin, "").element(Cow::Borrowed("return"), "return", slot, None));
            }
        }
        if params.is_empty() && result.is_none() {
            params.push(nothing_element());
        }
        OperationView { operation, name, response, doc, facts: node, result_facts, params, result }
    }

    fn ty(&mut self, id: TypeId) {
        let Some(name) = self.names.types.get(&id).cloned() else { return };
        match self.schema.ty(id) {
            Type::Scalar(scalar) => {
                if let Some(values) = simple::typed(scalar)
                    && self.shared.insert(name.clone())
                {
                    self.simple.push(simple::view(scalar, values, name));
                }
            }
            Type::List => {
                if let Some(item) = self.schema.item(id)
                    && self.shared.insert(name.clone())
                {
                    let elements = vec![self.fields(&item.origin, "").item(item)];
                    self.types.push(TypeView { name, record: None, doc: String::new(), facts: None, elements });
                }
            }
            Type::Record(record) => {
                let owner = format!("`{}`", record.name);
                let (elements, left) = self.elements(self.schema.fields(id), Place::Field, &record.origin, &owner);
                let mut node = facts::record(record, &Origin::default());
                node.children.extend(left);
                let cut = pieces(elements);
                if cut.len() > 1 {
                    let message =
                        format!("`{}` has more fields than a Java constructor can take, so some are in a record `more`", record.name);
                    self.report.push(Diagnostic::new(Code::N027, message).at(record.origin.span));
                }
                self.chain(name, Some(&record.name), cut, node, &facts::describe(record));
            }
        }
    }

    /// A record in pieces: each but the last ends with an element for the next.
    fn chain(&mut self, mut name: String, mut record: Option<&'s TypeName>, pieces: Vec<Vec<ElementView<'s>>>, node: Node<'s>, doc: &str) {
        let last = pieces.len().saturating_sub(1);
        let mut facts = Some(node);
        for (at, mut elements) in pieces.into_iter().enumerate() {
            let mut next = String::new();
            if at < last {
                let mut scope = Scope::new(fold::variable);
                for element in &elements {
                    scope.take(&element.name);
                }
                next = self.names.scope.take_like(format!("{name}_more"));
                elements.push(group_element(scope.take_like("more".to_owned()), &next));
            }
            let facts = Some(facts.take().unwrap_or_else(|| Node::new(tag::GROUP)));
            self.types.push(TypeView { name, record: record.take(), doc: doc.to_owned(), facts, elements });
            name = next;
        }
    }

    fn elements(
        &mut self,
        fields: impl Iterator<Item = &'s Field>,
        place: Place,
        around: &'s Origin,
        owner: &str,
    ) -> (Vec<ElementView<'s>>, Vec<Node<'s>>) {
        let fields_of = Fields { schema: self.schema, types: &self.names.types, hollow: &self.hollow, around, owner };
        fields_of.elements(fields, place, self.report)
    }

    fn fields<'a>(&'a self, around: &'s Origin, owner: &'a str) -> Fields<'a, 's> {
        Fields { schema: self.schema, types: &self.names.types, hollow: &self.hollow, around, owner }
    }
}
