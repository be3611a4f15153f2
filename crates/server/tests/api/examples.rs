//! The workflows in `examples/`: each is complete, tidy, told of, and gives what `expected.json` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value as Json;

use crate::example_calls;
use crate::harness::Server;

/// Settings of the server that runs them: some call this machine.
const SETTINGS: &[(&str, &str)] = &[("calls.allowed_private", "127.0.0.1")];

/// Time between two looks at an execution that waits, and how many of them are enough on any machine.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: usize = 3_000;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn read(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The workflows by file name.
fn examples() -> BTreeMap<String, Json> {
    let files = std::fs::read_dir(folder()).expect("examples").map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let named = files.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), read(&path)));
    named.filter(|(name, _)| name != "expected.json").collect()
}

/// What each is to give: `{file: [{input, output, signals?}]}`.
fn expected() -> BTreeMap<String, Vec<Json>> {
    serde_json::from_value(read(&folder().join("expected.json"))).expect("cases by file")
}

#[test]
fn every_example_is_worth_reading() {
    let readme = std::fs::read_to_string(folder().join("README.md")).expect("a README");
    let (examples, expected) = (examples(), expected());
    assert!(examples.len() >= 30, "{}", examples.len());
    assert!(examples.keys().eq(expected.keys()), "expected.json has cases for each example and no other");
    for (name, example) in &examples {
        let text = |key: &str| example[key].as_str().unwrap_or_default();
        assert!(text("name").len() > 4 && text("description").len() > 40, "{name} says what it is");
        let line = readme.lines().filter(|line| line.starts_with(&format!("| [{name}]({name}) |")));
        assert_eq!(line.count(), 1, "{name} has a line in the README");
        let nodes = example["nodes"].as_array().expect("nodes");
        let mut places = Vec::new();
        for node in nodes {
            assert!(node["data"]["label"].as_str().is_some_and(|label| !label.is_empty()), "{name}: {node}");
            let at = (&node["parentId"], &node["position"]);
            assert!(node["position"]["x"].is_number() && !places.contains(&at), "{name}: {node}");
            places.push(at);
        }
        let starts = |node: &&Json| matches!(node["type"].as_str(), Some("manual" | "webhook"));
        assert_eq!(nodes.iter().filter(starts).count(), 1, "{name} has one trigger");
        let cases = &expected[name];
        assert!(!cases.is_empty(), "{name}");
        for sample in example["samples"].as_array().into_iter().flatten() {
            assert!(cases.iter().any(|case| case["input"] == *sample), "{name}: what does {sample} give?");
        }
    }
}

#[test]
fn every_example_has_the_one_form() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
    command.args(["fmt", "--check"]).args(examples().keys()).current_dir(folder());
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_gives_what_is_expected() {
    let calls = example_calls::serve().await;
    let server = Server::with(SETTINGS).await;
    let (examples, expected) = (examples(), expected());
    let mut stored = Vec::new();
    // All are there before the first starts: some run others.
    for (name, example) in &examples {
        let mut example = example.clone();
        if let Some(address) = example.pointer_mut("/variables/base_url") {
            *address = Json::from(calls.as_str());
        }
        stored.push((name, server.store(&example.to_string()).await));
    }
    let mut ran = 0;
    for (name, id) in &stored {
        for case in &expected[*name] {
            let ended = run(&server, id, case).await;
            let input = &case["input"];
            assert_eq!(ended["status"], "succeeded", "{name} with {input}: {ended}");
            assert_eq!(ended["output"], case["output"], "{name} with {input}");
            ran += 1;
        }
    }
    assert!(ran >= 25, "{ran}");
}

/// Runs a case to its end, and sends its signals when the execution waits for them.
async fn run(server: &Server, workflow: &str, case: &Json) -> Json {
    let signals = case["signals"].as_array().cloned().unwrap_or_default();
    if signals.is_empty() {
        return server.run(workflow, &case["input"].to_string()).await;
    }
    let body = serde_json::json!({"input": case["input"]}).to_string();
    let started = server.post(&format!("/api/v1/workflows/{workflow}/execute"), &body).await.ok(202);
    let path = format!("/api/v1/executions/{}", started["execution_id"].as_str().expect("an id"));
    for signal in signals {
        until(server, &path, |status| status == "waiting").await;
        let name = signal["name"].as_str().expect("a name");
        let sent = server.post(&format!("{path}/signals/{name}"), &signal["value"].to_string()).await;
        assert_eq!(sent.status.as_u16(), 202, "{}", sent.text());
    }
    until(server, &path, |status| !matches!(status, "queued" | "running" | "waiting")).await
}

/// Looks at an execution until its status is one of those.
async fn until(server: &Server, path: &str, is_it: impl Fn(&str) -> bool) -> Json {
    for _ in 0..LOOKS {
        let execution = server.get(path).await.ok(200);
        if execution["status"].as_str().is_some_and(&is_it) {
            return execution;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("{path} has not come so far");
}
