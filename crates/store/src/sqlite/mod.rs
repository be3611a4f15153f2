//! The SQLite store: one file in a data directory, one thread that writes, a few that read.

mod apply;
mod backup;
mod blobs;
mod checkpoint;
mod claim;
mod error;
mod examine;
mod find;
mod journal;
mod lists;
mod open;
mod parts;
mod queue;
mod readers;
mod record_writes;
mod records;
mod remove;
mod retain;
mod rollup;
mod segments;
mod store;
mod trim;
mod writer;

pub use backup::restore;
pub use examine::{Examination, Flaw, Promise};
pub use store::{Fatal, SqliteOptions, SqliteStore, Synchronous};

use store::Shared;
