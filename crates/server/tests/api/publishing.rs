//! From a draft to what runs: what is wrong with it, publishing it, and running it before that.

use serde_json::{Value as Json, json};

use crate::harness::{Answer, DOUBLE, Server};

/// A workflow and its draft.
struct Edited<'a> {
    server: &'a Server,
    id: String,
}

impl<'a> Edited<'a> {
    async fn of(server: &'a Server, graph: &str) -> Self {
        Self { server, id: server.store(graph).await }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/workflows/{}{rest}", self.id)
    }

    async fn draft(&self, file: &str) -> Json {
        let call = self.server.call("PUT", &self.path("/draft")).header("if-match", "*").body(file);
        call.send().await.ok(200)
    }

    async fn shown(&self) -> Json {
        self.server.get(&self.path("/draft")).await.ok(200)
    }

    async fn publish(&self, body: &Json) -> Answer {
        self.server.post(&self.path("/versions"), &body.to_string()).await
    }

    async fn versions(&self) -> Vec<Json> {
        self.server.get(&self.path("/versions")).await.ok(200)["items"].as_array().expect("versions").clone()
    }

    async fn execute(&self, body: Json) -> Answer {
        self.server.post(&self.path("/execute"), &body.to_string()).await
    }

    async fn output(&self, body: Json) -> Json {
        let ended = self.execute(body).await.ok(200);
        assert_eq!(ended["status"], "succeeded", "{ended}");
        ended["output"].clone()
    }

    async fn problems(&self) -> Json {
        self.server.get(&self.path("/draft/problems")).await.ok(200)
    }
}

fn times(factor: i64) -> String {
    DOUBLE.replace("input * 2", &format!("input * {factor}"))
}

/// All errors, all warnings, and how many of them are not told.
fn counts(problems: &Json) -> [u64; 3] {
    ["errors", "warnings", "more"].map(|key| problems[key].as_u64().expect("a count"))
}

fn codes(problems: &Json) -> Vec<&str> {
    problems["problems"].as_array().expect("problems").iter().filter_map(|problem| problem["code"].as_str()).collect()
}

#[tokio::test]
async fn a_published_draft_is_what_runs() {
    let server = Server::new().await;
    let flow = Edited::of(&server, DOUBLE).await;
    let rev = flow.draft(&times(3).replace("Double", "Triple")).await["rev"].clone();
    let answer = flow.publish(&json!({"label": "three"})).await;
    let version = answer.ok(200);
    assert_eq!((&version["rev"], &version["label"], &version["auto"]), (&rev, &json!("three"), &json!(false)));
    let whole = server.get(&flow.path("")).await.ok(200);
    assert_eq!(
        (&whole["version"], &whole["name"], &whole["draft_changed"]),
        (&version["id"], &json!("Triple"), &json!(false))
    );
    assert_eq!(server.run(&flow.id, "7").await["output"], 21);
    let versions = flow.versions().await;
    assert_eq!((&versions[0]["id"], &versions[0]["parent"]), (&version["id"], &versions[1]["id"]));
    let now = flow.shown().await;
    assert_eq!((&now["rev"], &now["base"], &now["changed"]), (&rev, &version["id"], &json!(false)), "the rev goes on");
    // Without changes there is nothing new; a label may still be given.
    let again = flow.publish(&json!({})).await.ok(200);
    assert_eq!((&again["id"], &again["label"]), (&version["id"], &json!("three")));
    assert_eq!(flow.publish(&json!({"label": "III"})).await.ok(200)["id"], version["id"]);
    assert_eq!((flow.versions().await.len(), &flow.versions().await[0]["label"]), (2, &json!("III")));
    let elsewhere = server.another().await;
    assert_eq!(elsewhere.get(&flow.path("/draft")).await.ok(200), now, "as the store knows it");
}

