//! The crosswalk: which functions of Moodle serve the operations of another family.
//!
//! In: `grammars/crosswalk.toml` (or a file of the same form), whose head documents it. [`read`] reads it into [`source`]s with places,
//! [`expand`] writes routines and maps out, so that what comes out is in the form of [`mwsc_contract::crosswalk`].

pub mod expand;
pub mod read;
pub mod source;
#[cfg(test)]
mod tests;

pub use read::read;

/// The crosswalk that comes with the compiler: OK Tech to Moodle.
pub const BUILT_IN: &str = include_str!("../../../grammars/crosswalk.toml");
