//! Graphs that would grow without end: each comes to a limit and says which.

use std::sync::Arc;

use engine::{Engine, Options};
use model::{ExecutionId, Status, TenantId};
use store::MemoryStore;
use store::journal::{ExecutionQuery, ExecutionRow};

use crate::world::{One, ended, engine_with, graph, options, start, world};

/// A workflow that others find under the name `double`: its own.
fn own(text: &str) -> Engine {
    let options = Options { workflows: Some(Arc::new(One(graph(text)))), ..options() };
    engine_with(&Arc::new(MemoryStore::default()), &world(), options)
}

/// All executions once none is open any more, the first one first.
async fn all(engine: &Engine) -> Vec<ExecutionRow> {
    for _ in 0..5_000 {
        let mut rows: Vec<ExecutionRow> = Vec::new();
        loop {
            let before = rows.last().map(|row| row.id);
            let query = ExecutionQuery { limit: 1_000, before, ..ExecutionQuery::newest(TenantId::DEFAULT) };
            let page = engine.journal().list(query).await.expect("rows");
            rows.extend(page.rows);
            if !page.more {
                break;
            }
        }
        if rows.iter().all(|row| row.status.is_terminal()) {
            rows.reverse();
            return rows;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("they do not end");
}

async fn code_of(engine: &Engine, execution: ExecutionId, step: &str) -> String {
    let history = engine.history(TenantId::DEFAULT, execution).await.expect("a history");
    let step = history.steps.iter().find(|view| view.name == step).expect("the step");
    step.error.as_ref().expect("an error").code.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_waits_for_itself_comes_to_a_limit() {
    let text = r#"{"nodes":[{"id":"s","type":"manual"},
        {"id":"again","type":"sub_workflow","data":{"workflow":"double","retry":{"max_attempts":3,"initial_delay":"1ms"}}}],
        "edges":[{"source":"s","target":"again"}]}"#;
    let engine = own(&text.replace(r#","retry":{"max_attempts":3,"initial_delay":"1ms"}"#, ""));
    let accepted = engine.start(start(text, "1")).await.expect("it is accepted");
    let first = ended(&engine, accepted.execution).await;
    assert_eq!((first.status, first.error.expect("an error").code.as_str()), (Status::Failed, "child_failed"));
    let rows = all(&engine).await;
    // The first one tries three times, and each time 32 wait one for the other.
    assert_eq!(rows.len(), 1 + 3 * 32);
    assert_eq!(code_of(&engine, rows[32].id, "again").await, "depth_limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_starts_itself_and_goes_on_comes_to_a_limit() {
    let text = r#"{"nodes":[{"id":"s","type":"manual"},
        {"id":"again","type":"sub_workflow","data":{"workflow":"double","wait":false}}],
        "edges":[{"source":"s","target":"again"}]}"#;
    let engine = own(text);
    let first = engine.start(start(text, "1")).await.expect("it is accepted").execution;
    assert_eq!(ended(&engine, first).await.status, Status::Succeeded);
    let mut rows = all(&engine).await;
    assert_eq!(rows.len(), 1 + 1_000);
    let last = rows.pop().expect("the last one");
    assert!(rows.iter().all(|row| row.status == Status::Succeeded));
    assert_eq!((last.status, code_of(&engine, last.id, "again").await.as_str()), (Status::Failed, "depth_limit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_workflow_that_fails_the_same_way_comes_to_a_limit() {
    let text = r#"{"settings":{"error_workflow":"double"},"nodes":[{"id":"s","type":"manual"},
        {"id":"again","type":"sub_workflow","data":{"workflow":"double"}}],"edges":[{"source":"s","target":"again"}]}"#;
    let engine = own(text);
    let first = engine.start(start(text, "1")).await.expect("it is accepted");
    assert_eq!(ended(&engine, first.execution).await.status, Status::Failed);
    let rows = all(&engine).await;
    assert!(rows.iter().all(|row| row.status == Status::Failed), "none goes on");
    // 33 fail and tell of it; below those that are told 33 fail each, and nobody is told.
    assert_eq!(rows.iter().filter(|row| row.trigger == "error").count(), 33);
    assert_eq!(rows.len(), 33 + 33 * 33);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_without_bound_comes_to_its_limit() {
    let engine = own(r#"{"nodes":[{"id":"s","type":"manual"}],"edges":[]}"#);
    let text = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"a","type":"expression","data":{"expression":"1"BOUND}},{"id":"b","type":"no_op"}],
        "edges":[{"source":"s","target":"a"},{"source":"a","target":"b"},{"source":"b","target":"a"}]}"#;
    for (bound, at) in [("", "a@10000"), (r#","max_iterations":7"#, "a@7")] {
        let ended = engine.run(start(&text.replace("BOUND", bound), "1")).await.expect("it runs");
        let error = ended.error.expect("an error");
        assert_eq!((ended.status, error.code.as_str(), error.node.as_str()), (Status::Failed, "loop_limit", at));
    }
}

/// Takes 200 MB.
#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_collects_without_end_comes_to_a_limit() {
    let engine = || own(r#"{"nodes":[{"id":"s","type":"manual"}],"edges":[]}"#);
    let container = |collect: bool, times: usize| {
        format!(
            r#"{{"nodes":[{{"id":"s","type":"range","data":{{"start":0,"end":{times},"step":1}}}},
            {{"id":"each","type":"for_each","data":{{"collect":{collect}}}}},
            {{"id":"grow","type":"expression","parentId":"each","data":{{"expression":"(input + 'x').repeat(250000)"}}}}],
            "edges":[{{"source":"s","target":"each"}}]}}"#
        )
    };
    let grows = engine();
    let fails = grows.run(start(&container(true, 1_000), "1")).await.expect("it runs");
    let error = fails.error.expect("an error");
    assert_eq!((fails.status, error.code.as_str()), (Status::Failed, "output_too_large"), "{}", error.message);
    assert!(error.message.contains("128 MiB"), "{}", error.message);
    let steps = grows.history(TenantId::DEFAULT, fails.execution).await.expect("a history").steps.len();
    assert!((100..400).contains(&steps), "it ends while it grows, after {steps} steps");
    drop(grows);
    let succeeds = engine().run(start(&container(false, 200), "1")).await.expect("it runs");
    assert_eq!(succeeds.status, Status::Succeeded, "{:?}", succeeds.error);
    let region = r#"{"nodes":[{"id":"s","type":"range","data":{"start":0,"end":1000,"step":1}},{"id":"each","type":"for_each"},
        {"id":"grow","type":"expression","data":{"expression":"(input + 'x').repeat(250000)"}}],
        "edges":[{"source":"s","target":"each"},{"source":"each","target":"grow","sourceHandle":"loop"},{"source":"grow","target":"each"}]}"#;
    let fails = engine().run(start(region, "1")).await.expect("it runs");
    assert_eq!(fails.error.expect("an error").code, "output_too_large");
}
