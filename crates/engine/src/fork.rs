//! New executions from recorded ones: a fork goes on from a step with another output, a replay runs another version on
//! what was recorded before a step.

use std::collections::{HashMap, HashSet};

use arcstr::ArcStr;
use model::event::{Path, Ports, Route, StepFinished};
use model::{Address, ErrorInfo, Event, Execution, ExecutionId, StepStatus, TenantId, Value, VersionId};
use store::StoreError;
use store::journal::{Idempotency, Origin, OriginKind, ReadFrom, Seq};
use tokio::sync::oneshot;

use crate::begin::birth;
use crate::engine::Engine;
use crate::history;
use crate::program::Program;
use crate::running::Running;
use crate::start::{Accepted, EngineError, Reply, Source, Start};

/// A fork: what happened before a step is taken over, and the execution goes on from there.
#[derive(Clone, Debug, Default)]
pub struct Fork {
    /// Address of the step, as people read it.
    pub from: String,
    /// What its output is instead of the recorded one; without it the step runs again.
    pub output: Option<Value>,
    /// The caller's key: the same request with the same key starts one execution.
    pub idempotency: Option<Idempotency>,
}

/// A replay: the same input on another version.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// The version to run; the same one unless it is set.
    pub version: Option<VersionId>,
    /// Address of the first step to run anew; what was recorded before it is taken over. Without it all steps run.
    pub from: Option<String>,
    /// The caller's key: the same request with the same key starts one execution.
    pub idempotency: Option<Idempotency>,
}

/// What was recorded of an execution, by the names of its nodes.
#[derive(Default)]
struct Recorded {
    steps: HashMap<(ArcStr, Path), (StepFinished, Vec<ArcStr>)>,
    scopes: HashMap<(ArcStr, Path), Value>,
    rounds: HashSet<(ArcStr, Path, u32)>,
}

impl Engine {
    /// Starts a new execution from a step of another one. Its calls have keys of their own.
    ///
    /// # Errors
    /// There is no such execution, or no such step in it; or the key was used by another request.
    pub async fn fork(&self, tenant: TenantId, execution: ExecutionId, fork: Fork) -> Result<Accepted, EngineError> {
        let row = self.row(tenant, execution).await?;
        let program = self.program(tenant, row.version).await?;
        let segments = history::segments(&**self.journal(), &row, ReadFrom::After(0)).await?;
        let (mut before, mut at, mut is_cut) = (Vec::new(), None, false);
        let folded = history::replay(&program, &segments, |seq, event, state| {
            if state.is_none() {
                (before, at, is_cut) = (Vec::new(), None, seq > 1);
            }
            if at.is_some() {
                return;
            }
            if let Event::StepFinished(step) = event
                && name_of(&program, &step.address) == fork.from
            {
                at = Some(step.clone());
                // Of what went before, only the state is left.
                if let Some(state) = state.filter(|_| is_cut) {
                    before = state.parted();
                }
            } else if !is_cut {
                before.push(event.clone());
            }
        })?;
        let step = at.ok_or_else(|| missing(&fork.from, execution, folded.from))?;
        let first = folded.state.ok_or_else(|| StoreError::Corrupt(format!("execution {execution} has no events")))?;
        let origin = Origin { execution, kind: OriginKind::Fork };
        let mut running = self.born_from(&row, first.accepted(), (program, origin), fork.idempotency)?;
        before.into_iter().skip(1).filter(goes_over).try_for_each(|event| running.take_over(&event))?;
        running.end_take_over();
        if let Some(output) = fork.output {
            running.take_over(&Event::StepFinished(edited(step, output)))?;
        }
        self.begin_here(tenant, running).await
    }

    /// Starts a new execution on the input of another one, on the same or another version. Its calls have keys of their
    /// own.
    ///
    /// # Errors
    /// There is no such execution or version, or the version has not the step; or the key was used by another request.
    pub async fn replay(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        replay: Replay,
    ) -> Result<Accepted, EngineError> {
        let row = self.row(tenant, execution).await?;
        let old = self.program(tenant, row.version).await?;
        let segments = history::segments(&**self.journal(), &row, ReadFrom::After(0)).await?;
        let mut recorded = Recorded::default();
        let mut is_before = replay.from.is_some();
        let folded = history::replay(&old, &segments, |_, event, state| {
            if let Event::StepFinished(step) = event {
                is_before &= replay.from.as_ref() != Some(&name_of(&old, &step.address));
            }
            if let (true, Some(state)) = (is_before, state) {
                recorded.note(event, state);
            }
        })?;
        if let Some(step) = replay.from.as_ref().filter(|_| is_before || folded.from > 1) {
            return Err(missing(step, execution, folded.from));
        }
        let state = folded.state.ok_or_else(|| StoreError::Corrupt(format!("execution {execution} has no events")))?;
        let accepted = state.accepted();
        let version = replay.version.unwrap_or(row.version);
        let mut start = Start::new(Source::Version { workflow: row.workflow, version }, accepted.input.clone());
        let id_of = |at: model::NodeIndex| state.plan().nodes.get(at as usize).map(|node| node.id.clone());
        (start.tenant, start.context, start.pinned) = (tenant, accepted.trigger.clone(), accepted.pinned);
        (start.from, start.until) = (accepted.start.and_then(id_of), accepted.until.and_then(id_of));
        (start.trigger, start.idempotency) = ("replay", replay.idempotency);
        start.origin = Some(Origin { execution, kind: OriginKind::Replay });
        let submission = self.prepare(start).await?;
        let mut running =
            Running::new(birth(ExecutionId(self.next_id()), submission, Vec::new(), (self.now_ms(), None)));
        running.allow(self.timeout_us(), 0);
        running.seed(|execution, address| recorded.event(execution, address));
        self.begin_here(tenant, running).await
    }

