//! Names that every toolchain accepts, made of names that may be any text. Reversible, decided for each name by itself, and the identity
//! for nearly all names.
//!
//! - A character that may not stand at its place is written `_x2D_` (its code point in hexadecimal), and so is the `_` of a name that
//!   happens to hold such a group. A digit at the start of a field gets `_` before it instead.
//! - A reserved word gets `_` behind it (`_op` as an operation), and so does a name that is a reserved word with that behind it.

use std::borrow::Cow;

use super::reserved::is_reserved;

/// What stands for a name without characters.
const EMPTY: &str = "_x0_";

/// Where a name stands. What is allowed depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A field of a record.
    Field,
    /// A parameter of an operation: a child of its wrapper element, which generators turn into a parameter of a method.
    Param,
    /// An operation, and its wrapper element.
    Operation,
}

/// The emitted name of a source name.
pub(super) fn mangle(name: &str, place: Place) -> Cow<'_, str> {
    unreserved(spell_illegal(name, place), place)
}

fn unreserved(name: Cow<'_, str>, place: Place) -> Cow<'_, str> {
    // wsimport takes `new_` for `new` in an operation, but not in a parameter.
    let suffix = if place == Place::Operation { "_op" } else { "_" };
    if is_reserved(name.trim_end_matches(suffix), place) { Cow::Owned(name.into_owned() + suffix) } else { name }
}

/// The emitted name of a source name where reserved words do no harm.
pub(super) fn legal(name: &str, place: Place) -> Cow<'_, str> {
    spell_illegal(name, place)
}

fn spell_illegal(name: &str, place: Place) -> Cow<'_, str> {
    let digits_at = name.bytes().take_while(|&byte| byte == b'_').count();
    let starts_with_digit = name.as_bytes().get(digits_at).is_some_and(u8::is_ascii_digit);
    let only_underscores = digits_at == name.len();
    let plain = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    if name.chars().all(plain) && !starts_with_digit && !only_underscores && !name.contains("_x") {
        return Cow::Borrowed(name);
    }
    if name.is_empty() {
        return Cow::Borrowed(EMPTY);
    }
    let mut out = String::with_capacity(name.len() + 8);
    if starts_with_digit && place == Place::Field {
        out.push('_');
    }
    for (at, ch) in name.char_indices() {
        let legal = match ch {
            '_' => !only_underscores && name != EMPTY && !looks_spelt(&name[at..]),
            '.' | '-' => place == Place::Field && at > 0,
            '0'..='9' => place == Place::Field || at != digits_at,
            ch => ch.is_ascii_alphabetic(),
        };
        if legal { out.push(ch) } else { spell_char(ch, &mut out) }
    }
    Cow::Owned(out)
}

/// Whether a text begins as a spelt character does: `_x`, two hexadecimal digits in capitals or `u` and six, `_`.
fn looks_spelt(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("_x") else { return false };
    let (rest, count) = rest.strip_prefix('u').map_or((rest, 2), |rest| (rest, 6));
    let digits = rest.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')).count();
    digits == count && rest.as_bytes().get(count) == Some(&b'_')
}

/// Two digits, or `u` and six: .NET takes `_x` with four digits for an escape of its own and undoes it.
fn spell_char(ch: char, out: &mut String) {
    let code = u32::from(ch);
    let spelt = if code < 0x100 { format!("_x{code:02X}_") } else { format!("_xu{code:06X}_") };
    out.push_str(&spelt);
}

/// The name for the second of two names that fold alike at a place.
pub(super) fn apart(name: &str, place: Place) -> String {
    let spelt = spell(name);
    unreserved(Cow::Owned(spelt), place).into_owned()
}

/// A name in which everything but small letters and digits is spelt, so that nothing is left to fold. Two names never agree in it.
pub(super) fn spell(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 16);
    for ch in name.chars() {
        match ch {
            'x' => spell_char(ch, &mut out),
            'a'..='z' | '0'..='9' if !(out.is_empty() && ch.is_ascii_digit()) => out.push(ch),
            ch => spell_char(ch, &mut out),
        }
    }
    if out.is_empty() { EMPTY.to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::super::fold;
    use super::{Place, mangle, spell};

    #[test]
    fn leaves_good_names_alone() {
        for name in ["id", "user_id", "class", "value", "type", "_a", "a_1", "core_x_y", "pos_x1_y"] {
            assert_eq!(mangle(name, Place::Field), name);
        }
        assert_eq!(mangle("a.b-c", Place::Field), "a.b-c");
        assert_eq!(mangle("core_course_get_courses", Place::Operation), "core_course_get_courses");
    }

    #[test]
    fn mangles_what_would_break() {
        for (name, place, mangled) in [
            ("default", Place::Param, "default_"),
            ("Default", Place::Param, "Default_"),
            ("default_", Place::Param, "default__"),
            ("await", Place::Param, "await_"),
            ("enum", Place::Field, "enum_"),
            ("1", Place::Field, "_1"),
            ("_1", Place::Field, "__1"),
            ("1", Place::Param, "_x31_"),
            ("a-b", Place::Param, "a_x2D_b"),
            ("my.op", Place::Operation, "my_x2E_op"),
            ("wait", Place::Operation, "wait_op"),
            ("get_class", Place::Operation, "get_class_op"),
            ("get_class_op", Place::Operation, "get_class_op_op"),
            ("new_", Place::Operation, "new__op"),
            ("", Place::Field, "_x0_"),
            ("_", Place::Field, "_x5F_"),
            ("a b", Place::Field, "a_x20_b"),
            ("a_x20_b", Place::Field, "a_x5F_x20_b"),
            ("\u{20ac}", Place::Field, "_xu0020AC_"),
        ] {
            assert_eq!(mangle(name, place), mangled, "{name} as {place:?}");
        }
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-c_x0-9A-C.-]{0,6}", "(default|enum|wait|class|typeDesc)(_|_op){0,2}", "_{0,3}x[0-9A-F]{0,3}_{0,2}", any::<String>(),]
    }

    proptest! {
        #[test]
        fn two_names_never_become_one(names in prop::collection::vec(name(), 2..40)) {
            for place in [Place::Field, Place::Param, Place::Operation] {
                let mut seen: HashMap<String, &str> = HashMap::new();
                for name in &names {
                    let mangled = mangle(name, place).into_owned();
                    prop_assert!(mangled.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)));
                    prop_assert!(mangled.starts_with(|ch: char| ch == '_' || ch.is_ascii_alphabetic()));
                    prop_assert_eq!(*seen.entry(mangled).or_insert(name), name.as_str());
                }
            }
        }

        #[test]
        fn spelt_names_do_not_fold(names in prop::collection::vec(name(), 2..40)) {
            let mut seen: HashMap<String, &str> = HashMap::new();
            for name in &names {
                prop_assert_eq!(*seen.entry(fold::class(&spell(name))).or_insert(name), name.as_str());
            }
        }
    }
}
