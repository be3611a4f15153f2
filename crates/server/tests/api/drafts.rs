//! Drafts: the file that an editor works on, whole and by its parts.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::harness::{Answer, DOUBLE, Server};

/// A workflow whose draft is at hand.
struct Draft<'a> {
    server: &'a Server,
    path: String,
}

impl<'a> Draft<'a> {
    async fn of(server: &'a Server, graph: &str) -> Self {
        let id = server.store(graph).await;
        Self { server, path: format!("/api/v1/workflows/{id}") }
    }

    async fn send(&self, method: &str, tag: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
        let call = self.server.call(method, &format!("{}/draft", self.path)).body(body);
        match tag {
            Some(tag) => call.header("if-match", tag),
            None => call,
        }
        .send()
        .await
    }

    async fn put(&self, tag: &str, file: &str) -> Answer {
        self.send("PUT", Some(tag), file).await
    }

    async fn patch(&self, tag: &str, changes: Json) -> Answer {
        self.send("PATCH", Some(tag), json!({ "changes": changes }).to_string()).await
    }

    async fn get(&self) -> Json {
        self.server.get(&format!("{}/draft", self.path)).await.ok(200)
    }

    /// The text of the file.
    async fn file(&self) -> String {
        let answer = self.server.get(&format!("{}/draft", self.path)).await;
        let text = answer.text().split_once(r#""graph":"#).expect("a graph").1;
        text[..text.len() - 1].to_owned()
    }
}

const PARTS: &str = r#"{"name":"Parts","nodes":[{"id":"a","type":"manual","position":{"x":1.10,"y":1.00e2},"data":{}},{"id":"b","type":"number","data":{"value":9007199254740993,"label":"B"},"odd key":[1.0]},{"id":"c","type":"number","data":{"value":1}}],"edges":[{"id":"ab","source":"a","target":"b"},{"source":"b","target":"c"},{"source":"a","target":"c"}],"extra":{"kept":1.50}}"#;

#[tokio::test]
async fn without_a_draft_it_is_what_is_published() {
    let server = Server::new().await;
    let draft = Draft::of(&server, DOUBLE).await;
    let answer = server.get(&format!("{}/draft", draft.path)).await;
    let body = answer.ok(200);
    let published = server.get(&draft.path).await.ok(200);
    assert_eq!(
        (body["rev"].as_u64(), body["changed"].as_bool(), answer.header("etag")),
        (Some(0), Some(false), "\"0\"")
    );
    assert_eq!((&body["base"], &body["graph"]), (&published["version"], &published["graph"]));
    assert_eq!((&body["version"], &published["draft_changed"]), (&published["version"], &json!(false)));
    assert!(body["updated_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{body}");
    assert_eq!(server.get("/api/v1/workflows/0000000000000/draft").await.problem(404), "not_found");
    assert_eq!(server.get("/api/v1/workflows/nonsense/draft").await.problem(404), "not_found");
    let elsewhere = server.call("GET", &format!("{}/draft", draft.path)).header("x-tenant-id", "acme").send().await;
    assert_eq!(elsewhere.problem(404), "not_found");
}

#[tokio::test]
async fn a_file_is_kept_as_it_is_and_need_not_run() {
    let server = Server::new().await;
    let draft = Draft::of(&server, DOUBLE).await;
    let odd = r#"{"name":"<b>x</b>","nodes":[{"id":"a"},{"id":"a","type":"nope","parentId":"a"},{},7,{"id":"e","data":3}],"edges":[{"source":"zz"},null],"far":1e400,"exact":1.10}"#;
    let saved = draft.put("\"0\"", odd).await;
    assert_eq!((saved.ok(200)["rev"].as_u64(), saved.header("etag")), (Some(1), "\"1\""));
    assert_eq!(draft.file().await, odd, "every number, key and oddity is there");
    let list = server.get("/api/v1/workflows").await.ok(200);
    assert_eq!((&list["items"][0]["draft_changed"], &list["items"][0]["name"]), (&json!(true), &json!("Double")));
    assert_eq!(
        server.run(draft.path.rsplit('/').next().expect("an id"), "4").await["output"],
        8,
        "what is published runs"
    );
    // What is known only from the store is the same.
    let elsewhere = server.another().await;
    let there = Draft { server: &elsewhere, path: draft.path.clone() };
    assert_eq!(there.file().await, odd);
    for (wrong, path) in [("[]", "$.nodes"), (r#"{"nodes":[]}"#, "$.edges"), (r#"{"nodes":{},"edges":[]}"#, "$.nodes")]
    {
        let refused = draft.put("\"1\"", wrong).await;
        assert_eq!((refused.problem(422).as_str(), refused.json()["path"].as_str()), ("invalid_shape", Some(path)));
    }
    assert_eq!(draft.put("\"1\"", "{\"nodes\":").await.problem(400), "invalid_json");
    assert_eq!(draft.file().await, odd);
}

#[tokio::test]
async fn a_change_names_the_rev_that_it_changes() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    for method in ["PUT", "PATCH", "DELETE"] {
        let body = if method == "PATCH" { r#"{"changes":[]}"# } else { PARTS };
        assert_eq!(draft.send(method, None, body).await.problem(428), "precondition_required", "{method}");
        for tag in ["\"7\"", "nonsense", ""] {
            let refused = draft.send(method, Some(tag), body).await;
            assert_eq!(refused.problem(412), "draft_changed", "{method} {tag:?}");
            assert_eq!((refused.json()["rev"].as_u64(), refused.header("etag")), (Some(0), "\"0\""));
        }
    }
    let move_a = || draft.patch("\"0\"", json!([{"node": "a", "set": {"position": {"x": 5, "y": 6}}}]));
    let (one, other) = tokio::join!(move_a(), move_a());
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "of two at once one is refused");
    assert_eq!(draft.patch("*", json!([{"node": "b", "removed": true}])).await.ok(200)["rev"], 2);
    assert_eq!(draft.patch("W/\"2\"", json!([])).await.ok(200)["rev"], 3);
}

#[tokio::test]
async fn who_knows_a_rev_is_not_sent_its_file_again() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    draft.patch("0", json!([{"node": "a", "set": {"data/label": "x"}}])).await.ok(200);
    let get = async |query: &str, tag: &str| {
        let call = server.call("GET", &format!("{}/draft{query}", draft.path)).header("if-none-match", tag);
        call.send().await
    };
    for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let known = get("", tag).await;
        assert_eq!((known.status.as_u16(), known.header("etag"), known.bytes.len()), (304, "\"1\"", 0), "{tag}");
    }
    for tag in ["\"0\"", "\"2\"", "\"\"", "x"] {
        assert_eq!(get("", tag).await.ok(200)["graph"]["nodes"][0]["data"]["label"], "x", "{tag}");
    }
    // Publishing leaves the file as it is; what it is based on is told all the same.
    let before = draft.get().await;
    let published = server.post(&format!("{}/versions", draft.path), "{}").await.ok(200);
    assert_eq!(get("", "\"1\"").await.status, 304);
    let answer = get("?graph=false", "\"1\"").await;
    let (about, mut whole) = (answer.ok(200), draft.get().await);
    assert_eq!((&about["rev"], &about["epoch"], answer.header("etag")), (&json!(1), &json!(1), "\"1\""));
    assert_eq!((&about["base"], &about["version"]), (&published["id"], &published["id"]));
    assert_ne!(about["base"], before["base"]);
    whole.as_object_mut().expect("an object").remove("graph");
    assert_eq!(about, whole, "all else is the same");
    let missing = server.get("/api/v1/workflows/00000000000000000000000000/draft?graph=false").await;
    assert_eq!(missing.problem(404), "not_found");
}

#[tokio::test]
async fn parts_are_changed_and_all_else_stays_to_the_letter() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    let changes = json!([
        {"node": "b", "set": {"position": {"x": 5}, "data/label": "new", "data/a~1b~0c": [1], "odd key": null}, "unset": ["data/value"]},
        {"node": "a", "set": {"data/label": "A"}},
        {"node": "d", "added": {"id": "d", "type": "number", "data": {"value": 1}}},
        {"node": "c", "removed": true},
        {"edge": "#1", "set": {"id": "bc", "animated": true}},
        {"edge": "#2", "removed": true},
        {"edge": "ad", "added": {"id": "ad", "source": "a", "target": "d"}},
        {"edge": "bc", "set": {"target": "d"}},
        {"file": true, "set": {"name": "Other", "new/ key".replace('/', "~1"): {"b": 1}}, "unset": ["extra"]},
    ]);
    let saved = draft.patch("\"0\"", changes).await;
    assert_eq!(saved.ok(200)["rev"], 1);
    let expected = r#"{"name":"Other","nodes":[{"id":"a","type":"manual","position":{"x":1.10,"y":1.00e2},"data":{"label":"A"}},{"id":"b","type":"number","data":{"label":"new","a/b~c":[1]},"odd key":null,"position":{"x":5}},{"data":{"value":1},"id":"d","type":"number"}],"edges":[{"id":"ab","source":"a","target":"b"},{"source":"b","target":"d","animated":true,"id":"bc"},{"id":"ad","source":"a","target":"d"}],"new/ key":{"b":1}}"#;
    assert_eq!(draft.file().await, expected);
    let elsewhere = server.another().await;
    let there = elsewhere.get(&format!("{}/draft", draft.path)).await;
    assert!(there.text().ends_with(&format!("{expected}}}")), "{}", there.text());
    // What the store kept takes further changes as memory does: an id that left a node, and one that came.
    let there = Draft { server: &elsewhere, path: draft.path.clone() };
    let changes = json!([
        {"node": "c", "added": {"id": "c"}}, {"edge": "ad", "removed": true}, {"node": "d", "set": {"id": "dd"}},
        {"node": "dd", "set": {"width": 1}}, {"node": "d", "added": {"id": "d"}}, {"edge": "#0", "added": {"source": "c"}},
    ]);
    assert_eq!(there.patch("\"1\"", changes).await.ok(200)["rev"], 2);
    let graph = there.get().await["graph"].clone();
    let ids =
        |key: &str| graph[key].as_array().expect("a list").iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids("nodes"), ["a", "b", "dd", "c", "d"].map(Json::from));
    assert_eq!((ids("edges"), &graph["nodes"][2]["width"]), (vec![json!("ab"), json!("bc"), Json::Null], &json!(1)));
}

