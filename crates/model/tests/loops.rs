//! Loops, containers and waits in the state machine: addresses, memory, room, time, signals, and what is taken up again.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::event::{Accepted, ChildEnded, Moment, Signaled};
use model::execution::{Effect, Failure, Outcome, Pause, Produced, Woken};
use model::segment::{SegmentWriter, fold, snapshot};
use model::{Address, Event, Execution, ExecutionId, Plan, Status, StepStatus, Value, json};
use support::{TestCatalog, graph};

/// When runs are accepted, in ms since 1970.
const ACCEPTED_MS: i64 = 1_000_000;

/// What a step comes to.
enum Act {
    /// An output by the first port.
    Done(Value),
    /// An output by this port, or by none.
    By(Option<u16>, Value),
    Fails(&'static str),
    Waits(Pause),
    /// It stays in flight.
    Runs,
}

struct Run {
    state: Execution,
    writer: SegmentWriter,
    now_us: u64,
    /// Addresses in the order in which their steps began.
    began: Vec<String>,
    /// How each step ended last.
    ended: BTreeMap<String, (StepStatus, Value)>,
    /// Steps in flight.
    in_flight: Vec<Address>,
}

impl Run {
    fn new(nodes: &str, edges: &str, input: &str) -> Self {
        let plan = Plan::compile(&graph(nodes, edges), &TestCatalog::default(), None).expect("a plan");
        let input = json::read(input.as_bytes()).expect("JSON");
        let accepted = Accepted {
            at_ms: ACCEPTED_MS,
            start: None,
            input,
            trigger: Value::Null,
            pinned: false,
            until: None,
            begin_ms: None,
        };
        let mut writer = SegmentWriter::default();
        writer.push(&Event::Accepted(accepted.clone()), &Value::Null);
        let state = Execution::begin(Arc::new(plan), accepted);
        let (began, ended, in_flight) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { state, writer, now_us: 0, began, ended, in_flight }
    }

    fn now_ms(&self) -> i64 {
        ACCEPTED_MS + i64::try_from(self.now_us / 1_000).expect("a short run")
    }

    fn name(&self, address: &Address) -> String {
        address.text(&self.state.plan().nodes[address.node as usize].id)
    }

    fn record(&mut self, event: &Event) {
        let known = self.state.implied(event);
        self.writer.push(event, &known);
        if let Event::StepFinished(step) = event {
            let ended = (step.status, step.output.clone());
            self.ended.insert(self.name(&step.address), ended);
        }
        if let Event::StepSkipped(address) | Event::StepCanceled(address) = event {
            let skipped = matches!(event, Event::StepSkipped(_));
            let status = if skipped { StepStatus::Skipped } else { StepStatus::Canceled };
            self.ended.insert(self.name(address), (status, Value::Null));
        }
        self.state.apply(event).expect("it can follow");
        let dropped = self.state.take_dropped();
        self.in_flight.retain(|address| !dropped.contains(address));
    }

    /// Goes on until nothing is left but to wait. The nodes behave by their id, the last index and the input.
    fn go(&mut self, act: &dyn Fn(&str, u32, &Value) -> Act) {
        loop {
            self.now_us += 1;
            let (now_us, seed) = (self.now_us, 1);
            let event = match self.state.effect(self.now_ms()) {
                Effect::Record(event) => event,
                Effect::Run(address) => match self.step(address, act) {
                    Some(event) => event,
                    None => continue,
                },
                Effect::Test(address) => {
                    let (_, round) = self.state.round_to_test(&address).expect("asked for");
                    let most = self.state.plan().nodes[address.node as usize].max_iterations.unwrap_or(3);
                    let goes_on = u64::from(round) < most;
                    let outcome = outcome(address, Ok(Produced::default()), now_us);
                    self.state.decide_round(outcome, goes_on)
                }
                Effect::Conclude(address) => self.state.concluding(address, now_us, seed),
                Effect::Wake(address, woken) => {
                    let result = match woken {
                        Woken::Time => Ok(Produced::first(Value::from("time"))),
                        Woken::TimedOut => Err(Failure::new("timeout", "")),
                        Woken::Signal(value) => Ok(Produced::first(value)),
                        Woken::ChildEnded { output, .. } => Ok(Produced::first(output)),
                    };
                    self.state.decide(outcome(address, result, now_us))
                }
                Effect::End => {
                    let event = self.state.ending(now_us);
                    self.record(&event);
                    return;
                }
                Effect::Wait => return,
            };
            self.record(&event);
        }
    }

