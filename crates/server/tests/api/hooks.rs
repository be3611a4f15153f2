//! Webhooks: methods, proofs, answers, and what reaches the journal.

use crate::harness::Server;

fn graph(hook: &str, rest: &str) -> String {
    format!(
        r#"{{"nodes": [{{"id": "hook", "type": "webhook", "data": {hook}}}, {rest}],
            "edges": [{{"source": "hook", "target": "next"}}]}}"#
    )
}

const SAY: &str = r#"{"id": "next", "type": "expression", "data": {"expression": "({ got: input, by: trigger.method, q: trigger.query })"}}"#;

#[tokio::test]
async fn a_call_runs_the_workflow_and_answers_its_output() {
    let server = Server::new().await;
    server.store(&graph(r#"{"path": "orders/new", "method": "POST", "respond": "when_finished"}"#, SAY)).await;
    let call = |kind: &'static str, body: &'static str| {
        server.call("POST", "/hooks/orders/new?a=1&b=2&b=3").anonymous().header("content-type", kind).body(body).send()
    };
    let json = call("application/json", r#"{"n": 1.10}"#).await;
    assert!(json.text().starts_with(r#"{"got":{"n":1.10},"by":"POST""#), "{}", json.text());
    assert_eq!(json.ok(200)["q"], serde_json::json!({"a": "1", "b": ["2", "3"]}));
    assert!(json.header("content-security-policy").contains("sandbox"));
    assert_eq!(json.header("x-execution-id").len(), 13);
    let form = call("application/x-www-form-urlencoded", "name=Ada+L&x=%26").await;
    assert_eq!(form.ok(200)["got"], serde_json::json!({"name": "Ada L", "x": "&"}));
    // What `curl -d '{…}'` sends without a header.
    let curl = call("application/x-www-form-urlencoded", r#"{"name": "Ada"}"#).await;
    assert_eq!(curl.ok(200)["got"], serde_json::json!({"name": "Ada"}));
    assert_eq!(call("text/plain", "plain words").await.ok(200)["got"], "plain words");
    assert_eq!(call("application/json", "").await.ok(200)["got"], serde_json::json!({"a": "1", "b": ["2", "3"]}));
    assert_eq!(call("application/json", r#"{"a": 1, "a": 2}"#).await.problem(400), "invalid_json");
    assert_eq!(call("multipart/form-data; boundary=x", "--x--").await.problem(415), "unsupported_media_type");
    assert_eq!(server.call("GET", "/hooks/orders/new").anonymous().send().await.problem(405), "method_not_allowed");
    assert_eq!(server.call("POST", "/hooks/orders/other").anonymous().send().await.problem(404), "not_found");
    // The same address under the prefixes.
    assert_eq!(server.call("POST", "/api/v1/hooks/orders/new").anonymous().body("{}").send().await.status, 200);
}

#[tokio::test]
async fn a_call_is_answered_when_the_node_says() {
    let server = Server::new().await;
    server.store(&graph(r#"{"path": "now", "respond": "immediately"}"#, SAY)).await;
    let now = server.call("POST", "/hooks/now").anonymous().body("{}").send().await.ok(202);
    assert_eq!(now["execution_id"].as_str().expect("an id").len(), 13);
    let respond = r#"{"id": "next", "type": "respond", "data": {"value": {"status": 201, "headers": {"x-kind": "made", "set-cookie": "a=b"}, "body": "made {{ input.id }}"}}}"#;
    server.store(&graph(r#"{"path": "made", "respond": "by_node"}"#, respond)).await;
    let made = server.call("POST", "/hooks/made").anonymous().body(r#"{"id": 7}"#).send().await;
    assert_eq!((made.status.as_u16(), made.text(), made.header("x-kind")), (201, "made 7", "made"));
    assert_eq!(made.header("set-cookie"), "", "a workflow sets no cookies");
    let fails = r#"{"id": "next", "type": "expression", "data": {"expression": "input.a.b"}}"#;
    server.store(&graph(r#"{"path": "fails", "respond": "when_finished"}"#, fails)).await;
    assert_eq!(
        server.call("POST", "/hooks/fails").anonymous().body("{}").send().await.problem(500),
        "execution_failed"
    );
}

#[tokio::test]
async fn secrets_of_the_caller_never_reach_the_journal() {
    let server = Server::new().await;
    let hook = r#"{"path": "closed", "auth": "header", "header_name": "X-Key", "header_value": "CANARY_KEY"}"#;
    let headers = r#"{"id": "next", "type": "expression", "data": {"expression": "trigger.headers"}}"#;
    server.store(&graph(hook, headers)).await;
    let call = |key: &'static str| {
        let call =
            server.call("POST", "/hooks/closed").anonymous().header("x-key", key).header("cookie", "CANARY_COOKIE=1");
        call.header("authorization", "Basic CANARY_AUTH").header("x-other", "seen").body("{}").send()
    };
    assert_eq!(call("wrong").await.problem(401), "not_proven");
    let answer = call("CANARY_KEY").await;
    assert_eq!(answer.ok(200)["x-other"], "seen");
    assert!(!answer.text().contains("CANARY"), "{}", answer.text());
    assert_eq!(server.get("/api/v1/executions?total=true").await.ok(200)["total"], 1);
    let basic = r#"{"path": "basic", "auth": "basic", "username": "ada", "password": "CANARY_WORD"}"#;
    server.store(&graph(basic, headers)).await;
    let refused = server.call("POST", "/hooks/basic").anonymous().body("{}").send().await;
    assert_eq!(refused.header("www-authenticate"), r#"Basic realm="webhook", charset="UTF-8""#);
    assert_eq!(refused.problem(401), "not_proven");
}

#[tokio::test]
async fn the_index_follows_versions_and_their_end() {
    let server = Server::new().await;
    let first = graph(r#"{"path": "moved", "method": "POST", "respond": "when_finished"}"#, SAY);
    let id = server.store(&first).await;
    let status =
        |path: &'static str| async { server.call("POST", path).anonymous().body("{}").send().await.status.as_u16() };
    assert_eq!((status("/hooks/moved").await, status("/hooks/there").await), (200, 404));
    let path = format!("/api/v1/workflows/{id}");
    let put = |tag: &'static str, body: String| server.call("PUT", &path).header("if-match", tag).body(body).send();
    put("1", first.replace("moved", "there")).await.ok(200);
    assert_eq!((status("/hooks/moved").await, status("/hooks/there").await), (404, 200));
    // A server that starts on the same store finds it too.
    server.app.load().await.expect("loaded");
    assert_eq!(status("/hooks/there").await, 200);
    put("2", first.replace("\"nodes\"", "\"active\": false, \"nodes\"")).await.ok(200);
    assert_eq!((status("/hooks/moved").await, status("/hooks/there").await), (404, 404));
    put("3", first.clone()).await.ok(200);
    assert_eq!(status("/hooks/moved").await, 200);
    server.call("DELETE", &path).send().await;
    assert_eq!(status("/hooks/moved").await, 404);
}