#[tokio::test]
async fn what_cannot_be_changed_is_told_and_nothing_is() {
    let server = Server::new().await;
    let file = r#"{"nodes":[{"id":"a"},{"id":"b","data":7},{"id":"x"},{"id":"x"},3],"edges":[{"id":"e"},{}]}"#;
    let draft = Draft::of(&server, DOUBLE).await;
    assert_eq!(draft.put("*", file).await.status, 200);
    let first = json!({"node": "a", "set": {"data": {}}});
    for (change, code, path) in [
        (json!({"node": "zz", "set": {"x": 1}}), "no_such_node", "$.changes[1].node"),
        (json!({"node": "zz", "removed": true}), "no_such_node", "$.changes[1].node"),
        (json!({"edge": "zz", "set": {"x": 1}}), "no_such_edge", "$.changes[1].edge"),
        (json!({"edge": "#0", "removed": true}), "no_such_edge", "$.changes[1].edge"),
        (json!({"edge": "#2", "removed": true}), "no_such_edge", "$.changes[1].edge"),
        (json!({"node": "x", "set": {"y": 1}}), "ambiguous_node", "$.changes[1].node"),
        (json!({"node": "x", "removed": true}), "ambiguous_node", "$.changes[1].node"),
        (json!({"node": "a", "added": {"id": "a"}}), "node_exists", "$.changes[1]"),
        (json!({"node": "a", "set": {"id": "b"}}), "node_exists", "$.changes[1]"),
        (json!({"edge": "e", "added": {"id": "e"}}), "edge_exists", "$.changes[1]"),
        (json!({"node": "n", "added": {"id": "m"}}), "invalid_change", "$.changes[1].added"),
        (json!({"node": "b", "set": {"data/x": 1}}), "invalid_change", "$.changes[1]"),
        (json!({"node": "#4", "set": {"x": 1}}), "invalid_change", "$.changes[1]"),
        (json!({"node": "a", "set": {"style/color": 1}}), "invalid_change", "$.changes[1]"),
        (json!({"node": "a", "set": {"data/x~2": 1}}), "invalid_change", "$.changes[1]"),
        (json!({"node": "a", "edge": "e", "removed": true}), "invalid_change", "$.changes[1]"),
        (json!({"node": "a"}), "invalid_change", "$.changes[1]"),
        (json!({"node": "a", "removed": true, "set": {}}), "invalid_change", "$.changes[1]"),
        (json!({"file": true, "set": {"nodes": []}}), "invalid_change", "$.changes[1]"),
    ] {
        let refused = draft.patch("\"1\"", json!([first, change])).await;
        assert_eq!((refused.problem(422).as_str(), refused.json()["path"].as_str()), (code, Some(path)), "{change}");
    }
    for (change, code) in [
        (json!({"node": 3, "removed": true}), "wrong_kind"),
        (json!({"node": "a", "unset": "x"}), "wrong_kind"),
        (json!({"node": "a", "put": {}}), "unknown_field"),
        (json!(7), "wrong_kind"),
    ] {
        assert_eq!(draft.patch("\"1\"", json!([first, change])).await.problem(400), code, "{change}");
    }
    assert_eq!(draft.send("PATCH", Some("*"), "{}").await.problem(400), "missing_field");
    assert_eq!((draft.file().await.as_str(), draft.get().await["rev"].as_u64()), (file, Some(1)));
}

