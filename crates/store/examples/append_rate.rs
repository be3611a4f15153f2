//! How fast the store appends, beside a bare loop over SQLite that inserts the same rows into the same tables and
//! indexes, 512 to a transaction, and beside other layouts of the segment table.
//!
//! `cargo run --profile fast -p store --example append_rate [rounds]`

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use bytes::Bytes;
use model::id::next_id;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use rusqlite::Connection;
use store::journal::{Append, Batch, NewExecution, RowState};
use store::{Journal, MemoryStore, SqliteOptions, SqliteStore};

const EXECUTIONS: usize = 200_000;
const GROUP: usize = 512;
const BYTES: usize = 360;
const NOW_MS: i64 = 1_748_736_000_000;

fn ids() -> Vec<i64> {
    let mut last = 0;
    (0..EXECUTIONS as i64)
        .map(|n| {
            last = next_id(last, NOW_MS + n / 100, 0);
            last
        })
        .collect()
}

fn append(id: i64, status: Status) -> Append {
    Append {
        tenant: TenantId(1),
        execution: ExecutionId(id),
        create: Some(Box::new(NewExecution {
            tenant: TenantId(1),
            workflow: Some(WorkflowId(7)),
            version: VersionId(70),
            trigger: "manual",
            idempotency: None,
            origin: None,
            priority: 0,
            flow_key: None,
        })),
        seq_from: 1,
        seq_to: 30,
        bytes: Bytes::from_static(&[b'e'; BYTES]),
        state: RowState {
            before: None,
            status,
            wake_at: None,
            duration_us: 1_000 + id.cast_unsigned() % 5_000,
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

fn end(id: i64) -> Append {
    let state = RowState { before: Some(Status::Running), ..append(id, Status::Succeeded).state };
    Append { create: None, seq_from: 31, seq_to: 60, state, ..append(id, Status::Succeeded) }
}

/// Appends in batches of `batch` with at most `open` unanswered; answers executions per second.
fn through(store: &dyn Journal, batch: usize, open: usize, make: impl Fn(i64) -> Append) -> f64 {
    let in_flight = Arc::new((Mutex::new(0usize), Condvar::new()));
    let ids = ids();
    let started = Instant::now();
    for part in ids.chunks(batch) {
        let entries: Vec<_> = part.iter().map(|&id| make(id)).collect();
        {
            let mut count = in_flight.0.lock().expect("no panic");
            while *count + entries.len() > open.max(entries.len()) {
                count = in_flight.1.wait(count).expect("no panic");
            }
            *count += entries.len();
        }
        let done = in_flight.clone();
        let answer = move |answers: Vec<store::Result<()>>| {
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
            *done.0.lock().expect("no panic") -= answers.len();
            done.1.notify_all();
        };
        store.append(Batch { entries, done: Box::new(answer) });
    }
    let mut count = in_flight.0.lock().expect("no panic");
    while *count > 0 {
        count = in_flight.1.wait(count).expect("no panic");
    }
    EXECUTIONS as f64 / started.elapsed().as_secs_f64()
}

#[derive(Clone, Copy)]
enum Layout {
    /// As the store has it: the execution's id is the row's.
    First,
    /// A rowid and UNIQUE (execution, seq_from).
    Unique,
    /// `execution << 20 | seq` as the row's id.
    Packed,
}

/// The bare loop; answers executions per second.
fn bare(dir: &Path, layout: Layout, two: bool) -> f64 {
    drop(SqliteStore::open(dir, SqliteOptions::default()).expect("a new directory"));
    let conn = Connection::open(dir.join("tidemill.db")).expect("the database");
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA cache_size = -12288;
         CREATE TABLE other (id INTEGER PRIMARY KEY, execution, seq_from, seq_to, bytes, UNIQUE (execution, seq_from));",
    )
    .expect("pragmas");
    let mut row = conn
        .prepare(
            "INSERT INTO execution (id, tenant, workflow, version, trigger, status, next_seq, lane, wake_at,
             duration_us, recover_count, error) VALUES (?1, 1, 7, 70, 'manual', ?2, 31, 1, NULL, ?3, 0, NULL)",
        )
        .expect("sql");
    let mut segment = conn
        .prepare(match layout {
            Layout::First => "INSERT INTO segment (execution, seq_to, bytes) VALUES (?1, ?3, ?4)",
            Layout::Unique => "INSERT INTO other (execution, seq_from, seq_to, bytes) VALUES (?1, ?2, ?3, ?4)",
            Layout::Packed => "INSERT INTO segment (execution, seq_to, bytes) VALUES ((?1 << 20) | ?2, ?3, ?4)",
        })
        .expect("sql");
    let mut later = conn
        .prepare("INSERT INTO segment_later (execution, seq_from, seq_to, bytes) VALUES (?1, ?2, ?3, ?4)")
        .expect("sql");
    let mut progress = conn.prepare("UPDATE execution SET status = 5, next_seq = 61 WHERE id = ?1").expect("sql");
    let body = [b'e'; BYTES];
    let ids = ids();
    let started = Instant::now();
    let mut number = 0;
    for part in ids.chunks(GROUP) {
        conn.execute_batch("BEGIN IMMEDIATE").expect("begin");
        for &id in part {
            number += 1;
            row.execute((id, if two { 2 } else { 5 }, 1_000 + id % 5_000)).expect("row");
            // Ids of 63 bits leave no room; a packed key would need numbers of its own.
            let id = if matches!(layout, Layout::Packed) { number } else { id };
            segment.execute((id, 1, 30, &body[..])).expect("segment");
        }
        conn.execute_batch("COMMIT").expect("commit");
        if two {
            conn.execute_batch("BEGIN IMMEDIATE").expect("begin");
            for &id in part {
                progress.execute((id,)).expect("row");
                later.execute((id, 31, 60, &body[..])).expect("segment");
            }
            conn.execute_batch("COMMIT").expect("commit");
        }
    }
    EXECUTIONS as f64 / started.elapsed().as_secs_f64()
}

fn in_new_dir(run: impl FnOnce(&Path) -> f64) -> f64 {
    let dir = tempfile::tempdir_in(".").expect("a temporary directory");
    run(dir.path())
}

fn sqlite(batch: usize, open: usize) -> f64 {
    in_new_dir(|dir| {
        let store = SqliteStore::open(dir, SqliteOptions::default()).expect("a new directory");
        through(&store, batch, open, |id| append(id, Status::Succeeded))
    })
}

fn main() {
    let rounds: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    type Case = (&'static str, fn() -> f64);
    let cases: [Case; 9] = [
        ("bare, the store's tables", || in_new_dir(|dir| bare(dir, Layout::First, false))),
        ("bare, unique index", || in_new_dir(|dir| bare(dir, Layout::Unique, false))),
        ("bare, packed key", || in_new_dir(|dir| bare(dir, Layout::Packed, false))),
        ("store, batches of 64, 1,024 in flight", || sqlite(64, 1_024)),
        ("store, batches of 16, 1,024 in flight", || sqlite(16, 1_024)),
        ("store, batches of 1, 100 in flight", || sqlite(1, 100)),
        ("bare, two commits", || in_new_dir(|dir| bare(dir, Layout::First, true))),
        ("store, two commits", || {
            in_new_dir(|dir| {
                let store = SqliteStore::open(dir, SqliteOptions::default()).expect("a new directory");
                let begun = through(&store, 64, 1_024, |id| append(id, Status::Running));
                let ended = through(&store, 64, 1_024, end);
                1.0 / (1.0 / begun + 1.0 / ended)
            })
        }),
        ("memory", || through(&MemoryStore::default(), 64, 1_024, |id| append(id, Status::Succeeded))),
    ];
    let mut best = [0.0f64; 9];
    let mut out = std::io::stdout().lock();
    for round in 0..rounds {
        for (best, (name, run)) in best.iter_mut().zip(&cases) {
            let rate = run();
            *best = best.max(rate);
            writeln!(out, "{round} {name:<40} {rate:>10.0}/s").expect("stdout");
        }
    }
    for (at, (name, _)) in cases.iter().enumerate() {
        let floor = if (6..8).contains(&at) { best[6] } else { best[0] };
        writeln!(out, "best {name:<40} {:>10.0}/s  {:.2} of bare", best[at], best[at] / floor).expect("stdout");
    }
}
