//! What can be written on the command line. Help texts live here; what the commands do, in a file each.

#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "doc comments are the help texts, where backticks would be seen")]

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

/// Compile Moodle's web services into typed WSDLs, without running PHP.
///
/// Reads the PHP source of a Moodle tree (any release from 2.0 to 5.x) or of a plugin, and writes for each service a WSDL from which
/// the tools of Java, .NET, C++, PHP, Python, Perl and JavaScript generate typed clients.
#[derive(Debug, Parser)]
#[command(name = "mwsc", version, max_term_width = 100, propagate_version = false, after_help = AFTER, arg_required_else_help = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Examples:
  mwsc init path/to/moodle                     write a commented mwsc.toml for that tree
  mwsc generate                                do what mwsc.toml says
  mwsc generate path/to/moodle -o out          every service that the tree declares
  mwsc generate path/to/moodle --functions 'core_*' --name all_core
  mwsc generate --check                        in CI: exit 1 if the output is out of date
  mwsc explain M012                            what a finding means and what to do

stdout carries data, stderr carries findings and progress.

Exit status:
  0  clean          1  findings, or output out of date (warnings too with --strict)
  2  usage, configuration, or output that cannot be written
  3  an input could not be read or understood     4  a bug of mwsc";

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// Configuration file [default: mwsc.toml or .mwsc.toml, searched upward from the working folder]
    #[arg(short, long, global = true, value_name = "FILE", env = "MWSC_CONFIG")]
    pub config: Option<PathBuf>,
    /// When to use colours; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", env = "MWSC_COLOR", default_value = "auto", hide_possible_values = false)]
    pub color: Color,
    /// Form of the findings on stderr, also of commands whose --format is that of their data
    #[arg(long, global = true, value_name = "FORM", env = "MWSC_REPORT_FORMAT")]
    pub report_format: Option<ReportFormat>,
    /// Write the findings to a file as well, in the form that its name says: .sarif, .json or .txt
    #[arg(long, global = true, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Exit with 1 on warnings too
    #[arg(long, global = true, env = "MWSC_STRICT", value_parser = clap::builder::FalseyValueParser::new())]
    pub strict: bool,
    /// Show errors only; no summary, no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what is read and written
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// Never.
    Never,
}

/// Form of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Commands that GitHub Actions shows at the lines concerned.
    Github,
}

/// What `mwsc inspect` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    /// For people.
    Text,
    /// For people; findings as one JSON object per line.
    Json,
    /// For people; findings as SARIF 2.1.0.
    Sarif,
    /// For people; findings as commands of GitHub Actions.
    Github,
    /// Operations, types, arrays and messages as a WSDL has them, in JSON.
    Ops,
}

impl InspectFormat {
    /// The form of the findings.
    pub fn report(self) -> Option<ReportFormat> {
        match self {
            InspectFormat::Text => Some(ReportFormat::Text),
            InspectFormat::Json => Some(ReportFormat::Json),
            InspectFormat::Sarif => Some(ReportFormat::Sarif),
            InspectFormat::Github => Some(ReportFormat::Github),
            InspectFormat::Ops => None,
        }
    }
}

/// Form of data on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the artifacts of services: WSDLs, OpenAPI documents, Moodle plugins, builds for mwsd
    #[command(visible_alias = "build", after_help = GENERATE)]
    Generate(Box<Generate>),
    /// Print what a tree says of its external functions, before anything is converted
    #[command(after_help = DESCRIBE)]
    Describe(Box<Describe>),
    /// Show a service, an operation or a type to a person; or how much of a tree's PHP is understood
    #[command(after_help = INSPECT)]
    Inspect(Box<Inspect>),
    /// Write the graph of a service, its operations and types in DOT
    #[command(after_help = GRAPH)]
    Graph(Box<Graph>),
    /// Report what moving an interface's clients to a Moodle means, operation by operation
    #[command(after_help = MIGRATE)]
    Migrate(Box<Migrate>),
    /// Explain a diagnostic code; without one, list them all
    Explain {
        /// A code such as M012
        code: Option<String>,
        /// Form of the findings
        #[arg(long, value_name = "FORM", env = "MWSC_FORMAT")]
        format: Option<ReportFormat>,
    },
    /// Write a commented mwsc.toml for a tree
    Init(Init),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff), or write one page per command into a folder
    #[command(after_help = MAN)]
    Man {
        /// Folder for one page per command
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Print the version
    Version,
}

