//! The `Journal` trait: what the engine asks of a durable backend.
//!
//! An append is durable before it is acknowledged, and what is appended together is committed together. Nobody but an
//! execution's owner appends to it; everything else that reaches it goes through its inbox.
//!
//! **Who owns an execution.** One with work in hand (queued, running) belongs to the process that appended last. An
//! append that says `delayed`, `waiting` or `paused` *releases* it: nobody owns it, and nothing of it need stay in
//! memory. It is *due* once its `wake_at` has come; a message makes a released execution due at once (`wake_at` 0),
//! whichever of the post and the release is committed first. [`Journal::wake`] is the only way from released to owned,
//! so that whoever sees one due takes it and nobody else does. Hence no wish is ever lost: a hint between processes or
//! threads only makes it faster.
//!
//! A woken execution keeps its status until its owner's next append. If the process dies before that, the row is found
//! by the next [`Journal::claim`], which counts it and releases it again, still due; a row that brings down each process
//! that wakes it is quarantined like one that does so while running.
//!
//! **What brings processes down.** `recover_count` counts how often an execution was taken over from a process that died,
//! since it last recorded something new. Whoever was beside the culprit is counted with it, so from [`SUSPICIOUS`] on an
//! execution is taken over by [`Claim::Suspects`] only, some at a time and then one: then it is the culprit alone that
//! goes on to be counted.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};

use crate::blob::hash_of_part;
use crate::records::RecordWrite;
use crate::{BlobPart, BlobQuery, BlobWriter, BoxFuture, ListCursor, Result, StoreError, Subscription};

/// Position of an event in its execution's journal, from 1.
pub type Seq = u64;

/// Most rows that a list answers at once.
pub(crate) const LIST_MAX: usize = 1_000;

/// How far a list with a narrow filter is counted.
pub(crate) const TOTAL_MAX: usize = 10_000;

/// Whether an execution with this status is owned by nobody: it waits for its time, a message or a person.
pub(crate) const fn is_at_rest(status: Status) -> bool {
    matches!(status, Status::Delayed | Status::Waiting | Status::Paused)
}

/// The smallest id of a millisecond since 1970: with it a range of time is a range of ids.
pub fn first_id_at(ms: i64) -> ExecutionId {
    let (mut low, mut high) = (0, i64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if ExecutionId(middle).millis() < ms { low = middle + 1 } else { high = middle }
    }
    ExecutionId(low)
}

/// A durable backend for executions. Object-safe; every call takes many items at once where many may come.
pub trait Journal: Send + Sync {
    /// Hands a batch to the writer, in the order of calls. It returns at once unless the writer's queue is full; the
    /// answer reaches `batch.done` after COMMIT, on a thread of the store.
    fn append(&self, batch: Batch);

