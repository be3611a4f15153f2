//! How far things go: commits for calls, calls to one host, places, the last wait for writes, memory of what waits, and what
//! can be taken up again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use engine::{CallLimits, Clock, EngineError, Options};
use model::{Status, TenantId, Value};
use store::MemoryStore;
use store::journal::ReadFrom;

use crate::world::{ONE_CALL, One, ended, engine_with, graph, options, restarted, setup, start, status_is, world};

const TENANT: TenantId = TenantId::DEFAULT;

#[tokio::test(flavor = "multi_thread")]
async fn calls_take_one_commit_more_than_they_are() {
    let (engine, _, _) = setup();
    let text = |data: &str| {
        format!(
            r#"{{"nodes":[{{"id":"s","type":"manual"}},{{"id":"a","type":"call","data":{data}}},{{"id":"b","type":"call","data":{data}}},
            {{"id":"c","type":"call","data":{data}}}],"edges":[{{"source":"s","target":"a"}},{{"source":"a","target":"b"}},{{"source":"b","target":"c"}}]}}"#
        )
    };
    for (data, noted) in [(r#"{"write":true}"#, 3), ("{}", 0)] {
        let execution = engine.run(start(&text(data), "1")).await.expect("it runs").execution;
        let segments = engine
            .journal()
            .read(TenantId::DEFAULT, execution, ReadFrom::After(0), usize::MAX)
            .await
            .expect("segments");
        assert_eq!(segments.len(), 4, "{data}");
        let mut events = engine.events(TENANT, execution, 0).await.expect("a stream");
        let mut started = 0;
        while let Some(event) = events.next().await.expect("events") {
            started += usize::from(event.kind == "step_started");
        }
        assert_eq!(started, noted, "{data}: only calls that change something are noted before they are made");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_calls_go_to_one_host_than_may() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let calls = CallLimits { all: 50, per_host: 2, ..CallLimits::default() };
    let engine = engine_with(&store, &world, Options { calls, ..options() });
    let mut all = Vec::new();
    for host in ["a:1", "a:1", "a:1", "a:1", "a:1", "b:1"] {
        let text = ONE_CALL.replace(r#""write":true"#, &format!(r#""host":"{host}""#));
        all.push(engine.start(start(&text, "1")).await.expect("it is accepted").execution);
    }
    world.inside(3).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(world.most.load(Ordering::SeqCst), 3, "two to one host, one to the other");
    world.gate.add_permits(6);
    for execution in all {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_code_goes_to_workers_than_they_take() {
    let cores = std::thread::available_parallelism().expect("this machine").get();
    assert_eq!(CallLimits::default().code, 3 * cores, "one at work and two in line for each");
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let calls = CallLimits { all: 1, code: 3, ..CallLimits::default() };
    let engine = engine_with(&store, &world, Options { calls, ..options() });
    let code = ONE_CALL.replace(r#""write":true"#, r#""code":true"#);
    let mut all = Vec::new();
    for at in 0..8 {
        all.push(engine.start(start(&code, "1")).await.expect("it is accepted").execution);
        world.inside((at + 1).min(3)).await;
    }
    let keys = |of: &[model::ExecutionId]| of.iter().map(|id| format!("{id}.c#0")).collect::<Vec<_>>();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(world.calls(), keys(&all[..3]), "who came first goes first, and the others were not begun");
    // A call to elsewhere does not stand behind them, and has a line of its own.
    let here = ONE_CALL.replace(r#""waits":true"#, r#""waits":"here""#);
    let other = engine.start(start(&here, "1")).await.expect("it is accepted").execution;
    world.inside(4).await;
    assert_eq!(world.calls.lock().expect("nobody panics").pop(), keys(&[other]).pop());
    world.second_gate.add_permits(1);
    world.inside(3).await;
    // One in line is called off before it begins, one at work is broken off.
    for canceled in [all[4], all[1]] {
        engine.cancel(TENANT, canceled).await.expect("it is under way");
        assert_eq!(ended(&engine, canceled).await.status, Status::Canceled);
    }
    for left in (0..6).rev() {
        world.gate.add_permits(1);
        world.inside(left.min(3)).await;
    }
    for execution in [all[0], all[2], all[3], all[5], all[6], all[7], other] {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    let mut calls = world.calls();
    calls.sort_unstable();
    assert_eq!(calls, keys(&[0, 1, 2, 3, 5, 6, 7].map(|at| all[at])), "who was called off in line never began");

    // Time in line is not time of the call.
    let (hasty, mut all) = (code.replace(r#""code":true"#, r#""code":true,"timeout":"50ms""#), Vec::new());
    for text in [&code, &code, &code, &hasty] {
        all.push(engine.start(start(text, "1")).await.expect("it is accepted").execution);
        world.inside(all.len().min(3)).await;
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    world.gate.add_permits(4);
    for execution in all {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_calls_takes_no_place_and_code_does() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let engine = engine_with(&store, &world, Options { max_concurrent: 1, ..options() });
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(engine.start(start(ONE_CALL, "1")).await.expect("it is accepted").execution);
    }
    world.inside(3).await;
    let code = ONE_CALL.replace(r#""write":true"#, r#""code":true"#);
    let mut queued = Vec::new();
    for _ in 0..2 {
        queued.push(engine.start(start(&code, "1")).await.expect("it is accepted").execution);
    }
    world.inside(4).await;
    status_is(&engine, queued[1], Status::Queued).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(world.calls().len(), 4, "the second one waits for the place of the first");
    world.gate.add_permits(5);
    for execution in all.into_iter().chain(queued) {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
}

/// A clock that can be put forward.
struct Forward {
    began: Instant,
    more_us: AtomicI64,
}

impl Clock for Forward {
    fn now_us(&self) -> i64 {
        let passed = i64::try_from(self.began.elapsed().as_micros()).expect("a short test");
        1_900_000_000_000_000 + passed + self.more_us.load(Ordering::SeqCst)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_writes_is_awaited_for_ten_seconds_and_no_longer() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let clock = Arc::new(Forward { began: Instant::now(), more_us: AtomicI64::new(0) });
    let engine = engine_with(&store, &world, Options { clock: clock.clone(), ..options() });
    let execution = engine.start(start(ONE_CALL, "1")).await.expect("it is accepted").execution;
    world.inside(1).await;
    engine.cancel(TENANT, execution).await.expect("it is open");
    for seconds in [0, 8] {
        clock.more_us.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        // It looks at the time when something comes.
        engine.signal(TENANT, execution, ("x".into(), Value::Null), None).await.expect("it is open");
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(world.dropped.load(Ordering::SeqCst), 0, "it is awaited for 10 s");
    }
    clock.more_us.fetch_add(3_000_000, Ordering::SeqCst);
    engine.signal(TENANT, execution, ("x".into(), Value::Null), None).await.expect("it is open");
    assert_eq!(ended(&engine, execution).await.status, Status::Canceled);
    let history = engine.history(TENANT, execution).await.expect("a history");
    assert!(history.steps.iter().all(|step| step.name != "c"), "nobody knows what came of it");
}

/// A clock that a shard cannot read once it is armed, one time.
struct Broken {
    forward: Forward,
    armed: AtomicBool,
}

impl Clock for Broken {
    fn now_us(&self) -> i64 {
        let in_shard = std::thread::current().name().is_some_and(|name| name.starts_with("shard"));
        assert!(!(in_shard && self.armed.swap(false, Ordering::SeqCst)), "planted by a test");
        self.forward.now_us()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_engine_stops_its_own_execution_only() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let forward = Forward { began: Instant::now(), more_us: AtomicI64::new(0) };
    let clock = Arc::new(Broken { forward, armed: AtomicBool::new(false) });
    let engine = engine_with(&store, &world, Options { clock: clock.clone(), shards: 1, ..options() });
    let second = ONE_CALL.replace(r#""waits":true"#, r#""waits":"here""#);
    let breaks = engine.start(start(ONE_CALL, "1")).await.expect("it is accepted").execution;
    let beside = engine.start(start(&second, "2")).await.expect("it is accepted").execution;
    world.inside(2).await;
    // What the shard still has to do for the second one is done by then: the first one is what looks at the clock next.
    tokio::time::sleep(Duration::from_millis(200)).await;
    clock.armed.store(true, Ordering::SeqCst);
    world.gate.add_permits(1);
    for _ in 0..1_000 {
        if engine.stats().in_flight == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(!clock.armed.load(Ordering::SeqCst) && engine.stats().in_flight == 1, "the first one left");
    world.second_gate.add_permits(1);
    assert_eq!(ended(&engine, beside).await.status, Status::Succeeded);
    assert_eq!(engine.row(TENANT, breaks).await.expect("a row").status, Status::Running);
    world.gate.add_permits(1);
    let (engine, _store) = restarted(engine, &store, &world).await;
    assert_eq!(ended(&engine, breaks).await.status, Status::Succeeded, "it goes on where its journal ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_it_waits_for_it_takes_no_memory() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let child = r#"{"nodes":[{"id":"w","type":"wait_for_signal","data":{"signal":"go"}}],"edges":[]}"#;
    let workflows = Some(Arc::new(One(graph(child))) as Arc<dyn engine::Workflows>);
    let engine = engine_with(&store, &world, Options { workflows, ..options() });
    let parent = r#"{"nodes":[{"id":"sub","type":"sub_workflow","data":{"workflow":"double"}}],"edges":[]}"#;
    let until = r#"{"nodes":[{"id":"d","type":"wait_until","data":{"date":"2999-01-01T00:00:00Z"}}],"edges":[]}"#;
    for text in [child, parent, until] {
        let execution = engine.start(start(text, "1")).await.expect("it is accepted").execution;
        status_is(&engine, execution, Status::Waiting).await;
    }
    for _ in 0..1_000 {
        if engine.stats().in_flight == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(engine.stats().in_flight, 0, "four executions wait, and none is in memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_has_a_pace_of_its_own() {
    let (engine, _, _) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"}],"edges":[],
        "settings":{"limits":{"key":"{{ input.k }}","rate_limit":{"limit":1,"per":"1h","beyond":"refuse"}}}}"#;
    for (key, may) in [("a", true), ("b", true), ("a", false), ("c", true), ("b", false)] {
        let started = engine.run(start(text, &format!(r#"{{"k":"{key}"}}"#))).await;
        assert_eq!(started.is_ok(), may, "{key}: {started:?}");
        assert!(may || matches!(started, Err(EngineError::TooOften { .. })), "{key}: {started:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_can_be_taken_up_again() {
    let (engine, world, store) = setup();
    let execution = engine.start(start(ONE_CALL, "7")).await.expect("it is accepted").execution;
    world.inside(1).await;
    let left = Arc::new(store.restart());
    std::mem::forget(engine);
    let engine = engine_with(&left, &world, Options { max_recoveries: 0, ..options() });
    assert_eq!(engine.recover().await.expect("it recovers").quarantined, 1);
    assert_eq!(engine.row(TENANT, execution).await.expect("a row").status, Status::Quarantined);
    assert_eq!(world.calls().len(), 1, "nothing of it runs");
    engine.retry(TENANT, execution).await.expect("it was set aside");
    world.inside(2).await;
    world.gate.add_permits(2);
    assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    let key = format!("{execution}.c#0");
    assert_eq!(world.calls(), [key.clone(), key]);
}
