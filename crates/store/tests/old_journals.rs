//! Journals that earlier schemas wrote: every build opens a copy of each and reads what is in it.
//!
//! A fixture is the database file as text: a line for each run of bytes that are not zero, with its offset, and the
//! file's length at the end. `TIDEMILL_WRITE_FIXTURE=1` writes the fixture of the newest schema anew; one that was
//! released never changes.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use store::journal::{
    Append, Batch, Claim, ExecutionQuery, Idempotency, InboxMessage, LargePart, NewExecution, Origin, OriginKind,
    ReadFrom, RowState, StatisticsQuery, WakeQuery,
};
use store::records::{Expect, Kind, RecordWrite};
use store::{BlobPart, BlobQuery, Journal, Records, Result, SqliteOptions, SqliteStore, StoreError};

const T1: TenantId = TenantId(1);
/// Executions in the fixture.
const EXECUTIONS: i64 = 12;
static NOTE: Kind = Kind { name: "note", indexed: &["name"] };
static BODY: &[u8] = b"a body that a segment refers to";

/// The newest schema.
const NEWEST: u32 = 5;

fn fixture(schema: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schema-{schema}.txt"))
}

fn pack(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + 32.min(bytes.len() - at);
        if bytes[at..end].iter().any(|&byte| byte != 0) {
            write!(text, "{at:x} ").expect("a string grows");
            bytes[at..end].iter().for_each(|byte| write!(text, "{byte:02x}").expect("a string grows"));
            text.push('\n');
        }
        at = end;
    }
    writeln!(text, "{:x}", bytes.len()).expect("a string grows");
    text
}

fn unpack(text: &str) -> Vec<u8> {
    let number = |text: &str| usize::from_str_radix(text, 16).expect("a number");
    let length = number(text.lines().last().expect("a length"));
    let mut bytes = vec![0; length];
    for (at, run) in text.lines().filter_map(|line| line.split_once(' ')) {
        for n in 0..run.len() / 2 {
            bytes[number(at) + n] = u8::from_str_radix(&run[2 * n..2 * n + 2], 16).expect("a byte");
        }
    }
    bytes
}

fn id(n: i64) -> ExecutionId {
    ExecutionId(((n * 3_600_000) << 22) + 1)
}

fn status(n: i64) -> Status {
    Status::ALL[n as usize % Status::ALL.len()]
}

/// Where an execution comes from, since schema 2.
fn origin(n: i64) -> Option<Origin> {
    (n % 5 == 4).then(|| Origin { execution: id(0), kind: OriginKind::Fork })
}

fn first(n: i64) -> Append {
    let body_hash = [7; 32];
    Append {
        tenant: T1,
        execution: id(n),
        create: Some(Box::new(NewExecution {
            tenant: T1,
            workflow: (n % 4 != 3).then_some(WorkflowId(7)),
            version: VersionId(70),
            trigger: "webhook",
            idempotency: (n % 2 == 0).then(|| Idempotency { key: format!("key {n}"), body_hash }),
            origin: origin(n),
            priority: 3,
            flow_key: Some(format!("key {n}")),
        })),
        seq_from: 1,
        seq_to: 2,
        bytes: Bytes::from(format!("first events of {n}")),
        state: RowState { before: None, status: Status::Running, wake_at: None, duration_us: 10, error: None },
        consumed: Vec::new(),
        blobs: vec![*blake3::hash(BODY).as_bytes()],
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    }
}

fn second(n: i64) -> Append {
    let state = RowState {
        before: Some(Status::Running),
        status: status(n),
        wake_at: (!status(n).is_terminal()).then_some(5_000 + n),
        duration_us: 1_000 * n.cast_unsigned(),
        error: (status(n) == Status::Failed).then(|| "timeout".into()),
    };
    let bytes = Bytes::from(format!("later events of {n}"));
    // Since schema 5.
    let large = LargePart::of(&bytes, vec![1..5, 6..12]);
    Append { create: None, seq_from: 3, seq_to: 5, bytes, large, state, snapshot: true, blobs: Vec::new(), ..first(n) }
}

async fn append(store: &SqliteStore, entries: Vec<Append>) -> Vec<Result<()>> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    store.append(Batch { entries, done: Box::new(move |answers| drop(reply.send(answers))) });
    answer.await.expect("every batch is answered")
}

/// Fills a store and answers its file.
async fn write() -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("an empty directory");
    store.put_blob(T1, Bytes::from_static(BODY)).await.expect("it is kept");
    let answers = append(&store, (0..EXECUTIONS).flat_map(|n| [first(n), second(n)]).collect()).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let message = |n| InboxMessage {
        row: 0,
        tenant: T1,
        execution: id(n),
        message_id: format!("message {n}"),
        kind: "cancel".into(),
        bytes: Bytes::from_static(b"why"),
        joins: None,
    };
    store.post((0..3).map(message).collect()).await.expect("they are new");
    let note = |id: i64| RecordWrite {
        kind: &NOTE,
        tenant: T1,
        id,
        expect: Expect::Absent,
        content: Some((vec![Some(format!("note {id}"))], Bytes::from_static(b"{}"))),
        now_ms: 1_748_736_000_000 + id,
    };
    store.batch((1..4).map(note).collect()).await.expect("they are new");
    let file = dir.path().join("copy.db");
    store.backup(&file).await.expect("a copy");
    fs::read(file).expect("its bytes")
}

