//! What is in the first courses: activities, and what people did in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mwsc_contract::Value;

use super::super::activities::{ASSIGNMENT, DATABASE, FORUM, Kind, LABEL, QUIZ, RESOURCE, WIKI, place};
use super::super::forums;
use super::super::tables::{
    ASSIGNMENTS, DATABASES, DISCUSSIONS, FILES, FORUMS, GRADE_ITEMS, GRADES, LABELS, PAGES, QUESTIONS, QUIZZES, SECTIONS, SUBMISSIONS,
    WIKIS,
};
use super::super::work::{Work, columns};
use super::{Course, DAY, People};
use crate::dispatch::Caller;
use crate::store::{Id, TableId};

/// A forum for news, and one for talk with a discussion that is answered.
pub(super) fn talk(work: &mut Work<'_>, people: &People, course: &Course) {
    let news =
        add(work, &FORUM, course, 0, [("name", "News".into()), ("type", "news".into()), ("intro", "What is new in this course.".into())]);
    let talk = add(work, &FORUM, course, 0, [("name", "Questions".into()), ("type", "general".into()), ("intro", "Ask anything.".into())]);
    let Some((news, talk)) = work.row(FORUMS, news).zip(work.row(FORUMS, talk)) else { return };
    as_user(work, people.teacher(), |work| forums::begin(work, &news, "Welcome", "<p>The first lesson is on Monday.</p>"));
    let asked = as_user(work, people.students[6], |work| forums::begin(work, &talk, "Which book?", "<p>Which book do we need?</p>"));
    let first = work.row(DISCUSSIONS, asked).map_or(0, |discussion| discussion.int("firstpost"));
    let answer = as_user(work, people.teacher(), |work| forums::post(work, asked, first, "Re: Which book?", "<p>The green one.</p>"));
    as_user(work, people.students[6], |work| forums::post(work, asked, answer, "Re: Which book?", "<p>Thank you &amp; see you.</p>"));
}

/// An assignment with what was handed in, a quiz with questions, and grades for both.
pub(super) fn exercises(work: &mut Work<'_>, people: &People, course: &Course) {
    let assignment = add(
        work,
        &ASSIGNMENT,
        course,
        1,
        [
            ("name", "Draw a net".into()),
            ("description", "<p>Draw the net of a cube.</p>".into()),
            ("assignmenttype", "upload".into()),
            ("grade", 20.into()),
            ("maxbytes", 1_048_576.into()),
            ("timedue", (work.now + 7 * DAY).into()),
        ],
    );
    let quiz = add(
        work,
        &QUIZ,
        course,
        2,
        [
            ("name", "Small sums".into()),
            ("intro", "<p>Three questions.</p>".into()),
            ("timelimit", 600.into()),
            ("shuffleanswers", 1.into()),
        ],
    );
    add(
        work,
        &DATABASE,
        course,
        2,
        [("name", "Shapes we found".into()), ("intro", "One entry for each shape.".into()), ("maxentries", 5.into())],
    );
    questions(work, quiz);
    let items = [(&ASSIGNMENT, assignment, "Draw a net", 20.0), (&QUIZ, quiz, "Small sums", 10.0)].map(|(kind, instance, name, most)| {
        let row = [
            ("course", course.id.into()),
            ("module", kind.module.into()),
            ("instance", instance.into()),
            ("name", name.into()),
            ("grademax", Value::Float(most)),
        ];
        work.draft.insert(GRADE_ITEMS, columns(row))
    });
    for (number, student) in (0i32..).zip(&people.students[..6]) {
        let submission = work.draft.insert(
            SUBMISSIONS,
            columns([
                ("assignment", assignment.into()),
                ("userid", (*student).into()),
                ("timecreated", (work.now - 3 * DAY).into()),
                ("timemodified", (work.now - 2 * DAY).into()),
                ("grade", i64::from(12 + number).into()),
                ("submissioncomment", "Well done.".into()),
                ("teacher", people.teacher().into()),
                ("timemarked", (work.now - DAY).into()),
                ("numfiles", 1.into()),
            ]),
        );
        add_file(work, "submission", submission, "net.txt", &format!("The net of a cube, version {}.\n", number + 1));
        for (item, points) in items.iter().zip([f64::from(12 + number), f64::from(5 + number) * 0.8]) {
            work.draft.insert(
                GRADES,
                columns([
                    ("item", (*item).into()),
                    ("userid", (*student).into()),
                    ("grade", Value::Float(points)),
                    ("feedback", "Keep going.".into()),
                    ("feedbackformat", 1.into()),
                    ("usermodified", people.teacher().into()),
                    ("dategraded", (work.now - DAY).into()),
                    ("datesubmitted", (work.now - 2 * DAY).into()),
                ]),
            );
        }
    }
}

