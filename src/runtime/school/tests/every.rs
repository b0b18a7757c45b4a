//! Every operation: a call that succeeds, one that fails, one that is not allowed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Desk;
use crate::dispatch::FailureKind;
use crate::school::accounts::NewAccount;
use crate::school::operations::SUBJECTS;
use crate::school::{School, texts};
use crate::testing::interface;

/// Calls of an operation. Numbers in them are those of the demonstration: users 2 `admin` to 8 `assistant2`, 9 `student` to 28
/// `student20`; courses 2 to 6; and so on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) operation: String,
    pub(super) good: Good,
    pub(super) bad: Option<Bad>,
    refused: Refused,
}

/// A call that succeeds, with values that its answer has at JSON pointers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Good {
    pub(super) r#as: String,
    pub(super) args: Json,
    has: BTreeMap<String, Json>,
}

/// A call by the same user that fails, and what it is told. Operations that find nothing rather than failing have none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bad {
    pub(super) args: Json,
    says: String,
}

/// A call by somebody who may not do this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    #[serde(default)]
    r#as: String,
    #[serde(default)]
    args: Json,
    how: How,
}

/// How it shows that something is not allowed.
#[derive(Deserialize)]
#[serde(untagged)]
enum How {
    /// `denied`: the call or its item fails. `hidden`: what others see is not there. `open`: everybody may call it; only an account that
    /// was not given the operation cannot.
    Word(Word),
    /// Values are others than others see.
    Sees(BTreeMap<String, Json>),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Denied,
    Hidden,
    Open,
}

pub(super) fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("cases.json")).unwrap()
}

/// What the protocol does by itself.
const OF_THE_PROTOCOL: [&str; 2] = ["login", "logout"];

#[test]
fn no_operation_of_the_interface_is_missing() {
    let build = interface();
    let missing: Vec<&String> =
        build.manifest.operations.keys().filter(|name| !School::has(name) && !OF_THE_PROTOCOL.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let known: Vec<&str> = SUBJECTS.iter().copied().flatten().map(|operation| operation.name).collect();
    let surplus: Vec<&&str> = known.iter().filter(|name| !build.manifest.operations.contains_key(**name)).collect();
    assert!(surplus.is_empty(), "{surplus:?}");
    assert_eq!(known.len(), known.iter().collect::<BTreeSet<_>>().len(), "no operation is there twice");
}

#[test]
fn every_operation_has_its_cases() {
    let build = interface();
    let cases = cases();
    let cases: BTreeSet<&str> = cases.iter().map(|case| case.operation.as_str()).collect();
    let without: Vec<&String> = build
        .manifest
        .operations
        .keys()
        .filter(|name| !cases.contains(name.as_str()) && !OF_THE_PROTOCOL.contains(&name.as_str()))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn texts_for_nothing_name_parameters_that_there_are() {
    let build = interface();
    for (name, operation) in &build.manifest.operations {
        let text = texts::nothing(name);
        if let Some(parameter) = text.split_once('{').and_then(|(_, rest)| rest.strip_suffix('}')) {
            assert!(operation.params.iter().any(|param| param.name == parameter), "{name}: {text}");
        }
    }
}

/// Whether a value has other values in its places.
fn check(value: &Json, wanted: &BTreeMap<String, Json>) -> Result<(), String> {
    for (pointer, wanted) in wanted {
        if value.pointer(pointer) != Some(wanted) {
            let place = pointer.split('/').nth(1).map_or(String::new(), |item| format!("/{item}"));
            return Err(format!("at `{pointer}` there is no {wanted} in {}", value.pointer(&place).unwrap_or(value)));
        }
    }
    Ok(())
}

async fn succeeds(case: &Case) -> Result<(), String> {
    let desk = Desk::new().await;
    let value = desk.call(&case.good.r#as, &case.operation, case.good.args.clone()).await.map_err(|why| format!("{why:?}"))?;
    check(&value, &case.good.has)
}

async fn fails(desk: &Desk, case: &Case) -> Result<(), String> {
    let Some(bad) = &case.bad else { return Ok(()) };
    let found = desk.error(&case.good.r#as, &case.operation, bad.args.clone()).await?;
    if found.contains(&bad.says) { Ok(()) } else { Err(format!("`{found}` has no `{}`", bad.says)) }
}

async fn is_refused(desk: &Desk, case: &Case) -> Result<(), String> {
    let (user, args) = (&case.refused.r#as, case.refused.args.clone());
    match &case.refused.how {
        How::Word(Word::Denied) => {
            let found = desk.error(user, &case.operation, args).await?;
            let denied = found == "you don't have the permissions to do this." || found.starts_with("not authorized");
            if denied { Ok(()) } else { Err(found) }
        }
        How::Word(Word::Hidden) => check(&desk.ok(user, &case.operation, args).await, &[(String::new(), json!([]))].into()),
        How::Word(Word::Open) => Ok(()),
        How::Sees(wanted) => check(&desk.ok(user, &case.operation, args).await, wanted),
    }
}

/// Runs a check on every case and says how many hold.
macro_rules! all {
    ($what:literal, $case:ident => $check:expr) => {
        let (mut good, mut wrong) = (0, Vec::new());
        for $case in &cases() {
            match $check.await {
                Ok(()) => good += 1,
                Err(why) => wrong.push(format!("{}: {why}", $case.operation)),
            }
        }
        println!("{}: {good} of {}", $what, good + wrong.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    };
}

#[tokio::test]
async fn every_operation_succeeds() {
    all!("success", case => succeeds(case));
}

#[tokio::test]
async fn every_operation_fails_with_its_text_and_changes_nothing() {
    let desk = Desk::new().await;
    let before = desk.rows();
    all!("error", case => fails(&desk, case));
    assert_eq!(before, desk.rows());
}

#[tokio::test]
async fn every_operation_is_refused_to_those_who_may_not() {
    let desk = Desk::new().await;
    let before = desk.rows();
    all!("permission", case => is_refused(&desk, case));
    assert_eq!(before, desk.rows());
}

/// Also those operations that everybody may call are refused to an account for a foreign system that was not given them, and nothing is
/// changed by any that is refused.
#[tokio::test]
async fn an_account_for_a_system_does_what_it_was_given() {
    let desk = Desk::new().await;
    let account = NewAccount {
        username: "portal".to_owned(),
        password: super::PASSWORD.to_owned(),
        capabilities: Some(Vec::new()),
        operations: vec!["get_my_*".to_owned(), "get_version".to_owned(), "edit_users".to_owned()],
        ..NewAccount::default()
    };
    let id = desk.accounts.add(account).await.unwrap().id;
    let caller = desk.caller("portal").await;
    for case in cases() {
        let given = case.operation.starts_with("get_my_") || ["get_version", "edit_users"].contains(&case.operation.as_str());
        let outcome = desk.call_as(&caller, &case.operation, case.good.args.clone()).await;
        if !given {
            let why = outcome.expect_err(&case.operation);
            assert_eq!((why.kind, why.code.as_ref()), (FailureKind::Forbidden, "accessexception"), "{}", case.operation);
        }
    }
    assert_eq!(desk.call_as(&caller, "get_my_id", json!({})).await.unwrap(), json!(id));
    // What it may call still asks for capabilities, which it was not given.
    let refused = desk.call_as(&caller, "edit_users", json!({ "users": [{ "action": "delete", "id": 9 }] })).await.unwrap();
    assert_eq!(refused, json!([{ "error": "you don't have the permissions to do this." }]));
}
