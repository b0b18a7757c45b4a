//! `grammars/phpdoc.ebnf` and the parsers describe the same language.

use std::collections::BTreeSet;

use crate::frontend::phpdoc::comment::Comment;
use crate::frontend::phpdoc::spelling;
use crate::php::parse::tests::ebnf::{Grammar, Random};

const GRAMMAR: &str = include_str!("../../../../grammars/phpdoc.ebnf");
/// The files that hold parser functions.
const SOURCES: &[&str] = &[include_str!("../comment.rs"), include_str!("../spelling.rs")];

/// Functions that take a text first and return a `Res`.
fn parsers() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for part in SOURCES.iter().flat_map(|source| source.split("\nfn ").skip(1)) {
        let (name, rest) = part.split_once('(').expect("a function has parameters");
        let head = rest.split(" {\n").next().unwrap_or(rest);
        if head.starts_with("i: &str") && head.contains("-> Res<") && !name.contains('<') {
            out.insert(name.to_owned());
        }
    }
    out
}

#[test]
fn every_rule_is_a_parser_and_every_parser_a_rule() {
    let rules: BTreeSet<String> = Grammar::read(GRAMMAR).rules.into_keys().collect();
    let parsers = parsers();
    assert!(parsers.len() > 20, "the parser functions were not found");
    assert_eq!(rules, parsers);
}

#[test]
fn every_rule_is_reached() {
    let grammar = Grammar::read(GRAMMAR);
    let reached = grammar.reached("comment");
    let missing: Vec<_> = grammar.rules.keys().filter(|rule| !reached.contains(rule)).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn types_that_the_grammar_derives_are_understood() {
    let grammar = Grammar::read(GRAMMAR);
    for seed in 0..4000 {
        let mut random = Random(seed);
        let budget = 2 + random.below(14);
        let text = grammar.derive("union", &mut random, budget);
        assert!(matches!(spelling::read(&text), Ok(("", _))), "{text:?} gives {:?}", spelling::read(&text));
    }
}

#[test]
fn comments_that_the_grammar_derives_are_understood() {
    let grammar = Grammar::read(GRAMMAR);
    let mut tags = 0;
    for seed in 0..4000 {
        let mut random = Random(seed);
        let budget = 4 + random.below(12);
        let text = grammar.derive("comment", &mut random, budget);
        for tag in Comment::read(&text).tags {
            tags += 1;
            // A name may stand alone; whatever stands in the place of a type is one.
            let typed = if tag.word == "param" { tag.param() } else { tag.result() };
            let is_name = tag.body.trim_start().starts_with(['&', '.', '$']);
            assert!(typed.ty.as_ref().map_or(is_name, Result::is_ok) || is_name, "{tag:?} gives {typed:?}\n{text}");
        }
    }
    assert!(tags > 1000, "only {tags} tags");
}
