//! The fold: one event at a time.

use super::frame::{At, Next, Phase, Scope, ScopeIndex, Wait, WaitIndex, WaitKind};
use super::{Execution, IllegalTransition, Stage, Woken};
use crate::event::{
    Accepted, Address, ChildEnded, Event, Finished, RoundBegan, Route, ScopeOpened, Signaled, StepFinished,
    StepRetried, StepWaiting,
};
use crate::plan::{ContainerKind, Join, LoopPort, MAX_ITERATIONS, OnError};
use crate::status::{Status, StepStatus};
use crate::value::Value;

/// Signals that nobody waits for yet; the oldest go first.
const SIGNALS_MAX: usize = 1_000;

pub(super) type Refused = Result<(), String>;

impl Execution {
    /// Takes in one event.
    ///
    /// # Errors
    /// The event cannot follow: a second result for an address, a step that was not ready, anything after the end.
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalTransition> {
        let refuse = |reason: String| IllegalTransition { event: event.name(), reason };
        if let Event::Restored(piece) = event {
            return self.restored(piece).map_err(refuse);
        }
        if self.status.is_terminal() && !matches!(event, Event::Reopened(_)) {
            return Err(refuse(format!("the execution is {}", self.status.as_str())));
        }
        if self.stage != Stage::Going {
            if self.stage == Stage::Restoring {
                return Err(refuse("a snapshot is not complete".into()));
            }
            self.stage = Stage::Going;
        }
        match event {
            Event::Accepted(_) | Event::Restored(_) => Err("it was accepted already".to_owned()),
            Event::StepFinished(step) => self.step_finished(step),
            Event::StepSkipped(address) => self.set_aside(address, (Phase::Dead, Phase::Skipped)),
            Event::StepCanceled(address) => self.set_aside(address, (Phase::Unneeded, Phase::Canceled)),
            Event::Finished(finished) => self.finished(finished),
            Event::StepStarted(started) => self.step_started(&started.address),
            Event::StepRetried(retried) => self.step_retried(retried),
            Event::StepWaiting(waiting) => self.step_waiting(waiting),
            Event::ScopeOpened(opened) => self.scope_opened(opened),
            Event::RoundBegan(began) => self.round_began(began),
            Event::Batched(batched) => self.batched(&batched.inputs),
            Event::Signaled(signaled) => {
                self.signaled(signaled);
                Ok(())
            }
            Event::ChildEnded(ended) => {
                self.child_ended(ended);
                Ok(())
            }
            Event::Paused(_) => self.hold(true),
            Event::Resumed(_) => self.hold(false),
            Event::Reopened(moment) => self.reopen(moment.at_us),
        }
        .map_err(refuse)
    }

    fn expect(&self, address: &Address, fits: impl Fn(Phase) -> bool) -> Result<At, String> {
        let at = self.locate(address).ok_or_else(|| format!("there is no step {} {:?}", address.node, address.path))?;
        let phase = self.state(at).phase;
        if fits(phase) { Ok(at) } else { Err(format!("step {} {:?} is {phase:?}", address.node, address.path)) }
    }

    /// Refuses an end of a container whose inside goes on.
    fn expect_conclusion(&self, at: At) -> Refused {
        if self.state(at).phase == Phase::Open {
            let own = &self.scopes[self.state(at).link as usize];
            if own.next.is_none() && own.deadline.is_none() {
                return Err(format!("what stands inside of node {} has not ended", at.node));
            }
        }
        Ok(())
    }

    // Results --------------------------------------------------------------------------------------------------------

