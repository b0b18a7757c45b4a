//! What parser functions pass along: a position with the token there, the context of the file, and failures.

use std::cell::{Cell, RefCell};

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use nom::error::{ErrorKind, ParseError};

use crate::php::ast::{At, Expr, ExprKind, Scope, SyntaxError, Use};
use crate::php::lex::{self, T, Token};
use crate::source::FileId;

/// How deep constructs may nest; no file of Moodle goes beyond 70, and tables that a program wrote as PHP beyond 80. Parsing one level
/// takes several frames of stack, up to 20 KB in debug builds: see [`STACK`].
pub const MAX_DEPTH: u32 = 200;

/// What a thread that parses needs of stack, in bytes.
pub const STACK: usize = 8 << 20;

/// How long a chain of operators, member accesses or `elseif`s may be: each link is one level of the tree for those who walk it.
pub const MAX_CHAIN: u32 = 500;

/// How many errors are reported in one file.
pub const MAX_ERRORS: usize = 1000;

/// How many operands of `.`, `&&` or `||` form a group when there are many.
pub const GROUP: u32 = 128;

/// The result of a parser function.
pub type Res<'a, O> = nom::IResult<Cursor<'a>, O, Fail>;

/// A node in the arena.
pub type Node<'a> = &'a Expr<'a>;

/// Where and why parsing stopped.
#[derive(Debug, Clone, Copy)]
pub struct Fail {
    /// The token that did not fit.
    pub at: At,
    /// What was wanted, or what is wrong when `absolute`.
    pub words: &'static str,
    /// Whether `words` is the whole message.
    pub absolute: bool,
}

impl<'a> ParseError<Cursor<'a>> for Fail {
    fn from_error_kind(input: Cursor<'a>, _: ErrorKind) -> Self {
        Fail { at: input.token_at(), words: "something else", absolute: false }
    }

    fn append(_: Cursor<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// What holds for a whole file. Lives in the arena, so that a cursor is small.
pub struct Context<'a> {
    /// Everything that is made goes here.
    pub arena: &'a Bump,
    /// The text.
    pub text: &'a str,
    /// Whether bodies are parsed at once.
    pub full: bool,
    /// Whether some block has no end: then skipping is not tried again, for each try reads up to the end of the file.
    pub unclosed: Cell<bool>,
    file: FileId,
    depth: Cell<u32>,
    errors: RefCell<ArenaVec<'a, SyntaxError<'a>>>,
    namespace: Cell<&'a str>,
    uses: RefCell<ArenaVec<'a, Use<'a>>>,
    scope: Cell<Option<&'a Scope<'a>>>,
}

impl<'a> Context<'a> {
    /// The context of a file, in the global namespace.
    pub fn new(arena: &'a Bump, file: FileId, text: &'a str, full: bool) -> &'a Context<'a> {
        arena.alloc(Context {
            arena,
            text,
            full,
            unclosed: Cell::new(false),
            file,
            depth: Cell::new(0),
            errors: RefCell::new(ArenaVec::new_in(arena)),
            namespace: Cell::new(""),
            uses: RefCell::new(ArenaVec::new_in(arena)),
            scope: Cell::new(None),
        })
    }

    /// The scope that holds here. Made when first asked for after a change.
    pub fn scope(&self) -> &'a Scope<'a> {
        if let Some(scope) = self.scope.get() {
            return scope;
        }
        let uses = self.arena.alloc_slice_copy(&self.uses.borrow());
        let scope = self.arena.alloc(Scope { file: self.file, namespace: self.namespace.get(), uses });
        self.scope.set(Some(scope));
        scope
    }

    /// Begins a namespace: imports of the one before do not hold in it.
    pub fn open(&self, namespace: &'a str) {
        self.namespace.set(namespace);
        self.uses.borrow_mut().clear();
        self.scope.set(None);
    }

    /// Takes up the scope of a function whose body is parsed later.
    pub fn enter(&self, scope: &'a Scope<'a>) {
        self.namespace.set(scope.namespace);
        self.uses.borrow_mut().extend_from_slice(scope.uses);
        self.scope.set(Some(scope));
    }

    /// Adds imports.
    pub fn import(&self, uses: &[Use<'a>]) {
        self.uses.borrow_mut().extend_from_slice(uses);
        self.scope.set(None);
    }

    /// Notes what was not understood. Whether it is worth going on: a text with this many errors is no PHP.
    pub fn report(&self, fail: Fail) -> bool {
        let known = self.errors.borrow().len();
        if known > MAX_ERRORS {
            return false;
        }
        let message = if known == MAX_ERRORS {
            "too many errors; the rest of the file was skipped"
        } else if fail.absolute {
            fail.words
        } else {
            let found = self.text.get(fail.at.start as usize..fail.at.end as usize).unwrap_or("");
            let shown: String = found.chars().take(30).take_while(|char| !char.is_control()).collect();
            let message = if found.is_empty() {
                format!("expected {}, found the end of the file", fail.words)
            } else {
                format!("expected {}, found `{}`{}", fail.words, shown, if shown.len() < found.len() { "..." } else { "" })
            };
            self.arena.alloc_str(&message)
        };
        self.errors.borrow_mut().push(SyntaxError { at: fail.at, message });
        known < MAX_ERRORS
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.errors.borrow().len()
    }

    /// The errors after the first so many.
    pub fn errors_since(&self, from: usize) -> &'a [SyntaxError<'a>] {
        self.arena.alloc_slice_copy(self.errors.borrow().get(from..).unwrap_or(&[]))
    }

