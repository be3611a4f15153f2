//! Snapshots: the shortest list of events whose fold is the state.
//!
//! They begin with how the execution was accepted, as a journal does. The [`Restored`] that follow tell what is in memory
//! now: frames, what is known of the steps in them, open containers, waits. Iterations that are over left only their
//! values, so the length of a snapshot follows what is held and not what was done. Everything is named as in the file
//! (nodes and edges by their places in it), never by a place in memory or in a plan.

use std::collections::HashMap;

use arcstr::ArcStr;

use super::frame::{At, DEAD, Frame, FrameIndex, Live, Loop, Next, NodeState, Phase, Scope, UNRESOLVED, WaitKind};
use super::{Execution, Woken};
use crate::event::{Address, ErrorInfo, Event, NodeIndex, Path};
use crate::id::ExecutionId;
use crate::plan::{BodyOf, Plan};
use crate::status::{Status, StepStatus};
use crate::value::Value;

/// A piece of a state, as a snapshot tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Restored {
    /// What belongs to the execution as a whole; the pieces follow.
    Whole(WholeRestored),
    /// An iteration under way.
    Frame(FrameRestored),
    /// What is known of a step of the frame told last.
    Step(StepRestored),
    /// A container whose inside has begun.
    Scope(ScopeRestored),
    /// A step or container that waits.
    Wait(WaitRestored),
    /// That was all.
    Complete(CompleteRestored),
}

/// The execution as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeRestored {
    pub(crate) status: Status,
    pub(crate) resolved: u64,
    pub(crate) latest_us: u64,
    /// Frames begun so far.
    pub(crate) frames: u64,
    pub(crate) is_paused: bool,
    /// How often it was reopened.
    pub(crate) generation: u32,
    /// When that was last; 0 if it never was.
    pub(crate) reopened_us: u64,
    pub(crate) failure: Option<Box<ErrorInfo>>,
    pub(crate) responses: Vec<(NodeIndex, Path, Value)>,
    /// By key.
    pub(crate) values: Vec<(ArcStr, Value)>,
    pub(crate) signals: Vec<(ArcStr, Value)>,
    pub(crate) ended_children: Vec<(ExecutionId, Woken)>,
}

/// Values on edges, which are named by their place in the file.
pub(crate) type LiveEdges = Vec<(u32, Live)>;

/// An iteration of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameRestored {
    pub(crate) of: FrameOf,
    /// Its indices, its own among them.
    pub(crate) path: Path,
    /// Its number among all frames that were begun.
    pub(crate) generation: u64,
    pub(crate) value: Value,
    pub(crate) pending: u64,
    pub(crate) busy: u64,
    pub(crate) header_skipped: bool,
    pub(crate) is_last: bool,
    /// Its resolved edges: their place in the file, the number of the step that satisfied them or [`DEAD`], and the value
    /// where it came out of a loop.
    pub(crate) edges: Vec<(u32, u64, Option<Value>)>,
    pub(crate) back: LiveEdges,
    pub(crate) carried: LiveEdges,
    pub(crate) left: LiveEdges,
    pub(crate) loops: Vec<LoopRestored>,
    pub(crate) kept: Vec<((NodeIndex, bool), Value)>,
}

/// What a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameOf {
    Execution,
    /// The inside of this container.
    Container(NodeIndex),
    /// The loop with this header.
    Loop(NodeIndex),
}

/// A loop that keeps something from its earlier iterations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LoopRestored {
    pub(crate) header: NodeIndex,
    pub(crate) left: LiveEdges,
    pub(crate) items: Option<Value>,
    pub(crate) collected: Vec<Value>,
    pub(crate) taken: u64,
}

/// A step about which something is known.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRestored {
    /// Which one.
    pub address: Address,
    pub(crate) phase: Phase,
    pub(crate) unresolved: u32,
    pub(crate) satisfied: u32,
    pub(crate) tries: u32,
    /// Whether a call of it was begun of which nothing more is known.
    pub(crate) started: bool,
    /// Whether it is a join whose time was up.
    pub(crate) is_late: bool,
    /// Its output, if it has ended; null otherwise.
    pub output: Value,
}

/// An open container.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeRestored {
    /// Which one.
    pub address: Address,
    pub(crate) began_us: u64,
    /// The items that it goes through; null where there is no list.
    pub items: Value,
    pub(crate) begun: u32,
    pub(crate) ended: u64,
    pub(crate) values: Vec<Value>,
    pub(crate) value: Value,
    pub(crate) next: Option<Next>,
    pub(crate) active: u32,
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitRestored {
    /// The step or container.
    pub address: Address,
    pub(crate) kind: WaitKind,
    /// When the wait is over at the latest, in ms since 1970.
    pub due_ms: Option<i64>,
}

