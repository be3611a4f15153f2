//! What an execution under way hands to the journal: its appends, and the one that gives it up to rest.

use bytes::Bytes;
use model::segment::SegmentWriter;
use model::{ExecutionId, Status, TenantId, Value};
use store::Append;
use store::journal::{LargePart, RowState, Seq};

use super::{NAP_MS, Running};
use crate::listed;
use crate::places::Place;
use crate::start::Ended;

impl Running {
    /// Whether it sleeps so long that it is not kept in memory.
    pub(crate) fn should_rest(&self, now_us: i64) -> bool {
        let is_still = self.execution.in_flight() == 0 && self.to_start.is_empty() && !self.canceled;
        let is_still = is_still && !self.is_telling();
        let rests = self.execution.is_paused() || self.execution.is_waiting() || self.begins_ms.is_some();
        let is_long = self.wake_at().is_none_or(|wake| wake - now_us / 1_000 > NAP_MS);
        !self.status().is_terminal() && is_still && rests && is_long && self.execution.failure().is_none()
    }

    /// The append that gives it up until its time or a message comes.
    pub(crate) fn take_release(&mut self, now_us: i64) -> Append {
        self.released = true;
        self.trial.prove();
        let status = match self.begins_ms {
            _ if self.execution.is_paused() => Status::Paused,
            Some(_) => Status::Delayed,
            None => Status::Waiting,
        };
        let mut append = self.take_append(now_us).unwrap_or_else(|| self.append(SegmentWriter::default(), now_us));
        append.state.status = status;
        append.state.wake_at = self.wake_at();
        self.row_status = Some(status);
        append
    }

    /// The append that accepts it and leaves it to sleep before its first step.
    pub(crate) fn take_delayed(&mut self, now_us: i64, wake_ms: i64) -> Append {
        self.released = true;
        let mut append = self.take_append(now_us).expect("it was accepted just now");
        (append.state.status, append.state.wake_at) = (Status::Delayed, Some(wake_ms));
        append
    }

    fn is_in_line(&self) -> bool {
        self.place == Place::InLine || self.ticket.as_ref().is_some_and(|ticket| ticket.place == Place::InLine)
    }

    /// The events since the last append as an entry for the journal, if there are any.
    pub(crate) fn take_append(&mut self, now_us: i64) -> Option<Append> {
        self.record_gathered(now_us);
        let ends_joining = self.ends_joining();
        if self.writer.is_empty() && self.consumed.is_empty() && !ends_joining {
            return None;
        }
        let written = std::mem::take(&mut self.writer);
        let bytes = if written.is_empty() { 0 } else { written.len() };
        self.beyond_snapshot.note(bytes);
        self.collected.note(bytes, &self.execution);
        Some(self.append(written, now_us))
    }

    /// An entry with what was written, which may be nothing.
    pub(super) fn append(&mut self, mut written: SegmentWriter, now_us: i64) -> Append {
        let (events, large) = (Seq::from(written.events()), written.take_large());
        let bytes = if written.is_empty() { Vec::new() } else { written.take() };
        let status = match (self.execution.status(), self.is_in_line(), self.row_status) {
            (Status::Running, true, None | Some(Status::Queued | Status::Delayed)) => Status::Queued,
            (status, ..) => status,
        };
        if status.is_terminal() {
            self.report(now_us);
        }
        let append = Append {
            tenant: self.tenant,
            execution: self.id,
            create: self.create.take(),
            seq_from: self.next_seq,
            seq_to: self.next_seq + events - 1,
            large: LargePart::of(&bytes, large),
            bytes: Bytes::from(bytes),
            state: RowState {
                before: self.row_status,
                status,
                wake_at: None,
                duration_us: if status.is_terminal() { self.since(now_us) } else { self.active_us(now_us) },
                error: self.execution.failure().filter(|_| status.is_terminal()).map(listed::row_text),
            },
            consumed: std::mem::take(&mut self.consumed),
            blobs: std::mem::take(&mut self.files),
            lends: std::mem::take(&mut self.lends),
            records: std::mem::take(&mut self.records),
            births: std::mem::take(&mut self.births),
            posts: std::mem::take(&mut self.posts),
            snapshot: false,
            proven: self.trial.take_proof(),
        };
        self.next_seq += events;
        self.row_status = Some(status);
        append
    }

    /// Takes note of what is durable; answers executions that were sent messages with it.
    pub(crate) fn acknowledge(&mut self, append: &Append) -> Vec<(TenantId, ExecutionId)> {
        self.durable = self.durable.max(append.seq_to);
        if let Some(gate) = &self.gate {
            gate.advance(self.durable);
        }
        append.posts.iter().map(|message| (message.tenant, message.execution)).collect()
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
