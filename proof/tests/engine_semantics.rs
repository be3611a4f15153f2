//! The engine against the reference: fixtures, and random graphs of what this version runs.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use engine::{Engine, Options, Source, Start};
use model::{Graph, Value, json};
use proof::generate::{Case, case};
use proof::observe::{Told, in_memory, messages, start_of, told};
use proof::reference::Question;
use proof::simulate::without_messages;
use tokio::task::JoinSet;

/// Random graphs at a time.
const BATCH: u64 = 500;

const CONTAINERS: [&str; 6] = ["for_each", "while_loop", "try_catch", "parallel", "retry", "timeout"];

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// What a graph needs that this version does not run: read off the graph, unreachable parts included.
fn beyond(graph: &Graph) -> Option<&'static str> {
    if graph.nodes.iter().any(|node| CONTAINERS.contains(&&*node.kind)) {
        return Some("containers and loop nodes");
    }
    if graph.nodes.iter().any(|node| node.get("retry").is_some()) {
        return Some("retries");
    }
    has_cycle(graph).then_some("loops")
}

fn has_cycle(graph: &Graph) -> bool {
    let mut waiting: HashMap<&str, usize> = graph.nodes.iter().map(|node| (&*node.id, 0)).collect();
    let known: HashSet<&str> = waiting.keys().copied().collect();
    let edges = || graph.edges.iter().filter(|edge| known.contains(&*edge.source) && known.contains(&*edge.target));
    for edge in edges() {
        *waiting.entry(&edge.target).or_default() += 1;
    }
    let mut free: Vec<&str> = waiting.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    let mut left = waiting.len();
    while let Some(id) = free.pop() {
        left -= 1;
        for edge in edges().filter(|edge| edge.source == id) {
            let count = waiting.get_mut(&*edge.target).expect("a known node");
            *count -= 1;
            if *count == 0 {
                free.push(&edge.target);
            }
        }
    }
    left > 0
}

/// Whether an answer is the expected one. A graph may be refused for more than one reason.
fn agrees(given: &Value, expected: &Value) -> bool {
    let codes = |value: &Value| value.get("error").and_then(|error| error.get("code")?.as_str().map(str::to_owned));
    if given.get("status").and_then(Value::as_str) == Some("invalid") {
        let wanted = codes(expected).unwrap_or_default();
        return expected.get("status") == given.get("status")
            && codes(given).is_some_and(|codes| codes.split(' ').any(|code| code == wanted));
    }
    ["status", "output", "error", "steps"].iter().all(|key| given.get(key) == expected.get(key))
}

#[test]
fn every_fixture_of_this_version_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/fixtures");
    if !folder.exists() {
        return;
    }
    let (mut ran, mut left_out, mut wrong) = (0, HashMap::<&str, usize>::new(), Vec::new());
    let runtime = runtime();
    let engine = in_memory(Options::default());
    for entry in std::fs::read_dir(folder).expect("fixtures") {
        let path = entry.expect("entry").path();
        let fixture = json::read(&std::fs::read(&path).expect("a file")).expect("a fixture");
        let graph = Graph::from_value(fixture.get("graph").expect("a graph")).expect("a graph");
        if let Some(reason) = beyond(&graph) {
            *left_out.entry(reason).or_default() += 1;
            continue;
        }
        let mut start = Start::new(Source::AdHoc(graph), fixture.get("input").cloned().unwrap_or_default());
        start.from = fixture.get("start").and_then(Value::as_text).cloned();
        let given = runtime.block_on(told(&engine, start)).expect("the engine answers").answer;
        let one = fixture.get("expect").map(std::slice::from_ref);
        let expected = one.or_else(|| fixture.get("expect_one_of")?.as_array()).expect("an expectation");
        if !expected.iter().any(|expected| agrees(&given, &without_messages(expected))) {
            let expected: Vec<String> = expected.iter().map(json::to_text).collect();
            wrong.push(format!(
                "{}\n   {}\n   expected {}",
                path.display(),
                json::to_text(&given),
                expected.join("\n   or ")
            ));
        }
        ran += 1;
    }
    println!("{ran} fixtures run, {} agree; left out: {left_out:?}", ran - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran >= 40, "only {ran} fixtures are without loops, containers and retries");
}

#[test]
fn random_graphs_agree() {
    let long = std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1");
    let count: u64 = if long { 200_000 } else { 20_000 };
    let runtime = runtime();
    let engines = [
        in_memory(Options { shards: 2, ..Options::default() }),
        in_memory(Options { shards: 1, accept_first: true, ..Options::default() }),
    ];
    let messages: Arc<[(&str, String)]> = runtime.block_on(messages(&engines[0])).expect("probes run").into();
    let mut wrong = Vec::new();
    for first in (0..count).step_by(usize::try_from(BATCH).expect("a small number")) {
        let engine = &engines[usize::from(first / BATCH % 2 == 1)];
        let batch = runtime.block_on(run_batch(engine, first));
        for (seed, given) in batch {
            let case = case(seed);
            let question = Question { messages: &messages, ..case.question() };
            let reference = question.answer(&given.order);
            if !agrees(&given.answer, &without_messages(&reference.to_value())) {
                wrong.push(tell(seed, &case, &given.answer, &reference.to_string()));
            }
        }
        assert!(wrong.len() < 20, "{}", wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{count} random graphs through the engine agree with the reference");
}

async fn run_batch(engine: &Engine, first: u64) -> Vec<(u64, Told)> {
    let mut runs = JoinSet::new();
    for seed in first..first + BATCH {
        let (engine, case) = (engine.clone(), case(seed));
        runs.spawn(async move { (seed, told(&engine, start_of(&case)).await.expect("the engine answers")) });
    }
    runs.join_all().await
}

fn tell(seed: u64, case: &Case, given: &Value, reference: &str) -> String {
    format!(
        "seed {seed}: {}\n   the reference: {reference}\n   of {} with {} from {:?}",
        json::to_text(given),
        json::to_text(case.graph.document()),
        json::to_text(&case.input),
        case.start,
    )
}
