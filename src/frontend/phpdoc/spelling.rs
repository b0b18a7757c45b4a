//! How types are spelled in doc comments: a text in, a [`Spelling`] out. What a spelling means is decided in `meaning`.
//!
//! Each function that returns a `Res` is a rule of the same name in `grammars/phpdoc.ebnf`. One token of lookahead decides nearly
//! everywhere, so time is linear in the text; `depth` bounds the recursion.

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while, take_while1};
use nom::character::complete::{anychar, char, digit1, multispace0, none_of};
use nom::combinator::{not, opt, peek, recognize, verify};
use nom::error::{Error, ErrorKind};
use nom::multi::{many0_count, many1, separated_list0, separated_list1};
use nom::sequence::{delimited, pair, preceded, terminated};
use nom::{IResult, Parser};

/// What a parser function returns.
pub(super) type Res<'t, O> = IResult<&'t str, O>;

/// How deep brackets may nest in a type, and how many `[]` or `?` may follow each other. People write two or three.
pub(super) const MAX_NESTING: usize = 24;

/// A type as it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `int`, `userRecord`, `\a\b`, `non-empty-string`, `$this`, `self::A`
    Name(String),
    /// `'add'`, as the text that it stands for.
    Text(String),
    /// `1`, `-2`
    Number(String),
    /// `1.5`
    Fraction(String),
    /// `?T`
    Nullable(Box<Spelling>),
    /// `A|B`; two or more.
    Union(Vec<Spelling>),
    /// `A&B`; two or more.
    Intersection(Vec<Spelling>),
    /// `T[]`, `array(T)`
    List(Box<Spelling>),
    /// `T[=>]`
    Map(Box<Spelling>),
    /// `array<K, V>`, `list<T>`, `int<0, 5>`
    Generic(String, Vec<Spelling>),
    /// `array{a: int, b?: string}`: key, whether it may be missing, type.
    Shape(Vec<(String, bool, Spelling)>),
    /// `callable(A): B`
    Callable,
}

/// Why a text has no spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misspelt {
    /// It does not begin with a type.
    NoType,
    /// The type nests beyond [`MAX_NESTING`].
    TooDeep,
}

/// What follows the type that a text begins with, and the type.
pub(super) fn read(text: &str) -> Result<(&str, Spelling), Misspelt> {
    match union(text, 0) {
        Ok(found) => Ok(found),
        Err(nom::Err::Failure(_)) => Err(Misspelt::TooDeep),
        Err(nom::Err::Error(_) | nom::Err::Incomplete(_)) => Err(Misspelt::NoType),
    }
}

fn too_deep<O>(i: &str) -> Res<'_, O> {
    Err(nom::Err::Failure(Error::new(i, ErrorKind::TooLarge)))
}

/// Something with blanks around it.
fn spaced<'t, O>(
    inner: impl Parser<&'t str, Output = O, Error = Error<&'t str>>,
) -> impl Parser<&'t str, Output = O, Error = Error<&'t str>> {
    delimited(multispace0, inner, multispace0)
}

/// `A|B|null`; blanks may stand around the bars.
fn union(i: &str, depth: usize) -> Res<'_, Spelling> {
    if depth > MAX_NESTING {
        return too_deep(i);
    }
    let (i, mut members) = separated_list1(spaced(char('|')), |i| intersection(i, depth)).parse(i)?;
    Ok((i, if members.len() == 1 { members.remove(0) } else { Spelling::Union(members) }))
}

/// `A&B`, not to be taken for the `&` of `&$a`
fn intersection(i: &str, depth: usize) -> Res<'_, Spelling> {
    let this = terminated(tag("$this"), no_more());
    let ampersand = terminated(char('&'), alt((peek(this), peek(not(alt((tag("$"), tag("..."))))).map(|()| ""))));
    let (i, mut members) = separated_list1(ampersand, |i| nullable(i, depth)).parse(i)?;
    Ok((i, if members.len() == 1 { members.remove(0) } else { Spelling::Intersection(members) }))
}

