//! Front ends: what turns one input into an [`ir::Fragment`](crate::ir::Fragment). Front ends never use each other.

pub mod moodle;
pub mod phpdoc;
pub mod wsdl;
