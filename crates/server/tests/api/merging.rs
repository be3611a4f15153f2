//! Merging a version into the draft, and settling what does not merge.

use serde_json::{Value as Json, json};

use crate::harness::Server;
use crate::room_client::Person;
use crate::versions::{Edited, ids, value};

/// A workflow with a branch `try`, whose tip is answered, and the draft on `main` with changes of its own.
async fn apart(server: &Server) -> (Edited<'_>, String) {
    let flow = Edited::new(server).await;
    let first = flow.first().await;
    flow.restore(&first, json!({"branch": "try"})).await.ok(200);
    flow.patch(json!([{"node": "b", "set": {"data/value": 3, "data/label": "their long text here"}},
        {"node": "t", "added": {"id": "t", "type": "manual"}}, {"node": "c", "set": {"data/value": 9}}]))
        .await;
    flow.switch("main").await.ok(200);
    let tip = flow.versions().await[0]["id"].as_str().expect("an id").to_owned();
    (flow, tip)
}

#[tokio::test]
async fn a_branch_is_merged_and_what_does_not_merge_is_settled() {
    let server = Server::new().await;
    let (flow, tip) = apart(&server).await;
    let address = server.listen().await;
    flow.patch(json!([{"node": "m", "added": {"id": "m", "type": "manual"}}, {"node": "b", "set": {"data/value": 2}},
        {"node": "c", "removed": true}]))
        .await;
    let before = flow.draft().await;
    let mut ada = Person::join(&address, &flow.id, before["epoch"].as_u64().expect("an epoch")).await;
    let merged = flow.merge(&tip).await;
    assert_eq!((&merged["conflicts"], &merged["epoch"]), (&json!(2), &before["epoch"]), "no new epoch");
    ada.until_entry("nodes", "b/data/label", "~nodes/b/data/label@de8ffed0ba5cb59d").await;
    let now = flow.draft().await;
    assert_eq!(ids(&now["graph"]), ["a", "b", "c", "m", "t"], "mine stay where they are");
    assert_eq!((value(&now["graph"], "b", "value"), value(&now["graph"], "c", "value")), (json!(2), json!(9)));
    let open = flow.conflicts("").await;
    let of = |path: &str| open.iter().find(|one| one["path"] == path).expect("a conflict").clone();
    let (field, row) = (of("nodes/b/data/value"), of("nodes/c/"));
    let told = ["base", "mine", "theirs", "by"].map(|key| field[key].clone());
    assert_eq!(told, [json!(1), json!(2), json!(3), json!("merge of try")]);
    assert_eq!((row.get("mine"), &row["theirs"]["data"]["value"]), (None, &json!(9)));
    assert_eq!(flow.post("/versions", json!({})).await.problem(409), "conflicts_open");
    assert_eq!(flow.restore(&tip, json!({})).await.problem(409), "conflicts_open");
    assert_eq!(flow.switch("try").await.problem(409), "conflicts_open");

    for (body, code) in [
        (json!({}), "missing_field"),
        (json!({"how": "ours"}), "invalid_parameter"),
        (json!({"how": "mine", "value": 3}), "invalid_parameter"),
    ] {
        assert_eq!(flow.settle(&field, body).await.problem(400), code);
    }
    assert_eq!(flow.settle(&json!({"key": "nodes/b/x@1"}), json!({"how": "mine"})).await.problem(404), "not_found");
    let settled = flow.settle(&field, json!({"how": "theirs"})).await.ok(200);
    assert_eq!(settled["conflicts"], 1);
    ada.until_entry("nodes", "b/data/value", "3").await;
    assert_eq!(value(&flow.draft().await["graph"], "b", "value"), json!(3));
    assert_eq!(flow.settle(&field, json!({"how": "mine"})).await.problem(409), "settled");
    assert_eq!(flow.settle(&row, json!({"how": "value", "value": 7})).await.problem(422), "invalid_value");
    assert_eq!(flow.settle(&row, json!({"how": "mine"})).await.ok(200)["conflicts"], 0);
    assert_eq!(ids(&flow.draft().await["graph"]), ["a", "b", "m", "t"], "mine took it out");
    assert_eq!(flow.conflicts("").await.len(), 0);
    let all = flow.conflicts("?all=true").await;
    assert_eq!((all.len(), all.iter().filter(|one| one["chosen"]["by"] == "API").count()), (2, 2));
    let elsewhere = server.another().await;
    assert_eq!(elsewhere.get(&flow.path("/draft")).await.ok(200), flow.draft().await, "as the store knows it");
    flow.publish().await;
}

#[tokio::test]
async fn a_merge_compares_with_what_both_knew() {
    let server = Server::new().await;
    let (flow, tip) = apart(&server).await;
    // Main has gone on since, which the other branch has not taken back.
    flow.set("a", "data/mine", json!(1)).await;
    flow.publish().await;
    flow.set("a", "data/more", json!(2)).await;
    assert_eq!(flow.merge(&tip).await["conflicts"], 0);
    let now = flow.draft().await["graph"].clone();
    let told = [("a", "mine"), ("a", "more"), ("b", "value"), ("c", "value")].map(|(row, key)| value(&now, row, key));
    assert_eq!((told, ids(&now)), ([json!(1), json!(2), json!(3), json!(9)], vec!["a", "b", "c", "t"]));
}

