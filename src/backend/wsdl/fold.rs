//! How generators fold names: two XML names that differ may be one name in the code that is made of them.

/// The name as JAXB spells a variable of it (and nearly every other generator of classes a property, but for the case of its first word):
/// words run together, each but the first with a capital letter. A word ends at punctuation, between a letter and a digit, before a
/// capital after a small letter, and before the last capital of a run that a small letter follows. Two fields of one record may not agree
/// in this.
///
/// Emitted names are ASCII; every other byte counts as a small letter.
pub(super) fn variable(name: &str) -> String {
    let mut out = Vec::with_capacity(name.len());
    let mut words = 0;
    let (mut before, mut rest) = (b'_', name.as_bytes());
    while let Some((&ch, after)) = rest.split_first() {
        rest = after;
        if !is_punctuation(ch) {
            let starts_word = is_punctuation(before)
                || before.is_ascii_digit() != ch.is_ascii_digit()
                || (ch.is_ascii_uppercase() && (!before.is_ascii_uppercase() || after.first().is_some_and(u8::is_ascii_lowercase)));
            words += usize::from(starts_word);
            out.push(match (words, starts_word) {
                (..=1, _) => ch.to_ascii_lowercase(),
                (_, true) => ch.to_ascii_uppercase(),
                (_, false) => ch,
            });
        }
        before = ch;
    }
    // Only ASCII punctuation was taken away, so what was text still is.
    String::from_utf8(out).unwrap_or_default()
}

/// The name of a class, which some file systems and languages compare without case: no two types or wrapper elements may agree in this.
pub(super) fn class(name: &str) -> String {
    variable(name).to_ascii_lowercase()
}

fn is_punctuation(ch: u8) -> bool {
    matches!(ch, b'_' | b'-' | b'.' | b':')
}

#[cfg(test)]
mod tests {
    use super::{class, variable};

    #[test]
    fn folds_as_jaxb_does() {
        for (name, folded) in [
            ("user_id", "userId"),
            ("userId", "userId"),
            ("userid", "userid"),
            ("userID", "userID"),
            ("Address", "address"),
            ("address", "address"),
            ("f1_b", "f1B"),
            ("URLPath", "urlPath"),
            ("url.path", "urlPath"),
            ("_1", "1"),
            ("URL", "url"),
            ("", ""),
        ] {
            assert_eq!(variable(name), folded, "{name}");
        }
        assert_eq!(class("core_User"), class("CoreUser"));
    }
}
