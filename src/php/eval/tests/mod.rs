//! Tests of the evaluator against a world in memory, and against PHP itself where it is installed.

mod differential;
mod site;
mod total;
mod world;

use world::World;

/// Evaluates the body of a static method and spells the result.
fn eval(body: &str) -> String {
    World::new().eval(body)
}

#[test]
fn a_method_returns_what_it_computes() {
    assert_eq!(eval("return 1 + 2 . 'x';"), "s:3x");
    assert_eq!(eval("$a = ['x' => 1, 'y' => 2, 'x' => 3]; return $a;"), "a:{s:x=>i:3,s:y=>i:2}");
}

#[test]
fn endless_programs_stop() {
    for body in [
        "while (true) { }",
        "for (;;) { $a[] = 1; }",
        "$s = 'a'; while (true) { $s .= $s; }",
        "return self::run();",
        "$f = function () use (&$f) { return $f(); }; return $f();",
        "return array_map('t::run', [1]);",
        "return str_repeat('x', 1000000000);",
        "return range(1, 1000000000);",
        "return array_fill(0, 1000000000, 1);",
        "return loop_a::A;",
        "return new loop_c();",
        "while (true) { $a['k' . $n++] = new stdClass(); if (time() == $n) { break; } }",
        "while (true) { $a = [[$a, $a]]; kept::keep($a); }",
        "while (true) { $a[[$a, 'it\\'s' => $a]] = $a; if (time()) { $b[] = $a; } }",
    ] {
        let result = World::new()
            .file("a.php", "<?php class loop_a { const A = loop_b::B; } class loop_b { const B = loop_a::A; } class loop_c extends loop_d {} class loop_d extends loop_c {} class kept { static $all; static function keep($a) { for ($i = 0; $i < 100; $i++) { $b[] = $i; } self::$all = [self::$all, $a, $a]; return self::$all; } }")
            .eval_small(body);
        assert!(result.starts_with("limit:") || result.starts_with("u:"), "{body}: {result}");
    }
}
