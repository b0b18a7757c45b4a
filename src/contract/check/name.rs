//! Names: what Moodle lets components, plugins, people, tags and time zones be called.

use super::is_blank;

/// Whether a text holds ASCII characters of a class alone. The class is written as in a regular expression, without escapes: `a-z0-9_-`.
pub(super) fn only(class: &str, text: &str) -> bool {
    let mut allowed = [false; 128];
    let class = class.as_bytes();
    let mut at = 0;
    while let Some(&first) = class.get(at) {
        let last = match class.get(at + 1..at + 3) {
            Some(&[b'-', last]) => last,
            _ => first,
        };
        (first..=last).filter(u8::is_ascii).for_each(|byte| allowed[usize::from(byte)] = true);
        at += if last == first { 1 } else { 3 };
    }
    text.bytes().all(|byte| allowed.get(usize::from(byte)).is_some_and(|&allowed| allowed))
}

/// A component in frankenstyle. A name of a module has no `_` of its own.
pub(super) fn is_component(text: &str) -> bool {
    let sound = |part: &str| is_lower_name(part) && part.len() >= 2;
    match text.split_once('_') {
        None => sound(text),
        Some((kind, name)) => is_lower_name(kind) && sound(name) && !text.contains("__") && !(kind == "mod" && name.contains('_')),
    }
}

/// A plugin's name. Two `_` in a row are for what Moodle makes of names, except behind the first character.
pub(super) fn is_plugin(text: &str) -> bool {
    is_lower_name(text) && text.len() >= 2 && !text.get(2..).is_some_and(|rest| rest.contains("__"))
}

/// Small letters, digits and `_`; begins with a letter and does not end with `_`.
fn is_lower_name(text: &str) -> bool {
    only("a-z0-9_", text) && text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('_')
}

/// A component's folder, `/`, its name, `:`, what is allowed.
pub(super) fn is_capability(text: &str) -> bool {
    let parts = text.split_once(':').and_then(|(component, what)| Some((component.split_once('/')?, what)));
    parts.is_some_and(|((kind, name), what)| [kind, name, what].iter().all(|part| !part.is_empty() && only("a-zA-Z0-9_-", part)))
}

pub(super) fn is_string_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && only("a-zA-Z0-9.:/_-", text)
}

pub(super) fn is_username(text: &str) -> bool {
    only("a-z0-9._@-", text)
}

/// A tag: no control characters and none of `<>` and the backquote, at most 255 characters, no white space but single blanks inside.
pub(super) fn is_tag(text: &str) -> bool {
    const MOST: usize = 255;
    let bad = |c: char| c.is_control() || matches!(c, '<' | '>' | '`') || (c.is_whitespace() && c != ' ');
    !text.contains(bad) && !text.contains("  ") && text.trim_matches(is_blank) == text && text.chars().count() <= MOST
}

/// An offset in hours (`-13` to `+13` with a half up to 12), `99`, or a name such as `Europe/Paris`.
pub(super) fn is_timezone(text: &str) -> bool {
    text == "99" || is_offset(text) || is_zone(text)
}

fn is_offset(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (hours, part) = unsigned.split_once('.').map_or((unsigned, None), |(hours, part)| (hours, Some(part)));
    let whole = match hours.as_bytes() {
        [b'0'..=b'9'] | [b'0', b'0'..=b'9'] => 9,
        [b'1', digit @ b'0'..=b'3'] => 10 + (digit - b'0'),
        _ => return false,
    };
    match part {
        None | Some("0") => true,
        Some("5") => whole <= 12,
        Some(_) => false,
    }
}

/// Letters and digits, then letters, `_` and `-` with single `/` between them.
fn is_zone(text: &str) -> bool {
    let head = text.rfind(|c: char| c.is_ascii_digit()).map_or(1, |at| at + 1);
    let Some((head, tail)) = text.split_at_checked(head) else { return false };
    let separated = !tail.is_empty() && !tail.contains("//") && !tail.ends_with('/');
    head.bytes().all(|byte| byte.is_ascii_alphanumeric()) && separated && only("a-zA-Z_/-", tail)
}
