//! Groups of users in courses.

use mwsc_contract::Value;

use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{COURSES, EVENTS, GROUP_MEMBERS, GROUPING_GROUPS, GROUPINGS, GROUPS};
use super::users;
use super::work::{Action, Args, Outcome, Work, columns, conflict, done, sorted, with};
use crate::dispatch::Failure;
use crate::store::{Id, Row, TableId};

pub const OPERATIONS: &[Operation] = &[
    read("get_all_groups", |work, args| {
        Ok(answers(work, &sorted(work.matching(GROUPS, &args.text("fieldname"), &args.text("fieldvalue")), "name")))
    }),
    read("get_group_byid", |work, args| Ok(answers(work, &work.matching(GROUPS, "id", &args.text("groupid"))))),
    read("get_groups_byname", |work, args| Ok(answers(work, &by_name(work, GROUPS, args)))),
    read("get_groups_bycourse", |work, args| Ok(answers(work, &by_course(work, GROUPS, args)?))),
    read("get_group_members", |work, args| {
        let group = work.known(GROUPS, "group", &args.text("groupidfield"), &args.text("groupid"))?;
        work.demand_in(group.int("courseid"))?;
        Ok(users::answers(members(work, GROUP_MEMBERS, "groupid", group.id())))
    }),
    read("get_my_groups", |work, args| {
        let user = work.myself_or(&args.text("idfield"), &args.text("uid"), "moodle/user:loginas")?;
        Ok(answers(work, &of_user(work, user.id())))
    }),
    read("get_my_group", get_my_group),
    write("edit_groups", |work, args| {
        Ok(work.each(args.records("groups"), |work, datum| match Action::of(datum)? {
            Action::Add => add(work, datum),
            Action::Update => update(work, datum.int("id"), datum),
            Action::Delete => delete(work, datum.int("id")),
            Action::Get => Err(Action::invalid(datum)),
        }))
    }),
    write("add_group", |work, args| args.record("datum").map(|datum| work.each([datum], add))),
    write("update_group", |work, args| {
        let (datum, column) = (args.record("datum")?, args.text("idfield"));
        let group = work.known(GROUPS, "group", &column, &datum.text(&column))?;
        Ok(work.each([datum], |work, datum| update(work, group.id(), datum)))
    }),
    write("delete_group", |work, args| {
        let group = work.known(GROUPS, "group", &args.text("idfield"), &args.text("id"))?;
        Ok(work.each([group.id()], delete))
    }),
    write("affect_user_to_group", |work, args| one_user(work, args, true)),
    write("remove_user_from_group", |work, args| one_user(work, args, false)),
    write("affect_users_to_group", |work, args| many_users(work, args, true)),
    write("remove_users_from_group", |work, args| many_users(work, args, false)),
    write("affect_group_to_course", |work, args| attach(work, GROUPS, "group", args.int("groupid"), args.int("courseid"))),
    write("affect_group_to_grouping", |work, args| in_grouping(work, args, true)),
    write("remove_group_from_grouping", |work, args| in_grouping(work, args, false)),
];

/// Groups as the caller may see them: whole for teachers, without the key for others in the course, not at all for strangers.
fn answers(work: &Work<'_>, groups: &[Row]) -> Value {
    Value::List(groups.iter().filter_map(|group| answer(work, group, "enrolmentkey")).collect())
}

/// A group or a grouping as the caller may see it; `secret` is the column that is for teachers only.
pub fn answer(work: &Work<'_>, set: &Row, secret: &str) -> Option<Value> {
    let course = set.int("courseid");
    if work.teaches(course) {
        Some(set.value())
    } else if work.enrolled(course) {
        Some(if set.text(secret).is_empty() { set.value() } else { with(set, [(secret, "".into())]) })
    } else {
        None
    }
}

/// Groups or groupings of a name, in a course if one is given.
pub fn by_name(work: &Work<'_>, table: TableId, args: Args<'_>) -> Vec<Row> {
    let course = args.int("courseid");
    let mut found = work.matching(table, "name", &args.text("groupname"));
    found.retain(|set| course == 0 || set.int("courseid") == course);
    found
}

/// Groups or groupings of a course that the caller manages.
pub fn by_course(work: &Work<'_>, table: TableId, args: Args<'_>) -> Result<Vec<Row>, Failure> {
    let course = work.known(COURSES, "course", &args.text("idfield"), &args.text("courseid"))?;
    work.demand("moodle/course:managegroups", Context::Course(course.id()))?;
    Ok(sorted(work.table(table).find("courseid", &course.id().into()).into_iter().cloned().collect(), "name"))
}

