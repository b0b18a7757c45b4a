//! Who may do what: roles, the contexts that they hold in, and the capabilities that they give.
//!
//! The names are Moodle's, and so is the rule: a role that somebody has in the system holds in every category and course, one in a category
//! holds in the courses below it. An account that is limited has the capabilities that it was given, everywhere, and no other.

use mwsc_contract::Value;

use super::tables::{ACCOUNTS, ASSIGNMENTS_OF_ROLES, CATEGORIES, CONTEXTS, COURSES, ROLES};
use super::work::Work;
use crate::dispatch::{Failure, Grants};
use crate::store::{Draft, Id, Row};

/// Where something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// The whole site.
    System,
    /// A category of courses.
    Category(Id),
    /// A course. Activities have no roles of their own.
    Course(Id),
}

impl Context {
    /// The context of a course; that of the site for number 0, which stands for none.
    pub fn of_course(course: Id) -> Context {
        if course == 0 { Context::System } else { Context::Course(course) }
    }

    fn level(self) -> (i64, Id) {
        match self {
            Context::System => (10, 0),
            Context::Category(id) => (40, id),
            Context::Course(id) => (50, id),
        }
    }
}

/// A role as Moodle delivers it.
pub struct Role {
    /// Short name, by which it is known to programs.
    pub shortname: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its capabilities; `*` for all.
    capabilities: &'static [&'static str],
}

/// What students, and everybody above them, may do in a course.
const TAKES_PART: [&str; 8] = [
    "mod/forum:viewdiscussion",
    "mod/forum:startdiscussion",
    "mod/forum:replypost",
    "mod/wiki:participate",
    "mod/assignment:view",
    "mod/data:viewentry",
    "mod/resource:view",
    "moodle/course:viewparticipants",
];

/// The roles, in the order of their numbers.
pub const DELIVERED: &[Role] = &[
    Role {
        shortname: "manager",
        name: "Manager",
        description: "May do everything in a category or on the whole site.",
        capabilities: &["*"],
    },
    Role {
        shortname: "coursecreator",
        name: "Course creator",
        description: "May create courses.",
        capabilities: &["moodle/course:create", "moodle/category:viewhiddencategories"],
    },
    Role {
        shortname: "editingteacher",
        name: "Teacher",
        description: "May do everything in a course, from changing its activities to grading.",
        capabilities: &[
            "moodle/course:update",
            "moodle/course:manageactivities",
            "moodle/course:managegroups",
            "moodle/course:viewhiddenactivities",
            "moodle/course:viewhiddensections",
            "moodle/role:assign",
            "moodle/grade:viewall",
            "moodle/grade:viewhidden",
            "moodle/calendar:manageentries",
            "moodle/cohort:view",
            "coursereport/log:view",
            "mod/assignment:grade",
            "mod/forum:addnews",
            "mod/quiz:manage",
        ],
    },
    Role {
        shortname: "teacher",
        name: "Non-editing teacher",
        description: "May teach and grade in a course, and not change its activities.",
        capabilities: &[
            "moodle/course:viewhiddenactivities",
            "moodle/course:viewhiddensections",
            "moodle/grade:viewall",
            "moodle/grade:viewhidden",
            "coursereport/log:view",
            "mod/assignment:grade",
        ],
    },
    Role { shortname: "student", name: "Student", description: "Takes part in a course.", capabilities: &[] },
    Role { shortname: "guest", name: "Guest", description: "May look, and not take part.", capabilities: &["mod/forum:viewdiscussion"] },
    Role {
        shortname: "user",
        name: "Authenticated user",
        description: "Everybody who has logged in.",
        capabilities: &["moodle/site:sendmessage", "moodle/calendar:manageownentries"],
    },
];

impl Role {
    fn gives(&self, capability: &str) -> bool {
        let takes_part = matches!(self.shortname, "editingteacher" | "teacher" | "student") && TAKES_PART.contains(&capability);
        takes_part || self.capabilities.iter().any(|given| *given == "*" || *given == capability)
    }
}

fn delivered(shortname: &str) -> Option<&'static Role> {
    DELIVERED.iter().find(|role| role.shortname == shortname)
}

