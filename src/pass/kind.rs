//! Says which operations read and which write, by a [convention](crate::convention), where the source says nothing.
//!
//! In: a fragment and the convention. Out: the same fragment with `read` or `write` for each operation of an interface of that family,
//! which is one in which operations carry a session. An operation that is taken to read may be called again; one that writes may not.

use crate::convention::Kinds;
use crate::ir::Fragment;

/// Marks them.
pub fn mark(fragment: &mut Fragment, kinds: &Kinds) {
    let is_family = fragment.operations.iter().any(|op| op.params.iter().any(|param| param.session.is_some()));
    if !is_family {
        return;
    }
    for op in fragment.operations.iter_mut().filter(|op| op.meta.kind.is_none()) {
        let verb = op.name.split('_').next().unwrap_or_default();
        let reads = kinds.reading.iter().any(|reading| reading == verb) && !kinds.writing.contains(&op.name);
        op.meta.kind = Some(if reads { "read" } else { "write" }.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::oktech;
    use crate::ir::sample::{fragment, int, operation, text};

    fn kinds(with_session: bool) -> Vec<Option<String>> {
        let pair = || vec![("client", int("")), ("sesskey", text(""))];
        let mut operations = vec![operation("get_users", if with_session { pair() } else { Vec::new() }, None)];
        operations.extend(["get_messages", "getUsers", "edit_users", "count_users"].map(|name| operation(name, Vec::new(), None)));
        operations.push(operation("delete_user", Vec::new(), None));
        for op in &mut operations {
            op.meta.kind = None;
        }
        operations[5].meta.kind = Some("read".into());
        let mut fragment = fragment(operations, Vec::new());
        crate::pass::session::mark(&mut fragment, &oktech().session);
        mark(&mut fragment, &oktech().kinds);
        fragment.operations.into_iter().map(|op| op.meta.kind).collect()
    }

    #[test]
    fn verbs_tell_and_what_is_said_stays() {
        let said = |words: [&str; 6]| words.map(|word| Some(word.to_owned())).to_vec();
        assert_eq!(kinds(true), said(["read", "write", "write", "write", "read", "read"]));
        assert_eq!(kinds(false)[..5], [None, None, None, None, None]);
    }
}
