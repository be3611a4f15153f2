//! The memory store: simple and correct, the oracle of the conformance suite, and enough for runs that need not last.
//!
//! Batches are applied and answered by one thread, as a durable store does it; everything else takes the lock itself.

mod blobs;
mod executions;
mod journal;
mod records;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use model::{ExecutionId, TenantId, WorkflowId};

use crate::journal::{Batch, BlobHash, ExecutionRow, InboxMessage, Segment};
use crate::recent::{Recent, Touch};
use crate::{Clock, Feed};

use self::records::RecordTable;

/// Batches that may wait before `append` makes its caller wait.
const WAITING_MAX: usize = 1_024;

/// A store that forgets everything when dropped.
#[derive(Debug)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    owner: u64,
    batches: Option<mpsc::SyncSender<Batch>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    feed: Feed,
    clock: Clock,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type IdempotencyKey = (TenantId, Option<WorkflowId>, String);

#[derive(Debug, Default)]
struct State {
    /// The one handle that may write; older ones stand for processes that died.
    owner: u64,
    /// When what is written now is written, in ms since 1970.
    now_ms: i64,
    /// The last handle that left as it should.
    left: u64,
    executions: BTreeMap<ExecutionId, Execution>,
    idempotency: HashMap<IdempotencyKey, (ExecutionId, [u8; 32])>,
    inbox: BTreeMap<u64, InboxMessage>,
    /// Ids of messages that came, also of those that were answered.
    seen: HashSet<(ExecutionId, String)>,
    inbox_rows: u64,
    blobs: HashMap<(TenantId, BlobHash), (Bytes, i64)>,
    records: RecordTable,
    recent: Recent,
    /// Rows that were changed since the last commit.
    touched: Vec<Touch>,
    commits: u64,
    entries: u64,
}

#[derive(Debug)]
struct Execution {
    row: ExecutionRow,
    /// The handle that has it; 0 for none.
    owner: u64,
    /// When it ended, in ms since 1970.
    ended_ms: Option<i64>,
    segments: Vec<Segment>,
    blobs: HashSet<BlobHash>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(Clock::default())
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new(clock: Clock) -> Self {
        Self::over(Arc::new(Shared { state: Mutex::default(), feed: Feed::default(), clock }))
    }

    /// A new handle to the same data, as a process has it that starts after another one died: open executions wait to
    /// be claimed, and whatever the old handle still writes is refused.
    #[must_use]
    pub fn restart(&self) -> Self {
        Self::over(self.shared.clone())
    }

    fn over(shared: Arc<Shared>) -> Self {
        let owner = {
            let state = &mut *shared.lock();
            state.owner += 1;
            state.recent = Recent::new(shared.clock.now_ms(), state.owner.cast_signed());
            state.owner
        };
        let (batches, waiting) = mpsc::sync_channel::<Batch>(WAITING_MAX);
        let thread = thread::Builder::new()
            .name("store-memory".into())
            .spawn({
                let shared = shared.clone();
                move || waiting.iter().for_each(|batch| journal::apply(&shared, owner, batch))
            })
            .expect("the system has a thread left at start");
        Self { shared, owner, batches: Some(batches), thread: Some(thread) }
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic in a caller's answer has been reported by the thread itself.
            drop(thread.join());
        }
    }
}
