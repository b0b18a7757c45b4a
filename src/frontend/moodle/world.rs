//! A Moodle as the evaluator sees it: files, classes and constants of the tree; configuration, database and session as unknowns that
//! carry their PHP expression; and the handful of functions whose answer the rules of components already give.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use bumpalo::Bump;
use rustc_hash::FxHashMap;

use super::autoload::Autoload;
use super::components::{self, Components};
use super::loader::{Loader, Texts};
use super::release::Release;
use super::site::Site;
use super::strings::{self, Strings};
use crate::ir::Literal;
use crate::php::ast::PhpFile;
use crate::php::eval::Interp;
use crate::php::host::{ClassAt, DIRROOT, EvalFinding, FindingKind, Host};
use crate::php::text::Text;
use crate::php::value::{Array, Entry, Key, Value};
use crate::source::{FileId, Span, plain_path};

/// What every request to a web service loads: `lib/setup.php` requires most of these, the server the last ones.
const LIBRARIES: &[&str] = &[
    "lib/moodlelib.php",
    "lib/weblib.php",
    "lib/externallib.php",
    "lib/setuplib.php",
    "lib/accesslib.php",
    "lib/datalib.php",
    "lib/dmllib.php",
    "lib/grouplib.php",
    "lib/enrollib.php",
    "lib/messagelib.php",
    "lib/modinfolib.php",
    "lib/filelib.php",
    "lib/filterlib.php",
    "lib/outputlib.php",
    "lib/navigationlib.php",
    "lib/pagelib.php",
    "lib/blocklib.php",
    "lib/eventslib.php",
    "lib/sessionlib.php",
    "lib/editorlib.php",
    "lib/authlib.php",
    "lib/ajax/ajaxlib.php",
    "lib/classes/component.php",
    "cache/lib.php",
    "lib/deprecatedlib.php",
    "webservice/lib.php",
];

/// Functions whose answer only a running site has: whatever Moodle's source for them does ends in the database, the session or a cache,
/// so the evaluator does not follow it.
const IMPURE_FUNCTIONS: &[&str] = &[
    "get_string_manager",
    "get_fast_modinfo",
    "get_course",
    "get_site",
    "get_admin",
    "get_admins",
    "get_complete_user_data",
    "get_all_capabilities",
    "get_list_of_themes",
    "get_enabled_auth_plugins",
    "has_capability",
    "has_all_capabilities",
    "has_any_capability",
    "isloggedin",
    "isguestuser",
    "is_siteadmin",
    "require_login",
    "require_course_login",
    "require_capability",
    "require_admin",
    "require_sesskey",
    "set_config",
    "get_context_instance",
    "get_system_context",
    "get_file_storage",
    "get_log_manager",
    "get_mimetypes_array",
];

/// Classes of the same kind, in lower case: none of their static methods is followed. One that ends with `\` means a namespace.
const IMPURE_CLASSES: &[&str] = &[
    "cache",
    "cache_config",
    "cache_factory",
    "cache_helper",
    "cache_administration_helper",
    "core_cache\\",
    "core\\di",
    "core\\session\\manager",
    "core\\task\\manager",
    "core\\plugin_manager",
    "core_plugin_manager",
    "core\\hook\\manager",
    "theme_config",
    "core\\output\\theme_config",
    "context_helper",
    "core\\context_helper",
];

/// The world around the evaluator, for one tree.
pub struct World<'a> {
    /// Files.
    pub files: Loader<'a>,
    /// Which Moodle this is.
    pub release: Release,
    /// What the site has configured.
    pub site: Site,
    /// Whether there is a plugin without the Moodle around it: core classes may be missing.
    pub lone: bool,
    components: Arc<OnceLock<Components>>,
    autoload: Arc<Autoload>,
    strings: Strings,
    libraries: OnceCell<Vec<String>>,
    findings: RefCell<Vec<EvalFinding>>,
    lacking: RefCell<FxHashMap<FileId, Lack>>,
}

/// A file that another one requires and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Its path in the tree.
    pub path: String,
    /// Where it is required.
    pub at: Span,
}

/// A world without its syntax trees, which may go to another thread.
pub struct Seed<'a> {
    texts: Texts<'a>,
    release: Release,
    site: Site,
    lone: bool,
    components: Arc<OnceLock<Components>>,
    autoload: Arc<Autoload>,
}

