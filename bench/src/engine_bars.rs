//! Bars of the engine in this process, on SQLite with synchronous=FULL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use engine::{Engine, Reply, Source, Start, Submission};
use model::{Graph, Status};
use nodes::net::{self, Net};
use nodes::{Registry, Services};
use store::{Journal, SqliteOptions, SqliteStore};
use tokio::sync::oneshot;

use crate::floor::{Commits, appends, bare_sqlite, percentile};
use crate::machine::{forget_peak, peak_mb, resident_mb};
use crate::report::Bar;
use crate::{Group, Options, graphs};

pub(crate) const GROUPS: &[Group] = &[
    // First, while the process has not grown yet.
    Group { id: "engine.memory", measure: at_once },
    Group { id: "engine.chain", measure: chain },
    Group { id: "engine.chain_long", measure: chain_long },
    Group { id: "engine.fanout", measure: fan_out },
    Group { id: "engine.sustained", measure: sustained },
    Group { id: "engine.two_commits", measure: two_commits },
    Group { id: "engine.long_run", measure: long_run },
];

/// An engine on a store of its own, removed at the end.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<SqliteStore>,
    folder: tempfile::TempDir,
    pub(crate) runtime: tokio::runtime::Runtime,
}

impl Bench {
    fn open(options: &Options, accept_first: bool) -> anyhow::Result<Self> {
        Self::open_with(options, engine::Options { accept_first, ..engine::Options::default() })
    }