    /// Segments of an execution from a place on, oldest first, until about `max_bytes` are read (at least one segment if
    /// there is one). Where the history before a snapshot was deleted, the first segment of the answer is that snapshot,
    /// and its `seq_from` tells where the history begins.
    ///
    /// Another tenant's execution has none, as one that is not there.
    fn read(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        from: ReadFrom,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Vec<Segment>>>;

    /// The rows of some executions of a tenant; unknown ids are left out.
    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>>;

    /// A page of executions, newest first; or what changed since a cursor that a page gave. `Expired` if that is no longer
    /// known: the store was opened anew, or very much changed.
    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>>;

    /// Counts and durations over a tenant's executions, from the rollup.
    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>>;

    /// Counts and durations from hour to hour: one answer for each hour of the query, of all executions that were
    /// accepted from it on and before the next one; the last has no end.
    fn series(&self, query: SeriesQuery) -> BoxFuture<'_, Result<Vec<Statistics>>>;

    /// The newest execution of each workflow that has one later than `after`, in no order.
    fn newest(&self, tenant: TenantId, after: ExecutionId) -> BoxFuture<'_, Result<Vec<(WorkflowId, ExecutionId)>>>;

    /// Committed segments from now on. Join it with [`Journal::read`]: subscribe first, then read, then drop what
    /// was read twice. Of another tenant's executions nothing comes.
    fn subscribe(&self, tenant: TenantId, executions: Vec<ExecutionId>) -> Subscription;

    /// Takes over executions with work in hand (queued, running) whose owner is a process that has ended, counting
    /// `recover_count` up before it answers, except for those that were never begun and those whose process left as it
    /// should ([`Claim::Leave`]). Empty when none is left.
    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Vec<ExecutionRow>>>;

    /// Stores messages to executions before they are acknowledged. A message whose id the execution already got is
    /// answered `false` and changes nothing. `NotFound`, and nothing stored, if one of the executions is not there,
    /// or is another tenant's.
    /// A released receiver is due from then on; tell its process, or it wakes when that looks next. One that
    /// [joins](Joins) its receiver has conditions.
    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>>;

    /// Messages that wait for these executions of these tenants, oldest first. They leave by [`Append::consumed`].
    fn inbox(&self, executions: Vec<(TenantId, ExecutionId)>) -> BoxFuture<'_, Result<Vec<InboxMessage>>>;

    /// Takes over released executions: all that are named, and up to `limit` that are due, earliest first. Each is
    /// answered to one caller only; those that are owned, ended or unknown are left out. Nothing else of the row changes,
    /// and `recover_count` is not counted. Whoever gets a row reads its inbox, appends events that consume all of it, or
    /// releases the execution again by an append without events.
    fn wake(&self, query: WakeQuery) -> BoxFuture<'_, Result<Woken>>;

    /// Begins a body of at most so many bytes, and of [`BLOB_MAX`](crate::BLOB_MAX) in any case. Once finished it is
    /// kept while an execution refers to it, else collected after an hour.
    fn begin_blob(&self, tenant: TenantId, most: u64) -> Box<dyn BlobWriter>;

    /// Some bytes of a body; `NotFound` if there is no such body, or the execution does not refer to it.
    fn get_blob(&self, query: BlobQuery) -> BoxFuture<'_, Result<BlobPart>>;

    /// Stores a body that is at hand as a whole, and answers its hash.
    fn put_blob(&self, tenant: TenantId, body: Bytes) -> BoxFuture<'_, Result<BlobHash>> {
        let mut writer = self.begin_blob(tenant, crate::BLOB_MAX);
        Box::pin(async move {
            writer.write(body).await?;
            Ok(writer.finish().await?.hash)
        })
    }

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
    /// Whose execution it is; where it is another tenant's, the entry answers `Conflict`.
    pub tenant: TenantId,
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
    /// Parts of `bytes` that are kept once for all segments of the tenant that have them, as long as one has.
    pub large: Vec<LargePart>,
    /// The row's columns after these events.
    pub state: RowState,
    /// Rows of inbox messages that these events answer; they leave the inbox in the same transaction, or the entry
    /// answers `Conflict` if they are not in it. Their ids stay known, so that a second post is still recognised.
    pub consumed: Vec<u64>,
    /// Bodies that these events refer to; the entry answers `NotFound` if one was not put.
    pub blobs: Vec<BlobHash>,
    /// Bodies that others refer to from now on: executions that begin in the same transaction or that are told of them.
    /// One that this execution does not refer to itself is passed over, and so is an execution that is not there.
    pub lends: Vec<(ExecutionId, BlobHash)>,
    /// Records written in the same transaction.
    pub records: Vec<RecordWrite>,
    /// Executions that begin in the same transaction: all of them and these events are committed, or nothing is.
    pub births: Vec<Birth>,
    /// Messages to other executions, in the same transaction. One to an execution that is not there, or is another tenant's, is dropped, as is one
    /// whose id the receiver already got. Give their receivers a hint after the commit.
    pub posts: Vec<InboxMessage>,
    /// Whether these events alone lead to the state, without any before them. Counts from the second segment on.
    pub snapshot: bool,
    /// Whether it shows that the execution goes on after it was taken over: its `recover_count` is 0 from then on.
    pub proven: bool,
}

