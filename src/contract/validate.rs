//! Whether arguments and answers are what the manifest says: the validator of whole values, in front of every back end and behind it.
//!
//! In: a value as some protocol carried it. Out: the same value as the manifest describes it (keys in the order of the description,
//! defaults filled in, every scalar in its kind), or a [`Problem`] that names the place. It does what Moodle 4.5 does to parameters and
//! to answers: superfluous keys are an error in the former and dropped from the latter; defaults of lists and records are not filled
//! into the latter; an array is an array, whatever its keys are, unless [`Validator::strict`] asks for JSON's distinctions.
//!
//! A value that is already as it should be comes back as it is, without a copy: a store answers with shared records.

use std::fmt;
use std::sync::Arc;

use crate::Manifest;
use crate::check;
use crate::kept::{Found, Kept, Look, shared};
use crate::rule::Rule;
use crate::schema::{Field, Kind, Operation, Presence, Record, Scalar, Shape, Slot};
use crate::site::Site;
use crate::value::{Map, Value};

/// How deep a value may be. Records that contain themselves set no limit of their own.
pub const MAX_DEPTH: usize = 128;

/// What does not fit, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The way to the value, from the outermost.
    pub path: Vec<Step>,
    /// What was expected there: the source's own type (`notags`), the kind, `list` or `record`.
    pub expected: String,
    /// What is there instead.
    pub reason: Reason,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A parameter, or a field of a record.
    Key(String),
    /// An item of a list, from 0.
    Item(usize),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It must be there and is not.
    Missing,
    /// It has keys that are not described.
    Unexpected(Vec<String>),
    /// It is null and may not be.
    Null,
    /// It is a list or a record where a single value should be.
    NoScalar,
    /// It is no list or no record where one should be; what it is.
    NoArray(Value),
    /// It is a single value that the type does not take; in words that follow "it".
    Refused(Value, String),
    /// It is deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl Problem {
    fn new(expected: impl Into<String>, reason: Reason) -> Self {
        Problem { path: Vec::new(), expected: expected.into(), reason }
    }

    /// The same, seen from one step further out. Paths are built from the inside, so the steps stand in reverse until the end.
    fn under(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    fn outermost(mut self) -> Self {
        self.path.reverse();
        self
    }

    /// What was expected and what is there, by their types alone: for a log, where the value may be nobody's business.
    pub fn types(&self) -> String {
        let found = match &self.reason {
            Reason::Missing => "nothing",
            Reason::Null => "null",
            Reason::NoScalar => "a list or a record",
            Reason::NoArray(value) | Reason::Refused(value, _) => check::described(value),
            Reason::Unexpected(_) => "keys that are not known",
            Reason::TooDeep => "something nested too deep",
        };
        format!("expected {}, found {found}", self.expected)
    }

    /// The way to the value as a JSON pointer (RFC 6901): `/users/0/email`.
    pub fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |out, step| match step {
            Step::Key(key) => out + "/" + &key.replace('~', "~0").replace('/', "~1"),
            Step::Item(at) => out + "/" + &at.to_string(),
        })
    }
}

impl fmt::Display for Problem {
    /// A sentence without its place, which [`Problem::pointer`] gives.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Missing => f.write_str("it must be there and is missing"),
            Reason::Unexpected(keys) => write!(f, "it has keys that are not known here: {}", keys.join(", ")),
            Reason::Null => f.write_str("it must not be null"),
            Reason::NoScalar => f.write_str("it is a list or a record, not a single value"),
            Reason::NoArray(value) => write!(f, "it is {}, not a {}", check::described(value), self.expected),
            Reason::Refused(_, why) => write!(f, "it {why}"),
            Reason::TooDeep => write!(f, "it is nested more than {MAX_DEPTH} levels deep"),
        }
    }
}

impl std::error::Error for Problem {}

/// Checks values by a manifest.
#[derive(Debug, Clone, Copy)]
pub struct Validator<'m> {
    manifest: &'m Manifest,
    site: &'m Site,
    strict: bool,
    sparse: bool,
    /// Records that are known to be as described.
    fits: Option<&'m Look<'m, Depth>>,
}

