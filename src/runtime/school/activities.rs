//! Activities of courses: forums, assignments, databases, wikis, labels, quizzes, resources. Listing them, adding them, and giving them a
//! place in a section.

use mwsc_contract::Value;

use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{
    ASSIGNMENTS, COURSES, DATABASES, DISCUSSIONS, FILES, FORUMS, GRADE_ITEMS, LABELS, MODULES, PAGES, POSTS, QUESTIONS, QUIZZES, RESOURCES,
    SECTIONS, SUBMISSIONS, WIKIS,
};
use super::work::{Action, Args, Outcome, Work, columns, conflict, done, invalid, missing, sorted, undone, values};
use super::{forums, sections};
use crate::dispatch::Failure;
use crate::store::{Id, Row, TableId};

/// A kind of activity.
pub struct Kind {
    /// Name of the module.
    pub module: &'static str,
    /// Name for people.
    pub what: &'static str,
    /// Its table.
    pub table: TableId,
    /// The capability that shows it; empty when everybody may see what is not hidden.
    view: &'static str,
}

/// The kinds.
pub const KINDS: &[Kind] = &[FORUM, ASSIGNMENT, DATABASE, WIKI, LABEL, QUIZ, RESOURCE];
/// Forums.
pub const FORUM: Kind = Kind { module: "forum", what: "forum", table: FORUMS, view: "mod/forum:viewdiscussion" };
/// Assignments.
pub const ASSIGNMENT: Kind = Kind { module: "assignment", what: "assignment", table: ASSIGNMENTS, view: "mod/assignment:view" };
/// Databases.
pub const DATABASE: Kind = Kind { module: "data", what: "database", table: DATABASES, view: "mod/data:viewentry" };
/// Wikis.
pub const WIKI: Kind = Kind { module: "wiki", what: "wiki", table: WIKIS, view: "mod/wiki:participate" };
/// Labels.
pub const LABEL: Kind = Kind { module: "label", what: "label", table: LABELS, view: "" };
/// Quizzes.
pub const QUIZ: Kind = Kind { module: "quiz", what: "quiz", table: QUIZZES, view: "" };
/// Resources.
pub const RESOURCE: Kind = Kind { module: "resource", what: "Resource", table: RESOURCES, view: "mod/resource:view" };

pub const OPERATIONS: &[Operation] = &[
    read("get_all_forums", |work, args| Ok(all(work, &FORUM, args))),
    read("get_all_assignments", |work, args| Ok(all(work, &ASSIGNMENT, args))),
    read("get_all_databases", |work, args| Ok(all(work, &DATABASE, args))),
    read("get_all_wikis", |work, args| Ok(all(work, &WIKI, args))),
    read("get_all_labels", |work, args| Ok(all(work, &LABEL, args))),
    read("get_all_quizzes", |work, args| Ok(all(work, &QUIZ, args))),
    write("edit_forums", |work, args| Ok(edit(work, "edit_forums", args.records("forums"), add_forum))),
    write("edit_assignments", |work, args| Ok(edit(work, "edit_assignments", args.records("assignments"), add_assignment))),
    write("edit_databases", |work, args| Ok(edit(work, "edit_databases", args.records("databases"), add_database))),
    write("edit_wikis", |work, args| Ok(edit(work, "edit_wikis", args.records("wikis"), add_wiki))),
    write("edit_labels", |work, args| Ok(edit(work, "edit_labels", args.records("labels"), add_label))),
    write("add_forum", |work, args| args.record("datum").map(|datum| work.each([datum], add_forum))),
    write("add_assignment", |work, args| args.record("datum").map(|datum| work.each([datum], add_assignment))),
    write("add_database", |work, args| args.record("datum").map(|datum| work.each([datum], add_database))),
    write("add_wiki", |work, args| args.record("datum").map(|datum| work.each([datum], add_wiki))),
    write("add_label", |work, args| args.record("datum").map(|datum| work.each([datum], add_label))),
    write("affect_forum_to_section", |work, args| to_section(work, &FORUM, "forumid", args)),
    write("affect_assignment_to_section", |work, args| to_section(work, &ASSIGNMENT, "assignmentid", args)),
    write("affect_database_to_section", |work, args| to_section(work, &DATABASE, "databaseid", args)),
    write("affect_wiki_to_section", |work, args| to_section(work, &WIKI, "wikiid", args)),
    write("affect_label_to_section", |work, args| to_section(work, &LABEL, "labelid", args)),
];

/// The kind of a module.
pub fn kind(module: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.module == module)
}

