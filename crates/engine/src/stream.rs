//! The events of an execution as a stream of JSON: history first, then what is committed, without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::{ArcStr, literal};
use jiff::Timestamp;
use model::segment::fold;
use model::{Event, Execution, ExecutionId, Value, json};
use store::journal::{ExecutionRow, ReadFrom, Segment, Seq, SharedJournal};
use store::{StoreError, Subscription};

use crate::history::StepView;
use crate::program::Program;
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

/// A stream of events; it ends after `finished`.
pub struct EventStream {
    journal: SharedJournal,
    program: Arc<Program>,
    row: ExecutionRow,
    live: Subscription,
    state: Option<Execution>,
    /// Seq of the last event folded, and of the last one that the reader has.
    folded: Seq,
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
        let waiting = VecDeque::new();
        Self { journal, program, row, live, state: None, folded: 0, after, caught_up: false, waiting, ended: false }
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
                let segments = self.journal.read(self.row.id, ReadFrom::After(self.folded), READ_BYTES).await?;
                self.caught_up = segments.is_empty();
                for segment in segments {
                    self.take_in(&segment)?;
                }
                continue;
            }
            match self.live.next().await {
                Ok(segment) if segment.seq_to <= self.folded => {}
                Ok(segment) if segment.seq_from == self.folded + 1 => self.take_in(&segment)?,
                // Segments were missed, or came in another order than they were committed: the journal has them.
                Ok(_) => self.caught_up = false,
                Err(_) => {
                    self.live = self.journal.subscribe(vec![self.row.id]);
                    self.caught_up = false;
                }
            }
        }
    }

    fn take_in(&mut self, segment: &Segment) -> Result<(), EngineError> {
        let damaged = |error: String| EngineError::Store(StoreError::Corrupt(error));
        let mut seq = segment.seq_from;
        let (after, id) = (self.after, self.row.id);
        let mut found = Vec::new();
        let program = self.program.clone();
        let plan = |accepted: &model::event::Accepted| program.plan(accepted.start);
        let each = |event: &Event, state: Option<&Execution>| {
            if seq > after
                && let Some(body) = event_json(event, state, id, seq)
            {
                found.push(StreamEvent { execution: id, seq, kind: event.name(), json: json::to_text(&body) });
            }
            seq += 1;
        };
        fold(&segment.bytes, &mut self.state, plan, each)
            .map_err(|error| damaged(error.to_string()))?
            .map_err(|error| damaged(error.to_string()))?;
        self.folded = segment.seq_to;
        self.ended = self.state.as_ref().is_some_and(|state| state.status().is_terminal());
        self.waiting.extend(found);
        Ok(())
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream")
            .field("execution", &self.row.id)
            .field("folded", &self.folded)
            .finish_non_exhaustive()
    }
}

fn event_json(event: &Event, state: Option<&Execution>, id: ExecutionId, seq: Seq) -> Option<Value> {
    let mut entries: Vec<(ArcStr, Value)> = vec![
        (literal!("execution"), Value::from(id.to_string())),
        (literal!("seq"), Value::from(usize::try_from(seq).ok()?)),
        (literal!("type"), Value::from(event.name())),
    ];
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
        _ => step_entries(&StepView::of(event, state?)?, &mut entries),
    }
    Some(Value::object(entries))
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
    entries.push((literal!("started_at"), time(step.started_us)));
    entries.push((literal!("duration_ms"), milliseconds(step.duration_us)));
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
