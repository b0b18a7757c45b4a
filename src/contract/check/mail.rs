//! E-mail addresses as PHP's `FILTER_VALIDATE_EMAIL` takes them: an address of RFC 5321 without comments, whose domain has a dot.

use super::name::only;

pub(super) fn is_email(text: &str) -> bool {
    const LONGEST: usize = 254;
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    text.len() <= LONGEST && is_local_part(local) && (is_domain(domain) || is_literal(domain))
}

/// Words with dots between them; a word is an atom or quoted.
fn is_local_part(text: &str) -> bool {
    const LONGEST: usize = 64;
    let mut rest = text;
    loop {
        let Some(after) = word(rest) else { return false };
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.is_empty() && text.len() <= LONGEST,
        }
    }
}

/// What follows the first word.
fn word(text: &str) -> Option<&str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))).unwrap_or(text.len());
        return (end > 0).then(|| &text[end..]);
    };
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped && c.is_ascii() => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(&quoted[at + 1..]),
            // Control characters are allowed but for NUL, tab, line feed and carriage return; blanks are not.
            '\u{1}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '!' | '#'..='[' | ']'..='\u{7f}' => {}
            _ => return None,
        }
    }
    None
}

/// Labels of up to 63 letters, digits and inner hyphens, two or more; the last one begins with a letter.
fn is_domain(text: &str) -> bool {
    let label = |part: &str| (1..=63).contains(&part.len()) && !part.starts_with('-') && !part.ends_with('-') && only("a-zA-Z0-9-", part);
    text.rsplit_once('.').is_some_and(|(_, last)| last.starts_with(|c: char| c.is_ascii_alphabetic())) && text.split('.').all(label)
}

/// An IP address in brackets.
fn is_literal(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else { return false };
    match inner.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => address.parse::<std::net::Ipv6Addr>().is_ok(),
        Some(_) | None => inner.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}
