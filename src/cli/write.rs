//! Output folders: writing generated files, or comparing what is there with them.
//!
//! In: [`Files`]. Out: files on disk, each replaced as a whole, and a manifest of them with digests. What mwsc did not write, or what
//! somebody edited since, is neither replaced nor removed unless asked for; then nothing at all is written. Files that are written once
//! are the user's from then on: whatever is at their path stays, even if asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;

use super::tree::plain;
use crate::files::Files;
use crate::report::{Code, Diagnostic, Report};

/// Name of the manifest in an output folder.
pub const MANIFEST: &str = ".mwsc-manifest.json";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// For whoever finds the file.
    about: String,
    /// Form of this file; 1.
    version: u32,
    /// SHA-256 by path.
    files: BTreeMap<String, String>,
    /// Files that were written once for the user to edit.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    once: BTreeSet<String>,
}

/// How to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Compare only.
    pub check: bool,
    /// Replace and remove files that are not as mwsc left them.
    pub force: bool,
    /// These files are all there are: others of the manifest are stale. False when only some services were asked for.
    pub whole: bool,
    /// No error was found, so nothing is missing in the folders that these files fill: there others of the manifest are stale.
    pub sound: bool,
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Paths written.
    pub written: Vec<String>,
    /// How many were as they should be.
    pub unchanged: usize,
    /// Paths removed.
    pub removed: Vec<String>,
}

enum State {
    Missing,
    Same,
    /// As mwsc left it, but other than it should be now.
    Old,
    /// Not as mwsc left it.
    Foreign,
}

/// What is to be done to a folder.
#[derive(Default)]
struct Plan<'f> {
    /// Files to write.
    due: Vec<(&'f str, &'f [u8])>,
    /// Files of earlier runs to remove.
    stale: Vec<&'f str>,
    /// Files that stand in the way of either and are somebody else's.
    foreign: Vec<&'f str>,
    /// How many are as they should be.
    unchanged: usize,
    /// What the manifest is to say then: files with their digests, and files that were written once.
    after: (BTreeMap<String, String>, BTreeSet<String>),
}

/// What could not be looked at, written or removed, and why.
type Trouble = (String, io::Error);

/// Writes files into a folder, or compares them with it. `shown` is how messages call the folder.
pub fn write(dir: &Path, shown: &str, files: &Files, how: How, report: &mut Report) -> Done {
    let known = match manifest(dir) {
        Ok(known) => known,
        Err(why) => {
            let help = "restore it, or remove it: files that are as they should be are taken over, and `--force` replaces the others";
            report.push(Diagnostic::new(Code::C042, format!("cannot use `{}`: {why}", place(shown, MANIFEST))).help(help));
            return Done::default();
        }
    };
    let plan = match compare(dir, files, how, &known) {
        Ok(plan) => plan,
        Err(trouble) => return failed(shown, &trouble, report),
    };
    if how.check {
        plan.tell(dir, shown, &known, report);
    } else if !plan.foreign.is_empty() && !how.force {
        plan.refuse(shown, &known, report);
    } else {
        return plan.carry_out(dir, &known).unwrap_or_else(|trouble| failed(shown, &trouble, report));
    }
    Done { unchanged: plan.unchanged, ..Done::default() }
}

/// Compares files with what is in the folder, and with what the manifest knows of earlier runs.
fn compare<'f>(dir: &Path, files: &'f Files, how: How, known: &'f Manifest) -> Result<Plan<'f>, Trouble> {
    let mut plan = Plan::default();
    let (after, once) = (&mut plan.after.0, &mut plan.after.1);
    once.clone_from(&known.once);
    for (path, bytes) in files.iter() {
        let trouble = |why| (path.to_owned(), why);
        if files.is_once(path) {
            once.insert(path.to_owned());
            match fs::symlink_metadata(dir.join(path)) {
                Ok(_) => plan.unchanged += 1,
                Err(why) if why.kind() == io::ErrorKind::NotFound => plan.due.push((path, bytes)),
                Err(why) => return Err(trouble(why)),
            }
            continue;
        }
        match state(&dir.join(path), Some(bytes), known.files.get(path)).map_err(trouble)? {
            State::Same => plan.unchanged += 1,
            State::Missing | State::Old => plan.due.push((path, bytes)),
            State::Foreign => {
                plan.due.push((path, bytes));
                plan.foreign.push(path);
            }
        }
        after.insert(path.to_owned(), digest(bytes));
    }
    for (path, digest) in known.files.iter().filter(|(path, _)| files.get(path).is_none()) {
        if !(how.whole || how.sound && files.fills(path)) {
            after.insert(path.clone(), digest.clone());
            continue;
        }
        // A manifest is only a file: what it names outside the folder is none of ours.
        let state = if is_inside(path) { state(&dir.join(path), None, Some(digest)) } else { Ok(State::Missing) };
        match state.map_err(|why| (path.clone(), why))? {
            State::Missing => {}
            State::Foreign if !how.force => plan.foreign.push(path),
            State::Foreign | State::Old | State::Same => plan.stale.push(path),
        }
    }
    Ok(plan)
}