/// What to compile: the same for every command that reads trees.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub struct Inputs {
    /// Moodle trees, plugin folders (with --base, or alone), WSDL files, or documented PHP classes
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// A Moodle tree over which the plugin folders are laid
    #[arg(long, value_name = "TREE", env = "MWSC_BASE")]
    pub base: Option<PathBuf>,
    /// The class of documented PHP whose public methods are the operations [default: the only one that can be]
    #[arg(long, value_name = "CLASS", env = "MWSC_CLASS")]
    pub class: Option<String>,
    /// Releases: which of the inputs to use, such as 4.1,4.5; also those that a plugin is made for, such as 3.9..5.1
    #[arg(long, value_name = "RELEASE", value_delimiter = ',', env = "MWSC_MOODLE")]
    pub moodle: Vec<String>,
    /// Settings of a site (TOML), which settle what only a site knows
    #[arg(long, value_name = "FILE", env = "MWSC_SITE")]
    pub site: Option<PathBuf>,
    /// Functions to leave out, such as ones known to be broken; `*` matches anything
    #[arg(long, value_name = "GLOB", value_delimiter = ',', env = "MWSC_EXCLUDE")]
    pub exclude: Vec<String>,
    /// Print how long each stage took, on stderr
    #[arg(long)]
    pub timings: bool,
}

/// Which services: the same for every command that reads services.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Services")]
pub struct Services {
    /// Services by short name or full name [default: those of the configuration, else all that the tree declares]
    #[arg(short, long = "service", value_name = "NAME", value_delimiter = ',', env = "MWSC_SERVICE")]
    pub service: Vec<String>,
    /// Make a service on the spot of these functions, several with commas between; `*` matches anything
    #[arg(long, value_name = "GLOB", value_delimiter = ',', requires = "name")]
    pub functions: Vec<String>,
    /// Short name of that service
    #[arg(long, value_name = "NAME", requires = "functions", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// Services exported from Moodle's database: JSON or CSV of external_services and external_services_functions
    #[arg(long, value_name = "FILE", env = "MWSC_SERVICES_FROM")]
    pub services_from: Vec<PathBuf>,
    /// Ask a running site which functions the service of your token (MWSC_TOKEN or --token-file) has
    #[cfg(feature = "live")]
    #[arg(long, value_name = "URL", env = "MWSC_LIVE")]
    pub live: Option<String>,
    /// File that holds the token
    #[cfg(feature = "live")]
    #[arg(long, value_name = "FILE", env = "MWSC_TOKEN_FILE", requires = "live")]
    pub token_file: Option<PathBuf>,
    /// Short name of the site's service [default: live]
    #[cfg(feature = "live")]
    #[arg(long, value_name = "NAME", requires = "live", value_parser = NonEmptyStringValueParser::new())]
    pub live_name: Option<String>,
    /// Permit plain http to the site, for test sites only: everybody on the way can read the token
    #[cfg(feature = "live")]
    #[arg(long, requires = "live")]
    pub insecure_http: bool,
}

const OUTPUT: &str = "Output";

/// `mwsc generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// What to read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Which services.
    #[command(flatten)]
    pub services: Services,
    /// What to write: wsdl, rest, plugin, manifest, several with commas between [default: wsdl]
    #[arg(help_heading = OUTPUT, short, long, value_name = "TARGET", value_delimiter = ',', env = "MWSC_TARGET")]
    pub target: Vec<String>,
    /// Output folder [default: out]
    #[arg(help_heading = OUTPUT, short, long, value_name = "DIR", env = "MWSC_OUTPUT")]
    pub output: Option<PathBuf>,
    /// Write nothing; exit with 1 and name the files if something is out of date
    #[arg(help_heading = OUTPUT, long, conflicts_with = "force")]
    pub check: bool,
    /// Replace files that mwsc did not write or that were edited since
    #[arg(help_heading = OUTPUT, long)]
    pub force: bool,
    /// Target namespace of the WSDLs [default: urn:moodle:ws:{service}]
    #[arg(help_heading = OUTPUT, long, value_name = "URI", env = "MWSC_NAMESPACE")]
    pub namespace: Option<String>,
    /// Address at which clients find the service [default: https://moodle.example/soap/{service}]
    #[arg(help_heading = OUTPUT, long, value_name = "URL", env = "MWSC_ENDPOINT")]
    pub endpoint: Option<String>,
    /// Profiles of WSDLs [default: document]; `oktech` and `oktech-simplified` are those of the OK Tech web services
    #[arg(help_heading = OUTPUT, long, value_name = "NAME", value_delimiter = ',', env = "MWSC_PROFILE")]
    pub profile: Vec<String>,
    /// Address of the site, in WSDLs that have the token CFGWWWROOT for it
    #[arg(help_heading = OUTPUT, long, value_name = "URL", env = "MWSC_SITE_URL")]
    pub site_url: Option<String>,
    /// Write a WSDL for SOAP 1.2 as well, in a file of its own
    #[arg(help_heading = OUTPUT, long)]
    pub soap12: bool,
    /// Base address of the server in the OpenAPI documents [default: https://moodle.example]
    #[arg(help_heading = OUTPUT, long, value_name = "URL", env = "MWSC_SERVER")]
    pub server: Option<String>,
    /// Which component the plugin of the plugin target is [default: local_oktech]
    #[arg(help_heading = OUTPUT, long, value_name = "NAME", env = "MWSC_COMPONENT")]
    pub component: Option<String>,
    /// Form of the findings on stderr
    #[arg(help_heading = OUTPUT, long, value_name = "FORM", env = "MWSC_FORMAT")]
    pub format: Option<ReportFormat>,
}

