//! A world in memory for tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;

use bumpalo::Bump;

use crate::php::ast::PhpFile;
use crate::php::eval::{Interp, Stop};
use crate::php::host::{ClassAt, EvalFinding, Host};
use crate::php::parse;
use crate::php::value::{Key, ObjId, Value};
use crate::source::{SourceMap, Span};

/// Files, and the classes that autoloading finds in them.
#[derive(Default)]
pub struct World {
    files: BTreeMap<String, String>,
    classes: BTreeMap<String, String>,
    libraries: Vec<String>,
    pub php: Option<(u32, u32)>,
}

struct WorldHost<'a, 'w> {
    world: &'w World,
    arena: &'a Bump,
    sources: &'a SourceMap,
    parsed: RefCell<BTreeMap<String, &'a PhpFile<'a>>>,
    notes: RefCell<Vec<EvalFinding>>,
}

impl World {
    pub fn new() -> Self {
        World::default()
    }

    /// Adds a file. `a.php` is included before anything runs.
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// Evaluates the body of a static method.
    pub fn eval(self, body: &str) -> String {
        self.eval_with(body, None)
    }

    /// The same with little fuel.
    pub fn eval_small(self, body: &str) -> String {
        self.eval_with(body, Some(50_000))
    }

    fn eval_with(mut self, body: &str, fuel: Option<u32>) -> String {
        self.files.insert("t.php".into(), format!("<?php class t {{ public $p = 1; public static function run() {{ {body} }} }}"));
        self.classes.insert("t".into(), "t.php".into());
        self.call("t", "run", fuel).0
    }

    /// Calls a method; the result and the findings.
    pub fn call(self, class: &str, method: &str, fuel: Option<u32>) -> (String, Vec<String>) {
        let class = class.to_owned();
        let method = method.to_owned();
        // Deep recursion needs more stack than the threads of the test runner have in a debug build.
        let run = move || {
            let arena = Bump::new();
            let sources = SourceMap::default();
            let host = WorldHost { world: &self, arena: &arena, sources: &sources, parsed: RefCell::default(), notes: RefCell::default() };
            let mut interp = Interp::new(&arena, &sources, &host);
            interp.limit_stack(48 << 20);
            if self.files.contains_key("a.php") {
                interp.require("a.php").expect("a.php runs");
            }
            if let Some(fuel) = fuel {
                interp.set_fuel(fuel);
            }
            let text = match interp.call_static(&class, &method, Vec::new(), None) {
                Ok(value) => dump(&interp, &value),
                Err(Stop::Thrown { class, message, .. }) => format!("throw:{class}:{message}"),
                Err(Stop::Limit { message, .. }) => format!("limit:{message}"),
                Err(other) => format!("stop:{other}"),
            };
            drop(interp);
            let notes = host.notes.borrow().iter().map(|note| note.message.clone()).collect();
            (text, notes)
        };
        let thread = std::thread::Builder::new().stack_size(128 << 20).spawn(run).expect("a thread starts");
        thread.join().expect("the evaluator does not panic")
    }
}

impl<'a> Host<'a> for WorldHost<'a, '_> {
    fn file(&self, path: &str) -> Option<&'a PhpFile<'a>> {
        if let Some(parsed) = self.parsed.borrow().get(path) {
            return Some(parsed);
        }
        let text = self.world.files.get(path)?;
        let (id, file) = self.sources.add(path, path.to_owned(), text.clone().into_bytes());
        let parsed = parse::parse_file(self.arena, id, &file.text);
        self.parsed.borrow_mut().insert(path.to_owned(), parsed);
        Some(parsed)
    }

    fn class(&self, name: &str) -> Option<ClassAt> {
        self.world.classes.get(&name.to_ascii_lowercase()).map(|path| ClassAt::File(path.clone()))
    }

    fn libraries(&self) -> &[String] {
        &self.world.libraries
    }

    fn constant(&self, name: &str) -> Option<Value<'a>> {
        (name == "MOODLE_INTERNAL").then_some(Value::Bool(true))
    }

    fn global(&self, _: &mut Interp<'a, '_>, name: &str) -> Value<'a> {
        Value::unknown(format!("${name}"), None, "belongs to the site")
    }

    fn function(&self, _: &mut Interp<'a, '_>, _: &str, _: &[Value<'a>], _: Span) -> Option<Value<'a>> {
        None
    }

    fn static_method(&self, _: &mut Interp<'a, '_>, _: &str, _: &str, _: &[Value<'a>], _: Span) -> Option<Value<'a>> {
        None
    }

    fn may_lack(&self, _: &str) -> bool {
        // Functions that no file declares are the site's.
        true
    }

    fn settle(&self, expr: &str) -> Option<Value<'a>> {
        match expr {
            "$CFG->dirroot" => Some(Value::str("/dirroot")),
            "$CFG->libdir" => Some(Value::str("/dirroot/lib")),
            _ => None,
        }
    }

    fn php(&self) -> (u32, u32) {
        self.world.php.unwrap_or((8, 1))
    }

    fn note(&self, finding: EvalFinding) {
        self.notes.borrow_mut().push(finding);
    }
}

/// A value in a form that the PHP side of the differential test prints, too.
pub fn dump<'a>(interp: &Interp<'a, '_>, value: &Value<'a>) -> String {
    within(interp, value, &mut Vec::new(), &mut 100_000)
}

/// The same for a part of a value: the objects that it lies in, and how many parts may follow, for an array can hold another many times.
fn within<'a>(interp: &Interp<'a, '_>, value: &Value<'a>, open: &mut Vec<ObjId>, left: &mut u32) -> String {
    if *left == 0 {
        return "...".into();
    }
    *left -= 1;
    match value {
        Value::Null => "n".into(),
        Value::Bool(b) => format!("b:{}", i32::from(*b)),
        Value::Int(n) => format!("i:{n}"),
        Value::Float(f) => format!("d:{}", interp.spell(&Value::Float(*f)).trim_end_matches(".0")),
        Value::Str(s) => format!("s:{s}"),
        Value::Array(array) => {
            let mut out = String::from("a:{");
            for (at, (key, entry)) in array.entries.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                match key {
                    Key::Int(n) => drop(write!(out, "i:{n}=>")),
                    Key::Str(s) => drop(write!(out, "s:{s}=>")),
                }
                out.push_str(&within(interp, &entry.value, open, left));
                if let Some(condition) = &entry.only_if {
                    let _ = write!(out, " if {condition}");
                }
            }
            out.push('}');
            out
        }
        Value::Object(id) => {
            if open.contains(id) {
                return "o:circle".into();
            }
            open.push(*id);
            let object = interp.object(*id);
            let mut out = format!("o:{}{{", object.class);
            for (at, (name, value)) in object.props.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                let _ = write!(out, "{name}=>{}", within(interp, value, open, left));
            }
            open.pop();
            out.push('}');
            out
        }
        Value::Closure(_) => "o:Closure{}".into(),
        Value::Unknown(unknown) => format!("u:{}", unknown.expr),
        Value::Ref(_) => "ref".into(),
    }
}