    fn born_from(
        &self,
        row: &store::ExecutionRow,
        accepted: &model::event::Accepted,
        (program, origin): (std::sync::Arc<Program>, Origin),
        idempotency: Option<Idempotency>,
    ) -> Result<Running, EngineError> {
        let extent = crate::program::Extent::of(accepted);
        let submission = crate::Submission {
            tenant: row.tenant,
            workflow: row.workflow,
            version: row.version,
            plan: program.plan(extent)?,
            program,
            extent,
            input: accepted.input.clone(),
            founding: None,
            trigger: "fork",
            context: accepted.trigger.clone(),
            idempotency,
            pinned: accepted.pinned,
            origin: Some(origin),
            priority: row.priority,
            flow_key: row.flow_key.clone(),
            delay: None,
            files: Vec::new(),
            records: Vec::new(),
        };
        let mut running =
            Running::new(birth(ExecutionId(self.next_id()), submission, Vec::new(), (self.now_ms(), None)));
        running.allow(self.timeout_us(), 0);
        Ok(running)
    }

    /// Hands a new execution to its shard, and answers when it is durable.
    async fn begin_here(&self, tenant: TenantId, mut running: Running) -> Result<Accepted, EngineError> {
        let (tell, told) = oneshot::channel();
        running.replies.push(Reply::Accepted(tell));
        self.hand_over_new(running);
        self.accepted(tenant, told.await.unwrap_or(Err(EngineError::Draining))).await
    }
}

/// There is no such step, or what led to it is no longer kept.
fn missing(step: &str, execution: ExecutionId, from: Seq) -> EngineError {
    EngineError::NotFound(match from {
        0 | 1 => format!("a step {step:?} that ended in execution {execution}"),
        from => format!(
            "what led to step {step:?} of execution {execution}: of its history, what stood before event {from} is gone, \
             since it grew beyond retention.max_execution_bytes"
        ),
    })
}

fn name_of(program: &Program, address: &Address) -> String {
    program.graph().nodes.get(address.node as usize).map(|node| address.text(&node.id)).unwrap_or_default()
}

/// Whether an event of one execution means the same in another: calls and children are the first one's own, and so is
/// whether it is held.
fn goes_over(event: &Event) -> bool {
    match event {
        Event::StepWaiting(waiting) => waiting.child.is_none(),
        Event::StepStarted(_)
        // The input that they made is the input of the new one.
        | Event::Batched(_)
        | Event::ChildEnded(_)
        | Event::Paused(_)
        | Event::Resumed(_)
        | Event::Reopened(_)
        | Event::Finished(_) => false,
        _ => true,
    }
}

/// A step that ended with another output. One that failed succeeds with it, by its first port.
fn edited(step: StepFinished, output: Value) -> StepFinished {
    let route = match step.route {
        Route::Ports(ports) if step.status == StepStatus::Succeeded => Route::Ports(ports),
        _ => Route::Ports(Ports::from_slice(&[0])),
    };
    StepFinished { output, route, status: StepStatus::Succeeded, error: None, ..step }
}

impl Recorded {
    fn note(&mut self, event: &Event, state: &Execution) {
        let nodes = &state.plan().nodes;
        let place = |address: &Address| (nodes[address.node as usize].id.clone(), address.path.clone());
        match event {
            Event::StepFinished(step) => {
                let outputs = &nodes[step.address.node as usize].outputs;
                let ports = if let Route::Ports(ports) = &step.route { ports.as_slice() } else { &[] };
                let names = ports.iter().filter_map(|&port| outputs.get(usize::from(port)).cloned()).collect();
                self.steps.insert(place(&step.address), (step.clone(), names));
            }
            Event::ScopeOpened(opened) => drop(self.scopes.insert(place(&opened.address), opened.items.clone())),
            Event::RoundBegan(began) => {
                let (node, path) = place(&began.address);
                self.rounds.insert((node, path, began.round));
            }
            _ => {}
        }
    }

    /// What was recorded of a step of another version, in its own terms.
    fn event(&self, execution: &Execution, address: &Address) -> Option<Event> {
        let node = &execution.plan().nodes[address.node as usize];
        let place = (node.id.clone(), address.path.clone());
        if node.container.is_some() {
            if let Some((_, round)) = execution.round_to_test(address) {
                let began = self.rounds.contains(&(place.0, place.1, round));
                let event = model::event::RoundBegan { address: address.clone(), round };
                return began.then_some(Event::RoundBegan(event));
            }
            let items = self.scopes.get(&place)?.clone();
            return Some(execution.opening(address.clone(), 0, items));
        }
        let (step, names) = self.steps.get(&place)?;
        let position = |name: &ArcStr| node.outputs.iter().position(|own| own == name);
        let ports: Option<Ports> = names.iter().map(|name| u16::try_from(position(name)?).ok()).collect();
        let route = if let Route::Ports(_) = step.route { Route::Ports(ports?) } else { step.route.clone() };
        let is_handled = step.status != StepStatus::Failed || step.route != Route::Nowhere;
        let error = step.error.clone().map(|error| Box::new(ErrorInfo { ..*error }));
        is_handled.then(|| Event::StepFinished(StepFinished { address: address.clone(), route, error, ..step.clone() }))
    }
}
