//! The table of diagnostic codes: one row each, stable for ever. `mwsc explain CODE` prints a row.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Something asked for is not in the output. Exit status 1 (3 where an input could not be understood at all).
    Error,
    /// The output holds what was asked for, taken as Moodle would take it, and somebody should look. Exit status 0, 1 with `--strict`.
    Warning,
    /// For information.
    Note,
}

/// A row of the table.
#[derive(Debug)]
pub struct Info {
    /// The stable name, such as `M014`.
    pub name: &'static str,
    /// Severity of every finding with this code.
    pub severity: Severity,
    /// A few words, as a heading.
    pub title: &'static str,
    /// What it means, why it matters and what to do, in paragraphs.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($name:ident $severity:ident $title:literal $explanation:literal)*) => {
        /// A diagnostic code. `M` Moodle and PHP, `W` WSDL, `P` PHPDoc, `X` crosswalk, `N` names, `C` configuration and command line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the table below is the documentation, one row per code")]
        pub enum Code { $($name),* }

        /// Every code, in order.
        pub const CODES: &[Code] = &[$(Code::$name),*];

        impl Code {
            /// The row of the table.
            pub const fn info(self) -> &'static Info {
                match self {
                    $(Code::$name => &Info { name: stringify!($name), severity: Severity::$severity, title: $title, explanation: $explanation }),*
                }
            }
        }
    };
}

impl Code {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// The severity.
    pub const fn severity(self) -> Severity {
        self.info().severity
    }

    /// Finds a code by its name, in any case.
    pub fn by_name(name: &str) -> Option<Code> {
        CODES.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }
}

codes! {
    M001 Error "PHP that could not be parsed"
        "The parser met a construct that it does not understand, or that PHP itself rejects. The statement or member was skipped; everything else in the file was read. If `php -l` accepts the file, this is a gap in mwsc: please report it with the line."
    N001 Warning "One origin, different structures"
        "A structure is named after where it comes from: a class, or a static method called without arguments. Here two constructions of one such origin differ, so that code depends on more than its arguments (configuration, state, the site). Each construction is named after its place (function, `params` or `result`, keys) instead, so the output is right, but clients get separate types where they might expect one, and their names change if the source is mended. If the difference is only a documentation text, it is worth an upstream report."
    N002 Error "Two structures with one name"
        "Two structures that differ would get the same type name even when named after their places, so one name would mean two things. The operation that comes second is left out. Front ends name each place once, so for a Moodle tree this is a bug of mwsc; for another input, give one of the types another name."
    N003 Error "Reference to an unknown record"
        "An operation refers to a record type that no operation of the inputs defines, so its shape is unknown. The operation is left out. Look for a misspelt name, or for an input that is missing from the command line."
    N004 Error "Operation defined twice"
        "Two definitions have the same operation name; clients could not tell them apart, and Moodle itself would keep only one, whichever was installed last. The one whose file comes first in order of paths is kept. Leave one of the inputs out, or rename the function in the plugin that is yours."
    N005 Warning "Service lists an unknown function"
        "A service lists a function that no `db/services.php` of the inputs declares. Moodle ignores such an entry too: the function was renamed or removed, or its plugin is not among the inputs. The service is compiled without it."
    N006 Error "Two services with one shortname"
        "Services are told apart by their shortname: it names their files, and clients ask for tokens with it. Two services of the inputs have the same, so only the first is compiled. Give one of them another shortname, or compile them in separate runs."
    N007 Warning "Shortname that is no file name"
        "The shortname of a service names its output files, so only ASCII letters, digits, `_`, `-` and `.` may stand in it, and no dot at its beginning. Other characters were replaced. Give the service a proper shortname where it is declared."
    N008 Error "Function not found"
        "A function was asked for by its full name and is not declared in the inputs. The message names the most similar ones. A function of a plugin is only there when that plugin is among the inputs."
    N009 Error "Pattern matches nothing"
        "A pattern (`core_course_*`, `component:mod_assign`) selects no function of the inputs, so a service would silently lack what it was meant to have. Patterns match the whole name; `*` stands for any characters, `?` for one."
    N010 Error "Invalid schema"
        "The linked schema breaks one of its own rules. Whatever the input was, this is a bug of mwsc: please report it with the message and the input. Nothing in the output can be relied on."
    N011 Error "Two fields with one name"
        "A structure has two fields (or an operation two parameters) of the same name. PHP arrays cannot hold both and XML clients could not tell them apart; the first is kept. Rename one of them in the source."
}