fn questions(work: &mut Work<'_>, quiz: Id) {
    let answer =
        |text: &str, fraction: i64| Value::from_iter([("text", Value::from(text)), ("fraction", fraction.into()), ("feedback", "".into())]);
    let asked = [
        ("Two and two", "multichoice", "What is 2 + 2?", vec![answer("4", 100), answer("5", 0), answer("22", 0)]),
        ("A square", "truefalse", "A square has four sides.", vec![answer("true", 100), answer("false", 0)]),
        ("A dozen", "shortanswer", "How many is a dozen? (x = 12)", vec![answer("12", 100), answer("twelve", 100)]),
    ];
    let ids = asked.map(|(name, ty, text, answers)| {
        let row = [
            ("quiz", quiz.into()),
            ("name", name.into()),
            ("qtype", ty.into()),
            ("questiontext", text.into()),
            ("answers", Value::List(answers)),
            ("grade", Value::Float(1.0)),
        ];
        work.draft.insert(QUESTIONS, columns(row)).to_string()
    });
    work.draft.update(QUIZZES, quiz, [("questions", format!("{},0", ids.join(",")))]);
}

fn add_file(work: &mut Work<'_>, area: &str, item: Id, name: &str, content: &str) {
    let row = [
        ("area", area.into()),
        ("item", item.into()),
        ("filename", name.into()),
        ("filepath", format!("/{area}/{item}").into()),
        ("content", STANDARD.encode(content).into()),
        ("filesize", i64::try_from(content.len()).unwrap_or(0).into()),
    ];
    work.draft.insert(FILES, columns(row));
}

/// Things to read and to write in: files, a label, a wiki.
pub(super) fn reading(work: &mut Work<'_>, people: &People, course: &Course) {
    add(work, &LABEL, course, 1, [("name", "Read this first".into()), ("content", "<p>Read this first</p>".into())]);
    let sheet = add(
        work,
        &RESOURCE,
        course,
        1,
        [("name", "Work sheet".into()), ("type", "file".into()), ("reference", "sheet.txt".into()), ("summary", "Ten exercises.".into())],
    );
    add_file(work, "resource", sheet, "sheet.txt", "1 + 1 =\n2 + 2 =\n");
    add(
        work,
        &RESOURCE,
        course,
        2,
        [
            ("name", "A page about circles".into()),
            ("type", "file".into()),
            ("reference", "https://circles.example/".into()),
            ("summary", "".into()),
        ],
    );
    let wiki = add(
        work,
        &WIKI,
        course,
        2,
        [
            ("name", "Class notes".into()),
            ("summary", "Written together.".into()),
            ("pagename", "Class notes".into()),
            ("wtype", "group".into()),
        ],
    );
    for (wiki, name, content) in [
        (wiki, "Class notes", "The beginning.<br>[Angles]"),
        (wiki, "Angles", "Less than a right one: acute."),
        (0, "Loose page", "For later."),
    ] {
        let row = [
            ("wiki", wiki.into()),
            ("pagename", name.into()),
            ("content", content.into()),
            ("version", 1.into()),
            ("flags", 1.into()),
            ("userid", people.teacher().into()),
            ("created", (work.now - 9 * DAY).into()),
            ("lastmodified", (work.now - 9 * DAY).into()),
        ];
        work.draft.insert(PAGES, columns(row));
    }
    // Activities that have no place yet, for a client to give them one.
    let loose: [(TableId, &str); 5] = [
        (FORUMS, "Spare forum"),
        (ASSIGNMENTS, "Spare assignment"),
        (DATABASES, "Spare database"),
        (WIKIS, "Spare wiki"),
        (LABELS, "Spare label"),
    ];
    for (table, name) in loose {
        let row = [("course", course.id.into()), ("name", name.into()), ("timemodified", work.now.into())];
        let id = work.draft.insert(table, columns(row));
        // What the table does not have is left alone.
        work.draft.update(table, id, [("pagename", name), ("assignmenttype", "online"), ("type", "general"), ("content", name)]);
    }
}

/// Adds an activity to a section of a course.
fn add<const N: usize>(work: &mut Work<'_>, kind: &Kind, course: &Course, section: usize, row: [(&str, Value); N]) -> Id {
    let mut row = columns(row);
    row.extend(columns([("course", course.id.into()), ("timemodified", (work.now - 10 * DAY).into())]));
    let name = row.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = work.draft.insert(kind.table, row);
    if let Some(section) = work.row(SECTIONS, course.sections[section]) {
        let module = place(work, kind, id, &section, 0, 1);
        work.log(course.id, "course", "add mod", &format!("../mod/{}/view.php?id={module}", kind.module), &name, module);
    }
    id
}

/// Acts as a user.
fn as_user<T>(work: &mut Work<'_>, user: Id, act: impl FnOnce(&mut Work<'_>) -> T) -> T {
    let caller = Caller { account: user, ..work.caller.clone() };
    act(&mut Work { draft: work.draft, caller: &caller, site: work.site, now: work.now })
}
