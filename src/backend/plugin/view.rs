//! What was planned, as the templates read it. Every text that is PHP is PHP already: templates only lay out.

use serde::Serialize;

/// A plugin.
#[derive(Debug, Serialize)]
pub struct View {
    /// What every template may use.
    #[serde(flatten)]
    pub(super) shared: Shared,
    /// Where it goes.
    #[serde(skip)]
    pub(super) folder: String,
    /// For `version.php`.
    pub(super) version: u64,
    pub(super) requires: u64,
    pub(super) supported: String,
    /// Whether some target knows privacy providers.
    #[serde(skip)]
    pub(super) privacy: bool,
    /// The arrays of `db/services.php` and `db/access.php`.
    pub(super) functions: String,
    pub(super) services: String,
    pub(super) capabilities: String,
    /// Texts of the language file, by key.
    pub(super) strings: Vec<TextView>,
    /// The file of the plugin's own handler and the names that its class may have.
    pub(super) handlerfile: String,
    pub(super) handlerclasses: String,
    /// Blank values by type, and values to try, for the classes that make some.
    pub(super) blanks: String,
    pub(super) candidates: String,
    /// Whether some target has Moodle's classes by other names only, and the old names.
    pub(super) renames: bool,
    pub(super) bases: &'static [&'static str],
    /// The class that handles the operations, where it is not the plugin's own.
    pub(super) existing: Option<ExistingView>,
    /// The functions, by name.
    #[serde(skip)]
    pub(super) calls: Vec<FunctionView>,
    /// The classes of records, by name.
    #[serde(skip)]
    pub(super) records: Vec<RecordView>,
    /// `handlers.json`.
    #[serde(skip)]
    pub(super) list: String,
    /// For the README.
    pub(super) readme: ReadmeView,
}

/// What every template may use.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Shared {
    pub(super) component: String,
    pub(super) title: String,
    pub(super) copyright: String,
    /// What made the file, with the warning not to edit it.
    pub(super) made: String,
    pub(super) modern: bool,
    /// Whether a record below the last level is described somewhere.
    pub(super) folds: bool,
    /// Whether an enumeration is described somewhere.
    pub(super) chooses: bool,
    /// Whether a result that is not as described is an exception of the plugin's own.
    pub(super) fails: bool,
    /// `[`, `]`, `[]`, or what older PHP has in their place.
    pub(super) open: String,
    pub(super) close: String,
    pub(super) empty: String,
    /// Names of classes, as files that import them write them.
    pub(super) dispatcher: String,
    pub(super) folded: String,
    pub(super) choice: String,
    pub(super) sample: String,
    pub(super) api: String,
    /// The return type of tests, where the oldest PHP has one.
    pub(super) void: String,
    /// What stands before the global names of PHP.
    pub(super) root: String,
    /// Whether constructors of structures take whether null is allowed.
    pub(super) passesnull: bool,
}

/// A text of the language file.
#[derive(Debug, Serialize)]
pub(super) struct TextView {
    pub(super) key: String,
    pub(super) text: String,
}

/// A class that is there already.
#[derive(Debug, Serialize)]
pub(super) struct ExistingView {
    pub(super) class: String,
    pub(super) file: Option<String>,
    pub(super) config: Vec<SettingView>,
    pub(super) empty: Option<String>,
}

/// A field of `$CFG`.
#[derive(Debug, Serialize)]
pub(super) struct SettingView {
    pub(super) name: String,
    pub(super) value: String,
}

/// An external function, its handler and its test.
#[derive(Debug, Serialize)]
pub(super) struct FunctionView {
    /// As clients call it.
    pub(super) function: String,
    /// Name of the operation, as a literal.
    pub(super) operation: String,
    /// Its class or method.
    pub(super) stem: String,
    /// The class with the method, as tests name it, and the method.
    pub(super) class: String,
    pub(super) method: String,
    /// The class that its test covers, with a backslash in front.
    pub(super) covers: String,
    /// What `call_user_func` takes for it.
    pub(super) callable: String,
    /// Text of its class, in a line.
    pub(super) text: String,
    /// Lines of its documentation.
    pub(super) doc: Vec<String>,
    pub(super) params: Vec<ParamView>,
    /// `$a, $b = null`
    pub(super) signature: String,
    /// The array of parameters by key.
    pub(super) values: String,
    pub(super) parameters: DescriptionView,
    pub(super) returns: Option<DescriptionView>,
    pub(super) returntype: String,
    pub(super) returndoc: String,
    /// Classes that the function's own class imports.
    pub(super) imports: Vec<String>,
    /// The expression for the context, the capability, the arguments of the dispatcher.
    pub(super) context: String,
    pub(super) capability: String,
    pub(super) call: String,
    /// Whether it opens or closes a session.
    pub(super) opens: bool,
    /// Whether it may write.
    pub(super) writes: bool,
    pub(super) deprecated: bool,
    /// The parameters of the handler's method.
    pub(super) arguments: String,
}

/// A parameter.
#[derive(Debug, Serialize)]
pub(super) struct ParamView {
    pub(super) variable: String,
    /// Type of PHP, for the documentation.
    pub(super) ty: String,
    pub(super) doc: String,
}

/// A description.
#[derive(Debug, Serialize)]
pub(super) struct DescriptionView {
    pub(super) expr: String,
    /// Whether it reads `$CFG`.
    pub(super) config: bool,
}

/// The class of a record.
#[derive(Debug, Serialize)]
pub(super) struct RecordView {
    /// Without prefix and namespace.
    #[serde(skip)]
    pub(super) name: String,
    /// As it is declared.
    pub(super) class: String,
    pub(super) text: String,
    pub(super) keys: DescriptionView,
    pub(super) imports: Vec<String>,
}

/// What the README tells.
#[derive(Debug, Serialize)]
pub(super) struct ReadmeView {
    pub(super) digest: String,
    pub(super) releases: String,
    pub(super) folder: String,
    pub(super) functions: Vec<ReadmeRow>,
    pub(super) capabilities: Vec<String>,
    pub(super) depth: u32,
    pub(super) recursive: Vec<String>,
    pub(super) omitted: Vec<String>,
}

/// A function in the README.
#[derive(Debug, Serialize)]
pub(super) struct ReadmeRow {
    pub(super) function: String,
    pub(super) operation: String,
    pub(super) capability: String,
    pub(super) doc: String,
}
