//! From class names to files: Moodle's class loader turned round. Moodle walks every `classes/` folder and keeps a map; here a name
//! says which files may declare it, and only those are looked for.
//!
//! Names are matched as Moodle matches them: in their exact case, since the map's keys are.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::components::Components;
use super::literal;
use super::loader::Loader;
use crate::ir::{Key, Literal};
use crate::php::host::ClassAt;

/// The maps that release and plugins give beside the folders.
#[derive(Default)]
pub struct Autoload {
    core: OnceLock<Maps>,
    plugins: OnceLock<Maps>,
}

/// `db/legacyclasses.php` (class → file) and `db/renamedclasses.php` (old → new).
#[derive(Default)]
struct Maps {
    legacy: FxHashMap<String, String>,
    renamed: FxHashMap<String, String>,
}

impl Autoload {
    /// Where a class is declared, if autoloading finds it. `name` has no leading backslash.
    pub fn find(&self, files: &Loader<'_>, components: &Components, name: &str) -> Option<ClassAt> {
        if let Some(path) = self.mapped(files, components, name) {
            return Some(ClassAt::File(path));
        }
        let renamed = |maps: &Maps| maps.renamed.get(name).cloned();
        let new = renamed(self.core(files, components)).or_else(|| renamed(self.plugins(files, components)))?;
        self.mapped(files, components, &new).map(|_| ClassAt::Alias(new))
    }

    fn mapped(&self, files: &Loader<'_>, components: &Components, name: &str) -> Option<String> {
        in_folders(files, components, name)
            .or_else(|| self.core(files, components).legacy.get(name).cloned())
            .or_else(|| self.plugins(files, components).legacy.get(name).cloned())
    }

    fn core(&self, files: &Loader<'_>, components: &Components) -> &Maps {
        self.core.get_or_init(|| {
            let mut maps = Maps::default();
            maps.take(files, components, "lib");
            for dir in components.subsystems.values().flatten() {
                maps.take_renamed(files, dir);
            }
            maps
        })
    }

    fn plugins(&self, files: &Loader<'_>, components: &Components) -> &Maps {
        self.plugins.get_or_init(|| {
            let mut maps = Maps::default();
            for dir in components.plugins.values().flat_map(indexmap::IndexMap::values) {
                maps.take(files, components, dir);
            }
            maps
        })
    }
}

impl Maps {
    fn take(&mut self, files: &Loader<'_>, components: &Components, dir: &str) {
        let path = format!("{dir}/db/legacyclasses.php");
        if files.is_file(&path) {
            let table = files.php(&path).and_then(|file| literal::assigned(file, &path, "legacyclasses"));
            for (class, place) in literal::items(table) {
                let (Key::Str(class), Some(file)) = (class, legacy_file(components, dir, place)) else { continue };
                self.legacy.insert(class, file);
            }
        }
        self.take_renamed(files, dir);
    }

    fn take_renamed(&mut self, files: &Loader<'_>, dir: &str) {
        let path = format!("{dir}/db/renamedclasses.php");
        if !files.is_file(&path) {
            return;
        }
        let table = files.php(&path).and_then(|file| literal::assigned(file, &path, "renamedclasses"));
        for (old, new) in literal::items(table) {
            if let (Key::Str(old), Literal::Str(new)) = (old, new) {
                self.renamed.insert(old, new);
            }
        }
    }
}

/// A place in `db/legacyclasses.php`: a path under `classes/`, or a subsystem (`core_cache`) and such a path.
fn legacy_file(components: &Components, dir: &str, place: Literal) -> Option<String> {
    match place {
        Literal::Str(path) => Some(format!("{dir}/classes/{path}")),
        Literal::Array(parts) => {
            let mut parts = parts.into_iter().map(|(_, part)| part);
            let (Some(Literal::Str(subsystem)), Some(Literal::Str(path)), None) = (parts.next(), parts.next(), parts.next()) else {
                return None;
            };
            Some(format!("{}/classes/{path}", components.dir(&subsystem)?))
        }
        _ => None,
    }
}

/// The file of a class by its name alone: `component\a\b` is `classes/a/b.php`, `component_a_b` is `classes/a_b.php`.
fn in_folders(files: &Loader<'_>, components: &Components, name: &str) -> Option<String> {
    if name.contains(['/', '.', '\0']) {
        return None;
    }
    if let Some((component, rest)) = name.split_once('\\') {
        let path = format!("{}/classes/{}.php", class_root(components, component)?, rest.replace('\\', "/"));
        return files.is_file(&path).then_some(path);
    }
    // Of two components that fit, the one that Moodle reads later wins, which is the one with the longer name.
    name.rmatch_indices('_').find_map(|(at, _)| {
        let path = format!("{}/classes/{}.php", class_root(components, &name[..at])?, &name[at + 1..]);
        files.is_file(&path).then_some(path)
    })
}

/// The folder of a component as class names spell it: `core`, `core_<subsystem>`, `<type>_<plugin>` and nothing else.
fn class_root<'c>(components: &'c Components, component: &str) -> Option<&'c str> {
    if component == "core" {
        return Some("lib");
    }
    let (kind, name) = component.split_once('_')?;
    if kind == "core" { components.subsystems.get(name)?.as_deref() } else { components.plugins.get(kind)?.get(name).map(String::as_str) }
}