#[tokio::test]
async fn only_a_draft_that_was_seen_and_can_run_is_published() {
    let server = Server::new().await;
    let flow = Edited::of(&server, DOUBLE).await;
    flow.draft(&times(3)).await;
    let stale = server.call("POST", &flow.path("/versions")).header("if-match", "\"0\"").send().await;
    assert_eq!((stale.problem(412).as_str(), stale.json()["rev"].as_u64()), ("draft_changed", Some(1)));
    assert_eq!(server.call("POST", &flow.path("/versions")).header("if-match", "\"1\"").send().await.status, 200);
    flow.draft(r#"{"nodes":[{"id":"a","type":"nope"},{"type":"number"}],"edges":[]}"#).await;
    let refused = flow.publish(&json!({})).await;
    assert_eq!(refused.problem(422), "invalid_graph");
    let told = refused.json();
    assert_eq!(codes(&told), ["invalid_shape", "unknown_type"]);
    assert_eq!(flow.publish(&json!({"name": 1})).await.problem(400), "unknown_field");
    assert_eq!(flow.publish(&json!({"over": "x"})).await.problem(400), "invalid_parameter");
    assert_eq!(server.post("/api/v1/workflows/0000000000000/versions", "{}").await.problem(404), "not_found");
    assert_eq!((flow.versions().await.len(), &flow.shown().await["changed"]), (2, &json!(true)), "the draft stays");
    flow.draft(r#"{"name":"Empty","nodes":[],"edges":[]}"#).await;
    assert_eq!(flow.publish(&json!({})).await.ok(200)["node_count"], 0, "a workflow may be empty");
}

#[tokio::test]
async fn a_draft_replaces_what_was_published_beside_it_only_knowingly() {
    let server = Server::new().await;
    let flow = Edited::of(&server, DOUBLE).await;
    flow.draft(&times(3)).await;
    let beside = server.call("PUT", &flow.path("")).header("if-match", "*").body(times(4)).send().await.ok(200);
    for over in [json!({}), json!({"over": flow.shown().await["base"]})] {
        let refused = flow.publish(&over).await;
        assert_eq!(refused.problem(409), "version_changed");
        let said = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(beside["version"].as_str().expect("an id")), "{said}");
    }
    assert_eq!(server.run(&flow.id, "5").await["output"], 20);
    let base = flow.shown().await["base"].clone();
    let version = flow.publish(&json!({"over": beside["version"]})).await.ok(200);
    assert_eq!((&version["parent"], server.run(&flow.id, "5").await["output"].as_u64()), (&base, Some(15)));
}

#[tokio::test]
async fn problems_are_told_as_far_as_the_draft_can_be_read() {
    let server = Server::new().await;
    let flow = Edited::of(&server, DOUBLE).await;
    assert_eq!(flow.problems().await, json!({"rev": 0, "problems": [], "errors": 0, "warnings": 0, "more": 0}));
    let odd = r#"{"nodes":[{"id":"a","type":"number","data":{"value":1},"parentId":"b"},{"id":"b","type":"group","parentId":"a"},
        {"id":"a","type":"nope"},{},7,{"id":"e","data":3}],"edges":[{"id":"f","source":"a","target":"zz"},{"id":"g"},null]}"#;
    flow.draft(odd).await;
    let told = flow.problems().await;
    assert_eq!(told["rev"], 1);
    let found = codes(&told);
    for code in ["invalid_shape", "duplicate_id", "unknown_type", "parent_cycle", "dangling_edge"] {
        assert!(found.contains(&code), "{code} in {found:?}");
    }
    let paths: Vec<(Option<&str>, Option<&str>, Option<&str>)> = told["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .filter(|problem| problem["code"] == "invalid_shape")
        .map(|problem| (problem["path"].as_str(), problem["node"].as_str(), problem["edge"].as_str()))
        .collect();
    let expected = [
        (Some("nodes[3]"), None, None),
        (Some("nodes[4]"), None, None),
        (Some("nodes[5].data"), Some("e"), None),
        (Some("edges[1]"), None, Some("g")),
        (Some("edges[2]"), None, None),
    ];
    assert_eq!(paths, expected);
    assert_eq!(
        told["problems"].as_array().and_then(|list| list.last()).map(|last| last["severity"].clone()),
        Some(json!("warning"))
    );
    let many: Vec<Json> = (0..1_500).map(|at| json!({"id": format!("n{at}"), "type": "nope"})).collect();
    flow.draft(&json!({"nodes": many, "edges": [{"id": "e", "source": "n0", "target": "nowhere"}]}).to_string()).await;
    let told = flow.problems().await;
    assert_eq!(told["problems"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(counts(&told), [1_500, 1, 501]);
}

#[tokio::test]
async fn a_draft_runs_as_a_version_of_its_own() {
    let server = Server::new().await;
    let flow = Edited::of(&server, DOUBLE).await;
    let draft = |input: i64| json!({"input": input, "draft": true, "wait": true});
    assert_eq!(flow.output(draft(7)).await, 14, "without changes it is what is published");
    assert_eq!(flow.versions().await.len(), 1);
    flow.draft(&times(3)).await;
    let ended = flow.execute(draft(7)).await.ok(200);
    assert_eq!(ended["output"], 21);
    assert_eq!(flow.output(draft(8)).await, 24);
    let versions = flow.versions().await;
    let auto: Vec<&Json> = versions.iter().filter(|version| version["auto"] == true).collect();
    assert_eq!((versions.len(), auto.len()), (2, 1), "the same content is one version: {versions:?}");
    let execution =
        server.get(&format!("/api/v1/executions/{}", ended["execution_id"].as_str().expect("an id"))).await.ok(200);
    assert_eq!(execution["version"], auto[0]["id"]);
    assert_eq!(execution["workflow"]["id"], flow.id.as_str());
    // What is published is still what it was, also after a start of the server.
    assert_eq!(server.run(&flow.id, "7").await["output"], 14);
    let elsewhere = server.another().await;
    assert_eq!(elsewhere.run(&flow.id, "7").await["output"], 14);
    assert_eq!(elsewhere.post(&flow.path("/execute"), &draft(7).to_string()).await.ok(200)["output"], 21);
    assert_eq!(flow.versions().await.len(), 2);
    // One that cannot run is refused, and leaves nothing behind.
    flow.draft(r#"{"nodes":[{"id":"a","type":"nope"}],"edges":[]}"#).await;
    assert_eq!(flow.execute(draft(1)).await.problem(422), "invalid_graph");
    assert_eq!(flow.versions().await.len(), 2);
    assert_eq!(flow.execute(json!({"draft": 1})).await.problem(400), "wrong_kind");
}

#[tokio::test]
async fn only_what_leads_to_a_node_runs() {
    let server = Server::new().await;
    let expression = |id: &str, text: &str| json!({"id": id, "type": "expression", "data": {"expression": text}});
    let graph = json!({"nodes": [
        {"id": "other", "type": "manual", "data": {}}, {"id": "start", "type": "manual", "data": {}},
        expression("a", "input + 1"), expression("b", "input * 10"), expression("after", "input + 1000"),
        expression("beside", "input.nothing.there"), expression("alone", "41 + 1"),
        {"id": "each", "type": "for_each", "data": {"items": "{{ [input, input] }}"}},
        {"id": "inside", "type": "expression", "parentId": "each", "data": {"expression": "input * 2"}},
        expression("behind", "input"),
    ], "edges": [
        {"source": "start", "target": "a"}, {"source": "a", "target": "b"}, {"source": "b", "target": "after"},
        {"source": "a", "target": "beside"}, {"source": "a", "target": "each"}, {"source": "each", "target": "behind"},
        {"source": "other", "target": "beside"},
    ]});
    let flow = Edited::of(&server, &graph.to_string()).await;
    let to = |node: &str| json!({"input": 1, "to": node, "wait": true});
    assert_eq!(flow.output(to("b")).await, 20, "the trigger that leads to it starts, and nothing beside it runs");
    assert_eq!(flow.output(to("start")).await, 1);
    assert_eq!(flow.output(to("inside")).await, json!([4, 4]), "the whole container runs, and nothing behind it");
    assert_eq!(flow.output(to("alone")).await, 42, "what no trigger leads to starts by itself");
    assert_eq!(flow.execute(to("nowhere")).await.problem(422), "nothing_to_start");
    assert_eq!(flow.execute(json!({"to": "b", "until": "a"})).await.problem(400), "invalid_parameter");
    assert_eq!(flow.execute(json!({"to": "b", "start": "other"})).await.problem(422), "nothing_to_start");
    // Of a draft the rest need not be able to run.
    let broken = graph.to_string().replace("input + 1000", "input +").replace("\"for_each\"", "\"nope\"");
    let broken = broken.replacen("\"nodes\":[", "\"nodes\":[7,{},", 1);
    assert!(broken.contains("[7,{},"), "{broken}");
    flow.draft(&broken).await;
    let to = |node: &str| json!({"input": 1, "to": node, "wait": true, "draft": true});
    assert_eq!(flow.execute(json!({"draft": true})).await.problem(422), "invalid_graph");
    assert_eq!(flow.output(to("b")).await, 20);
    assert_eq!(flow.output(to("b")).await, 20);
    assert_eq!(flow.execute(to("after")).await.problem(422), "invalid_graph");
    assert_eq!(flow.execute(to("inside")).await.problem(422), "invalid_graph");
    assert_eq!(flow.execute(to("nowhere")).await.problem(422), "invalid_graph");
    let auto = flow.versions().await.iter().filter(|version| version["auto"] == true).count();
    assert_eq!(auto, 1, "the part that ran is the same version again");
    // Containers inside of one another have no end to look for.
    let around = |id: &str, parent: &str| json!({"id": id, "type": "for_each", "parentId": parent, "data": {"items": "{{ [] }}"}});
    let ring = json!({"nodes": [around("p", "q"), around("q", "p"), expression("b", "input * 5")], "edges": []});
    flow.draft(&ring.to_string()).await;
    assert_eq!(flow.execute(to("p")).await.problem(422), "invalid_graph");
    assert_eq!(flow.output(to("b")).await, 5);
}

#[tokio::test]
async fn anything_opens_that_was_stored() {
    let server = Server::new().await;
    let flow = Edited::of(&server, r#"{"name":"Import","nodes":[]}"#).await;
    let label = "<script>alert(1)</script>".repeat(40_000);
    let mut nodes =
        vec![json!({"id": "a", "parentId": "b"}), json!({"id": "b", "parentId": "a"}), json!({"type": "x"})];
    nodes.extend((0..200_000).map(|at| json!({"id": format!("n{}", at % 150_000), "data": {}})));
    nodes.push(json!({"id": "big", "data": {"label": label}}));
    let file = json!({"edges": [{"source": "a", "target": "gone"}, {}], "nodes": nodes}).to_string();
    flow.draft(&file).await;
    let answer = server.get(&flow.path("/draft")).await;
    assert!(answer.text().ends_with(&format!(r#""graph":{file}}}"#)), "it is what was sent");
    let change = json!({"changes": [{"node": "big", "set": {"width": 300}}, {"node": "a", "unset": ["parentId"]}]});
    let patch =
        |body: Json| server.call("PATCH", &flow.path("/draft")).header("if-match", "*").body(body.to_string()).send();
    assert_eq!({ patch }(change).await.status, 200);
    let twice = json!({"changes": [{"node": "n7", "set": {"width": 300}}]});
    assert_eq!({ patch }(twice).await.problem(422), "ambiguous_node");
    let told = flow.problems().await;
    assert!(codes(&told).contains(&"duplicate_id") && told["more"].as_u64() > Some(1_000), "{}", told["more"]);
    let run = flow.execute(json!({"draft": true})).await;
    assert_eq!(run.problem(422), "invalid_graph");
}
