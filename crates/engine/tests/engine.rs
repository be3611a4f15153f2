//! The engine's promises: what is answered is durable, a key starts nothing twice, streams have no gap, a restart
//! loses nothing, and one bad step harms nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use engine::{Clock, Engine, EngineError, Options, Source, Start, listed_error};
use model::{Graph, Status, StepStatus, TenantId, Value, json};
use nodes::Registry;
use store::journal::{Idempotency, NewExecution, ReadFrom, RowState};
use store::{Append, Batch, ExecutionRow, Journal, MemoryStore, Records, Segment};

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

/// A graph in short: `[id, type, data]` and `[source, target]` or `[source, target, port]`.
fn graph(nodes: &str, edges: &str) -> Graph {
    let list = |text: &str| value(text).as_array().expect("a list").to_vec();
    let text = |value: &Value, at: usize| value.as_array().and_then(|list| list.get(at)).map(json::to_text);
    let node = |node: &Value| {
        let data = text(node, 2).unwrap_or_else(|| "{}".into());
        format!(r#"{{"id":{},"type":{},"data":{data}}}"#, text(node, 0).expect("id"), text(node, 1).expect("type"))
    };
    let edge = |edge: &Value| {
        let port = text(edge, 2).unwrap_or_else(|| "null".into());
        let (source, target) = (text(edge, 0).expect("source"), text(edge, 1).expect("target"));
        format!(r#"{{"source":{source},"target":{target},"sourceHandle":{port}}}"#)
    };
    let nodes: Vec<String> = list(nodes).iter().map(node).collect();
    let edges: Vec<String> = list(edges).iter().map(edge).collect();
    Graph::from_value(&value(&format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","))))
        .expect("a graph")
}

