//! Categories of courses.

use mwsc_contract::Value;

use super::operations::{Operation, read, write};
use super::rights::{Context, context_for};
use super::tables::{CATEGORIES, COURSES};
use super::work::{Action, Args, Outcome, Work, columns, conflict, sorted};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_categories", |work, args| Ok(find(work, &args.text("idfield"), &args.text("catid")))),
    read("get_category_byid", |work, args| Ok(find(work, "id", &args.text("catid")))),
    read("get_category_byname", |work, args| Ok(find(work, "name", &args.text("catname")))),
    write("edit_categories", |work, args| {
        Ok(work.each(args.records("categories"), |work, datum| match Action::of(datum)? {
            Action::Add => add(work, datum),
            Action::Update => update(work, datum),
            Action::Delete => Err(Action::missing("edit_categories", datum)),
            Action::Get => Err(Action::invalid(datum)),
        }))
    }),
    write("add_category", |work, args| args.record("datum").map(|datum| work.each([datum], add))),
];

fn find(work: &Work<'_>, column: &str, value: &str) -> Value {
    let shown = |category: &Row| {
        let context = Context::Category(category.id());
        category.int("visible") != 0 || work.can("moodle/category:viewhiddencategories", context)
    };
    super::work::values(sorted(work.matching(CATEGORIES, column, value), "name").into_iter().filter(shown))
}

/// The context in which the children of a category are managed.
fn around(parent: Id) -> Context {
    if parent == 0 { Context::System } else { Context::Category(parent) }
}

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let parent = datum.int("parent");
    if parent != 0 {
        work.known_id(CATEGORIES, "category", parent)?;
    }
    work.demand("moodle/category:manage", around(parent))?;
    let name = datum.required("name")?;
    let mut row = datum.columns(|column, value| !["action", "id", "path", "depth", "sortorder"].contains(&column) && *value != Value::Null);
    row.extend(columns([("name", name.into()), ("parent", parent.into()), ("timemodified", work.now.into())]));
    row.entry("visible".to_owned()).or_insert(1.into());
    let id = work.draft.insert(CATEGORIES, row);
    work.draft.update(CATEGORIES, id, [("sortorder", id * 10_000)]);
    context_for(work.draft, Context::Category(id));
    place(work, id);
    work.known_id(CATEGORIES, "category", id).map(|category| category.value())
}

fn update(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let category = work.known_id(CATEGORIES, "category", datum.int("id"))?;
    let id = category.id();
    work.demand("moodle/category:manage", Context::Category(id))?;
    // Blanks are changes here, as ever; a category without a name and one that was not said to move are left where they are.
    let own = ["action", "id", "path", "depth", "parent", "sortorder"];
    let kept =
        |name: &str, value: &Value| own.contains(&name) || *value == Value::Null || (name == "name" && datum.required("name").is_err());
    let changes: Vec<(&str, Value)> =
        datum.0.iter().filter(|(name, value)| !kept(name, value)).map(|(name, value)| (name.as_str(), value.clone())).collect();
    work.draft.update(CATEGORIES, id, changes);
    work.draft.update(CATEGORIES, id, [("timemodified", work.now)]);
    let parent = datum.int("parent");
    if *datum.value("parent") != Value::Null && parent != category.int("parent") {
        move_to(work, &category, parent)?;
    }
    work.known_id(CATEGORIES, "category", id).map(|category| category.value())
}

fn move_to(work: &mut Work<'_>, category: &Row, parent: Id) -> Result<(), Failure> {
    if parent != 0 {
        let parent = work.known_id(CATEGORIES, "category", parent)?;
        if parent.text("path").split('/').any(|step| step == category.id().to_string()) {
            return Err(conflict(format!("category {} cannot be put into itself.", category.id())));
        }
    }
    work.demand("moodle/category:manage", around(parent))?;
    work.demand("moodle/category:manage", around(category.int("parent")))?;
    work.draft.update(CATEGORIES, category.id(), [("parent", parent)]);
    place(work, category.id());
    Ok(())
}

/// Writes path and depth of a category, which follow from its parent, and of those below it.
pub fn place(work: &mut Work<'_>, first: Id) {
    let mut open = vec![first];
    while let Some(id) = open.pop() {
        let above = work.table(CATEGORIES).get(id).and_then(|row| work.table(CATEGORIES).get(row.int("parent")));
        let (path, depth) = above.map_or((String::new(), 0), |row| (row.text("path").to_owned(), row.int("depth")));
        work.draft.update(CATEGORIES, id, [("path", Value::String(format!("{path}/{id}"))), ("depth", (depth + 1).into())]);
        open.extend(work.table(CATEGORIES).find("parent", &id.into()).into_iter().map(Row::id));
    }
}

/// Writes how many courses a category has.
pub fn count(work: &mut Work<'_>, category: Id) {
    let courses = i64::try_from(work.table(COURSES).find("category", &category.into()).len()).unwrap_or(i64::MAX);
    work.draft.update(CATEGORIES, category, [("coursecount", courses)]);
}
