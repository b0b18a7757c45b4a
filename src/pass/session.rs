//! Marks the parameters that say who calls, by a [convention](crate::convention).
//!
//! In: a fragment and the convention. Out: the same fragment, in which the leading parameters of an operation are marked where they have
//! the names and kinds of the convention, all of them. No list of operations is needed, and none that a source marks itself is changed.

use crate::convention::Session;
use crate::ir::{FieldDef, Fragment, ShapeDef};

/// Marks them.
pub fn mark(fragment: &mut Fragment, session: &Session) {
    for op in &mut fragment.operations {
        let parts = &session.parts;
        let leads = op.params.len() >= parts.len() && op.params.iter().zip(parts).all(|(param, part)| is(param, part));
        if leads && op.params.iter().all(|param| param.session.is_none()) {
            for (param, part) in op.params.iter_mut().zip(parts) {
                param.session = Some(part.part);
            }
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
        mark(&mut fragment, &oktech().session);
        let marked = |at: usize| fragment.operations[at].params.iter().map(|param| param.session).collect::<Vec<_>>();
        assert_eq!(marked(0), [Some(SessionPart::Client), Some(SessionPart::Key), None]);
        assert!((1..5).all(|at| marked(at).iter().all(Option::is_none)));
    }
}
