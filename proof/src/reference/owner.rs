//! Loops and containers in flight: what begins their frames and what they do when one is over.

use std::collections::HashMap;

use model::Value;

use super::Failure;
use super::behave::holds;
use super::frame::{Begin, Owner, State, scope_value};
use super::run::{Ended, Run};

/// Iterations of a loop whose header sets no `max_iterations`.
const MAX_ITERATIONS: usize = 10_000;

/// A region from its first iteration to its end.
pub(super) struct LoopRun {
    pub(super) body: usize,
    parent: usize,
    /// Leaving edges satisfied in any iteration: the latest value.
    left: HashMap<usize, State>,
    pub(super) turns: Turns,
}

/// What a node with a `loop` port remembers between its steps.
#[derive(Default)]
pub(super) struct Turns {
    pub(super) items: Option<Vec<Value>>,
    pub(super) collected: Vec<Value>,
    pub(super) taken: usize,
}

/// A container with children, in flight.
pub(super) struct ContainerRun {
    pub(super) id: usize,
    frame: usize,
    input: Value,
    items: Vec<Value>,
    begun: usize,
    /// A `for_each`'s values by item.
    values: HashMap<usize, Value>,
    /// A `while_loop`'s last value.
    value: Value,
}

/// A count in a node's parameters.
pub(super) fn count(data: &Value, key: &str) -> Option<usize> {
    data.get(key).and_then(Value::as_i64).map(|count| usize::try_from(count).unwrap_or(0))
}

/// `max_iterations`, or what holds where it is not set.
pub(super) fn max_iterations(data: &Value) -> usize {
    count(data, "max_iterations").unwrap_or(MAX_ITERATIONS)
}