/// What is to be done next, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct CompleteRestored {
    pub(crate) to_record: Vec<Address>,
    pub(crate) woken: Vec<(Address, Woken)>,
}

impl Restored {
    /// Its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Whole(_) => "execution_restored",
            Self::Frame(_) => "iteration_restored",
            Self::Step(_) => "step_restored",
            Self::Scope(_) => "scope_restored",
            Self::Wait(_) => "wait_restored",
            Self::Complete(_) => "restored",
        }
    }
}

impl WholeRestored {
    /// Whether a person holds it.
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }
}

impl StepRestored {
    /// How it ended; none while it has not.
    pub fn status(&self, plan: &Plan) -> Option<StepStatus> {
        let is_disabled = plan.nodes.get(self.address.node as usize).is_some_and(|node| node.disabled);
        match self.phase {
            Phase::Succeeded => Some(StepStatus::Succeeded),
            Phase::Passed if is_disabled => Some(StepStatus::Disabled),
            Phase::Passed | Phase::Failed | Phase::Fell => Some(StepStatus::Failed),
            Phase::Skipped => Some(StepStatus::Skipped),
            Phase::Canceled => Some(StepStatus::Canceled),
            _ => None,
        }
    }

    /// Tries in all, if it has ended after any.
    pub const fn attempts(&self) -> u32 {
        if self.phase.has_output() { self.tries + 1 } else { self.tries }
    }
}

impl WaitRestored {
    /// The signal and the execution that it waits for; none if it waits for its next attempt, or for its time to be up.
    pub fn awaits(&self) -> Option<(Option<&ArcStr>, Option<ExecutionId>)> {
        match &self.kind {
            WaitKind::Step { signal, child, .. } => Some((signal.as_ref(), *child)),
            WaitKind::Backoff | WaitKind::Deadline | WaitKind::Join => None,
        }
    }
}

impl Execution {
    /// The shortest list of events whose fold is this state, as a journal knows it: what is in flight is ready again, and
    /// what was woken is woken again.
    pub fn snapshot(&self) -> Vec<Event> {
        let state = self.at_rest();
        let mut events = vec![Event::Accepted(state.accepted.clone())];
        let mut tell = |piece: Restored| events.push(Event::Restored(Box::new(piece)));
        tell(Restored::Whole(state.whole_restored()));
        let homes = state.edges_by_home();
        for (index, frame) in state.frames_in_order() {
            tell(Restored::Frame(state.frame_restored(frame, &homes[frame.body as usize])));
            state.steps_restored(index, frame).for_each(|step| tell(Restored::Step(step)));
            for &node in &state.plan.body(frame.body).nodes {
                if let Some(scope) = state.scope_at(state.at(index, node)) {
                    tell(Restored::Scope(state.scope_restored(&state.scopes[scope])));
                }
            }
        }
        state.waits_restored().into_iter().for_each(|wait| tell(Restored::Wait(wait)));
        tell(Restored::Complete(state.complete_restored()));
        events
    }

    /// The same for another execution that goes on from here: calls and children are the first one's own, and so is
    /// whether it is held.
    pub fn parted(&self) -> Vec<Event> {
        let mut state = self.at_rest();
        state.is_paused = false;
        state.ended_children.clear();
        let waits_for_child = |kind: &WaitKind| matches!(kind, WaitKind::Step { child: Some(_), .. });
        let apart: Vec<At> =
            state.waits.iter().filter(|(_, wait)| waits_for_child(&wait.kind)).map(|(_, wait)| wait.at).collect();
        let woken = state.woken.iter().filter(|(_, woken)| matches!(woken, Woken::ChildEnded { .. }));
        for at in woken.map(|(at, _)| *at).chain(apart).collect::<Vec<At>>() {
            if state.frames.holds(at) && state.state(at).phase == Phase::Waiting {
                state.leave_phase(at);
                state.leave_room(at);
                state.make_ready(at.frame, at.node);
                state.state_mut(at).link = 0;
            }
        }
        let frames: Vec<FrameIndex> = state.frames.iter().map(|(index, _)| index).collect();
        for index in frames {
            for own in &mut state.frames[index].nodes {
                own.link = if own.phase.may_be_linked() { own.link } else { 0 };
            }
        }
        state.snapshot()
    }

