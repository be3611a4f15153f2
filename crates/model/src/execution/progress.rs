//! How steps make other steps ready: edges, iterations of loops, rounds of containers. All of it follows from events
//! that were recorded, so live run and recovery go the same way.

use std::collections::VecDeque;

use super::Execution;
use super::frame::{At, DEAD, FrameIndex, Live, Loop, Next, Phase, Scope, ScopeIndex, UNRESOLVED, Wait, WaitKind};
use crate::event::{NodeIndex, Path, Route};
use crate::plan::{BodyIndex, BodyOf, Container, ContainerKind, Join, Port};
use crate::value::Value;

/// A frame to begin.
struct Opening {
    body: BodyIndex,
    parent: Option<FrameIndex>,
    container: Option<ScopeIndex>,
    iteration: u32,
    path: Path,
    value: Value,
    carried: Vec<(u32, Live)>,
}

impl Execution {
    // Frames ---------------------------------------------------------------------------------------------------------

    /// Begins the top level.
    pub(super) fn open_top(&mut self, value: Value) -> FrameIndex {
        self.open(Opening {
            body: 0,
            parent: None,
            container: None,
            iteration: 0,
            path: Path::new(),
            value,
            carried: Vec::new(),
        })
    }

    /// Begins a frame and the first iterations of the loops inside of it.
    fn open(&mut self, first: Opening) -> FrameIndex {
        let mut todo = VecDeque::from([first]);
        let mut outermost = None;
        while let Some(opening) = todo.pop_front() {
            let at = self.open_one(opening);
            outermost.get_or_insert(at);
            let plan = self.plan.clone();
            let regions = &plan.body(self.frames[at].body).regions;
            todo.extend(regions.iter().map(|&region| self.iteration(region, at, 0, Vec::new())));
        }
        outermost.expect("one frame was begun")
    }

    /// An iteration of a loop in a frame.
    fn iteration(&self, body: BodyIndex, parent: FrameIndex, iteration: u32, carried: Vec<(u32, Live)>) -> Opening {
        let mut path = self.frames[parent].path.clone();
        path.push(iteration);
        Opening { body, parent: Some(parent), container: None, iteration, path, value: Value::Null, carried }
    }

    fn open_one(&mut self, opening: Opening) -> FrameIndex {
        let Opening { body: index, parent, container, iteration, path, value, carried } = opening;
        let plan = self.plan.clone();
        let body = plan.body(index);
        let at = self.frames.open(index, body);
        let is_scope = !matches!(body.of, BodyOf::Region { .. });
        let scope = if is_scope { at } else { self.frames[parent.unwrap_or(at)].scope };
        let frame = &mut self.frames[at];
        (frame.parent, frame.scope, frame.container) = (parent.unwrap_or(at), scope, container);
        (frame.iteration, frame.path, frame.value) = (iteration, path, value);
        let is_again = !carried.is_empty();
        frame.carried = carried;
        for (state, &node) in frame.nodes.iter_mut().zip(&body.nodes) {
            state.unresolved = plan.node(node).at_home;
        }
        if let (BodyOf::Region { slot, .. }, Some(parent)) = (body.of, parent) {
            self.frames[parent].loops[slot as usize].frame = Some(at);
        }
        if let Some(container) = container {
            self.scopes[container].rounds.insert(iteration, at);
        }
        let header = plan.header(index).filter(|_| is_again);
        for &node in &body.fed {
            if Some(node) != header {
                self.count_constants(at, node);
                self.evaluate(at, node);
            }
        }
        match header {
            Some(header) => self.make_ready(at, header),
            None => body.firsts.iter().for_each(|&first| self.make_ready(at, first)),
        }
        at
    }

    /// Counts the edges of a node that come from further out.
    fn count_constants(&mut self, frame: FrameIndex, node: NodeIndex) {
        let plan = self.plan.clone();
        let body = self.frames[frame].body;
        for &edge in plan.incoming(node) {
            let planned = plan.edge(edge);
            if planned.is_back || planned.home == body {
                continue;
            }
            let (unresolved, live) = (self.is_unresolved(frame, edge), self.is_live(frame, edge));
            let state = &mut self.frames[frame].nodes[plan.node(node).slot as usize];
            state.unresolved += u32::from(unresolved);
            state.satisfied += u32::from(live && planned.is_own && planned.is_near);
        }
    }

    // Edges ----------------------------------------------------------------------------------------------------------

