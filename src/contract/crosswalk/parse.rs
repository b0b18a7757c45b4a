//! Reads the notation of expressions. A parser by hand, because this crate depends on nothing but serde.
//!
//! ```text
//! expression = either , [ "??" , expression ] ;
//! either     = both , { "or" , both } ;
//! both       = compared , { "and" , compared } ;
//! compared   = piped , [ ( "==" | "!=" ) , piped ] ;
//! piped      = term , { "|" , name , [ "(" , [ argument , { "," , argument } ] , ")" ] } ;
//! argument   = name , "=>" , expression | expression ;
//! term       = ( "not" , term | "(" , expression , ")" | text | number | "true" | "false" | "null" | list | record | name ) ,
//!              { "." , name | "[" , expression , "]" } ;
//! list       = "[" , [ expression , { "," , expression } ] , "]" ;
//! record     = "{" , [ name , ":" , expression , { "," , name , ":" , expression } ] , "}" ;
//! text       = "'" , { character | "\" , character | "{" , expression , "}" } , "'" ;
//! name       = letter or "_" , { letter | digit | "_" | "-" followed by a letter } ;
//! ```

use std::fmt;

use indexmap::IndexMap;

use super::Each;
use super::expr::{Argument, Expr, Piece};
use super::filter::{Filter, Takes};
use crate::value::Value;

/// How deep expressions may be nested, chains of operators and filters included: walks over expressions are recursive.
const MAX_DEPTH: u32 = 80;

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    /// Where, in bytes.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Misspelt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at character {}", self.message, self.at + 1)
    }
}

impl std::error::Error for Misspelt {}

/// Filters that a file defines: by name, what takes the place of the argument of `as`.
pub type Maps = IndexMap<String, Argument>;

/// Reads an expression.
pub fn parse(text: &str) -> Result<Expr, Misspelt> {
    parse_with(text, &Maps::new())
}

/// Reads an expression in which `value | name` stands for `value | as(item => …)`.
pub fn parse_with(text: &str, maps: &Maps) -> Result<Expr, Misspelt> {
    let mut reader = Reader { text, at: 0, depth: 0, maps };
    let expr = reader.expression()?;
    reader.end()?;
    Ok(expr)
}

/// Reads `item in list`.
pub(super) fn each(text: &str, maps: &Maps) -> Result<Each, Misspelt> {
    let mut reader = Reader { text, at: 0, depth: 0, maps };
    let item = reader.name().ok_or_else(|| reader.wrong("the name of the item is expected"))?.to_owned();
    if !reader.word("in") {
        return Err(reader.wrong("`in` is expected"));
    }
    let of = reader.expression()?;
    reader.end()?;
    Ok(Each { item, of })
}

/// Words that are no names.
pub(super) const RESERVED: &[&str] = &["and", "or", "not", "true", "false", "null", "in"];

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
    maps: &'t Maps,
}

impl<'t> Reader<'t> {
    fn expression(&mut self) -> Result<Expr, Misspelt> {
        let outside = self.depth;
        self.deeper()?;
        let first = self.either()?;
        let out = if self.sign("??") { Expr::Else(Box::new(first), Box::new(self.expression()?)) } else { first };
        self.depth = outside;
        Ok(out)
    }

