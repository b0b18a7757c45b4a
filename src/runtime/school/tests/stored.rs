//! The school on a disk: it is there again, and several processes share it.

use serde_json::json;

use super::{Desk, PASSWORD};
use crate::accounts::Accounts as _;
use crate::school::School;
use crate::store::tests::schema;
use crate::testing::interface;

#[tokio::test]
async fn a_school_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().join("school.sqlite").to_str().unwrap().to_owned();
    let desk = Desk::at(&address).await;
    desk.ok("manager", "add_category", json!({ "datum": { "name": "Arts" } })).await;
    let session = desk.accounts.login("student", PASSWORD, None).await.unwrap();
    let before = desk.rows();
    drop(desk);
    let build = interface();
    let opened = School::open(&address, &build.manifest, "", Some("another")).await.unwrap();
    assert!(!opened.filled);
    let again = Desk::with(opened.school, build);
    assert_eq!(again.rows(), before);
    assert!(again.accounts.check(session.client, session.key.reveal(), None).await.is_ok());
}

/// Two processes behind a load balancer, as two schools on one database: each call goes to the other one.
#[tokio::test]
async fn two_instances_share_sessions_and_school() {
    let Some(address) = schema("mwsd_test_school").await else { return };
    let (one, other) = (Desk::at(&address).await, Desk::at(&address).await);
    assert_eq!(one.rows(), other.rows(), "one of them filled the school");
    let session = one.accounts.login("manager", PASSWORD, None).await.unwrap();
    let (client, key) = (session.client, session.key.reveal());
    let caller = other.accounts.check(client, key, None).await.unwrap();
    for number in 0..20 {
        let (writes, reads) = if number % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let made = writes.call_as(&caller, "add_category", json!({ "datum": { "name": format!("C{number}") } })).await.unwrap();
        let found = reads.call_as(&caller, "get_category_byname", json!({ "catname": format!("C{number}") })).await.unwrap();
        assert_eq!(made, found);
    }
    let again = other.accounts.login("manager", PASSWORD, None).await.unwrap();
    assert!(again.resumed && again.client == client);
    other.accounts.logout(client, key).await.unwrap();
    assert!(one.accounts.check(client, key, None).await.is_err());
}

#[tokio::test]
async fn another_manifest_shows_the_same_school_otherwise() {
    let desk = Desk::new().await;
    let mut manifest = interface().manifest;
    manifest.records.get_mut("userRecord").unwrap().fields.retain(|field| field.name != "city");
    let school = desk.school.reopen("memory", &manifest, "https://new.example").await.unwrap();
    let mut build = interface();
    build.manifest = manifest;
    let other = Desk::with(school, build);
    let user = other.ok("student", "get_user_byid", json!({ "userinfo": 9 })).await;
    assert_eq!((user.pointer("/0/city"), user.pointer("/0/username")), (None, Some(&json!("student"))));
    let back = other.school.reopen("memory", &desk.app.build.manifest, "").await.unwrap();
    let back = Desk::with(back, interface());
    assert_eq!(back.rows(), desk.rows(), "nothing was lost by not being shown");
}
