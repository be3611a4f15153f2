//! The `Journal` trait: what the engine asks of a durable backend.
//!
//! An append is durable before it is acknowledged, and what is appended together is committed together. Nobody but an
//! execution's owner appends to it; everything else that reaches it goes through its inbox.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};

use crate::records::RecordWrite;
use crate::{BoxFuture, Result, StoreError, Subscription};

/// Position of an event in its execution's journal, from 1.
pub type Seq = u64;

/// Most rows that a list answers at once.
pub(crate) const LIST_MAX: usize = 1_000;

/// Whether retention that keeps errors keeps an execution with this status.
pub(crate) const fn is_error(status: Status) -> bool {
    matches!(status, Status::Failed | Status::TimedOut | Status::Quarantined)
}

/// A durable backend for executions. Object-safe; every call takes many items at once where many may come.
pub trait Journal: Send + Sync {
    /// Hands a batch to the writer, in the order of calls. It returns at once unless the writer's queue is full; the
    /// answer reaches `batch.done` after COMMIT, on a thread of the store.
    fn append(&self, batch: Batch);

    /// Segments of an execution that hold events after `after`, oldest first, until about `max_bytes` are read
    /// (at least one segment if there is one).
    fn read(&self, execution: ExecutionId, after: Seq, max_bytes: usize) -> BoxFuture<'_, Result<Vec<Segment>>>;

    /// The rows of some executions of a tenant; unknown ids are left out.
    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>>;

    /// A page of executions, newest first.
    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>>;

    /// Counts and durations over a tenant's executions, from the rollup.
    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>>;

    /// Committed segments from now on. Join it with [`Journal::read`]: subscribe first, then read, then drop what
    /// was read twice.
    fn subscribe(&self, executions: Vec<ExecutionId>) -> Subscription;

    /// Takes over up to `limit` open executions that have no owner in this process, counting `recover_count` up
    /// before it answers. A row whose count was already `max_recoveries` is quarantined instead and answered with
    /// that status. Empty when none is left.
    fn claim(&self, limit: usize, max_recoveries: u32) -> BoxFuture<'_, Result<Vec<ExecutionRow>>>;

    /// Stores messages to executions before they are acknowledged. A message whose id the execution already got is
    /// answered `false` and changes nothing. `NotFound`, and nothing stored, if one of the executions is not there.
    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>>;

