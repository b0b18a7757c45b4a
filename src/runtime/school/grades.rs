//! Grades: of activities, and the totals of courses, which follow from them.

use std::borrow::Cow;

use mwsc_contract::Value;

use super::activities::{item_of, kind};
use super::assignments::{allow_own, takers};
use super::courses::{named_or_item, of_user};
use super::operations::{Operation, read};
use super::rights::Context;
use super::tables::{GRADE_ITEMS, GRADES, MODULES};
use super::users::full_name;
use super::work::{Args, Outcome, Work, item_error, missing, unknown};
use crate::dispatch::{Failure, FailureKind};
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_grades", |work, args| {
        let values = args.texts("courseids");
        let user = work.myself_or_other(&args.text("useridfield"), &args.text("userid"))?;
        if values.is_empty() {
            return of_all_courses(work, &user);
        }
        let column = args.text("courseidfield");
        let grade =
            |value: &Cow<'_, str>| named_or_item(work, &column, value).map_or_else(|item| item, |course| of_course(work, &user, &course));
        Ok(Value::List(values.iter().map(grade).collect()))
    }),
    read("get_user_grades", |work, args| {
        let user = work.myself_or_other(&args.text("idfield"), &args.text("userid"))?;
        of_all_courses(work, &user)
    }),
    read("get_course_grades", course_grades),
    read("get_module_grades", |work, args| module_grades(work, args, &args.text("activitytype"), args.int("activityid"))),
    read("get_my_module_grade", |work, args| my_grade(work, &args.text("activitytype"), args.int("activityid"))),
    read("get_my_quiz_grade", |work, args| my_grade(work, "quiz", args.int("quizid"))),
    read("get_my_assignment_grade", |work, args| my_grade(work, "assignment", args.int("assignmentid"))),
];

impl Work<'_> {
    /// The user whom a caller names, or the caller when nothing is named. Whose grades may be seen is decided course by course.
    fn myself_or_other(&self, column: &str, value: &str) -> Result<Row, Failure> {
        if value.is_empty() || value == "0" { self.user_id(self.caller.account) } else { self.user(column, value) }
    }
}

/// Totals of a user in all courses of the user.
fn of_all_courses(work: &Work<'_>, user: &Row) -> Outcome {
    let courses = of_user(work, user.id());
    if courses.is_empty() {
        let message = format!("no courses found for {}", user.text("username"));
        return Err(Failure::new(FailureKind::NotFound, "nocourses", message));
    }
    Ok(Value::List(courses.iter().map(|course| of_course(work, user, course)).collect()))
}

/// The total of a user in a course, under the course's idnumber.
fn of_course(work: &Work<'_>, user: &Row, course: &Row) -> Value {
    if user.id() != work.caller.account && !work.can("moodle/grade:viewall", Context::Course(course.id())) {
        return item_error(&format!("not authorized to see grades of {}", course.text("fullname")));
    }
    let name = if course.text("idnumber").is_empty() { course.text("shortname") } else { course.text("idnumber") };
    total_item(work, user, course, name)
}

fn course_grades(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let value = args.text("courseid");
    if value.is_empty() {
        return Err(missing("courseid"));
    }
    let course = match named_or_item(work, &args.text("idfield"), &value) {
        Ok(course) => course,
        Err(item) => return Ok(Value::List(vec![item])),
    };
    if !work.can("moodle/grade:viewall", Context::Course(course.id())) {
        return Ok(Value::List(vec![item_error(&format!("not authorized to see grades of {}", course.text("fullname")))]));
    }
    let students = work.holders(course.id(), work.role("student")?.id());
    let item = |user: &Row| {
        let id = user.id().to_string();
        total_item(work, user, &course, if user.text("idnumber").is_empty() { &id } else { user.text("idnumber") })
    };
    Ok(Value::List(students.iter().map(item).collect()))
}

/// A total with its name, or an item that says that there is none.
fn total_item(work: &Work<'_>, user: &Row, course: &Row, name: &str) -> Value {
    let Some(total) = total(work, user.id(), course.id()) else {
        return item_error(&format!("no grades for user {} in {}", full_name(user), course.text("fullname")));
    };
    let fields: [(&str, Value); 4] =
        [("itemid", name.into()), ("grade", Value::Float(total)), ("str_grade", points(total).into()), ("feedback", "".into())];
    Value::from_iter(fields)
}

