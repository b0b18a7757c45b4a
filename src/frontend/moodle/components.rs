//! Components by Moodle's own rules: core subsystems, plugin types, sub-plugins and the plugins on disk.
//!
//! In: a tree. Out: which component lives in which folder. The tables are read from the tree: `lib/components.json` where there is one,
//! else the array that the PHP of that release spells out; only folders that the rules name are listed.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::literal::{self, Place};
use super::loader::Loader;
use crate::ir::{Key, Literal};
use crate::php::ast::{Expr, ExprKind, FunctionBody, PhpFile, Stmt, StmtKind};
use crate::php::host::DIRROOT;
use crate::php::parse;
use crate::report::{Code, Diagnostic};
use crate::source::plain_path;

/// The table of components. From 5.1 on it stands beside the folder `public`, which is then part of every folder in it.
pub const TABLE: &str = "lib/components.json";

/// Names that are never plugins in releases without a table of their own.
const IGNORED: &[&str] = &["CVS", "_vti_cnf", "simpletest", "db", "yui", "tests", "phpunit"];

/// A plugin on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Plugin type: `mod`, `assignsubmission`.
    pub kind: String,
    /// Name without its type.
    pub name: String,
    /// Folder relative to the root.
    pub dir: String,
}

impl Plugin {
    /// Frankenstyle name.
    pub fn component(&self) -> String {
        format!("{}_{}", self.kind, self.name)
    }
}

/// Which component lives where.
#[derive(Debug, Default)]
pub struct Components {
    /// Core subsystems; `None` for one without a folder.
    pub subsystems: IndexMap<String, Option<String>>,
    /// Plugin types with their folders, in Moodle's order.
    pub types: IndexMap<String, String>,
    /// Plugin types whose classes still load but which are installed no more.
    pub deprecated: IndexMap<String, String>,
    /// Plugins by type and name: folders.
    pub plugins: IndexMap<String, IndexMap<String, String>>,
    /// Sub-plugin types with the component that owns them.
    pub parents: IndexMap<String, String>,
}

/// Reads the components of a tree.
pub fn read(files: &Loader<'_>) -> Components {
    let mut out = Components::default();
    let core = files.php("lib/classes/component.php");
    let mut rules = Rules { ignored: IGNORED.iter().map(|&name| name.to_owned()).collect(), hosts: Vec::new(), strict: core.is_some() };
    if let Some(json) = json(files, TABLE) {
        out.subsystems = json_table(&json, "subsystems").into_iter().map(|(name, dir)| (name, (!dir.is_empty()).then_some(dir))).collect();
        out.types = json_table(&json, "plugintypes");
        out.deprecated = json_table(&json, "deprecatedplugintypes");
    } else {
        let table = core.map_or_else(
            || files.php("lib/moodlelib.php").map(|file| (file, "get_core_subsystems", "get_plugin_types")),
            |file| Some((file, "fetch_subsystems", "fetch_plugintypes")),
        );
        if let Some((file, subsystems, types)) = table {
            out.subsystems = php_table(files, file, subsystems);
            out.types = php_table(files, file, types).into_iter().filter_map(|(name, dir)| Some((name, dir?))).collect();
        }
    }
    if let Some(core) = core {
        let keys = |value| literal::items(value).into_iter();
        let ignored: Vec<String> = keys(literal::property(core, "ignoreddirs"))
            .filter_map(|(key, _)| match key {
                Key::Str(name) => Some(name),
                Key::Int(_) => None,
            })
            .collect();
        if !ignored.is_empty() {
            rules.ignored = ignored;
        }
        rules.hosts = keys(literal::property(core, "supportsubplugins")).filter_map(|(_, value)| text(value)).collect();
    }
    if rules.hosts.is_empty() {
        let hosts: &[&str] = if rules.strict { &["mod", "editor", "tool", "local"] } else { &["mod", "editor"] };
        rules.hosts = hosts.iter().map(|&host| host.to_owned()).collect();
    }
    out.types.entry("theme".to_owned()).or_insert_with(|| "theme".to_owned());
    // Local plugins come last, and so do the sub-plugins of local plugins.
    let (last, first): (Vec<_>, Vec<_>) = rules.hosts.iter().cloned().partition(|host| host == "local");
    for host in &first {
        subplugins(files, &rules, host, &mut out);
    }
    out.types.entry("local".to_owned()).or_insert_with(|| "local".to_owned());
    for host in &last {
        subplugins(files, &rules, host, &mut out);
    }
    for (kind, dir) in out.types.iter().chain(&out.deprecated) {
        if !out.plugins.contains_key(kind) {
            let found = rules.plugins(files, kind, dir, &out.subsystems);
            out.plugins.insert(kind.clone(), found);
        }
    }
    out
}

