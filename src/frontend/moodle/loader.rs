//! Files of one tree, each read and parsed once. In: paths. Out: texts and syntax trees that live as long as the run.

use std::cell::RefCell;

use bumpalo::Bump;
use rustc_hash::FxHashMap;

use crate::php::ast::PhpFile;
use crate::php::parse;
use crate::report::{Code, Diagnostic};
use crate::source::{Entry, FileId, ReadError, SourceFile, SourceMap, Tree};

/// Reads through a [`Tree`] and remembers. Problems with files are kept until somebody takes them.
pub struct Loader<'a> {
    arena: &'a Bump,
    sources: &'a SourceMap,
    tree: &'a dyn Tree,
    texts: RefCell<FxHashMap<String, Option<(FileId, &'a SourceFile)>>>,
    files: RefCell<FxHashMap<String, Option<&'a PhpFile<'a>>>>,
    present: RefCell<FxHashMap<String, bool>>,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Loader<'a> {
    /// A loader of one tree.
    pub fn new(arena: &'a Bump, sources: &'a SourceMap, tree: &'a dyn Tree) -> Self {
        Loader {
            arena,
            sources,
            tree,
            texts: RefCell::default(),
            files: RefCell::default(),
            present: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// The arena of every syntax tree.
    pub fn arena(&self) -> &'a Bump {
        self.arena
    }

    /// The texts.
    pub fn sources(&self) -> &'a SourceMap {
        self.sources
    }

    /// How a person finds the file.
    pub fn display(&self, path: &str) -> String {
        self.tree.display(path)
    }

    /// Reads a file of any kind. A missing one is no problem, an unreadable one is.
    pub fn text(&self, path: &str) -> Option<(FileId, &'a SourceFile)> {
        if let Some(known) = self.texts.borrow().get(path) {
            return *known;
        }
        let text = self.read(path);
        self.texts.borrow_mut().insert(path.to_owned(), text);
        text
    }

    fn read(&self, path: &str) -> Option<(FileId, &'a SourceFile)> {
        match self.tree.read(path) {
            Ok(bytes) => {
                let (id, file) = self.sources.add(path, self.tree.display(path), bytes);
                Some((id, file))
            }
            Err(ReadError::Missing) => None,
            Err(error @ (ReadError::TooLarge { .. } | ReadError::Unreadable(_))) => {
                self.problem(Diagnostic::new(Code::M011, format!("{} cannot be read: {error}", self.tree.display(path))));
                None
            }
        }
    }

    /// The syntax tree of a PHP file; `None` when it is not there or cannot be read.
    pub fn php(&self, path: &str) -> Option<&'a PhpFile<'a>> {
        if let Some(known) = self.files.borrow().get(path) {
            return *known;
        }
        let parsed = self.text(path).map(|(id, file)| {
            if file.lossy {
                self.problem(Diagnostic::new(Code::M012, format!("{} is not UTF-8", file.shown)));
            }
            parse::parse_file(self.arena, id, &file.text)
        });
        self.files.borrow_mut().insert(path.to_owned(), parsed);
        parsed
    }

    /// Whether a file is there; asked of the tree once.
    pub fn is_file(&self, path: &str) -> bool {
        if let Some(known) = self.present.borrow().get(path) {
            return *known;
        }
        let is = self.tree.is_file(path);
        self.present.borrow_mut().insert(path.to_owned(), is);
        is
    }

    /// Whether a folder is there.
    pub fn is_dir(&self, path: &str) -> bool {
        self.tree.list(path).is_ok()
    }

    /// The names in a folder; none when it is not there.
    pub fn list(&self, dir: &str) -> Vec<Entry> {
        match self.tree.list(dir) {
            Ok(entries) => entries,
            Err(ReadError::Missing | ReadError::TooLarge { .. }) => Vec::new(),
            Err(ReadError::Unreadable(why)) => {
                self.problem(Diagnostic::new(Code::M011, format!("{} cannot be read: {why}", self.tree.display(dir))));
                Vec::new()
            }
        }
    }

    /// Keeps a problem for [`Loader::take_problems`].
    pub fn problem(&self, diagnostic: Diagnostic) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&diagnostic) {
            problems.push(diagnostic);
        }
    }

    /// The problems so far; they are kept no longer.
    pub fn take_problems(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.problems.borrow_mut())
    }
}
