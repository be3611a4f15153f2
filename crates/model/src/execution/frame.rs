//! What an execution holds in memory: frames, open containers, waits.
//!
//! A frame is one iteration of one body. It knows the state of the edges at home there, the outputs of its steps, the
//! loops inside of it, and what has left it so far. When it is over it is retired: only what left it stays.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use arcstr::ArcStr;

use crate::event::{ErrorInfo, NodeIndex, Path};
use crate::id::ExecutionId;
use crate::plan::{Body, BodyIndex};
use crate::value::Value;

/// Position of a frame among those in memory.
pub(super) type FrameIndex = usize;
/// Position of an open container.
pub(super) type ScopeIndex = usize;
/// Position of a wait.
pub(super) type WaitIndex = usize;

/// An edge that nothing is known of.
pub(super) const UNRESOLVED: u64 = 0;
/// An edge whose source did not choose it.
pub(crate) const DEAD: u64 = u64::MAX;
/// Frames that are kept for the next that begins.
const SPARE_MAX: usize = 16;

/// A node in a frame; the generation tells whether the frame is still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) frame: FrameIndex,
    pub(super) generation: u64,
    pub(super) node: NodeIndex,
}

/// The value that went over an edge, and the number of the step that satisfied it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Live {
    pub(crate) seq: u64,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) body: BodyIndex,
    pub(super) generation: u64,
    /// The frame around it; its own place for the top level.
    pub(super) parent: FrameIndex,
    /// The frame of its scope; its own place if it is one.
    pub(super) scope: FrameIndex,
    /// The open container that it is a round of, for a scope inside of one.
    pub(super) container: Option<ScopeIndex>,
    pub(super) path: Path,
    pub(super) iteration: u32,
    /// Of a scope: what its first nodes get.
    pub(super) value: Value,
    pub(super) nodes: Vec<NodeState>,
    /// For each edge at home [`UNRESOLVED`], [`DEAD`], or the number of the step that satisfied it.
    pub(super) edges: Vec<u64>,
    /// Outputs of its steps, then the values that came out of loops inside of it.
    pub(super) values: Vec<Value>,
    /// Nodes that are not resolved.
    pub(super) pending: usize,
    /// Loops that have not ended.
    pub(super) busy: usize,
    pub(super) loops: Vec<Loop>,
    /// Back edges satisfied here, and in the iteration before.
    pub(super) back: Vec<(u32, Live)>,
    pub(super) carried: Vec<(u32, Live)>,
    /// Leaving edges satisfied here.
    pub(super) left: BTreeMap<u32, Live>,
    pub(super) header_skipped: bool,
    /// No iteration follows, whatever the back edges say.
    pub(super) is_last: bool,
    /// Of a scope: the latest outputs of sinks that stand in loops, and those of `return` nodes, told apart by the flag.
    pub(super) kept: Vec<((NodeIndex, bool), Value)>,
}

/// A loop from its first iteration to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Loop {
    /// The iteration under way; none when it has ended.
    pub(super) frame: Option<FrameIndex>,
    /// Leaving edges satisfied in any iteration: the latest value.
    pub(super) left: BTreeMap<u32, Live>,
    /// Of a header with a `loop` port: its items, what came back, and how often it chose to go on.
    pub(super) items: Option<Value>,
    pub(super) collected: Vec<Value>,
    pub(super) taken: usize,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeState {
    pub(super) unresolved: u32,
    /// Satisfied edges that decide.
    pub(super) satisfied: u32,
    /// Attempts that failed.
    pub(super) tries: u32,
    pub(super) phase: Phase,
    /// The open container, or the wait, by phase.
    pub(super) link: u32,
    /// A join whose time was up before its edges decided.
    pub(super) is_late: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Pending,
    /// A join with a satisfied edge, whose time runs.
    Joining,
    Ready,
    InFlight,
    /// It waits, for the time of its next attempt too.
    Waiting,
    /// A container whose inside runs.
    Open,
    /// All its edges are dead; to be recorded.
    Dead,
    /// No longer needed; to be recorded.
    Unneeded,
    /// Its node ran: its output counts for the scope, also as `return` and `respond`.
    Succeeded,
    /// Disabled, or failed and continued: its output counts for the scope.
    Passed,
    /// Failed: its output went to the `error` port.
    Failed,
    /// Failed, and the scope with it.
    Fell,
    Skipped,
    Canceled,
    /// Its iteration was broken off before it had its turn.
    Abandoned,
}

impl Phase {
    /// Whether it has ended with an output.
    pub(super) const fn has_output(self) -> bool {
        matches!(self, Self::Succeeded | Self::Passed | Self::Failed | Self::Fell)
    }

