//! The inputs that mutation begins with: files of the project, by ending.

use std::path::Path;

/// The largest seed: larger ones make every round slow and find nothing more.
const MOST_BYTES: u64 = 64 * 1024;

/// The files below `fixtures/`, `snapshots/` and `seeds/` whose name ends so, sorted by path.
pub fn read(root: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    let mut left = vec![root.join("fixtures"), root.join("snapshots"), root.join("src/fuzz/seeds")];
    while let Some(dir) = left.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok) {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                left.push(entry.path());
            } else if entry.file_name().to_string_lossy().ends_with(ending) && entry.metadata().is_ok_and(|meta| meta.len() <= MOST_BYTES) {
                paths.push(entry.path());
            }
        }
    }
    paths.sort();
    let mut seeds: Vec<Vec<u8>> = paths.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    seeds.dedup();
    if seeds.is_empty() {
        seeds.push(Vec::new());
    }
    seeds
}
