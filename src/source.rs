//! Where input text comes from: the file loader that the command line hands in, the files read so far, and positions in them.
//!
//! In: a [`Tree`] (layered roots behind one set of relative paths). Out: texts that live as long as the [`SourceMap`],
//! numbered by [`FileId`], and [`Span`]s into them. Nothing else in the compiler reads files.

use std::fmt;
use std::sync::OnceLock;

use elsa::sync::FrozenVec;

/// The largest PHP file that is read, in bytes. Offsets are 32-bit; Moodle's largest PHP file is under 2 MB.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Number of a file in a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A stretch of bytes `start..end` of one file. Always on character boundaries of that file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One name in a folder, as [`Tree::list`] gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// File or folder name, without the path.
    pub name: String,
    /// Whether it is a folder (symbolic links are followed by the tree).
    pub is_dir: bool,
}

/// Why a file or a folder was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such path. Often an answer and not an error: Moodle probes for files.
    Missing,
    /// Larger than the tree reads.
    TooLarge {
        /// Bytes of the file.
        size: u64,
        /// Bytes that the tree reads at most, usually [`MAX_FILE_BYTES`].
        limit: u64,
    },
    /// The operating system's words.
    Unreadable(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Missing => f.write_str("no such file"),
            ReadError::TooLarge { size, limit } => write!(f, "{size} bytes; the limit is {limit}"),
            ReadError::Unreadable(why) => f.write_str(why),
        }
    }
}

/// The file loader: layered roots seen as one tree. Paths are relative to Moodle's `$CFG->dirroot`, with `/`, without `.` and `..`.
///
/// The command line gives one that reads the disk; tests give one in memory. Implementations refuse to leave their roots, and answer
/// several threads.
pub trait Tree: Sync {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
    /// The names in a folder, sorted by name; of all layers together.
    fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError>;
    /// Whether a file (not a folder) is there. Cheaper than reading it.
    fn is_file(&self, path: &str) -> bool;
    /// How a person finds the file: what diagnostics print for `path`.
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// A path as [`Tree`] wants it, without empty parts, `.` and `..`. `None` when it leads out of its root.
pub fn plain_path(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the root of its tree.
    pub path: String,
    /// What diagnostics call it (see [`Tree::display`]).
    pub shown: String,
    /// The text; bytes that are not UTF-8 were replaced by U+FFFD.
    pub text: String,
    /// Whether something was replaced.
    pub lossy: bool,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let lines = self
            .lines
            .get_or_init(|| std::iter::once(0).chain(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1)).collect());
        let line = lines.partition_point(|&start| start <= offset).max(1);
        let start = lines[line - 1] as usize;
        let column = self.text.get(start..offset as usize).map_or(0, |before| before.chars().count());
        (line, column + 1)
    }
}

/// Every file read in one run, by whichever thread: numbers say nothing about order, so nothing may be sorted by them. Texts are never
/// dropped or moved while the map lives, so syntax trees borrow from it.
#[derive(Default)]
pub struct SourceMap {
    files: FrozenVec<Box<SourceFile>>,
}

impl SourceMap {
    /// Takes a file's bytes in and numbers it.
    pub fn add(&self, path: &str, shown: String, bytes: Vec<u8>) -> (FileId, &SourceFile) {
        let (text, lossy) = match String::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(bad) => (String::from_utf8_lossy(bad.as_bytes()).into_owned(), true),
        };
        let file = SourceFile { path: path.to_owned(), shown, text, lossy, lines: OnceLock::new() };
        let id = FileId(self.files.push_get_index(Box::new(file)) as u32);
        (id, self.file(id))
    }

    /// Where the first of a file's bytes stand that are not UTF-8; `None` when all are.
    pub fn replaced(&self, id: FileId) -> Option<Span> {
        let file = self.file(id);
        let at = file.lossy.then(|| file.text.find(char::REPLACEMENT_CHARACTER))??;
        Some(Span { file: id, start: at as u32, end: (at + char::REPLACEMENT_CHARACTER.len_utf8()) as u32 })
    }

    /// The file of a number. Every `FileId` comes from [`SourceMap::add`] of the same map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        match self.files.get(id.0 as usize) {
            Some(file) => file,
            None => unreachable!("a FileId comes from the map that it is looked up in"),
        }
    }

    /// The line of a place, from 1; `None` when its file is of another map.
    pub fn line(&self, at: Span) -> Option<u32> {
        let file = self.files.get(at.file.0 as usize)?;
        u32::try_from(file.position(at.start).0).ok()
    }

    /// How many files were read.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.files.len() == 0
    }
}
