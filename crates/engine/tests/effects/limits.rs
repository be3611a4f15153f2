//! Limits and settings of a workflow: who waits for whom, who takes whose place, when it is over, who hears of it.

use std::sync::Arc;
use std::time::Duration;

use engine::{Engine, EngineError, Options, Start};
use model::{ExecutionId, Status, StepStatus, TenantId, Value};
use store::journal::{ExecutionQuery, Idempotency, OriginKind};
use store::{ExecutionRow, MemoryStore};

use crate::world::{One, ended, engine_with, graph, options, restarted, setup, start, status_is, value, world};

/// One call that waits at the gate, with these settings.
fn call_with(settings: &str) -> String {
    format!(
        r#"{{"nodes":[{{"id":"s","type":"manual"}},{{"id":"c","type":"call","data":{{"write":true,"waits":true}}}}],
        "edges":[{{"source":"s","target":"c"}}],"settings":{settings}}}"#
    )
}

/// A wait for the signal `go`, with these settings.
fn wait_with(settings: &str) -> String {
    format!(
        r#"{{"nodes":[{{"id":"s","type":"manual"}},{{"id":"w","type":"wait_for_signal","data":{{"signal":"go"}}}}],
        "edges":[{{"source":"s","target":"w"}}],"settings":{settings}}}"#
    )
}

async fn begin(engine: &Engine, start: Start) -> ExecutionId {
    engine.start(start).await.expect("it is accepted").execution
}

