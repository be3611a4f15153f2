//! Snapshots: long executions write them, go on from them, and may lose what stands before them.

use std::sync::Arc;

use engine::{Engine, EngineError, Fork, Options, Replay, Source, Start};
use model::{ExecutionId, Graph, Status, TenantId, Value, json};
use nodes::Registry;
use store::journal::{NewExecution, ReadFrom, Retention, RowState};
use store::{Append, Batch, ExecutionRow, Journal, MemoryStore, Records, Segment};

const TENANT: TenantId = TenantId::DEFAULT;
/// Goes around so often.
const ROUNDS: i64 = 1_500;
/// Counts up with a text beside the number, then says ten times the number.
const COUNTING: &str = r#"{"nodes":[
    {"id":"s","type":"manual"},
    {"id":"a","type":"expression","data":{"expression":"({n: input.n + 1, text: 'number ' + input.n})"}},
    {"id":"c","type":"condition","data":{"condition":"input.n < 1500"}},
    {"id":"z","type":"expression","data":{"expression":"input.n * 10"}}],
  "edges":[{"source":"s","target":"a"},{"source":"a","target":"c"},
    {"source":"c","target":"a","sourceHandle":"true"},{"source":"c","target":"z","sourceHandle":"false"}]}"#;

fn graph(text: &str) -> Graph {
    Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph")
}

fn engine_on(store: &Arc<MemoryStore>) -> Engine {
    let options = Options { shards: 1, snapshot_bytes: 2_000, ..Options::default() };
    Engine::open(store.clone(), store.clone(), Arc::new(Registry::standard()), None, options)
}

