//! What a step sees: its input, the outputs before it, and what its scope or the execution comes to.

use std::collections::{BTreeMap, VecDeque};

use arcstr::ArcStr;
use smallvec::SmallVec;

use super::Execution;
use super::frame::{At, DEAD, Frame, FrameIndex, Frames, Live, Loop, Next, Phase, Scope, UNRESOLVED};
use crate::event::{Address, Event, NodeIndex, Route};
use crate::plan::{Join, LoopPort, MAX_ITERATIONS};
use crate::value::{Object, Value};

/// Edges, in the order in which they count.
type Edges = SmallVec<[u32; 4]>;

impl Execution {
    // Edges ----------------------------------------------------------------------------------------------------------

    /// The frame in which an edge is at home, seen from a frame inside.
    pub(super) fn home_of(&self, from: FrameIndex, edge: u32) -> FrameIndex {
        let home = self.plan.edge(edge).home;
        let mut frame = from;
        while self.frames[frame].body != home {
            frame = self.frames[frame].parent;
        }
        frame
    }

    /// The number of the step that satisfied an edge and the value on it; none while it is unresolved or dead.
    fn live(&self, from: FrameIndex, edge: u32) -> Option<(u64, &Value)> {
        let home = &self.frames[self.home_of(from, edge)];
        let planned = self.plan.edge(edge);
        if planned.is_back {
            let carried = home.carried.iter().find(|(other, _)| *other == edge);
            return carried.map(|(_, Live { seq, value })| (*seq, value));
        }
        match home.edges[planned.slot as usize] {
            UNRESOLVED | DEAD => None,
            seq => Some((seq, &home.values[planned.value as usize])),
        }
    }

    /// Whether an edge is neither satisfied nor dead.
    pub(super) fn is_unresolved(&self, from: FrameIndex, edge: u32) -> bool {
        let planned = self.plan.edge(edge);
        !planned.is_back && self.frames[self.home_of(from, edge)].edges[planned.slot as usize] == UNRESOLVED
    }

    pub(super) fn is_live(&self, from: FrameIndex, edge: u32) -> bool {
        self.live(from, edge).is_some()
    }

    /// Whether a constant runs a node alone: only where a region is entered by it, in the first iteration of one whose
    /// header was skipped.
    pub(super) fn is_entered_elsewhere(&self, at: At, edge: u32) -> bool {
        let home = self.plan.edge(edge).home;
        let mut frame = at.frame;
        while self.frames[frame].body != home {
            let here = &self.frames[frame];
            let Some(header) = self.plan.header(here.body) else { return false };
            let entered = here.iteration == 0 && here.header_skipped && self.plan.node(header).loop_port.is_none();
            if at.node != header && !entered {
                return false;
            }
            frame = here.parent;
        }
        true
    }

    /// Satisfied edges that can make a node run, in the order of the file.
    pub(super) fn deciding(&self, at: At) -> Edges {
        let decides = |&edge: &u32| {
            let planned = self.plan.edge(edge);
            let counts = planned.is_own && !planned.is_back && self.is_live(at.frame, edge);
            counts && (planned.is_near || self.is_entered_elsewhere(at, edge))
        };
        self.plan.incoming(at.node).iter().copied().filter(decides).collect()
    }

    /// The edges that a step takes its input from, in the order in which they count.
    fn taken(&self, at: At) -> Edges {
        let frame = &self.frames[at.frame];
        if frame.iteration > 0 && self.is_header(at) {
            let mut carried: Edges = frame.carried.iter().map(|(edge, _)| *edge).collect();
            carried.sort_unstable_by_key(|&edge| self.plan.edge(edge).order);
            if carried.iter().any(|&edge| self.plan.edge(edge).target == at.node) {
                carried.retain(|edge| self.plan.edge(*edge).target == at.node);
            }
            return carried;
        }
        let is_taken = |&edge: &u32| {
            let planned = self.plan.edge(edge);
            planned.is_own && !planned.is_back && self.is_live(at.frame, edge)
        };
        let live = || self.plan.incoming(at.node).iter().copied().filter(is_taken).collect();
        let need = match self.plan.node(at.node).join {
            Join::All => return live(),
            Join::Any | Join::First => 1,
            Join::Count(count) => count as usize,
        };
        let mut deciding = self.deciding(at);
        if deciding.len() < need {
            return live();
        }
        let seq = |edge: u32| self.live(at.frame, edge).map(|(seq, _)| seq);
        deciding.sort_by_key(|&edge| (seq(edge), self.plan.edge(edge).order));
        deciding.truncate(need);
        deciding
    }

