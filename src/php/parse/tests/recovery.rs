//! What is not understood costs no more than itself.

use bumpalo::Bump;

use super::{errors, parsed};
use crate::php::ast::{Member, StmtKind};
use crate::php::parse::{body, parse_file};
use crate::source::FileId;

#[test]
fn a_statement() {
    let text = "<?php a(); b c; d(); if (1) { e f; g(); } h();";
    assert_eq!(errors(text), ["1: expected `;`, found `c`", "1: expected `;`, found `f`"]);
    parsed(text, true, |file| assert_eq!(file.stmts.len(), 5));
}

#[test]
fn a_member() {
    let text = "<?php class A {\n const B = ;\n public function c() { x y; z(); }\n public $d = 1;\n static function () {}\n function e() {} }\nf();";
    assert_eq!(errors(text), ["2: expected an expression, found `;`", "3: expected `;`, found `y`", "5: expected a name, found `(`"]);
    parsed(text, true, |file| {
        assert_eq!(file.stmts.len(), 2);
        let StmtKind::Class(class) = file.stmts[0].kind else { panic!("a class") };
        assert_eq!(class.members.iter().filter(|member| matches!(member, Member::Skipped)).count(), 2);
        assert_eq!(class.members.len(), 5);
    });
}

#[test]
fn bodies_are_parsed_on_demand() {
    let text = "<?php namespace a; use b\\C; function f() { return '}' . \"{$x['}']}\" . <<<X\n }\n X; /* } */ } g(h i); function k() { l m; n(); }";
    let arena = Bump::new();
    let file = parse_file(&arena, FileId(3), text);
    assert_eq!(file.errors.len(), 1, "{:?}", file.errors);
    let StmtKind::Namespace { name: "a", stmts } = file.stmts[0].kind else { panic!("a namespace") };
    let functions: Vec<_> =
        stmts.iter().filter_map(|stmt| if let StmtKind::Function(one) = stmt.kind { Some(one) } else { None }).collect();
    assert_eq!(functions[0].scope.uses[0].alias, "C");
    assert_eq!(functions[0].scope.file, FileId(3));
    assert_eq!(body(&arena, functions[0], text).stmts.len(), 1);
    assert_eq!(body(&arena, functions[0], text).errors, &[]);
    let second = body(&arena, functions[1], text);
    assert_eq!((second.stmts.len(), second.errors.len()), (2, 1));
    assert!(std::ptr::eq(second, body(&arena, functions[1], text)), "parsed once");
}

#[test]
fn truncated_files() {
    assert_eq!(errors("<?php class A { function b() { c();"), ["1: expected `}`, found the end of the file"; 2]);
    assert_eq!(errors("<?php a(); b('c"), ["1: a string that never ends"]);
    assert_eq!(errors("<?php a(); /* b"), ["1: a comment that never ends"]);
    assert_eq!(errors("<?php a(); } b();"), ["1: expected an expression, found `}`"]);
    parsed("<?php class A { function b() {} function c() { d(\"{$e", false, |file| {
        let StmtKind::Class(class) = file.stmts[0].kind else { panic!("a class") };
        assert_eq!(class.members.len(), 2);
        assert!(!file.errors.is_empty());
    });
}

#[test]
fn limits() {
    for open in [
        "(",
        "[",
        "f(",
        "!",
        "{",
        "function() {",
        "if (1) ",
        "if (1): ",
        "[$a, ",
        "fn() => ",
        "\"{$a[",
        "$",
        "${",
        "new class { function f() {",
    ] {
        let errors = errors(&format!("<?php {}", open.repeat(10_000)));
        assert!(!errors.is_empty() && errors.len() < 1100, "{open}: {}", errors.len());
    }
    assert_eq!(errors(&format!("<?php {}1{};", "(".repeat(10_000), ")".repeat(10_000))), ["1: nested too deeply"]);
    assert!(errors(&format!("<?php {}1{};", "[".repeat(190), "]".repeat(190))).is_empty());
    assert_eq!(errors(&format!("<?php {}", "a b; ".repeat(5000))).len(), 1001);
}