    /// This state as a journal knows it.
    fn at_rest(&self) -> Self {
        let mut state = self.clone();
        let frames: Vec<FrameIndex> = state.frames_in_order().into_iter().map(|(index, _)| index).collect();
        let plan = state.plan.clone();
        for frame in frames {
            for &node in &plan.body(state.frames[frame].body).nodes {
                let at = state.at(frame, node);
                if state.state(at).phase != Phase::InFlight {
                    continue;
                }
                state.in_flight -= 1;
                if let Some(found) = state.waking.iter().position(|(other, _)| *other == at) {
                    let woken = state.waking.swap_remove(found);
                    state.woken.push_front(woken);
                    state.state_mut(at).phase = Phase::Waiting;
                } else {
                    state.leave_room(at);
                    state.state_mut(at).phase = Phase::Ready;
                }
            }
        }
        state.waking.clear();
        state
    }

    /// Frames in the order in which they began: each stands after the one around it.
    pub(super) fn frames_in_order(&self) -> Vec<(FrameIndex, &Frame)> {
        let mut frames: Vec<(FrameIndex, &Frame)> = self.frames.iter().collect();
        frames.sort_unstable_by_key(|(_, frame)| frame.generation);
        frames
    }

    /// The edges at home in each body, back edges aside.
    fn edges_by_home(&self) -> Vec<Vec<u32>> {
        let mut homes: Vec<Vec<u32>> = vec![Vec::new(); self.plan.bodies.len()];
        for (edge, planned) in (0..).zip(&self.plan.edges).filter(|(_, planned)| !planned.is_back) {
            homes[planned.home as usize].push(edge);
        }
        homes
    }

    fn whole_restored(&self) -> WholeRestored {
        // Whoever adds a field says here what becomes of it in a snapshot.
        let Self {
            plan: _,
            status,
            accepted: _,
            frames,
            top: _,
            scopes: _,
            waits: _,
            ready: _,
            to_record: _,
            woken: _,
            waking: _,
            signals,
            ended_children,
            // Its owner has heard of them, or has lost its memory.
            dropped: _,
            resolved,
            latest_us,
            in_flight: _,
            is_paused,
            failure,
            responses,
            values,
            generation,
            reopened_us,
            stage: _,
        } = self;
        let mut values: Vec<(ArcStr, Value)> = values.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        values.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        WholeRestored {
            status: *status,
            resolved: *resolved,
            latest_us: *latest_us,
            frames: frames.begun(),
            is_paused: *is_paused,
            generation: *generation,
            reopened_us: *reopened_us,
            failure: failure.clone(),
            responses: responses.clone(),
            values,
            signals: signals.iter().cloned().collect(),
            ended_children: ended_children.clone(),
        }
    }

    fn frame_restored(&self, frame: &Frame, home: &[u32]) -> FrameRestored {
        let Frame {
            body,
            generation,
            parent: _,
            scope: _,
            container: _,
            path,
            iteration: _,
            value,
            nodes,
            edges,
            values,
            pending,
            busy,
            loops,
            back,
            carried,
            left,
            header_skipped,
            is_last,
            kept,
        } = frame;
        let planned = self.plan.body(*body);
        let of = match planned.of {
            BodyOf::Execution => FrameOf::Execution,
            BodyOf::Container(container) => FrameOf::Container(container),
            BodyOf::Region { header, .. } => FrameOf::Loop(header),
        };
        let resolved = |&edge: &u32| {
            let planned = self.plan.edge(edge);
            let seq = edges[planned.slot as usize];
            let came_out = seq != DEAD && planned.value as usize >= nodes.len();
            let value = came_out.then(|| values[planned.value as usize].clone());
            (seq != UNRESOLVED).then_some((planned.order, seq, value))
        };
        let of_loop = |(slot, own): (usize, &Loop)| {
            let Loop { frame: _, left, items, collected, taken } = own;
            let is_new = left.is_empty() && items.is_none() && collected.is_empty() && *taken == 0;
            let header = self.plan.header(planned.regions[slot])?;
            (!is_new).then(|| LoopRestored {
                header,
                left: self.named(left.iter()),
                items: items.clone(),
                collected: collected.clone(),
                taken: *taken as u64,
            })
        };
        FrameRestored {
            of,
            path: path.clone(),
            generation: *generation,
            value: value.clone(),
            pending: *pending as u64,
            busy: *busy as u64,
            header_skipped: *header_skipped,
            is_last: *is_last,
            edges: home.iter().filter_map(resolved).collect(),
            back: self.named(back.iter().map(|(edge, live)| (edge, live))),
            carried: self.named(carried.iter().map(|(edge, live)| (edge, live))),
            left: self.named(left.iter()),
            loops: loops.iter().enumerate().filter_map(of_loop).collect(),
            kept: kept.clone(),
        }
    }

