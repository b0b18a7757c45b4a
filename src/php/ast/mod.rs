//! The syntax tree of a PHP file: what `parse` makes and `eval` reads. Plain data in one arena, nothing about Moodle.
//!
//! Everything borrows: texts from the [`SourceMap`](crate::source::SourceMap), nodes and slices from a [`bumpalo::Bump`]. Nodes are
//! `Copy` where that helps and never own heap memory, so an arena is freed without visiting it.
//! Bodies of functions are [`Body`]s: the parser skips over them and parses one when somebody asks.

mod expr;

use std::cell::OnceCell;

use crate::source::FileId;

pub use expr::*;

/// A stretch of the file that the node was parsed from, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct At {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A name as it is spelled: `foo`, `foo\bar`, `\foo`, `namespace\foo`. Resolving needs the [`Scope`].
pub type Name<'a> = &'a str;

/// A parsed file.
#[derive(Debug)]
pub struct PhpFile<'a> {
    /// Which file.
    pub file: FileId,
    /// Its text, whole.
    pub text: &'a str,
    /// Statements of the file in order; a `namespace` opens a new [`Scope`] (see [`StmtKind::Namespace`]).
    pub stmts: &'a [Stmt<'a>],
    /// What was not understood, by position. Empty for a file that was understood fully, bodies not asked for aside.
    pub errors: &'a [SyntaxError<'a>],
}

/// A construct that was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyntaxError<'a> {
    /// What was skipped; `start` is where the parser got stuck.
    pub at: At,
    /// What was expected or found, in words.
    pub message: &'a str,
}

/// Namespace and imports that hold for a stretch of a file: what turns a [`Name`] into a full one.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The file, for spans.
    pub file: FileId,
    /// Namespace without leading backslash; empty for the global one.
    pub namespace: &'a str,
    /// Imports in force, in order.
    pub uses: &'a [Use<'a>],
}

/// One import: `use a\b as c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use<'a> {
    /// Class, function or constant.
    pub kind: UseKind,
    /// Full name without leading backslash (group prefix included), kept in two parts because a group is not spelled in one piece.
    pub prefix: &'a str,
    /// The part after `prefix`; the full name is `prefix\name`, or `name` when `prefix` is empty.
    pub name: &'a str,
    /// The name it gets here.
    pub alias: &'a str,
}

/// What an import names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseKind {
    /// A class, interface, trait, enum or namespace.
    Class,
    /// `use function`.
    Function,
    /// `use const`.
    Const,
}

/// The body of a function: the source between its braces, parsed on first use.
#[derive(Debug)]
pub struct Body<'a> {
    /// From the opening to past the closing brace.
    pub at: At,
    /// Filled by `parse::body` on first use.
    pub parsed: OnceCell<&'a Block<'a>>,
}

/// Statements and what was not understood among them.
#[derive(Debug)]
pub struct Block<'a> {
    /// In order.
    pub stmts: &'a [Stmt<'a>],
    /// What was skipped.
    pub errors: &'a [SyntaxError<'a>],
}

/// A statement.
#[derive(Debug)]
pub struct Stmt<'a> {
    /// Where.
    pub at: At,
    /// What.
    pub kind: StmtKind<'a>,
}

