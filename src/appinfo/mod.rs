//! The notation of what XSD cannot say: the elements that stand in `xsd:appinfo` of the WSDLs that mwsc writes.
//!
//! The back end writes it and the front end reads it, so it is neither's. Everything is an element in [`NAMESPACE`] with attributes;
//! what is not written has its usual value, so that a field about which XSD says all has no appinfo at all.
//!
//! | element | in | says |
//! |---|---|---|
//! | `service` | the schema's annotation | the service: [`service`] |
//! | `operation` | a wrapper element | the operation: [`operation`] |
//! | `record` | a complex type | the origin of its name: [`type_name`] |
//! | `slot` | an element | what is in it: [`slot`] |
//! | `item` | `slot` or `item` of a list | the same for its items, whose type is shared and so cannot say it |
//! | `left` | `operation` or `record` | a parameter or field that is not emitted, because it can hold nothing |
//! | `result` | a response wrapper | a result that is not emitted, likewise |
//! | `enumeration` | a simple type | what the enumeration is called: [`enumeration`] |
//! | `group` | a complex type, an element | not in the source: it holds what is too much for one record, or nothing |
//!
//! Texts are percent-encoded where XML would change them ([`text`]); constant values have a notation of their own ([`literal`]).

pub mod literal;
pub mod text;
pub mod type_name;

/// The namespace. The number changes when a reader of the old notation would misunderstand the new one.
pub const NAMESPACE: &str = "urn:mwsc:schema:1";

/// Names of elements.
pub mod tag {
    #![allow(missing_docs, reason = "the table above is the documentation")]
    pub const SERVICE: &str = "service";
    pub const OMITTED: &str = "omitted";
    pub const AUTHENTICATION: &str = "authentication";
    pub const OPERATION: &str = "operation";
    pub const CAPABILITY: &str = "capability";
    pub const RECORD: &str = "record";
    pub const SLOT: &str = "slot";
    pub const ITEM: &str = "item";
    pub const LEFT: &str = "left";
    pub const RESULT: &str = "result";
    pub const ENUMERATION: &str = "enumeration";
    pub const GROUP: &str = "group";
}

/// Attributes that several elements have.
pub mod attr {
    /// The documentation, where the visible one differs from it.
    pub const DOC: &str = "doc";
    /// File of the source. When missing: that of what encloses it.
    pub const FILE: &str = "file";
    /// Class and method of the source. When missing: that of what encloses it.
    pub const BY: &str = "by";
}

/// Attributes of `slot`, `item`, `left` and `result`.
pub mod slot {
    /// The key in the source, where the emitted name differs.
    pub const KEY: &str = "key";
    /// The source's own scalar type: a `PARAM_` value such as `notags`.
    pub const TYPE: &str = "type";
    /// The value when it is left out.
    pub const DEFAULT: &str = "default";
    /// `true`: may be left out, where `minOccurs` cannot say it.
    pub const OPTIONAL: &str = "optional";
    /// `true`: may be null, although `nillable` does not say it.
    pub const NULL: &str = "null";
    /// What the parameter carries that is no data: `client` or `key` of the caller's session. Then `minOccurs` is 0 and says nothing.
    pub const SESSION: &str = "session";
    /// `true`: exists on some sites only.
    pub const SITE: &str = "site";
    /// Position among all siblings, for what is left out.
    pub const AT: &str = "at";
    /// The values that it may have, as a list of texts, where no simple type says them.
    pub const VALUES: &str = "values";
    /// What that enumeration is called. When missing: nothing.
    pub const ENUMERATION: &str = "enumeration";

    use crate::ir::SessionPart;

    /// The values of [`SESSION`].
    const PARTS: [(SessionPart, &str); 2] = [(SessionPart::Client, "client"), (SessionPart::Key, "key")];

    /// A value of [`SESSION`].
    pub fn session(part: SessionPart) -> &'static str {
        PARTS.iter().find(|(of, _)| *of == part).map_or("", |(_, word)| word)
    }

    /// What a value of [`SESSION`] says; `None` for one that mwsc does not write.
    pub fn session_part(word: &str) -> Option<SessionPart> {
        PARTS.iter().find(|(_, of)| *of == word).map(|(part, _)| *part)
    }
}

/// Attributes of `enumeration`.
pub mod enumeration {
    /// What the source calls it; empty where it has no name. When missing: as the simple type is called.
    pub const NAME: &str = "name";
}

/// Attributes of `service`, beside `file` and `by`.
pub mod service {
    #![allow(missing_docs, reason = "the words of Moodle's own table")]
    pub const SHORTNAME: &str = "shortname";
    pub const NAME: &str = "name";
    pub const COMPONENT: &str = "component";
    pub const RELEASE: &str = "release";
    pub const DIGEST: &str = "digest";
    pub const ENABLED: &str = "enabled";
    pub const RESTRICTED_USERS: &str = "restrictedusers";
    pub const REQUIRED_CAPABILITY: &str = "requiredcapability";
    pub const DOWNLOAD_FILES: &str = "downloadfiles";
    pub const UPLOAD_FILES: &str = "uploadfiles";
    pub const CODE: &str = "code";
    pub const MESSAGE: &str = "message";
}

/// Attributes of `operation`, beside `file`, `by` and `doc`.
pub mod operation {
    #![allow(missing_docs, reason = "the words of `db/services.php`")]
    pub const NAME: &str = "name";
    pub const COMPONENT: &str = "component";
    pub const TYPE: &str = "type";
    pub const AJAX: &str = "ajax";
    pub const LOGIN_REQUIRED: &str = "loginrequired";
    pub const READONLY_SESSION: &str = "readonlysession";
    pub const DEPRECATED: &str = "deprecated";
    pub const CLASS: &str = "class";
    pub const METHOD: &str = "method";
    /// What `file` and `by` are for the parameters, where they do not say it themselves.
    pub const PARAMS_FILE: &str = "paramsfile";
    pub const PARAMS_BY: &str = "paramsby";
}
