//! Which PHP a file needs: constructs of its syntax with the version that brought them. In: a text. Out: [`Construct`]s, by position.
//!
//! Syntax alone is looked at; functions and classes that came later are not. What the syntax tree does not keep (a comma behind the last
//! argument) is looked up in the text.

mod expr;

use bumpalo::Bump;

use super::ast::{
    Block, Class, ClassKind, Expr, ExprKind, Function, FunctionBody, Item, Member, Name, Param, Stmt, StmtKind, Type, TypeKind, UseKind,
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
