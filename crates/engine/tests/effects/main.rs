//! Steps that call the world and steps that wait: what is durable before, what a failure, a crash and a person do to them.

mod batches;
mod bounds;
mod endless;
mod limits;
mod suspects;
mod world;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::{CallLimits, EngineError, Fork, Options, Replay};
use model::{Status, StepStatus, TenantId, Value};
use store::MemoryStore;

use world::{ONE_CALL, One, ended, engine_with, graph, options, restarted, setup, start, status_is, value, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_made_with_a_key_and_its_answer_recorded() {
    let (engine, world, _) = setup();
    let accepted = engine.start(start(ONE_CALL, "7")).await.expect("it is accepted");
    world.inside(1).await;
    let events = engine.history(TenantId::DEFAULT, accepted.execution).await.expect("a history");
    assert_eq!(events.row.next_seq, 4, "accepted, the trigger and the start of the call are durable before it is made");
    world.gate.add_permits(1);
    let ended = ended(&engine, accepted.execution).await;
    assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(7)));
    assert_eq!(world.calls(), [format!("{}.c#0", accepted.execution)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_during_a_call_makes_it_again_with_the_same_key() {
    let (engine, world, store) = setup();
    let accepted = engine.start(start(ONE_CALL, "7")).await.expect("it is accepted");
    world.inside(1).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    world.inside(2).await;
    world.gate.add_permits(2);
    assert_eq!(ended(&engine, accepted.execution).await.status, Status::Succeeded);
    let key = format!("{}.c#0", accepted.execution);
    assert_eq!(world.calls(), [key.clone(), key]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_may_have_been_made_is_not_repeated_where_that_is_not_wanted() {
    let (engine, world, store) = setup();
    let text = ONE_CALL.replace(r#""write":true"#, r#""write":true,"on_uncertain":"fail""#);
    let accepted = engine.start(start(&text, "7")).await.expect("it is accepted");
    world.inside(1).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    let ended_ = ended(&engine, accepted.execution).await;
    assert_eq!(ended_.error.map(|error| error.code.to_string()).as_deref(), Some("uncertain"));
    assert_eq!(world.calls().len(), 1);
    // A person who looked may still have it made.
    engine.retry(TenantId::DEFAULT, accepted.execution).await.expect("it failed");
    world.inside(2).await;
    world.gate.add_permits(2);
    assert_eq!(ended(&engine, accepted.execution).await.status, Status::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_call_is_tried_again_as_often_as_its_policy_says() {
    let (engine, world, _) = setup();
    let call = |fails: u32, retry: &str| {
        format!(
            r#"{{"nodes":[{{"id":"s","type":"manual"}},{{"id":"c","type":"call","data":{{"fails":{fails},"retry":{retry}}}}}],
            "edges":[{{"source":"s","target":"c"}}]}}"#
        )
    };
    let quick = r#"{"max_attempts":3,"initial_delay":"5ms"}"#;
    let run = async |fails, retry: &str| engine.run(start(&call(fails, retry), "1")).await.expect("it runs");
    let third = run(2, quick).await;
    assert_eq!(third.status, Status::Succeeded);
    let key = |ended: &engine::Ended, attempt| format!("{}.c#{attempt}", ended.execution);
    assert_eq!(world.calls(), [key(&third, 0), key(&third, 1), key(&third, 2)]);
    let history = engine.history(TenantId::DEFAULT, third.execution).await.expect("a history");
    assert_eq!(history.steps[1].attempts, 3);
    assert_eq!(run(3, quick).await.error.expect("an error").code, "refused");
    let others = r#"{"max_attempts":3,"initial_delay":"5ms","retry_on_errors":["timeout"]}"#;
    world.calls.lock().expect("nobody panics").clear();
    assert_eq!(run(1, others).await.status, Status::Failed);
    assert_eq!(world.calls().len(), 1, "another error is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_takes_too_long_is_broken_off() {
    let (engine, world, _) = setup();
    let text = ONE_CALL.replace(r#""write":true"#, r#""write":true,"timeout":"30ms""#);
    let ended = engine.run(start(&text, "1")).await.expect("it runs");
    assert_eq!(ended.error.expect("an error").code, "timeout");
    assert_eq!(world.dropped.load(Ordering::SeqCst), 1, "nobody waits for the answer any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn canceling_reaches_a_call_that_reads_and_waits_for_one_that_writes() {
    let (engine, world, _) = setup();
    let text = ONE_CALL.replace(r#""write":true,"#, "");
    let reads = engine.start(start(&text, "1")).await.expect("it is accepted").execution;
    let writes = engine.start(start(ONE_CALL, "1")).await.expect("it is accepted").execution;
    world.inside(2).await;
    engine.cancel(TenantId::DEFAULT, reads).await.expect("it is open");
    assert_eq!(ended(&engine, reads).await.status, Status::Canceled);
    world.inside(1).await;
    assert_eq!(world.dropped.load(Ordering::SeqCst), 1);
    engine.cancel(TenantId::DEFAULT, writes).await.expect("it is open");
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!engine.row(TenantId::DEFAULT, writes).await.expect("a row").status.is_terminal());
    world.gate.add_permits(1);
    assert_eq!(ended(&engine, writes).await.status, Status::Canceled);
    let history = engine.history(TenantId::DEFAULT, writes).await.expect("a history");
    assert_eq!(history.steps[1].status, StepStatus::Succeeded, "what a call that writes gave is recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_stops_reads_beside_it_and_records_writes() {
    let (engine, world, _) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"r","type":"call","data":{"waits":true}},
        {"id":"w","type":"call","data":{"waits":true,"write":true}},{"id":"f","type":"call","data":{"waits":"here","fails":9}},
        {"id":"after","type":"no_op"}],
        "edges":[{"source":"s","target":"r"},{"source":"s","target":"w"},{"source":"s","target":"f"},{"source":"w","target":"after"}]}"#;
    let accepted = engine.start(start(text, "1")).await.expect("it is accepted");
    world.inside(3).await;
    world.second_gate.add_permits(1);
    world.inside(1).await;
    world.gate.add_permits(1);
    let ended = ended(&engine, accepted.execution).await;
    assert_eq!(ended.error.expect("an error").node, "f");
    let history = engine.history(TenantId::DEFAULT, accepted.execution).await.expect("a history");
    let mut steps: Vec<&str> = history.steps.iter().map(|step| step.name.as_str()).collect();
    steps.sort_unstable();
    assert_eq!(steps, ["f", "s", "w"], "nothing new began after the failure");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_calls_go_out_than_may() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let limits = CallLimits { all: 5, per_host: 2, ..CallLimits::default() };
    let engine = engine_with(&store, &world, Options { calls: limits, ..options() });
    let on = |host: &str| ONE_CALL.replace(r#""write":true"#, &format!(r#""host":"{host}""#));
    let mut all = Vec::new();
    for at in 0..12 {
        let host = if at < 6 { "a:1" } else { ["b:1", "c:1", "d:1"][at % 3] };
        all.push(engine.start(start(&on(host), "1")).await.expect("it is accepted").execution);
    }
    world.inside(5).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    world.gate.add_permits(12);
    for execution in all {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    assert_eq!(world.most.load(Ordering::SeqCst), 5);
}

const DELAY: &str = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"d","type":"delay","data":{"duration":"DURATION"}},
    {"id":"after","type":"expression","data":{"expression":"input.n + 1"}}],
    "edges":[{"source":"s","target":"d"},{"source":"d","target":"after"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn sleeping_is_a_row_and_survives_a_restart() {
    let (engine, world, store) = setup();
    let short = engine.run(start(&DELAY.replace("DURATION", "20ms"), r#"{"n":1}"#)).await.expect("it runs");
    assert_eq!(short.output, Value::Int(2));
    let long = engine.start(start(&DELAY.replace("DURATION", "2s"), r#"{"n":5}"#)).await.expect("it is accepted");
    status_is(&engine, long.execution, Status::Waiting).await;
    for _ in 0..500 {
        if engine.stats().in_flight == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(engine.stats().in_flight, 0, "it takes no memory");
    let (engine, _store) = restarted(engine, &store, &world).await;
    assert_eq!(ended(&engine, long.execution).await.output, Value::Int(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_asleep_is_not_counted() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let timeout = Some(Duration::from_secs(1));
    let engine = engine_with(&store, &world, Options { timeout, ..options() });
    let twice = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"one","type":"delay","data":{"duration":"1500ms"}},
        {"id":"two","type":"delay","data":{"duration":"1500ms"}}],
        "edges":[{"source":"s","target":"one"},{"source":"one","target":"two"}]}"#;
    let slept = engine.run(start(twice, "7")).await.expect("it runs");
    assert_eq!((slept.status, slept.output), (Status::Succeeded, Value::Int(7)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_up_again_can_be_canceled_again() {
    let (engine, _, _) = setup();
    let execution = engine.start(start(SIGNAL, "1")).await.expect("it is accepted").execution;
    for _ in 0..2 {
        status_is(&engine, execution, Status::Waiting).await;
        engine.cancel(TenantId::DEFAULT, execution).await.expect("it is open");
        assert_eq!(ended(&engine, execution).await.status, Status::Canceled);
        engine.retry(TenantId::DEFAULT, execution).await.expect("it was canceled");
    }
}

const SIGNAL: &str = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"w","type":"wait_for_signal","data":{"signal":"ok"}},
    {"id":"after","type":"expression","data":{"expression":"input.by"}}],
    "edges":[{"source":"s","target":"w"},{"source":"w","target":"after","sourceHandle":"received"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_wakes_whoever_waits_and_is_not_lost_before_or_after_a_restart() {
    let (engine, world, store) = setup();
    let by = |name: &str| ("ok".into(), value(&format!(r#"{{"by":"{name}"}}"#)));
    let one = engine.start(start(SIGNAL, "1")).await.expect("it is accepted").execution;
    status_is(&engine, one, Status::Waiting).await;
    engine.signal(TenantId::DEFAULT, one, by("Ada"), Some("m1".into())).await.expect("it is open");
    assert_eq!(ended(&engine, one).await.output, Value::from("Ada"));
    let over = engine.signal(TenantId::DEFAULT, one, by("Ada"), None).await;
    assert!(matches!(over, Err(EngineError::HasEnded(_))));

    let two = engine.start(start(SIGNAL, "1")).await.expect("it is accepted").execution;
    status_is(&engine, two, Status::Waiting).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    engine.signal(TenantId::DEFAULT, two, by("Bob"), None).await.expect("it is open");
    assert_eq!(ended(&engine, two).await.output, Value::from("Bob"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_execution_begins_nothing_until_it_is_resumed() {
    let (engine, world, store) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"a","type":"call","data":{"waits":true}},{"id":"b","type":"call","data":{}}],
        "edges":[{"source":"s","target":"a"},{"source":"a","target":"b"}]}"#;
    let execution = engine.start(start(text, "1")).await.expect("it is accepted").execution;
    world.inside(1).await;
    engine.pause(TenantId::DEFAULT, execution).await.expect("it is open");
    world.gate.add_permits(1);
    status_is(&engine, execution, Status::Paused).await;
    assert_eq!(world.calls().len(), 1);
    let (engine, _store) = restarted(engine, &store, &world).await;
    assert_eq!(engine.row(TenantId::DEFAULT, execution).await.expect("a row").status, Status::Paused);
    engine.resume(TenantId::DEFAULT, execution).await.expect("it is open");
    assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    assert_eq!(world.calls().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_goes_on_in_the_same_execution_and_repeats_nothing_that_is_recorded() {
    let (engine, world, _) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},
        {"id":"each","type":"for_each","data":{}},
        {"id":"a","type":"call","parentId":"each","data":{"write":true}},
        {"id":"b","type":"call","parentId":"each","data":{"write":true,"fails":1}}],
        "edges":[{"source":"s","target":"each"},{"source":"a","target":"b"}]}"#;
    let first = engine.run(start(text, "[1,2]")).await.expect("it runs");
    let error = first.error.expect("an error");
    assert_eq!((error.code.as_str(), error.node.as_str()), ("refused", "b@0"));
    engine.retry(TenantId::DEFAULT, first.execution).await.expect("it failed");
    let second = ended(&engine, first.execution).await;
    assert_eq!(second.error.expect("an error").node, "b@1");
    engine.retry(TenantId::DEFAULT, first.execution).await.expect("it failed");
    let last = ended(&engine, first.execution).await;
    assert_eq!(last.output, value("[1,2]"));
    let id = first.execution;
    let keys: Vec<String> =
        ["a@0#0", "b@0#0", "b@0#0", "a@1#0", "b@1#0", "b@1#0"].map(|key| format!("{id}.{key}")).into();
    assert_eq!(world.calls(), keys, "a@0 was recorded and is not called again");
    let again = engine.retry(TenantId::DEFAULT, id).await;
    assert!(matches!(again, Err(EngineError::CannotRetry(_, Status::Succeeded))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_takes_over_what_was_before_and_calls_with_keys_of_its_own() {
    let (engine, world, _) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"a","type":"call","data":{"write":true}},
        {"id":"b","type":"expression","data":{"expression":"input.n * 10"}},{"id":"c","type":"call","data":{"write":true}}],
        "edges":[{"source":"s","target":"a"},{"source":"a","target":"b"},{"source":"b","target":"c"}]}"#;
    let first = engine.run(start(text, r#"{"n":1}"#)).await.expect("it runs");
    assert_eq!(first.output, Value::Int(10));
    let fork = Fork { from: "b".into(), output: Some(Value::Int(77)), ..Fork::default() };
    let forked = engine.fork(TenantId::DEFAULT, first.execution, fork).await.expect("it was recorded").execution;
    assert_eq!(ended(&engine, forked).await.output, Value::Int(77));
    assert_eq!(world.calls()[2..], [format!("{forked}.c#0")], "a is taken over");
    let row = engine.row(TenantId::DEFAULT, forked).await.expect("a row");
    assert_eq!(row.origin.map(|origin| origin.execution), Some(first.execution));
    let again = Fork { from: "b".into(), output: None, ..Fork::default() };
    let again = engine.fork(TenantId::DEFAULT, first.execution, again).await.expect("it was recorded").execution;
    assert_eq!(ended(&engine, again).await.output, Value::Int(10));
    let nowhere = Fork { from: "x".into(), output: None, ..Fork::default() };
    assert!(matches!(engine.fork(TenantId::DEFAULT, first.execution, nowhere).await, Err(EngineError::NotFound(_))));

    let replay = Replay { from: Some("b".into()), ..Replay::default() };
    let replayed = engine.replay(TenantId::DEFAULT, first.execution, replay).await.expect("it runs").execution;
    assert_eq!(ended(&engine, replayed).await.output, Value::Int(10));
    let calls = world.calls();
    assert!(!calls.contains(&format!("{replayed}.a#0")) && calls.contains(&format!("{replayed}.c#0")), "{calls:?}");
    let whole = engine.replay(TenantId::DEFAULT, first.execution, Replay::default()).await.expect("it runs").execution;
    assert_eq!(ended(&engine, whole).await.output, Value::Int(10));
    assert!(world.calls().contains(&format!("{whole}.a#0")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_until_a_node_goes_no_further() {
    let (engine, world, _) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"a","type":"no_op"},{"id":"b","type":"call","data":{}},{"id":"side","type":"call","data":{}}],
        "edges":[{"source":"s","target":"a"},{"source":"a","target":"b"},{"source":"s","target":"side"}]}"#;
    let mut until = start(text, "3");
    until.until = Some("a".into());
    let ended = engine.run(until).await.expect("it runs");
    assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(3)));
    assert_eq!(world.calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_starts_another_and_waits_for_it_also_over_a_restart() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let child = graph(
        r#"{"nodes":[{"id":"s","type":"manual"},{"id":"w","type":"wait_for_signal","data":{"signal":"go"}},
        {"id":"d","type":"expression","data":{"expression":"inputs.w * 2"}}],"edges":[{"source":"s","target":"w"},{"source":"w","target":"d"}]}"#,
    );
    let options = || Options { workflows: Some(Arc::new(One(child.clone()))), ..options() };
    let parent = |workflow: &str, wait: bool| {
        format!(
            r#"{{"nodes":[{{"id":"s","type":"manual"}},{{"id":"sub","type":"sub_workflow","data":{{"workflow":"{workflow}","wait":{wait}}}}}],
            "edges":[{{"source":"s","target":"sub"}}]}}"#
        )
    };
    let engine = engine_with(&store, &world, options());
    let missing = engine.run(start(&parent("triple", true), "1")).await.expect("it runs");
    assert_eq!(missing.error.expect("an error").code, "child_not_started");

    let waits = engine.start(start(&parent("double", true), "1")).await.expect("it is accepted").execution;
    status_is(&engine, waits, Status::Waiting).await;
    let children = |rows: Vec<store::ExecutionRow>, parent| {
        let is_child = |row: &store::ExecutionRow| row.origin.is_some_and(|origin| origin.execution == parent);
        rows.into_iter().find(is_child).map(|row| row.id)
    };
    let query =
        || store::journal::ExecutionQuery { limit: 100, ..store::journal::ExecutionQuery::newest(TenantId::DEFAULT) };
    let rows = engine.journal().list(query()).await.expect("a list").rows;
    let its_child = children(rows, waits).expect("it was born with its parent's events");
    status_is(&engine, its_child, Status::Waiting).await;
    let left = Arc::new(store.restart());
    std::mem::forget(engine);
    let engine = engine_with(&left, &world, options());
    engine.recover().await.expect("it recovers");
    engine.signal(TenantId::DEFAULT, its_child, ("go".into(), Value::Int(21)), None).await.expect("it is open");
    assert_eq!(ended(&engine, waits).await.output, Value::Int(42));

    let goes_on = engine.run(start(&parent("double", false), "1")).await.expect("it runs");
    let id = goes_on.output.get("execution").and_then(Value::as_str).expect("an id").parse().expect("an id");
    status_is(&engine, id, Status::Waiting).await;
    engine.cancel(TenantId::DEFAULT, id).await.expect("it is open");
    assert_eq!(ended(&engine, id).await.status, Status::Canceled);
}
