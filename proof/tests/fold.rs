//! An execution read back from its journal is the execution that wrote it, at every event; and what cannot follow is
//! refused, at every event, whether the state was lived or read.

use std::collections::HashSet;

use model::event::{Address, Finished, Ports, Route, StepFinished};
use model::plan::Join;
use model::segment::{SegmentError, SegmentReader, SegmentWriter};
use model::{Event, Execution, NodeIndex, Status, StepStatus, Value};
use proof::generate::case;
use proof::random::Random;
use proof::simulate::{Trace, simulate};

fn traces(count: u64) -> impl Iterator<Item = (u64, Trace)> {
    (0..count).map(|seed| (seed, simulate(&case(seed), seed ^ 0x5eed).expect("generated graphs have a plan")))
}

fn rounds(short: u64) -> u64 {
    if std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1") { short * 20 } else { short }
}

/// Reads segments as recovery does; the states after each event.
fn replay(trace: &Trace) -> (Vec<Event>, Vec<Execution>) {
    let (mut events, mut states): (Vec<Event>, Vec<Execution>) = (Vec::new(), Vec::new());
    for (bytes, count) in &trace.segments {
        let before = events.len();
        let mut reader = SegmentReader::new(bytes).expect("a segment of this version");
        while let Some(event) = reader.next(states.last()).expect("a whole segment") {
            let state = match (states.last(), &event) {
                (None, Event::Accepted(accepted)) => Execution::begin(trace.plan.clone(), accepted.clone()),
                (Some(state), event) => {
                    let mut state = state.clone();
                    state.apply(event).expect("what was lived can be read");
                    state
                }
                (None, event) => panic!("a journal begins with {}", event.name()),
            };
            events.push(event);
            states.push(state);
        }
        assert_eq!(events.len() - before, *count, "events of a segment");
    }
    (events, states)
}

fn finished(node: NodeIndex) -> Event {
    Event::StepFinished(StepFinished {
        address: Address::top(node),
        status: StepStatus::Succeeded,
        output: Value::Int(7),
        route: Route::Ports(Ports::from_slice(&[0])),
        error: None,
        attempts: 1,
        started_us: 1,
        duration_us: 1,
        writes: Vec::new(),
    })
}

/// Everything that can be asked of a state, and what it would take in next.
fn seen(state: &Execution) -> Vec<(Value, Value, Value, [bool; 4])> {
    let takes = |event: &Event| state.clone().apply(event).is_ok();
    let of_node = |node: NodeIndex| {
        let top = Address::top(node);
        let next = [finished(node), Event::StepSkipped(top.clone()), Event::StepCanceled(top)];
        let [ends, skips, cancels] = next.each_ref().map(takes);
        let input = if ends || state.has_output(node) { state.input_of(node) } else { Value::Null };
        let inputs = if ends { state.inputs_of(node) } else { Value::Null };
        (state.output_of(node).clone(), input, inputs, [ends, skips, cancels, state.has_output(node)])
    };
    let nodes = u32::try_from(state.plan().nodes.len()).expect("a small graph");
    let whole = (state.output(), Value::from(state.status().as_str()), Value::Null, [false; 4]);
    (0..nodes).map(of_node).chain([whole]).collect()
}

#[test]
fn what_is_read_is_what_was_lived() {
    let (count, mut prefixes, mut segments) = (rounds(1_500), 0, 0);
    for (seed, trace) in traces(count) {
        let (events, states) = replay(&trace);
        assert_eq!(events, trace.events, "seed {seed}");
        for (at, (read, lived)) in states.iter().zip(&trace.states).enumerate() {
            assert_eq!(seen(read), seen(lived), "seed {seed}, after event {at}: {:?}", events[at]);
            prefixes += 1;
        }
        assert_eq!(states.len(), trace.states.len(), "seed {seed}");
        assert_eq!(written_again(&trace, &events, &states), trace.segments, "seed {seed}");
        segments += trace.segments.len();
    }
    println!("{count} executions in {segments} segments are the same lived and read after each of {prefixes} events");
}

/// The segments that the events and states as read would leave, cut at the same places.
fn written_again(trace: &Trace, events: &[Event], states: &[Execution]) -> Vec<(Vec<u8>, usize)> {
    let (mut at, mut writer) = (0, SegmentWriter::default());
    let write = |&(_, count): &(Vec<u8>, usize)| {
        for event in &events[at..at + count] {
            let known = match event {
                Event::StepFinished(step) => states[at - 1].input_of(step.address.node),
                Event::Finished(_) => states[at - 1].output(),
                _ => Value::Null,
            };
            writer.push(event, &known);
            at += 1;
        }
        (writer.take(), count)
    };
    trace.segments.iter().map(write).collect()
}

