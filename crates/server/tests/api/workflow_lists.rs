//! Lists of workflows: searching, tags, folders, pictures, and the order of their executions.

use serde_json::{Value as Json, json};

use crate::harness::{DOUBLE, Server};

/// A workflow file with these keys beside what `DOUBLE` has.
fn file(keys: &Json) -> String {
    let mut file: Json = serde_json::from_str(DOUBLE).expect("JSON");
    for (key, value) in keys.as_object().expect("keys") {
        file[key] = value.clone();
    }
    file.to_string()
}

async fn names(server: &Server, query: &str) -> Vec<String> {
    let list = server.get(&format!("/api/v1/workflows?{query}")).await.ok(200);
    let items = list["items"].as_array().expect("items").iter();
    let names: Vec<String> = items.map(|item| item["name"].as_str().expect("a name").to_owned()).collect();
    if query.contains("total=true") {
        assert_eq!(list["total"], names.len(), "{query}");
    }
    names
}

#[tokio::test]
async fn workflows_are_found_by_words_tags_and_folders() {
    let server = Server::new().await;
    for keys in [
        json!({"name": "Invoices", "description": "Sends what is OWED", "tags": ["Money", "mail"], "folder": "Sales/Europe"}),
        json!({"name": "Refunds", "description": "Sends money back", "tags": ["Money"], "folder": "/Sales/ Asia /"}),
        json!({"name": "Leads", "description": "New customers in Europe", "tags": ["mailing"], "folder": "Sales"}),
        json!({"name": "Backups", "description": "", "tags": [], "folder": "Salesforce"}),
        json!({"name": "Straße 100%", "description": "", "tags": [{"name": "mail"}], "active": false}),
    ] {
        server.store(&file(&keys)).await;
    }
    for (query, expected) in [
        ("q=OICE", vec!["Invoices"]),
        ("q=owed", vec!["Invoices"]),
        ("q=money+sends", vec!["Invoices", "Refunds"]),
        ("q=STRA%C3%9FE", vec!["Straße 100%"]),
        ("q=100%25", vec!["Straße 100%"]),
        ("q=europe", vec!["Leads"]),
        ("q=nowhere", vec![]),
        ("tag=Money", vec!["Invoices", "Refunds"]),
        ("tag=Money&tag=mail", vec!["Invoices"]),
        ("tag=mail", vec!["Invoices", "Straße 100%"]),
        ("folder=Sales", vec!["Invoices", "Leads", "Refunds"]),
        ("folder=Sales/Asia", vec!["Refunds"]),
        ("folder=/", vec!["Straße 100%"]),
        ("folder=Sales&tag=Money&q=back&active=true", vec!["Refunds"]),
        ("active=false&tag=Money", vec![]),
    ] {
        assert_eq!(names(&server, &format!("{query}&sort=name&total=true")).await, expected, "{query}");
    }
    let found = server.get("/api/v1/workflows?q=refunds").await.ok(200);
    assert_eq!(found["items"][0]["folder"], "Sales/Asia");
    let tags = server.get("/api/v1/workflows/tags").await.ok(200);
    let counted = |name: &str, count: u64| json!({"name": name, "count": count});
    assert_eq!(tags["items"], json!([counted("Money", 2), counted("mail", 2), counted("mailing", 1)]));
    let folders = server.get("/api/v1/workflows/folders").await.ok(200);
    assert_eq!(
        folders["items"],
        json!([counted("Sales", 3), counted("Sales/Asia", 1), counted("Sales/Europe", 1), counted("Salesforce", 1)])
    );
    let many: String = (0..21).map(|at| format!("tag={at}&")).collect();
    assert_eq!(server.get(&format!("/api/v1/workflows?{many}")).await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn what_is_found_follows_changes() {
    let server = Server::new().await;
    let id = server.store(&file(&json!({"name": "Before", "tags": ["old"], "folder": "A"}))).await;
    let path = format!("/api/v1/workflows/{id}");
    let changed = file(&json!({"name": "After", "tags": ["new"], "folder": "B"}));
    server.call("PUT", &path).header("if-match", "*").body(changed).send().await.ok(200);
    for (query, expected) in
        [("q=before", 0), ("tag=old", 0), ("folder=A", 0), ("q=after", 1), ("tag=new", 1), ("folder=B", 1)]
    {
        assert_eq!(names(&server, query).await.len(), expected, "{query}");
    }
    assert_eq!(server.call("DELETE", &path).send().await.status, 204);
    assert!(names(&server, "q=after").await.is_empty());
    assert_eq!(server.get("/api/v1/workflows/tags").await.ok(200)["items"], json!([]));
}

#[tokio::test]
async fn lists_are_ordered_by_the_newest_execution() {
    let server = Server::new().await;
    let mut ids = Vec::new();
    for name in ["first", "second", "third", "never"] {
        ids.push(server.store(&file(&json!({"name": name}))).await);
    }
    for at in [2, 0, 1] {
        server.run(&ids[at], "1").await;
    }
    assert_eq!(names(&server, "sort=-last_execution&total=true").await, ["second", "first", "third", "never"]);
    server.run(&ids[2], "1").await;
    assert_eq!(names(&server, "sort=-last_execution").await, ["third", "second", "first", "never"], "it follows");
    assert_eq!(names(&server, "sort=last_execution").await, ["never", "first", "second", "third"]);
    assert_eq!(names(&server, "sort=-last_execution&q=ir").await, ["third", "first"]);
    assert_eq!(names(&server, "sort=-last_execution&skip=1&limit=2").await, ["second", "first"]);
    for sort in ["last_execution", "-last_execution"] {
        let whole = names(&server, &format!("sort={sort}")).await;
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        for _ in 0..10 {
            let part = server.get(&format!("/api/v1/workflows?sort={sort}&limit=1&cursor={cursor}")).await.ok(200);
            walked.extend(part["items"].as_array().expect("items").iter().map(|item| item["name"].clone()));
            match part["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(walked, whole, "{sort}");
    }
    let other = server.get("/api/v1/workflows?sort=name&limit=1").await.ok(200);
    let cursor = other["next_cursor"].as_str().expect("there is more");
    let wrong = server.get(&format!("/api/v1/workflows?sort=last_execution&cursor={cursor}")).await;
    assert_eq!(wrong.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn a_list_has_pictures_if_it_is_asked() {
    let server = Server::new().await;
    let id = server.store(DOUBLE).await;
    let of = |list: &Json| list["items"][0]["preview"].clone();
    assert!(of(&server.get("/api/v1/workflows").await.ok(200)).is_null());
    let drawn = of(&server.get("/api/v1/workflows?preview=true").await.ok(200));
    assert_eq!(drawn["boxes"].as_array().map(Vec::len), Some(2));
    assert_eq!((&drawn["boxes"][0][4], drawn["lines"].as_array().map(Vec::len)), (&"trigger".into(), Some(1)));
    let one = r#"{"name": "One", "nodes": [{"id": "a", "type": "manual", "data": {}}], "edges": []}"#;
    let path = format!("/api/v1/workflows/{id}");
    server.call("PUT", &path).header("if-match", "*").body(one).send().await.ok(200);
    let drawn = of(&server.get("/api/v1/workflows?preview=true").await.ok(200));
    assert_eq!(drawn, json!({"w": 208, "h": 60, "boxes": [[0, 0, 208, 60, "trigger"]], "lines": []}));
    // A large one is drawn small, and the list carries no more for it.
    let nodes: Vec<Json> = (0..3_000).map(|at| json!({"id": format!("n{at}"), "type": "manual", "position": {"x": at % 60 * 300, "y": at / 60 * 100}})).collect();
    server.store(&json!({"name": "Large", "nodes": nodes, "edges": []}).to_string()).await;
    let list = server.get("/api/v1/workflows?preview=true&q=large").await;
    let boxes = of(&list.ok(200))["boxes"].as_array().map_or(0, Vec::len);
    assert!((20..=60).contains(&boxes) && list.bytes.len() < 4_000, "{boxes} {}", list.bytes.len());
    assert_eq!(server.get("/api/v1/workflows?preview=maybe").await.problem(400), "invalid_parameter");
}
