//! What operations say where they found nothing: the `error` of the blank record that old clients get instead of an empty list.

/// What an operation says; `{name}` stands for the value of the parameter `name`.
const NOTHING: &[(&str, &[&str])] = &[
    (
        "no users",
        &[
            "get_users",
            "get_user",
            "get_user_byid",
            "get_user_byidnumber",
            "get_user_byusername",
            "get_users_bycourse",
            "get_users_byprofile",
            "get_students",
            "get_group_members",
            "get_grouping_members",
            "get_cohort_members",
        ],
    ),
    ("no teachers", &["get_teachers"]),
    (
        "no courses",
        &[
            "get_courses",
            "get_course",
            "get_course_byid",
            "get_course_byidnumber",
            "get_courses_bycategory",
            "get_courses_search",
            "get_my_courses",
            "get_my_courses_byidnumber",
            "get_my_courses_byusername",
        ],
    ),
    ("no categories", &["get_categories", "get_category_byid", "get_category_byname"]),
    ("no roles", &["get_roles", "get_role_byid", "get_role_byname"]),
    ("no groups in {courseid}", &["get_groups_bycourse"]),
    ("no groups", &["get_all_groups", "get_group_byid", "get_groups_byname", "get_my_groups", "get_my_group"]),
    ("no groupings in {courseid}", &["get_groupings_bycourse"]),
    ("no groupings", &["get_all_groupings", "get_grouping_byid", "get_groupings_byname"]),
    ("no cohorts", &["get_all_cohorts", "get_cohort_byid", "get_cohort_byidnumber", "get_cohorts_byname", "get_my_cohorts"]),
    ("no sections", &["get_sections"]),
    ("no resources", &["get_resources"]),
    ("no {type}", &["get_instances_bytype"]),
    ("no forums", &["get_all_forums"]),
    ("no assignments", &["get_all_assignments"]),
    ("no databases", &["get_all_databases"]),
    ("no wikies", &["get_all_wikis"]),
    ("no wiki pages", &["get_all_pagesWiki"]),
    ("no labels", &["get_all_labels"]),
    ("no quizzes", &["get_all_quizzes"]),
    ("no submissions", &["get_assignment_submissions"]),
    ("no events", &["get_events"]),
    ("no changes", &["get_last_changes"]),
    ("no activities", &["get_activities"]),
    ("no grades for {userid}", &["get_grades", "get_user_grades"]),
    ("no grades in {courseid}", &["get_course_grades"]),
    ("no grades for {activityid}", &["get_module_grades", "get_my_module_grade"]),
    ("no grades for {quizid}", &["get_my_quiz_grade"]),
    ("no grades for {assignmentid}", &["get_my_assignment_grade"]),
    ("no messages", &["get_messages", "get_messages_history"]),
    ("no contacts", &["get_message_contacts"]),
];

/// What is said for all others: lists of what was done.
const NOTHING_TO_DO: &str = "nothing to do";

/// What an operation says where it found nothing; `{name}` stands for the value of the parameter `name`.
pub fn nothing(operation: &str) -> &'static str {
    NOTHING.iter().find(|(_, operations)| operations.contains(&operation)).map_or(NOTHING_TO_DO, |(text, _)| text)
}
