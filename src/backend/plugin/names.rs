//! Names in a plugin: of functions as clients call them, of the PHP that implements them, of the classes of records.
//!
//! In: names that may be any text. Out: names that Moodle and PHP take, which differ even for those who do not tell case apart (PHP in
//! classes and methods, databases in their indexes, some disks). Nearly all come out as they went in; a change is reported.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::ir::{NameBase, OpId, Schema, TypeId, TypeName};
use crate::report::{Code, Diagnostic, Report};

/// Characters that Moodle's table of functions has room for.
const FUNCTION: usize = 200;
/// Characters that it has room for in the name of a class or a method, less what stands around an operation's own name.
const STEM: usize = 60;

/// Words that are taken, in lower case.
static RESERVED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Words {
        keywords: Vec<String>,
        types: Vec<String>,
        operations: Vec<String>,
    }
    // A test reads the file, which is part of the program.
    let words: Option<Words> = toml::from_str(include_str!("../../../grammars/targets/php.toml")).ok();
    words.into_iter().flat_map(|words| words.keywords.into_iter().chain(words.types).chain(words.operations)).collect()
});

/// Names of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpNames {
    /// As clients call it.
    pub(super) function: String,
    /// Its class, or its method; and its method of the handler.
    pub(super) stem: String,
}

/// The names of operations that go into one plugin. `prefix` stands before each.
pub(super) fn operations(schema: &Schema, operations: &[OpId], prefix: &str, report: &mut Report) -> FxHashMap<OpId, OpNames> {
    let mut ids = operations.to_vec();
    // The order of names and not that of services, so that a new operation in front renames nothing.
    ids.sort_by_key(|&op| &schema.operation(op).name);
    let (mut functions, mut stems) = (FxHashSet::default(), FxHashSet::default());
    // A plugin that is read and written again keeps its names. They come first, or another operation might take them.
    let own = |op: OpId| schema.operation(op).name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_') && rest.len() > 1);
    ids.sort_by_key(|&op| !own(op));
    let mut out = FxHashMap::default();
    for op in ids {
        let name = &schema.operation(op).name;
        let bare = if own(op) { &name[prefix.len() + 1..] } else { name };
        let wanted = fit(&format!("{prefix}_{}", spelled(bare, true)), FUNCTION);
        let function = first_free(&wanted, |name| functions.insert(name.to_ascii_lowercase()));
        let stem = first_free(&stem(bare), |name| {
            let derived = ["_parameters", "_returns", "_is_deprecated", "_is_allowed_from_ajax"].map(|end| format!("{name}{end}"));
            let free = !stems.contains(name) && derived.iter().all(|derived| !stems.contains(derived));
            if free {
                stems.extend(derived);
                stems.insert(name.to_owned());
            }
            free
        });
        if function != format!("{prefix}_{bare}") {
            let message =
                format!("the operation `{name}` is called `{function}` in the plugin, because Moodle cannot call it by its own name");
            report.push(Diagnostic::new(Code::N040, message).at(schema.operation(op).origin.span).about(name));
        }
        out.insert(op, OpNames { function, stem });
    }
    out
}

/// The names of the classes of records.
pub(super) fn records(schema: &Schema, records: &[TypeId]) -> FxHashMap<TypeId, String> {
    let mut ids: Vec<(&TypeName, TypeId)> = records.iter().filter_map(|&id| Some((&schema.record(id)?.name, id))).collect();
    ids.sort();
    let mut taken = FxHashSet::default();
    let mut out = FxHashMap::default();
    for (name, id) in ids {
        let short = self::stem(&name.short().unwrap_or_else(|| full(name)));
        let name =
            if taken.insert(short.clone()) { short } else { first_free(&self::stem(&full(name)), |name| taken.insert(name.to_owned())) };
        out.insert(id, name);
    }
    out
}

/// A name for each parameter as a variable of PHP: small letters and digits, as Moodle's style wants them.
pub(super) fn variables<'n>(keys: impl Iterator<Item = &'n str>) -> Vec<String> {
    // `$this` cannot be a parameter; the others are what the bodies of functions use.
    let mut taken: FxHashSet<String> = ["this", "params", "context"].map(str::to_owned).into_iter().collect();
    keys.map(|key| {
        let letters: String = key.chars().filter(char::is_ascii_alphanumeric).map(|ch| ch.to_ascii_lowercase()).collect();
        let plain = if letters.starts_with(|ch: char| ch.is_ascii_alphabetic()) { letters } else { format!("value{letters}") };
        let mut name = plain.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{plain}v{count}");
        }
        name
    })
    .collect()
}

/// An operation's or a record's name as that of a class or a method.
fn stem(name: &str) -> String {
    let mut out = spelled(name, false).to_ascii_lowercase();
    if !out.starts_with(|ch: char| ch.is_ascii_alphabetic()) || out.starts_with("__") {
        out = format!("op_{}", out.trim_start_matches('_'));
    }
    if RESERVED.contains(&out) {
        out.push_str("_op");
    }
    fit(&out, STEM)
}

