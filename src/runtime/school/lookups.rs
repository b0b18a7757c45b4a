//! The school as functions of Moodle show it that only read, as far as programs of the crosswalk look things up with them before they
//! write: users and courses by a column, and who has which role in a course.
//!
//! In: a call as a program makes it. Out: the structures of Moodle, with those fields that records of the school have, too. This is for
//! programs that are rehearsed, which nobody sees the answers of; what callers get is what their operation gives.

use async_trait::async_trait;
use mwsc_contract::Value;
use mwsc_contract::schema::Access;
use mwsc_contract::value::Map;

use super::rights::Context;
use super::tables::{ASSIGNMENTS_OF_ROLES, COURSES, ROLES, USERS};
use super::work::{Args, Site, Work, with};
use super::{School, now};
use crate::crosswalk::Functions;
use crate::dispatch::{Caller, Failure, FailureKind};
use crate::store::{Draft, Id, Row, Tables};

/// What a caller may look up in the tables as they are.
pub struct Lookups<'c> {
    tables: Tables,
    caller: &'c Caller,
    site: &'c Site,
}

impl School {
    /// What a caller may look up now.
    pub(super) async fn lookups<'c>(&'c self, caller: &'c Caller) -> Result<Lookups<'c>, Failure> {
        Ok(Lookups { tables: self.tables().await?, caller, site: &self.site })
    }
}

#[async_trait]
impl Functions for Lookups<'_> {
    async fn call(&self, function: &str, args: Map, _access: Access) -> Result<Value, Failure> {
        let mut draft = Draft::of(self.tables.clone());
        let work = Work { draft: &mut draft, caller: self.caller, site: self.site, now: now() };
        let found = look_up(&work, function, Args(&args));
        found.ok_or_else(|| Failure::new(FailureKind::NotServed, "notserved", format!("The school cannot be asked for `{function}`.")))
    }
}

fn look_up(work: &Work<'_>, function: &str, args: Args<'_>) -> Option<Value> {
    Some(match function {
        "core_course_get_courses_by_field" => {
            let courses = work.matching(COURSES, &args.text("field"), &args.text("value"));
            Value::from_iter([("courses", Value::List(courses.iter().map(Row::value).collect()))])
        }
        "core_user_get_users_by_field" => {
            let values = args.texts("values");
            Value::List(values.iter().flat_map(|value| users(work, &args.text("field"), value)).map(|user| user.value()).collect())
        }
        "core_user_get_users" => {
            let criterion = args.records("criteria").into_iter().next()?;
            let found = match (criterion.text("key"), criterion.text("value")) {
                (_, all) if all == "%" => users(work, "", ""),
                (key, value) => users(work, &key, &value),
            };
            Value::from_iter([("users", Value::List(found.iter().map(Row::value).collect()))])
        }
        "core_enrol_get_enrolled_users" => {
            let course = args.int("courseid");
            Value::List(work.holders(course, 0).iter().map(|user| with_roles(work, user, course)).collect())
        }
        "core_user_get_course_user_profiles" => {
            let of = |item: Args<'_>| work.row(USERS, item.int("userid")).map(|user| with_roles(work, &user, item.int("courseid")));
            Value::List(args.records("userlist").into_iter().filter_map(of).collect())
        }
        _ => return None,
    })
}

/// Users who have a value in a column; all without one.
fn users(work: &Work<'_>, column: &str, value: &str) -> Vec<Row> {
    let mut found = work.matching(USERS, column, value);
    found.retain(|user| user.int("deleted") == 0);
    found
}

/// A user with the roles that were given in a course, as far as the caller may know them.
fn with_roles(work: &Work<'_>, user: &Row, course: Id) -> Value {
    let here = Context::Course(course);
    let context = work.context_id(here).filter(|_| work.can("moodle/course:viewparticipants", here));
    let held = context.map(|context| work.table(ASSIGNMENTS_OF_ROLES).find("contextid", &context.into())).unwrap_or_default();
    let mine = held.into_iter().filter(|held| held.int("userid") == user.id() && work.is_current(held));
    let role = |held: &Row| {
        let role = work.row(ROLES, held.int("roleid"))?;
        Some(Value::from_iter([("roleid", Value::from(role.id())), ("shortname", role.text("shortname").into())]))
    };
    with(user, [("roles", Value::List(mine.filter_map(role).collect()))])
}
