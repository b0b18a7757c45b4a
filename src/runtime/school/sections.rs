//! Sections of courses.

use mwsc_contract::Value;

use super::courses;
use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{COURSES, MODULES, SECTIONS};
use super::work::{Action, Args, Outcome, Work, conflict, done};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_sections", |work, args| {
        let (mut out, courses) = courses::listed(work, args);
        out.extend(
            courses
                .iter()
                .flat_map(|course| of_course(work, course.id()))
                .filter(|section| sees(work, section))
                .map(|section| section.value()),
        );
        Ok(Value::List(out))
    }),
    write("edit_sections", |work, args| {
        Ok(work.each(args.records("sections"), |work, datum| match Action::of(datum)? {
            Action::Add => add(work, datum),
            Action::Update => update(work, datum.int("id"), datum),
            Action::Delete => Err(Action::missing("edit_sections", datum)),
            Action::Get => Err(Action::invalid(datum)),
        }))
    }),
    write("add_section", |work, args| args.record("datum").map(|datum| work.each([datum], add))),
    write("update_section", |work, args| {
        let (datum, column) = (args.record("datum")?, args.text("idfield"));
        let section = work.known(SECTIONS, "section", &column, &datum.text(&column))?;
        Ok(work.each([datum], |work, datum| update(work, section.id(), datum)))
    }),
    write("affect_section_to_course", to_course),
];

/// Sections of a course, by their place.
pub fn of_course(work: &Work<'_>, course: Id) -> Vec<Row> {
    let mut sections: Vec<Row> = work.table(SECTIONS).find("course", &course.into()).into_iter().cloned().collect();
    sections.sort_by_key(|section| (section.int("section"), section.id()));
    sections
}

fn sees(work: &Work<'_>, section: &Row) -> bool {
    let course = section.int("course");
    work.can("moodle/course:viewhiddensections", Context::of_course(course)) || (work.enrolled(course) && section.int("visible") != 0)
}

/// The section of a course at a place.
fn at(work: &Work<'_>, course: Id, place: i64) -> Option<Row> {
    of_course(work, course).into_iter().find(|section| section.int("section") == place)
}

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let course = work.known_id(COURSES, "course", datum.int("course"))?;
    work.demand("moodle/course:update", Context::Course(course.id()))?;
    let place = datum.int("section");
    if at(work, course.id(), place).is_some() {
        return Err(conflict(format!("section {place} already exists in course {}.", course.id())));
    }
    // Which modules a section has follows from their places.
    let mut row = datum.columns(|name, value| !["action", "id", "error", "sequence"].contains(&name) && *value != Value::Null);
    row.entry("visible".to_owned()).or_insert(1.into());
    let id = work.draft.insert(SECTIONS, row);
    work.known_id(SECTIONS, "section", id).map(|section| section.value())
}

fn update(work: &mut Work<'_>, id: Id, datum: Args<'_>) -> Outcome {
    let section = work.known_id(SECTIONS, "section", id)?;
    work.demand("moodle/course:update", Context::of_course(section.int("course")))?;
    let course = if datum.is_empty("course") { section.int("course") } else { datum.int("course") };
    let place = if datum.is_empty("section") { section.int("section") } else { datum.int("section") };
    if (course, place) != (section.int("course"), section.int("section")) {
        work.known_id(COURSES, "course", course)?;
        work.demand("moodle/course:update", Context::of_course(course))?;
        if at(work, course, place).is_some() {
            return Err(conflict(format!("section {place} already exists in course {course}.")));
        }
    }
    // Blanks are changes here, as ever, except for where the section stands.
    let own = ["action", "id", "error", "sequence", "course", "section"];
    let changes = datum.0.iter().filter(|(name, value)| !own.contains(&name.as_str()) && **value != Value::Null);
    let changes: Vec<(&str, Value)> = changes.map(|(name, value)| (name.as_str(), value.clone())).collect();
    work.draft.update(SECTIONS, id, changes);
    work.draft.update(SECTIONS, id, [("course", course), ("section", place)]);
    move_modules(work, id, course);
    let after = work.known_id(SECTIONS, "section", id)?;
    if after.int("visible") != section.int("visible") {
        for module in modules(work, id) {
            work.draft.update(MODULES, module, [("visible", after.int("visible"))]);
        }
    }
    Ok(after.value())
}

fn modules(work: &Work<'_>, section: Id) -> Vec<Id> {
    work.table(MODULES).find("section", &section.into()).into_iter().map(Row::id).collect()
}

/// Takes the modules of a section to the course that it belongs to.
fn move_modules(work: &mut Work<'_>, section: Id, course: Id) {
    for module in modules(work, section) {
        let Some(row) = work.row(MODULES, module).filter(|row| row.int("course") != course) else { continue };
        work.draft.update(MODULES, module, [("course", course)]);
        if let Some(kind) = super::activities::kind(row.text("module")) {
            work.draft.update(kind.table, row.int("instance"), [("course", course)]);
        }
    }
}

/// Puts modules at the end of a section.
pub fn append(work: &mut Work<'_>, section: Id, modules: &[Id]) {
    let Some(row) = work.row(SECTIONS, section) else { return };
    let modules: Vec<Id> = sequence(&row).chain(modules.iter().copied()).collect();
    set_sequence(work, section, &modules);
}

/// Takes modules out of a section, as far as they are in it.
pub fn take_out(work: &mut Work<'_>, section: Id, modules: &[Id]) {
    let Some(row) = work.row(SECTIONS, section) else { return };
    let left: Vec<Id> = sequence(&row).filter(|module| !modules.contains(module)).collect();
    set_sequence(work, section, &left);
}

/// Numbers of the modules of a section, in their order.
pub fn sequence(section: &Row) -> impl Iterator<Item = Id> {
    section.text("sequence").split(',').filter_map(|module| module.trim().parse().ok())
}

fn set_sequence(work: &mut Work<'_>, section: Id, modules: &[Id]) {
    let sequence: Vec<String> = modules.iter().map(Id::to_string).collect();
    work.draft.update(SECTIONS, section, [("sequence", sequence.join(","))]);
}

/// Moves a section to a course. One that stands there at the same place gives it its modules and goes.
fn to_course(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let course = work.known_id(COURSES, "course", args.int("courseid"))?;
    work.demand("moodle/course:update", Context::Course(course.id()))?;
    let section = work.known_id(SECTIONS, "section", args.int("sectionid"))?;
    work.demand("moodle/course:update", Context::of_course(section.int("course")))?;
    let (place, most) = (section.int("section"), course.int("numsections"));
    if place > most {
        return Err(too_far(place, most));
    }
    if let Some(other) = at(work, course.id(), place).filter(|other| other.id() != section.id()) {
        let moved = modules(work, other.id());
        for module in &moved {
            work.draft.update(MODULES, *module, [("section", section.id())]);
        }
        append(work, section.id(), &moved);
        work.draft.remove(SECTIONS, other.id());
    }
    work.draft.update(SECTIONS, section.id(), [("course", course.id())]);
    move_modules(work, section.id(), course.id());
    Ok(done())
}

fn too_far(place: i64, most: i64) -> Failure {
    conflict(format!("section {place} is beyond the last section of the course, which is {most}."))
}