/// What differs between releases when folders are read.
struct Rules {
    ignored: Vec<String>,
    /// Plugin types whose plugins may own sub-plugins.
    hosts: Vec<String>,
    /// Whether names must be valid plugin names (2.4 and later) or only safe folder names.
    strict: bool,
}

impl Rules {
    fn plugins(
        &self,
        files: &Loader<'_>,
        kind: &str,
        dir: &str,
        subsystems: &IndexMap<String, Option<String>>,
    ) -> IndexMap<String, String> {
        let mut found: Vec<(String, String)> = files
            .list(dir)
            .into_iter()
            .filter(|entry| entry.is_dir)
            .filter(|entry| (kind == "auth" && entry.name == "db") || !self.ignored.contains(&entry.name))
            .filter(|entry| self.valid(kind, &entry.name, subsystems))
            .map(|entry| {
                let dir = format!("{dir}/{}", entry.name);
                (entry.name, dir)
            })
            .collect();
        found.sort();
        found.into_iter().collect()
    }

    fn valid(&self, kind: &str, name: &str, subsystems: &IndexMap<String, Option<String>>) -> bool {
        if !self.strict {
            return !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        }
        if kind == "mod" {
            return !subsystems.contains_key(name)
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        }
        let bytes = name.as_bytes();
        bytes.len() > 1
            && bytes[0].is_ascii_lowercase()
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
            && !name.ends_with('_')
            && !bytes[1..].windows(3).any(|w| w[1..] == *b"__")
    }
}

/// Takes in the sub-plugin types that the plugins of one type own.
fn subplugins(files: &Loader<'_>, rules: &Rules, host: &str, out: &mut Components) {
    let Some(dir) = out.types.get(host).cloned() else { return };
    let plugins = rules.plugins(files, host, &dir, &out.subsystems);
    for (name, dir) in &plugins {
        let (kinds, deprecated) = subtypes(files, dir);
        for (kind, at) in kinds {
            if allowed(files, &kind, &at, out) {
                out.parents.insert(kind.clone(), format!("{host}_{name}"));
                out.types.insert(kind, at);
            }
        }
        for (kind, at) in deprecated {
            if allowed(files, &kind, &at, out) {
                out.parents.insert(kind.clone(), format!("{host}_{name}"));
                out.deprecated.insert(kind, at);
            }
        }
    }
    out.plugins.insert(host.to_owned(), plugins);
}

fn allowed(files: &Loader<'_>, kind: &str, dir: &str, out: &Components) -> bool {
    kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && !out.subsystems.contains_key(kind)
        && !out.types.contains_key(kind)
        && !out.deprecated.contains_key(kind)
        && files.is_dir(dir)
}

type Table = Vec<(String, String)>;

/// The sub-plugin types of a plugin, and the deprecated ones: folders relative to the root.
fn subtypes(files: &Loader<'_>, dir: &str) -> (Table, Table) {
    let path = format!("{dir}/db/subplugins.json");
    if files.is_file(&path) {
        let Some(json) = json(files, &path) else { return Default::default() };
        let under = |table: IndexMap<String, String>| table.into_iter().map(|(kind, at)| (kind, format!("{dir}/{at}"))).collect();
        let relative = json_table(&json, "subplugintypes");
        let kinds = if relative.is_empty() { json_table(&json, "plugintypes").into_iter().collect() } else { under(relative) };
        return (kinds, under(json_table(&json, "deprecatedsubplugintypes")));
    }
    let path = format!("{dir}/db/subplugins.php");
    if !files.is_file(&path) {
        return Default::default();
    }
    let table = files.php(&path).and_then(|file| literal::assigned(file, &path, "subplugins"));
    let table = literal::items(table).into_iter().filter_map(|(key, value)| match key {
        Key::Str(kind) => Some((kind, relative(&text(value)?))),
        Key::Int(_) => None,
    });
    (table.collect(), Vec::new())
}

fn json(files: &Loader<'_>, path: &str) -> Option<Map<String, Json>> {
    let (id, file) = files.text(path)?;
    match serde_json::from_str(&file.text) {
        Ok(Json::Object(map)) => Some(map),
        Ok(_) => {
            files.problem(Diagnostic::new(Code::M032, format!("{} holds no JSON object", file.shown)));
            None
        }
        Err(error) => {
            let start = offset(&file.text, error.line(), error.column());
            let at = crate::source::Span { file: id, start, end: start };
            files.problem(Diagnostic::new(Code::M032, format!("{} is not valid JSON: {error}", file.shown)).at(at));
            None
        }
    }
}

