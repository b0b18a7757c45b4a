//! Which PHP a file needs: constructs of its syntax with the version that brought them. In: a text. Out: [`Construct`]s, by position.
//!
//! Syntax alone is looked at; functions and classes that came later are not. What the syntax tree does not keep (a comma behind the last
//! argument) is looked up in the text.

use bumpalo::Bump;

use super::ast::{
    Arg, BinaryOp, Block, Class, ClassKind, ClassRef, Expr, ExprKind, Function, FunctionBody, Item, Magic, Member, MemberName, Name, Param,
    Stmt, StmtKind, Type, TypeKind, UseKind,
};
use super::parse;
use crate::source::SourceMap;

/// A construct and the version of PHP that brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Construct {
    /// Offset of its first byte.
    pub at: u32,
    /// Major and minor version.
    pub since: (u32, u32),
    /// What it is.
    pub name: &'static str,
}

/// The constructs of a text that a version of PHP does not have; a text that cannot be parsed has one of version 0.0.
pub fn newer(text: &str, than: (u32, u32)) -> Vec<Construct> {
    let arena = Bump::new();
    let (file, _) = SourceMap::default().add("", String::new(), Vec::new());
    let text = arena.alloc_str(text);
    let parsed = parse::parse_all(&arena, file, text);
    let mut found = Found { text, list: Vec::new() };
    found.stmts(parsed.stmts);
    let mut list = found.list;
    list.retain(|construct| construct.since > than);
    list.extend(parsed.errors.iter().map(|error| Construct { at: error.at.start, since: (0, 0), name: "a syntax error" }));
    list.sort_by_key(|construct| construct.at);
    list
}

struct Found<'a> {
    text: &'a str,
    list: Vec<Construct>,
}

impl<'a> Found<'a> {
    fn add(&mut self, at: u32, since: (u32, u32), name: &'static str) {
        self.list.push(Construct { at, since, name });
    }

    fn starts(&self, at: u32, what: &str) -> bool {
        self.text.get(at as usize..).is_some_and(|rest| rest.starts_with(what))
    }

