//! Form fields as PHP reads them: `users[0][name]=x` is the key `name` in the item `0` of `users`.
//!
//! In: an `application/x-www-form-urlencoded` text, or the parts of a multipart body. Out: a [`Value`] tree of texts and maps. Which map is
//! a list is not known here: of a list, Moodle uses the values in order and ignores the keys, and so does the validator.
//!
//! The rules are those of PHP's own parser (`php_register_variable_ex`): leading blanks of a name are dropped, a blank or a dot in the
//! part before the first bracket becomes `_`, an opening bracket without a closing one becomes `_`, `[]` takes the next free number, and a
//! later field replaces an earlier one.

pub mod request;

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use mwsc_contract::Value;

/// What a form may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fields. PHP's own `max_input_vars` is 1,000, and Moodle asks for 5,000.
    pub fields: usize,
    /// Brackets in a name. PHP's own `max_input_nesting_level` is 64.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { fields: 5_000, depth: 64 }
    }
}

/// Why a form is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has more fields than this.
    Fields(usize),
    /// A name has more brackets than this.
    Depth(usize),
    /// A name or a value is not UTF-8.
    NotUtf8,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Fields(limit) => write!(f, "the form has more than {limit} fields"),
            Refusal::Depth(limit) => write!(f, "a field is nested more than {limit} levels deep"),
            Refusal::NotUtf8 => write!(f, "a field is not UTF-8"),
        }
    }
}

/// Fields by name.
pub type Fields = IndexMap<String, Value>;

/// Fields that say which function is called, and how the answer is to look: a refusal, too.
const NAMING: [&str; 3] = ["wsfunction", "wsformatout", "moodlewsrestformat"];

/// Reads an `application/x-www-form-urlencoded` text into `out`, after what is there. Of a form that is refused `out` has what stood before
/// the reason, and from behind it the fields by which a refusal can be answered in the format that was asked for.
pub fn read(text: &[u8], limits: Limits, out: &mut Form) -> Result<(), Refusal> {
    let mut refused = None;
    for pair in text.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        if refused.is_none() {
            refused = decode(name).and_then(|name| out.add(&name, decode(value)?, limits)).err();
        } else if let (Some(name), Ok(value)) = (NAMING.into_iter().find(|naming| naming.as_bytes() == name), decode(value)) {
            out.fields.insert(name.to_owned(), Value::String(value));
        }
    }
    refused.map_or(Ok(()), Err)
}

/// A form under construction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    /// What was read so far.
    pub fields: Fields,
    count: usize,
}

impl Form {
    /// Adds a field.
    pub fn add(&mut self, name: &str, value: String, limits: Limits) -> Result<(), Refusal> {
        self.count += 1;
        if self.count > limits.fields {
            return Err(Refusal::Fields(limits.fields));
        }
        let Some((base, keys)) = parts(name) else { return Ok(()) };
        if keys.len() > limits.depth {
            return Err(Refusal::Depth(limits.depth));
        }
        let mut key = base;
        let mut map = &mut self.fields;
        for next in keys {
            let inner = map.entry(key).or_default();
            if !matches!(inner, Value::Map(_)) {
                *inner = Value::Map(Arc::default());
            }
            let Value::Map(inner) = inner else { return Ok(()) };
            let inner = Arc::make_mut(inner);
            key = if next.is_empty() { next_index(inner) } else { next.to_owned() };
            map = inner;
        }
        map.insert(key, Value::String(value));
        Ok(())
    }
}

/// The part before the first bracket, and what stands in brackets. `None` for a name without a name.
fn parts(name: &str) -> Option<(String, Vec<&str>)> {
    let name = name.trim_start_matches(' ');
    let (base, mut rest) = name.find('[').map_or((name, ""), |at| name.split_at(at));
    let mut base = base.replace(['.', ' '], "_");
    if base.is_empty() {
        return None;
    }
    let mut keys = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        let Some(close) = inner.find(']') else {
            // The first bracket alone is mended; text behind the last pair is ignored.
            if keys.is_empty() {
                base.push('_');
                base.push_str(&inner.replace(['.', ' '], "_"));
            }
            break;
        };
        keys.push(&inner[..close]);
        rest = &inner[close + 1..];
    }
    Some((base, keys))
}

/// The number that `[]` stands for: one more than the greatest there is.
fn next_index(map: &Fields) -> String {
    let greatest = map.keys().filter_map(|key| key.parse::<i64>().ok().filter(|number| number.to_string() == *key)).max();
    greatest.map_or(0, |number| number.saturating_add(1)).to_string()
}

/// A name or a value without its percent signs.
fn decode(text: &[u8]) -> Result<String, Refusal> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        out.push(match byte {
            b'+' => b' ',
            b'%' => match tail {
                [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    rest = after;
                    digit(*high) * 16 + digit(*low)
                }
                _ => b'%',
            },
            _ => byte,
        });
    }
    String::from_utf8(out).map_err(|_| Refusal::NotUtf8)
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'a'..=b'f' => hex - b'a' + 10,
        b'A'..=b'F' => hex - b'A' + 10,
        _ => hex.wrapping_sub(b'0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let mut form = Form::default();
        match read(text.as_bytes(), Limits { fields: 6, depth: 3 }, &mut form) {
            Ok(()) => serde_json::to_string(&form.fields).unwrap(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn names_are_read_as_php_reads_them() {
        for (text, expected) in [
            ("a=1&b=x+y%20z%C3%BC&c", r#"{"a":"1","b":"x y zü","c":""}"#),
            ("a[]=1&a[]=2&a[7]=3&a[]=4", r#"{"a":{"0":"1","1":"2","7":"3","8":"4"}}"#),
            ("u[0][name]=x&u[0][id]=2&u[1][name]=y", r#"{"u":{"0":{"name":"x","id":"2"},"1":{"name":"y"}}}"#),
            ("u%5B0%5D%5Bname%5D=x", r#"{"u":{"0":{"name":"x"}}}"#),
            ("a.b=1&+c d=2&e.f[g.h]=3", r#"{"a_b":"1","c_d":"2","e_f":{"g.h":"3"}}"#),
            ("a[b=1&a[b]c=2&[x]=3&=4", r#"{"a_b":"1","a":{"b":"2"}}"#),
            ("a=1&a[x]=2&a=3&a=4", r#"{"a":"4"}"#),
            ("a=%zz%4&b=%", r#"{"a":"%zz%4","b":"%"}"#),
            ("a[-5]=1&a[]=2", r#"{"a":{"-5":"1","-4":"2"}}"#),
        ] {
            assert_eq!(json(text), expected, "{text}");
        }
    }

    #[test]
    fn too_much_is_refused() {
        assert_eq!(json("a&a&a&a&a&a&a"), "the form has more than 6 fields");
        assert_eq!(json("a[b][c][d][e]=1"), "a field is nested more than 3 levels deep");
        assert_eq!(json("a=%ff"), "a field is not UTF-8");
    }

    #[test]
    fn a_form_that_is_refused_still_says_how_to_answer() {
        for text in ["a&a&a&a&a&a&a&wsformatout=json", "wsformatout=json&a[b][c][d][e]=1", "a=%ff&b=2&wsformatout=php&wsformatout=json"] {
            let mut form = Form::default();
            read(text.as_bytes(), Limits { fields: 6, depth: 3 }, &mut form).unwrap_err();
            assert_eq!(form.fields.get("wsformatout").and_then(Value::as_str), Some("json"), "{text}");
            assert!(!form.fields.contains_key("b"), "{text}");
        }
    }
}