/// Records that answers had and that were as described, with how deep they lay: what is not too deep there is not too deep further out.
pub type Fits = Kept<Depth>;

/// How many lists and records lie around a value.
pub type Depth = usize;

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl<'m> Validator<'m> {
    /// A validator that takes what Moodle takes: the texts of a form for numbers, arrays of any keys for lists.
    pub fn new(manifest: &'m Manifest, site: &'m Site) -> Self {
        Validator { manifest, site, strict: false, sparse: false, fits: None }
    }

    /// The same for a protocol that has kinds of its own, such as JSON: a number is no text and a list no record in what it takes, and what
    /// it gives is of the kind that the description says, whatever kind a back end had for it.
    #[must_use]
    pub fn strict(self) -> Self {
        Validator { strict: true, ..self }
    }

    /// The same for a family whose records are sparse: a field may be absent or null, and a parameter null, whatever the description says.
    /// Fields of an answer stay in the order in which they come, which OK Tech's plain HTTP interface shows.
    #[must_use]
    pub fn sparse(self) -> Self {
        Validator { sparse: true, ..self }
    }

    /// The arguments of an operation, without the parts that carry a session.
    pub fn arguments(&self, operation: &Operation, arguments: Map) -> Result<Map, Problem> {
        self.keys(operation.params.iter().filter(|param| param.session.is_none()), arguments, Way::In, 0).map_err(Problem::outermost)
    }

    /// A value that a client sends.
    pub fn argument(&self, slot: &Slot, value: Value) -> Result<Value, Problem> {
        self.slot(slot, value, Way::In, 1).map_err(Problem::outermost)
    }

    /// A value that goes back to a client.
    pub fn answer(&self, slot: &Slot, value: Value) -> Result<Value, Problem> {
        self.slot(slot, value, Way::Out, 1).map_err(Problem::outermost)
    }

    /// The same for a back end that gives the same records again and again: each is looked at once. `fits` is of this manifest and site.
    pub fn known_answer(&self, slot: &Slot, value: Value, fits: &Fits) -> Result<Value, Problem> {
        let look = fits.look();
        let known = Validator { fits: Some(&look), ..*self };
        let answer = known.answer(slot, value)?;
        let mut found = Vec::new();
        known.new_fits(slot, &answer, 1, &mut found);
        drop(look);
        fits.keep(found);
        Ok(answer)
    }

    /// The records in a list of a checked answer that somebody else has as well. They are as described: what had to be made anew has
    /// nobody else.
    fn new_fits(&self, slot: &Slot, answer: &Value, depth: Depth, found: &mut Vec<Found<Depth>>) {
        let (Shape::List(item), Value::List(items)) = (&slot.shape, answer) else { return };
        let taken_for = self.taken_for(item);
        for answer in items {
            match shared(answer).zip(taken_for) {
                Some((_, taken_for)) if self.is_known(taken_for, answer, depth + 1) => {}
                Some((map, taken_for)) => found.push(Found { record: Arc::clone(map), taken_for, bytes: 0, finding: depth + 1 }),
                None => self.new_fits(item, answer, depth + 1, found),
            }
        }
    }

    fn is_known(&self, taken_for: usize, value: &Value, depth: Depth) -> bool {
        let (Some(fits), Value::Map(map)) = (self.fits, value) else { return false };
        fits.get(map, taken_for).is_some_and(|known| *known >= depth)
    }

    /// What the items of a list are taken for when they are records. What fits one may depend on whether fields may be missing.
    fn taken_for(&self, item: &Slot) -> Option<usize> {
        let Shape::Record(name) = &item.shape else { return None };
        self.manifest.records.get_index_of(name).map(|record| record * 2 + usize::from(self.sparse))
    }

    fn slot(&self, slot: &Slot, value: Value, way: Way, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new(expected(&slot.shape), Reason::TooDeep));
        }
        if value == Value::Null {
            return if self.may_be_null(slot, depth) { Ok(Value::Null) } else { Err(Problem::new(expected(&slot.shape), Reason::Null)) };
        }
        match &slot.shape {
            Shape::Scalar(scalar) => self.scalar(scalar, value, way),
            Shape::List(item) => self.list(item, value, way, depth),
            Shape::Record(name) => match self.manifest.records.get(name) {
                Some(record) => self.record(record, value, way, depth),
                // The loader refuses a manifest with a name that leads nowhere.
                None => Err(Problem::new(name.as_str(), Reason::Missing)),
            },
        }
    }

    fn scalar(&self, scalar: &Scalar, value: Value, way: Way) -> Result<Value, Problem> {
        let value = self.of_type(scalar, value, way)?;
        match &scalar.values {
            Some(values) if !values.allows(&value) => {
                Err(Problem::new(word(scalar), Reason::Refused(value, format!("is none of {values}"))))
            }
            Some(_) | None => Ok(value),
        }
    }

    fn of_type(&self, scalar: &Scalar, value: Value, way: Way) -> Result<Value, Problem> {
        let rule = self.rule(scalar);
        if matches!(value, Value::List(_) | Value::Map(_)) {
            return Err(Problem::new(word(scalar), Reason::NoScalar));
        }
        if self.picky(way)
            && let Err(refusal) = check::strict(scalar.kind, rule, &value, self.site)
        {
            return Err(Problem::new(word(scalar), Reason::Refused(value, refusal.0)));
        }
        if of_kind(scalar.kind, &value) && check::strict(scalar.kind, rule, &value, self.site).is_ok() {
            return Ok(value);
        }
        let shown = value.clone();
        // Without a rule, a text is a text: PARAM_RAW would keep a number.
        let of_kind =
            |value| if self.strict || scalar.values.is_some() { check::scalar(scalar.kind, None, value, self.site) } else { Ok(value) };
        check::scalar(scalar.kind, rule, value, self.site)
            .and_then(of_kind)
            .map_err(|refusal| Problem::new(word(scalar), Reason::Refused(shown, refusal.0)))
    }

    fn list(&self, item: &Slot, value: Value, way: Way, depth: usize) -> Result<Value, Problem> {
        let items = match value {
            Value::List(items) => items,
            Value::Map(map) if !self.picky(way) => Arc::unwrap_or_clone(map).into_values().collect(),
            other => return Err(Problem::new("list", Reason::NoArray(other))),
        };
        let known = self.fits.and_then(|_| self.taken_for(item));
        let checked = items.into_iter().enumerate().map(|(at, value)| match known {
            Some(taken_for) if self.is_known(taken_for, &value, depth + 1) => Ok(value),
            _ => self.slot(item, value, way, depth + 1).map_err(|problem| problem.under(Step::Item(at))),
        });
        checked.collect::<Result<Vec<Value>, Problem>>().map(Value::List)
    }

    fn record(&self, record: &Record, value: Value, way: Way, depth: usize) -> Result<Value, Problem> {
        let map = match value {
            Value::Map(map) if self.is_as_described(record, &map, depth) => return Ok(Value::Map(map)),
            Value::Map(map) => Arc::unwrap_or_clone(map),
            Value::List(items) if !self.picky(way) => items.into_iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
            other => return Err(Problem::new("record", Reason::NoArray(other))),
        };
        match way {
            Way::Out if self.sparse => self.kept(record, map, depth).map(Value::from),
            Way::In | Way::Out => self.keys(record.fields.iter(), map, way, depth).map(Value::from),
        }
    }

    /// The fields of a sparse answer that are described, in their own order.
    fn kept(&self, record: &Record, map: Map, depth: usize) -> Result<Map, Problem> {
        let mut out = Map::with_capacity(map.len());
        for (key, value) in map {
            if let Some(field) = record.fields.iter().find(|field| field.name == key) {
                let value = self.slot(&field.slot, value, Way::Out, depth + 1).map_err(|problem| problem.under(Step::Key(key.clone())))?;
                out.insert(key, value);
            }
        }
        Ok(out)
    }

    fn keys<'f>(&self, fields: impl Iterator<Item = &'f Field>, mut map: Map, way: Way, depth: usize) -> Result<Map, Problem> {
        let mut out = Map::with_capacity(map.len());
        for field in fields {
            let under = |problem: Problem| problem.under(Step::Key(field.name.clone()));
            let value = match (map.shift_remove(&field.name), &field.slot.presence) {
                (Some(value), _) => self.slot(&field.slot, value, way, depth + 1).map_err(under)?,
                (None, _) if self.sparse && depth > 0 => continue,
                (None, Presence::Required) => return Err(under(Problem::new(expected(&field.slot.shape), Reason::Missing))),
                (None, Presence::Default(value)) if way == Way::In || matches!(field.slot.shape, Shape::Scalar(_)) => {
                    // A default is a value of PHP and has only PHP's kinds.
                    let php = Validator { strict: false, ..*self };
                    php.slot(&field.slot, value.clone(), way, depth + 1).map_err(under)?
                }
                (None, Presence::Default(_) | Presence::Optional | Presence::Runtime(_)) => continue,
            };
            out.insert(field.name.clone(), value);
        }
        if way == Way::In && !map.is_empty() {
            return Err(Problem::new("record", Reason::Unexpected(map.into_keys().collect())));
        }
        Ok(out)
    }

    /// Whether a record is already what its description would make of it: nothing to add, to drop, to convert or to move.
    fn is_as_described(&self, record: &Record, map: &Map, depth: usize) -> bool {
        let mut entries = map.iter().peekable();
        let fits = record.fields.iter().all(|field| match entries.next_if(|(key, _)| **key == field.name) {
            Some((_, value)) => self.is_fit(&field.slot, value, depth + 1),
            None => self.sparse || matches!(field.slot.presence, Presence::Optional | Presence::Runtime(_)),
        });
        fits && entries.next().is_none()
    }

    fn is_fit(&self, slot: &Slot, value: &Value, depth: usize) -> bool {
        match (&slot.shape, value) {
            (_, Value::Null) => self.may_be_null(slot, depth),
            (Shape::Scalar(scalar), value) => {
                of_kind(scalar.kind, value)
                    && scalar.values.as_ref().is_none_or(|values| values.allows(value))
                    && self.rule(scalar).is_none_or(|rule| check::strict(scalar.kind, Some(rule), value, self.site).is_ok())
            }
            (Shape::List(item), Value::List(items)) => depth <= MAX_DEPTH && items.iter().all(|value| self.is_fit(item, value, depth + 1)),
            (Shape::Record(name), Value::Map(map)) => {
                let record = self.manifest.records.get(name);
                depth <= MAX_DEPTH && record.is_some_and(|record| self.is_as_described(record, map, depth))
            }
            (Shape::List(_) | Shape::Record(_), _) => false,
        }
    }

    /// Depth 0 is the arguments as a whole; what lies in them is deeper.
    fn may_be_null(&self, slot: &Slot, depth: usize) -> bool {
        slot.nullable || (self.sparse && depth > 0)
    }

    /// Whether values have to come in their own kind. Back ends have kinds of their own: a column of a table, JSON made by PHP.
    fn picky(&self, way: Way) -> bool {
        self.strict && way == Way::In
    }

    fn rule(&self, scalar: &Scalar) -> Option<&'m Rule> {
        self.manifest.rules.get(&scalar.refinement)
    }
}

fn of_kind(kind: Kind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (Kind::Bool, Value::Bool(_)) | (Kind::Int, Value::Int(_)) | (Kind::Float, Value::Float(_)) | (Kind::String, Value::String(_))
    )
}

fn expected(shape: &Shape) -> &str {
    match shape {
        Shape::Scalar(scalar) => word(scalar),
        Shape::List(_) => "list",
        Shape::Record(_) => "record",
    }
}

/// The type of a scalar as its source has it.
fn word(scalar: &Scalar) -> &str {
    if scalar.refinement.is_empty() { scalar.kind.word() } else { &scalar.refinement }
}

#[cfg(test)]
mod tests;
