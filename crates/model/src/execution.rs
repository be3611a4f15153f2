//! The execution state machine: a fold over its events, the same live, in recovery and in simulation.
//!
//! [`Execution::apply`] takes one event and refuses what cannot follow. [`Execution::effect`] says what the state asks
//! for: an event to record, a step to run, or the end. [`Execution::decide`] turns the outcome of an attempt into an
//! event. Nothing here knows a clock or a store.

mod apply;
mod awaited;
mod break_off;
mod decide;
mod frame;
mod progress;
mod read;
mod restore;
mod snapshot;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use arcstr::ArcStr;

use crate::event::{Accepted, Address, ErrorInfo, Event, NodeIndex, Path};
use crate::id::ExecutionId;
use crate::plan::{BodyIndex, BodyOf, Plan};
use crate::status::Status;
use crate::value::Value;
use frame::{At, FrameIndex, Frames, Scope, ScopeIndex, Waits};

pub use awaited::Awaited;
pub use decide::{Failure, Outcome, Pause, Produced};
pub(crate) use frame::{DEAD, Live, Next, Phase, WaitKind};
pub use snapshot::{
    CompleteRestored, FrameRestored, Restored, ScopeRestored, StepRestored, WaitRestored, WholeRestored,
};
pub(crate) use snapshot::{FrameOf, LiveEdges, LoopRestored};

/// An event that cannot follow the state it met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow here: {reason}")]
pub struct IllegalTransition {
    /// Name of the event.
    pub event: &'static str,
    /// Why.
    pub reason: String,
}

/// What the state asks for.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Record and apply this event.
    Record(Event),
    /// Start this step. It is in flight from now on.
    Run(Address),
    /// Say whether a container takes another round, by [`Execution::decide_round`].
    Test(Address),
    /// Record [`Execution::concluding`] of this container.
    Conclude(Address),
    /// End this step's wait. It is in flight from now on.
    Wake(Address, Woken),
    /// Record [`Execution::ending`].
    End,
    /// Nothing until an outcome or a message arrives, or the time [`Execution::wake_at`] comes.
    Wait,
}

/// What ended a step's wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Woken {
    /// The time that it asked for came.
    Time,
    /// Its own time was up: it fails.
    TimedOut,
    /// The signal came, with this value.
    Signal(Value),
    /// The execution that it started has ended.
    ChildEnded {
        /// Which one.
        execution: ExecutionId,
        /// How it ended.
        status: Status,
        /// Its output; null unless it succeeded.
        output: Value,
        /// Why it did not succeed.
        error: Option<Box<ErrorInfo>>,
    },
}

/// An execution in memory.
#[derive(Clone, Debug)]
pub struct Execution {
    plan: Arc<Plan>,
    status: Status,
    accepted: Accepted,
    frames: Frames,
    top: FrameIndex,
    scopes: slab::Slab<Scope>,
    waits: Waits,
    ready: VecDeque<At>,
    /// Steps and containers with something to record.
    to_record: VecDeque<At>,
    /// Waits that are over, with what ended them.
    woken: VecDeque<(At, Woken)>,
    /// What ended the waits of steps that are in flight since: a journal does not know that they are.
    waking: Vec<(At, Woken)>,
    /// Signals that nobody waited for yet.
    signals: VecDeque<(ArcStr, Value)>,
    /// Children that ended before their step was known to wait for them.
    ended_children: Vec<(ExecutionId, Woken)>,
    /// Steps in flight whose outcome is no longer awaited, for the owner to hear of.
    dropped: Vec<Address>,
    /// Steps resolved so far; it numbers the edges they satisfy.
    resolved: u64,
    /// When the latest step ended, in µs since acceptance.
    latest_us: u64,
    in_flight: u32,
    is_paused: bool,
    failure: Option<Box<ErrorInfo>>,
    /// Outputs of `respond` nodes, the latest iteration of each.
    responses: Vec<(NodeIndex, Path, Value)>,
    values: HashMap<ArcStr, Value>,
    /// How often it was reopened.
    generation: u32,
    /// When that was last, in µs since acceptance.
    reopened_us: u64,
    stage: Stage,
}

/// Whether a snapshot may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing has happened since it was accepted: it may.
    Accepted,
    /// Pieces of it are missing: nothing else may.
    Restoring,
    Going,
}

impl Execution {
    /// The state after the first event.
    pub fn begin(plan: Arc<Plan>, accepted: Accepted) -> Self {
        let input = accepted.input.clone();
        let mut execution = Self {
            plan,
            status: Status::Running,
            accepted,
            frames: Frames::default(),
            top: 0,
            scopes: slab::Slab::new(),
            waits: Waits::default(),
            ready: VecDeque::new(),
            to_record: VecDeque::new(),
            woken: VecDeque::new(),
            waking: Vec::new(),
            signals: VecDeque::new(),
            ended_children: Vec::new(),
            dropped: Vec::new(),
            resolved: 0,
            latest_us: 0,
            in_flight: 0,
            is_paused: false,
            failure: None,
            responses: Vec::new(),
            values: HashMap::new(),
            generation: 0,
            reopened_us: 0,
            stage: Stage::Accepted,
        };
        execution.top = execution.open_top(input);
        execution
    }