/// An execution that another one starts: its row and its first segment.
#[derive(Clone, Debug)]
pub struct Birth {
    /// Its id.
    pub execution: ExecutionId,
    /// The row to insert.
    pub new: NewExecution,
    /// Seq of the last event in `bytes`, which begin at 1; 0 where there is only the row.
    pub seq_to: Seq,
    /// The encoded segment.
    pub bytes: Bytes,
    /// Parts of `bytes` that are kept once, as in [`Append::large`].
    pub large: Vec<LargePart>,
    /// The row's columns after these events; `before` is `None`.
    pub state: RowState,
    /// Bodies that these events refer to.
    pub blobs: Vec<BlobHash>,
}

/// A part of a segment's bytes that is kept as a body, once for all segments that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargePart {
    /// Where it stands among the segment's bytes.
    pub at: Range<usize>,
    /// The hash of its bytes: the name of the body, which is not that of a file with the same bytes.
    pub hash: BlobHash,
}

impl LargePart {
    /// The parts of a segment in these places.
    pub fn of(bytes: &[u8], places: impl IntoIterator<Item = Range<usize>>) -> Vec<Self> {
        let part = |at: Range<usize>| Self { hash: hash_of_part(&bytes[at.clone()]), at };
        places.into_iter().map(part).collect()
    }
}

/// Largest segment a store takes, in bytes.
pub(crate) const SEGMENT_MAX: usize = 256 << 20;

impl Append {
    /// Whether there are events in it at all.
    pub(crate) const fn has_events(&self) -> bool {
        self.seq_to >= self.seq_from
    }

    /// Whether its segment is kept as a snapshot.
    pub(crate) const fn is_snapshot(&self) -> bool {
        self.snapshot && self.seq_from > 1
    }

    /// Refuses what no store could keep, before anything is written.
    pub(crate) fn check(&self) -> Result<()> {
        let born = self.create.is_some();
        let in_order = self.seq_from >= 1 && self.seq_to.checked_add(1).is_some_and(|next| next >= self.seq_from);
        let is_foreign = self.create.as_ref().is_some_and(|new| new.tenant != self.tenant);
        if !in_order || (born && self.seq_from != 1) || born != self.state.before.is_none() || is_foreign {
            return Err(StoreError::Conflict(format!("execution {}", self.execution)));
        }
        check_bytes((self.seq_from, self.seq_to), &self.bytes, &self.large)?;
        for birth in &self.births {
            if birth.state.before.is_some() || birth.seq_to == Seq::MAX {
                return Err(StoreError::Conflict(format!("execution {}", birth.execution)));
            }
            check_bytes((1, birth.seq_to), &birth.bytes, &birth.large)?;
        }
        Ok(())
    }

    /// The segments that it leaves, for the feed.
    pub(crate) fn into_segments(self) -> impl Iterator<Item = Segment> {
        let snapshot = self.is_snapshot();
        let Self { tenant, execution, seq_from, seq_to, bytes, births, .. } = self;
        let own = Segment { tenant, execution, seq_from, seq_to, bytes, snapshot };
        let of_birth = |Birth { execution, new, seq_to, bytes, .. }| {
            let tenant = new.tenant;
            Segment { tenant, execution, seq_from: 1, seq_to, bytes, snapshot: false }
        };
        std::iter::once(own).chain(births.into_iter().map(of_birth)).filter(|s| s.seq_to >= s.seq_from)
    }
}

