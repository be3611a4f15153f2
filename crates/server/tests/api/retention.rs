//! What is kept of ended executions, as workflows and the configuration say.

use serde_json::{Value as Json, json};

use crate::harness::{DOUBLE, Server};

/// A workflow that doubles, and fails for what is no number, with this in `settings.retention`.
fn doubling(retention: &Json) -> String {
    let mut graph: Json = serde_json::from_str(DOUBLE).expect("JSON");
    graph["nodes"][1]["data"]["expression"] = json!("input.n.length.x * 2");
    graph["settings"] = json!({ "retention": retention });
    graph.to_string()
}

async fn statuses(server: &Server, workflow: &str) -> Vec<String> {
    let list = server.get(&format!("/api/v1/executions?workflow={workflow}&limit=100")).await.ok(200);
    let items = list["items"].as_array().expect("items").iter();
    let mut statuses: Vec<_> = items.map(|item| item["status"].as_str().expect("a status").to_owned()).collect();
    statuses.sort();
    statuses
}

/// Runs a workflow to one success and one failure.
async fn both(server: &Server, workflow: &str) {
    assert_eq!(server.run(workflow, r#"{"n": {"length": {"x": 4}}}"#).await["status"], "succeeded");
    assert_eq!(server.run(workflow, "{}").await["status"], "failed");
}

#[tokio::test]
async fn a_workflow_keeps_only_its_errors_where_it_says_so() {
    let server = Server::with(&[("retention.grace_seconds", "0")]).await;
    let errors = server.store(&doubling(&json!({"keep": "errors"}))).await;
    let all = server.store(&doubling(&Json::Null)).await;
    for workflow in [&errors, &all] {
        both(&server, workflow).await;
    }
    assert_eq!(server.app.retain().await.expect("it can").executions, 1);
    assert_eq!(statuses(&server, &errors).await, ["failed"]);
    assert_eq!(statuses(&server, &all).await, ["failed", "succeeded"]);

    // What its current version says counts, also for what ran before.
    let keeps = |keep: &str| doubling(&json!({"keep": [keep]}));
    let path = format!("/api/v1/workflows/{errors}");
    let put = |graph: String| server.call("PUT", &path).header("if-match", "*").body(graph).send();
    put(keeps("succeeded")).await.ok(200);
    both(&server, &errors).await;
    let next = server.another().await;
    assert_eq!(next.app.retain().await.expect("it can").executions, 2, "it is known after a restart");
    assert_eq!(statuses(&server, &errors).await, ["succeeded"]);
    assert_eq!(put(keeps("some")).await.problem(422), "invalid_graph");
    server.call("DELETE", &path).send().await;
    assert_eq!(server.app.retain().await.expect("it can").executions, 0);
}

#[tokio::test]
async fn what_is_not_kept_can_be_read_for_a_while() {
    let server = Server::new().await;
    let workflow = server.store(&doubling(&json!({"keep": "none"}))).await;
    both(&server, &workflow).await;
    assert_eq!(server.app.retain().await.expect("it can").executions, 0);
    assert_eq!(statuses(&server, &workflow).await, ["failed", "succeeded"]);
}

#[tokio::test]
async fn a_workflow_has_an_age_and_a_number_of_its_own() {
    let server = Server::with(&[("retention.max_count", "1")]).await;
    let own = server.store(&doubling(&json!({"max_count": 3}))).await;
    let other = server.store(&doubling(&Json::Null)).await;
    for workflow in [&own, &other, &own] {
        both(&server, workflow).await;
    }
    assert_eq!(server.app.retain().await.expect("it can").executions, 1 + 1);
    assert_eq!(statuses(&server, &own).await, ["failed", "failed", "succeeded"]);
    assert_eq!(statuses(&server, &other).await, ["failed"]);
    let young = doubling(&json!({"max_age": "1ms"}));
    let path = format!("/api/v1/workflows/{own}");
    server.call("PUT", &path).header("if-match", "*").body(young).send().await.ok(200);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    server.app.retain().await.expect("it can");
    assert_eq!(statuses(&server, &own).await, [""; 0]);
    assert_eq!(statuses(&server, &other).await, ["failed"]);
}