    fn step_finished(&mut self, step: &StepFinished) -> Refused {
        let at = self.expect(&step.address, |phase| phase.is_startable() || phase.is_begun())?;
        self.latest_us = self.latest_us.max(step.started_us.saturating_add(step.duration_us));
        let before = self.state(at);
        self.expect_conclusion(at)?;
        // What falls with the execution keeps what stands inside, to be taken up again there.
        let falls = || step.error.as_ref().is_some_and(|error| !self.is_handled(at.frame, error));
        let is_end = step.route == Route::Nowhere && (self.failure.is_some() || falls());
        let stays_open = before.phase == Phase::Open && is_end;
        match before.phase {
            Phase::InFlight => self.in_flight -= 1,
            Phase::Waiting | Phase::Joining => self.waits.remove_of(at, before.link as usize),
            Phase::Open if !stays_open => self.close_scope(before.link as usize),
            _ => {}
        }
        if before.phase == Phase::Open {
            self.recorded(at);
        }
        self.forget_woken(at);
        if before.phase.is_begun() && !stays_open {
            self.give_room(at);
        }
        self.note_round(at, step);
        let phase = match (step.status, &step.route) {
            (_, Route::Nowhere) => Phase::Fell,
            (_, Route::Error) => Phase::Failed,
            (StepStatus::Succeeded, Route::Ports(_)) => Phase::Succeeded,
            (_, Route::Ports(_)) => Phase::Passed,
        };
        // What falls stays as it stands, to be taken up again there.
        let code = step.error.as_ref().map(|error| error.code.as_str());
        if code == Some("loop_limit") && phase != Phase::Fell && self.is_at_its_limit(at) {
            self.stop_iteration(at);
        }
        let state = self.state_mut(at);
        state.phase = phase;
        if !stays_open {
            state.link = 0;
        }
        for (key, value) in &step.writes {
            self.values.insert(key.clone(), value.clone());
        }
        let slot = self.plan.node(at.node).slot as usize;
        self.frames[at.frame].values[slot] = step.output.clone();
        if phase == Phase::Fell {
            if let Some(error) = &step.error {
                self.fall(at, error);
            }
            return Ok(());
        }
        self.keep(at, phase, &step.output);
        self.resolve_edges(at, &step.route, &step.output);
        if step.status == StepStatus::Succeeded && self.plan.node(at.node).join == Join::First {
            self.cancel_what_leads_only_to(at);
        }
        self.frames[at.frame].pending -= 1;
        self.settle(at.frame);
        Ok(())
    }

    /// Whether a step that failed with `loop_limit` is the head of a loop that went on too long. A container has such a
    /// limit for what it does itself, too.
    fn is_at_its_limit(&self, at: At) -> bool {
        let planned = self.plan.node(at.node);
        let iteration = u64::from(self.frames[at.frame].iteration);
        let is_own = planned.container.is_none() || iteration >= planned.max_iterations.unwrap_or(MAX_ITERATIONS);
        is_own && self.is_header(at)
    }

    /// Takes an event's place off the list of those to record.
    fn recorded(&mut self, at: At) {
        if self.to_record.front() == Some(&at) {
            self.to_record.pop_front();
        } else {
            self.to_record.retain(|other| *other != at);
        }
    }

    /// Keeps what the head of a loop needs in the rounds after, and whether it was the last.
    fn note_round(&mut self, at: At, step: &StepFinished) {
        let Some(port) = self.plan.node(at.node).loop_port else { return };
        if self.loop_of(at).is_none() {
            return;
        }
        let again = self.loop_of(at).is_some_and(|own| own.items.is_some());
        let came_back = (again && port == LoopPort::ForEach { collect: true }).then(|| self.input_at(at));
        let ports = if let Route::Ports(ports) = &step.route { ports.as_slice() } else { &[] };
        let (parent, body) = (self.frames[at.frame].parent, self.frames[at.frame].body);
        if let crate::plan::BodyOf::Region { slot, .. } = self.plan.body(body).of {
            let own = &mut self.frames[parent].loops[slot as usize];
            own.collected.extend(came_back);
            if let Some(items) = &step.items {
                own.items = Some(items.clone());
            }
            own.taken += usize::from(step.status == StepStatus::Succeeded && ports == [1]);
        }
        let is_last = match step.status {
            StepStatus::Succeeded => ports == [0],
            StepStatus::Disabled => true,
            _ => self.plan.node(at.node).on_error == OnError::Continue,
        };
        self.frames[at.frame].is_last |= is_last;
    }

