//! The state machine against the reference, asked in the same random order of completion; no engine, no store.

use std::path::Path;

use model::{Graph, PlanError, Value, json};
use proof::generate::{Case, case, looping_case};
use proof::reference::{Answer, Order};
use proof::simulate::{Manner, Trace, simulate, without_messages};

fn is_long() -> bool {
    std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1")
}

/// What a case gives in one order, and what the reference says to it; both in words where they differ.
fn compare(case: &Case, seed: u64, manner: Manner) -> Result<(Trace, Answer), String> {
    let trace = simulated(case, seed, manner).map_err(|error| format!("order {seed}: {error}"))?;
    let given = without_messages(&trace.answer.to_value());
    let mut reference = case.question().answer(&Order::recorded(trace.recorded.iter().map(String::as_str)));
    if reference.error.is_some() {
        // A failure ends a run where it stands; the reference goes on with what it had found dead by then.
        reference.steps.retain(|step| step.status != "skipped" || trace.recorded.contains(&step.address));
    }
    if !trace.is_plain || reference.to_value() == given {
        return Ok((trace, reference));
    }
    Err(format!(
        "order {seed}: {}\nis not the answer of the reference: {reference}\nof {}\nwith {}\n{}",
        json::to_text(&given),
        json::to_text(case.graph.document()),
        json::to_text(&case.input),
        first_difference(&given, &reference.to_value()),
    ))
}

/// Runs a case; what it was is told if the simulation itself finds something wrong.
fn simulated(case: &Case, seed: u64, manner: Manner) -> Result<Trace, PlanError> {
    let run = std::panic::AssertUnwindSafe(|| simulate(case, seed, manner));
    std::panic::catch_unwind(run).unwrap_or_else(|panic| {
        println!("order {seed}, {manner:?}, of {}", json::to_text(case.graph.document()));
        println!("with {}", json::to_text(&case.input));
        std::panic::resume_unwind(panic)
    })
}

fn first_difference(given: &Value, expected: &Value) -> String {
    let steps = |value: &Value| value.get("steps").and_then(Value::as_array).map(<[Value]>::to_vec).unwrap_or_default();
    let (given, expected) = (steps(given), steps(expected));
    let only = |these: &[Value], those: &[Value]| -> Vec<String> {
        these.iter().filter(|step| !those.contains(step)).take(3).map(json::to_text).collect()
    };
    format!("only given: {:?}\nonly expected: {:?}", only(&given, &expected), only(&expected, &given))
}

#[test]
fn every_fixture_agrees_in_every_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/fixtures");
    if !folder.exists() {
        return;
    }
    let (mut ran, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("fixtures") {
        let path = entry.expect("entry").path();
        let fixture = json::read(&std::fs::read(&path).expect("a file")).expect("a fixture");
        let one = fixture.get("expect").map(std::slice::from_ref);
        let expected = one.or_else(|| fixture.get("expect_one_of")?.as_array()).expect("an expectation");
        let start =
            fixture.get("start").and_then(Value::as_str).map(|start| &*Box::leak(start.to_owned().into_boxed_str()));
        let graph = Graph::from_value(fixture.get("graph").expect("a graph")).expect("a graph");
        let case = Case { graph, input: fixture.get("input").cloned().unwrap_or_default(), start };
        let mut seen = vec![false; expected.len()];
        for seed in 0..40 {
            let manner = if seed < 20 { Manner::Plain } else { Manner::Eventful };
            let given = match simulated(&case, seed, manner) {
                Ok(trace) if !trace.is_plain => continue,
                Ok(trace) => without_messages(&trace.answer.to_value()),
                Err(error) => invalid(&error),
            };
            match expected.iter().position(|expected| agrees(&given, &without_messages(expected))) {
                Some(at) => seen[at] = true,
                None => {
                    let name = path.file_stem().unwrap_or_default().display();
                    wrong.push(format!(
                        "{name}, order {seed}: {}\n{}",
                        json::to_text(&given),
                        first_difference(&given, &without_messages(&expected[0]))
                    ));
                    break;
                }
            }
        }
        ran += 1;
        if !seen.iter().all(|&seen| seen) {
            wrong.push(format!("{}: not every expected answer was given", path.display()));
        }
    }
    println!("{ran} fixtures in 40 orders each");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran >= 120, "only {ran} fixtures were read");
}

fn invalid(error: &PlanError) -> Value {
    let code = match error {
        PlanError::NothingToStart(_) => "nothing_to_start",
        PlanError::EdgeLeavesContainer { .. } => "edge_leaves_container",
    };
    let error = Value::object(vec![("code".into(), Value::from(code))]);
    Value::object(vec![
        ("status".into(), Value::from("invalid")),
        ("output".into(), Value::Null),
        ("error".into(), error),
        ("steps".into(), Value::array(Vec::new())),
    ])
}

/// Whether an answer is the expected one; what a fixture leaves out is not compared.
fn agrees(given: &Value, expected: &Value) -> bool {
    let expected = expected.as_object().expect("an expectation is an object");
    expected.entries().iter().all(|(key, value)| key == "order_free" || given.get(key) == Some(value))
}

/// Cases of a kind, each in some random orders; answers how many were order-free, and how many steps they took.
fn check(count: u64, case_of: fn(u64) -> Case, orders: &[Manner]) -> (u64, usize) {
    let (mut free, mut steps, mut wrong) = (0, 0, Vec::new());
    for seed in 0..count {
        let case = case_of(seed);
        for (at, &manner) in (0u64..).zip(orders) {
            match compare(&case, seed + at * 1_000_003, manner) {
                Ok((trace, reference)) => {
                    free += u64::from(reference.order_free && at == 0);
                    steps += trace.answer.steps.len();
                    if reference.order_free && at == 0 {
                        let by_file = case.question().answer(&Order::File);
                        assert!(by_file == reference, "seed {seed}: the reference calls it free of order");
                    }
                }
                Err(text) => {
                    wrong.push(format!("seed {seed}, {text}"));
                    break;
                }
            }
        }
        if wrong.len() >= 10 {
            break;
        }
    }
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{} differ; the shortest:\n{}", wrong.len(), wrong[..wrong.len().min(2)].join("\n\n"));
    (free, steps)
}

#[test]
fn random_orders_give_legal_answers() {
    let count = if is_long() { 200_000 } else { 20_000 };
    let (free, steps) = check(count, case, &[Manner::Plain]);
    assert!(free > count / 2 && free < count, "{free} of {count} are order-free");
    println!("{count} random graphs in random orders: {free} order-free, {steps} steps");
}

#[test]
fn loops_and_containers_give_legal_answers() {
    let count = if is_long() { 60_000 } else { 5_000 };
    let (free, steps) = check(count, looping_case, &[Manner::Plain, Manner::Plain, Manner::Eventful]);
    assert!(free > count / 3 && free < count, "{free} of {count} are order-free");
    println!("{count} random graphs with loops and containers in 3 orders each: {free} order-free, {steps} steps");
}

#[test]
fn what_is_read_from_snapshots_goes_on_to_legal_answers() {
    let count = if is_long() { 20_000 } else { 2_000 };
    let (_, steps) = check(count, looping_case, &[Manner::Restored, Manner::Restored]);
    println!("{count} random graphs with loops and containers, lost and read back on the way: {steps} steps");
}