/// `?T`
fn nullable(i: &str, depth: usize) -> Res<'_, Spelling> {
    let (i, marks) = many0_count(char('?')).parse(i)?;
    if marks > MAX_NESTING {
        return too_deep(i);
    }
    let (i, inner) = suffixed(i, depth)?;
    Ok((i, if marks > 0 { Spelling::Nullable(Box::new(inner)) } else { inner }))
}

/// `T[]`, `T[][]`, `T[=>]`
fn suffixed(i: &str, depth: usize) -> Res<'_, Spelling> {
    let (i, inner) = atom(i, depth)?;
    let (i, of_what) = opt(suffixes).map(Option::unwrap_or_default).parse(i)?;
    if of_what.len() > MAX_NESTING {
        return too_deep(i);
    }
    let wrap = |inner, is_map: bool| if is_map { Spelling::Map(Box::new(inner)) } else { Spelling::List(Box::new(inner)) };
    Ok((i, of_what.into_iter().fold(inner, wrap)))
}

/// `[]`, `[=>]`, innermost first; whether each is the second.
fn suffixes(i: &str) -> Res<'_, Vec<bool>> {
    many1(alt((tag("[]").map(|_| false), tag("[=>]").map(|_| true)))).parse(i)
}

/// A type without suffix.
fn atom(i: &str, depth: usize) -> Res<'_, Spelling> {
    alt((
        |i| group(i, depth),
        literal,
        |i| callable(i, depth),
        |i| old_list(i, depth),
        |i| shape(i, depth),
        |i| generic(i, depth),
        name.map(Spelling::Name),
    ))
    .parse(i)
}

/// `(A|B)`
fn group(i: &str, depth: usize) -> Res<'_, Spelling> {
    delimited(char('('), spaced(|i| union(i, depth + 1)), char(')')).parse(i)
}

/// `array(T)`, as it was written before PHP had types
fn old_list(i: &str, depth: usize) -> Res<'_, Spelling> {
    let (i, inner) = delimited(tag_no_case("array("), spaced(|i| union(i, depth + 1)), char(')')).parse(i)?;
    Ok((i, Spelling::List(Box::new(inner))))
}

/// `callable`, `Closure(A, B): C`
fn callable(i: &str, depth: usize) -> Res<'_, Spelling> {
    let word = alt((tag_no_case("callable"), tag_no_case("\\Closure"), tag_no_case("Closure")));
    let (i, _) = terminated(word, no_more()).parse(i)?;
    let list = separated_list0(spaced(char(',')), |i| union(i, depth + 1));
    let takes = delimited(char('('), spaced(list), char(')'));
    let gives = preceded(spaced(char(':')), |i| union(i, depth + 1));
    let (i, _) = opt(pair(takes, opt(gives))).parse(i)?;
    Ok((i, Spelling::Callable))
}

/// `array<K, V>`, `list<T>`, `int<0, max>`
fn generic(i: &str, depth: usize) -> Res<'_, Spelling> {
    let list = separated_list1(spaced(char(',')), |i| union(i, depth + 1));
    let (i, (name, of)) = pair(name, delimited(char('<'), spaced(list), char('>'))).parse(i)?;
    Ok((i, Spelling::Generic(name, of)))
}

/// `array{a: int, b?: string}`, `object{...}`
fn shape(i: &str, depth: usize) -> Res<'_, Spelling> {
    let (i, _) = alt((tag_no_case("array"), tag_no_case("object"))).parse(i)?;
    let fields = separated_list0(spaced(char(',')), |i| field(i, depth));
    let end = preceded(opt(spaced(char(','))), opt(spaced(tag("..."))));
    let (i, fields) = delimited(char('{'), delimited(multispace0, fields, end), preceded(multispace0, char('}'))).parse(i)?;
    let numbered = fields.into_iter().enumerate().map(|(at, (key, optional, ty))| (key.unwrap_or_else(|| at.to_string()), optional, ty));
    Ok((i, Spelling::Shape(numbered.collect())))
}