    /// Keeps the latest output of what counts beyond its iteration.
    fn keep(&mut self, at: At, phase: Phase, output: &Value) {
        if !phase.counts() {
            return;
        }
        let plan = self.plan.clone();
        let node = plan.node(at.node);
        let in_loop = self.frames[at.frame].scope != at.frame;
        let is_return = node.is_return && phase == Phase::Succeeded;
        let keys = [(node.is_sink, (at.node, false)), (is_return, (at.node, true))];
        for (_, key) in keys.into_iter().filter(|(is_kept, _)| in_loop && *is_kept) {
            let scope = self.frames[at.frame].scope;
            let kept = &mut self.frames[scope].kept;
            match kept.iter_mut().find(|(other, _)| *other == key) {
                Some((_, value)) => *value = output.clone(),
                None => kept.push((key, output.clone())),
            }
        }
        if node.is_respond && phase == Phase::Succeeded {
            let path = self.frames[at.frame].path.clone();
            match self.responses.iter_mut().find(|(other, ..)| *other == at.node) {
                Some((_, latest, value)) if *latest <= path => (*latest, *value) = (path, output.clone()),
                Some(_) => {}
                None => self.responses.push((at.node, path, output.clone())),
            }
        }
    }

    fn set_aside(&mut self, address: &Address, (from, to): (Phase, Phase)) -> Refused {
        let at = self.expect(address, |phase| phase == from)?;
        self.state_mut(at).phase = to;
        self.recorded(at);
        if to == Phase::Skipped && self.is_header(at) {
            self.header_was_skipped(at.frame);
        }
        self.resolve_edges(at, &Route::Nowhere, &Value::Null);
        self.frames[at.frame].pending -= 1;
        self.settle(at.frame);
        Ok(())
    }

    fn finished(&mut self, finished: &Finished) -> Refused {
        let top = &self.frames[self.top];
        match finished.status {
            Status::Succeeded if top.pending > 0 || top.busy > 0 => {
                return Err(format!("{} of its steps and {} of its loops have not ended", top.pending, top.busy));
            }
            Status::Failed if self.failure.is_none() && finished.error.is_none() => {
                return Err("no failure stopped it".into());
            }
            status if !status.is_terminal() => return Err("its status is not an end".into()),
            _ => {}
        }
        self.status = finished.status;
        if self.failure.is_none() {
            self.failure.clone_from(&finished.error);
        }
        Ok(())
    }

    // Waits ----------------------------------------------------------------------------------------------------------

    /// A call is about to be made. A journal may know the step as waiting: that is over.
    fn step_started(&mut self, address: &Address) -> Refused {
        let at = self.expect(address, Phase::is_startable)?;
        match self.state(at).phase {
            Phase::Waiting => {
                self.leave_phase(at);
                self.leave_room(at);
                self.make_ready(at.frame, at.node);
            }
            Phase::Joining => self.make_ready(at.frame, at.node),
            _ => {}
        }
        self.forget_woken(at);
        self.state_mut(at).link = 1;
        Ok(())
    }

    fn step_retried(&mut self, retried: &StepRetried) -> Refused {
        let at = self.expect(&retried.address, |phase| phase.is_startable() || phase.is_begun())?;
        let due_ms = Some(retried.wake_ms);
        let before = self.state(at);
        if before.phase == Phase::Open {
            let scope = before.link as usize;
            if !matches!(self.scopes[scope].next, Some(Next::Failed(_))) {
                return Err(format!("nothing failed inside of node {}", at.node));
            }
            self.recorded(at);
            self.break_scope(scope);
            let wait = self.waits.add(Wait { at, kind: WaitKind::Backoff, due_ms });
            let own = &mut self.scopes[scope];
            (own.next, own.backoff) = (None, Some(wait));
            return Ok(());
        }
        self.leave_phase(at);
        let state = self.state_mut(at);
        state.tries = retried.attempt + 1;
        self.wait(at, WaitKind::Backoff, due_ms);
        Ok(())
    }

