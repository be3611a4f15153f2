//! The execution state machine: a fold over its events, the same live, in recovery and in simulation.
//!
//! [`Execution::apply`] takes one event and refuses what cannot follow. [`Execution::effect`] says what the state asks
//! for: an event to record, a step to run, or the end. [`Execution::decide`] turns the outcome of an attempt into an
//! event. Nothing here knows a clock or a store.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use arcstr::ArcStr;

use crate::event::{Accepted, Address, ErrorInfo, Event, Finished, NodeIndex, Ports, Route, StepFinished};
use crate::plan::{Join, OnError, Plan, Port};
use crate::status::{Status, StepStatus};
use crate::value::Value;

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
    /// Run this step and decide on its outcome. It is in flight from now on.
    Run(NodeIndex),
    /// Record [`Execution::ending`].
    End,
    /// Nothing until an outcome arrives.
    Wait,
}

/// What an attempt gave, for [`Execution::decide`].
#[derive(Debug)]
pub struct Outcome {
    /// The step.
    pub node: NodeIndex,
    /// What it produced; or code and message of the failure.
    pub result: Result<Produced, (ArcStr, String)>,
    /// Whether the node was disabled and its input passed.
    pub disabled: bool,
    /// Tries so far.
    pub attempts: u32,
    /// When the attempt began, in µs since acceptance.
    pub started_us: u64,
    /// How long it took in µs.
    pub duration_us: u64,
}

/// What a step that went well produced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Produced {
    /// Its output.
    pub output: Value,
    /// The ports it chose.
    pub ports: Ports,
    /// Values of the execution's state that it set.
    pub writes: Vec<(ArcStr, Value)>,
}

impl Produced {
    /// An output that leaves by the first port.
    pub fn first(output: Value) -> Self {
        Self { output, ports: Ports::from_slice(&[0]), writes: Vec::new() }
    }
}

/// An execution in memory.
#[derive(Clone, Debug)]
pub struct Execution {
    plan: Arc<Plan>,
    status: Status,
    accepted: Accepted,
    nodes: Vec<NodeState>,
    /// For each edge [`UNRESOLVED`], [`DEAD`], or the number of the step that satisfied it.
    edges: Vec<u32>,
    outputs: Vec<Value>,
    ready: VecDeque<NodeIndex>,
    /// Steps to record as skipped or canceled.
    to_record: VecDeque<NodeIndex>,
    /// Steps resolved so far; it numbers the edges they satisfy.
    resolved: u32,
    in_flight: u32,
    failure: Option<Box<ErrorInfo>>,
    values: HashMap<ArcStr, Value>,
}

const UNRESOLVED: u32 = 0;
const DEAD: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, Default)]
struct NodeState {
    unresolved: u32,
    satisfied: u32,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Pending,
    Ready,
    InFlight,
    /// All its edges are dead; to be recorded.
    Dead,
    /// No longer needed; to be recorded.
    Unneeded,
    /// Its node ran: its output counts for the scope, also as `return` and `respond`.
    Succeeded,
    /// Disabled, or failed and continued: its output counts for the scope.
    Passed,
    /// Failed: its output went to the `error` port or nowhere.
    Failed,
    Skipped,
    Canceled,
}

impl Execution {
    /// The state after the first event.
    pub fn begin(plan: Arc<Plan>, accepted: Accepted) -> Self {
        let mut nodes = vec![NodeState::default(); plan.nodes.len()];
        for edge in &plan.edges {
            nodes[edge.target as usize].unresolved += 1;
        }
        let mut ready = VecDeque::with_capacity(plan.starts.len().max(4));
        for &start in &plan.starts {
            nodes[start as usize].phase = Phase::Ready;
            ready.push_back(start);
        }
        Self {
            status: Status::Running,
            accepted,
            nodes,
            edges: vec![UNRESOLVED; plan.edges.len()],
            outputs: vec![Value::Null; plan.nodes.len()],
            ready,
            to_record: VecDeque::new(),
            resolved: 0,
            in_flight: 0,
            failure: None,
            values: HashMap::new(),
            plan,
        }
    }

    /// The plan it follows.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Where it stands.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// How it began.
    pub const fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    /// The output of a step that ended; null before.
    pub fn output_of(&self, node: NodeIndex) -> &Value {
        &self.outputs[node as usize]
    }

    /// Whether a step has an output.
    pub fn has_output(&self, node: NodeIndex) -> bool {
        matches!(self.nodes[node as usize].phase, Phase::Succeeded | Phase::Passed | Phase::Failed)
    }

    /// The failure that nobody handled.
    pub fn failure(&self) -> Option<&ErrorInfo> {
        self.failure.as_deref()
    }

