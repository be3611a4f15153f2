//! The fold of a snapshot: the state is put together piece by piece.

use super::apply::Refused;
use super::frame::{DEAD, FrameIndex, Frames, Live, NodeState, Phase, Scope, UNRESOLVED, Wait, WaitKind, Waits};
use super::snapshot::{
    CompleteRestored, FrameOf, FrameRestored, LiveEdges, Restored, ScopeRestored, StepRestored, WaitRestored,
    WholeRestored,
};
use super::{Execution, Stage};
use crate::event::{Address, NodeIndex};
use crate::plan::{BodyIndex, BodyOf};

impl Execution {
    /// Takes in a piece of a snapshot.
    pub(super) fn restored(&mut self, piece: &Restored) -> Refused {
        let expected = if matches!(piece, Restored::Whole(_)) { Stage::Accepted } else { Stage::Restoring };
        if self.stage != expected {
            return Err("a snapshot stands at the beginning, and once".into());
        }
        if self.frames.is_empty() && !matches!(piece, Restored::Frame(_)) {
            return Err("its top level is missing".into());
        }
        match piece {
            Restored::Whole(whole) => self.restore_whole(whole),
            Restored::Frame(frame) => return self.restore_frame(frame),
            Restored::Step(step) => return self.restore_step(step),
            Restored::Scope(scope) => return self.restore_scope(scope),
            Restored::Wait(wait) => return self.restore_wait(wait),
            Restored::Complete(complete) => return self.restore_rest(complete),
        }
        Ok(())
    }

    fn restore_whole(&mut self, whole: &WholeRestored) {
        let WholeRestored {
            status,
            resolved,
            latest_us,
            frames,
            is_paused,
            generation,
            reopened_us,
            failure,
            responses,
            values,
            signals,
            ended_children,
        } = whole.clone();
        self.frames.restart(frames);
        self.ready.clear();
        self.scopes.clear();
        self.waits = Waits::default();
        (self.status, self.is_paused) = (status, is_paused);
        (self.resolved, self.latest_us) = (resolved, latest_us);
        (self.generation, self.reopened_us) = (generation, reopened_us);
        (self.failure, self.responses) = (failure, responses);
        self.values = values.into_iter().collect();
        self.signals = signals.into();
        self.ended_children = ended_children;
        self.stage = Stage::Restoring;
    }

    fn restore_frame(&mut self, frame: &FrameRestored) -> Refused {
        let plan = self.plan.clone();
        let unknown = || format!("there is no place for {:?} {:?}", frame.of, frame.path);
        let index = self.body_of(frame.of).ok_or_else(unknown)?;
        let body = plan.body(index);
        let own = self.own_index(index, &frame.path).ok_or_else(unknown)?;
        let parent = match (body.parent, frame.of) {
            (None, _) if self.frames.is_empty() => None,
            (Some(parent), _) if !self.frames.is_empty() => {
                let around = &frame.path[..frame.path.len() - own.map_or(0, |_| 1)];
                Some(self.frame_at(parent, around).ok_or_else(unknown)?)
            }
            _ => return Err(unknown()),
        };
        let container = match (frame.of, parent) {
            (FrameOf::Container(node), Some(parent)) => Some(self.scope_at(self.at(parent, node)).ok_or_else(unknown)?),
            _ => None,
        };
        let iteration = own.unwrap_or(0);
        let at = self.frames.open_as(index, body, frame.generation);
        let parent_at = parent.unwrap_or(at);
        let scope = if matches!(body.of, BodyOf::Region { .. }) { self.frames[parent_at].scope } else { at };
        if let BodyOf::Region { slot, .. } = body.of {
            self.frames[parent_at].loops[slot as usize].frame = Some(at);
        } else if let Some(container) = container {
            self.scopes[container].rounds.insert(iteration, at);
        } else {
            self.top = at;
        }
        let place = &mut self.frames[at];
        (place.parent, place.scope, place.container) = (parent_at, scope, container);
        (place.iteration, place.path, place.value) = (iteration, frame.path.clone(), frame.value.clone());
        place.pending = usize::try_from(frame.pending).map_err(|_| unknown())?;
        place.busy = usize::try_from(frame.busy).map_err(|_| unknown())?;
        (place.header_skipped, place.is_last) = (frame.header_skipped, frame.is_last);
        place.kept.clone_from(&frame.kept);
        for (state, &node) in place.nodes.iter_mut().zip(&body.nodes) {
            *state = NodeState { unresolved: plan.node(node).at_home, ..NodeState::default() };
        }
        self.restore_edges(at, index, frame)?;
        self.restore_loops(at, index, frame)
    }

    /// The body that a frame is one iteration of.
    fn body_of(&self, of: FrameOf) -> Option<BodyIndex> {
        let node = |node: NodeIndex| self.plan.nodes.get(node as usize).filter(|node| node.reachable);
        match of {
            FrameOf::Execution => Some(0),
            FrameOf::Container(container) => Some(node(container)?.container.as_ref()?.body),
            FrameOf::Loop(header) => {
                let body = node(header)?.body;
                (self.plan.header(body) == Some(header)).then_some(body)
            }
        }
    }

    /// The last index of a path, where a body has one of its own; `None` if it should have one and has not.
    fn own_index(&self, body: BodyIndex, path: &[u32]) -> Option<Option<u32>> {
        let is_own = match self.plan.body(body).of {
            BodyOf::Execution => false,
            BodyOf::Region { .. } => true,
            BodyOf::Container(node) => self.plan.node(node).container.as_ref()?.is_iterating(),
        };
        if is_own { path.last().map(|&own| Some(own)) } else { Some(None) }
    }

