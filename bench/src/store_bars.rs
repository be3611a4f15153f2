//! Bars of the store: statistics and lists over a million executions.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::Context;
use bytes::Bytes;
use engine::{Engine, Source, Start};
use model::id::next_id;
use model::segment::SegmentWriter;
use model::{Event, ExecutionId, Status, TenantId, Value, VersionId, WorkflowId};
use nodes::Registry;
use store::journal::{ExecutionQuery, NewExecution, RowState, StatisticsQuery};
use store::{Append, Batch, Journal, SqliteOptions, SqliteStore};

use crate::floor::percentile;
use crate::report::Bar;
use crate::{Group, Options, graphs};

const MILLION: usize = 1_000_000;
const BATCH: usize = 1_000;

pub(crate) const GROUPS: &[Group] = &[Group { id: "store.stats", measure: statistics }];

fn statistics(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let store = SqliteStore::open(folder.path(), SqliteOptions::default())?;
    let mut oldest = ExecutionId(i64::MAX);
    let mut last = 0;
    for batch in 0..MILLION / BATCH {
        let entries: Vec<Append> = (0..BATCH)
            .map(|at| {
                let hours_ago = i64::try_from((MILLION - batch * BATCH) / 2_000).unwrap_or(0);
                last = next_id(last, 1_767_225_600_000 - hours_ago * 3_600_000, 0);
                oldest = oldest.min(ExecutionId(last));
                ended(ExecutionId(last), at)
            })
            .collect();
        append(&store, entries)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let statistics = sample(50, || {
        let query = StatisticsQuery { tenant: TenantId::DEFAULT, workflow: None, from_hour: None };
        runtime.block_on(store.statistics(query)).map(|statistics| statistics.by_status.iter().map(|(_, n)| n).sum())
    })?;
    let deep = sample(50, || {
        let query = ExecutionQuery {
            before: Some(ExecutionId(oldest.0 + 200)),
            limit: 50,
            ..ExecutionQuery::newest(TenantId::DEFAULT)
        };
        runtime.block_on(store.list(query)).map(|page| page.rows.len() as u64)
    })?;
    Ok(vec![
        Bar::at_most("store.stats.statistics", percentile(&statistics, 0.5), "ms", 5.0, "1,000,000 executions"),
        Bar::at_most("store.stats.list", percentile(&deep, 0.5), "ms", 20.0, "the last page of 1,000,000"),
    ])
}

/// Sorted times of a query in ms; it must find something.
fn sample(count: usize, query: impl Fn() -> store::Result<u64>) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        let found = query()?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        anyhow::ensure!(found > 0, "the query found nothing");
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn ended(id: ExecutionId, at: usize) -> Append {
    let failed = at.is_multiple_of(50);
    entry(id, Bytes::from_static(&[1; 64]), if failed { Status::Failed } else { Status::Succeeded }, at)
}

fn entry(id: ExecutionId, bytes: Bytes, status: Status, at: usize) -> Append {
    Append {
        tenant: TenantId::DEFAULT,
        execution: id,
        create: Some(Box::new(NewExecution {
            tenant: TenantId::DEFAULT,
            workflow: Some(WorkflowId(i64::try_from(at % 20).unwrap_or(0) + 1)),
            version: VersionId(1),
            trigger: "bench",
            idempotency: None,
            origin: None,
            priority: 0,
            flow_key: None,
        })),
        seq_from: 1,
        seq_to: 1,
        bytes,
        large: Vec::new(),
        state: RowState { before: None, status, wake_at: None, duration_us: 100 + at as u64, error: None },
        consumed: Vec::new(),
        blobs: Vec::new(),
        lends: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    }
}

fn append(store: &SqliteStore, entries: Vec<Append>) -> anyhow::Result<()> {
    let (tell, told) = sync_channel(1);
    store.append(Batch { entries, done: Box::new(move |answers| drop(tell.send(answers))) });
    for answer in told.recv().context("the store stopped")? {
        answer?;
    }
    Ok(())
}

/// Leaves a folder as a process does that was killed just after it had accepted so many executions.
pub(crate) fn leave_open(folder: &Path, count: usize) -> anyhow::Result<()> {
    let store = Arc::new(SqliteStore::open(folder, SqliteOptions::default())?);
    let engine =
        Engine::open(store.clone(), store.clone(), Arc::new(Registry::standard()), None, engine::Options::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let start = Start::new(Source::AdHoc(graphs::chain(10)), graphs::payload());
    let first = runtime.block_on(engine.run(start.clone()))?;
    let version = runtime.block_on(engine.prepare(start))?.version;
    let accepted = model::event::Accepted {
        at_ms: first.execution.millis(),
        start: None,
        input: graphs::payload(),
        trigger: Value::Null,
        pinned: false,
        until: None,
        begin_ms: None,
    };
    let mut writer = SegmentWriter::default();
    writer.push(&Event::Accepted(accepted), &Value::Null);
    let bytes = Bytes::from(writer.take());
    let mut last = first.execution.0;
    for _ in 0..count / BATCH {
        let entries = (0..BATCH)
            .map(|at| {
                last = next_id(last, 0, 0);
                let mut open = entry(ExecutionId(last), bytes.clone(), Status::Running, at);
                if let Some(create) = &mut open.create {
                    create.version = version;
                    create.workflow = None;
                }
                open
            })
            .collect();
        append(&store, entries)?;
    }
    Ok(())
}