    /// The same with other limits, and with this machine open to calls.
    pub(crate) fn open_with(options: &Options, setup: engine::Options) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
        let store = Arc::new(SqliteStore::open(folder.path(), SqliteOptions::default())?);
        let setup = engine::Options { in_flight_max: 100_000, ..setup };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let allowed_private = vec!["127.0.0.0/8".parse()?];
        let net = Net::new(net::Settings { allowed_private, ..net::Settings::default() });
        let registry = Registry::with(&Services::default().with_net(net));
        let guard = runtime.enter();
        let engine = Engine::open(store.clone(), store.clone(), Arc::new(registry), None, setup);
        drop(guard);
        Ok(Self { engine, store, folder, runtime })
    }

    fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("tidemill.db")
    }

    /// Runs a graph once so that its version is stored, and answers how to start it without storing it again.
    pub(crate) fn ready(&self, graph: Graph) -> anyhow::Result<Template> {
        self.ready_with(graph, graphs::payload())
    }

    /// The same with another input.
    pub(crate) fn ready_with(&self, graph: Graph, input: model::Value) -> anyhow::Result<Template> {
        let start = Start::new(Source::AdHoc(graph), input);
        let ended = self.runtime.block_on(self.engine.run(start.clone()))?;
        if ended.status != Status::Succeeded {
            bail!("the measured graph failed: {:?}", ended.error);
        }
        self.template(start)
    }

    /// How to start something again and again.
    pub(crate) fn template(&self, start: Start) -> anyhow::Result<Template> {
        Ok(Template { submission: self.runtime.block_on(self.engine.prepare(start))? })
    }

    /// Milliseconds from the start of an execution to its durable end.
    pub(crate) fn time_of(&self, template: &Template) -> anyhow::Result<f64> {
        let (tell, told) = oneshot::channel();
        let began = Instant::now();
        self.engine.submit(template.copy(), Reply::Ended(tell))?;
        let ended = told.blocking_recv().context("the engine stopped")??;
        if ended.status != Status::Succeeded {
            bail!("an execution failed: {:?}", ended.error);
        }
        Ok(began.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Sorted times of many executions one after the other.
    pub(crate) fn times(&self, template: &Template, count: usize) -> anyhow::Result<Vec<f64>> {
        let mut times = (0..count).map(|_| self.time_of(template)).collect::<Result<Vec<_>, _>>()?;
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}

/// A start that is made many times.
pub(crate) struct Template {
    submission: Submission,
}

impl Template {
    pub(crate) fn copy(&self) -> Submission {
        let from = &self.submission;
        Submission {
            tenant: from.tenant,
            workflow: None,
            version: from.version,
            program: from.program.clone(),
            plan: from.plan.clone(),
            extent: engine::Extent::default(),
            input: from.input.clone(),
            trigger: "bench",
            context: model::Value::Null,
            idempotency: None,
            pinned: false,
            origin: None,
            priority: 0,
            flow_key: None,
            delay: None,
            files: Vec::new(),
            founding: None,
            records: Vec::new(),
        }
    }
}

fn chain(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bench = Bench::open(options, false)?;
    let template = bench.ready(graphs::chain(1_000))?;
    let times = best_of(5, || bench.times(&template, 200))?;
    let floor = appends(&options.folder, 200)?;
    let floor =
        format!("append + fdatasync p50 {:.2} ms, p95 {:.2} ms", percentile(&floor, 0.5), percentile(&floor, 0.95));
    Ok(vec![
        Bar::at_most("engine.chain.p50", percentile(&times, 0.5), "ms", 2.0, floor.clone()),
        Bar::at_most("engine.chain.p95", percentile(&times, 0.95), "ms", 5.0, floor),
    ])
}

fn chain_long(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bench = Bench::open(options, false)?;
    let (short, long) = (bench.ready(graphs::chain(1_000))?, bench.ready(graphs::chain(100_000))?);
    let short = percentile(&best_of(3, || bench.times(&short, 50))?, 0.5);
    let long = percentile(&best_of(3, || bench.times(&long, 3))?, 0.0);
    let ratio = (long / 100_000.0) / (short / 1_000.0);
    Ok(vec![
        Bar::at_most("engine.chain_long.time", long / 1_000.0, "s", 0.5, "-"),
        Bar::at_most("engine.chain_long.per_node", ratio, "x of 1,000", 1.5, format!("1,000 nodes in {short:.2} ms")),
    ])
}

fn fan_out(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bench = Bench::open(options, false)?;
    let template = bench.ready(graphs::fan_out(1_000))?;
    let times = best_of(5, || bench.times(&template, 50))?;
    let floor = appends(&options.folder, 100)?;
    let floor = format!("append + fdatasync p50 {:.2} ms", percentile(&floor, 0.5));
    Ok(vec![Bar::at_most("engine.fanout", percentile(&times, 0.5), "ms", 5.0, floor)])
}

fn sustained(options: &Options) -> anyhow::Result<Vec<Bar>> {
    sustained_bars(options, "engine.sustained", false, &[(100, 40_000.0), (1_000, 60_000.0)])
}

fn two_commits(options: &Options) -> anyhow::Result<Vec<Bar>> {
    sustained_bars(options, "engine.two_commits", true, &[(1_000, 0.0)])
}

fn sustained_bars(options: &Options, id: &str, accept_first: bool, cases: &[(usize, f64)]) -> anyhow::Result<Vec<Bar>> {
    let mut bars = Vec::new();
    let commits = if accept_first { Commits::Two } else { Commits::One };
    for &(in_flight, quiet) in cases {
        let (mut rate, mut bare, mut per_commit) = (0.0_f64, 0.0_f64, 0);
        for _ in 0..options.rounds {
            let bench = Bench::open(options, accept_first)?;
            let template = bench.ready(graphs::chain(10))?;
            rate = rate.max(flood(&bench, &template, in_flight, Duration::from_secs(options.seconds))?.rate());
            let health = bench.store.health();
            per_commit = health.entries.checked_div(health.commits).unwrap_or(0);
            let (database, folder) = (bench.database(), bench.folder);
            let kept = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
            drop((bench.engine, bench.runtime));
            drop(bench.store);
            bare = bare.max(bare_sqlite(&database, kept.path(), commits)?);
            drop(folder);
        }
        let floor = format!("bare SQLite {bare:.0} executions/s; here {per_commit} entries a commit");
        bars.push(Bar::at_least(&format!("{id}.{in_flight}.ratio"), rate / bare, "x bare SQLite", 0.5, floor.clone()));
        let absolute = Bar::at_least(&format!("{id}.{in_flight}.rate"), rate, "executions/s", quiet, floor);
        bars.push(absolute.for_information());
    }
    Ok(bars)
}

/// What a flood of executions did.
struct Flood {
    /// Executions that ended in each second.
    seconds: Vec<u64>,
    elapsed: f64,
}

impl Flood {
    #[expect(clippy::cast_precision_loss, reason = "a count of executions")]
    fn rate(&self) -> f64 {
        self.seconds.iter().sum::<u64>() as f64 / self.elapsed
    }
}

/// Keeps `in_flight` executions under way for a time: as many callers start one after the other.
fn flood(bench: &Bench, template: &Template, in_flight: usize, time: Duration) -> anyhow::Result<Flood> {
    struct Callers {
        engine: Engine,
        template: Template,
        ended: AtomicU64,
        stop: AtomicBool,
    }
    async fn call(callers: Arc<Callers>) -> anyhow::Result<()> {
        while !callers.stop.load(Ordering::Relaxed) {
            let (tell, told) = oneshot::channel();
            callers.engine.submit(callers.template.copy(), Reply::Ended(tell))?;
            if told.await.context("the engine stopped")??.status != Status::Succeeded {
                bail!("an execution of the flood failed");
            }
            callers.ended.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
    let callers = Arc::new(Callers {
        engine: bench.engine.clone(),
        template: Template { submission: template.copy() },
        ended: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    });
    let began = Instant::now();
    let calling: Vec<_> = (0..in_flight).map(|_| bench.runtime.spawn(call(callers.clone()))).collect();
    let mut seconds = Vec::new();
    let mut before = 0;
    while began.elapsed() < time {
        std::thread::sleep(Duration::from_secs(1).min(time));
        let now = callers.ended.load(Ordering::Relaxed);
        seconds.push(now - before);
        before = now;
    }
    let elapsed = began.elapsed().as_secs_f64();
    callers.stop.store(true, Ordering::Relaxed);
    for call in calling {
        bench.runtime.block_on(call)??;
    }
    Ok(Flood { seconds, elapsed })
}

/// Ten thousand executions at once, all of them accepted before the first runs.
fn at_once(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bench = Bench::open(options, true)?;
    let template = bench.ready(graphs::chain(10))?;
    flood(&bench, &template, 100, Duration::from_secs(1))?;
    let before = resident_mb(std::process::id());
    forget_peak();
    let begin = |_| {
        let (tell, told) = oneshot::channel();
        bench.engine.submit(template.copy(), Reply::Ended(tell)).map(|_| told)
    };
    let begun = (0..10_000).map(begin).collect::<Result<Vec<_>, _>>()?;
    for told in begun {
        told.blocking_recv().context("the engine stopped")??;
    }
    Ok(vec![Bar::at_most(
        "engine.memory.at_once",
        peak_mb() - before,
        "MB over idle",
        60.0,
        format!("{before:.0} MB before"),
    )])
}

fn long_run(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bench = Bench::open(options, false)?;
    let template = bench.ready(graphs::chain(10))?;
    let syncs = appends(&options.folder, 500)?;
    let sync_p99 = percentile(&syncs, 0.99);
    let watched = Watch::begin(bench.store.clone());
    let flood = flood(&bench, &template, 100, Duration::from_secs(options.long_seconds))?;
    let (wal, commits) = watched.end();
    let floor = format!("fdatasync p99 {sync_p99:.2} ms");
    #[expect(clippy::cast_precision_loss, reason = "counts of executions")]
    let mean = |part: &[u64]| part.iter().sum::<u64>() as f64 / part.len().max(1) as f64;
    let part = (flood.seconds.len() / 6).max(1);
    let (first, last) = (mean(&flood.seconds[..part]), mean(&flood.seconds[flood.seconds.len() - part..]));
    let speed = format!("{first:.0} executions/s in the first");
    Ok(vec![
        Bar::at_most("engine.long_run.commit_p99", percentile(&commits, 0.99), "ms", 15.0 + sync_p99, floor),
        Bar::at_most("engine.long_run.wal", wal, "MB", 256.0, "-"),
        Bar::at_least("engine.long_run.speed", last / first, "last ÷ first", 0.8, speed),
    ])
}

/// Watches how large the write-ahead log becomes and how long commits take.
struct Watch {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<(u64, Vec<f64>)>,
}

impl Watch {
    fn begin(store: Arc<SqliteStore>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let (mut wal, mut commits, mut times) = (0, 0, Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                let health = store.health();
                wal = health.wal_bytes.max(wal);
                if health.commits > commits {
                    commits = health.commits;
                    #[expect(clippy::cast_precision_loss, reason = "a time in µs")]
                    times.push(health.last_commit_us as f64 / 1_000.0);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            (wal, times)
        });
        Self { stop, thread }
    }

    /// The largest log in MB, and the sorted times of commits in ms.
    #[expect(clippy::cast_precision_loss, reason = "a size in bytes")]
    fn end(self) -> (f64, Vec<f64>) {
        self.stop.store(true, Ordering::Relaxed);
        let (wal, mut times) = self.thread.join().unwrap_or((u64::MAX, Vec::new()));
        times.sort_by(f64::total_cmp);
        (wal as f64 / 1_048_576.0, times)
    }
}

/// The run with the lowest median, of several: other processes only ever add time.
pub(crate) fn best_of(runs: usize, mut run: impl FnMut() -> anyhow::Result<Vec<f64>>) -> anyhow::Result<Vec<f64>> {
    let mut best: Option<Vec<f64>> = None;
    for _ in 0..runs {
        let times = run()?;
        if best.as_ref().is_none_or(|best| percentile(&times, 0.5) < percentile(best, 0.5)) {
            best = Some(times);
        }
    }
    best.context("at least one run")
}