#[tokio::test]
async fn schema_1_is_read() {
    is_read(1).await;
}

#[tokio::test]
async fn schema_2_is_read() {
    is_read(2).await;
}

#[tokio::test]
async fn schema_3_is_read() {
    is_read(3).await;
}

#[tokio::test]
async fn schema_4_is_read() {
    is_read(4).await;
}

#[tokio::test]
async fn schema_5_is_read() {
    is_read(5).await;
}

async fn is_read(schema: u32) {
    if schema == NEWEST && std::env::var_os("TIDEMILL_WRITE_FIXTURE").is_some() {
        fs::write(fixture(schema), pack(&write().await)).expect("the fixture is written");
    }
    let text = fs::read_to_string(fixture(schema)).expect("the fixture");
    assert!(text.len() <= 100_000, "{} bytes of fixture", text.len());
    let dir = tempfile::tempdir().expect("a temporary directory");
    fs::write(dir.path().join("tidemill.db"), unpack(&text)).expect("a copy");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it opens");

    for n in 0..EXECUTIONS {
        let segments = store.read(T1, id(n), ReadFrom::After(0), usize::MAX).await.expect("segments");
        let seen: Vec<_> = segments.iter().map(|s| (s.seq_from, s.seq_to, s.bytes.clone())).collect();
        assert_eq!(seen, [(1, 2, first(n).bytes), (3, 5, second(n).bytes)]);
        let row = store.executions(T1, vec![id(n)]).await.expect("rows").remove(0);
        let state = second(n).state;
        assert_eq!(
            (row.status, row.wake_at, row.duration_us, row.error),
            // A message waits for the first of those that rest.
            (state.status, if n == 0 { Some(0) } else { state.wake_at }, state.duration_us, state.error)
        );
        let since_2 = if schema > 1 { (origin(n), 3, Some(format!("key {n}"))) } else { (None, 0, None) };
        assert_eq!((row.origin, row.priority, row.flow_key), since_2);
        assert_eq!(segments.iter().map(|s| s.snapshot).collect::<Vec<_>>(), [false, schema > 1]);
        assert_eq!((row.next_seq, row.trigger.as_str(), row.version), (6, "webhook", VersionId(70)));
    }
    let query = ExecutionQuery {
        workflow: Some(WorkflowId(7)),
        statuses: vec![Status::Succeeded],
        limit: 10,
        total: true,
        ..ExecutionQuery::newest(T1)
    };
    let page = Journal::list(&store, query).await.expect("a page");
    assert_eq!((page.rows.len(), page.total), (1, Some((1, true))));
    let statistics = StatisticsQuery { tenant: T1, workflow: None, from_hour: None };
    let counts = store.statistics(statistics).await.expect("statistics").by_status;
    assert_eq!(counts.iter().map(|&(_, count)| count).collect::<Vec<_>>(), [2, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(store.inbox(vec![(T1, id(1))]).await.expect("messages")[0].bytes, Bytes::from_static(b"why"));
    let hash = *blake3::hash(BODY).as_bytes();
    let query = BlobQuery { offset: 2, length: 4, ..BlobQuery::whole(T1, hash) };
    let part = BlobPart { bytes: Bytes::from_static(b"body"), size: BODY.len() as u64 };
    assert_eq!(store.get_blob(query).await, Ok(part));
    let note = store.get(&NOTE, T1, 2).await.expect("an answer").expect("it is there");
    assert_eq!((note.revision, note.fields), (1, vec![Some("note 2".into())]));
    assert_eq!(store.changes(T1, 0, 9).await.expect("changes").len(), 3);
    let mut again = first(0);
    again.execution = id(99);
    let answer = append(&store, vec![again]).await.remove(0);
    assert_eq!(answer, Err(StoreError::Duplicate { execution: id(0), same_body: true }));
    let ids = |rows: Vec<store::ExecutionRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let claimed = ids(store.claim(Claim::Open { limit: 100, max_recoveries: 3 }).await.expect("rows"));
    assert_eq!(claimed, [id(1), id(11), id(2)], "those with work in hand wait for an owner");
    let query = |now_ms| WakeQuery { now_ms, executions: Vec::new(), limit: 10 };
    let woken = store.wake(query(5_004)).await.expect("rows");
    assert_eq!((ids(woken.rows), woken.next_due), (vec![id(0), id(3), id(4)], Some(5_010)));
    assert_eq!(ids(store.wake(query(6_000)).await.expect("rows").rows), [id(10)]);
}
