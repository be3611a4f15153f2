//! Files as node types see them: bytes that come in and go out piece by piece, kept by whoever runs the steps.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use model::file::{File, FileHash};
use model::{ExecutionId, TenantId};
use tokio::sync::mpsc;

use crate::StepError;

/// Bytes that are read at once while a file goes out.
const PIECE: u64 = 256 << 10;
/// Pieces that wait to go out.
const AHEAD: usize = 2;

/// An answer that comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StepError>> + Send + 'a>>;

/// On whose behalf a step handles files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Whose execution it is.
    pub tenant: TenantId,
    /// The execution. It reads only files that it refers to.
    pub execution: ExecutionId,
}

/// Where files are kept.
pub trait FileStore: Send + Sync {
    /// Begins a file of at most so many bytes.
    fn create(&self, owner: Owner, most: u64) -> Box<dyn FileWriter>;

    /// Some bytes of a file, and how many it has in all. `file_not_found` where the execution does not refer to it.
    fn read(&self, owner: Owner, hash: FileHash, offset: u64, length: u64) -> Later<'_, (Bytes, u64)>;
}

/// A file that comes in. One that is dropped leaves nothing.
pub trait FileWriter: Send {
    /// Takes the next bytes; who waits for the answer holds no more than it hands over.
    fn write(&mut self, bytes: Bytes) -> Later<'_, ()>;

    /// Ends the file; it is durable then. Answers its hash and its bytes.
    fn finish(self: Box<Self>) -> Later<'static, (FileHash, u64)>;
}

/// The way to files; there may be none.
#[derive(Clone, Default)]
pub struct Files(Option<Arc<dyn FileStore>>);

impl Files {
    /// A way to files that are kept there.
    pub fn new(store: Arc<dyn FileStore>) -> Self {
        Self(Some(store))
    }

    /// Whether files can be kept at all.
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn store(&self) -> Result<&Arc<dyn FileStore>, StepError> {
        let message = "this machine keeps no files: ask for an answer that is not one";
        self.0.as_ref().ok_or_else(|| StepError::new("files_unavailable", message).finally())
    }

    /// Begins a file of at most so many bytes.
    pub(crate) fn create(&self, owner: Owner, most: u64) -> Result<Box<dyn FileWriter>, StepError> {
        Ok(self.store()?.create(owner, most))
    }

    /// A file that an execution refers to, to be sent.
    pub(crate) async fn open(&self, owner: Owner, file: &File) -> Result<Outgoing, StepError> {
        let store = self.store()?.clone();
        // Its size is what is there, whatever the value says.
        let (_, size) = store.read(owner, file.hash, 0, 0).await?;
        Ok(Outgoing { store, owner, hash: file.hash, size })
    }
}

/// A file that goes out, as often as it has to.
#[derive(Clone)]
pub(crate) struct Outgoing {
    store: Arc<dyn FileStore>,
    owner: Owner,
    hash: FileHash,
    pub(crate) size: u64,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("owner", &self.owner).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Outgoing {
    /// Its bytes from the start, read as fast as they are taken. Who lets go of the pieces ends it.
    pub(crate) fn pieces(&self) -> mpsc::Receiver<Result<Bytes, StepError>> {
        let (give, take) = mpsc::channel(AHEAD);
        let Self { store, owner, hash, size } = self.clone();
        tokio::spawn(async move {
            let mut at = 0;
            while at < size {
                let piece = store.read(owner, hash, at, PIECE).await.map(|(bytes, _)| bytes);
                at += piece.as_ref().map_or(size, |bytes| (bytes.len() as u64).max(1));
                if give.send(piece).await.is_err() {
                    return;
                }
            }
        });
        take
    }
}
