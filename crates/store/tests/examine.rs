//! Examining a store: what is sound is found sound and left as it is, and a planted fault of each kind is found.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use rusqlite::Connection;
use store::journal::{
    Append, Batch, Idempotency, InboxMessage, LargePart, NewExecution, ReadFrom, Retention, RowState, WakeQuery,
};
use store::sqlite::{Examination, Promise};
use store::{Journal, SqliteOptions, SqliteStore, StoreError};

const T1: TenantId = TenantId(1);

fn id(n: i64) -> ExecutionId {
    ExecutionId(((n * 3_600_000) << 22) + 1)
}

fn body() -> Bytes {
    Bytes::from(vec![b'x'; 600_000])
}

fn first(n: i64, status: Status) -> Append {
    Append {
        tenant: TenantId(1 + n.cast_unsigned() as u32 % 2),
        execution: id(n),
        create: Some(Box::new(NewExecution {
            tenant: TenantId(1 + n.cast_unsigned() as u32 % 2),
            workflow: (n % 3 != 0).then_some(WorkflowId(7)),
            version: VersionId(70),
            trigger: "webhook",
            idempotency: (n == 1).then(|| Idempotency { key: "k".into(), body_hash: [7; 32] }),
            origin: None,
            priority: 0,
            flow_key: None,
        })),
        seq_from: 1,
        seq_to: 2,
        bytes: Bytes::from_static(b"first"),
        state: RowState { before: None, status, wake_at: Some(900), duration_us: 1_000 * n as u64, error: None },
        consumed: Vec::new(),
        blobs: if n == 2 { vec![*blake3::hash(&body()).as_bytes()] } else { Vec::new() },
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    }
}

/// Segments 3 to 60 of an execution, with snapshots, and its end.
fn later(n: i64) -> impl Iterator<Item = Append> {
    (3..=60).map(move |seq| {
        let status = if seq == 60 { Status::Succeeded } else { Status::Running };
        let before = Some(Status::Running);
        let state = RowState { before, status, wake_at: None, duration_us: 77, error: None };
        let (bytes, snapshot) = (Bytes::from(vec![b'y'; 100]), seq % 20 == 0);
        let (blobs, large) = (Vec::new(), LargePart::of(&bytes, (seq == 44).then_some(10..90)));
        Append { create: None, seq_from: seq, seq_to: seq, bytes, large, state, snapshot, blobs, ..first(n, status) }
    })
}

/// A store with something of everything: all statuses, messages, a key, a body, a cut history, and one that was woken.
async fn fill(dir: &Path) {
    let store = SqliteStore::open(dir, SqliteOptions::default()).expect("it is free");
    let hash = store.put_blob(T1, body()).await.expect("it is kept");
    assert_eq!(hash, *blake3::hash(&body()).as_bytes());
    let entries: Vec<_> = (0..).zip(Status::ALL).map(|(n, status)| first(n, status)).collect();
    let long = [20, 21].into_iter().flat_map(|n| std::iter::once(first(n, Status::Running)).chain(later(n)));
    let (reply, answer) = tokio::sync::oneshot::channel();
    let done = Box::new(move |answers| drop(reply.send(answers)));
    store.append(Batch { entries: entries.into_iter().chain(long).collect(), done });
    let answers: Vec<store::Result<()>> = answer.await.expect("an answer");
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let message = |n: i64| InboxMessage {
        row: 0,
        tenant: TenantId(1 + n.cast_unsigned() as u32 % 2),
        execution: id(n),
        message_id: "m".into(),
        kind: "signal".into(),
        bytes: Bytes::from_static(b"why"),
        joins: None,
    };
    store.post(vec![message(2), message(3), message(5)]).await.expect("they are new");
    let cut = Retention { max_execution_bytes: Some(4_500), ..Retention::default() };
    assert_eq!(store.retain(cut).await.expect("it goes").segments, 2 * 18);
    let woken = store.wake(WakeQuery { now_ms: 0, executions: vec![id(4)], limit: 0 }).await.expect("it wakes");
    assert_eq!(woken.rows.len(), 1);
}

async fn examine(dir: &Path) -> Examination {
    let store = SqliteStore::open_read_only(dir, SqliteOptions::default()).expect("it is free");
    store.examine().await.expect("it can be read")
}

/// Changes a sound store behind its back; answers where which promises are broken then.
async fn plant(sql: &str) -> Vec<(Promise, String, String)> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fill(dir.path()).await;
    let conn = Connection::open(dir.path().join("tidemill.db")).expect("the database");
    assert!(conn.execute(sql, ()).expect("it is SQL") > 0, "nothing was planted by {sql}");
    drop(conn);
    let found = examine(dir.path()).await;
    found.flaws.into_iter().map(|flaw| (flaw.promise, flaw.place, flaw.detail)).collect()
}