    /// Messages that wait for these executions, oldest first. They leave by [`Append::consumed`].
    fn inbox(&self, executions: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<InboxMessage>>>;

    /// Open executions whose `wake_at` has come, earliest first.
    fn due(&self, now_ms: i64, limit: usize) -> BoxFuture<'_, Result<Vec<ExecutionRow>>>;

    /// Stores a body under its hash, in chunks, and answers the hash. Kept while a `blob_ref` names it, else collected
    /// after an hour.
    fn put_blob(&self, tenant: TenantId, body: Bytes) -> BoxFuture<'_, Result<BlobHash>>;

    /// Bytes `offset..offset + length` of a body, shorter at its end; `NotFound` if there is no such body.
    fn get_blob(&self, tenant: TenantId, hash: BlobHash, offset: u64, length: u64) -> BoxFuture<'_, Result<Bytes>>;

    /// Deletes what the retention no longer keeps, in short transactions, and gives the space back. With an execution
    /// go its segments, messages, idempotency key, references to bodies, and its place in the statistics.
    ///
    /// Records of the kind named `version` whose field `workflow` is empty are versions of ad-hoc graphs: such a
    /// record goes with the last execution that refers to it. Whoever starts an ad-hoc graph therefore writes its
    /// version with [`Expect::AbsentOrSame`](crate::records::Expect::AbsentOrSame) in [`Append::records`] of the
    /// append that creates the execution, every time.
    fn retain(&self, retention: Retention) -> BoxFuture<'_, Result<Retained>>;

    /// One consistent file made while running; answers its size in bytes. `Conflict` if the file exists.
    fn backup(&self, to: &Path) -> BoxFuture<'_, Result<u64>>;

    /// What the store can say of itself, for health checks and metrics.
    fn health(&self) -> Health;
}

/// What one shard appends at once. Entries may belong to different executions; each is accepted or refused alone.
pub struct Batch {
    /// The entries, in the order in which they apply.
    pub entries: Vec<Append>,
    /// Called once with an answer for each entry, after the commit.
    pub done: Box<dyn FnOnce(Vec<Result<()>>) + Send>,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

/// New events of one execution.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose events these are.
    pub execution: ExecutionId,
    /// The row to insert when this is the first append; otherwise the row must exist with `next_seq = seq_from`,
    /// or the entry answers `Conflict`.
    pub create: Option<Box<NewExecution>>,
    /// Seq of the first event in `bytes`.
    pub seq_from: Seq,
    /// Seq of the last event in `bytes`; `seq_from - 1` where only the row changes.
    pub seq_to: Seq,
    /// The encoded segment.
    pub bytes: Bytes,
    /// The row's columns after these events.
    pub state: RowState,
    /// Rows of inbox messages that these events answer; they leave the inbox in the same transaction, or the entry
    /// answers `Conflict` if they are not in it. Their ids stay known, so that a second post is still recognised.
    pub consumed: Vec<u64>,
    /// Bodies that these events refer to; the entry answers `NotFound` if one was not put.
    pub blobs: Vec<BlobHash>,
    /// Records written in the same transaction.
    pub records: Vec<RecordWrite>,
}

/// Largest segment a store takes, in bytes.
const SEGMENT_MAX: usize = 256 << 20;

impl Append {
    /// Whether there are events in it at all.
    pub(crate) const fn has_events(&self) -> bool {
        self.seq_to >= self.seq_from
    }

    /// Refuses what no store could keep, before anything is written.
    pub(crate) fn check(&self) -> Result<()> {
        let born = self.create.is_some();
        let in_order = self.seq_from >= 1 && self.seq_to.checked_add(1).is_some_and(|next| next >= self.seq_from);
        if !in_order || (born && self.seq_from != 1) || born != self.state.before.is_none() {
            return Err(StoreError::Conflict(format!("execution {}", self.execution)));
        }
        if self.bytes.len() > SEGMENT_MAX || (!self.has_events() && !self.bytes.is_empty()) {
            return Err(StoreError::Unavailable(format!(
                "a segment of {} bytes for events {}..={} cannot be kept",
                self.bytes.len(),
                self.seq_from,
                self.seq_to
            )));
        }
        Ok(())
    }
}

/// What an execution is born with.
#[derive(Clone, Debug)]
pub struct NewExecution {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its workflow; none for an ad-hoc graph.
    pub workflow: Option<WorkflowId>,
    /// What it runs.
    pub version: VersionId,
    /// What started it: `manual`, `webhook`, `api`, `cli` …
    pub trigger: &'static str,
    /// The caller's key; a second start with the same key, tenant and workflow answers `Duplicate`.
    pub idempotency: Option<Idempotency>,
}

/// A caller's promise that two requests with this key are the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key.
    pub key: String,
    /// Hash of the request: the same key with another body is refused.
    pub body_hash: [u8; 32],
}

/// The columns of an execution's row that change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowState {
    /// Status before this append; `None` when it creates the row. If the row has another one the entry answers
    /// `Conflict`.
    pub before: Option<Status>,
    /// Status after this append.
    pub status: Status,
    /// When an execution without work in hand wakes, in ms since 1970.
    pub wake_at: Option<i64>,
    /// Active time so far in µs, the whole of it when the status is terminal.
    pub duration_us: u64,
    /// Why it did not succeed, in the engine's words: lists show it.
    pub error: Option<String>,
}

/// Events `seq_from..=seq_to` of one execution, as they were encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whose events.
    pub execution: ExecutionId,
    /// Seq of the first.
    pub seq_from: Seq,
    /// Seq of the last.
    pub seq_to: Seq,
    /// The encoded events.
    pub bytes: Bytes,
}

