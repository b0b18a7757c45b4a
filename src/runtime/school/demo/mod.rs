//! The school that a new store begins with: small, with something in every table, so that each operation has something to answer.
//!
//! Users are `admin`, `manager`, `creator`, `teacher`, `teacher2`, `assistant`, `assistant2` and `student` to `student20`; all have the
//! same password. `student20` is in no course. Times are counted from the day that the store is made on.

mod lessons;
mod people;

use mwsc_contract::Value;

use super::categories;
use super::groups::relate;
use super::rights::{Context, DELIVERED, context_for};
use super::tables::{
    ACCOUNTS, CATEGORIES, COHORT_MEMBERS, COHORTS, CONTACTS, COURSES, EVENTS, GROUP_MEMBERS, GROUPING_GROUPS, GROUPINGS, GROUPS, MESSAGES,
    PROFILE_FIELDS, ROLES, SECTIONS, USERS,
};
use super::work::{Site, Work, columns};
use crate::dispatch::{Caller, Grants, Means};
use crate::store::{Draft, Id, Row};
use lessons::{exercises, reading, talk};
use people::{Person, STAFF, STUDENTS};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Fills an empty school. `hash` is that of everybody's password.
pub fn fill(draft: &mut Draft, hash: &str, now: i64) {
    let site = Site { address: "".into() };
    context_for(draft, Context::System);
    for (place, role) in (1..).zip(DELIVERED) {
        let row = [
            ("name", role.name.into()),
            ("shortname", role.shortname.into()),
            ("description", role.description.into()),
            ("sortorder", place.into()),
        ];
        draft.insert(ROLES, columns(row));
    }
    // The guest is there as in Moodle: nobody logs in as one.
    let guest = [("username", "guest"), ("firstname", "Guest"), ("lastname", "User"), ("auth", "manual"), ("lang", "en")];
    draft.insert(USERS, columns(guest.map(|(name, value)| (name, value.into()))));
    let people = People {
        staff: STAFF.iter().map(|person| add_person(draft, person, hash, now)).collect(),
        students: STUDENTS.iter().map(|person| add_person(draft, person, hash, now)).collect(),
    };
    let account = draft.table(ACCOUNTS).first("userid", &people.admin().into()).map_or(0, Row::id);
    draft.update(ACCOUNTS, account, [("administrator", 1)]);
    let caller = Caller {
        account: people.admin(),
        username: STAFF[0].username.into(),
        grants: Grants::Roles,
        services: None,
        means: Means::Nobody,
        address: None,
        upstream: None,
    };
    let mut work = Work { draft, caller: &caller, site: &site, now };
    work.assign(1, Context::System, people.staff[1], 0);
    work.assign(2, Context::System, people.staff[2], 0);
    profile_fields(&mut work);
    let courses = courses(&mut work, &people);
    groups(&mut work, &people, courses[0]);
    cohorts(&mut work, &people);
    let first = Course { id: courses[0], sections: sections(&mut work, courses[0]) };
    let second = Course { id: courses[2], sections: sections(&mut work, courses[2]) };
    talk(&mut work, &people, &first);
    talk(&mut work, &people, &second);
    exercises(&mut work, &people, &first);
    reading(&mut work, &people, &first);
    events(&mut work, &people, &first);
    messages(&mut work, &people);
}

/// Numbers of the users.
struct People {
    staff: Vec<Id>,
    students: Vec<Id>,
}

impl People {
    fn admin(&self) -> Id {
        self.staff[0]
    }

    fn teacher(&self) -> Id {
        self.staff[3]
    }
}

/// A course and its sections.
struct Course {
    id: Id,
    sections: Vec<Id>,
}

fn add_person(draft: &mut Draft, person: &Person, hash: &str, now: i64) -> Id {
    let email = format!("{}@school.example", person.username);
    let house = Value::from_iter([("name", "house"), ("value", person.house)]);
    let profile = if person.house.is_empty() { Vec::new() } else { vec![house] };
    let user = draft.insert(
        USERS,
        columns([
            ("username", person.username.into()),
            ("firstname", person.first.into()),
            ("lastname", person.last.into()),
            ("idnumber", person.idnumber.into()),
            ("email", email.into()),
            ("city", person.town.into()),
            ("country", "DE".into()),
            ("auth", "manual".into()),
            ("confirmed", 1.into()),
            ("mnethostid", 1.into()),
            ("lang", "en".into()),
            ("timezone", "99".into()),
            ("profile", Value::List(profile)),
            ("timecreated", (now - 40 * DAY).into()),
            ("timemodified", (now - 40 * DAY).into()),
        ]),
    );
    draft.insert(
        ACCOUNTS,
        columns([("userid", user.into()), ("hash", hash.into()), ("scheme", "argon2".into()), ("timecreated", now.into())]),
    );
    user
}

