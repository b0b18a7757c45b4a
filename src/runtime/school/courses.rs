//! Courses: finding them, and adding, changing, moving and deleting them.

use mwsc_contract::Value;

use super::operations::{Operation, read, write};
use super::rights::{Context, context_for};
use super::tables::{
    ASSIGNMENTS_OF_ROLES, CATEGORIES, CONTEXTS, COURSES, EVENTS, GRADE_ITEMS, GRADES, GROUP_MEMBERS, GROUPING_GROUPS, GROUPINGS, GROUPS,
    LOG, SECTIONS,
};
use super::users::no_match;
use super::work::{Action, Args, Outcome, Work, columns, conflict, done, item_error, missing, sorted, unknown, with};
use super::{activities, categories};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_courses", |work, args| {
        let values = args.texts("courseids");
        Ok(if values.is_empty() {
            Value::List(visible(work, &work.matching(COURSES, "", "")))
        } else {
            by(work, &args.text("idfield"), &values)
        })
    }),
    read("get_course", |work, args| Ok(by(work, &args.text("idfield"), &[args.text("info")]))),
    read("get_course_byid", |work, args| Ok(by(work, "id", &[args.text("info")]))),
    read("get_course_byidnumber", |work, args| Ok(by(work, "idnumber", &[args.text("info")]))),
    read("get_courses_bycategory", |work, args| Ok(by(work, "category", &[args.text("catid")]))),
    read("get_courses_search", |work, args| Ok(Value::List(search(work, &args.text("search"))))),
    read("get_my_courses", |work, args| mine(work, "id", args)),
    read("get_my_courses_byusername", |work, args| mine(work, "username", args)),
    read("get_my_courses_byidnumber", |work, args| mine(work, "idnumber", args)),
    write("edit_courses", |work, args| Ok(edit(work, args.records("courses")))),
    write("add_course", |work, args| args.record("coursedatum").map(|datum| work.each([datum], add))),
    write("update_course", |work, args| {
        let (datum, column) = (args.record("datum")?, args.text("courseidfield"));
        let course = work.known(COURSES, "course", &column, &datum.text(&column))?;
        Ok(work.each([datum], |work, datum| update(work, course.id(), datum)))
    }),
    write("delete_course", |work, args| {
        let course = work.known(COURSES, "course", &args.text("courseidfield"), &args.text("courseid"))?;
        Ok(work.each([course.id()], delete))
    }),
    write("affect_course_to_category", |work, args| {
        let category = work.known_id(CATEGORIES, "category", args.int("categoryid"))?;
        let course = work.known_id(COURSES, "course", args.int("courseid"))?;
        work.demand("moodle/course:create", Context::Category(category.id()))?;
        work.demand("moodle/course:update", Context::Course(course.id()))?;
        move_to(work, &course, category.id())?;
        Ok(done())
    }),
];

/// The course that stands for the site. It has no category and cannot be deleted.
pub const SITE: Id = 1;

/// A course as the caller may see it: whole for its teachers, without the key for others, not at all when it is hidden from them.
pub fn answer(work: &Work<'_>, course: &Row) -> Option<Value> {
    if work.teaches(course.id()) {
        return Some(course.value());
    }
    let shown = course.int("visible") != 0 || work.enrolled(course.id());
    shown.then(|| if course.text("password").is_empty() { course.value() } else { with(course, [("password", "".into())]) })
}

fn visible(work: &Work<'_>, courses: &[Row]) -> Vec<Value> {
    courses.iter().filter_map(|course| answer(work, course)).collect()
}

/// Courses by values of a column; for a value that none has, an item that says so.
fn by<T: AsRef<str>>(work: &Work<'_>, column: &str, values: &[T]) -> Value {
    let mut out = Vec::new();
    for value in values {
        let value = value.as_ref();
        let found = if column.is_empty() { Vec::new() } else { work.matching(COURSES, column, value) };
        if found.is_empty() {
            out.push(no_match(column, value));
        }
        out.extend(visible(work, &found));
    }
    Value::List(out)
}

/// Courses that several values name, or those of the caller when there are none; for a value that names none, an item that says so.
/// Courses that are hidden from the caller are left out.
pub fn listed(work: &Work<'_>, args: Args<'_>) -> (Vec<Value>, Vec<Row>) {
    let (wanted, column) = (args.texts("courseids"), args.text("idfield"));
    let mut errors = Vec::new();
    let mut courses = Vec::new();
    if wanted.is_empty() {
        courses = of_user(work, work.caller.account);
    }
    for value in wanted {
        match work.named(COURSES, &column, &value) {
            Some(course) => courses.push(course),
            None => errors.push(no_match(&column, &value)),
        }
    }
    courses.retain(|course| answer(work, course).is_some());
    (errors, courses)
}

