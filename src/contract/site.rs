//! What a validator may know of the site whose values it checks. Where it knows nothing, syntax alone decides.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Facts of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Site {
    /// Its address without a slash at the end (`$CFG->wwwroot`).
    pub address: Option<String>,
    /// What it has, by sort: `lang` = `["en", "de"]`. A sort that is not here is not known.
    pub has: BTreeMap<String, BTreeSet<String>>,
}

impl Site {
    /// Whether it has this thing; `None` when it is not known which ones it has.
    pub fn has(&self, sort: &str, thing: &str) -> Option<bool> {
        self.has.get(sort).map(|things| things.contains(thing))
    }

    /// Whether an absolute URL leads to it; `None` when its address is not known.
    pub fn leads_to(&self, url: &str) -> Option<bool> {
        let address = self.address.as_deref()?;
        let below = |url: &str| {
            let (start, rest) = url.split_at_checked(address.len())?;
            Some(start.eq_ignore_ascii_case(address) && rest.starts_with('/'))
        };
        Some(url == address || below(url).unwrap_or(false))
    }
}