fn profile_fields(work: &mut Work<'_>) {
    let fields = [
        ("house", "House", "menu", "Heron\nOtter", 0),
        ("nickname", "Nickname", "text", "", 30),
        ("consent", "Photo consent", "checkbox", "", 0),
    ];
    for (shortname, name, datatype, choices, length) in fields {
        let row = [
            ("shortname", shortname.into()),
            ("name", name.into()),
            ("datatype", datatype.into()),
            ("param1", choices.into()),
            ("param2", length.into()),
        ];
        work.draft.insert(PROFILE_FIELDS, columns(row));
    }
}

fn add_category(work: &mut Work<'_>, name: &str, parent: Id, visible: i64) -> Id {
    let row = [("name", name.into()), ("parent", parent.into()), ("visible", visible.into()), ("timemodified", work.now.into())];
    let id = work.draft.insert(CATEGORIES, columns(row));
    work.draft.update(CATEGORIES, id, [("sortorder", id * 10_000)]);
    context_for(work.draft, Context::Category(id));
    categories::place(work, id);
    id
}

fn courses(work: &mut Work<'_>, people: &People) -> Vec<Id> {
    add_course(work, 0, "The school", "school", "", "", 1);
    let sciences = add_category(work, "Sciences", 0, 1);
    let physics = add_category(work, "Physics", sciences, 1);
    let humanities = add_category(work, "Humanities", 0, 1);
    let archive = add_category(work, "Archive", 0, 0);
    let made = vec![
        add_course(work, sciences, "Numbers and Shapes", "MATH1", "C-MATH1", "Counting, measuring and drawing.", 1),
        add_course(work, physics, "Motion and Forces", "PHYS1", "C-PHYS1", "Why things move, and why they stop.", 1),
        add_course(work, humanities, "Rivers and Cities", "HIST1", "C-HIST1", "How towns grew along the water.", 1),
        add_course(work, humanities, "Writing Workshop", "WRIT1", "C-WRIT1", "From a first draft to a printed page.", 1),
        add_course(work, archive, "Astronomy, last year", "ASTR0", "C-ASTR0", "Kept for reference.", 0),
    ];
    for (course, teacher, assistant, from, to) in [(0, 3, 5, 0, 12), (1, 3, 5, 4, 10), (2, 4, 6, 6, 19), (3, 4, 6, 0, 3), (4, 4, 6, 0, 0)] {
        let here = Context::Course(made[course]);
        work.assign(3, here, people.staff[teacher], 0);
        work.assign(4, here, people.staff[assistant], 0);
        for student in &people.students[from..to] {
            work.assign(5, here, *student, 0);
        }
    }
    made
}

fn add_course(work: &mut Work<'_>, category: Id, name: &str, shortname: &str, idnumber: &str, summary: &str, visible: i64) -> Id {
    let format = if category == 0 { "site" } else { "weeks" };
    let id = work.draft.insert(
        COURSES,
        columns([
            ("category", category.into()),
            ("fullname", name.into()),
            ("shortname", shortname.into()),
            ("idnumber", idnumber.into()),
            ("summary", summary.into()),
            ("visible", visible.into()),
            ("format", format.into()),
            ("numsections", 4.into()),
            ("startdate", (work.now - 30 * DAY).into()),
            ("timecreated", (work.now - 40 * DAY).into()),
            ("timemodified", (work.now - 20 * DAY).into()),
        ]),
    );
    let more = [("teacher", "Teacher"), ("teachers", "Teachers"), ("student", "Student"), ("students", "Students"), ("lang", "en")];
    work.draft.update(COURSES, id, more);
    work.draft.update(COURSES, id, [("sortorder", category * 10_000 + id), ("showgrades", 1), ("newsitems", 5), ("maxbytes", 8_388_608)]);
    context_for(work.draft, Context::Course(id));
    categories::count(work, category);
    work.draft.insert(SECTIONS, columns([("course", id.into()), ("section", 0.into()), ("visible", 1.into())]));
    id
}

/// Adds sections 1 to 3, of which the last is hidden. Gives all of them.
fn sections(work: &mut Work<'_>, course: Id) -> Vec<Id> {
    let mut out: Vec<Id> = work.table(SECTIONS).find("course", &course.into()).into_iter().map(Row::id).collect();
    for (place, visible) in [(1, 1), (2, 1), (3, 0)] {
        let summary = format!("Week {place}");
        let row = [("course", course.into()), ("section", place.into()), ("summary", summary.into()), ("visible", visible.into())];
        out.push(work.draft.insert(SECTIONS, columns(row)));
    }
    out
}