/// `a: int`, `'b'?: string`, or a type alone
fn field(i: &str, depth: usize) -> Res<'_, (Option<String>, bool, Spelling)> {
    let (i, head) = opt(terminated(pair(key, opt(char('?'))), spaced(char(':')))).parse(i)?;
    let (i, ty) = union(i, depth + 1)?;
    Ok(match head {
        Some((key, optional)) => (i, (Some(key), optional.is_some(), ty)),
        None => (i, (None, false, ty)),
    })
}

/// `a`, `'a b'`, `0`
fn key(i: &str) -> Res<'_, String> {
    let quoted = alt((quotes('\''), quotes('"'))).map(|text: &str| text[1..text.len() - 1].to_owned());
    // `a::` is a constant of the class `a` and no key.
    let word = terminated(take_while1(|c: char| is_word(c) || c == '-'), not(peek(tag("::")))).map(str::to_owned);
    alt((quoted, word)).parse(i)
}

/// `'add'`, `1`, `-1.5`
fn literal(i: &str) -> Res<'_, Spelling> {
    let text = alt((quotes('\''), quotes('"'))).map(|text| Spelling::Text(unquoted(text)));
    let integer = terminated(recognize(pair(opt(char('-')), digit1)), no_more()).map(|text: &str| Spelling::Number(text.to_owned()));
    let fraction = recognize((opt(char('-')), digit1, char('.'), digit1));
    let fraction = terminated(fraction, no_more()).map(|text: &str| Spelling::Fraction(text.to_owned()));
    alt((text, fraction, integer)).parse(i)
}

/// The text that a quoted one stands for: in double quotes there are line ends and tabs, in both the quote and the backslash.
fn unquoted(text: &str) -> String {
    let is_double = text.starts_with('"');
    let mut out = String::with_capacity(text.len());
    let mut rest = text[1..text.len() - 1].chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.clone().next() } else { None };
        let meant = match escaped {
            Some(quote @ ('\\' | '\'')) if quote == '\\' || !is_double => Some(quote),
            Some('"') if is_double => Some('"'),
            Some('n') if is_double => Some('\n'),
            Some('r') if is_double => Some('\r'),
            Some('t') if is_double => Some('\t'),
            Some(_) | None => None,
        };
        if meant.is_some() {
            rest.next();
        }
        out.push(meant.unwrap_or(c));
    }
    out
}

/// A quoted text, quotes included.
fn quotes<'t>(quote: char) -> impl Parser<&'t str, Output = &'t str, Error = Error<&'t str>> {
    let plain = if quote == '"' { "\"\\" } else { "'\\" };
    let inside = many0_count(alt((recognize(pair(char('\\'), anychar)), recognize(none_of(plain)))));
    recognize((char(quote), inside, char(quote)))
}

/// `int`, `\a\b`, `non-empty-string`, `$this`, `self::A_*`
fn name(i: &str) -> Res<'_, String> {
    let word = || verify(take_while1(is_word), |word: &str| !word.starts_with(|c: char| c.is_ascii_digit()));
    let path = recognize((opt(char('\\')), word(), many0_count(pair(alt((char('\\'), char('-'))), word()))));
    let constant = recognize(pair(tag("::"), take_while(|c| is_word(c) || c == '*')));
    let (i, text) = alt((tag("$this"), recognize(pair(path, opt(constant))))).parse(i)?;
    Ok((i, text.to_owned()))
}

/// Nothing that goes on with a name follows.
fn no_more<'t>() -> impl Parser<&'t str, Output = (), Error = Error<&'t str>> {
    not(peek(verify(anychar, |c: &char| is_word(*c) || *c == '\\')))
}

/// A character of names. As in PHP itself, everything beyond ASCII is one.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}
