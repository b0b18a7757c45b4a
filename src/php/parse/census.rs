//! How much of a tree is understood: every `.php` file parsed fully, and counted.

use std::num::NonZero;
use std::sync::{Mutex, mpsc};

use bumpalo::Bump;

use super::{STACK, parse_all};
use crate::source::{ReadError, SourceMap, Tree};

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

/// Parses every `.php` file below the root of a tree. Files are read here, one after the other, and parsed on other threads: each has
/// an arena of its own, so only counts and findings come back.
pub fn census(tree: &dyn Tree) -> Census {
    let mut out = Census::default();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    // A few files ahead: reading is faster than parsing.
    let (sender, receiver) = mpsc::sync_channel::<(String, Vec<u8>)>(threads * 4);
    let receiver = Mutex::new(receiver);
    let work = || {
        let mut part = Census::default();
        while let Some((path, bytes)) = receiver.lock().ok().and_then(|receiver| receiver.recv().ok()) {
            part.parse(&path, bytes);
        }
        part
    };
    std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let workers: Vec<_> = (0..threads).filter_map(spawn).collect();
        for path in out.files_of(tree) {
            match tree.read(&path) {
                // No threads are to be had.
                Ok(bytes) if workers.is_empty() => out.parse(&path, bytes),
                // Nobody receives only when every worker has panicked, which `join` brings to light.
                Ok(bytes) => drop(sender.send((path, bytes))),
                Err(error) => out.unread(path, &error),
            }
        }
        drop(sender);
        for worker in workers {
            match worker.join() {
                Ok(part) => out.take(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    out.findings.sort();
    out
}

impl Census {
    /// The paths of all `.php` files of a tree.
    fn files_of(&mut self, tree: &dyn Tree) -> Vec<String> {
        let mut paths = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            match tree.list(&folder) {
                Ok(entries) => {
                    for entry in entries {
                        let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
                        if entry.is_dir {
                            folders.push(path);
                        } else if path.rsplit_once('.').is_some_and(|(_, ending)| ending == "php") {
                            paths.push(path);
                        }
                    }
                }
                Err(error) => self.unread(folder, &error),
            }
        }
        self.files += paths.len();
        paths
    }

    fn unread(&mut self, path: String, error: &ReadError) {
        self.findings.push(Finding { path, line: 0, message: error.to_string() });
    }

    /// Parses one file in an arena of its own.
    fn parse(&mut self, path: &str, bytes: Vec<u8>) {
        self.bytes += bytes.len() as u64;
        let (sources, arena) = (SourceMap::default(), Bump::new());
        let (id, source) = sources.add(path, String::new(), bytes);
        let parsed = parse_all(&arena, id, &source.text);
        if parsed.errors.is_empty() {
            self.understood += 1;
        }
        self.findings.extend(parsed.errors.iter().map(|error| {
            let (line, _) = source.position(error.at.start);
            Finding { path: path.to_owned(), line, message: error.message.to_owned() }
        }));
    }

    /// Adds the counts of some other files.
    fn take(&mut self, part: Census) {
        self.bytes += part.bytes;
        self.understood += part.understood;
        self.findings.extend(part.findings);
    }
}