/// The statements of PHP.
#[derive(Debug)]
#[allow(missing_docs, reason = "the example in each description names the parts")]
pub enum StmtKind<'a> {
    /// `<p>text</p>` outside `<?php`.
    InlineHtml(&'a str),
    /// `expr;`
    Expr(&'a Expr<'a>),
    /// `echo a, b;` and `<?= a ?>`.
    Echo(&'a [Expr<'a>]),
    /// `return a;`
    Return(Option<&'a Expr<'a>>),
    /// `{ ... }`, and the empty statement.
    Block(&'a [Stmt<'a>]),
    /// `if (c) a elseif (d) b else e`; an `elseif` is an `If` in `otherwise`.
    If { condition: &'a Expr<'a>, then: &'a [Stmt<'a>], otherwise: &'a [Stmt<'a>] },
    /// `while (c) body`
    While { condition: &'a Expr<'a>, body: &'a [Stmt<'a>] },
    /// `do body while (c);`
    DoWhile { body: &'a [Stmt<'a>], condition: &'a Expr<'a> },
    /// `for (init; condition; step) body`
    For { init: &'a [Expr<'a>], condition: &'a [Expr<'a>], step: &'a [Expr<'a>], body: &'a [Stmt<'a>] },
    /// `foreach (subject as key => value) body`; `value` may be a list pattern.
    Foreach { subject: &'a Expr<'a>, key: Option<&'a Expr<'a>>, value: &'a Expr<'a>, by_ref: bool, body: &'a [Stmt<'a>] },
    /// `switch (subject) { case a: ... default: ... }`
    Switch { subject: &'a Expr<'a>, cases: &'a [Case<'a>] },
    /// `break n;`
    Break(u32),
    /// `continue n;`
    Continue(u32),
    /// `try { } catch (A | B $e) { } finally { }`
    Try { body: &'a [Stmt<'a>], catches: &'a [Catch<'a>], finally: &'a [Stmt<'a>] },
    /// `global $a, $b;` — variable names without `$`.
    Global(&'a [&'a str]),
    /// `static $a = 1, $b;` inside a function.
    Static(&'a [StaticVar<'a>]),
    /// `unset($a, $b);`
    Unset(&'a [Expr<'a>]),
    /// `const A = 1, B = 2;` outside classes.
    Const { scope: &'a Scope<'a>, consts: &'a [Const<'a>] },
    /// `function name() { }`
    Function(&'a Function<'a>),
    /// `class`, `interface`, `trait`, `enum`.
    Class(&'a Class<'a>),
    /// `namespace a;` with what follows it, or `namespace a { }`.
    Namespace { name: &'a str, stmts: &'a [Stmt<'a>] },
    /// `use a\b as c;` outside classes. The imports are in the [`Scope`]s already.
    Use(&'a [Use<'a>]),
    /// `declare(strict_types=1);` with its block, if it has one.
    Declare { body: &'a [Stmt<'a>] },
    /// `goto label;`
    Goto(&'a str),
    /// `label:`
    Label(&'a str),
    /// `__halt_compiler();`: nothing after it is PHP.
    HaltCompiler,
    /// A statement that was not understood; its text is in the errors.
    Skipped,
}

/// `case a:` or `default:`.
#[derive(Debug)]
pub struct Case<'a> {
    /// `None` for `default`.
    pub value: Option<&'a Expr<'a>>,
    /// Statements up to the next case.
    pub body: &'a [Stmt<'a>],
}

/// `catch (A | B $e) { }`
#[derive(Debug)]
pub struct Catch<'a> {
    /// Class names.
    pub classes: &'a [Name<'a>],
    /// Variable without `$`.
    pub var: Option<&'a str>,
    /// What to do.
    pub body: &'a [Stmt<'a>],
}

/// One variable of a `static` statement.
#[derive(Debug)]
pub struct StaticVar<'a> {
    /// Without `$`.
    pub name: &'a str,
    /// Initial value.
    pub init: Option<&'a Expr<'a>>,
}

/// One constant of a `const` statement or a class.
#[derive(Debug)]
pub struct Const<'a> {
    /// Where.
    pub at: At,
    /// Name.
    pub name: &'a str,
    /// Value.
    pub value: &'a Expr<'a>,
}

/// A function, method, closure or arrow function.
#[derive(Debug)]
pub struct Function<'a> {
    /// From the first modifier to past the body.
    pub at: At,
    /// Name; empty for closures and arrow functions.
    pub name: &'a str,
    /// The doc comment in front of it, with its delimiters.
    pub doc: Option<&'a str>,
    /// Names resolve here.
    pub scope: &'a Scope<'a>,
    /// Parameters in order.
    pub params: &'a [Param<'a>],
    /// `function &f()`
    pub by_ref: bool,
    /// Return type.
    pub returns: Option<Type<'a>>,
    /// `None` for abstract and interface methods.
    pub body: Option<FunctionBody<'a>>,
    /// `#[...]`
    pub attributes: &'a [Attribute<'a>],
}

/// What a function does.
#[derive(Debug)]
pub enum FunctionBody<'a> {
    /// `{ ... }`, parsed when asked for.
    Block(Body<'a>),
    /// `=> expr` of an arrow function.
    Arrow(&'a Expr<'a>),
}

