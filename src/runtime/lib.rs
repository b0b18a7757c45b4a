//! `mwsd`: the runtime service that serves what `mwsc` generates.

pub mod form;
pub mod moodle;
pub mod php;
