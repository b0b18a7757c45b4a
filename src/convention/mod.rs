//! Conventions of families of web services that no source says: data, loaded from `grammars/`.
//!
//! Front ends, passes and back ends share them, so they are nobody's. What is recognised by a convention is recognised by its shape, in
//! any interface of the same kind.

pub mod former;
pub mod mend;
pub mod profile;

use std::sync::LazyLock;

use indexmap::IndexMap;
use mwsc_contract::Kind;
use serde::Deserialize;

use crate::ir::{ScalarKind, SessionPart};
pub use mend::Mend;
pub use profile::{Profile, Rules};

/// The conventions of one family.
#[derive(Debug, Default)]
pub struct Convention {
    /// Parameters that are credentials.
    pub session: Session,
    /// Which operations only read.
    pub kinds: Kinds,
    /// What arrays are called.
    pub arrays: Arrays,
    /// Types that were published by mistake.
    pub mends: Vec<Mend>,
    /// How WSDLs are spelled, in order.
    pub profiles: Vec<Profile>,
}

/// Which operations only read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// First words of their names.
    pub reading: Vec<String>,
    /// Names of operations that write all the same.
    pub writing: Vec<String>,
}

/// A convention as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    session: Session,
    #[serde(default)]
    kinds: Kinds,
    #[serde(default)]
    arrays: Arrays,
    #[serde(default)]
    mends: Vec<Mend>,
    #[serde(default)]
    profile: IndexMap<String, profile::Written>,
}

impl Convention {
    fn read(text: &str) -> Result<Self, toml::de::Error> {
        let Written { session, kinds, arrays, mends, profile } = toml::from_str(text)?;
        let profiles = profile.iter().map(|(name, written)| written.profile(name, &session)).collect();
        Ok(Convention { session, kinds, arrays, mends, profiles })
    }

    /// The profile of a name.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }
}

const OKTECH: &str = include_str!("../../grammars/oktech.toml");

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
    /// The operation that opens a session.
    #[serde(default)]
    pub opens: String,
    /// The operation that closes one.
    #[serde(default)]
    pub closes: String,
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
    // A test reads the file, so it is never the default.
    static READ: LazyLock<Convention> = LazyLock::new(|| Convention::read(OKTECH).unwrap_or_default());
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_read() {
        let read = Convention::read(OKTECH);
        assert!(read.is_ok(), "{read:?}");
        assert_eq!(oktech().session.parts.len(), 2);
    }

    #[test]
    fn parts_and_fields_are_words() {
        let text = r#"
            session.parts = [{ name = "key", kind = "string", part = "key" }]
            [profile.p]
            about = "p"
            namespace = "urn:p"
            wrappers = { listReturn = "items" }
            operations.get_a = { parts = "* id:string=number floor:int= many@listInput", gives = "listReturn", request = "one" }
            records.row = "a b:long c?"
            [profile.p.rules]
            service = "p"
            path = "/p"
            action = "{operation}"
            wsdl = "/p?wsdl"
            download = ""
            request = "{operation}Request"
            response = "{operation}Response"
            result = "return"
            wrapped = true
            sorted = false
            documented = true
            generated = false
            arrays = [["Datum", "Data"], ["", "s"]]
        "#;
        let read = Convention::read(text).unwrap();
        let profile = read.profile("p").unwrap();
        let op = &profile.spelling.operations["get_a"];
        let shown: Vec<_> =
            op.parts.iter().flatten().map(|part| (part.name.as_str(), part.carries.as_deref(), part.xsd.as_deref())).collect();
        assert_eq!(
            shown,
            [
                ("key", Some("key"), None),
                ("id", Some("number"), Some("string")),
                ("floor", None, Some("int")),
                ("many", Some("many"), None)
            ]
        );
        assert_eq!(op.result.as_ref().and_then(|part| part.wrapper.as_deref()), Some("listReturn"));
        let row = &profile.spelling.records["row"];
        assert_eq!((row.order.len(), row.xsd["b"].as_str(), row.nillable.as_deref()), (3, "long", Some(&["c".to_owned()][..])));
        assert_eq!((profile.rules.array("userDatum"), profile.rules.array("x")), ("userData".to_owned(), "xs".to_owned()));
        assert_eq!(profile.rules.items("userData").collect::<Vec<_>>(), ["userDatum"]);
    }
}
