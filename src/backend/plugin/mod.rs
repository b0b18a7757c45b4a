//! The `plugin` back end: a Moodle plugin that offers the operations of a schema as external functions.
//!
//! In: a checked schema from any front end. Out: `plugin/<folder>/...`, a complete plugin: what Moodle needs to install it, a description
//! of each function, and for each a test. What an operation does is not in a schema, so each function checks its parameters, its context
//! and a capability, and calls a *handler*: a class for the maintainer to write, of which a beginning is written once, or a class that
//! is there already.
//!
//! [`plan`] decides everything, the templates beside this file lay it out. The releases that the plugin is for decide its style
//! ([`Style`]): one class for all functions, in nothing newer than PHP 5.2, for releases before 4.2; a class for each function on
//! `core_external` from then on. A range that holds both gets the older style, which newer releases understand.
//!
//! What a handler must have is in `handlers.json` of the plugin. The file of the last run and the handler itself are an input of the next
//! one: so handlers that are missing, changed or no longer needed are known, and the plugin's version is raised when Moodle has to look
//! at the plugin again ([`handlers`]).

mod access;
pub mod component;
mod describe;
mod emit;
mod function;
mod handlers;
mod levels;
mod names;
mod php;
mod plan;
mod runtime;
mod services;
mod view;

pub use component::Component;
pub use plan::plan;
pub use view::View;

use crate::files::Files;
use crate::ir::{Literal, Schema, ServiceId};
use crate::releases::Range;
use crate::report::Report;
use php::Arrays;

/// The releases that a plugin is for unless something else is asked for: those that have `core_external`.
pub const RELEASES: &str = "4.2..";
/// The component that it is.
pub const COMPONENT: &str = "local_oktech";
/// How often a record may be found inside itself.
pub const DEPTH: u32 = 4;

/// What a run may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Which component the plugin is.
    pub component: Component,
    /// The releases that it is for.
    pub releases: Range,
    /// Its name for people; made of the component's when `None`.
    pub title: Option<String>,
    /// Who holds the copyright; its maintainers when `None`.
    pub copyright: Option<String>,
    /// What stands before the names of functions; the component when `None`.
    pub prefix: Option<String>,
    /// Its version, as `version.php` takes it; counted up from run to run when `None`.
    pub version: Option<u64>,
    /// How often a record may be found inside itself; at least 1.
    pub depth: u32,
    /// Globs of operations, and the capability that each needs. The first one that fits decides.
    pub capabilities: Vec<(String, String)>,
    /// A class that is there already and serves the operations.
    pub handler: Option<Existing>,
    /// What lies in the output already.
    pub before: Before,
}

/// A class that has a method for each operation, under the operation's own name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Existing {
    /// Its full name.
    pub class: String,
    /// The file that declares it, below Moodle's root; none for a class that Moodle finds by itself.
    pub file: Option<String>,
    /// Fields of `$CFG` that are set before a method is called.
    pub config: Vec<(String, Setting)>,
    /// The field of a record that says that nothing was found: such a record in place of a list is an empty list.
    pub empty: Option<String>,
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Str(String),
}

impl Setting {
    fn literal(&self) -> Literal {
        match self {
            Setting::Bool(value) => Literal::Bool(*value),
            Setting::Int(value) => Literal::Int(*value),
            Setting::Str(value) => Literal::Str(value.clone()),
        }
    }
}

/// Files of an earlier run, as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Before {
    /// [`Options::list_path`]
    pub list: Option<String>,
    /// [`Options::handler_path`]
    pub handler: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            // Both are constants above, and a test makes defaults.
            component: Component::parse(COMPONENT).unwrap_or_else(|why| unreachable!("{why}")),
            releases: Range::parse(RELEASES).unwrap_or_else(|why| unreachable!("{why}")),
            title: None,
            copyright: None,
            prefix: None,
            version: None,
            depth: DEPTH,
            capabilities: Vec::new(),
            handler: None,
            before: Before::default(),
        }
    }
}

impl Options {
    /// Where the plugin is, in the output.
    pub fn folder(&self) -> String {
        format!("plugin/{}", self.component.folder())
    }

    /// Where the list of handlers is, in the output.
    pub fn list_path(&self) -> String {
        format!("{}/handlers.json", self.folder())
    }

    /// Where the handler is, in the output.
    pub fn handler_path(&self) -> String {
        format!("{}/classes/handler.php", self.folder())
    }
}

/// How the PHP of a plugin is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Style {
    /// A class for each function on `core_external`; otherwise one class for all on the global names.
    modern: bool,
    /// The component.
    component: String,
    /// The array syntax that the oldest PHP of the target has.
    arrays: Arrays,
}

impl Style {
    fn new(options: &Options) -> Self {
        let arrays = if options.releases.from.php() >= (5, 4) { Arrays::Short } else { Arrays::Long };
        Style { modern: options.releases.from.number() >= (4, 2), component: options.component.to_string(), arrays }
    }

    /// The class of a record, as code names it.
    fn record_class(&self, name: &str) -> String {
        if self.modern { format!("\\{}\\record\\{name}", self.component) } else { format!("{}_record_{name}", self.component) }
    }

    /// The class that describes an enumeration.
    fn choice_class(&self) -> String {
        if self.modern { format!("\\{}\\local\\choice", self.component) } else { format!("{}_choice", self.component) }
    }

    /// The class that describes a record below the last level.
    fn folded_class(&self) -> String {
        if self.modern { format!("\\{}\\local\\folded", self.component) } else { format!("{}_folded", self.component) }
    }
}

/// Plans and emits the plugin with every operation of some services.
pub fn generate(schema: &Schema, services: &[ServiceId], options: &Options, report: &mut Report, out: &mut Files) {
    let view = plan(schema, services, options, report);
    emit::emit(&view, out);
}
