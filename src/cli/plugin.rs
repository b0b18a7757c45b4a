//! `[plugin]` of the configuration: what the `plugin` target may be told, checked here, where a finding has a place.

use std::fs;
use std::path::Path;

use toml::Spanned;
use toml::de::DeValue;

use super::args::Generate;
use super::config::{Config, Reader, Table, span};
use crate::backend::plugin::{Before, Component, Existing, Options, Setting};
use crate::releases::Range;
use crate::report::{Code, Diagnostic, Report};
use crate::source::Span;

/// Keys of the table.
pub(super) const KEYS: [&str; 12] = [
    "component",
    "moodle",
    "title",
    "copyright",
    "prefix",
    "version",
    "depth",
    "capabilities",
    "handler-class",
    "handler-file",
    "handler-config",
    "empty-record",
];

/// Options of the plugin back end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plugin {
    /// `component`
    pub component: Option<Component>,
    /// `moodle`
    pub releases: Option<Range>,
    /// `title`
    pub title: Option<String>,
    /// `copyright`
    pub copyright: Option<String>,
    /// `prefix`
    pub prefix: Option<String>,
    /// `version`
    pub version: Option<u64>,
    /// `depth`
    pub depth: Option<u32>,
    /// `[plugin.capabilities]`: globs of operations, in order.
    pub capabilities: Vec<(String, String)>,
    /// `handler-class` and what belongs to it.
    pub handler: Option<Existing>,
}

/// Reads the table.
pub(super) fn read(r: &mut Reader<'_>, table: &Table<'_>) -> Plugin {
    r.known(table, &KEYS, "plugin.");
    let class =
        text(r, table, "handler-class", |text| if is_class(text) { Ok(text.to_owned()) } else { Err("it is no name of a class".into()) });
    let handler = Existing {
        class: class.clone().unwrap_or_default(),
        file: text(r, table, "handler-file", file),
        config: settings(r, table),
        empty: r.text(table, "empty-record"),
    };
    if class.is_none() && handler != Existing::default() {
        let at = KEYS[9..12].iter().find_map(|key| table.get(*key));
        wrong(r, at.map(Spanned::span), "`handler-file`, `handler-config` and `empty-record` belong to a `handler-class`");
    }
    Plugin {
        component: text(r, table, "component", Component::parse),
        releases: text(r, table, "moodle", Range::parse),
        title: text(r, table, "title", |text| short(text, 200)),
        copyright: text(r, table, "copyright", |text| short(text, 200)),
        prefix: text(r, table, "prefix", prefix),
        version: number(r, table, "version", 1_000_000_000..=9_999_999_999),
        depth: number(r, table, "depth", 1..=20).and_then(|depth| depth.try_into().ok()),
        capabilities: capabilities(r, table),
        handler: class.is_some().then_some(handler),
    }
}

/// The options of a run. `dir` is where its output goes, for what is there already.
pub fn options(options: &Generate, config: &Config, dir: &Path, report: &mut Report) -> Options {
    let conf = &config.plugin;
    let mut out = Options::default();
    match options.component.as_deref().map(Component::parse) {
        Some(Ok(component)) => out.component = component,
        Some(Err(why)) => report.push(Diagnostic::new(Code::C060, format!("`--component`: {why}"))),
        None => out.component = conf.component.clone().unwrap_or(out.component),
    }
    out.releases = asked(&options.inputs.moodle).or(conf.releases).unwrap_or(out.releases);
    out.title.clone_from(&conf.title);
    out.copyright.clone_from(&conf.copyright);
    out.prefix.clone_from(&conf.prefix);
    out.version = conf.version;
    out.depth = conf.depth.unwrap_or(out.depth);
    out.capabilities.clone_from(&conf.capabilities);
    out.handler.clone_from(&conf.handler);
    // A file that cannot be read is told when it is written.
    let read = |path: String| fs::read_to_string(dir.join(path)).ok();
    out.before = Before { list: read(out.list_path()), handler: read(out.handler_path()) };
    out
}

