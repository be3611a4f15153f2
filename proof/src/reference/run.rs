//! One run in one order of completion: what can run, what is skipped, what a step's end resolves.

use std::collections::{BTreeMap, HashMap, HashSet};

use arcstr::ArcStr;
use model::Value;

use super::behave::Place;
use super::frame::{Begin, Frames, Outputs, Owner, State, by_id, keep_latest, scope_value};
use super::owner::{ContainerRun, LoopRun, count, max_iterations};
use super::plan::{Plan, Strategy, disabled};
use super::region::reach;
use super::{Answer, Failure, Question, Step};
use crate::random::Mersenne;

/// Steps that a run may have; of the interpreter, not of the semantics.
const STEP_BUDGET: usize = 500_000;

pub(super) struct Run<'p> {
    pub(super) plan: &'p Plan,
    draw: Draw,
    /// Results by node id and indices.
    steps: BTreeMap<(&'p str, Vec<usize>), Step>,
    pub(super) frames: Frames,
    pub(super) loops: Vec<LoopRun>,
    pub(super) containers: Vec<ContainerRun>,
    responses: Outputs,
    seq: usize,
    error: Option<Failure>,
    order_free: bool,
}

/// Which of the steps that can run is taken.
pub(super) enum Draw {
    First,
    Random(Mersenne),
    Recorded(HashMap<String, usize>),
}

/// A node's end.
pub(super) struct Ended {
    status: &'static str,
    input: Value,
    output: Value,
    ports: Vec<ArcStr>,
    /// Only edges on `error` are satisfied.
    to_error: bool,
    /// Whether the output counts for the scope's value.
    counts: bool,
}

impl Ended {
    pub(super) const fn plain(status: &'static str, input: Value, output: Value, ports: Vec<ArcStr>) -> Self {
        Self { status, input, output, ports, to_error: false, counts: true }
    }

    /// Whether it leaves by `error`, so that nothing else follows and it is no output of the scope.
    pub(super) fn routed(self, to_error: bool) -> Self {
        Self { to_error, ..self }
    }
}

/// What is to be done with a node.
enum Verdict {
    Wait,
    Skip,
    Run(Taken),
}

/// Edges that a step takes as input, and constants from outside its container.
#[derive(Clone)]
struct Taken {
    edges: Vec<usize>,
    outer: Vec<usize>,
}

/// A step that can run.
struct Ready {
    id: usize,
    frame: usize,
    taken: Taken,
}

impl<'p> Run<'p> {
    pub(super) fn new(plan: &'p Plan, question: &Question<'p>, draw: Draw) -> Self {
        let joins = (0..plan.nodes.len()).any(|id| plan.kept[id] && plan.strategy(id) != Strategy::All);
        let mut run = Self {
            plan,
            draw,
            steps: BTreeMap::new(),
            frames: Frames::default(),
            loops: Vec::new(),
            containers: Vec::new(),
            responses: HashMap::new(),
            seq: 0,
            error: None,
            order_free: !joins,
        };
        run.open_frame(Begin {
            body: plan.scopes[&None],
            parent: None,
            owner: Owner::Execution,
            path: Vec::new(),
            iteration: 0,
            value: question.input.clone(),
            carried: HashMap::new(),
        });
        run
    }

    /// Runs to the end.
    pub(super) fn answer(mut self) -> Answer {
        while self.error.is_none() {
            assert!(self.steps.len() <= STEP_BUDGET, "the step budget of the reference interpreter is spent");
            let mut ready = self.settle();
            // A failure may come to light while it looks for what can run; the Python one still takes a step then.
            let failed = self.error.is_some() && matches!(self.draw, Draw::Recorded(_));
            if failed || ready.is_empty() {
                break;
            }
            let at = self.draw_one(&ready);
            let step = ready.swap_remove(at);
            self.run_step(step);
        }
        let top = &self.frames[0];
        assert!(self.error.is_some() || top.pending.is_empty() && top.busy == 0, "the run stands still with work left");
        let output = match &self.error {
            Some(_) => Value::Null,
            None if self.responses.is_empty() => scope_value(self.plan, top),
            None => by_id(self.plan, self.responses.iter()),
        };
        Answer {
            status: if self.error.is_some() { "failed" } else { "succeeded" },
            output,
            error: self.error,
            order_free: self.order_free,
            steps: self.steps.into_values().collect(),
        }
    }

