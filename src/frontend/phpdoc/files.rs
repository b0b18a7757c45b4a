//! The PHP files of an input: those that are named, those in the folders that are named, and what they require by a literal path.
//!
//! In: a tree and paths in it. Out: syntax trees, each with the files that it requires. A file that nobody needs costs its parsing, without
//! the bodies of its functions.

use bumpalo::Bump;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::php::ast::{Arg, BinaryOp, Expr, ExprKind, Magic, PhpFile, Stmt, StmtKind};
use crate::php::parse;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{ReadError, SourceMap, Span, Tree, plain_path};

/// How many files are read; a Moodle has 20,000. What is beyond is reported.
const MAX_FILES: usize = 20_000;
/// How deep folders are searched.
const MAX_FOLDERS: usize = 30;

/// A PHP file.
pub(super) struct File<'a> {
    /// Relative to the tree.
    pub path: String,
    /// What it holds.
    pub php: &'a PhpFile<'a>,
    /// Where the first of its bytes stand that are not UTF-8.
    pub replaced: Option<Span>,
    /// Whether it was named or stands in a folder that was, and is not only required by another one.
    pub given: bool,
    /// The files that it requires, by number.
    pub requires: Vec<usize>,
}

/// Whether a path is for this front end: a PHP file, or a folder that has one somewhere, judged by names.
pub fn accepts(tree: &dyn Tree, path: &str) -> bool {
    if tree.is_file(path) {
        return is_php(path);
    }
    let (mut queue, mut looked) = (std::collections::VecDeque::from([(path.to_owned(), 0)]), 0);
    while let Some((dir, depth)) = queue.pop_front() {
        for entry in tree.list(&dir).unwrap_or_default() {
            looked += 1;
            if looked > MAX_FILES {
                return false;
            }
            match entry.is_dir {
                true if depth < MAX_FOLDERS && !entry.name.starts_with('.') => queue.push_back((join(&dir, &entry.name), depth + 1)),
                false if is_php(&entry.name) => return true,
                true | false => {}
            }
        }
    }
    false
}

fn is_php(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("php"))
}

/// Reads files and folders, and what they require.
pub(super) fn load<'a>(tree: &dyn Tree, paths: &[String], arena: &'a Bump, sources: &'a SourceMap, report: &mut Report) -> Vec<File<'a>> {
    let mut loader = Loader { tree, arena, sources, report, files: Vec::new(), by_path: FxHashMap::default() };
    for path in paths {
        if tree.is_file(path) {
            loader.load(path, true);
        } else {
            loader.folder(path);
        }
    }
    // Required files are behind the others, and their own requirements behind them.
    let mut at = 0;
    while at < loader.files.len() {
        loader.follow(at);
        at += 1;
    }
    loader.files
}

struct Loader<'a, 't, 'r> {
    tree: &'t dyn Tree,
    arena: &'a Bump,
    sources: &'a SourceMap,
    report: &'r mut Report,
    files: Vec<File<'a>>,
    by_path: FxHashMap<String, Option<usize>>,
}

impl Loader<'_, '_, '_> {
    /// Every PHP file below a folder: files of a folder before those of folders in it, by name.
    fn folder(&mut self, path: &str) {
        let mut queue = std::collections::VecDeque::from([(path.to_owned(), 0)]);
        while let Some((dir, depth)) = queue.pop_front() {
            let entries = match self.tree.list(&dir) {
                Ok(entries) => entries,
                Err(why) => {
                    self.unreadable(&dir, &why);
                    continue;
                }
            };
            for entry in entries {
                let path = join(&dir, &entry.name);
                if !entry.is_dir {
                    if is_php(&entry.name) {
                        self.load(&path, true);
                    }
                } else if !entry.name.starts_with('.') {
                    if depth < MAX_FOLDERS {
                        queue.push_back((path, depth + 1));
                    } else {
                        let message = format!("{} lies too deep and is not searched", self.tree.display(&path));
                        self.report.push(Diagnostic::new(Code::P016, message));
                    }
                }
            }
        }
    }

    /// Reads a file once; `None` when it is not there or cannot be read.
    fn load(&mut self, path: &str, given: bool) -> Option<usize> {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let loaded = if self.files.len() < MAX_FILES {
            self.read(path, given)
        } else {
            self.report.push(Diagnostic::new(Code::P016, format!("more than {MAX_FILES} PHP files: the rest is not read")));
            None
        };
        self.by_path.insert(path.to_owned(), loaded);
        loaded
    }

    fn read(&mut self, path: &str, given: bool) -> Option<usize> {
        let bytes = match self.tree.read(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.unreadable(path, &why);
                return None;
            }
        };
        let (id, file) = self.sources.add(path, self.tree.display(path), bytes);
        let php = parse::parse_file(self.arena, id, &file.text);
        for error in php.errors {
            let span = Span { file: id, start: error.at.start, end: error.at.end };
            self.report.push(Diagnostic::new(Code::M001, error.message).at(span));
        }
        self.files.push(File { path: path.to_owned(), php, replaced: self.sources.replaced(id), given, requires: Vec::new() });
        Some(self.files.len() - 1)
    }

    fn unreadable(&mut self, path: &str, why: &ReadError) {
        self.report.push(Diagnostic::new(Code::P016, format!("{} cannot be read: {why}", self.tree.display(path))));
    }

    /// Loads what a file requires. Paths that only a running site knows are passed over, and so is what is not there: PHP looks in more
    /// places than are known here, and a class that is missing is reported where it is needed.
    fn follow(&mut self, at: usize) {
        let file = &self.files[at];
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut wanted = Vec::new();
        required(file.php.stmts, &folder, &mut wanted);
        let mut seen = FxHashSet::default();
        for path in wanted {
            let places = match path.strip_prefix('/') {
                Some(path) => [plain_path(path), None],
                None => [plain_path(&join(&folder, &path)), plain_path(&path)],
            };
            let found = places.into_iter().flatten().find(|path| self.tree.is_file(path));
            if let Some(number) = found.and_then(|path| self.load(&path, false)).filter(|number| seen.insert(*number)) {
                self.files[at].requires.push(number);
            }
        }
    }
}

fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

/// The paths that statements outside functions include; those that begin with `/` are relative to the tree, others to a folder.
fn required(stmts: &[Stmt<'_>], folder: &str, out: &mut Vec<String>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Expr(Expr { kind: ExprKind::Include { path, .. }, .. }) => out.extend(text(path, folder)),
            StmtKind::Namespace { stmts, .. } | StmtKind::Block(stmts) => required(stmts, folder, out),
            StmtKind::If { then, otherwise, .. } => {
                required(then, folder, out);
                required(otherwise, folder, out);
            }
            _ => {}
        }
    }
}

/// The text that an expression of literals, `__DIR__` and `dirname(__FILE__)` spells.
fn text(expr: &Expr<'_>, folder: &str) -> Option<String> {
    match &expr.kind {
        ExprKind::Str(text) => Some((*text).to_owned()),
        ExprKind::Magic(Magic::Dir) => Some(format!("/{folder}")),
        ExprKind::Call { name, args: [Arg::Positional(of)] } if name.trim_start_matches('\\').eq_ignore_ascii_case("dirname") => {
            match &of.kind {
                ExprKind::Magic(Magic::File) => Some(format!("/{folder}")),
                _ => text(of, folder)?.rsplit_once('/').map(|(outer, _)| outer.to_owned()),
            }
        }
        ExprKind::Binary { op: BinaryOp::Concat, left, right } => Some(text(left, folder)? + &text(right, folder)?),
        _ => None,
    }
}
