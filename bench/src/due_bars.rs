//! What a served product answers while very many executions wake at the same moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use model::json;

use crate::floor::percentile;
use crate::report::Bar;
use crate::server_bars::Served;
use crate::{Group, Options, load};

pub(crate) const GROUPS: &[Group] = &[Group { id: "effects.wait.due", measure: due }];

const COUNT: usize = 100_000;
/// Started beforehand, due much later: they tell how long the others will take to start.
const TRIAL: usize = 5_000;
/// Between two requests of the probe.
const EVERY: Duration = Duration::from_millis(20);

const GRAPH: &str = r#"{"name":"due","nodes":[{"id":"s","type":"manual"},
    {"id":"w","type":"wait_until","data":{"date":"{{ input.at }}"}},{"id":"n","type":"expression","data":{"expression":"input.at + 1"}}],
    "edges":[{"source":"s","target":"w"},{"source":"w","target":"n"}]}"#;

/// A hundred thousand executions whose time comes at once; how long lists, statistics and one execution take until all
/// have ended.
fn due(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    let created = json::read(served.call("POST", "/api/v1/workflows", GRAPH)?.as_bytes())?;
    let id = created.get("id").and_then(model::Value::as_str).context("the workflow has an id")?.to_owned();
    let start = |count: usize, at_ms: u128| {
        let head = format!("/api/v1/workflows/{id}/execute HTTP/1.1\r\nauthorization: Bearer {}\r\n", served.token);
        load::post_many(&served.address, &head, &format!(r#"{{"input":{{"at":{at_ms}}}}}"#), 50, count)
    };
    let began = Instant::now();
    start(TRIAL, now_ms() + 3_600_000)?;
    let expected = began.elapsed() * u32::try_from(COUNT / TRIAL).unwrap_or(1);
    let due_ms = now_ms() + (expected.mul_f64(1.6) + Duration::from_secs(3)).as_millis();
    start(COUNT, due_ms)?;
    if now_ms() + 500 > due_ms {
        bail!("the machine became slower while executions were started: they came due before the last was there");
    }
    let one = json::read(served.call("GET", "/api/v1/executions?limit=1", "")?.as_bytes())?;
    let one =
        one.get("items").and_then(|items| items.as_array()?.first()?.get("id")?.as_str()).context("an execution")?;
    let paths = ["/api/v1/executions?limit=50", "/api/v1/dashboard/stats", &format!("/api/v1/executions/{one}")];
    let requests = paths.map(|path| {
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n", served.address, served.token)
    });
    let calm = load::probe(&served.address, &requests, EVERY, &|| now_ms() + 200 > due_ms)?.concat();
    let is_over = AtomicBool::new(false);
    let (probed, took) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let took = until_ended(&served, due_ms);
            is_over.store(true, Ordering::Relaxed);
            took
        });
        let probed = load::probe(&served.address, &requests, EVERY, &|| is_over.load(Ordering::Relaxed));
        (probed, watch.join())
    });
    let (probed, took) = (probed?, took.map_err(|_| anyhow::anyhow!("the watch panicked"))??);
    let p95 = |times: &[f64]| {
        let mut times = times.to_vec();
        times.sort_by(f64::total_cmp);
        percentile(&times, 0.95)
    };
    let each: Vec<String> =
        ["list", "stats", "one"].iter().zip(&probed).map(|(name, times)| format!("{name} {:.0}", p95(times))).collect();
    let floor =
        format!("{} ms; before them {:.1} ms; all ended {took:.1} s after they were due", each.join(", "), p95(&calm));
    Ok(vec![Bar::at_most("effects.wait.due", p95(&probed.concat()), "ms p95 of the API", 200.0, floor)])
}

fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default()
}

/// Seconds from when they were due until all have ended.
fn until_ended(served: &Served, due_ms: u128) -> anyhow::Result<f64> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(180) {
        std::thread::sleep(Duration::from_millis(200));
        let stats = json::read(served.call("GET", "/api/v1/dashboard/stats", "")?.as_bytes())?;
        let completed = stats.get("completed").and_then(model::Value::as_i64).unwrap_or_default();
        if usize::try_from(completed).unwrap_or_default() >= COUNT {
            #[expect(clippy::cast_precision_loss, reason = "a time of some seconds")]
            return Ok((now_ms() - due_ms) as f64 / 1_000.0);
        }
    }
    bail!("executions that were due had not ended after three minutes")
}