/// Users in a set, by name.
pub fn members(work: &Work<'_>, links: TableId, column: &str, set: Id) -> Vec<Row> {
    let links = work.table(links).find(column, &set.into());
    let users = links.into_iter().filter_map(|link| work.user_id(link.int("userid")).ok());
    let mut users: Vec<Row> = users.collect();
    users.sort_by_cached_key(|user| (user.text("lastname").to_owned(), user.text("firstname").to_owned(), user.id()));
    users
}

/// Sets that a user is in, by name.
pub fn sets_of(work: &Work<'_>, links: TableId, column: &str, sets: TableId, user: Id) -> Vec<Row> {
    let links = work.table(links).find("userid", &user.into());
    sorted(links.into_iter().filter_map(|link| work.row(sets, link.int(column))).collect(), "name")
}

fn of_user(work: &Work<'_>, user: Id) -> Vec<Row> {
    sets_of(work, GROUP_MEMBERS, "groupid", GROUPS, user)
}

/// The link between a set and a user.
pub fn link(work: &Work<'_>, links: TableId, column: &str, set: Id, user: Id) -> Option<Id> {
    let found = work.table(links).find("userid", &user.into());
    found.into_iter().find(|link| link.int(column) == set).map(Row::id)
}

/// Groups of a user in one course. The published interface has `idfield` as a number in one of its forms; that names users by `id`.
fn get_my_group(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let column = args.text("idfield");
    let column = if column.is_empty() || column == "0" { "id" } else { &column };
    let course = work.known(COURSES, "course", &args.text("courseidfield"), &args.text("courseid"))?;
    let user = work.myself_or(column, &args.text("uid"), "moodle/user:loginas")?;
    let mut groups = of_user(work, user.id());
    groups.retain(|group| group.int("courseid") == course.id());
    Ok(answers(work, &groups))
}

/// What a group or a grouping that is added has to satisfy: the course is there, the caller manages it, the name is free.
pub fn check_new(work: &Work<'_>, table: TableId, what: &str, datum: Args<'_>) -> Result<(), Failure> {
    let course = datum.int("courseid");
    if course != 0 {
        work.known_id(COURSES, "course", course)?;
    }
    work.demand("moodle/course:managegroups", Context::of_course(course))?;
    check_name(work, table, what, datum.required("name")?, course, 0)
}

/// Whether no other set of the course has a name.
pub fn check_name(work: &Work<'_>, table: TableId, what: &str, name: &str, course: Id, id: Id) -> Result<(), Failure> {
    let twins = work.table(table).find("name", &name.into());
    if course != 0 && twins.iter().any(|twin| twin.int("courseid") == course && twin.id() != id) {
        return Err(conflict(format!("duplicate {what} name {name}.")));
    }
    Ok(())
}

/// Columns that only the school sets.
pub const OWN: &[&str] = &["action", "id", "error", "timecreated", "timemodified"];

/// The row of a new group or grouping.
pub fn new_row(work: &mut Work<'_>, table: TableId, datum: Args<'_>) -> Id {
    let mut row = datum.columns(|name, value| !OWN.contains(&name) && *value != Value::Null);
    row.extend(columns([("timecreated", work.now.into()), ("timemodified", work.now.into())]));
    work.draft.insert(table, row)
}

/// Changes a group, a grouping or a cohort by the fields that are not blank; `fixed` are left alone.
pub fn change_row(work: &mut Work<'_>, table: TableId, id: Id, datum: Args<'_>, fixed: &[&str]) {
    let changes = datum.0.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let changes: Vec<_> = changes.filter(|(name, _)| !OWN.contains(name) && !fixed.contains(name) && !datum.is_empty(name)).collect();
    work.draft.update(table, id, changes);
    work.draft.update(table, id, [("timemodified", work.now)]);
}

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    check_new(work, GROUPS, "group", datum)?;
    let id = new_row(work, GROUPS, datum);
    work.known_id(GROUPS, "group", id).map(|group| group.value())
}

fn update(work: &mut Work<'_>, id: Id, datum: Args<'_>) -> Outcome {
    let group = work.known_id(GROUPS, "group", id)?;
    let course = group.int("courseid");
    work.demand("moodle/course:managegroups", Context::of_course(course))?;
    check_name(work, GROUPS, "group", &datum.text("name"), course, id)?;
    change_row(work, GROUPS, id, datum, &["courseid"]);
    work.known_id(GROUPS, "group", id).map(|group| group.value())
}