const GENERATE: &str = "\
Targets:
  wsdl      a typed WSDL for each service, and an index of them
  rest      OpenAPI documents, JSON Schemas, and how Moodle's REST protocol spells each function
  plugin    a Moodle plugin that offers the operations as external functions
  manifest  a build for the runtime service, mwsd

Files go to DIR/<target>/<service>..., and to DIR/<release>/<target>/... when there are several
releases. A manifest, DIR/.mwsc-manifest.json, lists every file with its digest: files that mwsc
did not write are neither touched nor removed.

Examples:
  mwsc generate moodle -s moodle_mobile_app
  mwsc generate mod/foo --base moodle --functions 'mod_foo_*' --name foo
  mwsc generate --moodle 4.1,4.5 --format sarif 2> findings.sarif
  MWSC_TOKEN=... mwsc generate moodle --live https://moodle.example.org

The site file (--site) is TOML: `[config]` holds values of $CFG, `[config.PLUGIN]` those of
get_config('PLUGIN'), and `[expressions]` those of any other PHP expression, spelled as the
findings spell it.

A function that is broken, or that a service names and no input declares, is reported and left out;
the rest is written, and the exit status is 1 unless --exclude or the configuration excludes the
function.

The command line wins over the environment (MWSC_*, named with each option), and that over the
configuration; `mwsc init` writes a configuration with every key explained.";

/// `mwsc describe`
#[derive(Debug, Args)]
pub struct Describe {
    /// What to read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Functions to describe, several with commas between [default: all]; `*` matches anything
    #[arg(help_heading = OUTPUT, long, value_name = "GLOB", value_delimiter = ',')]
    pub functions: Vec<String>,
    /// Form of the data on stdout (that of the findings is --report-format)
    #[arg(help_heading = OUTPUT, long, value_name = "FORM", default_value = "text")]
    pub format: DataFormat,
}

const DESCRIBE: &str = "\
Prints the descriptions as that release's PHP builds them, mistakes included. `--format` is the
form of the data; findings go to stderr, in the form of --report-format.

Examples:
  mwsc describe moodle --functions core_course_get_courses
  mwsc describe moodle --format json > moodle.json";

/// `mwsc inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// What to read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Which services.
    #[command(flatten)]
    pub services: Services,
    /// Show one operation
    #[arg(help_heading = OUTPUT, long, value_name = "NAME")]
    pub operation: Vec<String>,
    /// Show one type, by its name
    #[arg(help_heading = OUTPUT, long = "type", value_name = "NAME")]
    pub ty: Vec<String>,
    /// Parse every PHP file of the tree, with all bodies, and say how many were understood completely
    #[arg(help_heading = OUTPUT, long)]
    pub parse_only: bool,
    /// Form of the findings on stderr; or `ops`: print what the services declare as WSDLs do, in JSON
    #[arg(help_heading = OUTPUT, long, value_name = "FORM", env = "MWSC_FORMAT")]
    pub format: Option<InspectFormat>,
    /// The profile in which `ops` shows a service that no WSDL with an rpc binding declares
    #[arg(help_heading = OUTPUT, long, value_name = "NAME")]
    pub profile: Option<String>,
}