/// Courses in whose names or summary every word of a text occurs; all for an empty text. Words of one letter do not count.
fn search(work: &Work<'_>, text: &str) -> Vec<Value> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return visible(work, &work.matching(COURSES, "", ""));
    }
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().count() > 1).collect();
    let holds = |course: &Row| {
        let text = ["fullname", "shortname", "idnumber", "summary"].map(|column| course.text(column).to_lowercase()).join("\n");
        !words.is_empty() && course.id() != SITE && words.iter().all(|word| text.contains(word))
    };
    let found = work.table(COURSES).rows().filter(|course| holds(course)).cloned().collect();
    visible(work, &sorted(found, "fullname"))
}

/// Courses of a user: those with a role of the user, or all for someone who may create courses anywhere.
pub fn of_user(work: &Work<'_>, user: Id) -> Vec<Row> {
    let all = work.user_can(user, "moodle/course:create", Context::System);
    work.table(COURSES).rows().filter(|course| all || work.is_enrolled(course.id(), user)).cloned().collect()
}

fn mine(work: &mut Work<'_>, column: &str, args: Args<'_>) -> Outcome {
    let user = work.myself_or(column, &args.text("uid"), "moodle/user:loginas")?;
    let mut courses = of_user(work, user.id());
    order(&mut courses, &args.text("sort"));
    let courses = courses.iter().filter(|course| answer(work, course).is_some());
    let shown = courses.map(|course| {
        let password = if work.teaches(course.id()) { course.text("password") } else { "" };
        with(course, [("myrole", work.primary_role(course, user.id()).into()), ("password", password.into())])
    });
    Ok(Value::List(shown.collect()))
}

/// Puts courses in an order that a caller names, such as `sortorder DESC`; by name when it names none that there is.
fn order(courses: &mut [Row], wanted: &str) {
    let mut words = wanted.split_whitespace();
    let column = words.next().filter(|column| courses.first().is_some_and(|course| course.shown.contains_key(*column)));
    let column = column.unwrap_or("fullname");
    let key = |course: &Row| (course.int(column), course.text(column).to_owned());
    courses.sort_by_cached_key(key);
    if words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc")) {
        courses.reverse();
    }
}

fn edit(work: &mut Work<'_>, items: Vec<Args<'_>>) -> Value {
    work.each(items, |work, datum| match Action::of(datum)? {
        Action::Add => add(work, datum),
        Action::Update => update(work, datum.int("id"), datum),
        Action::Delete => delete(work, datum.int("id")),
        Action::Get => Err(Action::invalid(datum)),
    })
}

/// Columns that only the school sets.
const OWN: &[&str] = &["action", "id", "error", "myrole", "timecreated", "timemodified"];

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let category = match datum.int("category") {
        id if work.table(CATEGORIES).get(id).is_some() => id,
        _ => work.table(CATEGORIES).rows().next().map_or(0, Row::id),
    };
    work.demand("moodle/course:create", if category == 0 { Context::System } else { Context::Category(category) })?;
    let absent: Vec<String> =
        ["shortname", "fullname", "idnumber"].iter().filter_map(|name| datum.required(name).err()).map(|why| why.message).collect();
    if !absent.is_empty() {
        return Err(Failure { message: absent.join(", "), ..missing("") });
    }
    check(work, None, datum)?;
    let mut row = datum.columns(|name, _| !OWN.contains(&name) && !datum.is_empty(name));
    for name in ["shortname", "fullname", "idnumber"] {
        row.insert(name.to_owned(), datum.required(name)?.into());
    }
    for (name, value) in defaults(work.now) {
        row.entry(name.to_owned()).or_insert(value);
    }
    let last = work.table(COURSES).find("category", &category.into()).iter().map(|course| course.int("sortorder")).max();
    row.extend(columns([
        ("category", category.into()),
        ("sortorder", last.map_or(category * 10_000 + 1, |last| last + 1).into()),
        ("timecreated", work.now.into()),
        ("timemodified", work.now.into()),
    ]));
    let id = work.draft.insert(COURSES, row);
    context_for(work.draft, Context::Course(id));
    work.draft.insert(SECTIONS, columns([("course", id.into()), ("section", 0.into()), ("visible", 1.into())]));
    categories::count(work, category);
    work.log(id, "course", "new", &format!("view.php?id={id}"), datum.required("fullname")?, 0);
    work.known_id(COURSES, "course", id).map(|course| course.value())
}

