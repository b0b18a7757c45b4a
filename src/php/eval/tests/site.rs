//! What depends on the site.

use super::eval;
use super::world::World;

#[test]
fn unknown_values_are_spelled_without_locals() {
    assert_eq!(eval("global $CFG; $c = $CFG; return $c->lang;"), "u:$CFG->lang");
    assert_eq!(eval("global $CFG; return 'a' . $CFG->x . 'b';"), "u:'a' . $CFG->x . 'b'");
    assert_eq!(eval("$c = 'm'; return get_config($c, 'x')->y['z'];"), "u:get_config('m', 'x')->y['z']");
    assert_eq!(eval("return time() - 5 * 2;"), "u:time() - 10");
    assert_eq!(eval("return nowhere::f([1, 'a' => true])->g(null);"), "u:\\nowhere::f([1, 'a' => true])->g(null)");
    assert_eq!(eval("global $CFG; return $CFG->a ?? 5;"), "u:$CFG->a ?? 5");
    assert_eq!(eval("global $CFG; return $CFG->a ?: 5;"), "u:$CFG->a ?: 5");
    assert_eq!(eval("global $CFG; return $CFG->a ? 1 : 2;"), "u:$CFG->a ? 1 : 2");
    assert_eq!(eval("global $CFG; return (int) $CFG->a;"), "u:(int) $CFG->a");
}

#[test]
fn both_branches_are_taken() {
    let body = "global $CFG; $a = ['x' => 1]; if ($CFG->on) { $a['y'] = 2; } else { $a['z'] = 3; } return $a;";
    assert_eq!(eval(body), "a:{s:x=>i:1,s:y=>i:2 if $CFG->on,s:z=>i:3 if !$CFG->on}");
    let body = "global $CFG; if ($CFG->on) { return 1; } return 2;";
    assert_eq!(eval(body), "u:$CFG->on ? 1 : 2");
    let body = "global $CFG; if ($CFG->on) { return 1; } return 1;";
    assert_eq!(eval(body), "i:1");
    let body = "global $CFG; if ($CFG->on) { throw new Exception('x'); } return 1;";
    assert_eq!(eval(body), "i:1");
    let body = "global $CFG; if ($CFG->on) { return ['a' => 1]; } throw new Exception('x');";
    assert_eq!(eval(body), "a:{s:a=>i:1}");
    let body = "global $CFG; $o = new stdClass; $o->l = []; if (empty($CFG->on)) { $o->l['k'] = 1; } return $o;";
    assert_eq!(eval(body), "o:stdClass{l=>a:{s:k=>i:1 if empty($CFG->on)}}");
}

#[test]
fn loops_under_unknown_conditions_end() {
    let body = "$a = []; foreach (['p', 'q'] as $k) { if (f($k)) { continue; } $a[$k] = 1; } return $a;";
    assert_eq!(eval(body), "a:{s:p=>i:1 if !f('p'),s:q=>i:1 if !f('q')}");
    let body = "$a = []; foreach (f() as $k => $v) { $a['k'] = $v; } return $a;";
    assert_eq!(eval(body), "a:{s:k=>u:current(f()) if !empty(f())}");
    let body = "$i = f(); $a = []; while (array_key_exists($i, $a)) { $i += 1; } $a[$i] = 'x'; return array_values($a);";
    assert_eq!(eval(body), "a:{i:0=>s:x}");
}

#[test]
fn conditions_travel_with_the_keys() {
    let body = "$a = []; if (f()) { $a['x'] = 1; } $b = array_merge(['w' => 0], $a); $c = []; foreach ($b as $k => $v) { $c[$k] = $v; } return $c;";
    assert_eq!(eval(body), "a:{s:w=>i:0,s:x=>i:1 if f()}");
    let body = "$a = []; if (f()) { $a['x'] = 1; } return isset($a['x']);";
    assert_eq!(eval(body), "u:f()");
    let body = "$a = []; if (f()) { $a['x'] = 1; } if (!empty($a)) { $b = ['y' => 2]; } else { $b = []; } return $b;";
    assert_eq!(eval(body), "a:{s:y=>i:2 if f()}");
}

#[test]
fn switch_and_match_on_unknown_values() {
    let body = "switch (f()) { case 1: $a = ['one' => 1]; break; case 2: $a = ['two' => 2]; break; default: $a = []; } return $a;";
    assert_eq!(eval(body), "a:{s:one=>i:1 if f() == 1,s:two=>i:2 if !(f() == 1) && f() == 2}");
    let body = "return match (f()) { 1 => 'a', default => 'b' };";
    assert_eq!(eval(body), "u:(f() === 1) ? 'a' : 'b'");
}

#[test]
fn requires_are_put_off_until_something_is_missing() {
    let world = World::new()
        .file(
            "lib/x.php",
            "<?php defined('MOODLE_INTERNAL') || die(); define('X', 5); function fx() { return X; } class cx { const Y = 'y'; }",
        )
        .file("lib/never.php", "<?php $a = [");
    let body = "global $CFG; require_once($CFG->libdir . '/x.php'); require_once(\"$CFG->libdir/never.php\"); return [X, fx(), cx::Y];";
    assert_eq!(world.eval(body), "a:{i:0=>i:5,i:1=>i:5,i:2=>s:y}");
    let world = World::new().file("db/v.php", "<?php $list = ['a' => 1];");
    assert_eq!(world.eval("global $CFG; require($CFG->dirroot . '/db/v.php'); return $list;"), "a:{s:a=>i:1}");
    let world = World::new().file("db/v.php", "<?php $list = ['a' => 1];");
    assert_eq!(world.eval("global $CFG; require_once($CFG->dirroot . '/db/v.php'); return $list;"), "a:{s:a=>i:1}");
}
