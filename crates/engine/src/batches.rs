//! Starts that become one: the first of a key sleeps, and those that come meanwhile join it. A start that joins is a
//! message in the inbox of the one that sleeps; the store takes it only while that has not begun, so none is ever lost
//! between its answer and the batch. What is known here, which execution gathers, only spares asking the journal.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arcstr::ArcStr;
use model::settings::Batching;
use model::{ExecutionId, Status, TenantId, Value, VersionId, json};
use store::StoreError;
use store::journal::{ExecutionQuery, ExecutionRow, InboxMessage, Joins, OriginKind};
use tokio::sync::{oneshot, watch};

use crate::begin::Submission;
use crate::engine::Engine;
use crate::messages::Wish;
use crate::start::{EngineError, Reply};

/// A batch whose inputs take so many bytes begins, however many they are.
const BYTES_MAX: usize = 16 << 20;
/// Batches remembered before those that have begun are forgotten.
const REMEMBERED: usize = 10_000;
/// Sleeping executions of a key that are looked at after a restart.
const LOOKED_AT: usize = 100;

/// Whose batch, of which key, of which version.
type Name = (TenantId, ArcStr, VersionId);

/// The batch that takes starts now.
enum Open {
    /// Its first start is on its way to the journal; whoever waits is told when it is there, or is not.
    Forming(watch::Receiver<()>),
    Gathers {
        execution: ExecutionId,
        until_ms: i64,
        count: u32,
        bytes: usize,
    },
}

/// The batches that take starts.
#[derive(Clone)]
pub(crate) struct Batches {
    /// Executions of earlier processes are older than this.
    began: ExecutionId,
    open: Arc<Mutex<HashMap<Name, Open>>>,
}

/// What a start is to do.
enum Seat {
    /// Be the first of a batch.
    Founds(Founding),
    /// Ask again when this is over.
    Waits(watch::Receiver<()>),
    /// Join an execution, perhaps as the last that it takes.
    Joins { execution: ExecutionId, is_last: bool },
}

/// The promise to begin a batch, which [`Engine::start`] gives and keeps. Dropped, somebody else may.
pub struct Founding {
    batches: Batches,
    name: Name,
    until_ms: i64,
    bytes: usize,
    /// Whoever waits is told when it is dropped.
    _told: watch::Sender<()>,
}

impl Batches {
    /// None yet, in a process whose executions are all newer than this id.
    pub(crate) fn after(began: ExecutionId) -> Self {
        Self { began, open: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Name, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for a start of so many bytes.
    fn seat(&self, name: &Name, start: usize, batching: Batching, now_ms: i64) -> Seat {
        let mut open = self.lock();
        match open.get_mut(name) {
            Some(Open::Forming(told)) => return Seat::Waits(told.clone()),
            Some(Open::Gathers { execution, until_ms, count, bytes })
                if now_ms < *until_ms && *count < batching.size && *bytes < BYTES_MAX =>
            {
                (*count, *bytes) = (*count + 1, *bytes + start);
                let is_last = *count >= batching.size || *bytes >= BYTES_MAX;
                return Seat::Joins { execution: *execution, is_last };
            }
            Some(Open::Gathers { .. }) | None => {}
        }
        if open.len() >= REMEMBERED {
            open.retain(|_, batch| match batch {
                Open::Forming(_) => true,
                Open::Gathers { until_ms, .. } => now_ms < *until_ms,
            });
        }
        let (tell, told) = watch::channel(());
        open.insert(name.clone(), Open::Forming(told));
        let until_ms = now_ms.saturating_add_unsigned(batching.wait_ms);
        Seat::Founds(Founding { batches: self.clone(), name: name.clone(), until_ms, bytes: start, _told: tell })
    }

    /// Takes back a seat that was not taken.
    fn give_back(&self, name: &Name, (given, start): (ExecutionId, usize)) {
        if let Some(Open::Gathers { execution, count, bytes, .. }) = self.lock().get_mut(name)
            && *execution == given
        {
            (*count, *bytes) = (*count - 1, *bytes - start);
        }
    }

    /// Forgets that an execution takes starts.
    fn close(&self, name: &Name, begun: ExecutionId) {
        let mut open = self.lock();
        if matches!(open.get(name), Some(Open::Gathers { execution, .. }) if *execution == begun) {
            open.remove(name);
        }
    }
}

impl Founding {
    /// When the batch begins, in ms since 1970.
    pub(crate) const fn until_ms(&self) -> i64 {
        self.until_ms
    }

    /// Lets others join an execution with so many starts.
    fn gathers(self, execution: ExecutionId, (until_ms, count, bytes): (i64, u32, usize)) {
        let open = Open::Gathers { execution, until_ms, count, bytes };
        self.batches.lock().insert(self.name.clone(), open);
    }
}

impl std::fmt::Debug for Founding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Founding").field("until_ms", &self.until_ms).finish_non_exhaustive()
    }
}

impl Drop for Founding {
    fn drop(&mut self) {
        let mut open = self.batches.lock();
        if matches!(open.get(&self.name), Some(Open::Forming(_))) {
            open.remove(&self.name);
        }
    }
}

impl Submission {
    /// Makes the input that of a batch: a list. What runs a recorded input again has the list already.
    pub(crate) fn list_input(&mut self) {
        let is_again = self
            .origin
            .is_some_and(|origin| matches!(origin.kind, OriginKind::Fork | OriginKind::Replay | OriginKind::Retry));
        if self.program.settings().batching().is_some() && !is_again {
            self.input = Value::array(vec![std::mem::take(&mut self.input)]);
        }
    }

