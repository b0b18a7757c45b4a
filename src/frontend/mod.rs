//! Front ends: what turns one input into an [`ir::Fragment`](crate::ir::Fragment). Front ends never use each other.
//!
//! [`moodle`] stands apart: it is a world of its own, in which only what services need is evaluated. The others read files and say at once
//! what these declare; they are the rows of [`FRONTENDS`].

pub mod moodle;
pub mod phpdoc;
pub mod wsdl;

use crate::ir::Fragment;
use crate::report::Report;
use crate::source::{MAX_FILE_BYTES, SourceMap, Tree};

/// A front end that reads files.
#[derive(Debug)]
pub struct Frontend {
    /// Its name, which is also its key in `[[input]]` of the configuration.
    pub name: &'static str,
    /// What it reads, as the end of "this is no".
    pub reads: &'static str,
    /// Whether it is for this path, a file or a folder (`""` is the whole tree), judged by names and not by contents.
    pub accepts: fn(&dyn Tree, &str) -> bool,
    /// Name of the profile of WSDLs that is closest to what it reads, where a WSDL itself does not say.
    pub profile: &'static str,
    /// The largest file that it reads, in bytes.
    pub max_bytes: u64,
    /// Reads what is asked for as one input.
    pub read: fn(Asked<'_>, &SourceMap, &mut Report) -> Fragment,
}

/// What a front end is asked to read.
#[derive(Clone, Copy)]
pub struct Asked<'t> {
    /// Where the files are, and those that they name.
    pub tree: &'t dyn Tree,
    /// Files and folders in the tree, in order; `""` is the whole of it.
    pub paths: &'t [String],
    /// The class that is the server, for a front end that has to choose one.
    pub class: Option<&'t str>,
}

/// Every front end that reads files; the first that accepts a path has it.
pub const FRONTENDS: &[Frontend] = &[
    Frontend {
        name: "wsdl",
        reads: "WSDL (.wsdl, .xml)",
        accepts: wsdl::accepts,
        profile: "document",
        max_bytes: wsdl::MAX_BYTES as u64,
        read: wsdl::read,
    },
    Frontend {
        name: "phpdoc",
        reads: "documented PHP classes (.php, or a folder of them)",
        accepts: phpdoc::accepts,
        profile: "oktech-simplified",
        max_bytes: MAX_FILE_BYTES,
        read: phpdoc::read,
    },
];
