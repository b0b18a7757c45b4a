//! An endpoint of the manifest made ready for coding: types by number, tags as they are written.
//!
//! The manifest names types by name and writes no XML; both would cost at every element of every answer. A [`Spelling`] is made once per
//! endpoint, version of SOAP and base URL.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;

use indexmap::IndexMap;
use mwsc_contract::kept::Kept;
use mwsc_contract::schema::Kind;
use mwsc_contract::wire::{self, Carries, Style, TypeRef, WireType};
use mwsc_contract::{Value, schema::SessionPart};

use super::sheet::Piece;

/// Version of SOAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// SOAP 1.1
    V11,
    /// SOAP 1.2
    V12,
}

impl Version {
    /// That of a request of a media type.
    pub fn of(media_type: &str) -> Version {
        let kind = media_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/soap+xml") { Version::V12 } else { Version::V11 }
    }

    /// Namespace of the envelope.
    pub fn envelope(self) -> &'static str {
        match self {
            Version::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Version::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// Namespace of the encoding.
    pub fn encoding(self) -> &'static str {
        match self {
            Version::V11 => "http://schemas.xmlsoap.org/soap/encoding/",
            Version::V12 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }

    /// Media type of a message, with its charset.
    pub fn media_type(self) -> &'static str {
        match self {
            Version::V11 => "text/xml; charset=utf-8",
            Version::V12 => "application/soap+xml; charset=utf-8",
        }
    }
}

/// What an endpoint needs of conventions that no WSDL states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// What is absent is absent.
    Keep,
    /// OK Tech over rpc/encoded: absent fields are written with the blank of their type, a record with an `error` has no other data, and
    /// a part that is missing or null in a request counts as blank.
    Fill,
    /// A client of OK Tech over rpc/encoded: what is null or absent in a record is left out, although the WSDL has no optional fields,
    /// because PHP's server then leaves it out as well; a blank would overwrite what is there, and null is no value for most columns. A
    /// part is blank where it is absent. What is null in an answer is absent.
    Omit,
}

/// An endpoint made ready.
#[derive(Debug)]
pub struct Spelling {
    /// Version of SOAP.
    pub version: Version,
    /// Style of its messages.
    pub style: Style,
    /// Target namespace with the base URL filled in.
    pub namespace: String,
    pub(super) blanks: Blanks,
    pub(super) operations: IndexMap<String, Operation>,
    folded: HashMap<String, usize>,
    pub(super) types: Vec<Type>,
    /// Records that it wrote, by their types.
    pub(super) kept: Kept<Piece>,
}

/// Bytes of records that a spelling keeps at most.
const KEPT: usize = 2 << 20;

/// An operation of an endpoint.
#[derive(Debug)]
pub struct Operation {
    /// Name in the manifest.
    pub operation: String,
    /// Whether the client waits for no answer.
    pub one_way: bool,
    /// What the caller gets where no part carries the result.
    pub hollow_result: Option<Value>,
    pub(super) response: String,
    pub(super) parts: Vec<Part>,
    pub(super) result: Option<Element>,
    pub(super) hollow: Vec<(String, Value)>,
    /// Bytes of its last answer, without the envelope.
    pub(super) length: AtomicUsize,
}

/// A part of a request.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) element: Element,
    pub(super) carries: Carries,
}

/// A type by its number.
pub(super) type TypeId = usize;

/// A type.
#[derive(Debug)]
pub(super) enum Type {
    Scalar(Kind),
    Record(Record),
    List(Element),
    Map,
}

/// A record type.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) fields: Vec<Field>,
    /// Whether it stands for the list in its only field.
    pub(super) wrapper: bool,
}

/// A field of a record.
#[derive(Debug)]
pub(super) struct Field {
    /// Its key in the value.
    pub(super) key: String,
    pub(super) element: Element,
    /// Whether the fields of its record belong to the record around it.
    pub(super) group: bool,
}

