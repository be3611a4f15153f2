//! The command line, as a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;
use store::journal::{Append, Batch, ReadFrom, RowState};
use store::{Journal, SqliteOptions, SqliteStore};

fn tidemill(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
    command.args(arguments).current_dir(folder).env_remove("PORT");
    command.output().expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(output)))
}

/// A folder with a file in it.
fn with_file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    (folder, path)
}

const GRADE: &str = r#"{"nodes": [{"id": "start", "type": "manual", "data": {}},
    {"id": "passed", "type": "condition", "data": {"condition": "input.score >= 50"}},
    {"id": "yes", "type": "expression", "data": {"expression": "`passed with ${input.score}`"}},
    {"id": "no", "type": "expression", "data": {"expression": "'failed'"}}],
    "edges": [{"source": "start", "target": "passed"}, {"source": "passed", "sourceHandle": "true", "target": "yes"},
              {"source": "passed", "sourceHandle": "false", "target": "no"}]}"#;

#[test]
fn run_prints_status_output_and_sorted_steps() {
    let (folder, _) = with_file("grade.json", GRADE);
    let output = tidemill(&["run", "grade.json", "--input", r#"{"score": 71}"#, "--json"], folder.path());
    assert_eq!(code(&output), 0, "{}", text(&output));
    let report = json(&output);
    assert_eq!((report["status"].as_str(), report["output"].as_str()), (Some("succeeded"), Some("passed with 71")));
    let steps = report["steps"].as_array().expect("steps");
    let addresses: Vec<&str> = steps.iter().filter_map(|step| step["address"].as_str()).collect();
    assert_eq!(addresses, ["no", "passed", "start", "yes"]);
    assert_eq!((steps[0]["status"].as_str(), steps[0]["attempts"].as_u64()), (Some("skipped"), Some(0)));
    assert_eq!((steps[1]["ports"][0].as_str(), steps[1]["input"]["score"].as_u64()), (Some("true"), Some(71)));
    for key in ["address", "status", "input", "output", "ports", "attempts", "started_at", "duration_ms"] {
        assert!(steps[3].get(key).is_some(), "{key}");
    }
    assert_eq!(steps[3]["started_at"].as_str().map(str::len), Some("2030-01-01T00:00:00.000000Z".len()));
    let (_, input) = (0, folder.path().join("in.json"));
    std::fs::write(&input, r#"{"score": 3}"#).expect("written");
    let output = tidemill(&["run", "grade.json", "--input", "@in.json"], folder.path());
    assert_eq!((code(&output), String::from_utf8_lossy(&output.stdout).trim()), (0, "\"failed\""));
}

#[test]
fn exit_codes_tell_failed_from_invalid() {
    let (folder, _) = with_file(
        "fails.json",
        r#"{"nodes": [{"id": "a", "type": "expression", "data": {"expression": "input.x.y"}}]}"#,
    );
    let failed = tidemill(&["run", "fails.json"], folder.path());
    assert_eq!(code(&failed), 1, "{}", text(&failed));
    std::fs::write(folder.path().join("invalid.json"), r#"{"nodes": [{"id": "a", "type": "numbr", "data": {}}]}"#)
        .expect("written");
    let invalid = tidemill(&["run", "invalid.json"], folder.path());
    assert_eq!(code(&invalid), 2);
    assert!(
        text(&invalid).contains("error[unknown_type] node a") && text(&invalid).contains("number"),
        "{}",
        text(&invalid)
    );
    assert_eq!(code(&tidemill(&["run", "nowhere.json"], folder.path())), 2);
    assert_eq!(code(&tidemill(&["run", "fails.json", "--input", "{oops"], folder.path())), 2);
    assert_eq!(code(&tidemill(&["sing"], folder.path())), 2);
}

#[test]
fn validate_reads_json_and_yaml() {
    let yaml = "nodes:\n  - id: n\n    type: number\n    data: {value: 1}\n  - id: d\n    type: expression\n    data:\n      expression: input * 2\nedges:\n  - {source: n, target: d}\n";
    let (folder, _) = with_file("good.yaml", yaml);
    std::fs::write(folder.path().join("bad.json"), r#"{"nodes": [{"id": "a", "type": "numbr", "data": {"value": 1}}], "edges": [{"id": "e", "source": "a", "target": "z"}]}"#).expect("written");
    let output = tidemill(&["validate", "good.yaml", "bad.json", "--json"], folder.path());
    assert_eq!(code(&output), 2);
    let said = json(&output);
    assert_eq!((said[0]["valid"].as_bool(), said[1]["valid"].as_bool()), (Some(true), Some(false)), "{said}");
    let problems = said[1]["problems"].as_array().expect("problems");
    let find = |code: &str| problems.iter().find(|problem| problem["code"] == code).expect("it is told");
    assert_eq!((find("dangling_edge")["edge"].as_str(), find("unknown_type")["node"].as_str()), (Some("e"), Some("a")));
    assert_eq!(code(&tidemill(&["validate", "good.yaml"], folder.path())), 0);
    let run = tidemill(&["run", "good.yaml", "--json"], folder.path());
    assert_eq!(json(&run)["output"], 2);
}

#[test]
fn node_types_are_listed_and_described() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = json(&tidemill(&["node-types", "--json"], folder.path()));
    assert!(list["items"].as_array().expect("items").iter().any(|item| item["id"] == "switch"));
    assert_eq!(json(&tidemill(&["node-types", "switch", "--json"], folder.path()))["id"], "switch");
    let unknown = tidemill(&["node-types", "swich"], folder.path());
    assert_eq!(code(&unknown), 2);
    assert!(text(&unknown).contains("did you mean switch"), "{}", text(&unknown));
}

#[test]
fn config_tells_where_each_value_comes_from() {
    let (folder, _) = with_file("tidemill.toml", "port = 9000\n");
    let shown = json(&tidemill(&["config", "--json"], folder.path()));
    let port = shown.as_array().expect("rows").iter().find(|row| row["key"] == "port").expect("a row").clone();
    assert_eq!(port["value"], "9000");
    assert!(port["origin"].as_str().is_some_and(|origin| origin.starts_with("file ")), "{port}");
    let refused = Command::new(env!("CARGO_BIN_EXE_tidemill"))
        .arg("config")
        .env("PORT", "none")
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert_eq!(code(&refused), 2);
    assert!(text(&refused).contains("environment PORT"), "{}", text(&refused));
}

#[test]
fn files_that_cannot_be_read_are_told_like_any_problem() {
    let (folder, _) = with_file("grade.json", GRADE);
    std::fs::write(folder.path().join("broken.json"), r#"{"nodes": [}"#).expect("written");
    let said = json(&tidemill(&["validate", "broken.json", "none.json", "grade.json", "--json"], folder.path()));
    let codes = [0, 1].map(|at| said[at]["problems"][0]["code"].as_str());
    assert_eq!((codes, said[2]["valid"].as_bool()), ([Some("unreadable_file"); 2], Some(true)), "{said}");
    let run = tidemill(&["run", "broken.json", "--json"], folder.path());
    assert_eq!((code(&run), json(&run)["status"].as_str()), (2, Some("invalid")));
    for level in ["log.level=a=b=c", "log.level=loud"] {
        let wrong = tidemill(&["serve", "--memory", "--port", "0", "--set", level], folder.path());
        assert_eq!(code(&wrong), 2);
        assert!(text(&wrong).contains("log.level"), "{}", text(&wrong));
    }
}

#[test]
fn data_goes_out_and_comes_back() {
    let (folder, _) = with_file("grade.json", GRADE);
    let run = |arguments: &[&str]| {
        let output = tidemill(arguments, folder.path());
        assert_eq!(code(&output), 0, "{arguments:?}: {}", text(&output));
        output
    };
    run(&["import", "grade.json", "--data", "a"]);
    let executed = json(&run(&["run", "grade.json", "--input", r#"{"score": 60}"#, "--json", "--data", "a"]));
    let id = executed["execution_id"].as_str().expect("an id").to_owned();
    run(&["export", "--all", "-o", "all.json", "--data", "a"]);
    let imported = json(&run(&["import", "all.json", "--json", "--data", "b"]));
    let workflow = imported["items"][0]["id"].as_str().expect("an id").to_owned();
    let exported = json(&run(&["export", &workflow, "--data", "b"]));
    assert_eq!(exported, serde_json::from_str::<Json>(GRADE).expect("JSON"));
    run(&["backup", "copy.db", "--data", "a"]);
    run(&["restore", "copy.db", "--data", "c"]);
    let list = json(&run(&["executions", "list", "--json", "--data", "c"]));
    assert_eq!(
        (list["items"][0]["id"].as_str(), list["items"][0]["status"].as_str()),
        (Some(id.as_str()), Some("succeeded"))
    );
    let shown = json(&run(&["executions", "show", &id, "--json", "--data", "c"]));
    assert_eq!(shown["output"], "passed with 60");
    let events = run(&["executions", "events", &id, "--data", "c"]);
    assert!(
        String::from_utf8_lossy(&events.stdout)
            .lines()
            .last()
            .is_some_and(|line| line.contains(r#""type":"finished""#))
    );
    run(&["migrate", "--data", "c"]);
    let health = json(&run(&["doctor", "--json", "--data", "c"]));
    assert_eq!(health["ok"], true, "{health}");
    let again = tidemill(&["restore", "copy.db", "--data", "c"], folder.path());
    assert_eq!(code(&again), 2, "what is there is not overwritten");
    assert!(text(&again).contains("c holds data already"), "{}", text(&again));
    let other = tidemill(&["restore", "all.json", "--data", "d"], folder.path());
    assert!(text(&other).contains("all.json is no backup"), "{}", text(&other));
    for made in ["a", "b", "c"] {
        let mode = std::fs::metadata(folder.path().join(made)).expect("a directory").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o700, "{made} is its owner's alone");
    }
    assert_eq!(code(&tidemill(&["executions", "list", "--data", "none"], folder.path())), 2);
}

#[tokio::test]
async fn doctor_finds_what_is_wrong_and_changes_nothing() {
    let (folder, _) = with_file("grade.json", GRADE);
    let (data, database) = (folder.path().join("a"), folder.path().join("a/tidemill.db"));
    let executed =
        tidemill(&["run", "grade.json", "--input", r#"{"score": 60}"#, "--json", "--data", "a"], folder.path());
    let id: model::ExecutionId = json(&executed)["execution_id"].as_str().expect("an id").parse().expect("an id");
    let before = std::fs::read(&database).expect("its bytes");
    let sound = tidemill(&["doctor", "--json", "--data", "a"], folder.path());
    assert_eq!(code(&sound), 0, "{}", text(&sound));
    let names: Vec<_> = json(&sound)["checks"].as_array().expect("checks").iter().map(|c| c["check"].clone()).collect();
    let promises = ["pages", "segments", "owner", "belonging", "bodies", "statistics", "steps"];
    assert_eq!(names[names.len() - promises.len()..], promises);
    assert_eq!(std::fs::read(&database).expect("its bytes"), before, "it changed the data");

    // Its events once more: a second result for each step.
    let store = SqliteStore::open(&data, SqliteOptions::default()).expect("it is free");
    let segment =
        store.read(model::TenantId::DEFAULT, id, ReadFrom::After(0), usize::MAX).await.expect("segments").remove(0);
    let status = model::Status::Succeeded;
    let again = Append {
        tenant: model::TenantId::DEFAULT,
        execution: id,
        create: None,
        seq_from: segment.seq_to + 1,
        seq_to: 2 * segment.seq_to,
        bytes: segment.bytes,
        state: RowState { before: Some(status), status, wake_at: None, duration_us: 1, error: None },
        consumed: Vec::new(),
        blobs: Vec::new(),
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    };
    let (tell, told) = std::sync::mpsc::channel();
    store.append(Batch { entries: vec![again], done: Box::new(move |answers| drop(tell.send(answers))) });
    assert_eq!(told.recv().expect("an answer"), [Ok(())]);
    drop(store);
    let output = tidemill(&["doctor", "--json", "--data", "a"], folder.path());
    assert_eq!(code(&output), 1, "{}", text(&output));
    let report = json(&output);
    let bad: Vec<_> =
        report["checks"].as_array().expect("checks").iter().filter(|check| check["ok"] == false).collect();
    assert_eq!(
        (report["ok"].as_bool(), bad.len(), bad[0]["check"].as_str()),
        (Some(false), 1, Some("steps")),
        "{report}"
    );
    let finding = &bad[0]["findings"][0];
    assert_eq!(finding["where"], format!("execution {id}"));
    assert!(
        ["what", "remedy"].iter().all(|key| finding[key].as_str().is_some_and(|text| text.len() > 10)),
        "{finding}"
    );
    let told = tidemill(&["doctor", "--data", "a"], folder.path());
    assert!(text(&told).contains("BAD  steps: 1 finding") && text(&told).contains("-> restore"), "{}", text(&told));
    let none = tidemill(&["doctor", "--data", "none"], folder.path());
    assert_eq!(code(&none), 1, "{}", text(&none));
}

#[tokio::test]
async fn a_history_without_its_beginning_is_sound_and_still_opens() {
    // More than 4 MiB of journal, so that there are snapshots.
    let (folder, _) = with_file(
        "long.json",
        r#"{"nodes": [{"id": "s", "type": "manual"},
            {"id": "a", "type": "expression", "data": {"expression": "({n: input.n + 1, text: `${input.n}`.repeat(500)})"}},
            {"id": "c", "type": "condition", "data": {"condition": "input.n < 6000"}}],
           "edges": [{"source": "s", "target": "a"}, {"source": "a", "target": "c"},
                     {"source": "c", "sourceHandle": "true", "target": "a"}]}"#,
    );
    let ran = tidemill(&["run", "long.json", "--input", r#"{"n": 0}"#, "--json", "--data", "a"], folder.path());
    assert_eq!(code(&ran), 0, "{}", text(&ran));
    let id = json(&ran)["execution_id"].as_str().expect("an id").to_owned();
    let sound = |at: &str| {
        let told = tidemill(&["doctor", "--json", "--data", "a"], folder.path());
        assert_eq!(code(&told), 0, "{at}: {}", text(&told));
    };
    sound("whole");
    let store = SqliteStore::open(&folder.path().join("a"), SqliteOptions::default()).expect("it is free");
    let retention = store::journal::Retention { max_execution_bytes: Some(1 << 20), ..Default::default() };
    assert!(store.retain(retention).await.expect("it can be cut").segments > 3);
    let left = store
        .read(model::TenantId::DEFAULT, id.parse().expect("an id"), ReadFrom::After(0), usize::MAX)
        .await
        .expect("segments");
    assert!(left[0].snapshot && left[0].seq_from > 1_000, "event {} is the first", left[0].seq_from);
    drop(store);
    sound("cut");
    let shown = tidemill(&["executions", "show", &id, "--json", "--data", "a"], folder.path());
    assert_eq!(code(&shown), 0, "{}", text(&shown));
    let shown = json(&shown);
    assert_eq!(shown["status"], "succeeded", "{}", shown["status"]);
    assert!(
        text(&ran).contains("c@5999") && shown.to_string().contains("c@5999") && !shown.to_string().contains("c@7\"")
    );
}

#[test]
fn completions_know_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = tidemill(&["completions", "bash"], folder.path());
    for command in ["serve", "validate", "doctor"] {
        assert!(text(&script).contains(command));
    }
}
