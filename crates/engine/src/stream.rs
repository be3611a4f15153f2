//! The events of an execution as a stream of JSON: history first, then what is committed, without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::{ArcStr, literal};
use jiff::Timestamp;
use model::execution::Restored;
use model::{Address, Event, Execution, ExecutionId, StepStatus, Value, json};
use store::Subscription;
use store::journal::{ExecutionRow, ReadFrom, Segment, Seq, SharedJournal};

use crate::history::StepView;
use crate::program::Program;
use crate::snapshot::Folding;
use crate::start::EngineError;

/// Values of more bytes than this travel as a preview with a reference.
const ELIDE_ABOVE: usize = 2 * 1024;
/// Characters of a preview.
const PREVIEW: usize = 200;
/// Bytes of segments read at a time.
const READ_BYTES: usize = 1024 * 1024;

/// One event, ready to be sent.
#[derive(Clone, Debug)]
pub struct StreamEvent {
    /// Whose.
    pub execution: ExecutionId,
    /// Its position in the journal.
    pub seq: Seq,
    /// Its name: `step_finished` …
    pub kind: &'static str,
    /// The event as JSON.
    pub json: String,
}

/// A stream of events; it ends after the `finished` that nothing follows.
pub struct EventStream {
    journal: SharedJournal,
    program: Arc<Program>,
    row: ExecutionRow,
    live: Subscription,
    folding: Folding,
    /// Seq of the last event that the reader has.
    after: Seq,
    caught_up: bool,
    waiting: VecDeque<StreamEvent>,
    ended: bool,
}

impl EventStream {
    pub(crate) fn new(
        journal: SharedJournal,
        program: Arc<Program>,
        row: ExecutionRow,
        live: Subscription,
        after: Seq,
    ) -> Self {
        let (folding, waiting) = (Folding::default(), VecDeque::new());
        Self { journal, program, row, live, folding, after, caught_up: false, waiting, ended: false }
    }

    /// The next event, or `None` after the last. Safe to cancel between events.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn next(&mut self) -> Result<Option<StreamEvent>, EngineError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(event));
            }
            if self.ended {
                return Ok(None);
            }
            if !self.caught_up {
                let from = match self.folding.upto {
                    0 => ReadFrom::Snapshot(self.after),
                    upto => ReadFrom::After(upto),
                };
                let segments = self.journal.read(self.row.tenant, self.row.id, from, READ_BYTES).await?;
                self.caught_up = segments.is_empty();
                for segment in segments {
                    self.take_in(&segment)?;
                }
                // What follows an end is known only now: an execution may have been taken up again after it.
                self.ended = self.caught_up && self.has_ended();
                continue;
            }
            match self.live.next().await {
                Ok(segment) if segment.seq_to <= self.folding.upto => {}
                Ok(segment) if segment.seq_from == self.folding.upto + 1 => {
                    self.take_in(&segment)?;
                    self.ended = self.has_ended();
                }
                // Segments were missed, or came in another order than they were committed: the journal has them.
                Ok(_) => self.caught_up = false,
                Err(_) => {
                    self.live = self.journal.subscribe(self.row.tenant, vec![self.row.id]);
                    self.caught_up = false;
                }
            }
        }
    }

    fn take_in(&mut self, segment: &Segment) -> Result<(), EngineError> {
        let (id, after) = (self.row.id, self.after);
        let seen = after.max(self.folding.upto);
        // Who has seen all that stands before a snapshot has seen what it tells.
        let is_news = seen + 1 != segment.seq_from;
        let compacted = segment.snapshot;
        let mut found = Vec::new();
        let program = self.program.clone();
        self.folding.add(&program, segment, |seq, event, state| {
            if seq > after
                && (is_news || !compacted)
                && let Some((kind, body)) = event_json(event, state, (id, seq, compacted))
            {
                found.push(StreamEvent { execution: id, seq, kind, json: json::to_text(&body) });
            }
        })?;
        self.waiting.extend(found);
        Ok(())
    }

    fn has_ended(&self) -> bool {
        self.folding.state.as_ref().is_some_and(|state| state.status().is_terminal())
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream")
            .field("execution", &self.row.id)
            .field("folded", &self.folding.upto)
            .finish_non_exhaustive()
    }
}

