//! What the evaluator asks of the world: files, classes, constants, and the functions that only a Moodle has.
//!
//! `frontend/moodle` implements it. Paths are relative to the root of the tree (`$CFG->dirroot`), which the evaluator spells [`DIRROOT`].

use super::ast::PhpFile;
use super::eval::Interp;
use super::value::Value;
use crate::source::Span;

/// How `$CFG->dirroot` is spelled in evaluated strings: a path that starts with it is relative to the root of the tree.
pub const DIRROOT: &str = "/dirroot";

/// Where a class is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassAt {
    /// In this file, found by the rules of autoloading.
    File(String),
    /// Under another full name: a renamed class, `class_alias`.
    Alias(String),
}

/// The world around the evaluator. Every answer depends on the tree and the site file alone.
pub trait Host<'a> {
    /// The parsed file, read once; `None` when it is not there or cannot be read (the host reports why).
    fn file(&self, path: &str) -> Option<&'a PhpFile<'a>>;

    /// Whether the text of a file has this word in it. A file that does not cannot declare it, and need not be parsed to know that.
    fn mentions(&self, _path: &str, _word: &str) -> bool {
        true
    }

    /// Where a class is, by autoloading. Files that were included already are searched by the evaluator before it asks.
    fn class(&self, name: &str) -> Option<ClassAt>;

    /// Files to look through for a global constant or function that no included file declares, in order; the ones that
    /// every request of Moodle loads (`lib/setup.php` and what it requires).
    fn libraries(&self) -> &[String];

    /// A constant that no file declares as a literal (`CLI_SCRIPT`, `SITEID`), or `None`.
    fn constant(&self, name: &str) -> Option<Value<'a>>;

    /// A global variable (`CFG`, `DB`, `USER`, ...), without `$`.
    fn global(&self, interp: &mut Interp<'a, '_>, name: &str) -> Value<'a>;

    /// Whether a global variable is set before any file of the tree runs.
    fn has_global(&self, _name: &str) -> bool {
        false
    }

    /// A function that the host knows better than its source does (`get_string`, `get_config`), or `None` to go on.
    fn function(&self, interp: &mut Interp<'a, '_>, name: &str, args: &[Value<'a>], at: Span) -> Option<Value<'a>>;

    /// The same for a static method (`core_component::get_plugin_list`). `class` has no leading backslash; case as declared or called.
    fn static_method(&self, interp: &mut Interp<'a, '_>, class: &str, method: &str, args: &[Value<'a>], at: Span) -> Option<Value<'a>>;

    /// Whether [`Host::static_method`] may have an answer for some method of a class. Asked once per class.
    fn answers_for(&self, class: &str) -> bool {
        let _ = class;
        true
    }

    /// Whether a file that is required is certainly not there.
    fn lacks_file(&self, _path: &str) -> bool {
        false
    }

    /// Whether the files at hand are a part of a program only, so that what none of them declares may be declared elsewhere.
    fn may_lack(&self, _name: &str) -> bool {
        false
    }

    /// A property of an unknown value that the site file settles (`$CFG->lang`), by the expression that spells it.
    fn settle(&self, expr: &str) -> Option<Value<'a>>;

    /// Major and minor version of the PHP whose rules hold. From 8.0 on `==` compares numbers with texts in another way, from 8.1 on
    /// methods that are inherited share their static variables.
    fn php(&self) -> (u32, u32);

    /// A finding of the evaluator while it evaluates: a file that did not parse where it mattered, fuel that ran out.
    fn note(&self, finding: EvalFinding);
}

/// What the evaluator wants reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalFinding {
    /// What kind.
    pub kind: FindingKind,
    /// In words.
    pub message: String,
    /// Where.
    pub at: Option<Span>,
}

/// Kinds of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// A statement that was not understood stands in a body that is evaluated.
    Syntax,
    /// An unknown condition: both branches were taken.
    SiteCondition,
    /// The top level of a file requires one that is not there; the message is its path.
    MissingFile,
}