impl Plan<'_> {
    /// Names what is out of date, for `--check`.
    fn tell(&self, dir: &Path, shown: &str, known: &Manifest, report: &mut Report) {
        for (path, _) in &self.due {
            let shown = place(shown, path);
            let (message, help) = match state(&dir.join(path), None, None) {
                Ok(State::Missing) => (format!("`{shown}` is missing"), "run the same command without `--check` to write it"),
                _ if self.foreign.contains(path) => (format!("`{shown}` {}", whose(known.files.get(*path))), MINE),
                _ => (format!("`{shown}` is out of date"), "run the same command without `--check` to bring it up to date"),
            };
            report.push(Diagnostic::new(Code::C040, message).help(help));
        }
        for path in &self.stale {
            let message = format!("`{}` is no longer generated", place(shown, path));
            report.push(Diagnostic::new(Code::C040, message).help("run the same command without `--check` to remove it"));
        }
    }

    /// Names what is somebody else's.
    fn refuse(&self, shown: &str, known: &Manifest, report: &mut Report) {
        for path in &self.foreign {
            let message = format!("`{}` {}", place(shown, path), whose(known.files.get(*path)));
            report.push(Diagnostic::new(Code::C041, message).note("Nothing was written.").help(MINE));
        }
    }

    /// Writes and removes. All is written beside its place before anything is moved there, so that a full disk leaves what was there, and
    /// known for mwsc's.
    fn carry_out(self, dir: &Path, known: &Manifest) -> Result<Done, Trouble> {
        let mut done = Done { unchanged: self.unchanged, ..Done::default() };
        let (after, once) = self.after;
        let manifest = (after != known.files || once != known.once).then(|| text(after, once));
        let mut staged = Vec::new();
        for (path, bytes) in self.due.into_iter().chain(manifest.as_deref().map(|text| (MANIFEST, text.as_bytes()))) {
            let file = stage(&dir.join(path), bytes).map_err(|why| (path.to_owned(), why))?;
            staged.push((path, file));
        }
        for (path, file) in staged {
            file.persist(dir.join(path)).map_err(|why| (path.to_owned(), why.error))?;
            if path != MANIFEST {
                done.written.push(path.to_owned());
            }
        }
        for path in self.stale {
            remove(dir, path).map_err(|why| (path.to_owned(), why))?;
            done.removed.push(path.to_owned());
        }
        Ok(done)
    }
}

/// What to do about a file that is somebody else's.
const MINE: &str = "move it away, choose another folder with `-o`, or use `--force`";

/// Why a file is somebody else's: what the manifest says of it is not what it is.
fn whose(recorded: Option<&String>) -> &'static str {
    if recorded.is_some() { "was changed since mwsc wrote it" } else { "was not written by mwsc" }
}

/// The text of a manifest.
fn text(files: BTreeMap<String, String>, once: BTreeSet<String>) -> String {
    let about = "Files that mwsc wrote here, with their SHA-256. mwsc replaces and removes these and no others.".to_owned();
    // A map of texts always serialises.
    let mut text = serde_json::to_string_pretty(&Manifest { about, version: 1, files, once }).unwrap_or_default();
    text.push('\n');
    text
}

fn failed(shown: &str, (path, why): &Trouble, report: &mut Report) -> Done {
    report.push(Diagnostic::new(Code::C016, format!("cannot write `{}`: {}", place(shown, path), plain(why))));
    Done::default()
}

/// How messages call a file of the output.
fn place(dir: &str, path: &str) -> String {
    if dir.is_empty() || dir == "." { path.to_owned() } else { format!("{}/{path}", dir.trim_end_matches('/')) }
}

fn manifest(dir: &Path) -> Result<Manifest, String> {
    let none = Manifest { about: String::new(), version: 1, files: BTreeMap::new(), once: BTreeSet::new() };
    let bytes = match fs::read(dir.join(MANIFEST)) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(none),
        // `out` may be a file: creating the folder will say so better.
        Err(why) if why.kind() == io::ErrorKind::NotADirectory => return Ok(none),
        Err(why) => return Err(plain(&why)),
    };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|why| why.to_string())?;
    if manifest.version == 1 { Ok(manifest) } else { Err(format!("its version is {}, this mwsc knows 1", manifest.version)) }
}

