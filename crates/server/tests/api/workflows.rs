//! Workflows: CRUD, versions, the three ways to page, validation.

use crate::harness::{DOUBLE, Server};

#[tokio::test]
async fn a_workflow_is_stored_as_it_was_written() {
    let server = Server::new().await;
    let created = server.post("/api/v1/workflows", DOUBLE).await;
    let body = created.ok(201);
    assert_eq!(
        (body["name"].as_str(), body["node_count"].as_u64(), body["edge_count"].as_u64()),
        (Some("Double"), Some(2), Some(1))
    );
    assert_eq!(created.header("etag"), "\"1\"");
    let id = body["id"].as_str().expect("an id");
    assert_eq!((id.len(), body["rev"].as_u64()), (13, Some(1)));
    let read = server.get(&format!("/api/v1/workflows/{id}")).await;
    assert!(read.text().contains(r#""unknown":{"kept":[1.10,null]}"#), "{}", read.text());
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.ok(200)["graph"], serde_json::from_str::<serde_json::Value>(DOUBLE).expect("JSON"));
    // The same router under the other prefix.
    assert_eq!(server.get(&format!("/api/workflows/{id}")).await.ok(200)["id"], body["id"]);
}

#[tokio::test]
async fn a_workflow_is_told_anew_since_more_of_it_changes_than_its_revision() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let path = format!("/api/v1/workflows/{id}");
    let before = server.get(&path).await;
    let changes = r#"{"changes": [{"file": true, "set": {"name": "Other"}}]}"#;
    server.call("PATCH", &format!("{path}/draft")).header("if-match", "*").body(changes).send().await.ok(200);
    let execution = server.run(&id, "1").await["execution_id"].clone();
    let again = server.call("GET", &path).header("if-none-match", before.header("etag")).send().await;
    assert_eq!(again.header("etag"), before.header("etag"), "it was not published anew");
    let shown = again.ok(200);
    assert_eq!((&shown["last_execution"]["id"], &shown["draft_changed"]), (&execution, &serde_json::json!(true)));
    let document: serde_json::Value = server.get("/api/openapi.json").await.ok(200);
    let told = document["paths"]["/api/v1/workflows/{id}"]["get"]["responses"].as_object().expect("responses");
    assert_eq!((told.contains_key("200"), told.contains_key("304")), (true, false));
}

