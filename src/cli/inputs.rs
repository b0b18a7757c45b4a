//! From paths to inputs: what each folder or file is, plugins laid over trees, and which releases are meant.
//!
//! In: the command line and the configuration. Out: [`Source`]s that are open, each with a release and a label of its own.

use std::path::{Path, PathBuf};

use super::args;
use super::config::{Config, Own};
use super::interface::{self, Root};
use super::layers::Layers;
use super::tree::{DiskTree, plain};
use crate::backend::wsdl;
use crate::frontend::moodle::Site;
use crate::frontend::moodle::builtin::Builtin;
use crate::frontend::moodle::components::TABLE;
use crate::frontend::moodle::identify::{Below, Identity, folder, identify};
use crate::frontend::moodle::release::Release;
use crate::frontend::{Asked, FRONTENDS, Frontend};
use crate::releases::Range;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{SourceMap, Span, Tree};
use crate::{Input, Interface, Moodle};

/// An input that is open.
pub struct Source {
    base: Base,
    plugins: Vec<Plugin>,
    /// Which Moodle.
    pub release: Release,
    /// Its folder in the output where there are several inputs.
    pub label: String,
    /// What the configuration says of it alone.
    pub own: Own,
    site: Option<PathBuf>,
}

/// A plugin and its place.
struct Plugin {
    at: String,
    tree: DiskTree,
    component: String,
}

