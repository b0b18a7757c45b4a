//! Passes: fragments to a schema, and what is checked or selected on the way. Passes know nothing of front ends and back ends.

pub mod check;
pub mod choose;
pub mod crosswalk;
pub mod kind;
pub mod link;
pub mod mend;
mod name;
pub mod select;
mod service;
pub mod session;

pub use check::check;
pub use link::link;
