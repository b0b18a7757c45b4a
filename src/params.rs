//! The `PARAM_` constants, as `grammars/params.toml` tells them.

use std::sync::OnceLock;

use mwsc_contract::rule::{Check, Rule};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::ir::ScalarKind;

/// One row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// The constant: `PARAM_INT`.
    pub name: String,
    /// Its value, which a description keeps: `int`.
    pub value: String,
    kind: String,
    /// Built-in type of XML Schema.
    pub xsd: String,
    /// Type of JSON Schema.
    pub json: String,
    /// Type of PHP.
    pub php: String,
    /// First release that has it.
    pub since: String,
    /// First release that has it no more.
    #[serde(default)]
    pub removed: Option<String>,
    /// What Moodle accepts.
    pub about: String,
    #[serde(default)]
    checks: Vec<Check>,
    #[serde(default)]
    pattern: String,
    #[serde(default)]
    exact: bool,
}

impl Param {
    /// The scalar of the IR. The table's test makes sure that each row names one of the four.
    pub fn kind(&self) -> ScalarKind {
        match self.kind.as_str() {
            "bool" => ScalarKind::Bool,
            "int" => ScalarKind::Int,
            "float" => ScalarKind::Float,
            _ => ScalarKind::String,
        }
    }
}

#[derive(Deserialize)]
struct Table {
    param: Vec<Param>,
}

/// Every row in order.
pub fn all() -> &'static [Param] {
    static TABLE: OnceLock<Vec<Param>> = OnceLock::new();
    // The table is part of the program and a test reads it whole, so a failure here cannot reach anybody.
    TABLE.get_or_init(|| toml::from_str(include_str!("../grammars/params.toml")).map_or_else(|_| Vec::new(), |table: Table| table.param))
}

/// The scalar of a value of a `PARAM_` constant; `None` for one that no release has.
pub fn kind(value: &str) -> Option<ScalarKind> {
    static KINDS: OnceLock<FxHashMap<&'static str, ScalarKind>> = OnceLock::new();
    KINDS.get_or_init(|| all().iter().map(|param| (param.value.as_str(), param.kind())).collect()).get(value).copied()
}

/// What a value of a `PARAM_` constant accepts; `None` for one that no release has.
pub fn rule(value: &str) -> Option<Rule> {
    static ROWS: OnceLock<FxHashMap<&'static str, &'static Param>> = OnceLock::new();
    // Of several names the first has the rule.
    let rows = ROWS.get_or_init(|| all().iter().rev().map(|param| (param.value.as_str(), param)).collect());
    rows.get(value).map(|param| Rule {
        checks: param.checks.clone(),
        pattern: param.pattern.clone(),
        exact: param.exact,
        about: param.about.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::{all, kind, rule};
    use crate::ir::ScalarKind;

    #[test]
    fn table_is_sound() {
        assert!(all().len() > 40);
        for param in all() {
            assert!(matches!(param.kind.as_str(), "bool" | "int" | "float" | "string"), "{}", param.name);
            assert_eq!(kind(&param.value), Some(param.kind()), "{}", param.name);
            let expected = match param.kind() {
                ScalarKind::Bool => ("xsd:boolean", "boolean", "bool"),
                ScalarKind::Int => ("xsd:long", "integer", "int"),
                ScalarKind::Float => ("xsd:double", "number", "float"),
                ScalarKind::String => ("xsd:string", "string", "string"),
            };
            assert_eq!((param.xsd.as_str(), param.json.as_str(), param.php.as_str()), expected, "{}", param.name);
            assert!(param.name.starts_with("PARAM_") || param.name.starts_with("core\\param::"));
            assert!(!param.since.is_empty() && !param.about.is_empty() && param.removed.as_deref() != Some(""));
        }
        assert_eq!(kind("nonsense"), None);
        assert_eq!(rule("nonsense"), None);
    }
}
