//! A profile: how a family of services spells its WSDLs, as rules and as a table of what no rule gives.
//!
//! In: the tables `[profile.NAME]` of a convention's file. Out: [`Profile`]. The notation is made to be read by people, so parts, fields
//! and wrappers are words in texts:
//!
//! - a part of a request is `name`, `name=parameter` where it carries a parameter of another name, and `name=` where it carries nothing;
//!   `:int` behind the name gives it another built-in type, `@usersArray` the name of its array or wrapper type; `*` stands for the
//!   session;
//! - a field of a record is `name`, with `:long` and `?` (may be null) behind it where that differs from the schema;
//! - a wrapper is `field`, or `field@array` where no rule gives the name of the array.

use indexmap::IndexMap;
use serde::Deserialize;

use super::Session;
use crate::ir::{OperationSpelling, PartSpelling, RecordSpelling, Spelling, Wrapper};

/// How a family spells its WSDLs.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is, in a few words.
    pub about: String,
    /// What no rule gives.
    pub spelling: Spelling,
    /// Rules for everything else.
    pub rules: Rules,
}

/// Rules of a profile. In templates `{operation}` stands for the name of an operation, and so on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// Name of the service; `{service}` stands for its shortname.
    pub service: String,
    /// Path of the address below that of the site.
    pub path: String,
    /// SOAP action.
    pub action: String,
    /// Path of the WSDL below the address of the site.
    pub wsdl: String,
    /// Name under which a server offers the WSDL for saving.
    pub download: String,
    /// Name of a request.
    pub request: String,
    /// Name of an answer.
    pub response: String,
    /// Name of the part in an answer.
    pub result: String,
    /// Whether lists in messages are wrapped in records of their own.
    pub wrapped: bool,
    /// Whether operations and the fields of records stand in the order of their names, and not in that of the schema.
    pub sorted: bool,
    /// Whether operations are documented.
    pub documented: bool,
    /// Whether the layout is that of a generator: prefixes where it writes them, no imports.
    pub generated: bool,
    /// Ends of a record's name and of that of its array, the first that fits.
    pub arrays: Vec<(String, String)>,
    /// Operations that were never part of it.
    #[serde(default)]
    pub without: Vec<String>,
}

/// A profile as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    about: String,
    namespace: String,
    rules: Rules,
    #[serde(default)]
    wrappers: IndexMap<String, String>,
    #[serde(default)]
    operations: IndexMap<String, WrittenOperation>,
    #[serde(default)]
    records: IndexMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOperation {
    request: Option<String>,
    response: Option<String>,
    parts: Option<String>,
    /// The type of the answer, a wrapper or an array.
    gives: Option<String>,
    /// The part of the answer.
    result: Option<String>,
}

impl Written {
    /// The profile of a name. `session` is what `*` stands for.
    pub(super) fn profile(&self, name: &str, session: &Session) -> Profile {
        let wrappers: IndexMap<String, Wrapper> = self
            .wrappers
            .iter()
            .map(|(name, text)| {
                let (field, array) = text.split_once('@').unwrap_or((text, ""));
                (name.clone(), Wrapper { field: field.to_owned(), array: array.to_owned() })
            })
            .collect();
        let operations = self.operations.iter().map(|(name, op)| (name.clone(), op.spelling(session, &wrappers))).collect();
        let spelling = Spelling {
            encoded: true,
            namespace: self.namespace.clone(),
            address: String::new(),
            names: Default::default(),
            operations,
            wrappers,
            records: self.records.iter().map(|(name, text)| (name.clone(), record(text))).collect(),
            ..Spelling::default()
        };
        Profile { name: name.to_owned(), about: self.about.clone(), spelling, rules: self.rules.clone() }
    }
}

impl WrittenOperation {
    fn spelling(&self, session: &Session, wrappers: &IndexMap<String, Wrapper>) -> OperationSpelling {
        let typed = |part: PartSpelling, ty: Option<&str>| match ty {
            Some(ty) if wrappers.contains_key(ty) => PartSpelling { wrapper: Some(ty.to_owned()), ..part },
            Some(ty) => PartSpelling { array: Some(ty.to_owned()), ..part },
            None => part,
        };
        let parts = self.parts.as_ref().map(|text| {
            let mut parts = Vec::new();
            for word in text.split_ascii_whitespace() {
                if word == "*" {
                    let part = |name: &String| PartSpelling { name: name.clone(), carries: Some(name.clone()), ..PartSpelling::default() };
                    parts.extend(session.parts.iter().map(|of| part(&of.name)));
                    continue;
                }
                let (part, ty) = part(word);
                parts.push(typed(part, ty));
            }
            parts
        });
        let result = (self.result.is_some() || self.gives.is_some()).then(|| {
            // Without a name of its own the part is called as the rule says.
            let (part, _) = part(self.result.as_deref().unwrap_or_default());
            typed(PartSpelling { carries: None, ..part }, self.gives.as_deref())
        });
        OperationSpelling { request: self.request.clone(), response: self.response.clone(), action: None, parts, result }
    }
}

/// A part, and the name of its type where one is given.
fn part(word: &str) -> (PartSpelling, Option<&str>) {
    let (named, carries) = word.split_once('=').map_or((word, None), |(named, carries)| (named, Some(carries)));
    let (named, ty) = named.split_once('@').map_or((named, None), |(named, ty)| (named, Some(ty)));
    let (name, xsd) = named.split_once(':').map_or((named, None), |(name, xsd)| (name, Some(xsd.to_owned())));
    let carries = match carries {
        None => Some(name.to_owned()),
        Some("") => None,
        Some(param) => Some(param.to_owned()),
    };
    (PartSpelling { name: name.to_owned(), carries, xsd, ..PartSpelling::default() }, ty)
}

fn record(text: &str) -> RecordSpelling {
    let mut record = RecordSpelling::default();
    let mut nillable = Vec::new();
    for word in text.split_ascii_whitespace() {
        let (word, is_nillable) = word.strip_suffix('?').map_or((word, false), |word| (word, true));
        let (name, xsd) = word.split_once(':').map_or((word, None), |(name, xsd)| (name, Some(xsd)));
        record.order.push(name.to_owned());
        if is_nillable {
            nillable.push(name.to_owned());
        }
        if let Some(xsd) = xsd {
            record.xsd.insert(name.to_owned(), xsd.to_owned());
        }
    }
    record.nillable = Some(nillable);
    record
}

impl Rules {
    /// The name of an array of records or built-in types of a name.
    pub fn array(&self, item: &str) -> String {
        for (end, array) in &self.arrays {
            if let Some(stem) = item.strip_suffix(end.as_str()) {
                return format!("{stem}{array}");
            }
        }
        format!("{item}Array")
    }

    /// What may be in an array of a name, most likely first.
    pub fn items<'r>(&'r self, array: &'r str) -> impl Iterator<Item = String> + 'r {
        self.arrays.iter().filter_map(move |(end, plural)| Some(format!("{}{end}", array.strip_suffix(plural.as_str())?)))
    }
}
