//! Logging in to the school.

use std::time::Duration;

use super::{Desk, PASSWORD};
use crate::accounts::{Accounts as _, Allowance};
use crate::dispatch::{FailureKind, Grants, Means};
use crate::school::School;
use crate::school::accounts::NewAccount;
use crate::testing::interface;

#[tokio::test]
async fn sessions_are_open_between_login_and_logout() {
    let desk = Desk::new().await;
    let here = "192.0.2.1".parse().ok();
    let session = desk.accounts.login("student", PASSWORD, here).await.unwrap();
    assert!(session.key.reveal().len() == 32 && !session.resumed);
    let again = desk.accounts.login("student", PASSWORD, here).await.unwrap();
    assert!(again.resumed && again.client == session.client && again.key == session.key);
    assert_ne!(desk.accounts.login("student", PASSWORD, None).await.unwrap().client, session.client);
    let caller = desk.accounts.check(session.client, session.key.reveal(), here).await.unwrap();
    assert_eq!((caller.account, caller.means), (9, Means::Session { client: session.client }));
    assert!(desk.accounts.check(session.client, "guess", here).await.is_err());
    desk.accounts.logout(session.client, session.key.reveal()).await.unwrap();
    assert_eq!(desk.accounts.logout(session.client, session.key.reveal()).await.unwrap_err().message, "Invalid Client connection.");
}

#[tokio::test]
async fn a_session_ends_by_the_clock() {
    let build = interface();
    let school = School::open("memory", &build.manifest, "", Some(PASSWORD)).await.unwrap().school;
    let accounts = school.accounts(Duration::from_secs(1), Allowance::default());
    let session = accounts.login("student", PASSWORD, None).await.unwrap();
    assert!(accounts.check(session.client, session.key.reveal(), None).await.is_ok());
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert!(accounts.check(session.client, session.key.reveal(), None).await.is_err());
    assert!(!accounts.login("student", PASSWORD, None).await.unwrap().resumed);
}

#[tokio::test]
async fn refusals_are_alike_and_limited() {
    let desk = Desk::new().await;
    let unknown = desk.accounts.login("nobody", PASSWORD, None).await.unwrap_err();
    assert_eq!(unknown, desk.accounts.login("student", "wrong", None).await.unwrap_err());
    assert_eq!(unknown, desk.accounts.login("guest", "", None).await.unwrap_err());
    for _ in 0..9 {
        desk.accounts.login("student", "wrong", None).await.unwrap_err();
    }
    assert_eq!(desk.accounts.login("student", PASSWORD, None).await.unwrap_err().kind, FailureKind::Limited);
    assert!(desk.accounts.login("student2", PASSWORD, None).await.is_ok());
}

#[tokio::test]
async fn tokens_are_for_a_service_and_stored_as_digests() {
    let desk = Desk::new().await;
    let token = desk.accounts.issue("student", PASSWORD, "oktech", None).await.unwrap();
    let caller = desk.accounts.token(token.reveal(), None).await.unwrap();
    assert!(caller.may_use("oktech") && !caller.may_use("other"));
    assert_eq!(caller.account, 9);
    assert!(desk.accounts.token("", None).await.is_err());
    assert!(!format!("{:?}", desk.rows()).contains(token.reveal()));
    for _ in 0..10 {
        desk.accounts.issue("student", PASSWORD, "oktech", None).await.unwrap();
    }
    assert!(desk.accounts.token(token.reveal(), None).await.is_err(), "the oldest of many is no longer good");
}

#[tokio::test]
async fn accounts_are_added_listed_and_removed() {
    let desk = Desk::new().await;
    let new = NewAccount {
        username: "library".to_owned(),
        capabilities: Some(vec!["moodle/user:create".to_owned()]),
        services: vec!["oktech".to_owned()],
        ..NewAccount::default()
    };
    let made = desk.accounts.add(new.clone()).await.unwrap();
    assert_eq!(desk.accounts.add(new).await.unwrap_err().kind, FailureKind::Conflict);
    assert_eq!(
        desk.accounts.list().await.unwrap().iter().map(|account| account.username.as_str()).collect::<Vec<_>>(),
        ["admin", "library"]
    );
    assert!(desk.accounts.password("library", "", None).await.is_err(), "without a password there is no way in by one");
    let token = desk.accounts.new_token("library", "").await.unwrap();
    let caller = desk.accounts.token(token.reveal(), None).await.unwrap();
    assert_eq!(caller.account, made.id);
    assert!(caller.may_use("oktech") && !caller.may_use("other"));
    assert!(matches!(&caller.grants, Grants::Only(list) if list.len() == 1));
    desk.accounts.remove("library").await.unwrap();
    assert!(desk.accounts.token(token.reveal(), None).await.is_err());
    assert!(desk.accounts.remove("library").await.is_err());
}
