//! What a `PARAM_` type of Moodle accepts: data for one validator, so that the runtime has no table of its own.
//!
//! Moodle validates by cleaning: a text that its cleaning would change is refused. The facts were measured on Moodle 4.5.5.

use serde::{Deserialize, Serialize};

/// What a type accepts beside values of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// What a text must satisfy, each of them.
    pub checks: Vec<Check>,
    /// Words for people: what the type accepts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// Something that a text must satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Made of these characters alone, written as in a class of a regular expression (`a-zA-Z0-9_-`); may be empty.
    Only(String),
    /// Matches this regular expression as a whole, or is empty.
    Matches(String),
    /// A canonical decimal integer of 64 bits.
    Int,
    /// A number as PHP's `is_numeric` takes it.
    Number,
    /// `0` or `1`.
    Bool,
    /// Holds no tag.
    NoTags,
    /// Holds no tag but those of a text in several languages.
    NoTagsButMultilang,
    /// Neither begins nor ends with white space.
    Trimmed,
    /// HTML that cleaning leaves as it is.
    CleanHtml,
    /// A URL in syntax, or empty.
    Url,
    /// A URL of this site or a relative one, or empty.
    LocalUrl,
    /// An e-mail address in syntax, or empty.
    Email,
    /// A path that stays below its root.
    Path,
    /// A name of a file.
    File,
    /// A user name.
    Username,
    /// A name of a time zone, or an offset.
    Timezone,
    /// Something that only a site knows whether it has (a language, a theme); checked in syntax alone.
    OfSite(String),
}
