//! How much XML a request may hold.

/// Limits on one document. Each bounds something that costs memory or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document as text. Files travel in it as base64.
    pub bytes: usize,
    /// Elements within elements; also how far references lead.
    pub depth: usize,
    /// Elements, and values that come of them: what is referred to twice counts twice.
    pub elements: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Bytes of a name with its prefix.
    pub name: usize,
    /// Bytes of the text of one element, or of one attribute.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 16 << 20, depth: 64, elements: 200_000, attributes: 64, name: 256, text: 12 << 20 }
    }
}
