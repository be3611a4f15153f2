//! Run control: executions that wait, are held, signaled, taken up again, forked and replayed, one or many at once.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::harness::{DOUBLE, Server};

/// Waits for the signal `go` and passes on what came with it.
const GATE: &str = r#"{"name": "Gate", "nodes": [{"id": "start", "type": "manual", "data": {}},
    {"id": "gate", "type": "wait_for_signal", "data": {"signal": "go"}},
    {"id": "after", "type": "expression", "data": {"expression": "input.n + 1"}}],
    "edges": [{"source": "start", "target": "gate"}, {"source": "gate", "sourceHandle": "received", "target": "after"}]}"#;

/// Waits far longer than any test.
const SLEEPER: &str = r#"{"name": "Sleeper", "nodes": [{"id": "start", "type": "manual", "data": {}},
    {"id": "sleep", "type": "delay", "data": {"duration": "2h"}}], "edges": [{"source": "start", "target": "sleep"}]}"#;

/// Fails at its second node.
const FAILS: &str = r#"{"name": "Fails", "nodes": [{"id": "start", "type": "manual", "data": {}},
    {"id": "one", "type": "expression", "data": {"expression": "input.n + 1"}},
    {"id": "bad", "type": "expression", "data": {"expression": "input.a.b"}}],
    "edges": [{"source": "start", "target": "one"}, {"source": "one", "target": "bad"}]}"#;

/// No execution of this id.
const NONE: &str = "/api/v1/executions/0000000000000";

