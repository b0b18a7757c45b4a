//! What one call of a function holds: its variables, and who it is.

use std::rc::Rc;

use super::fork::Pending;
use super::generator::Yields;
use super::replay::Slot;
use super::{Eval, Interp};
use crate::php::ast::{At, Function, Scope};
use crate::php::value::{CellId, ClassId, ObjId, Value};
use crate::source::Span;

/// A call under way, or the top level of a file.
pub(super) struct Frame<'a> {
    /// Variables in order of first assignment. Functions have few, so they are searched one by one.
    pub vars: Vec<(&'a str, Value<'a>)>,
    /// `$this`
    pub this: Option<ObjId>,
    /// `self`
    pub class: Option<ClassId>,
    /// `static`
    pub called: Option<ClassId>,
    /// The function; `None` at the top level of a file.
    pub function: Option<&'a Function<'a>>,
    /// Names resolve here.
    pub scope: &'a Scope<'a>,
    /// The call's place.
    pub at: Option<Span>,
    /// The calls that led here, made when somebody asks.
    pub via: Option<Rc<[Span]>>,
    /// Arguments, when there are more than parameters, for `func_get_args()`.
    pub args: Vec<Value<'a>>,
    /// How many arguments were given.
    pub given: usize,
    /// Ways out under unknown conditions.
    pub pending: Vec<Pending<'a>>,
    /// Files that `require_once` statements put off, which may set variables.
    pub deferred: Vec<Rc<str>>,
    /// What was yielded, once a `yield` was met.
    pub yields: Option<Yields<'a>>,
    /// How many unknown conditions were open when the call began.
    pub forks: u32,
}

impl<'a> Frame<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, at: Option<Span>) -> Self {
        Frame {
            vars: Vec::new(),
            this: None,
            class: None,
            called: None,
            function: None,
            scope,
            at,
            via: None,
            args: Vec::new(),
            given: 0,
            pending: Vec::new(),
            deferred: Vec::new(),
            yields: None,
            forks: 0,
        }
    }

    /// As new, but for the memory of its variables.
    fn clear(&mut self) {
        self.vars.clear();
        self.this = None;
        self.class = None;
        self.called = None;
        self.function = None;
        self.via = None;
        self.args.clear();
        self.given = 0;
        self.pending.clear();
        self.deferred.clear();
        self.yields = None;
        self.forks = 0;
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.vars.iter().position(|(var, _)| *var == name)
    }
}

