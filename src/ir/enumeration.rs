//! The values that a scalar may have, where its source lists them.
//!
//! In a [`Scalar`](super::Scalar), which is cloned for every use of a type, so they are shared. What they are called is no identity: two
//! sources may have two enumerations of one name, and back ends tell them apart.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::{Literal, ScalarKind};

/// How many values a text for people tells.
const SHOWN: usize = 20;

/// The values that a scalar may have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Enumeration {
    /// What its source calls it; empty where it has no name.
    pub name: String,
    /// The values as [`canonical`] texts, each once, in the order of the source. Never empty.
    values: Vec<String>,
}

impl Enumeration {
    /// The values in canonical form, the first of those that are the same; `None` without any.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = String>) -> Option<Arc<Self>> {
        let values: indexmap::IndexSet<String, rustc_hash::FxBuildHasher> = values.into_iter().collect();
        (!values.is_empty()).then(|| Arc::new(Enumeration { name: name.into(), values: values.into_iter().collect() }))
    }

    /// The same values under another name.
    #[must_use]
    pub fn named(&self, name: impl Into<String>) -> Arc<Self> {
        Arc::new(Enumeration { name: name.into(), values: self.values.clone() })
    }

    /// The values as texts, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        self.values.iter().map(String::as_str)
    }

    /// The values as what they are.
    pub fn literals(&self, kind: ScalarKind) -> impl Iterator<Item = Literal> + '_ {
        self.values.iter().map(move |value| literal(kind, value))
    }

    /// What stands where nobody said which value, in place of a zero, an empty text or `false`; `None` where that is one of them.
    pub fn blank(&self, kind: ScalarKind) -> Option<Literal> {
        let usual = match kind {
            ScalarKind::String => Literal::Str(String::new()),
            ScalarKind::Int => Literal::Int(0),
            ScalarKind::Float => Literal::Float(0.0),
            ScalarKind::Bool => Literal::Bool(false),
        };
        if self.allows(kind, &usual) { None } else { self.literals(kind).next() }
    }

    /// Whether a value is one of them. Null and what only a site knows are no values of any scalar, so they are not asked for.
    pub fn allows(&self, kind: ScalarKind, value: &Literal) -> bool {
        self.literals(kind).any(|allowed| allowed == *value)
    }
}

impl fmt::Display for Enumeration {
    /// `red, green and 3 more`; a value that could be read as something else is quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.values.iter().take(SHOWN).enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            let plain = !value.is_empty() && value.trim() == value && !value.contains(|c: char| matches!(c, ',' | '"') || c.is_control());
            if plain { f.write_str(value)? } else { write!(f, "{value:?}")? }
        }
        match self.values.len().checked_sub(SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}

/// The text that stands for a value of a kind, one for each value, as JSON and XML Schema both write it; `None` for a text that is no such
/// value, or one that JSON has no number for.
pub fn canonical(kind: ScalarKind, text: &str) -> Option<String> {
    Some(match kind {
        ScalarKind::String => text.to_owned(),
        ScalarKind::Int => text.trim().parse::<i64>().ok()?.to_string(),
        // Adding zero takes the sign from it.
        ScalarKind::Float => format!("{:?}", text.trim().parse::<f64>().ok().filter(|value| value.is_finite())? + 0.0),
        ScalarKind::Bool => match text.trim() {
            "true" | "1" => "true".to_owned(),
            "false" | "0" => "false".to_owned(),
            _ => return None,
        },
    })
}

/// The value that a canonical text stands for.
fn literal(kind: ScalarKind, text: &str) -> Literal {
    let parsed = match kind {
        ScalarKind::String => None,
        ScalarKind::Int => text.parse().ok().map(Literal::Int),
        ScalarKind::Float => text.parse().ok().map(Literal::Float),
        ScalarKind::Bool => text.parse().ok().map(Literal::Bool),
    };
    parsed.unwrap_or_else(|| Literal::Str(text.to_owned()))
}

/// Documentation with the values behind it.
pub fn told(doc: &str, values: &Enumeration) -> String {
    let mut out = doc.trim_end().to_owned();
    if !out.is_empty() {
        let ends = out.ends_with(['.', '!', '?', ':', ';']);
        out.push_str(if ends { " " } else { ". " });
    }
    // Writing to a string cannot fail.
    let _ = write!(out, "One of: {values}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_one_text() {
        for (kind, text, expected) in [
            (ScalarKind::Int, " +01 ", Some("1")),
            (ScalarKind::Int, "9223372036854775808", None),
            (ScalarKind::Int, "1.0", None),
            (ScalarKind::Float, "1", Some("1.0")),
            (ScalarKind::Float, "-0", Some("0.0")),
            (ScalarKind::Float, "1E3", Some("1000.0")),
            (ScalarKind::Float, "INF", None),
            (ScalarKind::Bool, "0", Some("false")),
            (ScalarKind::String, " a ", Some(" a ")),
            (ScalarKind::String, "", Some("")),
        ] {
            assert_eq!(canonical(kind, text).as_deref(), expected, "{kind:?} {text:?}");
        }
    }

    #[test]
    fn people_see_where_a_value_ends() {
        let texts = |values: &[&str]| Enumeration::new("", values.iter().map(|&value| value.to_owned()));
        assert_eq!(texts(&[]), None);
        let values = texts(&["a b", "", " a", "a,b", "a b", "\n"]).unwrap();
        assert_eq!(values.to_string(), r#"a b, "", " a", "a,b", "\n""#);
        assert_eq!(told("Which way", &values.named("x")), r#"Which way. One of: a b, "", " a", "a,b", "\n""#);
        let many = Enumeration::new("", (0..25).map(|at| at.to_string())).unwrap();
        assert!(many.to_string().ends_with("18, 19 and 5 more"));
        assert!(many.allows(ScalarKind::Int, &Literal::Int(24)) && !many.allows(ScalarKind::String, &Literal::Int(24)));
    }
}