    /// Resolves the edges that leave a step.
    pub(super) fn resolve_edges(&mut self, at: At, route: &Route, output: &Value) {
        self.resolved += 1;
        let seq = self.resolved;
        let plan = self.plan.clone();
        let outputs = &plan.node(at.node).outputs;
        for edge in plan.outgoing(at.node) {
            let satisfied = match (route, plan.edges[edge].port) {
                (Route::Nowhere, _) | (Route::Ports(_), Port::Error) | (Route::Error, Port::Any) => false,
                (Route::Ports(ports), Port::Named(port)) => ports.contains(&port),
                (Route::Ports(ports), Port::Any) => !ports.is_empty(),
                (Route::Error, Port::Error) => true,
                (Route::Error, Port::Named(port)) => outputs[usize::from(port)] == "error",
            };
            let live = satisfied.then(|| Live { seq, value: output.clone() });
            let edge = u32::try_from(edge).expect("a graph has fewer than 2^32 edges");
            self.emit(at.frame, edge, live);
        }
    }

    /// Resolves an edge whose source lies in a frame, or in a loop of it that has ended.
    pub(super) fn emit(&mut self, frame: FrameIndex, edge: u32, live: Option<Live>) {
        let plan = self.plan.clone();
        let planned = plan.edge(edge);
        let here = &mut self.frames[frame];
        if planned.home != here.body {
            if let Some(live) = live {
                here.left.insert(edge, live);
            }
            return;
        }
        if planned.is_back {
            here.back.extend(live.map(|live| (edge, live)));
            return;
        }
        let state = &mut here.edges[planned.slot as usize];
        if *state != UNRESOLVED {
            return;
        }
        let satisfied = live.is_some();
        *state = live.as_ref().map_or(DEAD, |live| live.seq);
        if let Some(live) = live {
            here.values[planned.value as usize] = live.value;
        }
        self.meet(frame, edge, satisfied);
    }

    /// Counts a resolved edge into the node it leads to, and wakes the node if that decides it.
    fn meet(&mut self, home: FrameIndex, edge: u32, satisfied: bool) {
        let plan = self.plan.clone();
        let planned = plan.edge(edge);
        let target = plan.node(planned.to);
        let mut frame = home;
        let chain = &plan.body(target.body).chain;
        let inner = chain.iter().skip_while(|&&body| body != planned.home).skip(1);
        for &body in inner {
            let BodyOf::Region { slot, .. } = plan.body(body).of else { return };
            let Some(iteration) = self.frames[frame].loops[slot as usize].frame else { return };
            frame = iteration;
        }
        let here = &mut self.frames[frame];
        if here.iteration > 0 && frame != home && plan.header(here.body) == Some(planned.to) {
            return; // it counts in the first iteration
        }
        let state = &mut here.nodes[target.slot as usize];
        state.unresolved -= 1;
        state.satisfied += u32::from(satisfied && planned.is_own && planned.is_near);
        self.evaluate(frame, planned.to);
    }

    /// Makes a node ready, or dead, if its edges decide it.
    pub(super) fn evaluate(&mut self, frame: FrameIndex, node: NodeIndex) {
        let plan = self.plan.clone();
        let planned = plan.node(node);
        let state = self.frames[frame].nodes[planned.slot as usize];
        if !matches!(state.phase, Phase::Pending | Phase::Joining) {
            return;
        }
        let need = match planned.join {
            Join::All => None,
            Join::Any | Join::First => Some(1),
            Join::Count(count) => Some(count as usize),
        };
        if need.is_none() && state.unresolved > 0 {
            return self.start_clock_of_join(frame, node);
        }
        let decide =
            || if planned.has_far { self.deciding(self.at(frame, node)).len() } else { state.satisfied as usize };
        let satisfied = decide();
        if need.is_some_and(|need| satisfied >= need) || (state.unresolved == 0 && satisfied > 0) {
            self.make_ready(frame, node);
        } else if state.unresolved == 0 {
            self.state_mut(self.at(frame, node)).phase = Phase::Dead;
            self.to_record.push_back(self.at(frame, node));
        } else {
            self.start_clock_of_join(frame, node);
        }
    }

    pub(super) fn make_ready(&mut self, frame: FrameIndex, node: NodeIndex) {
        let at = self.at(frame, node);
        self.stop_clock_of_join(at);
        self.state_mut(at).phase = Phase::Ready;
        self.ready.push_back(at);
    }

