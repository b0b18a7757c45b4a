//! Expressions, and the operators in them.

use super::{At, Class, Function, Name};

/// An expression.
#[derive(Debug, Clone, Copy)]
pub struct Expr<'a> {
    /// Where.
    pub at: At,
    /// What.
    pub kind: ExprKind<'a>,
}

/// The expressions of PHP.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the example in each description names the parts")]
pub enum ExprKind<'a> {
    /// `$name` (without `$`).
    Var(&'a str),
    /// `$$name`, `${expr}`
    VarVar(&'a Expr<'a>),
    /// Decimal, octal, hexadecimal, binary; `_` separators. Too large ones are `Float`, as in PHP.
    Int(i64),
    /// `1.5`, `1e3`
    Float(f64),
    /// A string without interpolation, escapes resolved.
    Str(&'a str),
    /// `"a $b {$c->d}"` and heredocs: parts in order, the texts as `Str`.
    Interpolated(&'a [Expr<'a>]),
    /// `` `ls` ``: always unknown.
    Shell,
    /// `array(...)`, `[...]`; as an assignment target a pattern, as is `list(...)`.
    Array(&'a [Item<'a>]),
    /// A constant: `FOO`, `\FOO`, `a\FOO`. `true`, `false` and `null` are constants too.
    Const(Name<'a>),
    /// `__CLASS__` and the like.
    Magic(Magic),
    /// `a[b]`; `a[]` has no index.
    Index { base: &'a Expr<'a>, index: Option<&'a Expr<'a>> },
    /// `a->b`, `a?->b`
    Prop { base: &'a Expr<'a>, name: MemberName<'a>, nullsafe: bool },
    /// `A::$b`
    StaticProp { class: ClassRef<'a>, name: MemberName<'a> },
    /// `A::B`; `A::class` too, with the name `class`.
    ClassConst { class: ClassRef<'a>, name: MemberName<'a> },
    /// `f(a)`: a plain name.
    Call { name: Name<'a>, args: &'a [Arg<'a>] },
    /// `$f(a)`, `(expr)(a)`
    CallExpr { callee: &'a Expr<'a>, args: &'a [Arg<'a>] },
    /// `a->f(b)`, `a?->f(b)`
    MethodCall { base: &'a Expr<'a>, name: MemberName<'a>, args: &'a [Arg<'a>], nullsafe: bool },
    /// `A::f(b)`
    StaticCall { class: ClassRef<'a>, name: MemberName<'a>, args: &'a [Arg<'a>] },
    /// `new A(b)`
    New { class: ClassRef<'a>, args: &'a [Arg<'a>] },
    /// `new class(a) extends B { }`
    NewAnonymous { class: &'a Class<'a>, args: &'a [Arg<'a>] },
    /// `-a`, `!a`, ...
    Unary { op: UnaryOp, operand: &'a Expr<'a> },
    /// `a + b`, ...
    Binary { op: BinaryOp, left: &'a Expr<'a>, right: &'a Expr<'a> },
    /// `a = b`
    Assign { target: &'a Expr<'a>, value: &'a Expr<'a> },
    /// `a = &b`
    AssignRef { target: &'a Expr<'a>, value: &'a Expr<'a> },
    /// `a += b`, `a ??= b`, ...
    AssignOp { op: BinaryOp, target: &'a Expr<'a>, value: &'a Expr<'a> },
    /// `++a`, `a--`, ...
    IncDec { op: IncDec, target: &'a Expr<'a> },
    /// `a ? b : c`, `a ?: c`
    Ternary { condition: &'a Expr<'a>, then: Option<&'a Expr<'a>>, otherwise: &'a Expr<'a> },
    /// `match (a) { b, c => d, default => e }`
    Match { subject: &'a Expr<'a>, arms: &'a [MatchArm<'a>] },
    /// `a instanceof B`
    InstanceOf { operand: &'a Expr<'a>, class: ClassRef<'a> },
    /// `(int) a`
    Cast { to: Cast, operand: &'a Expr<'a> },
    /// `isset(a, b)`
    Isset(&'a [Expr<'a>]),
    /// `empty(a)`
    Empty(&'a Expr<'a>),
    /// `function() use ($a) { }`, `static fn() => 1`
    Closure { function: &'a Function<'a>, uses: &'a [ClosureUse<'a>], is_static: bool, arrow: bool },
    /// `clone a`
    Clone(&'a Expr<'a>),
    /// `include`, `include_once`, `require`, `require_once`
    Include { once: bool, required: bool, path: &'a Expr<'a> },
    /// `exit`, `die(a)`
    Exit(Option<&'a Expr<'a>>),
    /// `print a`
    Print(&'a Expr<'a>),
    /// `throw a`
    Throw(&'a Expr<'a>),
    /// `yield`, `yield a`, `yield k => a`
    Yield { key: Option<&'a Expr<'a>>, value: Option<&'a Expr<'a>> },
    /// `yield from a`
    YieldFrom(&'a Expr<'a>),
    /// `eval(a)`: always unknown.
    Eval(&'a Expr<'a>),
}

/// One item of an array literal or a destructuring pattern.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the example in each description names the parts")]
pub enum Item<'a> {
    /// `value`, `key => value`, `key => &value`
    Value { key: Option<&'a Expr<'a>>, value: &'a Expr<'a>, by_ref: bool },
    /// `...$a`
    Spread(&'a Expr<'a>),
    /// A hole in a `list(, $a)`.
    Hole,
}

/// One argument of a call.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// `a`
    Positional(&'a Expr<'a>),
    /// `name: a`
    Named(&'a str, &'a Expr<'a>),
    /// `...$a`
    Spread(&'a Expr<'a>),
    /// `f(...)`: a first-class callable; the only argument.
    Placeholder,
}

/// The name of a property, method or class constant: spelled, or computed.
#[derive(Debug, Clone, Copy)]
pub enum MemberName<'a> {
    /// `->name`, `::name`, `::$name` (without `$`).
    Name(&'a str),
    /// `->$name`, `->{expr}`, `::{expr}`
    Expr(&'a Expr<'a>),
}

/// The class in front of `::`, or after `new` and `instanceof`.
#[derive(Debug, Clone, Copy)]
pub enum ClassRef<'a> {
    /// `A`, `\a\B`
    Name(Name<'a>),
    /// `self`
    SelfClass,
    /// `static`
    Static,
    /// `parent`
    Parent,
    /// `$a`, `(expr)`
    Expr(&'a Expr<'a>),
}

/// A variable that a closure takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosureUse<'a> {
    /// Without `$`.
    pub name: &'a str,
    /// `&$a`
    pub by_ref: bool,
}

/// One arm of a `match`.
#[derive(Debug)]
pub struct MatchArm<'a> {
    /// Empty for `default`.
    pub conditions: &'a [Expr<'a>],
    /// Result.
    pub value: &'a Expr<'a>,
}

/// Constants that the place decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "spelled as in PHP")]
pub enum Magic {
    Class,
    Dir,
    File,
    Function,
    Line,
    Method,
    Namespace,
    Trait,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `!`
    Not,
    /// `~`
    BitNot,
    /// `@`
    Silence,
    /// `&` in front of a value where PHP allows it
    Ref,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as PHP's manual names them")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Concat,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    Xor,
    Equal,
    NotEqual,
    Identical,
    NotIdentical,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Spaceship,
    Coalesce,
}

/// `++` and `--` on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as PHP's manual names them")]
pub enum IncDec {
    PreInc,
    PreDec,
    PostInc,
    PostDec,
}

/// Casts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as PHP's manual names them")]
pub enum Cast {
    Int,
    Float,
    String,
    Bool,
    Array,
    Object,
    Unset,
}
