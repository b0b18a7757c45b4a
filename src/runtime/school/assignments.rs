//! What students handed in.

use mwsc_contract::Value;

use super::activities::{ASSIGNMENT, Kind};
use super::groupings::in_grouping;
use super::operations::{Operation, read};
use super::resources::{file_answer, files};
use super::rights::{Context, denied};
use super::tables::{ASSIGNMENTS, SUBMISSIONS};
use super::work::{Args, Outcome, Work, conflict, with};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[read("get_assignment_submissions", submissions)];

fn submissions(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let assignment = work.known_id(ASSIGNMENTS, "assignment", args.int("assignmentid"))?;
    let course = assignment.int("course");
    let module = work.module_of(&ASSIGNMENT, assignment.id()).ok_or_else(|| no_place(&ASSIGNMENT, assignment.id()))?;
    let users = takers(work, args, &module)?;
    allow_own(work, &users, "mod/assignment:grade", course)?;
    let since = args.int("timemodified");
    let handed_in = |user: &Row| {
        let found = work.table(SUBMISSIONS).find("assignment", &assignment.id().into());
        let found = found.into_iter().find(|row| row.int("userid") == user.id() && row.int("timemodified") > since);
        found.map(|row| answer(work, row, user, &assignment))
    };
    Ok(Value::List(users.iter().filter_map(handed_in).collect()))
}

fn answer(work: &Work<'_>, submission: &Row, user: &Row, assignment: &Row) -> Value {
    let found = files(work, "submission", submission.id());
    let url = |file: &Row| format!("{}/file.php/{}/{}", work.site.address, file.text("filepath").trim_matches('/'), file.text("filename"));
    let email = if user.int("emailstop") == 0 { user.text("email") } else { "" };
    with(
        submission,
        [
            ("assignmenttype", assignment.text("assignmenttype").into()),
            ("useridnumber", user.text("idnumber").into()),
            ("userusername", user.text("username").into()),
            ("useremail", email.into()),
            ("numfiles", i64::try_from(found.len()).unwrap_or(i64::MAX).into()),
            ("files", Value::List(found.iter().map(|file| file_answer(file, &url(file))).collect())),
        ],
    )
}

/// The activity has no place in a course yet.
pub fn no_place(kind: &Kind, id: Id) -> Failure {
    conflict(format!("{} {id} has no place in a course yet.", kind.what))
}

/// The users that a list of values names, unknown ones left out; all who take part in an activity when the list is empty.
pub fn takers(work: &Work<'_>, args: Args<'_>, module: &Row) -> Result<Vec<Row>, Failure> {
    let (wanted, column) = (args.texts("userids"), args.text("useridfield"));
    if !wanted.is_empty() {
        return Ok(wanted.iter().filter_map(|value| work.user(&column, value).ok()).collect());
    }
    if module.int("groupmembersonly") != 0 && module.int("groupingid") != 0 {
        return Ok(in_grouping(work, module.int("groupingid")));
    }
    Ok(work.holders(module.int("course"), work.role("student")?.id()))
}

/// Refuses what concerns others than the caller, unless the caller has a capability in the course.
pub fn allow_own(work: &Work<'_>, users: &[Row], capability: &str, course: Id) -> Result<(), Failure> {
    let own = matches!(users, [user] if user.id() == work.caller.account) && work.enrolled(course);
    if own || work.can(capability, Context::of_course(course)) { Ok(()) } else { Err(denied()) }
}
