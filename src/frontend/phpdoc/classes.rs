//! Classes of the files that were read: which there are, which one a name means, and what a class inherits.
//!
//! In: files. Out: ids of classes, the ancestors of one in PHP's order of precedence, its methods. Inheritance without an end, classes that
//! are not there or there twice are reported where they matter, each once.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rustc_hash::{FxHashMap, FxHashSet};

use super::files::File;
use crate::ir::Origin;
use crate::php::ast::{At, Class, Function, Member, Name, Scope, Stmt, StmtKind, TraitRule, Visibility};
use crate::php::eval::names::{full_name, resolve_class};
use crate::report::{Code, Diagnostic};
use crate::source::Span;

/// How many classes one may inherit from, traits and interfaces included.
const MAX_ANCESTORS: usize = 500;

/// A class: an index into [`Classes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClassId(usize);

/// A declaration.
pub(super) struct Decl<'a> {
    /// As parsed.
    pub class: &'a Class<'a>,
    /// Full name, without leading backslash.
    pub name: String,
    /// The file, by number.
    pub file: usize,
}

/// A method of a class, its own or inherited.
#[derive(Clone, Copy)]
pub(super) struct Method<'a> {
    /// As parsed.
    pub function: &'a Function<'a>,
    /// Its name here; a trait's method may have got another one.
    pub name: &'a str,
    /// Who may call it here.
    pub visibility: Visibility,
    /// The class, trait or interface that declares it.
    pub owner: ClassId,
}

/// A class that another one inherits from, with the trait rules on the way there.
struct Ancestor<'a> {
    id: ClassId,
    rules: Vec<&'a [TraitRule<'a>]>,
}

