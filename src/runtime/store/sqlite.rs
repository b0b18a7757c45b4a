//! Rows in a file of SQLite.
//!
//! Commits are synchronous (write-ahead log, `synchronous=FULL`), so an acknowledged change survives the process and the machine. Other
//! processes may write to the file, such as `mwsd account`; a server notices within a second, and always before it writes itself.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Row as _, SqliteConnection};

use super::disk::{FORGET_EVERY, FORMAT, MEMORY, News, StoreError, Stored};

/// A file.
#[derive(Debug)]
pub struct Sqlite {
    /// One connection: `PRAGMA data_version` counts the changes that were made through others.
    pool: SqlitePool,
}

/// How long a writer waits for another process.
const PATIENCE: Duration = Duration::from_secs(10);

const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS mwsd_rows (tbl TEXT NOT NULL, id INTEGER NOT NULL, version INTEGER NOT NULL, columns TEXT, \
     PRIMARY KEY (tbl, id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS mwsd_rows_version ON mwsd_rows (version)",
    "CREATE TABLE IF NOT EXISTS mwsd_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
];

impl Sqlite {
    /// Opens a file, and creates it when it is not there, for its owner alone: it holds keys of sessions.
    pub async fn open(path: &str) -> Result<Sqlite, StoreError> {
        create(Path::new(path)).map_err(|why| StoreError::Unavailable(format!("{path}: {why}")))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let pool =
            SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        let pool = pool.connect_with(options).await.map_err(|why| StoreError::Unavailable(format!("{path}: {why}")))?;
        let mut begun = pool.begin_with("BEGIN IMMEDIATE").await?;
        for statement in TABLES {
            sqlx::query(statement).execute(&mut *begun).await?;
        }
        for (name, value) in [("format", FORMAT), ("version", 0), ("forgotten", 0)] {
            let statement = "INSERT INTO mwsd_meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            sqlx::query(statement).bind(name).bind(value).execute(&mut *begun).await?;
        }
        let format = meta(&mut begun, "format").await?;
        begun.commit().await?;
        if format == FORMAT { Ok(Sqlite { pool }) } else { Err(StoreError::Format(format)) }
    }

    /// What was changed after a version; `None` when nothing was.
    pub(super) async fn news(&self, known: i64) -> Result<Option<News>, StoreError> {
        // One statement sees one state, two statements need a transaction for that.
        let mut begun = self.pool.begin().await?;
        let news = news(&mut begun, known).await?;
        begun.rollback().await?;
        Ok(news)
    }

    /// A number that changes when another process wrote.
    pub(super) async fn data_version(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query("PRAGMA data_version").fetch_one(&self.pool).await?.try_get(0)?)
    }

    pub(super) async fn begin(&self, known: i64) -> Result<(sqlx::Transaction<'static, sqlx::Sqlite>, Option<News>), StoreError> {
        let mut begun = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let news = news(&mut begun, known).await?;
        Ok((begun, news))
    }
}

/// Creates the file with the right mode; SQLite would follow the mask of the process.
fn create(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map(drop)
}

async fn meta(connection: &mut SqliteConnection, name: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query("SELECT value FROM mwsd_meta WHERE name = ?1").bind(name).fetch_one(connection).await?.try_get(0)?)
}

async fn news(connection: &mut SqliteConnection, known: i64) -> Result<Option<News>, StoreError> {
    let version = meta(connection, "version").await?;
    if version == known {
        return Ok(None);
    }
    let whole = known < meta(connection, "forgotten").await?;
    let statement = "SELECT tbl, id, columns FROM mwsd_rows WHERE version > ?1";
    let rows = sqlx::query(statement).bind(if whole { 0 } else { known }).fetch_all(connection).await?;
    let read = |row: SqliteRow| Ok::<_, StoreError>(Stored { table: row.try_get(0)?, id: row.try_get(1)?, columns: row.try_get(2)? });
    Ok(Some(News { version, rows: rows.into_iter().map(read).collect::<Result<_, _>>()?, whole }))
}

/// Stores rows as a version.
pub(super) async fn commit(mut begun: sqlx::Transaction<'static, sqlx::Sqlite>, version: i64, rows: &[Stored]) -> Result<(), StoreError> {
    let list: Vec<_> = rows.iter().map(|row| (&row.table, row.id, &row.columns)).collect();
    let list = serde_json::to_string(&list).map_err(|why| StoreError::Unavailable(why.to_string()))?;
    // One statement for any number of rows. `WHERE true` keeps the grammar from reading ON as part of a join.
    let statement = "INSERT INTO mwsd_rows (tbl, id, version, columns) SELECT value->>0, value->>1, ?1, value->>2 FROM json_each(?2) WHERE true \
                     ON CONFLICT (tbl, id) DO UPDATE SET version = excluded.version, columns = excluded.columns";
    sqlx::query(statement).bind(version).bind(list).execute(&mut *begun).await?;
    let set = "UPDATE mwsd_meta SET value = ?1 WHERE name = ?2";
    sqlx::query(set).bind(version).bind("version").execute(&mut *begun).await?;
    if version % FORGET_EVERY == 0 && version > MEMORY {
        // The last number of a table stays, so that it is not given again.
        let statement = "DELETE FROM mwsd_rows WHERE columns IS NULL AND version <= ?1 \
                         AND id < (SELECT max(id) FROM mwsd_rows AS other WHERE other.tbl = mwsd_rows.tbl)";
        sqlx::query(statement).bind(version - MEMORY).execute(&mut *begun).await?;
        sqlx::query(set).bind(version - MEMORY).bind("forgotten").execute(&mut *begun).await?;
    }
    Ok(begun.commit().await?)
}
