//! `tidemill demo`: what it shows, and that it cleans up.

use std::process::Command;

use serde_json::Value as Json;

fn demo(arguments: &[&str]) -> (String, bool, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
    // What is set up for other servers is not for this one.
    command.args(["demo", "crash", "--slow", "0.3"]).args(arguments).env("TIDEMILL_MEMORY", "true");
    let output = command.env("TMPDIR", folder.path()).current_dir(folder.path()).output().expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.success(), folder)
}

#[test]
fn a_crash_repeats_what_was_under_way_with_its_key_and_nothing_else() {
    let (text, is_done, folder) = demo(&["--json"]);
    assert!(is_done, "{text}");
    let report: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!((report["status"].as_str(), report["kept"].as_bool()), (Some("succeeded"), Some(true)), "{text}");
    let execution = report["execution"].as_str().expect("an id");
    for number in 1..=5 {
        let step = format!("step-{number}");
        let seen = &report["steps"][&step];
        let calls = if number == 3 { 2 } else { 1 };
        assert_eq!((seen["calls"].as_u64(), seen["booked"].as_u64()), (Some(calls), Some(1)), "{text}");
        assert_eq!(seen["keys"], serde_json::json!([format!("{execution}.{step}")]), "{text}");
    }
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 0, "nothing is left behind");
}

#[test]
fn a_crash_is_told_step_by_step_and_its_data_stay_where_asked() {
    let (text, is_done, folder) = demo(&["--data", "here"]);
    assert!(is_done, "{text}");
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what:?} is not in {text}"));
    let order = [at("step-2  called,"), at("step-3  called,"), at("killed (SIGKILL)"), at("started again as process")];
    assert!(order.is_sorted() && order[3] < at("step-3  called AGAIN") && at("called AGAIN") < at("step-4  called,"));
    assert!(text.contains("the same key: booked already") && text.contains("/executions/"), "{text}");
    let data = folder.path().join("here");
    assert!(data.join("api-token").exists());
    let stored = Command::new(env!("CARGO_BIN_EXE_tidemill"))
        .args(["executions", "list", "--status", "succeeded", "--json", "--data"])
        .arg(&data)
        .output()
        .expect("the program runs");
    let list = String::from_utf8_lossy(&stored.stdout).into_owned();
    assert!(list.contains("Survives a crash"), "{list}");
}
