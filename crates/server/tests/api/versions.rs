//! Versions of a workflow: reading, naming and comparing them, going back to one, and branches.

use serde_json::{Value as Json, json};

use crate::harness::{Answer, Server};
use crate::room_client::Person;

const FILE: &str = r#"{"name":"Edited","nodes":[{"id":"a","type":"manual","position":{"x":1.10,"y":2},"data":{}},{"id":"b","type":"number","data":{"value":1,"label":"one"}},{"id":"c","type":"number","data":{"value":7}}],"edges":[{"id":"ab","source":"a","target":"b"}],"extra":{"kept":1.50}}"#;

/// A workflow whose versions are looked at.
pub(crate) struct Edited<'a> {
    server: &'a Server,
    pub(crate) id: String,
}

impl<'a> Edited<'a> {
    pub(crate) async fn new(server: &'a Server) -> Self {
        Self { server, id: server.store(FILE).await }
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/v1/workflows/{}{rest}", self.id)
    }

    pub(crate) async fn get(&self, rest: &str) -> Json {
        self.server.get(&self.path(rest)).await.ok(200)
    }

    pub(crate) async fn post(&self, rest: &str, body: Json) -> Answer {
        self.server.post(&self.path(rest), &body.to_string()).await
    }

    pub(crate) async fn label(&self, version: &str, body: Json) -> Answer {
        self.server.call("PATCH", &self.path(&format!("/versions/{version}"))).body(body.to_string()).send().await
    }

    /// Changes the draft.
    pub(crate) async fn patch(&self, changes: Json) -> Json {
        let body = json!({ "changes": changes }).to_string();
        self.server.call("PATCH", &self.path("/draft")).header("if-match", "*").body(body).send().await.ok(200)
    }

    pub(crate) async fn set(&self, node: &str, field: &str, value: Json) -> Json {
        self.patch(json!([{"node": node, "set": {field: value}}])).await
    }

