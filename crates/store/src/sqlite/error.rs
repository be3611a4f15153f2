//! What SQLite's errors mean for a store.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::StoreError;

/// What an error of SQLite asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// There is no space: it may come back.
    Full,
    /// The disk failed: what is on it is unknown.
    Io,
    /// The file is damaged.
    Corrupt,
    /// Anything else concerns one statement.
    Other,
}

/// Sorts an error.
pub(super) fn cause(error: &rusqlite::Error) -> Cause {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return Cause::Other };
    match failure.code {
        ErrorCode::DiskFull => Cause::Full,
        // The index of the write-ahead log grows by 32 KiB; where that fails, there is no space either.
        ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Cause::Full,
        ErrorCode::SystemIoFailure => Cause::Io,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Cause::Corrupt,
        _ => Cause::Other,
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match cause(&error) {
            Cause::Full => Self::Full(error.to_string()),
            Cause::Corrupt => Self::Corrupt(error.to_string()),
            Cause::Io | Cause::Other => Self::Unavailable(error.to_string()),
        }
    }
}

/// An error of the file system.
pub(super) fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    let text = format!("{}: {error}", path.display());
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full(text),
        _ => StoreError::Unavailable(text),
    }
}
