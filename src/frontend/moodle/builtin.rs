//! What stands in for Moodle's core when a plugin is read without a tree: the description classes, exporters and constants, written for
//! this purpose from their documented behaviour. In: a release. Out: a [`Tree`] to mount plugins over.

use std::collections::BTreeMap;

use crate::params;
use crate::source::{Entry, ReadError, Tree};

/// The classes of `core_external`, which were global and in one file before Moodle 4.2.
const EXTERNAL: &[(&str, &str)] = &[
    ("external_description", include_str!("builtin/external_description.php")),
    ("external_value", include_str!("builtin/external_value.php")),
    ("external_single_structure", include_str!("builtin/external_single_structure.php")),
    ("external_multiple_structure", include_str!("builtin/external_multiple_structure.php")),
    ("external_function_parameters", include_str!("builtin/external_function_parameters.php")),
    ("external_warnings", include_str!("builtin/external_warnings.php")),
    ("external_files", include_str!("builtin/external_files.php")),
    ("external_format_value", include_str!("builtin/external_format_value.php")),
    ("external_api", include_str!("builtin/external_api.php")),
    ("util", include_str!("builtin/util.php")),
];

const EXPORTER: &str = include_str!("builtin/exporter.php");
const PERSISTENT_EXPORTER: &str = include_str!("builtin/persistent_exporter.php");
const PERSISTENT: &str = include_str!("builtin/persistent.php");
const CONSTANTS: &str = include_str!("builtin/constants.php");
const COMPONENTS: &str = include_str!("builtin/components.json");

/// Files in memory in the places where that release has them.
pub struct Builtin {
    files: BTreeMap<String, String>,
}

impl Builtin {
    /// The stand-in for a release.
    pub fn new(version: (u32, u32)) -> Self {
        let mut files = BTreeMap::new();
        let mut add = |path: &str, text: String| files.insert(path.to_owned(), text);
        let spaced = version >= (4, 2);
        let body = |text: &str| {
            let text = cut(text, version);
            if spaced { text } else { text.replace("namespace core_external;\n", "").replace("use core_external\\", "use ") }
        };
        add("lib/components.json", COMPONENTS.to_owned());
        add("lib/moodlelib.php", constants());
        add("lib/classes/external/exporter.php", body(EXPORTER));
        add("lib/classes/external/persistent_exporter.php", body(PERSISTENT_EXPORTER));
        add("lib/classes/persistent.php", body(PERSISTENT));
        if spaced {
            let mut aliases = "<?php\n".to_owned();
            for (name, text) in EXTERNAL {
                add(&format!("lib/external/classes/{name}.php"), body(text));
                let old = if *name == "util" { "external_util" } else { name };
                aliases.extend(["class_alias(\\core_external\\", name, "::class, '", old, "');\n"]);
            }
            add("lib/externallib.php", aliases);
        } else {
            let mut all = "<?php\n".to_owned();
            for (name, text) in EXTERNAL {
                let text = body(text).replacen("<?php\n", "", 1);
                all += &if *name == "util" { text.replace("class util", "class external_util") } else { text };
            }
            add("lib/externallib.php", all);
        }
        Builtin { files }
    }
}

/// The text without what other releases have: `//since 4.3` ... `//end`, `//until 4.3` ... `//end`.
fn cut(text: &str, version: (u32, u32)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut keep = true;
    for line in text.lines() {
        let mark = line.trim();
        if let Some(since) = mark.strip_prefix("//since ") {
            keep = version >= super::release::Release::parse(since).version;
        } else if let Some(until) = mark.strip_prefix("//until ") {
            keep = version < super::release::Release::parse(until).version;
        } else if mark == "//end" {
            keep = true;
        } else if keep {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn constants() -> String {
    let mut out = CONSTANTS.to_owned();
    for param in params::all().iter().filter(|param| param.name.starts_with("PARAM_")) {
        out.extend(["define('", &param.name, "', '", &param.value, "');\n"]);
    }
    out
}

impl Tree for Builtin {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).map(|text| text.clone().into_bytes()).ok_or(ReadError::Missing)
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
        let below = |path: &str| path.strip_prefix(dir)?.strip_prefix('/').map(str::to_owned);
        let mut out: Vec<Entry> = Vec::new();
        for rest in self.files.keys().filter_map(|path| if dir.is_empty() { Some(path.clone()) } else { below(path) }) {
            let (name, is_dir) = rest.split_once('/').map_or((rest.as_str(), false), |(name, _)| (name, true));
            if out.last().is_none_or(|last| last.name != name) {
                out.push(Entry { name: name.to_owned(), is_dir });
            }
        }
        if out.is_empty() { Err(ReadError::Missing) } else { Ok(out) }
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn display(&self, path: &str) -> String {
        format!("<built in>/{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::Builtin;
    use crate::source::Tree;

    #[test]
    fn releases_differ() {
        let text = |version, path: &str| String::from_utf8(Builtin::new(version).read(path).expect("file")).expect("text");
        let old = text((2, 9), "lib/externallib.php");
        assert!(old.contains("class external_value extends") && !old.contains("namespace"));
        assert!(!old.contains("(bool) $allownull"));
        let new = text((4, 5), "lib/external/classes/external_description.php");
        assert!(new.contains("namespace core_external;") && new.contains("(bool) $allownull") && !new.contains("//since"));
        assert!(text((4, 5), "lib/externallib.php").contains("class_alias(\\core_external\\util::class, 'external_util')"));
        assert!(serde_json::from_str::<serde_json::Value>(&text((4, 5), "lib/components.json")).is_ok());
    }
}
