//! Files of one tree, each read once, and parsed once by each thread. In: paths. Out: texts and syntax trees that live as long as the run.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bumpalo::Bump;
use rustc_hash::FxHashMap;

use crate::php::ast::PhpFile;
use crate::php::parse;
use crate::report::{Code, Diagnostic};
use crate::source::{Entry, FileId, ReadError, SourceFile, SourceMap, Span, Tree};

/// What the loaders of one tree share, whichever thread they are on.
struct Shelf<'a> {
    sources: &'a SourceMap,
    tree: &'a dyn Tree,
    texts: RwLock<FxHashMap<String, Option<FileId>>>,
    present: RwLock<FxHashMap<String, bool>>,
    problems: Mutex<Vec<Diagnostic>>,
}

/// Where texts come from, without the syntax trees: what a thread needs for a loader of its own.
#[derive(Clone)]
pub struct Texts<'a>(Arc<Shelf<'a>>);

impl<'a> Texts<'a> {
    /// A loader that keeps its syntax trees in this arena.
    pub fn loader(self, arena: &'a Bump) -> Loader<'a> {
        Loader { arena, shelf: self.0, files: RefCell::default() }
    }
}

/// Reads through a [`Tree`] and remembers. Problems with files are kept until somebody takes them.
pub struct Loader<'a> {
    arena: &'a Bump,
    shelf: Arc<Shelf<'a>>,
    files: RefCell<FxHashMap<String, Option<&'a PhpFile<'a>>>>,
}

impl<'a> Loader<'a> {
    /// A loader of one tree.
    pub fn new(arena: &'a Bump, sources: &'a SourceMap, tree: &'a dyn Tree) -> Self {
        let shelf = Shelf { sources, tree, texts: RwLock::default(), present: RwLock::default(), problems: Mutex::default() };
        Texts(Arc::new(shelf)).loader(arena)
    }

    /// What a loader on another thread shares with this one.
    pub fn texts(&self) -> Texts<'a> {
        Texts(Arc::clone(&self.shelf))
    }

    /// The arena of every syntax tree.
    pub fn arena(&self) -> &'a Bump {
        self.arena
    }

    /// The texts.
    pub fn sources(&self) -> &'a SourceMap {
        self.shelf.sources
    }

    /// How a person finds the file.
    pub fn display(&self, path: &str) -> String {
        self.shelf.tree.display(path)
    }

    /// Reads a file of any kind. A missing one is no problem, an unreadable one is.
    pub fn text(&self, path: &str) -> Option<(FileId, &'a SourceFile)> {
        let known = self.shelf.texts.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        let id = known.unwrap_or_else(|| self.read(path))?;
        Some((id, self.shelf.sources.file(id)))
    }

    fn read(&self, path: &str) -> Option<FileId> {
        let bytes = match self.shelf.tree.read(path) {
            Ok(bytes) => Some(bytes),
            Err(ReadError::Missing) => None,
            Err(error @ (ReadError::TooLarge { .. } | ReadError::Unreadable(_))) => {
                self.problem(Diagnostic::new(Code::M011, format!("{} cannot be read: {error}", self.shelf.tree.display(path))));
                None
            }
        };
        // Another thread may have read it meanwhile: a file has one number.
        let mut texts = self.shelf.texts.write().unwrap_or_else(PoisonError::into_inner);
        *texts
            .entry(path.to_owned())
            .or_insert_with(|| bytes.map(|bytes| self.shelf.sources.add(path, self.shelf.tree.display(path), bytes).0))
    }

    /// The syntax tree of a PHP file; `None` when it is not there or cannot be read. What could not be parsed of it is a problem, bodies of
    /// functions apart: those are parsed when they are needed.
    pub fn php(&self, path: &str) -> Option<&'a PhpFile<'a>> {
        if let Some(known) = self.files.borrow().get(path) {
            return *known;
        }
        let parsed = self.text(path).map(|(id, file)| {
            if let at @ Some(_) = self.shelf.sources.replaced(id) {
                self.problem(Diagnostic::new(Code::M012, format!("{} is not UTF-8", file.shown)).at(at));
            }
            let parsed = parse::parse_file(self.arena, id, &file.text);
            for error in parsed.errors {
                let at = Span { file: id, start: error.at.start, end: error.at.end };
                self.problem(Diagnostic::new(Code::M001, format!("{}: {}", file.shown, error.message)).at(at));
            }
            parsed
        });
        self.files.borrow_mut().insert(path.to_owned(), parsed);
        parsed
    }

    /// Whether a file is there; asked of the tree once.
    pub fn is_file(&self, path: &str) -> bool {
        if let Some(known) = self.shelf.present.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return *known;
        }
        let is = self.shelf.tree.is_file(path);
        self.shelf.present.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), is);
        is
    }

    /// Whether there is nothing of that name, rather than something that is no file or cannot be read.
    pub fn is_missing(&self, path: &str) -> bool {
        matches!(self.shelf.tree.read(path), Err(ReadError::Missing))
    }

    /// Whether a folder is there.
    pub fn is_dir(&self, path: &str) -> bool {
        self.shelf.tree.list(path).is_ok()
    }

    /// The names in a folder; none when it is not there.
    pub fn list(&self, dir: &str) -> Vec<Entry> {
        match self.shelf.tree.list(dir) {
            Ok(entries) => entries,
            Err(ReadError::Missing | ReadError::TooLarge { .. }) => Vec::new(),
            Err(ReadError::Unreadable(why)) => {
                self.problem(Diagnostic::new(Code::M011, format!("{} cannot be read: {why}", self.shelf.tree.display(dir))));
                Vec::new()
            }
        }
    }

    /// Keeps a problem for [`Loader::take_problems`].
    pub fn problem(&self, diagnostic: Diagnostic) {
        let mut problems = self.shelf.problems.lock().unwrap_or_else(PoisonError::into_inner);
        if !problems.contains(&diagnostic) {
            problems.push(diagnostic);
        }
    }

    /// The problems so far; they are kept no longer.
    pub fn take_problems(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.shelf.problems.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