    fn step_waiting(&mut self, waiting: &StepWaiting) -> Refused {
        let StepWaiting { address, until_ms, deadline_ms, signal, child, .. } = waiting;
        let at = self.expect(address, Phase::is_startable)?;
        self.leave_phase(at);
        let is_deadline = until_ms.is_none_or(|until| deadline_ms.is_some_and(|deadline| deadline < until));
        let due_ms = if is_deadline { *deadline_ms } else { *until_ms };
        self.wait(at, WaitKind::Step { signal: signal.clone(), child: *child, is_deadline }, due_ms);
        let here = |(name, _): &(_, _)| Some(name) == signal.as_ref();
        if let Some(found) = self.signals.iter().position(here)
            && let Some((_, value)) = self.signals.remove(found)
        {
            self.woken.push_back((at, Woken::Signal(value)));
        }
        if let Some(found) = self.ended_children.iter().position(|(ended, _)| Some(*ended) == *child) {
            let (_, woken) = self.ended_children.swap_remove(found);
            self.woken.push_back((at, woken));
        }
        Ok(())
    }

    /// Takes a step out of what it was doing. It keeps its room in its container while it waits.
    pub(super) fn leave_phase(&mut self, at: At) {
        self.forget_woken(at);
        match self.state(at).phase {
            Phase::InFlight => self.in_flight -= 1,
            Phase::Ready => self.took_room(at),
            Phase::Waiting => self.waits.remove_of(at, self.state(at).link as usize),
            Phase::Joining => {
                self.stop_clock_of_join(at);
                self.took_room(at);
            }
            _ => {}
        }
    }

    /// Forgets what ended the wait of a step, which has heard of it.
    fn forget_woken(&mut self, at: At) {
        self.woken.retain(|(other, _)| *other != at);
        self.waking.retain(|(other, _)| *other != at);
    }

    fn wait(&mut self, at: At, kind: WaitKind, due_ms: Option<i64>) {
        let wait = self.waits.add(Wait { at, kind, due_ms });
        let state = self.state_mut(at);
        state.phase = Phase::Waiting;
        state.link = u32::try_from(wait).expect("fewer than 2^32 steps wait");
    }

    /// The time of a wait has come.
    pub(super) fn time_came(&mut self, wait: WaitIndex) {
        let Some(Wait { at, kind, .. }) = self.waits.get(wait).cloned() else { return };
        match kind {
            WaitKind::Backoff => {
                self.waits.remove(wait);
                let state = self.state(at);
                if state.phase == Phase::Open {
                    let scope = state.link as usize;
                    self.scopes[scope].backoff = None;
                    self.conclude(scope, Next::Round);
                } else {
                    self.give_room(at);
                    self.state_mut(at).link = 0;
                    self.make_ready(at.frame, at.node);
                }
            }
            WaitKind::Step { is_deadline, .. } => {
                self.waits.remove(wait);
                self.woken.push_back((at, if is_deadline { Woken::TimedOut } else { Woken::Time }));
            }
            WaitKind::Deadline => {
                self.waits.remove(wait);
                let scope = self.state(at).link as usize;
                self.scopes[scope].deadline = None;
                self.conclude(scope, Next::TimedOut);
            }
            WaitKind::Join => {
                self.make_ready(at.frame, at.node);
                self.state_mut(at).is_late = true;
            }
        }
    }