    /// A join that waits for more than one edge has so much time from its first satisfied one on.
    fn start_clock_of_join(&mut self, frame: FrameIndex, node: NodeIndex) {
        let at = self.at(frame, node);
        let state = self.state(at);
        let Some(timeout) = self.plan.node(node).join_timeout_ms else { return };
        if state.phase == Phase::Pending && state.satisfied > 0 {
            let due_ms = Some(self.ms_at(self.latest_us).saturating_add_unsigned(timeout));
            let wait = self.waits.add(Wait { at, kind: WaitKind::Join, due_ms });
            let state = self.state_mut(at);
            state.phase = Phase::Joining;
            state.link = u32::try_from(wait).expect("fewer than 2^32 steps wait");
        }
    }

    pub(super) fn stop_clock_of_join(&mut self, at: At) {
        let state = self.state(at);
        if state.phase == Phase::Joining {
            self.waits.remove_of(at, state.link as usize);
            self.state_mut(at).link = 0;
        }
    }

    /// A skipped header may let constants enter its region.
    pub(super) fn header_was_skipped(&mut self, frame: FrameIndex) {
        self.frames[frame].header_skipped = true;
        let plan = self.plan.clone();
        let mut todo = vec![frame];
        while let Some(frame) = todo.pop() {
            let body = plan.body(self.frames[frame].body);
            for &node in body.fed.iter().filter(|&&node| plan.node(node).join != Join::All) {
                self.evaluate(frame, node);
            }
            todo.extend(self.frames[frame].loops.iter().filter_map(|own| own.frame));
        }
    }

    // Ends -----------------------------------------------------------------------------------------------------------

    /// Goes on from a frame in which something ended: if it is over, its loop or container goes on or ends, and so on.
    pub(super) fn settle(&mut self, frame: FrameIndex) {
        let mut next = Some(frame);
        while let Some(at) = next {
            let frame = &self.frames[at];
            if frame.pending > 0 || frame.busy > 0 {
                return;
            }
            let parent = frame.parent;
            next = match self.plan.body(frame.body).of {
                BodyOf::Execution => None,
                BodyOf::Region { slot, .. } => self.iteration_over(at, parent, slot as usize).then_some(parent),
                BodyOf::Container(_) => {
                    self.round_over(at);
                    None
                }
            };
        }
    }

    /// Ends an iteration; answers whether the loop ended with it.
    fn iteration_over(&mut self, at: FrameIndex, parent: FrameIndex, slot: usize) -> bool {
        let frame = &mut self.frames[at];
        let (left, back) = (std::mem::take(&mut frame.left), std::mem::take(&mut frame.back));
        let (body, iteration, is_last) = (frame.body, frame.iteration, frame.is_last);
        self.frames.retire(at);
        let own = &mut self.frames[parent].loops[slot];
        own.left.extend(left);
        own.frame = None;
        if !back.is_empty() && !is_last {
            let opening = self.iteration(body, parent, iteration + 1, back);
            self.open(opening);
            return false;
        }
        let ended = std::mem::take(&mut self.frames[parent].loops[slot]);
        self.end_loop(parent, body, ended);
        true
    }

    /// Resolves what leaves a loop.
    pub(super) fn end_loop(&mut self, parent: FrameIndex, body: BodyIndex, mut ended: Loop) {
        self.frames[parent].busy -= 1;
        let plan = self.plan.clone();
        for edge in &plan.body(body).leaving {
            let live = ended.left.remove(edge);
            self.emit(parent, *edge, live);
        }
    }

    // Containers -----------------------------------------------------------------------------------------------------

    pub(super) fn planned(&self, scope: ScopeIndex) -> &Container {
        let container = self.plan.node(self.scopes[scope].at.node).container.as_deref();
        container.expect("an open scope belongs to a container")
    }

    /// Begins a container's inside, or leaves its first round to be tested.
    pub(super) fn open_scope(&mut self, scope: ScopeIndex, input: Value) {
        match self.planned(scope).kind {
            ContainerKind::ForEach { concurrency, collect } => {
                let count = self.scopes[scope].items.as_array().map_or(0, <[Value]>::len);
                if collect {
                    self.scopes[scope].values = vec![Value::Null; count];
                }
                if count == 0 {
                    return self
                        .conclude(scope, Next::Value(if collect { Value::array(Vec::new()) } else { Value::Null }));
                }
                for _ in 0..concurrency {
                    self.next_item(scope);
                }
            }
            ContainerKind::While { .. } => {
                self.scopes[scope].value = input;
                self.conclude(scope, Next::Test);
            }
            ContainerKind::TryCatch { .. } | ContainerKind::Parallel | ContainerKind::Timeout { .. } => {
                self.open_round(scope, input);
            }
            ContainerKind::Retry(_) => {
                self.scopes[scope].value = input.clone();
                self.open_round(scope, input);
            }
        }
    }