/// What a new course has where nothing is said.
fn defaults(now: i64) -> [(&'static str, Value); 12] {
    [
        ("format", "weeks".into()),
        ("numsections", 10.into()),
        ("showgrades", 1.into()),
        ("newsitems", 5.into()),
        ("visible", 1.into()),
        ("startdate", now.into()),
        ("maxbytes", 8_388_608.into()),
        ("lang", "en".into()),
        ("teacher", "Teacher".into()),
        ("teachers", "Teachers".into()),
        ("student", "Student".into()),
        ("students", "Students".into()),
    ]
}

fn update(work: &mut Work<'_>, id: Id, datum: Args<'_>) -> Outcome {
    let course = work.known_id(COURSES, "course", id)?;
    work.demand("moodle/course:update", Context::Course(id))?;
    check(work, Some(id), datum)?;
    // A number is a change even when it is 0, so that a course can be hidden; other blanks are none.
    let changes = |(name, value): &(&str, Value)| {
        !OWN.contains(name) && *name != "category" && (matches!(value, Value::Int(_)) || !datum.is_empty(name))
    };
    let changes: Vec<(&str, Value)> = datum.0.iter().map(|(name, value)| (name.as_str(), value.clone())).filter(changes).collect();
    work.draft.update(COURSES, id, changes);
    work.draft.update(COURSES, id, [("timemodified", work.now)]);
    let category = datum.int("category");
    if category != 0 && category != course.int("category") {
        work.known_id(CATEGORIES, "category", category)?;
        work.demand("moodle/course:create", Context::Category(category))?;
        move_to(work, &course, category)?;
    }
    work.log(id, "course", "update", &format!("edit.php?id={id}"), course.text("fullname"), 0);
    work.known_id(COURSES, "course", id).map(|course| course.value())
}

/// What has to be true of a course whatever others there are.
fn check(work: &Work<'_>, id: Option<Id>, datum: Args<'_>) -> Result<(), Failure> {
    for column in ["shortname", "idnumber"] {
        let value = datum.text(column);
        let value = value.trim();
        let found = work.table(COURSES).find(column, &value.into());
        if !value.is_empty() && found.iter().any(|course| Some(course.id()) != id) {
            return Err(conflict(format!("a course already exists with this {column} {value}")));
        }
    }
    Ok(())
}

fn move_to(work: &mut Work<'_>, course: &Row, category: Id) -> Result<(), Failure> {
    if course.id() == SITE {
        return Err(conflict("the site itself has no category."));
    }
    let last = work.table(COURSES).find("category", &category.into()).iter().map(|course| course.int("sortorder")).max();
    let place = last.map_or(category * 10_000 + 1, |last| last + 1);
    work.draft.update(COURSES, course.id(), [("category", category), ("sortorder", place), ("timemodified", work.now)]);
    categories::count(work, course.int("category"));
    categories::count(work, category);
    Ok(())
}

/// Deletes a course with everything in it. Answers it as it was.
fn delete(work: &mut Work<'_>, id: Id) -> Outcome {
    let course = work.known_id(COURSES, "course", id)?;
    let category = course.int("category");
    work.demand("moodle/course:delete", if category == 0 { Context::System } else { Context::Category(category) })?;
    if id == SITE {
        return Err(Failure::forbidden("error deleting course 1."));
    }
    activities::delete_all(work, id);
    let children = [
        (GROUPS, "courseid", GROUP_MEMBERS, "groupid"),
        (GROUPINGS, "courseid", GROUPING_GROUPS, "groupingid"),
        (GRADE_ITEMS, "course", GRADES, "item"),
    ];
    for (table, column, child, link) in children {
        let ids: Vec<Id> = work.table(table).find(column, &id.into()).into_iter().map(Row::id).collect();
        for parent in ids {
            work.draft.remove_where(child, link, parent);
            work.draft.remove(table, parent);
        }
    }
    if let Some(context) = work.context_id(Context::Course(id)) {
        work.draft.remove_where(ASSIGNMENTS_OF_ROLES, "contextid", context);
        work.draft.remove(CONTEXTS, context);
    }
    work.draft.remove_where(EVENTS, "courseid", id);
    work.draft.remove_where(SECTIONS, "course", id);
    work.draft.remove_where(LOG, "course", id);
    work.draft.remove(COURSES, id);
    categories::count(work, category);
    work.log(SITE, "course", "delete", &format!("view.php?id={id}"), course.text("fullname"), 0);
    Ok(course.value())
}

/// The course that a caller names, or an item that says that there is none.
pub fn named_or_item(work: &Work<'_>, column: &str, value: &str) -> Result<Row, Value> {
    work.named(COURSES, column, value).ok_or_else(|| item_error(&unknown("course", value).message))
}
