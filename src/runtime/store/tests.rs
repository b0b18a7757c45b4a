//! Tests of the store, on each kind of disk that is at hand.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::{Column, Disk, Draft, Layout, Store, StoreError, TableId};

pub(super) const BOOKS: TableId = TableId(0);
pub(super) const LOANS: TableId = TableId(1);

pub(super) fn layouts() -> Vec<Layout> {
    let books = vec![Column::new("id", 0), Column::new("title", ""), Column::new("pages", 0)];
    let loans = vec![Column::new("id", 0), Column::new("book", 0)];
    vec![
        Layout { name: "books", shown: books, kept: vec![Column::new("shelf", "")], indexes: &["title", "pages"] },
        Layout { name: "loans", shown: loans, kept: Vec::new(), indexes: &["book"] },
    ]
}

pub(super) fn book(title: &str, pages: i64) -> Map {
    [("title".to_owned(), title.into()), ("pages".to_owned(), pages.into()), ("shelf".to_owned(), "A".into())].into_iter().collect()
}

fn nothing(_: &mut Draft) {}

async fn open(address: &str) -> Store {
    Store::open(Disk::open(address).await.unwrap(), layouts(), nothing).await.unwrap()
}

async fn add(store: &Store, title: &str, pages: i64) -> i64 {
    let columns = book(title, pages);
    store.write(move |draft| Ok::<_, ()>(draft.insert(BOOKS, columns))).await.unwrap().unwrap()
}

async fn change(store: &Store, change: impl FnOnce(&mut Draft) + Send + 'static) {
    let made = store.write(move |draft| {
        change(draft);
        Ok::<_, ()>(())
    });
    made.await.unwrap().unwrap();
}

fn titles(store: &Store) -> Vec<String> {
    store.peek().table(BOOKS).rows().map(|row| row.text("title").to_owned()).collect()
}

/// The address of a PostgreSQL database for tests, with a schema of its own; `None` when there is none.
fn postgres(schema: &str) -> Option<String> {
    let Ok(address) = std::env::var("MWSD_TEST_POSTGRES") else {
        println!("skipped: MWSD_TEST_POSTGRES is not set");
        return None;
    };
    let mark = if address.contains('?') { '&' } else { '?' };
    Some(format!("{address}{mark}options=-csearch_path%3D{schema}"))
}

