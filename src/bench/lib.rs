//! Inputs that the benchmarks share: the `.php` files of the trees that `MWSC_MOODLE_TREES` names (separated by `:`), or else the fixtures.

use std::path::{Path, PathBuf};

/// The texts of all inputs, in order of path. Files that cannot be read are left out.
pub fn inputs() -> Vec<String> {
    let fixtures = || vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")];
    let mut folders = std::env::var_os("MWSC_MOODLE_TREES").map_or_else(fixtures, |trees| std::env::split_paths(&trees).collect());
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "php") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().filter_map(text).collect()
}

fn text(path: &PathBuf) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

pub mod synthetic;