/// The total of a user in a course, of 100: the mean of what was reached in each graded activity. Grades that are hidden count for those
/// who see them.
fn total(work: &Work<'_>, user: Id, course: Id) -> Option<f64> {
    let items = work.table(GRADE_ITEMS).find("course", &course.into());
    let reached = items.into_iter().filter_map(|item| {
        let grade = grade_of(work, item, user)?;
        let most = item.get("grademax").clone();
        match (grade.get("grade"), most) {
            (Value::Float(points), Value::Float(most)) if most > 0.0 => Some(points / most),
            _ => None,
        }
    });
    let reached: Vec<f64> = reached.collect();
    #[expect(clippy::cast_precision_loss, reason = "a number of activities")]
    let count = reached.len() as f64;
    (!reached.is_empty()).then(|| round(reached.iter().sum::<f64>() / count * 100.0))
}

/// Five places behind the point, as Moodle keeps grades.
fn round(points: f64) -> f64 {
    (points * 100_000.0).round() / 100_000.0
}

/// Points as a text: two places behind the point.
fn points(points: f64) -> String {
    format!("{points:.2}")
}

/// The grade of a user for an item, if there is one that the caller may see.
fn grade_of(work: &Work<'_>, item: &Row, user: Id) -> Option<Row> {
    let grade = work.table(GRADES).find("item", &item.id().into()).into_iter().find(|grade| grade.int("userid") == user)?;
    let hidden = item.int("hidden") != 0 || grade.int("hidden") != 0;
    let seen = !hidden || work.can("moodle/grade:viewhidden", Context::of_course(item.int("course")));
    (seen && *grade.get("grade") != Value::Null).then(|| grade.clone())
}

/// Grades of an activity, which is named by its type and the number of its course module.
fn module_grades(work: &Work<'_>, args: Args<'_>, module: &str, id: Id) -> Outcome {
    let place = activity(work, module, id)?;
    let users = takers(work, args, &place)?;
    allow_own(work, &users, "moodle/grade:viewall", place.int("course"))?;
    Ok(Value::List(grades_in(work, &place, &users)))
}

/// The caller's own grade in an activity, which is named by its type and the number of its course module.
fn my_grade(work: &Work<'_>, module: &str, id: Id) -> Outcome {
    let place = activity(work, module, id)?;
    let users = [work.user_id(work.caller.account)?];
    allow_own(work, &users, "moodle/grade:viewall", place.int("course"))?;
    Ok(Value::List(grades_in(work, &place, &users)))
}

fn activity(work: &Work<'_>, module: &str, id: Id) -> Result<Row, Failure> {
    let place = work.row(MODULES, id).filter(|place| place.text("module") == module);
    place.ok_or_else(|| unknown("activity", format_args!("{module} with id {id}")))
}

fn grades_in(work: &Work<'_>, place: &Row, users: &[Row]) -> Vec<Value> {
    let item =
        kind(place.text("module")).and_then(|kind| item_of(work, kind, place.int("instance"))).and_then(|item| work.row(GRADE_ITEMS, item));
    let Some(item) = item else { return Vec::new() };
    users.iter().filter_map(|user| Some(grade_item(&item, user, &grade_of(work, &item, user.id())?))).collect()
}

fn grade_item(item: &Row, user: &Row, grade: &Row) -> Value {
    let number = |value: &Value| if let Value::Float(number) = value { *number } else { 0.0 };
    let (reached, most) = (number(grade.get("grade")), number(item.get("grademax")));
    let fields: [(&str, Value); 10] = [
        ("userid", user.id().to_string().into()),
        ("useridnumber", user.text("idnumber").into()),
        ("grade", Value::Float(reached)),
        ("str_grade", points(reached).into()),
        ("str_long_grade", format!("{} / {}", points(reached), points(most)).into()),
        ("str_feedback", grade.text("feedback").into()),
        ("feedback_format", grade.int("feedbackformat").into()),
        ("dategraded", grade.int("dategraded").into()),
        ("datesubmitted", grade.int("datesubmitted").into()),
        ("usermodified", grade.int("usermodified").into()),
    ];
    Value::from_iter(fields)
}