    fn step(&mut self, address: Address, act: &dyn Fn(&str, u32, &Value) -> Act) -> Option<Event> {
        let name = self.name(&address);
        self.began.push(name);
        let planned = &self.state.plan().nodes[address.node as usize];
        let input = self.state.input_of(&address);
        if planned.container.is_some() {
            let items = if input.as_array().is_some() { input } else { Value::Null };
            return Some(self.state.opening(address, self.now_us, items));
        }
        let result = match act(&planned.id, address.index(), &input) {
            Act::Done(output) => Ok(Produced::first(output)),
            Act::By(port, output) => Ok(Produced { output, ports: port.into_iter().collect(), ..Produced::default() }),
            Act::Fails(code) => Err(Failure::new(code, "")),
            Act::Waits(pause) => return Some(self.state.waiting(address, self.now_us, pause)),
            Act::Runs => {
                self.in_flight.push(address);
                return None;
            }
        };
        Some(self.state.decide(outcome(address, result, self.now_us)))
    }

    /// Ends the first step in flight.
    fn end_one(&mut self, output: Value) {
        let address = self.in_flight.remove(0);
        let event = self.state.decide(outcome(address, Ok(Produced::first(output)), self.now_us));
        self.record(&event);
    }

    fn status_of(&self, name: &str) -> Option<StepStatus> {
        self.ended.get(name).map(|(status, _)| *status)
    }

    fn signal(&mut self, name: &str, value: i64) {
        let (at_us, value) = (self.now_us, Value::Int(value));
        self.record(&Event::Signaled(Signaled { at_us, name: name.into(), value }));
    }