    /// A list in the arena.
    pub fn list<N>(&self, items: Vec<N>) -> &'a [N] {
        self.arena.alloc_slice_fill_iter(items)
    }
}

/// A position, the token there and the end of the one before. Small and `Copy`: a copy is a bookmark.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    /// The file.
    pub context: &'a Context<'a>,
    /// The token at this position.
    pub token: Token,
    /// Past the token before it.
    pub before: u32,
}

impl<'a> Cursor<'a> {
    /// The start of a file.
    pub fn first(context: &'a Context<'a>) -> Cursor<'a> {
        Cursor { context, token: lex::first(context.text), before: 0 }
    }

    /// A place inside the file where PHP stands.
    pub fn at(context: &'a Context<'a>, at: u32) -> Cursor<'a> {
        Cursor { context, token: lex::next(context.text, at as usize), before: at }
    }

    /// Past the token.
    #[must_use]
    pub fn next(self) -> Cursor<'a> {
        Cursor { context: self.context, token: lex::next(self.context.text, self.token.end as usize), before: self.token.end }
    }

    /// The kind of the token here.
    pub fn kind(&self) -> T {
        self.token.kind
    }

    /// Where the token is.
    pub fn token_at(&self) -> At {
        At { start: self.token.start, end: self.token.end }
    }

    /// The first byte of the token.
    pub fn start(&self) -> u32 {
        self.token.start
    }

    /// From `start` to past the last token.
    pub fn since(&self, start: u32) -> At {
        At { start, end: self.before.max(start) }
    }

    /// The text of the token.
    pub fn text(&self) -> &'a str {
        self.slice(self.token.start, self.token.end)
    }

    /// A stretch of the file.
    pub fn slice(&self, start: u32, end: u32) -> &'a str {
        self.context.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// The doc comment in front of the token.
    pub fn doc(&self) -> Option<&'a str> {
        if self.token.doc == 0 { None } else { lex::comment(self.context.text, self.token.doc) }
    }

    /// Whether the token is a word spelled so, in any case.
    pub fn is(&self, word: &str) -> bool {
        self.token.kind.is_word() && self.text().eq_ignore_ascii_case(word)
    }

    /// Past the token when it is of the kind.
    pub fn eat(self, kind: T) -> Option<Cursor<'a>> {
        (self.token.kind == kind).then(|| self.next())
    }

    /// Past the token, which must be of the kind.
    pub fn want(self, kind: T, words: &'static str) -> Result<Cursor<'a>, nom::Err<Fail>> {
        if self.token.kind == kind { Ok(self.next()) } else { Err(self.fail(words)) }
    }

    /// The first byte that is no blank behind the token: enough to tell a label or a named argument without lexing on.
    pub fn is_before_colon(&self) -> bool {
        let rest = self.context.text.as_bytes().get(self.token.end as usize..).unwrap_or(&[]);
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        lex::byte(rest, blanks) == b':' && lex::byte(rest, blanks + 1) != b':'
    }

    /// Past the `}` that closes a block. Where the file ends first that is reported, and what the block holds is kept.
    #[must_use]
    pub fn past_brace(self) -> Cursor<'a> {
        if let Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) = self.want(T::BraceR, "`}`") {
            self.context.report(fail);
            return self;
        }
        self.next()
    }

    /// "expected `words`, found" this token; or what is wrong with the token itself.
    #[cold]
    pub fn fail(&self, words: &'static str) -> nom::Err<Fail> {
        let at = self.token_at();
        match self.token.kind {
            T::OpenString => {
                nom::Err::Error(Fail { at: At { end: at.start + 1, ..at }, words: "a string that never ends", absolute: true })
            }
            T::OpenComment => {
                nom::Err::Error(Fail { at: At { end: at.start + 1, ..at }, words: "a comment that never ends", absolute: true })
            }
            _ => nom::Err::Error(Fail { at, words, absolute: false }),
        }
    }

    /// The message as it is.
    #[cold]
    pub fn refuse(&self, words: &'static str) -> nom::Err<Fail> {
        nom::Err::Failure(Fail { at: self.token_at(), words, absolute: true })
    }

    /// Runs a parser one level deeper.
    pub fn deeper<O>(self, parser: impl FnOnce(Cursor<'a>) -> Res<'a, O>) -> Res<'a, O> {
        let depth = self.context.depth.get();
        if depth >= MAX_DEPTH {
            return Err(self.refuse("nested too deeply"));
        }
        self.context.depth.set(depth + 1);
        let result = parser(self);
        self.context.depth.set(depth);
        result
    }

    /// Puts an expression from `start` up to here into the arena.
    pub fn node(&self, start: u32, kind: ExprKind<'a>) -> Node<'a> {
        self.context.arena.alloc(Expr { at: self.since(start), kind })
    }
}