#[test]
fn what_cannot_follow_is_refused() {
    let (count, mut refused) = (rounds(1_500), 0u64);
    for (seed, trace) in traces(count) {
        let mut resolved: HashSet<NodeIndex> = HashSet::new();
        for (at, state) in trace.states.iter().enumerate() {
            match &trace.events[at] {
                Event::StepFinished(step) => drop(resolved.insert(step.address.node)),
                Event::StepSkipped(address) | Event::StepCanceled(address) => drop(resolved.insert(address.node)),
                _ => {}
            }
            let ended = matches!(trace.events[at], Event::Finished(_));
            for event in illegal(&trace, &resolved, ended) {
                let mut state = state.clone();
                assert!(state.apply(&event).is_err(), "seed {seed}, after event {at}: {event:?} was taken in");
                refused += 1;
            }
        }
    }
    assert!(refused > count * 10, "only {refused} events were tried");
    println!("{refused} events that cannot follow were refused");
}

/// Events that cannot follow, found without the state machine: second results, results of steps that nothing reached
/// or that still wait, a second beginning, an end that is none, anything after the end.
fn illegal(trace: &Trace, resolved: &HashSet<NodeIndex>, ended: bool) -> Vec<Event> {
    let plan = &trace.plan;
    let nodes = 0..u32::try_from(plan.nodes.len()).expect("a small graph");
    let results = |node: NodeIndex| {
        let top = Address::top(node);
        [finished(node), Event::StepSkipped(top.clone()), Event::StepCanceled(top)]
    };
    let waits = |node: NodeIndex| {
        let sources = plan.incoming(node).iter().map(|&edge| plan.edges[edge as usize].source);
        !sources.into_iter().any(|source| resolved.contains(&source)) && !plan.starts.contains(&node)
    };
    // A join `first` may cancel what nothing has reached.
    let cancels = plan.nodes.iter().any(|node| node.join == Join::First);
    let cannot = |node: NodeIndex| {
        let over = ended || resolved.contains(&node);
        let count = if over || waits(node) { if over || !cancels { 3 } else { 2 } } else { 0 };
        results(node).into_iter().take(count)
    };
    let mut events: Vec<Event> = nodes.clone().flat_map(cannot).collect();
    events.extend(results(nodes.end));
    let mut inside = Address::top(0);
    inside.path.push(0);
    events.push(Event::StepSkipped(inside));
    events.push(trace.events[0].clone());
    let end = |status| Event::Finished(Finished { at_us: 1, status, output: Value::Null, error: None });
    events.push(end(Status::Running));
    if ended {
        events.push(end(Status::Canceled));
    }
    events
}

#[test]
fn damaged_segments_are_told_from_whole_ones() {
    let (mut cut, mut flipped) = (0, 0);
    for (seed, trace) in traces(rounds(200)) {
        let mut random = Random::new(seed);
        let (bytes, count) = &trace.segments[0];
        for length in 0..bytes.len() {
            let read = read_all(&bytes[..length], &trace);
            assert!(read.is_err() || read.is_ok_and(|events| events < *count), "seed {seed}: cut at {length}");
            cut += 1;
        }
        for _ in 0..40 {
            // Whatever a damaged byte means, reading it ends, and with an answer.
            let mut bytes = bytes.clone();
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
            drop(read_all(&bytes, &trace));
            flipped += 1;
        }
    }
    println!("{cut} cut and {flipped} damaged segments were read without harm");
}

fn read_all(bytes: &[u8], trace: &Trace) -> Result<usize, SegmentError> {
    let mut reader = SegmentReader::new(bytes)?;
    let (mut state, mut events) = (None::<Execution>, 0);
    while let Some(event) = reader.next(state.as_ref())? {
        match (&mut state, event) {
            (Some(state), event) => state.apply(&event)?,
            (None, Event::Accepted(accepted)) => state = Some(Execution::begin(trace.plan.clone(), accepted)),
            (None, _) => return Err(SegmentError::Unknown("beginning")),
        }
        events += 1;
    }
    Ok(events)
}
