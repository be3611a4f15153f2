//! What ends before its time: the inside of a container that fails, an iteration at its limit, branches that a join
//! no longer needs.

use super::Execution;
use super::frame::{At, FrameIndex, Next, Phase, ScopeIndex};
use crate::event::{ErrorInfo, NodeIndex};
use crate::plan::{BodyOf, ContainerKind, OnError};

impl Execution {
    // Failures -------------------------------------------------------------------------------------------------------

    /// A failure that its own node does not handle: the container around gets it, or with nobody to handle it the
    /// execution stops where it stands, so that it can be taken up again there.
    pub(super) fn fall(&mut self, at: At, error: &ErrorInfo) {
        let error = Box::new(error.clone());
        if self.failure.is_some() {
            return;
        }
        if self.is_handled(at.frame, &error) {
            if let Some(scope) = self.frames[self.frames[at.frame].scope].container {
                self.break_scope(scope);
                self.conclude(scope, Next::Failed(error));
            }
            return;
        }
        self.failure = Some(error.clone());
        self.to_record.clear();
        let mut frame = at.frame;
        while let Some(scope) = self.frames[self.frames[frame].scope].container {
            self.conclude(scope, Next::Failed(error.clone()));
            frame = self.scopes[scope].at.frame;
        }
    }

    /// Whether a container around a frame goes on after a failure.
    pub(super) fn is_handled(&self, frame: FrameIndex, error: &ErrorInfo) -> bool {
        let mut frame = frame;
        while let Some(scope) = self.frames[self.frames[frame].scope].container {
            let round = self.frames[self.frames[frame].scope].iteration;
            let At { frame: outer, node, .. } = self.scopes[scope].at;
            let handles = match &self.planned(scope).kind {
                ContainerKind::TryCatch { always, .. } => *always || self.plan.has_error_edge(node),
                ContainerKind::Retry(retry) => retry.goes_on(round, &error.code),
                _ => false,
            };
            if handles || self.plan.node(node).on_error != OnError::Fail {
                return true;
            }
            frame = outer;
        }
        false
    }

    // Frames ---------------------------------------------------------------------------------------------------------

    /// Forgets everything inside of a container.
    pub(super) fn break_scope(&mut self, scope: ScopeIndex) {
        let rounds: Vec<FrameIndex> = std::mem::take(&mut self.scopes[scope].rounds).into_values().collect();
        self.drop_frames(rounds);
        let own = &mut self.scopes[scope];
        own.active = 0;
        own.parked.clear();
    }

    /// Forgets a container that has ended.
    pub(super) fn close_scope(&mut self, scope: ScopeIndex) {
        self.break_scope(scope);
        let own = self.scopes.remove(scope);
        for wait in [own.deadline, own.backoff].into_iter().flatten() {
            self.waits.remove(wait);
        }
    }

    /// Forgets frames and all inside of them.
    fn drop_frames(&mut self, frames: Vec<FrameIndex>) {
        let plan = self.plan.clone();
        let mut open = frames;
        while let Some(frame) = open.pop() {
            open.extend(self.frames[frame].loops.iter().filter_map(|own| own.frame));
            for &node in &plan.body(self.frames[frame].body).nodes {
                open.extend(self.drop_node(self.at(frame, node)));
            }
            self.frames.retire(frame);
        }
    }

    /// Takes a step out of flight, out of waiting, or what is inside of it; answers frames that are left to drop.
    fn drop_node(&mut self, at: At) -> Vec<FrameIndex> {
        let state = self.state(at);
        if state.phase.is_begun() {
            self.leave_room(at);
        }
        match state.phase {
            Phase::InFlight => {
                self.in_flight -= 1;
                self.dropped.push(self.address(at));
            }
            Phase::Waiting | Phase::Joining => {
                self.waits.remove_of(at, state.link as usize);
            }
            Phase::Open => {
                let own = self.scopes.remove(state.link as usize);
                for wait in [own.deadline, own.backoff].into_iter().flatten() {
                    self.waits.remove(wait);
                }
                return own.rounds.into_values().collect();
            }
            _ => {}
        }
        Vec::new()
    }