/// What a class names as its parent, with the rules where it is a trait.
type Parent<'a> = (ClassId, Option<&'a [TraitRule<'a>]>);

/// Every class of an input.
pub(super) struct Classes<'a> {
    files: Vec<File<'a>>,
    decls: Vec<Decl<'a>>,
    by_name: FxHashMap<String, Vec<ClassId>>,
    /// Lower-case names that some class extends or implements.
    extended: FxHashSet<String>,
    /// Classes that inherit from themselves.
    endless: FxHashSet<ClassId>,
    /// Files that a file requires, itself included, directly or not.
    reach: RefCell<FxHashMap<usize, Rc<FxHashSet<usize>>>>,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Classes<'a> {
    /// Finds the classes of files.
    pub(super) fn of(files: Vec<File<'a>>) -> Self {
        let mut out = Classes {
            files: Vec::new(),
            decls: Vec::new(),
            by_name: FxHashMap::default(),
            extended: FxHashSet::default(),
            endless: FxHashSet::default(),
            reach: RefCell::default(),
            problems: RefCell::default(),
        };
        for (number, file) in files.iter().enumerate() {
            out.declare(file.php.stmts, number);
        }
        out.files = files;
        out.find_endless();
        out
    }

    fn declare(&mut self, stmts: &'a [Stmt<'a>], file: usize) {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Class(class) => {
                    let id = ClassId(self.decls.len());
                    let name = full_name(class.scope, class.name).into_owned();
                    self.by_name.entry(name.to_ascii_lowercase()).or_default().push(id);
                    self.decls.push(Decl { class, name, file });
                    let parents = class.extends.iter().chain(class.implements);
                    self.extended.extend(parents.map(|name| resolve_class(name, class.scope).to_ascii_lowercase()));
                }
                StmtKind::Namespace { stmts, .. } | StmtKind::Block(stmts) | StmtKind::Declare { body: stmts } => self.declare(stmts, file),
                StmtKind::If { then, otherwise, .. } => {
                    self.declare(then, file);
                    self.declare(otherwise, file);
                }
                _ => {}
            }
        }
    }

    /// Marks the classes that are their own ancestors. The graph is walked without recursion, however deep it is.
    fn find_endless(&mut self) {
        let mut graph: DiGraph<ClassId, ()> = DiGraph::with_capacity(self.decls.len(), self.decls.len());
        let nodes: Vec<_> = (0..self.decls.len()).map(|at| graph.add_node(ClassId(at))).collect();
        for at in 0..self.decls.len() {
            for (parent, _) in self.parents(ClassId(at)).into_iter().flatten() {
                if parent == ClassId(at) {
                    self.endless.insert(parent);
                }
                graph.add_edge(nodes[at], nodes[parent.0], ());
            }
        }
        for component in kosaraju_scc(&graph).into_iter().filter(|component| component.len() > 1) {
            self.endless.extend(component.into_iter().map(|node| graph[node]));
        }
        // What matters is reported when somebody asks for the class.
        self.take_problems();
    }

    /// A declaration.
    pub(super) fn decl(&self, id: ClassId) -> &Decl<'a> {
        &self.decls[id.0]
    }

    /// The file that declares a class.
    pub(super) fn file_of(&self, id: ClassId) -> &File<'a> {
        &self.files[self.decl(id).file]
    }

    /// The files.
    pub(super) fn files(&self) -> &[File<'a>] {
        &self.files
    }

    /// Every class.
    pub(super) fn ids(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0..self.decls.len()).map(ClassId)
    }

    /// Whether some class extends a class of this name, or implements it.
    pub(super) fn is_extended(&self, id: ClassId) -> bool {
        self.extended.contains(&self.decl(id).name.to_ascii_lowercase())
    }

    /// Where a class is declared.
    pub(super) fn origin(&self, id: ClassId) -> Origin {
        let decl = self.decl(id);
        self.origin_at(id, decl.class.at, decl.name.clone())
    }

    /// A place in the file of a class.
    pub(super) fn origin_at(&self, id: ClassId, at: At, symbol: String) -> Origin {
        Origin { file: self.file_of(id).path.clone(), symbol, span: Some(self.span(id, at)), via: Vec::new() }
    }

    /// A place in the file of a class.
    pub(super) fn span(&self, id: ClassId, at: At) -> Span {
        Span { file: self.file_of(id).php.file, start: at.start, end: at.end }
    }

    /// The place of a part of a text that was borrowed from the file of a class.
    pub(super) fn span_of(&self, id: ClassId, text: &str, (start, end): (usize, usize)) -> Span {
        let file = self.file_of(id).php;
        let at = (text.as_ptr() as usize).saturating_sub(file.text.as_ptr() as usize);
        Span { file: file.file, start: (at + start) as u32, end: (at + end) as u32 }
    }

    /// Names of all classes, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.decls.iter().map(|decl| decl.name.as_str())
    }

    /// The class of a full name as a file means it. Of several, one of that file is preferred, then one of a file that it requires, then
    /// one of its folder, then the first.
    pub(super) fn find(&self, name: &str, from: usize) -> Option<ClassId> {
        let found = self.by_name.get(&name.to_ascii_lowercase())?;
        if found.len() == 1 {
            return found.first().copied();
        }
        let reach = self.reach(from);
        let folder = |file: usize| self.files.get(file).and_then(|file| file.path.rsplit_once('/')).map(|(folder, _)| folder);
        let prefer: [&dyn Fn(usize) -> bool; 3] =
            [&|file| file == from, &|file| reach.contains(&file), &|file| folder(file) == folder(from)];
        for is_near in prefer {
            let near: Vec<ClassId> = found.iter().copied().filter(|id| is_near(self.decl(*id).file)).collect();
            match near.as_slice() {
                [] => {}
                [only] => return Some(*only),
                [first, ..] => {
                    self.twice(*first, found);
                    return Some(*first);
                }
            }
        }
        let chosen = *found.first()?;
        self.twice(chosen, found);
        Some(chosen)
    }

    fn twice(&self, chosen: ClassId, all: &[ClassId]) {
        let decl = self.decl(chosen);
        let message = format!("class `{}` is declared {} times; the one in {} is taken", decl.name, all.len(), self.file_of(chosen).path);
        let mut found = Diagnostic::new(Code::P014, message).at(self.span(chosen, decl.class.at));
        for other in all.iter().filter(|id| **id != chosen).take(3) {
            found = found.label(self.span(*other, self.decl(*other).class.at), "another one");
        }
        self.problem(found);
    }

    /// A class by the name that a scope spells, or its full name.
    pub(super) fn resolve(&self, name: &str, scope: &Scope<'_>, from: usize) -> Result<ClassId, String> {
        let full = resolve_class(name, scope);
        match self.find(&full, from) {
            Some(id) => Ok(id),
            // Comments are no code: a class of the global namespace is often spelled without a backslash.
            None => self.find(name.trim_start_matches('\\'), from).ok_or_else(|| full.into_owned()),
        }
    }

    /// The files that a file requires, itself included, directly or not, by number.
    pub(super) fn reached(&self, from: usize) -> impl Iterator<Item = usize> + use<> {
        let mut files: Vec<usize> = self.reach(from).iter().copied().collect();
        files.sort_unstable();
        files.into_iter()
    }

    fn reach(&self, from: usize) -> Rc<FxHashSet<usize>> {
        if let Some(known) = self.reach.borrow().get(&from) {
            return known.clone();
        }
        let (mut seen, mut queue) = (FxHashSet::default(), vec![from]);
        while let Some(file) = queue.pop() {
            if seen.insert(file) {
                queue.extend(self.files.get(file).into_iter().flat_map(|file| file.requires.iter().copied()));
            }
        }
        let seen = Rc::new(seen);
        self.reach.borrow_mut().insert(from, seen.clone());
        seen
    }

    /// What a class inherits from directly: traits, parent, interfaces, each with the rules of its `use`. Names of what is not there are
    /// errors, with what they should be.
    fn parents(&self, id: ClassId) -> Vec<Result<Parent<'a>, (&'static str, String)>> {
        let decl = self.decl(id);
        let find = |name: &Name<'a>, what, rules| {
            let full = resolve_class(name, decl.class.scope);
            self.find(&full, decl.file).map(|id| (id, rules)).ok_or_else(|| (what, full.into_owned()))
        };
        let mut out = Vec::new();
        for member in decl.class.members {
            if let Member::TraitUse { traits, rules } = member {
                out.extend(traits.iter().map(|name| find(name, "trait", Some(*rules))));
            }
        }
        out.extend(decl.class.extends.iter().map(|name| find(name, "class", None)));
        out.extend(decl.class.implements.iter().map(|name| find(name, "interface", None)));
        out
    }

    /// A class and all that it inherits from, in PHP's order of precedence: what comes first wins.
    fn ancestry(&self, id: ClassId) -> Vec<Ancestor<'a>> {
        let (mut out, mut seen) = (Vec::new(), FxHashSet::default());
        let mut stack = vec![Ancestor { id, rules: Vec::new() }];
        while let Some(next) = stack.pop() {
            if !seen.insert(next.id) {
                continue;
            }
            let decl = self.decl(next.id);
            if self.endless.contains(&next.id) {
                let message = format!("`{}` inherits from itself", decl.name);
                self.problem(Diagnostic::new(Code::P013, message).at(self.span(next.id, decl.class.at)));
            }
            if out.len() >= MAX_ANCESTORS {
                let message = format!("`{}` inherits from more than {MAX_ANCESTORS} classes; the rest is not read", self.decl(id).name);
                self.problem(Diagnostic::new(Code::P013, message).at(self.span(id, self.decl(id).class.at)));
                break;
            }
            for parent in self.parents(next.id).into_iter().rev() {
                match parent {
                    Ok((parent, Some(rules))) => {
                        let rules = next.rules.iter().copied().chain([rules]).collect();
                        stack.push(Ancestor { id: parent, rules });
                    }
                    Ok((parent, None)) => stack.push(Ancestor { id: parent, rules: Vec::new() }),
                    Err((what, name)) => self.missing(next.id, what, &name),
                }
            }
            out.push(next);
        }
        out
    }

    fn missing(&self, of: ClassId, what: &str, name: &str) {
        // PHP's own interfaces and classes declare nothing that a client could call.
        const PHP: [&str; 8] =
            ["arrayaccess", "countable", "iterator", "iteratoraggregate", "jsonserializable", "serializable", "stringable", "traversable"];
        const BASES: [&str; 4] = ["stdclass", "arrayobject", "exception", "soapserver"];
        let lower = name.to_ascii_lowercase();
        if PHP.contains(&lower.as_str()) || BASES.contains(&lower.as_str()) {
            return;
        }
        let decl = self.decl(of);
        let message = format!("there is no {what} `{name}`, from which `{}` inherits", decl.name);
        self.problem(Diagnostic::new(Code::P012, message).at(self.span(of, decl.class.at)));
    }

    /// The methods of a class by lower-case name, inherited ones among them, each with those that it hides behind it.
    pub(super) fn methods(&self, id: ClassId) -> IndexMap<String, Vec<Method<'a>>> {
        let mut out: IndexMap<String, Vec<Method<'a>>> = IndexMap::new();
        for ancestor in self.ancestry(id) {
            for member in self.decl(ancestor.id).class.members {
                if let Member::Method { modifiers, function } = member {
                    let method = Method { function, name: function.name, visibility: modifiers.visibility, owner: ancestor.id };
                    for method in self.under(&ancestor, method) {
                        out.entry(method.name.to_ascii_lowercase()).or_default().push(method);
                    }
                }
            }
        }
        out
    }

    /// What becomes of a method under the rules on its way: nothing, itself, or itself and copies under other names.
    fn under(&self, ancestor: &Ancestor<'a>, method: Method<'a>) -> Vec<Method<'a>> {
        let (mut own, mut copies) = (Some(method), Vec::new());
        // A rule names its trait as its own file spells it; the last part tells traits of one `use` apart.
        let last = |name: &str| name.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
        let here = last(&self.decl(ancestor.id).name);
        for rule in ancestor.rules.iter().flat_map(|rules| rules.iter()).filter(|rule| rule.method.eq_ignore_ascii_case(method.name)) {
            if rule.instead_of.iter().any(|name| last(name) == here) {
                own = None;
            }
            if rule.from.is_some_and(|from| last(from) != here) || !rule.instead_of.is_empty() {
                continue;
            }
            let visibility = rule.visibility.unwrap_or(method.visibility);
            match rule.alias {
                Some(name) => copies.push(Method { name, visibility, ..method }),
                None => own = own.map(|own| Method { visibility, ..own }),
            }
        }
        own.into_iter().chain(copies).collect()
    }

    /// A class and its ancestors, nearest first: where its properties are.
    pub(super) fn lineage(&self, id: ClassId) -> Vec<ClassId> {
        self.ancestry(id).into_iter().map(|ancestor| ancestor.id).collect()
    }

    fn problem(&self, found: Diagnostic) {
        self.problems.borrow_mut().push(found);
    }

    /// The problems so far; they are kept no longer.
    pub(super) fn take_problems(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.problems.borrow_mut())
    }
}
