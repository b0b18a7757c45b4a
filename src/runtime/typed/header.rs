//! Who calls, by a header of SOAP.

use crate::soap::envelope::Request;
use crate::soap::xml::NodeId;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A token.
    Token(String),
    /// User name and password.
    Password(String, String),
}

/// WS-Security 1.0.
const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// Kind of a password that is a digest. It would need passwords in clear text here, and there are none.
const DIGEST: &str = "PasswordDigest";

/// Whether an entry is understood: WS-Security, and `token` in the namespace of the service.
pub fn is_known(space: &str, name: &str, namespace: &str) -> bool {
    (space, name) == (WSSE, "Security") || (space == namespace && name == "token")
}

/// What the first entry that says who calls says. A digest of a password is not taken for one: whoever sends it is not known.
pub fn read(request: &Request<'_>, namespace: &str) -> Option<Credentials> {
    let document = &request.document;
    let child =
        |node: NodeId, name: &str| document.children(node).find(|&child| document.space(child) == WSSE && document.name(child) == name);
    request.header.iter().find_map(|&entry| {
        if document.space(entry) == namespace && document.name(entry) == "token" {
            return Some(Credentials::Token(document.text(entry).trim().to_owned()));
        }
        if (document.space(entry), document.name(entry)) != (WSSE, "Security") {
            return None;
        }
        let token = child(entry, "UsernameToken")?;
        let (user, password) = (child(token, "Username")?, child(token, "Password")?);
        if document.attribute(password, "", "Type").is_some_and(|kind| kind.ends_with(DIGEST)) {
            return None;
        }
        Some(Credentials::Password(document.text(user).trim().to_owned(), document.text(password).to_owned()))
    })
}
