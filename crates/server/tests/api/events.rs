//! Events over server-sent events: history, resume, several executions, big values, and a real socket.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{DOUBLE, Server};

/// The events of a stream as (id, type, data).
fn read(text: &str) -> Vec<(String, String, serde_json::Value)> {
    let mut events = Vec::new();
    for block in text.split("\n\n") {
        let field = |name: &str| {
            block
                .lines()
                .find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')))
                .map(str::trim)
        };
        if let (Some(id), Some(kind), Some(data)) = (field("id"), field("event"), field("data")) {
            events.push((id.to_owned(), kind.to_owned(), serde_json::from_str(data).expect("JSON")));
        }
    }
    events
}

#[tokio::test]
async fn history_is_a_stream_that_ends() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let execution = server.run(&id, "4").await["execution_id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/executions/{execution}/events");
    let answer = server.get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/event-stream"));
    let events = read(answer.text());
    let kinds: Vec<&str> = events.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"accepted"), Some(&"finished")), "{kinds:?}");
    assert!(kinds.contains(&"step_finished"));
    for (at, (id, kind, data)) in events.iter().enumerate() {
        assert_eq!(*id, format!("{execution}:{}", data["seq"]));
        assert_eq!(
            (data["type"].as_str(), data["execution"].as_str()),
            (Some(kind.as_str()), Some(execution.as_str()))
        );
        assert!(at == 0 || events[at - 1].2["seq"].as_u64() < data["seq"].as_u64());
    }
    let (seen, rest) = events.split_at(2);
    let seq = &seen[1].2["seq"];
    let after = server.get(&format!("{path}?after={seq}")).await;
    assert_eq!(read(after.text()), rest);
    let resumed = server.call("GET", &path).header("last-event-id", &format!("{execution}:{seq}")).send().await;
    assert_eq!(read(resumed.text()), rest);
    let end = &events.last().expect("events").2["seq"];
    // 204 is what keeps a browser from connecting again.
    assert_eq!(server.get(&format!("{path}?after={end}")).await.status, 204);
    assert_eq!(server.get(&format!("{path}?after=x")).await.problem(400), "invalid_parameter");
    assert_eq!(server.get("/api/v1/executions/0000000000000/events").await.problem(404), "not_found");
}

#[tokio::test]
async fn one_connection_carries_several_executions() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let mut ids = Vec::new();
    for input in 0..3 {
        ids.push(server.run(&id, &input.to_string()).await["execution_id"].as_str().expect("an id").to_owned());
    }
    let events = read(server.get(&format!("/api/v1/executions/events?ids={}", ids.join(","))).await.text());
    for id in &ids {
        let of_one: Vec<_> = events.iter().filter(|(_, _, data)| data["execution"] == id.as_str()).collect();
        assert_eq!(of_one.last().map(|(_, kind, _)| kind.as_str()), Some("finished"));
    }
    let after: Vec<String> = ids.iter().take(2).map(|id| format!("{id}:99")).collect();
    let rest = read(
        server.get(&format!("/api/v1/executions/events?ids={}&after={}", ids.join(","), after.join(","))).await.text(),
    );
    assert!(!rest.is_empty() && rest.iter().all(|(_, _, data)| data["execution"] == ids[2].as_str()));
    assert_eq!(server.get("/api/v1/executions/events?ids=").await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn big_values_travel_as_a_preview_and_are_fetched_whole() {
    let server = Server::new().await;
    let id = server.store(DOUBLE.replace("input * 2", "input").as_str()).await;
    let big = format!("\"{}\"", "x".repeat(5_000));
    let execution = server.run(&id, &big).await["execution_id"].as_str().expect("an id").to_owned();
    let events = read(server.get(&format!("/api/v1/executions/{execution}/events")).await.text());
    let (_, _, finished) =
        events.iter().find(|(_, kind, data)| kind == "step_finished" && data["node"] == "twice").expect("it ran");
    let output = &finished["output"];
    assert_eq!((output["$elided"].as_bool(), output["bytes"].as_u64()), (Some(true), Some(5_002)));
    let reference = output["ref"].as_str().expect("a reference");
    let value = server.get(&format!("/api/v1/executions/{execution}/values/{reference}")).await;
    assert_eq!(value.text(), big);
}

/// Reads from a socket until the text holds a word.
async fn until(socket: &mut tokio::net::TcpStream, word: &str) -> String {
    let mut text = String::new();
    let mut chunk = [0; 4096];
    let reading = async {
        while !text.contains(word) {
            let read = socket.read(&mut chunk).await.expect("readable");
            assert!(read > 0, "the stream ended: {text}");
            text.push_str(&String::from_utf8_lossy(&chunk[..read]));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("in time");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_comes_back_goes_on_where_it_was() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let execution = server.run(&id, "4").await["execution_id"].as_str().expect("an id").to_owned();
    let url = server.listen().await;
    let address = url.trim_start_matches("http://");
    let request = |last: &str| {
        format!(
            "GET /api/v1/executions/{execution}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n{last}\r\n",
            crate::harness::TOKEN
        )
    };
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("connected");
    socket.write_all(request("").as_bytes()).await.expect("sent");
    let first = until(&mut socket, &format!("id: {execution}:1")).await;
    assert!(first.contains("event: accepted"), "{first}");
    drop(socket);
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("connected");
    socket.write_all(request(&format!("Last-Event-ID: {execution}:1\r\n")).as_bytes()).await.expect("sent");
    let rest = until(&mut socket, "event: finished").await;
    assert!(!rest.contains("event: accepted") && rest.contains("event: step_finished"), "{rest}");
}

/// A workflow that waits for longer than anybody does here.
const WAITS: &str = r#"{"nodes":[{"id":"start","type":"manual","data":{}},{"id":"wait","type":"delay","data":{"duration":"1h"}}],
    "edges":[{"id":"e","source":"start","target":"wait"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_streams_of_that_browser_at_once() {
    let server = Server::new().await;
    let id = server.store(WAITS).await;
    let started = server.post(&format!("/api/v1/workflows/{id}/execute"), "{}").await;
    let execution = started.json()["execution_id"].as_str().expect("an id").to_owned();
    let url = server.listen().await;
    let address = url.trim_start_matches("http://");
    let (cookie, other) = (server.sign_in().await, server.sign_in().await);
    let open = async |path: &str, cookie: &str| {
        let mut socket = tokio::net::TcpStream::connect(address).await.expect("connected");
        let request = format!("GET /api/v1/executions/{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.expect("sent");
        until(&mut socket, "event: accepted").await;
        socket
    };
    let (one, several) = (format!("{execution}/events"), format!("events?ids={execution}"));
    let mut streams = [open(&one, &cookie).await, open(&several, &cookie).await];
    let mut stays = open(&one, &other).await;
    let out = server.call("DELETE", "/api/v1/session").anonymous().header("cookie", &cookie).header("origin", &url);
    assert_eq!(out.header("host", address).send().await.status, 204);
    for stream in &mut streams {
        // The last chunk of an answer, which ends it.
        until(stream, "0\r\n\r\n").await;
    }
    server.post(&format!("/api/v1/executions/{execution}/cancel"), "{}").await;
    until(&mut stays, "event: finished").await;
}