fn check_bytes((seq_from, seq_to): (Seq, Seq), bytes: &Bytes, large: &[LargePart]) -> Result<()> {
    let ends = std::iter::once(0).chain(large.iter().map(|part| part.at.end));
    let begins = large.iter().map(|part| part.at.start).chain([bytes.len()]);
    let in_order = ends.zip(begins).all(|(end, begin)| end <= begin) && large.iter().all(|part| !part.at.is_empty());
    if bytes.len() > SEGMENT_MAX || (seq_to < seq_from && !bytes.is_empty()) || !in_order {
        return Err(StoreError::Unavailable(format!(
            "a segment of {} bytes for events {seq_from}..={seq_to} cannot be kept",
            bytes.len()
        )));
    }
    Ok(())
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
    /// The execution that it comes from.
    pub origin: Option<Origin>,
    /// Its turn among those that wait for capacity: higher is earlier, 0 is usual.
    pub priority: i8,
    /// What it shares a limit with: executions of a tenant with the same key count together.
    pub flow_key: Option<String>,
}

/// Where an execution comes from. The other one may be gone by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The other execution.
    pub execution: ExecutionId,
    /// What it is to the other one.
    pub kind: OriginKind,
}

/// What an execution is to the one that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// A step of the other one started it and may wait for it.
    Child,
    /// It goes on from a step of the other one, with data edited there.
    Fork,
    /// It runs the other one's input again, on this or another version.
    Replay,
    /// It was started anew because the other one did not succeed.
    Retry,
    /// It looks after the failure of the other one.
    Error,
}

impl OriginKind {
    /// All, by their numbers in the store.
    pub const ALL: [Self; 5] = [Self::Child, Self::Fork, Self::Replay, Self::Retry, Self::Error];

    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Fork => "fork",
            Self::Replay => "replay",
            Self::Retry => "retry",
            Self::Error => "error",
        }
    }

    /// Whether it takes over what the other one recorded. Then it refers to all bodies that the other one refers to when
    /// it begins.
    pub(crate) const fn takes_over(self) -> bool {
        matches!(self, Self::Fork | Self::Replay | Self::Retry)
    }

    /// A stable number for the store.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// The kind of a number.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
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
    /// When a released execution wakes, in ms since 1970; without it only a message wakes it.
    pub wake_at: Option<i64>,
    /// Active time so far in µs, the whole of it when the status is terminal.
    pub duration_us: u64,
    /// Why it did not succeed, in the engine's words: lists show it.
    pub error: Option<String>,
}

/// Events `seq_from..=seq_to` of one execution, as they were encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whose execution.
    pub tenant: TenantId,
    /// Whose events.
    pub execution: ExecutionId,
    /// Seq of the first.
    pub seq_from: Seq,
    /// Seq of the last.
    pub seq_to: Seq,
    /// The encoded events.
    pub bytes: Bytes,
    /// Whether these events alone lead to the state, without any before them.
    pub snapshot: bool,
}

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFrom {
    /// With the segment that holds the event after this seq; `After(0)` is the whole history that is kept.
    After(Seq),
    /// With the newest snapshot that begins at or before this seq, or where the history begins if there is none:
    /// `Snapshot(Seq::MAX)` is the shortest way to the state of now.
    Snapshot(Seq),
}

/// Which released executions to take over.
#[derive(Clone, Debug, Default)]
pub struct WakeQuery {
    /// Those whose `wake_at` is not after this time (ms since 1970).
    pub now_ms: i64,
    /// These too, due or not: something came for them.
    pub executions: Vec<ExecutionId>,
    /// How many to take that are due and not named.
    pub limit: usize,
}

/// The `recover_count` from which on an execution may be what brings processes down.
pub const SUSPICIOUS: u32 = 2;