    /// Whether the outcome of a step is awaited; that of a canceled one no longer is.
    pub fn is_in_flight(&self, node: NodeIndex) -> bool {
        self.nodes[node as usize].phase == Phase::InFlight
    }

    /// A value of the execution's state.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// All values of the execution's state, in no order.
    pub fn values(&self) -> impl Iterator<Item = (&ArcStr, &Value)> {
        self.values.iter()
    }

    /// What to do next.
    pub fn effect(&mut self) -> Effect {
        if self.status.is_terminal() {
            return Effect::Wait;
        }
        if self.failure.is_some() {
            return if self.in_flight == 0 { Effect::End } else { Effect::Wait };
        }
        if let Some(&node) = self.to_record.front() {
            let address = Address::top(node);
            return Effect::Record(match self.nodes[node as usize].phase {
                Phase::Dead => Event::StepSkipped(address),
                _ => Event::StepCanceled(address),
            });
        }
        while let Some(node) = self.ready.pop_front() {
            if self.nodes[node as usize].phase == Phase::Ready {
                self.nodes[node as usize].phase = Phase::InFlight;
                self.in_flight += 1;
                return Effect::Run(node);
            }
        }
        if self.in_flight == 0 { Effect::End } else { Effect::Wait }
    }

    /// The event that an attempt's outcome leads to, by the node's `on_error`.
    pub fn decide(&self, outcome: Outcome) -> Event {
        let node = &self.plan.nodes[outcome.node as usize];
        let (status, output, route, error, writes) = match outcome.result {
            Ok(Produced { output, ports, writes }) => {
                let status = if outcome.disabled { StepStatus::Disabled } else { StepStatus::Succeeded };
                (status, output, Route::Ports(ports), None, writes)
            }
            Err((code, message)) => {
                let error = ErrorInfo { code, message, node: Address::top(outcome.node).text(&node.id).into() };
                let route = match node.on_error {
                    OnError::Fail => Route::Nowhere,
                    OnError::Continue => Route::first(),
                    OnError::Route => Route::Error,
                };
                (StepStatus::Failed, error.to_value(), route, Some(Box::new(error)), Vec::new())
            }
        };
        Event::StepFinished(StepFinished {
            address: Address::top(outcome.node),
            status,
            output,
            route,
            error,
            attempts: outcome.attempts,
            started_us: outcome.started_us,
            duration_us: outcome.duration_us,
            writes,
        })
    }

    /// The event with which it ends, when [`Execution::effect`] asked for it.
    pub fn ending(&self, at_us: u64) -> Event {
        let (status, output) = match &self.failure {
            Some(_) => (Status::Failed, Value::Null),
            None => (Status::Succeeded, self.output()),
        };
        Event::Finished(Finished { at_us, status, output, error: self.failure.clone() })
    }

    /// The event with which it ends at somebody's word.
    pub fn canceling(&self, at_us: u64) -> Event {
        Event::Finished(Finished { at_us, status: Status::Canceled, output: Value::Null, error: None })
    }

    /// The event with which it ends by its own fault though no step failed: its time is up, or its output is too large.
    pub fn breaking_off(&self, at_us: u64, status: Status, (code, message): (ArcStr, String)) -> Event {
        let error = Some(Box::new(ErrorInfo { code, message, node: ArcStr::new() }));
        Event::Finished(Finished { at_us, status, output: Value::Null, error })
    }

    /// Takes in one event.
    ///
    /// # Errors
    /// The event cannot follow: a second result for an address, a step that was not ready, anything after the end.
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalTransition> {
        let refuse = |reason: String| IllegalTransition { event: event.name(), reason };
        if self.status.is_terminal() {
            return Err(refuse(format!("the execution is {}", self.status.as_str())));
        }
        match event {
            Event::Accepted(_) => return Err(refuse("it was accepted already".into())),
            Event::StepFinished(step) => {
                self.expect(&step.address, &[Phase::Ready, Phase::InFlight], refuse)?;
                self.finish_step(step);
            }
            Event::StepSkipped(address) => {
                self.expect(address, &[Phase::Dead], refuse)?;
                self.set_aside(address.node, Phase::Skipped);
            }
            Event::StepCanceled(address) => {
                self.expect(address, &[Phase::Unneeded], refuse)?;
                self.set_aside(address.node, Phase::Canceled);
            }
            Event::Finished(finished) => {
                match finished.status {
                    Status::Succeeded if self.resolved as usize != self.plan.reachable => {
                        return Err(refuse(format!("{} of {} steps ended", self.resolved, self.plan.reachable)));
                    }
                    Status::Failed if self.failure.is_none() && finished.error.is_none() => {
                        return Err(refuse("no failure stopped it".into()));
                    }
                    status if !status.is_terminal() => return Err(refuse("its status is not an end".into())),
                    _ => {}
                }
                self.status = finished.status;
                if self.failure.is_none() {
                    self.failure.clone_from(&finished.error);
                }
            }
        }
        Ok(())
    }

