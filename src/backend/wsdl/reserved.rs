//! Words that generated code cannot use as names. They are data: `grammars/targets/*.toml`, one file for each language, and all of them
//! count, because one WSDL serves all languages.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::fold;
use super::mangle::Place;

const TARGETS: &[&str] = &[
    include_str!("../../../grammars/targets/java.toml"),
    include_str!("../../../grammars/targets/csharp.toml"),
    include_str!("../../../grammars/targets/javascript.toml"),
    include_str!("../../../grammars/targets/perl.toml"),
];

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Target {
    keywords: Vec<String>,
    fields: Vec<String>,
    parameters: Vec<String>,
    operations: Vec<String>,
    types: Vec<String>,
}

/// The words of all targets, by place.
#[derive(Default)]
struct Words {
    fields: BTreeSet<String>,
    params: BTreeSet<String>,
    operations: BTreeSet<String>,
    types: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut out = Words::default();
    for text in TARGETS {
        // The files are part of the program, and a test parses each.
        let target: Target = toml::from_str(text).unwrap_or_default();
        let small = |words: &[String]| words.iter().map(|word| decapitalized(word)).collect::<Vec<_>>();
        // A field may become a parameter of a constructor, which generators name after it, but not after `enum` alone.
        out.fields.extend(small(&target.fields));
        out.params.extend(small(&target.keywords).into_iter().chain(small(&target.parameters)).chain(small(&target.fields)));
        out.operations.extend(small(&target.keywords).into_iter().chain(small(&target.operations)));
        out.types.extend(target.types.iter().map(|word| fold::class(word)));
    }
    out
});

/// Whether a name cannot stand at a place.
pub(super) fn is_reserved(name: &str, place: Place) -> bool {
    let words = match place {
        Place::Field => &WORDS.fields,
        Place::Param => &WORDS.params,
        Place::Operation => &WORDS.operations,
    };
    // A method is named as a variable is: wsimport makes `getClass` of `get_class`.
    words.contains(&decapitalized(name)) || (place == Place::Operation && words.contains(&fold::variable(name)))
}

/// Whether a type cannot have a name.
pub(super) fn is_reserved_type(name: &str) -> bool {
    WORDS.types.contains(&fold::class(name))
}

fn decapitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, Target};

    #[test]
    fn every_target_parses() {
        for text in TARGETS {
            assert!(toml::from_str::<Target>(text).is_ok(), "{text}");
        }
    }
}
