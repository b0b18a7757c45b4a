//! Fragments to one schema: names are resolved, equal types become one, services find their operations.
//!
//! In: fragments in any order, and a report. Out: a [`Schema`] that is closed and valid; what could not be linked was reported and is an
//! omission. The order of fragments decides nothing: operations and services are taken by name.

use std::fmt::Display;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{name, service};
use crate::ir::build::Builder;
use crate::ir::{FieldDef, Fragment, OpId, Operation, OperationDef, RecordDef, Schema, ShapeDef, Slot, SlotDef, TypeId, TypeName};
use crate::report::{Code, Diagnostic, Report};

/// Links fragments into a schema.
pub fn link(fragments: Vec<Fragment>, report: &mut Report) -> Schema {
    let mut out = Builder::default();
    let (mut operations, mut services, mut omitted, mut releases) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for fragment in fragments {
        releases.extend(fragment.release);
        operations.extend(fragment.operations);
        services.extend(fragment.services);
        omitted.extend(fragment.omitted);
    }
    let mut operations = unique(operations, report);
    let names = name::settle(&mut operations, &mut omitted, report);

    let mut linker = Linker { out: &mut out, names: &names, filled: FxHashSet::default(), enclosing: Vec::new(), report };
    let ids: FxHashMap<String, OpId> = operations.into_iter().map(|def| (def.name.clone(), linker.operation(def))).collect();
    service::link(services, &ids, &mut omitted, &mut out, report);

    releases.sort();
    for release in releases {
        out.release(release);
    }
    for omission in omitted {
        out.omission(omission);
    }
    out.finish()
}

/// Sorts operations by name and keeps one of each: that of the first file in order of paths.
fn unique(mut operations: Vec<OperationDef>, report: &mut Report) -> Vec<OperationDef> {
    operations.sort_by(|a, b| {
        let by_place = (&a.name, &a.origin.file, &a.origin.symbol).cmp(&(&b.name, &b.origin.file, &b.origin.symbol));
        // One place twice is rare; then any order will do that is not the order of inputs.
        by_place.then_with(|| format!("{a:?}").cmp(&format!("{b:?}")))
    });
    operations.dedup_by(|second, first| {
        let twice = second.name == first.name;
        if twice {
            // A WSDL that mwsc did not write does not say where its operations come from.
            let place = |op: &OperationDef| if op.origin.file.is_empty() { op.origin.symbol.clone() } else { op.origin.file.clone() };
            let places = match (place(first), place(second)) {
                (one, two) if one.is_empty() || two.is_empty() => String::new(),
                (one, two) => format!(", in {one} and in {two}"),
            };
            let message = format!("operation `{}` is defined twice{places}", first.name);
            let mut found = Diagnostic::new(Code::N004, message).at(second.origin.span).about(&first.name);
            if let Some(span) = first.origin.span {
                found = found.label(span, "this one is kept");
            }
            report.push(found);
        }
        twice
    });
    operations
}

struct Linker<'a> {
    out: &'a mut Builder,
    names: &'a name::Names,
    /// Records whose fields were added. One that is only referred to so far is not among them.
    filled: FxHashSet<TypeId>,
    /// The records around the place that is being linked, outermost first, by the name that a reference uses.
    enclosing: Vec<(TypeName, TypeId)>,
    report: &'a mut Report,
}

