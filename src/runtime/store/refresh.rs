//! Keeping up with what other processes write to the same disk.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use super::disk::{Disk, News, StoreError};
use super::state::Tables;

/// A state and the version on the disk that it is.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub tables: Tables,
    pub version: i64,
}

impl State {
    /// The state after what others changed.
    pub fn with(&self, news: &News) -> Result<State, StoreError> {
        let mut tables = self.tables.clone();
        if news.whole {
            tables.clear();
        }
        for stored in &news.rows {
            // Another process may have tables that this one lacks.
            let Some(id) = tables.by_name(&stored.table) else { continue };
            let columns = stored.read()?;
            let table = tables.table_mut(id);
            if let Some(columns) = columns {
                let row = table.layout().arrange(columns);
                table.put(stored.id, row);
            } else {
                table.remove(stored.id);
                table.skip_to(stored.id);
            }
        }
        Ok(State { tables, version: news.version })
    }
}

/// What the writer and the readers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub disk: Disk,
    state: ArcSwap<State>,
    /// How often the disk was asked for news so far.
    asked: AtomicU64,
    /// Up to which of these times the answer has come. Held while asking.
    answered: Mutex<u64>,
}

impl Shared {
    pub fn new(disk: Disk, state: State) -> Shared {
        Shared { disk, state: ArcSwap::from_pointee(state), asked: AtomicU64::new(0), answered: Mutex::new(0) }
    }

    /// The state that this process has.
    pub fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    /// Shows a state, unless a later one is shown already.
    pub fn publish(&self, next: State) {
        let next = Arc::new(next);
        self.state.rcu(|shown| if next.version > shown.version { Arc::clone(&next) } else { Arc::clone(shown) });
    }

    /// Takes over what others wrote before this was called. Those who ask at the same time share one question to the disk.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        // A question that was already on its way may miss what was written after it; the one after that cannot.
        let enough = self.asked.load(Ordering::SeqCst) + 1;
        let mut answered = self.answered.lock().await;
        if *answered >= enough {
            return Ok(());
        }
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let before = self.state();
        if let Some(news) = self.disk.news(before.version).await? {
            self.publish(before.with(&news)?);
        }
        *answered = number;
        Ok(())
    }
}

/// How often a server looks whether another process, such as `mwsd account`, wrote to its file.
const PERIOD: Duration = Duration::from_secs(1);

/// Looks at a file for changes of others, as long as the store is open.
pub(super) fn watch(shared: &Arc<Shared>) {
    if let Disk::Sqlite(_) = shared.disk {
        tokio::spawn(look(Arc::downgrade(shared)));
    }
}

async fn look(shared: Weak<Shared>) {
    let mut seen = None;
    loop {
        tokio::time::sleep(PERIOD).await;
        let Some(shared) = shared.upgrade() else { return };
        let Disk::Sqlite(file) = &shared.disk else { return };
        let outcome = match file.data_version().await {
            Ok(version) if seen == Some(version) => Ok(()),
            Ok(version) => shared.refresh().await.map(|()| seen = Some(version)),
            Err(why) => Err(why),
        };
        if let Err(why) = outcome {
            tracing::warn!(%why, "the store cannot be read again");
        }
    }
}
