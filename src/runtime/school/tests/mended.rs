//! Defects of the original service that its callers could see, one test each, named after what was wrong there.

use serde_json::json;

use super::Desk;

#[tokio::test]
async fn add_section_called_a_method_that_did_not_exist() {
    let desk = Desk::new().await;
    let made = desk.ok("teacher", "add_section", json!({ "datum": { "course": 3, "section": 1, "summary": "Begin" } })).await;
    assert_eq!(made.pointer("/0/summary"), Some(&json!("Begin")));
}

#[tokio::test]
async fn edit_labels_ignored_its_list() {
    let desk = Desk::new().await;
    let made = desk.ok("teacher", "edit_labels", json!({ "labels": [{ "action": "add", "course": 2, "content": "Here" }] })).await;
    assert_eq!(made.pointer("/0/content"), Some(&json!("Here")));
}

#[tokio::test]
async fn my_grades_matched_nobody() {
    let desk = Desk::new().await;
    let grade = desk.ok("student2", "get_my_quiz_grade", json!({ "quizid": 6 })).await;
    assert_eq!(grade.pointer("/0/userid"), Some(&json!("10")));
}

#[tokio::test]
async fn count_activities_gave_a_list() {
    let desk = Desk::new().await;
    let args = json!({ "userid": "STAFF-001", "useridfield": "idnumber" });
    let lines = desk.ok("admin", "get_activities", super::with(&args, &json!({ "limit": 0 }))).await;
    let count = desk.ok("admin", "count_activities", args).await;
    assert_eq!(count, json!(lines.as_array().unwrap().len()));
}

#[tokio::test]
async fn count_users_bycourse_counted_an_error_as_one() {
    let desk = Desk::new().await;
    let none = desk.ok("admin", "count_users_bycourse", json!({ "courseid": "ASTR0", "idfield": "shortname", "roleid": 5 })).await;
    assert_eq!(none, json!(0));
}

#[tokio::test]
async fn get_users_bycourse_never_checked_the_role() {
    let desk = Desk::new().await;
    let text = desk.error("admin", "get_users_bycourse", json!({ "idcourse": "MATH1", "idfield": "shortname", "idrole": 77 })).await;
    assert_eq!(text.unwrap(), "role 77 unknown.");
}

#[tokio::test]
async fn affect_user_to_course_was_true_for_nobody() {
    let desk = Desk::new().await;
    for operation in ["affect_user_to_course", "remove_user_from_course"] {
        let answer = desk.ok("teacher", operation, json!({ "userid": 999, "courseid": 2, "rolename": "student" })).await;
        assert_eq!(answer, json!({ "status": false, "error": "user id=999 unknown." }));
    }
}

#[tokio::test]
async fn remove_user_from_course_named_the_role_with_a_capital() {
    let desk = Desk::new().await;
    desk.ok("teacher", "remove_user_from_course", json!({ "userid": 9, "courseid": 2, "rolename": "" })).await;
    let level = json!({ "userid": "9", "useridfield": "id", "courseid": "2", "courseidfield": "id" });
    assert_eq!(desk.ok("admin", "get_primaryrole_incourse", level).await, json!(0));
}

#[tokio::test]
async fn affect_grouping_to_course_set_nothing() {
    let desk = Desk::new().await;
    desk.ok("teacher", "affect_grouping_to_course", json!({ "groupingid": 2, "courseid": 2 })).await;
    let grouping = desk.ok("teacher", "get_grouping_byid", json!({ "groupid": 2 })).await;
    assert_eq!(grouping.pointer("/0/courseid"), Some(&json!(2)));
}

#[tokio::test]
async fn groupings_lost_their_configuration_in_the_interface() {
    let desk = Desk::new().await;
    let grouping = desk.ok("teacher", "get_grouping_byid", json!({ "groupid": 1 })).await;
    assert!(grouping.pointer("/0/configdata").is_some() && grouping.pointer("/0/enrolmentkey").is_none(), "{grouping}");
}

#[tokio::test]
async fn affect_group_to_course_failed_to_say_that_it_was_attached() {
    let desk = Desk::new().await;
    let text = desk.error("teacher", "affect_group_to_course", json!({ "groupid": 1, "courseid": 2 })).await;
    assert_eq!(text.unwrap(), "the group 1 already is a member of course 2.");
}

#[tokio::test]
async fn affect_wiki_to_section_shifted_the_arguments_of_its_check() {
    let desk = Desk::new().await;
    let args = json!({ "wikiid": 2, "sectionid": 8, "groupmode": 0, "visible": 0 });
    assert_eq!(desk.ok("teacher", "affect_wiki_to_section", args).await, json!({ "status": true }));
    let hidden = desk.ok("student", "get_all_wikis", json!({ "fieldname": "id", "fieldvalue": "2" })).await;
    assert_eq!(hidden, json!([]), "it was placed, and hidden");
}

#[tokio::test]
async fn affect_section_to_course_compared_with_no_course() {
    let desk = Desk::new().await;
    let args = json!({ "sections": [{ "action": "add", "course": 2, "section": 9 }] });
    let id = desk.ok("teacher", "edit_sections", args).await.pointer("/0/id").cloned().unwrap();
    let text = desk.error("teacher", "affect_section_to_course", json!({ "sectionid": id, "courseid": 3 })).await;
    assert_eq!(text.unwrap(), "section 9 is beyond the last section of the course, which is 4.");
}

