//! URLs and hosts. Moodle takes `http`, `https` and `ftp`, no user and no password; every part may be missing.

use super::name::only;
use crate::site::Site;

/// A URL, absolute or relative.
pub(super) fn is_url(text: &str) -> bool {
    let rest = without_scheme(text).unwrap_or(text);
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(at);
    is_authority(authority) && is_tail(tail)
}

/// A URL that does not lead away from the site, as far as its address is known.
pub(super) fn is_local(text: &str, site: &Site) -> bool {
    if !is_url(text) {
        return false;
    }
    if text.starts_with('/') {
        return true;
    }
    if without_scheme(text).is_some() {
        return site.leads_to(text) != Some(false);
    }
    // What is relative has a path, and no scheme hidden in it.
    is_tail(&format!("/{text}")) && !runs_script(&decoded(text).to_ascii_lowercase())
}

/// A host name as the DNS has it, or an IPv4 address in four numbers.
pub(super) fn is_host(text: &str) -> bool {
    const LONGEST: usize = 253;
    const LABEL: usize = 63;
    let name = text.trim_end_matches('.');
    name.len() <= LONGEST && is_domain(name, LABEL) || text.parse::<std::net::Ipv4Addr>().is_ok()
}

fn without_scheme(text: &str) -> Option<&str> {
    ["http://", "https://", "ftp://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

fn is_authority(text: &str) -> bool {
    const LABEL: usize = 64;
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let numbered = |port: &str| (1..=5).contains(&port.len()) && only("0-9", port) && port.parse::<u32>().is_ok_and(|port| port <= 0xffff);
    (host.is_empty() || is_domain(host, LABEL) || is_dotted(host)) && port.is_none_or(numbered)
}

/// Labels of letters, digits and inner hyphens. The last one begins with a letter and may have any length.
fn is_domain(text: &str, label: usize) -> bool {
    let (first, last) = text.rsplit_once('.').map_or((None, text), |(first, last)| (Some(first), last));
    let sound = |part: &str| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && only("a-zA-Z0-9-", part);
    let short = |part: &str| sound(part) && part.len() <= label;
    first.is_none_or(|first| first.split('.').all(short)) && sound(last) && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Four numbers up to 255, leading zeros allowed.
fn is_dotted(text: &str) -> bool {
    let number = |part: &str| (1..=3).contains(&part.len()) && only("0-9", part) && part.parse::<u16>().is_ok_and(|part| part <= 255);
    text.split('.').count() == 4 && text.split('.').all(number)
}

/// Path, query and fragment, or less. Nothing is between two `/` of a path, and a `;` stands before something.
fn is_tail(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let path_fits = path.is_empty()
        || path.strip_prefix('/').is_some_and(|path| {
            let sound = !path.starts_with('/') && !["//", ";/", ";;"].iter().any(|pair| path.contains(pair)) && !path.ends_with(';');
            sound && is_escaped(path, "a-zA-Z0-9_.!~*'():@&=+$,;/-")
        });
    let rest_fits = [query, fragment].into_iter().flatten().all(|part| is_escaped(part, "a-zA-Z0-9_.!~*'();/?:@&=+$,-"));
    path_fits && rest_fits
}

/// Characters of a class, and `%` with two hexadecimal digits.
fn is_escaped(text: &str, class: &str) -> bool {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default();
    let escape = |part: &str| {
        let digits = part.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) && part.get(2..).is_some_and(|rest| only(class, rest))
    };
    only(class, first) && parts.all(escape)
}

/// With `%XX` undone, bytes that are no text replaced.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                out.push(code);
                rest = &after[2..];
            }
            (byte, _) => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `javascript:`, or that word and later `//:` on the same line.
fn runs_script(lower: &str) -> bool {
    lower.match_indices("javascript").any(|(at, word)| {
        let rest = &lower[at + word.len()..];
        rest.starts_with(':') || rest.split('\n').next().is_some_and(|line| line.contains("//:"))
    })
}
