//! Where the manifests of a build lie.
//!
//! `mwsc generate` writes `manifest/manifest.json` into its output folder, and with several inputs one into a folder for each. So a build
//! may be named by a manifest, by its folder, or by the output folder; then all manifests in it are served together.

use std::path::{Path, PathBuf};

use super::MANIFEST;

/// How deep manifests are looked for below an output folder.
const DEPTH: usize = 3;

/// The manifests that a path means, by path. When there is none, where one was expected.
pub fn manifests(path: &Path) -> Result<Vec<PathBuf>, PathBuf> {
    if !path.is_dir() {
        return if path.is_file() { Ok(vec![path.to_owned()]) } else { Err(path.to_owned()) };
    }
    let mut found = Vec::new();
    below(path, DEPTH, &mut found);
    found.sort();
    if found.is_empty() { Err(path.join("manifest").join(MANIFEST)) } else { Ok(found) }
}

/// A folder with a manifest has no other in it.
fn below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let own = folder.join(MANIFEST);
    if own.is_file() {
        found.push(own);
        return;
    }
    if depth == 0 {
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        // A link could lead in a circle, and nothing that mwsc writes is one.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&entry.path(), depth - 1, found);
        }
    }
}
