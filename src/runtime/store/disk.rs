//! Where rows survive: a file of SQLite, a database of PostgreSQL, or nowhere.

use std::path::Path;

use mwsc_contract::Value;
use mwsc_contract::value::Map;
use sqlx::postgres::PgConnectOptions;

use super::postgres::{self, Postgres};
use super::sqlite::Sqlite;
use super::table::{Id, Layout, Row};

/// Why the store cannot do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The address names no store.
    #[error("`{0}` is no store: give the path of a file, `postgres://user@host/database`, or `memory`")]
    Address(String),
    /// The address of a database is unsound. It may hold a password, so what is wrong is said without a value.
    #[error("the address of the database is unsound: {0}")]
    Unsound(String),
    /// It was written by another version of this program.
    #[error("the store has format {0}; this program reads format {FORMAT}")]
    Format(i64),
    /// A row in it cannot be read.
    #[error("row {id} of table `{table}` in the store is damaged: {why}")]
    Damaged {
        /// Table.
        table: String,
        /// Number of the row.
        id: Id,
        /// What is wrong.
        why: String,
    },
    /// The file or the database does not answer as it should. Nothing was changed, or it is not known whether it was.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The process is stopping.
    #[error("the store is closed")]
    Closed,
}

impl From<sqlx::Error> for StoreError {
    fn from(why: sqlx::Error) -> Self {
        StoreError::Unavailable(why.to_string())
    }
}

/// Version of the form of the tables on the disk.
pub(super) const FORMAT: i64 = 1;

/// How many versions a row that was taken out is remembered, so that other processes learn of it. One that was away for longer reads
/// everything again.
pub(super) const MEMORY: i64 = 100_000;

/// After how many versions what is remembered too long is forgotten.
pub(super) const FORGET_EVERY: i64 = 5_000;

/// A row on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// Name of the table.
    pub table: String,
    /// Number of the row.
    pub id: Id,
    /// Its columns as a JSON object; `None` for a row that was taken out.
    pub columns: Option<String>,
}

/// What others changed.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The version that the rows lead to.
    pub version: i64,
    /// Rows with a later version than was asked for.
    pub rows: Vec<Stored>,
    /// Whether these are all rows there are, because what happened in between is no longer remembered.
    pub whole: bool,
}

/// Where rows survive.
#[derive(Debug)]
pub enum Disk {
    /// Nowhere: for tests and demonstrations.
    Nowhere,
    /// A file.
    Sqlite(Sqlite),
    /// A database that several processes share.
    Postgres(Postgres),
}

/// A transaction that has the lock.
#[derive(Debug)]
pub(super) enum Transaction {
    Nowhere,
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// What an address names.
enum Place<'a> {
    Memory,
    File(&'a str),
    Database(Box<PgConnectOptions>),
}

impl<'a> Place<'a> {
    fn of(address: &'a str) -> Result<Place<'a>, StoreError> {
        match address.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Place::Database(Box::new(postgres::options(address)?))),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Place::File(path)),
            // What follows may hold the password of another database.
            Some((scheme, _)) => Err(StoreError::Address(format!("{scheme}://…"))),
            None if address == "memory" => Ok(Place::Memory),
            None if is_miswritten(address) => Err(StoreError::Address("…".to_owned())),
            None => Ok(Place::File(address)),
        }
    }
}

/// Whether this is rather the address of a database that was miswritten, or none at all, than the path of a file.
fn is_miswritten(address: &str) -> bool {
    address.is_empty() || address.starts_with("postgres:") || address.starts_with("postgresql:") || address.contains("password=")
}

impl Disk {
    /// Opens what an address names: `memory`, `postgres://…`, or the path of a file, which is created when it is not there.
    pub async fn open(address: &str) -> Result<Disk, StoreError> {
        match Place::of(address)? {
            Place::Memory => Ok(Disk::Nowhere),
            Place::File(path) => Ok(Disk::Sqlite(Sqlite::open(path).await?)),
            Place::Database(options) => Ok(Disk::Postgres(Postgres::open(*options).await?)),
        }
    }

    /// Whether an address names a store; nothing is opened.
    pub fn check(address: &str) -> Result<(), StoreError> {
        Place::of(address).map(drop)
    }

    /// The file that an address names; `None` for a database and for memory.
    pub fn file(address: &str) -> Option<&Path> {
        match Place::of(address) {
            Ok(Place::File(path)) => Some(Path::new(path)),
            Ok(Place::Memory | Place::Database(_)) | Err(_) => None,
        }
    }

