//! Tests of sessions in memory.

use std::time::Duration;

use super::{Accounts, Memory};
use crate::dispatch::{FailureKind, Grants, Means};

fn school(lifetime: Duration) -> Memory {
    Memory::new(lifetime).with(2, "admin", "secret", "t0k3n", Grants::Roles).with(3, "pupil", "other", "", Grants::Only([].into()))
}

#[tokio::test]
async fn a_session_is_open_between_login_and_logout() {
    let school = school(Duration::from_secs(60));
    let session = school.login("admin", "secret", None).await.unwrap();
    assert_eq!(session.key.reveal().len(), 32);
    let caller = school.check(session.client, session.key.reveal(), None).await.unwrap();
    assert_eq!((caller.account, caller.means), (2, Means::Session { client: session.client }));
    assert!(school.check(session.client + 1, session.key.reveal(), None).await.is_err());
    assert!(school.check(session.client, "guess", None).await.is_err());
    school.logout(session.client, session.key.reveal()).await.unwrap();
    assert_eq!(school.logout(session.client, session.key.reveal()).await.unwrap_err().kind, FailureKind::Unauthenticated);
}

#[tokio::test]
async fn a_login_gives_the_open_session_of_the_same_address() {
    let school = school(Duration::from_secs(60));
    let here = "192.0.2.1".parse().ok();
    let first = school.login("admin", "secret", here).await.unwrap();
    let again = school.login("admin", "secret", here).await.unwrap();
    assert!(!first.resumed && again.resumed);
    assert_eq!((first.client, first.key.reveal()), (again.client, again.key.reveal()));
    let elsewhere = school.login("admin", "secret", "192.0.2.2".parse().ok()).await.unwrap();
    assert_ne!(first.client, elsewhere.client);
}

#[tokio::test]
async fn a_session_ends_by_the_clock_whatever_is_called() {
    let school = school(Duration::from_millis(60));
    let session = school.login("admin", "secret", None).await.unwrap();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(15)).await;
        // Not an extension.
        let _ = school.check(session.client, session.key.reveal(), None).await;
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(school.check(session.client, session.key.reveal(), None).await.is_err());
}

#[tokio::test]
async fn refusals_do_not_tell_what_was_wrong() {
    let school = school(Duration::from_secs(60));
    let unknown = school.login("nobody", "secret", None).await.unwrap_err();
    assert_eq!(unknown, school.login("admin", "wrong", None).await.unwrap_err());
    assert!(school.token("", None).await.is_err());
    assert_eq!(school.token("t0k3n", None).await.unwrap().account, 2);
    assert_eq!(school.password("pupil", "other", None).await.unwrap().means, Means::Password);
}

#[test]
fn nothing_secret_is_printed() {
    assert_eq!(format!("{:?}", crate::dispatch::Secret::new("x")), "…");
}
