//! An execution read back from its journal is the execution that wrote it, at every event; and what cannot follow is
//! refused, at every event, whether the state was lived or read.

use std::collections::HashSet;

use model::event::{Finished, Moment, Ports, RoundBegan, Route, ScopeOpened, StepFinished, StepStarted};
use model::execution::Effect;
use model::plan::{BodyOf, Join};
use model::segment::{self, SegmentError, SegmentReader, SegmentWriter};
use model::{Address, Event, Execution, NodeIndex, Status, StepStatus, Value};
use proof::generate::{case, looping_case};
use proof::random::Random;
use proof::simulate::{Manner, Trace, simulate};

/// States of a trace that are looked at, at most; of longer ones not every state is.
const LOOKED_AT: usize = 60;

/// When all times have come, in ms since 1970.
const FAR_MS: i64 = i64::MAX / 2_000;

/// Every third without loops and containers.
fn traces(count: u64) -> impl Iterator<Item = (u64, Trace)> {
    let trace = |seed: u64| {
        let case = if seed.is_multiple_of(3) { case(seed) } else { looping_case(seed) };
        simulate(&case, seed ^ 0x5eed, Manner::Kept).expect("generated graphs have a plan")
    };
    (0..count).map(move |seed| (seed, trace(seed)))
}

/// Places in a trace to look at.
fn places(trace: &Trace) -> impl Iterator<Item = usize> + use<> {
    (0..trace.states.len()).step_by(1 + trace.states.len() / LOOKED_AT)
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

fn finished(address: Address) -> Event {
    Event::StepFinished(StepFinished {
        address,
        status: StepStatus::Succeeded,
        output: Value::Int(7),
        route: Route::Ports(Ports::from_slice(&[0])),
        error: None,
        attempts: 1,
        started_us: 1,
        duration_us: 1,
        writes: Vec::new(),
        items: None,
    })
}

/// Events that may be told of a step.
fn told(address: &Address) -> [Event; 6] {
    let (at_us, attempt, round, items) = (1, 0, 1, Value::Null);
    [
        finished(address.clone()),
        Event::StepSkipped(address.clone()),
        Event::StepCanceled(address.clone()),
        Event::StepStarted(StepStarted { address: address.clone(), attempt, at_us }),
        Event::ScopeOpened(ScopeOpened { address: address.clone(), at_us, items }),
        Event::RoundBegan(RoundBegan { address: address.clone(), round }),
    ]
}

/// Addresses of steps that a trace tells of, those of its containers first.
fn addresses(trace: &Trace) -> Vec<Address> {
    let of = |event: &Event| match event {
        Event::StepFinished(step) => Some(step.address.clone()),
        Event::StepSkipped(address) | Event::StepCanceled(address) => Some(address.clone()),
        Event::ScopeOpened(opened) => Some(opened.address.clone()),
        _ => None,
    };
    let mut known = HashSet::new();
    trace.events.iter().filter_map(of).filter(|address| known.insert(address.clone())).collect()
}

/// Everything that can be asked of a state about these steps, and what it would take in next.
fn seen(state: &Execution, steps: &[Address]) -> Vec<(Value, Value, Value, Vec<bool>)> {
    let of_step = |address: &Address| {
        // After a failure, what was in flight is no longer awaited, which a journal does not say.
        let is_going = state.failure().is_none();
        let mut takes: Vec<bool> =
            told(address).iter().map(|event| is_going && state.clone().apply(event).is_ok()).collect();
        takes.push(state.is_join_short(address));
        let output = state.seen(address, address.node).cloned().unwrap_or_default();
        let (input, inputs) = (state.input_of(address), state.inputs_of(address));
        let rounds = state.rounds_before(address).map(|(items, taken)| (items.clone(), taken));
        let tested = state.round_to_test(address).map(|(value, round)| (value.clone(), round as usize));
        let (value, count) = rounds.or(tested).unwrap_or_default();
        let known = Value::array(vec![output, value, Value::from(count), Value::from(state.tries(address) as usize)]);
        (input, inputs, known, takes)
    };
    let status = Value::from(state.status().as_str());
    let counts = [state.generation() as usize, state.frames_in_memory()].map(Value::from);
    let whole = (state.output(), status, Value::array(counts.to_vec()), vec![state.is_paused()]);
    steps.iter().map(of_step).chain([whole]).collect()
}

#[test]
fn what_is_read_is_what_was_lived() {
    let (count, mut prefixes, mut segments) = (rounds(1_500), 0, 0);
    for (seed, trace) in traces(count) {
        let (events, states) = replay(&trace);
        assert_eq!(events, trace.events, "seed {seed}");
        let steps = addresses(&trace);
        for at in places(&trace) {
            let (read, lived) = (&states[at], &trace.states[at]);
            for (step, (read, lived)) in seen(read, &steps).iter().zip(&seen(lived, &steps)).enumerate() {
                assert_eq!(read, lived, "seed {seed}, after event {at}, of {:?}: {:?}", steps.get(step), events[at]);
            }
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
            let known = if at > 0 { states[at - 1].implied(event) } else { Value::Null };
            writer.push(event, &known);
            at += 1;
        }
        (writer.take(), count)
    };
    trace.segments.iter().map(write).collect()
}

/// A state read from the bytes of a snapshot of another, with the events in them.
fn restored(state: &Execution, seed: u64) -> (Execution, Vec<Event>) {
    let mut written = segment::snapshot(state);
    let (count, bytes) = (written.events(), written.take());
    assert!(segment::is_snapshot(&bytes), "seed {seed}");
    let (mut read, mut events) = (None, Vec::new());
    let plan = |_: &model::event::Accepted| Ok::<_, ()>(state.plan().clone());
    let folded = segment::fold(&bytes, &mut read, plan, |event, _| events.push(event.clone()));
    folded.unwrap_or_else(|error| panic!("seed {seed}: {error}")).expect("a plan");
    assert_eq!(events.len(), count as usize, "seed {seed}");
    (read.expect("a snapshot is a state"), events)
}

/// Reads the rest of a journal along with a state.
fn go_on(mut state: Execution, segments: &[(Vec<u8>, usize)], seed: u64) -> (Execution, Vec<Event>) {
    let mut events = Vec::new();
    for (bytes, _) in segments {
        let mut reader = SegmentReader::new(bytes).expect("a segment of this version");
        while let Some(event) = reader.next(Some(&state)).unwrap_or_else(|error| panic!("seed {seed}: {error}")) {
            state.apply(&event).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            events.push(event);
        }
    }
    (state, events)
}

fn alike(given: &[Event], expected: &[Event], (seed, at): (u64, usize)) {
    let differ = given.iter().zip(expected).find(|(given, expected)| given != expected);
    assert!(differ.is_none(), "seed {seed}, after event {at}: {differ:?}");
    assert_eq!(given.len(), expected.len(), "seed {seed}, after event {at}");
}

#[test]
fn a_snapshot_leads_where_the_journal_leads() {
    let (count, mut snapshots, mut largest) = (rounds(1_000), 0, 0);
    for (seed, trace) in traces(count) {
        let (events, states) = replay(&trace);
        let steps = addresses(&trace);
        let every = 1 + trace.segments.len() / 6;
        let mut at = 0;
        for (cut, (_, count)) in (1..).zip(&trace.segments) {
            at += count;
            if cut % every != 0 {
                continue;
            }
            let (read, lived) = (&states[at - 1], &trace.states[at - 1]);
            for state in [read, lived] {
                let (from_snapshot, told) = restored(state, seed);
                alike(&told, &state.snapshot(), (seed, at));
                alike(&from_snapshot.snapshot(), &told, (seed, at));
                assert_eq!(seen(&from_snapshot, &steps), seen(read, &steps), "seed {seed}, after event {at}");
                largest = largest.max(told.len());
                snapshots += 1;
                let (end, rest) = go_on(from_snapshot, &trace.segments[cut..], seed);
                assert_eq!(rest, events[at..], "seed {seed}, after event {at}");
                let last = states.last().expect("a state");
                assert_eq!(seen(&end, &steps), seen(last, &steps), "seed {seed}, after event {at}");
                if std::ptr::eq(state, read) {
                    alike(&end.snapshot(), &last.snapshot(), (seed, at));
                }
            }
        }
    }
    println!("{snapshots} snapshots of {count} executions, of up to {largest} events, lead where their journals lead");
}

#[test]
fn what_cannot_follow_is_refused() {
    let (count, mut refused) = (rounds(1_500), 0u64);
    for (seed, trace) in traces(count) {
        let steps = addresses(&trace);
        let (mut over, mut is_ended) = (HashSet::new(), false);
        let looked_at: HashSet<usize> = places(&trace).collect();
        let snapshot = trace.states[0].snapshot();
        for (at, state) in trace.states.iter().enumerate() {
            match &trace.events[at] {
                // What fell runs again when it is taken up again.
                Event::StepFinished(step) if step.route == Route::Nowhere => {}
                Event::StepFinished(step) => drop(over.insert(step.address.clone())),
                Event::StepSkipped(address) | Event::StepCanceled(address) => drop(over.insert(address.clone())),
                Event::Finished(_) => is_ended = true,
                Event::Reopened(_) => is_ended = false,
                _ => {}
            }
            if !looked_at.contains(&at) {
                continue;
            }
            // A snapshot stands at the beginning.
            let pieces = snapshot[1..].iter().filter(|_| at > 0).cloned();
            for event in illegal(&trace, &steps, &over, is_ended).into_iter().chain(pieces) {
                let mut state = state.clone();
                assert!(state.apply(&event).is_err(), "seed {seed}, after event {at}: {event:?} was taken in");
                refused += 1;
            }
        }
    }
    assert!(refused > count * 10, "only {refused} events were tried");
    println!("{refused} events that cannot follow were refused");
}

/// A state that was read back, all of whose times have come: what it asks for next is of steps that are not over.
#[test]
fn what_is_over_does_not_run_again() {
    let (count, mut asked) = (rounds(1_500), 0u64);
    for (seed, trace) in traces(count) {
        let (events, states) = replay(&trace);
        let mut over = HashSet::new();
        let looked_at: HashSet<usize> = places(&trace).collect();
        for (at, state) in states.iter().enumerate() {
            match &events[at] {
                Event::StepFinished(step) if step.route != Route::Nowhere => drop(over.insert(step.address.clone())),
                Event::StepSkipped(address) | Event::StepCanceled(address) => drop(over.insert(address.clone())),
                _ => {}
            }
            if !looked_at.contains(&at) || state.status().is_terminal() {
                continue;
            }
            let mut state = state.clone();
            while let Effect::Run(address) | Effect::Wake(address, _) = state.effect(FAR_MS) {
                assert!(!over.contains(&address), "seed {seed}, after event {at}: {address:?} runs again");
                asked += 1;
            }
        }
    }
    assert!(asked > count * 10, "only {asked} steps were asked for");
    println!("{asked} steps were asked for, none of which was over");
}

/// Events that cannot follow, found without the state machine: second results, results of steps that nothing reached
/// or that still wait, a second beginning, an end that is none, anything after the end.
fn illegal(trace: &Trace, steps: &[Address], over: &HashSet<Address>, is_ended: bool) -> Vec<Event> {
    let plan = &trace.plan;
    let mut events = Vec::new();
    for address in steps {
        if is_ended || over.contains(address) {
            events.extend(told(address));
            continue;
        }
        // At the top level, what leads there is at the top level too.
        let is_top = plan.bodies[plan.nodes[address.node as usize].body as usize].of == BodyOf::Execution;
        let from = |&edge: &u32| Address::top(plan.edges[edge as usize].source);
        let waits = is_top
            && !plan.starts.contains(&address.node)
            && plan.incoming(address.node).iter().all(|edge| {
                let is_near = plan.edges[*edge as usize].home == 0 && plan.nodes[from(edge).node as usize].body == 0;
                is_near && !over.contains(&from(edge))
            });
        // A join `first` may cancel what nothing has reached.
        let cancels = plan.nodes.iter().any(|node| node.join == Join::First);
        if waits {
            let [finished, skipped, canceled, ..] = told(address);
            events.extend([finished, skipped]);
            events.extend((!cancels).then_some(canceled));
        }
        // One index more or less is no step.
        let mut other = address.clone();
        other.path.push(0);
        events.extend(told(&other));
        if other.path.len() > 1 {
            other.path.truncate(address.path.len() - 1);
            events.extend(told(&other));
        }
    }
    events.extend(told(&Address::top(NodeIndex::try_from(plan.nodes.len()).expect("a small graph"))));
    events.push(trace.events[0].clone());
    let end = |status| Event::Finished(Finished { at_us: 1, status, output: Value::Null, error: None });
    events.push(end(Status::Running));
    if is_ended {
        events.push(end(Status::Canceled));
        events.push(Event::Paused(Moment { at_us: 1 }));
    } else {
        events.push(Event::Reopened(Moment { at_us: 1 }));
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

#[test]
fn damaged_snapshots_are_told_from_whole_ones() {
    let (mut cut, mut flipped) = (0, 0);
    for (seed, trace) in traces(rounds(60)) {
        let mut random = Random::new(seed);
        let mut written = segment::snapshot(&trace.states[random.below(trace.states.len())]);
        let (count, bytes) = (written.events(), written.take());
        for length in 0..bytes.len() {
            let read = read_all(&bytes[..length], &trace);
            assert!(read.is_err() || read.is_ok_and(|events| events < count as usize), "seed {seed}: cut at {length}");
            cut += 1;
        }
        for _ in 0..100 {
            let mut bytes = bytes.clone();
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
            drop(read_all(&bytes, &trace));
            flipped += 1;
        }
    }
    println!("{cut} cut and {flipped} damaged snapshots were read without harm");
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