fn delete(work: &mut Work<'_>, id: Id) -> Outcome {
    let group = work.known_id(GROUPS, "group", id)?;
    work.demand("moodle/course:managegroups", Context::of_course(group.int("courseid")))?;
    for table in [GROUP_MEMBERS, GROUPING_GROUPS, EVENTS] {
        work.draft.remove_where(table, "groupid", id);
    }
    work.draft.remove(GROUPS, id);
    Ok(group.value())
}

/// Puts a user into a set or takes the user out.
pub fn relate(work: &mut Work<'_>, links: TableId, column: &str, set: Id, user: Id, put: bool) {
    match (link(work, links, column, set, user), put) {
        (None, true) => {
            work.draft.insert(links, columns([(column, set.into()), ("userid", user.into()), ("timeadded", work.now.into())]));
        }
        (Some(link), false) => work.draft.remove(links, link),
        (Some(_), true) | (None, false) => {}
    }
}

fn check_enrolled(work: &Work<'_>, group: &Row, user: &Row) -> Result<(), Failure> {
    let course = group.int("courseid");
    if work.is_enrolled(course, user.id()) {
        return Ok(());
    }
    Err(conflict(format!("The user {} is not enrolled in the course {course}.", user.text("username"))))
}

fn one_user(work: &mut Work<'_>, args: Args<'_>, put: bool) -> Outcome {
    let group = work.known_id(GROUPS, "group", args.int("groupid"))?;
    work.demand("moodle/course:managegroups", Context::of_course(group.int("courseid")))?;
    let user = work.user_id(args.int("userid"))?;
    check_enrolled(work, &group, &user)?;
    relate(work, GROUP_MEMBERS, "groupid", group.id(), user.id(), put);
    Ok(done())
}

fn many_users(work: &mut Work<'_>, args: Args<'_>, put: bool) -> Outcome {
    let group = work.known(GROUPS, "group", &args.text("groupidfield"), &args.text("groupid"))?;
    work.demand("moodle/course:managegroups", Context::of_course(group.int("courseid")))?;
    let column = args.text("useridfield");
    Ok(work.each(args.texts("userids"), |work, value| {
        let user = work.user(&column, &value)?;
        check_enrolled(work, &group, &user)?;
        relate_item(work, GROUP_MEMBERS, "groupid", group.id(), &user, &value, put)
    }))
}

/// One item of putting several users into a set, or of taking them out.
pub fn relate_item(work: &mut Work<'_>, links: TableId, column: &str, set: Id, user: &Row, value: &str, put: bool) -> Outcome {
    if link(work, links, column, set, user.id()).is_some() == put {
        let already = if put { "already" } else { "not" };
        return Err(conflict(format!("The user {value} is {already} a member of {set}.")));
    }
    relate(work, links, column, set, user.id(), put);
    Ok(Value::from_iter([("userid", value), ("course", &set.to_string())]))
}

/// Attaches a group or a grouping to a course, if it belongs to none.
pub fn attach(work: &mut Work<'_>, table: TableId, what: &str, id: Id, course: Id) -> Outcome {
    let course = work.known_id(COURSES, "course", course)?;
    work.demand("moodle/course:managegroups", Context::Course(course.id()))?;
    let set = work.known_id(table, what, id)?;
    if set.int("courseid") > 0 {
        return Err(conflict(format!("the {what} {id} already is a member of course {}.", set.int("courseid"))));
    }
    check_name(work, table, what, set.text("name"), course.id(), id)?;
    work.draft.update(table, id, [("courseid", course.id()), ("timemodified", work.now)]);
    Ok(done())
}

fn in_grouping(work: &mut Work<'_>, args: Args<'_>, put: bool) -> Outcome {
    let group = work.known_id(GROUPS, "group", args.int("groupid"))?;
    let grouping = work.known_id(GROUPINGS, "grouping", args.int("groupingid"))?;
    if group.int("courseid") != grouping.int("courseid") {
        return Err(conflict(format!("group {} and grouping {} are not of the same course.", group.id(), grouping.id())));
    }
    work.demand("moodle/course:managegroups", Context::of_course(group.int("courseid")))?;
    let links = work.table(GROUPING_GROUPS).find("groupingid", &grouping.id().into());
    let link = links.into_iter().find(|link| link.int("groupid") == group.id()).map(Row::id);
    match (link, put) {
        (None, true) => {
            let columns = columns([("groupingid", grouping.id().into()), ("groupid", group.id().into()), ("timeadded", work.now.into())]);
            work.draft.insert(GROUPING_GROUPS, columns);
        }
        (Some(link), false) => work.draft.remove(GROUPING_GROUPS, link),
        (Some(_), true) | (None, false) => {}
    }
    Ok(done())
}