    /// The state as it is read back from what was recorded.
    fn read(&mut self) -> Execution {
        let bytes = self.writer.take();
        let mut state = None;
        let plan = self.state.plan().clone();
        fold(&bytes, &mut state, |_| Ok::<_, ()>(plan.clone()), |_, _| ()).expect("readable").expect("a plan");
        state.expect("it was accepted")
    }
}

fn outcome(address: Address, result: Result<Produced, Failure>, started_us: u64) -> Outcome {
    Outcome { address, result, disabled: false, started_us, duration_us: 0, seed: 1 }
}

fn passes(_: &str, _: u32, input: &Value) -> Act {
    Act::Done(input.clone())
}

#[test]
fn steps_are_found_twenty_indices_deep() {
    // In each scope a cycle whose head goes around once, then into a container of two items, then leaves; only the
    // second item goes deeper.
    let (mut nodes, mut edges) = (vec!["s:start".to_owned()], vec!["s>h0".to_owned()]);
    for level in 0..10 {
        let parent = if level == 0 { String::new() } else { format!("@c{}", level - 1) };
        nodes.extend([format!("h{level}{parent}:branch"), format!("x{level}{parent}:step")]);
        nodes.extend([format!("m{level}{parent}:step"), format!("c{level}{parent}:for_each")]);
        edges.extend([format!("h{level}.false>x{level}"), format!("x{level}>h{level}")]);
        edges.extend([format!("h{level}.true>m{level}"), format!("m{level}>c{level}"), format!("c{level}>h{level}")]);
    }
    nodes.push("leaf@c9:step".to_owned());
    let mut run = Run::new(&nodes.join(" "), &edges.join(" "), "1");
    run.go(&|id, index, input| match (&id[..1], index) {
        // The head of a cycle in a container sees the item in its first iteration.
        ("h", 0) if *input == Value::Int(0) => Act::By(None, Value::Null),
        ("h", 0) => Act::By(Some(1), input.clone()),
        ("h", 1) => Act::By(Some(0), input.clone()),
        ("h", _) => Act::By(None, Value::Null),
        ("m", _) => Act::Done(Value::array(vec![Value::Int(0), Value::Int(1)])),
        _ => Act::Done(input.clone()),
    });
    assert_eq!(run.state.status(), Status::Succeeded);
    let deepest = format!("leaf@{}1", "1.".repeat(19));
    assert_eq!(run.status_of(&deepest), Some(StepStatus::Succeeded), "{:?}", run.ended.keys().last());
    assert_eq!(run.status_of(&format!("h9@{}2", "1.".repeat(18))), Some(StepStatus::Succeeded));
    assert_eq!(run.state.frames_in_memory(), 1);
    let read = run.read();
    assert_eq!((read.status(), read.output()), (Status::Succeeded, run.state.output()));
}

#[test]
fn ten_thousand_iterations_hold_no_more_than_one() {
    let list = |count: usize| json::to_text(&Value::array((0..count).map(Value::from).collect()));
    let turns = |id: &str, index: u32, input: &Value, last: u32| match id {
        "a" if index >= last => Act::By(Some(1), Value::Null),
        "a" => Act::By(Some(0), Value::from("x".repeat(1_000))),
        "z" => Act::Runs,
        _ => Act::Done(input.clone()),
    };
    let cases: [(&str, &str); 3] = [
        ("s:start a:branch{\"max_iterations\":20000} b:step z:step", "s>a a.true>b b>a a.false>z"),
        ("s:start c:for_each{\"collect\":false} a@c:step b@c:step z:step", "s>c a>b c>z"),
        ("s:start c:while_loop{\"max_iterations\":COUNT} a@c:step b@c:step z:step", "s>c a>b c>z"),
    ];
    for (nodes, edges) in cases {
        let measure = |count: usize| {
            let input = if nodes.contains("for_each") { list(count) } else { "[1]".to_owned() };
            let mut run = Run::new(&nodes.replace("COUNT", &count.to_string()), edges, &input);
            let last = u32::try_from(count).expect("a small number");
            run.go(&|id, index, input| turns(id, index, input, last));
            assert_eq!(run.in_flight.len(), 1, "the last step is in flight");
            assert!(run.ended.len() > 2 * count, "{} steps", run.ended.len());
            (run.state.frames_in_memory(), format!("{:?}", run.state).len())
        };
        let ((few, small), (many, large)) = (measure(1), measure(10_000));
        assert_eq!(few, many, "{nodes}");
        // A list to go through is in memory, some times over when it is told.
        let told = if nodes.contains("for_each") { 1_000_000 } else { 5_000 };
        assert!(large < small + told, "{nodes}: {large} characters after {small}");
    }
}

#[test]
fn a_container_runs_no_more_than_it_may() {
    let nodes = "s:start p:parallel{\"max_concurrency\":2} a@p:step b@p:step c@p:step d@p:step e@p:step";
    let mut run = Run::new(nodes, "s>p a>e", "1");
    let act = |id: &str, _: u32, input: &Value| if id == "s" { Act::Done(input.clone()) } else { Act::Runs };
    let mut most = 0;
    for at in 0..6 {
        run.go(&act);
        most = most.max(run.in_flight.len());
        if at < 5 {
            assert!(!run.in_flight.is_empty(), "after {at} steps");
            run.end_one(Value::Int(at));
        }
    }
    assert_eq!((most, run.state.status()), (2, Status::Succeeded));
    assert_eq!(run.began, ["s", "p", "a", "b", "c", "d", "e"]);
}

#[test]
fn items_are_taken_one_at_a_time_unless_more_may_be() {
    for (parameters, at_once) in [("", 1), ("{\"concurrency\":2}", 2), ("{\"concurrency\":9}", 5)] {
        let mut run = Run::new(&format!("s:start c:for_each{parameters} a@c:step"), "s>c", "[1,2,3,4,5]");
        let act = |id: &str, _: u32, input: &Value| if id == "a" { Act::Runs } else { Act::Done(input.clone()) };
        run.go(&act);
        let mut most = 0;
        while !run.in_flight.is_empty() {
            most = most.max(run.in_flight.len());
            // The last one that began ends first; the values stand in the order of the items.
            let last = run.in_flight.len() - 1;
            run.in_flight.swap(0, last);
            let index = i64::from(run.in_flight[0].index());
            run.end_one(Value::Int(10 * index));
            run.go(&act);
        }
        assert_eq!((most, run.state.status()), (at_once, Status::Succeeded), "{parameters}");
        assert_eq!(run.state.output(), json::read(b"[0,10,20,30,40]").expect("JSON"));
    }
}

#[test]
fn an_iteration_goes_on_until_its_tail_has_waited() {
    let mut run = Run::new("s:start a:step b:branch tail:step z:step", "s>a a>b b.true>a b.false>z a>tail", "1");
    let act = |id: &str, index: u32, input: &Value| match id {
        "tail" => Act::Waits(Pause { signal: Some("go".into()), ..Pause::default() }),
        "b" => Act::By(Some(u16::from(index == 1)), input.clone()),
        _ => Act::Done(input.clone()),
    };
    run.go(&act);
    assert_eq!(run.began, ["s", "a@0", "b@0", "tail@0"], "the next iteration waits for the tail of this one");
    run.signal("go", 1);
    run.go(&act);
    assert_eq!(run.began[4..], ["a@1", "b@1", "tail@1"], "and so does what comes after the loop");
    run.signal("go", 2);
    run.go(&act);
    assert_eq!((run.began.last().map(String::as_str), run.state.status()), (Some("z"), Status::Succeeded));
}

#[test]
fn what_is_broken_off_gives_its_room_back() {
    let nodes = "s:start p:parallel{\"max_concurrency\":2} a@p:step b@p:step j@p:join{\"join_strategy\":\"first\"} c@p:step d@p:step";
    let mut run = Run::new(nodes, "s>p a>j b>j j>c j>d", "1");
    let act = |id: &str, _: u32, input: &Value| if "abcd".contains(id) { Act::Runs } else { Act::Done(input.clone()) };
    run.go(&act);
    assert_eq!(run.in_flight.len(), 2);
    run.end_one(Value::Int(1));
    run.go(&act);
    assert_eq!(run.status_of("b"), Some(StepStatus::Canceled));
    assert_eq!(run.began[run.began.len() - 2..], ["c", "d"]);
    run.end_one(Value::Int(3));
    run.end_one(Value::Int(4));
    run.go(&act);
    assert_eq!(run.state.status(), Status::Succeeded);
}

#[test]
fn time_that_is_up_keeps_what_is_there_or_fails() {
    for (kind, action, status) in [
        ("timeout", "continue_with_partial", Status::Succeeded),
        ("timeout", "fail", Status::Failed),
        ("parallel", "", Status::Failed),
    ] {
        let nodes = "s:start t:KIND{\"timeout\":\"5s\",\"timeout_action\":\"ACTION\"} a@t:step b@t:step z:step";
        let mut run = Run::new(&nodes.replace("ACTION", action).replace("KIND", kind), "s>t t>z", "1");
        let act = |id: &str, _: u32, input: &Value| match id {
            "a" => Act::Done(Value::from("partial")),
            "b" => Act::Waits(Pause { signal: Some("never".into()), ..Pause::default() }),
            _ => Act::Done(input.clone()),
        };
        run.go(&act);
        let due = run.state.wake_at().expect("the time of the container");
        assert!((ACCEPTED_MS + 5_000..=ACCEPTED_MS + 5_001).contains(&due));
        run.now_us += 5_000_000;
        run.go(&act);
        assert_eq!(run.state.status(), status);
        if status == Status::Succeeded {
            assert_eq!(run.ended["z"], (StepStatus::Succeeded, Value::from("partial")));
            assert!(!run.state.is_waiting());
        } else {
            assert_eq!(run.state.failure().map(|error| error.code.as_str()), Some("timeout"));
            // Taken up again, it has all of its time once more, and `a` does not run again.
            let reopened = run.state.reopening(run.now_us);
            run.record(&reopened);
            run.go(&act);
            assert!(run.state.wake_at().is_some_and(|due| due > run.now_ms() + 4_000));
            run.signal("never", 2);
            run.go(&act);
            assert_eq!(run.state.status(), Status::Succeeded);
            assert_eq!(run.began.iter().filter(|name| *name == "a").count(), 1);
        }
        assert_eq!(run.read().status(), run.state.status());
    }
}

#[test]
fn a_held_run_begins_nothing_and_goes_on_when_it_is_let() {
    let mut run = Run::new("s:start a:step b:step c:step", "s>a s>b a>c b>c", "1");
    let act = |id: &str, _: u32, input: &Value| if "ab".contains(id) { Act::Runs } else { Act::Done(input.clone()) };
    run.go(&act);
    let moment = Moment { at_us: run.now_us };
    run.record(&Event::Paused(moment));
    assert!(run.state.clone().apply(&Event::Paused(moment)).is_err());
    run.end_one(Value::Int(1));
    run.end_one(Value::Int(2));
    run.go(&act);
    assert_eq!((run.began.len(), run.state.is_paused()), (3, true));
    run.record(&Event::Resumed(moment));
    assert!(run.state.clone().apply(&Event::Resumed(moment)).is_err());
    run.go(&act);
    assert_eq!((run.began.len(), run.state.status()), (4, Status::Succeeded));
}

#[test]
fn signals_are_kept_until_somebody_waits() {
    let act = |id: &str, _: u32, input: &Value| match id {
        "a" | "b" => Act::Waits(Pause { signal: Some("go".into()), ..Pause::default() }),
        _ => Act::Done(input.clone()),
    };
    let mut run = Run::new("s:start a:step b:step", "s>a a>b", "0");
    run.signal("other", 9);
    run.signal("go", 1);
    run.go(&act);
    // The one that came before ended the first wait; the second goes on.
    assert_eq!(run.ended["a"], (StepStatus::Succeeded, Value::Int(1)));
    assert_eq!(run.state.awaited_signals().len(), 1);
    assert_eq!(run.status_of("b"), None);
    let mut read = run.read();
    assert_eq!((read.awaited_signals(), read.effect(run.now_ms())), (run.state.awaited_signals(), Effect::Wait));
    run.signal("go", 2);
    run.go(&act);
    assert_eq!((run.state.status(), run.state.output()), (Status::Succeeded, Value::Int(2)));
}

#[test]
fn a_child_may_end_before_its_step_is_known_to_wait() {
    let ended = |execution: i64| {
        let (execution, status, output) = (ExecutionId(execution), Status::Succeeded, Value::Int(execution));
        Event::ChildEnded(ChildEnded { at_us: 1, execution, status, output, error: None })
    };
    let act = |id: &str, _: u32, input: &Value| match id {
        "a" => Act::Waits(Pause { child: Some(ExecutionId(1)), ..Pause::default() }),
        "b" => Act::Waits(Pause { child: Some(ExecutionId(2)), ..Pause::default() }),
        _ => Act::Done(input.clone()),
    };
    let mut run = Run::new("s:start a:step b:step", "s>a a>b", "0");
    run.record(&ended(1));
    run.go(&act);
    assert_eq!(run.ended["a"], (StepStatus::Succeeded, Value::Int(1)));
    assert_eq!(run.state.awaited_children(), [ExecutionId(2)]);
    run.record(&ended(3));
    run.go(&act);
    assert_eq!(run.status_of("b"), None);
    run.record(&ended(2));
    run.go(&act);
    assert_eq!((run.state.status(), run.state.output()), (Status::Succeeded, Value::Int(2)));
    assert_eq!(run.read().status(), Status::Succeeded);
}

#[test]
fn what_fell_inside_of_a_loop_runs_again_and_nothing_else() {
    let nodes = "s:start c:for_each a@c:step b@c:step z:step";
    let mut run = Run::new(nodes, "s>c a>b c>z", "[1,2,3]");
    run.go(&|id, index, input| if (id, index) == ("b", 1) { Act::Fails("broken") } else { passes(id, index, input) });
    assert_eq!((run.state.status(), run.began.len()), (Status::Failed, 6));
    assert_eq!(run.ended["c"].0, StepStatus::Failed);
    let reopened = run.state.reopening(run.now_us);
    run.record(&reopened);
    assert_eq!((run.state.status(), run.state.generation()), (Status::Running, 1));
    let read = from_snapshot(&run.state).0;
    assert_eq!((read.generation(), read.reopened_us()), (1, run.now_us));
    assert!(run.now_us > 0, "a snapshot says when it was taken up");
    run.go(&passes);
    assert_eq!(run.state.status(), Status::Succeeded);
    assert_eq!(run.began[6..], ["b@1", "a@2", "b@2", "z"]);
    assert_eq!(run.ended["c"].1, json::read(b"[1,2,3]").expect("JSON"));
    assert_eq!(run.read().output(), run.state.output());
}

#[test]
fn a_loop_at_its_limit_fails_again_when_it_is_taken_up() {
    let mut run = Run::new("s:start a:step b:step", "s>a a>b b>a", "1");
    let act = |id: &str, index: u32, input: &Value| match (id, index) {
        ("a", 2) => Act::Fails("loop_limit"),
        _ => passes(id, index, input),
    };
    run.go(&act);
    assert_eq!((run.state.status(), run.began.len()), (Status::Failed, 6));
    let reopened = run.state.reopening(run.now_us);
    run.record(&reopened);
    run.go(&act);
    assert_eq!((run.state.status(), run.began.last().map(String::as_str)), (Status::Failed, Some("a@2")));
    assert_eq!(run.began.len(), 7);
}

#[test]
fn a_policy_tries_again_after_a_delay_and_only_what_it_names() {
    let retry = r#"{"retry":{"max_attempts":3,"initial_delay":"10s","backoff":"constant","retry_on_errors":["busy"]}}"#;
    for (code, attempts) in [("busy", 3), ("broken", 1)] {
        let mut run = Run::new(&format!("s:start a:step{retry}"), "s>a", "1");
        let act = |id: &str, _: u32, input: &Value| if id == "a" { Act::Fails(code) } else { Act::Done(input.clone()) };
        run.go(&act);
        if attempts > 1 {
            assert_eq!(run.began.len(), 2);
            let wait = run.state.wake_at().expect("the next attempt") - run.now_ms();
            assert!((4_999..=10_000).contains(&wait), "{wait} ms");
            assert_eq!(run.read().wake_at(), run.state.wake_at());
            // Not before its time.
            run.now_us += 1_000;
            run.go(&act);
            assert_eq!(run.began.len(), 2);
            run.now_us += 10_000_000;
            run.go(&act);
        }
        run.now_us += 10_000_000;
        run.go(&act);
        assert_eq!((run.state.status(), run.began.len()), (Status::Failed, 1 + attempts));
    }
}

#[test]
fn the_first_branch_breaks_the_others_off_loops_and_containers_too() {
    // One branch is a loop whose body is in flight, one a container whose child is.
    let nodes = "s:start q:step l:branch m:step c:for_each k@c:step j:join{\"join_strategy\":\"first\"} z:step";
    let edges = "s>q s>l l.true>m m>l l.false>j s>c c>j q>j j>z";
    let mut run = Run::new(nodes, edges, "[1,2]");
    let act = |id: &str, _: u32, input: &Value| match id {
        "q" | "m" | "k" => Act::Runs,
        "l" => Act::By(Some(0), input.clone()),
        _ => Act::Done(input.clone()),
    };
    run.go(&act);
    let of = |run: &Run, id: &str| run.in_flight.iter().position(|address| run.name(address).starts_with(id));
    assert!(of(&run, "m").is_some() && of(&run, "k").is_some());
    let q = of(&run, "q").expect("the branch that is first");
    run.in_flight.swap(0, q);
    run.end_one(Value::Int(7));
    run.go(&act);
    assert_eq!((run.state.status(), run.state.output()), (Status::Succeeded, Value::Int(7)));
    assert!(run.in_flight.is_empty(), "{:?}", run.in_flight);
    assert_eq!((run.state.frames_in_memory(), run.status_of("c")), (1, Some(StepStatus::Canceled)));
    assert_eq!(run.read().output(), Value::Int(7));
}

#[test]
fn what_leads_out_of_done_begins_no_iteration() {
    let mut run = Run::new("s:start l:while_loop a:step b:step", "s>l l.loop>a a>l l.done>b b>l", "1");
    run.go(&|id, index, input| match (id, index) {
        ("l", 0 | 1) => Act::By(Some(1), input.clone()),
        ("l", _) => Act::By(Some(0), input.clone()),
        _ => Act::Done(input.clone()),
    });
    assert_eq!((run.state.status(), run.began.last().map(String::as_str)), (Status::Succeeded, Some("b@2")));
    assert_eq!(run.status_of("l@3"), None);
}

/// A state as it is read from a snapshot of another, and the bytes of that.
fn from_snapshot(state: &Execution) -> (Execution, usize) {
    let bytes = snapshot(state).take();
    let mut read = None;
    fold(&bytes, &mut read, |_| Ok::<_, ()>(state.plan().clone()), |_, _| ()).expect("readable").expect("a plan");
    (read.expect("a snapshot is a state"), bytes.len())
}

#[test]
fn a_snapshot_is_as_large_as_what_is_held_and_not_as_what_was_done() {
    let mut sizes = Vec::new();
    for last in [100, 10_000] {
        let mut run = Run::new("s:start a:step{\"max_iterations\":20000} b:branch", "s>a a>b b.true>a", "0");
        let act = |id: &str, index: u32, input: &Value| match id {
            "b" if index == last => Act::Runs,
            "b" => Act::By(Some(0), Value::from("x".repeat(500))),
            _ => Act::Done(input.clone()),
        };
        run.go(&act);
        assert_eq!(run.in_flight.len(), 1);
        let (state, bytes) = from_snapshot(&run.state);
        sizes.push(bytes);
        // It goes on from there, with what it held.
        (run.state, run.in_flight) = (state, Vec::new());
        run.go(&|id, _, input| if id == "b" { Act::By(None, input.clone()) } else { Act::Done(input.clone()) });
        assert_eq!((run.state.status(), run.state.output()), (Status::Succeeded, Value::from("x".repeat(500))));
    }
    assert!(sizes[0] < 2_000 && sizes[1] < sizes[0] + 20, "{sizes:?}");
}

#[test]
fn a_snapshot_holds_once_what_is_held_in_many_places() {
    let nodes: Vec<String> = (0..50).map(|at| format!("n{at}:step")).collect();
    let edges: Vec<String> = (1..50).map(|at| format!("s>n{at} n{at}>z")).collect();
    let item = "y".repeat(1_000);
    let input = format!(r#"{{"list":["{item}","b"],"more":{{"{item}":1}}}}"#);
    let mut run = Run::new(&format!("s:start z:step {}", nodes.join(" ")), &edges.join(" "), &input);
    run.go(&|id, index, input| match id {
        "z" => Act::Runs,
        // Some pass on all of it, some a part.
        "n7" | "n8" => Act::Done(input.get("list").cloned().unwrap_or_default()),
        _ => passes(id, index, input),
    });
    let (state, bytes) = from_snapshot(&run.state);
    assert!(bytes < 4_000, "{bytes} bytes");
    let inputs = |state: &Execution| state.inputs_of(&Address::top(1));
    assert_eq!(inputs(&state), inputs(&run.state));
    let (all, again) = (inputs(&state), |key: &str| inputs(&state).get(key).cloned().unwrap_or_default());
    assert!(all.get("n1").is_some_and(|value| value.same(&again("n2"))), "what was shared is shared again");
    assert!(all.get("n1").and_then(|value| value.get("list")).is_some_and(|list| list.same(&again("n7"))));
}

#[test]
fn a_call_that_was_begun_again_is_in_doubt_after_a_crash() {
    let retry = r#"{"retry":{"max_attempts":3,"initial_delay":"10s"}}"#;
    let mut run = Run::new(&format!("s:start a:step{retry}"), "s>a", "1");
    run.go(&|id, _, input| if id == "a" { Act::Fails("busy") } else { Act::Done(input.clone()) });
    run.now_us += 10_000_000;
    let runs = |id: &str, _: u32, input: &Value| if id == "a" { Act::Runs } else { Act::Done(input.clone()) };
    run.go(&runs);
    let address = run.in_flight[0].clone();
    run.record(&run.state.starting(address.clone(), run.now_us));
    let from_journal = run.read();
    for read in [from_journal, from_snapshot(&run.state).0] {
        assert!(
            read.is_uncertain(&address) && !read.is_waiting(),
            "its wait is over, and nobody knows what came of it"
        );
        assert_eq!(read.tries(&address), 1);
    }
}
