//! Run control: what is asked of an execution from outside, and how executions come back into memory.

use std::sync::atomic::Ordering;

use arcstr::ArcStr;
use model::event::Signaled;
use model::execution::Failure;
use model::{ErrorInfo, ExecutionId, Status, TenantId, Value};
use nodes::Child;
use store::StoreError;
use store::journal::{Claim, ExecutionRow, Origin, OriginKind, ReadFrom, Seq, WakeQuery};
use tokio::sync::{mpsc, oneshot};

use crate::begin::birth;
use crate::engine::{Engine, Recovered};
use crate::history;
use crate::messages::{Delivery, Wish};
use crate::rest::trigger_of_child;
use crate::running::{Found, Running, Slice, ToStart, failure_told};
use crate::shard::Message;
use crate::snapshot::Beyond;
use crate::start::{EngineError, Reply, Source, Start};
use crate::trial::{self, Trial, Watcher};

/// Open executions taken over at a time after a restart.
const ADOPT_CHUNK: usize = 256;
/// Why an execution was set aside.
const SET_ASIDE: &str = "the process ended each time that it ran, so it was set aside; retry it to have it run again";
/// How often to look for room for those that come back.
const ROOM_EVERY: std::time::Duration = std::time::Duration::from_millis(5);
/// How long to wait after the store could not answer, and how often it is asked again.
const ASK_TIMES: u32 = 100;
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

impl Engine {
    // Wishes ---------------------------------------------------------------------------------------------------------

    /// Cancels an execution. The wish is durable before this answers.
    ///
    /// # Errors
    /// There is no such execution, or it has ended.
    pub async fn cancel(&self, tenant: TenantId, execution: ExecutionId) -> Result<(), EngineError> {
        self.ask(tenant, execution, Wish::Cancel(None), self.message_id("cancel")).await
    }

    /// Cancels executions whose place another one takes.
    pub(crate) fn replace(&self, tenant: TenantId, executions: Vec<ExecutionId>) {
        for execution in executions {
            let engine = self.clone();
            self.runtime().spawn(async move {
                let wish = Wish::Cancel(Some(arcstr::literal!("replaced")));
                match engine.ask(tenant, execution, wish, engine.message_id("cancel")).await {
                    Ok(()) | Err(EngineError::HasEnded(_) | EngineError::NotFound(_)) => {}
                    Err(error) => tracing::warn!(%execution, %error, "an execution that was replaced goes on"),
                }
            });
        }
    }

    /// Holds an execution: no step begins until it is resumed. The wish is durable before this answers.
    ///
    /// # Errors
    /// There is no such execution, or it has ended.
    pub async fn pause(&self, tenant: TenantId, execution: ExecutionId) -> Result<(), EngineError> {
        self.ask(tenant, execution, Wish::Pause, self.message_id("pause")).await
    }

    /// Lets a held execution go on. The wish is durable before this answers.
    ///
    /// # Errors
    /// There is no such execution, or it has ended.
    pub async fn resume(&self, tenant: TenantId, execution: ExecutionId) -> Result<(), EngineError> {
        self.ask(tenant, execution, Wish::Resume, self.message_id("resume")).await
    }

    /// Sends a signal to an execution. It is durable before this answers. The same `message_id` counts once.
    ///
    /// # Errors
    /// There is no such execution, or it has ended.
    pub async fn signal(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        (name, value): (ArcStr, Value),
        message_id: Option<String>,
    ) -> Result<(), EngineError> {
        let id = message_id.map_or_else(|| self.message_id("signal"), |id| format!("signal {id}"));
        self.ask(tenant, execution, Wish::Signal(Signaled { at_us: 0, name, value }), id).await
    }

    fn message_id(&self, kind: &str) -> String {
        format!("{kind} {}", self.next_id())
    }

    async fn ask(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        wish: Wish,
        message_id: String,
    ) -> Result<(), EngineError> {
        if self.row(tenant, execution).await?.status.is_terminal() {
            return Err(EngineError::HasEnded(execution));
        }
        self.journal().post(vec![wish.message((tenant, execution), message_id)]).await?;
        self.deliver(tenant, execution).await
    }

    /// Takes up an execution that did not succeed: the steps that failed run again, with the same addresses and keys;
    /// what was recorded stays. It is durable before this answers.
    ///
    /// # Errors
    /// There is no such execution, or it is not one that can be taken up.
    pub async fn retry(&self, tenant: TenantId, execution: ExecutionId) -> Result<(), EngineError> {
        let row = self.row(tenant, execution).await?;
        let can = matches!(row.status, Status::Failed | Status::TimedOut | Status::Canceled | Status::Quarantined);
        if !can {
            return Err(EngineError::CannotRetry(execution, row.status));
        }
        let mut running = self.load(row).await?;
        running.allow(self.timeout_us(), 0);
        let now_us = self.now_ms() * 1_000;
        running.reopen(now_us, SET_ASIDE);
        // What reached it before it ended and was not taken in: starts that had become part of it.
        for message in &self.journal().inbox(vec![(tenant, execution)]).await? {
            running.receive(Delivery::read(message), now_us);
        }
        let (tell, told) = oneshot::channel();
        running.replies.push(Reply::Accepted(tell));
        self.hand_over(Box::new(running));
        told.await.unwrap_or(Err(EngineError::Draining)).map(drop)
    }

