//! How operators bind. Each line was checked against PHP's grammar.

use super::dump::dump;
use super::{errors, expression};

fn check(text: &str, tree: &str) {
    assert_eq!(expression(text, dump), tree, "{text}");
}

#[test]
fn binary_operators() {
    check("1 + 2 * 3 - 4", "(Sub (Add 1 (Mul 2 3)) 4)");
    check("$a - $b - $c", "(Sub (Sub $a $b) $c)");
    check("2 ** 3 ** 4", "(Pow 2 (Pow 3 4))");
    check("$a ?? $b ?? $c", "(Coalesce $a (Coalesce $b $c))");
    check("'a' . 1 + 2 . 'b'", "(Concat (Concat \"a\" (Add 1 2)) \"b\")");
    check("$a . $b << 1", "(Concat $a (ShiftLeft $b 1))");
    check("1 << 2 + 3", "(ShiftLeft 1 (Add 2 3))");
    check("$a < $b == $c > $d", "(Equal (Less $a $b) (Greater $c $d))");
    check("$a & $b == $c", "(BitAnd $a (Equal $b $c))");
    check("$a | $b ^ $c & $d", "(BitOr $a (BitXor $b (BitAnd $c $d)))");
    check("$a || $b && $c", "(Or $a (And $b $c))");
    check("$a or $b xor $c and $d", "(Or $a (Xor $b (And $c $d)))");
    check("$a && $b ?? $c", "(Coalesce (And $a $b) $c)");
    check("$a <=> $b <> $c", "(NotEqual (Spaceship $a $b) $c)");
    check("$a % $b / $c", "(Div (Mod $a $b) $c)");
}

#[test]
fn conditions() {
    check("$a ? $b : $c", "(? $a $b $c)");
    check("$a ?: $b ?: $c", "(? (? $a _ $b) _ $c)");
    check("$a ? $b : $c ? $d : $e", "(? (? $a $b $c) $d $e)");
    check("$a ? $b ? 1 : 2 : 3", "(? $a (? $b 1 2) 3)");
    check("$a == 1 ? $b . 'x' : $c || $d", "(? (Equal $a 1) (Concat $b \"x\") (Or $c $d))");
    check("$x = $a ?? $b ? 1 : 2", "(= $x (? (Coalesce $a $b) 1 2))");
    check("$a ? A : B", "(? $a A B)");
    check("$a ? A::B : c::D", "(? $a (:: A B) (:: c D))");
}

#[test]
fn prefix_operators() {
    check("-$a ** 2", "(Minus (Pow $a 2))");
    check("2 ** -1", "(Pow 2 (Minus 1))");
    check("-$a * 3", "(Mul (Minus $a) 3)");
    check("!$a instanceof B", "(Not (instanceof $a B))");
    check("-$a instanceof B", "(instanceof (Minus $a) B)");
    check("!$a == $b", "(Equal (Not $a) $b)");
    check("!$a * 2", "(Mul (Not $a) 2)");
    check("(int) $a + 1", "(Add ((Int) $a) 1)");
    check("(int) $a ** 2", "((Int) (Pow $a 2))");
    check("( STRING )$a . 'b'", "(Concat ((String) $a) \"b\")");
}

#[test]
fn assignments() {
    check("$a = $b = 3", "(= $a (= $b 3))");
    check("!$a = b()", "(Not (= $a (b)))");
    check("$a && $b = 5 || 0", "(And $a (= $b (Or 5 0)))");
    check("$a = $b and $c", "(And (= $a $b) $c)");
    check("$a .= 'x' . $b", "(Concat= $a (Concat \"x\" $b))");
    check("$a ??= $b ?? 1", "(Coalesce= $a (Coalesce $b 1))");
    check("$a = & $b['c']", "(=& $a (at $b \"c\"))");
    check("$a =& new B(1)", "(=& $a (new B 1))");
    check("@$a = $b", "(Silence (= $a $b))");
    check("-$a = 2 + 3", "(Minus (= $a (Add 2 3)))");
    check("$a['x'][] = 1", "(= (at (at $a \"x\")) 1)");
    check("list(, $a, list($b)) = $c", "(= [_, $a, [$b]] $c)");
    check("['x' => $a, 'y' => [, &$b]] = $c", "(= [\"x\" => $a, \"y\" => [_, &$b]] $c)");
    check("$a->b->c += 1", "(Add= (-> (-> $a b) c) 1)");
    check("++$a->b", "(++ (-> $a b))");
    check("$a['x']++ + 1", "(Add ((at $a \"x\") ++) 1)");
    check("A::$b['c'] = 1", "(= (at (::$ A b) \"c\") 1)");
}

