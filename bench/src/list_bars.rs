//! Bars of lists: 100,000 workflows, found through the served product as the page asks for them.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use model::id::next_id;
use model::{TenantId, Value, VersionId, json};
use store::records::{Expect, Kind, RecordWrite};
use store::{Records, SqliteOptions, SqliteStore};

use crate::floor::percentile;
use crate::report::Bar;
use crate::server_bars::Served;
use crate::{Group, Options};

pub(crate) const GROUPS: &[Group] = &[Group { id: "lists", measure: lists }];

/// What the server keeps of workflows; what it finds them by, it makes of the rest when it starts.
static WORKFLOW: Kind = Kind { name: "workflow", indexed: &["name", "active", "folder", "tags", "text"] };

const WORKFLOWS: usize = 100_000;
const BATCH: usize = 2_000;
const ASKED: usize = 40;

const WORDS: [&str; 20] = [
    "invoice",
    "order",
    "customer",
    "refund",
    "report",
    "import",
    "export",
    "backup",
    "newsletter",
    "lead",
    "ticket",
    "alert",
    "payment",
    "shipment",
    "survey",
    "contract",
    "meeting",
    "payroll",
    "stock",
    "price",
];

/// What is asked: the bar's name, the question, and whether it finds something.
const QUESTIONS: [(&str, &str, bool); 9] = [
    ("first_page", "page=1&pageSize=50", true),
    ("last_page", "skip=99950&limit=50&sort=name&total=true", true),
    ("search_many", "q=invoice&total=true&limit=50", true),
    ("search_few", "q=number+77777&total=true&limit=50", true),
    ("search_none", "q=nowhere&total=true&limit=50", false),
    ("tag", "tag=price&total=true&limit=50", true),
    ("folder", "folder=Team+7&active=true&total=true&limit=50", true),
    ("search_in_all", "q=payment&tag=stock&folder=Team+27&active=true&total=true&limit=50", true),
    ("last_execution", "sort=-last_execution&total=true&limit=50", true),
];

fn lists(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    fill(folder.path())?;
    let served = Served::begin(options, folder.path())?;
    let mut bars = Vec::new();
    let floor = times(&served, "/api/v1/session", None)?;
    for (name, question, finds) in QUESTIONS {
        let path = format!("/api/v1/workflows?{question}");
        let times = times(&served, &path, Some(finds))?;
        let id = format!("lists.{name}");
        let said = format!(
            "p95 of {ASKED} over HTTP, 100,000 workflows; a request that reads nothing {:.1} ms",
            percentile(&floor, 0.95)
        );
        bars.push(Bar::at_most(&id, percentile(&times, 0.95), "ms", 100.0, said));
    }
    for name in ["tags", "folders"] {
        let times = times(&served, &format!("/api/v1/workflows/{name}"), Some(true))?;
        let said = format!("p95 of {ASKED} over HTTP, 100,000 workflows");
        bars.push(Bar::at_most(&format!("lists.{name}"), percentile(&times, 0.95), "ms", 100.0, said));
    }
    bars.push(
        Bar::at_most(
            "lists.first_start",
            served.ready_ms,
            "ms",
            10_000.0,
            "a store of a version that could not search",
        )
        .for_information(),
    );
    Ok(bars)
}

/// Sorted times of a question in ms, after one that does not count.
fn times(served: &Served, path: &str, finds: Option<bool>) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(ASKED);
    for at in 0..=ASKED {
        let began = Instant::now();
        let answer = served.call("GET", path, "")?;
        if at > 0 {
            times.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        if let Some(finds) = finds {
            let body = json::read(answer.as_bytes())?;
            let items = body.get("items").and_then(Value::as_array).context("a list")?;
            anyhow::ensure!(finds != items.is_empty(), "{path} found {}", items.len());
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Stores the workflows as records, in few transactions; they have no graphs, which no list reads.
fn fill(folder: &Path) -> anyhow::Result<()> {
    let store = SqliteStore::open(folder, SqliteOptions::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut last, mut now_ms) = (0, 1_767_225_600_000);
    for first in (0..WORKFLOWS).step_by(BATCH) {
        let writes = (first..first + BATCH).map(|at| {
            now_ms += 1_000;
            last = next_id(last, now_ms, 0);
            workflow(at, last, now_ms)
        });
        runtime.block_on(store.batch(writes.collect()))?;
    }
    Ok(())
}

fn workflow(at: usize, id: i64, now_ms: i64) -> RecordWrite {
    let word = |step: usize| WORDS[at / step % WORDS.len()];
    let name = format!("Send each {} number {at}", word(1));
    let body = serde_json::json!({
        "description": format!("Takes what came in since yesterday, checks it, and tells the team of the {} about it.", word(20)),
        "tags": [word(3), "nightly"],
        "version": VersionId(id).to_string(),
        "node_count": 12,
        "edge_count": 14,
    });
    let fields = vec![
        Some(name),
        Some(at.is_multiple_of(2).to_string()),
        Some(format!("Team {}/Europe", at / 2 % 50)),
        None,
        None,
    ];
    RecordWrite {
        kind: &WORKFLOW,
        tenant: TenantId::DEFAULT,
        id,
        expect: Expect::Absent,
        content: Some((fields, Bytes::from(body.to_string()))),
        now_ms,
    }
}
