//! A folder on disk as a [`Tree`]: the only code that reads Moodle's files.
//!
//! In: a root folder. Out: files and listings below it, by paths with `/`, never from outside of it: `..` and symbolic links that lead
//! outside or back up are refused, with the reason kept for a report. Moodle probes for files: the first probes in a folder ask the
//! system for one name each, and a folder that is probed often is listed once and answers from memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::source::{Entry, MAX_FILE_BYTES, ReadError, Tree};

/// What a name in a folder is, before links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Dir,
    Link,
    /// A pipe, a socket, a device: opening it could block for ever.
    Special,
}

/// A folder that was looked into.
struct Dir {
    /// Where it really is, links followed; below the root.
    real: PathBuf,
    /// The real places of the folders that lead to it, outermost first. A link back to one of them is a loop.
    above: Vec<PathBuf>,
    /// Names in it; read when they are worth it.
    names: OnceLock<Result<FxHashMap<String, Kind>, ReadError>>,
    /// How many names were asked for one by one.
    probes: AtomicU32,
}

impl Dir {
    fn new(real: PathBuf, above: Vec<PathBuf>) -> Self {
        Dir { real, above, names: OnceLock::new(), probes: AtomicU32::new(0) }
    }
}

impl Kind {
    fn of(ty: fs::FileType) -> Self {
        if ty.is_dir() {
            Kind::Dir
        } else if ty.is_symlink() {
            Kind::Link
        } else if ty.is_file() {
            Kind::File
        } else {
            Kind::Special
        }
    }
}

type Found = Result<Arc<Dir>, ReadError>;

/// Listing a folder costs as much as asking for a few names.
const PROBES: u32 = 4;

/// Whether a name that the system finds is the name that stands in the folder. Elsewhere upper and lower case may be one.
const EXACT_NAMES: bool = cfg!(target_os = "linux");

/// A folder on disk.
pub struct DiskTree {
    root: PathBuf,
    shown: String,
    dirs: RwLock<FxHashMap<String, Found>>,
    refused: Mutex<BTreeMap<String, String>>,
    /// Files and bytes that were read.
    read: (AtomicU64, AtomicU64),
    /// The largest file that is read, in bytes.
    limit: u64,
}

impl DiskTree {
    /// Opens a folder. `shown` is how diagnostics call it: as the user wrote it.
    pub fn open(root: &Path, shown: &str) -> io::Result<Self> {
        let root = root.canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        fs::read_dir(&root)?;
        let shown = if matches!(shown, "" | ".") { String::new() } else { shown.trim_end_matches('/').to_owned() + "/" };
        Ok(DiskTree { root, shown, dirs: RwLock::default(), refused: Mutex::default(), read: Default::default(), limit: MAX_FILE_BYTES })
    }

    /// Reads files of up to this many bytes.
    #[must_use]
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// How many files and bytes were read so far.
    pub fn count(&self) -> (u64, u64) {
        (self.read.0.load(Ordering::Relaxed), self.read.1.load(Ordering::Relaxed))
    }

