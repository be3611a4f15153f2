//! Durable backends: the journal of executions and the records beside it.
//!
//! [`Journal`] and [`Records`] are what the rest of the product sees. A store decides nothing about executions.

mod blob;
pub mod cache;
mod clock;
mod error;
mod feed;
pub mod hostile;
pub mod journal;
mod memory;
mod pages;
mod recent;
pub mod records;
mod rollup;
pub mod sqlite;

use std::future::Future;
use std::pin::Pin;

pub use blob::{BLOB_CHUNK, BLOB_MAX, Blob, BlobPart, BlobQuery, BlobWriter};
pub use cache::Cache;
pub use clock::Clock;
pub use error::StoreError;
pub use feed::{Feed, Lagged, Subscription};
pub use journal::{Append, Batch, ExecutionRow, Journal, Segment, Seq};
pub use memory::MemoryStore;
pub use pages::Pages;
pub use recent::{ListCursor, NoCursor};
pub use records::{Record, Records};
pub use sqlite::{SqliteOptions, SqliteStore, Synchronous};

/// A boxed future that may cross threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// The result of a store's call.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// How long a body that nothing refers to is kept, in ms: time enough to append what refers to it.
pub(crate) const BLOB_GRACE_MS: i64 = 3_600_000;
