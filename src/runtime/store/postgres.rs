//! Rows in a database of PostgreSQL, which any number of processes share.
//!
//! Whoever writes locks the row that holds the version, so there is one writer at a time and each sees what the one before it wrote.

use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::{PgConnection, Row as _};

use super::disk::{FORGET_EVERY, FORMAT, MEMORY, News, StoreError, Stored};

/// A database.
#[derive(Debug)]
pub struct Postgres {
    pool: PgPool,
}

/// What the server enforces for each connection: changes are on its disk before it says so, whoever waits for a lock or holds one without
/// doing anything gives up some time.
const SETTINGS: [(&str, &str); 4] =
    [("synchronous_commit", "on"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "30s"), ("statement_timeout", "30s")];

const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS mwsd_rows (tbl text NOT NULL, id bigint NOT NULL, version bigint NOT NULL, columns text, PRIMARY KEY (tbl, id))",
    "CREATE INDEX IF NOT EXISTS mwsd_rows_version ON mwsd_rows (version)",
    "CREATE TABLE IF NOT EXISTS mwsd_meta (name text PRIMARY KEY, value bigint NOT NULL)",
];

/// Number of the lock under which tables are created; the letters `mwsd`. Creating a table twice at once fails even with `IF NOT EXISTS`.
const CREATION: i64 = 0x6d77_7364;

/// What an address may have behind its `?`. The library tells of others in the log, with their values.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Reads an address. What is wrong with it is said without a value, for that may be a password.
pub(super) fn options(address: &str) -> Result<PgConnectOptions, StoreError> {
    let url = Url::parse(address).map_err(|why| StoreError::Unsound(why.to_string()))?;
    for (key, value) in url.query_pairs() {
        if !PARAMETERS.contains(&&*key) && !key.starts_with("options[") {
            return Err(StoreError::Unsound(format!("it has no parameter `{key}`")));
        }
        let mut alone = url.clone();
        alone.query_pairs_mut().clear().append_pair(&key, &value);
        if PgConnectOptions::from_str(alone.as_str()).is_err() {
            return Err(StoreError::Unsound(format!("the value of `{key}` is none")));
        }
    }
    PgConnectOptions::from_str(address).map_err(|_| StoreError::Unsound("a part of it cannot be read".to_owned()))
}

impl Postgres {
    /// Opens a database, and creates the tables in it when they are not there.
    pub async fn open(options: PgConnectOptions) -> Result<Postgres, StoreError> {
        let options = options.application_name("mwsd").options(SETTINGS);
        // A connection for the writer and some for readers that ask for the version, who wait for each other anyway.
        let pool =
            PgPoolOptions::new().max_connections(4).min_connections(1).acquire_timeout(Duration::from_secs(10)).test_before_acquire(false);
        let pool = pool.connect_with(options).await?;
        let mut begun = pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(CREATION).execute(&mut *begun).await?;
        for statement in TABLES {
            sqlx::query(statement).execute(&mut *begun).await?;
        }
        for (name, value) in [("format", FORMAT), ("version", 0), ("forgotten", 0)] {
            let statement = "INSERT INTO mwsd_meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            sqlx::query(statement).bind(name).bind(value).execute(&mut *begun).await?;
        }
        let format = meta(&mut begun, "format").await?;
        begun.commit().await?;
        if format == FORMAT { Ok(Postgres { pool }) } else { Err(StoreError::Format(format)) }
    }

    /// What was changed after a version; `None` when nothing was, which costs one round trip.
    pub(super) async fn news(&self, known: i64) -> Result<Option<News>, StoreError> {
        // A connection of the pool may be dead, after a restart of the server for instance: reading may be tried again.
        match self.try_news(known).await {
            Err(StoreError::Unavailable(_)) => self.try_news(known).await,
            outcome => outcome,
        }
    }

    async fn try_news(&self, known: i64) -> Result<Option<News>, StoreError> {
        if meta(&mut *self.pool.acquire().await?, "version").await? == known {
            return Ok(None);
        }
        // What follows takes several statements, which must see one state.
        let mut begun = self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let version = meta(&mut begun, "version").await?;
        let news = news(&mut begun, version, known).await?;
        begun.rollback().await?;
        Ok(Some(news))
    }

    pub(super) async fn begin(&self, known: i64) -> Result<(sqlx::Transaction<'static, sqlx::Postgres>, Option<News>), StoreError> {
        // Nothing was written yet, so this may be tried again too.
        let (mut begun, version) = match self.lock().await {
            Err(StoreError::Unavailable(_)) => self.lock().await?,
            outcome => outcome?,
        };
        let news = if version == known { None } else { Some(news(&mut begun, version, known).await?) };
        Ok((begun, news))
    }

    async fn lock(&self) -> Result<(sqlx::Transaction<'static, sqlx::Postgres>, i64), StoreError> {
        let mut begun = self.pool.begin().await?;
        let statement = "SELECT value FROM mwsd_meta WHERE name = 'version' FOR UPDATE";
        let version = sqlx::query(statement).fetch_one(&mut *begun).await?.try_get(0)?;
        Ok((begun, version))
    }
}

async fn meta(connection: &mut PgConnection, name: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query("SELECT value FROM mwsd_meta WHERE name = $1").bind(name).fetch_one(connection).await?.try_get(0)?)
}

/// Rows after a version, up to the one that the connection sees.
async fn news(connection: &mut PgConnection, version: i64, known: i64) -> Result<News, StoreError> {
    let whole = known < meta(connection, "forgotten").await?;
    let statement = "SELECT tbl, id, columns FROM mwsd_rows WHERE version > $1";
    let rows = sqlx::query(statement).bind(if whole { 0 } else { known }).fetch_all(connection).await?;
    let read = |row: PgRow| Ok::<_, StoreError>(Stored { table: row.try_get(0)?, id: row.try_get(1)?, columns: row.try_get(2)? });
    Ok(News { version, rows: rows.into_iter().map(read).collect::<Result<_, _>>()?, whole })
}

/// Stores rows as a version.
pub(super) async fn commit(mut begun: sqlx::Transaction<'static, sqlx::Postgres>, version: i64, rows: &[Stored]) -> Result<(), StoreError> {
    let tables: Vec<&str> = rows.iter().map(|row| row.table.as_str()).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let columns: Vec<Option<&str>> = rows.iter().map(|row| row.columns.as_deref()).collect();
    let statement = "INSERT INTO mwsd_rows (tbl, id, version, columns) \
                     SELECT tbl, id, $1, columns FROM unnest($2::text[], $3::bigint[], $4::text[]) AS new (tbl, id, columns) \
                     ON CONFLICT (tbl, id) DO UPDATE SET version = excluded.version, columns = excluded.columns";
    sqlx::query(statement).bind(version).bind(tables).bind(ids).bind(columns).execute(&mut *begun).await?;
    let set = "UPDATE mwsd_meta SET value = $1 WHERE name = $2";
    sqlx::query(set).bind(version).bind("version").execute(&mut *begun).await?;
    if version % FORGET_EVERY == 0 && version > MEMORY {
        // The last number of a table stays, so that it is not given again.
        let statement = "DELETE FROM mwsd_rows WHERE columns IS NULL AND version <= $1 \
                         AND id < (SELECT max(id) FROM mwsd_rows AS other WHERE other.tbl = mwsd_rows.tbl)";
        sqlx::query(statement).bind(version - MEMORY).execute(&mut *begun).await?;
        sqlx::query(set).bind(version - MEMORY).bind("forgotten").execute(&mut *begun).await?;
    }
    Ok(begun.commit().await?)
}