/// One parameter.
#[derive(Debug)]
pub struct Param<'a> {
    /// Where.
    pub at: At,
    /// Without `$`.
    pub name: &'a str,
    /// Declared type.
    pub ty: Option<Type<'a>>,
    /// Default value.
    pub default: Option<&'a Expr<'a>>,
    /// `&$a`
    pub by_ref: bool,
    /// `...$a`
    pub variadic: bool,
    /// Modifiers of a promoted constructor property; `None` for a plain parameter.
    pub promoted: Option<Modifiers>,
}

/// A declared type.
#[derive(Debug, Clone, Copy)]
pub struct Type<'a> {
    /// Where.
    pub at: At,
    /// What.
    pub kind: TypeKind<'a>,
}

/// Shapes of declared types.
#[derive(Debug, Clone, Copy)]
pub enum TypeKind<'a> {
    /// `int`, `self`, `\a\b`, ...
    Name(Name<'a>),
    /// `?T`
    Nullable(&'a Type<'a>),
    /// `A|B`
    Union(&'a [Type<'a>]),
    /// `A&B`
    Intersection(&'a [Type<'a>]),
}

/// Modifiers of a class or member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modifiers {
    /// `public` (also when nothing is said), `protected`, `private`.
    pub visibility: Visibility,
    /// `static`
    pub is_static: bool,
    /// `abstract`
    pub is_abstract: bool,
    /// `final`
    pub is_final: bool,
    /// `readonly`
    pub is_readonly: bool,
}

/// Who may use a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Anybody.
    #[default]
    Public,
    /// The class and its children.
    Protected,
    /// The class.
    Private,
}

/// `#[Name(args)]`
#[derive(Debug)]
pub struct Attribute<'a> {
    /// Class name.
    pub name: Name<'a>,
    /// Arguments.
    pub args: &'a [Arg<'a>],
}

/// A class, interface, trait or enum.
#[derive(Debug)]
pub struct Class<'a> {
    /// From the first modifier to past the closing brace.
    pub at: At,
    /// What it is.
    pub kind: ClassKind,
    /// Name without namespace; empty for an anonymous class.
    pub name: &'a str,
    /// The doc comment in front of it.
    pub doc: Option<&'a str>,
    /// Names resolve here; also gives the namespace of the class.
    pub scope: &'a Scope<'a>,
    /// `abstract`, `final`, `readonly`.
    pub modifiers: Modifiers,
    /// `extends`: at most one for a class, any number for an interface.
    pub extends: &'a [Name<'a>],
    /// `implements`.
    pub implements: &'a [Name<'a>],
    /// Members in order.
    pub members: &'a [Member<'a>],
    /// `#[...]`
    pub attributes: &'a [Attribute<'a>],
}

/// Kinds of class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassKind {
    /// `class`
    Class,
    /// `interface`
    Interface,
    /// `trait`
    Trait,
    /// `enum`
    Enum,
}

/// A member of a class.
#[derive(Debug)]
#[allow(missing_docs, reason = "the example in each description names the parts")]
pub enum Member<'a> {
    /// `const A = 1;`
    Const { modifiers: Modifiers, konst: Const<'a> },
    /// `public static ?int $a = 1;`, one per variable.
    Property { at: At, modifiers: Modifiers, name: &'a str, ty: Option<Type<'a>>, default: Option<&'a Expr<'a>>, doc: Option<&'a str> },
    /// `function f() { }`
    Method { modifiers: Modifiers, function: &'a Function<'a> },
    /// `use A, B { A::f insteadof B; f as private g; }`
    TraitUse { traits: &'a [Name<'a>], rules: &'a [TraitRule<'a>] },
    /// `case A = 'a';` of an enum.
    Case { at: At, name: &'a str, value: Option<&'a Expr<'a>> },
    /// A member that was not understood.
    Skipped,
}

/// One rule of a trait `use`.
#[derive(Debug)]
pub struct TraitRule<'a> {
    /// The trait, when it is named.
    pub from: Option<Name<'a>>,
    /// The method.
    pub method: &'a str,
    /// `insteadof`: traits whose method is not taken.
    pub instead_of: &'a [Name<'a>],
    /// `as`: new name.
    pub alias: Option<&'a str>,
    /// `as private`: new visibility.
    pub visibility: Option<Visibility>,
}
