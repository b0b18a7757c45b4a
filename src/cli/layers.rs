//! Trees laid over each other: plugin folders mounted in a base tree, or standing alone.
//!
//! A mounted folder replaces what the base has at its path, as an installed plugin does: files of two versions are never mixed.

use crate::source::{Entry, ReadError, Tree};

/// A base with folders mounted over it. Later mounts win over earlier ones.
pub struct Layers<'t> {
    base: Option<&'t dyn Tree>,
    mounts: Vec<(String, &'t dyn Tree)>,
}

impl<'t> Layers<'t> {
    /// A base alone, or nothing.
    pub fn new(base: Option<&'t dyn Tree>) -> Self {
        Layers { base, mounts: Vec::new() }
    }

    /// Mounts a tree at a folder of the whole (`mod/forum`, `public/local/x`).
    pub fn mount(&mut self, at: &str, tree: &'t dyn Tree) {
        self.mounts.push((at.trim_matches('/').to_owned(), tree));
    }

    /// The tree that holds a path, and the path in it.
    fn at<'p>(&self, path: &'p str) -> Option<(&'t dyn Tree, &'p str)> {
        let mounted = self.mounts.iter().rev().find_map(|(at, tree)| below(path, at).map(|rest| (*tree, rest)));
        mounted.or_else(|| self.base.map(|base| (base, path)))
    }
}

impl Tree for Layers<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.at(path).map_or(Err(ReadError::Missing), |(tree, rest)| tree.read(rest))
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
        let own = self.at(dir).map_or(Err(ReadError::Missing), |(tree, rest)| tree.list(rest));
        let children: Vec<&str> = self.mounts.iter().filter_map(|(at, _)| below(at, dir)?.split('/').next()).collect();
        let mut entries = match own {
            Ok(entries) => entries,
            Err(ReadError::Missing) if children.iter().any(|name| !name.is_empty()) => Vec::new(),
            Err(why) => return Err(why),
        };
        for name in children.into_iter().filter(|name| !name.is_empty()) {
            entries.retain(|entry| entry.name != name);
            entries.push(Entry { name: name.to_owned(), is_dir: true });
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn is_file(&self, path: &str) -> bool {
        self.at(path).is_some_and(|(tree, rest)| tree.is_file(rest))
    }

    fn display(&self, path: &str) -> String {
        self.at(path).map_or_else(|| path.to_owned(), |(tree, rest)| tree.display(rest))
    }
}

/// What is left of `path` below `dir`: empty for the folder itself, `None` when it is elsewhere.
fn below<'p>(path: &'p str, dir: &str) -> Option<&'p str> {
    if dir.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(dir)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Memory(BTreeMap<&'static str, &'static str>);

    impl Tree for Memory {
        fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
            self.0.get(path).map(|text| text.as_bytes().to_vec()).ok_or(ReadError::Missing)
        }
        fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
            let entries: BTreeMap<_, _> = self
                .0
                .keys()
                .filter_map(|path| below(path, dir))
                .map(|rest| rest.split_once('/').map_or((rest, false), |(name, _)| (name, true)))
                .collect();
            if entries.is_empty() {
                return Err(ReadError::Missing);
            }
            Ok(entries.into_iter().map(|(name, is_dir)| Entry { name: name.to_owned(), is_dir }).collect())
        }
        fn is_file(&self, path: &str) -> bool {
            self.0.contains_key(path)
        }
        fn display(&self, path: &str) -> String {
            format!("{}/{path}", self.0.len())
        }
    }

    fn names(tree: &dyn Tree, dir: &str) -> Vec<String> {
        tree.list(dir).map(|entries| entries.into_iter().map(|entry| entry.name).collect()).unwrap_or_default()
    }

    #[test]
    fn a_plugin_replaces_its_folder() {
        let base = Memory([("mod/old/lib.php", "b"), ("mod/x/lib.php", "b"), ("mod/x/stale.php", "b")].into());
        let plugin = Memory([("lib.php", "p"), ("db/services.php", "p")].into());
        let mut tree = Layers::new(Some(&base));
        tree.mount("mod/x", &plugin);
        assert_eq!(tree.read("mod/x/lib.php").unwrap(), b"p");
        assert!(tree.is_file("mod/x/db/services.php") && !tree.is_file("mod/x/stale.php") && tree.is_file("mod/old/lib.php"));
        assert_eq!(names(&tree, "mod"), ["old", "x"]);
        assert_eq!(names(&tree, "mod/x"), ["db", "lib.php"]);
        assert_eq!(tree.display("mod/x/lib.php"), "2/lib.php");
    }

    #[test]
    fn a_plugin_stands_alone() {
        let plugin = Memory([("lib.php", "p")].into());
        let mut tree = Layers::new(None);
        tree.mount("mod/x", &plugin);
        assert_eq!(names(&tree, ""), ["mod"]);
        assert_eq!(names(&tree, "mod"), ["x"]);
        assert_eq!(tree.list("mod/xy"), Err(ReadError::Missing));
        assert_eq!(tree.read("mod/y/lib.php"), Err(ReadError::Missing));
    }
}