impl Work<'_> {
    /// Where an activity stands, if it was given a place.
    pub fn module_of(&self, kind: &Kind, activity: Id) -> Option<Row> {
        let found = self.table(MODULES).find("instance", &activity.into());
        found.into_iter().find(|module| module.text("module") == kind.module).cloned()
    }

    /// Whether the caller may see an activity. One without a place is seen by those who could give it one.
    pub fn sees(&self, kind: &Kind, activity: &Row) -> bool {
        let here = Context::of_course(activity.int("course"));
        if self.can("moodle/course:manageactivities", here) {
            return true;
        }
        let shown = self.module_of(kind, activity.id()).is_some_and(|module| module.int("visible") != 0);
        let may = kind.view.is_empty() || self.can(kind.view, here);
        may && (shown || self.can("moodle/course:viewhiddenactivities", here))
    }
}

/// Activities in which a column has a value, as far as the caller may see them.
fn all(work: &Work<'_>, kind: &Kind, args: Args<'_>) -> Value {
    let found = sorted(work.matching(kind.table, &args.text("fieldname"), &args.text("fieldvalue")), "name");
    values(found.into_iter().filter(|activity| work.sees(kind, activity)))
}

/// Items of which only adding is supported.
pub fn edit(work: &mut Work<'_>, operation: &str, items: Vec<Args<'_>>, add: fn(&mut Work<'_>, Args<'_>) -> Outcome) -> Value {
    work.each(items, |work, datum| match Action::of(datum)? {
        Action::Add => add(work, datum),
        Action::Update | Action::Delete => Err(Action::missing(operation, datum)),
        Action::Get => Err(Action::invalid(datum)),
    })
}

/// Columns that only the school sets.
const OWN: &[&str] = &["action", "id", "error", "timemodified"];

/// The course of a new activity, in which the caller may make activities.
fn course_for(work: &Work<'_>, datum: Args<'_>) -> Result<Row, Failure> {
    let course = work.known_id(COURSES, "course", datum.int("course"))?;
    work.demand("moodle/course:manageactivities", Context::Course(course.id()))?;
    Ok(course)
}

/// Adds an activity; `blanks` are the values of columns that were left empty.
fn insert(work: &mut Work<'_>, kind: &Kind, datum: Args<'_>, blanks: &[(&str, Value)]) -> Result<Row, Failure> {
    let mut row = datum.columns(|name, value| !OWN.contains(&name) && *value != Value::Null);
    for (name, value) in blanks.iter().filter(|(name, _)| datum.is_empty(name)) {
        row.insert((*name).to_owned(), value.clone());
    }
    row.extend(columns([("timemodified", work.now.into())]));
    let id = work.draft.insert(kind.table, row);
    work.known_id(kind.table, kind.what, id)
}

/// Types of forums.
const FORUM_TYPES: [&str; 6] = ["general", "eachuser", "single", "qanda", "news", "blog"];

fn add_forum(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let ty = datum.text_or("type", "general");
    if !FORUM_TYPES.contains(&ty.as_ref()) {
        return Err(invalid("type", format!("illegal forum type {ty}")));
    }
    course_for(work, datum)?;
    datum.required("name")?;
    let forum = insert(work, &FORUM, datum, &[("type", ty.as_ref().into())])?;
    if ty == "single" {
        forums::begin(work, &forum, forum.text("name"), forum.text("intro"));
    }
    Ok(forum.value())
}

/// Types of assignments.
const ASSIGNMENT_TYPES: [&str; 4] = ["online", "offline", "upload", "uploadsingle"];

fn add_assignment(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let ty = datum.text("assignmenttype");
    if !ASSIGNMENT_TYPES.contains(&ty.as_ref()) {
        return Err(invalid("assignmenttype", format!("assignment type {ty} unknown.")));
    }
    let course = course_for(work, datum)?;
    let name = datum.required("name")?;
    let assignment = insert(work, &ASSIGNMENT, datum, &[])?;
    #[expect(clippy::cast_precision_loss, reason = "a number of points")]
    let most = assignment.int("grade").max(0) as f64;
    let item = [
        ("course", course.id().into()),
        ("module", ASSIGNMENT.module.into()),
        ("instance", assignment.id().into()),
        ("name", name.into()),
        ("grademax", Value::Float(most)),
    ];
    work.draft.insert(GRADE_ITEMS, columns(item));
    Ok(assignment.value())
}

fn add_database(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    datum.required("name")?;
    course_for(work, datum)?;
    insert(work, &DATABASE, datum, &[]).map(|database| database.value())
}

/// Who may change a wiki.
const WIKI_TYPES: [&str; 3] = ["group", "teacher", "student"];

/// A wiki. One of the same name in the course is given instead of a second one.
fn add_wiki(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let course = course_for(work, datum)?;
    let name = datum.required("name")?;
    let twin = work.table(WIKIS).find("course", &course.id().into()).into_iter().find(|wiki| wiki.text("name") == name);
    if let Some(twin) = twin {
        return Ok(twin.value());
    }
    let ty = datum.text_or("wtype", "group");
    if !WIKI_TYPES.contains(&ty.as_ref()) {
        return Err(invalid("wtype", format!("incorrect wiki type {ty}")));
    }
    insert(work, &WIKI, datum, &[("pagename", name.into()), ("wtype", ty.as_ref().into())]).map(|wiki| wiki.value())
}