impl<'a> Seed<'a> {
    /// The world, its syntax trees in this arena.
    pub fn grow(self, arena: &'a Bump) -> World<'a> {
        let Seed { texts, release, site, lone, components, autoload } = self;
        World { components, autoload, ..World::new(texts.loader(arena), release, site, lone) }
    }
}

impl<'a> World<'a> {
    /// The world of one tree.
    pub fn new(files: Loader<'a>, release: Release, site: Site, lone: bool) -> Self {
        World {
            files,
            release,
            site,
            lone,
            components: Arc::default(),
            autoload: Arc::default(),
            strings: Strings::default(),
            libraries: OnceCell::new(),
            findings: RefCell::default(),
            lacking: RefCell::default(),
        }
    }

    /// What is needed for the same world on another thread. What was found out of components and class names comes along.
    pub fn seed(&self) -> Seed<'a> {
        Seed {
            texts: self.files.texts(),
            release: self.release.clone(),
            site: self.site.clone(),
            lone: self.lone,
            components: Arc::clone(&self.components),
            autoload: Arc::clone(&self.autoload),
        }
    }

    /// Which component lives where; read on first use.
    pub fn components(&self) -> &Components {
        self.components.get_or_init(|| components::read(&self.files))
    }

    /// What the evaluator found since the last call.
    pub fn take_findings(&self) -> Vec<EvalFinding> {
        std::mem::take(&mut self.findings.borrow_mut())
    }

    /// The first file that the top level of a file requires in vain, as far as it ran.
    pub fn lack_of(&self, file: FileId) -> Option<Lack> {
        self.lacking.borrow().get(&file).cloned()
    }

    /// Whether no file that ran requires another one in vain.
    pub fn lacks_nothing(&self) -> bool {
        self.lacking.borrow().is_empty()
    }