#[tokio::test]
async fn a_definition_is_a_graph_with_its_name_outside() {
    let server = Server::new().await;
    let body = r#"{"name": "Load test", "definition": {"nodes": [{"id": "n", "type": "number", "data": {"value": 1}}], "edges": []}}"#;
    let created = server.post("/api/workflows", body).await.ok(201);
    assert_eq!((created["name"].as_str(), created["node_count"].as_u64()), (Some("Load test"), Some(1)));
    assert_eq!(server.post("/api/workflows", r#"{"name": "empty", "definition": {}}"#).await.ok(201)["node_count"], 0);
}

#[tokio::test]
async fn a_change_names_what_it_changes_and_makes_a_version_below_it() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let path = format!("/api/v1/workflows/{id}");
    let put = |tag: Option<&str>, text: String| {
        let call = server.call("PUT", &path).body(text);
        match tag {
            Some(tag) => call.header("if-match", tag),
            None => call,
        }
        .send()
    };
    let changed = DOUBLE.replace("input * 2", "input * 3");
    assert_eq!(put(None, changed.clone()).await.problem(428), "if_match_required");
    let second = put(Some("\"1\""), changed.clone()).await;
    assert_eq!(second.ok(200)["rev"], 2);
    let stale = put(Some("\"1\""), changed.clone()).await;
    assert_eq!((stale.problem(412).as_str(), stale.json()["current"].as_str()), ("stale_revision", Some("2")));
    assert_eq!(server.run(&id, "7").await["output"], 21);
    let versions = server.get(&format!("{path}/versions")).await.ok(200);
    let items = versions["items"].as_array().expect("versions");
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["parent"], items[1]["id"]);
    assert_eq!(items[1]["parent"], serde_json::Value::Null);
    assert_ne!(items[0]["hash"], items[1]["hash"]);
    assert_eq!(items[0]["id"], second.json()["version"]);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_refused() {
    let server = Server::new().await;
    let path = format!("/api/v1/workflows/{}", server.store(DOUBLE).await);
    let put = || server.call("PUT", &path).header("if-match", "1").body(DOUBLE).send();
    let (a, b) = tokio::join!(put(), put());
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn a_deleted_workflow_is_gone_and_its_executions_stay() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let execution = server.run(&id, "1").await["execution_id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/workflows/{id}");
    assert_eq!(server.call("DELETE", &path).header("if-match", "\"9\"").send().await.problem(412), "stale_revision");
    assert_eq!(server.call("DELETE", &path).send().await.status, 204);
    assert_eq!(server.get(&path).await.problem(404), "not_found");
    assert_eq!(server.call("DELETE", &path).send().await.problem(404), "not_found");
    let shown = server.get(&format!("/api/v1/executions/{execution}")).await.ok(200);
    assert_eq!((shown["output"].as_u64(), shown["workflow"]["name"].as_str()), (Some(2), Some("")));
}

#[tokio::test]
async fn lists_page_in_three_ways_and_agree() {
    let server = Server::new().await;
    for name in ["delta", "alpha", "charlie", "Bravo", "echo"] {
        server.store(&DOUBLE.replace("Double", name)).await;
    }
    let names = |body: &serde_json::Value| -> Vec<String> {
        let items = body["items"].as_array().expect("items");
        items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    let whole = names(&server.get("/api/v1/workflows?sort=name").await.ok(200));
    assert_eq!(whole.len(), 5);
    let page = server.get("/api/v1/workflows?page=2&pageSize=2&sort=name").await.ok(200);
    assert_eq!((names(&page), page["total"].as_u64(), page["page"].as_u64()), (whole[2..4].to_vec(), Some(5), Some(2)));
    let skip = server.get("/api/v1/workflows?skip=1&limit=3&sort=name").await.ok(200);
    assert_eq!((names(&skip), skip.get("total")), (whole[1..4].to_vec(), None));
    let mut walked = Vec::new();
    let mut cursor = String::new();
    for _ in 0..10 {
        let part = server.get(&format!("/api/v1/workflows?limit=2&sort=name&cursor={cursor}")).await.ok(200);
        walked.extend(names(&part));
        match part["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, whole);
    let turned = names(&server.get("/api/v1/workflows?sort=-name&total=true").await.ok(200));
    assert_eq!(turned, whole.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(names(&server.get("/api/v1/workflows?q=RAV").await.ok(200)), ["Bravo"]);
    for wrong in ["sort=size", "page=0", "limit=1001", "cursor=???", "active=maybe"] {
        assert_eq!(
            server.get(&format!("/api/v1/workflows?{wrong}")).await.problem(400),
            "invalid_parameter",
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_list_tells_of_the_newest_execution() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    server.store(&DOUBLE.replace("Double", "Other")).await;
    server.run(&id, "1").await;
    let last = server.run(&id, "2").await["execution_id"].clone();
    let list = server.get("/api/v1/workflows?q=Double").await.ok(200);
    assert_eq!(
        (&list["items"][0]["last_execution"]["id"], list["items"][0]["last_execution"]["status"].as_str()),
        (&last, Some("succeeded"))
    );
    assert!(server.get("/api/v1/workflows?q=Other").await.ok(200)["items"][0]["last_execution"].is_null());
}

#[tokio::test]
async fn validation_tells_everything_at_once() {
    let server = Server::new().await;
    let graph = r#"{"nodes": [{"id": "a", "type": "expresion", "data": {}}, {"id": "b", "type": "expression", "data": {"expression": "1 +"}}],
        "edges": [{"id": "e", "source": "a", "target": "nowhere"}]}"#;
    let said = server.post("/api/v1/workflows/validate", graph).await.ok(200);
    assert_eq!(said["valid"], false);
    let problems = said["problems"].as_array().expect("problems");
    let codes: Vec<&str> = problems.iter().filter_map(|problem| problem["code"].as_str()).collect();
    assert!(codes.contains(&"unknown_type") && codes.contains(&"dangling_edge"), "{codes:?}");
    let unknown = problems.iter().find(|problem| problem["code"] == "unknown_type").expect("it is told");
    assert_eq!((unknown["node"].as_str(), unknown["severity"].as_str()), (Some("a"), Some("error")));
    assert!(unknown["suggestion"].as_str().is_some_and(|hint| hint.contains("expression")), "{unknown}");
    assert!(problems.iter().any(|problem| problem["node"] == "b"), "{problems:?}");
    assert_eq!(server.post("/api/v1/workflows/validate", DOUBLE).await.ok(200)["valid"], true);
    // Nothing was stored by asking.
    assert_eq!(server.get("/api/v1/workflows?total=true").await.ok(200)["total"], 0);
}

#[tokio::test]
async fn a_tenant_is_default_or_not_there() {
    let server = Server::new().await;
    let ask = |tenant: &'static str| server.call("GET", "/api/v1/workflows").header("x-tenant-id", tenant).send();
    assert_eq!(ask("default").await.status, 200);
    for other in ["acme", "Default", "1", ""] {
        assert_eq!(ask(other).await.problem(404), "not_found", "{other:?}");
    }
}

#[tokio::test]
async fn active_workflows_are_listed_newest_first() {
    let server = Server::new().await;
    for name in ["first", "second", "third"] {
        server.store(&DOUBLE.replace("Double", name)).await;
    }
    server.store(&DOUBLE.replace("Double", "asleep").replace("\"unknown\"", "\"active\": false, \"unknown\"")).await;
    let list = async |query: &str| -> Vec<String> {
        let page = server.get(&format!("/api/v1/workflows?{query}")).await.ok(200);
        let items = page["items"].as_array().expect("items").iter();
        items.map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(list("active=true").await, ["third", "second", "first"]);
    assert_eq!(list("active=true&limit=1").await, ["third"]);
    assert_eq!(list("active=false").await, ["asleep"]);
    assert_eq!(list("").await, ["asleep", "third", "second", "first"]);
}

#[tokio::test]
async fn several_workflows_are_read_at_once() {
    let server = Server::new().await;
    let (a, b) = (server.store(DOUBLE).await, server.store(&DOUBLE.replace("Double", "Other")).await);
    server.store(&DOUBLE.replace("Double", "Not asked for")).await;
    let ask = |ids: String| {
        let path = format!("/api/workflows/batch?ids={ids}");
        async { server.get(&{ path }).await }
    };
    let answer = ask(format!("{b},0000000000000,{a},nonsense")).await;
    let body = answer.ok(200);
    let ids: Vec<_> = body["items"].as_array().expect("items").iter().map(|item| item["id"].as_str()).collect();
    assert_eq!(ids, [Some(b.as_str()), Some(a.as_str())]);
    assert_eq!(body["missing"], serde_json::json!(["0000000000000", "nonsense"]));
    let alone = server.get(&format!("/api/v1/workflows/{a}")).await.ok(200);
    assert_eq!(body["items"][1], alone, "each is as it is when read alone");
    assert!(answer.text().contains(r#""unknown":{"kept":[1.10,null]}"#), "{}", answer.text());
    assert_eq!(ask(String::new()).await.problem(400), "invalid_parameter");
    assert_eq!(ask(vec![a.as_str(); 101].join(",")).await.problem(400), "invalid_parameter");
}