    /// Satisfied edges from outside of a step's container.
    fn constants(&self, at: At) -> Edges {
        self.plan.outer(at.node).iter().copied().filter(|&edge| self.is_live(at.frame, edge)).collect()
    }

    // Input ----------------------------------------------------------------------------------------------------------

    /// The input of a step that is ready or has run: the value of its one satisfied edge, else an object. Null for a
    /// step that is not in memory.
    pub fn input_of(&self, address: &Address) -> Value {
        self.locate(address).map_or(Value::Null, |at| self.input_at(at))
    }

    pub(super) fn input_at(&self, at: At) -> Value {
        let (incoming, outer) = (self.plan.incoming(at.node), self.plan.outer(at.node));
        let ports = &self.plan.node(at.node).inputs;
        if let ([edge], [], true) = (incoming, outer, ports.len() < 2)
            && let Some((_, value)) = self.live(at.frame, *edge)
        {
            return value.clone();
        }
        let mut taken = self.taken(at);
        if taken.is_empty() {
            return self.frames[self.frames[at.frame].scope].value.clone();
        }
        taken.extend(self.constants(at));
        if ports.len() < 2 {
            return self.shape(at, &taken);
        }
        let part = |port: usize| -> Edges {
            taken.iter().copied().filter(|&edge| usize::from(self.plan.edge(edge).in_port) == port).collect()
        };
        let by_port = ports.iter().enumerate().map(|(port, name)| (name, part(port)));
        let filled = by_port.filter(|(_, part)| !part.is_empty());
        Value::object(filled.map(|(name, part)| (name.clone(), self.shape(at, &part))).collect())
    }

    /// The `inputs` of a step: always an object by the source's id.
    pub fn inputs_of(&self, address: &Address) -> Value {
        let Some(at) = self.locate(address) else { return Value::object(Vec::new()) };
        let mut taken = self.taken(at);
        taken.extend(self.constants(at));
        self.by_source(at, &taken)
    }

    fn shape(&self, at: At, edges: &[u32]) -> Value {
        match edges {
            [edge] => self.live(at.frame, *edge).map(|(_, value)| value.clone()).unwrap_or_default(),
            _ => self.by_source(at, edges),
        }
    }

    fn by_source(&self, at: At, edges: &[u32]) -> Value {
        let entry = |&edge: &u32| {
            let planned = self.plan.edge(edge);
            let key = if planned.to == at.node { &planned.key } else { &planned.outer_key };
            let (_, value) = self.live(at.frame, edge)?;
            Some((key.clone(), value.clone()))
        };
        let entries: Vec<(ArcStr, Value)> = edges.iter().filter_map(entry).collect();
        // One source may feed several input ports, or several children; by source it counts once.
        let node = self.plan.node(at.node);
        if node.inputs.len() < 2 && node.container.is_none() {
            return Value::object(entries);
        }
        Value::from(Object::from_last(entries))
    }

    /// Whether a join with a count goes on with fewer satisfied edges than it counts.
    pub fn is_join_short(&self, address: &Address) -> bool {
        let Join::Count(count) = self.plan.node(address.node).join else { return false };
        let Some(at) = self.locate(address) else { return false };
        let again = self.frames[at.frame].iteration > 0 && self.is_header(at);
        !again && self.taken(at).len() < count as usize
    }

    /// What the head of a loop knows of the rounds before: its items, and how often it went on. None in its first.
    pub fn rounds_before(&self, address: &Address) -> Option<(&Value, usize)> {
        let at = self.locate(address)?;
        let own = self.loop_of(at)?;
        match self.plan.node(at.node).loop_port? {
            LoopPort::ForEach { .. } => own.items.as_ref().map(|items| (items, own.taken)),
            LoopPort::While => (own.taken > 0).then_some((&Value::Null, own.taken)),
        }
    }