#[tokio::test]
async fn a_version_is_merged_into_the_draft_that_was_seen() {
    let server = Server::new().await;
    let (flow, tip) = apart(&server).await;
    let before = flow.set("a", "data/mine", json!(1)).await["rev"].as_u64().expect("a rev");
    let merge = |rev: u64| {
        let call = server.call("POST", &flow.path(&format!("/versions/{tip}/merge")));
        call.header("if-match", &format!("\"{rev}\"")).send()
    };
    assert_eq!(merge(before - 1).await.problem(412), "draft_changed");
    assert_eq!(flow.draft().await["rev"], before);
    assert_eq!(merge(before).await.ok(200)["rev"], before + 1);
}

#[tokio::test]
async fn what_becomes_too_large_is_not_merged() {
    let server = Server::with(&[("limits.body_bytes", "20000")]).await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    flow.restore(&first, json!({"branch": "try"})).await.ok(200);
    flow.set("b", "data/long", json!("x".repeat(12_000))).await;
    flow.switch("main").await.ok(200);
    let tip = flow.versions().await[0]["id"].as_str().expect("an id").to_owned();
    flow.set("c", "data/long", json!("y".repeat(12_000))).await;
    let before = flow.draft().await;
    let refused = flow.post(&format!("/versions/{tip}/merge"), json!({})).await;
    assert_eq!(refused.problem(413), "body_too_large");
    assert_eq!(flow.draft().await, before);
}

#[tokio::test]
async fn a_merge_that_entries_cannot_say_begins_an_epoch_with_its_conflicts() {
    let server = Server::new().await;
    let (flow, tip) = apart(&server).await;
    // An edge without an id is no row that entries could add.
    flow.restore(&tip, json!({})).await.ok(200);
    let draft = flow.draft().await["graph"].clone();
    let mut file = draft.clone();
    file["edges"].as_array_mut().expect("edges").push(json!({"source": "a", "target": "t"}));
    let put = server.call("PUT", &flow.path("/draft")).header("if-match", "*").body(file.to_string());
    put.send().await.ok(200);
    let first = flow.first().await;
    flow.restore(&first, json!({})).await.ok(200);
    let kept = flow.versions().await[0]["id"].as_str().expect("an id").to_owned();
    flow.set("b", "data/value", json!(2)).await;
    let before = flow.draft().await;
    let merged = flow.merge(&kept).await;
    assert_eq!(merged["conflicts"], 1);
    assert_eq!(merged["epoch"].as_u64(), before["epoch"].as_u64().map(|epoch| epoch + 1));
    let now = flow.draft().await["graph"].clone();
    assert_eq!((now["edges"].as_array().map(Vec::len), value(&now, "b", "value")), (Some(2), json!(2)));
    let open = flow.conflicts("").await;
    assert_eq!((open.len(), &open[0]["path"], &open[0]["theirs"]), (1, &json!("nodes/b/data/value"), &json!(3)));
    let elsewhere = server.another().await;
    assert_eq!(elsewhere.get(&flow.path("/conflicts")).await.ok(200)["open"], 1, "as the store knows it");
    flow.settle(&open[0], json!({"how": "value", "value": 5})).await.ok(200);
    assert_eq!(value(&flow.draft().await["graph"], "b", "value"), json!(5));
    // Once it is in, there is nothing to merge.
    let rev = flow.draft().await["rev"].clone();
    assert_eq!(flow.merge(&first).await["rev"], rev);
}

#[tokio::test]
async fn who_merges_or_settles_hears_of_the_epoch_that_there_is_then() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    // More than stays an overlay while nobody is connected.
    let large = json!("long ".repeat(250_000));
    let epoch = |answer: &Json| answer["epoch"].as_u64().expect("an epoch");
    flow.restore(&first, json!({"branch": "try"})).await.ok(200);
    flow.set("b", "data/label", large.clone()).await;
    flow.switch("main").await.ok(200);
    let tip = flow.versions().await[0]["id"].as_str().expect("an id").to_owned();
    flow.set("c", "data/value", json!(3)).await;
    let before = epoch(&flow.draft().await);
    let merged = flow.merge(&tip).await;
    assert_eq!((epoch(&merged), &merged["conflicts"]), (before + 1, &json!(0)), "it was folded at once");
    assert_eq!(epoch(&flow.draft().await), epoch(&merged));
    // While a conflict is open nothing is folded, and with the last one all is.
    let (flow, tip) = apart(&server).await;
    flow.set("b", "data/value", json!(2)).await;
    assert_eq!(flow.merge(&tip).await["conflicts"], 1);
    flow.set("a", "data/label", large).await;
    let before = epoch(&flow.draft().await);
    let open = flow.conflicts("").await;
    let settled = flow.settle(&open[0], json!({"how": "mine"})).await.ok(200);
    assert_eq!((epoch(&settled), &settled["conflicts"]), (before + 1, &json!(0)));
    assert_eq!(epoch(&flow.draft().await), epoch(&settled));
}

#[tokio::test]
async fn a_node_that_a_merge_keeps_has_its_edges_until_it_is_taken_out() {
    let server = Server::new().await;
    let (flow, tip) = apart(&server).await;
    flow.patch(json!([{"node": "b", "removed": true}, {"edge": "ab", "removed": true}])).await;
    assert_eq!(flow.merge(&tip).await["conflicts"], 1);
    let now = flow.draft().await["graph"].clone();
    assert!(ids(&now).contains(&"b"), "they changed it");
    assert_eq!(now["edges"], json!([{"id": "ab", "source": "a", "target": "b"}]));
    let open = flow.conflicts("").await;
    assert_eq!(open[0]["path"], "nodes/b/");
    flow.settle(&open[0], json!({"how": "mine"})).await.ok(200);
    let now = flow.draft().await["graph"].clone();
    assert_eq!((ids(&now).contains(&"b"), &now["edges"]), (false, &json!([])), "it goes with its edges");
}