    /// Whether the output counts for the scope.
    pub(super) const fn counts(self) -> bool {
        matches!(self, Self::Succeeded | Self::Passed)
    }

    /// Whether it began and has not ended.
    pub(super) const fn is_begun(self) -> bool {
        matches!(self, Self::InFlight | Self::Waiting | Self::Open)
    }

    /// Whether its link may be to a wait or a container, also to one that is gone.
    pub(super) const fn may_be_linked(self) -> bool {
        matches!(self, Self::Waiting | Self::Joining | Self::Open | Self::Fell)
    }

    /// All that a snapshot tells of, by their numbers there: the list only grows.
    const RESTORED: [Self; 14] = [
        Self::Pending,
        Self::Ready,
        Self::Waiting,
        Self::Open,
        Self::Dead,
        Self::Unneeded,
        Self::Succeeded,
        Self::Passed,
        Self::Failed,
        Self::Fell,
        Self::Skipped,
        Self::Canceled,
        Self::Abandoned,
        Self::Joining,
    ];

    /// Its number in a snapshot. What is in flight is told as ready.
    pub(crate) fn code(self) -> u8 {
        let at = Self::RESTORED.iter().position(|&phase| phase == self).unwrap_or(1);
        u8::try_from(at).expect("a short list")
    }

    /// The phase of a number.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::RESTORED.get(usize::from(code)).copied()
    }
}

impl Frame {
    /// Makes it a frame of a body in which nothing has happened.
    pub(super) fn reset(&mut self, body: &Body) {
        let nodes = body.nodes.len();
        self.nodes.clear();
        self.nodes.resize(nodes, NodeState::default());
        self.edges.clear();
        self.edges.resize(body.edges as usize, UNRESOLVED);
        self.values.clear();
        self.values.resize(nodes + body.imports as usize, Value::Null);
        (self.pending, self.busy) = (nodes, body.regions.len());
        self.loops.clear();
        self.loops.resize_with(body.regions.len(), Loop::default);
        self.back.clear();
        self.carried.clear();
        self.left.clear();
        self.kept.clear();
        (self.header_skipped, self.is_last) = (false, false);
        self.container = None;
        self.value = Value::Null;
    }
}

/// The frames in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    open: slab::Slab<Frame>,
    spare: Vec<Frame>,
    generation: u64,
}

impl Frames {
    /// Takes in a frame of a body.
    pub(super) fn open(&mut self, index: BodyIndex, body: &Body) -> FrameIndex {
        self.generation += 1;
        self.open_as(index, body, self.generation)
    }

    /// Takes in a frame that began before.
    pub(super) fn open_as(&mut self, index: BodyIndex, body: &Body, generation: u64) -> FrameIndex {
        let mut frame = self.spare.pop().unwrap_or_default();
        frame.reset(body);
        (frame.body, frame.generation) = (index, generation);
        self.open.insert(frame)
    }

    /// Frames that were ever begun.
    pub(super) const fn begun(&self) -> u64 {
        self.generation
    }

    /// Forgets all frames, and goes on after so many that were begun.
    pub(super) fn restart(&mut self, begun: u64) {
        self.open.clear();
        self.generation = begun;
    }

    /// Forgets a frame.
    pub(super) fn retire(&mut self, at: FrameIndex) {
        let mut frame = self.open.remove(at);
        // Values may be large; its lists are kept for the next one.
        frame.values.clear();
        frame.back.clear();
        frame.carried.clear();
        frame.loops.clear();
        frame.left.clear();
        frame.kept.clear();
        frame.value = Value::Null;
        if self.spare.len() < SPARE_MAX {
            self.spare.push(frame);
        }
    }

    /// Whether a node's frame is still the one it was.
    pub(super) fn holds(&self, at: At) -> bool {
        self.open.get(at.frame).is_some_and(|frame| frame.generation == at.generation)
    }

