//! `tidemill fmt` and `tidemill layout`: files change in place, mean what they meant, and lose nothing.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

fn tidemill(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_tidemill")).args(arguments).current_dir(folder).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().expect("it ended by itself"), text(stdout), text(stderr))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

const MESSY: &str = r#"{"nodes":[{"type":"number","id":"n","data":{"value":1.10,"label":"N"}},
    {"id":"d","data":{"expression":"input * 2"},"mine":{"z":1,"a":[]},"type":"expression"}],
  "edges":[{"target":"d","source":"n"}],"name":"Double","extra":1e400}"#;

#[test]
fn a_file_gets_its_one_form_and_keeps_it() {
    let folder = folder(&[("messy.json", MESSY)]);
    let read = || std::fs::read_to_string(folder.path().join("messy.json")).expect("a file");
    let (code, _, said) = tidemill(&["fmt", "--check", "messy.json"], folder.path());
    assert_eq!((code, read().as_str()), (1, MESSY), "{said}");
    assert!(said.contains("messy.json is not formatted: order of keys in workflow, node n, node d, edge"), "{said}");
    let (code, _, said) = tidemill(&["fmt", "messy.json"], folder.path());
    assert_eq!(code, 0);
    assert!(said.contains("messy.json formatted: order of keys in"), "{said}");
    let expected = concat!(
        "{\n  \"name\": \"Double\",\n  \"nodes\": [\n",
        "    {\"id\": \"n\", \"type\": \"number\", \"data\": {\"label\": \"N\", \"value\": 1.10}},\n",
        "    {\"id\": \"d\", \"type\": \"expression\", \"data\": {\"expression\": \"input * 2\"}, \"mine\": {\"z\": 1, \"a\": []}}\n",
        "  ],\n  \"edges\": [{\"source\": \"n\", \"target\": \"d\"}],\n  \"extra\": 1e400\n}\n"
    );
    assert_eq!(read(), expected);
    for arguments in [["fmt", "--check", "messy.json"], ["fmt", "--json", "messy.json"]] {
        let (code, out, said) = tidemill(&arguments, folder.path());
        assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}");
        assert!(out.is_empty() || serde_json::from_str::<Json>(&out).expect("JSON")[0]["changed"] == false);
    }
    let (_, out, _) = tidemill(&["run", "messy.json"], folder.path());
    assert_eq!(out.trim(), "2.2");
}

#[test]
fn what_cannot_be_formatted_is_told_and_left_alone() {
    let commented = "nodes:\n  - {type: number, id: a, data: {value: 1}} # why\n";
    let files = [("a.yaml", commented), ("b.json", "{\"nodes\": ["), ("c.json", "[1]"), ("d.json", MESSY)];
    let folder = folder(&files);
    let (code, _, said) = tidemill(&["fmt", "a.yaml", "b.json", "c.json", "none.json", "d.json"], folder.path());
    assert_eq!(code, 2);
    assert!(said.contains("a.yaml: line 2 has a comment") && said.contains("c.json: it is no workflow"), "{said}");
    assert!(said.contains("d.json formatted"), "the others are formatted all the same: {said}");
    for (name, text) in &files[..3] {
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("a file"), *text, "{name}");
    }
}

#[test]
fn yaml_stays_yaml_and_links_stay_links() {
    let yaml = "edges:\n- target: d\n  source: n\nnodes:\n- {type: number, id: n, data: {value: 1, label: \"1.0\"}}\n- {id: d, type: expression, data: {expression: input * 2}}\n";
    let folder = folder(&[("real.yaml", yaml)]);
    std::os::unix::fs::symlink("real.yaml", folder.path().join("link.yaml")).expect("a link");
    let (code, _, said) = tidemill(&["fmt", "link.yaml"], folder.path());
    assert_eq!(code, 0, "{said}");
    let text = std::fs::read_to_string(folder.path().join("real.yaml")).expect("a file");
    assert!(text.starts_with("nodes:\n- id: n\n  type: number\n  data:\n    label: '1.0'\n    value: 1\n"), "{text}");
    assert!(folder.path().join("link.yaml").is_symlink());
    assert_eq!(tidemill(&["fmt", "--check", "real.yaml"], folder.path()).0, 0);
    assert_eq!(tidemill(&["run", "real.yaml"], folder.path()).1.trim(), "2");
}

#[test]
fn layout_places_all_or_only_what_has_no_place() {
    let graph = r#"{"nodes": [{"id": "n", "type": "number", "position": {"x": 3, "y": 5, "z": 1}, "data": {"value": 1}},
        {"id": "d", "type": "expression", "data": {"expression": "input"}}], "edges": [{"source": "n", "target": "d"}]}"#;
    let folder = folder(&[("g.json", graph)]);
    let read = || {
        let text = std::fs::read_to_string(folder.path().join("g.json")).expect("a file");
        serde_json::from_str::<Json>(&text).expect("JSON")
    };
    let (code, out, _) = tidemill(&["layout", "--only-missing", "--json", "g.json"], folder.path());
    let told: Json = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, told[0]["changes"][0].as_str()), (0, Some("places of 1 of 2 nodes")), "{out}");
    assert_eq!(read()["nodes"][0]["position"], serde_json::json!({"x": 3, "y": 5, "z": 1}));
    assert!(read()["nodes"][1]["position"]["x"].as_f64().expect("a place") > 211.0);
    let (code, _, said) = tidemill(&["layout", "g.json"], folder.path());
    assert!(code == 0 && said.contains("g.json laid out: places of 2 of 2 nodes"), "{said}");
    assert_eq!(read()["nodes"][0]["position"], serde_json::json!({"x": 0, "y": 0, "z": 1}));
    assert_eq!(tidemill(&["fmt", "--check", "g.json"], folder.path()).0, 0, "what layout writes is formatted");
    let mut piped = Command::new(env!("CARGO_BIN_EXE_tidemill"));
    piped
        .args(["layout", "-"])
        .current_dir(folder.path())
        .stdin(std::fs::File::open(folder.path().join("g.json")).expect("a file"));
    let piped = piped.output().expect("it runs").stdout;
    assert_eq!(serde_json::from_slice::<Json>(&piped).expect("JSON"), read());
}
