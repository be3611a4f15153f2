//! Executions that processes left when they died: they follow one at a time once there were several such processes, and
//! what was left by one that ended as it should is no suspect.

use std::sync::Arc;
use std::time::Duration;

use engine::{Engine, Options};
use model::{ExecutionId, Status, TenantId};
use store::{Journal, MemoryStore};

use crate::world::{ONE_CALL, World, ended, engine_with, options, restarted, setup, start, status_is, world};

/// How often each was taken over.
async fn counts(engine: &Engine, executions: &[ExecutionId]) -> Vec<u32> {
    let mut counts = Vec::new();
    for &execution in executions {
        counts.push(engine.row(TenantId::DEFAULT, execution).await.expect("a row").recover_count);
    }
    counts
}

/// Waits until so many calls were made in all.
async fn made(world: &World, count: usize) {
    for _ in 0..5_000 {
        if world.calls().len() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{} calls were made, not {count}", world.calls().len());
}

async fn three(engine: &Engine) -> Vec<ExecutionId> {
    let mut executions = Vec::new();
    for _ in 0..3 {
        executions.push(engine.start(start(ONE_CALL, "7")).await.expect("it is accepted").execution);
    }
    executions
}

#[tokio::test(flavor = "multi_thread")]
async fn suspects_go_on_together_once_and_then_one_at_a_time() {
    let (mut engine, world, mut store): (Engine, _, Arc<MemoryStore>) = setup();
    let executions = three(&engine).await;
    for life in 1..=4 {
        made(&world, 3 * life).await;
        (engine, store) = restarted(engine, &store, &world).await;
    }
    // Three times they went on together; now the first is alone, and others that start meanwhile do not wait for it.
    made(&world, 13).await;
    assert_eq!(counts(&engine, &executions).await, [4, 3, 3]);
    let other = engine.start(start(r#"{"nodes":[{"id":"s","type":"manual"}],"edges":[]}"#, "1")).await;
    assert_eq!(ended(&engine, other.expect("it is accepted").execution).await.status, Status::Succeeded);
    assert_eq!(world.calls().len(), 13);
    // The calls of dead processes wait at the gate before it.
    world.gate.add_permits(13);
    assert_eq!(ended(&engine, executions[0]).await.status, Status::Succeeded);
    made(&world, 14).await;
    assert_eq!(counts(&engine, &executions).await, [0, 4, 3], "what goes on is trusted again");
    world.gate.add_permits(1);
    made(&world, 15).await;
    world.gate.add_permits(1);
    for &execution in &executions {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    assert_eq!(counts(&engine, &executions).await, [0, 0, 0]);
    drop(store);
}

#[tokio::test(flavor = "multi_thread")]
async fn suspects_wait_for_those_that_are_none() {
    let (mut engine, world, mut store): (Engine, _, Arc<MemoryStore>) = setup();
    let suspect = engine.start(start(ONE_CALL, "7")).await.expect("it is accepted").execution;
    for life in 1..=2 {
        made(&world, life).await;
        (engine, store) = restarted(engine, &store, &world).await;
    }
    made(&world, 3).await;
    let calls_here = ONE_CALL.replace(r#""waits":true"#, r#""waits":"here""#);
    let other = engine.start(start(&calls_here, "7")).await.expect("it is accepted").execution;
    made(&world, 4).await;
    (engine, store) = restarted(engine, &store, &world).await;
    made(&world, 5).await;
    // The other one may be what brought them all down: it recorded something new in each.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(counts(&engine, &[suspect, other]).await, [2, 1]);
    world.second_gate.add_permits(2);
    assert_eq!(ended(&engine, other).await.status, Status::Succeeded);
    made(&world, 6).await;
    assert_eq!(counts(&engine, &[suspect, other]).await, [3, 0]);
    drop(store);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_end_makes_no_suspects() {
    let (mut engine, world, mut store): (Engine, _, Arc<MemoryStore>) = setup();
    let executions = three(&engine).await;
    let lives = 2 * engine::Options::default().max_recoveries as usize;
    for life in 1..=lives {
        made(&world, 3 * life).await;
        engine.drain(Duration::ZERO).await;
        (engine, store) = restarted(engine, &store, &world).await;
    }
    made(&world, 3 * lives + 3).await;
    assert_eq!(counts(&engine, &executions).await, [0, 0, 0]);
    world.gate.add_permits(3 * lives + 3);
    for &execution in &executions {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    drop(store);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bug_in_a_shard_stops_one_execution_and_no_other() {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    let options = || Options { shards: 1, accept_first: true, ..options() };
    let engine = engine_with(&store, &world, options());
    let beside = engine.start(start(ONE_CALL, "7")).await.expect("it is accepted").execution;
    made(&world, 1).await;
    let breaks = ONE_CALL.replace(r#""write":true"#, r#""write":true,"breaks":true"#);
    let broken = engine.start(start(&breaks, "7")).await.expect("it is accepted").execution;
    let after = engine.start(start(ONE_CALL, "7")).await.expect("it is accepted").execution;
    made(&world, 2).await;
    world.gate.add_permits(2);
    for execution in [beside, after] {
        assert_eq!(ended(&engine, execution).await.status, Status::Succeeded);
    }
    assert_eq!(engine.row(TenantId::DEFAULT, broken).await.expect("a row").status, Status::Running);
    // It is taken over like what brought down the process, and set aside in the end.
    let (mut engine, mut store) = (engine, store);
    for _ in 0..=options().max_recoveries {
        status_is(&engine, broken, Status::Running).await;
        store = Arc::new(store.restart());
        std::mem::forget(engine);
        engine = engine_with(&store, &world, options());
        engine.recover().await.expect("it recovers");
        // A suspect comes after the answer.
        for _ in 0..500 {
            if store
                .claim(store::journal::Claim::Suspects { limit: 1, below: u32::MAX })
                .await
                .expect("rows")
                .is_empty()
            {
                break;
            }
        }
    }
    status_is(&engine, broken, Status::Quarantined).await;
}