fn double() -> Graph {
    graph(r#"[["s","manual"],["d","expression",{"expression":"input.n * 2"}]]"#, r#"[["s","d"]]"#)
}

fn engine_on(store: MemoryStore, options: Options) -> Engine {
    let store = Arc::new(store);
    Engine::open(store.clone(), store, Arc::new(Registry::standard()), None, options)
}

fn engine() -> Engine {
    engine_on(MemoryStore::default(), Options { shards: 2, ..Options::default() })
}

fn start(graph: Graph, input: &str) -> Start {
    Start::new(Source::AdHoc(graph), value(input))
}

#[tokio::test]
async fn what_is_answered_can_be_read_back() {
    let engine = engine();
    let ended = engine.run(start(double(), r#"{"n":21}"#)).await.expect("it runs");
    assert_eq!((ended.status, &ended.output), (Status::Succeeded, &Value::Int(42)));
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("it is stored");
    assert_eq!(history.output, Value::Int(42));
    assert_eq!(history.input, value(r#"{"n":21}"#));
    let steps: Vec<(&str, StepStatus)> = history.steps.iter().map(|step| (step.name.as_str(), step.status)).collect();
    assert_eq!(steps, [("s", StepStatus::Succeeded), ("d", StepStatus::Succeeded)]);
    assert_eq!(history.steps[1].input, value(r#"{"n":21}"#));
    let again = engine.wait(TenantId::DEFAULT, ended.execution).await.expect("it has ended");
    assert_eq!(again.output, Value::Int(42));
}

#[tokio::test]
async fn a_failure_says_what_and_where() {
    let engine = engine();
    let ended = engine.run(start(double(), "null")).await.expect("that it failed is an answer");
    assert_eq!((ended.status, &ended.output), (Status::Failed, &Value::Null));
    let error = ended.error.expect("an error");
    assert_eq!((error.code.as_str(), error.node.as_str()), ("TypeError", "d"));
    let row = engine.row(TenantId::DEFAULT, ended.execution).await.expect("a row");
    assert_eq!((row.status, listed_error(&row)), (Status::Failed, Some(error)));
    let old = ExecutionRow { error: Some("TypeError".into()), ..row.clone() };
    let told = listed_error(&old).expect("rows used to hold the code alone");
    assert_eq!((told.code.as_str(), told.node.as_str(), told.message.as_str()), ("TypeError", "", ""));
    let long = graph(&format!(r#"[["f","expression",{{"expression":"input['{}'].x"}}]]"#, "é".repeat(400)), "[]");
    let ended = engine.run(start(long, "{}")).await.expect("it runs");
    let row = engine.row(TenantId::DEFAULT, ended.execution).await.expect("a row");
    let (whole, cut) = (ended.error.expect("an error").message, listed_error(&row).expect("an error").message);
    let kept = cut.strip_suffix('…').expect("it is cut");
    assert!(whole.starts_with(kept) && (298..=300).contains(&kept.len()), "{cut}");
}

#[tokio::test]
async fn a_key_starts_nothing_twice() {
    let engine = engine();
    let keyed = |body: u8| Start {
        idempotency: Some(Idempotency { key: "k".into(), body_hash: [body; 32] }),
        ..start(double(), r#"{"n":1}"#)
    };
    let first = engine.run(keyed(1)).await.expect("it runs");
    let second = engine.run(keyed(1)).await.expect("the same request");
    assert_eq!(second.execution, first.execution);
    assert_eq!(second.output, Value::Int(2));
    assert!(matches!(engine.start(keyed(2)).await, Err(EngineError::KeyReused(id)) if id == first.execution));
    assert_eq!(engine.stats().in_flight, 0);
}

#[tokio::test]
async fn what_cannot_run_is_refused_and_leaves_nothing() {
    let engine = engine();
    let unknown = graph(r#"[["a","nonsense"],["b","condition",{"condition":"1 +"}]]"#, r#"[["a","b"],["b","c"]]"#);
    let Err(EngineError::Invalid(problems)) = engine.run(start(unknown, "1")).await else { panic!("it must not run") };
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    for code in ["unknown_type", "bad_expression", "dangling_edge"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
    let nowhere = Start { from: Some("zzz".into()), ..start(double(), "1") };
    assert!(matches!(engine.run(nowhere).await, Err(EngineError::NothingToStart(_))));
    let ids = engine.journal().list(store::journal::ExecutionQuery::newest(TenantId::DEFAULT));
    assert!(ids.await.expect("a list").rows.is_empty());
}

#[tokio::test]
async fn long_executions_take_many_segments_and_streams_have_no_gap() {
    let engine = engine();
    let nodes: Vec<String> = (0..5_000).map(|at| format!(r#"["n{at}","no_op"]"#)).collect();
    let edges: Vec<String> = (1..5_000).map(|at| format!(r#"["n{}","n{at}"]"#, at - 1)).collect();
    let long = graph(&format!("[{}]", nodes.join(",")), &format!("[{}]", edges.join(",")));
    let accepted = engine.start(start(long, r#"{"a":1}"#)).await.expect("it starts");
    let mut from_start = engine.events(TenantId::DEFAULT, accepted.execution, 0).await.expect("a stream");
    let mut seqs = Vec::new();
    while let Some(event) = from_start.next().await.expect("events") {
        seqs.push((event.seq, event.kind));
    }
    assert_eq!(seqs.len(), 5_002);
    assert!(seqs.iter().zip(1..).all(|((seq, _), expected)| *seq == expected));
    assert_eq!((seqs[0].1, seqs[5_001].1), ("accepted", "finished"));
    let mut resumed = engine.events(TenantId::DEFAULT, accepted.execution, 4_990).await.expect("a stream");
    let first = resumed.next().await.expect("events").expect("an event");
    assert_eq!(first.seq, 4_991);
    assert!(
        engine
            .journal()
            .read(TenantId::DEFAULT, accepted.execution, ReadFrom::After(0), usize::MAX)
            .await
            .expect("segments")
            .len()
            > 3
    );
}

#[tokio::test]
async fn a_restart_goes_on_where_the_journal_ends() {
    let first = engine();
    let nodes: Vec<String> = (0..3_000).map(|at| format!(r#"["n{at}","mock",{{"do":"inc"}}]"#)).collect();
    let edges: Vec<String> = (1..3_000).map(|at| format!(r#"["n{}","n{at}"]"#, at - 1)).collect();
    let long = graph(&format!("[{}]", nodes.join(",")), &format!("[{}]", edges.join(",")));
    let whole = first.run(start(long.clone(), "0")).await.expect("it runs");
    assert_eq!(whole.output, Value::Int(3_000));
    let row = first.row(TenantId::DEFAULT, whole.execution).await.expect("a row");
    let segments = first
        .journal()
        .read(TenantId::DEFAULT, whole.execution, ReadFrom::After(0), usize::MAX)
        .await
        .expect("segments");
    assert!(segments.len() > 2);
    for kept in 1..segments.len() {
        let second = engine_on(crashed_after(&segments[..kept], &row, &long).await, Options::default());
        let recovered = second.recover().await.expect("it recovers");
        assert_eq!((recovered.adopted, recovered.quarantined, recovered.unreadable), (1, 0, 0));
        let ended = second.wait(TenantId::DEFAULT, whole.execution).await.expect("it ends");
        assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(3_000)));
        let history = second.history(TenantId::DEFAULT, whole.execution).await.expect("a history");
        assert_eq!(history.steps.len(), 3_000);
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_stops_its_own_execution_only() {
    let first = engine();
    let long = chain(3_000);
    let (mut left, mut rows) = (Vec::new(), Vec::new());
    for at in 0..2 {
        let id = first.run(start(long.clone(), "0")).await.expect("it runs").execution;
        let segments =
            first.journal().read(TenantId::DEFAULT, id, ReadFrom::After(0), usize::MAX).await.expect("segments");
        left.extend_from_slice(&segments[..2]);
        if at == 1 {
            // The same results a second time.
            let (again, events) = (segments[1].clone(), segments[1].seq_to + 1 - segments[1].seq_from);
            left.push(Segment { seq_from: again.seq_from + events, seq_to: again.seq_to + events, ..again });
        }
        rows.push(first.row(TenantId::DEFAULT, id).await.expect("a row"));
    }
    let second = engine_on(crashed_after(&left, &rows[0], &long).await, Options::default());
    let recovered = second.recover().await.expect("it recovers");
    assert_eq!((recovered.adopted, recovered.unreadable), (1, 1));
    let ended = second.wait(TenantId::DEFAULT, rows[0].id).await.expect("it ends");
    assert_eq!(ended.status, Status::Succeeded);
    assert!(second.history(TenantId::DEFAULT, rows[1].id).await.is_err());
    assert_eq!(second.row(TenantId::DEFAULT, rows[1].id).await.expect("a row").status, Status::Running);
}

#[tokio::test]
async fn what_ends_at_once_takes_one_commit() {
    let engine = engine();
    let id = engine.run(start(double(), r#"{"n":1}"#)).await.expect("it runs").execution;
    assert_eq!(engine.journal().health().commits, 1);
    let segments =
        engine.journal().read(TenantId::DEFAULT, id, ReadFrom::After(0), usize::MAX).await.expect("segments");
    let row = engine.row(TenantId::DEFAULT, id).await.expect("a row");
    let seqs: Vec<(u64, u64)> = segments.iter().map(|segment| (segment.seq_from, segment.seq_to)).collect();
    assert_eq!((seqs, row.status, row.next_seq), (vec![(1, 4)], Status::Succeeded, 5));
}

#[tokio::test]
async fn a_version_is_compiled_once() {
    let engine = engine();
    let id = engine.run(start(double(), r#"{"n":1}"#)).await.expect("it runs").execution;
    let version = engine.row(TenantId::DEFAULT, id).await.expect("a row").version;
    let program = engine.program(TenantId::DEFAULT, version).await.expect("it is there");
    let again = engine.run(start(double(), r#"{"n":2}"#)).await.expect("it runs").execution;
    assert_eq!(engine.row(TenantId::DEFAULT, again).await.expect("a row").version, version);
    let history = engine.history(TenantId::DEFAULT, again).await.expect("a history");
    assert!(Arc::ptr_eq(&program, &history.program));
}

#[tokio::test]
async fn a_loop_that_sets_no_bound_ends_after_ten_thousand() {
    let engine = engine();
    let cycle = graph(r#"[["s","manual"],["a","no_op"],["b","no_op"]]"#, r#"[["s","a"],["a","b"],["b","a"]]"#);
    let container = value(
        r#"{"nodes":[{"id":"w","type":"while_loop","data":{"condition":"true"}},{"id":"a","type":"no_op","parentId":"w"}],"edges":[]}"#,
    );
    let container = Graph::from_value(&container).expect("a graph");
    for (graph, node, steps) in [(cycle, "a@10000", 20_002), (container, "w", 10_001)] {
        let ended = engine.run(start(graph, "1")).await.expect("that it failed is an answer");
        let error = ended.error.expect("an error");
        assert_eq!((error.code.as_str(), error.node.as_str()), ("loop_limit", node));
        let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
        assert_eq!(history.steps.len(), steps);
    }
}

#[tokio::test]
async fn a_failure_goes_on_as_data_with_its_words() {
    let engine = engine();
    let failing = graph(
        r#"[["s","manual"],["bad","expression",{"expression":"input.a.b","on_error":"continue"}],["then","no_op"]]"#,
        r#"[["s","bad"],["bad","then"]]"#,
    );
    let ended = engine.run(start(failing, "{}")).await.expect("it runs");
    assert_eq!(ended.status, Status::Succeeded);
    let error = ended.output.get("error").and_then(Value::as_object).expect("an error");
    let keys: Vec<&str> = error.entries().iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["code", "message", "node"]);
    let text = |key: &str| ended.output.get("error").and_then(|error| error.get(key)?.as_str()).unwrap_or_default();
    assert_eq!((text("code"), text("node")), ("TypeError", "bad"));
    assert!(text("message").contains("input.a"), "{}", text("message"));
}

/// A store as a process leaves it that died when these segments were durable and nothing after them.
async fn crashed_after(segments: &[Segment], row: &ExecutionRow, graph: &Graph) -> MemoryStore {
    let store = MemoryStore::default();
    let version = engine::versions::write(row.tenant, row.version, None, engine::versions::content(graph), 0);
    store.put(version).await.expect("the version is stored");
    let entries = segments.iter().map(|segment| Append {
        tenant: row.tenant,
        execution: segment.execution,
        create: (segment.seq_from == 1).then(|| {
            let (tenant, version) = (row.tenant, row.version);
            Box::new(NewExecution {
                tenant,
                workflow: None,
                version,
                trigger: "test",
                idempotency: None,
                origin: None,
                priority: 0,
                flow_key: None,
            })
        }),
        seq_from: segment.seq_from,
        seq_to: segment.seq_to,
        bytes: segment.bytes.clone(),
        state: RowState {
            before: (segment.seq_from > 1).then_some(Status::Running),
            status: Status::Running,
            wake_at: None,
            duration_us: row.duration_us,
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
    });
    let (tell, told) = std::sync::mpsc::channel();
    let done = Box::new(move |answers| tell.send(answers).expect("the test waits"));
    store.append(Batch { entries: entries.collect(), done });
    for answer in told.recv().expect("an answer") {
        answer.expect("it is stored");
    }
    store.restart()
}

#[tokio::test]
async fn heavy_steps_run_beside_and_light_ones_do_not_wait() {
    let engine = engine_on(MemoryStore::default(), Options { shards: 1, ..Options::default() });
    let heavy = graph(
        r#"[["s","range",{"start":0,"end":200000,"step":1}],["m","map",{"expression":"item * 2"}],["r","reduce",{"expression":"accumulator + item","initial_value":0}]]"#,
        r#"[["s","m"],["m","r"]]"#,
    );
    let slow = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run(start(heavy, "null")).await }
    });
    for n in 0..50 {
        let ended = engine.run(start(double(), &format!(r#"{{"n":{n}}}"#))).await.expect("it runs");
        assert_eq!(ended.output, Value::Int(2 * n));
    }
    let ended = slow.await.expect("no panic").expect("it runs");
    assert_eq!(ended.status, Status::Succeeded, "{:?}", ended.error);
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
    assert_eq!(history.steps.len(), 3);
}

#[tokio::test]
async fn pinned_outputs_count_only_by_hand() {
    let engine = engine();
    let pinned = graph(
        r#"[["s","manual"],["d","expression",{"expression":"input.n","pinned":{"fixed":true}}]]"#,
        r#"[["s","d"]]"#,
    );
    let by_hand = Start { pinned: true, ..start(pinned.clone(), r#"{"n":1}"#) };
    assert_eq!(engine.run(by_hand).await.expect("it runs").output, value(r#"{"fixed":true}"#));
    assert_eq!(engine.run(start(pinned, r#"{"n":1}"#)).await.expect("it runs").output, Value::Int(1));
}

#[tokio::test]
async fn a_stopping_engine_ends_what_runs_and_takes_nothing_new() {
    let engine = engine();
    engine.run(start(double(), r#"{"n":1}"#)).await.expect("it runs");
    engine.drain(Duration::from_secs(5)).await;
    assert!(matches!(engine.run(start(double(), r#"{"n":1}"#)).await, Err(EngineError::Draining)));
}

#[tokio::test]
async fn too_many_at_once_are_told_to_come_back() {
    let engine = engine_on(MemoryStore::default(), Options { shards: 1, in_flight_max: 0, ..Options::default() });
    assert!(matches!(engine.run(start(double(), "1")).await, Err(EngineError::Busy)));
}

#[tokio::test]
async fn what_has_ended_cannot_be_canceled() {
    let engine = engine();
    let ended = engine.run(start(double(), r#"{"n":1}"#)).await.expect("it runs");
    assert!(matches!(engine.cancel(TenantId::DEFAULT, ended.execution).await, Err(EngineError::HasEnded(_))));
    let unknown = "0000000000001".parse().expect("an id");
    assert!(matches!(engine.cancel(TenantId::DEFAULT, unknown).await, Err(EngineError::NotFound(_))));
    let other = engine.row(TenantId(2), ended.execution).await;
    assert!(matches!(other, Err(EngineError::NotFound(_))), "another tenant sees nothing");
}

#[tokio::test]
async fn expressions_see_what_variable_nodes_have_set() {
    let engine = engine();
    let mut document = graph(
        r#"[["s","manual"],["before","expression",{"expression":"vars"}],
            ["v","variable",{"var_name":"total","var_op":"set","value":"{{ vars.total + 41 }}"}],
            ["w","variable",{"var_name":"extra","var_op":"set","value":"{{ vars.total + 1 }}"}],
            ["after","expression",{"expression":"({ vars, total: variables.total, before: nodes.before.output })"}]]"#,
        r#"[["s","before"],["before","v"],["v","w"],["w","after"]]"#,
    )
    .document()
    .as_object()
    .expect("an object")
    .entries()
    .to_vec();
    document.push(("variables".into(), value(r#"{"total":1,"limit":5}"#)));
    let graph = Graph::from_value(&Value::object(document)).expect("a graph");
    let ended = engine.run(start(graph, "null")).await.expect("it runs");
    let before = r#"{"total":1,"limit":5}"#;
    let expected = format!(r#"{{"vars":{{"total":42,"limit":5,"extra":43}},"total":42,"before":{before}}}"#);
    assert_eq!(json::to_text(&ended.output), expected, "{:?}", ended.error);
}

/// A clock that goes on by a step whenever it is read.
struct Stepping {
    now_us: AtomicI64,
    step_us: i64,
}

impl Clock for Stepping {
    fn now_us(&self) -> i64 {
        self.now_us.fetch_add(self.step_us, Ordering::Relaxed)
    }
}

fn stepping(step_us: i64, timeout: Option<Duration>) -> Options {
    let now_us = AtomicI64::new(1_900_000_000_000_000);
    Options { shards: 1, timeout, clock: Arc::new(Stepping { now_us, step_us }), ..Options::default() }
}

fn chain(length: usize) -> Graph {
    let nodes: Vec<String> = (0..length).map(|at| format!(r#"["n{at}","no_op"]"#)).collect();
    let edges: Vec<String> = (1..length).map(|at| format!(r#"["n{}","n{at}"]"#, at - 1)).collect();
    graph(&format!("[{}]", nodes.join(",")), &format!("[{}]", edges.join(",")))
}

#[tokio::test]
async fn times_are_told_to_the_microsecond() {
    let engine = engine_on(MemoryStore::default(), stepping(137, None));
    let ended = engine.run(start(double(), r#"{"n":1}"#)).await.expect("it runs");
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
    let mut stream = engine.events(TenantId::DEFAULT, ended.execution, 0).await.expect("a stream");
    let mut told = Vec::new();
    while let Some(event) = stream.next().await.expect("events") {
        told.push(json::read(event.json.as_bytes()).expect("JSON"));
    }
    let at = |event: usize, key: &str| told[event].get(key).and_then(Value::as_str).expect("a time").to_owned();
    assert_eq!(at(0, "at"), "2030-03-17T17:46:40.000000Z");
    for (event, step) in [(1, &history.steps[0]), (2, &history.steps[1])] {
        let micros = step.started_us % 1_000_000;
        assert_eq!(at(event, "started_at"), format!("2030-03-17T17:46:40.{micros:06}Z"));
        assert!(micros % 1_000 != 0, "{micros}");
    }
    assert_eq!(at(3, "at").len(), "2030-03-17T17:46:40.000000Z".len());
}

#[tokio::test]
async fn an_execution_ends_when_its_time_is_up() {
    let engine = engine_on(MemoryStore::default(), stepping(1_000, Some(Duration::from_millis(100))));
    let ended = engine.run(start(chain(1_000), "1")).await.expect("it runs");
    let error = ended.error.expect("an error");
    assert_eq!((ended.status, error.code.as_str(), &ended.output), (Status::TimedOut, "timed_out", &Value::Null));
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
    assert_eq!((history.row.status, history.error.as_ref()), (Status::TimedOut, Some(&error)));
    assert_eq!(listed_error(&history.row), Some(error));
    assert!((10..=100).contains(&history.steps.len()), "{} steps in 100 readings of the clock", history.steps.len());
    let short = engine.run(start(chain(10), "1")).await.expect("it runs");
    assert_eq!(short.status, Status::Succeeded);
    assert_eq!(engine.recover().await.expect("nothing is left").adopted, 0);
}

#[tokio::test]
async fn what_ran_out_of_time_goes_on_when_it_is_taken_up() {
    let engine = engine_on(MemoryStore::default(), stepping(1_000, Some(Duration::from_millis(100))));
    let id = engine.run(start(chain(1_000), "1")).await.expect("it runs").execution;
    let mut times = 0;
    while engine.row(TenantId::DEFAULT, id).await.expect("a row").status == Status::TimedOut {
        times += 1;
        assert!(times < 200, "it gets no further");
        engine.retry(TenantId::DEFAULT, id).await.expect("its time was up");
        engine.wait(TenantId::DEFAULT, id).await.expect("it ends");
    }
    assert!(times > 1, "each time it has all of its time");
    let history = engine.history(TenantId::DEFAULT, id).await.expect("a history");
    assert_eq!((history.row.status, history.steps.len()), (Status::Succeeded, 1_000), "no step ran twice");
}

#[tokio::test]
async fn the_time_before_a_restart_counts() {
    let first = engine_on(MemoryStore::default(), stepping(1_000, None));
    let long = chain(3_000);
    let whole = first.run(start(long.clone(), "0")).await.expect("it runs");
    let row = first.row(TenantId::DEFAULT, whole.execution).await.expect("a row");
    assert!(row.duration_us > 3_000_000, "one ms for each step");
    let segments = first
        .journal()
        .read(TenantId::DEFAULT, whole.execution, ReadFrom::After(0), usize::MAX)
        .await
        .expect("segments");
    // Enough for what is left, not enough for the whole.
    let short = row.duration_us / 10 * 9;
    for (timeout, status) in [(short, Status::TimedOut), (2 * row.duration_us, Status::Succeeded)] {
        let options = stepping(1_000, Some(Duration::from_micros(timeout)));
        let half = &segments[..segments.len() / 2];
        let second = engine_on(crashed_after(half, &row, &long).await, options);
        assert_eq!(second.recover().await.expect("it recovers").adopted, 1);
        let ended = second.wait(TenantId::DEFAULT, whole.execution).await.expect("it ends");
        assert_eq!(ended.status, status, "{timeout} µs");
    }
}

#[tokio::test]
async fn an_output_beyond_the_limit_fails_its_step() {
    let engine = engine();
    let input = format!(r#"{{"text":"{}"}}"#, "x".repeat(1_024));
    let times = r#"{"expression":"Array.from({ length: 1000 }, () => input)"}"#;
    let growing = graph(
        &format!(r#"[["once","expression",{times}],["twice","expression",{times}],["then","no_op"]]"#),
        r#"[["once","twice"],["twice","then"]]"#,
    );
    let ended = engine.run(start(growing, &input)).await.expect("that it failed is an answer");
    let error = ended.error.expect("an error");
    assert_eq!((ended.status, error.code.as_str(), error.node.as_str()), (Status::Failed, "output_too_large", "twice"));
    assert!(error.message.contains("written out; at most 128"), "known before it is written: {}", error.message);
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
    assert_eq!(history.steps.len(), 2, "what was small enough is recorded, and nothing follows");
    let many = Value::array(vec![history.steps[0].output.clone(); 130]);
    let disabled = graph(r#"[["off","expression",{"expression":"1","disabled":true}]]"#, "[]");
    let ended = engine.run(Start::new(Source::AdHoc(disabled), many)).await.expect("an answer");
    assert_eq!(ended.error.expect("an error").code, "output_too_large");
}

#[tokio::test]
async fn several_outputs_together_keep_to_the_limit() {
    let engine = engine();
    let text = "x".repeat(1_024);
    let wide = graph(
        r#"[["big","expression",{"expression":"Array.from({ length: 50000 }, () => input)"}],["a","no_op"],["b","no_op"],["c","no_op"]]"#,
        r#"[["big","a"],["big","b"],["big","c"]]"#,
    );
    let ended = engine.run(start(wide, &format!(r#""{text}""#))).await.expect("that it failed is an answer");
    let error = ended.error.expect("an error");
    assert_eq!((ended.status, error.code.as_str(), error.node.as_str()), (Status::Failed, "output_too_large", ""));
    assert_eq!(ended.output, Value::Null);
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
    assert_eq!((history.steps.len(), history.error), (4, Some(error)));
}

/// Takes a gigabyte and a second or two.
#[tokio::test]
async fn an_output_that_grows_when_it_is_written_fails_its_step() {
    if std::env::var_os("TIDEMILL_LONG").is_none_or(|long| long != "1") {
        return;
    }
    let engine = engine();
    let control = r#"[["c","expression",{"expression":"'\\u0001'.repeat(20000000)"}],["l","expression",{"expression":"[input, input]"}]]"#;
    let ended = engine.run(start(graph(control, r#"[["c","l"]]"#), "1")).await.expect("that it failed is an answer");
    let error = ended.error.expect("an error");
    assert_eq!((error.code.as_str(), error.node.as_str()), ("output_too_large", "l"), "{}", error.message);
    let history = engine.history(TenantId::DEFAULT, ended.execution).await.expect("a history");
    assert_eq!((history.row.status, history.steps.len()), (Status::Failed, 2));
}