    fn expect(
        &self,
        address: &Address,
        phases: &[Phase],
        refuse: impl Fn(String) -> IllegalTransition,
    ) -> Result<(), IllegalTransition> {
        match self.nodes.get(address.node as usize) {
            Some(node) if phases.contains(&node.phase) && address.path.is_empty() => Ok(()),
            Some(node) => Err(refuse(format!("step {} is {:?}", address.node, node.phase))),
            None => Err(refuse(format!("there is no node {}", address.node))),
        }
    }

    fn finish_step(&mut self, step: &StepFinished) {
        let node = step.address.node;
        if self.nodes[node as usize].phase == Phase::InFlight {
            self.in_flight -= 1;
        }
        self.nodes[node as usize].phase = match (step.status, &step.route) {
            (StepStatus::Succeeded, _) => Phase::Succeeded,
            (_, Route::Ports(_)) => Phase::Passed,
            _ => Phase::Failed,
        };
        for (key, value) in &step.writes {
            self.values.insert(key.clone(), value.clone());
        }
        self.outputs[node as usize] = step.output.clone();
        if step.route == Route::Nowhere && self.failure.is_none() {
            self.failure.clone_from(&step.error);
        }
        self.resolve_edges(node, &step.route);
        let canceling = step.status == StepStatus::Succeeded && self.plan.nodes[node as usize].join == Join::First;
        if canceling {
            self.cancel_what_leads_only_to(node);
        }
    }

    fn set_aside(&mut self, node: NodeIndex, phase: Phase) {
        self.nodes[node as usize].phase = phase;
        if self.to_record.front() == Some(&node) {
            self.to_record.pop_front();
        } else {
            self.to_record.retain(|other| *other != node);
        }
        self.resolve_edges(node, &Route::Nowhere);
    }

    fn resolve_edges(&mut self, node: NodeIndex, route: &Route) {
        self.resolved += 1;
        let plan = self.plan.clone();
        let outputs = &plan.nodes[node as usize].outputs;
        for at in plan.outgoing(node) {
            if self.edges[at] != UNRESOLVED {
                continue;
            }
            let edge = &plan.edges[at];
            let satisfied = match (route, edge.port) {
                (Route::Nowhere, _) | (Route::Ports(_), Port::Error) | (Route::Error, Port::Any) => false,
                (Route::Ports(ports), Port::Named(port)) => ports.contains(&port),
                (Route::Ports(ports), Port::Any) => !ports.is_empty(),
                (Route::Error, Port::Error) => true,
                (Route::Error, Port::Named(port)) => outputs[usize::from(port)] == "error",
            };
            self.edges[at] = if satisfied { self.resolved } else { DEAD };
            self.meet(edge.target, satisfied);
        }
    }

    /// Counts a resolved edge into a node, and wakes the node if that decides it.
    fn meet(&mut self, target: NodeIndex, satisfied: bool) {
        let state = &mut self.nodes[target as usize];
        state.unresolved -= 1;
        state.satisfied += u32::from(satisfied);
        if state.phase != Phase::Pending {
            return;
        }
        let enough = match self.plan.nodes[target as usize].join {
            Join::All => false,
            Join::Any | Join::First => state.satisfied > 0,
            Join::Count(count) => state.satisfied >= count,
        };
        if enough || (state.unresolved == 0 && state.satisfied > 0) {
            state.phase = Phase::Ready;
            self.ready.push_back(target);
        } else if state.unresolved == 0 {
            state.phase = Phase::Dead;
            self.to_record.push_back(target);
        }
    }

    /// After a join `first`: steps all of whose ways lead to the join are no longer needed.
    fn cancel_what_leads_only_to(&mut self, join: NodeIndex) {
        let plan = self.plan.clone();
        let mut only = vec![false; self.nodes.len()];
        let mut open = vec![join];
        let mut found = Vec::new();
        while let Some(node) = open.pop() {
            for &edge in plan.incoming(node) {
                let source = plan.edges[edge as usize].source;
                if source != join && !std::mem::replace(&mut only[source as usize], true) {
                    found.push(source);
                    open.push(source);
                }
            }
        }
        // A node with a way around the join stays, and with it whatever leads there.
        let mut leads_elsewhere: Vec<NodeIndex> = found.clone();
        while let Some(node) = leads_elsewhere.pop() {
            let stays = |only: &[bool]| {
                plan.edges[plan.outgoing(node)].iter().any(|edge| edge.target != join && !only[edge.target as usize])
            };
            if only[node as usize] && stays(&only) {
                only[node as usize] = false;
                leads_elsewhere.extend(plan.incoming(node).iter().map(|&edge| plan.edges[edge as usize].source));
            }
        }
        found.sort_unstable();
        for node in found.into_iter().filter(|&node| only[node as usize]) {
            let phase = &mut self.nodes[node as usize].phase;
            if matches!(phase, Phase::Pending | Phase::Ready | Phase::InFlight) {
                self.in_flight -= u32::from(*phase == Phase::InFlight);
                *phase = Phase::Unneeded;
                self.to_record.push_back(node);
            }
        }
    }