#[tokio::test]
async fn a_draft_that_is_given_up_or_undone_is_what_is_published() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    let label = |label: &str| json!([{"node": "b", "set": {"data/label": label}}]);
    assert_eq!(draft.patch("0", label("x")).await.ok(200)["rev"], 1);
    assert_eq!(draft.get().await["changed"], true);
    assert_eq!(draft.patch("1", label("B")).await.ok(200)["rev"], 2);
    assert_eq!(draft.get().await["changed"], false, "it is again as it was");
    assert_eq!(draft.put("2", r#"{"nodes":[],"edges":[]}"#).await.ok(200)["rev"], 3);
    assert_eq!(draft.put("3", PARTS).await.ok(200)["rev"], 4);
    assert_eq!(draft.get().await["changed"], false, "the same file is no change");
    assert_eq!(draft.put("4", r#"{"nodes":[],"edges":[]}"#).await.ok(200)["rev"], 5);
    assert_eq!(draft.send("DELETE", Some("\"5\""), "").await.ok(200)["rev"], 6);
    let now = draft.get().await;
    assert_eq!((&now["rev"], &now["changed"], draft.file().await.as_str()), (&json!(6), &json!(false), PARTS));
}

#[tokio::test]
async fn publishing_beside_a_draft_keeps_what_it_changed() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    let publish = async |tag: &str, name: &str| {
        let file = PARTS.replace("Parts", name);
        server.call("PUT", &draft.path).header("if-match", tag).body(file).send().await.ok(200)
    };
    // Without changes the draft follows, and its rev says that it is another file now.
    let second = publish("1", "Second").await;
    let followed = draft.get().await;
    assert_eq!(
        (&followed["rev"], &followed["base"], &followed["changed"]),
        (&json!(1), &second["version"], &json!(false))
    );
    assert_eq!(followed["graph"]["name"], "Second");
    assert_eq!(draft.patch("0", json!([])).await.problem(412), "draft_changed");
    // With changes it stays, and says that its base is no longer what is published.
    assert_eq!(draft.patch("1", json!([{"node": "a", "set": {"data/label": "mine"}}])).await.ok(200)["rev"], 2);
    let third = publish("2", "Third").await;
    assert_eq!(third["draft_changed"], true);
    let kept = draft.get().await;
    assert_eq!((&kept["rev"], &kept["base"], &kept["version"]), (&json!(2), &second["version"], &third["version"]));
    assert_eq!(
        (&kept["graph"]["name"], &kept["graph"]["nodes"][0]["data"]["label"]),
        (&json!("Second"), &json!("mine"))
    );
    // Undone it is still not what is published.
    assert_eq!(draft.patch("2", json!([{"node": "a", "unset": ["data/label"]}])).await.ok(200)["rev"], 3);
    assert_eq!(draft.get().await["changed"], true);
}

#[tokio::test]
async fn a_draft_goes_with_its_workflow() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    assert_eq!(draft.put("0", r#"{"nodes":[],"edges":[]}"#).await.status, 200);
    assert_eq!(server.call("DELETE", &draft.path).send().await.status, 204);
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let body = if method == "PATCH" { r#"{"changes":[]}"# } else { PARTS };
        assert_eq!(draft.send(method, Some("*"), body).await.problem(404), "not_found", "{method}");
    }
}

#[tokio::test]
async fn many_changes_are_folded_into_the_text() {
    let server = Server::new().await;
    let draft = Draft::of(&server, PARTS).await;
    for round in 0..40 {
        let name = format!("n{round}");
        let changes = json!([
            {"node": name, "added": {"id": name, "data": {"label": "x".repeat(1_000)}}},
            {"node": "a", "set": {"data/round": round}},
        ]);
        assert_eq!(draft.patch("*", changes).await.status, 200, "{round}");
    }
    let changes = json!([{"node": "n3", "removed": true}, {"node": "n39", "set": {"width": 7}}]);
    assert_eq!(draft.patch("40", changes).await.ok(200)["rev"], 41);
    let here = draft.get().await;
    let nodes = here["graph"]["nodes"].as_array().expect("nodes");
    assert_eq!((nodes.len(), nodes[0]["data"]["round"].as_u64(), nodes[41]["width"].as_u64()), (42, Some(39), Some(7)));
    assert_eq!(server.another().await.get(&format!("{}/draft", draft.path)).await.ok(200), here);
}

#[tokio::test]
async fn drafts_respect_the_limit_of_bodies() {
    let server = Server::with(&[("limits.body_bytes", "4000")]).await;
    let draft = Draft::of(&server, PARTS).await;
    let label = |length: usize| json!([{"node": "a", "set": {"data/label": "x".repeat(length)}}]);
    assert_eq!(draft.patch("*", label(5_000)).await.problem(413), "body_too_large");
    assert_eq!(draft.patch("*", label(3_000)).await.status, 200);
    let second = json!([{"node": "b", "set": {"data/label": "x".repeat(3_000)}}]);
    assert_eq!(draft.patch("*", second).await.problem(413), "body_too_large", "nor does it grow beyond it bit by bit");
    assert_eq!(draft.put("*", &format!("{PARTS}{}", " ".repeat(4_000))).await.problem(413), "body_too_large");
    assert_eq!(draft.patch("*", label(10)).await.status, 200, "it may become smaller");
}

/// A file with so many nodes, 1.2 edges each, about 200 bytes a node.
fn large(count: usize) -> String {
    let mut file = String::from(r#"{"name":"Large","nodes":["#);
    for at in 0..count {
        let comma = if at == 0 { "" } else { "," };
        write!(file, r#"{comma}{{"id":"node-{at}","type":"set_fields","position":{{"x":{at},"y":{}}},"data":{{"label":"Step number {at}","fields":{{"value":"{{{{ input.value + {at} }}}}"}}}}}}"#, at % 97).expect("text");
    }
    file.push_str(r#"],"edges":["#);
    for at in 0..count * 6 / 5 {
        let comma = if at == 0 { "" } else { "," };
        write!(
            file,
            r#"{comma}{{"id":"e{at}","source":"node-{}","target":"node-{}"}}"#,
            at % count,
            (at * 7 + 1) % count
        )
        .expect("text");
    }
    file.push_str("]}");
    file
}

#[tokio::test]
async fn a_change_of_a_large_draft_is_cheap() {
    let (server, traffic) = Server::counted().await;
    let draft = Draft::of(&server, DOUBLE).await;
    let file = large(100_000);
    traffic.take();
    assert_eq!(draft.put("*", &file).await.status, 200);
    assert!(traffic.take().0 >= file.len(), "a whole file is written");
    for round in 0..6 {
        let change = json!([{"node": "node-77777", "set": {"position": {"x": round, "y": 0}}}]);
        assert_eq!(draft.patch("*", change).await.status, 200);
        let (written, read) = traffic.take();
        // The text is read once; from then on each change is its own entry, the head, and the workflow's record.
        let most = if round == 0 { file.len() + 4_096 } else { 4_096 };
        assert!(written < 4_096 && read < most, "change {round}: {written} bytes written, {read} read");
    }
    let changed = file.replace(
        r#""id":"node-77777","type":"set_fields","position":{"x":77777,"y":80}"#,
        r#""id":"node-77777","type":"set_fields","position":{"x":5,"y":0}"#,
    );
    assert!(draft.file().await == changed && changed.len() == file.len() - 5, "all else is as it was");
    let elsewhere = server.another().await;
    let there = Draft { server: &elsewhere, path: draft.path.clone() };
    assert!(there.file().await == changed, "also as the store knows it");
}

#[tokio::test]
async fn a_draft_is_packed_only_for_those_who_are_far() {
    let server = Server::new().await;
    let path = format!("/api/v1/workflows/{}/draft", server.store(&large(20)).await);
    let address = server.listen().await;
    let client = reqwest::Client::builder().tls_certs_only([]).build().expect("a client");
    let ask =
        || client.get(format!("{address}{path}")).bearer_auth(crate::harness::TOKEN).header("accept-encoding", "gzip");
    let packed = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.headers().contains_key("content-encoding")
    };
    assert!(!packed(ask()).await, "sending is faster than packing here");
    assert!(packed(ask().header("x-forwarded-for", "192.0.2.7")).await);
}
