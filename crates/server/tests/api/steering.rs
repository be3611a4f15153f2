//! `tidemill executions` against a server: what is sent, what is made of the answers, and streams that break off.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

/// A server that answers from a list, and keeps what it was asked.
struct Stub {
    folder: tempfile::TempDir,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Answers the requests one after another with a status and a body each.
    fn new(answers: &[(u16, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        std::fs::create_dir(folder.path().join("data")).expect("a directory");
        std::fs::write(folder.path().join("data/address"), address).expect("written");
        std::fs::write(folder.path().join("data/api-token"), "secret\n").expect("written");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let mut answers: Vec<(u16, String)> =
            answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        answers.reverse();
        let known = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let Some(request) = read(&stream) else { continue };
                known.lock().expect("no panic").push(request);
                let (status, body) = answers.pop().unwrap_or((500, String::new()));
                write!(stream, "HTTP/1.1 {status} said\r\nContent-Type: x\r\n\r\n{body}").ok();
            }
        });
        Self { folder, asked }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
        command.arg("executions").args(arguments).args(["--data", "data"]).current_dir(self.folder.path());
        command.output().expect("the program runs")
    }

    /// What was asked: request line, headers that matter, body.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

/// A request without its usual headers; `None` for a connection that only looks whether somebody is there.
fn read(stream: &std::net::TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut text, mut length) = (String::new(), 0);
    reader.read_line(&mut text).ok().filter(|&read| read > 0)?;
    let mut text = text.trim().trim_end_matches(" HTTP/1.0").to_owned();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim().split_once(": ") {
            Some(("Content-Length", bytes)) => length = bytes.parse().ok()?,
            Some(("Authorization", token)) => assert_eq!(token, "Bearer secret"),
            Some(("Last-Event-ID", id)) => text += &format!(" after {id}"),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(format!("{text} {}", String::from_utf8_lossy(&body)).trim().to_owned())
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

#[test]
fn each_command_asks_its_route() {
    let stub = Stub::new(&[
        (202, ""),
        (202, r#"{"id": "a", "status": "paused"}"#),
        (202, r#"{"id": "a", "status": "running"}"#),
        (202, r#"{"id": "a", "status": "queued"}"#),
        (201, r#"{"id": "fork-1"}"#),
        (201, r#"{"id": "again-1"}"#),
        (202, ""),
    ]);
    assert_eq!(out(&stub.run(&["cancel", "a"])), "a  accepted");
    assert_eq!(out(&stub.run(&["pause", "a"])), "a  paused");
    assert_eq!(out(&stub.run(&["resume", "a"])), "a  running");
    let retried: Json = serde_json::from_str(&out(&stub.run(&["retry", "a", "--json"]))).expect("JSON");
    assert_eq!(retried["items"][0], serde_json::json!({"id": "a", "status": "queued"}));
    assert_eq!(out(&stub.run(&["fork", "a", "--from", "pay@3", "--output", r#"{"ok":1.50}"#])), "fork-1");
    assert_eq!(out(&stub.run(&["replay", "a", "--version", "v9"])), "again-1");
    assert_eq!(out(&stub.run(&["signal", "a", "approved by me", "--value", "true"])), "a  approved by me sent");
    let expected = [
        "POST /api/v1/executions/a/cancel",
        "POST /api/v1/executions/a/pause",
        "POST /api/v1/executions/a/resume",
        "POST /api/v1/executions/a/retry",
        r#"POST /api/v1/executions/a/fork {"from":"pay@3","output":{"ok":1.50}}"#,
        r#"POST /api/v1/executions/a/replay {"version":"v9"}"#,
        "POST /api/v1/executions/a/signals/approved%20by%20me true",
    ];
    assert_eq!(stub.asked(), expected);
}

#[test]
fn a_refusal_is_told_and_the_others_are_asked_all_the_same() {
    let problem = r#"{"status": 409, "code": "has_ended", "detail": "execution a has ended"}"#;
    let stub = Stub::new(&[(409, problem), (202, ""), (409, problem)]);
    let both = stub.run(&["cancel", "a", "b"]);
    assert_eq!((code(&both), out(&both).as_str()), (1, "b  accepted"));
    assert_eq!(String::from_utf8_lossy(&both.stderr).trim(), "error: execution a has ended");
    let json: Json = serde_json::from_str(&out(&stub.run(&["cancel", "a", "--json"]))).expect("JSON");
    assert_eq!(json["items"][0]["error"]["code"], "has_ended");
    let none = stub.run(&["cancel"]);
    assert!(code(&none) == 2 && String::from_utf8_lossy(&none.stderr).contains("--status"));
}

#[test]
fn many_are_steered_by_a_filter() {
    let stub = Stub::new(&[
        (202, r#"{"id": "b1", "total": 7}"#),
        (200, r#"{"id": "b1", "total": 7, "done": 7, "passed_over": 0, "status": "running"}"#),
        (200, r#"{"id": "b1", "total": 7, "done": 6, "passed_over": 1, "status": "finished"}"#),
    ]);
    let output = stub.run(&["retry", "--status", "failed", "--workflow", "w", "--from", "2030-01-01T00:00:00Z"]);
    assert_eq!((code(&output), out(&output).as_str()), (0, "retry: 6 of 7"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 had ended, or gone on"));
    let filter = r#"{"status":"failed","workflow":"w","from":"2030-01-01T00:00:00Z"}"#;
    let asked = stub.asked();
    assert_eq!(asked[0], format!(r#"POST /api/v1/executions/bulk {{"action":"retry","filter":{filter}}}"#));
    assert_eq!(asked[1..], ["GET /api/v1/executions/bulk/b1", "GET /api/v1/executions/bulk/b1"]);
}

#[test]
fn tail_goes_on_where_a_stream_broke_off() {
    let event = |seq: u64, rest: &str| format!("id: e:{seq}\nevent: x\ndata: {{\"seq\":{seq},{rest}}}\n\n");
    let first = format!(
        ":\n\n{}{}id: e:3\ndata: {{\"seq\":",
        event(1, r#""type":"accepted""#),
        event(2, r#""type":"step_skipped","address":"a""#)
    );
    let second =
        event(3, r#""type":"finished","status":"failed","error":{"code":"boom","message":"it broke","node":"b"}"#);
    let stub = Stub::new(&[(200, &first), (503, ""), (200, &second)]);
    let output = stub.run(&["tail", "e"]);
    assert_eq!(code(&output), 1, "{output:?}");
    let lines: Vec<String> = out(&output).lines().map(|line| line.trim().to_owned()).collect();
    assert_eq!(lines, ["1 accepted", "2 step_skipped   a", "3 finished       failed  boom at b: it broke"]);
    let path = "GET /api/v1/executions/e/events?after=0";
    assert_eq!(stub.asked(), [path.to_owned(), format!("{path} after e:2"), format!("{path} after e:2")]);
    let stub = Stub::new(&[(404, ""), (204, ""), (200, r#"{"status": "succeeded"}"#)]);
    assert_eq!(code(&stub.run(&["tail", "e"])), 2);
    assert_eq!(code(&stub.run(&["tail", "e", "--after", "9"])), 0, "nothing is left to tell");
}

#[test]
fn without_a_server_it_says_how_to_start_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_tidemill"))
        .args(["executions", "pause", "a", "--data", "data"])
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert!(code(&output) == 2 && String::from_utf8_lossy(&output.stderr).contains("tidemill serve --data"));
}
