//! Constructs in expressions.

use super::Found;
use crate::php::ast::{Arg, BinaryOp, ClassRef, Expr, ExprKind, Item, Magic, MemberName};

impl<'a> Found<'a> {
    pub(super) fn array(&mut self, array: &Expr<'a>) {
        if self.starts(array.at.start, "[") {
            self.add(array.at.start, (5, 4), "a short array");
        }
    }

    pub(super) fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e (impl AsExpr<'a> + 'e)>)
    where
        'a: 'e,
    {
        for expr in exprs {
            self.expr(expr.as_expr());
        }
    }

    pub(super) fn class_ref(&mut self, at: u32, class: &ClassRef<'a>) {
        match class {
            ClassRef::Name(name) => self.name(at, name),
            ClassRef::Static => self.add(at, (5, 3), "static as a class"),
            ClassRef::SelfClass | ClassRef::Parent => {}
            ClassRef::Expr(expr) => self.expr(expr),
        }
    }

    pub(super) fn member(&mut self, name: &MemberName<'a>) {
        match name {
            MemberName::Name(_) => {}
            MemberName::Expr(expr) => self.expr(expr),
        }
    }

    pub(super) fn args(&mut self, at: u32, args: &[Arg<'a>]) {
        for arg in args {
            match arg {
                Arg::Positional(expr) => self.expr(expr),
                Arg::Named(_, expr) => {
                    self.add(at, (8, 0), "a named argument");
                    self.expr(expr);
                }
                Arg::Spread(expr) => {
                    self.add(at, (5, 6), "arguments from an array");
                    self.expr(expr);
                }
                Arg::Placeholder => self.add(at, (8, 1), "a callable of a call"),
            }
        }
    }

    /// A comma behind the last argument: the text before the end of the call says so.
    fn trailing(&mut self, call: &Expr<'a>) {
        let inner = self.text.get(call.at.start as usize..call.at.end as usize).and_then(|text| text.strip_suffix(')'));
        if inner.is_some_and(|inner| inner.trim_end().ends_with(',')) {
            self.add(call.at.start, (7, 3), "a comma behind the last argument");
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr<'a>) {
        let at = expr.at.start;
        match &expr.kind {
            ExprKind::Int(_) => {
                if self.starts(at, "0b") || self.starts(at, "0B") {
                    self.add(at, (5, 4), "a binary number");
                }
            }
            ExprKind::Str(_) => {
                if self.starts(at, "<<<'") || self.starts(at, "<<<\"") {
                    self.add(at, (5, 3), "a quoted heredoc");
                }
            }
            ExprKind::Magic(magic) => {
                if matches!(magic, Magic::Dir | Magic::Namespace) {
                    self.add(at, (5, 3), "a constant of the place");
                }
            }
            ExprKind::VarVar(inner)
            | ExprKind::Unary { operand: inner, .. }
            | ExprKind::IncDec { target: inner, .. }
            | ExprKind::Cast { operand: inner, .. }
            | ExprKind::Clone(inner)
            | ExprKind::Include { path: inner, .. }
            | ExprKind::Print(inner)
            | ExprKind::Eval(inner)
            | ExprKind::Throw(inner) => self.expr(inner),
            ExprKind::Empty(inner) => {
                if !matches!(
                    inner.kind,
                    ExprKind::Var(_) | ExprKind::VarVar(_) | ExprKind::Index { .. } | ExprKind::Prop { .. } | ExprKind::StaticProp { .. }
                ) {
                    self.add(at, (5, 5), "empty() of an expression");
                }
                self.expr(inner);
            }
            ExprKind::Interpolated(parts) | ExprKind::Isset(parts) => self.exprs(*parts),
            ExprKind::Array(items) => {
                self.array(expr);
                for item in *items {
                    match item {
                        Item::Value { key, value, .. } => {
                            self.exprs(key.as_slice());
                            self.expr(value);
                        }
                        Item::Spread(inner) => {
                            self.add(at, (7, 4), "an array in an array");
                            self.expr(inner);
                        }
                        Item::Hole => {}
                    }
                }
            }
            ExprKind::Const(name) => self.name(at, name),
            ExprKind::Index { base, index } => {
                if matches!(base.kind, ExprKind::Call { .. } | ExprKind::MethodCall { .. } | ExprKind::StaticCall { .. }) {
                    self.add(at, (5, 4), "an index of a call");
                }
                if matches!(base.kind, ExprKind::Array(_) | ExprKind::Str(_)) {
                    self.add(at, (5, 5), "an index of a literal");
                }
                self.expr(base);
                self.exprs(index.as_slice());
            }
            ExprKind::Prop { base, name, nullsafe } => {
                self.nullsafe(at, *nullsafe);
                self.expr(base);
                self.member(name);
            }
            ExprKind::StaticProp { class, name } => {
                self.class_ref(at, class);
                self.member(name);
            }
            ExprKind::ClassConst { class, name } => {
                if matches!(name, MemberName::Name(name) if name.eq_ignore_ascii_case("class")) {
                    self.add(at, (5, 5), "the name of a class");
                }
                self.class_ref(at, class);
                self.member(name);
            }
            ExprKind::Call { name, args } => {
                self.name(at, name);
                self.args(at, args);
                self.trailing(expr);
            }
            ExprKind::CallExpr { callee, args } => {
                if !matches!(callee.kind, ExprKind::Var(_) | ExprKind::Index { .. }) {
                    self.add(at, (7, 0), "a call of an expression");
                }
                self.expr(callee);
                self.args(at, args);
                self.trailing(expr);
            }
            ExprKind::MethodCall { base, name, args, nullsafe } => {
                self.nullsafe(at, *nullsafe);
                if matches!(base.kind, ExprKind::New { .. }) {
                    self.add(at, (5, 4), "a member of a new object");
                }
                self.expr(base);
                self.member(name);
                self.args(at, args);
                self.trailing(expr);
            }
            ExprKind::StaticCall { class, name, args } => {
                self.class_ref(at, class);
                self.member(name);
                self.args(at, args);
                self.trailing(expr);
            }
            ExprKind::New { class, args } => {
                self.class_ref(at, class);
                self.args(at, args);
                self.trailing(expr);
            }
            ExprKind::NewAnonymous { class, args } => {
                self.add(at, (7, 0), "an anonymous class");
                self.class(class);
                self.args(at, args);
            }
            ExprKind::Binary { op, left, right } => {
                self.operator(at, *op);
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Assign { target, value } | ExprKind::AssignRef { target, value } => {
                if matches!(target.kind, ExprKind::Array(_)) && self.starts(target.at.start, "[") {
                    self.add(at, (7, 1), "a short pattern");
                }
                self.expr(target);
                self.expr(value);
            }
            ExprKind::AssignOp { op, target, value } => {
                if *op == BinaryOp::Coalesce {
                    self.add(at, (7, 4), "??=");
                } else {
                    self.operator(at, *op);
                }
                self.expr(target);
                self.expr(value);
            }
            ExprKind::Ternary { condition, then, otherwise } => {
                if then.is_none() {
                    self.add(at, (5, 3), "?:");
                }
                self.expr(condition);
                self.exprs(then.as_slice());
                self.expr(otherwise);
            }
            ExprKind::Match { subject, arms } => {
                self.add(at, (8, 0), "match");
                self.expr(subject);
                for arm in *arms {
                    self.exprs(arm.conditions);
                    self.exprs([&arm.value]);
                }
            }
            ExprKind::InstanceOf { operand, class } => {
                self.expr(operand);
                self.class_ref(at, class);
            }
            ExprKind::Closure { function, arrow, .. } => {
                self.add(at, if *arrow { (7, 4) } else { (5, 3) }, "a closure");
                self.function(function);
            }
            ExprKind::Exit(inner) => self.exprs(inner.as_slice()),
            ExprKind::Yield { key, value } => {
                self.add(at, (5, 5), "yield");
                self.exprs(key.iter().chain(value));
            }
            ExprKind::YieldFrom(inner) => {
                self.add(at, (7, 0), "yield from");
                self.expr(inner);
            }
            ExprKind::Var(_) | ExprKind::Float(_) | ExprKind::Shell => {}
        }
    }

    fn nullsafe(&mut self, at: u32, nullsafe: bool) {
        if nullsafe {
            self.add(at, (8, 0), "?->");
        }
    }

    fn operator(&mut self, at: u32, op: BinaryOp) {
        match op {
            BinaryOp::Pow => self.add(at, (5, 6), "**"),
            BinaryOp::Coalesce => self.add(at, (7, 0), "??"),
            BinaryOp::Spaceship => self.add(at, (7, 0), "<=>"),
            _ => {}
        }
    }
}

/// Expressions come by value and by reference.
pub(super) trait AsExpr<'a> {
    fn as_expr(&self) -> &Expr<'a>;
}

impl<'a> AsExpr<'a> for Expr<'a> {
    fn as_expr(&self) -> &Expr<'a> {
        self
    }
}

impl<'a> AsExpr<'a> for &Expr<'a> {
    fn as_expr(&self) -> &Expr<'a> {
        self
    }
}
