//! The same change to many workflows, copies, and files of several.

use serde_json::{Value as Json, json};

use crate::harness::{DOUBLE, Server};

async fn stored(server: &Server, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(server.store(&DOUBLE.replace("Double", name)).await);
    }
    ids
}

async fn bulk(server: &Server, body: Json) -> Json {
    server.post("/api/v1/workflows/bulk", &body.to_string()).await.ok(200)
}

async fn get(server: &Server, id: &str) -> Json {
    server.get(&format!("/api/v1/workflows/{id}")).await.ok(200)
}

#[tokio::test]
async fn many_workflows_are_changed_by_their_ids() {
    let server = Server::new().await;
    let ids = stored(&server, &["a", "b", "c"]).await;
    let some = json!([ids[0], ids[2], "00000000000A7"]);
    let tagged = bulk(&server, json!({"ids": some, "action": "tag", "tags": ["new", " math "]})).await;
    assert_eq!((&tagged["matched"], &tagged["done"]), (&json!(3), &json!([ids[0], ids[2]])));
    assert_eq!((&tagged["failed"][0]["code"], tagged.get("next")), (&json!("not_found"), None));
    let first = get(&server, &ids[0]).await;
    assert_eq!(
        (&first["tags"], &first["graph"]["tags"], &first["rev"]),
        (&json!(["math", "new"]), &json!(["math", "new"]), &json!(2))
    );
    assert_eq!(first["graph"]["unknown"], json!({"kept": [1.10, null]}), "the rest of the file is as it was");
    assert_eq!(get(&server, &ids[1]).await["rev"], 1, "nobody asked for this one");
    let again = bulk(&server, json!({"ids": [ids[0], ids[0]], "action": "tag", "tags": ["new"]})).await;
    assert_eq!((&again["matched"], &again["unchanged"], &again["done"]), (&json!(1), &json!(1), &json!([])));
    bulk(&server, json!({"ids": ids, "action": "untag", "tags": ["math"]})).await;
    assert_eq!(get(&server, &ids[0]).await["tags"], json!(["new"]));
    bulk(&server, json!({"ids": [ids[1]], "action": "move", "folder": "/A/ b/"})).await;
    assert_eq!(get(&server, &ids[1]).await["folder"], "A/b");
    bulk(&server, json!({"ids": [ids[1]], "action": "move", "folder": ""})).await;
    assert_eq!(get(&server, &ids[1]).await["folder"], "");
    let versions = server.get(&format!("/api/v1/workflows/{}/versions", ids[1])).await.ok(200);
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(4), "each change is a version");
    assert_eq!(server.run(&ids[1], "4").await["output"], 8, "it still runs");
    let deleted = bulk(&server, json!({"ids": ids, "action": "delete"})).await;
    assert_eq!(deleted["done"], json!(ids));
    assert_eq!(server.get("/api/v1/workflows?total=true").await.ok(200)["total"], 0);
}

#[tokio::test]
async fn a_draft_gets_the_same_change() {
    let server = Server::new().await;
    let ids = stored(&server, &["a", "b"]).await;
    let draft = format!("/api/v1/workflows/{}/draft", ids[0]);
    let body = r#"{"changes": [{"node": "twice", "set": {"data/expression": "input * 3"}}]}"#;
    server.call("PATCH", &draft).header("if-match", "*").body(body).send().await.ok(200);
    bulk(&server, json!({"ids": ids, "action": "tag", "tags": ["new"]})).await;
    let kept = server.get(&draft).await.ok(200);
    assert_eq!((&kept["changed"], &kept["graph"]["tags"]), (&json!(true), &json!(["math", "new"])));
    assert_eq!(kept["graph"]["nodes"][1]["data"]["expression"], "input * 3", "what was drafted is still there");
    let other = server.get(&format!("/api/v1/workflows/{}/draft", ids[1])).await.ok(200);
    assert_eq!((&other["changed"], &other["graph"]["tags"]), (&json!(false), &json!(["math", "new"])));
    bulk(&server, json!({"ids": ids, "action": "delete"})).await;
    assert_eq!(server.get(&draft).await.problem(404), "not_found");
}

#[tokio::test]
async fn activating_many_opens_their_webhooks() {
    let server = Server::new().await;
    let hook = r#"{"name": "Hook", "active": false, "nodes": [{"id": "w", "type": "webhook", "data": {"method": "POST", "path": "many"}}], "edges": []}"#;
    let id = server.store(hook).await;
    let call = || async { server.call("POST", "/hooks/many").anonymous().send().await.status.as_u16() };
    assert_eq!(call().await, 404);
    bulk(&server, json!({"filter": {"q": "hook"}, "action": "activate"})).await;
    assert!(call().await < 300);
    assert_eq!(get(&server, &id).await["active"], true);
    bulk(&server, json!({"filter": {"active": true}, "action": "deactivate"})).await;
    assert_eq!((call().await, &get(&server, &id).await["graph"]["active"]), (404, &json!(false)));
}

