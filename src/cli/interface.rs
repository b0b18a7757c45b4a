//! Inputs that are files of an interface: which front end has a path, and the folder that holds the paths of one input.

use std::path::{Path, PathBuf};

use super::tree::DiskTree;
use crate::frontend::{FRONTENDS, Frontend};

/// The front end for a path, by its name and what kind of thing it is; `None` when no front end wants it.
pub fn front_end(path: &Path) -> Option<&'static Frontend> {
    let root = Root::of(&[path.to_owned()]).ok()?;
    let tree = DiskTree::open(&root.folder, "").ok()?;
    FRONTENDS.iter().find(|frontend| root.paths.iter().all(|path| (frontend.accepts)(&tree, path)))
}

/// What front ends read, for messages.
pub fn kinds() -> String {
    FRONTENDS.iter().map(|frontend| frontend.reads).collect::<Vec<_>>().join(", ")
}

/// The folder that holds some paths.
pub struct Root {
    /// The innermost folder around all of them; a path that is a folder is around itself.
    pub folder: PathBuf,
    /// How findings call the folder.
    shown: String,
    /// The paths in it, in order, with `/`.
    pub paths: Vec<String>,
}

impl Root {
    /// Finds it. Fails where a path is not there.
    pub fn of(paths: &[PathBuf]) -> std::io::Result<Self> {
        let mut real = Vec::with_capacity(paths.len());
        // The folder as the user wrote it, as long as there is one alone.
        let mut written: Option<PathBuf> = None;
        let mut folder: Option<PathBuf> = None;
        for path in paths {
            let is_folder = path.metadata()?.is_dir();
            let around = |path: &Path| if is_folder { path.to_owned() } else { path.parent().unwrap_or(Path::new("")).to_owned() };
            // The folder's own links are followed and not the file's: a linked file lies where it is named.
            let around_real =
                if around(path).as_os_str().is_empty() { Path::new(".").canonicalize()? } else { around(path).canonicalize()? };
            real.push(match path.file_name() {
                Some(name) if !is_folder => around_real.join(name),
                Some(_) | None => around_real.clone(),
            });
            match &mut folder {
                None => {
                    written = Some(around(path));
                    folder = Some(around_real);
                }
                Some(folder) if around_real.starts_with(&*folder) && written.as_deref() == Some(&around(path)) => {}
                Some(folder) => {
                    written = None;
                    while !around_real.starts_with(&*folder) && folder.pop() {}
                }
            }
        }
        let folder = folder.unwrap_or_default();
        let cwd = std::env::current_dir().unwrap_or_default();
        let shown = written.unwrap_or_else(|| folder.clone());
        let shown = shown.strip_prefix(&cwd).unwrap_or(&shown).display().to_string();
        let paths = real
            .iter()
            .map(|path| path.strip_prefix(&folder).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
            .collect();
        Ok(Root { folder, shown, paths })
    }

    /// Opens the folder for a front end.
    pub fn open(&self, frontend: &Frontend) -> std::io::Result<DiskTree> {
        DiskTree::open(&self.folder, &self.shown).map(|tree| tree.with_limit(frontend.max_bytes))
    }

    /// What the input is called where there are several: the file or folder that is named first, without its extension.
    pub fn label(&self) -> String {
        let first = self.paths.first().filter(|path| !path.is_empty()).map_or(self.folder.as_path(), Path::new);
        let stem = if first == self.folder { first.file_name() } else { first.file_stem() };
        stem.unwrap_or_default().to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_all_paths_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        std::fs::create_dir_all(at("a/b")).unwrap();
        for file in ["a/b/x.wsdl", "a/y.wsdl", "z.xml"] {
            std::fs::write(at(file), "").unwrap();
        }
        let root = |paths: &[&str]| {
            let root = Root::of(&paths.iter().map(|path| at(path)).collect::<Vec<_>>()).unwrap();
            let folder = root.folder.strip_prefix(dir.path().canonicalize().unwrap()).unwrap().display().to_string();
            (folder, root.paths.clone(), root.label())
        };
        let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        assert_eq!(root(&["a/b/x.wsdl"]), ("a/b".into(), paths(&["x.wsdl"]), "x".into()));
        assert_eq!(root(&["a/b"]), ("a/b".into(), paths(&[""]), "b".into()));
        assert_eq!(root(&["a/b/x.wsdl", "a/y.wsdl"]), ("a".into(), paths(&["b/x.wsdl", "y.wsdl"]), "x".into()));
        assert_eq!(root(&["z.xml", "a/b"]), (String::new(), paths(&["z.xml", "a/b"]), "z".into()));
        assert!(Root::of(&[at("nothing")]).is_err());
    }

    #[test]
    fn names_decide_which_front_end_it_is() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["x.WSDL", "y.xml", "z.tgz"] {
            std::fs::write(dir.path().join(file), "").unwrap();
        }
        let name = |path: &str| front_end(&dir.path().join(path)).map(|frontend| frontend.name);
        assert_eq!((name("x.WSDL"), name("y.xml"), name("z.tgz"), name("nothing.xml")), (Some("wsdl"), Some("wsdl"), None, None));
    }
}
