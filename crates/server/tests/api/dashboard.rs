//! Dashboard, health, metrics, and what all answers have in common.

use std::sync::{Arc, Mutex};

use crate::harness::{DOUBLE, Server};

#[tokio::test]
async fn figures_follow_what_happens() {
    let server = Server::new().await;
    let stats = || async { server.get("/api/v1/dashboard/stats").await.ok(200) };
    let empty = stats().await;
    assert_eq!((empty["total"].as_u64(), empty["success_rate"].is_null()), (Some(0), true));
    let id = server.store(DOUBLE).await;
    server.store(&DOUBLE.replace("\"unknown\"", "\"active\": false, \"unknown\"")).await;
    for input in ["1", "2", "3"] {
        server.run(&id, input).await;
    }
    server
        .post(
            "/api/v1/workflows/execute",
            r#"{"nodes": [{"id": "bad", "type": "expression", "data": {"expression": "input.a.b"}}]}"#,
        )
        .await;
    let full = stats().await;
    assert_eq!((full["total_workflows"].as_u64(), full["active_workflows"].as_u64()), (Some(2), Some(1)));
    assert_eq!(
        (full["total"].as_u64(), full["completed"].as_u64(), full["failed"].as_u64()),
        (Some(4), Some(3), Some(1))
    );
    assert_eq!((full["success_rate"].as_f64(), full["running_executions"].as_u64()), (Some(75.0), Some(0)));
    assert!(full["average_time_ms"].as_f64().is_some());
    let recent = server.get("/api/v1/dashboard/recent-executions?limit=2").await.ok(200);
    assert_eq!(recent["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(server.get("/api/dashboard/recent-executions").await.ok(200)["items"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn the_past_is_told_by_the_hour_and_by_the_day() {
    let server = Server::new().await;
    let history = async |query: &str| server.get(&format!("/api/v1/dashboard/history{query}")).await.ok(200);
    let id = server.store(DOUBLE).await;
    for input in ["1", "2", "{}"] {
        let body = format!(r#"{{"input": {input}, "wait": true}}"#);
        server.post(&format!("/api/v1/workflows/{id}/execute"), &body).await;
    }
    let bad = r#"{"nodes": [{"id": "bad", "type": "expression", "data": {"expression": "input.a.b"}}]}"#;
    server.post("/api/v1/workflows/execute", bad).await;
    let stats = server.get("/api/v1/dashboard/stats").await.ok(200);
    for (query, range, count) in
        [("", "day", 24), ("?range=day", "day", 24), ("?range=month&tz=Europe/Berlin", "month", 30)]
    {
        let told = history(query).await;
        let items = told["items"].as_array().expect("items");
        assert_eq!((told["range"].as_str(), items.len()), (Some(range), count), "{query}");
        // The hour may have ended meanwhile.
        let sum = |key: &str| items.iter().map(|item| item[key].as_u64().expect("a count")).sum::<u64>();
        assert_eq!((sum("total"), sum("failed") > 0), (stats["total"].as_u64().expect("a count"), true), "{told}");
        assert_eq!(Some(sum("succeeded")), stats["completed"].as_u64(), "{told}");
        let latest = items.iter().rev().find(|item| item["total"] != 0).expect("something ran");
        let ms = |key: &str| latest[key].as_f64().unwrap_or_else(|| panic!("{key} of {latest}"));
        assert!(ms("p50_ms") <= ms("p95_ms") && ms("p95_ms") <= ms("p99_ms") && ms("mean_ms") >= 0.0);
        assert!(items[0]["p50_ms"].is_null() && items[0]["total"] == 0, "{}", items[0]);
        let from = |at: usize| items[at]["from"].as_str().expect("a time").to_owned();
        assert!((1..count).all(|at| from(at - 1) < from(at)), "oldest first: {told}");
    }
    for query in ["range=year", "tz=Nowhere"] {
        let answer = server.get(&format!("/api/v1/dashboard/history?{query}")).await;
        assert_eq!(answer.problem(400), "invalid_parameter", "{query}");
    }
}

#[tokio::test]
async fn health_names_its_three_checks() {
    let server = Server::new().await;
    for path in ["/healthz", "/readyz", "/api/v1/healthz"] {
        let health = server.call("GET", path).anonymous().send().await.ok(200);
        assert_eq!(health["status"], "healthy");
        for check in ["database", "workflow-executor", "memory-usage"] {
            assert_eq!(health["checks"][check]["status"], "healthy", "{check}");
        }
    }
    assert_eq!(server.call("GET", "/livez").anonymous().send().await.text(), "ok");
    server.app.begin_stop();
    assert_eq!(server.get("/readyz").await.ok(503)["checks"]["workflow-executor"]["status"], "unhealthy");
}

#[tokio::test]
async fn memory_above_its_threshold_is_told() {
    let server = Server::with(&[("alerts.memory_mb", "1")]).await;
    let health = server.get("/healthz").await.ok(200);
    assert_eq!(
        (health["status"].as_str(), health["checks"]["database"]["status"].as_str()),
        (Some("degraded"), Some("healthy"))
    );
    assert_eq!(health["checks"]["memory-usage"]["status"], "degraded");
    assert_eq!(server.get("/readyz").await.status, 200, "it still takes work");
}

/// A log that a test reads.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_slow_request_is_logged_and_a_quick_one_is_not() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _here = tracing::subscriber::set_default(lines);
    let said = |log: &Log| String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    Server::new().await.get("/api/v1/workflows").await.ok(200);
    assert!(!said(&log).contains("slow request"), "{}", said(&log));
    let server = Server::with(&[("limits.slow_ms", "0")]).await;
    server.call("GET", "/api/v1/workflows").header("x-request-id", "mine-2").send().await.ok(200);
    let said = said(&log);
    let line = said.lines().find(|line| line.contains("slow request")).unwrap_or_else(|| panic!("{said:?}"));
    for part in ["WARN", "mine-2", "GET", "/api/v1/workflows", "200", "took"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[tokio::test]
async fn metrics_count_requests_and_executions() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    server.run(&id, "1").await;
    let text = server.get("/metrics").await;
    assert!(text.header("content-type").starts_with("text/plain"));
    for line in [
        r#"requests_total{route="/api/v1/workflows",method="POST",status="201"}"#,
        r#"request_duration_seconds_bucket{route="/api/v1/workflows","#,
        "executions_ended_total ",
        "executions_in_flight ",
        "commits_total ",
        "process_resident_memory_bytes ",
    ] {
        assert!(text.text().contains(line), "{line} in {}", text.text());
    }
}

#[tokio::test]
async fn answers_carry_an_id_safe_headers_and_are_packed() {
    let server = Server::new().await;
    let answer = server
        .call("GET", "/api/v1/node-types")
        .header("accept-encoding", "gzip")
        .header("x-request-id", "mine-1")
        .send()
        .await;
    assert_eq!((answer.header("x-request-id"), answer.header("content-encoding")), ("mine-1", "gzip"));
    assert_eq!((answer.header("x-content-type-options"), answer.header("cache-control")), ("nosniff", "no-store"));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let small = server
        .call("GET", "/livez")
        .header("accept-encoding", "gzip, br")
        .header("x-request-id", "bad id!")
        .send()
        .await;
    assert_eq!(small.header("content-encoding"), "", "small answers are not worth packing");
    assert_eq!(small.header("x-request-id").len(), 16);
}

#[tokio::test]
async fn node_types_describe_themselves() {
    let server = Server::new().await;
    let list = server.get("/api/v1/node-types").await.ok(200);
    let items = list["items"].as_array().expect("items");
    let find = |id: &str| items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id} is listed"));
    assert_eq!(
        (find("expression")["effect"].as_str(), find("expression")["dynamic_outputs"].as_bool()),
        (Some("pure"), Some(false))
    );
    let dynamic: Vec<&str> =
        items.iter().filter(|item| item["dynamic_outputs"] == true).filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(dynamic, ["switch", "split", "try_catch", "mock"]);
    for item in items {
        assert_eq!(item["schema"]["type"], "object", "{}", item["id"]);
        assert!(item["summary"].as_str().is_some_and(|summary| !summary.is_empty()));
    }
    assert_eq!(server.get("/api/v1/node-types/if").await.ok(200)["id"], "condition");
    assert_eq!(server.get("/api/v1/node-types/none").await.problem(404), "not_found");
}

#[tokio::test]
async fn expressions_are_tried_on_given_data() {
    let server = Server::new().await;
    let ask = |body: &'static str| server.post("/api/v1/expressions/evaluate", body);
    assert_eq!(ask(r#"{"expression": "input.a * 2", "input": {"a": 4}}"#).await.ok(200)["value"], 8);
    assert_eq!(ask(r#"{"condition": ">= 18", "input": 20}"#).await.ok(200)["value"], true);
    assert_eq!(
        ask(r#"{"template": "Hi {{ nodes.x.output.name }}", "nodes": {"x": {"name": "Ada"}}}"#).await.ok(200)["value"],
        "Hi Ada"
    );
    let thrown = ask(r#"{"expression": "input.a.b", "input": {}}"#).await.ok(200);
    assert_eq!((thrown["ok"].as_bool(), thrown["error"]["message"].is_string()), (Some(false), true));
    assert_eq!(ask(r#"{"expression": "require('fs')"}"#).await.ok(200)["error"]["code"], "compile");
    assert_eq!(ask("{}").await.problem(400), "missing_field");
}
