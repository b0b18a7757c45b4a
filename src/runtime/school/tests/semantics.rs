//! What operations do, beyond that they succeed.

use serde_json::json;

use super::{Desk, each, with};

#[tokio::test]
async fn an_empty_list_names_everybody_who_was_not_deleted() {
    let desk = Desk::new().await;
    desk.ok("manager", "delete_user", json!({ "userid": "STU-020", "useridfield": "idnumber" })).await;
    let users = desk.ok("student", "get_users", json!({ "userids": [] })).await;
    assert_eq!(users.as_array().unwrap().len(), 27);
    let names = each(&users, "firstname");
    assert!(names.is_sorted_by_key(|name| name.as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn who_wants_no_mail_has_no_address() {
    let desk = Desk::new().await;
    desk.ok("manager", "edit_users", json!({ "users": [{ "action": "update", "id": 9, "emailstop": 1 }] })).await;
    let user = desk.ok("admin", "get_user_byid", json!({ "userinfo": 9 })).await;
    assert_eq!(user.pointer("/0/email"), Some(&json!("not disclosed by user's will")));
}

#[tokio::test]
async fn blanks_change_nothing_except_numbers_of_courses() {
    let desk = Desk::new().await;
    let user = json!({ "action": "update", "id": 9, "city": "", "confirmed": 0, "lastname": "New" });
    let user = desk.ok("manager", "edit_users", json!({ "users": [user] })).await;
    assert_eq!(
        (user.pointer("/0/city"), user.pointer("/0/confirmed"), user.pointer("/0/lastname")),
        (Some(&json!("Lindenau")), Some(&json!(1)), Some(&json!("New")))
    );
    let course =
        desk.ok("teacher", "edit_courses", json!({ "courses": [{ "action": "update", "id": 2, "visible": 0, "summary": "" }] })).await;
    assert_eq!(
        (course.pointer("/0/visible"), course.pointer("/0/summary")),
        (Some(&json!(0)), Some(&json!("Counting, measuring and drawing.")))
    );
    let section = desk
        .ok(
            "teacher",
            "edit_sections",
            json!({ "sections": [{ "action": "update", "id": 7, "summary": "", "visible": 0, "sequence": "9" }] }),
        )
        .await;
    assert_eq!(
        (section.pointer("/0/summary"), section.pointer("/0/visible"), section.pointer("/0/sequence")),
        (Some(&json!("")), Some(&json!(0)), Some(&json!("5,8,9")))
    );
    let hidden = desk.ok("student", "get_all_labels", json!({ "fieldname": "id", "fieldvalue": "1" })).await;
    assert_eq!(hidden, json!([]), "what is in a hidden section is hidden");
}

#[tokio::test]
async fn an_item_that_fails_leaves_nothing_and_stops_no_other() {
    let desk = Desk::new().await;
    let user = json!({ "action": "add", "username": "one", "password": "x", "firstname": "A", "lastname": "B", "email": "one@school.example", "idnumber": "N1" });
    let twin = with(&user, &json!({ "username": "two", "email": "two@school.example" }));
    let made = desk.ok("manager", "edit_users", json!({ "users": [user, twin, { "action": "get", "id": 9 }] })).await;
    assert_eq!(made.pointer("/1"), Some(&json!({ "error": "a user already exists with this idnumber N1" })));
    assert_eq!(made.pointer("/2/id"), Some(&json!(9)));
    assert_eq!(
        desk.error("admin", "get_user_byusername", json!({ "userinfo": "two" })).await.unwrap(),
        "no match found for username = two"
    );
}

#[tokio::test]
async fn a_user_who_is_added_logs_in_until_deleted() {
    use crate::accounts::Accounts as _;
    let desk = Desk::new().await;
    let user = json!({ "username": "nia", "password": "Secret-1", "firstname": "Nia", "lastname": "N", "email": "nia@school.example", "idnumber": "N1" });
    let id = desk.ok("manager", "add_user", json!({ "userdatum": user })).await.pointer("/0/id").cloned().unwrap();
    assert!(desk.accounts.password("nia", "Secret-1", None).await.is_ok());
    let changed = json!({ "users": [{ "action": "update", "id": id, "passwordmd5": "5f4dcc3b5aa765d61d8327deb882cf99" }] });
    desk.ok("manager", "edit_users", changed).await;
    assert!(desk.accounts.password("nia", "Secret-1", None).await.is_err());
    let session = desk.accounts.login("nia", "password", None).await.unwrap();
    desk.ok("manager", "edit_users", json!({ "users": [{ "action": "delete", "id": id }] })).await;
    assert!(desk.accounts.check(session.client, session.key.reveal(), None).await.is_err());
    assert!(desk.accounts.password("nia", "password", None).await.is_err());
}

#[tokio::test]
async fn columns_are_named_in_any_letter_case() {
    let desk = Desk::new().await;
    let found = desk.ok("admin", "get_users", json!({ "userids": ["STU-001"], "idfield": "IdNumber" })).await;
    assert_eq!(found[0]["username"], "student");
    let course = json!({ "courseid": "MATH1", "idfield": "SHORTNAME" });
    assert!(desk.ok("teacher", "get_students", course).await.as_array().unwrap().len() > 1);
    // Secrets stay closed, however they are spelled.
    for (column, some) in [("NAME", true), ("enrolmentkey", false), ("EnrolmentKey", false)] {
        let value = if some { "Red group" } else { "red-key" };
        let found = desk.ok("admin", "get_all_groups", json!({ "fieldname": column, "fieldvalue": value })).await;
        assert_eq!(found.as_array().unwrap().len() == 1, some, "{column}: {found}");
    }
}

#[tokio::test]
async fn nobody_deletes_an_administrator_oneself_or_the_guest() {
    let desk = Desk::new().await;
    for (user, id) in [("manager", 2), ("manager", 3), ("admin", 1)] {
        let text = desk.error(user, "edit_users", json!({ "users": [{ "action": "delete", "id": id }] })).await;
        assert_eq!(text.unwrap(), format!("error deleting user {id}."));
    }
}

#[tokio::test]
async fn reading_ones_messages_marks_them_read() {
    let desk = Desk::new().await;
    let mine = json!({ "userid": "", "useridfield": "" });
    let others = desk.ok("manager", "get_messages", json!({ "userid": "student", "useridfield": "username" })).await;
    assert_eq!(desk.ok("student", "get_messages", mine.clone()).await, others, "those of others stay as they are");
    assert_eq!(desk.ok("student", "get_messages", mine).await, json!([]));
}

#[tokio::test]
async fn who_blocks_somebody_gets_no_message() {
    let desk = Desk::new().await;
    let answer = desk.ok("student3", "message_send", json!({ "userid": "student2", "useridfield": "username", "message": "Hi" })).await;
    assert_eq!(answer, json!({ "status": false, "error": "Rosa Imhof does not take messages from you." }));
}

#[tokio::test]
async fn deleting_a_course_leaves_nothing_of_it() {
    let desk = Desk::new().await;
    desk.ok("manager", "edit_courses", json!({ "courses": [{ "action": "delete", "id": 2 }] })).await;
    for (operation, column) in
        [("get_all_forums", "course"), ("get_all_assignments", "course"), ("get_all_groups", "courseid"), ("get_all_quizzes", "course")]
    {
        assert_eq!(desk.ok("admin", operation, json!({ "fieldname": column, "fieldvalue": "2" })).await, json!([]), "{operation}");
    }
    assert_eq!(desk.ok("student", "get_my_courses", json!({})).await.as_array().unwrap().len(), 1);
    let category = desk.ok("admin", "get_category_byid", json!({ "catid": "1" })).await;
    assert_eq!(category.pointer("/0/coursecount"), Some(&json!(0)));
}

#[tokio::test]
async fn a_category_cannot_be_put_into_itself() {
    let desk = Desk::new().await;
    let text = desk.error("manager", "edit_categories", json!({ "categories": [{ "action": "update", "id": 1, "parent": 2 }] })).await;
    assert_eq!(text.unwrap(), "category 1 cannot be put into itself.");
}

#[tokio::test]
async fn an_enrolment_may_end() {
    let desk = Desk::new().await;
    desk.ok("teacher", "edit_courses", json!({ "courses": [{ "action": "update", "id": 2, "enrolperiod": 60 }] })).await;
    let made = desk.ok("teacher", "enrol_students", json!({ "courseid": "2", "courseidfield": "id", "userids": ["STU-020"] })).await;
    let time = |name: &str| made.pointer(&format!("/0/{name}")).and_then(serde_json::Value::as_i64).unwrap();
    assert_eq!(time("timeend") - time("timestart"), 60);
}

#[tokio::test]
async fn events_are_for_those_whom_they_concern() {
    let desk = Desk::new().await;
    let all = json!({ "eventtype": 0, "ownerid": "0", "datetimefrom": -1 });
    for (user, wanted) in [
        ("admin", vec!["Term began", "Dentist", "First test", "Red group meets", "Open day"]),
        ("student", vec!["Term began", "Dentist", "First test", "Red group meets", "Open day"]),
        ("student2", vec!["Term began", "First test", "Open day"]),
        ("student20", vec!["Open day"]),
    ] {
        assert_eq!(each(&desk.ok(user, "get_events", all.clone()).await, "name"), wanted, "{user}");
    }
}

#[tokio::test]
async fn what_was_added_is_among_the_changes() {
    let desk = Desk::new().await;
    desk.ok("teacher", "affect_assignment_to_section", json!({ "assignmentid": 2, "sectionid": 8, "groupmode": 0 })).await;
    let changes = desk.ok("student", "get_last_changes", json!({ "courseid": "2", "idfield": "id" })).await;
    assert_eq!(
        (changes.pointer("/0/name"), changes.pointer("/0/author")),
        (Some(&json!("Spare assignment")), Some(&json!("Tomas Okafor")))
    );
    assert!(changes.as_array().unwrap().len() <= 10);
}

#[tokio::test]
async fn a_page_joins_its_wiki() {
    let desk = Desk::new().await;
    desk.ok("teacher", "affect_pageWiki_to_wiki", json!({ "pageid": 3, "wikiid": 1 })).await;
    let first = desk.ok("student", "get_all_pagesWiki", json!({ "fieldname": "pagename", "fieldvalue": "Class notes" })).await;
    assert_eq!(first.pointer("/0/content"), Some(&json!("The beginning.<br>[Angles]<br>[Loose page]")));
}

#[tokio::test]
async fn a_quiz_is_exported_with_its_marks_escaped() {
    let desk = Desk::new().await;
    let gift = desk.ok("teacher", "get_quiz", json!({ "quizid": 1, "format": "gift" })).await;
    let gift = gift.get("data").and_then(serde_json::Value::as_str).unwrap().to_owned();
    assert!(gift.contains("How many is a dozen? (x \\= 12){\n\t=12"), "{gift}");
    let xml = desk.ok("teacher", "get_quiz", json!({ "quizid": 1 })).await;
    assert!(xml.get("data").and_then(serde_json::Value::as_str).unwrap().contains("<question type=\"truefalse\">"));
}

#[tokio::test]
async fn a_discussion_does_not_become_endlessly_deep() {
    let desk = Desk::new().await;
    let mut parent = 2;
    let mut text = String::new();
    for next in 0..60 {
        let args = json!({ "parentid": parent, "post": { "subject": "x", "message": "x" } });
        match desk.call("student", "forum_add_reply", args).await {
            Ok(_) => parent = 9 + next,
            Err(why) => {
                text = why.message;
                break;
            }
        }
    }
    assert!(text.ends_with("the discussion is too deep."), "{text}");
}