    /// A text of the tree's English language files, with `$a` put in.
    fn string(&self, interp: &Interp<'a, '_>, args: &[Value<'a>]) -> Option<String> {
        let identifier = as_text(args.first()?)?;
        let component = match args.get(1) {
            None | Some(Value::Null) => String::new(),
            Some(value) => as_text(value)?,
        };
        let a = args.get(2);
        let Some(text) = self.strings.get(&self.files, self.components(), &identifier, &component) else {
            return Some(format!("[[{identifier}]]"));
        };
        let property = |key: &str| match a? {
            Value::Object(id) => as_text(interp.object(*id).props.get(key)?),
            Value::Array(array) => as_text(&array.entries.get(key)?.value),
            _ => None,
        };
        strings::substitute(&text, &|| a.map_or(Some(String::new()), as_text), &property)
    }

    /// A value of the configuration: what the site file says, or the expression.
    fn config(&self, args: &[Value<'a>], at: Span) -> Option<Value<'a>> {
        let plugin = as_text(args.first()?)?;
        let Some(name) = args.get(1).filter(|name| !matches!(name, Value::Null)) else {
            return Some(Value::unknown(format!("get_config({})", quoted(&plugin)), Some(at), "depends on the configuration of the site"));
        };
        let name = as_text(name)?;
        if let Some(value) = self.site.plugin_value(&plugin, &name) {
            return Some(value_of(value));
        }
        // The order that an administrator gave to plugins changes no shape; where no site says anything, none is set.
        if name == "sortorder" {
            return Some(Value::Bool(false));
        }
        let expr = format!("get_config({}, {})", quoted(&plugin), quoted(&name));
        Some(Value::unknown(expr, Some(at), "depends on the configuration of the site"))
    }

    /// The folders of the plugins of one type.
    fn plugin_list(&self, kind: &str) -> Value<'a> {
        let kind = if kind.is_empty() { "mod" } else { kind };
        let plugins = self.components().plugins.get(kind);
        array(plugins.into_iter().flatten().map(|(name, dir)| (Key::Str(Text::made(name)), rooted(dir))))
    }

    /// What functions and methods about components have in common.
    fn component_function(&self, name: &str, args: &[Value<'a>]) -> Option<Value<'a>> {
        let components = self.components();
        let text = |at: usize| args.get(at).and_then(as_text);
        let dir = |dir: Option<&String>| dir.map_or(Value::Null, |dir| rooted(dir));
        Some(match name {
            "get_plugin_list" => self.plugin_list(&text(0)?),
            "get_plugin_directory" => {
                let (kind, plugin) = (text(0)?, text(1)?);
                dir(components.plugins.get(&kind).and_then(|plugins| plugins.get(&plugin)))
            }
            "get_subsystem_directory" => dir(components.subsystems.get(&text(0)?).and_then(Option::as_ref)),
            "get_component_directory" => dir(components.dir(&text(0)?).as_ref()),
            "get_core_subsystems" => array(components.subsystems.iter().map(|(name, at)| (Key::Str(Text::made(name)), dir(at.as_ref())))),
            "get_plugin_types" => array(components.types.iter().map(|(name, at)| (Key::Str(Text::made(name)), rooted(at)))),
            "is_core_subsystem" => Value::Bool(components.subsystems.get(&text(0)?).is_some_and(Option::is_some)),
            "get_subtype_parent" => components.parents.get(&text(0)?).map_or(Value::Null, |parent| Value::str(parent)),
            "normalize_component" => {
                let (kind, plugin) = components.normalize(&text(0)?);
                let plugin = plugin.map_or(Value::Null, |plugin| Value::str(&plugin));
                array([(Key::Int(0), Value::str(&kind)), (Key::Int(1), plugin)].into_iter())
            }
            "get_plugin_list_with_file" => {
                let (kind, file) = (text(0)?, text(1)?);
                if !matches!(args.get(2), None | Some(Value::Bool(false))) {
                    return None;
                }
                let plugins = components.plugins.get(&kind).into_iter().flatten();
                let with = plugins.map(|(name, dir)| (name, format!("{dir}/{file}"))).filter(|(_, path)| self.files.is_file(path));
                array(with.map(|(name, path)| (Key::Str(Text::made(name)), rooted(&path))))
            }
            _ => return None,
        })
    }
}

impl<'a> Host<'a> for World<'a> {
    fn file(&self, path: &str) -> Option<&'a PhpFile<'a>> {
        self.files.php(path)
    }

    fn mentions(&self, path: &str, word: &str) -> bool {
        self.files.text(path).is_some_and(|(_, file)| memchr::memmem::find(file.text.as_bytes(), word.as_bytes()).is_some())
    }

    fn class(&self, name: &str) -> Option<ClassAt> {
        self.autoload.find(&self.files, self.components(), name)
    }

    fn libraries(&self) -> &[String] {
        self.libraries.get_or_init(|| LIBRARIES.iter().filter(|path| self.files.is_file(path)).map(|&path| path.to_owned()).collect())
    }

    fn constant(&self, name: &str) -> Option<Value<'a>> {
        Some(match name {
            "MOODLE_INTERNAL" | "WS_SERVER" | "NO_MOODLE_COOKIES" => Value::Bool(true),
            "CLI_SCRIPT"
            | "AJAX_SCRIPT"
            | "PHPUNIT_TEST"
            | "BEHAT_SITE_RUNNING"
            | "BEHAT_TEST"
            | "ABORT_AFTER_CONFIG"
            | "CACHE_DISABLE_ALL"
            | "NO_UPGRADE_CHECK"
            | "NO_DEBUG_DISPLAY"
            | "NO_OUTPUT_BUFFERING" => Value::Bool(false),
            "SITEID" => match self.settle("SITEID") {
                Some(value) => value,
                None => Value::unknown("SITEID", None, "is the id of the site's front page course"),
            },
            _ => return None,
        })
    }

    fn global(&self, _interp: &mut Interp<'a, '_>, name: &str) -> Value<'a> {
        Value::unknown(format!("${name}"), None, "is set by a running site")
    }

    fn has_global(&self, name: &str) -> bool {
        matches!(name, "CFG" | "DB" | "USER" | "SESSION" | "SITE" | "COURSE" | "PAGE" | "OUTPUT" | "PERF" | "FULLME" | "ME" | "SCRIPT")
    }

    fn function(&self, interp: &mut Interp<'a, '_>, name: &str, args: &[Value<'a>], at: Span) -> Option<Value<'a>> {
        match name {
            "get_string" => {
                let text = self.string(interp, args).map(|text| Value::str(&text));
                Some(text.unwrap_or_else(|| {
                    let spelled: Vec<String> = args.iter().map(|arg| interp.spell(arg)).collect();
                    Value::unknown(format!("get_string({})", spelled.join(", ")), Some(at), "is a text that only a site can complete")
                }))
            }
            "get_config" => self.config(args, at),
            "debugging" => {
                let message = args.first().is_some_and(|arg| !matches!(arg, Value::Str(text) if text.is_empty()));
                message.then_some(Value::Bool(false))
            }
            "file_exists" | "is_file" | "is_readable" | "is_dir" => {
                let path = as_text(args.first()?)?;
                let path = plain_path(path.strip_prefix(DIRROOT)?)?;
                let is = (name != "is_dir" && self.files.is_file(&path)) || (name != "is_file" && self.files.is_dir(&path));
                Some(Value::Bool(is))
            }
            impure if IMPURE_FUNCTIONS.contains(&impure) => {
                let spelled: Vec<String> = args.iter().map(|arg| interp.spell(arg)).collect();
                Some(Value::unknown(format!("{name}({})", spelled.join(", ")), Some(at), "is known only to a running site"))
            }
            _ => self.component_function(name, args),
        }
    }

    fn static_method(&self, _interp: &mut Interp<'a, '_>, class: &str, method: &str, args: &[Value<'a>], at: Span) -> Option<Value<'a>> {
        if class.eq_ignore_ascii_case("core_component") || class.eq_ignore_ascii_case("core\\component") {
            return self.component_function(&method.to_ascii_lowercase(), args);
        }
        is_impure(class, method).then(|| Value::unknown(format!("\\{class}::{method}()"), Some(at), "is known only to a running site"))
    }

    fn answers_for(&self, class: &str) -> bool {
        let class = class.to_ascii_lowercase();
        matches!(&*class, "core_component" | "core\\component") || is_impure(&class, "instance")
    }

    fn lacks_file(&self, path: &str) -> bool {
        // A site's own configuration is in no tree. What stands in for a tree has only what descriptions need of it.
        let here = || !self.lone || self.components().installed().any(|plugin| begins(path, &format!("{}/", plugin.dir)));
        !self.files.is_file(path) && path != "config.php" && here() && self.files.is_missing(path)
    }

    fn may_lack(&self, name: &str) -> bool {
        // The stand-in for the tree has every type.
        self.lone && !name.starts_with("PARAM_")
    }

    fn settle(&self, expr: &str) -> Option<Value<'a>> {
        match expr {
            "$CFG->dirroot" => return Some(Value::str(DIRROOT)),
            "$CFG->libdir" => return Some(Value::str(&format!("{DIRROOT}/lib"))),
            "$CFG->admin" => return Some(Value::str("admin")),
            _ => {}
        }
        if let Some(value) = self.site.value(expr) {
            return Some(value_of(value));
        }
        if let Some((plugin, name)) = plugin_setting(expr)
            && let Some(value) = self.site.plugin_value(plugin, name)
        {
            return Some(value_of(value));
        }
        // Debugging adds messages and changes no description.
        (expr == "$CFG->debugdeveloper").then_some(Value::Bool(false))
    }

    fn php(&self) -> (u32, u32) {
        self.release.php()
    }

    fn note(&self, finding: EvalFinding) {
        if let (FindingKind::MissingFile, Some(at)) = (finding.kind, finding.at) {
            self.lacking.borrow_mut().entry(at.file).or_insert(Lack { path: finding.message, at });
            return;
        }
        let mut findings = self.findings.borrow_mut();
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

/// Whether a static method is not followed. Contexts are rows of the database.
fn is_impure(class: &str, method: &str) -> bool {
    let listed = |entry: &str| if entry.ends_with('\\') { begins(class, entry) } else { class.eq_ignore_ascii_case(entry) };
    let context = || begins(class, "context_") || begins(class, "core\\context\\");
    IMPURE_CLASSES.iter().any(|entry| listed(entry)) || (begins(method, "instance") && context())
}

/// Whether a name begins with a prefix, case aside.
fn begins(name: &str, prefix: &str) -> bool {
    name.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// `get_config('plugin')->name` taken apart.
fn plugin_setting(expr: &str) -> Option<(&str, &str)> {
    expr.strip_prefix("get_config('")?.split_once("')->")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn rooted<'a>(dir: &str) -> Value<'a> {
    Value::str(&format!("{DIRROOT}/{dir}"))
}

/// The text that PHP makes of a value, where that is known and no object has a say.
fn as_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_string()),
        Value::Int(n) => Some(n.to_string()),
        Value::Null | Value::Bool(false) => Some(String::new()),
        Value::Bool(true) => Some("1".to_owned()),
        _ => None,
    }
}

fn array<'a>(items: impl Iterator<Item = (Key<'a>, Value<'a>)>) -> Value<'a> {
    let mut out = Array::default();
    for (key, value) in items {
        if let Key::Int(n) = key {
            out.next = out.next.max(n.saturating_add(1));
        }
        out.entries.insert(key, Entry { value, at: None, only_if: None, key_expr: None });
    }
    Value::Array(Rc::new(out))
}

/// A literal as a value of the evaluator.
pub fn value_of<'a>(literal: &Literal) -> Value<'a> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(n) => Value::Int(*n),
        Literal::Float(n) => Value::Float(*n),
        Literal::Str(text) => Value::str(text),
        Literal::Array(items) => array(items.iter().map(|(key, value)| (key.into(), value_of(value)))),
        Literal::Runtime(expr) => Value::unknown(expr.clone(), None, "depends on the site"),
    }
}
