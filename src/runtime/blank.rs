//! Blanks: what stands in a field that nobody filled, where OK Tech's clients expect one.
//!
//! The original's data classes set them: 0, an empty text, false, an empty list, null for a record.

use mwsc_contract::Value;
use mwsc_contract::schema::Kind;

/// A text that is blank as the number 0: clients read it as a number. (Moodle counts time zones in hours or names them.)
const TIME_ZONE: &str = "timezone";

/// The blank of a field of a kind.
pub fn blank(field: &str, kind: Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int => Value::Int(0),
        Kind::Float => Value::Float(0.0),
        Kind::String if field == TIME_ZONE => Value::Int(0),
        Kind::String => Value::String(String::new()),
    }
}