    /// The plan it follows.
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Whether nothing has come of its input yet and that is a list of starts, so that others may become part of it.
    pub fn takes_starts(&self) -> bool {
        let is_fresh = self.resolved == 0 && self.in_flight == 0 && self.waits.len() == 0 && self.scopes.is_empty();
        is_fresh && self.accepted.input.as_array().is_some()
    }

    /// Where it stands.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// How it began.
    pub const fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    /// The failure that nobody handled.
    pub fn failure(&self) -> Option<&ErrorInfo> {
        self.failure.as_deref()
    }

    /// How often it was reopened.
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// When it was reopened last, in µs since acceptance; 0 if it never was.
    pub const fn reopened_us(&self) -> u64 {
        self.reopened_us
    }

    /// Steps whose outcome is awaited.
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether the outcome of a step is awaited; that of a canceled one no longer is.
    pub fn is_in_flight(&self, address: &Address) -> bool {
        self.locate(address).is_some_and(|at| self.state(at).phase == Phase::InFlight)
    }

    /// Attempts of a step that failed so far.
    pub fn tries(&self, address: &Address) -> u32 {
        self.locate(address).map_or(0, |at| self.state(at).tries)
    }

    /// Whether a step is a join whose time was up before its edges decided.
    pub fn is_join_late(&self, address: &Address) -> bool {
        self.locate(address).is_some_and(|at| self.state(at).is_late)
    }

    /// Whether a person holds it.
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// When something happens by itself, in ms since 1970.
    pub fn wake_at(&self) -> Option<i64> {
        if self.is_paused || self.failure.is_some() { None } else { self.waits.next_ms() }
    }

    /// Whether it waits for a signal, a child or a time.
    pub fn is_waiting(&self) -> bool {
        self.waits.len() > 0
    }

    /// Names of the signals that steps wait for, and the steps.
    pub fn awaited_signals(&self) -> Vec<(ArcStr, Address)> {
        let signal = |(_, wait): (usize, &frame::Wait)| match &wait.kind {
            WaitKind::Step { signal: Some(signal), .. } => Some((signal.clone(), self.address(wait.at))),
            _ => None,
        };
        self.waits.iter().filter_map(signal).collect()
    }

    /// Executions that steps wait for.
    pub fn awaited_children(&self) -> Vec<ExecutionId> {
        let child = |(_, wait): (usize, &frame::Wait)| match wait.kind {
            WaitKind::Step { child, .. } => child,
            _ => None,
        };
        self.waits.iter().filter_map(child).collect()
    }

    /// Steps that were in flight and are no longer needed, since this was last asked: calls to break off.
    pub fn take_dropped(&mut self) -> Vec<Address> {
        std::mem::take(&mut self.dropped)
    }

    /// Takes back that a step was begun: it is ready again.
    pub fn give_back(&mut self, address: &Address) {
        if let Some(at) = self.locate(address)
            && self.state(at).phase == Phase::InFlight
        {
            self.in_flight -= 1;
            self.give_room(at);
            self.make_ready(at.frame, at.node);
        }
    }

    /// Stops waiting for the outcome of a step, when the execution is about to end.
    pub fn forget(&mut self, address: &Address) {
        if let Some(at) = self.locate(address)
            && self.state(at).phase == Phase::InFlight
        {
            self.state_mut(at).phase = Phase::Abandoned;
            self.in_flight -= 1;
        }
    }

    /// Iterations and rounds in memory: those under way, not those that were.
    pub fn frames_in_memory(&self) -> usize {
        self.frames.iter().count()
    }

    /// A value of the execution's state.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// All values of the execution's state, in no order.
    pub fn values(&self) -> impl Iterator<Item = (&ArcStr, &Value)> {
        self.values.iter()
    }

    /// What to do next, at a time in ms since 1970.
    pub fn effect(&mut self, now_ms: i64) -> Effect {
        if self.status.is_terminal() {
            return Effect::Wait;
        }
        if self.failure.is_some() {
            return self.effect_of_failure();
        }
        if self.is_paused {
            return Effect::Wait;
        }
        if let Some(effect) = self.effect_to_record() {
            return effect;
        }
        if self.waits.len() > 0 {
            while let Some(wait) = self.waits.due(now_ms) {
                self.time_came(wait);
            }
            if let Some(effect) = self.effect_to_record() {
                return effect;
            }
        }
        while let Some((at, woken)) = self.woken.pop_front() {
            if self.frames.holds(at) && self.state(at).phase == Phase::Waiting {
                self.waits.remove_of(at, self.state(at).link as usize);
                let state = self.state_mut(at);
                (state.phase, state.link) = (Phase::InFlight, 0);
                self.in_flight += 1;
                self.waking.push((at, woken.clone()));
                return Effect::Wake(self.address(at), woken);
            }
        }
        while self.has_room()
            && let Some(at) = self.ready.pop_front()
        {
            if self.frames.holds(at) && self.state(at).phase == Phase::Ready && self.takes_room(at) {
                self.state_mut(at).phase = Phase::InFlight;
                self.in_flight += 1;
                return Effect::Run(self.address(at));
            }
        }
        if self.in_flight == 0 && self.waits.len() == 0 { Effect::End } else { Effect::Wait }
    }

