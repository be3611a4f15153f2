//! The engine against the reference: fixtures, and random graphs with loops, containers, joins and failures.

use std::collections::HashSet;
use std::path::Path;

use engine::{Engine, Options, Source, Start};
use model::{Graph, Value, json};
use proof::generate::{Case, as_the_product_takes_it, case, looping_case};
use proof::observe::{Told, in_memory, start_of, told};
use proof::simulate::without_messages;
use tokio::task::JoinSet;

/// Random graphs at a time.
const BATCH: u64 = 500;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
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
fn every_fixture_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/fixtures");
    if !folder.exists() {
        return;
    }
    let (mut ran, mut wrong) = (0, Vec::new());
    let runtime = runtime();
    let _guard = runtime.enter();
    let engine = in_memory(Options::default());
    for entry in std::fs::read_dir(folder).expect("fixtures") {
        let path = entry.expect("entry").path();
        let fixture = json::read(&std::fs::read(&path).expect("a file")).expect("a fixture");
        let graph = Graph::from_value(fixture.get("graph").expect("a graph")).expect("a graph");
        let mut start = Start::new(
            Source::AdHoc(as_the_product_takes_it(&graph)),
            fixture.get("input").cloned().unwrap_or_default(),
        );
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
    println!("{ran} fixtures run, {} agree", ran - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran >= 120, "only {ran} fixtures were read");
}

#[test]
fn random_graphs_agree() {
    let long = std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1");
    let count: u64 = if long { 200_000 } else { 20_000 };
    let runtime = runtime();
    let _guard = runtime.enter();
    let engines = [
        in_memory(Options { shards: 2, ..Options::default() }),
        in_memory(Options { shards: 1, accept_first: true, ..Options::default() }),
    ];
    let mut wrong = Vec::new();
    for first in (0..count).step_by(usize::try_from(BATCH).expect("a small number")) {
        let engine = &engines[usize::from(first / BATCH % 2 == 1)];
        let batch = runtime.block_on(run_batch(engine, first));
        for (seed, given) in batch {
            let case = random_case(seed);
            let mut reference = case.question().answer(&given.order);
            if reference.error.is_some() {
                // A failure ends a run where it stands; the reference goes on with what it had found dead by then.
                let recorded = addresses(&given.answer);
                reference.steps.retain(|step| step.status != "skipped" || recorded.contains(&step.address));
            }
            if !agrees(&given.answer, &without_messages(&reference.to_value())) {
                wrong.push(tell(seed, &case, &given.answer, &reference.to_string()));
            }
        }
        assert!(wrong.len() < 20, "{}", wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{count} random graphs through the engine agree with the reference");
}

/// Half of the graphs have no loop: among them more joins and failures are met.
fn random_case(seed: u64) -> Case {
    if seed.is_multiple_of(2) { looping_case(seed / 2) } else { case(seed / 2) }
}

fn addresses(answer: &Value) -> HashSet<String> {
    let steps = answer.get("steps").and_then(Value::as_array).unwrap_or_default();
    steps.iter().filter_map(|step| Some(step.get("address")?.as_str()?.to_owned())).collect()
}

async fn run_batch(engine: &Engine, first: u64) -> Vec<(u64, Told)> {
    let mut runs = JoinSet::new();
    for seed in first..first + BATCH {
        let (engine, mut case) = (engine.clone(), random_case(seed));
        case.graph = as_the_product_takes_it(&case.graph);
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
