//! The engine's handle: what the rest of the product asks of running executions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arcstr::ArcStr;
use model::id::IdSequence;
use model::{ExecutionId, Graph, Problem, Status, TenantId, Value, VersionId, json};
use nodes::Registry;
use store::journal::{Claim, ExecutionRow, ReadFrom, SharedJournal};
use store::records::RecordWrite;
use store::{Records, StoreError};
use tokio::sync::oneshot;

use crate::batches::{Batches, Founding};
use crate::begin::{Door, LANE, Submission, birth};
use crate::calls::{CallLimits, Calls};
use crate::clock::{Clock, SystemClock};
use crate::history::{self, History};
use crate::limits::{Admitted, Gates};
use crate::places::Places;
use crate::pool::Pool;
use crate::program::{Extent, Program};
use crate::rest::Rest;
use crate::shard::{Message, Shard, Tools};
use crate::start::{Accepted, Ended, EngineError, Reply, Source, Start};
use crate::stream::EventStream;
use crate::versions;

/// A future in a box, as object-safe traits answer it.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Nodes of all compiled versions that are kept.
const PROGRAM_NODES_MAX: u64 = 1_000_000;

/// How an engine is set up.
#[derive(Clone)]
pub struct Options {
    /// Threads that run executions; one for each core unless set.
    pub shards: usize,
    /// Executions that a shard holds before starts are answered with `Busy`.
    pub in_flight_max: usize,
    /// How often an execution is taken over after crashes before it is set aside.
    pub max_recoveries: u32,
    /// Whether acceptance is committed before the first step runs.
    pub accept_first: bool,
    /// Executions under way at a time; the others wait in line. One that ends in its first slice does not count.
    pub max_concurrent: usize,
    /// Bytes that an execution's journal has to grow by before a snapshot of it is written.
    pub snapshot_bytes: usize,
    /// How long an execution may run, waiting for its turn aside.
    pub timeout: Option<Duration>,
    /// How many calls go out at a time.
    pub calls: CallLimits,
    /// What finds the workflows that steps start; without it no step can start one.
    pub workflows: Option<Arc<dyn Workflows>>,
    /// Whether executions whose time has come are taken up from the start; else from [`Engine::begin_waking`] on.
    pub wakes: bool,
    /// The environment variables that expressions may read.
    pub env: Value,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shards: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            in_flight_max: 20_000,
            max_recoveries: 5,
            accept_first: false,
            max_concurrent: 50,
            snapshot_bytes: 4 << 20,
            timeout: Some(Duration::from_secs(30 * 60)),
            calls: CallLimits::default(),
            workflows: None,
            wakes: true,
            env: Value::object(Vec::new()),
            clock: Arc::new(SystemClock::default()),
        }
    }
}

impl Options {
    fn timeout_us(&self) -> i64 {
        self.timeout.and_then(|timeout| i64::try_from(timeout.as_micros()).ok()).unwrap_or(i64::MAX)
    }
}

/// Where the engine finds the published version of a workflow that a step starts.
pub trait Workflows: Send + Sync {
    /// The workflow with this id or name, as a start of its published version; none if there is no such.
    ///
    /// # Errors
    /// The store cannot answer.
    fn published(&self, tenant: TenantId, workflow: ArcStr) -> BoxFuture<'_, Result<Option<Source>, StoreError>>;
}

/// The engine. A cheap handle: clones share one engine, which stops when the last one is dropped.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    tools: Tools,
    records: Arc<dyn Records>,
    registry: Arc<Registry>,
    options: Options,
    doors: Vec<Door>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    ids: IdSequence,
    batches: Batches,
    programs: moka::sync::Cache<(TenantId, VersionId), Arc<Program>>,
    draining: AtomicBool,
    /// Dropped after the shards have stopped.
    _pool: Pool,
}

/// What the engine holds at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Executions in memory that have not ended.
    pub in_flight: usize,
    /// Events recorded since start.
    pub events: u64,
    /// Executions that ended since start.
    pub ended: u64,
}

/// What a restart found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Executions that go on.
    pub adopted: usize,
    /// Executions that were taken over too often and are set aside.
    pub quarantined: usize,
    /// Executions that could not be read; they are told of in the log.
    pub unreadable: usize,
}