#[tokio::test]
async fn a_sound_store_is_found_sound_and_stays_as_it_is() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fill(dir.path()).await;
    let file = dir.path().join("tidemill.db");
    let before = fs::read(&file).expect("its bytes");
    let store = SqliteStore::open_read_only(dir.path(), SqliteOptions::default()).expect("it is free");
    let found = store.examine().await.expect("it can be read");
    assert_eq!(
        (found.executions, found.bodies, &found.flaws[..], found.more),
        (12, 3, &[][..], 0),
        "parts of two tenants are two"
    );
    assert_eq!(found.events, 10 * 2 + 2 * 41, "two histories begin at a snapshot");
    let walked = store.walk(id(3), 4).await.expect("rows");
    assert_eq!(walked.iter().map(|row| row.id).collect::<Vec<_>>(), [id(4), id(5), id(6), id(7)]);
    assert_eq!(store.read(T1, id(20), ReadFrom::After(0), 1).await.expect("segments")[0].seq_from, 20);
    let refused = store.post(vec![]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "it can be changed: {refused:?}");
    let other = SqliteStore::open(dir.path(), SqliteOptions::default());
    assert!(matches!(other, Err(StoreError::Unavailable(_))), "somebody else may change it meanwhile");
    drop(store);
    assert_eq!(fs::read(&file).expect("its bytes"), before);

    let empty = dir.path().join("empty");
    let missing = SqliteStore::open_read_only(&empty, SqliteOptions::default());
    assert!(matches!(missing, Err(StoreError::NotFound(_))), "{missing:?}");
    let conn = Connection::open(&file).expect("the database");
    for (version, newer) in [(1, false), (99, true)] {
        conn.execute_batch(&format!("PRAGMA user_version = {version}")).expect("a version");
        let answer = SqliteStore::open_read_only(dir.path(), SqliteOptions::default());
        assert_eq!(matches!(answer, Err(StoreError::Corrupt(_))), newer, "{answer:?}");
        assert_eq!(matches!(answer, Err(StoreError::Unavailable(_))), !newer, "{answer:?}");
    }
}

#[tokio::test]
async fn what_a_dead_process_left_in_the_log_is_read_and_stays_there() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it is free");
    let (reply, answer) = tokio::sync::oneshot::channel();
    let done = Box::new(move |answers: Vec<store::Result<()>>| drop(reply.send(answers)));
    store.append(Batch { entries: vec![first(1, Status::Running)], done });
    assert_eq!(answer.await.expect("an answer"), [Ok(())]);
    let copy = tempfile::tempdir().expect("a temporary directory");
    for name in ["tidemill.db", "tidemill.db-wal"] {
        fs::copy(dir.path().join(name), copy.path().join(name)).expect("a copy");
    }
    drop(store);
    let read = |name| fs::read(copy.path().join(name)).expect("its bytes");
    let before = (read("tidemill.db"), read("tidemill.db-wal"));
    assert!(!before.1.is_empty(), "nothing is in the log");
    let found = examine(copy.path()).await;
    assert_eq!((found.executions, &found.flaws[..]), (1, &[][..]));
    assert!(before == (read("tidemill.db"), read("tidemill.db-wal")), "it changed the data");
}

#[tokio::test]
async fn a_planted_fault_of_each_kind_is_found() {
    let (e2, e4) = (format!("execution {}", id(2)), format!("execution {}", id(4)));
    let long = format!("execution {}", id(21));
    let gone = |n: i64| format!("execution {}", id(n));
    let at = |n: i64| id(n).0;
    use Promise::{Belonging, Owner, Segments};
    for (sql, promise, place, said) in [
        (format!("DELETE FROM segment WHERE execution = {}", at(2)), Segments, &e2, "end with event 0"),
        (
            format!("DELETE FROM segment_later WHERE execution = {} AND seq_from = 44", at(21)),
            Segments,
            &long,
            "44 to 44 are",
        ),
        (
            format!("DELETE FROM segment_later WHERE execution = {} AND seq_from = 60", at(21)),
            Segments,
            &long,
            "event 59",
        ),
        (
            format!("UPDATE segment_later SET seq_to = 45 WHERE execution = {} AND seq_from = 44", at(21)),
            Segments,
            &long,
            "45 to 45 follows event 45",
        ),
        (format!("UPDATE segment_later SET snapshot = 0 WHERE execution = {}", at(21)), Segments, &long, "1 to 19 are"),
        (format!("UPDATE execution SET lane = 1 WHERE id = {}", at(4)), Owner, &e4, "not released"),
        (format!("UPDATE execution SET lane = 0 WHERE id = {}", at(2)), Owner, &e2, "nobody owns it"),
        (format!("UPDATE execution SET lane = 7 WHERE id = {}", at(2)), Owner, &e2, "opening 7"),
        (format!("UPDATE execution SET wake_at = 5 WHERE id = {}", at(3)), Owner, &gone(3), "not due"),
        (format!("UPDATE execution SET wake_at = NULL WHERE id = {}", at(0)), Owner, &gone(0), "without a time"),
        (
            format!("UPDATE inbox SET execution = {} WHERE execution = {}", at(90), at(5)),
            Belonging,
            &gone(90),
            "a message",
        ),
        (format!("UPDATE idempotency SET execution = {}", at(91)), Belonging, &gone(91), "key"),
        (
            format!("UPDATE segment SET execution = {} WHERE execution = {}", at(92), at(2)),
            Belonging,
            &gone(92),
            "a first segment",
        ),
        (
            format!("INSERT INTO segment_later (execution, seq_from, seq_to, bytes) VALUES ({}, 2, 3, '')", at(93)),
            Belonging,
            &gone(93),
            "a later segment",
        ),
        (format!("UPDATE blob_ref SET execution = {}", at(94)), Belonging, &gone(94), "a reference"),
    ] {
        is_found(&sql, promise, place, said).await;
    }
}

