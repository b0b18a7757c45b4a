//! Doc comments: a comment in, its text and its tags out. Nothing is lost on account of spacing: tabs, more blanks than one, a missing
//! star or a type behind the name are read as their author meant them.
//!
//! Each function that returns a `Res` is a rule of the same name in `grammars/phpdoc.ebnf`.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::{alpha1, char, multispace0, multispace1, one_of, space0};
use nom::combinator::{eof, not, opt, peek, recognize, verify};
use nom::multi::{many0_count, separated_list1};
use nom::sequence::{pair, preceded, terminated};

use super::spelling::{self, Misspelt, Res, Spelling, is_word};

/// A doc comment, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Comment {
    /// What stands outside tags: paragraphs, with an empty line between them.
    pub text: String,
    /// The tags, in order.
    pub tags: Vec<Tag>,
    /// Whether it says `{@inheritdoc}`.
    pub inherits: bool,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its word in lower case: `param`.
    pub word: String,
    /// What follows the word, up to the next tag or an empty line.
    pub body: String,
    /// Where its line stands, in bytes from the beginning of the comment.
    pub at: (usize, usize),
}

/// What `@param`, `@return` and `@var` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// The type; `None` when the tag has none.
    pub ty: Option<Result<Spelling, Misspelt>>,
    /// What the tag is about.
    pub name: Named,
    /// The description.
    pub doc: String,
}

/// What a tag is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// `$a`, without `$`. May be any place in it: `a->b`.
    Variable(String),
    /// `a`: the name, if there is a parameter of that name, or else the first word of the description.
    Word(String),
    /// The tag names nothing.
    Nothing,
}

impl Comment {
    /// Takes a comment apart, delimiters included.
    pub(super) fn read(whole: &str) -> Comment {
        let mut out = Comment::default();
        let Ok((_, lines)) = comment(whole) else { return out };
        let mut text = String::new();
        // Whether lines go on with the tag that began last.
        let mut in_tag = false;
        for line in lines {
            if let Ok((body, word)) = heading(line) {
                let shown = line.trim();
                let start = shown.as_ptr() as usize - whole.as_ptr() as usize;
                out.tags.push(Tag { word: word.to_ascii_lowercase(), body: body.to_owned(), at: (start, start + shown.len()) });
                in_tag = true;
                continue;
            }
            in_tag &= !line.trim().is_empty();
            let into = match out.tags.last_mut() {
                Some(tag) if in_tag => &mut tag.body,
                Some(_) | None => &mut text,
            };
            into.push('\n');
            into.push_str(line);
        }
        out.inherits = text.to_ascii_lowercase().contains("{@inheritdoc}");
        out.text = unwrap(&text);
        out
    }

    /// The tags of a name, in order.
    pub(super) fn tags(&self, names: &'static [&'static str]) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|tag| names.contains(&tag.word.as_str()))
    }
}

impl Typed {
    /// Whether it is about this variable.
    pub(super) fn is_about(&self, variable: &str) -> bool {
        match &self.name {
            Named::Variable(name) | Named::Word(name) => name == variable,
            Named::Nothing => false,
        }
    }
}

impl Tag {
    /// The tag as `@param`.
    pub(super) fn param(&self) -> Typed {
        let (rest, (ty, name)) = param(&self.body).unwrap_or((&self.body, (None, Named::Nothing)));
        Typed { ty, name, doc: description(rest) }
    }

    /// The tag as `@return`.
    pub(super) fn result(&self) -> Typed {
        let (rest, ty) = typed(&self.body).unwrap_or((&self.body, None));
        Typed { ty, name: Named::Nothing, doc: description(rest) }
    }

    /// The tag as `@var`.
    pub(super) fn var(&self) -> Typed {
        let (rest, (ty, name)) = var(&self.body).unwrap_or((&self.body, (None, Named::Nothing)));
        Typed { ty, name, doc: description(rest) }
    }
}

/// The lines between `/**` and `*/`, without the stars in front of them.
fn comment(i: &str) -> Res<'_, Vec<&str>> {
    preceded(opt(tag("/**")), separated_list1(char('\n'), line)).parse(i)
}

/// ` * text`
fn line(i: &str) -> Res<'_, &str> {
    let star = terminated(char('*'), peek(not(char('/'))));
    let (i, _) = (space0, many0_count(star)).parse(i)?;
    take_till(|c| c == '\n').map(|line: &str| line.trim_end().strip_suffix("*/").unwrap_or(line)).parse(i)
}