/// A label. Its name is the beginning of its text when none is given.
fn add_label(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    course_for(work, datum)?;
    if datum.is_empty("name") && datum.is_empty("content") {
        return Err(missing("content"));
    }
    let name: String = datum.text("content").chars().take(50).collect();
    insert(work, &LABEL, datum, &[("name", name.into())]).map(|label| label.value())
}

/// Gives an activity a place in a section. One that has a place keeps it, and the answer says so.
fn to_section(work: &mut Work<'_>, kind: &Kind, parameter: &str, args: Args<'_>) -> Outcome {
    let section = work.known_id(SECTIONS, "section", args.int("sectionid"))?;
    work.demand("moodle/course:manageactivities", Context::of_course(section.int("course")))?;
    let groupmode = args.int("groupmode");
    if !(0..=2).contains(&groupmode) {
        return Err(invalid("groupmode", format!("invalid group mode {groupmode}")));
    }
    let activity = work.known_id(kind.table, kind.what, args.int(parameter))?;
    if let Some(module) = work.module_of(kind, activity.id()) {
        let (ty, id, place, course) = (kind.module, activity.id(), module.int("section"), module.int("course"));
        return Ok(undone(&conflict(format!("The {ty} {id} is already assigned to the section {place} of course {course}."))));
    }
    let visible = if args.0.contains_key("visible") { args.int("visible") } else { 1 };
    let module = place(work, kind, activity.id(), &section, groupmode, visible);
    work.draft.update(GRADE_ITEMS, item_of(work, kind, activity.id()).unwrap_or(0), [("course", section.int("course"))]);
    let url = format!("../mod/{}/view.php?id={module}", kind.module);
    work.log(section.int("course"), "course", "add mod", &url, &format!("{} {}", kind.module, activity.id()), module);
    Ok(done())
}

/// Puts an activity at the end of a section. Gives the number of the module.
pub fn place(work: &mut Work<'_>, kind: &Kind, activity: Id, section: &Row, groupmode: i64, visible: i64) -> Id {
    let course = section.int("course");
    let module = work.draft.insert(
        MODULES,
        columns([
            ("course", course.into()),
            ("module", kind.module.into()),
            ("instance", activity.into()),
            ("section", section.id().into()),
            ("visible", visible.into()),
            ("groupmode", groupmode.into()),
            ("added", work.now.into()),
        ]),
    );
    sections::append(work, section.id(), &[module]);
    work.draft.update(kind.table, activity, [("course", course)]);
    module
}

/// The grade item of an activity.
pub fn item_of(work: &Work<'_>, kind: &Kind, activity: Id) -> Option<Id> {
    let found = work.table(GRADE_ITEMS).find("instance", &activity.into());
    found.into_iter().find(|item| item.text("module") == kind.module).map(Row::id)
}

/// Deletes the activities of a course with what is in them.
pub fn delete_all(work: &mut Work<'_>, course: Id) {
    let inside: [(TableId, TableId, &str); 5] = [
        (FORUMS, DISCUSSIONS, "forum"),
        (DISCUSSIONS, POSTS, "discussion"),
        (ASSIGNMENTS, SUBMISSIONS, "assignment"),
        (WIKIS, PAGES, "wiki"),
        (QUIZZES, QUESTIONS, "quiz"),
    ];
    let files: Vec<Id> = work.table(FILES).rows().filter(|file| course_of_file(work, file) == course).map(Row::id).collect();
    for file in files {
        work.draft.remove(FILES, file);
    }
    let ids = |work: &Work<'_>, table: TableId| -> Vec<Id> {
        work.table(table).find("course", &course.into()).into_iter().map(Row::id).collect()
    };
    let parents = inside.map(|(parent, ..)| ids(work, parent));
    for ((_, child, column), parents) in inside.into_iter().zip(parents) {
        for parent in parents {
            work.draft.remove_where(child, column, parent);
        }
    }
    for table in KINDS.iter().map(|kind| kind.table).chain([MODULES, DISCUSSIONS]) {
        work.draft.remove_where(table, "course", course);
    }
}

fn course_of_file(work: &Work<'_>, file: &Row) -> Id {
    let item = file.int("item");
    let owner = match file.text("area") {
        "resource" => work.row(RESOURCES, item),
        "submission" => work.row(SUBMISSIONS, item).and_then(|submission| work.row(ASSIGNMENTS, submission.int("assignment"))),
        _ => None,
    };
    owner.map_or(0, |owner| owner.int("course"))
}
