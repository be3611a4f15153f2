//! What happened in an execution, read back from its journal.

use std::collections::HashSet;
use std::sync::Arc;

use arcstr::ArcStr;
use model::event::{Address, Route};
use model::execution::Awaited;
use model::segment::fold;
use model::{ErrorInfo, Event, Execution, StepStatus, Value};
use store::journal::{ExecutionRow, ReadFrom, Segment};
use store::{Journal, StoreError};

use crate::program::{Extent, Program};

/// Bytes of segments read at a time.
const READ_BYTES: usize = 4 * 1024 * 1024;

/// An execution as its journal tells it.
#[derive(Debug)]
pub struct History {
    /// What it ran.
    pub program: Arc<Program>,
    /// Its row.
    pub row: ExecutionRow,
    /// Its input.
    pub input: Value,
    /// Its output; null unless it succeeded.
    pub output: Value,
    /// Why it did not succeed.
    pub error: Option<ErrorInfo>,
    /// Its steps, in the order in which they ended.
    pub steps: Vec<StepView>,
    /// What its steps wait for, in the order of the graph.
    pub waiting: Vec<Awaited>,
    /// Addresses in the order in which they took effect: of a container when it began, of other steps when they ended.
    pub order: Vec<String>,
}

/// A step that has ended.
#[derive(Clone, Debug)]
pub struct StepView {
    /// Which step.
    pub address: Address,
    /// Its address as people read it.
    pub name: String,
    /// Id of its node.
    pub node: ArcStr,
    /// How it ended.
    pub status: StepStatus,
    /// Its input; null if it did not run.
    pub input: Value,
    /// Its output; null if it has none.
    pub output: Value,
    /// The ports it chose.
    pub ports: Vec<ArcStr>,
    /// Tries in all.
    pub attempts: u32,
    /// Why it failed.
    pub error: Option<ErrorInfo>,
    /// When it began, in µs since 1970; 0 if it did not run.
    pub started_us: i64,
    /// How long it took, in µs.
    pub duration_us: u64,
}

/// Reads all segments of an execution.
pub(crate) async fn segments(journal: &dyn Journal, row: &ExecutionRow) -> Result<Vec<Segment>, StoreError> {
    let mut all: Vec<Segment> = Vec::new();
    loop {
        let after = all.last().map_or(0, |segment| segment.seq_to);
        if after + 1 >= row.next_seq {
            return Ok(all);
        }
        let part = journal.read(row.id, ReadFrom::After(after), READ_BYTES).await?;
        if part.is_empty() {
            return Ok(all);
        }
        all.extend(part);
    }
}

/// Folds segments into an execution, telling each event with the state before it.
pub(crate) fn replay(
    program: &Program,
    segments: &[Segment],
    mut each: impl FnMut(&Event, Option<&Execution>),
) -> Result<Option<Execution>, StoreError> {
    let mut state = None;
    for segment in segments {
        let damaged = |error: String| {
            let (from, to, id) = (segment.seq_from, segment.seq_to, segment.execution);
            StoreError::Corrupt(format!("events {from}..={to} of execution {id}: {error}"))
        };
        let plan = |extent| program.plan(extent).map_err(|error| damaged(error.to_string()));
        fold(&segment.bytes, &mut state, |accepted| plan(Extent::of(accepted)), &mut each)
            .map_err(|error| damaged(error.to_string()))??;
    }
    Ok(state)
}

impl History {
    pub(crate) fn read(program: Arc<Program>, row: ExecutionRow, segments: &[Segment]) -> Result<Self, StoreError> {
        let (mut steps, mut order, mut opened_scopes) = (Vec::new(), Vec::new(), HashSet::new());
        let (mut output, mut error) = (Value::Null, None);
        let state = replay(&program, segments, |event, state| {
            if let Event::Finished(finished) = event {
                output = finished.output.clone();
                error = finished.error.as_deref().cloned();
            } else if let Event::Reopened(_) = event {
                (output, error) = (Value::Null, None);
            } else if let Some(state) = state {
                if let Event::ScopeOpened(opened) = event {
                    let name = name_of(&opened.address, state);
                    opened_scopes.insert(name.clone());
                    order.push(name);
                }
                let step = StepView::of(event, state);
                order.extend(step.iter().map(|step| step.name.clone()).filter(|name| !opened_scopes.contains(name)));
                steps.extend(step);
            }
        })?;
        let mut waiting = state.as_ref().map(Execution::awaited).unwrap_or_default();
        waiting.sort_unstable_by(|a, b| a.address.cmp(&b.address));
        let input = state.map(|state| state.accepted().input.clone()).unwrap_or_default();
        Ok(Self { program, row, input, output, error, steps, waiting, order })
    }
}

fn name_of(address: &Address, state: &Execution) -> String {
    state.plan().nodes.get(address.node as usize).map(|node| address.text(&node.id)).unwrap_or_default()
}

impl StepView {
    /// The step that an event ends, if it ends one. `state` is the execution before the event.
    pub(crate) fn of(event: &Event, state: &Execution) -> Option<Self> {
        let (address, status) = match event {
            Event::StepFinished(step) => (&step.address, step.status),
            Event::StepSkipped(address) => (address, StepStatus::Skipped),
            Event::StepCanceled(address) => (address, StepStatus::Canceled),
            _ => return None,
        };
        let node = state.plan().nodes.get(address.node as usize)?;
        let mut view = Self {
            address: address.clone(),
            name: address.text(&node.id),
            node: node.id.clone(),
            status,
            input: Value::Null,
            output: Value::Null,
            ports: Vec::new(),
            attempts: 0,
            error: None,
            started_us: 0,
            duration_us: 0,
        };
        if let Event::StepFinished(step) = event {
            view.input = state.input_of(address);
            view.output = step.output.clone();
            view.ports = match &step.route {
                Route::Nowhere => Vec::new(),
                Route::Error => vec![arcstr::literal!("error")],
                Route::Ports(ports) => {
                    ports.iter().filter_map(|&port| node.outputs.get(usize::from(port)).cloned()).collect()
                }
            };
            view.attempts = step.attempts;
            view.error = step.error.as_deref().cloned();
            let since = i64::try_from(step.started_us).unwrap_or(i64::MAX);
            view.started_us = state.accepted().at_ms.saturating_mul(1_000).saturating_add(since);
            view.duration_us = step.duration_us;
        }
        Some(view)
    }
}
