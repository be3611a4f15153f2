//! Links of waiting steps: who has one ends the wait, once.

use serde_json::{Value as Json, json};

use crate::harness::Server;

/// Three steps that wait for their links: one alone, then two in iterations at the same time.
const WAITS: &str = r#"{"nodes": [{"id": "start", "type": "manual", "data": {}},
    {"id": "ask/first", "type": "wait_for_signal", "data": {"by": "webhook", "timeout": "1h"}},
    {"id": "each", "type": "for_each", "data": {"items": "{{ [1, 2] }}", "concurrency": 2}},
    {"id": "ask", "type": "wait_for_signal", "parentId": "each", "data": {"by": "webhook"}}],
    "edges": [{"source": "start", "target": "ask/first"},
              {"source": "ask/first", "sourceHandle": "received", "target": "each"}]}"#;

async fn waiting(server: &Server, id: &str, count: usize, first: &str) -> Json {
    loop {
        let shown = server.get(&format!("/api/v1/executions/{id}")).await.ok(200);
        let waits = shown["waiting"].as_array().expect("a list");
        if waits.len() == count && waits[0]["address"] == first {
            return shown["waiting"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

fn link(waits: &Json, at: usize) -> String {
    waits[at]["resume_url"].as_str().unwrap_or_else(|| panic!("{waits}")).to_owned()
}

#[tokio::test]
async fn who_has_the_link_of_a_waiting_step_ends_its_wait_once() {
    let server = Server::new().await;
    let workflow = server.store(WAITS).await;
    let started = server.post(&format!("/api/v1/workflows/{workflow}/execute"), "{}").await.ok(202);
    let id = started["execution_id"].as_str().expect("an id").to_owned();
    let first = link(&waiting(&server, &id, 1, "ask/first").await, 0);
    assert!(first.starts_with(&format!("/hooks/waiting/{id}/ask%2Ffirst/")), "{first}");
    let call = |method: &'static str, path: &str, body: &'static str| {
        let call = server.call(method, path).anonymous().body(body);
        async move { call.send().await }
    };
    // Who guesses, or changes a letter of a link, learns nothing.
    let (rest, last) = first.split_at(first.len() - 1);
    let changed = format!("{rest}{}", if last == "A" { "B" } else { "A" });
    let other_step = first.replace("ask%2Ffirst", "ask@0");
    let other_execution = first.replace(&id, "0000000000000");
    for wrong in [&changed, &other_step, &other_execution] {
        assert_eq!(call("POST", wrong, "1").await.problem(404), "not_found", "{wrong}");
    }
    assert_eq!(call("PUT", &first, "1").await.status, 405);
    assert_eq!(call("POST", &first, r#"{"approved": true}"#).await.ok(202)["id"], id.as_str());
    let both = waiting(&server, &id, 2, "ask@0").await;
    assert_eq!(call("POST", &first, r#"{"approved": false}"#).await.problem(410), "link_used");
    // Each iteration has a link of its own; without a body the query is what is said.
    let (zero, one) = (link(&both, 0), link(&both, 1));
    assert_ne!(zero.rsplit('/').next(), one.rsplit('/').next());
    call("GET", &format!("{one}?by=second"), "").await.ok(202);
    call("POST", &zero, r#""first""#).await.ok(202);
    let ended = loop {
        let shown = server.get(&format!("/api/v1/executions/{id}")).await.ok(200);
        if shown["status"] == "succeeded" {
            break shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    };
    assert_eq!(ended["output"], json!(["first", {"by": "second"}]));
    assert_eq!(call("GET", &zero, "").await.problem(410), "link_used");
    let steps = server.get(&format!("/api/v1/executions/{id}/steps")).await.ok(200);
    let asked = steps["items"].as_array().expect("steps").iter().find(|step| step["address"] == "ask/first");
    assert_eq!(asked.expect("it ended")["output"], json!({"approved": true}), "the second call changed nothing");
}
