//! Files: large bodies that come from a call or a webhook, go through steps, out with a call, and to whoever saves them.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{DOUBLE, Server};

/// Bytes of the file.
const SIZE: usize = 5_000_000;
/// Calls may go to this machine, and a value would be much too large for the file.
const SETTINGS: &[(&str, &str)] = &[("calls.allowed_private", "127.0.0.1"), ("calls.response_bytes", "200000")];

type Sent = Arc<Mutex<Vec<(String, Bytes)>>>;

/// Bytes that are neither text nor the same anywhere.
fn body() -> Vec<u8> {
    let mut state = 7u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(SIZE).collect()
}

/// A system that has a file and takes files.
async fn other(sent: Sent) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let archive = async || ([("content-type", "application/zip")], body());
    let take = async |State(sent): State<Sent>, headers: HeaderMap, body: Bytes| {
        let kind = headers["content-type"].to_str().expect("a type").to_owned();
        sent.lock().expect("no panic").push((kind, body.clone()));
        Json(json!({"bytes": body.len()}))
    };
    let router = Router::new().route("/files/all.zip", get(archive)).route("/inbox", post(take)).with_state(sent);
    tokio::spawn(async move { axum::serve(listener, router.layer(DefaultBodyLimit::disable())).await });
    format!("http://{address}")
}

fn graph(url: &str) -> String {
    format!(
        r#"{{"nodes": [{{"id": "s", "type": "manual"}},
            {{"id": "load", "type": "http", "data": {{"url": "{url}/files/all.zip", "method": "GET"}}}},
            {{"id": "wrap", "type": "expression", "data": {{"expression": "({{ doc: input, size: input?.size }})"}}}},
            {{"id": "pick", "type": "expression", "data": {{"expression": "input.doc"}}}},
            {{"id": "send", "type": "http", "data": {{"url": "{url}/inbox", "method": "POST", "body": "{{{{ input }}}}"}}}}],
        "edges": [{{"source": "s", "target": "load"}}, {{"source": "load", "target": "wrap"}},
            {{"source": "wrap", "target": "pick"}}, {{"source": "pick", "target": "send"}}]}}"#
    )
}

async fn steps(server: &Server, id: &str) -> Vec<Value> {
    let list = server.get(&format!("/api/v1/executions/{id}/steps")).await.ok(200);
    list["items"].as_array().expect("steps").clone()
}

