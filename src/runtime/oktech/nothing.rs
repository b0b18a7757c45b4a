//! What an operation says when it found nothing: the `error` of the blank record that stands for an empty list.
//!
//! Three texts that the original lacks in English (resources, contacts, messages) are said here as the others are.

use mwsc_contract::{Operation, Shape, Value};

use crate::dispatch::Args;

/// Operations that change something say so, whatever they list.
const CHANGES: [&str; 10] =
    ["add_", "update_", "delete_", "edit_", "enrol_", "unenrol_", "affect_", "remove_", "set_user_profile_values", "forum_"];

/// Operations whose text is their own. `{name}` stands for an argument.
const OWN: [(&str, &str); 7] = [
    ("get_teachers", "no teachers"),
    ("get_grades", "no grades for {userid}"),
    ("get_user_grades", "no grades for {userid}"),
    ("get_module_grades", "no grades for {activityid}"),
    ("get_course_grades", "no grades in {courseid}"),
    ("get_groups_bycourse", "no groups in {courseid}"),
    ("get_groupings_bycourse", "no groupings in {courseid}"),
];

/// What reading operations say, by the record that they list.
const RECORDS: [(&str, &str); 22] = [
    ("userRecord", "no users"),
    ("courseRecord", "no courses"),
    ("resourceRecord", "no resources"),
    ("sectionRecord", "no sections"),
    ("groupRecord", "no groups"),
    ("groupingRecord", "no groupings"),
    ("cohortRecord", "no cohorts"),
    ("categoryRecord", "no categories"),
    ("eventRecord", "no events"),
    ("changeRecord", "no changes"),
    ("assignmentSubmissionRecord", "no submissions to this assignment"),
    ("wikiRecord", "no wikies"),
    ("pageWikiRecord", "no wiki pages"),
    ("forumRecord", "no forums"),
    ("labelRecord", "no labels"),
    ("assignmentRecord", "no assignments"),
    ("databaseRecord", "no databases"),
    ("quizRecord", "no quizzes"),
    ("roleRecord", "no roles"),
    ("activityRecord", "no activities"),
    ("contactRecord", "no contacts"),
    ("messageRecord", "no messages"),
];

/// What everything else says.
const TO_DO: &str = "nothing to do";

/// The text of an operation; `None` for one that does not list records. Arguments are those that it was called with.
pub fn text(name: &str, operation: &Operation, args: &Args) -> Option<String> {
    let record = listed(operation)?;
    if CHANGES.iter().any(|prefix| name.starts_with(prefix)) {
        return Some(TO_DO.to_owned());
    }
    if let Some((_, own)) = OWN.iter().find(|(operation, _)| *operation == name) {
        return Some(filled(own, args));
    }
    Some(RECORDS.iter().find(|(known, _)| *known == record).map_or(TO_DO, |(_, text)| text).to_owned())
}

/// The record that an operation lists.
pub fn listed(operation: &Operation) -> Option<&str> {
    match &operation.result.as_ref()?.shape {
        Shape::List(item) => match &item.shape {
            Shape::Record(name) => Some(name),
            Shape::Scalar(_) | Shape::List(_) => None,
        },
        Shape::Scalar(_) | Shape::Record(_) => None,
    }
}

fn filled(text: &str, args: &Args) -> String {
    let Some((before, rest)) = text.split_once('{') else { return text.to_owned() };
    let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
    match args.get(name) {
        Some(Value::String(value)) => format!("{before}{value}{after}"),
        Some(Value::Int(value)) => format!("{before}{value}{after}"),
        _ => format!("{before}{after}"),
    }
}