    fn draw_one(&mut self, ready: &[Ready]) -> usize {
        if let Draw::Random(random) = &mut self.draw {
            return random.choice(ready.len());
        }
        match &self.draw {
            Draw::First | Draw::Random(_) => 0,
            Draw::Recorded(places) => {
                let place = |at: usize| places.get(&self.address(ready[at].id, ready[at].frame)).copied();
                (0..ready.len()).min_by_key(|&at| place(at).unwrap_or(usize::MAX)).unwrap_or(0)
            }
        }
    }

    pub(super) fn open_frame(&mut self, begin: Begin) {
        let frame = self.frames.begin(self.plan, begin);
        for &region in &self.plan.bodies[self.frames[frame].body].regions {
            self.begin_loop(region, frame);
        }
    }

    /// Skips what is dead and ends what is over until nothing changes; returns the steps that can run.
    fn settle(&mut self) -> Vec<Ready> {
        loop {
            let (mut ready, mut changed) = (Vec::new(), false);
            for frame in self.frames.open.clone() {
                for id in self.frames[frame].pending.clone() {
                    if self.frames[frame].waits.contains(&id) {
                        continue; // no edge into it was resolved since it was last asked
                    }
                    match self.decide(id, frame) {
                        Verdict::Wait => drop(self.frames[frame].waits.insert(id)),
                        Verdict::Run(taken) => ready.push(Ready { id, frame, taken }),
                        Verdict::Skip => {
                            self.frames[frame].header_skipped |= self.is_header(id, frame);
                            let ended = Ended::plain("skipped", Value::Null, Value::Null, Vec::new());
                            self.resolve(id, frame, ended);
                            changed = true;
                        }
                    }
                }
            }
            for frame in self.frames.open.clone() {
                let over = self.frames[frame].pending.is_empty() && self.frames[frame].busy == 0;
                if over && self.frames[frame].owner != Owner::Execution && self.frames.open.contains(&frame) {
                    self.frames.close(frame);
                    self.frame_ended(frame);
                    changed = true;
                }
            }
            if !changed {
                return ready;
            }
        }
    }

    fn is_header(&self, id: usize, frame: usize) -> bool {
        self.plan.bodies[self.frames[frame].body].header == Some(id)
    }

    fn decide(&self, id: usize, frame: usize) -> Verdict {
        let (plan, frames, scope) = (self.plan, &self.frames, self.plan.nodes[id].scope);
        let inside = |&edge: &usize| plan.edges[edge].scope == scope;
        let (mut local, outer): (Vec<usize>, Vec<usize>) = plan.into[id].iter().partition(|&edge| inside(edge));
        let (header, iteration) = (self.is_header(id, frame), frames[frame].iteration);
        if header && iteration == 0 {
            local.retain(|&edge| plan.edges[edge].home != frames[frame].body);
        } else if header {
            local.retain(|edge| frames[frame].carried.contains_key(edge));
        }
        if local.is_empty() {
            return Verdict::Run(Taken { edges: Vec::new(), outer }); // a start node, or a first child
        }
        let mut own: Vec<usize> = local.iter().copied().filter(|&edge| plan.edges[edge].target == id).collect();
        if own.is_empty() {
            own.clone_from(&local);
        }
        let near = own.iter().map(|&edge| frames.depth(plan, frame, edge)).min();
        let decides =
            |edge: usize| Some(frames.depth(plan, frame, edge)) == near || self.entered_elsewhere(id, frame, edge);
        let live: Vec<usize> = own.iter().copied().filter(|&edge| frames.live(plan, frame, edge).is_some()).collect();
        let deciding: Vec<usize> = live.iter().copied().filter(|&edge| decides(edge)).collect();
        let strategy = plan.strategy(id);
        if strategy != Strategy::All && !(header && iteration > 0) {
            let need = if let Strategy::Count(count) = strategy { count } else { 1 };
            let mut first = deciding.clone();
            first.sort_by_key(|&edge| (frames.live(plan, frame, edge).map(|(_, seq)| seq), edge));
            if first.len() >= need {
                first.truncate(need);
                return Verdict::Run(Taken { edges: first, outer });
            }
        }
        if local.iter().any(|&edge| frames.state(plan, frame, edge).is_none()) {
            Verdict::Wait
        } else if deciding.is_empty() {
            Verdict::Skip
        } else {
            Verdict::Run(Taken { edges: live, outer })
        }
    }

