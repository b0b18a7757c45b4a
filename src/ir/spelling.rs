//! How an interface is spelled on the wire, beyond what a schema says: names that clients of an rpc binding depend on.
//!
//! A front end notes the spelling of a WSDL that it reads, and a [convention](crate::convention) holds that of a family. A back end that
//! writes such a WSDL looks a name up here and follows rules where nothing stands. The schema stays what the interface means: two
//! spellings of one service share it.

use indexmap::IndexMap;

/// The spelling of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Whether bodies are encoded by section 5 of SOAP 1.1, and not literal.
    pub encoded: bool,
    /// Target namespace.
    pub namespace: String,
    /// Address of the port.
    pub address: String,
    /// Names of service, port type, binding and port.
    pub names: [String; 4],
    /// Operations by the name that the schema has for them, in order.
    pub operations: IndexMap<String, OperationSpelling>,
    /// Records that only wrap the list in a message, by name.
    pub wrappers: IndexMap<String, Wrapper>,
    /// What is in an array of records, by the name of the array.
    pub arrays: IndexMap<String, String>,
    /// Records by their name on the wire; only those about which there is something to say.
    pub records: IndexMap<String, RecordSpelling>,
    /// Types that are declared and that no operation reaches, by name: fields with their types, or the items of an array.
    pub unused_types: IndexMap<String, Declaration>,
    /// Messages that no operation has, by name: parts with their types.
    pub unused_messages: IndexMap<String, Vec<(String, String)>>,
}

impl Spelling {
    /// Whether lists in messages are wrapped in records of their own.
    pub fn is_wrapped(&self) -> bool {
        !self.wrappers.is_empty()
    }
}

/// A type that is declared and not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declaration {
    /// Names and types of its fields, and whether they may be null.
    Record(Vec<(String, String, bool)>),
    /// Type of its items.
    Array(String),
}

/// The spelling of an operation. What is missing follows the rules of the writer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationSpelling {
    /// Name of the message that calls it.
    pub request: Option<String>,
    /// Name of the message that answers.
    pub response: Option<String>,
    /// The SOAP action.
    pub action: Option<String>,
    /// Parts of the request in order; `None` when they are the parameters.
    pub parts: Option<Vec<PartSpelling>>,
    /// The part of the answer.
    pub result: Option<PartSpelling>,
}

/// The spelling of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartSpelling {
    /// Its name.
    pub name: String,
    /// The parameter that it carries; `None` for one that is read and ignored, and for results.
    pub carries: Option<String>,
    /// Local name of its built-in type, where that is not the one of the parameter.
    pub xsd: Option<String>,
    /// Name of its type, where that is an array.
    pub array: Option<String>,
    /// Name of its type, where that is one of [`Spelling::wrappers`].
    pub wrapper: Option<String>,
}

/// A record with one field, which holds a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrapper {
    /// Name of the field.
    pub field: String,
    /// Name of its type.
    pub array: String,
}

/// The spelling of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordSpelling {
    /// Names of its fields in order; empty when that of the schema holds. Fields that are not named follow.
    pub order: Vec<String>,
    /// Local names of built-in types, by field, where they are not those of the schema.
    pub xsd: IndexMap<String, String>,
    /// Names of array types, by field.
    pub arrays: IndexMap<String, String>,
    /// Fields that may be null, where that is not as in the schema.
    pub nillable: Option<Vec<String>>,
}
