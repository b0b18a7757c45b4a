//! Files: what they declare, when they run, and where functions and constants come from.
//!
//! A `require_once` statement is put off until something is missing that no file seen so far declares: most of Moodle's files require
//! libraries of which a description needs nothing.

use std::rc::Rc;

use super::absent::Absent;
use super::member::holds_object;
use super::names::{full_name, lower, resolve_other};
use super::stmt::Flow;
use super::{Eval, Interp, LOAD_FUEL, Raise, Stop, Vars, cycle};
use crate::php::ast::{At, Expr, Function, PhpFile, Scope, Stmt, StmtKind, UseKind};
use crate::php::host::{DIRROOT, EvalFinding, FindingKind};
use crate::php::text::Text;
use crate::php::value::Value;
use crate::source::{Span, plain_path};

/// How many files may be run each for the one before.
const MAX_FILES: usize = 60;

/// A global constant.
pub(super) enum Constant<'a> {
    /// Its value.
    Value(Value<'a>),
    /// `const A = expr;` or `define('A', expr)` that nobody asked for yet.
    Lazy { expr: &'a Expr<'a>, scope: &'a Scope<'a>, busy: bool },
}

impl<'a> Interp<'a, '_> {
    /// Declares what a file declares and runs its top level, once. False when there is no such file. One that could not be run to its end
    /// fails whoever wants it, in the same way.
    pub(super) fn load(&mut self, path: &str) -> Eval<'a, bool> {
        if let Some(stop) = self.failed.get(path) {
            return Err(Box::new(Raise::Stop(stop.clone())));
        }
        if self.loaded.contains(path) {
            return Ok(true);
        }
        self.loaded.insert(Rc::from(path));
        let Some(file) = self.host.file(path) else { return Ok(false) };
        self.epoch += 1;
        let vars = match self.run_apart(file) {
            Ok(vars) => vars,
            Err(raise) => {
                // What calls and files under way had used up says nothing about the file itself.
                match &*raise {
                    Raise::Stop(stop) if self.calls == 0 && self.loading.is_empty() => _ = self.failed.insert(Rc::from(path), stop.clone()),
                    Raise::Stop(_) | Raise::GiveUp | Raise::Throw(..) => _ = self.loaded.remove(path),
                }
                return Err(raise);
            }
        };
        for (name, value) in vars {
            if !matches!(value, Value::Unknown(_) | Value::Ref(_)) && !self.globals.contains_key(name) {
                let cell = self.new_cell(value);
                self.look_at_fickle();
                self.globals.insert(name, cell);
            }
        }
        Ok(true)
    }

    /// Runs a file's top level in a scope of its own, with fuel of its own, and gives its variables. What it throws ends it, no more.
    pub(super) fn run_apart(&mut self, file: &'a PhpFile<'a>) -> Eval<'a, Vec<(&'a str, Value<'a>)>> {
        self.begin_file(file, None)?;
        let scope = self.root_scope(file);
        let outer = self.enter_frame(scope, None);
        let fuel = std::mem::replace(&mut self.fuel, LOAD_FUEL);
        let floor = std::mem::replace(&mut self.floor, 0);
        self.depth += 4;
        let result = self.run_file(file);
        self.depth -= 4;
        self.loading.pop();
        self.fuel = fuel;
        self.floor = floor;
        let frame = std::mem::replace(&mut self.frame, outer);
        if let Err(raise) = result
            && raise.is_final()
        {
            return Err(raise);
        }
        Ok(frame.vars)
    }

    /// Runs a file in the present scope, as `include` does.
    pub(super) fn run_here(&mut self, path: &str, at: Option<Span>) -> Eval<'a> {
        let Some(file) = self.host.file(path) else { return Ok(Value::Bool(false)) };
        // Every run declares what the file declares once more, which costs more than the steps in it.
        self.spend(64 + file.text.len() as u32 / 16, None)?;
        self.begin_file(file, at)?;
        self.loaded.insert(Rc::from(path));
        self.epoch += 1;
        let scope = self.root_scope(file);
        let outer = std::mem::replace(&mut self.frame.scope, scope);
        self.depth += 4;
        let result = self.run_file(file);
        self.depth -= 4;
        self.loading.pop();
        self.frame.scope = outer;
        match result? {
            Flow::Return(value) => Ok(value),
            Flow::Normal | Flow::Break(_) | Flow::Continue(_) => Ok(Value::Int(1)),
        }
    }

    /// Notes that a file's top level begins to run. `at` is what includes it.
    fn begin_file(&mut self, file: &PhpFile<'a>, at: Option<Span>) -> Eval<'a, ()> {
        if self.loading.len() < MAX_FILES {
            self.loading.push(file.file);
            return Ok(());
        }
        let first = self.loading.iter().rposition(|other| *other == file.file);
        let row = self.loading.iter().skip(first.unwrap_or(usize::MAX));
        let paths = row.map(|file| (self.sources.file(*file).path.clone(), "includes"));
        let message = match first {
            Some(_) => cycle::spell(paths, "includes itself"),
            None => format!("files include each other more than {MAX_FILES} deep"),
        };
        Err(Raise::limit(message, at))
    }

    fn root_scope(&self, file: &PhpFile<'a>) -> &'a Scope<'a> {
        self.scope_of(file.file, "", file.stmts)
    }

    fn scope_of(&self, file: crate::source::FileId, namespace: &'a str, stmts: &'a [Stmt<'a>]) -> &'a Scope<'a> {
        let uses = stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Use(uses) => Some(uses.iter().copied()),
            _ => None,
        });
        let uses: Vec<_> = uses.flatten().collect();
        self.arena.alloc(Scope { file, namespace, uses: self.arena.alloc_slice_copy(&uses) })
    }

    fn run_file(&mut self, file: &'a PhpFile<'a>) -> Eval<'a, Flow<'a>> {
        self.hoist(file.stmts);
        self.run_top(file.stmts)
    }

    /// Runs statements of a file's top level; `namespace` changes the scope for what stands in it.
    fn run_top(&mut self, stmts: &'a [Stmt<'a>]) -> Eval<'a, Flow<'a>> {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Class(_) | StmtKind::Function(_) | StmtKind::Use(_) | StmtKind::InlineHtml(_) => {}
                StmtKind::HaltCompiler => break,
                StmtKind::Namespace { name, stmts } => {
                    let inner = self.scope_of(self.frame.scope.file, name, stmts);
                    let outer = std::mem::replace(&mut self.frame.scope, inner);
                    let flow = self.run_top(stmts);
                    self.frame.scope = outer;
                    if let flow @ Flow::Return(_) = flow? {
                        return Ok(flow);
                    }
                }
                StmtKind::Declare { body } if !body.is_empty() => {
                    if let flow @ Flow::Return(_) = self.run_top(body)? {
                        return Ok(flow);
                    }
                }
                _ => {
                    if let flow @ Flow::Return(_) = self.exec(stmt)? {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::Normal)
    }

    /// Declares the classes and functions that stand unconditionally in a file. The first declaration of a name holds.
    pub(super) fn hoist(&mut self, stmts: &'a [Stmt<'a>]) {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Class(class) => self.declare_class(class),
                StmtKind::Function(function) => self.declare_function(function),
                StmtKind::Namespace { stmts, .. } => self.hoist(stmts),
                StmtKind::Declare { body } => self.hoist(body),
                StmtKind::HaltCompiler => break,
                _ => {}
            }
        }
    }

    pub(super) fn declare_class(&mut self, class: &'a crate::php::ast::Class<'a>) {
        let full = full_name(class.scope, class.name);
        self.decls.entry(Rc::from(&*lower(&full))).or_insert(class);
        self.epoch += 1;
    }

    pub(super) fn declare_function(&mut self, function: &'a Function<'a>) {
        let full = full_name(function.scope, function.name);
        self.functions.entry(Rc::from(&*lower(&full))).or_insert(function);
        self.epoch += 1;
    }

    /// Puts a file off until something is missing.
    pub(super) fn defer(&mut self, path: &str) {
        if self.loaded.contains(path) || !self.queued.insert(Rc::from(path)) {
            return;
        }
        self.pending.push(Rc::from(path));
        self.epoch += 1;
    }

    /// What `require` does when the file is not there: PHP ends. In a function, so does the evaluation; the top level of a file goes on,
    /// since hardly anything that it declares is needed, and the host hears of it. `text` is how the path was spelled: one that is relative
    /// without saying so may be found on PHP's own search path.
    pub(super) fn check_required(&mut self, text: &str, path: &str, at: At) -> Eval<'a, ()> {
        if !text.starts_with(['/', '.']) || !self.host.lacks_file(path) {
            return Ok(());
        }
        let at = self.span(at);
        if self.frame.function.is_some() {
            return self.throw_error("Error", &format!("Failed opening required '{path}'"), Some(at));
        }
        self.host.note(EvalFinding { kind: FindingKind::MissingFile, message: path.to_owned(), at: Some(at) });
        Ok(())
    }

    /// Loads the next file that might declare something missing, among the libraries of every request and what was put off: first the
    /// ones that mention its name, then, as others may require what declares it, all the rest; the latest first.
    pub(super) fn load_more(&mut self, name: &str) -> Eval<'a, bool> {
        let host = self.host;
        let word = name.rsplit('\\').next().unwrap_or(name);
        let library =
            host.libraries().iter().skip(self.libraries).find(|path| self.may_declare(path, word)).map(|path| Rc::from(path.as_str()));
        let path = library.or_else(|| self.pending.iter().rev().find(|path| self.may_declare(path, word)).cloned());
        if let Some(path) = path {
            self.load(&path)?;
            return Ok(true);
        }
        while let Some(path) = host.libraries().get(self.libraries) {
            self.libraries += 1;
            if !self.loaded.contains(path.as_str()) {
                self.load(path)?;
                return Ok(true);
            }
        }
        while let Some(path) = self.pending.pop() {
            if !self.loaded.contains(&path) {
                self.load(&path)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn may_declare(&self, path: &str, word: &str) -> bool {
        !self.loaded.contains(path) && self.host.mentions(path, word)
    }

    /// The path in the tree that an `include` names, without `.` and `..`; `None` when it leaves the tree.
    pub(super) fn tree_path(&self, text: &str) -> Option<String> {
        let here = &self.sources.file(self.frame.scope.file).path;
        let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
        let joined = match text.strip_prefix(DIRROOT) {
            Some(rest) => rest.to_owned(),
            None if text.starts_with('/') => return None,
            None => format!("{folder}/{text}"),
        };
        plain_path(&joined)
    }

    /// A global constant by its full name.
    pub(super) fn constant(&mut self, name: &str, at: Option<Span>) -> Eval<'a, Option<Value<'a>>> {
        let name = name.strip_prefix('\\').unwrap_or(name);
        loop {
            if let Some(value) = self.present_constant(name, at)? {
                return Ok(Some(value));
            }
            if self.missing_consts.get(name) == Some(&self.epoch) || !self.load_more(name)? {
                self.look_at_fickle();
                self.missing_consts.insert(Rc::from(name), self.epoch);
                return Ok(None);
            }
        }
    }

    /// A global constant that is known without loading anything.
    pub(super) fn present_constant(&mut self, name: &str, at: Option<Span>) -> Eval<'a, Option<Value<'a>>> {
        let (expr, scope) = match self.consts.get_mut(name) {
            Some(Constant::Value(value)) => return Ok(Some(value.clone())),
            Some(Constant::Lazy { busy: true, .. }) => {
                return Err(self.constant_loop((name, ""), at));
            }
            Some(Constant::Lazy { expr, scope, busy }) => {
                *busy = true;
                (*expr, *scope)
            }
            None => {
                if let Some(value) = self.host.constant(name) {
                    return Ok(Some(value));
                }
                return Ok(super::builtin::constant(name, self.php));
            }
        };
        let key = self.consts.get_key_value(name).map_or_else(|| Rc::from(name), |(key, _)| key.clone());
        self.naming.push((key.clone(), ""));
        let outer = self.enter_frame(scope, None);
        let value = self.eval(expr);
        self.leave_frame(outer);
        self.naming.pop();
        let keep = value.as_ref().is_ok_and(|value| !holds_object(value, 0));
        let slot = match &value {
            Ok(value) if keep => Constant::Value(value.clone()),
            _ => Constant::Lazy { expr, scope, busy: false },
        };
        self.consts.insert(key, slot);
        value.map(Some)
    }

    /// What is wrong with a constant that is needed while its value is being computed.
    pub(super) fn constant_loop(&self, of: (&str, &str), at: Option<Span>) -> Box<Raise<'a>> {
        let first = self.naming.iter().rposition(|(class, name)| (&**class, *name) == of).unwrap_or_default();
        let row = self.naming.iter().skip(first).map(|(class, name)| {
            let shown = if name.is_empty() { class.to_string() } else { format!("{class}::{name}") };
            (shown, "needs")
        });
        Raise::limit(format!("constant {}", cycle::spell(row, "is defined by itself")), at)
    }

    /// A constant as it is spelled in the present scope.
    pub(super) fn spelled_constant(&mut self, name: &'a str, at: Span) -> Eval<'a> {
        match name {
            "null" | "NULL" => return Ok(Value::Null),
            "true" | "TRUE" => return Ok(Value::Bool(true)),
            "false" | "FALSE" => return Ok(Value::Bool(false)),
            _ => {}
        }
        let key = self.spot(name);
        if let Some(value) = self.consts_seen.get(&key) {
            return Ok(value.clone());
        }
        let bare = name.strip_prefix('\\').unwrap_or(name);
        if bare.eq_ignore_ascii_case("null") {
            return Ok(Value::Null);
        } else if bare.eq_ignore_ascii_case("true") {
            return Ok(Value::Bool(true));
        } else if bare.eq_ignore_ascii_case("false") {
            return Ok(Value::Bool(false));
        }
        let (full, fallback) = resolve_other(name, self.frame.scope, UseKind::Const);
        let mut found = None;
        if let Some(fallback) = fallback {
            found = self.present_constant(&full, Some(at))?;
            if found.is_none() {
                found = self.constant(fallback, Some(at))?;
            }
            if found.is_none() {
                found = self.present_constant(&full, Some(at))?;
            }
        } else {
            found = found.or(self.constant(&full, Some(at))?);
        }
        match found {
            Some(value) => {
                if !holds_object(&value, 0) && !value.is_unknown() {
                    self.consts_seen.insert(key, value.clone());
                }
                Ok(value)
            }
            // Up to PHP 7 a name that no constant has means itself.
            None if self.php < 8 && !bare.contains('\\') && !self.may_be_elsewhere(Absent::Constant, bare) => {
                Ok(self.host.settle(bare).unwrap_or_else(|| Value::text(Text::Source(bare))))
            }
            None => self.absent(Absent::Constant, bare, bare.to_owned(), Some(at)),
        }
    }

    /// A function by its full name, among files that were loaded.
    pub(super) fn present_function(&self, name: &str) -> Option<&'a Function<'a>> {
        self.functions.get(&*lower(name)).copied()
    }

    /// A function by its full name, loading what may declare it.
    pub(super) fn find_function(&mut self, name: &str) -> Eval<'a, Option<&'a Function<'a>>> {
        let key = lower(name);
        loop {
            if let Some(function) = self.functions.get(&*key) {
                return Ok(Some(function));
            }
            if self.impure.contains(&*key) {
                return Ok(None);
            }
            if self.missing_functions.get(&*key) == Some(&self.epoch) || !self.load_more(name)? {
                self.look_at_fickle();
                self.missing_functions.insert(Rc::from(&*key), self.epoch);
                return Ok(None);
            }
        }
    }

    /// `define()`: the first definition holds.
    pub(super) fn define(&mut self, name: &str, constant: Constant<'a>) -> bool {
        let name = name.strip_prefix('\\').unwrap_or(name);
        if self.consts.contains_key(name) {
            return false;
        }
        self.consts.insert(Rc::from(name), constant);
        self.epoch += 1;
        true
    }

    /// The variables of a file, run apart.
    pub(super) fn include_vars(&mut self, path: &str) -> Result<Vars<'a>, Stop> {
        let Some(file) = self.host.file(path) else {
            return Err(Stop::Missing { what: format!("file {path}"), at: None });
        };
        let scope = self.root_scope(file);
        let outer = self.enter_frame(scope, None);
        self.loaded.insert(Rc::from(path));
        self.epoch += 1;
        let result = self.run_file(file);
        let frame = std::mem::replace(&mut self.frame, outer);
        match result {
            // What a file had set when it ended itself is what it gives.
            Ok(_) | Err(_) if !frame.vars.is_empty() => {
                if let Err(raise) = result
                    && raise.is_final()
                {
                    return Err(self.stop(*raise));
                }
                Ok(frame.vars.into_iter().map(|(name, value)| (name, self.plain(&value))).collect())
            }
            Ok(_) => Ok(Vars::default()),
            Err(raise) => Err(self.stop(*raise)),
        }
    }
}
