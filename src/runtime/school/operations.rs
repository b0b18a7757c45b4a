//! The operations of the school, and what each says when it finds nothing.

use super::work::{Args, Outcome, Work};
use super::{
    activities, assignments, categories, cohorts, courses, enrolments, events, forums, grades, groupings, groups, journal, messages,
};
use super::{pages, quizzes, resources, roles, sections, testing, users};

/// An operation.
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// Whether it changes something.
    pub access: Access,
    /// Carries it out.
    pub run: fn(&mut Work<'_>, Args<'_>) -> Outcome,
}

/// Whether an operation changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads: it runs at once, beside others.
    Read,
    /// It may write: it waits for its turn, and for the disk.
    Write,
}

/// An operation that reads.
pub const fn read(name: &'static str, run: fn(&mut Work<'_>, Args<'_>) -> Outcome) -> Operation {
    Operation { name, access: Access::Read, run }
}

/// An operation that writes.
pub const fn write(name: &'static str, run: fn(&mut Work<'_>, Args<'_>) -> Outcome) -> Operation {
    Operation { name, access: Access::Write, run }
}

/// All operations, by subject.
pub const SUBJECTS: &[&[Operation]] = &[
    activities::OPERATIONS,
    assignments::OPERATIONS,
    categories::OPERATIONS,
    cohorts::OPERATIONS,
    courses::OPERATIONS,
    enrolments::OPERATIONS,
    events::OPERATIONS,
    forums::OPERATIONS,
    grades::OPERATIONS,
    groupings::OPERATIONS,
    groups::OPERATIONS,
    journal::OPERATIONS,
    messages::OPERATIONS,
    pages::OPERATIONS,
    quizzes::OPERATIONS,
    resources::OPERATIONS,
    roles::OPERATIONS,
    sections::OPERATIONS,
    testing::OPERATIONS,
    users::OPERATIONS,
];

/// The operation of a name.
pub fn find(name: &str) -> Option<&'static Operation> {
    SUBJECTS.iter().copied().flatten().find(|operation| operation.name == name)
}
