//! What back ends write: paths and bytes in memory. The command line writes them to disk or compares them with it.

use std::collections::{BTreeMap, BTreeSet};

/// Output files by path, relative to the output folder, with `/`. Sorted, so that order never depends on hashing or threads.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Files {
    by_path: BTreeMap<String, Vec<u8>>,
    /// Paths of `by_path` that belong to the user once they are written.
    once: BTreeSet<String>,
    /// Folders in which nothing else is generated, with a slash behind.
    filled: BTreeSet<String>,
}

impl Files {
    /// Adds a file. A path is written once; a second write of the same path is a bug of a back end.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let path = path.into();
        let before = self.by_path.insert(path.clone(), bytes.into());
        debug_assert!(before.is_none(), "two files want the path {path}");
    }

    /// Adds a file for the user to edit: it is written where it is not there, and never replaced or removed.
    pub fn add_once(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let path = path.into();
        self.once.insert(path.clone());
        self.add(path, bytes);
    }

    /// Says that nothing else is generated in a folder, whatever part of the output is asked for: what an earlier run wrote there and this
    /// one does not is stale.
    pub fn fill(&mut self, folder: &str) {
        self.filled.insert(format!("{folder}/"));
    }

    /// Whether a path is in such a folder.
    pub fn fills(&self, path: &str) -> bool {
        self.filled.iter().any(|folder| path.starts_with(folder))
    }

    /// Whether a file is for the user to edit.
    pub fn is_once(&self, path: &str) -> bool {
        self.once.contains(path)
    }

    /// Takes over all files of another collection, with `prefix` before each path.
    pub fn take_in(&mut self, prefix: &str, other: Files) {
        self.once.extend(other.once.iter().map(|path| format!("{prefix}{path}")));
        self.filled.extend(other.filled.iter().map(|folder| format!("{prefix}{folder}")));
        for (path, bytes) in other.by_path {
            self.add(format!("{prefix}{path}"), bytes);
        }
    }

    /// The files in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.by_path.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// One file's bytes.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.by_path.get(path).map(Vec::as_slice)
    }
}