    /// Constants run a node alone only where a region is entered by them: iteration 0, and its header was skipped.
    fn entered_elsewhere(&self, id: usize, mut frame: usize, edge: usize) -> bool {
        while self.frames[frame].body != self.plan.edges[edge].home {
            let at = &self.frames[frame];
            let Some(header) = self.plan.bodies[at.body].header else { return false };
            let entered = at.iteration == 0 && at.header_skipped && !self.plan.nodes[header].loop_port;
            if id != header && !entered {
                return false;
            }
            frame = at.parent.expect("a loop lies in a body");
        }
        true
    }

    fn run_step(&mut self, step: Ready) {
        let Ready { id, frame, taken } = step;
        let (input, inputs) = self.gather(id, frame, &taken);
        let (plan, header) = (self.plan, self.is_header(id, frame));
        let node = &plan.nodes[id];
        if header && !node.loop_port && self.frames[frame].iteration >= max_iterations(&node.data) {
            return self.loop_limit(id, frame, input);
        }
        if disabled(&node.data) {
            self.frames[frame].last |= header && node.loop_port;
            let ended = Ended::plain("disabled", input.clone(), input, self.first_port(id));
            return self.resolve(id, frame, ended);
        }
        let again = header && self.frames[frame].iteration > 0;
        if matches!(plan.strategy(id), Strategy::Count(need) if taken.edges.len() < need) && !again {
            return self.step_failed(id, frame, input, "join_short".into());
        }
        if node.container {
            return self.begin_container(id, frame, &input);
        }
        let attempts = node.data.get("retry").and_then(|retry| count(retry, "max_attempts")).unwrap_or(1);
        for attempt in 0..attempts {
            match self.run_node(&Place { id, frame, attempt }, &input, &inputs) {
                Err(code) if code == "loop_limit" => return self.loop_limit(id, frame, input),
                Err(code) if attempt + 1 == attempts => return self.step_failed(id, frame, input, code),
                Err(_) => {}
                Ok((ports, output)) => {
                    self.frames[frame].last |= header && node.loop_port && ports == ["done"];
                    self.resolve(id, frame, Ended::plain("succeeded", input, output, ports));
                    if plan.strategy(id) == Strategy::First {
                        self.cancel_branches_to(id, frame);
                    }
                    return;
                }
            }
        }
    }

    /// A step's `input` and `inputs`.
    fn gather(&self, id: usize, frame: usize, taken: &Taken) -> (Value, Value) {
        let value = |&edge: &usize| Some((edge, self.frames.live(self.plan, frame, edge)?.0.clone()));
        let values: Vec<(usize, Value)> = taken.edges.iter().chain(&taken.outer).filter_map(value).collect();
        let inputs = self.keyed(id, &values);
        let input = if taken.edges.is_empty() {
            self.frames[self.frames.scope_frame(self.plan, frame)].value.clone()
        } else {
            self.shape_input(id, &values)
        };
        (input, inputs)
    }