    /// Begins anew with a longer input, while nothing has come of the one that it has.
    fn batched(&mut self, inputs: &[Value]) -> Refused {
        let Some(before) = self.accepted.input.as_array().filter(|_| self.takes_starts()) else {
            return Err("its input is no list of starts, or it has begun".into());
        };
        let input = Value::array(before.iter().chain(inputs).cloned().collect());
        let accepted = Accepted { input, ..self.accepted.clone() };
        let (signals, stage) = (std::mem::take(&mut self.signals), self.stage);
        let Self { is_paused, generation, reopened_us, .. } = *self;
        let fresh = Self::begin(self.plan.clone(), accepted);
        *self = Self { signals, stage, is_paused, generation, reopened_us, ..fresh };
        Ok(())
    }

    fn signaled(&mut self, signaled: &Signaled) {
        let Signaled { name, value, .. } = signaled;
        let woken = Woken::Signal(value.clone());
        let is_it = |kind: &WaitKind| matches!(kind, WaitKind::Step { signal: Some(signal), .. } if signal == name);
        if !self.wake_one(signaled.at_us, is_it, woken) {
            self.signals.push_back((name.clone(), value.clone()));
            if self.signals.len() > SIGNALS_MAX {
                self.signals.pop_front();
            }
        }
    }

    fn child_ended(&mut self, ended: &ChildEnded) {
        let ChildEnded { execution, status, output, error, .. } = ended;
        let woken =
            Woken::ChildEnded { execution: *execution, status: *status, output: output.clone(), error: error.clone() };
        let is_it = |kind: &WaitKind| matches!(kind, WaitKind::Step { child: Some(child), .. } if child == execution);
        if !self.wake_one(ended.at_us, is_it, woken.clone()) {
            self.ended_children.push((*execution, woken));
        }
    }

    /// Ends the wait that has gone on longest of those that fit. One whose time had come before is over already, which
    /// a journal does not say.
    fn wake_one(&mut self, at_us: u64, fits: impl Fn(&WaitKind) -> bool, woken: Woken) -> bool {
        let now_ms = self.ms_at(at_us);
        let taken =
            |at: At, woken: &std::collections::VecDeque<(At, Woken)>| woken.iter().any(|(other, _)| *other == at);
        let fitting = self.waits.iter().filter(|(_, wait)| {
            fits(&wait.kind) && wait.due_ms.is_none_or(|due| due > now_ms) && !taken(wait.at, &self.woken)
        });
        let Some(at) = fitting.map(|(_, wait)| wait.at).min_by_key(|at| (at.generation, at.node)) else { return false };
        self.woken.push_back((at, woken));
        true
    }

    // Containers -----------------------------------------------------------------------------------------------------

    fn scope_opened(&mut self, opened: &ScopeOpened) -> Refused {
        let at = self.expect(&opened.address, Phase::is_startable)?;
        if self.plan.node(at.node).container.is_none() {
            return Err(format!("node {} is no container", at.node));
        }
        let input = self.input_at(at);
        self.leave_phase(at);
        let scope = self.add_scope(Scope::new(at, opened.at_us, opened.items.clone()));
        self.set_deadline(scope, opened.at_us);
        self.open_scope(scope, input);
        Ok(())
    }

    /// Gives a container all of its time, from now on.
    fn set_deadline(&mut self, scope: ScopeIndex, at_us: u64) {
        if let Some(before) = self.scopes[scope].deadline.take() {
            self.waits.remove(before);
        }
        if let Some(timeout) = self.planned(scope).timeout_ms {
            let due_ms = Some(self.ms_at(at_us).saturating_add_unsigned(timeout));
            let wait = Wait { at: self.scopes[scope].at, kind: WaitKind::Deadline, due_ms };
            self.scopes[scope].deadline = Some(self.waits.add(wait));
        }
    }

