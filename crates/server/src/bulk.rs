//! The same wish to many executions: a durable record of what is asked, worked off in chunks beside everything else.
//!
//! The filter is applied as the work goes along, from the newest execution to the oldest, and only to those that were
//! there when it was asked. After a restart the work goes on with the chunk that was under way: asking an execution
//! twice for the same is asking it once, also for a replay, but a retry may be tried twice.

use std::time::Duration;

use engine::{EngineError, Replay};
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use serde::{Deserialize, Serialize};
use store::journal::{ExecutionQuery, Idempotency};
use store::records::{Expect, Kind, Record, RecordQuery, RecordWrite};
use store::{ExecutionRow, StoreError};
use tokio::task::JoinSet;

use crate::App;
use crate::app::now_ms;

/// What is asked of many executions; the field is `running` or `finished`.
pub(crate) static BULK: Kind = Kind { name: "bulk", indexed: &["status"] };

/// Executions asked at a time.
const CHUNK: usize = 100;
/// Executions in memory above which no more are taken up again for the moment.
const IN_FLIGHT_MAX: usize = 5_000;
/// Time until the store is asked again after it could not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// End.
    Cancel,
    /// Begin nothing new.
    Pause,
    /// Go on.
    Resume,
    /// Take up again what did not succeed.
    Retry,
    /// Run anew, as another execution, what has ended.
    Replay,
}

impl Action {
    /// All, by their words.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("cancel", Self::Cancel),
        ("pause", Self::Pause),
        ("resume", Self::Resume),
        ("retry", Self::Retry),
        ("replay", Self::Replay),
    ];

    /// The word for it in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, action)| *action == self).map_or("", |(word, _)| word)
    }

    /// Statuses of the executions that it can be asked of.
    const fn takes(self) -> &'static [Status] {
        use Status::{Canceled, Delayed, Failed, Paused, Quarantined, Queued, Running, Succeeded, TimedOut, Waiting};
        match self {
            Self::Cancel => &[Delayed, Queued, Running, Waiting, Paused],
            Self::Pause => &[Delayed, Queued, Running, Waiting],
            // What is held counts as running until its last step in flight has ended.
            Self::Resume => &[Paused, Running],
            Self::Retry => &[Failed, TimedOut, Canceled, Quarantined],
            Self::Replay => &[Succeeded, Failed, TimedOut, Canceled, Quarantined],
        }
    }

    /// The statuses that count where the filter names some; where it names none, retries and replays leave alone what
    /// succeeded, what somebody canceled and what was set aside.
    pub(crate) fn statuses(self, said: &[Status]) -> Vec<Status> {
        let takes = self.takes().iter().copied();
        match (self, said) {
            (Self::Retry | Self::Replay, []) => vec![Status::Failed, Status::TimedOut],
            (_, []) => takes.collect(),
            _ => takes.filter(|status| said.contains(status)).collect(),
        }
    }
}

/// Which executions are asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub(crate) statuses: Vec<Status>,
    pub(crate) workflow: Option<WorkflowId>,
    pub(crate) trigger: Option<String>,
    pub(crate) from: Option<ExecutionId>,
    pub(crate) to: ExecutionId,
}

impl Filter {
    fn query(&self, tenant: TenantId) -> ExecutionQuery {
        ExecutionQuery {
            statuses: self.statuses.clone(),
            workflow: self.workflow,
            trigger: self.trigger.clone(),
            from: self.from,
            to: Some(self.to),
            ..ExecutionQuery::newest(tenant)
        }
    }
}

/// What is kept of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) action: Action,
    /// What a replay runs; that of each execution unless it is set.
    #[serde(default)]
    pub(crate) version: Option<VersionId>,
    pub(crate) filter: Filter,
    /// Executions that the filter found when it was asked.
    pub(crate) total: u64,
    /// False when `total` stands for "more than that".
    pub(crate) total_exact: bool,
    /// Executions that were asked.
    pub(crate) done: u64,
    /// Those that could no longer be asked: they had ended, or gone on, by then.
    pub(crate) passed_over: u64,
    /// The last execution looked at.
    pub(crate) cursor: Option<ExecutionId>,
}

/// A bulk as it was read.
pub(crate) struct Bulk {
    pub(crate) id: i64,
    pub(crate) is_finished: bool,
    pub(crate) kept: Kept,
    revision: u64,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
}

impl Bulk {
    fn from_record(record: &Record) -> Result<Self, StoreError> {
        let kept = serde_json::from_slice(&record.body)
            .map_err(|error| StoreError::Corrupt(format!("bulk {}: {error}", ExecutionId(record.id))))?;
        let is_finished = record.fields.first().and_then(Option::as_deref) == Some(FINISHED);
        let Record { id, revision, created_ms, updated_ms, .. } = *record;
        Ok(Self { id, is_finished, kept, revision, created_ms, updated_ms })
    }

    /// One of a tenant, if it is there.
    pub(crate) async fn find(app: &App, tenant: TenantId, id: i64) -> Result<Option<Self>, StoreError> {
        app.records.get(&BULK, tenant, id).await?.as_ref().map(Self::from_record).transpose()
    }
}

const RUNNING: &str = "running";
const FINISHED: &str = "finished";

impl Bulk {
    /// The word for where it stands.
    pub(crate) const fn status(&self) -> &'static str {
        if self.is_finished { FINISHED } else { RUNNING }
    }
}