    fn restore_edges(&mut self, at: FrameIndex, body: BodyIndex, frame: &FrameRestored) -> Refused {
        let plan = self.plan.clone();
        for (order, seq, value) in &frame.edges {
            let edge = plan.edge_of(*order).map(|edge| plan.edge(edge));
            let edge = edge.filter(|edge| edge.home == body && !edge.is_back && *seq != UNRESOLVED);
            let edge = edge.ok_or_else(|| format!("edge {order} is not at home there"))?;
            self.frames[at].edges[edge.slot as usize] = *seq;
            if let Some(value) = value.as_ref().filter(|_| *seq != DEAD) {
                self.frames[at].values[edge.value as usize] = value.clone();
            }
        }
        self.frames[at].back = self.lives(&frame.back)?;
        self.frames[at].carried = self.lives(&frame.carried)?;
        self.frames[at].left = self.lives(&frame.left)?.into_iter().collect();
        Ok(())
    }

    fn lives(&self, edges: &LiveEdges) -> Result<Vec<(u32, Live)>, String> {
        let edge = |(order, live): &(u32, Live)| {
            let edge = self.plan.edge_of(*order).ok_or_else(|| format!("there is no edge {order}"))?;
            Ok((edge, live.clone()))
        };
        edges.iter().map(edge).collect()
    }

    fn restore_loops(&mut self, at: FrameIndex, body: BodyIndex, frame: &FrameRestored) -> Refused {
        for own in &frame.loops {
            let found = self.body_of(FrameOf::Loop(own.header)).map(|region| self.plan.body(region));
            let found = found.filter(|region| region.parent == Some(body));
            let Some(BodyOf::Region { slot, .. }) = found.map(|region| region.of) else {
                return Err(format!("node {} heads no loop there", own.header));
            };
            let left = self.lives(&own.left)?.into_iter().collect();
            let place = &mut self.frames[at].loops[slot as usize];
            (place.left, place.items) = (left, own.items.clone());
            place.collected.clone_from(&own.collected);
            place.taken = usize::try_from(own.taken).unwrap_or(usize::MAX);
        }
        Ok(())
    }

    fn restore_step(&mut self, step: &StepRestored) -> Refused {
        let StepRestored { address, phase, unresolved, satisfied, tries, started, is_late, output } = step;
        let at = self.locate(address).ok_or_else(|| missing(address))?;
        // A wait that is over has left nothing but what it woke the step with.
        let link = if matches!(phase, Phase::Waiting | Phase::Joining) { u32::MAX } else { u32::from(*started) };
        *self.state_mut(at) = NodeState {
            unresolved: *unresolved,
            satisfied: *satisfied,
            tries: *tries,
            phase: *phase,
            link,
            is_late: *is_late,
        };
        let slot = self.plan.node(at.node).slot as usize;
        self.frames[at.frame].values[slot] = output.clone();
        if *phase == Phase::Ready {
            self.ready.push_back(at);
        }
        Ok(())
    }

    fn restore_scope(&mut self, scope: &ScopeRestored) -> Refused {
        let ScopeRestored { address, began_us, items, begun, ended, values, value, next, active } = scope;
        let at = self.locate(address).ok_or_else(|| missing(address))?;
        let phase = self.state(at).phase;
        let has_inside = self.plan.node(at.node).container.is_some();
        if !has_inside || !matches!(phase, Phase::Open | Phase::Fell) || self.scope_at(at).is_some() {
            return Err(format!("node {} {:?} is not open", address.node, address.path));
        }
        let index = self.add_scope(Scope::new(at, *began_us, items.clone()));
        self.state_mut(at).phase = phase;
        let own = &mut self.scopes[index];
        (own.begun, own.active) = (*begun, *active);
        own.ended = usize::try_from(*ended).unwrap_or(usize::MAX);
        own.values.clone_from(values);
        (own.value, own.next) = (value.clone(), next.clone());
        Ok(())
    }

    fn restore_wait(&mut self, wait: &WaitRestored) -> Refused {
        let WaitRestored { address, kind, due_ms } = wait;
        let at = self.locate(address).ok_or_else(|| missing(address))?;
        let scope = self.scope_at(at);
        let fits = match kind {
            WaitKind::Join => self.state(at).phase == Phase::Joining,
            WaitKind::Deadline => false,
            WaitKind::Backoff | WaitKind::Step { .. } => self.state(at).phase == Phase::Waiting,
        };
        if scope.is_none() && !fits {
            return Err(format!("step {} {:?} does not wait", address.node, address.path));
        }
        let index = self.waits.add(Wait { at, kind: kind.clone(), due_ms: *due_ms });
        match (scope, kind) {
            (Some(scope), WaitKind::Deadline) => self.scopes[scope].deadline = Some(index),
            (Some(scope), _) => self.scopes[scope].backoff = Some(index),
            (None, _) => self.state_mut(at).link = u32::try_from(index).expect("fewer than 2^32 steps wait"),
        }
        Ok(())
    }

    fn restore_rest(&mut self, complete: &CompleteRestored) -> Refused {
        for address in &complete.to_record {
            let at = self.locate(address).ok_or_else(|| missing(address))?;
            self.to_record.push_back(at);
        }
        for (address, woken) in &complete.woken {
            let at = self.locate(address).ok_or_else(|| missing(address))?;
            self.woken.push_back((at, woken.clone()));
        }
        self.stage = Stage::Going;
        Ok(())
    }
}

impl Frames {
    fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

fn missing(address: &Address) -> String {
    format!("there is no step {} {:?}", address.node, address.path)
}