    // Loops ----------------------------------------------------------------------------------------------------------

    /// Nothing else of a header's iteration runs, and none follows.
    pub(super) fn stop_iteration(&mut self, header: At) {
        let plan = self.plan.clone();
        let mut inner: Vec<FrameIndex> = Vec::new();
        for own in &mut self.frames[header.frame].loops {
            inner.extend(own.frame.take());
        }
        for &node in &plan.body(self.frames[header.frame].body).nodes {
            let at = self.at(header.frame, node);
            if node != header.node {
                inner.extend(self.drop_node(at));
                let state = self.state_mut(at);
                let has_not_begun = matches!(
                    state.phase,
                    Phase::Pending | Phase::Joining | Phase::Ready | Phase::Dead | Phase::Unneeded
                );
                if has_not_begun || state.phase.is_begun() {
                    state.phase = Phase::Abandoned;
                }
            }
        }
        self.drop_frames(inner);
        self.let_in(header.frame);
        let frame = &mut self.frames[header.frame];
        (frame.pending, frame.busy, frame.is_last) = (1, 0, true);
    }

    // Joins ----------------------------------------------------------------------------------------------------------

    /// After a join `first`: what leads only to it, in the same iteration, is no longer needed.
    pub(super) fn cancel_what_leads_only_to(&mut self, join: At) {
        let plan = self.plan.clone();
        let body = self.frames[join.frame].body;
        let only = self.leads_only_to(join);
        for (slot, &region) in plan.body(body).regions.iter().enumerate() {
            let BodyOf::Region { header, .. } = plan.body(region).of else { continue };
            if only[header as usize] {
                let own = &mut self.frames[join.frame].loops[slot];
                if let Some(iteration) = own.frame.take() {
                    let mut ended = std::mem::take(own);
                    ended.left.clear();
                    self.drop_frames(vec![iteration]);
                    self.end_loop(join.frame, region, ended);
                }
            }
        }
        for &node in &plan.body(body).nodes {
            let at = self.at(join.frame, node);
            let phase = self.state(at).phase;
            let unfinished =
                phase.is_begun() || matches!(phase, Phase::Pending | Phase::Joining | Phase::Ready | Phase::Dead);
            if only[node as usize] && unfinished {
                let inside = self.drop_node(at);
                self.drop_frames(inside);
                self.state_mut(at).phase = Phase::Unneeded;
                self.to_record.push_back(at);
            }
        }
        self.let_in(join.frame);
    }

    /// For each node whether all of its ways lead to a join, within the body that the join stands in.
    fn leads_only_to(&self, join: At) -> Vec<bool> {
        let plan = &*self.plan;
        let body = self.frames[join.frame].body;
        let within = |node: NodeIndex| plan.body(plan.node(node).body).chain.contains(&body);
        let mut only = vec![false; plan.nodes.len()];
        let (mut open, mut found) = (vec![join.node], Vec::new());
        while let Some(node) = open.pop() {
            for edge in plan.incoming(node).iter().map(|&edge| plan.edge(edge)) {
                let counts = within(edge.source) && !(edge.is_back && edge.home == body);
                if counts && edge.source != join.node && !std::mem::replace(&mut only[edge.source as usize], true) {
                    found.push(edge.source);
                    open.push(edge.source);
                }
            }
        }
        // A node with a way around the join stays, and with it whatever leads there.
        let mut suspects: Vec<NodeIndex> = found;
        while let Some(node) = suspects.pop() {
            let leads_elsewhere = plan.edges[plan.outgoing(node)].iter().any(|edge| {
                let leaves = !plan.body(edge.home).chain.contains(&body);
                leaves || (edge.to != join.node && !only[edge.to as usize])
            });
            if only[node as usize] && leads_elsewhere {
                only[node as usize] = false;
                suspects.extend(plan.incoming(node).iter().map(|&edge| plan.edge(edge).source));
            }
        }
        only
    }
}
