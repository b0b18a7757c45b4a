//! Reading a manifest: the version first, then the whole, then whether it agrees with itself.

use std::fmt;

use serde::Deserialize;

use crate::{FORMAT, Manifest, consistent};

/// Why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON or not of this form; line and column from 1.
    Syntax {
        /// What is wrong.
        message: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// It is of another format.
    Format(u32),
    /// It contradicts itself; each a sentence.
    Inconsistent(Vec<String>),
}

/// How many contradictions a message tells.
const SHOWN: usize = 10;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Syntax { message, line, column } => write!(f, "line {line}, column {column}: {message}"),
            Fault::Format(found) => {
                write!(f, "its format is {found}; this program reads format {FORMAT}: write it again with `mwsc generate`")
            }
            Fault::Inconsistent(faults) => {
                let (shown, rest) = faults.split_at(faults.len().min(SHOWN));
                write!(f, "it contradicts itself: {}", shown.join("; "))?;
                if rest.is_empty() { Ok(()) } else { write!(f, "; and {} more", rest.len()) }
            }
        }
    }
}

impl std::error::Error for Fault {}

/// Reads and checks a manifest.
pub fn load(text: &[u8]) -> Result<Manifest, Fault> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let head: Head = serde_json::from_slice(text).map_err(syntax)?;
    if head.format != FORMAT {
        return Err(Fault::Format(head.format));
    }
    let manifest: Manifest = serde_json::from_slice(text).map_err(syntax)?;
    let faults = consistent::faults(&manifest);
    if faults.is_empty() { Ok(manifest) } else { Err(Fault::Inconsistent(faults)) }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn syntax(why: serde_json::Error) -> Fault {
    Fault::Syntax { message: why.to_string(), line: why.line(), column: why.column() }
}
