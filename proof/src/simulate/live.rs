//! A run on its way: what the state asks for is done, in a random order, and what happens is written down.

use std::collections::HashSet;
use std::sync::Arc;

use model::event::{Accepted, ChildEnded, Moment, Path, Route, Signaled};
use model::execution::{Effect, Pause};
use model::segment::{self, SegmentWriter};
use model::{Address, Event, Execution, ExecutionId, Graph, NodeIndex, Plan, Status, Value};

use super::{Manner, Trace};
use crate::generate::Case;
use crate::random::Random;
use crate::reference::{Answer, Failure, Step};

/// When every run is accepted, in ms since 1970.
const ACCEPTED_MS: i64 = 1_700_000_000_000;

/// Times that a person takes a run up again.
const REOPENED_MAX: u32 = 2;

pub(super) struct Live<'a> {
    pub(super) graph: &'a Graph,
    pub(super) state: Execution,
    random: Random,
    writer: SegmentWriter,
    pub(super) trace: Trace,
    manner: Manner,
    /// Since acceptance.
    pub(super) now_us: u64,
    in_flight: Vec<Address>,
    /// Steps that waited, each at most once.
    waited: HashSet<Address>,
    /// Executions that steps waited for.
    named: i64,
    steps: Vec<(NodeIndex, Path, Step)>,
}