    fn named<'a>(&self, edges: impl Iterator<Item = (&'a u32, &'a Live)>) -> LiveEdges {
        edges.map(|(&edge, live)| (self.plan.edge(edge).order, live.clone())).collect()
    }

    /// The steps of a frame that are not as they were when it began.
    fn steps_restored<'a>(
        &'a self,
        index: FrameIndex,
        frame: &'a Frame,
    ) -> impl Iterator<Item = StepRestored> + use<'a> {
        let nodes = &self.plan.body(frame.body).nodes;
        let step = move |(own, (&node, output)): (&NodeState, (&NodeIndex, &Value))| {
            let NodeState { unresolved, satisfied, tries, phase, link, is_late } = *own;
            let at_home = self.plan.node(node).at_home;
            let is_new = (unresolved, satisfied, tries, phase, link) == (at_home, 0, 0, Phase::Pending, 0);
            if is_new && !is_late {
                return None;
            }
            let started = link > 0 && !phase.may_be_linked();
            let address = self.address(self.at(index, node));
            let output = if phase.has_output() { output.clone() } else { Value::Null };
            Some(StepRestored { address, phase, unresolved, satisfied, tries, started, is_late, output })
        };
        frame.nodes.iter().zip(nodes.iter().zip(&frame.values)).filter_map(step)
    }

    fn scope_restored(&self, scope: &Scope) -> ScopeRestored {
        let Scope {
            at,
            began_us,
            rounds: _,
            items,
            begun,
            values,
            ended,
            value,
            next,
            active,
            // They are ready, and ask for room again.
            parked: _,
            deadline: _,
            backoff: _,
        } = scope;
        ScopeRestored {
            address: self.address(*at),
            began_us: *began_us,
            items: items.clone(),
            begun: *begun,
            ended: *ended as u64,
            values: values.clone(),
            value: value.clone(),
            next: next.clone(),
            active: *active,
        }
    }

    /// Waits that somebody knows of, by the places they belong to.
    fn waits_restored(&self) -> Vec<WaitRestored> {
        let is_known = |&(index, wait): &(usize, &super::frame::Wait)| {
            self.frames.holds(wait.at) && {
                let state = self.state(wait.at);
                let of_step = matches!(state.phase, Phase::Waiting | Phase::Joining) && state.link as usize == index;
                let of_scope = |scope: usize| [self.scopes[scope].deadline, self.scopes[scope].backoff];
                of_step || self.scope_at(wait.at).is_some_and(|scope| of_scope(scope).contains(&Some(index)))
            }
        };
        let mut waits: Vec<_> = self.waits.iter().filter(is_known).map(|(_, wait)| wait).collect();
        let order = |kind: &WaitKind| matches!(kind, WaitKind::Deadline);
        waits.sort_unstable_by_key(|wait| (wait.at.generation, wait.at.node, order(&wait.kind)));
        let told = |wait: &super::frame::Wait| {
            let super::frame::Wait { at, kind, due_ms } = wait;
            WaitRestored { address: self.address(*at), kind: kind.clone(), due_ms: *due_ms }
        };
        waits.into_iter().map(told).collect()
    }

    fn complete_restored(&self) -> CompleteRestored {
        let mut seen: HashMap<(u64, NodeIndex), ()> = HashMap::new();
        let mut is_first = |at: &At| seen.insert((at.generation, at.node), ()).is_none();
        let is_due = |at: &At| {
            self.frames.holds(*at)
                && match self.state(*at).phase {
                    Phase::Dead | Phase::Unneeded => true,
                    Phase::Open => self.scopes[self.state(*at).link as usize].next.is_some(),
                    _ => false,
                }
        };
        let to_record = self.to_record.iter().filter(|at| is_due(at) && is_first(at)).map(|at| self.address(*at));
        let to_record = to_record.collect();
        let is_waiting = |at: At| self.frames.holds(at) && self.state(at).phase == Phase::Waiting;
        let woken = self.woken.iter().filter(|(at, _)| is_waiting(*at));
        let woken = woken.map(|(at, woken)| (self.address(*at), woken.clone())).collect();
        CompleteRestored { to_record, woken }
    }
}
