//! Templates: workflows that come with the program.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::example_calls;
use crate::harness::Server;

/// Where the gallery shows them.
const CATEGORIES: [&str; 7] = [
    "Calls to other systems",
    "Data and reports",
    "Getting started",
    "Loops and batches",
    "Orders and money",
    "People and forms",
    "When things fail",
];

#[tokio::test]
async fn templates_say_what_they_are_and_show_it() {
    let server = Server::new().await;
    let list = server.get("/api/v1/templates").await.ok(200);
    let items = list["items"].as_array().expect("items");
    assert!(items.len() >= 25, "{}", items.len());
    let categories: BTreeSet<&str> = items.iter().filter_map(|item| item["category"].as_str()).collect();
    assert_eq!(categories.into_iter().collect::<Vec<_>>(), CATEGORIES);
    let mut ids = BTreeSet::new();
    for item in items {
        let text = |key: &str| item[key].as_str().unwrap_or_default();
        assert!(ids.insert(text("id")) && text("name").len() > 4 && text("description").len() > 40, "{item}");
        let tags = item["tags"].as_array().expect("tags");
        assert!(!tags.is_empty() && !tags.contains(&"example".into()), "{item}");
        let preview = &item["preview"];
        let boxes = preview["boxes"].as_array().expect("boxes");
        assert_eq!(boxes.len(), item["node_count"], "a small graph is drawn whole: {item}");
        assert!(boxes.iter().any(|one| one[4] == "trigger"), "{item}");
        for one in boxes {
            let right = one[0].as_u64().zip(one[2].as_u64()).map(|(x, width)| x + width);
            assert!(right.is_some_and(|right| right <= preview["w"].as_u64().unwrap_or(0) + 1), "{item}");
        }
        assert!(item["node_count"].as_u64() < Some(2) || !preview["lines"][0].is_null(), "{item}");
        assert_eq!(item.get("graph"), None, "a list has no graphs");
    }
    assert_eq!(server.get("/api/v1/templates/none").await.problem(404), "not_found");
    assert_eq!(server.call("GET", "/api/v1/templates").anonymous().send().await.problem(401), "not_signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_is_used_and_runs() {
    let calls = example_calls::serve().await;
    let server = Server::with(&[("calls.allowed_private", "127.0.0.1")]).await;
    let list = server.get("/api/v1/templates").await.ok(200);
    let (mut ran, mut waits) = (0, 0);
    for item in list["items"].as_array().expect("items") {
        let id = item["id"].as_str().expect("an id");
        let whole = server.get(&format!("/api/v1/templates/{id}")).await.ok(200);
        assert_eq!(whole["name"], item["name"]);
        let mut graph = whole["graph"].clone();
        assert_eq!((graph.get("samples"), graph.get("category")), (None, None), "{id}");
        assert_eq!(graph["tags"], item["tags"], "{id}");
        if let Some(address) = graph.pointer_mut("/variables/base_url") {
            *address = Json::from(calls.as_str());
        }
        let stored = server.post("/api/v1/workflows", &graph.to_string()).await.ok(201);
        let workflow = stored["id"].as_str().expect("an id");
        let check = server.post("/api/v1/workflows/validate", &graph.to_string()).await.ok(200);
        assert_eq!(check["valid"], true, "{id}: {check}");
        // What needs a person, or an input that only its own test knows, is run there.
        if let Some(sample) = whole["samples"].get(0).filter(|_| id != "order-approval") {
            assert_eq!(server.run(workflow, &sample.to_string()).await["status"], "succeeded", "{id}");
            ran += 1;
        } else {
            waits += 1;
        }
    }
    assert!(ran >= 25 && waits < 10, "{ran} {waits}");
}
