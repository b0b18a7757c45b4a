//! Whether one value is what its type says: the validator of scalars.
//!
//! [`scalar`] takes what any protocol carries (a form has only texts) and gives the value in its own kind, as Moodle 4.5.5 does it: what
//! its cleaning would change is refused, not changed. [`strict`] takes values in their own kind alone, for protocols that have kinds.

mod encoded;
mod html;
mod mail;
mod name;
mod number;
mod path;
mod url;

use crate::number::text as php_text;
use crate::rule::{Check, Rule};
use crate::schema::Kind;
use crate::site::Site;
use crate::value::Value;

/// Why a value was refused, in words that follow "the value": `holds a tag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Refusal {
    fn new(words: impl Into<String>) -> Self {
        Refusal(words.into())
    }
}

/// A value of a scalar type, given in any kind that can stand for it. Null, lists and maps are no scalars.
pub fn scalar(kind: Kind, rule: Option<&Rule>, value: Value, site: &Site) -> Result<Value, Refusal> {
    let value = match kind {
        Kind::Int => Value::Int(number::int(&value).ok_or_else(|| Refusal::new("is not an integer of 64 bits"))?),
        Kind::Float => Value::Float(number::float(&value).ok_or_else(|| Refusal::new("is not a number"))?),
        Kind::Bool => Value::Bool(number::bool(&value).ok_or_else(|| Refusal::new("is neither 0 nor 1"))?),
        Kind::String => match (value, rule) {
            (value @ (Value::Null | Value::List(_) | Value::Map(_)), _) => return Err(no_scalar(&value)),
            (value @ Value::String(_), _) => value,
            // PARAM_RAW, which keeps the kind.
            (value, Some(rule)) if rule.checks.is_empty() => value,
            (Value::Bool(truth), _) => Value::from(if truth { "1" } else { "" }),
            (Value::Int(number), _) => Value::String(number.to_string()),
            (Value::Float(number), _) => Value::String(php_text(number)),
        },
    };
    satisfies(rule, &value, site)?;
    Ok(value)
}

/// Whether a value is of its kind and satisfies its rule as it is. An integer is a number, too.
pub fn strict(kind: Kind, rule: Option<&Rule>, value: &Value, site: &Site) -> Result<(), Refusal> {
    let fits = match kind {
        Kind::Bool => matches!(value, Value::Bool(_)),
        // JSON has one sort of number.
        Kind::Int => matches!(value, Value::Int(_) | Value::Float(_)) && number::int(value).is_some(),
        Kind::Float => matches!(value, Value::Int(_) | Value::Float(_)),
        Kind::String => matches!(value, Value::String(_)),
    };
    if !fits {
        let expected = match kind {
            Kind::Bool => "true or false",
            Kind::Int => "an integer of 64 bits",
            Kind::Float => "a number",
            Kind::String => "a text",
        };
        return Err(Refusal(format!("is {}, not {expected}", described(value))));
    }
    satisfies(rule, value, site)
}

fn satisfies(rule: Option<&Rule>, value: &Value, site: &Site) -> Result<(), Refusal> {
    let Some(rule) = rule else { return Ok(()) };
    if let Value::String(text) = value {
        // What Moodle takes out of every text before it looks at it.
        if let Some(character) = text.chars().find(|c| matches!(c, '\0' | '\u{fffe}' | '\u{ffff}')) {
            return Err(Refusal(format!("holds the character U+{:04X}", u32::from(character))));
        }
    }
    rule.checks.iter().try_for_each(|check| satisfy(check, value, site))
}

fn satisfy(check: &Check, value: &Value, site: &Site) -> Result<(), Refusal> {
    let text = match (check, value) {
        (Check::OneOf(numbers), Value::Int(number)) if !numbers.contains(number) => return Err(Refusal(format!("is none of {numbers:?}"))),
        (_, Value::String(text)) if !text.is_empty() => text.as_str(),
        (_, _) => return Ok(()),
    };
    let (fits, complaint) = match check {
        Check::Only(class) => (name::only(class, text), format!("holds other characters than {class}")),
        Check::OneOf(_) => (false, "is not a number".to_owned()),
        Check::NoTags => (!html::has_tag(text), "holds a tag".to_owned()),
        Check::NoTagsButMultilang => (!html::has_tag(text) || html::is_multilang(text), "holds a tag that marks no language".to_owned()),
        Check::Trimmed => (text.trim_matches(is_blank) == text, "begins or ends with white space".to_owned()),
        Check::CleanHtml => match html::unclean(text) {
            None => (true, String::new()),
            Some(why) => (false, why),
        },
        Check::Url => (url::is_url(text), "is not a URL".to_owned()),
        Check::LocalUrl => (url::is_local(text, site), "is not a URL of this site".to_owned()),
        Check::Host => (url::is_host(text), "is neither a host name nor an IPv4 address".to_owned()),
        Check::Email => (mail::is_email(text), "is not an e-mail address".to_owned()),
        Check::File => (path::is_file(text), "is not a file name".to_owned()),
        Check::Path => (path::is_path(text), "is not a path".to_owned()),
        Check::Username => (name::is_username(text), "is not a user name in small letters, digits and -_.@".to_owned()),
        Check::Timezone => (name::is_timezone(text), "is not a time zone".to_owned()),
        Check::Tag => (name::is_tag(text), "is not a tag of at most 255 characters".to_owned()),
        Check::TagList => (text.split(',').all(|tag| !tag.is_empty() && name::is_tag(tag)), "is not a list of tags".to_owned()),
        Check::Component => (name::is_component(text), "is not the name of a component".to_owned()),
        Check::Plugin => (name::is_plugin(text), "is not the name of a plugin".to_owned()),
        Check::Capability => (name::is_capability(text), "is not the name of a capability".to_owned()),
        Check::StringId => (name::is_string_id(text), "is not an identifier of a string".to_owned()),
        Check::Base64 => (encoded::is_base64(text), "is not base 64 in lines of 64 characters".to_owned()),
        Check::Pem => (encoded::is_pem(text), "is not a certificate in PEM".to_owned()),
        Check::LocalisedNumber => (number::is_localised(text), "is not a number".to_owned()),
        Check::OfSite(sort) => (site.has(sort, text) != Some(false), format!("is not a {sort} of this site")),
    };
    if fits { Ok(()) } else { Err(Refusal(complaint)) }
}

fn no_scalar(value: &Value) -> Refusal {
    Refusal(format!("is {}, not a single value", described(value)))
}

/// What a value is, with its article.
pub(crate) fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a number with a fraction",
        Value::String(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a record",
    }
}

/// What PHP's `trim` takes away.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\0' | '\u{b}')
}