    /// Whether other processes are expected to write, so that readers have to ask for the version.
    pub fn is_shared(&self) -> bool {
        match self {
            Disk::Nowhere | Disk::Sqlite(_) => false,
            Disk::Postgres(_) => true,
        }
    }

    /// What was changed after a version; `None` when nothing was.
    pub(super) async fn news(&self, known: i64) -> Result<Option<News>, StoreError> {
        match self {
            Disk::Nowhere => Ok(None),
            Disk::Sqlite(disk) => disk.news(known).await,
            Disk::Postgres(disk) => disk.news(known).await,
        }
    }

    /// Begins a transaction that no other writes in, with what was changed after a version before it.
    pub(super) async fn begin(&self, known: i64) -> Result<(Transaction, Option<News>), StoreError> {
        match self {
            Disk::Nowhere => Ok((Transaction::Nowhere, None)),
            Disk::Sqlite(disk) => disk.begin(known).await.map(|(begun, news)| (Transaction::Sqlite(begun), news)),
            Disk::Postgres(disk) => disk.begin(known).await.map(|(begun, news)| (Transaction::Postgres(begun), news)),
        }
    }
}

impl Transaction {
    /// Stores rows as a version, for good.
    pub(super) async fn commit(self, version: i64, rows: &[Stored]) -> Result<(), StoreError> {
        match self {
            Transaction::Nowhere => Ok(()),
            Transaction::Sqlite(begun) => super::sqlite::commit(begun, version, rows).await,
            Transaction::Postgres(begun) => super::postgres::commit(begun, version, rows).await,
        }
    }

    /// Gives the lock back; nothing was changed.
    pub(super) async fn forget(self) -> Result<(), StoreError> {
        match self {
            Transaction::Nowhere => Ok(()),
            Transaction::Sqlite(begun) => Ok(begun.rollback().await?),
            Transaction::Postgres(begun) => Ok(begun.rollback().await?),
        }
    }
}

impl Stored {
    /// A row as it is stored.
    pub fn of(layout: &Layout, id: Id, row: Option<&Row>) -> Result<Stored, StoreError> {
        // One object, whatever the manifest shows of it.
        let columns = row.map(|row| serde_json::to_string(&Value::from(row.columns())));
        let columns = columns.transpose().map_err(|why| StoreError::Damaged { table: layout.name.to_owned(), id, why: why.to_string() })?;
        Ok(Stored { table: layout.name.to_owned(), id, columns })
    }

    /// Its columns; `None` when the row was taken out.
    pub fn read(&self) -> Result<Option<Map>, StoreError> {
        let damaged = |why: String| StoreError::Damaged { table: self.table.clone(), id: self.id, why };
        let Some(columns) = &self.columns else { return Ok(None) };
        match serde_json::from_str(columns).map_err(|why| damaged(why.to_string()))? {
            Value::Map(map) => Ok(Some(std::sync::Arc::unwrap_or_clone(map))),
            _ => Err(damaged("it is no object".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_files_are_known() {
        for address in ["a/school.sqlite", "sqlite://a/school.sqlite"] {
            assert_eq!(Disk::file(address), Some(Path::new("a/school.sqlite")), "{address}");
        }
        for address in ["memory", "postgres://mwsd@db/school"] {
            assert_eq!(Disk::file(address), None, "{address}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_its_secrets() {
        for (address, expected) in [
            ("postgres://ann:s3cret@db:x/school", "the address of the database is unsound: invalid port number"),
            ("postgres://ann:a/s3cret@db/school", "the address of the database is unsound: invalid port number"),
            ("postgres://db/school?sslmode=s3cret", "the address of the database is unsound: the value of `sslmode` is none"),
            ("postgres://db/school?passwrd=s3cret", "the address of the database is unsound: it has no parameter `passwrd`"),
            ("postgres:/ann:s3cret@db/school", "`…` is no store"),
            ("host=db password=s3cret", "`…` is no store"),
            ("mysql://ann:s3cret@db/school", "`mysql://…` is no store"),
            ("sqlite://", "`sqlite://…` is no store"),
            ("", "`…` is no store"),
        ] {
            let why = Disk::check(address).unwrap_err().to_string();
            assert!(why.starts_with(expected) && !why.contains("s3cret"), "{address}: {why}");
        }
        for address in ["memory", "a@b/school.sqlite", "postgres://ann:s3cret@db/school?sslmode=require&options=-csearch_path%3Dx"] {
            assert_eq!(Disk::check(address), Ok(()), "{address}");
        }
    }
}
