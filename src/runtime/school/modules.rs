//! Activities of courses in Moodle's words: functions that the crosswalk maps exactly to operations, and that cannot be run backwards. Moodle
//! tells more of an activity than a record does, and moves activities by the numbers of their course modules.
//!
//! They are carried out on the school's own tables, and concern activities that have a place in a course, as all of Moodle's have. What a
//! description demands and the school does not keep is blank.

use mwsc_contract::schema::Presence;
use mwsc_contract::value::Map;
use mwsc_contract::{Manifest, Shape, Slot, Value};

use super::activities::{FORUM, Kind, LABEL};
use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{COURSES, DISCUSSIONS, MODULES, SECTIONS};
use super::work::{Args, Outcome, Work, missing, unknown, with};
use super::{courses, sections};
use crate::blank::blank;
use crate::crosswalk::backwards;
use crate::dispatch::Call;
use crate::store::{Id, Row};

/// The function that does several things with a course, of which moving activities is one.
const UPDATE_COURSE: &str = "core_courseformat_update_course";

/// The functions.
pub const FUNCTIONS: &[Operation] = &[
    read("mod_forum_get_forums_by_courses", |work, args| {
        let (courses, _) = entered(work, args);
        Ok(Value::List(courses.into_iter().flat_map(|course| placed(work, &FORUM, course)).map(|forum| forum.show(work)).collect()))
    }),
    read("mod_label_get_labels_by_courses", |work, args| {
        let (courses, warnings) = entered(work, args);
        let labels = courses.into_iter().flat_map(|course| placed(work, &LABEL, course)).map(|label| label.show(work)).collect();
        Ok(Value::from_iter([("labels", Value::List(labels)), ("warnings", Value::List(warnings))]))
    }),
    write(UPDATE_COURSE, move_to_section),
];

