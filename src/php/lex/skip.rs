//! Finding ends: of comments, strings, heredocs, inline HTML, and of whole blocks that nobody has asked for.

use memchr::{memchr, memchr2, memchr3, memmem};

use super::{T, begins_word, byte, is_word, word_end};

/// How deep `"{$a["{$b["…` may go. Each level is scanned once more, so this also bounds the work.
const MAX_NEST: u32 = 16;

/// Past a `//` or `#` comment: before its line end, or before the `?>` that ends it.
pub fn line(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr3(b'\n', b'\r', b'?', &text[at..]) {
        at += found;
        if text[at] != b'?' || byte(text, at + 1) == b'>' {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Past the `*/` of the comment that begins at `start`.
pub fn comment(text: &[u8], start: usize) -> Option<usize> {
    memmem::find(&text[start + 2..], b"*/").map(|found| start + found + 4)
}

/// Past the next opening tag, from a `?>` or the start of the file.
pub fn html(text: &[u8], start: usize) -> (T, usize) {
    let mut at = start;
    while let Some(found) = memmem::find(&text[at..], b"<?") {
        at += found + 2;
        if byte(text, at) == b'=' {
            return (T::HtmlEcho, at + 1);
        }
        let after = at + 3;
        if text.get(at..after).is_some_and(|tag| tag.eq_ignore_ascii_case(b"php"))
            && (after == text.len() || byte(text, after).is_ascii_whitespace())
        {
            return (T::Html, after);
        }
    }
    (T::Html, text.len())
}

/// Past the quote that ends a single-quoted string; `from` is past the one that begins it.
pub fn single(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr2(b'\'', b'\\', text.get(at..)?)?;
        if text[at] == b'\'' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The same for `"` and `` ` ``, with what is inside: nothing special, escapes, or variables.
pub fn double(text: &[u8], from: usize, quote: u8, nest: u32) -> Option<(T, usize)> {
    let mut kind = T::Plain;
    let mut at = from;
    loop {
        let found = at + memchr3(quote, b'\\', b'$', text.get(at..)?)?;
        if text[found] == quote {
            return Some((kind, found + 1));
        }
        if text[found] == b'\\' {
            if kind == T::Plain {
                kind = T::Escaped;
            }
            at = found + 2;
            continue;
        }
        let (end, variable) = variable(text, at, found, nest)?;
        if variable {
            kind = T::Template;
        }
        at = end;
    }
}

/// Past the `{$…}`, `${…}` or `$` whose `$` is at `dollar`, and whether it is a variable. `from` is where unescaped text begins.
fn variable(text: &[u8], from: usize, dollar: usize, nest: u32) -> Option<(usize, bool)> {
    let second = byte(text, dollar + 1);
    if second == b'{' {
        Some((block(text, dollar + 1, nest + 1)?, true))
    } else if dollar > from && text[dollar - 1] == b'{' && (begins_word(second) || second == b'$') {
        Some((block(text, dollar - 1, nest + 1)?, true))
    } else {
        Some((dollar + 1, begins_word(second)))
    }
}

/// A heredoc or nowdoc, taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Heredoc {
    /// First byte of the text.
    pub from: usize,
    /// Past the text, which does not include the line end in front of the closing label.
    pub to: usize,
    /// Past the closing label.
    pub end: usize,
    /// Blanks in front of the closing label, which are taken off every line.
    pub indent: usize,
    /// Without escapes and variables.
    pub nowdoc: bool,
}

/// The label of a heredoc that begins at `start`, whether it is a nowdoc, and where its text begins.
pub fn heredoc_label(text: &[u8], start: usize) -> Option<(&[u8], bool, usize)> {
    let mut at = start + 3;
    while matches!(byte(text, at), b' ' | b'\t') {
        at += 1;
    }
    let quote = byte(text, at);
    let quoted = matches!(quote, b'\'' | b'"');
    at += usize::from(quoted);
    if !begins_word(byte(text, at)) {
        return None;
    }
    let end = word_end(text, at);
    let label = &text[at..end];
    if quoted && byte(text, end) != quote {
        return None;
    }
    let after = end + usize::from(quoted);
    let from = match (byte(text, after), byte(text, after + 1)) {
        (b'\r', b'\n') => after + 2,
        (b'\r' | b'\n', _) => after + 1,
        _ => return None,
    };
    Some((label, quote == b'\'', from))
}

/// The heredoc whose `<<<` is at `start`; `None` when it is not one or has no end.
pub fn heredoc(text: &[u8], start: usize, nest: u32) -> Option<Heredoc> {
    let (label, nowdoc, from) = heredoc_label(text, start)?;
    let mut line = from;
    loop {
        let mut at = line;
        while matches!(byte(text, at), b' ' | b'\t') {
            at += 1;
        }
        if text[at..].starts_with(label) && !is_word(byte(text, at + label.len())) {
            let mut to = line;
            if to > from && text[to - 1] == b'\n' {
                to -= 1;
            }
            if to > from && text[to - 1] == b'\r' {
                to -= 1;
            }
            return Some(Heredoc { from, to, end: at + label.len(), indent: at - line, nowdoc });
        }
        line = if nowdoc { line_end(text, line)? } else { template_line_end(text, line, nest)? };
    }
}

fn line_end(text: &[u8], from: usize) -> Option<usize> {
    memchr(b'\n', text.get(from..)?).map(|found| from + found + 1)
}

/// Past the line end that is not inside a `{$…}`.
fn template_line_end(text: &[u8], from: usize, nest: u32) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr3(b'\n', b'\\', b'$', text.get(at..)?)?;
        match text[found] {
            b'\n' => return Some(found + 1),
            b'\\' if byte(text, found + 1) == b'\n' => return Some(found + 2),
            b'\\' => at = found + 2,
            _ => at = variable(text, at, found, nest)?.0,
        }
    }
}

/// Bytes at which [`block`] stops and looks.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut at = 0;
    while at < 256 {
        stops[at] = matches!(at as u8, b'{' | b'}' | b'\'' | b'"' | b'`' | b'/' | b'#' | b'<' | b'?');
        at += 1;
    }
    stops
};

/// Past the `}` that closes the `{` at `open`, counting braces outside strings, comments and inline HTML.
pub fn block(text: &[u8], open: usize, nest: u32) -> Option<usize> {
    if nest > MAX_NEST {
        return None;
    }
    let mut depth = 0_usize;
    let mut at = open;
    loop {
        at += text.get(at..)?.iter().position(|&byte| STOPS[usize::from(byte)])?;
        let second = byte(text, at + 1);
        at = match text[at] {
            b'{' => {
                depth += 1;
                at + 1
            }
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
                at + 1
            }
            b'\'' => single(text, at + 1)?,
            b'"' => double(text, at + 1, b'"', nest)?.1,
            b'`' => double(text, at + 1, b'`', nest)?.1,
            b'/' if second == b'/' => line(text, at + 2),
            b'/' if second == b'*' => comment(text, at)?,
            b'#' if second != b'[' => line(text, at + 1),
            b'<' if second == b'<' && byte(text, at + 2) == b'<' => match heredoc_label(text, at) {
                Some(_) => heredoc(text, at, nest)?.end,
                None => at + 2,
            },
            b'?' if second == b'>' => html(text, at).1,
            _ => at + 1,
        };
    }
}