const INSPECT: &str = "\
Examples:
  mwsc inspect moodle                                   the services of a tree
  mwsc inspect moodle -s moodle_mobile_app              its operations
  mwsc inspect moodle --operation core_course_get_courses
  mwsc inspect --parse-only moodle
  mwsc inspect old.wsdl --format ops > old.json";

/// `mwsc graph`
#[derive(Debug, Args)]
pub struct Graph {
    /// What to read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Which services.
    #[command(flatten)]
    pub services: Services,
    /// Form of the findings on stderr
    #[arg(help_heading = OUTPUT, long, value_name = "FORM", env = "MWSC_FORMAT")]
    pub format: Option<ReportFormat>,
}

const GRAPH: &str = "\
Example:
  mwsc graph moodle --functions 'core_tag_*' --name tags | dot -Tsvg > tags.svg";

/// Forms of the migration report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MigrateFormat {
    /// One page that stands alone.
    Html,
    /// Markdown.
    Md,
    /// For programs.
    Json,
}

/// `mwsc migrate`
#[derive(Debug, Args)]
pub struct Migrate {
    /// The interface: WSDL files, or documented PHP classes
    #[arg(help_heading = "Input", long, value_name = "INPUT", value_delimiter = ',', required = true)]
    pub from: Vec<PathBuf>,
    /// The Moodle tree to which it moves
    #[arg(help_heading = "Input", long, value_name = "TREE", required = true)]
    pub to: PathBuf,
    /// The class of documented PHP whose public methods are the operations [default: the only one that can be]
    #[arg(help_heading = "Input", long, value_name = "CLASS", env = "MWSC_CLASS")]
    pub class: Option<String>,
    /// What serves the operations, in place of the crosswalk that comes with mwsc
    #[arg(help_heading = "Input", long, value_name = "FILE")]
    pub crosswalk: Option<PathBuf>,
    /// Output folder [default: out]
    #[arg(help_heading = OUTPUT, short, long, value_name = "DIR", env = "MWSC_OUTPUT")]
    pub output: Option<PathBuf>,
    /// Forms of the report
    #[arg(help_heading = OUTPUT, long, value_name = "FORM", value_delimiter = ',', default_value = "html,md,json")]
    pub format: Vec<MigrateFormat>,
    /// Replace files that mwsc did not write or that were edited since
    #[arg(help_heading = OUTPUT, long)]
    pub force: bool,
}

const MIGRATE: &str = "\
Files go to DIR/migration/<service>.html, .md and .json: for each operation which functions of the
Moodle serve it, what becomes of every parameter and field, which capabilities an account needs, and
what needs the generated plugin. Where the interface has a former WSDL, also what its clients change.

Findings (X...) say where the crosswalk does not fit the interface or the Moodle; they go to stderr
in the form of --report-format.

Example:
  mwsc migrate --from moodlewsdl2.xml --to moodle";

const COMPLETIONS: &str = "\
Example:
  mwsc completions bash > ~/.local/share/bash-completion/completions/mwsc";

const MAN: &str = "\
Examples:
  mwsc man | man -l -
  mwsc man --output ~/.local/share/man/man1";

/// `mwsc init`
#[derive(Debug, Args)]
pub struct Init {
    /// Moodle tree, or plugin folder
    #[arg(value_name = "TREE", default_value = ".")]
    pub tree: PathBuf,
    /// File to write
    #[arg(short, long, value_name = "FILE", default_value = "mwsc.toml")]
    pub output: PathBuf,
    /// Form of the findings on stderr
    #[arg(long, value_name = "FORM", env = "MWSC_FORMAT")]
    pub format: Option<ReportFormat>,
}

/// The definition of the command line: for parsing, for the manual, for completions. Help names environment variables, not their values.
pub fn definition() -> clap::Command {
    Cli::command().mut_args(|arg| arg.hide_env_values(true)).mut_subcommands(|command| command.mut_args(|arg| arg.hide_env_values(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn help_names_every_target() {
        for backend in crate::backend::BACKENDS {
            assert!(GENERATE.lines().any(|line| line.split_whitespace().next() == Some(backend.name)), "{}", backend.name);
        }
    }

    #[test]
    fn describe_keeps_data_and_findings_apart() {
        let cli = Cli::try_parse_from(["mwsc", "describe", "x", "--format", "json", "--report-format", "sarif"]).unwrap();
        assert_eq!(cli.common.report_format, Some(ReportFormat::Sarif));
        assert!(matches!(cli.command, Command::Describe(describe) if describe.format == DataFormat::Json));
    }
}
