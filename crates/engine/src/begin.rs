//! How an execution begins: its first slice runs on the thread that asked for it.
//!
//! Most executions end within that slice. They never enter a shard: their one entry goes to the writer, and whoever
//! waits is told on the writer's thread after the commit, which spares two changes of threads. All others go on in their
//! shard.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::event::Accepted as AcceptedEvent;
use model::file::FileHash;
use model::{Execution, ExecutionId, Plan, TenantId, Value, VersionId, WorkflowId};
use store::journal::{Idempotency, NewExecution, Origin};
use store::records::RecordWrite;
use store::{Append, Batch, StoreError};

use crate::batches::Founding;
use crate::program::{Extent, Program};
use crate::running::{Birth, Running, Slice, SliceLimits};
use crate::shard::{Gauges, Inbox, Message, Tools};
use crate::start::{EngineError, Reply};

/// A first slice is short: the thread it borrows serves others, too.
const FIRST_SLICE: SliceLimits = SliceLimits { steps: 64, us: 200 };
/// With so many executions under way in a shard, a first slice waits for its turn there.
const HERE_MAX: usize = 1_024;
/// A larger entry is handed over by the shard, since the writer's queue makes who hands over wait when it is full.
const ENTRY_BYTES_MAX: usize = 16 * 1024;

/// The lane of this process; it is the only one that writes to its store. One sequence of ids serves all its shards, so
/// that the store adds rows at the ends of its tables.
pub(crate) const LANE: u16 = 0;

/// A start with everything looked up.
pub struct Submission {
    /// Whose.
    pub tenant: TenantId,
    /// Its workflow.
    pub workflow: Option<WorkflowId>,
    /// Its version.
    pub version: VersionId,
    /// The version, compiled.
    pub program: Arc<Program>,
    /// The plan for this start.
    pub plan: Arc<Plan>,
    /// Where it starts and how far it goes, as far as that was said.
    pub extent: Extent,
    /// Its input.
    pub input: Value,
    /// What starts it.
    pub trigger: &'static str,
    /// What expressions see as `trigger`.
    pub context: Value,
    /// The caller's key.
    pub idempotency: Option<Idempotency>,
    /// Whether pinned outputs count.
    pub pinned: bool,
    /// The execution that it comes from.
    pub origin: Option<Origin>,
    /// Its turn among those that wait for capacity.
    pub priority: i8,
    /// What it shares a limit with.
    pub flow_key: Option<String>,
    /// How long it sleeps before it begins.
    pub delay: Option<Duration>,
    /// Files that its input holds; they are there.
    pub files: Vec<FileHash>,
    /// It is the first of a batch that others join.
    pub founding: Option<Founding>,
    /// Records to write in the accepting transaction.
    pub records: Vec<RecordWrite>,
}

/// A shard as others see it.
#[derive(Default)]
pub(crate) struct Door {
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) gauges: Arc<Gauges>,
}

impl Door {
    /// Begins an execution that is counted already, beside `others` that are under way here.
    pub(crate) fn begin(&self, tools: &Tools, birth: Birth, others: usize) {
        let mut running = Running::new(birth);
        running.allow(tools.timeout_us, 0);
        let slice = if tools.accept_first {
            Slice::Waiting
        } else if others >= HERE_MAX || self.gauges.is_full() || running.ticket.is_some() {
            Slice::More
        } else {
            running.run_slice(FIRST_SLICE, &*tools.clock, &tools.env)
        };
        if slice == Slice::Ended && running.bytes() <= ENTRY_BYTES_MAX {
            self.hand_over(tools, running);
        } else {
            self.inbox.send(Message::Begin(Box::new(running), slice));
        }
    }

    /// Begins an execution that sleeps first: it is durable, and nobody owns it until its time comes.
    pub(crate) fn begin_later(&self, tools: &Tools, birth: Birth, wake_ms: i64) {
        let mut running = Running::new(birth);
        let append = running.take_delayed(tools.clock.now_us(), wake_ms);
        let (execution, status) = (running.id, append.state.status);
        let (gauges, replies, rest) = (self.gauges.clone(), running.replies, tools.rest.clone());
        let done = Box::new(move |answers: Vec<store::Result<()>>| {
            gauges.in_flight.fetch_sub(1, Ordering::Relaxed);
            let unanswered = || Err(StoreError::Unavailable("it did not answer".into()));
            let answer = answers.into_iter().next().unwrap_or_else(unanswered);
            for reply in replies {
                match &answer {
                    Ok(()) => reply.accept(execution, status),
                    Err(error) => reply.fail(EngineError::from(error.clone())),
                }
            }
            rest.look_at(Some(wake_ms));
        });
        tools.journal.append(Batch { entries: vec![append], done });
    }

    /// Hands over the one entry of an execution that ended in its first slice.
    fn hand_over(&self, tools: &Tools, mut running: Running) {
        let Some(append) = running.take_append(tools.clock.now_us()) else { return };
        let Append { seq_to, ref state, .. } = append;
        let ended = running.ended(state.duration_us);
        let (gauges, replies) = (self.gauges.clone(), running.replies);
        gauges.events.fetch_add(seq_to, Ordering::Relaxed);
        let done = Box::new(move |answers: Vec<store::Result<()>>| {
            gauges.left();
            let unanswered = || Err(StoreError::Unavailable("it did not answer".into()));
            let answer = answers.into_iter().next().unwrap_or_else(unanswered);
            for reply in replies {
                match &answer {
                    Ok(()) => reply.end(&ended),
                    Err(error) => reply.fail(EngineError::from(error.clone())),
                }
            }
        });
        tools.journal.append(Batch { entries: vec![append], done });
    }
}

/// An execution as it is born.
pub(crate) fn birth(
    id: ExecutionId,
    submission: Submission,
    replies: Vec<Reply>,
    (now_ms, begin_ms): (i64, Option<i64>),
) -> Birth {
    let accepted = AcceptedEvent {
        at_ms: now_ms,
        start: submission.extent.start,
        until: submission.extent.until,
        input: submission.input,
        trigger: submission.context,
        pinned: submission.pinned,
        begin_ms,
    };
    Birth {
        id,
        execution: Execution::begin(submission.plan, accepted),
        program: submission.program,
        create: Box::new(NewExecution {
            tenant: submission.tenant,
            workflow: submission.workflow,
            version: submission.version,
            trigger: submission.trigger,
            idempotency: submission.idempotency,
            origin: submission.origin,
            priority: submission.priority,
            flow_key: submission.flow_key,
        }),
        records: submission.records,
        files: submission.files,
        replies,
    }
}
