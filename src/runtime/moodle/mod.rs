//! Moodle's own endpoints, as the clients of Moodle know them.

pub mod xml;
pub mod xmlrpc;
