//! One execution in a shard's hands: it runs ahead in memory and gathers the segment that will be appended.

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::literal;
use bytes::Bytes;
use model::execution::{Effect, Outcome};
use model::segment::SegmentWriter;
use model::{Event, Execution, ExecutionId, NodeIndex, Status, Value};
use store::Append;
use store::journal::{NewExecution, RowState, Seq};
use store::records::RecordWrite;

use crate::attempt::{Attempt, too_large};
use crate::clock::Clock;
use crate::listed;
use crate::places::Place;
use crate::pool::Work;
use crate::program::Program;
use crate::shard::Inbox;
use crate::start::{Ended, Reply};

/// Bytes and events at which a segment is handed over.
const SEGMENT_BYTES: usize = 256 * 1024;
const SEGMENT_EVENTS: u32 = 1_024;
/// Bytes of one event, as it is written: the store takes segments of 256 MiB. Only text of control characters, and
/// fractions with many digits, take so much more than they are counted for as an output.
const WRITTEN_MAX: usize = 192 << 20;

/// An execution that a shard owns.
pub(crate) struct Running {
    pub(crate) id: ExecutionId,
    pub(crate) program: Arc<Program>,
    execution: Execution,
    accepted_us: i64,
    writer: SegmentWriter,
    next_seq: Seq,
    /// Status of the row as the last append left it; `None` before the first.
    row_status: Option<Status>,
    create: Option<Box<NewExecution>>,
    records: Vec<RecordWrite>,
    consumed: Vec<u64>,
    /// Appends handed over and not yet acknowledged, to be sent again when the store had no room.
    pub(crate) unacknowledged: VecDeque<Append>,
    /// Entries that the store has not answered yet.
    pub(crate) outstanding: usize,
    /// Whether entries were refused and are sent again later.
    pub(crate) stalled: bool,
    pub(crate) replies: Vec<Reply>,
    pub(crate) canceled: bool,
    pub(crate) place: Place,
    /// How long it may run; counted from its first slice here.
    pub(crate) time_left_us: i64,
    /// When its time is up, once it runs.
    deadline_us: Option<i64>,
    /// Steps for the pool.
    heavy: Vec<(NodeIndex, Value)>,
}

/// How much of an execution is run at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SliceLimits {
    /// Steps.
    pub(crate) steps: u32,
    /// µs; the step that passes them is still finished.
    pub(crate) us: i64,
}

/// What came of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    /// It goes on later.
    More,
    /// Nothing until an outcome arrives.
    Waiting,
    /// It has ended in memory.
    Ended,
}

/// What an execution is made from.
pub(crate) struct Birth {
    pub(crate) id: ExecutionId,
    pub(crate) program: Arc<Program>,
    pub(crate) execution: Execution,
    pub(crate) create: Box<NewExecution>,
    pub(crate) records: Vec<RecordWrite>,
    pub(crate) replies: Vec<Reply>,
}

impl Running {
    /// An execution that nobody has heard of yet.
    pub(crate) fn new(birth: Birth) -> Self {
        let Birth { id, program, execution, create, records, replies } = birth;
        let mut writer = SegmentWriter::default();
        writer.push(&Event::Accepted(execution.accepted().clone()), &Value::Null);
        Self {
            id,
            program,
            accepted_us: execution.accepted().at_ms.saturating_mul(1_000),
            execution,
            writer,
            next_seq: 1,
            row_status: None,
            create: Some(create),
            records,
            consumed: Vec::new(),
            unacknowledged: VecDeque::new(),
            outstanding: 0,
            stalled: false,
            replies,
            canceled: false,
            place: Place::default(),
            time_left_us: i64::MAX,
            deadline_us: None,
            heavy: Vec::new(),
        }
    }

    /// An execution as its journal left it.
    pub(crate) fn recovered(
        id: ExecutionId,
        program: Arc<Program>,
        execution: Execution,
        (next_seq, status): (Seq, Status),
    ) -> Self {
        Self {
            id,
            program,
            accepted_us: execution.accepted().at_ms.saturating_mul(1_000),
            execution,
            writer: SegmentWriter::default(),
            next_seq,
            row_status: Some(status),
            create: None,
            records: Vec::new(),
            consumed: Vec::new(),
            unacknowledged: VecDeque::new(),
            outstanding: 0,
            stalled: false,
            replies: Vec::new(),
            canceled: false,
            place: Place::default(),
            time_left_us: i64::MAX,
            deadline_us: None,
            heavy: Vec::new(),
        }
    }

    pub(crate) const fn status(&self) -> Status {
        self.execution.status()
    }

    /// Bytes that the next append will carry.
    pub(crate) fn bytes(&self) -> usize {
        self.writer.len()
    }

    pub(crate) fn consume(&mut self, row: u64) {
        self.consumed.push(row);
    }

    /// Runs until the end, the slice is over, or a segment is full.
    pub(crate) fn run_slice(&mut self, limits: SliceLimits, clock: &dyn Clock, env: &Value) -> Slice {
        let began = clock.now_us();
        let mut now = began;
        let deadline = *self.deadline_us.get_or_insert(began.saturating_add(self.time_left_us));
        for _ in 0..limits.steps {
            if self.canceled && !self.execution.status().is_terminal() {
                let event = self.execution.canceling(self.since(now));
                self.record(&event, &Value::Null);
                return Slice::Ended;
            }
            if now >= deadline && !self.execution.status().is_terminal() {
                return self.time_out(now);
            }
            match self.execution.effect() {
                Effect::Record(event) => self.record(&event, &Value::Null),
                Effect::Run(node) => now = self.run_step(node, now, clock, env),
                Effect::End => return self.end(now),
                Effect::Wait => return Slice::Waiting,
            }
            if now - began > limits.us || self.is_segment_full() {
                break;
            }
        }
        Slice::More
    }

