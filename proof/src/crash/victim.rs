//! The process that is killed: it recovers what a dead one left, then starts workflows without end and says on its
//! output, line by line, what was acknowledged to it.

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;
use engine::{Engine, EngineError, Source, Start, body_hash, versions};
use model::{ExecutionId, TenantId, Value};
use nodes::net::{self, Net};
use nodes::{Registry, Services};
use store::journal::{ExecutionQuery, Idempotency, SharedJournal};
use store::{SqliteOptions, SqliteStore, Synchronous};
use tokio::task::JoinSet;

use super::cases::{LONG, crash_case};
use super::early::EarlyAck;
use super::effects::{Children, SHAPES, SIGNAL, effect_case};
use super::poison::{Crash, poison};
use crate::observe::start_of;

/// How a victim lives.
#[derive(Clone, Debug, clap::Parser)]
pub struct Options {
    /// Its data directory.
    #[arg(long)]
    pub data: PathBuf,
    /// How many different cases it runs, beside the long ones.
    #[arg(long, default_value_t = 400)]
    pub cases: u64,
    /// Every how many starts one is long; 0 for none.
    #[arg(long, default_value_t = 8)]
    pub long_every: u64,
    /// Executions that it has started and not seen end.
    #[arg(long, default_value_t = 24)]
    pub in_flight: usize,
    /// How long it lives if nobody kills it, in ms.
    #[arg(long, default_value_t = 3_000)]
    pub for_ms: u64,
    /// Whether acceptance is committed before the first step runs.
    #[arg(long)]
    pub accept_first: bool,
    /// Whether starts carry idempotency keys: the n-th start of every victim has the same one.
    #[arg(long)]
    pub keys: bool,
    /// The ledger of calls: with it, it runs workflows with effects.
    #[arg(long)]
    pub calls: Option<SocketAddr>,
    /// Of workflows with effects, the only shape to run.
    #[arg(long)]
    pub shape: Option<u64>,
    /// How many executions it starts that bring it down.
    #[arg(long, default_value_t = 0)]
    pub poison: usize,
    /// When a commit counts as done.
    #[arg(long, value_enum, default_value_t = Sync::Full)]
    pub synchronous: Sync,
    /// A fault to plant.
    #[arg(long, value_enum)]
    pub sabotage: Option<Sabotage>,
}

/// When a commit counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sync {
    /// Once it is on the disk.
    Full,
    /// Once the system has it.
    Normal,
}

/// A planted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sabotage {
    /// Acknowledges before the commit.
    AckBeforeCommit,
}

/// The newest execution of a store.
pub(super) async fn newest(journal: &SharedJournal) -> Result<Option<ExecutionId>> {
    let query = ExecutionQuery { limit: 1, ..ExecutionQuery::newest(TenantId::DEFAULT) };
    Ok(journal.list(query).await?.rows.first().map(|row| row.id))
}

/// Opens a store.
pub(super) fn open(data: &Path, synchronous: Sync) -> Result<Arc<SqliteStore>> {
    let synchronous = match synchronous {
        Sync::Full => Synchronous::Full,
        Sync::Normal => Synchronous::Normal,
    };
    Ok(Arc::new(SqliteStore::open(data, SqliteOptions { synchronous, ..SqliteOptions::default() })?))
}

/// An engine over a store, which may call the ledger if there is one, and go inside for that.
pub(super) async fn begin(
    (journal, store): (SharedJournal, Arc<SqliteStore>),
    calls: Option<SocketAddr>,
    mut settings: engine::Options,
) -> Result<Engine> {
    let newest = newest(&journal).await?;
    let mut net = net::Settings::default();
    if let Some(address) = calls {
        net.allowed_private.push(address.to_string().parse()?);
        settings.workflows = Some(Arc::new(Children(address)));
    }
    let services = Services::default().with_net(Net::new(net));
    let registry = Registry::with_more(&services, vec![Box::new(Crash::default())]);
    Ok(Engine::open(journal, store, Arc::new(registry), newest, settings))
}

