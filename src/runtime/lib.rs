//! `mwsd`: the runtime service that serves what `mwsc` generates.

pub mod form;
