//! Addresses and namespaces that stand in artifacts: whether they are what XML and clients can use, and hold nothing that is secret.
//!
//! In: a text of the command line or of the configuration, in which `{service}` stands for a shortname. Out: what is wrong with it.

use crate::report::{Code, Diagnostic};

/// Namespaces that mean something already.
const TAKEN: [&str; 3] = ["http://schemas.xmlsoap.org/", "http://www.w3.org/", "urn:mwsc:"];

/// What is wrong with a target namespace.
pub fn wrong_namespace(text: &str) -> Option<&'static str> {
    let taken = TAKEN.iter().any(|taken| text.starts_with(taken));
    wrong_uri(text).or_else(|| taken.then_some("that namespace is defined elsewhere"))
}

/// What is wrong with an address at which clients are to find something.
pub fn wrong_address(text: &str) -> Option<&'static str> {
    let Some((_, rest)) = text.split_once("://") else { return Some("it is no complete address, such as `https://moodle.example`") };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = rest.split_once('?').map_or_else(String::new, |(_, query)| query.to_ascii_lowercase());
    if host.contains('@') || ["token=", "password=", "sesskey="].iter().any(|secret| query.contains(secret)) {
        return Some(SECRET);
    }
    if host.is_empty() { Some("it names no host") } else { wrong_uri(text) }
}

/// Said of an address that no message may repeat.
const SECRET: &str = "it says who calls, and everybody who has the file could read it";

/// The finding for a text that cannot be `what`.
pub fn finding(what: &str, text: &str, why: &str) -> Diagnostic {
    let shown = if why == SECRET { "an address with secrets".to_owned() } else { format!("`{text}`") };
    Diagnostic::new(Code::C053, format!("{shown} cannot be {what}: {why}"))
}

/// What keeps a text from being an absolute URI. Letters of all languages may stand in it, as XML Schema has it.
fn wrong_uri(text: &str) -> Option<&'static str> {
    let text = text.replace("{service}", "s");
    let Some((scheme, rest)) = text.split_once(':') else { return Some("it is no absolute URI: `urn:` or `https:` is missing") };
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if rest.is_empty() || !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme) {
        return Some("it is no absolute URI");
    }
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
    rest.contains(is_odd).then_some("it holds a character that no URI can hold; of words in braces there is only `{service}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_absolute_uris_of_our_own() {
        for fine in ["urn:moodle:ws:{service}", "http://school.example/{service}#v1", "tag:school.example,2025:x", "urn:escola:ç"] {
            assert_eq!(wrong_namespace(fine), None, "{fine}");
        }
        for bad in
            ["", "x", "urn:", ":x", "1:x", "urn:a b", "urn:a<b", "urn:{servce}", "http://www.w3.org/2001/XMLSchema", "urn:mwsc:schema:1"]
        {
            assert!(wrong_namespace(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn addresses_are_complete_and_hold_no_user() {
        for fine in ["https://moodle.example/soap/{service}", "http://[::1]:8080", "https://x/?a=1&b=2", "https://x/@/y"] {
            assert_eq!(wrong_address(fine), None, "{fine}");
        }
        for bad in ["", "moodle.example", "https://", "https://user:pw@x/", "https://x/a b", "urn:x"] {
            assert!(wrong_address(bad).is_some(), "{bad}");
        }
        for secret in ["https://user:pw@x/", "https://x/webservice/rest/server.php?wsToken=pw"] {
            let why = wrong_address(secret).unwrap();
            assert!(!finding("an endpoint", secret, why).message.contains("pw"), "{secret}");
        }
    }
}