    pub(super) fn get(&self, at: FrameIndex) -> Option<&Frame> {
        self.open.get(at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (FrameIndex, &Frame)> {
        self.open.iter()
    }
}

impl FromIterator<(FrameIndex, Frame)> for Frames {
    fn from_iter<I: IntoIterator<Item = (FrameIndex, Frame)>>(frames: I) -> Self {
        Self { open: frames.into_iter().collect(), ..Self::default() }
    }
}

impl std::ops::Index<FrameIndex> for Frames {
    type Output = Frame;

    fn index(&self, at: FrameIndex) -> &Frame {
        &self.open[at]
    }
}

impl std::ops::IndexMut<FrameIndex> for Frames {
    fn index_mut(&mut self, at: FrameIndex) -> &mut Frame {
        &mut self.open[at]
    }
}

/// A container whose inside runs.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) at: At,
    /// When it began, in µs since acceptance.
    pub(super) began_us: u64,
    /// Its rounds under way, by index.
    pub(super) rounds: BTreeMap<u32, FrameIndex>,
    /// Items to go through.
    pub(super) items: Value,
    /// Rounds begun.
    pub(super) begun: u32,
    /// Values of ended rounds, by item; or the value so far.
    pub(super) values: Vec<Value>,
    /// How many of them there are.
    pub(super) ended: usize,
    pub(super) value: Value,
    /// What is to be recorded of it next.
    pub(super) next: Option<Next>,
    /// Steps under way inside, and those that wait for room, where it limits them.
    pub(super) active: u32,
    pub(super) parked: VecDeque<At>,
    /// The wait for its time to be up.
    pub(super) deadline: Option<WaitIndex>,
    /// The wait for its next try.
    pub(super) backoff: Option<WaitIndex>,
}

impl Scope {
    pub(super) fn new(at: At, began_us: u64, items: Value) -> Self {
        Self {
            at,
            began_us,
            rounds: BTreeMap::new(),
            items,
            begun: 0,
            values: Vec::new(),
            ended: 0,
            value: Value::Null,
            next: None,
            active: 0,
            parked: VecDeque::new(),
            deadline: None,
            backoff: None,
        }
    }
}

/// What a container comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    /// Its inside is over; this is its value.
    Value(Value),
    /// A round is due to be tested.
    Test,
    /// A round begins.
    Round,
    /// Its inside failed.
    Failed(Box<ErrorInfo>),
    /// Its time is up.
    TimedOut,
}

/// A step or container that waits.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    pub(super) at: At,
    pub(super) kind: WaitKind,
    /// When it ends by itself, in ms since 1970.
    pub(super) due_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitKind {
    /// For its next attempt.
    Backoff,
    /// For what its node asked for.
    Step { signal: Option<ArcStr>, child: Option<ExecutionId>, is_deadline: bool },
    /// For the time of a container to be up.
    Deadline,
    /// For the time of a join to be up.
    Join,
}

/// All waits, and when the next is over.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    all: slab::Slab<Wait>,
    by_time: BTreeSet<(i64, WaitIndex)>,
}

impl Waits {
    pub(super) fn add(&mut self, wait: Wait) -> WaitIndex {
        let due = wait.due_ms;
        let at = self.all.insert(wait);
        if let Some(due) = due {
            self.by_time.insert((due, at));
        }
        at
    }

    pub(super) fn remove(&mut self, at: WaitIndex) -> Option<Wait> {
        let wait = self.all.try_remove(at)?;
        if let Some(due) = wait.due_ms {
            self.by_time.remove(&(due, at));
        }
        Some(wait)
    }

    /// Removes the wait of a step, if it still has one.
    pub(super) fn remove_of(&mut self, owner: At, at: WaitIndex) {
        if self.all.get(at).is_some_and(|wait| wait.at == owner) {
            self.remove(at);
        }
    }

    /// The first wait whose time has come.
    pub(super) fn due(&self, now_ms: i64) -> Option<WaitIndex> {
        self.by_time.first().filter(|(due, _)| *due <= now_ms).map(|&(_, at)| at)
    }

    /// When the next one is over by itself, in ms since 1970.
    pub(super) fn next_ms(&self) -> Option<i64> {
        self.by_time.first().map(|&(due, _)| due)
    }

    pub(super) fn get(&self, at: WaitIndex) -> Option<&Wait> {
        self.all.get(at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (WaitIndex, &Wait)> {
        self.all.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_retired_is_used_again() {
        let body = |nodes: u32| Body { nodes: (0..nodes).collect(), edges: nodes, ..Body::default() };
        let mut frames = Frames::default();
        let first = frames.open(0, &body(100));
        frames[first].values[7] = Value::from("large");
        frames[first].left.insert(1, Live { seq: 1, value: Value::from("left") });
        let (at, generation) = (frames[first].nodes.as_ptr(), frames[first].generation);
        frames.retire(first);
        let second = frames.open(1, &body(50));
        let again = &frames[second];
        assert_eq!((again.nodes.as_ptr(), again.nodes.len(), again.edges.len()), (at, 50, 50), "in the same place");
        assert!(again.values.capacity() >= 100 && again.values.iter().all(Value::is_null) && again.left.is_empty());
        assert!(again.generation > generation && !frames.holds(At { frame: first, generation, node: 0 }));
        // Not more of them are kept than that.
        let many: Vec<FrameIndex> = (0..100).map(|_| frames.open(0, &body(1))).collect();
        many.into_iter().for_each(|at| frames.retire(at));
        assert_eq!(frames.spare.len(), SPARE_MAX);
    }
}
