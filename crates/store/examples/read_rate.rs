//! How fast statistics and deep pages are answered over a million executions.
//!
//! `cargo run --profile fast -p store --example read_rate [executions]`

use std::future::Future;
use std::io::Write;
use std::sync::mpsc;
use std::time::Instant;

use bytes::Bytes;
use model::id::next_id;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use store::journal::{Append, Batch, ExecutionQuery, NewExecution, RowState, StatisticsQuery};
use store::{Journal, SqliteOptions, SqliteStore};

const NOW_MS: i64 = 1_748_736_000_000;
/// Executions are spread over 30 days and 20 workflows; one of 50 failed, one of 1,000 is open.
const SPAN_MS: i64 = 30 * 24 * 3_600_000;

fn append(n: i64, id: i64) -> Append {
    let status = match n {
        n if n % 1_000 == 1 => Status::Running,
        n if n % 50 == 0 => Status::Failed,
        _ => Status::Succeeded,
    };
    Append {
        tenant: TenantId(1),
        execution: ExecutionId(id),
        create: Some(Box::new(NewExecution {
            tenant: TenantId(1),
            workflow: Some(WorkflowId(1 + n % 20)),
            version: VersionId(70),
            trigger: "manual",
            idempotency: None,
            origin: None,
            priority: 0,
            flow_key: None,
        })),
        seq_from: 1,
        seq_to: 30,
        bytes: Bytes::from_static(&[b'e'; 360]),
        state: RowState {
            before: None,
            status,
            wake_at: None,
            duration_us: 900 + (n * n % 90_000).cast_unsigned(),
            error: None,
        },
        consumed: Vec::new(),
        blobs: Vec::new(),
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    }
}

fn fill(store: &SqliteStore, executions: i64) {
    let (reply, answers) = mpsc::channel();
    let (mut last, mut open) = (0, 0);
    let ids: Vec<_> = (0..executions)
        .map(|n| {
            last = next_id(last, NOW_MS + n * SPAN_MS / executions, 0);
            (n, last)
        })
        .collect();
    for part in ids.chunks(2_048) {
        let reply = reply.clone();
        let done = Box::new(move |answers: Vec<store::Result<()>>| {
            reply.send(answers.iter().all(Result::is_ok)).expect("main waits");
        });
        store.append(Batch { entries: part.iter().map(|&(n, id)| append(n, id)).collect(), done });
        open += 1;
        if open > 4 {
            assert!(answers.recv().expect("an answer"));
            open -= 1;
        }
    }
    for _ in 0..open {
        assert!(answers.recv().expect("an answer"));
    }
}

/// Median and slowest of 21, in ms.
async fn time<T, F: Future<Output = store::Result<T>>>(mut run: impl FnMut() -> F) -> (f64, f64) {
    let mut times = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        run().await.expect("an answer");
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    (times[10], times[20])
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let executions = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir_in(".").expect("a temporary directory");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("a new directory");
    fill(&store, executions);
    let mut out = std::io::stdout().lock();
    let mut line = |name: &str, (median, slowest): (f64, f64)| {
        writeln!(out, "{name:<60} {median:>8.2} ms, slowest {slowest:.2}").expect("stdout");
    };
    let statistics = |workflow, from_hour| StatisticsQuery { tenant: TenantId(1), workflow, from_hour };
    let day = Some((NOW_MS + SPAN_MS) / 3_600_000 - 24);
    line("statistics, everything", time(|| store.statistics(statistics(None, None))).await);
    line("statistics, one workflow", time(|| store.statistics(statistics(Some(WorkflowId(3)), None))).await);
    line("statistics, the last day", time(|| store.statistics(statistics(None, day))).await);
    line("statistics, by the hours of 30 days", time(|| store.statistics(statistics(None, Some(0)))).await);
    let query = |workflow, statuses: &[Status], deep: bool| ExecutionQuery {
        workflow,
        statuses: statuses.to_vec(),
        before: deep.then(|| ExecutionId(next_id(0, NOW_MS + SPAN_MS / 500, 0))),
        limit: 100,
        total: true,
        ..ExecutionQuery::newest(TenantId(1))
    };
    for (name, workflow, statuses) in [
        ("any", None, &[][..]),
        ("succeeded", None, &[Status::Succeeded][..]),
        ("failed or running", None, &[Status::Failed, Status::Running][..]),
        ("workflow", Some(WorkflowId(3)), &[][..]),
        ("workflow and succeeded", Some(WorkflowId(3)), &[Status::Succeeded][..]),
        ("workflow and failed", Some(WorkflowId(1)), &[Status::Failed][..]),
    ] {
        line(&format!("page, {name}, newest"), time(|| store.list(query(workflow, statuses, false))).await);
        line(&format!("page, {name}, at the other end"), time(|| store.list(query(workflow, statuses, true))).await);
    }
    let skipping = || ExecutionQuery { skip: 900_000, ..query(None, &[], false) };
    line("page, any, skipping 900,000", time(|| store.list(skipping())).await);
}
