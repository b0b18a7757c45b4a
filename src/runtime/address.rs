//! Addresses of servers behind the service. One may hold a user name and a password, for a proxy in front of the server: they are sent with
//! each request, and shown to nobody.

use std::borrow::Cow;
use std::fmt;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::Url;

/// An address.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The address itself, without a user name, and without a slash at its end.
    url: String,
    /// Value of the header `Authorization`.
    authorization: Option<HeaderValue>,
}

impl Address {
    /// Reads an address. The error says what is wrong with it, and repeats nothing of it.
    pub fn parse(text: &str) -> Result<Address, String> {
        let unschemed = "the address does not begin with `http://` or `https://`";
        if !text.contains("://") {
            return Err(format!("this is no address: {unschemed}"));
        }
        let mut url = Url::parse(text).map_err(|why| format!("this is no address: {why}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unschemed.to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the address has a `?` or a `#` in it".to_owned());
        }
        let authorization = authorization(&url);
        // Only addresses without a host cannot be without a user.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Ok(Address { url: url.as_str().trim_end_matches('/').to_owned(), authorization })
    }

    /// The address, for everybody to see.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What goes into the header `Authorization`, if anything.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

/// The credentials of an address by HTTP Basic.
fn authorization(url: &Url) -> Option<HeaderValue> {
    let plain = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let (user, password) = (plain(url.username()), plain(url.password().unwrap_or_default()));
    if user.is_empty() && password.is_empty() {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode([&user[..], b":", &password].concat()))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A text for people, without what stands between `://` and an `@`: the user names and passwords of the addresses in it, well-formed or not.
pub fn discreet(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after.find(['\n', '\'', '"', '`']).unwrap_or(after.len());
        let hidden = after[..end].rfind('@').unwrap_or(0);
        out += before;
        if hidden > 0 {
            out.push('…');
        }
        rest = &after[hidden..];
    }
    if out.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(out + rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_addresses_are_sent_and_not_shown() {
        let address = Address::parse("https://ann:p%40ss@moodle.example:8443/school/").unwrap();
        assert_eq!(address.url(), "https://moodle.example:8443/school");
        assert_eq!(address.authorization().unwrap(), &format!("Basic {}", STANDARD.encode("ann:p@ss")));
        assert!(address.authorization().unwrap().is_sensitive());
        assert_eq!(format!("{address:?}"), "\"https://moodle.example:8443/school\"");
        assert_eq!(Address::parse("http://moodle.example").unwrap().authorization(), None);
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        for text in
            ["ann:s3cret@host", "https://ann:s3cret@host:99999", "ftp://ann:s3cret@host", "https://ann:s3cret@", "https://h/?s3cret", ""]
        {
            let why = Address::parse(text).unwrap_err();
            assert!(!why.contains("s3cret") && !why.contains("ann"), "{text}: {why}");
        }
    }

    #[test]
    fn texts_are_shown_without_the_users_of_addresses() {
        for (text, shown) in [
            ("nothing to hide", "nothing to hide"),
            ("https://h/p: no such file", "https://h/p: no such file"),
            ("`postgres://ann:s3/c@ret@h/db` and `https://bob@h`", "`postgres://…@h/db` and `https://…@h`"),
            ("unexpected argument 'https://ann:a secret@h' found for a@b", "unexpected argument 'https://…@h' found for a@b"),
        ] {
            assert_eq!(discreet(text), shown);
        }
    }
}
