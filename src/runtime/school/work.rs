//! What an operation works with: the tables, the caller, the time; and what operations have in common.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use indexmap::IndexMap;
use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::tables::LOG;
use crate::dispatch::{Caller, Failure, FailureKind};
use crate::store::{Draft, Id, Row, Table, TableId};

/// What an operation gives.
pub type Outcome = Result<Value, Failure>;

/// What does not change from call to call.
#[derive(Debug, Clone)]
pub struct Site {
    /// Address of the site, without a slash at the end: links begin with it.
    pub address: Arc<str>,
}

/// What an operation works with.
pub struct Work<'w> {
    /// The tables, as they are and as they will be.
    pub draft: &'w mut Draft,
    /// Who calls.
    pub caller: &'w Caller,
    /// What does not change.
    pub site: &'w Site,
    /// Seconds since 1970.
    pub now: i64,
}

/// Columns that no caller may look anything up by.
const SECRET: &[&str] = &["password", "enrolmentkey"];

impl Work<'_> {
    /// A table.
    pub fn table(&self, id: TableId) -> &Table {
        self.draft.table(id)
    }

    /// A row by its number.
    pub fn row(&self, table: TableId, id: Id) -> Option<Row> {
        self.table(table).get(id).cloned()
    }

    /// Rows in which a column that a caller chose has a value; all for an empty name. Callers may choose what their WSDL declares.
    pub fn matching(&self, table: TableId, column: &str, value: &str) -> Vec<Row> {
        let table = self.table(table);
        if column.is_empty() {
            return table.rows().cloned().collect();
        }
        let Some(column) = open(table, column) else { return Vec::new() };
        table.find(column, &value.into()).into_iter().cloned().collect()
    }

    /// The row that a caller names by a column and its value. An empty name, an empty value and `0` name nothing, as ever.
    pub fn named(&self, table: TableId, column: &str, value: &str) -> Option<Row> {
        let table = self.table(table);
        let column = open(table, column).filter(|_| !value.is_empty() && value != "0")?;
        table.first(column, &value.into()).cloned()
    }

    /// The row that a caller names, or the failure that says that there is none.
    pub fn known(&self, table: TableId, what: &str, column: &str, value: &str) -> Result<Row, Failure> {
        self.named(table, column, value).ok_or_else(|| unknown(what, format_args!("{column}={value}")))
    }

    /// The row of a number, or the failure that says that there is none.
    pub fn known_id(&self, table: TableId, what: &str, id: Id) -> Result<Row, Failure> {
        self.row(table, id).ok_or_else(|| unknown(what, format_args!("id={id}")))
    }

    /// Makes a change, and takes it back when it fails: for items that stand for themselves.
    pub fn attempt<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        let before = self.draft.clone();
        let made = change(self);
        if made.is_err() {
            *self.draft = before;
        }
        made
    }

    /// Answers each item by its value or by a record of its own failure.
    pub fn each<T>(&mut self, items: impl IntoIterator<Item = T>, mut answer: impl FnMut(&mut Self, T) -> Outcome) -> Value {
        let answers =
            items.into_iter().map(|item| self.attempt(|work| answer(work, item)).unwrap_or_else(|failure| item_error(&failure.message)));
        Value::List(answers.collect())
    }

    /// Writes a line of the log. `cmid` is the number of the course module that it is about, or 0.
    pub fn log(&mut self, course: Id, module: &str, action: &str, url: &str, info: &str, cmid: Id) {
        let ip = self.caller.address.map_or_else(String::new, |address| address.to_string());
        let columns: [(&str, Value); 9] = [
            ("time", self.now.into()),
            ("userid", self.caller.account.into()),
            ("ip", ip.into()),
            ("course", course.into()),
            ("module", module.into()),
            ("cmid", cmid.into()),
            ("action", action.into()),
            ("url", url.into()),
            ("info", info.into()),
        ];
        let line = self.draft.insert(LOG, columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        self.draft.remove(LOG, line - KEPT_LINES);
    }
}

/// How many lines the log has at most; the oldest go. They are in memory as all rows are, where a line takes some 2 kB.
const KEPT_LINES: i64 = 5_000;

/// The column that a caller means: in any letter case, as databases take it, and none of those that hold secrets.
fn open<'t>(table: &'t Table, column: &str) -> Option<&'t str> {
    let shown = table.layout().shown.iter().map(|shown| shown.name.as_str());
    shown.filter(|name| !SECRET.contains(name)).find(|name| name.eq_ignore_ascii_case(column))
}

/// Arguments by name, or the fields of a record of input. What is absent or null is blank.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a>(pub &'a IndexMap<String, Value>);