/// An empty schema for a test.
pub(crate) async fn schema(name: &'static str) -> Option<String> {
    let address = postgres(name)?;
    let pool = sqlx::PgPool::connect(&address).await.unwrap();
    for statement in [format!("DROP SCHEMA IF EXISTS {name} CASCADE"), format!("CREATE SCHEMA {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    }
    Some(address)
}

fn file(folder: &tempfile::TempDir) -> String {
    folder.path().join("store.sqlite").to_str().unwrap().to_owned()
}

#[tokio::test]
async fn rows_are_found_by_any_column() {
    let store = open("memory").await;
    add(&store, "Atlas", 90).await;
    add(&store, "Bees", 120).await;
    add(&store, "Atlas", 300).await;
    let tables = store.peek();
    let found = |column: &str, value: Value| tables.table(BOOKS).find(column, &value).iter().map(|row| row.id()).collect::<Vec<_>>();
    assert_eq!(found("title", "Atlas".into()), [1, 3]);
    assert_eq!(found("pages", 120.into()), [2]);
    assert_eq!(found("pages", "120".into()), [2]);
    assert_eq!(found("pages", "many".into()), [0i64; 0]);
    assert_eq!(found("id", "3".into()), [3]);
    assert_eq!(found("shelf", "A".into()), [1, 2, 3]);
    assert_eq!(found("colour", "".into()), [0i64; 0]);
}

#[tokio::test]
async fn indexes_follow_changes() {
    let store = open("memory").await;
    let id = add(&store, "Atlas", 90).await;
    change(&store, move |draft| draft.update(BOOKS, id, [("title", "Bees")])).await;
    assert!(store.peek().table(BOOKS).first("title", &"Atlas".into()).is_none());
    assert_eq!(store.peek().table(BOOKS).first("title", &"Bees".into()).unwrap().id(), id);
    change(&store, move |draft| draft.remove(BOOKS, id)).await;
    assert!(store.peek().table(BOOKS).first("title", &"Bees".into()).is_none());
}

#[tokio::test]
async fn a_change_that_fails_changes_nothing() {
    let store = open("memory").await;
    add(&store, "Atlas", 90).await;
    let failed = store.write(|draft| {
        draft.remove(BOOKS, 1);
        draft.insert(BOOKS, book("Bees", 1));
        Err::<(), _>("no")
    });
    assert_eq!(failed.await.unwrap(), Err("no"));
    assert_eq!(titles(&store), ["Atlas"]);
    assert_eq!(add(&store, "Cranes", 1).await, 2);
}

#[tokio::test]
async fn a_change_that_panics_changes_nothing_and_the_store_goes_on() {
    let store = open("memory").await;
    add(&store, "Atlas", 90).await;
    let broken = store.clone();
    let defect = tokio::spawn(async move {
        let change = |draft: &mut Draft| {
            draft.remove(BOOKS, 1);
            if draft.tables().table(BOOKS).rows().count() == 0 { panic!("a defect") } else { Ok::<_, ()>(()) }
        };
        broken.write(change).await
    });
    assert!(defect.await.unwrap_err().is_panic(), "whoever brought the change panics");
    assert_eq!(titles(&store), ["Atlas"]);
    assert_eq!(add(&store, "Bees", 1).await, 2);
}

#[tokio::test]
async fn a_reader_keeps_the_state_that_it_took() {
    let store = open("memory").await;
    add(&store, "Atlas", 90).await;
    let before = store.read().await.unwrap();
    add(&store, "Bees", 1).await;
    assert_eq!((before.table(BOOKS).len(), store.peek().table(BOOKS).len()), (1, 2));
}

#[tokio::test]
async fn values_fit_their_columns() {
    let store = open("memory").await;
    let columns = [("title".to_owned(), Value::Int(7)), ("pages".to_owned(), " 12 pages".into())].into_iter().collect();
    store.write(move |draft| Ok::<_, ()>(draft.insert(BOOKS, columns))).await.unwrap().unwrap();
    let tables = store.peek();
    let row = tables.table(BOOKS).get(1).unwrap();
    assert_eq!((row.text("title"), row.int("pages"), row.text("shelf")), ("7", 12, ""));
    assert_eq!(row.value().as_map().unwrap().keys().collect::<Vec<_>>(), ["id", "title", "pages"]);
}

/// What every disk that lasts has to do.
async fn lasts(address: &str) {
    let store = open(address).await;
    add(&store, "Atlas \u{0}\"\\ ünï ☃", 90).await;
    let second = add(&store, "Bees", 1).await;
    change(&store, move |draft| draft.remove(BOOKS, second)).await;
    store.write(|draft| Ok::<_, ()>(draft.insert(LOANS, [("book".to_owned(), 1.into())].into_iter().collect()))).await.unwrap().unwrap();
    drop(store);
    let again = open(address).await;
    assert_eq!(titles(&again), ["Atlas \u{0}\"\\ ünï ☃"]);
    assert_eq!(again.peek().table(LOANS).first("book", &1.into()).unwrap().id(), 1);
    assert_eq!(add(&again, "Cranes", 3).await, 3, "a number is not given twice");
}

#[tokio::test]
async fn a_file_lasts() {
    let folder = tempfile::tempdir().unwrap();
    lasts(&file(&folder)).await;
    assert_eq!(std::fs::metadata(file(&folder)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_database_lasts() {
    if let Some(address) = schema("mwsd_test_lasts").await {
        lasts(&address).await;
    }
}

/// Two processes that write in turns and at once, as two stores.
async fn shared(address: &str) {
    let (one, other) = (open(address).await, open(address).await);
    let mut tasks = Vec::new();
    for number in 0..40 {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        tasks.push(tokio::spawn(async move { add(&store, &format!("Book {number}"), number).await }));
    }
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=40).collect::<Vec<_>>(), "each row has a number of its own");
    let (mut first, mut second) = (titles(&open(address).await), titles(&open(address).await));
    first.sort();
    second.sort();
    assert_eq!((first.len(), &first), (40, &second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_write_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let address = file(&folder);
    shared(&address).await;
    let (one, other) = (open(&address).await, open(&address).await);
    add(&one, "Late", 1).await;
    for _ in 0..60 {
        if titles(&other).iter().any(|title| title == "Late") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the other process does not notice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_a_database() {
    let Some(address) = schema("mwsd_test_shared").await else { return };
    shared(&address).await;
    let (one, other) = (open(&address).await, open(&address).await);
    for number in 0..50 {
        let id = add(&one, "Late", number).await;
        let seen = other.read().await.unwrap();
        assert_eq!(seen.table(BOOKS).get(id).map(|row| row.int("pages")), Some(number), "what was acknowledged is seen at once");
        change(&other, move |draft| draft.remove(BOOKS, id)).await;
        assert!(one.read().await.unwrap().table(BOOKS).get(id).is_none());
    }
}

#[tokio::test]
async fn who_was_away_too_long_reads_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let address = file(&folder);
    let (one, other) = (open(&address).await, open(&address).await);
    let id = add(&one, "Gone", 1).await;
    other.check().await.unwrap();
    add(&one, "Stays", 1).await;
    change(&one, move |draft| draft.remove(BOOKS, id)).await;
    // As if a hundred thousand transactions had followed.
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{address}")).await.unwrap();
    sqlx::query("DELETE FROM mwsd_rows WHERE columns IS NULL").execute(&pool).await.unwrap();
    sqlx::query("UPDATE mwsd_meta SET value = 3 WHERE name = 'forgotten'").execute(&pool).await.unwrap();
    other.check().await.unwrap();
    assert_eq!(titles(&other), ["Stays"]);
    assert_eq!(add(&other, "New", 1).await, 3);
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_says_why() {
    let fails = |address: &'static str| async move { Disk::open(address).await.unwrap_err().to_string() };
    assert!(fails("mysql://user:secret@host/db").await.starts_with("`mysql://…` is no store"));
    assert!(fails("").await.contains("is no store"));
    assert!(fails("/proc/nowhere/store").await.contains("/proc/nowhere/store"));
    let folder = tempfile::tempdir().unwrap();
    let address = file(&folder);
    std::fs::write(&address, "this is no database at all, but it is long enough to be taken for one").unwrap();
    assert!(matches!(Disk::open(&address).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_store_of_another_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let address = file(&folder);
    drop(open(&address).await);
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{address}")).await.unwrap();
    sqlx::query("UPDATE mwsd_meta SET value = 9 WHERE name = 'format'").execute(&pool).await.unwrap();
    assert_eq!(Disk::open(&address).await.unwrap_err(), StoreError::Format(9));
}

#[tokio::test]
async fn a_disk_that_fails_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let address = file(&folder);
    let store = open(&address).await;
    add(&store, "Atlas", 1).await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{address}")).await.unwrap();
    sqlx::query("ALTER TABLE mwsd_rows RENAME TO away").execute(&pool).await.unwrap();
    let outcome = store.write(|draft| Ok::<_, ()>(draft.insert(BOOKS, book("Bees", 1)))).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    assert_eq!(titles(&store), ["Atlas"]);
    sqlx::query("ALTER TABLE away RENAME TO mwsd_rows").execute(&pool).await.unwrap();
    assert_eq!(add(&store, "Cranes", 1).await, 2);
}

#[tokio::test]
async fn a_reader_reads_what_the_row_says_of_its_column() {
    let store = open("memory").await;
    add(&store, "Emma", 474).await;
    change(&store, |draft| draft.update(BOOKS, 1, [("pages", 475)])).await;
    let tables = store.peek();
    let (table, row) = (tables.table(BOOKS), tables.table(BOOKS).get(1).unwrap());
    for column in ["id", "title", "pages", "shelf", "colour"] {
        assert_eq!(table.reader(column)(row), row.get(column), "{column}");
    }
    assert_eq!(table.reader("pages")(row), &Value::Int(475));
}

#[tokio::test]
async fn rows_stay_sorted_as_they_change() {
    let store = open("memory").await;
    let sorted = |column: &'static str| {
        let rows = store.peek().table(BOOKS).sorted(column);
        rows.iter().map(|row| row.text("title").to_owned()).collect::<Vec<_>>()
    };
    for title in ["Persuasion", "Emma", "Villette", "Emma"] {
        add(&store, title, 9).await;
    }
    assert_eq!(sorted("title"), ["Emma", "Emma", "Persuasion", "Villette"]);
    change(&store, |draft| draft.update(BOOKS, 3, [("title", "Agnes Grey")])).await;
    assert_eq!(sorted("title"), ["Agnes Grey", "Emma", "Emma", "Persuasion"]);
    let before = store.peek();
    change(&store, |draft| draft.remove(BOOKS, 2)).await;
    assert_eq!(sorted("title"), ["Agnes Grey", "Emma", "Persuasion"]);
    assert_eq!(before.table(BOOKS).sorted("title").len(), 4, "what a reader has stays as it is");
    assert_eq!(sorted("shelf"), ["Persuasion", "Agnes Grey", "Emma"], "all on one shelf: by number");
    add(&store, "Belinda", 9).await;
    assert_eq!(sorted("title"), ["Agnes Grey", "Belinda", "Emma", "Persuasion"]);
}