    /// Iterations that the loop which a node heads may still begin, this one included; none for other nodes, and for a
    /// head with a `loop` port, which counts itself.
    pub fn iterations_left(&self, address: &Address) -> Option<u64> {
        let at = self.locate(address)?;
        let is_plain = self.plan.node(at.node).loop_port.is_none() && self.is_header(at);
        let iteration = u64::from(self.frames[at.frame].iteration);
        is_plain.then(|| self.iterations_max(address).saturating_sub(iteration))
    }

    /// Iterations that the loop which a node heads may have in all.
    pub fn iterations_max(&self, address: &Address) -> u64 {
        self.plan.node(address.node).max_iterations.unwrap_or(MAX_ITERATIONS)
    }

    /// The value so far of a container that tests before each round, and the number of the round.
    pub fn round_to_test(&self, address: &Address) -> Option<(&Value, u32)> {
        let scope = &self.scopes[self.scope_at(self.locate(address)?)?];
        Some((&scope.value, scope.begun))
    }

    /// The output of a node as a step sees it: of its own iteration, or of one around it.
    pub fn seen(&self, from: &Address, node: NodeIndex) -> Option<&Value> {
        let body = self.plan.nodes.get(node as usize).filter(|node| node.reachable)?.body;
        let mut frame = self.locate(from)?.frame;
        while self.frames[frame].body != body {
            let parent = self.frames[frame].parent;
            if parent == frame {
                return None;
            }
            frame = parent;
        }
        let slot = self.plan.node(node).slot as usize;
        let here = &self.frames[frame];
        here.nodes[slot].phase.has_output().then(|| &here.values[slot])
    }

    /// As much of it as a step can see, to look at elsewhere while it goes on.
    pub fn seen_from(&self, address: &Address) -> Self {
        let mut frames: Vec<(FrameIndex, Frame)> = Vec::new();
        let mut scopes: Vec<(usize, Scope)> = Vec::new();
        let mut next = self.locate(address).map(|at| at.frame);
        while let Some(frame) = next {
            let here = &self.frames[frame];
            if let Some(scope) = here.container {
                let Scope { at, began_us, .. } = self.scopes[scope];
                let rounds = BTreeMap::from([(here.iteration, frame)]);
                scopes.push((scope, Scope { rounds, ..Scope::new(at, began_us, Value::Null) }));
            }
            frames.push((frame, here.without_gathered()));
            next = (here.parent != frame).then_some(here.parent);
        }
        Self {
            plan: self.plan.clone(),
            status: self.status,
            accepted: self.accepted.clone(),
            frames: frames.into_iter().collect::<Frames>(),
            top: self.top,
            scopes: scopes.into_iter().collect(),
            waits: super::Waits::default(),
            ready: VecDeque::new(),
            to_record: VecDeque::new(),
            woken: VecDeque::new(),
            waking: Vec::new(),
            signals: VecDeque::new(),
            ended_children: Vec::new(),
            dropped: Vec::new(),
            resolved: self.resolved,
            latest_us: self.latest_us,
            in_flight: 0,
            is_paused: false,
            failure: None,
            responses: Vec::new(),
            values: self.values.clone(),
            generation: self.generation,
            reopened_us: self.reopened_us,
            stage: self.stage,
        }
    }

    // Output ---------------------------------------------------------------------------------------------------------

    /// The output so far: of `respond` wherever it stands, else the value of the top level.
    pub fn output(&self) -> Value {
        if self.responses.is_empty() {
            return self.value_of(self.top);
        }
        let mut responses: Vec<&(NodeIndex, _, Value)> = self.responses.iter().collect();
        responses.sort_by_key(|(node, ..)| *node);
        self.by_id(responses.into_iter().map(|(node, _, value)| (*node, value.clone())).collect())
    }

    /// The value of a scope: of `return`, else of the sinks that ran.
    pub(super) fn value_of(&self, frame: FrameIndex) -> Value {
        let body = self.plan.body(self.frames[frame].body);
        for (nodes, is_return) in [(&body.returns, true), (&body.sinks, false)] {
            let value = |&node: &NodeIndex| Some((node, self.latest(frame, node, is_return)?.clone()));
            let found: Vec<(NodeIndex, Value)> = nodes.iter().filter_map(value).collect();
            if !found.is_empty() {
                return self.by_id(found);
            }
        }
        Value::Null
    }

