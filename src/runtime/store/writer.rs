//! The one task that changes the store.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::disk::{Disk, News, StoreError, Stored, Transaction};
use super::refresh::{self, Shared, State};
use super::state::{Draft, Tables};
use super::table::Layout;

/// The store. A clone is the same store.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Job>,
}

/// Changes a draft; what it gives is called with the outcome of storing it.
type Job = Box<dyn FnOnce(&mut Draft) -> Finish + Send>;
type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// How many changes wait before whoever brings another one waits too.
const WAITING: usize = 1_024;

/// How many changes share a transaction at most.
const BATCH: usize = 256;

impl Store {
    /// Opens a store with these tables. Rows of other tables in it are left alone. `seed` fills a store that has no rows.
    pub async fn open(disk: Disk, layouts: Vec<Layout>, seed: impl FnOnce(&mut Draft) + Send) -> Result<Store, StoreError> {
        let empty = State { tables: Tables::new(layouts), version: 0 };
        let (begun, news) = disk.begin(0).await?;
        let state = match news {
            Some(news) => {
                begun.forget().await?;
                empty.with(&news)?
            }
            None => fill(begun, empty, seed).await?,
        };
        let shared = Arc::new(Shared::new(disk, state));
        let (jobs, waiting) = mpsc::channel(WAITING);
        tokio::spawn(run(Arc::clone(&shared), waiting));
        refresh::watch(&shared);
        Ok(Store { shared, jobs })
    }

    /// The state of this moment. When other processes write to the same store, it has all that was acknowledged before this was called.
    pub async fn read(&self) -> Result<Tables, StoreError> {
        if self.shared.disk.is_shared() {
            self.shared.refresh().await?;
        }
        Ok(self.shared.state().tables.clone())
    }

    /// The state that this process has, which may lack what others wrote lately.
    pub fn peek(&self) -> Tables {
        self.shared.state().tables.clone()
    }

    /// Changes the store. When the change gives an error, nothing was changed; when this gives `Ok(Ok(_))`, it is stored for good. A change
    /// that panics panics here, and changes nothing: the store goes on.
    pub async fn write<T, E>(&self, change: impl FnOnce(&mut Draft) -> Result<T, E> + Send + 'static) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job: Job = Box::new(move |draft| {
            let before = draft.clone();
            // The draft may be anything then, and is thrown away.
            let made = catch_unwind(AssertUnwindSafe(|| change(draft)));
            if !matches!(made, Ok(Ok(_))) {
                *draft = before;
            }
            // Whoever asked may be gone; the change is made all the same.
            Box::new(move |stored| drop(answer.send(stored.map(|()| made))))
        });
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        let made = outcome.await.map_err(|_| StoreError::Closed)??;
        Ok(made.unwrap_or_else(|panic| resume_unwind(panic)))
    }

    /// Whether the disk answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.shared.refresh().await
    }
}

/// Fills a store that has no rows, under the lock: of several processes that are started at once, one does it.
async fn fill(begun: Transaction, empty: State, seed: impl FnOnce(&mut Draft) + Send) -> Result<State, StoreError> {
    let mut draft = Draft::of(empty.tables.clone());
    seed(&mut draft);
    if draft.is_unchanged() {
        begun.forget().await?;
        return Ok(empty);
    }
    begun.commit(1, &changes(&draft)?).await?;
    Ok(State { tables: draft.tables().clone(), version: 1 })
}

/// Makes changes as they come, until nobody can bring more.
async fn run(shared: Arc<Shared>, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.recv().await {
        let mut jobs = vec![first];
        while jobs.len() < BATCH {
            let Ok(job) = waiting.try_recv() else { break };
            jobs.push(job);
        }
        batch(&shared, jobs).await;
    }
}

/// Makes some changes in one transaction, then answers each.
async fn batch(shared: &Shared, jobs: Vec<Job>) {
    let before = shared.state();
    let begun = match begin(shared, &before).await {
        Ok(begun) => begun,
        Err(why) => {
            // Each learns why by its own answer, so each runs, on a draft that nobody keeps.
            let mut draft = Draft::of(before.tables.clone());
            for job in jobs {
                job(&mut draft)(Err(why.clone()));
            }
            return;
        }
    };
    let (transaction, state) = begun;
    let mut draft = Draft::of(state.tables.clone());
    let finish: Vec<Finish> = jobs.into_iter().map(|job| job(&mut draft)).collect();
    let stored = store(transaction, &draft, state.version).await;
    if let Ok(version) = stored {
        shared.publish(State { tables: draft.tables().clone(), version });
    }
    let outcome = stored.map(|_| ());
    for finish in finish {
        finish(outcome.clone());
    }
}

/// Takes the lock, and over what others wrote.
async fn begin(shared: &Shared, before: &State) -> Result<(Transaction, State), StoreError> {
    let (transaction, news) = shared.disk.begin(before.version).await?;
    let state = news.map_or_else(|| Ok(before.clone()), |news: News| before.with(&news))?;
    Ok((transaction, state))
}

/// Stores what changed in a draft; gives the version that it became.
async fn store(transaction: Transaction, draft: &Draft, version: i64) -> Result<i64, StoreError> {
    if draft.is_unchanged() {
        transaction.forget().await?;
        return Ok(version);
    }
    let rows = changes(draft)?;
    transaction.commit(version + 1, &rows).await?;
    Ok(version + 1)
}

fn changes(draft: &Draft) -> Result<Vec<Stored>, StoreError> {
    draft.changes().map(|(layout, id, row)| Stored::of(layout, id, row)).collect()
}