impl Linker<'_> {
    fn operation(&mut self, def: OperationDef) -> OpId {
        let OperationDef { name, doc, meta, params, result, origin } = def;
        let params = self.distinct(params, &name);
        let op = self.out.operation(Operation { name, doc, meta, origin });
        for FieldDef { name, slot, session } in params {
            let slot = self.slot(slot);
            self.out.param(op, name, slot, session);
        }
        if let Some(result) = result {
            let slot = self.slot(result);
            self.out.result(op, slot);
        }
        op
    }

    fn slot(&mut self, def: SlotDef) -> Slot {
        let SlotDef { shape, presence, nullable, doc, site_shaped, origin } = def;
        Slot { ty: self.shape(shape), presence, nullable, doc, site_shaped, origin }
    }

    fn shape(&mut self, def: ShapeDef) -> TypeId {
        match def {
            ShapeDef::Scalar(scalar) => self.out.scalar(scalar),
            ShapeDef::List(item) => {
                let item = self.slot(*item);
                self.out.list(item)
            }
            ShapeDef::Record(def) => self.record(def),
            ShapeDef::Ref(name) => match self.enclosing.iter().rev().find(|(enclosing, _)| *enclosing == name) {
                Some(&(_, id)) => id,
                // `name::settle` saw a definition of that name; its fields come when it is met.
                None => self.named(&name),
            },
        }
    }

    fn record(&mut self, def: RecordDef) -> TypeId {
        let id = self.named(self.names.of(&def));
        if !self.filled.insert(id) {
            // `name::settle` guarantees that records of one name are equal.
            return id;
        }
        self.out.describe(id, def.doc, def.origin);
        let fields = self.distinct(def.fields, &def.name);
        self.enclosing.push((def.name, id));
        for FieldDef { name, slot, session: _ } in fields {
            let slot = self.slot(slot);
            self.out.field(id, name, slot);
        }
        self.enclosing.pop();
        id
    }

    fn named(&mut self, name: &TypeName) -> TypeId {
        match self.out.known(name) {
            Some(id) => id,
            None => self.out.record(name.clone()),
        }
    }

    /// Fields with distinct names: the first of each.
    fn distinct(&mut self, mut fields: Vec<FieldDef>, of: &dyn Display) -> Vec<FieldDef> {
        let mut seen = FxHashSet::with_capacity_and_hasher(fields.len(), FxBuildHasher);
        let twice: Vec<bool> = fields.iter().map(|field| !seen.insert(field.name.as_str())).collect();
        if twice.contains(&true) {
            let mut twice = twice.into_iter();
            fields.retain(|field| {
                let drop = twice.next() == Some(true);
                if drop {
                    let message = format!("`{of}` has two fields named `{}`", field.name);
                    self.report.push(Diagnostic::new(Code::N011, message).at(field.slot.origin.span));
                }
                !drop
            });
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::sample::{class, forum, fragment, int, list, operation, optional, record, result, service, slot, text};
    use crate::ir::{Type, dump};
    use crate::pass::check;

    fn linked(fragments: Vec<Fragment>) -> (Schema, Vec<String>) {
        let mut report = Report::default();
        let schema = link(fragments, &mut report);
        check(&schema, &mut report);
        (schema, report.iter().map(|d| format!("{} {}", d.code.name(), d.message)).collect())
    }

    fn names(schema: &Schema) -> Vec<String> {
        schema.records().filter_map(|id| schema.record(id)).map(|record| record.name.to_string()).collect()
    }

    #[test]
    fn a_schema_reads_in_the_order_of_its_source() {
        let (schema, reports) = linked(vec![forum()]);
        assert_eq!(reports, [""; 0]);
        let id = schema.service_by_name("forum").unwrap();
        let members: Vec<&str> = schema.operations(id).map(|op| schema.operation(op).name.as_str()).collect();
        assert_eq!(members[..3], ["mod_forum_get_discussion", "mod_forum_add_discussion", "mod_forum_update_discussion"]);
        let ty = schema.record_by_name(&class("mod_forum\\external\\post_exporter")).unwrap();
        let fields: Vec<&str> = schema.fields(ty).map(|field| field.name.as_str()).collect();
        assert_eq!(fields, ["id", "subject", "author", "tags", "children"]);
        assert_eq!(schema.recursive().len(), 5);
        assert_eq!(schema.reachable(id).iter().filter(|&&ty| matches!(schema.ty(ty), Type::Scalar(_))).count(), 3);
        assert_eq!(dump::digest(&schema, id).len(), 64);
    }

    #[test]
    fn records_of_one_origin_are_one_type() {
        let shared = |op: &str| record(class("c"), result(op), vec![("a", int("an id"))]);
        let (schema, reports) = linked(vec![fragment(
            vec![operation("f", vec![], Some(shared("f"))), operation("g", vec![], Some(list(shared("g"), "")))],
            vec![],
        )]);
        assert_eq!((names(&schema), reports), (vec!["c".to_owned()], vec![]));
        assert_eq!(schema.uses(schema.record_by_name(&class("c")).unwrap()).len(), 2);
    }

    #[test]
    fn constructions_that_differ_and_what_holds_them_are_named_after_their_places() {
        let inner = |op: &str, doc: &str| record(class("inner"), result(op).child("in"), vec![("a", int(doc))]);
        let outer = |op: &str, doc: &str| record(class("outer"), result(op), vec![("in", inner(op, doc))]);
        let operations = vec![
            operation("f", vec![], Some(outer("f", "one"))),
            operation("g", vec![], Some(outer("g", "two"))),
            operation("h", vec![], Some(record(class("other"), result("h"), vec![]))),
        ];
        let (schema, reports) = linked(vec![fragment(operations, vec![])]);
        assert_eq!(names(&schema), ["other", "f:result", "f:result.in", "g:result", "g:result.in"]);
        assert_eq!(reports, ["N001 `inner` describes different structures in `f:result.in` and `g:result.in`"]);
    }

    #[test]
    fn a_name_that_no_place_can_save_costs_the_second_operation() {
        let own = |doc: &str| record(class("c"), class("c"), vec![("a", int(doc))]);
        let operations = vec![operation("f", vec![], Some(own("one"))), operation("g", vec![], Some(own("two")))];
        let (schema, reports) = linked(vec![fragment(operations, vec![service("s", &["f", "g"])])]);
        assert_eq!(reports, ["N002 two different structures want the name `c`"]);
        assert_eq!((schema.all_operations().len(), schema.omissions()[0].operation.as_str()), (1, "g"));
    }

    #[test]
    fn references_resolve_forwards_backwards_and_into_themselves() {
        let to = |name: &str| slot(ShapeDef::Ref(class(name)), "");
        let tree = record(class("tree"), result("g"), vec![("children", optional(list(to("tree"), "")))]);
        let operations = vec![
            operation("f", vec![("t", to("tree"))], None),
            operation("g", vec![], Some(tree)),
            operation("h", vec![], Some(to("tree"))),
        ];
        let (schema, reports) = linked(vec![fragment(operations, vec![])]);
        assert_eq!((names(&schema), reports), (vec!["tree".to_owned()], vec![]));
        assert_eq!(schema.recursive().len(), 1);
    }

    #[test]
    fn references_to_nothing_cost_their_operation_and_those_that_relied_on_it() {
        let to = |name: &str| slot(ShapeDef::Ref(class(name)), "");
        let holder = record(class("holder"), result("f"), vec![("gone", to("gone"))]);
        let operations =
            vec![operation("f", vec![], Some(holder)), operation("g", vec![], Some(to("holder"))), operation("h", vec![], None)];
        let (schema, reports) = linked(vec![fragment(operations, vec![])]);
        assert_eq!(
            reports,
            [
                "N003 `f` refers to the record `gone`, which nothing defines",
                "N003 `g` refers to the record `holder`, which nothing defines"
            ]
        );
        assert_eq!(schema.all_operations().len(), 1);
    }

    #[test]
    fn one_name_for_two_operations_or_fields_is_reported() {
        let mut other = operation("f", vec![("b", text(""))], None);
        other.origin.file = "a.php".into();
        let twice = operation("f", vec![("a", int("")), ("a", text(""))], None);
        let (schema, reports) = linked(vec![fragment(vec![twice.clone()], vec![]), fragment(vec![other], vec![])]);
        assert_eq!(reports, ["N004 operation `f` is defined twice, in a.php and in lib.php"]);
        assert_eq!(schema.params(schema.operation_by_name("f").unwrap()).next().map(|param| param.name.as_str()), Some("b"));
        assert_eq!(linked(vec![fragment(vec![twice], vec![])]).1, ["N011 `f` has two fields named `a`"]);
    }
}
