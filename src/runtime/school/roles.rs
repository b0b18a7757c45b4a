//! Roles, and who has them in a course.

use std::collections::HashSet;

use mwsc_contract::Value;

use super::operations::{Operation, read};
use super::rights::{Context, denied};
use super::tables::{ASSIGNMENTS_OF_ROLES, COURSES, ROLES, USERS};
use super::users;
use super::work::{Args, Outcome, Work, sorted, unknown, values};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_roles", |work, args| Ok(values(sorted(work.matching(ROLES, &args.text("idfield"), &args.text("roleid")), "shortname")))),
    read("get_role_byid", |work, args| Ok(values(work.matching(ROLES, "id", &args.text("roleid"))))),
    read("get_role_byname", |work, args| Ok(values(work.matching(ROLES, "shortname", &args.text("rolename"))))),
    read("get_users_bycourse", |work, args| {
        in_course(work, &args.text("idfield"), &args.text("idcourse"), args.int("idrole")).map(Value::List)
    }),
    read("count_users_bycourse", |work, args| {
        let users = in_course(work, &args.text("idfield"), &args.text("courseid"), args.int("roleid"))?;
        Ok(Value::Int(i64::try_from(users.len()).unwrap_or(i64::MAX)))
    }),
    read("get_teachers", |work, args| with_roles(work, args, &["editingteacher", "teacher"])),
    read("get_students", |work, args| with_roles(work, args, &["student"])),
    read("get_primaryrole_incourse", |work, args| level(work, args).map(Value::Int)),
    read("has_role_incourse", |work, args| level(work, args).map(|level| Value::Bool(level > 0 && level <= args.int("roleid")))),
];

impl Work<'_> {
    /// The role of a short name, in small or capital letters.
    pub fn role(&self, shortname: &str) -> Result<Row, Failure> {
        self.named(ROLES, "shortname", &shortname.to_lowercase()).ok_or_else(|| unknown("role", shortname))
    }

    /// Numbers of the users who have a role in a course or around it, or any role when it is 0, in the order of roles, then names.
    pub fn holders(&self, course: Id, role: Id) -> Vec<Row> {
        let around = self.around(Context::Course(course));
        let mut found: Vec<(i64, Row)> = Vec::new();
        for context in around {
            for held in self.table(ASSIGNMENTS_OF_ROLES).find("contextid", &context.into()) {
                let wanted = (role == 0 || held.int("roleid") == role) && self.is_current(held);
                let user = self.table(USERS).get(held.int("userid")).filter(|user| wanted && user.int("deleted") == 0);
                let place = self.table(ROLES).get(held.int("roleid")).map_or(i64::MAX, |role| role.int("sortorder"));
                found.extend(user.map(|user| (place, user.clone())));
            }
        }
        found.sort_by_cached_key(|(place, user)| (*place, user.text("lastname").to_owned(), user.text("firstname").to_owned(), user.id()));
        let mut seen = HashSet::new();
        found.retain(|(_, user)| seen.insert(user.id()));
        found.into_iter().map(|(_, user)| user).collect()
    }

    /// Refuses unless the caller is in a course or may change it.
    pub fn demand_in(&self, course: Id) -> Result<(), Failure> {
        if self.teaches(course) || self.enrolled(course) { Ok(()) } else { Err(denied()) }
    }
}

fn in_course(work: &Work<'_>, column: &str, value: &str, role: Id) -> Result<Vec<Value>, Failure> {
    let course = work.known(COURSES, "course", column, value)?;
    work.demand_in(course.id())?;
    if role != 0 && work.table(ROLES).get(role).is_none() {
        return Err(unknown("role", role));
    }
    let shown = |user: &Row| users::answer(user, if role == 0 { work.primary_role(&course, user.id()) } else { role });
    Ok(work.holders(course.id(), role).iter().map(shown).collect())
}

fn with_roles(work: &mut Work<'_>, args: Args<'_>, shortnames: &[&str]) -> Outcome {
    let mut out = Vec::new();
    for shortname in shortnames {
        let role = work.role(shortname)?.id();
        out.extend(in_course(work, &args.text("idfield"), &args.text("courseid"), role)?);
    }
    Ok(Value::List(out))
}

fn level(work: &Work<'_>, args: Args<'_>) -> Result<i64, Failure> {
    let user = work.user(&args.text("useridfield"), &args.text("userid"))?;
    let course = work.known(COURSES, "course", &args.text("courseidfield"), &args.text("courseid"))?;
    Ok(work.primary_role(&course, user.id()))
}