    /// Whether another step may be under way beside those that are; one that waits is.
    fn has_room(&self) -> bool {
        let Some(most) = self.plan.concurrency else { return true };
        let waiting = self.waits.iter().filter(|(_, wait)| self.state(wait.at).phase == Phase::Waiting).count();
        self.in_flight as usize + waiting < most as usize
    }

    /// Nothing new begins; what has failed with the step is told, and what is in flight is awaited.
    fn effect_of_failure(&mut self) -> Effect {
        while let Some(&at) = self.to_record.front() {
            if self.frames.holds(at) && self.state(at).phase == Phase::Open {
                let next = &self.scopes[self.state(at).link as usize].next;
                if matches!(next, Some(Next::Value(_) | Next::Failed(_) | Next::TimedOut)) {
                    return Effect::Conclude(self.address(at));
                }
            }
            self.to_record.pop_front();
        }
        if self.in_flight == 0 { Effect::End } else { Effect::Wait }
    }

    fn effect_to_record(&mut self) -> Option<Effect> {
        while let Some(&at) = self.to_record.front() {
            if self.frames.holds(at) {
                let state = self.state(at);
                let address = self.address(at);
                match state.phase {
                    Phase::Dead => return Some(Effect::Record(Event::StepSkipped(address))),
                    Phase::Unneeded => return Some(Effect::Record(Event::StepCanceled(address))),
                    Phase::Open => match &self.scopes[state.link as usize].next {
                        Some(Next::Test) => return Some(Effect::Test(address)),
                        Some(Next::Round) => return Some(Effect::Record(self.round_of_scope(state.link, address))),
                        Some(_) => return Some(Effect::Conclude(address)),
                        None => {}
                    },
                    _ => {}
                }
            }
            self.to_record.pop_front();
        }
        None
    }

    // Places ---------------------------------------------------------------------------------------------------------

    fn at(&self, frame: FrameIndex, node: NodeIndex) -> At {
        At { frame, generation: self.frames[frame].generation, node }
    }

    fn state(&self, at: At) -> frame::NodeState {
        self.frames[at.frame].nodes[self.plan.node(at.node).slot as usize]
    }

    fn state_mut(&mut self, at: At) -> &mut frame::NodeState {
        let slot = self.plan.node(at.node).slot as usize;
        &mut self.frames[at.frame].nodes[slot]
    }

    fn address(&self, at: At) -> Address {
        Address { node: at.node, path: self.frames[at.frame].path.clone() }
    }

    /// The place of a step that is in memory.
    fn locate(&self, address: &Address) -> Option<At> {
        let node = self.plan.nodes.get(address.node as usize).filter(|node| node.reachable)?;
        self.frame_at(node.body, &address.path).map(|frame| self.at(frame, address.node))
    }

    /// The frame of a body that is in memory.
    fn frame_at(&self, body: BodyIndex, path: &[u32]) -> Option<FrameIndex> {
        let chain = &self.plan.body(body).chain;
        let (mut frame, mut indices) = (self.top, path.iter());
        for &body in &chain[1..] {
            frame = match self.plan.body(body).of {
                BodyOf::Execution => frame,
                BodyOf::Region { slot, .. } => {
                    let inner = self.frames[frame].loops[slot as usize].frame?;
                    if self.frames[inner].iteration != *indices.next()? {
                        return None;
                    }
                    inner
                }
                BodyOf::Container(container) => {
                    let planned = self.plan.node(container).container.as_ref()?;
                    let scope = self.scope_at(self.at(frame, container))?;
                    let round = if planned.is_iterating() { *indices.next()? } else { 0 };
                    *self.scopes[scope].rounds.get(&round)?
                }
            };
        }
        indices.next().is_none().then_some(frame)
    }

    /// The open container at a place; one that fell with the execution keeps its rounds.
    fn scope_at(&self, at: At) -> Option<ScopeIndex> {
        let state = self.state(at);
        let is_open = matches!(state.phase, Phase::Open | Phase::Fell) && self.scopes.contains(state.link as usize);
        (is_open && self.scopes[state.link as usize].at == at).then_some(state.link as usize)
    }

    fn is_header(&self, at: At) -> bool {
        self.plan.header(self.frames[at.frame].body) == Some(at.node)
    }

    /// The loop that a node heads in its frame.
    fn loop_of(&self, at: At) -> Option<&frame::Loop> {
        let frame = &self.frames[at.frame];
        match self.plan.body(frame.body).of {
            BodyOf::Region { header, slot } if header == at.node => {
                Some(&self.frames[frame.parent].loops[slot as usize])
            }
            _ => None,
        }
    }
}
