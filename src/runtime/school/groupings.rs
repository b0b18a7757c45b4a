//! Groupings: sets of groups.

use mwsc_contract::Value;

use super::groups::{answer, attach, by_course, by_name, change_row, check_name, check_new, members, new_row};
use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{GROUP_MEMBERS, GROUPING_GROUPS, GROUPINGS};
use super::users;
use super::work::{Action, Args, Outcome, Work, sorted};
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_all_groupings", |work, args| {
        Ok(answers(work, &sorted(work.matching(GROUPINGS, &args.text("fieldname"), &args.text("fieldvalue")), "name")))
    }),
    read("get_grouping_byid", |work, args| Ok(answers(work, &work.matching(GROUPINGS, "id", &args.text("groupid"))))),
    read("get_groupings_byname", |work, args| Ok(answers(work, &by_name(work, GROUPINGS, args)))),
    read("get_groupings_bycourse", |work, args| Ok(answers(work, &by_course(work, GROUPINGS, args)?))),
    read("get_grouping_members", |work, args| {
        let grouping = work.known(GROUPINGS, "grouping", &args.text("groupidfield"), &args.text("groupid"))?;
        work.demand_in(grouping.int("courseid"))?;
        Ok(users::answers(in_grouping(work, grouping.id())))
    }),
    write("edit_groupings", |work, args| {
        Ok(work.each(args.records("groupings"), |work, datum| match Action::of(datum)? {
            Action::Add => add(work, datum),
            Action::Update => update(work, datum.int("id"), datum),
            Action::Delete => delete(work, datum.int("id")),
            Action::Get => Err(Action::invalid(datum)),
        }))
    }),
    write("add_grouping", |work, args| args.record("datum").map(|datum| work.each([datum], add))),
    write("update_grouping", |work, args| {
        let (datum, column) = (args.record("datum")?, args.text("idfield"));
        let grouping = work.known(GROUPINGS, "grouping", &column, &datum.text(&column))?;
        Ok(work.each([datum], |work, datum| update(work, grouping.id(), datum)))
    }),
    write("delete_grouping", |work, args| {
        let grouping = work.known(GROUPINGS, "grouping", &args.text("idfield"), &args.text("id"))?;
        Ok(work.each([grouping.id()], delete))
    }),
    write("affect_grouping_to_course", |work, args| attach(work, GROUPINGS, "grouping", args.int("groupingid"), args.int("courseid"))),
];

fn answers(work: &Work<'_>, groupings: &[Row]) -> Value {
    Value::List(groupings.iter().filter_map(|grouping| answer(work, grouping, "configdata")).collect())
}

/// Users in the groups of a grouping, each once.
pub fn in_grouping(work: &Work<'_>, grouping: Id) -> Vec<Row> {
    let links = work.table(GROUPING_GROUPS).find("groupingid", &grouping.into());
    let mut users: Vec<Row> = links.into_iter().flat_map(|link| members(work, GROUP_MEMBERS, "groupid", link.int("groupid"))).collect();
    users.sort_by_cached_key(|user| (user.text("lastname").to_owned(), user.text("firstname").to_owned(), user.id()));
    users.dedup_by_key(|user| user.id());
    users
}

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    check_new(work, GROUPINGS, "grouping", datum)?;
    let id = new_row(work, GROUPINGS, datum);
    work.known_id(GROUPINGS, "grouping", id).map(|grouping| grouping.value())
}

fn update(work: &mut Work<'_>, id: Id, datum: Args<'_>) -> Outcome {
    let grouping = work.known_id(GROUPINGS, "grouping", id)?;
    let course = grouping.int("courseid");
    work.demand("moodle/course:managegroups", Context::of_course(course))?;
    check_name(work, GROUPINGS, "grouping", &datum.text("name"), course, id)?;
    change_row(work, GROUPINGS, id, datum, &["courseid"]);
    work.known_id(GROUPINGS, "grouping", id).map(|grouping| grouping.value())
}

fn delete(work: &mut Work<'_>, id: Id) -> Outcome {
    let grouping = work.known_id(GROUPINGS, "grouping", id)?;
    work.demand("moodle/course:managegroups", Context::of_course(grouping.int("courseid")))?;
    work.draft.remove_where(GROUPING_GROUPS, "groupingid", id);
    work.draft.remove(GROUPINGS, id);
    Ok(grouping.value())
}