    // Adoption -------------------------------------------------------------------------------------------------------

    /// Takes over the executions that a dead process left open, a chunk at a time. The engine answers meanwhile. Those
    /// that were there when several processes died follow apart from the others, after this answered.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn recover(&self) -> Result<Recovered, EngineError> {
        let mut found = Recovered::default();
        let (watcher, shown) = mpsc::channel(1);
        loop {
            let open = Claim::Open { limit: ADOPT_CHUNK, max_recoveries: self.max_recoveries() };
            let rows = self.journal().claim(open).await?;
            if rows.is_empty() {
                self.runtime().spawn(trial::one_by_one(self.rest().clone(), shown));
                return Ok(found);
            }
            let (poison, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.status == Status::Quarantined);
            found.quarantined += poison.len();
            for row in poison {
                self.tell_of_quarantine(row).await;
            }
            self.have_room().await;
            let (adopted, unreadable) = self.adopt(rows, Some(watcher.clone())).await?;
            found.adopted += adopted;
            found.unreadable += unreadable;
        }
    }

    /// Waits while as many executions are in memory as may be, so that very many which come back at once do not fill it.
    pub(crate) async fn have_room(&self) {
        while self.stats().in_flight + ADOPT_CHUNK > self.in_flight_max() && !self.is_draining() {
            tokio::time::sleep(ROOM_EVERY).await;
        }
    }

    /// Starts the error workflow of an execution that was set aside.
    async fn tell_of_quarantine(&self, row: ExecutionRow) {
        let told = async {
            let program = self.program(row.tenant, row.version).await?;
            let Some(workflow) = program.settings().error_workflow.clone() else { return Ok(()) };
            let error =
                ErrorInfo { code: arcstr::literal!("quarantined"), message: SET_ASIDE.into(), node: ArcStr::new() };
            let input = failure_told(row.id, Status::Quarantined, &error.to_value(), &program);
            let running = self.load(row.clone()).await?;
            if !running.is_told() {
                let start = running.to_tell(Child { workflow, input, is_awaited: false });
                self.hand_over_new(self.birth_of_child(start).await?);
            }
            Ok::<(), Unborn>(())
        };
        if let Err(error) = told.await {
            tracing::warn!(execution = %row.id, %error, "nobody is told of a failure");
        }
    }

    /// Takes in executions that were woken.
    pub(crate) async fn adopt_woken(&self, rows: Vec<ExecutionRow>) {
        if rows.is_empty() {
            return;
        }
        if let Err(error) = self.adopt(rows, None).await {
            tracing::error!(%error, "executions that were due go on after a restart");
        }
    }

    /// Brings executions into memory with what lies in their inboxes; answers how many, and how many cannot be read. Each of
    /// them has the watcher.
    pub(crate) async fn adopt(
        &self,
        rows: Vec<ExecutionRow>,
        watcher: Option<Watcher>,
    ) -> Result<(usize, usize), EngineError> {
        let whose: Vec<_> = rows.iter().map(|row| (row.tenant, row.id)).collect();
        let messages = self.insist(|| async { Ok(self.journal().inbox(whose.clone()).await?) }).await?;
        // The readers work on several at a time.
        let loading: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let (engine, id, recover_count) = (self.clone(), row.id, row.recover_count);
                let load = async move { engine.insist(|| engine.load(row.clone())).await };
                (id, recover_count, tokio::spawn(load))
            })
            .collect();
        let (mut adopted, mut unreadable) = (0, 0);
        for (id, recover_count, loading) in loading {
            let loaded = loading.await.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.to_string()).into()));
            match loaded {
                Ok(mut running) => {
                    adopted += 1;
                    running.trial = Trial::after(recover_count, watcher.clone());
                    let now_us = self.now_ms() * 1_000;
                    for message in messages.iter().filter(|message| message.execution == id) {
                        running.receive(Delivery::read(message), now_us);
                    }
                    self.hand_over(Box::new(running));
                }
                Err(error) => {
                    unreadable += 1;
                    tracing::error!(execution = %id, %error, "an execution cannot be taken over");
                }
            }
        }
        Ok((adopted, unreadable))
    }

    /// Asks the store for a while until it can answer. What was taken over is nobody else's: a read that fails for a
    /// moment must not leave it until a restart; one that fails for good must not keep all others waiting.
    pub(crate) async fn insist<T, A>(&self, ask: impl Fn() -> A) -> Result<T, EngineError>
    where
        A: Future<Output = Result<T, EngineError>>,
    {
        for _ in 0..ASK_TIMES {
            match ask().await {
                Err(EngineError::Store(StoreError::Unavailable(error))) if !self.is_draining() => {
                    tracing::warn!(%error, "what was taken over waits for the store");
                    tokio::time::sleep(ASK_AGAIN).await;
                }
                answer => return answer,
            }
        }
        ask().await
    }

    pub(crate) async fn load(&self, row: ExecutionRow) -> Result<Running, EngineError> {
        let program = self.program(row.tenant, row.version).await?;
        let segments = history::segments(&**self.journal(), &row, ReadFrom::Snapshot(Seq::MAX)).await?;
        let folded = history::replay(&program, &segments, |_, _, _| {})?;
        let execution =
            folded.state.ok_or_else(|| StoreError::Corrupt(format!("execution {} has no events", row.id)))?;
        let ExecutionRow { id, tenant, workflow, version, next_seq, status, origin, priority, flow_key, .. } = row;
        let found =
            Found { id, tenant, workflow, version, program, execution, next_seq, status, origin, priority, flow_key };
        let mut running = Running::recovered(found);
        running.beyond_snapshot = Beyond::of(&segments);
        let ran = i64::try_from(row.duration_us).unwrap_or(i64::MAX);
        running.allow(self.timeout_us(), ran);
        Ok(running)
    }

    /// Gives an execution to its shard.
    pub(crate) fn hand_over(&self, running: Box<Running>) {
        let door = self.door_of(running.id);
        door.gauges.in_flight.fetch_add(1, Ordering::Relaxed);
        door.inbox.send(Message::Adopt(running));
    }

    /// Gives an execution that nobody has heard of to its shard.
    pub(crate) fn hand_over_new(&self, running: Running) {
        let door = self.door_of(running.id);
        door.gauges.in_flight.fetch_add(1, Ordering::Relaxed);
        door.inbox.send(Message::Begin(Box::new(running), Slice::More));
    }

    /// Brings what lies in an execution's inbox to it, wherever it is.
    pub(crate) async fn deliver(&self, tenant: TenantId, execution: ExecutionId) -> Result<(), EngineError> {
        let query = || WakeQuery { now_ms: i64::MIN, executions: vec![execution], limit: 0 };
        let woken = self.insist(|| async { Ok(self.journal().wake(query()).await?) }).await?;
        if !woken.rows.is_empty() {
            self.adopt_woken(woken.rows).await;
            return Ok(());
        }
        let inbox = || async { Ok(self.journal().inbox(vec![(tenant, execution)]).await?) };
        let messages = self.insist(inbox).await?;
        let deliveries: Vec<Delivery> = messages.iter().map(Delivery::read).collect();
        if !deliveries.is_empty() {
            self.door_of(execution).inbox.send(Message::Deliver { execution, deliveries, is_all: false });
        }
        Ok(())
    }

    // Children -------------------------------------------------------------------------------------------------------

    /// Makes the execution that a step starts. Nothing of it exists before its birth is committed with its parent's
    /// events.
    pub(crate) async fn birth_of_child(&self, start: ToStart) -> Result<Running, Unborn> {
        let ToStart { tenant, parent, step, child, address, lineage } = start;
        let lineage = lineage.next(child.is_awaited)?;
        let name = child.workflow.clone();
        let missing = || EngineError::NotFound(format!("a published workflow {name:?} to start"));
        let workflows = self.workflows().ok_or_else(missing)?;
        let source: Source = workflows.published(tenant, child.workflow).await?.ok_or_else(missing)?;
        let mut start = Start::new(source, child.input);
        start.tenant = tenant;
        let (trigger, kind) = match address {
            Some(_) => ("workflow", OriginKind::Child),
            None => ("error", OriginKind::Error),
        };
        start.trigger = trigger;
        start.context = trigger_of_child(parent, &step, child.is_awaited, lineage);
        start.origin = Some(Origin { execution: parent, kind });
        let submission = self.prepare(start).await?;
        let id = ExecutionId(self.next_id());
        let mut running = Running::new(birth(id, submission, Vec::new(), (self.now_ms(), None)));
        running.allow(self.timeout_us(), 0);
        Ok(running)
    }
}

/// Why an execution that another one starts is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unborn {
    /// Too many led to it.
    #[error("{}", .0.message)]
    Limit(Failure),
    /// It could not be started.
    #[error(transparent)]
    Other(#[from] EngineError),
}

impl From<Failure> for Unborn {
    fn from(failure: Failure) -> Self {
        Self::Limit(failure)
    }
}

impl From<StoreError> for Unborn {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}