    fn shape_input(&self, id: usize, values: &[(usize, Value)]) -> Value {
        let one_or_all = |values: &[(usize, Value)]| match values {
            [(_, value)] => value.clone(),
            several => self.keyed(id, several),
        };
        let in_ports = &self.plan.nodes[id].in_ports;
        if in_ports.len() < 2 {
            return one_or_all(values);
        }
        let mut shaped = Vec::new();
        for port in in_ports {
            let here = |(edge, _): &&(usize, Value)| self.plan.edges[*edge].in_port == *port;
            let part: Vec<(usize, Value)> = values.iter().filter(here).cloned().collect();
            if !part.is_empty() {
                shaped.push((port.clone(), one_or_all(&part)));
            }
        }
        Value::from(model::Object::from_last(shaped))
    }

    /// By source id; of two or more edges from one source those on a named port are `<id>#<port>`.
    fn keyed(&self, id: usize, values: &[(usize, Value)]) -> Value {
        let edges = &self.plan.edges;
        let key = |edge: usize| {
            let (source, port) = (edges[edge].source, &edges[edge].port);
            let several = self.plan.into[id].iter().filter(|&&other| edges[other].source == source).count() > 1;
            let name = &self.plan.nodes[source].id;
            if several && !port.is_empty() { arcstr::format!("{name}#{port}") } else { name.clone() }
        };
        let entries = values.iter().map(|(edge, value)| (key(*edge), value.clone())).collect();
        Value::from(model::Object::from_last(entries))
    }

    fn step_failed(&mut self, id: usize, frame: usize, input: Value, code: ArcStr) {
        let error = self.failure(code, id, frame);
        self.failed(id, frame, input, error);
    }

    pub(super) fn failure(&self, code: ArcStr, id: usize, frame: usize) -> Failure {
        Failure { code, node: Some(self.address(id, frame)) }
    }

    /// `on_error`, then the container around, then the execution.
    pub(super) fn failed(&mut self, id: usize, frame: usize, input: Value, error: Failure) {
        let node = &self.plan.nodes[id];
        let routed = self.plan.out[id].iter().any(|&edge| self.plan.is_error_edge(edge));
        let policy = node.data.get("on_error").and_then(Value::as_str).filter(|policy| !policy.is_empty());
        let output = Value::object(vec![("error".into(), error.to_value())]);
        match policy.unwrap_or(if routed { "route" } else { "fail" }) {
            "route" => {
                let ended = Ended::plain("failed", input, output, vec![arcstr::literal!("error")]);
                self.resolve(id, frame, ended.routed(true));
            }
            "continue" => {
                self.frames[frame].last |= self.is_header(id, frame) && node.loop_port;
                self.resolve(id, frame, Ended::plain("failed", input, output, self.first_port(id)));
            }
            _ => {
                let ended = Ended::plain("failed", input, output, Vec::new());
                self.resolve(id, frame, Ended { counts: false, ..ended });
                self.order_free = false;
                let scope = self.frames.scope_frame(self.plan, frame);
                match self.frames[scope].owner {
                    Owner::Container(run) => self.child_failed(run, scope, error),
                    _ => self.error = Some(error),
                }
            }
        }
    }

    /// The header fails, nothing else of this iteration runs, and none follows.
    fn loop_limit(&mut self, id: usize, frame: usize, input: Value) {
        let owner = self.frames[frame].owner;
        let mut open = std::mem::take(&mut self.frames.open);
        open.retain(|&other| other == frame || !self.frames.lies_in(other, owner));
        self.frames.open = open;
        let here = &mut self.frames[frame];
        (here.pending, here.busy, here.last) = (vec![id], 0, true);
        self.step_failed(id, frame, input, "loop_limit".into());
    }

