//! The embedded store: tables in memory that survive the process.
//!
//! Reading touches neither disk nor lock: a reader takes the state of the moment ([`Store::read`]) and keeps it. Writing goes through
//! one task ([`writer`]): it takes what is waiting, runs it on a draft of the next state, stores the rows that changed in one transaction
//! of the [`Disk`], and only then shows the new state and answers. So an answer means that the change is stored, a change that fails is
//! simply not there, and many small changes share one wait for the disk.
//!
//! On the disk there is one table of rows, whatever the tables are: name, number, a version, and the columns as JSON, or nothing for a row
//! that was taken out. The version counts transactions. It is how processes that share a disk learn of each other's changes: whoever
//! writes holds a lock and first takes over the rows with a later version than the ones it has; whoever reads asks for the version, when
//! others can write ([`Disk::is_shared`]).
//!
//! Nothing here knows what the tables mean.

mod disk;
mod postgres;
mod refresh;
mod sqlite;
mod state;
mod table;
mod writer;

#[cfg(test)]
mod crash;
#[cfg(test)]
pub mod tests;

pub use disk::{Disk, StoreError};
pub use state::{Draft, TableId, Tables};
pub use table::{Column, Id, Layout, Row, Table, int};
pub use writer::Store;