    /// Where the root really is, links followed.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every path that was asked for and refused or unreadable, with the reason, in order of path.
    pub fn refused(&self) -> Vec<(String, String)> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(path, why)| (path.clone(), why.clone())).collect()
    }

    fn refuse(&self, path: &str, why: impl Into<String>) -> ReadError {
        let why = why.into();
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), why.clone());
        ReadError::Unreadable(why)
    }

    /// The folder of a path; each is looked into once.
    fn dir(&self, path: &str) -> Found {
        if let Some(found) = self.dirs.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return found.clone();
        }
        let found = self.look(path);
        self.dirs.write().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_insert(found).clone()
    }

    fn look(&self, path: &str) -> Found {
        if path.is_empty() {
            return Ok(Arc::new(Dir::new(self.root.clone(), Vec::new())));
        }
        let (parent, name) = split(path);
        if !is_plain(name) {
            return Err(self.refuse(path, "the path has an empty, `.` or `..` part"));
        }
        let parent = self.dir(parent)?;
        let real = match self.kind(path, &parent, name)? {
            None | Some(Kind::File | Kind::Special) => return Err(ReadError::Missing),
            Some(Kind::Dir) => parent.real.join(name),
            Some(Kind::Link) => {
                let real = self.follow(path, &parent.real.join(name))?;
                if !real.is_dir() {
                    return Err(ReadError::Missing);
                }
                if real == parent.real || parent.above.contains(&real) {
                    return Err(self.refuse(path, "a symbolic link that leads back to a folder above it"));
                }
                real
            }
        };
        let mut above = parent.above.clone();
        above.push(parent.real.clone());
        Ok(Arc::new(Dir::new(real, above)))
    }

    /// What a name in a folder is; `path` is the whole path, for messages.
    fn kind(&self, path: &str, dir: &Dir, name: &str) -> Result<Option<Kind>, ReadError> {
        if EXACT_NAMES && dir.names.get().is_none() && dir.probes.fetch_add(1, Ordering::Relaxed) < PROBES {
            return match fs::symlink_metadata(dir.real.join(name)) {
                Ok(meta) => Ok(Some(Kind::of(meta.file_type()))),
                Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename) => Ok(None),
                Err(why) => Err(self.failed(path, &why)),
            };
        }
        self.names(split(path).0, dir).map(|names| names.get(name).copied())
    }

    /// The names in a folder.
    fn names<'d>(&self, path: &str, dir: &'d Dir) -> Result<&'d FxHashMap<String, Kind>, ReadError> {
        dir.names.get_or_init(|| self.read_names(path, &dir.real)).as_ref().map_err(Clone::clone)
    }

    fn read_names(&self, path: &str, real: &Path) -> Result<FxHashMap<String, Kind>, ReadError> {
        let mut names = FxHashMap::default();
        for entry in fs::read_dir(real).map_err(|why| self.failed(path, &why))? {
            let entry = entry.map_err(|why| self.failed(path, &why))?;
            // A name that is not UTF-8 cannot be written in PHP source that we read as text, so nothing asks for it.
            let Ok(name) = entry.file_name().into_string() else { continue };
            names.insert(name, Kind::of(entry.file_type().map_err(|why| self.failed(path, &why))?));
        }
        Ok(names)
    }

    /// Where a symbolic link leads, if that is inside the root.
    fn follow(&self, path: &str, link: &Path) -> Result<PathBuf, ReadError> {
        let real = link.canonicalize().map_err(|why| self.failed(path, &why))?;
        if real.starts_with(&self.root) { Ok(real) } else { Err(self.refuse(path, "a symbolic link that leads outside the tree")) }
    }

    fn failed(&self, path: &str, why: &io::Error) -> ReadError {
        if why.kind() == io::ErrorKind::NotFound { ReadError::Missing } else { self.refuse(path, plain(why)) }
    }

    /// Where a file really is. `Missing` when it is a folder.
    fn file(&self, path: &str) -> Result<PathBuf, ReadError> {
        let (parent, name) = split(path);
        if !is_plain(name) {
            return Err(self.refuse(path, "the path has an empty, `.` or `..` part"));
        }
        let parent = self.dir(parent)?;
        match self.kind(path, &parent, name)? {
            None | Some(Kind::Dir) => Err(ReadError::Missing),
            Some(Kind::File) => Ok(parent.real.join(name)),
            Some(Kind::Special) => Err(self.refuse(path, "neither a file nor a folder")),
            Some(Kind::Link) => {
                let real = self.follow(path, &parent.real.join(name))?;
                let meta = fs::metadata(&real).map_err(|why| self.failed(path, &why))?;
                if meta.is_file() {
                    Ok(real)
                } else if meta.is_dir() {
                    Err(ReadError::Missing)
                } else {
                    Err(self.refuse(path, "neither a file nor a folder"))
                }
            }
        }
    }
}

impl Tree for DiskTree {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let real = self.file(path)?;
        let file = File::open(&real).map_err(|why| self.failed(path, &why))?;
        let size = file.metadata().map_err(|why| self.failed(path, &why))?.len();
        if size > self.limit {
            return Err(ReadError::TooLarge { size, limit: self.limit });
        }
        let mut bytes = Vec::with_capacity(size as usize + 1);
        file.take(self.limit + 1).read_to_end(&mut bytes).map_err(|why| self.failed(path, &why))?;
        // A file that grows while it is read is caught too.
        if bytes.len() as u64 > self.limit {
            return Err(ReadError::TooLarge { size: bytes.len() as u64, limit: self.limit });
        }
        self.read.0.fetch_add(1, Ordering::Relaxed);
        self.read.1.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes)
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
        let found = self.dir(dir)?;
        let mut entries: Vec<Entry> = self
            .names(dir, &found)?
            .iter()
            .map(|(name, kind)| {
                // A link to a folder counts as one even where it leads outside: who looks into it is refused, and told why.
                let is_dir = *kind == Kind::Dir || (*kind == Kind::Link && found.real.join(name).is_dir());
                Entry { name: name.clone(), is_dir }
            })
            .collect();
        entries.sort_unstable();
        Ok(entries)
    }

    fn is_file(&self, path: &str) -> bool {
        let (parent, name) = split(path);
        // Most probes are for files that are not there. One look at the path says so without listing its folder; what is there is looked
        // at with care.
        if !self.dirs.read().unwrap_or_else(PoisonError::into_inner).contains_key(parent) && is_absent(&self.root.join(path)) {
            return false;
        }
        if !is_plain(name) {
            return false;
        }
        match self.dir(parent).and_then(|dir| self.kind(path, &dir, name)).unwrap_or_default() {
            Some(Kind::File) => true,
            Some(Kind::Link) => self.file(path).is_ok(),
            Some(Kind::Dir | Kind::Special) | None => false,
        }
    }

    fn display(&self, path: &str) -> String {
        format!("{}{path}", self.shown)
    }
}

