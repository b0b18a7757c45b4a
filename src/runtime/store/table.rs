//! Tables of rows in memory, with indexes.
//!
//! Tables are persistent in the sense of data structures: a copy costs a few reference counts, and a change of the copy leaves the
//! original as it was. So every reader has a state of its own that nobody changes, and undoing is forgetting.

use std::sync::{Arc, OnceLock};

use imbl::{OrdMap, OrdSet};
use mwsc_contract::Value;
use mwsc_contract::value::Map;

/// Number of a row within its table, from 1.
pub type Id = i64;

/// What a table looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Name of the table, under which its rows are stored.
    pub name: &'static str,
    /// Columns that operations answer, in order; the first is `id`.
    pub shown: Vec<Column>,
    /// Columns that only the school itself reads.
    pub kept: Vec<Column>,
    /// Names of columns by which rows are found often. Others are found too, by looking at each row.
    pub indexes: &'static [&'static str],
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds when nothing was set. It says what the column holds at all: numbers, texts, lists.
    pub default: Value,
}

impl Column {
    /// A column with the value that it has when nothing was set.
    pub fn new(name: impl Into<String>, default: impl Into<Value>) -> Column {
        Column { name: name.into(), default: default.into() }
    }

    /// A value as this column holds it: PHP's conversions between numbers, truths and texts. Null is the default.
    pub fn fit(&self, value: &Value) -> Value {
        match (&self.default, value) {
            (default, Value::Null) => default.clone(),
            (Value::Int(_), Value::Bool(truth)) => Value::Int(i64::from(*truth)),
            (Value::Int(_), Value::Float(number)) => Value::Int(whole(*number)),
            (Value::Int(_), Value::String(text)) => Value::Int(leading_int(text)),
            (Value::Float(_), Value::Int(number)) => Value::Float(float(*number)),
            (Value::Float(_), Value::String(text)) => {
                Value::Float(text.trim().parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(0.0))
            }
            (Value::Bool(_), Value::Int(number)) => Value::Bool(*number != 0),
            (Value::Bool(_), Value::String(text)) => Value::Bool(!text.is_empty() && text != "0"),
            (Value::String(_), Value::Int(number)) => Value::String(number.to_string()),
            (Value::String(_), Value::Float(number)) => Value::String(number.to_string()),
            (Value::String(_), Value::Bool(truth)) => Value::String(if *truth { "1".to_owned() } else { String::new() }),
            _ => value.clone(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a grade or a setting, far below 2^53")]
fn float(number: i64) -> f64 {
    number as f64
}

/// The part before the point; the conversion saturates.
fn whole(number: f64) -> i64 {
    number as i64
}

/// The number that a text begins with, as PHP reads it; 0 when it begins with none.
fn leading_int(text: &str) -> i64 {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = text.len() - digits.len() + digits.bytes().take_while(u8::is_ascii_digit).count();
    text[..end].parse().unwrap_or(0)
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The columns of [`Layout::shown`], all of them, in order: what an operation answers as it is.
    pub shown: Arc<Map>,
    /// The columns of [`Layout::kept`], and what is stored of columns that this build's manifest does not have.
    pub kept: Arc<Map>,
}

impl Row {
    /// The value of a column; null when there is no such column.
    pub fn get(&self, column: &str) -> &Value {
        self.shown.get(column).or_else(|| self.kept.get(column)).unwrap_or(&Value::Null)
    }

    /// The number in a column; 0 when it holds none.
    pub fn int(&self, column: &str) -> i64 {
        int(self.get(column))
    }

    /// The text in a column; empty when it holds none.
    pub fn text(&self, column: &str) -> &str {
        self.get(column).as_str().unwrap_or("")
    }

    /// All columns, shown or kept.
    pub fn columns(&self) -> Map {
        self.shown.iter().chain(self.kept.iter()).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The number of the row.
    pub fn id(&self) -> Id {
        self.int("id")
    }

    /// The row as an operation answers it.
    pub fn value(&self) -> Value {
        Value::Map(Arc::clone(&self.shown))
    }
}

/// The number that a column holds; 0 when it holds none.
pub fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Bool(truth) => i64::from(*truth),
        Value::Null | Value::Float(_) | Value::String(_) | Value::List(_) | Value::Map(_) => 0,
    }
}

impl Layout {
    /// A row in which nothing was set.
    fn blank(&self) -> Row {
        let columns = |columns: &[Column]| Arc::new(columns.iter().map(|column| (column.name.clone(), column.default.clone())).collect());
        Row { shown: columns(&self.shown), kept: columns(&self.kept) }
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.shown.iter().chain(&self.kept).find(|column| column.name == name)
    }

    /// A row of stored columns in this layout: columns that were not stored have their defaults, and those that this layout lacks are kept.
    pub fn arrange(&self, stored: Map) -> Row {
        let Row { mut shown, mut kept } = self.blank();
        for (name, value) in stored {
            if let Some(column) = self.column(&name) {
                let value = column.fit(&value);
                let map = if shown.contains_key(&name) { &mut shown } else { &mut kept };
                Arc::make_mut(map).insert(name, value);
            } else {
                Arc::make_mut(&mut kept).insert(name, value);
            }
        }
        Row { shown, kept }
    }
}

/// What an index is ordered by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Int(i64),
    Text(Box<str>),
}

impl Key {
    fn of(value: &Value) -> Key {
        match value {
            Value::Int(number) => Key::Int(*number),
            Value::Bool(truth) => Key::Int(i64::from(*truth)),
            Value::String(text) => Key::Text(text.as_str().into()),
            Value::Float(number) => Key::Text(number.to_string().into()),
            Value::Null | Value::List(_) | Value::Map(_) => Key::Text("".into()),
        }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    layout: Arc<Layout>,
    rows: OrdMap<Id, Row>,
    /// One per name of [`Layout::indexes`]: value and number of each row.
    indexes: Vec<OrdSet<(Key, Id)>>,
    /// The number of the next row. Numbers are not used again.
    next: Id,
    sorted: Sorted,
}

/// The rows of a table in the order of a column, once somebody asked for them. Copies of the table have it too, until one is changed.
type Sorted = Arc<OnceLock<(&'static str, Arc<[Row]>)>>;

impl Table {
    /// A table without rows.
    pub fn new(layout: Layout) -> Table {
        let indexes = vec![OrdSet::new(); layout.indexes.len()];
        Table { layout: Arc::new(layout), rows: OrdMap::new(), indexes, next: 1, sorted: Sorted::default() }
    }

    /// What it looks like.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The row of a number.
    pub fn get(&self, id: Id) -> Option<&Row> {
        self.rows.get(&id)
    }

    /// All rows, by number.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values()
    }

    /// Reads a column of rows of this table, as [`Row::get`] does; whoever reads it of many rows has it looked up once.
    pub fn reader<'n>(&self, column: &'n str) -> impl for<'r> Fn(&'r Row) -> &'r Value + use<'n> {
        let place = self.layout.shown.iter().position(|shown| shown.name == column);
        move |row| place.and_then(|place| row.shown.get_index(place)).map_or_else(|| row.get(column), |(_, value)| value)
    }

    /// All rows in the order of a column of texts, those with the same text by number. The order that is asked for first is kept.
    pub fn sorted(&self, column: &'static str) -> Arc<[Row]> {
        let sort = || {
            let text = self.reader(column);
            let mut rows: Vec<&Row> = self.rows().collect();
            rows.sort_by_cached_key(|row| text(row).as_str().unwrap_or_default());
            rows.into_iter().cloned().collect()
        };
        let (kept, rows) = self.sorted.get_or_init(|| (column, sort()));
        if *kept == column { Arc::clone(rows) } else { sort() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows in which a column has a value, by number. A text is compared with a column of numbers by the number that it spells.
    /// A column that the table does not have is equal to nothing.
    pub fn find(&self, column: &str, value: &Value) -> Vec<&Row> {
        let Some(wanted) = self.layout.column(column).and_then(|column| comparable(column, value)) else { return Vec::new() };
        if column == "id" {
            return if let Value::Int(id) = wanted { self.get(id).into_iter().collect() } else { Vec::new() };
        }
        match self.layout.indexes.iter().position(|name| *name == column) {
            Some(index) => {
                let key = Key::of(&wanted);
                let range = (key.clone(), Id::MIN)..=(key, Id::MAX);
                self.indexes[index].range(range).filter_map(|(_, id)| self.rows.get(id)).collect()
            }
            None => self.rows.values().filter(|row| *row.get(column) == wanted).collect(),
        }
    }

    /// The first row in which a column has a value.
    pub fn first(&self, column: &str, value: &Value) -> Option<&Row> {
        self.find(column, value).into_iter().next()
    }

    /// The number that the next row gets.
    pub(super) fn next(&self) -> Id {
        self.next
    }

    /// Sees to it that no row gets a number up to this one.
    pub(super) fn skip_to(&mut self, id: Id) {
        self.next = self.next.max(id.saturating_add(1));
    }

    /// Puts a row in the place of the one that has its number, if any.
    pub(super) fn put(&mut self, id: Id, row: Row) {
        self.skip_to(id);
        self.sorted = Sorted::default();
        for (name, index) in self.layout.indexes.iter().zip(&mut self.indexes) {
            if let Some(old) = self.rows.get(&id) {
                index.remove(&(Key::of(old.get(name)), id));
            }
            index.insert((Key::of(row.get(name)), id));
        }
        self.rows.insert(id, row);
    }

    /// Takes all rows out. Their numbers are not used again.
    pub(super) fn clear(&mut self) {
        self.rows = OrdMap::new();
        self.sorted = Sorted::default();
        self.indexes.fill(OrdSet::new());
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, id: Id) -> Option<Row> {
        let old = self.rows.remove(&id)?;
        self.sorted = Sorted::default();
        for (name, index) in self.layout.indexes.iter().zip(&mut self.indexes) {
            index.remove(&(Key::of(old.get(name)), id));
        }
        Some(old)
    }
}

/// A value to look for in a column; `None` when no row can have it.
fn comparable(column: &Column, value: &Value) -> Option<Value> {
    match (&column.default, value) {
        (Value::Int(_), Value::String(text)) => text.trim().parse().ok().map(Value::Int),
        (Value::Int(_), Value::Null | Value::Float(_) | Value::List(_) | Value::Map(_)) => None,
        _ => Some(column.fit(value)),
    }
}
