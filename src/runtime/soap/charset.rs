//! The bytes of a request as text.
//!
//! The charset is that of the byte order mark, of the header, or of the XML declaration, in this order: old clients such as `NuSOAP` send
//! ISO-8859-1 and say so.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// The text, or the name of a charset that is not known. Bytes that the charset does not have are refused as well.
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Result<Cow<'b, str>, String> {
    let declared = content_type.and_then(parameter).or_else(|| declaration(bytes));
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match declared {
            None => UTF_8,
            Some(name) => Encoding::for_label(name.as_bytes()).ok_or_else(|| format!("the charset `{name}` is not known"))?,
        },
    };
    // What is UTF-8 in fact is taken as such: some clients declare one charset and send the other.
    if let Ok(text) = std::str::from_utf8(bytes)
        && encoding.is_ascii_compatible()
        && (encoding == UTF_8 || text.is_ascii())
    {
        return Ok(Cow::Borrowed(text));
    }
    let (text, broken) = encoding.decode_with_bom_removal(bytes);
    if broken { Err(format!("it holds bytes that {} does not have", encoding.name())) } else { Ok(text) }
}

/// The parameter `charset` of a media type.
fn parameter(media_type: &str) -> Option<&str> {
    let charset = media_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    (!charset.is_empty()).then_some(charset)
}

/// The encoding of an XML declaration, which is in ASCII wherever the rest is a superset of it.
fn declaration(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(200)];
    let head = &head[..head.iter().position(|&byte| byte == b'>')?];
    let head = std::str::from_utf8(head).ok()?.strip_prefix("<?xml")?;
    let (_, rest) = head.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|ch| matches!(ch, '"' | '\''))?;
    rest[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_of_old_clients() {
        for (bytes, kind, expected) in [
            ("<a>é</a>".as_bytes(), None, Ok("<a>é</a>")),
            (b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", None, Ok("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>")),
            (b"<?xml version=\"1.0\" encoding = \"iso-8859-1\" ?><a/>", None, Ok("<?xml version=\"1.0\" encoding = \"iso-8859-1\" ?><a/>")),
            (b"<a>\xe9</a>", Some("text/xml; charset=ISO-8859-1"), Ok("<a>é</a>")),
            (b"<a>\xe9</a>", Some("text/xml"), Err("it holds bytes that UTF-8 does not have")),
            (b"\xff\xfe<\0a\0/\0>\0", None, Ok("<a/>")),
            (b"\xef\xbb\xbf<a/>", Some("text/xml; charset=\"iso-8859-1\""), Ok("\u{feff}<a/>")),
            (b"<a/>", Some("text/xml; charset=x-klingon"), Err("the charset `x-klingon` is not known")),
            (b"<a/>", Some("text/xml; charset="), Ok("<a/>")),
        ] {
            assert_eq!(decode(bytes, kind).as_deref().map_err(String::as_str), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