/// The kind of an event and the event as JSON, unless it tells nobody anything. What a snapshot tells of is told by the
/// kinds of events that led there.
fn event_json(
    event: &Event,
    state: Option<&Execution>,
    place: (ExecutionId, Seq, bool),
) -> Option<(&'static str, Value)> {
    let (id, seq, compacted) = place;
    let kind = if let Event::Restored(piece) = event { kind_of(piece, state?)? } else { event.name() };
    let mut entries: Vec<(ArcStr, Value)> = vec![
        (literal!("execution"), Value::from(id.to_string())),
        (literal!("seq"), Value::from(usize::try_from(seq).ok()?)),
        (literal!("type"), Value::from(kind)),
    ];
    if compacted {
        entries.push((literal!("compacted"), Value::Bool(true)));
    }
    fill(event, state, &mut entries)?;
    Some((kind, Value::object(entries)))
}

/// The kind of event that leads to what a piece of a snapshot tells.
fn kind_of(piece: &Restored, state: &Execution) -> Option<&'static str> {
    match piece {
        Restored::Whole(whole) => whole.is_paused().then_some("paused"),
        Restored::Step(step) => Some(match step.status(state.plan())? {
            StepStatus::Skipped => "step_skipped",
            StepStatus::Canceled => "step_canceled",
            StepStatus::Succeeded | StepStatus::Failed | StepStatus::Disabled => "step_finished",
        }),
        Restored::Scope(_) => Some("scope_opened"),
        Restored::Wait(wait) => wait.awaits().map(|_| "step_waiting"),
        Restored::Frame(_) | Restored::Complete(_) => None,
    }
}

/// What a piece of a snapshot tells; the times are not known.
fn fill_restored(piece: &Restored, state: &Execution, entries: &mut Vec<(ArcStr, Value)>) {
    let mut place = |address: &Address| {
        entries.push((literal!("address"), Value::from(name_of(address, state))));
        let node = state.plan().nodes.get(address.node as usize).map(|node| node.id.clone()).unwrap_or_default();
        entries.push((literal!("node"), Value::String(node)));
    };
    match piece {
        Restored::Step(step) => {
            if let Some(view) = StepView::restored(step, state) {
                step_entries(&view, entries);
            }
        }
        Restored::Scope(scope) => {
            place(&scope.address);
            let items = scope.items.as_array().map_or(Value::Null, |items| Value::from(items.len()));
            entries.extend([(literal!("at"), Value::Null), (literal!("items"), items)]);
        }
        Restored::Wait(wait) => {
            place(&wait.address);
            let (signal, child) = wait.awaits().unwrap_or_default();
            let until = wait.due_ms.map_or(Value::Null, |until| time(until.saturating_mul(1_000)));
            entries.extend([
                (literal!("at"), Value::Null),
                (literal!("until"), until),
                (literal!("signal"), signal.cloned().map(Value::String).unwrap_or_default()),
                (literal!("child"), child.map_or(Value::Null, |child| Value::from(child.to_string()))),
            ]);
        }
        _ => entries.push((literal!("at"), Value::Null)),
    }
}

fn fill(event: &Event, state: Option<&Execution>, entries: &mut Vec<(ArcStr, Value)>) -> Option<()> {
    match event {
        Event::Accepted(accepted) => {
            entries.push((literal!("at"), time(accepted.at_ms.saturating_mul(1_000))));
            entries.push((literal!("input"), elided(&accepted.input, "input")));
        }
        Event::Finished(finished) => {
            let at = state?.accepted().at_ms.saturating_mul(1_000).saturating_add_unsigned(finished.at_us);
            entries.push((literal!("at"), time(at)));
            entries.push((literal!("status"), Value::from(finished.status.as_str())));
            entries.push((literal!("output"), elided(&finished.output, "output")));
            entries.push((literal!("error"), error_value(finished.error.as_deref())));
            entries.push((literal!("duration_ms"), milliseconds(finished.at_us)));
        }
        Event::StepFinished(_) | Event::StepSkipped(_) | Event::StepCanceled(_) => {
            step_entries(&StepView::of(event, state?)?, entries);
        }
        Event::StepStarted(started) => {
            place_entries(&started.address, started.at_us, state?, entries);
            entries.push((literal!("attempt"), Value::Int(i64::from(started.attempt) + 1)));
        }
        Event::StepRetried(retried) => {
            place_entries(&retried.address, retried.at_us, state?, entries);
            entries.push((literal!("attempt"), Value::Int(i64::from(retried.attempt) + 1)));
            entries.push((literal!("error"), error_value(Some(&retried.error))));
            entries.push((literal!("wake_at"), time(retried.wake_ms.saturating_mul(1_000))));
        }
        Event::StepWaiting(waiting) => {
            place_entries(&waiting.address, waiting.at_us, state?, entries);
            let until = waiting.until_ms.map_or(Value::Null, |until| time(until.saturating_mul(1_000)));
            entries.push((literal!("until"), until));
            entries.push((literal!("signal"), waiting.signal.clone().map(Value::String).unwrap_or_default()));
            let child = waiting.child.map_or(Value::Null, |child| Value::from(child.to_string()));
            entries.push((literal!("child"), child));
        }
        Event::ScopeOpened(opened) => {
            place_entries(&opened.address, opened.at_us, state?, entries);
            let items = opened.items.as_array().map_or(Value::Null, |items| Value::from(items.len()));
            entries.push((literal!("items"), items));
        }
        Event::RoundBegan(began) => {
            entries.push((literal!("address"), Value::from(name_of(&began.address, state?))));
            entries.push((literal!("round"), Value::Int(i64::from(began.round))));
        }
        Event::Batched(batched) => {
            entries.push((literal!("at"), time_since(batched.at_us, state?)));
            entries.push((literal!("starts"), Value::from(batched.inputs.len())));
        }
        Event::Signaled(signaled) => {
            entries.push((literal!("at"), time_since(signaled.at_us, state?)));
            entries.push((literal!("name"), Value::String(signaled.name.clone())));
            entries.push((literal!("value"), elided(&signaled.value, "value")));
        }
        Event::ChildEnded(ended) => {
            entries.push((literal!("at"), time_since(ended.at_us, state?)));
            entries.push((literal!("child"), Value::from(ended.execution.to_string())));
            entries.push((literal!("status"), Value::from(ended.status.as_str())));
        }
        Event::Restored(piece) => fill_restored(piece, state?, entries),
        Event::Paused(moment) | Event::Resumed(moment) | Event::Reopened(moment) => {
            entries.push((literal!("at"), time_since(moment.at_us, state?)));
        }
    }
    Some(())
}

