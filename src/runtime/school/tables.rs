//! The tables of the school.
//!
//! Records follow from the manifest: a table that has a record has its fields as columns, in order, so that a row is what an operation
//! answers. Relations and what only the school itself has to know are written here, once.

use mwsc_contract::{Field, Kind, Manifest, Shape, Value};

use crate::store::{Column, Layout, TableId};

/// A table.
struct Plan {
    /// Its name.
    name: &'static str,
    /// The record whose fields are columns; empty for a relation.
    record: &'static str,
    /// Records of input whose fields are columns as well.
    datum: &'static str,
    /// Fields of the record that are no columns: they are found out for each answer.
    computed: &'static [&'static str],
    /// Columns that the school needs whatever the manifest says.
    columns: &'static [(&'static str, Type)],
    /// Columns by which rows are found often.
    indexes: &'static [&'static str],
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Type {
    Int,
    Text,
    Float,
    List,
    /// A number or nothing.
    Maybe,
}
use Type::{Float, Int, List, Maybe, Text};

/// Declares the tables and their places in one list.
macro_rules! tables {
    ($($(#[$doc:meta])* $id:ident = $name:literal $record:literal $datum:literal, computed $computed:tt, columns $columns:tt, by $indexes:tt;)*) => {
        tables!(@ids 0usize; $($(#[$doc])* $id)*);
        const PLANS: &[Plan] = &[$(Plan {
            name: $name, record: $record, datum: $datum, computed: &$computed, columns: &$columns, indexes: &$indexes,
        }),*];
    };
    (@ids $place:expr; $(#[$doc:meta])* $id:ident $($rest:tt)*) => {
        $(#[$doc])* pub const $id: TableId = TableId($place);
        tables!(@ids $place + 1; $($rest)*);
    };
    (@ids $place:expr;) => {};
}

tables! {
    /// Users of the school. Their passwords are in [`ACCOUNTS`].
    USERS = "users" "userRecord" "userDatum",
        computed [],
        columns [("username", Text), ("idnumber", Text), ("firstname", Text), ("lastname", Text), ("email", Text), ("emailstop", Int),
            ("auth", Text), ("lang", Text), ("confirmed", Int), ("deleted", Int), ("mnethostid", Int), ("lastip", Text), ("role", Int),
            ("profile", List), ("picture", Text), ("imagealt", Text), ("firstaccess", Int), ("lastaccess", Int), ("lastlogin", Int),
            ("currentlogin", Int), ("timecreated", Int), ("timemodified", Int)],
        by ["username", "idnumber", "email"];
    /// How users show who they are, and what service accounts may do: `capabilities`, `operations` and `services` bound an account that
    /// is `limited`.
    ACCOUNTS = "accounts" "" "",
        computed [],
        columns [("userid", Int), ("hash", Text), ("scheme", Text), ("administrator", Int), ("suspended", Int), ("limited", Int),
            ("capabilities", List), ("operations", List), ("services", List), ("timecreated", Int)],
        by ["userid"];
    /// Tokens, by their digest.
    TOKENS = "tokens" "" "",
        computed [],
        columns [("userid", Int), ("digest", Text), ("name", Text), ("service", Text), ("validuntil", Int), ("timecreated", Int)],
        by ["digest", "userid"];
    /// Open sessions.
    SESSIONS = "sessions" "" "",
        computed [],
        columns [("userid", Int), ("sessionkey", Text), ("ip", Text), ("sessionbegin", Int)],
        by ["userid"];
    /// The custom fields that a user's profile may have: `param1` holds the choices of a menu, one a line, `param2` the length of a text.
    PROFILE_FIELDS = "profile_fields" "" "",
        computed [],
        columns [("shortname", Text), ("name", Text), ("datatype", Text), ("param1", Text), ("param2", Int)],
        by ["shortname"];
    /// Categories of courses.
    CATEGORIES = "categories" "categoryRecord" "categoryDatum",
        computed [],
        columns [("name", Text), ("parent", Int), ("path", Text), ("depth", Int), ("sortorder", Int), ("visible", Int), ("coursecount", Int),
            ("timemodified", Int)],
        by ["parent"];
    /// Courses. The first is the site itself.
    COURSES = "courses" "courseRecord" "courseDatum",
        computed [],
        columns [("category", Int), ("sortorder", Int), ("password", Text), ("fullname", Text), ("shortname", Text), ("idnumber", Text),
            ("summary", Text), ("visible", Int), ("guest", Int), ("enrolperiod", Int), ("numsections", Int), ("startdate", Int), ("myrole", Int),
            ("timecreated", Int), ("timemodified", Int)],
        by ["shortname", "idnumber", "category"];
    /// Sections of courses; `sequence` lists the numbers of their modules.
    SECTIONS = "sections" "sectionRecord" "sectionDatum",
        computed [],
        columns [("course", Int), ("section", Int), ("summary", Text), ("sequence", Text), ("visible", Int)],
        by ["course"];
    /// Where activities stand: `module` is the kind of activity, `instance` its number, `section` the number of the section's row.
    MODULES = "course_modules" "" "",
        computed [],
        columns [("course", Int), ("module", Text), ("instance", Int), ("section", Int), ("visible", Int), ("groupmode", Int),
            ("groupingid", Int), ("groupmembersonly", Int), ("added", Int)],
        by ["course", "instance", "section"];
    /// Places where roles hold: level 10 for the system, 40 for a category, 50 for a course, with its number. The first is the system.
    CONTEXTS = "contexts" "" "",
        computed [],
        columns [("level", Int), ("instance", Int)],
        by ["instance"];
    /// Roles.
    ROLES = "roles" "roleRecord" "",
        computed [],
        columns [("name", Text), ("shortname", Text), ("description", Text), ("sortorder", Int)],
        by ["shortname"];
    /// Who has which role where. Whoever has one in a course is enrolled there.
    ASSIGNMENTS_OF_ROLES = "role_assignments" "" "",
        computed [],
        columns [("roleid", Int), ("contextid", Int), ("userid", Int), ("timestart", Int), ("timeend", Int), ("enrol", Text),
            ("timemodified", Int)],
        by ["contextid", "userid"];
    /// Groups of users in a course, or in none.
    GROUPS = "groups" "groupRecord" "groupDatum",
        computed [],
        columns [("courseid", Int), ("name", Text), ("enrolmentkey", Text), ("timecreated", Int), ("timemodified", Int)],
        by ["courseid", "name"];
    /// Who is in a group.
    GROUP_MEMBERS = "group_members" "" "",
        computed [],
        columns [("groupid", Int), ("userid", Int), ("timeadded", Int)],
        by ["groupid", "userid"];
    /// Sets of groups.
    GROUPINGS = "groupings" "groupingRecord" "groupingDatum",
        computed [],
        columns [("courseid", Int), ("name", Text), ("configdata", Text), ("timecreated", Int), ("timemodified", Int)],
        by ["courseid", "name"];
    /// Which groups are in a grouping.
    GROUPING_GROUPS = "grouping_groups" "" "",
        computed [],
        columns [("groupingid", Int), ("groupid", Int), ("timeadded", Int)],
        by ["groupingid", "groupid"];
    /// Sets of users of the whole site or of a category, which their context says.
    COHORTS = "cohorts" "cohortRecord" "cohortDatum",
        computed [],
        columns [("contextid", Int), ("name", Text), ("idnumber", Text), ("timecreated", Int), ("timemodified", Int)],
        by ["idnumber", "contextid"];
    /// Who is in a cohort.
    COHORT_MEMBERS = "cohort_members" "" "",
        computed [],
        columns [("cohortid", Int), ("userid", Int), ("timeadded", Int)],
        by ["cohortid", "userid"];
    /// Forums.
    FORUMS = "forums" "forumRecord" "forumDatum",
        computed [],
        columns [("course", Int), ("type", Text), ("name", Text), ("intro", Text), ("timemodified", Int)],
        by ["course"];
    /// Discussions in forums.
    DISCUSSIONS = "forum_discussions" "forumDiscussionRecord" "",
        computed ["post"],
        columns [("course", Int), ("forum", Int), ("name", Text), ("firstpost", Int), ("userid", Int), ("groupid", Int), ("timemodified", Int),
            ("usermodified", Int)],
        by ["forum"];
    /// Posts in discussions; `parent` is 0 for the first.
    POSTS = "forum_posts" "forumPostRecord" "",
        computed ["children", "firstname", "lastname", "email", "picture", "imagealt"],
        columns [("discussion", Int), ("parent", Int), ("userid", Int), ("created", Int), ("modified", Int), ("subject", Text),
            ("message", Text), ("messageformat", Int)],
        by ["discussion", "parent"];
    /// Assignments.
    ASSIGNMENTS = "assignments" "assignmentRecord" "assignmentDatum",
        computed [],
        columns [("course", Int), ("name", Text), ("description", Text), ("assignmenttype", Text), ("grade", Int), ("timemodified", Int)],
        by ["course"];
    /// What was handed in.
    SUBMISSIONS = "assignment_submissions" "assignmentSubmissionRecord" "",
        computed ["files", "assignmenttype", "useremail", "useridnumber", "userusername"],
        columns [("assignment", Int), ("userid", Int), ("timecreated", Int), ("timemodified", Int), ("numfiles", Int)],
        by ["assignment"];
    /// Contents of files: `area` is the table that they belong to, `item` the number of the row, `content` base64.
    FILES = "files" "" "",
        computed [],
        columns [("area", Text), ("item", Int), ("filename", Text), ("filepath", Text), ("content", Text), ("filesize", Int)],
        by ["item"];
    /// Databases, the activity.
    DATABASES = "databases" "databaseRecord" "databaseDatum",
        computed [],
        columns [("course", Int), ("name", Text), ("intro", Text)],
        by ["course"];
    /// Wikis.
    WIKIS = "wikis" "wikiRecord" "wikiDatum",
        computed [],
        columns [("course", Int), ("name", Text), ("summary", Text), ("pagename", Text), ("wtype", Text), ("timemodified", Int)],
        by ["course"];
    /// Pages of wikis; `wiki` is 0 for one that is not attached yet.
    PAGES = "wiki_pages" "pageWikiRecord" "pageWikiDatum",
        computed [],
        columns [("wiki", Int), ("pagename", Text), ("content", Text), ("version", Int), ("flags", Int), ("userid", Int), ("created", Int),
            ("lastmodified", Int)],
        by ["wiki"];
    /// Labels.
    LABELS = "labels" "labelRecord" "labelDatum",
        computed [],
        columns [("course", Int), ("name", Text), ("content", Text), ("timemodified", Int)],
        by ["course"];
    /// Quizzes; `questions` lists the numbers of their questions.
    QUIZZES = "quizzes" "quizRecord" "",
        computed ["data"],
        columns [("course", Int), ("name", Text), ("intro", Text), ("questions", Text), ("timemodified", Int)],
        by ["course"];
    /// Questions; `answers` is a list of records `text`, `fraction` (0 to 100) and `feedback`.
    QUESTIONS = "questions" "" "",
        computed [],
        columns [("quiz", Int), ("name", Text), ("qtype", Text), ("questiontext", Text), ("answers", List), ("grade", Float)],
        by ["quiz"];
    /// Files and web pages.
    RESOURCES = "resources" "resourceRecord" "",
        computed ["coursemodule", "section", "visible", "groupmode", "groupingid", "groupmembersonly", "url", "timemodified_ut"],
        columns [("course", Int), ("name", Text), ("type", Text), ("reference", Text), ("summary", Text), ("timemodified", Int)],
        by ["course"];
    /// Events in calendars.
    EVENTS = "events" "eventRecord" "",
        computed [],
        columns [("name", Text), ("courseid", Int), ("groupid", Int), ("userid", Int), ("eventtype", Text), ("timestart", Int)],
        by ["courseid", "groupid", "userid"];
    /// What is graded: an activity of a course.
    GRADE_ITEMS = "grade_items" "" "",
        computed [],
        columns [("course", Int), ("module", Text), ("instance", Int), ("name", Text), ("grademax", Float), ("hidden", Int)],
        by ["course", "instance"];
    /// Grades.
    GRADES = "grades" "" "",
        computed [],
        columns [("item", Int), ("userid", Int), ("grade", Maybe), ("feedback", Text), ("feedbackformat", Int), ("hidden", Int),
            ("usermodified", Int), ("dategraded", Int), ("datesubmitted", Int)],
        by ["item", "userid"];
    /// Messages; `timeread` is 0 for an unread one.
    MESSAGES = "messages" "messageRecord" "",
        computed ["firstname", "lastname", "email", "picture", "imagealt"],
        columns [("useridfrom", Int), ("useridto", Int), ("subject", Text), ("fullmessage", Text), ("fullmessageformat", Int),
            ("smallmessage", Text), ("timecreated", Int), ("timeread", Int)],
        by ["useridto", "useridfrom"];
    /// Whom users have among their contacts.
    CONTACTS = "message_contacts" "" "",
        computed [],
        columns [("userid", Int), ("contactid", Int), ("blocked", Int)],
        by ["userid"];
    /// What happened.
    LOG = "log" "" "",
        computed [],
        columns [("time", Int), ("userid", Int), ("ip", Text), ("course", Int), ("module", Text), ("cmid", Int), ("action", Text),
            ("url", Text), ("info", Text)],
        by ["userid", "course"];
}

/// Fields of input that are no columns: what to do, and what has a place of its own.
const NO_COLUMNS: &[&str] = &["action", "error", "password", "passwordmd5", "categoryid"];

/// The tables, in the order of their places.
pub fn layouts(manifest: &Manifest) -> Vec<Layout> {
    PLANS.iter().map(|plan| layout(plan, manifest)).collect()
}

fn layout(plan: &Plan, manifest: &Manifest) -> Layout {
    let fields = |record: &str| manifest.records.get(record).map(|record| record.fields.as_slice()).unwrap_or_default();
    let mut shown: Vec<Column> = fields(plan.record)
        .iter()
        .filter(|field| field.name != "error" && !plan.computed.contains(&field.name.as_str()))
        .map(|field| Column { name: field.name.clone(), default: blank(field) })
        .collect();
    if shown.iter().all(|column| column.name != "id") {
        shown.insert(0, Column::new("id", 0));
    }
    let mut kept = Vec::new();
    let own = plan.columns.iter().map(|(name, ty)| Column::new(*name, ty.blank()));
    let input = fields(plan.datum).iter().filter(|field| !NO_COLUMNS.contains(&field.name.as_str()));
    for column in own.chain(input.map(|field| Column { name: field.name.clone(), default: blank(field) })) {
        if shown.iter().chain(&kept).all(|known| known.name != column.name) {
            // Without a record there is nobody to show a row to.
            kept.push(column);
        }
    }
    Layout { name: plan.name, shown, kept, indexes: plan.indexes }
}

impl Type {
    fn blank(self) -> Value {
        match self {
            Int => Value::Int(0),
            Text => Value::from(""),
            Float => Value::Float(0.0),
            List => Value::List(Vec::new()),
            Maybe => Value::Null,
        }
    }
}

/// What a field holds when nothing was set: the blank of its type.
fn blank(field: &Field) -> Value {
    match &field.slot.shape {
        Shape::Scalar(scalar) => match scalar.kind {
            Kind::Bool => Value::Bool(false),
            Kind::Int => Value::Int(0),
            Kind::Float => Value::Float(0.0),
            Kind::String => Value::from(""),
        },
        Shape::List(_) => Value::List(Vec::new()),
        Shape::Record(_) => Value::Null,
    }
}