async fn go(engine: &Engine, execution: ExecutionId) {
    engine.signal(TenantId::DEFAULT, execution, ("go".into(), Value::Int(1)), None).await.expect("it is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_with_one_key_take_turns_also_after_a_restart() {
    let (engine, world, store) = setup();
    let text = call_with(r#"{"limits":{"key":"{{ input.k }}","concurrency":1}}"#);
    let mut all = Vec::new();
    for key in ["a", "a", "b", "a"] {
        all.push(begin(&engine, start(&text, &format!(r#"{{"k":"{key}"}}"#))).await);
    }
    world.inside(2).await;
    status_is(&engine, all[1], Status::Queued).await;
    status_is(&engine, all[3], Status::Queued).await;
    engine.cancel(TenantId::DEFAULT, all[1]).await.expect("it is open");
    assert_eq!(ended(&engine, all[1]).await.status, Status::Canceled, "who stands in line can leave it");
    let before = world.calls().len();
    let (engine, store) = restarted(engine, &store, &world).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(world.calls().len(), before + 2, "one of each key goes on");
    world.gate.add_permits(10);
    for execution in [all[0], all[2], all[3]] {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    drop(store);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_more_urgent_goes_first() {
    let (engine, world, _) = setup();
    let text = call_with(r#"{"limits":{"concurrency":1,"priority":"{{ input.p }}"}}"#);
    let first = begin(&engine, start(&text, r#"{"p":0}"#)).await;
    world.inside(1).await;
    let mut all = vec![first];
    for priority in [-1, 0, 7] {
        all.push(begin(&engine, start(&text, &format!(r#"{{"p":{priority}}}"#))).await);
    }
    let said = Start { priority: 9, ..start(&text, r#"{"p":0}"#) };
    all.push(begin(&engine, said).await);
    world.gate.add_permits(5);
    for execution in &all {
        assert_eq!(ended(&engine, *execution).await.status, Status::Succeeded);
    }
    let keys: Vec<String> = [0, 4, 3, 2, 1].map(|at: usize| format!("{}.c#0", all[at])).to_vec();
    assert_eq!(world.calls(), keys);
    let bad = engine.start(start(&text, r#"{"p":"high"}"#)).await;
    assert!(matches!(bad, Err(EngineError::BadLimits(_))), "{bad:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_is_kept_while_it_sleeps_and_after_a_restart() {
    let (engine, world, store) = setup();
    let text = wait_with(r#"{"limits":{"key":"{{ input.k }}","singleton":"refuse"}}"#);
    let with_key = |key: &str| Idempotency { key: key.to_owned(), body_hash: [7; 32] };
    let first = Start { idempotency: Some(with_key("1")), ..start(&text, r#"{"k":1}"#) };
    let open = begin(&engine, first.clone()).await;
    status_is(&engine, open, Status::Waiting).await;
    let refused = engine.start(start(&text, r#"{"k":1}"#)).await;
    assert!(matches!(refused, Err(EngineError::AlreadyOpen(other)) if other == open), "{refused:?}");
    assert_eq!(begin(&engine, first).await, open, "the same request is answered as it was");
    let other = begin(&engine, start(&text, r#"{"k":2}"#)).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    let refused = engine.start(start(&text, r#"{"k":1}"#)).await;
    assert!(matches!(refused, Err(EngineError::AlreadyOpen(other)) if other == open), "{refused:?}");
    go(&engine, open).await;
    assert_eq!(ended(&engine, open).await.status, Status::Succeeded);
    begin(&engine, start(&text, r#"{"k":1}"#)).await;
    go(&engine, other).await;
    assert_eq!(ended(&engine, other).await.status, Status::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_start_takes_the_place_of_an_open_one() {
    let (engine, _, _) = setup();
    let text = wait_with(r#"{"limits":{"singleton":"replace"}}"#);
    let first = begin(&engine, start(&text, "1")).await;
    status_is(&engine, first, Status::Waiting).await;
    let second = begin(&engine, start(&text, "2")).await;
    let replaced = ended(&engine, first).await;
    assert_eq!(replaced.status, Status::Canceled);
    assert_eq!(replaced.error.map(|error| error.code.to_string()).as_deref(), Some("replaced"));
    go(&engine, second).await;
    assert_eq!(ended(&engine, second).await.status, Status::Succeeded);
}

/// One call with limits of its own.
fn call_limited(limits: &str, more: &str) -> String {
    format!(
        r#"{{"nodes":[{{"id":"s","type":"manual"}},
        {{"id":"c","type":"call","data":{{"write":true,"limits":{limits}{more}}}}}],"edges":[{{"source":"s","target":"c"}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_a_node_take_turns_by_its_key() {
    let (engine, world, _store) = setup();
    let text = call_limited(r#"{"key":"{{ input.k }}","concurrency":1}"#, r#","waits":true,"timeout":"2s""#);
    let mut all = Vec::new();
    for key in ["a", "a", "b", "a"] {
        all.push(begin(&engine, start(&text, &format!(r#"{{"k":"{key}"}}"#))).await);
    }
    world.inside(2).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(world.calls().len(), 2, "one of each key is under way");
    engine.cancel(TenantId::DEFAULT, all[1]).await.expect("it is open");
    world.gate.add_permits(10);
    for (at, execution) in all.into_iter().enumerate() {
        let expected = if at == 1 { Status::Canceled } else { Status::Succeeded };
        assert_eq!(ended(&engine, execution).await.status, expected, "the start with the number {at}");
    }
    assert_eq!(world.most.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_a_node_keep_its_pace_or_fail() {
    let (engine, world, _store) = setup();
    let paced = call_limited(r#"{"rate_limit":{"limit":1,"per":"120ms"}}"#, "");
    let began = std::time::Instant::now();
    let mut all = Vec::new();
    for n in 0..3 {
        all.push(begin(&engine, start(&paced, &n.to_string())).await);
    }
    for execution in all {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    assert!(began.elapsed() >= Duration::from_millis(240), "the third went after {:?}", began.elapsed());
    let refusing = call_limited(r#"{"rate_limit":{"limit":1,"per":"1h","beyond":"refuse"}}"#, "");
    let first = begin(&engine, start(&refusing, "1")).await;
    assert_eq!(ended(&engine, first).await.status, Status::Succeeded);
    let second = begin(&engine, start(&refusing, "2")).await;
    assert_eq!(ended(&engine, second).await.error.expect("an error").code.as_str(), "rate_limited");
    assert_eq!(world.calls().len(), 4);
    let wrong = call_limited(r#"{"key":"{{ input.a.b }}","concurrency":1}"#, "");
    let failed = begin(&engine, start(&wrong, "{}")).await;
    let error = ended(&engine, failed).await.error.expect("an error");
    assert!(error.message.contains("input.a"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_takes_nobodys_place() {
    let with_key = |text: &str, n: &str| Start {
        idempotency: Some(Idempotency { key: "1".into(), body_hash: [7; 32] }),
        ..start(text, n)
    };
    for settings in [r#"{"limits":{"singleton":"replace"}}"#, r#"{"limits":{"debounce":"1500ms"}}"#] {
        let (engine, world, store) = setup();
        let text = wait_with(settings);
        let first = begin(&engine, with_key(&text, "1")).await;
        assert_eq!(begin(&engine, with_key(&text, "1")).await, first, "{settings}");
        // After a restart nobody knows the key but the journal.
        let (engine, _store) = restarted(engine, &store, &world).await;
        assert_eq!(begin(&engine, with_key(&text, "1")).await, first, "{settings}");
        tokio::time::sleep(Duration::from_millis(30)).await;
        let status = engine.row(TenantId::DEFAULT, first).await.expect("a row").status;
        assert!(!status.is_terminal(), "{settings}: it is {status:?}");
        // Another request does take its place.
        let second = begin(&engine, start(&text, "2")).await;
        assert_eq!(ended(&engine, first).await.status, Status::Canceled, "{settings}");
        go(&engine, second).await;
        assert_eq!(ended(&engine, second).await.status, Status::Succeeded, "{settings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_up_again_has_its_whole_deadline_again() {
    let (engine, world, store) = setup();
    let execution = begin(&engine, start(&wait_with(r#"{"deadline":"1500ms"}"#), "1")).await;
    assert_eq!(ended(&engine, execution).await.error.expect("an error").code.as_str(), "deadline");
    engine.retry(TenantId::DEFAULT, execution).await.expect("it has ended");
    status_is(&engine, execution, Status::Waiting).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    go(&engine, execution).await;
    assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    // It is over again when that is over.
    let late = begin(&engine, start(&wait_with(r#"{"deadline":"50ms"}"#), "1")).await;
    for _ in 0..2 {
        assert_eq!(ended(&engine, late).await.error.expect("an error").code.as_str(), "deadline");
        engine.retry(TenantId::DEFAULT, late).await.expect("it has ended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_is_up_is_told_too_once_writes_have_ended() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let care = graph(r#"{"nodes":[{"id":"s","type":"manual"}],"edges":[]}"#);
    let engine = engine_with(&store, &world, Options { workflows: Some(Arc::new(One(care))), ..options() });
    let text = call_with(r#"{"deadline":"100ms","error_workflow":"double"}"#);
    let execution = begin(&engine, start(&text, "1")).await;
    world.inside(1).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    world.gate.add_permits(1);
    let late = ended(&engine, execution).await;
    assert_eq!((late.status, late.error.expect("an error").code.as_str()), (Status::TimedOut, "deadline"));
    let told: Vec<ExecutionRow> = rows(&engine).await.into_iter().filter(|row| row.origin.is_some()).collect();
    assert_eq!(told.len(), 1);
    ended(&engine, told[0].id).await;
    let history = engine.history(TenantId::DEFAULT, told[0].id).await.expect("a history");
    let said = history.steps[0].output.get("execution").cloned().expect("an execution");
    assert_eq!(said.get("status").and_then(Value::as_str), Some("timed_out"));
    let code = said.get("error").and_then(|error| error.get("code")).and_then(Value::as_str);
    assert_eq!(code, Some("deadline"));
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_beyond_the_limit_wait_durably_or_are_refused() {
    let (engine, world, store) = setup();
    let text = |beyond: &str| {
        let settings = format!(r#"{{"limits":{{"rate_limit":{{"limit":2,"per":"400ms","beyond":"{beyond}"}}}}}}"#);
        call_with(&settings).replace(r#""waits":true"#, r#""waits":false"#)
    };
    for _ in 0..2 {
        engine.run(start(&text("refuse"), "1")).await.expect("it is within the limit");
    }
    let refused = engine.start(start(&text("refuse"), "1")).await;
    let Err(EngineError::TooOften { again_ms }) = refused else { panic!("{refused:?}") };
    assert!((1..=200).contains(&again_ms), "the next of two in 400 ms is due in {again_ms} ms");

    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(begin(&engine, start(&text("wait"), "5")).await);
    }
    assert_eq!(engine.row(TenantId::DEFAULT, all[2]).await.expect("a row").status, Status::Delayed);
    let (engine, _store) = restarted(engine, &store, &world).await;
    for execution in all {
        let ended = ended(&engine, execution).await;
        assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(5)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_starts_in_a_row_the_last_one_runs() {
    let (engine, world, _) = setup();
    let text = call_with(r#"{"limits":{"key":"{{ input.k }}","debounce":"80ms"}}"#).replace(r#","waits":true"#, "");
    let mut all = Vec::new();
    for at in 0..3 {
        all.push(begin(&engine, start(&text, &format!(r#"{{"k":1,"at":{at}}}"#))).await);
    }
    let other = begin(&engine, start(&text, r#"{"k":2}"#)).await;
    for execution in &all[..2] {
        assert_eq!(ended(&engine, *execution).await.status, Status::Canceled);
    }
    for execution in [all[2], other] {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    assert_eq!(world.calls().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_may_sleep_first() {
    let (engine, world, store) = setup();
    let text = call_with("{}").replace(r#","waits":true"#, "");
    let later = Start { delay: Some(Duration::from_millis(150)), ..start(&text, "7") };
    let never = Start { delay: Some(Duration::from_secs(3_600)), ..start(&text, "8") };
    let (later, never) = (begin(&engine, later).await, begin(&engine, never).await);
    let row = engine.row(TenantId::DEFAULT, later).await.expect("a row");
    assert_eq!(row.status, Status::Delayed);
    assert!(world.calls().is_empty());
    assert_eq!(engine.stats().in_flight, 0, "nothing of it is in memory");
    let (engine, _store) = restarted(engine, &store, &world).await;
    assert_eq!(ended(&engine, later).await.output, Value::Int(7));
    engine.cancel(TenantId::DEFAULT, never).await.expect("it is open");
    assert_eq!(ended(&engine, never).await.status, Status::Canceled);
    assert_eq!(world.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reaches_a_start_that_sleeps_does_not_begin_it() {
    let (engine, world, store) = setup();
    let delay = Some(Duration::from_secs(5));
    let sleeps = begin(&engine, Start { delay, ..start(&wait_with("{}"), "1") }).await;
    go(&engine, sleeps).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    status_is(&engine, sleeps, Status::Delayed).await;
    engine.pause(TenantId::DEFAULT, sleeps).await.expect("it is open");
    status_is(&engine, sleeps, Status::Paused).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    engine.resume(TenantId::DEFAULT, sleeps).await.expect("it is open");
    status_is(&engine, sleeps, Status::Delayed).await;
    let history = engine.history(TenantId::DEFAULT, sleeps).await.expect("a history");
    assert!(history.steps.is_empty(), "{:?}", history.steps);
    // The signal came before somebody waited for it, and is not lost.
    let woken = ended(&engine, sleeps).await;
    assert_eq!(woken.status, Status::Succeeded);
    assert!(woken.duration_us >= 5_000_000, "it took {} µs", woken.duration_us);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_what_sleeps_too() {
    let (engine, world, store) = setup();
    let text = wait_with(r#"{"deadline":"1200ms"}"#);
    let execution = begin(&engine, start(&text, "1")).await;
    status_is(&engine, execution, Status::Waiting).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    let ended = ended(&engine, execution).await;
    assert_eq!(ended.status, Status::TimedOut);
    assert_eq!(ended.error.expect("an error").code, "deadline");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_of_one_execution_may_take_turns() {
    let (engine, world, _) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"a","type":"call","data":{"waits":true}},
        {"id":"b","type":"call","data":{"waits":true}},{"id":"c","type":"call","data":{"waits":true}}],
        "edges":[{"source":"s","target":"a"},{"source":"s","target":"b"},{"source":"s","target":"c"}],
        "settings":{"concurrency":SOME}}"#;
    for (some, most) in [("1", 1), ("2", 2)] {
        let before = world.calls().len();
        let execution = begin(&engine, start(&text.replace("SOME", some), "1")).await;
        for ended in 0..3 {
            let under_way = most.min(3 - ended);
            world.inside(under_way).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert_eq!(world.calls().len() - before, ended + under_way, "{some} at a time");
            world.gate.add_permits(1);
            while world.answered.lock().expect("nobody panics").len() < before + ended + 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
}

async fn rows(engine: &Engine) -> Vec<ExecutionRow> {
    let query = ExecutionQuery { limit: 100, ..ExecutionQuery::newest(TenantId::DEFAULT) };
    engine.journal().list(query).await.expect("a list").rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_to_the_error_workflow_once() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    // The workflow that looks after failures fails itself, which nobody is told of.
    let care = graph(
        r#"{"nodes":[{"id":"s","type":"manual"},{"id":"f","type":"call","data":{"fails":9}}],
        "edges":[{"source":"s","target":"f"}],"settings":{"error_workflow":"double"}}"#,
    );
    let options = Options { workflows: Some(Arc::new(One(care))), ..options() };
    let engine = engine_with(&store, &world, options);
    let failing = |workflow: &str| {
        format!(
            r#"{{"name":"Orders","nodes":[{{"id":"s","type":"manual"}},{{"id":"f","type":"call","data":{{"fails":9}}}}],
            "edges":[{{"source":"s","target":"f"}}],"settings":{{"error_workflow":"{workflow}"}}}}"#
        )
    };
    let failed = engine.run(start(&failing("double"), "1")).await.expect("it runs");
    assert_eq!(failed.status, Status::Failed);
    let of_it = |rows: Vec<ExecutionRow>| {
        let is_it = |row: &ExecutionRow| {
            row.origin.is_some_and(|origin| origin.execution == failed.execution && origin.kind == OriginKind::Error)
        };
        rows.into_iter().filter(is_it).map(|row| row.id).collect::<Vec<_>>()
    };
    let told = of_it(rows(&engine).await);
    assert_eq!(told.len(), 1, "it begins with the end of the other one");
    assert_eq!(ended(&engine, told[0]).await.status, Status::Failed);
    let history = engine.history(TenantId::DEFAULT, told[0]).await.expect("a history");
    let input = history.steps[0].output.clone();
    let error = input.get("execution").and_then(|execution| execution.get("error")).expect("an error");
    assert_eq!(error.get("code").and_then(Value::as_str), Some("refused"));
    assert_eq!(input.get("workflow").and_then(|workflow| workflow.get("name")), Some(&value(r#""Orders""#)));
    assert_eq!(rows(&engine).await.len(), 2, "nobody is told of the failure of who is told");

    let untold = engine.run(start(&failing("nowhere"), "1")).await.expect("it runs");
    assert_eq!(untold.status, Status::Failed, "a workflow that is not there keeps nothing open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_decides_about_a_call_that_may_have_been_made() {
    let text = call_with("{}").replace(r#""write":true"#, r#""write":true,"on_uncertain":"ask","timeout":"10s""#);
    for (answer, status, calls) in [
        (r#"{"decision":"retry"}"#, Status::Succeeded, 2),
        (r#""fail""#, Status::Failed, 1),
        (r#"{"decision":"use","output":5}"#, Status::Succeeded, 1),
    ] {
        let (engine, world, store) = setup();
        let execution = begin(&engine, start(&text, "7")).await;
        world.inside(1).await;
        let (engine, store) = restarted(engine, &store, &world).await;
        status_is(&engine, execution, Status::Waiting).await;
        // It is asked again after an answer that says nothing, and after another restart.
        let say = async |engine: &Engine, answer: &str| {
            let signal = ("uncertain:c".into(), value(answer));
            engine.signal(TenantId::DEFAULT, execution, signal, None).await.expect("it is open");
        };
        say(&engine, r#""perhaps""#).await;
        let (engine, _store) = restarted(engine, &store, &world).await;
        status_is(&engine, execution, Status::Waiting).await;
        world.gate.add_permits(2);
        say(&engine, answer).await;
        let ended = ended(&engine, execution).await;
        assert_eq!((ended.status, world.calls().len()), (status, calls), "{answer}");
        let key = format!("{execution}.c#0");
        assert!(world.calls().iter().all(|call| *call == key));
        if answer.contains("use") {
            assert_eq!(ended.output, Value::Int(5));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_waits_no_longer_than_it_may() {
    let (engine, world, store) = setup();
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"a","type":"no_op"},
        {"id":"w","type":"wait_for_signal","data":{"signal":"go"}},{"id":"j","type":"join","data":{"timeout":"1500ms"}}],
        "edges":[{"source":"s","target":"a"},{"source":"s","target":"w"},{"source":"a","target":"j"},{"source":"w","target":"j"}]}"#;
    let execution = begin(&engine, start(text, "1")).await;
    let in_time = begin(&engine, start(text, "1")).await;
    status_is(&engine, execution, Status::Waiting).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    go(&engine, in_time).await;
    assert_eq!(ended(&engine, in_time).await.status, Status::Succeeded);
    let late = ended(&engine, execution).await;
    assert_eq!(late.error.expect("an error").code, "join_timeout");
    engine.retry(TenantId::DEFAULT, execution).await.expect("it failed");
    go(&engine, execution).await;
    assert_eq!(ended(&engine, execution).await.status, Status::Succeeded, "its time begins anew");
    let history = engine.history(TenantId::DEFAULT, execution).await.expect("a history");
    assert!(history.steps.iter().any(|step| step.name == "j" && step.status == StepStatus::Succeeded));
}
