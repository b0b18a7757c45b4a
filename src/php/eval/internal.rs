//! Names of functions and classes that PHP itself brings. What the evaluator does not know of them is unknown: no file declares it.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

struct Names {
    functions: FxHashSet<&'static str>,
    classes: FxHashSet<&'static str>,
}

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let (functions, classes) =
            include_str!("../../../grammars/php-names.txt").split_once("\nclasses\n").unwrap_or_default();
        let set = |text: &'static str| text.lines().filter(|line| !line.starts_with('#')).collect();
        Names { functions: set(functions), classes: set(classes) }
    })
}

/// Whether PHP brings a function of this name (in lower case).
pub(super) fn is_function(name: &str) -> bool {
    names().functions.contains(name)
}

/// Whether PHP brings a class of this name (in lower case).
pub(super) fn is_class(name: &str) -> bool {
    names().classes.contains(name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_read() {
        assert!(super::is_function("time") && !super::is_function("get_string"));
        assert!(super::is_class("reflectionclass") && !super::is_class("time"));
    }
}