    /// Whether it may be one of several. One that somebody looks at, that says itself when it begins, or that another
    /// execution waits for, is a batch of its own.
    fn is_batched(&self) -> bool {
        let is_whole = self.extent.start.is_none() && self.extent.until.is_none() && !self.pinned;
        is_whole && self.origin.is_none() && self.delay.is_none()
    }
}

impl Engine {
    /// Lets a start become part of the batch that gathers; answers that execution, or `None` where this start is the
    /// first of one, or is none of several. It is durable then.
    pub(crate) async fn join(&self, submission: &mut Submission) -> Result<Option<ExecutionId>, EngineError> {
        let (Some(batching), Some(key)) = (submission.program.settings().batching(), submission.flow_key.as_deref())
        else {
            return Ok(None);
        };
        if !submission.is_batched() {
            return Ok(None);
        }
        let name = (submission.tenant, ArcStr::from(key), submission.version);
        let input = submission.input.as_array().and_then(<[Value]>::first).cloned().unwrap_or_default();
        let bytes = json::to_text(&input).len();
        for &trigger in &submission.plan.starts {
            let taken = submission.program.step(trigger).map_or(Ok(()), |step| step.run.takes(&input));
            let trigger = &submission.plan.nodes[trigger as usize].id;
            taken.map_err(|error| EngineError::BadInput { trigger: trigger.clone(), why: error.message })?;
        }
        loop {
            match self.batches().seat(&name, bytes, batching, self.now_ms()) {
                Seat::Waits(mut told) => drop(told.changed().await),
                Seat::Founds(founding) => match self.gathering(&name, founding.until_ms).await? {
                    Some((execution, gathered)) => founding.gathers(execution, gathered),
                    None => {
                        submission.founding = Some(founding);
                        return Ok(None);
                    }
                },
                Seat::Joins { execution, is_last } => {
                    let wish = Wish::Start { input: input.clone(), is_last };
                    let message = self.start_message(execution, &wish, submission);
                    let (engine, name) = (self.clone(), name.clone());
                    // Whoever asks may go away meanwhile: the seat is taken or given back all the same.
                    let posting = self.runtime().spawn(async move { engine.take_seat(&name, message, bytes).await });
                    match posting.await.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string()))) {
                        Ok(()) => return Ok(Some(execution)),
                        // It begins just now.
                        Err(StoreError::Conflict(_)) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
    }

    async fn take_seat(&self, name: &Name, message: InboxMessage, bytes: usize) -> Result<(), StoreError> {
        let (tenant, execution) = (message.tenant, message.execution);
        let is_last = message.joins.as_ref().is_some_and(|joins| joins.is_last);
        match self.journal().post(vec![message]).await {
            Ok(_) if is_last => self.rest().deliver(tenant, execution),
            Ok(_) => {}
            Err(error) => {
                match error {
                    StoreError::Conflict(_) => self.batches().close(name, execution),
                    _ => self.batches().give_back(name, (execution, bytes)),
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn start_message(&self, execution: ExecutionId, wish: &Wish, start: &Submission) -> InboxMessage {
        let joins = Joins {
            is_last: matches!(wish, Wish::Start { is_last: true, .. }),
            tenant: start.tenant,
            workflow: start.workflow,
            idempotency: start.idempotency.clone(),
            blobs: start.files.clone(),
        };
        let message = wish.message((start.tenant, execution), format!("start {}", self.next_id()));
        InboxMessage { joins: Some(Box::new(joins)), ..message }
    }

    /// A batch of an earlier process that has not begun: until when, how many starts it has and their bytes. Those of
    /// this process are known.
    async fn gathering(
        &self,
        (tenant, key, version): &Name,
        until_ms: i64,
    ) -> Result<Option<(ExecutionId, (i64, u32, usize))>, EngineError> {
        let mut query = ExecutionQuery::newest(*tenant);
        (query.flow_key, query.statuses, query.limit) = (Some(key.to_string()), vec![Status::Delayed], LOOKED_AT);
        let rows = self.journal().list(query).await?.rows;
        let now_ms = self.now_ms();
        let gathers = |row: &ExecutionRow| {
            let is_earlier = row.id < self.batches().began;
            is_earlier && row.version == *version && row.wake_at.is_some_and(|wake| now_ms < wake && wake <= until_ms)
        };
        let Some(row) = rows.into_iter().find(gathers) else { return Ok(None) };
        let joined = self.journal().inbox(vec![(row.tenant, row.id)]).await?;
        let (execution, wake_ms) = (row.id, row.wake_at.unwrap_or(until_ms));
        let first = self.load(row).await?;
        if !first.is_whole() {
            return Ok(None);
        }
        let (count, bytes) = first.starts();
        let count = u32::try_from(count + joined.len()).unwrap_or(u32::MAX);
        let bytes = joined.iter().map(|message| message.bytes.len()).sum::<usize>() + bytes;
        Ok(Some((execution, (wake_ms, count, bytes))))
    }

    /// What lets others join once the first start of a batch is durable.
    pub(crate) fn follow_batch(&self, founding: Founding, execution: ExecutionId) -> Reply {
        let (tell, told) = oneshot::channel();
        self.runtime().spawn(async move {
            if let Ok(Ok(_)) = told.await {
                let known = (founding.until_ms, 1, founding.bytes);
                founding.gathers(execution, known);
            }
        });
        Reply::Accepted(tell)
    }
}