fn start() -> Start {
    Start::new(Source::AdHoc(graph(COUNTING)), json::read(br#"{"n":0}"#).expect("JSON"))
}

async fn segments(engine: &Engine, execution: ExecutionId) -> Vec<Segment> {
    engine.journal().read(TenantId::DEFAULT, execution, ReadFrom::After(0), usize::MAX).await.expect("segments")
}

/// Leaves about so much of each history; answers how many segments went.
async fn cut(store: &MemoryStore, bytes: u64) -> u64 {
    let retention = Retention { max_execution_bytes: Some(bytes), ..Retention::default() };
    store.retain(retention).await.expect("it can be cut").segments
}

/// Seq and kind of an event, and whether a snapshot tells it.
type Told = (u64, &'static str, bool);

/// The events of an execution as a reader gets them who has seen all up to a seq.
async fn told(engine: &Engine, execution: ExecutionId, after: u64) -> Vec<Told> {
    let mut events = engine.events(TENANT, execution, after).await.expect("a stream");
    let mut all = Vec::new();
    while let Some(event) = events.next().await.expect("events") {
        let body = json::read(event.json.as_bytes()).expect("JSON");
        assert_eq!(body.get("type").and_then(Value::as_str), Some(event.kind));
        all.push((event.seq, event.kind, body.get("compacted").is_some()));
    }
    all
}

#[tokio::test]
async fn a_whole_history_tells_nothing_twice() {
    let store = Arc::new(MemoryStore::default());
    let engine = engine_on(&store);
    let ended = engine.run(start()).await.expect("it runs");
    assert_eq!((ended.status, &ended.output), (Status::Succeeded, &Value::Int(10 * ROUNDS)));
    let all = segments(&engine, ended.execution).await;
    let sizes: Vec<usize> = all.iter().filter(|found| found.snapshot).map(|found| found.bytes.len()).collect();
    assert!(sizes.len() >= 3 && sizes.iter().all(|size| *size < 1_000), "{sizes:?}");
    let of_snapshots: u64 = all.iter().filter(|found| found.snapshot).map(|it| it.seq_to + 1 - it.seq_from).sum();
    let history = engine.history(TENANT, ended.execution).await.expect("a history");
    assert_eq!((history.from_seq, history.steps.len() as i64), (1, 2 + 2 * ROUNDS));
    assert!(history.steps.iter().all(|step| !step.compacted));
    let events = told(&engine, ended.execution, 0).await;
    assert_eq!(events.len() as u64 + of_snapshots, history.row.next_seq - 1);
    assert!(events.is_sorted_by(|a, b| a.0 < b.0) && events.iter().all(|(.., compacted)| !compacted));
    // Whoever comes back is told what followed, wherever the reading began.
    for at in [1, events.len() / 2, events.len() - 2] {
        assert_eq!(told(&engine, ended.execution, events[at].0).await, events[at + 1..]);
    }
    engine.examine(TENANT, ended.execution).await.expect("its snapshots lead where it leads");
}

#[tokio::test]
async fn a_history_without_its_beginning_still_opens() {
    let store = Arc::new(MemoryStore::default());
    let engine = engine_on(&store);
    let id = engine.run(start()).await.expect("it runs").execution;
    let whole = told(&engine, id, 0).await;
    assert!(cut(&store, 10_000).await > 3);
    let left = segments(&engine, id).await;
    assert!(left[0].snapshot && left[0].seq_from > 1_000, "event {} is the first", left[0].seq_from);
    let history = engine.history(TENANT, id).await.expect("a history");
    assert!(history.is_compacted() && history.from_seq == left[0].seq_from);
    assert_eq!(history.output, Value::Int(10 * ROUNDS));
    assert_eq!(history.input, json::read(br#"{"n":0}"#).expect("JSON"));
    let (gone, recorded): (Vec<_>, Vec<_>) = history.steps.iter().partition(|step| step.compacted);
    assert!(gone.iter().any(|step| step.name == "s" && step.output == history.input), "the start is held to the end");
    assert!(recorded.len() > 10 && recorded.iter().all(|step| !step.input.is_null() && step.started_us > 0));
    let names: std::collections::HashSet<&str> = history.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names.len(), history.steps.len(), "no step is told twice");

    // A reader from the beginning gets what the snapshot holds, marked, and then what is there.
    let events = told(&engine, id, 0).await;
    let (compacted, rest): (Vec<Told>, Vec<Told>) = events.iter().copied().partition(|(.., compacted)| *compacted);
    assert_eq!((compacted[0].1, compacted.len()), ("accepted", 1 + gone.len()));
    assert!(compacted.iter().all(|(seq, ..)| (left[0].seq_from..=left[0].seq_to).contains(seq)));
    assert!(rest.len() > 20 && whole.ends_with(&rest));
    // One that has seen all before the snapshot, or more, gets only what follows.
    assert_eq!(told(&engine, id, left[0].seq_from - 1).await, rest);
    assert_eq!(told(&engine, id, rest[5].0).await, rest[6..]);

    let fork = |from: &str| Fork { from: from.into(), output: Some(Value::Int(7)), ..Fork::default() };
    let from_end = engine.fork(TENANT, id, fork("z")).await.expect("what led there is in the snapshot").execution;
    let ended = engine.wait(TENANT, from_end).await.expect("it ends");
    assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(7)));
    let again = Fork { from: format!("c@{}", ROUNDS - 2), output: None, ..Fork::default() };
    let ended = engine.fork(TENANT, id, again).await.expect("a step that is there").execution;
    assert_eq!(engine.wait(TENANT, ended).await.expect("it ends").output, Value::Int(10 * ROUNDS));
    let refused = |answer: Result<engine::Accepted, EngineError>| match answer {
        Err(EngineError::NotFound(what)) => what.contains("is gone"),
        other => panic!("{other:?}"),
    };
    assert!(refused(engine.fork(TENANT, id, fork("a@3")).await));
    let from = |step: &str| Replay { from: Some(step.into()), ..Replay::default() };
    assert!(
        refused(engine.replay(TENANT, id, from("a@3")).await) && refused(engine.replay(TENANT, id, from("z")).await)
    );
    let anew = engine.replay(TENANT, id, Replay::default()).await.expect("its input is there").execution;
    assert_eq!(engine.wait(TENANT, anew).await.expect("it ends").output, Value::Int(10 * ROUNDS));
}

/// A store as a process leaves it that died when these segments were durable and nothing after them.
async fn crashed_after(segments: &[Segment], row: &ExecutionRow) -> MemoryStore {
    let store = MemoryStore::default();
    let content = engine::versions::content(&graph(COUNTING));
    store.put(engine::versions::write(row.tenant, row.version, None, content, 0)).await.expect("a version");
    let new = NewExecution {
        tenant: row.tenant,
        workflow: None,
        version: row.version,
        trigger: "test",
        idempotency: None,
        origin: None,
        priority: 0,
        flow_key: None,
    };
    let status = Status::Running;
    let entries = segments.iter().map(|segment| Append {
        tenant: row.tenant,
        execution: segment.execution,
        create: (segment.seq_from == 1).then(|| Box::new(new.clone())),
        seq_from: segment.seq_from,
        seq_to: segment.seq_to,
        bytes: segment.bytes.clone(),
        state: RowState {
            before: (segment.seq_from > 1).then_some(status),
            status,
            wake_at: None,
            duration_us: 0,
            error: None,
        },
        consumed: Vec::new(),
        blobs: Vec::new(),
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: segment.snapshot,
        proven: false,
    });
    let (tell, told) = std::sync::mpsc::channel();
    let done = Box::new(move |answers| tell.send(answers).expect("the test waits"));
    store.append(Batch { entries: entries.collect(), done });
    told.recv().expect("an answer").into_iter().for_each(|answer| answer.expect("it is stored"));
    store.restart()
}

#[tokio::test]
async fn what_was_interrupted_goes_on_from_its_newest_snapshot() {
    let first = engine_on(&Arc::new(MemoryStore::default()));
    let id = first.run(start()).await.expect("it runs").execution;
    let (row, all) = (first.row(TENANT, id).await.expect("a row"), segments(&first, id).await);
    let snapshots: Vec<usize> = (0..all.len()).filter(|&at| all[at].snapshot).collect();
    // At a snapshot, and in the middle between two.
    let middle = snapshots[snapshots.len() / 2];
    for (kept, is_cut) in [(middle + 1, true), (middle + 2, true), (middle + 2, false), (all.len() - 1, true)] {
        let store = Arc::new(crashed_after(&all[..kept], &row).await);
        if is_cut {
            // Nothing is left but what follows the newest snapshot.
            assert!(cut(&store, 1).await > 0);
        }
        let second = engine_on(&store);
        assert_eq!(segments(&second, id).await[0].snapshot, is_cut);
        let recovered = second.recover().await.expect("it recovers");
        assert_eq!((recovered.adopted, recovered.unreadable), (1, 0), "after segment {kept}");
        let ended = second.wait(TENANT, id).await.expect("it ends");
        assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(10 * ROUNDS)), "after segment {kept}");
        let history = second.history(TENANT, id).await.expect("a history");
        assert_eq!(history.is_compacted(), is_cut);
        assert_eq!(history.steps.last().map(|step| step.name.as_str()), Some("z"));
        second.examine(TENANT, id).await.expect("it is sound");
    }
}