#[tokio::test]
async fn a_file_goes_through_steps_out_with_a_call_and_to_who_saves_it() {
    let (server, sent) = (Server::with(SETTINGS).await, Sent::default());
    let url = other(sent.clone()).await;
    let workflow = server.store(&graph(&url)).await;
    let ran = server.run(&workflow, "1").await;
    assert_eq!((&ran["status"], &ran["output"]), (&json!("succeeded"), &json!({"bytes": SIZE})), "{ran}");
    let whole = body();
    {
        let sent = sent.lock().expect("no panic");
        assert_eq!((sent.len(), sent[0].0.as_str()), (1, "application/zip"));
        assert!(sent[0].1 == whole, "other bytes than came");
    }
    let id = ran["execution_id"].as_str().expect("an id");
    let file = steps(&server, id).await[3]["output"].clone();
    let hash = file["$file"].as_str().expect("a file").to_owned();
    assert_eq!(file, json!({"$file": hash, "name": "all.zip", "type": "application/zip", "size": SIZE}));
    assert_eq!(hash, blake3::hash(&whole).to_string());

    let path = format!("/api/v1/executions/{id}/files/{hash}");
    let saved =
        server.call("GET", &format!("{path}?name=all.zip&type=text/html")).header("accept-encoding", "gzip, br");
    let saved = saved.send().await;
    assert!(saved.status == 200 && saved.bytes == whole);
    assert_eq!(saved.header("content-disposition"), "attachment; filename=\"all.zip\"; filename*=UTF-8''all.zip");
    assert_eq!((saved.header("content-type"), saved.header("x-content-type-options")), ("text/html", "nosniff"));
    assert!(saved.header("content-security-policy").starts_with("sandbox;"), "it acts as a page of ours");
    assert_eq!((saved.header("content-length"), saved.header("content-encoding")), (SIZE.to_string().as_str(), ""));
    let part = server.call("GET", &path).header("range", "bytes=300000-300099").send().await;
    assert!(part.status == 206 && part.bytes == whole[300_000..300_100]);
    assert_eq!(part.header("content-range"), format!("bytes 300000-300099/{SIZE}"));
    assert_eq!(part.header("content-type"), "application/octet-stream");
    let none = server.call("GET", &path).header("range", "bytes=5000000-").send().await;
    assert_eq!((none.problem(416), none.header("content-range")), ("no_such_range".into(), "bytes */5000000"));

    // Who does not refer to it has it not, whatever its values say.
    let forged = graph(&url).replace("input.doc", "({ $file: '00' })");
    let forged = server.post("/api/v1/workflows/execute", &forged).await.ok(200);
    assert_eq!(forged["status"], "succeeded", "what is no hash is an ordinary object: {forged}");
    let double = server.store(DOUBLE).await;
    let other = server.run(&double, "4").await["execution_id"].as_str().expect("an id").to_owned();
    assert_eq!(server.get(&format!("/api/v1/executions/{other}/files/{hash}")).await.problem(404), "not_found");
    assert_eq!(
        server.get(&format!("/api/v1/executions/{id}/files/{}", "0".repeat(64))).await.problem(404),
        "not_found"
    );
    assert_eq!(server.get(&format!("/api/v1/executions/{id}/files/x")).await.problem(404), "not_found");
    assert_eq!(server.call("GET", &path).anonymous().send().await.problem(401), "not_signed_in");
    let stolen =
        graph(&url).replace("input.doc", &format!("({{ $file: '{hash}' }})")).replace("/files/all.zip", "/none");
    let stolen = stolen.replace(r#""method": "GET""#, r#""method": "GET", "ok_statuses": "4xx""#);
    let stolen = server.post("/api/v1/workflows/execute", &stolen).await.ok(200);
    assert_eq!(stolen["error"]["code"], "file_not_found", "{stolen}");

    // A fork sends it again.
    let count = sent.lock().expect("no panic").len();
    let fork = server.post(&format!("/api/v1/executions/{id}/fork"), r#"{"from": "send"}"#).await.ok(201);
    let fork = fork["id"].as_str().expect("an id").to_owned();
    assert_eq!(server.once(&fork, "succeeded").await["output"], json!({"bytes": SIZE}));
    let sent = sent.lock().expect("no panic");
    assert!(sent.len() == count + 1 && sent[count].1 == whole);
}

#[tokio::test]
async fn a_webhook_takes_a_file() {
    let server = Server::new().await;
    let hook = r#"{"nodes": [{"id": "hook", "type": "webhook", "data": {"path": "scans", "method": "POST", "respond": "when_finished"}},
            {"id": "next", "type": "expression", "data": {"expression": "({ got: input })"}}],
        "edges": [{"source": "hook", "target": "next"}]}"#;
    server.store(hook).await;
    let bytes = body()[..700_000].to_vec();
    let call = server.call("POST", "/hooks/scans").anonymous().header("content-type", "image/png").body(bytes.clone());
    let answer = call.send().await;
    let hash = blake3::hash(&bytes).to_string();
    assert_eq!(answer.ok(200)["got"], json!({"$file": hash, "type": "image/png", "size": 700_000}));
    let path = format!("/api/v1/executions/{}/files/{hash}", answer.header("x-execution-id"));
    assert!(server.get(&path).await.bytes == bytes);
}

/// A system whose first answer ends in the middle, or never ends, and whose next ones are whole.
async fn shaky(first_ends: bool) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut open = Vec::new();
        for call in 0.. {
            let (mut socket, _) = listener.accept().await.expect("a call");
            let mut asked = [0; 4_096];
            assert!(socket.read(&mut asked).await.expect("a request") > 0);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {SIZE}\r\n\r\n");
            let whole = body();
            let sent = if call == 0 { SIZE / 2 } else { SIZE };
            // The other end may have hung up.
            let _ = socket.write_all(&[head.as_bytes(), &whole[..sent]].concat()).await;
            if call > 0 || !first_ends {
                open.push(socket);
            }
        }
    });
    format!("http://{address}")
}

fn loading(url: &str) -> String {
    let retry = r#"{"max_attempts": 3, "initial_delay": "5ms"}"#;
    format!(
        r#"{{"nodes": [{{"id": "s", "type": "manual"}}, {{"id": "load", "type": "http",
            "data": {{"url": "{url}/a.png", "method": "GET", "retry": {retry}}}}}], "edges": [{{"source": "s", "target": "load"}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_is_tried_again_and_one_that_stalls_can_be_canceled() {
    let server = Server::with(SETTINGS).await;
    let ran = server.post("/api/v1/workflows/execute", &loading(&shaky(true).await)).await.ok(200);
    assert_eq!(ran["output"]["$file"], blake3::hash(&body()).to_string(), "{ran}");
    let id = ran["execution_id"].as_str().expect("an id");
    assert_eq!(steps(&server, id).await[1]["attempts"], 2);

    let workflow = server.store(&loading(&shaky(false).await)).await;
    let begun = server.post(&format!("/api/v1/workflows/{workflow}/execute"), "{}").await.ok(202);
    let id = begun["execution_id"].as_str().expect("an id");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    server.post(&format!("/api/v1/executions/{id}/cancel"), "{}").await.ok(202);
    server.once(id, "canceled").await;
    let path = format!("/api/v1/executions/{id}/files/{}", blake3::hash(&body()[..SIZE / 2]));
    assert_eq!(server.get(&path).await.problem(404), "not_found");
}