    /// The latest output of a node of a scope, if it counts.
    fn latest(&self, frame: FrameIndex, node: NodeIndex, is_return: bool) -> Option<&Value> {
        let here = &self.frames[frame];
        let planned = self.plan.node(node);
        if planned.body == here.body {
            let phase = here.nodes[planned.slot as usize].phase;
            let counts = if is_return { phase == Phase::Succeeded } else { phase.counts() };
            return counts.then(|| &here.values[planned.slot as usize]);
        }
        here.kept.iter().find(|(kept, _)| *kept == (node, is_return)).map(|(_, value)| value)
    }

    fn by_id(&self, mut values: Vec<(NodeIndex, Value)>) -> Value {
        if values.len() == 1 {
            return values.pop().map(|(_, value)| value).unwrap_or_default();
        }
        let entry = |(node, value): (NodeIndex, Value)| (self.plan.node(node).id.clone(), value);
        Value::object(values.into_iter().map(entry).collect())
    }

    /// What came back to the head of a loop, with what it has as input now.
    pub(super) fn collected(&self, at: At) -> Value {
        let mut all = Vec::new();
        if let Some(own) = self.loop_of(at).filter(|own| own.items.is_some()) {
            all.clone_from(&own.collected);
            all.push(self.input_at(at));
        }
        Value::array(all)
    }

    /// Whether what its loops and containers have collected so far takes more bytes than that, written out.
    pub fn collects_more_than(&self, max: u64) -> bool {
        let scopes = self.scopes.iter().flat_map(|(_, scope)| &scope.values);
        let loops = self.frames.iter().flat_map(|(_, frame)| &frame.loops).flat_map(|own| &own.collected);
        let mut left = max;
        !scopes.chain(loops).all(|value| {
            let fits = left.checked_sub(value.bytes());
            left = fits.unwrap_or(0);
            fits.is_some()
        })
    }

    /// The value that an event most likely brings, as the state before it implies it: journals say only what differs.
    pub fn implied(&self, event: &Event) -> Value {
        match event {
            Event::StepFinished(step) => self.implied_output(&step.address, &step.route, step.items.is_some()),
            Event::ScopeOpened(opened) => self.input_of(&opened.address),
            Event::Finished(finished) if finished.status == crate::Status::Succeeded => self.output(),
            _ => Value::Null,
        }
    }

    /// The output that a step most likely has when it leaves by a route; one that begins a loop is told by its input.
    pub(crate) fn implied_output(&self, address: &Address, route: &Route, begins_loop: bool) -> Value {
        let Some(at) = self.locate(address) else { return Value::Null };
        if let Some(scope) = self.scope_at(at) {
            return match &self.scopes[scope].next {
                Some(Next::Value(value)) => value.clone(),
                _ => self.input_at(at),
            };
        }
        let Some(LoopPort::ForEach { collect }) = self.plan.node(at.node).loop_port else { return self.input_at(at) };
        match route {
            Route::Ports(ports) if ports.as_slice() == [1] && !begins_loop => {
                let next = self.loop_of(at).and_then(|own| own.items.as_ref()?.as_array()?.get(own.taken));
                next.cloned().unwrap_or_default()
            }
            Route::Ports(ports) if ports.as_slice() == [0] && collect && !begins_loop => self.collected(at),
            _ => self.input_at(at),
        }
    }
}

impl Frame {
    /// A copy without what its loops gathered, which no step can see.
    fn without_gathered(&self) -> Self {
        let slim = |own: &Loop| Loop {
            frame: own.frame,
            left: BTreeMap::new(),
            items: own.items.clone(),
            collected: Vec::new(),
            taken: own.taken,
        };
        Self {
            loops: self.loops.iter().map(slim).collect(),
            path: self.path.clone(),
            value: self.value.clone(),
            nodes: self.nodes.clone(),
            edges: self.edges.clone(),
            values: self.values.clone(),
            carried: self.carried.clone(),
            back: Vec::new(),
            left: BTreeMap::new(),
            kept: Vec::new(),
            ..*self
        }
    }
}