impl Run<'_> {
    pub(super) fn begin_loop(&mut self, body: usize, parent: usize) {
        self.loops.push(LoopRun { body, parent, left: HashMap::new(), turns: Turns::default() });
        self.frames[parent].busy += 1;
        self.begin_iteration(self.loops.len() - 1, 0, HashMap::new());
    }

    fn begin_iteration(&mut self, run: usize, iteration: usize, carried: HashMap<usize, State>) {
        let LoopRun { body, parent, .. } = self.loops[run];
        let mut path = self.frames[parent].path.clone();
        path.push(iteration);
        let (owner, value) = (Owner::Loop(run), Value::Null);
        self.open_frame(Begin { body, parent: Some(parent), owner, path, iteration, value, carried });
    }

    fn iteration_ended(&mut self, run: usize, frame: usize) {
        let plan = self.plan;
        let live = |states: &mut HashMap<usize, State>| {
            let mut states = std::mem::take(states);
            states.retain(|_, state| matches!(state, State::Live(..)));
            states
        };
        let (left, carried) = (live(&mut self.frames[frame].left), live(&mut self.frames[frame].back));
        self.loops[run].left.extend(left);
        if !carried.is_empty() && !self.frames[frame].last {
            return self.begin_iteration(run, self.frames[frame].iteration + 1, carried);
        }
        let parent = self.loops[run].parent;
        self.frames[parent].busy -= 1;
        for &edge in &plan.bodies[self.loops[run].body].leaving {
            let state = self.loops[run].left.get(&edge).cloned().unwrap_or(State::Dead);
            self.frames.emit(plan, parent, edge, state);
        }
    }

    /// A frame with nothing left in it: its owner goes on.
    pub(super) fn frame_ended(&mut self, frame: usize) {
        match self.frames[frame].owner {
            Owner::Execution => {}
            Owner::Loop(run) => self.iteration_ended(run, frame),
            Owner::Container(run) => self.content_ended(run, frame),
        }
    }

    pub(super) fn begin_container(&mut self, id: usize, frame: usize, input: &Value) {
        let data = &self.plan.nodes[id].data;
        self.frames[frame].pending.retain(|&pending| pending != id);
        self.frames[frame].busy += 1;
        let (items, value) = (data.get("items").unwrap_or(input), input.clone());
        let items = items.as_array().map(<[Value]>::to_vec);
        let run = self.containers.len();
        let (values, input) = (HashMap::new(), input.clone());
        let list = items.clone().unwrap_or_default();
        self.containers.push(ContainerRun { id, frame, input: input.clone(), items: list, begun: 0, values, value });
        match &*self.plan.nodes[id].kind {
            "for_each" => {
                let Some(items) = items else { return self.container_failed(run, "not_a_list") };
                if items.len() > count(data, "max_iterations").unwrap_or(items.len()) {
                    return self.container_failed(run, "loop_limit");
                }
                for _ in 0..count(data, "concurrency").unwrap_or(1) {
                    self.next_item(run);
                }
                if items.is_empty() {
                    self.container_finished(run, Value::array(Vec::new()));
                }
            }
            "while_loop" => self.next_round(run, 0),
            _ => self.begin_content(run, 0, input),
        }
    }

    fn begin_content(&mut self, run: usize, index: usize, value: Value) {
        let ContainerRun { id, frame, .. } = self.containers[run];
        let mut path = self.frames[frame].path.clone();
        if matches!(&*self.plan.nodes[id].kind, "for_each" | "while_loop" | "retry") {
            path.push(index);
        }
        self.open_frame(Begin {
            body: self.plan.scopes[&Some(id)],
            parent: Some(frame),
            owner: Owner::Container(run),
            path,
            iteration: index,
            value,
            carried: HashMap::new(),
        });
    }

    fn next_item(&mut self, run: usize) {
        let container = &mut self.containers[run];
        if let Some(item) = container.items.get(container.begun).cloned() {
            container.begun += 1;
            let index = container.begun - 1;
            self.begin_content(run, index, item);
        }
    }

    fn next_round(&mut self, run: usize, index: usize) {
        let ContainerRun { id, ref value, .. } = self.containers[run];
        let (data, value) = (&self.plan.nodes[id].data, value.clone());
        if !holds(data.get("condition"), "false", &value, index) {
            self.container_finished(run, value);
        } else if index >= max_iterations(data) {
            self.container_failed(run, "loop_limit");
        } else {
            self.begin_content(run, index, value);
        }
    }

    fn content_ended(&mut self, run: usize, frame: usize) {
        let (value, iteration) = (scope_value(self.plan, &self.frames[frame]), self.frames[frame].iteration);
        let node = &self.plan.nodes[self.containers[run].id];
        match &*node.kind {
            "for_each" => {
                self.containers[run].values.insert(iteration, value);
                self.next_item(run);
                let ContainerRun { items, values, .. } = &self.containers[run];
                if values.len() == items.len() {
                    let list = || Value::array((0..items.len()).map(|at| values[&at].clone()).collect());
                    let keep = node.data.get("collect").and_then(Value::as_bool).unwrap_or(true);
                    let output = if keep { list() } else { Value::Null };
                    self.container_finished(run, output);
                }
            }
            "while_loop" => {
                self.containers[run].value = value;
                self.next_round(run, iteration + 1);
            }
            _ => self.container_finished(run, value),
        }
    }

    fn container_finished(&mut self, run: usize, output: Value) {
        let ContainerRun { id, frame, ref input, .. } = self.containers[run];
        let (input, ports) = (input.clone(), self.first_port(id));
        self.frames[frame].busy -= 1;
        self.resolve(id, frame, Ended::plain("succeeded", input, output, ports));
    }

    fn container_failed(&mut self, run: usize, code: &str) {
        let ContainerRun { id, frame, .. } = self.containers[run];
        let error = self.failure(code.into(), id, frame);
        self.pass_failure(run, error);
    }

    fn pass_failure(&mut self, run: usize, error: Failure) {
        let ContainerRun { id, frame, ref input, .. } = self.containers[run];
        let input = input.clone();
        self.frames[frame].busy -= 1;
        self.failed(id, frame, input, error);
    }

    /// A failure that nobody inside handled; `frame` is the frame of this container's scope it happened in.
    pub(super) fn child_failed(&mut self, run: usize, frame: usize, error: Failure) {
        let ContainerRun { id, frame: around, ref input, .. } = self.containers[run];
        let (input, node, next) = (input.clone(), &self.plan.nodes[id], self.frames[frame].iteration + 1);
        self.drop_owner(Owner::Container(run));
        match &*node.kind {
            "retry" if next < count(&node.data, "max_attempts").unwrap_or(3) => self.begin_content(run, next, input),
            "try_catch" => {
                self.frames[around].busy -= 1;
                let caught = self.plan.out[id].iter().any(|&edge| self.plan.is_error_edge(edge));
                let port = if caught { arcstr::literal!("error") } else { arcstr::literal!("success") };
                let output = Value::object(vec![("error".into(), error.to_value())]);
                let ended = Ended::plain("succeeded", input, output, vec![port]);
                self.resolve(id, around, ended.routed(caught));
            }
            _ => self.pass_failure(run, error),
        }
    }

    /// Forgets everything in flight inside a container or loop.
    pub(super) fn drop_owner(&mut self, owner: Owner) {
        let mut open = std::mem::take(&mut self.frames.open);
        open.retain(|&frame| !self.frames.lies_in(frame, owner));
        self.frames.open = open;
    }
}
