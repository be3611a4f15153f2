//! What happened in an execution, read back from its journal.

use std::collections::HashSet;
use std::sync::Arc;

use arcstr::ArcStr;
use model::event::{Address, Route};
use model::execution::{Awaited, Restored, StepRestored};
use model::{ErrorInfo, Event, Execution, StepStatus, Value};
use store::journal::{ExecutionRow, ReadFrom, Segment, Seq};
use store::{Journal, StoreError};

use crate::program::Program;
use crate::snapshot::Folding;

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
    /// Seq from which on nothing is missing: 1, or that of the snapshot with which it begins since its beginning is gone.
    pub from_seq: Seq,
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
    /// Whether a snapshot tells of it, which does not know its ports and times.
    pub compacted: bool,
}

/// Reads the segments of an execution from a place on.
pub(crate) async fn segments(
    journal: &dyn Journal,
    row: &ExecutionRow,
    from: ReadFrom,
) -> Result<Vec<Segment>, StoreError> {
    let (mut all, mut from): (Vec<Segment>, _) = (Vec::new(), from);
    loop {
        let part = journal.read(row.tenant, row.id, from, READ_BYTES).await?;
        let Some(last) = part.last() else { return Ok(all) };
        let after = last.seq_to;
        all.extend(part);
        if after + 1 >= row.next_seq {
            return Ok(all);
        }
        from = ReadFrom::After(after);
    }
}

/// Folds segments into an execution, telling each event with its seq and the state before it. Where the history was cut,
/// the first events are those of a snapshot.
pub(crate) fn replay(
    program: &Program,
    segments: &[Segment],
    mut each: impl FnMut(Seq, &Event, Option<&Execution>),
) -> Result<Folding, StoreError> {
    let mut folding = Folding::default();
    for segment in segments {
        folding.add(program, segment, &mut each)?;
    }
    Ok(folding)
}

impl History {
    pub(crate) fn read(program: Arc<Program>, row: ExecutionRow, segments: &[Segment]) -> Result<Self, StoreError> {
        let mut told = Told::default();
        let Folding { state, from: from_seq, .. } =
            replay(&program, segments, |_, event, state| told.take_in(event, state))?;
        let Told { output, error, steps, order, .. } = told;
        let mut waiting = state.as_ref().map(Execution::awaited).unwrap_or_default();
        waiting.sort_unstable_by(|a, b| a.address.cmp(&b.address));
        let input = state.map(|state| state.accepted().input.clone()).unwrap_or_default();
        Ok(Self { program, row, input, output, error, steps, waiting, order, from_seq })
    }

    /// Whether its beginning is gone: of what was before, it has what a snapshot held.
    pub const fn is_compacted(&self) -> bool {
        self.from_seq > 1
    }
}

/// What a history has told so far.
#[derive(Default)]
struct Told {
    output: Value,
    error: Option<ErrorInfo>,
    steps: Vec<StepView>,
    order: Vec<String>,
    opened: HashSet<String>,
    /// Steps of a snapshot, to be shown once all of it is there.
    restored: Vec<StepRestored>,
}

impl Told {
    fn take_in(&mut self, event: &Event, state: Option<&Execution>) {
        let Some(state) = state else {
            // It begins, or begins once more where a part went while it was read.
            *self = Self::default();
            return;
        };
        match event {
            Event::Finished(finished) => {
                self.output = finished.output.clone();
                self.error = finished.error.as_deref().cloned();
            }
            Event::Reopened(_) => (self.output, self.error) = (Value::Null, None),
            Event::ScopeOpened(opened) => self.opens(&opened.address, state),
            Event::Restored(piece) => self.restore(piece, state),
            event => self.steps_on(StepView::of(event, state)),
        }
    }

    fn opens(&mut self, address: &Address, state: &Execution) {
        let name = name_of(address, state);
        self.opened.insert(name.clone());
        self.order.push(name);
    }

    fn steps_on(&mut self, step: Option<StepView>) {
        self.order.extend(step.iter().map(|step| step.name.clone()).filter(|name| !self.opened.contains(name)));
        self.steps.extend(step);
    }

    fn restore(&mut self, piece: &Restored, state: &Execution) {
        match piece {
            Restored::Step(step) => self.restored.push(step.clone()),
            Restored::Scope(scope) => self.opens(&scope.address, state),
            Restored::Complete(_) => {
                for step in std::mem::take(&mut self.restored) {
                    self.steps_on(StepView::restored(&step, state));
                }
            }
            _ => {}
        }
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
            compacted: false,
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

    /// A step that had ended when a snapshot was taken, of which nothing else is left.
    pub(crate) fn restored(step: &StepRestored, state: &Execution) -> Option<Self> {
        let (address, status) = (&step.address, step.status(state.plan())?);
        let node = state.plan().nodes.get(address.node as usize)?;
        let text = |key: &str| step.output.get("error").and_then(|error| error.get(key)?.as_text().cloned());
        let has_failed = status == StepStatus::Failed;
        let error = text("code").filter(|_| has_failed).map(|code| {
            let message = text("message").unwrap_or_default().to_string();
            ErrorInfo { code, message, node: text("node").unwrap_or_default() }
        });
        let ran = step.attempts() > 0 && !matches!(status, StepStatus::Skipped | StepStatus::Canceled);
        Some(Self {
            address: address.clone(),
            name: address.text(&node.id),
            node: node.id.clone(),
            status,
            input: if ran { state.input_of(address) } else { Value::Null },
            output: step.output.clone(),
            ports: Vec::new(),
            attempts: if ran { step.attempts() } else { 0 },
            error,
            started_us: 0,
            duration_us: 0,
            compacted: true,
        })
    }
}
