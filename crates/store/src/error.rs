//! What can go wrong in a store, named by what the caller does next.

use model::ExecutionId;

/// An error of a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote first: load again and decide again.
    #[error("{0} was changed by somebody else")]
    Conflict(String),
    /// The same request came before: answer with its execution.
    #[error("the idempotency key was used for execution {execution}")]
    Duplicate {
        /// The execution that the first request started.
        execution: ExecutionId,
        /// Whether the request is the same, byte for byte.
        same_body: bool,
    },
    /// It is not there.
    #[error("{0} was not found")]
    NotFound(String),
    /// What changed since the cursor is no longer known: read the list again.
    #[error("what changed since then is no longer known")]
    Expired,
    /// The disk is full: reads go on, writes are refused until there is space.
    #[error("the disk is full: {0}")]
    Full(String),
    /// A body has more bytes than are allowed.
    #[error("the body is too large: {0}")]
    TooLarge(String),
    /// The store cannot answer now; the outcome of a write is that it did not happen.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored cannot be read, or is newer than this program.
    #[error("the store is damaged or of another version: {0}")]
    Corrupt(String),
}
