//! What an input is: a Moodle tree, or a plugin and where it belongs. In: a [`Tree`]. Out: an [`Identity`].

use bumpalo::Bump;

use super::components;
use super::literal;
use super::loader::Loader;
use super::release::Release;
use crate::ir::Literal;
use crate::source::{SourceMap, Tree};

/// What an input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A Moodle tree.
    Tree {
        /// The folder that is `$CFG->dirroot`: empty, or `public` (from 5.1 on).
        root: &'static str,
        /// Which release.
        release: Release,
    },
    /// A plugin, by its frankenstyle name.
    Plugin {
        /// `mod_forum`
        component: String,
    },
    /// Neither.
    Unknown,
}

/// Looks at the root of an input.
pub fn identify(tree: &dyn Tree) -> Identity {
    let (arena, sources) = (Bump::new(), SourceMap::default());
    for root in ["", "public"] {
        let at = |path: &str| if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") };
        if tree.is_file(&at("version.php")) && tree.is_file(&at("lib/moodlelib.php")) {
            let below = Below { tree, root };
            let release = Release::read(&Loader::new(&arena, &sources, &below));
            return Identity::Tree { root, release: release.unwrap_or_else(|| Release::parse("")) };
        }
    }
    let files = Loader::new(&arena, &sources, tree);
    let component = files.php("version.php").and_then(|file| {
        ["plugin", "module"].into_iter().find_map(|object| match literal::assigned_property(file, object, "component")? {
            Literal::Str(component) => Some(component),
            _ => None,
        })
    });
    match component.or_else(|| by_language_file(&files)) {
        Some(component) => Identity::Plugin { component },
        None => Identity::Unknown,
    }
}

/// Old plugins name no component: their English language file does, as `mod_x` is `lang/en/x.php` and `local_x` `lang/en/local_x.php`.
fn by_language_file(files: &Loader<'_>) -> Option<String> {
    if !files.is_file("version.php") {
        return None;
    }
    let entries = files.list("lang/en");
    let mut names = entries.iter().filter_map(|entry| entry.name.strip_suffix(".php"));
    let first = names.next()?;
    if names.next().is_some() {
        return None;
    }
    Some(if first.contains('_') { first.to_owned() } else { format!("mod_{first}") })
}

/// The folder of a plugin in a tree, by the tables of that tree (relative to `$CFG->dirroot`). `None` when its type is not known.
pub fn folder(base: &dyn Tree, component: &str) -> Option<String> {
    let (arena, sources) = (Bump::new(), SourceMap::default());
    let components = components::read(&Loader::new(&arena, &sources, base));
    let (kind, name) = components.normalize(component);
    let name = name.filter(|name| !name.is_empty() && !name.contains(['/', '.', '\\']))?;
    Some(format!("{}/{name}", components.types.get(&kind)?))
}

/// A folder of a tree as a tree. The table of components that stands beside the folder is in it too.
pub struct Below<'t> {
    /// The whole.
    pub tree: &'t dyn Tree,
    /// The folder; empty for the whole itself.
    pub root: &'t str,
}

impl Below<'_> {
    fn path(&self, path: &str) -> String {
        let inside = match (self.root, path) {
            ("", path) => path.to_owned(),
            (root, "") => root.to_owned(),
            (root, path) => format!("{root}/{path}"),
        };
        if path == components::TABLE && !self.tree.is_file(&inside) { path.to_owned() } else { inside }
    }
}

impl Tree for Below<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, crate::source::ReadError> {
        self.tree.read(&self.path(path))
    }

    fn list(&self, dir: &str) -> Result<Vec<crate::source::Entry>, crate::source::ReadError> {
        self.tree.list(&self.path(dir))
    }

    fn is_file(&self, path: &str) -> bool {
        self.tree.is_file(&self.path(path))
    }

    fn display(&self, path: &str) -> String {
        self.tree.display(&self.path(path))
    }
}
