//! A server as a process: its ready line, its data directory, its end, and what is there when it starts again.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use serde_json::Value as Json;

use crate::harness::DOUBLE;

pub(crate) struct Process {
    child: Child,
    /// `http://127.0.0.1:port/?token=…`
    link: String,
}

impl Process {
    pub(crate) fn start(folder: &Path, extra: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
        command.args(["serve", "--port", "0", "--data", "data"]).args(extra).current_dir(folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("an output")).read_line(&mut line).expect("a line");
        let link = line.trim().strip_prefix("Tidemill is ready at ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, link }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let root = self.link.split("/?").next().expect("an address");
        format!("{root}{path}")
    }

    fn token(&self) -> &str {
        self.link.split("token=").nth(1).expect("a token")
    }

    /// Asks it to stop, as a supervisor does.
    pub(crate) fn stop(self) -> ExitStatus {
        self.terminate();
        self.ended()
    }

    /// The same without waiting for its end.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    }

    /// Waits until it has ended; a test that waits in vain is ended by its runner.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Only when a test failed half way; else it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn tidemill(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
    command.args(arguments).args(["--data", "data"]).current_dir(folder).output().expect("the program runs")
}

/// A client without certificates: nothing here is encrypted. What encrypts it needs to know all the same, and the door
/// to the network sets it.
fn client() -> reqwest::Client {
    nodes::net::Net::default();
    reqwest::Client::builder().tls_certs_only([]).build().expect("a client")
}

async fn json(request: reqwest::RequestBuilder) -> Json {
    let answer = request.send().await.expect("an answer");
    let text = answer.text().await.expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let first = Process::start(folder.path(), &[]);
    let file = folder.path().join("data/api-token");
    let token = std::fs::read_to_string(&file).expect("a token").trim().to_owned();
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().expect("a file").permissions());
    assert_eq!(mode & 0o777, 0o600, "only its owner may read the token");
    let signed = client.post(first.url("/api/v1/session")).body(format!(r#"{{"token": "{}"}}"#, first.token()));
    let signed = signed.send().await.expect("an answer");
    let cookie = signed.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a pair").to_owned();
    let created = json(client.post(first.url("/api/v1/workflows")).bearer_auth(&token).body(DOUBLE)).await;
    let path = format!("/api/v1/workflows/{}/execute", created["id"].as_str().expect("an id"));
    let run = client.post(first.url(&path)).bearer_auth(&token).body(r#"{"input": 4, "wait": true}"#);
    let ran = json(run).await;
    assert_eq!(ran["output"], 8);

    let export = tidemill(&["export", "--all"], folder.path());
    let said = String::from_utf8_lossy(&export.stderr).into_owned();
    assert!(export.status.code() == Some(2) && said.contains("holds") && said.contains("/api/v1/workflows"), "{said}");
    let asked = |arguments: &[&str]| {
        let output = tidemill(arguments, folder.path());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let id = ran["execution_id"].as_str().expect("an id");
    assert!(asked(&["executions", "list", "--status", "succeeded"]).contains(id), "the server is asked");
    let shown: Json = serde_json::from_str(&asked(&["executions", "show", id, "--json"])).expect("JSON");
    assert_eq!((shown["output"].as_u64(), shown["steps"][1]["address"].as_str()), (Some(8), Some("twice")));
    let tail = asked(&["executions", "tail", id]);
    let types: Vec<&str> = tail.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!((types.first(), types.last()), (Some(&"accepted"), Some(&"finished")), "{tail}");
    assert_eq!(asked(&["executions", "events", id]).lines().count(), types.len());
    let ended = tidemill(&["executions", "cancel", id], folder.path());
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
    let backup = tidemill(&["backup", "copy.db"], folder.path());
    assert!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
    let health = tidemill(&["health"], folder.path());
    assert_eq!(String::from_utf8_lossy(&health.stdout).trim(), "healthy");
    assert!(first.stop().success());
    assert!(!folder.path().join("data/address").exists());
    assert_eq!(tidemill(&["health"], folder.path()).status.code(), Some(1));

    let second = Process::start(folder.path(), &[]);
    let shown = client.get(second.url(&format!("/api/v1/executions/{}", ran["execution_id"].as_str().expect("an id"))));
    let shown = json(shown.header("cookie", &cookie)).await;
    assert_eq!((shown["output"].as_u64(), shown["status"].as_str()), (Some(8), Some("succeeded")));
    let workflows = json(client.get(second.url("/api/v1/workflows?total=true")).bearer_auth(&token)).await;
    assert_eq!((workflows["total"].as_u64(), workflows["items"][0]["id"].as_str()), (Some(1), created["id"].as_str()));
    assert!(second.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_data_waits_to_be_confirmed() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let call = |server: &Process| client.post(server.url("/hooks/hello")).body(r#"{"name": "Ada"}"#).send();
    let first = Process::start(folder.path(), &["--examples"]);
    assert_eq!(call(&first).await.expect("an answer").text().await.expect("text"), r#"{"greeting":"Hello, Ada!"}"#);
    let nap = r#"{"nodes": [{"id": "nap", "type": "delay", "data": {"duration": "1100ms"}}], "edges": []}"#;
    let caller = Caller::of(folder.path());
    let workflow = caller.post(&first, "/api/v1/workflows", nap).await;
    let path = format!("/api/v1/workflows/{}/execute", workflow["id"].as_str().expect("an id"));
    let started = caller.post(&first, &path, "{}").await;
    let napping = format!("/api/v1/executions/{}", started["execution_id"].as_str().expect("an id"));
    caller.once(&first, &napping, "waiting").await;
    assert!(tidemill(&["backup", "copy.db"], folder.path()).status.success());
    assert!(first.stop().success());
    // By now its time has come.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    std::fs::remove_dir_all(folder.path().join("data")).expect("removed");
    let restored = tidemill(&["restore", "copy.db"], folder.path());
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let second = Process::start(folder.path(), &[]);
    assert_eq!(call(&second).await.expect("an answer").status(), 503);
    assert_eq!(Caller::of(folder.path()).get(&second, &napping).await["status"], "waiting");
    assert!(second.stop().success());
    let third = Process::start(folder.path(), &["--confirm-restore"]);
    assert_eq!(call(&third).await.expect("an answer").status(), 200);
    Caller::of(folder.path()).once(&third, &napping, "succeeded").await;
    assert!(third.stop().success());
    let fourth = Process::start(folder.path(), &[]);
    assert_eq!(call(&fourth).await.expect("an answer").status(), 200, "it is confirmed for good");
}

/// Waits for the signal `go`.
const GATE: &str = r#"{"nodes": [{"id": "start", "type": "manual", "data": {}},
    {"id": "gate", "type": "wait_for_signal", "data": {"signal": "go"}}], "edges": [{"source": "start", "target": "gate"}]}"#;

/// Calls a server with its API token.
pub(crate) struct Caller {
    pub(crate) client: reqwest::Client,
    pub(crate) token: String,
}

impl Caller {
    pub(crate) fn of(folder: &Path) -> Self {
        let token = std::fs::read_to_string(folder.join("data/api-token")).expect("a token");
        Self { client: client(), token: token.trim().to_owned() }
    }

    pub(crate) async fn get(&self, server: &Process, path: &str) -> Json {
        json(self.client.get(server.url(path)).bearer_auth(&self.token)).await
    }

    pub(crate) async fn post(&self, server: &Process, path: &str, body: &str) -> Json {
        json(self.client.post(server.url(path)).bearer_auth(&self.token).body(body.to_owned())).await
    }

    /// Starts executions that wait, and answers their ids.
    async fn wait_at_gate(&self, server: &Process, count: usize) -> Vec<String> {
        let workflow = self.post(server, "/api/v1/workflows", GATE).await;
        let path = format!("/api/v1/workflows/{}/execute", workflow["id"].as_str().expect("an id"));
        let mut ids = Vec::new();
        for _ in 0..count {
            let started = self.post(server, &path, "{}").await;
            ids.push(started["execution_id"].as_str().expect("an id").to_owned());
        }
        for id in &ids {
            self.once(server, &format!("/api/v1/executions/{id}"), "waiting").await;
        }
        ids
    }

    /// What stands there once it has this status; a test that waits in vain is ended by its runner.
    pub(crate) async fn once(&self, server: &Process, path: &str, status: &str) -> Json {
        loop {
            let shown = self.get(server, path).await;
            if shown["status"] == status {
                return shown;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_holds_no_server_up_and_goes_on_after_its_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    // With an hour to end what is under way, only a server that waits for nothing ends at all.
    let first = Process::start(folder.path(), &["--set", "executions.drain_seconds=3600"]);
    let caller = Caller::of(folder.path());
    let ids = caller.wait_at_gate(&first, 2).await;
    assert!(first.stop().success());
    let second = Process::start(folder.path(), &[]);
    let path = format!("/api/v1/executions/{}", ids[0]);
    assert_eq!(caller.get(&second, &path).await["waiting"][0]["signal"], "go");
    caller.post(&second, &format!("{path}/signals/go"), r#"{"n": 1}"#).await;
    assert_eq!(caller.once(&second, &path, "succeeded").await["output"]["n"], 1);
    assert_eq!(caller.get(&second, &format!("/api/v1/executions/{}", ids[1])).await["status"], "waiting");
    assert!(second.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_ends_before_the_server_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Process::start(folder.path(), &[]);
    let caller = Caller::of(folder.path());
    let graph = r#"{"nodes": [{"id": "slow", "type": "delay", "data": {"duration": "700ms"}},
        {"id": "after", "type": "number", "data": {"value": 1}}], "edges": [{"source": "slow", "target": "after"}]}"#;
    let workflow = caller.post(&first, "/api/v1/workflows", graph).await;
    let path = format!("/api/v1/workflows/{}/execute", workflow["id"].as_str().expect("an id"));
    let started = caller.post(&first, &path, "{}").await;
    let path = format!("/api/v1/executions/{}", started["execution_id"].as_str().expect("an id"));
    assert_eq!(caller.get(&first, &path).await["finished_at"], Json::Null);
    assert!(first.stop().success());
    let second = Process::start(folder.path(), &[]);
    let shown = caller.get(&second, &path).await;
    assert_eq!((&shown["status"], &shown["output"]), (&Json::from("succeeded"), &Json::from(1)));
    assert!(second.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_many_goes_on_after_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Process::start(folder.path(), &[]);
    let caller = Caller::of(folder.path());
    let ids = caller.wait_at_gate(&first, 1_500).await;
    let begun = caller.post(&first, "/api/v1/executions/bulk", r#"{"action": "cancel", "filter": {}}"#).await;
    assert_eq!(begun["total"], 1_500, "{begun}");
    first.child.kill().expect("it runs");
    first.child.wait().expect("it ends");
    let second = Process::start(folder.path(), &[]);
    let at = format!("/api/v1/executions/bulk/{}", begun["id"].as_str().expect("an id"));
    let bulk = caller.once(&second, &at, "finished").await;
    let asked = ["done", "passed_over"].map(|key| bulk[key].as_u64().expect("a count"));
    assert!(asked.iter().sum::<u64>() >= 1_400, "each was asked but for those that ended before: {bulk}");
    for id in ids {
        caller.once(&second, &format!("/api/v1/executions/{id}"), "canceled").await;
    }
    assert!(second.stop().success());
}