    /// Ends it as its state says; an output that is too large for a step is too large for the whole, too.
    fn end(&mut self, now_us: i64) -> Slice {
        let mut event = self.execution.ending(self.since(now_us));
        let mut output = Value::Null;
        if let Event::Finished(finished) = &event {
            output = finished.output.clone();
        }
        if let Some(error) = too_large(&output) {
            event = self.execution.breaking_off(self.since(now_us), Status::Failed, (error.code, error.message));
            output = Value::Null;
        }
        self.record(&event, &output);
        Slice::Ended
    }

    fn time_out(&mut self, now_us: i64) -> Slice {
        let message = "its time is up: executions may run for executions.timeout_minutes".to_owned();
        let why = (literal!("timed_out"), message);
        let event = self.execution.breaking_off(self.since(now_us), Status::TimedOut, why);
        self.record(&event, &Value::Null);
        Slice::Ended
    }

    fn is_segment_full(&self) -> bool {
        self.writer.len() >= SEGMENT_BYTES || self.writer.events() >= SEGMENT_EVENTS
    }

    fn since(&self, now_us: i64) -> u64 {
        (now_us - self.accepted_us).max(0).cast_unsigned()
    }

    /// Runs a step here, or leaves it to the pool; answers the time.
    fn run_step(&mut self, node: NodeIndex, began_us: i64, clock: &dyn Clock, env: &Value) -> i64 {
        let input = self.execution.input_of(node);
        let attempt = Attempt {
            id: self.id,
            program: &self.program,
            execution: &self.execution,
            node,
            input: &input,
            env,
            accepted_us: self.accepted_us,
            began_us,
        };
        if attempt.is_heavy() {
            self.heavy.push((node, input));
            return began_us;
        }
        let (outcome, now) = attempt.make(clock);
        self.conclude(outcome, &input);
        now
    }

    /// Takes in the outcome of a step that the pool ran.
    pub(crate) fn take_outcome(&mut self, outcome: Outcome) {
        if !self.execution.status().is_terminal() && self.execution.is_in_flight(outcome.node) {
            let input = self.execution.input_of(outcome.node);
            self.conclude(outcome, &input);
        }
    }

    fn conclude(&mut self, outcome: Outcome, input: &Value) {
        let Outcome { node, disabled, attempts, started_us, duration_us, .. } = outcome;
        let event = self.execution.decide(outcome);
        let mark = self.writer.mark();
        self.writer.push(&event, input);
        let written = self.writer.len() - mark.bytes();
        if written <= WRITTEN_MAX {
            return self.apply(&event);
        }
        self.writer.back_to(mark);
        let (code, message) =
            (literal!("output_too_large"), format!("the output takes {} MiB in the journal", written >> 20));
        let result = Err((code, message));
        let event = self.execution.decide(Outcome { node, result, disabled, attempts, started_us, duration_us });
        self.record(&event, input);
    }

    /// Stops the clock while it waits in line.
    pub(crate) fn stop_clock(&mut self, now_us: i64) {
        if let Some(deadline) = self.deadline_us.take() {
            self.time_left_us = deadline.saturating_sub(now_us);
        }
    }

    /// Whether steps wait for the pool.
    pub(crate) const fn has_heavy(&self) -> bool {
        !self.heavy.is_empty()
    }

    /// Steps for the pool, since the last time this was asked.
    pub(crate) fn take_heavy(&mut self, env: &Value, inbox: &Arc<Inbox>) -> Vec<Work> {
        let work = |(node, input): (NodeIndex, Value)| Work {
            id: self.id,
            program: self.program.clone(),
            execution: self.execution.clone(),
            node,
            input,
            env: env.clone(),
            accepted_us: self.accepted_us,
            inbox: inbox.clone(),
        };
        std::mem::take(&mut self.heavy).into_iter().map(work).collect()
    }

    fn record(&mut self, event: &Event, known: &Value) {
        self.writer.push(event, known);
        self.apply(event);
    }

    fn apply(&mut self, event: &Event) {
        // An event that the state machine itself asked for cannot be refused by it.
        self.execution.apply(event).expect("the state asked for this event");
    }

    /// The events since the last append as an entry for the journal, if there are any.
    pub(crate) fn take_append(&mut self, now_us: i64) -> Option<Append> {
        if self.writer.is_empty() {
            return None;
        }
        let events = Seq::from(self.writer.events());
        let status = match (self.execution.status(), self.place, self.row_status) {
            (Status::Running, Place::InLine, None | Some(Status::Queued)) => Status::Queued,
            (status, ..) => status,
        };
        let append = Append {
            execution: self.id,
            create: self.create.take(),
            seq_from: self.next_seq,
            seq_to: self.next_seq + events - 1,
            bytes: Bytes::from(self.writer.take()),
            state: RowState {
                before: self.row_status,
                status,
                wake_at: None,
                duration_us: self.since(now_us),
                error: self.execution.failure().filter(|_| status.is_terminal()).map(listed::row_text),
            },
            consumed: std::mem::take(&mut self.consumed),
            blobs: Vec::new(),
            records: std::mem::take(&mut self.records),
            births: Vec::new(),
            posts: Vec::new(),
            snapshot: false,
        };
        self.next_seq += events;
        self.row_status = Some(status);
        Some(append)
    }

    /// How it ended, for whoever waits.
    pub(crate) fn ended(&self, duration_us: u64) -> Ended {
        let succeeded = self.status() == Status::Succeeded;
        Ended {
            execution: self.id,
            status: self.status(),
            output: if succeeded { self.execution.output() } else { Value::Null },
            error: self.execution.failure().cloned(),
            duration_us,
        }
    }
}