    fn round_began(&mut self, began: &RoundBegan) -> Refused {
        let at = self.expect(&began.address, |phase| phase == Phase::Open)?;
        let scope = self.state(at).link as usize;
        let own = &mut self.scopes[scope];
        let is_due = matches!(own.next, Some(Next::Test | Next::Round)) || own.backoff.is_some();
        if own.begun != began.round || !own.rounds.is_empty() || !is_due {
            return Err(format!("round {} does not follow {} rounds", began.round, own.begun));
        }
        own.next = None;
        let (value, backoff) = (own.value.clone(), own.backoff.take());
        if let Some(wait) = backoff {
            self.waits.remove(wait);
        }
        self.recorded(at);
        self.open_round(scope, value);
        Ok(())
    }

    // Run control ----------------------------------------------------------------------------------------------------

    fn hold(&mut self, holds: bool) -> Refused {
        if self.is_paused == holds {
            return Err(if holds { "it is paused already" } else { "it is not paused" }.into());
        }
        self.is_paused = holds;
        Ok(())
    }

    /// Takes up an execution that ended before it was through: what fell runs again, what was under way is done anew.
    fn reopen(&mut self, at_us: u64) -> Refused {
        if !matches!(self.status, Status::Failed | Status::TimedOut | Status::Canceled | Status::Quarantined) {
            return Err(format!("the execution is {}", self.status.as_str()));
        }
        self.status = Status::Running;
        (self.failure, self.is_paused) = (None, false);
        (self.in_flight, self.generation) = (0, self.generation + 1);
        self.latest_us = self.latest_us.max(at_us);
        self.reopened_us = at_us;
        self.ready.clear();
        self.to_record.clear();
        self.dropped.clear();
        self.waking.clear();
        let scopes: Vec<ScopeIndex> = self.scopes.iter().map(|(scope, _)| scope).collect();
        for scope in scopes {
            self.scopes[scope].active = 0;
            self.scopes[scope].parked.clear();
            self.set_deadline(scope, at_us);
        }
        let plan = self.plan.clone();
        let frames: Vec<usize> = self.frames_in_order().into_iter().map(|(frame, _)| frame).collect();
        for frame in frames {
            for &node in &plan.body(self.frames[frame].body).nodes {
                self.take_up(self.at(frame, node));
            }
        }
        Ok(())
    }

    fn take_up(&mut self, at: At) {
        let state = self.state(at);
        if self.scope_at(at).is_some() {
            self.took_room(at);
        }
        match state.phase {
            Phase::Fell if self.scope_at(at).is_some() => {
                self.state_mut(at).phase = Phase::Open;
                let own = &mut self.scopes[state.link as usize];
                own.next = None;
                // Between its rounds, it is its test that fell.
                if own.rounds.is_empty()
                    && matches!(self.planned(state.link as usize).kind, ContainerKind::While { .. })
                {
                    self.conclude(state.link as usize, Next::Test);
                }
            }
            Phase::Fell if state.is_late => {
                let again = self.state_mut(at);
                (again.phase, again.is_late) = (Phase::Pending, false);
                self.evaluate(at.frame, at.node);
            }
            Phase::Fell => {
                let again = self.state_mut(at);
                (again.tries, again.link) = (0, 0);
                self.make_ready(at.frame, at.node);
            }
            Phase::Ready | Phase::InFlight | Phase::Abandoned => self.make_ready(at.frame, at.node),
            Phase::Dead | Phase::Unneeded => self.to_record.push_back(at),
            Phase::Waiting => self.took_room(at),
            Phase::Open if self.scopes[state.link as usize].next.is_some() => self.to_record.push_back(at),
            _ => {}
        }
    }
}

impl Phase {
    /// Whether a step may begin from here: it is ready, begun by the owner, or waits for its next attempt.
    const fn is_startable(self) -> bool {
        matches!(self, Self::Joining | Self::Ready | Self::InFlight | Self::Waiting)
    }

    /// Whether its link is to a wait or a container.
    pub(super) const fn is_linked(self) -> bool {
        matches!(self, Self::Waiting | Self::Joining | Self::Open)
    }
}