/// An element as it is written.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) ty: TypeId,
    pub(super) optional: bool,
    pub(super) nillable: bool,
    /// Its start tag; for a list of rpc/encoded up to the number of its items.
    pub(super) open: String,
    /// The rest of the start tag of such a list, without the bracket; empty for everything else.
    pub(super) rest: String,
    /// Its end tag.
    pub(super) close: String,
    /// The whole element when it is null.
    pub(super) nil: String,
    /// What stands in it where nobody filled it, if that is not the blank of its type.
    pub(super) blank: Option<Value>,
}

impl Spelling {
    /// Makes an endpoint ready. A type that the endpoint names and lacks is an error, in words.
    pub fn new(endpoint: &wire::Endpoint, version: Version, base_url: &str, blanks: Blanks) -> Result<Spelling, String> {
        let mut maker = Maker { endpoint, version, ids: HashMap::new(), types: Vec::new() };
        let mut operations = IndexMap::with_capacity(endpoint.operations.len());
        for (name, operation) in &endpoint.operations {
            operations.insert(name.clone(), maker.operation(operation)?);
        }
        let types = maker.types.into_iter().collect::<Option<Vec<_>>>().ok_or("a type was not finished")?;
        let folded = operations.keys().enumerate().map(|(at, name)| (name.to_ascii_lowercase(), at)).collect();
        let namespace = endpoint.namespace.replace(wire::ADDRESS, base_url);
        Ok(Spelling { version, style: endpoint.style, namespace, blanks, operations, folded, types, kept: Kept::new(KEPT) })
    }

    /// Its operations by their names on the wire.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &Operation)> {
        self.operations.iter().map(|(name, operation)| (name.as_str(), operation))
    }

    /// An operation by the local name of its element; rpc/encoded takes any letter case, as PHP looks methods up.
    pub fn operation(&self, name: &str) -> Option<(&str, &Operation)> {
        let found = self.operations.get_full(name).map(|(at, ..)| at);
        let at = match self.style {
            Style::Document => found,
            Style::RpcEncoded => found.or_else(|| self.folded.get(&name.to_ascii_lowercase()).copied()),
        };
        self.operations.get_index(at?).map(|(name, operation)| (name.as_str(), operation))
    }

    /// How an operation of the manifest is spelled, if it is.
    pub fn of(&self, operation: &str) -> Option<(&str, &Operation)> {
        self.operations().find(|(_, spelled)| spelled.operation == operation)
    }
}

impl Operation {
    /// Whether it takes a parameter of the manifest.
    pub fn takes(&self, param: &str) -> bool {
        self.parts.iter().any(|part| matches!(&part.carries, Carries::Param(name) if name == param))
    }

    /// Whether it takes the parts of a session.
    pub fn takes_session(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.carries, Carries::Session(SessionPart::Key)))
    }
}

/// A spelling in the making.
struct Maker<'e> {
    endpoint: &'e wire::Endpoint,
    version: Version,
    /// By name, and whether it is built in.
    ids: HashMap<(&'e str, bool), TypeId>,
    /// `None` while a type is in the making: types may contain themselves.
    types: Vec<Option<Type>>,
}

impl<'e> Maker<'e> {
    fn operation(&mut self, operation: &'e wire::WireOperation) -> Result<Operation, String> {
        let mut parts = Vec::with_capacity(operation.parts.len());
        for part in &operation.parts {
            let element = self.element(&part.name, &part.ty, part.optional, part.nillable)?;
            parts.push(Part { element, carries: part.carries.clone() });
        }
        let result = match &operation.result {
            Some(part) => {
                let element = self.element(&part.name, &part.ty, part.optional, part.nillable)?;
                Some(Element { blank: part.blank.clone(), ..element })
            }
            None => None,
        };
        Ok(Operation {
            operation: operation.operation.clone(),
            one_way: operation.one_way,
            hollow_result: operation.hollow_result.clone(),
            response: operation.response.clone(),
            parts,
            result,
            hollow: operation.hollow.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            length: AtomicUsize::new(0),
        })
    }