/// The releases that `--moodle` names, if all of them are known ones and no labels of inputs.
fn asked(names: &[String]) -> Option<Range> {
    let ranges: Option<Vec<Range>> = names.iter().map(|name| Range::parse(name).ok()).collect();
    ranges?.into_iter().reduce(Range::join)
}

fn wrong(r: &mut Reader<'_>, at: Option<std::ops::Range<usize>>, what: &str) {
    let at: Option<Span> = at.map(|at| span(r.file, at));
    r.report.push(Diagnostic::new(Code::C060, what).at(at));
}

/// A text that satisfies some rule.
fn text<T>(r: &mut Reader<'_>, table: &Table<'_>, key: &str, rule: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    let text = r.text(table, key)?;
    match rule(&text) {
        Ok(value) => Some(value),
        Err(why) => {
            wrong(r, table.get(key).map(Spanned::span), &format!("`{key}`: {why}"));
            None
        }
    }
}

fn number(r: &mut Reader<'_>, table: &Table<'_>, key: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
    let value = table.get(key)?;
    let number = value.get_ref().as_integer().and_then(|int| u64::from_str_radix(int.as_str(), int.radix()).ok());
    match number.filter(|number| range.contains(number)) {
        None => {
            let what = format!("`{key}` takes a number from {} to {}", range.start(), range.end());
            wrong(r, Some(value.span()), &what);
            None
        }
        number => number,
    }
}

fn short(text: &str, most: usize) -> Result<String, String> {
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        text if text.chars().count() > most => Err(format!("it is longer than {most} characters")),
        text if text.contains(char::is_control) => Err("it has more than one line".to_owned()),
        text => Ok(text.to_owned()),
    }
}