/// Records what is asked, and begins to work it off. It is durable when this answers.
///
/// # Errors
/// The store cannot count, or cannot keep it.
pub(crate) async fn begin(
    app: &App,
    tenant: TenantId,
    (action, version): (Action, Option<VersionId>),
    filter: Filter,
) -> Result<Bulk, StoreError> {
    let counted = app.journal.list(ExecutionQuery { limit: 1, total: true, ..filter.query(tenant) }).await?;
    let (total, total_exact) = counted.total.unwrap_or((0, true));
    let kept = Kept { action, version, filter, total, total_exact, done: 0, passed_over: 0, cursor: None };
    let now_ms = now_ms();
    let mut bulk =
        Bulk { id: app.ids.next(), is_finished: false, kept, revision: 0, created_ms: now_ms, updated_ms: now_ms };
    bulk.revision = app.records.put(write(tenant, &bulk, Expect::Absent)).await?;
    tokio::spawn(work(app.clone(), tenant, bulk.id));
    Ok(bulk)
}

/// Goes on with what a stopped process left.
///
/// # Errors
/// The store cannot answer.
pub(crate) async fn take_up(app: &App) -> Result<(), StoreError> {
    let tenant = TenantId::DEFAULT;
    let running = RecordQuery { equals: vec![("status", RUNNING.to_owned())], ..RecordQuery::all(&BULK, tenant) };
    let mut pages = running.pages(&*app.records);
    while let Some(records) = pages.next().await? {
        for record in records {
            tokio::spawn(work(app.clone(), tenant, record.id));
        }
    }
    Ok(())
}

fn write(tenant: TenantId, bulk: &Bulk, expect: Expect) -> RecordWrite {
    let body = serde_json::to_vec(&bulk.kept).expect("texts and numbers have a JSON form");
    let content = Some((vec![Some(bulk.status().to_owned())], body.into()));
    RecordWrite { kind: &BULK, tenant, id: bulk.id, expect, content, now_ms: now_ms() }
}

/// Works until all is done or the server stops.
async fn work(app: App, tenant: TenantId, id: i64) {
    let mut stopping = app.stopping();
    loop {
        let pause = tokio::select! {
            worked = chunk(&app, tenant, id) => match worked {
                Ok(true) => return,
                Ok(false) => continue,
                Err(EngineError::NotFound(_) | EngineError::Draining) => return,
                Err(error) => {
                    tracing::warn!(bulk = %ExecutionId(id), %error, "a bulk waits");
                    AGAIN_AFTER
                }
            },
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        tokio::time::sleep(pause).await;
    }
}

/// Asks the next executions; answers whether they were the last.
async fn chunk(app: &App, tenant: TenantId, id: i64) -> Result<bool, EngineError> {
    let found = Bulk::find(app, tenant, id).await?;
    let Some(mut bulk) = found.filter(|bulk| !bulk.is_finished) else { return Ok(true) };
    let (action, version) = (bulk.kept.action, bulk.kept.version);
    while matches!(action, Action::Retry | Action::Replay) && app.engine.stats().in_flight > IN_FLIGHT_MAX {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let query = ExecutionQuery { before: bulk.kept.cursor, limit: CHUNK, ..bulk.kept.filter.query(tenant) };
    let page = app.journal.list(query).await?;
    // Together they share commits.
    let mut asking: JoinSet<Result<bool, EngineError>> =
        page.rows.iter().map(|row| ask(app.clone(), row.clone(), (id, action, version))).collect();
    let (mut done, mut passed_over) = (0, 0);
    while let Some(asked) = asking.join_next().await {
        match asked.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.to_string()).into()))? {
            true => done += 1,
            false => passed_over += 1,
        }
    }
    bulk.kept.done += done;
    bulk.kept.passed_over += passed_over;
    bulk.kept.cursor = page.rows.last().map(|row| row.id).or(bulk.kept.cursor);
    bulk.is_finished = !page.more;
    app.records.put(write(tenant, &bulk, Expect::Revision(bulk.revision))).await?;
    Ok(bulk.is_finished)
}

/// Asks one execution; answers whether it could be asked.
async fn ask(
    app: App,
    row: ExecutionRow,
    (bulk, action, version): (i64, Action, Option<VersionId>),
) -> Result<bool, EngineError> {
    let (engine, tenant, id) = (&app.engine, row.tenant, row.id);
    let asked = match action {
        Action::Cancel => engine.cancel(tenant, id).await,
        Action::Pause => engine.pause(tenant, id).await,
        Action::Resume => engine.resume(tenant, id).await,
        Action::Retry => engine.retry(tenant, id).await,
        Action::Replay => {
            // The same wish for the same execution starts one.
            let key = format!("bulk:{}:{id}", ExecutionId(bulk));
            let idempotency = Some(Idempotency { key, body_hash: [0; 32] });
            engine.replay(tenant, id, Replay { version, idempotency, ..Replay::default() }).await.map(drop)
        }
    };
    match asked {
        Ok(()) => Ok(true),
        Err(EngineError::Draining) => Err(EngineError::Draining),
        Err(EngineError::Store(StoreError::Unavailable(why))) => Err(StoreError::Unavailable(why).into()),
        Err(EngineError::Store(StoreError::Full(why))) => Err(StoreError::Full(why).into()),
        Err(error) => {
            tracing::debug!(execution = %id, %error, "a bulk passed an execution over");
            Ok(false)
        }
    }
}