enum Base {
    /// A Moodle tree and the folder in it that is `$CFG->dirroot`.
    Disk(DiskTree, &'static str),
    /// What stands in for one.
    Builtin,
    /// Files that declare an interface.
    Interface { frontend: &'static Frontend, tree: DiskTree, paths: Vec<String>, class: Option<String> },
}

impl Source {
    /// Hands the input to some work.
    pub fn with<R>(&self, site: &Site, work: impl FnOnce(Input<'_>) -> R) -> R {
        let moodle = |tree| Input::Moodle(Moodle { tree, release: &self.release, site, lone: matches!(self.base, Base::Builtin) });
        match &self.base {
            Base::Disk(tree, "") if self.plugins.is_empty() => work(moodle(tree)),
            Base::Disk(tree, root) => work(moodle(&self.layers(&Below { tree, root }))),
            Base::Builtin => work(moodle(&self.layers(&Builtin::new(self.release.version)))),
            Base::Interface { frontend, tree, paths, class } => {
                work(Input::Interface(Interface { frontend, asked: Asked { tree, paths, class: class.as_deref() } }))
            }
        }
    }

    /// Hands the input to some work that is about a Moodle alone; `None`, after a finding, when it is something else.
    pub fn with_moodle<R>(&self, site: &Site, report: &mut Report, work: impl FnOnce(Moodle<'_>, &mut Report) -> R) -> Option<R> {
        self.with(site, |input| match input {
            Input::Moodle(moodle) => Some(work(moodle, report)),
            Input::Interface(_) => {
                let message = format!("{} is no Moodle tree and no plugin", self.about());
                report.push(Diagnostic::new(Code::C007, message).help("`mwsc inspect` shows what it declares"));
                None
            }
        })
    }

    /// Inputs of one family are one thing in several releases: Moodles. Each other interface is a thing of its own.
    pub fn family(&self) -> Option<&str> {
        if self.is_moodle() { None } else { Some(&self.label) }
    }

    /// What the input is, for a person.
    pub fn about(&self) -> String {
        match &self.base {
            Base::Disk(..) | Base::Builtin => format!("Moodle {} ({})", self.label, self.release.full),
            Base::Interface { tree, paths, .. } => paths.iter().map(|path| tree.display(path)).collect::<Vec<_>>().join(" and "),
        }
    }

    /// A few words to tell it from the other inputs.
    pub fn head(&self) -> String {
        if self.is_moodle() { format!("Moodle {}", self.label) } else { self.about() }
    }

    /// The profile of WSDLs that is closest to the input.
    pub fn profile(&self) -> &'static str {
        match &self.base {
            Base::Interface { frontend, .. } => frontend.profile,
            Base::Disk(..) | Base::Builtin => wsdl::DOCUMENT,
        }
    }

    /// Whether it is a Moodle, or plugins of one.
    pub fn is_moodle(&self) -> bool {
        matches!(self.base, Base::Disk(..) | Base::Builtin)
    }

    fn layers<'t>(&'t self, base: &'t dyn Tree) -> Layers<'t> {
        let mut layers = Layers::new(Some(base));
        for plugin in &self.plugins {
            layers.mount(&plugin.at, &plugin.tree);
        }
        layers
    }

    fn disks(&self) -> impl Iterator<Item = &DiskTree> {
        let base = match &self.base {
            Base::Disk(tree, _) | Base::Interface { tree, .. } => Some(tree),
            Base::Builtin => None,
        };
        base.into_iter().chain(self.plugins.iter().map(|plugin| &plugin.tree))
    }

    /// The component of the plugin that stands alone, if one does.
    pub fn plugin(&self) -> Option<&str> {
        match (&self.base, self.plugins.first()) {
            (Base::Builtin, Some(plugin)) => Some(&plugin.component),
            (Base::Builtin, None) | (Base::Disk(..) | Base::Interface { .. }, _) => None,
        }
    }

    /// How many files and bytes were read.
    pub fn count(&self) -> (u64, u64) {
        self.disks().map(DiskTree::count).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// Reports what was asked for and refused, unless the front end did so.
    pub fn report_refused(&self, report: &mut Report) {
        for tree in self.disks() {
            for (path, why) in tree.refused() {
                let shown = tree.display(&path);
                if report.iter().any(|finding| finding.message.contains(&shown)) {
                    continue;
                }
                let code = if why.contains("link") { Code::C024 } else { Code::C023 };
                report.push(Diagnostic::new(code, format!("`{shown}` was not read: {why}")));
            }
        }
    }

    /// The settings of the site for this input: of the command line, its own, or those of the configuration.
    pub fn site(&self, options: &args::Inputs, config: &Config, sources: &SourceMap, report: &mut Report) -> Site {
        let Some(path) = options.site.as_ref().or(self.site.as_ref()).or(config.site.as_ref()) else { return Site::default() };
        let shown = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => {
                let (file, source) = sources.add(&shown, shown.clone(), bytes);
                Site::read(&source.text, file, report)
            }
            Err(why) => {
                report.push(Diagnostic::new(Code::C050, format!("cannot read the site file `{shown}`: {}", plain(&why))));
                Site::default()
            }
        }
    }
}

/// Folders that belong to one input.
struct Group {
    trees: Vec<(PathBuf, DiskTree, &'static str, Release)>,
    plugins: Vec<(PathBuf, DiskTree, String)>,
    interfaces: Vec<(&'static Frontend, PathBuf)>,
    class: Option<String>,
    own: Own,
    release: Option<String>,
    site: Option<PathBuf>,
    at: Option<Span>,
}

/// Opens the inputs of a run. Empty when something is wrong, which is in the report.
pub fn open(options: &args::Inputs, config: &Config, report: &mut Report) -> Vec<Source> {
    open_all(options, config, report).0
}

/// The same, and whether there are several inputs before `--moodle` chooses among them: the output is laid out alike either way.
pub fn open_all(options: &args::Inputs, config: &Config, report: &mut Report) -> (Vec<Source>, bool) {
    let before = report.iter().count();
    let mut groups = Vec::new();
    if !options.inputs.is_empty() || (config.inputs.is_empty() && options.base.is_some()) {
        groups.push(group(&options.inputs, None, None, None, report));
    } else if config.inputs.is_empty() {
        let help = "name a Moodle folder, or write a configuration with `mwsc init path/to/moodle`";
        report.push(Diagnostic::new(Code::C005, "there is nothing to compile").help(help));
    } else {
        for def in &config.inputs {
            let paths: Vec<PathBuf> = def.tree.iter().chain(&def.plugins).cloned().collect();
            let mut group = group(&paths, def.release.clone(), def.site.clone(), def.at, report);
            for (name, path) in &def.files {
                // The configuration takes its keys from that table.
                group
                    .interfaces
                    .extend(FRONTENDS.iter().filter(|frontend| frontend.name == *name).map(|frontend| (frontend, path.clone())));
            }
            group.class.clone_from(&def.class);
            group.own.clone_from(&def.own);
            groups.push(group);
        }
    }
    for group in groups.iter_mut().filter(|_| options.class.is_some()) {
        group.class.clone_from(&options.class);
    }
    if let Some(base) = &options.base {
        lay_over(base, &mut groups, report);
    }
    if report.iter().count() > before {
        return (Vec::new(), false);
    }
    let mut sources: Vec<Source> = groups.into_iter().flat_map(|group| sources(group, &options.moodle, report)).collect();
    let several = sources.len() > 1;
    choose(&mut sources, &options.moodle, report);
    unique(&sources, report);
    if report.iter().count() > before {
        sources.clear();
    }
    (sources, several)
}

/// The folders that the command line or the configuration names, whatever they hold.
pub fn folders(options: &args::Inputs, config: &Config, report: &mut Report) -> Vec<DiskTree> {
    let configured = config.inputs.iter().flat_map(|def| def.tree.iter().chain(&def.plugins));
    let paths: Vec<&PathBuf> = if options.inputs.is_empty() { configured.collect() } else { options.inputs.iter().collect() };
    if paths.is_empty() {
        report.push(Diagnostic::new(Code::C005, "there is nothing to parse").help("name a folder"));
    }
    paths.into_iter().filter_map(|path| open_disk(path, None, report)).collect()
}

fn group(paths: &[PathBuf], release: Option<String>, site: Option<PathBuf>, at: Option<Span>, report: &mut Report) -> Group {
    let mut group =
        Group { trees: Vec::new(), plugins: Vec::new(), interfaces: Vec::new(), class: None, own: Own::default(), release, site, at };
    for path in paths {
        if path.is_file()
            && let Some(frontend) = interface::front_end(path)
        {
            group.interfaces.push((frontend, path.clone()));
            continue;
        }
        let path = &top(path);
        let Some(tree) = open_disk(path, at, report) else { continue };
        match identify(&tree) {
            Identity::Tree { root, release } => group.trees.push((path.clone(), tree, root, release)),
            Identity::Plugin { component } => group.plugins.push((path.clone(), tree, component)),
            // Of a folder with a Moodle in it the PHP is no interface.
            Identity::Unknown => match interface::front_end(path).filter(|_| moodle_in(&tree).is_none()) {
                Some(frontend) => group.interfaces.push((frontend, path.clone())),
                None => report.push(no_moodle(path, &tree).at(at)),
            },
        }
    }
    group
}

/// The tree of which somebody names the folder `public`: since 5.1 its table of components stands beside that folder.
fn top(path: &Path) -> PathBuf {
    let above = match path.parent().filter(|_| path.ends_with("public")) {
        Some(above) if above == Path::new("") => PathBuf::from("."),
        Some(above) => above.to_owned(),
        None => path.join(".."),
    };
    let is_public = above.join("public/lib/moodlelib.php").is_file() && above.join(TABLE).is_file() && !path.join(TABLE).is_file();
    if is_public && path.join("lib/moodlelib.php").is_file() { above } else { path.to_owned() }
}

fn open_disk(path: &Path, at: Option<Span>, report: &mut Report) -> Option<DiskTree> {
    // Findings and SARIF name files relative to the working folder where they lie below it.
    let below = std::env::current_dir().ok().and_then(|cwd| path.strip_prefix(cwd).ok());
    let shown = below.unwrap_or(path).display().to_string();
    let why = match DiskTree::open(path, &shown) {
        Ok(tree) => return Some(tree),
        Err(why) => why,
    };
    let finding = match why.kind() {
        std::io::ErrorKind::NotFound => Diagnostic::new(Code::C020, format!("there is no `{shown}`")),
        std::io::ErrorKind::NotADirectory => {
            let help = format!("files that are read: {}", interface::kinds());
            Diagnostic::new(Code::C021, format!("`{shown}` is no folder, and no file that mwsc reads")).help(help)
        }
        _ => Diagnostic::new(Code::C023, format!("cannot read `{shown}`: {}", plain(&why))),
    };
    report.push(finding.at(at));
    None
}

/// The finding for a folder that is neither; often the right one is next to it.
fn no_moodle(path: &Path, tree: &DiskTree) -> Diagnostic {
    let finding = Diagnostic::new(Code::C022, format!("`{}` is neither a Moodle tree nor a plugin", path.display()));
    let above = tree.root().ancestors().skip(1).take(3).find(|folder| folder.join("lib/moodlelib.php").is_file());
    match (moodle_in(tree), above) {
        (Some(name), _) => finding.help(format!("did you mean `{}`?", path.join(name).display())),
        (None, Some(_)) => finding.help("it is a part of a Moodle tree: name the top of the tree"),
        (None, None) => {
            finding.help("a Moodle tree has version.php and lib/ at its top; the version.php of a plugin sets $plugin->component")
        }
    }
}

/// The folder in a folder that is a Moodle tree.
fn moodle_in(tree: &DiskTree) -> Option<String> {
    let below = tree.list("").unwrap_or_default();
    below.into_iter().find(|entry| entry.is_dir && tree.is_file(&format!("{}/lib/moodlelib.php", entry.name))).map(|entry| entry.name)
}

/// Lays plugins over the tree of `--base`.
fn lay_over(base: &Path, groups: &mut [Group], report: &mut Report) {
    for group in groups {
        if let Some((path, ..)) = group.trees.first() {
            let message = format!("`{}` is a Moodle tree itself, so `--base` cannot be laid under it", path.display());
            report.push(Diagnostic::new(Code::C008, message).help("`--base` is for plugin folders"));
            continue;
        }
        if let Some((_, path)) = group.interfaces.first().filter(|_| group.plugins.is_empty()) {
            let message = format!("`{}` is no plugin, so `--base` cannot be laid under it", path.display());
            report.push(Diagnostic::new(Code::C008, message).help("`--base` is for plugin folders"));
            continue;
        }
        let base = &top(base);
        let Some(tree) = open_disk(base, None, report) else { return };
        match identify(&tree) {
            Identity::Tree { root, release } => group.trees.push((base.clone(), tree, root, release)),
            Identity::Plugin { .. } => {
                let message = format!("`{}` is a plugin; `--base` takes a Moodle tree", base.display());
                report.push(Diagnostic::new(Code::C008, message));
            }
            Identity::Unknown => report.push(no_moodle(base, &tree)),
        }
    }
}

/// One source for each tree of a group, with the group's plugins over it; or for each release where plugins stand alone.
fn sources(group: Group, releases: &[String], report: &mut Report) -> Vec<Source> {
    let Group { trees, plugins, interfaces, class, own, release: label, site, at } = group;
    if let Some(label) = &label
        && !label.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    {
        let message = format!("the release `{label}` cannot be the name of a folder");
        report.push(Diagnostic::new(Code::C002, message).at(at).help("use letters, digits, `.`, `_` and `-`"));
    }
    let mut bases: Vec<(Base, Release, String)> = Vec::new();
    if trees.is_empty() && !plugins.is_empty() {
        let named: Vec<String> = match &label {
            Some(label) => vec![label.clone()],
            None if releases.is_empty() => vec![String::new()],
            // A range stands for its newest release.
            None => releases.iter().map(|name| range(name).map_or_else(|| name.clone(), |range| range.to.name.clone())).collect(),
        };
        bases.extend(named.into_iter().map(|name| (Base::Builtin, Release::parse(&name), name)));
    }
    for (_, tree, root, release) in trees {
        let label = label.clone().unwrap_or_else(|| release.number.clone());
        bases.push((Base::Disk(tree, root), release, label));
    }
    let mut sources = Vec::new();
    for (base, release, label) in bases {
        let mut source = Source { base, plugins: Vec::new(), release, label, own: own.clone(), site: site.clone() };
        for (path, _, component) in &plugins {
            let place = source.with(&Site::default(), |input| match input {
                Input::Moodle(moodle) => folder(moodle.tree, component),
                // Files of an interface come below, and take no plugins.
                Input::Interface(_) => None,
            });
            let Some(tree) = open_disk(path, at, report) else { continue };
            if let Some(at) = place {
                source.plugins.push(Plugin { at, tree, component: component.clone() });
                continue;
            }
            let message = format!("the component `{component}` of `{}` has no place in Moodle {}", path.display(), source.release.number);
            let help =
                "before the first `_` of `$plugin->component`, in its version.php, stands the type of a plugin, such as `local` or `mod`";
            report.push(Diagnostic::new(Code::C017, message).at(at).help(help));
        }
        sources.push(source);
    }
    for frontend in FRONTENDS {
        let paths: Vec<PathBuf> = interfaces.iter().filter(|(of, _)| of.name == frontend.name).map(|(_, path)| path.clone()).collect();
        if !paths.is_empty() {
            let source = interface(frontend, &paths, class.clone(), label.clone(), at, report);
            sources.extend(source.map(|source| Source { own: own.clone(), ..source }));
        }
    }
    sources
}

/// The files of a group that one front end reads, as one input.
fn interface(
    frontend: &'static Frontend,
    paths: &[PathBuf],
    class: Option<String>,
    label: Option<String>,
    at: Option<Span>,
    report: &mut Report,
) -> Option<Source> {
    if let Some(gone) = paths.iter().find(|path| !path.exists()) {
        report.push(Diagnostic::new(Code::C020, format!("there is no `{}`", gone.display())).at(at));
        return None;
    }
    let opened = Root::of(paths).and_then(|root| Ok((root.open(frontend)?, root)));
    match opened {
        Ok((tree, root)) => Some(Source {
            label: label.unwrap_or_else(|| root.label()),
            base: Base::Interface { frontend, tree, paths: root.paths, class },
            plugins: Vec::new(),
            release: Release::parse(""),
            own: Own::default(),
            site: None,
        }),
        Err(why) => {
            let shown = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("`, `");
            report.push(Diagnostic::new(Code::C023, format!("cannot read `{shown}`: {}", plain(&why))).at(at));
            None
        }
    }
}

/// Keeps the releases that `--moodle` names, and what is no Moodle.
fn choose(sources: &mut Vec<Source>, releases: &[String], report: &mut Report) {
    if releases.is_empty() || (!sources.is_empty() && !sources.iter().any(Source::is_moodle)) {
        return;
    }
    let is = |source: &Source, wanted: &str| {
        source.label == wanted
            || source.release.number == wanted
            || source.release.number.starts_with(&format!("{wanted}."))
            || range(wanted).is_some_and(|range| range.contains(source.release.version))
    };
    for wanted in releases {
        if !sources.iter().any(|source| source.is_moodle() && is(source, wanted)) {
            let have: Vec<String> =
                sources.iter().filter(|source| source.is_moodle()).map(|source| format!("`{}`", source.label)).collect();
            let finding = Diagnostic::new(Code::C009, format!("no input is Moodle {wanted}"));
            report.push(if have.is_empty() { finding } else { finding.help(format!("the inputs are {}", have.join(", "))) });
        }
    }
    sources.retain(|source| !source.is_moodle() || releases.iter().any(|wanted| is(source, wanted)));
}

/// The releases of `3.9..5.1`.
fn range(name: &str) -> Option<Range> {
    Range::parse(name).ok().filter(|_| name.contains(".."))
}

fn unique(sources: &[Source], report: &mut Report) {
    for (at, source) in sources.iter().enumerate() {
        if sources[..at].iter().any(|other| other.label == source.label) {
            let what = if source.is_moodle() { "of the release" } else { "called" };
            let help =
                "tell them apart by `release = \"...\"` in `[[input]]`, or compile one at a time, each with a folder of its own (`-o`)";
            report.push(Diagnostic::new(Code::C018, format!("two inputs are {what} `{}`", source.label)).help(help));
        }
    }
}
