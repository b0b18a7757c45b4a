//! Takes types that were published by mistake for what is meant, by a [convention](crate::convention).
//!
//! In: a fragment and the mends of the convention. Out: the same fragment, in which a parameter or a result has the type that is meant where
//! it had the published one; each is reported. Only interfaces of the family are mended, which are those in which operations carry a
//! session. How such an interface is spelled is kept: a profile of its WSDLs, or the spelling of the WSDL that was read, says what was
//! published.

use rustc_hash::FxHashSet;

use crate::convention::mend::{Mend, Shape};
use crate::ir::{Fragment, NameBase, OperationDef, Scalar, ShapeDef, SlotDef, TypeName};
use crate::report::{Code, Diagnostic, Report};

/// Mends them.
pub fn mend(fragment: &mut Fragment, mends: &[Mend], report: &mut Report) {
    let is_family = fragment.operations.iter().any(|op| op.params.iter().any(|param| param.session.is_some()));
    if !is_family {
        return;
    }
    let classes = classes(&fragment.operations);
    for mend in mends {
        let Some(op) = fragment.operations.iter_mut().find(|op| op.name == mend.operation) else { continue };
        let (slot, place) = match &mend.parameter {
            Some(name) => {
                (op.params.iter_mut().find(|param| param.name == *name).map(|param| &mut param.slot), format!("`{name}` of `{}`", op.name))
            }
            None => (op.result.as_mut(), format!("the result of `{}`", op.name)),
        };
        let Some(slot) = slot else { continue };
        let Some(shape) = mended(&slot.shape, &mend.published, &mend.meant, &classes) else { continue };
        let message =
            format!("{place} was published as `{}` by mistake; it is taken as `{}`, because {}", mend.published, mend.meant, mend.because);
        report.push(Diagnostic::new(Code::N013, message).at(slot.origin.span.or(op.origin.span)).about(&op.name));
        let displaced = std::mem::replace(&mut slot.shape, shape);
        rehome(displaced, &mut fragment.operations);
    }
}

/// Records are defined where they are met first, and other places refer to them: a definition that has lost its place moves to the first
/// place that refers to it.
fn rehome(shape: ShapeDef, operations: &mut [OperationDef]) {
    match shape {
        ShapeDef::Scalar(_) | ShapeDef::Ref(_) => {}
        ShapeDef::List(item) => rehome(item.shape, operations),
        ShapeDef::Record(record) => {
            let is_defined = slots(operations).any(|slot| matches!(&slot.shape, ShapeDef::Record(other) if other.name == record.name));
            let place = if is_defined { None } else { reference(operations, &record.name) };
            match place {
                Some(place) => *place = ShapeDef::Record(record),
                None => record.fields.into_iter().for_each(|field| rehome(field.slot.shape, operations)),
            }
        }
    }
}

/// The shape that is meant; `None` where another one than the published stands, or where the record that is meant is not there.
fn mended(found: &ShapeDef, published: &Shape, meant: &Shape, classes: &FxHashSet<String>) -> Option<ShapeDef> {
    match (found, published, meant) {
        (ShapeDef::List(item), Shape::List(published), Shape::List(meant)) => {
            let shape = mended(&item.shape, published, meant, classes)?;
            Some(ShapeDef::List(Box::new(SlotDef { shape, ..(**item).clone() })))
        }
        (ShapeDef::Scalar(scalar), Shape::Scalar(published), Shape::Scalar(meant)) if scalar.kind == *published => {
            Some(ShapeDef::Scalar(Scalar::new(*meant, "")))
        }
        (ShapeDef::Record(_) | ShapeDef::Ref(_), Shape::Record(published), Shape::Record(meant)) => {
            let class = class(found)?;
            let space = class.strip_suffix(published.as_str()).filter(|space| space.is_empty() || space.ends_with('\\'))?;
            let meant = format!("{space}{meant}");
            classes.contains(&meant).then(|| ShapeDef::Ref(TypeName::new(NameBase::Class(meant))))
        }
        _ => None,
    }
}

/// The class of a record.
fn class(shape: &ShapeDef) -> Option<&str> {
    let name = match shape {
        ShapeDef::Record(record) => &record.name,
        ShapeDef::Ref(name) => name,
        ShapeDef::Scalar(_) | ShapeDef::List(_) => return None,
    };
    match &name.base {
        NameBase::Class(class) if name.path.is_empty() => Some(class),
        NameBase::Class(_) | NameBase::Method(..) | NameBase::Params(_) | NameBase::Result(_) => None,
    }
}

/// Classes of all records.
fn classes(operations: &[OperationDef]) -> FxHashSet<String> {
    slots(operations)
        .filter(|slot| matches!(slot.shape, ShapeDef::Record(_)))
        .filter_map(|slot| class(&slot.shape))
        .map(str::to_owned)
        .collect()
}

/// All slots, the outer before the inner.
fn slots(operations: &[OperationDef]) -> impl Iterator<Item = &SlotDef> {
    let outer = operations.iter().rev().flat_map(|op| op.result.iter().chain(op.params.iter().rev().map(|param| &param.slot)));
    let mut open: Vec<&SlotDef> = outer.collect();
    std::iter::from_fn(move || {
        let slot = open.pop()?;
        match &slot.shape {
            ShapeDef::Scalar(_) | ShapeDef::Ref(_) => {}
            ShapeDef::List(item) => open.push(item),
            ShapeDef::Record(record) => open.extend(record.fields.iter().rev().map(|field| &field.slot)),
        }
        Some(slot)
    })
}

