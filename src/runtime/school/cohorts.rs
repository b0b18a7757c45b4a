//! Cohorts: sets of users of the whole site or of a category.

use mwsc_contract::Value;

use super::groups::{OWN, change_row, members, relate, relate_item, sets_of};
use super::operations::{Operation, read, write};
use super::rights::{Context, context_for, denied};
use super::tables::{CATEGORIES, COHORT_MEMBERS, COHORTS};
use super::users;
use super::work::{Args, Outcome, Work, columns, conflict, done, sorted, values};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_all_cohorts", |work, args| {
        Ok(answers(work, sorted(work.matching(COHORTS, &args.text("fieldname"), &args.text("fieldvalue")), "name")))
    }),
    read("get_cohort_byid", |work, args| Ok(answers(work, work.matching(COHORTS, "id", &args.text("groupid"))))),
    read("get_cohort_byidnumber", |work, args| Ok(answers(work, work.matching(COHORTS, "idnumber", &args.text("cohortidnumber"))))),
    read("get_cohorts_byname", |work, args| Ok(answers(work, work.matching(COHORTS, "name", &args.text("cohortname"))))),
    read("get_cohort_members", |work, args| {
        let cohort = work.known(COHORTS, "cohort", &args.text("idfield"), &args.text("id"))?;
        let here = place(work, &cohort);
        if !work.can("moodle/cohort:manage", here) && !work.can("moodle/cohort:view", here) {
            return Err(denied());
        }
        Ok(users::answers(members(work, COHORT_MEMBERS, "cohortid", cohort.id())))
    }),
    read("get_my_cohorts", |work, args| {
        let user = work.myself_or(&args.text("idfield"), &args.text("uid"), "moodle/user:loginas")?;
        Ok(answers(work, sets_of(work, COHORT_MEMBERS, "cohortid", COHORTS, user.id())))
    }),
    write("add_cohort", |work, args| args.record("datum").map(|datum| work.each([datum], add))),
    write("update_cohort", |work, args| {
        let (datum, column) = (args.record("datum")?, args.text("idfield"));
        let cohort = work.known(COHORTS, "cohort", &column, &datum.text(&column))?;
        Ok(work.each([datum], |work, datum| update(work, &cohort, datum)))
    }),
    write("delete_cohort", |work, args| {
        let cohort = work.known(COHORTS, "cohort", &args.text("idfield"), &args.text("id"))?;
        Ok(work.each([cohort], delete))
    }),
    write("affect_user_to_cohort", |work, args| one_user(work, args, true)),
    write("remove_user_from_cohort", |work, args| one_user(work, args, false)),
    write("affect_users_to_cohort", |work, args| many_users(work, args, true)),
    write("remove_users_from_cohort", |work, args| many_users(work, args, false)),
];

/// Where a cohort belongs.
fn place(work: &Work<'_>, cohort: &Row) -> Context {
    work.context(cohort.int("contextid")).unwrap_or(Context::System)
}

/// Cohorts that the caller manages; others are not shown.
fn answers(work: &Work<'_>, cohorts: Vec<Row>) -> Value {
    values(cohorts.into_iter().filter(|cohort| work.can("moodle/cohort:manage", place(work, cohort))))
}

/// Whether no other cohort has an idnumber.
fn check(work: &Work<'_>, datum: Args<'_>, id: Id) -> Result<(), Failure> {
    let idnumber = datum.text("idnumber");
    let twins = work.table(COHORTS).find("idnumber", &idnumber.as_ref().into());
    if !idnumber.is_empty() && twins.iter().any(|twin| twin.id() != id) {
        return Err(conflict(format!("a cohort already exists with this idnumber {idnumber}")));
    }
    Ok(())
}

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let here = match datum.int("categoryid") {
        0 => Context::System,
        category => Context::Category(work.known_id(CATEGORIES, "category", category)?.id()),
    };
    work.demand("moodle/cohort:manage", here)?;
    datum.required("name")?;
    check(work, datum, 0)?;
    let mut row = datum.columns(|name, value| !OWN.contains(&name) && *value != Value::Null);
    let context = context_for(work.draft, here);
    row.extend(columns([("contextid", context.into()), ("timecreated", work.now.into()), ("timemodified", work.now.into())]));
    let id = work.draft.insert(COHORTS, row);
    work.known_id(COHORTS, "cohort", id).map(|cohort| cohort.value())
}

fn update(work: &mut Work<'_>, cohort: &Row, datum: Args<'_>) -> Outcome {
    work.demand("moodle/cohort:manage", place(work, cohort))?;
    check(work, datum, cohort.id())?;
    change_row(work, COHORTS, cohort.id(), datum, &["contextid", "categoryid"]);
    work.known_id(COHORTS, "cohort", cohort.id()).map(|cohort| cohort.value())
}

fn delete(work: &mut Work<'_>, cohort: Row) -> Outcome {
    work.demand("moodle/cohort:manage", place(work, &cohort))?;
    work.draft.remove_where(COHORT_MEMBERS, "cohortid", cohort.id());
    work.draft.remove(COHORTS, cohort.id());
    Ok(Value::Map(cohort.shown))
}

fn one_user(work: &mut Work<'_>, args: Args<'_>, put: bool) -> Outcome {
    let cohort = work.known_id(COHORTS, "cohort", args.int("groupid"))?;
    work.demand("moodle/cohort:manage", place(work, &cohort))?;
    let user = work.user_id(args.int("userid"))?;
    relate(work, COHORT_MEMBERS, "cohortid", cohort.id(), user.id(), put);
    Ok(done())
}

fn many_users(work: &mut Work<'_>, args: Args<'_>, put: bool) -> Outcome {
    let cohort = work.known(COHORTS, "cohort", &args.text("cohortidfield"), &args.text("cohortid"))?;
    work.demand("moodle/cohort:manage", place(work, &cohort))?;
    let column = args.text("useridfield");
    Ok(work.each(args.texts("userids"), |work, value| {
        let user = work.user(&column, &value)?;
        relate_item(work, COHORT_MEMBERS, "cohortid", cohort.id(), &user, &value, put)
    }))
}
