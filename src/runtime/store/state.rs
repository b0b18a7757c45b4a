//! The state of the store at one moment, and drafts of the next one.

use std::sync::Arc;

use imbl::OrdSet;
use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::table::{Id, Layout, Row, Table};

/// A table of a store, by its place in the list of layouts that the store was opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub usize);

/// All tables at one moment.
#[derive(Debug, Clone)]
pub struct Tables(Arc<Vec<Table>>);

impl Tables {
    /// Tables without rows.
    pub fn new(layouts: Vec<Layout>) -> Tables {
        Tables(Arc::new(layouts.into_iter().map(Table::new).collect()))
    }

    /// A table.
    pub fn table(&self, id: TableId) -> &Table {
        &self.0[id.0]
    }

    /// How many tables there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these are the layouts of the tables.
    pub fn have(&self, layouts: &[Layout]) -> bool {
        self.0.iter().map(Table::layout).eq(layouts)
    }

    /// A table for changing it.
    pub(super) fn table_mut(&mut self, id: TableId) -> &mut Table {
        &mut Arc::make_mut(&mut self.0)[id.0]
    }

    /// Takes all rows out.
    pub(super) fn clear(&mut self) {
        for table in Arc::make_mut(&mut self.0) {
            table.clear();
        }
    }

    /// The table of a name.
    pub(super) fn by_name(&self, name: &str) -> Option<TableId> {
        self.0.iter().position(|table| table.layout().name == name).map(TableId)
    }
}

/// A draft of the next state: the tables, and which rows are no longer as they were.
///
/// A draft that nothing is changed in costs two reference counts, so operations that only read have one too.
#[derive(Debug, Clone)]
pub struct Draft {
    tables: Tables,
    changed: OrdSet<(TableId, Id)>,
}

impl Draft {
    /// A draft that begins as this state.
    pub fn of(tables: Tables) -> Draft {
        Draft { tables, changed: OrdSet::new() }
    }

    /// The tables as they are in the draft.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// A table as it is in the draft.
    pub fn table(&self, id: TableId) -> &Table {
        self.tables.table(id)
    }

    /// Whether nothing is to be stored.
    pub fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }

    /// The rows that are to be stored, `None` for those that were taken out.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&Layout, Id, Option<&Row>)> {
        self.changed.iter().map(|&(table, id)| {
            let table = self.table(table);
            (table.layout(), id, table.get(id))
        })
    }

    /// Adds a row with these columns; the others have their defaults. Gives its number.
    pub fn insert(&mut self, table: TableId, columns: Map) -> Id {
        let id = self.table(table).next();
        let mut row = self.table(table).layout().arrange(columns);
        Arc::make_mut(&mut row.shown).insert("id".to_owned(), Value::Int(id));
        self.put(table, id, row);
        id
    }

    /// Changes columns of a row. Columns that the table does not have and a row that is not there are left alone.
    pub fn update<'k, V: Into<Value>>(&mut self, table: TableId, id: Id, columns: impl IntoIterator<Item = (&'k str, V)>) {
        let Some(mut row) = self.table(table).get(id).cloned() else { return };
        let layout = self.table(table).layout();
        for (name, value) in columns {
            if let Some(column) = layout.column(name).filter(|_| name != "id") {
                let value = column.fit(&value.into());
                let map = if row.shown.contains_key(name) { &mut row.shown } else { &mut row.kept };
                Arc::make_mut(map).insert(name.to_owned(), value);
            }
        }
        if self.table(table).get(id) != Some(&row) {
            self.put(table, id, row);
        }
    }

    /// Puts the rows of other tables in, by name and number, arranged as these tables are.
    pub fn copy(&mut self, from: &Tables) {
        for other in from.0.iter() {
            let Some(table) = self.tables.by_name(other.layout().name) else { continue };
            for row in other.rows() {
                let row = self.table(table).layout().arrange(row.columns());
                self.put(table, row.id(), row);
            }
        }
    }

    fn put(&mut self, table: TableId, id: Id, row: Row) {
        self.tables.table_mut(table).put(id, row);
        self.changed.insert((table, id));
    }

    /// Takes a row out.
    pub fn remove(&mut self, table: TableId, id: Id) {
        if self.tables.table_mut(table).remove(id).is_some() {
            self.changed.insert((table, id));
        }
    }

    /// Takes out the rows in which a column has a value.
    pub fn remove_where(&mut self, table: TableId, column: &str, value: impl Into<Value>) {
        let ids: Vec<Id> = self.table(table).find(column, &value.into()).into_iter().map(Row::id).collect();
        for id in ids {
            self.remove(table, id);
        }
    }
}