    // Input and output -------------------------------------------------------------------------------------------

    /// The edges that a step takes its input from, in the order in which they count.
    fn taken(&self, node: NodeIndex) -> smallvec::SmallVec<[u32; 4]> {
        let satisfied = |edge: &u32| !matches!(self.edges[*edge as usize], UNRESOLVED | DEAD);
        let mut taken: smallvec::SmallVec<[u32; 4]> =
            self.plan.incoming(node).iter().copied().filter(satisfied).collect();
        let need = match self.plan.nodes[node as usize].join {
            Join::All => return taken,
            Join::Any | Join::First => 1,
            Join::Count(count) => count as usize,
        };
        taken.sort_by_key(|&edge| (self.edges[edge as usize], self.plan.edges[edge as usize].order));
        taken.truncate(need);
        taken
    }

    /// The input of a step that is ready or has run: the value of its one satisfied edge, else an object.
    pub fn input_of(&self, node: NodeIndex) -> Value {
        let edges = self.plan.incoming(node);
        if edges.is_empty() {
            return self.accepted.input.clone();
        }
        let ports = &self.plan.nodes[node as usize].inputs;
        if let ([edge], true) = (edges, ports.len() < 2) {
            return self.outputs[self.plan.edges[*edge as usize].source as usize].clone();
        }
        let taken = self.taken(node);
        if ports.len() < 2 {
            return self.shape(&taken);
        }
        let part = |port: usize| -> smallvec::SmallVec<[u32; 4]> {
            taken.iter().copied().filter(|&edge| usize::from(self.plan.edges[edge as usize].in_port) == port).collect()
        };
        let by_port = ports.iter().enumerate().map(|(at, name)| (name, part(at))).filter(|(_, part)| !part.is_empty());
        Value::object(by_port.map(|(name, part)| (name.clone(), self.shape(&part))).collect())
    }

    /// The `inputs` of a step: always an object by the source's id.
    pub fn inputs_of(&self, node: NodeIndex) -> Value {
        let taken = self.taken(node);
        if self.plan.nodes[node as usize].inputs.len() < 2 {
            return self.by_source(&taken);
        }
        // One source may feed several input ports; by source it counts once.
        let mut once = taken.clone();
        once.retain(|edge| {
            let key = |edge: u32| &self.plan.edges[edge as usize].key;
            !taken.iter().any(|&other| other > *edge && key(other) == key(*edge))
        });
        self.by_source(&once)
    }

    /// Whether a join with a count goes on with fewer satisfied edges than it counts.
    pub fn is_join_short(&self, node: NodeIndex) -> bool {
        match self.plan.nodes[node as usize].join {
            Join::Count(count) => self.nodes[node as usize].satisfied < count,
            _ => false,
        }
    }

    fn shape(&self, edges: &[u32]) -> Value {
        match edges {
            [edge] => self.outputs[self.plan.edges[*edge as usize].source as usize].clone(),
            _ => self.by_source(edges),
        }
    }

    fn by_source(&self, edges: &[u32]) -> Value {
        let entry = |&edge: &u32| {
            let edge = &self.plan.edges[edge as usize];
            (edge.key.clone(), self.outputs[edge.source as usize].clone())
        };
        Value::object(edges.iter().map(entry).collect())
    }

    /// The output so far: of `respond`, else of `return`, else of the sinks that ran.
    pub fn output(&self) -> Value {
        let succeeded = |node: &NodeIndex| self.nodes[*node as usize].phase == Phase::Succeeded;
        let counts = |node: &NodeIndex| matches!(self.nodes[*node as usize].phase, Phase::Succeeded | Phase::Passed);
        for (nodes, ran) in [(&self.plan.responds, true), (&self.plan.returns, true), (&self.plan.sinks, false)] {
            let ran: Vec<NodeIndex> =
                nodes.iter().copied().filter(|node| if ran { succeeded(node) } else { counts(node) }).collect();
            match ran.as_slice() {
                [] => {}
                [node] => return self.outputs[*node as usize].clone(),
                nodes => {
                    let entry = |&node: &NodeIndex| {
                        (self.plan.nodes[node as usize].id.clone(), self.outputs[node as usize].clone())
                    };
                    return Value::object(nodes.iter().map(entry).collect());
                }
            }
        }
        Value::Null
    }
}
