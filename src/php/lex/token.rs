//! The kinds of token.

use crate::php::ast::Cast;

/// A token: its kind and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: T,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Where the last doc comment in front of it begins; 0 when there is none.
    pub doc: u32,
}

/// Kinds of token. The words come first and in one run, so that [`T::is_word`] is one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "spelled as in PHP")]
pub enum T {
    Ident,
    Abstract,
    And,
    Array,
    As,
    Break,
    Callable,
    Case,
    Catch,
    Class,
    Clone,
    Const,
    Continue,
    Declare,
    Default,
    Do,
    Echo,
    Else,
    ElseIf,
    Empty,
    EndDeclare,
    EndFor,
    EndForeach,
    EndIf,
    EndSwitch,
    EndWhile,
    Eval,
    Exit,
    Extends,
    Final,
    Finally,
    Fn,
    For,
    Foreach,
    Function,
    Global,
    Goto,
    HaltCompiler,
    If,
    Implements,
    Include,
    InstanceOf,
    InsteadOf,
    Interface,
    Isset,
    List,
    Magic,
    Match,
    Namespace,
    New,
    Or,
    Print,
    Private,
    Protected,
    Public,
    Readonly,
    Return,
    Static,
    Switch,
    Throw,
    Trait,
    Try,
    Unset,
    Use,
    VarWord,
    While,
    Xor,
    Yield,
    /// A name with a backslash in it.
    Name,
    /// `$name`
    Var,
    Dollar,
    Int,
    Float,
    /// `'...'`
    Single,
    /// `"..."` without escapes and variables.
    Plain,
    /// `"..."` with escapes and without variables.
    Escaped,
    /// `"..."` with variables.
    Template,
    /// Heredoc and nowdoc.
    Heredoc,
    /// `` `...` ``
    Shell,
    /// `(int)` and the like.
    Cast,
    /// `?>...<?php`
    Html,
    /// `?>...<?=`
    HtmlEcho,
    /// `#[`
    Attribute,
    Semicolon,
    Comma,
    ParenL,
    ParenR,
    BracketL,
    BracketR,
    BraceL,
    BraceR,
    Colon,
    DoubleColon,
    Arrow,
    NullArrow,
    DoubleArrow,
    Ellipsis,
    Backslash,
    Question,
    Assign,
    AddAssign,
    SubAssign,
    MulAssign,
    DivAssign,
    ModAssign,
    PowAssign,
    ConcatAssign,
    AndAssign,
    OrAssign,
    XorAssign,
    ShiftLeftAssign,
    ShiftRightAssign,
    CoalesceAssign,
    Coalesce,
    BoolOr,
    BoolAnd,
    Pipe,
    Caret,
    Amp,
    Equal,
    NotEqual,
    Identical,
    NotIdentical,
    Spaceship,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Dot,
    ShiftLeft,
    ShiftRight,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Pow,
    Not,
    Tilde,
    At,
    Inc,
    Dec,
    /// A string or heredoc without an end.
    OpenString,
    /// A comment without an end.
    OpenComment,
    /// A byte that begins nothing.
    Bad,
    Eof,
}

impl T {
    /// Identifiers and keywords: what may name a member.
    pub fn is_word(self) -> bool {
        self < T::Name
    }
}

/// The cast that a name in parentheses spells.
pub fn cast(name: &[u8]) -> Option<Cast> {
    const CASTS: &[(&[u8], Cast)] = &[
        (b"int", Cast::Int),
        (b"integer", Cast::Int),
        (b"bool", Cast::Bool),
        (b"boolean", Cast::Bool),
        (b"float", Cast::Float),
        (b"double", Cast::Float),
        (b"real", Cast::Float),
        (b"string", Cast::String),
        (b"binary", Cast::String),
        (b"array", Cast::Array),
        (b"object", Cast::Object),
        (b"unset", Cast::Unset),
    ];
    CASTS.iter().find(|(spelled, _)| spelled.eq_ignore_ascii_case(name)).map(|&(_, cast)| cast)
}