/// What to take over from processes that have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Executions whose count is below [`SUSPICIOUS`]. One whose count is already `max_recoveries` is quarantined and
    /// answered with that status. Released ones are not answered; those that died between [`Journal::wake`] and their
    /// next append are counted and released again. Ask it at start until nothing is answered, and [`Journal::wake`]
    /// after it.
    Open {
        /// How many at most.
        limit: usize,
        /// How often one is taken over before it is quarantined.
        max_recoveries: u32,
    },
    /// Executions whose count is [`SUSPICIOUS`] or more, the smallest count first, also those that died between
    /// [`Journal::wake`] and their next append. Ask it after [`Claim::Open`] was answered with nothing.
    Suspects {
        /// How many at most.
        limit: usize,
        /// Only those with a count below this.
        below: u32,
    },
    /// None. It says that this process is about to end as it should, so that whoever takes over what it leaves does not
    /// count it.
    Leave,
}

/// Executions that were taken over to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Woken {
    /// Their rows, earliest `wake_at` first.
    pub rows: Vec<ExecutionRow>,
    /// When the next one of those that are still released is due. It may be in the past: then more are due now.
    pub next_due: Option<i64>,
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
    /// When it wakes; 0 if a message waits for it.
    pub wake_at: Option<i64>,
    /// Active time in µs.
    pub duration_us: u64,
    /// How often it was taken over after a crash since it last recorded something new.
    pub recover_count: u32,
    /// Why it did not succeed, in the engine's words: lists show it.
    pub error: Option<String>,
    /// The execution that it comes from.
    pub origin: Option<Origin>,
    /// Its turn among those that wait for capacity: higher is earlier.
    pub priority: i8,
    /// What it shares a limit with.
    pub flow_key: Option<String>,
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
    /// Only those that come from this one.
    pub origin: Option<ExecutionId>,
    /// Only those that share this limit.
    pub flow_key: Option<String>,
    /// Only those that this started.
    pub trigger: Option<String>,
    /// Only from this one on: [`first_id_at`] makes ids of times.
    pub from: Option<ExecutionId>,
    /// Only before this one. Unlike the cursor it is part of the filter, and the total heeds it.
    pub to: Option<ExecutionId>,
    /// Only older than this one (the cursor).
    pub before: Option<ExecutionId>,
    /// Only what changed since this cursor of a page, all of it: `before` and `skip` do not count.
    pub since: Option<ListCursor>,
    /// Rows to pass over, for pages by number.
    pub skip: u64,
    /// Rows to answer, at most 1,000.
    pub limit: usize,
    /// Whether to count: from the rollup, or exact up to 10,000 with another filter than workflow and status.
    pub total: bool,
}

impl ExecutionQuery {
    /// The newest 20 executions of a tenant, not counted.
    pub const fn newest(tenant: TenantId) -> Self {
        Self {
            tenant,
            workflow: None,
            statuses: Vec::new(),
            origin: None,
            flow_key: None,
            trigger: None,
            from: None,
            to: None,
            before: None,
            since: None,
            skip: 0,
            limit: 20,
            total: false,
        }
    }

    /// Whether it asks for an execution with this row.
    pub(crate) fn wants(&self, row: &ExecutionRow) -> bool {
        self.may_want(row) && (self.statuses.is_empty() || self.statuses.contains(&row.status))
    }

    /// Whether it asks for an execution with this row if its status is right. All else of the filter never changes.
    pub(crate) fn may_want(&self, row: &ExecutionRow) -> bool {
        row.tenant == self.tenant
            && self.workflow.is_none_or(|workflow| row.workflow == Some(workflow))
            && self.origin.is_none_or(|origin| row.origin.is_some_and(|from| from.execution == origin))
            && self.flow_key.as_ref().is_none_or(|key| row.flow_key.as_ref() == Some(key))
            && self.trigger.as_ref().is_none_or(|trigger| row.trigger == *trigger)
            && self.from.is_none_or(|from| row.id >= from)
            && self.to.is_none_or(|to| row.id < to)
    }

    /// Whether it asks for something that the rollup does not count.
    pub(crate) const fn is_narrow(&self) -> bool {
        self.origin.is_some()
            || self.flow_key.is_some()
            || self.trigger.is_some()
            || self.from.is_some()
            || self.to.is_some()
    }
}

