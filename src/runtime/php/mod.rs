//! Texts as PHP writes them. Clients were written against them, to the byte.

pub mod json;
pub mod unserialize;
pub mod zval;

pub use mwsc_contract::number;