impl Server {
    async fn start(&self, workflow: &str) -> String {
        let path = format!("/api/v1/workflows/{workflow}/execute");
        let started = self.post(&path, r#"{"input": {"n": 1}}"#).await.ok(202);
        started["execution_id"].as_str().expect("an id").to_owned()
    }

    async fn ask(&self, execution: &str, what: &str, body: &str) -> crate::harness::Answer {
        self.post(&format!("/api/v1/executions/{execution}/{what}"), body).await
    }

    async fn execution(&self, id: &str) -> Json {
        self.get(&format!("/api/v1/executions/{id}")).await.ok(200)
    }

    /// The execution once it stands there; a test that waits in vain is ended by its runner.
    pub(crate) async fn once(&self, id: &str, status: &str) -> Json {
        loop {
            let shown = self.execution(id).await;
            if shown["status"] == status {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test]
async fn a_waiting_step_says_for_what_and_a_signal_ends_its_wait() {
    let server = Server::new().await;
    let id = server.start(&server.store(GATE).await).await;
    let shown = server.once(&id, "waiting").await;
    let waits = json!({"address": "gate", "node": "gate", "until": null, "signal": "go", "resume_url": null, "child": null, "retry": false});
    assert_eq!(shown["waiting"], json!([waits]));
    let listed = server.get("/api/v1/executions?status=waiting,paused").await.ok(200);
    assert_eq!(listed["items"][0]["id"], id.as_str());
    let sent = server.ask(&id, "signals/other", "7").await.ok(202);
    assert_eq!(sent, json!({"id": id, "status": "waiting"}));
    assert_eq!(server.ask(&id, "signals/go", r#"{"n": 41}"#).await.ok(202)["id"], id.as_str());
    let ended = server.once(&id, "succeeded").await;
    assert_eq!((ended["output"].as_i64(), &ended["waiting"]), (Some(42), &json!([])));
    assert_eq!(server.ask(&id, "signals/go", "1").await.problem(409), "has_ended");
    assert_eq!(server.post(&format!("{NONE}/signals/go"), "1").await.problem(404), "not_found");
    let long = format!("signals/{}", "n".repeat(257));
    assert_eq!(server.ask(&id, &long, "1").await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn the_same_signal_with_the_same_key_counts_once() {
    let server = Server::new().await;
    let graph = r#"{"nodes": [{"id": "a", "type": "wait_for_signal", "data": {"signal": "go"}},
        {"id": "b", "type": "wait_for_signal", "data": {"signal": "go"}}],
        "edges": [{"source": "a", "sourceHandle": "received", "target": "b"}]}"#;
    let id = server.start(&server.store(graph).await).await;
    server.once(&id, "waiting").await;
    let send = |key: &'static str, body: &'static str| {
        let path = format!("/api/v1/signals/{id}/go");
        let call = server.call("POST", &path).header("idempotency-key", key).body(body);
        async move { call.send().await.status.as_u16() }
    };
    assert_eq!([send("k1", "1").await, send("k1", "1").await], [202, 202]);
    let at_b = |shown: &Json| shown["waiting"][0]["address"] == "b";
    while !at_b(&server.execution(&id).await) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!([send("k1", "1").await, send("k2", "2").await], [202, 202]);
    assert_eq!(server.once(&id, "succeeded").await["output"], 2, "the second step took the second signal");
}

#[tokio::test]
async fn a_held_execution_goes_on_when_it_is_resumed() {
    let server = Server::new().await;
    let id = server.start(&server.store(GATE).await).await;
    server.once(&id, "waiting").await;
    server.ask(&id, "pause", "").await.ok(202);
    server.once(&id, "paused").await;
    server.ask(&id, "pause", "").await.ok(202);
    server.ask(&id, "signals/go", r#"{"n": 1}"#).await.ok(202);
    // What is asked after the signal is answered after it too.
    server.ask(&id, "pause", "").await.ok(202);
    assert_eq!(server.once(&id, "paused").await["finished_at"], Json::Null);
    server.ask(&id, "resume", "").await.ok(202);
    assert_eq!(server.once(&id, "succeeded").await["output"], 2);
    for what in ["pause", "resume", "cancel"] {
        assert_eq!(server.ask(&id, what, "").await.problem(409), "has_ended");
        assert_eq!(server.post(&format!("{NONE}/{what}"), "").await.problem(404), "not_found");
    }
}

#[tokio::test]
async fn what_waits_can_be_canceled_and_taken_up_again() {
    let server = Server::new().await;
    let id = server.start(&server.store(GATE).await).await;
    server.once(&id, "waiting").await;
    assert_eq!(server.ask(&id, "retry", "").await.problem(409), "cannot_retry");
    server.ask(&id, "cancel", "").await.ok(202);
    server.once(&id, "canceled").await;
    assert_eq!(server.ask(&id, "retry", "").await.ok(202), json!({"id": id, "status": "running"}));
    assert_eq!(server.once(&id, "waiting").await["finished_at"], Json::Null);
    server.ask(&id, "signals/go", r#"{"n": 2}"#).await.ok(202);
    assert_eq!(server.once(&id, "succeeded").await["output"], 3);
    assert_eq!(server.ask(&id, "retry", "").await.problem(409), "cannot_retry");
    assert_eq!(server.post(&format!("{NONE}/retry"), "").await.problem(404), "not_found");
    // Its events are told whole although they hold two ends.
    let events = server.get(&format!("/api/v1/executions/{id}/events")).await;
    let kinds: Vec<&str> = events.text().lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let ends = kinds.iter().filter(|kind| **kind == "finished").count();
    assert_eq!((ends, kinds.contains(&"reopened"), kinds.last()), (2, true, Some(&"finished")), "{kinds:?}");
}

#[tokio::test]
async fn a_fork_goes_on_from_a_step_with_another_output() {
    let server = Server::new().await;
    let id = server.start(&server.store(FAILS).await).await;
    server.once(&id, "failed").await;
    let forked = server.ask(&id, "fork", r#"{"from": "one", "output": {"a": {"b": 5}}}"#).await;
    let fork = forked.ok(201)["id"].as_str().expect("an id").to_owned();
    assert_eq!(forked.header("location"), format!("/api/v1/executions/{fork}"));
    let ended = server.once(&fork, "succeeded").await;
    assert_eq!((ended["output"].as_i64(), &ended["origin"]), (Some(5), &json!({"execution": id, "kind": "fork"})));
    assert_eq!(server.get(&format!("/api/v1/executions?origin={id}")).await.ok(200)["items"][0]["id"], fork.as_str());
    assert_eq!(server.execution(&id).await["status"], "failed", "the first one stays as it was");
    assert_eq!(server.ask(&id, "fork", r#"{"from": "none"}"#).await.problem(404), "not_found");
    assert_eq!(server.ask(&id, "fork", "{}").await.problem(400), "missing_field");
    assert_eq!(server.post(&format!("{NONE}/fork"), r#"{"from": "one"}"#).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_replay_runs_another_version_on_the_same_input() {
    let server = Server::new().await;
    let workflow = server.store(DOUBLE).await;
    let id = server.run(&workflow, "4").await["execution_id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/workflows/{workflow}");
    let changed = DOUBLE.replace("input * 2", "input * 10");
    let put = server.call("PUT", &path).header("if-match", "\"1\"").body(changed).send().await.ok(200);
    let version = put["version"].as_str().expect("a version");
    for (body, output) in [("{}".to_owned(), 8), (format!(r#"{{"version": "{version}"}}"#), 40)] {
        let new = server.ask(&id, "replay", &body).await.ok(201)["id"].as_str().expect("an id").to_owned();
        let ended = server.once(&new, "succeeded").await;
        assert_eq!((ended["output"].as_i64(), ended["origin"]["kind"].as_str()), (Some(output), Some("replay")));
    }
    for body in [r#"{"version": "0000000000000"}"#, r#"{"version": "x"}"#, r#"{"from": "none"}"#] {
        assert_eq!(server.ask(&id, "replay", body).await.problem(404), "not_found", "{body}");
    }
    assert_eq!(server.ask(&id, "replay", r#"{"until": "x"}"#).await.problem(400), "unknown_field");
}

#[tokio::test]
async fn a_fork_and_a_replay_with_the_same_key_start_once() {
    let server = Server::new().await;
    let workflow = server.store(DOUBLE).await;
    let run = async || server.run(&workflow, "4").await["execution_id"].as_str().expect("an id").to_owned();
    let (id, other) = (run().await, run().await);
    for (what, body) in [("fork", r#"{"from": "twice", "output": 5}"#), ("replay", "{}")] {
        let ask = async |id: &str, body: &str| {
            let path = format!("/api/v1/executions/{id}/{what}");
            server.call("POST", &path).header("idempotency-key", what).body(body.to_owned()).send().await
        };
        let first = ask(&id, body).await.ok(201)["id"].clone();
        assert_eq!(ask(&id, body).await.ok(201)["id"], first, "{what}");
        assert_eq!(ask(&other, body).await.problem(409), "idempotency_key_reused", "{what} of another execution");
        let in_body = format!(r#"{{"from": "twice", "idempotency_key": "{what} in the body"}}"#);
        let again = server.ask(&id, what, &in_body).await.ok(201)["id"].clone();
        assert!(again != first && server.ask(&id, what, &in_body).await.ok(201)["id"] == again, "{what}");
    }
    let born = server.get(&format!("/api/v1/executions?origin={id}")).await.ok(200);
    assert_eq!(born["items"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn a_start_goes_from_a_node_to_a_node() {
    let server = Server::new().await;
    let path = format!("/api/v1/workflows/{}/execute", server.store(FAILS).await);
    let run = async |body: &str| server.post(&path, body).await;
    let part = run(r#"{"input": {"n": 1}, "until": "one", "priority": 5, "wait": true}"#).await.ok(200);
    assert_eq!((part["status"].as_str(), part["output"].as_i64()), (Some("succeeded"), Some(2)));
    let part = run(r#"{"input": {"a": {"b": 9}}, "from": "bad", "wait": true}"#).await.ok(200);
    assert_eq!(part["output"], 9);
    assert_eq!(run(r#"{"from": "bad", "start": "one"}"#).await.problem(400), "invalid_parameter");
    assert_eq!(run(r#"{"until": "none"}"#).await.problem(422), "nothing_to_start");
    for priority in ["128", "1.5", "\"high\""] {
        assert_eq!(run(&format!(r#"{{"priority": {priority}}}"#)).await.problem(400), "wrong_kind");
    }
}

#[tokio::test]
async fn a_step_runs_another_workflow_by_id_or_name() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    for named in [id.as_str(), "Double", "Nobody"] {
        let graph = format!(
            r#"{{"nodes": [{{"id": "n", "type": "number", "data": {{"value": 21}}}},
            {{"id": "sub", "type": "sub_workflow", "data": {{"workflow": "{named}"}}}}],
            "edges": [{{"source": "n", "target": "sub"}}]}}"#
        );
        let ran = server.post("/api/v1/workflows/execute", &graph).await.ok(200);
        if named == "Nobody" {
            assert_eq!((&ran["status"], &ran["error"]["code"]), (&json!("failed"), &json!("child_not_started")));
            continue;
        }
        assert_eq!((&ran["status"], &ran["output"]), (&json!("succeeded"), &json!(42)), "{ran}");
        let parent = ran["execution_id"].as_str().expect("an id");
        let children = server.get(&format!("/api/v1/executions?origin={parent}&trigger=workflow")).await.ok(200);
        assert_eq!(children["items"][0]["origin"], json!({"execution": parent, "kind": "child"}));
        assert_eq!(children["items"][0]["workflow"]["id"], id.as_str());
    }
}

async fn finished(server: &Server, body: &str) -> Json {
    let answer = server.post("/api/v1/executions/bulk", body).await;
    let begun = answer.ok(202);
    let at = answer.header("location").to_owned();
    assert!(at.ends_with(begun["id"].as_str().expect("an id")), "{at}");
    loop {
        let shown = server.get(&at).await.ok(200);
        if shown["status"] == "finished" {
            assert_eq!((&shown["total"], shown["finished_at"].is_string()), (&begun["total"], true));
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn many_are_asked_at_once_by_a_filter() {
    let server = Server::new().await;
    let (sleeper, gate) = (server.store(SLEEPER).await, server.store(GATE).await);
    let mut ids = Vec::new();
    for at in 0..230 {
        ids.push(server.start(if at < 225 { &sleeper } else { &gate }).await);
    }
    for id in &ids {
        server.once(id, "waiting").await;
    }
    let counts = |bulk: &Json| ["total", "done", "passed_over"].map(|key| bulk[key].as_u64().expect("a count"));
    let ask = |action: &str, filter: String| format!(r#"{{"action": "{action}", "filter": {filter}}}"#);
    let of_sleeper = format!(r#"{{"workflow": "{sleeper}"}}"#);
    assert_eq!(counts(&finished(&server, &ask("pause", of_sleeper.clone())).await), [225, 225, 0]);
    for id in &ids[..225] {
        server.once(id, "paused").await;
    }
    assert_eq!(server.execution(&ids[229]).await["status"], "waiting", "the filter left it alone");
    assert_eq!(counts(&finished(&server, &ask("resume", r#"{"status": "paused"}"#.to_owned())).await)[1], 225);
    for id in &ids {
        server.once(id, "waiting").await;
    }
    assert_eq!(counts(&finished(&server, &ask("cancel", "{}".to_owned())).await), [230, 230, 0]);
    for id in &ids {
        server.once(id, "canceled").await;
    }
    assert_eq!(counts(&finished(&server, &ask("retry", "{}".to_owned())).await)[1], 0, "nothing failed");
    let again = format!(r#"{{"workflow": "{gate}", "status": ["canceled", "failed"]}}"#);
    assert_eq!(counts(&finished(&server, &ask("retry", again)).await), [5, 5, 0]);
    for id in &ids[225..] {
        server.once(id, "waiting").await;
    }
    let past = r#"{"to": "2020-01-01T00:00:00Z"}"#.to_owned();
    assert_eq!(counts(&finished(&server, &ask("cancel", past)).await), [0, 0, 0]);
}

#[tokio::test]
async fn many_are_replayed_once_each_on_a_version() {
    let server = Server::new().await;
    let workflow = server.store(DOUBLE).await;
    for n in 0..120 {
        server.run(&workflow, &n.to_string()).await;
    }
    let path = format!("/api/v1/workflows/{workflow}");
    let changed = DOUBLE.replace("input * 2", "input * 10");
    let put = server.call("PUT", &path).header("if-match", "\"1\"").body(changed).send().await.ok(200);
    let version = put["version"].as_str().expect("a version");
    let ask = |more: &str| format!(r#"{{"action": "replay"{more}}}"#);
    let none = finished(&server, &ask(&format!(r#", "filter": {{"workflow": "{workflow}"}}"#))).await;
    assert_eq!(none["done"], 0, "nothing failed");
    let all = format!(r#", "version": "{version}", "filter": {{"workflow": "{workflow}", "status": "succeeded"}}"#);
    let bulk = finished(&server, &ask(&all)).await;
    assert_eq!([&bulk["total"], &bulk["done"], &bulk["passed_over"]], [120, 120, 0]);
    let of_replays = format!("/api/v1/executions?workflow={workflow}&trigger=replay&limit=500&total=true");
    let replays = server.get(&of_replays).await.ok(200);
    let replays = replays["items"].as_array().expect("a list");
    let origins: std::collections::HashSet<&str> =
        replays.iter().map(|replay| replay["origin"]["execution"].as_str().expect("an origin")).collect();
    assert_eq!((replays.len(), origins.len()), (120, 120), "what it started itself was not asked");
    let one = server.once(replays[0]["id"].as_str().expect("an id"), "succeeded").await;
    assert_eq!(one["output"].as_i64(), one["input"].as_i64().map(|n| n * 10), "{one}");
    for wrong in [r#", "version": "x", "filter": {}"#.to_owned(), all.replace(version, "x")] {
        assert_eq!(server.post("/api/v1/executions/bulk", &ask(&wrong)).await.problem(400), "invalid_parameter");
    }
    let pause = format!(r#"{{"action": "pause", "version": "{version}", "filter": {{"workflow": "{workflow}"}}}}"#);
    assert_eq!(server.post("/api/v1/executions/bulk", &pause).await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn a_bulk_that_cannot_be_is_refused() {
    let server = Server::new().await;
    let rows = [
        (r#"{"action": "stop", "filter": {}}"#, "invalid_parameter"),
        (r#"{"filter": {}}"#, "missing_field"),
        (r#"{"action": "cancel"}"#, "missing_field"),
        (r#"{"action": "cancel", "filter": {"states": "running"}}"#, "unknown_field"),
        (r#"{"action": "cancel", "filter": {"status": "done"}}"#, "invalid_parameter"),
        (r#"{"action": "retry", "filter": {"status": "running"}}"#, "invalid_parameter"),
        (r#"{"action": "retry", "filter": {"workflow": "x"}}"#, "invalid_parameter"),
        (r#"{"action": "retry", "filter": {"from": "yesterday"}}"#, "invalid_parameter"),
    ];
    for (body, code) in rows {
        assert_eq!(server.post("/api/v1/executions/bulk", body).await.problem(400), code, "{body}");
    }
    assert_eq!(server.get("/api/v1/executions/bulk/0000000000000").await.problem(404), "not_found");
    assert_eq!(server.get("/api/v1/executions/bulk/none").await.problem(404), "not_found");
    assert_eq!(server.get("/api/v1/executions?from=yesterday").await.problem(400), "invalid_parameter");
    assert_eq!(server.get("/api/v1/executions?origin=x").await.problem(400), "invalid_parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_reach_inside_only_where_the_settings_say() {
    let target = Server::new().await.listen().await;
    let graph =
        format!(r#"{{"nodes": [{{"id": "call", "type": "http", "data": {{"url": "{target}/livez"}}}}], "edges": []}}"#);
    let closed = Server::new().await.post("/api/v1/workflows/execute", &graph).await.ok(200);
    assert_eq!(
        (&closed["status"], &closed["error"]["code"]),
        (&json!("failed"), &json!("blocked_address")),
        "{closed}"
    );
    let open = Server::with(&[("calls.allowed_private", "10.0.0.0/8,127.0.0.1")]).await;
    let called = open.post("/api/v1/workflows/execute", &graph).await.ok(200);
    assert_eq!(called["status"], "succeeded", "{called}");
}

#[tokio::test]
async fn the_settings_of_a_workflow_say_who_may_start() {
    let server = Server::new().await;
    let with = |settings: &str| GATE.replacen('{', &format!(r#"{{"settings": {settings}, "#), 1);
    let path = |workflow: &str| format!("/api/v1/workflows/{workflow}/execute");
    let start = r#"{"input": {"n": 1}}"#;

    let one = path(&server.store(&with(r#"{"limits": {"singleton": "refuse"}}"#)).await);
    let open = server.post(&one, start).await.ok(202)["execution_id"].clone();
    let refused = server.post(&one, start).await.ok(409);
    assert_eq!(refused["code"], "already_open");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(open.as_str().expect("an id"))));

    let often = path(
        &server.store(&with(r#"{"limits": {"rate_limit": {"limit": 1, "per": "1h", "beyond": "refuse"}}}"#)).await,
    );
    server.post(&often, start).await.ok(202);
    assert_eq!(server.post(&often, start).await.ok(429)["code"], "too_often");

    let later = path(&server.store(&with("{}")).await);
    let started = server.post(&later, r#"{"input": {"n": 1}, "delay": "1h"}"#).await.ok(202);
    assert_eq!(started["status"], "delayed");
    assert_eq!(server.post(&later, r#"{"delay": "soon"}"#).await.ok(400)["code"], "wrong_kind");
    let id = started["execution_id"].as_str().expect("an id").to_owned();
    server.ask(&id, "cancel", "").await.ok(202);
    server.once(&id, "canceled").await;

    let wrong = server.post("/api/v1/workflows", &with(r#"{"deadline": "soon"}"#)).await.ok(422);
    assert!(wrong.to_string().contains("settings.deadline"), "{wrong}");
}
