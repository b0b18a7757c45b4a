//! What the school says of itself, which clients of Moodle ask before anything else: who they are, and what they may call.

use std::sync::LazyLock;

use mwsc_contract::schema::Convention;
use mwsc_contract::{Manifest, Value};
use serde::Deserialize;

use super::School;
use super::courses::SITE;
use super::tables::{ACCOUNTS, COURSES, USERS};
use super::users::full_name;
use super::work::Outcome;
use crate::dispatch::{Call, Caller, Failure};

/// The function of Moodle that asks for that, and its name in Moodle 2.0 to 2.1.
pub const NAMES: [&str; 2] = ["core_webservice_get_site_info", "moodle_webservice_get_siteinfo"];

/// Whether a function of Moodle asks for that.
pub fn is_asked_by(function: &str) -> bool {
    NAMES.contains(&function)
}

/// What a site may have switched on. The school has messages, and none of the rest.
const FEATURES: [(&str, i64); 9] = [
    ("messaging", 1),
    ("usecomments", 0),
    ("usetags", 0),
    ("enablenotes", 0),
    ("enableblogs", 0),
    ("enablecompletion", 0),
    ("enablebadges", 0),
    ("enableglobalsearch", 0),
    ("enablecompetencies", 0),
];

impl School {
    /// Who calls, what the site is, and which functions the caller may call. The description of the function says what of it is told.
    pub(super) async fn about(&self, call: &Call<'_>) -> Outcome {
        let tables = self.tables().await?;
        let user = tables.table(USERS).get(call.caller.account).ok_or_else(|| Failure::internal("a caller who is no user"))?;
        let account = tables.table(ACCOUNTS).first("userid", &user.id().into());
        let name = tables.table(COURSES).get(SITE).map(|site| site.text("fullname")).filter(|name| !name.is_empty());
        let release = release(call.manifest);
        let version = release.map(version).unwrap_or_default();
        let lang = Some(user.text("lang")).filter(|lang| !lang.is_empty()).unwrap_or("en");
        let pair = |(name, value): (&str, i64)| Value::from_iter([("name", Value::from(name)), ("value", value.into())]);
        let mut about = vec![
            ("sitename", Value::from(name.unwrap_or("School"))),
            ("username", user.text("username").into()),
            ("firstname", user.text("firstname").into()),
            ("lastname", user.text("lastname").into()),
            ("fullname", full_name(user).into()),
            ("lang", lang.into()),
            ("userid", user.id().into()),
            ("siteurl", (*self.site.address).into()),
            // Nobody has one.
            ("userpictureurl", "".into()),
            ("functions", functions(call.manifest, call.caller, &version)),
            ("downloadfiles", 0.into()),
            ("uploadfiles", 0.into()),
            ("mobilecssurl", "".into()),
            ("advancedfeatures", Value::List(FEATURES.map(pair).into())),
            ("usercanmanageownfiles", false.into()),
            ("userquota", 0.into()),
            ("usermaxuploadfilesize", 0.into()),
            ("userhomepage", 1.into()),
            ("siteid", SITE.into()),
            ("sitecalendartype", "gregorian".into()),
            ("usercalendartype", "gregorian".into()),
            ("userissiteadmin", account.is_some_and(|account| account.int("administrator") != 0).into()),
            ("limitconcurrentlogins", 0.into()),
            ("policyagreed", 1.into()),
        ];
        about.extend(release.map(|release| ("release", release.into())));
        about.extend(Some(version).filter(|version| !version.is_empty()).map(|version| ("version", version.into())));
        Ok(about.into_iter().collect())
    }
}

/// The functions of the services that a caller may use, each once.
fn functions(manifest: &Manifest, caller: &Caller, version: &str) -> Value {
    let mine = |service: &&mwsc_contract::Service| service.convention == Convention::Moodle && caller.may_use(&service.shortname);
    let mut names: Vec<&str> = manifest.services.iter().filter(mine).flat_map(|service| &service.operations).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let one = |name: &str| Value::from_iter([("name", Value::from(name)), ("version", version.into())]);
    Value::List(names.into_iter().map(one).collect())
}

/// The release of Moodle whose functions a build describes: `4.5.5`. A build may also have sources that go by other names.
fn release(manifest: &Manifest) -> Option<&str> {
    let is_number = |text: &&str| text.starts_with(|ch: char| ch.is_ascii_digit()) && text.contains('.');
    manifest.releases.iter().map(String::as_str).find(is_number)
}

/// The version of a release as Moodle counts it: that of the first one of its branch, and one more for each that came after it.
fn version(release: &str) -> String {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        version: u64,
    }
    #[derive(Deserialize)]
    struct Table {
        release: Vec<Row>,
    }
    static RELEASES: LazyLock<Vec<Row>> = LazyLock::new(|| {
        // A test reads the file, which is part of the program.
        toml::from_str(include_str!("../../../grammars/releases.toml")).map_or_else(|_| Vec::new(), |table: Table| table.release)
    });
    let mut parts = release.split('.').map(|part| part.trim_end_matches(|ch: char| !ch.is_ascii_digit()));
    let branch = [parts.next(), parts.next()].map(Option::unwrap_or_default).join(".");
    let later: u64 = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    RELEASES.iter().find(|row| row.name == branch).map_or_else(String::new, |row| (row.version + later).to_string())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_those_that_moodle_has() {
        for (release, expected) in
            [("4.5.5", "2024100705"), ("4.5", "2024100700"), ("3.11.18", "2021051718"), ("2.0.10", "2010112410"), ("9.9", ""), ("x", "")]
        {
            assert_eq!(version(release), expected, "{release}");
        }
    }
}
