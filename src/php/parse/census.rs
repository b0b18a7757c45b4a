//! How much of a tree is understood: every `.php` file parsed fully, and counted.

use std::collections::VecDeque;

use bumpalo::Bump;

use super::parse_all;
use crate::source::{FileId, ReadError, SourceMap, Tree};

/// What parsing every file of a tree gave.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Census {
    /// Files with a name that ends in `.php`.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them were understood fully.
    pub understood: usize,
    /// Everything else, by path and line.
    pub findings: Vec<Finding>,
}

/// Something that was not understood, or a file or folder that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path in the tree.
    pub path: String,
    /// From 1; 0 when the file was not read.
    pub line: usize,
    /// What was expected or found, in words.
    pub message: String,
}

/// Parses every `.php` file below the root of a tree, in order of path.
pub fn census(tree: &dyn Tree) -> Census {
    let mut out = Census::default();
    let mut paths = Vec::new();
    let mut folders = VecDeque::from([String::new()]);
    while let Some(folder) = folders.pop_front() {
        match tree.list(&folder) {
            Ok(entries) => {
                for entry in entries {
                    let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
                    if entry.is_dir {
                        folders.push_back(path);
                    } else if path.ends_with(".php") {
                        paths.push(path);
                    }
                }
            }
            Err(error) => out.unread(folder, &error),
        }
    }
    paths.sort_unstable();
    for path in paths {
        out.files += 1;
        match tree.read(&path) {
            Ok(bytes) => out.count(path, bytes),
            Err(error) => out.unread(path, &error),
        }
    }
    out.findings.sort();
    out
}

impl Census {
    fn unread(&mut self, path: String, error: &ReadError) {
        self.findings.push(Finding { path, line: 0, message: error.to_string() });
    }

    /// Parses one file in an arena of its own.
    fn count(&mut self, path: String, bytes: Vec<u8>) {
        self.bytes += bytes.len() as u64;
        let (sources, arena) = (SourceMap::default(), Bump::new());
        let (_, source) = sources.add(&path, String::new(), bytes);
        let parsed = parse_all(&arena, FileId(0), &source.text);
        if parsed.errors.is_empty() {
            self.understood += 1;
        }
        for error in parsed.errors {
            let (line, _) = source.position(error.at.start);
            self.findings.push(Finding { path: path.clone(), line, message: error.message.to_owned() });
        }
    }
}
