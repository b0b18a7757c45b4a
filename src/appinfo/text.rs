//! Texts in attributes and documentation, so that nothing of them is lost on the way through XML and generated code.

use std::borrow::Cow;
use std::fmt::Write;

/// A text as an attribute holds it: `%`, what XML cannot hold or would normalize, and a backslash before `u` are percent-encoded.
pub fn encode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < 0x20 || byte == b'%' || byte == b'\\' || byte == 0xEF) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        if ch == '%' || ch < ' ' || !is_xml(ch) || (ch == '\\' && chars.peek() == Some(&'u')) {
            let mut bytes = [0; 4];
            for byte in ch.encode_utf8(&mut bytes).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(ch);
        }
    }
    Cow::Owned(out)
}

/// The text that [`encode`] encoded; `None` when it is none.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    out.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        out.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        out.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// Documentation as people see it: what XML cannot hold is U+FFFD, carriage returns are as XML would read them, and a backslash before `u`
/// gets a blank behind it, because generated Java has it in comments and javac reads escapes even there.
pub fn shown(doc: &str) -> Cow<'_, str> {
    if !doc.bytes().any(|byte| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == b'\\' || byte == 0xEF) {
        return Cow::Borrowed(doc);
    }
    let mut out = String::with_capacity(doc.len() + 8);
    let mut chars = doc.chars().peekable();
    while let Some(ch) = chars.next() {
        match ch {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            '\\' if chars.peek() == Some(&'u') => out.push_str("\\ "),
            ch if is_xml(ch) => out.push(ch),
            _ => out.push('\u{FFFD}'),
        }
    }
    if out == doc { Cow::Borrowed(doc) } else { Cow::Owned(out) }
}

/// Whether XML 1.0 can hold the character.
pub fn is_xml(ch: char) -> bool {
    !matches!(ch, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{decode, encode, is_xml, shown};

    #[test]
    fn shows_what_code_can_hold() {
        assert_eq!(shown("see core\\user::get\r\n\u{1}"), "see core\\ user::get\n\u{FFFD}");
        assert_eq!(encode("100%\tcore\\user"), "100%25%09core%5Cuser");
        assert_eq!(decode("%4"), None);
        assert_eq!(decode("%é"), None);
    }

    proptest! {
        #[test]
        fn encodes_reversibly(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert!(encoded.chars().all(|ch| is_xml(ch) && ch >= ' '));
            prop_assert!(!encoded.contains("\\u"));
            prop_assert_eq!(decode(&encoded).unwrap(), text.as_str());
            prop_assert!(!shown(&text).contains("\\u"));
        }
    }
}