#[tokio::test]
async fn a_filter_is_worked_off_in_bounded_parts() {
    let server = Server::new().await;
    for at in 0..620 {
        let tag = if at % 2 == 0 { "even" } else { "odd" };
        server.store(&json!({"name": format!("n{at}"), "tags": [tag], "nodes": [], "edges": []}).to_string()).await;
    }
    let wish = |after: Option<&str>| json!({"filter": {}, "action": "move", "folder": "Moved", "after": after});
    let (mut done, mut after, mut requests) = (0, None, 0);
    loop {
        let answer = bulk(&server, wish(after.as_deref())).await;
        let changed = answer["done"].as_array().map_or(0, Vec::len);
        assert!(changed <= 500 && answer["matched"] == 620, "{changed}");
        (done, requests) = (done + changed, requests + 1);
        after = answer["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert!(done == 620 && requests >= 2, "{done} {requests}");
    assert_eq!(server.get("/api/v1/workflows?folder=Moved&total=true&limit=1").await.ok(200)["total"], 620);
    let odd = bulk(&server, json!({"filter": {"tags": ["odd"], "folder": "Moved"}, "action": "delete"})).await;
    assert_eq!(odd["matched"], 310);
}

#[tokio::test]
async fn wishes_that_make_no_sense_are_refused_and_change_nothing() {
    let server = Server::new().await;
    let id = stored(&server, &["a"]).await.remove(0);
    for (body, code) in [
        (json!({"ids": [id]}), "missing_field"),
        (json!({"ids": [id], "action": "explode"}), "invalid_parameter"),
        (json!({"action": "delete"}), "missing_field"),
        (json!({"ids": [id], "filter": {}, "action": "delete"}), "missing_field"),
        (json!({"ids": [], "action": "delete"}), "invalid_parameter"),
        (json!({"ids": ["???"], "action": "delete"}), "invalid_parameter"),
        (json!({"ids": vec!["0"; 1_001], "action": "delete"}), "invalid_parameter"),
        (json!({"ids": [id], "action": "tag"}), "missing_field"),
        (json!({"ids": [id], "action": "tag", "tags": [""]}), "invalid_parameter"),
        (json!({"ids": [id], "action": "tag", "tags": "new"}), "invalid_parameter"),
        (json!({"ids": [id], "action": "delete", "tags": ["new"]}), "invalid_parameter"),
        (json!({"ids": [id], "action": "move"}), "missing_field"),
        (json!({"filter": {"name": "a"}, "action": "delete"}), "unknown_field"),
        (json!({"filter": {"active": "yes"}, "action": "delete"}), "wrong_kind"),
    ] {
        assert_eq!(server.post("/api/v1/workflows/bulk", &body.to_string()).await.problem(400), code, "{body}");
    }
    assert_eq!(get(&server, &id).await["rev"], 1);
}

#[tokio::test]
async fn a_copy_is_a_workflow_of_its_own_that_sleeps() {
    let server = Server::new().await;
    let id = stored(&server, &["Double"]).await.remove(0);
    let path = format!("/api/v1/workflows/{id}/duplicate");
    let answer = server.post(&path, "").await;
    let copy = answer.ok(201);
    let own = copy["id"].as_str().expect("an id");
    assert!(own != id && answer.header("location").ends_with(own));
    assert_eq!(
        (&copy["name"], &copy["active"], &copy["tags"]),
        (&json!("Double copy"), &json!(false), &json!(["math"]))
    );
    assert_eq!(copy["graph"]["nodes"], get(&server, &id).await["graph"]["nodes"]);
    assert_eq!(server.run(own, "21").await["output"], 42);
    assert_eq!(server.post(&path, r#"{"name": " Mine "}"#).await.ok(201)["name"], "Mine");
    assert_eq!(server.post("/api/v1/workflows/0000000000001/duplicate", "").await.problem(404), "not_found");
    assert_eq!(server.post(&path, r#"{"title": "x"}"#).await.problem(400), "unknown_field");
}

#[tokio::test]
async fn several_files_are_one() {
    let server = Server::new().await;
    let ids = stored(&server, &["a", "b", "c"]).await;
    let answer = server.get(&format!("/api/v1/workflows/export?ids={},{}", ids[2], ids[0])).await;
    assert!(answer.header("content-disposition").contains("workflows.json"));
    let files = answer.ok(200);
    let names: Vec<&Json> = files["workflows"].as_array().expect("files").iter().map(|file| &file["name"]).collect();
    assert_eq!(names, ["c", "a"]);
    assert_eq!(files["workflows"][0], get(&server, &ids[2]).await["graph"]);
    let missing = server.get(&format!("/api/v1/workflows/export?ids={},0000000000001", ids[0])).await;
    assert_eq!(missing.problem(404), "not_found");
    assert_eq!(server.get("/api/v1/workflows/export").await.problem(400), "invalid_parameter");
}
