//! Conversions of single values.

use std::borrow::Cow;
use std::cmp::Ordering;

use mwsc_contract::Value;

use crate::php::number;

/// What a conversion makes of a value; null stays null.
pub fn unless_null(value: Cow<'_, Value>, convert: impl Fn(&Value) -> Value) -> Cow<'_, Value> {
    if *value == Value::Null { value } else { Cow::Owned(convert(&value)) }
}

/// As a text: what two values are compared by. Of lists and records the empty one.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
        Value::Bool(truth) => if *truth { "1" } else { "0" }.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number::text(*number),
        Value::String(text) => text.clone(),
    }
}

/// Whether a value counts as true, as in PHP.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::String(text) => !text.is_empty() && text != "0",
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

/// Whether two values read alike.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Null | Value::List(_) | Value::Map(_), _) | (_, Value::Null | Value::List(_) | Value::Map(_)) => a == b,
        (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_), _) => text(a) == text(b),
    }
}

/// What comes first: null, then numbers by value, then texts in whatever case, then the rest in whatever order it is.
pub fn order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => 1,
        Value::String(_) => 2,
        Value::List(_) | Value::Map(_) => 3,
    };
    rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
        (Value::String(a), Value::String(b)) => a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        _ => number(a).total_cmp(&number(b)),
    })
}

/// To a whole number, as PHP's cast takes it.
pub fn int(value: &Value) -> Value {
    Value::Int(integer(value))
}

/// The whole number of a value: of a text that with which it begins, 0 where there is none.
pub fn integer(value: &Value) -> i64 {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => 0,
        Value::Bool(truth) => i64::from(*truth),
        Value::Int(number) => *number,
        #[expect(clippy::cast_possible_truncation, reason = "a number beyond 64 bits becomes the greatest one, which no id is")]
        Value::Float(number) => *number as i64,
        Value::String(text) => {
            let text = text.trim_start();
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            let end = text.len() - digits.len() + digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            text[..end].parse().unwrap_or(0)
        }
    }
}

/// To a number.
pub fn float(value: &Value) -> Value {
    Value::Float(number(value))
}

/// The number of a value: of a text that with which it begins, 0 where there is none.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => 0.0,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        #[expect(clippy::cast_precision_loss, reason = "what a float can hold of it")]
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        Value::String(text) => {
            let text = text.trim_start();
            let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+' | 'e' | 'E')).unwrap_or(text.len());
            let found = text[..end].parse().ok().or_else(|| text[..end].split(['e', 'E']).next()?.parse().ok());
            found.filter(|number: &f64| number.is_finite()).unwrap_or(0.0)
        }
    }
}

/// What stands between the occurrences of something; nothing of an empty text.
pub fn split(text: &str, between: &str) -> Value {
    if text.is_empty() {
        return Value::List(Vec::new());
    }
    if between.is_empty() {
        return Value::List(vec![text.into()]);
    }
    Value::List(text.split(between).map(Value::from).collect())
}

/// A text without HTML: tags removed, the usual entities as characters, white space around removed.
pub fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let tag = rest.as_bytes().get(1).is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!'));
        if rest.starts_with('<') && tag {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
            continue;
        }
        let entity = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (length, character) = entity.map_or_else(|| (1, &rest[..1]), |(entity, character)| (entity.len(), *character));
        out.push_str(character);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out.trim().to_owned()
}

const ENTITIES: &[(&str, &str)] =
    &[("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#039;", "'"), ("&apos;", "'"), ("&nbsp;", " ")];

/// Seconds since 1970 as `31/12/1999 23:59:59`, in UTC.
pub fn date(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days are counted from 1 March of the year 0, so that a leap day ends a year; 400 years are 146,097 days.
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + turn;
    format!("{of_month:02}/{month:02}/{year:04} {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}