#[tokio::test]
async fn a_planted_fault_of_bodies_is_found() {
    let body = format!("body {}", blake3::hash(&body()));
    let part = format!("body {}", blake3::Hash::from_bytes(LargePart::of(&[b'y'; 80], Some(0..80))[0].hash));
    let (at, stray) = (|n: i64| id(n).0, format!("execution {}", id(95)));
    use Promise::{Belonging, Bodies};
    for (sql, promise, place, said) in [
        (
            format!("UPDATE segment_part SET execution = {} WHERE execution = {}", at(95), at(21)),
            Belonging,
            &stray,
            "a part of a segment",
        ),
        ("DELETE FROM blob_head WHERE size = 80".into(), Bodies, &part, "it is not there"),
        ("UPDATE blob SET bytes = zeroblob(80) WHERE length(bytes) = 80".into(), Bodies, &part, "not those that"),
        ("UPDATE blob_head SET complete = 0".into(), Bodies, &body, "it is not there"),
        ("DELETE FROM blob WHERE n = 1".into(), Bodies, &body, "of its 600000 bytes"),
        (
            "UPDATE blob SET bytes = zeroblob(length(bytes)) WHERE n = 0".into(),
            Bodies,
            &body,
            "not those that its hash",
        ),
    ] {
        is_found(&sql, promise, place, said).await;
    }
}

/// Plants a fault and sees that it is told, and where.
async fn is_found(sql: &str, promise: Promise, place: &str, said: &str) {
    let found = plant(sql).await;
    let hit = found.iter().any(|(p, at, detail)| *p == promise && at == place && detail.contains(said));
    assert!(hit, "{sql}: {found:?}");
}

#[tokio::test]
async fn wrong_statistics_are_found() {
    for (sql, place, said) in [
        (
            "UPDATE execution_rollup SET count = count + 1 WHERE hour = -1 AND status = 5 AND workflow = 7",
            "ever",
            "and there are",
        ),
        ("UPDATE execution_rollup SET sum_us = 0 WHERE hour > 0 AND sum_us > 0", "hour", "and there are"),
        ("UPDATE execution_rollup SET sketch = x'80' WHERE status = 6", "failed", "cannot be read"),
        ("DELETE FROM execution_rollup WHERE status = 1", "queued", "missing"),
        ("DELETE FROM execution WHERE status = 9", "quarantined", "there are 0"),
    ] {
        let found = plant(sql).await;
        let hit = |(p, at, detail): &(Promise, String, String)| {
            *p == Promise::Statistics && at.contains(place) && detail.contains(said)
        };
        assert!(found.iter().any(hit), "{sql}: {found:?}");
    }
}

#[tokio::test]
async fn a_damaged_page_is_found() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fill(dir.path()).await;
    let file = dir.path().join("tidemill.db");
    let conn = Connection::open(&file).expect("the database");
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'execution_tenant'";
    let page: u32 = conn.query_row(root, (), |row| row.get(0)).expect("an index");
    drop(conn);
    let mut bytes = fs::read(&file).expect("its bytes");
    let page = page as usize;
    bytes[(page - 1) * 4_096 + 8..page * 4_096].fill(0);
    fs::write(&file, bytes).expect("written");
    let found = examine(dir.path()).await;
    assert!(found.flaws.iter().any(|flaw| flaw.promise == Promise::Pages), "{:?}", found.flaws);
}
