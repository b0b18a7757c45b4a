//! Small programs, each the body of a function, run here and by PHP.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::world::World;

const PROGRAMS: &str = include_str!("programs.txt");

const DRIVER: &str = r#"
function dump($v) {
    if ($v === null) { return 'n'; }
    if (is_bool($v)) { return 'b:' . (int) $v; }
    if (is_int($v)) { return "i:$v"; }
    if (is_float($v)) { $s = var_export($v, true); return 'd:' . (substr($s, -2) === '.0' ? substr($s, 0, -2) : $s); }
    if (is_string($v)) { return "s:$v"; }
    if (is_array($v)) {
        $out = [];
        foreach ($v as $k => $x) { $out[] = (is_int($k) ? "i:$k" : "s:$k") . '=>' . dump($x); }
        return 'a:{' . implode(',', $out) . '}';
    }
    if ($v instanceof Closure) { return 'o:Closure{}'; }
    $out = [];
    foreach ((array) $v as $k => $x) { $k = preg_replace('/^\0.*\0/', '', $k); $out[] = "$k=>" . dump($x); }
    return 'o:' . get_class($v) . '{' . implode(',', $out) . '}';
}
function attempt($class) {
    try { return dump($class::run()); } catch (Throwable $e) { return 'throw:' . get_class($e) . ':' . $e->getMessage(); }
}
error_reporting(0);
"#;

fn programs() -> Vec<&'static str> {
    PROGRAMS.split("\n---\n").map(str::trim).filter(|text| !text.is_empty()).collect()
}

fn by_php(programs: &[&str]) -> Option<Vec<String>> {
    let mut script = String::from("<?php\n");
    let mut shared = String::new();
    for (at, program) in programs.iter().enumerate() {
        let (before, body) = split(program);
        shared.push_str(before);
        let _ = writeln!(script, "class t{at} {{ public $p = 1; public static function run() {{ {body} }} }}");
    }
    script.push_str(&shared);
    script.push_str(DRIVER);
    for at in 0..programs.len() {
        let _ = writeln!(script, "echo base64_encode(attempt('t{at}')), \"\\n\";");
    }
    let mut child = Command::new("php")
        .args(["-d", "precision=14", "-d", "serialize_precision=-1", "-d", "memory_limit=512M"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(script.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().map(decode).collect())
}

/// Declarations (between `{{{` and `}}}`), then the body.
fn split(program: &str) -> (&str, &str) {
    match program.strip_prefix("{{{").and_then(|rest| rest.split_once("}}}")) {
        Some((before, body)) => (before, body),
        None => ("", program),
    }
}

fn decode(text: &str) -> String {
    let digit =
        |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == c).unwrap_or(0) as u32;
    let mut out = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let bits = four.iter().fold(0, |bits, c| bits << 6 | digit(*c));
        let padding = 4 - four.iter().position(|c| *c == b'=').unwrap_or(4);
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn programs_give_what_php_gives() {
    let programs = programs();
    assert!(programs.len() > 20);
    let Some(expected) = by_php(&programs) else {
        eprintln!("skipped: there is no php to compare with");
        return;
    };
    assert_eq!(expected.len(), programs.len(), "the PHP side died");
    let mut wrong = String::new();
    for (program, expected) in programs.iter().zip(&expected) {
        let (before, body) = split(program);
        let mut world = World::new();
        if !before.is_empty() {
            world = world.file("a.php", &format!("<?php {before}"));
        }
        let own_class = without_number(expected);
        let got = world.eval(body);
        if got != own_class {
            let _ = write!(wrong, "\n{program}\n   php:  {own_class}\n   here: {got}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// PHP's classes are numbered, ours is not.
fn without_number(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('t') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let digits = after[1..].bytes().take_while(u8::is_ascii_digit).count();
        let own = digits > 0 && !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        out.push('t');
        rest = if own { &after[1 + digits..] } else { &after[1..] };
    }
    out.push_str(rest);
    out
}