impl<'a> Interp<'a, '_> {
    /// Begins a call, or a stretch of code with variables of its own. Gives the frame around it, for [`Interp::leave_frame`].
    pub(super) fn enter_frame(&mut self, scope: &'a Scope<'a>, at: Option<Span>) -> Box<Frame<'a>> {
        let frame = match self.spare_frames.pop() {
            Some(mut frame) => {
                frame.scope = scope;
                frame.at = at;
                frame
            }
            None => Box::new(Frame::new(scope, at)),
        };
        std::mem::replace(&mut self.frame, frame)
    }

    /// Ends it.
    pub(super) fn leave_frame(&mut self, outer: Box<Frame<'a>>) {
        let mut frame = std::mem::replace(&mut self.frame, outer);
        frame.clear();
        self.spare_frames.push(frame);
    }

    /// A place in the file whose code runs.
    pub(super) fn span(&self, at: At) -> Span {
        Span { file: self.frame.scope.file, start: at.start, end: at.end }
    }

    /// The calls that led to the code that runs, outermost first.
    pub(super) fn via(&mut self) -> Rc<[Span]> {
        if let Some(via) = &self.frame.via {
            return via.clone();
        }
        let via: Rc<[Span]> = Rc::from(self.trail.as_slice());
        self.frame.via = Some(via.clone());
        via
    }

    /// The value of a cell.
    pub(super) fn cell(&self, cell: &CellId) -> &Value<'a> {
        self.cells.get(cell.0 as usize).unwrap_or(&Value::Null)
    }

    /// A new cell.
    pub(super) fn new_cell(&mut self, value: Value<'a>) -> Rc<CellId> {
        self.cells.push(value);
        Rc::new(CellId(self.cells.len() as u32 - 1))
    }

    /// The value behind a reference, or the value itself.
    pub(super) fn deref(&self, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Ref(cell) => self.cell(&cell).clone(),
            other => other,
        }
    }

    /// Reads a variable; an undefined one is null.
    pub(super) fn var(&mut self, name: &'a str) -> Eval<'a> {
        if name == "this"
            && let Some(this) = self.frame.this
        {
            return Ok(Value::Object(this));
        }
        if let Some((_, value)) = self.frame.vars.iter().find(|(var, _)| *var == name) {
            return Ok(match value {
                Value::Ref(cell) => self.cell(cell).clone(),
                other => other.clone(),
            });
        }
        self.absent_var(name)
    }

    #[cold]
    fn absent_var(&mut self, name: &'a str) -> Eval<'a> {
        if name == "this" {
            return Ok(Value::Null);
        }
        // A global of the world is there without the files that were put off, and they need not be read for it.
        let known = self.frame.function.is_none() && self.host.has_global(name);
        if !known && !self.frame.deferred.is_empty() {
            for path in std::mem::take(&mut self.frame.deferred) {
                self.run_here(&path, None)?;
            }
            if self.frame.find(name).is_some() {
                return self.var(name);
            }
        }
        if self.frame.function.is_none() {
            let cell = self.global(name);
            return Ok(self.cell(&cell).clone());
        }
        if is_superglobal(name) {
            return Ok(self.unknown(format!("${name}"), None, "comes from the request"));
        }
        Ok(Value::Null)
    }

    /// Whether a variable is defined here.
    pub(super) fn has_var(&self, name: &str) -> bool {
        self.frame.find(name).is_some() || (name == "this" && self.frame.this.is_some())
    }

    /// The slot of a variable, made when there is none.
    pub(super) fn slot(&mut self, name: &'a str) -> &mut Value<'a> {
        let at = match self.frame.find(name) {
            Some(at) => at,
            None => {
                self.frame.vars.push((name, Value::Null));
                self.frame.vars.len() - 1
            }
        };
        &mut self.frame.vars[at].1
    }

    /// Sets a variable, through a reference if it is one.
    pub(super) fn set_var(&mut self, name: &'a str, value: Value<'a>) {
        let slot = self.slot(name);
        if let Value::Ref(cell) = slot {
            let at = cell.0 as usize;
            if let Some(cell) = self.cells.get_mut(at) {
                *cell = value;
            }
        } else {
            *slot = value;
        }
    }

    /// Binds a variable to a cell.
    pub(super) fn bind(&mut self, name: &'a str, cell: Rc<CellId>) {
        *self.slot(name) = Value::Ref(cell);
    }

    /// Forgets a variable.
    pub(super) fn unset_var(&mut self, name: &str) {
        if let Some(at) = self.frame.find(name) {
            self.frame.vars.remove(at);
        }
    }

    /// The cell of a global variable.
    pub(super) fn global(&mut self, name: &'a str) -> Rc<CellId> {
        self.reach_out();
        if let Some(cell) = self.globals.get(name).cloned() {
            self.bound(Slot::Global(name), &cell, false);
            return cell;
        }
        let host = self.host;
        let value = host.global(self, name);
        let cell = self.new_cell(value);
        self.globals.insert(name, cell.clone());
        self.bound(Slot::Global(name), &cell, true);
        cell
    }

    /// A name computed at run time, kept as long as the names in the source.
    pub(super) fn intern(&self, name: &str) -> &'a str {
        self.arena.alloc_str(name)
    }
}

fn is_superglobal(name: &str) -> bool {
    matches!(name, "_GET" | "_POST" | "_REQUEST" | "_COOKIE" | "_SERVER" | "_FILES" | "_SESSION" | "_ENV" | "GLOBALS")
}
