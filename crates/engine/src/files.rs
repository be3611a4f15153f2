//! Files of steps, kept in the journal's store. What a step makes is there for its execution once the step's outcome is
//! recorded, in the same transaction; until then nobody can read it.

use std::sync::Arc;

use bytes::Bytes;
use model::file::FileHash;
use nodes::{FileStore, FileWriter, Files, Later, Owner, StepError};
use store::journal::SharedJournal;
use store::{BlobQuery, BlobWriter, StoreError};

/// The way to files that stand in a journal's store.
pub fn files_of(journal: SharedJournal) -> Files {
    Files::new(Arc::new(Kept(journal)))
}

struct Kept(SharedJournal);

impl FileStore for Kept {
    fn create(&self, owner: Owner, most: u64) -> Box<dyn FileWriter> {
        Box::new(Coming(self.0.begin_blob(owner.tenant, most)))
    }

    fn read(&self, owner: Owner, hash: FileHash, offset: u64, length: u64) -> Later<'_, (Bytes, u64)> {
        let Owner { tenant, execution } = owner;
        let query = BlobQuery { tenant, hash, of: Some(execution), offset, length };
        Box::pin(async move {
            let part = self.0.get_blob(query).await.map_err(|error| told(&error))?;
            Ok((part.bytes, part.size))
        })
    }
}

struct Coming(Box<dyn BlobWriter>);

impl FileWriter for Coming {
    fn write(&mut self, bytes: Bytes) -> Later<'_, ()> {
        Box::pin(async move { self.0.write(bytes).await.map_err(|error| told(&error)) })
    }

    fn finish(self: Box<Self>) -> Later<'static, (FileHash, u64)> {
        Box::pin(async move {
            let blob = self.0.finish().await.map_err(|error| told(&error))?;
            Ok((blob.hash, blob.size))
        })
    }
}

/// What the store's error is for a step.
fn told(error: &StoreError) -> StepError {
    match error {
        StoreError::NotFound(_) => {
            let message = "this execution has no such file: a step of it, or its start, has to bring it";
            StepError::new("file_not_found", message).finally()
        }
        StoreError::TooLarge(_) => StepError::new("file_too_large", error.to_string()).finally(),
        other => StepError::new("file_not_kept", other.to_string()),
    }
}
