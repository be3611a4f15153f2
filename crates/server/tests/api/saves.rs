//! Saving without a socket: on top of what a change was made from, whatever happened meanwhile.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{Any, Doc, Map as _, ReadTxn as _, Transact as _, Update, WriteTxn as _};

use crate::harness::{Answer, Server};
use crate::room_client::Person;

const PARTS: &str = r#"{"name":"Parts","nodes":[{"id":"a","type":"manual","position":{"x":1.10,"y":2},"data":{}},{"id":"b","type":"number","data":{"value":1,"label":"B"}}],"edges":[{"id":"ab","source":"a","target":"b"},{"source":"a","target":"b"}],"extra":{"kept":1.50}}"#;

async fn save(server: &Server, body: &Json) -> Answer {
    server.post("/api/workflows/auto-save", &body.to_string()).await
}

async fn draft(server: &Server, id: &str) -> Json {
    server.get(&format!("/api/v1/workflows/{id}/draft")).await.ok(200)
}

async fn text(server: &Server, id: &str) -> String {
    let answer = server.get(&format!("/api/v1/workflows/{id}/draft")).await;
    let text = answer.text().split_once(r#""graph":"#).expect("a graph").1;
    text[..text.len() - 1].to_owned()
}

#[tokio::test]
async fn a_file_is_saved_by_what_differs_in_it() {
    let server = Server::new().await;
    let (id, address) = (server.store(PARTS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    let mut file: Json = serde_json::from_str(PARTS).expect("JSON");
    file["nodes"][1]["data"]["value"] = json!(2);
    file["nodes"].as_array_mut().expect("nodes").push(json!({"id": "c", "type": "manual"}));
    file["edges"].as_array_mut().expect("edges").remove(0);
    file["name"] = json!("Other");
    let saved = save(&server, &json!({"id": id, "base": {"rev": 0}, "graph": file})).await.ok(200);
    assert_eq!((&saved["rev"], &saved["epoch"], &saved["merged"]), (&json!(1), &json!(0), &json!(false)));
    assert_eq!((&saved["metadata"]["version"], &saved["metadata"]["updatedAt"]), (&json!(1), &saved["updated_at"]));
    // Those who are connected hear of what differs, and nothing else changed to the letter.
    ada.until_entry("nodes", "b/data/value", "2").await;
    let expected = r#"{"name":"Other","nodes":[{"id":"a","type":"manual","position":{"x":1.10,"y":2},"data":{}},{"id":"b","type":"number","data":{"value":2,"label":"B"}},{"id":"c","type":"manual"}],"edges":[{"source":"a","target":"b"}],"extra":{"kept":1.50}}"#;
    assert_eq!(text(&server, &id).await, expected);
    // The same again is no change; another order is a new base.
    let again = save(&server, &json!({"id": id, "base": {"rev": 1}, "graph": file})).await.ok(200);
    assert_eq!(again["rev"], 1);
    file["nodes"].as_array_mut().expect("nodes").reverse();
    let turned = save(&server, &json!({"id": id, "base": {"rev": 1}, "graph": file})).await.ok(200);
    assert_eq!((&turned["rev"], &turned["epoch"]), (&json!(2), &json!(1)));
    ada.until(|heard| heard.over == Some((1, 2))).await;
    assert_eq!(draft(&server, &id).await["graph"], file);
}

#[tokio::test]
async fn what_others_changed_meanwhile_is_merged_by_field() {
    let server = Server::new().await;
    let id = server.store(PARTS).await;
    let changes = |value: Json| json!([{"node": "b", "set": {"data/value": value}}]);
    let body = |base: Json, changes: Json| json!({"id": id, "base": base, "changes": changes});
    let first = save(&server, &body(json!({"rev": 0}), changes(json!(2)))).await.ok(200);
    let mut mine: Json = serde_json::from_str(PARTS).expect("JSON");
    mine["nodes"][1]["data"]["label"] = json!("mine");
    mine["nodes"][0]["position"] = json!({"x": 9, "y": 9});
    let saved = save(&server, &json!({"id": id, "base": {"rev": 0}, "graph": mine})).await.ok(200);
    assert_eq!((&saved["rev"], &saved["merged"]), (&json!(2), &json!(true)));
    let shown = draft(&server, &id).await;
    assert_eq!(shown["graph"]["nodes"][1]["data"], json!({"value": 2, "label": "mine"}));
    // To what cannot be both, the answer is what there is to choose from, and nothing is saved.
    let other = save(&server, &body(json!({"rev": 0}), changes(json!(3)))).await;
    assert_eq!(other.problem(409), "conflicts");
    let refused = other.json();
    assert_eq!(refused["conflicts"], json!([{"path": "nodes/b/data/value", "base": 1, "mine": 3, "theirs": 2}]));
    assert_eq!(refused["rev"], 2);
    assert_eq!(draft(&server, &id).await["graph"], shown["graph"]);
    let gone = save(&server, &body(json!({"rev": 0}), json!([{"node": "b", "removed": true}]))).await;
    assert_eq!(gone.problem(409), "conflicts", "a deletion never wins over an edit unseen");
    assert_eq!(gone.json()["conflicts"][0]["path"], "nodes/b/");
    // The moment of a change says as much as its rev.
    let at = |answer: &Json| json!({"updated_at": answer["updated_at"]});
    let late = save(&server, &body(at(&saved), changes(json!(4)))).await.ok(200);
    assert_eq!((&late["rev"], &late["merged"]), (&json!(3), &json!(false)));
    if first["updated_at"] != saved["updated_at"] {
        assert_eq!(save(&server, &body(at(&first), changes(json!(5)))).await.problem(409), "conflicts");
    }
    // A base that nobody knows.
    for base in [json!({"rev": 99}), json!({"updated_at": "2001-01-01T00:00:00Z"})] {
        let gone = save(&server, &body(base, changes(json!(4)))).await;
        assert_eq!(gone.problem(409), "base_gone");
        assert_eq!((&gone.json()["rev"], &gone.json()["graph"]["nodes"][1]["data"]["value"]), (&json!(3), &json!(4)));
    }
}

#[tokio::test]
async fn a_base_of_an_earlier_epoch_is_made_again() {
    let server = Server::new().await;
    let id = server.store(PARTS).await;
    let set = |field: &str, value: i64| json!([{"node": "b", "set": {field: value}}]);
    for rev in 0..3 {
        save(&server, &json!({"id": id, "base": {"rev": rev}, "changes": set("data/value", rev + 2)})).await.ok(200);
    }
    server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await.ok(200);
    save(&server, &json!({"id": id, "base": {"rev": 3}, "changes": set("data/more", 1)})).await.ok(200);
    let merged = save(&server, &json!({"id": id, "base": {"rev": 2}, "changes": set("width", 7)})).await.ok(200);
    assert_eq!((&merged["merged"], &merged["epoch"]), (&json!(true), &json!(1)));
    let node = draft(&server.another().await, &id).await["graph"]["nodes"][1].clone();
    assert_eq!(node, json!({"id": "b", "type": "number", "data": {"value": 4, "label": "B", "more": 1}, "width": 7}));
    let conflict = save(&server, &json!({"id": id, "base": {"rev": 1}, "changes": set("data/value", 9)})).await;
    assert_eq!(
        conflict.json()["conflicts"][0],
        json!({"path": "nodes/b/data/value", "base": 2, "mine": 9, "theirs": 4})
    );
}

#[tokio::test]
async fn a_workflow_file_says_itself_what_it_was_made_from() {
    let server = Server::new().await;
    let id = server.store(PARTS).await;
    let mut file: Json = serde_json::from_str(PARTS).expect("JSON");
    file["id"] = json!(id);
    assert_eq!(save(&server, &file).await.problem(400), "missing_base");
    file["metadata"] = json!({"version": 0, "kept": true});
    file["nodes"][1]["data"]["value"] = json!(2);
    let saved = save(&server, &file).await.ok(200);
    let shown = draft(&server, &id).await;
    assert_eq!((&shown["graph"]["metadata"], &shown["graph"]["id"]), (&json!({"kept": true}), &Json::Null));
    file["metadata"] = saved["metadata"].clone();
    file["nodes"][1]["data"]["value"] = json!(3);
    assert_eq!(save(&server, &file).await.ok(200)["merged"], false);
    assert_eq!(draft(&server, &id).await["graph"].get("metadata"), None, "nothing of it is ours to keep");
}

#[tokio::test]
async fn an_update_of_yjs_is_saved_and_read_without_a_socket() {
    let server = Server::new().await;
    let (id, address) = (server.store(PARTS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    let doc = Doc::new();
    let write = |value: &str| {
        let mut txn = doc.transact_mut();
        let nodes = txn.get_or_insert_map("nodes");
        nodes.insert(&mut txn, "b/data/value", Any::from(value));
        STANDARD.encode(txn.encode_update_v1())
    };
    let (first, second) = (write("2"), write("3"));
    let body = |update: &str| json!({"id": id, "epoch": 0, "update": update});
    assert_eq!(save(&server, &body(&second)).await.problem(400), "malformed_update", "it builds on another");
    assert_eq!(save(&server, &body(&first)).await.ok(200)["rev"], 1);
    assert_eq!(save(&server, &body(&first)).await.ok(200)["rev"], 1, "once");
    ada.until_entry("nodes", "b/data/value", "2").await;
    ada.set("nodes", "b/data/label", "\"x\"").await;
    ada.saved().await;
    // What is missing, and no more.
    let vector = URL_SAFE_NO_PAD.encode(doc.transact().state_vector().encode_v1());
    let read = server.get(&format!("/api/v1/workflows/{id}/document?epoch=0&since={vector}")).await.ok(200);
    assert_eq!((&read["rev"], &read["epoch"]), (&json!(2), &json!(0)));
    let update = Update::decode_v1(&STANDARD.decode(read["state"].as_str().expect("a state")).expect("base64"))
        .expect("an update");
    doc.transact_mut().apply_update(update).expect("it fits");
    let txn = doc.transact();
    assert_eq!(
        txn.get_map("nodes").and_then(|nodes| nodes.get(&txn, "b/data/label")).map(|out| out.to_string(&txn)),
        Some("\"x\"".into())
    );
    drop(txn);
    let all = server.get(&format!("/api/v1/workflows/{id}/document?epoch=0")).await.ok(200);
    assert!(all["state"].as_str().expect("a state").len() > read["state"].as_str().expect("a state").len());
    for (query, code) in [
        ("", "invalid_parameter"),
        ("?epoch=0&since=***", "invalid_parameter"),
        ("?epoch=0&since=_____w", "invalid_parameter"),
    ] {
        assert_eq!(server.get(&format!("/api/v1/workflows/{id}/document{query}")).await.problem(400), code, "{query}");
    }
    server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await.ok(200);
    let over = save(&server, &body(&second)).await;
    assert_eq!((over.problem(409).as_str(), over.json()["epoch"].as_u64()), ("epoch_over", Some(1)));
    let over = server.get(&format!("/api/v1/workflows/{id}/document?epoch=0")).await;
    assert_eq!(over.problem(409), "epoch_over");
    // What it ended with tells how far everybody's writing came.
    let ended = |epoch: u64| format!("/api/v1/workflows/{id}/document?epoch={epoch}&ended=true");
    let last = server.get(&ended(0)).await.ok(200);
    assert_eq!((&last["state"], &last["epoch"]), (&all["state"], &json!(0)));
    assert_eq!(server.get(&ended(1)).await.ok(200)["epoch"], 1, "that of now");
    assert_eq!(server.get(&ended(2)).await.problem(409), "epoch_over", "there is none yet");
    let lacking = server.get(&format!("{}&since={vector}", ended(0))).await.ok(200);
    assert_eq!(lacking["state"], read["state"]);
}

#[tokio::test]
async fn an_epoch_that_began_with_a_file_is_known_by_what_was_written_in_it() {
    let server = Server::new().await;
    let id = server.store(PARTS).await;
    let draft = format!("/api/v1/workflows/{id}/draft");
    let changed = PARTS.replace("1.50", "2.50");
    server
        .call("PUT", &format!("/api/v1/workflows/{id}"))
        .header("if-match", "\"1\"")
        .body(changed)
        .send()
        .await
        .ok(200);
    assert_eq!(server.get(&draft).await.ok(200)["epoch"], 1);
    let body = json!({"changes": [{"node": "b", "set": {"width": 3}}]}).to_string();
    server.call("PATCH", &draft).header("if-match", "*").body(body).send().await.ok(200);
    let now = format!("/api/v1/workflows/{id}/document?epoch=1");
    let all = server.get(&now).await.ok(200);
    server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await.ok(200);
    assert_eq!(server.get(&now).await.problem(409), "epoch_over");
    assert_eq!(server.get(&format!("{now}&ended=true")).await.ok(200)["state"], all["state"]);
}

#[tokio::test]
async fn an_epoch_that_nobody_wrote_in_ended_with_nothing() {
    let server = Server::new().await;
    let id = server.store(PARTS).await;
    let put = server
        .call("PUT", &format!("/api/v1/workflows/{id}/draft"))
        .header("if-match", "*")
        .body(PARTS)
        .send()
        .await
        .ok(200);
    assert_eq!(put["rev"], 1);
    let last = server.get(&format!("/api/v1/workflows/{id}/document?epoch=0&ended=true")).await.ok(200);
    assert_eq!(last["state"], STANDARD.encode([0, 0]));
}

#[tokio::test]
async fn several_are_saved_each_by_itself() {
    let server = Server::new().await;
    let ids = [server.store(PARTS).await, server.store(PARTS).await];
    let one = |id: &str, base: Json| json!({"id": id, "base": base, "changes": [{"node": "b", "set": {"width": 3}}]});
    let body = json!({"workflows": [one(&ids[0], json!({"rev": 0})), one("nonsense", json!({"rev": 0})), {"id": ids[1]}, one(&ids[1], json!({"rev": 0}))]});
    let answer = server.post("/api/v1/workflows/batch-save", &body.to_string()).await.ok(200);
    let statuses: Vec<_> = answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|item| item["status"].as_u64().expect("a status"))
        .collect();
    assert_eq!(statuses, [200, 404, 400, 200]);
    assert_eq!(
        (&answer["results"][0]["saved"]["rev"], &answer["results"][2]["problem"]["code"]),
        (&json!(1), &json!("missing_field"))
    );
    for id in &ids {
        assert_eq!(draft(&server, id).await["graph"]["nodes"][1]["width"], 3);
    }
    let many = json!({"workflows": vec![json!({}); 101]});
    assert_eq!(server.post("/api/v1/workflows/batch-save", &many.to_string()).await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn saves_are_measured_here_and_as_pages_report_them() {
    let server = Server::new().await;
    let id = server.store(PARTS).await;
    let body = json!({"id": id, "base": {"rev": 0}, "changes": [{"node": "b", "set": {"width": 3}}]});
    save(&server, &body).await.ok(200);
    let reports = json!({"reports": [
        {"kind": "save", "outcome": "saved", "ms": 12.5, "bytes": 80}, {"kind": "save", "outcome": "local", "ms": 1},
        {"kind": "kept", "ms": 0.4}, {"kind": "conflicts", "found": 2}, {"kind": "conflicts", "settled": 2, "how": "fields", "ms": 9_000},
        {"kind": "size", "document": 1_000, "memory": 2_000},
    ]});
    assert_eq!(server.post("/api/v1/reports", &reports.to_string()).await.status, 204);
    let figures = server.get("/api/v1/performance/documents?minutes=5").await.ok(200);
    assert_eq!((&figures["saves"]["count"], &figures["saves"]["success_rate"]), (&json!(2), &json!(0.5)));
    assert_eq!((&figures["conflicts"]["found"], &figures["history"][0]["memory_bytes"]), (&json!(2), &json!(2_000)));
    assert_eq!(
        (&figures["conflicts"]["merged"], &figures["conflicts"]["average_settling_ms"]),
        (&json!(2), &json!(4_500.0))
    );
    let metrics = server.get("/metrics").await;
    for line in [
        r#"auto_save_duration_count{via="request"}"#,
        r#"auto_saves_total{via="request",outcome="saved"}"#,
        r#"client_saves_total{outcome="local"}"#,
        r#"client_conflicts_total{state="found"}"#,
        "client_save_duration_seconds_bucket",
    ] {
        assert!(metrics.text().contains(line), "{line}: {}", metrics.text());
    }
    for wrong in [
        json!({"kind": "save", "outcome": "odd"}),
        json!({"kind": "kept", "ms": -1}),
        json!({"kind": "conflicts", "how": "odd"}),
        json!({"kind": "size", "memory": -1}),
        json!(7),
    ] {
        let refused = server.post("/api/v1/reports", &json!({"reports": [{"kind": "kept"}, wrong]}).to_string()).await;
        assert_eq!(
            (refused.problem(400).as_str(), refused.json()["path"].as_str()),
            ("invalid_report", Some("$.reports[1]"))
        );
    }
}
