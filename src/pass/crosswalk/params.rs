//! Names of parameters: the crosswalk speaks of them by their names in the newer shape of an interface, and a source may be in the
//! [former](crate::convention::former) one.

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::Value;
use mwsc_contract::crosswalk::Expr;

use super::source::{Action, At, Body, How, Variant};
use crate::convention::former::Former;
use crate::ir::{OpId, Schema};

/// What a program begins with: the crosswalk's names, and null for parameters that the former shape lacks. Empty when names agree.
pub fn given(former: &Former, schema: &Schema, op: OpId, body: &Body, everywhere: &IndexSet<String>) -> IndexMap<String, Expr> {
    let mut given: IndexMap<String, Expr> = IndexMap::new();
    let renamed: IndexSet<&String> = former.renamed.values().collect();
    for param in schema.arguments(op).filter(|param| !renamed.contains(&param.name) && !former.unread.contains(&param.name)) {
        given.insert(param.name.clone(), Expr::Name(param.name.clone()));
    }
    given.extend(former.renamed.iter().map(|(name, own)| (name.clone(), Expr::Name(own.clone()))));
    let is_former = !former.renamed.is_empty() || !former.unread.is_empty() || is_wrapped(schema, op);
    let missing: Vec<String> = if is_former { free(body) } else { Vec::new() };
    let missing: Vec<String> = missing.into_iter().filter(|name| !given.contains_key(name) && !everywhere.contains(name)).collect();
    if former.renamed.is_empty() && former.unread.is_empty() && missing.is_empty() {
        return IndexMap::new();
    }
    given.extend(missing.into_iter().map(|name| (name, Expr::Value(Value::Null))));
    given
}
/// Whether a service of the operation wraps lists, as the former shape does.
fn is_wrapped(schema: &Schema, op: OpId) -> bool {
    schema.services_of(op).any(|service| schema.service(service).spelling.as_ref().is_some_and(|spelling| spelling.is_wrapped()))
}

/// Names that nothing in the steps defines: those of parameters.
fn free(body: &Body) -> Vec<String> {
    let mut defined: IndexSet<String> = IndexSet::from(["answer".to_owned()]);
    let mut found = IndexSet::new();
    for step in &body.steps {
        defined.extend(step.each.iter().map(|(item, _)| item.clone()));
        defined.extend(step.name.clone());
        let (values, with): (Vec<&At<Expr>>, _) = match &step.action {
            Action::Call { with, .. } | Action::Use { with, .. } => (Vec::new(), Some(with)),
            Action::Set(value) | Action::Fail(value) | Action::Missing(value) => (vec![value], None),
        };
        let each = step.each.iter().map(|(_, of)| of);
        let all = values.into_iter().chain(with.into_iter().flat_map(IndexMap::values)).chain(&step.when).chain(&step.give).chain(each);
        for value in all {
            names(&value.it, &mut Vec::new(), &mut found);
        }
    }
    names(&body.result.it, &mut Vec::new(), &mut found);
    found.into_iter().filter(|name| !defined.contains(name)).collect()
}

fn names(expr: &Expr, bound: &mut Vec<String>, out: &mut IndexSet<String>) {
    if let Expr::Name(name) = expr
        && !bound.contains(name)
    {
        out.insert(name.clone());
    }
    for (item, inner) in expr.children() {
        bound.extend(item.map(str::to_owned));
        names(inner, bound, out);
        if item.is_some() {
            bound.pop();
        }
    }
}

/// Parameters that an entry names.
pub fn named(variant: &Variant, everywhere: &IndexSet<String>) -> Vec<String> {
    let mut found: IndexSet<String> = match &variant.how {
        How::Calls(body) => free(body).into_iter().collect(),
        How::Plugin(_) | How::Runtime => IndexSet::new(),
    };
    found.extend(variant.lost.keys().chain(variant.ignored.keys()).filter(|path| !path.contains('.') && *path != "return").cloned());
    found.into_iter().filter(|name| !everywhere.contains(name)).collect()
}