/// The function that a call asks for, when it is one of these, the crosswalk maps it exactly, and the call is one that the mapping makes.
pub fn asked(call: &Call<'_>) -> Option<&'static Operation> {
    let function = FUNCTIONS.iter().find(|function| function.name == call.operation)?;
    let args = Args(&call.args);
    let is_move = args.text("action") == "cm_move" && args.int("targetsectionid") != 0 && args.int("targetcmid") == 0;
    ((function.name != UPDATE_COURSE || is_move) && backwards::is_mapped(call.manifest, function.name)).then_some(function)
}

/// An activity with the place that it has in a course.
struct Placed {
    kind: &'static Kind,
    activity: Row,
    module: Row,
    section: Row,
}

impl Placed {
    /// What Moodle shows of it. Where it stands in the course is for those who can change that.
    fn show(&self, work: &Work<'_>) -> Value {
        let number = |name: &str| Value::from(self.module.int(name));
        let intro = [("coursemodule", self.module.id().into()), ("cmid", self.module.id().into()), ("introformat", 1.into())];
        let Value::Map(shown) = with(&self.activity, intro) else { return Value::Null };
        let mut shown = std::sync::Arc::unwrap_or_clone(shown);
        if self.kind.module == LABEL.module {
            shown.insert("intro".to_owned(), self.activity.text("content").into());
        } else {
            let discussions = work.table(DISCUSSIONS).find("forum", &self.activity.id().into()).len();
            shown.insert("numdiscussions".to_owned(), Value::Int(i64::try_from(discussions).unwrap_or(i64::MAX)));
        }
        if work.can("moodle/course:manageactivities", Context::of_course(self.module.int("course"))) {
            let place = [
                ("section", self.section.int("section").into()),
                ("visible", (self.module.int("visible") != 0).into()),
                ("groupmode", number("groupmode")),
                ("groupingid", number("groupingid")),
            ];
            shown.extend(place.map(|(name, value)| (name.to_owned(), value)));
        }
        shown.into()
    }
}

/// The courses that a call names and its caller may enter, or all those in which the caller is; and a warning for each other one.
fn entered(work: &Work<'_>, args: Args<'_>) -> (Vec<Id>, Vec<Value>) {
    let wanted = args.ints("courseids");
    if wanted.is_empty() {
        let mine = work.table(COURSES).rows().filter(|course| work.enrolled(course.id()) && courses::answer(work, course).is_some());
        return (mine.map(Row::id).collect(), Vec::new());
    }
    let may_enter = |id: Id| {
        let course = work.row(COURSES, id).filter(|course| courses::answer(work, course).is_some());
        course.is_some() && (id == courses::SITE || work.enrolled(id) || work.can("moodle/course:view", Context::Course(id)))
    };
    let mut seen = Vec::new();
    let mut warnings = Vec::new();
    for id in wanted {
        if seen.contains(&id) {
        } else if may_enter(id) {
            seen.push(id);
        } else {
            let warning = [
                ("item", Value::from("course")),
                ("itemid", id.into()),
                ("warningcode", "1".into()),
                ("message", "No access rights in course context".into()),
            ];
            warnings.push(Value::from_iter(warning));
        }
    }
    (seen, warnings)
}

/// Activities of a kind in a course that the caller may see, in the order in which they stand there.
fn placed(work: &Work<'_>, kind: &'static Kind, course: Id) -> Vec<Placed> {
    let mut out = Vec::new();
    for section in sections::of_course(work, course) {
        for module in
            sections::sequence(&section).filter_map(|id| work.row(MODULES, id)).filter(|module| module.text("module") == kind.module)
        {
            let activity = work.row(kind.table, module.int("instance")).filter(|activity| work.sees(kind, activity));
            out.extend(activity.map(|activity| Placed { kind, activity, module, section: section.clone() }));
        }
    }
    out
}

/// Moves activities of a course to the end of one of its sections, in the order in which they stand.
///
/// The answer is a JSON text with what became of the course, for the page that shows it. It says nothing here.
fn move_to_section(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let course = work.known_id(COURSES, "course", args.int("courseid"))?.id();
    work.demand("moodle/course:manageactivities", Context::Course(course))?;
    let ids = args.ints("ids");
    if ids.is_empty() {
        return Err(missing("ids"));
    }
    let target = args.int("targetsectionid");
    let here = sections::of_course(work, course);
    let target = here.iter().find(|section| section.id() == target).ok_or_else(|| unknown("section", format_args!("id={target}")))?;
    let standing: Vec<Id> = here.iter().flat_map(sections::sequence).collect();
    if let Some(stranger) = ids.iter().find(|id| !standing.contains(id)) {
        return Err(unknown("coursemodule", format_args!("id={stranger}")));
    }
    for section in &here {
        sections::take_out(work, section.id(), &ids);
    }
    let moved: Vec<Id> = standing.into_iter().filter(|id| ids.contains(id)).collect();
    sections::append(work, target.id(), &moved);
    for module in moved {
        let from = work.row(MODULES, module).and_then(|module| work.row(SECTIONS, module.int("section")));
        work.draft.update(MODULES, module, [("section", target.id())]);
        // A section that is hidden hides what comes into it, and what leaves one is seen again.
        if target.int("visible") == 0 || from.is_some_and(|from| from.int("visible") == 0) {
            work.draft.update(MODULES, module, [("visible", target.int("visible"))]);
        }
    }
    Ok("[]".into())
}

/// An answer with what its description has, and with blanks for what it demands beyond.
pub fn whole(manifest: &Manifest, slot: &Slot, value: Value) -> Value {
    match (&slot.shape, value) {
        (Shape::List(item), Value::List(items)) => Value::List(items.into_iter().map(|one| whole(manifest, item, one)).collect()),
        (Shape::Record(name), Value::Map(map)) => {
            let mut map = std::sync::Arc::unwrap_or_clone(map);
            let fields = manifest.records.get(name).into_iter().flat_map(|record| &record.fields);
            let told = fields.filter_map(|field| {
                let value = match map.shift_remove(&field.name) {
                    Some(value) => whole(manifest, &field.slot, value),
                    None if field.slot.presence == Presence::Required => nothing(manifest, &field.name, &field.slot),
                    None => return None,
                };
                Some((field.name.clone(), value))
            });
            told.collect::<Map>().into()
        }
        (_, value) => value,
    }
}

/// The blank of a field that an answer has to have.
fn nothing(manifest: &Manifest, name: &str, slot: &Slot) -> Value {
    match &slot.shape {
        Shape::Scalar(scalar) => blank(name, scalar.kind),
        Shape::List(_) => Value::List(Vec::new()),
        Shape::Record(_) => whole(manifest, slot, Map::new().into()),
    }
}