impl<'a> Args<'a> {
    /// A value; null when absent.
    pub fn value(self, name: &str) -> &'a Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// A text. Numbers are written out.
    pub fn text(self, name: &str) -> Cow<'a, str> {
        text(self.value(name))
    }

    /// A text of at least one character, or another.
    pub fn text_or(self, name: &str, blank: &'static str) -> Cow<'a, str> {
        let text = self.text(name);
        if text.is_empty() { Cow::Borrowed(blank) } else { text }
    }

    /// A number. Texts that are none are 0.
    pub fn int(self, name: &str) -> i64 {
        match self.value(name) {
            Value::Int(number) => *number,
            Value::Bool(truth) => i64::from(*truth),
            Value::String(text) => text.trim().parse().unwrap_or(0),
            Value::Null | Value::Float(_) | Value::List(_) | Value::Map(_) => 0,
        }
    }

    /// A list of texts.
    pub fn texts(self, name: &str) -> Vec<Cow<'a, str>> {
        self.value(name).as_list().unwrap_or_default().iter().map(text).collect()
    }

    /// A list of numbers.
    pub fn ints(self, name: &str) -> Vec<i64> {
        let int = |value: &Value| if let Value::Int(number) = value { Some(*number) } else { None };
        self.value(name).as_list().unwrap_or_default().iter().filter_map(int).collect()
    }

    /// A record.
    pub fn record(self, name: &str) -> Result<Args<'a>, Failure> {
        self.value(name).as_map().map(Args).ok_or_else(|| missing(name))
    }

    /// A list of records. Items that are none are left out.
    pub fn records(self, name: &str) -> Vec<Args<'a>> {
        self.value(name).as_list().unwrap_or_default().iter().filter_map(Value::as_map).map(Args).collect()
    }

    /// Whether a value is what PHP calls empty: absent, null, false, 0, `0`, a text or a list of nothing.
    pub fn is_empty(self, name: &str) -> bool {
        match self.value(name) {
            Value::Null => true,
            Value::Bool(truth) => !truth,
            Value::Int(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            Value::String(text) => text.is_empty() || text == "0",
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
        }
    }

    /// The fields that `takes` admits, as columns.
    pub fn columns(self, takes: impl Fn(&str, &Value) -> bool) -> Map {
        self.0.iter().filter(|(name, value)| takes(name, value)).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The text of a field without blanks around it, which must not be empty.
    pub fn required(self, name: &str) -> Result<&'a str, Failure> {
        self.value(name).as_str().map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
    }
}

/// A value as a text: numbers are written out, true is `1`, what is no scalar is empty.
pub fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Float(number) => Cow::Owned(number.to_string()),
        Value::Bool(true) => Cow::Borrowed("1"),
        Value::Null | Value::Bool(false) | Value::List(_) | Value::Map(_) => Cow::Borrowed(""),
    }
}

/// Columns by name.
pub fn columns<const N: usize>(columns: [(&str, Value); N]) -> Map {
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A record with some columns of its own: a row's answer that differs from what is stored.
pub fn with<const N: usize>(row: &Row, more: [(&str, Value); N]) -> Value {
    let mut map = Map::clone(&row.shown);
    map.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    map.into()
}

/// The rows as answers.
pub fn values(rows: impl IntoIterator<Item = Row>) -> Value {
    Value::List(rows.into_iter().map(|row| Value::Map(row.shown)).collect())
}

/// Rows in the order of a column of texts.
pub fn sorted(mut rows: Vec<Row>, column: &str) -> Vec<Row> {
    rows.sort_by(|one, other| one.text(column).cmp(other.text(column)).then(one.id().cmp(&other.id())));
    rows
}

/// An item that stands for an error of its own.
pub fn item_error(message: &str) -> Value {
    Value::from_iter([("error", message)])
}

/// What relating two things gives when it worked.
pub fn done() -> Value {
    Value::from_iter([("status", true)])
}

/// What relating two things gives when it did not work and the call is none the worse for it.
pub fn undone(why: &Failure) -> Value {
    Value::from_iter([("status", Value::Bool(false)), ("error", why.message.as_str().into())])
}

/// There is no such thing.
pub fn unknown(what: &str, which: impl Display) -> Failure {
    Failure::new(FailureKind::NotFound, format!("unknown{what}"), format!("{what} {which} unknown."))
}

/// A value that must be there is not.
pub fn missing(name: &str) -> Failure {
    Failure { field: name.to_owned(), ..Failure::new(FailureKind::Conflict, "missingvalue", format!("required value {name} missing")) }
}

/// A value that cannot be.
pub fn invalid(name: &str, message: impl Into<String>) -> Failure {
    Failure { field: name.to_owned(), ..Failure::new(FailureKind::Conflict, "invalidvalue", message) }
}

/// It clashes with what exists.
pub fn conflict(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Conflict, "conflict", message)
}

/// How an item of `edit_x` is to be changed.
pub enum Action {
    /// Make it.
    Add,
    /// Change it.
    Update,
    /// Take it away.
    Delete,
    /// Only show it, which users alone can be.
    Get,
}

impl Action {
    /// The action of an item, whatever its case.
    pub fn of(datum: Args<'_>) -> Result<Action, Failure> {
        let action = datum.text("action");
        match action.trim().to_ascii_lowercase().as_str() {
            "add" => Ok(Action::Add),
            "update" => Ok(Action::Update),
            "delete" => Ok(Action::Delete),
            "get" => Ok(Action::Get),
            _ => Err(Action::invalid(datum)),
        }
    }

    /// There is no such action.
    pub fn invalid(datum: Args<'_>) -> Failure {
        invalid("action", format!("invalid action {}", datum.text("action")))
    }

    /// The action exists and this kind of thing does not have it.
    pub fn missing(operation: &str, datum: Args<'_>) -> Failure {
        let message = format!("feature {operation} {} not yet implemented", datum.text("action").trim());
        Failure::new(FailureKind::Conflict, "notimplemented", message)
    }
}
