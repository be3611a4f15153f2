//! Executions: starting, waiting, idempotency, listing, steps, values, cancel.

use crate::harness::{DOUBLE, Server};

#[tokio::test]
async fn a_workflow_runs_at_once_or_is_waited_for() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let path = format!("/api/v1/workflows/{id}/execute");
    let started = server.post(&path, r#"{"input": 5}"#).await.ok(202);
    assert_eq!(started["execution_id"].as_str().expect("an id").len(), 13);
    let waited = server.post(&path, r#"{"input": 5, "wait": 2000}"#).await.ok(200);
    assert_eq!((waited["status"].as_str(), waited["output"].as_u64()), (Some("succeeded"), Some(10)));
    assert!(waited["error"].is_null());
    assert_eq!(server.post(&path, r#"{"inputs": 5}"#).await.problem(400), "unknown_field");
    assert_eq!(server.post(&path, r#"{"wait": "yes"}"#).await.problem(400), "wrong_kind");
    assert_eq!(server.post(&path, r#"{"start": "nowhere"}"#).await.problem(422), "nothing_to_start");
    assert_eq!(server.post("/api/v1/workflows/0000000000000/execute", "{}").await.problem(404), "not_found");
}

#[tokio::test]
async fn numbers_come_back_as_they_were_written() {
    let server = Server::new().await;
    let graph = r#"{"nodes": [{"id": "in", "type": "manual", "data": {}}], "edges": []}"#;
    let id = server.store(graph).await;
    let path = format!("/api/v1/workflows/{id}/execute");
    let ran = server.post(&path, r#"{"wait": true}"#).await;
    assert_eq!(ran.ok(200)["output"].to_string(), "{}", "nothing said is an empty object, as on the command line");
    let ran = server.post(&path, r#"{"input": null, "wait": true}"#).await;
    assert!(ran.ok(200)["output"].is_null());
    let body = r#"{"input": {"big": 9007199254740993, "far": 1e400, "money": 1.10, "zero": "\u0000"}, "wait": true}"#;
    let answer = server.post(&path, body).await;
    assert!(
        answer.text().contains(r#""output":{"big":9007199254740993,"far":1e400,"money":1.10,"zero":"\u0000"}"#),
        "{}",
        answer.text()
    );
    let execution = answer.text().split(r#""execution_id":""#).nth(1).expect("an id")[..13].to_owned();
    let shown = server.get(&format!("/api/v1/executions/{execution}")).await;
    assert!(
        shown.text().contains(r#""input":{"big":9007199254740993,"far":1e400,"money":1.10,"zero":"\u0000"}"#),
        "{}",
        shown.text()
    );
}

#[tokio::test]
async fn the_same_request_with_the_same_key_starts_once() {
    let server = Server::new().await;
    let path = format!("/api/v1/workflows/{}/execute", server.store(DOUBLE).await);
    let ask = |body: &'static str| server.call("POST", &path).header("idempotency-key", "k1").body(body).send();
    let first = ask(r#"{"input": 1, "wait": true}"#).await.ok(200);
    let again = ask(r#"{"input": 1, "wait": true}"#).await.ok(200);
    assert_eq!(first["execution_id"], again["execution_id"]);
    assert_eq!(again["output"], 2);
    assert_eq!(ask(r#"{"input": 2, "wait": true}"#).await.problem(409), "idempotency_key_reused");
    assert_eq!(server.get("/api/v1/executions?total=true").await.ok(200)["total"], 1);
}

#[tokio::test]
async fn an_ad_hoc_graph_runs_under_both_spellings() {
    let server = Server::new().await;
    let graph = r#"{"nodes": [{"id": "n", "type": "number", "data": {"value": 20}},
        {"id": "d", "type": "expression", "data": {"expression": "input * 2 + 2"}}], "edges": [{"source": "n", "target": "d"}]}"#;
    for path in ["/api/v1/workflows/execute", "/api/v1/workflow/execute", "/api/workflow/execute"] {
        let result = server.call("POST", path).header("x-tenant-id", "default").body(graph).send().await.ok(200);
        assert_eq!((result["status"].as_str(), result["output"].as_u64()), (Some("succeeded"), Some(42)));
        assert_eq!(result["final_output"], result["output"]);
        assert_eq!(result["node_results"], serde_json::json!({"n": 20, "d": 42}));
        assert_eq!(result["errors"], serde_json::json!([]));
    }
    // Nothing was saved.
    assert_eq!(server.get("/api/v1/workflows?total=true").await.ok(200)["total"], 0);
    assert!(server.get("/api/v1/executions").await.ok(200)["items"][0]["workflow"].is_null());
}

#[tokio::test]
async fn a_failure_is_an_answer_with_its_reason() {
    let server = Server::new().await;
    let graph = r#"{"nodes": [{"id": "bad", "type": "expression", "data": {"expression": "input.a.b"}}], "edges": []}"#;
    let result = server.post("/api/v1/workflows/execute", graph).await.ok(200);
    assert_eq!((result["status"].as_str(), result["error"]["node"].as_str()), (Some("failed"), Some("bad")));
    assert!(result["errors"][0].as_str().is_some_and(|error| error.starts_with("bad: ")), "{result}");
    let listed = server.get("/api/v1/executions?status=failed").await.ok(200);
    assert_eq!(listed["items"][0]["error"], result["error"], "code, message and step");
    assert!(result["error"]["message"].as_str().is_some_and(|message| message.len() > 10), "{result}");
}

#[tokio::test]
async fn steps_tell_what_each_node_got_and_gave() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let execution = server.run(&id, "4").await["execution_id"].as_str().expect("an id").to_owned();
    let steps = server.get(&format!("/api/v1/executions/{execution}/steps")).await.ok(200);
    let twice = steps["items"].as_array().expect("steps").iter().find(|step| step["node"] == "twice").expect("it ran");
    assert_eq!(
        (twice["input"].as_u64(), twice["output"].as_u64(), twice["attempts"].as_u64()),
        (Some(4), Some(8), Some(1))
    );
    assert_eq!(
        (twice["type"].as_str(), twice["status"].as_str(), twice["address"].as_str()),
        (Some("expression"), Some("succeeded"), Some("twice"))
    );
    let micros = |time: &serde_json::Value| time.as_str().is_some_and(|time| time.len() == 27 && time.ends_with('Z'));
    assert!(micros(&twice["started_at"]), "{}", twice["started_at"]);
    let shown = server.get(&format!("/api/v1/executions/{execution}")).await.ok(200);
    assert!(micros(&shown["started_at"]) && micros(&shown["finished_at"]), "{shown}");
    assert_eq!((shown["input"].as_u64(), shown["output"].as_u64()), (Some(4), Some(8)));
    assert_eq!(shown["graph"]["nodes"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["workflow"]["id"], id.as_str());
    let value = |reference: &str| format!("/api/v1/executions/{execution}/values/{reference}");
    assert_eq!(server.get(&value("steps%2Ftwice%2Foutput")).await.text(), "8");
    assert_eq!(server.get(&value("steps/twice/input")).await.text(), "4");
    assert_eq!(server.get(&value("input")).await.text(), "4");
    for missing in ["steps/none/output", "steps/twice/error", "other"] {
        assert_eq!(server.get(&value(missing)).await.problem(404), "not_found");
    }
}

#[tokio::test]
async fn executions_list_newest_first_with_filters_and_cursor() {
    let server = Server::new().await;
    let (a, b) = (server.store(DOUBLE).await, server.store(&DOUBLE.replace("Double", "Other")).await);
    for round in 0..5 {
        server.run(if round % 2 == 0 { &a } else { &b }, "1").await;
    }
    let ids = |body: &serde_json::Value| -> Vec<String> {
        let items = body["items"].as_array().expect("items");
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    };
    let whole = ids(&server.get("/api/v1/executions").await.ok(200));
    assert!(whole.len() == 5 && whole.is_sorted_by(|a, b| a > b), "{whole:?}");
    let first = server.get("/api/v1/executions?limit=3").await.ok(200);
    let next = first["next_cursor"].as_str().expect("more follow").to_owned();
    let second = server.get(&format!("/api/v1/executions?limit=3&cursor={next}")).await.ok(200);
    assert_eq!([ids(&first), ids(&second)].concat(), whole);
    assert!(second["next_cursor"].is_null());
    let page = server.get("/api/v1/executions?page=2&pageSize=2").await.ok(200);
    assert_eq!((ids(&page), page["total"].as_u64()), (whole[2..4].to_vec(), Some(5)));
    let of_b = server.get(&format!("/api/v1/executions?workflow={b}")).await.ok(200);
    assert_eq!((ids(&of_b).len(), of_b["items"][0]["workflow"]["name"].as_str()), (2, Some("Other")));
    assert_eq!(ids(&server.get("/api/v1/executions?status=failed,canceled").await.ok(200)).len(), 0);
    assert_eq!(server.get("/api/v1/executions?status=done").await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn what_has_ended_cannot_be_canceled() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let execution = server.run(&id, "4").await["execution_id"].as_str().expect("an id").to_owned();
    assert_eq!(server.post(&format!("/api/v1/executions/{execution}/cancel"), "").await.problem(409), "has_ended");
    assert_eq!(server.post("/api/v1/executions/0000000000000/cancel", "").await.problem(404), "not_found");
    assert_eq!(server.get("/api/v1/executions/not-an-id").await.problem(404), "not_found");
}

#[tokio::test]
async fn an_execution_has_as_much_time_as_the_settings_say() {
    let graph = r#"{"nodes": [{"id": "n", "type": "number", "data": {"value": 1}}], "edges": []}"#;
    // A time that is up before the first step.
    let server = Server::with(&[("executions.timeout_minutes", "0.000000001")]).await;
    let result = server.post("/api/v1/workflows/execute", graph).await.ok(200);
    assert_eq!((result["status"].as_str(), result["error"]["code"].as_str()), (Some("timed_out"), Some("timed_out")));
    let listed = server.get("/api/v1/executions?status=timed_out").await.ok(200);
    assert_eq!((&listed["items"][0]["error"], &result["error"]["node"]), (&result["error"], &serde_json::Value::Null));
    let server = Server::with(&[("executions.timeout_minutes", "0")]).await;
    assert_eq!(server.post("/api/v1/workflows/execute", graph).await.ok(200)["status"], "succeeded");
}

#[tokio::test]
async fn expressions_read_what_their_names_say() {
    let server = Server::with(&[("expressions.env", "PATH")]).await;
    let expression = "({ id: execution.id, workflow: workflow.name, trigger: trigger, path: env.PATH === undefined, \
        home: env.HOME, by_id: nodes.start.output.n + node.start.output.n, by_label: $('The start').item.json.n, \
        json: $json.n, inputs: inputs.start.n, vars: vars.limit + variables.limit, index: index, item: item, \
        now: now.getTime() === new Date().getTime(), year: now.getFullYear() > 2020 })";
    let graph = format!(
        r#"{{"name": "Named", "variables": {{"limit": 5}},
        "nodes": [{{"id": "start", "type": "manual", "data": {{"label": "The start"}}}},
            {{"id": "read", "type": "expression", "data": {{"expression": "{expression}"}}}}],
        "edges": [{{"source": "start", "target": "read"}}]}}"#
    );
    let id = server.store(&graph).await;
    let ran = server.run(&id, r#"{"n": 7}"#).await;
    let output = &ran["output"];
    assert_eq!((&output["id"], output["workflow"].as_str()), (&ran["execution_id"], Some("Named")), "{ran}");
    let numbers = ["by_id", "by_label", "json", "inputs", "vars"].map(|key| output[key].as_i64().unwrap_or(0));
    assert_eq!(numbers, [14, 7, 7, 7, 10], "{ran}");
    assert_eq!((output["path"].as_bool(), output.get("home")), (Some(false), None), "only what the settings allow");
    assert_eq!((output["now"].as_bool(), output["year"].as_bool()), (Some(true), Some(true)), "{ran}");
    let refused = graph.replace("execution.id", "secrets.key");
    let told = server.post("/api/v1/workflows/validate", &refused).await.text().to_owned();
    assert!(told.contains("marked sensitive"), "{told}");
}
