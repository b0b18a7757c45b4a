//! Every mapping, called on a real Moodle: with `MWSC_MOODLE_URL` and `MWSC_MOODLE_TOKEN` (of an administrator, for a service with all
//! functions). The calls are data, `fixtures/crosswalk/calls.toml`; what they make they also delete.

use std::collections::BTreeSet;
use std::path::Path;

use async_trait::async_trait;
use indexmap::IndexMap;
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Crosswalk, Expr, How, Release};
use mwsc_contract::schema::Access;
use mwsc_contract::value::Map;
use serde::Deserialize;

use super::eval::{eval, holds};
use super::scope::{Fuel, Scope};
use super::tests::built_in;
use super::{Functions, Limits, Surroundings, serve, variant};
use crate::dispatch::{Failure, Secret};
use crate::upstream::client::Client;
use crate::upstream::transport::Config;

/// `calls.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Calls {
    call: Vec<OneCall>,
}

/// A call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneCall {
    /// The operation.
    #[serde(default)]
    operation: String,
    /// Instead of an operation, a function of Moodle that deletes what no operation can.
    function: Option<String>,
    /// Its arguments, over what earlier calls gave.
    #[serde(default)]
    args: IndexMap<String, Expr>,
    /// The name that its result gets.
    r#as: Option<String>,
    /// What must be true, with the result as `answer`.
    #[serde(default)]
    expect: Vec<Expr>,
    /// A part of the message with which it must fail.
    fails: Option<String>,
    /// Whether it may fail: it removes what an earlier run may have left behind.
    #[serde(default)]
    clears: bool,
}

/// A Moodle with a token.
struct Real {
    client: Client,
    token: Secret,
}

#[async_trait]
impl Functions for Real {
    async fn call(&self, function: &str, mut args: Map, access: Access) -> Result<Value, Failure> {
        args.insert("moodlewssettingraw".to_owned(), Value::Bool(true));
        self.client.call(function, &args, &self.token, Some(access)).await
    }
}

#[tokio::test]
async fn every_mapping_answers_on_a_real_moodle() {
    let (Ok(url), Ok(token)) = (std::env::var("MWSC_MOODLE_URL"), std::env::var("MWSC_MOODLE_TOKEN")) else {
        println!("skipped: MWSC_MOODLE_URL and MWSC_MOODLE_TOKEN are not set");
        return;
    };
    let site = Real { client: Client::new(Config::new(&url)).expect("a client"), token: Secret::new(&token) };
    let info = site.call("core_webservice_get_site_info", Map::new(), Access::Read).await.expect("the site answers");
    let release = info.get("release").and_then(Value::as_str).and_then(Release::parse);
    let caller = [("id", info.get("userid").cloned().unwrap_or_default()), ("username", info.get("username").cloned().unwrap_or_default())];
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let surroundings = Surroundings { caller: caller.into_iter().collect(), now: i64::try_from(now).unwrap_or_default() };
    let crosswalk = built_in();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/crosswalk/calls.toml")).unwrap();
    let calls: Calls = toml::from_str(&text).unwrap_or_else(|why| panic!("calls.toml: {why}"));
    let mut known = Map::new();
    known.insert("caller".to_owned(), surroundings.caller.clone());
    known.insert("now".to_owned(), Value::Int(surroundings.now));
    let mut answered = BTreeSet::new();
    let mut wrong = Vec::new();
    for (at, call) in calls.call.iter().enumerate() {
        let failed = one(&crosswalk, call, &site, release.as_ref(), &surroundings, &mut known).await;
        match failed {
            Ok(()) => drop(answered.insert(call.operation.as_str())),
            Err(_) if call.clears => {}
            Err(why) => wrong.push(format!("call {} of {}: {why}", at + 1, call.operation)),
        }
    }
    let served = |name: &&String| matches!(variant(&crosswalk, name, release.as_ref()).map(|found| &found.how), Ok(How::Calls(_)));
    let mappings: Vec<&String> = crosswalk.operations.keys().filter(served).collect();
    let silent: Vec<&&String> = mappings.iter().filter(|name| !answered.contains(name.as_str())).collect();
    println!("{} of {} mappings were called and answered as expected", mappings.len() - silent.len(), mappings.len());
    assert!(wrong.is_empty() && silent.is_empty(), "not called, or not as expected: {silent:?}\n{}", wrong.join("\n"));
}

async fn one(
    crosswalk: &Crosswalk,
    call: &OneCall,
    site: &Real,
    release: Option<&Release>,
    surroundings: &Surroundings,
    known: &mut Map,
) -> Result<(), String> {
    let mut args = Map::new();
    for (name, expr) in &call.args {
        args.insert(name.clone(), value(expr, known, &Value::Null));
    }
    let answer = if let Some(function) = &call.function {
        site.call(function, args, Access::Write).await
    } else {
        let found = variant(crosswalk, &call.operation, release).map_err(|why| why.to_string())?;
        serve(crosswalk, found, args, surroundings, Limits::default(), site).await
    };
    let answer = match (answer, &call.fails) {
        (Ok(answer), None) => answer,
        (Err(failure), Some(part)) if failure.message.contains(part.as_str()) => return Ok(()),
        (Ok(answer), Some(part)) => return Err(format!("`{part}` is expected, and it gave {}", short(&answer))),
        (Err(failure), _) => return Err(format!("{failure} ({}; {})", failure.code, failure.debug)),
    };
    if std::env::var("MWSC_SHOW").is_ok_and(|wanted| wanted == call.operation || wanted == "all") {
        println!("{}: {}", call.operation, short(&answer));
    }
    for expected in &call.expect {
        let scope = Scope::everywhere(known);
        if !holds(expected, &scope.item("answer", &answer), &mut Fuel::new(10_000_000)).unwrap() {
            return Err(format!("`{expected}` is false of {}", short(&answer)));
        }
    }
    if let Some(name) = &call.r#as {
        known.insert(name.clone(), answer);
    }
    Ok(())
}

fn value(expr: &Expr, known: &Map, answer: &Value) -> Value {
    let scope = Scope::everywhere(known);
    eval(expr, &scope.item("answer", answer), &mut Fuel::new(10_000_000)).unwrap().into_owned()
}

fn short(value: &Value) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    text.chars().take(1_500).collect()
}
