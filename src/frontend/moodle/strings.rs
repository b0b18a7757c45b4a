//! English texts from the tree's own language files. In: an identifier and a component. Out: the text, where it is static.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::components::Components;
use super::literal::{self, Place};
use super::loader::Loader;
use crate::ir::Literal;
use crate::php::ast::ExprKind;

/// Language files read so far.
#[derive(Default)]
pub struct Strings {
    files: RefCell<FxHashMap<String, Rc<FxHashMap<String, String>>>>,
}

impl Strings {
    /// The text as the language file has it, placeholders and all.
    pub fn get(&self, files: &Loader<'_>, components: &Components, identifier: &str, component: &str) -> Option<String> {
        let path = components.strings(component)?;
        let known = self.files.borrow().get(&path).cloned();
        let table = known.unwrap_or_else(|| {
            let table = Rc::new(read(files, &path));
            self.files.borrow_mut().insert(path, Rc::clone(&table));
            table
        });
        table.get(identifier).cloned()
    }
}

fn read(files: &Loader<'_>, path: &str) -> FxHashMap<String, String> {
    let mut out = FxHashMap::default();
    let Some(file) = files.php(path) else { return out };
    literal::each_assignment(file.stmts, &mut |target, value| {
        let ExprKind::Index { base, index: Some(index) } = &target.kind else { return };
        if !matches!(base.kind, ExprKind::Var("string")) {
            return;
        }
        let place = Place { path, uses: &[] };
        if let (Some(Literal::Str(key)), Some(Literal::Str(text))) = (literal::fold(index, place), literal::fold(value, place)) {
            out.insert(key, text);
        }
    });
    out
}

/// Puts `$a` in: `{$a}`, or `{$a->key}` by `part`. `None` when a placeholder needs what is not known.
pub fn substitute(text: &str, whole: &dyn Fn() -> Option<String>, part: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{$a") {
        let Some(end) = rest[at..].find('}').map(|end| at + end) else { break };
        let inside = &rest[at + 3..end];
        out.push_str(&rest[..at]);
        if inside.is_empty() {
            out.push_str(&whole()?);
        } else if let Some(key) = inside.strip_prefix("->") {
            out.push_str(&part(key)?);
        } else {
            out.push_str(&rest[at..=end]);
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::substitute;

    #[test]
    fn placeholders() {
        let whole = || Some("x".to_owned());
        let part = |key: &str| (key == "name").then(|| "y".to_owned());
        assert_eq!(substitute("a {$a} b", &whole, &part).as_deref(), Some("a x b"));
        assert_eq!(substitute("a {$a->name}", &whole, &part).as_deref(), Some("a y"));
        assert_eq!(substitute("a {$a->other}", &whole, &part), None);
        assert_eq!(substitute("no end {$a", &whole, &part).as_deref(), Some("no end {$a"));
        assert_eq!(substitute("{$alpha}", &whole, &part).as_deref(), Some("{$alpha}"));
    }
}
