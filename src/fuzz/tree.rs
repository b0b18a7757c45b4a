//! A small Moodle in memory with one file put in: the base of the cases, read from disk once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use mwsc::source::{Entry, ReadError};

/// The tree.
pub struct Tree {
    path: &'static str,
    input: Vec<u8>,
}

impl Tree {
    /// The base with this file.
    pub fn with(path: &'static str, input: &[u8]) -> Self {
        Tree { path, input: input.to_vec() }
    }
}

fn base() -> &'static BTreeMap<String, Vec<u8>> {
    static BASE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    BASE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/base/modern");
        let mut files = BTreeMap::from([("local/fuzz/version.php".to_owned(), b"<?php\n$plugin->component = 'local_fuzz';\n".to_vec())]);
        let mut left = vec![root.clone()];
        while let Some(dir) = left.pop() {
            for entry in std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok) {
                let path = entry.path();
                if path.is_dir() {
                    left.push(path);
                } else if let (Ok(relative), Ok(bytes)) = (path.strip_prefix(&root), std::fs::read(&path)) {
                    files.insert(relative.to_string_lossy().replace('\\', "/"), bytes);
                }
            }
        }
        files
    })
}

impl mwsc::source::Tree for Tree {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path == self.path {
            return Ok(self.input.clone());
        }
        base().get(path).cloned().ok_or(ReadError::Missing)
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let paths = base().keys().map(String::as_str).chain([self.path]);
        let rests = paths.filter_map(|path| path.strip_prefix(&prefix));
        let names: BTreeMap<String, bool> =
            rests.map(|rest| rest.split_once('/').map_or((rest.to_owned(), false), |(name, _)| (name.to_owned(), true))).collect();
        if names.is_empty() {
            return Err(ReadError::Missing);
        }
        Ok(names.into_iter().map(|(name, is_dir)| Entry { name, is_dir }).collect())
    }

    fn is_file(&self, path: &str) -> bool {
        path == self.path || base().contains_key(path)
    }
}
