//! The other side of the examples that call over HTTP: a catalog in pages, a system that is down at first, an echo.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Items of the catalog; the price of each is its id.
const ITEMS: u64 = 100;
/// Calls with one key that fail before one succeeds.
const FAILURES: u64 = 2;

/// How often each Idempotency-Key came.
type Calls = Arc<Mutex<HashMap<String, u64>>>;

/// Serves on a port of this machine and answers its address.
pub(crate) async fn serve() -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router()).await });
    format!("http://{address}")
}

fn router() -> Router {
    Router::new()
        .route("/items", get(items))
        .route("/orders", post(orders))
        .route("/reports/{name}", get(report))
        .route("/archive", post(archive))
        .route("/echo", any(echo))
        .with_state(Calls::default())
}

/// A page of the catalog: `page` from 1, `per_page` items.
async fn items(Query(query): Query<HashMap<String, u64>>) -> Json<Value> {
    let of = |key: &str, default| query.get(key).copied().unwrap_or(default).max(1);
    let (page, size) = (of("page", 1), of("per_page", 10));
    let ids = ((page - 1) * size + 1)..=(page * size).min(ITEMS);
    let items: Vec<Value> = ids.map(|id| json!({"id": id, "price": id})).collect();
    Json(json!({"page": page, "items": items}))
}

/// Takes an order on the third call with its key; without a key it is refused.
async fn orders(State(calls): State<Calls>, headers: HeaderMap, Json(order): Json<Value>) -> (StatusCode, Json<Value>) {
    let Some(key) = headers.get("idempotency-key").and_then(|key| key.to_str().ok()) else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "no Idempotency-Key"})));
    };
    let mut calls = calls.lock().expect("no panic");
    let count = calls.entry(key.to_owned()).or_default();
    *count += 1;
    if *count <= FAILURES {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": "try again"})));
    }
    (StatusCode::OK, Json(json!({"order": order["id"], "calls": *count})))
}

/// A report of 20,000 lines and a head.
async fn report() -> ([(&'static str, &'static str); 1], String) {
    let lines = (0..20_000).map(|n| format!("2025-07-{:02},{n}\n", n % 31 + 1));
    ([("content-type", "text/csv")], std::iter::once("day,sales\n".to_owned()).chain(lines).collect())
}

/// Takes a report and counts its lines.
async fn archive(headers: HeaderMap, body: axum::body::Bytes) -> (StatusCode, Json<Value>) {
    if headers.get("content-type").is_none_or(|kind| kind != "text/csv") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, Json(json!({"error": "no report"})));
    }
    (StatusCode::OK, Json(json!({"lines": body.iter().filter(|byte| **byte == b'\n').count()})))
}

/// Tells what it was asked.
async fn echo(
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    body: axum::body::Bytes,
) -> Json<Value> {
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Json(json!({"method": method.as_str(), "path": uri.path(), "query": query, "body": body}))
}

#[tokio::test]
async fn the_other_side_does_what_the_examples_need() {
    let router = router();
    let ask = async |request: axum::http::request::Builder, body: &'static str| {
        let request = request.body(axum::body::Body::from(body)).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("a router never fails");
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice::<Value>(&body).expect("JSON"))
    };
    let (_, page) = ask(Request::get("/items?page=3&per_page=40"), "").await;
    assert_eq!((page["items"].as_array().map(Vec::len), page["items"][19]["id"].as_u64()), (Some(20), Some(100)));
    let mut statuses = Vec::new();
    for key in ["k", "k", "other", "k"] {
        let order = Request::post("/orders").header("content-type", "application/json").header("idempotency-key", key);
        statuses.push(ask(order, r#"{"id": "A"}"#).await.0);
    }
    assert_eq!(statuses, [503, 503, 503, 200]);
    let (_, told) = ask(Request::put("/echo?a=b"), "[1]").await;
    assert_eq!(told, json!({"method": "PUT", "path": "/echo", "query": {"a": "b"}, "body": [1]}));
}
