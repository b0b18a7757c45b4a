//! Namespaces as numbers, and names in them.

use std::fmt;

use rustc_hash::FxHashMap;

use crate::appinfo;

/// A namespace: its number in [`Spaces`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Space(u32);

impl Space {
    /// No namespace.
    pub(super) const NONE: Space = Space(0);
    /// That of a prefix which nothing declares.
    pub(super) const UNKNOWN: Space = Space(1);
    /// WSDL 1.1.
    pub(super) const WSDL: Space = Space(2);
    /// XML Schema.
    pub(super) const XSD: Space = Space(3);
    /// What mwsc says.
    pub(super) const MWSC: Space = Space(4);
    /// The binding of SOAP 1.1.
    pub(super) const SOAP: Space = Space(5);
    /// The binding of SOAP 1.2.
    pub(super) const SOAP12: Space = Space(6);
    /// The encoding of SOAP 1.1.
    pub(super) const ENC: Space = Space(7);
    /// The encoding of SOAP 1.2.
    pub(super) const ENC12: Space = Space(8);
    /// The types of Apache SOAP.
    pub(super) const APACHE: Space = Space(9);

    /// Whether everybody knows what is in it, so that no file need say so.
    pub(super) fn is_known(self) -> bool {
        (Space::WSDL.0..=Space::APACHE.0).contains(&self.0)
    }

    /// Whether it is an encoding of SOAP.
    pub(super) fn is_encoding(self) -> bool {
        self == Space::ENC || self == Space::ENC12
    }
}

/// The namespaces that have a constant, in the order of their numbers.
const KNOWN: [&str; 10] = [
    "",
    "?",
    "http://schemas.xmlsoap.org/wsdl/",
    "http://www.w3.org/2001/XMLSchema",
    appinfo::NAMESPACE,
    "http://schemas.xmlsoap.org/wsdl/soap/",
    "http://schemas.xmlsoap.org/wsdl/soap12/",
    "http://schemas.xmlsoap.org/soap/encoding/",
    "http://www.w3.org/2003/05/soap-encoding",
    "http://xml.apache.org/xml-soap",
];

/// Attributes of WSDL and XSD whose values are names.
pub(super) const NAMES: &[&str] = &["type", "element", "message", "binding", "base", "ref", "arrayType", "itemType", "substitutionGroup"];

/// The namespaces of the documents that are read together.
#[derive(Debug)]
pub(super) struct Spaces {
    names: Vec<String>,
    numbers: FxHashMap<String, u32>,
}

impl Default for Spaces {
    fn default() -> Self {
        let mut spaces = Spaces { names: Vec::new(), numbers: FxHashMap::default() };
        for name in KNOWN {
            spaces.number(name);
        }
        spaces
    }
}

impl Spaces {
    /// The number of a namespace.
    pub(super) fn number(&mut self, name: &str) -> Space {
        if let Some(&known) = self.numbers.get(name) {
            return Space(known);
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Space(number)
    }

    /// The namespace of a number.
    pub(super) fn name(&self, space: Space) -> &str {
        self.names.get(space.0 as usize).map_or("", String::as_str)
    }
}

/// A name in a namespace.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Name<'t> {
    pub(super) space: Space,
    pub(super) local: &'t str,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.local)
    }
}
