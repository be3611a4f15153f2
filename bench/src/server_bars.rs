//! Bars of the served product: `tidemill serve` as a process of its own, called over loopback.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use model::json;

use crate::floor::{appends, percentile};
use crate::machine::resident_mb;
use crate::report::Bar;
use crate::store_bars::leave_open;
use crate::{Group, Options, graphs, load};

pub(crate) const GROUPS: &[Group] = &[
    Group { id: "engine.webhook", measure: webhook },
    Group { id: "engine.memory", measure: memory },
    Group { id: "engine.start", measure: start },
];

/// A child that serves, killed at the end.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: String,
    pub(crate) token: String,
    pub(crate) ready_ms: f64,
}

impl Served {
    pub(crate) fn begin(options: &Options, data: &Path) -> anyhow::Result<Self> {
        Self::begin_with(options, data, &[])
    }

    /// The same with settings.
    pub(crate) fn begin_with(options: &Options, data: &Path, settings: &[&str]) -> anyhow::Result<Self> {
        let began = Instant::now();
        let mut child = Command::new(&options.program)
            .args(["serve", "--host", "127.0.0.1", "--port", "0", "--rate-limit", "0", "--data"])
            .arg(data)
            .args(settings.iter().flat_map(|setting| ["--set", setting]))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", options.program.display()))?;
        let address = first_address(&mut child);
        let ready_ms = began.elapsed().as_secs_f64() * 1_000.0;
        let token = std::fs::read_to_string(data.join("api-token")).unwrap_or_default().trim().to_owned();
        match address {
            Ok(address) => Ok(Self { child, address, token, ready_ms }),
            Err(error) => {
                drop(child.kill());
                drop(child.wait());
                Err(error)
            }
        }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> anyhow::Result<String> {
        let headers = format!("authorization: Bearer {}\r\n", self.token);
        let (status, answer) = load::call(&self.address, method, path, &headers, body)?;
        if !(200..300).contains(&status) {
            bail!("{method} {path} answered {status}: {answer}");
        }
        Ok(answer)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address in the first line of a child's output that has one.
fn first_address(child: &mut Child) -> anyhow::Result<String> {
    let output = child.stdout.take().context("the child has an output")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(Ok(line)) = lines.next() {
        if let Some((_, rest)) = line.split_once("http://") {
            let address = rest.split(['/', ' ']).next().unwrap_or_default().to_owned();
            // The pipe must be read on, or the child would one day wait for room in it.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(address);
        }
    }
    bail!("the server ended before it was ready")
}

fn webhook(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    served.call("POST", "/api/v1/workflows", &graphs::webhook())?;
    let echo = Echo::begin(options)?;
    let time = Duration::from_secs(options.seconds / 2);
    let (mut hook, mut bare) = (None, None);
    for _ in 0..options.rounds {
        hook = better(hook, load::post(&served.address, "/hooks/bench", graphs::PAYLOAD, 50, time)?);
        bare = better(bare, load::post(&echo.address, "/echo", graphs::PAYLOAD, 50, time)?);
    }
    let (hook, bare) = (hook.context("a run")?, bare.context("a run")?);
    let syncs = appends(&options.folder, 500)?;
    let (sync_p50, sync_p95) = (percentile(&syncs, 0.5), percentile(&syncs, 0.95));
    let alone = load::post(&served.address, "/hooks/bench", graphs::PAYLOAD, 1, time)?;
    let rate = format!("axum echo {:.0}/s, webhook {:.0}/s", bare.rate, hook.rate);
    let sync = format!("fdatasync p50 {sync_p50:.2} ms, p95 {sync_p95:.2} ms");
    Ok(vec![
        Bar::at_least("engine.webhook.ratio", hook.rate / bare.rate, "x axum echo", 0.25, rate),
        Bar::at_most(
            "engine.webhook.p95",
            percentile(&hook.times, 0.95),
            "ms, 50 clients",
            5.0 + 2.0 * sync_p95,
            sync.clone(),
        ),
        Bar::at_most("engine.webhook.alone", percentile(&alone.times, 0.5), "ms, 1 client", 3.0 * sync_p50, sync),
    ])
}

fn better(best: Option<load::Load>, run: load::Load) -> Option<load::Load> {
    match best {
        Some(best) if best.rate >= run.rate => Some(best),
        _ => Some(run),
    }
}

/// A bare axum server in a process of its own.
pub(crate) struct Echo {
    child: Child,
    pub(crate) address: String,
}

impl Echo {
    pub(crate) fn begin(options: &Options) -> anyhow::Result<Self> {
        let mut child = Command::new(&options.program)
            .args(["bench", "--echo"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let address = first_address(&mut child)?;
        Ok(Self { child, address })
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn memory(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    std::thread::sleep(Duration::from_secs(2));
    let idle = resident_mb(served.child.id());
    let mut graph = Vec::new();
    json::write(graphs::chain(100).document(), &mut graph);
    let created = served.call("POST", "/api/v1/workflows", &String::from_utf8_lossy(&graph))?;
    let created = json::read(created.as_bytes())?;
    let id = created.get("id").and_then(model::Value::as_str).context("the workflow has an id")?;
    let (path, body) =
        (format!("/api/v1/workflows/{id}/execute"), format!(r#"{{"input":{},"wait":true}}"#, graphs::PAYLOAD));
    // The first execution compiles the version; what it keeps is not growth by steps.
    served.call("POST", &path, &body)?;
    let before = resident_mb(served.child.id());
    for _ in 0..100 {
        served.call("POST", &path, &body)?;
    }
    let growth = resident_mb(served.child.id()) - before;
    Ok(vec![
        Bar::at_most("engine.memory.idle", idle, "MB", 40.0, "-"),
        Bar::at_most("engine.memory.growth", growth.max(0.0), "MB", 5.0, "10,000 steps in 100 executions"),
    ])
}

fn start(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
        best = best.min(Served::begin(options, folder.path())?.ready_ms);
    }
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    leave_open(folder.path(), 10_000)?;
    let began = Instant::now();
    let served = Served::begin(options, folder.path())?;
    let recovered = wait_until_ended(&served, began)?;
    let ready = format!("its API answered after {:.0} ms", served.ready_ms);
    Ok(vec![
        Bar::at_most("engine.start.empty", best, "ms", 200.0, "-"),
        Bar::at_most("engine.start.open", recovered, "s until all ended", 2.0, ready),
    ])
}

/// Seconds from `began` until no execution is open any more.
fn wait_until_ended(served: &Served, began: Instant) -> anyhow::Result<f64> {
    while began.elapsed() < Duration::from_secs(60) {
        let stats = served.call("GET", "/api/v1/dashboard/stats?fresh=true", "")?;
        let stats = json::read(stats.as_bytes())?;
        if stats.get("running_executions").and_then(model::Value::as_i64) == Some(0) {
            return Ok(began.elapsed().as_secs_f64());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("executions were still open after a minute")
}