#[tokio::test]
async fn recovery_reads_nothing_before_the_newest_snapshot() {
    let first = engine_on(&Arc::new(MemoryStore::default()));
    let id = first.run(start()).await.expect("it runs").execution;
    let (row, mut all) = (first.row(TENANT, id).await.expect("a row"), segments(&first, id).await);
    let newest = all.iter().rposition(|found| found.snapshot).expect("a snapshot");
    // What stands before is damaged, and nobody looks.
    all[1].bytes = vec![1, 250].into();
    let second = engine_on(&Arc::new(crashed_after(&all[..=newest], &row).await));
    assert!(second.examine(TENANT, id).await.is_err());
    // A snapshot of which a part is missing is found, too, in the middle of a whole history.
    let mut part = segments(&first, id).await;
    let bytes = part[newest].bytes.clone();
    for length in 2..bytes.len() {
        part[newest].bytes = bytes.slice(..length);
        let third = engine_on(&Arc::new(crashed_after(&part[..=newest + 1], &row).await));
        assert!(third.history(TENANT, id).await.is_ok(), "its events are there");
        assert!(third.examine(TENANT, id).await.is_err(), "{length} of {} bytes", bytes.len());
    }
    assert_eq!(second.recover().await.expect("it recovers").adopted, 1);
    let status = loop {
        let row = second.row(TENANT, id).await.expect("a row");
        if row.status.is_terminal() {
            break row.status;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    };
    assert_eq!(status, Status::Succeeded);
}

#[tokio::test]
async fn an_execution_goes_on_while_its_beginning_goes() {
    let store = Arc::new(MemoryStore::default());
    let engine = engine_on(&store);
    let id = engine.start(start()).await.expect("it starts").execution;
    let mut gone = 0;
    while !engine.row(TENANT, id).await.expect("a row").status.is_terminal() {
        gone += cut(&store, 5_000).await;
        tokio::task::yield_now().await;
    }
    gone += cut(&store, 5_000).await;
    let ended = engine.wait(TENANT, id).await.expect("it ended");
    assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(10 * ROUNDS)));
    assert!(gone > 3, "{gone} segments went");
    let bytes: usize = segments(&engine, id).await.iter().map(|found| found.bytes.len()).sum();
    assert!(bytes < 100_000, "{bytes} bytes are left");
}
