//! Conventions of families of web services that no source says: data, loaded from `grammars/`.
//!
//! Front ends, passes and back ends share them, so they are nobody's. What is recognised by a convention is recognised by its shape, in
//! any interface of the same kind.

use std::sync::LazyLock;

use mwsc_contract::Kind;
use serde::Deserialize;

use crate::ir::{ScalarKind, SessionPart};

/// The conventions of one family.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convention {
    /// Parameters that are credentials.
    #[serde(default)]
    pub session: Session,
    /// What arrays are called.
    #[serde(default)]
    pub arrays: Arrays,
}

/// What arrays are called.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrays {
    /// The end of an array's name, and what stands there in the name of an item.
    pub names: Vec<(String, String)>,
}

/// Which parameters carry the caller's session.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The leading parameters of an operation that needs a session, in order.
    pub parts: Vec<Part>,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub name: String,
    kind: Kind,
    /// What it carries.
    pub part: SessionPart,
}

impl Part {
    /// The kind of its scalar.
    pub fn kind(&self) -> ScalarKind {
        match self.kind {
            Kind::Bool => ScalarKind::Bool,
            Kind::Int => ScalarKind::Int,
            Kind::Float => ScalarKind::Float,
            Kind::String => ScalarKind::String,
        }
    }
}

/// Those of the OK Tech web services.
pub fn oktech() -> &'static Convention {
    static OKTECH: LazyLock<Convention> = LazyLock::new(|| {
        // A test reads the file, so it is never the default.
        toml::from_str(include_str!("../../grammars/oktech.toml")).unwrap_or_default()
    });
    &OKTECH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_read() {
        let read: Result<Convention, _> = toml::from_str(include_str!("../../grammars/oktech.toml"));
        assert!(read.is_ok(), "{read:?}");
        assert_eq!(oktech().session.parts.len(), 2);
    }
}
