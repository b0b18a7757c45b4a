//! Kill -9 under a load of writes: what was acknowledged over HTTP is there when the program starts again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::server::Server;
use super::shared::database;

/// Clients that write at the same time.
const WRITERS: usize = 6;

/// Writes from several clients until the server is killed. Gives the names and numbers of the categories that it said it had added.
fn write_until_killed(server: &mut Server, round: usize) -> Vec<(String, i64)> {
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let write = |writer: usize, server: &Server| {
        let mut acknowledged = Vec::new();
        for number in 0.. {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            let name = format!("{round}-{writer}-{number}");
            // The connection may break, or the answer come in part: then nothing was acknowledged.
            let Some((200, answer)) = server.call("admin", "add_category", &json!({ "datum": { "name": name } })) else { continue };
            acknowledged.push((name, answer[0]["id"].as_i64().unwrap()));
            done.fetch_add(1, Ordering::SeqCst);
        }
        acknowledged
    };
    let (write, shared) = (&write, &*server);
    let acknowledged = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer, shared))).collect();
        while done.load(Ordering::SeqCst) < 20 * WRITERS && writers.iter().any(|writer| !writer.is_finished()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        shared.signal("KILL");
        stop.store(true, Ordering::SeqCst);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    server.kill();
    acknowledged
}

/// Kills a server of a store again and again. Gives how many writes were acknowledged in all.
fn survives(store: &str) -> usize {
    let mut acknowledged: HashMap<String, i64> = HashMap::new();
    for round in 0..3 {
        let mut server = Server::on(store, &["--log", "error"]);
        let before = acknowledged.len();
        acknowledged.extend(write_until_killed(&mut server, round));
        assert!(acknowledged.len() >= before + 20 * WRITERS, "it was killed under load");
        let server = Server::on(store, &["--log", "error"]);
        let (_, found) = server.call("admin", "get_categories", &json!({})).unwrap();
        let found: HashMap<&str, i64> =
            found.as_array().unwrap().iter().map(|row: &Value| (row["name"].as_str().unwrap(), row["id"].as_i64().unwrap())).collect();
        for (name, id) in &acknowledged {
            assert_eq!(found.get(name.as_str()), Some(id), "{name} was acknowledged");
        }
    }
    acknowledged.len()
}

#[test]
fn a_file_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let count = survives(folder.path().join("school.sqlite").to_str().unwrap());
    println!("{count} acknowledged, none lost");
}

#[test]
fn a_database_loses_nothing_acknowledged() {
    let Some(address) = database("mwsd_process_crash") else { return };
    let count = survives(&address);
    println!("{count} acknowledged, none lost");
}