    /// Records a step and resolves its edges. A failure that is routed satisfies only the edges on `error`.
    pub(super) fn resolve(&mut self, id: usize, frame: usize, ended: Ended) {
        let (plan, path) = (self.plan, self.frames[frame].path.clone());
        let Ended { status, input, output, ports, to_error, counts } = ended;
        let step = Step { address: self.address(id, frame), status, input, output: output.clone(), ports };
        self.frames[frame].pending.retain(|&pending| pending != id);
        self.seq += 1;
        for &edge in &plan.out[id] {
            let port = &plan.edges[edge].port;
            let live = step.ports.contains(port) || port.is_empty() && !step.ports.is_empty() && !to_error;
            let state = if live { State::Live(output.clone(), self.seq) } else { State::Dead };
            self.frames.emit(plan, frame, edge, state);
        }
        if status != "skipped" && counts && !to_error {
            let scope = self.frames.scope_frame(plan, frame);
            keep_latest(&mut self.frames[scope].outputs, id, &path, &output);
            match &*plan.nodes[id].kind {
                "return" if status == "succeeded" => {
                    keep_latest(&mut self.frames[scope].returned, id, &path, &output);
                }
                "respond" if status == "succeeded" => keep_latest(&mut self.responses, id, &path, &output),
                _ => {}
            }
        }
        let before = self.steps.insert((&plan.nodes[id].id, path), step);
        assert!(before.is_none(), "a second result for {}", self.address(id, frame));
    }

    /// Join `first`: what leads only to the join, in the same iteration, is canceled.
    fn cancel_branches_to(&mut self, join: usize, frame: usize) {
        let (plan, home) = (self.plan, self.frames[frame].body);
        let body = &plan.bodies[home];
        let within = |edge: &usize| {
            let edge = &plan.edges[*edge];
            body.nodes.contains(&edge.source) && plan.bodies[edge.home].nodes.is_subset(&body.nodes)
        };
        let edges: Vec<usize> = (0..plan.edges.len()).filter(within).collect();
        let forward = edges.iter().filter(|&&edge| !(plan.edges[edge].home == home && plan.is_back(edge)));
        let mut only = reach(&[join], forward.map(|&edge| (plan.edges[edge].to, plan.edges[edge].source)));
        only.remove(&join);
        loop {
            let elsewhere = |id: usize| {
                plan.out[id].iter().any(|&edge| plan.edges[edge].to != join && !only.contains(&plan.edges[edge].to))
                    || body.leaving.iter().any(|&edge| plan.edges[edge].source == id)
            };
            let other: HashSet<usize> = only.iter().copied().filter(|&id| elsewhere(id)).collect();
            if other.is_empty() {
                break;
            }
            only.retain(|id| !other.contains(id));
        }
        self.frames[frame].pending.retain(|id| !only.contains(id));
        let inner = self.frames.open.iter().filter(|&&open| self.frames[open].parent == Some(frame));
        let mut owners: Vec<Owner> = inner.map(|&open| self.frames[open].owner).collect();
        owners.dedup();
        for at in 0..owners.len() {
            let owner = owners[at];
            if !owners[..at].contains(&owner) && self.stands_for(owner).is_some_and(|id| only.contains(&id)) {
                self.drop_owner(owner);
                self.frames[frame].busy -= 1;
            }
        }
        for &edge in &edges {
            let unresolved = || self.frames.state(plan, frame, edge).is_none();
            if only.contains(&plan.edges[edge].source) && plan.edges[edge].home == home && unresolved() {
                self.frames.emit(plan, frame, edge, State::Dead);
            }
        }
    }

    /// The node that a loop or container in flight is for the body around it.
    fn stands_for(&self, owner: Owner) -> Option<usize> {
        match owner {
            Owner::Execution => None,
            Owner::Loop(run) => self.plan.bodies[self.loops[run].body].header,
            Owner::Container(run) => Some(self.containers[run].id),
        }
    }

    pub(super) fn first_port(&self, id: usize) -> Vec<ArcStr> {
        self.plan.nodes[id].ports.first().cloned().into_iter().collect()
    }

    pub(super) fn address(&self, id: usize, frame: usize) -> String {
        let (name, path) = (&self.plan.nodes[id].id, &self.frames[frame].path);
        let indices: Vec<String> = path.iter().map(usize::to_string).collect();
        if indices.is_empty() { name.to_string() } else { format!("{name}@{}", indices.join(".")) }
    }
}
