//! The other side of the examples that call over HTTP: a catalog in pages, a system that is down at first, an echo.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

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
    let router = Router::new()
        .route("/items", get(items))
        .route("/orders", post(orders))
        .route("/echo", any(echo))
        .with_state(Calls::default());
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
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
    let address = serve().await;
    let client = reqwest::Client::new();
    let page = client.get(format!("{address}/items?page=3&per_page=40")).send().await.expect("an answer");
    let page: Value = serde_json::from_str(&page.text().await.expect("a body")).expect("JSON");
    assert_eq!((page["items"].as_array().map(Vec::len), page["items"][19]["id"].as_u64()), (Some(20), Some(100)));
    let order = |key: &'static str| {
        let call = client.post(format!("{address}/orders")).header("content-type", "application/json");
        call.header("idempotency-key", key).body(r#"{"id": "A"}"#).send()
    };
    let mut statuses = Vec::new();
    for key in ["k", "k", "other", "k"] {
        statuses.push(order(key).await.expect("an answer").status().as_u16());
    }
    assert_eq!(statuses, [503, 503, 503, 200]);
}
