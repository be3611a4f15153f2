//! Places for nodes, over the API.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::harness::Server;

#[tokio::test]
async fn nodes_get_places_and_containers_a_size() {
    let server = Server::new().await;
    let body = json!({"nodes": [{"w": 208, "h": 60}, {}, {"w": 100, "h": 40, "parent": 1}, {"parent": 1, "x": null}], "edges": [[0, 1], [2, 3], [3, 3]]});
    let places = server.post("/api/v1/layout", &body.to_string()).await.ok(200)["places"].clone();
    let lengths: Vec<usize> =
        places.as_array().expect("places").iter().map(|place| place.as_array().expect("numbers").len()).collect();
    assert_eq!(lengths, [2, 4, 2, 2], "{places}");
    let at = |node: usize, part: usize| places[node][part].as_f64().expect("a number");
    assert!(at(1, 0) >= 208.0 && at(3, 0) >= at(2, 0) + 100.0, "edges lead to the right: {places}");
    assert!(at(1, 2) >= at(3, 0) + 208.0 && at(1, 3) >= at(3, 1) + 60.0, "children count from its corner: {places}");
    assert_eq!(server.post("/api/v1/layout", r#"{"nodes": [], "edges": []}"#).await.ok(200), json!({"places": []}));
}

#[tokio::test]
async fn what_has_a_place_may_keep_it() {
    let server = Server::new().await;
    let body = |keep: bool| {
        json!({"nodes": [{"x": 1000.5, "y": 40}, {"x": 1e300, "y": 0}, {}], "edges": [[0, 1], [0, 2]], "keep": keep})
            .to_string()
    };
    let kept = server.post("/api/v1/layout", &body(true)).await.ok(200)["places"].clone();
    assert_eq!(kept[0], json!([1000.5, 40]));
    for node in [1, 2] {
        let x = kept[node][0].as_f64().expect("a number");
        assert!((1208.0..10_000.0).contains(&x), "what stands nowhere gets a place beside it: {kept}");
    }
    assert_eq!(server.post("/api/v1/layout", &body(false)).await.ok(200)["places"][0][0], 0);
}

#[tokio::test]
async fn what_cannot_be_laid_out_is_refused_with_its_place() {
    let server = Server::new().await;
    let node = json!({});
    for (body, code, path) in [
        (json!({"nodes": [node], "edges": [[0, 1]]}), "invalid_shape", "$.edges[0]"),
        (json!({"nodes": [node], "edges": [[0, -1]]}), "invalid_shape", "$.edges[0]"),
        (json!({"nodes": [node], "edges": [[0.5, 0]]}), "invalid_shape", "$.edges[0]"),
        (json!({"nodes": [node], "edges": [[0]]}), "invalid_shape", "$.edges[0]"),
        (json!({"nodes": [node], "edges": {}}), "invalid_shape", "$.edges"),
        (json!({"edges": []}), "invalid_shape", "$.nodes"),
        (json!({"nodes": [3], "edges": []}), "invalid_shape", "$.nodes[0]"),
        (json!({"nodes": [{"w": -1}], "edges": []}), "invalid_shape", "$.nodes[0].w"),
        (json!({"nodes": [{"h": 1e300}], "edges": []}), "invalid_shape", "$.nodes[0].h"),
        (json!({"nodes": [{"w": "1"}], "edges": []}), "invalid_shape", "$.nodes[0].w"),
        (json!({"nodes": [{"parent": 1}], "edges": []}), "invalid_shape", "$.nodes[0].parent"),
        (json!({"nodes": [{"parent": 0}], "edges": []}), "parent_cycle", "$.nodes[0].parent"),
        (
            json!({"nodes": [{"parent": 1}, {"parent": 2}, {"parent": 1}], "edges": []}),
            "parent_cycle",
            "$.nodes[1].parent",
        ),
        (json!({"nodes": [], "edges": [], "keep": 1}), "invalid_shape", "$.keep"),
    ] {
        let refused = server.post("/api/v1/layout", &body.to_string()).await;
        assert_eq!((refused.problem(422).as_str(), refused.json()["path"].as_str()), (code, Some(path)), "{body}");
    }
    assert_eq!(
        server.post("/api/v1/layout", r#"{"nodes": [{"x": NaN}], "edges": []}"#).await.problem(400),
        "invalid_json"
    );
    assert_eq!(
        server.post("/api/v1/layout", r#"{"nodes": [], "edges": [], "direction": 1}"#).await.problem(400),
        "unknown_field"
    );
    let many: Vec<Json> = vec![json!({}); 250_001];
    let refused = server.post("/api/v1/layout", &json!({"nodes": many, "edges": []}).to_string()).await;
    assert_eq!((refused.problem(422).as_str(), refused.json()["path"].as_str()), ("invalid_shape", Some("$.nodes")));
}

#[tokio::test]
async fn ten_thousand_nodes_take_no_time_worth_waiting_for() {
    let server = Server::new().await;
    let count = 10_000_usize;
    let nodes: Vec<Json> = (0..count)
        .map(|at| if at % 10 == 1 { json!({"parent": at - 1}) } else { json!({"w": 208, "h": 60}) })
        .collect();
    let edges: Vec<Json> =
        (0..count * 6 / 5).map(|at| json!([at * 31 % count, (at * 31 + at % 53 + 1) % count])).collect();
    let body = json!({"nodes": nodes, "edges": edges}).to_string();
    let began = Instant::now();
    let places = server.post("/api/v1/layout", &body).await.ok(200);
    let took = began.elapsed();
    assert_eq!(places["places"].as_array().map(Vec::len), Some(count));
    // Not a bar: the machine of a test may be busy with others.
    assert!(took < Duration::from_secs(5), "{took:?}");
}