impl Engine {
    /// Starts the shards. `newest` is the newest execution in the journal: ids go on after it whatever the clock says.
    ///
    /// # Panics
    /// Outside of a tokio runtime: its calls are made there.
    pub fn open(
        journal: SharedJournal,
        records: Arc<dyn Records>,
        registry: Arc<Registry>,
        newest: Option<ExecutionId>,
        options: Options,
    ) -> Self {
        let pool = Pool::new(options.shards.max(1), options.clock.clone());
        let runtime = tokio::runtime::Handle::current();
        let calls = Arc::new(Calls::new(runtime.clone(), options.clock.clone(), options.calls));
        let rest = Rest::new(runtime);
        let tools = Tools {
            journal,
            clock: options.clock.clone(),
            env: options.env.clone(),
            accept_first: options.accept_first,
            snapshot_bytes: options.snapshot_bytes,
            timeout_us: options.timeout_us(),
            pool: pool.handle(),
            calls,
            gates: Arc::default(),
            rest: rest.clone(),
        };
        let last_id = newest.map_or(0, |id| model::id::after_millisecond_of(id.0));
        let ids = IdSequence::after(last_id, LANE);
        let began = ExecutionId(ids.next(tools.clock.now_us() / 1_000));
        let mut doors = Vec::new();
        let mut threads = Vec::new();
        for (number, places) in Places::share(options.max_concurrent, options.shards).into_iter().enumerate() {
            let door = Door::default();
            let shard = Shard::new(&door, tools.clone(), places);
            let thread = std::thread::Builder::new().name(format!("shard-{number}"));
            threads.push(thread.spawn(move || shard.run()).expect("the system has room for a few threads"));
            doors.push(door);
        }
        let weigh = |_: &(TenantId, VersionId), program: &Arc<Program>| {
            u32::try_from(program.graph().nodes.len()).unwrap_or(u32::MAX).max(1)
        };
        let engine = Self {
            shared: Arc::new(Shared {
                tools,
                records,
                registry,
                options,
                doors,
                threads: Mutex::new(threads),
                ids,
                programs: moka::sync::Cache::builder().max_capacity(PROGRAM_NODES_MAX).weigher(weigh).build(),
                batches: Batches::after(began),
                draining: AtomicBool::new(false),
                _pool: pool,
            }),
        };
        rest.know(&engine.shared);
        if engine.shared.options.wakes {
            rest.begin();
        }
        engine
    }

    /// Takes up executions whose time has come from now on. Until then only those that somebody asks for something are.
    pub fn begin_waking(&self) {
        self.shared.tools.rest.begin();
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.shared.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.shared.tools.clock.now_us() / 1_000
    }

    pub(crate) fn next_id(&self) -> i64 {
        self.shared.ids.next(self.now_ms())
    }

    pub(crate) fn batches(&self) -> &Batches {
        &self.shared.batches
    }

    pub(crate) fn gates(&self) -> &Gates {
        &self.shared.tools.gates
    }

    pub(crate) fn rest(&self) -> &Rest {
        &self.shared.tools.rest
    }

    pub(crate) fn runtime(&self) -> &tokio::runtime::Handle {
        self.shared.tools.rest.runtime()
    }

    pub(crate) fn timeout_us(&self) -> i64 {
        self.shared.options.timeout_us()
    }

    pub(crate) fn in_flight_max(&self) -> usize {
        self.shared.options.in_flight_max.saturating_mul(self.shared.doors.len()).max(1_024)
    }

    pub(crate) fn max_recoveries(&self) -> u32 {
        self.shared.options.max_recoveries
    }

    pub(crate) fn workflows(&self) -> Option<Arc<dyn Workflows>> {
        self.shared.options.workflows.clone()
    }