/// Lives until it is killed, or its time is over.
///
/// # Errors
/// Something that is no crash: the store does not open, the engine refuses a start.
pub async fn victim(options: Options) -> Result<()> {
    say(&format!("pid {}", std::process::id()));
    let store = open(&options.data, options.synchronous)?;
    let journal: SharedJournal = match options.sabotage {
        Some(Sabotage::AckBeforeCommit) => EarlyAck::over(store.clone()),
        None => store.clone(),
    };
    let settings = engine::Options { shards: 2, accept_first: options.accept_first, ..engine::Options::default() };
    let engine = begin((journal, store), options.calls, settings).await?;
    say("serves");
    let found = engine.recover().await?;
    say(&format!("ready {} {} {}", found.adopted, found.quarantined, found.unreadable));
    for (address, n) in options.calls.into_iter().flat_map(|address| (0..options.poison).map(move |n| (address, n))) {
        engine.start(Start::new(Source::AdHoc(poison(address)), Value::from(n))).await?;
    }
    let supply = Arc::new(Supply::default());
    let mut loops = JoinSet::new();
    for _ in 0..options.in_flight {
        loops.spawn(start_without_end(engine.clone(), supply.clone(), options.clone()));
    }
    let life = Duration::from_millis(options.for_ms);
    tokio::select! {
        () = tokio::time::sleep(life) => {
            engine.leave().await;
            Ok(())
        }
        Some(ended) = loops.join_next() => ended?,
    }
}

/// The cases in turn. What was started once is started again by its stored version.
#[derive(Default)]
struct Supply {
    next: AtomicU64,
    stored: Mutex<HashMap<u64, Start>>,
}

impl Supply {
    fn stored(&self) -> MutexGuard<'_, HashMap<u64, Start>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next start: which one it is, its case, and what it takes.
    fn next(&self, options: &Options) -> (u64, u64, Start) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        if options.calls.is_some() {
            let case = turn % options.cases;
            return self.start(options, turn, options.shape.map_or(case, |shape| case * SHAPES + shape));
        }
        let seed = match turn.checked_div(options.long_every) {
            Some(long) if turn.is_multiple_of(options.long_every) => long % LONG,
            _ => LONG + turn % options.cases,
        };
        self.start(options, turn, seed)
    }

    fn start(&self, options: &Options, turn: u64, seed: u64) -> (u64, u64, Start) {
        let stored = self.stored().get(&seed).cloned();
        let case = || options.calls.map_or_else(|| crash_case(seed), |address| effect_case(seed, address).case);
        let mut start = stored.unwrap_or_else(|| start_of(&case()));
        let body = || body_hash(&Value::array(vec![Value::from(seed.to_string()), start.input.clone()]));
        start.idempotency = options.keys.then(|| Idempotency { key: format!("start-{turn}"), body_hash: body() });
        (turn, seed, start)
    }

    /// Notes that a case was started durably.
    fn started(&self, seed: u64, mut start: Start) {
        if let Source::AdHoc(graph) = &start.source {
            let version = versions::ad_hoc_id(&versions::content(graph).0);
            start.source = Source::Version { workflow: None, version };
            self.stored().insert(seed, start);
        }
    }
}

async fn start_without_end(engine: Engine, supply: Arc<Supply>, options: Options) -> Result<()> {
    loop {
        let (turn, seed, start) = supply.next(&options);
        let accepted = engine.start(start.clone()).await?;
        supply.started(seed, start);
        let execution = accepted.execution;
        say(&format!("accepted {execution} {seed} {turn}"));
        if let Some(value) = options.calls.and_then(|address| effect_case(seed, address).signal) {
            tokio::time::sleep(Duration::from_millis(turn * 37 % 120)).await;
            match signal(&engine, execution, value).await {
                Ok(()) => say(&format!("signaled {execution}")),
                // The same start was made before, and signaled then.
                Err(EngineError::HasEnded(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let ended = match accepted.ended {
            Some(ended) => ended,
            None => match engine.wait(TenantId::DEFAULT, execution).await {
                Ok(ended) => ended,
                // A fault may be planted for which this is to be expected.
                Err(EngineError::NotFound(_)) if options.sabotage.is_some() => continue,
                Err(error) => return Err(error.into()),
            },
        };
        say(&format!("ended {execution} {}", ended.status.as_str()));
    }
}

/// Sends the signal that an execution waits for. However often that is done, it counts once.
pub(super) async fn signal(engine: &Engine, execution: ExecutionId, value: Value) -> Result<(), EngineError> {
    engine.signal(TenantId::DEFAULT, execution, (SIGNAL.into(), value), Some(SIGNAL.into())).await
}

/// One line, which is out before this returns.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever reads may be gone; then nobody counts on what is said.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