impl Work<'_> {
    /// Whether the caller has a capability in a context.
    pub fn can(&self, capability: &str, context: Context) -> bool {
        match &self.caller.grants {
            Grants::Only(given) => given.iter().any(|given| &**given == capability),
            Grants::Roles => self.user_can(self.caller.account, capability, context),
        }
    }

    /// Refuses unless the caller has a capability in a context.
    pub fn demand(&self, capability: &str, context: Context) -> Result<(), Failure> {
        if self.can(capability, context) { Ok(()) } else { Err(denied()) }
    }

    /// Whether a user has a capability in a context by roles.
    pub fn user_can(&self, user: Id, capability: &str, context: Context) -> bool {
        if self.table(ACCOUNTS).first("userid", &user.into()).is_some_and(|account| account.int("administrator") != 0) {
            return true;
        }
        let everybody = delivered("user").is_some_and(|role| role.gives(capability));
        everybody
            || self.roles_of(user, context).iter().any(|role| delivered(role.text("shortname")).is_some_and(|role| role.gives(capability)))
    }

    /// Roles that hold for a user in a context, also by the contexts around it.
    fn roles_of(&self, user: Id, context: Context) -> Vec<Row> {
        let around = self.around(context);
        let held = self.table(ASSIGNMENTS_OF_ROLES).find("userid", &user.into());
        let held = held.into_iter().filter(|held| around.contains(&held.int("contextid")) && self.is_current(held));
        held.filter_map(|held| self.table(ROLES).get(held.int("roleid")).cloned()).collect()
    }

    /// Whether a role assignment has begun and not ended.
    pub fn is_current(&self, assignment: &Row) -> bool {
        let (start, end) = (assignment.int("timestart"), assignment.int("timeend"));
        start <= self.now && (end == 0 || self.now < end)
    }

    /// Numbers of a context and of those around it.
    pub fn around(&self, context: Context) -> Vec<Id> {
        let mut out = Vec::new();
        let mut next = Some(context);
        while let Some(context) = next {
            out.extend(self.context_id(context));
            next = match context {
                Context::System => None,
                Context::Course(course) => Some(self.category_of(course)),
                Context::Category(category) => match self.table(CATEGORIES).get(category).map_or(0, |row| row.int("parent")) {
                    // A category that is its own ancestor ends the way as well: no walk is longer than there are categories.
                    0 => Some(Context::System),
                    _ if out.len() > self.table(CATEGORIES).len() => Some(Context::System),
                    parent => Some(Context::Category(parent)),
                },
            };
        }
        out
    }

    fn category_of(&self, course: Id) -> Context {
        match self.table(COURSES).get(course).map_or(0, |row| row.int("category")) {
            0 => Context::System,
            category => Context::Category(category),
        }
    }

    /// The number of a context, if it has one yet.
    pub fn context_id(&self, context: Context) -> Option<Id> {
        let (level, instance) = context.level();
        let found = self.table(CONTEXTS).find("instance", &instance.into());
        found.into_iter().find(|row| row.int("level") == level).map(Row::id)
    }

    /// The context of a number.
    pub fn context(&self, id: Id) -> Option<Context> {
        let row = self.table(CONTEXTS).get(id)?;
        match row.int("level") {
            10 => Some(Context::System),
            40 => Some(Context::Category(row.int("instance"))),
            50 => Some(Context::Course(row.int("instance"))),
            _ => None,
        }
    }

    /// Whether a user is enrolled in a course: has a role in it.
    pub fn is_enrolled(&self, course: Id, user: Id) -> bool {
        let Some(context) = self.context_id(Context::Course(course)) else { return false };
        let held = self.table(ASSIGNMENTS_OF_ROLES).find("userid", &user.into());
        held.into_iter().any(|held| held.int("contextid") == context && self.is_current(held))
    }

    /// Whether the caller is enrolled in a course.
    pub fn enrolled(&self, course: Id) -> bool {
        self.is_enrolled(course, self.caller.account)
    }

    /// Whether the caller teaches a course, or may change it as if.
    pub fn teaches(&self, course: Id) -> bool {
        self.can("moodle/course:update", Context::of_course(course))
    }

    /// The highest level of a user in a course: 1 for who manages its category, 2 for who creates courses there, 3 for who teaches it and
    /// changes it, 4 for who teaches it, 5 for who is enrolled, 0 for others.
    pub fn primary_role(&self, course: &Row, user: Id) -> i64 {
        let (category, here) = (self.category_of(course.id()), Context::Course(course.id()));
        if self.user_can(user, "moodle/category:manage", category) {
            1
        } else if self.user_can(user, "moodle/course:create", category) {
            2
        } else if self.user_can(user, "moodle/course:update", here) {
            3
        } else if self.user_can(user, "moodle/course:viewhiddenactivities", here) {
            4
        } else if self.is_enrolled(course.id(), user) {
            5
        } else {
            0
        }
    }

    /// Gives a user a role in a context until a time, or without end when it is 0. One who has it has it from now on until then.
    pub fn assign(&mut self, role: Id, context: Context, user: Id, until: i64) {
        let context = context_for(self.draft, context);
        let held = self.assignment(role, context, user);
        let start = if until == 0 { 0 } else { self.now };
        let now = self.now;
        if let Some(held) = held {
            self.draft.update(ASSIGNMENTS_OF_ROLES, held, [("timestart", start), ("timeend", until), ("timemodified", now)]);
        } else {
            let columns = [
                ("roleid", role),
                ("contextid", context),
                ("userid", user),
                ("timestart", start),
                ("timeend", until),
                ("timemodified", now),
            ];
            let columns = columns.into_iter().map(|(name, number)| (name.to_owned(), Value::Int(number)));
            self.draft.insert(ASSIGNMENTS_OF_ROLES, columns.chain([("enrol".to_owned(), "manual".into())]).collect());
        }
    }

    /// Takes a role in a context from a user. Whether it was there.
    pub fn unassign(&mut self, role: Id, context: Context, user: Id) -> bool {
        let held = self.context_id(context).and_then(|context| self.assignment(role, context, user));
        if let Some(held) = held {
            self.draft.remove(ASSIGNMENTS_OF_ROLES, held);
        }
        held.is_some()
    }

    fn assignment(&self, role: Id, context: Id, user: Id) -> Option<Id> {
        let held = self.table(ASSIGNMENTS_OF_ROLES).find("userid", &user.into());
        held.into_iter().find(|held| held.int("roleid") == role && held.int("contextid") == context).map(Row::id)
    }
}

/// The number of a context, which is made when it has none.
pub fn context_for(draft: &mut Draft, context: Context) -> Id {
    let (level, instance) = context.level();
    let known = draft.table(CONTEXTS).find("instance", &instance.into()).into_iter().find(|row| row.int("level") == level).map(Row::id);
    known.unwrap_or_else(|| {
        let columns = [("level".to_owned(), Value::Int(level)), ("instance".to_owned(), Value::Int(instance))];
        draft.insert(CONTEXTS, columns.into_iter().collect())
    })
}

/// The caller may not do this.
pub fn denied() -> Failure {
    Failure::forbidden("you don't have the permissions to do this.")
}
