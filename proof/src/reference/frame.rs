//! Frames: one iteration of one body, with the state of the edges at home there.

use std::collections::{HashMap, HashSet};

use model::Value;

use super::plan::Plan;

/// What is known of a resolved edge.
#[derive(Clone)]
pub(super) enum State {
    Dead,
    /// Satisfied with a value; the number tells which edge was first.
    Live(Value, usize),
}

/// Who is told when a frame is over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Execution,
    Loop(usize),
    Container(usize),
}

/// One iteration of a body.
pub(super) struct Frame {
    pub(super) body: usize,
    pub(super) parent: Option<usize>,
    pub(super) owner: Owner,
    /// Indices of the addresses inside.
    pub(super) path: Vec<usize>,
    pub(super) iteration: usize,
    /// What the first nodes of a scope get.
    pub(super) value: Value,
    /// Back edges satisfied in the iteration before.
    pub(super) carried: HashMap<usize, State>,
    pub(super) edges: HashMap<usize, State>,
    pub(super) back: HashMap<usize, State>,
    pub(super) left: HashMap<usize, State>,
    /// Nodes without a result, in the file's order.
    pub(super) pending: Vec<usize>,
    /// Inner loops and containers that have not ended.
    pub(super) busy: usize,
    pub(super) header_skipped: bool,
    /// Nodes that were found to wait, and into which no edge was resolved since.
    pub(super) waits: HashSet<usize>,
    /// No iteration follows, whatever the back edges say.
    pub(super) last: bool,
    /// Of a scope: the latest iteration's output of each node that ran.
    pub(super) outputs: Outputs,
    /// Of a scope: outputs of its `return` nodes.
    pub(super) returned: Outputs,
}

/// Outputs by node, each with the indices it came from.
pub(super) type Outputs = HashMap<usize, (Vec<usize>, Value)>;

/// All frames of a run, the ended ones too, and which are open.
#[derive(Default)]
pub(super) struct Frames {
    all: Vec<Frame>,
    pub(super) open: Vec<usize>,
}

impl std::ops::Index<usize> for Frames {
    type Output = Frame;

    fn index(&self, at: usize) -> &Frame {
        &self.all[at]
    }
}

impl std::ops::IndexMut<usize> for Frames {
    fn index_mut(&mut self, at: usize) -> &mut Frame {
        &mut self.all[at]
    }
}

/// What a new frame is made of.
pub(super) struct Begin {
    pub(super) body: usize,
    pub(super) parent: Option<usize>,
    pub(super) owner: Owner,
    pub(super) path: Vec<usize>,
    pub(super) iteration: usize,
    pub(super) value: Value,
    pub(super) carried: HashMap<usize, State>,
}

impl Frames {
    pub(super) fn begin(&mut self, plan: &Plan, begin: Begin) -> usize {
        let Begin { body, parent, owner, path, iteration, value, carried } = begin;
        self.all.push(Frame {
            body,
            parent,
            owner,
            path,
            iteration,
            value,
            carried,
            edges: HashMap::new(),
            back: HashMap::new(),
            left: HashMap::new(),
            pending: plan.bodies[body].plain.clone(),
            busy: 0,
            header_skipped: false,
            waits: HashSet::new(),
            last: false,
            outputs: HashMap::new(),
            returned: HashMap::new(),
        });
        self.open.push(self.all.len() - 1);
        self.all.len() - 1
    }

    pub(super) fn close(&mut self, frame: usize) {
        self.open.retain(|&open| open != frame);
    }

    /// Whether a frame belongs to an owner, or lies in one that does.
    pub(super) fn lies_in(&self, frame: usize, owner: Owner) -> bool {
        let mut at = Some(frame);
        while let Some(frame) = at {
            if self.all[frame].owner == owner {
                return true;
            }
            at = self.all[frame].parent;
        }
        false
    }

    /// The frame of the scope around.
    pub(super) fn scope_frame(&self, plan: &Plan, mut frame: usize) -> usize {
        while plan.bodies[self.all[frame].body].header.is_some() {
            frame = self.all[frame].parent.expect("a loop lies in a body");
        }
        frame
    }

    /// Resolves an edge whose source lies in this frame, or in a loop of this frame that has ended.
    pub(super) fn emit(&mut self, plan: &Plan, frame: usize, edge: usize, state: State) {
        for &open in &self.open {
            self.all[open].waits.remove(&plan.edges[edge].to);
            self.all[open].waits.remove(&plan.edges[edge].target);
        }
        let frame = &mut self.all[frame];
        let states = match plan.edges[edge].home == frame.body {
            false => &mut frame.left,
            true if plan.is_back(edge) => &mut frame.back,
            true => &mut frame.edges,
        };
        states.insert(edge, state);
    }

    /// The frame around that an edge is at home in, and how far out that is.
    fn home(&self, plan: &Plan, mut frame: usize, edge: usize) -> (usize, usize) {
        let mut hops = 0;
        while self.all[frame].body != plan.edges[edge].home {
            frame = self.all[frame].parent.expect("an edge has a home around its ends");
            hops += 1;
        }
        (frame, hops)
    }

    /// The state of an edge as seen from a frame, or `None` while it is unresolved.
    pub(super) fn state(&self, plan: &Plan, frame: usize, edge: usize) -> Option<&State> {
        let home = &self.all[self.home(plan, frame, edge).0];
        if plan.is_back(edge) {
            return Some(home.carried.get(&edge).unwrap_or(&State::Dead));
        }
        home.edges.get(&edge)
    }

    /// The value and number of a satisfied edge.
    pub(super) fn live(&self, plan: &Plan, frame: usize, edge: usize) -> Option<(&Value, usize)> {
        match self.state(plan, frame, edge) {
            Some(State::Live(value, seq)) => Some((value, *seq)),
            _ => None,
        }
    }

    pub(super) fn depth(&self, plan: &Plan, frame: usize, edge: usize) -> usize {
        self.home(plan, frame, edge).1
    }
}

/// Keeps an output unless one of a later iteration is there.
pub(super) fn keep_latest(outputs: &mut Outputs, id: usize, path: &[usize], output: &Value) {
    if outputs.get(&id).is_none_or(|(kept, _)| kept.as_slice() <= path) {
        outputs.insert(id, (path.to_vec(), output.clone()));
    }
}

/// One output as it is, several as an object by node id, none as null.
pub(super) fn by_id<'a>(plan: &Plan, outputs: impl Iterator<Item = (&'a usize, &'a (Vec<usize>, Value))>) -> Value {
    let mut found: Vec<(usize, &Value)> = outputs.map(|(&id, (_, output))| (id, output)).collect();
    found.sort_by_key(|(id, _)| *id);
    match found.as_slice() {
        [] => Value::Null,
        [(_, output)] => (*output).clone(),
        several => {
            Value::object(several.iter().map(|&(id, output)| (plan.nodes[id].id.clone(), output.clone())).collect())
        }
    }
}

/// What a scope gives: its `return` nodes' outputs, else those of its sinks.
pub(super) fn scope_value(plan: &Plan, frame: &Frame) -> Value {
    if frame.returned.is_empty() {
        return by_id(plan, frame.outputs.iter().filter(|(id, _)| plan.sinks.contains(id)));
    }
    by_id(plan, frame.returned.iter())
}
