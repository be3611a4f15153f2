//! Segments: what is written is read again, damage is told, and sharing is found.

mod support;

use std::sync::Arc;

use model::event::{Accepted, Batched, Signaled};
use model::execution::{Effect, Outcome, Produced};
use model::segment::{LARGE_VALUE, PIECE, SegmentError, SegmentReader, SegmentWriter, fold, snapshot};
use model::{Event, Execution, Plan, Value, json};
use support::{TestCatalog, graph};

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

fn accepted(input: &Value) -> Accepted {
    Accepted {
        at_ms: 1_700_000_000_123,
        start: None,
        input: input.clone(),
        trigger: value(r#"{"q":"1"}"#),
        pinned: false,
        until: None,
        begin_ms: Some(1_700_000_060_000),
    }
}

/// Runs a graph with outputs by node and answers its events, their segment and the final state.
fn run(plan: &Arc<Plan>, input: &Value, output: impl Fn(u32, &Value) -> Value) -> (Vec<Event>, Vec<u8>) {
    let mut writer = SegmentWriter::default();
    let mut events = vec![Event::Accepted(accepted(input))];
    writer.push(&events[0], &Value::Null);
    let mut state = Execution::begin(plan.clone(), accepted(input));
    let mut time = 5;
    loop {
        let event = match state.effect(0) {
            Effect::Record(event) => event,
            Effect::Run(address) => {
                let input = state.input_of(&address);
                time += 7;
                let produced = Produced::first(output(address.node, &input));
                let (started_us, duration_us, seed, disabled) = (time, 3, 0, false);
                state.decide(Outcome { address, result: Ok(produced), disabled, started_us, duration_us, seed })
            }
            Effect::End => state.ending(time),
            Effect::Wait => break,
            effect => panic!("no container stands here: {effect:?}"),
        };
        let known = state.implied(&event);
        writer.push(&event, &known);
        state.apply(&event).expect("asked for");
        events.push(event);
    }
    (events, writer.take())
}

fn read_back(plan: &Arc<Plan>, bytes: &[u8]) -> Result<Vec<Event>, SegmentError> {
    let (mut state, mut events) = (None, Vec::new());
    fold(bytes, &mut state, |_| Ok::<_, ()>(plan.clone()), |event, _| events.push(event.clone()))?.expect("a plan");
    Ok(events)
}

#[test]
fn events_are_read_as_they_were_written() {
    let graph = graph("s:start a:step b:branch c:step d:step e:step", "s>a a>b b.true>c b.false>d c>e d>e");
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let input = value(r#"{"id":1,"price":1.10,"tags":["x"],"deep":{"a":{"b":null}}}"#);
    let outputs = |node: u32, input: &Value| match (node, input) {
        (1, Value::Object(object)) => {
            object.with("id".into(), Value::Int(-5)).with("new".into(), value("[1e400]")).into()
        }
        (2, Value::Object(object)) => object.without("tags").into(),
        (3, _) => value("2.5"),
        (5, _) => Value::from("text"),
        (_, input) => input.clone(),
    };
    let (events, bytes) = run(&plan, &input, outputs);
    assert_eq!(read_back(&plan, &bytes).expect("readable"), events);
    assert!(events.iter().any(|event| matches!(event, Event::StepSkipped(_))));
    assert!(matches!(events.last(), Some(Event::Finished(end)) if end.output == Value::from("text")));
}

#[test]
fn starts_that_join_lengthen_the_input_until_it_has_begun() {
    let plan = Arc::new(Plan::compile(&graph("s:start a:step", "s>a"), &TestCatalog::default(), None).expect("a plan"));
    let batched = |text: &str| {
        let inputs = value(text).as_array().expect("a list").to_vec();
        Event::Batched(Batched { at_us: 9, inputs })
    };
    let events = [Event::Accepted(accepted(&value("[1]"))), batched(r#"[{"n":2},3]"#), batched("[[4]]")];
    let mut writer = SegmentWriter::default();
    events.iter().for_each(|event| writer.push(event, &Value::Null));
    let bytes = writer.take();
    assert_eq!(read_back(&plan, &bytes).expect("what was written"), events);
    let mut state = None;
    fold(&bytes, &mut state, |_| Ok::<_, ()>(plan.clone()), |_, _| {}).expect("a fold").expect("a plan");
    let mut state = state.expect("a state");
    assert_eq!(state.accepted().input, value(r#"[1,{"n":2},3,[4]]"#));
    let Effect::Run(address) = state.effect(0) else { panic!("it begins") };
    assert_eq!(state.input_of(&address), state.accepted().input);
    assert!(state.apply(&batched("[5]")).is_err(), "a step is under way");
    let mut single = Execution::begin(plan, accepted(&value("1")));
    assert!(single.apply(&batched("[5]")).is_err(), "its input is no list");
}

#[test]
fn what_passes_through_is_not_written_again() {
    let nodes: Vec<String> = (0..100).map(|at| format!("n{at}:step")).collect();
    let edges: Vec<String> = (1..100).map(|at| format!("n{}>n{at}", at - 1)).collect();
    let graph = graph(&nodes.join(" "), &edges.join(" "));
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let input = Value::from("x".repeat(10_000));
    let (_, bytes) = run(&plan, &input, |_, input| input.clone());
    assert!(bytes.len() < 10_000 + 100 * 6, "{} bytes", bytes.len());
    let list = value(r#"{"list":[1,2,3],"a":1,"b":2,"c":3}"#);
    let set = |_: u32, input: &Value| match input {
        Value::Object(object) => object.with("a".into(), Value::Bool(true)).into(),
        other => other.clone(),
    };
    let (events, bytes) = run(&plan, &list, set);
    assert!(bytes.len() < 100 * 12, "{} bytes", bytes.len());
    assert_eq!(read_back(&plan, &bytes).expect("readable"), events);
}

#[test]
fn what_a_step_picks_out_is_not_written_again() {
    let graph = graph("s:start a:step b:step", "s>a a>b");
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let list: Vec<Value> = (0..10_000).map(Value::Int).collect();
    let keys = (0..3_000).map(|at| (format!("key{at}").into(), Value::Int(at)));
    let entries = keys.chain([("list".into(), Value::array(list)), ("text".into(), Value::from("x".repeat(5_000)))]);
    let input = Value::object(entries.collect());
    let (_, passed) = run(&plan, &input, |_, input| input.clone());
    for pick in [
        (|input: &Value| input.get("list").cloned().unwrap_or_default()) as fn(&Value) -> Value,
        |input| input.get("text").cloned().unwrap_or_default(),
        |input| input.as_object().map_or(Value::Null, |object| object.without("text").into()),
    ] {
        let output = |node: u32, input: &Value| if node == 1 { pick(input) } else { input.clone() };
        let (events, bytes) = run(&plan, &input, output);
        assert!(bytes.len() < passed.len() + 100, "{} bytes, {} where all passes", bytes.len(), passed.len());
        assert_eq!(read_back(&plan, &bytes).expect("readable"), events);
        // Each event in a segment of its own, which has fewer bytes than the input has entries.
        let (mut writer, mut left, mut back) = (SegmentWriter::default(), None, None);
        for event in &events {
            let known = left.as_ref().map_or(Value::Null, |state: &Execution| state.implied(event));
            writer.push(event, &known);
            fold(&writer.take(), &mut back, |_| Ok::<_, ()>(plan.clone()), |_, _| {})
                .expect("a plan")
                .expect("readable");
            match (&mut left, event) {
                (Some(state), event) => state.apply(event).expect("it follows"),
                (None, _) => left = Some(Execution::begin(plan.clone(), accepted(&input))),
            }
        }
        assert_eq!(back.expect("a state").output(), left.expect("a state").output());
    }
}

#[test]
fn damage_is_told_and_never_panics() {
    let graph = graph("s:start a:step b:step", "s>a a>b");
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let set = |_: u32, input: &Value| match input {
        Value::Object(object) => object.with("k".into(), value("[1,2]")).into(),
        other => other.clone(),
    };
    let (events, bytes) = run(&plan, &value(r#"{"a":"b","c":[1,2,3]}"#), set);
    assert_eq!(SegmentReader::new(&[]).err(), Some(SegmentError::Truncated));
    assert_eq!(SegmentReader::new(&[99]).err(), Some(SegmentError::Unknown("version")));
    for end in 1..bytes.len() {
        // A prefix is refused, or is a shorter list of the same events: never others.
        if let Ok(read) = read_back(&plan, &bytes[..end]) {
            assert_eq!(read, events[..read.len()]);
            assert!(read.len() < events.len());
        }
    }
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            drop(read_back(&plan, &damaged));
        }
    }
}

#[test]
fn a_second_result_is_refused() {
    let graph = graph("s:start a:step", "s>a");
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let (events, _) = run(&plan, &Value::Int(1), |_, input| input.clone());
    let mut state = Execution::begin(plan, accepted(&Value::Int(1)));
    for (at, event) in events[1..].iter().enumerate() {
        for later in &events[at + 2..] {
            assert!(state.clone().apply(later).is_err() || later == event, "{later:?} cannot come before {event:?}");
        }
        state.apply(event).expect("in order");
        assert!(state.clone().apply(event).is_err(), "{event:?} cannot come twice");
    }
}

#[test]
fn what_was_taken_back_leaves_nothing() {
    let graph = graph("s:start a:step b:step", "s>a a>b");
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let (events, _) = run(&plan, &value("1"), |node, _| Value::Int(i64::from(node)));
    let mut writer = SegmentWriter::default();
    for event in &events {
        let mark = writer.mark();
        // Another event of the same kind, with other numbers.
        let mut other = event.clone();
        if let Event::StepFinished(step) = &mut other {
            (step.address.node, step.started_us, step.output) = (step.address.node + 5, 999, value("[1]"));
        }
        writer.push(&other, &Value::Null);
        writer.back_to(mark);
        writer.push(event, &Value::Null);
    }
    assert_eq!(writer.events() as usize, events.len());
    let mut again = SegmentWriter::default();
    events.iter().for_each(|event| again.push(event, &Value::Null));
    assert_eq!(writer.take(), again.take());
}

#[test]
fn large_values_and_what_is_set_apart_are_told() {
    let text = |bytes: usize, fill: &str| Value::from(fill.repeat(bytes));
    let large = text(LARGE_VALUE, "x");
    let list = Value::array(vec![text(LARGE_VALUE, "y"), Value::Int(1)]);
    let accepted = |input: Value, at_ms: i64| Event::Accepted(Accepted { at_ms, ..accepted(&input) });
    let signal = |value: &Value| Event::Signaled(Signaled { at_us: 1, name: "go".into(), value: value.clone() });
    let mut writer = SegmentWriter::default();
    writer.push(&accepted(large.clone(), 7), &Value::Null);
    writer.push(&signal(&text(LARGE_VALUE - 1, "z")), &Value::Null);
    writer.push(&signal(&list), &Value::Null);
    let mark = writer.mark();
    writer.push(&signal(&large), &Value::Null);
    writer.back_to(mark);
    let (found, bytes) = (writer.take_large(), writer.take());
    let parts: Vec<&[u8]> = found.iter().map(|place| &bytes[place.clone()]).collect();
    assert_eq!(parts.len(), 2, "one is a byte too short, and one was taken back");
    assert!(parts[0] == large.as_str().expect("a text").as_bytes() && parts[1].starts_with(b"[\"yyy"));
    assert!(writer.take_large().is_empty());

    // Two that were accepted at other times and go the same way have the same parts.
    let parts = |at_ms: i64, more: usize| {
        let mut writer = SegmentWriter::default();
        writer.push(&accepted(Value::Int(at_ms), at_ms), &Value::Null);
        for at in 0..400 + more {
            writer.push(&signal(&text(1_000, &format!("{at:03}")[..3])), &Value::Null);
            if at == 100 {
                writer.push(&signal(&large), &Value::Null);
            }
            writer.set_apart(PIECE);
        }
        writer.set_apart(LARGE_VALUE);
        let own = writer.len();
        writer.push(&signal(&text(1_000, "own")), &Value::Null);
        let (places, bytes) = (writer.take_large(), writer.take());
        assert!(places.is_sorted_by(|a, b| a.end <= b.start) && places.iter().all(|place| place.end <= own));
        places.into_iter().map(|place| bytes[place].to_vec()).collect::<Vec<_>>()
    };
    let (one, other, longer) = (parts(1, 0), parts(1 << 40, 0), parts(2, 200));
    assert!(one == other && one.len() == 6, "{} parts", one.len());
    assert!(one.iter().any(|part| part == large.as_str().expect("a text").as_bytes()));
    assert!(longer[..5] == one[..5] && longer.len() > 6, "what is the same from the beginning is the same part");
    assert!(one.iter().map(Vec::len).sum::<usize>() > 1_200_000);
}

#[test]
fn snapshots_of_a_state_that_stays_have_the_same_parts() {
    let graph = graph("s:start a:step b:step c:step d:step", "s>a a>b b>c c>d a>d b>d");
    let plan = Arc::new(Plan::compile(&graph, &TestCatalog::default(), None).expect("a plan"));
    let list = |from: i64| Value::array((from..from + 40_000).map(Value::Int).collect());
    let text = Value::from("text ".repeat(20_000));
    let (events, _) = run(&plan, &value("1"), |node, _| match node {
        1 => list(7),
        2 => text.clone(),
        _ => Value::Int(i64::from(node)),
    });
    let mut state = Execution::begin(plan, accepted(&value("1")));
    let mut parts = Vec::new();
    for event in &events[1..] {
        state.apply(event).expect("in order");
        let mut written = snapshot(&state);
        let (places, bytes) = (written.take_large(), written.take());
        parts.push(places.into_iter().map(|place| bytes[place].to_vec()).collect::<Vec<_>>());
    }
    assert!(parts[0].is_empty() && parts[1].len() == 1 && parts[1][0].len() > 100_000, "the list");
    let sizes: Vec<Vec<usize>> = parts.iter().map(|parts| parts.iter().map(Vec::len).collect()).collect();
    assert!(parts[2].contains(&parts[1][0]) && parts[3] == parts[2], "it is the same later: {sizes:?}");
    assert!(parts[2].iter().any(|part| part == text.as_str().expect("a text").as_bytes()));
}
