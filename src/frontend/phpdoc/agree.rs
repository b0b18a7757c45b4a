//! Whether what a comment says of a type can be true of the type that PHP enforces.

use super::scalars::{self, Word};
use super::spelling::Spelling;
use crate::ir::ScalarKind;

/// Kinds of values that a type admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kinds(u8);

impl Kinds {
    const NULL: Kinds = Kinds(1);
    const BOOL: Kinds = Kinds(2);
    const INT: Kinds = Kinds(4);
    const FLOAT: Kinds = Kinds(8);
    const TEXT: Kinds = Kinds(16);
    const ARRAY: Kinds = Kinds(32);
    const OBJECT: Kinds = Kinds(64);
    const ANY: Kinds = Kinds(127);

    fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    fn holds(self, other: Kinds) -> bool {
        self.0 & other.0 == other.0
    }

    fn without_null(self) -> Kinds {
        Kinds(self.0 & !Kinds::NULL.0)
    }
}

/// How a tag and a declaration differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// PHP rejects, or never gives, values that the tag names.
    Kind,
    /// The tag permits null and PHP does not.
    Null,
}

/// Compares a tag with the declaration beside it. The tag may say more, never otherwise.
pub(super) fn compare(tag: &Spelling, declared: &Spelling) -> Option<Difference> {
    let (tag, declared) = (kinds(tag), kinds(declared));
    // PHP takes an integer for a float.
    let declared = if declared.holds(Kinds::FLOAT) { declared.or(Kinds::INT) } else { declared };
    if !declared.holds(tag.without_null()) {
        return Some(Difference::Kind);
    }
    (!declared.holds(tag)).then_some(Difference::Null)
}

fn kinds(spelling: &Spelling) -> Kinds {
    match spelling {
        Spelling::Text(_) => Kinds::TEXT,
        Spelling::Number(_) => Kinds::INT,
        Spelling::Fraction(_) => Kinds::FLOAT,
        Spelling::Nullable(inner) => kinds(inner).or(Kinds::NULL),
        Spelling::Union(members) => members.iter().fold(Kinds(0), |all, member| all.or(kinds(member))),
        // An iterable object is no array, and what implements two interfaces is an object.
        Spelling::Intersection(_) => Kinds::OBJECT,
        Spelling::List(_) | Spelling::Map(_) | Spelling::Shape(_) => Kinds::ARRAY,
        Spelling::Callable => Kinds::ANY,
        Spelling::Name(name) | Spelling::Generic(name, _) => of_word(name),
    }
}

fn of_word(name: &str) -> Kinds {
    match scalars::word(name) {
        Some(Word::Scalar(scalar)) => match scalar.kind {
            ScalarKind::Bool => Kinds::BOOL,
            ScalarKind::Int => Kinds::INT,
            ScalarKind::Float => Kinds::FLOAT,
            ScalarKind::String => Kinds::TEXT,
        },
        Some(Word::Vague(_)) if name.eq_ignore_ascii_case("object") || name.to_ascii_lowercase().contains("date") => Kinds::OBJECT,
        Some(Word::Vague(_) | Word::Unsendable) => Kinds::ANY,
        Some(Word::Untyped) if name.eq_ignore_ascii_case("iterable") => Kinds::ARRAY.or(Kinds::OBJECT),
        Some(Word::Untyped) => Kinds::ARRAY,
        Some(Word::Null | Word::Nothing) => Kinds::NULL,
        None if name.contains("::") => Kinds::ANY,
        Some(Word::Itself) | None => Kinds::OBJECT,
    }
}
