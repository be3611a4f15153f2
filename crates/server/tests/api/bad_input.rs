//! Bad input: each is answered with a clear problem, in less than a second, and nothing is lost.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::harness::{Answer, DOUBLE, Server};

async fn create(server: &Server, body: impl Into<Vec<u8>>) -> Answer {
    let body = body.into();
    let began = Instant::now();
    let answer = server.call("POST", "/api/v1/workflows").body(body).send().await;
    // Not a bar: a bound that only something that does not end would break.
    assert!(began.elapsed() < Duration::from_secs(20), "answered after {:?}", began.elapsed());
    answer
}

#[tokio::test]
async fn what_is_not_json_is_refused_with_its_path() {
    let server = Server::new().await;
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let rows: &[(&str, String, &str)] = &[
        ("NaN", r#"{"nodes": [{"id": "a", "data": {"value": NaN}}]}"#.into(), "$.nodes[0].data.value"),
        ("duplicate keys", r#"{"nodes": [{"id": "a", "id": "b"}]}"#.into(), "$.nodes[0]"),
        ("lone surrogate", r#"{"nodes": [{"id": "\ud800"}]}"#.into(), "$.nodes[0].id"),
        ("depth", format!(r#"{{"nodes": {deep}}}"#), "$.nodes[0]"),
        ("cut off", r#"{"nodes": ["#.into(), "$.nodes"),
        ("not UTF-8", String::new(), ""),
    ];
    for (what, body, path) in rows {
        let body = if *what == "not UTF-8" { b"{\"name\": \"\xff\"}".to_vec() } else { body.clone().into_bytes() };
        let answer = create(&server, body).await;
        assert_eq!(answer.problem(400), "invalid_json", "{what}");
        let said = answer.json()["path"].as_str().unwrap_or_default().to_owned();
        assert!(said.starts_with(path), "{what}: {said}");
    }
    assert_eq!(server.get("/api/v1/workflows?total=true").await.ok(200)["total"], 0);
}

#[tokio::test]
async fn what_is_no_graph_is_refused_with_its_path() {
    let server = Server::new().await;
    for (body, path) in [
        (r#"{"nodes": 1}"#, "nodes"),
        (r#"{"nodes": [{"type": "number"}]}"#, "nodes[0]"),
        (r#"{"nodes": [], "edges": [{"source": "a"}]}"#, "edges[0]"),
        (r#"{"nodes": [{"id": "a", "data": []}]}"#, "nodes[0].data"),
    ] {
        let answer = create(&server, body).await;
        assert_eq!(answer.problem(422), "invalid_shape", "{body}");
        assert_eq!(answer.json()["path"], path);
    }
    assert_eq!(create(&server, "[]").await.status.as_u16(), 422);
    let graph = r#"{"nodes": [{"id": "a", "type": "numbr", "data": {}}], "edges": [{"id": "e", "source": "a", "target": "b"}]}"#;
    let answer = create(&server, graph).await;
    assert_eq!(answer.problem(422), "invalid_graph");
    let problems = answer.json()["problems"].clone();
    let codes: Vec<&str> =
        problems.as_array().expect("problems").iter().filter_map(|problem| problem["code"].as_str()).collect();
    assert!(codes.contains(&"unknown_type") && codes.contains(&"dangling_edge"), "{codes:?}");
}

#[tokio::test]
async fn a_graph_of_a_million_nodes_is_over_the_limit() {
    let server = Server::new().await;
    let mut body = String::from(r#"{"nodes":["#);
    for at in 0..1_000_000 {
        body.push_str(if at == 0 { "" } else { "," });
        body.push_str(&format!(r#"{{"id":"n{at}","type":"no_op"}}"#));
    }
    body.push_str("]}");
    let answer = create(&server, body).await;
    assert_eq!(answer.problem(422), "invalid_shape");
    assert_eq!(answer.json()["path"], "nodes");
}

#[tokio::test]
async fn bodies_have_a_limit_packed_and_unpacked() {
    let server = Server::new().await;
    let large = create(&server, vec![b' '; 100_000_000]).await;
    assert_eq!(large.problem(413), "body_too_large");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..1_000 {
        packed.write_all(&[b' '; 1_000_000]).expect("packed");
    }
    let bomb = packed.finish().expect("packed");
    assert!(bomb.len() < 2_000_000, "a gigabyte in {} bytes", bomb.len());
    let post =
        |body: Vec<u8>| server.call("POST", "/api/v1/workflows").header("content-encoding", "gzip").body(body).send();
    assert_eq!(post(bomb).await.problem(413), "body_too_large");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(DOUBLE.as_bytes()).expect("packed");
    assert_eq!(post(packed.finish().expect("packed")).await.status, 201, "packed bodies are read");
    assert_eq!(post(b"not gzip at all".to_vec()).await.status.as_u16(), 400);
    assert_eq!(
        server.call("POST", "/api/v1/workflows").header("content-encoding", "zstd").body("x").send().await.problem(415),
        "unsupported_media_type"
    );
    let small = Server::with(&[("limits.body_bytes", "2000")]).await;
    assert_eq!(create(&small, format!("{DOUBLE}{}", " ".repeat(2_000))).await.problem(413), "body_too_large");
    assert_eq!(create(&small, DOUBLE).await.status, 201);
}

#[tokio::test]
async fn unusual_but_legal_values_are_kept() {
    let server = Server::new().await;
    let graph =
        r#"{"name": "odd \u0000", "nodes": [], "edges": [], "far": 1e400, "exact": 9007199254740993, "emoji": "😀"}"#;
    let created = create(&server, graph).await;
    assert_eq!(created.status, 201, "{}", created.text());
    // A JSON reader of Rust's own libraries would refuse the number.
    let id = created.text().split(r#""id":""#).nth(1).expect("an id")[..13].to_owned();
    let read = server.get(&format!("/api/v1/workflows/{id}")).await;
    for kept in [r#""far":1e400"#, r#""exact":9007199254740993"#, r#""emoji":"😀""#, r#""name":"odd \u0000""#] {
        assert!(read.text().contains(kept), "{kept} in {}", read.text());
    }
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_problems_too() {
    let server = Server::new().await;
    assert_eq!(server.get("/api/v1/nothing").await.problem(404), "not_found");
    assert_eq!(server.get("/api/nothing/at/all").await.problem(404), "not_found");
    let wrong = server.call("PATCH", "/api/v1/workflows").send().await;
    assert_eq!(wrong.problem(405), "method_not_allowed");
    assert!(wrong.header("allow").contains("POST"));
}
