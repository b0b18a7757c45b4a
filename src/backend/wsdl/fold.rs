//! How generators fold names: two XML names that differ may be one name in the code that is made of them.

/// The name as JAXB spells a variable of it (and nearly every other generator of classes a property, but for the case of its first word):
/// words run together, each but the first with a capital letter. A word ends at punctuation, between a letter and a digit, before a
/// capital after a small letter, and before the last capital of a run that a small letter follows. Two fields of one record may not agree
/// in this.
pub(super) fn variable(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len());
    let mut words = 0;
    for (at, &ch) in chars.iter().enumerate() {
        if is_punctuation(ch) {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        let starts_word = before.is_none_or(|before| {
            is_punctuation(before)
                || before.is_ascii_digit() != ch.is_ascii_digit()
                || (before.is_lowercase() && ch.is_uppercase())
                || (before.is_uppercase() && ch.is_uppercase() && after.is_some_and(char::is_lowercase))
        });
        words += usize::from(starts_word);
        match (words, starts_word) {
            (..=1, _) => out.extend(ch.to_lowercase()),
            (_, true) => out.extend(ch.to_uppercase()),
            (_, false) => out.push(ch),
        }
    }
    out
}

/// The name of a class, which some file systems and languages compare without case: no two types or wrapper elements may agree in this.
pub(super) fn class(name: &str) -> String {
    variable(name).to_lowercase()
}

fn is_punctuation(ch: char) -> bool {
    matches!(ch, '_' | '-' | '.' | ':')
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
