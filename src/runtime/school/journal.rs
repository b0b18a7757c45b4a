//! What happened: changes in courses, activities of users.

use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::activities::kind;
use super::moment;
use super::operations::{Operation, read};
use super::rights::{Context, denied};
use super::tables::{COURSES, LOG, MODULES, USERS};
use super::users::full_name;
use super::work::{Args, Outcome, Work, columns};
use crate::dispatch::Failure;
use crate::store::Row;

pub const OPERATIONS: &[Operation] = &[
    read("get_last_changes", last_changes),
    read("get_activities", |work, args| {
        let (user, lines) = lines(work, args)?;
        Ok(Value::List(lines.iter().map(|line| activity(line, &user)).collect()))
    }),
    read("count_activities", |work, args| {
        let (_, lines) = lines(work, args)?;
        Ok(Value::Int(i64::try_from(lines.len()).unwrap_or(i64::MAX)))
    }),
];

/// What was added to a course or changed in it, the latest first.
fn last_changes(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let course = work.known(COURSES, "course", &args.text("idfield"), &args.text("courseid"))?;
    let teaches = work.teaches(course.id());
    let limit = usize::try_from(args.int("limit")).unwrap_or(0);
    let lines = work.table(LOG).find("course", &course.id().into());
    let is_change = |line: &&&Row| {
        let action = line.text("action");
        line.int("cmid") != 0 && line.text("module") != "label" && (action.contains("add") || action.contains("update"))
    };
    let lines = lines.iter().rev().filter(is_change);
    let changes = lines.filter_map(|line| change(work, line, &course)).filter(|(_, visible)| teaches || *visible);
    Ok(Value::List(changes.take(limit).map(|(change, _)| change).collect()))
}

/// A line of the log as a change, and whether everybody may see it; nothing when what changed is no longer there.
fn change(work: &Work<'_>, line: &Row, course: &Row) -> Option<(Value, bool)> {
    let module = work.row(MODULES, line.int("cmid")).filter(|module| module.int("course") == course.id())?;
    let kind = kind(module.text("module"))?;
    let changed = work.row(kind.table, module.int("instance")).filter(|row| !row.text("name").is_empty())?;
    let author = work.row(USERS, line.int("userid")).map_or_else(String::new, |user| full_name(&user));
    let page = match kind.module {
        "forum" => format!("view.php?f={}", changed.id()),
        "assignment" => format!("submissions.php?id={}", module.id()),
        _ => format!("view.php?id={}&r={}", course.id(), changed.id()),
    };
    let visible = module.int("visible");
    let fields: [(&str, Value); 12] = [
        ("id", line.id().into()),
        ("courseid", course.id().into()),
        ("instance", changed.id().into()),
        ("resid", changed.id().into()),
        ("name", changed.text("name").into()),
        ("date", moment::short(line.int("time")).into()),
        ("timestamp", line.int("time").into()),
        ("type", line.text("action").into()),
        ("author", author.into()),
        ("link", format!("{}/mod/{}/{page}", work.site.address, kind.module).into()),
        ("url", line.text("url").into()),
        ("visible", visible.into()),
    ];
    Some((Value::from_iter(fields), visible != 0))
}

/// A user whom the caller names, with what that user did, in a course if one is named, the latest first.
fn lines(work: &Work<'_>, args: Args<'_>) -> Result<(Row, Vec<Row>), Failure> {
    let user = work.user(&args.text("useridfield"), &args.text("userid"))?;
    let named = args.text("courseid");
    let course = match named.as_ref() {
        "" | "0" => None,
        named => Some(work.known(COURSES, "course", &args.text("courseidfield"), named)?),
    };
    let here = course.as_ref().map_or(Context::System, |course| Context::Course(course.id()));
    if user.id() != work.caller.account && !work.can("coursereport/log:view", here) {
        return Err(denied());
    }
    let limit = usize::try_from(args.int("limit")).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let lines = work.table(LOG).find("userid", &user.id().into());
    let lines = lines.into_iter().rev().filter(|line| course.as_ref().is_none_or(|course| line.int("course") == course.id()));
    Ok((user, lines.take(limit).cloned().collect()))
}

/// A line of the log with what is known of the user.
fn activity(line: &Row, user: &Row) -> Value {
    let mut out: Map = columns([("id", line.id().into())]);
    for column in ["time", "userid", "ip", "course", "cmid", "action", "url", "info"] {
        out.insert(column.to_owned(), line.get(column).clone());
    }
    // The interface has the module as a number, which its clients never got: the column holds a name.
    for column in ["auth", "firstname", "lastname", "email", "firstaccess", "lastaccess", "lastlogin", "currentlogin"] {
        out.insert(column.to_owned(), user.get(column).clone());
    }
    let times = [
        ("DATE", line.int("time")),
        ("DLA", user.int("lastaccess")),
        ("DFA", user.int("firstaccess")),
        ("DLL", user.int("lastlogin")),
        ("DCL", user.int("currentlogin")),
    ];
    out.extend(times.map(|(name, time)| (name.to_owned(), moment::short(time).into())));
    if user.int("emailstop") != 0 {
        out.insert("email".to_owned(), "not disclosed by user's will".into());
    }
    out.into()
}
