//! Whatever the program, evaluating it ends with a value or a reason.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::world::World;

const VALUES: &[&str] = &[
    "1",
    "-7",
    "0",
    "2.5",
    "'a'",
    "'12'",
    "''",
    "null",
    "true",
    "[]",
    "[1, 'k' => 2]",
    "$a",
    "$b",
    "$c",
    "$o",
    "$a['k']",
    "$o->p",
    "f()",
    "$this",
    "PHP_INT_MAX",
    "'abc'[1]",
    "fn($x) => $x",
    "t::class",
    "static::class",
    "new t",
    "[$a, $b]",
];
const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", ".", "==", "===", "<", "<=>", "&&", "||", "??", "&", "|", "<<", "**", "xor"];
const CALLS: &[&str] = &[
    "count",
    "array_merge",
    "array_keys",
    "implode",
    "explode",
    "substr",
    "str_replace",
    "sprintf",
    "max",
    "array_map",
    "array_filter",
    "sort",
    "ksort",
    "usort",
    "array_slice",
    "array_splice",
    "range",
    "str_repeat",
    "json_encode",
    "in_array",
    "intval",
    "array_pop",
    "array_fill",
    "str_pad",
    "compact",
    "extract",
    "call_user_func",
    "array_combine",
    "strtr",
    "number_format",
    "array_chunk",
];

fn value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(VALUES).prop_map(str::to_owned);
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(OPERATORS), inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (prop::sample::select(CALLS), prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(f, args)| format!("{f}({})", args.join(", "))),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a} => {b}, {b}]")),
            inner.clone().prop_map(|a| format!("isset($a[{a}])")),
            inner.prop_map(|a| format!("(array) {a}")),
        ]
    })
}

fn statement() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        value().prop_map(|v| format!("$a = {v};")),
        value().prop_map(|v| format!("$b[] = {v};")),
        (value(), value()).prop_map(|(k, v)| format!("$a[{k}] = {v};")),
        (value(), value()).prop_map(|(k, v)| format!("$a[{k}]['x'][] = &$c; $c = {v};")),
        value().prop_map(|v| format!("$o->p = {v}; $o->q[] = $o;")),
        value().prop_map(|v| format!("unset($a[{v}]);")),
        value().prop_map(|v| format!("$a .= {v};")),
        value().prop_map(|v| format!("[$a, 'k' => $b] = {v};").replace("[$a, 'k'", "['j' => $a, 'k'")),
        value().prop_map(|v| format!("return {v};")),
        value().prop_map(|v| format!("throw new Exception({v});")),
        Just("$a++;".to_owned()),
        Just("self::run();".to_owned()),
        Just("break;".to_owned()),
        Just("continue;".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let block = prop::collection::vec(inner, 1..4).prop_map(|all| all.join(" "));
        prop_oneof![
            (value(), block.clone(), block.clone()).prop_map(|(v, a, b)| format!("if ({v}) {{ {a} }} else {{ {b} }}")),
            (value(), block.clone()).prop_map(|(v, a)| format!("foreach ({v} as $k => $c) {{ {a} }}")),
            block.clone().prop_map(|a| format!("foreach ($b as $k => &$c) {{ {a} }}")),
            (value(), block.clone()).prop_map(|(v, a)| format!("while ({v}) {{ {a} }}")),
            (value(), value(), block.clone()).prop_map(|(v, w, a)| format!("switch ({v}) {{ case {w}: {a} default: {a} }}")),
            (block.clone(), block).prop_map(|(a, b)| format!("try {{ {a} }} catch (Throwable $e) {{ {b} }} finally {{ $b[] = 1; }}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_program_ends(statements in prop::collection::vec(statement(), 1..6), result in value()) {
        let mut body = String::from("$a = []; $b = [1, 2]; $c = f(); $o = new stdClass; ");
        for statement in statements {
            let _ = write!(body, "{statement} ");
        }
        let _ = write!(body, "return {result};");
        World::new().eval_small(&body);
    }
}

/// Programs that once took minutes or more memory than there is: values that hold themselves, or others twice, many levels deep.
#[test]
fn values_that_grow_by_doubling_end() {
    for body in [
        "$b = []; for ($i = 0; $i < 99; $i++) { $a['k']['x'][] = &$c; $c = [$a, $b]; $b[] = $c; } return $a;",
        "$b = [1]; foreach ($b as $k => &$c) { $b[] = json_encode($b); } return $b;",
        "foreach ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as $c) { $a[[[(array) 1 => $a, $a] => $c, $c]] = [$a => 'it\\'s']; $b[[$b, [$a, $a]]] = $a; } return $b;",
        "for ($i = 0; $i < 40; $i++) { $a = [[$a, $a], 'o' => new stdClass]; } return [$a, 'k' => &$a];",
        "for ($i = 0; $i < 40; $i++) { $a = [$a, $a]; $o->$i = $a; } return (array) $o;",
    ] {
        World::new().eval_small(body);
    }
}
