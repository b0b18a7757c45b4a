//! Marks the parameters that say who calls, by a [convention](crate::convention).
//!
//! In: a fragment and the convention. Out: the same fragment, in which the leading parameters of an operation are marked where they have
//! the names and kinds of the convention, all of them. No list of operations is needed, and nothing that a source marks itself is changed.
//! Where some operations carry a session, those that do not can be called without logging in: the one that opens a session is one of them.

use crate::convention::Session;
use crate::ir::{FieldDef, Fragment, ShapeDef};

/// Marks them.
pub fn mark(fragment: &mut Fragment, session: &Session) {
    let marked = |fragment: &Fragment| fragment.operations.iter().flat_map(|op| &op.params).any(|param| param.session.is_some());
    if marked(fragment) {
        return;
    }
    for op in &mut fragment.operations {
        let parts = &session.parts;
        let leads = op.params.len() >= parts.len() && op.params.iter().zip(parts).all(|(param, part)| is(param, part));
        if leads {
            for (param, part) in op.params.iter_mut().zip(parts) {
                param.session = Some(part.part);
            }
        }
    }
    if marked(fragment) {
        for op in &mut fragment.operations {
            op.meta.login_required &= op.params.iter().any(|param| param.session.is_some());
        }
    }
}

fn is(param: &FieldDef, part: &crate::convention::Part) -> bool {
    param.name == part.name && matches!(&param.slot.shape, ShapeDef::Scalar(scalar) if scalar.kind == part.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::oktech;
    use crate::ir::SessionPart;
    use crate::ir::sample::{fragment, int, operation, text};

    #[test]
    fn marks_the_leading_pair_and_nothing_like_it() {
        let pair = || vec![("client", int("")), ("sesskey", text("")), ("id", int(""))];
        let mut turned = pair();
        turned.swap(0, 1);
        let operations = vec![
            operation("full", pair(), None),
            operation("turned", turned, None),
            operation("half", vec![("client", int("")), ("id", int(""))], None),
            operation("kinds", vec![("client", text("")), ("sesskey", text(""))], None),
            operation("none", vec![], None),
        ];
        let mut fragment = fragment(operations, vec![]);
        fragment.operations.iter_mut().for_each(|op| op.meta.login_required = true);
        mark(&mut fragment, &oktech().session);
        let marked = |at: usize| fragment.operations[at].params.iter().map(|param| param.session).collect::<Vec<_>>();
        assert_eq!(marked(0), [Some(SessionPart::Client), Some(SessionPart::Key), None]);
        assert_eq!(fragment.operations.iter().filter(|op| op.meta.login_required).count(), 1);
        assert!((1..5).all(|at| marked(at).iter().all(Option::is_none)));
    }
}