/// An execution as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionRow {
    /// Its id; the time it was accepted is in it.
    pub id: ExecutionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its workflow; none for an ad-hoc graph.
    pub workflow: Option<WorkflowId>,
    /// What it runs.
    pub version: VersionId,
    /// What started it.
    pub trigger: String,
    /// Where it stands.
    pub status: Status,
    /// Seq of its next event.
    pub next_seq: Seq,
    /// When it wakes.
    pub wake_at: Option<i64>,
    /// Active time in µs.
    pub duration_us: u64,
    /// How often it was taken over after a crash.
    pub recover_count: u32,
    /// Why it did not succeed, in the engine's words: lists show it.
    pub error: Option<String>,
}

/// Which executions to list.
#[derive(Clone, Debug)]
pub struct ExecutionQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Only of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Only with one of these statuses; empty means any.
    pub statuses: Vec<Status>,
    /// Only older than this one (the cursor).
    pub before: Option<ExecutionId>,
    /// Rows to pass over, for pages by number.
    pub skip: u64,
    /// Rows to answer, at most 1,000.
    pub limit: usize,
    /// Whether to count: exact up to 10,000 with a filter on status, from the rollup otherwise.
    pub total: bool,
}

/// A page of executions.
#[derive(Clone, Debug, Default)]
pub struct ExecutionPage {
    /// Newest first.
    pub rows: Vec<ExecutionRow>,
    /// Whether older ones follow.
    pub more: bool,
    /// How many there are in all, if asked; `(10_000, false)` stands for "more than 10,000".
    pub total: Option<(u64, bool)>,
}

/// Which executions to count.
#[derive(Clone, Copy, Debug)]
pub struct StatisticsQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Only of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Only accepted from this hour on (hours since 1970).
    pub from_hour: Option<i64>,
}

/// Counts and durations of executions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// How many there are by status, in the order of [`Status::ALL`].
    pub by_status: Vec<(Status, u64)>,
    /// Mean duration of those that ended, in ms.
    pub mean_ms: f64,
    /// Estimated median, 95th and 99th percentile of the duration in ms, within 10 %.
    pub percentiles_ms: [f64; 3],
}

/// Something that reaches an execution from outside its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxMessage {
    /// Row number, given by the store; 0 when posted.
    pub row: u64,
    /// To whom.
    pub execution: ExecutionId,
    /// The sender's id of it: a second message with the same id is not stored.
    pub message_id: String,
    /// What it is: `cancel`, later `signal`, `pause`, `approval` …
    pub kind: String,
    /// Its content.
    pub bytes: Bytes,
}

/// BLAKE3 of a body.
pub type BlobHash = [u8; 32];

/// What to keep.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    /// Ended executions accepted before this time (ms since 1970) go.
    pub before_ms: Option<i64>,
    /// Beyond this many ended executions the oldest go.
    pub max_count: Option<u64>,
    /// Beyond this many bytes of database the oldest go.
    pub max_bytes: Option<u64>,
    /// Keep failed ones whatever their age.
    pub keep_errors: bool,
}

/// What retention removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Executions removed.
    pub executions: u64,
    /// Bytes given back to the disk.
    pub bytes: u64,
}

/// What a store says of itself.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Why writes are refused at the moment, if they are (disk full).
    pub read_only: Option<String>,
    /// Entries that wait for the writer.
    pub queued: usize,
    /// Commits since start.
    pub commits: u64,
    /// Entries committed since start.
    pub entries: u64,
    /// Time of the last commit in µs.
    pub last_commit_us: u64,
    /// Bytes of the write-ahead log.
    pub wal_bytes: u64,
    /// Bytes of the database.
    pub database_bytes: u64,
}

/// A shared journal.
pub type SharedJournal = Arc<dyn Journal>;

/// The answers a batch gets when nothing of it could be written.
pub fn refused(entries: usize, error: &StoreError) -> Vec<Result<()>> {
    (0..entries).map(|_| Err(error.clone())).collect()
}
