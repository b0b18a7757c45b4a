//! How a SOAP endpoint spells operations and types: the names of elements, parts and types, in the order in which they are sent.
//!
//! One table serves both styles. In document/literal an operation's parts are the children of its wrapper elements; in rpc/encoded they
//! are the parts of its messages. A codec walks the wire type beside the value and needs nothing else; `xsi:type` and `arrayType` of
//! rpc/encoded are the names of the types.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::schema::{Kind, SessionPart};
use crate::value::Value;

/// A SOAP endpoint: one address, one WSDL, one spelling of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoint {
    /// Name of the profile: `document`, `oktech`, `oktech-simplified`.
    pub profile: String,
    /// Shortname of the service.
    pub service: String,
    /// Binding style and use.
    pub style: Style,
    /// Whether it speaks SOAP 1.2 as well, with a WSDL of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub soap12: bool,
    /// Target namespace. May hold [`ADDRESS`].
    pub namespace: String,
    /// Path of the address below the base URL: `/services/library`, `/wspp/service_pp.php`.
    pub path: String,
    /// The SOAP action of an operation; `{operation}` stands for its name. May hold [`ADDRESS`].
    pub soap_action: String,
    /// Where the WSDL is served: a path below the base URL, and the file of the build. For SOAP 1.2 a second one.
    pub wsdls: Vec<Wsdl>,
    /// Operations by their name on the wire, in the order of the WSDL.
    pub operations: IndexMap<String, WireOperation>,
    /// Types by name, in the order of the WSDL.
    pub types: IndexMap<String, WireType>,
}

/// What stands for the base URL of the server in WSDL texts, namespaces and SOAP actions.
pub const ADDRESS: &str = "CFGWWWROOT";

/// A WSDL that an endpoint serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wsdl {
    /// Path with query below the base URL: `/services/library?wsdl`, `/wspp/wsdl_pp.php`.
    pub path: String,
    /// Path of the file in the build.
    pub file: String,
    /// Name that the server offers for saving it; empty when it offers none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub download: String,
}

/// Binding style and use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Document/literal wrapped: qualified elements.
    Document,
    /// rpc/encoded: unqualified parts, typed by `xsi:type`, SOAP-ENC arrays.
    RpcEncoded,
}

/// An operation on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WireOperation {
    /// The operation of [`Manifest::operations`](crate::Manifest::operations).
    pub operation: String,
    /// Local name of the element around the result: `get_rolesResponse`. That around the parameters is the operation's name on the wire.
    pub response: String,
    /// Whether the client waits for no answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
    /// Parts of the request, in order.
    pub parts: Vec<Part>,
    /// The part of the answer; `None` when it holds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Part>,
    /// Required parameters that the wire does not carry because they can hold nothing, with what stands for them: `{}`, `[]`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub hollow: IndexMap<String, Value>,
    /// The same for the result: what the caller gets when no part carries it; `None` when one does, or the operation returns nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hollow_result: Option<Value>,
}

/// A part of a message: a child of the wrapper element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// What it carries.
    pub carries: Carries,
    /// Whether it may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it may be null.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nillable: bool,
    /// What stands in it where nobody filled it; `None` where that is the blank of its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank: Option<Value>,
}

/// What a part carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carries {
    /// A parameter of the operation, by name.
    Param(String),
    /// The result.
    Result,
    /// The caller's session.
    Session(SessionPart),
    /// Fields of its record are parts themselves: what is too much for one Java method.
    Group,
    /// Nothing: clients may send it, nobody reads it.
    Nothing,
}

/// A reference to a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TypeRef {
    /// A built-in type of XML Schema, by local name (`int`, `long`, `string`, `boolean`, `double`, `float`).
    Xsd(String),
    /// A type of [`Endpoint::types`].
    Named(String),
}

/// A type on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireType {
    /// Fields in order.
    Record {
        /// The record of [`Manifest::records`](crate::Manifest::records); `None` for one that only the wire has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<String>,
        /// Whether it stands for the list in its only field: `getUsersReturn{users}`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        wrapper: bool,
        /// Its fields.
        fields: Vec<WireField>,
        /// Required fields of the record that the wire does not carry because they can hold nothing, by key.
        #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
        hollow: IndexMap<String, Value>,
    },
    /// Any number of elements `item`.
    List {
        /// Type of an item.
        item: TypeRef,
        /// Whether an item may be null.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nillable: bool,
    },
    /// Any keys with any values (`apache:Map`).
    Map,
}

/// A field of a record on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WireField {
    /// Name of the element.
    pub name: String,
    /// The key in the record; `None` when it is the name, or when the field is a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether the fields of its record belong to the record around it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Whether it may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it may be null.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nillable: bool,
    /// What stands in it where nobody filled it; `None` where that is the blank of its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank: Option<Value>,
}

impl WireField {
    /// The key in the record.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.name)
    }
}

impl TypeRef {
    /// The scalar kind of a built-in type; `None` for a named one.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            TypeRef::Named(_) => None,
            TypeRef::Xsd(name) => Some(match name.as_str() {
                "boolean" => Kind::Bool,
                "int" | "long" | "short" | "byte" | "integer" => Kind::Int,
                "double" | "float" | "decimal" => Kind::Float,
                _ => Kind::String,
            }),
        }
    }
}
