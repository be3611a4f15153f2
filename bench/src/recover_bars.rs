//! How long a served product takes to take up again what was under way when it was killed.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use model::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::floor::percentile;
use crate::report::Bar;
use crate::server_bars::Served;
use crate::{Group, Options, load};

pub(crate) const GROUPS: &[Group] = &[Group { id: "recover.time", measure: recover }];

const COUNT: usize = 10_000;
/// Kills, each of a server with a data directory of its own: what was there when several processes died is taken up with care,
/// some at a time.
const KILLS: u32 = 5;

/// What one restart took, in ms.
struct Restart {
    /// Until the API answered.
    answered: f64,
    /// Until all executions were in memory again.
    taken_up: f64,
}

/// Ten thousand executions in the middle of a call; `kill -9`, a start, and all are taken up again.
fn recover(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let mut restarts = Vec::new();
    let mut ended = 0.0f64;
    for _ in 0..KILLS {
        let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
        ended = ended.max(round(options, folder.path(), &mut restarts)?);
    }
    let sorted = |pick: fn(&Restart) -> f64| {
        let mut times: Vec<f64> = restarts.iter().map(pick).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (taken_up, answered) = (sorted(|restart| restart.taken_up), sorted(|restart| restart.answered));
    let floor = format!("best {:.2} s; all ended {ended:.1} s after a start", taken_up[0] / 1_000.0);
    let slowest = format!("best {:.0} ms, over {} kills", answered[0], restarts.len());
    Ok(vec![
        Bar::at_most("recover.time", percentile(&taken_up, 0.95) / 1_000.0, "s p95 until all are taken up", 2.0, floor),
        Bar::at_most("recover.time.api", percentile(&answered, 0.95), "ms p95 until the API answers", 500.0, slowest),
    ])
}

/// Kills a server and starts it again; answers the seconds from that start until all had ended.
fn round(options: &Options, data: &Path, restarts: &mut Vec<Restart>) -> anyhow::Result<f64> {
    let gate = Gate::open()?;
    let settings = ["calls.allowed_private=127.0.0.1"];
    let mut served = Served::begin_with(options, data, &settings)?;
    let graph = format!(
        r#"{{"name":"held","nodes":[{{"id":"s","type":"manual"}},{{"id":"c","type":"http","data":{{"url":"http://{}/","timeout":"1h"}}}},
        {{"id":"n","type":"expression","data":{{"expression":"input + 1"}}}}],
        "edges":[{{"source":"s","target":"c"}},{{"source":"c","target":"n"}}]}}"#,
        gate.address
    );
    let created = json::read(served.call("POST", "/api/v1/workflows", &graph)?.as_bytes())?;
    let id = created.get("id").and_then(model::Value::as_str).context("the workflow has an id")?;
    let head = format!("/api/v1/workflows/{id}/execute HTTP/1.1\r\nauthorization: Bearer {}\r\n", served.token);
    load::post_many(&served.address, &head, r#"{"input":1}"#, 50, COUNT)?;
    until(&served, "executions_in_flight", COUNT)?;
    // Dropped, it is killed.
    drop(served);
    let began = Instant::now();
    served = Served::begin_with(options, data, &settings)?;
    served.call("GET", "/api/v1/executions?limit=50", "")?;
    let answered = began.elapsed().as_secs_f64() * 1_000.0;
    until(&served, "executions_in_flight", COUNT)?;
    restarts.push(Restart { answered, taken_up: began.elapsed().as_secs_f64() * 1_000.0 });
    gate.let_through();
    until_succeeded(&served)?;
    Ok(began.elapsed().as_secs_f64())
}

/// Waits until a figure of the server's metrics has come to so much.
fn until(served: &Served, name: &str, at_least: usize) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut seen = 0.0;
    while began.elapsed() < Duration::from_secs(60) {
        let text = served.call("GET", "/metrics", "")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        seen = line.with_context(|| format!("the metrics have no {name}"))?;
        #[expect(clippy::cast_precision_loss, reason = "a count of executions")]
        if seen >= at_least as f64 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    bail!("{name} was {seen} after a minute, not {at_least}")
}

fn until_succeeded(served: &Served) -> anyhow::Result<()> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        let stats = json::read(served.call("GET", "/api/v1/dashboard/stats", "")?.as_bytes())?;
        let count = |key: &str| stats.get(key).and_then(model::Value::as_i64).unwrap_or_default();
        if usize::try_from(count("completed")).unwrap_or_default() == COUNT {
            return Ok(());
        }
        if count("failed") > 0 {
            bail!("{} executions did not survive the kills", count("failed"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("executions were still open after a minute")
}

/// Another system that answers nobody until it lets all through.
struct Gate {
    address: SocketAddr,
    through: watch::Sender<bool>,
    _runtime: tokio::runtime::Runtime,
}

impl Gate {
    fn open() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (through, is_through) = watch::channel(false);
        let held = move || {
            let mut is_through = is_through.clone();
            async move {
                // The sender lives as long as the gate.
                drop(is_through.wait_for(|through| *through).await);
                "1"
            }
        };
        let router = axum::Router::new().route("/", axum::routing::get(held));
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, through, _runtime: runtime })
    }

    fn let_through(&self) {
        self.through.send_replace(true);
    }
}