/// A page of executions.
#[derive(Clone, Debug, Default)]
pub struct ExecutionPage {
    /// Newest first.
    pub rows: Vec<ExecutionRow>,
    /// Whether older ones follow; of a page of changes whether there are more of them.
    pub more: bool,
    /// The place behind all that the page knows of: what changes later is found by [`ExecutionQuery::since`]. Of several
    /// pages of a list that of the first one.
    pub cursor: ListCursor,
    /// Of a page of changes: executions that were deleted, or whose status is none of those asked for any more, whether
    /// or not anybody was told of them before.
    pub gone: Vec<ExecutionId>,
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

/// Which counts to give from hour to hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Where each answer begins, in hours since 1970, least first.
    pub from_hours: Vec<i64>,
}

impl SeriesQuery {
    /// Which answer an hour counts for.
    pub(crate) fn place(&self, hour: i64) -> Option<usize> {
        self.from_hours.partition_point(|&from| from <= hour).checked_sub(1)
    }
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
    /// Whose execution it is to.
    pub tenant: TenantId,
    /// To whom.
    pub execution: ExecutionId,
    /// The sender's id of it: a second message with the same id is not stored.
    pub message_id: String,
    /// What it is: `cancel`, later `signal`, `pause`, `approval` …
    pub kind: String,
    /// Its content.
    pub bytes: Bytes,
    /// Says that it is a start which becomes part of the receiver; never with what is read.
    pub joins: Option<Box<Joins>>,
}

/// A start that becomes part of an execution that has not begun. `Conflict` unless that is `delayed`, and `Duplicate`
/// if the key was used before; then nothing is stored. Such a message does not make its receiver due, but for the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joins {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its workflow.
    pub workflow: Option<WorkflowId>,
    /// The caller's key: it leads to the receiver from then on.
    pub idempotency: Option<Idempotency>,
    /// Bodies that the receiver refers to from then on; `NotFound` if one was not put.
    pub blobs: Vec<BlobHash>,
    /// Whether it is the last that the receiver waits for, which is due from then on.
    pub is_last: bool,
}

/// BLAKE3 of a body.
pub type BlobHash = [u8; 32];

/// What to keep.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    /// What single workflows say of their executions. It comes first.
    pub workflows: Vec<WorkflowRetention>,
    /// Executions whose workflow does not keep their status go if they ended before this time (ms since 1970).
    pub ended_before_ms: i64,
    /// Ended executions accepted before this time (ms since 1970) go, but those of workflows that say so themselves.
    pub before_ms: Option<i64>,
    /// Beyond this many ended executions the oldest go. Those of workflows that say so themselves are not counted.
    pub max_count: Option<u64>,
    /// Beyond this many bytes of database the oldest go.
    pub max_bytes: Option<u64>,
    /// Executions with these statuses stay whatever their age, number and bytes; what their workflow says counts all the
    /// same.
    pub always_keep: Vec<Status>,
    /// Beyond this many bytes of one execution's segments its oldest go, up to a snapshot: as many as it takes, or all
    /// before the newest snapshot. An execution without a snapshot keeps its whole history.
    pub max_execution_bytes: Option<u64>,
}

/// What to keep of one workflow's executions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRetention {
    /// Whose workflow.
    pub tenant: TenantId,
    /// Which.
    pub workflow: WorkflowId,
    /// Ended executions with another status go, once they ended before [`Retention::ended_before_ms`].
    pub keep: Vec<Status>,
    /// Ended executions accepted before this time (ms since 1970) go.
    pub before_ms: Option<i64>,
    /// Beyond this many ended executions the oldest go.
    pub max_count: Option<u64>,
}

/// What retention removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Executions removed.
    pub executions: u64,
    /// Segments removed from executions that stay.
    pub segments: u64,
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
