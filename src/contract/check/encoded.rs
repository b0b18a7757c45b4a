//! Base 64 and certificates.

use super::name::only;

/// Lines of 64 characters, the last one may be shorter. (Moodle takes `0` for nothing.)
pub(super) fn is_base64(text: &str) -> bool {
    const LINE: usize = 64;
    let mut lines = text.split('\n').peekable();
    let mut sound = text != "0";
    while let Some(line) = lines.next() {
        let length = if lines.peek().is_some() { line.len() == LINE } else { (1..=LINE).contains(&line.len()) };
        sound = sound && length && only("a-zA-Z0-9_/+=", line);
    }
    sound
}

/// One certificate, each of its three parts on lines of its own.
pub(super) fn is_pem(text: &str) -> bool {
    let body = text.strip_prefix("-----BEGIN CERTIFICATE-----\n").and_then(|text| text.strip_suffix("\n-----END CERTIFICATE-----\n"));
    body.is_some_and(is_base64)
}