/// The first reference to a record.
fn reference<'f>(operations: &'f mut [OperationDef], name: &TypeName) -> Option<&'f mut ShapeDef> {
    let outer = operations.iter_mut().flat_map(|op| op.params.iter_mut().map(|param| &mut param.slot).chain(&mut op.result));
    let mut open: Vec<&mut SlotDef> = outer.collect();
    open.reverse();
    while let Some(slot) = open.pop() {
        if matches!(&slot.shape, ShapeDef::Ref(other) if other == name) {
            return Some(&mut slot.shape);
        }
        match &mut slot.shape {
            ShapeDef::Scalar(_) | ShapeDef::Ref(_) => {}
            ShapeDef::List(item) => open.push(item),
            ShapeDef::Record(record) => open.extend(record.fields.iter_mut().rev().map(|field| &mut field.slot)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::ScalarKind;
    use crate::ir::sample::{class as named, fragment, int, list, operation, record, result, slot, text};
    use crate::pass::session;

    fn mend_of(parameter: Option<&str>, published: &str, meant: &str) -> Mend {
        let shape = |text: &str| text.parse().unwrap();
        Mend {
            operation: "get_a".into(),
            parameter: parameter.map(str::to_owned),
            published: shape(published),
            meant: shape(meant),
            because: "so".into(),
        }
    }

    /// An interface with the operation `get_a`, which gives records `space\\one`, and with another one, which gives `space\\other`.
    fn interface(with_session: bool) -> Fragment {
        let rows = |name: &str| list(record(named(&format!("space\\{name}")), result(name), vec![("id", int(""))]), "");
        let mut params = if with_session { vec![("client", int("")), ("sesskey", text(""))] } else { Vec::new() };
        params.push(("column", int("")));
        let operations = vec![operation("get_a", params, Some(rows("one"))), operation("get_b", Vec::new(), Some(rows("other")))];
        let mut fragment = fragment(operations, Vec::new());
        session::mark(&mut fragment, &crate::convention::oktech().session);
        fragment
    }

    fn mended(with_session: bool, mends: &[Mend]) -> (Fragment, Vec<String>) {
        let (mut fragment, mut report) = (interface(with_session), Report::default());
        mend(&mut fragment, mends, &mut report);
        (fragment, report.iter().map(|found| found.message.clone()).collect())
    }

    #[test]
    fn what_was_published_becomes_what_is_meant_and_is_told() {
        let mends = [mend_of(Some("column"), "int", "string"), mend_of(None, "one[]", "other[]")];
        let (found, told) = mended(true, &mends);
        let op = &found.operations[0];
        let wanted = ShapeDef::Scalar(Scalar::new(ScalarKind::String, ""));
        assert_eq!(op.params[2].slot.shape, wanted);
        let Some(ShapeDef::List(item)) = op.result.as_ref().map(|slot| &slot.shape) else { panic!("no list") };
        assert_eq!(item.shape, ShapeDef::Ref(named("space\\other")));
        assert_eq!(
            told,
            [
                "`column` of `get_a` was published as `int` by mistake; it is taken as `string`, because so",
                "the result of `get_a` was published as `one[]` by mistake; it is taken as `other[]`, because so",
            ]
        );
    }

    #[test]
    fn a_definition_that_loses_its_place_moves_to_who_refers_to_it() {
        let mut fragment = interface(true);
        let inner = record(named("space\\inner"), result("inner"), vec![("id", int(""))]);
        let one = record(named("space\\one"), result("one"), vec![("inner", inner)]);
        fragment.operations[0].result = Some(list(one, ""));
        let refers = |name: &str| Some(slot(ShapeDef::Ref(named(name)), ""));
        fragment.operations.push(operation("get_c", Vec::new(), refers("space\\inner")));
        let mends = [mend_of(None, "one[]", "other[]")];
        let mut report = Report::default();
        let mut both = fragment.clone();
        mend(&mut fragment, &mends, &mut report);
        assert!(
            matches!(&fragment.operations[2].result.as_ref().unwrap().shape, ShapeDef::Record(record) if record.name == named("space\\inner"))
        );
        both.operations.push(operation("get_d", Vec::new(), refers("space\\one")));
        mend(&mut both, &mends, &mut report);
        assert!(
            matches!(&both.operations[3].result.as_ref().unwrap().shape, ShapeDef::Record(record) if record.name == named("space\\one"))
        );
        let schema = crate::pass::link(vec![fragment, Fragment::default()], &mut report);
        assert_eq!((report.count(crate::report::Severity::Error), schema.all_operations().len()), (0, 3));
    }

    #[test]
    fn what_is_otherwise_stays() {
        let none = [
            mend_of(Some("column"), "float", "string"),
            mend_of(Some("gone"), "int", "string"),
            mend_of(None, "one", "other"),
            mend_of(None, "ne[]", "other[]"),
            mend_of(None, "one[]", "nowhere[]"),
            mend_of(None, "other[]", "one[]"),
        ];
        assert_eq!(mended(true, &none), (interface(true), Vec::new()));
        let some = [mend_of(Some("column"), "int", "string")];
        assert_eq!(mended(false, &some), (interface(false), Vec::new()), "another family");
    }
}
