//! Giving and taking roles in courses.

use std::borrow::Cow;

use mwsc_contract::Value;

use super::operations::{Operation, write};
use super::rights::Context;
use super::tables::{COURSES, USERS};
use super::work::{Args, Outcome, Work, done, text, undone};
use crate::dispatch::Failure;
use crate::store::Row;

pub const OPERATIONS: &[Operation] = &[
    write("enrol_students", |work, args| students(work, args, true)),
    write("unenrol_students", |work, args| students(work, args, false)),
    write("add_teacher", |work, args| one(work, args, "editingteacher", true)),
    write("remove_teacher", |work, args| one(work, args, "editingteacher", false)),
    write("add_noneditingteacher", |work, args| one(work, args, "teacher", true)),
    write("remove_noneditingteacher", |work, args| one(work, args, "teacher", false)),
    write("add_student", |work, args| one(work, args, "student", true)),
    write("remove_student", |work, args| one(work, args, "student", false)),
    write("affect_user_to_course", |work, args| by_number(work, args, true)),
    write("remove_user_from_course", |work, args| by_number(work, args, false)),
];

/// A role in a course that is to be given or taken.
struct Change {
    role: Row,
    course: Row,
    give: bool,
}

impl Change {
    fn of(work: &Work<'_>, role: &str, column: &str, course: &str, give: bool) -> Result<Change, Failure> {
        let role = work.role(role)?;
        let course = work.known(COURSES, "course", column, course)?;
        work.demand("moodle/role:assign", Context::Course(course.id()))?;
        Ok(Change { role, course, give })
    }

    /// Gives or takes the role; the times between which it holds, 0 for any.
    fn make(&self, work: &mut Work<'_>, user: &Row) -> (i64, i64) {
        let here = Context::Course(self.course.id());
        let (name, who) = (self.role.text("shortname"), user.text("username"));
        let period = self.course.int("enrolperiod");
        let until = if period > 0 { work.now.saturating_add(period) } else { 0 };
        let action = if self.give {
            work.assign(self.role.id(), here, user.id(), until);
            "enrol"
        } else {
            work.unassign(self.role.id(), here, user.id());
            "unenrol"
        };
        work.log(self.course.id(), "course", action, &format!("view.php?id={}", self.course.id()), &format!("{name} {who}"), 0);
        if self.give && until != 0 { (work.now, until) } else { (0, 0) }
    }
}

fn students(work: &mut Work<'_>, args: Args<'_>, give: bool) -> Outcome {
    let (course_column, column) = (args.text("courseidfield"), args.text("idfield"));
    let change = Change::of(work, "student", &course_column, &args.text("courseid"), give)?;
    let course = change.course.get(&course_column).clone();
    let users: Vec<Cow<'_, str>> = args.texts("userids");
    Ok(work.each(users, |work, value| {
        let user = work.user(&column, &value)?;
        let (start, end) = change.make(work, &user);
        let fields: [(&str, Value); 5] = [
            ("userid", value.into_owned().into()),
            ("course", text(&course).into_owned().into()),
            ("timestart", start.into()),
            ("timeend", end.into()),
            ("enrol", if give { "webservice" } else { "no" }.into()),
        ];
        Ok(Value::from_iter(fields))
    }))
}

fn one(work: &mut Work<'_>, args: Args<'_>, role: &str, give: bool) -> Outcome {
    let change = Change::of(work, role, &args.text("courseidfield"), &args.text("courseid"), give)?;
    let user = work.user(&args.text("useridfield"), &args.text("userid"))?;
    change.make(work, &user);
    Ok(done())
}

fn by_number(work: &mut Work<'_>, args: Args<'_>, give: bool) -> Outcome {
    let role = args.text_or("rolename", "student");
    let change = Change::of(work, &role, "id", &args.text("courseid"), give)?;
    // Whether the user exists is told by the answer, not by a failure of the call.
    match work.known_id(USERS, "user", args.int("userid")).and_then(|user| work.user_id(user.id())) {
        Ok(user) => {
            change.make(work, &user);
            Ok(done())
        }
        Err(why) => Ok(undone(&why)),
    }
}