    fn stmts(&mut self, stmts: &[Stmt<'a>]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt<'a>) {
        let at = stmt.at.start;
        match &stmt.kind {
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Echo(exprs) | StmtKind::Unset(exprs) => self.exprs(*exprs),
            StmtKind::Return(expr) => self.exprs(expr.as_slice()),
            StmtKind::Block(stmts) | StmtKind::Declare { body: stmts } => self.stmts(stmts),
            StmtKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.stmts(then);
                self.stmts(otherwise);
            }
            StmtKind::While { condition, body } | StmtKind::DoWhile { body, condition } => {
                self.expr(condition);
                self.stmts(body);
            }
            StmtKind::For { init, condition, step, body } => {
                for exprs in [init, condition, step] {
                    self.exprs(*exprs);
                }
                self.stmts(body);
            }
            StmtKind::Foreach { subject, key, value, body, .. } => {
                self.expr(subject);
                self.exprs(key.as_slice());
                if matches!(value.kind, ExprKind::Array(_)) {
                    self.add(value.at.start, (5, 5), "a pattern in foreach");
                }
                self.expr(value);
                self.stmts(body);
            }
            StmtKind::Switch { subject, cases } => {
                self.expr(subject);
                for case in *cases {
                    self.exprs(case.value.as_slice());
                    self.stmts(case.body);
                }
            }
            StmtKind::Try { body, catches, finally } => {
                self.stmts(body);
                for catch in *catches {
                    if catch.classes.len() > 1 {
                        self.add(at, (7, 1), "a catch of several classes");
                    }
                    if catch.var.is_none() {
                        self.add(at, (8, 0), "a catch without a variable");
                    }
                    catch.classes.iter().for_each(|class| self.name(at, class));
                    self.stmts(catch.body);
                }
                if !finally.is_empty() {
                    self.add(at, (5, 5), "finally");
                }
                self.stmts(finally);
            }
            StmtKind::Static(vars) => vars.iter().for_each(|var| self.exprs(var.init.as_slice())),
            StmtKind::Const { consts, .. } => {
                self.add(at, (5, 3), "a constant outside of classes");
                consts.iter().for_each(|konst| self.expr(konst.value));
            }
            StmtKind::Function(function) => self.function(function),
            StmtKind::Class(class) => self.class(class),
            StmtKind::Namespace { stmts, .. } => {
                self.add(at, (5, 3), "a namespace");
                self.stmts(stmts);
            }
            StmtKind::Use(uses) => {
                self.add(at, (5, 3), "an import");
                if uses.iter().any(|import| import.kind != UseKind::Class) {
                    self.add(at, (5, 6), "an import of a function or a constant");
                }
                if uses.iter().any(|import| !import.prefix.is_empty()) {
                    self.add(at, (7, 0), "an import of a group");
                }
            }
            StmtKind::Goto(_) => self.add(at, (5, 3), "goto"),
            StmtKind::InlineHtml(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Global(_)
            | StmtKind::Label(_)
            | StmtKind::HaltCompiler
            | StmtKind::Skipped => {}
        }
    }

    fn class(&mut self, class: &Class<'a>) {
        let at = class.at.start;
        match class.kind {
            ClassKind::Class | ClassKind::Interface => {}
            ClassKind::Trait => self.add(at, (5, 4), "a trait"),
            ClassKind::Enum => self.add(at, (8, 1), "an enumeration"),
        }
        if class.modifiers.is_readonly {
            self.add(at, (8, 2), "a readonly class");
        }
        if !class.attributes.is_empty() {
            self.add(at, (8, 0), "an attribute");
        }
        class.extends.iter().chain(class.implements).for_each(|name| self.name(at, name));
        for member in class.members {
            match member {
                Member::Const { modifiers, konst } => {
                    if *modifiers != super::ast::Modifiers::default() {
                        self.add(konst.at.start, (7, 1), "a modifier of a constant");
                    }
                    self.constant(konst.value);
                }
                Member::Property { at, modifiers, ty, default, .. } => {
                    if ty.is_some() {
                        self.add(at.start, (7, 4), "a type of a property");
                    }
                    if modifiers.is_readonly {
                        self.add(at.start, (8, 1), "a readonly property");
                    }
                    if let Some(value) = default {
                        self.constant(value);
                    }
                }
                Member::Method { function, .. } => self.function(function),
                Member::TraitUse { .. } => self.add(at, (5, 4), "a use of traits"),
                Member::Case { value, .. } => self.exprs(value.as_slice()),
                Member::Skipped => {}
            }
        }
    }

    fn function(&mut self, function: &Function<'a>) {
        if !function.attributes.is_empty() {
            self.add(function.at.start, (8, 0), "an attribute");
        }
        if let Some(ty) = &function.returns {
            self.add(ty.at.start, (7, 0), "a return type");
            self.ty(ty);
        }
        function.params.iter().for_each(|param| self.param(param));
        match &function.body {
            Some(FunctionBody::Block(body)) => {
                if let Some(Block { stmts, .. }) = body.parsed.get() {
                    self.stmts(stmts);
                }
            }
            Some(FunctionBody::Arrow(expr)) => self.expr(expr),
            None => {}
        }
    }

    fn param(&mut self, param: &Param<'a>) {
        let at = param.at.start;
        if param.variadic {
            self.add(at, (5, 6), "any number of parameters");
        }
        if param.promoted.is_some() {
            self.add(at, (8, 0), "a promoted parameter");
        }
        if let Some(ty) = &param.ty {
            match ty.kind {
                TypeKind::Name(name) => match name.to_ascii_lowercase().as_str() {
                    "array" => {}
                    "callable" => self.add(at, (5, 4), "the type callable"),
                    "bool" | "int" | "float" | "string" => self.add(at, (7, 0), "a scalar type"),
                    "iterable" => self.add(at, (7, 1), "the type iterable"),
                    "object" => self.add(at, (7, 2), "the type object"),
                    "mixed" => self.add(at, (8, 0), "the type mixed"),
                    _ => self.name(at, name),
                },
                TypeKind::Nullable(_) | TypeKind::Union(_) | TypeKind::Intersection(_) => self.ty(ty),
            }
        }
        param.default.iter().for_each(|value| self.constant(value));
    }

    fn ty(&mut self, ty: &Type<'a>) {
        match ty.kind {
            TypeKind::Name(name) => self.name(ty.at.start, name),
            TypeKind::Nullable(_) => self.add(ty.at.start, (7, 1), "a type that takes null"),
            TypeKind::Union(_) => self.add(ty.at.start, (8, 0), "a choice of types"),
            TypeKind::Intersection(_) => self.add(ty.at.start, (8, 1), "an intersection of types"),
        }
    }

    fn name(&mut self, at: u32, name: Name<'a>) {
        if name.contains('\\') {
            self.add(at, (5, 3), "a qualified name");
        }
    }

    /// A default or the value of a constant: before PHP 5.6 a literal, or an array of such.
    fn constant(&mut self, value: &Expr<'a>) {
        match &value.kind {
            ExprKind::Array(items) => {
                self.array(value);
                for item in *items {
                    if let Item::Value { key, value, .. } = item {
                        if let Some(key) = key {
                            self.constant(key);
                        }
                        self.constant(value);
                    }
                }
            }
            ExprKind::Unary { operand, .. } => self.constant(operand),
            ExprKind::Binary { .. } | ExprKind::Ternary { .. } | ExprKind::Index { .. } => {
                self.add(value.at.start, (5, 6), "an expression as a constant");
                self.expr(value);
            }
            _ => self.expr(value),
        }
    }

    fn array(&mut self, array: &Expr<'a>) {
        if self.starts(array.at.start, "[") {
            self.add(array.at.start, (5, 4), "a short array");
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e (impl AsExpr<'a> + 'e)>)
    where
        'a: 'e,
    {
        for expr in exprs {
            self.expr(expr.as_expr());
        }
    }

    fn class_ref(&mut self, at: u32, class: &ClassRef<'a>) {
        match class {
            ClassRef::Name(name) => self.name(at, name),
            ClassRef::Static => self.add(at, (5, 3), "static as a class"),
            ClassRef::SelfClass | ClassRef::Parent => {}
            ClassRef::Expr(expr) => self.expr(expr),
        }
    }

    fn member(&mut self, name: &MemberName<'a>) {
        match name {
            MemberName::Name(_) => {}
            MemberName::Expr(expr) => self.expr(expr),
        }
    }

    fn args(&mut self, at: u32, args: &[Arg<'a>]) {
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

    fn expr(&mut self, expr: &Expr<'a>) {
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
trait AsExpr<'a> {
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

#[cfg(test)]
mod tests {
    use super::newer;

    fn names(code: &str) -> Vec<&'static str> {
        newer(&format!("<?php {code}"), (5, 2)).into_iter().map(|construct| construct.name).collect()
    }

    #[test]
    fn old_code_is_old() {
        let code = "defined('X') || die(); require_once(dirname(__FILE__) . '/a.php'); class a extends b implements c { const D = 1; \
            private static $e = array('f' => -1); public static function g(array $h, b $i = null, $j = self::D) { global $k; \
            foreach ($h as $l => &$m) { try { $n = $m ? new $i->o() : clone $i; } catch (Exception $p) { throw $p; } } \
            list($q, $r) = array(1, \"x $l\"); return isset($h['s']) && empty($h['t']) || $i instanceof b; } }";
        assert_eq!(names(code), Vec::<&str>::new());
    }

    #[test]
    fn what_is_newer_is_found_wherever_it_is() {
        for (code, name) in [
            ("namespace a;", "a namespace"),
            ("use a\\b;", "an import"),
            ("f(array(function() { }));", "a closure"),
            ("class a { function b() { return [1]; } }", "a short array"),
            ("$a = $b ?: 1;", "?:"),
            ("echo __DIR__;", "a constant of the place"),
            ("if (1) { static::f(); }", "static as a class"),
            ("new \\a();", "a qualified name"),
            ("try { } finally { f(); }", "finally"),
            ("function f() { yield 1; }", "yield"),
            ("echo a::class;", "the name of a class"),
            ("f(...$a);", "arguments from an array"),
            ("function f(int $a) { }", "a scalar type"),
            ("function f(): array { }", "a return type"),
            ("echo $a ?? 1;", "??"),
            ("f($a, );", "a comma behind the last argument"),
            ("echo f()[0];", "an index of a call"),
            ("class a { use b; }", "a use of traits"),
            ("function f($a = 1 + 1) { }", "an expression as a constant"),
            ("echo $a?->b;", "?->"),
            ("switch (1) { case match(1) { 1 => 2 }: }", "match"),
        ] {
            assert_eq!(names(code).first(), Some(&name), "{code}");
        }
        assert_eq!(names("class {")[0], "a syntax error");
    }
}
