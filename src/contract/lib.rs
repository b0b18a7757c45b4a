//! What the compiler `mwsc` writes and the runtime service `mwsd` reads: the manifest of a build.
//!
//! A build is a folder: `manifest.json` and the files that it names, each with its digest. The manifest says everything that a server
//! must know, so the runtime needs no part of the compiler:
//!
//! - [`schema`]: services, operations and record types, as the sources mean them;
//! - [`wire`]: how each endpoint spells them, element by element;
//! - [`rule`]: what the `PARAM_` types of Moodle accept;
//! - [`crosswalk`]: which functions of Moodle serve an operation of another family, and how values convert;
//! - [`value`]: the values that all of it speaks of.
//!
//! [`validate`] and [`check`] hold values against it: the one validator under every protocol; [`fill`] completes sparse answers; [`kept`]
//! remembers what was found out about records that a store gives again and again. Nothing here reads files or knows a protocol.
//! [`load()`] checks a manifest and says what is wrong with it.

pub mod check;
pub mod consistent;
pub mod crosswalk;
pub mod fill;
pub mod kept;
pub mod load;
pub mod number;
pub mod rule;
pub mod schema;
pub mod site;
pub mod validate;
pub mod value;
pub mod wire;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use load::{Fault, load};
pub use schema::{Field, Kind, Operation, Presence, Record, Scalar, Service, SessionPart, Shape, Slot};
pub use site::Site;
pub use validate::{Problem, Validator};
pub use value::Value;

/// Version of the format. A reader refuses a manifest of another one.
pub const FORMAT: u32 = 1;

/// The manifest of a build: `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// What wrote it: `mwsc 0.1.0`.
    pub generator: String,
    /// SHA-256 in hexadecimal digits of the schema that the services reach.
    pub digest: String,
    /// Moodle releases that the schema comes from; empty for other sources.
    pub releases: Vec<String>,
    /// The services, by shortname.
    pub services: Vec<Service>,
    /// Every operation of a service, by name.
    pub operations: IndexMap<String, Operation>,
    /// Every record that an operation reaches, by name.
    pub records: IndexMap<String, Record>,
    /// SOAP endpoints with their spelling.
    pub endpoints: Vec<wire::Endpoint>,
    /// What a scalar's `PARAM_` type accepts, by type; only those that occur.
    pub rules: IndexMap<String, rule::Rule>,
    /// How operations are served by functions of Moodle; empty where no crosswalk applies.
    #[serde(default, skip_serializing_if = "crosswalk::Crosswalk::is_empty")]
    pub crosswalk: crosswalk::Crosswalk,
    /// Files of the build beside the manifest.
    pub files: Vec<File>,
}

/// A file of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Path below the folder of the manifest, with `/`.
    pub path: String,
    /// SHA-256 in hexadecimal digits.
    pub digest: String,
    /// Length in bytes.
    pub bytes: u64,
}