    fn next_item(&mut self, scope: ScopeIndex) {
        let own = &self.scopes[scope];
        let item = own.items.as_array().and_then(|items| items.get(own.begun as usize)).cloned();
        if let Some(item) = item {
            self.open_round(scope, item);
        }
    }

    /// Begins the next round of a container.
    pub(super) fn open_round(&mut self, scope: ScopeIndex, value: Value) {
        let At { frame, .. } = self.scopes[scope].at;
        let round = self.scopes[scope].begun;
        self.scopes[scope].begun += 1;
        let container = self.planned(scope);
        let body = container.body;
        let mut path = self.frames[frame].path.clone();
        if container.is_iterating() {
            path.push(round);
        }
        let (parent, container, carried) = (Some(frame), Some(scope), Vec::new());
        self.open(Opening { body, parent, container, iteration: round, path, value, carried });
    }

    /// Ends a round of a container.
    fn round_over(&mut self, at: FrameIndex) {
        let value = self.value_of(at);
        let frame = &self.frames[at];
        let Some(scope) = frame.container else { return };
        let round = frame.iteration;
        self.frames.retire(at);
        let own = &mut self.scopes[scope];
        own.rounds.remove(&round);
        own.ended += 1;
        match self.planned(scope).kind {
            ContainerKind::ForEach { collect, .. } => {
                let own = &mut self.scopes[scope];
                if collect {
                    own.values[round as usize] = value;
                }
                let count = own.items.as_array().map_or(0, <[Value]>::len);
                if own.ended == count {
                    let values = std::mem::take(&mut own.values);
                    let value = if collect { Value::array(values) } else { Value::Null };
                    return self.conclude(scope, Next::Value(value));
                }
                self.next_item(scope);
            }
            ContainerKind::While { .. } => {
                self.scopes[scope].value = value;
                self.conclude(scope, Next::Test);
            }
            _ => self.conclude(scope, Next::Value(value)),
        }
    }

    /// Says what is to be recorded of a container next.
    pub(super) fn conclude(&mut self, scope: ScopeIndex, next: Next) {
        let own = &mut self.scopes[scope];
        own.next = Some(next);
        self.to_record.push_back(own.at);
    }

    // Room in a container --------------------------------------------------------------------------------------------

    /// The container around a frame, if it limits how many steps inside run at a time.
    fn limiting(&self, frame: FrameIndex) -> Option<(ScopeIndex, u32)> {
        // What is broken off from the outside in has lost its scope and its container already.
        let scope = self.frames.get(self.frames[frame].scope)?.container?;
        self.scopes.get(scope)?;
        self.planned(scope).max_concurrency.map(|most| (scope, most))
    }

    /// Whether a step may begin now; else it is parked until another of its container ends.
    pub(super) fn takes_room(&mut self, at: At) -> bool {
        let Some((scope, most)) = self.limiting(at.frame) else { return true };
        let own = &mut self.scopes[scope];
        if own.active >= most {
            own.parked.push_back(at);
            return false;
        }
        own.active += 1;
        true
    }

    /// Counts a step that began otherwise: in recovery.
    pub(super) fn took_room(&mut self, at: At) {
        if let Some((scope, _)) = self.limiting(at.frame) {
            self.scopes[scope].active += 1;
        }
    }

    /// Lets the next parked step in when one has ended.
    pub(super) fn give_room(&mut self, at: At) {
        self.leave_room(at);
        let Some((scope, _)) = self.limiting(at.frame) else { return };
        while let Some(next) = self.scopes[scope].parked.pop_front() {
            if self.frames.holds(next) && self.state(next).phase == Phase::Ready {
                return self.ready.push_back(next);
            }
        }
    }

    /// Counts a step out that was broken off.
    pub(super) fn leave_room(&mut self, at: At) {
        if let Some((scope, _)) = self.limiting(at.frame) {
            self.scopes[scope].active = self.scopes[scope].active.saturating_sub(1);
        }
    }

    /// Lets all parked steps ask again for room, after steps were broken off.
    pub(super) fn let_in(&mut self, frame: FrameIndex) {
        if let Some((scope, _)) = self.limiting(frame) {
            self.ready.append(&mut self.scopes[scope].parked);
        }
    }

    /// A container that begins.
    pub(super) fn add_scope(&mut self, scope: Scope) -> ScopeIndex {
        let at = scope.at;
        let index = self.scopes.insert(scope);
        let state = self.state_mut(at);
        state.phase = Phase::Open;
        state.link = u32::try_from(index).expect("fewer than 2^32 containers are open");
        index
    }
}