fn groups(work: &mut Work<'_>, people: &People, course: Id) {
    let times = [("timecreated", Value::Int(work.now - 30 * DAY)), ("timemodified", Value::Int(work.now - 30 * DAY))];
    let named = |name: &str, more: [(&str, Value); 1]| {
        let mut row = columns([("courseid", course.into()), ("name", name.into()), ("description", "".into())]);
        row.extend(columns(more));
        row.extend(columns(times.clone()));
        row
    };
    let red = work.draft.insert(GROUPS, named("Red group", [("enrolmentkey", "red-key".into())]));
    let blue = work.draft.insert(GROUPS, named("Blue group", [("enrolmentkey", "blue-key".into())]));
    for (number, student) in people.students[..12].iter().enumerate() {
        relate(work, GROUP_MEMBERS, "groupid", if number % 2 == 0 { red } else { blue }, *student, true);
    }
    // One that belongs to no course yet.
    let mut free = named("Chess club", [("enrolmentkey", "".into())]);
    free.insert("courseid".to_owned(), 0.into());
    work.draft.insert(GROUPS, free);
    let lab = work.draft.insert(GROUPINGS, named("Lab teams", [("configdata", "".into())]));
    work.draft.insert(GROUPING_GROUPS, columns([("groupingid", lab.into()), ("groupid", red.into()), ("timeadded", work.now.into())]));
    let mut free = named("Summer teams", [("configdata", "".into())]);
    free.insert("courseid".to_owned(), 0.into());
    work.draft.insert(GROUPINGS, free);
}

fn cohorts(work: &mut Work<'_>, people: &People) {
    let sciences = context_for(work.draft, Context::Category(1));
    for (name, idnumber, context, from, to) in [("Year seven", "COH-Y7", 1, 0, 10), ("Science club", "COH-SCI", sciences, 3, 8)] {
        let row = [
            ("name", name.into()),
            ("idnumber", idnumber.into()),
            ("contextid", context.into()),
            ("timecreated", (work.now - 30 * DAY).into()),
            ("timemodified", (work.now - 30 * DAY).into()),
        ];
        let cohort = work.draft.insert(COHORTS, columns(row));
        for student in &people.students[from..to] {
            relate(work, COHORT_MEMBERS, "cohortid", cohort, *student, true);
        }
    }
}

fn events(work: &mut Work<'_>, people: &People, course: &Course) {
    let group = work.table(GROUPS).rows().next().map_or(0, Row::id);
    let planned = [
        ("Open day", "site", 1, 0, 0, 14),
        ("First test", "course", course.id, 0, 0, 3),
        ("Term began", "course", course.id, 0, 0, -28),
        ("Red group meets", "group", course.id, group, 0, 5),
        ("Dentist", "user", 0, 0, people.students[0], 2),
    ];
    for (name, ty, course, group, user, days) in planned {
        work.draft.insert(
            EVENTS,
            columns([
                ("name", name.into()),
                ("eventtype", ty.into()),
                ("courseid", course.into()),
                ("groupid", group.into()),
                ("userid", user.into()),
                ("timestart", (work.now + days * DAY).into()),
                ("timeduration", 3_600.into()),
                ("format", 1.into()),
                ("visible", 1.into()),
                ("timemodified", work.now.into()),
            ]),
        );
    }
}

fn messages(work: &mut Work<'_>, people: &People) {
    let (teacher, one, two) = (people.teacher(), people.students[0], people.students[1]);
    for (from, to, text, days, read) in [
        (teacher, one, "Please hand in your drawing.", 4, true),
        (one, teacher, "I did just now.", 3, false),
        (teacher, one, "Thank you, I have it.", 2, false),
        (two, one, "Lunch?", 1, false),
    ] {
        let sent = work.now - days * DAY;
        let subject = format!("New message from {}", work.row(USERS, from).map_or_else(String::new, |user| super::users::full_name(&user)));
        let row = [
            ("useridfrom", from.into()),
            ("useridto", to.into()),
            ("subject", subject.into()),
            ("fullmessage", text.into()),
            ("smallmessage", text.into()),
            ("timecreated", sent.into()),
            ("timeread", (if read { sent + 600 } else { 0 }).into()),
        ];
        work.draft.insert(MESSAGES, columns(row));
    }
    for (user, contact, blocked) in [(one, teacher, 0), (one, two, 0), (teacher, one, 0), (two, people.students[2], 1)] {
        work.draft.insert(CONTACTS, columns([("userid", user.into()), ("contactid", contact.into()), ("blocked", blocked.into())]));
    }
}
