//! The reference interpreter in Rust against the fixtures and against the Python one it was written from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use model::{Graph, Value, json};
use proof::reference::{Answer, Order, Question};

fn reference() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference");
    folder.join("interp.py").exists().then_some(folder)
}

fn read(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    json::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether an answer is the expected one; what a fixture leaves out is not compared.
fn agrees(answer: &Answer, expected: &Value) -> bool {
    let answer = answer.to_value();
    let expected = expected.as_object().expect("an expectation is an object");
    expected.entries().iter().all(|(key, value)| key == "order_free" || answer.get(key) == Some(value))
}

#[test]
fn every_fixture_agrees() {
    let Some(folder) = reference() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("fixtures")).expect("fixtures") {
        let fixture = read(&entry.expect("entry").path());
        let name = fixture.get("name").and_then(Value::as_str).expect("a name").to_owned();
        let graph = Graph::from_value(fixture.get("graph").expect("a graph")).expect("a graph");
        let input = fixture.get("input").cloned().unwrap_or_default();
        let start = fixture.get("start").and_then(Value::as_str);
        let question = Question { start, ..Question::new(&graph, &input) };
        let orders = std::iter::once(Order::File).chain((0..20).map(Order::Seed));
        let answers: Vec<Answer> = orders.map(|order| question.answer(&order)).collect();
        if let Some(expected) = fixture.get("expect") {
            assert!(expected.get("steps").is_some(), "{name} expects steps");
            for answer in &answers {
                assert!(agrees(answer, expected), "{name}: {answer}");
            }
        } else {
            let all = fixture.get("expect_one_of").and_then(Value::as_array).expect("an expectation");
            for answer in &answers {
                assert!(all.iter().any(|expected| agrees(answer, expected)), "{name}: {answer}");
            }
            for expected in all {
                assert!(
                    answers.iter().any(|answer| agrees(answer, expected)),
                    "{name}: never {}",
                    json::to_text(expected)
                );
            }
        }
        count += 1;
    }
    assert!(count >= 120, "only {count} fixtures were read");
    println!("{count} fixtures agree");
}

/// Each fixture stands in italics in the list of what is promised, beside the rule that it shows.
#[test]
fn every_fixture_is_named_with_its_rule() {
    let Some(folder) = reference() else { return };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/promises.md");
    let text = std::fs::read_to_string(page).expect("the list");
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let named: BTreeSet<&str> = rows.flat_map(|row| row.split('*').skip(1).step_by(2)).collect();
    let entries =
        std::fs::read_dir(folder.join("fixtures")).expect("fixtures").map(|entry| entry.expect("entry").path());
    let names: Vec<String> =
        entries.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    let there: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(named, there);
}

/// Prints one line per random graph: the graph, its input, and the results of several orders of completion.
const SCRIPT: &str = "
import json, sys
sys.path.insert(0, sys.argv[1])
import interp
from generate import random_graph
for seed in range(int(sys.argv[2]), int(sys.argv[3])):
    graph = random_graph(seed, 4 + seed % 40, joins=seed % 4 == 0, failures=seed % 2 == 0)
    results = [interp.run(graph, seed % 10, order) for order in (None, 0, 1, seed)]
    print(json.dumps({'graph': graph, 'input': seed % 10, 'results': results}))
";

#[test]
fn random_graphs_agree_with_python() {
    let Some(folder) = reference() else { return };
    let long = std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1");
    let count: u32 = if long { 5_000 } else { 300 };
    let output =
        Command::new("python3").args(["-B", "-c", SCRIPT]).arg(folder).args(["0", &count.to_string()]).output();
    let Ok(output) = output else {
        println!("not run: python3 is missing");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut seed, mut steps) = (0, 0);
    for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let line = json::read(line).expect("a line of JSON");
        let graph = Graph::from_value(line.get("graph").expect("a graph")).expect("a graph");
        let input = line.get("input").cloned().unwrap_or_default();
        let results = line.get("results").and_then(Value::as_array).expect("results");
        let orders = [Order::File, Order::Seed(0), Order::Seed(1), Order::Seed(seed)];
        for (order, expected) in orders.iter().zip(results) {
            let answer = Question::new(&graph, &input).answer(order);
            assert!(
                agrees(&answer, expected),
                "seed {seed}, {order:?}: {answer}\nexpected {}\nof {}",
                json::to_text(expected),
                json::to_text(graph.document())
            );
            assert_eq!(Some(answer.order_free), expected.get("order_free").and_then(Value::as_bool), "seed {seed}");
            steps += answer.steps.len();
        }
        seed += 1;
    }
    assert_eq!(seed, count);
    println!("{count} random graphs in 4 orders each agree, {steps} steps");
}