/// All that is in the name of a record.
fn full(name: &TypeName) -> String {
    let mut out = match &name.base {
        NameBase::Class(class) => class.clone(),
        NameBase::Method(class, method) => format!("{class}_{method}"),
        NameBase::Params(operation) => format!("{operation}_params"),
        NameBase::Result(operation) => format!("{operation}_result"),
    };
    for key in &name.path {
        out.push('_');
        out.push_str(key);
    }
    out
}

/// The name with every other character than letters, digits and underscores spelled by its number; separators of names are underscores.
fn spelled(name: &str, hyphens: bool) -> String {
    let mut out = String::with_capacity(name.len());
    for ch in name.chars() {
        match ch {
            '\\' | ':' | '.' => {
                if !out.ends_with('_') {
                    out.push('_');
                }
            }
            '-' if !hyphens => out.push('_'),
            ch if ch.is_ascii_alphanumeric() || ch == '_' || ch == '-' => out.push(ch),
            ch => {
                let _ = write!(out, "_x{:x}_", u32::from(ch));
            }
        }
    }
    if out.is_empty() { "empty".to_owned() } else { out }
}

/// A name that is not longer than `most` bytes (it is ASCII): the end of a longer one is replaced by a digest of it.
fn fit(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    let mut out = name[..most - 9].to_owned();
    out.push('_');
    for byte in &digest[..4] {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The first of `name`, `name_2`, `name_3`, ... that can be taken.
fn first_free(name: &str, mut take: impl FnMut(&str) -> bool) -> String {
    if take(name) {
        return name.to_owned();
    }
    let mut count = 2;
    loop {
        let next = format!("{name}_{count}");
        if take(&next) {
            return next;
        }
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ir::sample;
    use crate::pass::link;

    fn named(names: &[&str], prefix: &str) -> Vec<(String, String)> {
        let operations = names.iter().map(|name| sample::operation(name, Vec::new(), None)).collect();
        let schema = link(vec![sample::fragment(operations, Vec::new())], &mut Report::default());
        let ids: Vec<OpId> = schema.all_operations().collect();
        let found = super::operations(&schema, &ids, prefix, &mut Report::default());
        names
            .iter()
            .map(|name| {
                let names = &found[&schema.operation_by_name(name).unwrap()];
                (names.function.clone(), names.stem.clone())
            })
            .collect()
    }

    #[test]
    fn the_words_are_read() {
        assert!(RESERVED.len() > 90 && RESERVED.iter().all(|word| *word == word.to_ascii_lowercase()));
    }

    #[test]
    fn good_names_stay_and_others_become_good() {
        let pairs = |names: &[&str]| named(names, "local_x").into_iter().map(|(a, b)| format!("{a} {b}")).collect::<Vec<_>>();
        assert_eq!(
            pairs(&["get_roles", "affect_pageWiki_to_wiki"]),
            ["local_x_get_roles get_roles", "local_x_affect_pageWiki_to_wiki affect_pagewiki_to_wiki"]
        );
        assert_eq!(
            pairs(&["list", "a-b", "9", "__call", "\u{e9}"]),
            ["local_x_list list_op", "local_x_a-b a_b", "local_x_9 op_9", "local_x___call op_call", "local_x__xe9_ op_xe9_"]
        );
        assert_eq!(pairs(&["Get", "get", "get_returns"]), ["local_x_Get get", "local_x_get_2 get_2", "local_x_get_returns get_returns_2"]);
        assert_eq!(pairs(&["local_x_get", "get"]), ["local_x_get get", "local_x_get_2 get_2"]);
        let long = pairs(&[&"a".repeat(300)]);
        assert_eq!(long[0].split(' ').map(str::len).collect::<Vec<_>>(), [FUNCTION, STEM]);
    }

    #[test]
    fn variables_are_plain_and_differ() {
        let keys = ["courseid", "courseId", "user_id", "this", "1", "params", ""];
        assert_eq!(variables(keys.into_iter()), ["courseid", "courseidv2", "userid", "thisv2", "value1", "paramsv2", "value"]);
    }

    proptest! {
        #[test]
        fn names_of_any_operations_are_names_and_differ(names in prop::collection::btree_set("[a-cA_.:-]{1,4}|list|\\PC{1,3}", 1..12)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let found = named(&names, "local_x");
            for part in [|(function, _): &(String, String)| function.to_ascii_lowercase(), |(_, stem): &(String, String)| stem.clone()] {
                let all: FxHashSet<String> = found.iter().map(part).collect();
                prop_assert_eq!(all.len(), names.len(), "{:?}", found);
            }
            for (function, stem) in found {
                prop_assert!(function.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')));
                prop_assert!(stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
                prop_assert!(stem.starts_with(|ch: char| ch.is_ascii_lowercase()) && !RESERVED.contains(&stem));
            }
        }
    }
}