fn name_of(address: &Address, state: &Execution) -> String {
    state.plan().nodes.get(address.node as usize).map(|node| address.text(&node.id)).unwrap_or_default()
}

fn time_since(at_us: u64, state: &Execution) -> Value {
    time(state.accepted().at_ms.saturating_mul(1_000).saturating_add_unsigned(at_us))
}

/// Where something happened, and when.
fn place_entries(address: &Address, at_us: u64, state: &Execution, entries: &mut Vec<(ArcStr, Value)>) {
    entries.push((literal!("address"), Value::from(name_of(address, state))));
    let node = state.plan().nodes.get(address.node as usize).map(|node| node.id.clone()).unwrap_or_default();
    entries.push((literal!("node"), Value::String(node)));
    entries.push((literal!("at"), time_since(at_us, state)));
}

fn step_entries(step: &StepView, entries: &mut Vec<(ArcStr, Value)>) {
    entries.push((literal!("address"), Value::from(step.name.as_str())));
    entries.push((literal!("node"), Value::String(step.node.clone())));
    entries.push((literal!("status"), Value::from(step.status.as_str())));
    if step.attempts == 0 {
        return;
    }
    let ports = step.ports.iter().cloned().map(Value::String).collect();
    entries.push((literal!("output"), elided(&step.output, &format!("steps/{}/output", step.name))));
    entries.push((literal!("ports"), Value::array(ports)));
    entries.push((literal!("error"), error_value(step.error.as_ref())));
    entries.push((literal!("attempts"), Value::Int(i64::from(step.attempts))));
    let known = !step.compacted;
    entries.push((literal!("started_at"), if known { time(step.started_us) } else { Value::Null }));
    entries.push((literal!("duration_ms"), if known { milliseconds(step.duration_us) } else { Value::Null }));
}

fn error_value(error: Option<&model::ErrorInfo>) -> Value {
    error.and_then(|error| error.to_value().get("error").cloned()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 µs")]
fn milliseconds(us: u64) -> Value {
    Value::number(us as f64 / 1_000.0).unwrap_or_default()
}

fn time(us: i64) -> Value {
    Timestamp::from_microsecond(us).map_or(Value::Null, |at| Value::from(format!("{at:.6}")))
}

/// A value as the stream carries it: whole when small, else its beginning and where to fetch it.
pub fn elided(value: &Value, reference: &str) -> Value {
    let text = json::to_text(value);
    if text.len() <= ELIDE_ABOVE {
        return value.clone();
    }
    let preview: String = text.chars().take(PREVIEW).collect();
    Value::object(vec![
        (literal!("$elided"), Value::Bool(true)),
        (literal!("preview"), Value::from(preview)),
        (literal!("bytes"), Value::from(text.len())),
        (literal!("ref"), Value::from(reference)),
    ])
}