/// Byte offset of a line and column, both from 1, on a character boundary.
fn offset(text: &str, line: usize, column: usize) -> u32 {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at as u32
}

/// A table of names and folders, relative to `$CFG->dirroot`; null folders are empty texts.
fn json_table(json: &Map<String, Json>, key: &str) -> IndexMap<String, String> {
    let Some(Json::Object(table)) = json.get(key) else { return IndexMap::new() };
    let inside = |dir: &str| {
        let dir = plain_path(dir).unwrap_or_else(|| dir.to_owned());
        dir.strip_prefix("public/").map_or(dir.clone(), str::to_owned)
    };
    table.iter().map(|(name, dir)| (name.clone(), inside(dir.as_str().unwrap_or_default()))).collect()
}

fn text(value: Literal) -> Option<String> {
    match value {
        Literal::Str(text) => Some(text),
        _ => None,
    }
}

/// The largest array with text keys that a function of a core file assigns: how releases without `components.json` spell the tables.
fn php_table<'a>(files: &Loader<'a>, file: &PhpFile<'a>, function: &str) -> IndexMap<String, Option<String>> {
    let Some(function) = literal::function(file, function) else { return IndexMap::new() };
    let Some(FunctionBody::Block(_)) = &function.body else { return IndexMap::new() };
    let block = parse::body(files.arena(), function, file.text);
    let mut best: Option<&Expr<'_>> = None;
    largest(block.stmts, &mut best);
    let table = literal::items(best.and_then(|expr| literal::fold(expr, Place::default())));
    let entry = |(key, value)| match (key, value) {
        (Key::Str(name), Literal::Str(dir)) => Some((name, Some(relative(&dir)))),
        (Key::Str(name), _) => Some((name, None)),
        (Key::Int(_), _) => None,
    };
    table.into_iter().filter_map(entry).collect()
}

fn largest<'s, 'a>(stmts: &'s [Stmt<'a>], best: &mut Option<&'s Expr<'a>>) {
    let size = |expr: &Expr<'_>| if let ExprKind::Array(items) = expr.kind { items.len() } else { 0 };
    literal::each_assignment(stmts, &mut |_, value| {
        if size(value) > best.map_or(0, size) {
            *best = Some(value);
        }
    });
    for stmt in stmts {
        if let StmtKind::If { then, otherwise, .. } = &stmt.kind {
            largest(then, best);
            largest(otherwise, best);
        }
    }
}

/// A path without the spelling of the root.
fn relative(path: &str) -> String {
    let path = path.strip_prefix(DIRROOT).unwrap_or(path);
    plain_path(path).unwrap_or_else(|| path.to_owned())
}

impl Components {
    /// Plugins in the order in which Moodle installs them: by type, then by name.
    pub fn installed(&self) -> impl Iterator<Item = Plugin> + '_ {
        self.types.keys().flat_map(|kind| {
            let plugins = self.plugins.get(kind).into_iter().flatten();
            plugins.map(move |(name, dir)| Plugin { kind: kind.clone(), name: name.clone(), dir: dir.clone() })
        })
    }

    /// Type and name of a component, by the rules of `normalize_component()`. Core is `("core", None)`.
    pub fn normalize(&self, component: &str) -> (String, Option<String>) {
        if matches!(component, "" | "core" | "moodle") {
            return ("core".to_owned(), None);
        }
        match component.split_once('_') {
            None if self.subsystems.contains_key(component) => ("core".to_owned(), Some(component.to_owned())),
            None => ("mod".to_owned(), Some(component.to_owned())),
            Some(("core" | "moodle", name)) => ("core".to_owned(), Some(name.to_owned())),
            Some((kind, name)) => (kind.to_owned(), Some(name.to_owned())),
        }
    }

    /// The folder of a component: `lib` for core.
    pub fn dir(&self, component: &str) -> Option<String> {
        match self.normalize(component) {
            (kind, None) if kind == "core" => Some("lib".to_owned()),
            (kind, Some(name)) if kind == "core" => self.subsystems.get(&name)?.clone(),
            (kind, name) => self.plugins.get(&kind)?.get(&name?).cloned(),
        }
    }

    /// The file with the English texts of a component.
    pub fn strings(&self, component: &str) -> Option<String> {
        match self.normalize(component) {
            (kind, None) if kind == "core" => Some("lang/en/moodle.php".to_owned()),
            (kind, Some(name)) if kind == "core" => Some(format!("lang/en/{name}.php")),
            (kind, name) => {
                let name = name?;
                let dir = self.plugins.get(&kind)?.get(&name)?;
                Some(if kind == "mod" { format!("{dir}/lang/en/{name}.php") } else { format!("{dir}/lang/en/{kind}_{name}.php") })
            }
        }
    }
}
