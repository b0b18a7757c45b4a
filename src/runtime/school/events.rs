//! Events in calendars.

use super::courses::SITE;
use super::groups::link;
use super::operations::{Operation, read};
use super::rights::Context;
use super::tables::{COURSES, EVENTS, GROUP_MEMBERS, GROUPS};
use super::work::{Args, Outcome, Work, values};
use crate::store::Row;

pub const OPERATIONS: &[Operation] = &[read("get_events", get_events)];

/// Events of an owner from a time on, by time. The type says who owns them: 1 the site, 2 a course, 4 a group, 8 a user; any other is for
/// all events. The time -1 is for all times, 0 for now.
fn get_events(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let (value, column) = (args.text("ownerid"), args.text("owneridfield"));
    let owned = match args.int("eventtype") {
        1 => Some(("courseid", SITE)),
        2 => Some(("courseid", work.known(COURSES, "course", &column, &value)?.id())),
        4 => Some(("groupid", work.known(GROUPS, "group", &column, &value)?.id())),
        8 => Some(("userid", work.user(&column, &value)?.id())),
        _ => None,
    };
    let found = match owned {
        Some((by, whose)) => work.table(EVENTS).find(by, &whose.into()),
        None => work.table(EVENTS).rows().collect(),
    };
    let from = if args.int("datetimefrom") == 0 { work.now } else { args.int("datetimefrom") };
    let found = found.into_iter().filter(|event| event.int("timestart") >= from && sees(work, event));
    let mut found: Vec<Row> = found.cloned().collect();
    found.sort_by_key(|event| (event.int("timestart"), event.id()));
    Ok(values(found))
}

/// Whether the caller may see an event: who manages all, and those whom it is for.
fn sees(work: &Work<'_>, event: &Row) -> bool {
    let (course, group, user, caller) = (event.int("courseid"), event.int("groupid"), event.int("userid"), work.caller.account);
    if work.can("moodle/calendar:manageentries", Context::of_course(if course == SITE { 0 } else { course })) {
        return true;
    }
    match event.text("eventtype") {
        "user" => user == caller,
        "group" => link(work, GROUP_MEMBERS, "groupid", group, caller).is_some(),
        _ => course == SITE || (course != 0 && work.enrolled(course)),
    }
}