fn prefix(text: &str) -> Result<String, String> {
    let good =
        text.starts_with(|ch: char| ch.is_ascii_alphabetic()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if good && text.len() <= 50 {
        Ok(text.to_owned())
    } else {
        Err("a prefix is a letter, and letters, digits and `_` behind it".to_owned())
    }
}

fn is_class(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.trim_start_matches('\\').split('\\').all(part)
}

/// A file below Moodle's root.
fn file(text: &str) -> Result<String, String> {
    let inside = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if inside && plain && Path::new(text).extension().is_some_and(|end| end.eq_ignore_ascii_case("php")) {
        Ok(text.to_owned())
    } else {
        Err("it takes a path of a PHP file below the root of Moodle, such as `local/x/server.php`".to_owned())
    }
}

/// `[plugin.capabilities]` in the order of the file: the first glob that fits decides.
fn capabilities(r: &mut Reader<'_>, table: &Table<'_>) -> Vec<(String, String)> {
    let Some(inner) = r.table(table, "capabilities") else { return Vec::new() };
    let mut found: Vec<(usize, String, String)> = Vec::new();
    for (glob, value) in inner {
        let pattern = glob.get_ref().as_ref();
        if let Err(why) = globset::Glob::new(pattern) {
            wrong(r, Some(glob.span()), &format!("`{pattern}` is no pattern: {}", why.kind()));
            continue;
        }
        let Some(name) = value.get_ref().as_str() else {
            r.wrong(value, pattern, "the name of a capability");
            continue;
        };
        if is_capability(name) {
            found.push((glob.span().start, pattern.to_owned(), name.to_owned()));
        } else {
            wrong(r, Some(value.span()), &format!("`{name}` is no capability, such as `moodle/user:update` or `local/oktech:view`"));
        }
    }
    found.sort();
    found.into_iter().map(|(_, glob, name)| (glob, name)).collect()
}

fn is_capability(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let parts = name.split_once('/').and_then(|(kind, rest)| Some((kind, rest.split_once(':')?)));
    parts.is_some_and(|(kind, (plugin, name))| word(kind) && word(plugin) && word(name)) && name.len() <= 200
}

/// `[plugin.handler-config]`
fn settings(r: &mut Reader<'_>, table: &Table<'_>) -> Vec<(String, Setting)> {
    let Some(inner) = r.table(table, "handler-config") else { return Vec::new() };
    let mut found: Vec<(String, Setting)> = Vec::new();
    for (key, value) in inner {
        let name = key.get_ref().as_ref();
        if !is_class(name) || name.contains('\\') {
            wrong(r, Some(key.span()), &format!("`{name}` is no field of `$CFG`"));
            continue;
        }
        let setting = match value.get_ref() {
            DeValue::Boolean(value) => Some(Setting::Bool(*value)),
            DeValue::String(value) => Some(Setting::Str(value.to_string())),
            DeValue::Integer(int) => i64::from_str_radix(int.as_str(), int.radix()).ok().map(Setting::Int),
            _ => None,
        };
        match setting {
            Some(setting) => found.push((name.to_owned(), setting)),
            None => r.wrong(value, name, "a text, a number, `true` or `false`"),
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config;
    use crate::source::SourceMap;

    fn read(text: &str) -> (Plugin, Vec<String>) {
        let sources = SourceMap::default();
        let (file, _) = sources.add("mwsc.toml", "mwsc.toml".to_owned(), text.into());
        let mut report = Report::default();
        let config = config::parse(text, file, Path::new(""), &mut report);
        (config.plugin, report.iter().map(|finding| format!("{} {}", finding.code.name(), finding.message)).collect())
    }

    #[test]
    fn reads_everything() {
        let (plugin, found) = read(
            "[plugin]\ncomponent = 'tool_x'\nmoodle = '3.9..5.1'\ntitle = 'X'\ncopyright = '2025 A'\nprefix = 'oktech'\nversion = 2025010100\n\
             depth = 2\nhandler-class = '\\a\\b'\nhandler-file = 'wspp/b.php'\nempty-record = 'error'\n\
             [plugin.handler-config]\nz = true\na = 1\n[plugin.capabilities]\n'get_user*' = 'moodle/user:viewdetails'\n'get_*' = 'tool/x:view'\n",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!((plugin.depth, plugin.version, plugin.releases), (Some(2), Some(2_025_010_100), Range::parse("3.9..5.1").ok()));
        assert_eq!(plugin.capabilities[0].0, "get_user*");
        let handler = plugin.handler.unwrap();
        assert_eq!(handler.config, [("a".into(), Setting::Int(1)), ("z".into(), Setting::Bool(true))]);
        assert_eq!((handler.class.as_str(), handler.empty.as_deref()), ("\\a\\b", Some("error")));
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, what) in [
            (
                "component = 'mod_x'",
                "C060 `component`: `mod_x` is not one of `local_NAME`, `tool_NAME`; plugins of other types need code of theirs",
            ),
            ("moodle = '1.9'", "C060 `moodle`: there is no release `1.9` (those known are 2.0 to 5.1)"),
            ("title = ' '", "C060 `title`: it is empty"),
            ("prefix = 'a-b'", "C060 `prefix`: a prefix is a letter, and letters, digits and `_` behind it"),
            ("version = 7", "C060 `version` takes a number from 1000000000 to 9999999999"),
            ("depth = 'x'", "C060 `depth` takes a number from 1 to 20"),
            ("handler-class = 'a b'", "C060 `handler-class`: it is no name of a class"),
            (
                "handler-class = 'a'\nhandler-file = '../a.php'",
                "C060 `handler-file`: it takes a path of a PHP file below the root of Moodle, such as `local/x/server.php`",
            ),
            ("empty-record = 'error'", "C060 `handler-file`, `handler-config` and `empty-record` belong to a `handler-class`"),
            ("capabilities = { a = 'b' }", "C060 `b` is no capability, such as `moodle/user:update` or `local/oktech:view`"),
            ("handler-class = 'a'\nhandler-config = { a = [] }", "C002 `a` takes a text, a number, `true` or `false`, not a list"),
            ("handler_class = 'a'", "C001 unknown key `plugin.handler_class`"),
        ] {
            assert_eq!(read(&format!("[plugin]\n{line}\n")).1, [what], "{line}");
        }
    }

    #[test]
    fn releases_of_the_command_line() {
        let asked = |names: &[&str]| super::asked(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(asked(&["3.9..4.1", "4.5"]), Range::parse("3.9..4.5").ok());
        assert_eq!(asked(&["mine"]), None);
        assert_eq!(asked(&[]), None);
    }
}