    /// Publishes the draft, whatever was published beside it; answers the version.
    pub(crate) async fn publish(&self) -> String {
        let over = self.draft().await["version"].clone();
        self.post("/versions", json!({ "over": over })).await.ok(200)["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn draft(&self) -> Json {
        self.get("/draft").await
    }

    pub(crate) async fn versions(&self) -> Vec<Json> {
        self.get("/versions").await["items"].as_array().expect("versions").clone()
    }

    pub(crate) async fn restore(&self, version: &str, body: Json) -> Answer {
        self.post(&format!("/versions/{version}/restore"), body).await
    }

    pub(crate) async fn switch(&self, branch: &str) -> Answer {
        self.post("/branches/switch", json!({ "branch": branch })).await
    }

    pub(crate) async fn merge(&self, version: &str) -> Json {
        self.post(&format!("/versions/{version}/merge"), json!({})).await.ok(200)
    }

    pub(crate) async fn conflicts(&self, query: &str) -> Vec<Json> {
        self.get(&format!("/conflicts{query}")).await["items"].as_array().expect("conflicts").clone()
    }

    pub(crate) async fn settle(&self, conflict: &Json, body: Json) -> Answer {
        let key = conflict["key"].as_str().expect("a key").replace('/', "%2F").replace('#', "%23");
        self.post(&format!("/conflicts/{key}"), body).await
    }

    /// The first version.
    pub(crate) async fn first(&self) -> String {
        self.versions().await.last().expect("a version")["id"].as_str().expect("an id").to_owned()
    }
}

/// The value of a node's field in a file.
pub(crate) fn value(graph: &Json, node: &str, field: &str) -> Json {
    let nodes = graph["nodes"].as_array().expect("nodes");
    nodes.iter().find(|row| row["id"] == node).map_or(Json::Null, |row| row["data"][field].clone())
}

pub(crate) fn ids(graph: &Json) -> Vec<&str> {
    graph["nodes"].as_array().expect("nodes").iter().filter_map(|row| row["id"].as_str()).collect()
}

#[tokio::test]
async fn a_version_is_read_and_named() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    flow.set("b", "data/value", json!(2)).await;
    let second = flow.publish().await;
    let shown = flow.versions().await;
    let told = |at: usize| ["id", "parent", "branch", "auto", "published", "label"].map(|key| shown[at][key].clone());
    assert_eq!(told(0), [json!(second), json!(first), json!("main"), json!(false), json!(true), json!(null)]);
    assert_eq!(told(1), [json!(first), json!(null), json!("main"), json!(false), json!(false), json!(null)]);
    let answer = server.get(&flow.path(&format!("/versions/{first}"))).await;
    assert!(answer.text().ends_with(&format!(r#""graph":{FILE}}}"#)), "to the letter: {}", answer.text());
    assert_eq!((&answer.json()["published"], &answer.json()["hash"]), (&json!(false), &shown[1]["hash"]));
    assert_eq!(flow.label(&first, json!({"label": " the first "})).await.ok(200)["label"], "the first");
    assert_eq!(flow.versions().await[1]["label"], "the first");
    assert_eq!(flow.label(&first, json!({"label": null})).await.ok(200)["label"], json!(null));
    assert_eq!(flow.label(&first, json!({})).await.problem(400), "missing_field");
    assert_eq!(flow.label(&first, json!({"label": "é".repeat(201)})).await.problem(400), "invalid_parameter");
    // Versions are those of their workflow.
    let other = Edited::new(&server).await;
    for path in
        [other.path(&format!("/versions/{first}")), flow.path("/versions/0000000000001"), flow.path("/versions/x")]
    {
        assert_eq!(server.get(&path).await.problem(404), "not_found", "{path}");
    }
    assert_eq!(other.label(&first, json!({"label": "x"})).await.problem(404), "not_found");
    assert_eq!(other.restore(&first, json!({})).await.problem(404), "not_found");
    assert_eq!(other.post(&format!("/versions/{first}/merge"), json!({})).await.problem(404), "not_found");
    let diff = other.path(&format!("/diff?from={first}"));
    assert_eq!(server.get(&diff).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_version_says_who_made_it() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    assert_eq!(flow.versions().await[0]["by"], json!(null), "nobody said");
    flow.set("b", "data/value", json!(2)).await;
    let published = flow.post("/versions", json!({"by": " Ada "})).await.ok(200);
    assert_eq!(published["by"], "Ada");
    // Who publishes what is published makes nothing, and a label leaves it theirs.
    assert_eq!(flow.post("/versions", json!({"by": "Bob", "label": "two"})).await.ok(200)["by"], "Ada");
    let second = published["id"].as_str().expect("an id");
    assert_eq!(flow.label(second, json!({"label": "2"})).await.ok(200)["by"], "Ada");
    assert_eq!(flow.get(&format!("/versions/{second}")).await["by"], "Ada");
    // What is kept of the draft was made by whoever replaced it.
    flow.set("b", "data/value", json!(3)).await;
    flow.restore(&first, json!({"branch": "try", "by": "Bob"})).await.ok(200);
    flow.set("b", "data/value", json!(4)).await;
    flow.post("/branches/switch", json!({"branch": "main", "by": "Cyd"})).await.ok(200);
    flow.set("b", "data/value", json!(5)).await;
    flow.restore(&first, json!({"by": " "})).await.ok(200);
    let told: Vec<Json> = flow.versions().await.iter().map(|version| version["by"].clone()).collect();
    assert_eq!(told, [json!(null), json!("Cyd"), json!("Bob"), json!("Ada"), json!(null)]);
    run(&flow, 6).await;
    assert_eq!(flow.versions().await[0]["by"], json!(null), "it was only run");
    let elsewhere = server.another().await;
    let stored = elsewhere.get(&flow.path("/versions")).await.ok(200);
    assert_eq!(stored["items"][2]["by"], "Cyd", "as the store knows it");
    for (path, mut body) in [
        ("/versions".to_owned(), json!({})),
        (format!("/versions/{first}/restore"), json!({})),
        ("/branches/switch".to_owned(), json!({"branch": "try"})),
    ] {
        body["by"] = json!("é".repeat(101));
        assert_eq!(flow.post(&path, body.clone()).await.problem(400), "invalid_parameter", "{path}");
        body["by"] = json!(1);
        assert_eq!(flow.post(&path, body).await.problem(400), "wrong_kind", "{path}");
    }
}

#[tokio::test]
async fn versions_are_told_a_page_at_a_time() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    for value in 2..6 {
        flow.set("b", "data/value", json!(value)).await;
        flow.publish().await;
    }
    let whole: Vec<Json> = flow.versions().await;
    assert_eq!(whole.len(), 5);
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = flow.get(&format!("/versions?limit=2&cursor={cursor}")).await;
        walked.push(page["items"].as_array().expect("versions").clone());
        page["next_cursor"].as_str().unwrap_or_default().clone_into(&mut cursor);
    }
    assert_eq!((walked.concat(), cursor), (whole.clone(), String::new()));
    assert_eq!(walked.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let skipped = flow.get("/versions?skip=3&limit=1").await;
    assert_eq!(skipped["items"], json!([whole[3]]));
    assert_eq!(server.get(&flow.path("/versions?cursor=x")).await.problem(400), "invalid_parameter");
}

#[tokio::test]
async fn two_states_are_compared() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    flow.set("b", "data/value", json!(2)).await;
    flow.patch(json!([{"node": "c", "removed": true}, {"node": "d", "added": {"id": "d", "type": "manual"}}, {"file": true, "set": {"name": "N"}}])).await;
    let diff = flow.get("/diff").await;
    assert_eq!((&diff["from"], &diff["to"]), (&json!({"version": first}), &json!({"rev": 2})));
    assert_eq!(diff["counts"]["nodes"], json!({"added": 1, "removed": 1, "changed": 1, "moved": 0}));
    let field = json!({"row": "b", "kind": "changed", "fields": [{"field": "data/value", "before": 1, "after": 2}]});
    assert_eq!((&diff["nodes"][0], &diff["file"][0]["after"]), (&field, &json!("N")));
    let cut = flow.get("/diff?limit=1").await;
    assert_eq!((cut["nodes"].as_array().map(Vec::len), &cut["more"]), (Some(1), &json!(true)));
    let earlier = flow.get("/diff?from=rev:1&to=draft").await;
    assert_eq!(earlier["from"], json!({"rev": 1}));
    assert_eq!(earlier["counts"]["nodes"], json!({"added": 1, "removed": 1, "changed": 0, "moved": 0}));
    let second = flow.publish().await;
    let back = flow.get(&format!("/diff?from={second}&to={first}")).await;
    assert_eq!(back["nodes"][0]["fields"][0], json!({"field": "data/value", "before": 2, "after": 1}));
    assert_eq!(flow.get("/diff?from=published&to=draft").await["counts"]["nodes"]["changed"], 0);
    assert_eq!(server.get(&flow.path("/diff?from=rev:99")).await.problem(409), "base_gone");
    for query in ["from=x", "to=rev:x", "limit=0", "limit=10001"] {
        assert_eq!(
            server.get(&flow.path(&format!("/diff?{query}"))).await.problem(400),
            "invalid_parameter",
            "{query}"
        );
    }
}

#[tokio::test]
async fn restoring_loses_nothing() {
    let server = Server::new().await;
    let (flow, address) = (Edited::new(&server).await, server.listen().await);
    let first = flow.first().await;
    flow.set("b", "data/value", json!(2)).await;
    let second = flow.publish().await;
    let mut ada = Person::join(&address, &flow.id, 1).await;
    // It cannot run, and is kept all the same.
    flow.patch(json!([{"node": "b", "set": {"type": "nope"}}])).await;
    let before = flow.draft().await["graph"].clone();
    let stale = server.call("POST", &flow.path(&format!("/versions/{first}/restore"))).header("if-match", "\"1\"");
    assert_eq!(stale.send().await.problem(412), "draft_changed");
    let restored = flow.restore(&first, json!({})).await.ok(200);
    assert_eq!((&restored["base"], &restored["branch"], &restored["rev"]), (&json!(second), &json!("main"), &json!(3)));
    ada.until(|heard| heard.over == Some((2, 3))).await;
    let shown = server.get(&flow.path("/draft")).await;
    assert!(shown.text().ends_with(&format!(r#""graph":{FILE}}}"#)), "{}", shown.text());
    let kept = flow.versions().await[0].clone();
    assert_eq!((&kept["auto"], &kept["parent"], &kept["published"]), (&json!(true), &json!(second), &json!(false)));
    assert_eq!(kept["label"], format!("before restoring {first}"));
    let kept = kept["id"].as_str().expect("an id").to_owned();
    assert_eq!(flow.get(&format!("/versions/{kept}")).await["graph"], before);
    // What is a version already is not kept again, and the kept one can be restored.
    let count = flow.versions().await.len();
    flow.restore(&second, json!({})).await.ok(200);
    assert_eq!(flow.versions().await.len(), count + 1, "the first one's content is not that of the base");
    assert_eq!(flow.draft().await["changed"], false);
    flow.restore(&kept, json!({})).await.ok(200);
    assert_eq!((flow.versions().await.len(), &flow.draft().await["graph"]), (count + 1, &before));
    let elsewhere = server.another().await;
    assert_eq!(elsewhere.get(&flow.path("/draft")).await.ok(200), flow.draft().await, "as the store knows it");
}

#[tokio::test]
async fn branches_are_made_left_and_come_back_to() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    flow.set("b", "data/value", json!(2)).await;
    let second = flow.publish().await;
    let there = flow.restore(&first, json!({"branch": " try "})).await.ok(200);
    assert_eq!((&there["branch"], &there["base"], &there["changed"]), (&json!("try"), &json!(first), &json!(true)));
    assert_eq!(
        (&flow.draft().await["branch"], value(&flow.draft().await["graph"], "b", "value")),
        (&json!("try"), json!(1))
    );
    for taken in ["try", "main"] {
        assert_eq!(flow.restore(&first, json!({"branch": taken})).await.problem(409), "branch_exists");
    }
    for wrong in ["", "  ", "x".repeat(101).as_str()] {
        assert_eq!(flow.restore(&first, json!({"branch": wrong})).await.problem(400), "invalid_parameter");
    }
    flow.set("c", "data/value", json!(8)).await;
    assert_eq!(flow.switch("main").await.ok(200)["base"], json!(second));
    let kept = flow.versions().await[0].clone();
    assert_eq!((&kept["branch"], &kept["auto"], &kept["parent"]), (&json!("try"), &json!(true), &json!(first)));
    assert_eq!(flow.draft().await["changed"], false);
    assert_eq!(flow.switch("none").await.problem(404), "not_found");
    assert_eq!(flow.switch("main").await.ok(200)["base"], json!(second), "it is there");
    // What is published meanwhile is followed by a draft of its branch, and by no other.
    assert_eq!(flow.switch("try").await.ok(200)["base"], kept["id"]);
    assert_eq!(value(&flow.draft().await["graph"], "c", "value"), json!(8));
    let third = flow.publish().await;
    let versions = flow.versions().await;
    assert_eq!((&versions[0]["id"], &versions[0]["branch"]), (&json!(third), &json!("try")));
    assert_eq!((&versions[0]["parent"], &versions[0]["published"]), (&kept["id"], &json!(true)));
    let put = server.call("PUT", &flow.path("")).header("if-match", "*").body(FILE.replace("one", "two"));
    let fourth = put.send().await.ok(200)["version"].clone();
    assert_eq!((&flow.versions().await[0]["branch"], &flow.draft().await["base"]), (&json!("try"), &fourth));
    let fifth = fourth.as_str().expect("an id");
    flow.restore(fifth, json!({"branch": "other"})).await.ok(200);
    let put = server.call("PUT", &flow.path("")).header("if-match", "*").body(FILE.replace("one", "three"));
    put.send().await.ok(200);
    let draft = flow.draft().await;
    assert_eq!((&draft["branch"], &draft["base"], &draft["changed"]), (&json!("other"), &fourth, &json!(true)));
}

/// Runs the draft of a workflow; answers the version that was made for that.
async fn run(flow: &Edited<'_>, value: i64) -> String {
    // Versions are in order by their millisecond.
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    flow.set("b", "data/value", json!(value)).await;
    let ran = flow.post("/execute", json!({"draft": true, "wait": true})).await.ok(200);
    assert_eq!(ran["status"], "succeeded", "{ran}");
    let versions = flow.versions().await;
    assert_eq!(versions[0]["auto"], true);
    versions[0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_was_only_run_is_no_version_to_switch_to() {
    let server = Server::new().await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    flow.restore(&first, json!({"branch": "try"})).await.ok(200);
    flow.set("b", "data/value", json!(2)).await;
    flow.switch("main").await.ok(200);
    let tip = flow.versions().await[0]["id"].clone();
    flow.switch("try").await.ok(200);
    let ran = run(&flow, 3).await;
    assert_eq!((&flow.versions().await[0]["id"], &flow.versions().await[0]["branch"]), (&json!(ran), &json!("try")));
    // It is what the branch ends with again, so nothing of it has to be kept.
    flow.set("b", "data/value", json!(2)).await;
    flow.switch("main").await.ok(200);
    assert_eq!(flow.versions().await[0]["id"], ran);
    assert_eq!(flow.switch("try").await.ok(200)["base"], tip);
}

#[tokio::test]
async fn automatic_versions_go_once_nothing_refers_to_them() {
    let server = Server::with(&[("versions.auto_count", "1"), ("retention.max_count", "2")]).await;
    let flow = Edited::new(&server).await;
    let first = flow.first().await;
    let mut runs = Vec::new();
    for value in 2..7 {
        runs.push(run(&flow, value).await);
    }
    let ids = async || -> Vec<String> {
        let versions = flow.versions().await;
        versions.iter().map(|version| version["id"].as_str().expect("an id").to_owned()).collect()
    };
    flow.label(&runs[0], json!({"label": "stays"})).await.ok(200);
    // The draft is made from the second, on a branch of its own.
    flow.restore(&runs[1], json!({"branch": "try"})).await.ok(200);
    let before = ids().await;
    server.app.retain().await.expect("it can");
    // Two executions are left, of the newest two; the third has nobody.
    let expected: Vec<String> = before.into_iter().filter(|id| *id != runs[2]).collect();
    assert_eq!(ids().await, expected);
    assert_eq!(server.get(&flow.path(&format!("/versions/{}", runs[2]))).await.problem(404), "not_found");
    for id in [&runs[0], &runs[1], &runs[3], &runs[4], &first] {
        assert_eq!(flow.get(&format!("/versions/{id}")).await["id"], **id, "it can be read");
    }
    // The same content is a version again.
    assert_eq!(run(&flow, 4).await, runs[2]);
    assert_eq!(value(&flow.get(&format!("/versions/{}", runs[2])).await["graph"], "b", "value"), json!(4));
    let elsewhere = server.another().await;
    assert_eq!(
        elsewhere.get(&flow.path("/versions")).await.ok(200)["items"].as_array().map(Vec::len),
        Some(ids().await.len())
    );
}
