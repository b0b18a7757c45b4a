//! Kill -9: a process that writes without end is killed at any moment, and what it had acknowledged is there.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use super::tests::{BOOKS, LOANS, book, layouts, schema};
use super::{Disk, Draft, Store};

/// Tells the process that is to be killed where to write.
const STORE: &str = "MWSD_CRASH_STORE";

/// What the killed process does: this test run again in a process of its own. Without the variable it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn write_until_killed() {
    let Ok(address) = std::env::var(STORE) else { return };
    let store = Store::open(Disk::open(&address).await.unwrap(), layouts(), |_: &mut Draft| ()).await.unwrap();
    let writers: Vec<_> = (0..8).map(|writer| tokio::spawn(write(store.clone(), writer))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// Adds a book with two loans in one change, and says so once that is acknowledged.
async fn write(store: Store, writer: i64) {
    for number in 0.. {
        let title = format!("{writer}-{number}");
        let row = book(&title, number);
        let change = move |draft: &mut Draft| {
            let id = draft.insert(BOOKS, row);
            for _ in 0..2 {
                draft.insert(LOANS, [("book".to_owned(), id.into())].into_iter().collect());
            }
            Ok::<_, ()>(id)
        };
        let id = store.write(change).await.unwrap().unwrap();
        println!("acknowledged {id} {title}");
    }
}

/// Kills a writing process again and again, and looks for what it acknowledged. Gives how many changes that were.
async fn survives(address: &str) -> usize {
    let mut acknowledged: Vec<(i64, String)> = Vec::new();
    for round in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::crash::write_until_killed", "--nocapture"])
            .env(STORE, address)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (send, told) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut lines: Vec<String> = told.iter().take(40 + 7 * round).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        lines.extend(told);
        for line in lines {
            // The line that was being written when the process died may be cut.
            let mut words = line.strip_prefix("acknowledged ").unwrap_or_default().split(' ');
            if let (Some(Ok(id)), Some(title)) = (words.next().map(str::parse), words.next()) {
                acknowledged.push((id, title.to_owned()));
            }
        }
        let store = Store::open(Disk::open(address).await.unwrap(), layouts(), |_: &mut Draft| ()).await.unwrap();
        let tables = store.read().await.unwrap();
        for (id, title) in &acknowledged {
            let found = tables.table(BOOKS).get(*id).map(|row| row.text("title"));
            assert!(found.is_some_and(|found| found.starts_with(title)), "{id} {title} was acknowledged, and there is {found:?}");
        }
        for row in tables.table(BOOKS).rows() {
            assert_eq!(tables.table(LOANS).find("book", &row.id().into()).len(), 2, "a change is there as a whole or not at all");
        }
    }
    acknowledged.len()
}

#[tokio::test]
async fn a_file_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let count = survives(folder.path().join("store.sqlite").to_str().unwrap()).await;
    println!("{count} acknowledged, none lost");
    assert!(count > 20, "{count}");
}

#[tokio::test]
async fn a_database_survives_kill_9() {
    let Some(address) = schema("mwsd_test_crash").await else { return };
    let count = survives(&address).await;
    println!("{count} acknowledged, none lost");
    assert!(count > 20, "{count}");
}