    fn ty(&mut self, reference: &'e TypeRef) -> Result<TypeId, String> {
        let key = (local(reference), matches!(reference, TypeRef::Xsd(_)));
        if let Some(&id) = self.ids.get(&key) {
            return Ok(id);
        }
        let id = self.types.len();
        self.ids.insert(key, id);
        self.types.push(None);
        let ty = match (reference.kind(), reference) {
            (Some(kind), _) => Type::Scalar(kind),
            (None, reference) => self.named(reference)?,
        };
        self.types[id] = Some(ty);
        Ok(id)
    }

    fn named(&mut self, reference: &TypeRef) -> Result<Type, String> {
        let endpoint = self.endpoint;
        Ok(match self.wire(reference)? {
            None => Type::Map,
            Some(_) => match &endpoint.types[local(reference)] {
                WireType::Map => Type::Map,
                WireType::List { item, nillable } => Type::List(self.element("item", item, false, *nillable)?),
                WireType::Record { wrapper, fields, .. } => {
                    let mut made = Vec::with_capacity(fields.len());
                    for field in fields {
                        let element = self.element(&field.name, &field.ty, field.optional, field.nillable)?;
                        let element = Element { blank: field.blank.clone(), ..element };
                        made.push(Field { key: field.key().to_owned(), element, group: field.group });
                    }
                    Type::Record(Record { fields: made, wrapper: *wrapper })
                }
            },
        })
    }

    /// The named type behind a reference; `None` for a built-in one.
    fn wire(&self, reference: &TypeRef) -> Result<Option<&'e WireType>, String> {
        match reference {
            TypeRef::Xsd(_) => Ok(None),
            TypeRef::Named(name) => match self.endpoint.types.get(name) {
                Some(ty) => Ok(Some(ty)),
                None => Err(format!("the endpoint {} has no type `{name}`, which it names", self.endpoint.path)),
            },
        }
    }

    fn element(&mut self, name: &str, reference: &'e TypeRef, optional: bool, nillable: bool) -> Result<Element, String> {
        let ty = self.ty(reference)?;
        let wire = self.wire(reference)?;
        let written = qualified(reference, wire);
        let (open, rest, nil) = match (self.endpoint.style, wire) {
            (Style::Document, _) => (format!("<{name}>"), String::new(), format!("<{name} xsi:nil=\"true\"/>")),
            (Style::RpcEncoded, None) => (format!("<{name} xsi:type=\"{written}\">"), String::new(), format!("<{name} xsi:nil=\"true\"/>")),
            (Style::RpcEncoded, Some(WireType::List { item, .. })) => {
                let item = qualified(item, self.wire(item)?);
                let (open, rest) = match self.version {
                    Version::V11 => (format!("<{name} SOAP-ENC:arrayType=\"{item}["), format!("]\" xsi:type=\"{written}\"")),
                    Version::V12 => (format!("<{name} enc:itemType=\"{item}\" enc:arraySize=\""), format!("\" xsi:type=\"{written}\"")),
                };
                (open, rest, format!("<{name} xsi:nil=\"true\" xsi:type=\"{written}\"/>"))
            }
            (Style::RpcEncoded, Some(_)) => {
                let nil = format!("<{name} xsi:nil=\"true\" xsi:type=\"{written}\"/>");
                (format!("<{name} xsi:type=\"{written}\">"), String::new(), nil)
            }
        };
        Ok(Element { name: name.to_owned(), ty, optional, nillable, open, rest, close: format!("</{name}>"), nil, blank: None })
    }
}

/// The name behind a reference.
fn local(reference: &TypeRef) -> &str {
    match reference {
        TypeRef::Xsd(name) | TypeRef::Named(name) => name,
    }
}

/// A type's name with the prefix that answers declare: `ns1` is the target namespace, `ns2` that of Apache's maps.
fn qualified(reference: &TypeRef, wire: Option<&WireType>) -> String {
    match (reference, wire) {
        (TypeRef::Xsd(name), _) => format!("xsd:{name}"),
        (TypeRef::Named(_), Some(WireType::Map)) => "ns2:Map".to_owned(),
        (TypeRef::Named(name), _) => format!("ns1:{name}"),
    }
}
