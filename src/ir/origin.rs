//! Where an element of the schema came from.

use crate::source::Span;

/// The source of an element. `file` and `symbol` stand in artifacts; spans (and so line numbers) only in diagnostics and the manifest.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Path of the file relative to its tree; empty when there is none.
    pub file: String,
    /// `Class::method`, or another name by which a person finds the place; empty when there is none.
    pub symbol: String,
    /// The exact place.
    pub span: Option<Span>,
    /// The calls that led there, outermost first: through helpers and exporters.
    pub via: Vec<Span>,
}

/// Origins are equal when a reader would find the same place by them: positions inside the file do not count,
/// so that a comment added upstream changes nothing.
impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file && self.symbol == other.symbol
    }
}

impl Eq for Origin {}
