//! Tags in texts, and HTML that needs no cleaning.

/// Whether PHP's `strip_tags` would take something away: a `<` that white space does not follow begins a tag.
pub(super) fn has_tag(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| !text[at + 1..].starts_with(is_space))
}

/// White space as PHP and its expressions have it: the vertical tab is some.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}

/// Whether the tags of a text are nothing but parts in several languages: `<span lang="de" class="multilang">...</span>`, or the same
/// with `<lang lang="de">`, one after the other.
pub(super) fn is_multilang(text: &str) -> bool {
    let lang = text.contains("</lang>");
    let close = if lang { "</lang>" } else { "</span>" };
    let mut open = false;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let Some(end) = rest.find('>') else { return false };
        let (tag, after) = rest.split_at(end + 1);
        let fits = match (open, tag == close) {
            (_, true) => open,
            // One blank after the name, where the attributes of a `span` may stand apart as far as they like.
            (_, false) if lang => tag.starts_with("<lang lang") && marks_language(tag, "<lang", 1),
            (_, false) => marks_language(tag, "<span", 2),
        };
        if !fits {
            return false;
        }
        open = tag != close;
        rest = after;
    }
    !open
}

/// A tag with so many attributes, each `lang="..."` or (where there are two) `class="multilang"`.
fn marks_language(tag: &str, begin: &str, attributes: usize) -> bool {
    let Some(mut rest) = tag.strip_prefix(begin).and_then(|rest| rest.strip_suffix('>')) else { return false };
    for _ in 0..attributes {
        let attribute = rest.trim_start_matches(is_space);
        let code = attribute.strip_prefix("lang=\"").and_then(|code| code.split_once('"'));
        let next = match code {
            Some((code, next)) if !code.is_empty() && super::name::only("a-zA-Z0-9_-", code) => Some(next),
            None if attributes == 2 => attribute.strip_prefix("class=\"multilang\""),
            Some(_) | None => None,
        };
        match next {
            Some(next) if attribute.len() < rest.len() => rest = next,
            Some(_) | None => return false,
        }
    }
    rest.chars().all(is_space)
}

/// Elements that cleaning leaves alone in a text.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "audio",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "lang",
    "li",
    "menu",
    "nolink",
    "ol",
    "p",
    "pre",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tex",
    "tfoot",
    "th",
    "thead",
    "track",
    "tr",
    "tt",
    "u",
    "ul",
    "algebra",
    "var",
    "video",
];

/// Elements without content, written `<br />`.
const EMPTY: &[&str] = &["br", "col", "hr", "img", "source", "track"];

/// Why HTML would not come out of cleaning as it went in; `None` when nothing is known against it.
///
/// Moodle has HTML Purifier rewrite the text and compares. That program is not repeated here: this finds what it takes away for safety
/// (elements, event handlers, script in addresses, comments) and the commonest of what it spells in another way (open elements, bare `&`).
pub(super) fn unclean(text: &str) -> Option<String> {
    if !text.contains(['<', '>', '&']) {
        return None;
    }
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&']) {
        let (mark, after) = rest[at..].split_at(1);
        match mark {
            ">" => return Some("holds a `>` that ends no tag".to_owned()),
            "&" => {
                let entity = ["amp;", "lt;", "gt;"].into_iter().find(|entity| after.starts_with(entity));
                let Some(entity) = entity else { return Some("holds a `&` that cleaning would rewrite".to_owned()) };
                rest = &after[entity.len()..];
                continue;
            }
            _ => {}
        }
        let Some(end) = after.find('>') else { return Some("holds a `<` that begins no tag".to_owned()) };
        let (tag, next) = (&after[..end], &after[end + 1..]);
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(last) if last == name => {}
                Some(_) | None => return Some(format!("holds `</{name}>` where another element ends")),
            }
        } else if let Some(why) = unclean_tag(tag, &mut open) {
            return Some(why);
        }
        rest = next;
    }
    open.pop().map(|name| format!("does not close `<{name}>`"))
}

/// Looks at the inside of a start tag, and opens its element.
fn unclean_tag<'t>(tag: &'t str, open: &mut Vec<&'t str>) -> Option<String> {
    let (inner, closed) = tag.strip_suffix(" /").map_or((tag, false), |inner| (inner, true));
    let end = inner.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inner.len());
    let (name, mut attributes) = inner.split_at(end);
    if !ELEMENTS.contains(&name) {
        return Some(format!("holds `<{name}`, which cleaning takes away"));
    }
    if closed != EMPTY.contains(&name) {
        return Some(format!("holds `<{name}>` in another spelling than cleaning has"));
    }
    while !attributes.is_empty() {
        let parts = attributes.strip_prefix(' ').and_then(|text| text.split_once("=\"")).and_then(|(name, text)| {
            let (value, next) = text.split_once('"')?;
            Some((name, value, next))
        });
        let Some((attribute, value, next)) = parts else {
            return Some(format!("holds `<{name}` with attributes in another spelling than cleaning has"));
        };
        if !super::name::only("a-z0-9-", attribute)
            || attribute.starts_with("on")
            || attribute == "id"
            || attribute == "style" && value.contains("expression")
        {
            return Some(format!("holds `{attribute}`, which cleaning takes away"));
        }
        let address = matches!(attribute, "href" | "src" | "cite" | "longdesc" | "background" | "poster" | "action");
        if address && !is_safe_address(value) {
            return Some(format!("holds `{attribute}` with an address that cleaning takes away"));
        }
        attributes = next;
    }
    if name == "img" && !inner.contains(" alt=\"") {
        return Some("holds a picture without `alt`, which cleaning would add".to_owned());
    }
    if !closed {
        open.push(name);
    }
    None
}

/// Whether an address has no scheme, or one that cleaning knows.
fn is_safe_address(value: &str) -> bool {
    const SCHEMES: &[&str] = &["http", "https", "ftp", "irc", "nntp", "news", "rtsp", "rtmp", "teamspeak", "gopher", "mms", "mailto"];
    match value.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => SCHEMES.contains(&scheme),
        Some(_) | None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Moodle 4.5's own cleaning leaves as it is, run on PHP 8.2.
    #[test]
    fn parts_in_several_languages_are_separated_as_moodle_separates_them() {
        for (text, kept) in [
            ("<span lang=\"de\" class=\"multilang\">ja</span><span class=\"multilang\" lang=\"en\" >yes</span>", true),
            ("<span\u{b}lang=\"de\"\u{b}class=\"multilang\"\u{b}>ja</span>", true),
            ("<span\u{c}lang=\"de\"\t\r\nclass=\"multilang\">ja</span>", true),
            ("<span\u{a0}lang=\"de\" class=\"multilang\">ja</span>", false),
            ("<lang lang=\"de\"\u{b}\n>ja</lang>", true),
            ("<span lang=\"de\">ja</span>", false),
            ("<lang lang=\"de\">ja", false),
        ] {
            assert_eq!(is_multilang(text), kept, "{text:?}");
        }
    }
}