    /// One level more, until whoever is outside sets `depth` back.
    fn deeper(&mut self) -> Result<(), Misspelt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.wrong("it is nested too deeply")) } else { Ok(()) }
    }

    fn either(&mut self) -> Result<Expr, Misspelt> {
        let outside = self.depth;
        let mut out = self.both()?;
        while self.word("or") {
            self.deeper()?;
            out = Expr::Either(Box::new(out), Box::new(self.both()?));
        }
        self.depth = outside;
        Ok(out)
    }

    fn both(&mut self) -> Result<Expr, Misspelt> {
        let outside = self.depth;
        let mut out = self.compared()?;
        while self.word("and") {
            self.deeper()?;
            out = Expr::Both(Box::new(out), Box::new(self.compared()?));
        }
        self.depth = outside;
        Ok(out)
    }

    fn compared(&mut self) -> Result<Expr, Misspelt> {
        let first = self.piped()?;
        Ok(if self.sign("==") {
            Expr::Equal(Box::new(first), Box::new(self.piped()?))
        } else if self.sign("!=") {
            Expr::Differs(Box::new(first), Box::new(self.piped()?))
        } else {
            first
        })
    }

    fn piped(&mut self) -> Result<Expr, Misspelt> {
        let outside = self.depth;
        let mut out = self.term()?;
        while self.sign("|") {
            self.deeper()?;
            self.rest();
            let start = self.at;
            let name = self.name().ok_or_else(|| self.wrong("the name of a filter is expected"))?;
            if let Some(map) = self.maps.get(name) {
                out = Expr::Filter(Box::new(out), Filter::As, vec![map.clone()]);
                continue;
            }
            let Some(filter) = Filter::named(name) else {
                return Err(Misspelt { at: start, message: format!("there is no filter `{name}`") });
            };
            let arguments = if self.sign("(") { self.series(")", Self::argument)? } else { Vec::new() };
            let given: Vec<Takes> = arguments
                .iter()
                .map(|argument| match argument {
                    Argument::Value(_) => Takes::Value,
                    Argument::Each(..) => Takes::Each,
                })
                .collect();
            let takes = filter.spec().takes;
            if given != takes {
                let form = |takes: &[Takes]| {
                    takes.iter().map(|takes| if *takes == Takes::Each { "item => …" } else { "value" }).collect::<Vec<_>>().join(", ")
                };
                let message = format!("the filter is `{name}({})` and not `{name}({})`", form(takes), form(&given));
                return Err(Misspelt { at: start, message });
            }
            out = Expr::Filter(Box::new(out), filter, arguments);
        }
        self.depth = outside;
        Ok(out)
    }

    fn argument(&mut self) -> Result<Argument, Misspelt> {
        let start = self.at;
        if let Some(name) = self.name() {
            if self.sign("=>") {
                return Ok(Argument::Each(name.to_owned(), self.expression()?));
            }
            self.at = start;
        }
        Ok(Argument::Value(self.expression()?))
    }

    fn term(&mut self) -> Result<Expr, Misspelt> {
        let outside = self.depth;
        self.deeper()?;
        let mut out = self.start()?;
        loop {
            if self.sign(".") {
                let name = self.key().ok_or_else(|| self.wrong("the name of a field is expected"))?;
                self.deeper()?;
                out = Expr::Field(Box::new(out), name.to_owned());
            } else if self.sign("[") {
                let key = self.expression()?;
                self.expect("]")?;
                self.deeper()?;
                out = Expr::Item(Box::new(out), Box::new(key));
            } else {
                self.depth = outside;
                return Ok(out);
            }
        }
    }

    fn start(&mut self) -> Result<Expr, Misspelt> {
        if self.word("not") {
            return Ok(Expr::Not(Box::new(self.term()?)));
        }
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.word(word) {
                return Ok(Expr::Value(value));
            }
        }
        if self.sign("(") {
            let out = self.expression()?;
            self.expect(")")?;
            return Ok(out);
        }
        if self.sign("[") {
            return Ok(Expr::List(self.series("]", Self::expression)?));
        }
        if self.sign("{") {
            return Ok(Expr::Record(self.series("}", Self::field)?));
        }
        if self.sign("'") {
            return self.quoted();
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return self.number();
        }
        match self.name() {
            Some(name) => Ok(Expr::Name(name.to_owned())),
            None => Err(self.wrong("an expression is expected")),
        }
    }

    fn field(&mut self) -> Result<(String, Expr), Misspelt> {
        let name = self.key().ok_or_else(|| self.wrong("the name of a field is expected"))?.to_owned();
        self.expect(":")?;
        Ok((name, self.expression()?))
    }

    /// The rest of a text, behind its quotation mark.
    fn quoted(&mut self) -> Result<Expr, Misspelt> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        loop {
            let Some(next) = self.text[self.at..].chars().next() else {
                return Err(self.wrong("the text does not end"));
            };
            self.at += next.len_utf8();
            match next {
                '\'' => break,
                '\\' => {
                    let Some(escaped) = self.text[self.at..].chars().next() else {
                        return Err(self.wrong("the text does not end"));
                    };
                    self.at += escaped.len_utf8();
                    plain.push(escaped);
                }
                '{' => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Value(self.expression()?));
                    self.expect("}")?;
                }
                other => plain.push(other),
            }
        }
        if pieces.is_empty() {
            return Ok(Expr::Value(Value::String(plain)));
        }
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Expr::Text(pieces))
    }

    fn number(&mut self) -> Result<Expr, Misspelt> {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let rest = self.rest();
        let mut end = usize::from(rest.starts_with('-'));
        end += digits(&rest[end..]);
        let whole = end;
        if rest[end..].starts_with('.') {
            end += 1 + digits(&rest[end + 1..]);
        }
        let text = &rest[..end];
        let value = if end == whole { text.parse().ok().map(Value::Int) } else { text.parse().ok().map(Value::Float) };
        let value = value.ok_or_else(|| self.wrong("this is no number"))?;
        self.at += end;
        Ok(Expr::Value(value))
    }

    /// Things with commas between them, up to a closing sign. A comma before it is allowed.
    fn series<T>(&mut self, close: &str, one: impl Fn(&mut Self) -> Result<T, Misspelt>) -> Result<Vec<T>, Misspelt> {
        let mut out = Vec::new();
        while !self.sign(close) {
            out.push(one(self)?);
            if !self.sign(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(out)
    }

    /// A name, which is no reserved word.
    fn name(&mut self) -> Option<&'t str> {
        let start = self.at;
        let name = self.key()?;
        if RESERVED.contains(&name) {
            self.at = start;
            return None;
        }
        Some(name)
    }

    /// The name of a field, which may be any word.
    fn key(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return None;
        }
        let bytes = rest.as_bytes();
        let mut end = 1;
        while let Some(byte) = bytes.get(end) {
            let hyphen = *byte == b'-' && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic);
            if !(byte.is_ascii_alphanumeric() || *byte == b'_' || hyphen) {
                break;
            }
            end += 1;
        }
        self.at += end;
        Some(&rest[..end])
    }

    /// Whether a word comes next, which is read then.
    fn word(&mut self, word: &str) -> bool {
        let start = self.at;
        let found = self.key() == Some(word);
        if !found {
            self.at = start;
        }
        found
    }

    /// Whether a sign comes next, which is read then.
    fn sign(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), Misspelt> {
        if self.sign(sign) { Ok(()) } else { Err(self.wrong(&format!("`{sign}` is expected"))) }
    }

    fn end(&mut self) -> Result<(), Misspelt> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.wrong("the expression should end here")) }
    }

    /// What is left, without white space before it.
    fn rest(&mut self) -> &'t str {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        rest
    }

    fn wrong(&self, message: &str) -> Misspelt {
        Misspelt { at: self.at, message: message.to_owned() }
    }
}
