//! Names of records as attributes: what describes the structure, and the path of keys from there.

use std::borrow::Cow;

use super::text;
use crate::ir::{NameBase, TypeName};

/// Attributes of a `record`.
pub mod attr {
    /// A class, alone or with [`METHOD`].
    pub const CLASS: &str = "class";
    /// The static method that describes it.
    pub const METHOD: &str = "method";
    /// The operation whose parameters they are.
    pub const PARAMS: &str = "params";
    /// The operation whose result it is.
    pub const RESULT: &str = "result";
    /// Keys, joined by `/`. Missing when there is none.
    pub const PATH: &str = "path";
}

/// A name as attributes, in the order in which they are written.
pub fn to_attributes(name: &TypeName) -> Vec<(&'static str, Cow<'_, str>)> {
    let mut out = match &name.base {
        NameBase::Class(class) => vec![(attr::CLASS, text::encode(class))],
        NameBase::Method(class, method) => vec![(attr::CLASS, text::encode(class)), (attr::METHOD, text::encode(method))],
        NameBase::Params(operation) => vec![(attr::PARAMS, text::encode(operation))],
        NameBase::Result(operation) => vec![(attr::RESULT, text::encode(operation))],
    };
    if !name.path.is_empty() {
        let keys: Vec<String> = name.path.iter().map(|key| text::encode(key).replace('/', "%2F")).collect();
        out.push((attr::PATH, Cow::Owned(keys.join("/"))));
    }
    out
}

/// The name that attributes hold; `None` when they hold none.
pub fn from_attributes<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<TypeName> {
    let owned = |key: &str| get(key).map(|value| text::decode(value).map(Cow::into_owned));
    let base = match (owned(attr::CLASS), owned(attr::METHOD), owned(attr::PARAMS), owned(attr::RESULT)) {
        (Some(class), None, None, None) => NameBase::Class(class?),
        (Some(class), Some(method), None, None) => NameBase::Method(class?, method?),
        (None, None, Some(operation), None) => NameBase::Params(operation?),
        (None, None, None, Some(operation)) => NameBase::Result(operation?),
        _ => return None,
    };
    let path = match get(attr::PATH) {
        None => Vec::new(),
        Some(path) => path.split('/').map(|key| text::decode(key).map(Cow::into_owned)).collect::<Option<_>>()?,
    };
    Some(TypeName { base, path })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{from_attributes, to_attributes};
    use crate::ir::{NameBase, TypeName};

    fn base() -> impl Strategy<Value = NameBase> {
        (any::<String>(), any::<String>(), 0..4u8).prop_map(|(a, b, kind)| match kind {
            0 => NameBase::Class(a),
            1 => NameBase::Method(a, b),
            2 => NameBase::Params(a),
            _ => NameBase::Result(a),
        })
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(base in base(), path in prop::collection::vec(any::<String>(), 0..4)) {
            let name = TypeName { base, path };
            let attributes = to_attributes(&name);
            let get = |key: &str| attributes.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_ref());
            prop_assert_eq!(from_attributes(get), Some(name));
        }
    }
}
