//! Bars of the engine in this process, on SQLite with synchronous=FULL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use engine::{Engine, Reply, Source, Start, Submission};
use model::{Graph, Status};
use nodes::Registry;
use store::{Journal, SqliteOptions, SqliteStore};

use crate::floor::{appends, bare_sqlite, percentile};
use crate::machine::{forget_peak, peak_mb, resident_mb};
use crate::report::Bar;
use crate::{Options, graphs};

type Measure = fn(&Options) -> anyhow::Result<Vec<Bar>>;

pub(crate) fn all() -> Vec<Measure> {
    vec![chain, chain_long, fan_out, sustained, two_commits, at_once, long_run]
}

/// An engine on a store of its own, removed at the end.
struct Bench {
    engine: Engine,
    store: Arc<SqliteStore>,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    fn open(options: &Options, accept_first: bool) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
        let store = Arc::new(SqliteStore::open(folder.path(), SqliteOptions::default())?);
        let setup = engine::Options { accept_first, in_flight_max: 100_000, ..engine::Options::default() };
        let engine = Engine::open(store.clone(), store.clone(), Arc::new(Registry::standard()), None, setup);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { engine, store, folder, runtime })
    }

    fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("tidemill.db")
    }

    /// Runs a graph once so that its version is stored, and answers how to start it without storing it again.
    fn ready(&self, graph: Graph) -> anyhow::Result<Template> {
        let start = Start::new(Source::AdHoc(graph), graphs::payload());
        let ended = self.runtime.block_on(self.engine.run(start.clone()))?;
        if ended.status != Status::Succeeded {
            bail!("the measured graph failed: {:?}", ended.error);
        }
        let submission = self.runtime.block_on(self.engine.prepare(start))?;
        Ok(Template { submission })
    }

    /// Milliseconds from the start of an execution to its durable end.
    fn time_of(&self, template: &Template) -> anyhow::Result<f64> {
        let (tell, told) = sync_channel(1);
        let began = Instant::now();
        self.engine.submit(template.copy(), Reply::Ended(Box::new(move |answer| drop(tell.send(answer)))))?;
        let ended = told.recv().context("the engine stopped")??;
        if ended.status != Status::Succeeded {
            bail!("an execution failed: {:?}", ended.error);
        }
        Ok(began.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Sorted times of many executions one after the other.
    fn times(&self, template: &Template, count: usize) -> anyhow::Result<Vec<f64>> {
        let mut times = (0..count).map(|_| self.time_of(template)).collect::<Result<Vec<_>, _>>()?;
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}

/// A start that is made many times.
struct Template {
    submission: Submission,
}

impl Template {
    fn copy(&self) -> Submission {
        let from = &self.submission;
        Submission {
            tenant: from.tenant,
            workflow: None,
            version: from.version,
            program: from.program.clone(),
            plan: from.plan.clone(),
            from: None,
            input: from.input.clone(),
            trigger: "bench",
            context: model::Value::Null,
            idempotency: None,
            pinned: false,
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
    for &(in_flight, quiet) in cases {
        let bench = Bench::open(options, accept_first)?;
        let template = bench.ready(graphs::chain(10))?;
        let mut rate: f64 = 0.0;
        for _ in 0..2 {
            rate = rate.max(flood(&bench, &template, in_flight, Duration::from_secs(options.seconds / 2))?.rate());
        }
        let (database, folder) = (bench.database(), bench.folder);
        let kept = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
        drop((bench.engine, bench.runtime));
        drop(bench.store);
        let bare = bare_sqlite(&database, kept.path())?;
        drop(folder);
        let floor = format!("bare SQLite {bare:.0} executions/s");
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

/// Keeps `in_flight` executions under way for a time: each that ends starts the next.
fn flood(bench: &Bench, template: &Template, in_flight: usize, time: Duration) -> anyhow::Result<Flood> {
    struct Shared {
        engine: Engine,
        template: Template,
        ended: AtomicU64,
        live: AtomicU64,
        stop: AtomicBool,
        failed: AtomicBool,
    }
    fn next(shared: &Arc<Shared>) {
        let again = shared.clone();
        let reply = Reply::Ended(Box::new(move |answer| {
            let well = answer.is_ok_and(|ended| ended.status == Status::Succeeded);
            if !well {
                again.failed.store(true, Ordering::Relaxed);
            }
            again.ended.fetch_add(1, Ordering::Relaxed);
            again.live.fetch_sub(1, Ordering::Relaxed);
            if well && !again.stop.load(Ordering::Relaxed) {
                next(&again);
            }
        }));
        shared.live.fetch_add(1, Ordering::Relaxed);
        if shared.engine.submit(shared.template.copy(), reply).is_err() {
            shared.live.fetch_sub(1, Ordering::Relaxed);
            shared.failed.store(true, Ordering::Relaxed);
        }
    }
    let shared = Arc::new(Shared {
        engine: bench.engine.clone(),
        template: Template { submission: template.copy() },
        ended: AtomicU64::new(0),
        live: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        failed: AtomicBool::new(false),
    });
    let began = Instant::now();
    (0..in_flight).for_each(|_| next(&shared));
    let mut seconds = Vec::new();
    let mut before = 0;
    while began.elapsed() < time {
        std::thread::sleep(Duration::from_secs(1).min(time));
        let now = shared.ended.load(Ordering::Relaxed);
        seconds.push(now - before);
        before = now;
    }
    let elapsed = began.elapsed().as_secs_f64();
    shared.stop.store(true, Ordering::Relaxed);
    while shared.live.load(Ordering::Relaxed) > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    if shared.failed.load(Ordering::Relaxed) {
        bail!("an execution of the flood failed");
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
    let (tell, told) = sync_channel(10_000);
    for _ in 0..10_000 {
        let tell = tell.clone();
        bench.engine.submit(
            template.copy(),
            Reply::Ended(Box::new(move |answer| tell.send(answer.is_ok()).unwrap_or_default())),
        )?;
    }
    let well = told.iter().take(10_000).all(|well| well);
    if !well {
        bail!("an execution of ten thousand failed");
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
fn best_of(runs: usize, mut run: impl FnMut() -> anyhow::Result<Vec<f64>>) -> anyhow::Result<Vec<f64>> {
    let mut best: Option<Vec<f64>> = None;
    for _ in 0..runs {
        let times = run()?;
        if best.as_ref().is_none_or(|best| percentile(&times, 0.5) < percentile(best, 0.5)) {
            best = Some(times);
        }
    }
    best.context("at least one run")
}
