//! What strings and heredocs hold.

use super::dump::dump;
use super::expression;

fn check(text: &str, tree: &str) {
    assert_eq!(expression(text, dump), tree, "{text}");
}

#[test]
fn quotes() {
    check(r"'a\'b\\c\n'", r#""a'b\\c\\n""#);
    check(r#""a\"b\\c\n\t\$d""#, r#""a\"b\\c\n\t$d""#);
    check(r#""\101\x41\X41\u{41}\u{1F600}""#, "\"AAAA😀\"");
    check(r#""\e\v\f\0""#, r#""\u{1b}\u{b}\u{c}\0""#);
    check(r#""\q\x\u\{$""#, r#""\\q\\x\\u\\{$""#);
    check(r#""\xc3\xa9""#, "\"é\"");
    check("b'a' . B\"c\"", r#"(Concat "a" "c")"#);
    check("'//' . \"/* ?>\"", r#"(Concat "//" "/* ?>")"#);
}

#[test]
fn variables_in_strings() {
    check(r#""$a[0] $a[key] $a[-1] $a[$b]""#, r#"(text (at $a 0) " " (at $a "key") " " (at $a (Minus 1)) " " (at $a $b))"#);
    check(r#""$a->b->c $a?->d""#, r#"(text (-> $a b) "->c " (?-> $a d))"#);
    check(r#""{$c->d['x']} {$e()}!""#, r#"(text (at (-> $c d) "x") " " (call $e) "!")"#);
    check(r#""${e} ${f['x']} ${g()}""#, r#"(text $e " " (at $f "x") " " $((g)))"#);
    check(r#""a{$b["c{$d}"]}e""#, r#"(text "a" (at $b (text "c" $d)) "e")"#);
    check(r#""\{$a}""#, r#"(text "\\{" $a "}")"#);
    check(r#""$ {a} $1 {$""#, r#""$ {a} $1 {$""#);
    check(r#""\$a $b\n""#, r#"(text "$a " $b "\n")"#);
    check(r#""$a[00] $a[0x1]""#, r#"(text (at $a "00") " " (at $a "0x1"))"#);
    check("`ls $a`", "shell");
}

#[test]
fn heredocs() {
    check("<<<A\nx\n  y\nA", r#""x\n  y""#);
    check("<<<A\n  x\n    y\n\n  z\n  A", r#""x\n  y\n\nz""#);
    check("<<<'A'\n  x $a \\n\n  A . 'b'", r#"(Concat "x $a \\n" "b")"#);
    check("<<<\"A\"\n  x $a\n  {$b['c']}\\n\n  A", r#"(text "x " $a "\n" (at $b "c") "\n")"#);
    check("<<<A\nA", r#""""#);
    check("<<<A\nAB\n A1\nA", r#""AB\n A1""#);
    check("[<<<A\n  x\n  A, 1]", r#"["x", 1]"#);
    check("<<<A\r\nx\r\nA", r#""x""#);
}