#[tokio::test]
async fn affect_section_to_course_left_activities_behind() {
    let desk = Desk::new().await;
    desk.ok("teacher", "affect_section_to_course", json!({ "sectionid": 7, "courseid": 3 })).await;
    let moved = desk.ok("teacher", "get_all_labels", json!({ "fieldname": "id", "fieldvalue": "1" })).await;
    assert_eq!(moved.pointer("/0/course"), Some(&json!(3)));
}

#[tokio::test]
async fn edit_pages_wiki_answered_the_last_page_only() {
    let desk = Desk::new().await;
    let pages = json!({ "pageswiki": [{ "action": "add", "wiki": 1, "pagename": "One" }, { "action": "nothing" }, { "action": "add", "wiki": 1, "pagename": "Two" }] });
    let made = desk.ok("teacher", "edit_pagesWiki", pages).await;
    assert_eq!((made.pointer("/0/pagename"), made.pointer("/2/pagename")), (Some(&json!("One")), Some(&json!("Two"))));
    assert_eq!(made.pointer("/1"), Some(&json!({ "error": "invalid action nothing" })));
}

#[tokio::test]
async fn edit_users_lost_the_error_of_an_unknown_user() {
    let desk = Desk::new().await;
    let users = json!({ "users": [{ "action": "update", "id": 999, "city": "X" }, { "action": "delete", "id": 999 }, { "action": "update", "id": 9, "city": "X" }] });
    let made = desk.ok("manager", "edit_users", users).await;
    assert_eq!(
        (made.pointer("/0/error"), made.pointer("/1/error")),
        (Some(&json!("user id=999 unknown.")), Some(&json!("user id=999 unknown.")))
    );
    assert_eq!(made.pointer("/2/city"), Some(&json!("X")), "the others are carried out");
}

#[tokio::test]
async fn deleting_groups_without_right_was_reported_as_done() {
    let desk = Desk::new().await;
    for (operation, list) in [("edit_groups", "groups"), ("edit_groupings", "groupings")] {
        let text = desk.error("student", operation, json!({ list: [{ "action": "delete", "id": 1 }] })).await;
        assert_eq!(text.unwrap(), "you don't have the permissions to do this.");
    }
}

#[tokio::test]
async fn bad_actions_ended_the_whole_call() {
    let desk = Desk::new().await;
    for (operation, list) in
        [("edit_groupings", "groupings"), ("edit_categories", "categories"), ("edit_databases", "databases"), ("edit_wikis", "wikis")]
    {
        let made = desk.ok("manager", operation, json!({ list: [{ "action": "paint" }, { "action": "" }] })).await;
        assert_eq!(made, json!([{ "error": "invalid action paint" }, { "error": "invalid action " }]));
    }
}

#[tokio::test]
async fn get_forum_posts_ignored_its_limit() {
    let desk = Desk::new().await;
    let tree = desk.ok("student", "get_forum_posts", json!({ "discussionid": 2, "limit": 2 })).await;
    assert!(tree.pointer("/0/children/0").is_some());
    assert_eq!(tree.pointer("/0/children/0/children"), Some(&json!([])));
}

#[tokio::test]
async fn a_second_delete_showed_the_password_hash() {
    let desk = Desk::new().await;
    let args = json!({ "users": [{ "action": "delete", "id": 28 }] });
    let first = desk.ok("manager", "edit_users", args.clone()).await;
    assert!(first.pointer("/0/password").is_none());
    assert_eq!(desk.ok("manager", "edit_users", args).await, json!([{ "error": "user 28 is already deleted." }]));
}

#[tokio::test]
async fn any_column_could_be_probed() {
    let desk = Desk::new().await;
    for column in ["password", "hash", "secret", "firstaccess", "id' or '1'='1"] {
        let text = desk.error("student", "get_user", json!({ "userinfo": "x", "idfield": column })).await.unwrap();
        assert_eq!(text, format!("no match found for {column} = x"));
        let all = desk.ok("teacher", "get_all_groups", json!({ "fieldname": "enrolmentkey", "fieldvalue": "red-key" })).await;
        assert_eq!(all, json!([]));
    }
}

#[tokio::test]
async fn names_were_pasted_into_sql() {
    let desk = Desk::new().await;
    let found = desk.ok("teacher", "get_groups_byname", json!({ "groupname": "x' or 'x'='x" })).await;
    assert_eq!(found, json!([]));
}

#[tokio::test]
async fn the_key_of_a_course_was_shown_to_strangers() {
    let desk = Desk::new().await;
    desk.ok("teacher2", "update_course", json!({ "datum": { "idnumber": "C-HIST1", "password": "key-1" }, "courseidfield": "idnumber" }))
        .await;
    for (user, key) in [("teacher2", "key-1"), ("student20", ""), ("student7", "")] {
        let course = desk.ok(user, "get_course_byid", json!({ "info": "4" })).await;
        assert_eq!(course.pointer("/0/password"), Some(&json!(key)), "{user}");
    }
}

#[tokio::test]
async fn get_my_group_took_a_number_for_a_column() {
    let desk = Desk::new().await;
    let args = json!({ "uid": "9", "idfield": "0", "courseid": "2", "courseidfield": "id" });
    assert_eq!(desk.ok("student", "get_my_group", args).await.pointer("/0/id"), Some(&json!(1)));
}