fn state(path: &Path, want: Option<&[u8]>, recorded: Option<&String>) -> io::Result<State> {
    let is = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => fs::read(path)?,
        Ok(_) => return Ok(State::Foreign),
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(State::Missing),
        Err(why) => return Err(why),
    };
    if want == Some(is.as_slice()) {
        return Ok(State::Same);
    }
    Ok(if recorded.is_some_and(|recorded| *recorded == digest(&is)) { State::Old } else { State::Foreign })
}

fn digest(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Writes a file beside its place, to be moved there as a whole: readers see the old one or the new one, never a part.
fn stage(path: &Path, bytes: &[u8]) -> io::Result<TempPath> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mwsc-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any program writes: the umask takes away what the user does not want to give.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file.into_temp_path())
}

/// Removes a file and the folders that it leaves empty.
fn remove(dir: &Path, path: &str) -> io::Result<()> {
    fs::remove_file(dir.join(path))?;
    let mut folder = PathBuf::from(path);
    while folder.pop() && !folder.as_os_str().is_empty() {
        if fs::remove_dir(dir.join(&folder)).is_err() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: How = How { check: false, force: false, whole: true, sound: true };

    fn files(items: &[(&str, &str)]) -> Files {
        let mut files = Files::default();
        for (path, text) in items {
            files.add(*path, *text);
        }
        files
    }

    fn run(dir: &Path, items: &[(&str, &str)], how: How) -> (Done, Vec<String>) {
        let mut report = Report::default();
        let done = write(dir, "out", &files(items), how, &mut report);
        (done, report.iter().map(|d| format!("{} {}", d.code.name(), d.message)).collect())
    }

    #[test]
    fn writes_once_and_removes_what_is_stale() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let (done, found) = run(&out, &[("wsdl/a.wsdl", "a"), ("wsdl/sub/b.wsdl", "b")], WHOLE);
        assert_eq!((done.written.len(), found.len()), (2, 0));
        let (done, _) = run(&out, &[("wsdl/a.wsdl", "a"), ("wsdl/sub/b.wsdl", "b")], WHOLE);
        assert_eq!((done.written.len(), done.unchanged), (0, 2));
        let (done, _) = run(&out, &[("wsdl/a.wsdl", "A")], WHOLE);
        assert_eq!(done.written, ["wsdl/a.wsdl"]);
        assert_eq!(done.removed, ["wsdl/sub/b.wsdl"]);
        assert!(!out.join("wsdl/sub").exists());
        let names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names.len(), 2, "no temporary file is left: {names:?}");
    }

    #[test]
    fn a_part_leaves_the_rest_alone() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &[("a", "a"), ("b", "b")], WHOLE);
        let (done, _) = run(dir.path(), &[("a", "A")], How { whole: false, ..WHOLE });
        assert_eq!((done.written.len(), done.removed.len()), (1, 0));
        let (done, _) = run(dir.path(), &[("a", "A")], WHOLE);
        assert_eq!(done.removed, ["b"]);
    }

    #[test]
    fn a_folder_that_is_filled_keeps_nothing_stale() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &[("p/a", "a"), ("p/b", "b"), ("q", "q")], WHOLE);
        let part = |sound: bool| {
            let mut files = files(&[("p/a", "a")]);
            files.fill("p");
            write(dir.path(), "out", &files, How { whole: false, sound, ..WHOLE }, &mut Report::default()).removed
        };
        assert_eq!((part(false), part(true)), (vec![], vec!["p/b".to_owned()]));
    }

    #[test]
    fn foreign_and_edited_files_stop_everything() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &[("a", "a"), ("c", "c")], WHOLE);
        fs::write(dir.path().join("a"), "edited").unwrap();
        fs::write(dir.path().join("b"), "foreign").unwrap();
        fs::write(dir.path().join("c"), "edited").unwrap();
        let (done, found) = run(dir.path(), &[("a", "new"), ("b", "new"), ("d", "new")], WHOLE);
        assert_eq!(done.written, Vec::<String>::new());
        assert_eq!(
            found,
            [
                "C041 `out/a` was changed since mwsc wrote it",
                "C041 `out/b` was not written by mwsc",
                "C041 `out/c` was changed since mwsc wrote it"
            ]
        );
        assert!(!dir.path().join("d").exists());
        let (done, found) = run(dir.path(), &[("a", "new"), ("b", "new")], How { force: true, ..WHOLE });
        assert_eq!((done.written.len(), done.removed.len(), found.len()), (2, 1, 0));
    }

    #[test]
    fn what_is_written_once_is_the_users() {
        let dir = tempfile::tempdir().unwrap();
        let handler = dir.path().join("handler");
        let run = |text: &str, how: How| {
            let mut files = files(&[("a", "a")]);
            files.add_once("handler", text);
            let mut report = Report::default();
            let done = write(dir.path(), "out", &files, how, &mut report);
            (done.written, report.iter().map(|d| format!("{} {}", d.code.name(), d.message)).collect::<Vec<_>>())
        };
        let check = How { check: true, ..WHOLE };
        assert_eq!(run("1", check).1, ["C040 `out/a` is missing", "C040 `out/handler` is missing"]);
        assert_eq!(run("1", WHOLE), (vec!["a".into(), "handler".into()], vec![]));
        fs::write(&handler, "mine").unwrap();
        for how in [WHOLE, check, How { force: true, ..WHOLE }] {
            assert_eq!(run("2", how), (vec![], vec![]));
        }
        // Nothing asks for it any more, and it stays.
        let (done, _) = self::run(dir.path(), &[("a", "a")], How { force: true, ..WHOLE });
        assert_eq!((done.removed, fs::read(&handler).unwrap()), (vec![], b"mine".to_vec()));
        fs::remove_file(&handler).unwrap();
        assert_eq!(run("3", WHOLE).0, ["handler"]);
    }

    #[test]
    fn what_is_right_already_is_taken_over() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "a").unwrap();
        assert_eq!(run(dir.path(), &[("a", "a")], WHOLE).1.len(), 0);
        assert_eq!(run(dir.path(), &[("a", "b")], WHOLE).0.written, ["a"]);
    }

    #[test]
    fn check_names_files_and_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &[("a", "a"), ("b", "b")], WHOLE);
        let (_, found) = run(dir.path(), &[("a", "A"), ("c", "c")], How { check: true, ..WHOLE });
        assert_eq!(found, ["C040 `out/a` is out of date", "C040 `out/c` is missing", "C040 `out/b` is no longer generated"]);
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"a");
        assert_eq!(run(dir.path(), &[("a", "a"), ("b", "b")], How { check: true, ..WHOLE }).1.len(), 0);
    }

    #[test]
    fn check_says_which_files_a_run_would_not_replace() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &[("a", "a")], WHOLE);
        fs::write(dir.path().join("a"), "edited").unwrap();
        fs::write(dir.path().join("b"), "mine").unwrap();
        let (_, found) = run(dir.path(), &[("a", "A"), ("b", "b")], How { check: true, ..WHOLE });
        assert_eq!(found, ["C040 `out/a` was changed since mwsc wrote it", "C040 `out/b` was not written by mwsc"]);
    }

    #[test]
    fn what_cannot_be_written_whole_is_not_written_at_all() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &[("a", "a"), ("sub/b", "b")], WHOLE);
        fs::write(dir.path().join("taken"), "mine").unwrap();
        let (done, found) = run(dir.path(), &[("a", "A"), ("sub/b", "B"), ("taken/c", "c")], WHOLE);
        assert_eq!(done, Done::default());
        assert!(found[0].starts_with("C016 cannot write `out/taken/c`: "), "{found:?}");
        assert_eq!((fs::read(dir.path().join("a")).unwrap(), fs::read(dir.path().join("sub/b")).unwrap()), (b"a".to_vec(), b"b".to_vec()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4, "no temporary file is left");
        fs::remove_file(dir.path().join("taken")).unwrap();
        assert_eq!(run(dir.path(), &[("a", "A"), ("sub/b", "b")], WHOLE).0.written, ["a"]);
    }

    #[test]
    fn a_manifest_cannot_reach_outside() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(dir.path().join("victim"), "v").unwrap();
        let manifest = format!(r#"{{"about":"","version":1,"files":{{"../victim":"{}"}}}}"#, digest(b"v"));
        fs::write(out.join(MANIFEST), manifest).unwrap();
        run(&out, &[("a", "a")], How { force: true, ..WHOLE });
        assert!(dir.path().join("victim").exists());
        fs::write(out.join(MANIFEST), "{").unwrap();
        assert!(run(&out, &[("a", "b")], WHOLE).1[0].starts_with("C042 "));
    }
}
