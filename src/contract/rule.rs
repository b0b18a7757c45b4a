//! What a `PARAM_` type of Moodle accepts: data for one validator ([`check`](crate::check)), so that no program has a table of its own.
//!
//! Moodle validates by cleaning: a text that its cleaning would change is refused. Every [`Check`] says what such a text looks like when it
//! is clean. The facts are those of Moodle 4.5.5.

use serde::{Deserialize, Serialize};

/// What a type accepts beside values of its kind. An empty text passes every check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// What a value must satisfy, each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// The same as a regular expression (ECMA 262, flag `u`), where that can be said; a text that does not match is refused.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pattern: String,
    /// Whether the pattern says all, so that a text that matches is accepted, as far as no site has a say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    /// Words for people: what the type accepts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// Something that a value must satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Made of these ASCII characters alone, ranges written as in a class of a regular expression: `a-zA-Z0-9_-`.
    Only(String),
    /// One of these numbers.
    OneOf(Vec<i64>),
    /// Holds no tag.
    NoTags,
    /// Holds no tag but those of a text in several languages.
    NoTagsButMultilang,
    /// Neither begins nor ends with white space.
    Trimmed,
    /// HTML without anything that cleaning takes away or writes in another way.
    CleanHtml,
    /// A URL without user and password, absolute or relative.
    Url,
    /// A URL of this site, or a relative one.
    LocalUrl,
    /// A host name or an IPv4 address.
    Host,
    /// An e-mail address.
    Email,
    /// A file name: nothing that a shell or a file system takes for more than a character.
    File,
    /// A path of file names that stays below its root.
    Path,
    /// A user name: small letters, digits, `-`, `_`, `.` and `@`.
    Username,
    /// A name of a time zone, or an offset in hours.
    Timezone,
    /// A tag: one line of at most 255 characters, words with one blank between them.
    Tag,
    /// Tags with commas between them.
    TagList,
    /// A component in frankenstyle: `mod_forum`, `core_user`, `moodle`.
    Component,
    /// A plugin's name without its type.
    Plugin,
    /// The name of a capability: `mod/forum:replypost`.
    Capability,
    /// An identifier of a language string.
    StringId,
    /// Base 64 in lines of 64 characters.
    Base64,
    /// A certificate in PEM.
    Pem,
    /// A number as the user's language writes it.
    LocalisedNumber,
    /// One of the things of this sort that a site has (`lang`, `theme`, `auth`, `capability`). Refused only where it is known which those
    /// are.
    OfSite(String),
}
