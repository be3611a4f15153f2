//! Starts that become one: what joins, when it begins, and that every start is in exactly one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Engine, EngineError, Replay, Start, body_hash};
use model::{ExecutionId, Status, TenantId, Value};
use store::Journal;
use store::hostile::{HostileStore, Hostility};
use store::journal::{Claim, Idempotency, InboxMessage, Joins, OriginKind, WakeQuery};
use store::{MemoryStore, StoreError};

use crate::world::{One, ended, engine_with, graph, options, restarted, setup, start, status_is, value, world};

/// A workflow that gives what it gets, with starts of one key becoming one.
fn batched(batch: &str) -> String {
    format!(
        r#"{{"nodes":[{{"id":"s","type":"manual"}}],"edges":[],
        "settings":{{"limits":{{"key":"{{{{ input.k }}}}","batch":{batch}}}}}}}"#
    )
}

fn of_key(text: &str, key: &str, n: usize) -> Start {
    start(text, &format!(r#"{{"k":"{key}","n":{n}}}"#))
}

async fn begin(engine: &Engine, start: Start) -> ExecutionId {
    engine.start(start).await.expect("it is accepted").execution
}

/// The numbers of the starts that an execution consists of.
async fn numbers(engine: &Engine, execution: ExecutionId) -> Vec<i64> {
    let ended = loop {
        match tokio::time::timeout(Duration::from_secs(20), engine.wait(TenantId::DEFAULT, execution)).await {
            Ok(Err(EngineError::Store(StoreError::Unavailable(_)))) => {}
            answer => break answer.expect("it ends").expect("it is there"),
        }
    };
    assert_eq!(ended.status, Status::Succeeded, "{ended:?}");
    let list = ended.output.as_array().expect("a list").to_vec();
    list.iter().map(|one| one.get("n").and_then(Value::as_i64).expect("its number")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_of_a_key_become_one() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"wait":"150ms"}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    status_is(&engine, first, Status::Delayed).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first);
    let other = begin(&engine, of_key(&text, "b", 3)).await;
    assert_ne!(other, first, "another key");
    // Who waits for the end of a start that joined hears of the end of all.
    let waits = engine.run(of_key(&text, "a", 4)).await.expect("it is accepted");
    assert_eq!((waits.execution, waits.status), (first, Status::Succeeded));
    assert_eq!(numbers(&engine, first).await, [1, 2, 4]);
    assert_eq!(numbers(&engine, other).await, [3], "a list also of one");
    let history = engine.history(TenantId::DEFAULT, first).await.expect("it is there");
    assert_eq!(history.input.as_array().map(<[Value]>::len), Some(3));
    assert_eq!(history.steps.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_begins_at_once() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"size":3,"wait":"1h"}"#);
    let mut all = Vec::new();
    for n in 0..7 {
        all.push(begin(&engine, of_key(&text, "a", n)).await);
    }
    assert_eq!(numbers(&engine, all[0]).await, [0, 1, 2]);
    assert_eq!(numbers(&engine, all[3]).await, [3, 4, 5]);
    status_is(&engine, all[6], Status::Delayed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_on_gathering_after_a_restart() {
    let (engine, world, store) = setup();
    let text = batched(r#"{"size":4,"wait":"1h"}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first);
    let (engine, _store) = restarted(engine, &store, &world).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 3)).await, first);
    status_is(&engine, first, Status::Delayed).await;
    // How many it has is known, too.
    assert_eq!(begin(&engine, of_key(&text, "a", 4)).await, first);
    assert_eq!(numbers(&engine, first).await, [1, 2, 3, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_begins_after_a_restart_too() {
    let (engine, world, store) = setup();
    let text = batched(r#"{"size":3,"wait":"1h"}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first);
    // The last one is durable, and the process dies before anybody hears of it.
    let wish = r#"{"input":{"k":"a","n":3},"last":true}"#;
    let joins =
        Joins { tenant: TenantId::DEFAULT, workflow: None, idempotency: None, blobs: Vec::new(), is_last: true };
    let message = InboxMessage {
        row: 0,
        tenant: TenantId::DEFAULT,
        execution: first,
        message_id: "last".into(),
        kind: "start".into(),
        bytes: wish.as_bytes().into(),
        joins: Some(Box::new(joins)),
    };
    assert_eq!(store.post(vec![message]).await, Ok(vec![true]));
    let (engine, _store) = restarted(engine, &store, &world).await;
    let next = begin(&engine, of_key(&text, "a", 4)).await;
    assert_ne!(next, first);
    assert_eq!(numbers(&engine, first).await, [1, 2, 3]);
    status_is(&engine, next, Status::Delayed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_joins_what_somebody_tries_after_a_restart() {
    let (engine, world, store) = setup();
    let text = batched(r#"{"size":2,"wait":"1h"}"#);
    let delay = Some(Duration::from_secs(600));
    let tried = begin(&engine, Start { pinned: true, delay, ..of_key(&text, "a", 1) }).await;
    let (engine, _store) = restarted(engine, &store, &world).await;
    let first = begin(&engine, of_key(&text, "a", 2)).await;
    assert_ne!(first, tried);
    status_is(&engine, tried, Status::Delayed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_may_have_loops() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"size":2,"wait":"1h"}"#).replace(
        r#"{"id":"s","type":"manual"}],"edges":[]"#,
        r#"{"id":"s","type":"manual"},{"id":"loop","type":"for_each"},{"id":"a","type":"no_op"},
            {"id":"end","type":"no_op"}],
        "edges":[{"source":"s","target":"loop"},{"source":"loop","target":"a","sourceHandle":"loop"},{"source":"a","target":"loop"},
            {"source":"loop","target":"end","sourceHandle":"done"}]"#,
    );
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first);
    assert_eq!(numbers(&engine, first).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_joined_a_batch_that_was_set_aside_runs_with_it() {
    let (engine, world, store) = setup();
    let text = batched(r#"{"size":9,"wait":"1h"}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first);
    // It is canceled by an append that does not know what joined.
    let row = engine.row(TenantId::DEFAULT, first).await.expect("a row");
    let woken = store.wake(WakeQuery { now_ms: 0, executions: vec![first], limit: 0 }).await.expect("rows").rows;
    assert_eq!(woken.len(), 1);
    let (engine, store) = {
        let mut last = store;
        let mut engine = engine;
        // Each process that wakes it dies.
        for _ in 0..=options().max_recoveries {
            (engine, last) = restarted(engine, &last, &world).await;
            drop(last.wake(WakeQuery { now_ms: 0, executions: vec![first], limit: 0 }).await);
            drop(last.claim(Claim::Suspects { limit: 1, below: u32::MAX }).await);
        }
        restarted(engine, &last, &world).await
    };
    status_is(&engine, first, Status::Quarantined).await;
    engine.retry(TenantId::DEFAULT, first).await.expect("it can be taken up");
    assert_eq!(numbers(&engine, first).await, [1, 2]);
    assert_eq!(row.status, Status::Delayed);
    drop(store);
}

/// A start with a caller's key.
fn keyed(text: &str, key: &str, n: usize) -> Start {
    let start = of_key(text, "a", n);
    let body_hash = body_hash(&start.input);
    Start { idempotency: Some(Idempotency { key: key.into(), body_hash }), ..start }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_joins_once() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"size":3,"wait":"1h"}"#);
    let first = begin(&engine, keyed(&text, "one", 1)).await;
    assert_eq!(begin(&engine, keyed(&text, "two", 2)).await, first);
    for (key, n) in [("one", 1), ("two", 2)] {
        assert_eq!(begin(&engine, keyed(&text, key, n)).await, first);
        let other = engine.start(keyed(&text, key, 9)).await;
        assert!(matches!(other, Err(EngineError::KeyReused(id)) if id == first), "{other:?}");
    }
    // What was asked twice takes no seat.
    assert_eq!(begin(&engine, keyed(&text, "three", 3)).await, first);
    assert_eq!(numbers(&engine, first).await, [1, 2, 3]);
    let second = begin(&engine, keyed(&text, "four", 4)).await;
    assert_ne!(second, first);
    assert_eq!(begin(&engine, keyed(&text, "two", 2)).await, first, "also when it has begun");
    assert_eq!(begin(&engine, keyed(&text, "five", 5)).await, second);
    assert_eq!(begin(&engine, keyed(&text, "six", 6)).await, second);
    assert_eq!(numbers(&engine, second).await, [4, 5, 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_start_is_in_exactly_one() {
    // Whatever is asked of the store takes its time, and some of it is refused.
    let hostility = Hostility { seed: 7, refuse_one_in: 150, delay_us: 20_000 };
    let store = Arc::new(HostileStore::new(Arc::default(), hostility));
    let engine = engine_with(&store, &world(), options());
    engine.recover().await.expect("there is nothing to recover");
    // Batches begin all the time, for being full and for their time, while others want to join them.
    let text: Arc<str> = batched(r#"{"size":7,"wait":"30ms"}"#).into();
    let mut tasks = tokio::task::JoinSet::new();
    for lane in 0..24 {
        let (engine, text) = (engine.clone(), text.clone());
        tasks.spawn(async move {
            let mut begun = Vec::new();
            for n in 0..16 {
                match engine.start(of_key(&text, "a", lane * 100 + n)).await {
                    Ok(accepted) => begun.push((accepted.execution, lane * 100 + n)),
                    Err(EngineError::Store(StoreError::Unavailable(_))) => {}
                    Err(error) => panic!("{error}"),
                }
                tokio::time::sleep(Duration::from_micros((n as u64 * 37) % 900)).await;
            }
            begun
        });
    }
    let mut told: HashMap<ExecutionId, Vec<i64>> = HashMap::new();
    while let Some(begun) = tasks.join_next().await {
        for (execution, n) in begun.expect("it ended") {
            told.entry(execution).or_default().push(n as i64);
        }
    }
    let accepted: usize = told.values().map(Vec::len).sum();
    assert!(told.len() > 40 && accepted > 300, "{} batches of {accepted} starts", told.len());
    let mut reading = tokio::task::JoinSet::new();
    for (execution, expected) in told {
        let engine = engine.clone();
        reading.spawn(async move { (execution, expected, numbers(&engine, execution).await) });
    }
    while let Some(read) = reading.join_next().await {
        let (execution, mut expected, mut got) = read.expect("it ended");
        assert!(got.len() <= 7);
        got.sort_unstable();
        expected.sort_unstable();
        assert_eq!(got, expected, "of {execution}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_trigger_does_not_take_spoils_no_batch() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"size":2,"wait":"1h"}"#)
        .replace(r#""type":"manual""#, r#""type":"manual","data":{"schema":{"type":"object","required":["n"]}}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    let refused = engine.start(start(&text, r#"{"k":"a"}"#)).await;
    assert!(
        matches!(&refused, Err(EngineError::BadInput { trigger, why }) if trigger == "s" && why.contains("n")),
        "{refused:?}"
    );
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first, "it took no seat");
    assert_eq!(numbers(&engine, first).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_canceled_takes_no_more_starts() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"size":2,"wait":"1h"}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    engine.cancel(TenantId::DEFAULT, first).await.expect("it is open");
    assert_eq!(ended(&engine, first).await.status, Status::Canceled);
    let second = begin(&engine, of_key(&text, "a", 2)).await;
    assert_ne!(second, first);
    assert_eq!(begin(&engine, of_key(&text, "a", 3)).await, second);
    assert_eq!(numbers(&engine, second).await, [2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_batch_begins_with_what_joined_it() {
    let (engine, _world, _store) = setup();
    let text = batched(r#"{"size":9,"wait":"200ms"}"#);
    let first = begin(&engine, of_key(&text, "a", 1)).await;
    assert_eq!(begin(&engine, of_key(&text, "a", 2)).await, first);
    engine.pause(TenantId::DEFAULT, first).await.expect("it is open");
    status_is(&engine, first, Status::Paused).await;
    let other = begin(&engine, of_key(&text, "a", 3)).await;
    assert_ne!(other, first, "nothing joins what is held");
    assert_eq!(numbers(&engine, other).await, [3]);
    status_is(&engine, first, Status::Paused).await;
    engine.resume(TenantId::DEFAULT, first).await.expect("it is open");
    assert_eq!(numbers(&engine, first).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_runs_alone_gets_a_list_too() {
    let text = batched(r#"{"wait":"1h"}"#);
    let (store, world) = (Arc::<MemoryStore>::default(), world());
    let workflows: Option<Arc<dyn engine::Workflows>> = Some(Arc::new(One(graph(&text))));
    let engine = engine_with(&store, &world, engine::Options { workflows, ..options() });
    let tried = Start { pinned: true, ..of_key(&text, "a", 1) };
    let tried = begin(&engine, tried).await;
    assert_eq!(numbers(&engine, tried).await, [1], "somebody looks at it");
    let again = engine.replay(TenantId::DEFAULT, tried, Replay::default()).await.expect("it is accepted");
    assert_eq!(numbers(&engine, again.execution).await, [1], "the recorded input is a list already");
    let parent = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"w","type":"sub_workflow","data":{"workflow":"double"}}],
        "edges":[{"source":"s","target":"w"}]}"#;
    let parent = begin(&engine, start(parent, r#"{"k":"a","n":5}"#)).await;
    assert_eq!(ended(&engine, parent).await.output, value(r#"[{"k":"a","n":5}]"#));
    let query = store::journal::ExecutionQuery::newest(TenantId::DEFAULT);
    let rows = engine.journal().list(query).await.expect("rows").rows;
    assert!(rows.iter().any(|row| row.origin.is_some_and(|origin| origin.kind == OriginKind::Child)));
}