impl<'a> Live<'a> {
    pub(super) fn begin(case: &'a Case, plan: Arc<Plan>, seed: u64, manner: Manner) -> Self {
        let start = case.start.and_then(|start| plan.nodes.iter().position(|node| node.id == start));
        let accepted = Accepted {
            at_ms: ACCEPTED_MS,
            start: start.and_then(|at| NodeIndex::try_from(at).ok()),
            input: case.input.clone(),
            trigger: Value::Null,
            pinned: false,
            until: None,
            begin_ms: None,
        };
        let state = Execution::begin(plan.clone(), accepted.clone());
        let first = Event::Accepted(accepted);
        let mut writer = SegmentWriter::default();
        writer.push(&first, &Value::Null);
        let states = if manner == Manner::Kept { vec![state.clone()] } else { Vec::new() };
        Self {
            graph: &case.graph,
            state,
            random: Random::new(seed),
            writer,
            trace: Trace {
                plan,
                events: vec![first],
                states,
                segments: Vec::new(),
                recorded: Vec::new(),
                answer: Answer { status: "", output: Value::Null, error: None, order_free: false, steps: Vec::new() },
                is_plain: true,
            },
            manner,
            now_us: 0,
            in_flight: Vec::new(),
            waited: HashSet::new(),
            named: 0,
            steps: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Trace {
        loop {
            self.now_us += 10;
            if self.manner == Manner::Restored && self.random.chance(10) {
                self.restore();
            }
            if self.state.failure().is_some() {
                self.meet_failure();
            } else if self.is_eventful(2) {
                self.disturb();
            }
            match self.state.effect(self.now_ms()) {
                Effect::Record(event) => self.record(&event),
                Effect::Run(address) => {
                    self.in_flight.push(address);
                    // Sometimes a step ends before the next one begins.
                    if self.random.chance(30) {
                        self.end_one();
                    }
                }
                Effect::Test(address) => {
                    let event = self.tested(&address);
                    self.record(&event);
                }
                Effect::Conclude(address) => {
                    let event = self.state.concluding(address, self.now_us, self.random.bits());
                    self.record(&event);
                }
                Effect::Wake(address, _) => self.in_flight.push(address),
                Effect::End => {
                    let event = self.state.ending(self.now_us);
                    self.record(&event);
                    if !self.takes_up() {
                        break;
                    }
                }
                Effect::Wait if self.in_flight.is_empty() => self.idle(),
                Effect::Wait => self.end_one(),
            }
        }
        self.cut();
        self.answered()
    }

    /// What a crash leaves of a run whose journal ends with a snapshot.
    fn restore(&mut self) {
        let bytes = segment::snapshot(&self.state).take();
        let mut state = None;
        let plan = self.trace.plan.clone();
        let read = segment::fold(&bytes, &mut state, |_| Ok::<_, ()>(plan.clone()), |_, _| {});
        read.expect("a snapshot can be read").expect("a plan");
        self.state = state.expect("a snapshot is a state");
        self.in_flight.clear();
    }

    fn now_ms(&self) -> i64 {
        ACCEPTED_MS.saturating_add_unsigned(self.now_us / 1_000)
    }

    /// One of few names, so that waits meet signals that were not meant for them.
    fn signal(&mut self) -> arcstr::ArcStr {
        arcstr::format!("signal {}", self.random.below(3))
    }

    fn soon(&mut self) -> i64 {
        self.now_ms() + i64::from(self.random.below(5) == 0) * 1_000
    }

    fn is_eventful(&mut self, percent: usize) -> bool {
        self.manner != Manner::Plain && self.random.chance(percent)
    }

    /// Nothing of what is in flight when a failure was met that nobody handles is recorded; in an eventful run
    /// sometimes, as calls are that change something.
    fn meet_failure(&mut self) {
        if self.manner != Manner::Plain && self.random.chance(50) {
            return;
        }
        for address in std::mem::take(&mut self.in_flight) {
            self.state.forget(&address);
        }
    }

    /// What a run meets that nobody inside it asked for.
    fn disturb(&mut self) {
        let at_us = self.now_us;
        match self.random.below(10) {
            0..4 if self.state.is_paused() => self.record(&Event::Resumed(Moment { at_us })),
            0..4 => self.record(&Event::Paused(Moment { at_us })),
            4 if self.state.generation() < REOPENED_MAX => {
                let event = self.state.canceling(at_us, None);
                self.record(&event);
                self.take_up();
            }
            _ => {
                // Mostly nobody waits for it yet.
                let name = self.signal();
                self.record(&Event::Signaled(Signaled { at_us, name, value: Value::from(at_us as i64) }));
            }
        }
    }

    fn takes_up(&mut self) -> bool {
        let failed = self.state.status() == Status::Failed;
        if !failed || self.state.generation() >= REOPENED_MAX || !self.is_eventful(40) {
            return false;
        }
        self.trace.is_plain = false;
        self.take_up();
        true
    }

    fn take_up(&mut self) {
        self.in_flight.clear();
        let event = self.state.reopening(self.now_us);
        self.record(&event);
    }

    /// Nothing is in flight: time passes, or what is waited for happens.
    fn idle(&mut self) {
        let at_us = self.now_us;
        if self.state.is_paused() {
            return self.record(&Event::Resumed(Moment { at_us }));
        }
        let signal = self.state.awaited_signals().into_iter().next().map(|(name, _)| name);
        let child = self.state.awaited_children().into_iter().next();
        let time = self.state.wake_at().filter(|_| signal.is_none() && child.is_none() || self.random.chance(50));
        match (time, signal, child) {
            (Some(at), ..) => {
                let us = u64::try_from(at - ACCEPTED_MS).expect("no wait ends before it began") * 1_000;
                self.now_us = self.now_us.max(us);
            }
            (None, Some(name), _) => self.record(&Event::Signaled(Signaled { at_us, name, value: Value::Int(1) })),
            (None, None, Some(execution)) => self.record(&child_ended(execution, at_us)),
            (None, None, None) => panic!("nothing is in flight, and nothing is waited for"),
        }
    }

    fn end_one(&mut self) {
        let at = self.random.below(self.in_flight.len());
        if self.is_eventful(10) {
            let started = self.state.starting(self.in_flight[at].clone(), self.now_us);
            return self.record(&started);
        }
        let address = self.in_flight.swap_remove(at);
        let is_container = self.trace.plan.nodes[address.node as usize].container.is_some();
        if !is_container && self.is_eventful(12) && self.waited.insert(address.clone()) {
            return self.wait(address);
        }
        let event = self.ended(address);
        // A held run leaves for later what a failure inside of a container comes to; the reference does not.
        self.trace.is_plain &= self.state.failure().is_none() && !self.state.is_paused();
        self.record(&event);
    }

    fn wait(&mut self, address: Address) {
        let mut pause = Pause::default();
        match self.random.below(3) {
            0 => pause.until_ms = Some(self.soon()),
            1 => {
                pause.until_ms = if self.random.chance(50) { Some(self.soon()) } else { None };
                pause.signal = Some(self.signal());
            }
            _ => {
                self.named += 1;
                let child = ExecutionId(self.named);
                pause.child = Some(child);
                if self.random.chance(30) {
                    self.in_flight.push(address.clone());
                    self.record(&child_ended(child, self.now_us));
                    self.in_flight.pop();
                }
            }
        }
        let event = self.state.waiting(address, self.now_us, pause);
        self.record(&event);
    }

    pub(super) fn random_bits(&mut self) -> u64 {
        self.random.bits()
    }

    // Writing down ---------------------------------------------------------------------------------------------------

    fn record(&mut self, event: &Event) {
        let known = self.state.implied(event);
        self.writer.push(event, &known);
        self.note(event);
        self.state.apply(event).unwrap_or_else(|error| panic!("the state asked for this event: {error}"));
        for dropped in self.state.take_dropped() {
            self.in_flight.retain(|address| *address != dropped);
        }
        if !self.state.status().is_terminal() {
            let awaited = self.in_flight.iter().filter(|address| self.state.is_in_flight(address)).count();
            assert_eq!(awaited, self.in_flight.len(), "after {event:?}: {:?} are awaited", self.in_flight);
            assert_eq!(awaited, self.state.in_flight() as usize, "after {event:?}: what is awaited is in flight");
        }
        self.trace.events.push(event.clone());
        if self.manner == Manner::Kept {
            self.trace.states.push(self.state.clone());
        }
        if self.random.chance(25) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let events = self.writer.events() as usize;
        if events > 0 {
            self.trace.segments.push((self.writer.take(), events));
        }
    }

    fn name(&self, address: &Address) -> String {
        address.text(&self.trace.plan.nodes[address.node as usize].id)
    }

    fn note(&mut self, event: &Event) {
        let (address, step) = match event {
            Event::ScopeOpened(opened) => return self.trace.recorded.push(self.name(&opened.address)),
            Event::StepFinished(step) => (&step.address, self.step_of(step)),
            Event::StepSkipped(address) => {
                let (address_text, nothing) = (self.name(address), Value::Null);
                let (input, output) = (nothing.clone(), nothing);
                (address, Step { address: address_text, status: "skipped", input, output, ports: Vec::new() })
            }
            _ => return,
        };
        if !self.trace.recorded.contains(&step.address) {
            self.trace.recorded.push(step.address.clone());
        }
        self.steps.push((address.node, address.path.clone(), step));
    }

    fn step_of(&self, step: &model::event::StepFinished) -> Step {
        let node = &self.trace.plan.nodes[step.address.node as usize];
        let name = |&port: &u16| node.outputs[usize::from(port)].clone();
        Step {
            address: self.name(&step.address),
            status: step.status.as_str(),
            input: self.state.input_of(&step.address),
            output: step.output.clone(),
            ports: match &step.route {
                Route::Nowhere => Vec::new(),
                Route::Error => vec!["error".into()],
                Route::Ports(ports) => ports.iter().map(name).collect(),
            },
        }
    }

    fn answered(mut self) -> Trace {
        let plan = self.trace.plan.clone();
        self.steps.sort_by(|(a, path_a, _), (b, path_b, _)| {
            let id = |node: NodeIndex| &plan.nodes[node as usize].id;
            (id(*a), path_a).cmp(&(id(*b), path_b))
        });
        let answer = &mut self.trace.answer;
        answer.steps = self.steps.into_iter().map(|(.., step)| step).collect();
        if let Some(Event::Finished(finished)) = self.trace.events.last() {
            answer.status = finished.status.as_str();
            answer.output = finished.output.clone();
            answer.error = finished
                .error
                .as_ref()
                .map(|error| Failure { code: error.code.clone(), node: Some(error.node.to_string()) });
        }
        self.trace
    }
}

fn child_ended(execution: ExecutionId, at_us: u64) -> Event {
    let (status, output) = (Status::Succeeded, Value::Int(execution.0));
    Event::ChildEnded(ChildEnded { at_us, execution, status, output, error: None })
}
