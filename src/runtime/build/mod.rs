//! A build: the folder that `mwsc generate` wrote, read and checked.
//!
//! In: a folder with `manifest.json` and the files that it names. Out: a [`Build`], whole and unchanging, or a [`BuildError`] that says
//! which file is wrong and how. A reload reads a new build and replaces the old one only when it could be read.

mod find;
mod merge;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use mwsc_contract::{Fault, Manifest, Operation, Service};
use sha2::{Digest as _, Sha256};

/// Largest manifest or file of a build, in bytes. The manifest of every function of Moodle is some 5 MB.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// Name of the manifest in its folder.
pub const MANIFEST: &str = "manifest.json";

/// Why a build cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no manifest.
    #[error("{path}: there is no manifest; write one with `mwsc generate --target manifest`, or name its folder with --build")]
    Missing {
        /// Where one was expected.
        path: PathBuf,
    },
    /// Two manifests of an output folder say different things of one name.
    #[error("{path}: the {name} is in another manifest beside this one, and is something else there; name one of the two with --build")]
    Twice {
        /// The second manifest.
        path: PathBuf,
        /// What both name.
        name: String,
    },
    /// A file could not be read.
    #[error("{path}: {why}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A file is larger than any that the compiler writes.
    #[error("{path}: {bytes} bytes are more than a build may have in one file ({MAX_FILE_BYTES})")]
    Enormous {
        /// Which.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// The manifest is not one.
    #[error("{path}: {why}")]
    Manifest {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong with it.
        why: Fault,
    },
    /// A file is not the one that the manifest was written with.
    #[error("{path}: is not the file that the manifest names (its digest differs); write the build again with `mwsc generate`")]
    Digest {
        /// Which.
        path: PathBuf,
    },
    /// The manifest names a file outside its folder.
    #[error("the manifest names `{path}`, which is not a path below its folder")]
    Outside {
        /// As it stands there.
        path: String,
    },
}

/// A manifest with its files.
#[derive(Debug, Clone)]
pub struct Build {
    /// What the compiler says.
    pub manifest: Manifest,
    /// The files by their path in the manifest.
    files: HashMap<String, Bytes>,
    /// Place in `manifest.services`, by shortname.
    services: HashMap<String, usize>,
    /// Names of operations by their lower-case spelling: OK Tech's clients write them in any.
    folded: HashMap<String, String>,
}

impl Build {
    /// Reads the build that a path means: a manifest, its folder, or an output folder with one or several of them.
    pub fn load(path: &Path) -> Result<Build, BuildError> {
        let missing = |path| BuildError::Missing { path };
        let (mut whole, mut files): (Option<Manifest>, _) = (None, HashMap::new());
        for (at, path) in find::manifests(path).map_err(missing)?.into_iter().enumerate() {
            // The files of one build alone keep their names.
            let prefix = if at == 0 { String::new() } else { format!("{at}/") };
            let part = part(&path, &prefix, &mut files)?;
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => merge::merge(whole, part, &prefix).map_err(|name| BuildError::Twice { path, name })?,
            }
        }
        whole.map(|manifest| Build::new(manifest, files)).ok_or_else(|| missing(path.to_owned()))
    }

    /// A build of parts that are at hand. Whoever calls this has checked the manifest.
    pub fn new(manifest: Manifest, files: HashMap<String, Bytes>) -> Build {
        let services = manifest.services.iter().enumerate().map(|(at, service)| (service.shortname.clone(), at)).collect();
        let folded = manifest.operations.keys().map(|name| (name.to_ascii_lowercase(), name.clone())).collect();
        Build { manifest, files, services, folded }
    }

    /// This build and another as one. Files of the other are named with `prefix`. The error is the name that both have.
    #[cfg(test)]
    pub fn and(mut self, other: Build, prefix: &str) -> Result<Build, String> {
        merge::merge(&mut self.manifest, other.manifest, prefix)?;
        self.files.extend(other.files.into_iter().map(|(path, content)| (format!("{prefix}{path}"), content)));
        Ok(Build::new(self.manifest, self.files))
    }

    /// A service by shortname.
    pub fn service(&self, shortname: &str) -> Option<&Service> {
        self.services.get(shortname).map(|&at| &self.manifest.services[at])
    }

    /// An operation of a service by its exact name.
    pub fn operation<'b>(&'b self, service: &Service, name: &str) -> Option<(&'b str, &'b Operation)> {
        let (name, operation) = self.manifest.operations.get_key_value(name)?;
        service.operations.iter().any(|member| member == name).then_some((name.as_str(), operation))
    }

    /// An operation of a service by its name in any letter case, as PHP looks methods up.
    pub fn operation_in_any_case<'b>(&'b self, service: &Service, name: &str) -> Option<(&'b str, &'b Operation)> {
        self.operation(service, name).or_else(|| self.operation(service, self.folded.get(&name.to_ascii_lowercase())?))
    }

    /// A file of the build by its path in the manifest.
    pub fn file(&self, path: &str) -> Option<&Bytes> {
        self.files.get(path)
    }
}

/// Reads a manifest and its files, which are named with `prefix` in `files`.
fn part(path: &Path, prefix: &str, files: &mut HashMap<String, Bytes>) -> Result<Manifest, BuildError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let text = read(path)?;
    let manifest = mwsc_contract::load(&text).map_err(|why| BuildError::Manifest { path: path.to_owned(), why })?;
    for file in &manifest.files {
        if !Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_))) || file.path.is_empty() {
            return Err(BuildError::Outside { path: file.path.clone() });
        }
        let place = folder.join(&file.path);
        let content = read(&place)?;
        if sha256(&content) != file.digest.to_ascii_lowercase() {
            return Err(BuildError::Digest { path: place });
        }
        files.insert(format!("{prefix}{}", file.path), content);
    }
    Ok(manifest)
}

/// Reads a file within [`MAX_FILE_BYTES`].
fn read(path: &Path) -> Result<Bytes, BuildError> {
    let failed = |why| BuildError::Read { path: path.to_owned(), why };
    let bytes = std::fs::metadata(path).map_err(failed)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(BuildError::Enormous { path: path.to_owned(), bytes });
    }
    std::fs::read(path).map(Bytes::from).map_err(failed)
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests;
