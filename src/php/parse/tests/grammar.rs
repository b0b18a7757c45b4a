//! `grammars/php.ebnf` and the parser describe the same language.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::ebnf::{Grammar, Random};
use super::errors;

const GRAMMAR: &str = include_str!("../../../../grammars/php.ebnf");

/// The files that hold parser functions.
const SOURCES: &[&str] = &[
    include_str!("../class.rs"),
    include_str!("../control.rs"),
    include_str!("../decl.rs"),
    include_str!("../expr.rs"),
    include_str!("../import.rs"),
    include_str!("../primary.rs"),
    include_str!("../stmt.rs"),
    include_str!("../text.rs"),
];

/// Functions that take a cursor first and return a `Res`.
fn parsers() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for source in SOURCES {
        for part in source.split("fn ").skip(1) {
            let Some((name, rest)) = part.split_once("<'a>(") else { continue };
            let head = rest.split(" {\n").next().unwrap_or(rest).trim_start();
            if (head.starts_with("i: Cursor<'a>") || head.starts_with("mut i: Cursor<'a>")) && head.contains("-> Res<'a,") {
                out.insert(name.to_owned());
            }
        }
    }
    out
}

#[test]
fn every_rule_is_a_parser_and_every_parser_a_rule() {
    let rules: BTreeSet<String> = Grammar::read(GRAMMAR).rules.into_keys().collect();
    let parsers = parsers();
    assert!(parsers.len() > 80, "the parser functions were not found");
    assert_eq!(rules.difference(&parsers).collect::<Vec<_>>(), Vec::<&String>::new(), "rules that no function parses");
    assert_eq!(parsers.difference(&rules).collect::<Vec<_>>(), Vec::<&String>::new(), "functions without a rule");
}

#[test]
fn every_rule_is_reached() {
    let grammar = Grammar::read(GRAMMAR);
    let reached = grammar.reached("file");
    let missing: Vec<_> = grammar.rules.keys().filter(|rule| !reached.contains(rule)).collect();
    assert_eq!(missing, ["hooks", "old_index"], "not in PHP 8.2");
}

/// Programs with fixed seeds: small ones find what is wrong, larger ones combine.
fn programs() -> Vec<String> {
    let grammar = Grammar::read(GRAMMAR);
    (0..1500)
        .map(|seed| {
            let mut random = Random(seed);
            let budget = 6 + random.below(16);
            let mut text = String::from("<?php ");
            for _ in 0..3 {
                text.push_str(&grammar.derive("statement", &mut random, budget));
                text.push('\n');
            }
            text.push_str(&grammar.derive("file", &mut random, budget));
            text
        })
        .collect()
}

#[test]
fn what_the_grammar_derives_is_understood() {
    for program in programs() {
        let errors = errors(&program);
        assert!(errors.is_empty(), "{errors:?}\n{program}");
    }
}

/// Reads programs, each behind its length in a line, and prints what PHP says about those that it rejects. `TOKEN_PARSE` runs PHP's
/// parser and not its compiler, so what is only wrong by meaning passes.
const JUDGE: &str = r#"
while (($line = fgets(STDIN)) !== false) {
    $code = stream_get_contents(STDIN, (int) $line);
    try { PhpToken::tokenize($code, TOKEN_PARSE); }
    catch (ParseError $e) { echo $e->getMessage(), ' on line ', $e->getLine(), "\n", $code, "\n----\n"; }
}"#;

#[test]
fn what_the_grammar_derives_is_php() {
    let version = Command::new("php").args(["-r", "echo PHP_VERSION_ID;"]).output();
    let version = version.ok().and_then(|out| String::from_utf8(out.stdout).ok()).and_then(|text| text.parse::<u32>().ok());
    if version.is_none_or(|version| version < 80200) {
        println!("skipped: no PHP 8.2 on the PATH");
        return;
    }
    let mut php = Command::new("php")
        .args(["-d", "display_errors=stderr", "-r", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("php starts");
    let mut input = php.stdin.take().expect("its input is a pipe");
    let writer = std::thread::spawn(move || {
        for program in programs() {
            write!(input, "{}\n{program}", program.len()).expect("php reads");
        }
    });
    let out = php.wait_with_output().expect("php ends");
    writer.join().expect("everything was written");
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && said.is_empty(), "{} rejected\n{}", said.matches("----").count(), &said[..said.len().min(4000)]);
}