/// Whether nothing at all has this path. Any other answer, an error too, is left to those who can report it.
fn is_absent(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|why| matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
}

/// Folder and last name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains('\0')
}

/// The operating system's words without its error number.
pub fn plain(why: &io::Error) -> String {
    let words = why.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> (tempfile::TempDir, DiskTree) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("lib/db")).unwrap();
        fs::write(root.join("lib/db/services.php"), "<?php").unwrap();
        fs::write(root.join("version.php"), "<?php").unwrap();
        fs::write(dir.path().join("secret"), "no").unwrap();
        let tree = DiskTree::open(&root, "moodle/").unwrap();
        (dir, tree)
    }

    #[test]
    fn reads_and_lists_in_order() {
        let (_dir, tree) = tree();
        assert_eq!(tree.read("lib/db/services.php").unwrap(), b"<?php");
        assert!(tree.is_file("version.php") && !tree.is_file("lib") && !tree.is_file("lib/nothing.php"));
        let names: Vec<_> = tree.list("").unwrap().into_iter().map(|entry| (entry.name, entry.is_dir)).collect();
        assert_eq!(names, [("lib".to_owned(), true), ("version.php".to_owned(), false)]);
        assert_eq!(tree.read("lib"), Err(ReadError::Missing));
        assert_eq!(tree.list("version.php"), Err(ReadError::Missing));
        assert_eq!(tree.display("version.php"), "moodle/version.php");
        assert_eq!(tree.count(), (1, 5));
        assert!(tree.refused().is_empty());
    }

    #[test]
    fn does_not_leave_its_root() {
        let (_dir, tree) = tree();
        for path in ["../secret", "lib/../../secret", "/etc/hostname", "lib//db", "./version.php"] {
            assert!(tree.read(path).is_err(), "{path}");
            assert!(!tree.is_file(path), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn follows_links_inside_and_refuses_the_others() {
        use std::os::unix::fs::symlink;
        let (dir, tree) = tree();
        let root = dir.path().join("root");
        symlink("lib", root.join("inside")).unwrap();
        symlink(dir.path(), root.join("outside")).unwrap();
        symlink("../secret", root.join("stolen.php")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink("..", root.join("lib/up")).unwrap();
        symlink("nothing", root.join("broken")).unwrap();
        assert!(tree.is_file("inside/db/services.php"));
        assert!(matches!(tree.list("outside"), Err(ReadError::Unreadable(why)) if why.contains("outside")));
        assert!(matches!(tree.read("stolen.php"), Err(ReadError::Unreadable(why)) if why.contains("outside")));
        assert!(matches!(tree.read("loop"), Err(ReadError::Unreadable(_))));
        assert!(matches!(tree.list("lib/up"), Err(ReadError::Unreadable(why)) if why.contains("back")));
        assert_eq!(tree.read("broken"), Err(ReadError::Missing));
        let refused: Vec<_> = tree.refused().into_iter().map(|(path, _)| path).collect();
        assert_eq!(refused, ["lib/up", "loop", "outside", "stolen.php"]);
    }

    #[test]
    fn refuses_a_huge_file_before_reading_it() {
        let (dir, tree) = tree();
        let file = File::create(dir.path().join("root/huge.php")).unwrap();
        file.set_len(MAX_FILE_BYTES + 1).unwrap();
        let refused = ReadError::TooLarge { size: MAX_FILE_BYTES + 1, limit: MAX_FILE_BYTES };
        assert_eq!(tree.read("huge.php"), Err(refused));
        assert!(tree.with_limit(2 * MAX_FILE_BYTES).read("huge.php").is_ok());
    }
}