    /// The node types of this engine.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.shared.registry
    }

    /// The journal that this engine writes.
    pub fn journal(&self) -> &SharedJournal {
        &self.shared.tools.journal
    }

    /// Compiles a graph without keeping it.
    ///
    /// # Errors
    /// Every problem of the graph, if one of them keeps it from running.
    pub fn compile(&self, graph: Graph) -> Result<Program, Vec<Problem>> {
        Program::compile(graph, self.shared.registry.clone())
    }

    /// Lets go of a version that was removed.
    pub fn forget(&self, tenant: TenantId, version: VersionId) {
        self.shared.programs.invalidate(&(tenant, version));
    }

    /// A stored version, compiled.
    ///
    /// # Errors
    /// There is no such version, or it cannot run.
    pub async fn program(&self, tenant: TenantId, version: VersionId) -> Result<Arc<Program>, EngineError> {
        if let Some(program) = self.shared.programs.get(&(tenant, version)) {
            return Ok(program);
        }
        let text = versions::text(&*self.shared.records, tenant, version).await?;
        let text = text.ok_or_else(|| EngineError::NotFound(format!("version {version}")))?;
        let program = self.compile(versions::graph_of(version, &text)?).map_err(EngineError::Invalid)?;
        let program = Arc::new(program);
        self.shared.programs.insert((tenant, version), program.clone());
        Ok(program)
    }

    /// Starts an execution, and answers when it is durable.
    ///
    /// # Errors
    /// It could not be started; then nothing of it exists.
    pub async fn start(&self, start: Start) -> Result<Accepted, EngineError> {
        let tenant = start.tenant;
        let mut submission = self.prepare(start).await?;
        let answer = match self.join(&mut submission).await {
            Ok(Some(execution)) => Ok(Accepted { execution, status: Status::Delayed, ended: None }),
            Ok(None) => {
                let (tell, told) = oneshot::channel();
                self.submit(submission, Reply::Accepted(tell))?;
                told.await.unwrap_or(Err(EngineError::Draining))
            }
            Err(error) => Err(error),
        };
        self.accepted(tenant, answer).await
    }

    /// The answer to a start; that of the first one, where it is the same request again.
    pub(crate) async fn accepted(
        &self,
        tenant: TenantId,
        answer: Result<Accepted, EngineError>,
    ) -> Result<Accepted, EngineError> {
        match answer {
            Err(EngineError::Store(StoreError::Duplicate { execution, same_body })) => {
                let row = self.same_request(tenant, execution, same_body).await?;
                Ok(Accepted { execution, status: row.status, ended: None })
            }
            answer => answer,
        }
    }

    /// Starts an execution, and answers when it has ended, durably. That it failed is an answer, not an error.
    ///
    /// # Errors
    /// It could not be started.
    pub async fn run(&self, start: Start) -> Result<Ended, EngineError> {
        let tenant = start.tenant;
        let mut submission = self.prepare(start).await?;
        let answer = match self.join(&mut submission).await {
            Ok(Some(execution)) => return self.wait(tenant, execution).await,
            Ok(None) => {
                let (tell, told) = oneshot::channel();
                let execution = self.submit(submission, Reply::Ended(tell))?;
                match told.await {
                    Ok(answer) => answer,
                    Err(_) if self.shared.draining.load(Ordering::Relaxed) => Err(EngineError::Draining),
                    // It left memory to sleep.
                    Err(_) => return self.wait(tenant, execution).await,
                }
            }
            Err(error) => Err(error),
        };
        match answer {
            Err(EngineError::Store(StoreError::Duplicate { execution, same_body })) => {
                self.same_request(tenant, execution, same_body).await?;
                self.wait(tenant, execution).await
            }
            answer => answer,
        }
    }

    async fn same_request(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        same_body: bool,
    ) -> Result<ExecutionRow, EngineError> {
        if same_body { self.row(tenant, execution).await } else { Err(EngineError::KeyReused(execution)) }
    }

    /// Looks up what a start needs.
    ///
    /// # Errors
    /// The version is not there, or cannot start this way.
    pub async fn prepare(&self, start: Start) -> Result<Submission, EngineError> {
        let mut records = Vec::new();
        let (workflow, version, program) = match start.source {
            Source::Version { workflow, version } => (workflow, version, self.program(start.tenant, version).await?),
            Source::Compiled { workflow, version, program, records: beside } => {
                self.shared.programs.insert((start.tenant, version), program.clone());
                records = beside;
                (workflow, version, program)
            }
            Source::AdHoc(graph) => {
                let (version, program, write) = self.ad_hoc(start.tenant, graph)?;
                records.push(write);
                (None, version, program)
            }
        };
        let named = |id: &Option<ArcStr>, to: &str| match id {
            None => Ok(None),
            Some(id) => match program.node(id) {
                Some(node) => Ok(Some(node)),
                None => Err(EngineError::NothingToStart(format!("there is no node {id:?} {to}"))),
            },
        };
        let extent = Extent { start: named(&start.from, "to start at")?, until: named(&start.until, "to go to")? };
        let mut submission = Submission {
            tenant: start.tenant,
            workflow,
            version,
            plan: program.plan(extent)?,
            program,
            extent,
            input: start.input,
            trigger: start.trigger,
            context: start.context,
            idempotency: start.idempotency,
            pinned: start.pinned,
            origin: start.origin,
            priority: start.priority,
            flow_key: start.flow_key,
            delay: start.delay,
            files: start.files,
            founding: None,
            records,
        };
        self.look_up_limits(&mut submission).await?;
        submission.list_input();
        Ok(submission)
    }

    fn ad_hoc(&self, tenant: TenantId, graph: Graph) -> Result<(VersionId, Arc<Program>, RecordWrite), EngineError> {
        let (hash, text) = versions::content(&graph);
        let version = versions::ad_hoc_id(&hash);
        let program = match self.shared.programs.get(&(tenant, version)) {
            Some(program) => program,
            None => {
                let program = Arc::new(self.compile(graph).map_err(EngineError::Invalid)?);
                self.shared.programs.insert((tenant, version), program.clone());
                program
            }
        };
        let now_ms = self.now_ms();
        Ok((version, program, versions::write(tenant, version, None, (hash, text), now_ms)))
    }

    /// Begins an execution: runs the first of it here, shortly, and leaves the rest to a shard. Answers its id, which is
    /// not durable yet.
    ///
    /// # Errors
    /// The engine is stopping, or holds as many executions as it may.
    pub fn submit(&self, mut submission: Submission, reply: Reply) -> Result<ExecutionId, EngineError> {
        if self.shared.draining.load(Ordering::Relaxed) {
            return Err(EngineError::Draining);
        }
        let now_ms = self.now_ms();
        let execution = ExecutionId(self.shared.ids.next(now_ms));
        let door = self.door_of(execution);
        let others = door.gauges.in_flight.fetch_add(1, Ordering::Relaxed);
        let left = || door.gauges.in_flight.fetch_sub(1, Ordering::Relaxed);
        if others >= self.shared.options.in_flight_max {
            left();
            return Err(EngineError::Busy);
        }
        let Admitted { wake_ms, replaces } = self.admit(&submission, execution, now_ms).inspect_err(|_| {
            left();
        })?;
        let delay = submission.delay.map(|delay| i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
        let wake_ms = wake_ms.max(delay.map(|delay| now_ms.saturating_add(delay)));
        let wake_ms = wake_ms.max(submission.founding.as_ref().map(Founding::until_ms));
        let mut replies = vec![reply];
        replies.extend(self.follow_limits(&submission, execution, replaces));
        let wake_ms = wake_ms.filter(|wake| *wake > now_ms);
        replies.extend(submission.founding.take().map(|founding| self.follow_batch(founding, execution)));
        let birth = birth(execution, submission, replies, (now_ms, wake_ms));
        match wake_ms {
            Some(wake_ms) => door.begin_later(&self.shared.tools, birth, wake_ms),
            None => door.begin(&self.shared.tools, birth, others),
        }
        Ok(execution)
    }

    fn admit(&self, start: &Submission, execution: ExecutionId, now_ms: i64) -> Result<Admitted, EngineError> {
        match (&start.program.settings().limits, &start.flow_key) {
            (Some(limits), Some(key)) => {
                let caller = start.idempotency.as_ref().map(|idempotency| idempotency.key.as_str());
                self.gates().admit(&(start.tenant, ArcStr::from(key.as_str())), limits, (execution, caller), now_ms)
            }
            _ => Ok(Admitted::default()),
        }
    }

    /// Answers when an execution has ended.
    ///
    /// # Errors
    /// There is no such execution.
    pub async fn wait(&self, tenant: TenantId, execution: ExecutionId) -> Result<Ended, EngineError> {
        let mut live = self.shared.tools.journal.subscribe(tenant, vec![execution]);
        loop {
            let row = self.row(tenant, execution).await?;
            if row.status.is_terminal() {
                let history = self.history(tenant, execution).await?;
                let (status, duration_us) = (history.row.status, history.row.duration_us);
                return Ok(Ended { execution, status, output: history.output, error: history.error, duration_us });
            }
            let (tell, told) = oneshot::channel();
            let reply = Reply::Ended(tell);
            self.door_of(execution).inbox.send(Message::Wait(execution, reply));
            match told.await {
                Ok(answer) => return answer,
                // It is not in memory here: look again when its journal grows.
                Err(_) => drop(tokio::time::timeout(Duration::from_millis(250), live.next()).await),
            }
        }
    }

    /// What happened in an execution.
    ///
    /// # Errors
    /// There is no such execution, or its journal cannot be read.
    pub async fn history(&self, tenant: TenantId, execution: ExecutionId) -> Result<History, EngineError> {
        let row = self.row(tenant, execution).await?;
        let program = self.program(tenant, row.version).await?;
        let segments = history::segments(&*self.shared.tools.journal, &row, ReadFrom::After(0)).await?;
        Ok(History::read(program, row, &segments)?)
    }

    /// The events of an execution after a seq: those of the journal, then live ones, without a gap.
    ///
    /// # Errors
    /// There is no such execution.
    pub async fn events(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        after: u64,
    ) -> Result<EventStream, EngineError> {
        let live = self.shared.tools.journal.subscribe(tenant, vec![execution]);
        let row = self.row(tenant, execution).await?;
        let program = self.program(tenant, row.version).await?;
        Ok(EventStream::new(self.shared.tools.journal.clone(), program, row, live, after))
    }

    /// The row of an execution.
    ///
    /// # Errors
    /// There is no such execution.
    pub async fn row(&self, tenant: TenantId, execution: ExecutionId) -> Result<ExecutionRow, EngineError> {
        let rows = self.shared.tools.journal.executions(tenant, vec![execution]).await?;
        rows.into_iter().next().ok_or_else(|| EngineError::NotFound(format!("execution {execution}")))
    }

    /// What the engine holds at the moment.
    pub fn stats(&self) -> EngineStats {
        let mut stats = EngineStats::default();
        for Door { gauges, .. } in &self.shared.doors {
            stats.in_flight += gauges.in_flight.load(Ordering::Relaxed);
            stats.events += gauges.events.load(Ordering::Relaxed);
            stats.ended += gauges.ended.load(Ordering::Relaxed);
        }
        stats
    }

    /// Stops accepting, and waits until nothing is in flight or the time is up; what is left goes on after a restart.
    pub async fn drain(&self, limit: Duration) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let empty = async {
            while self.stats().in_flight > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        drop(tokio::time::timeout(limit, empty).await);
        self.leave().await;
    }

    /// Says durably that the process is about to end as it should: what it leaves open did not bring it down.
    pub async fn leave(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        if let Err(error) = self.journal().claim(Claim::Leave).await {
            tracing::warn!(%error, "what goes on after a restart is counted as after a crash");
        }
    }

    pub(crate) fn door_of(&self, execution: ExecutionId) -> &Door {
        // Fibonacci hashing: ids of a quiet hour and of a busy millisecond are spread alike.
        let spread = execution.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let doors = &self.shared.doors;
        &doors[usize::try_from(spread).unwrap_or(0) % doors.len()]
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        for door in &self.doors {
            door.inbox.send(Message::Stop);
        }
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A shard may drop the last handle itself, by way of a reply; it cannot wait for its own end.
            if thread.thread().id() != std::thread::current().id() {
                drop(thread.join());
            }
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// The text of a value, for the hash of a request.
pub fn body_hash(value: &Value) -> [u8; 32] {
    *blake3::hash(json::to_text(value).as_bytes()).as_bytes()
}