/// ` @param`; what follows on the line is the beginning of the tag's body.
fn heading(i: &str) -> Res<'_, &str> {
    preceded((space0, char('@')), recognize(pair(alpha1, many0_count(alt((alpha1, recognize(one_of("-_\\")))))))).parse(i)
}

/// What follows `@param`: `int $a text`, `$a int text`, `int a text`, `int text`
fn param(i: &str) -> Res<'_, (Option<Result<Spelling, Misspelt>>, Named)> {
    let (i, _) = multispace0(i)?;
    if let Ok((i, name)) = variable(i) {
        let (i, ty) = opt(preceded(multispace1, keyword)).parse(i)?;
        return Ok((i, (ty.map(|name| Ok(Spelling::Name(name))), Named::Variable(name))));
    }
    let (i, ty) = typed(i)?;
    let named = alt((variable.map(Named::Variable), word.map(Named::Word)));
    let (i, name) = opt(preceded(multispace0, named)).parse(i)?;
    Ok((i, (ty, name.unwrap_or(Named::Nothing))))
}

/// What follows `@var`: `int text`, `int $a text`
fn var(i: &str) -> Res<'_, (Option<Result<Spelling, Misspelt>>, Named)> {
    let (i, ty) = typed(i)?;
    let (i, name) = opt(preceded(multispace0, variable)).parse(i)?;
    Ok((i, (ty, name.map_or(Named::Nothing, Named::Variable))))
}

/// A type with a blank, a comma or the like behind it; `None` where the text ends.
fn typed(i: &str) -> Res<'_, Option<Result<Spelling, Misspelt>>> {
    let (i, _) = (multispace0, opt(char(':')), multispace0).parse(i)?;
    if i.is_empty() {
        return Ok((i, None));
    }
    let (rest, ty) = match spelling::read(i) {
        Ok((rest, ty)) => (rest, Ok(ty)),
        Err(why) => (i, Err(why)),
    };
    // What is glued to it belongs to it: `string[` is no type.
    let ends = rest.chars().next().is_none_or(|c| c.is_whitespace() || ",;:.$&)-".contains(c));
    let ty = if ends { ty } else { ty.and(Err(Misspelt::NoType)) };
    match ty {
        Ok(ty) => Ok((rest, Some(Ok(ty)))),
        // The next word may be about something all the same.
        Err(why) => not_blank(i).map(|(rest, _)| (rest, Some(Err(why)))),
    }
}

/// Anything up to a blank.
fn not_blank(i: &str) -> Res<'_, &str> {
    take_while1(|c: char| !c.is_whitespace())(i)
}

/// `$a`, `&$a`, `...$a`, `$a->b`; without `$`
fn variable(i: &str) -> Res<'_, String> {
    let part = preceded(alt((tag("->"), tag("["), tag("::"))), not_blank);
    let name = recognize(pair(take_while1(is_word), opt(part)));
    preceded((opt(char('&')), opt(tag("...")), char('$')), name).map(str::to_owned).parse(i)
}

/// `a`, with a blank or a colon behind it
fn word(i: &str) -> Res<'_, String> {
    terminated(take_while1(is_word), peek(alt((recognize(multispace1), recognize(one_of(":,")), eof)))).map(str::to_owned).parse(i)
}

/// A type that no description begins with: what may stand behind a name.
fn keyword(i: &str) -> Res<'_, String> {
    const WORDS: [&str; 7] = ["int", "integer", "string", "bool", "boolean", "float", "double"];
    let words = verify(alpha1, |word: &str| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)));
    terminated(words, peek(alt((recognize(multispace1), eof)))).map(str::to_owned).parse(i)
}

/// A description without the punctuation in front of it.
fn description(text: &str) -> String {
    unwrap(text.trim_start().trim_start_matches([':', ',', ';', '.', '-', '–', '=']))
}

/// Joins lines to paragraphs: the line ends of a comment are where its author's screen ended, other than empty lines and points of a
/// list.
fn unwrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = "";
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            gap = "\n\n";
            continue;
        }
        let is_point = line.starts_with(['-', '*', '+', '•']) && line.chars().nth(1).is_some_and(char::is_whitespace);
        if !out.is_empty() {
            out.push_str(if gap.is_empty() && is_point {
                "\n"
            } else if gap.is_empty() {
                " "
            } else {
                gap
            });
        }
        gap = "";
        inline(line, &mut out);
    }
    out
}

/// A line without the braces of tags within it: `{@link a b}` reads `a b`.
fn inline(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{@") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        let text = inside.split_once(char::is_whitespace).map_or("", |(_, text)| text.trim());
        out.push_str(text);
        rest = behind;
    }
    out.push_str(rest);
}
