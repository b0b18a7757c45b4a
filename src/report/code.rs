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
}
