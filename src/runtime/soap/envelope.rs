//! The envelope of a request: its version, its header, the element of its operation.

use super::encode::XSI;
use super::fault::{Fault, FaultCode};
use super::xml::{Document, NodeId, Refusal};
use super::{Limits, Version, xml};
use crate::dispatch::LIMIT_EXCEEDED;

/// A request.
#[derive(Debug)]
pub struct Request<'t> {
    /// Version of SOAP in which it is written, and in which it is answered.
    pub version: Version,
    /// All of it.
    pub document: Document<'t>,
    /// Entries of its header.
    pub header: Vec<NodeId>,
    /// The element that names the operation.
    pub operation: NodeId,
}

/// Reads a request. What cannot be read is a fault, with the version in which to say so.
pub fn read(text: &str, limits: Limits) -> Result<Request<'_>, (Version, Fault)> {
    let document = xml::read(text, limits).map_err(|why| (likely(text), unreadable(&why)))?;
    let version = [Version::V11, Version::V12].into_iter().find(|version| document.space(Document::ROOT) == version.envelope());
    let (Some(version), "Envelope") = (version, document.name(Document::ROOT)) else {
        return Err((Version::V11, Fault::new(FaultCode::VersionMismatch, "Wrong Version")));
    };
    let malformed = |message: &str| (version, Fault::new(FaultCode::Client, message));
    let mut header = Vec::new();
    let mut body = None;
    for child in document.children(Document::ROOT) {
        match (document.space(child) == version.envelope(), document.name(child)) {
            (true, "Header") if body.is_none() && header.is_empty() => header.extend(document.children(child)),
            (true, "Body") if body.is_none() => body = Some(child),
            // SOAP 1.1 allows more elements of other namespaces here, and nobody has to read them.
            (false, _) if version == Version::V11 => {}
            _ => return Err(malformed("A SOAP envelope holds at most one header and one body")),
        }
    }
    let body = body.ok_or_else(|| malformed("Body must be present in a SOAP envelope"))?;
    let operation = document.children(body).find(|&child| !is_referred_to(&document, child, version));
    let operation = operation.ok_or_else(|| malformed("looks like we got \"Body\" without function call"))?;
    Ok(Request { version, document, header, operation })
}

/// The version in which a text that cannot be read is likely to be written: the one whose namespace its beginning names.
fn likely(text: &str) -> Version {
    const BEGINNING: usize = 1_000;
    let (beginning, space) = (&text.as_bytes()[..text.len().min(BEGINNING)], Version::V12.envelope().as_bytes());
    if beginning.windows(space.len()).any(|part| part == space) { Version::V12 } else { Version::V11 }
}

impl Request<'_> {
    /// The entry of the header that has to be understood here and that `known` does not.
    pub fn not_understood(&self, known: impl Fn(&str, &str) -> bool) -> Option<NodeId> {
        let demanded = |&entry: &NodeId| {
            let flag = self.document.attribute(entry, self.version.envelope(), "mustUnderstand");
            matches!(flag.map(str::trim), Some("1" | "true")) && self.is_for_us(entry)
        };
        self.header.iter().copied().filter(demanded).find(|&entry| !known(self.document.space(entry), self.document.name(entry)))
    }

    /// Whether an entry of the header is for whoever receives the request last. Those for others on the way are none of our business.
    fn is_for_us(&self, entry: NodeId) -> bool {
        let (name, ours): (_, &[&str]) = match self.version {
            Version::V11 => ("actor", &["http://schemas.xmlsoap.org/soap/actor/next"]),
            Version::V12 => {
                let next = "http://www.w3.org/2003/05/soap-envelope/role/next";
                ("role", &[next, "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"])
            }
        };
        let whose = self.document.attribute(entry, self.version.envelope(), name).map(str::trim);
        whose.is_none_or(|whose| whose.is_empty() || ours.contains(&whose))
    }
}

/// Whether an element of the body is there to be referred to alone, as Axis 1.4 writes its `multiRef`.
fn is_referred_to(document: &Document<'_>, node: NodeId, version: Version) -> bool {
    document.attribute(node, version.encoding(), "root") == Some("0")
}

/// Whether an element says that it is null.
pub(super) fn is_nil(document: &Document<'_>, node: NodeId) -> bool {
    matches!(document.attribute(node, XSI, "nil").or_else(|| document.attribute(node, XSI, "null")), Some("true" | "1"))
}

/// What is said of a text that is no XML for SOAP. The first and the last word are those of PHP's server.
fn unreadable(why: &Refusal) -> Fault {
    match why {
        Refusal::Malformed(_) => Fault::new(FaultCode::Client, "Bad Request"),
        Refusal::Dtd => Fault::new(FaultCode::Server, "DTD are not supported by SOAP"),
        Refusal::Instruction | Refusal::Entity(_) => Fault::new(FaultCode::Client, why.to_string()),
        Refusal::Limit(..) => Fault { errorcode: LIMIT_EXCEEDED, ..Fault::new(FaultCode::Client, why.to_string()) },
    }
    .debug(why.to_string())
}