#[test]
fn words_that_read_like_operators() {
    check("print 'a' . 'b' and $c", "(And (print (Concat \"a\" \"b\")) $c)");
    check("1 + print 2 + 3", "(Add 1 (print (Add 2 3)))");
    check("include 'a' . 'b' or die", "(include00 (Or (Concat \"a\" \"b\") (exit _)))");
    check("require_once(__DIR__ . '/a.php')", "(include11 (Concat Dir \"/a.php\"))");
    check("$a ?? throw new E('x')", "(Coalesce $a (throw (new E \"x\")))");
    check("$a or throw $b and $c", "(Or $a (throw (And $b $c)))");
    check("clone $a->b", "(clone (-> $a b))");
    check("clone $a + 1", "(Add (clone $a) 1)");
    check("$x = yield", "(= $x (yield _ _))");
    check("$x = yield $k => $v", "(= $x (yield $k $v))");
    check("yield $a or $b", "(Or (yield _ $a) $b)");
    check("yield from f() + 1", "(yield-from (Add (f) 1))");
    check("fn($x) => $x + 1 and 2", "(fn/1 (And (Add $x 1) 2))");
    check("fn() => fn() => [1]", "(fn/0 (fn/0 [1]))");
    check("exit(1) . 'a'", "(Concat (exit 1) \"a\")");
}

#[test]
fn accesses() {
    check("$a->b()->c['d']::E", "(:: {(at (-> (->() $a b) c) \"d\")} E)");
    check("$a?->b?->c()", "(?->() (?-> $a b) c)");
    check("$$a['b']", "(at $($a) \"b\")");
    check("${'a' . $b}", "$((Concat \"a\" $b))");
    check("$a->$b['c']", "(at (-> $a {$b}) \"c\")");
    check("$a->{$b . 'x'}(1)", "(->() $a {(Concat $b \"x\")} 1)");
    check("A::$b()", "(::() A {$b})");
    check("A::$b", "(::$ A b)");
    check("A::$$b", "(::$ A {$b})");
    check("a\\B::class", "(:: a\\B class)");
    check("static::f(...)", "(::() <static> f ...)");
    check("SELF::LIST", "(:: <self> LIST)");
    check("parent::__construct(1, ...$a)", "(::() <parent> __construct 1 ...$a)");
    check("new static", "(new <static>)");
    check("new $a->b['c'](1)", "(new {(at (-> $a b) \"c\")} 1)");
    check("new (f())(1)", "(new {(f)} 1)");
    check("(new A)->b()", "(->() (new A) b)");
    check("new A::$b", "(new {(::$ A b)})");
    check("new class(1) extends A { use B; }", "(new class/1 1)");
    check("f(a: 1, array: 2)", "(f a: 1 array: 2)");
    check("f($a ? b : c)", "(f (? $a b c))");
    check("'a'[0]", "(at \"a\" 0)");
    check("[1, 2][0]", "(at [1, 2] 0)");
    check("FOO[0]", "(at FOO 0)");
    check("$a{0}{1}", "(at (at $a 0) 1)");
    check("$f(1)(2)", "(call (call $f 1) 2)");
    check("(function() use (&$a, $b) {})()", "(call (function/0 &$a $b))");
    check("static fn(): int => 1", "(static fn/0 1)");
    check("$a instanceof $b->c", "(instanceof $a {(-> $b c)})");
    check("match(true) { $a, $b => 1, default => 2, }", "(match true ( $a $b=> 1) (=> 2))");
    check("match($a)", "(match $a)");
    check("isset($a, $b['c']) && !empty($d)", "(And (isset $a (at $b \"c\")) (Not (empty $d)))");
    check("namespace\\f()", "(namespace\\f)");
    check("array('a' => 1, 2, ...$b)", "[\"a\" => 1, 2, ...$b]");
}

#[test]
fn numbers() {
    check("0x1F", "31");
    check("0b101", "5");
    check("0o17", "15");
    check("017", "15");
    check("1_000_000", "1000000");
    check("9223372036854775807", "9223372036854775807");
    check("9223372036854775808", "9.223372036854776e18");
    check("0xFFFFFFFFFFFFFFFF", "1.8446744073709552e19");
    check("1.5e3", "1500.0");
    check(".5", "0.5");
    check("1.", "1.0");
}

#[test]
fn long_runs_are_shallow() {
    for (text, fits) in [
        (vec!["'a'"; 20_000].join(" . "), true),
        (vec!["$a"; 20_000].join(" && "), true),
        (vec!["1"; 400].join(" + "), true),
        (vec!["1"; 100_000].join(" + "), false),
        (vec!["'a'"; 100_000].join(" . "), false),
        (format!("$a{}", "->b".repeat(100_000)), false),
        (format!("if (1) {{}} {}", "else if (1) {} ".repeat(100_000)), false),
    ] {
        let errors = errors(&format!("<?php {text}; echo 1;"));
        let wanted = usize::from(!fits);
        assert_eq!(errors.len(), wanted, "{errors:?}");
    }
    let tree = expression(&vec!["$a"; 300].join(" . "), dump);
    assert_eq!(tree.matches("$a").count(), 300);
    assert!(tree.starts_with("(Concat (Concat (Concat (Concat "));
}
