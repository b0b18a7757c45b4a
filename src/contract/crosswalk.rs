//! How an operation of one family is served by functions of Moodle.

use serde::{Deserialize, Serialize};

/// How an operation is served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Whether, and how well.
    pub verdict: Verdict,
    /// Why, in words for people: what is lost, or what is missing in Moodle.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// How well an operation is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every field of the answer comes out the same.
    Exact,
    /// Values are converted, none is lost.
    Converts,
    /// Something is lost, which the reason names.
    Loses,
    /// No function of Moodle does this; the generated plugin does.
    NeedsPlugin,
    /// The runtime answers by itself: sessions, versions.
    Runtime,
}
