//! Names of record types: where a structure comes from, and the path of keys inside it.
//!
//! Decided for each construction by itself and never by comparing it with others, so adding a function, a field or a plugin renames nothing.

use std::fmt;

/// Class of the records that are the entries of a map with any keys: `key` and `value`.
pub const MAP_ENTRY: &str = "apache:Map";

/// Name of a record type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeName {
    /// What describes the structure.
    pub base: NameBase,
    /// Keys from there to the structure, outermost first; items of lists add nothing.
    pub path: Vec<String>,
}

/// What describes a structure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameBase {
    /// A class of its own: a subclass of a description class (`external_warnings`), an OK Tech record. Full name, no leading backslash.
    Class(String),
    /// A static method called without arguments whose result was not changed afterwards: class it was called on, method.
    /// For an exporter the method says the form (`get_read_structure`).
    Method(String, String),
    /// The parameters of an operation.
    Params(String),
    /// The result of an operation.
    Result(String),
}

impl TypeName {
    /// The structure itself, no path yet.
    pub fn new(base: NameBase) -> Self {
        TypeName { base, path: Vec::new() }
    }

    /// A few characters by which a person recognises a structure that has an origin of its own (`post`, `post.author`, `fetch::returns`);
    /// `None` for one that only its place names. Not unique.
    pub fn short(&self) -> Option<String> {
        let last = |class: &str| class.rsplit('\\').next().unwrap_or_default().to_owned();
        let base = match &self.base {
            NameBase::Class(class) => last(class),
            NameBase::Method(class, method) => {
                match method.strip_suffix("_structure").map(|rest| rest.strip_prefix("get_").unwrap_or(rest)) {
                    // `get_read_structure` says what for; the class says what it is.
                    Some("read" | "create" | "update" | "") => last(class),
                    Some(thing) => thing.to_owned(),
                    None => format!("{}::{method}", last(class)),
                }
            }
            NameBase::Params(_) | NameBase::Result(_) => return None,
        };
        Some(self.path.iter().fold(base, |text, key| text + "." + key))
    }

    /// The structure under `key` of this one.
    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        TypeName { base: self.base.clone(), path }
    }
}

impl fmt::Display for TypeName {
    /// For people and dumps: `core_course_get_courses:params.courses`, `core_competency\external\plan_exporter::get_read_structure`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.base {
            NameBase::Class(class) => write!(f, "{class}")?,
            NameBase::Method(class, method) => write!(f, "{class}::{method}")?,
            NameBase::Params(operation) => write!(f, "{operation}:params")?,
            NameBase::Result(operation) => write!(f, "{operation}:result")?,
        }
        self.path.iter().try_for_each(|key| write!(f, ".{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_say_what_it_is() {
        let method = |class: &str, method: &str| TypeName::new(NameBase::Method(class.into(), method.into())).short();
        assert_eq!(method("a\\post", "get_read_structure").as_deref(), Some("post"));
        assert_eq!(method("a_external", "get_member_structure").as_deref(), Some("member"));
        assert_eq!(method("a\\fetch", "execute_returns").as_deref(), Some("fetch::execute_returns"));
        assert_eq!(TypeName::new(NameBase::Class("a\\b".into())).child("k").short().as_deref(), Some("b.k"));
        assert_eq!(TypeName::new(NameBase::Params("f".into())).short(), None);
    }
}
