//! Statements.

use std::rc::Rc;

use super::convert::Truth;
use super::load::Constant;
use super::names::{full_name, resolve_class};
use super::replay::Slot;

use super::{Eval, Interp, Raise, Stop};
use crate::php::ast::{At, Case, Catch, Expr, ExprKind, StaticVar, Stmt, StmtKind};
use crate::php::value::{Key, Value};

/// How a statement ends.
#[derive(Debug, Clone)]
pub(super) enum Flow<'a> {
    /// The next one follows.
    Normal,
    /// `break n`
    Break(u32),
    /// `continue n`
    Continue(u32),
    /// `return`
    Return(Value<'a>),
}

impl<'a> Interp<'a, '_> {
    /// Runs statements in order.
    pub(super) fn exec_all(&mut self, stmts: &'a [Stmt<'a>]) -> Eval<'a, Flow<'a>> {
        for stmt in stmts {
            match self.exec(stmt)? {
                Flow::Normal => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Normal)
    }

    /// Runs a statement.
    pub(super) fn exec(&mut self, stmt: &'a Stmt<'a>) -> Eval<'a, Flow<'a>> {
        self.enter(stmt.at)?;
        let flow = self.exec_kind(stmt);
        self.depth -= 1;
        flow
    }

    fn exec_kind(&mut self, stmt: &'a Stmt<'a>) -> Eval<'a, Flow<'a>> {
        match &stmt.kind {
            StmtKind::Expr(expr) => return self.exec_expr(expr),
            StmtKind::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.eval(value)?,
                    None => Value::Null,
                }));
            }
            StmtKind::Block(stmts) => return self.exec_all(stmts),
            StmtKind::If { condition, then, otherwise } => return self.exec_if(condition, then, otherwise),
            StmtKind::Foreach { subject, key, value, by_ref, body } => {
                return self.foreach(subject, *key, value, *by_ref, body, stmt.at);
            }
            StmtKind::For { init, condition, step, body } => return self.exec_for(init, condition, step, body),
            StmtKind::While { condition, body } => return self.exec_while(condition, body),
            StmtKind::DoWhile { body, condition } => return self.exec_do(body, condition),
            StmtKind::Switch { subject, cases } => return self.switch(subject, cases, stmt.at),
            StmtKind::Break(n) => return Ok(Flow::Break((*n).max(1))),
            StmtKind::Continue(n) => return Ok(Flow::Continue((*n).max(1))),
            StmtKind::Try { body, catches, finally } => return self.exec_try(body, catches, finally),
            StmtKind::Declare { body } => return self.exec_all(body),
            StmtKind::Namespace { stmts, .. } => return self.exec_all(stmts),
            StmtKind::Echo(values) => {
                for value in *values {
                    self.eval(value)?;
                }
            }
            StmtKind::Global(names) => {
                for name in *names {
                    let cell = self.global(name);
                    self.bind(name, cell);
                }
            }
            StmtKind::Static(vars) => {
                for var in *vars {
                    self.static_var(var)?;
                }
            }
            StmtKind::Unset(targets) => {
                for target in *targets {
                    self.unset(target)?;
                }
            }
            StmtKind::Const { scope, consts } => {
                for konst in *consts {
                    let name = full_name(scope, konst.name);
                    self.define(&name, Constant::Lazy { expr: konst.value, scope, busy: false });
                }
            }
            StmtKind::Function(function) => self.declare_function(function),
            StmtKind::Class(class) => self.declare_class(class),
            StmtKind::Goto(label) => {
                return Err(Raise::limit(format!("goto {label} is not followed"), Some(self.span(stmt.at))));
            }
            StmtKind::Use(_) | StmtKind::InlineHtml(_) | StmtKind::Label(_) => {}
            // The top level of a file may go on without it. What a function comes to nobody knows.
            StmtKind::Skipped if self.frame.function.is_some() => {
                return Err(Box::new(Raise::Stop(Stop::Unparsed { at: Some(self.span(stmt.at)) })));
            }
            StmtKind::HaltCompiler | StmtKind::Skipped => {}
        }
        Ok(Flow::Normal)
    }

    fn exec_expr(&mut self, expr: &'a Expr<'a>) -> Eval<'a, Flow<'a>> {
        match &expr.kind {
            ExprKind::Include { once: true, required, path } => {
                let value = self.eval(path)?;
                if let Ok(text) = self.to_text(&value)?
                    && let Some(path) = self.tree_path(&text)
                {
                    if *required {
                        self.check_required(&text, &path, expr.at)?;
                    }
                    self.defer(&path);
                    if !self.loaded.contains(&*path) {
                        self.frame.deferred.push(Rc::from(path));
                    }
                }
            }
            _ => {
                self.eval(expr)?;
            }
        }
        Ok(Flow::Normal)
    }

    fn exec_if(&mut self, condition: &'a Expr<'a>, then: &'a [Stmt<'a>], otherwise: &'a [Stmt<'a>]) -> Eval<'a, Flow<'a>> {
        let value = self.eval(condition)?;
        match self.truth(&value) {
            Truth::Known(true) => self.exec_all(then),
            Truth::Known(false) => self.exec_all(otherwise),
            Truth::Maybe(unknown) => self.fork(&unknown, |interp| interp.exec_all(then), |interp| interp.exec_all(otherwise)),
        }
    }

    fn switch(&mut self, subject: &'a Expr<'a>, cases: &'a [Case<'a>], at: At) -> Eval<'a, Flow<'a>> {
        let subject = self.eval(subject)?;
        let pending = self.frame.pending.len();
        let flow = self.switch_from(&subject, cases, 0, at);
        if self.frame.pending.len() > pending {
            self.join_loop(pending, true);
        }
        Ok(match flow? {
            Flow::Break(0 | 1) | Flow::Continue(0 | 1) | Flow::Normal => Flow::Normal,
            Flow::Break(n) => Flow::Break(n - 1),
            Flow::Continue(n) => Flow::Continue(n - 1),
            other @ Flow::Return(_) => other,
        })
    }

    fn switch_from(&mut self, subject: &Value<'a>, cases: &'a [Case<'a>], from: usize, at: At) -> Eval<'a, Flow<'a>> {
        for (index, case) in cases.iter().enumerate().skip(from) {
            let Some(test) = case.value else { continue };
            let value = self.eval(test)?;
            match self.equal(subject, &value) {
                Some(true) => return self.switch_run(cases, index),
                Some(false) => {}
                None => {
                    let expr = format!("{} == {}", self.operand(subject), self.operand(&value));
                    let unknown = match (subject, &value) {
                        (Value::Unknown(_), _) => self.condition(expr, subject),
                        (_, other) => self.condition(expr, other),
                    };
                    self.enter(at)?;
                    let flow = self.fork(
                        &unknown,
                        |interp| interp.switch_run(cases, index),
                        |interp| interp.switch_from(subject, cases, index + 1, at),
                    );
                    self.depth -= 1;
                    return flow;
                }
            }
        }
        match cases.iter().position(|case| case.value.is_none()) {
            Some(default) => self.switch_run(cases, default),
            None => Ok(Flow::Normal),
        }
    }

    fn switch_run(&mut self, cases: &'a [Case<'a>], from: usize) -> Eval<'a, Flow<'a>> {
        for case in cases.iter().skip(from) {
            match self.exec_all(case.body)? {
                Flow::Normal => {}
                // Leaving the switch is its normal end, so that both ways of a fork end alike.
                Flow::Break(1) | Flow::Continue(1) => return Ok(Flow::Normal),
                other => return Ok(other),
            }
        }
        Ok(Flow::Normal)
    }

    fn exec_try(&mut self, body: &'a [Stmt<'a>], catches: &'a [Catch<'a>], finally: &'a [Stmt<'a>]) -> Eval<'a, Flow<'a>> {
        let mut flow = self.exec_all(body);
        if let Err(raise) = flow {
            flow = match *raise {
                Raise::Throw(value, at) => match self.catching(&value, catches)? {
                    Some(catch) => {
                        if let Some(var) = catch.var {
                            self.set_var(var, value);
                        }
                        self.exec_all(catch.body)
                    }
                    None => Err(Box::new(Raise::Throw(value, at))),
                },
                stop @ (Raise::Stop(_) | Raise::GiveUp) => Err(Box::new(stop)),
            };
        }
        if finally.is_empty() || flow.as_ref().is_err_and(|raise| !matches!(**raise, Raise::Throw(..))) {
            return flow;
        }
        match self.exec_all(finally)? {
            Flow::Normal => flow,
            other => Ok(other),
        }
    }

    fn catching(&mut self, value: &Value<'a>, catches: &'a [Catch<'a>]) -> Eval<'a, Option<&'a Catch<'a>>> {
        for catch in catches {
            for class in catch.classes {
                let full = resolve_class(class, self.frame.scope);
                if matches!(&*full, "Throwable" | "Exception") && value.is_unknown() {
                    return Ok(Some(catch));
                }
                if !matches!(self.is_a(value, &full)?, Value::Bool(false)) {
                    return Ok(Some(catch));
                }
            }
        }
        Ok(None)
    }

    fn static_var(&mut self, var: &'a StaticVar<'a>) -> Eval<'a, ()> {
        self.reach_out();
        let function = self.frame.function.map_or(0, |function| std::ptr::from_ref(function) as usize);
        // Up to PHP 8.0 each class that inherits a method has static variables of its own.
        let owner = if self.shared_statics { self.frame.class } else { self.frame.called };
        let class = owner.map_or(u32::MAX, |class| class.0);
        let key = (function, class, var.name);
        let known = self.static_vars.get(&key).cloned();
        let fresh = known.is_none();
        let cell = match known {
            Some(cell) => cell,
            None => {
                let value = match var.init {
                    Some(init) => self.eval(init)?,
                    None => Value::Null,
                };
                let cell = self.new_cell(value);
                self.static_vars.insert(key, cell.clone());
                cell
            }
        };
        self.bound(Slot::Var(function, class, var.name), &cell, fresh);
        self.bind(var.name, cell);
        Ok(())
    }
}

/// A key as a value.
pub(super) fn key_value<'a>(key: &Key<'a>) -> Value<'a> {
    match key {
        Key::Int(n) => Value::Int(*n),
        Key::Str(s) => Value::Str(s.clone()),
    }
}
