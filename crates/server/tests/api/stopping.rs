//! A server that is asked to stop: what is under way, what is new, and what goes on after its restart.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use reqwest::StatusCode;
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::serving::{Caller, Process};

/// Another system that answers nobody until it is let through, and remembers the keys it was called with.
#[derive(Clone)]
struct Other {
    url: String,
    keys: Arc<Mutex<Vec<String>>>,
    through: watch::Sender<bool>,
}

impl Other {
    async fn begin() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let other = Self { url, keys: Arc::default(), through: watch::Sender::new(false) };
        let router = axum::Router::new().route("/", post(Self::called)).with_state(other.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        other
    }

    async fn called(State(other): State<Self>, headers: HeaderMap) -> &'static str {
        let key = headers["idempotency-key"].to_str().expect("text").to_owned();
        other.keys.lock().expect("no panic").push(key);
        other.through.subscribe().wait_for(|through| *through).await.expect("it lives");
        "booked"
    }

    fn keys(&self) -> Vec<String> {
        self.keys.lock().expect("no panic").clone()
    }

    /// Waits until it has been called so often; a test that waits in vain is ended by its runner.
    async fn called_times(&self, count: usize) {
        while self.keys().len() < count {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// A workflow that calls it; answers the path that starts it.
    async fn workflow(&self, server: &Process, caller: &Caller) -> String {
        let graph = format!(
            r#"{{"nodes": [{{"id": "call", "type": "http", "data": {{"method": "POST", "url": "{}", "timeout": "1h"}}}},
                {{"id": "after", "type": "expression", "data": {{"expression": "input + '!'"}}}}],
                "edges": [{{"source": "call", "target": "after"}}]}}"#,
            self.url
        );
        let workflow = caller.post(server, "/api/v1/workflows", &graph).await;
        format!("/api/v1/workflows/{}/execute", workflow["id"].as_str().expect("an id"))
    }
}

const OPEN: [&str; 2] = ["--set", "calls.allowed_private=127.0.0.1"];

fn path_of(started: &Json) -> String {
    format!("/api/v1/executions/{}", started["execution_id"].as_str().unwrap_or_else(|| panic!("{started}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_way_is_awaited_while_starts_are_told_to_come_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = Other::begin().await;
    let first = Process::start(folder.path(), &[&OPEN[..], &["--set", "executions.drain_seconds=3600"]].concat());
    let caller = Caller::of(folder.path());
    let execute = other.workflow(&first, &caller).await;
    let path = path_of(&caller.post(&first, &execute, "{}").await);
    other.called_times(1).await;
    first.terminate();
    let ready = async || caller.client.get(first.url("/readyz")).send().await.expect("an answer").status();
    while ready().await != StatusCode::SERVICE_UNAVAILABLE {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let steps = [execute.clone(), format!("{path}/replay"), format!("{path}/retry")];
    for begins in steps {
        let refused = caller.client.post(first.url(&begins)).bearer_auth(&caller.token).body("{}").send().await;
        let refused = refused.expect("an answer");
        assert_eq!(
            (refused.status(), refused.headers()["retry-after"].as_bytes()),
            (StatusCode::SERVICE_UNAVAILABLE, &b"5"[..])
        );
        assert!(refused.text().await.expect("text").contains(r#""code":"stopping""#), "{begins}");
    }
    assert_eq!(caller.get(&first, &path).await["finished_at"], Json::Null, "it can be read, and has not ended");
    other.through.send_replace(true);
    assert!(first.ended().success());
    let second = Process::start(folder.path(), &OPEN);
    let shown = caller.get(&second, &path).await;
    assert_eq!((&shown["status"], &shown["output"]), (&Json::from("succeeded"), &Json::from("booked!")));
    assert_eq!(other.keys().len(), 1, "it was not called again");
    assert!(second.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_outlasts_the_time_to_stop_is_made_again_with_its_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = Other::begin().await;
    let first = Process::start(folder.path(), &[&OPEN[..], &["--set", "executions.drain_seconds=0.2"]].concat());
    let caller = Caller::of(folder.path());
    let execute = other.workflow(&first, &caller).await;
    let waits = caller.client.post(first.url(&execute)).bearer_auth(&caller.token).body(r#"{"wait": true}"#).send();
    let waits = tokio::spawn(waits);
    other.called_times(1).await;
    assert!(first.stop().success(), "it ends although nobody answered the call");
    let told = waits.await.expect("no panic").expect("an answer");
    assert_eq!(told.status(), StatusCode::ACCEPTED, "who waits is told which execution goes on");
    let told: Json = serde_json::from_str(&told.text().await.expect("text")).expect("JSON");
    let path = path_of(&told);
    let second = Process::start(folder.path(), &OPEN);
    other.called_times(2).await;
    other.through.send_replace(true);
    assert_eq!(caller.once(&second, &path, "succeeded").await["output"], "booked!");
    let key = format!("{}.call", told["execution_id"].as_str().expect("an id"));
    assert_eq!(other.keys(), [key.clone(), key]);
    assert!(second.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_twice_stops_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = Other::begin().await;
    let server = Process::start(folder.path(), &[&OPEN[..], &["--set", "executions.drain_seconds=3600"]].concat());
    let caller = Caller::of(folder.path());
    let execute = other.workflow(&server, &caller).await;
    caller.post(&server, &execute, "{}").await;
    other.called_times(1).await;
    server.terminate();
    let ready = async || caller.client.get(server.url("/readyz")).send().await.expect("an answer").status();
    while ready().await != StatusCode::SERVICE_UNAVAILABLE {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert!(server.stop().success());
}
